"""What the worked cases reach of a rule: conditions both ways, limits, edges, bands, table rows, listed conditions.

A benefit's conditions are looked at whether or not it is paid; inside what it pays, only what the amount rests on: of
a choice the side that was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from attrs import field, frozen

from mutualplans.backends import exact
from mutualplans.backends.exact import Missing
from mutualplans.backends.phrase import show
from mutualplans.backends.words import in_words
from mutualplans.engine.explain import Work
from mutualplans.engine.facts import Facts
from mutualplans.engine.settle import settle
from mutualplans.engine.simulate import Simulation
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, fold, order
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Parameter
from mutualplans.model.scales import ANY, ConditionList, Edge, Scale, Table
from mutualplans.model.text import Lang, Text
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition
from mutualplans.plan.formula import Formula
from mutualplans.testing.subject import Subject

__all__ = [
    "GROUPS",
    "Goal",
    "goals_of",
    "named",
    "open_nodes",
    "reached_by",
    "reached_by_joining",
    "reached_in_formula",
    "row_key",
    "settled_to",
    "touched",
]

GROUPS = {
    "condition": Text("条件（成立、不成立）", "conditions, both ways"),
    "limit": Text("限额、起点、选择（起作用、不起作用）", "limits, starts and choices, both ways"),
    "edge": Text("界限（正好、差一）", "edges, hit and one off"),
    "band": Text("分档", "bands"),
    "row": Text("表行", "table rows"),
    "listed": Text("所列病种", "listed conditions"),
}
"""The groups in which goals are counted."""


@frozen
class Goal:
    """One thing that a case may reach.

    Attributes:
        group: One of `GROUPS`.
        place: What it is: a node, or (parameter, value, part of it).
        side: Which side of it.
        text: What it is called.
    """

    group: str
    place: Any = field(repr=False)
    side: Any
    text: Text = field(eq=False)


def goals_of(subject: Subject) -> tuple[Goal, ...]:
    """Return everything that the cases of a plan could reach, in the order of the declaration."""
    found: dict[Goal, None] = {}
    words = named(subject.plan, subject.editions)
    for node in open_nodes(subject.plan, subject.editions):
        found |= dict.fromkeys(_goals(node, words))
    for edition in subject.editions:
        for parameter in subject.plan.values:
            value = edition.values.get(parameter.name)
            if value is not None:
                found |= dict.fromkeys(_data_goals(parameter, value.value, edition))
    return tuple(found)


def reached_by(runs: Iterable[Simulation]) -> set[Goal]:
    """Return what some simulations reached."""
    found: set[Goal] = set()
    for run in runs:
        for decision in run.decisions:
            for item in decision.benefits:
                if item.work is not None:
                    found.update(_reached(item.work, item.accepted))
    return found


# ---------------------------------------------------------------- of the declaration


def open_nodes(plan: Plan, editions: tuple[Edition, ...]) -> Iterator[n.Node]:
    """Yield the nodes of conditions and payments that can matter to a claim under some edition."""
    formulas = [item for benefit in plan.benefits for item in (*plan.conditions(benefit), benefit.pays)]
    left: set[n.Node] = set()
    for edition in editions:
        values = {name: entry.value for name, entry in edition.values.items()}
        for benefit in plan.benefits:
            if not settled_to(benefit.offered.node, values, False):
                conditions = plan.conditions(benefit)
                left.update(_open(conditions, values, {}))
                left.update(_open([benefit.pays], values, _held(conditions)))
    yield from (node for node in order([item.node for item in formulas]).nodes if node in left)


def _open(
    formulas: Iterable[Formula], values: Mapping[str, Any], given: Mapping[n.Node, bool]
) -> set[n.Node]:
    """Return the nodes that neither the edition's values nor the tests `given` decide.

    Of a choice that they decide there is only the side taken, of a product with 1 only the other factor.
    """
    found: set[n.Node] = set()
    stack = [item.node for item in formulas]
    while stack:
        node = stack.pop()
        if node in found or isinstance(settle(node, values, given, keep_reads=True), n.Constant):
            continue
        if isinstance(node, n.Choose) and (
            isinstance(test := settle(node.test, values, given), n.Constant) or node.test in given
        ):
            taken = test.value if isinstance(test, n.Constant) else given[node.test]
            stack.append(node.then if taken else node.otherwise)
            continue
        if not (isinstance(node, n.Times) and settle(node.right, values, given) == _ONE):
            found.add(node)
        stack += children(node)
    return found


_ONE = n.Constant(1, Kind.COUNT)


def _held(conditions: Iterable[Formula]) -> dict[n.Node, bool]:
    """Return the tests that are decided wherever a benefit pays: its conditions hold."""
    found: dict[n.Node, bool] = {}
    stack = [item.node for item in conditions]
    while stack:
        node = stack.pop()
        if isinstance(node, n.Because):
            stack.append(node.test)
        elif isinstance(node, n.Both):
            stack += node.parts
        elif isinstance(node, n.Not):
            found[node.base] = False
        else:
            found[node] = True
    return found


def settled_to(node: n.Node, values: Mapping[str, Any], value: bool) -> bool:
    """Return whether an edition's values alone decide a test, and so."""
    settled = settle(node, values)
    return isinstance(settled, n.Constant) and settled.value is value


