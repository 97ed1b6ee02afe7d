"""A rule text, and several side by side, as documents."""

from __future__ import annotations

from collections.abc import Iterator

from mutualplans.documents.model import Block, Document, Heading, Side, side_by_side
from mutualplans.engine.compare import Comparison
from mutualplans.engine.ruledata import RuleText
from mutualplans.model.text import Lang, Text

__all__ = ["comparison_document", "comparison_table", "rule_document"]

_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def rule_document(rule: RuleText) -> Document:
    """Return a rule text as a document: numbered sections, and below them their parts."""
    zh = rule.lang == "zh"
    title = f"{rule.title}（{rule.plan}）" if zh else f"{rule.title} ({rule.plan})"
    edition = (
        f"版次：{rule.edition_title}（{rule.edition}），{rule.in_force}，{rule.confidence}，"
        f"假定值 {rule.assumed} 项"
        if zh
        else f"Edition: {rule.edition_title} ({rule.edition}), {rule.in_force}, {rule.confidence}, "
        f"{rule.assumed} assumed values"
    )
    return Document(title=title, under=(edition,), blocks=tuple(_blocks(rule)), lang=rule.lang)


def _blocks(rule: RuleText) -> Iterator[Block]:
    zh = rule.lang == "zh"
    for number, section in enumerate(rule.sections):
        place = f"{_NUMERALS[number]}、" if zh else f"{number + 1}. "
        yield Heading(place + section.title)
        yield from section.lines
        yield from section.grids
        for part in section.parts:
            if part.lines or part.grids:
                yield Heading(part.title, 3)
                yield from part.lines
                yield from part.grids


_COMPARISON = Text("互助保障计划一览表", "Mutual-aid plans side by side")
_ROW = Text("项目", "row")


def comparison_document(table: Comparison, lang: Lang, title: str = "") -> Document:
    """Return rules side by side as a document; `title` in the place of the usual one."""
    return Document(title=title or _COMPARISON.in_(lang), blocks=(comparison_table(table, lang),), lang=lang)


def comparison_table(table: Comparison, lang: Lang) -> Side:
    """Return rules side by side: a column for each, headed by its title, edition and ``plan:edition``."""
    heads = (f"{rule.title}\n{rule.edition_title}\n{rule.plan}:{rule.edition}" for rule in table.rules)
    return side_by_side(_ROW.in_(lang), heads, ((row.title, row.cells) for row in table.rows))
