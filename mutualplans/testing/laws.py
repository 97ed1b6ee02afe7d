"""Laws that hold for every plan, whatever it pays: each looks at one world and says what is wrong in it, if anything.

To add a law, write ``def name(world: World, run: Simulation) -> Broken | None`` and list it in `LAWS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
from attrs import evolve, frozen

from mutualplans.backends.exact import Missing
from mutualplans.engine.accounts import sharing
from mutualplans.engine.assess import Balances, assess
from mutualplans.engine.facts import Case, Facts, period_key
from mutualplans.engine.simulate import Simulation, Situation
from mutualplans.expr import nodes as n
from mutualplans.model.claim import Claim
from mutualplans.model.decision import BenefitDecision, Decision
from mutualplans.model.money import Money, format_yuan
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.scales import Scale
from mutualplans.testing.splitting import split_stay, splits
from mutualplans.testing.worlds import World, fitting

__all__ = ["LAWS", "Broken", "Law"]


@frozen
class Broken:
    """What breaks a law.

    Attributes:
        zh: A sentence with the amounts.
        en: The same.
        situation: The case that shows it; the world's own where it is not another.
    """

    zh: str
    en: str
    situation: Situation | None = None


Law = Callable[[World, Simulation], Broken | None]


def never_negative(world: World, run: Simulation) -> Broken | None:
    """No benefit ever comes out below 0."""
    for item in run.problems:
        if item.code == "formula.negative":
            return Broken(item.message.zh, item.message.en)
    return None


def never_above_the_cap(world: World, run: Simulation) -> Broken | None:
    """No benefit exceeds what its formula is proved to pay at most, in one claim or, where it is capped, in a period."""
    most = world.setting.most
    counted: dict[Any, int] = {}
    for claim, decision in _decided(world, run):
        for item in decision.benefits if decision.total else ():
            cap = most[item.id]
            paid = item.amount or 0
            if cap is not None and paid > cap:
                return _above_cap(item, paid, cap)
            if (key := _capped_period(world, claim, item)) is not None:
                counted[key] = counted.get(key, _stated(world, item, key)) + paid
                limit = _root(item).limit
                if paid and counted[key] > item.work.results[limit]:
                    return _above_cap(item, counted[key], item.work.results[limit])
    return None


def _above_cap(item: BenefitDecision, paid: int, cap: int) -> Broken:
    shown, most = format_yuan(paid), format_yuan(cap)
    return Broken(
        f"“{item.title.zh}”给付 {shown}，超过上限 {most}", f"{item.id} pays {shown}, above its cap of {most}"
    )


def _root(item: BenefitDecision) -> Any:
    node = item.work.program.benefit.pays.node
    while isinstance(node, n.Named):
        node = node.base
    return node


def _capped_period(world: World, claim: Claim, item: BenefitDecision) -> Any:
    """Return what a benefit's last limit counts together, or ``None`` when its last step is no such limit."""
    if (
        not item.accepted
        or not isinstance(root := _root(item), n.Capped)
        or not isinstance(root.before, n.Before)
    ):
        return None
    event = _facts(world, claim).event_date
    if isinstance(event, Missing) or len(world.situation.coverages) > 1:
        return None
    per, by, shared = root.before.per, root.before.by, root.before.whose is not n.Whose.PERSON
    if shared and per is n.Period.POLICY_YEAR:
        place = str(_facts(world, claim).common_begin(event))
    else:
        place = period_key(per, _case(world, claim), claim, event)
    return item.id, "" if shared else claim.insured, place, item.work.results[by] if by is not None else ""


def _stated(world: World, item: BenefitDecision, key: Any) -> int:
    """Return what the case says that the fund had counted before; 0 for an account of fewer persons."""
    before, by = _root(item).before, key[-1]
    account = item.work.program.accounts[before]
    if before.whose is not n.Whose.FUND:
        return 0
    name = f"{account} / {by}" if by else account
    return world.situation.fund.get((world.setting.plan.id, key[2], name), 0)


