"""在职职工重大疾病互助保障计划: a sum for each share when a listed major disease is diagnosed.

One declaration for all editions: a waiting period, a reduced period and the full sum; some grade the disease as
mild or severe, one pays the first operation of an earlier illness, one adds a sum when the year's own costs are
high. What an edition does not pay stands in it as 0, and no field that only such a benefit reads is asked for.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, paid, per

value = mp.parameters(
    premium=mp.money("每份互助费", "fee per share", open_to_office=mp.between("0", "500")),
    term_months=mp.months("保障期限", "term", open_to_office=mp.between(12, 36)),
    max_shares=mp.shares("最多份数", "most shares", open_to_office=mp.between(1, 10)),
    age_from=mp.years("参保最小年龄", "youngest age", open_to_office=mp.between(14, 60)),
    age_to_women=mp.years("女职工参保最大年龄", "oldest age, women", open_to_office=mp.between(40, 70)),
    age_to_men=mp.years("男职工参保最大年龄", "oldest age, men", open_to_office=mp.between(40, 70)),
    diseases=mp.conditions("重大疾病病种", "covered diseases", open_to_office=mp.at_will()),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 180)),
    reduced_to=mp.days(
        "减责期止于第几天", "last day of the reduced period", open_to_office=mp.between(0, 365)
    ),
    reduced=mp.money("减责期每份给付", "reduced amount per share", open_to_office=mp.between("0", "10000")),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    full=mp.money(
        "每份互助金（分级的，指重症）", "sum per share (severe, if graded)",
        open_to_office=mp.between("0", "100000"),
    ),
    graded=mp.flag("区分轻症和重症", "mild and severe are told apart"),
    mild=mp.money("轻症每份互助金", "sum per share, mild", open_to_office=mp.between("0", "100000")),
    prior_operation=mp.money(
        "参保前已患疾病，参保后首次手术给付", "first operation of an illness before joining",
        open_to_office=mp.between("0", "100000"),
    ),
    extra=mp.money(
        "大额自付一次性给付", "once, for high costs of one's own", open_to_office=mp.between("0", "200000")
    ),
    extra_over=mp.money(
        "大额自付的起点（超过才给付）", "costs of one's own that must be exceeded",
        open_to_office=mp.between("0", "1000000"),
    ),
    payment_ends=mp.flag("给付后保障终止", "a payment ends the cover", open_to_office=mp.at_will()),
    paid_excluded=mp.flag(
        "已给付的病种以后各期不再给付", "a paid disease is excluded from later terms",
        open_to_office=mp.at_will(),
    ),
    report_days=mp.days("报案时限", "days to report", open_to_office=mp.between(1, 365), optional=True),
)  # fmt: skip

waiting = mp.Waiting(value.waiting_days, reduced_to=value.reduced_to, waived=cover.is_renewal)
disease = value.diseases.match(claim.diagnosis)

# The stage is only asked for where the edition grades: "no" beside an unknown is "no".
is_mild = (value.graded & claim.is_mild).named("属轻症", "is mild")
per_share = mp.choose(waiting.reduced, value.reduced, mp.choose(is_mild, value.mild, value.full))

# A disease decided as mild and later as severe gets the difference.
paid_for_disease = paid.before("lump", per=per.LIFETIME, by=disease)
due = (per_share * cover.shares).less(paid_for_disease)

# What was paid for the disease in earlier terms; within this term it is a difference to be paid, not a bar.
paid_in_earlier_terms = paid_for_disease - paid.before("lump", per=per.TERM, by=disease)

# In `pays`, not in `when`: a claim that leaves the year's sum at or below the edge must still count towards it.
own_costs = claim.self_paid_in_scope.so_far(per=per.POLICY_YEAR)
extra = mp.choose(own_costs.over(value.extra_over), value.extra, 0)


had_before = claim.circumstance("preexisting", zh="参保前已患所列疾病", en="a listed disease before joining")
new_disease = mp.excluded("preexisting", zh="参保前已患所列疾病", en="a listed disease before joining")

plan = mp.Plan(
    id="major-disease",
    title=mp.Text(zh="在职职工重大疾病互助保障计划", en="Major disease"),
    summary=mp.Text(
        zh="在职职工确诊患有所列重大疾病时，按份给付互助金。",
        en="Pays a sum for each share when a listed major disease is diagnosed.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        insured.age.from_(value.age_from).because("age", zh="未满参保年龄", en="too young to join"),
        (~insured.is_female | insured.age.up_to(value.age_to_women)).because(
            "age", zh="女职工超过参保年龄", en="too old to join (women)"
        ),
        (insured.is_female | insured.age.up_to(value.age_to_men)).because(
            "age", zh="男职工超过参保年龄", en="too old to join (men)"
        ),
        mp.member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
    ],
    premium=value.premium * cover.shares,
    term_months=value.term_months,
    max_shares=value.max_shares,
    waiting=waiting,
    renewal_window=value.renewal_window,
    event_date=claim.diagnosed,
    report_within=value.report_days,
    when=[
        claim.event.is_one_of("diagnosis", "inpatient").because(
            "not-diagnosis", zh="不是确诊或住院申领", en="neither a diagnosis nor a stay"
        ),
        disease.is_listed.because("not-listed", zh="诊断不在病种范围内", en="the diagnosis is not listed"),
        (~claim.is_in_situ).because("in-situ", zh="原位癌除外", en="carcinoma in situ is excluded"),
        (~value.paid_excluded | paid_in_earlier_terms.equals(0)).because(
            "paid-before",
            zh="此病种在先前各期已给付过，不再给付",
            en="this disease was paid in an earlier term",
        ),
    ],
    benefits=[
        mp.Benefit(
            "lump",
            mp.Text(zh="重大疾病互助金", en="Sum for a major disease"),
            clause="给付标准：确诊给付",
            when=[new_disease],
            pays=due.capped(value.full * cover.shares, per=per.TERM),
        ),
        mp.Benefit(
            "prior-operation",
            mp.Text(zh="参保前已患疾病的首次手术", en="First operation of an illness before joining"),
            clause="给付标准：参保前已患疾病，参保后首次实施所列手术",
            offered=value.prior_operation.over(0),
            when=[
                had_before.because("not-preexisting", zh="不是参保前已患的疾病", en="not had before joining"),
                disease.is_class("operation").because(
                    "not-operation", zh="不是所列手术", en="not a listed operation"
                ),
            ],
            pays=value.prior_operation.once(per=per.LIFETIME),
        ),
        mp.Benefit(
            "extra",
            mp.Text(zh="大额自付一次性互助金", en="Sum for high costs of one's own"),
            clause="给付标准：年度个人自付超过限额的一次性给付",
            offered=value.extra.over(0),
            when=[new_disease],
            pays=extra.once(per=per.POLICY_YEAR),
        ),
    ],
    # A mild payment leaves the cover standing, or no later re-classing as severe could be paid.
    ends=value.payment_ends & ~is_mild,
    papers=[
        mp.Paper("unit-statement", mp.Text(zh="单位出具的情况说明", en="statement of the unit")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "medical-records",
            mp.Text(
                zh="二级以上医院的诊断证明、病历、病理报告、血液检验、手术记录",
                en="diagnosis, records, pathology, blood tests and operation record of a level-2-or-above hospital",
            ),
        ),
        mp.Paper(
            "settlement",
            mp.Text(zh="本年度医疗费用结算单", en="settlement forms of the year"),
            when=value.extra.over(0),
        ),
    ],
)
