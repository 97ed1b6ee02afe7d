"""``function-leaf.md``: what cannot be said, and the Python function that stands in for it."""

from __future__ import annotations

import importlib
import inspect

from docs.pages.cookbook import FILES, TITLES, recipes
from docs.pages.markdown import fixed, page, table

__all__ = ["function_leaf"]


def function_leaf() -> str:
    """Return the page."""
    intro = (
        "规则里写不成公式的，用一个 Python 函数代替：`mp.computed`。它照样精确计算、照样解释，但规则读不出来，限额要由您保证。\n\n"
        "A rule that no formula says is said by a Python function, a *leaf* of the formula: `mp.computed`. Look into the "
        "[phrase book](phrasebook.md) and the [cookbook](cookbook/index.md) first, and count what the leaf costs."
    )
    return page(
        "What cannot be said, and the function leaf · 写不成公式的规则",
        intro,
        _not_yet(),
        _way_out(),
        _leaf(),
        _example(),
    )


def _not_yet() -> str:
    rows = [
        (item.feature, item.said.removeprefix("**not yet**").strip(" :;"))
        for heading, _title in TITLES.values()
        for item in recipes()[heading]
        if item.said.startswith("**not yet**")
    ]
    if not rows:
        return (
            "## What cannot be said yet\n\nOf the features of the rules that were read, none: the whole table is "
            "[what can be said](expressiveness.md), with the one that uses the leaf."
        )
    return (
        "## What cannot be said yet\n\nOf the rules that were read, these; the whole table is [what can be said](expressiveness.md). "
        "A leaf does not help where a fact is missing that the core does not keep.\n\n"
        + table(["feature", "what is missing"], rows)
    )


def _way_out() -> str:
    return (
        "## First: enter the fact\n\n"
        "Much that cannot be *found out* can be *entered*: a field of the plan's own is asked for in rosters, claim files and "
        "forms, is reported when it is missing, and stands in the explanation.\n\n"
        + fixed(
            "import mutualplans as mp\n\n"
            'average = mp.field("unit", "average_age", mp.Kind.COUNT, "单位平均年龄", "average age of the unit")',
            "python",
        )
        + "\n\nThat is how a decision by people is said too: an amount that a committee grants is a field, and the plan checks "
        "its limits with `.within(value.least, value.most).because(…)`."
    )


def _leaf() -> str:
    return (
        "## Then: the function leaf\n\n"
        "`mp.computed(function, *inputs, gives=kind, zh=…, en=…, least=0, most=…)`\n\n"
        + table(
            ["you promise", "what it is for"],
            [
                (
                    "`function` gets plain values (fen, counts, rates as `Fraction`, dates …) and returns one of kind `gives`",
                    "money stays whole fen: a function that gives money returns an `int`, never a float",
                ),
                (
                    "it is total: it raises nothing for any input; it reads nothing else: no clock, file, random number",
                    "both sides of a choice are computed, and an old receipt is replayed to the same amount",
                ),
                (
                    "`least` and `most` bound what it returns",
                    "the proof that a payment has a cap starts from them",
                ),
                (
                    "`zh` (and `en`) say what it stands for",
                    "rule text and explanation name it, and what it reads",
                ),
            ],
        )
        + "\n\nWhat you keep: exact amounts, explanations with the values that went in and came out, missing inputs reported "
        "(the function is not called then). What you lose: `plans` cannot say *how* it counts, the check lists it "
        "(`formula.opaque`), and the bounds are promised instead of proved."
    )


def _example() -> str:
    uses = [
        (item, test)
        for heading, _title in TITLES.values()
        for item in recipes()[heading]
        if item.said.startswith("**uses the leaf**")
        for test in item.tests
    ]
    parts = []
    for item, (place, name) in uses:
        module = importlib.import_module(f"tests.expressiveness.{FILES[place]}")
        function = getattr(module, f"test_{name}")
        parts.append(
            f"## The one use: {item.feature}\n\n{' '.join((inspect.getdoc(function) or '').split())} It is a recipe of the "
            f"[cookbook](cookbook/{place}.md), and its function is\n\n"
            + fixed(inspect.getsource(module.until_31_march), "text")
        )
    return "\n\n".join(parts)
