"""职工门诊（住院）医疗补充保障计划: a part of the own costs that basic insurance leaves, at a stay and outpatient.

Of a stay it pays a share of the costs below the deductible; of the year's outpatient costs a share by slices.
"""

import mutualplans as mp
from mutualplans import claim, insured, member, per

value = mp.parameters(
    premium=mp.money("职工保障费", "fee", open_to_office=mp.between("0", "1000")),
    term_months=mp.months("保障期限", "term"),
    age_from=mp.years("参保最小年龄", "youngest age", open_to_office=mp.between(14, 18)),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 180)),
    stay_rate=mp.rate("起付线以下给付比例", "rate below the deductible"),
    outpatient_scale=mp.tiers("门诊自负费用分段给付比例", "rates of outpatient costs"),
    outpatient_most=mp.money(
        "门诊最高给付", "most for outpatient treatment", open_to_office=mp.between("0", "10000")
    ),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)

below_deductible = mp.field(
    "claim", "below_deductible", mp.Kind.MONEY, "住院起付线以下费用", "costs of the stay below the deductible"
)

plan = mp.Plan(
    id="outpatient-inpatient-supplement",
    title=mp.Text(zh="职工门诊（住院）医疗补充保障计划", en="Outpatient and inpatient supplement"),
    summary=mp.Text(
        zh="对城镇职工基本医疗保险规定由个人自负的部分，住院的起付线以下部分和门诊的分段部分，按比例给付。",
        en="Pays a part of the own costs below the deductible of a stay, and of outpatient costs by slices.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
        insured.age.from_(value.age_from).because("age", zh="未满参保年龄", en="too young to join"),
    ],
    premium=value.premium,
    term_months=value.term_months,
    waiting=mp.Waiting(value.waiting_days, waived=claim.is_accident),
    claim_within=value.claim_days,
    benefits=[
        mp.Benefit(
            "stay",
            mp.Text(zh="住院补充", en="Stay in hospital"),
            clause="因住院治疗而发生的医疗费用在起付线以下部分",
            indemnity=True,
            when=[
                claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital")
            ],
            pays=below_deductible * value.stay_rate,
        ),
        mp.Benefit(
            "outpatient",
            mp.Text(zh="门诊补充", en="Outpatient treatment"),
            clause="因门诊治疗而发生的医疗费用，一年内自负费用分段给付",
            indemnity=True,
            when=[
                claim.is_outpatient.because(
                    "not-outpatient", zh="不是门诊申领", en="not outpatient treatment"
                )
            ],
            pays=claim.self_paid_in_scope.tiered(value.outpatient_scale, per=per.TERM).capped(
                value.outpatient_most, per=per.TERM
            ),
        ),
    ],
    papers=[
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "receipts",
            mp.Text(zh="医疗费收据和医疗保险结算单", en="receipts and settlements of basic insurance"),
        ),
    ],
)
