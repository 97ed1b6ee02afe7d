"""Formulas in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mutualplans.backends.phrase import (
    ATOM,
    CLAUSE,
    PRODUCT,
    SUM,
    Phrase,
    Wording,
    band_taken,
    counts_once,
    paid_in_earlier_terms,
    scale_text,
    workday_number,
)
from mutualplans.expr import nodes as n
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Shape
from mutualplans.model.scales import Scale

__all__ = ["TABLE", "span"]

PERIODS = {
    n.Period.STAY: "stay",
    n.Period.INCIDENT: "incident",
    n.Period.TERM: "term",
    n.Period.POLICY_YEAR: "policy year",
    n.Period.CALENDAR_YEAR: "calendar year",
    n.Period.LIFETIME: "lifetime",
}

Args = list[Phrase]


_WHOSE = {
    n.Whose.PERSON: "",
    n.Whose.FAMILY: " for the whole family",
    n.Whose.FUND: " for all insured together",
}


def span(account: n.Before | n.PaidBefore) -> str:
    """Return over which period an account counts, and for whom: calendar year for the whole family."""
    return PERIODS[account.per] + _WHOSE[account.whose]


def _per(before: n.Node) -> str:
    return span(before) + _same(before.by) if isinstance(before, n.Before | n.PaidBefore) else "claim"


def _same(by: n.Node | None) -> str:
    if by is None:
        return ""
    return f" for the same {by.field.label.in_('en') if isinstance(by, n.Read) else 'condition'}"


def _limited(node: Any, args: Args) -> str:
    return args[0].within(SUM if isinstance(node.base, n.Choose) else CLAUSE, "en")


def _earlier(node: Any, args: Args, env: Wording) -> str:
    value = (env.results or {}).get(node.before)
    return f" ({args[1].text} counted before)" if value else ""


def _infix(sign: str, level: int) -> Callable[[Any, Args, Wording], Phrase]:
    def run(_node: Any, args: Args, env: Wording) -> Phrase:
        left, right = args[0].within(level, env.lang), args[1].within(level - 1, env.lang)
        return Phrase(f"{left} {sign} {right}", level)

    return run


def _leaf(label: str, node: n.Node, env: Wording) -> Phrase:
    if env.results is None or node not in env.results:
        return Phrase(label)
    return Phrase(f"{label} {env.show(env.results[node], node)}")


def _value(node: n.Value, _args: Args, env: Wording) -> Phrase:
    label = node.parameter.label.in_("en")
    value = env.values.get(node.parameter.name)
    if value is None or node.parameter.shape in (Shape.TABLE, Shape.CONDITIONS, Shape.CALENDAR):
        return Phrase((f"“{label}”" if value is not None else label) + env.mark(node))
    if isinstance(value, Scale):
        bands = "see table" if env.apart else scale_text(value, node.parameter.measured, node.kind, "en")
        return Phrase(f"{label} ({bands}){env.mark(node)}")
    return Phrase(f"{label} {env.show(value, node)}{env.mark(node)}")


def _portion(node: n.Portion, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(PRODUCT, 'en')} × {args[1].within(ATOM, 'en')}"
    return Phrase(text + _rounded(node, env), PRODUCT)


def _rounded(node: Any, env: Wording) -> str:
    rounding = node.rounding or env.rounding
    if env.results is None:
        return f" ({rounding.label.en})" if node.rounding else ""
    base, part = env.results.get(node.base), env.results.get(getattr(node, "rate", node))
    exact = Fraction(base) * Fraction(part) if isinstance(base, int) and part is not None else Fraction(1, 2)
    inexact = (exact / rounding.step).denominator != 1
    return f" ({rounding.label.en})" if inexact else ""


def _above(node: n.Above, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(SUM, 'en')} above {env.bare(node.start, args[2].text)} per {_per(node.before)}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _capped(node: n.Capped, args: Args, env: Wording) -> Phrase:
    limit = env.bare(node.limit, args[2].text)
    most = limit if limit.startswith("most ") else f"at most {limit}"  # a label may say it: most paid days …
    text = f"{_limited(node, args)}, {most} per {_per(node.before)}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _tiered(node: n.Tiered, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(SUM, 'en')} per {_per(node.before)} by slices: {args[2].text}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _banded(node: n.Banded, args: Args, env: Wording) -> Phrase:
    measured = f"{args[0].within(SUM, 'en')} per {_per(node.before)}"
    if (taken := band_taken(node, env)) is None:
        return Phrase(f"the band of {measured} in {args[2].text}" + _earlier(node, args, env), CLAUSE)
    label = node.scale.parameter.label.in_("en") + env.mark(node.scale)
    bounds, gives, together, earlier = taken
    if not earlier:
        return Phrase(f"the band of {measured} ({bounds}) in {label}: {gives}", CLAUSE)
    text = f"the band of {measured}, {together} with earlier ones ({bounds}), in {label}: {gives}"
    return Phrase(f"{text}, less {earlier} taken before", CLAUSE)


def _once(node: n.Once, args: Args, env: Wording) -> Phrase:
    if node.base == _ONCE:
        return Phrase(f"1 for each {_per(node.before)}" + _earlier(node, args, env), CLAUSE)
    text = f"{_limited(node, args)}, once per {_per(node.before)}"
    times = f"{args[0].other}, once per {_per(node.before)}" if counts_once(node.base) else ""
    return Phrase(text + _earlier(node, args, env), CLAUSE, times)


def _before(node: n.Before, args: Args, _env: Wording) -> Phrase:
    if counts_once(node.base) and args[0].other:
        return Phrase(f"{args[0].other}, earlier in the {_per(node)}")
    return Phrase(f"{args[0].within(SUM, 'en')} earlier in the {_per(node)}")


def _so_far(node: n.SoFar, args: Args, env: Wording) -> Phrase:
    if counts_once(node.base) and args[0].other:
        return Phrase(f"{args[0].other}, so far in the {_per(node.before)}" + _earlier(node, args, env))
    counted = "number of claims" if node.base == _ONCE else args[0].within(SUM, "en")
    text = f"{counted} so far in the {_per(node.before)}"
    return Phrase(text + _earlier(node, args, env))


def _paid_before(node: n.PaidBefore, _args: Args, env: Wording) -> Phrase:
    return _leaf(_account(node, env), node, env)


def _account(node: n.PaidBefore, env: Wording) -> str:
    what = f"on “{env.title(node.benefit)}”" if node.benefit else "by this plan"
    return f"already paid {what}{_same(node.by)} in the {span(node)}"


_NOTHING = n.Constant(0, Kind.MONEY)
_ONCE = n.Constant(1, Kind.COUNT)


def _lookup(node: n.Lookup, args: Args, env: Wording) -> Phrase:
    label, mark = node.table.parameter.label.in_("en"), env.mark(node.table)
    if (everywhere := env.everywhere(node.table)) is not None:
        return Phrase(f"{label} {everywhere}{mark}")
    keys = ", ".join(env.read_keys(node.table, [arg.text for arg in args[1:]]))
    return Phrase(f"{label} (table by {keys}){mark}")


def _workday_after(node: n.WorkdayAfter, args: Args, env: Wording) -> Phrase:
    number, mark = workday_number(node, args[2], env)
    return Phrase(f"working day {number}{mark} after {args[1].within(SUM, 'en')}, not counting that day")


_SIDES = {
    n.Side.UP_TO: "is at most",
    n.Side.BELOW: "is below",
    n.Side.FROM: "is at least",
    n.Side.OVER: "is over",
    n.Side.EQUALS: "is",
    n.Side.DIFFERS: "is not",
}


_DATES = _SIDES | {
    n.Side.UP_TO: "is not after",
    n.Side.BELOW: "is before",
    n.Side.FROM: "is not before",
    n.Side.OVER: "is after",
}


def _compare(node: n.Compare, args: Args, env: Wording) -> Phrase:
    nothing = node.right == _NOTHING and node.side is n.Side.EQUALS
    if nothing and isinstance(node.left, n.PaidBefore):
        return Phrase(f"nothing {_account(node.left, env)}", CLAUSE)
    if nothing and (paid := paid_in_earlier_terms(node.left)):
        what = f"on “{env.title(paid.benefit)}”" if paid.benefit else "by this plan"
        return Phrase(f"nothing paid {what}{_same(paid.by)} in earlier terms", CLAUSE)
    if node.right == _NOTHING and isinstance(node.left, n.BenefitAmount):
        title = env.title(node.left.benefit)
        texts = f"this claim is paid “{title}”", f"this claim is not paid “{title}”"
        if node.side in (n.Side.OVER, n.Side.DIFFERS):
            return Phrase(texts[0], CLAUSE, texts[1])
        if node.side in (n.Side.EQUALS, n.Side.UP_TO):
            return Phrase(texts[1], CLAUSE, texts[0])
    sides = _DATES if node.left.kind is Kind.DATE else _SIDES
    left, right = args[0].within(SUM, "en"), env.bare(node.right, args[1].within(SUM, "en"))
    if isinstance(node.right, n.Constant) and isinstance(node.right.value, str):
        right = env.code(node.right.value, node.left)
    said, opposite = (f"{left} {sides[side]} {right}" for side in (node.side, _OPPOSITES[node.side]))
    return Phrase(said, CLAUSE, opposite)


def _one_of(node: n.OneOf, args: Args, env: Wording) -> Phrase:
    names = " or ".join(env.code(code, node.base) for code in node.codes)
    return Phrase(f"{args[0].within(SUM, 'en')} is {names}", CLAUSE)


_MANY = (n.Both, n.AnyOf, n.Because, n.Choose, n.Not)
"""What takes brackets inside "and" and "or"."""


def _joined(word: str) -> Callable[[Any, Args, Wording], Phrase]:
    def run(node: Any, args: Args, _env: Wording) -> Phrase:
        parts = zip(node.parts, args, strict=True)
        return Phrase(
            word.join(arg.within(SUM, "en") if isinstance(part, _MANY) else arg.text for part, arg in parts),
            CLAUSE,
        )

    return run


def _within(node: n.Within, args: Args, env: Wording) -> Phrase:
    low, high = env.bare(node.low, args[1].text), env.bare(node.high, args[2].text)
    return Phrase(f"{args[0].within(SUM, 'en')} is from {low} to {high}, both included", CLAUSE)


_OPPOSITES = {
    n.Side.UP_TO: n.Side.OVER,
    n.Side.BELOW: n.Side.FROM,
    n.Side.FROM: n.Side.BELOW,
    n.Side.OVER: n.Side.UP_TO,
    n.Side.EQUALS: n.Side.DIFFERS,
    n.Side.DIFFERS: n.Side.EQUALS,
}


def _not(node: n.Not, args: Args, _env: Wording) -> Phrase:
    text = args[0].text
    if args[0].other:
        return Phrase(args[0].other, CLAUSE, text)
    if isinstance(node.base, n.Read | n.Named) and text.startswith(("is ", "in ")):
        return Phrase(f"{text.replace('is ', 'is not ', 1)}" if text[:2] == "is" else f"not {text}", CLAUSE)
    return Phrase(f"not: {args[0].within(SUM, 'en')}", CLAUSE)


def _greatest(node: n.Greatest, args: Args, _env: Wording) -> Phrase:
    if len(args) == 2 and isinstance(node.parts[1], n.Constant) and node.parts[1].value == 0:
        return Phrase(f"{args[0].within(SUM, 'en')}, never below 0", CLAUSE)
    return Phrase("the greatest of " + ", ".join(arg.within(SUM, "en") for arg in args), CLAUSE)


def _raised(node: n.Raised, args: Args, env: Wording) -> Phrase:
    floor = env.bare(node.floor, args[1].text)
    return Phrase(f"{args[0].within(CLAUSE, 'en')}, raised to {floor} when smaller", CLAUSE)


TABLE: Mapping[type[n.Node], Callable[[Any, Args, Wording], Phrase]] = {
    n.Constant: lambda node, args, env: Phrase(env.show(node.value, node)),
    n.Read: lambda node, args, env: _leaf(node.field.label.in_("en"), node, env),
    n.Value: _value,
    n.BenefitAmount: lambda node, args, env: _leaf(f"“{env.title(node.benefit)}” of this claim", node, env),
    n.PaidByPlan: lambda node, args, env: Phrase(f"paid on this claim by {env.plan(node.plan)}"),
    n.PaidBefore: _paid_before,
    n.Before: _before,
    n.Add: _infix("+", SUM),
    n.Subtract: _infix("-", SUM),
    n.Times: _infix("×", PRODUCT),
    n.Portion: _portion,
    n.ShareOf: lambda node, args, env: Phrase(
        f"{args[0].within(PRODUCT, 'en')} × {args[1].within(ATOM, 'en')} ÷ {args[2].within(ATOM, 'en')}"
        f" ({(node.rounding or env.rounding).label.en})",
        PRODUCT,
    ),
    n.Round: lambda node, args, env: Phrase(f"{args[0].text} ({node.rounding.label.en})", CLAUSE),
    n.Least: lambda node, args, env: Phrase(
        "the least of " + ", ".join(a.within(SUM, "en") for a in args), CLAUSE
    ),
    n.Greatest: _greatest,
    n.Raised: _raised,
    n.SoFar: _so_far,
    n.Above: _above,
    n.Capped: _capped,
    n.Tiered: _tiered,
    n.Banded: _banded,
    n.Once: _once,
    n.Lookup: _lookup,
    n.Compare: _compare,
    n.Within: _within,
    n.OneOf: _one_of,
    n.Both: _joined(", and "),
    n.AnyOf: _joined(", or "),
    n.Not: _not,
    n.Because: lambda node, args, env: args[0],
    n.Choose: lambda node, args, env: Phrase(
        f"{args[1].within(SUM, 'en')} if {args[0].within(SUM, 'en')}, otherwise {args[2].within(SUM, 'en')}",
        CLAUSE,
        f"the number of times that {args[0].within(SUM, 'en') if isinstance(node.test, _MANY) else args[0].text}"
        if counts_once(node)
        else "",
    ),
    n.CompletedYears: lambda node, args, env: Phrase(f"age in full years on {args[1].text}"),
    n.DaysFrom: lambda node, args, env: Phrase(f"days from {args[0].text} to {args[1].text}"),
    n.WorkdayAfter: _workday_after,
    n.Match: lambda node, args, env: Phrase("condition"),
    n.ClassOf: lambda node, args, env: Phrase("class of the condition"),
    n.Listed: lambda node, args, env: Phrase(
        f"the diagnosis is on “{node.match.conditions.parameter.label.in_('en')}”{env.mark(node.match.conditions)}"
    ),
    n.Named: lambda node, args, env: _leaf(node.text.in_("en"), node, env),
    n.Computed: lambda node, args, env: Phrase(
        f"{node.text.in_('en')} ({', '.join(arg.text for arg in args)})"
    ),
}
