"""Compare ways of assessing many claims: ``python -m benchmarks``, or ``make bench``.

Exit status 1 when contenders disagree about an amount or one of them fails; a contender whose package, compiler or
Java is not there is named and left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import report
from benchmarks.contenders import MEASURES
from benchmarks.measure import Comparison, DisagreementError, Sample, compare, sample
from benchmarks.workload.dataset import dataset

HOME = Path(__file__).resolve().parent.parent
PAGE = HOME / "docs" / "benchmarks.md"


def options() -> argparse.Namespace:
    """Read the command line."""
    known = [measure.id for measure in MEASURES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--claims", type=int, default=1_000_000, help="size of the workload (default: 1,000,000)"
    )
    parser.add_argument("--seed", type=int, default=20260101, help="seed of the workload")
    parser.add_argument("--repetitions", type=int, default=5, help="measured runs of each contender")
    parser.add_argument(
        "--sample", type=int, default=5_000, help="claims that the exact engine decides as well"
    )
    parser.add_argument("--slow", type=int, default=100_000, help="claims given to slow contenders at most")
    parser.add_argument(
        "--measures", nargs="+", choices=known, default=known, metavar="ID", help=", ".join(known)
    )
    parser.add_argument(
        "--folder", type=Path, default=HOME / "build" / "benchmarks", help="where the data lie"
    )
    parser.add_argument(
        "--quick", action="store_true", help="100,000 claims, 3 runs, without Spark: a minute or two"
    )
    parser.add_argument("--write", action="store_true", help=f"put the results into {PAGE.relative_to(HOME)}")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.claims, chosen.repetitions, chosen.slow, chosen.sample = 100_000, 3, 20_000, 2_000
        chosen.measures = [name for name in chosen.measures if name != "spark"]
    return chosen


def main() -> int:
    """Measure and report; returns the exit status."""
    chosen = options()
    say(f"{chosen.claims:,} claims, seed {chosen.seed}, on {report.machine()}")
    data = dataset(chosen.folder, chosen.claims, chosen.seed)
    right: dict[bool, Sample] = {}
    done: list[Comparison] = []
    try:
        for measure in MEASURES:
            if measure.id not in chosen.measures:
                continue
            say(f"\n{measure.title}")
            if measure.whole not in right:
                right[measure.whole] = sample(data, chosen.sample, whole=measure.whole)
                say(f"  the exact engine decided {len(right[measure.whole].amounts):,} claims")
            found = compare(
                measure,
                data,
                right[measure.whole],
                repetitions=chosen.repetitions,
                scratch=chosen.folder.resolve() / "scratch",
                slow=chosen.slow,
                say=say,
            )
            done.append(found)
            say("\n".join(report.table(found)))
    except (DisagreementError, RuntimeError) as error:
        say(f"\nFAILED: {error}")
        return 1
    lines = report.page(done, claims=chosen.claims, seed=chosen.seed, repetitions=chosen.repetitions)
    if chosen.write:
        report.write(lines, PAGE)
        say(f"\nwritten to {PAGE.relative_to(HOME)}")
    return 0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
