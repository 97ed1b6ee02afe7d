"""The inpatient supplement of Ningbo: the conformance kit, and how a stay may be billed."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from mutualplans_inpatient_supplement_ningbo.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.testing.conformance import PlanConformance

OFFICE = office_of([plan], edition="ningbo-2017")
MEMBER = mp.Member(employment="in-post", basic_insurance=True, extra={"civil_subsidy": False})
COVER = mp.Coverage(plan=plan.id, first_day=date(2023, 5, 1), last_day=date(2024, 4, 30))


class TestInpatientSupplementNingbo(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "inpatient-supplement-ningbo"


def paid(*bills: tuple[int, int]) -> int | None:
    """Return what is paid for the bills (pool, receipt; fen) of one stay in a city hospital."""
    claims = tuple(
        mp.Claim(
            id=str(number),
            event="inpatient",
            admitted=date(2023, 6, number),
            discharged=date(2023, 6, number + 1),
            stay="S",
            hospital_level="3",
            pool_paid=mp.Money(pool),
            self_paid=mp.Money(receipt),
        )
        for number, (pool, receipt) in enumerate(bills, 1)
    )
    return simulate(OFFICE, Situation(member=MEMBER, coverages=(COVER,), claims=claims)).total


@given(st.lists(st.integers(0, 5_000_000), min_size=2, max_size=5))
def test_a_stay_in_parts_pays_what_the_whole_pays(pools: list[int]) -> None:
    """However the pool's payment is split over bills, the stay pays the same; amounts are whole multiples of 4 fen."""
    parts = [(pool * 4, 10**9) for pool in pools]

    assert paid(*parts) == paid((sum(pool for pool, _ in parts), 10**9))


@given(st.integers(0, 10_000_000), st.integers(0, 10_000_000))
def test_against_a_second_computation(pool: int, receipt: int) -> None:
    """The least of pool ÷ 4 and the receipt; 80 % to 3,000, 10 % above, and 200; at most the receipt but for the 200."""
    burden = min((pool * 2 + 4) // 8, receipt)  # half up
    low, high = min(burden, 3000_00), max(burden - 3000_00, 0)
    share = (low * 16 + high * 2 + 10) // 20

    assert paid((pool, receipt)) == min(share, receipt) + 200_00
