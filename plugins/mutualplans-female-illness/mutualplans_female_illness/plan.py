"""在职女职工特殊疾病互助保障计划: a lump sum when a listed female illness is diagnosed.

Editions differ in their lists and amounts, not in their shape: nothing in the waiting period, a reduced amount
after it, then the full sum, and in some editions a sum for convalescence and for each day of the first stay.
What an edition does not pay stands in it as 0.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, paid, per

value = mp.parameters(
    premium=mp.money("每份互助费", "fee per share", open_to_office=mp.between("0", "500")),
    term_months=mp.months("保障期限", "term", open_to_office=mp.between(12, 36)),
    max_shares=mp.shares("最多份数", "most shares", open_to_office=mp.between(1, 10)),
    age_from=mp.years("参保最小年龄", "youngest age"),
    age_to=mp.years("参保最大年龄", "oldest age"),
    diseases=mp.conditions("特殊疾病病种", "covered conditions", open_to_office=mp.at_will()),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 180)),
    reduced_to=mp.days(
        "减责期止于第几天", "last day of the reduced period", open_to_office=mp.between(0, 365)
    ),
    reduced=mp.money("减责期每份给付", "reduced amount per share", open_to_office=mp.between("0", "10000")),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    lump=mp.money("每份互助金", "lump sum per share", open_to_office=mp.between("0", "100000")),
    in_situ=mp.money(
        "原位癌每份给付", "amount per share for carcinoma in situ", open_to_office=mp.between("0", "100000")
    ),
    convalescence=mp.money(
        "住院疗养金每份", "convalescence per share if hospitalised", open_to_office=mp.between("0", "20000")
    ),
    daily=mp.money(
        "每份每日生活补贴", "living allowance per share and day", open_to_office=mp.between("0", "500")
    ),
    max_days=mp.days("生活补贴最多天数", "most days of living allowance", open_to_office=mp.between(0, 730)),
    paid_excluded=mp.flag(
        "已给付的病种以后各期不再给付", "a paid illness is excluded later", open_to_office=mp.at_will()
    ),
    report_days=mp.days("报案时限", "days to report", open_to_office=mp.between(1, 365), optional=True),
)

waiting = mp.Waiting(value.waiting_days, reduced_to=value.reduced_to, waived=cover.is_renewal)
disease = value.diseases.match(claim.diagnosis)

# A claim may name the listed illness by its id instead of an ICD-10 code: then the list knows that it is in situ.
is_in_situ = (claim.is_in_situ | disease.is_class("in-situ")).named("确诊为原位癌", "diagnosed as in situ")

per_share = mp.choose(waiting.reduced, value.reduced, mp.choose(is_in_situ, value.in_situ, value.lump))

not_paid_before = ~value.paid_excluded | paid.before("lump", per=per.LIFETIME, by=disease).equals(0)
full_period = (~waiting.reduced).because(
    "reduced-period", zh="减责期内不给付此项", en="not paid in the reduced period"
)
invasive = (~is_in_situ).because("in-situ", zh="原位癌不给付此项", en="not paid for carcinoma in situ")


plan = mp.Plan(
    id="female-illness",
    title=mp.Text(zh="在职女职工特殊疾病互助保障计划", en="Female-specific illness"),
    summary=mp.Text(
        zh="在职女职工确诊患有所列女性特殊疾病时，一次性给付互助金。",
        en="Pays a lump sum when a listed female illness is diagnosed.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        insured.is_female.because("sex", zh="仅限女职工", en="women only"),
        insured.age.within(value.age_from, value.age_to).because(
            "age", zh="参保年龄不符", en="age at joining"
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
    excludes=[
        mp.excluded("preexisting", zh="参保前已患所列疾病", en="a listed illness before joining"),
        mp.excluded("fraud", zh="隐瞒、伪造病史或其他欺诈", en="concealed or forged history, or other fraud"),
        mp.excluded("misdiagnosis", zh="误诊", en="misdiagnosis"),
        mp.excluded("metastasis", zh="由其他疾病转移而来", en="metastasis of another disease"),
    ],
    when=[
        claim.event.is_one_of("diagnosis", "inpatient").because(
            "not-diagnosis", zh="不是确诊或住院申领", en="neither a diagnosis nor a stay"
        ),
        disease.is_listed.because("not-listed", zh="诊断不在病种范围内", en="the diagnosis is not listed"),
        not_paid_before.because(
            "paid-before", zh="此病种先前已给付过，不再给付", en="this illness has been paid before"
        ),
    ],
    benefits=[
        mp.Benefit(
            "lump",
            mp.Text(zh="互助金", en="Lump sum"),
            clause="给付标准：确诊给付",
            when=[
                (value.in_situ.over(0) | ~is_in_situ).because(
                    "in-situ", zh="原位癌除外", en="carcinoma in situ is excluded"
                )
            ],
            pays=per_share * cover.shares,
        ),
        mp.Benefit(
            "convalescence",
            mp.Text(zh="住院疗养金", en="Convalescence"),
            clause="给付标准：住院一次性给付",
            offered=value.convalescence.over(0),
            when=[
                full_period,
                invasive,
                claim.days.over(0).because("not-hospitalised", zh="未住院", en="not hospitalised"),
            ],
            pays=(value.convalescence * cover.shares).once(per=per.TERM),
        ),
        mp.Benefit(
            "living",
            mp.Text(zh="首次住院生活补贴", en="Living allowance of the first stay"),
            clause="给付标准：首次住院按天给付",
            offered=value.daily.over(0),
            when=[full_period, invasive],
            pays=claim.days.capped(value.max_days, per=per.TERM) * value.daily * cover.shares,
        ),
    ],
    ends=True,
    papers=[
        mp.Paper("unit-statement", mp.Text(zh="单位出具的情况说明", en="statement of the unit")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper("application", mp.Text(zh="本人签字的申领书", en="signed application")),
        mp.Paper(
            "medical-records",
            mp.Text(
                zh="二级以上医院的诊断证明、病案首页、出入院记录、病理报告、血液检验、手术记录",
                en="diagnosis, front sheet, admission and discharge notes, pathology, blood tests, operation record",
            ),
        ),
    ],
)
