"""在职职工医疗互助保障计划（暖·互助）: free for members with the union card, for what basic insurance leaves to them.

Two ways of settling, as the office does it: what lies below the ceiling of basic insurance is settled by the quarter,
each bill above the deductible at one rate; what lies above it is settled once a year, in steps, after other schemes.
One limit holds for a person and a calendar year over both.
"""

import mutualplans as mp
from mutualplans import claim, insured, member, paid, per

value = mp.parameters(
    premium=mp.money("没有工会的单位职工互助费", "fee for staff of units without a union",
        open_to_office=mp.between("0", "500")),
    term_months=mp.months("保障期限", "term"),
    age_from=mp.years("参保最小年龄", "youngest age", open_to_office=mp.between(14, 18)),
    outpatient_start=mp.money("门诊起付线", "deductible, outpatient", open_to_office=mp.between("0", "10000")),
    first_start=mp.money("首次住院起付线", "deductible, first stay", open_to_office=mp.between("0", "10000")),
    later_start=mp.money("第二次及以后住院起付线", "deductible, later stays",
        open_to_office=mp.between("0", "10000")),
    rate=mp.rate("封顶线以下给付比例", "rate below the ceiling", open_to_office=mp.between("0%", "100%")),
    special_rate=mp.rate("劳模、困难职工封顶线以下给付比例", "rate below the ceiling, model workers and hardship",
        open_to_office=mp.between("0%", "100%")),
    above_scale=mp.tiers("封顶线以上分段给付比例", "rates above the ceiling", open_to_office=mp.between("0%", "100%")),
    most=mp.money("全年最高给付", "most in a year", open_to_office=mp.between("0", "1000000")),
    transfer_days=mp.days("24 小时内转院：两个日期最多相隔", "days between the stays of a transfer"),
    observation_days=mp.days("急诊留观后住院：最多相隔", "days from observation to the stay"),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)  # fmt: skip

has_union = mp.field(
    "unit",
    "pays_union_dues",
    mp.Kind.FLAG,
    "单位建立工会并向上级工会缴纳经费",
    "the unit has a union and pays dues",
)
settlement = mp.field(
    "claim",
    "settlement",
    mp.Kind.CODE,
    "结算类别",
    "way of settling",
    choices={
        "below": mp.Text("医保封顶线以下（按季）", "below the ceiling (by the quarter)"),
        "above": mp.Text("医保封顶线以上（按年）", "above the ceiling (by the year)"),
    },
)

by_transfer = mp.field(
    "claim", "by_transfer", mp.Kind.FLAG, "持转院单，24 小时内转入", "transferred with a form within 24 hours"
)
observed = mp.field(
    "claim", "observed", mp.Kind.FLAG, "急诊留观（按住院结算）", "emergency observation, settled as a stay"
)
hospital = mp.field("claim", "hospital_name", mp.Kind.CODE, "医院名称", "hospital")

bill = claim.self_paid_in_scope
is_below = settlement.equals("below").because(
    "not-below", zh="不是封顶线以下的结算", en="not a settlement below the ceiling"
)
is_above = settlement.equals("above").because(
    "not-above", zh="不是封顶线以上的结算", en="not a settlement above the ceiling"
)

# Stays above the ceiling are settled by the year and are not counted.
counted = claim.is_inpatient & settlement.equals("below")
stay = (
    mp.choose(claim.is_inpatient, 1, 0)
    .once(per=per.STAY)
    .named("住院次数（合并计算的住院，只计一次）", "stays (merged stays count once)")
)
number = stay.so_far(per=per.CALENDAR_YEAR).named("本年度第几次住院", "number of the stay in the year")
stay_start = mp.choose(number.up_to(1), value.first_start, value.later_start)
stay_start = stay_start.named("本次住院起付线", "deductible of this stay")

special = (member.model_worker | member.hardship).named("劳模或困难职工", "model worker or in hardship")
rate = mp.choose(special, value.special_rate, value.rate).named("给付比例", "rate")

paid_in_year = paid.before(per=per.CALENDAR_YEAR)


def within_year(amount: mp.Formula) -> mp.Formula:
    """Return an amount cut to what the year's limit leaves; a claim is settled under one benefit only."""
    left = value.most.less(paid_in_year).named("本年度尚可给付的金额", "what the year's limit leaves")
    return mp.least(amount, left)


plan = mp.Plan(
    id="medical-mutual-aid",
    title=mp.Text(zh="在职职工医疗互助保障计划（暖·互助）", en="Medical mutual aid"),
    summary=mp.Text(
        zh="会员在一个自然年度内就医，基本医疗保险支付以后自付一的部分，再按规定报销。",
        en="Pays a part of what basic insurance leaves within its scope, in a calendar year.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.basic_insurance.because("insurance", zh="须参加基本医疗保险", en="must be in basic insurance"),
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
        insured.age.from_(value.age_from).because("age", zh="未满参保年龄", en="too young to join"),
        (~has_union | member.union_card).because(
            "union-card", zh="须持有京卡·互助服务卡", en="must hold the union card"
        ),
    ],
    merges=[
        mp.Merge(value.transfer_days, when=counted & by_transfer, after=counted),
        mp.Merge(value.observation_days, when=counted, after=counted & observed, same=[hospital]),
    ],
    premium=mp.choose(has_union, mp.yuan("0"), value.premium),
    term_months=value.term_months,
    claim_within=value.claim_days,
    when=[
        (claim.is_outpatient | claim.is_inpatient).because(
            "not-treatment", zh="不是门诊或住院", en="neither outpatient treatment nor a stay"
        ),
        paid_in_year.below(value.most).because(
            "limit-used-up", zh="全年最高给付已用完", en="the limit of the year is used up"
        ),
    ],
    benefits=[
        mp.Benefit(
            "outpatient",
            mp.Text(zh="门诊医疗互助", en="Outpatient treatment"),
            clause="给付标准：门诊，起付线以上、医保封顶线以下的自付一",
            indemnity=True,
            when=[
                claim.is_outpatient.because("not-outpatient", zh="不是门诊", en="not outpatient"),
                is_below,
            ],
            pays=within_year(bill.above(value.outpatient_start, per=per.CALENDAR_YEAR) * rate),
        ),
        mp.Benefit(
            "inpatient",
            mp.Text(zh="住院医疗互助", en="Stay in hospital"),
            clause="给付标准：住院，起付线以上、医保封顶线以下的自付一",
            indemnity=True,
            when=[claim.is_inpatient.because("not-inpatient", zh="不是住院", en="not a stay"), is_below],
            pays=within_year(bill.above(stay_start, per=per.STAY) * rate),
        ),
        mp.Benefit(
            "above",
            mp.Text(zh="封顶线以上医疗互助", en="Above the ceiling"),
            clause="给付标准：医保封顶线以上，扣除单位补充医疗保险、社会医疗救助等其他支付以后",
            indemnity=True,
            when=[is_above],
            pays=within_year(bill.less(claim.other_paid).tiered(value.above_scale, per=per.CALENDAR_YEAR)),
        ),
    ],
    papers=[
        mp.Paper("union-card", mp.Text(zh="京卡·互助服务卡", en="union card"), when=has_union),
        mp.Paper(
            "receipts",
            mp.Text(zh="医疗费收据原件、住院费用清单", en="original receipts, list of the costs of the stay"),
            when=settlement.equals("above"),
        ),
        mp.Paper(
            "other-schemes",
            mp.Text(
                zh="单位补充医疗保险、社会医疗救助、特困人员大病救助的支付证明",
                en="what the unit's own scheme and medical assistance paid",
            ),
            when=settlement.equals("above"),
        ),
    ],
)
