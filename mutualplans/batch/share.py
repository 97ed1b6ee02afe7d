"""Some persons with all that they have: their claims in order, their covers, and the kernels called over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import Factory, define, field, frozen

from mutualplans.batch.arrange import Arranged, arrange
from mutualplans.batch.codes import Codes
from mutualplans.batch.columns import PERSON
from mutualplans.batch.kernel.compiled import can_compile, compiled, interpreted, is_compiled
from mutualplans.batch.kernel.edition import STATUS
from mutualplans.batch.kernel.module import Argument
from mutualplans.batch.kernel.source import KernelSource
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.merging import Merging
from mutualplans.batch.prepare import Prepared
from mutualplans.batch.rooms import Rooms
from mutualplans.batch.screen import Screened, screen
from mutualplans.batch.terms import Covers, Terms, terms
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.office import Office, OfficePlan, SharedLimit
from mutualplans.expr.nodes import Period

__all__ = ["Decided", "Options", "PlanRun", "Seen", "Share", "read_only"]

_SMALL_JOB = 20_000
"""Up to so many decisions a kernel is interpreted: reading it compiled from disk takes longer."""
_COMPILE_FROM = 300_000
"""From so many decisions on it is worth compiling a kernel that was not compiled before."""
_DTYPES = {"i1": np.int8, "i2": np.int16, "i4": np.int32, "i8": np.int64}
_NOT_DECIDED = tuple(map(STATUS.index, ("incomplete", "undecided")))
_MOST_ROWS = 10_000
"""Most claims of one person: for so many the bounds are proved."""
_ROUNDS = 3
"""So often plans are decided again until what is left under limits over them is right; persons for whom it then is not
are left to the exact way. Once is enough where a plan is under one limit."""


@define(eq=False)
class PlanRun:
    """What one plan decided.

    Attributes:
        item: The plan as the office runs it.
        terms: Its covers.
        merging: Which claims it counts as one stay.
        source: The kernel that decided.
        out: Its answers by name.
    """

    item: OfficePlan
    terms: Terms
    merging: Merging
    source: KernelSource
    out: Mapping[str, np.ndarray] = field(factory=dict)


@define(eq=False)
class Decided:
    """What the kernels decided of one share of the persons.

    Attributes:
        claims: The claims that were decided, in order.
        screened: What was found before.
        plans: One for each plan that anybody is covered by, in the office's order.
        left_out: Numbers of the persons who are left to the exact way.
        opaque: Plan id → why no kernel can be written of it.
        keys: Keys of all persons, by their numbers.
        limits: The office's limits over several plans.
    """

    claims: Arranged
    screened: Screened
    plans: list[PlanRun]
    left_out: np.ndarray
    opaque: Mapping[str, str]
    keys: pa.Array
    limits: tuple[SharedLimit, ...]

    def persons(self, numbers: np.ndarray) -> pa.Array:
        """Return the keys of persons by their numbers."""
        return self.keys.take(pa.array(numbers))


@define(eq=False)
class Seen:
    """What one input had so far, so that the same kernels decide all parts and shares of it.

    Attributes:
        claims: Claims of all parts together.
        nullable: (plan, path) of fields that a part left open.
        bounds: Plan id → the plan bound to each edition that a part met.
        asked: Plan id → paths of the fields that its kernels ask about.
        sources: The kernels that were written.
    """

    claims: int = 0
    nullable: set[tuple[str, str]] = field(factory=set)
    bounds: dict[str, list[BoundPlan]] = field(factory=dict)
    asked: dict[str, dict[str, None]] = field(factory=dict)
    sources: dict[Any, KernelSource] = field(factory=dict)


@frozen(kw_only=True)
class Options:
    """How kernels run.

    Attributes:
        threads: How many shares of the persons are decided at a time; the result does not depend on it.
        runtime: ``compiled``, ``interpreted``, or ``auto`` for what is faster.
        detail: Whether the table of benefits is wanted: what each of them lacks, and what is left of each limit.
        seen: What other parts of the same input had.
    """

    threads: int = 1
    runtime: str = "auto"
    detail: bool = False
    seen: Seen = Factory(Seen)


@define(eq=False)
class Share:
    """Some persons with all that they have."""

    office: Office
    options: Options
    ready: Prepared
    persons: pa.Array
    claims: Arranged
    screened: Screened
    whole: Covers = field(init=False)
    left_out: set[int] = field(factory=set, init=False)
    opaque: dict[str, str] = field(factory=dict, init=False)
    totals: dict[str, np.ndarray] = field(factory=dict, init=False)
    merging: dict[str, Merging] = field(factory=dict, init=False)
    compensated: np.ndarray = field(init=False)
    rooms: Rooms = field(init=False)
    bailed: np.ndarray = field(init=False)
    plans: list[PlanRun] = field(factory=list, init=False)

    @classmethod
    def of(cls, office: Office, options: Options, make: Callable[[], Prepared]) -> Self:
        """Return a share with its claims in order."""
        ready = make()
        claims, persons = arrange(ready.claims, Codes.of(office), ready.claim_columns)
        screened = screen(office, claims)
        return cls(office, options, ready, persons, _kept(claims, screened.keep), screened)

    def __attrs_post_init__(self) -> None:
        self.compensated = np.zeros(len(self.claims), np.int64)
        self.bailed = np.zeros(len(self.persons), np.int8)
        self.rooms = Rooms(self.office.limits, self.claims.person)
        covers = self.ready.coverages
        self.whole = Covers.of(covers, self.persons, self.claims.codes, self.ready.coverage_columns)
        self.left_out |= self.screened.left_out | self.whole.unsound() | self.whole.moved()
        for limit in self.office.limits:
            if limit.per is Period.TERM:  # nobody could say which term is meant
                self.left_out |= self.whole.held(*limit.plans).sharing(begun_apart=True)
        counts = np.bincount(self.claims.person, minlength=len(self.persons))
        self.left_out.update(np.flatnonzero(counts > _MOST_ROWS).tolist())
        if self.office.missing:
            absent = pa.array(list(self.office.missing), pa.string())
            held = covers.filter(pc.is_in(covers["plan"].cast(pa.string()), absent))[PERSON]
            found = pc.drop_null(pc.index_in(held, self.persons)).to_numpy()
            self.left_out.update(found.tolist())

    def decided(self) -> Decided:
        """Return what became of the share."""
        self.bailed[list(self.left_out)] = 1
        return Decided(
            claims=self.claims,
            screened=self.screened,
            plans=self.plans,
            left_out=np.flatnonzero(self.bailed),
            opaque=self.opaque,
            keys=self.persons,
            limits=self.office.limits,
        )

    def terms(self, item: OfficePlan) -> Terms | None:
        """Return the covers of a plan; ``None`` where no kernel decides under any of them."""
        covers = terms(item, self.whole)
        merging = self.merging[item.plan.id] = Merging.of(covers, self.claims, self.left_out)
        self.left_out |= covers.left_out | merging.left_out
        if not covers.bounds:  # no edition at all: the exact way says so
            self.left_out.update(covers.person.tolist())
        return covers if covers.bounds else None

    def leave(self, item: OfficePlan, covers: Terms, why: str) -> None:
        """Leave a plan to the exact way."""
        self.opaque[item.plan.id] = why
        self.left_out.update(covers.person.tolist())

    def run(self, item: OfficePlan, covers: Terms, source: KernelSource) -> None:
        """Decide a plan."""
        found = PlanRun(item, covers, self.merging[item.plan.id], source)
        self.plans.append(found)
        self._decide(found)

    def settle(self) -> None:
        """Decide the plans again while limits over several of them turn out otherwise."""
        for again in range(_ROUNDS + 1 if self.office.limits else 0):
            wrong = self.rooms.work_out({found.item.plan.id: found.out for found in self.plans})
            if not len(wrong):
                break
            if again == _ROUNDS:
                self.bailed[wrong] = 1
                break
            self.compensated[:] = 0
            for found in self.plans:
                self._decide(found)

    def _decide(self, found: PlanRun) -> None:
        found.out = self.call(found)
        self._after(found)

    def open(self, path: str, covers: Terms) -> bool:
        """Return whether any row leaves a field open."""
        return (self.claims if path.startswith("claim.") else covers).nullable(path)

    def _after(self, found: PlanRun) -> None:
        """Remember what later plans read, and leave out persons whose claims turn out to be for the exact way.

        Those are who lack a row in a table, and whose claims may merge while one of them is not decided.
        """
        id_ = found.item.plan.id
        self.totals[id_] = found.out["total"]
        bits = sum(1 << number for number, path in enumerate(found.source.paths) if path.endswith("[]"))
        if bits:
            lacking = (found.out["missing"] & bits) != 0
            self.bailed[self.claims.person[lacking]] = 1
        if found.merging.persons:
            open_ = np.isin(found.out["status"], _NOT_DECIDED)
            self.bailed[list(found.merging.persons & set(self.claims.person[open_].tolist()))] = 1

    # ------------------------------------------------------------ calling a kernel

    def call(self, run: PlanRun) -> Mapping[str, np.ndarray]:
        covers, source = run.terms, run.source
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
        made = {argument.name: self._array(argument, run, out) for argument in in_turn}
        arrays = [made[argument.name] for argument in source.arguments]
        most = int(np.diff(first_row).max(initial=0)) + 1
        fixed: list[Any] = [first_row, first_cover, self.bailed]
        if self._compile(source):
            compiled(source.text)(0, len(self.persons), most, *fixed, *arrays)
        else:
            self._interpret(source, most, fixed, arrays)
        return out

    def _compile(self, source: KernelSource) -> bool:
        if self.options.runtime != "auto":
            return self.options.runtime == "compiled"
        rows = self.options.seen.claims
        return can_compile() and rows >= _SMALL_JOB and (rows >= _COMPILE_FROM or is_compiled(source))

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

    def _array(self, argument: Argument, run: PlanRun, out: Mapping[str, np.ndarray]) -> np.ndarray:
        covers = run.terms
        dtype = _DTYPES[argument.type]
        if argument.role == "out":
            return out[argument.key]
        if argument.role == "claim":
            found = self.claims.column(argument.key)
        elif argument.role == "cover":
            own = {"fault": covers.fault, "edition": covers.edition}
            found = own[argument.key] if argument.key in own else covers.column(argument.key)
        elif argument.role == "codes":
            found = self.claims.codes.table(run.source.tables[argument.key])
        elif argument.role == "room":
            found = self.rooms.given(run.item.plan.id, argument.key)
        elif argument.role == "stays":
            found = run.merging.row_of_stay
        elif argument.key == "compensated.":
            return self.compensated
        else:
            found = self.totals.get(argument.key, np.zeros(len(self.claims), np.int64))
        return read_only(np.ascontiguousarray(found, dtype))


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


def read_only(values: np.ndarray) -> np.ndarray:
    """Return a view that nobody can write to.

    Columns straight from Arrow are such, others are not; a kernel is compiled for one of the two, and so for both.
    """
    view = values.view()
    view.flags.writeable = False
    return view
