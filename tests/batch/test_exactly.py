"""The exact path of a batch: what the engine decides for one case, it decides for the same case inside tables."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import mutualplans as mp
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.exactly import decide_exactly
from mutualplans.batch.outcome import Outcome
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.tomlfile import read_toml
from mutualplans.office.read import read_office
from mutualplans.registry import PluginRegistry
from mutualplans.testing.batch import as_tables, table_of
from tests.engine.plans import allowance, inpatient_medical
from tests.engine.plans import office as office_of_plans

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def example() -> tuple[Office, Situation]:
    """Return the example office with its example case."""
    known = PluginRegistry.discover()
    office, _problems = read_office(
        read_toml(EXAMPLES / "office" / "office.toml"), find=known.plan, version=known.version_of
    )
    assert office is not None
    plans = [item.plan for item in office.plans]
    read = read_situation(read_toml(EXAMPLES / "office" / "case.toml"), plans)
    assert read.situation is not None
    return office, read.situation


def two_plans() -> Office:
    """Return an office of two small plans with accounts over terms."""
    return office_of_plans(inpatient_medical(), allowance())


def person(number: int, **more: Any) -> dict[str, Any]:
    """Return a coverage of the calendar year 2024 as a row."""
    return {
        "person": f"p{number}",
        "row": number + 1,
        "plan": "inpatient-medical",
        "first_day": date(2024, 1, 1),
        "last_day": date(2024, 12, 31),
        "shares": 1,
        "member.sex": "male",
        "member.birth_date": date(1980, 5, 1),
        "member.employment": "in-post",
        **more,
    }


def stay(number: int, month: int, **more: Any) -> dict[str, Any]:
    """Return a stay of ten days with its bill as a row."""
    return {
        "claim": f"c{number}-{month}",
        "person": f"p{number}",
        "row": 100 * number + month,
        "event": "inpatient",
        "cause": "illness",
        "admitted": date(2024, month, 1),
        "reported": date(2024, month, 20),
        "days": 10,
        "self_paid_in_scope": 100_000,
        "self_paid_partly": 0,
        "out_of_scope": 0,
        **more,
    }


def batch(office: Office, claims: list[dict[str, Any]], covers: list[dict[str, Any]], **more: Any) -> Outcome:
    """Return what a batch of rows comes to."""
    plans = [item.plan for item in office.plans]
    return decide_exactly(
        office, table_of(claims, claim_columns(plans)), table_of(covers, coverage_columns(plans)), **more
    )


def of(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Return columns of a table as rows of Python values."""
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def as_data(outcome: Outcome) -> list[list[dict[str, Any]]]:
    """Return an outcome as plain rows."""
    tables = (outcome.decisions, outcome.benefits, outcome.problems, outcome.receipts)
    return [table.to_pylist() for table in tables]


def test_the_example_case_comes_to_what_simulate_says(example: tuple[Office, Situation]) -> None:
    """A member with a child: every decision, benefit, limit left and reason of `simulate` comes out of the batch."""
    office, case = example
    outcome = decide_exactly(office, *as_tables(office, {"p1": case}))
    single = simulate(office, case)

    place = {item.plan.id: number for number, item in enumerate(office.plans)}
    order = {claim.id: number for number, claim in enumerate(case.claims)}
    made = sorted(single.decisions, key=lambda item: (order[item.claim], place[item.plan]))
    assert of(outcome.decisions, "claim", "plan", "edition", "status", "amount_fen") == [
        (item.claim, item.plan, item.edition, item.status, item.total) for item in made
    ]
    assert of(outcome.benefits, "claim", "plan", "benefit", "accepted", "amount_fen", "left") == [
        (
            item.claim,
            item.plan,
            part.id,
            part.accepted,
            part.amount,
            [left.amount for left in item.remaining if left.benefit == part.id],
        )
        for item in made
        for part in item.benefits
    ]
    assert outcome.problems.num_rows == 0
    assert sum(item or 0 for item in outcome.decisions["amount_fen"].to_pylist()) == 4_112_000


def test_the_order_of_rows_and_the_number_of_processes_decide_nothing() -> None:
    """Shuffled rows, and persons decided by two processes, give the very same tables."""
    office = two_plans()
    claims = [stay(number, month) for number in range(1, 6) for month in (7, 2, 11, 5)]
    claims += [stay(1, 2, row=999), stay(2, 7, claim="late", decided=date(2024, 1, 5), row=998)]
    covers = [
        person(number, plan=plan) for number in range(1, 6) for plan in ("inpatient-medical", "allowance")
    ]
    straight = batch(office, claims, covers)
    random.Random(7).shuffle(claims)
    random.Random(8).shuffle(covers)

    assert as_data(batch(office, claims, covers)) == as_data(straight)
    assert as_data(batch(office, claims, covers, processes=2)) == as_data(straight)
    assert straight.decisions.num_rows == 40  # 22 rows, two of them entered twice, under two plans each
    assert of(straight.problems, "row", "code") == [(207, "claim.repeated"), (999, "claim.repeated")]


