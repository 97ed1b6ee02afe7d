"""Accounts that several persons share, in a batch: one order over all their claims, whatever the rows' own order."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans import per
from mutualplans.batch import exactly
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.exactly import decide_exactly, explain_claim
from mutualplans.batch.kernel.source import Opaque, kernel_source
from mutualplans.batch.outcome import Outcome
from mutualplans.batch.parts import Gathered
from mutualplans.batch.prepare import prepare
from mutualplans.batch.read import read_table
from mutualplans.batch.results import assess_parts
from mutualplans.batch.run import decide
from mutualplans.batch.share import Options
from mutualplans.batch.spark.job import assess_frames
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.model.problem import MutualPlansError
from mutualplans.testing.batch import as_tables, table_of
from tests.engine.plans import allowance, bound, make
from tests.engine.plans import office as office_of
from tests.expressiveness.small import MEMBER, Small, bill, stay
from tests.expressiveness.small import cover as held

FAMILY_MOST, POOL = 5_000_00, 1_500_00
FAMILIES = {"a": "F1", "b": "F1", "c": "F2", "d": "F2", "e": "F3"}
"""Person → family."""


def benefit(id_: str, pays: mp.Formula, *when: mp.Formula) -> mp.Benefit:
    """Return a benefit of the plan."""
    return mp.Benefit(id_, mp.Text(id_), clause="测试", pays=pays, when=when)


def together(id_: str = "together") -> Small:
    """Return a plan: 60 % up to 5,000 a year for a family, 10 % of bills over 1,000 up to 1,500 a year for everybody."""
    value = mp.parameters(most=mp.money("全家最多"), pool=mp.money("总额"))
    large = bill.over(mp.yuan("1000")).because("small", zh="不到 1000 元")
    year = per.CALENDAR_YEAR
    plan = make(
        id_,
        value,
        benefits=[
            benefit("family", bill.share(60, 100).capped(value.most, per=year, whose=mp.Whose.FAMILY)),
            benefit("pool", bill.share(10, 100).capped(value.pool, per=year, whose=mp.Whose.FUND), large),
        ],
        insures=("self", "child"),
    )
    return plan, 'most = "5000"\npool = "1500"'


def of_family() -> Small:
    """Return a plan that only families share: half, up to 1,000 a year."""
    value = mp.parameters(most=mp.money("全家最多"))
    pays = bill.share(1, 2).capped(value.most, per=per.CALENDAR_YEAR, whose=mp.Whose.FAMILY)
    return make(
        "of-family", value, benefits=[benefit("half", pays)], insures=("self", "child")
    ), 'most = "1000"'


def covers(plan: str, persons: dict[str, str]) -> list[dict[str, Any]]:
    """Return a cover of 2024 and one of 2025 for each person."""
    return [
        {
            "person": key,
            "row": 0,
            "plan": plan,
            "first_day": date(year, 1, 1),
            "last_day": date(year, 12, 31),
            "shares": 1,
            "family": family,
        }
        for key, family in persons.items()
        for year in (2024, 2025)
    ]


def a_stay(person: str, number: str, decided: date, admitted: date, paid: int | None) -> dict[str, Any]:
    """Return a claim as a row."""
    about = {"claim": number, "person": person, "row": 0, "decided": decided, "event": "inpatient"}
    return {**about, "cause": "illness", "admitted": admitted, "days": 5, "self_paid_in_scope": paid}


def tables(
    found: Office, claims: list[dict[str, Any]], held_: list[dict[str, Any]]
) -> tuple[pa.Table, pa.Table]:
    """Return rows as tables, numbered from 2 on as they come."""
    plans = [item.plan for item in found.plans]
    numbered = [[{**row, "row": at} for at, row in enumerate(rows, 2)] for rows in (claims, held_)]
    return table_of(numbered[0], claim_columns(plans)), table_of(numbered[1], coverage_columns(plans))


def amounts(made: Outcome) -> dict[tuple[str, str], int | None]:
    """Return what is paid, by person and number of the claim."""
    return {(row["person"], row["claim"]): row["amount_fen"] for row in made.decisions.to_pylist()}


# ---------------------------------------------------------------- the law


days = st.integers(0, 70).map(lambda count: date(2024, 1, 15) + timedelta(days=10 * count))
rows = st.builds(
    a_stay,
    st.sampled_from(sorted(FAMILIES)),
    st.sampled_from(["1", "2", "3"]),  # persons have the same numbers
    st.sampled_from([date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]),
    days,
    st.sampled_from([None, 0, 900_00, 1000_00, 3333_33, 8000_00, 20000_00]),
)
by_number, by_day = (
    (lambda row: (row["person"], row["claim"])),
    (lambda row: (row["person"], row["admitted"])),
)
once = st.lists(rows, max_size=14, unique_by=(by_number, by_day))
again = st.fixed_dictionaries({"claim": st.just("9"), "decided": st.just(date(2026, 1, 4))})
claims_of_all = st.builds(
    lambda claims, more: [*claims, claims[0] | more] if claims and more else claims, once, st.none() | again
)
"""Claims of all persons; now and then one of them was entered a second time, later and under another number."""


def by_hand(claims: list[dict[str, Any]]) -> dict[tuple[str, str], int | None]:
    """Compute in a plain loop what is paid: two dictionaries of what was counted, and nothing of the engine."""
    families: dict[tuple[str, int], int] = {}
    pool: dict[int, int] = {}
    seen: set[tuple[Any, ...]] = set()
    found: dict[tuple[str, str], int | None] = {}
    for row in sorted(claims, key=lambda row: (row["decided"], row["admitted"], row["claim"], row["person"])):
        key, paid, year = (row["person"], row["claim"]), row["self_paid_in_scope"], row["admitted"].year
        if (row["person"], row["admitted"], paid) in seen:
            continue  # the same claim entered again is not decided
        seen.add((row["person"], row["admitted"], paid))
        if paid is None:
            found[key] = None
            continue
        family = (FAMILIES[row["person"]], year)
        share, tenth = (2 * 60 * paid + 100) // 200, (2 * 10 * paid + 100) // 200
        one = max(min(share, FAMILY_MOST - families.get(family, 0)), 0)
        families[family] = families.get(family, 0) + share
        other = 0
        if paid > 1000_00:
            other = max(min(tenth, POOL - pool.get(year, 0)), 0)
            pool[year] = pool.get(year, 0) + tenth
        found[key] = one + other
    return found


@settings(max_examples=60)
@given(claims_of_all, st.randoms(use_true_random=False))
def test_families_and_the_fund_are_paid_as_a_plain_loop_pays(
    claims: list[dict[str, Any]], chance: random.Random
) -> None:
    """Limits of a family and of all insured, late claims, claims without a bill, claims again: to the fen, in any row order."""
    found = office_of(together())
    expected = by_hand(claims)
    held_ = covers("together", FAMILIES)
    exact = decide_exactly(found, *tables(found, claims, held_))

    assert amounts(exact) == expected
    chance.shuffle(claims)
    chance.shuffle(held_)
    fast = assess_tables(found, *tables(found, claims, held_), threads=1)
    assert amounts(fast) == expected


@settings(max_examples=20)
@given(claims_of_all)
def test_each_family_is_paid_as_if_it_were_alone(claims: list[dict[str, Any]]) -> None:
    """Families share nothing with each other: decided in parts of whatever size, each gets what it gets alone."""
    found = office_of(of_family())
    held_ = covers("of-family", FAMILIES)
    whole = amounts(decide_exactly(found, *tables(found, claims, held_)))

    alone: dict[Any, int | None] = {}
    for family in set(FAMILIES.values()):
        ours = [row for row in claims if FAMILIES[row["person"]] == family]
        alone |= amounts(decide_exactly(found, *tables(found, ours, held_)))
    assert alone == whole


@pytest.mark.parametrize("processes", [1, 2])
def test_parts_and_processes_change_nothing(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    """Two rows at a time, in one process or two: a family stays in one part, and all is as decided at once."""
    found = office_of(of_family(), allowance())
    chance = random.Random(5)
    persons = {f"p{number}": f"F{number % 7}" for number in range(20)}
    held_ = [*covers("of-family", persons), *covers("allowance", {f"q{number}": "" for number in range(5)})]
    claims = [
        a_stay(key, f"{number}", date(2026, 1, 1 + chance.randrange(9)), date(2024, 1 + number, 3), 400_00)
        for key in [*persons, "q1", "q3"]
        for number in range(4)
    ]
    at_once = decide_exactly(found, *tables(found, claims, held_))
    monkeypatch.setattr(exactly, "_AT_ONCE", 2)
    in_parts = decide_exactly(found, *tables(found, claims, held_), processes=processes)

    assert in_parts.decisions.to_pylist() == at_once.decisions.to_pylist()
    assert in_parts.problems.to_pylist() == at_once.problems.to_pylist()
    paid = [amount for amount in at_once.decisions["amount_fen"].to_pylist() if amount]
    assert sum(amount for amount in paid if amount <= 200_00) >= 7 * 1000_00  # each family has used its limit


def test_a_batch_pays_a_family_what_its_case_gets() -> None:
    """A member with a child decided as one case, and as rows beside another family with the same bills."""
    found = office_of(of_family())
    child = mp.Insured(id="child", relation="child", sex="male", birth_date=date(2015, 3, 1))
    case = Situation(
        member=MEMBER,
        insured=(child,),
        coverages=(held("of-family"), held("of-family", insured="child")),
        claims=(stay("02-01", "1500"), stay("03-01", "900", insured="child"), stay("04-01", "100")),
    )
    single = [(made.claim, made.total) for made in simulate(found, case).decisions]
    made = decide_exactly(found, *as_tables(found, {"one": case, "two": case}))

    assert [total for _claim, total in single] == [750_00, 250_00, 0]
    for key in ("one", "two"):
        ours = [row for row in made.decisions.to_pylist() if row["person"].partition("/")[0] == key]
        assert [(row["claim"], row["amount_fen"]) for row in ours] == single


def test_only_those_who_share_are_left_to_the_exact_way() -> None:
    """Persons of another plan of the office are decided by its kernel."""
    found = office_of(together(), allowance())
    held_ = [*covers("together", {"a": "F1"}), *covers("allowance", {"q": ""})]
    claims = [a_stay("a", "1", date(2026, 1, 1), date(2024, 2, 1), 100_00)]
    claims.append(a_stay("q", "1", date(2026, 1, 1), date(2024, 2, 1), None))
    (made,) = decide(found, prepare(found, *tables(found, claims, held_)), Options(runtime="interpreted"))

    assert made.persons(made.left_out).to_pylist() == ["a"]
    assert made.opaque == {"together": "several persons share one of its accounts"}


def test_no_kernel_is_written_of_an_account_that_is_shared() -> None:
    """Whoever asks for a kernel all the same is refused: it would pay each person the whole limit."""
    with pytest.raises(Opaque, match="several persons share"):
        kernel_source([bound(*of_family())], code=lambda _code: 0)


def test_spaces_around_a_family_are_none_of_its_name() -> None:
    """A number with a space behind it is the same family: it is decided with it, and shares its limit."""
    found = office_of(of_family())
    held_ = covers("of-family", {"a": "F1", "b": " F1 "})
    claims = [a_stay(key, "1", day(1), date(2024, 3, 1), 1500_00) for key in ("a", "b")]

    assert amounts(assess_tables(found, *tables(found, claims, held_))) == {
        ("a", "1"): 750_00,
        ("b", "1"): 250_00,
    }


# ---------------------------------------------------------------- what goes wrong


def problems(made: Outcome) -> list[tuple[str, int | None, str]]:
    """Return file, row and code of each problem, but that persons here have the same numbers."""
    rows_ = [row for row in made.problems.to_pylist() if row["code"] != "claim.number-shared"]
    return [(row["file"], row["row"], row["code"]) for row in rows_]


def day(number: int) -> date:
    """Return a day of decision."""
    return date(2026, 1, number)


def test_a_cover_without_its_family_is_told_and_is_no_family_of_its_own() -> None:
    """The claims of such a person wait; the others' are decided, and told that some are missing."""
    found = office_of(of_family())
    held_ = covers("of-family", {"a": "F1", "b": "F1"})
    held_[0]["family"] = None
    claims = [a_stay(key, "1", day(1), date(2024, 3, 1), 1500_00) for key in ("a", "b")]
    made = assess_tables(found, *tables(found, claims, held_), threads=1)

    assert amounts(made) == {("b", "1"): 750_00}
    assert problems(made) == [
        ("claims", 2, "claim.cover-refused"),
        ("claims", None, "claim.shared-open"),
        ("coverages", 2, "batch.family"),
    ]


