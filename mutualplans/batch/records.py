"""From rows of the two tables to the records that the engine decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa
from attrs import define, field, frozen

from mutualplans.batch.columns import ORDER_OF_DECISION, ORDER_OF_TERMS, PERSON, ROW, Column
from mutualplans.engine.facts import Case
from mutualplans.engine.simulate import Situation
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Money, rate
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.text import FaultError, Text, said

__all__ = ["Person", "case_record", "claim_record", "decision_key", "persons"]

_NOT_OF_CLAIM = ("claim", PERSON, ROW, "decided")
_MADE: Mapping[Kind, Any] = {Kind.MONEY: Money, Kind.RATE: rate}

Row = Mapping[str, Any]


@frozen(kw_only=True)
class Person:
    """What a batch knows of one person.

    Attributes:
        key: Key of the person.
        situation: Covers and claims in their order.
        claim_rows: Row number of each claim of the situation.
        order: What each claim of the situation is put in the order of decision by.
        cover_rows: (plan, first day, last day) → row numbers of such covers.
        faults: Rows of which no record could be made.
    """

    key: str
    situation: Situation
    claim_rows: tuple[int, ...]
    order: tuple[tuple[Any, ...], ...]
    cover_rows: Mapping[tuple[Any, ...], tuple[int, ...]]
    faults: tuple[Fault, ...] = ()

    @property
    def lost_cover(self) -> bool:
        """Whether a cover is among the rows of which no record could be made."""
        return any(fault.claim is None for fault in self.faults)


@frozen
class Fault:
    """A row of which no record could be made.

    Attributes:
        row: Row number.
        claim: Number of the claim; ``None`` for a coverage.
        message: Why.
    """

    row: int
    claim: str | None
    message: Text


def persons(
    claims: pa.Table,
    coverages: pa.Table,
    claim_columns: Mapping[str, Column],
    coverage_columns: Mapping[str, Column],
) -> Iterator[Person]:
    """Yield the persons of two tables in which the rows of each stand together, in the order of their keys."""
    by_person: dict[str, tuple[list[Row], list[Row]]] = {}
    for place, table in enumerate((claims, coverages)):
        for key, rows in groupby(table.to_pylist(), key=lambda row: str(row[PERSON])):
            by_person.setdefault(key, ([], []))[place].extend(rows)
    for key in sorted(by_person):
        found_claims, found_covers = by_person[key]
        made = _Making(claim_columns, coverage_columns)
        yield made.person(key, found_claims, found_covers)


@define(eq=False)
class _Making:
    """Makes the records of one person."""

    claim_columns: Mapping[str, Column]
    coverage_columns: Mapping[str, Column]
    faults: list[Fault] = field(factory=list, init=False)

    def person(self, key: str, claim_rows: Iterable[Row], cover_rows: Iterable[Row]) -> Person:
        cases: dict[tuple[str, str, Any], Case] = {}
        numbers: dict[tuple[Any, ...], tuple[int, ...]] = {}
        covers = []
        for row in sorted(cover_rows, key=lambda row: _key(row, ORDER_OF_TERMS, self.coverage_columns)):
            try:
                case = case_record(row, self.coverage_columns)
            except ValueError as error:
                self.faults.append(Fault(row[ROW], None, said(error)))
                continue
            cover = case.coverage
            covers.append(cover)
            cases[cover.plan, cover.insured, cover.first_day] = case
            at = (cover.plan, cover.first_day, cover.last_day)
            numbers[at] = (*numbers.get(at, ()), row[ROW])
        claims, rows, order = [], [], []
        in_order = [(decision_key(row, self.claim_columns), row) for row in claim_rows]
        for place, row in sorted(in_order, key=lambda item: item[0]):
            try:
                claims.append(claim_record(row, self.claim_columns))
            except ValueError as error:
                self.faults.append(Fault(row[ROW], row["claim"], said(error)))
                continue
            rows.append(row[ROW])
            order.append(place)
        situation = Situation(
            member=Member(), coverages=tuple(covers), claims=tuple(claims), at_joining=cases
        )
        return Person(
            key=key,
            situation=situation,
            claim_rows=tuple(rows),
            order=tuple(order),
            cover_rows=numbers,
            faults=tuple(self.faults),
        )


def claim_record(row: Row, columns: Mapping[str, Column]) -> Claim:
    """Return the claim that a row of claims tells.

    Raises:
        ValueError: a value that its field cannot hold.
    """
    known, extra = _split(Claim, row, columns, _NOT_OF_CLAIM)
    known["circumstances"] = tuple(row.get("circumstances") or ())
    return Claim(id=row["claim"], **known, extra=extra)


def case_record(row: Row, columns: Mapping[str, Column]) -> Case:
    """Return the cover that a row of coverages tells, with who it was taken for.

    Raises:
        ValueError: a value that its field cannot hold.
    """
    known, extra = _split(Coverage, row, columns)
    cover = Coverage(
        plan=row["plan"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        edition=row.get("edition"),
        unit=row.get("unit.name") or "",
        transfer=bool(row.get("transfer")),
        family=(row.get("family") or "").strip(),
        **known,
        extra=extra,
    )
    about = {record: _split(record, row, columns) for record in (Member, Insured, Unit)}
    member = Member(**about[Member][0], extra=about[Member][1])
    insured = Insured(**about[Insured][0], extra=about[Insured][1])
    unit = Unit(name=row.get("unit.name") or "", **about[Unit][0], extra=about[Unit][1])
    return Case(member=member, insured=insured, unit=unit, coverage=cover)


def _split(
    record: Any, row: Row, columns: Mapping[str, Column], skip: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a row states of one record: the record's own fields, and those that plans declare.

    Raises:
        ValueError: a rate is not written as one.
    """
    fields = fields_of(record)
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, column in columns.items():
        item = column.field
        value = row.get(name)
        if item is None or value is None or item.subject != record.SUBJECT or name in skip:
            continue
        made = _MADE.get(item.kind)
        value = made(value) if made else value
        if item.name in fields:
            known[item.name] = value
        elif name not in _HOUSEKEEPING:
            if fault := item.fault(value):
                zh = f"{item.path}（{item.label.zh}）{fault.zh}"
                raise FaultError(Text(zh, f"{item.path}: {fault.in_('en')}"))
            extra[item.name] = value
    return known, extra


_HOUSEKEEPING = ("plan", "first_day", "last_day", "edition", "transfer", "family", "unit.name")


def decision_key(row: Row, columns: Mapping[str, Column]) -> tuple[Any, ...]:
    """Return what a claim is put in the order of decision by."""
    return _key(row, ORDER_OF_DECISION, columns)


def _key(row: Row, first: Sequence[str], columns: Mapping[str, Column]) -> tuple[Any, ...]:
    """Return what a row is put in order by: `first`, then every other column, then its number."""
    names = (*first, *(name for name in columns if name not in (*first, ROW)), ROW)
    return tuple((value is None, "" if value is None else value) for value in map(row.get, names))
