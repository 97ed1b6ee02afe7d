"""The C loop between Arrow files: pyarrow reads and writes, NumPy joins, C sorts and assesses."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import evolve, frozen

from benchmarks.contenders.base import Job, Outcome, read_outcome
from benchmarks.contenders.c_loop import UnsortedC, build, compiler
from benchmarks.workload.rows import FROM_CLAIMS, FROM_COVERS, joined


@frozen
class _Rows:
    """Joined rows that were read a moment ago."""

    table: pa.Table

    def rows(self, *, in_order: bool) -> pa.Table:
        return self.table


class Files:
    """From the parquet files of claims and covers to one of amounts."""

    def missing(self) -> str:
        return "" if compiler() else "no C compiler (cc, gcc or clang) on this machine"

    def prepare(self, job: Job) -> None:
        self.job = job
        self.out = job.scratch / "c.parquet"
        build(job.figures, job.scratch)

    def run(self) -> Path:
        data = self.job.data
        claims = pq.read_table(data.claims_file, columns=list(FROM_CLAIMS))
        covers = pq.read_table(data.covers_file, columns=["person", *FROM_COVERS])
        rows = joined(claims.unify_dictionaries(), covers, self.job.figures.renewal_window)
        loop = UnsortedC()
        loop.prepare(evolve(self.job, data=_Rows(rows)))
        paid = loop.outcome(loop.run())
        pq.write_table(pa.table({"claim": paid.claims, **paid.amounts}), self.out)
        return self.out

    def outcome(self, result: Path) -> Outcome:
        return read_outcome(result)
