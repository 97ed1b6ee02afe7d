"""Quoting: who may join a plan, for what premium, and who pays which part of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.backends import exact
from mutualplans.backends.exact import Missing
from mutualplans.engine.calendars import calendar_ends
from mutualplans.engine.covers import with_transfers
from mutualplans.engine.explain import condition_reason, known_rows, path_label, rests_on, row_label
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import OfficePlan
from mutualplans.engine.together import beside_another
from mutualplans.engine.workings import Workings
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange
from mutualplans.model.decision import Reason
from mutualplans.model.money import Money, allocate
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Text
from mutualplans.plan.vocabulary import HOLDS

__all__ = ["earlier_terms", "Joining", "Quote", "quote", "shared_out"]


@frozen(kw_only=True)
class Joining:
    """One person who wants to join.

    Attributes:
        member: The union member.
        insured: The person to be covered.
        unit: The member's unit.
        first_day: First day of cover.
        shares: Shares wanted; ``None`` if not stated.
        tier: Tier wanted; ``None`` if not stated.
        extra: Fields of the cover that plans declare themselves, by name.
        together: Ids of the other plans that the person joins on the same day.
        covers: Every cover that the person has or had; ``None`` where that is not known.
        key: What the caller knows this joining by, for example a roster row.
    """

    member: Member
    insured: Insured
    unit: Unit
    first_day: date
    shares: int | None = None
    tier: str | None = None
    extra: Mapping[str, Any] = field(factory=dict)
    together: tuple[str, ...] = ()
    covers: tuple[Coverage, ...] | None = None
    key: str = ""


@frozen(kw_only=True)
class Quote:
    """What joining one plan costs one person.

    Attributes:
        plan: Plan id.
        title: What the plan is called.
        edition: Edition id.
        key: Key of the joining.
        coverage: The cover that would begin.
        premium: Fen; ``None`` where the person cannot join or something is missing.
        split: Payer → fen; empty where the office does not say who pays.
        reasons: Why the person cannot join.
        problems: What is missing, or void.
        assumed: Labels of assumed values that the premium rests on.
        returns: Fen that come back at the end of a term in which nothing was paid; 0 where nothing does.
        covered: Whether the person is already covered by the plan on some day of the term.
        also: The further covers that begin with a package.
    """

    plan: str
    title: Text
    edition: str
    key: str
    coverage: Coverage
    premium: int | None
    split: Mapping[str, int]
    reasons: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()
    assumed: tuple[str, ...] = ()
    returns: int = 0
    covered: bool = False
    also: tuple[Coverage, ...] = ()

    @property
    def covers(self) -> tuple[Coverage, ...]:
        """Every cover that would begin."""
        return (self.coverage, *self.also)

    def net(self, discount: Fraction) -> Fraction | None:
        """Return what joining costs in the end, in fen, exactly: the premium less what comes back, discounted.

        Args:
            discount: What one yuan at the end of the term is worth on its first day.
        """
        return None if self.premium is None else self.premium - self.returns * discount

    @property
    def joins(self) -> bool:
        """Whether the person can join."""
        return self.premium is not None


def quote(item: OfficePlan, joining: Joining, *, edition: str | None = None, charged: bool = True) -> Quote:
    """Quote one plan for one person.

    Args:
        item: The plan.
        joining: The person.
        edition: Edition to use, whatever its dates.
        charged: Whether the plan's own premium is due; inside a package it is not, and nothing it reads is asked for.

    Raises:
        MutualPlansError: no edition is in force on the first day, or the office has not set a value.
    """
    bound = item.bind(day=joining.first_day, edition=edition)
    cover = Coverage(
        plan=item.plan.id,
        first_day=joining.first_day,
        last_day=joining.first_day,
        edition=bound.edition.id,
        insured=joining.insured.id,
        shares=joining.shares,
        tier=joining.tier,
        earlier=earlier_terms(item, joining),
        extra=joining.extra,
    )
    others = _others(joining)
    case = Case(
        member=joining.member,
        insured=joining.insured,
        unit=joining.unit,
        coverage=cover,
        others=others,
        others_known=joining.covers is not None,
    )
    facts = Facts(bound, case)
    days = facts.term
    if isinstance(days, DateRange):
        facts = evolve(facts, case=evolve(facts.case, coverage=evolve(cover, last_day=days.last)))
    reasons, missing = _may_join(facts)
    if days is None:
        reasons.append(_term_over(joining.first_day))
    running = _running(item, joining, facts.case.coverage.days)
    if running is not None:
        reasons.append(_covered(running))
    if clash := beside_another(item, facts.case.coverage, others):
        reasons.append(Reason(code="not-with", text=clash.message))
    if not reasons and isinstance(days, Missing):
        missing |= days.paths
    premium = facts.value(bound.plan.premium, "premium") if charged else 0
    if not reasons and isinstance(premium, Missing):
        missing |= premium.paths
    back: Any = 0
    if charged and bound.plan.returns is not None:
        back = facts.value(bound.plan.returns, "returns")
        if not reasons and isinstance(back, Missing):
            missing |= back.paths
    fee = None if reasons or missing else premium
    return Quote(
        plan=item.plan.id,
        title=item.plan.title,
        edition=bound.edition.id,
        key=joining.key,
        coverage=facts.case.coverage,
        premium=fee,
        split=shared_out(item.split, fee),
        reasons=tuple(reasons),
        problems=(
            *(_missing_problem(facts, path) for path in sorted(missing)),
            *_void(facts),
            *(_outside_dates(facts) if edition else ()),
        ),
        assumed=_assumed_values(facts) if charged and fee is not None else (),
        returns=0 if fee is None else back,
        covered=running is not None,
    )


def earlier_terms(item: OfficePlan, joining: Joining) -> tuple[DateRange, ...] | None:
    """Return the earlier terms of the renewal chain, of this plan and of those it continues."""
    if joining.covers is None:
        return None
    plans = (item.plan.id, *item.plan.continues)
    covers, _faults = with_transfers(cover for cover in joining.covers if cover.plan in plans)
    return tuple(cover.days for cover in covers if cover.last_day < joining.first_day)


def _running(item: OfficePlan, joining: Joining, days: DateRange) -> Coverage | None:
    """Return a cover of this plan that the person already has in these days."""
    held = (cover for cover in joining.covers or () if cover.plan == item.plan.id)
    return next((cover for cover in held if cover.days.overlaps(days)), None)


def _covered(cover: Coverage) -> Reason:
    text = Text(
        f"已有本计划保障，至 {cover.last_day}；转会的不再收费",
        f"covered by the plan to {cover.last_day}; who transfers pays nothing",
    )
    return Reason(code="already-covered", text=text)


def _term_over(first_day: date) -> Reason:
    text = Text(f"{first_day} 时当期已经结束，下一期尚未开始", f"on {first_day} no term of the plan runs")
    return Reason(code="term-over", text=text)


def _others(joining: Joining) -> tuple[Coverage, ...]:
    """Return the person's other covers: those known, and those that begin together with this one."""
    begun = (
        Coverage(plan=plan, first_day=joining.first_day, last_day=joining.first_day)
        for plan in joining.together
    )
    return (*begun, *(joining.covers or ()))


