"""Claims and coverages on their way to the workers: one DataFrame, each person's rows in one partition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from attrs import evolve, frozen

from mutualplans.batch.cells import SPACE
from mutualplans.batch.columns import CLAIM, COVERAGE, PERSON, ROW
from mutualplans.batch.read import Reading, read_source
from mutualplans.batch.sources import Chunk, Source
from mutualplans.batch.spark.worker import TABLE, slots
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["Spread", "spread"]

_ROWS_IN_A_PARTITION = 250_000
"""Claims and coverages that one worker holds at a time."""
_PARTITIONS_PER_CORE = 2
"""At least so many, so that one slow partition does not keep the others waiting."""
_STANDS_FOR_OTHERS = pa.bool_()


@frozen
class Spread:
    """Claims and coverages on their way to the workers.

    Attributes:
        frame: Rows of both, each of which says in ``table`` which one it is of; their cells lie in `slots`.
        readings: How the rows of each table are read.
        headers: What is wrong with the headers, as `mutualplans.batch.outcome.PROBLEMS`.
    """

    frame: DataFrame
    readings: dict[str, Reading]
    headers: pa.Table


def spread(
    plans: Sequence[Plan],
    claims: DataFrame,
    coverages: DataFrame,
    *,
    names: Sequence[str] = (CLAIM, COVERAGE),
    mapping: TomlFile | None = None,
    strict: bool = False,
    partitions: int | None = None,
) -> Spread:
    """Return claims and coverages as one DataFrame; see `mutualplans.batch.spark.job.assess_frames`.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type; of both tables at once.
    """
    readings: dict[str, Reading] = {}
    frames: list[DataFrame] = []
    headers: list[pa.Table] = []
    faults: list[Problem] = []
    for file, name, frame in zip((CLAIM, COVERAGE), names, (claims, coverages), strict=True):
        try:
            whole = read_source(_source(frame, name), file, plans, mapping=mapping, strict=strict)
        except MutualPlansError as error:
            faults += error.problems
            continue
        headers += whole.problems
        readings[file] = read_source(_travelling(whole), file, plans, mapping=mapping)
        frames.append(_in_slots(frame, readings[file]))
    if faults:
        raise MutualPlansError(*faults)
    both = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)
    by_person = both.repartition(partitions or _partitions(both), _key(readings))
    return Spread(by_person, readings, pa.concat_tables(headers))


# ---------------------------------------------------------------- which columns


def _source(frame: DataFrame, name: str) -> Source:
    """Return a DataFrame as a file whose rows only workers see.

    Raises:
        MutualPlansError: its column ``row`` does not hold whole numbers.
    """
    stated = [(item.name, _arrow_type(item.dataType)) for item in frame.schema]
    for header, found in stated:
        if header == ROW and not pa.types.is_integer(found):
            raise MutualPlansError(_no_row_numbers(name, found))
    headers = [header for header, _type in stated if header != ROW]
    types = [found for header, found in stated if header != ROW]
    return Source(Path(name), name, headers, 0, "parquet", _no_chunks, types=types)


def _no_chunks() -> Iterator[Chunk]:
    return iter(())


def _arrow_type(type_: Any) -> pa.DataType:
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import to_arrow_type

    try:
        return to_arrow_type(type_)
    except PySparkException:
        return pa.binary()  # nothing that a column of ours could be: refused where it is needed


def _no_row_numbers(name: str, found: pa.DataType) -> Problem:
    return problem(
        "batch.column-type",
        f'列 "{ROW}" 应为整数行号，实为 {found}',
        f'column "{ROW}" numbers the rows with whole numbers; found {found}',
        where=name,
        hint_zh="改为整数，或删去这一列",
        hint_en="make it whole numbers, or drop the column",
    )


def _travelling(whole: Reading) -> Source:
    """Return a table with the columns that have to travel: those that are read.

    Rows of sums and signatures are looked for in every column, but only where all are texts. Where those that are read
    are and others are not, an empty column without a name stands for these.
    """
    headers, types = whole.source.headers, whole.source.types
    if not _all_texts(types):
        headers, types = ([given[place] for place in whole.places] for given in (headers, types))
        if _all_texts(types):
            headers, types = [*headers, ""], [*types, _STANDS_FOR_OTHERS]
    return evolve(whole.source, headers=headers, types=types)


def _all_texts(types: Sequence[pa.DataType]) -> bool:
    return all(map(pa.types.is_string, types))


# ---------------------------------------------------------------- rows


def _in_slots(frame: DataFrame, reading: Reading) -> DataFrame:
    """Return the columns that travel, in `slots`, with the name of the table and the number of the row."""
    from pyspark.sql import functions as f

    headers = frame.columns
    # By their places, for names may be anything, or stand twice.
    plain = frame.toDF(*(str(place) for place in range(len(headers))))
    if ROW in headers:
        number = f.col(str(headers.index(ROW))).cast("bigint")
        number = f.coalesce(number, f.raise_error(f.lit(f"{reading.source.name}: a row has no number")))
    else:
        number = f.monotonically_increasing_id() + 1
    source = reading.source
    cells = [
        f.col(str(headers.index(header))) if header else f.lit(None).cast("boolean")
        for header in source.headers
    ]
    columns = [cell.alias(slot) for cell, slot in zip(cells, slots(source.types), strict=True)]
    return plain.select(f.lit(reading.file).alias(TABLE), number.alias(ROW), *columns)


def _key(readings: Mapping[str, Reading]) -> Column:
    """Return what the rows of one person have in common.

    Rows that name no person have nothing to do with each other: they need not all go to one worker.
    """
    from pyspark.sql import functions as f

    persons = []
    for file, reading in readings.items():
        place = reading.layout.place(PERSON)
        assert place is not None, "a table without persons is not read"
        person = f.btrim(f.col(slots(reading.source.types)[place]).cast("string"), f.lit(SPACE))
        persons.append(f.when((f.col(TABLE) == file) & (person != ""), person))
    return f.coalesce(*persons, f.col(ROW).cast("string"))


def _partitions(rows: DataFrame) -> int:
    """Return into how many partitions rows go; counting them reads no more of Parquet files than their ends."""
    cores: int = rows.sparkSession.sparkContext.defaultParallelism
    wanted = max(-(-rows.count() // _ROWS_IN_A_PARTITION), _PARTITIONS_PER_CORE * cores)
    return -(-wanted // cores) * cores  # no core is without work in the last round
