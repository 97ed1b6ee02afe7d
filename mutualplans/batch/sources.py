"""Files as chunks of cells: CSV, workbooks and Parquet, read piece by piece, nothing interpreted yet."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from attrs import Factory, define, field, frozen

from mutualplans.files import table_problems as wrong
from mutualplans.files.tables import as_text
from mutualplans.model.problem import MutualPlansError, Problem, problem

__all__ = ["Chunk", "Source", "open_source"]

_TEXT_FILES = (".csv", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm")
_TABLES = (".parquet",)
_DELIMITERS = (",", "\t", ";")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BLOCK = 1 << 22
_HEAD = 1 << 18
"""Characters in which the header row has to be."""
_HEAD_ROWS = 200
_ROWS = 50_000
"""Rows of a workbook, or of a text file with quotes, that are in Python objects at a time."""
_HANZI = re.compile("[\u4e00-\u9fff]")
_FORMULA_PART = re.compile(rb"<(\w+:)?f[\s/>]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')

Knows = Callable[[str], bool]


@frozen(kw_only=True)
class Chunk:
    """Some rows of a file.

    Attributes:
        rows: Row numbers as a person sees them.
        cells: One array for each header; texts, or in Parquet whatever the column holds.
        odd: Row number → what is wrong with the form of the row; such rows are not to be used.
        wide: Row number → all cells of a row of a text file that has something beyond the header.
        damaged: (header, row number) of cells in which a workbook keeps a long number as a number.
    """

    rows: pa.Array
    cells: list[pa.Array]
    odd: dict[int, Problem] = Factory(dict)
    wide: dict[int, Sequence[str]] = Factory(dict)
    damaged: frozenset[tuple[int, int]] = frozenset()


@define(eq=False)
class Source:
    """A file whose header is known.

    Attributes:
        path: The file.
        name: The file, and the sheet of a workbook, as problems name it.
        headers: The headers, in their order; empty ones included.
        header_row: Row number of the header; 0 where the file has none (Parquet).
        encoding: Of a text file; ``xlsx`` and ``parquet`` for the others.
        chunks: Reads the rows below.
        types: Arrow types by header of a typed file; empty where all cells are texts.
        size: Number of rows where it is known without reading them.
        head: The cells of the rows from the first to the header; empty for a workbook.
    """

    path: Path
    name: str
    headers: list[str]
    header_row: int
    encoding: str
    chunks: Callable[[], Iterator[Chunk]]
    types: list[pa.DataType] = field(factory=list)
    size: int | None = None
    head: list[list[str]] = field(factory=list)


def open_source(
    path: str | Path, knows: Knows, *, encoding: str | None = None, sheet: str | None = None
) -> Source:
    """Open a table and find its header: the first row with two names that `knows` knows.

    Args:
        path: ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xlsm`` or ``.parquet``.
        knows: Whether a header is known.
        encoding: Of a text file. By default its byte order mark decides, then strict UTF-8, then strict GB18030.
        sheet: Of a workbook; by default the only one with a header row.

    Raises:
        MutualPlansError: the file cannot be read, is cut off, or has no header row.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    openers: dict[str, Callable[[], Source]] = {
        **dict.fromkeys(_TEXT_FILES, lambda: _text(path, knows, encoding)),
        **dict.fromkeys(_WORKBOOKS, lambda: _workbook(path, knows, sheet)),
        **dict.fromkeys(_TABLES, lambda: _parquet(path)),
    }
    if suffix not in openers:
        raise MutualPlansError(wrong.unknown_kind(path, "、".join(f"“{kind}”" for kind in openers)))
    try:
        return openers[suffix]()
    except OSError as error:
        raise MutualPlansError(wrong.unreadable(path, error)) from error


# ---------------------------------------------------------------- text files


@frozen
class _Scan:
    encoding: str
    quotes: bool
    head: str


def _text(path: Path, knows: Knows, encoding: str | None) -> Source:
    scan = _scanned(path, encoding)
    delimiter, line, head = _header(scan.head, path, knows)
    record, headers = len(head), [name.strip() for name in head[-1]]
    plain = not scan.quotes and scan.encoding != "utf-16"
    if plain:

        def chunks() -> Iterator[Chunk]:
            return _arrow_chunks(path, scan.encoding, delimiter, line, len(headers))
    else:

        def chunks() -> Iterator[Chunk]:
            return _python_chunks(path, scan.encoding, delimiter, record, len(headers))

    return Source(path, str(path), headers, record, scan.encoding, chunks, head=head)


