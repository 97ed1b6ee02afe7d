"""Quotes for people: totals by plan and unit, who cannot join and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import click
from attrs import evolve, frozen

from mutualplans.cli.language import t
from mutualplans.cli.output import Align, print_table
from mutualplans.cli.quote_words import (
    RETURNS_LABEL,
    amount,
    net_amount,
    net_label,
    no_plan,
    notes,
    place,
    sentences,
)
from mutualplans.engine.groups import GroupQuote
from mutualplans.engine.office import PAYERS
from mutualplans.engine.quote import Quote
from mutualplans.files.roster import Entry, Roster
from mutualplans.files.write_tables import Cell
from mutualplans.model.decision import Reason
from mutualplans.model.masks import mask_digits, mask_name
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem
from mutualplans.model.text import Lang, Text

__all__ = [
    "MOST_SHOWN",
    "Counted",
    "Said",
    "Summary",
    "joining_none",
    "name_of",
    "people_of",
    "print_groups",
    "print_person",
    "problems_of",
    "return_cells",
    "summaries_of",
]

MOST_SHOWN = 200
"""Persons of whom there is something to say that are shown, where a file holds all of them."""


@frozen(kw_only=True)
class Summary:
    """What is told of one plan and unit.

    Attributes:
        title: What the plan is called.
        unit: Name of the unit.
        listed: How many persons want to join.
        quoted: How many of them have a quote.
        joining: How many join.
        premium: Fen for all who join.
        split: Payer → fen for all who join.
        group: Why the unit cannot join.
        unquoted: Key of each person without a quote, with why.
        cannot: How many have a quote and cannot join for reasons or facts of their own.
        told: Returns the keys and quotes of the first of those.
        reasons: Why they cannot join → how many.
    """

    title: Text
    unit: str
    listed: int
    quoted: int
    joining: int
    premium: int
    split: Mapping[str, int]
    group: tuple[Reason, ...]
    unquoted: Sequence[tuple[str, tuple[Problem, ...]]]
    cannot: int
    told: Callable[[int], Iterable[tuple[str, Quote]]]
    reasons: Mapping[Text, int]


@frozen(kw_only=True)
class Counted:
    """How many rows of a roster there are: read, refused, and read without a plan to quote."""

    read: int
    refused: int
    idle: int


@frozen(kw_only=True)
class Said:
    """What is wrong with quotes, each problem once.

    Attributes:
        problems: The problems that are told.
        hidden: Of how many persons more there are some.
        failed: Whether an error is among any of them.
    """

    problems: tuple[Problem, ...]
    hidden: int
    failed: bool


def summaries_of(groups: Iterable[GroupQuote]) -> list[Summary]:
    """Return what is told of quotes that are records."""
    return [
        Summary(
            title=group.title,
            unit=group.unit,
            listed=group.listed,
            quoted=len(group.quotes),
            joining=len(group.joining),
            premium=group.premium,
            split=group.split,
            group=group.group,
            unquoted=group.unquoted,
            cannot=len(group.refused),
            told=lambda most, group=group: [(item.key, item) for item in group.refused[:most]],  # type: ignore[misc]
            reasons=Counter(reason.text for item in group.refused for reason in item.reasons),
        )
        for group in groups
    ]


def problems_of(groups: Sequence[GroupQuote], read: Roster, most: int | None) -> Said:
    """Return the problems of all quotes, each once, with the row and the masked name it is about.

    Args:
        groups: The quotes.
        read: The roster.
        most: Of how many persons those about themselves are wanted; ``None`` for all.
    """
    people = people_of(read)
    found: dict[Problem, None] = {}
    shown = hidden = 0
    failed = False
    for group in groups:
        found |= dict.fromkeys(group.problems)
        for item in group.quotes:
            failed |= any(one.severity == "error" for one in item.problems)
            if item.problems and most is not None and shown >= most:
                hidden += 1
            elif item.problems:
                shown += 1
                where = _place(people[item.key])
                found |= dict.fromkeys(evolve(one, where=one.where or where) for one in item.problems)
    idle = joining_none(groups, read)
    told = idle if most is None else idle[: max(most - shown, 0)]
    found |= dict.fromkeys(no_plan(_place(entry), wants_none=entry.plans is not None) for entry in told)
    return Said(
        problems=tuple(found),
        hidden=hidden + len(idle) - len(told),
        failed=failed or any(one.severity == "error" for one in found),
    )


def _place(entry: Entry) -> str:
    return place(entry.joining.key, name_of(entry, reveal=False))


def people_of(read: Roster) -> dict[str, Entry]:
    """Return the people of a roster by key."""
    return {entry.joining.key: entry for entry in read.entries}


def joining_none(groups: Iterable[GroupQuote], read: Roster) -> list[Entry]:
    """Return the people who are quoted for no plan: they want none, or no plan covers such a person."""
    quoted = {item.key for group in groups for item in group.quotes}
    quoted |= {key for group in groups for key, _why in group.unquoted}
    return [entry for entry in read.entries if entry.joining.key not in quoted]


def name_of(entry: Entry, *, reveal: bool) -> str:
    """Return the name of the person insured, masked unless it is to be revealed."""
    name = entry.joining.insured.name
    return mask_name(name.reveal(), reveal=reveal) if name else ""


# ---------------------------------------------------------------- one person


def print_person(groups: Sequence[GroupQuote], lang: Lang, discount: Fraction | None) -> None:
    """Print the quotes of one person."""
    returning = any(item.returns for group in groups for item in group.quotes)
    net = [] if discount is None else [net_label(discount).in_(lang)]
    headers = [
        t("计划", "plan"),
        t("版次", "edition"),
        t("保障期", "term"),
        t("保费（元）", "premium"),
        *([RETURNS_LABEL.in_(lang), *net] if returning else ()),
        t("负担", "split"),
        t("说明", "notes"),
    ]
    lines = [
        (
            item.title.in_(lang),
            item.edition,
            _term(item),
            _fee(item),
            *(map(str, return_cells(item, discount)) if returning else ()),
            _split(item.split, lang),
            _notes_of_one(item, lang),
        )
        for group in groups
        for item in group.quotes
    ]
    if lines:
        amounts: list[Align] = ["right"] * (len(headers) - 5)
        print_table(
            t("报价", "Quote"), headers, lines, align=["left", "left", "left", *amounts, "left", "left"]
        )


def return_cells(item: Quote, discount: Fraction | None) -> list[Cell]:
    """Return what comes back at the end, and the net cost where a discount is given."""
    net = None if discount is None else item.net(discount)
    cells = [amount(item.returns if item.joins else None)]
    return cells if discount is None else [*cells, "" if net is None else net_amount(net)]


def _term(item: Quote) -> str:
    """Return the days of a cover; where the last one is not known, only the first."""
    first, last = item.coverage.first_day, item.coverage.last_day
    if item.premium is None and first == last:
        return t(f"自 {first}", f"from {first}")
    return t(f"{first} 至 {last}", f"{first} to {last}")


def _fee(item: Quote) -> str:
    if item.premium is not None:
        return _money(item.premium)
    return t("不能参保", "cannot join") if item.reasons else t("待补充", "incomplete")


def _notes_of_one(item: Quote, lang: Lang) -> str:
    """Return the notes on one person's quote; what is missing stands below the table, each with what to do."""
    told = [one for one in item.problems if one.code != "join.missing-field"]
    lacking = len(item.problems) - len(told)
    said = notes(evolve(item, problems=tuple(told)), lang)
    if not lacking:
        return said
    short = t(f"缺 {lacking} 项，暂不报价", f"{lacking} facts are missing, not quoted")
    return t("；", "; ").join(part for part in (short, said) if part)


