"""A roster as columns: who was read, what plans can know of them, and which plans they want."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import define

from mutualplans.batch.columns import PERSON, ROW, Column, coverage_columns
from mutualplans.files.roster import Entry
from mutualplans.model.fields import plain_value
from mutualplans.model.kinds import Kind
from mutualplans.model.people import Unit
from mutualplans.model.problem import Problem
from mutualplans.plan.declaration import Plan

__all__ = [
    "ID",
    "IDLE",
    "MEMBER_ID",
    "NAME",
    "People",
    "of_entries",
    "people_columns",
    "shares_of",
    "stored",
    "with_members",
    "with_units",
]

NAME, ID, MEMBER_ID = "name", "id_number", "member_id"
"""Columns of texts that no plan reads: who the person insured is, and the ID number of the member."""
IDLE = "idle"
"""Column of who wants no plan at all, where the roster names none."""
_OF_COVER = ("first_day", "shares", "tier")


@define(eq=False)
class People:
    """A roster as columns.

    Attributes:
        table: One row for each person who was read, in the order of the file: number of the row, name and ID number,
            what is wanted, and every column that a plan may read (`people_columns`).
        named: Id of a plan or package → shares wanted of it, 0 for who does not want it; where the roster names any.
        problems: Everything that is wrong, as `mutualplans.files.roster.Roster` has it.
        refusals: Row number → why the row could not be used.
        encoding: Encoding of the file; ``xlsx`` for a workbook.
        sheet: The sheet of a workbook; empty for others.
        headers: Names of the columns of the file.
        source: The file, and the sheet of a workbook.
    """

    table: pa.Table
    named: Mapping[str, np.ndarray]
    problems: tuple[Problem, ...]
    refusals: Mapping[int, tuple[Problem, ...]]
    encoding: str
    sheet: str
    headers: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        return len(self.table)

    @property
    def refused(self) -> tuple[int, ...]:
        """Numbers of the rows that could not be used."""
        return tuple(sorted(self.refusals))

    def wants(self, id_: str) -> np.ndarray:
        """Return who names a plan or package."""
        found: np.ndarray = self.named[id_] > 0 if id_ in self.named else np.zeros(len(self), bool)
        return found

    @property
    def names_any(self) -> np.ndarray:
        """Who says which plans they want; the others want all that cover such a person."""
        found: np.ndarray = self.table[IDLE].to_numpy()
        return np.ones(len(self), bool) if self.named else found


def shares_of(id_: str) -> str:
    """Return the column of the shares that are wanted of a plan or package, 0 for who does not want it."""
    return f"shares of {id_}"


def people_columns(plans: Sequence[Plan]) -> dict[str, Column]:
    """Return the columns of people by name: those of coverages that a roster and a unit file can tell."""
    columns = coverage_columns(plans)
    left_out = ("plan", "last_day", "edition", "transfer", "family", PERSON, ROW)
    return {name: column for name, column in columns.items() if name not in left_out}


def of_entries(entries: Sequence[Entry], columns: Mapping[str, Column], named: Iterable[str]) -> pa.Table:
    """Return rows that were read one by one as a table; units by their names only.

    Args:
        entries: The rows.
        columns: The columns that plans may read.
        named: Ids of the plans and packages that the roster names.
    """
    made: dict[str, pa.Array] = {ROW: pa.array([entry.row for entry in entries], pa.int64())}
    for id_ in named:
        made[shares_of(id_)] = pa.array([(entry.plans or {}).get(id_, 0) for entry in entries], pa.int64())
    made[IDLE] = pa.array([entry.plans == {} for entry in entries], pa.bool_())
    for name in (NAME, ID):
        found = (getattr(entry.joining.insured, name) for entry in entries)
        made[name] = pa.array([None if one is None else one.reveal() for one in found], pa.string())
    numbers = (entry.joining.member.id_number for entry in entries)
    made[MEMBER_ID] = pa.array([None if one is None else one.reveal() for one in numbers], pa.string())
    for name, column in columns.items():
        made[name] = stored((_value(entry, column) for entry in entries), column)
    return pa.table(made)


def stored(values: Any, column: Column) -> pa.Array:
    """Return values of records as a column."""
    if column.kind is Kind.RATE:
        return pa.array([None if value is None else str(value) for value in values], column.type)
    found = [None if value is None else plain_value(value) for value in values]
    if column.kind is Kind.CODE:
        return pa.array(found, pa.string()).dictionary_encode()
    return pa.array(found, column.type)


def _value(entry: Entry, column: Column) -> Any:
    item, joining = column.field, entry.joining
    if item is None:
        return None
    holder: Any = joining if item.subject == "cover" else getattr(joining, item.subject)
    value = getattr(holder, item.name, None)
    if value is None:
        value = holder.extra.get(item.name)
    return value


def with_members(table: pa.Table) -> pa.Table:
    """Return a table in which children and spouses have the member whom they name, where the roster lists them."""
    own = table["insured.relation"].combine_chunks().cast(pa.string())
    is_member = np.asarray(own.to_numpy(zero_copy_only=False) == "self")
    if is_member.all():
        return table
    listed = np.flatnonzero(is_member)
    ids = table[MEMBER_ID].combine_chunks()
    known = ids.take(pa.array(listed))
    found = pa.compute.index_in(ids, known, skip_nulls=True).fill_null(-1).to_numpy(zero_copy_only=False)
    taken = ~is_member & (found >= 0)
    rows = np.where(taken, listed[np.maximum(found, 0)] if len(listed) else 0, np.arange(len(table)))
    for place, name in enumerate(table.column_names):
        if name.startswith("member."):
            table = table.set_column(place, name, table[name].take(pa.array(rows)))
    return table


def with_units(
    table: pa.Table, units: Mapping[str, Unit], systems: Mapping[str, str], columns: Mapping[str, Column]
) -> pa.Table:
    """Return a table with what is known of each person's unit, and the system that any row of the unit states."""
    coded = table["unit.name"].combine_chunks()
    names = coded.dictionary.to_pylist()
    records = [units.get(name, Unit(name=name)) for name in names]
    for path, column in columns.items():
        item = column.field
        if item is None or item.subject != "unit" or item.name == "name":
            continue
        values = [
            systems.get(unit.name, unit.system) if item.name == "system" else _of_unit(unit, item.name)
            for unit in records
        ]
        made = stored(values, column)
        made = made.cast(pa.string()) if column.kind is Kind.CODE else made
        made = made.take(coded.indices)
        made = made.dictionary_encode() if column.kind is Kind.CODE else made
        table = table.set_column(table.column_names.index(path), path, made)
    return table


def _of_unit(unit: Unit, name: str) -> Any:
    value = getattr(unit, name, None)
    return unit.extra.get(name) if value is None else value
