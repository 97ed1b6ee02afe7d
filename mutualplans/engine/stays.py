"""Stays that count as one by the plan's rule, found out from the claims of a person in the order of decision.

A claim is merged with a claim decided before it, never the other way round: what was paid is not decided again when
papers of a stay in between arrive later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from attrs import frozen

from mutualplans.backends.exact import Missing
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.facts import Case, Facts
from mutualplans.model.claim import Claim
from mutualplans.model.problem import Problem, problem
from mutualplans.plan.declaration import Merge

__all__ = ["Stay", "merged", "merged_with"]


@frozen
class Stay:
    """A claim with the name of the stay that it is counted under.

    Attributes:
        claim: The claim.
        name: As `engine.facts.period_key` gives it.
    """

    claim: Claim
    name: str


def merged_with(bound: BoundPlan, case: Case, claim: Claim, decided: Sequence[Stay]) -> Stay | Missing | None:
    """Return the stay that a claim goes on with, the nearest before it, else the nearest after it; or ``None``.

    A claim with a stay number of its own goes on with nothing. `Missing` names what is not stated although it would
    tell; only claims near enough in time are asked.

    Args:
        bound: The plan.
        case: Persons, unit and cover.
        claim: The claim.
        decided: The person's claims under the cover that were decided before.
    """
    if claim.stay or not bound.plan.merges:
        return None
    for stay, before, after in _near(claim, decided):
        for number, rule in enumerate(bound.plan.merges):
            holds = _holds(bound, case, rule, number, before, after)
            if isinstance(holds, Missing):
                return holds
            if holds:
                return stay
    return None


def _near(claim: Claim, decided: Sequence[Stay]) -> Iterable[tuple[Stay, Claim, Claim]]:
    """Yield each stay with which claim comes first: those before the claim by how near they are, then those after."""
    before = [(gap, stay) for stay in decided if (gap := _gap(stay.claim, claim)) is not None]
    after = [(gap, stay) for stay in decided if (gap := _gap(claim, stay.claim)) is not None]
    for _gap_days, stay in sorted(before, key=lambda item: item[0]):
        yield stay, stay.claim, claim
    for _gap_days, stay in sorted(after, key=lambda item: item[0]):
        yield stay, claim, stay.claim


def _gap(earlier: Claim, later: Claim) -> int | None:
    """Return the days from the end of one claim to the beginning of another; ``None`` if it does not come after."""
    begin, end, start = _begin(earlier), _end(earlier), _begin(later)
    if begin is None or end is None or start is None or start < end or start < begin:
        return None
    return (start - end).days


def _begin(claim: Claim) -> date | None:
    return claim.admitted or claim.occurred


def _end(claim: Claim) -> date | None:
    if claim.discharged is not None or claim.admitted is None:
        return claim.discharged or claim.occurred
    return None if claim.days is None else claim.admitted + timedelta(days=claim.days)


def _holds(bound: BoundPlan, case: Case, rule: Merge, number: int, before: Claim, after: Claim) -> Any:
    """Return whether a rule merges two claims, or what it lacks to tell."""
    earlier, later = Facts(bound, case, before), Facts(bound, case, after)
    place = f"merges[{number}]"
    within, gap = later.value(rule.within, f"{place}.within"), _gap(before, after)
    if isinstance(within, Missing) or gap is None or gap > within:
        return within if isinstance(within, Missing) else False
    found = [later.value(rule.when, f"{place}.when"), earlier.value(rule.after, f"{place}.after")]
    for at, code in enumerate(rule.same):
        pair = [facts.value(code, f"{place}.same[{at}]") for facts in (earlier, later)]
        found.append(next((item for item in pair if isinstance(item, Missing)), pair[0] == pair[1]))
    if any(item is False for item in found):
        return False
    return next((item for item in found if isinstance(item, Missing)), True)


def merged(plan: str, claim: Claim, stay: Stay) -> Problem:
    """Say that a claim was counted as one stay with another."""
    return problem(
        "claim.merged",
        f"计划 {plan}：申领 {claim.id} 与申领 {stay.claim.id} 按规则合并为一次住院",
        f"plan {plan}: claim {claim.id} and claim {stay.claim.id} count as one stay by its rule",
        where=claim.id,
        hint_zh="确实不是一次的，给这次申领写自己的 stay（住院编号）",
        hint_en="if they are two, give this claim a stay number of its own",
        severity="note",
    )
