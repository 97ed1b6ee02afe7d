"""The words backend: a formula as a sentence of the rule text, or as a step of an explanation.

The same table serves both. For the rule text every child is itself in words; for an explanation each child is its
computed value, so that ``按 18,700.00 元 × 50%`` comes from the rule that was run and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from attrs import evolve

from mutualplans.backends.phrase import CLAUSE, Phrase, Wording
from mutualplans.backends.words_en import TABLE as EN
from mutualplans.backends.words_zh import TABLE as ZH
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import Order, children, fold, order
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.text import Lang, Text

__all__ = ["in_words", "step", "table", "units"]

_DAYS = Text("天", "days")
_YEARS = Text("周岁", "years")


@lru_cache(maxsize=1_000)
def units(formula: Order) -> Mapping[n.Node, Text | None]:
    """Return the unit of each counted node: its own, or that of the first sub-formula that has one."""
    found: dict[n.Node, Text | None] = {}
    for node in formula.nodes:
        own: Text | None = None
        if isinstance(node, n.Read):
            own = node.field.unit
        elif isinstance(node, n.Value):
            own = node.parameter.unit
        elif isinstance(node, n.DaysFrom):
            own = _DAYS
        elif isinstance(node, n.CompletedYears):
            own = _YEARS
        elif node.kind is Kind.COUNT:
            own = next((found[part] for part in children(node) if found[part]), None)
        found[node] = own
    for node in formula.nodes:
        _lend_unit(node, found)
    return found


def _lend_unit(node: n.Node, found: dict[n.Node, Text | None]) -> None:
    """Give a plain number the unit of what it is compared with: 3 beside days is 3 days."""
    if isinstance(node, n.Compare | n.Within | n.Above | n.Capped | n.Add | n.Subtract):
        parts = children(node)
        unit = next((found[part] for part in parts if found[part]), None)
        for part in parts:
            if isinstance(part, n.Constant) and part.kind is Kind.COUNT:
                found[part] = unit


def table(lang: Lang) -> Mapping[type[n.Node], Callable[[Any, list[Phrase], Wording], Phrase]]:
    """Return the table of a language."""
    return ZH if lang == "zh" else EN


def in_words(
    node: n.Node,
    lang: Lang = "zh",
    *,
    values: Mapping[str, Any] | None = None,
    codes: Mapping[str, Text] | None = None,
    titles: Mapping[str, Text] | None = None,
    rounding: Rounding = Rounding.HALF_UP_FEN,
) -> str:
    """Return a formula in words; with `values` and the titles of its `codes`, as the rule of that edition.

    Args:
        node: The formula.
        lang: Language.
        values: Bound values by parameter name.
        codes: What the edition calls codes.
        titles: What benefits are called, by id.
        rounding: The edition's rounding rule.
    """
    formula = order([node])
    wording = Wording(
        lang=lang, values=values or {}, units=units(formula), rounding=rounding, codes=codes or {},
        titles=titles or {},
    )  # fmt: skip
    return str(fold(formula, table(lang), wording)[-1].text)


def step(node: n.Node, wording: Wording) -> str:
    """Return one step of an explanation: the node in words over the computed values of its children.

    Fields and values keep their names (``住院天数 4 天``); everything else appears as its value.
    """
    words = table(wording.lang)
    naming = evolve(wording, results=wording.results or {})
    parts = []
    for part in children(node):
        if isinstance(part, n.Read | n.Value | n.Constant | n.Named | n.PaidBefore | n.BenefitAmount):
            parts.append(words[type(part)](part, [Phrase("")] * len(children(part)), naming))
        elif part.kind is Kind.FLAG:
            parts.append(
                Phrase(in_words(part, wording.lang, values=wording.values, codes=wording.codes), CLAUSE)
            )
        else:
            parts.append(Phrase(naming.show((wording.results or {}).get(part), part)))
    return str(words[type(node)](node, parts, naming).text)
