"""A Spark session, or one sentence that says what is missing for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mutualplans.model.problem import MutualPlansError, Problem, problem

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["OLDEST_JAVA", "java_version", "needs_spark", "session", "spark_errors"]

OLDEST_JAVA = 17
"""Oldest Java that Spark 4 runs on."""


def session(master: str | None = None, *, name: str = "mutualplans") -> SparkSession:
    """Return the running session, or a new one.

    Args:
        master: Address of the cluster (``spark://host:7077``, ``yarn``, ``k8s://…``, ``local[4]``). Without it that
            of ``spark-submit`` or of Spark's own settings; failing these, all cores of this machine.
        name: What the cluster's pages call the job.

    Raises:
        MutualPlansError: PySpark or Java is missing, Java is too old, the cluster cannot be reached, or a session with
            another master is running.
    """
    needs_spark()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        _same_master(running, master)
        return running
    builder = SparkSession.builder.appName(name)
    if master:
        builder = builder.master(master)
    if "PYSPARK_GATEWAY_PORT" not in os.environ and (master or "local").startswith("local"):
        # Workers on this machine run in this environment, not in the first python3 of the path.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        made = builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise MutualPlansError(_no_session(master, str(error))) from error
    made.sparkContext.setLogLevel("ERROR")
    return made


@contextmanager
def spark_errors() -> Iterator[None]:
    """Turn what Spark raises inside into one sentence.

    Raises:
        MutualPlansError: Spark raised an error: a worker lacks a package, a path cannot be read, the cluster is gone.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise MutualPlansError(_failed(str(error))) from error


def _failed(said: str) -> Problem:
    lacking = re.search(r"(?:ModuleNotFoundError: No module named|PackageNotFoundError:) '?([\w.]+)", said)
    if lacking:
        name = lacking[1]
        return problem(
            "spark.worker",
            f"Spark 的工作节点上没有 Python 包 {name}",
            f"the workers of Spark lack the Python package {name}",
            hint_zh="各节点的 Python 要装 numpy、pyarrow、numba；计划插件另需的包也要装",
            hint_en="the Python of each node needs numpy, pyarrow and numba, and whatever a plugin needs besides",
        )
    first = next(iter(said.strip().splitlines()), "")
    return problem("spark.job", f"Spark 作业没有完成：{first}", f"the Spark job failed: {first}")


def needs_spark() -> None:
    """Do nothing where Spark can run.

    Raises:
        MutualPlansError: PySpark or Java is missing, or Java is too old.
    """
    lacking = [name for name in ("pyspark", "pandas", "pyarrow", "numpy") if find_spec(name) is None]
    if lacking:
        raise MutualPlansError(
            problem(
                "spark.package",
                f'用 Spark 核定需要另装：pip install "mutualplans[spark]"（缺少 {"、".join(lacking)}）',
                f'to assess with Spark, install: pip install "mutualplans[spark]" (missing: {", ".join(lacking)})',
            )
        )
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # started by spark-submit, which has its Java
        return
    found = java_version()
    if found is None or found < OLDEST_JAVA:
        raise MutualPlansError(_no_java(found))


def java_version() -> int | None:
    """Return the major version of the Java that Spark would start, or ``None`` where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if not java:
        return None
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said)  # Java 8 calls itself 1.8
    return int(found[1]) if found else None


def _no_java(found: int | None) -> Problem:
    have = (
        (f"这台机器上是 {found}", f"this machine has {found}") if found else ("没有找到 Java", "found none")
    )
    return problem(
        "spark.java",
        f"Spark 需要 Java {OLDEST_JAVA} 或更新的版本；{have[0]}",
        f"Spark needs Java {OLDEST_JAVA} or later; {have[1]}",
        hint_zh="安装后让 JAVA_HOME 指向它",
        hint_en="install it and let JAVA_HOME point to it",
    )


def _same_master(running: SparkSession, master: str | None) -> None:
    found = running.conf.get("spark.master", "")
    if master and found != master:
        raise MutualPlansError(
            problem(
                "spark.master",
                f"已经连着 {found}，不能再用 {master}",
                f"a session with {found} is running; {master} cannot be used beside it",
                hint_zh="不写 master，或先停掉这个会话",
                hint_en="name no master, or stop that session first",
            )
        )


def _no_session(master: str | None, said: str) -> Problem:
    first = next(iter(said.strip().splitlines()), "")
    return problem(
        "spark.session",
        f"没有连上 Spark（{master or '未指定 master'}）：{first}",
        f"Spark did not start ({master or 'no master named'}): {first}",
        hint_zh="核对 --master 的地址，以及集群是否在运行",
        hint_en="check the address of --master, and that the cluster is running",
    )
