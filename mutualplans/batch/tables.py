"""From the numbers of the kernels to the tables of an outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.columns import CLAIM, CODES, PERSON, ROW
from mutualplans.batch.combine import combinations, in_order
from mutualplans.batch.kernel.edition import STATUS, Branch
from mutualplans.batch.kernel.source import GATES
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.outcome import (
    BENEFITS,
    DECISIONS,
    PAID,
    PROBLEMS,
    RECEIPTS,
    SEPARATOR,
    Outcome,
    receipt_row,
)
from mutualplans.batch.share import Decided, PlanRun
from mutualplans.engine.assess import missing_problem
from mutualplans.engine.earlier import earlier_open, resting_on
from mutualplans.engine.simulate import no_cover
from mutualplans.model.claim import Claim
from mutualplans.model.problem import Problem

__all__ = ["outcome"]

_PAID, _NOTHING, _REFUSED, _INCOMPLETE, _UNDECIDED = range(1, 6)
_ABOUT = ["claim", PERSON, ROW]
_MOST_BENEFITS = 1000
_ENDED = 1 << list(GATES).index("cover-ended")


def outcome(decided: Decided, *, benefits: bool) -> Outcome:
    """Return what the kernels decided, without the persons who are left to the exact way.

    Args:
        decided: The kernels' answers.
        benefits: Whether the table of benefits is asked for; else it is empty.
    """
    making = _Making(decided)
    return Outcome(
        decisions=making.decisions(),
        benefits=making.benefits() if benefits else BENEFITS.empty_table(),
        problems=making.problems(),
        receipts=pa.Table.from_pylist(list(making.receipts().values()), schema=RECEIPTS),
        paid=pa.Table.from_pylist(list(making.paid()), schema=PAID),
    )


@define(eq=False)
class _Making:
    """Turns numbers into tables."""

    decided: Decided
    mine: np.ndarray = field(init=False)
    rows: np.ndarray = field(init=False)

    def __attrs_post_init__(self) -> None:
        claims = self.decided.claims
        left_out = np.zeros(int(claims.person.max(initial=-1)) + 1, bool)
        left_out[self.decided.left_out[self.decided.left_out < len(left_out)]] = True
        self.mine = ~left_out[claims.person]
        self.rows = claims.table[ROW].to_numpy().astype(np.int64)

    def _chosen(self, plan: PlanRun, *statuses: int) -> np.ndarray:
        """Return the rows with one of the statuses, without those of persons left out."""
        return np.flatnonzero(np.isin(plan.out["status"], statuses) & self.mine)

    # ------------------------------------------------------------ decisions

    def decisions(self) -> pa.Table:
        """Return a row for each claim and plan, in the order of claim rows and of the plans."""
        parts = [(plan, self._chosen(plan, *range(_PAID, _UNDECIDED))) for plan in self.decided.plans]
        at = np.concatenate([np.zeros(0, np.int64), *(rows for _plan, rows in parts)])
        place = np.concatenate(
            [
                np.zeros(0, np.int64),
                *(np.full(len(rows), number) for number, (_plan, rows) in enumerate(parts)),
            ]
        )
        order = in_order(self.rows[at] * max(len(parts), 1) + place)
        columns: dict[str, Any] = {**self._about(at[order])}
        columns["plan"] = _coded([plan.item.plan.id for plan, _rows in parts], place[order])
        amounts = [plan.out["total"][rows] for plan, rows in parts]
        columns["amount_fen"] = _nullable(np.concatenate([np.zeros(0, np.int64), *amounts])[order])
        names = ["edition", "status", "reasons", "receipt"]
        texts = [self._texts(plan, rows) for plan, rows in parts]
        for number, name in enumerate(names):
            columns[name] = _joined([made[number] for made in texts], order)
        return pa.table([columns[name] for name in DECISIONS.names], schema=DECISIONS)

    def _about(self, rows: np.ndarray) -> dict[str, Any]:
        table = self.decided.claims.table.select(_ABOUT).take(pa.array(rows))
        return {name: table[name].combine_chunks() for name in _ABOUT}

    def _texts(self, plan: PlanRun, rows: np.ndarray) -> list[tuple[list[str], np.ndarray]]:
        """Return edition, status, reasons and receipt: texts, and for each row the place of its text."""
        edition = plan.terms.edition[plan.out["cover"][rows]].astype(np.int64)
        bounds = plan.terms.bounds
        return [
            ([bound.edition.id for bound in bounds], edition),
            (list(STATUS), plan.out["status"][rows].astype(np.int64)),
            self._reasons(plan, rows, edition),
            ([self._receipt(plan, number)["receipt"] for number in range(len(bounds))], edition),
        ]

    def _receipt(self, plan: PlanRun, edition: int) -> dict[str, str]:
        bound = plan.terms.bounds[edition]
        return receipt_row(
            bound.version, bound.plan.id, bound.edition.id, bound.values_hash, dict(bound.office_values)
        )

    def receipts(self) -> dict[str, dict[str, str]]:
        """Return the receipts of the rules that decided something."""
        found = {}
        for plan in self.decided.plans:
            covers = plan.out["cover"][self._chosen(plan, *range(_PAID, _UNDECIDED))]
            for edition in np.unique(plan.terms.edition[covers]).tolist():
                row = self._receipt(plan, edition)
                found[row["receipt"]] = row
        return found

    def _reasons(self, plan: PlanRun, rows: np.ndarray, edition: np.ndarray) -> tuple[list[str], np.ndarray]:
        """Return the reason codes of decisions: all of a refusal, those of accepted benefits that came to 0."""
        status, gate = plan.out["status"][rows], plan.out["gate"][rows]
        bits = []
        for id_ in _benefits(plan):
            found = plan.out[f"reasons:{id_}"][rows]
            accepted = (found & _conditions(plan, id_, edition)) == 0
            counting = (status == _REFUSED) | (((status == _PAID) | (status == _NOTHING)) & accepted)
            bits.append(np.where(counting, found, 0))
        gates = np.where(status == _REFUSED, gate, 0)
        keys, place = _combinations([edition, gates, *bits])
        return [self._codes(plan, key) for key in keys], place

    def _codes(self, plan: PlanRun, key: Sequence[int]) -> str:
        edition, gate, *bits = key
        branch = plan.source.branches[edition]
        offered = branch.reasons
        found: dict[str, None] = {}
        for id_, mask in zip(_benefits(plan), bits, strict=True):
            if id_ in offered:
                found |= dict.fromkeys([*_gates(gate), *_named(offered[id_], mask)])
        return SEPARATOR.join(found)

    # ------------------------------------------------------------ benefits

    def paid(self) -> Iterator[dict[str, Any]]:
        """Yield how often each benefit paid, and how much."""
        for plan in self.decided.plans:
            rows = self._chosen(plan, *range(_PAID, _UNDECIDED))
            for id_ in _benefits(plan):
                amounts = plan.out[f"amount:{id_}"][rows]
                paying = amounts[amounts > 0]  # what is missing is below 0
                if len(paying):
                    about = {"plan": plan.item.plan.id, "benefit": id_}
                    yield {**about, "times": len(paying), "fen": int(paying.sum())}

    def benefits(self) -> pa.Table:
        """Return a row for each claim, plan and benefit."""
        said = pa.schema([item for item in BENEFITS if item.name not in _ABOUT])
        made, at, ranks = [said.empty_table()], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for number, plan in enumerate(self.decided.plans):
            rows = self._chosen(plan, *range(_PAID, _UNDECIDED))
            edition = plan.terms.edition[plan.out["cover"][rows]]
            for place, branch in enumerate(plan.source.branches):
                of_branch = rows[edition == place]
                for nth, id_ in enumerate(branch.reasons):
                    made.append(self._benefit(plan, branch, id_, of_branch, said))
                    at.append(of_branch)
                    ranks.append(np.full(len(of_branch), number * _MOST_BENEFITS + nth))
        whose, rank = np.concatenate(at), np.concatenate(ranks)
        order = in_order(self.rows[whose] * (len(self.decided.plans) * _MOST_BENEFITS + 1) + rank)
        table = pa.concat_tables(made).take(pa.array(order)).combine_chunks()
        columns = {**self._about(whose[order]), **dict(zip(said.names, table.columns, strict=True))}
        return pa.table([columns[name] for name in BENEFITS.names], schema=BENEFITS)

    def _benefit(
        self, plan: PlanRun, branch: Branch, id_: str, rows: np.ndarray, schema: pa.Schema
    ) -> pa.Table:
        out = plan.out
        bits, missing, gate = out[f"reasons:{id_}"][rows], out[f"missing:{id_}"][rows], out["gate"][rows]
        conditions = (1 << len(branch.bound.plan.conditions(_named_benefit(branch, id_)))) - 1
        refused = (gate != 0) | ((bits & conditions) != 0)
        keys, place = _combinations([gate.astype(np.int64), bits])
        reasons = [
            SEPARATOR.join(dict.fromkeys([*_gates(g), *_named(branch.reasons[id_], b)])) for g, b in keys
        ]
        lacking, lacks = _combinations([missing])
        paths = [SEPARATOR.join(sorted(_paths(plan, mask))) for (mask,) in lacking]
        columns = {
            "plan": _coded([plan.item.plan.id], np.zeros(len(rows), np.int64)),
            "benefit": _coded([id_], np.zeros(len(rows), np.int64)),
            "accepted": pa.array(~refused & (missing == 0)),
            "amount_fen": _nullable(out[f"amount:{id_}"][rows]),
            "reasons": _coded(reasons, place),
            "missing": _coded(paths, lacks),
            "left": self._left(plan, branch, id_, rows),
        }
        return pa.table(columns, schema=schema)

    def _left(self, plan: PlanRun, branch: Branch, id_: str, rows: np.ndarray) -> pa.Array:
        names = [name for name, (benefit, _node) in branch.limits.items() if benefit == id_]
        out = plan.out
        over = (out["status"][rows] == _INCOMPLETE) | ((out["gate"][rows] & _ENDED) != 0)
        if "ended" in out:
            over |= out["ended"][rows] != 0
        left = (
            np.stack([out[name][rows] for name in names], axis=1)
            if names
            else np.zeros((len(rows), 0), np.int64)
        )
        known = (left != MISSING) & ~over[:, None]
        offsets = np.concatenate([[0], np.cumsum(known.sum(axis=1))]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(left[known].astype(np.int64)))

    # ------------------------------------------------------------ problems

    def problems(self) -> pa.Table:
        """Return a row for each thing that is wrong."""
        blocks = [self._screened()]
        nothing = np.ones(len(self.rows), bool)
        for plan in self.decided.plans:
            nothing &= plan.out["status"] == 0
            blocks += self._of_plan(plan)
        uncovered = np.flatnonzero(nothing & self.mine)
        blocks.append(self._block([no_cover(Claim(id="?"))], uncovered, None))
        return pa.concat_tables(blocks)

    def _screened(self) -> pa.Table:
        table = self.decided.screened.problems.outcome().problems
        out = self.decided.persons(self.decided.left_out)
        return table.filter(pc.invert(pc.is_in(table[PERSON], out)))

    def _of_plan(self, plan: PlanRun) -> Iterator[pa.Table]:
        id_ = plan.item.plan.id
        for problems, rows in self._missing(plan):
            yield self._block(problems, rows, id_)
        judged = self._chosen(plan, *range(_PAID, _UNDECIDED))
        void = plan.terms.void[plan.out["cover"][judged]]
        for number, problems in enumerate(plan.terms.void_problems):
            yield self._block(problems, judged[void == number], id_)
        looked_at = self._chosen(plan, *range(_PAID, _UNDECIDED + 1))
        looked_at = looked_at[
            (plan.out["status"][looked_at] == _UNDECIDED) | (plan.out["open"][looked_at] == 0)
        ]
        said = plan.terms.said[plan.out["cover"][looked_at]]
        for number, problems in enumerate(plan.terms.problems):
            yield self._block(problems, looked_at[said == number], id_)
        yield self._after_open(plan)
        notes = [(row, note) for row, note in plan.merging.notes.items() if self.mine[row]]
        rows = np.array([row for row, _note in notes], np.int64)
        yield self._each([note for _row, note in notes], np.arange(len(rows)), rows, id_)

    def _after_open(self, plan: PlanRun) -> pa.Table:
        """Warn of each claim that was decided while an earlier one of the person is open."""
        names = resting_on(plan.item.plan, self.decided.limits)
        others = [other for other in self.decided.plans if other.item.plan.id in names]
        open_ = np.unique(
            np.concatenate([self._chosen(other, _INCOMPLETE) for other in others] or [self.rows[:0]])
        )
        if not len(open_):
            return PROBLEMS.empty_table()
        decided = self._chosen(plan, _PAID, _NOTHING)
        person = self.decided.claims.person
        whose, first = np.unique(person[open_], return_index=True)
        place = np.minimum(np.searchsorted(whose, person[decided]), len(whose) - 1)
        later = (whose[place] == person[decided]) & (open_[first][place] < decided)
        id_, numbers = plan.item.plan.id, self._about(open_[first])["claim"].to_pylist()
        problems = [earlier_open(id_, number) for number in numbers]
        return self._each(problems, place[later], decided[later], id_)

    def _missing(self, plan: PlanRun) -> Iterator[tuple[Sequence[Problem], np.ndarray]]:
        """Yield what has to be stated, for the rows that lack the same."""
        rows = self._chosen(plan, _INCOMPLETE)
        mask = plan.out["missing"][rows]
        edition = plan.terms.edition[plan.out["cover"][rows]].astype(np.int64)
        given = np.zeros(len(rows), np.int64)
        if "claim.diagnosis" in plan.source.paths:
            bit = 1 << plan.source.paths.index("claim.diagnosis")
            given = np.where(mask & bit != 0, self.decided.claims.column("claim.diagnosis")[rows], 0)
            given = np.maximum(given, 0)
        keys, place = _combinations([edition, mask, given])
        for number, (at, bits, code) in enumerate(keys):
            claim = Claim(id="?", diagnosis=self.decided.claims.codes.texts[code] or None)
            bound = plan.terms.bounds[at]
            yield [missing_problem(path, bound, claim) for path in _paths(plan, bits)], rows[place == number]

    def _block(self, problems: Sequence[Problem], rows: np.ndarray, plan: str | None) -> pa.Table:
        """Return a row for each problem and claim."""
        places = np.tile(np.arange(len(problems)), len(rows))
        return self._each(problems, places, np.repeat(rows, len(problems)), plan)

    def _each(
        self, problems: Sequence[Problem], places: np.ndarray, rows: np.ndarray, plan: str | None
    ) -> pa.Table:
        """Return problems, by their places, each with its claim."""
        if not len(rows):
            return PROBLEMS.empty_table()
        about = self._about(rows)
        texts = {
            "severity": [item.severity for item in problems],
            "code": [item.code for item in problems],
            "message_zh": [item.message.zh for item in problems],
            "message_en": [item.message.in_("en") for item in problems],
            "hint_zh": [item.hint.zh if item.hint else None for item in problems],
            "hint_en": [item.hint.in_("en") if item.hint else None for item in problems],
            "file": [CLAIM] * len(problems),
            "plan": [plan] * len(problems),
        }
        columns = {
            name: pa.array(values, pa.string()).take(pa.array(places)).cast(PROBLEMS.field(name).type)
            if PROBLEMS.field(name).type != CODES
            else pa.array(values, pa.string()).take(pa.array(places)).dictionary_encode()
            for name, values in texts.items()
        }
        empty = {
            name: pa.nulls(len(places), PROBLEMS.field(name).type) for name in ("column", "found", "expected")
        }
        columns = {**columns, **about, **empty}
        return pa.table([columns[name] for name in PROBLEMS.names], schema=PROBLEMS)


# ---------------------------------------------------------------- bits and texts


def _benefits(plan: PlanRun) -> list[str]:
    """Return the benefits that any edition offers, in the order of the plan."""
    return [item.id for item in plan.item.plan.benefits if f"reasons:{item.id}" in plan.out]


def _named_benefit(branch: Branch, id_: str) -> Any:
    return next(item for item in branch.bound.plan.benefits if item.id == id_)


def _conditions(plan: PlanRun, id_: str, edition: np.ndarray) -> np.ndarray:
    """Return the bits that stand for conditions, which an edition's zeros stand behind."""
    masks = []
    for branch in plan.source.branches:
        count = len(branch.bound.plan.conditions(_named_benefit(branch, id_))) if id_ in branch.reasons else 0
        masks.append((1 << count) - 1)
    return np.array(masks, np.int64)[edition]


