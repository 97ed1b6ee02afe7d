"""The rows of a large roster's quotes, which are columns: one for each person and plan, then every row without a quote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define

from mutualplans.batch.arrange import EPOCH
from mutualplans.batch.columns import ROW
from mutualplans.batch.combine import combinations
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.people import ID, NAME, People
from mutualplans.batch.quoted import Quoted
from mutualplans.batch.roster_quotes import PlanQuotes, quoted_for_none
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
    sentences,
    whys,
)
from mutualplans.engine.quote import Quote
from mutualplans.model.decision import Reason
from mutualplans.model.masks import mask_digits, mask_name
from mutualplans.model.text import Lang

__all__ = ["Rows"]

_HOW: dict[str, How] = {
    "row": "number",
    "first_day": "date",
    "last_day": "date",
    "shares": "number",
    "joins": "flag",
}
_NO_GROUP: tuple[Reason, ...] = ()


@define(eq=False)
class Rows:
    """The rows; the same as `mutualplans.cli.quote_rows` makes of records.

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
        idle = quoted_for_none(self.people, self.plans)
        none, some = (no_plan("", wants_none=wants) for wants in (True, False))
        wants_none = pa.array(self.people.names_any[idle])
        return {
            **self._persons(idle),
            "joins": pa.repeat(False, len(idle)),
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
            quote = item.said(row)
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


def _each(coded: pa.DictionaryArray, make: Callable[[str], str]) -> pa.Array:
    return pa.array(map(make, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)


def _same(text: str, like: np.ndarray) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), len(like))


def _or_null(values: np.ndarray, without: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.int64), mask=without)


def _days(ordinals: np.ndarray, without: np.ndarray) -> pa.Array:
    return pa.array((ordinals - EPOCH).astype(np.int32), pa.int32(), mask=without).cast(pa.date32())


def _filled(columns: dict[str, pa.Array], names: Iterable[str]) -> pa.Table:
    """Return the columns wanted; empty where a row has none."""
    count = len(columns["row"])
    return pa.table({name: columns.get(name, pa.nulls(count)) for name in names})
