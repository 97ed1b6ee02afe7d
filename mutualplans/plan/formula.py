"""What plan authors write: values with named operations, checked for their kinds where they are written.

Ordering operators are methods whose names say the side of the edge (`up_to`, `below`, `from_`, `over`); `<=` and
its kin are refused. A rate meets money only by ``money * rate``, which rounds to whole fen and shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any, NoReturn, TypeAlias

from mutualplans.backends.words import in_words
from mutualplans.expr import nodes as n
from mutualplans.expr.nodes import Period, Side, Whose
from mutualplans.model.claim import Claim
from mutualplans.model.fields import fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Money, Rounding
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.problem import MutualPlansError, problem
from mutualplans.model.text import Text

__all__ = [
    "Formula",
    "FormulaError",
    "Operand",
    "all_of",
    "any_of",
    "benefit",
    "choose",
    "computed",
    "formula",
    "greatest",
    "least",
    "paid",
]


class FormulaError(MutualPlansError, TypeError):
    """A formula was put together from kinds that do not fit."""


def _refuse(code: str, zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> NoReturn:
    raise FormulaError(problem(f"formula.{code}", zh, en, hint_zh=hint_zh, hint_en=hint_en))


def _said(node: n.Node) -> str:
    return f"“{in_words(node)}”（{node.kind.label.zh}）"


def _said_en(node: n.Node) -> str:
    return f"“{in_words(node, 'en')}” ({node.kind.label.en})"


class Formula:
    """A value of a plan: a field, a parameter, or something computed from them.

    Attributes:
        node: The formula as data.
    """

    __slots__ = ("node",)

    def __init__(self, node: n.Node) -> None:
        self.node = node

    def __repr__(self) -> str:
        return f"<Formula {self.node.kind.value}: {in_words(self.node, 'en')}>"

    # ------------------------------------------------------------ arithmetic

    def __add__(self, other: Operand) -> Formula:
        self._must_be_amount("+")
        return Formula(n.Add(self.node, self._same(other, "相加", "added")))

    def __sub__(self, other: Operand) -> Formula:
        self._must_be_amount("-")
        return Formula(n.Subtract(self.node, self._same(other, "相减", "subtracted")))

    def __mul__(self, other: Operand) -> Formula:
        right = lift(other)
        kinds = {self.node.kind, right.kind}
        if kinds == {Kind.MONEY, Kind.RATE}:
            base, rate = (self.node, right) if right.kind is Kind.RATE else (right, self.node)
            return Formula(n.Portion(base, rate))
        if right.kind is Kind.MONEY and self.node.kind is Kind.COUNT:
            return Formula(n.Times(right, self.node))
        if (self.node.kind, right.kind) in _PRODUCTS:
            return Formula(n.Times(self.node, right))
        return self._mismatch(right, "相乘", "multiplied")

    __rmul__ = __mul__
    __radd__ = __add__

    def __rsub__(self, other: Operand) -> Formula:
        return formula(other) - self

    def less(self, other: Operand) -> Formula:
        """This minus `other`, never below 0."""
        zero = n.Constant(0, self.node.kind)
        return Formula(n.Greatest(((self - other).node, zero)))

    def share(self, numerator: Operand, denominator: Operand, *, rounding: Rounding | None = None) -> Formula:
        """Money × numerator / denominator, rounded; 0 where the denominator is 0."""
        self._must_be(Kind.MONEY, "share")
        of = formula(numerator)
        if of.node.kind not in (Kind.MONEY, Kind.COUNT):
            of._must_be(Kind.COUNT, "share")
        return Formula(n.ShareOf(self.node, of.node, of._same(denominator, "相除", "divided"), rounding))

    def rounded(self, rounding: Rounding) -> Formula:
        """Money rounded by a named rule, for example to whole yuan.

        On ``money * rate`` and `tiered` this *is* their rounding, not a second one after it.
        """
        self._must_be(Kind.MONEY, "rounded")
        if not isinstance(rounding, Rounding):
            _refuse(
                "rounding", f"取整规则用 mp.Rounding.…；实为 {rounding!r}", f"not a Rounding: {rounding!r}"
            )
        if isinstance(self.node, n.Portion):
            return Formula(n.Portion(self.node.base, self.node.rate, rounding))
        if isinstance(self.node, n.Tiered):
            return Formula(n.Tiered(self.node.base, self.node.before, self.node.scale, rounding))
        return Formula(n.Round(self.node, rounding))

    def raised_to(self, floor: Operand) -> Formula:
        """Raise a small benefit: between 0 and `floor` it becomes `floor`; 0 stays 0."""
        self._must_be_amount("raised_to")
        return Formula(n.Raised(self.node, self._same(floor, "比较", "compared")))

    # ------------------------------------------------------------ scales with a memory

    def before(self, *, per: Period, by: Formula | None = None, whose: Whose = Whose.PERSON) -> Formula:
        """The sum of this over earlier claims of the period: the person's, or all that share the account."""
        return Formula(self._before(per, by, whose))

    def so_far(self, *, per: Period, by: Formula | None = None, whose: Whose = Whose.PERSON) -> Formula:
        """The sum of this over the claims of the period, this claim included."""
        return Formula(n.SoFar(self.node, self._before(per, by, whose)))

    def above(
        self,
        start: Operand,
        *,
        per: Period | None = None,
        by: Formula | None = None,
        whose: Whose = Whose.PERSON,
    ) -> Formula:
        """The part over `start`; with `per` the start is used up once in the period, not by every claim."""
        right = self._same(start, "比较", "compared")
        return Formula(n.Above(self.node, self._before(per, by, whose), right))

    def capped(
        self,
        limit: Operand,
        *,
        per: Period | None = None,
        by: Formula | None = None,
        whose: Whose = Whose.PERSON,
    ) -> Formula:
        """At most `limit`, in this claim or (with `per`) over the period; the last part is cut to what is left.

        `whose` says who shares the limit: nobody, the family, or everybody in the plan.
        """
        right = self._same(limit, "比较", "compared")
        return Formula(n.Capped(self.node, self._before(per, by, whose), right))

    def once(self, *, per: Period, by: Formula | None = None, whose: Whose = Whose.PERSON) -> Formula:
        """This the first time it is above 0 in the period, then 0."""
        return Formula(n.Once(self.node, self._before(per, by, whose)))

    def tiered(
        self,
        scale: Formula,
        *,
        per: Period | None = None,
        by: Formula | None = None,
        whose: Whose = Whose.PERSON,
    ) -> Formula:
        """Each slice of this amount at its own rate (marginal tiers); with `per` the scale goes on over claims."""
        self._must_be(Kind.MONEY, "tiered")
        tiers = _scale(scale, self.node.kind, Kind.RATE)
        return Formula(n.Tiered(self.node, self._before(per, by, whose), tiers))

    def banded(
        self,
        scale: Formula,
        *,
        per: Period | None = None,
        by: Formula | None = None,
        whose: Whose = Whose.PERSON,
    ) -> Formula:
        """What the band of this gives as a whole: a rate (notch), a fixed amount, a number of days."""
        value = _scale(scale, self.node.kind, None)
        if value.kind not in _AMOUNTS:
            Formula(value)._must_be(Kind.MONEY, "banded")
        if per is not None and value.kind is Kind.RATE:
            _refuse(
                "banded-rate",
                "按档取比例不能跨次累计：比例不能相减",
                "a band of rates cannot run over a period: rates cannot be subtracted",
                "先用 banded 取比例再相乘，或改用 tiered",
                "multiply by the banded rate of one claim, or use tiered",
            )
        return Formula(n.Banded(self.node, self._before(per, by, whose), value))

    def _before(self, per: Period | None, by: Formula | None, whose: Whose) -> n.Node:
        if self.node.kind not in (Kind.MONEY, Kind.COUNT):
            _refuse(
                "kind",
                f"只有金额和数量可以累计或限额；这里是 {_said(self.node)}",
                f"only money and counts can be accumulated or limited; found {_said_en(self.node)}",
            )
        if per is not None:
            _check_period(per)
        _check_whose(whose, per)
        if per is None:
            return n.Constant(0, self.node.kind)
        return n.Before(self.node, per, _account(by), whose)

    # ------------------------------------------------------------ comparisons, each with its side

    def up_to(self, limit: Operand) -> Formula:
        """This ≤ limit: the edge itself belongs."""
        return self._compare(Side.UP_TO, limit)

    def below(self, limit: Operand) -> Formula:
        """This < limit: the edge itself does not belong."""
        return self._compare(Side.BELOW, limit)

    def from_(self, start: Operand) -> Formula:
        """This ≥ start: the edge itself belongs."""
        return self._compare(Side.FROM, start)

    def over(self, start: Operand) -> Formula:
        """This > start: the edge itself does not belong."""
        return self._compare(Side.OVER, start)

    def equals(self, other: Operand) -> Formula:
        """This is the same as `other`."""
        return self._compare(Side.EQUALS, other)

    def differs(self, other: Operand) -> Formula:
        """This is not the same as `other`."""
        return self._compare(Side.DIFFERS, other)

    def within(self, low: Operand, high: Operand) -> Formula:
        """From `low` to `high`, both included."""
        self._must_be_ordered("within")
        return Formula(
            n.Within(self.node, self._same(low, "比较", "compared"), self._same(high, "比较", "compared"))
        )

    def is_one_of(self, *codes: str) -> Formula:
        """This code is one of `codes`; for a field with choices every code must be one of them."""
        self._must_be(Kind.CODE, "is_one_of")
        _some(codes, "is_one_of")
        for code in codes:
            self._known_code(code)
        return Formula(n.OneOf(self.node, codes))

    def days_since(self, day: Operand) -> Formula:
        """Days from another date to this one: 0 on the same day, negative before it."""
        self._must_be(Kind.DATE, "days_since")
        return Formula(n.DaysFrom(self._same(day, "比较", "compared"), self.node))

    def years_since(self, day: Operand) -> Formula:
        """Completed years from another date to this one, as an age is counted."""
        self._must_be(Kind.DATE, "years_since")
        return Formula(n.CompletedYears(self._same(day, "比较", "compared"), self.node))

    def _compare(self, side: Side, other: Operand) -> Formula:
        if side not in (Side.EQUALS, Side.DIFFERS):
            self._must_be_ordered(side.value)
        right = self._same(other, "比较", "compared")
        if isinstance(other, str):
            self._known_code(other)
        return Formula(n.Compare(side, self.node, right))

    def _known_code(self, code: str) -> None:
        choices = self.node.field.choices if isinstance(self.node, n.Read) else {}
        if choices and code not in choices:
            _refuse(
                "code",
                f'“{in_words(self.node)}”没有代码 "{code}"；可用：{"、".join(choices)}',
                f'“{in_words(self.node, "en")}” has no code "{code}"; known: {", ".join(choices)}',
            )

    def __le__(self, other: object) -> NoReturn:
        _no_operator("<=", "up_to")

    def __lt__(self, other: object) -> NoReturn:
        _no_operator("<", "below")

    def __ge__(self, other: object) -> NoReturn:
        _no_operator(">=", "from_")

    def __gt__(self, other: object) -> NoReturn:
        _no_operator(">", "over")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Formula):
            return self.node == other.node
        return _no_operator("==", "equals")

    def __ne__(self, other: object) -> bool:
        if isinstance(other, Formula):
            return self.node != other.node
        return _no_operator("!=", "differs")

    def __hash__(self) -> int:
        return hash(self.node)

    def __bool__(self) -> NoReturn:
        _refuse(
            "truth",
            f"公式在声明时没有真假：{_said(self.node)}",
            f"a formula is neither true nor false while it is declared: {_said_en(self.node)}",
            "用 & | ~ 代替 and or not，用 mp.choose(…) 代替 if",
            "write & | ~ for and or not, and mp.choose(…) for if",
        )

    # ------------------------------------------------------------ tests

    def __and__(self, other: Operand) -> Formula:
        return all_of(self, other)

    def __or__(self, other: Operand) -> Formula:
        return any_of(self, other)

    def __invert__(self) -> Formula:
        self._must_be(Kind.FLAG, "~")
        return Formula(n.Not(self.node))

    def because(self, code: str, zh: str, en: str = "") -> Formula:
        """Make this test a condition: `code` and the sentence are the reason given when it does not hold."""
        self._must_be(Kind.FLAG, "because")
        return Formula(n.Because(self.node, code, Text(zh, en)))

    def named(self, zh: str, en: str = "") -> Formula:
        """Give this step a name: the rule text says once what it means, explanations use it."""
        return Formula(n.Named(self.node, Text(zh, en)))

    # ------------------------------------------------------------ tables and condition lists

    def of(self, *keys: Operand) -> Formula:
        """The cell of this table under `keys` (codes or counts)."""
        value = self._value(Shape.TABLE, "of")
        if len(keys) != value.parameter.keys:
            label, wanted = value.parameter.label, value.parameter.keys
            _refuse(
                "keys",
                f"“{label.zh}”按 {wanted} 个代码查；给了 {len(keys)} 个",
                f"takes {wanted} keys, found {len(keys)}",
            )
        nodes = tuple(lift(key) for key in keys)
        for node in nodes:
            if node.kind not in (Kind.CODE, Kind.COUNT):
                Formula(node)._must_be(Kind.CODE, "of")
        return Formula(n.Lookup(value, nodes))

    def after(self, day: Operand, number: Operand) -> Formula:
        """The `number`-th working day of this calendar after `day`, which itself does not count.

        It is missing where the calendar is not known up to there. 0 is `day` itself.
        """
        calendar = self._value(Shape.CALENDAR, "after")
        since, counted = formula(day), formula(number)
        since._must_be(Kind.DATE, "after")
        counted._must_be(Kind.COUNT, "after")
        if isinstance(counted.node, n.Constant) and counted.node.value < 1:
            _refuse(
                "workdays",
                f"after 数其后的第几个工作日，从 1 起；给了 {counted.node.value}",
                f"after counts working days from 1 on; found {counted.node.value}",
            )
        return Formula(n.WorkdayAfter(calendar, since.node, counted.node))

    def match(self, diagnosis: Formula) -> Formula:
        """The id of the condition on this list that the claim's `condition`, or else `diagnosis`, falls under."""
        diagnosis._must_be(Kind.CODE, "match")
        condition = n.Read(fields_of(Claim)["condition"])
        return Formula(n.Match(self._value(Shape.CONDITIONS, "match"), diagnosis.node, condition))

    @property
    def is_listed(self) -> Formula:
        """Whether a `match` found a condition."""
        return Formula(n.Listed(self._matched("is_listed")))

    def is_class(self, class_: str) -> Formula:
        """Whether a `match` found a condition of the class."""
        class_node = Formula(n.ClassOf(self._matched("is_class")))
        return class_node.equals(class_)

    def _matched(self, what: str) -> n.Match:
        if isinstance(self.node, n.Match):
            return self.node
        return _refuse(
            "match", f"{what} 只用于 match(…) 的结果；实为 {_said(self.node)}", f"{what} needs a match(…)"
        )

    def _value(self, shape: Shape, what: str) -> n.Value:
        if isinstance(self.node, n.Value) and self.node.parameter.shape is shape:
            return self.node
        return _refuse(
            "shape", f"{what} 需要{shape.value}参数；实为 {_said(self.node)}", f"{what} needs a {shape.value}"
        )

    # ------------------------------------------------------------ kind checks

    def _same(self, other: Operand, zh: str, en: str) -> n.Node:
        right = lift(other)
        if (
            isinstance(other, int)
            and not isinstance(other, bool)
            and other == 0
            and self.node.kind is Kind.MONEY
        ):
            right = n.Constant(0, Kind.MONEY)
        if right.kind is not self.node.kind:
            self._mismatch(right, zh, en)
        return right

    def _mismatch(self, right: n.Node, zh: str, en: str) -> NoReturn:
        _refuse(
            "kind",
            f"{_said(self.node)} 与 {_said(right)} 不能{zh}",
            f"{_said_en(self.node)} and {_said_en(right)} cannot be {en}",
        )

    def _must_be_amount(self, what: str) -> None:
        if self.node.kind not in _AMOUNTS:
            self._must_be(Kind.MONEY, what)

    def _must_be_ordered(self, what: str) -> None:
        if self.node.kind is not Kind.DATE:
            self._must_be_amount(what)

    def _must_be(self, kind: Kind, what: str) -> None:
        if self.node.kind is not kind:
            _refuse(
                "kind",
                f"{what} 需要{kind.label.zh}；实为 {_said(self.node)}",
                f"{what} needs a {kind.label.en}; found {_said_en(self.node)}",
            )


