"""What a bound plan can pay at most, proved from its formulas: payouts at least 0, capped, and small enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from mutualplans.backends.bounds import TABLE, Bounds, Interval, bounds_of
from mutualplans.engine.bind import BoundPlan, bind
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold, order
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.plan.declaration import Plan
from mutualplans.plan.reading import load_editions

__all__ = ["INT64", "BenefitLimits", "limit_problems", "limits", "node_bounds", "plan_limit_problems"]

INT64 = 2**63
"""No integer that a computation meets may reach this, or a compiled one would give another amount."""


@frozen(kw_only=True)
class BenefitLimits:
    """Between which amounts one benefit pays for one claim, in fen.

    Attributes:
        benefit: Id of the benefit.
        least: No claim gets less; ``None`` when nothing bounds it below.
        most: No claim gets more, however large the bill; ``None`` when the benefit has no cap of its own.
        most_with_field_bounds: No claim gets more as long as its fields stay inside their bounds; ``None`` when
            even these do not bound it.
        peak: Largest absolute integer met on the way, conditions included; ``None`` when it cannot be told.
    """

    benefit: str
    least: int | None
    most: int | None
    most_with_field_bounds: int | None
    peak: int | None


def limits(bound: BoundPlan) -> tuple[BenefitLimits, ...]:
    """Return the limits of each benefit, in their order. Conditions are not used to narrow them."""
    env = _field_bounds(bound)
    stated = _settled(bound, env)
    own = _once(bound, evolve(env, unbounded=True, others_most=None))
    return tuple(
        BenefitLimits(
            benefit=id_,
            least=_whole(found.low),
            most=_whole(own[id_].high),
            most_with_field_bounds=_whole(found.high),
            peak=found.peak,
        )
        for id_, found in stated.items()
    )


def _field_bounds(bound: BoundPlan) -> Bounds:
    env = Bounds(values=bound.values, rounding=bound.edition.rounding)
    shares = _whole(bounds_of(bound.plan.max_shares.node, env).high)
    return env if shares is None else evolve(env, fields_most={"cover.shares": shares})


def node_bounds(bound: BoundPlan, nodes: Iterable[n.Node]) -> dict[n.Node, Interval]:
    """Return the bounds of sub-formulas of a bound plan, as far as the bounds of its fields tell.

    Raises:
        KeyError: the edition lacks a scale or table that a formula uses.
    """
    env = _field_bounds(bound)
    found = _settled(bound, env)
    formula = order(nodes)
    results: list[Interval] = fold(formula, TABLE, evolve(env, benefits=found, paid=_tops(found)))
    return dict(zip(formula.nodes, results, strict=True))


def _whole(end: object) -> int | None:
    return end if isinstance(end, int) else None


def _once(bound: BoundPlan, env: Bounds) -> dict[str, Interval]:
    """Return the bounds of each benefit by its id, the peak taken over its conditions too."""
    left_out = [item.id for item in bound.plan.benefits if not bound.offers(item)]
    found: dict[str, Interval] = dict.fromkeys(left_out, _NOTHING_PAID)
    for program in bound.programs:
        results: list[Interval] = fold(program.order, TABLE, evolve(env, benefits=found))
        peaks = [item.peak for item in results]
        peak = None if None in peaks else max(item for item in peaks if item is not None)
        pays = results[program.order.place[program.pays]]
        found[program.benefit.id] = evolve(pays, peak=peak)
    return found


_NOTHING_PAID = Interval(0, 0, 0)


def _settled(bound: BoundPlan, env: Bounds) -> dict[str, Interval]:
    """Return the bounds once "paid before" is itself bounded by what the benefits pay.

    The first round knows nothing of it; each further one uses what the one before proved.
    """
    found = _once(bound, env)
    for _ in bound.programs:
        again = _once(bound, evolve(env, paid=_tops(found)))
        if again == found:
            break
        found = again
    return found


def _tops(found: Mapping[str, Interval]) -> dict[str | None, int | None]:
    """Return the most that each benefit pays for one claim, and all together (``None``)."""
    tops: dict[str | None, int | None] = {id_: _top(item) for id_, item in found.items()}
    known = [top for top in tops.values() if top is not None]
    return {**tops, None: sum(known) if len(known) == len(tops) else None}


def _top(pays: Interval) -> int | None:
    high = _whole(pays.high)
    return None if high is None else max(high, 0)


def limit_problems(bound: BoundPlan) -> list[Problem]:
    """Return what speaks against letting a bound plan run: negative, uncapped or too large amounts."""
    return [found for item in limits(bound) for found in _problems(item, _place(bound, item))]


def plan_limit_problems(plan: Plan) -> list[Problem]:
    """Return the same for every edition of a plan that can be bound without an office's values."""
    found: list[Problem] = []
    for edition in load_editions(plan)[0]:
        try:
            bound = bind(plan, edition)
        except MutualPlansError:  # the office has to set a value first; then its own check applies
            continue
        found += limit_problems(bound)
    return found


def _place(bound: BoundPlan, item: BenefitLimits) -> str:
    return f"{bound.plan.id}/{bound.edition.id}: benefits.{item.benefit}.pays"


def _problems(item: BenefitLimits, where: str) -> Iterator[Problem]:
    if item.least is None or item.least < 0:
        yield _negative(item, where)
    if item.most is None:
        yield _uncapped(item, where)
    if item.peak is None or item.peak >= INT64:
        yield _overflow(item, where)


def _negative(item: BenefitLimits, where: str) -> Problem:
    zh, en = ("没有下限", "has no lower bound")
    if item.least is not None:
        amount = format_yuan(item.least, grouped=True)
        zh, en = f"可能低至 {amount} 元", f"may come down to {amount} yuan"
    return problem(
        "formula.bounds",
        f"给付应不小于 0；按公式推算，“{item.benefit}”{zh}",
        f"a benefit pays at least 0; by its formula, {item.benefit} {en}",
        where=where,
        hint_zh="相减处写 .less(…)，或用 mp.greatest(…, 0)",
        hint_en="use .less(…) where it subtracts, or mp.greatest(…, 0)",
    )


def _uncapped(item: BenefitLimits, where: str) -> Problem:
    return problem(
        "formula.uncapped",
        f"“{item.benefit}”没有自己的上限：费用多大，给付就可以多大",
        f"{item.benefit} has no cap of its own: it grows with the bill",
        where=where,
        hint_zh="规则有封顶的，写 .capped(value.…)；确实不封顶的可以不理",
        hint_en="write .capped(value.…) if the rule has a cap; leave it if it has none",
        severity="warning",
    )


def _overflow(item: BenefitLimits, where: str) -> Problem:
    zh, en = ("无法断定有多大", "cannot be bounded")
    if item.peak is not None:
        zh, en = f"可达 {item.peak}", f"may reach {item.peak}"
    return problem(
        "formula.overflow",
        f"计算“{item.benefit}”时的整数{zh}，应小于 2 的 63 次方",
        f"integers met while computing {item.benefit} {en}; they must stay below 2**63",
        where=where,
        hint_zh="给字段写 most=…，先封顶再相乘；用 Python 函数给出的比例改为给出金额",
        hint_en="give fields a most=…, cap before multiplying; let a Python function give money, not a rate",
    )
