"""Whole offices by chance: plans of every node class, persons with covers and claims, as tables."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, fold, order
from mutualplans.model.dates import latest_begin, term
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Money, Rounding
from mutualplans.model.parameter import Parameter
from mutualplans.model.text import Text
from mutualplans.plan.declaration import EditionFolder
from mutualplans.plan.edition import Edition
from mutualplans.plan.formula import Formula
from mutualplans.plan.parameters import Parameters
from tests.engine.plans import made_up
from tests.expr.strategies import (
    CODES,
    DIAGNOSES,
    DISEASES,
    FIELDS,
    SCALES,
    SINGLES,
    TABLES,
    WORKDAYS,
    Draw,
    _value_of,
    formulas,
)  # fmt: skip

PLANS = ("one", "two", "three")
"""The plans of an office, in their order."""

FIRST = date(2019, 12, 1)
_READ = {item.name: n.Read(item) for item in FIELDS}


# ---------------------------------------------------------------- plans


def _plain(node: n.Node, parts: list[n.Node], _env: None) -> n.Node:
    """Return a node over new parts, a Python function as the constant 1: only the exact backend runs functions."""
    if isinstance(node, n.Computed):
        return n.Constant({Kind.FLAG: True, Kind.CODE: "a"}.get(node.kind, 1), node.kind)
    rest = iter(parts)
    changed: dict[str, Any] = {}
    for item in attrs.fields(type(node)):
        value = getattr(node, item.name)
        if isinstance(value, n.Node):
            changed[item.name] = next(rest)
        elif isinstance(value, tuple) and any(isinstance(part, n.Node) for part in value):
            changed[item.name] = tuple(next(rest) if isinstance(part, n.Node) else part for part in value)
    return attrs.evolve(node, **changed) if changed else node


def without_functions(node: n.Node) -> n.Node:
    """Return a formula without Python functions."""
    made: n.Node = fold(order([node]), dict.fromkeys(n.NODES, _plain), None)[-1]
    return made


def _reads_own(node: n.Node) -> bool:
    """Return whether a formula reads what only a benefit may read."""
    return isinstance(node, n.BenefitAmount) or any(_reads_own(part) for part in children(node))


@st.composite
def _formula(draw: Draw, kind: Kind, depth: int, *, reads_benefits: bool = True) -> n.Node:
    found = formulas(kind=kind, depth=depth).map(without_functions)
    return draw(found if reads_benefits else found.filter(lambda node: not _reads_own(node)))


@st.composite
def _benefit(draw: Draw, id_: str, depth: int) -> mp.Benefit:
    first = id_ == "basic"
    pays = draw(_formula(Kind.MONEY, depth, reads_benefits=not first))
    conditions = []
    for number in range(draw(st.integers(0, 2))):
        test = draw(_formula(Kind.FLAG, 2, reads_benefits=not first))
        conditions.append(Formula(n.Because(test, f"reason-{id_}-{number}", Text("原因", "reason"))))
    return mp.Benefit(
        id_,
        Text(id_, id_),
        clause="测试",
        when=conditions,
        pays=Formula(n.Greatest((pays, n.Constant(0, Kind.MONEY)))),
        indemnity=draw(st.booleans()),
    )


@st.composite
def plans(draw: Draw, id_: str, depth: int) -> mp.Plan:
    """A plan of two benefits."""
    ends = draw(st.sampled_from([False, False, True]))
    by = Formula(n.WorkdayAfter(n.Value(WORKDAYS), mp.claim.event_date.node, n.Constant(60, Kind.COUNT)))
    claim_within = draw(st.sampled_from([None, None, 90, by]))
    window = draw(st.sampled_from([0, 30]))
    waiting = draw(st.sampled_from([None, mp.Waiting(30, waived=mp.cover.is_renewal)]))
    by_benefit = draw(st.booleans())
    return mp.Plan(
        id=id_,
        title=Text(id_, id_),
        values=Parameters({item.name: item for item in parameters()}),
        editions=EditionFolder("none", "none"),
        premium=mp.yuan("10.00"),
        term_months=draw(st.sampled_from([12, 6])),
        max_shares=2,
        renewal_window=window,
        waiting=waiting,
        claim_within=claim_within,
        insures=("self", "child"),
        ends=(mp.benefit("basic").over(0) if by_benefit else True) if ends else False,
        benefits=[draw(_benefit("basic", depth)), draw(_benefit("second", depth))],
    )


@st.composite
def counted_apart(draw: Draw) -> Office:
    """An office of one plan that counts what it paid by a code, which a claim whose amount does not rest on it lacks."""
    by = draw(
        st.one_of(
            st.just(_READ["level"]),
            st.just(n.Match(n.Value(DISEASES), _READ["level"])),
            formulas(Kind.CODE, 2),
        )
    )
    account = n.PaidBefore(draw(st.sampled_from(["basic", None])), draw(st.sampled_from(n.Period)), by)
    test, other = draw(_formula(Kind.FLAG, 1)), draw(_formula(Kind.MONEY, 1))
    chosen = n.Choose(test, account, other)
    second = {
        "pays": Formula(n.Greatest((without_functions(chosen), n.Constant(0, Kind.MONEY)))),
        "when": draw(st.sampled_from([[], [Formula(_READ["renewed"])]])),
    }
    plan = draw(plans("one", 1))
    first = attrs.evolve(plan.benefits[0], when=[], pays=Formula(n.Value(SINGLES[0])))
    plan = attrs.evolve(plan, benefits=[first, attrs.evolve(plan.benefits[1], **second)])
    items = [LocalEdition(edition=draw(editions("one", "e0")))]
    return Office(name=Text("测试办事处"), plans=(OfficePlan(plan=plan, editions=tuple(items)),))


def parameters() -> list[Parameter]:
    """Return every parameter that formulas by chance may name."""
    return [*SINGLES, *TABLES, *SCALES, DISEASES, WORKDAYS]


@st.composite
def editions(draw: Draw, plan: str, id_: str) -> Edition:
    """An edition with a value for every parameter but the one that stays unset."""
    values = {item.name: draw(_value_of(item)) for item in parameters() if not item.optional}
    made = {name: Money(value) if name == "lump" else value for name, value in values.items()}
    fen = {name: getattr(value, "fen", value) for name, value in made.items()}
    return made_up(plan, id_, fen, draw(st.sampled_from(Rounding)))


@st.composite
def offices(draw: Draw, depth: int = 3, count: int = 3) -> Office:
    """An office of up to three plans, each with one or two editions."""
    items = []
    for id_ in PLANS[:count]:
        plan = draw(plans(id_, depth))
        found = [draw(editions(id_, f"e{number}")) for number in range(draw(st.integers(1, 2)))]
        items.append(OfficePlan(plan=plan, editions=tuple(LocalEdition(edition=item) for item in found)))
    return Office(name=Text("测试办事处"), plans=tuple(items))


# ---------------------------------------------------------------- persons


@st.composite
def persons(
    draw: Draw, office: Office, key: str, complete: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The claims and the covers of one person, as rows."""
    covers: list[dict[str, Any]] = []
    days = st.sampled_from([0, 31, 60, 90, 91])
    at_once = draw(st.one_of(st.none(), days))
    for item in office.plans:
        first = FIRST + timedelta(days=draw(days) if at_once is None else at_once)
        for part in range(draw(st.sampled_from([0, 1, 1, 2]))):
            last = end_of_term(item.plan, first) - timedelta(days=draw(st.sampled_from([0, 0, 0, 5, -3])))
            covers.append(
                {
                    "person": key,
                    "plan": item.plan.id,
                    "first_day": first,
                    "last_day": last,
                    "edition": draw(st.sampled_from([local.edition.id for local in item.editions])),
                    "shares": draw(st.sampled_from([1, 2, 3] if complete else [None, 1, 2, 3])),
                    "insured.relation": draw(st.sampled_from(["self", "self", "self", "child", "spouse"])),
                    "transfer": draw(st.sampled_from([None, None, None, False, True])) if part else None,
                }
            )
            first = last + timedelta(days=draw(st.sampled_from([1, 1, 20, 40])))
    claims = [draw(_claim(key, number, complete)) for number in range(draw(st.integers(1, 5)))]
    return claims, covers


