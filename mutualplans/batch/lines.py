"""Lines of a file as columns of texts, of which some are doubted: those are read as the lines of small files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.cells import SPACE
from mutualplans.batch.sources import Source, open_source
from mutualplans.files.tables import MAYBE_NOT_DATA, Cell, Heading, Row, Table, heading
from mutualplans.model.problem import MutualPlansError, Problem, problem

__all__ = ["Lines", "open_lines"]

_WORKBOOKS = (".xlsx", ".xlsm")


def open_lines(
    path: str | Path, headers: Sequence[str], encoding: str | None = None
) -> tuple[Source, Heading] | None:
    """Return a file and its header; ``None`` for a workbook, and where there is no header, which small files say.

    Raises:
        MutualPlansError: the file cannot be read at all.
    """
    if Path(path).suffix.lower() in _WORKBOOKS:
        return None
    known = {"".join(name.split()) for name in headers}
    try:
        source = open_source(path, lambda name: "".join(name.split()) in known, encoding=encoding)
    except MutualPlansError as error:
        if any(found.code == "batch.no-header" for found in error.problems):
            return None
        raise
    head = heading(source.head, source.name, headers)
    return None if head is None else (source, head)


@define(eq=False)
class Lines:
    """The lines below a header, by columns.

    Attributes:
        source: The file.
        head: Its header.
        rows: Row numbers, once they are loaded.
        texts: The cells of each column, without space around them; empty where there is none.
        wide: Row number → the cells of a row that has more of them than the header.
        doubt: Which rows have to be read one by one.
    """

    source: Source
    head: Heading
    rows: np.ndarray = field(init=False)
    texts: list[pa.Array] = field(init=False)
    wide: dict[int, Sequence[str]] = field(factory=dict, init=False)
    doubt: np.ndarray = field(init=False)

    def load(self) -> np.ndarray:
        """Read the lines, doubt those that may be no data or have cells under no header; return which are blank.

        Raises:
            MutualPlansError: the file turns out to be damaged, or a column is of a type that is no text.
        """
        self._load()
        return self._form()

    def _load(self) -> None:
        rows, cells = [], []
        for chunk in self.source.chunks():
            rows.append(chunk.rows.to_numpy())
            self.wide |= chunk.wide
            cells.append([_as_texts(values, self.head, place) for place, values in enumerate(chunk.cells)])
        self.rows = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        parts = zip(*cells, strict=True) if cells else [[] for _name in self.head.names]
        joined = [pa.chunked_array(list(part), pa.string()).combine_chunks() for part in parts]
        order = np.argsort(self.rows, kind="stable")
        if (order != np.arange(len(order))).any():
            self.rows = self.rows[order]
            joined = [values.take(pa.array(order)) for values in joined]
        self.texts = joined
        self.doubt = np.zeros(len(self.rows), bool)

    def _form(self) -> np.ndarray:
        """Doubt rows that may be no data, or have cells under no header; return which rows are blank."""
        self.doubt |= np.isin(self.rows, list(self.wide))
        blank = ~self.doubt
        for name, texts in zip(self.head.names, self.texts, strict=True):
            filled = pc.not_equal(texts, "").to_numpy(zero_copy_only=False)
            blank &= ~filled
            if not name:
                self.doubt |= filled
            self.doubt |= _holds(texts, MAYBE_NOT_DATA)
        return blank

    def read(self, places: np.ndarray) -> tuple[list[Row], list[Problem], dict[int, tuple[Problem, ...]]]:
        """Return some lines as small files have them; see `Heading.rows`."""
        numbers = self.rows[places].tolist()
        lines = zip(*(texts.take(pa.array(places)).to_pylist() for texts in self.texts), strict=True)
        wide = self.wide
        return self.head.rows(
            (number, tuple(Cell(text.strip()) for text in wide.get(number, line)))
            for number, line in zip(numbers, lines, strict=True)
        )

    def table(self) -> Table:
        """Return all lines as a small table."""
        rows, problems, refused = self.read(np.arange(len(self.rows)))
        told, head = (*self.head.problems, *problems), self.head
        return Table(tuple(head.columns), tuple(rows), told, self.source.encoding, head.source, refused)


def _as_texts(values: pa.Array, head: Heading, place: int) -> pa.Array:
    """Return the cells of one column as texts without space around them; empty where there is none."""
    try:
        texts = pc.utf8_trim(values.cast(pa.string()), characters=SPACE)
    except pa.ArrowException as error:
        raise MutualPlansError(_not_text(head.names[place], str(values.type), head.source)) from error
    return pc.fill_null(texts, "")


def _holds(texts: pa.Array, pattern: str) -> np.ndarray:
    coded = texts.dictionary_encode()
    found = pc.match_substring_regex(coded.dictionary, pattern).take(coded.indices)
    held: np.ndarray = found.to_numpy(zero_copy_only=False)
    return held


def _not_text(name: str, type_: str, source: str) -> Problem:
    return problem(
        "roster.column-type",
        f'列 "{name}" 的类型是 {type_}，读不懂',
        f'column "{name}" is of the type {type_}, which cannot be read',
        where=source,
        hint_zh="用文字、整数、日期或是否值",
        hint_en="use texts, whole numbers, dates or truth values",
    )
