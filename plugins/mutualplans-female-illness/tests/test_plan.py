"""The female illness plan: the conformance kit, editions by date, and the premium."""

from datetime import date

import pytest
from mutualplans_female_illness.plan import plan

import mutualplans as mp
from mutualplans.engine.bind import bind, edition_by_date
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.plan.reading import load_editions
from mutualplans.testing.conformance import PlanConformance

BEIJING = tuple(item for item in load_editions(plan)[0] if item.series == "beijing")
MEMBER = mp.Member(sex="female", birth_date=date(1980, 5, 17), employment="in-post")


class TestFemaleIllness(PlanConformance):
    """The female illness plan keeps the contract."""

    plan_id = "female-illness"


def cover(first_day: date, last_day: date, shares: int = 1) -> mp.Coverage:
    """Return a cover that leaves the edition to its dates."""
    return mp.Coverage(plan=plan.id, first_day=first_day, last_day=last_day, shares=shares)


def paid_in_beijing(coverage: mp.Coverage, diagnosis: str, diagnosed: date) -> tuple[str, int | None]:
    """Return the edition that the Beijing office decides by, and what it pays in fen."""
    editions = tuple(LocalEdition(edition=item) for item in BEIJING)
    office = Office(name=mp.Text("北京"), plans=(OfficePlan(plan=plan, editions=editions),))
    claim = mp.Claim(id="1", event="diagnosis", diagnosis=diagnosis, diagnosed=diagnosed, days=0)
    result = simulate(office, Situation(member=MEMBER, coverages=(coverage,), claims=(claim,)))
    return result.decisions[0].edition, result.decisions[0].total


@pytest.mark.parametrize(
    ("first_day", "last_day", "expected"),
    [
        (date(2013, 1, 1), date(2014, 12, 31), ("beijing-6", 0)),
        (date(2014, 6, 30), date(2016, 6, 29), ("beijing-6", 0)),
        (date(2014, 7, 1), date(2016, 6, 30), ("beijing-2014-8", 1_000_000)),
        (date(2014, 8, 1), date(2016, 7, 31), ("beijing-2014-8", 1_000_000)),
        (date(2019, 5, 1), date(2020, 4, 30), ("beijing-2018-12", 1_500_000)),
    ],
)
def test_first_day_of_cover_chooses_the_list(first_day, last_day, expected):
    """A cover is under the list of its first day: cancer of the vulva came onto it in July 2014."""
    assert expected == paid_in_beijing(cover(first_day, last_day), "C51", last_day)


def test_old_cover_keeps_its_list():
    """A cover begun under 6 conditions stays under them when an illness is diagnosed after the change."""
    coverage = cover(date(2013, 12, 1), date(2015, 11, 30))

    assert paid_in_beijing(coverage, "C51", date(2015, 3, 1)) == ("beijing-6", 0)


def test_number_of_conditions():
    """The Beijing lists have the lengths that the sources state, as far as the names are known."""
    days = (date(2013, 1, 1), date(2014, 8, 1), date(2019, 1, 1))
    found = [edition_by_date(plan, BEIJING, day).values["diseases"].value.conditions for day in days]
    malignant = [sum(item.class_ == "malignant" for item in conditions) for conditions in found]

    assert malignant == [6, 8, 8]


@pytest.mark.parametrize(
    ("edition", "shares", "fen"),
    [
        ("beijing-6", 1, 4000),
        ("beijing-6", 2, 8000),
        ("beijing-2018-12", 2, 5000),
        ("beijing-2018-12", 5, 5000),
    ],
)
def test_premium(edition, shares, fen):
    """The fee is that of each share allowed; void shares cost nothing."""
    bound = bind(plan, next(item for item in BEIJING if item.id == edition))
    coverage = cover(date(2013, 1, 1), date(2014, 12, 31), shares)
    case = Case(member=MEMBER, insured=mp.Insured.member(MEMBER), coverage=coverage)

    assert fen == Facts(bound, case).value(plan.premium, "premium")
