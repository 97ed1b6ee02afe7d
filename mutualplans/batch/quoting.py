"""Quoting many persons at once: by kernels where they can say a plan, exactly as single persons are quoted else.

Whoever simply joins is done with once the kernel has run. What there is to say of the others is said by the engine,
once for each combination of the facts that it can depend on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import numpy as np
from attrs import define, field

from mutualplans.batch.combine import combinations
from mutualplans.batch.histories import doubtful, terms
from mutualplans.batch.joinings import Joinings
from mutualplans.batch.kernel.compiled import can_compile, compiled, interpreted, is_compiled
from mutualplans.batch.kernel.joining import (
    RELATION,
    JoiningSource,
    joining_formulas,
    joining_source,
    term_formulas,
)
from mutualplans.batch.kernel.source import KernelSource, Opaque
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.quoted import Quoted, Said, Wanted
from mutualplans.batch.screen import out_of_bounds
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import Office, OfficePlan, Package
from mutualplans.engine.packages import quote_package
from mutualplans.engine.quote import Quote, quote
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange, begun_months
from mutualplans.model.problem import MutualPlansError
from mutualplans.plan.formula import Formula

__all__ = ["quote_joinings", "quote_packages"]

_SMALL_JOB = 200_000
"""Up to so many persons a kernel is interpreted: reading it compiled from disk takes longer."""
_COMPILE_FROM = 1_000_000
"""From so many persons on it is worth compiling a kernel that was not compiled before."""
_DTYPES = {"i1": np.int8, "i4": np.int32, "i8": np.int64}


def quote_joinings(
    item: OfficePlan,
    joinings: Joinings,
    *,
    edition: str | None = None,
    runtime: str = "auto",
    threads: int = 1,
) -> Quoted:
    """Quote one plan for many persons, each exactly as `mutualplans.engine.quote.quote` does.

    Args:
        item: The plan.
        joinings: The persons.
        edition: Edition to use, whatever its dates.
        runtime: ``compiled``, ``interpreted``, or ``auto`` for what is faster.
        threads: How many kernels run at a time; the result does not depend on it.
    """
    made = Quoted(Wanted.plan(item), joinings, partial(quote, item, edition=edition))
    return _Run(made, item, edition, runtime, threads).run()


def quote_packages(office: Office, package: Package, joinings: Joinings) -> Quoted:
    """Quote one package for many persons, each exactly as `mutualplans.engine.packages.quote_package` does."""
    made = Quoted(Wanted.package(package), joinings, partial(quote_package, office, package))
    items = [office.plan(id_) for id_ in package.plans]
    _by_combinations(made, items, np.arange(len(joinings)), out_of_bounds(joinings))  # type: ignore[arg-type]
    found = [made.notes[place] for place in made.said.tolist()]
    editions = [note.edition if isinstance(note, Quote) else "" for note in found]
    made.editions = list(dict.fromkeys(editions))
    made.edition = np.array([made.editions.index(edition) for edition in editions], np.int64)
    return made


@define(eq=False)
class _Run:
    """One plan over all persons."""

    made: Quoted
    item: OfficePlan
    named: str | None
    runtime: str
    threads: int
    exact: np.ndarray = field(init=False)
    unsound: np.ndarray = field(init=False)

    def run(self) -> Quoted:
        made = self.made
        self.unsound = out_of_bounds(made.joinings)  # type: ignore[arg-type]
        self.exact = self._left_by_facts()
        self._editions()
        for number, bound in enumerate(made.bounds):
            rows = np.flatnonzero((made.edition == number) & ~self.exact)
            self._by_kernel(bound, rows)
        made.editions = [bound.edition.id for bound in made.bounds]
        _by_combinations(made, [self.item], np.flatnonzero(self.exact), self.unsound)
        return made

    def _left_by_facts(self) -> np.ndarray:
        """Return who is quoted the exact way because of what is known of them, whatever the edition says."""
        persons = self.made.joinings
        left = self.unsound | doubtful(self.item, persons)
        for plan in self.item.not_with:
            if plan in persons.together:
                left |= persons.together[plan]
        return left

    def _editions(self) -> None:
        """Bind the plan to the edition of each first day, or say why there is none."""
        made = self.made
        rows, place = combinations([made.joinings.column("cover.first_day")], len(made.joinings))
        for number, row in enumerate(rows):
            day = made.joinings.table["first_day"][int(row)].as_py()
            mine = place == number
            try:
                bound = self.item.bind(day=day, edition=self.named)
            except MutualPlansError as error:
                mine &= ~self.unsound
                made.said[mine] = len(made.notes)
                made.notes.append(error.problems)
                self.exact[mine] = False
                continue
            if bound not in made.bounds:
                made.bounds.append(bound)
            made.edition[mine] = made.bounds.index(bound)

    # ------------------------------------------------------------ by kernel

    def _by_kernel(self, bound: BoundPlan, rows: np.ndarray) -> None:
        """Quote the persons of one edition; who cannot be, is left to the exact way."""
        if not len(rows):
            return
        persons = self.made.joinings.take(rows)
        left = _terms(bound, persons)
        window = _window(bound)
        if window is None:
            left[list(persons.held)] = True
        persons.made["cover.terms"] = terms(self.item, persons, window or 0)
        try:
            source = joining_source(bound, code=persons.codes, nullable=persons.nullable)
        except Opaque as why:
            self.made.opaque[bound.edition.id] = str(why)
            self.exact[rows] = True
            return
        out = _called(source.kernel, persons, self.runtime, self.threads)
        rowless = sum(1 << place for place, path in enumerate(source.kernel.paths) if path.endswith("[]"))
        left |= (out["missing"] & rowless) != 0
        left |= (out["premium"] < 0) & (out["premium"] != MISSING)
        self.exact[rows[left]] = True
        sure = rows[~left]
        self.made.last_day[sure] = persons.column("cover.last_day")[~left]
        self.made.premium[sure] = out["premium"][~left]
        self.made.returns[sure] = np.where(out["premium"] == MISSING, 0, out["returns"])[~left]
        self._say(
            bound, source, persons, {key: np.where(left, 0, values) for key, values in out.items()}, rows
        )

    def _say(
        self,
        bound: BoundPlan,
        source: JoiningSource,
        persons: Joinings,
        out: dict[str, np.ndarray],
        rows: np.ndarray,
    ) -> None:
        """Note of whom there is something to say, once for each combination of what it depends on."""
        wanted, most = persons.column("cover.shares").astype(np.int64), out["most"].astype(np.int64)
        void = (wanted > most) & (most != MISSING) & ~self.exact[rows]
        talked = ((out["failed"] != 0) | (out["missing"] != 0) | void) & ~self.exact[rows]
        if self.named:  # whether the edition fits the first day is for the engine to say
            talked |= ~self.exact[rows]
        for failed in np.unique(out["failed"][talked]).tolist():
            at = np.flatnonzero(talked & (out["failed"] == failed))
            keys = [persons.column("cover.first_day"), out["missing"], wanted * void, most * void]
            keys += [persons.column(path) for path in _read_by(_failing(bound, failed), persons)]
            firsts, place = combinations([values[at] for values in keys], len(at))
            start = len(self.made.notes)
            self.made.notes += [int(rows[at[first]]) for first in firsts]
            self.made.said[rows[at]] = place + start


# ---------------------------------------------------------------- exactly


def _by_combinations(
    made: Quoted, items: Sequence[OfficePlan], rows: np.ndarray, unsound: np.ndarray
) -> None:
    """Quote persons by the engine; those of whom the same is known, once."""
    persons = made.joinings
    if not len(rows):
        return
    alone = np.where(unsound, np.arange(len(persons)), -1)
    keys = [alone, persons.holdings(rows), persons.column("known")]
    for item in items:
        keys += [persons.together[plan] for plan in item.not_with if plan in persons.together]
    paths = ["cover.first_day", "cover.shares", "insured.relation"]
    formulas = [formula for item in items for formula in joining_formulas(item.plan)]
    keys += [persons.column(path) for path in (*paths, *_read_by(formulas, persons))]
    firsts, place = combinations([values[rows] for values in keys], len(rows))
    persons.tell(rows[firsts].tolist())
    notes = [made.exactly(int(rows[first])) for first in firsts]
    found = np.array([_numbers(note) for note in notes], np.int64)[place]
    made.premium[rows], made.returns[rows], made.last_day[rows] = found[:, 0], found[:, 1], found[:, 2]
    made.covered[rows] = found[:, 3] != 0
    made.said[rows] = place + len(made.notes)
    made.notes += notes


def _numbers(note: Said) -> tuple[int, int, int, int]:
    """Return premium, what comes back, last day, and whether the person is covered already."""
    if isinstance(note, tuple):
        return MISSING, 0, 0, 0
    premium = MISSING if note.premium is None else note.premium
    return premium, note.returns, note.coverage.last_day.toordinal(), int(note.covered)


# ---------------------------------------------------------------- what is read


def _failing(bound: BoundPlan, failed: int) -> list[Formula]:
    """Return the conditions that a mask of reasons stands for."""
    return [item for place, item in enumerate(bound.plan.joins, 1) if failed & RELATION << place]


_CHAIN = ("known", "cover.terms")
_BEHIND = {"cover.shares": ("cover.shares",), "cover.is_renewal": _CHAIN, "cover.terms": _CHAIN}
"""What fields that are worked out are worked out from, beside the plan's own formulas."""