def end_of_term(plan: mp.Plan, first: date) -> date:
    """Return the last day of a term, in a common term where one runs."""
    months, begins = int(plan.term_months.node.value), plan.term_begins  # type: ignore[attr-defined]
    if begins is not None:
        month, day = (int(item.node.value) for item in (begins.month, begins.day))  # type: ignore[attr-defined]
        with suppress(ValueError):
            return max(term(latest_begin(first, month, day), months).last, first + timedelta(days=10))
    return term(first, months).last


@st.composite
def _claim(draw: Draw, key: str, number: int, complete: bool) -> dict[str, Any]:
    """A claim; a `complete` one leaves nothing open that a formula may read."""
    nothing = () if complete else (None,)
    often = st.sampled_from
    event = draw(often(["inpatient", "inpatient", "diagnosis", "accident", *nothing]))
    day = FIRST + timedelta(days=draw(often([0, 31, 89, 90, 150, 200, 366, 400, 456, 700, 900])))
    row: dict[str, Any] = {"claim": f"c{draw(often([number] * 5 + [0]))}", "person": key, "event": event}
    name = {"inpatient": "admitted", "diagnosis": "diagnosed"}.get(event or "", "occurred")
    row[name] = draw(often([day, day, day, *nothing]))
    row["reported"] = draw(often([day + timedelta(days=5), day + timedelta(days=200), *nothing]))
    row["stay"] = draw(often([None, None, None, "s"]))
    row["incident"] = draw(often([None, None, "i"]))
    row["diagnosis"] = draw(often([*(code for code in DIAGNOSES if code not in ("", "*")), *nothing]))
    numbers = {
        "days": (0, 40),
        "total": (0, 300),
        "small": (0, 1000),
        "correction": (-500, 500),
        "balance": (-6, 6),
    }
    for field, (least, most) in numbers.items():
        row[field] = draw(st.one_of(st.integers(1, most), often([least, most, *nothing])))
    row["self_paid"] = draw(st.one_of(st.integers(0, 10**6), often([300, *nothing])))
    row["in_situ"], row["renewed"] = (
        draw(often([True, False, *nothing])),
        draw(often([True, False, *nothing])),
    )
    row["born"] = draw(often([date(2000, 2, 29), date(1999, 3, 1), *nothing]))
    row["level"] = draw(often([*(code for code in CODES if code), *nothing]))
    return row


@st.composite
def batches(draw: Draw, office: Office, most: int = 4) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Claims and covers of some persons, in any order of rows."""
    claims: list[dict[str, Any]] = []
    covers: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, most))):
        made = draw(persons(office, f"p{number}", draw(st.booleans())))
        claims += made[0]
        covers += made[1]
    claims, covers = draw(st.permutations(claims)), draw(st.permutations(covers))
    for rows in (claims, covers):
        for number, row in enumerate(rows, 2):
            row["row"] = number
    return claims, covers
