"""Small changes to a declaration and its editions, each such as a slip of the pen could make.

A change to a formula is made wherever the same step stands, as the author wrote it once. To add one, extend `_CHANGES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs
from attrs import evolve, field, frozen

from mutualplans.backends.phrase import show
from mutualplans.backends.words import in_words
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.scales import ANY, Scale, Table
from mutualplans.model.text import Text
from mutualplans.model.workdays import WorkCalendar
from mutualplans.plan.declaration import Benefit, Merge, Plan, Waiting
from mutualplans.plan.edition import Edition
from mutualplans.plan.formula import Formula
from mutualplans.plan.reading import load_editions
from mutualplans.testing.reach import named, settled_to

__all__ = ["Change", "declaration_changes", "edition_changes", "plan_formulas"]


@frozen(eq=False)
class Change:
    """One change.

    Attributes:
        text: What is changed into what.
        plan: The plan, changed or not.
        edition: The changed edition; ``None`` where the declaration is changed.
        node: The step that is changed; ``None`` where it is a part of the plan, or a value.
        parameter: Name of the value that is changed.
    """

    text: Text
    plan: Plan = field(repr=False)
    edition: Edition | None = field(default=None, repr=False)
    node: n.Node | None = field(default=None, repr=False)
    parameter: str | None = None


# ---------------------------------------------------------------- of the declaration


def plan_formulas(plan: Plan) -> list[Formula]:
    """Return the formulas of the plan as a whole that decide what is paid or asked for, beside its benefits."""
    optional = (plan.event_date, plan.claim_within)
    waiting = (plan.waiting.nothing_to, plan.waiting.waived) if plan.waiting else ()
    merging = [item for merge in plan.merges for item in (merge.within, merge.when, merge.after)]
    return [
        plan.premium, plan.term_months, plan.max_shares, plan.renewal_window, plan.ends, *waiting, *merging,
        *(item for item in optional if item is not None), *(item.offered for item in plan.benefits),
    ]  # fmt: skip


def declaration_changes(plan: Plan, nodes: Iterable[n.Node]) -> Iterator[Change]:
    """Yield the changes of a plan: at these nodes of its benefits, at those of its other formulas, and of its parts."""
    whole = order([item.node for item in plan_formulas(plan)]).nodes
    written, words = _written(plan), named(plan, load_editions(plan)[0])
    for node in dict.fromkeys([*(node for node in nodes if node in written), *whole]):
        for text, new in _changes(node, words):
            changed = _rewritten(plan, node, new)
            yield Change(text, changed, node=node)
    yield from _part_changes(plan)


def _written(plan: Plan) -> set[n.Node]:
    """Return the steps as the author wrote them: what is made of the waiting period is changed as a part."""
    benefits = [item for benefit in plan.benefits for item in (*benefit.when, benefit.pays)]
    found = set(order([item.node for item in (*plan.joins, *plan.when, *plan.excludes, *benefits)]).nodes)
    if plan.waiting is None:
        return found
    made = order([plan.waiting.reduced.node]).nodes
    # Of these only the last day of the reduced period is an edge of its own.
    return found.difference(
        node for node in made if not (isinstance(node, n.Compare) and node.side is n.Side.UP_TO)
    )


def _part_changes(plan: Plan) -> Iterator[Change]:
    """Yield changes of what is declared beside formulas."""
    waiting = plan.waiting
    if waiting is not None:
        said = in_words(waiting.nothing_to.node, "zh"), in_words(waiting.nothing_to.node, "en")
        for step in (1, -1):
            last = Formula(n.Add(waiting.nothing_to.node, n.Constant(step, Kind.COUNT)))
            zh, en = ("多", "longer") if step > 0 else ("少", "shorter")
            text = Text(f"免责期（{said[0]}）{zh} 1 天", f"waiting period ({said[1]}) one day {en}")
            yield Change(text, _waited(plan, waiting, nothing_to=last))
        yield Change(Text("去掉免责期", "no waiting period"), evolve(plan, waiting=None))
        if not isinstance(waiting.waived.node, n.Constant):
            yield Change(_never_waived(waiting), _waited(plan, waiting, waived=False))
    if not isinstance(plan.ends.node, n.Constant):
        for value, zh, en in ((True, "给付后总是终止保障", "always"), (False, "给付后不终止保障", "never")):
            yield Change(Text(zh, f"a payment {en} ends the cover"), evolve(plan, ends=value))
    if plan.claim_within is not None:
        yield Change(Text("去掉申领时效", "no last day to claim"), evolve(plan, claim_within=None))
    yield from _merge_changes(plan)
    for place, benefit in enumerate(plan.benefits):
        if benefit.indemnity:
            parts = [*plan.benefits]
            parts[place] = evolve(benefit, indemnity=False)
            text = Text(
                f"“{benefit.title.zh}”不再以尚余的费用为限", f"{benefit.id} is no longer an indemnity"
            )
            yield Change(text, evolve(plan, benefits=parts))


def _waited(plan: Plan, waiting: Waiting, **changes: Any) -> Plan:
    """Return the plan with another waiting period, wherever its benefits ask for the reduced one."""
    other = evolve(waiting, **changes)
    if waiting.reduced_to is not None:
        plan = _rewritten(plan, waiting.reduced.node, other.reduced.node)
    return evolve(plan, waiting=other)


def _never_waived(waiting: Waiting) -> Text:
    """Return the change in words; where only a renewal waives, also which case can tell."""
    zh, en = "续保等情形不再免除免责期", "the waiting period is never waived"
    node = waiting.waived.node
    if isinstance(node, n.Read) and node.field.path == "cover.is_renewal":
        zh += "（续保的天数从首期第一天算起：上期比免责期短的续保才看得出）"
        en += " (a renewal counts its days from the first term on: only one after a shorter term can tell)"
    return Text(zh, en)


def _merge_changes(plan: Plan) -> Iterator[Change]:
    """Yield the plan without each of its rules of merging, and with each rule that no longer asks for one code."""

    def changed(place: int, *rule: Merge) -> Plan:
        return evolve(plan, merges=[*plan.merges[:place], *rule, *plan.merges[place + 1 :]])

    for place, merge in enumerate(plan.merges):
        said = in_words(merge.within.node, "zh"), in_words(merge.within.node, "en")
        about = f"住院合并（{said[0]}）", f"stays that count as one ({said[1]})"
        yield Change(Text(f"去掉{about[0]}", f"no {about[1]}"), changed(place))
        for at, code in enumerate(merge.same):
            rule = evolve(merge, same=[*merge.same[:at], *merge.same[at + 1 :]])
            zh, en = in_words(code.node, "zh"), in_words(code.node, "en")
            text = Text(f"{about[0]}不再要求{zh}相同", f"{about[1]}: {en} may differ")
            yield Change(text, changed(place, rule))


def _changes(node: n.Node, words: Callable[[n.Node], Text]) -> Iterator[tuple[Text, n.Node]]:
    for new in _CHANGES.get(type(node), lambda _node: ())(node):
        yield _became(node, new, words), new


def _became(node: n.Node, new: n.Node, words: Callable[[n.Node], Text]) -> Text:
    if isinstance(node, n.Because):
        return Text(f"去掉条件“{node.text.zh}”", f"the condition “{node.text.in_('en')}” is dropped")
    zh, en = ([_inner(words(item).in_(lang)) for item in (node, new)] for lang in ("zh", "en"))
    return Text(f"“{zh[0]}”改为“{zh[1]}”", f"“{en[0]}” becomes “{en[1]}”")


def _inner(text: str) -> str:
    """Return a text that stands in quotes, with single quotes for its own."""
    return text.replace("“", "‘").replace("”", "’")


_SIDES = {
    n.Side.UP_TO: n.Side.BELOW,
    n.Side.BELOW: n.Side.UP_TO,
    n.Side.FROM: n.Side.OVER,
    n.Side.OVER: n.Side.FROM,
}
_ORDERED = (Kind.MONEY, Kind.COUNT, Kind.DATE)


def _compare(node: n.Compare) -> Iterator[n.Node]:
    """The edge moves to the other side."""
    if node.side in _SIDES and node.left.kind in _ORDERED:
        yield evolve(node, side=_SIDES[node.side])


def _within(node: n.Within) -> Iterator[n.Node]:
    """One of the edges no longer belongs."""
    yield n.Both((n.Compare(n.Side.OVER, node.base, node.low), n.Compare(n.Side.UP_TO, node.base, node.high)))
    yield n.Both((n.Compare(n.Side.FROM, node.base, node.low), n.Compare(n.Side.BELOW, node.base, node.high)))


def _without_one_code(node: n.OneOf) -> Iterator[n.Node]:
    for code in node.codes if len(node.codes) > 1 else ():
        yield evolve(node, codes=tuple(other for other in node.codes if other != code))


def _without_one_part(node: Any) -> Iterator[n.Node]:
    for part in node.parts if len(node.parts) > 1 else ():
        rest = tuple(other for other in node.parts if other != part)
        yield rest[0] if len(rest) == 1 else evolve(node, parts=rest)


def _choose(node: n.Choose) -> Iterator[n.Node]:
    yield node.then
    yield node.otherwise


def _dropped(node: Any) -> Iterator[n.Node]:
    yield node.base


def _limit(node: Any) -> Iterator[n.Node]:
    """The limit is dropped, or changes places with the one inside it."""
    yield node.base
    if isinstance(node.base, n.Above | n.Capped | n.Raised):
        yield _swapped(node, node.base)


def _swapped(outer: Any, inner: Any) -> n.Node:
    first = _on(outer, inner.base)
    return _on(inner, first)


def _on(limit: Any, base: n.Node) -> n.Node:
    """Return a limit put on another base; what it counts over a period is then that base."""
    before = getattr(limit, "before", None)
    memory = {"before": evolve(before, base=base)} if isinstance(before, n.Before) else {}
    changed: n.Node = evolve(limit, base=base, **memory)
    return changed


_OTHER_PERIODS = {
    n.Period.STAY: (n.Period.TERM,),
    n.Period.INCIDENT: (n.Period.TERM,),
    n.Period.TERM: (n.Period.LIFETIME,),
    n.Period.POLICY_YEAR: (n.Period.LIFETIME,),
    n.Period.CALENDAR_YEAR: (n.Period.POLICY_YEAR, n.Period.LIFETIME),
    n.Period.LIFETIME: (n.Period.TERM,),
}


_NARROWER = {
    n.Whose.PERSON: (),
    n.Whose.FAMILY: (n.Whose.PERSON,),
    n.Whose.FUND: (n.Whose.FAMILY, n.Whose.PERSON),
}


def _memory(node: Any) -> Iterator[n.Node]:
    """Another period, one account for all codes, an account for fewer persons, or nothing remembered."""
    if node.whose is n.Whose.PERSON:
        for per in _OTHER_PERIODS[node.per]:
            yield evolve(node, per=per)
    # Of the fund a case states this period, and nothing of another: with another nothing would be decided.
    elif node.whose is n.Whose.FAMILY and node.per is not n.Period.LIFETIME:
        yield evolve(node, per=n.Period.LIFETIME)
    for whose in _NARROWER[node.whose]:
        yield evolve(node, whose=whose)
    if node.by is not None:
        yield evolve(node, by=None)
    yield n.Constant(0, node.kind)


def _right_dropped(node: Any) -> Iterator[n.Node]:
    yield node.left


def _either_dropped(node: n.Add) -> Iterator[n.Node]:
    yield node.left
    yield node.right


def _constant(node: n.Constant) -> Iterator[n.Node]:
    """A number written in the rule is one more or less; 0 is left alone, since it stands where nothing is said."""
    if node.kind in (Kind.MONEY, Kind.COUNT) and node.value:
        yield evolve(node, value=node.value + 1)
        yield evolve(node, value=node.value - 1)


_CHANGES: Mapping[type[n.Node], Callable[[Any], Iterable[n.Node]]] = {
    n.Compare: _compare,
    n.Within: _within,
    n.OneOf: _without_one_code,
    n.Both: _without_one_part,
    n.AnyOf: _without_one_part,
    n.Least: _without_one_part,
    n.Greatest: _without_one_part,
    n.Because: lambda node: [n.Constant(True, Kind.FLAG)],
    n.Choose: _choose,
    n.Above: _limit,
    n.Capped: _limit,
    n.Raised: _limit,
    n.Once: _dropped,
    n.Round: _dropped,
    n.Portion: _dropped,
    n.ShareOf: _dropped,
    n.Before: _memory,
    n.PaidBefore: _memory,
    n.Add: _either_dropped,
    n.Subtract: _right_dropped,
    n.Times: _right_dropped,
    n.Constant: _constant,
}


# ---------------------------------------------------------------- putting a change into a plan


def _rewritten(plan: Plan, old: n.Node, new: n.Node) -> Plan:
    """Return the plan with one step replaced wherever it stands."""

    def one(formula: Formula) -> Formula:
        return Formula(_replaced(formula.node, old, new))

    def some(formulas: Iterable[Formula]) -> list[Formula]:
        return [one(item) for item in formulas]

    def maybe(formula: Formula | None) -> Formula | None:
        return None if formula is None else one(formula)

    def waiting(found: Waiting | None) -> Waiting | None:
        if found is None:
            return None
        return Waiting(one(found.nothing_to), reduced_to=maybe(found.reduced_to), waived=one(found.waived))

    def merge(found: Merge) -> Merge:
        return evolve(found, within=one(found.within), when=one(found.when), after=one(found.after))

    def benefit(found: Benefit) -> Benefit:
        return evolve(found, pays=one(found.pays), when=some(found.when), offered=one(found.offered))

    return evolve(
        plan,
        premium=one(plan.premium), term_months=one(plan.term_months), max_shares=one(plan.max_shares),
        renewal_window=one(plan.renewal_window), joins=some(plan.joins), when=some(plan.when),
        excludes=some(plan.excludes), ends=one(plan.ends), event_date=maybe(plan.event_date),
        claim_within=maybe(plan.claim_within), waiting=waiting(plan.waiting),
        merges=[merge(item) for item in plan.merges], benefits=[benefit(item) for item in plan.benefits],
    )  # fmt: skip


def _replaced(root: n.Node, old: n.Node, new: n.Node) -> n.Node:
    made: dict[n.Node, n.Node] = {}
    for node in order([root]).nodes:
        made[node] = new if node == old else _with_children(node, made)
    return made[root]


def _with_children(node: n.Node, made: Mapping[n.Node, n.Node]) -> n.Node:
    changes: dict[str, Any] = {}
    for item in attrs.fields(type(node)):
        value = getattr(node, item.name)
        if isinstance(value, n.Node) and made[value] is not value:
            changes[item.name] = made[value]
        elif isinstance(value, tuple) and any(isinstance(part, n.Node) for part in value):
            parts = tuple(made[part] if isinstance(part, n.Node) else part for part in value)
            if any(part is not other for part, other in zip(parts, value, strict=True)):
                changes[item.name] = parts
    return evolve(node, **changes) if changes else node


# ---------------------------------------------------------------- of an edition


def edition_changes(
    plan: Plan, edition: Edition, reached: Callable[[str, Any, Any], bool]
) -> Iterator[Change]:
    """Yield the changes of an edition's values.

    Args:
        plan: The plan.
        edition: The edition.
        reached: (parameter, value, row or band) → whether some case reaches it; what is not reached is not changed.
    """
    paying = _that_pay(plan, edition)
    for parameter in plan.values:
        entry = edition.values.get(parameter.name)
        if entry is None or parameter.name not in paying:
            continue
        for zh, en, new in _values(parameter, entry.value, reached):
            values = {**edition.values, parameter.name: evolve(entry, value=new)}
            text = Text(
                f"{edition.id}：{parameter.label.zh}{zh}", f"{edition.id}: {parameter.label.in_('en')}{en}"
            )
            yield Change(text, plan, evolve(edition, values=values), parameter=parameter.name)
    if any(_rounds(node) for _place, item in plan.formulas() for node in order([item.node]).nodes):
        other = Rounding.DOWN_FEN if edition.rounding is not Rounding.DOWN_FEN else Rounding.HALF_UP_FEN
        zh, en = f"{edition.id}：改为{other.label.zh}", f"{edition.id}: {other.label.en}"
        yield Change(Text(zh, en), plan, evolve(edition, rounding=other))


def _that_pay(plan: Plan, edition: Edition) -> set[str]:
    """Return the values that can change an amount: not those of a time to report, nor of benefits that it has not."""
    values = {name: entry.value for name, entry in edition.values.items()}
    offered = [item for item in plan.benefits if not settled_to(item.offered.node, values, False)]
    formulas = [
        *plan_formulas(plan),
        *(each for item in offered for each in (*plan.conditions(item), item.pays)),
    ]
    nodes = order([item.node for item in formulas]).nodes
    return {node.parameter.name for node in nodes if isinstance(node, n.Value)}


def _rounds(node: n.Node) -> bool:
    """Return whether the edition's rounding can show in a node: it rounds, and not only amounts of the edition."""
    if not isinstance(node, n.Portion | n.ShareOf | n.Tiered) or node.rounding is not None:
        return False
    return any(isinstance(part, n.Read) and part.kind is Kind.MONEY for part in order([node]).nodes)


