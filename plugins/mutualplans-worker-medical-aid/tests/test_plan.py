"""Longyan's medical aid: the conformance kit, fees by kind of unit, the most of a term."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutualplans_worker_medical_aid.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, quote
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.testing.conformance import PlanConformance

FIRST = date(2012, 10, 18)
MEMBER = mp.Member(birth_date=date(1978, 6, 12), employment="in-post")
OFFICE = office_of([plan])


class TestWorkerMedicalAid(PlanConformance):
    """Longyan's medical aid keeps the contract."""

    plan_id = "worker-medical-aid"


@pytest.mark.parametrize("first_day", [date(2011, 10, 18), FIRST])
@pytest.mark.parametrize(("unit_type", "fen"), [("public", 6000), ("private", 3600)])
def test_fee(unit_type, fen, first_day):
    """60 yuan in offices and institutions, 36 in private enterprises, before and after the rate rose."""
    joining = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(name="厂", unit_type=unit_type),
        first_day=first_day,
    )
    found = quote(OFFICE.plan(plan.id), joining)

    assert (fen, ()) == (found.premium, found.problems)


def stay(number: int, fen: int) -> mp.Claim:
    """Return a stay of three days of which everything counts."""
    day = FIRST + timedelta(days=10 * number)
    return mp.Claim(
        id=f"{number}",
        event="inpatient",
        cause="illness",
        admitted=day,
        discharged=day + timedelta(days=3),
        self_paid=mp.Money(fen),
        out_of_scope=mp.Money(0),
        extra={"below_deductible": mp.Money(0)},
    )


@given(st.lists(st.integers(0, 4_000_000), min_size=1, max_size=6))
def test_a_term_by_hand(amounts):
    """Each stay pays half, at least 200 yuan, never more than it cost; a term pays 25,000 yuan at most."""
    coverage = mp.Coverage(plan=plan.id, first_day=FIRST, last_day=date(2013, 10, 17))
    claims = tuple(stay(n, fen) for n, fen in enumerate(amounts))
    found = simulate(OFFICE, Situation(member=MEMBER, coverages=(coverage,), claims=claims))
    by_hand: list[int] = []
    for fen in amounts:
        half = (fen + 1) // 2
        raised = max(half, 20_000) if half else 0
        by_hand.append(min(raised, 2_500_000 - sum(by_hand), fen))

    assert by_hand == [decision.total for decision in found.decisions]
