"""Many claims through all plans of an office: kernels for whatever they can say, the exact way for the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import Factory, define, field, frozen

from mutualplans.batch.arrange import Arranged, arrange
from mutualplans.batch.beyond import beyond_kernels
from mutualplans.batch.codes import Codes
from mutualplans.batch.columns import PERSON
from mutualplans.batch.kernel.compiled import can_compile, compiled, interpreted, is_compiled
from mutualplans.batch.kernel.module import Argument
from mutualplans.batch.kernel.source import KernelSource, Opaque, kernel_source
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.prepare import Prepared
from mutualplans.batch.screen import Screened, screen
from mutualplans.batch.terms import Covers, Terms, terms
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.office import Office, OfficePlan

__all__ = ["Decided", "PlanRun", "Seen", "decide", "threads_by_default"]

_SMALL_JOB = 20_000
"""Up to so many decisions a kernel is interpreted: reading it compiled from disk takes longer."""
_COMPILE_FROM = 300_000
"""From so many decisions on it is worth compiling a kernel that was not compiled before."""
_DTYPES = {"i1": np.int8, "i2": np.int16, "i4": np.int32, "i8": np.int64}
_MOST_ROWS = 10_000
"""Most claims of one person: for so many the bounds are proved."""


@define(eq=False)
class PlanRun:
    """What one plan decided.

    Attributes:
        item: The plan as the office runs it.
        terms: Its covers.
        source: The kernel that decided.
        out: Its answers by name.
    """

    item: OfficePlan
    terms: Terms
    source: KernelSource
    out: Mapping[str, np.ndarray]


@define(eq=False)
class Decided:
    """What the kernels decided.

    Attributes:
        claims: The claims that were decided, in order.
        screened: What was found before.
        plans: One for each plan that anybody is covered by, in the office's order.
        left_out: Numbers of the persons who are left to the exact way.
        opaque: Plan id → why no kernel can be written of it.
        keys: Keys of all persons, by their numbers.
    """

    claims: Arranged
    screened: Screened
    plans: list[PlanRun]
    left_out: np.ndarray
    opaque: Mapping[str, str]
    keys: pa.Array

    def persons(self, numbers: np.ndarray) -> pa.Array:
        """Return the keys of persons by their numbers."""
        return self.keys.take(pa.array(numbers))


@define(eq=False)
class Seen:
    """What the parts of one input had so far, so that the same kernels decide all of them.

    Attributes:
        claims: Claims of all parts together.
        nullable: (plan, path) of fields that a part left open.
        bounds: Plan id → the plan bound to each edition that a part met.
    """

    claims: int = 0
    nullable: set[tuple[str, str]] = field(factory=set)
    bounds: dict[str, list[BoundPlan]] = field(factory=dict)


@frozen(kw_only=True)
class Options:
    """How kernels run.

    Attributes:
        threads: How many run at a time; the result does not depend on it.
        runtime: ``compiled``, ``interpreted``, or ``auto`` for what is faster.
        detail: Also say what each benefit lacks and what is left of each limit.
        seen: What other parts of the same input had.
    """

    threads: int = 1
    runtime: str = "auto"
    detail: bool = False
    seen: Seen = Factory(Seen)


def threads_by_default() -> int:
    """Return how many threads this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def decide(office: Office, ready: Prepared, options: Options) -> Decided:
    """Decide claims by kernels.

    Persons of whom a kernel cannot judge everything exactly are left out whole, and named in the result.
    """
    codes = Codes.of(office)
    claims, persons = arrange(ready.claims, codes, ready.claim_columns)
    screened = screen(office, claims)
    run = _Run(office, ready, persons, _kept(claims, screened.keep), options)
    run.left_out |= screened.left_out
    return Decided(
        claims=run.claims,
        screened=screened,
        plans=list(run.plans()),
        left_out=run.persons_left_out(),
        opaque=run.opaque,
        keys=persons,
    )


