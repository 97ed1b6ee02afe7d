"""The inpatient medical plan: the conformance kit, bills of one stay, the limit of a term, the fees."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutualplans_inpatient_medical.plan import plan

import mutualplans as mp
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import office_of
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.testing.conformance import PlanConformance

MEMBER = mp.Member(birth_date=date(1975, 3, 4), employment="in-post")
FIRST = date(2014, 9, 1)
COVER = mp.Coverage(plan="inpatient-medical", first_day=FIRST, last_day=date(2015, 8, 31))
NONE = mp.Money(0)


class TestInpatientMedical(PlanConformance):
    """The inpatient medical plan keeps the contract."""

    plan_id = "inpatient-medical"


def bill(number: int, day: date, fen: int, stay: str | None = None) -> mp.Claim:
    """Return a bill of three days without a part below the deductible."""
    return mp.Claim(
        id=f"{number}",
        event="inpatient",
        cause="illness",
        admitted=day,
        discharged=day + timedelta(days=3),
        stay=stay,
        self_paid_in_scope=mp.Money(fen),
        self_paid_partly=NONE,
        out_of_scope=NONE,
        extra={"below_deductible": NONE},
    )


def paid(edition: str, claims: list[mp.Claim]) -> list[int | None]:
    """Return what each claim is paid in fen."""
    office = office_of([plan], edition=edition)
    found = simulate(office, Situation(member=MEMBER, coverages=(COVER,), claims=tuple(claims)))
    return [decision.total for decision in found.decisions]


@given(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=8))
def test_rates_by_number_of_the_stay(amounts):
    """In Beijing the first stay is at 70 %, the second at 60 %, each later one at 50 %, each rounded by itself."""
    claims = [bill(n, FIRST + timedelta(days=10 * n), fen) for n, fen in enumerate(amounts)]
    rates = [70, 60, *([50] * len(amounts))]
    by_hand = [(2 * fen * rate + 100) // 200 for fen, rate in zip(amounts, rates, strict=False)]

    assert by_hand == paid("beijing-2008", claims)


@given(st.lists(st.integers(1, 2_000_000), min_size=1, max_size=5))
def test_bills_of_one_stay_are_one_stay(amounts):
    """However many bills a stay has, all are at the rate of its number, and the next stay is the second."""
    bills = [bill(n, FIRST + timedelta(days=3 * n), fen, "H1") for n, fen in enumerate(amounts)]
    later = bill(99, FIRST + timedelta(days=100), 100_000)

    assert [*((2 * fen * 70 + 100) // 200 for fen in amounts), 60_000] == paid(
        "beijing-2008", [*bills, later]
    )


@given(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=6))
def test_limit_of_a_term(amounts):
    """Whatever the stays cost, a term of the traffic assistants pays 11,871.40 yuan at most."""
    claims = [bill(n, FIRST + timedelta(days=10 * n), fen) for n, fen in enumerate(amounts)]

    assert sum(item or 0 for item in paid("xian-traffic-2014", claims)) <= 1_187_140


@pytest.mark.parametrize(
    ("edition", "fen"),
    [("beijing-2008", 5000), ("guangdong-2019", 9500), ("gansu-2010", 6800), ("jilin-univ-2022", 9900)],
)
def test_published_fees(edition, fen):
    """The published fee of one person."""
    case = Case(member=MEMBER, insured=mp.Insured.member(MEMBER), coverage=COVER)
    bound = office_of([plan], edition=edition).plan("inpatient-medical").bind(day=FIRST)

    assert fen == Facts(bound, case).value(plan.premium, "premium")
