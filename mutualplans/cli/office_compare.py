"""What an office says around its plans, as rows of the 一览表."""

from __future__ import annotations

from attrs import evolve

from mutualplans.cli.language import lang, t
from mutualplans.cli.office import described
from mutualplans.engine.compare import Comparison, Row
from mutualplans.engine.office import Office

__all__ = ["with_office"]

_ROWS = (
    ("split", "互助费负担", "who pays"),
    ("group", "团体要求", "group rule"),
    ("others", "与其他计划", "other plans"),
    ("together", "组合与合计限额", "packages and shared limits"),
)


def with_office(table: Comparison, office: Office | None) -> Comparison:
    """Return the table with the office's rows; of these only those that say something of a plan shown."""
    if office is None:
        return table
    said = described(office)
    shown = [rule.plan for rule in table.rules]
    rows = []
    for id_, zh, en in _ROWS:
        title = t(zh, en)
        cells = tuple(
            _together(office, plan, said) if id_ == "together" else _one(said.get((plan, title), ""))
            for plan in shown
        )
        if any(cells):
            rows.append(Row(id_, title, cells))
    return evolve(table, rows=(*table.rows, *rows))


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _together(office: Office, plan: str, said: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """Return the packages and limits that a plan is part of."""
    title = t("组合", "package")
    packages = [said[package.id, title] for package in office.packages if plan in package.plans]
    limits = [said["", limit.title.in_(lang())] for limit in office.limits if plan in limit.plans]
    return (*packages, *limits)
