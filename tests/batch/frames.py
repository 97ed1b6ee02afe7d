"""Tables of the batch as a file or a DataFrame would hold them, and what one machine makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import CLAIM, CODES, COVERAGE, ROW, claim_columns, coverage_columns
from mutualplans.batch.outcome import Outcome, together
from mutualplans.batch.read import Reading, read_source
from mutualplans.batch.sources import Chunk, Source
from mutualplans.engine.office import Office
from mutualplans.model.kinds import Kind

__all__ = ["as_file", "local", "reading_of", "told"]


def as_file(table: pa.Table, office: Office, file: str) -> pa.Table:
    """Return a table as a Parquet file has it: codes as texts, amounts under names that say fen."""
    plans = [item.plan for item in office.plans]
    columns = claim_columns(plans) if file == CLAIM else coverage_columns(plans)
    found = {}
    for name in table.column_names:
        values = table[name]
        values = values.cast(pa.string()) if values.type == CODES else values
        found[f"{name}_fen" if columns[name].kind is Kind.MONEY else name] = values
    return pa.table(found)


def reading_of(table: pa.Table, office: Office, file: str, chunks: Sequence[Chunk] = ()) -> Reading:
    """Return the reading of a table that `as_file` made."""
    source = Source(
        Path(file),
        file,
        table.column_names,
        0,
        "parquet",
        partial(iter, tuple(chunks)),
        types=list(table.schema.types),
    )
    return read_source(source, file, [item.plan for item in office.plans])


def local(office: Office, claims: pa.Table, coverages: pa.Table, **more: Any) -> Outcome:
    """Return what `mutualplans assess` decides on one machine about two tables that `as_file` made."""
    readings = [
        reading_of(table, office, file, [Chunk(rows=table[ROW].combine_chunks(), cells=_cells(table))])
        for file, table in ((CLAIM, claims), (COVERAGE, coverages))
    ]
    read_claims, read_covers = (reading.table() for reading in readings)
    made = assess_tables(
        office, read_claims, read_covers, refused=readings[1].take_refused(), threads=1, **more
    )
    empty = Outcome(
        decisions=made.decisions.schema.empty_table(),
        benefits=made.benefits.schema.empty_table(),
        problems=pa.concat_tables(
            [made.problems.schema.empty_table(), *readings[0].problems, *readings[1].problems]
        ),
        receipts=made.receipts.schema.empty_table(),
    )
    return together(office, [made, empty])


def _cells(table: pa.Table) -> list[pa.Array]:
    return [column.combine_chunks() for column in table.columns]


def told(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """Return an outcome as plain rows."""
    names = ("decisions", "benefits", "problems", "receipts")
    return {name: getattr(outcome, name).to_pylist() for name in names}
