"""mutualplans itself: the kernel that it writes of the plan, alone and with everything around it.

All of these begin with tables in mutualplans' own columns, whose keys of persons and claims are texts, not whole numbers
as for the others, and with covers beside claims: the kernel finds the cover of each claim and works out chains itself.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from attrs import define

from benchmarks import plan as plans
from benchmarks.contenders.base import Job, Outcome
from benchmarks.workload.contract import as_contract, office_files
from mutualplans.batch import outcome as batch
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.combine import in_order
from mutualplans.batch.kernel.compiled import can_compile, compiled, interpreted
from mutualplans.batch.kernel.source import GATES
from mutualplans.batch.prepare import prepare
from mutualplans.batch.read import read_table
from mutualplans.batch.run import decide, decide_plan
from mutualplans.batch.share import Decided, Options, PlanRun, Share, read_only
from mutualplans.batch.write import BENEFITS, DECISIONS, PROBLEMS, writer
from mutualplans.engine.office import Office


class _Ours:
    """What all of them have in common."""

    runtime = "compiled"

    def missing(self) -> str:
        return "" if self.runtime == "interpreted" or can_compile() else "the package numba is not installed"

    def prepare(self, job: Job) -> None:
        self.job = job
        plan = plans.part if job.measure == "part" else plans.plan
        self.office = plans.office(plan)
        self.claims, self.covers = as_contract(job.data, plan.id)


# ---------------------------------------------------------------- the kernel alone


@define
class _Call:
    """A kernel with its arguments, as `decide` calls it."""

    function: Any
    fixed: list[Any]
    arguments: list[Any]
    given: list[Any]


class Kernel(_Ours):
    """The generated function alone, over columns that are sorted by person and order of decision."""

    def prepare(self, job: Job) -> None:
        super().prepare(job)
        ready = prepare(self.office, self.claims, self.covers)
        share = _Calls.of(self.office, Options(runtime=self.runtime), lambda: ready)
        assert share.screened.keep.all(), "a claim of the workload is unsound"
        self.numbers = _numbers(share.claims.table["claim"])
        with ThreadPoolExecutor(1) as pool:
            decide_plan(self.office, self.office.plans[0], [share], pool)
        (self.plan,) = share.plans
        self.made = share.made
        del self.claims, self.covers

    def run(self) -> dict[str, Any]:
        made, out = self.made, {}
        fresh = list if self.runtime == "interpreted" else np.zeros_like
        arrays = []
        for argument, given in zip(made.arguments, made.given, strict=True):
            array = given
            if argument.role == "out":
                array = out[argument.key] = fresh(given)
            elif argument.key == "compensated.":
                array = fresh(given)
            arrays.append(array)
        first_row, first_cover, bailed, most = made.fixed
        fixed = (most, first_row, first_cover, fresh(bailed))
        parts = _parts(first_row, self.job.threads) if self.job.threads > 1 else [(0, len(bailed))]
        with ThreadPoolExecutor(len(parts)) as pool:
            for done in [pool.submit(made.function, *part, *fixed, *arrays) for part in parts]:
                done.result()
        return out

    def outcome(self, result: dict[str, Any]) -> Outcome:
        return Outcome(
            self.numbers,
            {benefit: result[f"amount:{benefit}"] for benefit in _benefits(self.plan)},
            _reasons(self.plan, result),
        )


class PythonKernel(Kernel):
    """The same function under CPython, over lists."""

    runtime = "interpreted"


def _parts(first_row: np.ndarray[Any, Any], threads: int) -> list[tuple[int, int]]:
    """Return ranges of persons with about as many claims each."""
    goals = np.linspace(0, first_row[-1], threads + 1)[1:-1]
    ends = sorted({*np.searchsorted(first_row, goals).tolist(), len(first_row) - 1})
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _ordered(order: np.ndarray[Any, Any], argument: Any, values: np.ndarray[Any, Any]) -> Any:
    return read_only(values.take(order)) if argument.role == "claim" else values


class SortingKernel(Kernel):
    """The generated function with the sorting before it: claims come in no order, as whole numbers; covers by person."""

    def prepare(self, job: Job) -> None:
        super().prepare(job)
        self.places = np.random.default_rng(20260101).permutation(len(self.numbers))
        first_row = self.made.fixed[0]
        self.persons = np.repeat(np.arange(len(first_row) - 1), np.diff(first_row))[self.places]
        self.numbers = self.numbers[self.places]
        given = [
            values[self.places] if argument.role == "claim" else values
            for argument, values in zip(self.made.arguments, self.made.given, strict=True)
        ]
        self.shuffled = _Call(self.made.function, self.made.fixed, self.made.arguments, given)

    def run(self) -> dict[str, Any]:
        shuffled = self.shuffled
        self.order = order = in_order(self.persons * (int(self.numbers.max()) + 1) + self.numbers)
        counts = np.bincount(self.persons, minlength=len(shuffled.fixed[2]))
        first_row = np.concatenate([[0], np.cumsum(counts)])
        with ThreadPoolExecutor(self.job.threads) as pool:
            given = list(pool.map(partial(_ordered, order), shuffled.arguments, shuffled.given))
        fixed = [first_row, *shuffled.fixed[1:3], int(counts.max(initial=0)) + 1]
        self.made = _Call(shuffled.function, fixed, shuffled.arguments, given)
        return super().run()

    def outcome(self, result: dict[str, Any]) -> Outcome:
        found = super().outcome(result)
        return Outcome(self.numbers[self.order], found.amounts, found.reasons)


@define(eq=False)
class _Calls(Share):
    """Keeps what a kernel is called with, so that the call alone can be timed."""

    made: _Call = None  # type: ignore[assignment]  # there after the plans were run

    def call(self, run: PlanRun) -> Any:
        source = run.source
        persons = np.arange(len(self.persons) + 1)
        first_row = np.searchsorted(self.claims.person, persons).astype(np.int64)
        first_cover = np.searchsorted(run.terms.person, persons).astype(np.int64)
        found = super().call(run)
        blank = {key: np.zeros_like(values) for key, values in found.items()}
        given = [self._array(argument, run, blank) for argument in source.arguments]
        self.compensated = np.zeros_like(self.compensated)
        fixed: list[Any] = [first_row, first_cover, np.zeros_like(self.bailed)]
        if self.options.runtime == "interpreted":
            fixed, given = [[values.tolist() for values in part] for part in (fixed, given)]
        most = int(np.diff(first_row).max(initial=0)) + 1
        function = (interpreted if self.options.runtime == "interpreted" else compiled)(source.text)
        self.made = _Call(function, [*fixed, most], list(source.arguments), given)
        return found


def _benefits(plan: PlanRun) -> list[str]:
    return [item.id for item in plan.item.plan.benefits]


def _reasons(plan: PlanRun, out: dict[str, Any]) -> dict[str, Any]:
    """Return the reasons of each benefit, in the bits of the hand-written loops."""
    (branch,) = plan.source.branches
    gate = np.asarray(out["gate"])
    found = {}
    for benefit in _benefits(plan):
        named = [code for code, _text in branch.reasons[benefit]]
        said = np.asarray(out[f"reasons:{benefit}"], np.int64)
        bits = _moved(gate.astype(np.int64), list(GATES)) | _moved(said, named)
        found[benefit] = np.where(np.asarray(out[f"amount:{benefit}"]) > 0, 0, bits)
    return found


def _moved(bits: np.ndarray[Any, Any], codes: list[str]) -> np.ndarray[Any, Any]:
    made = np.zeros_like(bits)
    for place, code in enumerate(codes):
        held = (bits >> place) & 1
        if held.any():
            made |= held << plans.REASONS.index(code)
    return made


# ---------------------------------------------------------------- unsorted rows in memory


class Amounts(_Ours):
    """From tables in no order to a column of amounts for each benefit, which is what the others return."""

    def run(self) -> list[Decided]:
        ready = prepare(self.office, self.claims, self.covers)
        return decide(self.office, ready, Options(threads=self.job.threads, runtime=self.runtime))

    def outcome(self, result: list[Decided]) -> Outcome:
        made = []
        for share in result:
            (plan,) = share.plans
            assert not len(share.left_out), "the exact way was needed"
            out = {**_reasons(plan, dict(plan.out)), **{name: plan.out[name] for name in plan.out}}
            made.append((_numbers(share.claims.table["claim"]), out))
        numbers = np.concatenate([found for found, _out in made])
        joined = {name: np.concatenate([out[name] for _found, out in made]) for name in made[0][1]}
        benefits = _benefits(result[0].plans[0])
        amounts = {benefit: joined[f"amount:{benefit}"] for benefit in benefits}
        return Outcome(numbers, amounts, {benefit: joined[benefit] for benefit in benefits})


class PythonAmounts(Amounts):
    """The same without Numba."""

    runtime = "interpreted"


class Tables(_Ours):
    """From tables to tables: decisions, each benefit with reasons and what is left of limits, problems, receipts."""

    def run(self) -> batch.Outcome:
        return assess_tables(
            self.office, self.claims, self.covers, threads=self.job.threads, runtime=self.runtime
        )

    def outcome(self, result: batch.Outcome) -> Outcome:
        return _of_benefits(result.benefits, self.office)


def _of_benefits(table: pa.Table, office: Office) -> Outcome:
    """Return the amounts of a table with one row a claim and benefit."""
    (item,) = office.plans
    claims, amounts = np.zeros(0, np.int64), {}
    for benefit in item.plan.benefits:
        rows = table.filter(pc.equal(table["benefit"].cast(pa.string()), benefit.id))
        claims = _numbers(rows["claim"])
        order = np.argsort(claims)
        amounts[benefit.id] = rows["amount_fen"].to_numpy()[order]
        claims = claims[order]
    return Outcome(claims, amounts)


def _numbers(claims: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """Return claims' numbers from their texts."""
    found: np.ndarray[Any, Any] = claims.cast(pa.int64()).to_numpy()
    return found


