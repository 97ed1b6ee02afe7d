"""Hypothesis strategies: well-kinded formulas of every node class, and the worlds they are evaluated in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zlib import crc32

from attrs import evolve, field, frozen
from hypothesis import settings
from hypothesis import strategies as st

from mutualplans.backends.bounds import Bounds, Interval, bounds_of
from mutualplans.backends.exact import Env, Missing
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.dates import DateRange
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.scales import ANY, Band, Condition, ConditionList, Edge, Scale, Table
from mutualplans.model.text import Text
from mutualplans.model.workdays import CalendarPart, WorkCalendar

QUICK = settings(database=None)
"""How the tests of formulas run."""

Draw = Callable[[st.SearchStrategy[Any]], Any]
Builder = Callable[[Draw, int], n.Node]

CLAIMS_MOST = 3
BENEFIT_MOST = 5000
PAID_MOST = 4000
OTHERS_MOST = 3000
FIRST, LAST = date(1995, 1, 1), date(2032, 12, 31)
CODES = ("a", "b", "")
DIAGNOSES = ("C50.9", "D05.1", "C56", "breast-cancer", "K35", "*", "")


# ---------------------------------------------------------------- what formulas read


def _field(name: str, kind: Kind, **more: Any) -> Field:
    return Field(subject="claim", name=name, kind=kind, label=Text(f"字段{name}", name), **more)


FIELDS = (
    _field("total", Kind.MONEY),
    _field("small", Kind.MONEY, most=1000),
    _field("correction", Kind.MONEY, least=-500, most=500),
    _field("days", Kind.COUNT, most=40, unit=Text("天", "days")),
    _field("balance", Kind.COUNT, least=-6, most=6),
    _field("in_situ", Kind.FLAG),
    _field("renewed", Kind.FLAG),
    _field("born", Kind.DATE),
    _field("event_date", Kind.DATE),
    _field("level", Kind.CODE, choices={code: Text(f"级{code}", f"level {code}") for code in CODES}),
    _field("diagnosis", Kind.CODE),
)


def _parameter(name: str, kind: Kind, shape: Shape = Shape.SINGLE, **more: Any) -> Parameter:
    return Parameter(name=name, kind=kind, shape=shape, label=Text(f"值{name}", name), **more)


SINGLES = (
    _parameter("lump", Kind.MONEY),
    _parameter("most_days", Kind.COUNT, unit=Text("天", "days")),
    _parameter("unset", Kind.COUNT, optional=True),
    _parameter("share", Kind.RATE),
    _parameter("waived", Kind.FLAG),
    _parameter("class", Kind.CODE),
)
TABLES = (
    _parameter("money_by_level", Kind.MONEY, Shape.TABLE),
    _parameter("money_by_two", Kind.MONEY, Shape.TABLE, keys=2),
    _parameter("count_by_level", Kind.COUNT, Shape.TABLE),
    _parameter("rate_by_level", Kind.RATE, Shape.TABLE),
    _parameter("flag_by_level", Kind.FLAG, Shape.TABLE),
    _parameter("code_by_level", Kind.CODE, Shape.TABLE),
)
SCALES = (
    _parameter("tiers", Kind.RATE, Shape.SCALE),
    _parameter("rate_bands", Kind.RATE, Shape.SCALE, measured=Kind.COUNT),
    _parameter("money_bands", Kind.MONEY, Shape.SCALE),
    _parameter("money_by_days", Kind.MONEY, Shape.SCALE, measured=Kind.COUNT),
    _parameter("count_bands", Kind.COUNT, Shape.SCALE, measured=Kind.COUNT),
)
DISEASES = _parameter("diseases", Kind.CODE, Shape.CONDITIONS)
WORKDAYS = _parameter("workdays", Kind.DATE, Shape.CALENDAR)


# ---------------------------------------------------------------- plain values

rates = st.one_of(
    st.integers(0, 40).map(lambda number: Fraction(number, 20)),
    st.sampled_from([Fraction(1, 3), Fraction(2, 7), Fraction(999, 1000)]),
)
days = st.integers(0, (LAST - FIRST).days).map(lambda number: FIRST + timedelta(days=number))
leap_days = st.sampled_from([date(1996, 2, 29), date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1)])
in_calendars = st.dates(date(2019, 11, 10), date(2021, 6, 30))
dates = st.one_of(days, leap_days, in_calendars)
PLAIN: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.MONEY: st.integers(0, 300),
    Kind.COUNT: st.integers(0, 20),
    Kind.RATE: rates,
    Kind.FLAG: st.booleans(),
    Kind.DATE: dates,
    Kind.CODE: st.sampled_from(CODES),
}


@st.composite
def scales(draw: Draw, gives: Kind, most: int = 300) -> Scale:
    """A scale of one to four bands, open or closed at either end, each edge on either side."""
    edges = sorted(draw(st.sets(st.integers(0, most), min_size=1, max_size=5)))
    sides = [draw(st.booleans()) for _ in edges]
    lows = [Edge(at, inside) for at, inside in zip(edges, sides, strict=True)]
    highs = [Edge(at, not inside) for at, inside in zip(edges, sides, strict=True)]
    below, above = draw(st.booleans()), draw(st.booleans())
    inner = list(zip(lows, highs[1:], strict=False))
    ends = [
        *([(None, highs[0])] if below else []),
        *inner,
        *([(lows[-1], None)] if above or not inner else []),
    ]
    return Scale(tuple(Band(low, high, draw(PLAIN[gives])) for low, high in ends))


@st.composite
def tables(draw: Draw, kind: Kind, keys: int) -> Table:
    """A table with some rows, with or without rows for every other code."""
    key = st.tuples(*[st.sampled_from((*CODES, "1", ANY))] * keys)
    return Table(draw(st.dictionaries(key, PLAIN[kind], min_size=1, max_size=5)))


CONDITIONS = (
    Condition(
        id="breast-cancer", title=Text("乳腺癌"), class_="a", icd10=("C50", "D05"), except_icd10=("D05.1",)
    ),
    Condition(id="ovarian-cancer", title=Text("卵巢癌"), class_="b", icd10=("C56",)),
    Condition(id="operation", title=Text("手术"), class_="operation"),
)


@st.composite
def calendars(draw: Draw, first: date = date(2019, 11, 15), most: int = 1000) -> WorkCalendar:
    """A calendar of one to three parts, each with some days off, on weekends too, and some worked weekends."""
    parts, begin = [], first + timedelta(days=draw(st.integers(0, 60)))
    for _ in range(draw(st.integers(1, 3))):
        end = begin + timedelta(days=draw(st.one_of(st.integers(0, 20), st.integers(300, most))))
        days = [begin + timedelta(days=step) for step in range((end - begin).days + 1)]
        off, cut = [], draw(st.lists(st.sampled_from(days), max_size=6, unique=True).map(sorted))
        for one, other in zip(cut[::2], cut[1::2], strict=False):
            off.append(DateRange(one, min(other, one + timedelta(days=9))))
        weekends = [day for day in days if day.weekday() > 4 and not any(day in item for item in off)]
        worked = draw(st.lists(st.sampled_from(weekends), max_size=4, unique=True)) if weekends else []
        parts.append(
            CalendarPart(from_=begin, to=end, source="测试", holidays=tuple(off), worked=tuple(worked))
        )
        begin = end + timedelta(days=1)
    return WorkCalendar(tuple(parts))


def _value_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    if parameter.shape is Shape.TABLE:
        return tables(parameter.kind, parameter.keys)
    if parameter.shape is Shape.SCALE:
        return scales(parameter.kind, 300 if parameter.measured is Kind.MONEY else 30)
    if parameter.shape is Shape.CALENDAR:
        return calendars()
    if parameter.shape is Shape.CONDITIONS:
        return st.lists(st.sampled_from(CONDITIONS), unique=True).map(
            lambda found: ConditionList(tuple(found))
        )
    return PLAIN[parameter.kind]


def _stated(item: Field) -> st.SearchStrategy[Any]:
    if item.name == "diagnosis":
        return st.sampled_from(DIAGNOSES)
    if item.kind in (Kind.MONEY, Kind.COUNT):
        usual = st.integers(item.least, min(item.most, 300))
        return st.one_of(usual, usual, st.integers(item.least, item.most))
    return PLAIN[item.kind]


# ---------------------------------------------------------------- worlds


@frozen(kw_only=True, eq=False)
class World:
    """Everything that a formula can be evaluated against.

    Attributes:
        fields: Field name → plain value; what is not stated is absent.
        values: Parameter name → value.
        rounding: The edition's rounding.
        seed: What the balances are made from.
        basic: What the earlier benefit ``basic`` pays; ``None`` when that is not known.
        paid_by: What earlier plans pay.
    """

    fields: Mapping[str, Any]
    values: Mapping[str, Any]
    rounding: Rounding
    seed: int
    basic: int | None
    paid_by: Mapping[str, int]
    _balances: dict[Any, int] = field(factory=dict, init=False)

    def read(self, subject: str, name: str) -> Any:
        """Return a field's value, or that it is missing."""
        return self.fields[name] if name in self.fields else Missing(frozenset({f"{subject}.{name}"}))

    def balance(self, node: n.Before | n.PaidBefore, by: Any) -> int:
        """Return a balance that some earlier claims can have left, the same whenever it is asked for."""
        key = (node, by)
        if key not in self._balances:
            found = (
                bounds_of(node.base, self.bounds()) if isinstance(node, n.Before) else Interval(0, PAID_MOST)
            )
            low, high = int(found.low or 0), int(found.high or 0)
            chance = crc32(f"{self.seed} {by}".encode())
            claim = max(low, [low, high, min(high, 3), min(high, 100), min(high, 300)][self.seed % 5])
            self._balances[key] = (claim - chance % (min(claim - low, 9) + 1)) * (
                chance // 7 % (CLAIMS_MOST + 1)
            )
        return self._balances[key]

    def env(self) -> Env:
        """Return the environment of the exact backend."""
        return Env(
            read=self.read,
            values=self.values,
            rounding=self.rounding,
            before=self.balance,
            benefits={"basic": self.basic_or_missing},
            paid_by=self.paid_by,
        )

    @property
    def basic_or_missing(self) -> Any:
        """What the benefit ``basic`` pays, or that it is missing."""
        return Missing(frozenset({"claim.basic"})) if self.basic is None else self.basic

    def bounds(self, **more: Any) -> Bounds:
        """Return the environment of the bounds backend that this world lies inside."""
        known: dict[str, Any] = {
            "values": self.values,
            "rounding": self.rounding,
            "claims_most": CLAIMS_MOST,
            "benefits": {"basic": Interval(0, BENEFIT_MOST, BENEFIT_MOST)},
            "paid": {None: PAID_MOST, "basic": PAID_MOST},
            "others_most": OTHERS_MOST,
        }
        return Bounds(**(known | more))


