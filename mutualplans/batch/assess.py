"""Assess whole tables: by kernels where they can say a plan, exactly as single claims are decided everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve

from mutualplans.batch.columns import PERSON
from mutualplans.batch.exactly import decide_ready
from mutualplans.batch.outcome import Outcome, together
from mutualplans.batch.prepare import Prepared, prepare
from mutualplans.batch.run import decide, threads_by_default
from mutualplans.batch.share import Options, Seen
from mutualplans.batch.tables import outcome
from mutualplans.engine.office import Office

__all__ = ["assess_ready", "assess_tables"]

_WORTH_PROCESSES = 2_000
"""From so many claims on, deciding them one by one is worth starting processes for."""


def assess_tables(
    office: Office,
    claims: pa.Table,
    coverages: pa.Table,
    *,
    refused: pa.Array | None = None,
    shared: pa.Array | None = None,
    unread: int = 0,
    decided_on: date | None = None,
    threads: int | None = None,
    runtime: str = "auto",
    benefits: bool = True,
    seen: Seen | None = None,
    progress: Callable[[int], None] = lambda _claims: None,
) -> Outcome:
    """Decide claims as `mutualplans.engine.simulate` does, many at a time.

    The result does not depend on the order of the rows, on the number of threads, or on the runtime; it is that of
    `decide_exactly`.

    Args:
        office: The office.
        claims: Claims; see `mutualplans.batch.columns`.
        coverages: Coverages.
        refused: Persons some of whose coverages were refused when they were read.
        shared: Claim numbers that several persons have, where this is a part of all claims; else they are found.
        unread: Claims that were refused when they were read: accounts that several persons share lack them.
        decided_on: Day of the decision, for the receipts of an explanation.
        threads: How many shares of the persons are decided at a time; as many as the machine allows, if not said.
        runtime: ``compiled``, ``interpreted``, or ``auto`` for what is faster.
        benefits: Whether the table of benefits is wanted too.
        seen: What other parts of the same input had, where this is a part.
        progress: Called with the number of claims that were dealt with since the last call.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    ready = prepare(office, claims, coverages, refused=refused, shared=shared)
    progress(len(claims) - len(ready.claims))
    options = Options(
        threads=threads or threads_by_default(), runtime=runtime, detail=benefits, seen=seen or Seen()
    )
    return assess_ready(office, ready, options, unread=unread, decided_on=decided_on, progress=progress)


def assess_ready(
    office: Office,
    ready: Prepared,
    options: Options,
    *,
    unread: int = 0,
    decided_on: date | None = None,
    progress: Callable[[int], None] = lambda _claims: None,
) -> Outcome:
    """Decide tables that were made ready; see `assess_tables`."""
    decided = decide(office, ready, options)
    with ThreadPoolExecutor(len(decided)) as pool:
        fast = list(pool.map(partial(outcome, benefits=options.detail), decided))
    rest = _rest(ready, pa.concat_arrays([share.persons(share.left_out) for share in decided]))
    progress(len(ready.claims) - len(rest.claims))
    processes = options.threads if len(rest.claims) >= _WORTH_PROCESSES else 1
    slow = decide_ready(
        office, rest, unread=unread, decided_on=decided_on, processes=processes, progress=progress
    )
    return together(office, [*fast, slow if options.detail else slow.without_benefits()])


def _rest(ready: Prepared, persons: pa.Array) -> Prepared:
    """Return what is left to the exact way: the persons left out, with the problems of the rows themselves."""

    def rows(table: pa.Table) -> pa.Table:
        return table.filter(pc.is_in(table[PERSON], persons)) if len(persons) else table.slice(0, 0)

    return evolve(ready, claims=rows(ready.claims), coverages=rows(ready.coverages))
