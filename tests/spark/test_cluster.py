"""Batches on a real cluster of separate processes: row for row what one machine decides."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mutualplans.batch.columns import CLAIM, COVERAGE
from mutualplans.batch.spark import Assessed, assess_frames, session, spark_errors
from mutualplans.engine.office import Office
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.text import Text
from tests.batch.frames import local, told
from tests.engine.plans import allowance, inpatient_medical, office
from tests.spark import plugin
from tests.spark.city import city

KINDS = {"company": Text("企业"), "school": Text("学校")}


def three_plans() -> Office:
    """Return an office of two plans that kernels decide and one that only the exact way can."""
    return attrs.evolve(office(inpatient_medical(), allowance(), plugin.opaque_plan()), unit_types=KINDS)


def two_plans() -> Office:
    """Return an office of two plans that kernels decide."""
    return attrs.evolve(office(inpatient_medical(), allowance()), unit_types=KINDS)


def frames(cluster: Any, tables: tuple[pa.Table, pa.Table], folder: Path) -> tuple[Any, Any]:
    """Return two tables as Spark reads them from Parquet."""
    found = []
    folder.mkdir(exist_ok=True)
    for name, table in zip((CLAIM, COVERAGE), tables, strict=True):
        pq.write_table(table, folder / f"{name}.parquet")
        found.append(cluster.read.parquet(str(folder / f"{name}.parquet")))
    return found[0], found[1]


def renumbered(claims: pa.Table, numbers: Sequence[str | None]) -> pa.Table:
    """Return claims under other numbers."""
    place = claims.column_names.index("claim")
    return claims.set_column(place, "claim", pa.array(numbers, pa.string()))


def test_the_cluster_decides_as_one_machine(cluster: Any, tmp_path: Path) -> None:
    """Two executors, a skewed person, a plan by a Python function, every kind of mistake: all four tables are equal."""
    runs = three_plans()
    tables = city(runs, 300, busiest=900)

    assessed = assess_frames(runs, *frames(cluster, tables, tmp_path), partitions=7)

    found, alone = told(assessed.collect()), told(local(runs, *tables))
    assert found == alone
    assert {row["status"] for row in alone["decisions"]} == {"paid", "nothing-due", "refused", "incomplete"}
    codes = {row["code"] for row in alone["problems"]}
    assert {"unit.type", "plan.unknown", "batch.empty", "cover.overlap", "claim.cover-refused"} <= codes
    assert {"claim.number-shared", "claim.number-taken"} <= codes
    counted = assessed.counted()
    assert counted.totals.fen == sum(row["amount_fen"] or 0 for row in alone["decisions"])
    assert counted.read == {CLAIM: len(tables[0]), COVERAGE: len(tables[1])}
    assessed.unpersist()


def test_compiled_kernels_give_the_same(cluster: Any, tmp_path: Path) -> None:
    """Workers compile the kernels, both at once into one cache folder; every row is the same."""
    runs = two_plans()
    tables = city(runs, 200, seed=2)

    assessed = assess_frames(runs, *frames(cluster, tables, tmp_path), partitions=4, runtime="compiled")

    assert told(assessed.collect()) == told(local(runs, *tables, runtime="interpreted"))
    assessed.unpersist()


def test_empty_partitions(cluster: Any, tmp_path: Path) -> None:
    """Most of 30 partitions have nobody; tables without any row at all are decided as well."""
    runs = two_plans()
    tables = city(runs, 4, seed=3)

    assessed = assess_frames(runs, *frames(cluster, tables, tmp_path), partitions=30)
    nobody = frames(cluster, (tables[0].slice(0, 0), tables[1].slice(0, 0)), tmp_path / "nobody")
    nothing = assess_frames(runs, *nobody, partitions=2)

    assert told(assessed.collect()) == told(local(runs, *tables))
    assert told(nothing.collect()) == {"decisions": [], "benefits": [], "problems": [], "receipts": []}


@pytest.mark.parametrize("victim", ["executor", "worker"])
def test_a_killed_process_changes_nothing(cluster: Any, tmp_path: Path, victim: str) -> None:
    """An executor, or its Python worker, is killed in the middle of a decision; the job ends with the same rows."""
    runs = three_plans()
    tables = city(runs, 60, seed=4)
    assessed = assess_frames(runs, *frames(cluster, tables, tmp_path), partitions=4)
    orders = plugin.folder()
    for name in ("started", "pid", "go"):
        orders.joinpath(name).unlink(missing_ok=True)
    orders.joinpath("armed").touch()
    try:
        found = _while_killing(assessed, orders, victim)
    finally:
        orders.joinpath("go").touch()
        orders.joinpath("armed").unlink()

    assert told(found) == told(local(runs, *tables))
    assessed.unpersist()


def _while_killing(assessed: Assessed, orders: Path, victim: str) -> Any:
    """Collect in a thread; once a worker is inside a decision, kill it or its executor."""
    made: list[Any] = []
    job = threading.Thread(target=lambda: made.append(assessed.collect()))
    job.start()
    worker = int(_waited_for(orders / "pid"))
    pid = worker if victim == "worker" else _executor_of(worker)
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}").exists() and _state(pid) != "Z":
        time.sleep(0.05)
    orders.joinpath("go").touch()
    job.join(180)
    assert made, "the job did not end"
    return made[0]


def _waited_for(path: Path) -> str:
    for _ in range(1200):
        if path.exists():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(path)


def _executor_of(pid: int) -> int:
    """Return the executor that a Python worker belongs to: the nearest Java above it."""
    while "CoarseGrainedExecutorBackend" not in Path(f"/proc/{pid}/cmdline").read_text():
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        assert pid > 1
    return pid


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_tables_that_are_not_kept_are_the_same(cluster: Any, tmp_path: Path) -> None:
    """Each table decided alone, in its own columns, has the rows that all have when they are decided together."""
    runs = two_plans()
    tables = city(runs, 40, seed=7)

    assessed = assess_frames(runs, *frames(cluster, tables, tmp_path), partitions=3, keep=())

    alone = local(runs, *tables)
    assert told(assessed.collect()) == told(alone)
    assert assessed.counted().totals.claims == len(set(alone.decisions["row"].to_pylist()))
    assessed.unpersist()


def test_claim_numbers_that_persons_share(cluster: Any, tmp_path: Path) -> None:
    """Twenty persons in four partitions with one number: told at each claim that is decided, whoever keeps which table."""
    runs = two_plans()
    claims, coverages = city(runs, 60, seed=9, shared=0)
    persons = claims["person"].to_pylist()
    first = {person: at for at, person in reversed(list(enumerate(persons)))}
    ones = [first[f"p{number}"] for number in range(30) if f"p{number}" in first][:20]
    numbers = ["A-1" if at in ones else number for at, number in enumerate(claims["claim"].to_pylist())]
    tables = (renumbered(claims, numbers), coverages)
    both = frames(cluster, tables, tmp_path)

    kept, alone = (assess_frames(runs, *both, partitions=4, keep=keep) for keep in (["problems"], ()))

    rows = told(local(runs, *tables))["problems"]
    held = {row["row"] for row in rows if row["code"] == "claim.cover-refused"}
    warned = [row["row"] for row in rows if row["code"] == "claim.number-shared"]
    stated = [
        (number, who, at) for at, (number, who) in enumerate(zip(numbers, persons, strict=True), 1) if who
    ]
    of = {(number, who) for number, who, _at in stated}
    several = {number for number, _who in of if sum(number == other for other, _who in of) > 1}
    assert warned == [at for number, _who, at in stated if number in several and at not in held]
    assert len(warned) > 10
    assert held & {at + 1 for at in ones}
    assert told(kept.collect())["problems"] == rows
    assert told(alone.collect())["problems"] == rows
    kept.unpersist()


def test_nobody_shares_a_number(cluster: Any, tmp_path: Path) -> None:
    """Persons who have a number twice, and claims without number or person: no warning, and nothing to look at again."""
    runs = two_plans()
    claims, coverages = city(runs, 60, seed=10, shared=0)
    numbers = [None, None, *claims["claim"].to_pylist()[2:]]
    others = [at for at, person in enumerate(claims["person"].to_pylist()) if person == "nobody"]
    tables = (
        renumbered(claims, [f"n-{at}" if at in others else number for at, number in enumerate(numbers)]),
        coverages,
    )
    both = frames(cluster, tables, tmp_path)

    assessed = assess_frames(runs, *both, partitions=4)
    counted = assess_frames(runs, *both, partitions=4, keep=()).counted()

    rows = told(local(runs, *tables))
    codes = {row["code"] for row in rows["problems"]}
    assert "claim.number-taken" in codes
    assert "claim.number-shared" not in codes
    assert told(assessed.collect()) == rows
    assert not len(counted.numbers.again())
    assessed.unpersist()


def test_what_is_wrong_with_columns_is_said_before_the_job(cluster: Any, tmp_path: Path) -> None:
    """A lacking column, whole numbers that may be yuan or fen, texts for row numbers: all are named at once."""
    runs = two_plans()
    claims, coverages = city(runs, 3, seed=5)
    claims = claims.drop_columns(["claim"]).rename_columns(
        [name.replace("scope_fen", "scope") for name in claims.column_names if name != "claim"]
    )
    coverages = coverages.set_column(
        coverages.column_names.index("row"), "row", coverages["row"].cast(pa.string())
    )

    with pytest.raises(MutualPlansError) as caught:
        assess_frames(runs, *frames(cluster, (claims, coverages), tmp_path))

    found = {(item.code, item.where) for item in caught.value.problems}
    assert found == {
        ("batch.missing-column", CLAIM),
        ("batch.column-type", CLAIM),
        ("batch.column-type", COVERAGE),
    }


def test_a_row_without_its_number(cluster: Any, tmp_path: Path) -> None:
    """A row whose number is empty could not be found again: the job ends and names the table."""
    runs = two_plans()
    claims, coverages = city(runs, 3, seed=5)
    numbers = pa.array([None, *claims["row"].to_pylist()[1:]], pa.int64())
    claims = claims.set_column(claims.column_names.index("row"), "row", numbers)

    with pytest.raises(MutualPlansError, match="claims: a row has no number"), spark_errors():
        assess_frames(runs, *frames(cluster, (claims, coverages), tmp_path), keep=()).counted()


def test_texts_beside_a_column_that_no_worker_can_read(cluster: Any, tmp_path: Path) -> None:
    """All columns that are read are texts, another is an interval: it does not travel, and empty rows stay problems."""
    runs = two_plans()
    unsaid = ("row", "circumstances")
    claims, coverages = (
        pa.table(
            {
                item.name: table[item.name].cast(pa.string())
                for item in table.schema
                if item.name not in unsaid
            }
        )
        for table in city(runs, 10, seed=8)
    )
    claims = claims.rename_columns([name.removesuffix("_fen") for name in claims.column_names])
    blank = pa.table({name: pa.nulls(1, pa.string()) for name in claims.column_names})
    both = frames(cluster, (pa.concat_tables([claims, blank]), coverages), tmp_path)
    odd = both[0].selectExpr("*", "make_interval(1) AS since")

    plain = assess_frames(runs, *both, partitions=2, keep=()).counted()
    found = assess_frames(runs, odd, both[1], partitions=2, keep=()).counted()

    assert plain.read[CLAIM] == len(claims)  # a blank row among texts is no row of data
    assert found.read[CLAIM] == len(claims) + 1
    assert found.totals.fen == plain.totals.fen


def test_rows_number_themselves(cluster: Any, tmp_path: Path) -> None:
    """Without a column of row numbers the decisions are the same; Spark numbers the rows."""
    runs = two_plans()
    claims, coverages = city(runs, 30, seed=6)
    both = frames(cluster, (claims.drop_columns(["row"]), coverages.drop_columns(["row"])), tmp_path)

    found = assess_frames(runs, *both, partitions=2).collect()

    def plain(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        return sorted((row["claim"], row["plan"], row["status"], str(row["amount_fen"])) for row in rows)

    assert plain(told(found)["decisions"]) == plain(told(local(runs, claims, coverages))["decisions"])


def test_another_master_beside_the_session_is_refused(cluster: Any) -> None:
    """One process has one Spark: naming another master says so."""
    with pytest.raises(MutualPlansError, match=r"spark\.master"):
        session("local[1]")


def test_no_java() -> None:
    """Where there is no Java, one sentence says which Spark needs."""
    assert "[spark.java]" in _without_java("/nowhere")


def test_java_that_is_too_old(tmp_path: Path) -> None:
    """Java 11 is too old for Spark 4: the sentence names both versions."""
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)

    said = _without_java(str(tmp_path))

    assert "17" in said
    assert "11" in said


def _without_java(home: str) -> str:
    """Start a session where JAVA_HOME says something else, and return the sentence."""
    code = "from mutualplans.batch.spark import session\nsession('local[1]')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "/bin:/nowhere", "JAVA_HOME": home},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return next(line for line in done.stderr.splitlines() if "MutualPlansError" in line and ": " in line)
