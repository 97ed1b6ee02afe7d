"""Local values: what an office sets of a plan, each read strictly and held to the limits that the plan declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.scales import ANY, ConditionList, Table
from mutualplans.model.workdays import WorkCalendar
from mutualplans.office import problems as wrong
from mutualplans.office.reading import Reading
from mutualplans.office.rows import Path
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence, Edition, Entry
from mutualplans.plan.reading import outside_limits, read_value

__all__ = ["local_values"]


def local_values(
    reading: Reading, plan: Plan, edition: Edition | None, written: Mapping[str, Any], path: Path
) -> dict[str, Entry]:
    """Read the values that an office sets, by name; the problems are noted in `reading`.

    Args:
        reading: The file, and where its problems are gathered.
        plan: The plan.
        edition: The edition whose values they replace; ``None`` where it is not known.
        written: What stands in the file.
        path: Where it stands.
    """
    declared = {parameter.name: parameter for parameter in plan.values}
    found: dict[str, Entry] = {}
    for name, raw in written.items():
        place = (*path, name)
        if name not in declared:
            reading.wrong(wrong.value_unknown, place, plan.id, name, declared)
        elif declared[name].open_to_office is None:
            reading.wrong(wrong.value_closed, place, declared[name], declared)
        elif entry := _value(reading, declared[name], raw, edition, place):
            found[name] = entry
    return found


def _value(
    reading: Reading, parameter: Parameter, raw: Any, edition: Edition | None, place: Path
) -> Entry | None:
    value, problems = read_value(parameter, raw, reading.file, place)
    reading.problems += problems
    if problems:
        return None
    if outside_limits(parameter, value):
        reading.wrong(wrong.value_outside, place, parameter, raw)
        return None
    known = edition.values.get(parameter.name) if edition else None
    if known and edition and parameter.shape is Shape.TABLE:
        lacking, unknown = _other_codes(known.value, value)
        if lacking or unknown:
            named = [[_named(code, edition) for code in codes] for codes in (lacking, unknown)]
            reading.wrong(wrong.table_keys, place, parameter, *named)
            return None
    if parameter.shape is Shape.CONDITIONS and known:
        return _with_more(known, value, reading.file.name)
    if parameter.shape is Shape.CALENDAR and known:
        return _extended(reading, known, value, place)
    return Entry(value=value, confidence=Confidence.PUBLISHED, source=reading.file.name)


def _extended(reading: Reading, known: Entry, own: WorkCalendar, place: Path) -> Entry | None:
    """Return the edition's calendar with what the office says of its days and of further ones.

    It stays as well known as it was, unless the office states all of its days.
    """
    found = known.value.replaced_by(own)
    if found is None:
        reading.wrong(wrong.calendar_gap, place, known.value, own)
        return None
    if own.first <= known.value.first and known.value.last <= own.last:
        return Entry(value=found, confidence=Confidence.PUBLISHED, source=reading.file.name)
    return evolve(known, value=found)


def _other_codes(known: Table, written: Table) -> tuple[list[str], list[str]]:
    """Return the rows of the edition's table that the office's leaves out, and the codes only the office has."""
    lacking = [" ".join(key) for key in known.rows if not written.find(key)]
    unknown = {
        code: None
        for key in written.rows
        for place, code in enumerate(key)
        if code != ANY and not {code, ANY} & set(known.names(place))
    }
    return lacking, list(unknown)


def _named(codes: str, edition: Edition) -> str:
    """Return codes with what the edition calls them."""
    titles = [edition.titles[code].zh for code in codes.split() if code in edition.titles]
    return f"{codes}（{'、'.join(titles)}）" if titles else codes


def _with_more(known: Entry, added: ConditionList, source: str) -> Entry:
    """Return the edition's list with the office's conditions; one with a known id takes its place.

    The list stays as well known as it was, unless the office states every condition in it.
    """
    own = {item.id: item for item in added.conditions}
    restated = all(item.id in own for item in known.value.conditions)
    kept = tuple(own.pop(item.id, item) for item in known.value.conditions)
    merged = ConditionList((*kept, *own.values()))
    if restated:
        return Entry(value=merged, confidence=Confidence.PUBLISHED, source=source)
    return evolve(known, value=merged)
