"""Looking for worlds that break a law, and showing the smallest one: a sentence and a file for ``simulate``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from shlex import quote

from attrs import evolve
from hypothesis import HealthCheck, find, settings
from hypothesis.errors import NoSuchExample

from mutualplans.model.problem import Problem, problem
from mutualplans.testing.cases import WorkedCase
from mutualplans.testing.drawing import Material, worlds
from mutualplans.testing.laws import LAWS, Broken, Law
from mutualplans.testing.subject import Subject
from mutualplans.testing.worlds import Setting, World, settings_of
from mutualplans.testing.writing import office_toml, situation_toml

__all__ = ["EXAMPLES", "broken_law", "nothing_to_try"]

EXAMPLES = 100
"""Worlds that are tried for a plan; the same ones each time."""


def broken_law(subject: Subject, law: Law) -> Problem | None:
    """Return the smallest world that breaks a law, as a problem; ``None`` where none was found."""
    world = _first_broken(subject).get(law)
    if world is None:
        return None
    smallest = _search(subject, lambda world: law(world, world.run()) is not None) or world
    broken = law(smallest, smallest.run())
    return _shown(law, smallest, broken) if broken else None


def nothing_to_try(subject: Subject) -> Iterator[Problem]:
    """Report that there is no world to try: no sound case, or no edition that can be bound without an office."""
    if not subject.cases or not _choices(subject):
        zh = "没有可用的算例，或版次都有待办事处设定而没有允许范围的值，不能试各种申领"
        en = "no claims can be tried: there is no sound case, or every edition leaves a value without limits to the office"
        yield problem("check.not-made", f"未查：{zh}", f"not checked: {en}", severity="note")


@cache
def _first_broken(subject: Subject) -> dict[Law, World]:
    """Try every law on the same worlds, once; returns a first world for each law that is broken."""
    found: dict[Law, World] = {}

    def look(world: World) -> bool:
        run = world.run()
        for law in LAWS:
            if law not in found and law(world, run) is not None:
                found[law] = world
        return False

    _search(subject, look)
    return found


def _search(subject: Subject, wanted: Callable[[World], bool]) -> World | None:
    """Return the smallest world that is wanted. Worlds begin from the worked cases that pay something."""
    choices = _choices(subject)
    paying: Sequence[WorkedCase] = [case for case, run in subject.runs if run.total] or subject.cases
    if not paying or not choices:
        return None
    how = settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    try:
        return find(worlds(Material(choices, paying)), wanted, settings=how, random=Random(0))
    except NoSuchExample:
        return None


@cache
def _choices(subject: Subject) -> list[Setting]:
    return settings_of(subject.plan, subject.editions, given=subject.given)


def _shown(law: Law, world: World, broken: Broken) -> Problem:
    path, office = _written(law.__name__, world, broken)
    command = f"mutualplans simulate {quote(str(path))} --explain"
    if office:
        command += f" --office {quote(str(office))}"
    texts = [f"# {item.name}\n{item.read_text('utf-8')}" for item in (path, office) if item]
    return problem(
        "law.broken",
        broken.zh,
        broken.en,
        where=f"{world.setting.plan.id}/{world.setting.edition.id}",
        hint_zh="\n".join([command, *texts]),
        hint_en="\n".join([command, *texts]),
    )


def _written(name: str, world: World, broken: Broken) -> tuple[Path, Path | None]:
    """Write the case, and the office where its values matter, into a new temporary folder."""
    setting = world.setting
    folder = Path(tempfile.mkdtemp(prefix=f"mutualplans-{setting.plan.id}-"))
    situation = broken.situation or world.situation
    anonymous = evolve(situation, member=evolve(situation.member, name=None, id_number=None))
    path = folder / f"{name}.toml"
    path.write_text(situation_toml(anonymous, [setting.plan]), encoding="utf-8")
    if not setting.values:
        return path, None
    office = folder / "office.toml"
    office.write_text(office_toml(setting.plan, setting.edition, setting.values), encoding="utf-8")
    return path, office
