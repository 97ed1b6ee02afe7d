"""The exact path of a batch: every claim through the engine that decides single claims.

It is what the compiled path is compared with, and the path for plans that only the exact backend can compute.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from mutualplans.batch.columns import CLAIM, COVERAGE, PERSON, claim_columns, coverage_columns
from mutualplans.batch.outcome import Outcome, Rows, as_problems, together
from mutualplans.batch.prepare import Prepared, held, prepare
from mutualplans.batch.records import Person, persons, sorted_by_person
from mutualplans.engine.assess import Balances
from mutualplans.engine.covers import cover_faults, with_transfers
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Simulation, judge
from mutualplans.model.coverage import Coverage
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Text

__all__ = ["decide_exactly", "decide_ready", "explain_claim"]

_AT_ONCE = 5_000
"""Rows of persons that are in Python objects at a time, in each process."""


def decide_exactly(
    office: Office,
    claims: pa.Table,
    coverages: pa.Table,
    *,
    refused: pa.Array | None = None,
    decided_on: date | None = None,
    processes: int = 1,
    progress: Callable[[int], None] = lambda _claims: None,
) -> Outcome:
    """Decide claims exactly as `mutualplans.engine.simulate` does, person by person.

    The result does not depend on the order of the rows or on the number of processes.

    Args:
        office: The office.
        claims: Claims; see `mutualplans.batch.columns`.
        coverages: Coverages.
        refused: Persons some of whose coverages were refused when they were read.
        decided_on: Day of the decision, for the receipts of an explanation.
        processes: How many processes decide at a time; each is given persons with all they have.
        progress: Called with the number of claims that were dealt with since the last call.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    ready = prepare(office, claims, coverages, refused=refused)
    progress(len(claims) - len(ready.claims))
    return decide_ready(office, ready, decided_on=decided_on, processes=processes, progress=progress)


def decide_ready(
    office: Office,
    ready: Prepared,
    *,
    decided_on: date | None = None,
    processes: int = 1,
    progress: Callable[[int], None] = lambda _claims: None,
) -> Outcome:
    """Decide claims that were made ready; see `decide_exactly`."""
    parts = _parts(sorted_by_person(ready.claims), sorted_by_person(ready.coverages))
    made = [ready.problems.outcome()]
    for count, part in _decided(office, parts, decided_on, processes):
        made.append(part)
        progress(count)
    return together(office, made)


