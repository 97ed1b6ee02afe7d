"""What can be wrong with a table, in words: one function per problem."""

from __future__ import annotations

import csv
import errno
from collections.abc import Iterable, Mapping
from pathlib import Path

from mutualplans.model.problem import Problem, nearest, problem

__all__ = [
    "above_header",
    "bad_quotes",
    "duplicate",
    "fault",
    "letter",
    "merged",
    "no_header",
    "no_header_above",
    "place",
    "set_aside",
    "several_sheets",
    "undecodable",
    "unknown_encoding",
    "unknown_kind",
    "unknown_sheet",
    "unreadable",
    "unreadable_workbook",
    "unwritable",
]


def place(source: str, row: int, column: str = "") -> str:
    """Return a place in a table for `Problem.where`, such as ``roster.csv:5:证件号``."""
    return f"{source}:{row}:{column}" if column else f"{source}:{row}"


def letter(column: int) -> str:
    """Return the letters that Excel shows for a column, counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# Problems of single rows


def above_header(source: str, row: int) -> Problem:
    """A line above the header."""
    return problem(
        "table.above-header",
        f"第 {row} 行在表头之上，当作标题，不作数据",
        f"row {row} is above the header: taken for a title, not for data",
        where=place(source, row),
        severity="note",
    )


def no_header(source: str, known: Mapping[str, str]) -> Problem:
    """No row names the known columns."""
    names = "、".join(known.values())
    return problem(
        "table.no-header",
        f"没有表头行：应有一行至少包含其中两个列名：{names}" if known else "表是空的，没有表头行",
        f"no header row: expected a row with at least two of: {names}" if known else "the table is empty",
        where=source,
        hint_zh="在数据上方加一行列名；列名不同时，先改成上面的写法",
        hint_en="put a row of column names above the data, spelled as listed",
    )


def duplicate(source: str, row: int, name: str, letters: list[str], *, needed: bool) -> Problem:
    """A column name stands over several columns."""
    places = ", ".join(letters)
    return problem(
        "table.duplicate-header",
        f"列名“{name}”出现在 {places} 列，这几列都不读取",
        f'the column name "{name}" stands in columns {places}; none of them is read',
        where=place(source, row, name),
        hint_zh="改名或删去多余的列",
        hint_en="rename or delete the columns that are too many",
        severity="error" if needed else "warning",
    )


def set_aside(source: str, row: int, word: str) -> Problem:
    """A line of sums or signatures."""
    return problem(
        "table.not-data",
        f"第 {row} 行有“{word}”，不作数据",
        f'row {row} has "{word}": set aside, not taken for data',
        where=place(source, row),
        severity="note",
    )


def merged(source: str, row: int, ranges: str) -> Problem:
    """Merged cells in a row."""
    return problem(
        "table.merged-cells",
        f"第 {row} 行有合并单元格（{ranges}），此行未读取",
        f"row {row} has merged cells ({ranges}); it is not read",
        where=place(source, row),
        hint_zh="取消合并，每个单元格各填自己的内容",
        hint_en="unmerge the cells and fill in each of them",
    )


def no_header_above(source: str, row: int, letter: str) -> Problem:
    """A cell in a column without a name."""
    return problem(
        "table.cell-without-header",
        f"第 {row} 行 {letter} 列有内容，但表头没有这一列，此行未读取",
        f"row {row} has a cell in column {letter}, which has no header; the row is not read",
        where=place(source, row, letter),
        hint_zh="检查此行是否多了分隔符；若确有此列，在表头补上列名",
        hint_en="look for a delimiter too many in the row, or name the column in the header",
    )


def fault(source: str, row: int, column: str, fault: str) -> Problem:
    """An Excel error value, or a formula whose value is not in the file."""
    if fault == "formula":
        return problem(
            "table.formula-without-value",
            f"第 {row} 行“{column}”是公式，文件里没有算出的值，此行未读取",
            f'row {row}, "{column}": a formula whose value is not in the file; the row is not read',
            where=place(source, row, column),
            hint_zh="用 Excel 打开并保存一次，或把公式粘贴为数值",
            hint_en="open and save the file in Excel, or paste the formula as a value",
        )
    return problem(
        "table.error-value",
        f"第 {row} 行“{column}”是 Excel 错误值或超出范围的日期，此行未读取",
        f'row {row}, "{column}": an Excel error value or a date out of range; the row is not read',
        where=place(source, row, column),
        hint_zh="在 Excel 中改正这个单元格",
        hint_en="mend the cell in Excel",
    )


# Problems of whole files


def unknown_kind(path: Path, kinds: str = "“.csv”, “.tsv”, “.txt”, “.xlsx”, “.xlsm”") -> Problem:
    """A file name with another ending."""
    return problem(
        "table.file-kind",
        f"文件名以“{path.suffix}”结尾，应为 {kinds}",
        f'the file name ends in "{path.suffix}"; expected {kinds}',
        where=str(path),
        hint_zh="在 Excel 中另存为 .xlsx",
        hint_en="save it as .xlsx in Excel",
    )


def unreadable(path: Path, error: OSError) -> Problem:
    """The file cannot be opened."""
    return problem(
        "table.unreadable",
        f"读不了文件：{error.strerror}",
        f"the file cannot be read: {error.strerror}",
        where=str(path),
        hint_zh="检查路径和权限",
        hint_en="check the path and its permissions",
    )


def unwritable(path: Path, error: OSError) -> Problem:
    """The file cannot be written."""
    full = error.errno == errno.ENOSPC
    said = error.strerror or str(error)
    return problem(
        "table.unwritable",
        f"写不了文件：{said}；原有文件未改动",
        f"the file cannot be written: {said}; an existing one is unchanged",
        where=str(path),
        hint_zh="磁盘已满：腾出空间，或写到别的磁盘，然后重新运行"
        if full
        else "检查文件夹和权限；文件若在 Excel 中打开，先关闭",
        hint_en="the disk is full: make room or write to another disk, then run again"
        if full
        else "check the folder and its permissions; close the file if Excel has it open",
    )


def unreadable_workbook(path: Path, data: bytes) -> Problem:
    """A file that openpyxl cannot read."""
    is_old = data.startswith(b"\xd0\xcf\x11\xe0")
    return problem(
        "table.workbook",
        "不是可读的 .xlsx 工作簿" + ("：是加密的或旧式 .xls 文件" if is_old else ""),
        "this is no readable .xlsx workbook" + (": it is encrypted or an old .xls file" if is_old else ""),
        where=str(path),
        hint_zh="用 Excel 打开，去掉密码，另存为 .xlsx",
        hint_en="open it in Excel, remove the password, and save it as .xlsx",
    )


def unknown_sheet(path: Path, sheet: str, sheets: Iterable[str]) -> Problem:
    """There is no sheet of the name."""
    names, close = "、".join(sheets), nearest(sheet, sheets)
    return problem(
        "table.unknown-sheet",
        f"没有工作表“{sheet}”；有：{names}",
        f'there is no sheet "{sheet}"; there are: {names}',
        where=str(path),
        hint_zh=f"是不是“{close}”？" if close else "从已有的工作表中选一个",
        hint_en=f'did you mean "{close}"?' if close else "choose one of the sheets there are",
    )


def several_sheets(path: Path, names: list[str]) -> Problem:
    """Several sheets have a header."""
    listed = "、".join(names)
    return problem(
        "table.several-sheets",
        f"有 {len(names)} 个工作表带表头（{listed}），不知读哪一个",
        f"{len(names)} sheets have a header row ({listed}); which one is meant is open",
        where=str(path),
        hint_zh="指明工作表，或只保留一个",
        hint_en="name the sheet, or keep only one",
    )


def unknown_encoding(path: Path, name: str) -> Problem:
    """There is no such encoding."""
    return problem(
        "table.unknown-encoding",
        f"没有名为“{name}”的文字编码",
        f'there is no text encoding "{name}"',
        where=str(path),
        hint_zh="常用的是 utf-8 和 gb18030（含 GBK）",
        hint_en="the usual ones are utf-8 and gb18030 (which includes GBK)",
    )


def undecodable(path: Path, failures: Mapping[str, int]) -> Problem:
    """Bytes that none of the encodings allows."""
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


def bad_quotes(path: Path, row: int, error: csv.Error) -> Problem:
    """Quotes left open."""
    return problem(
        "table.quotes",
        f"从第 {row} 行起引号不成对或单元格过长，无法分列（{error}）",
        f"from row {row} on quotes do not match or a cell is too long: it cannot be split ({error})",
        where=place(str(path), row),
        hint_zh="检查这一行的双引号；单元格内的双引号要写两个",
        hint_en="look at the double quotes in that row; inside a cell each is written twice",
    )
