"""A plugin in a package of its own, whose plan calls a Python function: no kernel can say it, and the code must travel."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import mutualplans as mp
from mutualplans import claim
from mutualplans.model.kinds import Kind
from tests.engine.plans import make

PACKAGE = "mutualplans_halving"
CODE = '''"""Halves bills; when it is told to, it waits in the middle of the first one."""

import os
import time
from pathlib import Path

FOLDER = Path({folder!r})


def half(bill):
    if (FOLDER / "armed").exists():
        wait()
    return bill // 2


def wait():
    try:
        (FOLDER / "started").open("x").close()
    except FileExistsError:
        return
    (FOLDER / "pid.making").write_text(str(os.getpid()))
    (FOLDER / "pid.making").rename(FOLDER / "pid")
    while not (FOLDER / "go").exists():
        time.sleep(0.05)
'''


def install(folder: Path) -> None:
    """Put the package where this process, and only this one, can import it."""
    home = folder / PACKAGE
    home.mkdir()
    (home / "__init__.py").write_text('"""A plugin."""\n')
    (home / "plan.py").write_text(CODE.format(folder=str(folder)))
    sys.path.append(str(folder))


def folder() -> Path:
    """Return the folder in which the waiting function looks for its orders."""
    found: Path = import_module(f"{PACKAGE}.plan").FOLDER
    return found


def opaque_plan() -> tuple[mp.Plan, str]:
    """A plan that pays half of the bill, as a Python function says."""
    half = mp.computed(
        import_module(f"{PACKAGE}.plan").half,
        claim.self_paid_in_scope,
        gives=Kind.MONEY,
        zh="一半",
        most=10**12,
    )
    benefit = mp.Benefit("half", mp.Text("一半"), clause="测试", pays=half)
    return make("halving", mp.parameters(), benefits=[benefit]), ""
