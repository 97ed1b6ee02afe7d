"""Caps, floors, counts, and what earlier payments change."""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans import claim, paid, per
from mutualplans.engine.simulate import Situation, simulate
from tests.engine.plans import office
from tests.expressiveness.small import (
    GATED,
    MEMBER,
    Small,
    benefit,
    bill,
    codes,
    one,
    run,
    small,
    stay,
    stays,
    totals,
)
from tests.expressiveness.small import (
    claim as happened,
)
from tests.expressiveness.small import (
    cover as held,
)

HALF = 'rate = "50%"\nmost = "1000"'


def half_up_to_1000(period: mp.per, **more: object) -> Small:
    """Return a plan that pays half, at most 1,000 in the period."""
    value = mp.parameters(rate=mp.rate("比例"), most=mp.money("最多"))
    return small(value, HALF, (bill * value.rate).capped(value.most, per=period), **more)


# ---------------------------------------------------------------- caps


def test_the_last_payment_is_cut_to_what_is_left_of_the_term() -> None:
    """Half of 800, 1,000, 600 and 50 is 400, 500, 300 and 25; of 1,000 only 100 are left for the third."""
    assert totals(half_up_to_1000(per.TERM), stays("800", "1000", "600", "50")) == [400_00, 500_00, 100_00, 0]


def test_a_cap_for_each_calendar_year_of_a_cover_over_two() -> None:
    """The cover runs from July to June: 1,000 are used up in 2024, and 2025 has 1,000 of its own."""
    covered = held(first_day=date(2024, 7, 1), last_day=date(2025, 6, 30))
    claims = [stay("08-01", "1600"), stay("11-01", "1600"), stay("2025-02-01", "1600")]

    assert totals(half_up_to_1000(per.CALENDAR_YEAR), claims, covered) == [800_00, 200_00, 800_00]


def test_a_cap_for_each_year_of_a_term_of_three() -> None:
    """The years run from 1 July: a claim of June 2025 still uses the first 1,000."""
    covered = held(first_day=date(2024, 7, 1), last_day=date(2027, 6, 30))
    item = half_up_to_1000(per.POLICY_YEAR, term_months=36)
    claims = [stay("08-01", "1600"), stay("2025-06-30", "1600", days=1), stay("2025-07-01", "1600")]

    assert totals(item, claims, covered) == [800_00, 200_00, 800_00]


def test_a_cap_for_life_goes_on_in_the_next_term() -> None:
    """800 in 2024 leave 200 for all later terms; with a cap per term 2025 begins anew."""
    terms = (held(), held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31)))
    claims = [stay("08-01", "1600"), stay("2025-02-01", "1600")]

    assert totals(half_up_to_1000(per.LIFETIME), claims, *terms) == [800_00, 200_00]
    assert totals(half_up_to_1000(per.TERM), claims, *terms) == [800_00, 800_00]


def test_a_cap_for_each_component_and_one_over_all() -> None:
    """600 and 400 of the components are capped at 500 and 300, and both together at 700 a term."""
    value = mp.parameters(one=mp.money("甲项最多"), two=mp.money("乙项最多"), all=mp.money("合计最多"))
    parts = bill.capped(value.one) + claim.out_of_scope.capped(value.two)
    item = small(value, 'one = "500"\ntwo = "300"\nall = "700"', parts.capped(value.all, per=per.TERM))
    assert one(item, stay("03-01", "600", out_of_scope="400")) == 700_00


def test_a_cap_over_two_plans_in_the_term() -> None:
    """Both plans may pay 1,000 together: the second counts what the first pays, and gets what is left."""
    value = mp.parameters(rate=mp.rate("比例"), both=mp.money("两项合计最多"))
    half = mp.parameters(rate=mp.rate("比例"))
    first = small(half, 'rate = "50%"', bill * half.rate, id_="first")
    together = bill * value.rate + paid.by("first")
    second = small(
        value,
        'rate = "30%"\nboth = "1000"',
        together.capped(value.both, per=per.TERM).less(paid.by("first")),
        id_="second",
    )
    # 500 + 300 = 800; then 500, and 200 − 500 is nothing
    assert totals([first, second], stays("1000", "1000")) == [500_00, 300_00, 500_00, 0]
    # 500 + 300 = 800; then 100 + 60 = 960; then 100, which is more than the 40 left for both
    assert totals([first, second], stays("1000", "200", "200")) == [500_00, 300_00, 100_00, 60_00, 100_00, 0]