# ---------------------------------------------------------------- a roster


def print_groups(
    summaries: Sequence[Summary],
    rows: Counted,
    name: Callable[[str], str],
    lang: Lang,
    *,
    reveal: bool,
    written: bool = False,
) -> None:
    """Print totals by plan and unit, then everybody who cannot join.

    Args:
        summaries: What is told of each plan and unit.
        rows: The rows of the roster.
        name: Returns the name of a person by the key, masked as asked for.
        lang: The language.
        reveal: Whether numbers in names of units are shown in full.
        written: Whether a file holds everybody; then only the first are shown.
    """
    headers = [
        t("计划", "plan"),
        t("单位", "unit"),
        t("名册", "listed"),
        t("可参保", "join"),
        t("不能", "cannot"),
        t("保费（元）", "premium"),
        t("负担（元）", "split"),
    ]
    lines = [
        (
            item.title.in_(lang),
            mask_digits(item.unit, reveal=reveal),
            str(item.listed),
            str(item.joining) if item.quoted else "",
            str(item.listed - item.joining) if item.quoted else "",
            _money(item.premium) if item.quoted else t("未报价", "not quoted"),
            _split(item.split, lang) or (t("未规定", "not set") if item.premium else ""),
        )
        for item in summaries
    ]
    align: list[Align] = ["left", "left", "right", "right", "right", "right", "left"]
    if lines:
        print_table(t("报价汇总", "Totals"), headers, lines, align=align)
    if any(item.quoted for item in summaries):
        click.echo(_total(summaries))
    rows_zh, rows_en = (
        f"名册：读取 {rows.read} 行，退回 {rows.refused} 行",
        f"Roster: {rows.read} rows read, {rows.refused} refused",
    )
    if rows.idle:
        rows_zh, rows_en = (
            f"{rows_zh}，其中 {rows.idle} 行没有可报价的计划",
            f"{rows_en}, {rows.idle} of them for no plan",
        )
    click.echo(t(rows_zh, rows_en))
    _print_refusals(summaries, name, lang, reveal=reveal, most=MOST_SHOWN if written else None)