Operand: TypeAlias = "Formula | Money | int | bool | str | date"

_AMOUNTS = (Kind.MONEY, Kind.COUNT, Kind.RATE)
"""Kinds that can be added, subtracted and ordered by size."""

_PRODUCTS = {
    (Kind.MONEY, Kind.COUNT),
    (Kind.COUNT, Kind.COUNT),
    (Kind.RATE, Kind.RATE),
}


def _no_operator(operator: str, method: str) -> NoReturn:
    _refuse(
        "operator",
        f"公式之间不用 {operator}：写 .{method}(…)，界限归哪一边就看得见",
        f"formulas are not compared with {operator}: write .{method}(…), which says the side of the edge",
    )


def lift(value: Any) -> n.Node:
    """Return a formula's node, or the constant that a plain value stands for."""
    if isinstance(value, Formula):
        return _single(value.node)
    if isinstance(value, bool):
        return n.Constant(value, Kind.FLAG)
    if isinstance(value, int):
        return n.Constant(value, Kind.COUNT)
    if isinstance(value, Money):
        return n.Constant(value.fen, Kind.MONEY)
    if isinstance(value, str):
        return n.Constant(value, Kind.CODE)
    if type(value) is date:
        return n.Constant(value, Kind.DATE)
    if isinstance(value, float | Fraction):
        _refuse(
            "number",
            f"公式里不写比例或小数：{value!r}",
            f"rates and decimals are not written in formulas: {value!r}",
            '把它作为 mp.rate(…) 参数放进版次文件；金额写 mp.yuan("12.50")',
            'declare mp.rate(…) and put it in the edition; write money as mp.yuan("12.50")',
        )
    return _refuse("operand", f"公式里不能用 {value!r}", f"{value!r} cannot stand in a formula")


