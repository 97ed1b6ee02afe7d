"""Tables of covers: what each person has or had, such as the rows that a quote of the last term wrote.

Who continues, who is covered already and who holds a main plan is found out from it. So it is all or nothing: with one
row that cannot be read nobody could say whose history is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mutualplans.files.tables import Cell, Row, Table
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import read_raw
from mutualplans.model.identity import diagnose_id, read_id
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.plan.declaration import Plan

__all__ = ["HEADERS", "NO_COVER", "READERS", "read_covers"]

HEADERS = {
    "证件号": "id_number",
    "身份证号": "id_number",
    "id number": "id_number",
    "计划编号": "plan",
    "plan id": "plan",
    "起始日": "first_day",
    "保障起始日": "first_day",
    "first day": "first_day",
    "终止日": "last_day",
    "保障终止日": "last_day",
    "last day": "last_day",
    "转会": "transfer",
    "transfer": "transfer",
    "能否参保": "joins",
    "joins": "joins",
}
"""Header → what it holds. Other columns are not read."""

NO_COVER = ("否", "no", "false")
"""What 能否参保 says in a row that is no cover."""
_NEEDED = {"id_number": "证件号", "plan": "计划编号", "first_day": "起始日", "last_day": "终止日"}


def read_covers(table: Table, plans: Iterable[Plan]) -> dict[str, tuple[Coverage, ...]]:
    """Return ID number → covers. Rows that say 能否参保 = 否 (no, false) are no covers.

    Args:
        table: The table.
        plans: Plans that may be named by their title too.

    Raises:
        MutualPlansError: a column is missing or stands twice, or a row cannot be read; all of it is reported.
    """
    titles = {plan.title.zh: plan.id for plan in plans}
    columns = {HEADERS[header]: header for header in table.headers if header in HEADERS}
    problems = [item for item in table.problems if item.severity == "error"]
    problems += [_missing(label, table.source) for name, label in _NEEDED.items() if name not in columns]
    if problems:
        raise MutualPlansError(*problems)
    found: dict[str, list[Coverage]] = {}
    for row in table.rows:
        if _said(row, columns, "joins") in NO_COVER:
            continue
        values, wrong = _row(row, columns, titles, table)
        problems += wrong
        if not wrong:
            found.setdefault(values.pop("id_number"), []).append(Coverage(**values))
    if problems:
        raise MutualPlansError(*problems)
    return {number: tuple(covers) for number, covers in found.items()}


def _said(row: Row, columns: Mapping[str, str], name: str) -> str:
    return row.cells[columns[name]].text if name in columns else ""


def _row(
    row: Row, columns: Mapping[str, str], titles: Mapping[str, str], table: Table
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values of a row, and what is wrong with it."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, header in columns.items():
        try:
            if name in READERS:
                values[name] = READERS[name](row.cells[header])
        except ValueError as error:
            problems.append(_wrong(str(error), table.where(row.number, header)))
    if problems:
        return {}, problems
    values["plan"] = titles.get(values["plan"], values["plan"])
    if values["last_day"] < values["first_day"]:
        said = f"终止日 {values['last_day']} 早于起始日 {values['first_day']}"
        return {}, [_wrong(said, table.where(row.number, columns["last_day"]))]
    return values, []


def _id(cell: Cell) -> str:
    # What was found stays out of the messages: it is a person's.
    if "*" in cell.text:
        message = "证件号是遮盖的，认不出是谁；另存报价明细时加 --reveal，文件妥善保管"
        raise ValueError(message)
    if cell.number or diagnose_id(cell.text):
        message = "证件号读不懂或已损坏；把这一列设为“文本”格式，按证件重新录入"
        raise ValueError(message)
    return read_id(cell.text).reveal()


def _plan(cell: Cell) -> str:
    if not cell.text:
        message = "没有写计划编号"
        raise ValueError(message)
    return cell.text


READERS: Mapping[str, Callable[[Cell], Any]] = {
    "id_number": _id,
    "plan": _plan,
    "first_day": lambda cell: read_raw(Kind.DATE, cell.text),
    "last_day": lambda cell: read_raw(Kind.DATE, cell.text),
    "transfer": lambda cell: bool(cell.text) and read_raw(Kind.FLAG, cell.text),
}
"""Column → what a cell says; a ``ValueError`` tells why it cannot be read."""


def _wrong(said: str, where: str) -> Problem:
    return problem("covers.value", said, f"the row of covers cannot be read: {said}", where=where)


def _missing(label: str, source: str) -> Problem:
    return problem(
        "covers.column",
        f"保障记录缺少“{label}”一列",
        f'the table of covers lacks the column "{label}"',
        where=source,
        hint_zh=f"需要的列：{'、'.join(_NEEDED.values())}；报价明细（quote -o）都有",
        hint_en=f"needed: {', '.join(_NEEDED.values())}; the rows that quote -o writes have them",
    )
