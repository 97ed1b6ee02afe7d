"""What a contender is: something that assesses the workload and tells every amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from benchmarks.figures import Figures

DAY_ZERO = date(1970, 1, 1)


@frozen(kw_only=True)
class Job:
    """What a contender is given.

    Attributes:
        measure: Id of the measure, for contenders that take part in several.
        figures: Numbers of the edition.
        threads: How many threads it may use.
        scratch: Folder for what it writes.
        data: The workload: a `benchmarks.workload.dataset.Dataset`, or `Lists` in a test without Arrow.
        in_order: Whether the rows come sorted by person and claim.
    """

    measure: str
    figures: Figures
    threads: int
    scratch: Path
    data: Any
    in_order: bool = False

    def table(self) -> Any:
        """Return the joined rows as an Arrow table."""
        return self.data.rows(in_order=self.in_order)

    def lists(self) -> dict[str, list[Any]]:
        """Return the joined rows as lists of Python numbers, dates and codes."""
        if isinstance(self.data, Lists):
            return self.data.columns
        table = self.table()
        return {name: table[name].to_pylist() for name in table.column_names}


@frozen
class Lists:
    """Joined rows as lists: name of the column → values."""

    columns: dict[str, list[Any]]


@frozen
class Outcome:
    """What a contender made of the rows.

    Attributes:
        claims: Number of the claim of each row, in any order.
        amounts: Benefit → fen of each row, in the order of `claims`.
        reasons: Benefit → bits (`benchmarks.plan.REASONS`) of each row, from those who tell them.
    """

    claims: Sequence[int]
    amounts: Mapping[str, Sequence[int]]
    reasons: Mapping[str, Sequence[int]] | None = None

    def totals(self) -> dict[str, int]:
        """Return benefit → fen over all rows."""
        return {name: int(sum(column)) for name, column in self.amounts.items()}

    def by_claim(self) -> dict[int, tuple[int, ...]]:
        """Return claim → fen of each benefit."""
        rows = zip(*(map(int, column) for column in self.amounts.values()), strict=True)
        return dict(zip(map(int, self.claims), rows, strict=True))


class Contender(Protocol):
    """One way of assessing the workload. It is made without arguments, in a process of its own."""

    def missing(self) -> str:
        """Say what this machine lacks to run it; empty when nothing."""

    def prepare(self, job: Job) -> None:
        """Bring the data into the form this contender works on. Not measured, as it is not for the others."""

    def run(self) -> Any:
        """Assess every row. Measured."""

    def outcome(self, result: Any) -> Outcome:
        """Make the amounts of a run readable. Not measured."""


def read_outcome(path: Path) -> Outcome:
    """Return the amounts that a contender wrote to a parquet file or folder."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    names = [name for name in table.column_names if name != "claim"]
    return Outcome(table["claim"].to_numpy(), {name: table[name].to_numpy() for name in names})
