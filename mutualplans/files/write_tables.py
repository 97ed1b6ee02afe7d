"""Tables that people open: CSV and Excel files whose cells stay text."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, TypeAlias

from mutualplans.files import table_problems as wrong
from mutualplans.files.whole import whole_file
from mutualplans.model.problem import MutualPlansError

__all__ = ["MOST_ROWS", "Cell", "no_formula", "workbook_cell", "write_table", "write_text"]

Cell: TypeAlias = str | Decimal | int
"""A text, an amount in yuan, or a whole number."""

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_CONTROL = {code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)}
_LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576
_WIDEST_COLUMN = 60


def write_table(path: str | Path, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table to ``.csv`` or ``.xlsx``; an older file stays whole until the new one is complete.

    Texts stay text in a workbook, so ID numbers stay whole and nothing becomes a formula; amounts (`Decimal`, in
    yuan) become numbers with two decimals, and whole numbers stay numbers, so that Excel can add them up. CSV is UTF-8
    with a mark, as Excel needs; cells that Excel would take for formulas get a ``'`` in front, plain numbers
    do not. Excel damages ID numbers when it opens a CSV: write plain ID numbers to ``.xlsx``. Control
    characters show as symbols (``␀``) in a workbook, which cannot hold them.

    Raises:
        MutualPlansError: the file cannot be written, or its name ends otherwise.
        TypeError: a cell is neither text nor an amount nor a whole number.
        ValueError: a row has another number of cells than the header, or is too much for Excel.
    """
    path = Path(path)
    writer = {".csv": _write_csv, ".xlsx": _write_workbook}.get(path.suffix.lower())
    if writer is None:
        raise MutualPlansError(wrong.unknown_kind(path, "“.csv”, “.xlsx”"))
    lines = [tuple(headers), *map(tuple, rows)]
    for number, line in enumerate(lines, 1):
        _check_line(number, line, len(headers))
    with whole_file(path) as temporary, temporary.open("wb") as file:
        writer(file, lines)


def _check_line(number: int, line: tuple[object, ...], width: int) -> None:
    if len(line) != width:
        message = f"row {number} has {len(line)} cells; the header has {width}"
        raise ValueError(message)
    for column, value in enumerate(line, 1):
        if isinstance(value, bool) or not isinstance(value, str | Decimal | int):
            message = f"row {number}, column {column}: cells are text, amounts Decimal, numbers whole; found {type(value).__name__}"
            raise TypeError(message)


def _write_csv(file: IO[bytes], lines: list[tuple[Cell, ...]]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    csv.writer(text).writerows([no_formula(str(value)) for value in line] for line in lines)
    text.detach()  # flushes, and leaves the file to its owner


def write_text(path: str | Path, text: str) -> None:
    """Write a text as UTF-8; an older file stays whole until the new one is complete.

    Raises:
        MutualPlansError: the file cannot be written.
    """
    with whole_file(Path(path)) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def no_formula(text: str) -> str:
    """Return a cell of a CSV so that Excel takes it for text; plain numbers stay as they are."""
    return f"'{text}" if text.startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(text) else text


def _write_workbook(file: IO[bytes], lines: list[tuple[Cell, ...]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    _check_room(lines)
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    for column, width in enumerate(_widths(lines), 1):
        sheet.column_dimensions[wrong.letter(column)].width = width
    sheet.freeze_panes = "A2"
    for line in lines:
        sheet.append([workbook_cell(WriteOnlyCell(sheet), value) for value in line])
    book.save(file)


def workbook_cell(cell: Any, value: Cell) -> Any:
    """Fill an openpyxl cell: a text stays text, an amount becomes a number with two decimals, a whole number stays one."""
    from openpyxl.styles import Alignment

    if isinstance(value, Decimal | int):
        cell.value = value
        if isinstance(value, Decimal):
            cell.number_format = "0.00"
        return cell
    cell.value = value.translate(_CONTROL)
    cell.data_type = "s"  # openpyxl takes a text that begins with "=" for a formula
    cell.number_format = "@"  # and Excel would, as soon as the cell is edited
    if "\n" in value or _cells_wide(value) > _WIDEST_COLUMN:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _check_room(lines: list[tuple[Cell, ...]]) -> None:
    if len(lines) > MOST_ROWS:
        message = f"a sheet holds {MOST_ROWS} rows; found {len(lines)}"
        raise ValueError(message)
    longest = max((len(str(value)) for line in lines for value in line), default=0)
    if longest > _LONGEST_CELL:
        message = f"a cell holds {_LONGEST_CELL} characters; found {longest}"
        raise ValueError(message)


def _widths(lines: list[tuple[Cell, ...]]) -> list[int]:
    columns = zip(*lines, strict=True)
    widest = [
        max(_cells_wide(line) for cell in column for line in str(cell).split("\n")) for column in columns
    ]
    return [min(width + 2, _WIDEST_COLUMN) for width in widest]


def _cells_wide(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)
