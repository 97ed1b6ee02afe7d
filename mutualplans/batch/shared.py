"""Claim numbers that several persons have: told, for a number is how papers and payments find their claim."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.columns import CLAIM, PERSON, ROW
from mutualplans.batch.hashes import hashed
from mutualplans.batch.outcome import Rows
from mutualplans.model.problem import Problem, problem

__all__ = ["Numbers", "say_shared", "shared_numbers"]


@define(eq=False)
class Numbers:
    """Remembers the numbers of claims, in eight bytes each."""

    _hashes: list[np.ndarray] = field(factory=list, init=False)

    def add(self, claims: pa.Table) -> None:
        """Remember the numbers of some claims."""
        self._hashes.append(hashed(claims["claim"]))

    def add_all_of(self, claims: pa.Table) -> None:
        """Remember the numbers of persons all of whose claims these are.

        What only one of them has comes once, however often, so that `again` tells numbers of several persons alone.
        """
        stated = claims.select(["claim", PERSON]).drop_null()
        here = Numbers()
        here.add(stated)
        self._hashes.append(np.unique(here._hashes[0]))
        self._hashes.append(hashed(shared_numbers([stated], here.again())))

    def plus(self, other: Numbers) -> None:
        """Add what another remembers."""
        self._hashes += other._hashes

    def again(self) -> np.ndarray:
        """Return the hashes that came more than once, and forget the rest."""
        every = np.concatenate([np.zeros(0, np.uint64), *self._hashes])
        self._hashes = []
        every.sort()
        return np.unique(every[1:][every[1:] == every[:-1]])


def shared_numbers(parts: Iterable[pa.Table], again: np.ndarray) -> pa.Array:
    """Return the numbers that claims of several persons have; `again` are the hashes that came more than once."""
    if not len(again):
        return pa.array([], pa.string())
    rows = [
        part.select(["claim", PERSON]).filter(pa.array(np.isin(hashed(part["claim"]), again)))
        for part in parts
    ]
    persons = pa.concat_tables(rows).drop_null().group_by("claim").aggregate([(PERSON, "count_distinct")])
    return persons.filter(pc.greater(persons[f"{PERSON}_count_distinct"], 1))["claim"].combine_chunks()


def say_shared(claims: pa.Table, rows: Rows) -> None:
    """Say of each of these claims that its number is shared; needed are its number, person and row."""
    for row in claims.select(["claim", PERSON, ROW]).to_pylist():
        rows.problem(_number_shared(row["claim"]), file=CLAIM, **row)


def _number_shared(claim: str) -> Problem:
    """Say that claims of several persons have one number."""
    return problem(
        "claim.number-shared",
        f"申领编号 {claim} 也用在别人的申领上，按各自的申领分别核定",
        f"claim number {claim} is used for another person too; each is decided as a claim of its own",
        hint_zh="核对是否同一份材料用了两次；不是的，换一个编号",
        hint_en="check that the same papers were not used twice; if not, give one of them another number",
        severity="warning",
    )
