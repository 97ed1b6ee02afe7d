"""Quotes for people: totals by plan and unit, who cannot join and why, the rows for a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import click
from attrs import evolve

from mutualplans.cli.decisions import reason_text
from mutualplans.cli.language import t
from mutualplans.cli.output import Align, print_table
from mutualplans.engine.asdata import problem_data, reason_data
from mutualplans.engine.office import PAYERS, OfficePlan
from mutualplans.engine.quote import GroupQuote, Quote, quote_group
from mutualplans.files.roster import Entry, Roster
from mutualplans.files.write_tables import write_table
from mutualplans.model.identity import mask_id, mask_name
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem
from mutualplans.model.text import Lang

__all__ = ["as_data", "print_groups", "print_person", "problems_of", "quote_all", "rows", "write"]


def quote_all(plans: Sequence[OfficePlan], entries: Sequence[Entry], edition: str | None) -> list[GroupQuote]:
    """Quote every plan for every unit, each person for the plans that the roster names for them."""
    groups = []
    units = {entry.joining.unit.name: entry.joining.unit for entry in entries}
    for item in plans:
        for name, unit in units.items():
            joinings = [
                evolve(entry.joining, shares=(entry.plans or {}).get(item.plan.id, entry.joining.shares))
                for entry in entries
                if entry.joining.unit.name == name and _wants(entry, item)
            ]
            if joinings:
                groups.append(quote_group(item, unit, joinings, edition=edition))
    return groups


def _wants(entry: Entry, item: OfficePlan) -> bool:
    """Return whether a row is about this plan: named in it, or, where it names none, for such a person."""
    if entry.plans is not None:
        return item.plan.id in entry.plans
    return entry.joining.insured.relation in item.plan.insures


def problems_of(groups: Iterable[GroupQuote]) -> list[Problem]:
    """Return the problems of all quotes, each once, with the row it is about."""
    found: list[Problem] = []
    for group in groups:
        found += group.problems
        for item in group.quotes:
            place = t(f"第 {item.key} 行", f"row {item.key}") if item.key else ""
            found += [evolve(one, where=one.where or place) for one in item.problems]
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------- tables


def print_person(groups: Sequence[GroupQuote], lang: Lang) -> None:
    """Print the quotes of one person."""
    headers = [
        t("计划", "plan"),
        t("版次", "edition"),
        t("保障期", "term"),
        t("保费（元）", "premium"),
        t("负担", "split"),
        t("说明", "notes"),
    ]
    lines = []
    for group in groups:
        for item in group.quotes:
            term = f"{item.coverage.first_day} {t('至', 'to')} {item.coverage.last_day}"
            lines.append(
                (
                    item.title.in_(lang),
                    item.edition,
                    term,
                    _fee(item),
                    _split(item.split, lang),
                    _notes(item, lang),
                )
            )
    print_table(t("报价", "Quote"), headers, lines, align=["left", "left", "left", "right", "left", "left"])


def print_groups(groups: Sequence[GroupQuote], read: Roster, lang: Lang, *, reveal: bool) -> None:
    """Print totals by plan and unit, then everybody who cannot join."""
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
            group.title.in_(lang),
            group.unit,
            str(len(group.quotes)),
            str(len(group.joining)),
            str(len(group.quotes) - len(group.joining)),
            _money(group.premium),
            _split(group.split, lang) or t("未规定", "not set"),
        )
        for group in groups
    ]
    align: list[Align] = ["left", "left", "right", "right", "right", "right", "left"]
    print_table(t("报价汇总", "Totals"), headers, lines, align=align)
    total = sum(group.premium for group in groups)
    click.echo(t(f"保费合计：{_money(total)} 元", f"Total premium: {_money(total)} yuan"))
    read_, refused = len(read.entries), len(read.refused)
    click.echo(
        t(f"名册：读取 {read_} 行，退回 {refused} 行", f"Roster: {read_} rows read, {refused} rows refused")
    )
    _print_refusals(groups, read, lang, reveal=reveal)


def _print_refusals(groups: Sequence[GroupQuote], read: Roster, lang: Lang, *, reveal: bool) -> None:
    people = {str(entry.row): entry for entry in read.entries}
    lines = []
    for group in groups:
        if group.group:
            why = t("；", "; ").join(reason_text(item, lang) for item in group.group)
            lines.append((group.title.in_(lang), t("全单位", "whole unit"), group.unit, why))
        for item in group.refused:
            entry = people[item.key]
            name = _name(entry, reveal=reveal)
            lines.append((group.title.in_(lang), item.key, name, _notes(item, lang)))
    if lines:
        headers = [t("计划", "plan"), t("行", "row"), t("姓名", "name"), t("原因", "why")]
        print_table(t("不能参保", "Cannot join"), headers, lines, align=["left", "right", "left", "left"])
        counted = Counter(
            reason.code for group in groups for item in group.refused for reason in item.reasons
        )
        if counted:
            listed = t("、", ", ").join(f"{code} {count}" for code, count in counted.most_common())
            click.echo(t("原因统计：", "By reason: ") + listed)


def _notes(item: Quote, lang: Lang) -> str:
    parts = [reason_text(reason, lang) for reason in item.reasons]
    parts += [one.message.in_(lang) for one in item.problems]
    if item.assumed:
        parts.append(t("含假定值：", "rests on assumed: ") + t("、", ", ").join(item.assumed))
    return t("；", "; ").join(parts)


def _fee(item: Quote) -> str:
    return t("不能参保", "cannot join") if item.premium is None else _money(item.premium)


def _money(fen: int) -> str:
    return format_yuan(fen, grouped=True)


def _split(split: Any, lang: Lang) -> str:
    return t("，", ", ").join(f"{PAYERS[payer].in_(lang)} {_money(fen)}" for payer, fen in split.items())


def _name(entry: Entry, *, reveal: bool) -> str:
    name = entry.joining.insured.name
    return mask_name(name.reveal(), reveal=reveal) if name else ""


# ---------------------------------------------------------------- rows and data


def rows(groups: Sequence[GroupQuote], read: Roster, *, reveal: bool) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: one for each person and plan."""
    headers = [
        t("行", "row"),
        t("姓名", "name"),
        t("证件号", "id number"),
        t("单位", "unit"),
        t("计划", "plan"),
        t("版次", "edition"),
        t("起始日", "first day"),
        t("终止日", "last day"),
        t("份数", "shares"),
        t("能否参保", "joins"),
        t("保费（元）", "premium"),
        *(t(payer.zh, payer.en) for payer in PAYERS.values()),
        t("原因", "reasons"),
    ]
    people = {str(entry.row): entry for entry in read.entries}
    lines = []
    for group in groups:
        joining = set(map(id, group.joining))
        for item in group.quotes:
            joins = id(item) in joining
            codes = [reason.code for reason in (*item.reasons, *(() if joins else group.group))]
            codes += [one.code for one in item.problems]
            lines.append(_row(item, group, people.get(item.key or "1"), codes, joins=joins, reveal=reveal))
    return headers, lines


