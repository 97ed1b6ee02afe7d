"""A small city by seed: persons with covers of the office's plans, claims, and the mistakes that tables have."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from mutualplans.batch.columns import CLAIM, COVERAGE, claim_columns, coverage_columns
from mutualplans.engine.office import Office
from mutualplans.testing.batch import table_of
from tests.batch.frames import as_file


def city(
    office: Office, persons: int, *, seed: int = 1, busiest: int = 5, shared: float = 0.03
) -> tuple[pa.Table, pa.Table]:
    """Return claims and coverages as Parquet files hold them.

    The first person has `busiest` claims, others up to five; `shared` is the part of the claims that have one of a few
    numbers which everybody uses.
    """
    chance = random.Random(seed)
    claims: list[dict[str, Any]] = []
    covers: list[dict[str, Any]] = []
    for number in range(persons):
        covers += _covers(chance, f"p{number}", [item.plan.id for item in office.plans])
        many = busiest if number == 0 else chance.randint(0, 5)
        claims += [_claim(chance, f"p{number}", at, shared) for at in range(many)]
    chance.shuffle(claims)
    chance.shuffle(covers)
    for rows in (claims, covers):
        for number, row in enumerate(rows, 1):
            row["row"] = number
    plans = [item.plan for item in office.plans]
    return (
        as_file(table_of(claims, claim_columns(plans)), office, CLAIM),
        as_file(table_of(covers, coverage_columns(plans)), office, COVERAGE),
    )


def _covers(chance: random.Random, person: str, plans: Sequence[str]) -> list[dict[str, Any]]:
    known = {
        "person": person,
        "unit.name": chance.choice(["一厂", "二厂", None]),
        "unit.unit_type": chance.choice(["company", "company", "school", "circus"]),
        "member.birth_date": chance.choice([date(1980, 5, 1), date(1985, 1, 1), date(1950, 1, 1), None]),
        "shares": chance.choice([1, 1, 2, 9, None]),
    }
    found = []
    for plan in plans:
        for year in (2023, 2024):
            if chance.random() < 0.8:
                first = date(year, 1, 1) - timedelta(days=chance.choice([0] * 20 + [40]))
                found.append({**known, "plan": plan, "first_day": first, "last_day": date(year, 12, 31)})
    if chance.random() < 0.05:
        found.append(
            {
                **known,
                "plan": chance.choice(["unknown", None]),
                "first_day": date(2024, 1, 1),
                "last_day": date(2024, 12, 31),
            }
        )
    return found


def _claim(chance: random.Random, person: str, number: int, shared: float) -> dict[str, Any]:
    admitted = date(2022, 12, 20) + timedelta(days=chance.randint(0, 760))
    bill = chance.choice([0, 1, 99_999, chance.randint(0, 3_000_000)])
    own = f"{person}-{chance.choice([number, number, number, 0])}"
    return {
        "claim": chance.choice(["A-1", "A-2"]) if chance.random() < shared else own,
        "person": chance.choice([person] * 30 + [None, "nobody"]),
        "event": chance.choice(["inpatient"] * 6 + ["outpatient", None]),
        "cause": "illness",
        "admitted": chance.choice([admitted] * 9 + [None]),
        "reported": admitted + timedelta(days=chance.choice([20] * 12 + [-5])),
        "days": chance.choice([10, 10, 40, 40, 1, None]),
        "self_paid_in_scope": chance.choice([bill] * 9 + [None]),
        "self_paid_partly": 0,
        "out_of_scope": 0,
    }
