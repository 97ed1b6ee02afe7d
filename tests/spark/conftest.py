"""A real cluster on this machine: a master and two executors in processes of their own, with bare Python workers.

The workers' Python has NumPy, PyArrow and Numba, and nothing else: neither mutualplans nor attrs nor pandas. What the
job needs beyond that has to travel with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mutualplans.batch.spark.session import needs_spark
from tests.spark import plugin

MASTER = "local-cluster[2,1,1024]"
OF_WORKERS = ("numpy", "pyarrow", "numba", "llvmlite")


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python that has what workers must have, linked from this environment."""
    home = tmp_path_factory.mktemp("worker")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    packages = next(home.glob("lib/python3.*/site-packages"))
    for name in OF_WORKERS:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin).parent
        (packages / name).symlink_to(source)
        libraries = source.with_name(f"{name}.libs")
        if libraries.exists():
            (packages / libraries.name).symlink_to(libraries)
    python = home / "bin" / "python"
    found = subprocess.run([python, "-c", "import mutualplans"], cwd=home, capture_output=True, check=False)
    assert found.returncode != 0
    return python


@pytest.fixture(scope="session")
def cluster(bare_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a session with a cluster of two executors; both are shut down at the end."""
    needs_spark()
    plugin.install(tmp_path_factory.mktemp("plugin"))
    folder = tmp_path_factory.mktemp("spark")
    os.environ.update(PYSPARK_PYTHON=str(bare_python), SPARK_LOCAL_IP="127.0.0.1")
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master(MASTER)
        .appName("mutualplans-tests")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.local.dir", str(folder))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.executorEnv.MUTUALPLANS_CACHE", str(folder / "cache"))
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 100)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
    work = Path(str(find_spec("pyspark").origin)).with_name("work")  # type: ignore[union-attr]
    shutil.rmtree(work, ignore_errors=True)  # where executors of a local cluster run
