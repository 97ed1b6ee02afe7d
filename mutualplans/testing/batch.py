"""Worked cases as tables, and what becomes of them when an office's year is decided all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
import pyarrow as pa

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import Column, claim_columns, coverage_columns, schema
from mutualplans.engine.accounts import sharing
from mutualplans.engine.assess import Balances
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.expr.nodes import Whose
from mutualplans.model.fields import fields_of, plain_value
from mutualplans.model.people import Insured
from mutualplans.model.problem import Problem, problem
from mutualplans.plan.declaration import Plan
from mutualplans.testing.cases import WorkedCase

__all__ = ["as_tables", "batch_problems", "table_of"]

_FIRST = date(2000, 1, 1)


def batch_problems(plan: Plan, cases: Sequence[WorkedCase]) -> Iterator[Problem]:
    """Yield the cases that come out differently when they are decided by the plan's kernel, as tables of claims.

    Cases that hold covers of other plans are left out: the plan alone does not know those. So are cases in which the
    fund had counted something before: in a batch it begins at 0.
    """
    of_fund = Whose.FUND in sharing(plan)
    # Cases without values of their own share the office of their edition.
    groups: dict[tuple[str, str], list[WorkedCase]] = {}
    for case in cases:
        fits = all(cover.plan == plan.id for cover in case.situation.coverages)
        if fits and not any(case.situation.fund.values()):
            groups.setdefault((case.edition, case.name if case.values or of_fund else ""), []).append(case)
    for group in groups.values():
        office, own = group[0].office(plan), {str(number): case for number, case in enumerate(group)}
        tables = as_tables(office, {key: case.situation for key, case in own.items()})
        made = assess_tables(office, *tables, runtime="interpreted", threads=1, benefits=False).decisions
        found: dict[str, dict[str, Any]] = {key: {} for key in own}
        for row in made.to_pylist():
            found[row["person"].partition("/")[0]][row["claim"]] = (row["status"], row["amount_fen"])
        for key, case in own.items():
            single = simulate(case.office(plan), case.situation, balances=Balances(whole_fund=True))
            expected = {item.claim: (item.status, item.total) for item in single.decisions}
            if found[key] != expected:
                yield problem(
                    "cases.batch",
                    f"逐笔核定是 {expected}，批量核定却是 {found[key]}",
                    f"decided alone it is {expected}, in a batch {found[key]}",
                    where=case.name,
                    hint_zh="这是本软件的错误，不是计划的；请报告",
                    hint_en="this is a fault of mutualplans, not of the plan; please report it",
                )


def table_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Column]) -> pa.Table:
    """Return rows as a table with every column of the contract."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema(columns))


def as_tables(office: Office, situations: Mapping[str, Situation]) -> tuple[pa.Table, pa.Table]:
    """Return the claims and coverages of several members, each with the persons insured through it, as tables.

    The key of a person is that of the member, or with the person's id behind it: ``p1/child``. Claims are decided in
    the order in which the situations have them.
    """
    claims: list[dict[str, Any]] = []
    covers: list[dict[str, Any]] = []
    for key, situation in situations.items():
        for number, claim in enumerate(situation.claims):
            row = {"claim": claim.id, "person": _key(key, claim.insured), "row": len(claims) + 2}
            row |= {"decided": _FIRST + timedelta(days=number)}
            row |= _known(claim) | {"circumstances": list(claim.circumstances)} | dict(claim.extra)
            claims.append({name: plain_value(value) for name, value in row.items()})
        stated = {(cover.plan, cover.insured, cover.first_day) for cover in situation.coverages}
        for cover in situation.coverages:
            person = situation.person(cover.insured)
            assert isinstance(person, Insured)
            about: dict[str, Any] = {"person": _key(key, cover.insured)}
            about |= {"unit.name": cover.unit or situation.unit.name, "transfer": cover.transfer}
            about |= {"family": cover.family or key}
            about |= {name: getattr(cover, name) for name in ("plan", "first_day", "last_day", "edition")}
            about |= _known(cover) | dict(cover.extra)
            for record in (person, situation.member, situation.unit):
                known = _known(record) | dict(record.extra)
                about |= {f"{record.SUBJECT}.{name}": value for name, value in known.items()}
            about = {name: plain_value(value) for name, value in about.items()}
            covers.append(about | {"row": len(covers) + 2})
            covers.extend(
                {
                    **about,
                    "first_day": term.first,
                    "last_day": term.last,
                    "transfer": None,
                    "row": 100_000 + len(covers),
                }
                for term in cover.earlier or ()
                if (cover.plan, cover.insured, term.first) not in stated
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
