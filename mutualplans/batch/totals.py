"""Totals of a batch: by plan, benefit, unit and reason; tables may be added one after the other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.columns import PERSON
from mutualplans.batch.outcome import SEPARATOR, Outcome, as_problems
from mutualplans.model.problem import Problem

__all__ = ["FIRST", "Found", "Totals"]

FIRST = 10
"""How many problems are kept to be shown."""


@define(eq=False)
class Totals:
    """Counts and sums over decisions.

    Attributes:
        claims: Claims of which at least one plan decided.
        fen: Fen paid by all decisions that are complete.
        plans: (plan, status) → decisions.
        paid: Plan → fen.
        benefits: (plan, benefit) → times it paid, and fen.
        units: Name of the unit of the person's last cover → payments and fen.
        reasons: (plan, reason) → decisions that give it.
    """

    claims: int = field(default=0, init=False)
    fen: int = field(default=0, init=False)
    plans: Counter[tuple[str, str]] = field(factory=Counter, init=False)
    paid: Counter[str] = field(factory=Counter, init=False)
    benefits: dict[tuple[str, str], tuple[int, int]] = field(factory=dict, init=False)
    units: dict[str, tuple[int, int]] = field(factory=dict, init=False)
    reasons: Counter[tuple[str, str]] = field(factory=Counter, init=False)

    def add(self, outcome: Outcome, coverages: pa.Table) -> None:
        """Add what a batch, or a part of one, decided; `coverages` are those of its persons.

        All decisions of a claim come in one part.
        """
        made = outcome.decisions
        self.claims += pc.count_distinct(made["row"]).as_py()
        self.fen += pc.sum(made["amount_fen"]).as_py() or 0
        for row in _grouped(made, ["plan", "status"], [("amount_fen", "sum"), ("row", "count")]):
            self.plans[row["plan"], row["status"]] += row["row_count"]
            self.paid[row["plan"]] += row["amount_fen_sum"] or 0
        for row in outcome.paid.to_pylist():
            _plus(self.benefits, (row["plan"], row["benefit"]), row["times"], row["fen"])
        paid = made.filter(pc.greater(made["amount_fen"], 0)).select([PERSON, "row", "amount_fen"])
        with_unit = paid.join(_units(coverages), PERSON, join_type="left outer")
        for row in _grouped(with_unit, ["unit"], [("amount_fen", "sum"), ("row", "count")]):
            _plus(self.units, row["unit"] or "", row["row_count"], row["amount_fen_sum"])
        for row in _grouped(made, ["plan", "reasons"], [("row", "count")]):
            for code in filter(None, row["reasons"].split(SEPARATOR)):
                self.reasons[row["plan"], code] += row["row_count"]

    def plus(self, other: Totals) -> None:
        """Add the totals of other persons."""
        self.claims += other.claims
        self.fen += other.fen
        self.plans.update(other.plans)
        self.paid.update(other.paid)
        self.reasons.update(other.reasons)
        for key, sums in other.benefits.items():
            _plus(self.benefits, key, *sums)
        for name, sums in other.units.items():
            _plus(self.units, name, *sums)


@define(eq=False)
class Found:
    """The problems of a batch, counted; the first of them are kept.

    Attributes:
        codes: (severity, code) → times.
        first: The first problems.
    """

    codes: Counter[tuple[str, str]] = field(factory=Counter, init=False)
    first: list[Problem] = field(factory=list, init=False)

    @property
    def errors(self) -> bool:
        """Whether there is any error among them."""
        return any(severity == "error" for severity, _code in self.codes)

    def add(self, problems: pa.Table) -> None:
        """Add a table of problems."""
        for row in _grouped(problems, ["severity", "code"], [("message_zh", "count")]):
            self.codes[row["severity"], row["code"]] += row["message_zh_count"]
        self.first += as_problems(problems.slice(0, FIRST - len(self.first)))


def _units(coverages: pa.Table) -> pa.Table:
    """Return the name of the unit of each person's last cover."""
    if "unit.name" not in coverages.column_names:
        return pa.table({PERSON: pa.array([], pa.string()), "unit": pa.array([], pa.string())})
    named = pa.table(
        {
            PERSON: coverages[PERSON],
            "first_day": coverages["first_day"],
            "unit": coverages["unit.name"].cast(pa.string()),
        }
    )
    last = named.sort_by([("first_day", "ascending"), ("unit", "ascending")])
    grouped = last.group_by(PERSON, use_threads=False).aggregate([("unit", "last")])
    return pa.table({PERSON: grouped[PERSON], "unit": grouped["unit_last"]})


def _grouped(table: pa.Table, keys: list[str], what: list[tuple[str, str]]) -> list[dict[str, Any]]:
    plain = table.select([*keys, *(name for name, _how in what)])
    for number, name in enumerate(keys):
        plain = plain.set_column(number, name, plain[name].cast(pa.string()))
    found: list[dict[str, Any]] = plain.group_by(keys).aggregate(what).to_pylist()
    return sorted(found, key=lambda row: [row[key] or "" for key in keys])


def _plus(into: dict[Any, tuple[int, int]], key: Any, times: int, fen: int) -> None:
    have = into.get(key, (0, 0))
    into[key] = (have[0] + times, have[1] + fen)
