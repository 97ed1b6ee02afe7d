"""Scales, tables and condition lists as values: what an edition holds and the formulas look up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from mutualplans.model.text import Text

__all__ = [
    "ANY",
    "ICD10",
    "Band",
    "Condition",
    "ConditionList",
    "Edge",
    "Scale",
    "Table",
    "is_icd10",
    "is_icd10_group",
]

ANY = "*"
"""The table key that stands for every code without a row of its own."""

ICD10 = re.compile(r"[A-Z]\d{2}(\.?[0-9A-Zx+*]{1,8})?", re.ASCII)


_RANGE = re.compile(r"[A-Z]\d{2}-[A-Z]\d{2}", re.ASCII)


def is_icd10(code: str) -> bool:
    """Return whether `code` is written as an ICD-10 code (C50, C50.9, C50.900x001)."""
    return ICD10.fullmatch(code) is not None


def is_icd10_group(text: str) -> bool:
    """Return whether `text` names a group of codes: a prefix (C50, D05.1) or a range of categories (C00-C97)."""
    if _RANGE.fullmatch(text):
        first, _, last = text.partition("-")
        return first <= last
    return is_icd10(text)


@frozen
class Edge:
    """Where a band begins or ends.

    Attributes:
        at: Plain value (fen for money).
        inside: Whether the value itself belongs to the band.
    """

    at: int
    inside: bool


@frozen
class Band:
    """One band of a scale.

    Attributes:
        low: Lower edge; ``None`` when it reaches down without end.
        high: Upper edge; ``None`` when it reaches up without end.
        gives: Rate, fen or count that the band gives.
    """

    low: Edge | None
    high: Edge | None
    gives: Any

    def holds(self, amount: int) -> bool:
        """Return whether `amount` lies in the band, each edge on its stated side."""
        if self.low and (amount < self.low.at or (amount == self.low.at and not self.low.inside)):
            return False
        return not (
            self.high and (amount > self.high.at or (amount == self.high.at and not self.high.inside))
        )


@frozen
class Scale:
    """Bands in rising order, without gap or overlap.

    Attributes:
        bands: The bands.
    """

    bands: tuple[Band, ...]

    def whole(self, amount: int) -> Any:
        """Return what the band of `amount` gives; 0 below the first and above the last band."""
        for band in self.bands:
            if band.holds(amount):
                return band.gives
        return 0

    def marginal(self, amount: int) -> Fraction:
        """Return the sum of each band's slice of `amount` at its own rate, exact."""
        total = Fraction(0)
        for band in self.bands:
            low = band.low.at if band.low else 0
            high = amount if band.high is None else min(amount, band.high.at)
            total += band.gives * max(high - low, 0)
        return total


@frozen
class Table:
    """Values by code.

    Attributes:
        rows: Key tuple → plain value; `ANY` in a place stands for every other code there.
    """

    rows: Mapping[tuple[str, ...], Any]

    def find(self, keys: tuple[str | None, ...]) -> tuple[Any, ...]:
        """Return ``(value,)`` for `keys`, or ``()`` when no row answers; ``None`` matches `ANY` only."""
        row = self.row(keys)
        return () if row is None else (self.rows[row],)

    def row(self, keys: tuple[str | None, ...]) -> tuple[str, ...] | None:
        """Return the keys of the row that answers for `keys`; ``None`` when none does."""
        return next((row for row in self._candidates(keys) if row in self.rows), None)

    def reads(self, place: int) -> bool:
        """Return whether the key in `place` decides anything, that is, whether a row names a code there."""
        return any(key[place] != ANY for key in self.rows)

    def names(self, place: int) -> tuple[str, ...]:
        """Return the codes that rows name in `place`, in their order."""
        return tuple(dict.fromkeys(key[place] for key in self.rows))

    @staticmethod
    def _candidates(keys: tuple[str | None, ...]) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = [()]
        for key in keys:
            options = [ANY] if key is None else [key, ANY]
            found = [(*head, option) for head in found for option in options]
        return found


@frozen(kw_only=True)
class Condition:
    """One covered condition.

    Attributes:
        id: Stable id, which a claim may give instead of a code.
        title: What the rule calls it.
        class_: Class inside the list (for example ``severe``, ``mild``, ``in-situ``, ``operation``).
        icd10: ICD-10 prefixes (C50, D05.1) or ranges of categories (C00-C97, both included) that mean this
            condition; empty when no code can (an operation, a degree).
        except_icd10: Prefixes and ranges taken out of `icd10` again.
        definition: The rule's test, in our words.
    """

    id: str
    title: Text
    class_: str
    icd10: tuple[str, ...] = ()
    except_icd10: tuple[str, ...] = ()
    definition: Text | None = None

    def means(self, code: str) -> bool:
        """Return whether the ICD-10 `code` falls under this condition; dots do not matter."""
        return _in_any(code, self.icd10) and not _in_any(code, self.except_icd10)


def _in_any(code: str, groups: tuple[str, ...]) -> bool:
    flat = code.replace(".", "")
    for group in groups:
        first, ranges, last = group.partition("-")
        if first <= flat[:3] <= last if ranges else flat.startswith(group.replace(".", "")):
            return True
    return False


@frozen
class ConditionList:
    """The conditions that an edition covers.

    Attributes:
        conditions: In the order of the rule.
    """

    conditions: tuple[Condition, ...]

    def match(self, diagnosis: str) -> Condition | None:
        """Return the condition that `diagnosis` (its id, or an ICD-10 code) falls under, the first that does."""
        for condition in self.conditions:
            if diagnosis == condition.id or (is_icd10(diagnosis) and condition.means(diagnosis)):
                return condition
        return None

    def knows(self, diagnosis: str) -> bool:
        """Return whether `diagnosis` is a condition id of this list."""
        return any(diagnosis == condition.id for condition in self.conditions)
