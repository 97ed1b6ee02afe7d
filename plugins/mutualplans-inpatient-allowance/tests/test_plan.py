"""The inpatient allowance plan: the conformance kit, and how a stay may be billed."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from mutualplans_inpatient_allowance.plan import plan

import mutualplans as mp
from mutualplans.engine.assess import assess
from mutualplans.engine.bind import bind
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import office_of
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.plan.edition import Confidence, Entry
from mutualplans.testing.conformance import PlanConformance

OFFICE = office_of([plan], edition="beijing-2010")
MEMBER = mp.Member(sex="female", birth_date=date(1970, 4, 2), employment="in-post")
COVER = mp.Coverage(plan="inpatient-allowance", first_day=date(2011, 1, 1), last_day=date(2011, 12, 31))


class TestInpatientAllowance(PlanConformance):
    """The inpatient allowance plan keeps the contract."""

    plan_id = "inpatient-allowance"


def bills(*days: int) -> tuple[mp.Claim, ...]:
    """Return the bills of one stay, each settled on its own day."""
    first = date(2011, 3, 1)
    return tuple(
        mp.Claim(
            id=f"bill {number}",
            event="inpatient",
            cause="illness",
            admitted=first,
            discharged=first + timedelta(days=sum(days[: number + 1])),
            stay="S1",
            days=part,
        )
        for number, part in enumerate(days)
    )


@pytest.mark.parametrize("days", [(1, 19), (3, 17), (4, 16), (19, 1), (1, 1, 1, 17), (0, 20)])
def test_bills_of_one_stay(days):
    """However a stay of 20 days is split into bills, it pays 17 days."""
    result = simulate(OFFICE, Situation(member=MEMBER, coverages=(COVER,), claims=bills(*days)))
    expected = 17 * 4000

    assert expected == result.total


@pytest.mark.parametrize(
    ("admitted", "cause", "earlier", "fen"),
    [
        (date(2011, 1, 30), "illness", (), 0),
        (date(2011, 1, 31), "illness", (), 4000),
        (date(2011, 1, 30), "accident", (), 4000),
        (date(2011, 1, 30), "illness", (mp.DateRange(date(2010, 1, 1), date(2010, 12, 31)),), 4000),
    ],
)
def test_waiting_period_of_an_office(admitted, cause, earlier, fen):
    """Where an office sets 30 days, day 30 pays nothing and day 31 does; accidents and renewals do not wait."""
    edition = OFFICE.plan("inpatient-allowance").bind(day=COVER.first_day).edition
    bound = bind(plan, edition, {"waiting_days": Entry(value=30, confidence=Confidence.PUBLISHED)})
    case = Case(member=MEMBER, insured=mp.Insured.member(MEMBER), coverage=evolve(COVER, earlier=earlier))
    decision, _ = assess(
        bound, case, mp.Claim(id="1", event="inpatient", cause=cause, admitted=admitted, days=4)
    )

    assert fen == decision.total


@pytest.mark.parametrize(
    ("edition", "fen"),
    [("beijing-2010", 6000), ("xian-2015", 8000), ("chongqing-2015", 8000), ("zhongshan-2019", 8000)],
)
def test_premium(edition, fen):
    """The published fee of one person; the number of shares need not be stated."""
    case = Case(member=MEMBER, insured=mp.Insured.member(MEMBER), coverage=COVER)
    bound = office_of([plan], edition=edition).plan("inpatient-allowance").bind(day=COVER.first_day)

    assert fen == Facts(bound, case).value(plan.premium, "premium")
