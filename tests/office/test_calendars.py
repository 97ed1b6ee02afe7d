"""An office adds the next year to a calendar of working days, and is told what does not fit."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import claim
from mutualplans.engine.asdata import simulation_data
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.model.tomlfile import read_toml
from mutualplans.model.workdays import WorkCalendar
from mutualplans.office.diff import changed_values
from mutualplans.office.write import office_text
from mutualplans.plan.edition import Confidence
from tests.engine.plans import make
from tests.expressiveness.small import MEMBER
from tests.expressiveness.small import claim as happened
from tests.expressiveness.small import cover as held
from tests.expressiveness.test_time import YEAR_2025, YEAR_2026
from tests.office.sample import Small, office, rows, written


def small(values: str = YEAR_2025) -> Small:
    """Return a plan with 15 working days to claim, whose calendar is open to the office."""
    value = mp.parameters(
        lump=mp.money("互助金"), workdays=mp.workdays("工作日历", "working days", open_to_office=mp.at_will())
    )
    benefits = [mp.Benefit("lump", mp.Text("互助金"), clause="测试", pays=value.lump)]
    within = value.workdays.after(claim.event_date, 15)
    return make("small", value, benefits=benefits, claim_within=within), 'lump = "100"' + values


def own(part: str) -> str:
    """Return an office file that states a part of the calendar."""
    return rows(["small"]) + part.replace("[[values.", "\n[[plans.editions.values.")


def calendar(folder: Path, part: str) -> WorkCalendar:
    """Return the calendar that an office has with a part of its own."""
    (item,) = office(folder, own(part), small()).plans
    found: WorkCalendar = item.bind(day=date(2025, 1, 1), edition="test").values["workdays"]
    return found


def part(first: str, last: str, rest: str = "holidays = []") -> str:
    """Return a part of a calendar."""
    return f'[[values.workdays]]\nfrom = {first}\nto = {last}\nsource = "测试"\n{rest}\n'


def test_an_office_adds_the_next_year(tmp_path: Path) -> None:
    """With the notice for 2026 the 15th working day after 15 December 2025 is known; what is assumed stays assumed."""
    found = office(tmp_path, own(YEAR_2026), small())
    given = happened("outpatient", "2025-12-15", reported=date(2026, 1, 7))
    cover = held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))
    run = simulate(found, Situation(member=MEMBER, coverages=(cover,), claims=(given,)))
    (made,) = run.decisions
    (local,) = found.plans[0].editions

    assert made.claim_by == date(2026, 1, 6)
    assert [reason.code for reason in made.benefits[0].reasons] == ["late"]
    assert local.values["workdays"].confidence is Confidence.ASSUMED
    without = simulate(
        office(tmp_path, rows(["small"]), small()),
        Situation(member=MEMBER, coverages=(cover,), claims=(given,)),
    )
    assert without.decisions[0].status == "incomplete"
    assert without.decisions[0].receipt.values_hash != made.receipt.values_hash
    receipt = json.loads(json.dumps(simulation_data(run)))["decisions"][0]["receipt"]
    assert receipt["office_values"]["workdays"][0]["from"] == "2026-01-01"


def test_days_of_both_are_those_of_the_office(tmp_path: Path) -> None:
    """A notice of next year that takes 29 December into a holiday: the office's part begins there."""
    found = calendar(tmp_path, part("2025-12-29", "2026-12-31", "holidays = [2025-12-29]"))

    assert [(item.from_, item.to) for item in found.parts] == [
        (date(2025, 1, 1), date(2025, 12, 28)),
        (date(2025, 12, 29), date(2026, 12, 31)),
    ]
    assert found.after(date(2025, 12, 26), 1) == date(2025, 12, 30)
    assert found.after(date(2025, 9, 27), 15) == date(2025, 10, 23)


@pytest.mark.parametrize(
    ("part_", "code"),
    [
        (part("2026-01-02", "2026-12-31"), "office.calendar-gap"),
        (part("2023-01-01", "2023-12-31"), "office.calendar-gap"),
        (part("2026-01-01", "2026-12-31", "holidays = [2025-12-31]"), "file.value"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, part_: str, code: str) -> None:
    """A gap behind or before the edition's days, and a holiday outside the part, at the line where it stands."""
    _found, problems = written(tmp_path, own(part_), small())

    (error,) = [item for item in problems if item.severity == "error"]
    assert error.code == code
    assert "office.toml:7:" in error.where or "office.toml:11:" in error.where


def test_an_edition_may_leave_the_calendar_to_the_office(tmp_path: Path) -> None:
    """Without one the office is told; its own is taken as it stands."""
    _found, problems = written(tmp_path, rows(["small"]), small(""))
    found = office(tmp_path, own(YEAR_2025), small(""))

    assert [item.code for item in problems if item.severity == "error"] == ["office.value-required"]
    assert found.plans[0].editions[0].values["workdays"].value.last == date(2025, 12, 31)


@pytest.mark.parametrize("values", [YEAR_2025, ""])
def test_a_new_office_file_says_how_the_next_year_is_added(tmp_path: Path, values: str) -> None:
    """The last part stands there as the model; without its comment signs it reads as the edition's own."""
    plan, _values = small(values)
    written(tmp_path, rows(["small"]), (plan, 'lump = "100"' + values))
    text = office_text(
        "测试办事处", [evolve(plan, editions=mp.editions("mutualplans", str(tmp_path / "small")))]
    )

    assert "下一年" in text
    lines = text[text.index("#[[plans.editions.values.workdays]]") :].splitlines()
    shown = [line.removeprefix("#") for line in lines if line.startswith("#") and not line.startswith("# ")]
    assert shown[0] == "[[plans.editions.values.workdays]]"
    if values:
        model = read_toml("model", "[[plans]]\n[[plans.editions]]\n" + "\n".join(shown[:6])).data
        edition = read_toml("edition", YEAR_2025).data["values"]["workdays"]
        assert model["plans"][0]["editions"][0]["values"]["workdays"] == edition


def test_two_offices_are_compared_by_their_days(tmp_path: Path) -> None:
    """Which days each knows, and of those of both the ones that differ."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    before = office(one, rows(["small"]), small())
    after = office(other, own(part("2025-12-29", "2026-01-31", "holidays = [2025-12-29]")), small())
    (zh,), (en,) = (changed_values(before, after, lang) for lang in ("zh", "en"))

    assert (zh.before, zh.after) == (
        "2025-01-01 至 2025-12-31；2025-12-29上班",
        "2025-01-01 至 2026-01-31；2025-12-29放假",
    )
    assert en.after == "2025-01-01 to 2026-01-31; 2025-12-29 off"
