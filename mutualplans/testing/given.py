"""What an office is taken to have set, for worked cases and laws: ``[office.EDITION]`` of ``cases.toml``.

An edition may leave a value to the office. It cannot be bound without one, so the file of cases states an example::

    [office.beijing-2010]
    grants = { "7" = "1000" }      # not a number of the rule: what the cases are worked out with
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from mutualplans.engine.bind import edition_named
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.office import problems as wrong
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence, Edition, Entry
from mutualplans.plan.reading import load_editions, outside_limits, read_value

__all__ = ["Given", "given_in", "no_edition", "without_value"]

Given = Mapping[str, Mapping[str, Entry]]
"""Edition id → name of a value → what the office is taken to have set."""


def given_in(plan: Plan, file: TomlFile) -> tuple[Given, list[Problem]]:
    """Read what ``[office.EDITION]`` states; returns the sound values and what is wrong with the others."""
    known = [edition.id for edition in load_editions(plan)[0]]
    stated = file.data.get("office", {})
    if not isinstance(stated, dict):
        zh, en = "写成 [office.版次]，下面写办事处定的值", "write [office.EDITION] with the office's values"
        return {}, [problem("file.value", zh, en, where=file.where("office"))]
    given: dict[str, dict[str, Entry]] = {}
    problems: list[Problem] = []
    for edition, values in stated.items():
        place = ("office", edition)
        if edition not in known:
            problems += no_edition(plan, edition, file.where(*place))
        elif not isinstance(values, dict):
            zh, en = f"[office.{edition}] 下面写“值 = 数”", f"write values under [office.{edition}]"
            problems.append(problem("file.value", zh, en, where=file.where(*place)))
        else:
            given[edition], found = _values(plan, values, file, place)
            problems += found
    return given, problems


def _values(
    plan: Plan, values: Mapping[str, Any], file: TomlFile, place: tuple[str, ...]
) -> tuple[dict[str, Entry], list[Problem]]:
    """Read the values of one edition by the rules of an office's file."""
    declared = {parameter.name: parameter for parameter in plan.values}
    found: dict[str, Entry] = {}
    problems: list[Problem] = []
    for name, raw in values.items():
        where = file.where(*place, name)
        if name not in declared:
            problems.append(wrong.value_unknown(where, plan.id, name, declared))
            continue
        parameter = declared[name]
        if parameter.open_to_office is None:
            problems.append(wrong.value_closed(where, parameter, declared))
            continue
        value, faults = read_value(parameter, raw, file, (*place, name))
        problems += faults
        if not faults and outside_limits(parameter, value):
            problems.append(wrong.value_outside(where, parameter, raw))
        elif not faults:
            found[name] = Entry(value=value, confidence=Confidence.PUBLISHED, source=file.name)
    return found, problems


def no_edition(plan: Plan, found: str, where: str) -> list[Problem]:
    """Return that a plan has no edition of the name, with the nearest that it has."""
    try:
        edition_named(plan, load_editions(plan)[0], found)
    except MutualPlansError as error:
        return [evolve(item, where=where) for item in error.problems]
    return []


def without_value(plan: Plan, edition: Edition, given: Given, where: str) -> Problem | None:
    """Return that an edition leaves values to the office for which nothing is given; ``None`` if it does not."""
    stated = {*edition.values, *given.get(edition.id, {})}
    unset = [item for item in plan.values if item.name not in stated and not item.optional]
    if not unset:
        return None
    zh = "、".join(f"“{item.label.zh}”({item.name})" for item in unset)
    en = ", ".join(item.name for item in unset)
    return problem(
        "cases.office-value",
        f"版次 {edition.id} 把{zh}留给办事处定，没有写明算例按多少算",
        f"edition {edition.id} leaves {en} to the office; the cases do not say what they are worked out with",
        where=where,
        hint_zh=f"在 cases.toml 开头写 [office.{edition.id}]，下面写 {unset[0].name} = …（只供算例，不是规则的数）",
        hint_en=f"write [office.{edition.id}] at the top of cases.toml, with {unset[0].name} = … (for the cases only)",
    )
