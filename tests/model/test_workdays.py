"""A calendar of working days says what a walk from day to day finds, and nothing about days that it does not know."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualplans.model.dates import DateRange
from mutualplans.model.workdays import CalendarPart, WorkCalendar
from tests.expr.strategies import calendars

QUICK = settings(database=None)
DAY = timedelta(days=1)


def off(first: str, last: str = "") -> DateRange:
    """Return days off of 2025."""
    return DateRange(date.fromisoformat(f"2025-{first}"), date.fromisoformat(f"2025-{last or first}"))


def days(*texts: str) -> tuple[date, ...]:
    """Return days of 2025."""
    return tuple(date.fromisoformat(f"2025-{text}") for text in texts)


YEAR_2025 = CalendarPart(
    from_=date(2025, 1, 1),
    to=date(2025, 12, 31),
    source="国办发明电〔2024〕12号",
    holidays=(
        off("01-01"), off("01-28", "02-04"), off("04-04", "04-06"), off("05-01", "05-05"), off("05-31", "06-02"),
        off("10-01", "10-08"),
    ),
    worked=days("01-26", "02-08", "04-27", "09-28", "10-11"),
)  # fmt: skip
"""2025 as the State Council's notice arranges it."""


def walked(calendar: WorkCalendar, day: date, number: int) -> date | None:
    """Return the working day by walking; a second computation, day by day."""
    while number > 0:
        day += DAY
        part = next((item for item in calendar.parts if item.from_ <= day <= item.to), None)
        if part is None:
            return None
        rests = any(item.first <= day <= item.last for item in part.holidays)
        number -= day in part.worked or (day.weekday() < 5 and not rests)
    return day


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ("2025-01-20", 1, "2025-01-21"),
        ("2025-01-20", 5, "2025-01-26"),  # the Sunday before Spring Festival is worked
        ("2025-01-20", 6, "2025-01-27"),
        ("2025-01-20", 7, "2025-02-05"),
        ("2025-01-20", 15, "2025-02-14"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-10-05", 3, "2025-10-11"),  # from a day off; the Saturday is worked
        ("2024-12-31", 1, "2025-01-02"),  # nothing has to be known of the day itself
        ("2024-12-30", 1, None),
        ("2025-12-30", 1, "2025-12-31"),
        ("2025-12-31", 1, None),
        ("2025-12-30", 2, None),
        ("2030-07-01", 0, "2030-07-01"),
        ("2030-07-01", -3, "2030-07-01"),
        ("2030-07-01", 1, None),
    ],
)
def test_2025(day: str, number: int, expected: str | None) -> None:
    """Days of the published year, counted by hand on its calendar; before and beyond it nothing is known."""
    found = WorkCalendar((YEAR_2025,)).after(date.fromisoformat(day), number)

    assert found == (date.fromisoformat(expected) if expected else None)


def test_2025_has_248_working_days() -> None:
    """365 days, 104 on weekends of which 5 are worked; of Monday to Friday 18 are off: 365 - 104 + 5 - 18 = 248."""
    calendar = WorkCalendar((YEAR_2025,))

    assert len(calendar.days_off) == 18
    assert len(calendar.working) == 248


@QUICK
@given(calendars(), st.dates(date(2019, 10, 1), date(2023, 1, 1)), st.integers(-2, 400))
def test_a_calendar_says_what_a_walk_finds(calendar: WorkCalendar, day: date, number: int) -> None:
    """Any calendar, day and number: the same day as by walking, or both do not know."""
    assert calendar.after(day, number) == walked(calendar, day, number)


@QUICK
@given(calendars(), calendars())
def test_a_calendar_that_is_put_over_another_counts(known: WorkCalendar, own: WorkCalendar) -> None:
    """Where both know a day the second one counts; the first one stays around it; between them no day may lack."""
    merged = known.replaced_by(own)
    if own.first > known.last + DAY or known.first > own.last + DAY:
        assert merged is None
        return

    assert merged is not None
    assert (merged.first, merged.last) == (min(known.first, own.first), max(known.last, own.last))
    worked = {day for day in known.working if not own.first <= day <= own.last} | set(own.working)
    assert set(merged.working) == worked
    ends = [(part.from_, part.to) for part in merged.parts]
    assert all(other[0] == one[1] + DAY for one, other in pairwise(ends))


def test_a_calendar_can_be_sent_to_a_worker() -> None:
    """It comes back the same from a pickle, whether or not its days were asked for."""
    calendar = WorkCalendar((YEAR_2025,))
    before = pickle.loads(pickle.dumps(calendar))
    assert calendar.working

    assert before == calendar == pickle.loads(pickle.dumps(calendar))
