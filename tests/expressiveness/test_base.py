"""What a benefit is a share of: bills, parts of bills, what others left, what was lost."""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans import claim, paid, per
from tests.expressiveness.small import (
    Small,
    benefit,
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

RATE = 'rate = "{}"'


def share_of(base: mp.Formula, rate: str) -> Small:
    """Return a plan that pays a share of `base`."""
    value = mp.parameters(rate=mp.rate("给付比例"))
    return small(value, RATE.format(rate), base * value.rate)


@pytest.mark.parametrize(
    ("base", "rate", "amounts", "pays"),
    [
        (bill, "70%", {"self_paid_in_scope": "1000"}, 700_00),  # 1,000 × 70 %
        (claim.total, "30%", {"total": "20000"}, 6000_00),  # 20,000 × 30 %
        (claim.pool_paid, "5%", {"pool_paid": "8000"}, 400_00),  # 8,000 × 5 %
        (
            claim.pool_paid + claim.large_sum_paid + bill,  # (5,000 + 1,000 + 1,500) × 10 %
            "10%",
            {"pool_paid": "5000", "large_sum_paid": "1000", "self_paid_in_scope": "1500"},
            750_00,
        ),
    ],
    ids=["in-scope self-paid", "total", "what the pool paid", "total in scope"],
)
def test_a_share_of_one_part_of_the_bill(
    base: mp.Formula, rate: str, amounts: dict[str, str], pays: int
) -> None:
    """The base is a part of the bill, or the sum of some."""
    assert one(share_of(base, rate), stay("03-01", **amounts)) == pays


def ningbo() -> Small:
    """A burden worked back from what the pool paid, a falling scale on it, and 200 once a term."""
    value = mp.parameters(
        back=mp.table(mp.Kind.RATE, "个人与统筹之比"),
        scale=mp.tiers("分段比例"),
        lump=mp.money("每期一次"),
    )
    burden = mp.least(claim.pool_paid * value.back.of(claim.hospital_level), claim.self_paid)
    values = """
    back = { value = { "3" = "3/17", "*" = "1/4" } }
    scale = [{ up_to = "2000", gives = "80%" }, { gives = "10%" }]
    lump = "200"
    """
    return small(value, values, burden.tiered(value.scale) + value.lump.once(per=per.TERM))


def test_a_burden_inferred_from_the_pool_payment_is_capped_by_the_receipt() -> None:
    """17,000 ÷ 85 % × 15 % = 3,000; 8,000 ÷ 80 % × 20 % = 2,000, but the receipt says 1,500."""
    claims = [
        # 2,000 × 80 % + 1,000 × 10 % + 200 = 1,900
        stay("01-05", hospital_level="3", pool_paid="17000", self_paid="5000"),
        # 1,500 × 80 % = 1,200, and no second 200
        stay("03-05", hospital_level="2", pool_paid="8000", self_paid="1500"),
    ]
    assert totals(ningbo(), claims) == [1900_00, 1200_00]


def test_a_base_put_together_from_items_of_the_bill() -> None:
    """(3,000 drugs + 2,000 operation − 400 bed) × 50 % = 2,300; a bed that costs more than all leaves 0."""
    drugs, operation, bed = (
        mp.field("claim", name, mp.Kind.MONEY, zh)
        for name, zh in [("drugs", "药费"), ("operation", "手术费"), ("bed", "床位费")]
    )
    item = share_of((drugs + operation).less(bed), "50%")

    def items(day: str, *amounts: str) -> mp.Claim:
        named = zip(("drugs", "operation", "bed"), map(mp.yuan, amounts), strict=True)
        return stay(day, extra=dict(named))

    assert totals(item, [items("01-05", "3000", "2000", "400"), items("02-05", "100", "0", "400")]) == [
        2300_00,
        0,
    ]


def test_several_bases_each_at_its_own_rate() -> None:
    """1,000 × 70 % + 600 × 30 % + 400 × 10 % = 700 + 180 + 40 = 920."""
    value = mp.parameters(one=mp.rate("自付一"), two=mp.rate("自付二"), out=mp.rate("自费"))
    pays = bill * value.one + claim.self_paid_partly * value.two + claim.out_of_scope * value.out
    item = small(value, 'one = "70%"\ntwo = "30%"\nout = "10%"', pays)

    assert one(item, stay("03-01", "1000", self_paid_partly="600", out_of_scope="400")) == 920_00


def test_a_second_part_reads_what_the_first_part_leaves() -> None:
    """40 %, then 20 % of the rest if the rest reaches 5,000: one fen more of cost adds 1,000."""
    value = mp.parameters(first=mp.rate("第一部分"), second=mp.rate("第二部分"), start=mp.money("余额达到"))
    rest = bill.less(mp.benefit("first"))
    second = mp.choose(rest.from_(value.start), rest, 0) * value.second
    item = small(
        value,
        'first = "40%"\nsecond = "20%"\nstart = "5000"',
        benefit("first", bill * value.first),
        benefit("second", second),
    )
    # 8,333.33 × 40 % = 3,333.332 → 3,333.33, rest 5,000.00 × 20 % = 1,000.00
    assert one(item, stay("03-01", "8333.33")) == 4333_33
    # 8,333.32 × 40 % = 3,333.328 → 3,333.33, rest 4,999.99: nothing more
    assert one(item, stay("03-01", "8333.32")) == 3333_33


def test_a_second_plan_reads_what_an_earlier_plan_leaves() -> None:
    """Of 10,000 the city pays 6,000; the province 25 % of the 4,000 left: 1,000; the fund 10 % of 3,000: 300."""
    value = mp.parameters(rate=mp.rate("给付比例"))
    plans = [
        small(value, RATE.format("60%"), bill * value.rate, id_="city"),
        small(value, RATE.format("25%"), bill.less(paid.by("city")) * value.rate, id_="province"),
        small(value, RATE.format("10%"), bill.less(paid.earlier) * value.rate, id_="fund"),
    ]
    assert totals(plans, [stay("03-01", "10000")]) == [6000_00, 1000_00, 300_00]


def test_a_base_net_of_every_other_payment() -> None:
    """50,000 − 20,000 pool − 5,000 large sum − 3,000 other − 2,000 city = 20,000; 10 % of it is 2,000."""
    value = mp.parameters(rate=mp.rate("给付比例"))
    city = small(value, RATE.format("4%"), claim.total * value.rate, id_="city")
    others = claim.pool_paid + claim.large_sum_paid + claim.other_paid + paid.earlier
    relief = small(value, RATE.format("10%"), claim.total.less(others) * value.rate, id_="relief")
    given = stay("03-01", total="50000", pool_paid="20000", large_sum_paid="5000", other_paid="3000")

    assert totals([city, relief], [given]) == [2000_00, 2000_00]


COST_BANDS = 'scale = [{ from = "6000", up_to = "50000", gives = "75%" }, { gives = "70%" }]'


@pytest.mark.parametrize(
    ("cost", "pays"),
    [
        ("5999.99", 0),  # below the first band
        ("6000", 750_00),  # 1,000 × 75 %
        ("50000", 750_00),  # the edge belongs to the lower band
        ("50000.01", 700_00),  # 1,000 × 70 %
    ],
)
def test_a_band_of_one_quantity_with_a_rate_on_another(cost: str, pays: int) -> None:
    """The cost of the stay finds the band; its rate is for the 1,000 that are left unpaid."""
    value = mp.parameters(scale=mp.bands(mp.Kind.RATE, "按费用分档"))
    item = small(value, COST_BANDS, bill * claim.total.banded(value.scale))

    assert one(item, stay("03-01", "1000", total=cost)) == pays


def test_a_remainder_spread_over_the_bands_of_the_cost() -> None:
    """Cost 10,000, 3,000 unpaid: 6,000 × 75 % + 4,000 × 70 % = 7,300, so 73 % of 3,000 = 2,190."""
    value = mp.parameters(scale=mp.tiers("按费用分段"))
    pays = bill.share(claim.total.tiered(value.scale), claim.total)
    item = small(value, 'scale = [{ up_to = "6000", gives = "75%" }, { gives = "70%" }]', pays)

    assert one(item, stay("03-01", "3000", total="10000")) == 2190_00


def test_a_share_of_a_property_loss_with_a_cap() -> None:
    """60 % of 4,000 is 2,400; 60 % of 12,000 is 7,200, capped at 5,000."""
    value = mp.parameters(rate=mp.rate("给付比例"), most=mp.money("最高给付"))
    item = small(value, 'rate = "60%"\nmost = "5000"', (claim.property_loss * value.rate).capped(value.most))
    losses = [
        happened("property-loss", "02-01", cause="disaster", property_loss="4000"),
        happened("property-loss", "06-01", cause="disaster", property_loss="12000"),
    ]
    assert totals(item, losses) == [2400_00, 5000_00]


@pytest.mark.parametrize(
    ("kind", "reimbursed", "pays"),
    [
        ("other", "70000", 12000_00),  # (85,000 − 70,000) × 80 %
        ("single-parent", "70000", 13500_00),  # (85,000 − 70,000) × 90 %
        ("other", "85000", 0),  # the target is reached
        ("other", "90000", 0),  # and passed: never less than 0
    ],
)
def test_the_gap_up_to_a_target_rate(kind: str, reimbursed: str, pays: int) -> None:
    """80 % (90 % for some families) of what 85 % of a cost of 100,000 exceeds the reimbursement by."""
    value = mp.parameters(target=mp.rate("目标比例"), rate=mp.table(mp.Kind.RATE, "按家庭类型的比例"))
    family = mp.field("member", "family", mp.Kind.CODE, "家庭类型", "kind of family")
    reimbursed_all = claim.pool_paid + claim.large_sum_paid
    pays_out = (claim.total * value.target).less(reimbursed_all) * value.rate.of(family)
    values = 'target = "85%"\nrate = { value = { "single-parent" = "90%", "*" = "80%" } }'
    given = stay("03-01", total="100000", pool_paid=reimbursed, large_sum_paid="0")
    who = mp.Member(extra={"family": kind})

    assert one(small(value, values, pays_out), given, member=who) == pays


def test_a_sum_over_the_members_of_a_family_with_a_cap_for_each() -> None:
    """At most 12,000 a person and 15,000 a family: the bills are the member's, a field says whose they were."""
    patient = mp.field("claim", "patient", mp.Kind.CODE, "患者", "patient")
    value = mp.parameters(rate=mp.rate("给付比例"), person=mp.money("每人最多"), family=mp.money("每户最多"))
    pays = (
        (bill * value.rate).capped(value.person, per=per.TERM, by=patient).capped(value.family, per=per.TERM)
    )
    item = small(value, 'rate = "50%"\nperson = "12000"\nfamily = "15000"', pays)
    claims = [
        stay("01-05", "30000", extra={"patient": "father"}),  # 15,000 → 12,000
        stay("02-05", "4000", extra={"patient": "mother"}),  # 2,000; the family has 14,000
        stay("03-05", "10000", extra={"patient": "father"}),  # his 12,000 are used up
        stay("04-05", "4000", extra={"patient": "child"}),  # 2,000 → the 1,000 that the family has left
    ]
    assert totals(item, claims) == [12000_00, 2000_00, 0, 1000_00]


CHILD = mp.Insured(id="child", relation="child", sex="male", birth_date=date(2015, 3, 1))
SPOUSE = mp.Insured(id="spouse", relation="spouse", sex="male", birth_date=date(1979, 3, 1))
FAMILY = (held(), held(insured="child"), held(insured="spouse"))


def test_a_yearly_limit_that_a_family_shares() -> None:
    """At most 20,000 a year for all of a family: 12,000 and 6,000 leave 2,000 for the third, whoever it is."""
    value = mp.parameters(rate=mp.rate("给付比例"), most=mp.money("全家最多"))
    pays = (bill * value.rate).capped(value.most, per=per.CALENDAR_YEAR, whose=mp.Whose.FAMILY)
    item = small(value, 'rate = "60%"\nmost = "20000"', pays, insures=("self", "child", "spouse"))
    claims = [
        stay("01-05", "20000", insured="child"),  # 12,000
        stay("02-05", "10000"),  # 6,000
        stay("03-05", "5000", insured="spouse"),  # 3,000 → the 2,000 that are left
        stay("04-05", "1000", insured="child"),  # nothing is left
    ]
    assert totals(item, claims, *FAMILY, insured=(CHILD, SPOUSE)) == [12000_00, 6000_00, 2000_00, 0]


def test_a_start_that_a_family_reaches_together() -> None:
    """What a household pays counts: 6,000 of the child and 3,000 of the member are 1,000 over 8,000, paid at half."""
    value = mp.parameters(start=mp.money("全家起付线"), rate=mp.rate("给付比例"))
    over = bill.above(value.start, per=per.CALENDAR_YEAR, whose=mp.Whose.FAMILY)
    item = small(
        value, 'start = "8000"\nrate = "50%"', over * value.rate, insures=("self", "child", "spouse")
    )
    claims = [
        stay("01-05", "6000", insured="child"),
        stay("02-05", "3000"),
        stay("03-05", "400", insured="spouse"),
    ]
    assert totals(item, claims, *FAMILY, insured=(CHILD, SPOUSE)) == [0, 500_00, 200_00]


def test_an_expense_is_never_compensated_twice() -> None:
    """Two indemnities of 70 % each of 1,000: the second gets the 300 that are left, a fixed sum stacks."""
    value = mp.parameters(rate=mp.rate("给付比例"), lump=mp.money("慰问金"))
    item = small(
        value,
        'rate = "70%"\nlump = "500"',
        benefit("first", bill * value.rate, indemnity=True),
        benefit("second", bill * value.rate, indemnity=True),
        benefit("lump", value.lump),
    )
    given = stay("03-01", "1000", self_paid_partly="0", out_of_scope="0")

    assert one(item, given) == 1500_00  # 700 + 300 + 500


def test_tiers_may_start_anew_with_every_stay() -> None:
    """Without `per` a scale knows one claim: twice 1,000 × 50 % + 500 × 60 % = 800."""
    value = mp.parameters(scale=mp.tiers("分段比例"))
    item = small(
        value,
        'scale = [{ up_to = "1000", gives = "50%" }, { gives = "60%" }]',
        bill.tiered(value.scale),
    )
    assert totals(item, stays("1500", "1500")) == [800_00, 800_00]
