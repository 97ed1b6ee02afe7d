"""Quotes for people: totals by plan and unit, who cannot join and why, the rows for a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import click
from attrs import evolve

from mutualplans.cli.decisions import reason_text
from mutualplans.cli.language import t
from mutualplans.cli.output import Align, print_table
from mutualplans.engine.asdata import problem_data, reason_data
from mutualplans.engine.groups import GroupQuote
from mutualplans.engine.office import PAYERS
from mutualplans.engine.quote import Quote
from mutualplans.files.roster import Entry, Roster
from mutualplans.files.write_tables import Cell, write_table
from mutualplans.model.coverage import Coverage
from mutualplans.model.masks import mask_digits, mask_id, mask_name
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Lang

__all__ = ["as_data", "print_groups", "print_person", "problems_of", "rows", "write"]


def problems_of(groups: Sequence[GroupQuote], read: Roster) -> list[Problem]:
    """Return the problems of all quotes, each once, with the row and the masked name it is about."""
    people = _people(read)
    found: list[Problem] = []
    for group in groups:
        found += group.problems
        for item in group.quotes:
            place = _place(people[item.key])
            found += [evolve(one, where=one.where or place) for one in item.problems]
    found += [_no_plan(entry) for entry in _joining_none(groups, read)]
    return list(dict.fromkeys(found))


def _place(entry: Entry) -> str:
    """Return row and masked name; nothing for the one person that the options describe."""
    key = entry.joining.key
    return f"{t(f'第 {key} 行', f'row {key}')} {_name(entry, reveal=False)}".strip() if key else ""


def _no_plan(entry: Entry) -> Problem:
    """Return what there is to say of a person who is quoted for no plan."""
    if entry.plans is None:
        return problem(
            "join.no-plan",
            "没有计划保障这样的人（与会员关系不符），未报价",
            "no plan covers a person of this relation to the member; not quoted",
            where=_place(entry),
            severity="warning",
        )
    return problem(
        "join.none-wanted",
        "没有要参加的计划，未报价",
        "wants no plan; not quoted",
        where=_place(entry),
        severity="note",
    )


def _people(read: Roster) -> dict[str, Entry]:
    return {entry.joining.key: entry for entry in read.entries}


def _joining_none(groups: Iterable[GroupQuote], read: Roster) -> list[Entry]:
    """Return the people who are quoted for no plan: they want none, or no plan covers such a person."""
    quoted = {item.key for group in groups for item in group.quotes}
    quoted |= {key for group in groups for key, _why in group.unquoted}
    return [entry for entry in read.entries if entry.joining.key not in quoted]


# ---------------------------------------------------------------- tables


def print_person(groups: Sequence[GroupQuote], lang: Lang, discount: Fraction | None) -> None:
    """Print the quotes of one person."""
    returning = any(item.returns for group in groups for item in group.quotes)
    headers = [
        t("计划", "plan"),
        t("版次", "edition"),
        t("保障期", "term"),
        t("保费（元）", "premium"),
        *(_return_headers(discount) if returning else ()),
        t("负担", "split"),
        t("说明", "notes"),
    ]
    lines = [
        (
            item.title.in_(lang),
            item.edition,
            _term(item),
            _fee(item),
            *(map(str, _return_cells(item, discount)) if returning else ()),
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


MOST_SHOWN = 200
"""Persons who cannot join that are shown, where a file holds all of them."""


def print_groups(
    groups: Sequence[GroupQuote], read: Roster, lang: Lang, *, reveal: bool, written: bool = False
) -> None:
    """Print totals by plan and unit, then everybody who cannot join; only the first of them where they are `written`."""
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
            mask_digits(group.unit, reveal=reveal),
            str(group.listed),
            str(len(group.joining)) if group.quotes else "",
            str(group.listed - len(group.joining)) if group.quotes else "",
            _money(group.premium) if group.quotes else t("未报价", "not quoted"),
            _split_total(group, lang),
        )
        for group in groups
    ]
    align: list[Align] = ["left", "left", "right", "right", "right", "right", "left"]
    if lines:
        print_table(t("报价汇总", "Totals"), headers, lines, align=align)
    if any(group.quotes for group in groups):
        click.echo(_total(groups))
    read_, refused = len(read.entries), len(read.refused)
    rows_zh, rows_en = (
        f"名册：读取 {read_} 行，退回 {refused} 行",
        f"Roster: {read_} rows read, {refused} refused",
    )
    if idle := len(_joining_none(groups, read)):
        rows_zh, rows_en = (
            f"{rows_zh}，其中 {idle} 行没有可报价的计划",
            f"{rows_en}, {idle} of them for no plan",
        )
    click.echo(t(rows_zh, rows_en))
    _print_refusals(groups, read, lang, reveal=reveal, most=MOST_SHOWN if written else None)


def _total(groups: Sequence[GroupQuote]) -> str:
    amount = _money(sum(group.premium for group in groups))
    if any(group.unquoted for group in groups):
        return t(f"保费合计（不含未报价的）：{amount} 元", f"Total premium, where quoted: {amount} yuan")
    return t(f"保费合计：{amount} 元", f"Total premium: {amount} yuan")


def _split_total(group: GroupQuote, lang: Lang) -> str:
    return _split(group.split, lang) or (t("未规定", "not set") if group.premium else "")


def _print_refusals(
    groups: Sequence[GroupQuote], read: Roster, lang: Lang, *, reveal: bool, most: int | None
) -> None:
    people = _people(read)
    lines: list[tuple[str, str, str, str]] = []
    shown = more = 0
    for group in groups:
        title = group.title.in_(lang)
        if group.unquoted and not group.quotes:
            why = _sentences(dict.fromkeys(one for _key, found in group.unquoted for one in found), lang)
            lines.append((title, t("全部", "all"), mask_digits(group.unit, reveal=reveal), why))
        else:
            lines += [
                (title, key, _name(people[key], reveal=reveal), _sentences(why_not, lang))
                for key, why_not in group.unquoted
            ]
        if group.group:
            # Its sentence holds the numbers already.
            why = t("；", "; ").join(item.text.in_(lang) for item in group.group)
            lines.append((title, t("全单位", "whole unit"), mask_digits(group.unit, reveal=reveal), why))
        told = group.refused if most is None else group.refused[: max(most - shown, 0)]
        shown, more = shown + len(told), more + len(group.refused) - len(told)
        lines += [
            (title, item.key, _name(people[item.key], reveal=reveal), _notes(item, lang)) for item in told
        ]
    if lines:
        headers = [t("计划", "plan"), t("行", "row"), t("姓名", "name"), t("原因", "why")]
        print_table(t("不能参保", "Cannot join"), headers, lines, align=["left", "right", "left", "left"])
        if more:
            click.echo(t(f"还有 {more} 人次不能参保，见写出的明细", f"{more} more are in the file written"))
        counted = Counter(
            reason.text.in_(lang) for group in groups for item in group.refused for reason in item.reasons
        )
        if counted:
            listed = t("；", "; ").join(
                t(f"{text} {count} 人次", f"{text}: {count}") for text, count in counted.most_common()
            )
            click.echo(t("原因统计：", "By reason: ") + listed)


def _sentences(problems: Iterable[Problem], lang: Lang) -> str:
    return t("；", "; ").join(one.message.in_(lang) for one in problems)


def _notes(item: Quote, lang: Lang) -> str:
    parts = [reason_text(reason, lang) for reason in item.reasons]
    parts += [one.message.in_(lang) for one in item.problems]
    if item.assumed:
        parts.append(t("含假定值：", "rests on assumed: ") + t("、", ", ").join(item.assumed))
    return t("；", "; ").join(parts)


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
    said = _notes(evolve(item, problems=tuple(told)), lang)
    if not lacking:
        return said
    short = t(f"缺 {lacking} 项，暂不报价", f"{lacking} facts are missing, not quoted")
    return t("；", "; ").join(part for part in (short, said) if part)


def _money(fen: int) -> str:
    return format_yuan(fen, grouped=True)


def _split(split: Any, lang: Lang) -> str:
    return t("，", ", ").join(f"{PAYERS[payer].in_(lang)} {_money(fen)}" for payer, fen in split.items())


def _name(entry: Entry, *, reveal: bool) -> str:
    name = entry.joining.insured.name
    return mask_name(name.reveal(), reveal=reveal) if name else ""


# ---------------------------------------------------------------- rows and data


def rows(
    groups: Sequence[GroupQuote],
    read: Roster,
    lang: Lang,
    *,
    reveal: bool,
    discount: Fraction | None = None,
) -> tuple[list[str], list[list[Cell]]]:
    """Return header and rows: one for each person and plan, then every row for which nothing is quoted."""
    headers = [
        t("行", "row"),
        t("姓名", "name"),
        t("证件号", "id number"),
        t("单位", "unit"),
        t("计划", "plan"),
        t("计划编号", "plan id"),
        t("版次", "edition"),
        t("起始日", "first day"),
        t("终止日", "last day"),
        t("份数", "shares"),
        t("能否参保", "joins"),
        t("保费（元）", "premium"),
        *(t(payer.zh, payer.en) for payer in PAYERS.values()),
        t("原因", "reasons"),
        t("代码", "codes"),
    ]
    returning = any(item.returns for group in groups for item in group.quotes)
    if returning:
        headers += _return_headers(discount)
    people = _people(read)
    lines: list[list[Cell]] = []
    for group in groups:
        joining = set(map(id, group.joining))
        plan = (group.title.in_(lang), group.plan)
        for item in group.quotes:
            person = _person_cells(people[item.key], reveal=reveal)
            cells = _quote_cells(item, group, lang, joins=id(item) in joining)
            if item.coverage.plan == group.plan:
                back = _return_cells(item, discount) if returning else []
                lines.append([*person, *plan, *cells, *back])
                continue
            # A row for each cover of a package; what is due stands in the first.
            for place, cover in enumerate(item.covers):
                line = _cover_cells(cover, cells, first=place == 0)
                lines.append([*person, plan[0], cover.plan, *line])
        for key, problems in group.unquoted:
            cells = _not_quoted([_sentences(problems, lang)], [one.code for one in problems])
            lines.append([*_person_cells(people[key], reveal=reveal), *plan, *cells])
    for entry in _joining_none(groups, read):
        found = _no_plan(entry)
        cells = _not_quoted([found.message.in_(lang)], [found.code])
        lines.append([*_person_cells(entry, reveal=reveal), "", "", *cells])
    for row in read.refused:
        problems = read.refusals[row]
        why = t("退回：", "refused: ") + _sentences(problems, lang)
        cells = _not_quoted([why], [one.code for one in problems])
        lines.append([str(row), "", "", "", "", "", *cells])
    return headers, [[*line, *[""] * (len(headers) - len(line))] for line in lines]


def _return_headers(discount: Fraction | None) -> list[str]:
    """Return the headers of what comes back at the end, and of the net cost where a discount is given."""
    net = [] if discount is None else [t(f"净额（元，因子 {discount}）", f"net (factor {discount})")]
    return [t("满期返还（元）", "comes back"), *net]


def _return_cells(item: Quote, discount: Fraction | None) -> list[Cell]:
    net = None if discount is None else item.net(discount)
    cells = [_amount(item.returns if item.joins else None)]
    return cells if discount is None else [*cells, "" if net is None else net_amount(net)]


def net_amount(net: Fraction) -> Cell:
    """Return a net cost in yuan: to the fen where it is whole fen, else exactly, as a fraction."""
    return Decimal(format_yuan(net.numerator)) if net.denominator == 1 else str(net / 100)


def _person_cells(entry: Entry, *, reveal: bool) -> list[Cell]:
    number = entry.joining.insured.id_number
    return [
        entry.joining.key,
        _name(entry, reveal=reveal),
        mask_id(number.reveal(), reveal=reveal) if number else "",
        mask_digits(entry.joining.unit.name, reveal=reveal),
    ]


def _quote_cells(item: Quote, group: GroupQuote, lang: Lang, *, joins: bool) -> list[Cell]:
    cover = item.coverage
    reasons = (*item.reasons, *(() if joins else group.group))
    whys = [reason_text(reason, lang) for reason in item.reasons]
    whys += [] if joins else [reason.text.in_(lang) for reason in group.group]
    whys += [one.message.in_(lang) for one in item.problems]
    due = item.split if joins else {}
    return [
        item.edition,
        str(cover.first_day),
        str(cover.last_day),
        str(cover.shares or ""),
        t("是", "yes") if joins else t("否", "no"),
        _amount(item.premium) if joins else "",
        *(_amount(due.get(payer)) for payer in PAYERS),
        t("；", "; ").join(whys),
        "; ".join([*(reason.code for reason in reasons), *(one.code for one in item.problems)]),
    ]


def _cover_cells(cover: Coverage, cells: list[Cell], *, first: bool) -> list[Cell]:
    """Return the cells of one cover of a package: its own edition, term and shares."""
    own: list[Cell] = [
        cover.edition or "",
        str(cover.first_day),
        str(cover.last_day),
        str(cover.shares or ""),
    ]
    due = cells[5 : 6 + len(PAYERS)]
    return [*own, cells[4], *(due if first else [""] * len(due)), *cells[6 + len(PAYERS) :]]


def _not_quoted(whys: list[str], codes: list[str]) -> list[Cell]:
    """Return the cells of a row without a quote, from the edition on."""
    blank = [""] * (5 + len(PAYERS))
    return [*blank[:4], t("否", "no"), *blank[4:], t("；", "; ").join(whys), "; ".join(codes)]


def _amount(fen: int | None) -> Cell:
    return "" if fen is None else Decimal(format_yuan(fen))


def write(
    path: str,
    groups: Sequence[GroupQuote],
    read: Roster,
    lang: Lang,
    *,
    reveal: bool,
    discount: Fraction | None = None,
) -> None:
    """Write the rows as csv or xlsx."""
    write_table(path, *rows(groups, read, lang, reveal=reveal, discount=discount))


def as_data(
    groups: Sequence[GroupQuote],
    read: Roster,
    problems: Sequence[Problem],
    lang: Lang,
    *,
    reveal: bool,
    discount: Fraction | None = None,
) -> dict[str, Any]:
    """Return the quotes as data."""
    people = _people(read)
    return {
        "version": 1,
        "total": format_yuan(sum(group.premium for group in groups)),
        "rows_read": len(read.entries),
        "rows_refused": list(read.refused),
        "rows_without_plan": [entry.row for entry in _joining_none(groups, read)],
        "plans": [_group_data(group, people, lang, discount, reveal=reveal) for group in groups],
        "problems": [problem_data(item, lang) for item in problems],
    }


def _group_data(
    group: GroupQuote, people: dict[str, Entry], lang: Lang, discount: Fraction | None, *, reveal: bool
) -> dict[str, Any]:
    return {
        "plan": group.plan,
        "title": group.title.in_(lang),
        "unit": mask_digits(group.unit, reveal=reveal),
        "listed": group.listed,
        "joining": len(group.joining),
        "premium": format_yuan(group.premium),
        "split": {payer: format_yuan(fen) for payer, fen in group.split.items()},
        "group": [reason_data(item, lang) for item in group.group],
        "quotes": [
            _quote_data(item, people[item.key], lang, discount, due=not group.group, reveal=reveal)
            for item in group.quotes
        ],
        "not_quoted": [
            {
                "row": key,
                "name": _name(people[key], reveal=reveal),
                "problems": [problem_data(one, lang) for one in why],
            }
            for key, why in group.unquoted
        ],
    }


def _cover_data(cover: Coverage) -> dict[str, Any]:
    return {
        "plan": cover.plan,
        "edition": cover.edition,
        "first_day": str(cover.first_day),
        "last_day": str(cover.last_day),
        "shares": cover.shares,
        "tier": cover.tier,
    }


def _quote_data(
    item: Quote, entry: Entry, lang: Lang, discount: Fraction | None, *, due: bool, reveal: bool
) -> dict[str, Any]:
    """Return one quote; where too few of the unit join, nothing is due and the amount stands beside."""
    premium = None if item.premium is None else format_yuan(item.premium)
    split = {payer: format_yuan(fen) for payer, fen in item.split.items()}
    net = None if discount is None else item.net(discount)
    return {
        "row": item.key,
        "name": _name(entry, reveal=reveal),
        "edition": item.edition,
        "first_day": str(item.coverage.first_day),
        "last_day": str(item.coverage.last_day),
        "covers": [_cover_data(cover) for cover in item.covers],
        "premium": premium if due else None,
        "premium_if_met": None if due else premium,
        "split": split if due else {},
        "returns": format_yuan(item.returns),
        "net": None if net is None else str(net_amount(net)),
        "reasons": [reason_data(reason, lang) for reason in item.reasons],
        "problems": [problem_data(one, lang) for one in item.problems],
        "assumed": list(item.assumed),
    }
