"""Cases as tables: what the tests of batches turn persons with covers and claims into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import pyarrow as pa

from mutualplans.batch.columns import Column, claim_columns, coverage_columns, schema
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation
from mutualplans.model.fields import fields_of, plain_value
from mutualplans.model.people import Insured

__all__ = ["as_tables", "table_of"]


def table_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Column]) -> pa.Table:
    """Return rows as a table with every column of the contract."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema(columns))


def as_tables(office: Office, situations: Mapping[str, Situation]) -> tuple[pa.Table, pa.Table]:
    """Return the claims and coverages of several members, each with the persons insured through it, as tables.

    The key of a person is that of the member, or with the person's id behind it: ``p1/child``.
    """
    claims: list[dict[str, Any]] = []
    covers: list[dict[str, Any]] = []
    for key, situation in situations.items():
        for claim in situation.claims:
            row = {"claim": claim.id, "person": _key(key, claim.insured), "row": len(claims) + 2}
            row |= _known(claim) | {"circumstances": list(claim.circumstances)} | dict(claim.extra)
            claims.append({name: plain_value(value) for name, value in row.items()})
        for cover in situation.coverages:
            person = situation.person(cover.insured)
            assert isinstance(person, Insured)
            about: dict[str, Any] = {"person": _key(key, cover.insured), "unit.name": situation.unit.name}
            about |= {name: getattr(cover, name) for name in ("plan", "first_day", "last_day", "edition")}
            about |= _known(cover) | dict(cover.extra)
            for record in (person, situation.member, situation.unit):
                known = _known(record) | dict(record.extra)
                about |= {f"{record.SUBJECT}.{name}": value for name, value in known.items()}
            covers.append(
                {name: plain_value(value) for name, value in about.items()} | {"row": len(covers) + 2}
            )
            covers.extend(
                {**about, "first_day": term.first, "last_day": term.last, "row": 100_000 + len(covers)}
                for term in cover.earlier
            )
    plans = [item.plan for item in office.plans]
    return table_of(claims, claim_columns(plans)), table_of(covers, coverage_columns(plans))


def _key(member: str, insured: str) -> str:
    return member if insured == "self" else f"{member}/{insured}"


def _known(record: Any) -> dict[str, Any]:
    return {
        name: getattr(record, name)
        for name in fields_of(type(record))
        if name in attrs.asdict(record, recurse=False)
    }