def _scanned(path: Path, encoding: str | None) -> _Scan:
    """Decode a whole text file strictly, piece by piece, to learn what it is before anything of it is used."""
    with path.open("rb") as file:
        begin = file.read(4)
    marked = next((name for mark, name in _MARKS if begin.startswith(mark)), None)
    only = encoding or marked
    failures: dict[str, int] = {}
    for name in [only] if only else ["utf-8", "gb18030"]:
        try:
            found = _decodes(path, name, failures)
        except LookupError as error:
            raise MutualPlansError(wrong.unknown_encoding(path, name)) from error
        if isinstance(found, _Scan):
            return found
        if found and name == "utf-8":
            break  # damaged UTF-8: GB18030 would read nearly any bytes, as wrong characters
    raise MutualPlansError(wrong.undecodable(path, failures))


def _decodes(path: Path, name: str, failures: dict[str, int]) -> _Scan | bool:
    """Return what a file is in an encoding, or whether it had Chinese characters before it failed to be that."""
    decoder = codecs.getincrementaldecoder(name)()
    head, quotes, hanzi, done = "", False, False, 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                failures[name] = done - pending + error.start
                before = error.object[: error.start]
                return hanzi or (name == "utf-8" and bool(_HANZI.search(before.decode("utf-8"))))
            if "\0" in text:
                failures[name] = done - pending + len(text[: text.index("\0")].encode(name))
                return hanzi
            head += text[: max(_HEAD - len(head), 0)]
            quotes = quotes or '"' in text
            hanzi = hanzi or bool(_HANZI.search(text))
            done += len(block)
            if not block:
                return _Scan(name, quotes, head.removeprefix("\ufeff"))


def _header(head: str, path: Path, knows: Knows) -> tuple[str, int, list[list[str]]]:
    """Return delimiter and physical line of the header, and the rows from the first to it."""
    best: tuple[int, str, int, list[list[str]]] = (0, ",", 0, [])
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        rows: list[list[str]] = []
        for record in islice(reader, _HEAD_ROWS):
            rows.append(record)
            if (known := sum(map(knows, record))) >= 2:
                best = max(best, (known, delimiter, reader.line_num, rows))
                break
    if not best[0]:
        raise MutualPlansError(_no_header(str(path), empty=not head.strip()))
    return best[1:]


def _no_header(name: str, *, empty: bool) -> Problem:
    return problem(
        "batch.no-header",
        "表是空的" if empty else "没有表头行：应有一行至少包含两个认得的列名",
        "the table is empty" if empty else "no header row: expected a row with at least two known names",
        where=name,
        hint_zh="列名见批量表说明；结算系统导出的列名可以用 --map 对照",
        hint_en="see the columns of batch tables; names of another system are mapped with --map",
    )


def _arrow_chunks(path: Path, encoding: str, delimiter: str, line: int, width: int) -> Iterator[Chunk]:
    """Read a text file without any quote: every delimiter and line end is one."""
    odd: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        odd.append((row.number, row.text))
        return "skip"

    names = [f"{number}" for number in range(width)]
    reader = pa.csv.open_csv(
        path,
        pa.csv.ReadOptions(
            use_threads=False,  # rows of a wrong width are numbered only so
            block_size=_BLOCK,
            skip_rows=line,
            column_names=names,
            encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        ),
        pa.csv.ParseOptions(
            delimiter=delimiter, quote_char=False, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
        ),
    )
    number = line + 1
    passed = 0
    for batch in reader:
        skipped = {row for row, _text in odd[passed:]}
        rows = list(islice((row for row in count(number) if row not in skipped), len(batch)))
        number = rows[-1] + 1 if rows else number
        here = [(row, text) for row, text in odd[passed:] if row < number]
        passed += len(here)
        yield Chunk(rows=pa.array(rows, pa.int64()), cells=batch.columns)
        if here:
            yield _uneven([(row, text.split(delimiter)) for row, text in here], width, str(path))
    if odd[passed:]:
        yield _uneven([(row, text.split(delimiter)) for row, text in odd[passed:]], width, str(path))


def _uneven(records: Sequence[tuple[int, Sequence[str]]], width: int, name: str) -> Chunk:
    """Return records of any width as a chunk: missing cells are empty, a filled one too many is a problem."""
    odd, wide = {}, {}
    lines = []
    for number, record in records:
        if len(record) == width:
            lines.append(record)
            continue
        more = next((place for place, text in enumerate(record) if place >= width and text.strip()), None)
        if more is not None:
            odd[number] = wrong.no_header_above(name, number, wrong.letter(more + 1))
            wide[number] = record
        lines.append([*record[:width], *[""] * (width - len(record))])
    columns = zip(*lines, strict=True) if lines else [[] for _ in range(width)]
    return Chunk(
        rows=pa.array([number for number, _record in records], pa.int64()),
        cells=[pa.array(column, pa.string()) for column in columns],
        odd=odd,
        wide=wide,
    )