def half_from_a_pool() -> Small:
    """Return a plan that pays half, and to all insured together at most 1,000,000 a year."""
    value = mp.parameters(rate=mp.rate("比例"), pool=mp.money("互助基金给付总额"))
    pays = (bill * value.rate).capped(value.pool, per=per.CALENDAR_YEAR, whose=mp.Whose.FUND)
    return small(value, 'rate = "50%"\npool = "1000000"', pays)


def test_all_insured_together_get_at_most_the_pool_of_a_year() -> None:
    """999,300 were paid in 2024: of 400 and 500 the second is cut to 300; 2025 has a million of its own."""
    terms = (held(), held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31)))
    claims = [stay("08-01", "800"), stay("09-01", "1000"), stay("10-01", "10"), stay("2025-02-01", "1000")]
    fund = {("small", "2024", "b0"): 999_300_00, ("small", "2025", "b0"): 0}

    assert totals(half_from_a_pool(), claims, *terms, fund=fund) == [400_00, 300_00, 0, 500_00]


def test_what_the_fund_paid_to_others_is_never_taken_for_nothing() -> None:
    """A single case does not know it: the decision waits, and says what to state; a claim that is refused does not."""
    item = half_from_a_pool()
    claims = (stay("08-01", "800"), stay("2025-08-01", "800"))
    found = simulate(office(item), Situation(member=MEMBER, coverages=(held(),), claims=claims))

    assert [made.status for made in found.decisions] == ["incomplete", "refused"]  # 2025 is after the cover
    assert [told.code for told in found.problems] == ["claim.fund-unknown"]
    assert '[fund.small.2024]，下一行写 b0 = "1234.50"' in found.problems[0].hint.zh  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("paid_by_member", "pays"), [("0", 0), ("0.01", 0), ("100", 200_00), ("1000", 500_00)]
)
def test_a_small_benefit_is_raised(paid_by_member: str, pays: int) -> None:
    """Half of 100 is raised to 200, half of 1,000 is not; 0 stays 0, and so does half a fen rounded down."""
    value = mp.parameters(rate=mp.rate("比例"), floor=mp.money("最低"))
    half = (bill * value.rate).rounded(mp.Rounding.DOWN_FEN)
    item = small(value, 'rate = "50%"\nfloor = "200"', half.raised_to(value.floor))

    assert one(item, stay("03-01", paid_by_member)) == pays


def test_the_scale_stops_at_a_base() -> None:
    """Only the first 50,000 of 80,000 count, said by a cap on the base or by a last tier with an edge: 30,000."""
    value = mp.parameters(stop=mp.money("计算基数最高"), scale=mp.tiers("分段比例"))
    by_cap = small(
        value, 'stop = "50000"\nscale = [{ gives = "60%" }]', bill.capped(value.stop).tiered(value.scale)
    )
    tiers = mp.parameters(scale=mp.tiers("分段比例"))
    by_edge = small(tiers, 'scale = [{ up_to = "50000", gives = "60%" }]', bill.tiered(tiers.scale))

    assert [one(item, stay("03-01", "80000")) for item in (by_cap, by_edge)] == [30000_00, 30000_00]


def test_the_base_may_stop_over_all_claims_of_the_term() -> None:
    """Of 40,000 and 40,000 the second counts with the 10,000 that are left of 50,000: 24,000 and 6,000."""
    value = mp.parameters(stop=mp.money("计算基数最高"), rate=mp.rate("比例"))
    pays = bill.capped(value.stop, per=per.TERM) * value.rate
    item = small(value, 'stop = "50000"\nrate = "60%"', pays)

    assert totals(item, stays("40000", "40000")) == [24000_00, 6000_00]


# ---------------------------------------------------------------- counts


