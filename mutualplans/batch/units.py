"""The units of a large roster: who joins with whom, whether enough do, and who pays which part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from attrs import define, frozen

from mutualplans.batch.combine import combinations
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.quoted import Quoted
from mutualplans.engine.groups import group_faults
from mutualplans.engine.limits import INT64
from mutualplans.engine.office import Office
from mutualplans.engine.quote import shared_out
from mutualplans.engine.systems import SystemQuote, in_systems
from mutualplans.model.decision import Reason
from mutualplans.model.people import Unit
from mutualplans.model.problem import Problem

__all__ = ["UnitQuote", "Units", "split_of", "systems_of", "units_of"]


@frozen(kw_only=True)
class UnitQuote:
    """What joining one plan costs a unit; the same as `mutualplans.engine.groups.GroupQuote`, without its persons.

    Attributes:
        unit: Name of the unit.
        listed: How many persons want to join.
        quoted: How many of them could be quoted.
        joining: How many join; nobody does when a group rule is missed.
        takes_part: Whether anybody joins or is covered already.
        premium: Fen for all who join.
        split: Payer → fen for all who join.
        group: Why the unit cannot join.
        problems: What is missing for the group rule.
    """

    unit: str
    listed: int
    quoted: int
    joining: int
    takes_part: bool
    premium: int
    split: dict[str, int]
    group: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()


@define(eq=False)
class Units:
    """The units of one plan's quotes.

    Attributes:
        quotes: One for each unit, in the order in which units are first met.
        first: For each unit the first row.
        unit: For each person the place of the unit in `quotes`.
        joins: Who joins, the group rules considered.
        split: Payer → fen for each person who can join; 0 for the others.
    """

    quotes: list[UnitQuote]
    first: np.ndarray
    unit: np.ndarray
    joins: np.ndarray
    split: dict[str, np.ndarray]


def units_of(made: Quoted) -> Units:
    """Return the units of one plan's quotes, each checked against the office's group rules."""
    names, first, unit = _names(made)
    count = len(names)
    split = split_of(made)
    unquoted = made.unquoted()
    listed, quoted = np.bincount(unit, minlength=count), np.bincount(unit[~unquoted], minlength=count)
    counted = np.bincount(unit[made.joins | made.covered], minlength=count)
    wanted = _wanted(made, unit) if made.wanted.equal_shares else {}
    faults = [
        group_faults(
            made.wanted.group if quoted[place] else (),
            made.joinings.joining(int(first[place])).unit if made.wanted.group else Unit(),
            int(counted[place]),
            wanted.get(place, {}),
        )
        for place in range(count)
    ]
    missed = np.array([bool(reasons) for reasons, _problems in faults], bool)
    joins = made.joins & ~missed[unit] if count else made.joins
    sums = {payer: _sum(fen, unit, joins, count) for payer, fen in split.items()}
    premium, joining = _sum(made.premium, unit, joins, count), np.bincount(unit[joins], minlength=count)
    quotes = [
        UnitQuote(
            unit=names[place],
            listed=int(listed[place]),
            quoted=int(quoted[place]),
            joining=int(joining[place]),
            takes_part=bool(counted[place]) and not reasons,
            premium=premium[place],
            split={payer: fen[place] for payer, fen in sums.items()} if joining[place] else {},
            group=tuple(reasons),
            problems=tuple(problems),
        )
        for place, (reasons, problems) in enumerate(faults)
    ]
    return Units(quotes, first, unit, joins, split)


def systems_of(office: Office, made: Quoted, units: Units) -> tuple[list[SystemQuote], list[Problem]]:
    """Return how the systems of the units stand, as `mutualplans.engine.systems.in_systems` does."""
    records: Iterable[Unit] = (made.joinings.joining(int(row)).unit for row in units.first)
    taking_part = [quote.takes_part for quote in units.quotes]
    wanted = made.wanted
    return in_systems(office, wanted.id, wanted.title, wanted.group, zip(records, taking_part, strict=True))


def split_of(made: Quoted) -> dict[str, np.ndarray]:
    """Return payer → fen for each person who can join; each different premium is shared out once."""
    premiums, place = np.unique(np.where(made.joins, made.premium, 0), return_inverse=True)
    shares = [shared_out(made.wanted.split, int(premium)) for premium in premiums]
    return {
        payer: np.array([share[payer] for share in shares], np.int64)[place] for payer in made.wanted.split
    }


def _names(made: Quoted) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the units' names in the order in which they are met, the first row of each, and each row's unit."""
    table = made.joinings.table
    if "unit.name" not in table.column_names:
        names = pa.array([""] * len(table), pa.string())
    else:
        names = table["unit.name"].cast(pa.string()).combine_chunks().fill_null("")
    encoded = names.dictionary_encode()
    place = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    rows, unit = combinations([place], len(table))
    order = np.argsort(rows, kind="stable")
    back = np.zeros(len(order), np.int64)
    back[order] = np.arange(len(order))
    known: Sequence[str] = encoded.dictionary.to_pylist()
    return [known[place[row]] for row in rows[order]], rows[order], back[unit]


def _wanted(made: Quoted, unit: np.ndarray) -> dict[int, dict[int, int]]:
    """Return unit → shares → how many who can join want so many; one share where nothing is stated."""
    stated = made.joinings.column("cover.shares").astype(np.int64)
    shares = np.where(stated == MISSING, 1, stated)
    at = np.flatnonzero(made.joins)
    rows, place = combinations([unit[at], shares[at]], len(at))
    counts = np.bincount(place, minlength=len(rows))
    found: dict[int, dict[int, int]] = {}
    for row, count in zip(at[rows], counts, strict=True):
        found.setdefault(int(unit[row]), {})[int(shares[row])] = int(count)
    return found


def _sum(fen: np.ndarray, unit: np.ndarray, joins: np.ndarray, count: int) -> list[int]:
    """Return the sum for each unit, in whole fen."""
    amounts = fen[joins]
    if int(amounts.max(initial=0)) * len(amounts) >= INT64:
        amounts = amounts.astype(object)  # Python's own integers: slower, and never too small
    found = np.zeros(count, amounts.dtype)
    np.add.at(found, unit[joins], amounts)
    return [int(value) for value in found]
