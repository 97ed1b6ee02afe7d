"""The exact path of a batch: every claim through the engine that decides single claims.

It is what the compiled path is compared with, and the path for plans that only the exact backend can compute. Persons
who share an account are decided together, in one order over all their claims.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, frozen

from mutualplans.batch.columns import CLAIM, COVERAGE, PERSON, claim_columns, coverage_columns
from mutualplans.batch.groups import GROUP, Groups, shares_accounts
from mutualplans.batch.outcome import Outcome, Rows, as_problems, together
from mutualplans.batch.prepare import Prepared, held, prepare
from mutualplans.batch.records import Person, persons
from mutualplans.engine.accounts import FUND, SHARED, family_of
from mutualplans.engine.assess import Balances, Key
from mutualplans.engine.covers import cover_faults, with_transfers
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Judged, Judging, Simulation
from mutualplans.engine.twice import PAID_BEFORE
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
    unread: int = 0,
    decided_on: date | None = None,
    processes: int = 1,
    progress: Callable[[int], None] = lambda _claims: None,
) -> Outcome:
    """Decide claims exactly as `mutualplans.engine.simulate` does, person by person, or group by group.

    The result does not depend on the order of the rows or on the number of processes. The claims of an account that all
    insured share are all there: it begins at 0.

    Args:
        office: The office.
        claims: Claims; see `mutualplans.batch.columns`.
        coverages: Coverages.
        refused: Persons some of whose coverages were refused when they were read.
        unread: Claims that were refused when they were read.
        decided_on: Day of the decision, for the receipts of an explanation.
        processes: How many processes decide at a time; each is given persons with all they have.
        progress: Called with the number of claims that were dealt with since the last call.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    ready = prepare(office, claims, coverages, refused=refused)
    progress(len(claims) - len(ready.claims))
    return decide_ready(
        office, ready, unread=unread, decided_on=decided_on, processes=processes, progress=progress
    )


def decide_ready(
    office: Office,
    ready: Prepared,
    *,
    unread: int = 0,
    decided_on: date | None = None,
    processes: int = 1,
    progress: Callable[[int], None] = lambda _claims: None,
) -> Outcome:
    """Decide claims that were made ready; see `decide_exactly`."""
    groups = Groups.of(office, ready.coverages)
    parts = _parts(groups.sorted(ready.claims), groups.sorted(ready.coverages))
    made = [ready.problems.outcome()]
    for count, part in _decided(office, parts, decided_on, processes):
        made.append(part)
        progress(count)
    return together(office, [*made, *_left_open(office, made, ready, unread)])


def _left_open(office: Office, made: Sequence[Outcome], ready: Prepared, unread: int) -> Iterator[Outcome]:
    """Yield that claims are not decided, where others of the same account were decided as if they were not there."""
    held = pc.unique(ready.coverages["plan"].cast(pa.string())).to_pylist()
    for plan in (plan for plan in shares_accounts(office) if plan in held):
        open_ = unread + sum(_open_claims(part.problems, plan) for part in made)
        if open_:
            rows = Rows()
            rows.problem(_without_them(plan, open_), file=CLAIM, plan=plan)
            yield rows.outcome()


def _open_claims(problems: pa.Table, plan: str) -> int:
    """Return how many claims among the problems may belong to a plan and are not decided."""
    about = pc.or_(pc.is_null(problems["plan"]), pc.equal(problems["plan"].cast(pa.string()), plan))
    open_ = pc.and_(
        pc.equal(problems["severity"].cast(pa.string()), "error"),
        pc.and_(
            pc.equal(problems["file"].cast(pa.string()), CLAIM),
            pc.invert(pc.is_in(problems["code"].cast(pa.string()), pa.array(PAID_BEFORE))),
        ),
    )
    return len(problems.filter(pc.and_(pc.fill_null(about, True), open_))["row"].unique())


def _without_them(plan: str, count: int) -> Problem:
    return problem(
        "claim.shared-open",
        f"计划 {plan} 有几个人共用的账户；有 {count} 件申领没有核定，其余的按没有它们核定",
        f"several persons share an account of plan {plan}; {count} claims are not decided, and the others were decided "
        "as if these were not there",
        hint_zh="补齐以后连同其余一起重新核定，再给付；其余已经给付的，把补齐的“核定顺序日期”(decided)写在它们之后",
        hint_en="complete them and assess all again before anything is paid; where others were paid already, give the "
        "completed ones a later day of decision (decided)",
        severity="warning",
    )


