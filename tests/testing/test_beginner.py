"""Everything a beginner does wrong gets a message that ends the search: where it is, what was found, what to write."""

import importlib

import pytest

from mutualplans.cli.main import main
from mutualplans.testing import checks
from mutualplans.testing.conformance import CHECKS, run_case, run_check
from mutualplans.testing.subject import Subject
from tests.testing.test_figures import with_working_days

PAYS = "claim.days * value.daily + value.grades"


def change(path, old, new):
    """Replace the first of a text that must be in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(subject):
    """Return everything that the checks of the declaration and of the cases say, hints included."""
    found = [
        item
        for check in (checks.registers_alone, checks.cases_are_sound)
        for item in run_check(check, subject)
    ]
    return "\n".join(f"{item.line()} {item.hint.zh if item.hint else ''}" for item in found)


@pytest.mark.parametrize(
    ("file", "old", "new", "wanted"),
    [
        ("init", "def register_plans", "def register_plan", ["plugin.hook-unknown", "register_plan", "register_plans"]),
        ("plan", PAYS, "claim.days + value.grades", ["plan.py:", "不能相加", "formula.kind"]),
        ("plan", PAYS, "mp.choose(claim.days <= 3, value.daily, 0) + value.grades", ["plan.py:", ".up_to(…)", "formula.operator"]),
        ("plan", PAYS, "claim.days.so_far() * value.daily + value.grades", ["plan.py:", "so_far", "'per'"]),
        ("plan", PAYS, "claim.days.so_far(per='term') * value.daily + value.grades", ["plan.py:", "per.TERM", "formula.period"]),
        ("plan", "value.report", "value.reports", ["plan.py:", "reports", "是不是 'report'？"]),
        ("plan", 'when=[listed.because("not-listed", zh="不在病种内", en="not listed")],',
         'when=[(listed.because("not-listed", zh="不在病种内", en="not listed"),)],', ["benefits.allowance.when[0]", "去掉末尾多出的逗号"]),
        ("first", 'grades = { value = { "3" = "5", "*" = "1" } }', 'grades = { "3" = "5", "*" = "1" }',
         ["first.toml:", "等级金额", "写成 grades = { value = { … } }"]),
        ("first", "in_force = {", "in_force = 2011-01-01 # {", ["first.toml:", "in_force", "实为 2011-01-01"]),
        ("first", 'premium = "60"\n', "", ["first.toml:", "premium", "edition.value-missing"]),
        ("first", 'premium = "60"', 'premium = "60"\npremum = "60"', ["first.toml:", "premum", "premium", "edition.value-unknown"]),
        ("first", "{ up_to = 3,", "{ at = 3,", ["first.toml:", "up_to（含）或 below", '不认识 "at"']),
        ("first", 'premium = "60"', "premium = 60", ["first.toml:", "premium", '"12.50"', "60"]),
        ("first", 'id = "bypass"', 'id = "cancer"', ["first.toml:", "cancer", "出现两次"]),
        ("cases", 'arithmetic = "2 × 40 + 5 + 0 = 85"\n', "", ["cases.toml:", "source", "arithmetic", "cases.source"]),
    ],
)  # fmt: skip
def test_slips_in_a_plugin(tiny, file, old, new, wanted):
    """The file, the thing and the way out stand in what the checks say."""
    change(getattr(tiny, file), old, new)

    said = told(Subject("tiny"))

    assert not [part for part in wanted if part not in said], said


def test_one_wrong_code_is_one_problem(tiny):
    """A list that cannot be read is told once: what its classes are called is not a mistake of its own."""
    change(tiny.first, "[values]", '[titles]\nsevere = "重症"\n[values]')
    change(tiny.first, "C00-C02", "C00-02")

    # Two checks read the file, and say the same.
    said = {line for line in told(Subject("tiny")).splitlines() if "first.toml" in line}

    assert len(said) == 1, said
    assert "C00-02" in said.pop()


def test_a_case_that_expects_what_the_rule_does_not_say(tiny):
    """What was expected, what came out, and by which benefit."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "80.00"')
    subject = Subject("tiny")

    [found] = run_case(subject.cases[0], subject)

    assert "应为 80.00，实为 85.00" in found.message.zh
    assert "allowance 85.00" in found.message.zh


def test_a_missing_entry_point(tiny, capsys):
    """The folder of a plugin whose pyproject.toml states no entry point is told which group is meant."""
    (tiny.folder / "pyproject.toml").write_text('[project]\nname = "mutualplans-tiny"\n', encoding="utf-8")

    assert main(["check", str(tiny.folder)]) != 0

    said = capsys.readouterr().err
    assert "pyproject.toml" in said
    assert "mutualplans.plans.v1" in said


def test_another_contract_version(tiny):
    """A plugin built for another contract version says so, and is not run."""
    points = tiny.folder / "mutualplans_tiny-0.1.dist-info" / "entry_points.txt"
    change(points, "mutualplans.plans.v1", "mutualplans.plans.v2")
    importlib.invalidate_caches()

    said = told(Subject("tiny"))

    assert "plugin.contract" in said
    assert "v2" in said


def test_two_plugins_with_one_id(tiny, monkeypatch, capsys):
    """Both are named; neither is checked in the place of the other."""
    other = tiny.folder / "other"
    about = other / "mutualplans_twin-0.2.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mutualplans-twin\nVersion: 0.2\n", "utf-8")
    (about / "entry_points.txt").write_text("[mutualplans.plans.v1]\ntiny = mutualplans_twin\n", "utf-8")
    monkeypatch.syspath_prepend(str(other))
    importlib.invalidate_caches()

    assert main(["check", "tiny"]) != 0

    said = capsys.readouterr().err
    assert "plugin.duplicate" in said
    assert "mutualplans-twin 0.2" in said
    assert "mutualplans-tiny 0.1" in said


def test_nothing_that_is_wrong_stops_the_checks(tiny):
    """With a broken edition every check still ends, each with problems or none."""
    change(tiny.first, 'premium = "60"\n', "")
    subject = Subject("tiny")

    assert all(isinstance(run_check(check, subject), list) for check in CHECKS)


def test_a_calendar_that_ends_too_early(twice, capsys):
    """A claim of 30 December asks for working days of the next year: which are known, and where more are written."""
    with_working_days(twice, "2011-02-11")
    stay = ["--event", "inpatient", "--admitted", "2011-12-30", "--reported", "2011-12-31", "--days", "2"]
    about = ["--diagnosis", "C00.1", "--hospital-level", "3", "--sex", "female"]
    cover = ["--plan", "tiny", "--first-day", "2011-01-01", "--last-day", "2011-12-31"]

    assert main(["simulate", *cover, *stay, *about]) == 3
    said = capsys.readouterr()
    assert "申领截止日：工作日历没有载明到那一天" in said.out
    assert "只载明 2011-01-01 至 2011-12-31" in said.err
    assert "提示：按放假安排的通知" in said.err
