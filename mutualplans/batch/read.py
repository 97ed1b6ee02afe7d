"""Tables of people's making read into the tables of a batch: good rows go on, every other row is a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.ahead import ahead
from mutualplans.batch.chunk import ChunkRows
from mutualplans.batch.columns import CLAIM, Column, claim_columns, coverage_columns, schema
from mutualplans.batch.headers import headers_of
from mutualplans.batch.layout import Layout, laid_out
from mutualplans.batch.outcome import Rows
from mutualplans.batch.sources import Chunk, Source, open_source
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan

__all__ = ["Reading", "read_source", "read_table"]


@define(eq=False)
class Reading:
    """A table that is being read.

    Attributes:
        source: The file.
        file: Which of the two tables it is.
        columns: Every column that the table may have.
        read: Rows of data met so far.
        refused: Rows among them that were refused.
        problems: What is wrong, as tables of `mutualplans.batch.outcome.PROBLEMS`; complete after the last chunk,
            but for what was taken with `take_problems`.
        persons: Keys of persons of whom a row was refused, but for those taken with `take_refused`.
    """

    source: Source
    file: str
    columns: Mapping[str, Column]
    layout: Layout
    read: int = 0
    refused: int = 0
    problems: list[pa.Table] = field(factory=list)
    persons: list[pa.Array] = field(factory=list)

    def chunks(self) -> Iterator[pa.Table]:
        """Yield the good rows, with the columns that the file has; the next chunk is read while one is looked at.

        Raises:
            MutualPlansError: the file turns out to be damaged on the way.
        """
        for chunk in ahead(self.source.chunks()):
            yield self.sound(chunk)

    def empty(self) -> pa.Table:
        """Return a table without rows, with the columns that the file has."""
        return schema({name: self.columns[name] for name in self.layout.names}).empty_table()

    def table(self) -> pa.Table:
        """Return all good rows."""
        return pa.concat_tables([self.empty(), *self.chunks()]).unify_dictionaries().combine_chunks()

    def take_refused(self) -> pa.Array:
        """Return the persons of whom a row was refused since the last call, each once, and forget them."""
        found = pc.unique(pa.chunked_array(self.persons, pa.string())).drop_null()
        self.persons.clear()
        return found

    def take_problems(self) -> list[pa.Table]:
        """Return the problems found since the last call, and forget them."""
        found, self.problems = self.problems, []
        return found

    @property
    def places(self) -> tuple[int, ...]:
        """Places of the headers that are read, in the order of the file."""
        parts = (part for parts in self.layout.sums.values() for part in parts if part)
        return tuple(sorted({place for place, _cells in (*self.layout.readers, *parts)}))

    def sound(self, chunk: Chunk) -> pa.Table:
        """Return the good rows of one chunk, and note what is wrong with the others."""
        work = ChunkRows(self, chunk)
        values = work.values()
        bad = work.bad
        self.read += len(chunk.rows) - work.blank
        self.refused += int((bad & ~work.set_aside).sum())
        self.problems += work.problems()
        if bad.any():
            self.persons.append(work.person_texts.filter(pa.array(bad & ~work.set_aside)))
        good = pa.array(~bad)
        made = pa.table({name: values[name] for name in self.layout.names})
        return made.filter(good) if bad.any() else made


def read_table(
    path: str | Path,
    file: str,
    plans: Sequence[Plan],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    mapping: TomlFile | None = None,
    strict: bool = False,
) -> Reading:
    """Open a table of claims or coverages.

    Args:
        path: ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xlsm`` or ``.parquet``.
        file: ``claims`` or ``coverages``.
        plans: The office's plans.
        encoding: Of a text file; detected by default.
        sheet: Of a workbook.
        mapping: An import map, see `mutualplans.batch.headers.read_map`.
        strict: Whether a column that nobody knows is an error; by default it is a warning, and not read.

    Raises:
        MutualPlansError: the file cannot be read at all, a needed column is missing or of another type, a header
            stands twice, or two headers mean the same; everything that is wrong at once.
    """
    headers = headers_of(file, _columns(file, plans), plans, mapping)
    source = open_source(path, headers.knows, encoding=encoding, sheet=sheet)
    return read_source(source, file, plans, mapping=mapping, strict=strict)


def read_source(
    source: Source,
    file: str,
    plans: Sequence[Plan],
    *,
    mapping: TomlFile | None = None,
    strict: bool = False,
) -> Reading:
    """Begin to read a table whose header is known; see `read_table`.

    Raises:
        MutualPlansError: as for `read_table`.
    """
    columns = _columns(file, plans)
    headers = headers_of(file, columns, plans, mapping)
    layout, problems = laid_out(source, file, columns, headers, plans, strict=strict)
    if any(item.severity == "error" for item in problems):
        raise MutualPlansError(*problems)
    rows = Rows()
    for item in problems:
        rows.problem(item, file=file)
    return Reading(source, file, columns, layout, problems=[rows.outcome().problems])


def _columns(file: str, plans: Sequence[Plan]) -> dict[str, Column]:
    return claim_columns(plans) if file == CLAIM else coverage_columns(plans)
