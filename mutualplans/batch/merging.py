"""Which claims a plan counts as one stay, told by the engine for the few persons whose claims may be, before any kernel."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
import pyarrow as pa
from attrs import define, field

from mutualplans.backends.exact import Missing
from mutualplans.batch.arrange import Arranged
from mutualplans.batch.combine import combinations
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.records import claim_record
from mutualplans.batch.terms import Terms
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.stays import Stay, merged, merged_with
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import Problem
from mutualplans.plan.declaration import Plan
from mutualplans.plan.formula import Formula
from mutualplans.plan.vocabulary import HOLDS

__all__ = ["Merging"]

_DAY_BITS = 20
_ANY = (1 << _DAY_BITS) - 1
"""Stands for any number of days."""
_OF_OTHER_COVERS = ("cover.terms", "cover.is_renewal", "cover.day")


@define(eq=False)
class Merging:
    """Which claims a plan counts as one stay, told before anything is decided.

    It rests on every claim of a person being decided: where one turns out not to be, the person is for the exact way.

    Attributes:
        row_of_stay: For each claim the claim whose stay it is counted under: its own, if it goes on with none.
        notes: Row → what is said of a claim that goes on with another.
        persons: Numbers of the persons with claims near enough, but for those who are left out.
        left_out: Numbers of the persons whose claims only the exact way can tell apart.
    """

    row_of_stay: np.ndarray
    notes: dict[int, Problem] = field(factory=dict)
    persons: set[int] = field(factory=set)
    left_out: set[int] = field(factory=set)

    @classmethod
    def of(cls, covers: Terms, claims: Arranged, left_out: Set[int] = frozenset()) -> Merging:
        """Return how the claims under a plan's covers merge, but for persons who are left out already."""
        if not covers.item.plan.merges or not covers.bounds:
            return cls(np.arange(0))  # nobody asks
        made = cls(np.arange(len(claims)))
        for person in sorted(_may_merge(covers, claims) - covers.left_out - left_out):
            made._add(person, None if _rests_on_more(covers.item.plan) else _stays(covers, claims, person))
        return made

    def _add(self, person: int, found: dict[int, tuple[int, Problem | None]] | None) -> None:
        if found is None:
            self.left_out.add(person)
            return
        self.persons.add(person)
        for row, (first, note) in found.items():
            self.row_of_stay[row] = first
            if note is not None:
                self.notes[row] = note


def _rests_on_more(plan: Plan) -> bool:
    """Return whether which claims merge rests on more than the claims and the cover they fall under."""
    reads = plan.fields(of=lambda place: place.startswith("merges["))
    of_others = any(item.path in _OF_OTHER_COVERS or item.name.startswith(HOLDS) for item in reads)
    return of_others or plan.event_date is not None


def _stays(covers: Terms, claims: Arranged, person: int) -> dict[int, tuple[int, Problem | None]] | None:
    """Return each claim's row, with the row of its stay and what is said of it; ``None`` where one does not tell."""
    start, stop = np.searchsorted(claims.person, [person, person + 1]).tolist()
    said = claims.table.slice(start, stop - start).to_pylist()
    found: dict[int, tuple[int, Problem | None]] = {}
    decided: dict[int, list[Stay]] = {}
    cases: dict[int, Case] = {}
    for row, record in zip(range(start, stop), said, strict=True):
        try:
            claim = claim_record(record, claims.columns)
        except ValueError:  # its person is left to the exact way for that
            return None
        event = int(claims.column("claim.event_date")[row])
        if event == MISSING:
            return None
        cover = _nearest(covers, person, event)
        if covers.fault[cover]:
            return None
        if cover not in cases:
            cases[cover] = covers.case(cover)
        earlier = decided.setdefault(cover, [])
        goes_on = merged_with(covers.bounds[covers.edition[cover]], cases[cover], claim, earlier)
        if isinstance(goes_on, Missing):
            return None
        name = goes_on.name if goes_on else str(row)
        earlier.append(Stay(claim, name))
        found[row] = int(name), merged(covers.item.plan.id, claim, goes_on) if goes_on else None
    return found


def _nearest(covers: Terms, person: int, event: int) -> int:
    """Return the cover that holds the event or lies nearest to it, the earlier of two."""
    start, stop = np.searchsorted(covers.person, [person, person + 1]).tolist()
    first, last = (covers.column(f"cover.{name}_day")[start:stop] for name in ("first", "last"))
    away = np.maximum(np.maximum(first - event, event - last), 0)
    return int(start + np.argmin(away))


