"""Words and cells that quotes have in common, whether they come as records or as columns."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from mutualplans.cli.decisions import reason_text
from mutualplans.cli.language import t
from mutualplans.engine.office import PAYERS
from mutualplans.engine.quote import Quote
from mutualplans.files.write_tables import Cell
from mutualplans.model.decision import Reason
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Lang, Text

__all__ = [
    "COLUMNS",
    "NET",
    "RETURNS",
    "RETURNS_LABEL",
    "amount",
    "codes",
    "net_amount",
    "net_label",
    "no_plan",
    "notes",
    "place",
    "sentences",
    "whys",
]

COLUMNS = {
    "row": Text("行", "row"),
    "name": Text("姓名", "name"),
    "id_number": Text("证件号", "id number"),
    "unit": Text("单位", "unit"),
    "title": Text("计划", "plan"),
    "plan": Text("计划编号", "plan id"),
    "edition": Text("版次", "edition"),
    "first_day": Text("起始日", "first day"),
    "last_day": Text("终止日", "last day"),
    "shares": Text("份数", "shares"),
    "joins": Text("能否参保", "joins"),
    "premium_fen": Text("保费（元）", "premium"),
    **{f"{payer}_fen": label for payer, label in PAYERS.items()},
    "words": Text("原因", "reasons"),
    "reasons": Text("代码", "codes"),
}
"""The columns of a quote's rows: name in Parquet → header."""
RETURNS, NET = "returns_fen", "net"
"""Columns that are there where a plan gives something back, and where a discount is given."""
RETURNS_LABEL = Text("满期返还（元）", "comes back")


def net_label(discount: Fraction) -> Text:
    """Return the header of the net cost."""
    return Text(f"净额（元，因子 {discount}）", f"net (factor {discount})")


def amount(fen: int | None) -> Cell:
    """Return an amount in yuan as a cell; an empty one for none."""
    return "" if fen is None else Decimal(format_yuan(fen))


def net_amount(net: Fraction) -> Cell:
    """Return a net cost in yuan: to the fen where it is whole fen, else exactly, as a fraction."""
    return Decimal(format_yuan(net.numerator)) if net.denominator == 1 else str(net / 100)


def sentences(problems: Iterable[Problem], lang: Lang) -> str:
    """Return problems in one line."""
    return t("；", "; ").join(one.message.in_(lang) for one in problems)


def whys(item: Quote, group: Iterable[Reason], lang: Lang) -> str:
    """Return in one line why somebody cannot join, and what else there is to say.

    Args:
        item: The quote.
        group: Why the unit cannot join; nothing for who joins.
        lang: The language.
    """
    parts = [reason_text(reason, lang) for reason in item.reasons]
    parts += [reason.text.in_(lang) for reason in group]
    parts += [one.message.in_(lang) for one in item.problems]
    return t("；", "; ").join(parts)


def codes(item: Quote, group: Iterable[Reason]) -> str:
    """Return the same as codes."""
    found = [reason.code for reason in (*item.reasons, *group)]
    return "; ".join([*found, *(one.code for one in item.problems)])


def notes(item: Quote, lang: Lang) -> str:
    """Return what there is to say of one person's quote, assumed values included."""
    said = whys(item, (), lang)
    assumed = t("含假定值：", "rests on assumed: ") + t("、", ", ").join(item.assumed) if item.assumed else ""
    return t("；", "; ").join(part for part in (said, assumed) if part)


def place(key: str, name: str) -> str:
    """Return row and masked name; nothing for the one person that the options describe."""
    return f"{t(f'第 {key} 行', f'row {key}')} {name}".strip() if key else ""


def no_plan(where: str, *, wants_none: bool) -> Problem:
    """Return what there is to say of a person who is quoted for no plan."""
    if wants_none:
        return problem(
            "join.none-wanted",
            "没有要参加的计划，未报价",
            "wants no plan; not quoted",
            where=where,
            severity="note",
        )
    return problem(
        "join.no-plan",
        "没有计划保障这样的人（与会员关系不符），未报价",
        "no plan covers a person of this relation to the member; not quoted",
        where=where,
        severity="warning",
    )
