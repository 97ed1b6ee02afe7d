"""Claims joined with their covers: one row a claim, which is what the in-memory comparisons begin with.

A claim goes to the cover of its person that holds the day of admission, else to the nearest, and of two equally
near to the earlier. Each row carries the first day of its cover's unbroken chain, so that nobody searches it again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

Array = np.ndarray[Any, Any]

FROM_CLAIMS = (
    "person",
    "claim",
    "event",
    "cause",
    "hospital_level",
    "diagnosis",
    "admitted",
    "discharged",
    "reported",
    "self_paid_in_scope",
    "self_paid_partly",
    "out_of_scope",
)
FROM_COVERS = ("birth_date", "first_day", "last_day", "shares")
COLUMNS = (*FROM_CLAIMS, *FROM_COVERS, "chain_first")

_DAY_BITS = 20
_DAY_ZERO = 1 << 19  # days from 1970 lie inside ±2**19, whatever the calendar says


def joined(claims: pa.Table, covers: pa.Table, renewal_window: int) -> pa.Table:
    """Return the rows of `claims` with what they need of their covers, in the order of `claims`.

    Every person with a claim has a cover.
    """
    by_person = _by_first_day(covers)
    covers = covers.select(["person", *FROM_COVERS]).take(pa.array(by_person))
    person, first, last = (_numbers(covers, name) for name in ("person", "first_day", "last_day"))
    chosen = _nearest(claims, person, first, last)
    chain = pa.array(_chain_first(person, first, last, renewal_window)[chosen], pa.int32()).cast(pa.date32())
    held = covers.select(FROM_COVERS).take(pa.array(chosen))
    rows = claims.select(FROM_CLAIMS)
    for name in FROM_COVERS:
        rows = rows.append_column(name, held[name])
    return rows.append_column("chain_first", chain).combine_chunks()


def in_order(rows: pa.Table) -> pa.Table:
    """Return the rows sorted by person and number of the claim, which is the order of decision."""
    order = person_order(_numbers(rows, "person"), _numbers(rows, "claim"))
    return rows.take(pa.array(order)).combine_chunks()


def person_order(person: Array, claim: Array) -> Array:
    """Return the order by person and claim: one sort of one number where both fit into it."""
    low, bits = int(person.min()), int(claim.max()).bit_length()
    if (int(person.max()) - low).bit_length() + bits < 63:
        return np.argsort(((person - low) << bits) | claim)
    return np.lexsort((claim, person))


def numbers(column: pa.ChunkedArray) -> Array:
    """Return a column as whole numbers: days since 1970-01-01 for dates, places in the dictionary for codes."""
    plain = column.combine_chunks()
    if isinstance(plain, pa.ChunkedArray):
        plain = pa.concat_arrays(plain.chunks)
    if pa.types.is_dictionary(plain.type):
        plain = plain.indices
    if pa.types.is_date32(plain.type):
        plain = plain.view(pa.int32())
    return plain.to_numpy(zero_copy_only=True)


def _numbers(table: pa.Table, name: str) -> Array:
    return numbers(table[name])


def _key(person: Array, day: Array) -> Array:
    return (person.astype(np.int64) << _DAY_BITS) | (day.astype(np.int64) + _DAY_ZERO)


def _by_first_day(covers: pa.Table) -> Array:
    return np.argsort(_key(_numbers(covers, "person"), _numbers(covers, "first_day")))


def _nearest(claims: pa.Table, person: Array, first: Array, last: Array) -> Array:
    day, of = _numbers(claims, "admitted"), _numbers(claims, "person")
    key, begins = _key(of, day), _key(person, first)
    order = np.argsort(key)  # looking up in order is several times faster than at random
    place = np.empty(len(key), dtype=np.int64)
    place[order] = np.searchsorted(begins, key[order], side="right") - 1
    place = np.where((place < 0) | (person[place] != of), place + 1, place)  # before the first cover
    following = np.minimum(place + 1, len(person) - 1)
    gap = day - last[place]
    until = np.where(person[following] == of, first[following] - day, np.iinfo(np.int32).max)
    return np.where((gap > 0) & (until > 0) & (until < gap), following, place)


def _chain_first(person: Array, first: Array, last: Array, window: int) -> Array:
    goes_on = np.zeros(len(person), dtype=bool)
    goes_on[1:] = (person[1:] == person[:-1]) & (first[1:] - last[:-1] - 1 <= window)
    begins = np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(person))))
    return first[begins]