def _may_join(facts: Facts) -> tuple[list[Reason], set[str]]:
    """Return the reasons against joining, and the paths of what is not known."""
    plan = facts.bound.plan
    reasons: list[Reason] = []
    if facts.case.insured.relation not in plan.insures:
        reasons.append(
            Reason(code="relation", text=Text("本计划不保障此人", "the plan does not cover this person"))
        )
    order = facts.bound.order_of(plan.joins, "joins")
    results = dict(zip(order.nodes, fold(order, exact.TABLE, facts.env()), strict=True))
    work = Workings(bound=facts.bound, order=order, results=results)
    missing: set[str] = set()
    for condition in plan.joins:
        result = results[condition.node]
        if isinstance(result, Missing):
            missing |= result.paths
        elif not result:
            reasons.append(condition_reason(condition.node, work))
    return reasons, set() if reasons else missing


def _assumed_values(facts: Facts) -> tuple[str, ...]:
    """Return the labels of the assumed values that the premium and what comes back rest on."""
    labels, plan = facts.bound.assumed_labels, facts.bound.plan
    formulas = [plan.premium, *([] if plan.returns is None else [plan.returns])]
    if not labels:
        return ()
    order = facts.bound.order_of(formulas, "premium and returns")
    results = dict(zip(order.nodes, fold(order, exact.TABLE, facts.env()), strict=True))
    nodes = rests_on([formula.node for formula in formulas], results)
    names = dict.fromkeys(node.parameter.name for node in nodes if isinstance(node, n.Value))
    return tuple(labels[name] for name in names if name in labels)


