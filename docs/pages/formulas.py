"""``reference/formulas.md``: every public name of the package, and every method of a formula."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

import attrs

import mutualplans
from docs.pages.markdown import attributes, code, first_sentence, page, table
from mutualplans.plan.formula import Formula
from mutualplans.plan.vocabulary import Vocabulary

__all__ = ["formulas"]

_OPERATORS = {
    "__add__": ("a + b", "Two amounts or two counts added."),
    "__sub__": ("a - b", "Subtracted; may fall below 0, so for money mostly `a.less(b)` is meant."),
    "__mul__": ("a * b", "money × rate (rounded, visibly), money × count, count × count, rate × rate."),
    "__and__": ("a & b", "Both hold. Write this for `and`."),
    "__or__": ("a | b", "At least one holds. Write this for `or`."),
    "__invert__": ("~a", "Does not hold. Write this for `not`."),
}


def formulas() -> str:
    """Return the page."""
    intro = (
        "Plan authors write `import mutualplans as mp` and use `mp.<name>`; these names are the contract in code. "
        "What a formula reads stands in [fields](fields.md); how rules are said with it, in the "
        "[phrase book](../phrasebook.md)."
    )
    refused = (
        "`<`, `<=`, `>`, `>=`, `==`, `!=` with a plain value, and `and`, `or`, `not`, `if` are refused where they "
        "stand: they would hide the side of an edge, or be decided while the plan is declared."
    )
    return page(
        "Formulas and declarations · 公式与声明",
        intro,
        "## Names of the package\n\n" + table(["name", "meaning"], _names()),
        *_records(),
        "## Operators of a formula\n\n" + table(["written", "meaning"], _operators()) + "\n\n" + refused,
        "## Methods of a formula\n\n" + table(["method", "meaning"], _methods()),
        "## What has been paid: `mp.paid`\n\n"
        + table(["written", "meaning"], _members(mutualplans.paid, "paid")),
    )


def _names() -> Iterator[tuple[str, str]]:
    for name in mutualplans.__all__:
        yield _named(name, getattr(mutualplans, name))


def _named(name: str, value: Any) -> tuple[str, str]:
    if isinstance(value, Vocabulary):
        return code(f"mp.{name}"), f"The fields of the {name}: see [fields](fields.md#{name})."
    if name == "per":
        return code("mp.per"), "The periods: see [fields](fields.md#periods)."
    if name == "paid":
        return code("mp.paid"), "What has been paid: see below."
    if name == "hookimpl":
        return code(
            "@mp.hookimpl"
        ), "Marks the plugin's `register_plans`: see the [contract](../contract.md)."
    if inspect.isclass(value):
        return code(f"mp.{name}"), first_sentence(value)
    return code(f"mp.{name}{signature(value)}"), first_sentence(value)


class _Shown:
    """Something that a signature prints as it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def signature(function: Any, *, bound: bool = False) -> str:
    """Return a signature as an author would write it, without `self`."""
    found = inspect.signature(function)
    parameters = [
        item.replace(annotation=_annotation(item.annotation), default=_default(item.default))
        for item in found.parameters.values()
        if not (bound and item.name == "self")
    ]
    return str(found.replace(parameters=parameters, return_annotation=_annotation(found.return_annotation)))


def _annotation(found: Any) -> Any:
    return _Shown(found) if isinstance(found, str) else found


def _default(found: Any) -> Any:
    if isinstance(found, str):
        return _Shown(f'"{found}"')
    return _Shown(str(found)) if isinstance(found, Enum) else found


def _records() -> Iterator[str]:
    for name in ("Plan", "Benefit", "Waiting", "Merge", "Paper"):
        record = getattr(mutualplans, name)
        said = attributes(record)
        rows = [
            (f"`{item.name}`", "required" if item.default is attrs.NOTHING else "", said[item.name])
            for item in attrs.fields(record)
        ]
        yield f"## mp.{name}\n\n{first_sentence(record)}\n\n" + table(["argument", "", "meaning"], rows)


def _operators() -> Iterator[tuple[str, str]]:
    for name, (written, meaning) in _OPERATORS.items():
        assert name in vars(Formula)
        yield code(written), meaning


def _methods() -> Iterator[tuple[str, str]]:
    for name, found in vars(Formula).items():
        if name.startswith("_") or name == "node":
            continue
        if isinstance(found, property):
            yield code(f".{name}"), first_sentence(found)
        elif callable(found):
            yield code(f".{name}{signature(found, bound=True)}"), first_sentence(found)


def _members(holder: Any, name: str) -> Iterator[tuple[str, str]]:
    for member, found in vars(type(holder)).items():
        if isinstance(found, property):
            yield code(f"{name}.{member}"), first_sentence(found)
        elif callable(found) and not member.startswith("_"):
            yield code(f"{name}.{member}{signature(found, bound=True)}"), first_sentence(found)
