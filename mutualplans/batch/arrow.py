"""Arrow data of other programs as the chunks that `mutualplans.batch.read` reads, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import CLAIM, COVERAGE, ROW
from mutualplans.batch.outcome import BENEFITS, DECISIONS, RECEIPTS, Outcome, together
from mutualplans.batch.read import Reading, read_source
from mutualplans.batch.sources import Chunk, Source
from mutualplans.engine.office import Office
from mutualplans.model.problem import MutualPlansError, Problem, problem

__all__ = ["decided", "source_of"]

_ROWS = 1 << 17
_PANDAS_INDEX = "__index_level_"
"""How pandas names an index without a name, which says nothing about a claim."""


def decided(
    office: Office, claims: Any, coverages: Any, *, benefits: bool, threads: int | None = None
) -> Outcome:
    """Decide tables that other programs hand out; see `mutualplans.assess_frame`."""
    plans = [item.plan for item in office.plans]
    readings: list[Reading] = []
    faults: list[Problem] = []
    for data, file in ((coverages, COVERAGE), (claims, CLAIM)):
        try:
            source, wrong = source_of(data, file)
            faults += wrong
            readings.append(read_source(source, file, plans, strict=True))
        except MutualPlansError as error:
            faults += error.problems
    if faults:
        raise MutualPlansError(*faults)
    covers, asked = (reading.table() for reading in readings)
    made = assess_tables(
        office,
        asked,
        covers,
        refused=pa.chunked_array(readings[0].persons, pa.string()).combine_chunks(),
        unread=readings[1].refused,
        threads=threads,
        benefits=benefits,
    )
    return _with_problems(office, made, [table for reading in readings for table in reading.problems])


def _with_problems(office: Office, made: Outcome, more: list[pa.Table]) -> Outcome:
    """Return an outcome with the problems of the rows that were not read among its own."""
    nothing = Outcome(
        decisions=DECISIONS.empty_table(),
        benefits=BENEFITS.empty_table(),
        problems=made.problems,
        receipts=RECEIPTS.empty_table(),
    )
    both = together(office, [nothing, evolve(nothing, problems=pa.concat_tables(more))])
    return evolve(made, problems=both.problems)


def source_of(data: Any, name: str) -> tuple[Source, list[Problem]]:
    """Return Arrow data as a source of typed cells, and what is wrong with how its rows are numbered.

    Args:
        data: Anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``.
        name: What problems call it.

    Raises:
        MutualPlansError: it is something else, or cannot be handed out as Arrow data.
    """
    if not any(hasattr(data, way) for way in ("__arrow_c_stream__", "__arrow_c_array__")):
        raise MutualPlansError(_no_table(name, type(data).__name__))
    try:
        table = pa.table(data)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise MutualPlansError(_no_table(name, str(error))) from error
    columns = [
        (header, _usual(column))
        for header, column in zip(table.column_names, table.columns, strict=True)
        if not header.startswith(_PANDAS_INDEX)
    ]
    numbers, wrong = _numbers(columns, table.num_rows, name)
    table = pa.Table.from_arrays(
        [*(column for _header, column in columns), numbers], [*(header for header, _column in columns), ""]
    )

    def chunks() -> Iterator[Chunk]:
        for batch in table.to_batches(max_chunksize=_ROWS):
            yield Chunk(rows=batch.columns[-1], cells=batch.columns[:-1])

    headers = [header for header, _column in columns]
    types = [column.type for _header, column in columns]
    return Source(Path(name), name, headers, 0, "arrow", chunks, types=types, size=table.num_rows), wrong


def _no_table(name: str, found: str) -> Problem:
    return problem(
        "batch.frame",
        f"不是能以 Arrow 交换的表：{found}",
        f"this is no table that hands out Arrow data: {found}",
        where=name,
        hint_zh="给出 PyArrow、Polars 的表或 pandas 的 DataFrame；惰性的先 collect()",
        hint_en="give a table of PyArrow or Polars, or a DataFrame of pandas; collect() a lazy one first",
    )


# ---------------------------------------------------------------- columns


def _numbers(columns: list[tuple[str, Any]], count: int, name: str) -> tuple[Any, list[Problem]]:
    """Return the row numbers: those of the column ``row``, or from 1 on."""
    stated = [column for header, column in columns if header == ROW]
    if not stated:
        return pa.chunked_array([pa.array(np.arange(1, count + 1))]), []
    if pa.types.is_integer(stated[0].type) and not stated[0].null_count:
        return stated[0].cast(pa.int64()), []
    return stated[0], [
        problem(
            "batch.column-type",
            f'列 "{ROW}" 应为每行都有的整数行号，实为 {stated[0].type}，空 {stated[0].null_count} 行',
            f'column "{ROW}" numbers the rows with whole numbers; found {stated[0].type}, '
            f"{stated[0].null_count} empty",
            where=name,
            hint_zh="补全行号，或删去这一列",
            hint_en="number every row, or drop the column",
        )
    ]


def _usual(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column in the types that files have: plain texts, and dates where times are all midnight."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        if pa.types.is_string_view(kind.value_type):
            parts = [
                pa.DictionaryArray.from_arrays(part.indices, part.dictionary.cast(pa.string()))
                for part in column.chunks
            ]
            return pa.chunked_array(parts, pa.dictionary(kind.index_type, pa.string()))
        return column
    if pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_large_list(kind) or (pa.types.is_list(kind) and not pa.types.is_string(kind.value_type)):
        return _list(column)
    if pa.types.is_timestamp(kind) and kind.tz is None:
        days = column.cast(pa.date32(), safe=False)
        whole = pc.all(pc.equal(days.cast(kind), column)).as_py()
        return days if whole is not False else column
    return column


def _list(column: pa.ChunkedArray) -> pa.ChunkedArray:
    inner = column.type.value_type
    texts = (pa.types.is_large_string, pa.types.is_string, pa.types.is_string_view, pa.types.is_null)
    if not any(test(inner) for test in texts):
        return column
    parts = []
    for part in column.chunks:
        offsets = pa.array(np.concatenate([[0], np.cumsum(pc.fill_null(pc.list_value_length(part), 0))]))
        values = pc.list_flatten(part).cast(pa.string())
        parts.append(
            pa.ListArray.from_arrays(offsets.cast(pa.int32()), values, mask=pc.is_null(part))
            if part.null_count
            else pa.ListArray.from_arrays(offsets.cast(pa.int32()), values)
        )
    return pa.chunked_array(parts, pa.list_(pa.string()))
