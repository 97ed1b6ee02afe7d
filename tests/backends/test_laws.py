"""Laws that hold for every formula: what the backends say about one formula fits together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans import claim, cover, per
from mutualplans.backends import bounds, exact
from mutualplans.backends.bounds import NOTHING, Bounds, Interval, bounds_of
from mutualplans.backends.exact import Env, Missing
from mutualplans.backends.phrase import Wording
from mutualplans.backends.words import in_words, step, units
from mutualplans.engine.bind import BoundPlan, bind
from mutualplans.engine.limits import BenefitLimits, limit_problems, limits
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, fold, order
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.scales import Band, Edge, Scale, Table
from mutualplans.model.text import Text
from mutualplans.model.workdays import WorkCalendar
from tests.engine.plans import made_up
from tests.expr.strategies import QUICK, SCALES, World, cases, completions, rates, scales

# ---------------------------------------------------------------- a second implementation
#
# Recursive, naive, slow, written apart from the first: it walks a formula from the top, computes with fractions,
# answers only the side of a choice that is taken, and raises where the reference returns `Missing`.


class UnknownError(Exception):
    """Something that is not stated was needed."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        super().__init__(sorted(self.paths))


def answer(node: n.Node, world: World) -> Any:
    """Return the value of a formula, or `Missing` with everything that would have to be stated."""
    try:
        return value(node, world)
    except UnknownError as unknown:
        return Missing(unknown.paths)


def known(world: World, *parts: n.Node) -> list[Any]:
    """Return the values of all parts; raises `UnknownError` for all that are not known, together."""
    found = [answer(part, world) for part in parts]
    unknown = [item for item in found if isinstance(item, Missing)]
    if unknown:
        raise UnknownError(path for item in unknown for path in item.paths)
    return found


def value(node: n.Node, world: World) -> Any:
    """Return the value of a formula; raises `UnknownError`."""
    match node:
        case n.Constant(value=plain):
            return plain
        case n.Read(field=field):
            if field.name not in world.fields:
                raise UnknownError([f"claim.{field.name}"])
            return world.fields[field.name]
        case n.Value(parameter=parameter):
            if parameter.name not in world.values:
                raise UnknownError([f"value.{parameter.name}"])
            return world.values[parameter.name]
        case n.BenefitAmount():
            if world.basic is None:
                raise UnknownError(["claim.basic"])
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
        raise UnknownError(path for item in unknown for path in item.paths)
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
        case n.WorkdayAfter(calendar=calendar, day=since, number=number):
            return workday_after(node, *known(world, calendar, since, number))
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
    return sum((banded(scale, Fraction(a + b, 2)) * Fraction(b - a) for a, b in pairwise(marks)), Fraction(0))


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


def workday_after(node: n.WorkdayAfter, calendar: WorkCalendar, day: date, number: int) -> date:
    """Return the working day by walking from day to day; the walk must not leave the calendar."""
    first, last = calendar.parts[0].from_, calendar.parts[-1].to
    left = number
    while left > 0:
        day += timedelta(days=1)
        if not first <= day <= last:
            raise UnknownError([f"value.{node.calendar.parameter.name}[{first}..{last}]"])
        (part,) = [item for item in calendar.parts if item.from_ <= day <= item.to]
        off = any(item.first <= day <= item.last for item in part.holidays)
        left -= day in part.worked or (day.strftime("%a") not in ("Sat", "Sun") and not off)
    return day


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
        raise UnknownError(path for item in needed for path in item.paths)
    texts = ["" if isinstance(key, Missing) else str(key) for key in keys]
    fitting = [
        ([part == "*" for part in row], cell)
        for row, cell in table.rows.items()
        if all(part in ("*", text) for part, text in zip(row, texts, strict=True))
    ]
    if not fitting:
        raise UnknownError([f"value.{node.table.parameter.name}[{','.join(texts)}]"])
    return min(fitting, key=lambda item: item[0])[1]


def matched(node: n.Match | n.Listed | n.ClassOf, world: World) -> Any:
    """Return the id of the matched condition, its class, or whether there is one."""
    inner = node if isinstance(node, n.Match) else node.match
    conditions, diagnosis = known(world, inner.conditions, inner.diagnosis)
    fits = [item for item in conditions.conditions if item.id == diagnosis or fits_code(item, diagnosis)]
    if not fits and diagnosis[:1] not in ("C", "D", "K"):
        raise UnknownError(["claim.diagnosis"])  # an id of another list says nothing about this one
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


