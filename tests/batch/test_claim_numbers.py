"""One claim number for two persons: told at each of the rows, in whatever parts and shares they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.hashes import hashed
from mutualplans.batch.shared import Numbers, shared_numbers
from mutualplans.testing.batch import table_of
from tests.batch.test_parts import an_office, in_parts, person, stay

ONE_HASH = ("A202400000000001", "Qid/hAyl/VnWy.9T")
"""Texts of one hash, found by working `mutualplans.batch.hashes.mixed` backwards."""


@pytest.mark.parametrize("parts", [1, 6])
def test_a_number_of_two_persons_is_told_and_both_are_decided(tmp_path: Path, parts: int) -> None:
    """Twelve stays of twelve persons; two of them have one number: two warnings, and twelve claims decided."""
    claims: list[dict[str, Any]] = [stay(number, 3) | {"row": number} for number in range(1, 13)]
    claims[7]["claim"] = claims[2]["claim"]
    covers = [person(number) | {"row": number} for number in range(1, 13)]

    count, made, totals = in_parts(tmp_path, claims, covers, parts)

    assert count >= parts
    told = [row for row in made.problems.to_pylist() if row["code"] == "claim.number-shared"]

    assert [(row["row"], row["claim"], row["severity"]) for row in told] == [
        (3, claims[2]["claim"], "warning"),
        (8, claims[2]["claim"], "warning"),
    ]
    assert totals.claims == 12


def test_a_number_twice_of_one_person_is_no_shared_one() -> None:
    """The second claim of a person under one number is refused; nobody else has the number."""
    office = an_office()
    plans = [item.plan for item in office.plans]
    claims = [stay(1, 3) | {"row": 2}, stay(1, 5) | {"row": 3}]
    claims[1]["claim"] = claims[0]["claim"]
    covers = table_of([person(1) | {"row": 2}], coverage_columns(plans))

    made = assess_tables(office, table_of(claims, claim_columns(plans)), covers)

    assert {row["code"] for row in made.problems.to_pylist()} == {"claim.number-taken"}


ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("pqr")), max_size=12)


def by_loop(rows: list[tuple[str, str]]) -> list[str]:
    """Return the numbers that several persons have."""
    numbers = {claim for claim, _person in rows}
    return sorted(claim for claim in numbers if len({who for of, who in rows if of == claim}) > 1)


def as_table(rows: list[tuple[str, str]]) -> pa.Table:
    """Return numbers and persons as a table."""
    return pa.table(
        {
            "claim": pa.array([claim for claim, _person in rows], pa.string()),
            "person": pa.array([who for _claim, who in rows], pa.string()),
        }
    )


@given(ROWS, st.integers(1, 4))
def test_shared_numbers_are_those_of_several_persons(rows: list[tuple[str, str]], parts: int) -> None:
    """However the rows are split, the numbers found are those that a plain loop finds."""
    tables = [as_table(rows[at::parts]) for at in range(parts)]
    seen = Numbers()
    for table in tables:
        seen.add(table)

    found = shared_numbers(tables, seen.again()).to_pylist()

    assert sorted(found) == by_loop(rows)


@given(ROWS, st.integers(1, 3))
def test_of_whole_persons_only_shared_numbers_come_again(rows: list[tuple[str, str]], parts: int) -> None:
    """However persons are spread over partitions: a number that one person has many times does not come again."""
    every = Numbers()
    for part in range(parts):
        here = Numbers()
        here.add_all_of(as_table([row for row in rows if "pqr".index(row[1]) % parts == part]))
        every.plus(here)

    again = every.again()

    assert sorted(again.tolist()) == sorted(hashed(pa.array(by_loop(rows), pa.string())).tolist())


def test_numbers_of_one_hash_are_not_one_number() -> None:
    """Two numbers with one hash, of two persons: the hash comes again, and no number is shared."""
    claims = as_table(list(zip(ONE_HASH, "pq", strict=True)))
    seen = Numbers()
    seen.add(claims)

    again = seen.again()

    assert len(again) == 1
    assert shared_numbers([claims], again).to_pylist() == []
