"""Quoting: who may join a plan, for what premium, who pays which part of it, and whether enough of a unit join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.backends import exact
from mutualplans.backends.exact import Missing
from mutualplans.engine.covers import with_transfers
from mutualplans.engine.explain import condition_reason, path_label, row_label
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import GroupRule, OfficePlan
from mutualplans.engine.together import beside_another
from mutualplans.engine.workings import Workings
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange
from mutualplans.model.decision import Reason
from mutualplans.model.money import Money, allocate
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.text import Text
from mutualplans.plan.vocabulary import HOLDS

__all__ = ["GroupQuote", "Joining", "Quote", "quote", "quote_group"]


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
        covered: Whether the person is already covered by the plan on some day of the term.
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
    covered: bool = False

    @property
    def joins(self) -> bool:
        """Whether the person can join."""
        return self.premium is not None


def quote(item: OfficePlan, joining: Joining, *, edition: str | None = None) -> Quote:
    """Quote one plan for one person.

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
        earlier=_earlier(item, joining),
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
    premium = facts.value(bound.plan.premium, "premium")
    if not reasons and isinstance(premium, Missing):
        missing |= premium.paths
    fee = None if reasons or missing else premium
    return Quote(
        plan=item.plan.id,
        title=item.plan.title,
        edition=bound.edition.id,
        key=joining.key,
        coverage=facts.case.coverage,
        premium=fee,
        split=_split(item, fee),
        reasons=tuple(reasons),
        problems=(
            *(_missing_problem(facts, path) for path in sorted(missing)),
            *_void(facts),
            *(_outside_dates(facts) if edition else ()),
        ),
        assumed=_assumed(facts),
        covered=running is not None,
    )


def _earlier(item: OfficePlan, joining: Joining) -> tuple[DateRange, ...] | None:
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


def _assumed(facts: Facts) -> tuple[str, ...]:
    labels = facts.bound.assumed_labels
    nodes = facts.bound.order_of([facts.bound.plan.premium], "premium").nodes
    names = dict.fromkeys(node.parameter.name for node in nodes if isinstance(node, n.Value))
    return tuple(labels[name] for name in names if name in labels)


def _split(item: OfficePlan, fee: int | None) -> dict[str, int]:
    if fee is None or not item.split:
        return {}
    shares = allocate(Money(fee), list(item.split.values()))
    return {payer: share.fen for payer, share in zip(item.split, shares, strict=True)}


