"""Small plans for tests of the engine: not shipped, each showing one thing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mutualplans as mp
from mutualplans import claim, cover, insured, per
from mutualplans.engine.bind import BoundPlan, bind
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.model.text import Text
from mutualplans.model.tomlfile import read_toml
from mutualplans.plan.declaration import EditionFolder
from mutualplans.plan.edition import Confidence, Edition, Entry, InForce
from mutualplans.plan.reading import read_edition

HEAD = """
plan = "{plan}"
id = "test"
series = "test"
title = "测试版"
in_force = {{}}
publisher = "测试"
source = "测试"
confidence = "assumed"
reason = "只用于测试"
[values]
{values}
"""


def edition(plan: mp.Plan, values: str) -> Edition:
    """Return an edition of `plan` with the values written as TOML; fails on any problem."""
    found, problems = read_edition(plan, read_toml("test.toml", HEAD.format(plan=plan.id, values=values)))

    assert [item.line() for item in problems] == []
    assert found is not None
    return found


def made_up(
    plan: str, id_: str, values: Mapping[str, Any], rounding: mp.Rounding = mp.Rounding.HALF_UP_FEN
) -> Edition:
    """Return an edition that no file states, for laws; money as fen."""
    return Edition(
        plan=plan,
        id=id_,
        series="e",
        title=Text("版"),
        in_force=InForce(),
        publisher="-",
        source="-",
        confidence=Confidence.ASSUMED,
        reason="-",
        rounding=rounding,
        values={name: Entry(value=value, confidence=Confidence.ASSUMED) for name, value in values.items()},
    )


def bound(plan: mp.Plan, values: str) -> BoundPlan:
    """Return `plan` bound to the values."""
    return bind(plan, edition(plan, values))


def office(*plans: tuple[mp.Plan, str]) -> Office:
    """Return an office that runs the plans with their values, in this order."""
    items = [
        OfficePlan(plan=plan, editions=(LocalEdition(edition=edition(plan, values)),))
        for plan, values in plans
    ]
    return Office(name=Text("测试办事处"), plans=tuple(items))


def make(id_: str, value: object, **more: object) -> mp.Plan:
    """Return a plan with the usual rest, so that a test shows only what it is about."""
    given = {
        "title": mp.Text("测试计划", "Test plan"),
        "values": value,
        "editions": EditionFolder("none", str(Path("none"))),
        "premium": mp.yuan("10.00"),
        "term_months": 12,
        **more,
    }
    return mp.Plan(id=id_, **given)  # type: ignore[arg-type]


def inpatient_medical() -> tuple[mp.Plan, str]:
    """A share of the self-paid part of a stay, never above what is left of it (the Hubei plan of 2025)."""
    value = mp.parameters(rate=mp.rate("给付比例"), most=mp.money("每期最多"))
    plan = make(
        "inpatient-medical",
        value,
        benefits=[
            mp.Benefit(
                "medical",
                mp.Text("住院医疗互助金"),
                clause="测试",
                when=[claim.self_paid_in_scope.over(0).because("nothing-paid", zh="没有自付")],
                pays=(claim.self_paid_in_scope * value.rate).capped(value.most, per=per.TERM),
                indemnity=True,
            )
        ],
    )
    return plan, 'rate = "70%"\nmost = "20000"'


def second_plan(rate: str = "25%") -> tuple[mp.Plan, str]:
    """A company fund: a share of what the city's plan leaves (Jing'an 2002)."""
    value = mp.parameters(rate=mp.rate("再补比例"))
    plan = make(
        "company-fund",
        value,
        benefits=[
            mp.Benefit(
                "fund",
                mp.Text("公司救助"),
                clause="测试",
                pays=claim.self_paid_in_scope.less(mp.paid.by("inpatient-medical")) * value.rate,
                indemnity=True,
            )
        ],
    )
    return plan, f'rate = "{rate}"'


def allowance(free_days: int = 3) -> tuple[mp.Plan, str]:
    """An allowance for each day in hospital after the first days of each stay."""
    value = mp.parameters(daily=mp.money("每日津贴"), free=mp.days("不计天数"), most=mp.days("最多天数"))
    plan = make(
        "allowance",
        value,
        max_shares=4,
        joins=[insured.age.within(16, 60).because("age", zh="年龄不符")],
        benefits=[
            mp.Benefit(
                "allowance",
                mp.Text("住院津贴"),
                clause="测试",
                when=[claim.is_inpatient.because("not-inpatient", zh="非住院")],
                pays=claim.days.above(value.free, per=per.STAY).capped(value.most, per=per.TERM)
                * value.daily
                * cover.shares,
            )
        ],
    )
    return plan, f'daily = "40"\nfree = {free_days}\nmost = 180'
