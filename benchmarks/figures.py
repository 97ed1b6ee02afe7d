"""The workload's figures as whole numbers, for those who compute it without mutualplans.

Amounts are fen, rates are numerators over one denominator. Only numbers come from the edition: what they mean is
written again by each contender, so that an error of the engine cannot hide in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm

from attrs import frozen

from benchmarks.plan import bound


@frozen(kw_only=True)
class Figures:
    """Numbers of the edition.

    Attributes:
        ratio: Numerator and denominator.
        tiers: (start of the band in fen, numerator of its rate), rising.
        tier_whole: Denominator of all tiers.
        groups: (ICD-10 groups, groups taken out again, severe?) of each condition, in the order of the list.
    """

    age_from: int
    age_to: int
    waiting_days: int
    renewal_window: int
    claim_days: int
    start: int
    ratio: tuple[int, int]
    basic_most: int
    tiers: tuple[tuple[int, int], ...]
    tier_whole: int
    serious_most: int
    free_days: int
    max_days: int
    daily: int
    severe: int
    mild: int
    groups: tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...]

    def condition(self, code: str) -> int:
        """Return the number of the first condition that an ICD-10 code falls under, from 1; 0 for none."""
        for number, (means, but_not, _severe) in enumerate(self.groups, 1):
            if _within(code, means) and not _within(code, but_not):
                return number
        return 0

    def lump(self, number: int) -> int:
        """Return the lump of a condition for one share, in fen."""
        if number == 0:
            return 0
        return self.severe if self.groups[number - 1][2] else self.mild

    def conditions(self, codes: Iterable[str]) -> tuple[list[int], list[int]]:
        """Return the condition number and the lump of each code."""
        numbers = [self.condition(code) for code in codes]
        return numbers, [self.lump(number) for number in numbers]


def _within(code: str, groups: tuple[str, ...]) -> bool:
    plain = code.replace(".", "")
    for group in groups:
        low, _, high = group.replace(".", "").partition("-")
        if (low <= plain[:3] <= high) if high else plain.startswith(low):
            return True
    return False


def figures() -> Figures:
    """Return the figures of the workload's edition."""
    values = bound().values
    bands = values["scale"].bands
    whole = lcm(*(band.gives.denominator for band in bands))
    names = {name for name in Figures.__annotations__ if name in values and name != "ratio"}
    return Figures(
        **{name: values[name] for name in names},
        ratio=(values["ratio"].numerator, values["ratio"].denominator),
        tiers=tuple((band.low.at, int(band.gives * whole)) for band in bands),
        tier_whole=whole,
        groups=tuple(
            (item.icd10, item.except_icd10, item.class_ == "severe") for item in values["diseases"].conditions
        ),
    )