def _single(node: n.Node) -> n.Node:
    """Return the node, unless it is a whole table, scale or list, which has to be looked up first."""
    if isinstance(node, n.Value) and node.parameter.shape is not Shape.SINGLE:
        label = node.parameter.label
        _refuse(
            "shape",
            f"“{label.zh}”是{_SHAPES[node.parameter.shape].zh}，不是单个值",
            f"“{label.in_('en')}” is a {_SHAPES[node.parameter.shape].en}, not a single value",
            "表用 .of(…)，分档作 .tiered(…) 或 .banded(…) 的参数，病种用 .match(…)，工作日历用 .after(…)",
            "read a table with .of(…), a scale in .tiered(…) or .banded(…), a list with .match(…), a calendar with .after(…)",
        )
    return node


_SHAPES = {
    Shape.TABLE: Text("表", "table"),
    Shape.SCALE: Text("分档", "scale"),
    Shape.CONDITIONS: Text("病种列表", "list of conditions"),
    Shape.CALENDAR: Text("工作日历", "calendar"),
}


def formula(value: Operand) -> Formula:
    """Return `value` as a formula."""
    return value if isinstance(value, Formula) else Formula(lift(value))


def _scale(scale: Formula, measured: Kind, gives: Kind | None) -> n.Value:
    value = scale._value(Shape.SCALE, "tiered/banded")
    if value.parameter.measured is not measured or (gives and value.kind is not gives):
        _refuse(
            "scale",
            f"“{value.parameter.label.zh}”按{value.parameter.measured.label.zh}分档、给出{value.kind.label.zh}，不适用于{measured.label.zh}",
            f"“{value.parameter.label.in_('en')}” has edges of {value.parameter.measured.value}, not {measured.value}",
        )
    return value


