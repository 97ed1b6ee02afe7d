"""The medical mutual aid plan: the conformance kit, fees by unit, deductibles and the limit of a year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutualplans_medical_mutual_aid.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, quote
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.plan.edition import Confidence
from mutualplans.plan.reading import load_editions
from mutualplans.testing.conformance import PlanConformance

FIRST = date(2012, 1, 1)
COVER = mp.Coverage(plan="medical-mutual-aid", first_day=FIRST, last_day=date(2012, 12, 31))
MEMBER = mp.Member(
    birth_date=date(1975, 3, 4),
    employment="in-post",
    basic_insurance=True,
    union_card=True,
    model_worker=False,
    hardship=False,
)
UNIT = mp.Unit(name="厂", extra={"pays_union_dues": True})
OFFICE = office_of([plan], edition="beijing-2012")


class TestMedicalMutualAid(PlanConformance):
    """The medical mutual aid plan keeps the contract."""

    plan_id = "medical-mutual-aid"


def bill(number: int, event: str, fen: int, way: str = "below") -> mp.Claim:
    """Return a bill; every tenth day begins one."""
    day = FIRST + timedelta(days=10 * number)
    when = (
        {"admitted": day, "discharged": day + timedelta(days=3)}
        if event == "inpatient"
        else {"occurred": day}
    )
    return mp.Claim(
        id=f"{number}",
        event=event,
        cause="illness",
        **when,
        self_paid_in_scope=mp.Money(fen),
        self_paid_partly=mp.Money(0),
        out_of_scope=mp.Money(0),
        other_paid=mp.Money(0),
        extra={"settlement": way, "observed": False, "by_transfer": False},
    )


def paid(claims: list[mp.Claim]) -> list[int]:
    """Return what each claim is paid in fen."""
    situation = Situation(member=MEMBER, unit=UNIT, coverages=(COVER,), claims=tuple(claims))
    return [decision.total or 0 for decision in simulate(OFFICE, situation).decisions]


@given(st.lists(st.integers(5, 300_000).map(lambda fen: fen // 5 * 5), min_size=1, max_size=8))
def test_outpatient_bills_add_up_over_the_year(amounts):
    """However the year's bills are split, 20 % of what exceeds 1,800 yuan is paid; every amount divides by 5."""
    claims = [bill(n, "outpatient", fen) for n, fen in enumerate(amounts)]

    assert sum(paid(claims)) == max(sum(amounts) - 180_000, 0) // 5


bills = st.tuples(
    st.sampled_from(["outpatient", "inpatient"]),
    st.integers(1, 30_000_000),
    st.sampled_from(["below", "above"]),
)


@given(st.lists(bills, min_size=1, max_size=8))
def test_limit_of_the_year(found):
    """Whatever is settled in whichever way, a year pays 100,653 yuan at most."""
    assert sum(paid([bill(n, *item) for n, item in enumerate(found)])) <= 10_065_300


@pytest.mark.parametrize(("dues", "card", "fen"), [(True, True, 0), (False, False, 6000)])
def test_fee(dues, card, fen):
    """Free with the card in a unit that pays dues, 60 yuan in a unit without a union."""
    runs = OFFICE.plan("medical-mutual-aid")
    member = mp.Member(
        birth_date=date(1975, 3, 4), employment="in-post", basic_insurance=True, union_card=card
    )
    joining = Joining(
        member=member,
        insured=mp.Insured.member(member),
        unit=mp.Unit(name="厂", extra={"pays_union_dues": dues}),
        first_day=FIRST,
    )
    found = quote(runs, joining)

    assert (fen, ()) == (found.premium, found.problems)


@pytest.mark.parametrize("edition", load_editions(plan)[0], ids=lambda item: item.id)
def test_steps_above_the_ceiling_are_an_example(edition):
    """No edition passes its steps off as known: no source gives them."""
    entry = edition.values["above_scale"]

    assert entry.confidence is Confidence.ASSUMED
    assert "示例" in entry.reason
