"""Who may join, what it costs, and what comes back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import claim, cover, insured, member, paid, per, unit
from tests.expressiveness.small import (
    FIRST,
    MEMBER,
    Small,
    benefit,
    codes,
    fee,
    one,
    quoted,
    run,
    small,
    totals,
)
from tests.expressiveness.small import (
    claim as happened,
)
from tests.expressiveness.small import (
    cover as held,
)


def costs(value: mp.plan.parameters.Parameters, values: str, premium: mp.Formula, **more: object) -> Small:
    """Return a plan of which only the fee matters."""
    return small(value, values, claim.total, premium=premium, **more)


# ---------------------------------------------------------------- fees by a fact


@pytest.mark.parametrize(("risk", "pays"), [("1", 30_00), ("3", 45_00), ("6", 90_00)])
def test_a_fee_by_risk_class(risk: str, pays: int) -> None:
    """Classes 1 and 3 have fees of their own, every other one costs 90."""
    value = mp.parameters(fee=mp.table(mp.Kind.MONEY, "按风险类别的互助费"))
    item = costs(
        value, 'fee = { value = { "1" = "30", "3" = "45", "*" = "90" } }', value.fee.of(member.risk_class)
    )

    assert fee(item, member=evolve(MEMBER, risk_class=risk)) == pays


@pytest.mark.parametrize(
    ("tier", "shares", "pays"), [("basic", 1, 20_00), ("high", 1, 50_00), ("high", 3, 150_00)]
)
def test_a_fee_by_tier_and_shares(tier: str, shares: int, pays: int) -> None:
    """The high tier costs 50 a share; three shares cost 150."""
    value = mp.parameters(fee=mp.table(mp.Kind.MONEY, "按档次的互助费"))
    item = costs(
        value,
        'fee = { value = { "basic" = "20", "high" = "50" } }',
        value.fee.of(cover.tier) * cover.shares,
        max_shares=3,
    )
    assert fee(item, tier=tier, shares=shares) == pays


@pytest.mark.parametrize(
    ("birth", "pays"),
    [
        (date(1989, 1, 1), 60_00),
        (date(1989, 1, 2), 40_00),
        (date(1974, 1, 1), 100_00),
        (date(1974, 1, 2), 60_00),
    ],
)
def test_a_fee_by_age_band(birth: date, pays: int) -> None:
    """Below 35 it is 40, from 35 on 60, from 50 on 100; on 1 January 2024 who is born that day in 1989 is 35."""
    value = mp.parameters(fee=mp.bands(mp.Kind.MONEY, "按年龄的互助费", measured=mp.Kind.COUNT))
    values = 'fee = [{ below = 35, gives = "40" }, { below = 50, gives = "60" }, { gives = "100" }]'

    assert (
        fee(costs(value, values, insured.age.banded(value.fee)), member=evolve(MEMBER, birth_date=birth))
        == pays
    )


@pytest.mark.parametrize(("age", "pays"), [(40, 50_00), (41, 70_00)])
def test_a_fee_by_the_average_age_of_the_unit(age: int, pays: int) -> None:
    """A unit states its average age as a field of the plan's own: 50 up to 40 years, 70 above."""
    average = mp.field("unit", "average_age", mp.Kind.COUNT, "职工平均年龄", "average age of staff", most=100)
    value = mp.parameters(fee=mp.bands(mp.Kind.MONEY, "按平均年龄的互助费", measured=mp.Kind.COUNT))
    item = costs(value, 'fee = [{ up_to = 40, gives = "50" }, { gives = "70" }]', average.banded(value.fee))

    assert fee(item, unit=mp.Unit(name="厂", extra={"average_age": age})) == pays


@pytest.mark.parametrize(("kind", "pays"), [("enterprise", 80_00), ("school", 60_00)])
def test_a_fee_by_kind_of_unit(kind: str, pays: int) -> None:
    """An enterprise costs 80 a head, any other unit 60."""
    value = mp.parameters(fee=mp.table(mp.Kind.MONEY, "按单位类型的互助费"))
    item = costs(value, 'fee = { value = { "enterprise" = "80", "*" = "60" } }', value.fee.of(unit.unit_type))

    assert fee(item, unit=mp.Unit(name="厂", unit_type=kind)) == pays


