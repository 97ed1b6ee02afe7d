"""Claims that are decided while an earlier one is open: they are decided as if that one were not there."""

from __future__ import annotations

from collections.abc import Iterable

from mutualplans.engine.office import SharedLimit
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.masks import mask_digits
from mutualplans.model.problem import Problem, problem
from mutualplans.plan.declaration import Plan

__all__ = ["earlier_open", "resting_on"]


def resting_on(plan: Plan, limits: Iterable[SharedLimit]) -> frozenset[str]:
    """Return the plans whose earlier claims may change what a plan pays: itself, and those under one limit with it."""
    own = {plan.id} if _remembers(plan) else set()
    return frozenset(own.union(*(limit.plans for limit in limits if plan.id in limit.plans)))


def _remembers(plan: Plan) -> bool:
    """Return whether what a plan pays may depend on claims before: it counts something, or a payment ends the cover."""
    steps = order([formula.node for _place, formula in plan.formulas()]).nodes
    ends = not isinstance(plan.ends.node, n.Constant) or plan.ends.node.value is True
    return ends or any(isinstance(node, n.Before | n.PaidBefore) for node in steps)


def earlier_open(plan: str, earlier: str, claim: str = "") -> Problem:
    """Warn that a claim was decided without an earlier one, which may change what it is paid."""
    named = mask_digits(earlier)
    return problem(
        "claim.earlier-open",
        f"计划 {plan}：前面的申领 {named} 还没有核定，本次按没有那一次计算",
        f"plan {plan}: claim {named} is not decided yet; this one is decided as if it were not there",
        where=claim,
        hint_zh="补齐那一次以后，与本次一起重新核定，再给付",
        hint_en="complete that one and decide both again before this one is paid",
        severity="warning",
    )
