"""宁波市在职职工住院医疗互助保障项目: a share of the burden of each stay, worked back from what the pool fund paid.

The burden is not read from the bill but inferred: the pool's payment ÷ 80 % × 20 %, at a community hospital ÷ 85 % ×
15 %; what the receipt shows as paid in person is the most. The scale begins anew with every stay.
"""

import mutualplans as mp
from mutualplans import claim, cover, member, per

value = mp.parameters(
    premium=mp.money("保障费", "fee", open_to_office=mp.between("0", "500")),
    term_months=mp.months("保障期限", "term"),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 90)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    inferred=mp.table(
        mp.Kind.RATE, "个人承担与统筹支付之比", "burden ÷ pool payment", open_to_office=mp.between("0%", "100%")
    ),
    scale=mp.tiers("给付比例（每次住院分段）", "rates for each stay", open_to_office=mp.between("0%", "100%")),
    lump=mp.money("首次住院起付标准补助", "for the deductible, once a term", open_to_office=mp.between("0", "2000")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)  # fmt: skip

civil_servant = mp.field(
    "member", "civil_subsidy", mp.Kind.FLAG, "享受公务员医疗补助", "has the civil-servant subsidy"
)
after_subsidy = mp.field(
    "claim", "after_civil_subsidy", mp.Kind.MONEY, "公务员医疗补助后的个人承担", "burden after the civil-servant subsidy"
)  # fmt: skip

inferred = (claim.pool_paid * value.inferred.of(claim.hospital_level)).named(
    "推算的个人承担", "the inferred burden"
)
burden = mp.choose(
    civil_servant, mp.least(after_subsidy, claim.self_paid), mp.least(inferred, claim.self_paid)
).named("个人承担", "the burden")

plan = mp.Plan(
    id="inpatient-supplement-ningbo",
    title=mp.Text(zh="宁波市在职职工住院医疗互助保障项目", en="Inpatient supplement, Ningbo"),
    summary=mp.Text(
        zh="在职职工每次住院的个人承担部分，由统筹基金支付推算，分段给付；首次住院另补助起付标准。",
        en="Pays a share of the burden of each stay, inferred from the pool's payment, and once for the deductible.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
        member.basic_insurance.because("no-insurance", zh="未参加职工基本医疗保险", en="not in basic medical insurance"),
    ],
    premium=value.premium,
    term_months=value.term_months,
    term_begins=mp.YearDay(5, 1),
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal),
    renewal_window=value.renewal_window,
    claim_within=value.claim_days,
    when=[claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital")],
    benefits=[
        mp.Benefit(
            "share",
            mp.Text(zh="住院医疗互助保障金", en="Share of the burden"),
            clause="保障责任：个人承担部分分段给付",
            pays=burden.tiered(value.scale, per=per.STAY),
            indemnity=True,
        ),
        mp.Benefit(
            "deductible",
            mp.Text(zh="首次住院起付标准补助", en="For the deductible of the first stay"),
            clause="保障责任：参保年度内初次住院起付标准一次性补助",
            offered=value.lump.over(0),
            pays=value.lump.once(per=per.TERM),
        ),
    ],
    papers=[
        mp.Paper("id-card", mp.Text(zh="本人身份证或医保卡", en="ID or insurance card")),
        mp.Paper("receipt", mp.Text(zh="住院收费票据和医保结算单", en="receipt and settlement of the stay")),
        mp.Paper("discharge", mp.Text(zh="出院小结", en="discharge note")),
        mp.Paper(
            "civil-subsidy",
            mp.Text(zh="公务员医疗补助结算单", en="settlement of the civil-servant subsidy"),
            when=civil_servant,
        ),
    ],
)  # fmt: skip
