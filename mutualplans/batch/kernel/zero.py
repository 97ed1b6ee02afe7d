"""Why a benefit whose conditions hold pays nothing: the tests that the exact way's explanation makes."""

from __future__ import annotations

from collections.abc import Iterator

from mutualplans.backends.kernel import Value
from mutualplans.backends.words import in_words
from mutualplans.batch.kernel.body import Body
from mutualplans.engine.bind import Program
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text

__all__ = ["NOTHING_DUE", "condition_reason", "used_nodes", "zero_tests"]

_ZERO = {
    n.Capped: ("limit-used-up", Text("限额已用完", "the limit is used up")),
    n.Above: ("below-start", Text("未超过起付标准", "not above the start")),
    n.Once: ("already-used", Text("只给付一次，已给付过", "paid once, already used")),
}
_USED_UP = ("limit-used-up", Text("给付分段已用完", "the scale is used up"))
_NOT_REACHED = ("below-start", Text("未达到给付分段", "below the first band"))
NOTHING_DUE = ("nothing-due", Text("按给付标准计算为 0", "the rule comes to 0"))


def condition_reason(node: n.Node, body: Body) -> tuple[str, Text]:
    """Return code and sentence of a condition that does not hold."""
    if isinstance(node, n.Because):
        return node.code, node.text
    values = body.bound.values
    return "condition", Text(in_words(node, "zh", values=values), in_words(node, "en", values=values))


def used_nodes(program: Program, body: Body) -> Iterator[tuple[n.Node, str]]:
    """Yield the nodes that may say why an amount is 0, each with the test that the amount rests on it."""
    leads = {node for node in program.order.nodes if _tells(node)}
    for node in program.order.nodes:
        if not isinstance(node, n.Before) and any(part in leads for part in children(node)):
            leads.add(node)
    uses: dict[n.Node, list[str]] = {root: ["True"] for root in (*program.conditions, program.pays)}
    for node in reversed(program.order.nodes):
        if node not in leads or node not in uses:
            continue
        tests = list(dict.fromkeys(uses[node]))
        used = "True" if "True" in tests else body.let(" or ".join(tests), "used")
        if _tells(node):
            yield node, used
        for part, test in _edges_down(node, body):
            if part in leads:
                uses.setdefault(part, []).append(test if used == "True" else f"({used} and {test})")


def _tells(node: n.Node) -> bool:
    """Return whether a node's 0 is a reason of its own."""
    if isinstance(node, n.Lookup):
        return node.kind in (Kind.MONEY, Kind.COUNT, Kind.RATE)
    return isinstance(node, (*_ZERO, n.Tiered, n.Banded))


def _edges_down(node: n.Node, body: Body) -> Iterator[tuple[n.Node, str]]:
    """Yield the parts that an accepted amount may rest on, with the test under which it does."""
    if isinstance(node, n.Before):
        return
    if isinstance(node, n.Choose):
        test = body.node(node.test)
        open_ = f"{test.mask} != 0 or " if test.mask else ""
        yield node.test, "True"
        yield node.then, f"({open_}{test.code})"
        yield node.otherwise, f"({open_}not {test.code})"
    elif isinstance(node, n.Both):
        whole = body.node(node).code
        for part in node.parts:
            yield part, f"({whole} or {_surely(body.node(part), False)})"
    elif isinstance(node, n.AnyOf):
        whole = _surely(body.node(node), True)
        before = ""
        for part in node.parts:
            holds = _surely(body.node(part), True)
            yield part, f"(not {whole} or ({holds}{before}))"
            before += f" and not {holds}"
    else:
        for part in children(node):
            yield part, "True"


def _surely(found: Value, value: bool) -> str:
    """Return the test that a flag is known and has a value."""
    test = found.code if value else f"not {found.code}"
    return f"({found.mask} == 0 and {test})" if found.mask else f"({test})"


def zero_tests(node: n.Node, body: Body) -> Iterator[tuple[tuple[str, Text], str]]:
    """Yield a node's reasons for a zero, each with its test."""
    if isinstance(node, n.Lookup):
        label = node.table.parameter.label
        text = Text(f"“{label.zh}”查表为 0", f'the table "{label.in_("en")}" gives 0')
        yield ("table-gives-0", text), _surely_is(body.node(node), "==")
        return
    result, base = body.node(node), body.node(node.base)  # type: ignore[attr-defined]
    test = f"{_surely_is(result, '==')} and {_surely_is(base, '!=')}"
    if type(node) in _ZERO:
        yield _ZERO[type(node)], test
        return
    assert isinstance(node, n.Tiered | n.Banded)
    scale = body.value(node.scale.parameter.name)
    if scale is None:
        return
    last, before = scale.bands[-1].high, body.node(node.before)
    if last is None:
        yield _NOT_REACHED, test
        return
    yield _USED_UP, f"{test} and {before.code} >= {last.at}"
    yield _NOT_REACHED, f"{test} and {before.code} < {last.at}"


def _surely_is(found: Value, sign: str) -> str:
    test = f"{found.code} {sign} 0"
    return f"{found.mask} == 0 and {test}" if found.mask else test
