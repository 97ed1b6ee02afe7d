"""The retirees' plan of Shanghai: the conformance kit, and the fee by route, gap and length."""

from datetime import date, timedelta

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


def joining(edition: str, tier: str, *covers: mp.Coverage, **extra: object) -> Quote:
    """Quote one retiree whose covers are known, from 1 January 2023."""
    given = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(),
        first_day=date(2023, 1, 1),
        tier=tier,
        covers=covers,
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


@pytest.mark.parametrize("before", ["inpatient-supplement", "retiree-inpatient-shanghai"])
def test_who_comes_from_the_plan_for_those_in_post_has_no_gap(before: str) -> None:
    """A term that ends the day before, there or here, is found out: 415 yuan, and no question about missed years."""
    last = mp.Coverage(plan=before, first_day=date(2022, 1, 1), last_day=date(2022, 12, 31))

    assert joining("shanghai-2023", "full", last, route="unit").premium == 415_00


def test_a_day_between_is_asked_about() -> None:
    """One day without cover is more than the window of 0 days: whether a year was missed has to be stated."""
    last = mp.Coverage(
        plan="inpatient-supplement",
        first_day=date(2022, 1, 1),
        last_day=date(2022, 12, 31) - timedelta(days=1),
    )
    found = joining("shanghai-2023", "full", last, route="unit")

    assert found.premium is None
    assert "gap_years" in found.problems[0].line()
    assert joining("shanghai-2023", "full", last, route="community", gap_years=1).premium == 800_00


def test_without_the_earlier_covers_a_gap_is_not_believed() -> None:
    """Years missed decide only where the history is known: it might be a renewal."""
    given = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(),
        first_day=date(2023, 1, 1),
        tier="full",
        extra={"route": "unit", "gap_years": 1},
    )
    found = quote(office_of([plan], edition="shanghai-2023").plan(plan.id), given, edition="shanghai-2023")

    assert found.premium is None
    assert [item.code for item in found.problems] == ["join.earlier"]
