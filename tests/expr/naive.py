"""A second implementation of the formula language: recursive, naive, slow, written apart from the first.

It walks a formula from the top, computes with fractions, answers only the side of a choice that is taken, and
raises `Unknown` where the reference returns `Missing`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from mutualplans.backends.exact import Missing
from mutualplans.expr import nodes as n
from mutualplans.model.money import Rounding
from mutualplans.model.scales import Scale, Table
from tests.expr.strategies import World


class Unknown(Exception):
    """Something that is not stated was needed."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        super().__init__(sorted(self.paths))


def answer(node: n.Node, world: World) -> Any:
    """Return the value of a formula, or `Missing` with everything that would have to be stated."""
    try:
        return value(node, world)
    except Unknown as unknown:
        return Missing(unknown.paths)


def known(world: World, *parts: n.Node) -> list[Any]:
    """Return the values of all parts; raises `Unknown` for all that are not known, together."""
    found = [answer(part, world) for part in parts]
    unknown = [item for item in found if isinstance(item, Missing)]
    if unknown:
        raise Unknown(path for item in unknown for path in item.paths)
    return found


def value(node: n.Node, world: World) -> Any:
    """Return the value of a formula; raises `Unknown`."""
    match node:
        case n.Constant(value=plain):
            return plain
        case n.Read(field=field):
            if field.name not in world.fields:
                raise Unknown([f"claim.{field.name}"])
            return world.fields[field.name]
        case n.Value(parameter=parameter):
            if parameter.name not in world.values:
                raise Unknown([f"value.{parameter.name}"])
            return world.values[parameter.name]
        case n.BenefitAmount():
            if world.basic is None:
                raise Unknown(["claim.basic"])
            return world.basic
        case n.PaidByPlan(plan=plan):
            return sum(paid for name, paid in world.paid_by.items() if plan in (None, name))
        case n.Before(by=by) | n.PaidBefore(by=by):
            return world.balance(node, "" if by is None else value(by, world))
        case n.Both(parts=parts):
            return together([answer(part, world) for part in parts], decisive=False)
        case n.AnyOf(parts=parts):
            return together([answer(part, world) for part in parts], decisive=True)
        case n.Choose(test=test, then=then, otherwise=otherwise):
            return value(then, world) if value(test, world) else value(otherwise, world)
        case n.Lookup():
            return looked_up(node, world)
    return strict(node, world)


def together(found: list[Any], *, decisive: bool) -> bool:
    """Kleene's "and" (False decides) and "or" (True decides)."""
    if decisive in [item for item in found if not isinstance(item, Missing)]:
        return decisive
    unknown = [item for item in found if isinstance(item, Missing)]
    if unknown:
        raise Unknown(path for item in unknown for path in item.paths)
    return not decisive


def strict(node: n.Node, world: World) -> Any:
    """Return the value of a node that needs all its parts."""
    match node:
        case n.Add(left=left, right=right) | n.SoFar(base=left, before=right):
            return sum(known(world, left, right))
        case n.Subtract(left=left, right=right):
            left, right = known(world, left, right)
            return left + -1 * right
        case n.Times(left=left, right=right):
            return math.prod(known(world, left, right))
        case n.Portion(base=base, rate=rate, rounding=rounding):
            amount, part = known(world, base, rate)
            return rounded(Fraction(amount) * part, rounding or world.rounding)
        case n.ShareOf(base=base, numerator=numerator, denominator=denominator, rounding=rounding):
            amount, above, below = known(world, base, numerator, denominator)
            return rounded(Fraction(amount * above, below), rounding or world.rounding) if below > 0 else 0
        case n.Round(base=base, rounding=rounding):
            return rounded(Fraction(*known(world, base)), rounding)
        case n.Least(parts=parts):
            return sorted(known(world, *parts))[0]
        case n.Greatest(parts=parts):
            return sorted(known(world, *parts))[-1]
        case n.Raised(base=base, floor=floor):
            amount, least = known(world, base, floor)
            return least if 0 < amount < least else amount
        case n.Compare(side=side, left=left, right=right):
            return compared(side, *known(world, left, right))
        case n.Within(base=base, low=low, high=high):
            amount, least, most = known(world, base, low, high)
            return not (amount < least or amount > most)
        case n.OneOf(base=base, codes=codes):
            return any(code == item for item in known(world, base) for code in codes)
        case n.Not(base=base):
            return known(world, base) == [False]
        case n.Because(test=inner) | n.Named(base=inner):
            return value(inner, world)
        case n.CompletedYears(since=since, on=on):
            return years(*known(world, since, on))
        case n.DaysFrom(since=since, on=on):
            first, last = known(world, since, on)
            return last.toordinal() - first.toordinal()
        case n.Match() | n.Listed() | n.ClassOf():
            return matched(node, world)
        case n.Computed(function=function, inputs=inputs):
            return function(*known(world, *inputs))
    return scaled(node, world)


