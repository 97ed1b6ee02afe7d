"""Width in terminal cells: Chinese characters take two, and help text has to count that.

click wraps by characters, so a 60-column terminal gets Chinese lines of 118 cells. What is here measures,
pads and wraps by cells, and `CellFormatter` makes click's help pages with it.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from click import HelpFormatter, formatting

from mutualplans.cli.language import t

__all__ = ["CLOSING", "OPENING", "CellFormatter", "cells", "pad", "wrap"]

CLOSING = frozenset("，。、；：？！）］｝」』】〕》〉〗％‰℃…”’·～")
"""Characters that never begin a line."""

OPENING = frozenset("（［｛「『【〔《〈〖“‘￥")
"""Characters that never end a line."""

_ASCII_CLOSING = frozenset(",.;:?!)]}%")
_MARGIN = 2
_LEAST_WIDTH = 20
_WIDEST = 80


@lru_cache(maxsize=4096)
def _char_cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes: wide characters 2, combining and invisible ones 0.

    Characters of ambiguous width (such as ``—`` and ``·``) count 1, as in rich and wcwidth.
    """
    return len(text) if text.isascii() else sum(map(_char_cells, text))


def pad(text: str, width: int) -> str:
    """Return `text` with spaces after it up to `width` cells; unchanged where it is already that wide."""
    return text + " " * (width - cells(text))


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Break one paragraph into lines of at most `width` cells, every line beginning with `indent`.

    Chinese breaks between any two characters, except that closing punctuation stays with what is before it
    and an opening bracket with what is after it. ASCII words stay whole. Only a piece wider than a whole line
    is cut. White space counts as one space, and as nothing where a line break stands between Chinese
    characters.

    Args:
        text: The paragraph.
        width: Cells of a line, `indent` included; at least two cells are used for text.
        indent: What every line begins with.

    Returns:
        The lines; one line of nothing but `indent` for an empty text.
    """
    return _fill(_pieces(_one_line(text)), width, indent)


def _fill(pieces: Iterable[tuple[str, str]], width: int, indent: str) -> list[str]:
    """Put as many pieces on each line as there is room for."""
    room = max(width - cells(indent), 2)
    lines: list[str] = []
    line = ""
    for space, piece in pieces:
        joined = f"{line}{space}{piece}" if line else piece
        if cells(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _cut(piece, room)
        lines.extend(full)
    lines.append(line)
    return [indent + line for line in lines]


def _one_line(text: str) -> str:
    """Join the lines of a paragraph; Chinese needs no space where the source had a line break."""
    joined = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        tight = joined and _char_cells(joined[-1]) == 2 and _char_cells(line[0]) == 2
        joined += line if tight or not joined else f" {line}"
    return re.sub(r"[ \t]+", " ", joined)


def _pieces(text: str) -> Iterable[tuple[str, str]]:
    """Split into pieces that must stay together, each with the space before it."""
    space, piece = "", ""
    for index, char in enumerate(text):
        before = text[index - 1] if index else ""
        after = text[index + 1] if index + 1 < len(text) else ""
        if char == " " and piece and before not in OPENING and after not in CLOSING:
            yield space, piece
            space, piece = " ", ""
        elif piece and before != " " and char != " " and _breaks(before, char):
            yield space, piece
            space, piece = "", char
        else:
            piece += char
    if piece:
        yield space, piece


def _breaks(before: str, after: str) -> bool:
    """Tell whether a line may end between two characters that have no space between them."""
    if before in OPENING or after in CLOSING or _char_cells(after) == 0:
        return False
    if _char_cells(before) == 2:
        return after not in _ASCII_CLOSING
    return _char_cells(after) == 2 and before not in "([{"


def _cut(piece: str, room: int) -> list[str]:
    """Cut a piece that is wider than a line; the last part may be shorter than a line."""
    parts = []
    while cells(piece) > room:
        most = next(end for end in range(1, len(piece) + 1) if cells(piece[: end + 1]) > room)
        kept = (
            end
            for end in range(most, 0, -1)
            if piece[end] not in CLOSING and piece[end - 1] not in OPENING and _char_cells(piece[end])
        )
        end = next(kept, most)
        parts.append(piece[:end])
        piece = piece[end:]
    return [*parts, piece]


def _paragraphs(text: str) -> Iterable[tuple[str, bool, list[str]]]:
    r"""Split help text at empty lines: (indent, kept as it is, lines), with click's ``\b`` as the mark."""
    for block in re.split(r"\n[ \t]*\n", text.expandtabs().strip("\n")):
        lines = block.splitlines()
        if not lines:
            continue
        if lines[0].strip() == "\b":
            yield "", True, lines[1:]
        else:
            yield " " * (len(lines[0]) - len(lines[0].lstrip(" "))), False, lines


def _wrap_text(text: str, width: int, indent: str = "") -> list[str]:
    """Wrap several paragraphs, with an empty line between them."""
    result: list[str] = []
    for more, kept, lines in _paragraphs(text):
        if result:
            result.append("")
        if not kept:
            result += wrap("\n".join(lines), width, indent + more)
            continue
        for line in lines:
            if cells(indent + line) <= width:
                result.append((indent + line).rstrip())
                continue
            own = indent + " " * (len(line) - len(line.lstrip(" ")))
            first, *rest = wrap(line, width - 2, own)
            result += [first, *(f"  {part}" for part in rest)]
    return result


class CellFormatter(HelpFormatter):
    """click's help formatter, measured in terminal cells: no line is wider than the terminal."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        """Take the width of the terminal, at most `max_width` (80) cells; `width` overrides both."""
        if width is None:
            width = formatting.FORCED_WIDTH
        if width is None:
            columns = min(shutil.get_terminal_size().columns, max_width or _WIDEST)
            width = max(columns - _MARGIN, _LEAST_WIDTH)
        super().__init__(indent_increment, width, max_width)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line: the arguments beside the program's name, or below it where that is narrow."""
        prefix = t("用法：", "Usage: ") if prefix is None else prefix
        indent = " " * self.current_indent
        start = indent + prefix + prog
        words = [(" ", word) for word in args.split()]
        beside = cells(start) + 1
        if args and self.width - beside >= min(cells(args), 20):
            first, *rest = _fill(words, self.width, " " * beside)
            self._write_lines([f"{start} {first.lstrip()}", *rest])
            return
        self._write_lines(wrap(start, self.width))
        if args:
            self._write_lines(_fill(words, self.width, f"{indent}    "))

    def write_heading(self, heading: str) -> None:
        """Write a heading with the colon of the language."""
        self._write_lines(wrap(heading + t("：", ":"), self.width, " " * self.current_indent))

    def write_text(self, text: str) -> None:
        """Write paragraphs at the current indentation."""
        self._write_lines(_wrap_text(text, self.width, " " * self.current_indent))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms and their descriptions in two columns; a wide term stands on a line of its own."""
        rows = list(rows)
        indent = " " * self.current_indent
        most = min(col_max, max(self.width // 2 - self.current_indent - col_spacing, 4))
        column = min(max((cells(first) for first, _ in rows), default=0), most)
        beside = self.current_indent + column + col_spacing
        for first, second in rows:
            lines = _wrap_text(second, self.width, " " * beside)
            if lines and cells(first) <= column:
                lines[0] = indent + pad(first, column + col_spacing) + lines[0].lstrip(" ")
                self._write_lines(lines)
            else:
                self._write_lines([*wrap(first, self.width, indent), *lines])

    def _write_lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(f"{line}\n")
