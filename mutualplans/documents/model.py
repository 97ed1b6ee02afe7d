"""A document: headings, sentences and tables in the order they are read, in one language.

Whoever has something to print says it in these; `mutualplans.documents.markdown` and `mutualplans.documents.page`
write any of them, and the commands print them as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from attrs import frozen

from mutualplans.engine.ruledata import Grid, Line
from mutualplans.model.text import Lang

__all__ = ["Block", "Document", "Heading", "Side", "side_by_side"]


@frozen
class Heading:
    """A heading.

    Attributes:
        text: What it says.
        level: 2 for a section, 3 for a part of one; the title of the document is 1.
    """

    text: str
    level: int = 2


@frozen
class Side:
    """A table whose first column names what its other columns say, each of them one thing that is compared.

    A cell may hold several sentences, one a line.

    Attributes:
        headers: One text per column; lines of a header are shown below each other.
        rows: The cells, one for each header.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Heading | Line | Grid | Side


@frozen(kw_only=True)
class Document:
    """What is printed.

    Attributes:
        title: Its title.
        under: Sentences below the title.
        blocks: Headings, sentences and tables, in order.
        lang: Its language.
    """

    title: str
    under: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    lang: Lang


def side_by_side(
    first: str, heads: Iterable[str], rows: Iterable[tuple[str, Iterable[Iterable[str]]]]
) -> Side:
    """Return a table that puts things side by side.

    Args:
        first: What stands above the first column.
        heads: What is compared, a column each.
        rows: A row's name, and for each column the sentences of its cell.
    """
    headers = (first, *heads)
    return Side(headers, tuple((name, *("\n".join(cell) for cell in cells)) for name, cells in rows))
