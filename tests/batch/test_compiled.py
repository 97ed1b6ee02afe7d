"""The folder of compiled kernels: shared by processes, and no obstacle where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mutualplans.batch.kernel.compiled import compiled, kernel_folder
from mutualplans.batch.share import read_only

TEXT = """
@compiled
def decide(first, last, values, out):
    for row in range(first, last):
        out[row] = values[row] * 3
"""
PROCESS = f"""
import numpy as np
from mutualplans.batch.kernel.compiled import compiled
out = np.zeros(4, np.int64)
compiled({TEXT!r})(0, 4, np.arange(4), out)
print(out.tolist())
"""


def test_processes_may_compile_one_kernel_at_the_same_time(tmp_path: Path) -> None:
    """Three processes that find nothing compiled: each computes the same, one source stays, and no half of a file."""
    environment = {**os.environ, "MUTUALPLANS_CACHE": str(tmp_path)}
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    said = [process.communicate()[0].strip() for process in running]

    assert said == ["[0, 3, 6, 9]"] * 3
    (folder,) = (tmp_path / "kernels").iterdir()
    assert [path.name for path in folder.glob("*.py")] == ["kernel.py"]
    left = {path.suffix for path in (folder / "__pycache__").iterdir()}
    assert left <= {".nbi", ".nbc", ".pyc"}


def test_without_a_home_kernels_are_compiled_for_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home, as in some containers: nothing is kept, everything is computed."""

    def nowhere() -> Path:
        message = "Could not determine home directory."
        raise RuntimeError(message)

    for name in ("MUTUALPLANS_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(OSError, match="home"):
        kernel_folder()
    out = np.zeros(2, np.int64)

    compiled(TEXT.replace("* 3", "* 5"))(0, 2, np.array([1, 2]), out)

    assert out.tolist() == [5, 10]


def test_a_kernel_is_compiled_for_one_kind_of_arrays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Columns straight from Arrow cannot be written to, others can; a kernel sees both alike and is compiled once."""
    monkeypatch.setenv("MUTUALPLANS_CACHE", str(tmp_path))
    kernel = compiled(TEXT.replace("* 3", "* 7"))
    fixed = np.array([1, 2])
    fixed.flags.writeable = False

    for values in (fixed, np.array([3, 4])):
        out = np.zeros(2, np.int64)
        kernel(0, 2, read_only(values), out)
        assert out.tolist() == [7 * number for number in values]

    assert len(kernel.signatures) == 1  # type: ignore[attr-defined]
