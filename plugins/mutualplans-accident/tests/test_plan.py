"""The accident plan: the conformance kit, and premiums by tier, risk class and shares."""

from datetime import date

import pytest
from mutualplans_accident.plan import plan

import mutualplans as mp
from mutualplans.backends.exact import Missing
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import office_of
from mutualplans.testing.conformance import PlanConformance

FIRST_DAY = date(2012, 1, 1)


class TestAccident(PlanConformance):
    """The accident plan keeps the contract."""

    plan_id = "accident"


def premium(edition: str, risk_class: str | None = None, **cover):
    """Return the premium of one cover in fen, or what is missing for it."""
    member = mp.Member(birth_date=date(1980, 5, 17), employment="in-post", risk_class=risk_class)
    coverage = mp.Coverage(plan="accident", first_day=FIRST_DAY, last_day=date(2012, 12, 31), **cover)
    case = Case(member=member, insured=mp.Insured.member(member), coverage=coverage)
    bound = office_of([plan], edition=edition).plan("accident").bind(day=FIRST_DAY)
    return Facts(bound, case).value(plan.premium, "premium")


@pytest.mark.parametrize(
    ("tier", "risk_class", "fen"),
    [
        ("26", "ordinary", 2600),
        ("50", "ordinary", 5000),
        ("74", "ordinary", 7400),
        ("100", "ordinary", 10000),
        ("26", "high", 3200),
        ("50", "high", 6200),
        ("74", "high", 9300),
        ("100", "high", 12400),
    ],
)
def test_national_premium(tier, risk_class, fen):
    """The national edition asks the published fee of the tier, and more for high-risk work."""
    assert fen == premium("national-2011", risk_class, tier=tier)


def test_risk_class_is_not_guessed():
    """Where the fee depends on the risk class, an unstated or unknown class is a problem and never the lower fee."""
    unstated = premium("national-2011", tier="50")
    unknown = premium("national-2011", "miner", tier="50")

    assert Missing(frozenset({"member.risk_class"})) == unstated
    assert Missing(frozenset({"value.premium[50,miner]"})) == unknown


def test_beijing_premium_needs_no_risk_class():
    """The Beijing edition has one fee for each tier, whatever the work."""
    fees = {tier: premium("beijing-2017", tier=tier) for tier in ("26", "50", "74", "100")}
    expected = {"26": 2600, "50": 5000, "74": 7400, "100": 10000}

    assert expected == fees


@pytest.mark.parametrize(
    ("risk_class", "shares", "fen"),
    [("1", 3, 3000), ("1", 4, 4000), ("2", 1, 2000), ("3", 10, 35000), ("4", 10, 50000)],
)
def test_qingdao_premium(risk_class, shares, fen):
    """Qingdao asks for each share, by occupation; the two published cases paid 30 and 40 yuan. There is no tier."""
    assert fen == premium("qingdao-2006", risk_class, shares=shares)
