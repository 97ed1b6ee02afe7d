"""Claims and covers as columns of whole numbers, sorted by person and order of decision: what kernels run over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.codes import Codes
from mutualplans.batch.columns import ORDER_OF_DECISION, PERSON, Column
from mutualplans.batch.combine import in_order
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.records import decision_key
from mutualplans.engine.facts import EVENT_DATES
from mutualplans.model.claim import BILL_PARTS
from mutualplans.model.kinds import Kind
from mutualplans.plan.vocabulary import CIRCUMSTANCE

__all__ = ["EPOCH", "Arranged", "arrange", "calendar_column", "numbers"]

EPOCH = 719_163
"""Ordinal of 1970-01-01, from which Arrow counts days."""
_MONEY, _SMALL, _FLAG = np.int64, np.int32, np.int8
_FIRST = 693_596
"""Ordinal of 1900-01-01, the first day that a field may hold."""
_LATEST = (1 << 17) - 1
"""Stands for "not stated" where days are put in order: after every other."""


@define(eq=False)
class Arranged:
    """The claims of a batch in the order in which they are decided.

    Attributes:
        table: The claims, in that order.
        person: Number of each claim's person.
        codes: Numbers of codes.
        columns: The columns of the table by name.
        made: Columns of whole numbers by key: a field's path, or something worked out from several.
    """

    table: pa.Table
    person: np.ndarray
    codes: Codes
    columns: Mapping[str, Column]
    made: dict[str, np.ndarray] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, key: str) -> np.ndarray:
        """Return a column by its key, such as ``claim.days`` or ``claim.event_date#calendar``."""
        if key not in self.made:
            self.made[key] = self._make(key)
        return self.made[key]

    def nullable(self, path: str) -> bool:
        """Return whether any claim leaves a field open."""
        return bool(len(self)) and bool((self.column(path) == _nothing(self.column(path))).any())

    def _make(self, key: str) -> np.ndarray:
        path, _, form = key.partition("#")
        if form == "calendar":
            return calendar_column(self.column(path))
        name = path.removeprefix("claim.")
        if made := _WORKED_OUT.get(key):
            return made(self)
        if name.startswith(CIRCUMSTANCE):
            return self._circumstance(name.removeprefix(CIRCUMSTANCE))
        return self.stated(name)

    def stated(self, name: str) -> np.ndarray:
        """Return a column of the table as it was stated."""
        return numbers(self.table, name, self.columns[name], self.codes)

    def _circumstance(self, code: str) -> np.ndarray:
        found = np.zeros(len(self), _FLAG)
        if "circumstances" in self.table.column_names:
            values = self.table["circumstances"].combine_chunks()
            rows = pc.list_parent_indices(values)
            hits = rows.filter(pc.equal(pc.list_flatten(values), code))
            found[hits.to_numpy(zero_copy_only=False)] = 1
        return found


def _nothing(values: np.ndarray) -> int:
    return -1 if values.dtype == _FLAG else MISSING


def numbers(table: pa.Table, name: str, column: Column, codes: Codes) -> np.ndarray:
    """Return a column of a table as whole numbers; what is not stated, or not there, is `MISSING` (flags: -1)."""
    kind = column.kind
    if name not in table.column_names:
        if kind is Kind.FLAG:
            return np.full(len(table), -1, _FLAG)
        return np.full(len(table), MISSING, _MONEY if kind is Kind.MONEY else _SMALL)
    values = table[name]
    if kind is Kind.CODE:
        return codes.column(values)
    if kind is Kind.FLAG:
        return _plain(pc.fill_null(values.cast(pa.int8()), -1), _FLAG)
    if kind is Kind.DATE:
        days = values.cast(pa.int32())
        return _plain(pc.fill_null(pc.add(days, EPOCH), MISSING), _SMALL)
    return _plain(pc.fill_null(values, MISSING), _MONEY if kind is Kind.MONEY else _SMALL)


def _plain(values: pa.ChunkedArray, dtype: Any) -> np.ndarray:
    found: np.ndarray = values.to_numpy()
    return np.ascontiguousarray(found.astype(dtype, copy=False))


def calendar_column(days: np.ndarray) -> np.ndarray:
    """Return ordinals as numbers such as 20240229; `MISSING` stays. There are few different days, so each is done once."""
    coded = pa.array(days).dictionary_encode()
    known = coded.dictionary.to_numpy()
    stated = known != MISSING
    dates = (np.where(stated, known, EPOCH) - EPOCH).astype("M8[D]")
    months = dates.astype("M8[M]")
    year, month = months.astype(np.int64) // 12 + 1970, months.astype(np.int64) % 12 + 1
    day = (dates - months.astype("M8[D]")).astype(np.int64) + 1
    made = np.where(stated, year * 10_000 + month * 100 + day, MISSING).astype(_SMALL)
    return made[coded.indices.to_numpy()]


# ---------------------------------------------------------------- what is worked out from several columns


def _event_date(claims: Arranged) -> np.ndarray:
    kind = claims.column("claim.event")
    found = np.full(len(claims), MISSING, _SMALL)
    for name in dict.fromkeys(EVENT_DATES.values()):
        kinds = [claims.codes(code) for code, other in EVENT_DATES.items() if other == name]
        found = np.where(np.isin(kind, kinds), claims.column(f"claim.{name}"), found)
    return found


