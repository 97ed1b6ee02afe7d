"""Running the command line step by step, so that a reader sees each command and can run it alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

Step = tuple[str, Sequence[str]]
"""What a step shows, and the arguments of ``mutualplans``."""


def show(steps: Iterable[Step]) -> int:
    """Run the steps in order; a status other than 0 (done) and 3 (rows refused, as shown) ends them."""
    for number, (title, arguments) in enumerate(steps, 1):
        sys.stdout.write(f"\n【{number}】{title}\n$ mutualplans {' '.join(arguments)}\n\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "mutualplans", *arguments]
        status = subprocess.run(command, cwd=ROOT, stderr=subprocess.STDOUT, check=False).returncode
        if status not in (0, 3):
            sys.stdout.write(f"\n演示中断：退出码 {status}\n")
            return status
    return 0
