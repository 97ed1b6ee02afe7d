"""Phrases: what the word tables put together, and how values, scales and rates are printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.backends.exact import Missing
from mutualplans.expr import nodes as n
from mutualplans.model.claim import STAGES
from mutualplans.model.dates import DateRange
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding, format_yuan
from mutualplans.model.parameter import Shape
from mutualplans.model.scales import ANY, Band, Edge, Scale, Table
from mutualplans.model.text import Lang, Text
from mutualplans.model.workdays import WorkCalendar

__all__ = [
    "ATOM",
    "CLAUSE",
    "PRODUCT",
    "SUM",
    "Phrase",
    "Wording",
    "band_range",
    "band_taken",
    "calendar_range",
    "calendar_text",
    "counts_once",
    "day_range",
    "paid_in_earlier_terms",
    "scale_text",
    "show",
    "workday_number",
]

ATOM, PRODUCT, SUM, CLAUSE = range(4)


@frozen
class Phrase:
    """Words with their binding strength, so that brackets appear only where they are needed.

    Attributes:
        text: The words.
        level: `ATOM`, `PRODUCT`, `SUM` or `CLAUSE`, from strong to weak.
        other: How else it is said where what stands around asks for it: a comparison that does not hold, a
            subtraction that stops at 0, a test that counts as one; empty for anything else.
    """

    text: str
    level: int = ATOM
    other: str = ""

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
        plans: What other plans are called, by id.
        codes: What the edition calls codes: of its tables, its conditions and their classes.
        apart: Whether scales are printed apart, as tables, and only named in the words.
    """

    lang: Lang
    values: Mapping[str, Any]
    units: Mapping[n.Node, Text | None]
    results: Mapping[n.Node, Any] | None = None
    rounding: Rounding = Rounding.HALF_UP_FEN
    marks: Mapping[str, str] = field(factory=dict)
    titles: Mapping[str, Text] = field(factory=dict)
    plans: Mapping[str, Text] = field(factory=dict)
    codes: Mapping[str, Text] = field(factory=dict)
    apart: bool = False

    def title(self, benefit: str) -> str:
        """Return what a benefit is called; its id where that is not known."""
        return self.titles[benefit].in_(self.lang) if benefit in self.titles else benefit

    def plan(self, id_: str) -> str:
        """Return what another plan is called, or all earlier plans where none is named."""
        if not id_:
            return {"zh": "在先各计划", "en": "earlier plans"}[self.lang]
        if id_ in self.plans:
            return f"“{self.plans[id_].in_(self.lang)}”"
        return {"zh": f"计划 {id_} ", "en": f"plan {id_}"}[self.lang]

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
        if isinstance(value, str) and value:
            return self.code(value, node)
        return show(value, node.kind, self.units.get(node), self.lang)

    def code(self, code: str, of: n.Node) -> str:
        """Return a code that `of` may give as the edition calls it, or else its field; the code itself otherwise."""
        choices: Mapping[Any, Text] = STAGES if isinstance(of, n.ClassOf) else {}
        if isinstance(of, n.Read):
            choices = of.field.choices
        known = self.codes.get(code) or choices.get(code)
        return known.in_(self.lang) if known else code


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
    if isinstance(value, WorkCalendar):
        return calendar_text(value, lang)
    return f"{value} {unit.in_(lang)}" if unit else str(value)


def _rate(value: Any) -> str:
    percent = Fraction(value) * 100
    if (percent * 1000).denominator == 1:
        text = f"{percent.numerator * 1000 // percent.denominator:04d}"
        return f"{text[:-3]}.{text[-3:]}".rstrip("0").rstrip(".") + "%"
    return str(Fraction(value))


def scale_text(scale: Scale, measured: Kind, kind: Kind, lang: Lang) -> str:
    """Return the bands of a scale with the side of each edge."""
    return "；".join(_band_text(band, measured, kind, lang) for band in scale.bands)


def _band_text(band: Band, measured: Kind, kind: Kind, lang: Lang) -> str:
    between = "：" if lang == "zh" else ": "
    return f"{band_range(band, measured, None, lang)}{between}{show(band.gives, kind, None, lang)}"