def _python_chunks(path: Path, encoding: str, delimiter: str, record: int, width: int) -> Iterator[Chunk]:
    """Read a text file with quotes by the strict rules of the standard library."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number, waiting = 0, []
        try:
            for number, cells in enumerate(reader, 1):
                if number > record:
                    waiting.append((number, cells))
                if len(waiting) == _ROWS:
                    yield _uneven(waiting, width, str(path))
                    waiting = []
        except csv.Error as error:
            raise MutualPlansError(wrong.bad_quotes(path, number + 1, error)) from error
        yield _uneven(waiting, width, str(path))


# ---------------------------------------------------------------- workbooks


def _workbook(path: Path, knows: Knows, sheet: str | None) -> Source:
    with _book(path, values=True) as book:
        names = [found.title for found in book.worksheets]
        if sheet is not None and sheet not in names:
            raise MutualPlansError(wrong.unknown_sheet(path, sheet, names))
        found = {name: at for name in ([sheet] if sheet else names) if (at := _header_row(book[name], knows))}
    if not found:
        raise MutualPlansError(_no_header(str(path), empty=False))
    if len(found) > 1:
        raise MutualPlansError(wrong.several_sheets(path, list(found)))
    name, (number, headers) = next(iter(found.items()))
    source = f"{path}!{name}"
    return Source(
        path, source, headers, number, "xlsx", lambda: _sheet_chunks(path, name, number, len(headers))
    )


@contextmanager
def _book(path: Path, *, values: bool) -> Iterator[Any]:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and drop-down lists are not read here
            book = load_workbook(path, read_only=True, data_only=values)
    except OSError:
        raise
    except Exception as error:  # a damaged file makes openpyxl raise whatever its parts raise
        with path.open("rb") as file:
            begin = file.read(8)
        raise MutualPlansError(wrong.unreadable_workbook(path, begin)) from error
    with closing(book):
        yield book


def _header_row(sheet: Any, knows: Knows) -> tuple[int, list[str]] | None:
    sheet.reset_dimensions()  # some programs write wrong ones
    for number, row in enumerate(sheet.iter_rows(max_row=_HEAD_ROWS, values_only=True), 1):
        names = [as_text(value) for value in row]
        if sum(map(knows, names)) >= 2:
            while names and not names[-1]:
                names.pop()
            return number, names
    return None


def _sheet_chunks(path: Path, name: str, header: int, width: int) -> Iterator[Chunk]:
    try:
        yield from _read_sheet(path, name, header, width)
    except (zipfile.BadZipFile, EOFError, SyntaxError, KeyError) as error:  # found only on the way
        raise MutualPlansError(wrong.unreadable_workbook(path, b"")) from error


def _read_sheet(path: Path, name: str, header: int, width: int) -> Iterator[Chunk]:
    with ExitStack() as books:
        yield from _rows_of(path, name, header, width, books)


def _rows_of(path: Path, name: str, header: int, width: int, books: ExitStack) -> Iterator[Chunk]:
    sheet = books.enter_context(_book(path, values=True))[name]
    sheet.reset_dimensions()
    part = sheet._worksheet_path
    with zipfile.ZipFile(path) as parts:
        merged = _merged(_spread(parts, part))
        formulas = any(_FORMULA_PART.search(block) for block in _spread(parts, part))
    below = sheet.iter_rows(min_row=header + 1)
    written: Iterator[Any] = iter(())
    if formulas:
        other = books.enter_context(_book(path, values=False))[name]
        other.reset_dimensions()
        written = other.iter_rows(min_row=header + 1)
    records: list[tuple[int, list[str]]] = []
    odd: dict[int, Problem] = {}
    damaged: set[tuple[int, int]] = set()
    held: dict[str, bool] = {}
    for number, row in enumerate(below, header + 1):
        formulas_here = next(written, ()) if formulas else ()
        texts = [as_text(cell.value) for cell in row]
        records.append((number, texts))
        if fault := _cell_fault(row, formulas_here, f"{path}!{name}", number):
            odd[number] = fault
        for area, first, column in merged.get(number, ()):
            if first == number:
                held[area] = column <= len(texts) and bool(texts[column - 1])
            if held.get(area):
                odd[number] = wrong.merged(f"{path}!{name}", number, area)
        damaged |= {
            (place, number)
            for place, cell in enumerate(row)
            if len(texts[place]) >= 15 and isinstance(cell.value, int | float)
        }
        if len(records) == _ROWS:
            yield _sheet_chunk(records, width, f"{path}!{name}", odd, damaged)
            records, odd, damaged = [], {}, set()
    yield _sheet_chunk(records, width, f"{path}!{name}", odd, damaged)


def _sheet_chunk(
    records: list[tuple[int, list[str]]],
    width: int,
    name: str,
    odd: dict[int, Problem],
    damaged: set[tuple[int, int]],
) -> Chunk:
    chunk = _uneven(records, width, name)
    return Chunk(rows=chunk.rows, cells=chunk.cells, odd={**chunk.odd, **odd}, damaged=frozenset(damaged))


def _cell_fault(row: Sequence[Any], formulas: Sequence[Any], name: str, number: int) -> Problem | None:
    for place, cell in enumerate(row, 1):
        if cell.value is not None and cell.data_type == "e":
            return wrong.fault(name, number, wrong.letter(place), "error")
    for place, cell in enumerate(formulas, 1):
        value = row[place - 1] if place <= len(row) else None
        if cell.data_type == "f" and (value is None or (value.value is None and value.data_type != "str")):
            return wrong.fault(name, number, wrong.letter(place), "formula")
    return None


def _spread(parts: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part of a workbook in pieces that overlap, so that no short pattern is cut."""
    with parts.open(part) as file:
        before = b""
        while block := file.read(_BLOCK):
            yield before + block
            before = block[-200:]


