"""What `mutualplans assess --engine spark` says before it needs Spark; `tests/spark` has the rest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main

OFFICE = str(Path(__file__).resolve().parents[2] / "examples" / "office" / "office.toml")


def command(claims: str, *more: str) -> list[str]:
    """Return the arguments of a run over tables of which none is read."""
    return ["assess", claims, "--coverage", "coverages.parquet", "--office", OFFICE, "-o", "out", *more]


@pytest.mark.parametrize(
    ("arguments", "words", "status"),
    [
        (command("claims.csv", "--engine", "spark"), "[spark.input]", ExitStatus.DATA),
        (command("claims.parquet", "--engine", "spark", "--threads", "2"), "--threads", ExitStatus.USAGE),
        (command("claims.parquet", "--master", "local[2]"), "--engine spark", ExitStatus.USAGE),
    ],
    ids=["a CSV", "an option for one machine", "a master without Spark"],
)
def test_what_spark_does_not_do_is_said_without_it(
    arguments: list[str], words: str, status: ExitStatus, capsys: pytest.CaptureFixture[str]
) -> None:
    """A CSV, an option for one machine, a master without the engine: one sentence each."""
    assert main(arguments) == status
    assert words in capsys.readouterr().err


def test_without_pyspark_the_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where PySpark is not installed, one sentence says how to install it."""
    monkeypatch.setitem(sys.modules, "pyspark", None)

    assert main(command("claims.parquet", "--engine", "spark")) == ExitStatus.DATA

    said = capsys.readouterr().err
    assert "[spark.package]" in said
    assert "mutualplans[spark]" in said
