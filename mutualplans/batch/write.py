"""Tables of a batch written to files: Parquet for programs, CSV and Excel for people; whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from attrs import define, field, frozen

from mutualplans.batch.ahead import ahead
from mutualplans.batch.columns import CODES
from mutualplans.batch.words import in_words
from mutualplans.engine.office import Office
from mutualplans.files import table_problems as wrong
from mutualplans.files.whole import whole_file
from mutualplans.files.write_tables import MOST_ROWS, workbook_cell
from mutualplans.model.decision import STATUSES
from mutualplans.model.masks import mask_digits, mask_handle
from mutualplans.model.problem import MutualPlansError, problem
from mutualplans.model.text import Lang, Text

__all__ = [
    "BENEFITS",
    "DECISIONS",
    "KINDS",
    "PROBLEMS",
    "RECEIPTS",
    "Sheet",
    "Writer",
    "cells_of",
    "check_kind",
    "parquet_schema",
    "shown",
    "writer",
]

KINDS = (".parquet", ".csv", ".xlsx")
"""Endings of the files that can be written."""

_AT_ONCE = 1 << 18
"""Rows that are written together."""
_FORMULA = r"^[=+\-@\t\r]"
_PLAIN_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_WHOLE_ID = r"^[0-9]{17}[0-9Xx]$"
_SHORTEST = 15
_SHORTEST_MASKED = 13
"""Bytes of the shortest text that is masked for its digits, 1.0123456789E."""
_SCIENTIFIC = r"\pN\.\pN{10,}[Ee]"
_CHINESE = r"[\p{Han}]"

How = Literal["text", "personal", "person", "money", "number", "date", "flag", "status"]


@frozen
class Column:
    """A column of a file: its name in Parquet, what people call it, and how it is shown to them."""

    name: str
    label: Text
    how: How = "text"


@frozen
class Sheet:
    """The columns of one kind of file."""

    columns: tuple[Column, ...]


_CLAIM = Column("claim", Text("申领编号", "claim"), "personal")
_PERSON = Column("person", Text("被保障人", "person"), "person")
_ROW = Column("row", Text("行号", "row"), "number")
_PLAN = Column("plan", Text("计划", "plan"))
_AMOUNT = Column("amount_fen", Text("金额（元）", "yuan"), "money")
_REASONS = Column("reasons", Text("原因代码", "reason codes"))
_WORDS = Column("words", Text("原因", "reasons"))

DECISIONS = Sheet(
    (
        _CLAIM,
        _PERSON,
        _ROW,
        _PLAN,
        Column("edition", Text("版次", "edition")),
        Column("status", Text("结果", "status"), "status"),
        _AMOUNT,
        _REASONS,
        _WORDS,
        Column("receipt", Text("回执", "receipt")),
    )
)
BENEFITS = Sheet(
    (
        _CLAIM,
        _PERSON,
        _ROW,
        _PLAN,
        Column("benefit", Text("项目", "benefit")),
        Column("accepted", Text("符合条件", "accepted"), "flag"),
        _AMOUNT,
        _REASONS,
        _WORDS,
        Column("missing", Text("缺少", "missing")),
    )
)
PROBLEMS = Sheet(
    (
        Column("file", Text("表", "file")),
        _ROW,
        Column("column", Text("列", "column")),
        _CLAIM,
        _PERSON,
        _PLAN,
        Column("severity", Text("级别", "severity")),
        Column("code", Text("代码", "code")),
        Column("found", Text("现在写的", "found"), "personal"),
        Column("expected", Text("应为", "expected")),
        Column("message", Text("问题", "problem")),
        Column("hint", Text("提示", "hint")),
    )
)
RECEIPTS = Sheet(
    (
        Column("receipt", Text("回执", "receipt")),
        Column("core", Text("软件版本", "version of mutualplans")),
        Column("plugin", Text("计划版本", "version of the plan")),
        Column("plan", Text("计划", "plan")),
        Column("edition", Text("版次", "edition")),
        Column("values_hash", Text("取值摘要", "hash of the values")),
        Column("office_values", Text("办事处取值", "values of the office")),
    )
)


class _Format(Protocol):
    """Writes the columns of a sheet to one file, table after table."""

    def write(self, table: pa.Table) -> None: ...

    def close(self) -> None: ...


def check_kind(path: str | Path) -> None:
    """Refuse a file name that does not end as one of `KINDS`.

    Raises:
        MutualPlansError: it ends otherwise.
    """
    if Path(path).suffix.lower() not in KINDS:
        raise MutualPlansError(wrong.unknown_kind(Path(path), "、".join(f"“{kind}”" for kind in KINDS)))


@define(eq=False)
class Writer:
    """A file being written, to be used as a context; it gets its name when the context ends well.

    Attributes:
        path: The file.
        sheet: What is in it.
        lang: Language of words and headers.
        show: Returns the columns of the sheet from a table that is to be written; by default it has them.
    """

    path: Path
    sheet: Sheet
    lang: Lang
    show: Callable[[pa.Table], pa.Table] = lambda table: table
    _whole: AbstractContextManager[Path] = field(init=False)
    _format: _Format = field(init=False)

    def __enter__(self) -> Writer:
        self._whole = whole_file(self.path)
        temporary = self._whole.__enter__()
        kinds: Mapping[str, Callable[[Path, Sheet, Lang], _Format]] = {
            ".parquet": _Parquet,
            ".csv": _Csv,
            ".xlsx": _Workbook,
        }
        try:
            self._format = kinds[self.path.suffix.lower()](temporary, self.sheet, self.lang)
        except BaseException as error:
            self._whole.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, table: pa.Table) -> None:
        """Add the rows of a table: some are put into words while those before are written."""
        parts = (table.slice(at, _AT_ONCE) for at in range(0, table.num_rows, _AT_ONCE))
        for part in ahead(map(self.show, parts)):
            self._format.write(part)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._format.close()
        except BaseException as closing:
            if error is None:
                self._whole.__exit__(type(closing), closing, closing.__traceback__)
                raise
        self._whole.__exit__(kind, error, trace)


def shown(table: pa.Table, sheet: Sheet, office: Office, lang: Lang, *, reveal: bool = False) -> pa.Table:
    """Return the columns of a sheet from a table of `mutualplans.batch.outcome`: words added, personal numbers masked."""
    columns: dict[str, Any] = {}
    for column in sheet.columns:
        if column.name == "words":
            values = in_words(table["plan"], table["reasons"], office, lang)
        elif column.name in ("message", "hint"):
            values = table[f"{column.name}_{lang}"]
        else:
            values = table[column.name]
        if column.how in ("personal", "person") and not reveal:
            values = masked(values, handles=column.how == "person")
        columns[column.name] = values
    return pa.table(columns)


def parquet_schema(sheet: Sheet) -> pa.Schema:
    """Return the columns of a sheet as a Parquet file has them."""
    return pa.schema([(column.name, _PARQUET_TYPES[column.how]) for column in sheet.columns])


def writer(path: str | Path, sheet: Sheet, office: Office, lang: Lang, *, reveal: bool = False) -> Writer:
    """Return a context that writes tables of `mutualplans.batch.outcome` to one file.

    Raises:
        MutualPlansError: the name ends otherwise than in `KINDS`; on leaving, the file cannot be written.
    """
    check_kind(path)
    return Writer(Path(path), sheet, lang, lambda table: shown(table, sheet, office, lang, reveal=reveal))


def masked(values: Any, *, handles: bool = False) -> pa.Array:
    """Return texts masked as `mask_digits` does it, or `mask_handle` where they are keys of persons."""
    texts = pa.table({"": values.cast(pa.string())})[0].combine_chunks()
    longer = pc.greater_equal(pc.binary_length(texts), _SHORTEST_MASKED)
    if handles:
        longer = pc.or_(longer, pc.invert(pc.string_is_ascii(texts)))
    longer = pc.fill_null(longer, False)
    if not pc.any(longer).as_py():
        return texts
    return pc.replace_with_mask(texts, longer, _masked(texts.filter(longer), handles=handles))


def _masked(texts: pa.Array, *, handles: bool) -> pa.Array:
    """Return texts masked that are long enough for it: ID numbers all at once, other doubtful ones singly."""
    whole = pc.match_substring_regex(texts, _WHOLE_ID)
    texts = pc.if_else(whole, pc.utf8_replace_slice(texts, 2, 16, "*" * 14), texts)
    places = np.flatnonzero(~whole.to_numpy(zero_copy_only=False))
    others = texts.take(pa.array(places))
    doubtful = pc.or_(
        pc.greater_equal(pc.count_substring_regex(others, r"\pN"), _SHORTEST),
        pc.match_substring_regex(others, _SCIENTIFIC),
    )
    if handles:
        doubtful = pc.or_(doubtful, pc.match_substring_regex(others, _CHINESE))
    mask = mask_handle if handles else mask_digits
    singly = pa.array(map(mask, others.filter(doubtful).to_pylist()), pa.string())
    at = np.zeros(len(texts), bool)
    at[places[doubtful.to_numpy(zero_copy_only=False)]] = True
    return pc.replace_with_mask(texts, pa.array(at), singly)


# ---------------------------------------------------------------- the formats


class _Parquet:
    def __init__(self, path: Path, _sheet: Sheet, _lang: Lang) -> None:
        self.path = path
        self.file: Any = None
        self.empty = parquet_schema(_sheet)
        self.coded = [item.name for item in self.empty if item.type == CODES]

    def write(self, table: pa.Table) -> None:
        columns = [
            table[item.name]
            if table[item.name].type == item.type
            else table[item.name].cast(pa.string()).dictionary_encode().cast(CODES)
            if item.type == CODES
            else table[item.name].cast(item.type)
            for item in self.empty
        ]
        table = pa.table(columns, schema=self.empty)
        if self.file is None:
            self.file = self._opened()
        self.file.write_table(table)

    def _opened(self) -> Any:
        return pa.parquet.ParquetWriter(self.path, self.empty, compression="zstd", use_dictionary=self.coded)

    def close(self) -> None:
        if self.file is None:
            self.file = self._opened()
        self.file.close()


_PARQUET_TYPES: Mapping[How, pa.DataType] = {
    "text": CODES,
    "personal": pa.string(),
    "person": pa.string(),
    "status": CODES,
    "money": pa.int64(),
    "number": pa.int64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
}


class _Csv:
    """UTF-8 with a mark, as Excel needs; a text that Excel would take for a formula gets a ``'`` in front."""

    def __init__(self, path: Path, sheet: Sheet, lang: Lang) -> None:
        self.sheet, self.lang = sheet, lang
        self.file = path.open("wb")
        header = io.StringIO()
        csv.writer(header, lineterminator="\n").writerow(column.label.in_(lang) for column in sheet.columns)
        self.file.write(header.getvalue().encode("utf-8-sig"))

    def write(self, table: pa.Table) -> None:
        shown = cells_of(table, self.sheet, self.lang)
        pa.csv.write_csv(shown, self.file, pa.csv.WriteOptions(include_header=False, quoting_style="needed"))

    def close(self) -> None:
        try:
            self.file.flush()
        finally:
            with suppress(OSError):  # a full disk was said by `flush`; closing would say it again
                self.file.close()


