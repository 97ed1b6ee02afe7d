"""Formulas are checked where they are written: kinds, codes, periods, and operators that hide their side."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

import mutualplans as mp
from mutualplans import claim, cover, insured, per
from mutualplans.expr import nodes as n
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.problem import MutualPlansError, Problem

value = mp.parameters(
    daily=mp.money("每日津贴", "daily allowance"),
    limit=mp.money("封顶线", "ceiling"),
    most_days=mp.days("最多天数", "most days"),
    share=mp.rate("给付比例", "rate"),
    waived=mp.flag("免除", "waived"),
    tiers=mp.tiers("分段比例", "tiers"),
    day_rates=mp.bands(Kind.RATE, "按天比例", "rates by days", measured=Kind.COUNT),
    amounts=mp.bands(Kind.MONEY, "分档金额", "amounts by band"),
    grades=mp.table(Kind.MONEY, "等级表", "grades"),
    grid=mp.table(Kind.RATE, "两级表", "grid", keys=2),
    diseases=mp.conditions("病种", "conditions"),
)


def refused(make: Callable[[], Any]) -> Problem:
    """Return the one problem with which a formula is refused."""
    with pytest.raises(mp.FormulaError) as caught:
        make()
    (found,) = caught.value.problems
    return found


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("make", "zh", "en"),
    [
        (
            lambda: claim.total + cover.shares,
            "“医疗费总额”（金额） 与 “份数”（数量） 不能相加",
            "“total of the bill” (money) and “shares” (count) cannot be added",
        ),
        (
            lambda: claim.total - value.share,
            "“医疗费总额”（金额） 与 “给付比例”（比例） 不能相减",
            "“total of the bill” (money) and “rate” (rate) cannot be subtracted",
        ),
        (
            lambda: claim.total * value.limit,
            "“医疗费总额”（金额） 与 “封顶线”（金额） 不能相乘",
            "“total of the bill” (money) and “ceiling” (money) cannot be multiplied",
        ),
        (
            lambda: cover.shares * value.share,
            "“份数”（数量） 与 “给付比例”（比例） 不能相乘",
            "“shares” (count) and “rate” (rate) cannot be multiplied",
        ),
        (
            lambda: (claim.total - value.limit).over(5),
            "“医疗费总额 - 封顶线”（金额） 与 “5”（数量） 不能比较",
            "“total of the bill - ceiling” (money) and “5” (count) cannot be compared",
        ),
    ],
)
def test_wrong_kinds_are_named_in_words(make: Callable[[], Any], zh: str, en: str) -> None:
    """The message says both sub-formulas in words, with their kinds, in both languages."""
    found = refused(make)

    assert ("formula.kind", zh, en) == (found.code, found.message.zh, found.message.en)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: 5 + claim.total, id="yuan or fen?"),
        pytest.param(lambda: claim.total + 5, id="yuan or fen, on the right"),
        pytest.param(lambda: 5 - claim.total, id="yuan or fen, minus"),
        pytest.param(lambda: claim.total.up_to(100), id="limit without its unit"),
        pytest.param(lambda: claim.total.capped(100), id="cap without its unit"),
        pytest.param(lambda: claim.total.within(mp.yuan("1"), 5), id="one end without its unit"),
        pytest.param(lambda: claim.total.raised_to(claim.days), id="floor of days"),
        pytest.param(lambda: claim.total.less(claim.days), id="less days"),
        pytest.param(lambda: claim.days.equals("4"), id="a number in quotes"),
        pytest.param(lambda: claim.days.over(True), id="yes is no number"),
        pytest.param(lambda: claim.admitted.over("2024-01-01"), id="a day in quotes"),
        pytest.param(lambda: claim.is_in_situ * claim.total, id="a flag is no factor"),
        pytest.param(lambda: ~claim.total, id="not of money"),
        pytest.param(lambda: claim.is_in_situ & claim.total, id="and with money"),
        pytest.param(lambda: claim.is_in_situ | claim.days, id="or with days"),
        pytest.param(lambda: mp.all_of(claim.is_in_situ, 1), id="1 is no flag"),
        pytest.param(lambda: claim.total.because("x", "原因"), id="reason of an amount"),
        pytest.param(lambda: claim.days.rounded(Rounding.UP_YUAN), id="days are not rounded"),
        pytest.param(lambda: claim.days.share(1, 2), id="share of days"),
        pytest.param(lambda: claim.days.tiered(value.tiers), id="tiers of days"),
        pytest.param(lambda: claim.days.is_one_of("4"), id="days are no code"),
        pytest.param(lambda: value.share.capped(value.share), id="capped rate"),
        pytest.param(lambda: claim.event.so_far(per=per.TERM), id="a code has no sum"),
        pytest.param(lambda: mp.choose(claim.days, 1, 2), id="choose by days"),
        pytest.param(lambda: mp.choose(claim.is_in_situ, claim.total, claim.days), id="choose between kinds"),
        pytest.param(lambda: mp.choose(claim.is_in_situ, claim.total, 5), id="choose an amount without unit"),
        pytest.param(lambda: mp.least(claim.total, claim.days), id="least of two kinds"),
        pytest.param(lambda: mp.greatest(claim.days, value.daily), id="greatest of two kinds"),
    ],
)
def test_wrong_kinds_are_refused(make: Callable[[], Any]) -> None:
    """A number without its unit, and every mixture of kinds, is refused where it is written."""
    found = refused(make)

    assert found.code == "formula.kind"
    assert found.message.en != found.message.zh


@pytest.mark.parametrize(
    ("made", "kind", "node"),
    [
        (claim.total + value.daily, Kind.MONEY, n.Add),
        (claim.total * value.share, Kind.MONEY, n.Portion),
        (value.share * claim.total, Kind.MONEY, n.Portion),
        (claim.total * claim.days, Kind.MONEY, n.Times),
        (claim.days * value.daily, Kind.MONEY, n.Times),
        (3 * value.daily, Kind.MONEY, n.Times),
        (value.daily * 3, Kind.MONEY, n.Times),
        (claim.days * cover.shares, Kind.COUNT, n.Times),
        (value.share * value.share, Kind.RATE, n.Times),
        (7 - claim.days, Kind.COUNT, n.Subtract),
        (claim.total.share(claim.days, 30), Kind.MONEY, n.ShareOf),
        (claim.total.tiered(value.tiers), Kind.MONEY, n.Tiered),
        (claim.total.banded(value.amounts), Kind.MONEY, n.Banded),
        (claim.days.banded(value.day_rates), Kind.RATE, n.Banded),
        (value.grades.of(claim.disability_grade), Kind.MONEY, n.Lookup),
        (value.grid.of(claim.stage, claim.days), Kind.RATE, n.Lookup),
        (value.diseases.match(claim.diagnosis), Kind.CODE, n.Match),
        (value.diseases.match(claim.diagnosis).is_listed, Kind.FLAG, n.Listed),
        (value.diseases.match(claim.diagnosis).is_class("a"), Kind.FLAG, n.Compare),
        (insured.age, Kind.COUNT, n.CompletedYears),
        (insured.is_female, Kind.FLAG, n.Compare),
        (claim.admitted.from_(date(2024, 1, 1)), Kind.FLAG, n.Compare),
        (mp.benefit("basic"), Kind.MONEY, n.BenefitAmount),
        (mp.paid.by("inpatient"), Kind.MONEY, n.PaidByPlan),
        (mp.paid.before(per=per.TERM), Kind.MONEY, n.PaidBefore),
        (claim.total.named("总额", "total"), Kind.MONEY, n.Named),
        (~value.waived, Kind.FLAG, n.Not),
        (mp.computed(len, claim.event, gives=Kind.COUNT, zh="长度", most=9), Kind.COUNT, n.Computed),
    ],
)
def test_fitting_kinds_give_their_node(made: mp.Formula, kind: Kind, node: type[n.Node]) -> None:
    """What fits is accepted, and its kind is that of the result."""
    assert (kind, node) == (made.node.kind, type(made.node))


def test_rate_and_money_meet_in_one_order() -> None:
    """Rate × money is the same formula as money × rate: the amount is the base."""
    assert (claim.total * value.share).node == (value.share * claim.total).node
    assert claim.total.node == (value.share * claim.total).node.base


def test_nothing_needs_no_unit() -> None:
    """0 is the same in every unit, so it may stand beside money; 1 may not."""
    assert n.Constant(0, Kind.MONEY) == claim.total.over(0).node.right
    assert n.Constant(0, Kind.MONEY) == mp.choose(claim.is_in_situ, claim.total, 0).node.otherwise
    assert n.Constant(0, Kind.MONEY) == mp.greatest(0, claim.total).node.parts[0]
    assert refused(lambda: claim.total.over(1)).code == "formula.kind"
    assert refused(lambda: claim.total.over(False)).code == "formula.kind"


def test_sum_adds_amounts() -> None:
    """Python's `sum` may add formulas: the 0 it begins with is no hindrance."""
    added = sum([claim.total, value.daily, value.limit]).node

    assert isinstance(added, n.Add)
    assert value.limit.node == added.right