# ---------------------------------------------------------------- exact

TYPES = {
    Kind.MONEY: (int,),
    Kind.COUNT: (int,),
    Kind.RATE: (int, Fraction),
    Kind.FLAG: (bool,),
    Kind.DATE: (date,),
    Kind.CODE: (str,),
}


def results(node: n.Node, world: World) -> dict[n.Node, Any]:
    """Return the exact value of every sub-formula."""
    formula = order([node])
    return dict(zip(formula.nodes, fold(formula, exact.TABLE, world.env()), strict=True))


def is_whole_value(node: n.Node) -> bool:
    """Return whether a node stands for a scale, a table or a list, not for one value."""
    return isinstance(node, n.Value) and node.parameter.shape is not Shape.SINGLE


@settings(QUICK, max_examples=300)
@given(cases())
def test_exact_equals_naive(case: tuple[n.Node, World]) -> None:
    """The fold and a recursive evaluator written apart from it answer the same, missing fields included."""
    node, world = case

    assert answer(node, world) == results(node, world)[node]


@pytest.mark.parametrize("root", n.NODES)
@settings(QUICK, max_examples=60)
@given(data=st.data())
def test_each_node_keeps_the_laws(root: type[n.Node], data: st.DataObject) -> None:
    """Each node over small inputs: exact equals the naive evaluator and lies within its bounds."""
    node, world = data.draw(cases(root))
    found = results(node, world)

    assert type(node) is root
    assert answer(node, world) == found[node]
    check_bounds(node, world, found)


@settings(QUICK, max_examples=200)
@given(cases())
def test_every_step_has_its_kind(case: tuple[n.Node, World]) -> None:
    """No formula raises, and every sub-formula gives a value of its kind or says what is missing."""
    node, world = case
    found = results(node, world)

    wrong = [
        (part, value)
        for part, value in found.items()
        if not isinstance(value, Missing) and not is_whole_value(part) and type(value) not in TYPES[part.kind]
    ]
    assert wrong == []


@settings(QUICK, max_examples=200)
@given(st.data(), cases())
def test_stating_more_changes_nothing_known(data: st.DataObject, case: tuple[n.Node, World]) -> None:
    """What a formula answers while fields are missing, it still answers once they are stated (Kleene)."""
    node, world = case
    complete = data.draw(completions(world))
    before, after = results(node, world), results(node, complete)

    changed = [
        part for part, value in before.items() if not isinstance(value, Missing) and after[part] != value
    ]
    assert changed == []


@settings(QUICK, max_examples=200)
@given(cases())
def test_missing_names_what_is_not_stated(case: tuple[n.Node, World]) -> None:
    """Whatever is reported as missing is really absent: an unstated field, an unset value, a row that is not there.

    A diagnosis in the words of another list is as good as absent: the code is missing.
    """
    node, world = case
    found = results(node, world)[node]
    paths = found.paths if isinstance(found, Missing) else frozenset()
    stated = {f"claim.{name}" for name in world.fields} | {f"value.{name}" for name in world.values}

    assert not isinstance(found, Missing) or paths
    assert frozenset() == (paths & stated) - {"claim.diagnosis"}


# ---------------------------------------------------------------- bounds


def lies_in(value: Any, interval: Interval) -> bool:
    """Return whether a plain value lies inside an interval."""
    number = value.toordinal() if isinstance(value, date) else value
    low_ok = interval.low is None or interval.low <= number
    return low_ok and (interval.high is None or number <= interval.high)


def met(node: n.Node, found: Mapping[n.Node, Any], rounding: Rounding) -> int:
    """Return the largest integer that computing one node by whole numbers meets."""
    values = [found[part] for part in children(node)]
    own = found[node]
    if any(isinstance(value, Missing) for value in (*values, own)):
        return 0
    step = (getattr(node, "rounding", None) or rounding).step
    if isinstance(node, n.Portion):
        rate = Fraction(values[1])
        return 2 * abs(values[0]) * rate.numerator + rate.denominator * step
    if isinstance(node, n.ShareOf):
        return 2 * abs(values[0] * values[1]) + max(values[2], 0) * step
    if isinstance(node, n.Tiered):
        common = max(Fraction(band.gives).denominator for band in values[2].bands)
        return abs(values[0] + values[1]) * common
    if isinstance(node, n.Above | n.Capped | n.SoFar | n.Banded):
        return abs(int(values[0]) + int(values[1]))
    if isinstance(own, int | Fraction):
        return max(abs(own.numerator), own.denominator)
    return 0


