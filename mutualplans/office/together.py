"""What an office says of its plans together, added to their declarations: conditions and shared limits.

They are ordinary formulas, so that quoting, deciding, explaining and printing need to know nothing of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from mutualplans.engine.office import OfficePlan, Package, PackagePart, SharedLimit, System
from mutualplans.expr import nodes as n
from mutualplans.model.fields import MOST_FEN, Field
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text
from mutualplans.office import problems as wrong
from mutualplans.office.reading import Reading
from mutualplans.office.rows import LimitRow, PackagePlanRow, PackageRow, Path, SystemRow, sound, tables
from mutualplans.plan.declaration import Benefit
from mutualplans.plan.formula import Formula, least, paid
from mutualplans.plan.vocabulary import LIMIT, holds

__all__ = ["PERIODS", "check_others", "read_limits", "read_packages", "read_systems", "with_others"]

PERIODS = {
    per.value: per for per in (n.Period.INCIDENT, n.Period.TERM, n.Period.CALENDAR_YEAR, n.Period.LIFETIME)
}
"""The periods that a limit over several plans may run over, as an office file names them."""


def with_others(item: OfficePlan, titles: Mapping[str, Text], limits: Iterable[SharedLimit]) -> OfficePlan:
    """Return an office's plan with what the office adds to it.

    Args:
        item: The plan; its `only_with` and `replaced_by` become conditions.
        titles: Plan id → what the plan is called.
        limits: The office's limits; those over this plan are added.
    """
    plan = item.plan
    joins = [_only_with(id_, titles.get(id_, Text(id_))) for id_ in item.only_with]
    when = [_replaced_by(id_, titles.get(id_, Text(id_))) for id_ in item.replaced_by]
    benefits = plan.benefits
    for limit in limits:
        if plan.id in limit.plans:
            benefits = tuple(_limited(benefit, limit) for benefit in benefits)
    if joins or when or benefits is not plan.benefits:
        item.plan = evolve(plan, joins=(*plan.joins, *joins), when=(*plan.when, *when), benefits=benefits)
    return item


def _only_with(id_: str, title: Text) -> Formula:
    zh, en = f"须同时参加{title.zh}", f"only with {title.in_('en') or id_}"
    return holds(id_, title.zh, title.in_("en")).because("only-with", zh, en)


def _replaced_by(id_: str, title: Text) -> Formula:
    zh, en = f"已由{title.zh}给付，本计划不再给付", f"replaced by what {title.in_('en') or id_} pays"
    return paid.by(id_).equals(0).because("replaced", zh, en)


def _limited(benefit: Benefit, limit: SharedLimit) -> Benefit:
    label = Text(f"{limit.title.zh}尚余", f"left under {limit.title.in_('en')}")
    room = Field(
        subject="claim",
        name=f"{LIMIT}{limit.id}",
        kind=Kind.MONEY,
        label=label,
        most=min(limit.most, MOST_FEN),
    )
    return evolve(benefit, pays=least(benefit.pays, Formula(n.Read(room))))


# ---------------------------------------------------------------- reading


def check_others(reading: Reading, plans: Mapping[int, OfficePlan]) -> None:
    """Check that the plans that a plan names are other plans of this file, a main plan before its addition."""
    for number, item in plans.items():
        for key in ("only_with", "not_with", "replaced_by"):
            for place, id_ in enumerate(getattr(item, key)):
                where = ("plans", number, key, place)
                if id_ == item.plan.id or id_ not in reading.listed:
                    reading.wrong(
                        wrong.other_plan, where, id_, [i for i in reading.listed if i != item.plan.id]
                    )
                elif key == "only_with" and reading.listed.index(id_) > reading.listed.index(item.plan.id):
                    reading.wrong(wrong.order_with, where, item.plan.id, id_)


def read_limits(reading: Reading, raw: Any) -> tuple[SharedLimit, ...]:
    """Return the limits over several plans."""
    limits: list[SharedLimit] = []
    for number, item in reading.kept(tables(raw, reading.file, ("limits",), "limits")):
        place, before = ("limits", number), len(reading.problems)
        row = reading.kept(sound(LimitRow, reading.file, item, place))
        for key, example in _LIMIT_KEYS.items():
            if isinstance(item, dict) and key not in item:
                reading.wrong(wrong.missing, (*place, key), key, example)
        for at, id_ in enumerate(row.plans or ()):
            if id_ not in reading.listed:
                reading.wrong(wrong.other_plan, (*place, "plans", at), id_, reading.listed)
        if row.per is not None and row.per not in PERIODS:
            reading.wrong(wrong.limit_period, (*place, "per"), row.per, PERIODS)
        most = None if row.most is None else reading.money(row.most, (*place, "most"))
        if len(reading.problems) == before and row.title and row.plans and row.per and most is not None:
            plans, per = tuple(dict.fromkeys(row.plans)), PERIODS[row.per]
            limits.append(SharedLimit(id=str(number + 1), title=row.title, plans=plans, most=most, per=per))
    return tuple(limits)


def read_systems(reading: Reading, raw: Any) -> tuple[System, ...]:
    """Return the systems of units."""
    systems: list[System] = []
    for number, item in reading.kept(tables(raw, reading.file, ("systems",), "systems")):
        place, before = ("systems", number), len(reading.problems)
        row = reading.kept(sound(SystemRow, reading.file, item, place))
        names = tuple(row.names or ())
        if isinstance(item, dict) and "name" not in item:
            reading.wrong(wrong.missing, (*place, "name"), "name", 'name = "教育系统"')
        if row.name in [system.name for system in systems]:
            reading.wrong(wrong.system_twice, (*place, "name"), row.name)
        taken = [name for system in systems for name in system.names]
        for at, name in enumerate(names):
            if name in (*taken, *names[:at]):
                reading.wrong(wrong.system_twice, (*place, "names", at), name)
        units = len(names) if row.units is None and names else row.units
        if units is None or units < 1 or (names and units != len(names)):
            reading.wrong(wrong.system_units, (*place, "units"), row.units, len(names))
        if len(reading.problems) == before and row.name and units:
            systems.append(System(name=row.name, units=units, names=names))
    return tuple(systems)


def read_packages(reading: Reading, raw: Any) -> tuple[Package, ...]:
    """Return the packages."""
    packages: list[Package] = []
    for number, item in reading.kept(tables(raw, reading.file, ("packages",), "packages")):
        place, before = ("packages", number), len(reading.problems)
        row = reading.kept(sound(PackageRow, reading.file, item, place))
        for key, example in _PACKAGE_KEYS.items():
            if isinstance(item, dict) and key not in item:
                reading.wrong(wrong.missing, (*place, key), key, example)
        taken = [*reading.listed, *(package.id for package in packages)]
        if row.id is not None and (row.id in taken or not _PACKAGE_ID.fullmatch(row.id)):
            reading.wrong(wrong.package_id, (*place, "id"), row.id, taken)
        parts = _parts(reading, row.plans, (*place, "plans"))
        split = reading.split(row.split, (*place, "split"))
        group = reading.group(row.group, (*place, "group"))
        fee = None if row.fee is None else reading.money(row.fee, (*place, "fee"))
        if len(reading.problems) == before and row.id and row.title and parts and fee is not None:
            packages.append(
                Package(id=row.id, title=row.title, parts=parts, fee=fee, split=split, group=group)
            )
    return tuple(packages)


def _parts(reading: Reading, raw: Any, path: Path) -> tuple[PackagePart, ...]:
    parts: list[PackagePart] = []
    for number, item in reading.kept(tables(raw, reading.file, path, "packages.plans")):
        row = reading.kept(sound(PackagePlanRow, reading.file, item, (*path, number)))
        left = [id_ for id_ in reading.listed if id_ not in [part.plan for part in parts]]
        if row.id is None:
            if isinstance(item, dict) and "id" not in item:
                reading.wrong(wrong.missing, (*path, number, "id"), "id", 'id = "accident"')
        elif row.id not in left:
            reading.wrong(wrong.other_plan, (*path, number, "id"), row.id, left)
        elif row.shares is not None and row.shares < 1:
            reading.wrong(wrong.package_shares, (*path, number, "shares"), row.shares)
        else:
            parts.append(PackagePart(plan=row.id, shares=row.shares, tier=row.tier))
    return tuple(parts)


_PACKAGE_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_PACKAGE_KEYS = {
    "id": 'id = "three-in-one"',
    "title": 'title = "意外、重大疾病、住院三合一"',
    "fee": 'fee = "100"',
    "plans": '[[packages.plans]]，下写 id = "accident"',
}
_LIMIT_KEYS = {
    "title": 'title = "两项合计每年最高给付"',
    "plans": 'plans = ["female-illness", "major-disease"]',
    "most": 'most = "12000"',
    "per": 'per = "calendar-year"',
}