def _row(
    item: Quote, group: GroupQuote, entry: Entry | None, codes: list[str], *, joins: bool, reveal: bool
) -> list[str]:
    number = entry.joining.insured.id_number if entry else None
    cover = item.coverage
    return [
        item.key,
        _name(entry, reveal=reveal) if entry else "",
        mask_id(number.reveal(), reveal=reveal) if number else "",
        group.unit,
        item.plan,
        item.edition,
        str(cover.first_day),
        str(cover.last_day),
        str(cover.shares or ""),
        t("是", "yes") if joins else t("否", "no"),
        format_yuan(item.premium) if joins and item.premium is not None else "",
        *(format_yuan(item.split[payer]) if joins and payer in item.split else "" for payer in PAYERS),
        "; ".join(codes),
    ]


def write(path: str, groups: Sequence[GroupQuote], read: Roster, *, reveal: bool) -> None:
    """Write the rows as csv or xlsx, and after them every row of the roster that was refused."""
    headers, lines = rows(groups, read, reveal=reveal)
    blank = [""] * (len(headers) - 2)
    note = t("该行有误，未报价", "row refused, not quoted")
    write_table(path, headers, [*lines, *([str(row), *blank, note] for row in read.refused)])


def as_data(
    groups: Sequence[GroupQuote], read: Roster, problems: Sequence[Problem], lang: Lang, *, reveal: bool
) -> dict[str, Any]:
    """Return the quotes as data."""
    people = {str(entry.row): entry for entry in read.entries}
    return {
        "version": 1,
        "total": format_yuan(sum(group.premium for group in groups)),
        "rows_read": len(read.entries),
        "rows_refused": list(read.refused),
        "plans": [_group_data(group, people, lang, reveal=reveal) for group in groups],
        "problems": [problem_data(item, lang) for item in problems],
    }


def _group_data(group: GroupQuote, people: dict[str, Entry], lang: Lang, *, reveal: bool) -> dict[str, Any]:
    return {
        "plan": group.plan,
        "title": group.title.in_(lang),
        "unit": group.unit,
        "listed": len(group.quotes),
        "joining": len(group.joining),
        "premium": format_yuan(group.premium),
        "split": {payer: format_yuan(fen) for payer, fen in group.split.items()},
        "group": [reason_data(item, lang) for item in group.group],
        "quotes": [_quote_data(item, people, lang, reveal=reveal) for item in group.quotes],
    }


def _quote_data(item: Quote, people: dict[str, Entry], lang: Lang, *, reveal: bool) -> dict[str, Any]:
    entry = people.get(item.key or "1")
    return {
        "row": item.key,
        "name": _name(entry, reveal=reveal) if entry else "",
        "edition": item.edition,
        "first_day": str(item.coverage.first_day),
        "last_day": str(item.coverage.last_day),
        "premium": None if item.premium is None else format_yuan(item.premium),
        "split": {payer: format_yuan(fen) for payer, fen in item.split.items()},
        "reasons": [reason_data(reason, lang) for reason in item.reasons],
        "problems": [problem_data(one, lang) for one in item.problems],
        "assumed": list(item.assumed),
    }
