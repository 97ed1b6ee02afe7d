"""The generated workload: the same for a seed, sound, and decided alike by whoever is asked."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks import plan as plans
from benchmarks.contenders.base import Job
from benchmarks.contenders.c_loop import UnsortedC
from benchmarks.contenders.numba_loop import SortedNumba
from benchmarks.contenders.numpy_blocks import Blocks
from benchmarks.contenders.python_integers import Integers
from benchmarks.figures import figures
from benchmarks.workload import large
from benchmarks.workload.contract import as_contract
from benchmarks.workload.dataset import TABLES, Dataset, dataset
from benchmarks.workload.generate import generate
from mutualplans.batch.exactly import decide_exactly


@pytest.fixture(name="data", scope="module")
def _data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    made = dataset(tmp_path_factory.mktemp("workload"), 600, 7)
    made.join()
    return made


def test_a_seed_gives_the_same_tables() -> None:
    """Twice the same seed gives twice the same rows, another seed others."""
    one, same, other = generate(300, 1), generate(300, 1), generate(300, 2)

    assert all(getattr(one, name).equals(getattr(same, name)) for name in TABLES)
    assert not one.claims.equals(other.claims)


@pytest.mark.parametrize("claims", [1, 7, 1_000])
def test_there_are_as_many_claims_as_asked_for(claims: int) -> None:
    """The size is exact, and nothing is missing in any table."""
    made = generate(claims, 3)

    assert made.claims.num_rows == claims
    assert all(column.null_count == 0 for name in TABLES for column in getattr(made, name).columns)


def test_the_generated_claims_are_decided_alike(data: Dataset, tmp_path: Path) -> None:
    """The batch of the exact engine, from tables of the column contract, and the references pay the same fen."""
    decided = decide_exactly(plans.office(), *as_contract(data)).benefits
    expected: dict[int, dict[str, int]] = {}
    for row in decided.select(["claim", "benefit", "amount_fen"]).to_pylist():
        expected.setdefault(int(row["claim"]), {})[row["benefit"]] = row["amount_fen"]
    amounts = {claim: tuple(row[name] for name in plans.BENEFITS) for claim, row in expected.items()}

    assert len(amounts) == data.claims

    for contender in (UnsortedC, SortedNumba, Blocks, Integers):
        made = contender()
        if made.missing():
            continue
        in_order = contender in (SortedNumba, Blocks)
        made.prepare(
            Job(measure="test", figures=figures(), threads=1, scratch=tmp_path, data=data, in_order=in_order)
        )

        assert amounts == made.outcome(made.run()).by_claim(), contender


def test_a_large_workload_mixes_its_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Made in parts, it has every claim once and a cover for every claim, and no part keeps to itself."""
    monkeypatch.setattr(large, "PART", 400)
    made = dataset(tmp_path, 1_000, 5)
    claims, covers = made.table("claims"), made.table("covers")
    part_of_row = pc.subtract(claims["person"], pc.multiply(pc.divide(claims["person"], 3), 3)).to_pylist()

    assert pc.count_distinct(claims["claim"]).as_py() == len(claims) == 1_000
    assert pc.all(pc.is_in(claims["person"], pa.chunked_array(covers["person"].chunks))).as_py()
    assert all(set(part_of_row[start : start + 100]) == {0, 1, 2} for start in range(0, 900, 100))
