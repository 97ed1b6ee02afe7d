"""One contender in a process of its own: it does what it is told, line by line, and answers with its figures.

Run as ``python -m benchmarks.worker NAME``. Orders and answers are lines of JSON on standard input and output; what
libraries print goes to standard error.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from benchmarks.contenders import ENTRIES, MEASURES
from benchmarks.contenders.base import Contender, Job, Outcome
from benchmarks.usage import usage


def main() -> None:
    """Answer orders until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = _Worker(sys.argv[1])
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(worker, order.pop("do"))(**order)
        except Exception as error:
            traceback.print_exc()
            answer = {"failed": f"{type(error).__name__}: {error}".splitlines()[0]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


class _Worker:
    """What the orders mean."""

    def __init__(self, name: str) -> None:
        measure, _, contender = name.partition(":")
        self.measure = next(item for item in MEASURES if item.id == measure)
        self.entry = next(item for item in ENTRIES if item.name == contender and measure in item.measures)
        self.contender: Contender
        self.result: Any = None

    def make(self, threads: int) -> dict[str, Any]:
        """Import the contender, or say what it lacks."""
        try:
            self.contender = self.entry.make()
        except ModuleNotFoundError as error:
            return {"missing": f"the package {error.name} is not installed"}
        self.threads = threads
        try:
            import pyarrow as pa

            pa.set_cpu_count(threads)
            pa.set_io_thread_count(max(threads, 1))
        except ModuleNotFoundError:
            pass
        return {"missing": self.contender.missing()}

    def prepare(self, folder: str, scratch: str) -> dict[str, Any]:
        """Load a workload."""
        from benchmarks.figures import figures
        from benchmarks.workload.dataset import Dataset

        Path(scratch).mkdir(parents=True, exist_ok=True)
        self.contender.prepare(
            Job(
                measure=self.measure.id,
                figures=figures(),
                threads=self.threads,
                scratch=Path(scratch),
                data=Dataset(Path(folder)),
                in_order=self.measure.in_order,
            )
        )
        return {}

    def run(self) -> dict[str, Any]:
        """Assess once, and say how long it took."""
        self.result = None
        before = usage().cpu_seconds
        started = time.perf_counter()
        self.result = self.contender.run()
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "cpu": usage().cpu_seconds - before}

    def amounts(self, rows: bool = False) -> dict[str, Any]:
        """Tell the totals of the last run, a digest of every amount, and on request the rows themselves."""
        peak = usage().peak_bytes
        outcome = self.contender.outcome(self.result)
        answer: dict[str, Any] = {"peak": peak, "totals": {}, "digest": ""}
        if outcome.amounts:
            answer |= _summary(outcome)
        if rows:
            reasons = outcome.reasons or {}
            answer["rows"] = {str(claim): amounts for claim, amounts in outcome.by_claim().items()}
            columns = zip(*(map(int, column) for column in reasons.values()), strict=True)
            answer["reasons"] = dict(zip(map(str, outcome.claims), columns, strict=True)) if reasons else {}
        return answer


def _summary(outcome: Outcome) -> dict[str, Any]:
    import numpy as np

    claims = np.asarray(outcome.claims, dtype=np.int64)
    order = np.argsort(claims)
    columns = {name: np.asarray(column, dtype=np.int64) for name, column in outcome.amounts.items()}
    digest = hashlib.sha256(claims[order].tobytes())
    for column in columns.values():
        digest.update(column[order].tobytes())
    totals = {name: int(column.sum()) for name, column in columns.items()}
    return {"totals": totals, "digest": digest.hexdigest(), "count": len(claims)}


if __name__ == "__main__":
    main()
