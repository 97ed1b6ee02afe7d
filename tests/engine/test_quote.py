"""Quotes: premiums, splits, who cannot join, group rules."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import cover, insured
from mutualplans.engine.groups import GroupQuote, quote_group
from mutualplans.engine.office import GroupRule, LocalEdition, OfficePlan, check_edition
from mutualplans.engine.quote import Joining, quote
from tests.engine.plans import edition, make


def plan(**more: object) -> OfficePlan:
    """Return a plan of 25 yuan a share for women of 16 to 60, as an office runs it."""
    value = mp.parameters(premium=mp.money("互助费"), most=mp.shares("最多份数"))
    declared = make(
        "women",
        value,
        premium=value.premium * cover.shares,
        max_shares=value.most,
        joins=[
            insured.is_female.because("sex", zh="仅限女职工"),
            insured.age.within(16, 60).because("age", zh="年龄不符"),
        ],
        benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=value.premium)],
    )
    local = LocalEdition(edition=edition(declared, 'premium = "25"\nmost = 2'))
    return OfficePlan(plan=declared, editions=(local,), **more)  # type: ignore[arg-type]


def joining(**more: object) -> Joining:
    """Return a woman of 30 who wants two shares from 2024-03-01."""
    member = mp.Member(sex="female", birth_date=date(1994, 2, 1))
    member = evolve(member, **{key: more.pop(key) for key in ("sex", "birth_date") if key in more})
    given = {"unit": mp.Unit(name="厂"), "first_day": date(2024, 3, 1), "shares": 2, **more}
    return Joining(member=member, insured=mp.Insured.member(member), **given)  # type: ignore[arg-type]


def test_the_premium_is_shares_times_the_fee_and_the_cover_a_full_term() -> None:
    """Two shares of 25 yuan are 50; a year from 1 March 2024 ends on 28 February 2025."""
    found = quote(plan(), joining())

    assert found.premium == 50_00
    assert (date(2024, 3, 1), date(2025, 2, 28)) == (found.coverage.first_day, found.coverage.last_day)


def test_the_split_adds_up_to_the_fen() -> None:
    """25.00 by thirds is 8.34 + 8.33 + 8.33: the fen left over goes to the first."""
    thirds = {payer: Fraction(1, 3) for payer in ("member", "unit", "union")}
    found = quote(plan(split=thirds), joining(shares=1))

    assert found.split == {"member": 8_34, "unit": 8_33, "union": 8_33}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"sex": "male"}, ["sex"]),
        ({"birth_date": date(1950, 1, 1)}, ["age"]),
        ({"sex": "male", "birth_date": date(1950, 1, 1)}, ["sex", "age"]),
    ],
)
def test_who_cannot_join_is_told_every_reason(changes: dict[str, object], codes: list[str]) -> None:
    """Sex and age are both given when both stand against joining, and there is no premium."""
    found = quote(plan(), joining(**changes))

    assert codes == [reason.code for reason in found.reasons]
    assert found.premium is None


@pytest.mark.parametrize(("birth", "joins"), [(date(2008, 3, 1), True), (date(2008, 3, 2), False)])
def test_sixteen_is_reached_on_the_birthday(birth: date, joins: bool) -> None:
    """On 1 March 2024 someone born 2008-03-01 is 16; born a day later, not yet."""
    assert joins is quote(plan(), joining(birth_date=birth)).joins


def test_what_is_not_known_is_a_problem_not_a_refusal() -> None:
    """Without a birth date there is neither a premium nor a reason, but the field named."""
    found = quote(plan(), joining(birth_date=None))

    assert (found.premium, found.reasons) == (None, ())
    assert [item.code for item in found.problems] == ["join.missing-field"]
    assert "insured.birth_date" in found.problems[0].message.zh


def test_shares_above_the_limit_are_void_and_free() -> None:
    """Five shares where two are allowed cost two, with a warning."""
    found = quote(plan(), joining(shares=5))

    assert found.premium == 50_00
    assert [item.code for item in found.problems] == ["cover.shares-void"]


def group(women: int | None, joiners: int, *rules: GroupRule, headcount: int | None = 200) -> GroupQuote:
    """Return the quote of a unit of which some women join."""
    unit = mp.Unit(name="厂", headcount=headcount, women=women)
    people = [joining(unit=unit, key=str(number)) for number in range(joiners)]
    return quote_group(plan(group=rules), unit, people)


EIGHTY = GroupRule(share=Fraction(80, 100), of="women")


@pytest.mark.parametrize(("joiners", "joins"), [(8, 8), (7, 0)])
def test_the_group_minimum_is_met_at_its_edge(joiners: int, joins: int) -> None:
    """Of 10 women 8 must join; with 7 nobody can, and the reason says that one is missing."""
    found = group(10, joiners, EIGHTY)

    assert joins == len(found.joining)
    assert ([] if joins else ["group-minimum"]) == [reason.code for reason in found.group]
    assert joins * 50_00 == found.premium


def test_a_share_is_rounded_up_to_whole_persons() -> None:
    """80 % of 11 are 8.8, so 9 must join."""
    assert (len(group(11, 8, EIGHTY).joining), len(group(11, 9, EIGHTY).joining)) == (0, 9)


@pytest.mark.parametrize(("headcount", "joins"), [(10, 0), (11, 9)])
def test_small_units_have_a_rule_of_their_own(headcount: int, joins: int) -> None:
    """A unit of up to 10 must join as a whole, one of 11 with 80 %."""
    rules = (GroupRule(staff_up_to=10, share=Fraction(1)), GroupRule(share=Fraction(80, 100)))

    assert joins == len(group(None, 9, *rules, headcount=headcount).joining)


def test_an_unknown_headcount_is_said_not_guessed() -> None:
    """Without its headcount the unit's quotes stand, with a warning that the minimum could not be checked."""
    found = group(None, 3, EIGHTY, headcount=None)

    assert len(found.joining) == 3
    assert [(item.code, item.severity) for item in found.problems] == [("unit.missing-field", "warning")]


