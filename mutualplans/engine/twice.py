"""What must not be counted twice: the same claim entered again, the same days in hospital."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from attrs import define, evolve, field

from mutualplans.engine.bind import Program
from mutualplans.engine.facts import stay_days
from mutualplans.expr import nodes as n
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.dates import DateRange
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import Problem, problem
from mutualplans.plan.vocabulary import FOUND_OUT

__all__ = ["PAID_BEFORE", "Entered", "counted_twice", "counts_stay", "paid_already"]


PAID_BEFORE = ("claim.repeated", "claim.stay-twice")
"""Codes of claims that are not decided because another claim says the same, or was paid for the same days."""


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


_BILL = ("total", "self_paid", *BILL_PARTS)
_COUNTED = {"days", "remaining", *_BILL}
_NO_BILL = {"property_loss"}
"""Money of a claim that is not for a stay; what a plan adds of its own is taken as part of the bill."""


def counts_stay(program: Program) -> bool:
    """Return whether a benefit depends on the days or the bill of a stay; a lump sum for an illness does not."""
    return any(
        item.name in _COUNTED or (item.kind is Kind.MONEY and item.name not in _NO_BILL)
        for item in _read(program)
    )


def _read(program: Program) -> list[Field]:
    nodes = (node for node in program.order.nodes if isinstance(node, n.Read))
    fields = [node.field for node in nodes if node.field.subject == "claim"]
    return [item for item in fields if not item.name.startswith(FOUND_OUT)]


def paid_already(program: Program, claim: Claim, taken: Sequence[Claim]) -> Claim | None:
    """Return the accepted claim whose days or bill a benefit would pay again, or ``None``.

    The day of a transfer may belong to two stays. Bills that name one `stay` share its dates: their days together
    may not be more than the stay has, and where only money counts, no bill of the same days may say the same amounts.
    """
    bills = [earlier for earlier in taken if claim.stay is not None and claim.stay == earlier.stay]
    other = next((earlier for earlier in taken if earlier not in bills and _overlap(earlier, claim)), None)
    if other or not bills:
        return other
    read = _read(program)
    if any(item.name == "days" for item in read):
        return bills[-1] if _too_many_days([*bills, claim]) else None
    amounts = _amounts(claim, read)
    return next((bill for bill in bills if _amounts(bill, read) == amounts and not _apart(bill, claim)), None)


def _amounts(claim: Claim, read: Sequence[Field]) -> tuple[object, ...]:
    """Return the parts of the bill, and the money fields of the plan's own."""
    own = (claim.extra.get(item.name) for item in read if item.kind is Kind.MONEY)
    return (*(getattr(claim, name) for name in _BILL), *own)


def _apart(first: Claim, second: Claim) -> bool:
    """Return whether it is known of two bills when they begin and end, and they share no night."""
    ends = (claim.discharged if claim.days is None else claim.days for claim in (first, second))
    return None not in (first.admitted, second.admitted, *ends) and not _overlap(first, second)


def _overlap(first: Claim, second: Claim) -> bool:
    one, two = _span(first), _span(second)
    if one is None or two is None:
        return False
    return one == two or (one.first < two.last and two.first < one.last)


def _span(claim: Claim) -> DateRange | None:
    if claim.admitted is None:
        return None
    if claim.discharged is not None:
        return DateRange(claim.admitted, max(claim.discharged, claim.admitted))
    return DateRange(claim.admitted, claim.admitted + timedelta(days=claim.days or 0))


def _too_many_days(bills: Sequence[Claim]) -> bool:
    """Return whether the bills of one stay ask together for more days than lie between its first and last date."""
    spans = [span for bill in bills if (span := _span(bill))]
    if len(spans) < len(bills):
        return True  # without dates nobody can tell
    asked = sum(
        stay_days(span.first, span.last) if bill.days is None else bill.days
        for bill, span in zip(bills, spans, strict=True)
    )
    return asked > stay_days(min(span.first for span in spans), max(span.last for span in spans))


def counted_twice(plan: str, claim: Claim, earlier: Claim) -> Problem:
    """Say that a plan has already counted the days that a claim is for."""
    return problem(
        "claim.stay-twice",
        f"计划 {plan}：申领 {claim.id} 与已受理的申领 {earlier.id} 是同一段住院，没有再次核定",
        f"plan {plan}: claim {claim.id} is for the same days in hospital as claim {earlier.id}, which was accepted",
        where=claim.id,
        hint_zh="同一次住院分几张单据的，填同一个 stay（住院编号）、各自的天数和结算日期（discharged）；更正先前的申领，改原来那一条",
        hint_en="bills of one stay name the same stay, their own days and dates; to correct a claim, change that claim",
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
