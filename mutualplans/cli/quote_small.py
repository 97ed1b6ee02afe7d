"""Quotes as records: one person, or a roster person by person."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click
from attrs import evolve

from mutualplans.batch.extra import need_the_extra
from mutualplans.cli import quote_rows, quotes
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import print_csv, print_json
from mutualplans.cli.quote_all import quote_all, systems_of
from mutualplans.cli.quote_asked import Asked, refuse_empty, say_found, say_source, say_written
from mutualplans.cli.systems import print_systems, systems_data
from mutualplans.engine.groups import GroupQuote
from mutualplans.engine.systems import SystemQuote
from mutualplans.files.covers import HEADERS, read_covers
from mutualplans.files.roster import Entry, Roster, known_headers, read_roster
from mutualplans.files.tables import read_table
from mutualplans.model.coverage import Coverage
from mutualplans.model.problem import Problem
from mutualplans.plan.declaration import Plan

__all__ = ["WORTH_COLUMNS", "quote_roster", "quote_small", "worth_columns"]

WORTH_COLUMNS = 200_000
"""Bytes of a roster from which on it is quoted as columns: some two thousand persons."""


def worth_columns(asked: Asked, path: str) -> bool:
    """Return whether a roster is to be quoted as columns.

    It needs the extra ``mutualplans[batch]``; the result is the same. JSON is made of records.

    Raises:
        click.UsageError: a Parquet file beside JSON.
        MutualPlansError: a Parquet file without the extra.
    """
    kinds = {Path(name).suffix.lower() for name in (path, asked.out or "")}
    if ".parquet" in kinds:
        if asked.output_format == "json":
            message = t(
                "Parquet 名册和明细不能与 --format json 同时使用：明细写到文件（-o 明细.parquet），或用 CSV 名册",
                "Parquet does not go with --format json: write the rows (-o rows.parquet), or give the roster as CSV",
            )
            raise click.UsageError(message)
        need_the_extra()
        return True
    if any(find_spec(name) is None for name in ("pyarrow", "numpy")) or asked.output_format == "json":
        return False
    try:
        return Path(path).stat().st_size >= WORTH_COLUMNS
    except OSError:  # said when the file is read
        return False


def quote_roster(asked: Asked, path: str, encoding: str | None, sheet: str | None) -> bool:
    """Quote a roster and show it; returns whether anything was refused.

    Raises:
        MutualPlansError: a file cannot be read, or lists nobody.
    """
    headers = known_headers(asked.declared, asked.packages)
    table = read_table(path, known_headers=headers, encoding=encoding, sheet=sheet)
    read = read_roster(table, asked.declared, asked.units, asked.first_day, asked.packages)
    rows = len(read.entries) + len(read.refusals)
    refuse_empty(table.source, read.problems, headers=bool(table.headers), rows=rows)
    say_source(path, read.encoding, read.sheet)
    return quote_small(asked, read)


def quote_small(asked: Asked, read: Roster, *, alone: bool = False) -> bool:
    """Quote people and show it; returns whether anything was refused.

    Args:
        asked: What was asked for.
        read: The people.
        alone: Whether it is one person, whom options described.

    Raises:
        MutualPlansError: a file cannot be read or written.
    """
    if asked.covers:
        read = _with_covers(read, asked)
    groups = quote_all(
        asked.office, asked.plans, asked.packages, read.entries, asked.edition, named=asked.named
    )
    systems, doubts = ([], []) if alone else systems_of(asked.office, groups, read.entries)
    said = quotes.problems_of(groups, read, quotes.MOST_SHOWN if asked.shortened else None)
    problems = (*read.problems, *said.problems, *doubts)
    _show(asked, groups, systems, read, problems, alone=alone)
    if asked.output_format != "json":
        say_found(problems, said.hidden)
    if asked.out:
        quote_rows.write(asked.out, groups, read, lang(), reveal=asked.reveal, discount=asked.discount)
        say_written(asked.out)
    return said.failed or any(item.severity == "error" for item in problems)


def _with_covers(read: Roster, asked: Asked) -> Roster:
    """Return the roster with the covers of each person who has an ID number; without one they are not known."""
    known = _covers(asked.covers or "", asked.declared)

    def covers(entry: Entry) -> Entry:
        number = entry.joining.insured.id_number
        found = None if number is None else known.get(number.reveal(), ())
        return evolve(entry, joining=evolve(entry.joining, covers=found))

    return evolve(read, entries=tuple(map(covers, read.entries)))


def _covers(path: str, plans: Sequence[Plan]) -> dict[str, tuple[Coverage, ...]]:
    if Path(path).suffix.lower() == ".parquet":
        need_the_extra()
        from mutualplans.batch.coverfile import read_many_covers

        return read_many_covers(path, plans)
    return read_covers(read_table(path, known_headers=HEADERS), plans)


def _show(
    asked: Asked,
    groups: list[GroupQuote],
    systems: list[SystemQuote],
    read: Roster,
    problems: tuple[Problem, ...],
    *,
    alone: bool,
) -> None:
    reveal, discount = asked.reveal, asked.discount
    if asked.output_format == "json":
        made = quote_rows.as_data(groups, read, problems, lang(), reveal=reveal, discount=discount)
        print_json(made | {"systems": systems_data(systems)})
    elif asked.output_format == "csv":
        print_csv(*quote_rows.rows(groups, read, lang(), reveal=reveal, discount=discount))
    elif alone:
        quotes.print_person(groups, lang(), discount)
    else:
        people = quotes.people_of(read)
        rows = quotes.Counted(
            read=len(read.entries),
            refused=len(read.refused),
            idle=len(quotes.joining_none(groups, read)),
        )
        quotes.print_groups(
            quotes.summaries_of(groups),
            rows,
            lambda key: quotes.name_of(people[key], reveal=reveal),
            lang(),
            reveal=reveal,
            written=asked.shortened,
        )
        print_systems(systems)
