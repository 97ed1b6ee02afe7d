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
from benchmarks.workload import codes, generate, large, rows

TABLES = ("persons", "units", "covers", "claims")


@frozen
class Dataset:
    """A folder with a workload.

    Attributes:
        folder: ``persons``, ``units``, ``covers`` and ``claims`` as parquet; when asked for, the joined ``rows`` (in
            no order) and ``sorted`` (by person and claim) as Arrow files that are mapped into memory.
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

    @property
    def claims(self) -> int:
        """How many claims there are."""
        return int(pq.read_metadata(self.claims_file).num_rows)

    def join(self) -> None:
        """Make the joined rows, if they are not there."""
        if (self.folder / "sorted.arrow").exists():
            return
        joined = rows.joined(self.table("claims"), self.table("covers"), figures().renewal_window)
        for name, table in (("rows", joined), ("sorted", rows.in_order(joined))):
            making = self.folder / f"{name}.making"
            feather.write_feather(table, making, compression="uncompressed", chunksize=table.num_rows)
            making.rename(self.folder / f"{name}.arrow")

    def rows(self, *, in_order: bool) -> pa.Table:
        """Return the joined rows, sorted or in no order."""
        name = "sorted.arrow" if in_order else "rows.arrow"
        return feather.read_table(self.folder / name, memory_map=True)

    def table(self, name: str) -> pa.Table:
        """Return one of the four tables."""
        return pq.read_table(self.folder / f"{name}.parquet")


def dataset(folder: Path, claims: int, seed: int) -> Dataset:
    """Return the workload of a size and seed below `folder`, made now if it is not there."""
    made_by = b"".join(Path(str(module.__file__)).read_bytes() for module in (codes, generate, rows, large))
    version = hashlib.sha256(made_by + repr(figures()).encode()).hexdigest()[:8]
    home = folder / f"{claims}-{seed}-{version}"
    if not home.exists():
        making = _making(home)
        if claims > large.PART:
            large.write(making, claims, seed)
        else:
            work = generate.generate(claims, seed)
            _write(making, {name: getattr(work, name) for name in TABLES})
        making.rename(home)
    return Dataset(home)


def beginning(whole: Dataset, claims: int) -> Dataset:
    """Return the first persons of a workload, as many as have together at least `claims` claims."""
    home = whole.folder / f"first-{claims}"
    if not home.exists():
        persons = pq.read_table(whole.claims_file, columns=["person"])["person"].combine_chunks().sort()
        last = persons[min(claims, len(persons)) - 1].as_py()
        tables = {
            name: pq.read_table(whole.folder / f"{name}.parquet", filters=pc.field("person") <= last)
            for name in ("persons", "covers", "claims")
        }
        making = _making(home)
        _write(making, {**tables, "units": whole.table("units")})
        making.rename(home)
    found = Dataset(home)
    found.join()
    return found


def _making(home: Path) -> Path:
    """Return an empty folder beside `home`: what is cut off half-way is never taken for whole."""
    making = home.with_name(home.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    return making


def _write(folder: Path, tables: dict[str, pa.Table]) -> None:
    for name, table in tables.items():
        pq.write_table(table.unify_dictionaries(), folder / f"{name}.parquet")
