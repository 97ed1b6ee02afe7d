"""Running the contenders of a measure in turn, each in its own process, and holding their amounts against each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from attrs import define, field, frozen

from benchmarks.contenders import ENTRIES, Entry, Measure
from benchmarks.exact import decide
from benchmarks.plan import REASONS, office, part, plan
from benchmarks.workload.dataset import Dataset, beginning

ROOT = Path(__file__).resolve().parent.parent
Say = Callable[[str], None]


class DisagreementError(Exception):
    """Two contenders, or a contender and the exact engine, do not pay the same."""


@frozen(kw_only=True)
class Result:
    """What one contender took.

    Attributes:
        entry: The contender.
        rows: Claims it assessed in a run.
        seconds: Wall time of each run.
        cpu: CPU time of each run.
        peak: Most memory of its processes, data and libraries included, in bytes.
    """

    entry: Entry
    rows: int
    seconds: tuple[float, ...]
    cpu: tuple[float, ...]
    peak: int

    @property
    def rate(self) -> float:
        """Claims a second, by the median run."""
        return self.rows / median(self.seconds)


@frozen(kw_only=True)
class Comparison:
    """One measure.

    Attributes:
        measure: The measure.
        results: Those who ran.
        absent: Contender → why it did not run.
        totals: Benefit → fen, which all paid who were given every row.
        checked: How many claims the exact engine decided to compare with.
    """

    measure: Measure
    results: tuple[Result, ...]
    absent: Mapping[str, str]
    totals: Mapping[str, int]
    checked: int


@define
class _Process:
    """A contender's process."""

    entry: Entry
    measure: Measure
    threads: int
    log: Path
    process: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if not self.measure.all_threads:
            names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS")
            environment |= dict.fromkeys(names, "1")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "benchmarks.worker", f"{self.measure.id}:{self.entry.name}"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
            preexec_fn=None if self.measure.all_threads else _one_core,
        )

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Give an order and return the answer.

        Raises:
            RuntimeError: the contender failed.
        """
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"failed": "its process ended"}
        if "failed" in answer:
            message = (
                f"{self.entry.name} ({self.measure.id}) failed at {do}: {answer['failed']}; see {self.log}"
            )
            raise RuntimeError(message)
        return answer

    def end(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait(timeout=60)


def _one_core() -> None:
    """Bind the process, and all that it starts, to one core: no library can then use more."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


@frozen(kw_only=True)
class Sample:
    """Claims that the exact engine decided.

    Attributes:
        data: The workload of these persons.
        amounts: Claim → fen of each benefit.
        reasons: Claim → codes of the reasons of each benefit that pays nothing.
    """

    data: Dataset
    amounts: Mapping[int, tuple[int, ...]]
    reasons: Mapping[int, tuple[frozenset[str], ...]]


def sample(data: Dataset, claims: int, *, whole: bool) -> Sample:
    """Let the exact engine decide the claims of the first persons of a workload."""
    chosen = beginning(data, claims)
    which = plan if whole else part
    decisions = decide(
        which, office(which), chosen.table("claims").to_pylist(), chosen.table("covers").to_pylist()
    )
    return Sample(
        data=chosen,
        amounts={
            claim: tuple(item.amount or 0 for item in decision.benefits)
            for claim, decision in decisions.items()
        },
        reasons={
            claim: tuple(
                frozenset() if item.amount else frozenset(reason.code for reason in item.reasons)
                for item in decision.benefits
            )
            for claim, decision in decisions.items()
        },
    )


