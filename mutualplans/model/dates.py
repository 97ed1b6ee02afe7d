"""Closed date ranges, completed years and month arithmetic by the civil code.

民法典 art. 201-202: a term counted in months or years does not count its first day and ends on the day with the
same number in its last month; where that month has no such day, on the month's last day. A cover that starts at
00:00 on its first day therefore ends on the day *before* the corresponding day: 2024-02-29 for one year ends
2025-02-28, and 2013-07-01 for two years ends 2015-06-30.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from attrs import field, frozen
from attrs.validators import instance_of

__all__ = [
    "DateRange",
    "add_months",
    "begun_months",
    "completed_years",
    "latest_begin",
    "read_date",
    "term",
]

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@frozen
class DateRange:
    """A closed range of days.

    Attributes:
        first: First day.
        last: Last day, inclusive.
    """

    first: date = field(validator=instance_of(date))
    last: date = field(validator=instance_of(date))

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            message = f"a range ends on or after its first day; found {self.first} to {self.last}"
            raise ValueError(message)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: DateRange) -> bool:
        """Return whether the two ranges share a day."""
        return self.first <= other.last and other.first <= self.last

    @property
    def days(self) -> int:
        """Number of days, both ends counted."""
        return (self.last - self.first).days + 1


def read_date(text: str) -> date:
    """Read a day written ``2024-02-29``.

    Raises:
        ValueError: another form, or a day that the calendar does not have.
    """
    if not _ISO.fullmatch(text):
        message = f"a date is written year-month-day, such as 2024-02-29; found {text!r}"
        raise ValueError(message)
    return date.fromisoformat(text)


def add_months(day: date, months: int) -> date:
    """Return the day `months` later with the same number, or that month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def term(first: date, months: int) -> DateRange:
    """Return the cover that starts on `first` and lasts `months` months, last day inclusive.

    Raises:
        ValueError: `months` is not positive.
    """
    if months < 1:
        message = f"a term lasts at least one month; found {months}"
        raise ValueError(message)
    corresponding = add_months(first, months)
    # Without a corresponding day the month's last day is itself the end (民法典 202), not the day before it.
    last = corresponding if corresponding.day != first.day else corresponding - timedelta(days=1)
    return DateRange(first, last)


def begun_months(days: DateRange) -> int:
    """Return the months of a range, one that has only begun counted in full: a whole term of a year has 12."""
    months = (days.last.year - days.first.year) * 12 + days.last.month - days.first.month
    return next(
        count for count in range(max(months, 1), months + 3) if term(days.first, count).last >= days.last
    )


def latest_begin(day: date, month: int, of_month: int) -> date:
    """Return the last day up to `day` with the month and the day of the month; 29 February is 28 in a common year.

    Raises:
        ValueError: the calendar has no such day.
    """
    date(2024, month, of_month)
    for year in (day.year, day.year - 1):
        begin = date(year, month, min(of_month, calendar.monthrange(year, month)[1]))
        if begin <= day:
            return begin
    message = f"no day before {day}"  # pragma: no cover - one of two years always begins before it
    raise AssertionError(message)


def completed_years(since: date, on: date) -> int:
    """Return the full years from `since` to `on`; negative before `since`.

    A year is completed on the day with the same month and day; born on 29 February, on 1 March of a common year:
    "满十八周岁" is reached on the day after the 18th year has fully passed.
    """
    reached = (on.month, on.day) >= (since.month, since.day)
    return on.year - since.year - (0 if reached else 1)
