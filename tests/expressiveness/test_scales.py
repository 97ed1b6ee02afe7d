"""From a base to an amount: rates, tiers, bands, tables, days, and what changes them."""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans import claim, cover, member, per
from tests.expressiveness.small import (
    bill,
    one,
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

# ---------------------------------------------------------------- amounts by band


@pytest.mark.parametrize(
    ("edge", "paid", "pays"),
    [
        ("up_to", "10000", 1000_00),  # the edge belongs to the lower band: 10,000 × 10 %
        ("up_to", "10000.01", 2000_00),  # 10,000.01 × 20 % = 2,000.002
        ("below", "10000", 2000_00),  # the edge belongs to the upper band: 10,000 × 20 %
        ("below", "9999.99", 1000_00),  # 9,999.99 × 10 % = 999.999 → 1,000.00
    ],
)
def test_a_notch_scale_pays_the_whole_at_one_rate(edge: str, paid: str, pays: int) -> None:
    """At the edge a fen moves the benefit by 1,000; the edition says to which band it belongs."""
    value = mp.parameters(scale=mp.bands(mp.Kind.RATE, "分档比例"))
    values = f'scale = [{{ {edge} = "10000", gives = "10%" }}, {{ gives = "20%" }}]'

    assert one(small(value, values, bill * bill.banded(value.scale)), stay("03-01", paid)) == pays


@pytest.mark.parametrize(("paid", "pays"), [("1000", 800_00), ("2000", 1600_00), ("5000", 1900_00), ("0", 0)])
def test_tiers_may_fall(paid: str, pays: int) -> None:
    """80 % to 2,000 and 10 % above: of 5,000 it is 1,600 + 300 = 1,900."""
    value = mp.parameters(scale=mp.tiers("分段比例"))
    values = 'scale = [{ up_to = "2000", gives = "80%" }, { gives = "10%" }]'

    assert one(small(value, values, bill.tiered(value.scale)), stay("03-01", paid)) == pays


def test_tiers_above_a_start_counted_from_zero_or_from_the_start() -> None:
    """Of 25,000: 10,000 at 50 % and 5,000 at 60 % is 8,000, whether the edges are 20,000 or 10,000 above 10,000."""
    value = mp.parameters(scale=mp.tiers("分段比例"), start=mp.money("起付线"))
    absolute = 'start = "0"\nscale = [{ over = "10000", up_to = "20000", gives = "50%" }, { gives = "60%" }]'
    relative = 'start = "10000"\nscale = [{ up_to = "10000", gives = "50%" }, { gives = "60%" }]'
    pays = bill.above(value.start).tiered(value.scale)

    for values in (absolute, relative):
        assert totals(small(value, values, pays), stays("25000", "10000", "9999.99")) == [8000_00, 0, 0]


@pytest.mark.parametrize(
    ("paid", "pays"),
    [("0", 0), ("999.99", 0), ("1000", 300_00), ("4999.99", 300_00), ("5000", 800_00), ("90000", 800_00)],
)
def test_a_fixed_amount_by_band(paid: str, pays: int) -> None:
    """From 1,000 to below 5,000 it is 300, from 5,000 on 800, below 1,000 nothing."""
    value = mp.parameters(steps=mp.bands(mp.Kind.MONEY, "分档定额"))
    values = 'steps = [{ from = "1000", below = "5000", gives = "300" }, { gives = "800" }]'

    assert one(small(value, values, bill.banded(value.steps)), stay("03-01", paid)) == pays


@pytest.mark.parametrize(
    ("paid", "pays"), [("5999.99", 0), ("6000", 4500_00), ("6000.01", 4500_01), ("8000", 6000_00)]
)
def test_an_all_or_nothing_start(paid: str, pays: int) -> None:
    """Below 6,000 nothing, from 6,000 on 75 % from the first yuan: 6,000 × 75 % = 4,500."""
    value = mp.parameters(start=mp.money("达到"), rate=mp.rate("给付比例"))
    item = small(
        value,
        'start = "6000"\nrate = "75%"',
        mp.choose(bill.from_(value.start), bill, 0) * value.rate,
    )
    assert one(item, stay("03-01", paid)) == pays


# ---------------------------------------------------------------- rates by a fact


@pytest.mark.parametrize(
    ("insurance", "level", "place", "pays"),
    [
        ("employee", "3", "local", 300_00),  # 1,000 × 50 % × 60 %
        ("employee", "3", "away", 200_00),  # 1,000 × 50 % × 40 %
        ("residents", "2", "local", 320_00),  # 1,000 × 40 % × 80 %
        ("none", "2", "away", 80_00),  # 1,000 × 20 % × 40 %
    ],
)
def test_a_rate_by_kind_of_insurance_and_by_hospital(
    insurance: str, level: str, place: str, pays: int
) -> None:
    """A table by one code times a table by two: facts that the core does not know are the plan's own fields."""
    kind = mp.field("member", "insurance", mp.Kind.CODE, "医保类型", "kind of insurance")
    where = mp.field("claim", "place", mp.Kind.CODE, "就医地", "place of treatment")
    value = mp.parameters(
        by_kind=mp.table(mp.Kind.RATE, "按医保类型"),
        by_hospital=mp.table(mp.Kind.RATE, "按医院级别和就医地", keys=2),
    )
    values = """
    by_kind = { value = { "employee" = "50%", "residents" = "40%", "none" = "20%" } }
    [values.by_hospital.value]
    "3" = { "local" = "60%", "*" = "40%" }
    "*" = { "local" = "80%", "*" = "40%" }
    """
    pays_out = bill * (value.by_kind.of(kind) * value.by_hospital.of(claim.hospital_level, where))
    given = stay("03-01", "1000", hospital_level=level, extra={"place": place})

    assert (
        one(small(value, values, pays_out), given, member=mp.Member(extra={"insurance": insurance})) == pays
    )


def test_a_rate_by_the_number_of_the_stay_in_the_term() -> None:
    """70, 60 and 50 % of 1,000; a second bill of the second stay is at 60 % again, not a stay of its own."""
    value = mp.parameters(rates=mp.table(mp.Kind.RATE, "按第几次住院"))
    number = mp.choose(claim.is_inpatient, 1, 0).once(per=per.STAY).so_far(per=per.TERM)
    item = small(
        value,
        'rates = { value = { "1" = "70%", "2" = "60%", "*" = "50%" } }',
        bill * value.rates.of(number),
    )
    claims = [
        stay("01-05", "1000"),
        stay("03-05", "1000", stay="S2"),
        stay("03-10", "1000", stay="S2"),
        stay("06-05", "1000"),
        stay("09-05", "1000"),
    ]
    assert totals(item, claims) == [700_00, 600_00, 600_00, 500_00, 500_00]


@pytest.mark.parametrize(("earlier", "pays"), [(0, 500_00), (1, 520_00), (2, 540_00), (5, 540_00)])
def test_an_uplift_by_continuous_terms(earlier: int, pays: int) -> None:
    """1,000 at 50 %, with 2 points more in the second term and 4 from the third on."""
    value = mp.parameters(
        rate=mp.rate("基本比例"),
        points=mp.bands(mp.Kind.RATE, "连续参保加成", measured=mp.Kind.COUNT),
    )
    values = (
        'rate = "50%"\npoints = [{ up_to = 1, gives = "0%" }, { up_to = 2, gives = "2%" }, { gives = "4%" }]'
    )
    item = small(value, values, bill * (value.rate + cover.terms.banded(value.points)))
    terms = tuple(mp.DateRange(date(year, 1, 1), date(year, 12, 31)) for year in range(2024 - earlier, 2024))

    assert one(item, stay("03-01", "1000"), held(earlier=terms)) == pays


@pytest.mark.parametrize(("hardship", "pays"), [(True, 550_00), (False, 500_00)])
def test_an_uplift_for_hardship_in_points(hardship: bool, pays: int) -> None:
    """1,000 at 50 %, or at 50 + 5 %."""
    value = mp.parameters(rate=mp.rate("比例"), points=mp.rate("困难职工加成"))
    rate = mp.choose(member.hardship, value.rate + value.points, value.rate)
    item = small(value, 'rate = "50%"\npoints = "5%"', bill * rate)

    assert one(item, stay("03-01", "1000"), member=mp.Member(hardship=hardship)) == pays


def test_an_uplift_as_a_factor() -> None:
    """1,000 × 50 % = 500, and a tenth of it more for a model worker: 550."""
    value = mp.parameters(rate=mp.rate("比例"), factor=mp.rate("劳模系数"))
    plain = bill * value.rate
    item = small(
        value,
        'rate = "50%"\nfactor = "110%"',
        mp.choose(member.model_worker, plain * value.factor, plain),
    )
    found = [
        one(item, stay("03-01", "1000"), member=mp.Member(model_worker=model)) for model in (True, False)
    ]
    assert found == [550_00, 500_00]


# ---------------------------------------------------------------- lump sums


DISEASES = """
[[values.diseases.value]]
id = "cancer"
title = "恶性肿瘤"
class = "a"
icd10 = ["C00-C97"]
[[values.diseases.value]]
id = "infarction"
title = "急性心肌梗死"
class = "b"
icd10 = ["I21"]
[[values.diseases.value]]
id = "uraemia"
title = "尿毒症"
class = "b"
icd10 = ["N18"]
"""


@pytest.mark.parametrize(
    ("diagnosis", "pays"),
    [("C50.9", 10000_00), ("I21.0", 8000_00), ("N18.0", 5000_00), ("J18.9", 0)],
)
def test_a_lump_sum_for_each_disease(diagnosis: str, pays: int) -> None:
    """Each listed disease has its own sum, the rest of the list 5,000; pneumonia is not listed."""
    value = mp.parameters(diseases=mp.conditions("病种"), lump=mp.table(mp.Kind.MONEY, "按病种的互助金"))
    disease = value.diseases.match(claim.diagnosis)
    values = (
        'lump = { value = { "cancer" = "10000", "infarction" = "8000", "" = "0", "*" = "5000" } }' + DISEASES
    )
    given = happened("diagnosis", "03-01", diagnosis=diagnosis)

    assert one(small(value, values, value.lump.of(disease)), given) == pays


@pytest.mark.parametrize(("diagnosis", "pays"), [("C50.9", 10000_00), ("I21.0", 4000_00), ("N18.0", 4000_00)])
def test_classes_of_diseases(diagnosis: str, pays: int) -> None:
    """Class a pays 10,000, class b 4,000."""
    value = mp.parameters(diseases=mp.conditions("病种"), a=mp.money("甲类"), b=mp.money("乙类"))
    disease = value.diseases.match(claim.diagnosis)
    pays_out = mp.choose(disease.is_class("a"), value.a, mp.choose(disease.is_class("b"), value.b, 0))
    given = happened("diagnosis", "03-01", diagnosis=diagnosis)

    assert one(small(value, 'a = "10000"\nb = "4000"' + DISEASES, pays_out), given) == pays


def test_a_lump_once_a_term_inside_a_stay_claim() -> None:
    """Two stays of 1,000 at 50 %; the first brings 200 more, outside the cap of 800 a term."""
    value = mp.parameters(rate=mp.rate("比例"), most=mp.money("每期最多"), lump=mp.money("慰问金"))
    pays = (bill * value.rate).capped(value.most, per=per.TERM) + value.lump.once(per=per.TERM)
    item = small(value, 'rate = "50%"\nmost = "800"\nlump = "200"', pays)

    assert totals(item, stays("1000", "1000")) == [700_00, 300_00]  # 500 + 200; the 300 left of 800


def test_components_added_in_one_claim() -> None:
    """1,000 × 50 % + 5 days × 40 + 200 = 900."""
    value = mp.parameters(rate=mp.rate("比例"), daily=mp.money("每日津贴"), lump=mp.money("慰问金"))
    item = small(
        value,
        'rate = "50%"\ndaily = "40"\nlump = "200"',
        bill * value.rate + value.daily * claim.days + value.lump,
    )
    assert one(item, stay("03-01", "1000")) == 900_00


def test_disability_by_grade_up_to_the_sum_covered() -> None:
    """Grade 7 is 20 % of 50,000, grade 1 all of it; after 10,000 only 40,000 of the sum are left."""
    value = mp.parameters(total=mp.money("保障金额"), grades=mp.table(mp.Kind.RATE, "按伤残等级"))
    pays = (value.total * value.grades.of(claim.disability_grade)).capped(value.total, per=per.TERM)
    item = small(value, 'total = "50000"\ngrades = { value = { "1" = "100%", "7" = "20%" } }', pays)
    claims = [
        happened("disability", "02-01", cause="accident", disability_grade="7"),
        happened("disability", "08-01", cause="accident", disability_grade="1"),
    ]
    assert totals(item, claims) == [10000_00, 40000_00]


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("days", "pays"),
    [(0, 0), (1, 40_00), (4, 160_00), (5, 200_00), (10, 200_00), (11, 280_00), (20, 280_00), (21, 400_00)],
)
def test_a_table_from_days_in_hospital_to_paid_days(days: int, pays: int) -> None:
    """Up to 10 days are paid as they are, at most 5 days of 40; 11 to 20 pay 7, more pay 10."""
    value = mp.parameters(
        paid=mp.bands(mp.Kind.COUNT, "住院天数折算", measured=mp.Kind.COUNT), daily=mp.money("每日津贴")
    )
    values = """
    daily = "40"
    paid = [
      { from = 1, up_to = 1, gives = 1 },
      { from = 2, up_to = 2, gives = 2 },
      { from = 3, up_to = 3, gives = 3 },
      { from = 4, up_to = 4, gives = 4 },
      { from = 5, up_to = 10, gives = 5 },
      { from = 11, up_to = 20, gives = 7 },
      { over = 20, gives = 10 },
    ]
    """
    item = small(value, values, value.daily * claim.days.banded(value.paid))

    assert one(item, stay("03-01", days=days)) == pays


