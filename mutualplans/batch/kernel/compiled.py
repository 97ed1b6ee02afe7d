"""From the source of a kernel to a function: under CPython, or compiled and kept on disk.

A compiled kernel lies in a folder named by the SHA-256 of everything that it was made from, and is used only when the
source found there is the source asked for: a stale or foreign kernel cannot be taken for it. Processes may compile one
kernel at the same time, on one machine or on several that share the folder: each writes whole files and puts them in
place at once, and what two of them write under one name is the same, because the folder's name holds the processor
too and a kernel is called with arrays of one kind only.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from mutualplans.batch.kernel.source import KernelSource
from mutualplans.version import VERSION

__all__ = ["can_compile", "compiled", "interpreted", "is_compiled", "kernel_folder"]

Kernel = Callable[..., None]

_PLAIN = '''"""A kernel of mutualplans, interpreted."""


def compiled(function):
    return function


def constant(values):
    return values


def room(count):
    return [0] * count


def unsigned(place):
    return place


'''

_NUMBA = '''"""A kernel of mutualplans, compiled."""

import numpy
from numba import njit

compiled = njit(cache=True, nogil=True, error_model="numpy")


def constant(values):
    return numpy.array(values, dtype=numpy.int64)


@compiled
def room(count):
    return numpy.zeros(count, dtype=numpy.int64)


@compiled
def unsigned(place):
    return numpy.uint64(place)  # no place is negative: the compiler need not look whether to count from the end


'''


@cache
def can_compile() -> bool:
    """Return whether the extra ``mutualplans[fast]`` is installed."""
    return importlib.util.find_spec("numba") is not None


@cache
def interpreted(text: str) -> Kernel:
    """Return the kernel as a plain Python function: its arrays are lists."""
    namespace: dict[str, Any] = {"__name__": "mutualplans kernel"}
    exec(compile(_PLAIN + text, "<mutualplans kernel>", "exec"), namespace)
    found: Kernel = namespace["decide"]
    return found


def kernel_folder() -> Path:
    """Return where compiled kernels are kept: ``MUTUALPLANS_CACHE``, or the user's cache folder.

    Raises:
        OSError: this user has no home, as in some containers.
    """
    stated = os.environ.get("MUTUALPLANS_CACHE")
    if stated:
        return Path(stated, "kernels")
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path(Path.home(), ".cache")
    except RuntimeError as error:
        raise OSError(error) from error
    return Path(base, "mutualplans", "kernels")


def _digest(text: str) -> str:
    import llvmlite
    import llvmlite.binding
    import numba
    import numpy

    made_from = (
        VERSION,
        sys.version,
        platform.machine(),
        llvmlite.binding.get_host_cpu_name(),
        llvmlite.binding.get_host_cpu_features().flatten(),
        numba.__version__,
        numpy.__version__,
        llvmlite.__version__,
        _NUMBA,
        text,
    )
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()


def is_compiled(source: KernelSource) -> bool:
    """Return whether a kernel lies compiled on disk."""
    if not can_compile():
        return False
    try:
        return any(Path(kernel_folder(), _digest(source.text)).glob("__pycache__/*.nbc"))
    except OSError:
        return False


@cache
def compiled(text: str) -> Kernel:
    """Return the kernel compiled; its arrays are NumPy arrays. It is compiled at its first call, or read from disk.

    Raises:
        ImportError: the extra ``mutualplans[fast]`` is not installed.
    """
    digest = _digest(text)
    whole = _NUMBA + text
    path = _kept(digest, whole)
    if path is None:  # nowhere to keep it: compiled for this run only
        folder = Path(tempfile.mkdtemp(prefix="mutualplans-"))
        path = _written(folder, whole)
        assert path is not None
    name = f"mutualplans_kernel_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found: Kernel = module.decide
    return found


def _kept(digest: str, text: str) -> Path | None:
    try:
        return _written(Path(kernel_folder(), digest), text)
    except OSError:
        return None


def _written(folder: Path, text: str) -> Path | None:
    """Write the source where it is not there yet, and return its path once it reads as it should."""
    path = Path(folder, "kernel.py")
    if _read(path) != text:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(
            "w", dir=folder, suffix=".py", delete=False, encoding="utf-8", newline="\n"
        ) as file:
            file.write(text)
        _put(Path(file.name), path, text)
    return path if _read(path) == text else None


def _put(written: Path, path: Path, text: str) -> None:
    """Put a whole file in its place; of several that say the same the first stays: Numba goes by the file's time."""
    try:
        os.link(written, path)
    except OSError:  # it is there, or this disk knows no links
        if _read(path) != text:
            written.replace(path)
            return
    written.unlink()


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