def band_range(band: Band, measured: Kind, unit: Text | None, lang: Lang) -> str:
    """Return where a band begins and ends, each edge with its side; between two whole numbers these themselves."""
    if measured is Kind.COUNT and band.low and band.high:
        return _whole_numbers(band.low, band.high, unit, lang)
    parts = []
    if band.low and not (band.low.at == 0 and band.low.inside):
        zh, en = ("达到", "from") if band.low.inside else ("超过", "over")
        parts.append(f"{zh if lang == 'zh' else en} {show(band.low.at, measured, unit, lang)}")
    if band.high:
        zh, en = ("不超过", "up to") if band.high.inside else ("不满", "below")
        parts.append(f"{zh if lang == 'zh' else en} {show(band.high.at, measured, unit, lang)}")
    return ("、" if lang == "zh" else ", ").join(parts) or ("全部" if lang == "zh" else "all")


def _whole_numbers(low: Edge, high: Edge, unit: Text | None, lang: Lang) -> str:
    """Return the first and the last whole number of a band: ``11 至 20 天``, or the only one."""
    first = low.at if low.inside else low.at + 1
    last = high.at if high.inside else high.at - 1
    shown = show(last, Kind.COUNT, unit, lang)
    return shown if first == last else f"{first} {'至' if lang == 'zh' else 'to'} {shown}"


def band_taken(node: n.Banded, env: Wording) -> tuple[str, str, str, str] | None:
    """Return of a computed band: its range, what it gives, and where earlier claims count what all measure and what
    the band of the earlier ones gave; ``None`` where nothing was computed."""
    results = env.results or {}
    scale, base, before = (results.get(part) for part in (node.scale, node.base, node.before))
    if not isinstance(scale, Scale) or type(base) is not int or type(before) is not int:
        return None
    measured = base + before
    band = next((item for item in scale.bands if item.holds(measured)), None)
    if band is None:
        return None
    unit = env.units.get(node.base)
    return (
        band_range(band, node.scale.parameter.measured, unit, env.lang),
        env.show(band.gives, node),
        env.show(measured, node.base) if before else "",
        env.show(scale.whole(before), node) if before else "",
    )


def workday_number(node: n.WorkdayAfter, number: Phrase, env: Wording) -> tuple[str, str]:
    """Return which working day is asked for, without label and unit where it is known, and what marks the number."""
    value: Any = None
    if env.results is not None:
        value = env.results.get(node.number)
    elif isinstance(node.number, n.Value):
        value = env.values.get(node.number.parameter.name)
    elif isinstance(node.number, n.Constant):
        value = node.number.value
    if type(value) is not int:
        return number.within(SUM, env.lang), ""
    return str(value), env.mark(node.number) if isinstance(node.number, n.Value) else ""


def calendar_range(calendar: WorkCalendar, lang: Lang) -> str:
    """Return from which to which day a calendar is known."""
    return f"{calendar.first} {'至' if lang == 'zh' else 'to'} {calendar.last}"


def calendar_text(calendar: WorkCalendar, lang: Lang) -> str:
    """Return a calendar in one line: the days it knows, and how many of them differ from the days of the week."""
    off, worked = len(calendar.days_off), sum(len(part.worked) for part in calendar.parts)
    known = calendar_range(calendar, lang)
    if lang == "zh":
        return f"{known}，其中周一至周五放假 {off} 天、周末上班 {worked} 天"
    return f"{known}, of which {off} days off from Monday to Friday and {worked} weekend days worked"


def day_range(days: DateRange, lang: Lang) -> str:
    """Return a range of days, or the only one."""
    if days.first == days.last:
        return str(days.first)
    return f"{days.first} {'至' if lang == 'zh' else 'to'} {days.last}"


def counts_once(node: n.Node) -> bool:
    """Return whether a node is 1 where a test holds and else 0, perhaps once in a period: summed up, it is a number
    of times."""
    if isinstance(node, n.Once):
        return counts_once(node.base)
    return (
        isinstance(node, n.Choose)
        and node.then == n.Constant(1, Kind.COUNT)
        and node.otherwise == n.Constant(0, Kind.COUNT)
    )


def paid_in_earlier_terms(node: n.Node) -> n.PaidBefore | None:
    """Return what is paid in a lifetime where a formula takes off it what is paid in the term."""
    if not (isinstance(node, n.Subtract) and isinstance(node.left, n.PaidBefore)):
        return None
    return node.left if node.right == evolve(node.left, per=n.Period.TERM) else None
