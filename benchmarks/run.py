"""Measure start-up and single decisions, as ratios against references in one run.

``make bench`` prints the table. Runs are interleaved, so that a busy machine disturbs both sides alike; each figure
is the minimum of its runs. Nothing here asserts a time: a clock in a test fails for the wrong reasons.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 20


def least(commands: dict[str, list[str]]) -> dict[str, float]:
    """Return the shortest wall time of each command in seconds, run in turn."""
    best = dict.fromkeys(commands, float("inf"))
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for _ in range(RUNS):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def start_up() -> None:
    """Print how long the command takes to answer, beside the bare interpreter and click alone."""
    python = sys.executable
    best = least(
        {
            "bare interpreter": [python, "-c", "pass"],
            "import click": [python, "-c", "import click"],
            "mutualplans --help": [python, "-m", "mutualplans", "--help"],
            "mutualplans plugins": [python, "-m", "mutualplans", "plugins"],
        }
    )
    bare = best["bare interpreter"]
    write("Start-up (ms)")
    for name, seconds in best.items():
        write(f"  {name:24} {seconds * 1000:7.1f}   +{(seconds - bare) * 1000:6.1f}   x{seconds / bare:5.1f}")


def decisions() -> None:
    """Print how many single claims the exact backend decides a second, beside the same sum by hand."""
    from datetime import date

    import mutualplans as mp
    from mutualplans.engine.asdata import decision_data
    from mutualplans.engine.assess import assess
    from mutualplans.engine.facts import Case
    from mutualplans.engine.office import office_of
    from mutualplans.registry import PluginRegistry

    plan = PluginRegistry.discover().plan("female-illness")
    bound = office_of([plan], edition="beijing-6").plans[0].bind(day=date(2013, 1, 1), edition="beijing-6")
    member = mp.Member(sex="female", birth_date=date(1975, 3, 4), employment="in-post")
    cover = mp.Coverage(plan=plan.id, first_day=date(2013, 1, 1), last_day=date(2014, 12, 31), shares=2)
    case = Case(member=member, insured=mp.Insured.member(member), coverage=cover)
    claim = mp.Claim(id="1", event="diagnosis", diagnosis="C50.9", diagnosed=date(2014, 2, 10), days=4)

    def by_hand() -> int:
        age = 2013 - 1975 - ((1, 1) < (3, 4))
        day = (date(2014, 2, 10) - date(2013, 1, 1)).days + 1
        listed = any("C509".startswith(prefix) for prefix in ("C53", "C570", "C56", "C541", "C58", "C50"))
        if not (16 <= age <= 60 and day > 90 and listed):
            return 0
        return 2 * (1_000_000 + 200_000 + 2_600 * min(4, 180))

    def explained() -> object:
        return decision_data(assess(bound, case, claim)[0])

    assert assess(bound, case, claim)[0].total == by_hand() == 24_208_00
    write("\nOne claim, three benefits (decisions a second)")
    by_hand_rate = per_second(by_hand)
    for name, function in (
        ("the sum written by hand", by_hand),
        ("exact backend", lambda: assess(bound, case, claim)),
        ("with its full explanation", explained),
    ):
        rate = per_second(function)
        write(f"  {name:28} {rate:12,.0f}   x{by_hand_rate / rate:8.1f} slower than by hand")


def per_second(function: Callable[[], object]) -> float:
    """Return how often a function runs in a second: the best of five short runs."""
    best = 0.0
    for _ in range(5):
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < 0.2:
            function()
            count += 1
        best = max(best, count / (time.perf_counter() - started))
    return best


def write(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    start_up()
    decisions()