def _missing_problem(facts: Facts, path: str) -> Problem:
    plan = facts.bound.plan
    if path.startswith("value."):
        row = row_label(facts.bound, path)
        return problem(
            "join.not-in-table",
            f"计划 {plan.id} 的表里没有这一行：{row.zh}",
            f"plan {plan.id} has no such row in its table: {row.in_('en')}",
            hint_zh=f"可用的行见 mutualplans plans {plan.id}",
            hint_en=f"mutualplans plans {plan.id} shows the rows",
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


# ---------------------------------------------------------------- a unit joins as a group


@frozen(kw_only=True)
class GroupQuote:
    """What joining one plan costs a unit.

    Attributes:
        plan: Plan id.
        title: What the plan is called.
        unit: Name of the unit.
        quotes: One for each person who could be quoted.
        unquoted: Key of each other person, with why not even the edition or the cover could be found.
        group: Why the group cannot join (too few); empty if it can or no rule applies.
        problems: Why persons are not quoted, and what is missing for the group rule.
    """

    plan: str
    title: Text
    unit: str
    quotes: tuple[Quote, ...]
    unquoted: tuple[tuple[str, tuple[Problem, ...]], ...] = ()
    group: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def listed(self) -> int:
        """How many persons want to join."""
        return len(self.quotes) + len(self.unquoted)

    @property
    def joining(self) -> tuple[Quote, ...]:
        """The quotes of those who join; nobody does when the group rule is missed."""
        return () if self.group else tuple(item for item in self.quotes if item.joins)

    @property
    def refused(self) -> tuple[Quote, ...]:
        """The quotes of those who cannot join for reasons or facts of their own."""
        return tuple(item for item in self.quotes if not item.joins)

    @property
    def premium(self) -> int:
        """Fen for all who join."""
        return sum(item.premium or 0 for item in self.joining)

    @property
    def split(self) -> dict[str, int]:
        """Payer → fen for all who join."""
        payers = dict.fromkeys(payer for item in self.joining for payer in item.split)
        return {payer: sum(item.split[payer] for item in self.joining) for payer in payers}


def quote_group(
    item: OfficePlan, unit: Unit, joinings: Sequence[Joining], *, edition: str | None = None
) -> GroupQuote:
    """Quote one plan for the members of one unit, and check the office's group rule.

    A person who cannot be quoted, because no edition fits or a record refuses the facts, gets the problem instead of
    a premium; the others are quoted.
    """
    named = edition if any(local.edition.id == edition for local in item.editions) else None
    quotes = []
    unquoted: list[tuple[str, tuple[Problem, ...]]] = []
    for joining in joinings:
        try:
            quotes.append(quote(item, joining, edition=named))
        except MutualPlansError as error:
            unquoted.append((joining.key, error.problems))
        except ValueError as error:
            unquoted.append((joining.key, (_failed(item, joining, error),)))
    reasons, missing = _group(item.group, unit, quotes)
    return GroupQuote(
        plan=item.plan.id,
        title=item.plan.title,
        unit=unit.name,
        quotes=tuple(quotes),
        unquoted=tuple(unquoted),
        group=tuple(reasons),
        problems=tuple(dict.fromkeys((*(found for _key, why in unquoted for found in why), *missing))),
    )


def _failed(item: OfficePlan, joining: Joining, error: ValueError) -> Problem:
    return problem(
        "join.failed",
        f"{item.plan.title.zh}：不能报价：{error}",
        f"{item.plan.title.in_('en')}: cannot be quoted: {error}",
        where=joining.key,
    )


def _group(
    rules: Iterable[GroupRule], unit: Unit, quotes: Sequence[Quote]
) -> tuple[list[Reason], list[Problem]]:
    rules = tuple(rules)
    if not rules or not quotes:
        return [], []
    if unit.headcount is None:
        return [], [_no_headcount(unit, "headcount", "单位职工人数", "the number of staff is")]
    rule = next(
        (item for item in rules if item.staff_up_to is None or unit.headcount <= item.staff_up_to), None
    )
    if rule is None:
        return [], []
    base = unit.women if rule.of == "women" else unit.headcount
    if base is None:
        return [], [_no_headcount(unit, "women", "单位女职工人数", "the number of women is")]
    joined = sum(item.joins or item.covered for item in quotes)
    needed = _needed(rule, base)
    if joined >= needed:
        return [], []
    return [_too_few(rule, base, joined, needed)], []


def _needed(rule: GroupRule, base: int) -> int:
    """Return how many must join: the share of the base rounded up to whole persons, and the fixed number."""
    share = rule.share or Fraction(0)
    by_share = -(-base * share.numerator // share.denominator)
    return max(by_share, rule.persons or 0)


def _too_few(rule: GroupRule, base: int, joined: int, needed: int) -> Reason:
    whose_zh, whose_en = ("女职工", "women") if rule.of == "women" else ("职工", "staff")
    return Reason(
        code="group-minimum",
        text=Text(
            f"参保人数不足：{whose_zh} {base} 人，至少 {needed} 人参保，现 {joined} 人，差 {needed - joined} 人",
            f"too few join: of {base} {whose_en} at least {needed}, now {joined}, {needed - joined} short",
        ),
        found=Text(f"{joined} 人", f"{joined} persons"),
        expected=Text(f"{needed} 人", f"{needed} persons"),
    )


def _no_headcount(unit: Unit, name: str, zh: str, en: str) -> Problem:
    whose_zh, whose_en = (f"单位“{unit.name}”", f"unit “{unit.name}”: ") if unit.name else ("", "")
    hint_zh, hint_en = f"加 --{name} 人数", f"add --{name}"
    if unit.name:
        hint_zh, hint_en = f"在单位文件（--unit）里写明 {name}", f"state {name} in the unit file (--unit)"
    return problem(
        "unit.missing-field",
        f"{whose_zh}没有填写{zh}，未核对参保比例",
        f"{whose_en}{en} not stated, the group minimum is not checked",
        hint_zh=hint_zh,
        hint_en=hint_en,
        severity="warning",
    )