@pytest.mark.parametrize(("days", "pays"), [(3, 300_00), (6, 300_00), (7, 350_00), (30, 1500_00)])
def test_a_lump_for_few_days_and_all_days_for_many(days: int, pays: int) -> None:
    """Up to 6 days it is 300; from the seventh day on, 50 for every day from the first."""
    value = mp.parameters(
        lump=mp.money("短期住院"), daily=mp.money("每日津贴"), short=mp.days("短期最多天数")
    )
    pays_out = mp.choose(claim.days.up_to(value.short), value.lump, value.daily * claim.days)
    item = small(value, 'lump = "300"\ndaily = "50"\nshort = 6', pays_out)

    assert one(item, stay("03-01", days=days)) == pays


@pytest.mark.parametrize(("days", "pays"), [(3, 0), (4, 40_00), (10, 280_00)])
def test_days_from_the_fourth_on(days: int, pays: int) -> None:
    """10 days less the first 3 are 7 of 40."""
    value = mp.parameters(free=mp.days("不计天数"), daily=mp.money("每日津贴"))
    item = small(value, 'free = 3\ndaily = "40"', value.daily * claim.days.above(value.free))

    assert one(item, stay("03-01", days=days)) == pays


def test_a_day_cap_over_the_term() -> None:
    """Of 60, 20 and 30 days 90 are paid: 60, 20 and the 10 that are left, 40 each."""
    value = mp.parameters(most=mp.days("每期最多天数"), daily=mp.money("每日津贴"))
    item = small(value, 'most = 90\ndaily = "40"', value.daily * claim.days.capped(value.most, per=per.TERM))
    claims = [stay("01-01", days=60), stay("04-01", days=20), stay("07-01", days=30)]

    assert totals(item, claims) == [2400_00, 800_00, 400_00]


