"""Persons decided side by side: what one share holds changes nothing in another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

import mutualplans as mp
from mutualplans.batch import run
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.exactly import decide_exactly
from mutualplans.batch.hashes import share_of
from mutualplans.testing.batch import table_of
from tests.engine.plans import make, office

claim = mp.claim


def expense(id_: str) -> tuple[mp.Plan, str]:
    """A plan that pays half of what others leave of the bill."""
    value = mp.parameters(rate=mp.rate("给付比例"))
    benefit = mp.Benefit(
        "half",
        mp.Text("一半"),
        clause="测试",
        pays=claim.self_paid_in_scope.less(mp.paid.earlier) * value.rate,
        indemnity=True,
    )
    return make(id_, value, benefits=[benefit]), 'rate = "50%"'


def test_a_plan_that_waits_is_named_whatever_plans_other_shares_have() -> None:
    """Where p waits for `second`, it does not say that it waits for `first`, which only q of another share is in."""
    found = office(expense("first"), expense("second"), expense("third"))
    plans = [item.plan for item in found.plans]
    p, q = (
        "p",
        next(key for key in "qrstuv" if share_of(pa.array([key]), 2)[0] != share_of(pa.array(["p"]), 2)[0]),
    )
    held = [(p, "second"), (p, "third"), (q, "first"), (q, "third")]
    about: dict[str, Any] = {"first_day": date(2024, 1, 1), "last_day": date(2024, 12, 31)}
    covers = [{"person": who, "plan": plan, "row": row, **about} for row, (who, plan) in enumerate(held, 2)]
    bill: dict[str, Any] = {"event": "inpatient", "admitted": date(2024, 3, 1), "reported": date(2024, 4, 1)}
    claims = [
        {"claim": "a", "person": p, "row": 2, "self_paid": 100_00, **bill},  # what is in scope is not stated
        {"claim": "b", "person": q, "row": 3, "self_paid_in_scope": 100_00, "self_paid": 100_00, **bill},
    ]
    tables = table_of(claims, claim_columns(plans)), table_of(covers, coverage_columns(plans))

    made = assess_tables(found, *tables, runtime="interpreted", threads=2)

    waits = [row["message_en"] for row in made.problems.to_pylist() if row["code"] == "claim.waits"]
    assert waits == ["plan third has to wait until plan second is decided"]
    paid = [row["amount_fen"] for row in made.decisions.to_pylist() if row["claim"] == "b"]
    assert paid == [50_00, 25_00]
    assert made.decisions.to_pylist() == decide_exactly(found, *tables).decisions.to_pylist()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_person_is_in_one_share(threads: int) -> None:
    """Of forty persons with a claim each, all forty are paid once, however many shares there are."""
    found = office(expense("first"))
    plans = [found.plans[0].plan]
    keys = [f"p{number}" for number in range(40)]
    covers: list[dict[str, Any]] = [
        {
            "person": key,
            "plan": "first",
            "row": row,
            "first_day": date(2024, 1, 1),
            "last_day": date(2024, 12, 31),
        }
        for row, key in enumerate(keys, 2)
    ]
    claims: list[dict[str, Any]] = [
        {
            "claim": key,
            "person": key,
            "row": row,
            "event": "inpatient",
            "admitted": date(2024, 3, 1),
            "self_paid_in_scope": row * 100,
            "self_paid": row * 100,
        }
        for row, key in enumerate(keys, 2)
    ]
    tables = table_of(claims, claim_columns(plans)), table_of(covers, coverage_columns(plans))

    made = assess_tables(found, *tables, runtime="interpreted", threads=threads)

    assert run._WORTH_A_SHARE == 1
    assert made.decisions["claim"].to_pylist() == keys
    assert made.decisions["amount_fen"].to_pylist() == [row * 50 for row in range(2, 42)]
    assert sum(made.paid["fen"].to_pylist()) == sum(row * 50 for row in range(2, 42))
