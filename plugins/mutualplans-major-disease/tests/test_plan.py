"""The major disease plan: the conformance kit, the list known by name, and the premium."""

from datetime import date

import pytest
from mutualplans_major_disease.plan import plan

import mutualplans as mp
from mutualplans.engine.bind import bind
from mutualplans.engine.facts import Case, Facts
from mutualplans.plan.edition import Confidence
from mutualplans.plan.reading import load_editions
from mutualplans.testing.conformance import PlanConformance

EDITIONS = {item.id: item for item in load_editions(plan)[0]}


class TestMajorDisease(PlanConformance):
    """The major disease plan keeps the contract."""

    plan_id = "major-disease"


def listed(edition: str):
    """Return the conditions of an edition."""
    return EDITIONS[edition].values["diseases"].value


@pytest.mark.parametrize("edition", ["anhui-3y-25", "changchun-2020-30", "chongqing-2015-25", "hubei-2025"])
def test_unknown_lists_are_the_known_one_and_say_so(edition):
    """Where no source names the diseases the 15 known ones stand in, marked as assumed."""
    assert listed("beijing-15") == listed(edition)
    assert Confidence.ASSUMED is EDITIONS[edition].values["diseases"].confidence


def test_lists_have_the_stated_lengths():
    """The two lists that sources name are complete."""
    assert (len(listed("beijing-2005").conditions), len(listed("beijing-15").conditions)) == (12, 15)


@pytest.mark.parametrize("edition", EDITIONS)
def test_operations_need_their_id(edition):
    """No diagnosis code stands for an operation: it does not say what was done."""
    operations = [item for item in listed(edition).conditions if item.class_ == "operation"]

    assert operations
    assert not [item.id for item in operations if item.icd10]


@pytest.mark.parametrize(
    ("edition", "shares", "fen"),
    [
        ("beijing-2005", 2, 39600),
        ("beijing-15", 2, 18000),
        ("anhui-3y-25", 1, 6600),
        ("changchun-2020-30", 1, 3000),
        ("chongqing-2015-25", 4, 12000),
    ],
)
def test_premium(edition, shares, fen):
    """The fee is the published one of each share."""
    member = mp.Member(birth_date=date(1980, 5, 17), employment="in-post")
    coverage = mp.Coverage(
        plan=plan.id, first_day=date(2015, 1, 1), last_day=date(2015, 12, 31), shares=shares
    )
    case = Case(member=member, insured=mp.Insured.member(member), coverage=coverage)

    assert fen == Facts(bind(plan, EDITIONS[edition]), case).value(plan.premium, "premium")