# ---------------------------------------------------------------- file to file


class Files(_Ours):
    """What ``mutualplans assess`` does, without its progress and totals: two files in, decisions and problems out."""

    def prepare(self, job: Job) -> None:
        super().prepare(job)
        self.inputs = office_files(job.data)
        self.out = job.scratch / "mutualplans.parquet"
        del self.claims, self.covers

    def run(self) -> Path:
        return self._assess(job=self.job, benefits=False)

    def _assess(self, job: Job, *, benefits: bool) -> Path:
        used = [item.plan for item in self.office.plans]
        reading = {
            name: read_table(path, name, used)
            for name, path in zip(("coverages", "claims"), self.inputs, strict=True)
        }
        covers, claims = (reading[name].table() for name in ("coverages", "claims"))
        made = assess_tables(
            self.office,
            claims,
            covers,
            refused=reading["coverages"].take_refused(),
            threads=job.threads,
            runtime=self.runtime,
            benefits=benefits,
        )
        sheets = {self.out: (DECISIONS, made.decisions)}
        sheets |= {self.out.with_suffix(".problems.parquet"): (PROBLEMS, made.problems)}
        if benefits:
            sheets |= {self.out.with_suffix(".benefits.parquet"): (BENEFITS, made.benefits)}
        for path, (sheet, table) in sheets.items():
            with writer(path, sheet, self.office, "zh") as file:
                file.write(table)
        return self.out

    def outcome(self, result: Path) -> Outcome:
        """Return the amounts of each benefit, from another run that writes them too.

        Raises:
            AssertionError: they do not add up to what the measured run wrote.
        """
        timed = pq.read_table(result, columns=["claim", "amount_fen"])
        self._assess(job=self.job, benefits=True)
        paid = _of_benefits(pq.read_table(self.out.with_suffix(".benefits.parquet")), self.office)
        claims = _numbers(timed["claim"])
        order = np.argsort(claims)
        total = np.sum([np.asarray(column) for column in paid.amounts.values()], axis=0)
        assert np.array_equal(claims[order], paid.claims)
        assert np.array_equal(timed["amount_fen"].to_numpy()[order], total)
        return paid


class OfficeCopy:
    """Reads the same two files and writes a column for each that is decided: the least that `Files` could take.

    What it writes is as wide as the decisions: the texts that name claim and person, numbers, and short codes.
    """

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.inputs = office_files(job.data)
        self.out = job.scratch / "office-copy.parquet"

    def run(self) -> Path:
        claims = pq.read_table(self.inputs[1])
        pq.read_table(self.inputs[0])
        row = pa.array(np.arange(2, claims.num_rows + 2))
        codes = ("hospital_level", "cause", "event", "diagnosis", "hospital_level")
        given = {name: claims[name] for name in ("claim", "person")} | {"row": row}
        written = {f"code{number}": claims[name] for number, name in enumerate(codes)}
        table = pa.table({**given, "amount_fen": claims["self_paid_in_scope_fen"], **written})
        pq.write_table(table, self.out, compression="zstd")
        return self.out

    def outcome(self, result: Path) -> Outcome:
        return Outcome([], {})
