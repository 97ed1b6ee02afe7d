"""Tables of what was measured, and the goals beside what was reached."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from attrs import frozen

from benchmarks.measure import Comparison, Result

PACKAGES = (
    "mutualplans",
    "numba",
    "numpy",
    "polars",
    "duckdb",
    "openfisca-core",
    "zen-engine",
    "pyspark",
    "pyarrow",
    "pandas",
)
BEGIN = "<!-- written by make bench -->"
END = "<!-- end of what make bench writes -->"


@frozen(kw_only=True)
class Goal:
    """A ratio that mutualplans has set itself.

    Attributes:
        text: What is compared.
        measure: Id of the measure.
        against: Names of the references; the fastest that ran counts.
        least: How many times their speed at least; or
        most: how many times their time at most.
    """

    text: str
    measure: str
    against: tuple[str, ...]
    least: float | None = None
    most: float | None = None


GOALS = (
    Goal(
        text="sorted rows in memory, one core, against the C loop",
        measure="sorted",
        against=("C loop",),
        least=0.7,
    ),
    Goal(
        text="unsorted rows in memory, against the best of Polars and DuckDB",
        measure="unsorted",
        against=("Polars", "DuckDB"),
        least=3,
    ),
    Goal(
        text="file to file, against bare read and write",
        measure="files",
        against=("bare read and write of an office's columns",),
        most=1.5,
    ),
    Goal(
        text="unsorted rows in memory, one core, against Python objects with Decimal",
        measure="unsorted-one",
        against=("Python objects, Decimal",),
        least=100,
    ),
    Goal(
        text="the benefit that OpenFisca-core can say, one core each",
        measure="part",
        against=("OpenFisca-core",),
        least=8,
    ),
    Goal(
        text="Spark, against an identity mapInArrow",
        measure="spark",
        against=("Spark: identity mapInArrow",),
        most=1.3,
    ),
)


def page(comparisons: Sequence[Comparison], *, claims: int, seed: int, repetitions: int) -> list[str]:
    """Return everything that was measured, as Markdown."""
    checked = max((item.checked for item in comparisons), default=0)
    lines = [
        f"Measured on {date.today()}: {machine()}.",  # noqa: DTZ011  a day for people, nothing is computed from it
        f"{claims:,} claims, seed {seed}, of which the exact engine decided {checked:,} as well;",
        f"{repetitions} runs of each contender in turn after one that is not counted.",
        "",
        "#### Goals",
        "",
        *_goals(comparisons),
    ]
    if (share := _share_of_core(comparisons)) < 0.9:
        lines[4:4] = [
            f"**The machine was busy with other work**: contenders bound to one core had {share:.0%} of it. Ratios of",
            "times are then rough; those of CPU times are better. Measure again on a quiet machine.",
            "",
        ]
    for item in comparisons:
        lines += ["", f"#### {item.measure.title}", "", *table(item)]
        lines += [f"- {name} did not run: {why}." for name, why in item.absent.items()]
    return lines


def _share_of_core(comparisons: Iterable[Comparison]) -> float:
    """Return which part of its core a contender bound to one had, by the median of them."""
    shares = [
        sum(result.cpu) / sum(result.seconds)
        for item in comparisons
        if not item.measure.all_threads
        for result in item.results
    ]
    return median(shares) if shares else 1.0


def machine() -> str:
    """Return what it ran on, with versions."""
    import os

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"{cores} cores ({platform.machine()}, {_processor()}), Python {platform.python_version()}, {', '.join(found)}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown processor"
    found = re.search(r"model name\s*: (.+)", text)
    return found[1].strip() if found else "unknown processor"


def table(item: Comparison) -> Iterator[str]:
    """Yield the table of one measure, the fastest first; ratios are against the first reference or the C loop."""
    if not item.results:
        return
    base = _base(item)
    yield f"| | claims | claims a second | × {base.entry.name} | ms (least to most) | CPU ms | peak MiB |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for result in sorted(item.results, key=lambda found: -found.rate):
        low, middle, high = min(result.seconds), median(result.seconds), max(result.seconds)
        name = f"**{result.entry.name}**" if result.entry.ours else result.entry.name
        yield (
            f"| {name} | {result.rows:,} | {_short(result.rate)} | {result.rate / base.rate:.2f} "
            f"| {middle * 1000:,.0f} ({low * 1000:,.0f} to {high * 1000:,.0f}) | {median(result.cpu) * 1000:,.0f} "
            f"| {result.peak / 2**20:,.0f} |"
        )


def _base(item: Comparison) -> Result:
    references = [result for result in item.results if result.entry.reference]
    loops = [result for result in item.results if result.entry.name.startswith("C loop")]
    return (references or loops or list(item.results))[0]


def _short(rate: float) -> str:
    return f"{rate / 1e6:.2f} M" if rate >= 1e6 else f"{rate / 1e3:,.0f} k"


def _goals(comparisons: Iterable[Comparison]) -> Iterator[str]:
    by_id = {item.measure.id: item for item in comparisons}
    yield "| measure | goal | reached |"
    yield "|---|---|---|"
    for goal in GOALS:
        wanted = f"at least {goal.least:g} × its speed" if goal.least else f"at most {goal.most:g} × its time"
        item = by_id.get(goal.measure)
        yield f"| {goal.text} | {wanted} | {_reached(goal, item)} |"


def _reached(goal: Goal, item: Comparison | None) -> str:
    if item is None:
        return "not measured in this run"
    ours = [result for result in item.results if result.entry.ours]
    references = [result for result in item.results if result.entry.name in goal.against]
    if not references:
        return "its reference did not run"
    if not ours:
        return "mutualplans is not among the contenders"
    best = max(references, key=lambda found: found.rate)
    return "; ".join(
        _said(goal, result.rate / best.rate)
        + ("" if item.measure.all_threads else f", by CPU time {_work(result, best):.2f} ×")
        + (f" ({result.entry.name})" if len(ours) > 1 else "")
        for result in sorted(ours, key=lambda found: -found.rate)
    )


def _work(result: Result, other: Result) -> float:
    """Return how many times as many claims one result decides in a second of CPU time."""
    return (result.rows / median(result.cpu)) / (other.rows / median(other.cpu))


def _said(goal: Goal, speed: float) -> str:
    """Return a ratio as the goal counts it, and whether it misses the goal."""
    if goal.least:
        return f"{speed:.2f} ×{'' if speed >= goal.least else ', missed'}"
    assert goal.most is not None
    return f"{1 / speed:.2f} ×{'' if 1 / speed <= goal.most else ', missed'}"


def write(lines: Sequence[str], path: Path) -> None:
    """Put the lines between the marks of a page.

    Raises:
        ValueError: the page has no such marks.
    """
    text = path.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not begin or not end:
        message = f"{path} has no place for results: it needs the lines {BEGIN} and {END}"
        raise ValueError(message)
    path.write_text(f"{head}{BEGIN}\n\n{chr(10).join(lines)}\n\n{END}{tail}", encoding="utf-8")
