"""职工医疗互助活动: a part of what a stay in hospital leaves after basic and large-sum insurance.

The rule starts from all that the worker pays and takes off what is out of scope and the insurance deductible. A
small benefit is raised to a least one, once for each stay; a term has a most.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, member, paid, per, unit

value = mp.parameters(
    premium=mp.table(mp.Kind.MONEY, "每人互助金", "fee by kind of unit"),
    term_months=mp.months("保障期限", "term"),
    age_from=mp.years("参保最小年龄", "youngest age", open_to_office=mp.between(14, 18)),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 180)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    rate=mp.rate("补助比例", "rate", open_to_office=mp.between("0%", "100%")),
    least=mp.money("每次住院最低补助", "least for a stay", open_to_office=mp.between("0", "1000")),
    most=mp.money("每保障期最高补助", "most in a term", open_to_office=mp.between("0", "200000")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)

below_deductible = mp.field(
    "claim", "below_deductible", mp.Kind.MONEY, "住院起付线以下费用", "costs of the stay below the deductible"
)

base = claim.self_paid.less(claim.out_of_scope).less(below_deductible)
base = base.named("可补助的自付费用", "own costs that count")
of_the_stay = (base.so_far(per=per.STAY) * value.rate).raised_to(value.least)

# What was paid counts towards the most, not what was due: aid is also cut to the burden that is left.
paid_in_term = paid.before(per=per.TERM)
left = value.most.less(paid_in_term).named("本保障期尚可补助的金额", "what the most of the term leaves")

plan = mp.Plan(
    id="worker-medical-aid",
    title=mp.Text(zh="职工医疗互助活动", en="Workers' medical aid"),
    summary=mp.Text(
        zh="职工住院，基本医疗保险和大病补充保险支付以后的自付部分，扣除全自费和门槛费，按比例补助。",
        en="Pays a part of what a stay leaves after basic and large-sum insurance.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("in-post").because(
            "employment", zh="须为在职在岗职工（含农民工）", en="must be in post"
        ),
        insured.age.from_(value.age_from).because("age", zh="未满参保年龄", en="too young to join"),
    ],
    premium=value.premium.of(unit.unit_type),
    term_months=value.term_months,
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal | claim.is_accident),
    renewal_window=value.renewal_window,
    claim_within=value.claim_days,
    excludes=[
        mp.excluded(
            "not-designated",
            zh="不是在基本医疗保险指定医院住院",
            en="not in a hospital designated by basic insurance",
        )
    ],
    when=[
        claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital"),
        paid_in_term.below(value.most).because(
            "limit-used-up", zh="本保障期最高补助已用完", en="the most of the term is used up"
        ),
    ],
    benefits=[
        mp.Benefit(
            "aid",
            mp.Text(zh="医疗互助补助金", en="Medical aid"),
            clause="补助标准：自付部分扣除全自费医疗费用和门槛费后按比例补助",
            indemnity=True,
            pays=mp.least(of_the_stay.less(paid.before("aid", per=per.STAY)), left),
        )
    ],
    papers=[
        mp.Paper("application", mp.Text(zh="单位盖章的申请表", en="application with the unit's stamp")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "settlement",
            mp.Text(zh="医疗保险住院费用结算单、出院小结", en="settlement of the stay, discharge note"),
        ),
    ],
)
