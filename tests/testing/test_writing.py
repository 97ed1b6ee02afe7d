"""Objects as TOML: what is written is read again as it was, names, earlier terms and an office's values included."""

from datetime import date
from fractions import Fraction

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans.engine.simulate import Situation
from mutualplans.files.situation import read_situation
from mutualplans.model.identity import Name
from mutualplans.model.scales import Band, Edge, Scale, Table
from mutualplans.model.tomlfile import read_toml
from mutualplans.office.read import read_office
from mutualplans.plan.edition import Confidence, Entry
from mutualplans.plan.reading import read_edition
from mutualplans.testing.subject import Subject
from mutualplans.testing.writing import edition_toml, office_toml, situation_toml
from tests.testing.test_figures import with_working_days


def test_a_case_with_everything(tiny):
    """Another person, earlier terms, circumstances, money and ids all come back."""
    plan = Subject("tiny").plan
    situation = Situation(
        member=mp.Member(name=Name("张三"), sex="female", birth_date=date(1980, 5, 17), union_card=False),
        unit=mp.Unit(name="某厂", headcount=12),
        insured=(mp.Insured(id="child", relation="child", birth_date=date(2014, 2, 28)),),
        coverages=(
            mp.Coverage(
                plan="tiny", first_day=date(2011, 1, 1), last_day=date(2011, 12, 31), insured="child", shares=2,
                earlier=(mp.DateRange(date(2010, 1, 1), date(2010, 12, 31)),),
            ),
        ),
        claims=(
            mp.Claim(
                id="七", insured="child", event="inpatient", admitted=date(2011, 2, 1), days=0,
                self_paid=mp.yuan("0.01"), total=mp.yuan("1234567.89"), circumstances=("war", "fraud"), stay="H1",
            ),
        ),
    )  # fmt: skip

    read = read_situation(read_toml("case", situation_toml(situation, [plan])), [plan])

    assert read.problems == ()
    assert read.situation == situation


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("daily", 12345),
        ("grades", Table({("3",): 1, ("*",): 0})),
        (
            "bands",
            Scale(
                (
                    Band(None, Edge(3, False), 0),
                    Band(Edge(3, True), Edge(9, True), 7),
                    Band(Edge(9, False), None, 0),
                )
            ),
        ),
    ],
)
def test_values_of_every_shape(tiny, name, value):
    """Single values, tables and scales with either side of an edge."""
    subject = Subject("tiny")
    edition = subject.editions[0]
    changed = evolve(
        edition, values={**edition.values, name: Entry(value=value, confidence=Confidence.PUBLISHED)}
    )

    again, problems = read_edition(
        subject.plan, read_toml(edition.where, edition_toml(subject.plan, changed))
    )

    assert problems == []
    assert again == changed


def test_a_calendar_of_working_days(twice):
    """The parts of a calendar come back with their notices, days off and worked weekends."""
    subject = with_working_days(twice, "2011-02-11")
    edition = subject.editions[0]

    again, problems = read_edition(
        subject.plan, read_toml(edition.where, edition_toml(subject.plan, edition))
    )

    assert problems == []
    assert again == edition
    assert again.values["workdays"].value.working


def test_an_edition_that_is_assumed_as_a_whole(tiny):
    """Values that are assumed because their edition is need no reason of their own, read or written."""
    subject = Subject("tiny")
    edition = subject.editions[0]
    values = {name: evolve(entry, confidence=Confidence.ASSUMED) for name, entry in edition.values.items()}
    changed = evolve(edition, confidence=Confidence.ASSUMED, reason="虚构的示例", values=values)

    again, problems = read_edition(
        subject.plan, read_toml(edition.where, edition_toml(subject.plan, changed))
    )

    assert problems == []
    assert again == changed


def test_an_office_with_local_values(tiny):
    """The office file that comes with a counter-example sets the values of its setting."""
    subject = Subject("tiny")
    values = {"daily": Entry(value=10_000, confidence=Confidence.PUBLISHED)}

    text = office_toml(subject.plan, subject.editions[0], values)
    office, _problems = read_office(read_toml("office.toml", text), lambda _id: subject.plan)

    bound = office.plans[0].bind(day=date(2011, 1, 1), edition="first")
    assert bound.values["daily"] == 10_000
    assert bound.values["premium"] == 6_000


def test_a_rate_that_is_no_percentage(tiny):
    """One third comes back as one third."""
    from mutualplans.testing.writing import value_data

    assert value_data(mp.rate("比例"), Fraction(1, 3)) == "1/3"
