"""Working days by a kernel, by the exact way and by a walk from day to day are the same days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans import claim
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.kernel.compiled import can_compile
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.model.workdays import WorkCalendar
from mutualplans.plan.edition import Confidence, Entry
from mutualplans.testing.batch import as_tables
from tests.engine.plans import edition, make
from tests.expr.strategies import calendars
from tests.expressiveness.small import MEMBER
from tests.expressiveness.small import cover as held
from tests.model.test_workdays import YEAR_2025, walked

QUICK = settings(database=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
FIRST = date(2019, 10, 1)
steps = mp.field("claim", "steps", mp.Kind.COUNT, "第几个工作日，加 3", "number and 3", most=600)


def office(calendar: WorkCalendar) -> Office:
    """Return an office whose plan pays a fen for each day to the working day that a claim asks for, 9 to claim in."""
    value = mp.parameters(each=mp.money("每日"), workdays=mp.workdays("工作日历"))
    day = value.workdays.after(claim.event_date, steps - 3)
    days = mp.greatest(day.days_since(claim.event_date), 0)
    pays = mp.Benefit("b", mp.Text("互助金"), clause="测试", pays=value.each * days)
    plan = make(
        "small",
        value,
        benefits=[pays],
        claim_within=value.workdays.after(claim.event_date, 9),
        term_months=60,
    )
    made = edition(
        plan,
        'each = "0.01"\n[[values.workdays]]\nfrom = 2025-01-01\nto = 2025-01-01\nsource = "测试"\nholidays = []',
    )
    entry = Entry(value=calendar, confidence=Confidence.ASSUMED)
    local = LocalEdition(edition=evolve(made, values={**made.values, "workdays": entry}))
    return Office(name=mp.Text("测试"), plans=(OfficePlan(plan=plan, editions=(local,)),))


def by_walking(calendar: WorkCalendar, given: mp.Claim) -> tuple[str, int | None]:
    """Return status and fen of a claim, found by walking from day to day."""
    event, number = given.occurred, given.extra["steps"] - 3
    assert event is not None
    assert given.reported is not None
    last, asked = walked(calendar, event, 9), walked(calendar, event, number)
    if last is not None and given.reported > last:
        return "refused", 0
    if last is None or asked is None:
        return "incomplete", None
    days = (asked - event).days
    return ("paid", days) if days else ("nothing-due", 0)


def happened(number: int, day: date, number_: int, late: int) -> mp.Claim:
    """Return a claim about an accident of its own."""
    return mp.Claim(
        id=f"c{number}", event="accident", cause="accident", incident=f"i{number}", occurred=day,
        reported=day + timedelta(days=late), extra={"steps": number_ + 3},
    )  # fmt: skip


def decided(found: Office, claims: list[mp.Claim], **more: Any) -> list[tuple[str, int | None]]:
    """Return status and fen of each claim as a batch decides them."""
    first = min(item.occurred for item in claims if item.occurred)
    cover = held(first_day=first, last_day=first + timedelta(days=1700), earlier=())
    case = Situation(member=MEMBER, coverages=(cover,), claims=tuple(claims))
    exact = [(item.status, item.total) for item in simulate(found, case).decisions]
    made = assess_tables(found, *as_tables(found, {"p": case}), **more).decisions.to_pylist()

    assert [(row["status"], row["amount_fen"]) for row in made] == exact
    return exact


@QUICK
@given(
    calendars(),
    st.lists(
        st.tuples(st.dates(FIRST, date(2023, 3, 1)), st.integers(-3, 500), st.integers(0, 30)),
        min_size=1,
        max_size=8,
    ),
)
def test_a_kernel_and_the_exact_way_find_the_day_of_a_walk(
    calendar: WorkCalendar, given: list[tuple[date, int, int]]
) -> None:
    """Any calendar, days before, in and after it, numbers below 1 and beyond its end, in time and late."""
    claims = [happened(number, *item) for number, item in enumerate(given)]

    assert decided(office(calendar), claims, runtime="interpreted", threads=1) == [
        by_walking(calendar, item) for item in claims
    ]


@pytest.mark.parametrize("runtime", ["interpreted", "compiled"])
def test_every_day_of_a_year(runtime: str) -> None:
    """Each day from December 2024 to January 2026 by the calendar of 2025, in both runtimes."""
    if runtime == "compiled" and not can_compile():
        pytest.skip("the extra mutualplans[fast] is not installed")
    calendar = WorkCalendar((YEAR_2025,))
    days = (date(2024, 12, 1) + timedelta(days=step) for step in range(420))
    claims = [happened(number, day, number % 20 - 1, number % 17) for number, day in enumerate(days)]
    found = decided(office(calendar), claims, runtime=runtime, threads=1)

    assert found == [by_walking(calendar, item) for item in claims]
    assert {status for status, _amount in found} == {"paid", "nothing-due", "refused", "incomplete"}