def test_less_stops_at_nothing() -> None:
    """`less` is the greatest of the difference and 0."""
    node = claim.total.less(value.limit).node

    assert n.Greatest(((claim.total - value.limit).node, n.Constant(0, Kind.MONEY))) == node


def test_rounding_of_a_portion_is_its_own() -> None:
    """`rounded` on money × rate and on tiers replaces their rounding; elsewhere it is a step of its own."""
    portion = (claim.total * value.share).rounded(Rounding.DOWN_YUAN).node
    tiered = claim.total.tiered(value.tiers, per=per.TERM).rounded(Rounding.DOWN_YUAN).node
    other = claim.total.rounded(Rounding.DOWN_YUAN).node

    assert n.Portion(claim.total.node, value.share.node, Rounding.DOWN_YUAN) == portion
    assert (n.Tiered, Rounding.DOWN_YUAN) == (type(tiered), tiered.rounding)
    assert n.Round(claim.total.node, Rounding.DOWN_YUAN) == other


# ---------------------------------------------------------------- operators and plain values


@pytest.mark.parametrize(
    ("compare", "method"),
    [
        (operator.le, "up_to"),
        (operator.lt, "below"),
        (operator.ge, "from_"),
        (operator.gt, "over"),
        (operator.eq, "equals"),
        (operator.ne, "differs"),
    ],
)
def test_operators_without_a_side_are_refused(compare: Callable[[Any, Any], Any], method: str) -> None:
    """Each ordering operator is refused with the method that says its side."""
    found = refused(lambda: compare(claim.days, 30))

    assert found.code == "formula.operator"
    assert f".{method}(" in found.message.zh
    assert f".{method}(" in found.message.en


