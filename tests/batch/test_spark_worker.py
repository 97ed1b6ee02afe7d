"""What runs in Spark's workers, without Spark: however persons are spread over partitions, the outcome is the same."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualplans.batch.columns import CLAIM, COVERAGE, PERSON, ROW, claim_columns, coverage_columns
from mutualplans.batch.outcome import BENEFITS, DECISIONS, PROBLEMS, RECEIPTS, Outcome, together
from mutualplans.batch.spark.worker import (
    DECIDED,
    NUMBER,
    NUMBERS,
    OF_PERSON,
    TABLE,
    TOTALS,
    Counted,
    Worker,
    slots,
)
from mutualplans.batch.totals import Totals
from mutualplans.engine.office import Office
from mutualplans.testing.batch import table_of
from tests.batch.frames import as_file, local, reading_of, told
from tests.batch.strategies import batches, offices
from tests.batch.test_claim_numbers import ONE_HASH
from tests.batch.test_exactly import person, stay
from tests.batch.test_parts import an_office

QUICK = settings(
    database=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def sent(claims: pa.Table, coverages: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of both tables as they travel."""
    return [
        {TABLE: file, ROW: row[ROW], PERSON: row[PERSON]}
        | dict(zip(slots(table.schema.types), row.values(), strict=True))
        for file, table in ((CLAIM, claims), (COVERAGE, coverages))
        for row in table.to_pylist()
    ]


def schema_of(claims: pa.Table, coverages: pa.Table) -> pa.Schema:
    """Return the columns as they travel."""
    found = {TABLE: pa.string(), ROW: pa.int64()}
    for table in (claims, coverages):
        found |= dict(zip(slots(table.schema.types), table.schema.types, strict=True))
    return pa.schema(found)


def worker_of(office: Office, claims: pa.Table, coverages: pa.Table) -> Worker:
    """Return a worker as a job sends it."""
    tables = ((CLAIM, claims), (COVERAGE, coverages))
    readings = {file: reading_of(table, office, file) for file, table in tables}
    return Worker(office=pickle.dumps(office), readings=readings)


def spread(
    worker: Worker, claims: pa.Table, coverages: pa.Table, partitions: int, at_once: int = 3
) -> list[pa.Table]:
    """Return what a worker yields of each partition of persons, given in batches of a few rows."""
    rows, schema = sent(claims, coverages), schema_of(claims, coverages)
    found = []
    for number in range(partitions):
        own = [row for row in rows if crc32(str(row[PERSON]).encode()) % partitions == number]
        found += pickle.loads(pickle.dumps(worker))(_batches(own, schema, at_once))
    return [pa.Table.from_batches([batch]) for batch in found]


def _batches(rows: Sequence[dict[str, Any]], schema: pa.Schema, at_once: int) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), at_once):
        part = [{name: row.get(name) for name in schema.names} for row in rows[start : start + at_once]]
        yield pa.RecordBatch.from_pylist(part, schema)


def counted(parts: Sequence[pa.Table]) -> Counted:
    """Return what all partitions counted."""
    values = [value for part in parts for value in part[TOTALS].drop_null().to_pylist()]
    return reduce(Counted.plus, map(pickle.loads, values), Counted())


def shared(worker: Worker, parts: Sequence[pa.Table]) -> pa.Table:
    """Return the problems of claims whose number other persons have, as the second job and its window make them."""
    again = counted(parts).numbers.again()
    packed = [batch for part in parts for batch in part.select([NUMBERS]).drop_null().to_batches()]
    told = pa.Table.from_batches(worker.shared(again, packed), worker.shared_schema())
    persons: dict[str, set[str]] = {}
    for row in told.to_pylist():
        persons.setdefault(row[NUMBER], set()).add(row[OF_PERSON])
    several = pa.array([number for number, of in persons.items() if len(of) > 1], pa.string())
    return told.filter(pc.and_(told[DECIDED], pc.is_in(told[NUMBER], several))).select(PROBLEMS.names)