def check_bounds(node: n.Node, world: World, found: Mapping[n.Node, Any]) -> None:
    """Assert that every sub-formula's value lies in its interval, and its integers below the peak."""
    formula = order([node])
    for part, interval in zip(formula.nodes, fold(formula, bounds.TABLE, world.bounds()), strict=True):
        value = found[part]
        if isinstance(value, Missing) or part.kind is Kind.CODE or is_whole_value(part):
            continue
        assert lies_in(value, interval), (part, value, interval)
        assert interval.peak is not None
        assert met(part, found, world.rounding) <= interval.peak, (part, interval)


@settings(QUICK, max_examples=300)
@given(cases())
def test_exact_lies_within_bounds(case: tuple[n.Node, World]) -> None:
    """Every sub-formula's value lies inside its interval, and its integers stay below the peak."""
    node, world = case

    check_bounds(node, world, results(node, world))


@settings(QUICK, max_examples=200)
@given(cases())
def test_unbounded_money_only_widens(case: tuple[n.Node, World]) -> None:
    """Without a largest bill no interval becomes narrower."""
    node, world = case
    narrow, wide = (
        bounds_of(node, world.bounds()),
        bounds_of(node, world.bounds(unbounded=True, others_most=None)),
    )

    assert wide.low is None or (narrow.low is not None and wide.low <= narrow.low)
    assert wide.high is None or (narrow.high is not None and narrow.high <= wide.high)


def money(name: str = "bill", least: int = 0, most: int = 1000) -> n.Read:
    """Return a money field."""
    return n.Read(
        Field(subject="claim", name=name, kind=Kind.MONEY, label=Text("费用"), least=least, most=most)
    )


def fen(amount: int) -> n.Constant:
    """Return a constant amount."""
    return n.Constant(amount, Kind.MONEY)


def in_term(base: n.Node) -> n.Before:
    """Return what came before in the term."""
    return n.Before(base, n.Period.TERM)


RATE = n.Constant(Fraction(1, 3), Kind.RATE)
BILL = money()
TIERS = n.Value(SCALES[0])
STOPPED = Scale(
    (Band(None, Edge(300, True), Fraction(1, 2)), Band(Edge(300, False), Edge(500, True), Fraction(3, 5)))
)


@pytest.mark.parametrize(
    ("node", "low", "high", "unbounded"),
    [
        pytest.param(n.Greatest((n.Subtract(BILL, fen(200)), fen(0))), 0, 800, None, id="less never below 0"),
        pytest.param(n.Subtract(fen(200), BILL), -800, 200, 200, id="subtract"),
        pytest.param(n.Capped(BILL, in_term(BILL), fen(700)), 0, 700, 700, id="capped over a term"),
        pytest.param(n.Capped(BILL, fen(0), money("limit", 300, 400)), 0, 400, None, id="capped at a field"),
        pytest.param(n.Above(BILL, in_term(BILL), fen(100)), 0, 1000, None, id="above over a term"),
        pytest.param(n.Above(BILL, fen(0), fen(100)), 0, 900, None, id="above once"),
        pytest.param(n.Once(money("x", -5, 9), in_term(BILL)), -5, 9, None, id="once"),
        pytest.param(in_term(BILL), 0, 10_000_000, None, id="before"),
        pytest.param(n.Portion(BILL, RATE), 0, 333, None, id="a third of 1000"),
        pytest.param(n.Portion(money("x", -1000), RATE), -333, 333, None, id="a third, mirrored"),
        pytest.param(n.ShareOf(fen(100), fen(2), fen(3)), 67, 67, 67, id="two thirds of 100"),
        pytest.param(n.ShareOf(fen(100), fen(2), BILL), 0, 200, 200, id="share of nothing is 0, of 1 all"),
        pytest.param(n.Tiered(BILL, fen(0), TIERS), 0, 270, 270, id="150 + 120, then nothing"),
        pytest.param(n.Tiered(money("x", 0, 100), in_term(BILL), TIERS), 0, 60, 270, id="at most 60% of 100"),
        pytest.param(
            n.Tiered(money("x", 0, 1), in_term(BILL), TIERS), 0, 1, 270, id="0.6 fen may round to 1"
        ),
        pytest.param(n.Raised(money("x", 0, 50), fen(80)), 0, 80, None, id="raised"),
        pytest.param(n.Raised(money("x", 10, 50), fen(80)), 80, 80, None, id="always raised"),
        pytest.param(n.Round(money("x", 49, 151), Rounding.HALF_UP_YUAN), 0, 200, None, id="to whole yuan"),
        pytest.param(n.BenefitAmount("basic"), 0, 5000, 5000, id="earlier benefit"),
        pytest.param(n.PaidBefore("basic", n.Period.TERM), 0, 40_000_000, 40_000_000, id="paid before"),
        pytest.param(
            n.PaidBefore("basic", n.Period.CALENDAR_YEAR, whose=n.Whose.FUND),
            0,
            40_000_000_000,
            40_000_000_000,
            id="paid before to all, 10,000 claims each of 1,000 times as many",
        ),
    ],
)
def test_bounds_by_hand(node: n.Node, low: int, high: int, unbounded: int | None) -> None:
    """The interval is what one works out by hand, with the field's bounds and without."""
    known: dict[str, Any] = {
        "values": {"tiers": STOPPED},
        "benefits": {"basic": Interval(-1, 5000)},
        "paid": {"basic": 4000},
    }
    stated, without = bounds_of(node, Bounds(**known)), bounds_of(node, Bounds(**known, unbounded=True))

    assert (low, high) == (stated.low, stated.high)
    assert unbounded == without.high