def test_a_column_that_is_not_there_states_no_family() -> None:
    """Without the column every cover of the plan is told; a plan without such an account needs no column."""
    found = office_of(of_family(), allowance())
    held_ = [*covers("of-family", {"a": "F1"}), *covers("allowance", {"q": ""})]
    asked, told = tables(found, [], held_)
    made = assess_tables(found, asked, told.drop_columns(["family"]), threads=1)

    assert problems(made) == [("coverages", 2, "batch.family"), ("coverages", 3, "batch.family")]


def test_the_office_is_told_that_others_were_decided_without_an_open_claim() -> None:
    """One claim lacks its bill: what is paid after it does not wait, but a warning names the plan and says what to do."""
    found = office_of(together())
    held_ = covers("together", FAMILIES)
    claims = [
        a_stay("a", "1", day(1), date(2024, 3, 1), None),
        a_stay("c", "1", day(2), date(2024, 3, 1), 20000_00),
        a_stay("c", "2", day(3), date(2024, 3, 1), 20000_00),  # the same claim again is no open one
    ]
    made = assess_tables(found, *tables(found, claims, held_), threads=1)
    (warning,) = [row for row in made.problems.to_pylist() if row["code"] == "claim.shared-open"]

    assert amounts(made) == {("a", "1"): None, ("c", "1"): 6500_00}
    assert (warning["severity"], warning["plan"]) == ("warning", "together")
    assert "有 1 件申领没有核定" in warning["message_zh"]


