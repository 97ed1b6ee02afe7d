"""Offices by chance whose plans rest on each other: other plans held, limits shared, terms continued, stays merged.

What the plans pay is taken from a few formulas that count over time; formulas by chance have a law of their own.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

import mutualplans as mp
from mutualplans import claim, cover, paid, per
from mutualplans.engine.office import LocalEdition, Office, OfficePlan, SharedLimit
from mutualplans.expr import nodes as n
from mutualplans.model.text import Text
from mutualplans.office.together import PERIODS, with_others
from mutualplans.plan.declaration import EditionFolder
from mutualplans.plan.edition import Edition
from mutualplans.plan.formula import Formula, formula
from tests.batch.strategies import FIRST, PLANS, end_of_term
from tests.engine.plans import made_up
from tests.expr.strategies import FIELDS, Draw

OWN = {item.name: Formula(n.Read(item)) for item in FIELDS}
VALUES = mp.parameters(near=mp.days("相隔"), unset=mp.days("没有设定", optional=True))
STAYS = mp.choose(claim.is_inpatient, 1, 0).once(per=per.STAY)
PAYS = (
    claim.days.above(3, per=per.STAY) * mp.yuan("1.00") * cover.shares,
    mp.choose(STAYS.so_far(per=per.CALENDAR_YEAR).up_to(1), OWN["total"], OWN["small"]),
    OWN["total"].capped(mp.yuan("4.00"), per=per.TERM),
    mp.least(OWN["small"], formula(mp.yuan("9.00")).less(paid.before(per=per.CALENDAR_YEAR))),
    mp.least(claim.remaining, mp.yuan("2.00")),
    OWN["total"].less(paid.earlier),
    OWN["total"].above(mp.yuan("1.00"), per=per.STAY),
)
often = st.sampled_from


@st.composite
def offices_together(draw: Draw) -> Office:
    """An office of three plans, most of which rest on another one in some way."""
    limits = draw(shared_limits())
    titles = {id_: Text(id_, id_) for id_ in PLANS}
    plans = tuple(with_others(draw(office_plans(id_)), titles, limits) for id_ in PLANS)
    return Office(name=Text("测试办事处"), plans=plans, limits=limits)


@st.composite
def shared_limits(draw: Draw) -> tuple[SharedLimit, ...]:
    """No limit, or one or two over several plans, often small enough to be used up."""
    return tuple(
        SharedLimit(
            id=str(number + 1),
            title=Text("合计", "together"),
            plans=draw(often([PLANS, PLANS[::-1], PLANS[:2], PLANS[1:], PLANS[::2]])),
            most=draw(often([0, 1, 300, 700, 2_000, 50_000])),
            per=draw(often([*PERIODS.values()])),
        )
        for number in range(draw(often([0, 1, 1, 2])))
    )


@st.composite
def office_plans(draw: Draw, id_: str) -> OfficePlan:
    """A plan under one or two editions, and what the office says of it beside the others."""
    editions = [
        _edition(id_, number, draw(often([0, 1, 30, 60]))) for number in range(draw(st.integers(1, 2)))
    ]
    earlier = PLANS[: PLANS.index(id_)]
    return OfficePlan(
        plan=draw(plans(id_)),
        editions=tuple(LocalEdition(edition=item) for item in editions),
        only_with=draw(often([(), (), (), earlier[:1]])),
        not_with=draw(often([()] * 9 + [earlier[-1:]])),
        replaced_by=draw(often([(), (), (), earlier[:1]])),
    )


@st.composite
def plans(draw: Draw, id_: str) -> mp.Plan:
    """A plan of two benefits that reads covers around its own, or counts claims as one stay."""
    others = tuple(other for other in PLANS if other != id_)
    begins = draw(often([None] * 9 + [(12, 1), (1, 15), (2, 29), (2, 30)]))
    asks = [
        cover.months.from_(7).because("short", zh="不足半年"),
        cover.terms.up_to(2).because("long", zh="已满两期"),
        cover.is_renewal.because("new", zh="首次参保"),
        mp.holds(others[0], zh="另一计划").because("alone", zh="没有另一计划"),
    ]
    return mp.Plan(
        id=id_,
        title=Text(id_, id_),
        values=VALUES,
        editions=EditionFolder("none", "none"),
        premium=mp.yuan("10.00"),
        term_months=12 if begins else draw(often([12, 12, 6])),
        term_begins=begins and mp.YearDay(*begins),
        max_shares=2,
        insures=draw(often([("self", "child"), ("self", "child", "spouse")])),
        renewal_window=draw(often([0, 30])),
        continues=draw(often([(), (), others[:1], others])),
        merges=[draw(merges()) for _ in range(draw(often([0, 0, 1, 2])))],
        waiting=draw(often([None, None, None, mp.Waiting(30, waived=cover.is_renewal)])),
        claim_within=draw(often([None, None, None, 90])),
        when=[draw(often(asks))] if not draw(st.integers(0, 2)) else [],
        ends=draw(often([False, False, mp.benefit("basic").over(mp.yuan("2.50"))])),
        benefits=[
            _benefit("basic", draw(often(PAYS)), draw(st.booleans())),
            _benefit("second", draw(often([*PAYS, mp.benefit("basic")])), draw(st.booleans())),
        ],
    )


def _benefit(id_: str, pays: Formula, indemnity: bool) -> mp.Benefit:
    return mp.Benefit(id_, Text(id_, id_), clause="测试", pays=pays, indemnity=indemnity)


@st.composite
def merges(draw: Draw) -> mp.Merge:
    """A rule of merging, most of which ask something that not every claim states."""
    tests: list[Any] = [True, claim.is_inpatient, OWN["renewed"], ~OWN["in_situ"], cover.day.over(30)]
    return mp.Merge(
        draw(often([0, 1, 30, 60, VALUES.near, VALUES.near, OWN["balance"], VALUES.unset])),
        when=draw(often([claim.is_inpatient, *tests])),
        after=draw(often([True, *tests])),
        same=draw(often([[], [], [claim.diagnosis]])),
    )


def _edition(plan: str, number: int, near: int) -> Edition:
    return made_up(plan, f"e{number}", {"near": near})


# ---------------------------------------------------------------- persons


@st.composite
def batches_together(draw: Draw, office: Office) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Claims and covers of some persons, most of them sound, in any order of rows."""
    claims: list[dict[str, Any]] = []
    covers: list[dict[str, Any]] = []
    for number in range(draw(st.integers(2, 4))):
        first = FIRST + timedelta(days=draw(often([0, 0, 31, 90])))
        for item in office.plans:
            own = first if draw(st.integers(0, 5)) else first + timedelta(days=45)
            covers += draw(_terms(f"p{number}", item, own))
        open_ = not draw(st.integers(0, 4))
        claims += [draw(_claim(f"p{number}", nth, first, open_)) for nth in range(draw(st.integers(1, 5)))]
    claims, covers = draw(st.permutations(claims)), draw(st.permutations(covers))
    for rows in (claims, covers):
        for number, row in enumerate(rows, 2):
            row["row"] = number
    return claims, covers


