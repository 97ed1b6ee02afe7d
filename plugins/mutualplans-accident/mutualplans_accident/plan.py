"""在职职工意外伤害互助保障计划: sums for disability and death by accident, and two daily allowances.

The fee buys a tier (档) or a number of shares; every amount is a table by tier, times the shares. Disability pays
the part of the full sum that its grade stands for. Death pays its sum less what disability already took in the
term, so that the two are never both paid in full.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, member, paid, per

value = mp.parameters(
    premium=mp.table(mp.Kind.MONEY, "互助费", "fee by tier and risk class", keys=2),
    term_months=mp.months("保障期限", "term"),
    max_shares=mp.shares("最多份数", "most shares", open_to_office=mp.between(1, 10)),
    age_from=mp.years("参保最小年龄", "youngest age"),
    age_to=mp.years("参保最大年龄", "oldest age"),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 30)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    disability=mp.table(
        mp.Kind.MONEY, "伤残保障金额", "full sum for disability", open_to_office=mp.between("0", "500000")
    ),
    grades=mp.table(
        mp.Kind.RATE, "伤残给付比例", "part paid by disability grade", open_to_office=mp.between("0%", "100%")
    ),
    death=mp.table(
        mp.Kind.MONEY, "身故、丧葬互助金", "death and funeral sum", open_to_office=mp.between("0", "500000")
    ),
    rest_daily=mp.table(
        mp.Kind.MONEY, "每日生活津贴", "living allowance per day", open_to_office=mp.between("0", "500")
    ),
    rest_most=mp.days("生活津贴最多天数", "most days of rest", open_to_office=mp.between(0, 366)),
    stay_daily=mp.table(
        mp.Kind.MONEY, "每日住院津贴", "hospital allowance per day", open_to_office=mp.between("0", "500")
    ),
    stay_most=mp.days("住院津贴最多天数", "most days in hospital", open_to_office=mp.between(0, 366)),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
    report_days=mp.days("报案时限", "days to report", open_to_office=mp.between(1, 365), optional=True),
)

rest_days = mp.field(
    "claim",
    "rest_days",
    mp.Kind.COUNT,
    "医嘱休息天数",
    "days of rest ordered by a doctor",
    hint=mp.Text("未休息填 0", "0 if none"),
    unit=mp.Text("天", "days"),
    most=3660,
)

rest_daily = value.rest_daily.of(cover.tier)
stay_daily = value.stay_daily.of(cover.tier)
disability_sum = value.disability.of(cover.tier) * cover.shares
death_sum = value.death.of(cover.tier) * cover.shares


injury = claim.event.is_one_of("accident", "inpatient").because(
    "not-injury", zh="不是意外伤害或住院申领", en="neither an injury nor a stay in hospital"
)
not_yet_death = (
    paid.before("death", per=per.LIFETIME)
    .equals(0)
    .because(
        "death-paid",
        zh="身故互助金已给付，伤残互助金不再给付",
        en="the death sum is paid, disability is not paid on top",
    )
)

plan = mp.Plan(
    id="accident",
    title=mp.Text(zh="在职职工意外伤害互助保障计划", en="Accident"),
    summary=mp.Text(
        zh="在职职工因意外伤害致残或身故给付互助金，休息和住院期间按天给付津贴。",
        en="Pays for disability and death by accident, and allowances for days of rest and in hospital.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        insured.age.within(value.age_from, value.age_to).because(
            "age", zh="参保年龄不符", en="age at joining"
        ),
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
    ],
    premium=value.premium.of(cover.tier, member.risk_class) * cover.shares,
    term_months=value.term_months,
    max_shares=value.max_shares,
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal),
    renewal_window=value.renewal_window,
    event_date=claim.occurred,
    claim_within=value.claim_days,
    report_within=value.report_days,
    excludes=[
        mp.excluded("self-harm", zh="故意自伤", en="deliberate self-harm"),
        mp.excluded("unlawful-act", zh="违法犯罪行为", en="an unlawful or criminal act"),
        mp.excluded("drunk-driving", zh="酒后驾驶", en="drunk driving"),
        mp.excluded("unlicensed-driver", zh="无证驾驶", en="driving without a licence"),
        mp.excluded("unlicensed-vehicle", zh="驾驶无牌证车辆", en="driving an unlicensed vehicle"),
        mp.excluded("war", zh="战争", en="war"),
        mp.excluded("earthquake", zh="地震等灾害", en="an earthquake or like disaster"),
    ],
    when=[claim.is_accident.because("not-accident", zh="不是意外伤害所致", en="not caused by an accident")],
    benefits=[
        mp.Benefit(
            "rest",
            mp.Text(zh="生活津贴", en="Living allowance"),
            clause="给付标准：生活津贴",
            offered=rest_daily.over(0),
            when=[injury],
            pays=rest_days.capped(value.rest_most, per=per.TERM) * rest_daily * cover.shares,
        ),
        mp.Benefit(
            "stay",
            mp.Text(zh="住院津贴", en="Hospital allowance"),
            clause="给付标准：住院津贴",
            offered=stay_daily.over(0),
            when=[injury],
            pays=claim.days.capped(value.stay_most, per=per.TERM) * stay_daily * cover.shares,
        ),
        mp.Benefit(
            "disability",
            mp.Text(zh="伤残互助金", en="Disability"),
            clause="给付标准：伤残按等级给付",
            when=[
                claim.is_disability.because("not-disability", zh="不是伤残申领", en="not a disability"),
                not_yet_death,
            ],
            pays=(disability_sum * value.grades.of(claim.disability_grade)).capped(
                disability_sum, per=per.TERM
            ),
        ),
        mp.Benefit(
            "death",
            mp.Text(zh="身故、丧葬互助金", en="Death and funeral"),
            clause="给付标准：身故给付；与伤残互助金不重复给付",
            when=[claim.is_death.because("not-death", zh="不是身故申领", en="not a death")],
            pays=death_sum.less(paid.before("disability", per=per.TERM)).once(per=per.LIFETIME),
        ),
    ],
    papers=[
        mp.Paper("unit-statement", mp.Text(zh="单位出具的事故情况说明", en="statement of the unit")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "medical-records",
            mp.Text(
                zh="二级以上医院的病历、诊断证明和休息医嘱", en="hospital records, diagnosis, orders to rest"
            ),
            when=injury,
        ),
        mp.Paper(
            "disability-certificate",
            mp.Text(
                zh="二级以上医院、鉴定机构或执法机关鉴定人员出具的伤残证明",
                en="disability certificate of a level-2 hospital or an appraiser",
            ),
            when=claim.is_disability,
        ),
        mp.Paper(
            "death-certificate",
            mp.Text(zh="死亡证明和户籍注销证明", en="death certificate and household-register cancellation"),
            when=claim.is_death,
        ),
    ],
)
