"""Tables that people made, in CSV or Excel: read strictly, doubts reported, nothing dropped or guessed."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from mutualplans.files import table_problems as wrong
from mutualplans.model.problem import MutualPlansError, Problem

if TYPE_CHECKING:  # openpyxl is imported where it is used: it takes longer than reading a CSV
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "MAYBE_NOT_DATA",
    "NOT_DATA",
    "Cell",
    "Heading",
    "Row",
    "Table",
    "as_text",
    "heading",
    "read_table",
]

_TEXT_FILES = (".csv", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm")
_DELIMITERS = (",", "\t", ";")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HANZI = re.compile("[\u4e00-\u9fff]")
NOT_DATA = re.compile(
    "(?:本页|本单位|全部)?(合计|总计|小计|共计|制表人|填表人|审核人)"
    r"(?:人数|金额|人民币)?(?:[:：(（\d¥￥].*|(?<=[表核]人).*)?",
    re.DOTALL,
)
"""Cells of rows that are no data: sums and signatures, compared without white space."""
_SPACE = r"[\s\pZ\x0b\x1c-\x1f\x85]*"
MAYBE_NOT_DATA = "|".join(map(_SPACE.join, ("合计", "总计", "小计", "共计", "制表人", "填表人", "审核人")))
"""What each of them holds, as Arrow's regular expressions say it: found in more texts than those, in none less."""
_FORMULA_PART = re.compile(rb"<(\w+:)?f[\s/>]")


@frozen
class Cell:
    """One cell as it was stored; its repr shows no content, which may be somebody's ID number.

    Attributes:
        text: The content without space around it; dates as ``2024-02-29``, Excel's whole numbers as digits.
        number: Whether Excel stored a number, which damages ID numbers. Always false in CSV and for dates.
        value: The Python value that Excel's cell held; None for an empty cell and in CSV.
    """

    text: str = field(default="", repr=False)
    number: bool = False
    value: object = field(default=None, repr=False)


@frozen
class Row:
    """One row of data.

    Attributes:
        number: Row number as Excel shows it, from 1, header included. A CSV row with a line break inside
            quotes counts once.
        cells: A cell for every header; an empty one where the row was shorter.
    """

    number: int
    cells: Mapping[str, Cell] = field(repr=False)


@frozen
class Table:
    """What was read: good rows, and a problem for everything that is not in them.

    Attributes:
        headers: Names of the columns that can be read, in their order.
        rows: Rows without a problem of form; their content is not checked.
        problems: Everything set aside, and why.
        encoding: Of a text file, as found; ``xlsx`` for a workbook.
        source: The file, and the sheet of a workbook: ``roster.xlsx!名单``.
        refused: Row number → the errors of each row of data that was set aside.
        sheet: The sheet of a workbook; empty for a text file.
    """

    headers: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    problems: tuple[Problem, ...]
    encoding: str
    source: str
    refused: Mapping[int, tuple[Problem, ...]] = field(factory=dict)
    sheet: str = ""

    def where(self, row: int, column: str = "") -> str:
        """Return a place in this table for `Problem.where`, such as ``roster.csv:5:证件号``."""
        return wrong.place(self.source, row, column)


@frozen
class _Grid:
    """A sheet or text file before its header is known; `faults` and `merged` have 1-based keys."""

    lines: list[tuple[Cell, ...]]
    encoding: str
    source: str
    faults: dict[tuple[int, int], str] = Factory(dict)
    merged: dict[int, str] = Factory(dict)
    sheet: str = ""


