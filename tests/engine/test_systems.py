"""Units of systems: 80 % of the units of a system, rounded up, of those that take part in a plan."""

from __future__ import annotations

from fractions import Fraction

import pytest

import mutualplans as mp
from mutualplans.engine.office import GroupRule, Office, System
from mutualplans.engine.systems import SystemQuote, in_systems
from mutualplans.model.problem import Problem

EIGHTY = GroupRule(share=Fraction(80, 100), of="units")
NAMED = System(name="建设系统", units=3, names=("甲", "乙", "丙"))
COUNTED = System(name="教育系统", units=12)


def standing(
    *units: tuple[mp.Unit, bool], systems: tuple[System, ...] = (NAMED, COUNTED), rule: GroupRule = EIGHTY
) -> tuple[list[SystemQuote], list[Problem]]:
    """Return how the systems of some units stand under one rule."""
    office = Office(name=mp.Text("某市"), plans=(), systems=systems)
    return in_systems(office, "one", mp.Text("一"), (GroupRule(share=Fraction(1)), rule), units)


def schools(joining: int, others: int) -> list[tuple[mp.Unit, bool]]:
    """Return units of the system of twelve."""
    return [
        (mp.Unit(name=f"{number} 中", system="教育系统"), number < joining)
        for number in range(joining + others)
    ]


@pytest.mark.parametrize(("joining", "short"), [(10, 0), (9, 1), (0, 10)])
def test_the_share_is_met_at_its_edge(joining: int, short: int) -> None:
    """80 % of 12 are 9.6, so 10 units must take part; with 9 one is missing."""
    (found,), problems = standing(*schools(joining, 1))

    assert (found.units, found.needed, len(found.taking_part), found.short) == (12, 10, joining, short)
    assert problems == []


def test_units_that_do_not_take_part_are_named_as_far_as_they_are_known() -> None:
    """Of a system with names all others are named; of one with a number only those of the roster."""
    named, counted = standing((mp.Unit(name="乙"), True), (mp.Unit(name="丙"), False), *schools(1, 2))[0]

    assert (named.taking_part, named.missing, named.short) == (("乙",), ("甲", "丙"), 2)
    assert (counted.taking_part, counted.missing) == (("0 中",), ("1 中", "2 中"))


def test_a_number_of_units_may_be_asked_for_beside_the_share() -> None:
    """At least 3 units: 80 % of the three are 2.4, rounded up 3 as well; of 12 with 50 % it is 6, not 3."""
    half = GroupRule(share=Fraction(1, 2), persons=3, of="units")

    assert [item.needed for item in standing((mp.Unit(name="甲"), True), *schools(1, 0), rule=half)[0]] == [
        3,
        6,
    ]


def test_a_plan_without_such_a_rule_says_nothing() -> None:
    """Rules for staff and women have nothing to do with systems."""
    assert standing((mp.Unit(name="甲"), True), rule=GroupRule(share=Fraction(1))) == ([], [])


@pytest.mark.parametrize(
    ("unit", "code", "word"),
    [
        (mp.Unit(name="丁"), "unit.missing-field", "没有写明所属系统"),
        (mp.Unit(name="丁", system="教育系"), "unit.system", "没有系统"),
        (mp.Unit(name="甲", system="教育系统"), "unit.system", "却把它列在"),
        (mp.Unit(name="丁", system="建设系统"), "unit.system", "不在 office.toml 所列系统"),
    ],
    ids=["not stated", "unknown", "two systems", "not among the names"],
)
def test_a_unit_whose_system_is_not_sure_is_not_counted(unit: mp.Unit, code: str, word: str) -> None:
    """What is not known, or said in two ways, is told and counted for no system."""
    found, problems = standing((unit, True))

    assert found == []
    assert [(item.code, item.severity) for item in problems] == [(code, "warning")]
    assert word in problems[0].message.zh


def test_more_units_than_the_system_has_are_told() -> None:
    """Two units state a system of one: its number cannot be right."""
    found, problems = standing(*schools(2, 0), systems=(System(name="教育系统", units=1),))

    assert [item.short for item in found] == [0]
    assert [item.code for item in problems] == ["unit.system"]
