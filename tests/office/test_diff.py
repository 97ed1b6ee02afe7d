"""Two settings of an office compared: what changed, who gains and who loses, and what it costs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import mutualplans as mp
from mutualplans import claim, per
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation
from mutualplans.office.diff import changed_values, claim_effects
from tests.engine.plans import make, office
from tests.expressiveness.small import MEMBER, stay
from tests.expressiveness.small import cover as held

Capture = pytest.CaptureFixture[str]


def aid(rate: str, cap: str) -> Office:
    """Return an office with one plan: a share of the bill of a stay, capped over the term; some sums by level."""
    value = mp.parameters(
        rate=mp.rate("给付比例"), cap=mp.money("年度封顶"), level=mp.table(mp.Kind.MONEY, "补助")
    )
    bill = claim.self_paid_in_scope
    pays = (bill * value.rate).capped(value.cap, per=per.TERM)
    extra = value.level.of(claim.hospital_level)
    benefits = [
        mp.Benefit("aid", mp.Text("互助金"), clause="测试", pays=pays),
        mp.Benefit("level", mp.Text("补助"), clause="测试", pays=extra),
    ]
    level = f'level = {{ value = {{ "2" = "0", "3" = "{0 if rate == "40%" else 10}" }} }}'
    return office((make("aid", value, benefits=benefits), f'rate = "{rate}"\ncap = "{cap}"\n{level}'))


def case(*claims: mp.Claim, **more: object) -> Situation:
    """Return a case of the member under one cover."""
    return Situation(member=MEMBER, coverages=(held("aid", **more),), claims=claims)


def test_values_that_changed() -> None:
    """The ratio, the cap, and the one cell of a table that differs; what is the same is not listed."""
    found = changed_values(aid("40%", "100653"), aid("50%", "200653"))

    assert [(item.what.zh, item.before, item.after) for item in found] == [
        ("给付比例", "40%", "50%"),
        ("年度封顶", "100,653.00 元", "200,653.00 元"),
        ("补助", "3 0.00 元", "3 10.00 元"),
    ]
    assert {item.editions for item in found} == {"test"}
    assert changed_values(aid("40%", "1"), aid("40%", "1")) == []


def test_what_a_claim_gets_by_both() -> None:
    """1,000 bring 400 and then 500; of 400,000 more 40 % are 160,000, and the cap of 100,653 leaves 100,253."""
    claims = stay("03-01", "1000", hospital_level="2"), stay("05-01", "400000", hospital_level="2")
    effects, problems = claim_effects(aid("40%", "100653"), aid("50%", "200653"), {"a": case(*claims)})

    assert problems == []
    # by hand: 500 + 200,000 = 200,500 stay below the new cap
    assert [(item.before, item.after, item.difference) for item in effects] == [
        (400_00, 500_00, 100_00),
        (100_253_00, 200_000_00, 99_747_00),
    ]


def test_a_cover_of_an_edition_that_the_other_has_not() -> None:
    """It is under the other's own: the question is what the same claim would get."""
    named = case(stay("03-01", "1000", hospital_level="2"), edition="old")
    effects, _problems = claim_effects(aid("40%", "900"), aid("50%", "900"), {"a": named})

    assert [(item.before, item.after) for item in effects] == [(400_00, 500_00)]


def test_what_is_undecided_has_no_difference() -> None:
    """A claim without its hospital's level is decided by neither; that is a problem and not 0."""
    effects, problems = claim_effects(
        aid("40%", "900"), aid("50%", "900"), {"a": case(stay("03-01", "1000"))}
    )

    assert [(item.before, item.after, item.difference) for item in effects] == [(None, None, None)]
    assert [(name, item.code) for name, item in problems] == [("a", "claim.missing-field")]


def test_a_plan_that_is_dropped_pays_nothing_any_more() -> None:
    """Where one office does not run the plan, its claims get 0 there."""
    none = Office(name=mp.Text("空"), plans=())
    given = {"a": case(stay("03-01", "1000", hospital_level="2"))}
    effects, _problems = claim_effects(aid("40%", "900"), none, given)

    assert [(item.before, item.after) for item in effects] == [(400_00, 0)]
    assert [(item.what.zh, item.after) for item in changed_values(aid("40%", "900"), none)] == [("计划", "")]


# ---------------------------------------------------------------- on the command line: 6 → 8 diseases in July 2014

