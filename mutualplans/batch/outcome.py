"""What comes out of a batch: decisions, benefits, problems, and the receipts of the rules that decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import Factory, define, evolve, field, frozen

from mutualplans.batch.columns import CODES
from mutualplans.engine.office import Office
from mutualplans.model.decision import BenefitDecision, Decision
from mutualplans.model.problem import Problem
from mutualplans.model.text import Text
from mutualplans.version import VERSION

__all__ = [
    "BENEFITS",
    "DECISIONS",
    "PAID",
    "PROBLEMS",
    "RECEIPTS",
    "SEPARATOR",
    "Outcome",
    "Rows",
    "as_problems",
    "by_row",
    "in_order",
    "receipt_of",
    "receipt_row",
    "receipts_together",
    "together",
]

SEPARATOR = ";"
"""Between the codes of several reasons, or the names of several missing fields, in one text."""

DECISIONS = pa.schema(
    {
        "claim": pa.string(),
        "person": pa.string(),
        "row": pa.int64(),
        "plan": CODES,
        "edition": CODES,
        "status": CODES,
        "amount_fen": pa.int64(),
        "reasons": CODES,
        "receipt": CODES,
    }
)
"""One row for each claim and plan; the amount is null while the decision is incomplete.

``reasons`` holds the codes: of a refusal every reason of every benefit, of another decision those for which an accepted
benefit came to 0.
"""

BENEFITS = pa.schema(
    {
        "claim": pa.string(),
        "person": pa.string(),
        "row": pa.int64(),
        "plan": CODES,
        "benefit": CODES,
        "accepted": pa.bool_(),
        "amount_fen": pa.int64(),
        "reasons": CODES,
        "missing": CODES,
        "left": pa.list_(pa.int64()),
    }
)
"""One row for each claim, plan and benefit; ``left`` is what is left of each limit of the benefit that runs over a
period, as fen or count, in the order of the formula."""

PROBLEMS = pa.schema(
    {
        "file": CODES,
        "row": pa.int64(),
        "column": CODES,
        "claim": pa.string(),
        "person": pa.string(),
        "plan": CODES,
        "severity": CODES,
        "code": CODES,
        "found": pa.string(),
        "expected": pa.string(),
        "message_zh": pa.string(),
        "message_en": pa.string(),
        "hint_zh": pa.string(),
        "hint_en": pa.string(),
    }
)
"""One row for each thing that is wrong; what does not apply is null."""

RECEIPTS = pa.schema(
    {
        "receipt": pa.string(),
        "core": pa.string(),
        "plugin": pa.string(),
        "plan": pa.string(),
        "edition": pa.string(),
        "values_hash": pa.string(),
        "office_values": pa.string(),
    }
)
"""What the reference in ``receipt`` stands for: with it and the two input files a decision can be computed again."""

PAID = pa.schema({"plan": pa.string(), "benefit": pa.string(), "times": pa.int64(), "fen": pa.int64()})
"""How often a benefit paid, and how much in all; one row or several for each benefit that did."""


@frozen(kw_only=True)
class Outcome:
    """What a batch decided.

    Attributes:
        decisions: As `DECISIONS`, in the order of claim rows and of the office's plans.
        benefits: As `BENEFITS`, in the same order.
        problems: As `PROBLEMS`.
        receipts: As `RECEIPTS`.
        paid: As `PAID`, whether or not the table of benefits is made.
    """

    decisions: pa.Table
    benefits: pa.Table
    problems: pa.Table
    receipts: pa.Table
    paid: pa.Table = field(default=Factory(lambda self: _paid_by(self.benefits), takes_self=True))

    def without_benefits(self) -> Outcome:
        """Return the same with an empty table of benefits."""
        return evolve(self, benefits=BENEFITS.empty_table())


def _paid_by(benefits: pa.Table) -> pa.Table:
    paying = benefits.filter(pc.greater(benefits["amount_fen"], 0))
    keys = {name: paying[name].cast(pa.string()) for name in ("plan", "benefit")}
    grouped = pa.table({**keys, "fen": paying["amount_fen"]}).group_by(list(keys))
    made = grouped.aggregate([("fen", "count"), ("fen", "sum")])
    return made.rename_columns(PAID.names).cast(PAID)


def receipt_of(decision: Decision) -> dict[str, str]:
    """Return the row of `RECEIPTS` for the rules and values that a decision rests on."""
    found = decision.receipt
    return receipt_row(found.plugin, found.plan, found.edition, found.values_hash, found.office_values)


def receipt_row(
    plugin: str, plan: str, edition: str, values_hash: str, office_values: Mapping[str, Any]
) -> dict[str, str]:
    """Return the row of `RECEIPTS` for a bound plan; its reference is the beginning of a SHA-256 over the rest."""
    about = {
        "core": VERSION,
        "plugin": plugin,
        "plan": plan,
        "edition": edition,
        "values_hash": values_hash,
        "office_values": json.dumps(office_values, ensure_ascii=False, sort_keys=True, default=str),
    }
    text = json.dumps(about, ensure_ascii=False, sort_keys=True)
    return {"receipt": hashlib.sha256(text.encode()).hexdigest()[:16], **about}


def as_problems(table: pa.Table, *, claim: str | None = None) -> list[Problem]:
    """Return rows of `PROBLEMS` as problems; only those of one claim where `claim` names it."""
    if claim is not None:
        table = table.filter(pc.equal(table["claim"], claim))
    found = []
    for row in table.to_pylist():
        place = ":".join(str(row[name]) for name in ("file", "row", "column") if row[name] is not None)
        about = f" {row['claim']}" if row["claim"] else ""
        found.append(
            Problem(
                code=row["code"],
                message=Text(row["message_zh"], row["message_en"]),
                where=place + about,
                hint=Text(row["hint_zh"], row["hint_en"] or "") if row["hint_zh"] else None,
                severity=row["severity"],
            )
        )
    return found


@define(eq=False)
class Rows:
    """Gathers the rows of an outcome, column by column."""

    decisions: dict[str, list[Any]] = field(factory=lambda: _empty(DECISIONS), init=False)
    benefits: dict[str, list[Any]] = field(factory=lambda: _empty(BENEFITS), init=False)
    problems: dict[str, list[Any]] = field(factory=lambda: _empty(PROBLEMS), init=False)
    receipts: dict[str, dict[str, str]] = field(factory=dict, init=False)
    _known: dict[tuple[str, str], str] = field(factory=dict, init=False)

    def decision(self, made: Decision, person: str, row: int) -> None:
        """Add a decision with its benefits."""
        at = {"claim": made.claim, "person": person, "row": row, "plan": made.plan}
        _add(
            self.decisions,
            **at,
            edition=made.edition,
            status=made.status,
            amount_fen=made.total,
            reasons=SEPARATOR.join(_reasons(made)),
            receipt=self._receipt(made),
        )
        for item in made.benefits:
            _add(
                self.benefits,
                **at,
                benefit=item.id,
                accepted=item.accepted,
                amount_fen=item.amount,
                reasons=SEPARATOR.join(_codes(item)),
                missing=SEPARATOR.join(item.missing),
                left=[left.amount for left in made.remaining if left.benefit == item.id],
            )

    def problem(self, found: Problem, *, file: str, **at: Any) -> None:
        """Add a problem; `at` names row, column, claim, person and plan as far as they are known."""
        hint = found.hint
        _add(
            self.problems,
            file=file,
            severity=found.severity,
            code=found.code,
            message_zh=found.message.zh,
            message_en=found.message.in_("en"),
            hint_zh=hint and hint.zh,
            hint_en=hint and hint.in_("en"),
            **at,
        )

    def outcome(self) -> Outcome:
        """Return what was gathered as tables."""
        return Outcome(
            decisions=pa.table(self.decisions, schema=DECISIONS),
            benefits=pa.table(self.benefits, schema=BENEFITS),
            problems=pa.table(self.problems, schema=PROBLEMS),
            receipts=pa.Table.from_pylist(list(self.receipts.values()), schema=RECEIPTS),
        )

    def _receipt(self, made: Decision) -> str:
        key = (made.plan, made.edition)
        if key not in self._known:
            row = receipt_of(made)
            self.receipts[row["receipt"]] = row
            self._known[key] = row["receipt"]
        return self._known[key]


def _reasons(made: Decision) -> Iterable[str]:
    if made.status == "incomplete":
        return ()
    counting = [item for item in made.benefits if item.accepted or made.status == "refused"]
    return dict.fromkeys(reason.code for item in counting for reason in item.reasons)


def _codes(item: BenefitDecision) -> Iterable[str]:
    return dict.fromkeys(reason.code for reason in item.reasons)


def _empty(schema: pa.Schema) -> dict[str, list[Any]]:
    return {name: [] for name in schema.names}


def _add(columns: dict[str, list[Any]], **row: Any) -> None:
    for name, values in columns.items():
        values.append(row.get(name))


# ---------------------------------------------------------------- putting the parts together


def together(office: Office, made: list[Outcome]) -> Outcome:
    """Return the parts as one, in the order of rows and, for each, of the office's plans."""
    return Outcome(
        decisions=in_order([part.decisions for part in made], office),
        benefits=in_order([part.benefits for part in made], office),
        problems=by_row([part.problems for part in made]),
        receipts=receipts_together([part.receipts for part in made]),
        paid=pa.concat_tables([part.paid for part in made]),
    )


