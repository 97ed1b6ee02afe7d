"""非工伤意外伤害及家财损失综合互助保障计划: free for members; accidents outside work, fire and burst pipes at home.

Sums for death and disability of the member (in later editions of a child too), a part of a fire loss, and a sum for
the damage of a burst pipe, by area in Beijing and by the repair invoice in Zhengzhou. An edition that does not pay
one of them has 0 there.
"""

import mutualplans as mp
from mutualplans import claim, insured, member, per

value = mp.parameters(
    premium=mp.money("互助费", "fee", open_to_office=mp.between("0", "500")),
    term_months=mp.months("保障期限", "term", open_to_office=mp.between(1, 60)),
    age_from=mp.years("会员最小年龄", "youngest member"),
    covers_children=mp.flag("保障会员的子女", "covers members' children"),
    child_below=mp.years("子女须未满周岁", "children younger than", open_to_office=mp.between(1, 25)),
    death=mp.money("身故互助金", "death sum", open_to_office=mp.between("0", "200000")),
    disability=mp.money("伤残最高给付", "most for disability", open_to_office=mp.between("0", "100000")),
    child_death=mp.money("子女身故互助金", "death sum of a child", open_to_office=mp.between("0", "200000")),
    child_disability=mp.money(
        "子女伤残最高给付", "most for a child's disability", open_to_office=mp.between("0", "100000")
    ),
    items=mp.table(
        mp.Kind.RATE, "伤残项目给付比例", "part paid by item", open_to_office=mp.between("0%", "100%")
    ),
    fire_rate=mp.rate("火灾损失给付比例", "part of a fire loss"),
    fire_most=mp.money("火灾损失最高给付", "most for a fire", open_to_office=mp.between("0", "100000")),
    pipe_area_sum=mp.money(
        "水管爆裂每平方米给付", "sum for each square metre", open_to_office=mp.between("0", "1000")
    ),
    pipe_by_invoice=mp.flag("水管爆裂按维修发票给付", "burst pipes are paid by the repair invoice"),
    pipe_rate=mp.rate("维修发票给付比例", "part of the repair invoice"),
    pipe_most=mp.money("水管爆裂最高给付", "most for a burst pipe", open_to_office=mp.between("0", "100000")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)

loss_kind = mp.field(
    "claim",
    "loss_kind",
    mp.Kind.CODE,
    "家财损失类别",
    "kind of household loss",
    choices={"fire": mp.Text("火灾", "fire"), "pipe": mp.Text("水管爆裂", "burst pipe")},
)
damaged_area = mp.field(
    "claim",
    "damaged_area",
    mp.Kind.COUNT,
    "受损面积",
    "damaged area",
    unit=mp.Text("平方米", "square metres"),
    most=10_000,
)
repair_invoice = mp.field("claim", "repair_invoice", mp.Kind.MONEY, "维修发票金额", "repair invoice")

is_child = insured.relation.equals("child")
young = insured.age_at_event.below(value.child_below)
young = young.named(
    "未满规定周岁（2 月 29 日出生的，平年以 3 月 1 日为满岁日）",
    "below the age (who is born on 29 February is a year older on 1 March of a common year)",
)

off_work = claim.cause.equals("accident").because(
    "not-accident", zh="不是工伤以外的意外伤害", en="not an accident outside work"
)
own_home = (~is_child).because("not-member", zh="家财损失由会员本人申领", en="the member claims for the home")
is_loss = claim.event.equals("property-loss")
lost = is_loss.because("not-loss", zh="不是家财损失申领", en="not a household loss")
burst = loss_kind.equals("pipe").because("not-pipe", zh="不是水管爆裂", en="not a burst pipe")
pipe_excludes = [
    mp.excluded("own-alteration", zh="自行改动管线", en="pipes altered by oneself"),
    mp.excluded("building-work", zh="装修、施工所致", en="caused by building work"),
    mp.excluded("pressure-test", zh="试水、试压所致", en="caused by a water or pressure test"),
]
most_disability = mp.choose(~is_child, value.disability, value.child_disability)

plan = mp.Plan(
    id="non-work-accident-household",
    title=mp.Text(
        zh="在职职工非工伤意外伤害及家财损失综合互助保障计划", en="Non-work accident and household loss"
    ),
    summary=mp.Text(
        zh="会员发生工伤以外的意外伤害，或家中发生火灾、水管爆裂时给付；由工会出资，会员不缴费。",
        en="Free for members: accidents outside work, fire and burst pipes at home.",
    ),
    values=value,
    editions=mp.editions(__package__),
    insures=("self", "child"),
    joins=[
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
        member.union_card.because("union-card", zh="须持有工会会员卡", en="must hold the union card"),
        (is_child | insured.age.from_(value.age_from)).because(
            "age", zh="未满参保年龄", en="too young to join"
        ),
        (~is_child | value.covers_children).because(
            "children", zh="本版不保障子女", en="this edition does not cover children"
        ),
    ],
    premium=value.premium,
    term_months=value.term_months,
    event_date=claim.occurred,
    claim_within=value.claim_days,
    when=[
        (~is_child | young).because("child-age", zh="子女已满规定周岁", en="the child has reached the age")
    ],
    benefits=[
        mp.Benefit(
            "disability",
            mp.Text(zh="伤残互助金", en="Disability"),
            clause="给付标准：非工伤意外伤残按项目给付",
            when=[
                off_work,
                claim.is_disability.because("not-disability", zh="不是伤残申领", en="not a disability"),
            ],
            pays=(most_disability * value.items.of(claim.disability_grade)).capped(
                most_disability, per=per.TERM
            ),
        ),
        mp.Benefit(
            "death",
            mp.Text(zh="身故互助金", en="Death"),
            clause="给付标准：非工伤意外身故给付",
            offered=value.death.over(0) | value.child_death.over(0),
            when=[off_work, claim.is_death.because("not-death", zh="不是身故申领", en="not a death")],
            pays=mp.choose(is_child, value.child_death, value.death).once(per=per.LIFETIME),
        ),
        mp.Benefit(
            "fire",
            mp.Text(zh="家财火灾损失", en="Fire at home"),
            clause="给付标准：家庭财产因火灾受损，按核定损失的比例给付",
            when=[
                own_home,
                lost,
                loss_kind.equals("fire").because("not-fire", zh="不是火灾", en="not a fire"),
            ],
            pays=(claim.property_loss * value.fire_rate).capped(value.fire_most, per=per.TERM),
        ),
        mp.Benefit(
            "pipe-area",
            mp.Text(zh="水管爆裂损失", en="Burst pipe"),
            clause="给付标准：自家、楼上、邻家或公共水管爆裂，室内天花板、墙面、地面受损，按受损面积给付",
            offered=value.pipe_area_sum.over(0),
            when=[own_home, lost, burst, *pipe_excludes],
            pays=(value.pipe_area_sum * damaged_area).capped(value.pipe_most, per=per.TERM),
        ),
        mp.Benefit(
            "pipe-invoice",
            mp.Text(zh="水管爆裂维修费用", en="Repair of a burst pipe"),
            clause="给付标准：家中水管爆裂受损，按维修发票金额的比例给付",
            offered=value.pipe_by_invoice,
            when=[own_home, lost, burst],
            pays=(repair_invoice * value.pipe_rate).capped(value.pipe_most, per=per.TERM),
        ),
    ],
    papers=[
        mp.Paper("union-confirmation", mp.Text(zh="工会出具的情况确认", en="confirmation of the union")),
        mp.Paper("id-card", mp.Text(zh="本人身份证和会员卡复印件", en="copies of ID and union card")),
        mp.Paper("parentage", mp.Text(zh="亲子关系证明", en="proof of parentage"), when=is_child),
        mp.Paper(
            "disability-certificate",
            mp.Text(
                zh="二级以上医院或鉴定机构的伤残证明", en="disability certificate of a hospital or appraiser"
            ),
            when=claim.is_disability,
        ),
        mp.Paper(
            "death-certificate",
            mp.Text(zh="死亡证明和户籍注销证明", en="death certificate"),
            when=claim.is_death,
        ),
        mp.Paper(
            "fire-certificate",
            mp.Text(zh="消防部门的火灾证明", en="certificate of the fire service"),
            when=is_loss & loss_kind.equals("fire"),
        ),
        mp.Paper(
            "pipe-certificate",
            mp.Text(
                zh="物业或居委会的证明、房产证；按发票给付的另附维修发票",
                en="certificate of the property manager or residents' committee; title deed or repair invoice",
            ),
            when=is_loss & loss_kind.equals("pipe"),
        ),
    ],
)
