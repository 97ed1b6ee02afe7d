"""The C loop: compiled here and now, if there is a compiler."""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
from array import array
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.contenders.base import DAY_ZERO, Job, Lists, Outcome
from benchmarks.figures import Figures
from benchmarks.plan import BENEFITS

SOURCE = Path(__file__).with_name("loop.c")
FLAGS = ("-O3", "-march=native", "-std=gnu11", "-shared", "-fPIC")

WIDE = ("person", "claim", "self_paid_in_scope", "self_paid_partly", "out_of_scope")
DATES = ("admitted", "discharged", "reported", "birth_date", "first_day", "last_day", "chain_first")
CODES = ("diagnosis", "event", "cause", "hospital_level")
ORDER = (*WIDE, *DATES, *CODES, "shares")


class _Columns(ctypes.Structure):
    _fields_ = [(f"column{number}", ctypes.c_void_p) for number in range(len(ORDER) + 6)]


class _Out(ctypes.Structure):
    _fields_ = [("amount", ctypes.c_void_p * 4), ("why", ctypes.c_void_p * 4)]


def compiler() -> str | None:
    """Return the C compiler of this machine, or ``None``."""
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def build(figures: Figures, folder: Path) -> ctypes.CDLL:
    """Compile the loop with the figures in it.

    Raises:
        subprocess.CalledProcessError: the compiler refused it.
    """
    tiers = ",".join(f"{{{start},{part}}}" for start, part in figures.tiers)
    names = ("age_from", "age_to", "waiting_days", "claim_days", "start", "basic_most", "serious_most")
    macros = {
        name.upper(): getattr(figures, name)
        for name in (*names, "free_days", "max_days", "daily", "tier_whole")
    }
    macros |= {"RATIO_PARTS": figures.ratio[0], "RATIO_WHOLE": figures.ratio[1], "TIERS": f"{{{tiers}}}"}
    command = [str(compiler()), *FLAGS, *(f"-D{name}={value}" for name, value in macros.items()), str(SOURCE)]
    key = hashlib.sha256(SOURCE.read_bytes() + repr(command).encode()).hexdigest()[:16]
    library = folder.resolve() / f"loop-{key}.so"
    if not library.exists():
        folder.mkdir(parents=True, exist_ok=True)
        making = library.with_suffix(".making")
        subprocess.run([*command, "-o", str(making)], check=True, capture_output=True)
        making.rename(library)
    return ctypes.CDLL(str(library))


class _Loop:
    """What the three entry points have in common."""

    entry = ""
    more: Sequence[Any] = ()
    benefits: Sequence[str] = BENEFITS

    def missing(self) -> str:
        return "" if compiler() else "no C compiler (cc, gcc or clang) on this machine"

    def prepare(self, job: Job) -> None:
        lists = isinstance(job.data, Lists)
        columns, dictionaries = _from_lists(job.lists()) if lists else _from_arrow(job.table())
        self.claims = columns["claim"]
        self.count = len(self.claims)
        tables = _by_code(dictionaries, job.figures)
        self.kept = [*(columns[name] for name in ORDER), *tables]
        self.columns = _Columns(*(_address(column) for column in self.kept))
        self.function = getattr(build(job.figures, job.scratch), self.entry)
        self.function.argtypes = [ctypes.POINTER(_Columns), ctypes.c_int64, ctypes.POINTER(_Out), *self.more]

    def run(self) -> list[Any]:
        results = [_new(kind, self.count) for kind in "qH" for _ in self.benefits]
        pointers = [_address(result) for result in results]
        half = len(self.benefits)
        out = _Out((ctypes.c_void_p * 4)(*pointers[:half]), (ctypes.c_void_p * 4)(*pointers[half:]))
        failed = self.call(out)
        if failed:
            message = {1: "a person has more policy years than the loop has slots", 2: "out of memory"}[
                failed
            ]
            raise RuntimeError(message)
        return results

    def call(self, out: _Out) -> int:
        return int(self.function(ctypes.byref(self.columns), self.count, ctypes.byref(out)))

    def outcome(self, result: list[Any]) -> Outcome:
        half = len(self.benefits)
        return Outcome(
            self.claims,
            dict(zip(self.benefits, result[:half], strict=True)),
            dict(zip(self.benefits, result[half:], strict=True)),
        )


class SortedC(_Loop):
    """Rows come sorted."""

    entry = "assess_sorted"

    def prepare(self, job: Job) -> None:
        if job.measure == "part":
            self.entry, self.benefits = "assess_part", ("allowance",)
        super().prepare(job)


class UnsortedC(_Loop):
    """Rows come in any order, and go out sorted by person, with the number of each claim."""

    entry = "assess_unsorted"
    more = (ctypes.c_void_p,)

    def call(self, out: _Out) -> int:
        self.claims = _new("q", self.count)
        return int(
            self.function(ctypes.byref(self.columns), self.count, ctypes.byref(out), _address(self.claims))
        )


def _new(kind: str, count: int) -> Any:
    """Return room for results, not yet touched where NumPy is there to ask for it."""
    try:
        import numpy as np
    except ImportError:
        return array(kind, bytes(array(kind).itemsize * count))
    return np.empty(count, dtype={"q": np.int64, "H": np.uint16}[kind])


def _address(column: Any) -> int:
    return int(column.buffer_info()[0]) if isinstance(column, array) else int(column.ctypes.data)


def _from_arrow(table: Any) -> tuple[dict[str, Any], dict[str, list[str]]]:
    from benchmarks.workload.rows import numbers

    columns = {name: numbers(table[name]) for name in ORDER}
    dictionaries = {name: table[name].chunk(0).dictionary.to_pylist() for name in CODES}
    return columns, dictionaries


def _from_lists(lists: dict[str, list[Any]]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    columns: dict[str, Any] = {name: array("q", lists[name]) for name in WIDE}
    columns |= {name: array("i", map(_day, lists[name])) for name in DATES}
    columns["shares"] = array("b", lists["shares"])
    dictionaries = {name: sorted(set(lists[name])) for name in CODES}
    for name, codes in dictionaries.items():
        place = {code: number for number, code in enumerate(codes)}
        columns[name] = array("h" if name == "diagnosis" else "b", (place[code] for code in lists[name]))
    return columns, dictionaries


def _day(day: date) -> int:
    return (day - DAY_ZERO).days


def _by_code(dictionaries: dict[str, list[str]], figures: Figures) -> list[Any]:
    """Return what the loop asks of a code, by the code's place in its dictionary."""
    conditions, _ = figures.conditions(dictionaries["diagnosis"])
    tests = (
        ("event", ("inpatient",)),
        ("cause", ("illness",)),
        ("cause", ("accident", "work-accident")),
        ("hospital_level", ("2", "3")),
    )
    return [
        *(array("b", (code in codes for code in dictionaries[name])) for name, codes in tests),
        array("h", conditions),
        array("q", (figures.lump(number) for number in range(len(figures.groups) + 1))),
    ]
