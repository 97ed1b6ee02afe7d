"""Packages: several plans of an office joined at once for one fee."""

from __future__ import annotations

from attrs import evolve

from mutualplans.engine.office import Office, Package
from mutualplans.engine.quote import Joining, Quote, quote, shared_out
from mutualplans.model.decision import Reason
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Text

__all__ = ["in_package", "quote_package"]


def quote_package(office: Office, package: Package, joining: Joining) -> Quote:
    """Quote a package for one person: every plan must take the person, and the package's fee is due.

    Args:
        office: The office.
        package: The package.
        joining: The person; `shares` is how many times the package is wanted, once if not stated.

    Raises:
        MutualPlansError: for one of its plans no edition is in force, or the office has not set a value.
    """
    times = joining.shares or 1
    ids = [part.plan for part in package.parts]
    quotes: list[Quote] = []
    for part in package.parts:
        others = tuple(id_ for id_ in dict.fromkeys((*ids, *joining.together)) if id_ != part.plan)
        shares = None if part.shares is None else part.shares * times
        inside = evolve(joining, shares=shares, tier=part.tier or joining.tier, together=others)
        quotes.append(quote(office.plan(part.plan), inside, charged=False))
    reasons = tuple(_of(item, reason) for item in quotes for reason in item.reasons)
    problems = tuple(found for item in quotes for found in item.problems)
    reasons += tuple(
        _of(item, Reason(code="package-shares", text=found.message))
        for item in quotes
        for found in item.problems
        if found.code == "cover.shares-void"
    )
    joins = all(item.joins for item in quotes) and not reasons
    fee = package.fee * times if joins else None
    first, *rest = quotes
    return Quote(
        plan=package.id,
        title=package.title,
        edition=" + ".join(item.edition for item in quotes),
        key=joining.key,
        coverage=first.coverage,
        also=tuple(item.coverage for item in rest),
        premium=fee,
        split=shared_out(package.split, fee),
        reasons=reasons,
        problems=problems,
        covered=any(item.covered for item in quotes),
    )


def _of(item: Quote, reason: Reason) -> Reason:
    """Return the reason with the plan that gives it."""
    text = Text(f"{item.title.zh}：{reason.text.zh}", f"{item.title.in_('en')}: {reason.text.in_('en')}")
    return evolve(reason, text=text)


def in_package(plan: str, package: str) -> Problem:
    """Return why somebody is not quoted for a plan alone who wants a package that holds it."""
    return problem(
        "join.in-package",
        f"计划 {plan} 已在所选的组合 {package} 里，不单独报价",
        f"plan {plan} is part of the package {package} that is wanted; it is not quoted alone",
        hint_zh="名册里只填组合，或只填单个计划",
        hint_en="state either the package or the plan in the roster",
    )