def _same_kinds(parts: tuple[Operand, ...], what: str) -> tuple[n.Node, ...]:
    kind = next((lift(part).kind for part in parts if isinstance(part, Formula)), Kind.COUNT)
    zero = kind in (Kind.MONEY, Kind.COUNT)
    nodes = tuple(
        n.Constant(0, kind) if zero and type(part) is int and part == 0 else lift(part) for part in parts
    )
    for node in nodes[1:]:
        if node.kind is not nodes[0].kind:
            _refuse("kind", f"{what}：{_said(nodes[0])} 与 {_said(node)} 种类不同", f"{what}: kinds differ")
    return nodes


def least(*parts: Operand) -> Formula:
    """The smallest of the parts, all money or all counts or all rates."""
    _some(parts, "least")
    formula(parts[0])._must_be_amount("least")
    return Formula(n.Least(_same_kinds(parts, "least")))


def greatest(*parts: Operand) -> Formula:
    """The largest of the parts, all money or all counts or all rates."""
    _some(parts, "greatest")
    formula(parts[0])._must_be_amount("greatest")
    return Formula(n.Greatest(_same_kinds(parts, "greatest")))


def _flags(parts: tuple[Operand, ...], joiner: Callable[..., n.Node]) -> Formula:
    _some(parts, "all_of/any_of")
    found: list[n.Node] = []
    for part in parts:
        node = lift(part)
        if node.kind is not Kind.FLAG:
            _refuse(
                "kind", f"& 和 | 连接是否；实为 {_said(node)}", f"& and | join flags; found {_said_en(node)}"
            )
        found.extend(node.parts if isinstance(node, joiner) else (node,))  # type: ignore[arg-type, attr-defined]
    return Formula(joiner(tuple(found)))


