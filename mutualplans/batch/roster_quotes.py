"""A roster of many persons quoted for every plan that they want, as `mutualplans.cli.quote_all` does it with records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.columns import PERSON, ROW
from mutualplans.batch.joinings import Joinings, joining_columns, joinings
from mutualplans.batch.people import ID, People
from mutualplans.batch.quoted import Quoted, Said
from mutualplans.batch.quoting import quote_joinings, quote_packages
from mutualplans.batch.units import Units, units_of
from mutualplans.engine.groups import named_edition
from mutualplans.engine.office import Office, OfficePlan, Package
from mutualplans.engine.packages import in_package
from mutualplans.engine.quote import Quote
from mutualplans.model.coverage import Coverage
from mutualplans.model.problem import Problem
from mutualplans.model.text import Text

__all__ = ["PlanQuotes", "quote_people", "quoted_for_none"]

Covers = Mapping[str, tuple[Coverage, ...]]
"""ID number → every cover that the person has or had."""


@define(eq=False)
class PlanQuotes:
    """What one plan or package costs everybody who wants it.

    Attributes:
        at: The places in the roster of those who want it.
        made: Their quotes.
        units: The same by unit, group rules considered.
        inside: Who of them has the plan inside a package, and is not quoted for it alone.
    """

    at: np.ndarray
    made: Quoted
    units: Units
    inside: np.ndarray

    def said(self, row: int) -> Said | None:
        """Return what there is to say of one of them; ``None`` for nothing."""
        number = int(self.made.said[row])
        return self.made.note(number) if number >= 0 else None

    def why(self, row: int) -> tuple[Problem, ...]:
        """Return the problems of somebody's quote, or why there is none."""
        found = self.said(row)
        if found is None:
            return ()
        return found.problems if isinstance(found, Quote) else found


def quoted_for_none(people: People, found: Sequence[PlanQuotes]) -> np.ndarray:
    """Return the places of those who are quoted for no plan: they want none, or no plan covers such a person."""
    none = np.ones(len(people), bool)
    for item in found:
        none[item.at] = False
    return np.flatnonzero(none)


def quote_people(
    office: Office,
    plans: Sequence[OfficePlan],
    packages: Sequence[Package],
    people: People,
    edition: str | None,
    *,
    named: bool,
    covers: Covers | None = None,
    threads: int = 1,
) -> list[PlanQuotes]:
    """Quote every package and plan for everybody who wants it.

    What was refused is wanted no more, so that no later plan counts on it.

    Args:
        office: The office.
        plans: The plans that may be quoted, in the office's order.
        packages: The packages that may be.
        people: The roster.
        edition: Edition to use, whatever its dates; packages take those in force.
        named: Whether plans and packages were asked for by name; who names none is quoted for packages only then.
        covers: Every cover of everybody who has an ID number; ``None`` where covers are not known.
        threads: How many kernels run at a time.
    """
    run = _Run(office, people, covers)
    unnamed = ~people.names_any & named
    for package in packages:
        run.wanted[package.id] = people.wants(package.id) | unnamed
        run.inside[package.id] = package.plans
    for item in plans:
        run.wanted[item.plan.id] = _wants(people, item)
    for package in packages:
        items = [office.plan(id_) for id_ in package.plans]
        run.take(package.id, items, lambda who, package=package: quote_packages(office, package, who))  # type: ignore[misc]
    for item in plans:
        chosen = named_edition(item, edition)
        run.take(
            item.plan.id,
            [item],
            lambda who, item=item, chosen=chosen: quote_joinings(item, who, edition=chosen, threads=threads),  # type: ignore[misc]
        )
    return run.found


@define(eq=False)
class _Run:
    """What everybody still wants."""

    office: Office
    people: People
    covers: Covers | None
    wanted: dict[str, np.ndarray] = field(factory=dict, init=False)
    inside: dict[str, tuple[str, ...]] = field(factory=dict, init=False)
    found: list[PlanQuotes] = field(factory=list, init=False)

    def take(self, id_: str, items: Sequence[OfficePlan], quote: Callable[[Joinings], Quoted]) -> None:
        """Quote everybody who wants a plan or package, and note who was refused."""
        mine = self.wanted[id_]
        at = np.flatnonzero(mine)
        if not len(at):
            return
        made = quote(_joinings(self.people, id_, items, at, self._together(id_, at), self.covers))
        inside = np.zeros(len(at), bool)
        for package, plans in self.inside.items():
            if id_ in plans and id_ != package:
                doubled = self.wanted[package][at] & ~inside
                made.refuse(doubled, (in_package(id_, package),))
                inside |= doubled
        units = units_of(made)
        mine[at] = units.joins
        self.found.append(PlanQuotes(at, made, units, inside))

    def _together(self, id_: str, at: np.ndarray) -> dict[str, np.ndarray]:
        """Return which of some persons want each other plan too, those of packages included."""
        found: dict[str, np.ndarray] = {}
        for other, wanted in self.wanted.items():
            if other != id_ and wanted[at].any():
                for plan in self.inside.get(other, (other,)):
                    found[plan] = found.get(plan, np.zeros(len(at), bool)) | wanted[at]
        return found


def _wants(people: People, item: OfficePlan) -> np.ndarray:
    """Return who wants a plan: who names it, or, naming none, is somebody whom it covers."""
    relation = people.table["insured.relation"].cast(pa.string())
    insures = pa.array(sorted(item.plan.insures), pa.string())
    covered: np.ndarray = pc.is_in(relation, insures).to_numpy()
    return people.wants(item.plan.id) | (~people.names_any & covered)


def _joinings(
    people: People,
    id_: str,
    items: Sequence[OfficePlan],
    at: np.ndarray,
    together: Mapping[str, np.ndarray],
    covers: Covers | None,
) -> Joinings:
    office = Office(name=Text("名册", "roster"), plans=tuple(items))
    columns = joining_columns(office)
    rows = pa.array(at)
    names = [name for name in people.table.column_names if name in columns]
    table = people.table.select(names).take(rows)
    table = table.append_column(PERSON, people.table[ROW].take(rows).cast(pa.string()))
    if id_ in people.named:
        shares = pa.chunked_array([pa.array(people.named[id_][at])])
        table = table.set_column(table.column_names.index("shares"), "shares", shares)
    known, held = _covers(people.table[ID].take(rows), covers)
    return joinings(office, table, together=together, known=known, held=held)


def _covers(
    ids: pa.ChunkedArray, covers: Covers | None
) -> tuple[np.ndarray, dict[int, tuple[Coverage, ...]]]:
    """Return of whom every cover is known, and the covers of those who have or had any."""
    if covers is None:
        return np.zeros(len(ids), bool), {}
    known = pc.is_valid(ids).to_numpy()
    rows = np.flatnonzero(pc.is_in(ids, pa.array([*covers], pa.string())).to_numpy())
    numbers = ids.take(pa.array(rows)).to_pylist()
    return known, {row: covers[number] for row, number in zip(rows.tolist(), numbers, strict=True)}
