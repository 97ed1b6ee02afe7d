"""``reference/hooks.md``: the hooks of the plugin contract, with their signatures."""

from __future__ import annotations

import inspect

from docs.pages.markdown import page, table
from mutualplans import hookspecs

__all__ = ["hooks", "known_hooks"]


def known_hooks() -> dict[str, object]:
    """Return the hooks by name."""
    mark = f"{hookspecs.PROJECT}_spec"
    return {name: function for name, function in vars(hookspecs).items() if hasattr(function, mark)}


def hooks() -> str:
    """Return the page."""
    found = known_hooks()
    intro = (
        "What the host calls in a plugin. A plugin implements a hook with `@mutualplans.hookimpl` in the module that its entry "
        "point names; the rules around it stand in the [contract](../contract.md), and what is checked in "
        "[checks](checks.md)."
    )
    facts = table(
        ["", ""],
        [
            ("entry-point group", f"`{hookspecs.GROUP}`; the number is the version of the contract"),
            ("entry-point name", "the plan id"),
            ("hooks", ", ".join(f"`{name}`" for name in found)),
        ],
    )
    return page("Hooks · 钩子", intro, facts, *(_hook(name, found[name]) for name in found))


def _hook(name: str, function: object) -> str:
    assert callable(function)
    heading = f"## `{name}{inspect.signature(function)}`".replace("'", "")
    text = inspect.getdoc(function) or ""
    before, _, block = text.partition("::\n")
    code = inspect.cleandoc(block)
    shown = f"\n\n```python\n{code}\n```" if code else ""
    return f"{heading}\n\n{before.strip().rstrip(':')}{':' if code else ''}{shown}"
