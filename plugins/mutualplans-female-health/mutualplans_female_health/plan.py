"""女职工安康互助保障: a sum on the first diagnosis of a cancer of the breast or of the female genital organs.

One declaration for Ningbo, the women's card of China Eastern and the female add-on of Longyan, which needs the main plan.
What an edition does not pay stands in it as 0.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, per

value = mp.parameters(
    fee=mp.table(mp.Kind.MONEY, "每份保障费", "fee per share", open_to_office=mp.between("0", "500")),
    months=mp.table(mp.Kind.COUNT, "保障期限", "term", unit=mp.Text("个月", "months")),
    max_shares=mp.shares("最多份数", "most shares", open_to_office=mp.between(1, 10)),
    age_to=mp.years("法定退休年龄", "retirement age", open_to_office=mp.between(45, 65)),
    main_only=mp.flag("须同时参加主项目（医疗互助）", "only with the main plan"),
    diseases=mp.conditions("女性特种疾病病种", "covered conditions", open_to_office=mp.at_will()),
    nothing_days=mp.days("生效后完全不给付的天数", "days without any benefit", open_to_office=mp.between(0, 180)),
    waiting_to=mp.days("免责期止于第几天", "last day of the waiting period", open_to_office=mp.between(0, 365)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    lump=mp.money("每份互助保障金", "sum per share", open_to_office=mp.between("0", "100000")),
    in_situ=mp.money("原位癌每份互助保障金", "sum per share, in situ", open_to_office=mp.between("0", "100000")),
    sympathy=mp.money("每份慰问金", "sympathy per share", open_to_office=mp.between("0", "10000")),
    treated_only=mp.flag("须经住院或手术治疗", "only after a stay or an operation", open_to_office=mp.at_will()),
)  # fmt: skip

form = mp.field("cover", "women_form", mp.Kind.CODE, "女职工安康缴费方式", "form of payment, women's health")
in_main = mp.holds("worker-medical-aid", "主项目（职工医疗互助活动）", "the main plan")
hospitalised = mp.field("claim", "hospitalised", mp.Kind.FLAG, "经住院治疗", "treated in hospital")
operated = mp.field("claim", "operated", mp.Kind.FLAG, "经手术治疗", "operated")

waiting = mp.Waiting(value.nothing_days, reduced_to=value.waiting_to, waived=cover.is_renewal)
disease = value.diseases.match(claim.diagnosis)
is_in_situ = (claim.is_in_situ | disease.is_class("in-situ")).named("确诊为原位癌", "diagnosed as in situ")
is_cancer = (disease.is_class("cancer") & ~is_in_situ).named("确诊为所列癌症", "diagnosed as a listed cancer")
is_other = (disease.is_class("other") & ~is_in_situ).named("确诊为其他重大疾病", "another major disease")

no_wait = (~waiting.reduced).because(
    "waiting", zh="在免责期内，只给慰问金", en="only sympathy in the waiting period"
)
treated = (~value.treated_only | hospitalised | operated).because(
    "not-treated", zh="未经住院治疗或手术治疗", en="neither a stay nor an operation"
)


plan = mp.Plan(
    id="female-health",
    title=mp.Text(zh="女职工安康互助保障项目", en="Women's health"),
    summary=mp.Text(
        zh="在职女职工首次确诊患乳腺癌或女性生殖器官癌并经治疗后，按份给付互助保障金。",
        en="Pays women a sum for each share on the first diagnosis of a cancer of the breast or the genital organs.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        insured.is_female.because("sex", zh="仅限女职工", en="women only"),
        mp.member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
        insured.age.up_to(value.age_to).because("age", zh="超过法定退休年龄", en="above the retirement age"),
        (~value.main_only | in_main).because("no-main-plan", zh="未参加主项目", en="not in the main plan"),
    ],
    premium=value.fee.of(form) * cover.shares,
    term_months=value.months.of(form),
    max_shares=value.max_shares,
    waiting=waiting,
    renewal_window=value.renewal_window,
    event_date=claim.diagnosed,
    excludes=[mp.excluded("not-first", zh="参保前已患，或不是首次确诊", en="not the first diagnosis")],
    when=[
        claim.event.is_one_of("diagnosis", "inpatient").because(
            "not-diagnosis", zh="不是确诊或住院申领", en="neither a diagnosis nor a stay"
        ),
        disease.is_listed.because("not-listed", zh="诊断不在病种范围内", en="the diagnosis is not listed"),
        treated,
    ],
    benefits=[
        mp.Benefit(
            "lump",
            mp.Text(zh="互助保障金", en="Sum for a listed cancer"),
            clause="给付标准：首次确诊原发性乳腺癌或女性生殖器官癌",
            when=[is_cancer.because("not-cancer", zh="不是所列癌症", en="not a listed cancer"), no_wait],
            pays=(value.lump * cover.shares).once(per=per.TERM),
        ),
        mp.Benefit(
            "in-situ",
            mp.Text(zh="原位癌互助保障金", en="Sum for a carcinoma in situ"),
            clause="给付标准：首次确诊乳腺原位癌或女性生殖器官原位癌",
            offered=value.in_situ.over(0),
            when=[is_in_situ.because("not-in-situ", zh="不是原位癌", en="not in situ"), no_wait],
            pays=(value.in_situ * cover.shares).once(per=per.TERM),
        ),
        mp.Benefit(
            "sympathy",
            mp.Text(zh="慰问金", en="Sympathy payment"),
            clause="慰问金制度：免责期内确诊所列癌症，或确诊其他重大疾病",
            offered=value.sympathy.over(0),
            when=[
                ((is_cancer & waiting.reduced) | is_other).because(
                    "no-sympathy", zh="不是给慰问金的情形", en="no case for a sympathy payment"
                )
            ],
            pays=(value.sympathy * cover.shares).once(per=per.TERM),
        ),
    ],
    ends=True,
    papers=[
        mp.Paper("application", mp.Text(zh="单位工会盖章的申领表", en="application stamped by the unit's union")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "medical-records",
            mp.Text(zh="病理报告、出院小结、手术记录", en="pathology, discharge note, operation record"),
        ),
    ],
)  # fmt: skip