@pytest.mark.parametrize(("status", "pays"), [("in-post", 100_00), ("retired", 400_00)])
def test_a_fee_for_those_in_post_and_the_retired(status: str, pays: int) -> None:
    """100 in post, 400 retired."""
    value = mp.parameters(fee=mp.table(mp.Kind.MONEY, "按在职状态的互助费"))
    item = costs(
        value, 'fee = { value = { "in-post" = "100", "retired" = "400" } }', value.fee.of(member.employment)
    )

    assert fee(item, member=evolve(MEMBER, employment=status)) == pays


@pytest.mark.parametrize(("years", "pays"), [(0, 60_00), (3, 120_00), (20, 160_00)])
def test_a_fee_by_the_gap_in_years(years: int, pays: int) -> None:
    """60 and 20 more for each year missed, at most 100 more; the years are a field of the plan's own."""
    gap = mp.field("cover", "gap_years", mp.Kind.COUNT, "中断年数", "years missed", most=60)
    value = mp.parameters(fee=mp.money("互助费"), each=mp.money("每中断一年"), most=mp.money("最多加收"))
    premium = value.fee + (value.each * gap).capped(value.most)
    item = costs(value, 'fee = "60"\neach = "20"\nmost = "100"', premium)

    assert fee(item, extra={"gap_years": years}) == pays


@pytest.mark.parametrize(
    ("last_day", "pays"),
    [(date(2023, 12, 31), 50_00), (date(2023, 12, 1), 50_00), (date(2023, 11, 30), 70_00), (None, 70_00)],
)
def test_a_fee_for_new_and_continuing_members(last_day: date | None, pays: int) -> None:
    """50 after at most 30 days without cover (2 to 31 December are 30), 70 after 31, or for who never joined."""
    value = mp.parameters(new=mp.money("新参保"), old=mp.money("续保"))
    item = costs(
        value,
        'new = "70"\nold = "50"',
        mp.choose(cover.is_renewal, value.old, value.new),
        renewal_window=30,
    )
    before = held(first_day=date(2023, 1, 1), last_day=last_day) if last_day else None

    assert fee(item, covers=(before,) if before else ()) == pays


def test_whether_somebody_continues_is_never_guessed() -> None:
    """Where the earlier covers are not given there is no fee, and the quote says what it needs."""
    value = mp.parameters(new=mp.money("新参保"), old=mp.money("续保"))
    plan, values = costs(value, 'new = "70"\nold = "50"', mp.choose(cover.is_renewal, value.old, value.new))
    found = quoted((plan, values))

    assert found.premium is None
    assert [item.code for item in found.problems] == ["join.earlier"]


def test_who_is_covered_already_does_not_pay_again() -> None:
    """A cover of the plan that still runs for a day refuses a second one, and one that ended does not."""
    value = mp.parameters(fee=mp.money("互助费"))
    item = costs(value, 'fee = "60"', value.fee)
    running = held(first_day=date(2023, 1, 2), last_day=FIRST)
    ended = held(first_day=date(2023, 1, 1), last_day=date(2023, 12, 31))

    assert [fee(item, covers=(cover_,)) for cover_ in (running, ended)] == [None, 60_00]
    assert [reason.code for reason in quoted(item, covers=(running,)).reasons] == ["already-covered"]


@pytest.mark.parametrize(
    ("first", "last", "pays"),
    [
        (date(2024, 5, 1), date(2025, 4, 30), 60_00),
        (date(2024, 4, 30), date(2024, 4, 30), 5_00),
        (date(2024, 6, 2), date(2025, 4, 30), 55_00),
        (date(2024, 11, 1), date(2025, 4, 30), 30_00),
    ],
)
def test_who_joins_in_mid_term_is_covered_to_its_end_for_part_of_the_fee(
    first: date, last: date, pays: int
) -> None:
    """Terms begin on 1 May; 60 a year, a twelfth for each month begun: from 2 June eleven months, 55 yuan."""
    value = mp.parameters(fee=mp.money("互助费"), month=mp.count("起期月"))
    item = costs(
        value,
        'fee = "60"\nmonth = 5',
        value.fee.share(cover.months, 12),
        term_begins=mp.YearDay(value.month),
    )
    found = quoted(item, first_day=first)

    assert (found.coverage.last_day, found.premium) == (last, pays)