def _read_by(formulas: Iterable[Formula], persons: Joinings) -> Iterator[str]:
    """Yield the columns that formulas can depend on, each once."""
    given = list(formulas)
    paths: dict[str, None] = {}
    for node in order([item.node for item in given]).nodes:
        if isinstance(node, n.Read) and node.field.subject != "claim":
            paths |= dict.fromkeys(_BEHIND.get(node.field.path, (node.field.path,)))
    for path in paths:
        name = path.removeprefix("cover.")
        if path in persons.made or name in persons.columns or path == "known" or ":" in name:
            yield path


def _window(bound: BoundPlan) -> int | None:
    """Return the days without cover that a renewal may leave; ``None`` where it depends on the person.

    One that is not set is missing wherever it is read, and 0 here.
    """
    node = bound.plan.renewal_window.node
    if isinstance(node, n.Constant):
        return int(node.value)
    return int(bound.values.get(node.parameter.name, 0)) if isinstance(node, n.Value) else None


def _terms(bound: BoundPlan, persons: Joinings) -> np.ndarray:
    """Work out the last day of each cover; returns who is left to the exact way because it is not known."""
    reads = list(_read_by(term_formulas(bound.plan), persons))
    keys = [persons.column(path) for path in ("cover.first_day", *reads)]
    rows, place = combinations(keys, len(persons))
    last, over, left, months = (np.zeros(len(rows), np.int32) for _ in range(4))
    for number, row in enumerate(rows):
        joining = persons.joining(int(row))
        cover = Coverage(
            plan=bound.plan.id,
            first_day=joining.first_day,
            last_day=joining.first_day,
            tier=joining.tier,
            extra=joining.extra,
        )
        case = Case(member=joining.member, insured=joining.insured, unit=joining.unit, coverage=cover)
        try:
            days = Facts(bound, case).term
        except MutualPlansError:
            days, left[number] = None, 1
        over[number] = days is None
        if days is not None and not isinstance(days, DateRange):
            left[number] = 1
        known = days if isinstance(days, DateRange) else cover.days
        last[number], months[number] = known.last.toordinal(), begun_months(known)
    persons.made["cover.last_day"], persons.made["cover.months"] = last[place], months[place]
    persons.made["over"] = over.astype(np.int8)[place]
    found: np.ndarray = left[place] != 0
    return found