def _kept(claims: Arranged, keep: np.ndarray) -> Arranged:
    """Return the claims that are decided; columns that were made are kept, so that nothing is read twice."""
    if keep.all():
        return claims
    return Arranged(
        table=claims.table.filter(pa.array(keep)),
        person=claims.person[keep],
        codes=claims.codes,
        columns=claims.columns,
        made={key: values[keep] for key, values in claims.made.items()},
    )


@define(eq=False)
class _Run:
    """One pass over the plans of an office."""

    office: Office
    ready: Prepared
    persons: pa.Array
    claims: Arranged
    options: Options
    left_out: set[int] = field(factory=set, init=False)
    opaque: dict[str, str] = field(factory=dict, init=False)
    totals: dict[str, np.ndarray] = field(factory=dict, init=False)
    compensating: list[str] = field(factory=list, init=False)
    compensated: np.ndarray = field(init=False)
    bailed: np.ndarray = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.compensated = np.zeros(len(self.claims), np.int64)
        self.bailed = np.zeros(len(self.persons), np.int8)
        counts = np.bincount(self.claims.person, minlength=len(self.persons))
        self.left_out.update(np.flatnonzero(counts > _MOST_ROWS).tolist())
        if self.office.missing:
            absent = pa.array(list(self.office.missing), pa.string())
            covers = self.ready.coverages
            held = covers.filter(pc.is_in(covers["plan"].cast(pa.string()), absent))[PERSON]
            self._leave_out(held)

    def _leave_out(self, persons: pa.ChunkedArray) -> None:
        found = pc.drop_null(pc.index_in(persons, self.persons)).to_numpy()
        self.left_out.update(found.tolist())

    def persons_left_out(self) -> np.ndarray:
        """Return the numbers of all persons who are left to the exact way."""
        self.bailed[list(self.left_out)] = 1
        return np.flatnonzero(self.bailed)

    def plans(self) -> Iterator[PlanRun]:
        """Run the plans in the office's order."""
        whole = Covers.of(self.ready.coverages, self.persons, self.claims.codes, self.ready.coverage_columns)
        self.left_out |= whole.unsound() | whole.moved()
        for item in self.office.plans:
            bounds = self.options.seen.bounds.setdefault(item.plan.id, [])
            covers = terms(item, whole, bounds)
            self.left_out |= covers.left_out
            if not len(covers):
                continue
            if not covers.bounds:  # no edition at all: the exact way says so
                self.left_out.update(covers.person.tolist())
                continue
            try:
                source = self._source(item, covers)
            except Opaque as why:
                self.opaque[item.plan.id] = str(why)
                self.left_out.update(covers.person.tolist())
                continue
            found = PlanRun(item, covers, source, self._call(item, covers, source))
            self._after(found)
            yield found

    def _source(self, item: OfficePlan, covers: Terms) -> KernelSource:
        if why := beyond_kernels(item):
            raise Opaque(why)

        seen = self.options.seen.nullable

        def nullable(path: str) -> bool:
            about = (item.plan.id, path)
            if about not in seen and (self.claims if path.startswith("claim.") else covers).nullable(path):
                seen.add(about)
            return about in seen

        return kernel_source(
            covers.bounds,
            code=self.claims.codes,
            nullable=nullable,
            earlier=[plan.plan.id for plan in self.office.plans if plan.plan.id in self.totals],
            compensating=self.compensating,
            detail=self.options.detail,
        )

    def _after(self, found: PlanRun) -> None:
        """Remember what later plans read, and leave out persons whose table has no fitting row."""
        id_ = found.item.plan.id
        self.totals[id_] = found.out["total"]
        if any(benefit.indemnity for benefit in found.item.plan.benefits):
            self.compensating.append(id_)
        bits = sum(1 << number for number, path in enumerate(found.source.paths) if path.endswith("[]"))
        if bits:
            lacking = (found.out["missing"] & bits) != 0
            self.bailed[self.claims.person[lacking]] = 1

    # ------------------------------------------------------------ calling a kernel

    def _call(self, item: OfficePlan, covers: Terms, source: KernelSource) -> Mapping[str, np.ndarray]:
        rows, person = len(self.claims), np.arange(len(self.persons) + 1)
        first_row = np.searchsorted(self.claims.person, person).astype(np.int64)
        first_cover = np.searchsorted(covers.person, person).astype(np.int64)
        out = {
            argument.key: np.full(rows, MISSING, np.int64)
            if argument.key.startswith("left:")
            else np.zeros(rows, _DTYPES[argument.type])
            for argument in source.arguments
            if argument.role == "out"
        }
        # Arrays over codes come last: reading a column may bring new codes.
        in_turn = sorted(source.arguments, key=lambda argument: argument.role == "codes")
        made = {argument.name: self._array(argument, covers, source, out) for argument in in_turn}
        arrays = [made[argument.name] for argument in source.arguments]
        most = int(np.diff(first_row).max(initial=0)) + 1
        fixed: list[Any] = [first_row, first_cover, self.bailed]
        if self._compile(source, rows):
            kernel = compiled(source.text)
            parts = _parts(first_row, self.options.threads)
            with ThreadPoolExecutor(len(parts)) as pool:
                for done in [pool.submit(kernel, *part, most, *fixed, *arrays) for part in parts]:
                    done.result()
        else:
            self._interpret(source, most, fixed, arrays)
        return out

    def _compile(self, source: KernelSource, rows: int) -> bool:
        if self.options.runtime != "auto":
            return self.options.runtime == "compiled"
        if not can_compile() or max(rows, self.options.seen.claims) < _SMALL_JOB:
            return False
        return max(rows, self.options.seen.claims) >= _COMPILE_FROM or is_compiled(source)

    def _interpret(
        self, source: KernelSource, most: int, fixed: Sequence[Any], arrays: Sequence[Any]
    ) -> None:
        """Run a kernel over lists, whose numbers are Python's own, and copy its answers back."""
        lists = [values.tolist() for values in (*fixed, *arrays)]
        interpreted(source.text)(0, len(self.persons), most, *lists)
        self.bailed[:] = lists[len(fixed) - 1]
        for argument, values, found in zip(source.arguments, arrays, lists[len(fixed) :], strict=True):
            if argument.role == "out" or argument.key == "compensated.":
                values[:] = found

    def _array(
        self, argument: Argument, covers: Terms, source: KernelSource, out: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        dtype = _DTYPES[argument.type]
        if argument.role == "out":
            return out[argument.key]
        if argument.role == "claim":
            found = self.claims.column(argument.key)
        elif argument.role == "cover":
            own = {"fault": covers.fault, "edition": covers.edition}
            found = own[argument.key] if argument.key in own else covers.column(argument.key)
        elif argument.role == "codes":
            found = self.claims.codes.table(source.tables[argument.key])
        elif argument.key == "compensated.":
            return self.compensated
        else:
            found = self.totals[argument.key]
        return _read_only(np.ascontiguousarray(found, dtype))


def _read_only(values: np.ndarray) -> np.ndarray:
    """Return a view that nobody can write to.

    Columns straight from Arrow are such, others are not; a kernel is compiled for one of the two, and so for both.
    """
    view = values.view()
    view.flags.writeable = False
    return view


def _parts(first_row: np.ndarray, threads: int) -> list[tuple[int, int]]:
    """Return ranges of persons with about as many claims each."""
    count = len(first_row) - 1
    goals = np.linspace(0, first_row[-1], max(threads, 1) + 1)[1:-1]
    ends = sorted({*np.searchsorted(first_row, goals).tolist(), count} - {0})
    return list(zip([0, *ends[:-1]], ends, strict=True)) if ends else [(0, count)]
