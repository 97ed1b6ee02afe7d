"""The critical illness plan joined by unit: the conformance kit, the fees, and what the three forms are worth."""

from datetime import date
from fractions import Fraction

import pytest
from mutualplans_critical_illness_group.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.testing.conformance import PlanConformance

MEMBER = mp.Member(sex="female", birth_date=date(1980, 4, 2), employment="in-post")


class TestCriticalIllnessGroup(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "critical-illness-group"


def joining(edition: str, form: str | None, *, average_age: int | None = None, shares: int = 1) -> Quote:
    """Quote one woman of a unit."""
    unit = mp.Unit(name="厂", extra={} if average_age is None else {"average_age": average_age})
    item = office_of([plan], edition=edition).plan(plan.id)
    return quote(
        item,
        Joining(
            member=MEMBER,
            insured=mp.Insured.member(MEMBER),
            unit=unit,
            first_day=date(2023, 5, 1),
            shares=shares,
            extra={} if form is None else {"illness_form": form},
        ),
        edition=edition,
    )


@pytest.mark.parametrize(
    ("edition", "form", "age", "shares", "fen"),
    [
        ("shanghai-2000", "standard", 44, 1, 60_00),  # below 45
        ("shanghai-2000", "standard", 45, 1, 70_00),  # 45 itself is 70
        ("shanghai-2002", "return-310", 50, 1, 340_00),
        ("shanghai-2002", "return-620", 30, 1, 620_00),
        ("ningbo-2023", "1y", None, 1, 20_00),  # no average age is asked for
        ("ningbo-2023", "3y", None, 3, 180_00),  # 60 × 3
        ("ningbo-2023", "3y", None, 4, 180_00),  # the fourth share is void
    ],
)
def test_fees(edition: str, form: str, age: int | None, shares: int, fen: int) -> None:
    """The published fees, by form and by the unit's average age."""
    assert fen == joining(edition, form, average_age=age, shares=shares).premium


@pytest.mark.parametrize(("form", "months"), [("1y", 12), ("3y", 36)])
def test_the_form_decides_the_term(form: str, months: int) -> None:
    """20 yuan buy one year, 60 three."""
    assert date(2023 + months // 12, 4, 30) == joining("ningbo-2023", form).coverage.last_day


def test_without_the_average_age_there_is_no_fee() -> None:
    """What decides between 60 and 70 is asked for, never guessed."""
    found = joining("shanghai-2000", "standard")

    assert found.premium is None
    assert [item.code for item in found.problems] == ["join.missing-field"]


def test_without_a_form_there_is_no_fee() -> None:
    """A form of payment has to be chosen; another city's is not in the table."""
    missing, foreign = joining("ningbo-2023", None), joining("ningbo-2023", "return-310")

    assert [missing.premium, foreign.premium] == [None, None]
    assert "join.not-in-table" in {item.code for item in foreign.problems}


@pytest.mark.parametrize(("form", "fen"), [("standard", 0), ("return-310", 310_00), ("return-620", 620_00)])
def test_the_quote_says_what_comes_back(form: str, fen: int) -> None:
    """Nothing, 310 of 340, and the whole 620 come back at maturity."""
    assert fen == joining("shanghai-2002", form, average_age=40).returns


def test_a_plan_without_such_forms_gives_nothing_back() -> None:
    """Ningbo's forms differ in length only."""
    assert joining("ningbo-2023", "3y").returns == 0


def test_the_three_forms_are_worth_the_same_at_28_31() -> None:
    """60 = 340 − 310 v = 620 − 620 v has one solution, v = 28/31: the value now of 1 yuan in three years."""
    forms = ("standard", "return-310", "return-620")
    quotes = [joining("shanghai-2002", form, average_age=40) for form in forms]

    assert [item.net(Fraction(28, 31)) for item in quotes] == [60_00, 60_00, 60_00]
    assert len({item.net(Fraction(27, 31)) for item in quotes}) == 3


def test_a_fee_says_what_it_assumes_only_where_it_rests_on_it() -> None:
    """The sum added for an older unit is an assumed one: told at 45, not at 44, and not where nobody may join."""
    added = "单位平均年龄较高的，每份加收"
    retired = quote(
        office_of([plan], edition="shanghai-2002").plan(plan.id),
        Joining(
            member=mp.Member(employment="retired"),
            insured=mp.Insured(),
            unit=mp.Unit(extra={"average_age": 50}),
            first_day=date(2002, 9, 1),
            shares=1,
            extra={"illness_form": "standard"},
        ),
        edition="shanghai-2002",
    )

    assert added in joining("shanghai-2002", "standard", average_age=45).assumed
    assert added not in joining("shanghai-2002", "standard", average_age=44).assumed
    assert (retired.premium, retired.assumed) == (None, ())
