"""Quotes of a large roster: read, quoted and written as columns."""

from __future__ import annotations

import pyarrow as pa

from mutualplans.batch.coverfile import read_many_covers
from mutualplans.batch.roster_quotes import quote_people
from mutualplans.batch.rosters import read_people
from mutualplans.batch.run import threads_by_default
from mutualplans.batch.units import systems_of
from mutualplans.batch.write import cells_of, check_kind
from mutualplans.cli import quotes
from mutualplans.cli.language import lang
from mutualplans.cli.output import print_csv
from mutualplans.cli.quote_asked import Asked, refuse_empty, say_found, say_source, say_written
from mutualplans.cli.quote_columns import Told
from mutualplans.cli.quote_tables import Rows
from mutualplans.cli.systems import print_systems

__all__ = ["quote_large"]


def quote_large(asked: Asked, path: str, encoding: str | None, sheet: str | None) -> bool:
    """Quote a roster and show it, as `mutualplans.cli.quote_small` does; returns whether anything was refused.

    Raises:
        MutualPlansError: a file cannot be read or written, or lists nobody.
    """
    if asked.out:
        check_kind(asked.out)
    people = read_people(
        path, asked.declared, asked.units, asked.first_day, asked.packages, encoding=encoding, sheet=sheet
    )
    rows = len(people) + len(people.refusals)
    refuse_empty(people.source, people.problems, headers=bool(people.headers), rows=rows)
    say_source(path, people.encoding, people.sheet)
    covers = read_many_covers(asked.covers, asked.declared) if asked.covers else None
    made = quote_people(
        asked.office,
        asked.plans,
        asked.packages,
        people,
        asked.edition,
        named=asked.named,
        covers=covers,
        threads=threads_by_default(),
    )
    told = Told(people, made, asked.reveal)
    lines = Rows(people, made, lang(), asked.reveal, asked.discount)
    standing = [systems_of(asked.office, item.made, item.units) for item in made]
    said = told.problems(quotes.MOST_SHOWN if asked.shortened else None)
    doubts = dict.fromkeys(one for _systems, found in standing for one in found)
    problems = (*people.problems, *said.problems, *doubts)
    if asked.output_format == "csv":
        _print_rows(lines)
    else:
        quotes.print_groups(
            told.summaries(),
            told.counted,
            told.name,
            lang(),
            reveal=asked.reveal,
            written=asked.shortened,
        )
        print_systems([one for found, _doubts in standing for one in found])
    say_found(problems, said.hidden)
    if asked.out:
        lines.write(asked.out)
        say_written(asked.out)
    return said.failed or any(item.severity == "error" for item in problems)


def _print_rows(rows: Rows) -> None:
    sheet = rows.sheet
    names = [column.name for column in sheet.columns]
    tables = (cells_of(table, sheet, lang()) for table in rows.tables(names))
    lines = (
        line for table in tables for line in zip(*map(pa.ChunkedArray.to_pylist, table.columns), strict=True)
    )
    print_csv([column.label.in_(lang()) for column in sheet.columns], lines)
