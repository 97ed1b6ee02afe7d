"""职工门诊（住院）医疗补充保障计划: a part of what a worker pays at a stay and for outpatient treatment."""

import mutualplans as mp
from mutualplans import claim, member, per

value = mp.parameters(
    premium=mp.money("职工保障费", "fee", open_to_office=mp.between("0", "500")),
    term_months=mp.months("保障期限", "term"),
    stay_rate=mp.rate("起付线以下给付比例", "rate below the deductible"),
    outpatient_scale=mp.tiers("门诊自负费用分段给付比例", "rates of outpatient costs"),
    outpatient_cap=mp.money("门诊最高给付", "most for outpatient treatment"),
)

below_deductible = mp.field(
    "claim", "below_deductible", mp.Kind.MONEY, "住院起付线以下费用", "costs of the stay below the deductible"
)

stay = mp.Benefit(
    "stay",
    mp.Text(zh="住院补充", en="Stay"),
    clause="因住院治疗而发生的医疗费用在起付线以下部分",
    indemnity=True,
    when=[claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital")],
    pays=below_deductible * value.stay_rate,
)

outpatient = mp.Benefit(
    "outpatient",
    mp.Text(zh="门诊补充", en="Outpatient treatment"),
    clause="因门诊治疗而发生的医疗费用",
    indemnity=True,
    when=[claim.is_outpatient.because("not-outpatient", zh="不是门诊申领", en="not outpatient treatment")],
    pays=claim.self_paid_in_scope.tiered(value.outpatient_scale, per=per.TERM).capped(
        value.outpatient_cap, per=per.TERM
    ),
)

plan = mp.Plan(
    id="outpatient-supplement",
    title=mp.Text(zh="职工门诊（住院）医疗补充保障计划", en="Outpatient and stay supplement"),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post")
    ],
    premium=value.premium,
    term_months=value.term_months,
    benefits=[stay, outpatient],
)
