"""The law of the batch: kernels, interpreted or compiled, say what the exact way says, to the fen and the reason."""

from __future__ import annotations

import os
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.exactly import decide_exactly
from mutualplans.batch.kernel.compiled import can_compile
from mutualplans.batch.outcome import Outcome
from mutualplans.engine.office import Office
from mutualplans.testing.batch import table_of
from tests.batch.strategies import batches, counted_apart, offices

NIGHTLY = os.environ.get("MUTUALPLANS_NIGHTLY") == "1"
QUICK = settings(
    database=None,
    max_examples=5000 if NIGHTLY else 60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
COMPILED = settings(QUICK, max_examples=200 if NIGHTLY else 2, phases=[Phase.generate])
"""Few: a plan takes seconds to compile, so nothing is made smaller either; the seed says it again."""


def tables(
    office: Office, rows: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> tuple[pa.Table, pa.Table]:
    """Return rows as the two tables of a batch."""
    plans = [item.plan for item in office.plans]
    return table_of(rows[0], claim_columns(plans)), table_of(rows[1], coverage_columns(plans))


def told(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain rows, and what each benefit paid in all."""
    names = ("decisions", "benefits", "problems", "receipts")
    paid: dict[tuple[str, str], tuple[int, int]] = {}
    for row in outcome.paid.to_pylist():
        times, fen = paid.get((row["plan"], row["benefit"]), (0, 0))
        paid[row["plan"], row["benefit"]] = times + row["times"], fen + row["fen"]
    return {**{name: getattr(outcome, name).to_pylist() for name in names}, "paid": paid}


@QUICK
@given(st.data())
def test_a_kernel_decides_as_the_exact_way_does(data: st.DataObject) -> None:
    """Plans of every node class, late claims, renewals, leap days, missing inputs: every row of every table is equal."""
    office = data.draw(offices())
    claims, coverages = tables(office, data.draw(batches(office)))

    threads = data.draw(st.integers(1, 3))

    exact = decide_exactly(office, claims, coverages)
    fast = assess_tables(office, claims, coverages, runtime="interpreted", threads=threads)

    for status in set(exact.decisions["status"].to_pylist()):
        event(f"status {status}")
    assert told(fast) == told(exact)


@QUICK
@given(st.data())
def test_what_was_paid_is_counted_by_a_code_as_the_exact_way_does(data: st.DataObject) -> None:
    """A second benefit reads what was paid under the same code: claims that lack the code wait where they are paid."""
    office = data.draw(counted_apart())
    claims, coverages = tables(office, data.draw(batches(office, most=2)))

    exact = decide_exactly(office, claims, coverages)
    fast = assess_tables(office, claims, coverages, runtime="interpreted")

    assert told(fast) == told(exact)


@pytest.mark.skipif(not can_compile(), reason="the extra mutualplans[fast] is not installed")
@COMPILED
@given(st.data())
def test_a_compiled_kernel_decides_as_the_exact_way_does(data: st.DataObject) -> None:
    """The other runtime: the same source, compiled, in two threads."""
    office = data.draw(offices())
    claims, coverages = tables(office, data.draw(batches(office)))

    fast = assess_tables(office, claims, coverages, runtime="compiled", threads=2)

    assert told(fast) == told(decide_exactly(office, claims, coverages))
