"""The rule text of a plan, read back from its declaration under one edition: sections of sentences and tables.

It follows the order of a paper rule, so that the two can be laid side by side. Every value that is assumed,
inferred, open to the office or still to be set carries its mark wherever it appears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mutualplans.backends.phrase import show
from mutualplans.engine.ruledata import Grid, Line, Part, RuleText, Section
from mutualplans.engine.ruleparts import RuleWords
from mutualplans.engine.rulesections import SECTIONS, Writer
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Lang, Text
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition, Entry

__all__ = ["Grid", "Line", "Part", "RuleText", "Section", "premium_range", "rule_text"]


def rule_text(
    plan: Plan,
    edition: Edition,
    local: Mapping[str, Entry] | None = None,
    *,
    lang: Lang = "zh",
    mark_open: bool = True,
    plans: Mapping[str, Text] | None = None,
) -> RuleText:
    """Return the rule of a plan under an edition and, if there are any, an office's values.

    Values that the edition leaves to the office may be unset; they are marked. Those that an office may set, and
    those with a source of their own, are marked unless `mark_open` is false. `plans` says what other plans are called.
    """
    said = RuleWords(
        plan=plan, edition=edition, local=local or {}, lang=lang, mark_open=mark_open, plans=plans or {}
    )
    writer = Writer(said)
    return RuleText(
        plan=plan.id,
        title=plan.title.in_(lang),
        edition=edition.id,
        edition_title=edition.title.in_(lang),
        in_force=edition.in_force.in_words(lang),
        confidence=edition.confidence.label.in_(lang),
        assumed=len(said.assumed()),
        source=edition.source,
        sections=tuple(
            writer.with_clause(Section(id=id_, title=title.in_(lang), **write(writer)))
            for id_, title, write in SECTIONS
        ),
        lang=lang,
    )


def premium_range(
    plan: Plan, editions: Iterable[tuple[Edition, Mapping[str, Entry]]], lang: Lang = "zh"
) -> str:
    """Return between which amounts the fee of one share or tier lies, over some editions with their local values."""
    amounts: list[int] = []
    for edition, local in editions:
        said = RuleWords(plan=plan, edition=edition, local=local, lang=lang)
        for node in order([said.settled(plan.premium)]).nodes:
            if isinstance(node, n.Value) and node.kind is Kind.MONEY:
                amounts += said.plain(node.parameter)
    ends = [show(end, Kind.MONEY, None, lang) for end in (min(amounts, default=0), max(amounts, default=0))]
    if not amounts or ends[0] == ends[1]:
        return ends[0] if amounts else ""
    return {"zh": " 至 ", "en": " to "}[lang].join(ends)
