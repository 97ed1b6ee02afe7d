"""Units under one higher union: whether enough units of a system take part (本系统单位参保面).

A roster seldom holds all units of a system, so nobody is refused for it: what is short is told, and by which units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from mutualplans.engine.office import GroupRule, Office, System
from mutualplans.model.people import Unit
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.text import Text

__all__ = ["SystemQuote", "in_systems"]


@frozen(kw_only=True)
class SystemQuote:
    """How many units of one system take part in one plan or package.

    Attributes:
        plan: Id of the plan or package.
        title: What it is called.
        system: Name of the system.
        units: How many units the system has.
        needed: How many must take part.
        taking_part: Names of those that do.
        missing: Names of those that do not, as far as names are known.
    """

    plan: str
    title: Text
    system: str
    units: int
    needed: int
    taking_part: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def short(self) -> int:
        """How many units too few take part; 0 where enough do."""
        return max(0, self.needed - len(self.taking_part))


def in_systems(
    office: Office, plan: str, title: Text, rules: Iterable[GroupRule], units: Iterable[tuple[Unit, bool]]
) -> tuple[list[SystemQuote], list[Problem]]:
    """Return how the systems of some units stand, and of which units that cannot be told.

    Args:
        office: The office, which lists the systems.
        plan: Id of the plan or package.
        title: What it is called.
        rules: Its group rules.
        units: Every unit that wants it, with whether it takes part.
    """
    wanted = [rule for rule in rules if rule.of == "units"]
    if not wanted:
        return [], []
    problems: list[Problem] = []
    found: dict[str, dict[str, bool]] = {}
    for unit, takes_part in units:
        system = _system_of(unit, office.systems)
        if isinstance(system, Problem):
            problems.append(system)
        else:
            found.setdefault(system.name, {})[unit.name] = takes_part
    quotes = []
    for item in office.systems:
        if item.name in found:
            made = _quote(plan, title, wanted, item, found[item.name])
            quotes.append(made)
            if len(found[item.name]) > item.units:
                problems.append(_too_many(item, len(found[item.name])))
    return quotes, problems


def _quote(
    plan: str, title: Text, rules: Sequence[GroupRule], system: System, units: Mapping[str, bool]
) -> SystemQuote:
    return SystemQuote(
        plan=plan,
        title=title,
        system=system.name,
        units=system.units,
        needed=max(rule.needed(system.units) for rule in rules),
        taking_part=tuple(name for name, takes_part in units.items() if takes_part),
        missing=tuple(name for name in dict.fromkeys((*system.names, *units)) if not units.get(name)),
    )


def _system_of(unit: Unit, systems: Sequence[System]) -> System | Problem:
    """Return the system of a unit: the one that lists it, else the one that it states; or why that is not known."""
    listing = next((system for system in systems if unit.name in system.names), None)
    stated = next((system for system in systems if system.name == unit.system), None)
    if listing is not None and unit.system in (None, listing.name):
        return listing
    if listing is None and stated is not None and not stated.names:
        return stated
    if unit.system is None:
        return _unknown(unit)
    return _other(unit, listing or stated, systems)


def _unknown(unit: Unit) -> Problem:
    whose = f"“{unit.name}”" if unit.name else ""
    return problem(
        "unit.missing-field",
        f"单位{whose}没有写明所属系统，没有计入系统参保面",
        f"unit {whose}: the system that it belongs to is not stated; it is not counted for any",
        where=unit.name,
        hint_zh="在名册加“系统”一列，或在单位文件里写 system，或在 office.toml 的 [[systems]] 里列出单位名称",
        hint_en="add a column 系统 to the roster, state system in the unit file, or list the unit under [[systems]]",
        severity="warning",
    )


def _other(unit: Unit, listing: System | None, systems: Sequence[System]) -> Problem:
    known = [system.name for system in systems]
    if listing is None:
        close = nearest(unit.system or "", known)
        zh = f'office.toml 没有系统 "{unit.system}"；有：{"、".join(known)}'
        en = f'office.toml has no system "{unit.system}"; it has: {", ".join(known)}'
        hint_zh = f'是不是 "{close}"？' if close else "改正名称，或在 office.toml 里补上 [[systems]]"
        hint_en = f'did you mean "{close}"?' if close else "correct the name, or add it under [[systems]]"
    elif unit.name in listing.names:
        zh = f'单位 "{unit.name}" 写的系统是 "{unit.system}"，office.toml 却把它列在 "{listing.name}"'
        en = f'unit "{unit.name}" states the system "{unit.system}", but office.toml lists it under "{listing.name}"'
        hint_zh, hint_en = "核对后改正其中一处", "correct one of them"
    else:
        zh = f'单位 "{unit.name}" 不在 office.toml 所列系统 "{listing.name}" 的单位之中'
        en = f'unit "{unit.name}" is not among the units of the system "{listing.name}" in office.toml'
        close = nearest(unit.name, listing.names)
        hint_zh = f'是不是 "{close}"？' if close else "核对单位名称，或补进 names"
        hint_en = f'did you mean "{close}"?' if close else "check the name, or add it to names"
    zh, en = f"{zh}；没有计入系统参保面", f"{en}; it is not counted"
    return problem(
        "unit.system", zh, en, where=unit.name, hint_zh=hint_zh, hint_en=hint_en, severity="warning"
    )


def _too_many(system: System, found: int) -> Problem:
    return problem(
        "unit.system",
        f'系统 "{system.name}" 写明有 {system.units} 个单位，名册里却有 {found} 个',
        f'the system "{system.name}" is said to have {system.units} units, but the roster has {found} of them',
        where=system.name,
        hint_zh="核对 office.toml 的 units",
        hint_en="check units in office.toml",
        severity="warning",
    )
