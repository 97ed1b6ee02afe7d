"""The workload in the columns that mutualplans itself takes (`mutualplans.batch.columns`)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.plan import plan
from benchmarks.workload.dataset import Dataset
from mutualplans.batch.columns import Column, claim_columns, coverage_columns

RENAMED = {"birth_date": "insured.birth_date"}


def as_contract(data: Dataset, plan_id: str = plan.id) -> tuple[pa.Table, pa.Table]:
    """Return claims and coverages of a workload as the column contract has them, in the order of the files.

    Numbers of persons and claims become text, filled up with zeros so that they sort as the numbers do.
    """
    claims, covers = data.table("claims"), data.table("covers")
    covers = covers.rename_columns([RENAMED.get(name, name) for name in covers.column_names])
    covers = covers.append_column("plan", pa.array([plan_id] * covers.num_rows, pa.string()))
    return _held(claims, claim_columns([plan])), _held(covers, coverage_columns([plan]))


def _held(table: pa.Table, columns: dict[str, Column]) -> pa.Table:
    """Return the columns that the contract knows, in its types, with the row's number."""
    table = table.append_column("row", pa.array(range(2, table.num_rows + 2), pa.int64()))
    names = [name for name in columns if name in table.column_names]
    return pa.table({name: _cast(table[name], columns[name].type) for name in names})


def _cast(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_string(kind) and pa.types.is_integer(values.type):
        return pc.utf8_lpad(values.cast(pa.string()), width=12, padding="0")
    if pa.types.is_dictionary(kind):
        return values.cast(pa.string()).dictionary_encode().cast(kind)
    return values.cast(kind)
