"""Documents as Markdown, of the kind that GitHub and most editors show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mutualplans.documents.model import Block, Document, Heading, Side
from mutualplans.engine.ruledata import Line
from mutualplans.model.text import Lang

__all__ = ["escaped", "markdown", "markdown_table"]

_SIGNS = re.compile(r"([\\`*\[\]<>|~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;))")
_AT_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+=](?=\s|$|[-=])|\d+(?=[.)](\s|$)))")
_BARE = re.compile(r"https?://[^\s，。；、（）]+")


def markdown(document: Document) -> str:
    """Return a document as Markdown, with a line break at its end. What it says is never read as a sign."""
    parts = [f"# {escaped(document.title)}", *map(escaped, document.under)]
    return "\n\n".join([*parts, *_parts(document)]) + "\n"


def markdown_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown, without a line break at its end."""

    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join("<br>".join(map(escaped, cell.split("\n"))) for cell in cells) + " |"

    return "\n".join([line(headers), "| " + " | ".join("---" for _ in headers) + " |", *map(line, rows)])


def escaped(text: str) -> str:
    """Return a sentence so that nothing in it is read as a sign of Markdown; addresses stay whole."""
    found, end = "", 0
    for address in _BARE.finditer(text):
        found += _SIGNS.sub(r"\\\1", text[end : address.start()]) + address[0].replace("|", "%7C")
        end = address.end()
    found += _SIGNS.sub(r"\\\1", text[end:])
    return _AT_START.sub(_harmless, found)


def _harmless(start: re.Match[str]) -> str:
    space, sign = start[1], start[2]
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def _parts(document: Document) -> Iterator[str]:
    """Yield headings, lists of sentences and tables; sentences that follow each other are one list."""
    sentences: list[str] = []
    for block in document.blocks:
        if isinstance(block, Line):
            sentences.append(_sentence(block, document.lang))
            continue
        if sentences:
            yield "\n".join(sentences)
            sentences = []
        yield from _part(block)
    if sentences:
        yield "\n".join(sentences)


def _part(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {escaped(block.text)}"
    elif isinstance(block, Line):
        message = "sentences are gathered to lists before"
        raise TypeError(message)
    else:
        if not isinstance(block, Side):
            yield from (f"**{escaped(title)}**" for title in (block.title,) if title)
        yield markdown_table(block.headers, block.rows)


def _sentence(line: Line, lang: Lang) -> str:
    return f"- {escaped(line.in_words(lang))}"