def explain_claim(
    office: Office,
    claims: pa.Table,
    coverages: pa.Table,
    claim_id: str,
    *,
    refused: pa.Array | None = None,
) -> list[Simulation]:
    """Return the decisions on a claim with all that explains them, one for each row that was decided under its number.

    The person's earlier claims are decided before it, as in the batch.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    whose = pc.unique(claims.filter(pc.equal(claims["claim"], claim_id))[PERSON])
    theirs = [table.filter(pc.is_in(table[PERSON], whose)) for table in (claims, coverages)]
    ready = prepare(office, *theirs, refused=refused)
    found = []
    for person in persons(
        sorted_by_person(ready.claims),
        sorted_by_person(ready.coverages),
        ready.claim_columns,
        ready.coverage_columns,
    ):
        for judged in () if person.lost_cover else judge(office, person.situation):
            if judged.claim.id == claim_id:
                problems = tuple(item for _plan, item in judged.problems)
                found.append(
                    Simulation(decisions=judged.decisions, problems=problems, balances=judged.balances)
                )
    if not found:
        return [
            Simulation(decisions=(), problems=(item,), balances=Balances())
            for item in as_problems(ready.problems.outcome().problems, claim=claim_id)
        ]
    return found


# ---------------------------------------------------------------- parts of whole persons


@frozen
class _Part:
    claims: pa.Table
    coverages: pa.Table


def _parts(claims: pa.Table, coverages: pa.Table) -> Iterator[_Part]:
    """Yield parts of two tables sorted by person; all rows of a person are in one part."""
    start, covers_start = 0, 0
    while start < len(claims) or covers_start < len(coverages):
        last = _last_person(claims, start), _last_person(coverages, covers_start)
        key = min(name for name in last if name is not None)
        stop, covers_stop = _after(claims, start, key), _after(coverages, covers_start, key)
        yield _Part(
            claims.slice(start, stop - start), coverages.slice(covers_start, covers_stop - covers_start)
        )
        start, covers_start = stop, covers_stop


def _last_person(table: pa.Table, start: int) -> str | None:
    """Return the person up to whom one part goes, or ``None`` where the table has no more rows."""
    if start >= len(table):
        return None
    found: str = table[PERSON][min(start + _AT_ONCE, len(table)) - 1].as_py()
    return found


def _after(table: pa.Table, start: int, key: str) -> int:
    """Return the first row from `start` on whose person comes after `key`."""
    low, high = start, len(table)
    while low < high:
        middle = (low + high) // 2
        if table[PERSON][middle].as_py() <= key:
            low = middle + 1
        else:
            high = middle
    return low


# ---------------------------------------------------------------- deciding the parts


def _decided(
    office: Office, parts: Iterator[_Part], decided_on: date | None, processes: int
) -> Iterator[tuple[int, Outcome]]:
    if processes <= 1:
        for part in parts:
            yield len(part.claims), _decide(office, part, decided_on)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads' locks of Arrow
    given = (pickle.dumps(office), decided_on)
    with ProcessPoolExecutor(processes, context, _start, given) as pool:
        waiting: deque[tuple[int, Future[list[bytes]]]] = deque()
        for part in parts:
            sent = [_packed(part.claims), _packed(part.coverages)]
            waiting.append((len(part.claims), pool.submit(_work, sent)))
            if len(waiting) > 2 * processes:
                yield _received(*waiting.popleft())
        while waiting:
            yield _received(*waiting.popleft())


_here: dict[str, Any] = {}
"""What a process of the pool was given when it started."""


def _start(office: bytes, decided_on: date | None) -> None:
    _here.update(office=pickle.loads(office), decided_on=decided_on)


def _work(sent: list[bytes]) -> list[bytes]:
    part = _Part(*map(_unpacked, sent))
    made = _decide(_here["office"], part, _here["decided_on"])
    return [_packed(table) for table in (made.decisions, made.benefits, made.problems, made.receipts)]


def _received(count: int, future: Future[list[bytes]]) -> tuple[int, Outcome]:
    decisions, benefits, problems, receipts = map(_unpacked, future.result())
    return count, Outcome(decisions=decisions, benefits=benefits, problems=problems, receipts=receipts)


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    table = table.combine_chunks().unify_dictionaries()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _unpacked(data: bytes) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()


def _decide(office: Office, part: _Part, decided_on: date | None) -> Outcome:
    rows = Rows()
    plans = [item.plan for item in office.plans]
    for person in persons(part.claims, part.coverages, claim_columns(plans), coverage_columns(plans)):
        _one_person(office, person, decided_on, rows)
    return rows.outcome()


def _one_person(office: Office, person: Person, decided_on: date | None, rows: Rows) -> None:
    for fault in person.faults:
        file = COVERAGE if fault.claim is None else CLAIM
        rows.problem(
            _no_record(fault.message), file=file, row=fault.row, claim=fault.claim, person=person.key
        )
    covers, transfers = with_transfers(person.situation.coverages)
    for wrong in [*cover_faults(covers, ["self"]), *transfers]:
        for row in sorted({row for cover in wrong.covers for row in _rows(person, cover)}):
            plan = wrong.covers[0].plan
            rows.problem(wrong.problem, file=COVERAGE, row=row, person=person.key, plan=plan)
    if person.lost_cover:
        for row, claim in zip(person.claim_rows, person.situation.claims, strict=True):
            rows.problem(held(), file=CLAIM, row=row, claim=claim.id, person=person.key)
        return
    judged = judge(office, person.situation, decided_on=decided_on)
    for row, found in zip(person.claim_rows, judged, strict=True):
        at: dict[str, Any] = {"file": CLAIM, "row": row, "claim": found.claim.id, "person": person.key}
        for made in found.decisions:
            rows.decision(made, person.key, row)
        for plan, item in found.problems:
            rows.problem(item, **at, plan=plan or None)


def _rows(person: Person, cover: Coverage) -> Iterator[int]:
    """Yield the rows of a cover; one that was put together of several has the rows of its parts."""
    at = (cover.plan, cover.first_day, cover.last_day)
    parts = (
        [at]
        if at in person.cover_rows
        else [
            known
            for known in person.cover_rows
            if known[0] == cover.plan and cover.first_day <= known[1] and known[2] <= cover.last_day
        ]
    )
    for known in parts:
        yield from person.cover_rows[known]


def _no_record(message: Text) -> Problem:
    return problem(
        "batch.value",
        f"{message.zh}；此行没有采用",
        f"{message.in_('en')}; the row is not used",
        hint_zh="改正后重新核定",
        hint_en="correct it and assess again",
    )
