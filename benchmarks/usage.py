"""Time and memory of this process and of those it started (a Java machine, Python workers)."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

from attrs import frozen


@frozen
class Usage:
    """What was used since the start.

    Attributes:
        cpu_seconds: Time of all cores, in user code and in the kernel.
        peak_bytes: Sum of the most memory that each process held.
    """

    cpu_seconds: float
    peak_bytes: int


def usage() -> Usage:
    """Return what this process and its living descendants used; without ``/proc`` only this process.

    The peak of `getrusage` is not used where there is ``/proc``: a new program inherits it from the one it replaces.
    """
    if not Path("/proc/self/status").exists():
        own = resource.getrusage(resource.RUSAGE_SELF)
        unit = 1 if sys.platform == "darwin" else 1024
        return Usage(own.ru_utime + own.ru_stime, own.ru_maxrss * unit)
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = [_of(process) for process in (os.getpid(), *_descendants(os.getpid()))]
    cpu = time.process_time() + sum(item.cpu_seconds for item in found[1:])
    return Usage(cpu + gone.ru_utime + gone.ru_stime, sum(item.peak_bytes for item in found))


def _descendants(process: int) -> list[int]:
    found: list[int] = []
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(text) for text in listed.read_text().split()]
        except OSError:  # the thread has ended
            continue
        for child in children:
            found += [child, *_descendants(child)]
    return found


def _of(process: int) -> Usage:
    home = Path(f"/proc/{process}")
    try:
        # The name, in brackets, may hold spaces; after it the times are fields 12 to 15, counted from 1.
        fields = (home / "stat").read_text().rpartition(")")[2].split()
        status = (home / "status").read_text().splitlines()
    except OSError:  # it has ended
        return Usage(0, 0)
    ticks = sum(int(field) for field in fields[11:15])
    peak = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    return Usage(ticks / os.sysconf("SC_CLK_TCK"), peak * 1024)