@pytest.mark.parametrize(
    ("first", "pays"),
    [
        (date(2024, 1, 31), None),  # the day of registration itself
        (date(2024, 2, 1), 10_00),  # 24 × 5 / 12: February to June
        (date(2024, 2, 2), None),
    ],
)
def test_cover_begins_on_the_day_after_registration(first: date, pays: int | None) -> None:
    """Registered on 31 January, covered from 1 February to the common last day, 30 June: five months of 24 yuan."""
    registered = mp.field("cover", "registered", mp.Kind.DATE, "登记日期", "day of registration")
    value = mp.parameters(fee=mp.money("保障费"))
    plan, values = costs(
        value,
        'fee = "24"',
        value.fee.share(cover.months, 12),
        term_begins=mp.YearDay(7),
        joins=[
            cover.first_day.days_since(registered)
            .equals(1)
            .because("next-day", zh="自登记次日起保障", en="cover begins on the day after registration")
        ],
    )
    found = quoted((plan, values), first_day=first, extra={"registered": date(2024, 1, 31)})

    assert (found.coverage.last_day, found.premium) == (date(2024, 6, 30), pays)
    assert [reason.code for reason in found.reasons] == ([] if pays else ["next-day"])


@pytest.mark.parametrize(
    ("tier", "first", "pays"), [("full", FIRST, 60_00), ("half", date(2024, 7, 1), 30_00)]
)
def test_half_a_term_costs_half(tier: str, first: date, pays: int) -> None:
    """Who joins in July takes the tier of 6 months: 60 × 6 / 12 = 30; both covers end on 31 December."""
    value = mp.parameters(fee=mp.money("互助费"), months=mp.table(mp.Kind.COUNT, "期限"))
    months = value.months.of(cover.tier)
    plan, values = costs(
        value,
        'fee = "60"\nmonths = { value = { "full" = 12, "half" = 6 } }',
        value.fee.share(months, 12),
        term_months=months,
    )
    assert fee((plan, values), tier=tier, first_day=first) == pays


def test_a_fee_that_depends_on_another_plan_of_the_unit() -> None:
    """15 where the unit is in the inpatient plan too, 25 where it is not: a field of the unit."""
    both = mp.field(
        "unit", "in_inpatient_plan", mp.Kind.FLAG, "单位已参加住院计划", "unit is in the inpatient plan"
    )
    value = mp.parameters(alone=mp.money("单独参保"), with_=mp.money("同时参保"))
    item = costs(value, 'alone = "25"\nwith_ = "15"', mp.choose(both, value.with_, value.alone))

    units = [mp.Unit(name="厂", extra={"in_inpatient_plan": joined}) for joined in (True, False)]
    assert [fee(item, unit=found) for found in units] == [15_00, 25_00]


# ---------------------------------------------------------------- who may join


def test_a_free_cover_comes_with_the_union_card() -> None:
    """Who holds the card joins for 0 yuan; who does not has no premium."""
    value = mp.parameters(lump=mp.money("互助金"))
    card = member.union_card.because("no-card", zh="没有工会会员卡")
    item = small(value, 'lump = "1000"', value.lump, premium=mp.yuan("0"), joins=[card])

    assert [fee(item, member=evolve(MEMBER, union_card=card)) for card in (True, False)] == [0, None]


def test_a_free_plan_costs_those_without_a_union() -> None:
    """Card and dues make it free; staff of a unit without a union pay 60; a member without the card joins not."""
    dues = mp.field("member", "dues", mp.Kind.FLAG, "按时缴纳会费", "pays the dues")
    no_union = mp.field("unit", "no_union", mp.Kind.FLAG, "单位未建工会", "the unit has no union")
    value = mp.parameters(lump=mp.money("互助金"), fee=mp.money("未建工会单位的互助费"))
    item = small(
        value,
        'lump = "1000"\nfee = "60"',
        value.lump,
        premium=mp.choose(no_union, value.fee, mp.yuan("0")),
        joins=[(no_union | member.union_card & dues).because("no-card", zh="未持卡或未交会费")],
    )
    union, none = (mp.Unit(name="厂", extra={"no_union": without}) for without in (False, True))
    holder = evolve(MEMBER, union_card=True, extra={"dues": True})

    assert fee(item, member=holder, unit=union) == 0
    assert fee(item, member=evolve(holder, extra={"dues": False}), unit=union) is None
    assert fee(item, unit=none) == 60_00