def all_of(*parts: Operand) -> Formula:
    """All parts hold (the same as ``a & b``)."""
    return _flags(parts, n.Both)


def any_of(*parts: Operand) -> Formula:
    """At least one part holds (the same as ``a | b``)."""
    return _flags(parts, n.AnyOf)


def choose(test: Formula, then: Operand, otherwise: Operand) -> Formula:
    """`then` where the test holds, else `otherwise`."""
    if lift(test).kind is not Kind.FLAG:
        _refuse("kind", f"choose 的条件应为是否；实为 {_said(lift(test))}", "choose needs a flag as its test")
    nodes = _same_kinds((then, otherwise), "choose")
    return Formula(n.Choose(lift(test), *nodes))


def _account(by: Formula | None) -> n.Node | None:
    if by is None:
        return None
    by._must_be(Kind.CODE, "by")
    return by.node


def _some(parts: tuple[Any, ...], what: str) -> None:
    if not parts:
        _refuse("empty", f"{what}() 里至少要有一项", f"{what}() needs at least one part")


def _check_period(per: Any) -> None:
    if not isinstance(per, Period):
        _refuse(
            "period",
            f"per 应为 per.TERM 等期间之一；实为 {per!r}",
            f"per is one of per.TERM …; found {per!r}",
        )


