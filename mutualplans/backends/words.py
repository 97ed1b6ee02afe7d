"""The words backend: a formula as a sentence of the rule text, or as a step of an explanation.

The same table serves both. For the rule text every child is itself in words; for an explanation each child is its
computed value, so that ``按 18,700.00 元 × 50%`` comes from the rule that was run and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.backends.exact import Missing
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import Order, children, fold, order
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding, format_yuan
from mutualplans.model.parameter import Shape
from mutualplans.model.scales import ANY, Band, Scale, Table
from mutualplans.model.text import Lang, Text

__all__ = ["Phrase", "Wording", "band_range", "in_words", "show", "step", "table", "units"]

ATOM, PRODUCT, SUM, CLAUSE = range(4)


@frozen
class Phrase:
    """Words with their binding strength, so that brackets appear only where they are needed.

    Attributes:
        text: The words.
        level: `ATOM`, `PRODUCT`, `SUM` or `CLAUSE`, from strong to weak.
    """

    text: str
    level: int = ATOM

    def within(self, level: int, lang: Lang) -> str:
        """Return the text, in brackets when it binds weaker than `level`."""
        if self.level <= level:
            return self.text
        return f"（{self.text}）" if lang == "zh" else f"({self.text})"


@frozen(kw_only=True)
class Wording:
    """How to put a formula into words.

    Attributes:
        lang: Language.
        values: Bound values by parameter name; empty for the rule without its edition.
        units: Unit of each counted node.
        results: Computed value of each node; ``None`` for the rule text.
        rounding: The edition's rounding rule.
        marks: What follows a value wherever it appears, by parameter name: ``［假定］``.
        titles: What benefits are called, by id.
        apart: Whether scales are printed apart, as tables, and only named in the words.
    """

    lang: Lang
    values: Mapping[str, Any]
    units: Mapping[n.Node, Text | None]
    results: Mapping[n.Node, Any] | None = None
    rounding: Rounding = Rounding.HALF_UP_FEN
    marks: Mapping[str, str] = field(factory=dict)
    titles: Mapping[str, Text] = field(factory=dict)
    apart: bool = False

    def title(self, benefit: str) -> str:
        """Return what a benefit is called; its id where that is not known."""
        return self.titles[benefit].in_(self.lang) if benefit in self.titles else benefit

    def mark(self, node: n.Value) -> str:
        """Return what follows a value wherever it appears."""
        return self.marks.get(node.parameter.name, "")

    def bare(self, node: n.Node, words: str) -> str:
        """Return a limit in a rule text: a single bound value without its label, anything else as it is."""
        if self.results is None and isinstance(node, n.Value) and node.parameter.shape is Shape.SINGLE:
            value = self.values.get(node.parameter.name)
            return words if value is None else self.show(value, node) + self.mark(node)
        return words

    def everywhere(self, table: n.Value) -> str | None:
        """Return the one value that a table gives whatever the codes are, or ``None``."""
        value = self.values.get(table.parameter.name)
        if isinstance(value, Table) and all(set(key) == {ANY} for key in value.rows):
            return self.show(next(iter(value.rows.values())), table)
        return None

    def read_keys(self, table: n.Value, keys: list[str]) -> list[str]:
        """Return those of a table's keys that decide anything under the bound values."""
        value = self.values.get(table.parameter.name)
        if not isinstance(value, Table):
            return keys
        return [key for place, key in enumerate(keys) if value.reads(place)]

    def show(self, value: Any, node: n.Node) -> str:
        """Return a value of `node` as users read it."""
        choices = node.field.choices if isinstance(node, n.Read) else {}
        if isinstance(value, str) and value in choices:
            return choices[value].in_(self.lang)
        return show(value, node.kind, self.units.get(node), self.lang)


def show(value: Any, kind: Kind, unit: Text | None, lang: Lang) -> str:
    """Return a plain value as users read it: ``24,208.00 元``, ``4 天``, ``70%``, ``是``."""
    if isinstance(value, Missing):
        return {"zh": "未填", "en": "not stated"}[lang]
    if value == "":  # the condition, or the class, of a diagnosis that is not listed
        return {"zh": "无", "en": "none"}[lang]
    if kind is Kind.MONEY and type(value) is int:
        return f"{format_yuan(value, grouped=True)} {'元' if lang == 'zh' else 'yuan'}"
    if kind is Kind.RATE:
        return _rate(value)
    if kind is Kind.FLAG:
        return {True: Text("是", "yes"), False: Text("否", "no")}[bool(value)].in_(lang)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value} {unit.in_(lang)}" if unit else str(value)


def _rate(value: Any) -> str:
    percent = Fraction(value) * 100
    if (percent * 1000).denominator == 1:
        text = f"{percent.numerator * 1000 // percent.denominator:04d}"
        return f"{text[:-3]}.{text[-3:]}".rstrip("0").rstrip(".") + "%"
    return str(Fraction(value))


_DAYS = Text("天", "days")
_YEARS = Text("周岁", "years")


def units(formula: Order) -> dict[n.Node, Text | None]:
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
    if lang == "zh":
        from mutualplans.backends.words_zh import TABLE as ZH

        return ZH
    from mutualplans.backends.words_en import TABLE as EN

    return EN


def in_words(
    node: n.Node,
    lang: Lang = "zh",
    *,
    values: Mapping[str, Any] | None = None,
    rounding: Rounding = Rounding.HALF_UP_FEN,
) -> str:
    """Return a formula in words; with `values`, as the rule of that edition."""
    formula = order([node])
    wording = Wording(lang=lang, values=values or {}, units=units(formula), rounding=rounding)
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
            parts.append(Phrase(in_words(part, wording.lang, values=wording.values), CLAUSE))
        else:
            parts.append(Phrase(naming.show((wording.results or {}).get(part), part)))
    return str(words[type(node)](node, parts, naming).text)


def scale_text(scale: Scale, measured: Kind, kind: Kind, lang: Lang) -> str:
    """Return the bands of a scale with the side of each edge."""
    return "；".join(_band_text(band, measured, kind, lang) for band in scale.bands)


def _band_text(band: Band, measured: Kind, kind: Kind, lang: Lang) -> str:
    return f"{band_range(band, measured, None, lang)} {show(band.gives, kind, None, lang)}"


def band_range(band: Band, measured: Kind, unit: Text | None, lang: Lang) -> str:
    """Return where a band begins and ends, each edge with its side."""
    parts = []
    if band.low and not (band.low.at == 0 and band.low.inside):
        zh, en = ("达到", "from") if band.low.inside else ("超过", "over")
        parts.append(f"{zh if lang == 'zh' else en} {show(band.low.at, measured, unit, lang)}")
    if band.high:
        zh, en = ("不超过", "up to") if band.high.inside else ("不满", "below")
        parts.append(f"{zh if lang == 'zh' else en} {show(band.high.at, measured, unit, lang)}")
    return ("、" if lang == "zh" else ", ").join(parts) or ("全部" if lang == "zh" else "all")
