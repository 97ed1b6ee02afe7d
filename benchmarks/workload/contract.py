"""The workload in the columns that mutualplans itself takes (`mutualplans.batch.columns`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.plan import plan
from benchmarks.workload.dataset import Dataset
from mutualplans.batch.columns import Column, claim_columns, coverage_columns
from mutualplans.model.kinds import Kind

RENAMED = {"birth_date": "insured.birth_date"}


def as_contract(data: Dataset, plan_id: str = plan.id) -> tuple[pa.Table, pa.Table]:
    """Return claims and coverages of a workload as the column contract has them, in the order of the files.

    Numbers of persons and claims become text, filled up with zeros so that they sort as the numbers do.
    """
    return _claims(data.table("claims")), _covers(data.table("covers"), plan_id)


def office_files(data: Dataset) -> tuple[Path, Path]:
    """Return the coverages and claims of a workload as an office hands them in: made once, piece by piece."""
    home = data.folder / "office"
    found = home / "coverages.parquet", home / "claims.parquet"
    if not home.exists():
        making = home.with_suffix(".making")
        making.mkdir(parents=True, exist_ok=True)
        _write(data.covers_file, making / found[0].name, _covers, coverage_columns([plan]))
        _write(data.claims_file, making / found[1].name, _claims, claim_columns([plan]))
        making.rename(home)
    return found


def _write(
    source: Path, path: Path, held: Callable[[pa.Table], pa.Table], columns: Mapping[str, Column]
) -> None:
    out = None
    for batch in pq.ParquetFile(source).iter_batches(batch_size=1 << 20):
        table = held(pa.Table.from_batches([batch])).drop_columns(["row"])
        names = [f"{name}_fen" if columns[name].kind is Kind.MONEY else name for name in table.column_names]
        table = table.rename_columns(names)
        out = out or pq.ParquetWriter(path, table.schema)
        out.write_table(table)
    assert out, "an empty workload"
    out.close()


def _claims(table: pa.Table) -> pa.Table:
    return _held(table, claim_columns([plan]))


def _covers(table: pa.Table, plan_id: str = plan.id) -> pa.Table:
    table = table.rename_columns([RENAMED.get(name, name) for name in table.column_names])
    table = table.append_column("plan", pa.repeat(plan_id, table.num_rows))
    return _held(table, coverage_columns([plan]))


def _held(table: pa.Table, columns: dict[str, Column]) -> pa.Table:
    """Return the columns that the contract knows, in its types, with the row's number."""
    table = table.append_column("row", pa.array(np.arange(2, table.num_rows + 2)))
    names = [name for name in columns if name in table.column_names]
    return pa.table({name: _cast(table[name], columns[name].type) for name in names})


def _cast(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_string(kind) and pa.types.is_integer(values.type):
        return pc.utf8_lpad(values.cast(pa.string()), width=12, padding="0")
    if pa.types.is_dictionary(kind):
        return values.cast(pa.string()).dictionary_encode().cast(kind)
    return values.cast(kind)
