"""在职职工住院医疗互助保障计划: a part of what a stay in hospital leaves to the worker after basic insurance.

Cities pay in one of three ways, and some in two of them at once: a share of the worker's own part that depends on
the number of the stay in the term, a fixed sum for the insurance deductible by hospital level, and a share of what
the pool fund paid. What an edition does not pay stands in it as 0 and is left out of its rule text.
"""

import mutualplans as mp
from mutualplans import claim, cover, insured, member, paid, per

value = mp.parameters(
    premium=mp.money("互助费", "fee", open_to_office=mp.between("0", "500")),
    term_months=mp.months("保障期限", "term"),
    age_from=mp.years("参保最小年龄", "youngest age"),
    age_to=mp.years("参保最大年龄", "oldest age"),
    waiting_days=mp.days("免责期", "waiting period", open_to_office=mp.between(0, 180)),
    renewal_window=mp.days("续保宽限", "renewal window", open_to_office=mp.between(0, 60)),
    level_2_only=mp.flag(
        "限二级以上医院", "hospitals of level 2 and above only", open_to_office=mp.at_will()
    ),
    deductible_sums=mp.table(
        mp.Kind.MONEY, "起付线补助定额",
        "sum for the deductible, by hospital level and number of the stay", keys=2,
        open_to_office=mp.between("0", "2000"),
    ),
    pays_share=mp.flag("按自付部分的比例给付", "pays a share of the worker's own part"),
    above_deductible_only=mp.flag(
        "按比例给付时只算起付线以上的自付", "the share is of the part above the deductible only",
        open_to_office=mp.at_will(),
    ),
    counts_partly=mp.flag("自付二也计入", "the partly self-paid part counts too", open_to_office=mp.at_will()),
    ratios=mp.table(
        mp.Kind.RATE, "自付部分给付比例", "share of the worker's own part, by number of the stay",
        open_to_office=mp.between("0%", "100%"),
    ),
    limited=mp.flag("每保障期有最高给付", "there is a most for the term", open_to_office=mp.at_will()),
    most=mp.money("每保障期最高给付", "most in a term", open_to_office=mp.between("0", "1000000")),
    pays_pool=mp.flag("按统筹支付额的比例给付", "pays a share of the pool's payment"),
    pool_ratios=mp.table(
        mp.Kind.RATE, "统筹支付配套比例",
        "share of the pool's payment, by rank of the hospital and number of the stay", keys=2,
        open_to_office=mp.between("0%", "100%"),
    ),
    pool_floor=mp.money("每次住院最低给付", "least for a stay", open_to_office=mp.between("0", "1000")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 3660), optional=True),
)  # fmt: skip

below_deductible = mp.field(
    "claim", "below_deductible", mp.Kind.MONEY, "住院起付线以下费用", "costs of the stay below the deductible"
)
hospital_rank = mp.field(
    "claim",
    "hospital_rank",
    mp.Kind.CODE,
    "医院所属",
    "rank of the hospital",
    choices={
        "provincial": mp.Text("省级", "provincial"),
        "city": mp.Text("市级", "city"),
        "district": mp.Text("区级", "district"),
    },
)

stay = (
    mp.choose(claim.is_inpatient, 1, 0)
    .once(per=per.STAY)
    .named("住院次数（同一次住院分几张单据的，只计一次）", "stays (several bills of one stay count once)")
)
number = stay.so_far(per=per.TERM).named("本保障期第几次住院", "number of the stay in the term")

in_scope = claim.self_paid_in_scope
own_part = mp.choose(value.counts_partly, in_scope + claim.self_paid_partly, in_scope)
base = mp.choose(value.above_deductible_only, own_part.less(below_deductible), own_part)
share = base * value.ratios.of(number)

deductible_sum = value.deductible_sums.of(claim.hospital_level, number)

# The two use up one limit, the sum for the deductible first.
left = value.most.less(paid.before(per=per.TERM))
left = left.named("本保障期尚可给付的金额", "what the most of the term leaves")
sum_once = deductible_sum.once(per=per.STAY)
limited_sum = mp.least(sum_once, left)
limited_share = mp.least(share, left.less(mp.benefit("deductible")))

pool_ratio = value.pool_ratios.of(hospital_rank, number)
pool_share = (claim.pool_paid.so_far(per=per.STAY) * pool_ratio).raised_to(value.pool_floor)

plan = mp.Plan(
    id="inpatient-medical",
    title=mp.Text(zh="在职职工住院医疗互助保障计划", en="Inpatient medical"),
    summary=mp.Text(
        zh="在职职工住院，基本医疗保险支付以后由个人负担的部分，按规定给付。",
        en="Pays a part of what a stay in hospital leaves to the worker after basic insurance.",
    ),
    values=value,
    editions=mp.editions(__package__),
    joins=[
        insured.age.within(value.age_from, value.age_to).because(
            "age", zh="参保年龄不符", en="age at joining"
        ),
        member.employment.equals("in-post").because("employment", zh="须为在职职工", en="must be in post"),
    ],
    premium=value.premium,
    term_months=value.term_months,
    waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal | claim.is_accident),
    renewal_window=value.renewal_window,
    claim_within=value.claim_days,
    when=[
        claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital"),
        (~value.level_2_only | claim.hospital_level.is_one_of("2", "3")).because(
            "hospital-level", zh="不是二级以上医院", en="not a hospital of level 2 or above"
        ),
    ],
    benefits=[
        mp.Benefit(
            "deductible",
            mp.Text(zh="起付线补助", en="Sum for the deductible"),
            clause="给付标准：起付线部分按医院级别定额给付",
            offered=deductible_sum.over(0),
            pays=mp.choose(value.limited, limited_sum, sum_once),
        ),
        mp.Benefit(
            "share",
            mp.Text(zh="自付部分补助", en="Share of the worker's own part"),
            clause="给付标准：个人自付部分按住院次数的比例给付",
            offered=value.pays_share,
            indemnity=True,
            pays=mp.choose(value.limited, limited_share, share),
        ),
        mp.Benefit(
            "pool-share",
            mp.Text(zh="统筹支付配套补助", en="Share of the pool's payment"),
            clause="给付标准：按统筹基金支付额的比例给付，每次住院有最低给付",
            offered=value.pays_pool,
            pays=pool_share.less(paid.before("pool-share", per=per.STAY)),
        ),
    ],
    papers=[
        mp.Paper("unit-statement", mp.Text(zh="单位出具的情况说明", en="statement of the unit")),
        mp.Paper("id-card", mp.Text(zh="本人身份证复印件", en="copy of the ID card")),
        mp.Paper(
            "settlement",
            mp.Text(zh="基本医疗保险住院费用结算单", en="settlement of the stay by basic insurance"),
        ),
        mp.Paper(
            "medical-records",
            mp.Text(
                zh="医院的病案首页、出入院记录和诊断证明",
                en="front sheet, admission and discharge notes, diagnosis",
            ),
        ),
    ],
)
