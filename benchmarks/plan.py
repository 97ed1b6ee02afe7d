"""The plans of the workload: four benefits with a memory, and the one of them that needs none.

They are made up for measuring. Each benefit stands for a way in which real rules count: a deductible over the policy
year, marginal tiers over the policy year's bill so far with a cap, days with a limit, a lump once a life for each
condition.
"""

from __future__ import annotations

from datetime import date

from attrs import evolve

import mutualplans as mp
from mutualplans import claim, cover, insured, per
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.office import Office, OfficePlan, office_of

value = mp.parameters(
    premium=mp.table(mp.Kind.MONEY, "互助费", "fee"),
    term_months=mp.table(mp.Kind.COUNT, "保障期限", "term"),
    age_from=mp.years("参保最小年龄", "youngest age"),
    age_to=mp.years("参保最大年龄", "oldest age"),
    max_shares=mp.shares("最多份数", "most shares"),
    waiting_days=mp.days("免责期", "waiting period"),
    renewal_window=mp.days("续保宽限", "renewal window"),
    claim_days=mp.days("申领时效", "days to claim"),
    start=mp.money("年度起付线", "deductible of a year"),
    ratio=mp.rate("给付比例", "rate"),
    basic_most=mp.money("年度封顶线", "most in a year"),
    scale=mp.tiers("大额分段比例", "tiers"),
    serious_most=mp.money("大额年度封顶线", "most of the tiers in a year"),
    free_days=mp.days("每次住院不计天数", "days of each stay not paid"),
    max_days=mp.days("每年度最多给付天数", "most paid days in a year"),
    daily=mp.money("每份每日津贴", "allowance per share and day"),
    severe=mp.money("每份重症互助金", "lump for a severe condition, per share"),
    mild=mp.money("每份轻症互助金", "lump for a mild condition, per share"),
    diseases=mp.conditions("病种", "conditions"),
)

bill = claim.self_paid_in_scope
disease = value.diseases.match(claim.diagnosis)
lump = mp.choose(disease.is_class("severe"), value.severe, value.mild) * cover.shares
counted_days = claim.days.above(value.free_days)
inpatient = claim.is_inpatient.because("not-inpatient", zh="不是住院申领", en="not a stay in hospital")

basic = mp.Benefit(
    "basic",
    mp.Text(zh="住院补充", en="Supplement"),
    clause="测速计划第一条",
    indemnity=True,
    pays=(bill.above(value.start, per=per.POLICY_YEAR) * value.ratio).capped(
        value.basic_most, per=per.POLICY_YEAR
    ),
)
serious = mp.Benefit(
    "serious",
    mp.Text(zh="大额补充", en="Supplement for large bills"),
    clause="测速计划第二条",
    indemnity=True,
    when=[claim.is_illness.because("cause", zh="只给付疾病", en="only illness is covered")],
    pays=bill.tiered(value.scale, per=per.POLICY_YEAR).capped(value.serious_most, per=per.POLICY_YEAR),
)
allowance = mp.Benefit(
    "allowance",
    mp.Text(zh="住院津贴", en="Allowance"),
    clause="测速计划第三条",
    when=[inpatient],
    pays=counted_days.capped(value.max_days, per=per.POLICY_YEAR) * value.daily * cover.shares,
)
once = mp.Benefit(
    "lump",
    mp.Text(zh="病种互助金", en="Lump"),
    clause="测速计划第四条",
    when=[disease.is_listed.because("not-listed", zh="诊断不在病种范围内", en="condition not listed")],
    pays=lump.once(per=per.LIFETIME, by=disease),
)
alone = mp.Benefit(
    "allowance",
    mp.Text(zh="住院津贴（不限年度天数）", en="Allowance without a limit for the year"),
    clause="测速计划第五条",
    when=[inpatient],
    pays=counted_days * value.daily * cover.shares,
)


def _plan(id_: str, title: mp.Text, benefits: list[mp.Benefit]) -> mp.Plan:
    age = insured.age.within(value.age_from, value.age_to)
    level = claim.hospital_level.is_one_of("2", "3")
    return mp.Plan(
        id=id_,
        title=title,
        values=value,
        editions=mp.editions("benchmarks"),
        joins=[age.because("age", zh="参保年龄不符", en="age at joining")],
        premium=value.premium.of(cover.tier) * cover.shares,
        term_months=value.term_months.of(cover.tier),
        max_shares=value.max_shares,
        waiting=mp.Waiting(value.waiting_days, waived=cover.is_renewal | claim.is_accident),
        renewal_window=value.renewal_window,
        claim_within=value.claim_days,
        event_date=claim.admitted,
        when=[
            level.because("hospital-level", zh="不是二级以上医院", en="not a hospital of level 2 or above")
        ],
        benefits=benefits,
    )


plan = _plan(
    "benchmark",
    mp.Text(zh="测速用计划（四项有累计的给付）", en="Benchmark: four benefits with a memory"),
    [basic, serious, allowance, once],
)
part = _plan(
    "benchmark-part",
    mp.Text(zh="测速用计划（一项没有累计的给付）", en="Benchmark: one benefit without a memory"),
    [alone],
)

BENEFITS = tuple(item.id for item in plan.benefits)
REASONS = (
    "before-cover",
    "after-cover",
    "late",
    "age",
    "waiting",
    "hospital-level",
    "cause",
    "not-inpatient",
    "not-listed",
    "below-start",
    "limit-used-up",
    "already-used",
    "nothing-due",
)
"""Codes of the reasons; the place of a code is its bit in what the hand-written loops return."""


def office(which: mp.Plan = plan) -> Office:
    """Return an office that runs one of the plans, both under the same values."""
    runs = office_of([plan])
    if which is plan:
        return runs
    local = [evolve(item, edition=evolve(item.edition, plan=which.id)) for item in runs.plans[0].editions]
    return Office(name=runs.name, plans=(OfficePlan(plan=which, editions=tuple(local)),))


def bound(which: mp.Plan = plan) -> BoundPlan:
    """Return one of the plans bound to its only edition."""
    return office(which).plans[0].bind(day=date(2021, 1, 1))
