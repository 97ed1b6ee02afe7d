"""The accounts of a plan: what its formulas remember, under which name, and who shares it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.coverage import Coverage
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import Problem, problem
from mutualplans.plan.declaration import Benefit, Plan

__all__ = [
    "FUND",
    "SHARED",
    "Account",
    "accounts",
    "family_of",
    "fund_accounts",
    "fund_key",
    "fund_path",
    "fund_unknown",
    "sharing",
]

Account = n.Before | n.PaidBefore

SHARED = "*"
"""How the name begins under which balances are kept that several persons share; no id of a person does."""
FUND = f"{SHARED}fund"


def accounts(benefit: str, nodes: Iterable[n.Node]) -> dict[Account, str]:
    """Return the name of each account in the formulas of a benefit.

    The fund's are stated in case files: the first is named after the benefit.
    """
    found: dict[Account, str] = {}
    numbered = of_fund = 0
    for node in nodes:
        if isinstance(node, n.PaidBefore):
            found[node] = f"paid.{node.benefit or '*'}"
        elif isinstance(node, n.Before):
            numbered += 1
            found[node] = f"{benefit}.{numbered}"
            if node.whose is n.Whose.FUND:
                of_fund += 1
                found[node] = f"{benefit}.{of_fund}" if of_fund > 1 else benefit
    return found


def family_of(cover: Coverage) -> str:
    """Return under which name the balances of a cover's family are kept."""
    return f"{SHARED}family {cover.family}".rstrip()


def fund_accounts(plan: Plan) -> dict[str, Account]:
    """Return the accounts that everybody in a plan shares, by name."""
    return {
        name: node
        for benefit in plan.benefits
        for node, name in accounts(benefit.id, _nodes(plan, benefit)).items()
        if node.whose is n.Whose.FUND
    }


def sharing(plan: Plan) -> frozenset[n.Whose]:
    """Return with whom the persons in a plan share accounts; empty where every account is one person's."""
    found = (
        node.whose
        for benefit in plan.benefits
        for node in _nodes(plan, benefit)
        if isinstance(node, n.Before | n.PaidBefore)
    )
    return frozenset(found) - {n.Whose.PERSON}


# ---------------------------------------------------------------- what the fund has counted


def fund_path(*names: str) -> str:
    """Return how a case file calls an account of the fund, ``fund.PLAN.PERIOD.ACCOUNT``, or the table it stands in."""
    return ".".join(map(_key, ("fund", *names)))


def fund_key(path: str) -> tuple[str, str, str]:
    """Return plan, period and account of such a path."""
    _fund, plan, period, account = (key.strip('"') for key in _KEYS.findall(path))
    return plan, period, account


_KEYS = re.compile(r'"[^"]*"|[^."]+')


def _key(text: str) -> str:
    """Return a key as TOML writes it: in quotes where it is not bare."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else f'"{text}"'


def fund_unknown(path: str, plan: Plan, claim: str) -> Problem:
    """Return that nobody said what the fund has counted for all others; it is not 0 for that."""
    *table, account = _KEYS.findall(path)
    node = fund_accounts(plan)[account.strip('"').partition(" / ")[0]]
    value, none = ("1234.50", "0") if node.kind is Kind.MONEY else (12, 0)
    where, written, zero = ".".join(table), *(json.dumps(item) for item in (value, none))
    return problem(
        "claim.fund-unknown",
        f"计划 {plan.id} 有全体参保人共用的账户（{path}），没有说明本案以前已计多少",
        f"plan {plan.id} has an account that all insured share ({path}); what it counted before this case is not stated",
        where=claim,
        hint_zh=f"在案例文件里写 [{where}]，下一行写 {account} = {written}（全体参保人已计的数）；确实没有的写 {zero}",
        hint_en=f"write [{where}] in the case file and under it {account} = {written}, what was counted for all "
        f"insured; a real 0 is written {zero}",
    )


# ---------------------------------------------------------------- walking a plan


def _nodes(plan: Plan, benefit: Benefit) -> tuple[n.Node, ...]:
    return order([*(item.node for item in plan.conditions(benefit)), benefit.pays.node]).nodes
