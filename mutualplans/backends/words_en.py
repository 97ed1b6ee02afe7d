"""Formulas in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mutualplans.backends.words import ATOM, CLAUSE, PRODUCT, SUM, Phrase, Wording, scale_text
from mutualplans.expr import nodes as n
from mutualplans.model.scales import Scale

__all__ = ["PERIODS", "TABLE"]

PERIODS = {
    n.Period.STAY: "stay",
    n.Period.INCIDENT: "incident",
    n.Period.TERM: "term",
    n.Period.POLICY_YEAR: "policy year",
    n.Period.CALENDAR_YEAR: "calendar year",
    n.Period.LIFETIME: "lifetime",
}

Args = list[Phrase]


def _per(before: n.Node) -> str:
    return PERIODS[before.per] if isinstance(before, n.Before | n.PaidBefore) else "claim"


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
    if value is None or node.parameter.shape.value in ("table", "conditions"):
        return Phrase(f"“{label}”" if value is not None else label)
    if isinstance(value, Scale):
        bands = scale_text(value, node.parameter.measured, node.kind, "en")
        return Phrase(f"{label} ({bands})")
    return Phrase(f"{label} {env.show(value, node)}")


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
    text = f"{args[0].within(SUM, 'en')} above {args[2].text} per {_per(node.before)}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _capped(node: n.Capped, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(CLAUSE, 'en')}, at most {args[2].text} per {_per(node.before)}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _tiered(node: n.Tiered, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(SUM, 'en')} per {_per(node.before)} by slices: {args[2].text}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _banded(node: n.Banded, args: Args, env: Wording) -> Phrase:
    text = f"the band of {args[0].within(SUM, 'en')} per {_per(node.before)} in {args[2].text}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _once(node: n.Once, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(CLAUSE, 'en')}, once per {_per(node.before)}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _before(node: n.Before, args: Args, _env: Wording) -> Phrase:
    return Phrase(f"{args[0].within(SUM, 'en')} earlier in the {PERIODS[node.per]}", CLAUSE)


def _so_far(node: n.SoFar, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(SUM, 'en')} so far in the {_per(node.before)}"
    return Phrase(text + _earlier(node, args, env), CLAUSE)


def _paid_before(node: n.PaidBefore, _args: Args, env: Wording) -> Phrase:
    what = f"on “{node.benefit}”" if node.benefit else "by this plan"
    by = " for the same condition" if node.by is not None else ""
    return _leaf(f"already paid {what}{by} in the {PERIODS[node.per]}", node, env)


def _lookup(node: n.Lookup, args: Args, _env: Wording) -> Phrase:
    keys = ", ".join(arg.text for arg in args[1:])
    return Phrase(f"{node.table.parameter.label.in_('en')} (table by {keys})")


_SIDES = {
    n.Side.UP_TO: "is at most",
    n.Side.BELOW: "is below",
    n.Side.FROM: "is at least",
    n.Side.OVER: "is over",
    n.Side.EQUALS: "is",
    n.Side.DIFFERS: "is not",
}


def _code(code: Any, other: n.Node) -> str:
    choices = other.field.choices if isinstance(other, n.Read) else {}
    return choices[code].in_("en") if code in choices else str(code)


def _compare(node: n.Compare, args: Args, _env: Wording) -> Phrase:
    right = args[1].within(SUM, "en")
    if isinstance(node.right, n.Constant) and isinstance(node.right.value, str):
        right = _code(node.right.value, node.left)
    return Phrase(f"{args[0].within(SUM, 'en')} {_SIDES[node.side]} {right}", CLAUSE)


def _one_of(node: n.OneOf, args: Args, _env: Wording) -> Phrase:
    names = " or ".join(_code(code, node.base) for code in node.codes)
    return Phrase(f"{args[0].within(SUM, 'en')} is {names}", CLAUSE)


def _joined(word: str) -> Callable[[Any, Args, Wording], Phrase]:
    def run(_node: Any, args: Args, _env: Wording) -> Phrase:
        return Phrase(word.join(arg.within(SUM, "en") for arg in args), CLAUSE)

    return run


TABLE: Mapping[type[n.Node], Callable[[Any, Args, Wording], Phrase]] = {
    n.Constant: lambda node, args, env: Phrase(env.show(node.value, node)),
    n.Read: lambda node, args, env: _leaf(node.field.label.in_("en"), node, env),
    n.Value: _value,
    n.BenefitAmount: lambda node, args, env: _leaf(f"“{node.benefit}” of this claim", node, env),
    n.PaidByPlan: lambda node, args, env: Phrase(f"paid on this claim by {node.plan or 'earlier plans'}"),
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
    n.Greatest: lambda node, args, env: Phrase(
        "the greatest of " + ", ".join(a.within(SUM, "en") for a in args), CLAUSE
    ),
    n.Raised: lambda node, args, env: Phrase(
        f"{args[0].within(CLAUSE, 'en')}, raised to {args[1].text} when smaller", CLAUSE
    ),
    n.SoFar: _so_far,
    n.Above: _above,
    n.Capped: _capped,
    n.Tiered: _tiered,
    n.Banded: _banded,
    n.Once: _once,
    n.Lookup: _lookup,
    n.Compare: _compare,
    n.Within: lambda node, args, env: Phrase(
        f"{args[0].within(SUM, 'en')} is from {args[1].text} to {args[2].text}, both included", CLAUSE
    ),
    n.OneOf: _one_of,
    n.Both: _joined(", and "),
    n.AnyOf: _joined(", or "),
    n.Not: lambda node, args, env: Phrase(f"not: {args[0].within(SUM, 'en')}", CLAUSE),
    n.Because: lambda node, args, env: args[0],
    n.Choose: lambda node, args, env: Phrase(
        f"{args[1].within(SUM, 'en')} if {args[0].within(SUM, 'en')}, otherwise {args[2].within(SUM, 'en')}",
        CLAUSE,
    ),
    n.CompletedYears: lambda node, args, env: Phrase(f"age in full years on {args[1].text}"),
    n.DaysFrom: lambda node, args, env: Phrase(f"days from {args[0].text} to {args[1].text}"),
    n.Match: lambda node, args, env: Phrase("condition"),
    n.ClassOf: lambda node, args, env: Phrase("class of the condition"),
    n.Listed: lambda node, args, env: Phrase(
        f"the diagnosis is on “{node.match.conditions.parameter.label.in_('en')}”"
    ),
    n.Named: lambda node, args, env: _leaf(node.text.in_("en"), node, env),
    n.Computed: lambda node, args, env: Phrase(
        f"{node.text.in_('en')} ({', '.join(arg.text for arg in args)})"
    ),
}
