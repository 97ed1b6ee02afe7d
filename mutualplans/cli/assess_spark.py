"""``mutualplans assess --engine spark``: the same command inside a Spark cluster, from Parquet to folders of Parquet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa
from click.core import ParameterSource

from mutualplans.batch.groups import refuse_parts
from mutualplans.batch.outcome import as_problems
from mutualplans.batch.spark import OUTCOME, Form, assess_frames, session, spark_errors
from mutualplans.batch.totals import FIRST, Found
from mutualplans.cli.assessed import show
from mutualplans.cli.common import status_without
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import say
from mutualplans.engine.office import Office
from mutualplans.model.problem import MutualPlansError, problem
from mutualplans.model.tomlfile import TomlFile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["assess_with_spark", "refuse_local_options"]

_LOCAL = (
    "explained",
    "encoding",
    "coverage_encoding",
    "sheet",
    "coverage_sheet",
    "fail_fast",
    "threads",
    "rows_in_memory",
)
"""Options that mean nothing inside Spark."""
_NOT_READ = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


def refuse_local_options(ctx: click.Context) -> None:
    """Refuse the options that mean nothing inside Spark.

    Raises:
        UsageError: one of them is given.
    """
    given = [
        item.opts[0]
        for item in ctx.command.params
        if item.name in _LOCAL and ctx.get_parameter_source(item.name) is not ParameterSource.DEFAULT
    ]
    if given:
        listed = ", ".join(given)
        raise click.UsageError(
            t(f"--engine spark 不能与 {listed} 一起用", f"{listed} cannot be used with --engine spark")
        )


def assess_with_spark(
    office: Office,
    inputs: tuple[str, str],
    *,
    outputs: Mapping[str, str | None],
    master: str | None,
    mapping: TomlFile | None,
    strict: bool,
    output_format: str,
    reveal: bool,
) -> int:
    """Decide everything inside Spark, write the folders, show the totals."""
    refuse_parts(office, "--engine spark")
    for path in inputs:
        _check_kind(path)
    spark = session(master)
    with spark_errors():
        folders = _folders(spark, outputs)
        assessed = assess_frames(
            office,
            *(_frame(spark, path) for path in inputs),
            names=inputs,
            mapping=mapping,
            strict=strict,
            keep=[name for name in OUTCOME if name != "benefits" or name in folders],
            form=Form(lang(), reveal),
        )
        counted = assessed.counted()
        refused = sum(counted.refused.values())
        decided = not (strict and refused)
        problems = assessed.problems if decided else assessed.reading
        tables = {"problems": problems, "decisions": assessed.decisions}
        tables |= {"benefits": assessed.benefits, "receipts": assessed.receipts}
        written = [name for name in tables if name in folders and (decided or name == "problems")]
        for name in written:
            tables[name].write.parquet(folders[name])
        found = _found(problems)
        assessed.unpersist()
    show(counted.totals, found, office, counted.read["claims"], output_format, decided=decided)
    for name in written:
        say(f"已写入 {folders[name]}", f"wrote {folders[name]}")
    if not decided:
        return ExitStatus.DATA
    return status_without(office) or (ExitStatus.ROWS_REFUSED if found.errors else ExitStatus.OK)


# ---------------------------------------------------------------- in


def _check_kind(path: str) -> None:
    if PurePosixPath(path).suffix.lower() in _NOT_READ:
        raise MutualPlansError(
            problem(
                "spark.input",
                "Spark 核定只读 Parquet 和 ORC（文件、文件夹或集群上的地址）",
                "inside Spark, tables are read from Parquet or ORC (a file, a folder, or an address of the cluster)",
                where=path,
                hint_zh="一台机器放得下的，不用 --engine spark；否则先转成 Parquet",
                hint_en="what fits one machine needs no --engine spark; otherwise convert it to Parquet",
            )
        )


def _frame(spark: SparkSession, path: str) -> DataFrame:
    """Return a table as Spark reads it; the rows of a single Parquet file are numbered as on one machine."""
    from pyspark.sql import functions as f

    if PurePosixPath(path).suffix.lower() == ".orc":
        return spark.read.orc(path)
    frame = spark.read.parquet(path)
    if len(frame.inputFiles()) == 1:
        return frame.withColumn("row", f.col("_metadata.row_index") + 1)
    return frame


# ---------------------------------------------------------------- out


def _folders(spark: SparkSession, outputs: Mapping[str, str | None]) -> dict[str, str]:
    """Return the folders to write: what is in them → where.

    Raises:
        MutualPlansError: one of them is there already.
    """
    out = str(outputs["decisions"]).rstrip("/")
    plain, ending = (out.removesuffix(".parquet"), ".parquet") if out.endswith(".parquet") else (out, "")
    found = {name: f"{plain}-{name}{ending}" for name in ("problems", "receipts")}
    found |= {name: path for name, path in outputs.items() if path}
    taken = [path for path in found.values() if _exists(spark, path)]
    taken += [path for path, times in Counter(found.values()).items() if times > 1]
    if taken:
        raise MutualPlansError(
            *(
                problem(
                    "spark.output",
                    "已经存在，或写了两次；没有核定",
                    "is there already, or named twice; nothing was decided",
                    where=path,
                    hint_zh="换一个文件夹名",
                    hint_en="choose another name",
                )
                for path in taken
            )
        )
    return found


def _exists(spark: SparkSession, path: str) -> bool:
    jvm: Any = spark.sparkContext._jvm
    found = jvm.org.apache.hadoop.fs.Path(path)
    return bool(found.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).exists(found))


# ---------------------------------------------------------------- what is said


def _found(problems: DataFrame) -> Found:
    """Return the problems counted, and the first of them in the order of rows."""
    found = Found()
    for row in problems.groupBy("severity", "code").count().collect():
        found.codes[row["severity"], row["code"]] = row["count"]
    table = problems.orderBy("file", "row", "column", "code").limit(FIRST).toArrow()
    for name in ("message", "hint"):
        for language in ("zh", "en"):
            table = table.append_column(f"{name}_{language}", table[name].cast(pa.string()))
    found.first += as_problems(table)
    return found
