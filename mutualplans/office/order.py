"""The order in which an office's plans can be decided."""

from __future__ import annotations

from collections.abc import Iterable

from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.plan.declaration import Plan

__all__ = ["in_order", "plans_read"]


def plans_read(plan: Plan) -> tuple[str, ...]:
    """Return the ids of the plans whose payments a plan reads by name."""
    nodes = order(formula.node for _place, formula in plan.formulas()).nodes
    return tuple(dict.fromkeys(node.plan for node in nodes if isinstance(node, n.PaidByPlan) and node.plan))


def in_order(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """Return the plans as given, except that one follows those that it reads.

    Plans that read each other have no order; they stay as given, and reading the office file reports them.
    """
    waiting = list(plans)
    placed: list[Plan] = []
    while waiting:
        ids = {plan.id for plan in waiting}
        ready = (plan for plan in waiting if not ids.intersection(plans_read(plan)) - {plan.id})
        chosen = next(ready, waiting[0])
        waiting.remove(chosen)
        placed.append(chosen)
    return tuple(placed)
