"""Values and their limits as an office file writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mutualplans.model.dates import DateRange
from mutualplans.model.kinds import Kind
from mutualplans.model.money import format_yuan
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.scales import Band, ConditionList, Edge, Scale, Table
from mutualplans.model.text import Lang
from mutualplans.model.workdays import CalendarPart, WorkCalendar

__all__ = ["as_toml", "calendar_keys", "limits_in_words", "quoted"]


def limits_in_words(parameter: Parameter, lang: Lang = "zh") -> str:
    """Return what an office may set, such as ``1 至 10 份``; closed parameters have no limits."""
    limits = parameter.open_to_office
    least = None if limits is None or limits.least is None else _bound(parameter.kind, limits.least)
    most = None if limits is None or limits.most is None else _bound(parameter.kind, limits.most)
    unit = "元" if parameter.kind is Kind.MONEY else parameter.unit.zh if parameter.unit else ""
    if lang == "en":
        unit = "yuan" if unit == "元" else parameter.unit.in_("en") if parameter.unit else ""
    tail = f" {unit}" if unit else ""
    if least is None and most is None:
        return "不限" if lang == "zh" else "any"
    if least is None or most is None:
        words = ("至少", "最多") if lang == "zh" else ("at least", "at most")
        return f"{words[0]} {least}{tail}" if most is None else f"{words[1]} {most}{tail}"
    return f"{least} 至 {most}{tail}" if lang == "zh" else f"{least} to {most}{tail}"


def _bound(kind: Kind, bound: Any) -> str:
    return _plain(kind, bound).strip('"')


def as_toml(parameter: Parameter, value: Any) -> str:
    """Return a value on one line as `read_value` reads it; condition lists are written by the template."""
    if isinstance(value, Table):
        return _table(parameter.kind, value.rows)
    if isinstance(value, Scale):
        return f"[{', '.join(_band(parameter, band) for band in value.bands)}]"
    if isinstance(value, WorkCalendar):
        return f"[{', '.join(map(calendar_part, value.parts))}]"
    if isinstance(value, ConditionList) or parameter.shape is Shape.CONDITIONS:
        message = f"{parameter.name}: a list of conditions does not stand on one line"
        raise TypeError(message)
    return _plain(parameter.kind, value)


def calendar_part(part: CalendarPart) -> str:
    """Return one part of a calendar of working days on one line."""
    keys = [f"{key} = {text}" for key, text in calendar_keys(part)]
    return f"{{ {', '.join(keys)} }}"


def calendar_keys(part: CalendarPart) -> Iterator[tuple[str, str]]:
    """Yield what is stated in a part of a calendar: key and value as they are written."""
    yield "from", str(part.from_)
    yield "to", str(part.to)
    yield "source", quoted(part.source)
    yield "holidays", f"[{', '.join(map(_days, part.holidays))}]"
    if part.worked:
        yield "worked", f"[{', '.join(map(str, part.worked))}]"


def _days(days: DateRange) -> str:
    return str(days.first) if days.first == days.last else f"{{ from = {days.first}, to = {days.last} }}"


def quoted(text: str) -> str:
    """Return `text` as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(kind: Kind, value: Any) -> str:
    if kind is Kind.MONEY:
        return quoted(format_yuan(value).removesuffix(".00"))
    if kind is Kind.RATE:
        return quoted(_rate(value))
    if kind is Kind.FLAG:
        return "true" if value else "false"
    return quoted(value) if kind is Kind.CODE else str(value)


def _rate(value: Fraction) -> str:
    """Return a rate as a percentage where it is one exactly, else as a fraction."""
    for decimals in range(5):
        scaled = value * 100 * 10**decimals
        if scaled.denominator == 1:
            digits = str(scaled.numerator).rjust(decimals + 1, "0")
            return f"{digits[:-decimals]}.{digits[-decimals:]}%" if decimals else f"{digits}%"
    return f"{value.numerator}/{value.denominator}"


def _table(kind: Kind, rows: Any) -> str:
    """Return rows by key tuple as tables in tables, one level for each key."""
    if () in rows:
        return _plain(kind, rows[()])
    below: dict[str, dict[tuple[str, ...], Any]] = {}
    for keys, value in rows.items():
        below.setdefault(keys[0], {})[keys[1:]] = value
    return "{ " + ", ".join(f"{quoted(key)} = {_table(kind, inner)}" for key, inner in below.items()) + " }"


def _band(parameter: Parameter, band: Band) -> str:
    def edge(at: Edge | None, inside: str, outside: str) -> list[str]:
        return (
            []
            if at is None
            else [f"{inside if at.inside else outside} = {_plain(parameter.measured, at.at)}"]
        )

    gives = f"gives = {_plain(parameter.kind, band.gives)}"
    return (
        "{ " + ", ".join([*edge(band.low, "from", "over"), *edge(band.high, "up_to", "below"), gives]) + " }"
    )