def scaled(node: n.Node, world: World) -> Any:
    """Return G(so far) - G(before) of the scales."""
    match node:
        case n.Once(base=base, before=before):
            amount, earlier = known(world, base, before)
            return amount if earlier == 0 else 0
        case n.Above(base=base, before=before, start=start):
            amount, earlier, edge = known(world, base, before, start)
            return over(earlier + amount, edge) - over(earlier, edge)
        case n.Capped(base=base, before=before, limit=limit):
            amount, earlier, edge = known(world, base, before, limit)
            return amount - (over(earlier + amount, edge) - over(earlier, edge))
        case n.Tiered(base=base, before=before, scale=scale, rounding=rounding):
            amount, earlier, tiers = known(world, base, before, scale)
            rule = rounding or world.rounding
            return rounded(marginal(tiers, earlier + amount), rule) - rounded(marginal(tiers, earlier), rule)
        case n.Banded(base=base, before=before, scale=scale):
            amount, earlier, bands = known(world, base, before, scale)
            if isinstance(before, n.Constant):
                return banded(bands, amount)
            so_far = earlier + amount
            return (banded(bands, so_far) if so_far else 0) - (banded(bands, earlier) if earlier else 0)
    raise AssertionError(node)


def over(amount: int, edge: int) -> int:
    """Return what of `amount` lies over `edge`."""
    return amount - edge if amount > edge else 0


def rounded(exact: Fraction, rule: Rounding) -> int:
    """Return an exact amount of fen rounded by a rule, mirrored below 0."""
    step = 100 if "yuan" in rule.value else 1
    steps = abs(exact) / step
    if rule.value.startswith("half-up"):
        whole = math.floor(steps + Fraction(1, 2))
    else:
        whole = math.ceil(steps) if rule.value.startswith("up") else math.floor(steps)
    return whole * step if exact >= 0 else -whole * step


def banded(scale: Scale, amount: Fraction | int) -> Any:
    """Return what the band of `amount` gives, found by its edges."""
    for band in scale.bands:
        above = band.low is None or amount > band.low.at or (amount == band.low.at and band.low.inside)
        below = band.high is None or amount < band.high.at or (amount == band.high.at and band.high.inside)
        if above and below:
            return band.gives
    return 0


def marginal(scale: Scale, amount: int) -> Fraction:
    """Return the area under the scale's rates from 0 to `amount`: piece by piece, the rate at its middle."""
    edges = {edge.at for band in scale.bands for edge in (band.low, band.high) if edge}
    marks = sorted({0, max(amount, 0)} | {edge for edge in edges if 0 < edge < amount})
    pieces = zip(marks, marks[1:], strict=False)
    return sum((banded(scale, Fraction(a + b, 2)) * Fraction(b - a) for a, b in pieces), Fraction(0))


def compared(side: n.Side, left: Any, right: Any) -> bool:
    """Return whether `left` stands on the side of `right`."""
    if side in (n.Side.EQUALS, n.Side.DIFFERS):
        return bool(left == right) is (side is n.Side.EQUALS)
    order = (left > right) - (left < right)
    allowed = {n.Side.UP_TO: (-1, 0), n.Side.BELOW: (-1,), n.Side.FROM: (0, 1), n.Side.OVER: (1,)}
    return order in allowed[side]


def years(since: date, on: date) -> int:
    """Return the full years by trying: the largest number whose anniversary is not after `on`."""
    number = on.year - since.year + 1
    while (since.year + number, since.month, since.day) > (on.year, on.month, on.day):
        number -= 1
    return number


def looked_up(node: n.Lookup, world: World) -> Any:
    """Return the cell of the most specific row that fits."""
    table: Table = value(node.table, world)
    keys = [answer(key, world) for key in node.keys]
    needed = [
        key
        for place, key in enumerate(keys)
        if isinstance(key, Missing) and not all(row[place] == "*" for row in table.rows)
    ]
    if needed:
        raise Unknown(path for item in needed for path in item.paths)
    texts = ["" if isinstance(key, Missing) else str(key) for key in keys]
    fitting = [
        ([part == "*" for part in row], cell)
        for row, cell in table.rows.items()
        if all(part in ("*", text) for part, text in zip(row, texts, strict=True))
    ]
    if not fitting:
        raise Unknown([f"value.{node.table.parameter.name}[{','.join(texts)}]"])
    return min(fitting, key=lambda item: item[0])[1]


def matched(node: n.Match | n.Listed | n.ClassOf, world: World) -> Any:
    """Return the id of the matched condition, its class, or whether there is one."""
    inner = node if isinstance(node, n.Match) else node.match
    conditions, diagnosis = known(world, inner.conditions, inner.diagnosis)
    fits = [item for item in conditions.conditions if item.id == diagnosis or fits_code(item, diagnosis)]
    if isinstance(node, n.Listed):
        return bool(fits)
    if not fits:
        return ""
    return fits[0].id if isinstance(node, n.Match) else fits[0].class_


def fits_code(condition: Any, diagnosis: str) -> bool:
    """Return whether an ICD-10 code of the test data falls under a condition, dots left out."""
    if diagnosis[:1] not in ("C", "D", "K"):
        return False
    plain = diagnosis.replace(".", "")
    taken = [prefix.replace(".", "") for prefix in condition.icd10]
    left = [prefix.replace(".", "") for prefix in condition.except_icd10]
    return any(plain[: len(item)] == item for item in taken) and not any(
        plain[: len(item)] == item for item in left
    )
