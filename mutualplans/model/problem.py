"""Problems as data: what was found, what was expected, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

from attrs import frozen

from mutualplans.model.text import Lang, Text

__all__ = ["MutualPlansError", "Problem", "nearest", "problem"]

Severity = Literal["error", "warning", "note"]


@frozen(kw_only=True)
class Problem:
    """One thing that is wrong, in a form that a table, JSON and a test can all show.

    Attributes:
        code: Stable code, for example ``claim.missing-field``.
        message: What was found and what was expected.
        where: File, line, row, or path of the thing; empty when there is none.
        hint: What to do about it.
        severity: ``error`` stops what it concerns, ``warning`` and ``note`` do not.
    """

    code: str
    message: Text
    where: str = ""
    hint: Text | None = None
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


def nearest(found: str, known: Iterable[str]) -> str:
    """Return the known name closest to `found`, or an empty string when none is close."""
    names = sorted(str(name) for name in known)
    close = difflib.get_close_matches(found, names, n=1, cutoff=0.5)
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
