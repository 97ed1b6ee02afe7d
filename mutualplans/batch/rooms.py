"""What is left under an office's limits over several plans before each of them decides each claim.

A plan is decided for all claims before the next plan is, but a limit goes from claim to claim and through the plans.
So plans are decided with what is left taken as known, and what they pay tells whether it was right: where it was, for
every claim of a person, it is what deciding claim by claim comes to, since each amount rests on earlier ones only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import define, field

from mutualplans.batch.combine import combinations, in_order
from mutualplans.engine.office import SharedLimit

__all__ = ["Rooms"]


@define(eq=False)
class Rooms:
    """What is left under limits.

    Attributes:
        limits: The office's limits.
        person: Number of each claim's person, in the order of decision.
        left: (plan, limit) → fen that are left for each claim; the whole limit at first.
    """

    limits: Sequence[SharedLimit]
    person: np.ndarray
    left: dict[tuple[str, str], np.ndarray] = field(factory=dict)

    def over(self, plan: str) -> list[SharedLimit]:
        """Return the limits over a plan."""
        return [limit for limit in self.limits if plan in limit.plans]

    def given(self, plan: str, limit: str) -> np.ndarray:
        """Return what is left for each claim before a plan decides it, as far as it is known."""
        if (plan, limit) not in self.left:
            most = next(item.most for item in self.limits if item.id == limit)
            self.left[plan, limit] = np.full(len(self.person), most, np.int64)
        return self.left[plan, limit]

    def work_out(self, outs: Mapping[str, Mapping[str, np.ndarray]]) -> np.ndarray:
        """Take over what is left by what the plans paid; returns the persons for whom that was not given to them.

        Args:
            outs: Plan id → answers of its kernel, in the office's order.
        """
        wrong: list[np.ndarray] = [np.zeros(0, np.int64)]
        for limit in self.limits:
            under = {plan: out for plan, out in outs.items() if plan in limit.plans}
            left = self._left(limit, under.values()) if under else np.zeros((0, 0), np.int64)
            for place, (plan, out) in enumerate(under.items()):
                found = np.ascontiguousarray(left[:, place])
                differs = (found != self.given(plan, limit.id)) & (out["status"] != 0)
                wrong.append(self.person[differs])
                self.left[plan, limit.id] = found
        return np.unique(np.concatenate(wrong))

    def _left(self, limit: SharedLimit, outs: Iterable[Mapping[str, np.ndarray]]) -> np.ndarray:
        """Return what is left for each claim (row) before each plan (column)."""
        outs = list(outs)
        paid = np.stack([np.maximum(out["total"], 0) for out in outs], axis=1)  # what waits has not paid
        period = np.stack([out[f"period:{limit.id}"] for out in outs], axis=1)
        person = np.repeat(self.person, len(outs))
        before = _sums_before([person, period.ravel()], paid.ravel())
        return np.maximum(limit.most - before, 0).reshape(paid.shape)


def _sums_before(keys: Sequence[np.ndarray], amounts: np.ndarray) -> np.ndarray:
    """Return for each amount the sum of those before it that have the same keys."""
    _first, group = combinations(keys, len(amounts))
    places = in_order(group)
    group, ordered = group[places], amounts[places]
    sums = np.cumsum(ordered) - ordered
    starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])[: len(group)])
    of_others = np.repeat(sums[starts], np.diff(np.append(starts, len(group))))
    found = np.zeros(len(amounts), np.int64)
    found[places] = sums - of_others
    return found