def receipts_together(tables: list[pa.Table]) -> pa.Table:
    """Return each receipt once, by plan and edition."""
    receipts = {row["receipt"]: row for table in tables for row in table.to_pylist()}
    by_plan = sorted(receipts.values(), key=lambda row: (row["plan"], row["edition"], row["receipt"]))
    return pa.Table.from_pylist(by_plan, schema=RECEIPTS)


def in_order(tables: list[pa.Table], office: Office) -> pa.Table:
    """Return decisions, or benefits, in the order of rows and, for each, of the office's plans."""
    order = pa.array([item.plan.id for item in office.plans], pa.string())
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    if not len(table):
        return table
    plans = table["plan"].chunk(0)
    place = pc.index_in(plans.dictionary, order).to_numpy(zero_copy_only=False)[plans.indices.to_numpy()]
    key = table["row"].to_numpy() * len(order) + place.astype(np.int64)
    if bool((key[1:] >= key[:-1]).all()):
        return table
    return table.take(pa.array(np.argsort(key, kind="stable")))


def by_row(tables: list[pa.Table]) -> pa.Table:
    """Return problems by file, row and content: who found them first does not matter."""
    table = pa.concat_tables(tables).combine_chunks()
    names = ["file", "row", "plan", "column", "code", "message_zh", "person", "claim"]
    keys = pa.table(
        {name: table[name].cast(pa.string()) if table[name].type == CODES else table[name] for name in names}
    )
    return _tidy(table.take(pc.sort_indices(keys, [(name, "ascending") for name in names])))


def _tidy(table: pa.Table) -> pa.Table:
    """Return the table with each dictionary in the order of first use, so that equal tables are equal bytes."""
    columns = []
    for name in table.column_names:
        values = table[name].combine_chunks()
        if values.type == CODES:
            values = values.cast(pa.string()).dictionary_encode()
        columns.append(values)
    return pa.table(columns, schema=table.schema)