Words = Callable[[n.Node], Text]


def named(plan: Plan, editions: Iterable[Edition]) -> Words:
    """Return how to put a formula into words, benefits and codes by what the plan and its editions call them."""
    titles = {item.id: item.title for item in plan.benefits}
    codes = {code: title for edition in editions for code, title in edition.titles.items()}

    def said(node: n.Node) -> Text:
        zh, en = (in_words(node, lang, codes=codes, titles=titles) for lang in _LANGS)
        return Text(zh, en)

    return said


_LANGS: tuple[Lang, Lang] = ("zh", "en")


def _goals(node: n.Node, words: Words) -> Iterator[Goal]:
    """Yield the goals of one node."""
    said = words(node)
    if isinstance(node, n.Because):
        for side in (True, False):
            yield Goal("condition", node, side, _sided(said, side, "成立", "不成立", "holds", "fails"))
    elif isinstance(node, n.Choose):
        test = words(node.test)
        for side in (True, False):
            yield Goal("limit", node, side, _sided(test, side, "是", "否", "yes", "no"))
    elif isinstance(node, n.Capped | n.Above | n.Raised | n.Once):
        for side in (True, False):
            yield Goal("limit", node, side, _sided(said, side, "起作用", "不起作用", "acts", "does not act"))
    elif isinstance(node, n.Compare | n.Within):
        for side in _edges(node):
            zh, en = _EDGE[side]
            yield Goal("edge", node, side, Text(f"{said.zh}：{zh}", f"{said.en}: {en}"))


def _sided(text: Text, side: bool, zh: str, not_zh: str, en: str, not_en: str) -> Text:
    return Text(f"{text.zh}：{zh if side else not_zh}", f"{text.in_('en')}: {en if side else not_en}")


_EDGE = {
    0: ("正好在界上", "at the edge"),
    1: ("多一", "one over"),
    -1: ("少一", "one under"),
    "low": ("正好在下界", "at the lower edge"),
    "low-1": ("比下界少一", "one under the lower edge"),
    "high": ("正好在上界", "at the upper edge"),
    "high+1": ("比上界多一", "one over the upper edge"),
}
_BESIDE = {n.Side.UP_TO: 1, n.Side.OVER: 1, n.Side.BELOW: -1, n.Side.FROM: -1}


def _edges(node: n.Compare | n.Within) -> tuple[Any, ...]:
    """Return the places around an edge that tell its side from the other one; none for codes and flags."""
    if isinstance(node, n.Within):
        return ("low", "low-1", "high", "high+1") if node.base.kind is not Kind.RATE else ()
    if (
        node.side not in _BESIDE
        or node.left.kind is Kind.RATE
        or not any(map(_reads, (node.left, node.right)))
    ):
        return ()
    return (0, _BESIDE[node.side])


