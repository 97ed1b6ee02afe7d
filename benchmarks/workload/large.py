"""Workloads that one machine's memory does not hold at once: made in parts, mixed slice by slice.

Persons of all parts lie between each other, and the rows of a part are spread over the whole file, so that whoever
sorts or partitions by person finds no help in how the files were made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.workload.generate import generate

PART = 10_000_000
"""Claims that are made at once, at most."""

NUMBERED = ("person", "claim", "unit")


def write(folder: Path, claims: int, seed: int) -> None:
    """Write ``persons``, ``units``, ``covers`` and ``claims`` of any size below `folder`."""
    parts = -(-claims // PART)
    for part in range(parts):
        size = claims // parts + (part < claims % parts)
        work = generate(size, [seed, part])
        for name in ("persons", "units", "covers", "claims"):
            table = _apart(getattr(work, name), part, parts)
            pq.write_table(table, folder / f"{name}-{part}", row_group_size=-(-table.num_rows // parts))
        del work, table
    rng = np.random.Generator(np.random.PCG64([seed, parts]))
    for name in ("persons", "units", "covers", "claims"):
        _mix(folder, name, parts, rng)


def _apart(table: pa.Table, part: int, parts: int) -> pa.Table:
    """Give the persons, claims and units of a part numbers that no other part gives."""
    for name in NUMBERED:
        if name in table.column_names:
            place = table.column_names.index(name)
            table = table.set_column(place, name, pc.add(pc.multiply(table[name], parts), part))
    return table


def _mix(folder: Path, name: str, parts: int, rng: np.random.Generator) -> None:
    files: list[Any] = [pq.ParquetFile(folder / f"{name}-{part}") for part in range(parts)]
    with pq.ParquetWriter(folder / f"{name}.parquet", files[0].schema_arrow) as out:
        for group in range(max(file.num_row_groups for file in files)):
            slices = [file.read_row_group(group) for file in files if group < file.num_row_groups]
            mixed = pa.concat_tables(slices).unify_dictionaries().combine_chunks()
            out.write_table(mixed.take(pa.array(rng.permutation(mixed.num_rows))), row_group_size=1_000_000)
    for part in range(parts):
        (folder / f"{name}-{part}").unlink()
