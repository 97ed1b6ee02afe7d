"""Reading a calendar of working days from an edition or an office file: every fault with its line and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from attrs import frozen

from mutualplans.backends.phrase import day_range
from mutualplans.model.dates import DateRange
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import Problem, problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.model.workdays import CalendarPart, WorkCalendar, is_weekend
from mutualplans.plan.strict import strict

__all__ = ["CalendarRow", "read_calendar"]

Path = tuple[str | int, ...]
_DAY = timedelta(days=1)
_EXAMPLE = (
    '{ from = 2025-01-01, to = 2025-12-31, source = "…", holidays = [2025-01-01], worked = [2025-01-26] }'
)


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
        zh = f"“{parameter.label.zh}”是一段或几段日历，如 [{_EXAMPLE}]；实为 {raw!r}"
        return None, [_wrong(zh, f"one or more parts of a calendar; found {raw!r}", file, path)]
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
        problems += _joined(parts, file, path)
    return (None if problems else WorkCalendar(tuple(parts))), problems


def _wrong(zh: str, en: str, file: TomlFile, path: Path, hint_zh: str = "", hint_en: str = "") -> Problem:
    return problem("file.value", zh, en, where=file.where(*path), hint_zh=hint_zh, hint_en=hint_en)


def _part(row: CalendarRow, file: TomlFile, path: Path) -> tuple[CalendarPart | None, list[Problem]]:
    problems: list[Problem] = []
    if row.to < row.from_:
        zh, en = (
            f"到 {row.to} 为止，却从 {row.from_} 开始",
            f"it ends on {row.to}, before it begins on {row.from_}",
        )
        hints = "from 是第一天，to 是最后一天（含）", "from is the first day, to the last one, inclusive"
        return None, [_wrong(zh, en, file, (*path, "to"), *hints)]
    if not row.source.strip():
        zh, en = "没有写明依据哪个通知", "the notice is not named"
        hints = '如 source = "国办发明电〔2024〕12号"', "for example the number and title of the notice"
        problems.append(_wrong(zh, en, file, (*path, "source"), *hints))
    known = DateRange(row.from_, row.to)
    holidays: list[DateRange] = []
    for index, item in enumerate(row.holidays):
        place = (*path, "holidays", index)
        off, found = _holiday(item, file, place)
        problems += found
        if off is not None:
            problems += _off(off, known, holidays, file, place)
            holidays.append(off)
    for index, day in enumerate(row.worked):
        problems += _worked(day, row.worked[:index], known, holidays, file, (*path, "worked", index))
    part = CalendarPart(
        from_=row.from_, to=row.to, source=row.source, holidays=tuple(holidays), worked=row.worked
    )
    return (None if problems else part), problems


def _holiday(raw: Any, file: TomlFile, path: Path) -> tuple[DateRange | None, list[Problem]]:
    """Read a day off, or a first and a last one."""
    if type(raw) is date:
        return DateRange(raw, raw), []
    if (
        not isinstance(raw, dict)
        or set(raw) != {"from", "to"}
        or any(type(day) is not date for day in raw.values())
    ):
        zh = f"放假写成一天 2025-01-01，或从哪天到哪天 {{ from = 2025-01-28, to = 2025-02-04 }}，不加引号；实为 {raw!r}"
        en = (
            f"a holiday is a date, or {{ from = 2025-01-28, to = 2025-02-04 }}, without quotes; found {raw!r}"
        )
        return None, [_wrong(zh, en, file, path)]
    if raw["to"] < raw["from"]:
        zh, en = (
            f"放假到 {raw['to']} 为止，却从 {raw['from']} 开始",
            f"it ends on {raw['to']}, before it begins",
        )
        return None, [_wrong(zh, en, file, path, "核对通知里的月份和日子", "look at the notice again")]
    return DateRange(raw["from"], raw["to"]), []


def _off(
    off: DateRange, known: DateRange, before: list[DateRange], file: TomlFile, path: Path
) -> Iterator[Problem]:
    zh, en = day_range(off, "zh"), day_range(off, "en")
    if off.first not in known or off.last not in known:
        yield _wrong(
            f"放假 {zh} 不都在这一段（{day_range(known, 'zh')}）之内",
            f"the holiday {en} does not lie within this part ({day_range(known, 'en')})",
            file, path,
            "下一年的通知放上年年末几天假的，把上一段的 to 提前，下一段从那天开始",
            "where the notice of the next year names days of this December, let this part end before them",
        )  # fmt: skip
    if other := next((item for item in before if item.overlaps(off)), None):
        yield _wrong(
            f"放假 {zh} 与 {day_range(other, 'zh')} 有相同的日子",
            f"the holiday {en} shares days with {day_range(other, 'en')}",
            file, path, "每天只写一次", "write each day once",
        )  # fmt: skip


def _worked(
    day: date,
    before: tuple[date, ...],
    known: DateRange,
    holidays: list[DateRange],
    file: TomlFile,
    path: Path,
) -> Iterator[Problem]:
    if day not in known:
        yield _wrong(
            f"周末上班的 {day} 不在这一段（{day_range(known, 'zh')}）之内",
            f"{day} does not lie within this part ({day_range(known, 'en')})",
            file, path, "写进它所在的那一段", "write it into the part that it lies in",
        )  # fmt: skip
    if day in before:
        yield _wrong(f"{day} 写了两次", f"{day} is written twice", file, path, "删去一个", "remove one")
    if not is_weekend(day):
        yield _wrong(
            f"{day} 是{_WEEKDAYS[day.weekday()]}，本来就上班",
            f"{day} is a weekday, worked anyhow",
            file, path,
            "worked 只写调休上班的周六、周日；核对日期",
            "only Saturdays and Sundays stand here; look at the date again",
        )  # fmt: skip
    if other := next((off for off in holidays if day in off), None):
        yield _wrong(
            f"{day} 既放假（{day_range(other, 'zh')}）又上班",
            f"{day} is both a holiday ({day_range(other, 'en')}) and worked",
            file, path, "核对通知，留下一处", "look at the notice again and keep one",
        )  # fmt: skip


_WEEKDAYS = "周一", "周二", "周三", "周四", "周五", "周六", "周日"


def _joined(parts: list[CalendarPart], file: TomlFile, path: Path) -> Iterator[Problem]:
    """Find parts that do not begin on the day after the one before them ends."""
    for index, (one, other) in enumerate(pairwise(parts), start=1):
        due = one.to + _DAY
        if other.from_ != due:
            zh, en = ("有空档", "a gap lies") if other.from_ > due else ("有重叠", "days are shared")
            yield _wrong(
                f"与上一段之间{zh}：上一段到 {one.to}，这一段应从 {due} 开始，实为 {other.from_}",
                f"{en} between this part and the one before: it should begin on {due}, not on {other.from_}",
                file, (*path, index, "from"),
                "各段按先后写，一段接一段；没有通知的日子不能空着，也不能推算",
                "parts stand in order, each beginning the day after the one before; nothing is guessed between them",
            )  # fmt: skip
