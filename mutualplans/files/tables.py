"""Tables that people made, in CSV or Excel: read strictly, doubts reported, nothing dropped or guessed."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem

if TYPE_CHECKING:  # openpyxl is imported where it is used: it takes longer than reading a CSV
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Cell", "Row", "Table", "read_table", "write_table"]

_TEXT_FILES = (".csv", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm")
_DELIMITERS = (",", "\t", ";")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HANZI = re.compile("[\u4e00-\u9fff]")
_NOT_DATA = re.compile(
    "(?:本页|本单位|全部)?(合计|总计|小计|共计|制表人|填表人|审核人)"
    r"(?:人数|金额|人民币)?(?:[:：(（\d¥￥].*|(?<=[表核]人).*)?",
    re.DOTALL,
)
_FORMULA_PART = re.compile(rb"<(\w+:)?f[\s/>]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_CONTROL = {code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)}
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_576
_WIDEST_COLUMN = 60


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
    """

    headers: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    problems: tuple[Problem, ...]
    encoding: str
    source: str

    def where(self, row: int, column: str = "") -> str:
        """Return a place in this table for `Problem.where`, such as ``roster.csv:5:证件号``."""
        return _place(self.source, row, column)


@frozen
class _Grid:
    """A sheet or text file before its header is known; `faults` and `merged` have 1-based keys."""

    lines: list[tuple[Cell, ...]]
    encoding: str
    source: str
    faults: dict[tuple[int, int], str] = Factory(dict)
    merged: dict[int, str] = Factory(dict)


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
        raise MutualPlansError(_unknown_kind(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MutualPlansError(_unreadable(path, error)) from error
    if suffix in _WORKBOOKS:
        return _arranged(_workbook_grid(data, path, sheet, known), known)
    return _arranged(_text_grid(data, path, encoding, known), known)


def write_table(path: str | Path, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table to ``.csv`` or ``.xlsx``; an older file stays whole until the new one is complete.

    All cells of a workbook are text, so ID numbers stay whole and nothing becomes a formula. CSV is UTF-8
    with a mark, as Excel needs; cells that Excel would take for formulas get a ``'`` in front, plain numbers
    do not. Excel damages ID numbers when it opens a CSV: write plain ID numbers to ``.xlsx``. Control
    characters show as symbols (``␀``) in a workbook, which cannot hold them.

    Raises:
        MutualPlansError: the file cannot be written, or its name ends otherwise.
        TypeError: a cell is not a string.
        ValueError: a row has another number of cells than the header, or is too much for Excel.
    """
    path = Path(path)
    writer = {".csv": _write_csv, ".xlsx": _write_workbook}.get(path.suffix.lower())
    if writer is None:
        raise MutualPlansError(_unknown_kind(path, "“.csv”, “.xlsx”"))
    lines = [tuple(headers), *map(tuple, rows)]
    for number, line in enumerate(lines, 1):
        _check_line(number, line, len(headers))
    _replace(path, lambda file: writer(file, lines))


# Text files


def _text_grid(data: bytes, path: Path, encoding: str | None, known: Mapping[str, str]) -> _Grid:
    text, found = _decoded(data, path, encoding)
    lines: list[tuple[Cell, ...]] = []
    try:
        for record in _records(text, _delimiter(text, known)):
            lines.append(tuple(Cell(value.strip()) for value in record))  # noqa: PERF401 - an error counts them
    except csv.Error as error:
        raise MutualPlansError(_bad_quotes(path, len(lines) + 1, error)) from error
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
            raise MutualPlansError(_unknown_encoding(path, name)) from error
        if "\0" in text:
            failures[name] = len(text[: text.index("\0")].encode(name))
            continue
        return text.removeprefix("\ufeff"), name
    raise MutualPlansError(_undecodable(path, failures))


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
    return _Grid(lines, "xlsx", f"{path}!{name}", faults, _merged_rows(chosen))


def _chosen_sheet(
    sheets: Mapping[str, Worksheet], path: Path, sheet: str | None, known: Mapping[str, str]
) -> str:
    if sheet is not None:
        if sheet not in sheets:
            raise MutualPlansError(_unknown_sheet(path, sheet, sheets))
        return sheet
    names = [name for name, found in sheets.items() if _has_header(found, known)] or list(sheets)[:1]
    if len(names) != 1:
        raise MutualPlansError(_several_sheets(path, names))
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
        raise MutualPlansError(_unreadable_workbook(path, data)) from error
    return {found.title: found for found in book.worksheets}


def _has_header(sheet: Worksheet, known: Mapping[str, str]) -> bool:
    return any(_is_header(map(_text, row), known) for row in sheet.iter_rows(values_only=True))


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
        if _text(sheet.cell(merge.min_row, merge.min_col).value):  # merged empty cells hide nothing
            for row in range(merge.min_row, merge.max_row + 1):
                merged[row] = f"{merged[row]}, {merge.coord}" if row in merged else merge.coord
    return merged


def _cell(value: object) -> Cell:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(_text(value), number=number, value=value)


def _text(value: object) -> str:
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


def _arranged(grid: _Grid, known: Mapping[str, str]) -> Table:
    at = next((i for i, line in enumerate(grid.lines, 1) if _is_header((c.text for c in line), known)), 0)
    if not at:
        return Table((), (), (_no_header(grid, known),), grid.encoding, grid.source)
    names = [known.get(_squeezed(cell.text), cell.text) for cell in grid.lines[at - 1]]
    columns = {name: index for index, name in enumerate(names) if name and names.count(name) == 1}
    problems = [*_above_header(grid, at), *_header_problems(grid, at, names, known)]
    rows = []
    for number, line in enumerate(grid.lines[at:], at + 1):
        found = _line_problems(grid, number, line, names)
        problems.extend(found)
        if not found and any(cell.text for cell in line):
            cells = {name: line[i] if i < len(line) else Cell() for name, i in columns.items()}
            rows.append(Row(number, cells))
    return Table(tuple(columns), tuple(rows), tuple(problems), grid.encoding, grid.source)


def _is_header(names: Iterable[str], known: Mapping[str, str]) -> bool:
    squeezed = {_squeezed(name) for name in names} - {""}
    return len(squeezed & known.keys()) >= min(2, len(known)) if known else bool(squeezed)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _above_header(grid: _Grid, at: int) -> list[Problem]:
    above = [number for number, line in enumerate(grid.lines[: at - 1], 1) if any(cell.text for cell in line)]
    return [
        problem(
            "table.above-header",
            f"第 {number} 行在表头之上，当作标题，不作数据",
            f"row {number} is above the header: taken for a title, not for data",
            where=_place(grid.source, number),
            severity="note",
        )
        for number in above
    ]


def _header_problems(grid: _Grid, at: int, names: list[str], known: Mapping[str, str]) -> list[Problem]:
    found = [_merged(grid, at)] if at in grid.merged else []
    for name, times in Counter(filter(None, names)).items():
        if times > 1:
            letters = [_letter(i) for i, other in enumerate(names, 1) if other == name]
            found.append(_duplicate(grid, at, name, letters, needed=_squeezed(name) in known))
    for (row, column), fault in grid.faults.items():
        if row == at:
            found.append(_fault(grid, row, _letter(column), fault))
    return found


def _line_problems(grid: _Grid, number: int, line: tuple[Cell, ...], names: list[str]) -> list[Problem]:
    word = next(filter(None, (_NOT_DATA.fullmatch(_squeezed(cell.text)) for cell in line)), None)
    if word:
        return [_set_aside(grid, number, word[1])]
    if number in grid.merged:
        return [_merged(grid, number)]
    found = []
    for column, cell in enumerate(line, 1):
        name = names[column - 1] if column <= len(names) else ""
        letter = _letter(column)
        if cell.text and not name:
            found.append(_no_header_above(grid, number, letter))
        elif (number, column) in grid.faults:
            found.append(_fault(grid, number, name or letter, grid.faults[number, column]))
    return found


def _letter(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _place(source: str, row: int, column: str = "") -> str:
    return f"{source}:{row}:{column}" if column else f"{source}:{row}"


# Writing


def _check_line(number: int, line: tuple[object, ...], width: int) -> None:
    if len(line) != width:
        message = f"row {number} has {len(line)} cells; the header has {width}"
        raise ValueError(message)
    for column, value in enumerate(line, 1):
        if not isinstance(value, str):
            message = f"row {number}, column {column}: cells are text; found {type(value).__name__}"
            raise TypeError(message)


def _write_csv(file: IO[bytes], lines: list[tuple[str, ...]]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    csv.writer(text).writerows([_no_formula(value) for value in line] for line in lines)
    text.detach()  # flushes, and leaves the file to its owner


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(text) else text


def _write_workbook(file: IO[bytes], lines: list[tuple[str, ...]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    _check_room(lines)
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    for column, width in enumerate(_widths(lines), 1):
        sheet.column_dimensions[_letter(column)].width = width
    sheet.freeze_panes = "A2"
    for line in lines:
        cells = [WriteOnlyCell(sheet, value.translate(_CONTROL)) for value in line]
        for cell in cells:
            cell.data_type = "s"  # openpyxl takes a text that begins with "=" for a formula
            cell.number_format = "@"  # and Excel would, as soon as the cell is edited
        sheet.append(cells)
    book.save(file)


def _check_room(lines: list[tuple[str, ...]]) -> None:
    if len(lines) > _MOST_ROWS:
        message = f"a sheet holds {_MOST_ROWS} rows; found {len(lines)}"
        raise ValueError(message)
    longest = max((len(value) for line in lines for value in line), default=0)
    if longest > _LONGEST_CELL:
        message = f"a cell holds {_LONGEST_CELL} characters; found {longest}"
        raise ValueError(message)


def _widths(lines: list[tuple[str, ...]]) -> list[int]:
    columns = zip(*lines, strict=True)
    return [min(max(map(_cells_wide, column)) + 2, _WIDEST_COLUMN) for column in columns]


def _cells_wide(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def _replace(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            write(file)
        os.replace(temporary, path)
    except OSError as error:
        raise MutualPlansError(_unwritable(path, error)) from error
    finally:
        temporary.unlink(missing_ok=True)


# Problems of single rows


def _no_header(grid: _Grid, known: Mapping[str, str]) -> Problem:
    names = "、".join(known.values())
    return problem(
        "table.no-header",
        f"没有表头行：应有一行至少包含其中两个列名：{names}" if known else "表是空的，没有表头行",
        f"no header row: expected a row with at least two of: {names}" if known else "the table is empty",
        where=grid.source,
        hint_zh="在数据上方加一行列名；列名不同时，先改成上面的写法",
        hint_en="put a row of column names above the data, spelled as listed",
    )


def _duplicate(grid: _Grid, row: int, name: str, letters: list[str], *, needed: bool) -> Problem:
    places = ", ".join(letters)
    return problem(
        "table.duplicate-header",
        f"列名“{name}”出现在 {places} 列，这几列都不读取",
        f'the column name "{name}" stands in columns {places}; none of them is read',
        where=_place(grid.source, row, name),
        hint_zh="改名或删去多余的列",
        hint_en="rename or delete the columns that are too many",
        severity="error" if needed else "warning",
    )


def _set_aside(grid: _Grid, row: int, word: str) -> Problem:
    return problem(
        "table.not-data",
        f"第 {row} 行有“{word}”，不作数据",
        f'row {row} has "{word}": set aside, not taken for data',
        where=_place(grid.source, row),
        severity="note",
    )


def _merged(grid: _Grid, row: int) -> Problem:
    return problem(
        "table.merged-cells",
        f"第 {row} 行有合并单元格（{grid.merged[row]}），此行未读取",
        f"row {row} has merged cells ({grid.merged[row]}); it is not read",
        where=_place(grid.source, row),
        hint_zh="取消合并，每个单元格各填自己的内容",
        hint_en="unmerge the cells and fill in each of them",
    )


def _no_header_above(grid: _Grid, row: int, letter: str) -> Problem:
    return problem(
        "table.cell-without-header",
        f"第 {row} 行 {letter} 列有内容，但表头没有这一列，此行未读取",
        f"row {row} has a cell in column {letter}, which has no header; the row is not read",
        where=_place(grid.source, row, letter),
        hint_zh="检查此行是否多了分隔符；若确有此列，在表头补上列名",
        hint_en="look for a delimiter too many in the row, or name the column in the header",
    )


def _fault(grid: _Grid, row: int, column: str, fault: str) -> Problem:
    if fault == "formula":
        return problem(
            "table.formula-without-value",
            f"第 {row} 行“{column}”是公式，文件里没有算出的值，此行未读取",
            f'row {row}, "{column}": a formula whose value is not in the file; the row is not read',
            where=_place(grid.source, row, column),
            hint_zh="用 Excel 打开并保存一次，或把公式粘贴为数值",
            hint_en="open and save the file in Excel, or paste the formula as a value",
        )
    return problem(
        "table.error-value",
        f"第 {row} 行“{column}”是 Excel 错误值或超出范围的日期，此行未读取",
        f'row {row}, "{column}": an Excel error value or a date out of range; the row is not read',
        where=_place(grid.source, row, column),
        hint_zh="在 Excel 中改正这个单元格",
        hint_en="mend the cell in Excel",
    )


# Problems of whole files


def _unknown_kind(path: Path, kinds: str = "“.csv”, “.tsv”, “.txt”, “.xlsx”, “.xlsm”") -> Problem:
    return problem(
        "table.file-kind",
        f"文件名以“{path.suffix}”结尾，应为 {kinds}",
        f'the file name ends in "{path.suffix}"; expected {kinds}',
        where=str(path),
        hint_zh="在 Excel 中另存为 .xlsx",
        hint_en="save it as .xlsx in Excel",
    )


def _unreadable(path: Path, error: OSError) -> Problem:
    return problem(
        "table.unreadable",
        f"读不了文件：{error.strerror}",
        f"the file cannot be read: {error.strerror}",
        where=str(path),
        hint_zh="检查路径和权限",
        hint_en="check the path and its permissions",
    )


def _unwritable(path: Path, error: OSError) -> Problem:
    return problem(
        "table.unwritable",
        f"写不了文件：{error.strerror}；原有文件未改动",
        f"the file cannot be written: {error.strerror}; an existing one is unchanged",
        where=str(path),
        hint_zh="检查文件夹和权限；文件若在 Excel 中打开，先关闭",
        hint_en="check the folder and its permissions; close the file if Excel has it open",
    )


def _unreadable_workbook(path: Path, data: bytes) -> Problem:
    is_old = data.startswith(b"\xd0\xcf\x11\xe0")
    return problem(
        "table.workbook",
        "不是可读的 .xlsx 工作簿" + ("：是加密的或旧式 .xls 文件" if is_old else ""),
        "this is no readable .xlsx workbook" + (": it is encrypted or an old .xls file" if is_old else ""),
        where=str(path),
        hint_zh="用 Excel 打开，去掉密码，另存为 .xlsx",
        hint_en="open it in Excel, remove the password, and save it as .xlsx",
    )


def _unknown_sheet(path: Path, sheet: str, sheets: Iterable[str]) -> Problem:
    names, close = "、".join(sheets), nearest(sheet, sheets)
    return problem(
        "table.unknown-sheet",
        f"没有工作表“{sheet}”；有：{names}",
        f'there is no sheet "{sheet}"; there are: {names}',
        where=str(path),
        hint_zh=f"是不是“{close}”？" if close else "从已有的工作表中选一个",
        hint_en=f'did you mean "{close}"?' if close else "choose one of the sheets there are",
    )


def _several_sheets(path: Path, names: list[str]) -> Problem:
    listed = "、".join(names)
    return problem(
        "table.several-sheets",
        f"有 {len(names)} 个工作表带表头（{listed}），不知读哪一个",
        f"{len(names)} sheets have a header row ({listed}); which one is meant is open",
        where=str(path),
        hint_zh="指明工作表，或只保留一个",
        hint_en="name the sheet, or keep only one",
    )


def _unknown_encoding(path: Path, name: str) -> Problem:
    return problem(
        "table.unknown-encoding",
        f"没有名为“{name}”的文字编码",
        f'there is no text encoding "{name}"',
        where=str(path),
        hint_zh="常用的是 utf-8 和 gb18030（含 GBK）",
        hint_en="the usual ones are utf-8 and gb18030 (which includes GBK)",
    )


def _undecodable(path: Path, failures: Mapping[str, int]) -> Problem:
    zh = "；".join(f"从第 {start + 1} 个字节起不是 {name} 文字" for name, start in failures.items())
    en = "; ".join(f"from byte {start + 1} on it is not {name} text" for name, start in failures.items())
    return problem(
        "table.encoding",
        zh,
        en,
        where=str(path),
        hint_zh="用 Excel 打开，核对文字后另存为“CSV UTF-8”或 .xlsx；若知道编码，可以指明",
        hint_en='open it in Excel, look at the text, save it as "CSV UTF-8" or .xlsx; or name its encoding',
    )


def _bad_quotes(path: Path, row: int, error: csv.Error) -> Problem:
    return problem(
        "table.quotes",
        f"从第 {row} 行起引号不成对或单元格过长，无法分列（{error}）",
        f"from row {row} on quotes do not match or a cell is too long: it cannot be split ({error})",
        where=_place(str(path), row),
        hint_zh="检查这一行的双引号；单元格内的双引号要写两个",
        hint_en="look at the double quotes in that row; inside a cell each is written twice",
    )