@pytest.mark.parametrize("compare", [operator.le, operator.lt, operator.ge, operator.gt])
def test_ordering_of_two_formulas_is_refused_too(compare: Callable[[Any, Any], Any]) -> None:
    """It makes no difference that both sides are formulas."""
    assert refused(lambda: compare(claim.total, value.limit)).code == "formula.operator"


def test_formulas_are_compared_by_what_they_say() -> None:
    """Two formulas that say the same are equal and hash alike, so that they can be found in a set."""
    assert claim.days.over(3) == claim.days.over(3)
    assert claim.days.over(3) != claim.days.from_(3)
    assert len({claim.days.over(3), claim.days.over(3)}) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: claim.is_in_situ and claim.total,
        lambda: not claim.is_in_situ,
        lambda: 1 if claim.days.over(3) else 2,
        lambda: claim.days.node.field.most > 3 and bool(claim.days),
    ],
)
def test_formulas_have_no_truth(make: Callable[[], Any]) -> None:
    """`and`, `or`, `not` and `if` would decide while the plan is declared, so they are refused with what to write."""
    found = refused(make)

    assert found.code == "formula.truth"
    assert found.hint is not None
    assert "mp.choose" in found.hint.zh


@pytest.mark.parametrize(
    "make",
    [
        lambda: claim.total * 0.7,
        lambda: 0.7 * claim.total,
        lambda: claim.total * Fraction(7, 10),
        lambda: claim.total + 12.5,
        lambda: claim.days.over(3.0),
        lambda: mp.choose(claim.is_in_situ, 0.5, value.share),
        lambda: claim.total.share(1.0, 2),
    ],
)
def test_rates_and_decimals_are_refused(make: Callable[[], Any]) -> None:
    """No float stands on a money path, and a rate comes from an edition."""
    found = refused(make)

    assert found.code == "formula.number"
    assert found.hint is not None
    assert "mp.rate" in found.hint.zh