def nothing_outside_the_cover(world: World, run: Simulation) -> Broken | None:
    """Nothing is paid for a day outside the cover or its waiting period, or for somebody who may not join."""
    if len(world.situation.coverages) > 1:
        return None
    for claim, decision in _decided(world, run):
        if decision.total and (why := next(_outside(world, claim), None)):
            shown = format_yuan(decision.total)
            return Broken(f"给付 {shown}，可是{why[0]}", f"{shown} is paid, but {why[1]}")
    return None


def _outside(world: World, claim: Claim) -> Iterator[tuple[str, str]]:
    """Yield why a claim may get nothing, worked out from the plan's parts one by one."""
    plan, facts = world.setting.plan, _facts(world, claim)
    cover, event = facts.case.coverage, facts.event_date
    if isinstance(event, Missing) or not cover.first_day <= event <= cover.last_day:
        yield "出险不在保障期内", "the event lies outside the cover"
    if facts.case.insured.relation not in plan.insures:
        yield "此人不是保障对象", "the person is not insured by the plan"
    for place, condition in enumerate(plan.joins):
        if facts.value(condition, f"joins[{place}]") is not True:
            yield "此人不符合参保条件", "the person may not join"
    if plan.waiting and facts.value(plan.waiting.waived, "waived") is not True:
        last = facts.value(plan.waiting.nothing_to, "nothing_to")
        if isinstance(last, Missing) or facts.read("cover", "day") <= last:
            yield f"第 {facts.read('cover', 'day')} 天还在免责期内", "the day lies in the waiting period"


def premium_is_whole(world: World, run: Simulation) -> Broken | None:
    """The fee is a whole number of fen, at least 0, or missing with what it needs."""
    if len(world.situation.coverages) != 1 or not world.situation.claims:
        return None
    fee = _facts(world, world.situation.claims[0]).value(world.setting.plan.premium, "premium")
    if isinstance(fee, Missing) or (type(fee) is int and fee >= 0):
        return None
    return Broken(f"互助费算出 {fee!r}", f"the fee comes out as {fee!r}")


def more_loss_never_pays_less(world: World, run: Simulation) -> Broken | None:
    """A larger bill or a longer stay, all else equal, never pays less, except at a notch that a scale declares."""
    if not (decided := list(_decided(world, run))) or decided[-1][0] is not world.situation.claims[-1]:
        return None
    last, before = decided[-1]
    changed = _more(world, last)
    if before.total is None or changed is None:
        return None
    larger, what = changed
    situation = evolve(world.situation, claims=(*world.situation.claims[:-1], larger))
    again = world.run(situation)
    after = next((item for item in again.decisions if item.claim == larger.id), None)
    if after is None or after.total is None or after.total >= before.total or _at_a_notch(before, after):
        return None
    less, more = format_yuan(after.total), format_yuan(before.total)
    return Broken(
        f"{what.zh}，给付反而由 {more} 减为 {less}",
        f"{what.en}, and the payment falls from {more} to {less}",
        situation,
    )


_WITHIN = {"self_paid_in_scope": 2, "self_paid_partly": 2, "out_of_scope": 2, "self_paid": 1}
"""A part of a bill → how many of `_SUMS` it is a part of, from the last one on."""
_SUMS = ("self_paid", "total")
_LOSSES = (*_WITHIN, "total", "property_loss", "days")
"""What is a loss whatever the plan. What its own fields mean (an amount granted, a part deducted), only it knows."""