def _days(claims: Arranged) -> np.ndarray:
    stated, first, last = (claims.stated("days"), *_stay(claims))
    counted = (first != MISSING) & (last != MISSING) & (last >= first)
    by_dates = np.where(counted, np.maximum(last - first, 1), MISSING)
    return np.where(stated != MISSING, stated, by_dates).astype(_SMALL)


def _stay(claims: Arranged) -> tuple[np.ndarray, np.ndarray]:
    return claims.column("claim.admitted"), claims.column("claim.discharged")


def _last_of_stay(claims: Arranged) -> np.ndarray:
    first, last = _stay(claims)
    days = claims.stated("days")
    open_ = first + np.where(days == MISSING, 0, days)
    return np.where(last != MISSING, np.maximum(first, last), open_).astype(_SMALL)


def _burden(claims: Arranged) -> np.ndarray:
    """Return what the bill leaves to the person: as stated, or its parts, or the total minus what others paid."""
    own = [claims.column(f"claim.{name}") for name in BILL_PARTS[3:]]
    others = [claims.column(f"claim.{name}") for name in BILL_PARTS[:3]]
    total, stated = claims.column("claim.total"), claims.column("claim.self_paid")
    rest = np.where(_all_stated([total, *others]), total - sum(others), MISSING)
    parts = np.where(_all_stated(own), sum(own), rest)
    return np.where(stated != MISSING, stated, parts).astype(_MONEY)


def _all_stated(columns: list[np.ndarray]) -> np.ndarray:
    return np.logical_and.reduce([column != MISSING for column in columns])


_WORKED_OUT: Mapping[str, Callable[[Arranged], np.ndarray]] = {
    "claim.event_date": _event_date,
    "claim.days": _days,
    "claim.self_paid#burden": _burden,
    "claim.span#first": lambda claims: claims.column("claim.admitted"),
    "claim.span#last": _last_of_stay,
}


# ---------------------------------------------------------------- the order of decision


def arrange(claims: pa.Table, codes: Codes, columns: Mapping[str, Column]) -> tuple[Arranged, pa.Array]:
    """Return claims by person and each person's in the order of decision, and the keys of the persons by their numbers."""
    numbered = claims[PERSON].combine_chunks().dictionary_encode()
    person = numbered.indices.to_numpy().astype(np.int64)
    keys = _order_keys(claims, columns, codes)
    places = _in_order(person, keys)
    _settle_ties(claims, columns, person, keys, places)
    table = claims.take(pa.array(places))
    arranged = Arranged(table=table, person=person[places], codes=codes, columns=columns)
    return arranged, numbered.dictionary


def _in_order(person: np.ndarray, keys: list[np.ndarray]) -> np.ndarray:
    """Return the rows by person and keys: by the first key at once, by the others where it does not tell."""
    coded = pa.array(keys[0]).dictionary_encode()
    known = coded.dictionary.to_numpy()
    rank = np.empty(len(known), np.int64)
    rank[np.argsort(known)] = np.arange(len(known))
    first = person * max(len(known), 1) + rank[coded.indices.to_numpy()]
    places = in_order(first)
    ordered = first[places]
    tied = _tied(ordered[1:] == ordered[:-1])
    rows = places[tied]
    places[tied] = rows[np.lexsort((*(key[rows] for key in reversed(keys[1:])), first[rows]))]
    return places


def _tied(same: np.ndarray) -> np.ndarray:
    """Return the places of rows that are the same as the one before or after them."""
    found = np.zeros(len(same) + 1, bool)
    found[1:] |= same
    found[:-1] |= same
    return np.flatnonzero(found)


def _order_keys(claims: pa.Table, columns: Mapping[str, Column], codes: Codes) -> list[np.ndarray]:
    """Return the days that decide the order, three to a number."""
    names = [name for name in ORDER_OF_DECISION if name != "claim"]
    days = [numbers(claims, name, columns[name], codes).astype(np.int64) for name in names]
    days = [np.where(values == MISSING, _LATEST, values - _FIRST) for values in days]
    return [days[at] << 34 | days[at + 1] << 17 | days[at + 2] for at in range(0, len(days), 3)]


def _settle_ties(
    claims: pa.Table,
    columns: Mapping[str, Column],
    person: np.ndarray,
    keys: list[np.ndarray],
    places: np.ndarray,
) -> None:
    """Put claims of one person on the same days into order by everything else that they say."""
    same = np.ones(max(len(places) - 1, 0), bool)
    for values in (person, *keys):
        ordered = values[places]
        same &= ordered[1:] == ordered[:-1]
    starts = np.flatnonzero(same)
    if not len(starts):
        return
    tied = np.unique(np.concatenate([starts, starts + 1]))
    runs = np.split(tied, np.flatnonzero(np.diff(tied) != 1) + 1)
    rows = claims.take(pa.array(places[tied])).to_pylist()
    sort_keys = {
        int(place): decision_key(row, columns) for place, row in zip(places[tied], rows, strict=True)
    }
    for run in runs:
        # A run of neighbours may hold several persons or days; sorting keeps those apart by their own order.
        parts = np.split(run, np.flatnonzero(~same[run[:-1]]) + 1)
        for part in parts:
            places[part] = sorted(places[part], key=lambda place: sort_keys[int(place)])
