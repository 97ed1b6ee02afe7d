"""Large rosters are read as columns: the same persons, with the same facts, as row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mutualplans.batch.columns import PERSON
from mutualplans.batch.joinings import joining_columns, joinings
from mutualplans.batch.people import ID, NAME, People
from mutualplans.batch.rosters import read_people
from mutualplans.engine.office import Office, office_of
from mutualplans.files.roster import Entry, known_headers, read_roster
from mutualplans.files.tables import read_table
from mutualplans.files.units import read_units
from mutualplans.model.tomlfile import read_toml
from mutualplans.registry import PluginRegistry
from tests.cli.roster_strategies import FAMILY, UNITS, rosters

FIRST_DAY = date(2025, 7, 1)
PLANS = ("female-illness", "accident", "child-accident", "retiree-inpatient", "critical-illness-group")


def facts(entry: Entry) -> dict[str, Any]:
    """Return what is known of somebody whose row was read by itself."""
    joining, insured = entry.joining, entry.joining.insured
    return {
        "row": entry.row,
        "name": insured.name.reveal() if insured.name else None,
        "id": insured.id_number.reveal() if insured.id_number else None,
        "member": evolve(joining.member, name=None, id_number=None),
        "insured": evolve(insured, id="self", name=None, id_number=None),
        "unit": joining.unit,
        "cover": (joining.first_day, joining.shares, joining.tier, joining.extra),
        "plans": dict(entry.plans or {}),
        "names plans": entry.plans is not None,
    }


def of_people(people: People, office: Office) -> list[dict[str, Any]]:
    """Return the same of everybody who was read in columns."""
    names = [name for name in people.table.column_names if name in joining_columns(office)]
    keys = people.table["row"].cast("string")
    records = joinings(office, people.table.select(names).append_column(PERSON, keys))
    found = []
    for at in range(len(people)):
        joining = records.joining(at)
        found.append(
            {
                "row": people.table["row"][at].as_py(),
                "name": people.table[NAME][at].as_py(),
                "id": people.table[ID][at].as_py(),
                "member": joining.member,
                "insured": joining.insured,
                "unit": joining.unit,
                "cover": (joining.first_day, joining.shares, joining.tier, joining.extra),
                "plans": {plan: int(shares[at]) for plan, shares in people.named.items() if shares[at]},
                "names plans": bool(people.names_any[at]),
            }
        )
    return found


@settings(max_examples=60)
@given(rosters(), st.sampled_from(["", UNITS]))
@example(FAMILY, "")
@example("姓名,出生日期,特种重病缴费方式\n王芳,1975-03-04,standard\n李,1975-03-04,\n", "")
def test_people_are_those_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, text: str, units: str
) -> None:
    """Every fact of every person, what is wrong, and which rows are refused: all the same."""
    folder = tmp_path_factory.mktemp("people")
    roster, unit = folder / "roster.csv", folder / "unit.toml"
    roster.write_text(text, encoding="utf-8")
    unit.write_text(units, encoding="utf-8")
    registry = PluginRegistry.discover()
    plans = [registry.plan(plan) for plan in PLANS]
    known = read_units(read_toml(unit), plans) if units else {}
    table = read_table(roster, known_headers=known_headers(plans))

    rows = read_roster(table, plans, known, FIRST_DAY)
    people = read_people(roster, plans, known, FIRST_DAY)

    assert of_people(people, office_of(plans)) == [facts(entry) for entry in rows.entries]
    assert (people.problems, people.refusals) == (rows.problems, rows.refusals)