@pytest.mark.parametrize("operand", [None, [1], {"a": 1}, b"x", object])
def test_other_objects_are_refused(operand: Any) -> None:
    """What has no kind cannot stand in a formula."""
    assert refused(lambda: claim.total + operand).code == "formula.operand"


def test_refusal_is_a_type_error_with_problems() -> None:
    """The error is caught both as a `TypeError` and as one of the library's own."""
    with pytest.raises(TypeError, match=r"formula\.kind") as caught:
        claim.total + claim.days

    assert isinstance(caught.value, MutualPlansError)


# ---------------------------------------------------------------- codes


@pytest.mark.parametrize(
    "make",
    [
        lambda: claim.stage.equals("light"),
        lambda: claim.stage.differs("light"),
        lambda: claim.stage.is_one_of("mild", "light"),
    ],
)
def test_unknown_code_is_refused_with_the_known(make: Callable[[], Any]) -> None:
    """A code that the field cannot have would silently never hold."""
    found = refused(make)

    assert found.code == "formula.code"
    assert found.message.zh == '“病情分级”没有代码 "light"；可用：in-situ、mild、severe'


def test_codes_of_a_free_field_are_free() -> None:
    """Where any code may stand, any code may be asked for."""
    assert claim.diagnosis.equals("K35").node.right.value == "K35"
    assert claim.disability_grade.is_one_of("x", "y").node.codes == ("x", "y")


# ---------------------------------------------------------------- periods


@pytest.mark.parametrize("method", ["before", "so_far"])
def test_sums_need_their_period(method: str) -> None:
    """There is no unqualified "so far"."""
    with pytest.raises(TypeError, match="per"):
        getattr(claim.total, method)()


def test_once_needs_its_period() -> None:
    """There is no unqualified "once" either, nor "paid before"."""
    with pytest.raises(TypeError, match="per"):
        claim.total.once()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="per"):
        mp.paid.before("lump")  # type: ignore[call-arg]


@pytest.mark.parametrize("period", ["term", "year", 1, n.Side.OVER])
def test_period_is_one_of_per(period: Any) -> None:
    """A period in other words is refused."""
    found = refused(lambda: claim.total.capped(value.limit, per=period))

    assert found.code == "formula.period"
    assert "per.TERM" in found.message.zh


@pytest.mark.parametrize(
    "make",
    [
        lambda period: claim.total.capped(value.limit, per=period),
        lambda period: claim.total.above(value.limit, per=period),
        lambda period: claim.total.tiered(value.tiers, per=period),
        lambda period: claim.total.banded(value.amounts, per=period),
    ],
)
def test_without_a_period_each_claim_stands_alone(make: Callable[[Any], mp.Formula]) -> None:
    """Without `per` nothing came before; with it, the sum of the same base did."""
    assert n.Constant(0, Kind.MONEY) == make(None).node.before
    assert n.Before(claim.total.node, per.CALENDAR_YEAR) == make(per.CALENDAR_YEAR).node.before


def test_account_may_be_split() -> None:
    """`by` gives each code an account of its own."""
    disease = value.diseases.match(claim.diagnosis)
    counted = claim.total.so_far(per=per.LIFETIME, by=disease).node
    paid = mp.paid.before("lump", per=per.LIFETIME, by=disease).node

    assert n.Before(claim.total.node, per.LIFETIME, disease.node) == counted.before
    assert disease.node == paid.by


