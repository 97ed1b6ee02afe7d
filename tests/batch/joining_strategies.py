"""Plans that are joined by chance: premiums, conditions and most shares of every node class, and who wants to join."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans.engine.office import GroupRule, LocalEdition, Office, OfficePlan, System
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold, order
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text
from mutualplans.plan.declaration import EditionFolder
from mutualplans.plan.formula import Formula
from mutualplans.plan.parameters import Parameters
from mutualplans.plan.vocabulary import HOLDS
from tests.batch.strategies import _reads_own as reads_own
from tests.batch.strategies import editions, parameters, without_functions
from tests.expr.strategies import CODES, DIAGNOSES, Draw, formulas

FIRST_DAYS = (date(2024, 2, 29), date(2024, 3, 1), date(2023, 12, 31))
OTHER = "other"
_KNOWN = {
    "days": ("cover.shares", "cover.months", "cover.terms", "unit.headcount"),
    "renewed": ("cover.is_renewal", f"cover.{HOLDS}{OTHER}", "member.hardship"),
    "born": ("insured.birth_date", "member.birth_date"),
    "event_date": ("cover.first_day", "cover.last_day"),
    "level": ("cover.tier", "insured.sex"),
}
"""Field of the formulas by chance → fields of a joining that may stand in its place."""


@st.composite
def _of_joining(draw: Draw, kind: Kind, depth: int) -> n.Node:
    """A formula that reads persons, units and covers instead of a claim."""
    found = draw(
        formulas(kind=kind, depth=depth).map(without_functions).filter(lambda node: not reads_own(node))
    )
    places = {name: draw(st.sampled_from([*paths, ""])) for name, paths in _KNOWN.items()}
    subject = draw(st.sampled_from(["cover", "member", "insured"]))

    def moved(node: n.Node, parts: list[n.Node], _env: None) -> n.Node:
        if isinstance(node, n.Read) and node.field.subject == "claim":
            path = places.get(node.field.name, "")
            holder, _, name = path.partition(".")
            holder, name = (holder, name) if path else (subject, f"x_{node.field.name}")
            choices = {} if path else node.field.choices
            return n.Read(attrs.evolve(node.field, subject=holder, name=name, choices=choices))
        rest = iter(parts)
        changed: dict[str, Any] = {}
        for item in attrs.fields(type(node)):
            value = getattr(node, item.name)
            if isinstance(value, n.Node):
                changed[item.name] = next(rest)
            elif isinstance(value, tuple) and any(isinstance(part, n.Node) for part in value):
                changed[item.name] = tuple(next(rest) if isinstance(part, n.Node) else part for part in value)
        return attrs.evolve(node, **changed) if changed else node

    made: n.Node = fold(order([found]), dict.fromkeys(n.NODES, moved), None)[-1]
    return made


def _reads_shares(node: n.Node) -> bool:
    """Return whether a formula reads the shares that count: the most shares cannot."""
    nodes = order([node]).nodes
    return any(isinstance(part, n.Read) and part.field.path == "cover.shares" for part in nodes)


def group_rules() -> st.SearchStrategy[list[GroupRule]]:
    """Rules for units: a part of the staff or of the women, or a number of persons."""
    parts = [
        GroupRule(staff_up_to=5, share=Fraction(1, 2)),
        GroupRule(share=Fraction(1, 3), persons=2),
        GroupRule(persons=3, of="women"),
        GroupRule(share=Fraction(4, 5), of="units"),
    ]
    several = [[parts[0], parts[1]], [parts[1], parts[3]]]
    return st.sampled_from([[], *([part] for part in parts), *several])


@st.composite
def offices(draw: Draw, depth: int = 3) -> Office:
    """An office with one plan that persons join, under one or two editions, and its rules for units."""
    premium = draw(_of_joining(Kind.MONEY, depth))
    if draw(st.sampled_from([True, True, True, False])):
        premium = n.Greatest((premium, n.Constant(0, Kind.MONEY)))
    joins = []
    for number in range(draw(st.integers(0, 3))):
        test = draw(_of_joining(Kind.FLAG, 2))
        joins.append(Formula(n.Because(test, f"reason-{number}", Text("原因", "reason"))))
    most = draw(st.sampled_from([1, 2, 3, "value", "formula"]))
    singles = {item.name: item for item in parameters()}
    if most == "value":
        most = Formula(n.Value(singles["most_days"]))
    elif most == "formula":
        most = Formula(draw(_of_joining(Kind.COUNT, 1).filter(lambda node: not _reads_shares(node))))
    plan = mp.Plan(
        id="one",
        title=Text("一", "one"),
        values=Parameters(singles),
        editions=EditionFolder("none", "none"),
        premium=Formula(premium),
        returns=draw(st.sampled_from([None, mp.yuan("1.00")])),
        term_months=draw(st.sampled_from([12, 6])),
        term_begins=draw(st.sampled_from([None, None, mp.YearDay(3, 1)])),
        max_shares=most,
        renewal_window=draw(st.sampled_from([0, 30, Formula(n.Value(singles["most_days"]))])),
        continues=draw(st.sampled_from([(), (OTHER,)])),
        insures=("self", "child"),
        joins=joins,
        benefits=[mp.Benefit("basic", Text("基本", "basic"), clause="测试", pays=mp.yuan("1.00"))],
    )
    found = [draw(editions("one", f"e{number}")) for number in range(draw(st.integers(1, 2)))]
    rules = draw(group_rules())
    split = draw(
        st.sampled_from(
            [
                {},
                {"member": Fraction(1)},
                {"member": Fraction(1, 3), "unit": Fraction(1, 3), "union": Fraction(1, 3)},
                {"member": Fraction(7, 10), "unit": Fraction(3, 10)},
            ]
        )
    )
    item = OfficePlan(
        plan=plan,
        editions=tuple(LocalEdition(edition=edition) for edition in found),
        split=split,
        group=tuple(rules),
        equal_shares=draw(st.booleans()),
        not_with=draw(st.sampled_from([(), (OTHER,), ("third",)])),
    )
    systems = (System(name="s", units=3), System(name="t", units=2, names=("v", "w")))
    return Office(name=Text("测试办事处"), plans=(item,), systems=systems)


@st.composite
def renewing(draw: Draw) -> Office:
    """An office whose plan has a price for renewals, one for every term of the chain, and asks for other plans."""
    office = draw(offices(depth=1))
    item = office.plans[0]
    renewal, terms_ = mp.cover.is_renewal, mp.cover.terms
    tests = [renewal, ~renewal, terms_.over(2), mp.holds("third", "第三项"), ~mp.holds(OTHER, "另一项")]
    joins = [
        test.because(f"reason-{number}", "原因", "reason")
        for number, test in enumerate(draw(st.lists(st.sampled_from(tests), max_size=2, unique_by=id)))
    ]
    premium = mp.choose(renewal, mp.yuan("5.00"), mp.yuan("9.00")) + terms_ * mp.yuan("1.00")
    plan = attrs.evolve(item.plan, premium=premium, joins=joins, insures=("self", "child", "spouse"))
    return attrs.evolve(office, plans=(attrs.evolve(item, plan=plan),))


@st.composite
def rosters(draw: Draw, office: Office, *, histories: bool = False) -> dict[str, Any]:
    """Who wants to join: rows, what they join together, which covers they have; `histories`: nearly all have some."""
    often = st.sampled_from
    own = [item for item in office.plans[0].plan.all_fields if item.name.startswith("x_")]
    rows: list[dict[str, Any]] = []
    held: dict[int, tuple[Coverage, ...]] = {}
    together: dict[str, list[bool]] = {OTHER: [], "third": []}
    known: list[bool] = []
    complete = draw(st.booleans())
    nothing = () if complete else (None,)
    for number in range(draw(st.integers(1, 12))):
        row: dict[str, Any] = {"person": f"p{number}", "row": number + 2}
        row["first_day"] = draw(often(FIRST_DAYS))
        row["shares"] = draw(often([1, 2, 3, 4, *nothing]))
        row["tier"] = draw(often(["a", "b", *nothing]))
        row["insured.relation"] = draw(often(["self", "self", "child", "spouse", *nothing]))
        for subject in ("insured", "member"):
            row[f"{subject}.sex"] = draw(often(["female", "male", *nothing]))
            row[f"{subject}.birth_date"] = draw(often([date(2000, 2, 29), date(1999, 3, 1), *nothing]))
        row["member.hardship"] = draw(often([True, False, *nothing]))
        row["unit.name"] = draw(often(["u", "v"]))
        row["unit.headcount"] = {"u": 4, "v": None}[row["unit.name"]]
        row["unit.system"] = {"u": "s", "v": None}[row["unit.name"]]
        for item in own:
            row[_column(item)] = draw(_value(item, complete))
        rows.append(row)
        for joined in together.values():
            joined.append(draw(often([False, False, True])))
        known.append(draw(often([True] * 7 + [False] if histories else [True, True, False])))
        if known[-1] and (histories or draw(often([False, False, False, True]))):
            held[number] = tuple(draw(_cover(row["first_day"])) for _ in range(draw(often([1, 1, 2, 3]))))
    return {"rows": rows, "together": together, "known": known, "held": held}


@st.composite
def _cover(draw: Draw, first_day: date) -> Coverage:
    """A cover before the day on which the person wants to join, or that runs still then."""
    often = st.sampled_from
    first = first_day - timedelta(days=draw(often([0, 100, 364, 365, 366, 380, 396, 500, 730, 731, 750])))
    last = first + timedelta(days=draw(often([364, 364, 364, 170, 30])))
    plan, transfer = draw(often(["one", "one", OTHER, "third"])), draw(often([False, False, False, True]))
    return Coverage(plan=plan, first_day=first, last_day=last, transfer=transfer)


def _column(item: Field) -> str:
    return item.name if item.subject == "cover" else item.path


def _value(item: Field, complete: bool) -> st.SearchStrategy[Any]:
    nothing = () if complete else (None,)
    if item.kind is Kind.CODE:
        known = CODES if item.choices else DIAGNOSES
        return st.sampled_from([*(code for code in known if code and code != "*"), *nothing])
    if item.kind is Kind.FLAG:
        return st.sampled_from([True, False, *nothing])
    if item.kind is Kind.DATE:
        return st.sampled_from([date(2000, 2, 29), date(1999, 3, 1), *nothing])
    low, high = item.least, min(item.most, 300)
    return st.one_of(st.integers(low, high), st.sampled_from([low, high, *nothing]))
