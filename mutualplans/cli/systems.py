"""How the systems of a roster's units stand, for people and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from mutualplans.cli.language import lang, t
from mutualplans.cli.output import print_table
from mutualplans.engine.systems import SystemQuote
from mutualplans.model.masks import mask_digits

__all__ = ["print_systems", "systems_data"]


def print_systems(systems: Sequence[SystemQuote]) -> None:
    """Print how many units of each system take part in each plan that asks for a part of them."""
    if not systems:
        return
    headers = [
        t("系统", "system"),
        t("计划", "plan"),
        t("单位", "units"),
        t("至少", "at least"),
        t("参保", "take part"),
        t("差", "short"),
        t("没有参保的单位", "units that do not"),
    ]
    lines = [
        (
            mask_digits(item.system),
            item.title.in_(lang()),
            *map(str, (item.units, item.needed, len(item.taking_part), item.short)),
            _missing(item),
        )
        for item in systems
    ]
    print_table(
        t("本系统单位参保面", "Units of systems"),
        headers,
        lines,
        align=["left", "left", "right", "right", "right", "right", "left"],
    )
    if any(item.short for item in systems):
        click.echo(
            t(
                "参保面不足的系统：名册只有其中几个单位的，把各单位的名册合在一起再核对；保费照算",
                "Short: where the roster has only some units of a system, check all of them together; fees stand",
            )
        )


def _missing(item: SystemQuote) -> str:
    """Return the units that do not take part: by name as far as known, the others by number."""
    named = [mask_digits(name) for name in item.missing]
    others = item.units - len(item.taking_part) - len(item.missing)
    if others > 0:
        named.append(t(f"名册以外 {others} 个", f"{others} outside the roster"))
    return t("、", ", ").join(named)


def systems_data(systems: Sequence[SystemQuote]) -> list[dict[str, Any]]:
    """Return the same as data."""
    return [
        {
            "system": mask_digits(item.system),
            "plan": item.plan,
            "units": item.units,
            "needed": item.needed,
            "taking_part": [mask_digits(name) for name in item.taking_part],
            "short": item.short,
            "missing": [mask_digits(name) for name in item.missing],
        }
        for item in systems
    ]