def test_claims_are_decided_by_the_day_they_were_decided_then_reported() -> None:
    """Of two stays that share a yearly limit, the one reported first has its full amount, wherever its row is."""
    office = two_plans()
    late, early = stay(1, 3, row=2, reported=date(2024, 6, 1)), stay(1, 4, row=3, days=179)
    covers = [person(1, plan="allowance")]
    by_report = batch(office, [late, early], covers)
    by_decision = batch(office, [late | {"decided": date(2024, 6, 1)}, early], covers)

    # 3 days of each stay are free, 180 days are paid in a term, 40 yuan a day.
    assert of(by_report.decisions, "row", "amount_fen") == [(2, (180 - 176) * 4000), (3, 176 * 4000)]
    assert of(by_decision.decisions, "row", "amount_fen") == [(2, 7 * 4000), (3, (180 - 7) * 4000)]


def test_a_claim_entered_twice_is_paid_once() -> None:
    """Two rows that differ in their number only are one claim: the second is a problem, with its row."""
    outcome = batch(two_plans(), [stay(1, 3), stay(1, 3, row=900)], [person(1)])

    assert of(outcome.decisions, "row", "status") == [(103, "paid")]
    assert of(outcome.problems, "row", "claim", "person", "code") == [(900, "c1-3", "p1", "claim.repeated")]


def test_a_number_used_twice_is_paid_once() -> None:
    """Two different claims of one person under one number: the second in order is a problem."""
    outcome = batch(two_plans(), [stay(1, 5, claim="c1-3", row=2), stay(1, 3)], [person(1)])

    assert of(outcome.decisions, "row", "status") == [(103, "paid")]
    assert of(outcome.problems, "row", "code") == [(2, "claim.number-taken")]


def test_a_claim_without_cover_is_a_problem() -> None:
    """A person of whom no coverage tells has no decision but a problem."""
    outcome = batch(two_plans(), [stay(2, 3)], [person(1)])

    assert outcome.decisions.num_rows == 0
    assert of(outcome.problems, "row", "person", "code") == [(203, "p2", "claim.no-cover")]


def test_two_covers_of_the_same_days_are_a_problem_of_both_rows() -> None:
    """A person with two coverages of one plan over the same days: both rows are named, nothing is paid."""
    outcome = batch(two_plans(), [stay(1, 3)], [person(1), person(1, row=9, shares=2)])

    assert outcome.decisions.num_rows == 0
    assert of(outcome.problems, "file", "row", "code") == [
        ("claims", 103, "cover.overlap"),
        ("coverages", 2, "cover.overlap"),
        ("coverages", 9, "cover.overlap"),
    ]


def test_what_was_known_of_a_person_is_that_of_the_cover() -> None:
    """A person whose kind of work changed with the next term is decided by what was stated for each term."""
    office = two_plans()
    terms = [
        person(1, **{"member.employment": "in-post"}),
        person(
            1,
            row=3,
            first_day=date(2025, 1, 1),
            last_day=date(2025, 12, 31),
            **{"member.employment": None, "member.birth_date": date(1981, 1, 1)},
        ),
    ]
    outcome = batch(
        office, [stay(1, 3), stay(1, 4, admitted=date(2025, 4, 1), reported=date(2025, 5, 1))], terms
    )

    assert outcome.decisions["status"].to_pylist() == ["paid", "paid"]


def test_claims_of_a_person_with_a_refused_cover_wait() -> None:
    """Where a coverage row cannot be used, the person's claims are not decided without it; others are."""
    covers = [
        person(1),
        person(1, row=7, first_day=date(2023, 12, 31), last_day=date(2023, 1, 1)),
        person(2),
        person(3, row=8, plan="alowance"),
        person(4, row=9, **{"insured.sex": "female"}),
    ]
    outcome = batch(
        two_plans(), [stay(number, 3) for number in (1, 2, 3, 4, 5)], covers, refused=pa.array(["p5"])
    )

    assert outcome.decisions["person"].to_pylist() == ["p2"]
    assert of(outcome.problems, "file", "row", "code") == [
        ("claims", 103, "claim.cover-refused"),
        ("claims", 303, "claim.cover-refused"),
        ("claims", 403, "claim.cover-refused"),
        ("claims", 503, "claim.cover-refused"),
        ("coverages", 7, "batch.term"),
        ("coverages", 8, "plan.unknown"),
        ("coverages", 9, "batch.two-facts"),
    ]


def test_a_row_without_number_or_person_is_a_problem() -> None:
    """Claims that do not say which they are, or whose, are listed with their row."""
    claims = [stay(1, 3), stay(1, 4, claim=None), stay(1, 5, person=None)]
    outcome = batch(two_plans(), claims, [person(1), person(2, person=None)])

    assert outcome.decisions.num_rows == 1
    assert of(outcome.problems, "file", "row", "column", "code") == [
        ("claims", 104, "claim", "batch.empty"),
        ("claims", 105, "person", "batch.empty"),
        ("coverages", 3, "person", "batch.empty"),
    ]


