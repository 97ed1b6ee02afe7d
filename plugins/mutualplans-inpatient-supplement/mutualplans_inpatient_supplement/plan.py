"""上海市在职职工住院补充医疗互助保障计划: a share of what the person pays after basic insurance, for four kinds of treatment.

Who joins for the first time waits; a renewal within the window does not. The fee buys one year or three (缴费方式); what
is paid in one year of the term is limited.
"""

import mutualplans as mp
from mutualplans import claim, cover, member, per

value = mp.parameters(
    fee=mp.table(mp.Kind.MONEY, "保障费", "fee by length of the term", open_to_office=mp.between("0", "1000")),
    months=mp.table(mp.Kind.COUNT, "保障期限", "term", unit=mp.Text("个月", "months")),
    waiting_days=mp.days("首次参保免责期", "waiting period", open_to_office=mp.between(0, 180)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    rates=mp.table(
        mp.Kind.RATE, "自负部分的给付比例", "share of the in-scope burden", open_to_office=mp.between("0%", "100%")
    ),
    most=mp.money("每一保障年度最高给付", "most in a year of cover", open_to_office=mp.between("0", "1000000")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)  # fmt: skip

treatment = mp.field(
    "claim", "treatment", mp.Kind.CODE, "治疗种类", "kind of treatment",
    choices={
        "stay": mp.Text("住院", "stay in hospital"),
        "observation": mp.Text("急诊观察室留院观察", "emergency observation"),
        "major-outpatient": mp.Text("门诊大病", "outpatient treatment of a major illness"),
        "home-bed": mp.Text("家庭病床", "home bed"),
        "ordinary-outpatient": mp.Text("普通门诊（不在保障之列）", "ordinary outpatient treatment (not covered)"),
    },
)  # fmt: skip

plan = mp.Plan(
    id="inpatient-supplement",
    title=mp.Text(zh="上海市在职职工住院补充医疗互助保障计划", en="Inpatient supplement, Shanghai"),
    summary=mp.Text(
        zh="在职职工住院、急诊留观、门诊大病、家庭病床，医保支付后的自负部分按比例给付。",
        en="Pays a share of the in-scope burden of stays, observation, major-illness outpatient care and home beds.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
        member.basic_insurance.because(
            "no-insurance", zh="未参加基本医疗保险", en="not in basic medical insurance"
        ),
    ],
    premium=value.fee.of(cover.tier),
    term_months=value.months.of(cover.tier),
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal),
    renewal_window=value.renewal_window,
    claim_within=value.claim_days,
    when=[
        claim.event.is_one_of("inpatient", "outpatient").because(
            "not-treatment", zh="不是住院或门诊申领", en="neither a stay nor outpatient treatment"
        ),
        (~treatment.equals("ordinary-outpatient")).because(
            "ordinary-outpatient",
            zh="普通门诊不在保障之列",
            en="ordinary outpatient treatment is not covered",
        ),
    ],
    benefits=[
        mp.Benefit(
            "share",
            mp.Text(zh="补充医疗保障金", en="Share of the burden"),
            clause="给付标准：自负部分按治疗种类的比例给付",
            pays=(claim.self_paid_in_scope * value.rates.of(treatment)).capped(
                value.most, per=per.POLICY_YEAR
            ),
            indemnity=True,
        )
    ],
    papers=[
        mp.Paper("id-card", mp.Text(zh="本人身份证", en="ID card")),
        mp.Paper("receipt", mp.Text(zh="医疗费专用收据和费用清单", en="receipt and list of charges")),
        mp.Paper("discharge", mp.Text(zh="出院小结或治疗证明", en="discharge note or proof of treatment")),
    ],
)
