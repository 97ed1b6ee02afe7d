"""What kernels do not know of is decided the exact way: the amounts of a batch are those of single cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import mutualplans as mp
from mutualplans import claim, cover, per
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.beyond import beyond_kernels
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.testing.batch import as_tables
from tests.engine.plans import make
from tests.expressiveness.small import MEMBER, bill, stay
from tests.expressiveness.small import cover as held
from tests.office.sample import Small, office, rows

LIMIT = '\n[[limits]]\ntitle = "合计"\nplans = ["a", "b"]\nmost = "1500"\nper = "calendar-year"'


def plan(id_: str, **more: object) -> Small:
    """Return a plan that pays what exceeds 1,000 in a stay."""
    value = mp.parameters(start=mp.money("起付线"))
    benefit = mp.Benefit("aid", mp.Text("互助金"), clause="测试", pays=bill.above(value.start, per=per.STAY))
    return make(id_, value, benefits=[benefit], **more), 'start = "1000"'


def given(kind: str, folder: Path) -> Office:
    """Return an office with something that kernels do not know."""
    plain = plan("a"), plan("b")
    if kind == "limit":
        return office(folder, rows(["a", "b"]) + LIMIT, *plain)
    if kind == "addition":
        return office(folder, rows(["a", "b"], b='only_with = ["a"]'), *plain)
    if kind == "choice":
        return office(folder, rows(["a", "b"], b='not_with = ["a"]'), *plain)
    special = {
        "merge": {"merges": [mp.Merge(1, when=claim.is_inpatient)]},
        "continues": {"continues": ["a"], "joins": [cover.terms.over(1).because("new", zh="首次参保")]},
        "common term": {"term_begins": mp.YearDay(1)},
        "months": {"joins": [cover.months.over(6).because("short", zh="不足半年")]},
    }
    return office(folder, rows(["a", "b"]), plan("a"), plan("b", **special[kind]))


@pytest.mark.parametrize(
    "kind", ["limit", "addition", "choice", "merge", "continues", "common term", "months"]
)
def test_a_batch_pays_what_single_cases_get(tmp_path: Path, kind: str) -> None:
    """Two stays of two persons, one with the first plan beside it or before it: every amount is the engine's."""
    found = given(kind, tmp_path)
    half = date(2024, 7, 1)
    covers = [
        (held("a"), held("b")),
        (held("b"),),
        (held("a", last_day=date(2024, 6, 30)), held("b", first_day=half)),
    ]
    claims = (
        stay("08-01", "1800", discharged=date(2024, 8, 6)),
        stay("08-06", "1900", discharged=date(2024, 8, 11)),
    )
    cases = {
        f"p{number}": Situation(member=MEMBER, coverages=held_, claims=claims)
        for number, held_ in enumerate(covers)
    }
    single = {
        (key, made.claim, made.plan): made.total
        for key, case in cases.items()
        for made in simulate(found, case).decisions
    }
    made = assess_tables(found, *as_tables(found, cases)).decisions.to_pylist()

    assert {(row["person"], row["claim"], row["plan"]): row["amount_fen"] for row in made} == single
    assert any(single.values())
    assert beyond_kernels(found.plan("b"))


def test_a_plain_plan_is_left_to_kernels(tmp_path: Path) -> None:
    """A plan that says nothing of the kind is none of these."""
    found = office(tmp_path, rows(["a"]), plan("a"))

    assert beyond_kernels(found.plan("a")) == ""
