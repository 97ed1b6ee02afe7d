"""The command ``simulate``: what is undecided is said, and editions are named plainly."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import mutualplans as mp
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main
from mutualplans.engine.simulate import Situation
from mutualplans.engine.simulate import simulate as decided
from tests.engine.plans import office as office_of
from tests.expressiveness.small import MEMBER, bill, cover, small, stay

NUMBER = "999999197503040021"
CASE = """
[member]
sex = "female"
birth_date = 1990-01-01
employment = "in-post"
[[coverage]]
plan = "inpatient-allowance"
edition = "beijing-2010"
first_day = 2025-07-01
last_day = 2026-06-30
shares = 1
"""
CLAIM = f"""
[[claim]]
id = "{NUMBER}"
event = "inpatient"
cause = "illness"
admitted = 2025-09-01
hospital_level = "2"
"""

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in a folder of its own."""
    monkeypatch.delenv("MUTUALPLANS_OFFICE", raising=False)
    monkeypatch.chdir(tmp_path)


def simulate(text: str, *more: str) -> int:
    """Simulate a case file."""
    Path("case.toml").write_text(text, encoding="utf-8")
    return main(["simulate", "case.toml", *more])


def test_a_case_without_a_claim_says_so(capsys: Capture) -> None:
    """Nothing is decided and nothing printed: the problem says what to add."""
    assert simulate(CASE) == ExitStatus.DATA
    said = capsys.readouterr()
    assert said.out == ""
    assert "[case.no-claim]" in said.err


def test_what_is_undecided_is_not_in_the_total(capsys: Capture) -> None:
    """Without the days nothing is decided: the total says that it leaves this out, the claim's id is masked."""
    assert simulate(CASE + CLAIM) == ExitStatus.ROWS_REFUSED
    shown = capsys.readouterr().out

    assert "合计给付（不含待补充的）：0.00" in shown
    assert "申领 99**************21" in shown
    assert NUMBER not in shown


LATER = """
[[claim]]
id = "second"
event = "inpatient"
cause = "illness"
admitted = 2025-11-01
hospital_level = "2"
days = 11
"""


def test_a_claim_after_an_open_one_is_decided_with_a_warning(capsys: Capture) -> None:
    """What is decided while an earlier claim is open is told to rest on its absence; once it is complete, nothing is."""
    simulate(CASE + CLAIM + LATER)
    open_ = capsys.readouterr()
    simulate(CASE + CLAIM + "days = 3\n" + LATER)
    complete = capsys.readouterr()

    assert "second: 计划 inpatient-allowance：前面的申领 99**************21 还没有核定" in open_.err
    assert "[claim.earlier-open]" not in complete.err


def test_csv_has_no_amount_of_an_incomplete_decision(capsys: Capture) -> None:
    """Every benefit of a decision that is not complete has an empty amount."""
    simulate(CASE + CLAIM, "--format", "csv")
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))

    assert rows
    assert {(row["status"], row["amount"]) for row in rows} == {("incomplete", "")}


def test_editions(capsys: Capture) -> None:
    """One that no plan has is an error; one that the plan has counts, whatever the case states."""
    claim = CLAIM + "days = 11\n"

    assert simulate(CASE + claim, "--edition", "beijing-2011") == ExitStatus.DATA
    assert "beijing-2010" in capsys.readouterr().err
    simulate(CASE + claim, "--edition", "chongqing-2015", "--format", "csv")
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert row["edition"] == "chongqing-2015"


def test_an_edition_beside_case_and_office_is_a_usage_error(capsys: Capture) -> None:
    """The office and the case say which edition counts."""
    Path("office.toml").write_text(
        'name = "县"\n[[plans]]\nid = "inpatient-allowance"\n[[plans.editions]]\nid = "beijing-2010"\n',
        encoding="utf-8",
    )

    assert simulate(CASE + CLAIM, "--office", "office.toml", "--edition", "beijing-2010") == ExitStatus.USAGE
    assert "--edition" in capsys.readouterr().err


def test_an_open_claim_of_the_family_is_told_at_another_persons() -> None:
    """The child's claim lacks its bill; the member's, which shares the limit, was decided as if it were not there."""
    value = mp.parameters(most=mp.money("最多"))
    pays = bill.capped(value.most, per=mp.per.CALENDAR_YEAR, whose=mp.Whose.FAMILY)
    running = office_of(small(value, 'most = "1000"', pays, insures=("self", "child")))
    situation = Situation(
        member=MEMBER,
        insured=(mp.Insured(id="child", relation="child"),),
        coverages=(cover(), cover(insured="child")),
        claims=(stay("02-05", insured="child"), stay("03-05", "600")),
    )
    (told,) = [item for item in decided(running, situation).problems if item.severity == "warning"]

    assert (told.code, told.where) == ("claim.earlier-open", "inpatient 2024-03-05")