@st.composite
def _terms(draw: Draw, key: str, item: OfficePlan, first: date) -> list[dict[str, Any]]:
    """The terms of a person in a plan, mostly as long as the plan says."""
    found = []
    for part in range(draw(often([0, 1, 1, 1, 2, 2]))):
        last = end_of_term(item.plan, first) - timedelta(days=draw(often([0] * 12 + [5, -3])))
        found.append(
            {
                "person": key,
                "plan": item.plan.id,
                "first_day": first,
                "last_day": last,
                "edition": draw(often([local.edition.id for local in item.editions])),
                "shares": draw(often([1, 2])),
                "insured.relation": draw(often(["self"] * 6 + ["child", "spouse"])),
                "transfer": True if part and not draw(st.integers(0, 19)) else None,
            }
        )
        first = last + timedelta(days=draw(often([1, 1, 20, 40])))
    return found


@st.composite
def _claim(draw: Draw, key: str, number: int, first: date, open_: bool) -> dict[str, Any]:
    """A claim, mostly in the first months of cover; what is `open_` may leave something out."""
    nothing = [None] if open_ else []
    day = first + timedelta(days=draw(often([5, 31, 33, 40, 62, 89, 90, 150, 170, 200, 370])))
    event = draw(often(["inpatient", "inpatient", "inpatient", "accident"]))
    days = draw(st.integers(0, 30))
    row = {"claim": f"c{number}", "person": key, "event": event, "reported": day + timedelta(days=5 + number)}
    row["admitted" if event == "inpatient" else "occurred"] = draw(often([day, day, *nothing]))
    return row | {
        "discharged": draw(often([None, None, day + timedelta(days=max(days, 1))])),
        "days": draw(often([max(days, 1), *nothing])),
        "stay": draw(often([None] * 6 + [f"s{number}", "s"])),
        "incident": draw(often([None, None, "i"])),
        "diagnosis": draw(often(["C50.9", "K35", *nothing])),
        "total": draw(often([0, 120, 300, *nothing])),
        "small": draw(often([40, 700])),
        "self_paid": draw(often([300, 10_000])),
        "in_situ": draw(often([True, False, *nothing])),
        "renewed": draw(often([True, False, *nothing])),
        "balance": draw(often([0, 6, *nothing])),
    }