def _values(
    parameter: Parameter, value: Any, reached: Callable[[str, Any, Any], bool]
) -> Iterator[tuple[str, str, Any]]:
    """Yield a value's neighbours, each with the change in words."""
    if isinstance(value, Table):
        for keys, cell in value.rows.items():
            if reached(parameter.name, value, keys):
                shown = "、".join("其他" if key == ANY else key for key in keys)
                for zh, en, new in list(_steps(parameter, parameter.kind, cell))[:1]:
                    yield f"（{shown}）{zh}", f" ({shown}){en}", Table({**value.rows, keys: new})
    elif isinstance(value, Scale):
        yield from _scales(parameter, value, reached)
    elif isinstance(value, WorkCalendar):
        yield from _calendars(value)
    elif parameter.shape is Shape.SINGLE:
        yield from _steps(parameter, parameter.kind, value)


def _calendars(calendar: WorkCalendar) -> Iterator[tuple[str, str, Any]]:
    """Yield a calendar without its days off, and one without its worked weekend days: plain weeks are guesses."""
    parts = calendar.parts
    if any(part.holidays for part in parts):
        yield "不计放假", " has no days off", WorkCalendar(tuple(evolve(part, holidays=()) for part in parts))
    if any(part.worked for part in parts):
        weeks = WorkCalendar(tuple(evolve(part, worked=()) for part in parts))
        yield "不计周末上班", " has no worked weekends", weeks


