"""The retirees' plan of Shanghai: the conformance kit, and the fee by route, gap and length."""

from datetime import date

import pytest
from mutualplans_retiree_inpatient_shanghai.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.testing.conformance import PlanConformance

MEMBER = mp.Member(employment="retired", basic_insurance=True)


class TestRetireeInpatientShanghai(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "retiree-inpatient-shanghai"


def joining(edition: str, tier: str, **extra: object) -> Quote:
    """Quote one retiree."""
    given = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(),
        first_day=date(2023, 1, 1),
        tier=tier,
        extra=extra,
    )
    return quote(office_of([plan], edition=edition).plan(plan.id), given, edition=edition)


@pytest.mark.parametrize(
    ("edition", "tier", "route", "gap", "fen"),
    [
        ("shanghai-2014", "full", "unit", 0, 207_00),
        ("shanghai-2014", "full", "community", 0, 222_00),
        ("shanghai-2014", "full", "unit", 1, 444_00),
        ("shanghai-2014", "full", "community", 5, 444_00),
        ("shanghai-2020", "full", "unit", 0, 350_00),
        ("shanghai-2020", "full", "community", 0, 365_00),
        ("shanghai-2020", "full", "community", 1, 730_00),
        ("shanghai-2020", "full", "unit", 2, 1095_00),
        ("shanghai-2020", "full", "unit", 30, 1095_00),
        ("shanghai-2023", "full", "unit", 0, 415_00),
        ("shanghai-2023", "full", "community", 0, 415_00),
        ("shanghai-2023", "full", "community", 1, 800_00),
        ("shanghai-2023", "full", "community", 2, 1200_00),
        ("shanghai-2023", "half", "unit", 0, 207_50),  # 415 × 6 / 12
    ],
)
def test_fees(edition: str, tier: str, route: str, gap: int, fen: int) -> None:
    """Every published fee, by route, years missed and length."""
    assert fen == joining(edition, tier, route=route, gap_years=gap).premium


def test_a_half_term_ends_after_six_months() -> None:
    """Half a year from 1 January ends on 30 June."""
    assert date(2023, 6, 30) == joining("shanghai-2023", "half", route="unit", gap_years=0).coverage.last_day


def test_years_missed_are_asked_for() -> None:
    """Whether somebody has missed a year is never guessed."""
    found = joining("shanghai-2020", "full", route="unit")

    assert found.premium is None
    assert "gap_years" in found.problems[0].line()


def test_before_2023_there_is_no_half_term() -> None:
    """A length that the edition does not sell has no fee."""
    found = joining("shanghai-2020", "half", route="unit", gap_years=0)

    assert found.premium is None
    assert {"join.not-in-table"} == {item.code for item in found.problems}
