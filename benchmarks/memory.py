"""How much memory an office's year takes, from file to file: ``python -m benchmarks.memory``, or ``make bench-memory``.

Each size runs in a process of its own, in parts (as ``mutualplans assess`` does), and says the most that it held.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import plan as plans
from benchmarks.usage import usage
from benchmarks.workload.contract import office_files
from benchmarks.workload.dataset import Dataset, dataset

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- written by make bench-memory -->\n", "<!-- end of make bench-memory -->\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the sizes asked for, and print a table of them or put it into the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--claims", type=int, nargs="+", default=[1_000_000], help="sizes, in claims")
    parser.add_argument("--seed", type=int, default=20260101, help="seed of the workload")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where the data lie")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--only", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.only:
        sys.stdout.write(json.dumps(assess(chosen.only, chosen.folder)))
        return 0
    chosen.folder.mkdir(parents=True, exist_ok=True)
    measured = []
    for claims in chosen.claims:
        data = dataset(chosen.folder, claims, chosen.seed)
        office_files(data)
        command = [sys.executable, "-m", "benchmarks.memory", "--only", str(data.folder)]
        done = subprocess.run(
            [*command, "--folder", str(chosen.folder)], check=True, capture_output=True, text=True
        )
        measured.append(json.loads(done.stdout))
    lines = list(table(measured))
    sys.stdout.write("\n".join(lines) + "\n")
    if chosen.write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(
            before + BEGIN + "\n" + "\n".join(lines) + "\n\n" + END + rest.partition(END)[2], encoding="utf-8"
        )
    return 0


def table(measured: Sequence[dict[str, float]]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| claims | covers | parts | peak resident memory, MiB | s | claims a second |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for item in measured:
        yield (
            f"| {item['claims']:,} | {item['covers']:,} | {item['parts']} | {item['peak_mib']:,} "
            f"| {item['seconds']:,.0f} | {item['claims'] / item['seconds'] / 1e3:,.0f} k |"
        )


def assess(folder: Path, scratch: Path) -> dict[str, float]:
    """Assess a workload from its two files to decisions and problems, and return what that took."""
    from mutualplans.batch.parts import Gathered
    from mutualplans.batch.read import read_table
    from mutualplans.batch.results import assess_parts
    from mutualplans.batch.write import DECISIONS, PROBLEMS, writer

    office = plans.office(plans.plan)
    began = time.perf_counter()
    coverages, claims = (
        read_table(path, name, [plans.plan])
        for path, name in zip(office_files(Dataset(folder)), ("coverages", "claims"), strict=True)
    )
    with TemporaryDirectory(dir=scratch) as home, Gathered(coverages, claims, Path(home)) as gathered:
        for reading in (coverages, claims):
            for _chunk in gathered.read(reading):
                pass
        with assess_parts(office, gathered, benefits=False) as results:
            for sheet, tables in ((DECISIONS, results.decisions()), (PROBLEMS, results.problems())):
                name = "decisions" if sheet is DECISIONS else "problems"
                with writer(Path(home, f"{name}.parquet"), sheet, office, "zh") as file:
                    for found in tables:
                        file.write(found)
            parts = len(gathered)
    return {
        "claims": claims.read,
        "covers": coverages.read,
        "parts": parts,
        "peak_mib": round(usage().peak_bytes / 2**20),
        "seconds": time.perf_counter() - began,
    }


if __name__ == "__main__":
    sys.exit(main())
