"""Parts of a batch that does not fit into memory: what is decided is what is decided of everything at once."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import CODES, claim_columns, coverage_columns
from mutualplans.batch.hashes import share_of
from mutualplans.batch.outcome import Outcome
from mutualplans.batch.parts import Gathered
from mutualplans.batch.read import read_table
from mutualplans.batch.results import Results, assess_parts
from mutualplans.batch.share import Seen
from mutualplans.batch.spill import Spill
from mutualplans.batch.totals import Totals
from mutualplans.engine.office import Office
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.text import Text
from mutualplans.testing.batch import table_of
from tests.batch.test_exactly import person, stay, two_plans

PERSONS = 80


def an_office() -> Office:
    """Return an office of two plans that knows one kind of unit."""
    return evolve(two_plans(), unit_types={"enterprise": Text("企业", "enterprise")})


def a_year(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return claims and covers of many persons, with the mistakes that files have, in an order of their own."""
    chance = random.Random(seed)
    claims, covers = [], []
    for number in range(PERSONS):
        unit = {"unit.name": f"U{number % 5}", "unit.unit_type": chance.choice(["enterprise", "guild"])}
        covers.append(person(number, **unit))
        covers.append(person(number, plan="allowance", **unit))
        if number % 11 == 0:
            covers.append(person(number, plan="unheard-of"))
        if number % 13 == 0:
            covers.append(person(number, first_day=date(2024, 7, 1)))  # two covers on one day
        if number % 17 == 0:
            covers[-1] |= {"last_day": date(2020, 1, 1)}
        for month in chance.sample(range(1, 12), chance.randint(0, 6)):
            claims.append(stay(number, month, self_paid_in_scope=chance.choice([None, 90_000, 3_000_000])))
            if chance.random() < 0.1:
                claims.append(claims[-1] | {"claim": f"again-{number}-{month}"})
    claims.append(stay(PERSONS + 1, 3))  # nobody covers this person
    for rows in (claims, covers):
        chance.shuffle(rows)
        for row, values in enumerate(rows, 1):
            values["row"] = row
    return claims, covers


