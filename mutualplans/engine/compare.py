"""Plans, or editions of one plan, side by side: the 一览表, made from their rule texts."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from mutualplans.engine.ruledata import CLAUSE, Grid, Line, Part, RuleText
from mutualplans.model.text import Lang, Text

__all__ = ["Comparison", "Row", "compare"]


@frozen
class Row:
    """One line of the table.

    Attributes:
        id: Stable id, the same in every language.
        title: What is compared.
        cells: For each rule the sentences that answer.
    """

    id: str
    title: str
    cells: tuple[tuple[str, ...], ...]


@frozen
class Comparison:
    """Rules side by side.

    Attributes:
        rules: The rules, a column each.
        rows: What is compared.
    """

    rules: tuple[RuleText, ...]
    rows: tuple[Row, ...]


def compare(rules: Iterable[RuleText]) -> Comparison:
    """Return the table that puts rules (of one language) side by side."""
    columns = tuple(rules)
    rows = [
        Row(id_, _text(title, columns), tuple(_section(rule, id_) for rule in columns))
        for id_, title in _ROWS
    ]
    rows.insert(6, Row("limits", _text(_LIMITS, columns), tuple(map(_limits, columns))))
    rows.append(Row("confidence", _text(_CONFIDENCE, columns), tuple(map(_confidence, columns))))
    rows.append(Row("source", _text(_SOURCE, columns), tuple((rule.source,) for rule in columns)))
    return Comparison(columns, tuple(rows))


_ROWS = (
    ("insured", Text("保障对象", "who is covered")),
    ("premium", Text("保障费", "fee")),
    ("term", Text("保障期限", "term")),
    ("shares", Text("份数", "shares")),
    ("waiting", Text("免责期/减责期", "waiting/reduced")),
    ("benefits", Text("给付", "pays")),
    ("ends", Text("给付后保障", "after a payment")),
    ("excludes", Text("责任免除", "exclusions")),
    ("papers", Text("申领材料", "papers")),
    ("deadlines", Text("时限", "time limits")),
)
_LIMITS = Text("限额", "limits")
_CONFIDENCE = Text("可信度", "confidence")
_SOURCE = Text("来源", "source")


def _text(text: Text, rules: tuple[RuleText, ...]) -> str:
    return text.in_(rules[0].lang if rules else "zh")


def _section(rule: RuleText, id_: str) -> tuple[str, ...]:
    """Return the sentences of a section in short, its tables as ranges; of the benefits one sentence each."""
    section = rule.section(id_)
    lines = [_short(line, rule.lang) for line in section.lines if line.label != CLAUSE.in_(rule.lang)]
    benefits = [_benefit(part, rule.lang) for part in section.parts if part.pays]
    lists = [_brief(grid, rule.lang) for part in section.parts if not part.pays for grid in part.grids]
    return (*lines, *(_brief(grid, rule.lang) for grid in section.grids), *lists, *benefits)


def _short(line: Line, lang: Lang) -> str:
    """Return a sentence; conditions and persons need no label in their own row."""
    return line.text if line.label in _UNLABELLED else line.in_words(lang)


_UNLABELLED = {"参保条件", "可参保的人", "condition", "who may be insured"}


def _brief(grid: Grid, lang: Lang) -> str:
    return Line(grid.brief, grid.title).in_words(lang)


def _benefit(part: Part, lang: Lang) -> str:
    """Return one benefit in one sentence, the ranges of its tables in brackets behind it."""
    joined = {"zh": "；", "en": "; "}[lang].join(part.pays)
    tables = {"zh": "；", "en": "; "}[lang].join(_brief(grid, lang) for grid in part.grids if grid.brief)
    behind = {"zh": f"（{tables}）", "en": f" ({tables})"}[lang] if tables else ""
    return Line(joined + behind, part.title).in_words(lang)


def _limits(rule: RuleText) -> tuple[str, ...]:
    """Return what one claim brings at most, benefit by benefit."""
    parts = rule.section("benefits").parts
    return tuple(Line(part.most, part.title).in_words(rule.lang) for part in parts if part.most)


def _confidence(rule: RuleText) -> tuple[str, ...]:
    assumed = {"zh": f"假定值 {rule.assumed} 项", "en": f"{rule.assumed} assumed values"}[rule.lang]
    return (rule.confidence, assumed)
