"""Rosters of many persons: whole columns at once, and every doubtful row as small rosters are read.

What a cell may hold is asked of `mutualplans.files.roster` once for each distinct text; ID numbers are checked all at
once. A row that is not plainly good (a cell that cannot be read, an ID number that stands twice, a unit whose rows
disagree about its system) goes to `RosterReader` itself, in the order of the file, so both ways read the same and say the
same. The tests on columns may doubt too much, never too little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define

from mutualplans.batch.cells import id_facts, valid_ids
from mutualplans.batch.columns import CODES, ROW, Column
from mutualplans.batch.lines import Lines, open_lines
from mutualplans.batch.people import (
    ID,
    IDLE,
    MEMBER_ID,
    NAME,
    People,
    of_entries,
    people_columns,
    shares_of,
    stored,
    with_members,
    with_units,
)
from mutualplans.engine.office import Package
from mutualplans.files.roster import READERS, Entry, RosterReader, known_headers
from mutualplans.files.tables import Cell, Table, read_table
from mutualplans.model.fields import FIRST_DAY, LAST_DAY
from mutualplans.model.kinds import Kind
from mutualplans.model.people import Unit
from mutualplans.model.problem import Problem
from mutualplans.plan.declaration import Plan

__all__ = ["read_people"]

_NO_UNIT = Unit()


def read_people(
    path: str | Path,
    plans: Sequence[Plan],
    units: Mapping[str, Unit],
    first_day: date,
    packages: Sequence[Package] = (),
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> People:
    """Read a roster as columns; the same persons, problems and refusals as `mutualplans.files.roster.read_roster`.

    Args:
        path: ``.csv``, ``.tsv``, ``.txt``, ``.parquet`` (columns of texts, whole numbers, dates or truth values), or a
            workbook, which is read row by row.
        plans: The office's plans.
        units: Units by name; a row without a unit takes the only one.
        first_day: First day of cover.
        packages: The office's packages.
        encoding: Of a text file; detected by default.
        sheet: Of a workbook.

    Raises:
        MutualPlansError: the file cannot be read at all, or two columns mean the same.
    """
    headers = known_headers(plans, packages)
    opened = open_lines(path, headers, encoding)
    if opened is None:
        table = read_table(path, known_headers=headers, encoding=encoding, sheet=sheet)
        reader = RosterReader(table, plans, units, first_day, packages)
        entries = [entry for row in table.rows if (entry := reader.entry(row))]
        columns = people_columns(plans)
        found = of_entries(entries, columns, reader.plan_columns.values())
        return _people(reader, columns, [found], table.problems, table.refused)
    source, head = opened
    table = Table(tuple(head.columns), (), head.problems, source.encoding, head.source)
    reader = RosterReader(table, plans, units, first_day, packages)
    return _Columns(source, head, reader, plans).people()


def _people(
    reader: RosterReader,
    columns: Mapping[str, Column],
    tables: Sequence[pa.Table],
    problems: Sequence[Problem],
    refused: Mapping[int, tuple[Problem, ...]],
) -> People:
    """Return all rows in the order of the file.

    Args:
        reader: Knows what was said of rows, units and members.
        columns: The columns that plans may read.
        tables: The rows that were read, in any order.
        problems: What is wrong with the form of rows.
        refused: The rows set aside for it.
    """
    table = pa.concat_tables(tables).unify_dictionaries()
    table = table.take(pa.array(np.argsort(table[ROW].to_numpy(), kind="stable"))).combine_chunks()
    table = with_units(with_members(table), reader.units, reader.systems, columns)
    return People(
        table=table,
        named={id_: table[shares_of(id_)].to_numpy() for id_ in reader.plan_columns.values()},
        problems=(*problems, *reader.problems),
        refusals={**refused, **reader.refusals},
        encoding=reader.table.encoding,
        sheet=reader.table.sheet,
        headers=reader.table.headers,
        source=reader.table.source,
    )


@define(eq=False)
class _Columns(Lines):
    """Reads a file by its columns."""

    reader: RosterReader
    plans: Sequence[Plan]

    def people(self) -> People:
        """Return the roster."""
        blank = self.load()
        columns = self._contents()
        self._systems(columns["unit.name"], columns.pop("system", None), blank)
        entries, problems, refused = self._one_by_one(np.flatnonzero(self.doubt & ~blank))
        known = people_columns(self.plans)
        plain = self._table(known, columns, pa.array(np.flatnonzero(~self.doubt & ~blank)))
        others = of_entries(entries, known, self.reader.plan_columns.values())
        return _people(self.reader, known, [others, plain.select(others.column_names)], problems, refused)

    # ------------------------------------------------------------ what is doubted

    def _column(self, name: str) -> pa.Array | None:
        """Return the texts of what every roster may have; null where the cell is empty."""
        for header, known in self.reader.columns.items():
            if known == name:
                return _filled(self.texts[self.head.columns[header]])
        return None

    def _contents(self) -> dict[str, Any]:
        """Return the columns of plain rows by the names of `people_columns`, and doubt rows on the way."""
        found: dict[str, Any] = {}
        known = people_columns(self.plans)
        for name in dict.fromkeys(self.reader.columns.values()):
            if name not in (NAME, ID, MEMBER_ID, "unit", "note", "number"):
                found |= self._known(name, known)
        for header, item in self.reader.own_columns.items():
            path = item.name if item.subject == "cover" else item.path
            texts = _filled(self.texts[self.head.columns[header]])
            found[path] = self._each(texts, partial(self.reader.own_value, item), known[path])
        for header, id_ in self.reader.plan_columns.items():
            texts = _filled(self.texts[self.head.columns[header]])
            shares = self._each(texts, lambda text: READERS["shares"](Cell(text)), known["shares"])
            found[shares_of(id_)] = pc.fill_null(shares, 0)
        wanted = found.get("shares", pa.nulls(len(self.rows), pa.int64()))
        found[IDLE] = pc.fill_null(pc.equal(wanted, 0), False)
        found["shares"] = pc.if_else(found[IDLE], pa.scalar(None, pa.int64()), wanted)
        found["unit.name"] = self._units()
        return found | self._persons(found)

    def _known(self, name: str, known: Mapping[str, Column]) -> dict[str, pa.Array]:
        """Return a column that every roster may have, checked as the records of its rows would check it."""
        texts = self._column(name)
        column = known.get(_PATHS.get(name, f"member.{name}"))
        item = column.field if column else None

        def read(text: str) -> Any:
            value = READERS[name](Cell(text))
            if item is not None and name not in ("shares", "tier") and item.fault(value):
                raise ValueError(name)
            return value

        if column is None:  # the system, which is the unit's
            return {name: texts}
        return {_PATHS.get(name, f"member.{name}"): self._each(texts, read, column)}

    def _each(self, texts: pa.Array, read: Callable[[str], Any], column: Column) -> pa.Array:
        """Read each distinct text once; doubt the rows with one that cannot be read."""
        coded = texts.dictionary_encode()
        values, faulty = [], []
        for text in coded.dictionary.to_pylist():
            try:
                values.append(read(text))
                faulty.append(False)
            except ValueError:
                values.append(None)
                faulty.append(True)
        if any(faulty):
            self.doubt |= pc.fill_null(pa.array(faulty).take(coded.indices), False).to_numpy(
                zero_copy_only=False
            )
        made = stored(values, column)
        if column.kind is Kind.CODE:
            return made.cast(pa.string()).take(coded.indices).dictionary_encode()
        return made.take(coded.indices)

    def _persons(self, found: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Return who the persons are: names, ID numbers, and what follows from them."""
        nothing = pa.nulls(len(self.rows), pa.string())
        names, ids, members = (self._column(name) for name in (NAME, ID, MEMBER_ID))
        numbers = nothing if ids is None else self._valid(ids)
        sexes, births = id_facts(numbers)
        years = pc.and_(
            pc.less_equal(pa.scalar(FIRST_DAY), births), pc.less_equal(births, pa.scalar(LAST_DAY))
        )
        self._doubt(pc.invert(years))
        made: dict[str, pa.Array] = {NAME: nothing if names is None else names, ID: numbers}
        self._twice(numbers)
        relation = found.get("insured.relation")
        relation = pc.fill_null(nothing if relation is None else relation.cast(pa.string()), "self")
        own = pc.equal(relation, "self")
        made["insured.relation"] = relation.dictionary_encode()
        made[MEMBER_ID] = pc.if_else(own, numbers, nothing if members is None else self._valid(members))
        for name, derived in (("sex", sexes), ("birth_date", births)):
            stated = found.get(f"member.{name}")
            if stated is not None:
                stated = stated.cast(derived.type)
                self._doubt(pc.not_equal(stated, derived))
                derived = pc.coalesce(stated, derived)
            mine = pc.if_else(own, derived, pa.scalar(None, derived.type))
            for subject, values in (("insured", derived), ("member", mine)):
                made[f"{subject}.{name}"] = values.dictionary_encode() if name == "sex" else values
        return made

    def _valid(self, texts: pa.Array) -> pa.Array:
        valid = pa.array(valid_ids(texts))
        self._doubt(pc.and_(pc.is_valid(texts), pc.invert(valid)))
        return pc.if_else(valid, texts, pa.scalar(None, pa.string()))

    def _twice(self, numbers: pa.Array) -> None:
        """Doubt every row whose ID number stands in another row too."""
        coded = numbers.dictionary_encode()
        if len(coded.dictionary) + coded.null_count < len(coded):
            stated = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
            again = np.bincount(stated, minlength=len(coded.dictionary) + 1) > 1
            again[len(coded.dictionary)] = False
            self.doubt |= again[stated]

    def _units(self) -> pa.Array:
        """Return the names of units; doubt rows with one that the unit file does not have."""
        units = self.reader.units
        names = self._column("unit")
        if names is None:
            names = pa.nulls(len(self.rows), pa.string())
        only = next(iter(units)) if len(units) == 1 else ""
        if units:
            self._doubt(
                pc.and_(pc.is_valid(names), pc.invert(pc.is_in(names, pa.array([*units], pa.string()))))
            )
        return pc.fill_null(names, only).dictionary_encode()

    def _systems(self, units: pa.DictionaryArray, systems: pa.Array | None, blank: np.ndarray) -> None:
        """Note the system of each unit whose rows agree; doubt the rows of all others."""
        if systems is None:
            return
        names = units.dictionary.to_pylist()
        coded = systems.dictionary_encode()
        stated = pc.is_valid(systems).to_numpy(zero_copy_only=False)
        unit = units.indices.to_numpy(zero_copy_only=False)
        system = coded.indices.fill_null(0).to_numpy(zero_copy_only=False)
        pairs = np.unique(np.stack([unit[stated], system[stated]]), axis=1)
        known: dict[int, set[str]] = {}
        for place, number in pairs.T.tolist():
            record = self.reader.units.get(names[place], _NO_UNIT)
            of_file = set() if record.system is None else {record.system}
            known.setdefault(place, of_file).add(coded.dictionary[number].as_py())
        at_odds = [place for place, found in known.items() if len(found) > 1]
        self.doubt |= stated & np.isin(unit, at_odds)
        for place in np.unique(unit[stated & ~self.doubt & ~blank]).tolist():
            self.reader.systems[names[place]] = next(iter(known[place]))

    def _doubt(self, which: pa.Array) -> None:
        self.doubt |= pc.fill_null(which, False).to_numpy(zero_copy_only=False)

    # ------------------------------------------------------------ one by one, and all together

    def _one_by_one(
        self, places: np.ndarray
    ) -> tuple[list[Entry], list[Problem], dict[int, tuple[Problem, ...]]]:
        """Read rows as small rosters are read; returns what is wrong with the form of rows apart."""
        rows, problems, refused = self.read(places)
        entries = [entry for row in rows if (entry := self.reader.entry(row))]
        return entries, [*self.head.problems, *problems], refused

    def _table(self, columns: Mapping[str, Column], found: Mapping[str, Any], at: pa.Array) -> pa.Table:
        """Return the plain rows."""
        made: dict[str, pa.Array] = {ROW: pa.array(self.rows).take(at)}
        named = map(shares_of, self.reader.plan_columns.values())
        made |= {name: found[name].take(at) for name in (NAME, ID, MEMBER_ID, IDLE, *named)}
        day = pa.repeat(pa.scalar(self.reader.first_day, pa.date32()), len(at))
        for name, column in columns.items():
            if name == "first_day":
                made[name] = day
            elif name in found:
                made[name] = found[name].take(at)
            else:
                plain = pa.nulls(len(at), pa.string() if column.type == CODES else column.type)
                made[name] = plain.dictionary_encode() if column.type == CODES else plain
        return pa.table(made)


_PATHS = {"relation": "insured.relation", "shares": "shares", "tier": "tier"}
"""What a column of a roster is called as a column of people, where it is not the member's."""


def _filled(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
