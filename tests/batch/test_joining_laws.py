"""The law of rosters: whoever is quoted by a kernel is quoted as alone, to the fen, the reason and the problem."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans.batch.columns import Column
from mutualplans.batch.joinings import Joinings, joining_columns, joinings
from mutualplans.batch.kernel.compiled import can_compile
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.manyquotes import quote_many
from mutualplans.batch.quoted import Quoted
from mutualplans.batch.quoting import quote_joinings
from mutualplans.batch.units import systems_of, units_of
from mutualplans.engine.groups import not_quoted, quote_group
from mutualplans.engine.office import Office, OfficePlan, office_of
from mutualplans.engine.quote import Joining, quote
from mutualplans.engine.systems import in_systems
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.scales import ANY, Table
from mutualplans.plan.reading import load_editions
from mutualplans.registry import PluginRegistry
from mutualplans.testing.batch import table_of
from tests.batch.joining_strategies import offices, renewing, rosters
from tests.batch.test_kernel_laws import NIGHTLY
from tests.engine.plans import make
from tests.engine.plans import office as small_office

QUICK = settings(
    database=None,
    max_examples=5000 if NIGHTLY else 60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def persons(office: Office, roster: dict[str, Any]) -> Joinings:
    """Return a roster as the kernel takes it."""
    return joinings(
        office,
        table_of(roster["rows"], joining_columns(office)),
        together={plan: np.array(joined, bool) for plan, joined in roster["together"].items()},
        known=np.array(roster["known"], bool),
        held=roster["held"],
    )


def alone(item: OfficePlan, who: Joinings, row: int, edition: str | None) -> dict[str, Any]:
    """Return what the engine says of one person."""
    try:
        found = quote(item, who.joining(row), edition=edition)
    except MutualPlansError as error:
        return {"unquoted": error.problems}
    except ValueError:
        return {"unquoted": "join.failed"}
    return {
        "premium": found.premium,
        "returns": found.returns,
        "covered": found.covered,
        "last_day": found.coverage.last_day.toordinal(),
        "edition": found.edition,
        "reasons": found.reasons,
        "problems": found.problems,
    }


def together(made: Quoted, row: int) -> dict[str, Any]:
    """Return the same as the batch says it."""
    note = made.note(int(made.said[row])) if made.said[row] >= 0 else None
    if isinstance(note, tuple):
        failed = [item.code for item in note] == ["join.failed"]
        return {"unquoted": "join.failed" if failed else note}
    return {
        "premium": None if made.premium[row] == MISSING else int(made.premium[row]),
        "returns": int(made.returns[row]),
        "covered": bool(made.covered[row]),
        "last_day": int(made.last_day[row]),
        "edition": made.editions[made.edition[row]],
        "reasons": note.reasons if note else (),
        "problems": note.problems if note else (),
    }


@QUICK
@given(st.data())
def test_a_kernel_quotes_as_the_engine_does(data: st.DataObject) -> None:
    """Premiums, conditions and shares of every node class, missing facts, renewals, plans beside each other: all equal."""
    office = data.draw(offices())
    item = office.plans[0]
    who = persons(office, data.draw(rosters(office)))
    edition = data.draw(st.sampled_from([None, item.editions[-1].edition.id]))

    made = quote_joinings(item, who, edition=edition, runtime="interpreted")

    event("exact only" if made.opaque else "kernel")
    for row in range(len(who)):
        found = alone(item, who, row, edition)
        event("joins" if found.get("premium") is not None else "does not")
        assert together(made, row) == found


@QUICK
@given(st.data())
def test_renewals_are_quoted_as_the_engine_does(data: st.DataObject) -> None:
    """Terms, gaps, transfers, plans that are continued or held: fees, refusals and reasons are those of the engine."""
    office = data.draw(renewing())
    item = office.plans[0]
    who = persons(office, data.draw(rosters(office, histories=True)))

    made = quote_joinings(item, who, runtime="interpreted")

    for row in range(len(who)):
        assert together(made, row) == alone(item, who, row, None)


def test_a_chain_of_terms_is_told_as_it_is() -> None:
    """Chains of one and two terms are refused with their own number; a term in two parts (a transfer) is one term."""
    value = mp.parameters(sum=mp.money("给付"))
    benefit = mp.Benefit("b", mp.Text("给付"), clause="测试", pays=value.sum)
    longer = mp.cover.terms.over(2).because("new", "连续参保不满三期", "fewer than three terms")
    item = small_office((make("one", value, benefits=[benefit], joins=[longer]), 'sum = "1"')).plans[0]
    year = [mp.Coverage(plan="one", first_day=date(y, 1, 1), last_day=date(y, 12, 31)) for y in (2023, 2022)]
    parts = (
        evolve(year[0], last_day=date(2023, 6, 30)),
        evolve(year[0], first_day=date(2023, 7, 1), transfer=True),
    )
    member, unit = mp.Member(), mp.Unit()
    who = [
        Joining(
            member=member,
            unit=unit,
            insured=mp.Insured.member(member),
            first_day=date(2024, 1, 1),
            covers=covers,
            shares=1,
        )
        for covers in ((), (year[0],), parts, (year[0],), tuple(year))
    ]

    found = quote_many(item, who)

    assert [one.reasons[0].found.zh if one.reasons else "" for one in found] == [
        "1 期",
        "2 期",
        "2 期",
        "2 期",
        "",
    ]
    assert found == [quote(item, one) for one in who]


@QUICK
@given(st.data())
def test_units_join_as_they_do_one_by_one(data: st.DataObject) -> None:
    """Group minimum, equal shares, systems, totals and split are those of `quote_group`, for every unit and person."""
    office = data.draw(offices(depth=1))
    item = office.plans[0]
    who = persons(office, data.draw(rosters(office)))

    made = quote_joinings(item, who, runtime="interpreted")
    units = units_of(made)

    by_unit: dict[str, list[int]] = {}
    for row in range(len(who)):
        by_unit.setdefault(who.joining(row).unit.name, []).append(row)
    assert [found.unit for found in units.quotes] == list(by_unit)
    standing = []
    for found, rows in zip(units.quotes, by_unit.values(), strict=True):
        joinings_ = [who.joining(row) for row in rows]
        group = quote_group(item, joinings_[0].unit, joinings_)
        event("the unit joins" if group.joining else "nobody joins")
        event("a group rule is missed" if group.group else "no group rule is missed")
        assert (found.listed, found.quoted) == (group.listed, len(group.quotes))
        assert (found.joining, found.premium) == (len(group.joining), group.premium)
        assert (found.split, found.group) == (group.split, group.group)
        assert set(found.problems) <= set(group.problems)
        assert found.takes_part == group.takes_part
        standing.append((joinings_[0].unit, group.takes_part))
        by_key = {quoted.key: quoted for quoted in group.quotes}
        for row in rows:
            one = by_key.get(str(row + 2))
            split = {payer: int(fen[row]) for payer, fen in units.split.items()} if made.joins[row] else {}
            assert split == dict(one.split if one else {})
            assert bool(units.joins[row]) == any(one is joins for joins in group.joining)
    assert systems_of(office, made, units) == in_systems(
        office, item.plan.id, item.plan.title, item.group, standing
    )


REGISTRY = PluginRegistry.discover()


@pytest.mark.parametrize("plan_id", sorted(plan.id for plan in REGISTRY.plans()))
def test_real_plans_are_quoted_as_one_by_one(plan_id: str) -> None:
    """Every edition of every plan, a random roster of 40: each person is quoted as alone, and by a kernel."""
    plan, joined = REGISTRY.plan(plan_id), 0
    for edition in load_editions(plan)[0]:
        chance = random.Random(f"{plan_id} {edition.id}")
        try:
            office = office_of([plan], edition=edition.id)
            office.plans[0].bind(day=date(2024, 2, 29), edition=edition.id)
        except MutualPlansError:  # its values are the office's to set
            continue
        who = persons(office, _roster_by_chance(office, chance, 40))

        made = quote_joinings(office.plans[0], who, runtime="interpreted")

        joined += int(made.joins.sum())
        assert not made.opaque
        for row in range(len(who)):
            assert together(made, row) == alone(office.plans[0], who, row, None), who.joining(row)
    assert joined


def _roster_by_chance(office: Office, chance: random.Random, count: int) -> dict[str, Any]:
    """Return persons of whom most is known, who say the codes that the plan's tables name."""
    plan, columns = office.plans[0].plan, joining_columns(office)
    tables = [
        entry.value
        for local in office.plans[0].editions
        for entry in local.edition.values.values()
        if isinstance(entry.value, Table)
    ]
    codes = [code for table in tables for key in table.rows for code in key if code != ANY] or ["A"]
    rows = [_by_chance(chance, columns, codes, plan.insures, number) for number in range(count)]
    known = [chance.random() < 0.7 for _ in rows]
    return {"rows": rows, "together": {}, "known": known, "held": {}}