def _steps(parameter: Parameter, kind: Kind, value: Any) -> Iterator[tuple[str, str, Any]]:
    if kind is Kind.FLAG:
        found = [not value]
    elif kind in (Kind.MONEY, Kind.COUNT):
        found = [value + 1, *([value - 1] if value else [])]
    elif kind is Kind.RATE:
        found = [value + Fraction(1, 100), *([value - Fraction(1, 100)] if value >= Fraction(1, 100) else [])]
    else:
        found = []
    for new in found:
        old_zh, new_zh = (show(item, kind, parameter.unit, "zh") for item in (value, new))
        old_en, new_en = (show(item, kind, parameter.unit, "en") for item in (value, new))
        yield f"由 {old_zh} 改为 {new_zh}", f" becomes {new_en} instead of {old_en}", new


def _scales(
    parameter: Parameter, scale: Scale, reached: Callable[[str, Any, Any], bool]
) -> Iterator[tuple[str, str, Any]]:
    """Yield what a band gives one more, and each of its inner edges one further and on its other side."""
    for index, band in enumerate(scale.bands):
        where, where_en = f"第 {index + 1} 档", f", band {index + 1}"
        if reached(parameter.name, scale, index):
            for zh, en, gives in list(_steps(parameter, parameter.kind, band.gives))[:1]:
                yield where + zh, where_en + en, _with_band(scale, index, evolve(band, gives=gives))
        if band.high is None:
            continue
        for zh, en, edge in (
            ("的上界多一", ", upper edge one more", evolve(band.high, at=band.high.at + 1)),
            ("的上界换边", ", upper edge on its other side", evolve(band.high, inside=not band.high.inside)),
        ):
            moved = _with_band(scale, index, evolve(band, high=edge))
            if index + 1 < len(scale.bands):
                below = evolve(edge, inside=not edge.inside)
                moved = _with_band(moved, index + 1, evolve(scale.bands[index + 1], low=below))
            yield where + zh, where_en + en, moved


def _with_band(scale: Scale, index: int, band: Any) -> Scale:
    bands = list(scale.bands)
    bands[index] = band
    return Scale(tuple(bands))
