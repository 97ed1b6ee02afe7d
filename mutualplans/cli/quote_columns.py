"""Quotes of a large roster, which are columns: what is told of them, and the rows of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, evolve, field

from mutualplans.batch.columns import ROW
from mutualplans.batch.combine import combinations
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.people import ID, NAME, People
from mutualplans.batch.quoting import Quoted
from mutualplans.batch.roster_quotes import PlanQuotes
from mutualplans.batch.write import Column, How, Sheet, Writer, check_kind
from mutualplans.cli.language import t
from mutualplans.cli.quote_words import (
    COLUMNS,
    NET,
    RETURNS,
    RETURNS_LABEL,
    codes,
    net_amount,
    net_label,
    no_plan,
    place,
    sentences,
    whys,
)
from mutualplans.cli.quotes import Counted, Said, Summary
from mutualplans.engine.quote import Quote
from mutualplans.model.decision import Reason
from mutualplans.model.masks import mask_digits, mask_name
from mutualplans.model.problem import Problem
from mutualplans.model.text import Lang, Text

__all__ = ["Shown"]

_HOW: dict[str, How] = {
    "row": "number",
    "first_day": "date",
    "last_day": "date",
    "shares": "number",
    "joins": "flag",
}
_NO_GROUP: tuple[Reason, ...] = ()


@define(eq=False)
class Shown:
    """What is shown of a large roster; the same as `mutualplans.cli.quotes` and `quote_rows` show of records.

    Attributes:
        people: The roster.
        plans: The quotes.
        lang: The language.
        reveal: Whether names and ID numbers are shown in full.
        discount: What a yuan at the end of the term is worth at its start.
    """

    people: People
    plans: Sequence[PlanQuotes]
    lang: Lang
    reveal: bool
    discount: Fraction | None = None
    rows: np.ndarray = field(init=False)
    idle: np.ndarray = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.rows = self.people.table[ROW].to_numpy()
        idle = np.ones(len(self.people), bool)
        for item in self.plans:
            idle[item.at] = False
        self.idle = np.flatnonzero(idle)

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

    # ------------------------------------------------------------ what is told

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
                    (self._key(item, row), _why(item, row))
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
            most: How many of those about single persons are wanted; ``None`` for all.
        """
        found: dict[Problem, None] = {}
        shown = more = 0
        failed = False
        for item in self.plans:
            noted = _with_problems(item)
            unquoted = item.made.unquoted()
            rows = np.flatnonzero(noted[item.made.said])
            failed |= any(
                one.severity == "error" for row in _of_each_note(item, rows) for one in _why(item, row)
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
                    found |= dict.fromkeys(evolve(one, where=one.where or where) for one in _why(item, row))
        told = self.idle if most is None else self.idle[: max(most - shown, 0)]
        names_any = self.people.names_any
        found |= dict.fromkeys(
            no_plan(self._place(at), wants_none=bool(names_any[at])) for at in told.tolist()
        )
        return Said(problems=tuple(found), hidden=more + len(self.idle) - len(told), failed=failed)

    def _told_of(self, item: PlanQuotes, row: int) -> list[Problem]:
        key = self._key(item, row)
        own = ("join.failed", "join.in-package")
        return [evolve(one, where=key) if one.code in own else one for one in _why(item, row)]

    def _place(self, at: int) -> str:
        return place(str(self.rows[at]), self._name(at, reveal=False))

    # ------------------------------------------------------------ the rows

    @property
    def sheet(self) -> Sheet:
        """The columns of the rows."""
        columns = [
            Column(name, label, "money" if name.endswith("_fen") else _HOW.get(name, "text"))
            for name, label in COLUMNS.items()
        ]
        if any((item.made.returns != 0).any() for item in self.plans):
            columns.append(Column(RETURNS, RETURNS_LABEL, "money"))
            if self.discount is not None:
                columns.append(Column(NET, net_label(self.discount)))
        return Sheet(tuple(columns))

    def write(self, path: str) -> None:
        """Write the rows as csv, xlsx or parquet.

        Raises:
            MutualPlansError: the file cannot be written, or its name ends otherwise.
        """
        check_kind(path)
        sheet = self.sheet
        with Writer(Path(path), sheet, self.lang) as file:
            for table in self.tables([column.name for column in sheet.columns]):
                file.write(table)

    def tables(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the rows: one for each person and plan, then every row for which nothing is quoted.

        Args:
            names: The columns wanted.
        """
        for item in self.plans:
            yield self._by_cover(item, _filled(self._quotes(item), names))
        yield _filled(self._idle(), names)
        refused = self.people.refused
        why = [t("退回：", "refused: ") + sentences(self.people.refusals[row], self.lang) for row in refused]
        said = ["; ".join(one.code for one in self.people.refusals[row]) for row in refused]
        rows = {"row": pa.array(refused, pa.int64()), "words": pa.array(why, pa.string())}
        rows["joins"] = pa.array([False] * len(refused), pa.bool_())
        yield _filled({**rows, "reasons": pa.array(said, pa.string())}, names)

    def _persons(self, at: np.ndarray) -> dict[str, pa.Array]:
        table = self.people.table.select([ROW, NAME, ID, "unit.name"]).take(pa.array(at)).combine_chunks()
        ids = table[ID]
        if not self.reveal:  # every number that was read has 18 characters
            ids = pc.utf8_replace_slice(ids, 2, 16, "*" * 14)
        names = table[NAME].combine_chunks().dictionary_encode()
        units = table["unit.name"].combine_chunks()
        return {
            "row": table[ROW],
            "name": _each(names, lambda text: mask_name(text, reveal=self.reveal)),
            "id_number": ids,
            "unit": _each(units, lambda text: mask_digits(text, reveal=self.reveal)),
        }

    def _idle(self) -> dict[str, pa.Array]:
        none, some = (no_plan("", wants_none=wants) for wants in (True, False))
        wants_none = pa.array(self.people.names_any[self.idle])
        return {
            **self._persons(self.idle),
            "joins": pa.repeat(False, len(self.idle)),
            "words": pc.if_else(wants_none, none.message.in_(self.lang), some.message.in_(self.lang)),
            "reasons": pc.if_else(wants_none, none.code, some.code),
        }

    def _quotes(self, item: PlanQuotes) -> dict[str, pa.Array]:
        made, units = item.made, item.units
        unquoted = made.unquoted()
        order = _order(item)
        joins, without = units.joins[order], unquoted[order]
        columns = self._persons(item.at[order])
        wanted = made.wanted
        columns |= {"title": _same(wanted.title.in_(self.lang), order), "plan": _same(wanted.id, order)}
        editions = pa.array(made.editions, pa.string())
        columns["edition"] = editions.take(_or_null(made.edition[order], without))
        columns["first_day"] = _days(made.joinings.column("cover.first_day")[order], without)
        columns["last_day"] = _days(made.last_day[order], without)
        shares = made.joinings.column("cover.shares")[order].astype(np.int64)
        columns["shares"] = _or_null(shares, without | (shares == MISSING))
        columns["joins"] = pa.array(joins)
        columns["premium_fen"] = _or_null(made.premium[order], ~joins)
        for payer, fen in units.split.items():
            columns[f"{payer}_fen"] = _or_null(fen[order], ~joins)
        columns |= self._words(item, order)
        can = made.joins[order]
        columns[RETURNS] = _or_null(made.returns[order], ~can)
        if self.discount is not None:
            columns[NET] = self._net(made.premium[order], made.returns[order], can)
        return columns

    def _by_cover(self, item: PlanQuotes, table: pa.Table) -> pa.Table:
        """Return the rows of a package with one for each cover; what is due stands in the first."""
        made, count, parts = item.made, len(table), item.made.wanted.parts
        if not parts:
            return table
        order = _order(item)
        quoted = ~made.unquoted()[order]
        said = pa.array(made.said[order], mask=~quoted)
        tables = []
        for number in range(len(parts)):
            columns = {name: table[name] for name in table.column_names}
            columns |= {name: values.take(said) for name, values in _cover_columns(made, number).items()}
            for name in columns:
                if name in (RETURNS, NET) or (number and name.endswith("_fen")):
                    columns[name] = pa.nulls(count, table[name].type)
            tables.append(pa.table(columns))
        rows, numbers = np.arange(count)[:, None], np.arange(len(parts))
        places = np.where(quoted[:, None], rows + count * numbers, rows + count * len(parts))
        kept = quoted[:, None] | (numbers == 0)
        return pa.concat_tables([*tables, table]).take(pa.array(places[kept]))

    def _words(self, item: PlanQuotes, order: np.ndarray) -> dict[str, pa.Array]:
        """Return why somebody cannot join and what else there is to say, made once for all of whom the same is said."""
        units = item.units
        unmet = np.array([bool(unit.group) for unit in units.quotes], bool)
        said = item.made.said[order]
        group = np.where(unmet, np.arange(len(unmet)), -1)[units.unit[order]]
        firsts, where = combinations([said, group], len(order))
        texts, found = [], []
        for first in firsts.tolist():
            row, number = int(order[first]), int(group[first])
            reasons = units.quotes[number].group if number >= 0 else _NO_GROUP
            quote = _said(item, row)
            if isinstance(quote, Quote):
                texts.append(whys(quote, reasons, self.lang))
                found.append(codes(quote, reasons))
            elif quote is None:
                texts.append(t("；", "; ").join(reason.text.in_(self.lang) for reason in reasons))
                found.append("; ".join(reason.code for reason in reasons))
            else:
                texts.append(sentences(quote, self.lang))
                found.append("; ".join(one.code for one in quote))
        at = pa.array(where)
        return {
            "words": pa.array(texts, pa.string()).take(at),
            "reasons": pa.array(found, pa.string()).take(at),
        }

    def _net(self, premium: np.ndarray, returns: np.ndarray, can: np.ndarray) -> pa.Array:
        firsts, where = combinations([np.where(can, premium, MISSING), returns], len(can))
        discount = self.discount or Fraction(0)
        texts = [
            str(net_amount(int(premium[first]) - int(returns[first]) * discount)) if can[first] else None
            for first in firsts.tolist()
        ]
        return pa.array(texts, pa.string()).take(pa.array(where))


# ---------------------------------------------------------------- what is said of single persons


def _cover_columns(made: Quoted, number: int) -> dict[str, pa.Array]:
    """Return one cover of each note of a package."""
    covers = [note.covers[number] if isinstance(note, Quote) else None for note in made.all_notes()]
    return {
        name: pa.array([None if one is None else getattr(one, name) or None for one in covers], kind)
        for name, kind in _OF_COVER.items()
    }


_OF_COVER = {
    "plan": pa.string(),
    "edition": pa.string(),
    "first_day": pa.date32(),
    "last_day": pa.date32(),
    "shares": pa.int64(),
}


def _order(item: PlanQuotes) -> np.ndarray:
    """Return the persons by unit; last in each those without a quote, and of these last who has the plan in a package."""
    found: np.ndarray = np.lexsort((item.inside, item.made.unquoted(), item.units.unit))
    return found


def _said(item: PlanQuotes, row: int) -> Quote | tuple[Problem, ...] | None:
    number = int(item.made.said[row])
    return item.made.note(number) if number >= 0 else None


def _quote(item: PlanQuotes, row: int) -> Quote:
    """Return a quote whose reasons and problems are those of somebody who cannot join."""
    found = _said(item, row)
    if not isinstance(found, Quote):
        raise TypeError(found)
    return found


def _why(item: PlanQuotes, row: int) -> tuple[Problem, ...]:
    """Return the problems of somebody's quote, or why there is none."""
    found = _said(item, row)
    if found is None:
        return ()
    return found.problems if isinstance(found, Quote) else found


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


# ---------------------------------------------------------------- columns


def _each(coded: pa.DictionaryArray, make: Callable[[str], str]) -> pa.Array:
    return pa.array(map(make, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)


def _same(text: str, like: np.ndarray) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), len(like))


def _or_null(values: np.ndarray, without: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.int64), mask=without)


_EPOCH = 719_163


def _days(ordinals: np.ndarray, without: np.ndarray) -> pa.Array:
    return pa.array((ordinals - _EPOCH).astype(np.int32), pa.int32(), mask=without).cast(pa.date32())


def _filled(columns: dict[str, pa.Array], names: Iterable[str]) -> pa.Table:
    """Return the columns wanted; empty where a row has none."""
    count = len(columns["row"])
    return pa.table({name: columns.get(name, pa.nulls(count)) for name in names})
