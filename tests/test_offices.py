"""The example offices: their settings are sound, they quote their rosters, and decide their cases as worked by hand.

Every amount here is worked out in the head of its case file, or in the office's README.
"""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
OFFICES = ROOT / "examples" / "offices"

QUOTES = {
    "beijing": (
        "2016-01-01",
        {
            "medical-mutual-aid": (6, "0.00"),
            "non-work-accident-household": (7, "0.00"),
            "female-illness": (4, "200.00"),  # (2 + 1 + 1 + 1) × 40
            "major-disease": (7, "720.00"),  # (2 + 6 × 1) × 90
            "accident": (7, "402.00"),  # 2 × 100 + 3 × 50 + 2 × 26
            "child-accident": (1, "50.00"),
            "inpatient-medical": (7, "350.00"),  # 7 × 50
            "inpatient-allowance": (6, "360.00"),  # 6 × 60
        },
    ),
    "coal-city": ("2016-01-01", {"three-in-one": (7, "840.00"), "accident": (1, "62.00")}),  # 7 × 120; 62
    "longyan": (
        "2012-10-18",
        {
            "worker-medical-aid": (5, "228.00"),  # 3 × 36 + 2 × 60
            "female-health": (2, "50.00"),  # 2 × 25
        },
    ),
    "chongming": (
        "2002-10-01",
        {
            "inpatient-supplement": (2, "70.00"),  # 2 × 35
            "critical-illness-group": (2, "120.00"),  # 2 × 60
            "outpatient-inpatient-supplement": (2, "510.00"),  # 2 × 255
        },
    ),
    "ningbo": (
        "2023-05-01",
        {
            "inpatient-supplement-ningbo": (12, "720.00"),  # 12 × 60
            "retiree-inpatient": (2, "260.00"),  # 2 × 130
            "critical-illness-group": (10, "1800.00"),  # 10 × 3 × 60
            "female-health": (4, "600.00"),  # 4 × 3 × 50
        },
    ),
    "shanghai": (
        "2002-09-01",
        {
            "inpatient-supplement": (10, "490.00"),  # 8 × 35 + 2 × 105
            "critical-illness-group": (10, "1720.00"),  # 7 × 60 + 2 × 340 + 620
        },
    ),
    "jingan": (
        "2003-01-01",
        {
            "inpatient-supplement": (10, "350.00"),  # 10 × 35
            "critical-illness-group": (11, "660.00"),  # 11 × 60
            "unit-fund": (11, "0.00"),
        },
    ),
    "huaihua": (
        "2013-01-01",
        {
            "accident": (6, "474.00"),  # 100 + 50 + 124 + 26 + 100 + 74
            "major-disease": (6, "462.00"),  # (5 + 2) × 66
            "hardship-grant": (7, "0.00"),
        },
    ),
}
"""Office → first day of cover, plan → how many join and their fees."""

CASES = {
    ("beijing", "1-one-event-four-plans"): [
        *("740.00", "0.00", "1160.00", "3500.00", "440.00"),
        *("0.00", "500.00", "6000.00", "0.00", "0.00"),
    ],
    ("beijing", "2-breast-cancer"): [
        *("3340.00", "24728.00", "14000.00", "12600.00", "440.00"),
        *("670.00", "0.00", "0.00", "2400.00", "80.00"),
        *("16000.00", "0.00", "0.00", "0.00", "0.00"),
    ],
    ("beijing", "3-home-and-child"): ["2500.00", "7500.00", "8000.00", "1000.00", "1000.00", "0.00"],
    ("beijing", "4-vulvar-cancer"): ["12260.00"],
    ("beijing", "5-invasive-mole"): ["0.00"],
    ("beijing", "6-above-the-ceiling"): ["2000.00", "105000.00"],
    ("coal-city", "1-moved-to-another-county"): [
        *("1400.00", "0.00", "2100.00"),
        *("1300.00", "0.00", "2400.00"),
        *("0.00", "10000.00", "0.00"),
    ],
    ("longyan", "1-miner"): ["3800.00", "4750.00", "200.00", "200.00"],
    ("longyan", "2-limit"): ["20000.00", "0.00", "5000.00", "0.00"],
    ("longyan", "3-female-addition"): ["12250.00", "6000.00"],
    ("longyan", "4-without-the-main-plan"): ["0.00"],
    ("chongming", "1-a-year"): ["55.00", "570.00", "980.00", "240.00", "0.00"],
    ("chongming", "2-city-and-county"): ["2000.00", "0.00", "980.00", "700.00", "0.00", "700.00"],
    ("ningbo", "1-wu-breast-cancer"): ["3300.00", "30000.00", "30000.00", "2600.00", "0.00", "0.00"],
    ("ningbo", "2-in-situ-in-two-stages"): ["1800.00", "9000.00", "15000.00", "564.70", "12000.00", "0.00"],
    ("ningbo", "3-retired-without-a-gap"): ["0.00", "1700.00", "0.00", "1200.00"],
    ("shanghai", "1-lung-cancer"): ["2000.00", "8000.00", "500.50", "0.00"],
    ("shanghai", "2-fee-given-back"): ["0.00", "620.00"],
    ("shanghai", "3-retiree"): ["1500.50", "0.00"],
    ("jingan", "1-second-plan"): [
        *("600.00", "0.00", "100.00"),
        *("39400.00", "0.00", "15150.00"),
        *("0.00", "10000.00", "0.00"),
    ],
    ("huaihua", "1-accident-then-grant"): [
        *("1160.00", "0.00", "0.00"),
        *("12000.00", "0.00", "0.00"),
        *("0.00", "0.00", "800.00"),
        *("0.00", "0.00", "0.00"),
        *("0.00", "0.00", "500.00"),
    ],
    ("huaihua", "2-illness-within-limits"): ["10000.00", "0.00", "0.00", "0.00", "0.00", "1000.00"],
}
"""Office and case → what each plan pays for each claim, in the order of decision."""


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


