"""Settling a formula under an edition: tests that its values alone decide, and what is left when they are decided.

``住院疗养金 2,000.00 元超过 0`` is true of every claim under an edition that pays it, and a paper rule does not say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen

from mutualplans.backends import exact
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold, order
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.parameter import Shape
from mutualplans.model.scales import ANY, Table

__all__ = ["settle"]

Values = Mapping[str, Any]


@frozen
class _Known:
    """What is known before any claim.

    Attributes:
        values: Parameter name → plain value.
        given: Tests whose answer is known.
        keep_reads: Keep what reads the claim even where that cannot change the result.
    """

    values: Values
    given: Mapping[n.Node, bool]
    keep_reads: bool


def settle(
    node: n.Node,
    values: Values,
    given: Mapping[n.Node, bool] | None = None,
    *,
    keep_reads: bool = False,
) -> n.Node:
    """Return the formula without the tests that `values` decide and the sides of choices never taken.

    The result gives the same as `node` for every claim whose codes have a row in the tables.

    Args:
        node: The formula.
        values: Parameter name → plain value.
        given: Settled tests whose answer is known, such as the conditions of a benefit that is paid.
        keep_reads: Keep what reads the claim even where that cannot change the result, because assessing reads it
            too and reports it when it is missing.
    """
    known = _Known(values, given or {}, keep_reads)
    settled: n.Node = fold(order([node]), dict.fromkeys(n.NODES, _settled), known)[-1]
    return settled


def _settled(node: n.Node, parts: list[n.Node], known: _Known) -> n.Node:
    node = _rebuilt(node, parts)
    values = known.values
    if node in known.given:
        return _flag(known.given[node])
    if isinstance(node, n.Choose):
        return _chosen(node, known)
    if isinstance(node, n.Times) and isinstance(node.right, n.Constant) and node.right.value == 1:
        return node.left
    if isinstance(node, n.Above) and isinstance(node.base, n.Read) and _value(node.start, values) == 0:
        return node.base
    if node.kind is not Kind.FLAG or isinstance(node, n.Constant):
        return node
    if isinstance(node, n.Both | n.AnyOf):
        return _joined(node, known)
    if isinstance(node, n.Named | n.Because):
        inner = node.base if isinstance(node, n.Named) else node.test
        return inner if isinstance(inner, n.Constant) else node
    found = _decided(node, values, known.keep_reads)
    return node if found is None else _flag(found)


def _chosen(node: n.Choose, known: _Known) -> n.Node:
    """Return the side that is taken, where the test is decided or both sides are one value."""
    if isinstance(node.test, n.Constant):
        return node.then if node.test.value else node.otherwise
    then, otherwise = _value(node.then, known.values), _value(node.otherwise, known.values)
    return node if known.keep_reads or then is None or then != otherwise else node.then


def _rebuilt(node: n.Node, parts: list[n.Node]) -> n.Node:
    """Return the node over new sub-formulas, in the order in which `children` gives them."""
    rest = iter(parts)
    changed: dict[str, Any] = {}
    for item in attrs.fields(type(node)):
        value = getattr(node, item.name)
        if isinstance(value, n.Node):
            changed[item.name] = next(rest)
        elif isinstance(value, tuple) and any(isinstance(part, n.Node) for part in value):
            changed[item.name] = tuple(next(rest) if isinstance(part, n.Node) else part for part in value)
    return attrs.evolve(node, **changed) if changed else node


def _flag(value: bool) -> n.Constant:
    return n.Constant(value, Kind.FLAG)


def _joined(node: n.Both | n.AnyOf, known: _Known) -> n.Node:
    """Return "and" or "or" without the parts that decide nothing."""
    decides = isinstance(node, n.AnyOf)
    fixed = [part.value for part in node.parts if isinstance(part, n.Constant)]
    if decides in fixed:
        return _flag(decides)
    if isinstance(node, n.Both) and not known.keep_reads and _empty_range(node, known.values):
        return _flag(False)
    open_ = tuple(part for part in node.parts if not isinstance(part, n.Constant))
    if not open_:
        return _flag(not decides)
    return open_[0] if len(open_) == 1 else attrs.evolve(node, parts=open_)


def _empty_range(node: n.Both, values: Values) -> bool:
    """Return whether two parts ask for more than one value and at most another that is not above it."""
    tests = [part for part in node.parts if isinstance(part, n.Compare)]
    return any(
        low.left == high.left and _holds(n.Compare(n.Side.FROM, low.right, high.right), values)
        for low in tests
        for high in tests
        if low.side is n.Side.OVER and high.side is n.Side.UP_TO
    )


def _holds(test: n.Node, values: Values) -> bool:
    return _decided(test, values) is True


def _decided(node: n.Node, values: Values, keep_reads: bool = False) -> bool | None:
    """Return what a test gives for every claim, or ``None`` when that depends on the claim."""
    if isinstance(node, n.Compare) and isinstance(node.left, n.Lookup):
        table = values.get(node.left.table.parameter.name)
        cells = _cells(table, keep_reads) if isinstance(table, Table) else ()
        kind = node.left.kind
        found = {_decided(attrs.evolve(node, left=n.Constant(cell, kind)), values) for cell in cells}
        return found.pop() if len(found) == 1 else None
    found = _value(node, values)
    return found if isinstance(found, bool) else None


def _cells(table: Table, keep_reads: bool) -> tuple[Any, ...]:
    """Return what a lookup may find; nothing is known of one that reads a code, where reading has to be kept."""
    reads = any(set(key) != {ANY} for key in table.rows)
    return () if keep_reads and reads else tuple(table.rows.values())


def _value(node: n.Node, values: Values) -> Any:
    """Return what a formula gives for every claim, or ``None`` when that depends on the claim."""
    formula = order([node])
    if not all(_is_known(part, values) for part in formula.nodes):
        return None
    env = exact.Env(
        read=_no_claim,
        values=values,
        rounding=Rounding.HALF_UP_FEN,  # never used: what rounds is not decided here
        before=lambda _node, _by: 0,
        benefits={},
        paid_by={},
    )
    return fold(formula, exact.TABLE, env)[-1]


_DEPENDS = (
    n.Read,
    n.Before,
    n.PaidBefore,
    n.PaidByPlan,
    n.BenefitAmount,
    n.Lookup,
    n.Match,
    n.Computed,
    n.Portion,  # rounds by the edition's rule
    n.ShareOf,
)


def _is_known(node: n.Node, values: Values) -> bool:
    if isinstance(node, n.Value):
        return node.parameter.shape is Shape.SINGLE and node.parameter.name in values
    return not isinstance(node, _DEPENDS)


def _no_claim(subject: str, name: str) -> Any:
    message = f"{subject}.{name} is read where only values are known"
    raise AssertionError(message)
