"""Run an example office: ``python examples/run_office.py beijing`` checks it, quotes its roster, decides its cases.

An office is a folder under ``examples/offices``: `office.toml`, `roster.csv`, `unit.toml` with the first day of cover in
its first line, `covers.csv` where earlier covers are known, and cases whose first line says what happened.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from steps import ROOT, Step, show

OFFICES = ROOT / "examples" / "offices"


def steps(folder: Path) -> Iterator[Step]:
    """Yield what there is to see of an office."""
    place = folder.relative_to(ROOT)
    office = ("--office", f"{place}/office.toml")
    yield "办事处设置：计划、版次、费用分担，和尚待核实的假定值", ["office", "check", f"{place}/office.toml"]
    found = re.search(r"\d{4}-\d\d-\d\d", first_line(folder / "unit.toml"))
    if found is None:
        sys.exit(f"{place}/unit.toml 的第一行要写保障起始日，如 # 2016-01-01 起保")
    units = ("--unit", f"{place}/unit.toml", "--first-day", found.group())
    covers = ("--covers", f"{place}/covers.csv") if (folder / "covers.csv").exists() else ()
    yield "名册报价", ["quote", "--roster", f"{place}/roster.csv", *office, *units, *covers]
    for case in sorted((folder / "cases").glob("*.toml")):
        yield first_line(case), ["simulate", f"{place}/cases/{case.name}", *office]


def first_line(file: Path) -> str:
    """Return the first line of a file without its comment sign."""
    return file.read_text("utf-8").splitlines()[0].removeprefix("#").strip()


def main(arguments: list[str]) -> int:
    """Run the office that is named, or say which there are."""
    known = sorted(path.parent.name for path in OFFICES.glob("*/office.toml"))
    if len(arguments) != 1 or arguments[0] not in known:
        sys.stderr.write(f"用法：python examples/run_office.py 办事处；有：{'、'.join(known)}\n")
        return 2
    return show(steps(OFFICES / arguments[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