_COMMON = (Period.CALENDAR_YEAR, Period.POLICY_YEAR, Period.LIFETIME)
"""Periods that are the same for everybody: a stay, an incident and a term are one person's."""


def _check_whose(whose: Any, per: Any) -> None:
    if not isinstance(whose, Whose):
        _refuse(
            "whose",
            f"whose 应为 mp.Whose.PERSON、FAMILY 或 FUND；实为 {whose!r}",
            f"whose is one of mp.Whose.PERSON, FAMILY and FUND; found {whose!r}",
        )
    if whose is Whose.PERSON or per in _COMMON:
        return
    found = f"per.{per.name}" if per else "没有 per"
    found_en = f"per.{per.name}" if per else "no per"
    _refuse(
        "whose",
        f"几个人共用的账户（whose={whose.name}）要有对大家都一样的期间；实为 {found}",
        f"an account that several persons share (whose={whose.name}) needs a period that is the same for all; "
        f"found {found_en}",
        "用 per.CALENDAR_YEAR、per.LIFETIME；各人的保障期每年同日开始的（term_begins），用 per.POLICY_YEAR",
        "use per.CALENDAR_YEAR or per.LIFETIME; where terms begin on one day of the year (term_begins), per.POLICY_YEAR",
    )


def _check_id(id_: Any) -> None:
    if not isinstance(id_, str):
        _refuse(
            "name", f"给付项目用它的 id 指明；实为 {id_!r}", f"a benefit is named by its id; found {id_!r}"
        )


def benefit(id_: str) -> Formula:
    """What an earlier benefit of the same plan pays for this claim."""
    _check_id(id_)
    return Formula(n.BenefitAmount(id_))


class _Paid:
    """What has been paid: by this plan before, or by earlier plans of the office for this claim."""

    def before(
        self,
        benefit_id: str | None = None,
        *,
        per: Period,
        by: Formula | None = None,
        whose: Whose = Whose.PERSON,
    ) -> Formula:
        """What this plan paid on a benefit (or on all) for earlier claims of the period.

        Where it is split `by` a code, a claim on which such a benefit pays waits until its code is known.
        """
        _check_period(per)
        _check_whose(whose, per)
        _check_id(benefit_id or "-")
        return Formula(n.PaidBefore(benefit_id, per, _account(by), whose))

    def by(self, plan: str) -> Formula:
        """What the office's plan `plan`, run earlier, pays for this claim; 0 when it does not run."""
        return Formula(n.PaidByPlan(plan))

    @property
    def earlier(self) -> Formula:
        """What all plans run earlier pay for this claim."""
        return Formula(n.PaidByPlan(None))


paid = _Paid()


def computed(
    function: Callable[..., Any],
    *inputs: Formula,
    gives: Kind,
    zh: str,
    en: str = "",
    least: int = 0,
    most: int,
) -> Formula:
    """A Python function of plain values (fen, counts, flags, dates, codes): the escape hatch.

    It is listed as opaque. `least` and `most` are the author's promise about the result; `function` must be total
    and depend on nothing but its arguments.
    """
    return Formula(
        n.Computed(function, tuple(item.node for item in inputs), gives, Text(zh, en), least, most)
    )


def parameter_formula(parameter: Parameter) -> Formula:
    """Return the formula that reads a parameter."""
    return Formula(n.Value(parameter))