@pytest.mark.parametrize(
    ("node", "peak"),
    [
        (n.Times(money(most=1000), n.Constant(7, Kind.COUNT)), 7000),
        (n.Subtract(fen(5), BILL), 1000),
        (n.Least((n.Times(BILL, n.Constant(50, Kind.COUNT)), fen(3))), 50_000),
        # 1000 × 1/3: numerator 1000, doubled, and twice the denominator 3 beside it
        (n.Portion(BILL, RATE), 2006),
        # the same in whole yuan: the denominator becomes 300
        (n.Portion(BILL, RATE, Rounding.DOWN_YUAN), 2600),
        # 1000 × 1000 doubled, and twice 40
        (n.ShareOf(BILL, BILL, money(most=40)), 2_000_080),
    ],
)
def test_peak_by_hand(node: n.Node, peak: int) -> None:
    """The peak counts the largest integer on the way, not only the result."""
    assert peak == bounds_of(node, Bounds(values={})).peak


def test_code_has_no_interval() -> None:
    """A code lies in no interval."""
    assert bounds_of(n.Constant("a", Kind.CODE), Bounds(values={})) is NOTHING


def test_computed_rate_has_no_peak() -> None:
    """The denominator of a rate from a Python function is unknown, so nothing above it is called safe."""
    rate = n.Computed(lambda: Fraction(1, 3), (), Kind.RATE, Text("另算"), 0, 1)

    assert bounds_of(n.Portion(BILL, rate), Bounds(values={})).peak is None


@pytest.mark.parametrize(("waived", "high"), [(True, 5), (False, 7)])
def test_decided_choice_has_one_side(*, waived: bool, high: int) -> None:
    """A choice that an edition's flag decides is bounded by the side taken."""
    flag = n.Value(Parameter(name="waived", kind=Kind.FLAG, label=Text("免除")))
    found = bounds_of(n.Choose(flag, fen(5), fen(7)), Bounds(values={"waived": waived}))

    assert (high, high) == (found.low, found.high)


# ---------------------------------------------------------------- words


@settings(QUICK, max_examples=200)
@given(cases())
def test_rule_text_is_never_empty(case: tuple[n.Node, World]) -> None:
    """Every formula can be put into words in both languages, with and without its edition."""
    node, world = case
    texts = [in_words(node, lang, values=values) for lang in ("zh", "en") for values in ({}, world.values)]

    assert all(text.strip() for text in texts)


@settings(QUICK, max_examples=100)
@given(cases(complete=True))
def test_explanation_is_never_empty(case: tuple[n.Node, World]) -> None:
    """Every step of a claim in which nothing is missing can be explained in both languages."""
    node, world = case
    found = results(node, world)
    assume(not any(isinstance(value, Missing) for value in found.values()))
    texts = [
        step(part, Wording(lang=lang, values=world.values, units=units(order([node])), results=found))
        for part in found
        for lang in ("zh", "en")
        if children(part)
    ]

    assert all(text.strip() for text in texts)