def _reads(node: n.Node) -> bool:
    return any(isinstance(part, n.Read | n.Before | n.PaidBefore) for part in order([node]).nodes)


# ---------------------------------------------------------------- of the editions


def _data_goals(parameter: Parameter, value: Any, edition: Edition) -> Iterator[Goal]:
    """Yield the bands, rows and conditions of one value; the same value in two editions is one."""
    label = f"{parameter.label.zh}（{edition.id}）", f"{parameter.label.in_('en')} ({edition.id})"
    if isinstance(value, Scale):
        for index in range(len(value.bands)):
            text = Text(f"{label[0]}第 {index + 1} 档", f"{label[1]}, band {index + 1}")
            yield Goal("band", (parameter.name, value), index, text)
            for end in ("low", "high"):
                edge = getattr(value.bands[index], end)
                if edge is not None and (end == "high" or index == 0):
                    yield from _scale_edges(parameter, value, edge, label)
    elif isinstance(value, Table):
        for keys in value.rows:
            shown = "、".join("其他" if key == ANY else key for key in keys)
            yield Goal(
                "row",
                row_key(parameter.name, value),
                keys,
                Text(f"{label[0]}：{shown}", f"{label[1]}: {shown}"),
            )
    elif isinstance(value, ConditionList):
        for item in value.conditions:
            text = Text(f"{label[0]}：{item.title.zh}", f"{label[1]}: {item.title.in_('en')}")
            yield Goal("listed", (parameter.name, value), item.id, text)


def _scale_edges(parameter: Parameter, scale: Scale, edge: Edge, label: tuple[str, str]) -> Iterator[Goal]:
    at = [show(edge.at, parameter.measured, None, lang) for lang in ("zh", "en")]
    for step in (0, 1 if edge.inside else -1) if edge.at else ():
        zh, en = _EDGE[step]
        text = Text(f"{label[0]}的界限 {at[0]}：{zh}", f"{label[1]}, edge {at[1]}: {en}")
        yield Goal("edge", (parameter.name, scale, edge.at), step, text)


def row_key(name: str, table: Table) -> Any:
    """Return what tells a table from others; a mapping cannot be hashed."""
    return name, tuple(table.rows.items())


# ---------------------------------------------------------------- what one decision reached


def touched(work: Work) -> set[n.Node]:
    """Return the nodes that a benefit rests on: conditions, and of what it pays and counts the sides taken."""
    found: set[n.Node] = set()
    stack = [*work.program.conditions, work.program.pays]
    stack += [node.base for node in work.program.accounts if isinstance(node, n.Before)]
    while stack:
        node = stack.pop()
        if node in found:
            continue
        found.add(node)
        test = work.results.get(node.test) if isinstance(node, n.Choose) else None
        if isinstance(node, n.Choose) and not isinstance(test, Missing):
            stack += [node.test, node.then if test else node.otherwise]
        else:
            stack += children(node)
    return found


def _reached(work: Work, accepted: bool) -> Iterator[Goal]:
    looked_at = touched(work) if accepted else set(order(work.program.conditions).nodes)
    yield from _reached_at(looked_at, work.results, work.bound.values, accepted)


def reached_by_joining(facts: Facts) -> set[Goal]:
    """Return what somebody who wants to join reaches of the conditions for joining."""
    joins = facts.bound.order_of(facts.bound.plan.joins, "joins")
    results = dict(zip(joins.nodes, fold(joins, exact.TABLE, facts.env()), strict=True))
    may = all(results[item.node] is True for item in facts.bound.plan.joins)
    return set(_reached_at(set(joins.nodes), results, facts.bound.values, may))


def reached_in_formula(formula: Formula, facts: Facts) -> set[Goal]:
    """Return what a formula of the plan as a whole, such as the fee, reaches."""
    nodes = order([formula.node])
    results = dict(zip(nodes.nodes, fold(nodes, exact.TABLE, facts.env()), strict=True))
    return set(_reached_at(set(nodes.nodes), results, facts.bound.values, True))


