"""What runs in the Python workers of Spark: one partition's rows in, what was decided of them out. Knows nothing of Spark.

Both ways several tables may travel as one: rows that say in ``table`` which one they are of, with the columns of all.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, field, frozen

from mutualplans.batch.assess import assess_ready
from mutualplans.batch.columns import CLAIM, CODES, COVERAGE, PERSON, ROW
from mutualplans.batch.hashes import hashed
from mutualplans.batch.kernel.compiled import can_compile
from mutualplans.batch.outcome import BENEFITS, DECISIONS, PROBLEMS, RECEIPTS, Outcome, Rows
from mutualplans.batch.prepare import Prepared, prepare
from mutualplans.batch.read import Reading
from mutualplans.batch.share import Options, Seen
from mutualplans.batch.shared import Numbers, say_shared
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
    "DECIDED",
    "NUMBER",
    "NUMBERS",
    "OF_PERSON",
    "OF_READING",
    "OUTCOME",
    "TABLE",
    "TOTALS",
    "UNIT",
    "Counted",
    "Form",
    "Worker",
    "slots",
]

TABLE, UNIT, OF_READING = "table", "about_unit", "of_reading"
"""Columns that only travel: the table that a row is of; the unit of a problem that every partition says once for each unit;
and whether a problem was found when rows were read."""

TOTALS, NUMBERS = "totals", "numbers"
"""The counts and sums of a partition: a table of one row on the way out, and its column. Its other column: the numbers of
the claims, which stay where they are unless some came more than once."""

NUMBER, OF_PERSON, DECIDED = "number", "of_person", "decided"
"""Columns that only travel, of the problem that a claim has if its number is shared: the number and the person, unmasked;
and whether the claim is decided, for only then the problem is told."""

_TABLES = {"decisions": DECISIONS, "benefits": BENEFITS, "problems": PROBLEMS, "receipts": RECEIPTS}
_SHEETS = {
    "decisions": DECISION_SHEET,
    "benefits": BENEFIT_SHEET,
    "problems": PROBLEM_SHEET,
    "receipts": RECEIPT_SHEET,
}
OUTCOME = tuple(_TABLES)
"""The tables of an `Outcome`."""

_COMPILE_FROM = 20_000
"""From so many claims in a partition on kernels are compiled: all partitions use the same ones, and keep them."""
_ROWS_AT_ONCE = 50_000
"""Rows handed to Spark at a time."""


def slots(types: Sequence[pa.DataType]) -> list[str]:
    """Return in which columns the cells of a table travel: the first column of texts in the first one of texts, and so on.

    Columns of both tables thus lie in the same ones, and most rows leave few of them empty.
    """
    met: Counter[str] = Counter()
    found = []
    for item in map(str, types):
        found.append(f"{item} {met[item]}")
        met[item] += 1
    return found


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
        numbers: The numbers of the claims.
    """

    totals: Totals = field(factory=Totals)
    read: Mapping[str, int] = field(factory=lambda: dict.fromkeys((CLAIM, COVERAGE), 0))
    refused: Mapping[str, int] = field(factory=lambda: dict.fromkeys((CLAIM, COVERAGE), 0))
    numbers: Numbers = field(factory=Numbers)

    def plus(self, other: Counted) -> Counted:
        """Return the counts of both; the totals and the numbers are added to these."""
        self.totals.plus(other.totals)
        self.numbers.plus(other.numbers)
        read, refused = _sums(self.read, other.read), _sums(self.refused, other.refused)
        return Counted(self.totals, read, refused, self.numbers)