def read_table(
    path: str | Path, *, known_headers: Iterable[str], encoding: str | None = None, sheet: str | None = None
) -> Table:
    """Read a table from ``.csv``, ``.tsv``, ``.txt``, ``.xlsx`` or ``.xlsm``.

    The header is the first row with at least two of `known_headers` (one where only one is known, the first
    row that is not blank where none is), compared without white space. Rows with problems of form are set
    aside and reported; without a header row there are no rows.

    Args:
        path: The file.
        known_headers: Names that a header row may have; a header gets their spelling.
        encoding: Of a text file. By default its byte order mark decides, then strict UTF-8, then strict
            GB18030.
        sheet: Of a workbook. By default the only sheet with a header row.

    Raises:
        MutualPlansError: the file cannot be read at all, or which sheet is meant is open.
    """
    path = Path(path)
    known = {_squeezed(name): name for name in known_headers}
    suffix = path.suffix.lower()
    if suffix not in _TEXT_FILES + _WORKBOOKS:
        raise MutualPlansError(wrong.unknown_kind(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MutualPlansError(wrong.unreadable(path, error)) from error
    if suffix in _WORKBOOKS:
        return _arranged(_workbook_grid(data, path, sheet, known), known)
    return _arranged(_text_grid(data, path, encoding, known), known)


# Text files


def _text_grid(data: bytes, path: Path, encoding: str | None, known: Mapping[str, str]) -> _Grid:
    text, found = _decoded(data, path, encoding)
    lines: list[tuple[Cell, ...]] = []
    try:
        for record in _records(text, _delimiter(text, known)):
            lines.append(tuple(Cell(value.strip()) for value in record))  # noqa: PERF401 - an error counts them
    except csv.Error as error:
        raise MutualPlansError(wrong.bad_quotes(path, len(lines) + 1, error)) from error
    return _Grid(lines, found, str(path))


def _delimiter(text: str, known: Mapping[str, str]) -> str:
    """Return the delimiter by which the header line has most of the known names; a comma without header."""
    found = {delimiter: _header_size(text, delimiter, known) for delimiter in _DELIMITERS}
    return max(found, key=lambda delimiter: found[delimiter])


def _header_size(text: str, delimiter: str, known: Mapping[str, str]) -> int:
    try:
        header = next((record for record in _records(text, delimiter) if _is_header(record, known)), [])
    except csv.Error:  # another delimiter may fit; when none does, reading the file reports it
        return 0
    return sum(_squeezed(name) in known for name in header) if known else len(header)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    # Strict: otherwise one quote left open swallows the rest of the file into a single cell.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _decoded(data: bytes, path: Path, encoding: str | None) -> tuple[str, str]:
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    only = encoding or marked
    failures: dict[str, int] = {}
    for name in [only] if only else ["utf-8", "gb18030"]:
        try:
            text = data.decode(name)
        except UnicodeDecodeError as error:
            failures[name] = error.start
            if name == "utf-8" and _HANZI.search(data[: error.start].decode("utf-8")):
                break  # damaged UTF-8: GB18030 would read nearly any bytes, as wrong characters
            continue
        except LookupError as error:
            raise MutualPlansError(wrong.unknown_encoding(path, name)) from error
        if "\0" in text:
            failures[name] = len(text[: text.index("\0")].encode(name))
            continue
        return text.removeprefix("\ufeff"), name
    raise MutualPlansError(wrong.undecodable(path, failures))


# Workbooks


def _workbook_grid(data: bytes, path: Path, sheet: str | None, known: Mapping[str, str]) -> _Grid:
    sheets = _sheets(data, path, values=True)
    name = _chosen_sheet(sheets, path, sheet, known)
    chosen = sheets[name]
    faults = dict.fromkeys(_cells_of_type(chosen, "e"), "error")
    if _has_formulas(data):
        formulas = _cells_of_type(_sheets(data, path, values=False)[name], "f")
        faults |= {place: "formula" for place in formulas if _has_no_value(chosen.cell(*place))}
    lines = [tuple(_cell(value) for value in row) for row in chosen.iter_rows(values_only=True)]
    return _Grid(lines, "xlsx", f"{path}!{name}", faults, _merged_rows(chosen), name)


def _chosen_sheet(
    sheets: Mapping[str, Worksheet], path: Path, sheet: str | None, known: Mapping[str, str]
) -> str:
    if sheet is not None:
        if sheet not in sheets:
            raise MutualPlansError(wrong.unknown_sheet(path, sheet, sheets))
        return sheet
    names = [name for name, found in sheets.items() if _has_header(found, known)] or list(sheets)[:1]
    if len(names) != 1:
        raise MutualPlansError(wrong.several_sheets(path, names))
    return names[0]


def _cells_of_type(sheet: Worksheet, data_type: str) -> list[tuple[int, int]]:
    return [
        (row, column)
        for row, cells in enumerate(sheet.iter_rows(), 1)
        for column, cell in enumerate(cells, 1)
        if cell.data_type == data_type
    ]


def _sheets(data: bytes, path: Path, *, values: bool) -> dict[str, Worksheet]:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # openpyxl warns about styles and drop-down lists it drops; neither is read here.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), data_only=values)
    except Exception as error:  # a damaged file makes openpyxl raise whatever its parts raise
        raise MutualPlansError(wrong.unreadable_workbook(path, data)) from error
    return {found.title: found for found in book.worksheets}


def _has_header(sheet: Worksheet, known: Mapping[str, str]) -> bool:
    return any(_is_header(map(as_text, row), known) for row in sheet.iter_rows(values_only=True))


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [name for name in parts.namelist() if "worksheets/" in name]
        return any(_FORMULA_PART.search(parts.read(name)) for name in sheets)


def _has_no_value(cell: Any) -> bool:
    # A formula that gave an empty text also reads as None, but keeps the type "str" of its result.
    return cell.value is None and cell.data_type != "str"


def _merged_rows(sheet: Worksheet) -> dict[int, str]:
    merged: dict[int, str] = {}
    for merge in sheet.merged_cells.ranges:
        if as_text(sheet.cell(merge.min_row, merge.min_col).value):  # merged empty cells hide nothing
            for row in range(merge.min_row, merge.max_row + 1):
                merged[row] = f"{merged[row]}, {merge.coord}" if row in merged else merge.coord
    return merged


def _cell(value: object) -> Cell:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(as_text(value), number=number, value=value)


def as_text(value: object) -> str:
    """Return what an Excel cell holds as text, without space around it; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


# From lines to a table


@frozen
class Heading:
    """The header of a table: what each column is called, and what the rows below it are read by.

    Attributes:
        source: The file, and the sheet of a workbook.
        names: A name for each column of the file; empty where the header has none.
        columns: Name → place of the columns that can be read: a name that stands twice cannot.
        problems: What is wrong with the header, and what stands above it.
        number: Its row number.
    """

    source: str
    names: tuple[str, ...]
    columns: Mapping[str, int]
    problems: tuple[Problem, ...]
    number: int

    def row(
        self, number: int, line: tuple[Cell, ...], grid: _Grid | None = None
    ) -> Row | tuple[Problem, ...]:
        """Return a line as a row, or why it is none: nothing at all is wrong with a blank one."""
        found = _line_problems(grid or _Grid([], "", self.source), number, line, self.names)
        if found or not any(cell.text for cell in line):
            return tuple(found)
        return Row(
            number, {name: line[at] if at < len(line) else Cell() for name, at in self.columns.items()}
        )

    def rows(
        self, lines: Iterable[tuple[int, tuple[Cell, ...]]], grid: _Grid | None = None
    ) -> tuple[list[Row], list[Problem], dict[int, tuple[Problem, ...]]]:
        """Return the rows among numbered lines, what is wrong with the form of others, and which are refused for it."""
        rows: list[Row] = []
        problems: list[Problem] = []
        refused: dict[int, tuple[Problem, ...]] = {}
        for number, line in lines:
            found = self.row(number, line, grid)
            if isinstance(found, Row):
                rows.append(found)
                continue
            problems.extend(found)
            if errors := tuple(item for item in found if item.severity == "error"):
                refused[number] = errors
        return rows, problems, refused


def heading(lines: Sequence[Sequence[str]], source: str, known_headers: Iterable[str]) -> Heading | None:
    """Return the header of a text, the last of some lines, or ``None`` where that is none.

    Args:
        lines: The cells of the lines from the first to the header.
        source: The file.
        known_headers: As for `read_table`.
    """
    known = {_squeezed(name): name for name in known_headers}
    grid = _Grid([tuple(Cell(text.strip()) for text in line) for line in lines], "", source)
    return _heading(grid, known)


def _heading(grid: _Grid, known: Mapping[str, str]) -> Heading | None:
    at = next((i for i, line in enumerate(grid.lines, 1) if _is_header((c.text for c in line), known)), 0)
    if not at:
        return None
    names = tuple(known.get(_squeezed(cell.text), cell.text) for cell in grid.lines[at - 1])
    columns = {name: index for index, name in enumerate(names) if name and names.count(name) == 1}
    problems = (*_above_header(grid, at), *_header_problems(grid, at, names, known))
    return Heading(grid.source, names, columns, problems, at)


def _arranged(grid: _Grid, known: Mapping[str, str]) -> Table:
    head = _heading(grid, known)
    if head is None:
        nothing = (wrong.no_header(grid.source, known),)
        return Table((), (), nothing, grid.encoding, grid.source, sheet=grid.sheet)
    rows, problems, refused = head.rows(enumerate(grid.lines[head.number :], head.number + 1), grid)
    told = (*head.problems, *problems)
    return Table(tuple(head.columns), tuple(rows), told, grid.encoding, grid.source, refused, grid.sheet)


def _is_header(names: Iterable[str], known: Mapping[str, str]) -> bool:
    squeezed = {_squeezed(name) for name in names} - {""}
    return len(squeezed & known.keys()) >= min(2, len(known)) if known else bool(squeezed)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _above_header(grid: _Grid, at: int) -> list[Problem]:
    above = [number for number, line in enumerate(grid.lines[: at - 1], 1) if any(cell.text for cell in line)]
    return [wrong.above_header(grid.source, number) for number in above]


def _header_problems(grid: _Grid, at: int, names: Sequence[str], known: Mapping[str, str]) -> list[Problem]:
    found = [wrong.merged(grid.source, at, grid.merged[at])] if at in grid.merged else []
    for name, times in Counter(filter(None, names)).items():
        if times > 1:
            letters = [wrong.letter(i) for i, other in enumerate(names, 1) if other == name]
            found.append(wrong.duplicate(grid.source, at, name, letters, needed=_squeezed(name) in known))
    for (row, column), fault in grid.faults.items():
        if row == at:
            found.append(wrong.fault(grid.source, row, wrong.letter(column), fault))
    return found


def _line_problems(grid: _Grid, number: int, line: tuple[Cell, ...], names: Sequence[str]) -> list[Problem]:
    word = next(filter(None, (NOT_DATA.fullmatch(_squeezed(cell.text)) for cell in line)), None)
    if word:
        return [wrong.set_aside(grid.source, number, word[1])]
    if number in grid.merged:
        return [wrong.merged(grid.source, number, grid.merged[number])]
    found = []
    for column, cell in enumerate(line, 1):
        name = names[column - 1] if column <= len(names) else ""
        letter = wrong.letter(column)
        if cell.text and not name:
            found.append(wrong.no_header_above(grid.source, number, letter))
        elif (number, column) in grid.faults:
            found.append(wrong.fault(grid.source, number, name or letter, grid.faults[number, column]))
    return found