# ---------------------------------------------------------------- G(so far) - G(before)

AMOUNT = n.Read(Field(subject="claim", name="amount", kind=Kind.MONEY, label=Text("金额")))
EDGE = n.Read(Field(subject="claim", name="edge", kind=Kind.MONEY, label=Text("界限")))
MEMORY = in_term(AMOUNT)


def run(
    node: n.Node, amounts: list[int], *, edge: int = 0, scale: Scale | None = None, rule: Rounding
) -> list[int]:
    """Run claims of these amounts one after the other, carrying the balance by hand; returns what each gets."""
    paid, carried = [], 0
    formula = order([node])
    for amount in amounts:
        fields = {"amount": amount, "edge": edge}
        env = Env(
            read=lambda _subject, name, fields=fields: fields[name],
            values={item.name: scale for item in SCALES},
            rounding=rule,
            before=lambda _node, _by, carried=carried: carried,
            benefits={},
            paid_by={},
        )
        paid.append(fold(formula, exact.TABLE, env)[-1])
        carried += amount
    return paid


amounts = st.lists(st.integers(0, 900), min_size=1, max_size=6)
rounding_rules = st.sampled_from(Rounding)


@QUICK
@given(amounts, st.integers(0, 2500), rounding_rules)
def test_above_is_the_same_however_split(parts: list[int], edge: int, rule: Rounding) -> None:
    """However a sum is split into claims, what lies over the start is paid, and no claim takes any back."""
    paid = run(n.Above(AMOUNT, MEMORY, EDGE), parts, edge=edge, rule=rule)

    assert max(sum(parts) - edge, 0) == sum(paid)
    assert min(paid) >= 0


@QUICK
@given(amounts, st.integers(0, 2500), rounding_rules)
def test_capped_is_the_same_however_split(parts: list[int], edge: int, rule: Rounding) -> None:
    """However a sum is split into claims, the limit is reached and never exceeded."""
    paid = run(n.Capped(AMOUNT, MEMORY, EDGE), parts, edge=edge, rule=rule)

    assert min(sum(parts), edge) == sum(paid)
    assert min(paid) >= 0


@QUICK
@given(amounts, scales(Kind.RATE), rounding_rules)
def test_tiered_is_the_same_however_split(parts: list[int], scale: Scale, rule: Rounding) -> None:
    """However a sum is split into claims, the tiers give what they give to the whole, to the fen."""
    paid = run(n.Tiered(AMOUNT, MEMORY, TIERS), parts, scale=scale, rule=rule)
    whole = run(n.Tiered(AMOUNT, fen(0), TIERS), [sum(parts)], scale=scale, rule=rule)

    assert sum(whole) == sum(paid)
    assert min(paid) >= 0


@pytest.mark.parametrize("parameter", [SCALES[2], SCALES[4]], ids=["money", "count"])
@QUICK
@given(parts=amounts, scale=scales(Kind.MONEY))
@example(parts=[0, 5], scale=Scale((Band(None, Edge(7, True), 200), Band(Edge(7, False), None, 300))))
@example(parts=[0, 0], scale=Scale((Band(None, None, 200),)))
def test_banded_is_the_same_however_split(parameter: Parameter, parts: list[int], scale: Scale) -> None:
    """However a sum is split into claims, its band is paid once; nothing so far gives nothing."""
    paid = run(n.Banded(AMOUNT, MEMORY, n.Value(parameter)), parts, scale=scale, rule=Rounding.HALF_UP_FEN)
    total = sum(parts)

    assert (scale.whole(total) if total else 0) == sum(paid)


@QUICK
@given(amounts)
def test_once_pays_the_first_amount(parts: list[int]) -> None:
    """Once pays the first amount above 0, whatever follows."""
    paid = run(n.Once(AMOUNT, MEMORY), parts, rule=Rounding.HALF_UP_FEN)

    assert next((part for part in parts if part), 0) == sum(paid)


@QUICK
@given(amounts)
def test_so_far_ends_at_the_sum(parts: list[int]) -> None:
    """What there is so far grows claim by claim to the sum."""
    counted = run(n.SoFar(AMOUNT, MEMORY), parts, rule=Rounding.HALF_UP_FEN)

    assert sum(parts) == counted[-1]
    assert parts[1:] == [later - earlier for earlier, later in pairwise(counted)]