def by_tier() -> OfficePlan:
    """Return a plan whose fee and term depend on the tier: 20 for one year, 60 for three."""
    value = mp.parameters(fee=mp.table(mp.Kind.MONEY, "互助费"), months=mp.table(mp.Kind.COUNT, "期限"))
    declared = make(
        "by-tier",
        value,
        premium=value.fee.of(cover.tier),
        term_months=value.months.of(cover.tier),
        benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=value.fee.of(cover.tier))],
    )
    values = 'fee = { value = { "1y" = "20", "3y" = "60" } }\nmonths = { value = { "1y" = 12, "3y" = 36 } }'
    return OfficePlan(plan=declared, editions=(LocalEdition(edition=edition(declared, values)),))


@pytest.mark.parametrize(
    ("tier", "premium", "last_day"),
    [("1y", 20_00, date(2025, 2, 28)), ("3y", 60_00, date(2027, 2, 28))],
)
def test_the_tier_may_decide_the_length_of_the_term(tier: str, premium: int, last_day: date) -> None:
    """The one-year tier costs 20 and the three-year tier 60; the cover ends accordingly."""
    found = quote(by_tier(), joining(tier=tier, shares=1))

    assert (premium, last_day) == (found.premium, found.coverage.last_day)


@pytest.mark.parametrize(("tier", "code"), [(None, "join.missing-field"), ("5y", "join.not-in-table")])
def test_a_tier_that_is_missing_or_unknown_is_a_problem_of_its_row(tier: str | None, code: str) -> None:
    """Without a usable tier neither fee nor term are known: one problem, no premium, and no crash."""
    found = quote(by_tier(), joining(tier=tier, shares=1))

    assert found.premium is None
    assert {code} == {item.code for item in found.problems}
    rows = {str(item.hint and item.hint.zh) for item in found.problems if item.code == "join.not-in-table"}
    assert rows == ({"可用：1y；3y"} if tier else set())


def test_an_edition_asked_for_outside_its_dates_is_quoted_with_a_warning() -> None:
    """An edition of 2020 costs its own fee for a cover from 2024, and the quote says so; by its date, nothing does."""
    item = plan()
    (local,) = item.editions
    old = evolve(local.edition, in_force=type(local.edition.in_force)(date(2020, 1, 1), date(2020, 12, 31)))
    dated = OfficePlan(plan=item.plan, editions=(evolve(local, edition=old),))

    found = quote(dated, joining(), edition=old.id)

    assert found.premium == 50_00
    assert [(one.code, one.severity) for one in found.problems] == [("cover.edition-dates", "warning")]
    assert quote(item, joining(), edition=local.edition.id).problems == ()


def test_an_edition_that_no_plan_has_is_an_error() -> None:
    """The nearest edition of any plan is named; one that some plan has, and none, are fine."""
    item = plan()
    (known,) = (local.edition.id for local in item.editions)
    check_edition([item, by_tier()], known)
    check_edition([item], None)

    with pytest.raises(mp.MutualPlansError) as caught:
        check_edition([item], known + "x")
    (found,) = caught.value.problems
    assert found.code == "edition.unknown"
    assert found.hint is not None
    assert known in found.hint.zh


def test_who_cannot_be_quoted_is_listed_with_the_reason() -> None:
    """No edition in force, and shares that no cover takes, are problems of the person; the others are quoted."""
    item = plan()
    (local,) = item.editions
    old = evolve(local.edition, in_force=type(local.edition.in_force)(date(2020, 1, 1), date(2024, 12, 31)))
    dated = OfficePlan(plan=item.plan, editions=(evolve(local, edition=old),))
    people = [
        joining(key="2"),
        joining(key="3", first_day=date(2025, 3, 1)),
        joining(key="4", shares=0),
    ]

    found = quote_group(dated, mp.Unit(name="厂"), people)

    assert [item.key for item in found.quotes] == ["2"]
    assert [(key, [one.code for one in why]) for key, why in found.unquoted] == [
        ("3", ["edition.none-in-force"]),
        ("4", ["join.failed"]),
    ]
    assert (found.listed, found.premium) == (3, 50_00)


def test_without_a_unit_the_message_names_the_option() -> None:
    """The number of staff is missing: no unit is named where there is none."""
    (found,) = quote_group(plan(group=(EIGHTY,)), mp.Unit(), [joining(unit=mp.Unit())]).problems

    assert found.message.zh == "没有填写单位职工人数，未核对参保比例"
    assert found.hint is not None
    assert found.hint.zh == "加 --headcount 人数"