def test_an_addition_only_with_the_main_plan() -> None:
    """Whether the main plan is held is found out: without it nobody joins and nothing is paid."""
    main = mp.holds("main", "主计划").because("no-main-plan", zh="未参加主计划")
    value = mp.parameters(lump=mp.money("互助金"))
    item = small(value, 'lump = "1000"', value.lump, joins=[main])
    basic = small(value, 'lump = "500"', value.lump, id_="main")
    given = happened("diagnosis", "03-05", diagnosis="C50")

    assert fee(item, together=("main",)) == 10_00
    assert fee(item, covers=()) is None
    assert totals([basic, item], [given], held("main"), held()) == [500_00, 1000_00]
    assert totals([basic, item], [given], held()) == [0]


def test_a_fee_that_depends_on_another_plan_of_the_person() -> None:
    """Who takes the other plan on the same day pays 15, who is known not to have it 25."""
    other = mp.holds("other", "另一计划", "the other plan")
    value = mp.parameters(alone=mp.money("单独参保"), with_=mp.money("同时参保"))
    item = costs(value, 'alone = "25"\nwith_ = "15"', mp.choose(other, value.with_, value.alone))

    assert [fee(item, together=("other",)), fee(item, covers=())] == [15_00, 25_00]


def test_items_for_women_and_by_age() -> None:
    """The women's item pays a woman; the item for those below 18 pays the child and not the member."""
    value = mp.parameters(women=mp.money("女工"), young=mp.money("未成年"))
    item = small(
        value,
        'women = "500"\nyoung = "300"',
        benefit("women", value.women, insured.is_female.because("sex", zh="限女性")),
        benefit("young", value.young, insured.age_at_event.below(18).because("age", zh="限未成年人")),
        insures=("self", "child"),
    )
    child = mp.Insured(id="child", relation="child", sex="male", birth_date=date(2015, 3, 1))
    covers = held(), held(insured="child")
    claims = [
        happened("diagnosis", "03-05", diagnosis="C50"),
        happened("diagnosis", "03-06", diagnosis="C91", insured="child"),
    ]
    assert totals(item, claims, *covers, insured=(child,)) == [500_00, 300_00]


def test_each_person_of_a_family_has_accounts_of_their_own() -> None:
    """The cap of 1,000 a term is each person's: the child's 800 do not touch the member's."""
    value = mp.parameters(most=mp.money("最多"))
    item = small(
        value, 'most = "1000"', claim.total.capped(value.most, per=per.TERM), insures=("self", "child")
    )
    child = mp.Insured(id="child", relation="child", sex="male", birth_date=date(2015, 3, 1))
    claims = [
        happened("outpatient", "03-05", total="800", insured="child"),
        happened("outpatient", "04-05", total="1500"),
        happened("outpatient", "05-05", total="800", insured="child"),
    ]
    assert totals(item, claims, held(), held(insured="child"), insured=(child,)) == [800_00, 1000_00, 200_00]


# ---------------------------------------------------------------- what comes back


def refunds() -> Small:
    """Return a plan of three years that gives the fee back at the end, if nothing was paid."""
    value = mp.parameters(fee=mp.money("互助费"), lump=mp.money("互助金"))
    return small(
        value,
        'fee = "300"\nlump = "10000"',
        benefit("lump", value.lump, claim.is_diagnosis.because("no-diagnosis", zh="不是确诊")),
        benefit(
            "refund",
            (value.fee * cover.shares).once(per=per.TERM),
            claim.event.equals("maturity").because("not-at-maturity", zh="未满期"),
            claim.event_date.from_(cover.last_day).because("too-early", zh="未到满期日"),
            paid.before("lump", per=per.TERM).equals(0).because("was-paid", zh="本期已有给付"),
        ),
        premium=value.fee * cover.shares,
        term_months=36,
        max_shares=3,
    )


def test_the_fee_comes_back_at_maturity() -> None:
    """Two shares of 300 come back on the last day of three years, and only once."""
    covered = held(last_day=date(2026, 12, 31), shares=2)
    end = happened("maturity", "2026-12-31")
    again = evolve(end, id="again", incident="again")

    assert fee(refunds(), shares=2) == 600_00
    assert totals(refunds(), [end, again], covered) == [600_00, 0]