def gathered(office: Office, worker: Worker, parts: Sequence[pa.Table]) -> Outcome:
    """Return the rows of all partitions as one outcome."""
    whole = pa.concat_tables(parts)
    schemas = {"decisions": DECISIONS, "benefits": BENEFITS, "problems": PROBLEMS, "receipts": RECEIPTS}
    tables = {}
    for name, schema in schemas.items():
        plain = whole.filter(pc.equal(whole[TABLE], name)).select(schema.names)
        if name == "problems":
            plain = pa.concat_tables([plain, shared(worker, parts)])
        tables[name] = pa.table(
            [
                plain[item.name].dictionary_encode().cast(item.type)
                if pa.types.is_dictionary(item.type)
                else plain[item.name]
                for item in schema
            ],
            schema=schema,
        )
    return together(office, [Outcome(**tables)])


@QUICK
@given(st.data())
def test_partitions_do_not_matter(data: st.DataObject) -> None:
    """Offices and histories by chance: spread over one to four partitions, every row of every table is the same."""
    office = data.draw(offices())
    rows = data.draw(batches(office))
    plans = [item.plan for item in office.plans]
    claims = as_file(table_of(rows[0], claim_columns(plans)), office, CLAIM)
    coverages = as_file(table_of(rows[1], coverage_columns(plans)), office, COVERAGE)

    worker = worker_of(office, claims, coverages)
    parts = spread(worker, claims, coverages, data.draw(st.integers(1, 4)))

    alone = local(office, claims, coverages)
    assert told(gathered(office, worker, parts)) == told(alone)
    found = counted(parts)
    assert found.read == {CLAIM: len(claims), COVERAGE: len(coverages)}
    totals = Totals()
    totals.add(alone, coverages)
    assert _sums(found.totals) == _sums(totals)


def test_numbers_of_persons_in_several_partitions() -> None:
    """Told at the decided claims of a shared number, and of no other: one person's, one hash's, one nobody decides."""
    office = an_office()
    of = {"A-1": (1, 2, 3), "A-2": (1, 1), "A-3": (4, 5), "A-4": (None, 6), None: (7, 8)}
    of |= {number: (9 + at,) for at, number in enumerate(ONE_HASH)}
    who = [(number, one) for number, persons in of.items() for one in persons]
    rows = [
        stay(0, 3) | {"claim": number, "person": one and f"P{one}", "row": at + 1}
        for at, (number, one) in enumerate(who)
    ]
    covers = [person(one) | {"person": f"P{one}", "row": one} for one in range(1, 11)]
    covers[4]["plan"] = "unheard-of"
    plans = [item.plan for item in office.plans]
    claims = as_file(table_of(rows, claim_columns(plans)), office, CLAIM)
    coverages = as_file(table_of(covers, coverage_columns(plans)), office, COVERAGE)
    worker = worker_of(office, claims, coverages)

    parts = spread(worker, claims, coverages, 4)

    assert len({crc32(f"P{one}".encode()) % 4 for one in of["A-1"]}) > 1
    assert told(gathered(office, worker, parts)) == told(local(office, claims, coverages))
    found = shared(worker, parts).select(["row", "claim", "person"]).to_pylist()
    assert sorted((row["claim"], row["row"], row["person"]) for row in found) == [
        ("A-1", 1, "P1"),
        ("A-1", 2, "P2"),
        ("A-1", 3, "P3"),
        ("A-3", 6, "P4"),  # the claim of P5 is not decided: a coverage was refused
    ]


def _sums(totals: Totals) -> dict[str, Any]:
    counters = ("claims", "fen", "plans", "paid", "benefits", "units", "reasons")
    found = {name: getattr(totals, name) for name in counters}
    return {
        name: {key: count for key, count in value.items() if count} if isinstance(value, dict) else value
        for name, value in found.items()
    }
