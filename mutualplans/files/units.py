"""Unit files: TOML with one ``[[unit]]`` for each unit of a roster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from mutualplans.files.own import own_fields, read_own
from mutualplans.model.fields import Field, fields_of, in_words, read_raw
from mutualplans.model.people import Unit
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.text import Text, said
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan

__all__ = ["read_units"]


@frozen
class _Row:
    values: dict[str, Any]
    problems: list[Problem]


def read_units(file: TomlFile, plans: Iterable[Plan] = ()) -> dict[str, Unit]:
    """Return the units of a file by name; `plans` are those whose own fields may appear.

    Raises:
        MutualPlansError: anything in the file is wrong; all of it is reported.
    """
    rows = file.data.get("unit", [])
    rows = rows if isinstance(rows, list) else [rows]
    found: dict[str, Unit] = {}
    problems = [_unknown(file, key, ("unit",), ()) for key in file.data if key != "unit"]
    own = own_fields(plans)
    for number, row in enumerate(rows):
        read = _row(file, row, own, ("unit", number) if isinstance(file.data["unit"], list) else ("unit",))
        problems += read.problems
        if not read.problems:
            unit = Unit(**read.values)
            found[unit.name] = unit
    if not rows:
        problems.append(problem("file.missing-key", "没有 [[unit]]", "there is no [[unit]]", where=file.name))
    if problems:
        raise MutualPlansError(*problems)
    return found


def _row(file: TomlFile, row: Any, own: dict[str, dict[str, Field]], where: tuple[str | int, ...]) -> _Row:
    fields = fields_of(Unit)
    read = _Row({}, [])
    extra: dict[str, Any] = {}
    if not isinstance(row, dict):
        read.problems.append(
            problem(
                "file.value", "应为一张表 [[unit]]", "expected a table [[unit]]", where=file.where(*where)
            )
        )
        return read
    for key, raw in row.items():
        if key in own["unit"]:
            try:
                extra[key] = read_own(own, "unit", key, raw)
            except ValueError as error:
                read.problems.append(_said(said(error), file, (*where, key)))
        elif key == "name":
            read.values[key] = raw
            if not isinstance(raw, str) or not raw.strip():
                zh = f"单位名称应为带英文双引号的文字，现在写的是{in_words(raw)}"
                en = "the name of a unit is text in double quotes"
                read.problems.append(problem("file.value", zh, en, where=file.where(*where, key)))
        elif key in fields:
            try:
                value = read_raw(fields[key].kind, raw)
                fault = fields[key].fault(value)
            except ValueError as error:
                value, fault = None, said(error)
            if fault:
                label = fields[key].label
                read.problems.append(
                    problem(
                        "file.value",
                        f"“{label.zh}”{fault.zh}",
                        f"{label.en}: {fault.in_('en')}",
                        where=file.where(*where, key),
                    )
                )
            read.values[key] = value
        else:
            read.problems.append(_unknown(file, key, (*fields, *own["unit"], "name"), where))
    if extra:
        read.values["extra"] = extra
    if "name" not in read.values:
        read.problems.append(
            problem(
                "file.missing-key", '缺少 "name"（单位名称）', '"name" is missing', where=file.where(*where)
            )
        )
    return read


def _said(text: Text, file: TomlFile, where: tuple[str | int, ...]) -> Problem:
    return problem("file.value", text.zh, text.in_("en"), where=file.where(*where))


def _unknown(file: TomlFile, key: str, known: tuple[str, ...], where: tuple[str | int, ...]) -> Problem:
    close = nearest(key, known)
    return problem(
        "file.unknown-key",
        f'不认识的键 "{key}"；可用：{"、".join(known)}',
        f'unknown key "{key}"; known: {", ".join(known)}',
        where=file.where(*where, key),
        hint_zh=f'是不是 "{close}"？' if close else "删去这一行",
        hint_en=f'did you mean "{close}"?' if close else "remove this line",
    )