# ---------------------------------------------------------------- rounding

DECIMAL_RULES = {"half-up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}


@pytest.mark.parametrize("rule", Rounding)
@QUICK
@given(fen_=st.integers(-(10**7), 10**7), thousandths=st.integers(0, 2000))
@example(fen_=1, thousandths=500)
@example(fen_=-1, thousandths=500)
@example(fen_=50, thousandths=1000)
@example(fen_=-150, thousandths=1000)
@example(fen_=149, thousandths=1000)
def test_rounding_equals_decimal(rule: Rounding, fen_: int, thousandths: int) -> None:
    """Each rule is the one that `decimal` calls by that name, to the fen and to the yuan."""
    place = Decimal("1E2") if rule.value.endswith("yuan") else Decimal(1)
    exact_amount = Decimal(fen_) * thousandths / 1000
    expected = exact_amount.quantize(place, rounding=DECIMAL_RULES[rule.value.rsplit("-", 1)[0]])

    assert int(expected) == rule.apply(fen_ * thousandths, 1000)


@QUICK
@given(st.integers(-(10**6), 10**6), rates, rounding_rules)
def test_rounding_is_mirrored(amount: int, rate: Fraction, rule: Rounding) -> None:
    """A reversal gives back exactly what was paid."""
    portion = n.Portion(AMOUNT, n.Constant(rate, Kind.RATE), rule)
    (paid,) = run(portion, [amount], rule=rule)
    (back,) = run(portion, [-amount], rule=rule)

    assert paid + back == 0


# ---------------------------------------------------------------- single answers


def evaluate(node: n.Node, *, values: Mapping[str, Any] | None = None, **fields: Any) -> Any:
    """Return the exact answer of one formula over stated fields."""
    env = Env(
        read=lambda subject, name: fields.get(name, Missing(frozenset({f"{subject}.{name}"}))),
        values=values or {},
        rounding=Rounding.HALF_UP_FEN,
        before=lambda _node, _by: 0,
        benefits={},
        paid_by={},
    )
    return fold(order([node]), exact.TABLE, env)[-1]


def test_unset_value_is_missing() -> None:
    """An optional value that no edition sets is missing by its name; it does not raise."""
    unset = n.Value(Parameter(name="report_days", kind=Kind.COUNT, label=Text("报案时限"), optional=True))

    assert Missing(frozenset({"value.report_days"})) == evaluate(n.Add(unset, n.Constant(1, Kind.COUNT)))


def test_row_that_is_not_there_is_missing() -> None:
    """A table without a row for the code answers with the row that was looked for, never with 0."""
    grades = Parameter(name="grades", kind=Kind.MONEY, label=Text("等级"), shape=Shape.TABLE)
    node = n.Lookup(n.Value(grades), (n.Constant(11, Kind.COUNT),))

    assert Missing(frozenset({"value.grades[11]"})) == evaluate(node, values={"grades": Table({("1",): 500})})


def test_all_that_is_missing_is_named() -> None:
    """A sum of two fields that are not stated names both."""
    assert Missing(frozenset({"claim.amount", "claim.edge"})) == evaluate(n.Add(AMOUNT, EDGE))
    assert Missing(frozenset({"claim.edge"})) == evaluate(n.Add(AMOUNT, EDGE), amount=5)


@pytest.mark.parametrize(
    ("denominator", "expected"),
    [(3, 33), (0, 0), (-3, 0)],
    ids=["a third", "of nothing", "of less than nothing"],
)
def test_share_of_nothing_is_nothing(denominator: int, expected: int) -> None:
    """A share over 0 or less is 0; nothing divides by it."""
    node = n.ShareOf(fen(100), n.Constant(1, Kind.COUNT), n.Constant(denominator, Kind.COUNT))

    assert expected == evaluate(node)


# ---------------------------------------------------------------- limits of a plan

VALUES = mp.parameters(
    most_shares=mp.shares("最多份数", "most shares"),
    limit=mp.money("封顶线", "ceiling"),
    share=mp.rate("比例", "rate"),
)


def limits_of(
    *pays: tuple[str, mp.Formula], indemnity: bool = False
) -> tuple[BoundPlan, dict[str, BenefitLimits]]:
    """Return the limits of a plan with these benefits: at most 2 shares, a ceiling of 500.00, a rate of 1/3."""
    plan = mp.Plan(
        id="try",
        title=Text("试验"),
        values=VALUES,
        editions=mp.editions("mutualplans"),
        premium=mp.yuan("10"),
        term_months=12,
        max_shares=VALUES.most_shares,
        benefits=[
            mp.Benefit(id_, Text(id_), clause="1", pays=paid, indemnity=indemnity) for id_, paid in pays
        ],
    )
    entries = {"most_shares": 2, "limit": 50_000, "share": Fraction(1, 3)}
    edition = made_up("try", "e", entries)
    bound = bind(plan, edition)
    return bound, {item.benefit: item for item in limits(bound)}


def codes(bound: BoundPlan) -> list[tuple[str, str]]:
    """Return the codes and severities of what speaks against a plan."""
    return [(found.code, found.severity) for found in limit_problems(bound)]


def test_capped_benefit_has_no_problem() -> None:
    """A third of the bill, at most 500.00 a share and at most 2 shares: 0 to 1,000.00."""
    pays = (claim.total * VALUES.share).capped(VALUES.limit, per=per.TERM) * cover.shares
    bound, found = limits_of(("basic", pays))

    assert (found["basic"].least, found["basic"].most, found["basic"].most_with_field_bounds) == (
        0,
        100_000,
        100_000,
    )
    assert codes(bound) == []


def test_uncapped_benefit_is_a_warning() -> None:
    """A third of a bill of at most 10 million yuan, with nothing else in the way: 3,333,333.33."""
    bound, found = limits_of(("basic", claim.total * VALUES.share))

    assert (found["basic"].most, found["basic"].most_with_field_bounds) == (None, 333_333_333)
    assert codes(bound) == [("formula.uncapped", "warning")]


def test_negative_benefit_is_an_error() -> None:
    """500.00 minus a bill may come out negative; `less` may not."""
    bound, found = limits_of(("basic", VALUES.limit - claim.total), ("other", VALUES.limit.less(claim.total)))

    assert (found["basic"].least, found["other"].least) == (50_000 - 10**9, 0)
    assert codes(bound) == [("formula.bounds", "error")]


def test_overflow_is_an_error_below_a_cap_too() -> None:
    """1e9 × 1e5 × 1e5 = 1e19 does not fit into 63 bits, whatever is cut off it afterwards."""
    days = mp.field("claim", "other_days", Kind.COUNT, "另计天数")
    bound, found = limits_of(("basic", mp.least(claim.total * days * days, VALUES.limit)))

    assert (found["basic"].most, found["basic"].peak) == (50_000, 10**19)
    assert codes(bound) == [("formula.overflow", "error")]


def test_cap_on_what_was_paid_is_a_cap() -> None:
    """What is left of 500.00 after what was paid before: 0 to 500.00; paid before, at most 10,000 times that."""
    pays = mp.least(claim.total, VALUES.limit.less(mp.paid.before("basic", per=per.TERM)))
    bound, found = limits_of(("basic", pays))

    assert (found["basic"].least, found["basic"].most) == (0, 50_000)
    assert max(10**9, 10_000 * 50_000) == found["basic"].peak
    assert codes(bound) == []


def test_earlier_benefit_bounds_the_later() -> None:
    """Twice an earlier benefit of at most 500.00 is at most 1,000.00."""
    basic = claim.total.capped(VALUES.limit)
    _bound, found = limits_of(("basic", basic), ("extra", mp.benefit("basic") * 2))

    assert (found["extra"].least, found["extra"].most) == (0, 100_000)


def test_growing_on_itself_cannot_be_bounded() -> None:
    """A benefit that pays again all it ever paid, and more, has no bound at all, which is said."""
    bound, found = limits_of(("basic", claim.total + mp.paid.before(per=per.LIFETIME)))

    assert (found["basic"].most_with_field_bounds, found["basic"].peak) == (None, None)
    assert codes(bound) == [("formula.uncapped", "warning"), ("formula.overflow", "error")]


def test_indemnity_is_not_a_cap_of_its_own() -> None:
    """What is left of the expense bounds an indemnity only as far as the field is bounded."""
    _bound, found = limits_of(("basic", claim.total), indemnity=True)

    assert (found["basic"].most, found["basic"].most_with_field_bounds) == (None, 10**9)
