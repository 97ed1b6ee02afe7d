"""A coverage: one person in one plan from a first to a last day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from attrs import field, frozen
from attrs.validators import instance_of

from mutualplans.model.dates import DateRange
from mutualplans.model.fields import known
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text

__all__ = ["SHARES", "Coverage"]

SHARES = Text("份", "shares")


@frozen(kw_only=True)
class Coverage:
    """One person in one plan for one term.

    Attributes:
        plan: Plan id.
        first_day: First day of cover, 00:00.
        last_day: Last day of cover, inclusive.
        edition: Edition the cover was taken under; ``None`` leaves the choice to the dates.
        insured: Id of the person insured; ``self`` is the member.
        earlier: Earlier terms of this person in this plan (the renewal chain), in any order; ``None`` where they are
            not known.
        unit: Name of the unit through which the person is covered; empty if not said.
        transfer: Whether this is the rest of a term that began in another unit or county of the office (转会): the
            cover of the same plan that ends the day before goes on.
        family: Which family the person belongs to, where the covers of several are decided at once (a table of covers);
            empty where all covers of a case are one family's.
        extra: Fields that plans declare themselves, by name.
    """

    SUBJECT: ClassVar[str] = "cover"

    plan: str = field(validator=instance_of(str))
    first_day: date = field(validator=instance_of(date))
    last_day: date = field(validator=instance_of(date))
    edition: str | None = None
    insured: str = "self"
    shares: int | None = known(Kind.COUNT, "份数", "shares", unit=SHARES, least=1, most=100)
    tier: str | None = known(Kind.CODE, "档次", "tier")
    earlier: tuple[DateRange, ...] | None = ()
    unit: str = ""
    transfer: bool = False
    family: str = ""
    extra: Mapping[str, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        DateRange(self.first_day, self.last_day)

    @property
    def days(self) -> DateRange:
        """The days covered."""
        return DateRange(self.first_day, self.last_day)

    def chain(self, window: int) -> tuple[DateRange, ...]:
        """Return the unbroken terms that end with this one, earliest first.

        A term continues the one before it when at most `window` days without cover lie between them.
        """
        terms = [self.days]
        for earlier in sorted(self.earlier or (), key=lambda term: term.first, reverse=True):
            gap = (terms[0].first - earlier.last).days - 1
            if earlier.last < terms[0].first and gap <= window:
                terms.insert(0, earlier)
        return tuple(terms)
