"""What runs in the Python workers of Spark: one partition's rows in, what was decided of them out. Knows nothing of Spark.

Both ways several tables travel as one: rows that say in ``table`` which one they are of, with the columns of all.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, field, frozen

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import CLAIM, CODES, COVERAGE, ROW
from mutualplans.batch.kernel.compiled import can_compile
from mutualplans.batch.outcome import BENEFITS, DECISIONS, PROBLEMS, RECEIPTS, Outcome
from mutualplans.batch.read import Reading
from mutualplans.batch.run import Seen
from mutualplans.batch.sources import Chunk
from mutualplans.batch.totals import Totals
from mutualplans.batch.write import BENEFITS as BENEFIT_SHEET
from mutualplans.batch.write import DECISIONS as DECISION_SHEET
from mutualplans.batch.write import PROBLEMS as PROBLEM_SHEET
from mutualplans.batch.write import RECEIPTS as RECEIPT_SHEET
from mutualplans.batch.write import parquet_schema, shown
from mutualplans.engine.office import Office
from mutualplans.model.text import Lang

__all__ = [
    "READING",
    "TABLE",
    "TOTALS",
    "UNIT",
    "Counted",
    "Form",
    "Worker",
    "columns_out",
    "formed",
    "sent_schema",
]

TABLE, TOTALS, UNIT = "table", "totals", "about_unit"
"""Columns on the way out: the table that a row is of; counts and sums of a partition; and the unit of a problem that
every partition says once for each unit."""

READING = "reading"
"""The problems of rows that could not be read, on the way out; the other tables have the names that `Outcome` has."""

_OUTCOME = {"decisions": DECISIONS, "benefits": BENEFITS, "problems": PROBLEMS, "receipts": RECEIPTS}
_SHEETS = {
    "decisions": DECISION_SHEET,
    "benefits": BENEFIT_SHEET,
    "problems": PROBLEM_SHEET,
    "receipts": RECEIPT_SHEET,
}

_COMPILE_FROM = 20_000
"""From so many claims in a partition on kernels are compiled: all partitions use the same ones, and keep them."""
_ROWS_AT_ONCE = 50_000
"""Rows handed to Spark at a time."""


@frozen
class Form:
    """How tables look that people read; see `mutualplans.batch.write.shown`.

    Attributes:
        lang: Language of words.
        reveal: Whether personal numbers are written in full.
    """

    lang: Lang
    reveal: bool = False


@frozen
class Counted:
    """What a part of the rows came to.

    Attributes:
        totals: Counts and sums of the decisions.
        read: Table → rows of data in it.
        refused: Table → rows among them that could not be read.
    """

    totals: Totals = field(factory=Totals)
    read: Mapping[str, int] = field(factory=lambda: dict.fromkeys((CLAIM, COVERAGE), 0))
    refused: Mapping[str, int] = field(factory=lambda: dict.fromkeys((CLAIM, COVERAGE), 0))

    def plus(self, other: Counted) -> Counted:
        """Return the counts of both; the totals are added to these."""
        self.totals.plus(other.totals)
        return Counted(self.totals, _sums(self.read, other.read), _sums(self.refused, other.refused))


def _sums(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {file: count + other[file] for file, count in one.items()}


def columns_out(form: Form | None) -> dict[str, pa.Schema]:
    """Return the columns of each table on the way out; codes travel as their texts."""
    found = _OUTCOME if form is None else {name: parquet_schema(sheet) for name, sheet in _SHEETS.items()}
    found = {**found, READING: found["problems"]}
    return {
        name: pa.schema([(item.name, pa.string() if item.type == CODES else item.type) for item in columns])
        for name, columns in found.items()
    }


def sent_schema(form: Form | None) -> pa.Schema:
    """Return the columns of all tables on the way out."""
    found = {TABLE: pa.string()}
    for columns in columns_out(form).values():
        found |= {item.name: item.type for item in columns}
    return pa.schema(found | {UNIT: pa.string(), TOTALS: pa.binary()})


@frozen(kw_only=True)
class Worker:
    """Decides partitions; each holds persons with everything they have.

    Attributes:
        office: The office, pickled.
        readings: How the rows of each table are read.
        form: How the tables look; ``None`` for those of `assess_tables`.
        benefits: Whether the table of benefits is sent.
        runtime: As for `assess_tables`; ``auto`` compiles in all but small partitions.
        decided_on: Day of the decision.
    """

    office: bytes
    readings: Mapping[str, Reading]
    form: Form | None = None
    benefits: bool = True
    runtime: str = "auto"
    decided_on: date | None = None

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a partition's outcome."""
        read = {file: _Read(reading) for file, reading in self.readings.items()}
        for batch in batches:
            for rows in read.values():
                rows.add(batch)
        claims, coverages = read[CLAIM].table(), read[COVERAGE].table()
        office = _office(self.office)
        made = assess_tables(
            office,
            claims,
            coverages,
            refused=read[COVERAGE].reading.take_refused(),
            decided_on=self.decided_on,
            threads=1,  # Spark runs one partition on each core
            runtime=self._runtime(len(claims)),
            seen=_seen(self.office),
        )
        yield self._counted(read, made, coverages)
        yield from self._tables(office, read, made, coverages)

    def _runtime(self, claims: int) -> str:
        if self.runtime != "auto":
            return self.runtime
        return "compiled" if claims >= _COMPILE_FROM and can_compile() else "interpreted"

    def _counted(self, read: Mapping[str, _Read], made: Outcome, coverages: pa.Table) -> pa.RecordBatch:
        totals = Totals()
        totals.add(made, coverages)
        counted = Counted(
            totals,
            {file: rows.reading.read for file, rows in read.items()},
            {file: rows.reading.refused for file, rows in read.items()},
        )
        return _sent(self.form, TOTALS, 1, {TOTALS: pa.array([pickle.dumps(counted)], pa.binary())})

    def _tables(
        self, office: Office, read: Mapping[str, _Read], made: Outcome, coverages: pa.Table
    ) -> Iterator[pa.RecordBatch]:
        tables = [(READING, table) for rows in read.values() for table in rows.reading.problems]
        tables += [(name, getattr(made, name)) for name in _OUTCOME if name != "benefits" or self.benefits]
        for name, table in tables:
            for start in range(0, len(table), _ROWS_AT_ONCE):
                part = table.slice(start, _ROWS_AT_ONCE)
                more = {UNIT: _units(part, coverages)} if name == "problems" else {}
                part = formed(name, part, office, self.form)
                own = {column: part[column] for column in part.column_names}
                yield _sent(self.form, name, len(part), own | more)


