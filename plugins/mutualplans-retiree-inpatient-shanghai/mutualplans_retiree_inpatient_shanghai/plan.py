"""上海市退休职工住院补充医疗互助保障计划: a share of what retirees pay after insurance; the fee grows with a gap.

Who has not missed a year pays the fee of the route (渠道) by which he joins; who has missed years pays the fee of the gap.
A term of the plan for those in post is an earlier term of this one. A half term costs half.
"""

import mutualplans as mp
from mutualplans import claim, cover, member, per

value = mp.parameters(
    fee=mp.table(mp.Kind.MONEY, "保障费（没有中断的）", "fee by route, no gap", open_to_office=mp.between("0", "2000")),
    gap_fee=mp.bands(
        mp.Kind.MONEY, "保障费（中断后参保的）", "fee by years missed",
        measured=mp.Kind.COUNT, open_to_office=mp.between("0", "5000"),
    ),
    months=mp.table(mp.Kind.COUNT, "保障期限", "term", unit=mp.Text("个月", "months")),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 180)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    rates=mp.table(
        mp.Kind.RATE, "自负部分的给付比例", "share of the in-scope burden", open_to_office=mp.between("0%", "100%")
    ),
    most=mp.money("每保障期最高给付", "most in a term", open_to_office=mp.between("0", "1000000")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)  # fmt: skip

route = mp.field(
    "cover", "route", mp.Kind.CODE, "参保渠道", "route of joining",
    choices={
        "unit": mp.Text("单位渠道", "through the former unit"),
        "community": mp.Text("社区等其他渠道", "through the community and others"),
    },
)  # fmt: skip
gap_years = mp.field(
    "cover", "gap_years", mp.Kind.COUNT, "中断年数", "years missed",
    hint=mp.Text("退休后首次参保填 0；由以往保障查得是续保的不必填", "0 after retiring; not asked on renewal"),
    unit=mp.Text("年", "years"), most=60,
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

no_gap = (cover.is_renewal | gap_years.equals(0)).named("没有中断", "no year missed")
full_fee = mp.choose(no_gap, value.fee.of(route), gap_years.banded(value.gap_fee)).named(
    "全年保障费", "the fee of a full year"
)

plan = mp.Plan(
    id="retiree-inpatient-shanghai",
    title=mp.Text(zh="上海市退休职工住院补充医疗互助保障计划", en="Retiree inpatient, Shanghai"),
    summary=mp.Text(
        zh="退休职工住院和门诊大病，医保支付后的自负部分按比例给付。",
        en="Pays retirees a share of the in-scope burden of stays and of outpatient care of major illness.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        member.employment.equals("retired").because("employment", zh="须为退休职工", en="must be retired"),
        member.basic_insurance.because(
            "no-insurance", zh="未参加基本医疗保险", en="not in basic medical insurance"
        ),
    ],
    premium=full_fee.share(value.months.of(cover.tier), 12),
    term_months=value.months.of(cover.tier),
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal),
    renewal_window=value.renewal_window,
    continues=["inpatient-supplement"],
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
            pays=(claim.self_paid_in_scope * value.rates.of(treatment)).capped(value.most, per=per.TERM),
            indemnity=True,
        )
    ],
    papers=[
        mp.Paper("id-card", mp.Text(zh="本人身份证", en="ID card")),
        mp.Paper("receipt", mp.Text(zh="医疗费专用收据和费用清单", en="receipt and list of charges")),
        mp.Paper("discharge", mp.Text(zh="出院小结或治疗证明", en="discharge note or proof of treatment")),
    ],
)
