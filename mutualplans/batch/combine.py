"""Rows that say the same in some columns, found without sorting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

__all__ = ["combinations"]


def combinations(columns: Sequence[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of each combination of whole numbers, and for each row the place of its combination.

    Args:
        columns: The columns; without any, all rows are alike.
        count: Number of rows.
    """
    place = np.zeros(count, np.int64)
    known = 1
    for values in columns:
        codes = pa.array(values.astype(np.int64, copy=False)).dictionary_encode()
        size = len(codes.dictionary)
        if size <= 1:
            continue
        part = codes.indices.to_numpy().astype(np.int64)
        if known > 1:
            both = pa.array(place * size + part).dictionary_encode()
            part, size = both.indices.to_numpy().astype(np.int64), len(both.dictionary)
        place, known = part, size
    rows = np.zeros(known if count else 0, np.int64)
    rows[place[::-1]] = np.arange(count)[::-1]
    return rows, place