@pytest.mark.parametrize(
    ("diagnosis", "cause", "pays"),
    [("C50.9", "illness", 400_00), ("J18.9", "illness", 200_00), ("S52.5", "accident", 150_00)],
)
def test_a_daily_sum_by_cause(diagnosis: str, cause: str, pays: int) -> None:
    """5 days of 40; cancer doubles it; after an accident the day is 30."""
    value = mp.parameters(
        daily=mp.table(mp.Kind.MONEY, "按原因的每日津贴"),
        times=mp.count("恶性肿瘤倍数"),
        diseases=mp.conditions("病种"),
    )
    cancer = value.diseases.match(claim.diagnosis).is_class("a")
    values = 'daily = { value = { "illness" = "40", "*" = "30" } }\ntimes = 2' + DISEASES
    pays_out = value.daily.of(claim.cause) * (claim.days * mp.choose(cancer, value.times, 1))

    assert one(small(value, values, pays_out), stay("03-01", diagnosis=diagnosis, cause=cause)) == pays


# ---------------------------------------------------------------- roundings, choices between amounts


@pytest.mark.parametrize(
    ("rounding", "pays"),
    [
        (mp.Rounding.HALF_UP_YUAN, 312_00),
        (mp.Rounding.DOWN_YUAN, 311_00),
        (mp.Rounding.UP_YUAN, 312_00),
    ],
)
def test_whole_yuan(rounding: mp.Rounding, pays: int) -> None:
    """1,246.99 × 25 % = 311.7475: rounded once, to 312, or down to 311."""
    value = mp.parameters(rate=mp.rate("比例"))
    item = small(value, 'rate = "25%"', (bill * value.rate).rounded(rounding))

    assert one(item, stay("03-01", "1246.99")) == pays


