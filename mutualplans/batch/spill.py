"""Rows kept on disk in numbered shares: what a run does not hold in memory.

The file has no name, or loses it the moment it is closed: nothing is left, however the run ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from attrs import define, field

from mutualplans.batch.columns import CODES
from mutualplans.files import table_problems as wrong
from mutualplans.model.problem import MutualPlansError

__all__ = ["Spill"]

_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


@define(eq=False)
class Spill:
    """Rows of one table on disk, to be used as a context.

    Attributes:
        folder: Where the file lies while it is needed.
        schema: The columns.
    """

    folder: Path
    schema: pa.Schema
    _file: Any = field(init=False)
    _writer: Any = field(init=False)
    _places: dict[int, list[tuple[int, int]]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        with self._said():
            self._file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - closed by __exit__
            self._writer = pa.ipc.new_stream(self._file, self._plain, options=_PACKED)
            self._writer.write_batch(
                pa.RecordBatch.from_pylist([], self._plain)
            )  # so the schema is behind us

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
        except OSError:  # nobody will read what could not be written
            return

    @property
    def _plain(self) -> pa.Schema:
        """The columns as they are on disk, with codes as texts: a share would carry the texts of all others with it."""
        return pa.schema(
            [item.with_type(pa.string()) if item.type == CODES else item for item in self.schema]
        )

    @property
    def shares(self) -> list[int]:
        """Numbers of the shares that have rows, ascending."""
        return sorted(self._places)

    def add(self, table: pa.Table, share: np.ndarray) -> None:
        """Add rows, each to the share of its number; within a share the order stays.

        Raises:
            MutualPlansError: the disk is full, or cannot be written.
        """
        if not len(table):
            return
        few = int(share.max()) < 1 << 16
        order = np.argsort(
            share.astype(np.uint16) if few else share, kind="stable"
        )  # few are counted, not compared
        rows = table.cast(self._plain).take(pa.array(order)).combine_chunks().to_batches()[0]
        numbers = share[order]
        starts = [0, *(np.flatnonzero(numbers[1:] != numbers[:-1]) + 1).tolist(), len(numbers)]
        with self._said():
            place = self._file.seek(0, 2)
            for start, stop in pairwise(starts):
                self._writer.write_batch(rows.slice(start, stop - start))
                end = self._file.tell()
                self._places.setdefault(int(numbers[start]), []).append((place, end - place))
                place = end

    def read(self, share: int) -> pa.Table:
        """Return the rows of a share, in the order in which they were added.

        Raises:
            MutualPlansError: the disk cannot be read.
        """
        plain = self._plain
        found = []
        with self._said():
            for place, size in self._places.get(share, ()):
                self._file.seek(place)
                message = pa.ipc.read_message(pa.py_buffer(self._file.read(size)))
                found.append(pa.ipc.read_record_batch(message, plain))
        return _coded(pa.Table.from_batches(found, plain).combine_chunks(), self.schema)

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise MutualPlansError(wrong.unwritable(self.folder, error)) from error


def _coded(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[item.name].combine_chunks().dictionary_encode() if item.type == CODES else table[item.name]
        for item in schema
    ]
    return pa.table(columns, schema=schema)
