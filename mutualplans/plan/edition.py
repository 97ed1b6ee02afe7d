"""Editions: a dated set of a plan's values, conditions and sources, kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mutualplans.model.money import Rounding
from mutualplans.model.text import Text

if TYPE_CHECKING:
    from mutualplans.plan.declaration import Benefit

__all__ = ["ARTICLES", "Confidence", "Edition", "Entry", "InForce"]


ARTICLES = ("insured", "premium", "term", "shares", "waiting", "ends", "excludes", "papers", "deadlines")
"""What articles of a paper rule are about, besides its benefits; the sections of a rule text are called so."""


class Confidence(Enum):
    """How well a value is known."""

    PUBLISHED = "published"
    """A page or paper of the publisher, or a paper quoting it."""
    COPY = "copy"
    """A copy on a page without authority whose wording names the publisher."""
    INFERRED = "inferred"
    """Worked out from published facts; the reason says how."""
    ASSUMED = "assumed"
    """No source states it: an example that an office must confirm; the reason says why this one."""

    @property
    def label(self) -> Text:
        """The level in words."""
        return _LABELS[self]

    @property
    def needs_reason(self) -> bool:
        """Whether a reason has to be given."""
        return self in (Confidence.INFERRED, Confidence.ASSUMED)


_LABELS = {
    Confidence.PUBLISHED: Text("公开", "published"),
    Confidence.COPY: Text("转载", "copy"),
    Confidence.INFERRED: Text("推算", "inferred"),
    Confidence.ASSUMED: Text("假定", "assumed"),
}


@frozen
class InForce:
    """When an edition is in force.

    Attributes:
        from_: First day; ``None`` where no source says it.
        to: Last day, inclusive; ``None`` while it is in force.
    """

    from_: date | None = None
    to: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.from_ and self.to and self.to < self.from_:
            message = f"in_force ends before it begins: {self.from_} to {self.to}"
            raise ValueError(message)

    def __contains__(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)

    def overlaps(self, other: InForce) -> bool:
        """Return whether the two share a day."""
        starts, ends = self.from_ or date.min, self.to or date.max
        return starts <= (other.to or date.max) and (other.from_ or date.min) <= ends

    def in_words(self, lang: str = "zh") -> str:
        """Return the range in words."""
        if lang == "zh":
            return f"{self.from_ or '起始日未载明'} 至 {self.to or '今'}"
        return f"{self.from_ or 'unstated'} to {self.to or 'now'}"


@frozen(kw_only=True)
class Entry:
    """One value of an edition with what is known about it.

    Attributes:
        value: Plain value (fen, count, `Fraction`, flag, code), `Scale`, `Table`, `ConditionList` or `WorkCalendar`.
        confidence: How well it is known.
        reason: Why, for inferred and assumed values.
        source: Source of this value, where it differs from the edition's.
    """

    value: Any
    confidence: Confidence
    reason: str = ""
    source: str = ""


@frozen(kw_only=True)
class Edition:
    """A dated set of a plan's values.

    Attributes:
        plan: Plan id.
        id: Edition id, for example ``beijing-2010``.
        series: Editions of one series follow each other in time (usually one office's).
        title: What it is called.
        in_force: When it is in force.
        publisher: Who published the rule.
        source: Where it can be read.
        more_sources: Further sources.
        confidence: How well the edition as a whole is known.
        reason: Why, for inferred and assumed editions.
        note: What a reader should know.
        rounding: How an exact amount becomes whole fen.
        values: Parameter name → entry.
        titles: What the codes of its tables and the classes of its conditions are called.
        clauses: Id of a benefit, or `insured`, `premium`, `term`, `shares`, `waiting`, `ends`, `excludes`, `papers`,
            `deadlines` → the article of the paper rule, for the rule text and the decisions of this edition.
        where: File it was read from.
    """

    plan: str
    id: str
    series: str
    title: Text
    in_force: InForce
    publisher: str
    source: str
    more_sources: tuple[str, ...] = ()
    confidence: Confidence
    reason: str = ""
    note: str = ""
    rounding: Rounding = Rounding.HALF_UP_FEN
    values: Mapping[str, Entry] = field(factory=dict)
    titles: Mapping[str, Text] = field(factory=dict)
    clauses: Mapping[str, str] = field(factory=dict)
    where: str = ""

    def named(self, benefit: Benefit) -> Benefit:
        """Return a benefit with its clause as this edition's paper rule counts it."""
        clause = self.clauses.get(benefit.id)
        return evolve(benefit, clause=clause) if clause else benefit