@pytest.mark.parametrize(
    "make",
    [
        lambda more: claim.total.capped(value.limit, **more),
        lambda more: claim.total.above(value.limit, **more),
        lambda more: claim.total.tiered(value.tiers, **more),
        lambda more: claim.total.banded(value.amounts, **more),
        lambda more: claim.total.once(**more),
        lambda more: claim.total.so_far(**more),
    ],
)
def test_every_scale_may_run_over_an_account_that_is_shared(make: Callable[[Any], mp.Formula]) -> None:
    """`whose` says whose claims came before; a person's own, if nothing is said."""
    year = per.CALENDAR_YEAR
    family = make({"per": year, "whose": mp.Whose.FAMILY}).node

    assert n.Before(claim.total.node, year, None, mp.Whose.FAMILY) == family.before  # type: ignore[attr-defined]
    assert make({"per": year}) == make({"per": year, "whose": mp.Whose.PERSON})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda whose: claim.total.capped(value.limit, whose=whose), "没有 per"),
        (lambda whose: claim.total.capped(value.limit, per=per.STAY, whose=whose), "per.STAY"),
        (lambda whose: claim.total.so_far(per=per.INCIDENT, whose=whose), "per.INCIDENT"),
        (lambda whose: claim.total.before(per=per.TERM, whose=whose), "per.TERM"),
        (lambda whose: mp.paid.before(per=per.TERM, whose=whose), "per.TERM"),
    ],
)
@pytest.mark.parametrize("whose", [mp.Whose.FAMILY, mp.Whose.FUND])
def test_a_shared_account_runs_over_a_period_that_is_the_same_for_all(
    make: Callable[[Any], mp.Formula], says: str, whose: mp.Whose
) -> None:
    """A stay, an incident and a term are one person's; the message says what was found and what to write."""
    found = refused(lambda: make(whose))

    assert found.code == "formula.whose"
    assert says in found.message.zh
    assert found.hint
    assert "per.CALENDAR_YEAR" in found.hint.zh


def test_whose_is_one_of_three() -> None:
    """A text is refused, and the three are named."""
    found = refused(lambda: claim.total.capped(value.limit, per=per.TERM, whose="fund"))  # type: ignore[arg-type]

    assert found.code == "formula.whose"
    assert "mp.Whose.PERSON、FAMILY 或 FUND" in found.message.zh


def test_band_of_rates_has_no_memory() -> None:
    """Rates of two claims cannot be subtracted from each other."""
    found = refused(lambda: claim.days.banded(value.day_rates, per=per.TERM))

    assert found.code == "formula.banded-rate"


# ---------------------------------------------------------------- tables, scales, lists


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: claim.total.tiered(value.amounts), "scale"),
        (lambda: claim.total.tiered(value.day_rates), "scale"),
        (lambda: claim.total.banded(value.day_rates), "scale"),
        (lambda: claim.days.banded(value.amounts), "scale"),
        (lambda: claim.total.tiered(value.share), "shape"),
        (lambda: claim.total.tiered(claim.total), "shape"),
        (lambda: value.share.of("1"), "shape"),
        (lambda: claim.total.of("1"), "shape"),
        (lambda: value.grades.match(claim.diagnosis), "shape"),
        (lambda: value.grades.of(), "keys"),
        (lambda: value.grades.of("1", "2"), "keys"),
        (lambda: value.grid.of("1"), "keys"),
        (lambda: claim.diagnosis.is_listed, "match"),
        (lambda: claim.diagnosis.is_class("a"), "match"),
    ],
)
def test_values_are_used_as_what_they_are(make: Callable[[], Any], code: str) -> None:
    """A scale, a table and a list each have their own use, and a table as many keys as it was declared with."""
    assert f"formula.{code}" == refused(make).code


# ---------------------------------------------------------------- joining flags, names


def test_joined_flags_are_one_list() -> None:
    """``a & b & c`` is one "all of" with three parts; mixed with ``|`` the inner one stays whole."""
    a, b, c = value.waived, claim.is_in_situ, cover.is_renewal

    assert (a & b & c).node == mp.all_of(a, b, c).node
    assert len((a & b & c).node.parts) == 3
    assert (mp.any_of(a, b).node, c.node) == ((a | b) & c).node.parts


