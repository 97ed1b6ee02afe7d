"""The rows of ``office.toml`` as they are written: one wrong key does not hide what else is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

import attrs
from attrs import field, frozen

from mutualplans.model.problem import Problem
from mutualplans.model.text import Text
from mutualplans.model.tomlfile import TomlFile
from mutualplans.office import problems as wrong
from mutualplans.plan.strict import strict

__all__ = [
    "EditionRow",
    "GroupRow",
    "LimitRow",
    "OfficeRow",
    "PackagePlanRow",
    "PackageRow",
    "Path",
    "PlanRow",
    "SystemRow",
    "sound",
    "table",
    "tables",
]

Path = tuple[str | int, ...]
T = TypeVar("T")


@frozen(kw_only=True)
class OfficeRow:
    """The top of the file. In every row, what is missing or of a wrong type is ``None``."""

    name: Text | None = None
    unit_types: dict[str, Text] = field(factory=dict)
    systems: Any = None
    plans: Any = None
    limits: Any = None
    packages: Any = None


@frozen(kw_only=True)
class PlanRow:
    """One ``[[plans]]``."""

    id: str | None = None
    split: Any = None
    editions: Any = None
    group: Any = None
    equal_shares: bool | None = None
    only_with: list[str] | None = None
    not_with: list[str] | None = None
    replaced_by: list[str] | None = None


@frozen(kw_only=True)
class EditionRow:
    """One ``[[plans.editions]]``."""

    id: str | None = None
    from_: date | None = None
    to: date | None = None
    values: Any = None


@frozen(kw_only=True)
class GroupRow:
    """One ``[[plans.group]]``."""

    staff_up_to: int | None = None
    share: Any = None
    persons: int | None = None
    of: str | None = None


@frozen(kw_only=True)
class SystemRow:
    """One ``[[systems]]``."""

    name: str | None = None
    units: int | None = None
    names: list[str] | None = None


@frozen(kw_only=True)
class LimitRow:
    """One ``[[limits]]``."""

    title: Text | None = None
    plans: list[str] | None = None
    most: Any = None
    per: str | None = None


@frozen(kw_only=True)
class PackageRow:
    """One ``[[packages]]``."""

    id: str | None = None
    title: Text | None = None
    fee: Any = None
    plans: Any = None
    split: Any = None
    group: Any = None


@frozen(kw_only=True)
class PackagePlanRow:
    """One ``[[packages.plans]]``."""

    id: str | None = None
    shares: int | None = None
    tier: str | None = None


def sound(cls: type[T], file: TomlFile, raw: Any, path: Path) -> tuple[T, list[Problem]]:
    """Return a row with every sound field of `raw`, and a problem for each of the others."""
    row, problems = strict(cls, file, raw, *path)
    if row is not None:
        return row, []
    kept = {}
    attrs.resolve_types(cls)  # type: ignore[type-var]
    for item in attrs.fields(cls):  # type: ignore[arg-type]
        key = item.name.rstrip("_")
        if isinstance(raw, dict) and key in raw:
            value, found = strict(item.type, file, raw[key], *path, key)
            if not found:
                kept[item.name] = value
    return cls(**kept), problems


def tables(raw: Any, file: TomlFile, path: Path, header: str) -> tuple[list[tuple[int, Any]], list[Problem]]:
    """Return the numbered items of an array of tables; ``None`` is an empty one."""
    if raw is None:
        return [], []
    if not isinstance(raw, list):
        return [], [wrong.not_tables(file.where(*path), header)]
    return list(enumerate(raw)), []


def table(raw: Any, file: TomlFile, path: Path, example: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the keys and values of a table; ``None`` is an empty one."""
    if raw is None:
        return {}, []
    if not isinstance(raw, dict):
        return {}, [wrong.not_a_table(file.where(*path), raw, example)]
    return raw, []
