"""TOML files that know their lines, so that a problem can say where it is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from mutualplans.model.problem import MutualPlansError, problem

__all__ = ["TomlFile", "read_toml"]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")

_LONG_QUOTES = ('"""', "'''")
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:\\.|[^"\\])*"|'[^']*'|[#\[\]{}]""")

Path_ = tuple[str | int, ...]


@frozen
class TomlFile:
    """A parsed TOML file.

    Attributes:
        name: File name as the user gave it.
        data: Its contents.
        lines: Key path → line number of the key or table header.
        inside: Where `data` lies in the file; empty for the whole.
    """

    name: str
    data: dict[str, Any]
    lines: dict[Path_, int]
    inside: Path_ = ()

    def where(self, *path: str | int) -> str:
        """Return ``file:line: key.path`` for a path, with the line of its nearest parent that has one."""
        path = (*self.inside, *path)
        line = next(
            (self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None
        )
        place = f"{self.name}:{line}" if line else self.name
        return f"{place}: {dotted(path)}" if path else place

    def within(self, *path: str | int, data: dict[str, Any]) -> TomlFile:
        """Return what is read of one table of the file, so that its problems keep their lines."""
        return evolve(self, data=data, inside=(*self.inside, *path))


def dotted(path: Path_) -> str:
    """Return a key path as users write it: ``plan[2].values.daily`` (items counted from 1)."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_toml(path: str | Path, content: str | bytes | None = None) -> TomlFile:
    """Read a TOML file, or `content` in its place.

    Raises:
        MutualPlansError: the file cannot be opened, is not UTF-8, or is not TOML; with its line.
    """
    name = str(path)
    if content is None:
        content = _open(Path(path))
    text = _decoded(content, name) if isinstance(content, bytes) else content
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise MutualPlansError(
            problem(
                "file.toml",
                f"不是合法的 TOML：{error}",
                f"not valid TOML: {error}",
                where=f"{name}:{found.group(1)}" if found else name,
                hint_zh='文字和金额要加英文双引号，如 premium = "60"；每行一个“键 = 值”',
                hint_en='text and amounts stand in double quotes, premium = "60"; one key = value a line',
            )
        ) from error
    return TomlFile(name, data, _lines(text))


def _open(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MutualPlansError(
            problem(
                "file.open",
                f"打不开文件：{error.strerror}",
                f"cannot open the file: {error.strerror}",
                where=str(path),
                hint_zh="检查文件名和所在目录",
                hint_en="check the name and the folder",
            )
        ) from error


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MutualPlansError(
            problem(
                "file.encoding",
                f"不是 UTF-8 编码（第 {error.start} 字节）",
                f"not UTF-8 (byte {error.start})",
                where=name,
                hint_zh="用“另存为”选择 UTF-8 编码后再试",
                hint_en="save the file as UTF-8",
            )
        ) from error


def _lines(text: str) -> dict[Path_, int]:
    """Return the line of each table header, key, and table written on a line of its own inside an array."""
    scan = _Scan()
    for number, line in enumerate(text.splitlines(), 1):
        scan.line(number, line)
    return scan.found


class _Scan:
    """Walks the lines of a TOML text that is known to be valid.

    Values that go on over several lines (arrays and strings) are followed to their end, so that nothing inside
    them is taken for a header or a key.
    """

    def __init__(self) -> None:
        self.found: dict[Path_, int] = {}
        self.table: Path_ = ()
        self.counts: dict[Path_, int] = {}
        self.string = ""
        self.depth = 0
        self.array: Path_ = ()
        self.item = 0

    def line(self, number: int, line: str) -> None:
        if self.string:
            self._in_string(line)
        elif self.depth:
            self._in_array(number, line)
        elif header := _HEADER.match(line):
            self.table = _entered(_keys(header.group(2)), header.group(1) == "[[", self.counts)
            self.found.setdefault(self.table, number)
            if isinstance(self.table[-1], int):
                self.found.setdefault(self.table[:-1], number)
        elif key := _KEY.match(line):
            self.array, self.item = self.table + _keys(key.group(1)), 0
            for end in range(len(self.table) + 1, len(self.array) + 1):
                self.found.setdefault(self.array[:end], number)
            self._follow(line[key.end() :])

    def _in_string(self, line: str) -> None:
        end = line.find(self.string)
        if end >= 0:
            rest = line[end + len(self.string) :]
            self.string = ""
            self._follow(rest)

    def _in_array(self, number: int, line: str) -> None:
        if self.depth == 1 and line.lstrip().startswith("{"):
            self.found.setdefault((*self.array, self.item), number)
            self.item += 1
        self._follow(line)

    def _follow(self, rest: str) -> None:
        """Count the brackets that a value leaves open, and notice a string that goes on."""
        place = 0
        while token := _TOKEN.search(rest, place):
            text, place = token.group(), token.end()
            if text == "#":
                return
            if text in _LONG_QUOTES:
                end = rest.find(text, place)
                if end < 0:
                    self.string = text
                    return
                place = end + len(text)
            self.depth += (text in "[{") - (text in "]}")


def _keys(text: str) -> Path_:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _entered(keys: Path_, new_item: bool, counts: dict[Path_, int]) -> Path_:
    """Return the path of a table header, with the item numbers of the arrays of tables that it lies in."""
    path: Path_ = ()
    for position, key in enumerate(keys, 1):
        path += (key,)
        if position == len(keys) and new_item:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path