def formed(name: str, table: pa.Table, office: Office, form: Form | None) -> pa.Table:
    """Return a table in the form that is wanted."""
    if form is None:
        return table
    return shown(
        table, _SHEETS["problems" if name == READING else name], office, form.lang, reveal=form.reveal
    )


@cache
def _office(pickled: bytes) -> Office:
    """Return the office; a worker process decides many partitions of one job."""
    found: Office = pickle.loads(pickled)
    return found


@cache
def _seen(_office: bytes) -> Seen:
    """Return what the partitions had that this process decided before, so that the same kernels decide all of them."""
    return Seen()


class _Read:
    """The rows of one table in a partition."""

    def __init__(self, reading: Reading) -> None:
        self.reading = evolve(reading, read=0, refused=0, problems=[], persons=[])
        self.parts = [reading.empty()]

    def add(self, batch: pa.RecordBatch) -> None:
        """Read the rows of a batch that are of this table."""
        own = batch.filter(pc.equal(batch[TABLE], self.reading.file))
        if own.num_rows:
            prefix = f"{self.reading.file}:"
            cells = [own[name] for name in own.schema.names if name.startswith(prefix)]
            self.parts.append(self.reading.sound(Chunk(rows=own[ROW], cells=cells)))

    def table(self) -> pa.Table:
        """Return the good rows."""
        return pa.concat_tables(self.parts).unify_dictionaries().combine_chunks()


def _sent(form: Form | None, name: str, count: int, own: Mapping[str, Any]) -> pa.RecordBatch:
    """Return rows of one table with the columns of all."""
    arrays: list[Any] = []
    for item in sent_schema(form):
        values = pa.repeat(name, count) if item.name == TABLE else own.get(item.name)
        if values is None:
            values = pa.nulls(count, item.type)
        values = values.cast(item.type)
        arrays.append(values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values)
    return pa.record_batch(arrays, schema=sent_schema(form))


def _units(problems: pa.Table, coverages: pa.Table) -> pa.Array:
    """Return the unit that a problem is about where it is said once for each unit, else null."""
    about = pc.fill_null(pc.equal(problems["column"].cast(pa.string()), "unit.unit_type"), False)
    if not pc.any(about).as_py():
        return pa.nulls(len(problems), pa.string())
    named = pa.repeat("", len(problems))
    if "unit.name" in coverages.column_names:
        place = pc.index_in(problems[ROW], coverages[ROW].combine_chunks())
        named = pc.fill_null(coverages["unit.name"].cast(pa.string()).take(place), "")
    return pc.if_else(about, named, pa.scalar(None, pa.string()))
