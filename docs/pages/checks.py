"""``reference/checks.md``: what is checked of a plugin and its plans, and by which codes it is reported."""

from __future__ import annotations

import inspect
from pathlib import Path

from docs.pages.markdown import first_sentence, page, table
from docs.pages.problems import found_in
from mutualplans import registry_problems
from mutualplans.engine import limits
from mutualplans.plan.checks import CHECKS
from mutualplans.testing import conformance

__all__ = ["checks"]


def checks() -> str:
    """Return the page."""
    intro = (
        "`mutualplans plugins --check` loads every plugin and runs these checks; so does any command that needs a plan, "
        "for that plan alone. An *error* makes the plugin unusable (status `invalid`), a *warning* or *note* is only "
        "shown. Every code with its messages stands in [problems](problems.md)."
    )
    loading = "## Finding and loading\n\nReported for the package, before its plans are looked at:\n\n"
    plans = "## Plans\n\nPure functions over what the plugin returned, all run, all problems reported together:\n\n"
    amounts = (
        "## Amounts\n\nProved from the formulas under the values of each edition, without any claim: a benefit is never below "
        "0, has a cap, and no integer on the way is too large for a compiled program. `plugins --check` shows it, and the "
        "conformance kit refuses the errors; commands that pay do not wait for it.\n\n"
    )
    kit = (
        "## Conformance kit\n\n`mutualplans.testing.conformance.PlanConformance` runs these as tests of a plugin, and each "
        "worked case besides:\n\n"
    )
    return page(
        "Checks · 检查",
        intro,
        loading + table(["code", "meaning"], _loading()),
        plans + table(["check", "codes", "meaning"], _plans()),
        amounts + table(["code", "severity"], _amounts()),
        kit + table(["check", "meaning"], _kit()),
    )


def _loading() -> list[tuple[str, str]]:
    codes: dict[str, str] = {}
    file = Path(inspect.getfile(registry_problems))
    for name, function in vars(registry_problems).items():
        if inspect.isfunction(function) and function.__module__ == registry_problems.__name__:
            source = inspect.getsource(function)
            for item in found_in(file):
                if f'"{item.code}"' in source and not name.startswith("_"):
                    codes.setdefault(item.code, first_sentence(function))
    return [(f"`{code}`", text) for code, text in codes.items()]


def _plans() -> list[tuple[str, str, str]]:
    rows = []
    for check in CHECKS:
        codes = _codes(check)
        rows.append((f"`{check.__name__}`", ", ".join(f"`{item}`" for item in codes), first_sentence(check)))
    return rows


def _codes(check: object) -> list[str]:
    """Return the codes in a check's source and in the helpers of its module that it names."""
    module = inspect.getmodule(check)
    known = sorted({item.code for item in found_in(Path(inspect.getfile(module)))})  # type: ignore[arg-type]
    sources = [inspect.getsource(check)]  # type: ignore[arg-type]
    for name, helper in vars(module).items():
        if name.startswith("_") and inspect.isfunction(helper) and f"{name}(" in sources[0]:
            sources.append(inspect.getsource(helper))
    if check.__name__ == "editions":  # type: ignore[attr-defined]
        known += ["edition.*", "file.*"]
        sources.append('"edition.*" "file.*"')
    return [code for code in known if any(f'"{code}"' in source for source in sources)]


def _kit() -> list[tuple[str, str]]:
    return [(f"`{check.__name__}`", first_sentence(check)) for check in conformance.CHECKS]


def _amounts() -> list[tuple[str, str]]:
    found = {(item.code, item.severity) for item in found_in(Path(inspect.getfile(limits)))}
    return [(f"`{code}`", severity) for code, severity in sorted(found)]
