"""Problems as data: what was found, what was expected, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

from attrs import field, frozen

from mutualplans.model.masks import mask_digits
from mutualplans.model.text import Lang, Text

__all__ = ["MutualPlansError", "Problem", "nearest", "problem"]

Severity = Literal["error", "warning", "note"]


def _masked(text: Text) -> Text:
    return Text(mask_digits(text.zh), mask_digits(text.en))


def _masked_hint(text: Text | None) -> Text | None:
    return text and _masked(text)


@frozen(kw_only=True)
class Problem:
    """One thing that is wrong, in a form that a table, JSON and a test can all show.

    Whoever makes one may quote what was found: numbers as long as an ID number are masked here, once for all.

    Attributes:
        code: Stable code, for example ``claim.missing-field``.
        message: What was found and what was expected.
        where: File, line, row, or path of the thing; empty when there is none.
        hint: What to do about it.
        severity: ``error`` stops what it concerns, ``warning`` and ``note`` do not.
    """

    code: str
    message: Text = field(converter=_masked)
    where: str = field(default="", converter=mask_digits)
    hint: Text | None = field(default=None, converter=_masked_hint)
    severity: Severity = "error"

    def line(self, lang: Lang = "zh") -> str:
        """Return the problem as one line of text, without its hint."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message.in_(lang)} [{self.code}]"


def problem(
    code: str,
    zh: str,
    en: str,
    *,
    where: str = "",
    hint_zh: str = "",
    hint_en: str = "",
    severity: Severity = "error",
) -> Problem:
    """Make a `Problem` from plain strings; the short way that most of the code uses."""
    hint = Text(hint_zh, hint_en) if hint_zh else None
    return Problem(code=code, message=Text(zh, en), where=where, hint=hint, severity=severity)


ALIKE = 0.6
"""How alike two names must be that may be mistaken for each other, from 0 to 1 (the same)."""
PLANS_ALIKE = 0.75
"""The same for ids of plans: `child-accident` is not `accident`."""


def nearest(found: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """Return the known name closest to `found`, or an empty string when none is close.

    Args:
        found: The name as it was written.
        known: The names that there are.
        alike: How alike the two have to be: `ALIKE` or `PLANS_ALIKE`.
    """
    names = sorted(str(name) for name in known)
    close = difflib.get_close_matches(found, names, n=1, cutoff=alike)
    return close[0] if close else ""


class MutualPlansError(Exception):
    """Something could not be done; carries every problem that was found, not only the first."""

    def __init__(self, *problems: Problem) -> None:
        self.problems: tuple[Problem, ...] = problems
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        lines = []
        for item in self.problems:
            lines.append(item.line())
            if item.hint:
                lines.append(f"  提示：{item.hint.zh}")
        return lines
