"""Plans of one office together in a batch: kernels decide them, and the amounts are those of single cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import mutualplans as mp
from mutualplans import claim, cover, per
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.beside import Held
from mutualplans.batch.beyond import beyond_kernels
from mutualplans.batch.prepare import prepare
from mutualplans.batch.run import decide
from mutualplans.batch.share import Options
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.tomlfile import read_toml
from mutualplans.office.read import read_office
from mutualplans.registry import PluginRegistry
from mutualplans.testing.batch import as_tables
from tests.engine.plans import make
from tests.expressiveness.small import MEMBER, bill, stay
from tests.expressiveness.small import cover as held
from tests.office.sample import Small, office, rows

OFFICES = Path(__file__).resolve().parents[2] / "examples" / "offices"
LIMIT = '\n[[limits]]\ntitle = "合计"\nplans = ["a", "b"]\nmost = "1500"\nper = "calendar-year"'


LIMIT_OF_TERM = LIMIT.replace("calendar-year", "term")
LIMITS = LIMIT + '\n[[limits]]\ntitle = "其一"\nplans = ["b"]\nmost = "600"\nper = "incident"'

PLAIN = [800, 900]
"""Two stays of 1,800 and 1,900 yuan above 1,000 each."""
Paid = list[int] | None
EXPECTED: dict[str, dict[str, tuple[Paid, Paid]]] = {
    # 1,500 in the year: 800 and 700 of the first stay, nothing is left for the second.
    "limit": {"p0": ([800, 0], [700, 0]), "p1": (None, [800, 700]), "p2": ([0, 0], [800, 700])},
    "limit of a term": {"p0": ([800, 0], [700, 0]), "p1": (None, [800, 700]), "p2": ([0, 0], [800, 700])},
    # At most 600 of each claim by the second plan: 800 + 600, then the last 100; alone it pays 600 twice.
    "limits": {"p0": ([800, 100], [600, 0]), "p1": (None, [600, 600]), "p2": ([0, 0], [600, 600])},
    "addition": {"p0": (PLAIN, PLAIN), "p1": (None, [0, 0]), "p2": ([0, 0], [0, 0])},
    "choice": {"p0": (PLAIN, None), "p1": (None, PLAIN), "p2": ([0, 0], PLAIN)},
    # The second stay begins on the day the first ends: 1,800 + 1,900 - 1,000 = 2,700, of which 800 were paid.
    "merge": {"p0": (PLAIN, [800, 1900]), "p1": (None, [800, 1900]), "p2": ([0, 0], [800, 1900])},
    # Only p2 goes on from the first plan, whose term ended on 30 June.
    "continues": {"p0": (PLAIN, [0, 0]), "p1": (None, [0, 0]), "p2": ([0, 0], PLAIN)},
    "common term": {"p0": (PLAIN, PLAIN), "p1": (None, PLAIN), "p2": ([0, 0], PLAIN)},
    # July to December are six months, not more.
    "months": {"p0": (PLAIN, PLAIN), "p1": (None, PLAIN), "p2": ([0, 0], [0, 0])},
}
"""Yuan for each claim by the first and by the second plan; ``None`` where a plan decides nothing."""
LEFT_OUT = {"choice": ["p0"]}
"""Persons who are left to the exact way: their covers are at fault."""


def plan(id_: str, **more: object) -> Small:
    """Return a plan that pays what exceeds 1,000 in a stay."""
    value = mp.parameters(start=mp.money("起付线"))
    benefit = mp.Benefit("aid", mp.Text("互助金"), clause="测试", pays=bill.above(value.start, per=per.STAY))
    return make(id_, value, benefits=[benefit], **more), 'start = "1000"'


def given(kind: str, folder: Path) -> Office:
    """Return an office with something that goes from plan to plan, or from cover to cover."""
    plain = plan("a"), plan("b")
    if kind.startswith("limit"):
        more = {"limit": LIMIT, "limits": LIMITS, "limit of a term": LIMIT_OF_TERM}[kind]
        return office(folder, rows(["a", "b"]) + more, *plain)
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


def cases() -> dict[str, Situation]:
    """Return two stays each of who has both plans, of who has the second, of who has the second after the first."""
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
    return {
        f"p{number}": Situation(member=MEMBER, coverages=held_, claims=claims)
        for number, held_ in enumerate(covers)
    }


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_batch_pays_what_single_cases_get(tmp_path: Path, kind: str) -> None:
    """Every amount is the one worked out by hand, and that of the engine; kernels decide all of them."""
    found = given(kind, tmp_path)
    single = {
        (key, made.claim, made.plan): made.total
        for key, case in cases().items()
        for made in simulate(found, case).decisions
    }
    tables = as_tables(found, cases())

    made = assess_tables(found, *tables).decisions.to_pylist()
    (by_kernels,) = decide(found, prepare(found, *tables), Options())

    paid: dict[tuple[str, str], list[int]] = {}
    for row in made:
        paid.setdefault((row["person"], row["plan"]), []).append(row["amount_fen"])
    assert {
        (key, id_): [amount * 100 for amount in amounts]
        for key, both in EXPECTED[kind].items()
        for id_, amounts in zip("ab", both, strict=True)
        if amounts is not None
    } == paid
    assert {(row["person"], row["claim"], row["plan"]): row["amount_fen"] for row in made} == single
    assert not by_kernels.opaque
    assert by_kernels.persons(by_kernels.left_out).to_pylist() == LEFT_OUT.get(kind, [])


def test_a_stay_that_is_not_decided_is_no_stay_to_go_on_with(tmp_path: Path) -> None:
    """The second of three stays states no bill: the third goes on with nothing, 1,900 - 1,000 = 900, as decided alone."""
    found = given("merge", tmp_path)
    claims = (
        stay("08-01", "1800", discharged=date(2024, 8, 6)),
        stay("08-06", None, discharged=date(2024, 8, 8), days=2),
        stay("08-08", "1900", discharged=date(2024, 8, 11), days=3),
    )
    tables = as_tables(found, {"p": Situation(member=MEMBER, coverages=(held("b"),), claims=claims)})

    made = assess_tables(found, *tables)

    assert made.decisions["amount_fen"].to_pylist() == [800_00, None, 900_00]
    assert "claim.merged" not in made.problems["code"].to_pylist()


def test_papers_of_an_earlier_stay_may_come_late(tmp_path: Path) -> None:
    """The stay decided first has a number; the one before it, decided later, goes on with it: 900, then 2,700 - 900."""
    found = given("merge", tmp_path)
    claims = (
        stay("08-06", "1900", discharged=date(2024, 8, 11), stay="H-7"),
        stay("08-01", "1800", discharged=date(2024, 8, 6)),
    )
    tables = as_tables(found, {"p": Situation(member=MEMBER, coverages=(held("b"),), claims=claims)})

    made = assess_tables(found, *tables)
    (by_kernels,) = decide(found, prepare(found, *tables), Options())

    assert made.decisions["amount_fen"].to_pylist() == [900_00, 1800_00]
    assert made.problems["code"].to_pylist() == ["claim.merged"]
    assert not len(by_kernels.left_out)


def test_how_near_claims_must_be_is_asked_before_what_they_are(tmp_path: Path) -> None:
    """How many days may lie between is not stated: the second stay is open, though neither is what the rule is about."""
    gap = mp.field("claim", "gap", mp.Kind.COUNT, "相隔")
    found = office(tmp_path, rows(["b"]), plan("b", merges=[mp.Merge(gap, when=claim.is_outpatient)]))
    claims = (stay("03-01", "1800"), stay("09-01", "1900"))
    tables = as_tables(found, {"p": Situation(member=MEMBER, coverages=(held("b"),), claims=claims)})

    assert assess_tables(found, *tables).decisions["amount_fen"].to_pylist() == [800_00, None]


def test_days_of_covers_are_inclusive() -> None:
    """Who is covered to day 9 is covered on day 9 and not on day 10; a cover from day 9 on shares that day."""
    person, first, last = np.array([0, 0, 1]), np.array([5, 9, 5]), np.array([9, 20, 9])
    whole, apart = Held(person, first, last), Held(person, first, np.array([8, 20, 9]))

    assert apart.on(np.array([0, 0, 1, 1, 1, 2]), np.array([4, 9, 5, 9, 10, 6])).tolist() == [
        *(False, True),
        *(True, True, False, False),
    ]
    assert whole.sharing() == whole.sharing(begun_apart=True) == {0}
    assert apart.sharing() == set()
    same = Held(np.array([0, 0]), np.array([5, 5]), np.array([9, 20]))
    assert same.sharing() == {0}
    assert same.sharing(begun_apart=True) == set()


@pytest.mark.parametrize(
    "most", [cover.terms, mp.choose(mp.holds("a", zh="甲"), 2, 1)], ids=["terms", "holds"]
)
def test_a_plan_whose_shares_rest_on_other_covers_is_decided_exactly(
    tmp_path: Path, most: mp.Formula
) -> None:
    """Shares are worked out for each cover alone: no kernel decides a plan that asks for more."""
    found = office(tmp_path, rows(["a", "b"]), plan("a"), plan("b", max_shares=most))

    assert beyond_kernels(found.plan("a")) == ""
    assert "cover." in beyond_kernels(found.plan("b"))


NOT_BY_KERNELS = {"coal-city": ["1-moved-to-another-county"], "longyan": ["1-miner"]}
"""Who moved to another unit inside a term; whose two bills of one stay have to be compared."""


@pytest.mark.parametrize("folder", sorted(path.name for path in OFFICES.iterdir()))
def test_kernels_decide_every_plan_of_the_example_offices(folder: str) -> None:
    """The worked cases of an office as one batch: the amounts of single cases, and no plan is left to the exact way."""
    known = PluginRegistry.discover()
    found, _problems = read_office(read_toml(OFFICES / folder / "office.toml"), find=known.plan)
    assert found is not None
    plans = [item.plan for item in found.plans]
    read = {
        path.stem: read_situation(read_toml(path), plans).situation
        for path in sorted((OFFICES / folder / "cases").glob("*.toml"))
    }
    situations = {key: case for key, case in read.items() if case is not None}
    tables = as_tables(found, situations)

    made = assess_tables(found, *tables).decisions.to_pylist()
    (by_kernels,) = decide(found, prepare(found, *tables), Options())

    single = {
        (key, made.claim, made.plan): (made.status, made.total)
        for key, case in situations.items()
        for made in simulate(found, case).decisions
    }
    assert single == {
        (row["person"].partition("/")[0], row["claim"], row["plan"]): (row["status"], row["amount_fen"])
        for row in made
    }
    assert any(amount for _status, amount in single.values())
    assert not by_kernels.opaque
    left_out = by_kernels.persons(by_kernels.left_out).to_pylist()
    assert NOT_BY_KERNELS.get(folder, []) == left_out
