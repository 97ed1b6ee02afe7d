"""企业职工互助（医疗救助）基金: what a company's own fund pays beside or after the city's plans.

A share of what the city's inpatient plan leaves (Jing'an), sums for a serious illness and for death in service (postal
fund), or what a fund's council grants within the money it may use this year (transport funds). An edition has one of them;
what it does not pay stands in it as 0.
"""

import mutualplans as mp
from mutualplans import claim, cover, member, paid, per

CITY_PLAN = "inpatient-supplement"
"""The city's plan that comes first."""

value = mp.parameters(
    premium=mp.money("职工个人每期出资", "the member's part for a term", open_to_office=mp.between("0", "2000")),
    term_months=mp.months("每期", "term", open_to_office=mp.between(12, 36)),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 180)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    furloughed_too=mp.flag("已签协保的也可参加", "the furloughed may join too"),
    with_city=mp.flag("须同时参加市总住院保障计划", "only with the city's inpatient plan"),
    rate=mp.rate("市总计划给付后，自负余额的救助比例", "share of what is left", open_to_office=mp.between("0%", "100%")),
    diseases=mp.conditions("重症病种", "serious illnesses", open_to_office=mp.at_will()),
    serious=mp.money("患重症一次性保障金", "sum for a serious illness", open_to_office=mp.between("0", "200000")),
    death=mp.money("在职死亡保障金", "sum for death in service", open_to_office=mp.between("0", "200000")),
    by_council=mp.flag("由理事会逐案核定", "granted case by case by the council"),
    principal_share=mp.rate(
        "本年增加的本金可动用的比例", "part of this year's new principal that may be used",
        open_to_office=mp.between("0%", "100%"),
    ),
)  # fmt: skip

in_city_plan = mp.holds(CITY_PLAN, "市总住院保障计划", "the city's inpatient plan")
furloughed = mp.field(
    "member", "contract_kept", mp.Kind.FLAG, "已签协保", "furloughed with the contract kept"
)
granted = mp.field(
    "claim", "council_granted", mp.Kind.MONEY, "理事会核定的金额", "amount granted by the council"
)
agreed = mp.field("claim", "council_agreed", mp.Kind.FLAG, "理事会集体决策同意", "the council agrees")
principal = mp.field(
    "unit", "fund_new_principal", mp.Kind.MONEY, "基金本年增加的本金", "the fund's new principal this year"
)
income = mp.field(
    "unit", "fund_income_left", mp.Kind.MONEY, "基金本年增值的余额", "what is left of the fund's income"
)
used = mp.field(
    "unit", "fund_principal_used", mp.Kind.MONEY, "基金本年已动用的本金", "principal used this year"
)

disease = value.diseases.match(claim.diagnosis)
by_city = paid.by(CITY_PLAN).named("市总住院计划的给付", "what the city's plan pays")
left = claim.self_paid_in_scope.less(by_city).named("市总计划给付后的自负余额", "what the city's plan leaves")
usable = (income + (principal * value.principal_share).less(used)).named(
    "基金本年还可动用", "what may still be used"
)

plan = mp.Plan(
    id="unit-fund",
    title=mp.Text(zh="企业职工互助（医疗救助）基金", en="Unit fund"),
    summary=mp.Text(
        zh="企业自设的互助、医疗救助基金：在市总计划之后再救助，或患重症、在职死亡给付一笔，或由理事会逐案核定。",
        en="A company's own fund: a share of what the city leaves, sums for illness and death, or grants by its council.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        (member.employment.equals("in-post") | (value.furloughed_too & furloughed)).because(
            "employment", zh="不是在职职工（或可参加的协保职工）", en="neither in post nor furloughed"
        ),
        (~value.with_city | in_city_plan).because(
            "no-city-plan", zh="未同时参加市总住院保障计划", en="not in the city's inpatient plan"
        ),
    ],
    premium=value.premium,
    term_months=value.term_months,
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal),
    renewal_window=value.renewal_window,
    benefits=[
        mp.Benefit(
            "share",
            mp.Text(zh="医疗救助", en="Share of what is left"),
            clause="救助标准：自负部分在市总互助保障理赔后再给予",
            offered=value.with_city,
            when=[
                claim.event.is_one_of("inpatient", "outpatient").because(
                    "not-treatment", zh="不是住院或门诊申领", en="neither a stay nor outpatient treatment"
                )
            ],
            pays=left * value.rate,
            indemnity=True,
        ),
        mp.Benefit(
            "serious",
            mp.Text(zh="重症保障金", en="Sum for a serious illness"),
            clause="给付标准：患重症大病",
            offered=value.serious.over(0),
            when=[
                claim.event.is_one_of("diagnosis", "inpatient").because(
                    "not-diagnosis", zh="不是确诊或住院申领", en="neither a diagnosis nor a stay"
                ),
                disease.is_listed.because("not-listed", zh="诊断不在病种范围内", en="the diagnosis is not listed"),
            ],
            pays=value.serious.once(per=per.LIFETIME, by=disease),
        ),
        mp.Benefit(
            "death",
            mp.Text(zh="在职死亡保障金", en="Sum for death in service"),
            clause="给付标准：在职死亡",
            offered=value.death.over(0),
            when=[claim.is_death.because("not-death", zh="不是身故申领", en="not a death")],
            pays=value.death.once(per=per.LIFETIME),
        ),
        mp.Benefit(
            "grant",
            mp.Text(zh="互助帮困金", en="Grant of the council"),
            clause="基金使用：集体决策、可用本金、量入为出、逐步积累",
            offered=value.by_council,
            when=[
                claim.event.equals("application").because("not-applied-for", zh="不是申请补助", en="not an application"),
                agreed.because("not-agreed", zh="理事会没有同意", en="the council does not agree"),
                granted.up_to(usable).because(
                    "fund-used-up", zh="超过基金本年还可动用的金额", en="more than the fund may use this year"
                ),
            ],
            pays=mp.least(granted, usable),
        ),
    ],
    papers=[
        mp.Paper("application", mp.Text(zh="本人申请和基层工会意见", en="application and the union's opinion")),
        mp.Paper("settlement", mp.Text(zh="市总计划的给付通知", en="notice of the city's plan"), when=value.with_city),
    ],
)  # fmt: skip