def _by_chance(
    chance: random.Random,
    columns: Mapping[str, Column],
    codes: list[str],
    insures: tuple[str, ...],
    number: int,
) -> dict[str, Any]:
    """Return one person."""
    row: dict[str, Any] = {"person": f"p{number}", "row": number + 2}
    row["first_day"] = chance.choice([date(2024, 2, 29), date(2024, 7, 1)])
    for name, column in columns.items():
        item = column.field
        if name in row or item is None or chance.random() < 0.05:
            continue
        if item.kind is Kind.DATE:
            row[name] = row["first_day"] - timedelta(
                days=chance.choice([365, 366]) * chance.randint(0, 70) + 1
            )
        elif item.kind is Kind.FLAG:
            row[name] = chance.random() < 0.7
        elif item.kind is Kind.CODE:
            row[name] = chance.choice([*item.choices] or codes)
        elif item.kind in (Kind.COUNT, Kind.MONEY):
            row[name] = chance.randint(item.least, min(item.most, chance.choice([3, 3, 3, 5000])))
    row["unit.name"] = "u"
    row["insured.relation"] = chance.choice([*insures, *insures, "spouse", "self"])
    row["member.employment"] = chance.choice(["in-post", "in-post", "retired"])
    return row


@pytest.mark.skipif(not can_compile(), reason="the extra mutualplans[fast] is not installed")
def test_a_compiled_kernel_quotes_as_an_interpreted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Premiums and reasons of a plan with ages, shares and a table of fees do not depend on runtime or threads."""
    monkeypatch.setenv("MUTUALPLANS_CACHE", str(tmp_path))
    plan = REGISTRY.plan("accident")
    office = office_of([plan], edition=load_editions(plan)[0][0].id)
    who = persons(office, _roster_by_chance(office, random.Random(7), 300))

    plain = quote_joinings(office.plans[0], who, runtime="interpreted")
    fast = quote_joinings(office.plans[0], who, runtime="compiled", threads=2)

    assert plain.joins.any()
    assert [together(fast, row) for row in range(300)] == [together(plain, row) for row in range(300)]


@QUICK
@given(st.data())
def test_records_are_quoted_at_once_as_one_by_one(data: st.DataObject) -> None:
    """Every attribute of every quote is the same, and so is what is said of who cannot be quoted."""
    office = data.draw(offices(depth=2))
    item = office.plans[0]
    who = persons(office, data.draw(rosters(office)))
    records = [who.joining(row) for row in range(len(who))]

    found = quote_many(item, records)

    for record, one in zip(records, found, strict=True):
        try:
            alone_: object = quote(item, record)
        except MutualPlansError as error:
            alone_ = error.problems
        except ValueError as error:
            alone_ = (not_quoted(item.plan.title, record.key, error),)
        assert one == alone_
