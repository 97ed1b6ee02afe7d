"""The bounds backend: between which values each sub-formula lies, and how large its integers become.

The answers are conservative: they forget what conditions rule out and how two sub-formulas hang together, so the
real values lie inside. Money is in fen, dates are ordinals (`date.toordinal`), flags are 0 and 1; codes, scales,
tables and condition lists have no interval (`NOTHING`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import ceil, lcm
from typing import Any

from attrs import field, frozen

from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold, order
from mutualplans.model.dates import completed_years
from mutualplans.model.fields import FIRST_DAY, LAST_DAY, MOST_COUNT, MOST_FEN
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.scales import Band, Scale
from mutualplans.model.workdays import WorkCalendar

__all__ = ["NOTHING", "TABLE", "Bounds", "Interval", "bounds_of"]

Number = int | Fraction
End = Number | None
Args = list["Interval"]


@frozen
class Interval:
    """Where a value lies, both ends included.

    Attributes:
        low: Smallest possible value; ``None`` when nothing bounds it.
        high: Largest possible value; ``None`` when nothing bounds it.
        peak: Largest absolute integer that whole-number arithmetic meets for this value and everything below it;
            ``None`` when it cannot be told.
        denominator: A common denominator of all possible values; 1 for everything but rates.
    """

    low: End
    high: End
    peak: int | None = 0
    denominator: int = 1


NOTHING = Interval(None, None)
"""What has no interval: codes, scales, tables, condition lists, calendars."""


@frozen(kw_only=True, eq=False)
class Bounds:
    """What the inputs of a formula are bounded by.

    Attributes:
        values: Parameter name → plain value, `Scale`, `Table`, `ConditionList` or `WorkCalendar`.
        rounding: The edition's rounding rule.
        money_most: Largest amount of any money field, in fen, where it is below the field's own bound.
        count_most: Largest value of any count field, where it is below the field's own bound.
        fields_most: Path of a field → largest value, where the plan itself keeps it below the field's own bound.
        claims_most: Most earlier claims of one person in a period.
        unbounded: Money fields have no largest value; what is still bounded has a cap of its own.
        benefits: Benefit id → bounds of what the plan's earlier benefits pay for this claim.
        paid: Benefit id (``None``: all) → most that this plan pays on it for one claim; absent or ``None`` when
            not known.
        others_most: Most that earlier plans pay for this claim, in fen.
    """

    values: Mapping[str, Any]
    rounding: Rounding = Rounding.HALF_UP_FEN
    money_most: int | None = None
    count_most: int | None = None
    fields_most: Mapping[str, int] = field(factory=dict)
    claims_most: int = 10_000
    unbounded: bool = False
    benefits: Mapping[str, Interval] = field(factory=dict)
    paid: Mapping[str | None, int | None] = field(factory=dict)
    others_most: int | None = 100 * MOST_FEN


def bounds_of(node: n.Node, env: Bounds) -> Interval:
    """Return the bounds of a formula.

    Raises:
        KeyError: `env.values` lacks a scale or table that the formula uses.
    """
    found: Interval = fold(order([node]), TABLE, env)[-1]
    return found


# ---------------------------------------------------------------- ends and peaks


def _outer(pick: Callable[[Iterable[Number]], Number], ends: Sequence[End]) -> End:
    """Return the outermost of some ends: an open one (``None``) lies outside every other."""
    known = [end for end in ends if end is not None]
    return pick(known) if known and len(known) == len(ends) else None


def _inner(pick: Callable[[Iterable[Number]], Number], ends: Iterable[End]) -> End:
    """Return the innermost of some ends: an open one (``None``) only where all are open."""
    known = [end for end in ends if end is not None]
    return pick(known) if known else None


def _plus(left: End, right: End) -> End:
    return None if left is None or right is None else left + right


def _negative(end: End) -> End:
    return None if end is None else -end


def _size(low: End, high: End) -> Number | None:
    """Return the largest absolute value between two ends."""
    return None if low is None or high is None else max(high, -low)


def _made(low: End, high: End, args: Args, *met: Number | None, denominator: int = 1) -> Interval:
    """Return an interval whose peak covers its own ends, its inputs and the intermediate integers `met`."""
    size = _size(low, high)
    sizes = [*(arg.peak for arg in args), *met, None if size is None else size * denominator]
    peak = _outer(max, [*sizes, denominator])
    return Interval(low, high, None if peak is None else ceil(peak), denominator)


def _no_interval(args: Args) -> Interval:
    peak = _outer(max, [0, *(arg.peak for arg in args)])
    return Interval(None, None, None if peak is None else int(peak)) if peak != 0 else NOTHING


def _common(args: Iterable[Interval]) -> int:
    return lcm(*(arg.denominator for arg in args))


def _hull(parts: Sequence[Interval], args: Args) -> Interval:
    low = _outer(min, [part.low for part in parts])
    high = _outer(max, [part.high for part in parts])
    return _made(low, high, args, denominator=_common(parts))


def _exactly(value: Any) -> Interval:
    """Return the bounds of a plain value."""
    if isinstance(value, date):
        value = value.toordinal()
    if isinstance(value, int | Fraction):
        number = value if isinstance(value, Fraction) else int(value)
        return _made(number, number, [], denominator=number.denominator)
    return NOTHING


# A possibly open end as a pair that sorts rightly: (-1, 0) is open below, (1, 0) open above, (0, x) is x.
_Point = tuple[int, Number]


def _corners(left: Interval, right: Interval) -> tuple[End, End]:
    """Return the ends of the product of two intervals."""
    found = [_times(one, other) for one in _points(left) for other in _points(right)]
    (below, low), (above, high) = min(found), max(found)
    return (None if below else low), (None if above else high)


def _points(of: Interval) -> tuple[_Point, _Point]:
    return ((-1, 0) if of.low is None else (0, of.low)), ((1, 0) if of.high is None else (0, of.high))


def _times(one: _Point, other: _Point) -> _Point:
    if one == (0, 0) or other == (0, 0):
        return (0, 0)
    if not one[0] and not other[0]:
        return (0, one[1] * other[1])
    return (1, 0) if (one > (0, 0)) == (other > (0, 0)) else (-1, 0)


# ---------------------------------------------------------------- leaves


def _of_kind(kind: Kind, least: int, most: int | None) -> Interval:
    """Return the bounds of a value of which no more than its kind and a range is known."""
    if kind is Kind.FLAG:
        return _FLAG
    if kind is Kind.DATE:
        return _made(FIRST_DAY.toordinal(), LAST_DAY.toordinal(), [])
    if kind is Kind.CODE:
        return NOTHING
    return Interval(None, None, None) if kind is Kind.RATE else _made(least, most, [])


_FLAG = Interval(0, 1, 1)


def _read(node: n.Read, _args: Args, env: Bounds) -> Interval:
    found = node.field
    given = (env.money_most if found.kind is Kind.MONEY else env.count_most, env.fields_most.get(found.path))
    most = min([found.most, *(bound for bound in given if bound is not None)])
    least = min(found.least, most)
    return _of_kind(found.kind, least, None if env.unbounded and found.kind is Kind.MONEY else most)


def _value(node: n.Value, _args: Args, env: Bounds) -> Interval:
    if node.parameter.name in env.values:
        return _exactly(env.values[node.parameter.name])
    return _of_kind(node.kind, 0, MOST_FEN if node.kind is Kind.MONEY else MOST_COUNT)


def _benefit_amount(node: n.BenefitAmount, _args: Args, env: Bounds) -> Interval:
    found = env.benefits.get(node.benefit, NOTHING)
    return _made(0, None if found.high is None else max(found.high, 0), [])


def _paid_before(node: n.PaidBefore, args: Args, env: Bounds) -> Interval:
    top = env.paid.get(node.benefit)
    return _made(0, None if top is None else top * _claims_most(node, env), args)


def _before(node: n.Before, args: Args, env: Bounds) -> Interval:
    low, high, claims = args[0].low, args[0].high, _claims_most(node, env)
    low = None if low is None else min(low * claims, 0)
    return _made(low, None if high is None else max(high * claims, 0), args)


def _claims_most(node: n.Before | n.PaidBefore, env: Bounds) -> int:
    """Return the most earlier claims in an account: one that several persons share has those of all of them."""
    return env.claims_most if node.whose is n.Whose.PERSON else env.claims_most * _PERSONS_MOST


_PERSONS_MOST = 1_000
"""How many times the most claims of one person an account has that several share: ten million."""


def _lookup(node: n.Lookup, args: Args, env: Bounds) -> Interval:
    cells = [_exactly(value) for value in env.values[node.table.parameter.name].rows.values()]
    return _no_interval(args) if node.kind is Kind.CODE else _hull(cells, [*args, *cells])


def _computed(node: n.Computed, args: Args, _env: Bounds) -> Interval:
    if node.kind is Kind.CODE:
        return _no_interval(args)
    if node.kind is Kind.FLAG:
        return _made(0, 1, args)
    if node.kind is Kind.DATE:
        return _made(date.min.toordinal(), date.max.toordinal(), args)
    # The denominator of a computed rate is anyone's guess, and with it the size of what it is multiplied to.
    return _made(node.least, node.most, args, None if node.kind is Kind.RATE else 0)


# ---------------------------------------------------------------- arithmetic


def _add(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    left, right = args
    return _made(_plus(left.low, right.low), _plus(left.high, right.high), args, denominator=_common(args))


def _subtract(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    left, right = args
    low, high = _plus(left.low, _negative(right.high)), _plus(left.high, _negative(right.low))
    return _made(low, high, args, denominator=_common(args))


def _product(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    left, right = args
    return _made(*_corners(left, right), args, denominator=left.denominator * right.denominator)


def _apply(rounding: Rounding, exact: End) -> int | None:
    return None if exact is None else rounding.apply(exact.numerator, exact.denominator)


def _division(size: Number | None, denominator: Number | None, rounding: Rounding) -> Number | None:
    """Return the largest integer met in rounding numerators up to `size` over denominators up to `denominator`."""
    if size is None or denominator is None:
        return None
    return 2 * size + 2 * denominator * rounding.step


def _portion(node: n.Portion, args: Args, env: Bounds) -> Interval:
    rounding, denominator = node.rounding or env.rounding, args[1].denominator
    low, high = _corners(*args)
    size = _size(low, high)
    met = _division(None if size is None else size * denominator, denominator, rounding)
    return _made(_apply(rounding, low), _apply(rounding, high), args, met)


def _share_of(node: n.ShareOf, args: Args, env: Bounds) -> Interval:
    rounding = node.rounding or env.rounding
    base, numerator, denominator = args
    low, high = _corners(base, numerator)
    met = _division(_size(low, high), _size(denominator.low, denominator.high), rounding)
    if denominator.high is not None and denominator.high <= 0:
        return _made(0, 0, args, met)
    smallest = max(denominator.low or 1, 1)
    low, high = (
        _divided(low, smallest, denominator.high, below=True),
        _divided(high, smallest, denominator.high),
    )
    if denominator.low is None or denominator.low <= 0:
        low, high = _outer(min, [low, 0]), _outer(max, [high, 0])
    return _made(_apply(rounding, low), _apply(rounding, high), args, met)


def _divided(end: End, smallest: Number, largest: End, *, below: bool = False) -> End:
    """Return an end of a quotient: divided by the smallest where that leads outwards, else by the largest."""
    if end is None:
        return None
    outwards = end < 0 if below else end > 0
    if outwards:
        return Fraction(end) / smallest
    return 0 if largest is None else Fraction(end) / largest


def _round(node: n.Round, args: Args, _env: Bounds) -> Interval:
    (base,) = args
    met = _division(_size(base.low, base.high), 1, node.rounding)
    return _made(_apply(node.rounding, base.low), _apply(node.rounding, base.high), args, met)


def _least(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    low, high = _outer(min, [arg.low for arg in args]), _inner(min, [arg.high for arg in args])
    return _made(low, high, args, denominator=_common(args))


def _greatest(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    low, high = _inner(max, [arg.low for arg in args]), _outer(max, [arg.high for arg in args])
    return _made(low, high, args, denominator=_common(args))


def _raised(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    base, floor = args
    if base.high is not None and base.high <= 0:
        return _made(base.low, base.high, args)
    always = base.low is not None and base.low > 0
    low = _inner(max, [base.low, floor.low]) if always else base.low
    return _made(low, _outer(max, [base.high, floor.high]), args)


# ---------------------------------------------------------------- scales


def _alone(node: Any) -> bool:
    """Return whether a scale looks at this claim alone."""
    return isinstance(node.before, n.Constant) and node.before.value == 0


def _between_zero(base: Interval) -> tuple[End, End]:
    """Return the ends of how far something that rises at most as fast as `base` can go."""
    return _outer(min, [base.low, 0]), _outer(max, [base.high, 0])


def _above(node: n.Above, args: Args, env: Bounds) -> Interval:
    base, before, start = args
    low, high = _between_zero(base)
    counted = _subtract(node, [_add(node, [base, before], env), start], env)
    if _alone(node) and start.low is not None and start.low >= 0:
        low, high = _inner(max, [counted.low, 0]), _outer(max, [counted.high, 0])
    return _made(low, high, [*args, counted, _subtract(node, [before, start], env)])


def _capped(node: n.Capped, args: Args, env: Bounds) -> Interval:
    base, before, limit = args
    low, high = _between_zero(base)
    left = _subtract(node, [limit, before], env)
    high = _inner(min, [high, _outer(max, [left.high, 0])])
    if _alone(node) and limit.low is not None and limit.low >= 0:
        low, high = _outer(min, [base.low, limit.low]), _inner(min, [base.high, limit.high])
    return _made(low, high, [*args, _add(node, [base, before], env)])


def _once(_node: n.Once, args: Args, _env: Bounds) -> Interval:
    return _made(*_between_zero(args[0]), args)


def _tiered(node: n.Tiered, args: Args, env: Bounds) -> Interval:
    rounding, scale = node.rounding or env.rounding, env.values[node.scale.parameter.name]
    rates = [Fraction(band.gives) for band in scale.bands]
    denominator, steepest = lcm(*(rate.denominator for rate in rates)), max(rates)
    if min(rates) < 0:
        return Interval(None, None, None)
    base, before = args[:2]
    counted = _size(*_ends(_add(node, [base, before], env)))
    size = None if counted is None else max(counted, scale.marginal(ceil(counted))) * denominator
    met = _division(size, denominator, rounding)
    whole = _apply(rounding, _whole_scale(scale))
    if _alone(node) and base.high is not None:
        return _made(0, _apply(rounding, scale.marginal(ceil(base.high))), args, met)
    low, high = (_rise(end, steepest, rounding.step) for end in (_negative(base.low), base.high))
    return _made(_negative(_inner(min, [low, whole])), _inner(min, [high, whole]), args, met)


def _ends(of: Interval) -> tuple[End, End]:
    return of.low, of.high


def _rise(amount: End, steepest: Fraction, step: int) -> End:
    """Return how far a scale can rise over `amount` more, rounded up to whole steps."""
    if steepest == 0:
        return 0
    return None if amount is None else ceil(max(amount, 0) * steepest / step) * step


def _whole_scale(scale: Scale) -> Fraction | None:
    """Return what all tiers together give; ``None`` when the last one goes on for ever."""
    last = scale.bands[-1]
    if last.high is not None:
        return scale.marginal(last.high.at)
    return scale.marginal(last.low.at if last.low else 0) if last.gives == 0 else None


def _banded(node: n.Banded, args: Args, env: Bounds) -> Interval:
    scale: Scale = env.values[node.scale.parameter.name]
    base, before = args[:2]
    counted = _add(node, [base, before], env)
    reach = _hull([counted, before], []) if not _alone(node) else base
    given = [_exactly(value) for value in _reached(scale, reach)]
    if not _alone(node):
        given.append(_exactly(0))
    met = _hull(given, [*args[:2], counted, *given])
    if _alone(node):
        return met
    low = (
        0
        if _rising(scale) and base.low is not None and base.low >= 0
        else _plus(met.low, _negative(met.high))
    )
    return _made(low, _plus(met.high, _negative(met.low)), [met], denominator=met.denominator)


def _reached(scale: Scale, reach: Interval) -> list[Any]:
    """Return what the bands give that an amount in `reach` falls into, with 0 where it can miss them all."""
    first, last = _first(scale.bands[0]), _last(scale.bands[-1])
    misses = (first is not None and (reach.low is None or reach.low < first)) or (
        last is not None and (reach.high is None or reach.high > last)
    )
    found = [band.gives for band in scale.bands if _meets(band, reach)]
    return [*found, 0] if misses or not found else found


def _meets(band: Band, reach: Interval) -> bool:
    first, last = _first(band), _last(band)
    from_below = first is None or reach.high is None or first <= reach.high
    return from_below and (last is None or reach.low is None or last >= reach.low)


def _first(band: Band) -> int | None:
    """Return the smallest whole amount in a band."""
    return None if band.low is None else band.low.at + (not band.low.inside)


def _last(band: Band) -> int | None:
    """Return the largest whole amount in a band."""
    return None if band.high is None else band.high.at - (not band.high.inside)


def _rising(scale: Scale) -> bool:
    """Return whether more never gives less."""
    given = [0, *(band.gives for band in scale.bands)]
    return scale.bands[-1].high is None and given == sorted(given)


# ---------------------------------------------------------------- tests, choices, dates


def _test(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    return _made(0, 1, args)


def _compare(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    # Rates are compared over their common denominator.
    common = _common(args)
    met = [_size(arg.low, arg.high) for arg in args] if common > 1 else []
    return _made(0, 1, args, *(None if size is None else size * common for size in met))


def _both(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    return _made(
        min((arg.low or 0 for arg in args), default=1), min((_top(arg) for arg in args), default=1), args
    )


def _any_of(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    return _made(
        max((arg.low or 0 for arg in args), default=0), max((_top(arg) for arg in args), default=0), args
    )


def _not(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    return _made(1 - _top(args[0]), 1 - (args[0].low or 0), args)


def _top(flag: Interval) -> Number:
    return 1 if flag.high is None else flag.high


def _same(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    return args[0]


def _choose(node: n.Choose, args: Args, _env: Bounds) -> Interval:
    test, then, otherwise = args
    if node.kind is Kind.CODE:
        return _no_interval(args)
    sides = [then] if test.low == 1 else [otherwise] if test.high == 0 else [then, otherwise]
    return _hull(sides, args)


def _completed_years(_node: n.Node, args: Args, _env: Bounds) -> Interval:
    since, on = ((_day(arg.low, date.min), _day(arg.high, date.max)) for arg in args)
    return _made(completed_years(since[1], on[0]), completed_years(since[0], on[1]), args)


def _day(ordinal: End, otherwise: date) -> date:
    return otherwise if ordinal is None else date.fromordinal(int(ordinal))


def _workday_after(node: n.WorkdayAfter, args: Args, env: Bounds) -> Interval:
    calendar: WorkCalendar | None = env.values.get(node.calendar.parameter.name)
    _calendar, day, number = args
    first, last = (calendar.first, calendar.last) if calendar else (FIRST_DAY, LAST_DAY)
    found = Interval(first.toordinal(), last.toordinal())
    sides = [found] if number.low is not None and number.low > 0 else [found, day]
    counted = _plus(number.high, len(calendar.working) if calendar else 0)
    return _made(
        _outer(min, [side.low for side in sides]), _outer(max, [side.high for side in sides]), args, counted
    )


def _days_from(node: n.DaysFrom, args: Args, env: Bounds) -> Interval:
    return _subtract(node, [args[1], args[0]], env)


TABLE: Mapping[type[n.Node], Callable[[Any, Args, Bounds], Interval]] = {
    n.Constant: lambda node, args, env: _exactly(node.value),
    n.Read: _read,
    n.Value: _value,
    n.BenefitAmount: _benefit_amount,
    n.PaidByPlan: lambda node, args, env: _made(0, env.others_most, []),
    n.PaidBefore: _paid_before,
    n.Before: _before,
    n.Add: _add,
    n.Subtract: _subtract,
    n.Times: _product,
    n.Portion: _portion,
    n.ShareOf: _share_of,
    n.Round: _round,
    n.Least: _least,
    n.Greatest: _greatest,
    n.Raised: _raised,
    n.SoFar: _add,
    n.Above: _above,
    n.Capped: _capped,
    n.Tiered: _tiered,
    n.Banded: _banded,
    n.Once: _once,
    n.Lookup: _lookup,
    n.Compare: _compare,
    n.Within: _compare,
    n.OneOf: _test,
    n.Both: _both,
    n.AnyOf: _any_of,
    n.Not: _not,
    n.Because: _same,
    n.Choose: _choose,
    n.CompletedYears: _completed_years,
    n.DaysFrom: _days_from,
    n.WorkdayAfter: _workday_after,
    n.Match: lambda node, args, env: _no_interval(args),
    n.ClassOf: lambda node, args, env: _no_interval(args),
    n.Listed: _test,
    n.Named: _same,
    n.Computed: _computed,
}
