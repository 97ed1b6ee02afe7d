"""Quotes of records as rows of a file and as data: one for each person and plan, then every row without a quote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from mutualplans.cli.language import t
from mutualplans.cli.quote_words import (
    COLUMNS,
    RETURNS_LABEL,
    amount,
    codes,
    net_amount,
    net_label,
    no_plan,
    sentences,
    whys,
)
from mutualplans.cli.quotes import joining_none, name_of, people_of, return_cells
from mutualplans.engine.asdata import problem_data, reason_data
from mutualplans.engine.groups import GroupQuote
from mutualplans.engine.office import PAYERS
from mutualplans.engine.quote import Quote
from mutualplans.files.roster import Entry, Roster
from mutualplans.files.write_tables import Cell, write_table
from mutualplans.model.coverage import Coverage
from mutualplans.model.masks import mask_digits, mask_id
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem
from mutualplans.model.text import Lang

__all__ = ["as_data", "rows", "write"]


def rows(
    groups: Sequence[GroupQuote],
    read: Roster,
    lang: Lang,
    *,
    reveal: bool,
    discount: Fraction | None = None,
) -> tuple[list[str], list[list[Cell]]]:
    """Return header and rows: one for each person and plan, then every row for which nothing is quoted."""
    headers = [label.in_(lang) for label in COLUMNS.values()]
    returning = any(item.returns for group in groups for item in group.quotes)
    if returning:
        headers += [RETURNS_LABEL.in_(lang), *([] if discount is None else [net_label(discount).in_(lang)])]
    people = people_of(read)
    lines: list[list[Cell]] = []
    for group in groups:
        joining = set(map(id, group.joining))
        plan = (group.title.in_(lang), group.plan)
        for item in group.quotes:
            person = _person_cells(people[item.key], reveal=reveal)
            cells = _quote_cells(item, group, lang, joins=id(item) in joining)
            if item.coverage.plan == group.plan:
                back = return_cells(item, discount) if returning else []
                lines.append([*person, *plan, *cells, *back])
                continue
            # A row for each cover of a package; what is due stands in the first.
            for number, cover in enumerate(item.covers):
                line = _cover_cells(cover, cells, first=number == 0)
                lines.append([*person, plan[0], cover.plan, *line])
        for key, problems in group.unquoted:
            cells = _not_quoted(sentences(problems, lang), problems)
            lines.append([*_person_cells(people[key], reveal=reveal), *plan, *cells])
    for entry in joining_none(groups, read):
        found = no_plan("", wants_none=entry.plans is not None)
        cells = _not_quoted(found.message.in_(lang), [found])
        lines.append([*_person_cells(entry, reveal=reveal), "", "", *cells])
    for row in read.refused:
        problems = read.refusals[row]
        cells = _not_quoted(t("退回：", "refused: ") + sentences(problems, lang), problems)
        lines.append([row, "", "", "", "", "", *cells])
    return headers, [[*line, *[""] * (len(headers) - len(line))] for line in lines]


def _person_cells(entry: Entry, *, reveal: bool) -> list[Cell]:
    number = entry.joining.insured.id_number
    return [
        int(entry.joining.key) if entry.joining.key else "",
        name_of(entry, reveal=reveal),
        mask_id(number.reveal(), reveal=reveal) if number else "",
        mask_digits(entry.joining.unit.name, reveal=reveal),
    ]


def _quote_cells(item: Quote, group: GroupQuote, lang: Lang, *, joins: bool) -> list[Cell]:
    cover = item.coverage
    unmet = () if joins else group.group
    due = item.split if joins else {}
    return [
        item.edition,
        str(cover.first_day),
        str(cover.last_day),
        cover.shares or "",
        t("是", "yes") if joins else t("否", "no"),
        amount(item.premium) if joins else "",
        *(amount(due.get(payer)) for payer in PAYERS),
        whys(item, unmet, lang),
        codes(item, unmet),
    ]


def _cover_cells(cover: Coverage, cells: list[Cell], *, first: bool) -> list[Cell]:
    """Return the cells of one cover of a package: its own edition, term and shares."""
    own: list[Cell] = [
        cover.edition or "",
        str(cover.first_day),
        str(cover.last_day),
        cover.shares or "",
    ]
    due = cells[5 : 6 + len(PAYERS)]
    return [*own, cells[4], *(due if first else [""] * len(due)), *cells[6 + len(PAYERS) :]]


def _not_quoted(why: str, problems: Iterable[Problem]) -> list[Cell]:
    """Return the cells of a row without a quote, from the edition on."""
    blank = [""] * (5 + len(PAYERS))
    return [*blank[:4], t("否", "no"), *blank[4:], why, "; ".join(one.code for one in problems)]


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
    people = people_of(read)
    return {
        "version": 1,
        "total": format_yuan(sum(group.premium for group in groups)),
        "rows_read": len(read.entries),
        "rows_refused": list(read.refused),
        "rows_without_plan": [entry.row for entry in joining_none(groups, read)],
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
                "name": name_of(people[key], reveal=reveal),
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
        "name": name_of(entry, reveal=reveal),
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
