"""Covers of several plans beside each other: who holds another plan, whose covers share a day."""

from __future__ import annotations

import numpy as np
from attrs import frozen

__all__ = ["Held"]

_DAY_BITS = 20


@frozen(eq=False)
class Held:
    """Covers by person, first day and last day.

    Attributes:
        person: Number of each cover's person.
        first: Their first days.
        last: Their last days, inclusive.
    """

    person: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def sharing(self, *, begun_apart: bool = False) -> set[int]:
        """Return the persons two of whose covers share a day; `begun_apart`: only if they begin on different days.

        Neighbours tell: the cover after the one that reaches farthest begins no later than any that it overlaps.
        """
        shared = (self.person[1:] == self.person[:-1]) & (self.first[1:] <= self.last[:-1])
        if begun_apart:
            shared &= self.first[1:] != self.first[:-1]
        return set(self.person[1:][shared].tolist())

    def on(self, person: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return which persons are covered on their day; the covers of one person must share no day."""
        if not len(self.person):
            return np.zeros(len(person), bool)
        begun = self.person << _DAY_BITS | self.first
        last_begun = np.searchsorted(begun, person << _DAY_BITS | day, side="right") - 1
        found: np.ndarray = (
            (last_begun >= 0) & (self.person[last_begun] == person) & (self.last[last_begun] >= day)
        )
        return found
