"""`mutualplans assess --engine spark`: the same rows, problems and totals as without it."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main
from tests.spark.conftest import MASTER

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "申领编号"
OFFICE = str(ROOT / "examples" / "office" / "office.toml")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the made-up city's year, small, as Parquet whose columns are all texts."""
    folder = tmp_path_factory.mktemp("city")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["city_year.py", "--claims", "1500", "--out", str(folder)])
        runpy.run_path(str(ROOT / "examples" / "city_year.py"), run_name="__main__")
    for name, encoding in (("claims", "gb18030"), ("coverages", "utf-8")):
        with (folder / f"{name}.csv").open(encoding=encoding) as file:
            headers = file.readline().lstrip("\ufeff").strip().split(",")
        table = pa.csv.read_csv(
            folder / f"{name}.csv",
            read_options=pa.csv.ReadOptions(encoding=encoding),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(headers, pa.string()), strings_can_be_null=True
            ),
        )
        if name == "claims":
            table = table.set_column(headers.index(NUMBER), NUMBER, _shared(table[NUMBER]))
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def _shared(numbers: pa.ChunkedArray) -> pa.Array:
    """Return claim numbers of which every hundredth is that of the row before, most often another person's."""
    found = numbers.to_pylist()
    return pa.array([found[at - 1] if at % 100 == 99 else number for at, number in enumerate(found)])


def command(folder: Path, out: str, *more: str) -> list[str]:
    """Return the arguments of a run over the city."""
    tables = [str(folder / "claims.parquet"), "--coverage", str(folder / "coverages.parquet")]
    return ["assess", *tables, "--office", OFFICE, "-o", str(folder / out), *more]


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a Parquet file or folder, sorted."""
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return sorted(found, key=lambda row: json.dumps(row, ensure_ascii=False, sort_keys=True))


def test_the_command_writes_and_says_the_same(
    cluster: Any, city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A city's year with its mistakes, read from texts: decisions, benefits, problems and totals are equal."""
    status = main(command(city, "local.parquet", "--benefits", str(city / "b.parquet"), "--format", "json"))
    local = json.loads(capsys.readouterr().out)

    more = ["--benefits", str(city / "sb"), "--format", "json", "--engine", "spark", "--master", MASTER]
    again = main(command(city, "spark.parquet", *more))
    spark = json.loads(capsys.readouterr().out)

    assert (status, again) == (ExitStatus.ROWS_REFUSED, ExitStatus.ROWS_REFUSED)
    assert spark == local
    assert local["claims"]["assessed"] > 1000
    assert sum(row["code"] == "claim.number-shared" for row in rows(city / "local-problems.parquet")) > 20
    for one, other in (
        ("local", "spark"),
        ("local-problems", "spark-problems"),
        ("local-receipts", "spark-receipts"),
    ):
        assert rows(city / f"{other}.parquet") == rows(city / f"{one}.parquet")
    assert rows(city / "sb") == rows(city / "b.parquet")


def test_strict_decides_nothing(cluster: Any, city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under --strict refused rows stop both: the same list of problems, and no decisions."""
    local = main(command(city, "strict.parquet", "--strict"))
    spark = main(command(city, "strict-spark", "--strict", "--engine", "spark"))

    assert (local, spark) == (ExitStatus.DATA, ExitStatus.DATA)
    assert rows(city / "strict-spark-problems") == rows(city / "strict-problems.parquet")
    assert not (city / "strict-spark").exists()
    capsys.readouterr()


def test_what_cannot_be_done_inside_spark_is_said(
    cluster: Any, city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that is there, a path that is not: one sentence each, nothing written."""
    (city / "there").mkdir()
    cases = [
        (command(city, "there", "--engine", "spark"), "[spark.output]"),
        (["assess", "none.parquet", *command(city, "o", "--engine", "spark")[2:]], "[spark.job]"),
    ]
    for arguments, words in cases:
        assert main(arguments) != ExitStatus.OK
        assert words in capsys.readouterr().err
    assert not (city / "o").exists()
