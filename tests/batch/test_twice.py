"""Nobody is paid twice by a kernel: the same claim again, its number again, its stay again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.exactly import decide_exactly
from mutualplans.batch.kernel.support import calendar, years_after
from mutualplans.testing.batch import table_of
from tests.engine.plans import allowance, office

COVER = {
    "person": "p",
    "row": 2,
    "plan": "allowance",
    "first_day": date(2024, 1, 1),
    "last_day": date(2024, 12, 31),
    "shares": 1,
    "member.sex": "male",
    "member.birth_date": date(1980, 5, 1),
}


def stay(row: int, **more: Any) -> dict[str, Any]:
    """Return a stay of ten days from 1 March: 3 are free, the others pay 40 yuan each, 280 in all."""
    about = {"claim": f"c{row}", "person": "p", "row": row, "event": "inpatient", "diagnosis": "J18.9"}
    days = {"admitted": date(2024, 3, 1), "discharged": date(2024, 3, 11), "days": 10}
    return {**about, **days, "reported": date(2024, 4, row), **more}


@pytest.mark.parametrize(
    ("second", "code"),
    [
        ({}, "claim.repeated"),
        (
            {"claim": "c2", "admitted": date(2024, 6, 1), "discharged": date(2024, 6, 11)},
            "claim.number-taken",
        ),
        ({"admitted": date(2024, 3, 5), "discharged": date(2024, 3, 15)}, "claim.stay-twice"),
    ],
)
def test_the_second_is_told_and_not_paid(second: dict[str, Any], code: str) -> None:
    """Of two claims the first has its 280 yuan; the second is a problem at its row, as when it is decided alone."""
    found = office(allowance())
    plans = [item.plan for item in found.plans]
    claims = table_of([stay(2), stay(3, **second)], claim_columns(plans))
    covers = table_of([COVER], coverage_columns(plans))

    fast = assess_tables(found, claims, covers, runtime="interpreted", threads=1)

    assert sum(amount or 0 for amount in fast.decisions["amount_fen"].to_pylist()) == 280_00
    assert [(row["row"], row["code"]) for row in fast.problems.to_pylist()] == [(3, code)]
    exact = decide_exactly(found, claims, covers)
    assert fast.decisions.to_pylist() == exact.decisions.to_pylist()
    assert fast.problems.to_pylist() == exact.problems.to_pylist()


def test_a_stay_that_follows_is_paid() -> None:
    """Who is admitted again on the day of discharge has two stays: 2 · 280 yuan."""
    found = office(allowance())
    plans = [item.plan for item in found.plans]
    again = stay(3, admitted=date(2024, 3, 11), discharged=date(2024, 3, 21))
    claims = table_of([stay(2), again], claim_columns(plans))

    made = assess_tables(found, claims, table_of([COVER], coverage_columns(plans)), runtime="interpreted")

    assert made.decisions["amount_fen"].to_pylist() == [280_00, 280_00]
    assert made.problems.num_rows == 0


@pytest.mark.parametrize("first", [date(2023, 1, 1), date(2023, 3, 1), date(2024, 2, 29), date(2024, 12, 31)])
def test_a_policy_year_ends_where_the_calendar_says(first: date) -> None:
    """Years are complete on the same day of a later year, that of 29 February on 1 March of a plain year."""
    begins = int(first.strftime("%Y%m%d"))
    for count in (-366, -1, 0, 1, 364, 365, 366, 367, 730, 731, 1095, 1096):
        event = first + timedelta(days=count)
        years = event.year - first.year - ((event.month, event.day) < (first.month, first.day))

        assert calendar(event.toordinal()) == int(event.strftime("%Y%m%d"))
        assert years_after(first.toordinal(), begins, event.toordinal()) == years
