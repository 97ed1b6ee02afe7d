"""Money as a whole number of fen, exact rates, named rounding, sharing without a lost fen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from mutualplans.model.text import Text

__all__ = ["Money", "Rounding", "allocate", "format_yuan", "rate", "yuan"]

_YUAN = re.compile(r"-?\d+(\.\d{1,2})?", re.ASCII)
_PERCENT = re.compile(r"\d+(\.\d+)?%", re.ASCII)
_RATIO = re.compile(r"\d+/[1-9]\d*", re.ASCII)


def _whole_fen(_instance: object, _attribute: object, value: Any) -> None:
    if type(value) is not int:
        message = f"Money takes whole fen as int; found {value!r} ({type(value).__name__})"
        raise TypeError(message)


@frozen(order=True, repr=False)
class Money:
    """An amount of money.

    Attributes:
        fen: Whole fen (1 yuan = 100 fen); may be negative in a correction, never a float.
    """

    fen: int = field(validator=_whole_fen)

    def __repr__(self) -> str:
        return f"yuan('{format_yuan(self.fen)}')"

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __mul__(self, times: int) -> Money:
        _whole_fen(None, None, times)
        return Money(self.fen * times)


def yuan(text: str) -> Money:
    """Read an amount written in yuan, such as ``"12.50"``.

    Only ASCII digits and at most two decimals are accepted: ``"１２"``, ``"1,23"``, ``"1e5"`` and floats
    are refused, because each of them has been read wrongly by someone's system.

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is not an amount in yuan.
    """
    if not isinstance(text, str):
        message = f'an amount is written as text, yuan("12.50"); found {text!r} ({type(text).__name__})'
        raise TypeError(message)
    if not _YUAN.fullmatch(text):
        message = f'an amount is digits with at most two decimals, such as "12.50"; found "{text}"'
        raise ValueError(message)
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("-").partition(".")
    return Money(sign * (int(whole) * 100 + int(decimals.ljust(2, "0") or "0")))


def rate(text: str) -> Fraction:
    """Read an exact rate written as ``"70%"``, ``"12.5%"`` or ``"1/3"``.

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is neither a percentage nor a fraction.
    """
    if not isinstance(text, str):
        message = f'a rate is written as text, "70%" or "1/3"; found {text!r} ({type(text).__name__})'
        raise TypeError(message)
    if _PERCENT.fullmatch(text):
        return Fraction(text[:-1]) / 100
    if _RATIO.fullmatch(text):
        return Fraction(text)
    message = f'a rate is a percentage "70%" or a fraction "1/3"; found "{text}"'
    raise ValueError(message)


def format_yuan(fen: int, *, grouped: bool = False) -> str:
    """Return fen as yuan with two decimals: ``2420800`` → ``"24208.00"`` (``"24,208.00"`` grouped)."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}" if grouped else f"{sign}{whole}.{rest:02d}"


class Rounding(Enum):
    """How an exact amount becomes whole fen; always a visible step."""

    HALF_UP_FEN = "half-up-fen"
    DOWN_FEN = "down-fen"
    UP_FEN = "up-fen"
    HALF_UP_YUAN = "half-up-yuan"
    DOWN_YUAN = "down-yuan"
    UP_YUAN = "up-yuan"

    @property
    def label(self) -> Text:
        """The rule in words."""
        return _ROUNDING_LABELS[self]

    @property
    def step(self) -> int:
        """The unit rounded to, in fen."""
        return 100 if self.value.endswith("yuan") else 1

    def apply(self, numerator: int, denominator: int) -> int:
        """Return ``numerator / denominator`` fen rounded by this rule; halves go away from zero.

        `denominator` must be positive. Negative amounts mirror positive ones, so that a reversal gives back
        exactly what was paid.
        """
        if numerator < 0:
            return -self.apply(-numerator, denominator)
        denominator *= self.step
        if self in (Rounding.DOWN_FEN, Rounding.DOWN_YUAN):
            steps = numerator // denominator
        elif self in (Rounding.UP_FEN, Rounding.UP_YUAN):
            steps = -(-numerator // denominator)
        else:
            steps = (2 * numerator + denominator) // (2 * denominator)
        return steps * self.step


_ROUNDING_LABELS = {
    Rounding.HALF_UP_FEN: Text("四舍五入到分", "rounded half up to the fen"),
    Rounding.DOWN_FEN: Text("舍去分以下", "rounded down to the fen"),
    Rounding.UP_FEN: Text("分以下进一", "rounded up to the fen"),
    Rounding.HALF_UP_YUAN: Text("四舍五入到元", "rounded half up to the yuan"),
    Rounding.DOWN_YUAN: Text("舍去元以下", "rounded down to the yuan"),
    Rounding.UP_YUAN: Text("元以下进一", "rounded up to the yuan"),
}


def allocate(amount: Money, parts: Sequence[Fraction]) -> tuple[Money, ...]:
    """Share `amount` by exact `parts` so that the shares add up to it.

    Each share is first rounded down to the fen; the fen left over go one by one to the parts with the largest
    remainder, earlier parts first.

    Raises:
        ValueError: the parts are negative or do not add up to 1, or the amount is negative.
    """
    if any(part < 0 for part in parts) or sum(parts) != 1:
        message = f"the parts must be at least 0 and add up to 1; found {[str(part) for part in parts]}"
        raise ValueError(message)
    if amount.fen < 0:
        message = f"only an amount of at least 0 can be shared; found {amount!r}"
        raise ValueError(message)
    exact = [amount.fen * part for part in parts]
    shares = [int(value) for value in exact]
    left = amount.fen - sum(shares)
    by_remainder = sorted(range(len(parts)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[:left]:
        shares[index] += 1
    return tuple(Money(share) for share in shares)