@pytest.mark.parametrize(
    ("read", "close"),
    [
        (lambda: claim.dayz, "claim.days"),
        (lambda: insured.birthdate, "insured.birth_date"),
        (lambda: value.dayly, "daily"),
    ],
)
def test_unknown_names_have_the_nearest(read: Callable[[], Any], close: str) -> None:
    """A misspelt field or value is refused with the nearest that there is."""
    with pytest.raises(AttributeError, match=close):
        read()


@pytest.mark.parametrize(
    ("subject", "name"), [("claim", "days"), ("claim", "remaining"), ("cover", "day"), ("person", "height")]
)
def test_own_fields_are_new(subject: str, name: str) -> None:
    """A plan's own field has a known subject and a name that is not taken."""
    with pytest.raises(ValueError, match="cannot be declared"):
        mp.field(subject, name, Kind.COUNT, "某数")


def test_own_field_is_read_like_any_other() -> None:
    """A declared field has its kind, its label and its bound."""
    field = mp.field("unit", "workers", Kind.COUNT, "职工人数", most=50_000).node.field

    assert (
        field.path,
        field.kind,
        field.label.zh,
        field.most,
    ) == ("unit.workers", Kind.COUNT, "职工人数", 50_000)


def test_formula_is_shown_in_words() -> None:
    """The representation is readable where a debugger prints it."""
    assert repr(claim.total + value.daily) == "<Formula money: total of the bill + daily allowance>"


# ---------------------------------------------------------------- kinds that look alike


@pytest.mark.parametrize(
    "make",
    [
        lambda: claim.event + claim.event,
        lambda: claim.is_in_situ + claim.is_in_situ,
        lambda: claim.admitted - claim.occurred,
        lambda: claim.admitted.raised_to(claim.occurred),
        lambda: claim.diagnosis.within("A", "Z"),
        lambda: claim.is_in_situ.over(value.waived),
        lambda: claim.diagnosis.below("C"),
        lambda: claim.total.share(value.share, 2),
        lambda: claim.total.share(claim.event, 2),
        lambda: claim.total.share(claim.total, 2),
        lambda: claim.days.capped(3, per=per.TERM, by=claim.total),
        lambda: mp.paid.before(per=per.TERM, by=claim.days),
        lambda: value.grades.of(claim.total),
        lambda: mp.least(claim.event, 0),
        lambda: mp.greatest(claim.admitted, 0),
        lambda: mp.choose(claim.is_in_situ, 0, value.waived),
        lambda: claim.admitted.from_(datetime(2024, 1, 1)),  # noqa: DTZ001  it is refused whatever its zone
        lambda: claim.total.rounded("down"),
        lambda: mp.paid.before("lump", per="term"),
        lambda: mp.benefit(3),
    ],
)
def test_what_only_looks_like_an_amount_is_refused(make: Callable[[], Any]) -> None:
    """Codes, flags and dates are not added, ordered or used as accounts, and a 0 is no flag."""
    assert refused(make).code.startswith("formula.")


@pytest.mark.parametrize(
    "make", [lambda: mp.least(), lambda: mp.greatest(), lambda: mp.all_of(), lambda: claim.event.is_one_of()]
)
def test_nothing_cannot_be_joined(make: Callable[[], Any]) -> None:
    """A list of parts has at least one."""
    assert refused(make).code == "formula.empty"


def test_days_and_years_between_dates() -> None:
    """`days_since` and `years_since` count from the earlier date to this one."""
    days, years = claim.admitted.days_since(claim.occurred), claim.admitted.years_since(insured.birth_date)

    assert n.DaysFrom(claim.occurred.node, claim.admitted.node) == days.node
    assert n.CompletedYears(insured.birth_date.node, claim.admitted.node) == years.node
    assert (days.node.kind, years.node.kind) == (Kind.COUNT, Kind.COUNT)
