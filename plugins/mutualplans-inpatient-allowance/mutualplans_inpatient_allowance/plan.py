"""在职职工住院津贴互助保障计划: a fixed amount for each day in hospital.

The first days of every stay are not paid, however many bills the stay has; the paid days of a term are limited.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, member, per

value = mp.parameters(
    premium=mp.money("每份互助费", "fee per share", open_to_office=mp.between("0", "1000")),
    term_months=mp.months("保障期限", "term"),
    max_shares=mp.shares("最多份数", "most shares", open_to_office=mp.between(1, 10)),
    age_from=mp.years("参保最小年龄", "youngest age"),
    women_to=mp.years("女职工参保最大年龄", "oldest age, women"),
    men_to=mp.years("男职工参保最大年龄", "oldest age, men"),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 90)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    pays_accidents=mp.flag(
        "意外伤害住院也给付", "stays after accidents are paid", open_to_office=mp.at_will()
    ),
    level_2_only=mp.flag(
        "限二级以上医院", "hospitals of level 2 and above only", open_to_office=mp.at_will()
    ),
    free_days=mp.days("每次住院不计天数", "days of each stay not paid", open_to_office=mp.between(0, 30)),
    max_days=mp.days("每保障期最多给付天数", "most paid days in a term", open_to_office=mp.between(30, 180)),
    daily=mp.money("每份每日津贴", "allowance per share and day", open_to_office=mp.between("0", "500")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)

oldest = mp.choose(insured.is_female, value.women_to, value.men_to)
paid_days = claim.days.above(value.free_days, per=per.STAY).capped(value.max_days, per=per.TERM)

plan = mp.Plan(
    id="inpatient-allowance",
    title=mp.Text(zh="在职职工住院津贴互助保障计划", en="Inpatient allowance"),
    summary=mp.Text(
        zh="在职职工住院期间，自规定的天数起按天给付津贴。",
        en="Pays an allowance for each day in hospital from a stated day on.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        insured.age.within(value.age_from, oldest).because("age", zh="参保年龄不符", en="age at joining"),
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
    ],
    premium=value.premium * cover.shares,
    term_months=value.term_months,
    max_shares=value.max_shares,
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal | claim.is_accident),
    renewal_window=value.renewal_window,
    claim_within=value.claim_days,
    when=[
        claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital"),
        (value.pays_accidents | claim.is_illness).because(
            "cause", zh="只给付疾病住院", en="only illness is covered"
        ),
        (~value.level_2_only | claim.hospital_level.is_one_of("2", "3")).because(
            "hospital-level", zh="不是二级以上医院", en="not a hospital of level 2 or above"
        ),
    ],
    benefits=[
        mp.Benefit(
            "allowance",
            mp.Text(zh="住院津贴", en="Allowance"),
            clause="给付标准：按住院天数给付",
            pays=paid_days * value.daily * cover.shares,
        )
    ],
    papers=[
        mp.Paper("unit-statement", mp.Text(zh="单位出具的情况说明", en="statement of the unit")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "medical-records",
            mp.Text(
                zh="医院的病案首页、出入院记录和诊断证明",
                en="front sheet, admission and discharge notes, diagnosis",
            ),
        ),
    ],
)
