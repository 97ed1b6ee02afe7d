"""A workload on disk: made once for a seed and size, then read by every contender alike."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather
import pyarrow.parquet as pq
from attrs import frozen

from benchmarks.figures import figures
from benchmarks.workload import codes, generate, rows

TABLES = ("persons", "units", "covers", "claims")


@frozen
class Dataset:
    """A folder with a workload.

    Attributes:
        folder: ``persons``, ``units``, ``covers`` and ``claims`` as parquet, the joined ``rows`` (in no order) and
            ``sorted`` (by person and claim) as Arrow files that are mapped into memory.
    """

    folder: Path

    @property
    def claims_file(self) -> Path:
        """The claims, as an office would hand them in."""
        return self.folder / "claims.parquet"

    @property
    def covers_file(self) -> Path:
        """The covers."""
        return self.folder / "covers.parquet"

    def rows(self, *, in_order: bool) -> pa.Table:
        """Return the joined rows, sorted or in no order."""
        name = "sorted.arrow" if in_order else "rows.arrow"
        return feather.read_table(self.folder / name, memory_map=True)

    def table(self, name: str) -> pa.Table:
        """Return one of the four tables."""
        return pq.read_table(self.folder / f"{name}.parquet")


def dataset(folder: Path, claims: int, seed: int) -> Dataset:
    """Return the workload of a size and seed below `folder`, made now if it is not there."""
    made_by = b"".join(Path(str(module.__file__)).read_bytes() for module in (codes, generate, rows))
    version = hashlib.sha256(made_by + repr(figures()).encode()).hexdigest()[:8]
    home = folder / f"{claims}-{seed}-{version}"
    if not home.exists():
        work = generate.generate(claims, seed)
        _write(home, {name: getattr(work, name) for name in TABLES})
    return Dataset(home)


def beginning(whole: Dataset, claims: int) -> Dataset:
    """Return the first persons of a workload, as many as have together at least `claims` claims."""
    home = whole.folder / f"first-{claims}"
    if not home.exists():
        tables = {name: whole.table(name) for name in TABLES}
        in_order = tables["claims"]["person"].combine_chunks().sort()
        last = in_order[min(claims, len(in_order)) - 1]
        for name in ("persons", "covers", "claims"):
            tables[name] = tables[name].filter(pc.less_equal(tables[name]["person"], last)).combine_chunks()
        _write(home, tables)
    return Dataset(home)


def _write(home: Path, tables: dict[str, pa.Table]) -> None:
    making = home.with_name(home.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for name, table in tables.items():
        pq.write_table(table, making / f"{name}.parquet")
    joined = rows.joined(tables["claims"], tables["covers"], figures().renewal_window)
    for name, table in (("rows", joined), ("sorted", rows.in_order(joined))):
        feather.write_feather(
            table, making / f"{name}.arrow", compression="uncompressed", chunksize=table.num_rows
        )
    making.rename(home)
