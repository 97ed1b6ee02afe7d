"""职工困难补助: a single grant in hardship, decided by people within limits.

Whether somebody is in hardship and how much he gets is not computed: the applicant applies, the grassroots union
examines, the company's union approves and says the amount. The plan checks that all three did, in their order, that the
amount lies within the limits, and that one matter is granted once.
"""

import mutualplans as mp
from mutualplans import claim, member, paid, per

value = mp.parameters(
    term_months=mp.months("在册期间（每期）", "period of being on the staff", open_to_office=mp.between(1, 36)),
    least=mp.table(mp.Kind.MONEY, "最低补助", "smallest grant", open_to_office=mp.between("0", "10000")),
    most=mp.table(mp.Kind.MONEY, "最高补助", "largest grant", open_to_office=mp.between("0", "50000")),
    application_days=mp.days("申请时限", "days to apply", open_to_office=mp.between(1, 3660), optional=True),
)  # fmt: skip

hardship = mp.field(
    "claim", "hardship", mp.Kind.CODE, "困难情形", "kind of hardship",
    choices={
        "illness": mp.Text("职工本人患大病造成生活困难", "a serious illness of one's own"),
        "accident": mp.Text("意外灾害造成暂时生活困难", "an accident"),
        "disaster": mp.Text("自然灾害造成家庭重大财产损失", "loss of property by a natural disaster"),
        "other": mp.Text("其他特殊困难", "another special hardship"),
    },
)  # fmt: skip
amount = mp.field("claim", "granted", mp.Kind.MONEY, "核准的补助金额", "amount approved")
applied_on = mp.field("claim", "applied_on", mp.Kind.DATE, "申请日期", "day of the application")
applied = mp.field("claim", "applied_in_person", mp.Kind.FLAG, "职工本人申请", "applied for in person")
examined = mp.field("claim", "examined", mp.Kind.FLAG, "基层工会初审同意", "the grassroots union agrees")
examined_on = mp.field("claim", "examined_on", mp.Kind.DATE, "初审日期", "day of the examination")
approved = mp.field("claim", "approved", mp.Kind.FLAG, "公司工会批准", "the company's union approves")
approved_on = mp.field("claim", "approved_on", mp.Kind.DATE, "批准日期", "day of the approval")

plan = mp.Plan(
    id="hardship-grant",
    title=mp.Text(zh="职工困难补助", en="Hardship grant"),
    summary=mp.Text(
        zh="职工因大病、灾害等生活困难的，经本人申请、基层工会初审、公司工会批准，给予一次性补助。",
        en="A single grant in hardship: applied for, examined by the grassroots union, approved by the company's union.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[member.employment.equals("in-post").because("employment", zh="不是本公司在职职工", en="must be in post")],
    premium=mp.yuan("0"),
    term_months=value.term_months,
    event_date=applied_on,
    claim_within=value.application_days,
    when=[
        claim.event.equals("application").because("not-applied-for", zh="不是申请补助", en="not an application"),
        applied.because("not-in-person", zh="不是职工本人申请", en="not applied for in person"),
        examined.because("not-examined", zh="基层工会初审不同意", en="the grassroots union does not agree"),
        approved.because("not-approved", zh="公司工会没有批准", en="the company's union does not approve"),
        examined_on.from_(applied_on).because("order", zh="初审早于申请", en="examined before it was applied for"),
        approved_on.from_(examined_on).because("order", zh="批准早于初审", en="approved before it was examined"),
        amount.within(value.least.of(hardship), value.most.of(hardship)).because(
            "outside-limits", zh="核准的金额不在补助标准之内", en="the amount lies outside the limits"
        ),
        paid.before(per=per.LIFETIME, by=claim.incident).equals(0).because(
            "granted-before", zh="同一困难事由已补助过，一次性补助不再给", en="this matter was granted before"
        ),
    ],
    benefits=[
        mp.Benefit(
            "grant",
            mp.Text(zh="一次性困难补助", en="Grant"),
            clause="二、补助标准；三、办理程序",
            pays=amount.capped(value.most.of(hardship)),
        )
    ],
    papers=[
        mp.Paper("application", mp.Text(zh="职工本人的书面申请", en="the member's written application")),
        mp.Paper(
            "proof",
            mp.Text(zh="基层工会主席收集的有关证明（病历、受灾或事故证明等）", en="proof collected by the grassroots union"),
        ),
        mp.Paper("opinion", mp.Text(zh="基层工会初审意见", en="opinion of the grassroots union")),
    ],
)  # fmt: skip
