"""Calendars of working days as editions write them: each slip of the pen is told with its line and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import claim
from mutualplans.expr import nodes as n
from mutualplans.model.dates import DateRange
from mutualplans.model.problem import Problem
from mutualplans.model.tomlfile import read_toml
from mutualplans.model.workdays import WorkCalendar
from mutualplans.plan.checks import check_plan
from mutualplans.plan.formula import FormulaError
from mutualplans.plan.reading import read_value
from mutualplans.testing.writing import value_data
from tests.engine.plans import HEAD, make

value = mp.parameters(
    workdays=mp.workdays("工作日历", "working days"), most=mp.money("最高"), n=mp.count("天数")
)
(WORKDAYS, *_others) = value

PART = 'from = 2025-01-01\nto = 2025-12-31\nsource = "通知"\n'


def read(text: str) -> tuple[WorkCalendar | None, list[Problem]]:
    """Read parts of a calendar as an edition states them."""
    file = read_toml("edition.toml", text)
    return read_value(WORKDAYS, file.data.get("workdays"), file, ("workdays",))


def two_parts(first: str) -> str:
    """Return the year 2025 and a part that begins on another day."""
    other = f'from = {first}\nto = 2026-12-31\nsource = "通知"\nholidays = []'
    return f"[[workdays]]\n{PART}holidays = []\n[[workdays]]\n{other}"


def test_days_and_ranges_are_read() -> None:
    """One day, several days, weekend days among them, worked weekends; the days around them are those of the week."""
    calendar, problems = read(
        f"[[workdays]]\n{PART}holidays = [2025-01-01, {{ from = 2025-05-01, to = 2025-05-05 }}]\nworked = [2025-04-27]"
    )

    assert problems == []
    assert calendar is not None
    (part,) = calendar.parts
    assert part.holidays == (
        DateRange(date(2025, 1, 1), date(2025, 1, 1)),
        DateRange(date(2025, 5, 1), date(2025, 5, 5)),
    )
    assert part.worked == (date(2025, 4, 27),)
    assert [day.day for day in calendar.working if (day.month, day.year) == (5, 2025)][:3] == [6, 7, 8]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("workdays = 5", 1, "一段或几段日历"),
        ("workdays = []", 1, "一段或几段日历"),
        ("[[workdays]]\nfrom = 2025-01-01", 1, "缺少这个键"),
        (f"[[workdays]]\n{PART}holiday = []", 5, '不认识的键 "holiday"'),
        ('[[workdays]]\nfrom = "2025-01-01"\nto = 2025-12-31\nsource = "通知"\nholidays = []', 2, "应为日期"),
        (
            '[[workdays]]\nfrom = 2025-12-31\nto = 2025-01-01\nsource = "通知"\nholidays = []',
            3,
            "却从 2025-12-31 开始",
        ),
        (
            '[[workdays]]\nfrom = 0001-01-01\nto = 0001-12-31\nsource = "通知"\nholidays = []',
            2,
            "日期应在 1900-01-01 至",
        ),
        (
            '[[workdays]]\nfrom = 2025-01-01\nto = 9999-12-31\nsource = "通知"\nholidays = []',
            3,
            "日期应在 1900-01-01 至",
        ),
        ('[[workdays]]\nfrom = 2025-01-01\nto = 2026-12-31\nsource = "通知"\nholidays = []', 3, "只安排一年"),
        ('[[workdays]]\nfrom = 2025-01-01\nto = 2025-12-31\nsource = " "\nholidays = []', 4, "依据哪个通知"),
        (f"[[workdays]]\n{PART}holidays = [2026-01-01]", 5, "不都在这一段"),
        (f"[[workdays]]\n{PART}holidays = [{{ from = 2024-12-30, to = 2025-01-01 }}]", 5, "不都在这一段"),
        (
            f"[[workdays]]\n{PART}holidays = [{{ from = 2025-05-05, to = 2025-05-01 }}]",
            5,
            "却从 2025-05-05 开始",
        ),
        (f'[[workdays]]\n{PART}holidays = ["2025-05-01"]', 5, "放假应是一天，或从哪天到哪天"),
        (f"[[workdays]]\n{PART}holidays = [{{ from = 2025-05-01 }}]", 5, "从哪天到哪天"),
        (
            f"[[workdays]]\n{PART}holidays = [{{ from = 2025-05-01, to = 2025-05-05 }}, 2025-05-05]",
            5,
            "有相同的日子",
        ),
        (f"[[workdays]]\n{PART}holidays = []\nworked = [2026-01-04]", 6, "不在这一段"),
        (f"[[workdays]]\n{PART}holidays = []\nworked = [2025-04-28]", 6, "是周一，本来就上班"),
        (f"[[workdays]]\n{PART}holidays = []\nworked = [2025-04-27, 2025-04-27]", 6, "写了两次"),
        (
            f"[[workdays]]\n{PART}holidays = [{{ from = 2025-04-26, to = 2025-04-28 }}]\nworked = [2025-04-27]",
            6,
            "既放假（2025-04-26 至 2025-04-28）又上班",
        ),
        (
            two_parts("2026-01-02"),
            7,
            "有空档：上一段到 2025-12-31，这一段应从 2026-01-01 开始",
        ),
        (
            two_parts("2025-12-31"),
            7,
            "有重叠",
        ),
    ],
)
def test_what_is_wrong_with_a_calendar_is_told(text: str, line: int, said: str) -> None:
    """Each fault in its words, at its line."""
    found, problems = read(text)

    assert found is None
    lines = [item.line() for item in problems]
    assert any(said in item and item.startswith(f"edition.toml:{line}:") for item in lines), lines


def test_every_fault_of_a_calendar_is_told_at_once() -> None:
    """Two holidays and a worked day, all wrong, are three problems."""
    _found, problems = read(f"[[workdays]]\n{PART}holidays = [2026-01-01, 5]\nworked = [2025-04-28]")

    assert len(problems) == 3


def test_a_holiday_on_a_weekend_changes_nothing() -> None:
    """A notice names Saturdays and Sundays inside a holiday: they may stand there, and the days are the same without."""
    whole, problems = read(f"[[workdays]]\n{PART}holidays = [{{ from = 2025-04-04, to = 2025-04-06 }}]")
    friday, _problems = read(f"[[workdays]]\n{PART}holidays = [2025-04-04]")

    assert problems == []
    assert whole is not None
    assert friday is not None
    assert whole.working == friday.working


def test_a_calendar_is_written_as_it_is_read() -> None:
    """Object → TOML → object is the same calendar, of two parts."""
    calendar, _problems = read(
        f"[[workdays]]\n{PART}holidays = [2025-01-01, {{ from = 2025-05-01, to = 2025-05-05 }}]\nworked = [2025-04-27]\n"
        '[[workdays]]\nfrom = 2026-01-01\nto = 2026-01-31\nsource = "又一个“通知”"\nholidays = []'
    )

    written = value_data(WORKDAYS, calendar)
    assert read_value(WORKDAYS, written, read_toml("again.toml", ""), ()) == (calendar, [])


def test_after_makes_a_date() -> None:
    """The calendar, a date and a number; the day may be a formula, too."""
    found = value.workdays.after(claim.event_date, value.n)

    assert found.node == n.WorkdayAfter(value.workdays.node, claim.event_date.node, value.n.node)
    assert found.node.kind is mp.Kind.DATE


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: value.workdays.after(claim.days, 15), "after 需要日期"),
        (lambda: value.workdays.after(claim.event_date, value.most), "after 需要数量"),
        (lambda: value.workdays.after(claim.event_date, 0), "从 1 起；给了 0"),
        (lambda: value.most.after(claim.event_date, 15), "after 需要calendar参数"),
        (lambda: claim.event_date.up_to(value.workdays), "“工作日历”是工作日历，不是单个值"),
    ],
)
def test_what_cannot_be_counted_is_refused_where_it_is_written(make: object, said: str) -> None:
    """Wrong kinds, a number that counts nothing, no calendar, and a whole calendar as if it were a date."""
    with pytest.raises(FormulaError, match=said):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("in_force", "warned"),
    [
        ("", False),
        ("from = 2024-12-31", False),  # nothing has to be known of the day of the event itself
        ("from = 2025-06-01, to = 2025-12-31", False),
        ("from = 2024-12-30", True),
        ("to = 2026-01-01", True),
    ],
)
def test_a_calendar_knows_the_days_of_its_edition(tmp_path: Path, in_force: str, warned: bool) -> None:
    """An edition that begins before its calendar, or goes on after it, is warned of; one that has no end is not."""
    text = HEAD.format(plan="small", values=f'most = "100"\n[[values.workdays]]\n{PART}holidays = []')
    text = text.replace("in_force = {}", f"in_force = {{ {in_force} }}").replace("assumed", "published")
    (tmp_path / "test.toml").write_text(text, encoding="utf-8")
    own = mp.parameters(workdays=mp.workdays("工作日历", "working days"), most=mp.money("最高"))
    plan = make(
        "small", own,
        benefits=[mp.Benefit("lump", mp.Text("互助金"), clause="测试", pays=own.most)],
        claim_within=own.workdays.after(claim.event_date, 15),
    )  # fmt: skip
    found = check_plan(evolve(plan, editions=mp.editions("mutualplans", str(tmp_path))))

    assert [item.code for item in found] == (["parameter.calendar"] if warned else [])
    assert all(item.severity == "warning" for item in found)
