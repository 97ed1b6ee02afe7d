"""What covers that persons have or had mean for joining a plan: who renews, and whom only the engine can quote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from mutualplans.batch.joinings import Joinings
from mutualplans.batch.kernel.joining import joining_formulas
from mutualplans.engine.office import OfficePlan
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.coverage import Coverage
from mutualplans.plan.vocabulary import HOLDS

__all__ = ["doubtful", "terms"]

Covers = tuple[Coverage, ...]


def doubtful(item: OfficePlan, persons: Joinings) -> np.ndarray:
    """Return whose covers do more than renew: one that runs still and matters to the plan, or was transferred.

    A cover that ended before the first day counts in the chain of renewals alone; `terms` works that out.
    """
    plan = item.plan
    running, chain = {plan.id, *item.not_with, *_asked(item)}, {plan.id, *plan.continues}

    def more(first_day: date, covers: Covers) -> bool:
        return any(
            (cover.plan in running and cover.last_day >= first_day)
            or (cover.plan in chain and cover.transfer)
            for cover in covers
        )

    return _each(persons, more) != 0


def _asked(item: OfficePlan) -> Iterable[str]:
    """Return the plans of which the plan asks whether a person is in them."""
    nodes = order([formula.node for formula in joining_formulas(item.plan)]).nodes
    names = (node.field.name for node in nodes if isinstance(node, n.Read))
    return (name.removeprefix(HOLDS) for name in names if name.startswith(HOLDS))


def terms(item: OfficePlan, persons: Joinings, window: int) -> np.ndarray:
    """Return how many terms each person's chain of renewals has with the one that would begin.

    Args:
        item: The plan.
        persons: The persons; none of those is `doubtful`.
        window: Days without cover that a renewal may leave.
    """
    plans = {item.plan.id, *item.plan.continues}

    def chain(first_day: date, covers: Covers) -> int:
        earlier = tuple(cover.days for cover in covers if cover.plan in plans and cover.last_day < first_day)
        begun = Coverage(plan=item.plan.id, first_day=first_day, last_day=first_day, earlier=earlier)
        return len(begun.chain(window))

    return np.maximum(_each(persons, chain), 1)


def _each(persons: Joinings, judge: Callable[[date, Covers], int]) -> np.ndarray:
    """Return what a function says of each person with covers, 0 for others; those with the same are asked about once."""
    found = np.zeros(len(persons), np.int32)
    first_days = persons.column("cover.first_day").tolist()
    known: dict[tuple[int, ...], int] = {}
    for row, covers in persons.held.items():
        key = (first_days[row], *map(id, covers))
        if key not in known:
            known[key] = judge(date.fromordinal(first_days[row]), covers)
        found[row] = known[key]
    return found
