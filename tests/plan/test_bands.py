"""Bands as editions write them: every edge with its side, no gap, no overlap, and whole numbers as one counts them."""

from __future__ import annotations

from typing import Any

import pytest

import mutualplans as mp
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import Problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.reading import read_value

DAYS, COST = mp.parameters(
    days=mp.bands(mp.Kind.COUNT, "给付天数", measured=mp.Kind.COUNT), cost=mp.bands(mp.Kind.MONEY, "定额")
)


def read(parameter: Parameter, rows: list[dict[str, Any]]) -> tuple[Any, list[Problem]]:
    """Read bands as an edition states them."""
    return read_value(parameter, rows, TomlFile("edition.toml", {}, {}), ("values", parameter.name))


def test_whole_numbers_may_go_on_with_the_next_one() -> None:
    """One day alone, 2 to 10, 11 to 20, and over 20: from 11 begins where up to 10 ends."""
    rows = [
        {"from": 1, "up_to": 1, "gives": 1},
        {"from": 2, "up_to": 10, "gives": 5},
        {"from": 11, "up_to": 20, "gives": 7},
        {"over": 20, "gives": 10},
    ]
    scale, problems = read(DAYS, rows)

    assert problems == []
    assert [scale.whole(days) for days in (0, 1, 2, 10, 11, 20, 21)] == [0, 1, 5, 5, 7, 7, 10]


@pytest.mark.parametrize(
    ("parameter", "rows", "said"),
    [
        (DAYS, [{"up_to": 10, "gives": 5}, {"from": 12, "gives": 7}], "缺口或重叠"),
        (DAYS, [{"up_to": 10, "gives": 5}, {"from": 10, "gives": 7}], "缺口或重叠"),
        (COST, [{"up_to": "10", "gives": "5"}, {"from": "11", "gives": "7"}], "缺口或重叠"),
        (DAYS, [{"over": 1, "below": 2, "gives": 1}, {"gives": 0}], "什么也没有：下限 1，上限 2"),
        (COST, [{"from": "5", "up_to": "5", "gives": "1"}, {"gives": "0"}], "什么也没有：下限 5.00 元，上限 5.00 元"),
        (DAYS, [{"from": 0, "to": 1, "gives": 1}], '不认识 "to"'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_bands_is_told(
    parameter: Parameter, rows: list[dict[str, Any]], said: str
) -> None:
    """A hole of one day or one yuan, an overlap, an empty band and an unknown key are refused, each in its words."""
    value, problems = read(parameter, rows)

    assert value is None
    assert any(said in item.message.zh for item in problems), problems
