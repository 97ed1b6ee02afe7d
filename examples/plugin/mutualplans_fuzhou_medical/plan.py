"""福州市职工医疗互助: a share of the insured cost of every stay in hospital."""

import mutualplans as mp
from mutualplans import claim, member, per, unit

value = mp.parameters(
    premium=mp.table(mp.Kind.MONEY, "每人每期互助金", "fee", open_to_office=mp.between("0", "500")),
    term_months=mp.months("互助期", "term"),
    rate=mp.rate("补助比例", "rate"),
    most=mp.money("累计最高补助", "most in the term"),
)

insured_cost = mp.field(
    "claim", "insured_cost", mp.Kind.MONEY, "住院医保费用总额", "cost of the stay that insurance recognises"
)

stay = mp.Benefit(
    "stay",
    mp.Text(zh="住院补助", en="Stay"),
    clause="报道：补助标准",
    when=[claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital")],
    pays=(insured_cost * value.rate).capped(value.most, per=per.TERM),
)

plan = mp.Plan(
    id="fuzhou-medical",
    title=mp.Text(zh="福州市职工医疗互助", en="Fuzhou medical aid"),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post")
    ],
    premium=value.premium.of(unit.unit_type),
    term_months=value.term_months,
    benefits=[stay],
)