def _more(world: World, claim: Claim) -> tuple[Claim, Broken] | None:
    """Return the claim with one loss larger, and the change in words; ``None`` when there is no loss to enlarge.

    The sums that a part belongs to grow with it: a larger part of the same bill is not a larger bill.
    """
    inputs = {item.name: item for item in world.setting.form.of("claim")}
    known = [name for name in _LOSSES if name in inputs and getattr(claim, name) is not None]
    if not known:
        return None
    name = known[world.pick % len(known)]
    steps = (1, 5, 30) if name == "days" else (1, 100, 10_000, 1_000_000)
    step = steps[world.pick // 7 % len(steps)]
    grown = [name, *(whole for whole in _SUMS[-_WITHIN.get(name, 0) :] if name in _WITHIN)]
    values: dict[str, Any] = {}
    for each in grown:
        value = getattr(claim, each)
        if value is not None:
            values[each] = Money(value.fen + step) if isinstance(value, Money) else value + step
    try:
        larger = fitting(evolve(claim, **values))
    except ValueError:  # above what the field allows
        return None
    if name == "days":
        larger = evolve(larger, discharged=None)
    pair = (getattr(claim, name), values[name])
    shown = [format_yuan(item.fen) if isinstance(item, Money) else str(item) for item in pair]
    label = inputs[name].label
    return larger, Broken(
        f"{label.zh}由 {shown[0]} 增为 {shown[1]}", f"{label.en} rises from {shown[0]} to {shown[1]}"
    )


def _at_a_notch(before: Decision, after: Decision) -> bool:
    """Return whether a whole-amount scale moved to a band that gives less: that is what such a scale is for."""
    for old, new in zip(before.benefits, after.benefits, strict=True):
        if old.work is None or new.work is None:
            continue
        for node in old.work.program.order.nodes:
            if isinstance(node, n.Banded) and _band_gives(old.work, node) > _band_gives(new.work, node):
                return True
    return False


def _band_gives(work: Any, node: n.Banded) -> Any:
    base, before, scale = (work.results[part] for part in (node.base, node.before, node.scale))
    known = isinstance(scale, Scale) and not isinstance(base, Missing) and not isinstance(before, Missing)
    return scale.whole(base + before) if known else 0


def splitting_a_stay_changes_nothing(world: World, run: Simulation) -> Broken | None:
    """One stay claimed by two bills pays together what one bill of it pays, in every benefit that accumulates."""
    claim = next((item for item in world.situation.claims if item.admitted and (item.days or 0) > 1), None)
    if claim is None:
        return None
    bills = split_stay(claim, world.pick)
    apart = evolve(world.situation, claims=bills)
    whole = world.run(evolve(world.situation, claims=(evolve(bills[0], days=claim.days, **_money(claim)),)))
    parts = world.run(apart)
    if (
        len(whole.decisions) != 1
        or len(parts.decisions) != 2
        or None in (item.total for item in parts.decisions)
    ):
        return None
    if whole.decisions[0].total is None or any(item.ends_cover for item in parts.decisions):
        return None
    for place, item in enumerate(whole.decisions[0].benefits):
        if item.work is None or not splits(item.work):
            continue
        amounts = [decision.benefits[place].amount or 0 for decision in parts.decisions]
        if sum(amounts) != item.amount:
            shown = [format_yuan(amount) for amount in (item.amount or 0, *amounts)]
            return Broken(
                f"“{item.title.zh}”一张单据给付 {shown[0]}，同一次住院分两张给付 {shown[1]} + {shown[2]}",
                f"{item.id} pays {shown[0]} on one bill, but {shown[1]} + {shown[2]} on two bills of the same stay",
                apart,
            )
    return None


def _money(claim: Claim) -> dict[str, Any]:
    """Return the money and the plan's own fields of a claim."""
    money = {
        item.name: getattr(claim, item.name)
        for item in attrs.fields(Claim)
        if isinstance(getattr(claim, item.name), Money)
    }
    return {**money, "extra": claim.extra}


def order_of_persons_changes_nothing(world: World, run: Simulation) -> Broken | None:
    """What one person is paid does not depend on whether another person's claims are decided before or after.

    The two are of different families; where all insured share an account they are not independent, and nothing is tried.
    """
    situation = world.situation
    if len(situation.coverages) != 1 or world.pick % 8:  # seldom: it takes four times the work
        return None
    if n.Whose.FUND in sharing(world.setting.plan):
        return None
    here = [claim for claim, _decision in _decided(world, run)]
    if not here:
        return None
    one = _paid_in_turn(world, here, ("one", "two"))
    other = _paid_in_turn(world, here, ("two", "one"))
    if one == other:
        return None
    return Broken(
        "同样的申领，先核定另一人的再核定此人的，金额就不同：计划中有公式记住了别人的申领",
        "the same claims pay another amount once another person's were decided: a formula remembers somebody else's",
    )


def _paid_in_turn(world: World, claims: list[Claim], persons: tuple[str, ...]) -> dict[Any, Any]:
    balances, paid = Balances(), {}
    for person in persons:
        for claim in claims:
            case = _case(world, claim)
            cover = evolve(case.coverage, family=person)
            case = evolve(case, insured=evolve(case.insured, id=person), coverage=cover)
            try:
                decision, balances = assess(
                    world.setting.bound, case, evolve(claim, insured=person), balances
                )
            except MutualPlansError:
                continue
            paid[person, claim.id] = decision.total
    return paid


def missing_inputs_are_reported(world: World, run: Simulation) -> Broken | None:
    """An input that is not stated is reported by name, or does not matter; it never changes what is paid."""
    if not (decided := list(_decided(world, run))) or decided[-1][0] is not world.situation.claims[-1]:
        return None
    before = decided[-1][1]
    dropped = _without_one(world)
    if before.total is None or dropped is None:
        return None
    situation, label = dropped
    again = world.run(situation)
    after = next((item for item in again.decisions if item.claim == before.claim), None)
    if after is None or after.total is None:
        told = [item for item in again.problems if item.severity == "error"]
        return (
            None
            if told
            else Broken(f"没有填“{label}”，没有核定，也没有说明", f"without {label} nothing is said")
        )
    if after.total == before.total or _newly_open(run, again):
        return None
    was, now = format_yuan(before.total), format_yuan(after.total)
    return Broken(
        f"没有填“{label}”，没有报告缺项，给付却由 {was} 变为 {now}",
        f"without {label}, which is not reported, {was} becomes {now}",
        situation,
    )


def _newly_open(run: Simulation, again: Simulation) -> bool:
    """Return whether a claim is incomplete that was not: it is told, and later ones are decided without it."""
    open_ = {item.claim for item in run.decisions if item.total is None}
    return any(item.total is None and item.claim not in open_ for item in again.decisions)


def _without_one(world: World) -> tuple[Situation, str] | None:
    """Return the situation without one required input of the last claim, its person or its cover."""
    situation, last = world.situation, world.situation.claims[-1]
    inputs = [item for item in world.setting.form.inputs if not item.optional and item.table != "unit"]
    if not inputs:
        return None
    item = inputs[world.pick % len(inputs)]
    if (item.table, item.name) == ("claim", "days") and last.admitted and last.discharged:
        return None  # the dates say it too

    def bare(record: Any) -> Any:
        if item.name in getattr(record, "extra", {}):
            return evolve(
                record, extra={key: value for key, value in record.extra.items() if key != item.name}
            )
        known = item.name in {each.name for each in attrs.fields(type(record))}
        return evolve(record, **{item.name: None}) if known else record

    if item.table == "claim":
        changed = evolve(situation, claims=(*situation.claims[:-1], bare(last)))
    elif item.table == "coverage":
        changed = evolve(situation, coverages=tuple(bare(cover) for cover in situation.coverages))
    else:
        changed = evolve(
            situation,
            member=bare(situation.member),
            insured=tuple(bare(person) for person in situation.insured),
        )
    return changed, item.label.zh


# ---------------------------------------------------------------- what the laws look at


def _decided(world: World, run: Simulation) -> Iterator[tuple[Claim, Decision]]:
    by_id = {decision.claim: decision for decision in run.decisions}
    return ((claim, by_id[claim.id]) for claim in world.situation.claims if claim.id in by_id)


def _case(world: World, claim: Claim) -> Case:
    situation = world.situation
    person = situation.person(claim.insured)
    if person is None:
        message = f"claim {claim.id} is about nobody of the case"
        raise LookupError(message)
    return Case(member=situation.member, insured=person, unit=situation.unit, coverage=situation.coverages[0])


def _facts(world: World, claim: Claim) -> Facts:
    return Facts(world.setting.bound, _case(world, claim), claim)


LAWS: tuple[Law, ...] = (
    never_negative,
    never_above_the_cap,
    nothing_outside_the_cover,
    premium_is_whole,
    more_loss_never_pays_less,
    splitting_a_stay_changes_nothing,
    order_of_persons_changes_nothing,
    missing_inputs_are_reported,
)
"""Every law, each a check of its own."""
