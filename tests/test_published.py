"""Published payments and the cases of the brief, through plugins as they are installed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import mutualplans as mp
from mutualplans.engine.asdata import simulation_data
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, quote
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.model.dates import term
from mutualplans.registry import PluginRegistry

ROOT = Path(__file__).resolve().parent.parent
REGISTRY = PluginRegistry.discover()
WOMAN = mp.Member(sex="female", birth_date=date(1980, 6, 1), employment="in-post")


def command(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run ``mutualplans … --format json`` and return its status and data."""
    done = subprocess.run(
        [sys.executable, "-m", "mutualplans", *arguments, "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("case", "total"),
    [
        ("peng-2014", "24208.00"),  # published: 24,208
        ("huangshi-2025", "56312.10"),  # published: 15,000 + 40,000 + 1,312.10
        ("qingdao-2006", "15000.00"),  # published: 15,000
        ("beijing-2017", "60000.00"),  # published: 60,000
    ],
)
def test_the_example_cases_pay_what_was_published(case: str, total: str) -> None:
    """Each published payment comes out to the fen through the command line."""
    status, data = command("simulate", f"examples/cases/{case}.toml")

    assert (0, total) == (status, data["total"])
    assert [item for item in data["problems"] if item["severity"] == "error"] == []


def cover(plan: str, shares: int) -> mp.Coverage:
    """Return a cover of the year 2025."""
    return mp.Coverage(
        plan=plan,
        edition="hubei-2025",
        first_day=date(2025, 1, 1),
        last_day=date(2025, 12, 31),
        shares=shares,
    )


def test_huangshi_three_plans_pay_56312_10() -> None:
    """1 share female 15,000, 4 shares major 40,000, and 70 % of 1,874.43 = 1,312.101 → 1,312.10."""
    claim = mp.Claim(
        id="1",
        event="inpatient",
        cause="illness",
        diagnosis="C50.4",
        stage="severe",
        diagnosed=date(2025, 5, 20),
        admitted=date(2025, 5, 22),
        days=9,
        self_paid_in_scope=mp.yuan("1874.43"),
        self_paid_partly=mp.yuan("0"),
        out_of_scope=mp.yuan("0"),
    )
    covers = (
        cover("female-illness", 1),
        cover("major-disease", 4),
        cover("inpatient-medical", 1),
    )
    hubei = office_of([REGISTRY.plan(item.plan) for item in covers], edition="hubei-2025")
    data = simulation_data(simulate(hubei, Situation(member=WOMAN, coverages=covers, claims=(claim,))))

    assert [item["total"] for item in data["decisions"]] == ["15000.00", "40000.00", "1312.10"]
    assert data["total"] == "56312.10"


@pytest.mark.parametrize(
    ("first_day", "edition", "status"),
    [(date(2013, 5, 1), "beijing-6", "refused"), (date(2014, 8, 1), "beijing-2014-8", "paid")],
)
def test_the_first_day_of_cover_chooses_the_list(first_day: date, edition: str, status: str) -> None:
    """Vulvar cancer (C51) is not on the 6-type list of a 2013 cover, but on the 8-type list of 2014-08."""
    covers = (
        mp.Coverage(plan="female-illness", first_day=first_day, last_day=term(first_day, 24).last, shares=1),
    )
    claim = mp.Claim(id="1", event="diagnosis", diagnosis="C51.9", diagnosed=date(2015, 3, 1), days=0)
    result = simulate(
        office_of([REGISTRY.plan("female-illness")]),
        Situation(member=WOMAN, coverages=covers, claims=(claim,)),
    )
    (decision,) = result.decisions

    assert (edition, status) == (decision.edition, decision.status)


def test_the_json_form_is_the_one_that_is_promised() -> None:
    """The keys of a decision in JSON are a promise to those who read it by program."""
    _, data = command("simulate", "examples/cases/peng-2014.toml")
    (decision,) = data["decisions"]

    assert {"version", "total", "complete", "decisions", "problems"} == set(data)
    assert {"plan", "edition", "total", "benefits", "remaining", "papers", "claim_by", "receipt"} <= set(
        decision
    )
    assert {"id", "amount", "reasons", "trace"} <= set(decision["benefits"][0])
    assert [item["amount"] for item in decision["benefits"]] == ["20000.00", "4000.00", "208.00"]
    assert decision["receipt"]["event_date"] == "2014-02-10"


def test_one_quick_question_by_options() -> None:
    """The same payment by options instead of a file."""
    options = {
        "plan": "female-illness",
        "edition": "beijing-6",
        "shares": "2",
        "first-day": "2013-01-01",
        "last-day": "2014-12-31",
        "sex": "female",
        "birth-date": "1975-03-04",
        "employment": "in-post",
        "event": "diagnosis",
        "diagnosis": "C50.9",
        "diagnosed": "2014-02-10",
        "days": "4",
    }
    status, data = command(
        "simulate", *(part for key, value in options.items() for part in (f"--{key}", value))
    )

    assert (status, data["total"]) == (0, "24208.00")


def test_the_example_office_quotes_its_roster() -> None:
    """Every row of the example roster is quoted or refused; the premiums add up by hand.

    Female illness: 2 + 2 + 1 + 1 + 2 + 1 = 9 shares of 25 = 225. Major disease: 11 persons, 12 shares of 30 where
    several are allowed. Row 17 (damaged number) and row 18 (the same person again) are refused.
    """
    status, data = command(
        "quote",
        *("--roster", "examples/office/roster.csv", "--office", "examples/office/office.toml"),
        *("--unit", "examples/office/unit.toml", "--first-day", "2025-07-01"),
    )
    by_plan = {item["plan"]: item for item in data["plans"]}

    assert status == 3
    assert data["rows_refused"] == [16, 17]
    assert (by_plan["female-illness"]["premium"], by_plan["female-illness"]["joining"]) == ("225.00", 6)
    assert by_plan["female-illness"]["split"] == {"member": "112.50", "unit": "112.50"}
    assert by_plan["child-accident"]["premium"] == "50.00"


def test_six_years_of_fees_of_a_couple_in_longyan() -> None:
    """Published: less than 900 yuan in six years. Two of a government office at 60, and 25 for her: 6 × 145 = 870."""
    fees = 0
    for id_, edition, persons in (
        ("worker-medical-aid", "longyan-2007", 2),
        ("female-health", "longyan-2013", 1),
    ):
        plan = REGISTRY.plan(id_)
        given = Joining(
            member=WOMAN,
            insured=mp.Insured.member(WOMAN),
            unit=mp.Unit(unit_type="public"),
            first_day=date(2008, 1, 1),
            shares=1,
            together=("worker-medical-aid",),
        )
        found = quote(office_of([plan], edition=edition).plan(id_), given, edition=edition)
        assert found.premium is not None
        fees += found.premium * persons

    assert 6 * fees == 870_00


def test_a_year_of_claims_of_a_beijing_woman() -> None:
    """Published: 33,800 + 7,000 + 162,900 = 203,700. Only the 7,000 of one share follow from the rule."""
    cover = mp.Coverage(
        plan="major-disease",
        edition="beijing-15",
        first_day=date(2015, 1, 1),
        last_day=date(2017, 12, 31),
        shares=1,
    )
    claim = mp.Claim(id="1", event="diagnosis", diagnosis="C22.0", diagnosed=date(2015, 10, 8))
    office = office_of([REGISTRY.plan("major-disease")], edition="beijing-15")
    total = simulate(office, Situation(member=WOMAN, coverages=(cover,), claims=(claim,))).total

    assert total + 33_800_00 + 162_900_00 == 203_700_00