def _reached_at(
    looked_at: set[n.Node], found: Mapping[n.Node, Any], values: Mapping[str, Any], accepted: bool
) -> Iterator[Goal]:
    results = {node: value for node, value in found.items() if not isinstance(value, Missing)}
    for node in looked_at:
        if node not in results:
            continue
        if isinstance(node, n.Lookup | n.Match):
            yield from _reached_row(node, results, values)
        elif isinstance(node, n.Choose) or all(part in results for part in children(node)):
            if type(node) in _SIDES:
                sides = _SIDES[type(node)](node, results, accepted)
                yield from (goal for goal in _goals_shape(node) if goal.side in sides)
            if isinstance(node, n.Tiered | n.Banded):
                yield from _reached_band(node, results)


def _goals_shape(node: n.Node) -> Iterator[Goal]:
    """Yield the goals of a node without their words: goals are compared by what they are."""
    if isinstance(node, n.Because):
        yield from (Goal("condition", node, side, _BLANK) for side in (True, False))
    elif isinstance(node, n.Choose | n.Capped | n.Above | n.Raised | n.Once):
        yield from (Goal("limit", node, side, _BLANK) for side in (True, False))
    elif isinstance(node, n.Compare | n.Within):
        yield from (Goal("edge", node, side, _BLANK) for side in _edges(node))


def _because(node: Any, results: Mapping[n.Node, Any], accepted: bool) -> set[Any]:
    # A condition that holds beside another that fails has not decided anything.
    return {results[node]} if accepted or not results[node] else set()


def _acts(node: Any, results: Mapping[n.Node, Any], _accepted: bool) -> set[Any]:
    """Return whether a limit, start or floor changed what went in; nothing went in, nothing is known."""
    base = results[node.base]
    if base <= 0:
        return set()
    return {results[node] != base}


def _compared(node: Any, results: Mapping[n.Node, Any], _accepted: bool) -> set[Any]:
    return {_distance(results[node.left], results[node.right])} if _edges(node) else set()


def _within(node: Any, results: Mapping[n.Node, Any], _accepted: bool) -> set[Any]:
    base, low, high = (results[part] for part in (node.base, node.low, node.high))
    sides = {0: "low", -1: "low-1"}, {0: "high", 1: "high+1"}
    return {sides[0].get(_distance(base, low)), sides[1].get(_distance(base, high))} - {None}


def _distance(left: Any, right: Any) -> Any:
    found = left - right
    return found // timedelta(days=1) if isinstance(left, date) else found


_SIDES: Mapping[type[n.Node], Any] = {
    n.Because: _because,
    n.Choose: lambda node, results, _accepted: {results[node.test]},
    n.Capped: _acts,
    n.Above: _acts,
    n.Raised: _acts,
    n.Once: _acts,
    n.Compare: _compared,
    n.Within: _within,
}


def _reached_band(node: n.Tiered | n.Banded, results: Mapping[n.Node, Any]) -> Iterator[Goal]:
    name, scale = node.scale.parameter.name, results[node.scale]
    upto = results[node.before] + results[node.base]
    for index, band in enumerate(scale.bands):
        if band.holds(upto):
            yield Goal("band", (name, scale), index, _BLANK)
        for edge in (band.low, band.high):
            if edge is not None and upto - edge.at in (-1, 0, 1):
                yield Goal("edge", (name, scale, edge.at), upto - edge.at, _BLANK)


def _reached_row(
    node: n.Lookup | n.Match, results: Mapping[n.Node, Any], values: Mapping[str, Any]
) -> Iterator[Goal]:
    if isinstance(node, n.Match):
        if results[node]:
            name = node.conditions.parameter.name
            yield Goal("listed", (name, values[name]), results[node], _BLANK)
        return
    table = results[node.table]
    keys = tuple(str(results[key]) if key in results else None for key in node.keys)
    row = table.row(keys)
    if row is not None:
        yield Goal("row", row_key(node.table.parameter.name, table), row, _BLANK)


_BLANK = Text("-")
"""What a goal is called when it is reached: goals are compared without their words."""