def compare(
    measure: Measure, data: Dataset, right: Sample, *, repetitions: int, scratch: Path, slow: int, say: Say
) -> Comparison:
    """Run all contenders of a measure in turn.

    Args:
        measure: The measure.
        data: The workload.
        right: What the exact engine decided.
        repetitions: Measured runs of each contender, after one that is not.
        scratch: Folder for what they write.
        slow: Rows that slow contenders are given at most.
        say: Takes a line of progress.

    Raises:
        DisagreementError: amounts differ.
        RuntimeError: a contender failed.
    """
    if measure.in_memory:
        data.join()
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = threads if measure.all_threads else 1
    running: list[_Process] = []
    absent: dict[str, str] = {}
    try:
        for entry in ENTRIES:
            if measure.id not in entry.measures:
                continue
            process = _Process(entry, measure, threads, scratch / f"{measure.id}-{len(running)}.log")
            missing = process.ask("make", threads=threads)["missing"]
            if missing:
                absent[entry.name] = missing
                say(f"  {entry.name}: left out, {missing}")
                process.end()
                continue
            running.append(process)
        return _measured(running, measure, data, right, absent, repetitions, scratch, slow, say)
    finally:
        for process in running:
            process.end()


def _measured(
    running: list[_Process],
    measure: Measure,
    data: Dataset,
    right: Sample,
    absent: dict[str, str],
    repetitions: int,
    scratch: Path,
    slow: int,
    say: Say,
) -> Comparison:
    said: dict[Path, tuple[str, dict[str, Any]]] = {}
    answers, sizes = [], []
    for process in running:
        most = min(process.entry.at_most, slow)
        given = beginning(data, most) if most else data
        if not process.entry.reference:
            process.ask("prepare", folder=str(right.data.folder), scratch=str(scratch))
            process.ask("run")
            _check_rows(process.entry, right, process.ask("amounts", rows=True))
        process.ask("prepare", folder=str(given.folder), scratch=str(scratch))
        process.ask("run")
        answer = process.ask("amounts")
        if not process.entry.reference:
            _check_totals(said.setdefault(given.folder, (process.entry.name, answer)), process.entry, answer)
        answers.append(answer)
        sizes.append(given.claims)
        say(
            f"  {process.entry.name}: the amounts agree"
            if answer["digest"]
            else f"  {process.entry.name}: ready"
        )
    runs: list[list[dict[str, float]]] = [[] for _ in running]
    for _ in range(repetitions):
        for process, taken in zip(running, runs, strict=True):
            taken.append(process.ask("run"))
    results = [
        Result(
            entry=process.entry,
            rows=size,
            seconds=tuple(run["seconds"] for run in taken),
            cpu=tuple(run["cpu"] for run in taken),
            peak=process.ask("amounts")["peak"],
        )
        for process, taken, size in zip(running, runs, sizes, strict=True)
    ]
    whole = said.get(data.folder)
    return Comparison(
        measure=measure,
        results=tuple(results),
        absent=absent,
        totals=whole[1]["totals"] if whole else {},
        checked=len(right.amounts),
    )


def _check_rows(entry: Entry, right: Sample, answer: Mapping[str, Any]) -> None:
    found = {int(claim): tuple(amounts) for claim, amounts in answer["rows"].items()}
    if found.keys() != right.amounts.keys():
        message = f"{entry.name} assessed {len(found)} claims of {len(right.amounts)}"
        raise DisagreementError(message)
    for claim, expected in right.amounts.items():
        if found[claim] != expected:
            message = f"{entry.name} pays {found[claim]} fen for claim {claim}, the exact engine {expected}"
            raise DisagreementError(message)
    for claim, bits in answer["reasons"].items():
        told = tuple(
            frozenset(code for bit, code in enumerate(REASONS) if value >> bit & 1) for value in bits
        )
        if told != right.reasons[int(claim)]:
            expected_codes = [sorted(codes) for codes in right.reasons[int(claim)]]
            message = (
                f"{entry.name} gives for claim {claim} the reasons {[sorted(codes) for codes in told]}, "
                f"the exact engine {expected_codes}"
            )
            raise DisagreementError(message)


def _check_totals(first: tuple[str, Mapping[str, Any]], entry: Entry, answer: Mapping[str, Any]) -> None:
    name, expected = first
    if (answer["totals"], answer["count"]) != (expected["totals"], expected["count"]):
        message = (
            f"{entry.name} pays {answer['totals']} for {answer['count']} claims, {name} {expected['totals']}"
        )
        raise DisagreementError(message)
    if answer["digest"] != expected["digest"]:
        message = f"{entry.name} and {name} pay the same in all, but not the same for every claim"
        raise DisagreementError(message)
