"""A plan as its checks see it: every place where a formula stands, with the kind that belongs there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from attrs import frozen

from mutualplans.backends.words import in_words
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import Problem, problem
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition
from mutualplans.plan.formula import Formula

__all__ = ["Check", "Spot", "View", "called", "quoted", "spots"]


@frozen(eq=False)
class Spot:
    """A place in a plan where a formula stands.

    Attributes:
        place: The place as messages name it, as in `Plan.formulas`: ``benefits.lump.when[0]``.
        part: The plan's attribute it belongs to: ``benefits``.
        kind: Kind that the formula must have.
        found: What stands there: a `Formula`, unless the author wrote something else.
        condition: Whether it must be a condition with a reason.
        earlier: For a benefit's formula, the ids of the benefits before it.
    """

    place: str
    part: str
    kind: Kind
    found: Any
    condition: bool = False
    earlier: tuple[str, ...] = ()

    @cached_property
    def nodes(self) -> tuple[n.Node, ...]:
        """The formula's sub-formulas and itself last; none for what is not a formula."""
        return order([self.found.node]).nodes if isinstance(self.found, Formula) else ()


@frozen(eq=False)
class View:
    """A plan as the checks see it.

    Attributes:
        plan: The plan.
        spots: Every place where a formula stands.
        editions: The editions that could be read.
        unread: The problems of those that could not.
    """

    plan: Plan
    spots: tuple[Spot, ...]
    editions: tuple[Edition, ...]
    unread: tuple[Problem, ...]

    def at(self, place: str, code: str, zh: str, en: str, **more: Any) -> Problem:
        """Return a problem of the plan at a place."""
        return problem(code, zh, en, where=f"{self.plan.id}: {place}", **more)

    def each(self, *wanted: type[n.Node]) -> Iterator[tuple[Spot, Any]]:
        """Yield every node of some classes with the place where it stands."""
        for spot in self.spots:
            for node in spot.nodes:
                if isinstance(node, wanted):
                    yield spot, node


Check = Callable[[View], Iterable[Problem]]


_SINGLE = {
    "premium": Kind.MONEY,
    "returns": Kind.MONEY,
    "term_months": Kind.COUNT,
    "max_shares": Kind.COUNT,
    "renewal_window": Kind.COUNT,
    "ends": Kind.FLAG,
    "event_date": Kind.DATE,
    "claim_within": Kind.COUNT,
    "report_within": Kind.COUNT,
}


_LIMITS = ("claim_within", "report_within")
"""What may be a number of days from the event, or the last day itself."""


def _is_date(found: Any) -> bool:
    return isinstance(found, Formula) and found.node.kind is Kind.DATE


def spots(plan: Plan) -> Iterator[Spot]:
    """Yield every place of a plan where a formula stands, whether or not a formula stands there."""
    for name, kind in _SINGLE.items():
        if (found := getattr(plan, name)) is not None:
            yield Spot(name, name, Kind.DATE if name in _LIMITS and _is_date(found) else kind, found)
    if plan.term_begins is not None:
        for name in ("month", "day"):
            yield Spot(f"term_begins.{name}", "term_begins", Kind.COUNT, getattr(plan.term_begins, name))
    for number, merge in enumerate(plan.merges):
        for name, kind in (("within", Kind.COUNT), ("when", Kind.FLAG), ("after", Kind.FLAG)):
            yield Spot(f"merges[{number}].{name}", "merges", kind, getattr(merge, name))
        for place, item in enumerate(merge.same):
            yield Spot(f"merges[{number}].same[{place}]", "merges", Kind.CODE, item)
    for name in ("joins", "when", "excludes"):
        yield from _conditions(name, name, getattr(plan, name))
    if plan.waiting is not None:
        for name, kind in (("nothing_to", Kind.COUNT), ("reduced_to", Kind.COUNT), ("waived", Kind.FLAG)):
            if (found := getattr(plan.waiting, name)) is not None:
                yield Spot(f"waiting.{name}", "waiting", kind, found)
    for paper in plan.papers:
        if paper.when is not None:
            yield Spot(f"papers.{paper.id}", "papers", Kind.FLAG, paper.when)
    ids = tuple(benefit.id for benefit in plan.benefits)
    for place, benefit in enumerate(plan.benefits):
        where = f"benefits.{benefit.id}"
        yield from _conditions(f"{where}.when", "benefits", benefit.when, ids[:place])
        yield Spot(f"{where}.offered", "benefits", Kind.FLAG, benefit.offered)
        yield Spot(f"{where}.pays", "benefits", Kind.MONEY, benefit.pays, earlier=ids[:place])


def _conditions(
    place: str, part: str, found: tuple[Any, ...], earlier: tuple[str, ...] = ()
) -> Iterator[Spot]:
    for number, item in enumerate(found):
        yield Spot(f"{place}[{number}]", part, Kind.FLAG, item, condition=True, earlier=earlier)


def called(parameter: Parameter) -> tuple[str, str]:
    """Return a parameter as messages name it, in Chinese and in English."""
    return f"“{parameter.label.zh}”({parameter.name})", f"{parameter.name} ({parameter.label.in_('en')})"


def quoted(node: n.Node) -> tuple[str, str]:
    """Return a formula with its kind as messages name it, in Chinese and in English."""
    return f"“{in_words(node)}”（{node.kind.label.zh}）", f'"{in_words(node, "en")}" ({node.kind.label.en})'