def _total(summaries: Sequence[Summary]) -> str:
    total = _money(sum(item.premium for item in summaries))
    if any(item.unquoted for item in summaries):
        return t(f"保费合计（不含未报价的）：{total} 元", f"Total premium, where quoted: {total} yuan")
    return t(f"保费合计：{total} 元", f"Total premium: {total} yuan")


def _print_refusals(
    summaries: Sequence[Summary], name: Callable[[str], str], lang: Lang, *, reveal: bool, most: int | None
) -> None:
    lines: list[tuple[str, str, str, str]] = []
    counted: Counter[str] = Counter()
    shown = more = 0
    for item in summaries:
        title, unit = item.title.in_(lang), mask_digits(item.unit, reveal=reveal)
        if item.unquoted and not item.quoted:
            why = sentences(dict.fromkeys(one for _key, found in item.unquoted for one in found), lang)
            lines.append((title, t("全部", "all"), unit, why))
        else:
            lines += [(title, key, name(key), sentences(why_not, lang)) for key, why_not in item.unquoted]
        if item.group:
            # Its sentence holds the numbers already.
            why = t("；", "; ").join(reason.text.in_(lang) for reason in item.group)
            lines.append((title, t("全单位", "whole unit"), unit, why))
        told = list(item.told(item.cannot if most is None else max(most - shown, 0)))
        shown, more = shown + len(told), more + item.cannot - len(told)
        lines += [(title, key, name(key), notes(quote, lang)) for key, quote in told]
        counted.update({text.in_(lang): count for text, count in item.reasons.items()})
    if lines:
        headers = [t("计划", "plan"), t("行", "row"), t("姓名", "name"), t("原因", "why")]
        print_table(t("不能参保", "Cannot join"), headers, lines, align=["left", "right", "left", "left"])
        if more:
            click.echo(t(f"还有 {more} 人次不能参保，见写出的明细", f"{more} more are in the file written"))
        if counted:
            listed = t("；", "; ").join(
                t(f"{text} {count} 人次", f"{text}: {count}") for text, count in counted.most_common()
            )
            click.echo(t("原因统计：", "By reason: ") + listed)


def _money(fen: int) -> str:
    return format_yuan(fen, grouped=True)


def _split(split: Any, lang: Lang) -> str:
    return t("，", ", ").join(f"{PAYERS[payer].in_(lang)} {_money(fen)}" for payer, fen in split.items())
