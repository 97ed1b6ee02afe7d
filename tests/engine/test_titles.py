"""Codes are said as the edition calls them: in explanations, in reasons and where a table lacks a row."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import claim, cover, member
from mutualplans.engine.explain import trace
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.engine.quote import Joining, quote
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.model.text import Lang
from tests.engine.plans import edition, make

VALUE = mp.parameters(
    fee=mp.table(mp.Kind.MONEY, "互助费", "fee", keys=2),
    grades=mp.table(mp.Kind.MONEY, "等级金额", "sum by grade"),
)
VALUES = """
fee = { value = { basic = { light = "10" } } }
grades = { value = { skull = "100", hand = "50" } }
"""
TITLES = {
    "light": mp.Text("轻体力工种", "light work"),
    "skull": mp.Text("颅底骨折", "skull-base fracture"),
    "toe": mp.Text("趾骨骨折", "fracture of a toe"),
}
PLAN = make(
    "titled",
    VALUE,
    premium=VALUE.fee.of(cover.tier, member.risk_class),
    benefits=[
        mp.Benefit(
            "grade",
            mp.Text("伤残金", "disability"),
            clause="第一条",
            when=[
                claim.disability_grade.is_one_of("skull", "toe").because(
                    "grade", zh="不是所列伤情", en="not listed"
                )
            ],
            pays=VALUE.grades.of(claim.disability_grade),
        )
    ],
)
MEMBER = mp.Member(birth_date=date(1980, 1, 1), employment="in-post", risk_class="light")
COVER = mp.Coverage(plan="titled", first_day=date(2024, 1, 1), last_day=date(2024, 12, 31), shares=1)


def item() -> OfficePlan:
    """Return the plan under an edition that names its codes."""
    return OfficePlan(
        plan=PLAN, editions=(LocalEdition(edition=evolve(edition(PLAN, VALUES), titles=TITLES)),)
    )


def told(grade: str, lang: Lang) -> str:
    """Return what is said of a claim, its explanation and reasons included."""
    made = mp.Claim(id="c", event="disability", occurred=date(2024, 3, 1), disability_grade=grade)
    office = Office(name=mp.Text("办"), plans=(item(),))
    result = simulate(office, Situation(member=MEMBER, coverages=(COVER,), claims=(made,)))
    lines = [problem.line(lang) for problem in result.problems]
    for found in (found for decision in result.decisions for found in decision.benefits):
        step = trace(found, lang)
        lines += [step.text] if step else []
        texts = [text for reason in found.reasons for text in (reason.found, reason.expected) if text]
        lines += [text.in_(lang) for text in texts]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("grade", "zh", "en"),
    [
        ("skull", "等级金额（按伤残等级或伤情项目 颅底骨折查表） = 100.00 元", "skull-base fracture"),
        (
            "toe",
            "表里没有这一行：等级金额 趾骨骨折",
            "no such row in its table: sum by grade fracture of a toe",
        ),
        (
            "hand",
            "伤残等级或伤情项目为颅底骨折或趾骨骨折",
            "is skull-base fracture or fracture of a toe",
        ),
    ],
)
def test_a_decision_says_what_the_edition_calls_a_code(grade: str, zh: str, en: str) -> None:
    """In the explanation of a table, in the problem of a missing row, and in the reason of a condition."""
    assert zh in told(grade, "zh")
    assert en in told(grade, "en")
    assert not any(code in told(grade, "zh") for code in ("skull", "toe", "grades"))


def test_a_code_without_a_title_is_said_as_it_is() -> None:
    """The edition has no name for it."""
    assert "hand" in told("hand", "zh")


def test_a_quote_says_what_the_edition_calls_a_code() -> None:
    """Where the table of fees has no row, its label and the titles stand in the message."""
    joining = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(),
        first_day=date(2024, 1, 1),
        shares=1,
        tier="plus",
    )

    [found] = quote(item(), joining).problems
    assert found.message.zh == "计划 titled 的表里没有这一行：互助费 plus、轻体力工种"
    assert found.message.en == "plan titled has no such row in its table: fee plus, light work"
