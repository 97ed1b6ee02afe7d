"""The outpatient and inpatient supplement: the conformance kit, and a year's outpatient bills however split."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from mutualplans_outpatient_inpatient_supplement.plan import plan

import mutualplans as mp
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import office_of
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.testing.conformance import PlanConformance

FIRST = date(2002, 10, 1)
MEMBER = mp.Member(birth_date=date(1965, 6, 12), employment="in-post")
COVER = mp.Coverage(plan=plan.id, first_day=FIRST, last_day=date(2003, 9, 30))
OFFICE = office_of([plan])


class TestOutpatientInpatientSupplement(PlanConformance):
    """The outpatient and inpatient supplement keeps the contract."""

    plan_id = "outpatient-inpatient-supplement"


def bill(number: int, fen: int) -> mp.Claim:
    """Return an outpatient bill of its own day."""
    return mp.Claim(
        id=f"{number}",
        event="outpatient",
        cause="illness",
        occurred=FIRST + timedelta(days=number),
        self_paid_in_scope=mp.Money(fen),
        self_paid_partly=mp.Money(0),
        out_of_scope=mp.Money(0),
    )


@given(st.lists(st.integers(1, 150_000), min_size=1, max_size=8))
def test_bills_of_a_year(amounts):
    """However the year's costs are split into bills, the slices are paid once, rounded to the fen in the end."""
    claims = tuple(bill(n, fen) for n, fen in enumerate(amounts))
    found = simulate(OFFICE, Situation(member=MEMBER, coverages=(COVER,), claims=claims))
    whole = sum(amounts)
    low = min(max(whole - 50_000, 0), 70_000)
    high = min(max(whole - 120_000, 0), 80_000)

    assert found.total == (low * 55 + high * 60 + 50) // 100


def test_fee():
    """255 yuan a person."""
    case = Case(member=MEMBER, insured=mp.Insured.member(MEMBER), coverage=COVER)
    bound = OFFICE.plan(plan.id).bind(day=FIRST)

    assert Facts(bound, case).value(plan.premium, "premium") == 255_00