def _merged(blocks: Iterator[bytes]) -> dict[int, list[tuple[str, int, int]]]:
    """Return row → (range, first row, first column) of the merged cells that reach into it."""
    found: dict[int, list[tuple[str, int, int]]] = {}
    seen = set()
    for block in blocks:
        for left, first, right, last in _MERGED.findall(block):
            area = f"{left.decode()}{int(first)}:{right.decode()}{int(last)}"
            if area in seen:
                continue
            seen.add(area)
            column = 0
            for letter in left.decode():
                column = column * 26 + ord(letter) - ord("A") + 1
            for number in range(int(first), int(last) + 1):
                found.setdefault(number, []).append((area, int(first), column))
    return found


# ---------------------------------------------------------------- Parquet


def _parquet(path: Path) -> Source:
    with path.open("rb"):  # what keeps a file from being opened is said by the system, not by Arrow
        pass
    try:
        # With `pre_buffer` all that was read would stay in memory.
        file = pa.parquet.ParquetFile(path, pre_buffer=False)
        schema = file.schema_arrow
        if numbered := _numbered(file):
            file = pa.parquet.ParquetFile(path, pre_buffer=False, read_dictionary=numbered)
    except (pa.ArrowException, OSError) as error:
        raise MutualPlansError(_cut_off(path)) from error
    return Source(
        path,
        str(path),
        list(schema.names),
        0,
        "parquet",
        lambda: _parquet_chunks(path, file),
        types=list(schema.types),
        size=file.metadata.num_rows,
        head=[list(schema.names)],
    )


def _numbered(file: pa.parquet.ParquetFile) -> list[str]:
    """Return the columns of texts that the file holds as numbers: they are read as such, and each text once."""
    about = file.metadata
    if not about.num_row_groups:
        return []
    group = about.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    return [
        column.path_in_schema
        for column in columns
        if column.path_in_schema in file.schema_arrow.names  # else it is part of a list
        and column.physical_type == "BYTE_ARRAY"
        and "RLE_DICTIONARY" in column.encodings
        and column.total_uncompressed_size < _BYTES_OF_A_NUMBER * column.num_values
    ]


_BYTES_OF_A_NUMBER = 3
"""Up to so many bytes a row a column holds few different texts."""


def _parquet_chunks(path: Path, file: Any) -> Iterator[Chunk]:
    number = 1
    try:
        for batch in file.iter_batches(batch_size=1 << 17):
            yield Chunk(rows=pa.array(np.arange(number, number + len(batch))), cells=batch.columns)
            number += len(batch)
    except (pa.ArrowException, OSError) as error:
        raise MutualPlansError(_cut_off(path)) from error


def _cut_off(path: Path) -> Problem:
    return problem(
        "batch.parquet",
        "不是完整的 Parquet 文件：可能被截断，或在传送中损坏",
        "this is no whole Parquet file: it may be cut off or damaged",
        where=str(path),
        hint_zh="重新导出或重新传送，核对文件大小",
        hint_en="export or copy it again and compare the size",
    )