@pytest.mark.parametrize(("days", "pays"), [(5, 1000_00), (40, 1600_00)])
def test_the_larger_of_two_benefits(days: int, pays: int) -> None:
    """A lump of 1,000 or 40 a day, whichever is more: 5 × 40 = 200, 40 × 40 = 1,600."""
    value = mp.parameters(lump=mp.money("定额"), daily=mp.money("每日津贴"))
    item = small(value, 'lump = "1000"\ndaily = "40"', mp.greatest(value.lump, value.daily * claim.days))
    assert one(item, stay("03-01", days=days)) == pays


@pytest.mark.parametrize(
    ("granted", "pays"), [("499.99", 0), ("500", 500_00), ("1200", 1200_00), ("2000.01", 0)]
)
def test_an_amount_at_discretion_within_limits(granted: str, pays: int) -> None:
    """The office decides an amount of 500 to 2,000 and enters it; what lies outside is refused."""
    amount = mp.field("claim", "granted", mp.Kind.MONEY, "核定救助金额", "amount granted")
    value = mp.parameters(least=mp.money("最低"), most=mp.money("最高"))
    inside = amount.within(value.least, value.most).because("granted", zh="核定金额不在规定范围内")
    item = small(value, 'least = "500"\nmost = "2000"', amount, when=[inside])

    assert one(item, stay("03-01", extra={"granted": mp.yuan(granted)})) == pays


def test_shares_multiply_and_more_than_the_most_are_void() -> None:
    """1,000 a share, at most 3: two shares pay 2,000, five pay 3,000."""
    value = mp.parameters(lump=mp.money("每份互助金"), most=mp.shares("最多份数"))
    item = small(value, 'lump = "1000"\nmost = 3', value.lump * cover.shares, max_shares=value.most)
    given = happened("diagnosis", "03-01", diagnosis="C50.9")

    assert [one(item, given, held(shares=shares)) for shares in (2, 5)] == [2000_00, 3000_00]
