"""Texts as numbers of 64 bits: which share a person is in, and which claim numbers may have come before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

__all__ = ["among", "hashed", "mixed", "pieces", "share_of", "share_of_hash"]

_WORD = 8
_AT_ONCE = 1 << 16
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], np.uint64)


def share_of(keys: pa.ChunkedArray | pa.Array, shares: int) -> np.ndarray:
    """Return a share for each text, always the same for the same text and number of shares."""
    return share_of_hash(hashed(keys), shares)


def share_of_hash(hashes: np.ndarray, shares: int) -> np.ndarray:
    """Return the share of each text by its `hashed` bits: the upper half of them, as a fraction of the shares."""
    found: np.ndarray = ((hashes >> np.uint64(32)) * np.uint64(shares) >> np.uint64(32)).astype(np.int64)
    return found


def among(hashes: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a test of which other hashes may be among these: all that are, and of the rest one in eight at most."""
    room = 1 << max(8 * len(hashes), 1).bit_length()
    within, seen = np.uint64(room - 1), np.zeros(room, bool)
    seen[hashes & within] = True
    return lambda others: seen[others & within]


def hashed(keys: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Return 64 bits for each text, the same for the same text; others are the same by chance only."""
    return np.concatenate([np.zeros(0, np.uint64), *map(_hashed, pieces(keys))])


def pieces(keys: pa.ChunkedArray | pa.Array) -> Iterator[pa.Array]:
    """Yield texts in pieces that stay in a processor's cache while they are worked on."""
    texts = pa.table({"": keys})[0].combine_chunks()
    return (texts.slice(at, _AT_ONCE) for at in range(0, len(texts), _AT_ONCE))


def _hashed(stated: pa.StringArray) -> np.ndarray:
    texts = stated.fill_null("")
    start, length, words = _bytes(texts)
    made = length.astype(np.uint64)
    if len(texts) and length.min() == length.max():  # member numbers: each word of all of them is a column
        for done in range(0, int(length[0]), _WORD):
            word = words[done :: length[0]][: len(texts)] & _MASKS[min(int(length[0]) - done, _WORD)]
            made = mixed(made, word)
        return made
    rows, done = np.flatnonzero(length > 0), 0
    while len(rows):
        word = words[start[rows] + done] & _MASKS[np.minimum(length[rows] - done, _WORD)]
        made[rows] = mixed(made[rows], word)
        done += _WORD
        rows = rows[length[rows] > done]
    return made


def _bytes(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each text starts, how long it is, and the eight bytes from each place on as a number."""
    _valid, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    first = ends[0] if len(ends) else 0
    held = np.frombuffer(data or b"", np.uint8)[first : ends[-1] if len(ends) else 0]
    padded = np.concatenate([held, np.zeros(_WORD, np.uint8)])
    words: np.ndarray = np.ndarray((len(padded) - _WORD + 1,), "<u8", padded.tobytes(), strides=(1,))
    return ends[:-1] - first, np.diff(ends), words


def mixed(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return 64 bits that differ with either side, but for a chance collision."""
    spread = (left ^ right) * np.uint64(0x9E3779B97F4A7C15)
    spread ^= spread >> np.uint64(32)
    return spread * np.uint64(0xD6E8FEB86659FD93) ^ left
