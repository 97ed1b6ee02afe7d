"""Tables of the covers of many persons, such as the rows that the quote of a large roster wrote: whole columns at once.

It is all or nothing (`mutualplans.files.covers`): where every row is plainly good the covers are put together from
columns, each text being read once; else the rows are read as those of a small table are, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve

from mutualplans.batch.cells import valid_ids
from mutualplans.batch.combine import combinations
from mutualplans.batch.lines import Lines, open_lines
from mutualplans.files.covers import HEADERS, NO_COVER, READERS, read_covers
from mutualplans.files.tables import Cell, read_table
from mutualplans.model.coverage import Coverage
from mutualplans.plan.declaration import Plan

__all__ = ["read_many_covers"]

Held = dict[str, tuple[Coverage, ...]]
_OF_PARQUET = {
    "id_number": "id number",
    "plan": "plan id",
    "first_day": "first day",
    "last_day": "last day",
}
"""Columns of the Parquet file that a quote writes → their headers in a table for people."""
_WHICH = ("plan", "first_day", "last_day", "transfer")


def read_many_covers(path: str | Path, plans: Sequence[Plan]) -> Held:
    """Return ID number → covers, as `mutualplans.files.covers.read_covers` does; the file may be Parquet, too.

    Args:
        path: The file.
        plans: Plans that may be named by their title too.

    Raises:
        MutualPlansError: as for `read_covers`.
    """
    typed = Path(path).suffix.lower() == ".parquet"
    opened = open_lines(path, (*HEADERS, *_OF_PARQUET) if typed else tuple(HEADERS))
    if opened is None:
        return read_covers(read_table(path, known_headers=HEADERS), plans)
    source, head = opened
    if typed:
        places = {_OF_PARQUET.get(name, name): place for name, place in head.columns.items()}
        head = evolve(head, columns=places)
    lines = Lines(source, head)
    found = _plain(lines, plans)
    return read_covers(lines.table(), plans) if found is None else found


def _plain(lines: Lines, plans: Sequence[Plan]) -> Held | None:
    """Return the covers of a table all of whose rows are plainly good, else ``None``."""
    blank = lines.load()
    columns = {HEADERS[header]: place for header, place in lines.head.columns.items() if header in HEADERS}
    if not {"id_number", *_WHICH[:3]} <= columns.keys():
        return None
    if any(item.severity == "error" for item in lines.head.problems):
        return None
    texts = {name: lines.texts[place] for name, place in columns.items()}
    used = ~blank
    if "joins" in texts:
        used &= ~pc.is_in(texts["joins"], pa.array(NO_COVER)).to_numpy(zero_copy_only=False)
    if (lines.doubt & ~blank).any() or (used & ~valid_ids(texts["id_number"])).any():
        return None
    texts = {name: values.filter(pa.array(used)) for name, values in texts.items()}
    try:
        read = {name: _each(texts[name], READERS[name]) for name in _WHICH if name in texts}
    except ValueError:
        return None
    titles = {plan.title.zh: plan.id for plan in plans}
    firsts, place = combinations([codes for _values, codes in read.values()], int(used.sum()))
    kinds = [
        {name: values[codes[first]] for name, (values, codes) in read.items()} for first in firsts.tolist()
    ]
    if any(kind["last_day"] < kind["first_day"] for kind in kinds):
        return None
    covers = [Coverage(**{**kind, "plan": titles.get(kind["plan"], kind["plan"])}) for kind in kinds]
    return _by_person(texts["id_number"], covers, place)


def _each(texts: pa.Array, read: Callable[[Cell], Any]) -> tuple[list[Any], np.ndarray]:
    """Return what each distinct text says, and for each row which it is.

    Raises:
        ValueError: one of them cannot be read.
    """
    coded = texts.dictionary_encode()
    return [read(Cell(text)) for text in coded.dictionary.to_pylist()], coded.indices.to_numpy()


def _by_person(numbers: pa.Array, covers: Sequence[Coverage], place: np.ndarray) -> Held:
    """Return the covers of each person in the order of rows; who has the same as another shares the records."""
    coded = numbers.dictionary_encode()
    person = coded.indices.to_numpy()
    sorted_ = place[np.argsort(person, kind="stable")]
    ends = np.cumsum(np.bincount(person, minlength=len(coded.dictionary))).tolist()
    known: dict[bytes, tuple[Coverage, ...]] = {}
    found: Held = {}
    start = 0
    for number, end in zip(coded.dictionary.to_pylist(), ends, strict=True):
        mine = sorted_[start:end]
        key = mine.tobytes()
        if key not in known:
            known[key] = tuple(covers[which] for which in mine.tolist())
        found[number], start = known[key], end
    return found