def cells_of(table: pa.Table, sheet: Sheet, lang: Lang) -> pa.Table:
    """Return the columns of a sheet as the cells of a CSV."""
    columns = [
        pa.table({"": _csv_column(table[column.name], column.how, lang)})[0].combine_chunks()
        for column in sheet.columns
    ]
    return pa.table(columns, names=table.column_names)


def _csv_column(values: Any, how: How, lang: Lang) -> Any:
    if isinstance(values, pa.Array):
        values = pa.chunked_array([values])
    if how == "number":
        return values
    if how == "money":
        yuan = pc.multiply(values.cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01")))
        return yuan.cast(pa.string())
    if how == "flag":
        yes, no = ("是", "否") if lang == "zh" else ("yes", "no")
        return pc.if_else(values, yes, no)
    texts = values.cast(pa.string())
    if how == "date":
        return texts
    if how == "status":
        return _told(texts, lang)
    formula = pc.and_(
        pc.match_substring_regex(texts, _FORMULA), pc.invert(pc.match_substring_regex(texts, _PLAIN_NUMBER))
    )
    return pc.if_else(formula, pc.binary_join_element_wise("'", texts, ""), texts)


def _told(statuses: pa.ChunkedArray, lang: Lang) -> pa.ChunkedArray:
    codes = pa.array([*STATUSES])
    words = pa.array([text.in_(lang) for text in STATUSES.values()])
    return words.take(pc.index_in(statuses, codes).combine_chunks()) if len(statuses) else statuses


class _Workbook:
    """Texts stay text, amounts are numbers with two decimals."""

    def __init__(self, path: Path, sheet: Sheet, lang: Lang) -> None:
        from openpyxl import Workbook

        self.path, self.sheet, self.lang = path, sheet, lang
        self.book = Workbook(write_only=True)
        self.page: Any = self.book.create_sheet()
        self.page.freeze_panes = "A2"
        self.rows = 0
        self._append([column.label.in_(lang) for column in sheet.columns])

    def write(self, table: pa.Table) -> None:
        columns = [list(self._cells(table[column.name], column.how)) for column in self.sheet.columns]
        for row in zip(*columns, strict=True):
            self._append(row)

    def close(self) -> None:
        if self.rows <= MOST_ROWS:
            self.book.save(self.path)

    def _append(self, row: Iterable[Any]) -> None:
        from openpyxl.cell import WriteOnlyCell

        self.rows += 1
        if self.rows > MOST_ROWS:
            raise MutualPlansError(_too_long(self.path))
        self.page.append([workbook_cell(WriteOnlyCell(self.page), value) for value in row])

    def _cells(self, values: Any, how: How) -> Iterable[Any]:
        if how == "number":
            return ("" if value is None else value for value in values.to_pylist())
        if how == "money":
            found = values.to_pylist()
            return ("" if fen is None else Decimal(fen).scaleb(-2) for fen in found)
        shown = _csv_column(values, how, self.lang) if how in ("date", "flag", "status") else values
        return (value or "" for value in shown.to_pylist())


def _too_long(path: Path) -> Any:
    return problem(
        "batch.too-many-rows",
        f"一张 Excel 工作表最多 {MOST_ROWS} 行，放不下；没有写入",
        f"an Excel sheet holds {MOST_ROWS} rows, which is not enough; nothing was written",
        where=str(path.suffix),
        hint_zh="文件名改以 .parquet 或 .csv 结尾",
        hint_en="choose a name that ends in .parquet or .csv",
    )