def test_the_fee_does_not_come_back_before_the_end_or_after_a_payment() -> None:
    """A day early it is refused as too early; after the lump sum, because something was paid."""
    covered = held(last_day=date(2026, 12, 31), shares=2)
    early = run(refunds(), [happened("maturity", "2026-12-30")], covered)
    used = run(
        refunds(),
        [happened("diagnosis", "2025-03-01", diagnosis="C50"), happened("maturity", "2026-12-31")],
        covered,
    )
    assert [made.total for made in (*early.decisions, *used.decisions)] == [0, 10000_00, 0]
    assert "too-early" in codes(early)[0]
    assert "was-paid" in codes(used)[1]


FORMS = """
fee = { value = { "plain" = "60", "part" = "340", "full" = "620" } }
back = { value = { "plain" = "0", "part" = "310", "full" = "620" } }
surrender = { value = { "0" = "200", "1" = "240", "2" = "280" } }
lump = "10000"
"""


def three_forms() -> Small:
    """Return a plan of three years with three forms of the fee (Shanghai 2002); surrender values are made up."""
    value = mp.parameters(
        fee=mp.table(mp.Kind.MONEY, "互助费"),
        back=mp.table(mp.Kind.MONEY, "满期返还"),
        surrender=mp.table(mp.Kind.MONEY, "退保金"),
        lump=mp.money("互助金"),
    )
    back = value.back.of(cover.tier) * cover.shares
    unpaid = paid.before("lump", per=per.TERM).equals(0).because("was-paid", zh="本期已有给付")
    years = claim.event_date.years_since(cover.first_day)
    return small(
        value,
        FORMS,
        benefit("lump", value.lump, claim.is_diagnosis.because("no-diagnosis", zh="不是确诊")),
        benefit(
            "maturity",
            back.once(per=per.TERM),
            claim.event.equals("maturity").because("not-at-maturity", zh="未满期"),
            claim.event_date.from_(cover.last_day).because("too-early", zh="未到满期日"),
            unpaid,
        ),
        benefit(
            "surrender",
            value.surrender.of(years),
            claim.event.equals("surrender").because("no-surrender", zh="不是退保"),
            cover.tier.equals("part").because("not-allowed", zh="此种互助费不能退保"),
            unpaid,
        ),
        premium=value.fee.of(cover.tier) * cover.shares,
        returns=back,
        ends=mp.benefit("surrender").over(0),
        term_months=36,
    )


@pytest.mark.parametrize(
    ("tier", "premium", "back"), [("plain", 60_00, 0), ("part", 340_00, 310_00), ("full", 620_00, 620_00)]
)
def test_three_forms_of_the_fee_cost_the_same_in_the_end(tier: str, premium: int, back: int) -> None:
    """At 28/31 a yuan in three years: 340 − 310 × 28/31 = 340 − 280 = 60; 620 − 620 × 28/31 = 620 − 560 = 60."""
    found = quoted(three_forms(), tier=tier)

    assert (found.premium, found.returns) == (premium, back)
    assert found.net(Fraction(28, 31)) == 60_00
    assert found.net(Fraction(1)) == premium - back


def test_what_comes_back_is_what_the_quote_says() -> None:
    """At the end of three years each form pays what its quote shows; the plain one pays nothing."""
    end = happened("maturity", "2026-12-31")
    covers = [held(last_day=date(2026, 12, 31), tier=tier) for tier in ("plain", "part", "full")]

    assert [one(three_forms(), end, covered) for covered in covers] == [0, 310_00, 620_00]


def test_surrender_pays_by_the_years_passed_and_ends_the_cover() -> None:
    """After a year and a half 240 are paid; the illness after it is not covered, and nothing comes back twice."""
    covered = held(last_day=date(2026, 12, 31), tier="part")
    leave = happened("surrender", "2025-07-01")
    ill, end = happened("diagnosis", "2025-08-01", diagnosis="C50"), happened("maturity", "2026-12-31")
    found = run(three_forms(), [leave, ill, end], covered)

    assert [made.total for made in found.decisions] == [240_00, 0, 0]
    assert "cover-ended" in codes(found)[1]


def test_no_surrender_where_the_rule_has_none() -> None:
    """The full form cannot be surrendered: the reason says so, and the cover stands."""
    covered = held(last_day=date(2026, 12, 31), tier="full")
    ill = happened("diagnosis", "2025-08-01", diagnosis="C50")
    found = run(three_forms(), [happened("surrender", "2025-07-01"), ill], covered)

    assert [made.total for made in found.decisions] == [0, 10000_00]
    assert "not-allowed" in codes(found)[0]
