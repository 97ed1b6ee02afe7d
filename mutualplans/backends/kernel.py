"""The kernel backend: each node as a line of Python over whole numbers, for a function that runs over many rows.

The same source runs under CPython and compiled. Money is fen, dates are ordinals (`date.toordinal`), codes are small
numbers, a rate is the numerator over a denominator that is known when the source is written. What is missing is a bit
in a mask beside the value: the value of a masked result means nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any, Protocol

from attrs import frozen

from mutualplans.backends.exact import beyond
from mutualplans.expr import nodes as n
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.parameter import Shape
from mutualplans.model.scales import Band, Scale, Table
from mutualplans.model.workdays import WorkCalendar

__all__ = ["TABLE", "Opaque", "Value", "Writer"]


class Opaque(Exception):  # noqa: N818 - not an error: such a plan runs on the exact backend
    """A formula cannot be written as a kernel; the message says which and why."""


@frozen
class Value:
    """What one node became.

    Attributes:
        code: Python expression without side effects, usually a name or a number.
        mask: Expression that is not 0 where the value is missing; empty where it never is.
        denominator: What a rate's number is to be divided by.
    """

    code: str
    mask: str = ""
    denominator: int = 1


class Writer(Protocol):
    """What the table needs to know and do while it writes; see `mutualplans.batch.kernel`."""

    @property
    def rounding(self) -> Rounding:
        """The edition's rounding rule."""

    def let(self, code: str, hint: str) -> str:
        """Write ``hint_7 = code`` and return the name; a plain name or number is returned as it is."""

    def missing(self, path: str) -> str:
        """Return the bit that stands for a path such as ``claim.days``."""

    def code(self, text: str) -> int:
        """Return the number of a code."""

    def read(self, field: Field) -> Value:
        """Return what a field holds."""

    def value(self, name: str) -> Any:
        """Return the plain value of a parameter; ``None`` where the edition leaves it unset."""

    def denominator(self, node: n.Node) -> int:
        """Return a common denominator of everything that a rate may be."""

    def at_least_0(self, node: n.Node) -> bool:
        """Return whether a number is proved not to be negative."""

    def account(self, node: n.Before | n.PaidBefore, by: str) -> Value:
        """Return what was counted before under a code (``"0"`` where the account is not split)."""

    def benefit(self, name: str) -> Value:
        """Return what an earlier benefit of the plan pays for this claim."""

    def paid(self, plan: str | None) -> Value:
        """Return what an earlier plan (``None``: all) pays for this claim."""

    def function(self, hint: str, parameters: str, lines: Sequence[str]) -> str:
        """Write a function beside the kernel, once, and return its name."""

    def numbers(self, hint: str, values: Sequence[int]) -> str:
        """Write a constant array beside the kernel, once, and return its name."""

    def codes(self, hint: str, make: Callable[[str], int]) -> str:
        """Return the name of an array that holds `make` of every code that the data use."""

    def calendar(self, node: n.Node, value: Value) -> str:
        """Return a date as the number 20240229."""


Args = list[Value]
Rule = Callable[[Any, Args, Writer], Value]


def masks(parts: Sequence[Value]) -> str:
    """Return the mask of something that needs all its parts."""
    return " | ".join(dict.fromkeys(part.mask for part in parts if part.mask))


def _mask(parts: Sequence[Value], w: Writer) -> str:
    found = masks(parts)
    return w.let(found, "missing") if " " in found else found


def _strict(hint: str, rule: Callable[[Any, Args, Writer], str]) -> Rule:
    """Return the rule of a node that needs all its parts and keeps to whole numbers."""

    def run(node: n.Node, args: Args, w: Writer) -> Value:
        return Value(w.let(rule(node, args, w), hint), _mask(args, w))

    return run


# ---------------------------------------------------------------- numbers and rates


