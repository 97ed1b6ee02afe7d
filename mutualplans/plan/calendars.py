"""Reading a calendar of working days from an edition or an office file: every fault with its line and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from attrs import frozen

from mutualplans.backends.phrase import day_range
from mutualplans.model.dates import DateRange, add_months
from mutualplans.model.fields import FIRST_DAY, LAST_DAY
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import Problem, problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.model.workdays import CalendarPart, WorkCalendar, is_weekend
from mutualplans.plan.strict import strict

__all__ = ["CalendarRow", "read_calendar"]

Path = tuple[str | int, ...]
_DAY = timedelta(days=1)
_MOST_MONTHS = 13
"""A notice arranges a year, and sometimes the last days of the one before."""


@frozen(kw_only=True)
class CalendarRow:
    """One part of a calendar as a file states it."""

    from_: date
    to: date
    source: str
    holidays: list[Any]
    worked: tuple[date, ...] = ()


def read_calendar(
    parameter: Parameter, raw: Any, file: TomlFile, path: Path
) -> tuple[WorkCalendar | None, list[Problem]]:
    """Read the parts of a calendar; returns it, or ``None`` and every problem."""
    if not isinstance(raw, list) or not raw:
        fault = problem(
            "file.value",
            f"“{parameter.label.zh}”是一段或几段日历；实为 {_shown(raw)}",
            f"{parameter.label.in_('en')} is one or more parts of a calendar; found {_shown(raw)}",
            where=file.where(*path),
            hint_zh=f"每个放假通知写一段：[[…{parameter.name}]]，下写 from、to、source、holidays、worked",
            hint_en=f"a part for each notice: [[…{parameter.name}]] with from, to, source, holidays, worked",
        )
        return None, [fault]
    parts: list[CalendarPart] = []
    problems: list[Problem] = []
    for index, item in enumerate(raw):
        row, found = strict(CalendarRow, file, item, *path, index)
        problems += found
        if row is not None:
            part, found = _part(row, file, (*path, index))
            problems += found
            parts += [part] if part else []
    if not problems:
        pairs = enumerate(pairwise(parts), start=1)
        problems += [
            fault
            for index, (one, other) in pairs
            for fault in _joined(one, other, file.where(*path, index, "from"))
        ]
    return (None if problems else WorkCalendar(tuple(parts))), problems


def _part(row: CalendarRow, file: TomlFile, path: Path) -> tuple[CalendarPart | None, list[Problem]]:
    for name, day in (("from", row.from_), ("to", row.to)):
        if not FIRST_DAY <= day <= LAST_DAY:
            return None, [_no_such_year(day, file.where(*path, name))]
    if row.to < row.from_:
        return None, [_reversed(row.from_, row.to, file.where(*path, "to"))]
    problems: list[Problem] = []
    if row.to > add_months(row.from_, _MOST_MONTHS):
        fault = problem(
            "file.value",
            f"这一段从 {row.from_} 到 {row.to}，一个通知只安排一年",
            f"this part goes from {row.from_} to {row.to}; a notice arranges one year",
            where=file.where(*path, "to"),
            hint_zh="每年写一段，照当年的通知；还没有通知的年份不写",
            hint_en="write a part for each year, by its notice; leave out years without one",
        )
        problems.append(fault)
    if not row.source.strip():
        fault = problem(
            "file.value",
            "没有写明依据哪个通知",
            "the notice is not named",
            where=file.where(*path, "source"),
            hint_zh='写通知的文号，如 source = "国办发明电〔2024〕12号"',
            hint_en="write its number, or where it can be read",
        )
        problems.append(fault)
    known = DateRange(row.from_, row.to)
    holidays: list[DateRange] = []
    for index, item in enumerate(row.holidays):
        where = file.where(*path, "holidays", index)
        off, found = _holiday(item, where)
        problems += found
        if off is not None:
            problems += _off(off, known, holidays, where)
            holidays.append(off)
    for index, day in enumerate(row.worked):
        where = file.where(*path, "worked", index)
        problems += _worked(day, known, holidays, where)
        if day in row.worked[:index]:
            problems.append(_twice(day, where))
    part = CalendarPart(
        from_=row.from_, to=row.to, source=row.source, holidays=tuple(holidays), worked=row.worked
    )
    return (None if problems else part), problems


def _shown(raw: Any) -> str:
    """Return a value as it stands in a file."""
    if isinstance(raw, dict):
        return f"{{ {', '.join(f'{key} = {_shown(inner)}' for key, inner in raw.items())} }}"
    if isinstance(raw, list):
        return f"[{', '.join(map(_shown, raw))}]"
    return f'"{raw}"' if isinstance(raw, str) else str(raw)


# ---------------------------------------------------------------- what may be wrong


def _no_such_year(day: date, where: str) -> Problem:
    zh = f"日期应在 {FIRST_DAY} 至 {LAST_DAY} 之间，实为 {day}"
    en = f"a date is between {FIRST_DAY} and {LAST_DAY}; found {day}"
    return problem("file.value", zh, en, where=where, hint_zh="核对年份", hint_en="look at the year again")


def _reversed(first: date, last: date, where: str) -> Problem:
    return problem(
        "file.value",
        f"到 {last} 为止，却从 {first} 开始",
        f"it ends on {last}, before it begins on {first}",
        where=where,
        hint_zh="from 是第一天，to 是最后一天（含）；核对月份和日子",
        hint_en="from is the first day, to the last one, inclusive",
    )


def _holiday(raw: Any, where: str) -> tuple[DateRange | None, list[Problem]]:
    """Read a day off, or a first and a last one."""
    if type(raw) is date:
        return DateRange(raw, raw), []
    ends = raw if isinstance(raw, dict) else {}
    if set(ends) != {"from", "to"} or any(type(day) is not date for day in ends.values()):
        fault = problem(
            "file.value",
            f"放假应是一天，或从哪天到哪天；实为 {_shown(raw)}",
            f"a holiday is a day, or a first and a last one; found {_shown(raw)}",
            where=where,
            hint_zh="日期不加引号：2025-01-01，或 { from = 2025-01-28, to = 2025-02-04 }",
            hint_en="dates without quotes: 2025-01-01, or { from = 2025-01-28, to = 2025-02-04 }",
        )
        return None, [fault]
    if ends["to"] < ends["from"]:
        return None, [_reversed(ends["from"], ends["to"], where)]
    return DateRange(ends["from"], ends["to"]), []


def _off(off: DateRange, known: DateRange, before: list[DateRange], where: str) -> Iterator[Problem]:
    """Find what is wrong with a holiday: days outside the part, and days that another one has."""
    zh, en = day_range(off, "zh"), day_range(off, "en")
    if off.first not in known or off.last not in known:
        yield problem(
            "file.value",
            f"放假 {zh} 不都在这一段（{day_range(known, 'zh')}）之内",
            f"the holiday {en} does not lie within this part ({day_range(known, 'en')})",
            where=where,
            hint_zh="下一年的通知安排了上年年末几天的，把上一段的 to 提前，下一段从那天开始",
            hint_en="where the notice of the next year arranges days of this December, let this part end before them",
        )
    if other := next((item for item in before if item.overlaps(off)), None):
        yield problem(
            "file.value",
            f"放假 {zh} 与 {day_range(other, 'zh')} 有相同的日子",
            f"the holiday {en} shares days with {day_range(other, 'en')}",
            where=where,
            hint_zh="每天只写一次；核对日期",
            hint_en="write each day once",
        )


def _worked(day: date, known: DateRange, holidays: list[DateRange], where: str) -> Iterator[Problem]:
    """Find what is wrong with a worked weekend day."""
    if day not in known:
        yield problem(
            "file.value",
            f"周末上班的 {day} 不在这一段（{day_range(known, 'zh')}）之内",
            f"the worked day {day} does not lie within this part ({day_range(known, 'en')})",
            where=where,
            hint_zh="写进它所在的那一段；核对年份",
            hint_en="write it into the part that it lies in",
        )
    if not is_weekend(day):
        yield problem(
            "file.value",
            f"{day} 是{_WEEKDAYS[day.weekday()]}，本来就上班",
            f"{day} is a weekday, worked anyhow",
            where=where,
            hint_zh="worked 只写调休上班的周六、周日；核对日期",
            hint_en="only Saturdays and Sundays that are worked stand here; look at the date again",
        )
    if other := next((off for off in holidays if day in off), None):
        yield problem(
            "file.value",
            f"{day} 既放假（{day_range(other, 'zh')}）又上班",
            f"{day} is both a holiday ({day_range(other, 'en')}) and worked",
            where=where,
            hint_zh="核对通知，只留一处",
            hint_en="look at the notice again and keep one",
        )


_WEEKDAYS = "周一", "周二", "周三", "周四", "周五", "周六", "周日"


def _twice(day: date, where: str) -> Problem:
    zh, en = f"周末上班的 {day} 写了两次", f"the worked day {day} is written twice"
    return problem(
        "file.value", zh, en, where=where, hint_zh="删去一个，或改正日期", hint_en="remove one, or correct it"
    )


def _joined(one: CalendarPart, other: CalendarPart, where: str) -> Iterator[Problem]:
    """Find that a part does not begin on the day after the one before it ends."""
    due = one.to + _DAY
    if other.from_ != due:
        zh, en = ("有空档", "there is a gap") if other.from_ > due else ("有重叠", "days are shared")
        yield problem(
            "file.value",
            f"与上一段之间{zh}：上一段到 {one.to}，这一段应从 {due} 开始，实为 {other.from_}",
            f"{en} with the part before: this one should begin on {due}, and begins on {other.from_}",
            where=where,
            hint_zh="各段按先后写，一段接一段；中间的日子不推算",
            hint_en="parts stand in order, each beginning on the day after the one before ends",
        )