def test_every_office_and_case_is_listed_here() -> None:
    """No office and no case of an office is left out of these tests."""
    cases = {(path.parent.parent.name, path.stem) for path in OFFICES.glob("*/cases/*.toml")}

    assert {path.parent.name for path in OFFICES.glob("*/office.toml")} == set(QUOTES)
    assert cases == set(CASES)


@pytest.mark.parametrize("office", QUOTES)
def test_settings_are_sound(office: str) -> None:
    """``office check`` finds no error; unconfirmed values are warnings."""
    status, data = command("office", "check", f"examples/offices/{office}/office.toml")

    assert status == 0
    assert {item["severity"] for item in data["problems"]} <= {"warning"}


@pytest.mark.parametrize("office", QUOTES)
def test_roster_is_quoted(office: str) -> None:
    """Every row of the roster is read, and the fees are those worked out by hand."""
    first_day, expected = QUOTES[office]
    folder = f"examples/offices/{office}"
    status, data = command(
        "quote",
        *("--roster", f"{folder}/roster.csv", "--office", f"{folder}/office.toml"),
        *("--unit", f"{folder}/unit.toml", "--first-day", first_day),
        *(("--covers", f"{folder}/covers.csv") if (ROOT / folder / "covers.csv").exists() else ()),
    )
    found: dict[str, tuple[int, list[str]]] = {}
    for item in data["plans"]:
        joining, fees = found.get(item["plan"], (0, []))
        found[item["plan"]] = (joining + item["joining"], [*fees, item["premium"]])

    assert (status, data["rows_refused"]) == (0, [])
    assert {plan: (joining, str(sum(map(Decimal, fees)))) for plan, (joining, fees) in found.items()} == (
        expected
    )


def test_ningbo_asks_for_80_percent_of_units_and_of_staff() -> None:
    """Of 5 units 4 must take part: two do in the inpatient plan; a third has 1 of its 3, where 80 % are 3 persons."""
    folder = "examples/offices/ningbo"
    status, data = command(
        "quote",
        *("--roster", f"{folder}/roster.csv", "--office", f"{folder}/office.toml"),
        *("--unit", f"{folder}/unit.toml", "--first-day", "2023-05-01"),
    )
    refused = [(item["unit"], item["group"][0]["code"]) for item in data["plans"] if item["group"]]
    plan, *others = (
        (item["plan"], item["needed"], len(item["taking_part"]), item["short"]) for item in data["systems"]
    )

    assert status == 0
    assert refused == [("慈溪示例检测站", "group-minimum")]
    assert plan == ("inpatient-supplement-ningbo", 4, 2, 2)
    assert [item[1:] for item in others] == [(4, 1, 3), (4, 1, 3)]
    assert data["systems"][0]["missing"] == ["慈溪示例检测站", "慈溪示例园林公司", "慈溪示例监理公司"]


@pytest.mark.parametrize(("office", "case"), CASES)
def test_case_is_decided(office: str, case: str) -> None:
    """Each plan pays for each claim what was worked out by hand, and nothing is left undecided."""
    folder = f"examples/offices/{office}"
    status, data = command("simulate", f"{folder}/cases/{case}.toml", "--office", f"{folder}/office.toml")

    assert status == 0
    assert [item["total"] for item in data["decisions"]] == CASES[office, case]
    assert [item for item in data["problems"] if item["severity"] == "error"] == []


