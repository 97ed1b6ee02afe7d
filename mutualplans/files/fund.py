"""The table ``[fund]`` of a case file: what accounts that everybody shares had counted before the case.

``[fund.PLAN.PERIOD]`` with ``ACCOUNT = value``: the decision that lacks one says what to write. The period is a year
(``2024``), the first day of a policy year (``2024-07-01``) or ``life``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from mutualplans.engine.accounts import Account, fund_accounts
from mutualplans.expr.nodes import Period
from mutualplans.model.dates import read_date
from mutualplans.model.fields import read_raw
from mutualplans.model.money import Money
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.text import FaultError, Text, said
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan

__all__ = ["read_fund"]

Fund = dict[tuple[str, str, str], int]
"""(plan, period, account) → fen or count."""


def read_fund(file: TomlFile, plans: Iterable[Plan]) -> tuple[Fund, list[Problem]]:
    """Read the table ``[fund]``; returns what is sound, and what is wrong with the rest."""
    reading = _Reading(file, {plan.id: fund_accounts(plan) for plan in plans})
    found = {
        (plan, period, account): value
        for plan, of_plan in reading.tables(file.data.get("fund", {}), "fund")
        for period, accounts in reading.tables(of_plan, "fund", plan)
        for account, raw in accounts.items()
        if (value := reading.value(plan, period, account, raw)) is not None
    }
    return found, reading.problems


@define(eq=False)
class _Reading:
    """Reads the tables and gathers the problems."""

    file: TomlFile
    known: Mapping[str, Mapping[str, Account]]
    problems: list[Problem] = field(factory=list)

    def tables(self, raw: Any, *path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the tables inside a table, with their keys; anything else is a problem."""
        if not isinstance(raw, dict):
            self._wrong(path, *_HOW)
            return
        for key, found in raw.items():
            if isinstance(found, dict):
                yield key, found
            else:
                self._wrong((*path, key), *_HOW)

    def value(self, plan: str, period: str, account: str, raw: Any) -> int | None:
        """Return what an account is said to have counted; ``None`` where that is wrong."""
        path = ("fund", plan, period, account)
        if plan not in self.known:
            self._unknown(path[:2], "计划", "plan", plan, self.known)
            return None
        name, split, _code = account.partition(" / ")
        node = self.known[plan].get(name)
        if node is None or bool(split) != (node.by is not None):
            names = [f"{key} / …" if item.by is not None else key for key, item in self.known[plan].items()]
            self._unknown(path, "全体参保人共用的账户", "account that all insured share", account, names)
            return None
        if fault := _period_fault(node.per, period):
            self._wrong(path[:3], fault.zh, fault.in_("en"))
            return None
        try:
            made = read_raw(node.kind, raw)
            value = made.fen if isinstance(made, Money) else made
            if value < 0:
                raise FaultError(Text(f"不能小于 0；现在写的是 {raw}", f"must not be below 0; found {raw}"))
        except ValueError as error:
            self._wrong(path, said(error).zh, said(error).in_("en"))
            return None
        return int(value)

    def _unknown(self, path: tuple[str, ...], zh: str, en: str, found: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = nearest(found, names)
        listed = "、".join(names) or "一个也没有"
        self.problems.append(
            problem(
                "file.unknown-key",
                f'没有这样的{zh} "{found}"；有：{listed}',
                f'no {en} "{found}"; there are: {", ".join(names) or "none"}',
                where=self.file.where(*path),
                hint_zh=f'是不是 "{close}"？' if close else "缺哪一个，核定时会说明怎样写",
                hint_en=f'did you mean "{close}"?'
                if close
                else "a decision that lacks one says how to write it",
            )
        )

    def _wrong(self, path: tuple[str, ...], zh: str, en: str) -> None:
        self.problems.append(problem("file.value", zh, en, where=self.file.where(*path)))


_HOW = (
    '应写成 [fund.计划.2024]，下面每行一个账户，如 support = "1234.50"',
    'expected [fund.PLAN.2024] with a line for each account, such as support = "1234.50"',
)


def _period_fault(per: Period, found: str) -> Text | None:
    """Return what is wrong with the name of a period."""
    if per is Period.CALENDAR_YEAR and not re.fullmatch(r"[1-9]\d{3}", found):
        return Text(
            f'应为自然年度，如 2024；现在是 "{found}"', f'expected a year such as 2024; found "{found}"'
        )
    if per is Period.LIFETIME and found != "life":
        return Text(f'历年累计的写 life；现在是 "{found}"', f'expected life; found "{found}"')
    if per is Period.POLICY_YEAR:
        try:
            read_date(found)
        except ValueError:
            zh = f'应为保障年度的第一天，如 2024-07-01；现在是 "{found}"'
            return Text(zh, f'expected the first day of the policy year, such as 2024-07-01; found "{found}"')
    return None
