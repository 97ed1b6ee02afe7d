"""``check --update-cases``: the difference first, the file only when it is confirmed, and nothing but amounts."""

import pytest
from click.testing import CliRunner

from mutualplans.cli.check import command
from mutualplans.cli.language import set_lang
from mutualplans.testing.figures import figures_of
from mutualplans.testing.subject import Subject
from mutualplans.testing.update import update_of


@pytest.fixture(autouse=True)
def chinese():
    """Messages are in Chinese."""
    set_lang("zh")


def change(path, old, new):
    """Replace the first of a text that must be in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text


def asked(answer):
    """Run the command and answer its question."""
    return CliRunner().invoke(command, ["tiny", "--update-cases"], input=answer)


def test_the_difference_is_shown_and_written_once_confirmed(tiny):
    """Only the amount changes and the mark is added; comments, order and everything else stay."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "85.01"  # 手算\nbenefits = { allowance = "85.01" }')
    before = tiny.cases.read_text(encoding="utf-8")

    done = asked("y\n")

    assert '-expect = "85.01"  # 手算\n' in done.output
    assert '+expect = "85.00"  # 手算\n' in done.output
    assert "没有人算过" in done.output
    after = tiny.cases.read_text(encoding="utf-8")
    assert after.replace("85.00", "85.01", 2).replace("recorded = true\n", "") == before.replace(
        "85.00", "85.01", 0
    )
    assert 'name = "住院 2 天"\nrecorded = true\n' in after
    assert figures_of(Subject("tiny")).recorded == 1


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_nothing_is_written_without_a_yes(tiny, answer):
    """A no, or no answer, leaves the file alone."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "85.01"')
    before = tiny.cases.read_text(encoding="utf-8")

    asked(answer)

    assert tiny.cases.read_text(encoding="utf-8") == before


def test_a_published_amount_stays(tiny):
    """Where the plan does not pay what was published, the plan is wrong."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "85.01"')
    change(tiny.cases, 'arithmetic = "2', 'source = "《工人日报》"\narithmetic = "2')
    before = tiny.cases.read_text(encoding="utf-8")

    done = asked("y\n")

    assert "不改：“住院 2 天”的金额是公开的" in done.output
    assert "没有要改的金额" in done.output
    assert tiny.cases.read_text(encoding="utf-8") == before


def test_a_missing_reason_is_no_amount(tiny):
    """What fails for another reason is named and left alone."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "85.00"\nreasons = ["late"]')

    assert "不符的不是金额" in asked("y\n").output
    assert "recorded" not in tiny.cases.read_text(encoding="utf-8")


def test_inline_claims_premiums_and_a_second_time(tiny):
    """Claims on one line and fees are rewritten too; a case already marked is not marked twice."""
    change(tiny.cases, '[[case.claim]]\nevent = "inpatient"\nadmitted = 2011-02-01\ndiagnosis = "C00.1"\n'
           'hospital_level = "3"\ndays = 2\nexpect = "85.00"\n',
           'recorded = true\nclaim = [\n  { event = "inpatient", admitted = 2011-02-01, diagnosis = "C00.1",'
           ' hospital_level = "3", days = 2, expect = "1.00" },\n'
           '  { event = "inpatient", admitted = 2011-03-01, diagnosis = "Z00", days = 2, expect = "2.00" },\n]\n')  # fmt: skip

    change(tiny.cases, "2011-12-31 }", '2011-12-31, premium = "61.00" }')

    update = update_of(Subject("tiny"))

    assert 'premium = "60.00" }' in update.difference
    assert 'days = 2, expect = "85.00" }' in update.after
    assert 'days = 2, expect = "0.00" }' in update.after
    assert update.after.count("recorded = true") == 1


def test_an_installed_copy_is_not_changed(tiny):
    """Without the source folder the change would be lost with the next install."""
    (tiny.folder / "pyproject.toml").unlink()
    change(tiny.cases, 'expect = "85.00"', 'expect = "85.01"')

    done = asked("y\n")

    assert done.exit_code != 0
    assert done.exception is not None
    assert "85.01" in tiny.cases.read_text(encoding="utf-8")