def _sums(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {file: count + other[file] for file, count in one.items()}


@frozen(kw_only=True)
class Worker:
    """Decides partitions; each holds persons with everything they have.

    Attributes:
        office: The office, pickled.
        readings: How the rows of each table are read.
        tables: Which tables are wanted: some of `OUTCOME`, and `TOTALS`. One alone travels in its own columns, several in
            those of all.
        form: How the tables look; ``None`` for those of `assess_tables`.
        runtime: As for `assess_tables`; ``auto`` compiles in all but small partitions.
        decided_on: Day of the decision.
    """

    office: bytes
    readings: Mapping[str, Reading]
    tables: Sequence[str] = (*OUTCOME, TOTALS)
    form: Form | None = None
    runtime: str = "auto"
    decided_on: date | None = None

    def columns(self, name: str) -> pa.Schema:
        """Return the columns of one table on the way out; codes travel as their texts."""
        if name == TOTALS:
            return pa.schema({TOTALS: pa.binary(), NUMBERS: pa.binary()})
        found = _TABLES[name] if self.form is None else parquet_schema(_SHEETS[name])
        plain = [item.with_type(pa.string()) if item.type == CODES else item for item in found]
        more = {UNIT: pa.string(), OF_READING: pa.bool_()} if name == "problems" else {}
        return pa.schema([*plain, *more.items()])

    def schema(self) -> pa.Schema:
        """Return the columns of all tables on the way out."""
        if len(self.tables) == 1:
            return self.columns(self.tables[0])
        found = {item.name: item.type for name in self.tables for item in self.columns(name)}
        return pa.schema(found | {TABLE: pa.string()})

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a partition's outcome."""
        rows = list(batches)
        if not rows:
            return
        whole = pa.Table.from_batches(rows)
        del rows
        read = {file: _Read(reading, whole) for file, reading in self.readings.items()}
        del whole
        claims, coverages = read[CLAIM].table, read[COVERAGE].table
        office = _office(self.office)
        ready = prepare(
            office,
            claims,
            coverages,
            refused=read[COVERAGE].reading.take_refused(),
            shared=pa.array([], pa.string()),  # who else has a number is in other partitions: see `shared`
        )
        options = Options(
            threads=1,  # Spark runs one partition on each core
            runtime=self._runtime(len(claims)),
            detail="benefits" in self.tables,
            seen=_seen(self.office),
        )
        made = assess_ready(office, ready, options, decided_on=self.decided_on)
        schema = self.schema()
        for name, table in self._wanted(office, read, ready, made):
            yield from _batches(table.append_column(TABLE, pa.repeat(name, len(table))), schema)

    def _runtime(self, claims: int) -> str:
        if self.runtime != "auto":
            return self.runtime
        return "compiled" if claims >= _COMPILE_FROM and can_compile() else "interpreted"

    def _wanted(
        self, office: Office, read: Mapping[str, _Read], ready: Prepared, made: Outcome
    ) -> Iterator[tuple[str, pa.Table]]:
        """Yield the tables that are wanted, in pieces, by their names."""
        if TOTALS in self.tables:
            yield TOTALS, _counted(read, ready, made)
        if "problems" in self.tables:
            yield "problems", self.problems(office, made.problems, read[COVERAGE].table)
            for rows in read.values():
                for table in rows.reading.problems:
                    yield "problems", self.problems(office, table)
        for name in ("decisions", "benefits", "receipts"):
            if name in self.tables:
                yield name, self._formed(name, office, getattr(made, name))

    def problems(self, office: Office, table: pa.Table, coverages: pa.Table | None = None) -> pa.Table:
        """Return problems as they travel.

        Args:
            office: The office.
            table: As `mutualplans.batch.outcome.PROBLEMS`.
            coverages: The good ones of the partition, for problems found in deciding; ``None`` for those of reading.
        """
        units = pa.nulls(len(table), pa.string()) if coverages is None else _units(table, coverages)
        found = self._formed("problems", office, table).append_column(UNIT, units)
        return found.append_column(OF_READING, pa.repeat(coverages is None, len(table)))

    def shared_schema(self) -> pa.Schema:
        """Return the columns of what `shared` yields."""
        plain = [item for item in self.columns("problems") if item.name not in (UNIT, OF_READING)]
        return pa.schema([*plain, (NUMBER, pa.string()), (OF_PERSON, pa.string()), (DECIDED, pa.bool_())])

    def shared(self, again: np.ndarray, partitions: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield of each claim the problem that its number is shared, where several persons may have it.

        Args:
            again: What `Numbers.again` tells of all partitions, by which they were found: their hash is that of a shared
                number, by chance also of another one.
            partitions: The column ``numbers``, a row for each partition.
        """
        office = _office(self.office)
        for packed in (packed for batch in partitions for packed in batch[NUMBERS]):
            claims = pa.ipc.open_stream(packed.as_buffer()).read_all()
            claims = claims.filter(pa.array(np.isin(hashed(claims["claim"]), again)))
            rows = Rows()
            say_shared(claims, rows)
            told = self._formed("problems", office, rows.outcome().problems)
            for name, column in ((NUMBER, "claim"), (OF_PERSON, PERSON), (DECIDED, DECIDED)):
                told = told.append_column(name, claims[column])
            yield from _batches(told, self.shared_schema())

    def _formed(self, name: str, office: Office, table: pa.Table) -> pa.Table:
        """Return a table in the form that is wanted."""
        if self.form is None:
            return table
        return shown(table, _SHEETS[name], office, self.form.lang, reveal=self.form.reveal)


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
    """The rows of one table in a partition.

    Attributes:
        reading: What was counted and what was wrong.
        table: The good rows.
    """

    def __init__(self, reading: Reading, rows: pa.Table) -> None:
        self.reading = evolve(reading, read=0, refused=0, problems=[], persons=[])
        names = slots(reading.source.types)
        own = rows.select([ROW, *names]).filter(pc.equal(rows[TABLE], reading.file)).combine_chunks()
        good = [
            self.reading.sound(Chunk(rows=part.column(0), cells=part.columns[1:]))
            for part in own.to_batches()
        ]
        self.table = pa.concat_tables([reading.empty(), *good]).unify_dictionaries().combine_chunks()


def _counted(read: Mapping[str, _Read], ready: Prepared, made: Outcome) -> pa.Table:
    """Return the one row of counts and sums of a partition, and of the numbers of its claims."""
    claims = read[CLAIM].table
    counted = Counted(
        read={file: rows.reading.read for file, rows in read.items()},
        refused={file: rows.reading.refused for file, rows in read.items()},
    )
    counted.totals.add(made, read[COVERAGE].table)
    counted.numbers.add_all_of(claims)
    cells = {TOTALS: pickle.dumps(counted), NUMBERS: _packed(claims, ready.claims[PERSON])}
    return pa.table({name: pa.array([cell], pa.binary()) for name, cell in cells.items()})


def _packed(claims: pa.Table, decided: pa.ChunkedArray) -> bytes:
    """Return number, person and row of claims, and whether they are decided: those of the persons that are."""
    stated = claims.select(["claim", PERSON, ROW]).drop_null()
    stated = stated.append_column(DECIDED, pc.is_in(stated[PERSON], decided.unique()))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, stated.schema) as stream:
        stream.write_table(stated)
    return sink.getvalue().to_pybytes()


def _batches(table: pa.Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield a table in the columns of a schema; those that it has not are empty."""
    columns = [
        table[item.name].cast(item.type)
        if item.name in table.column_names
        else pa.chunked_array([pa.nulls(len(table), item.type)])
        for item in schema
    ]
    yield from pa.table(columns, schema=schema).combine_chunks().to_batches(max_chunksize=_ROWS_AT_ONCE)


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
