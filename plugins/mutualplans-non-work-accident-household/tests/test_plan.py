"""The non-work accident and household plan: the conformance kit, the published total, birthdays of children."""

from datetime import date, timedelta

import pytest
from mutualplans_non_work_accident_household.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.ruletext import rule_text
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.plan.reading import load_editions
from mutualplans.testing.conformance import PlanConformance

MEMBER = mp.Member(birth_date=date(1980, 5, 17), employment="in-post", union_card=True)


class TestNonWorkAccidentHousehold(PlanConformance):
    """The non-work accident and household plan keeps the contract."""

    plan_id = "non-work-accident-household"


def decide(edition: str, claim: mp.Claim, year: int, child: mp.Insured | None = None) -> Simulation:
    """Decide one claim under a cover of the calendar year."""
    coverage = mp.Coverage(
        plan=plan.id,
        insured=child.id if child else "self",
        first_day=date(year, 1, 1),
        last_day=date(year, 12, 31),
    )
    people = (child,) if child else ()
    situation = Situation(member=MEMBER, insured=people, coverages=(coverage,), claims=(claim,))
    return simulate(office_of([plan], edition=edition), situation)


def test_published_total_to_the_end_of_2010():
    """28 deaths at 20,000 with the published fires (86,123) and disabilities (10,300) make the published 656,423."""
    claim = mp.Claim(id="1", event="death", cause="accident", occurred=date(2010, 5, 1))
    deaths = sum(decide("beijing-2009", claim, 2010).total for _member in range(28))

    assert deaths + 86_123_00 + 10_300_00 == 656_423_00


@pytest.mark.parametrize(
    ("born", "first_day_without"),
    [
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2008, 3, 1), date(2026, 3, 1)),
    ],
)
def test_first_day_on_which_a_child_is_not_covered(born, first_day_without):
    """A child is covered on the day before the 18th birthday; born on 29 February, that day is 1 March."""
    child = mp.Insured(id="kid", relation="child", birth_date=born)
    found = [
        decide(
            "beijing-2016",
            mp.Claim(
                id="1",
                insured="kid",
                event="disability",
                cause="accident",
                occurred=day,
                reported=day,
                disability_grade="10",
            ),
            2026,
            child,
        ).total
        for day in (first_day_without - timedelta(days=1), first_day_without)
    ]

    assert found == [500_00, 0]


def test_rule_text_says_when_a_leap_day_child_is_a_year_older():
    """The printed rule states the birthday of who is born on 29 February."""
    edition = next(item for item in load_editions(plan)[0] if item.id == "beijing-2016")

    assert "2 月 29 日出生的，平年以 3 月 1 日为满岁日" in str(rule_text(plan, edition))
