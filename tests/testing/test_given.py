"""An edition that leaves a value to the office: its cases say what they are worked out with."""

import pytest

from mutualplans.testing import checks
from mutualplans.testing.conformance import run_case, run_check
from mutualplans.testing.counterexample import nothing_to_try
from mutualplans.testing.figures import figures_of
from mutualplans.testing.subject import Subject
from tests.testing.test_figures import change


@pytest.fixture
def left_open(tiny):
    """The tiny plugin whose first edition leaves the starting amount to the office."""
    change(tiny.first, 'limit = "0"\n', "")
    return tiny


def said(subject):
    """Return what the check of the cases reports, with hints."""
    found = checks.cases_are_sound(subject)
    return [f"{item.line()} {item.hint.zh if item.hint else ''}" for item in found]


def test_what_the_cases_lack_is_told_once(left_open):
    """The value, the case that needs it, and the table to write."""
    [line] = said(Subject("tiny"))

    assert all(
        part in line for part in ("cases.toml:5", "“起点”(limit)", "[office.first]", "cases.office-value")
    )


def test_cases_and_checks_run_with_what_is_given(left_open):
    """85 with a start of 0: the case passes, the laws have something to try, the figures count the case."""
    change(left_open.cases, "[[case]]", '[office.first]\nlimit = "0"\n\n[[case]]')
    subject = Subject("tiny")

    assert said(subject) == []
    assert [problem for case in subject.cases for problem in run_case(case, subject)] == []
    assert list(nothing_to_try(subject)) == []
    assert run_check(checks.stays_within_limits, subject) == []
    assert figures_of(subject).cases == 1


def test_what_is_given_is_what_is_paid(left_open):
    """4 days are 4 × 40 + 5 and 50 above the start: with a start of 20 they are 195, not 215."""
    change(left_open.cases, "[[case]]", '[office.first]\nlimit = "20"\n\n[[case]]')
    change(left_open.cases, "days = 2", "days = 4")
    change(left_open.cases, "85.00", "195.00")
    subject = Subject("tiny")

    assert [problem for case in subject.cases for problem in run_case(case, subject)] == []


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ('[office.frist]\nlimit = "0"', ["edition.unknown", 'first"']),
        ('[office.first]\nlimt = "0"', ["office.value-unknown", "limit"]),
        ('[office.first]\npremium = "0"\nlimit = "0"', ["office.value-closed"]),
        ('[office.first]\ndaily = "101"\nlimit = "0"', ["office.value-outside", "100"]),
        ("[office.first]\nlimit = 0", ["file.value", '"12.50"']),
        ("[office]\nfirst = 3", ["file.value", "[office.first]"]),
    ],
)
def test_a_slip_in_what_is_given(left_open, table, wanted):
    """The same is refused that an office file refuses, at its line in the file of cases."""
    change(left_open.cases, "[[case]]", f"{table}\n\n[[case]]")

    found = said(Subject("tiny"))

    assert any(all(part in line for part in ("cases.toml:", *wanted)) for line in found), found