def _may_merge(covers: Terms, claims: Arranged) -> set[int]:
    """Return the persons two of whose claims the plan may count as one stay: too many of them, never too few.

    Two claims are near enough in time, the one decided later has no stay number (which that is, is not asked), and
    what a rule asks of each holds or is not stated.
    """
    found: set[int] = set()
    near = _Near.of(claims)
    mine = np.isin(claims.person, covers.person)
    unnumbered = mine & (claims.column("claim.stay") <= 0)
    for number, rule in enumerate(covers.item.plan.merges):
        place = f"merges[{number}]"
        within = _most_days(covers, rule.within, f"{place}.within")
        for earlier, later in ((mine, unnumbered), (unnumbered, mine)):
            after = near.after(earlier, later, within)
            before = near.before(earlier, after, within)
            if within < _ANY:  # else the first thing that is not known is how near they must be
                after = _may_hold(covers, claims, after, rule.when, f"{place}.when")
                before = _may_hold(covers, claims, before, rule.after, f"{place}.after")
                after = near.after(before, after, within)
            found.update(claims.person[after].tolist())
    return found


@define(eq=False)
class _Near:
    """When claims begin and end, as `mutualplans.engine.stays` sees it."""

    person: np.ndarray
    begin: np.ndarray
    end: np.ndarray

    @classmethod
    def of(cls, claims: Arranged) -> _Near:
        admitted, occurred, discharged, days = (
            claims.stated(name).astype(np.int64) for name in ("admitted", "occurred", "discharged", "days")
        )
        open_ = np.where(days == MISSING, MISSING, admitted + days)
        end = np.where(admitted == MISSING, occurred, open_)
        return cls(
            claims.person,
            np.where(admitted == MISSING, occurred, admitted),
            np.where(discharged == MISSING, end, discharged),
        )

    def after(self, earlier: np.ndarray, later: np.ndarray, within: int) -> np.ndarray:
        """Return which of `later` begin at most so many days after the end of another of `earlier`."""
        return self._meets(later, self.begin, -within, 0, earlier, self.end)

    def before(self, earlier: np.ndarray, later: np.ndarray, within: int) -> np.ndarray:
        """Return which of `earlier` end at most so many days before the begin of another of `later`."""
        return self._meets(earlier, self.end, 0, within, later, self.begin)

    def _meets(
        self, rows: np.ndarray, day: np.ndarray, low: int, high: int, others: np.ndarray, point: np.ndarray
    ) -> np.ndarray:
        """Return for which rows another claim of the person has its day from `low` to `high` days after theirs."""
        rows, others = rows & (day != MISSING), others & (point != MISSING)
        mine, day = self.person[rows] << _DAY_BITS, day[rows]
        points = np.sort(self.person[others] << _DAY_BITS | np.clip(point[others], 0, _ANY))
        first = np.searchsorted(points, mine | np.clip(day + low, 0, _ANY), side="left")
        stop = np.searchsorted(points, mine | np.clip(day + high, 0, _ANY), side="right")
        away = point[rows] - day
        itself = others[rows] & (low <= away) & (away <= high)
        found = rows.copy()
        found[rows] = stop - first > itself
        return found


def _most_days(covers: Terms, within: Formula, name: str) -> int:
    """Return the most days that lie between claims of one stay under any edition; any number where one does not say."""
    if any(isinstance(node, n.Read) for node in order([within.node]).nodes):
        return _ANY
    found = [Facts(bound, covers.case(0)).value(within, name) for bound in covers.bounds]
    return max(days if isinstance(days, int) else _ANY for days in found)


def _may_hold(covers: Terms, claims: Arranged, rows: np.ndarray, test: Formula, name: str) -> np.ndarray:
    """Return for which of the rows a test may hold: what is stated does not speak against it.

    A test that reads more than what the claim states is taken to hold.
    """
    reads = [node.field for node in order([test.node]).nodes if isinstance(node, n.Read)]
    if not rows.any() or not all(_is_stated(claims, item) for item in reads):
        return rows
    places = np.flatnonzero(rows)
    distinct, place = combinations([claims.column(item.path)[places] for item in reads], len(places))
    said = claims.table.take(pa.array(places[distinct])).to_pylist()
    holds = [_holds(covers, claims, row, test, name) for row in said]
    found = rows.copy()
    found[places] = np.array(holds)[place]
    return found


def _is_stated(claims: Arranged, item: Field) -> bool:
    return item.subject == "claim" and item.name in claims.columns and item.kind is not Kind.RATE


def _holds(covers: Terms, claims: Arranged, row: dict[str, object], test: Formula, name: str) -> bool:
    try:
        claim = claim_record(row, claims.columns)
    except ValueError:  # its person is left to the exact way for that
        return True
    return any(Facts(bound, covers.case(0), claim).value(test, name) is not False for bound in covers.bounds)
