"""Persons who want to join as columns of whole numbers: what kernels of joining run over, and the records behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import define, evolve, field

from mutualplans.batch.arrange import calendar_column, numbers
from mutualplans.batch.codes import Codes
from mutualplans.batch.columns import PERSON, ROW, Column, coverage_columns, schema
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.prepare import check_table
from mutualplans.batch.records import case_record
from mutualplans.engine.office import Office, OfficePlan
from mutualplans.engine.quote import Joining
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import plain_value
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text
from mutualplans.plan.vocabulary import HOLDS

__all__ = ["JOINING", "Joinings", "joining_columns", "joinings", "joinings_of"]

JOINING = "joinings"
"""The table, as problems name it."""
_NOT_YET = ("plan", "last_day", "edition", "transfer")


def joining_columns(office: Office) -> dict[str, Column]:
    """Return the columns of persons who want to join: those of coverages that are known before there is a cover."""
    columns = coverage_columns([item.plan for item in office.plans])
    return {name: column for name, column in columns.items() if name not in _NOT_YET}


@define(eq=False)
class Joinings:
    """Persons who want to join.

    Attributes:
        table: One row a person, see `joining_columns`.
        codes: Numbers of codes.
        columns: The columns by name.
        together: Plan id → which persons join it on the same day.
        known: Of which persons every cover that they have or had is known.
        held: Row → the covers of a person who has or had any.
        made: Columns of whole numbers by key.
        records: The record of each person, where the table was made of records.
        told: What the table says of some persons, by row.
    """

    table: pa.Table
    codes: Codes
    columns: Mapping[str, Column]
    together: Mapping[str, np.ndarray]
    known: np.ndarray
    held: Mapping[int, tuple[Coverage, ...]] = field(factory=dict)
    made: dict[str, np.ndarray] = field(factory=dict)
    records: Sequence[Joining] = ()
    told: dict[int, dict[str, Any]] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, key: str) -> np.ndarray:
        """Return a column by its key, such as ``insured.birth_date`` or ``cover.first_day#calendar``."""
        if key not in self.made:
            path, _, form = key.partition("#")
            name = path.removeprefix("cover.")
            if form == "calendar":
                self.made[key] = calendar_column(self.column(path))
            elif name.startswith(HOLDS):
                self.made[key] = self._holds(name.removeprefix(HOLDS))
            elif key == "known":
                self.made[key] = self.known.astype(np.int8)
            else:
                self.made[key] = self.stated(name)
        return self.made[key]

    def stated(self, name: str) -> np.ndarray:
        """Return a column of the table as it was stated."""
        column = self.columns[name]
        if column.kind is Kind.RATE and name in self.table.column_names:
            return self.codes.column(self.table[name])
        return numbers(self.table, name, column, self.codes)

    def nullable(self, path: str) -> bool:
        """Return whether any row leaves a field open."""
        values = self.column(path)
        return bool((values < 0).any() if values.dtype == np.int8 else (values == MISSING).any())

    def _holds(self, plan: str) -> np.ndarray:
        joins = self.together.get(plan, np.zeros(len(self), bool))
        return np.where(joins, 1, np.where(self.known, 0, -1)).astype(np.int8)

    def take(self, rows: np.ndarray) -> Joinings:
        """Return some of the persons; columns that were made are kept."""
        at = {int(row): place for place, row in enumerate(rows.tolist())} if self.held else {}
        return Joinings(
            table=self.table.take(pa.array(rows)),
            codes=self.codes,
            columns=self.columns,
            together={plan: joins[rows] for plan, joins in self.together.items()},
            known=self.known[rows],
            held={at[row]: covers for row, covers in self.held.items() if row in at},
            made={key: values[rows] for key, values in self.made.items()},
            records=[self.records[row] for row in rows.tolist()] if self.records else (),
        )

    def joining(self, row: int) -> Joining:
        """Return the record of one person.

        Raises:
            ValueError: a value that its field cannot hold.
        """
        if self.records:
            return self.records[row]
        said = self.told.get(row) or self.table.slice(row, 1).to_pylist()[0]
        case = case_record({**said, "plan": "", "last_day": said["first_day"]}, self.columns)
        return Joining(
            member=case.member,
            insured=case.insured,
            unit=case.unit,
            first_day=case.coverage.first_day,
            shares=case.coverage.shares,
            tier=case.coverage.tier,
            extra=case.coverage.extra,
            together=tuple(plan for plan, joins in self.together.items() if joins[row]),
            covers=self.held.get(row, ()) if self.known[row] else None,
            key=str(said[ROW]),
        )

    def tell(self, rows: Sequence[int]) -> None:
        """Read at once what the table says of the persons whose records will be asked for next."""
        if not self.records:
            self.told = dict(zip(rows, self.table.take(pa.array(rows, pa.int64())).to_pylist(), strict=True))

    def holdings(self, rows: np.ndarray) -> np.ndarray:
        """Return a number for what covers some persons have, 0 for others; the same for persons who have the same."""
        found = np.zeros(len(self), np.int64)
        numbers_: dict[str, int] = {}
        for row in rows.tolist():
            if row in self.held:
                text = repr([evolve(cover, insured="self") for cover in self.held[row]])
                found[row] = numbers_.setdefault(text, len(numbers_) + 1)
        return found


def joinings(
    office: Office,
    table: pa.Table,
    *,
    together: Mapping[str, np.ndarray] | None = None,
    known: np.ndarray | None = None,
    held: Mapping[int, tuple[Coverage, ...]] | None = None,
    records: Sequence[Joining] = (),
) -> Joinings:
    """Return a table of persons who want to join, checked.

    Args:
        office: The office.
        table: One row a person, with columns as `joining_columns` says.
        together: Plan id → which persons join it on the same day.
        known: Of which persons every cover is known; of none, if not said.
        held: Row → the covers that a person has or had.
        records: The record of each person, where there is one.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    columns = joining_columns(office)
    check_table(table, columns, JOINING)
    return Joinings(
        table=table,
        codes=Codes.of(office),
        columns=columns,
        together=together or {},
        known=np.zeros(len(table), bool) if known is None else known,
        held=held or {},
        records=records,
    )


def joinings_of(item: OfficePlan, records: Sequence[Joining], paths: Iterable[str]) -> Joinings:
    """Return records as a table.

    Args:
        item: The plan that they want to join.
        records: The persons.
        paths: The fields that the plan reads; others are left out.
    """
    office = Office(name=Text("名册", "roster"), plans=(item,))
    columns = joining_columns(office)
    names = {*(path.removeprefix("cover.") for path in paths), "first_day", "shares", "tier"}
    names |= {"insured.relation"}
    stated: dict[str, list[Any]] = {
        PERSON: [record.key for record in records],
        ROW: list(range(len(records))),
    }
    for name, column in columns.items():
        if name in names and column.field is not None:
            stated[name] = [_value(record, column.field.subject, column.field.name) for record in records]
    kinds = schema({name: columns[name] for name in stated})
    return joinings(
        office,
        pa.table(stated, schema=kinds),
        together={
            plan: np.array([plan in record.together for record in records], bool)
            for plan in dict.fromkeys(plan for record in records for plan in record.together)
        },
        known=np.array([record.covers is not None for record in records], bool),
        held={row: record.covers for row, record in enumerate(records) if record.covers},
        records=records,
    )


def _value(record: Joining, subject: str, name: str) -> Any:
    holder: Any = record if subject == "cover" else getattr(record, subject)
    value = getattr(holder, name, None)
    if value is None:
        value = holder.extra.get(name)
    return None if value is None else plain_value(value)
