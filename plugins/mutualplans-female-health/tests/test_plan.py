"""The women's health plan: the conformance kit, and the fees."""

from datetime import date

import pytest
from mutualplans_female_health.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.testing.conformance import PlanConformance

WOMAN = mp.Member(sex="female", birth_date=date(1980, 4, 2), employment="in-post")
MAIN = mp.Coverage(plan="worker-medical-aid", first_day=date(2022, 10, 18), last_day=date(2023, 10, 17))


class TestFemaleHealth(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "female-health"


def joining(edition: str, form: str | None, shares: int, *covers: mp.Coverage) -> Quote:
    """Quote one woman whose covers are known."""
    given = Joining(
        member=WOMAN,
        insured=mp.Insured.member(WOMAN),
        unit=mp.Unit(),
        first_day=date(2023, 5, 1),
        shares=shares,
        covers=covers,
        extra={} if form is None else {"women_form": form},
    )
    return quote(office_of([plan], edition=edition).plan(plan.id), given, edition=edition)


@pytest.mark.parametrize(
    ("edition", "form", "shares", "fen", "last"),
    [
        ("ningbo-2023", "1y", 1, 15_00, date(2024, 4, 30)),
        ("ningbo-2023", "4y", 3, 150_00, date(2027, 4, 30)),
        ("china-eastern-2002", None, 1, 12_00, date(2024, 4, 30)),
        ("longyan-2013", None, 1, 25_00, date(2024, 4, 30)),
    ],
)
def test_fee_and_term(edition: str, form: str | None, shares: int, fen: int, last: date) -> None:
    """The published fees."""
    found = joining(edition, form, shares, MAIN)

    assert (fen, last) == (found.premium, found.coverage.last_day)


def test_the_add_on_is_not_sold_alone() -> None:
    """Longyan's 25 yuan are only for who is in the main plan."""
    found = joining("longyan-2013", None, 1)

    assert found.premium is None
    assert [item.code for item in found.reasons] == ["no-main-plan"]
