"""Documents on the terminal and in files: text that fits, Markdown, one HTML page, or the rows of their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from mutualplans.cli.common import columns, fitted
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import print_table, say
from mutualplans.cli.width import cells, wrap
from mutualplans.documents.model import Document, Heading, Side
from mutualplans.engine.ruledata import Grid, Line

__all__ = ["document_text", "file_option", "print_document", "print_side", "save_document"]

_Function = TypeVar("_Function", bound=Callable[..., object])

_LEAST_COLUMN = 28
"""Cells that a column of sentences needs to be read with ease; more columns go into a further table."""


def file_option(function: _Function) -> _Function:
    """Add ``-o``: the command receives `file`, a path for `save_document`, or ``None``."""
    return click.option(
        "-o",
        "--output",
        "file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help=t(
            "存成文件，格式看后缀：.html（可打印）、.md、.xlsx、.csv。",
            "Write a file; its ending decides: .html (to print), .md, .xlsx, .csv.",
        ),
    )(function)


def document_text(document: Document, output_format: str) -> str:
    """Return a document as ``md`` or ``html``."""
    from mutualplans.documents.markdown import markdown
    from mutualplans.documents.page import html

    return {"md": markdown, "html": html}[output_format](document)


def save_document(
    path: Path, document: Document, headers: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Write a document, or its rows, to a file whose ending says how.

    Raises:
        MutualPlansError: the file cannot be written, or its name ends otherwise.
    """
    from mutualplans.files.table_problems import unknown_kind
    from mutualplans.files.write_tables import write_table, write_text
    from mutualplans.model.problem import MutualPlansError

    ending = path.suffix.lower()
    if ending in (".md", ".html"):
        write_text(path, document_text(document, ending[1:]))
    elif ending in (".xlsx", ".csv"):
        write_table(path, headers, rows)
    else:
        raise MutualPlansError(unknown_kind(path, "“.html”, “.md”, “.xlsx”, “.csv”"))
    say(f"已写成 {path}", f"wrote {path}")


# ---------------------------------------------------------------- text


def print_document(document: Document, output_format: str) -> None:
    """Print a document to stdout as ``md``, ``html``, or else as text that fits the terminal."""
    if output_format in ("md", "html"):
        click.echo(document_text(document, output_format), nl=False)
        return
    for line in (document.title, *document.under):
        _paragraph(line)
    label = ""
    for block in document.blocks:
        if isinstance(block, Line):
            _sentence(block, follows=label)
            label = block.label
            continue
        label = ""
        if isinstance(block, Heading):
            _heading(block)
        elif isinstance(block, Side):
            click.echo()
            print_side(block)
        else:
            _grid(block)


def _heading(heading: Heading) -> None:
    part = f"\n  {t(f'【{heading.text}】', heading.text)}"
    click.echo(part if heading.level > 2 else f"\n{heading.text}")


def _sentence(line: Line, *, follows: str) -> None:
    """Print a sentence; one with the label of the line before stands below it."""
    label = line.in_words(lang())[: -len(line.text)] if line.label else ""
    shown = " " * cells(label) if label and line.label == follows else label
    _paragraph(line.text, "  " + shown)


def _paragraph(text: str, start: str = "") -> None:
    """Print one paragraph, its further lines below the first one's text."""
    width = columns()
    indent = " " * min(cells(start), width // 2)
    first, *rest = wrap(text, width, indent)
    click.echo(start + first[len(indent) :])
    for line in rest:
        click.echo(line)


def _grid(grid: Grid) -> None:
    """Print a table that fits, its headers counted."""
    click.echo(f"\n{grid.title}")
    print_table("", grid.headers, fitted([grid.headers, *grid.rows], columns())[1:])


def print_side(side: Side) -> None:
    """Print as many columns side by side as can be read, then the next ones."""
    most = max((columns() - 14) // _LEAST_COLUMN, 1)
    for start in range(1, len(side.headers), most):
        if start > 1:
            click.echo()
        place = slice(start, start + most)
        rows = [[row[0], *map(_spaced, row[place])] for row in side.rows]
        headers, *fitting = fitted([[side.headers[0], *side.headers[place]], *rows], columns())
        print_table("", headers, fitting)


def _spaced(cell: str) -> str:
    """Return a cell with an empty line below it, and a sign before each sentence of several."""
    lines = cell.split("\n")
    return ("\n".join(f"- {line}" for line in lines) if len(lines) > 1 else cell) + "\n "