def test_one_event_has_four_separate_decisions() -> None:
    """What is paid for one event is the sum of four decisions, each with a trace; a fifth plan says why it pays nothing."""
    folder = "examples/offices/beijing"
    _, data = command(
        "simulate", f"{folder}/cases/1-one-event-four-plans.toml", "--office", f"{folder}/office.toml"
    )
    first = [item for item in data["decisions"] if item["claim"] == "A-1"]
    paying = [item for item in first if item["total"] != "0.00"]
    silent = [item for item in first if item["total"] == "0.00"]

    assert sum(Decimal(item["total"]) for item in paying) == 5840
    assert len(paying) == 4
    assert all(
        benefit["trace"] for item in paying for benefit in item["benefits"] if benefit["amount"] != "0.00"
    )
    assert all(benefit["reasons"] for item in silent for benefit in item["benefits"])


@pytest.mark.parametrize("office", QUOTES)
def test_one_command_shows_it_all(office: str) -> None:
    """``python examples/run_office.py OFFICE`` runs to its end and shows every case."""
    done = subprocess.run(
        [sys.executable, "examples/run_office.py", office],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    cases = [path.stem for path in (OFFICES / office / "cases").glob("*.toml")]

    assert done.returncode == 0, done.stdout[-2000:]
    assert all(f"cases/{case}.toml" in done.stdout for case in cases)


CHANGES = {
    ("beijing", "before", "eight-diseases"): (
        "2016-01-01",
        {("female-illness", "特殊疾病病种")},
        {"female-illness": ("36884.00", "36988.00", 1, 1)},
    ),
    ("beijing", "before", "cap"): (
        "2016-01-01",
        {("medical-mutual-aid", "全年最高给付")},
        {"medical-mutual-aid": ("121403.00", "192750.00", 1, 0)},
    ),
    ("longyan", "before", "half"): (
        "2012-10-18",
        {("worker-medical-aid", "补助比例")},
        {"worker-medical-aid": ("42720.00", "47150.00", 5, 2)},
    ),
}
"""City, settings before and after → first day, what changes, and for each plan that pays otherwise the sums before and
after, how many claims get more and how many less. The arithmetic is in ``examples/changes/README.md``.
"""


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_does(change: tuple[str, str, str]) -> None:
    """``office diff`` over an office's roster and claims: the change alone, the same fees, the sums worked by hand."""
    city, before, after = change
    first_day, values, sums = CHANGES[change]
    folder = f"examples/offices/{city}"
    status, data = command(
        *(
            "office",
            "diff",
            f"examples/changes/{city}-{before}.toml",
            f"examples/changes/{city}-{after}.toml",
        ),
        *("--roster", f"{folder}/roster.csv", "--unit", f"{folder}/unit.toml", "--first-day", first_day),
        *("--claims", f"{folder}/cases"),
    )
    changed = {
        (item["plan"], item["item"]) for item in data["changes"] if item["item"] not in ("有效期", "in force")
    }
    claims: dict[str, list[dict[str, str]]] = {}
    for item in data["claims"]:
        claims.setdefault(item["plan"], []).append(item)
    fees = sum(Decimal(fee) for _joining, fee in QUOTES[city][1].values())

    assert status == 0
    assert changed == values
    assert [item for item in data["claims"] if item["difference"] is None] == []
    assert [sum(Decimal(item[side]) for item in data["fees"]) for side in ("before", "after")] == [fees, fees]
    for plan, found in claims.items():
        totals = [sum(Decimal(item[side]) for item in found) for side in ("before", "after")]
        more, less = (sum(sign * Decimal(item["difference"]) > 0 for item in found) for sign in (1, -1))
        expected = sums.get(plan, (str(totals[0]), str(totals[0]), 0, 0))

        assert (str(totals[0]), str(totals[1]), more, less) == expected


def test_three_forms_of_one_fee_are_worth_the_same() -> None:
    """``quote --discount 28/31`` over Shanghai's roster: 60, 340 with 310 back and 620 with 620 back come to 60 each."""
    folder = "examples/offices/shanghai"
    _, data = command(
        *("quote", "--roster", f"{folder}/roster.csv", "--office", f"{folder}/office.toml"),
        *("--unit", f"{folder}/unit.toml", "--first-day", "2002-09-01", "--discount", "28/31"),
    )
    (plan,) = (item for item in data["plans"] if item["plan"] == "critical-illness-group")
    found = {(item["premium"], item["returns"], item["net"]) for item in plan["quotes"]}

    assert found == {("60.00", "0.00", "60.00"), ("340.00", "310.00", "60.00"), ("620.00", "620.00", "60.00")}
