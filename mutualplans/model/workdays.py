"""A calendar of working days: known from a first to a last day, stated part by part as the notices come out.

Monday to Friday is worked and Saturday and Sunday are not, except on the holidays and on the weekend days that a notice
makes working days (调休上班). Of a day outside the calendar nothing is known, whatever its weekday.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property

from attrs import evolve, frozen

from mutualplans.model.dates import DateRange

__all__ = ["CalendarPart", "WorkCalendar", "is_weekend"]

_DAY = timedelta(days=1)


def is_weekend(day: date) -> bool:
    """Return whether a day is a Saturday or a Sunday."""
    return day.isoweekday() > 5


@frozen(kw_only=True)
class CalendarPart:
    """The days for which one notice says what is worked, mostly a year.

    Attributes:
        from_: First day for which it says it.
        to: Last day, inclusive.
        source: The notice.
        holidays: Days off, each a first and a last day; weekend days among them change nothing.
        worked: Saturdays and Sundays that are working days.
    """

    from_: date
    to: date
    source: str
    holidays: tuple[DateRange, ...]
    worked: tuple[date, ...] = ()

    def is_worked(self, day: date) -> bool:
        """Return whether a day of this part is a working day."""
        if is_weekend(day):
            return day in self.worked
        return not any(day in off for off in self.holidays)

    def within(self, first: date, last: date) -> CalendarPart | None:
        """Return what this part says of the days from `first` to `last`; ``None`` where it says nothing of them."""
        first, last = max(first, self.from_), min(last, self.to)
        if last < first:
            return None
        holidays = tuple(
            DateRange(max(off.first, first), min(off.last, last))
            for off in self.holidays
            if off.first <= last and first <= off.last
        )
        worked = tuple(day for day in self.worked if first <= day <= last)
        return evolve(self, from_=first, to=last, holidays=holidays, worked=worked)


@frozen
class WorkCalendar:
    """Which days are worked, from a first to a last day.

    Attributes:
        parts: In order; each begins on the day after the one before it ends.
    """

    parts: tuple[CalendarPart, ...]

    @property
    def first(self) -> date:
        """First day that it knows."""
        return self.parts[0].from_

    @property
    def last(self) -> date:
        """Last day that it knows."""
        return self.parts[-1].to

    @cached_property
    def working(self) -> tuple[date, ...]:
        """Its working days, in order."""
        return tuple(day for part in self.parts for day in _days(part) if part.is_worked(day))

    @property
    def days_off(self) -> tuple[date, ...]:
        """The days from Monday to Friday that are not worked."""
        days = ((part, day) for part in self.parts for day in _days(part))
        return tuple(day for part, day in days if not is_weekend(day) and not part.is_worked(day))

    def after(self, day: date, number: int) -> date | None:
        """Return the `number`-th working day after `day`, which itself does not count; 0 or less is `day` itself.

        ``None`` where the days between the two are not all known.
        """
        if number <= 0:
            return day
        if day < self.first - _DAY:
            return None
        place = bisect_right(self.working, day) + number
        return self.working[place - 1] if place <= len(self.working) else None

    def replaced_by(self, other: WorkCalendar) -> WorkCalendar | None:
        """Return this calendar with what `other` says of its days and of further ones; ``None`` where days lack between."""
        if other.first > self.last + _DAY or self.first > other.last + _DAY:
            return None
        before = (part.within(date.min, other.first - _DAY) for part in self.parts)
        after = (part.within(other.last + _DAY, date.max) for part in self.parts)
        return WorkCalendar((*_some(before), *other.parts, *_some(after)))


def _days(part: CalendarPart) -> Iterable[date]:
    return (part.from_ + timedelta(days=step) for step in range((part.to - part.from_).days + 1))


def _some(parts: Iterable[CalendarPart | None]) -> tuple[CalendarPart, ...]:
    return tuple(part for part in parts if part is not None)
