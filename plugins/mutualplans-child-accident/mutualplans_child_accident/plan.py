"""在职职工子女意外伤害互助保障计划: sums for disability and death of a member's child by accident.

The person insured is the child, the benefit goes to the member. No source gives exclusions of this plan, so none
are declared. That disability already paid counts against death is taken from the accident plan for members.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, member, paid, per

value = mp.parameters(
    premium=mp.money("每名子女互助费", "fee per child"),
    term_months=mp.months("保障期限", "term"),
    age_below=mp.years("参保须未满周岁", "younger than, on joining", open_to_office=mp.between(1, 25)),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 30)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    disability=mp.money("伤残保障金额", "full sum for disability", open_to_office=mp.between("0", "200000")),
    grades=mp.table(
        mp.Kind.RATE, "伤残给付比例", "part paid by disability grade", open_to_office=mp.between("0%", "100%")
    ),
    death=mp.money("身故互助金", "death sum", open_to_office=mp.between("0", "200000")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)

plan = mp.Plan(
    id="child-accident",
    title=mp.Text(zh="在职职工子女意外伤害互助保障计划", en="Children's accident"),
    summary=mp.Text(
        zh="在职职工的未成年子女因意外伤害致残或身故，向职工给付互助金。",
        en="Pays the member when a minor child is disabled or killed by an accident.",
    ),
    values=value,
    editions=mp.editions(__package__),
    insures=("child",),
    joins=[
        insured.age.below(value.age_below).because(
            "age", zh="子女参保年龄不符", en="the child's age at joining"
        ),
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
    ],
    premium=value.premium,
    term_months=value.term_months,
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal),
    renewal_window=value.renewal_window,
    event_date=claim.occurred,
    claim_within=value.claim_days,
    when=[claim.is_accident.because("not-accident", zh="不是意外伤害所致", en="not caused by an accident")],
    benefits=[
        mp.Benefit(
            "disability",
            mp.Text(zh="伤残（烧烫伤）互助金", en="Disability, burns included"),
            clause="给付标准：伤残按等级给付",
            when=[
                claim.is_disability.because("not-disability", zh="不是伤残申领", en="not a disability"),
                paid.before("death", per=per.LIFETIME)
                .equals(0)
                .because(
                    "death-paid", zh="身故互助金已给付，伤残不再给付", en="the death sum is already paid"
                ),
            ],
            pays=(value.disability * value.grades.of(claim.disability_grade)).capped(
                value.disability, per=per.TERM
            ),
        ),
        mp.Benefit(
            "death",
            mp.Text(zh="身故互助金", en="Death"),
            clause="给付标准：身故给付",
            offered=value.death.over(0),
            when=[claim.is_death.because("not-death", zh="不是身故申领", en="not a death")],
            pays=value.death.less(paid.before("disability", per=per.TERM)).once(per=per.LIFETIME),
        ),
    ],
    papers=[
        mp.Paper("unit-statement", mp.Text(zh="单位出具的事故情况说明", en="statement of the unit")),
        mp.Paper("id-card", mp.Text(zh="会员和子女的身份证复印件", en="copies of both ID cards")),
        mp.Paper("parentage", mp.Text(zh="亲子关系证明（户口簿或出生证明）", en="proof of parentage")),
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
            when=claim.is_death & value.death.over(0),
        ),
    ],
)