def number(value: Any, w: Writer, denominator: int = 1) -> str:
    """Return a plain value as it stands in the source."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, Fraction):
        return str(value.numerator * (denominator // value.denominator))
    if isinstance(value, int):
        return str(value * denominator)
    if isinstance(value, date):
        return str(value.toordinal())
    return str(w.code(value))


def _plain(value: Any, w: Writer) -> Value:
    denominator = value.denominator if isinstance(value, Fraction) else 1
    return Value(number(value, w, denominator), "", denominator)


def _over(part: Value, denominator: int) -> str:
    factor = denominator // part.denominator
    return part.code if factor == 1 else f"{part.code} * {factor}"


def _alike(parts: Sequence[Value]) -> tuple[list[str], int]:
    """Return rates over one denominator; other numbers as they are."""
    denominator = lcm(*(part.denominator for part in parts))
    return [_over(part, denominator) for part in parts], denominator


def _joined(hint: str, rule: Callable[[list[str]], str]) -> Rule:
    """Return the rule of a node whose parts and result are of one kind, rates among them."""

    def run(node: n.Node, args: Args, w: Writer) -> Value:
        parts, denominator = _alike(args)
        return Value(w.let(rule(parts), hint), _mask(args, w), denominator)

    return run


def _times(_node: n.Times, args: Args, w: Writer) -> Value:
    left, right = args
    code = w.let(f"{left.code} * {right.code}", "product")
    return Value(code, _mask(args, w), left.denominator * right.denominator)


_ROUNDED: Mapping[str, str] = {"half": "half_up", "down": "rounded_down", "up": "rounded_up"}


def rounded(numerator: str, denominator: str, rounding: Rounding) -> str:
    """Return the expression of an exact amount as whole fen; the functions are those of `mutualplans.batch.kernel.support`."""
    name = _ROUNDED[rounding.value.partition("-")[0]]
    if rounding.step == 1:
        return numerator if denominator == "1" else f"{name}({numerator}, {denominator})"
    below = str(rounding.step) if denominator == "1" else f"{denominator} * {rounding.step}"
    return f"{name}({numerator}, {below}) * {rounding.step}"


def _portion(node: n.Portion, args: Args, w: Writer) -> str:
    base, rate = args
    return rounded(f"{base.code} * {rate.code}", str(rate.denominator), node.rounding or w.rounding)


def _share_of(node: n.ShareOf, args: Args, w: Writer) -> str:
    base, above, below = (arg.code for arg in args)
    exact = rounded(f"{base} * {above}", below, node.rounding or w.rounding)
    if below.isdecimal():
        return exact if int(below) else "0"
    safe = w.let(f"max({below}, 1)", "divisor")
    return f"{rounded(f'{base} * {above}', safe, node.rounding or w.rounding)} if {below} > 0 else 0"


# ---------------------------------------------------------------- scales


def _above(node: n.Above, args: Args, w: Writer) -> Value:
    (base, before, start), denominator = _alike(args)
    if before == "0":
        below = "" if w.at_least_0(node.start) else f" - max(-{start}, 0)"
        code = (
            base if (start, below) == ("0", "") and w.at_least_0(node.base) else f"max({base} - {start}, 0)"
        )
        return Value(w.let(code + below, "above"), _mask(args, w), denominator)
    code = f"max({before} + {base} - {start}, 0) - max({before} - {start}, 0)"
    if start == "0" and w.at_least_0(node.base) and w.at_least_0(node.before):
        code = base
    return Value(w.let(code, "above"), _mask(args, w), denominator)


def _capped(node: n.Capped, args: Args, w: Writer) -> Value:
    (base, before, limit), denominator = _alike(args)
    if before == "0":
        below = "" if w.at_least_0(node.limit) else f" - min(0, {limit})"
        return Value(w.let(f"min({base}, {limit}){below}", "capped"), _mask(args, w), denominator)
    code = f"min({before} + {base}, {limit}) - min({before}, {limit})"
    return Value(w.let(code, "capped"), _mask(args, w), denominator)


def _scale(node: n.Tiered | n.Banded, w: Writer) -> Scale:
    found: Scale = w.value(node.scale.parameter.name)
    return found


def _tiered(node: n.Tiered, args: Args, w: Writer) -> Value:
    base, before, scale = args
    if scale.mask:
        return Value("0", _mask(args, w))
    name = _tiers(node, w)
    earlier = "" if before.code == "0" else f" - {name}({before.code})"
    so_far = base.code if before.code == "0" else f"{before.code} + {base.code}"
    return Value(w.let(f"{name}({so_far}){earlier}", "tiered"), _mask(args, w))


def _tiers(node: n.Tiered, w: Writer) -> str:
    """Write what all tiers together give for an amount, rounded once."""
    bands = _scale(node, w).bands
    denominator = lcm(*(Fraction(band.gives).denominator for band in bands))
    lines = ["exact = 0"]
    for band in bands:
        low = band.low.at if band.low else 0
        rate = number(Fraction(band.gives), w, denominator)
        high = "amount" if band.high is None else f"min(amount, {band.high.at})"
        if rate != "0":
            lines.append(f"exact += {rate} * max({high} - {low}, 0)")
    lines.append(f"return {rounded('exact', str(denominator), node.rounding or w.rounding)}")
    return w.function(node.scale.parameter.name, "amount", lines)


def _banded(node: n.Banded, args: Args, w: Writer) -> Value:
    base, before, scale = args
    denominator = w.denominator(node)
    if scale.mask:
        return Value("0", _mask(args, w), denominator)
    name = _bands(node, denominator, w)
    if before.code == "0" and isinstance(node.before, n.Constant):
        return Value(w.let(f"{name}({base.code})", "band"), _mask(args, w), denominator)
    so_far = w.let(f"{before.code} + {base.code}", "so_far")
    earlier = f"({name}({before.code}) if {before.code} != 0 else 0)"
    always = isinstance(node.before, n.Constant)
    total = f"{name}({so_far})" if always else f"({name}({so_far}) if {so_far} != 0 else 0)"
    return Value(w.let(f"{total} - {earlier}", "band"), _mask(args, w), denominator)


def _bands(node: n.Banded, denominator: int, w: Writer) -> str:
    """Write what the band of an amount gives."""
    lines = []
    for band in _scale(node, w).bands:
        gives = number(band.gives, w, denominator)
        tests = _edges(band)
        lines += [f"if {tests}:", f"    return {gives}"] if tests else [f"return {gives}"]
    lines += [] if lines[-1].startswith("return") else ["return 0"]
    return w.function(node.scale.parameter.name, "amount", lines)


def _edges(band: Band) -> str:
    tests = []
    if band.low:
        tests.append(f"amount {'>=' if band.low.inside else '>'} {band.low.at}")
    if band.high:
        tests.append(f"amount {'<=' if band.high.inside else '<'} {band.high.at}")
    return " and ".join(tests)


def _once(_node: n.Once, args: Args, w: Writer) -> Value:
    base, before = args
    return Value(w.let(f"0 if {before.code} != 0 else {base.code}", "once"), _mask(args, w), base.denominator)


def _lookup(node: n.Lookup, args: Args, w: Writer) -> Value:
    """Write a lookup as a place in an array of cells; a key without a row is missing under a bit of its own."""
    table, *keys = args
    denominator = w.denominator(node)
    if table.mask:
        return Value("0", table.mask, denominator)
    found: Table = w.value(node.table.parameter.name)
    read = [place for place in range(len(keys)) if found.reads(place)]
    names = [[name for name in found.names(place) if name != "*"] for place in read]
    cells, lacking = _cells(found, read, names, len(keys), denominator, w)
    steps = [_step(node.keys[place], keys[place], names[number_], w) for number_, place in enumerate(read)]
    where = steps[0] if steps else "0"
    for step, known in zip(steps[1:], names[1:], strict=True):
        where = f"({where}) * {len(known) + 1} + {step}"
    hint = node.table.parameter.name
    place_ = w.let(where, "row")
    mask = masks([keys[place] for place in read])
    if lacking:
        row = w.missing(f"value.{hint}[]")
        mask = w.let(
            f"{f'{mask} or ' if mask else ''}({row} if {w.numbers(hint + '_lacks', lacking)}[{place_}] else 0)",
            "missing",
        )
    cell = f"{w.numbers(hint, cells)}[{place_}]"
    if node.kind is Kind.FLAG:
        cell += " != 0"
    return Value(w.let(cell, "cell"), mask, denominator)


def _cells(
    table: Table, read: list[int], names: list[list[str]], width: int, denominator: int, w: Writer
) -> tuple[list[int], list[int]]:
    """Return the cell of every combination of named codes and "any other", and which of them have no row."""
    keys: list[tuple[str | None, ...]] = [(None,) * width]
    for place, known in zip(read, names, strict=True):
        keys = [(*key[:place], name, *key[place + 1 :]) for key in keys for name in (None, *known)]
    found = [table.find(key) for key in keys]
    cells = [
        int(number(item[0], w, denominator).replace("True", "1").replace("False", "0")) if item else 0
        for item in found
    ]
    lacking = [0 if item else 1 for item in found]
    return cells, lacking if any(lacking) else []


def _step(key: n.Node, value: Value, names: list[str], w: Writer) -> str:
    """Return the place of a key among the named codes, 0 for any other."""
    if key.kind is Kind.CODE:
        place = {name: number_ for number_, name in enumerate(names, 1)}
        array = w.codes("place", lambda code: place.get(code, 0))
        return f"{array}[{value.code}]"
    lines = [
        line
        for number_, name in enumerate(names, 1)
        if name.lstrip("-").isdecimal() and str(int(name)) == name
        for line in (f"if key == {name}:", f"    return {number_}")
    ]
    return f"{w.function('place', 'key', [*lines, 'return 0'])}({value.code})"


# ---------------------------------------------------------------- tests


_SIDES: Mapping[n.Side, str] = {
    n.Side.UP_TO: "<=",
    n.Side.BELOW: "<",
    n.Side.FROM: ">=",
    n.Side.OVER: ">",
    n.Side.EQUALS: "==",
    n.Side.DIFFERS: "!=",
}


def _compare(node: n.Compare, args: Args, w: Writer) -> Value:
    (left, right), _ = _alike(args)
    return Value(w.let(f"{left} {_SIDES[node.side]} {right}", "test"), _mask(args, w))


def _within(_node: n.Within, args: Args, w: Writer) -> Value:
    (base, low, high), _ = _alike(args)
    return Value(w.let(f"{low} <= {base} <= {high}", "within"), _mask(args, w))


def _one_of(node: n.OneOf, args: Args, w: Writer) -> str:
    return " or ".join(f"{args[0].code} == {w.code(code)}" for code in node.codes) or "False"


def _decided_by(value: bool) -> Rule:
    """Return the rule of a connective that one part equal to `value` decides, whatever is missing elsewhere."""
    word = " or " if value else " and "

    def run(_node: n.Node, args: Args, w: Writer) -> Value:
        deciding, neutral = ("True", "False") if value else ("False", "True")
        if any((part.code, part.mask) == (deciding, "") for part in args):
            return Value(deciding)
        args = [part for part in args if (part.code, part.mask) != (neutral, "")]
        if not args:
            return Value(neutral)
        if not any(part.mask for part in args):
            return Value(w.let(word.join(part.code for part in args), "holds"))
        tests = [part.code if value else f"not {part.code}" for part in args]
        known = [
            f"({part.mask} == 0 and {test})" if part.mask else test
            for part, test in zip(args, tests, strict=True)
        ]
        decided = w.let(" or ".join(known), "decided")
        mask = w.let(f"0 if {decided} else ({masks(args)})", "missing")
        return Value(decided if value else w.let(f"not {decided}", "holds"), mask)

    return run


def _choose(_node: n.Choose, args: Args, w: Writer) -> Value:
    test, *sides = args
    (then, otherwise), denominator = _alike(sides)
    if test.code in ("True", "False") and not test.mask:
        side = sides[0] if test.code == "True" else sides[1]
        return Value(_over(side, denominator), side.mask, denominator)
    code = then if then == otherwise else w.let(f"({then}) if {test.code} else ({otherwise})", "choice")
    taken = ""
    if any(side.mask for side in sides):
        taken = f"(({sides[0].mask or 0}) if {test.code} else ({sides[1].mask or 0}))"
    mask = f"{test.mask} or {taken}" if test.mask and taken else test.mask or taken
    return Value(code, w.let(mask, "missing") if " " in mask else mask, denominator)


_FLIPPED = {"True": "False", "False": "True"}


def _calendar_years(node: n.CompletedYears, args: Args, w: Writer) -> str:
    since, on = (w.calendar(part, value) for part, value in zip((node.since, node.on), args, strict=True))
    return f"({on} - {since}) // 10000"


def _workday_after(node: n.WorkdayAfter, args: Args, w: Writer) -> Value:
    """Write a working day as a place in the array of them, the place in turn found in an array over all days."""
    calendar, day, number = args
    if calendar.mask:
        return Value("0", _mask(args, w))
    name = node.calendar.parameter.name
    known: WorkCalendar = w.value(name)
    start = known.first.toordinal() - 1  # nothing has to be known of the day itself
    days = range(start, known.last.toordinal() + 1)
    working = [item.toordinal() for item in known.working]
    over = len(working) + 1
    # Around the known days stand two for all others, from which every place lies over the last one; there is day 0.
    passed = [over, *(bisect_right(working, item) for item in days), over]
    where = w.let(f"min(max({day.code} - {start - 1}, 0), {len(passed) - 1})", "place")
    counted = number.code if number.code.isdecimal() else f"max({number.code}, 0)"
    place = w.let(f"min({w.numbers(name + '_passed', passed)}[{where}] + {counted}, {over})", "place")
    found = f"{w.numbers(name, [0, *working, 0])}[{place}]"
    if not number.code.isdecimal() or number.code == "0":
        found = f"{found} if {number.code} > 0 else {day.code}"
    code = w.let(found, "workday")
    mask = _mask(args, w)
    lacking = f"({w.missing(beyond(node, known))} if {code} == 0 else 0)"
    return Value(code, w.let(f"{mask} or {lacking}" if mask else lacking, "missing"))


# ---------------------------------------------------------------- conditions


def _match(node: n.Match, args: Args, w: Writer) -> Value:
    """Write a match by an array over the codes of the data; -1 there is a code that cannot be judged."""
    conditions, diagnosis, *rest = args
    if conditions.mask:
        return Value("0", conditions.mask)
    listed = w.value(node.conditions.parameter.name)

    def matched(code: str) -> int:
        from mutualplans.model.scales import is_icd10

        found = listed.match(code)
        return w.code(found.id) if found else 0 if is_icd10(code) else -1

    hint = node.conditions.parameter.name
    found = w.let(f"{w.codes(f'{hint}_match', matched)}[{diagnosis.code}]", "match")
    unknown = f"({w.missing('claim.diagnosis')} if {found} < 0 else 0)"
    mask = w.let(f"{diagnosis.mask} or {unknown}" if diagnosis.mask else unknown, "missing")
    if not rest:
        return Value(w.let(f"max({found}, 0)", "match"), mask)
    given = rest[0]
    array = w.codes(f"{hint}_knows", lambda code: int(listed.knows(code)))
    stated = (
        f"({given.mask} == 0 and {array}[{given.code}] != 0)" if given.mask else f"{array}[{given.code}] != 0"
    )
    known = w.let(stated, "known")
    code = w.let(f"{given.code} if {known} else max({found}, 0)", "match")
    return Value(code, w.let(f"0 if {known} else {mask}", "missing"))


def _class_of(node: n.ClassOf, args: Args, w: Writer) -> Value:
    (match,) = args
    listed = w.value(node.match.conditions.parameter.name)
    if listed is None:
        return Value("0", match.mask)
    classes: dict[str, str] = {}
    for item in listed.conditions:
        classes.setdefault(item.id, item.class_)
    array = w.codes(
        f"{node.match.conditions.parameter.name}_class", lambda code: w.code(classes.get(code, ""))
    )
    return Value(w.let(f"{array}[{match.code}]", "class"), match.mask)


# ---------------------------------------------------------------- leaves


def _constant(node: n.Constant, _args: Args, w: Writer) -> Value:
    return _plain(node.value, w)


def _value(node: n.Value, _args: Args, w: Writer) -> Value:
    found = w.value(node.parameter.name)
    if found is None:
        return Value("0", w.missing(f"value.{node.parameter.name}"))
    return _plain(found, w) if node.parameter.shape is Shape.SINGLE else Value("")


def _before(node: n.Before, args: Args, w: Writer) -> Value:
    return _counted(node, args[1] if node.by is not None else None, w)


def _paid_before(node: n.PaidBefore, args: Args, w: Writer) -> Value:
    return _counted(node, args[0] if args else None, w)


def _counted(node: n.Before | n.PaidBefore, by: Value | None, w: Writer) -> Value:
    if node.whose is not n.Whose.PERSON:
        message = "a kernel decides person by person, and several persons share one of its accounts"
        raise Opaque(message)
    if node.kind is Kind.RATE:
        message = "a sum of rates over time has no denominator that is known beforehand"
        raise Opaque(message)
    found = w.account(node, by.code if by else "0")
    parts = [found, by] if by else [found]
    return Value(found.code, _mask(parts, w))


def _computed(node: n.Computed, _args: Args, _w: Writer) -> Value:
    message = f"{node.text.zh} is a Python function"
    raise Opaque(message)


def _same(_node: n.Node, args: Args, _w: Writer) -> Value:
    return args[0]


TABLE: Mapping[type[n.Node], Rule] = {
    n.Constant: _constant,
    n.Read: lambda node, args, w: w.read(node.field),
    n.Value: _value,
    n.BenefitAmount: lambda node, args, w: w.benefit(node.benefit),
    n.PaidByPlan: lambda node, args, w: w.paid(node.plan),
    n.PaidBefore: _paid_before,
    n.Before: _before,
    n.Add: _joined("sum", " + ".join),
    n.Subtract: _joined("less", lambda parts: f"{parts[0]} - ({parts[1]})"),
    n.Times: _times,
    n.Portion: _strict("portion", _portion),
    n.ShareOf: _strict("share", _share_of),
    n.Round: _strict("rounded", lambda node, args, w: rounded(args[0].code, "1", node.rounding)),
    n.Least: _joined("least", lambda parts: f"min({', '.join(parts)})" if len(parts) > 1 else parts[0]),
    n.Greatest: _joined("greatest", lambda parts: f"max({', '.join(parts)})" if len(parts) > 1 else parts[0]),
    n.Raised: _joined(
        "raised", lambda parts: f"max({parts[0]}, {parts[1]}) if {parts[0]} > 0 else {parts[0]}"
    ),
    n.SoFar: _joined("so_far", " + ".join),
    n.Above: _above,
    n.Capped: _capped,
    n.Tiered: _tiered,
    n.Banded: _banded,
    n.Once: _once,
    n.Lookup: _lookup,
    n.Compare: _compare,
    n.Within: _within,
    n.OneOf: _strict("one_of", _one_of),
    n.Both: _decided_by(False),
    n.AnyOf: _decided_by(True),
    n.Not: _strict("fails", lambda node, args, w: _FLIPPED.get(args[0].code, f"not {args[0].code}")),
    n.Because: _same,
    n.Choose: _choose,
    n.CompletedYears: _strict("years", _calendar_years),
    n.DaysFrom: _strict("days", lambda node, args, w: f"{args[1].code} - {args[0].code}"),
    n.WorkdayAfter: _workday_after,
    n.Match: _match,
    n.ClassOf: _class_of,
    n.Listed: _strict("listed", lambda node, args, w: f"{args[0].code} != 0"),
    n.Named: _same,
    n.Computed: _computed,
}
"""Backends: tables from node class to function; this one writes source."""
