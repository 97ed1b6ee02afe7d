"""What the generated pages share: tables, first sentences, attribute lists of docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

__all__ = ["GENERATED", "attributes", "cell", "code", "first_sentence", "fixed", "page", "table"]

GENERATED = "<!-- written by docs/generate.py; change the source it names, then run it again -->"


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join([f"# {title}", GENERATED, *(part.strip("\n") for part in parts)]) + "\n"


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; a line break or bar inside a cell is kept harmless."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def cell(value: object) -> str:
    """Return a value as one cell."""
    return " ".join(str(value).split()).replace("|", "\\|")


def code(text: str) -> str:
    """Return `text` as code, whatever marks it holds."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def fixed(text: str, language: str = "text") -> str:
    """Return a block of text as it is."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


def first_sentence(documented: object) -> str:
    """Return the first paragraph of a docstring as one line."""
    text = inspect.getdoc(documented) or ""
    return _ticks(" ".join(text.split("\n\n")[0].split()))


def attributes(documented: object) -> dict[str, str]:
    """Return the ``Attributes:`` (or ``Args:``) of a docstring: name → sentence."""
    text = inspect.getdoc(documented) or ""
    found: dict[str, str] = {}
    block = re.search(r"^(?:Attributes|Args):\n((?:[ ]{4}.*\n?|\n)+)", text, re.MULTILINE)
    name = ""
    for line in (block[1] if block else "").splitlines():
        start = re.match(r"    (\w+): (.*)", line)
        if start:
            name = start[1]
            found[name] = start[2]
        elif name and line.strip():
            found[name] += f" {line.strip()}"
    return {name: _ticks(text) for name, text in found.items()}


def _ticks(text: str) -> str:
    """Return docstring text as Markdown: ``x`` becomes `x`."""
    return text.replace("``", "`")
