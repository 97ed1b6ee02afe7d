"""Plans of one office beside each other: plans that exclude each other, limits over several plans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from mutualplans.backends.exact import Missing
from mutualplans.engine.assess import Balances, Key
from mutualplans.engine.facts import Case, Paid, period_key
from mutualplans.engine.office import OfficePlan, SharedLimit
from mutualplans.expr.nodes import Period
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.problem import MutualPlansError, Problem, problem

__all__ = ["beside_another", "counted", "rooms"]


def beside_another(item: OfficePlan, cover: Coverage, held: Iterable[Coverage]) -> Problem | None:
    """Return the problem that a person is covered by a plan beside which this one cannot be had."""
    clash = next(
        (other for other in held if other.plan in item.not_with and other.days.overlaps(cover.days)), None
    )
    if clash is None:
        return None
    return problem(
        "cover.not-with",
        f"计划 {item.plan.id} 不能与计划 {clash.plan} 同时参加，此人 {max(cover.first_day, clash.first_day)} 两者都有",
        f"plan {item.plan.id} cannot be had beside plan {clash.plan}; the person has both on "
        f"{max(cover.first_day, clash.first_day)}",
        where=f"coverage {item.plan.id}",
        hint_zh="核对参保记录：无效的一段删去或改正后再核定",
        hint_en="check the records; remove or correct the cover that is void",
    )


def rooms(
    limits: Iterable[SharedLimit],
    case: Case,
    claim: Claim,
    event: date | Missing,
    held: Iterable[Coverage],
    state: Balances,
    paid: Paid,
) -> dict[str, Any]:
    """Return what is left under each limit, in fen, before a plan is decided.

    It is `Missing` while the event date, or what an earlier plan under the limit pays, is not known.

    Raises:
        MutualPlansError: a limit for a term, and the person's terms in its plans do not begin on one day.
    """
    covers = list(held)
    found: dict[str, Any] = {}
    for limit in limits:
        undecided = [paid.by_plan.get(plan) for plan in limit.plans]
        open_ = next((item for item in (event, *undecided) if isinstance(item, Missing)), None)
        if open_ is not None or isinstance(event, Missing):
            found[limit.id] = open_
            continue
        if limit.per is Period.TERM:
            _one_term(limit, case.coverage, covers)
        found[limit.id] = max(limit.most - state[_key(limit, case, claim, event)], 0)
    return found


def counted(
    limits: Iterable[SharedLimit], case: Case, claim: Claim, event: date, amount: int
) -> dict[Key, int]:
    """Return what a decision of `amount` fen adds under each limit."""
    return {_key(limit, case, claim, event): amount for limit in limits}


def _key(limit: SharedLimit, case: Case, claim: Claim, event: date) -> Key:
    period = f"{limit.per.value} {period_key(limit.per, case, claim, event)}"
    return (case.insured.id, "*", f"limit.{limit.id}", period)


def _one_term(limit: SharedLimit, cover: Coverage, held: Iterable[Coverage]) -> None:
    other = next(
        (
            other
            for other in held
            if other.plan in limit.plans
            and other.days.overlaps(cover.days)
            and other.first_day != cover.first_day
        ),
        None,
    )
    if other is not None:
        raise MutualPlansError(
            problem(
                "cover.limit-terms",
                f"“{limit.title.zh}”按保障期计，但计划 {cover.plan} 自 {cover.first_day} 起，计划 {other.plan} 自 "
                f"{other.first_day} 起，不是同一保障期",
                f"{limit.title.in_('en')} runs over a term, but plan {cover.plan} begins on {cover.first_day} and plan "
                f"{other.plan} on {other.first_day}",
                where=f"coverage {cover.plan}",
                hint_zh='核对保障起始日；各计划保障期不同的，限额改用 per = "calendar-year"',
                hint_en='check the first days; where the terms differ, write per = "calendar-year"',
            )
        )
