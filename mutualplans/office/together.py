"""What an office says of its plans together, added to their declarations: conditions and shared limits.

They are ordinary formulas, so that quoting, deciding, explaining and printing need to know nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from mutualplans.engine.office import OfficePlan, SharedLimit
from mutualplans.expr import nodes as n
from mutualplans.model.fields import MOST_FEN, Field
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text
from mutualplans.plan.declaration import Benefit
from mutualplans.plan.formula import Formula, least, paid
from mutualplans.plan.vocabulary import LIMIT, holds

__all__ = ["PERIODS", "with_others"]

PERIODS = {
    per.value: per for per in (n.Period.INCIDENT, n.Period.TERM, n.Period.CALENDAR_YEAR, n.Period.LIFETIME)
}
"""The periods that a limit over several plans may run over, as an office file names them."""


def with_others(item: OfficePlan, titles: Mapping[str, Text], limits: Iterable[SharedLimit]) -> OfficePlan:
    """Return an office's plan with what the office adds to it.

    Args:
        item: The plan; its `only_with` and `replaced_by` become conditions.
        titles: Plan id → what the plan is called.
        limits: The office's limits; those over this plan are added.
    """
    plan = item.plan
    joins = [_only_with(id_, titles.get(id_, Text(id_))) for id_ in item.only_with]
    when = [_replaced_by(id_, titles.get(id_, Text(id_))) for id_ in item.replaced_by]
    benefits = plan.benefits
    for limit in limits:
        if plan.id in limit.plans:
            benefits = tuple(_limited(benefit, limit) for benefit in benefits)
    if joins or when or benefits is not plan.benefits:
        item.plan = evolve(plan, joins=(*plan.joins, *joins), when=(*plan.when, *when), benefits=benefits)
    return item


def _only_with(id_: str, title: Text) -> Formula:
    zh, en = f"须同时参加{title.zh}", f"only with {title.in_('en') or id_}"
    return holds(id_, title.zh, title.in_("en")).because("only-with", zh, en)


def _replaced_by(id_: str, title: Text) -> Formula:
    zh, en = f"已由{title.zh}给付，本计划不再给付", f"replaced by what {title.in_('en') or id_} pays"
    return paid.by(id_).equals(0).because("replaced", zh, en)


def _limited(benefit: Benefit, limit: SharedLimit) -> Benefit:
    label = Text(f"{limit.title.zh}尚余", f"left under {limit.title.in_('en')}")
    room = Field(
        subject="claim",
        name=f"{LIMIT}{limit.id}",
        kind=Kind.MONEY,
        label=label,
        most=min(limit.most, MOST_FEN),
    )
    return evolve(benefit, pays=least(benefit.pays, Formula(n.Read(room))))
