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
    "ningbo": (
        "2023-05-01",
        {
            "inpatient-supplement-ningbo": (10, "600.00"),  # 10 × 60
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
    ("ningbo", "1-wu-breast-cancer"): ["3300.00", "30000.00", "30000.00", "2600.00", "0.00", "0.00"],
    ("ningbo", "2-in-situ-in-two-stages"): ["1800.00", "9000.00", "15000.00", "564.70", "12000.00", "0.00"],
    ("ningbo", "3-retired-without-a-gap"): ["1700.00", "1200.00"],
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
    )
    found: dict[str, tuple[int, list[str]]] = {}
    for item in data["plans"]:
        joining, fees = found.get(item["plan"], (0, []))
        found[item["plan"]] = (joining + item["joining"], [*fees, item["premium"]])

    assert (status, data["rows_refused"]) == (0, [])
    assert {plan: (joining, str(sum(map(Decimal, fees)))) for plan, (joining, fees) in found.items()} == (
        expected
    )


@pytest.mark.parametrize(("office", "case"), CASES)
def test_case_is_decided(office: str, case: str) -> None:
    """Each plan pays for each claim what was worked out by hand, and nothing is left undecided."""
    folder = f"examples/offices/{office}"
    status, data = command("simulate", f"{folder}/cases/{case}.toml", "--office", f"{folder}/office.toml")

    assert status == 0
    assert [item["total"] for item in data["decisions"]] == CASES[office, case]
    assert [item for item in data["problems"] if item["severity"] == "error"] == []


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
