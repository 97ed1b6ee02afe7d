"""The kinds of value a formula can have, and their names in words."""

from __future__ import annotations

from enum import Enum

from mutualplans.model.text import Text

__all__ = ["Kind"]


class Kind(Enum):
    """What a value is: its arithmetic, its unit and how it is printed."""

    MONEY = "money"
    """Integer fen."""
    COUNT = "count"
    """Whole number of days, shares, persons, or an ordinal."""
    RATE = "rate"
    """Exact rational; comes only from values and tables."""
    FLAG = "flag"
    """Yes or no."""
    DATE = "date"
    """Calendar day."""
    CODE = "code"
    """One of a set of names, compared for equality only."""

    @property
    def label(self) -> Text:
        """The kind in words."""
        return _LABELS[self]


_LABELS = {
    Kind.MONEY: Text("金额", "money"),
    Kind.COUNT: Text("数量", "count"),
    Kind.RATE: Text("比例", "rate"),
    Kind.FLAG: Text("是否", "flag"),
    Kind.DATE: Text("日期", "date"),
    Kind.CODE: Text("代码", "code"),
}
