"""Documents as one HTML page: nothing is loaded from elsewhere; it prints on A4 and reads on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from mutualplans.documents.model import Document, Heading, Side
from mutualplans.engine.ruledata import Grid, Line
from mutualplans.model.text import Lang

__all__ = ["html"]

_ADDRESS = re.compile(r"https?://[^\s，。；、（）&<>\"']+(?:&amp;[^\s，。；、（）&<>\"']+)*")
_MARK = {"zh": re.compile(r"［[^［］]*］"), "en": re.compile(r" \[[^\[\]]*\]")}
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], "\N{REPLACEMENT CHARACTER}")
_MANY_COLUMNS = 3
"""Tables with more columns are cards on a phone, a row each."""


def html(document: Document) -> str:
    """Return a document as a whole page. Nothing that it says is read as HTML."""
    wide = any(isinstance(block, Side) for block in document.blocks)
    body = "\n".join(_blocks(document))
    under = "".join(f'\n<p class="under">{_text(item, document.lang)}</p>' for item in document.under)
    lang = {"zh": "zh-CN", "en": "en"}[document.lang]
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_plain(document.title)}</title>\n<style>\n{_style(wide=wide)}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{_plain(document.title)}</h1>{under}\n{body}\n</main>\n</body>\n</html>\n"
    )


def _style(*, wide: bool) -> str:
    style = files("mutualplans.documents").joinpath("page.css").read_text("utf-8")
    return f"@page {{ size: A4{' landscape' if wide else ''}; margin: 14mm; }}\n{style}"


def _plain(text: str) -> str:
    return escape(text.translate(_CONTROL))


def _text(text: str, lang: Lang) -> str:
    """Return a sentence: lines apart, addresses as links, marks of open and assumed values set off."""
    found = _ADDRESS.sub(lambda address: f'<a href="{address[0]}">{address[0]}</a>', _plain(text))
    return _MARK[lang].sub(lambda mark: f'<span class="mark">{mark[0]}</span>', found).replace("\n", "<br>")


def _blocks(document: Document) -> Iterator[str]:
    """Yield the blocks; sentences that follow each other are one list, those with one label below each other."""
    sentences: list[Line] = []
    for block in document.blocks:
        if isinstance(block, Line):
            sentences.append(block)
            continue
        if sentences:
            yield _sentences(sentences, document.lang)
            sentences = []
        if isinstance(block, Heading):
            yield f"<h{block.level}>{_plain(block.text)}</h{block.level}>"
        elif isinstance(block, Side):
            yield _side(block, document.lang)
        else:
            yield _grid(block, document.lang)
    if sentences:
        yield _sentences(sentences, document.lang)


def _sentences(lines: list[Line], lang: Lang) -> str:
    items = []
    before = ""
    for line in lines:
        label = f"<dt>{_plain(line.label)}</dt>" if line.label and line.label != before else ""
        start = "<dd>" if line.label else '<dd class="alone">'
        items.append(f"{label}{start}{_text(line.text, lang)}</dd>")
        before = line.label
    return "<dl>\n" + "\n".join(items) + "\n</dl>"


def _grid(grid: Grid, lang: Lang) -> str:
    caption = f"<caption>{_text(grid.title, lang)}</caption>" if grid.title else ""
    cards = ' class="cards"' if len(grid.headers) > _MANY_COLUMNS else ""
    rows = "\n".join(
        "<tr>"
        + "".join(
            f'<td data-head="{_plain(head)}">{_text(cell, lang)}</td>'
            for head, cell in zip(grid.headers, row, strict=True)
        )
        + "</tr>"
        for row in grid.rows
    )
    return f"<table{cards}>{caption}\n<thead><tr>{_heads(grid.headers)}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _heads(headers: tuple[str, ...]) -> str:
    return "".join(f'<th scope="col">{_plain(head).replace(chr(10), "<br>")}</th>' for head in headers)


def _side(side: Side, lang: Lang) -> str:
    names = [head.partition("\n")[0] for head in side.headers]
    rows = "\n".join(
        f'<tr><th scope="row">{_plain(name)}</th>'
        + "".join(
            f'<td data-head="{_plain(head)}">{_paragraphs(cell, lang)}</td>'
            for head, cell in zip(names[1:], cells, strict=True)
        )
        + "</tr>"
        for name, *cells in side.rows
    )
    return f'<table class="cards side">\n<thead><tr>{_heads(side.headers)}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>'


def _paragraphs(cell: str, lang: Lang) -> str:
    return "".join(f"<p>{_text(line, lang)}</p>" for line in cell.split("\n"))