@st.composite
def worlds(draw: Draw, node: n.Node, *, complete: bool = False) -> World:
    """A world for a formula, in which some of what it reads is not stated, unless it is to be `complete`."""
    parts = order([node]).nodes
    fields = [part.field for part in parts if isinstance(part, n.Read)]
    parameters = [
        part.parameter for part in parts if isinstance(part, n.Value) and not part.parameter.optional
    ]
    stated = [item for item in fields if complete or draw(st.integers(0, 3))]
    return World(
        fields={item.name: draw(_stated(item)) for item in stated},
        values={item.name: draw(_value_of(item)) for item in parameters},
        rounding=draw(st.sampled_from(Rounding)),
        seed=draw(st.integers(0, 1000)),
        basic=draw(_basic if complete else st.one_of(_basic, st.none())),
        paid_by=draw(st.dictionaries(st.sampled_from(["one", "two"]), st.integers(0, OTHERS_MOST // 2))),
    )


_basic = st.integers(0, BENEFIT_MOST)


@st.composite
def cases(draw: Draw, root: type[n.Node] | None = None, *, complete: bool = False) -> tuple[n.Node, World]:
    """A formula of any kind (or a small one with a node of class `root` as its last step), and a world for it."""
    node = draw(rooted(root) if root else formulas(depth=4))
    return node, draw(worlds(node, complete=complete))


@st.composite
def completions(draw: Draw, world: World) -> World:
    """The same world with everything stated."""
    stated = {item.name: draw(_stated(item)) for item in FIELDS if item.name not in world.fields}
    return evolve(
        world, fields={**world.fields, **stated}, basic=draw(_basic) if world.basic is None else world.basic
    )


# ---------------------------------------------------------------- formulas

_LABEL = Text("这一步", "this step")
_roundings = st.one_of(st.none(), st.sampled_from(Rounding))


def _sum_mod_7(*inputs: Any) -> int:
    return sum(int(item) for item in inputs) % 7


def _is_even(*inputs: Any) -> bool:
    return sum(int(item) for item in inputs) % 2 == 0


def _first_code(*inputs: Any) -> str:
    return CODES[len(inputs) % len(CODES)]


_FUNCTIONS = {
    Kind.MONEY: _sum_mod_7,
    Kind.COUNT: _sum_mod_7,
    Kind.FLAG: _is_even,
    Kind.CODE: _first_code,
}


def _constant(kind: Kind) -> Builder:
    written = {
        Kind.MONEY: st.integers(-50, 50),
        Kind.COUNT: st.integers(-50, 50),
        Kind.CODE: st.sampled_from("ab"),
    }
    return lambda draw, depth: n.Constant(draw(written.get(kind, PLAIN[kind])), kind)


def _reading(kind: Kind) -> Builder:
    return lambda draw, depth: n.Read(draw(st.sampled_from([item for item in FIELDS if item.kind is kind])))


def _single(kind: Kind) -> Builder:
    return lambda draw, depth: n.Value(draw(st.sampled_from([item for item in SINGLES if item.kind is kind])))


def _two(node: type[Any], kind: Kind, other: Kind | None = None) -> Builder:
    return lambda draw, depth: node(build(draw, kind, depth), build(draw, other or kind, depth))


def _many(node: type[Any], kind: Kind) -> Builder:
    def make(draw: Draw, depth: int) -> n.Node:
        return node(tuple(build(draw, kind, depth) for _ in range(draw(st.integers(1, 3)))))

    return make


def _by(draw: Draw, depth: int) -> n.Node | None:
    return build(draw, Kind.CODE, depth) if draw(st.booleans()) else None


def _before(draw: Draw, base: n.Node, depth: int) -> n.Node:
    if draw(st.booleans()):
        return n.Constant(0, base.kind)
    return n.Before(base, draw(st.sampled_from(n.Period)), _by(draw, depth))


def _memory(kind: Kind) -> Builder:
    def make(draw: Draw, depth: int) -> n.Node:
        return n.Before(build(draw, kind, depth), draw(st.sampled_from(n.Period)), _by(draw, depth))

    return make


def _paid_before(draw: Draw, depth: int) -> n.Node:
    benefit = draw(st.sampled_from(["basic", None]))
    return n.PaidBefore(benefit, draw(st.sampled_from(n.Period)), _by(draw, depth))


def _counting(node: type[Any], kind: Kind) -> Builder:
    """Above and Capped: a base, what came before, an edge."""

    def make(draw: Draw, depth: int) -> n.Node:
        base = build(draw, kind, depth)
        return node(base, _before(draw, base, depth), build(draw, kind, depth))

    return make


def _so_far(node: type[Any], kind: Kind) -> Builder:
    def make(draw: Draw, depth: int) -> n.Node:
        base = build(draw, kind, depth)
        return node(base, _before(draw, base, depth))

    return make


def _tiered(draw: Draw, depth: int) -> n.Node:
    base = build(draw, Kind.MONEY, depth)
    return n.Tiered(base, _before(draw, base, depth), n.Value(SCALES[0]), draw(_roundings))


def _banded(kind: Kind) -> Builder:
    def make(draw: Draw, depth: int) -> n.Node:
        scale = draw(st.sampled_from([item for item in SCALES if item.kind is kind]))
        base = build(draw, scale.measured, depth)
        before = n.Constant(0, base.kind) if kind is Kind.RATE else _before(draw, base, depth)
        return n.Banded(base, before, n.Value(scale))

    return make


def _lookup(kind: Kind) -> Builder:
    def make(draw: Draw, depth: int) -> n.Node:
        table = draw(st.sampled_from([item for item in TABLES if item.kind is kind]))
        keys = (build(draw, draw(st.sampled_from([Kind.CODE, Kind.COUNT])), depth) for _ in range(table.keys))
        return n.Lookup(n.Value(table), tuple(keys))

    return make


def _choose(kind: Kind) -> Builder:
    def make(draw: Draw, depth: int) -> n.Node:
        return n.Choose(build(draw, Kind.FLAG, depth), build(draw, kind, depth), build(draw, kind, depth))

    return make


def _named(kind: Kind) -> Builder:
    return lambda draw, depth: n.Named(build(draw, kind, depth), _LABEL)


def _computed(kind: Kind) -> Builder:
    def make(draw: Draw, depth: int) -> n.Node:
        inputs = tuple(build(draw, Kind.COUNT, depth) for _ in range(draw(st.integers(0, 2))))
        return n.Computed(_FUNCTIONS[kind], inputs, kind, Text("另算", "worked out"), 0, 6)

    return make


def _portion(draw: Draw, depth: int) -> n.Node:
    return n.Portion(build(draw, Kind.MONEY, depth), build(draw, Kind.RATE, depth), draw(_roundings))


def _share_of(draw: Draw, depth: int) -> n.Node:
    kind = draw(st.sampled_from([Kind.MONEY, Kind.COUNT]))
    parts = (build(draw, Kind.MONEY, depth), build(draw, kind, depth), build(draw, kind, depth))
    return n.ShareOf(*parts, draw(_roundings))


def _round(draw: Draw, depth: int) -> n.Node:
    return n.Round(build(draw, Kind.MONEY, depth), draw(st.sampled_from(Rounding)))


def _compare(draw: Draw, depth: int) -> n.Node:
    kind = draw(st.sampled_from(Kind))
    sides = [n.Side.EQUALS, n.Side.DIFFERS] if kind in (Kind.CODE, Kind.FLAG) else list(n.Side)
    return n.Compare(draw(st.sampled_from(sides)), build(draw, kind, depth), build(draw, kind, depth))


def _within(draw: Draw, depth: int) -> n.Node:
    kind = draw(st.sampled_from([Kind.MONEY, Kind.COUNT, Kind.RATE, Kind.DATE]))
    return n.Within(*(build(draw, kind, depth) for _ in range(3)))


def _one_of(draw: Draw, depth: int) -> n.Node:
    return n.OneOf(build(draw, Kind.CODE, depth), tuple(draw(st.lists(st.sampled_from(CODES), min_size=1))))


def _match(draw: Draw, depth: int) -> n.Match:
    return n.Match(n.Value(DISEASES), build(draw, Kind.CODE, depth))


def _workday_after(draw: Draw, depth: int) -> n.WorkdayAfter:
    return n.WorkdayAfter(n.Value(WORKDAYS), build(draw, Kind.DATE, depth), build(draw, Kind.COUNT, depth))


def _because(draw: Draw, depth: int) -> n.Node:
    return n.Because(build(draw, Kind.FLAG, depth), "reason", Text("原因", "reason"))


def _amounts(kind: Kind) -> dict[type[n.Node], Builder]:
    """Builders that money and counts share."""
    return {
        n.Before: _memory(kind),
        n.Add: _two(n.Add, kind),
        n.Subtract: _two(n.Subtract, kind),
        n.Least: _many(n.Least, kind),
        n.Greatest: _many(n.Greatest, kind),
        n.Raised: _two(n.Raised, kind),
        n.SoFar: _so_far(n.SoFar, kind),
        n.Above: _counting(n.Above, kind),
        n.Capped: _counting(n.Capped, kind),
        n.Once: _so_far(n.Once, kind),
        n.Banded: _banded(kind),
        n.Lookup: _lookup(kind),
        n.Choose: _choose(kind),
        n.Named: _named(kind),
        n.Computed: _computed(kind),
    }


def _leaves(kind: Kind) -> dict[type[n.Node], Builder]:
    """Builders of what stands at the end of every formula; dates are no values, rates no fields."""
    found: dict[type[n.Node], Builder] = {n.Constant: _constant(kind)}
    if kind is not Kind.RATE:
        found[n.Read] = _reading(kind)
    if kind is not Kind.DATE:
        found[n.Value] = _single(kind)
    if kind is Kind.MONEY:
        found[n.BenefitAmount] = lambda draw, depth: n.BenefitAmount("basic")
        found[n.PaidByPlan] = lambda draw, depth: n.PaidByPlan(draw(st.sampled_from(["one", "two", None])))
    return found


LEAVES: Mapping[Kind, Mapping[type[n.Node], Builder]] = {kind: _leaves(kind) for kind in Kind}
BRANCHES: Mapping[Kind, Mapping[type[n.Node], Builder]] = {
    Kind.MONEY: _amounts(Kind.MONEY)
    | {
        n.Times: _two(n.Times, Kind.MONEY, Kind.COUNT),
        n.PaidBefore: _paid_before,
        n.Portion: _portion,
        n.ShareOf: _share_of,
        n.Round: _round,
        n.Tiered: _tiered,
    },
    Kind.COUNT: _amounts(Kind.COUNT)
    | {
        n.Times: _two(n.Times, Kind.COUNT),
        n.CompletedYears: _two(n.CompletedYears, Kind.DATE),
        n.DaysFrom: _two(n.DaysFrom, Kind.DATE),
    },
    Kind.RATE: {
        n.Add: _two(n.Add, Kind.RATE),
        n.Subtract: _two(n.Subtract, Kind.RATE),
        n.Times: _two(n.Times, Kind.RATE),
        n.Least: _many(n.Least, Kind.RATE),
        n.Greatest: _many(n.Greatest, Kind.RATE),
        n.Banded: _banded(Kind.RATE),
        n.Lookup: _lookup(Kind.RATE),
        n.Choose: _choose(Kind.RATE),
        n.Named: _named(Kind.RATE),
    },
    Kind.FLAG: {
        n.Compare: _compare,
        n.Within: _within,
        n.OneOf: _one_of,
        n.Both: _many(n.Both, Kind.FLAG),
        n.AnyOf: _many(n.AnyOf, Kind.FLAG),
        n.Not: lambda draw, depth: n.Not(build(draw, Kind.FLAG, depth)),
        n.Listed: lambda draw, depth: n.Listed(_match(draw, depth)),
        n.Because: _because,
        n.Lookup: _lookup(Kind.FLAG),
        n.Choose: _choose(Kind.FLAG),
        n.Named: _named(Kind.FLAG),
        n.Computed: _computed(Kind.FLAG),
    },
    Kind.DATE: {
        n.Least: _many(n.Least, Kind.DATE),
        n.Greatest: _many(n.Greatest, Kind.DATE),
        n.WorkdayAfter: _workday_after,
        n.Choose: _choose(Kind.DATE),
        n.Named: _named(Kind.DATE),
    },
    Kind.CODE: {
        n.Match: _match,
        n.ClassOf: lambda draw, depth: n.ClassOf(_match(draw, depth)),
        n.Lookup: _lookup(Kind.CODE),
        n.Choose: _choose(Kind.CODE),
        n.Named: _named(Kind.CODE),
        n.Computed: _computed(Kind.CODE),
    },
}


def build(draw: Draw, kind: Kind, depth: int) -> n.Node:
    """Return a formula of `kind` with at most `depth` levels below it."""
    leaves = LEAVES[kind]
    builders = leaves if depth <= 0 else {**BRANCHES[kind], n.Read: leaves.get(n.Read, leaves[n.Constant])}
    return draw(st.sampled_from(list(builders.values())))(draw, depth - 1)


@st.composite
def formulas(draw: Draw, kind: Kind | None = None, depth: int = 3) -> n.Node:
    """A well-kinded formula of `kind` (of any kind, if not said), at most `depth` levels deep."""
    often = [Kind.MONEY, Kind.MONEY, Kind.COUNT, *Kind]
    return build(draw, kind or draw(st.sampled_from(often)), draw(st.integers(1, depth)))


@st.composite
def rooted(draw: Draw, node: type[n.Node]) -> n.Node:
    """A small formula whose last step is a node of this class."""
    builders = [found[node] for table in (LEAVES, BRANCHES) for found in table.values() if node in found]
    return draw(st.sampled_from(builders))(draw, draw(st.integers(0, 1)))
