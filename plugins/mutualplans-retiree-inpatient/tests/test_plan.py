"""The retirees' inpatient plan of Ningbo: the conformance kit, and the history that decides the rate."""

from datetime import date, timedelta

import pytest
from mutualplans_retiree_inpatient.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, quote
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.testing.conformance import PlanConformance

OFFICE = office_of([plan], edition="ningbo-2023")
MEMBER = mp.Member(employment="retired", basic_insurance=True, extra={"civil_subsidy": False})
STAY = mp.Claim(
    id="1",
    event="inpatient",
    admitted=date(2023, 12, 1),
    hospital_level="2",
    pool_paid=mp.yuan("4000"),
    self_paid=mp.yuan("2000"),
)


class TestRetireeInpatient(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "retiree-inpatient"


@pytest.mark.parametrize(
    ("gap", "fen"), [(0, 500_00), (30, 500_00), (31, 500_00), (32, 400_00), (365, 400_00)]
)
def test_a_gap_lowers_the_rate(gap: int, fen: int) -> None:
    """4,000 ÷ 4 = 1,000: 50 % without a gap of more than the 31 days of May, else 40 %."""
    last = date(2023, 4, 30) - timedelta(days=gap)
    cover = mp.Coverage(
        plan=plan.id,
        first_day=date(2023, 5, 1),
        last_day=date(2024, 4, 30),
        earlier=(mp.DateRange(last - timedelta(days=364), last),),
        extra={"joined_late": False},
    )

    assert fen == simulate(OFFICE, Situation(member=MEMBER, coverages=(cover,), claims=(STAY,))).total


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [(date(2023, 5, 1), date(2024, 4, 30)), (date(2023, 5, 20), date(2024, 4, 30))],
)
def test_every_term_ends_on_30_april(first_day: date, last_day: date) -> None:
    """Who joins in the month after the start is covered to the end of the term that runs, at the whole fee."""
    found = quote(
        OFFICE.plan(plan.id),
        Joining(
            member=MEMBER, insured=mp.Insured.member(MEMBER), unit=mp.Unit(), first_day=first_day, covers=()
        ),
    )

    assert (130_00, last_day) == (found.premium, found.coverage.last_day)
