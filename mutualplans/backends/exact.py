"""The reference backend: plain Python integers, exact rates, and "missing" as a value of its own.

Results are whole fen, whole counts, `Fraction` rates, flags, dates and codes, or `Missing`. A missing input makes
everything that depends on it missing, except where the rest already decides: a condition that fails beside a
missing one still fails, and the side of a choice that is not taken does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from mutualplans.expr import nodes as n
from mutualplans.model.dates import completed_years
from mutualplans.model.money import Rounding
from mutualplans.model.scales import is_icd10
from mutualplans.model.workdays import WorkCalendar

__all__ = ["TABLE", "Env", "Missing", "beyond"]


@frozen
class Missing:
    """What is not known.

    Attributes:
        paths: What would have to be stated, for example ``claim.days``; a table without a fitting row is named
            with the key that was looked for.
    """

    paths: frozenset[str]


@frozen(kw_only=True, eq=False)
class Env:
    """What a formula is evaluated against.

    Attributes:
        read: (subject, field) → plain value or `Missing`.
        values: Parameter name → plain value, `Scale`, `Table`, `ConditionList` or `WorkCalendar`.
        rounding: The edition's rounding rule.
        before: Balance of a `Before` or `PaidBefore` node under the code it is split by.
        benefits: Amounts of the plan's earlier benefits for this claim.
        paid_by: Plan id → what it paid for this claim, or `Missing` while it is not decided.
    """

    read: Callable[[str, str], Any]
    values: Mapping[str, Any]
    rounding: Rounding
    before: Callable[[n.Before | n.PaidBefore, str], Any]
    benefits: Mapping[str, Any]
    paid_by: Mapping[str, Any]


Args = list[Any]
Function = Callable[[Any, Args, Env], Any]


def _strict(function: Function) -> Function:
    """Return `function` made to answer with what is missing when any input is."""

    def run(node: Any, args: Args, env: Env) -> Any:
        missing = [arg for arg in args if isinstance(arg, Missing)]
        return _all_missing(missing) if missing else function(node, args, env)

    return run


def _all_missing(missing: list[Missing]) -> Missing:
    return Missing(frozenset().union(*(item.paths for item in missing)))


def _decided_by(value: bool) -> Function:
    """Return the rule of a connective that one part equal to `value` decides."""

    def run(_node: Any, args: Args, _env: Env) -> Any:
        if any(arg is value for arg in args):
            return value
        missing = [arg for arg in args if isinstance(arg, Missing)]
        return _all_missing(missing) if missing else not value

    return run


def _choose(_node: n.Choose, args: Args, _env: Env) -> Any:
    test, then, otherwise = args
    if isinstance(test, Missing):
        return test
    return then if test else otherwise


def _before(node: n.Before, args: Args, env: Env) -> Any:
    # The base's own value does not matter here, only what the code it is split by says.
    by = args[1] if node.by is not None else ""
    return by if isinstance(by, Missing) else env.before(node, by)


def _paid_before(node: n.PaidBefore, args: Args, env: Env) -> Any:
    return env.before(node, args[0] if args else "")


def _paid_by_plan(node: n.PaidByPlan, _args: Args, env: Env) -> Any:
    """An earlier plan that is not decided yet has not paid 0: what it pays is missing."""
    if node.plan is not None:
        return env.paid_by.get(node.plan, 0)
    amounts = list(env.paid_by.values())
    missing = [amount for amount in amounts if isinstance(amount, Missing)]
    return _all_missing(missing) if missing else sum(amounts)


def _scaled(amount: int, part: Fraction, rounding: Rounding) -> int:
    return rounding.apply(amount * part.numerator, part.denominator)


def _portion(node: n.Portion, args: Args, env: Env) -> int:
    base, part = args
    return _scaled(base, Fraction(part), node.rounding or env.rounding)


def _share_of(node: n.ShareOf, args: Args, env: Env) -> int:
    base, numerator, denominator = args
    if denominator <= 0:
        return 0
    return (node.rounding or env.rounding).apply(base * numerator, denominator)


def _above(_node: n.Above, args: Args, _env: Env) -> int:
    base, before, start = args
    return int(max(before + base - start, 0) - max(before - start, 0))


def _capped(_node: n.Capped, args: Args, _env: Env) -> int:
    base, before, limit = args
    return int(min(before + base, limit) - min(before, limit))


def _tiered(node: n.Tiered, args: Args, env: Env) -> int:
    base, before, scale = args
    rounding = node.rounding or env.rounding

    def whole(amount: int) -> int:
        exact = scale.marginal(amount)
        return rounding.apply(exact.numerator, exact.denominator)

    return whole(before + base) - whole(before)


def _value(node: n.Value, _args: Args, env: Env) -> Any:
    name = node.parameter.name
    return env.values[name] if name in env.values else Missing(frozenset({f"value.{name}"}))


def _banded(node: n.Banded, args: Args, _env: Env) -> Any:
    base, before, scale = args
    # Over a period, nothing so far gives nothing: else a claim over 0 would be paid G(0) and the next in full.
    nothing = before + base == 0 and not isinstance(node.before, n.Constant)
    total = 0 if nothing else scale.whole(before + base)
    return total - (scale.whole(before) if before else 0)


def _lookup(node: n.Lookup, args: Args, _env: Env) -> Any:
    table, *keys = args
    if isinstance(table, Missing):
        return table
    needed = [key for place, key in enumerate(keys) if isinstance(key, Missing) and table.reads(place)]
    if needed:
        return _all_missing(needed)
    plain = tuple(None if isinstance(key, Missing) else str(key) for key in keys)
    found = table.find(plain)
    if found:
        return found[0]
    shown = ",".join(key or "" for key in plain)
    return Missing(frozenset({f"value.{node.table.parameter.name}[{shown}]"}))


_SIDES: Mapping[n.Side, Callable[[Any, Any], bool]] = {
    n.Side.UP_TO: lambda left, right: left <= right,
    n.Side.BELOW: lambda left, right: left < right,
    n.Side.FROM: lambda left, right: left >= right,
    n.Side.OVER: lambda left, right: left > right,
    n.Side.EQUALS: lambda left, right: left == right,
    n.Side.DIFFERS: lambda left, right: left != right,
}


def _match(_node: n.Match, args: Args, _env: Env) -> Any:
    conditions, diagnosis, *rest = args
    if isinstance(conditions, Missing):
        return conditions
    if rest and isinstance(rest[0], str) and conditions.knows(rest[0]):
        return rest[0]
    if isinstance(diagnosis, Missing):
        return diagnosis
    found = conditions.match(diagnosis)
    if found:
        return found.id
    return "" if is_icd10(diagnosis) else Missing(frozenset({"claim.diagnosis"}))


def _workday_after(node: n.WorkdayAfter, args: Args, _env: Env) -> Any:
    calendar, day, number = args
    found = calendar.after(day, number)
    return Missing(frozenset({beyond(node, calendar)})) if found is None else found


def beyond(node: n.WorkdayAfter, calendar: WorkCalendar) -> str:
    """Return what is missing where a calendar does not reach: ``value.workdays[2025-01-01..2026-12-31]``."""
    return f"value.{node.calendar.parameter.name}[{calendar.first}..{calendar.last}]"


def _class_of(node: n.ClassOf, args: Args, env: Env) -> str:
    matched = args[0]
    conditions = env.values[node.match.conditions.parameter.name]
    return next((item.class_ for item in conditions.conditions if item.id == matched), "")


TABLE: Mapping[type[n.Node], Function] = {
    n.Constant: lambda node, args, env: node.value,
    n.Read: lambda node, args, env: env.read(node.field.subject, node.field.name),
    n.Value: _value,
    n.BenefitAmount: lambda node, args, env: env.benefits[node.benefit],
    n.PaidByPlan: _paid_by_plan,
    n.PaidBefore: _strict(_paid_before),
    n.Before: _before,
    n.Add: _strict(lambda node, args, env: args[0] + args[1]),
    n.Subtract: _strict(lambda node, args, env: args[0] - args[1]),
    n.Times: _strict(lambda node, args, env: args[0] * args[1]),
    n.Portion: _strict(_portion),
    n.ShareOf: _strict(_share_of),
    n.Round: _strict(lambda node, args, env: node.rounding.apply(args[0], 1)),
    n.Least: _strict(lambda node, args, env: min(args)),
    n.Greatest: _strict(lambda node, args, env: max(args)),
    n.Raised: _strict(lambda node, args, env: max(args) if args[0] > 0 else args[0]),
    n.SoFar: _strict(lambda node, args, env: args[0] + args[1]),
    n.Above: _strict(_above),
    n.Capped: _strict(_capped),
    n.Tiered: _strict(_tiered),
    n.Banded: _strict(_banded),
    n.Once: _strict(lambda node, args, env: 0 if args[1] else args[0]),
    n.Lookup: _lookup,
    n.Compare: _strict(lambda node, args, env: _SIDES[node.side](args[0], args[1])),
    n.Within: _strict(lambda node, args, env: args[1] <= args[0] <= args[2]),
    n.OneOf: _strict(lambda node, args, env: args[0] in node.codes),
    n.Both: _decided_by(False),
    n.AnyOf: _decided_by(True),
    n.Not: _strict(lambda node, args, env: not args[0]),
    n.Because: _strict(lambda node, args, env: args[0]),
    n.Choose: _choose,
    n.CompletedYears: _strict(lambda node, args, env: completed_years(args[0], args[1])),
    n.DaysFrom: _strict(lambda node, args, env: (args[1] - args[0]).days),
    n.WorkdayAfter: _strict(_workday_after),
    n.Match: _match,
    n.ClassOf: _strict(_class_of),
    n.Listed: _strict(lambda node, args, env: args[0] != ""),
    n.Named: lambda node, args, env: args[0],
    n.Computed: _strict(lambda node, args, env: node.function(*args)),
}