OFFICE = 'name = "某市"\n[[plans]]\nid = "female-illness"\n{more}\n[[plans.editions]]\nid = "{edition}"\n'
CASE = """
[member]
sex = "female"
birth_date = 1975-03-04
employment = "in-post"
[[coverage]]
plan = "female-illness"
edition = "beijing-6"
first_day = 2013-01-01
last_day = 2014-12-31
shares = 2
[[claim]]
event = "diagnosis"
cause = "illness"
diagnosis = "{diagnosis}"
diagnosed = 2014-02-10
admitted = 2014-02-12
discharged = 2014-02-16
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two settings, and three cases: one paid by both lists, one only by the new one, one only by the old one."""
    monkeypatch.delenv("MUTUALPLANS_OFFICE", raising=False)
    monkeypatch.chdir(tmp_path)
    split = 'split = { member = "1/1" }'
    Path("a.toml").write_text(OFFICE.format(edition="beijing-6", more=""), encoding="utf-8")
    Path("b.toml").write_text(OFFICE.format(edition="beijing-2014-8", more=split), encoding="utf-8")
    Path("cases").mkdir()
    for name, diagnosis in (("breast", "C50.9"), ("vulva", "C51.9"), ("mole", "D39.2")):
        Path(f"cases/{name}.toml").write_text(CASE.format(diagnosis=diagnosis), encoding="utf-8")
    return tmp_path


def test_from_six_to_eight_diseases(folder: Path, capsys: Capture) -> None:
    """2 × (10,000 + 2,000 + 26 × 4) = 24,208: the vulva gains it, the mole that the new list lacks loses it."""
    status = main(["office", "diff", "a.toml", "b.toml", "--claims", "cases", "--format", "csv"])
    lines = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    paid = {line["item"].split("/")[1].split(".")[0]: line for line in lines if line["section"] == "claim"}

    assert status == ExitStatus.OK
    assert {name: (line["before"], line["after"], line["difference"]) for name, line in paid.items()} == {
        "breast": ("24208.00", "24208.00", "0.00"),
        "vulva": ("0.00", "24208.00", "24208.00"),
        "mole": ("24208.00", "0.00", "-24208.00"),
    }
    listed = next(line for line in lines if line["item"] == "特殊疾病病种")
    assert listed["before"].startswith("6 种")
    assert listed["after"].startswith("8 种")
    assert ("互助费负担", "职工个人 1") in [(line["item"], line["after"]) for line in lines]


def test_who_gains_and_who_loses_is_counted(folder: Path, capsys: Capture) -> None:
    """One gains, one loses, and the sum stays; the fees of a roster are compared beside it."""
    number = "999999197503040021"  # check digit by hand, see tests/model/test_identity.py
    Path("roster.csv").write_text(f"证件号,在职状态,份数\n{number},在职,2\n", encoding="utf-8")
    roster = ["--roster", "roster.csv", "--first-day", "2014-01-01"]
    main(["office", "diff", "a.toml", "b.toml", "--claims", "cases", *roster])
    shown = capsys.readouterr().out
    main(["office", "diff", "a.toml", "b.toml", "--claims", "cases", *roster, "--format", "json"])
    found = json.loads(capsys.readouterr().out)

    total = [line.split() for line in shown.splitlines() if line.startswith("合计")]
    assert total == [
        ["合计", "1", "0", "0", "0", "0", "80.00", "80.00", "0.00"],
        ["合计", "3", "1", "1", "0", "0", "48,416.00", "48,416.00", "0.00"],
    ]
    assert [(item["before"], item["after"]) for item in found["fees"]] == [("80.00", "80.00")]


def test_the_same_settings_differ_in_nothing(folder: Path, capsys: Capture) -> None:
    """A file compared with itself has no changes, and says so."""
    assert main(["office", "diff", "a.toml", "a.toml"]) == ExitStatus.OK
    assert "内容相同" in capsys.readouterr().out


def test_a_case_that_cannot_be_read_is_told(folder: Path, capsys: Capture) -> None:
    """The others are compared all the same, and the exit status says that something was refused."""
    Path("cases/bad.toml").write_text("[member", encoding="utf-8")
    status = main(["office", "diff", "a.toml", "b.toml", "--claims", "cases"])
    said = capsys.readouterr()

    assert status == ExitStatus.ROWS_REFUSED
    assert "bad.toml" in said.err
    assert "24,208.00" in said.out


@pytest.mark.parametrize(
    "options", [["--roster", "r.csv"], ["--first-day", "2014-01-01"], ["--unit", "u.toml"]]
)
def test_options_that_need_each_other(folder: Path, options: list[str]) -> None:
    """A roster needs its first day, and the other way round; units belong to a roster."""
    assert main(["office", "diff", "a.toml", "b.toml", *options]) == ExitStatus.USAGE
