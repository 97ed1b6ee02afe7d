"""The law of the batch, for plans of one office that rest on each other: kernels say what the exact way says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.exactly import decide_exactly
from mutualplans.batch.kernel.compiled import can_compile
from mutualplans.batch.prepare import prepare
from mutualplans.batch.run import decide
from mutualplans.batch.share import Decided, Options
from mutualplans.engine.office import Office, SharedLimit
from mutualplans.plan.vocabulary import HOLDS
from tests.batch.test_kernel_laws import COMPILED, QUICK, tables, told
from tests.batch.together_strategies import batches_together, offices_together


def reached(office: Office, claims: pa.Table, coverages: pa.Table) -> Iterator[str]:
    """Yield in which ways plans rested on each other in what kernels decided, without the exact way."""
    (decided,) = decide(office, prepare(office, claims, coverages), Options(runtime="interpreted"))
    alone = ~np.isin(decided.claims.person, decided.left_out)
    yield f"persons left out: {len(decided.left_out)} of {len(decided.keys)}"
    for run in decided.plans:
        plan, paid = run.item.plan, alone & (run.out["total"] > 0)
        covers = run.out["cover"][paid]
        if any(alone[row] for row in run.merging.notes):
            yield "stays are merged"
        if plan.continues and (run.terms.column("cover.terms")[covers] > 1).any():
            yield "a plan goes on from another"
        if plan.term_begins and len(covers):
            yield "a common term pays"
        for field in plan.fields():
            if field.name.startswith(HOLDS) and len(covers):
                yield "paid beside another plan"
            if field.path == "cover.months" and len(covers):
                yield "months of cover are read"
    for limit in office.limits:
        under = [run for run in decided.plans if run.item.plan.id in limit.plans]
        for row in np.flatnonzero(alone):
            paid_for = [int(max(run.out["total"][row], 0)) for run in under]
            if sum(amount > 0 for amount in paid_for) > 1:
                yield f"two plans pay for a claim under a limit, per {limit.per.value}"
            if limit.most and sum(paid_for) == limit.most:
                yield "a limit is used up by one claim"
    if any(_used_up(decided, limit, alone) for limit in office.limits):
        yield "a limit is used up over several claims"


def _used_up(decided: Decided, limit: SharedLimit, alone: np.ndarray) -> bool:
    """Return whether several claims of a person together come to a limit."""
    sums: dict[tuple[int, int], list[int]] = {}
    for run in decided.plans:
        if run.item.plan.id in limit.plans:
            for row in np.flatnonzero(alone & (run.out["total"] > 0)):
                key = int(decided.claims.person[row]), int(run.out[f"period:{limit.id}"][row])
                sums.setdefault(key, []).append(int(run.out["total"][row]))
    return any(len(paid) > 1 and sum(paid) == limit.most for paid in sums.values())


@QUICK
@given(st.data())
def test_kernels_decide_plans_together_as_the_exact_way_does(data: st.DataObject) -> None:
    """Plans held beside each other, shared limits, common terms, continued plans, merged stays: every row is equal."""
    office = data.draw(offices_together())
    claims, coverages = tables(office, data.draw(batches_together(office)))

    exact = decide_exactly(office, claims, coverages)
    fast = assess_tables(office, claims, coverages, runtime="interpreted", threads=1)

    for way in set(reached(office, claims, coverages)):
        event(way)
    assert told(fast) == told(exact)


@pytest.mark.skipif(not can_compile(), reason="the extra mutualplans[fast] is not installed")
@COMPILED
@given(st.data())
def test_compiled_kernels_decide_plans_together_as_the_exact_way_does(data: st.DataObject) -> None:
    """The other runtime: the same source, compiled, in two threads."""
    office = data.draw(offices_together())
    claims, coverages = tables(office, data.draw(batches_together(office)))

    fast = assess_tables(office, claims, coverages, runtime="compiled", threads=2)

    assert told(fast) == told(decide_exactly(office, claims, coverages))
