"""宁波市退休人员住院医疗互助保障项目: half of the burden of each stay up to an amount, a tenth above.

The burden is inferred from the pool's payment as in the plan for those in post. Who joins for the first time, or after a
gap, has a lower rate; a term of that plan is an earlier term of this one, so who retires has no gap.
"""

import mutualplans as mp
from mutualplans import claim, cover, member, per

value = mp.parameters(
    premium=mp.money("保障费", "fee", open_to_office=mp.between("0", "1000")),
    term_months=mp.months("保障期限", "term"),
    renewal_window=mp.days("连续参保：两期最多间隔", "renewal window", open_to_office=mp.between(0, 60)),
    late_waiting=mp.days("补保等待期", "wait after joining late", open_to_office=mp.between(0, 180)),
    inferred=mp.table(
        mp.Kind.RATE, "个人承担与统筹支付之比", "burden ÷ pool payment", open_to_office=mp.between("0%", "100%")
    ),
    scale=mp.tiers("给付比例（连续参保）", "rates, continuous", open_to_office=mp.between("0%", "100%")),
    first_scale=mp.tiers(
        "给付比例（首次参保或中断后参保）", "rates, first or after a gap", open_to_office=mp.between("0%", "100%")
    ),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)  # fmt: skip

civil_servant = mp.field(
    "member", "civil_subsidy", mp.Kind.FLAG, "享受公务员医疗补助", "has the civil-servant subsidy"
)
after_subsidy = mp.field(
    "claim",
    "after_civil_subsidy",
    mp.Kind.MONEY,
    "公务员医疗补助后的个人承担",
    "burden after the civil-servant subsidy",
)
late = mp.field("cover", "joined_late", mp.Kind.FLAG, "在补保期内补保", "joined late, in the month after the start")  # fmt: skip

continuous = cover.is_renewal
inferred = (claim.pool_paid * value.inferred.of(claim.hospital_level)).named(
    "推算的个人承担", "the inferred burden"
)
burden = mp.choose(
    civil_servant, mp.least(after_subsidy, claim.self_paid), mp.least(inferred, claim.self_paid)
).named("个人承担", "the burden")

plan = mp.Plan(
    id="retiree-inpatient",
    title=mp.Text(zh="宁波市退休人员住院医疗互助保障项目", en="Retiree inpatient, Ningbo"),
    summary=mp.Text(
        zh="退休人员每次住院的个人承担部分，由统筹基金支付推算，分段给付；首次参保或中断后参保的比例较低。",
        en="Pays retirees a share of the burden of each stay, a smaller one in the first term or after a gap.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("retired").because("employment", zh="须为退休人员", en="must be retired"),
        member.basic_insurance.because(
            "no-insurance", zh="未参加市区职工基本医疗保险", en="not in the city's employee insurance"
        ),
    ],
    premium=value.premium,
    term_months=value.term_months,
    waiting=mp.Waiting(value.late_waiting, waived=continuous | ~late),
    renewal_window=value.renewal_window,
    continues=["inpatient-supplement-ningbo"],
    term_begins=mp.YearDay(5, 1),
    claim_within=value.claim_days,
    when=[claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital")],
    benefits=[
        mp.Benefit(
            "share",
            mp.Text(zh="住院医疗互助保障金（连续参保）", en="Share of the burden, continuous"),
            clause="保障责任：个人承担部分分段给付",
            when=[continuous.because("not-continuous", zh="不是连续参保", en="not continuous")],
            pays=burden.tiered(value.scale, per=per.STAY),
            indemnity=True,
        ),
        mp.Benefit(
            "first-share",
            mp.Text(
                zh="住院医疗互助保障金（首次参保或中断后参保）",
                en="Share of the burden, first or after a gap",
            ),
            clause="保障责任：首次参保或中断后参保的，较低比例给付",
            when=[
                (~continuous).because(
                    "continuous", zh="属连续参保，按较高比例给付", en="continuous: paid at the higher rate"
                )
            ],
            pays=burden.tiered(value.first_scale, per=per.STAY),
            indemnity=True,
        ),
    ],
    papers=[
        mp.Paper("id-card", mp.Text(zh="本人身份证或医保卡", en="ID or insurance card")),
        mp.Paper("receipt", mp.Text(zh="住院收费票据和医保结算单", en="receipt and settlement of the stay")),
        mp.Paper("discharge", mp.Text(zh="出院小结", en="discharge note")),
    ],
)