def shared_out(split: Mapping[str, Fraction], fee: int | None) -> dict[str, int]:
    """Return payer → fen; nothing without a fee, or where the office does not say who pays."""
    if fee is None or not split:
        return {}
    shares = allocate(Money(fee), list(split.values()))
    return {payer: share.fen for payer, share in zip(split, shares, strict=True)}


def _missing_problem(facts: Facts, path: str) -> Problem:
    plan = facts.bound.plan
    if path.startswith("value."):
        if ends := calendar_ends(facts.bound, path):
            return ends
        row, known = row_label(facts.bound, path), known_rows(facts.bound, path)
        return problem(
            "join.not-in-table",
            f"计划 {plan.id} 的表里没有这一行：{row.zh}",
            f"plan {plan.id} has no such row in its table: {row.in_('en')}",
            hint_zh=known.zh,
            hint_en=known.in_("en"),
        )
    label = path_label(plan, path)
    if path.startswith(f"cover.{HOLDS}"):
        other = path.removeprefix(f"cover.{HOLDS}")
        return problem(
            "join.other-plan",
            f"计划 {plan.id} 要知道是否{label.zh}，没有一起报价",
            f"plan {plan.id} needs to know whether the person is {label.in_('en')}, which is not quoted together",
            hint_zh=f"与 {other} 一起报价：名册里填它的份数，或加 --plan {other}",
            hint_en=f"quote it together with {other}: state its shares in the roster, or add --plan {other}",
        )
    if path == "cover.earlier":
        return problem(
            "join.earlier",
            f"计划 {plan.id} 要知道此人以往各期的保障，没有给出",
            f"plan {plan.id} needs the person's earlier covers, which are not given",
            hint_zh="用名册报价，并以 --covers 给出以往的保障（上期的报价明细即可）",
            hint_en="quote a roster, and give the earlier covers with --covers (the rows of the last quote will do)",
        )
    return problem(
        "join.missing-field",
        f"计划 {plan.id} 需要“{label.zh}”({path})，没有填写",
        f"plan {plan.id} needs {label.in_('en')} ({path}), which is not stated",
        hint_zh="补填后再报价",
        hint_en="state it and quote again",
    )


def _void(facts: Facts) -> list[Problem]:
    wanted, title = facts.case.coverage.shares, facts.bound.plan.title
    most = facts.value(facts.bound.plan.max_shares, "max_shares")
    if wanted is None or isinstance(most, Missing) or wanted <= most:
        return []
    return [
        problem(
            "cover.shares-void",
            f"{title.zh}：要 {wanted} 份，最多 {most} 份，超出的 {wanted - most} 份无效，不收费",
            f"{title.in_('en')}: {wanted} shares wanted, at most {most}; {wanted - most} void and free of charge",
            severity="warning",
        )
    ]


def _outside_dates(facts: Facts) -> list[Problem]:
    """Return a warning where the edition that was asked for is not in force on the first day."""
    edition, first_day = facts.bound.edition, facts.case.coverage.first_day
    if first_day in edition.in_force:
        return []
    title, dates = facts.bound.plan.title, edition.in_force.in_words()
    return [
        problem(
            "cover.edition-dates",
            f"{title.zh}：保障起始日 {first_day} 不在版次 {edition.id} 的有效期（{dates}）内，按指定的版次报价",
            f"{title.in_('en')}: edition {edition.id} ({dates}) is not in force on {first_day}; quoted as asked",
            hint_zh="试算可以不理；正式参保时核对起始日，或去掉 --edition",
            hint_en="check the first day, or leave --edition out",
            severity="warning",
        )
    ]
