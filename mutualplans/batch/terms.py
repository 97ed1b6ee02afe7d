"""The covers of one plan as columns: under which edition each runs, its chain, its shares, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, evolve, field

from mutualplans.backends.exact import Missing
from mutualplans.batch.arrange import Arranged, calendar_column, numbers
from mutualplans.batch.beside import Held
from mutualplans.batch.codes import Codes
from mutualplans.batch.columns import PERSON, Column
from mutualplans.batch.combine import combinations, in_order
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.records import case_record
from mutualplans.batch.screen import out_of_bounds
from mutualplans.engine.assess import void_shares
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.covers import term_problems
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import OfficePlan
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange, begun_months, term
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import MutualPlansError, Problem
from mutualplans.plan.formula import Formula
from mutualplans.plan.vocabulary import HOLDS

__all__ = ["Covers", "Terms", "terms"]

_KNOWN = ("cover.first_day", "cover.last_day")


@define(eq=False)
class Covers:
    """The covers of all plans, as they come.

    Attributes:
        table: The covers.
        person: Number of each cover's person; -1 for persons without a claim.
        codes: Numbers of codes.
        columns: Columns of coverages by name.
        made: Columns of whole numbers by key.
    """

    table: pa.Table
    person: np.ndarray
    codes: Codes
    columns: Mapping[str, Column]
    made: dict[str, np.ndarray] = field(factory=dict)

    @classmethod
    def of(cls, table: pa.Table, persons: pa.Array, codes: Codes, columns: Mapping[str, Column]) -> Covers:
        """Return the covers with the numbers of their persons in `persons`."""
        person = pc.fill_null(pc.index_in(table[PERSON], persons), -1).to_numpy().astype(np.int64)
        return cls(table, person, codes, columns)

    def column(self, key: str) -> np.ndarray:
        """Return a column by its path."""
        if key not in self.made:
            name = key.removeprefix("cover.")
            self.made[key] = numbers(self.table, name, self.columns[name], self.codes)
        return self.made[key]

    def rows(self, *plans: str) -> np.ndarray:
        """Return the covers of plans by person, first day and last day; without persons who have no claim."""
        stated = self.column("cover.plan")  # read first: it may bring codes
        wanted = np.isin(stated, [self.codes.number(plan) for plan in plans])
        rows = np.flatnonzero(wanted & (self.person >= 0))
        first, last = (self.column(f"cover.{name}_day")[rows] for name in ("first", "last"))
        return rows[_by_person(self.person[rows], first, last)]

    def held(self, *plans: str) -> Held:
        """Return when persons are covered by plans."""
        rows = self.rows(*plans)
        first, last = (self.column(f"cover.{name}_day")[rows].astype(np.int64) for name in ("first", "last"))
        return Held(self.person[rows], first, last)

    def unsound(self) -> set[int]:
        """Return the persons of whose covers the exact way may not be able to make a record."""
        view = Arranged(table=self.table, person=self.person, codes=self.codes, columns=self.columns)
        return set(self.person[out_of_bounds(view)].tolist()) - {-1}

    def moved(self) -> set[int]:
        """Return the persons who moved to another unit inside a term: the exact way puts the parts together."""
        return set(self.person[self.column("cover.transfer") == 1].tolist()) - {-1}


@define(eq=False)
class Terms:
    """The covers of one plan, sorted by person and first day.

    Attributes:
        item: The plan as the office runs it.
        whole: The covers of all plans.
        rows: Which of them they are.
        person: Number of each cover's person.
        bounds: The plan bound to each edition that is met.
        edition: For each cover its place in `bounds`.
        fault: Where no claim can be decided under a cover: 1 it has no edition, 2 it is too long.
        left_out: Numbers of the persons whose covers only the exact way can judge.
        said: For each cover, its place in `problems`; -1 for none.
        problems: What is said at every claim that is decided under a cover, or cannot be because of it.
        void: For each cover, its place in `void_problems`; -1 for none.
        void_problems: What is said of shares above the limit.
        made: Columns of whole numbers by key.
    """

    item: OfficePlan
    whole: Covers
    rows: np.ndarray
    person: np.ndarray
    bounds: list[BoundPlan] = field(factory=list)
    edition: np.ndarray = field(init=False)
    fault: np.ndarray = field(init=False)
    left_out: set[int] = field(factory=set)
    said: np.ndarray = field(init=False)
    problems: list[tuple[Problem, ...]] = field(factory=list)
    void: np.ndarray = field(init=False)
    void_problems: list[tuple[Problem, ...]] = field(factory=list)
    made: dict[str, np.ndarray] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        count = len(self.rows)
        self.edition = np.zeros(count, np.int8)
        self.fault = np.zeros(count, np.int8)
        self.said = np.full(count, -1, np.int32)
        self.void = np.full(count, -1, np.int32)

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, key: str) -> np.ndarray:
        """Return a column by its key, such as ``insured.birth_date`` or ``cover.first_day#calendar``."""
        if key not in self.made:
            self.made[key] = self._make(key)
        return self.made[key]

    def _make(self, key: str) -> np.ndarray:
        path, _, form = key.partition("#")
        name = path.removeprefix("cover.")
        if form == "calendar":
            return calendar_column(self.column(path))
        if path == "cover.months":
            return self._months()
        if name.startswith(HOLDS):
            return self._holds(name.removeprefix(HOLDS))
        return self.whole.column(path)[self.rows]

    def _months(self) -> np.ndarray:
        rows, place = self.distinct(["cover.first_day", "cover.last_day"])
        found = [begun_months(self.coverage(int(row)).days) for row in rows]
        return np.array(found, np.int32)[place]

    def _holds(self, plan: str) -> np.ndarray:
        """Return who is in another plan on the first day of each cover; all covers are known."""
        if plan == self.item.plan.id:
            return np.zeros(len(self), np.int8)
        first = self.column("cover.first_day").astype(np.int64)
        return self.whole.held(plan).on(self.person, first).astype(np.int8)

    def nullable(self, path: str) -> bool:
        """Return whether any cover leaves a field open."""
        values = self.column(path)
        return bool((values < 0).any() if values.dtype == np.int8 else (values == MISSING).any())

    def bound(self, found: BoundPlan) -> int:
        """Return the place of a bound plan."""
        if found not in self.bounds:
            self.bounds.append(found)
        return self.bounds.index(found)

    # ------------------------------------------------------------ working it out

    def case(self, row: int) -> Case:
        """Return the record of a cover with who it was taken for."""
        return case_record(self.whole.table.slice(int(self.rows[row]), 1).to_pylist()[0], self.whole.columns)

    def coverage(self, row: int) -> Coverage:
        """Return what tells the edition of a cover."""
        first, last = (
            date.fromordinal(int(self.column(f"cover.{name}_day")[row])) for name in ("first", "last")
        )
        named = int(self.column("cover.edition")[row])
        edition = self.whole.codes.texts[named] if named >= 0 else None
        return Coverage(plan=self.item.plan.id, first_day=first, last_day=last, edition=edition)

    def distinct(self, paths: Iterable[str], *more: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return one row for each combination of some columns, and each row's combination."""
        return combinations([*(self.column(path) for path in dict.fromkeys(paths)), *more], len(self))

    def values(self, formula: Formula, name: str) -> np.ndarray:
        """Return what one of the plan's own formulas gives for each cover; `MISSING` where that is not known."""
        reads = [node.field.path for node in order([formula.node]).nodes if isinstance(node, n.Read)]
        own = [path for path in reads if path in _KNOWN or path in self._stated_paths()]
        every = (
            [np.arange(len(self))] if len(own) < len(reads) else []
        )  # what is worked out from a cover may be its own
        bound = np.where(self.fault == 1, -1, self.edition).astype(np.int64)
        rows, place = self.distinct(own, bound, *every)
        found = [self._value(int(row), formula, name) for row in rows]
        return np.array(found, np.int64)[place]

    def _stated_paths(self) -> set[str]:
        computed = ("cover.shares", "cover.day", "cover.terms", "cover.is_renewal")
        return {
            column.field.path
            for column in self.whole.columns.values()
            if column.field and column.field.path not in computed and column.kind is not Kind.RATE
        }

    def _value(self, row: int, formula: Formula, name: str) -> int:
        if self.fault[row] == 1:
            return MISSING
        found = Facts(self.bounds[self.edition[row]], self.case(row)).value(formula, name)
        return MISSING if isinstance(found, Missing) else int(found)


def terms(item: OfficePlan, covers: Covers) -> Terms:
    """Return a plan's covers of persons with claims, with everything worked out that no claim decides."""
    rows = covers.rows(item.plan.id)
    found = Terms(item, covers, rows, covers.person[rows])
    _overlaps(found)
    _editions(found)
    if len(found):
        _lengths(found)
        _chains(found)
        _shares(found)
    return found


def _by_person(person: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return the covers by person, first day and last day."""
    key = person << 20 | np.maximum(first, 0)
    rising = bool((key[1:] > key[:-1]).all())
    if rising:
        return np.arange(len(key))
    places = in_order(key)
    ordered = key[places]
    return np.lexsort((last, key)) if bool((ordered[1:] == ordered[:-1]).any()) else places


def _overlaps(found: Terms) -> None:
    """Leave persons to the exact way who have two covers on one day, of the plan or of one beside which it cannot be."""
    first, last = found.column("cover.first_day"), found.column("cover.last_day")
    found.left_out |= Held(found.person, first, last).sharing()
    for other in found.item.not_with:
        found.left_out |= found.whole.held(found.item.plan.id, other).sharing()


def _editions(found: Terms) -> None:
    """Bind the plan to the edition of each cover.

    Persons are left to the exact way where the date of each event decides which edition counts.
    """
    named = found.column("cover.edition") >= 0
    if found.item.plan.rules_in_force == "event-date":
        found.left_out.update(found.person[~named].tolist())
    rows, place = found.distinct(["cover.edition", "cover.first_day"])
    if not len(rows):
        return
    made = [_edition(found, int(row)) for row in rows]
    edition, fault, said = (np.array(values) for values in zip(*made, strict=True))
    found.edition = edition.astype(np.int8)[place]
    found.fault = fault.astype(np.int8)[place]
    found.said = said.astype(np.int32)[place]


def _edition(found: Terms, row: int) -> tuple[int, int, int]:
    """Return the place of a cover's edition, whether it has none, and the place of what is said of that."""
    try:
        return found.bound(found.item.bind_cover(found.coverage(row))), 0, -1
    except MutualPlansError as error:
        return 0, 1, _add(found.problems, error.problems)


def _add(problems: list[tuple[Problem, ...]], more: Iterable[Problem]) -> int:
    problems.append(tuple(more))
    return len(problems) - 1


def _lengths(found: Terms) -> None:
    """Say which covers do not fit their edition; one that is too long cannot be decided under."""
    months, begins = found.values(found.item.plan.term_months, "term_months"), found.item.plan.term_begins
    keys = [months, found.edition.astype(np.int64), found.fault.astype(np.int64)]
    if begins is not None:
        keys += [found.values(begins.month, "term_begins.month"), found.values(begins.day, "term_begins.day")]
    paths = ["cover.first_day", "cover.last_day", "cover.edition"]
    rows, place = found.distinct(paths, *keys)
    said, fault = found.said[rows].copy(), found.fault[rows].copy()
    for number, row in enumerate(rows):
        if found.fault[row] == 1 or _fits(found, int(row), int(months[row])):
            continue
        problems = _term_problems(found, int(row))
        if problems:
            said[number] = _add(found.problems, problems)
        fault[number] = 2 if any(item.severity == "error" for item in problems) else 0
    found.said, found.fault = said[place], fault[place].astype(np.int8)


def _term_problems(found: Terms, row: int) -> Sequence[Problem]:
    try:
        return term_problems(found.bounds[found.edition[row]], found.case(row))
    except MutualPlansError as error:
        return error.problems


def _fits(found: Terms, row: int, months: int) -> bool:
    """Return whether a cover is surely as long as its edition says and no edition is named for it."""
    if found.item.plan.term_begins is not None or found.column("cover.edition")[row] >= 0:
        return False
    first, last = (int(found.column(f"cover.{name}_day")[row]) for name in ("first", "last"))
    return months == MISSING or (months > 0 and _last_day(first, months) == last)


@lru_cache(100_000)
def _last_day(first: int, months: int) -> int:
    return term(date.fromordinal(first), months).last.toordinal()


def _chains(found: Terms) -> None:
    """Work out the first day of each cover's chain of renewals, and how many terms it has."""
    windows = found.values(found.item.plan.renewal_window, "renewal_window")
    unknown = (windows == MISSING) & (found.fault != 1)
    found.left_out.update(found.person[unknown].tolist())
    first, last = found.column("cover.first_day"), found.column("cover.last_day")
    same = np.zeros(len(found), bool)
    same[1:] = found.person[1:] == found.person[:-1]
    goes_on = same.copy()
    goes_on[1:] &= (last[:-1] < first[1:]) & (first[1:] - last[:-1] - 1 <= windows[1:])
    rows = np.arange(len(found))
    start = np.maximum.accumulate(np.where(goes_on, 0, rows))
    changed = same.copy()
    changed[1:] &= windows[1:] != windows[:-1]
    for row in np.flatnonzero(np.isin(found.person, found.person[changed])).tolist():
        start[row] = _chain_start(row, same, first, last, int(windows[row]))
    begins, count = first[start], (rows - start + 1).astype(np.int32)
    _terms_of_others(found, windows, begins, count)
    found.made["cover.chain_first"], found.made["cover.terms"] = begins, count


def _terms_of_others(found: Terms, windows: np.ndarray, begins: np.ndarray, count: np.ndarray) -> None:
    """Work the chains out anew of persons who were covered by a plan that this one continues."""
    if not found.item.plan.continues:
        return
    others = found.whole.held(*found.item.plan.continues)
    terms_of: dict[int, list[DateRange]] = {}
    for person, first, last in zip(
        *(part.tolist() for part in (others.person, others.first, others.last)), strict=True
    ):
        terms_of.setdefault(person, []).append(DateRange(date.fromordinal(first), date.fromordinal(last)))
    rows = np.flatnonzero(np.isin(found.person, others.person)).tolist()
    own = {row: found.coverage(row) for row in rows}
    for row, cover in own.items():
        terms_of[int(found.person[row])].append(cover.days)
    for row, cover in own.items():
        known = tuple(terms_of[int(found.person[row])])  # a chain takes those that end before it
        chain = evolve(cover, earlier=known).chain(int(windows[row]))
        begins[row], count[row] = chain[0].first.toordinal(), len(chain)


def _chain_start(row: int, same: np.ndarray, first: np.ndarray, last: np.ndarray, window: int) -> int:
    """Return the cover with which a chain begins, where terms of one person have different windows."""
    while same[row] and last[row - 1] < first[row] and first[row] - last[row - 1] - 1 <= window:
        row -= 1
    return row


def _shares(found: Terms) -> None:
    """Work out the shares that count: those held, at most those allowed; one where no more are allowed."""
    most = found.values(found.item.plan.max_shares, "max_shares")
    unknown = (most == MISSING) & (found.fault != 1)
    found.left_out.update(found.person[unknown].tolist())
    stated = found.column("cover.shares").astype(np.int64)
    open_ = np.where(most == 1, 1, MISSING)
    found.made["cover.shares"] = np.where(stated == MISSING, open_, np.minimum(stated, most)).astype(np.int32)
    above = (stated > most) & (found.fault != 1) & (most != MISSING)
    rows, place = found.distinct([], np.where(above, stated, 0), np.where(above, most, 0))
    said = [
        _add(found.void_problems, void_shares(Facts(found.bounds[found.edition[row]], found.case(int(row)))))
        if above[row]
        else -1
        for row in rows
    ]
    found.void = np.array(said, np.int32)[place]
