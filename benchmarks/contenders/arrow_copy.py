"""Reading and writing alone: the columns that are needed come in, five columns of numbers go out."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.contenders.base import Job, Outcome
from benchmarks.plan import BENEFITS
from benchmarks.workload.rows import FROM_CLAIMS, FROM_COVERS


class Copy:
    """Reads what an assessment reads and writes as much as it writes; the numbers written are parts of the bill.

    Amounts compress differently from bills: what is written here is rather more than the amounts take.
    """

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.data = job.data
        self.out = job.scratch / "copy.parquet"

    def run(self) -> Path:
        claims = pq.read_table(self.data.claims_file, columns=list(FROM_CLAIMS))
        pq.read_table(self.data.covers_file, columns=["person", *FROM_COVERS])
        bills = ("self_paid_in_scope", "self_paid_partly", "out_of_scope", "self_paid_in_scope")
        amounts = dict(zip(BENEFITS, (claims[name] for name in bills), strict=True))
        pq.write_table(pa.table({"claim": claims["claim"], **amounts}), self.out)
        return self.out

    def outcome(self, result: Path) -> Outcome:
        return Outcome([], {})
