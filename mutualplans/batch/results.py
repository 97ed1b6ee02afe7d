"""What parts decided, put together again: in the order of the rows, as if all had been decided at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import CLAIM, COVERAGE
from mutualplans.batch.groups import refuse_parts
from mutualplans.batch.outcome import (
    BENEFITS,
    DECISIONS,
    PROBLEMS,
    Outcome,
    by_row,
    in_order,
    receipts_together,
)
from mutualplans.batch.parts import Gathered
from mutualplans.batch.share import Seen
from mutualplans.batch.spill import Spill
from mutualplans.batch.totals import Totals
from mutualplans.engine.office import Office

__all__ = ["Results", "assess_parts"]

_FILES = (CLAIM, COVERAGE)
"""In the order of their problems."""
_OF_UNITS = "unit.type"
"""Code of the problem that is said once for each unit, at its first row: each part finds the first of its own."""


@define(eq=False)
class Results:
    """What a batch decided, to be used as a context and read once.

    Attributes:
        office: The office.
        folder: Where rows lie that are too many for memory.
        parts: How many parts are decided; one is not put on disk.
        rows_at_once: Rows of claims whose decisions are put in order together.
        totals: Counts and sums.
        with_benefits: Whether the benefits are wanted.
    """

    office: Office
    folder: Path
    parts: int
    rows_at_once: int
    with_benefits: bool
    totals: Totals = field(factory=Totals, init=False)
    _one: Outcome | None = field(default=None, init=False)
    _spills: dict[str, Spill] = field(factory=dict, init=False)
    _of_units: list[pa.Table] = field(factory=list, init=False)
    _receipts: list[pa.Table] = field(factory=list, init=False)
    _stack: ExitStack = field(factory=ExitStack, init=False)

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, made: Outcome, coverages: pa.Table) -> None:
        """Add what one part came to."""
        self.totals.add(made, coverages)
        self._receipts.append(made.receipts)
        if self.parts == 1:
            self._one = made
            return
        of_units = pc.equal(made.problems["code"].cast(pa.string()), _OF_UNITS)
        self._of_units.append(_with_unit(made.problems.filter(of_units), coverages))
        self._put_away("problems", made.problems.filter(pc.invert(of_units)), self._share_of_problem)
        self._put_away("decisions", made.decisions, self._share)
        if self.with_benefits:
            self._put_away("benefits", made.benefits, self._share)

    def decisions(self) -> Iterator[pa.Table]:
        """Yield the decisions in the order of rows and of the office's plans."""
        return self._ordered("decisions", DECISIONS)

    def benefits(self) -> Iterator[pa.Table]:
        """Yield the benefits in the same order; none where they are not wanted."""
        return self._ordered("benefits", BENEFITS)

    def problems(self) -> Iterator[pa.Table]:
        """Yield the problems by file and row."""
        if self._one is not None:
            yield self._one.problems
            return
        self._put_away("problems", _once(self._of_units), self._share_of_problem)
        self._of_units = []
        if spill := self._spills.get("problems"):
            for share in spill.shares:
                yield by_row([spill.read(share)])

    def receipts(self) -> Iterator[pa.Table]:
        """Yield what the references of decisions stand for."""
        yield receipts_together(self._receipts)

    # ------------------------------------------------------------ by rows

    def _ordered(self, name: str, schema: pa.Schema) -> Iterator[pa.Table]:
        if self._one is not None:
            yield getattr(self._one, name)
        elif spill := self._spills.get(name):
            for share in spill.shares:
                yield in_order([spill.read(share)], self.office)
        else:
            yield schema.empty_table()

    def _put_away(self, name: str, table: pa.Table, share: Callable[[pa.Table], np.ndarray]) -> None:
        if not len(table):
            return
        if name not in self._spills:
            self._spills[name] = self._stack.enter_context(Spill(self.folder, table.schema))
        self._spills[name].add(table, share(table))

    def _share(self, table: pa.Table) -> np.ndarray:
        found: np.ndarray = table["row"].to_numpy() // self.rows_at_once
        return found

    def _share_of_problem(self, table: pa.Table) -> np.ndarray:
        """Return shares that are in order as rows are: by file, and in each file what names no row at the end."""
        last = np.int64(1) << 40
        row = pc.fill_null(table["row"], (last - 1) * self.rows_at_once).to_numpy() // self.rows_at_once
        file = pc.index_in(table["file"].cast(pa.string()), pa.array(_FILES)).to_numpy()
        found: np.ndarray = file.astype(np.int64) * last + row
        return found


def _with_unit(problems: pa.Table, coverages: pa.Table) -> pa.Table:
    """Return problems of units with the name of the unit."""
    if not len(problems):
        return problems.append_column("unit", pa.array([], pa.string()))
    at = pc.index_in(problems["row"], coverages["row"].combine_chunks())
    return problems.append_column("unit", coverages["unit.name"].cast(pa.string()).take(at))


def _once(tables: list[pa.Table]) -> pa.Table:
    """Return of the problems of each unit the first."""
    if not tables:
        return PROBLEMS.empty_table()
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    table = table.take(pc.sort_indices(table["row"]))
    said = pa.table({"unit": table["unit"], "message": table["message_en"], "at": np.arange(len(table))})
    first = said.group_by(["unit", "message"], use_threads=False).aggregate([("at", "min")])["at_min"]
    return table.take(first).drop_columns(["unit"])


def assess_parts(
    office: Office,
    gathered: Gathered,
    *,
    decided_on: date | None = None,
    threads: int | None = None,
    runtime: str = "auto",
    benefits: bool = True,
    progress: Callable[[int], None] = lambda _claims: None,
) -> Results:
    """Decide what was gathered, part after part.

    The result is that of `assess_tables` over everything at once, whatever the parts.

    Args:
        office: The office.
        gathered: Claims and coverages, both read.
        decided_on: Day of the decision, for the receipts of an explanation.
        threads: How many shares of the persons are decided at a time; as many as the machine allows, if not said.
        runtime: ``compiled``, ``interpreted``, or ``auto`` for what is faster.
        benefits: Whether the table of benefits is wanted.
        progress: Called with the number of claims that were dealt with since the last call.

    Raises:
        MutualPlansError: rows find no room on disk, or they are in several parts although persons share accounts.
    """
    if len(gathered) > 1:
        refuse_parts(office, "rows_in_memory")
    at_once = max(gathered.most_rows // (4 * max(len(office.plans), 1)), 1)
    results = Results(office, gathered.folder, len(gathered), at_once, benefits)
    seen = Seen(claims=gathered.claims.read - gathered.claims.refused)
    with ExitStack() as stack:
        stack.enter_context(results)
        for part in gathered.parts():
            made = assess_tables(
                office,
                part.claims,
                part.coverages,
                refused=part.refused,
                shared=gathered.shared_numbers,
                unread=gathered.claims.refused,
                decided_on=decided_on,
                threads=threads,
                runtime=runtime,
                benefits=benefits,
                seen=seen,
                progress=progress,
            )
            results.add(made, part.coverages)
            del made, part
        stack.pop_all()
    return results
