"""A roster of many persons quoted for every plan that they want, as `mutualplans.cli.quote_all` does it with records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define

from mutualplans.batch.columns import PERSON, ROW
from mutualplans.batch.joinings import Joinings, joining_columns, joinings
from mutualplans.batch.people import ID, People
from mutualplans.batch.quoting import Quoted, quote_joinings
from mutualplans.batch.units import Units, units_of
from mutualplans.engine.groups import named_edition
from mutualplans.engine.office import Office, OfficePlan
from mutualplans.model.coverage import Coverage
from mutualplans.model.text import Text

__all__ = ["PlanQuotes", "quote_people"]

Covers = Mapping[str, tuple[Coverage, ...]]
"""ID number → every cover that the person has or had."""


@define(eq=False)
class PlanQuotes:
    """What one plan costs everybody who wants it.

    Attributes:
        item: The plan.
        at: The places in the roster of those who want it.
        made: Their quotes.
        units: The same by unit, group rules considered.
    """

    item: OfficePlan
    at: np.ndarray
    made: Quoted
    units: Units


def quote_people(
    plans: Sequence[OfficePlan],
    people: People,
    edition: str | None,
    *,
    covers: Covers | None = None,
    threads: int = 1,
) -> list[PlanQuotes]:
    """Quote every plan for everybody who wants it; what was refused is wanted no more, so that no later plan counts on it.

    Args:
        plans: The plans that may be quoted, in the office's order.
        people: The roster; nobody in it wants a package.
        edition: Edition to use, whatever its dates.
        covers: Every cover of everybody who has an ID number; ``None`` where covers are not known.
        threads: How many kernels run at a time.
    """
    wanted = {item.plan.id: _wants(people, item) for item in plans}
    found = []
    for item in plans:
        mine = wanted[item.plan.id]
        at = np.flatnonzero(mine)
        if not len(at):
            continue
        together = {
            id_: others[at] for id_, others in wanted.items() if id_ != item.plan.id and others[at].any()
        }
        who = _joinings(people, item, at, together, covers)
        made = quote_joinings(item, who, edition=named_edition(item, edition), threads=threads)
        units = units_of(made)
        mine[at] = units.joins
        found.append(PlanQuotes(item, at, made, units))
    return found


def _wants(people: People, item: OfficePlan) -> np.ndarray:
    """Return who wants a plan: who names it, or, naming none, is somebody whom it covers."""
    relation = people.table["insured.relation"].cast(pa.string())
    insures = pa.array(sorted(item.plan.insures), pa.string())
    covered: np.ndarray = pc.is_in(relation, insures).to_numpy()
    return people.wants(item.plan.id) | (~people.names_any & covered)


def _joinings(
    people: People,
    item: OfficePlan,
    at: np.ndarray,
    together: Mapping[str, np.ndarray],
    covers: Covers | None,
) -> Joinings:
    office = Office(name=Text("名册", "roster"), plans=(item,))
    columns = joining_columns(office)
    rows = pa.array(at)
    names = [name for name in people.table.column_names if name in columns]
    table = people.table.select(names).take(rows)
    table = table.append_column(PERSON, people.table[ROW].take(rows).cast(pa.string()))
    if item.plan.id in people.named:
        shares = pa.chunked_array([pa.array(people.named[item.plan.id][at])])
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
