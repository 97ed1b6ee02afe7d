"""What must not be counted twice: the same claim entered again, the same days in hospital."""

from __future__ import annotations

from datetime import timedelta

from attrs import define, evolve, field

from mutualplans.engine.bind import Program
from mutualplans.engine.facts import stay_days
from mutualplans.expr import nodes as n
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.dates import DateRange
from mutualplans.model.problem import Problem, problem

__all__ = ["Entered", "counted_twice", "counts_stay", "same_days"]


@define(eq=False)
class Entered:
    """The claims of one case that were taken so far.

    Two claims are the same when one person has them under one number, or when they say the same. Two events that
    say the same are told apart by their `incident`.
    """

    numbers: set[tuple[str, str]] = field(factory=set, init=False)
    contents: dict[Claim, str] = field(factory=dict, init=False)

    def again(self, claim: Claim) -> Problem | None:
        """Return the problem that a claim was entered before, or ``None``."""
        twin = self.contents.get(_content(claim))
        if twin is not None:
            return _repeated(claim.id, twin)
        if (claim.insured, claim.id) in self.numbers:
            return _number_taken(claim.id)
        return None

    def take(self, claim: Claim) -> None:
        """Remember a claim that is sound and will be decided."""
        self.numbers.add((claim.insured, claim.id))
        self.contents.setdefault(_content(claim), claim.id)


def _content(claim: Claim) -> Claim:
    return evolve(claim, id="", reported=None, extra=_Hashed(claim.extra))


class _Hashed(dict[str, object]):
    """Extra fields that can be compared as part of a claim."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted((key, str(value)) for key, value in self.items())))


_COUNTED = {"days", "total", "self_paid", "remaining", *BILL_PARTS}


def counts_stay(program: Program) -> bool:
    """Return whether a benefit depends on the days or the bill of a stay; a lump sum for an illness does not."""
    return any(
        isinstance(node, n.Read) and node.field.subject == "claim" and node.field.name in _COUNTED
        for node in program.order.nodes
    )


def same_days(first: Claim, second: Claim) -> bool:
    """Return whether two claims of one person are for the same days in hospital.

    The day of a transfer may belong to both. Two bills that name one `stay` may share its dates, as interim bills
    do, unless both ask for all the days between their dates.
    """
    one, two = _span(first), _span(second)
    if one is None or two is None:
        return False
    shared = one == two or (one.first < two.last and two.first < one.last)
    if first.stay and first.stay == second.stay:
        return shared and _whole(first) and _whole(second)
    return shared


def _span(claim: Claim) -> DateRange | None:
    if claim.admitted is None:
        return None
    if claim.discharged is not None:
        return DateRange(claim.admitted, max(claim.discharged, claim.admitted))
    return DateRange(claim.admitted, claim.admitted + timedelta(days=claim.days or 0))


def _whole(claim: Claim) -> bool:
    """Return whether a claim asks for every day between its dates."""
    if claim.admitted is None or claim.discharged is None:
        return False
    return claim.days is None or claim.days >= stay_days(claim.admitted, claim.discharged)


def counted_twice(plan: str, claim: Claim, earlier: Claim) -> Problem:
    """Say that a plan has already counted the days that a claim is for."""
    return problem(
        "claim.stay-twice",
        f"计划 {plan}：申领 {claim.id} 与已受理的申领 {earlier.id} 是同一段住院，没有再次核定",
        f"plan {plan}: claim {claim.id} is for the same days in hospital as claim {earlier.id}, which was accepted",
        where=claim.id,
        hint_zh="同一次住院分几张单据的，填同一个 stay（住院编号）和各自的天数；不同的住院请核对日期",
        hint_en="bills of one stay name the same stay and their own days; for two stays check the dates",
    )


def _repeated(claim_id: str, first: str) -> Problem:
    return problem(
        "claim.repeated",
        f"申领 {claim_id} 与申领 {first} 内容相同，只核定一次",
        f"claim {claim_id} says the same as claim {first}; only one of them is decided",
        where=claim_id,
        hint_zh="确属两次事件的，给每次申领写不同的 incident（事故编号）；否则删去重复的",
        hint_en="give each its own incident if these are two events; otherwise remove one",
    )


def _number_taken(claim_id: str) -> Problem:
    return problem(
        "claim.number-taken",
        f"申领编号 {claim_id} 已用于同一人的另一次申领，这一次没有核定",
        f"claim number {claim_id} was used for another claim of the same person; this one is not decided",
        where=claim_id,
        hint_zh="换一个编号后再核定",
        hint_en="give it another number and decide again",
    )
