"""Claim numbers that several persons have: told, for a number is how papers and payments find their claim."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.columns import PERSON
from mutualplans.batch.hashes import hashed
from mutualplans.model.problem import Problem, problem

__all__ = ["Numbers", "number_shared", "shared_numbers"]


@define(eq=False)
class Numbers:
    """Remembers the numbers of claims, in eight bytes each."""

    _hashes: list[np.ndarray] = field(factory=list, init=False)

    def add(self, claims: pa.Table) -> None:
        """Remember the numbers of some claims."""
        self._hashes.append(hashed(claims["claim"]))

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


def number_shared(claim: str) -> Problem:
    """Say that claims of several persons have one number."""
    return problem(
        "claim.number-shared",
        f"申领编号 {claim} 也用在别人的申领上，按各自的申领分别核定",
        f"claim number {claim} is used for another person too; each is decided as a claim of its own",
        hint_zh="核对是否同一份材料用了两次；不是的，换一个编号",
        hint_en="check that the same papers were not used twice; if not, give one of them another number",
        severity="warning",
    )
