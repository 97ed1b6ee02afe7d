"""特种重病团体互助医疗保障计划: a sum for each share on the first diagnosis of a listed disease, joined by unit.

One declaration for Shanghai and Ningbo. The fee buys a form of payment (缴费方式): one year or three (Ningbo), or the
same three years with the fee given back at maturity (Shanghai). What an edition does not pay stands in it as 0.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, paid, per

value = mp.parameters(
    fee=mp.table(
        mp.Kind.MONEY, "每份保障费", "fee per share by form", open_to_office=mp.between("0", "2000")
    ),
    older_fee=mp.table(
        mp.Kind.MONEY, "单位平均年龄较高的，每份加收", "more for an older unit", open_to_office=mp.between("0", "500")
    ),
    older_from=mp.years("加收的平均年龄起点（含）", "average age from which it is more"),
    by_age=mp.flag("保障费按单位平均年龄", "the fee depends on the unit's average age"),
    months=mp.table(mp.Kind.COUNT, "保障期限", "term", unit=mp.Text("个月", "months")),
    max_shares=mp.shares("最多份数", "most shares", open_to_office=mp.between(1, 10)),
    women_to=mp.years("女职工法定退休年龄", "retirement age, women", open_to_office=mp.between(45, 65)),
    men_to=mp.years("男职工法定退休年龄", "retirement age, men", open_to_office=mp.between(50, 65)),
    diseases=mp.conditions("特种重病病种", "covered diseases", open_to_office=mp.at_will()),
    nothing_days=mp.days("生效后完全不给付的天数", "days without any benefit", open_to_office=mp.between(0, 180)),
    waiting_to=mp.days("免责期止于第几天", "last day of the waiting period", open_to_office=mp.between(0, 365)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    full=mp.money("每份医疗互助保障金", "sum per share", open_to_office=mp.between("0", "100000")),
    lower=mp.money("较低一档病种每份保障金", "sum per share, lower class", open_to_office=mp.between("0", "100000")),
    early_stay=mp.money("早期病种每份：住院治疗后", "early disease, after a stay", open_to_office=mp.between("0", "50000")),
    early_treatment=mp.money(
        "早期病种每份：手术或放、化疗后再给付", "early disease, after treatment", open_to_office=mp.between("0", "50000")
    ),
    sympathy=mp.money("免责期内每份慰问金", "sympathy in the wait, per share", open_to_office=mp.between("0", "10000")),
    treated_only=mp.flag("须经住院或手术治疗", "only after a stay or an operation", open_to_office=mp.at_will()),
    payment_ends=mp.flag("给付后保障终止", "a payment ends the cover", open_to_office=mp.at_will()),
    returns=mp.flag("有还本型缴费方式", "has forms that give the fee back"),
    refund=mp.table(
        mp.Kind.MONEY, "保障期满每份返还", "given back at maturity", open_to_office=mp.between("0", "2000")
    ),
)  # fmt: skip

form = mp.field(
    "cover", "illness_form", mp.Kind.CODE, "特种重病缴费方式", "form of payment, critical illness"
)
average_age = mp.field(
    "unit", "average_age", mp.Kind.COUNT, "被保障人平均年龄", "average age of those insured",
    hint=mp.Text("周岁，不足一岁舍去", "completed years"), unit=mp.Text("周岁", "years"), most=100,
)  # fmt: skip
hospitalised = mp.field("claim", "hospitalised", mp.Kind.FLAG, "经住院治疗", "treated in hospital")
operated = mp.field("claim", "operated", mp.Kind.FLAG, "经手术治疗", "operated")
radio_chemo = mp.field("claim", "radio_chemo", mp.Kind.FLAG, "经放疗、化疗", "radio- or chemotherapy")

waiting = mp.Waiting(value.nothing_days, reduced_to=value.waiting_to, waived=cover.is_renewal)
disease = value.diseases.match(claim.diagnosis)
# A carcinoma in situ is early whatever organ the diagnosis names.
is_early = ((value.early_stay.over(0) & disease.is_class("early")) | claim.is_in_situ).named(
    "属早期病种", "is an early disease"
)
is_lower = (value.lower.over(0) & disease.is_class("lower")).named("属较低一档病种", "of the lower class")
per_share = mp.choose(is_lower, value.lower, value.full)

fee = value.fee.of(form)
premium = mp.choose(value.by_age & average_age.from_(value.older_from), fee + value.older_fee.of(form), fee)
at_maturity = claim.event.equals("maturity")

no_wait = (~waiting.reduced).because(
    "waiting", zh="在免责期内，只给慰问金", en="only sympathy in the waiting period"
)
diagnosed = claim.event.is_one_of("diagnosis", "inpatient").because(
    "not-diagnosis", zh="不是确诊或住院申领", en="neither a diagnosis nor a stay"
)
listed = disease.is_listed.because("not-listed", zh="诊断不在病种范围内", en="the diagnosis is not listed")
not_early = (~is_early).because("early", zh="属早期病种，按早期病种的标准给付", en="paid as an early disease")
early = is_early.because("not-early", zh="不属早期病种", en="not an early disease")
treated = (~value.treated_only | hospitalised | operated).because(
    "not-treated", zh="未经住院治疗或手术治疗", en="neither a stay nor an operation"
)
first_stage = paid.before("early-stay", per=per.TERM)


def amount(formula: mp.Formula) -> mp.Formula:
    """Return an amount per share for the shares held, paid once in the term."""
    return (formula * cover.shares).once(per=per.TERM)


plan = mp.Plan(
    id="critical-illness-group",
    title=mp.Text(zh="特种重病团体互助医疗保障计划", en="Critical illness, joined by unit"),
    summary=mp.Text(
        zh="由单位统一参保；职工首次确诊患所列特种重病并经治疗后，按份给付医疗互助保障金。",
        en="Joined by unit; pays a sum for each share on the first diagnosis of a listed disease.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        mp.member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
        (~insured.is_female | insured.age.up_to(value.women_to)).because(
            "age", zh="女职工超过法定退休年龄", en="above the retirement age (women)"
        ),
        (insured.is_female | insured.age.up_to(value.men_to)).because(
            "age", zh="男职工超过法定退休年龄", en="above the retirement age (men)"
        ),
    ],
    premium=premium * cover.shares,
    returns=mp.choose(value.returns, value.refund.of(form) * cover.shares, mp.yuan("0")),
    term_months=value.months.of(form),
    max_shares=value.max_shares,
    waiting=waiting,
    renewal_window=value.renewal_window,
    excludes=[mp.excluded("not-first", zh="参保前已患，或不是首次确诊", en="not the first diagnosis")],
    event_date=mp.choose(at_maturity, claim.occurred, claim.diagnosed),
    benefits=[
        mp.Benefit(
            "full",
            mp.Text(zh="医疗互助保障金", en="Sum for a critical illness"),
            clause="给付标准：首次确诊患所列病种",
            when=[
                diagnosed, listed, not_early, no_wait, treated,
                (value.early_stay.equals(0) | first_stage.equals(0)).because(
                    "early-paid", zh="本期已按早期病种给付，只可再申领手术（放、化疗）一笔", en="paid as early in this term"
                ),
            ],
            pays=amount(per_share),
        ),
        mp.Benefit(
            "early-stay",
            mp.Text(zh="早期病种保障金（住院）", en="Early disease, after a stay"),
            clause="给付标准：早期病种，经住院治疗后",
            offered=value.early_stay.over(0),
            when=[
                diagnosed, listed, early, no_wait,
                hospitalised.because("not-hospitalised", zh="未经住院治疗", en="no stay in hospital"),
            ],
            pays=amount(value.early_stay),
        ),
        mp.Benefit(
            "early-treatment",
            mp.Text(zh="早期病种保障金（手术、放疗、化疗）", en="Early disease, after treatment"),
            clause="给付标准：早期病种，手术或放疗、化疗后再给付",
            offered=value.early_treatment.over(0),
            when=[
                diagnosed, listed, early, no_wait,
                (operated | radio_chemo).because(
                    "no-treatment", zh="未经手术、放疗或化疗", en="no operation, radio- or chemotherapy"
                ),
                (first_stage + mp.benefit("early-stay")).over(0).because(
                    "no-first-stage", zh="还没有申领住院的一笔", en="the first stage was not claimed"
                ),
            ],
            pays=amount(value.early_treatment),
        ),
        mp.Benefit(
            "sympathy",
            mp.Text(zh="慰问金", en="Sympathy payment"),
            clause="慰问金制度：免责期内确诊",
            offered=value.sympathy.over(0),
            when=[
                diagnosed, listed, not_early,
                waiting.reduced.because("not-in-wait", zh="不在给慰问金的期间", en="not in the waiting period"),
                treated,
            ],
            pays=amount(value.sympathy),
        ),
        mp.Benefit(
            "refund",
            mp.Text(zh="期满返还", en="Given back at maturity"),
            clause="保障费：还本型缴费办法，保障期满返还",
            offered=value.returns,
            when=[
                at_maturity.because("not-at-maturity", zh="不是期满申领", en="not claimed at maturity"),
                claim.event_date.from_(cover.last_day).because("too-early", zh="未到期满日", en="before the last day"),
            ],
            pays=amount(value.refund.of(form)),
        ),
    ],
    # Between the two stages of an early disease the cover stands, or the second one could not be claimed.
    ends=value.payment_ends
    & mp.any_of(*(mp.benefit(item).over(0) for item in ("full", "early-treatment", "sympathy"))),
    papers=[
        mp.Paper("application", mp.Text(zh="单位工会盖章的申领表", en="application stamped by the unit's union")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "medical-records",
            mp.Text(zh="病理等确诊报告、出院小结、手术或放化疗记录", en="pathology, discharge and treatment records"),
            when=~at_maturity,
        ),
    ],
)  # fmt: skip
