"""What is told of a large roster, whose quotes are columns: totals, who cannot join, problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from attrs import define, evolve, field

from mutualplans.batch.columns import ROW
from mutualplans.batch.people import NAME, People
from mutualplans.batch.roster_quotes import PlanQuotes, quoted_for_none
from mutualplans.cli.quote_words import no_plan, place
from mutualplans.cli.quotes import Counted, Said, Summary
from mutualplans.engine.quote import Quote
from mutualplans.model.masks import mask_name
from mutualplans.model.problem import Problem
from mutualplans.model.text import Text

__all__ = ["Told"]


@define(eq=False)
class Told:
    """What is told of a large roster; the same as `mutualplans.cli.quotes` tells of records.

    Attributes:
        people: The roster.
        plans: The quotes.
        reveal: Whether names are shown in full.
    """

    people: People
    plans: Sequence[PlanQuotes]
    reveal: bool
    rows: np.ndarray = field(init=False)
    idle: np.ndarray = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.rows = self.people.table[ROW].to_numpy()
        self.idle = quoted_for_none(self.people, self.plans)

    @property
    def counted(self) -> Counted:
        """How many rows there are."""
        return Counted(read=len(self.people), refused=len(self.people.refusals), idle=len(self.idle))

    def name(self, key: str) -> str:
        """Return the name of a person by the key, masked unless it is to be revealed."""
        return self._name(int(np.searchsorted(self.rows, int(key))), reveal=self.reveal)

    def _name(self, at: int, *, reveal: bool) -> str:
        name = self.people.table[NAME][at].as_py()
        return mask_name(name, reveal=reveal) if name else ""

    def summaries(self) -> list[Summary]:
        """Return what is told of each plan and unit."""
        return [found for item in self.plans for found in self._of_plan(item)]

    def _of_plan(self, item: PlanQuotes) -> Iterator[Summary]:
        made, unquoted = item.made, item.made.unquoted()
        refused = np.flatnonzero(~made.joins & ~unquoted)
        cannot = _by_unit(refused, item)
        without = _by_unit(np.flatnonzero(unquoted), item)
        for number, unit in enumerate(item.units.quotes):
            mine = cannot[number]
            yield Summary(
                title=made.wanted.title,
                unit=unit.unit,
                listed=unit.listed,
                quoted=unit.quoted,
                joining=unit.joining,
                premium=unit.premium,
                split=unit.split,
                group=unit.group,
                unquoted=[
                    (self._key(item, row), item.why(row))
                    for row in sorted(without[number].tolist(), key=item.inside.__getitem__)
                ],
                cannot=len(mine),
                told=self._teller(item, mine),
                reasons=_reasons(item, mine),
            )

    def _teller(self, item: PlanQuotes, rows: np.ndarray) -> Callable[[int], list[tuple[str, Quote]]]:
        def told(most: int) -> list[tuple[str, Quote]]:
            return [(self._key(item, row), _quote(item, row)) for row in rows[:most].tolist()]

        return told

    def _key(self, item: PlanQuotes, row: int) -> str:
        return str(self.rows[item.at[row]])

    def problems(self, most: int | None) -> Said:
        """Return the problems of all quotes, each once, with the row and the masked name it is about.

        Args:
            most: Of how many persons those about themselves are wanted; ``None`` for all.
        """
        found: dict[Problem, None] = {}
        shown = more = 0
        failed = False
        for item in self.plans:
            noted = _with_problems(item)
            unquoted = item.made.unquoted()
            rows = np.flatnonzero(noted[item.made.said])
            failed |= any(
                one.severity == "error" for row in _of_each_note(item, rows) for one in item.why(row)
            )
            persons, without = _by_unit(rows[~unquoted[rows]], item), _by_unit(rows[unquoted[rows]], item)
            for number, unit in enumerate(item.units.quotes):
                mine = without[number]
                alone, inside = (mine[item.inside[mine] == which].tolist() for which in (False, True))
                found |= dict.fromkeys(one for row in alone for one in self._told_of(item, row))
                found |= dict.fromkeys(unit.problems)
                found |= dict.fromkeys(one for row in inside for one in self._told_of(item, row))
                failed |= any(one.severity == "error" for one in unit.problems)
                told = persons[number] if most is None else persons[number][: max(most - shown, 0)]
                shown, more = shown + len(told), more + len(persons[number]) - len(told)
                for row in told.tolist():
                    where = self._place(int(item.at[row]))
                    found |= dict.fromkeys(evolve(one, where=one.where or where) for one in item.why(row))
        told = self.idle if most is None else self.idle[: max(most - shown, 0)]
        names_any = self.people.names_any
        found |= dict.fromkeys(
            no_plan(self._place(at), wants_none=bool(names_any[at])) for at in told.tolist()
        )
        return Said(problems=tuple(found), hidden=more + len(self.idle) - len(told), failed=failed)

    def _told_of(self, item: PlanQuotes, row: int) -> list[Problem]:
        key = self._key(item, row)
        own = ("join.failed", "join.in-package")
        return [evolve(one, where=key) if one.code in own else one for one in item.why(row)]

    def _place(self, at: int) -> str:
        return place(str(self.rows[at]), self._name(at, reveal=False))


def _quote(item: PlanQuotes, row: int) -> Quote:
    """Return a quote whose reasons and problems are those of somebody who cannot join."""
    found = item.said(row)
    if not isinstance(found, Quote):
        raise TypeError(found)
    return found


def _with_problems(item: PlanQuotes) -> np.ndarray:
    """Return for each note whether it has problems; the last one stands for nothing to say."""
    notes = [note.problems if isinstance(note, Quote) else note for note in item.made.all_notes()]
    return np.array([bool(problems) for problems in notes] + [False], bool)


def _of_each_note(item: PlanQuotes, rows: np.ndarray) -> list[int]:
    """Return the first row of each note."""
    _notes, firsts = np.unique(item.made.said[rows], return_index=True)
    found: list[int] = rows[np.sort(firsts)].tolist()
    return found


def _reasons(item: PlanQuotes, rows: np.ndarray) -> dict[Text, int]:
    """Return why some persons cannot join, in the order in which it is first met, and how many."""
    _notes, firsts, counts = np.unique(item.made.said[rows], return_index=True, return_counts=True)
    found: dict[Text, int] = {}
    for place_ in np.argsort(firsts).tolist():
        for reason in _quote(item, int(rows[firsts[place_]])).reasons:
            found[reason.text] = found.get(reason.text, 0) + int(counts[place_])
    return found


def _by_unit(rows: np.ndarray, item: PlanQuotes) -> list[np.ndarray]:
    """Return the rows of each unit."""
    unit = item.units.unit[rows]
    order = np.argsort(unit, kind="stable")
    ends = np.searchsorted(unit[order], np.arange(len(item.units.quotes) + 1))
    return [rows[order[start:end]] for start, end in pairwise(ends)]
