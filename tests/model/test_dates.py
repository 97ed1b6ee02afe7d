"""Terms end by the civil code, ages are completed years, and ranges include both their ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualplans.model.dates import DateRange, add_months, completed_years, read_date, term

QUICK = settings(database=None)

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def day(text: str) -> date:
    """Return a day written ``2024-02-29``."""
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        # the day before the corresponding day
        ("2013-07-01", 24, "2015-06-30"),
        ("2024-01-15", 1, "2024-02-14"),
        ("2024-12-01", 1, "2024-12-31"),
        ("2023-03-01", 12, "2024-02-29"),
        ("2022-03-01", 12, "2023-02-28"),
        # no corresponding day: the month's last day is itself the end
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2023-01-29", 1, "2023-02-28"),
        ("2024-01-29", 1, "2024-02-28"),
        ("2024-03-31", 1, "2024-04-30"),
        ("2024-02-29", 12, "2025-02-28"),
        # four years on there is a 29 February again: the day before it
        ("2024-02-29", 48, "2028-02-28"),
        # from a month's last day to a longer month the number counts, not the last day
        ("2024-02-29", 1, "2024-03-28"),
        ("2024-04-30", 1, "2024-05-29"),
    ],
)
def test_terms_end_by_the_civil_code(first: str, months: int, last: str) -> None:
    """民法典 201-202: the day before the one with the same number, or the month's last day where there is none."""
    assert day(last) == term(day(first), months).last


@pytest.mark.parametrize("months", [0, -1])
def test_a_term_lasts_a_month_at_least(months: int) -> None:
    """A term of no months is refused."""
    with pytest.raises(ValueError, match="at least one month"):
        term(day("2024-01-01"), months)


@QUICK
@given(days, st.integers(1, 120))
def test_terms_of_early_days_tile(first: date, months: int) -> None:
    """A cover that starts on a day that every month has is followed the next day by one starting on that number."""
    first = first.replace(day=min(first.day, 28))
    following = term(first, months).last + timedelta(days=1)

    assert first.day == following.day
    assert months == (following.year - first.year) * 12 + following.month - first.month


@pytest.mark.parametrize(
    ("first", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-01-31", 13, "2025-02-28"),
        ("2024-11-30", 2, "2025-01-30"),
        ("2024-12-15", 0, "2024-12-15"),
        ("2024-01-15", -1, "2023-12-15"),
    ],
)
def test_months_are_added(first: str, months: int, expected: str) -> None:
    """The number of the day stays, or becomes that of the month's last day; the year carries both ways."""
    assert day(expected) == add_months(day(first), months)


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        ("1990-03-07", "2008-03-06", 17),
        ("1990-03-07", "2008-03-07", 18),
        ("1990-03-07", "2008-03-08", 18),
        ("1990-03-07", "1990-03-07", 0),
        ("1990-03-07", "1990-03-06", -1),
        ("1990-03-07", "1989-03-07", -1),
        # born on 29 February: on 1 March of a common year, on the day itself of a leap year
        ("2004-02-29", "2022-02-28", 17),
        ("2004-02-29", "2022-03-01", 18),
        ("2004-02-29", "2024-02-28", 19),
        ("2004-02-29", "2024-02-29", 20),
        # born on 28 February: not moved by the leap day after it
        ("2004-02-28", "2024-02-28", 20),
        ("2004-03-01", "2024-02-29", 19),
    ],
)
def test_completed_years(since: str, on: str, years: int) -> None:
    """A year is completed on the day with the same month and number."""
    assert years == completed_years(day(since), day(on))


@QUICK
@given(days, days)
def test_years_grow_by_one_a_year(since: date, on: date) -> None:
    """A day later the age is the same or one more, and one more only on the birthday or 1 March."""
    now, then = completed_years(since, on), completed_years(since, on + timedelta(days=1))
    birthday = (on + timedelta(days=1)).timetuple()[1:3]

    assert then - now in (0, 1)
    assert then == now or birthday in (since.timetuple()[1:3], (3, 1))


def test_ranges_include_both_ends() -> None:
    """The first and the last day belong; the days beside them do not."""
    july = DateRange(day("2024-07-01"), day("2024-07-31"))
    inside = [day(text) in july for text in ("2024-06-30", "2024-07-01", "2024-07-02")]
    outside = [day(text) in july for text in ("2024-07-30", "2024-07-31", "2024-08-01")]

    assert inside == [False, True, True]
    assert outside == [True, True, False]
    assert july.days == 31


@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [
        ("2024-08-01", "2024-08-31", False),
        ("2024-07-31", "2024-08-31", True),
        ("2024-06-01", "2024-07-01", True),
        ("2024-06-01", "2024-06-30", False),
        ("2024-07-10", "2024-07-11", True),
        ("2024-01-01", "2024-12-31", True),
    ],
)
def test_ranges_overlap_on_one_shared_day(first: str, last: str, *, shared: bool) -> None:
    """One shared day is an overlap; standing side by side is not."""
    july, other = DateRange(day("2024-07-01"), day("2024-07-31")), DateRange(day(first), day(last))

    assert (shared, shared) == (july.overlaps(other), other.overlaps(july))


def test_a_range_does_not_end_before_it_begins() -> None:
    """A range turned round is refused, and one of a single day is not."""
    with pytest.raises(ValueError, match="ends on or after"):
        DateRange(day("2024-07-02"), day("2024-07-01"))

    assert DateRange(day("2024-07-01"), day("2024-07-01")).days == 1


@pytest.mark.parametrize(
    "text",
    [
        "2024-2-29",
        "2024/02/29",
        "20240229",
        "29.02.2024",
        "２０２４-02-29",
        " 2024-02-29",
        "2024-02-29T00:00",
        "24-02-29",
        "",
    ],
)
def test_other_writings_of_a_day_are_refused(text: str) -> None:
    """A day is written in one way only."""
    with pytest.raises(ValueError, match="year-month-day"):
        read_date(text)


@pytest.mark.parametrize("text", ["2023-02-29", "2024-02-30", "2024-13-01", "2024-04-31", "0000-01-01"])
def test_days_that_are_not_are_refused(text: str) -> None:
    """A day that the calendar does not have is refused."""
    with pytest.raises(ValueError):
        read_date(text)


@QUICK
@given(days)
def test_days_are_read_back(found: date) -> None:
    """What is printed is the same day when it is read."""
    assert found == read_date(str(found))
