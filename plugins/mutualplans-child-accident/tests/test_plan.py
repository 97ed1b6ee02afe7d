"""The children's accident plan: the conformance kit, and the premium for each child."""

from datetime import date

import pytest
from mutualplans_child_accident.plan import plan

import mutualplans as mp
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import office_of
from mutualplans.testing.conformance import PlanConformance

FIRST_DAY = date(2025, 6, 1)


class TestChildAccident(PlanConformance):
    """The children's accident plan keeps the contract."""

    plan_id = "child-accident"


@pytest.mark.parametrize(("edition", "fen"), [("shaanxi-2024", 5000), ("zhengzhou-2025", 0)])
def test_premium_of_one_child(edition, fen):
    """Shaanxi asks 50 yuan for each child, Zhengzhou nothing; the number of shares need not be stated."""
    child = mp.Insured(id="child", relation="child", birth_date=date(2014, 9, 1))
    cover = mp.Coverage(
        plan="child-accident", first_day=FIRST_DAY, last_day=date(2026, 5, 31), insured="child"
    )
    case = Case(member=mp.Member(employment="in-post"), insured=child, coverage=cover)
    bound = office_of([plan], edition=edition).plan("child-accident").bind(day=FIRST_DAY)

    assert fen == Facts(bound, case).value(plan.premium, "premium")
