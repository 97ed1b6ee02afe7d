"""What ``mutualplans quote`` was asked for, and what it says of a roster however large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

import click
from attrs import frozen

from mutualplans.cli.language import t
from mutualplans.cli.output import say_problems
from mutualplans.engine.office import Office, OfficePlan, Package
from mutualplans.model.masks import mask_digits
from mutualplans.model.people import Unit
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.plan.declaration import Plan

__all__ = ["Asked", "refuse_empty", "say_found", "say_source", "say_written"]


@frozen(kw_only=True)
class Asked:
    """What was asked for.

    Attributes:
        office: The office.
        plans: The plans to quote.
        packages: The packages to quote.
        declared: The plans whose fields and names a roster may have as columns.
        units: Units by name.
        first_day: First day of cover.
        edition: Edition to use, whatever its dates.
        named: Whether plans and packages were asked for by name.
        covers: File with earlier and present covers.
        discount: What a yuan at the end of the term is worth at its start.
        out: File for the rows.
        output_format: ``table``, ``json`` or ``csv``.
        reveal: Whether names and ID numbers are shown in full.
    """

    office: Office
    plans: Sequence[OfficePlan]
    packages: Sequence[Package]
    declared: Sequence[Plan]
    units: Mapping[str, Unit]
    first_day: date
    edition: str | None
    named: bool
    covers: str | None
    discount: Fraction | None
    out: str | None
    output_format: str
    reveal: bool

    @property
    def shortened(self) -> bool:
        """Whether long lists of persons are shown in part, because a file holds all of them."""
        return bool(self.out) and self.output_format != "json"


def say_source(path: str, encoding: str, sheet: str) -> None:
    """Say where the roster was read from, as a person checks it."""
    zh, en = f"编码 {encoding}", f"encoding {encoding}"
    if sheet:
        zh, en = f"工作表“{mask_digits(sheet)}”", f'sheet "{mask_digits(sheet)}"'
    click.echo(t(f"名册 {path}：{zh}", f"roster {path}: {en}"), err=True)


def refuse_empty(source: str, problems: Sequence[Problem], *, headers: bool, rows: int) -> None:
    """Refuse a roster without a header, or without anybody.

    Raises:
        MutualPlansError: it is one.
    """
    if not headers:
        raise MutualPlansError(*problems)
    if not rows:
        empty = problem(
            "roster.empty",
            "名册里一个人也没有",
            "the roster lists nobody",
            where=source,
            hint_zh="在表头下每人填一行",
            hint_en="add a row for each person below the header",
        )
        raise MutualPlansError(*problems, empty)


def say_found(problems: Sequence[Problem], hidden: int) -> None:
    """Say what was found, and of how many more persons there is something in the file."""
    say_problems(problems)
    if hidden:
        click.echo(
            t(
                f"还有 {hidden} 人次的说明，见写出的明细",
                f"notes on {hidden} more are in the file written",
            ),
            err=True,
        )


def say_written(path: str) -> None:
    """Say where the rows are."""
    click.echo(t(f"明细已写入 {path}", f"rows written to {path}"), err=True)