def test_claims_that_could_not_be_read_count_as_open() -> None:
    """A row whose amount is no number never reaches the accounts: others are decided, and told so."""
    found = office_of(together())
    asked = pa.table(
        {
            "claim": ["1", "1"],
            "person": ["a", "b"],
            "event": ["inpatient", "inpatient"],
            "cause": ["illness", "illness"],
            "admitted": [date(2024, 3, 1)] * 2,
            "self_paid_in_scope": ["一千", "1000"],
        }
    )
    _claims, told = tables(found, [], covers("together", {"a": "F1", "b": "F1"}))
    made = mp.assess_frame(found, asked, told.drop_columns(["row"]))

    assert amounts(made) == {("b", "1"): 600_00}
    assert "claim.shared-open" in {code for _file, _row, code in problems(made)}


def test_what_was_paid_stays_paid_when_an_open_claim_is_decided_later() -> None:
    """Completed and given a later day of decision, the open claim gets what is left, and nobody else's amount moves."""
    found = office_of(of_family())
    held_ = covers("of-family", {"a": "F1", "b": "F1"})
    before = [
        a_stay("a", "1", day(1), date(2024, 3, 1), None),
        a_stay("b", "1", day(2), date(2024, 4, 1), 1600_00),
    ]
    after = [a_stay("a", "1", day(3), date(2024, 3, 1), 1600_00), before[1]]

    assert amounts(assess_tables(found, *tables(found, before, held_)))["b", "1"] == 800_00
    assert amounts(assess_tables(found, *tables(found, after, held_))) == {
        ("b", "1"): 800_00,
        ("a", "1"): 200_00,
    }


