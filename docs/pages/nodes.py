"""``reference/nodes.md``: every node class, with the words of a small example."""

from __future__ import annotations

import attrs

import mutualplans as mp
from docs.pages.markdown import first_sentence, page, table
from mutualplans import claim, cover, insured, paid, per
from mutualplans.backends.words import in_words
from mutualplans.expr import nodes as n
from mutualplans.model.money import Rounding

__all__ = ["EXAMPLES", "nodes"]

value = mp.parameters(
    daily=mp.money("每日津贴", "daily allowance"),
    free_days=mp.days("不计天数", "days not paid"),
    most=mp.money("最高给付", "most"),
    start=mp.money("起付线", "deductible"),
    rate=mp.rate("给付比例", "rate"),
    scale=mp.tiers("分段比例", "tiers"),
    steps=mp.bands(mp.Kind.MONEY, "按天分档", "amounts by days", measured=mp.Kind.COUNT),
    grades=mp.table(mp.Kind.RATE, "等级比例", "rates by grade"),
    illnesses=mp.conditions("病种", "illnesses"),
    workdays=mp.workdays("工作日历", "working days"),
)
bill = claim.self_paid_in_scope
illness = value.illnesses.match(claim.diagnosis)

EXAMPLES = {
    n.Above: bill.above(value.start, per=per.TERM),
    n.Add: value.daily + value.most,
    n.AnyOf: claim.is_accident | claim.is_death,
    n.Banded: claim.days.banded(value.steps),
    n.Because: claim.is_inpatient.because("not-inpatient", zh="不是住院", en="not a stay"),
    n.Before: claim.days.before(per=per.TERM),
    n.BenefitAmount: mp.benefit("stay"),
    n.Both: claim.is_accident & claim.is_inpatient,
    n.Capped: claim.days.capped(90, per=per.TERM),
    n.Choose: mp.choose(cover.is_renewal, value.most, value.daily),
    n.ClassOf: mp.Formula(n.ClassOf(illness._matched("ClassOf"))),
    n.Compare: bill.over(value.start),
    n.CompletedYears: insured.age,
    n.Computed: mp.computed(
        max, claim.days, gives=mp.Kind.COUNT, zh="另行计算的天数", en="days worked out apart", most=9
    ),
    n.Constant: mp.Formula(n.Constant(50000, mp.Kind.MONEY)),
    n.DaysFrom: mp.Formula(n.DaysFrom(claim.admitted.node, claim.discharged.node)),
    n.Greatest: mp.greatest(value.daily, value.most),
    n.Least: mp.least(bill, value.most),
    n.Listed: illness.is_listed,
    n.Lookup: value.grades.of(claim.disability_grade),
    n.Match: illness,
    n.Named: (value.daily * cover.shares).named("每日合计", "a day in all"),
    n.Not: ~claim.is_accident,
    n.Once: value.most.once(per=per.TERM),
    n.OneOf: claim.hospital_level.is_one_of("2", "3"),
    n.PaidBefore: paid.before("stay", per=per.LIFETIME, whose=mp.Whose.FAMILY),
    n.PaidByPlan: paid.by("major-disease"),
    n.Portion: bill * value.rate,
    n.Raised: (bill * value.rate).raised_to(value.most),
    n.Read: claim.days,
    n.Round: value.most.rounded(Rounding.HALF_UP_YUAN),
    n.ShareOf: bill.share(claim.days, 30),
    n.SoFar: bill.so_far(per=per.TERM),
    n.Subtract: bill - value.start,
    n.Tiered: bill.tiered(value.scale, per=per.TERM),
    n.Times: value.daily * claim.days,
    n.Value: value.daily,
    n.Within: insured.age.within(16, 60),
    n.WorkdayAfter: value.workdays.after(claim.event_date, 15),
}
"""A small formula whose last step is the node."""


def nodes() -> str:
    """Return the page."""
    intro = (
        "A formula is a tree of these. Nodes have fields and a kind, no behaviour: each backend is a table from node "
        "class to function (exact integers, words, bounds), and a test holds every table against this list. Authors do "
        "not write nodes; they write [formulas](formulas.md), which make them."
    )
    rows = [
        (
            f"`{node.__name__}`",
            ", ".join(f"`{item.name}`" for item in attrs.fields(node)),
            EXAMPLES[node].node.kind.value,
            first_sentence(node),
            in_words(EXAMPLES[node].node),
            in_words(EXAMPLES[node].node, "en"),
        )
        for node in n.NODES
    ]
    headers = ["node", "fields", "kind of the example", "meaning", "例", "example"]
    return page("Nodes · 公式的节点", intro, table(headers, rows))
