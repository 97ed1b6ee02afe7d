"""What joining one plan or package costs many persons, as columns; and what there is to say of some of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np
from attrs import define, field, frozen

from mutualplans.batch.joinings import Joinings
from mutualplans.batch.kernel.support import MISSING
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.groups import not_quoted
from mutualplans.engine.limits import INT64
from mutualplans.engine.office import GroupRule, OfficePlan, Package
from mutualplans.engine.quote import Joining, Quote
from mutualplans.model.problem import MutualPlansError, Problem
from mutualplans.model.text import Text

__all__ = ["Quoted", "Said", "Wanted"]

Said = Quote | tuple[Problem, ...]
"""What there is to say of a person: a quote, or why there is none."""


@frozen(kw_only=True)
class Wanted:
    """A plan or package that persons want.

    Attributes:
        id: Its id.
        title: What it is called.
        split: Who pays which part of the fee.
        group: Group rules.
        equal_shares: Whether all of a unit must hold the same number of shares.
        parts: Ids of the plans of a package.
    """

    id: str
    title: Text
    split: Mapping[str, Fraction]
    group: tuple[GroupRule, ...]
    equal_shares: bool = False
    parts: tuple[str, ...] = ()

    @classmethod
    def plan(cls, item: OfficePlan) -> Wanted:
        """Return a plan."""
        return cls(
            id=item.plan.id,
            title=item.plan.title,
            split=item.split,
            group=item.group,
            equal_shares=item.equal_shares,
        )

    @classmethod
    def package(cls, item: Package) -> Wanted:
        """Return a package."""
        return cls(id=item.id, title=item.title, split=item.split, group=item.group, parts=item.plans)


@define(eq=False)
class Quoted:
    """What joining one plan or package costs many persons.

    Attributes:
        wanted: The plan or package.
        joinings: The persons.
        quote_one: Quotes one person by the engine.
        bounds: The plan bound to each edition that is met; none for a package, which has an edition of each plan.
        editions: Ids of the editions that are met.
        edition: For each person the place of the edition in `editions`; -1 where none could be found.
        last_day: Last day of the cover that would begin, as an ordinal.
        premium: Fen; `MISSING` for who cannot join.
        returns: Fen that come back at the end of a term.
        covered: Who is already covered by the plan on some day of the term.
        said: For each person the place of what `note` returns; -1 where there is nothing to say.
        notes: What is said, or the row of a person of whom it has not been asked yet.
        opaque: Edition id → why no kernel can be written of it.
    """

    wanted: Wanted
    joinings: Joinings
    quote_one: Callable[[Joining], Quote]
    bounds: list[BoundPlan] = field(factory=list, init=False)
    editions: list[str] = field(factory=list, init=False)
    edition: np.ndarray = field(init=False)
    last_day: np.ndarray = field(init=False)
    premium: np.ndarray = field(init=False)
    returns: np.ndarray = field(init=False)
    covered: np.ndarray = field(init=False)
    said: np.ndarray = field(init=False)
    notes: list[Said | int] = field(factory=list, init=False)
    opaque: dict[str, str] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        count = len(self.joinings)
        self.edition = np.full(count, -1, np.int64)
        self.last_day = np.zeros(count, np.int32)
        self.premium = np.full(count, MISSING, np.int64)
        self.returns = np.zeros(count, np.int64)
        self.covered = np.zeros(count, bool)
        self.said = np.full(count, -1, np.int64)

    @property
    def joins(self) -> np.ndarray:
        """Who can join."""
        return self.premium != MISSING

    def unquoted(self) -> np.ndarray:
        """Return who has no quote at all, because no edition fits or a record refuses the facts."""
        without = np.array([isinstance(note, tuple) for note in self.notes] + [False], bool)
        found: np.ndarray = without[self.said]
        return found

    def refuse(self, who: np.ndarray, why: tuple[Problem, ...]) -> None:
        """Quote some persons not at all."""
        self.premium[who], self.returns[who], self.covered[who] = MISSING, 0, False
        self.said[who] = len(self.notes)
        self.notes.append(why)

    def note(self, place: int) -> Said:
        """Return a quote whose reasons and problems are those of the persons there, or why nothing is quoted.

        Sentences take longer than all the rest, so the engine is asked when they are.
        """
        found = self.notes[place]
        if isinstance(found, int):
            found = self.notes[place] = self.exactly(found)
        return found

    def all_notes(self) -> list[Said]:
        """Return what `note` returns at each place."""
        open_ = [place for place, found in enumerate(self.notes) if isinstance(found, int)]
        for start in range(0, len(open_), 10_000):
            some = open_[start : start + 10_000]
            self.joinings.tell([row for place in some if isinstance(row := self.notes[place], int)])
            for place in some:
                self.note(place)
        return [self.note(place) for place in range(len(self.notes))]

    def exactly(self, row: int) -> Said:
        """Quote one person by the engine."""
        try:
            found = self.quote_one(self.joinings.joining(row))
            if max(found.premium or 0, found.returns) >= INT64:
                message = "the premium does not fit into 64 bits"
                raise ValueError(message)
        except MutualPlansError as error:
            return error.problems
        except ValueError as error:
            key = str(self.joinings.table["row"][row].as_py())
            return (not_quoted(self.wanted.title, key, error),)
        return found