def test_a_lost_cover_holds_its_person_and_crashes_nobody() -> None:
    """A cover that ends before it begins is refused: its person waits, the family's other claims are decided."""
    found = office_of(of_family())
    held_ = covers("of-family", {"a": "F1", "b": "F1"})
    held_[1]["last_day"] = date(2020, 1, 1)
    claims = [a_stay(key, "1", day(1), date(2024, 3, 1), 1000_00) for key in ("a", "b", "stranger")]
    made = assess_tables(found, *tables(found, claims, held_), threads=1)

    assert amounts(made) == {("b", "1"): 500_00}
    assert {code for _file, _row, code in problems(made)} == {
        "batch.term",
        "claim.cover-refused",
        "claim.no-cover",
        "claim.shared-open",
    }


# ---------------------------------------------------------------- around the batch


def test_an_explanation_knows_what_others_used() -> None:
    """The claim of one member explained: the family's earlier claims were decided before it."""
    found = office_of(of_family())
    claims = [
        a_stay("a", "A-1", day(1), date(2024, 3, 1), 1500_00),
        a_stay("b", "B-1", day(2), date(2024, 3, 1), 1500_00),
        a_stay("c", "C-1", day(3), date(2024, 3, 1), 1500_00),
    ]
    (one,) = explain_claim(found, *tables(found, claims, covers("of-family", FAMILIES)), "B-1")

    assert one.total == 250_00
    (left,) = one.decisions[0].remaining
    assert left.text.zh == "half：每自然年度全家尚可计"


def test_rows_on_disk_are_not_decided_in_parts(tmp_path: Path) -> None:
    """A family may lie in two parts: deciding them apart would pay it twice, and is refused."""
    found = office_of(of_family())
    plans = [item.plan for item in found.plans]
    for name, table in zip(
        ("claims", "coverages"), tables(found, [], covers("of-family", FAMILIES)), strict=True
    ):
        stated = ["claim"] if name == "claims" else ["plan", "first_day", "last_day", "family"]
        pa.parquet.write_table(table.select(["person", *stated]), tmp_path / f"{name}.parquet")
    readings = [read_table(tmp_path / f"{name}.parquet", name, plans) for name in ("coverages", "claims")]
    with Gathered(*readings, tmp_path, 3) as gathered:
        read = [len(chunk) for reading in readings for chunk in gathered.read(reading)]
        with pytest.raises(MutualPlansError, match="of-family"):
            assess_parts(found, gathered)

    assert read == [10]


def test_spark_refuses_before_it_starts_anything() -> None:
    """Partitions are decided apart; an account that persons of several partitions share cannot be."""
    with pytest.raises(MutualPlansError, match="of-family") as caught:
        assess_frames(office_of(of_family()), None, None)  # type: ignore[arg-type]

    assert [item.code for item in caught.value.problems] == ["batch.shared-parts"]
