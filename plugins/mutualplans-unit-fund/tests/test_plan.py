"""The unit fund: the conformance kit, and what it pays on what the city's plan leaves."""

from datetime import date

import pytest
from mutualplans_unit_fund.plan import plan

import mutualplans as mp
from mutualplans.engine.office import Office, office_of
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.registry import PluginRegistry
from mutualplans.testing.conformance import PlanConformance

CITY = PluginRegistry.discover().plan("inpatient-supplement")
MEMBER = mp.Member(employment="in-post", basic_insurance=True)
YEAR = {"first_day": date(2003, 1, 1), "last_day": date(2003, 12, 31)}


class TestUnitFund(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "unit-fund"


def both(*plans: mp.Plan, own: str, treatment: str | None = "stay") -> Simulation:
    """Decide one stay of a member who is in the city's plan (50 %) and in the fund, in the given order of plans."""
    office: Office = office_of(list(plans))
    covers = (
        mp.Coverage(plan=CITY.id, edition="shanghai-2002", tier="1y", **YEAR),
        mp.Coverage(plan=plan.id, edition="jingan-2002", **YEAR),
    )
    claim = mp.Claim(
        id="1",
        event="inpatient",
        admitted=date(2003, 5, 1),
        self_paid=mp.yuan(own),
        self_paid_in_scope=mp.yuan(own),
        extra={} if treatment is None else {"treatment": treatment},
    )
    return simulate(office, Situation(member=MEMBER, coverages=covers, claims=(claim,)))


@pytest.mark.parametrize(
    ("own", "city", "fund"),
    [
        ("1000", 500_00, 125_00),  # 1,000 × 50 %; 500 × 25 %
        ("0", 0, 0),
        ("100000", 40000_00, 15000_00),  # the city's 40,000 a year; 60,000 × 25 %
        ("0.01", 1, 0),  # half a fen is rounded up to 1; nothing is left
    ],
)
def test_the_fund_pays_on_what_the_city_leaves(own: str, city: int, fund: int) -> None:
    """25 % of what is left after the city's plan."""
    assert [city, fund] == [item.total for item in both(CITY, plan, own=own).decisions]


def test_the_fund_waits_for_the_city() -> None:
    """While the city's plan is not decided, it has not paid 0."""
    found = both(CITY, plan, own="1000", treatment=None)

    assert [item.status for item in found.decisions] == ["incomplete", "incomplete"]


def test_the_payments_of_the_postal_fund() -> None:
    """23 illnesses and 11 deaths at 10,000 yuan each are the 340,000 yuan that the yearbook adds up to."""
    bound = office_of([plan], edition="postal-2002").plan(plan.id).bind(day=date(2002, 1, 1))

    assert 23 * bound.values["serious"] + 11 * bound.values["death"] == 340_000_00