def explain_claim(
    office: Office,
    claims: pa.Table,
    coverages: pa.Table,
    claim_id: str,
    *,
    refused: pa.Array | None = None,
) -> list[Simulation]:
    """Return the decisions on a claim with all that explains them, one for each row that was decided under its number.

    Earlier claims of the person, and of all who share an account with it, are decided before it, as in the batch.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    whose = pc.unique(claims.filter(pc.equal(claims["claim"], claim_id))[PERSON])
    groups = Groups.of(office, coverages)
    everybody = groups.with_everybody(whose)
    theirs = [table.filter(pc.is_in(table[PERSON], everybody)) for table in (claims, coverages)]
    ready = prepare(office, *theirs, refused=refused)
    found = []
    people = persons(
        groups.sorted(ready.claims),
        groups.sorted(ready.coverages),
        ready.claim_columns,
        ready.coverage_columns,
    )
    for turn in _in_turn(office, people, None):
        if turn.judged.claim.id == claim_id:
            problems = tuple(item for _plan, item in turn.judged.problems)
            found.append(
                Simulation(decisions=turn.judged.decisions, problems=problems, balances=turn.judged.balances)
            )
    if not found:
        return [
            Simulation(decisions=(), problems=(item,), balances=Balances())
            for item in as_problems(ready.problems.outcome().problems, claim=claim_id)
        ]
    return found


# ---------------------------------------------------------------- parts of whole persons, and of whole groups


@frozen
class _Part:
    claims: pa.Table
    coverages: pa.Table


def _parts(claims: pa.Table, coverages: pa.Table) -> Iterator[_Part]:
    """Yield parts of two tables sorted by group; all rows of a group are in one part."""
    start, covers_start = 0, 0
    while start < len(claims) or covers_start < len(coverages):
        last = _last_group(claims, start), _last_group(coverages, covers_start)
        key = min(name for name in last if name is not None)
        stop, covers_stop = _after(claims, start, key), _after(coverages, covers_start, key)
        yield _Part(
            claims.slice(start, stop - start), coverages.slice(covers_start, covers_stop - covers_start)
        )
        start, covers_start = stop, covers_stop


def _last_group(table: pa.Table, start: int) -> str | None:
    """Return the group up to which one part goes, or ``None`` where the table has no more rows."""
    if start >= len(table):
        return None
    found: str = table[GROUP][min(start + _AT_ONCE, len(table)) - 1].as_py()
    return found


def _after(table: pa.Table, start: int, key: str) -> int:
    """Return the first row from `start` on whose group comes after `key`."""
    low, high = start, len(table)
    while low < high:
        middle = (low + high) // 2
        if table[GROUP][middle].as_py() <= key:
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
    people = [*persons(part.claims, part.coverages, claim_columns(plans), coverage_columns(plans))]
    for person in people:
        _records(person, rows)
    for turn in _in_turn(office, people, decided_on):
        key, found = turn.person, turn.judged
        at: dict[str, Any] = {"file": CLAIM, "row": turn.row, "claim": found.claim.id, "person": key}
        for made in found.decisions:
            rows.decision(made, key, turn.row)
        for plan, item in found.problems:
            rows.problem(item, **at, plan=plan or None)
    return rows.outcome()


@frozen
class _Turn:
    """What became of a claim in the order of decision over several persons.

    Attributes:
        person: Key of the person.
        row: Row of the claim.
        judged: What became of it.
    """

    person: str
    row: int
    judged: Judged


def _in_turn(office: Office, people: Iterable[Person], decided_on: date | None) -> Iterator[_Turn]:
    """Decide the claims of several persons, each in its place among all of them; balances that are shared go along.

    Persons who share nothing come out as if each were decided alone.
    """
    sound = [person for person in people if not person.lost_cover]
    judging = [Judging(office, person.situation, decided_on) for person in sound]
    own = [Balances(whole_fund=True) for _ in sound]
    shared: dict[str, dict[Key, int]] = {}
    todo = [(key, at, place) for at, person in enumerate(sound) for place, key in enumerate(person.order)]
    shares = bool(shares_accounts(office))
    for _key, at, place in sorted(todo) if shares else todo:
        person, state = sound[at], own[at]
        if shares:
            owners = (FUND, *dict.fromkeys(map(family_of, person.situation.coverages)))
            found = {key: value for owner in owners for key, value in shared.get(owner, {}).items()}
            state = evolve(state, amounts={**state.amounts, **found})
        judged = judging[at].judge(person.situation.claims[place], state)
        own[at] = judged.balances
        if shares:
            for key, value in judged.balances.amounts.items():
                if key[0].startswith(SHARED):
                    shared.setdefault(key[0], {})[key] = value
        yield _Turn(person.key, person.claim_rows[place], judged)


def _records(person: Person, rows: Rows) -> None:
    """Say what is wrong with the rows of a person; without one of the covers no claim is decided."""
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