def test_values_beyond_the_bounds_are_refused_not_computed() -> None:
    """A table made elsewhere may hold any int64: what no field may hold becomes a problem of its row."""
    outcome = batch(two_plans(), [stay(1, 3, self_paid_in_scope=2**62), stay(2, 3)], [person(1), person(2)])

    assert outcome.decisions["person"].to_pylist() == ["p2"]
    assert of(outcome.problems, "row", "claim", "code") == [(103, "c1-3", "batch.value")]


def test_an_incomplete_decision_has_no_amount() -> None:
    """What the claim lacks is a problem with its row and plan, and the amount is null, not 0."""
    outcome = batch(two_plans(), [stay(1, 3, self_paid_in_scope=None)], [person(1)])

    assert of(outcome.decisions, "status", "amount_fen", "reasons") == [("incomplete", None, "")]
    assert of(outcome.problems, "row", "plan", "code") == [(103, "inpatient-medical", "claim.missing-field")]


def test_what_is_decided_after_an_open_claim_is_told_to_be() -> None:
    """The stay of March lacks its days: that of May is paid as if it were not there, and says so; that of another is not."""
    office = office_of_plans(allowance())
    rows = [stay(1, 3, days=None), stay(1, 5), stay(2, 5)]
    covers = [person(number, plan=office.plans[0].plan.id) for number in (1, 2)]
    plans = [item.plan for item in office.plans]
    tables = table_of(rows, claim_columns(plans)), table_of(covers, coverage_columns(plans))

    for made in (decide_exactly(office, *tables), assess_tables(office, *tables, runtime="interpreted")):
        assert made.decisions["status"].to_pylist() == ["incomplete", "paid", "paid"]
        assert of(made.problems, "row", "code") == [(103, "claim.missing-field"), (105, "claim.earlier-open")]
        assert "c1-3" in made.problems["message_zh"][1].as_py()


def test_a_refusal_names_every_reason() -> None:
    """A claim after the cover that is also late in other ways has all reason codes in one text."""
    outcome = batch(
        two_plans(), [stay(1, 3, admitted=date(2025, 3, 1), reported=date(2025, 4, 1))], [person(1)]
    )

    assert of(outcome.decisions, "status", "amount_fen") == [("refused", 0)]
    assert "after-cover" in outcome.decisions["reasons"][0].as_py().split(";")


def test_wrong_tables_are_refused_as_a_whole() -> None:
    """A column missing, of another type, or unknown: each is said, all together, before anything is decided."""
    office = two_plans()
    plans = [item.plan for item in office.plans]
    claims = table_of([stay(1, 3)], claim_columns(plans))
    covers = table_of([person(1)], coverage_columns(plans))
    wrong = claims.drop_columns(["claim"]).append_column("entered", pa.array(["x"]))
    wrong = wrong.set_column(wrong.column_names.index("days"), "days", pa.array(["10"]))

    with pytest.raises(MutualPlansError) as caught:
        decide_exactly(office, wrong, covers)
    assert [item.code for item in caught.value.problems] == [
        "batch.missing-column",
        "batch.column-type",
        "batch.unknown-column",
    ]


def test_columns_that_are_absent_are_not_stated() -> None:
    """A table with no more columns than it needs gives the same as one with all of them empty."""
    office = two_plans()
    plans = [item.plan for item in office.plans]
    claims = table_of([stay(1, 3)], claim_columns(plans))
    covers = table_of([person(1)], coverage_columns(plans))
    few = [
        table.select([name for name in table.column_names if table[name].null_count < len(table)])
        for table in (claims, covers)
    ]

    assert few[0].num_columns < claims.num_columns
    assert as_data(decide_exactly(office, *few)) == as_data(decide_exactly(office, claims, covers))


def test_a_unit_of_an_unknown_kind_is_told_once() -> None:
    """Many rows of one unit whose kind the office does not know give one warning-like problem, with its first row."""
    office = two_plans()
    office.unit_types = {"enterprise": mp.Text("企业", "enterprise")}
    covers = [person(n, **{"unit.name": "厂", "unit.unit_type": "entreprise"}) for n in (3, 1, 2)]
    outcome = batch(office, [], covers)

    assert of(outcome.problems, "file", "row", "code") == [("coverages", 2, "unit.type")]


def test_a_receipt_names_the_rules_and_values() -> None:
    """Decisions refer to one receipt for each plan and edition, which changes with the values."""
    office = two_plans()
    outcome = batch(office, [stay(1, 3), stay(2, 3)], [person(1), person(2)])
    references = set(outcome.decisions["receipt"].to_pylist())

    assert references == {row["receipt"] for row in outcome.receipts.to_pylist()}
    assert len(references) == 1
    bound = office.plan("inpatient-medical").bind(day=date(2024, 1, 1))
    assert outcome.receipts["values_hash"].to_pylist() == [bound.values_hash]
