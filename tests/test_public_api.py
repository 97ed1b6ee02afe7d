"""The public names are a promise: this listing changes only on purpose."""

from __future__ import annotations

import inspect
from pathlib import Path

import mutualplans

LISTING = Path(__file__).with_name("public_api.txt")


def current() -> str:
    """Return every public name with its signature."""
    lines = []
    for name in mutualplans.__all__:
        value = getattr(mutualplans, name)
        signature = ""
        if (callable(value) and not isinstance(value, type)) or (
            isinstance(value, type) and name not in ("Kind", "Rounding")
        ):
            signature = str(inspect.signature(value))
        lines.append(f"{name}{signature}")
    return "\n".join(lines) + "\n"


def test_the_public_names_and_signatures_are_those_listed() -> None:
    """`tests/public_api.txt` lists what plan authors rely on; write it again when it changes on purpose."""
    assert LISTING.read_text(encoding="utf-8") == current()


def test_every_public_name_can_be_imported_and_explains_itself() -> None:
    """Each name loads, and each function and class has a docstring."""
    for name in mutualplans.__all__:
        value = getattr(mutualplans, name)
        documented = not (callable(value) or isinstance(value, type)) or bool(inspect.getdoc(value))

        assert documented, name


if __name__ == "__main__":
    LISTING.write_text(current(), encoding="utf-8")