def test_each_kind_of_claim_has_its_own_count() -> None:
    """Two stays and one outpatient claim a term are paid 300 and 100; the third stay and second visit get nothing."""
    value = mp.parameters(
        stays=mp.count("每期住院次数"),
        visits=mp.count("每期门诊次数"),
        lump=mp.money("住院"),
        small=mp.money("门诊"),
    )
    stay_counts = mp.choose(claim.is_inpatient, 1, 0).capped(value.stays, per=per.TERM)
    visit_counts = mp.choose(claim.is_outpatient, 1, 0).capped(value.visits, per=per.TERM)
    item = small(
        value,
        'stays = 2\nvisits = 1\nlump = "300"\nsmall = "100"',
        value.lump * stay_counts + value.small * visit_counts,
    )
    claims = [
        stay("01-05"),
        happened("outpatient", "02-05"),
        stay("03-05"),
        happened("outpatient", "04-05"),
        stay("05-05"),
    ]
    found = run(item, claims)

    assert [made.total for made in found.decisions] == [300_00, 100_00, 300_00, 0, 0]
    assert codes(found)[4] == {"limit-used-up"}


def test_a_count_limit_may_be_a_condition() -> None:
    """The third stay is refused with the plan's own reason; a refused claim does not count."""
    value = mp.parameters(most=mp.count("每期最多次数"), lump=mp.money("互助金"))
    number = mp.choose(claim.is_inpatient, 1, 0).so_far(per=per.TERM)
    limit = number.up_to(value.most).because("claims-used-up", zh="已达每期给付次数")
    found = run(
        small(value, 'most = 2\nlump = "300"', value.lump, when=[limit]),
        stays("1", "1", "1", "1"),
        told={GATED},
    )

    assert [made.total for made in found.decisions] == [300_00, 300_00, 0, 0]
    assert codes(found)[2:] == [{"claims-used-up"}] * 2


def test_only_claims_that_were_paid_may_count() -> None:
    """With a start of 500, a bill of 400 pays nothing and leaves both of the two payments."""
    value = mp.parameters(start=mp.money("起付"), most=mp.count("每期最多次数"))
    due = bill.above(value.start)
    pays = due * mp.choose(due.over(0), 1, 0).capped(value.most, per=per.TERM)
    item = small(value, 'start = "500"\nmost = 2', pays)

    assert totals(item, stays("400", "700", "800", "900")) == [0, 200_00, 300_00, 0]


# ---------------------------------------------------------------- what was paid before


def test_one_disease_is_paid_in_two_stages() -> None:
    """3,000 at the first claim for a disease and 4,000 at the second, then nothing; another disease begins anew."""
    value = mp.parameters(diseases=mp.conditions("病种"), stages=mp.table(mp.Kind.MONEY, "按第几次"))
    disease = value.diseases.match(claim.diagnosis)
    number = mp.choose(disease.is_listed, 1, 0).so_far(per=per.LIFETIME, by=disease)
    values = """
    stages = { value = { "1" = "3000", "2" = "4000", "*" = "0" } }
    diseases = [
      { id = "in-situ", title = "原位癌", class = "early", icd10 = ["D05", "D06"] },
      { id = "early", title = "早期恶性病变", class = "early", icd10 = ["C91"] },
    ]
    """
    listed = disease.is_listed.because("not-listed", zh="不在病种范围内")
    item = small(value, values, value.stages.of(number), when=[listed])
    claims = [
        happened("diagnosis", day, diagnosis=code)
        for day, code in [
            ("01-05", "D05"),
            ("04-05", "D06"),
            ("05-05", "C91"),
            ("07-05", "D05.1"),
            ("08-05", "J18.9"),
        ]
    ]
    assert totals(item, claims) == [3000_00, 4000_00, 3000_00, 0, 0]


def test_the_severe_stage_pays_the_difference_to_the_mild_one() -> None:
    """Mild 3,000; severe of the same disease 10,000 − 3,000 = 7,000; of another disease 10,000."""
    value = mp.parameters(diseases=mp.conditions("病种"), mild=mp.money("轻症"), severe=mp.money("重症"))
    disease = value.diseases.match(claim.diagnosis)
    sum_ = mp.choose(claim.is_mild, value.mild, value.severe)
    pays = sum_.less(paid.before(per=per.LIFETIME, by=disease))
    values = """
    mild = "3000"
    severe = "10000"
    diseases = [
      { id = "cancer", title = "恶性肿瘤", class = "a", icd10 = ["C00-C97"] },
      { id = "stroke", title = "脑卒中", class = "a", icd10 = ["I60-I64"] },
    ]
    """
    claims = [
        happened("diagnosis", "02-05", diagnosis="C50", stage="mild"),
        happened("diagnosis", "04-05", diagnosis="I63", stage="severe"),
        happened("diagnosis", "09-05", diagnosis="C50", stage="severe"),
    ]
    assert totals(small(value, values, pays), claims) == [3000_00, 10000_00, 7000_00]


