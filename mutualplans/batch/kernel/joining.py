"""The kernel of joining: one readable Python function that says who may join a plan, and for what premium.

Rows are independent of each other: one row is one person who wants to join. It is written by the same table as the
kernels that decide claims; what it cannot say is quoted the exact way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import define, frozen

from mutualplans.backends.kernel import Opaque, Value, masks
from mutualplans.batch.kernel.body import Body, maybe
from mutualplans.batch.kernel.module import MOST_BITS, Module
from mutualplans.batch.kernel.source import KernelSource, support
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.limits import INT64, node_bounds
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.fields import Field
from mutualplans.plan.declaration import Plan
from mutualplans.plan.formula import Formula
from mutualplans.plan.vocabulary import HOLDS, LIMIT

__all__ = ["RELATION", "JoiningSource", "joining_formulas", "joining_source", "term_formulas"]

RELATION = 1
"""Bit of the reason that the plan does not cover such a person; the bits of the conditions stand above it."""

_WORKED_OUT = ("cover.last_day", "cover.months", "cover.shares", "cover.is_renewal", "cover.terms")
"""What is worked out from the term, or from how many shares are allowed."""


@frozen(kw_only=True)
class JoiningSource:
    """A kernel of joining as text, with what is needed to read its answers.

    Attributes:
        kernel: The source, what it takes, and the paths of what may be missing.
        over: Bit of the reason that the term that runs is over.
    """

    kernel: KernelSource
    over: int


def joining_source(
    bound: BoundPlan, *, code: Callable[[str], int], nullable: Callable[[str], bool] = lambda _path: True
) -> JoiningSource:
    """Write the kernel of joining a plan.

    Args:
        bound: The bound plan.
        code: Number of a code; "" is 0, the others are above it.
        nullable: Whether a field may be missing in the data.

    Raises:
        Opaque: the plan says something that a kernel cannot.
    """
    plan = bound.plan
    formulas = joining_formulas(plan)
    _within_reach(formulas, [plan.max_shares, plan.renewal_window, *term_formulas(plan)])
    if len(plan.joins) + 2 > MOST_BITS:
        message = "it has more conditions than a mask has bits"
        raise Opaque(message)
    module = Module(code=code, nullable=nullable, earlier=(), compensating=())
    body = _Joining(module=module, bound=bound, depth=2)
    body.bounds = _bounds(bound, [item.node for item in formulas])
    over = RELATION << len(plan.joins) + 1
    _row(body, over)
    kernel = KernelSource(
        text=support() + "\n\n" + "\n".join([*_head(module), *body.lines]) + "\n",
        arguments=tuple(module.arguments.values()),
        branches=(),
        paths=tuple(module.paths),
        tables=dict(module.tables),
    )
    return JoiningSource(kernel=kernel, over=over)


def joining_formulas(plan: Plan) -> list[Formula]:
    """Return the formulas that a quote rests on."""
    returns = [] if plan.returns is None else [plan.returns]
    return [*plan.joins, plan.premium, *returns, plan.max_shares, plan.renewal_window, *term_formulas(plan)]


def term_formulas(plan: Plan) -> list[Formula]:
    """Return the formulas that decide how long a cover lasts."""
    begins = plan.term_begins
    return [plan.term_months, *([] if begins is None else [begins.month, begins.day])]


def _within_reach(formulas: Iterable[Formula], early: Iterable[Formula]) -> None:
    """Refuse what only the exact way can say.

    Raises:
        Opaque: names it.
    """
    for node in order([item.node for item in formulas]).nodes:
        if isinstance(node, n.Computed):
            message = f"“{node.text.zh}” is a Python function"
            raise Opaque(message)
        if isinstance(node, n.BenefitAmount):
            message = f"it reads what the benefit {node.benefit} pays"
            raise Opaque(message)
        if isinstance(node, n.Read) and (
            node.field.subject == "claim"
            or node.field.path == "cover.day"
            or node.field.name.startswith(LIMIT)
        ):
            message = f"it reads {node.field.path}"
            raise Opaque(message)
    for node in order([item.node for item in early]).nodes:
        if isinstance(node, n.Read) and node.field.path in _WORKED_OUT:
            message = f"its term or its most shares depend on {node.field.path}"
            raise Opaque(message)


def _bounds(bound: BoundPlan, nodes: list[n.Node]) -> Mapping[n.Node, Any]:
    try:
        found = node_bounds(bound, nodes)
    except KeyError as error:
        message = f"the edition has no {error}"
        raise Opaque(message) from error
    if any(item.peak is None or item.peak >= INT64 for item in found.values()):
        message = "the numbers it meets may not fit into 64 bits"
        raise Opaque(message)
    return found


# ---------------------------------------------------------------- the lines


def _head(module: Module) -> Iterator[str]:
    for (_hint, parameters, *lines), name in module.functions.items():
        yield "@compiled"
        yield f"def {name}({parameters}):"
        yield from (f"    {line}" for line in lines)
        yield from ("", "")
    for values, name in module.constants.items():
        yield f"{name} = constant({list(values)})"
    yield from ("", "") if module.constants else ()
    yield "@compiled"
    yield "def decide(first_row, last_row,"
    yield from (f"           {item.name}," for item in module.arguments.values())
    yield "           ):"
    yield "    for cover in range(first_row, last_row):"
    yield "        held = unsigned(cover)"


def _row(body: _Joining, over: int) -> None:
    plan, out = body.bound.plan, partial(body.module.argument, "out")
    body.line(f"first_day = {body.module.argument('cover', 'cover.first_day', 'i4')}[held]")
    body.line(f"last_day = {body.module.argument('cover', 'cover.last_day', 'i4')}[held]")
    most = body.most_shares()
    line = f"MISSING if {most.mask} else {most.code}" if most.mask else most.code
    body.line(f"{out('most', 'i4')}[held] = {line}")
    relation = body._cover("insured.relation")
    tests = " and ".join(f"{relation} != {body.code(item)}" for item in plan.insures) or "True"
    body.line(f"failed = {RELATION} if {tests} else 0")
    conditions = [body.node(item.node) for item in plan.joins]
    for number, found in enumerate(conditions, 1):
        known = f"({found.mask}) == 0 and " if found.mask else ""
        body.line(f"if {known}not ({found.code}):")
        body.line(f"    failed |= {RELATION << number}")
    body.line(f"missing = 0 if failed != 0 else {masks(conditions) or '0'}")
    body.line(f"failed |= {over} if {body.module.argument('cover', 'over', 'i1')}[held] != 0 else 0")
    body.line("premium = MISSING")
    body.line("returns = 0")
    with body.block("if failed == 0:"):
        fees = [body.node(plan.premium.node)]
        fees += [] if plan.returns is None else [body.node(plan.returns.node)]
        lacking = masks(fees)
        if lacking:
            body.line(f"missing |= {lacking}")
        with maybe(body, "missing == 0"):
            body.line(f"premium = {fees[0].code}")
            if len(fees) > 1:
                body.line(f"returns = {fees[1].code}")
    body.line(f"{out('failed', 'i8')}[held] = failed")
    body.line(f"{out('missing', 'i8')}[held] = missing")
    body.line(f"{out('premium', 'i8')}[held] = premium")
    body.line(f"{out('returns', 'i8')}[held] = returns")


@define(eq=False, kw_only=True)
class _Joining(Body):
    """Writes what the formulas of joining read: no claim, nothing counted before, one row a person."""

    def read(self, found: Field) -> Value:
        """Return what a field holds."""
        special = _SPECIAL.get(found.path)
        if special:
            return special(self)
        if found.path == "cover.months" or found.name.startswith(HOLDS):
            return self.plain(found.path, found.kind)
        return self.plain(found.path, found.kind, least=found.least)

    def account(self, node: n.Before | n.PaidBefore, by: str) -> Value:
        """Return that nothing was counted before."""
        return Value("0")

    def most_shares(self) -> Value:
        """Return the most shares that a person may hold."""
        return self.node(self.bound.plan.max_shares.node)

    def shares(self) -> Value:
        """Return the shares that count: those wanted, at most those allowed; one where no more are allowed."""
        most = self.most_shares()
        raw = self._cover("cover.shares")
        stated = f"{raw} != MISSING"
        held = self.let(f"min({raw}, {most.code}) if {stated} else 1", "shares")
        mask = ""
        if self.module.nullable("cover.shares") and most.code != "1":
            lacking = f"0 if {stated} or {most.code} == 1 else {self.missing('cover.shares')}"
            mask = self.let(f"({most.mask}) or ({lacking})" if most.mask else lacking, "missing")
        return Value(held, mask or most.mask)

    def earlier(self) -> str:
        """Return the mask of what is not known of earlier covers."""
        window = self.node(self.bound.plan.renewal_window.node)
        known = f"{self.module.argument('cover', 'known', 'i1')}[held]"
        lacking = f"{self.missing('cover.earlier')} if {known} == 0 else ({window.mask or 0})"
        return self.let(lacking, "missing")


_SPECIAL: Mapping[str, Callable[[_Joining], Value]] = {
    "cover.shares": _Joining.shares,
    "cover.first_day": lambda _body: Value("first_day"),
    "cover.last_day": lambda _body: Value("last_day"),
    "cover.is_renewal": lambda body: Value(
        body.let(f"{body._cover('cover.terms')} > 1", "is_renewal"), body.earlier()
    ),
    "cover.terms": lambda body: Value(body._cover("cover.terms"), body.earlier()),
}
"""How fields are read that no column holds as they are."""
