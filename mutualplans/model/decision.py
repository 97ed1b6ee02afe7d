"""A decision: what a plan pays for a claim, why, what is left after it, and how to compute it again."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from attrs import field, frozen

from mutualplans.model.problem import Problem
from mutualplans.model.text import Text

__all__ = [
    "DECISION_VERSION",
    "STATUSES",
    "BenefitDecision",
    "Decision",
    "Paper",
    "Reason",
    "Receipt",
    "Remaining",
]

STATUSES = {
    "paid": Text("给付", "paid"),
    "nothing-due": Text("本次无应付金额", "nothing due"),
    "refused": Text("不予给付", "refused"),
    "incomplete": Text("材料不全，暂不核定", "incomplete, not decided"),
}
"""How a decision came out, in words; see `Decision.status`."""

DECISION_VERSION = 1
"""Version of the form in which decisions are written out."""


@frozen(kw_only=True)
class Reason:
    """Why something was not paid, or was paid less.

    Attributes:
        code: Stable code, for example ``waiting`` or ``not-listed``.
        text: The sentence for the member.
        found: What the claim says.
        expected: What the rule asks for.
    """

    code: str
    text: Text
    found: Text | None = None
    expected: Text | None = None


@frozen(kw_only=True)
class BenefitDecision:
    """What one benefit pays.

    Attributes:
        id: Benefit id.
        title: What the rule calls it.
        clause: Where the rule says it.
        accepted: Whether every condition of the benefit holds; only then do its accounts grow.
        amount: Fen; ``None`` while something needed is missing.
        reasons: Every reason for a zero; notes on a cut amount.
        missing: Paths of what would have to be stated.
        work: How it was computed; the engine's own, read through `mutualplans.engine.explain`.
    """

    id: str
    title: Text
    clause: str
    accepted: bool
    amount: int | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    work: Any = field(default=None, repr=False, eq=False)


@frozen(kw_only=True)
class Remaining:
    """What is left of a limit after the decision.

    Attributes:
        benefit: Benefit id; empty for something of the whole plan.
        text: What is limited.
        left: How much is left, in words.
        amount: The same as a number: fen, or a count.
    """

    benefit: str
    text: Text
    left: Text
    amount: int


@frozen(kw_only=True)
class Paper:
    """A document to bring: its id and what it is called."""

    id: str
    title: Text


@frozen(kw_only=True)
class Receipt:
    """What is needed to compute the decision again after any upgrade.

    Attributes:
        core: Version of mutualplans.
        plugin: Version of the plan's package.
        plan: Plan id.
        edition: Edition id.
        office_values: Values the office set, as written in its file.
        values_hash: SHA-256 over all bound values.
        inputs_hash: SHA-256 over claim, cover and persons.
        balances_hash: SHA-256 over what had been counted for this person and plan, and what earlier plans paid.
        event_date: The date that counted.
        rules_date: The date by which the edition was chosen.
        decision_date: The day the decision was taken, if the caller said it.
    """

    core: str
    plugin: str
    plan: str
    edition: str
    office_values: dict[str, Any]
    values_hash: str
    inputs_hash: str
    balances_hash: str
    event_date: date | None
    rules_date: date
    decision_date: date | None


@frozen(kw_only=True)
class Decision:
    """The complete answer of one plan to one claim.

    Attributes:
        claim: Claim id.
        plan: Plan id.
        title: What the plan is called.
        edition: Edition id.
        status: ``paid``; ``nothing-due`` (accepted, but the rule comes to 0); ``refused`` (a condition does not hold
            in any benefit); or ``incomplete`` (something needed is missing: nothing is paid and no balance moves
            until it is stated).
        total: Sum of the benefits in fen; ``None`` while incomplete.
        benefits: Every benefit of the plan.
        remaining: What is left of the limits.
        papers: What to bring.
        claim_by: Last day to claim; ``None`` where the rule does not say.
        ends_cover: Whether this payment ended the cover.
        problems: What is missing or doubtful.
        assumed: Names of assumed values that the paid amounts rest on.
        receipt: How to compute it again.
    """

    claim: str
    plan: str
    title: Text
    edition: str
    status: Literal["paid", "nothing-due", "refused", "incomplete"]
    total: int | None
    benefits: tuple[BenefitDecision, ...]
    remaining: tuple[Remaining, ...] = ()
    papers: tuple[Paper, ...] = ()
    claim_by: date | None = None
    ends_cover: bool = False
    problems: tuple[Problem, ...] = ()
    assumed: tuple[str, ...] = ()
    receipt: Receipt