# ---------------------------------------------------------------- calling a kernel


def _called(source: KernelSource, persons: Joinings, runtime: str, threads: int) -> dict[str, np.ndarray]:
    count = len(persons)
    out = {item.key: np.zeros(count, _DTYPES[item.type]) for item in source.arguments if item.role == "out"}
    columns = {item.key: persons.column(item.key) for item in source.arguments if item.role == "cover"}
    # The arrays over codes come last: reading a column may bring new codes.
    codes = {key: persons.codes.table(make) for key, make in source.tables.items()}
    by_role = {"out": out, "cover": columns, "codes": codes}
    arrays = [
        np.ascontiguousarray(by_role[item.role][item.key], _DTYPES[item.type]) for item in source.arguments
    ]
    if _compiles(source, count, runtime):
        kernel = compiled(source.text)
        ends = np.linspace(0, count, max(threads, 1) + 1).astype(np.int64).tolist()
        with ThreadPoolExecutor(max(threads, 1)) as pool:
            parts: Sequence[tuple[int, int]] = list(pairwise(ends))
            for done in [pool.submit(kernel, *part, *arrays) for part in parts]:
                done.result()
        return out
    lists = [values.tolist() for values in arrays]
    interpreted(source.text)(0, count, *lists)
    for item, found in zip(source.arguments, lists, strict=True):
        if item.role == "out":
            out[item.key][:] = found
    return out


def _compiles(source: KernelSource, count: int, runtime: str) -> bool:
    if runtime != "auto":
        return runtime == "compiled"
    if not can_compile() or count < _SMALL_JOB:
        return False
    return count >= _COMPILE_FROM or is_compiled(source)