@pytest.mark.parametrize(("before", "pays"), [((), 3000_00), (("800", "1600"), 1800_00), (("8000",), 0)])
def test_death_is_topped_up_by_what_was_paid_before(before: tuple[str, ...], pays: int) -> None:
    """With 400 + 800 paid, 1,800 bring it to 3,000; after 4,000 nothing is left to pay."""
    value = mp.parameters(rate=mp.rate("比例"), death=mp.money("身故"))
    item = small(
        value,
        'rate = "50%"\ndeath = "3000"',
        benefit("stay", bill * value.rate, claim.is_inpatient.because("not-a-stay", zh="不是住院")),
        benefit(
            "death",
            value.death.less(paid.before(per=per.TERM)),
            claim.is_death.because("not-a-death", zh="不是身故"),
        ),
    )
    assert totals(item, [*stays(*before), happened("death", "12-01")])[-1] == pays


@pytest.mark.parametrize(("paid_stays", "pays"), [(0, 1000_00), (2, 1000_00), (3, 0)])
def test_a_benefit_only_if_few_claims_were_paid_before(paid_stays: int, pays: int) -> None:
    """Death pays 1,000 if fewer than three stays were paid; a stay that paid 0 does not count."""
    value = mp.parameters(rate=mp.rate("比例"), death=mp.money("身故"), few=mp.count("少于次数"))
    stays_paid = mp.choose(mp.benefit("stay").over(0), 1, 0).before(per=per.TERM)
    # The count has to stand where stays are accepted too, so being a death is chosen, not a condition.
    death = mp.choose(claim.is_death & stays_paid.below(value.few), value.death, 0)
    item = small(
        value,
        'rate = "50%"\ndeath = "1000"\nfew = 3',
        benefit("stay", bill * value.rate, claim.is_inpatient.because("not-a-stay", zh="不是住院")),
        benefit("death", death),
    )
    claims = [*stays("0", *["100"] * paid_stays), happened("death", "12-01")]

    assert totals(item, claims)[-1] == pays


def test_a_benefit_only_if_nothing_was_paid_before() -> None:
    """The bonus of 100 is for a check-up of whoever had no stay paid in the term."""
    value = mp.parameters(rate=mp.rate("比例"), bonus=mp.money("健康奖励"))
    unused = paid.before("stay", per=per.TERM).equals(0).because("paid-before", zh="本期已有给付")
    item = small(
        value,
        'rate = "50%"\nbonus = "100"',
        benefit("stay", bill * value.rate, claim.is_inpatient.because("not-a-stay", zh="不是住院")),
        benefit("bonus", value.bonus, claim.is_outpatient.because("not-a-visit", zh="不是门诊"), unused),
    )
    visits = [happened("outpatient", "01-05"), stay("02-05", "100"), happened("outpatient", "03-05")]

    assert totals(item, visits) == [100_00, 50_00, 0]


def test_a_payment_ends_the_cover() -> None:
    """After 10,000 for a diagnosis the next claim is refused because the cover has ended."""
    value = mp.parameters(lump=mp.money("互助金"))
    item = small(value, 'lump = "10000"', value.lump, ends=mp.benefit("b0").over(0))
    found = run(item, [happened("diagnosis", "02-05"), happened("diagnosis", "05-05")])

    assert [made.total for made in found.decisions] == [10000_00, 0]
    assert codes(found)[1] == {"cover-ended"}


def test_one_of_two_benefits_excludes_the_other() -> None:
    """Where the lump of 1,000 is paid, the allowance of 40 a day is not."""
    value = mp.parameters(lump=mp.money("定额"), daily=mp.money("每日津贴"))
    item = small(
        value,
        'lump = "1000"\ndaily = "40"',
        benefit("lump", value.lump, claim.stage.equals("severe").because("not-severe", zh="不是重症")),
        benefit(
            "allowance",
            value.daily * claim.days,
            mp.benefit("lump").equals(0).because("lump-paid", zh="已按定额给付"),
        ),
    )
    claims = [stay("01-05", stage="severe"), stay("02-05", stage="mild")]

    assert totals(item, claims) == [1000_00, 200_00]
