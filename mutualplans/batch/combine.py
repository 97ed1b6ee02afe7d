"""Whole columns of whole numbers: put into order, and rows that say the same found without sorting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

__all__ = ["combinations", "in_order"]


def combinations(columns: Sequence[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of each combination of whole numbers, and for each row the place of its combination.

    Args:
        columns: The columns; without any, all rows are alike.
        count: Number of rows.
    """
    key, size = np.zeros(count, np.int64), 1
    for values in columns:
        low, high = (int(values.min()), int(values.max())) if count else (0, 0)
        if low == high:
            continue
        span = high - low + 1
        if size * span >= _ROOM:
            key, size = _numbered(key)
        if size * span >= _ROOM:
            values, span = _numbered(values.astype(np.int64) - low)
            low = 0
        key, size = key * span + (values.astype(np.int64) - low), size * span
    if size == 1:
        return np.zeros(min(count, 1), np.int64), key
    place, known = _numbered(key)
    rows = np.zeros(known, np.int64)
    rows[place[::-1]] = np.arange(count)[::-1]
    return rows, place


_ROOM = 1 << 62


def _numbered(key: np.ndarray) -> tuple[np.ndarray, int]:
    """Return for each number its place among the different ones, and how many those are."""
    codes = pa.array(key).dictionary_encode()
    return codes.indices.to_numpy().astype(np.int64), len(codes.dictionary)


def in_order(keys: np.ndarray) -> np.ndarray:
    """Return the places of whole numbers by size, equal ones as they come.

    Where number and place fit into one number, those are sorted: several times as fast as sorting places.
    """
    count = len(keys)
    bits = count.bit_length()
    if not count or keys.min() < 0 or int(keys.max()).bit_length() + bits > _BITS:
        return np.argsort(keys, kind="stable")
    packed = keys.astype(np.int64) << bits | np.arange(count)
    packed.sort()
    found: np.ndarray = packed & ((1 << bits) - 1)
    return found


_BITS = 63
