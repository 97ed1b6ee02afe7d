"""The results of one fold, and how to put them into words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import define

from mutualplans.backends.phrase import Wording
from mutualplans.backends.words import units
from mutualplans.engine.bind import BoundPlan
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import Order
from mutualplans.model.text import Lang, Text

__all__ = ["Workings"]


@define(eq=False, slots=False, kw_only=True)
class Workings:
    """What a fold over some formulas of a bound plan gave.

    Attributes:
        bound: The bound plan.
        order: The formulas.
        results: Value of every sub-formula.
    """

    bound: BoundPlan
    order: Order
    results: Mapping[n.Node, Any]

    @cached_property
    def units(self) -> Mapping[n.Node, Text | None]:
        """Unit of each counted node."""
        return units(self.order)

    @property
    def codes(self) -> Mapping[str, Text]:
        """What the edition calls its codes."""
        return self.bound.edition.titles

    def wording(self, lang: Lang) -> Wording:
        """Return how to put these results into words."""
        return Wording(
            lang=lang,
            values=self.bound.values,
            units=self.units,
            results=self.results,
            rounding=self.bound.edition.rounding,
            titles={item.id: item.title for item in self.bound.plan.benefits},
            codes=self.codes,
        )

    def text(self, node: n.Node, value: Any) -> Text:
        """Return a value of `node` in both languages."""
        return Text(self.wording("zh").show(value, node), self.wording("en").show(value, node))

    def words(self, node: n.Node) -> Text:
        """Return the rule text of `node` in both languages."""
        return Text(self.bound.words(node, "zh"), self.bound.words(node, "en"))