def _gates(mask: int) -> list[str]:
    return [code for number, code in enumerate(GATES) if mask >> number & 1]


def _named(reasons: Sequence[tuple[str, Any]], mask: int) -> list[str]:
    return [code for number, (code, _text) in enumerate(reasons) if mask >> number & 1]


def _paths(plan: PlanRun, mask: int) -> list[str]:
    return [path for number, path in enumerate(plan.source.paths) if mask >> number & 1]


def _combinations(columns: Sequence[np.ndarray]) -> tuple[list[tuple[int, ...]], np.ndarray]:
    """Return the different combinations of some columns, and for each row the place of its own."""
    rows, place = combinations(columns, len(columns[0]))
    return [tuple(int(values[row]) for values in columns) for row in rows.tolist()], place


def _coded(texts: Sequence[str], places: np.ndarray) -> pa.Array:
    """Return a column of codes from texts (which may repeat) and the place of each row's text."""
    known = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    numbers = np.array([known[text] for text in texts] or [0], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(numbers[places]), pa.array(list(known), pa.string()))


def _joined(parts: Sequence[tuple[list[str], np.ndarray]], order: np.ndarray) -> pa.Array:
    """Return several columns of codes one after the other, in an order."""
    texts: list[str] = []
    places = [np.zeros(0, np.int64)]
    for known, place in parts:
        places.append(place + len(texts))
        texts += known
    return _coded(texts, np.concatenate(places)[order])


def _nullable(values: np.ndarray) -> pa.Array:
    return pa.array(values, mask=values == MISSING)