def in_parts(
    folder: Path, claims: list[dict[str, Any]], covers: list[dict[str, Any]], parts: int, **more: Any
) -> tuple[int, Outcome, Totals]:
    """Return how many parts two files come in, what they come to, and the totals."""
    office = an_office()
    plans = [item.plan for item in office.plans]
    readings = []
    for name, rows, columns in (
        ("coverages", covers, coverage_columns(plans)),
        ("claims", claims, claim_columns(plans)),
    ):
        table = table_of(rows, columns).drop_columns(["row"])
        money = {name for name, column in columns.items() if column.kind is Kind.MONEY}
        table = table.rename_columns(
            [f"{name}_fen" if name in money else name for name in table.column_names]
        )
        pa.parquet.write_table(table, folder / f"{name}.parquet")
        readings.append(read_table(folder / f"{name}.parquet", name, plans))
    rows = len(claims) + len(covers)
    with Gathered(*readings, folder, rows // parts) as gathered:
        for reading in readings:
            for _chunk in gathered.read(reading):
                pass
        with assess_parts(office, gathered, **more) as results:
            return len(gathered), all_of(results), results.totals


def all_of(results: Results) -> Outcome:
    """Return everything that results hold."""

    def whole(tables: Iterator[pa.Table]) -> pa.Table:
        return pa.concat_tables(list(tables)).unify_dictionaries().combine_chunks()

    problems = pa.concat_tables([*results.problems()])
    return Outcome(
        decisions=whole(results.decisions()),
        benefits=whole(results.benefits()),
        problems=problems,
        receipts=whole(results.receipts()),
    )


def plain(made: Outcome) -> list[list[dict[str, Any]]]:
    """Return the tables as rows of Python values."""
    return [table.to_pylist() for table in (made.decisions, made.benefits, made.problems, made.receipts)]


@pytest.mark.parametrize("parts", [1, 2, 7, 60])
def test_parts_come_to_what_everything_at_once_comes_to(tmp_path: Path, parts: int) -> None:
    """Decisions, benefits, problems and receipts are those of the whole tables, row for row and in their order."""
    claims, covers = a_year(1)
    office = an_office()
    plans = [item.plan for item in office.plans]
    tables = table_of(claims, claim_columns(plans)), table_of(covers, coverage_columns(plans))
    at_once = assess_tables(office, *tables)
    totals = Totals()
    totals.add(at_once, tables[1])

    count, made, added = in_parts(tmp_path, claims, covers, parts)

    assert (count == 1) == (parts == 1)
    assert count >= parts
    assert plain(made) == plain(at_once)
    assert (added.claims, added.fen, added.plans, added.paid) == (
        totals.claims,
        totals.fen,
        totals.plans,
        totals.paid,
    )
    assert (added.benefits, added.units, added.reasons) == (totals.benefits, totals.units, totals.reasons)
    codes = {row["code"] for row in made.problems.to_pylist()}
    assert {"unit.type", "claim.cover-refused", "cover.overlap", "claim.repeated", "claim.no-cover"} <= codes
    assert totals.fen > 0


@pytest.mark.parametrize("threads", [1, 3])
def test_the_order_of_rows_and_threads_change_no_decision(tmp_path: Path, threads: int) -> None:
    """The same rows in another order, in other parts, by other threads: every claim gets what it got."""
    claims, covers = a_year(2)

    def decided(parts: int, **more: Any) -> list[tuple[Any, ...]]:
        _count, made, _totals = in_parts(tmp_path, claims, covers, parts, **more)
        names = ("claim", "plan", "person", "edition", "status", "amount_fen", "reasons", "receipt")
        return sorted((tuple(row[name] for name in names) for row in made.decisions.to_pylist()), key=repr)

    before = decided(1)
    for rows in (claims, covers):
        rows.reverse()
        random.Random(3).shuffle(rows)

    assert decided(5, threads=threads) == before


def test_kernels_are_the_same_in_all_parts() -> None:
    """A field that one part leaves open, and an edition that one part met, are known to the kernels of the next."""
    office = an_office()
    plans = [item.plan for item in office.plans]
    seen = Seen()
    for amount in (None, 90_000):
        claims = table_of([stay(1, 3, self_paid_in_scope=amount)], claim_columns(plans))
        covers = table_of([person(1)], coverage_columns(plans))
        assess_tables(office, claims, covers, seen=seen)

        assert ("inpatient-medical", "claim.self_paid_in_scope") in seen.nullable
    assert len(seen.bounds["inpatient-medical"]) == 1


# ---------------------------------------------------------------- rows on disk


@given(st.lists(st.text(max_size=30)), st.integers(1, 1000), st.data())
def test_a_share_depends_on_the_text_alone(texts: list[str], shares: int, data: st.DataObject) -> None:
    """The same text has the same share wherever it stands, in whatever chunks."""
    whole = share_of(pa.array(texts, pa.string()), shares)
    at = data.draw(st.integers(0, len(texts)))
    array = pa.array(["before", *texts], pa.string())[1:]
    cut = pa.chunked_array([array[:at], array[at:]], pa.string())

    assert whole.tolist() == [int(share_of(pa.array([text]), shares)[0]) for text in texts]
    assert share_of(cut, shares).tolist() == whole.tolist()
    assert all(0 <= share < shares for share in whole.tolist())


def test_shares_are_about_equal() -> None:
    """Keys that differ in their last digits only spread: no share of a hundred is twice the mean."""
    keys = [f"1101011990{number:08d}" for number in range(20_000)]
    counts = [0] * 100
    for share in share_of(pa.array(keys), 100).tolist():
        counts[share] += 1

    assert 100 < min(counts) <= max(counts) < 400


def test_rows_come_back_as_they_were_put_away(tmp_path: Path) -> None:
    """Texts, codes, lists and nulls come back with their types, in the order of putting away, and leave no file."""
    schema = pa.schema({"a": pa.string(), "code": CODES, "list": pa.list_(pa.int64())})
    first = [{"a": "x", "code": "c1", "list": [1]}, {"a": None, "code": None, "list": None}]
    second = [{"a": "y", "code": "c2", "list": []}, {"a": "z", "code": "c1", "list": [2, 3]}]
    with Spill(tmp_path, schema) as spill:
        for rows in (first, second):
            table = pa.Table.from_pylist(rows, schema=schema)
            spill.add(table, share_of(pa.array(["p", "q"]), 1000))
        shares = spill.shares
        found = [spill.read(share) for share in shares]
        if os.name == "posix":
            assert not list(tmp_path.iterdir())  # the file has no name: not even a power cut leaves it

    assert not list(tmp_path.iterdir())
    assert len(shares) == 2
    assert all(table.schema == schema for table in found)
    assert sorted((table.to_pylist() for table in found), key=repr) == sorted(
        ([first[0], second[0]], [first[1], second[1]]), key=repr
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that find no room end the run with a problem that says so."""
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_more: open("/dev/full", "w+b"))  # noqa: SIM115
    claims, covers = a_year(1)

    with pytest.raises(MutualPlansError, match="No space left"):
        in_parts(tmp_path, claims, covers, 7)
