"""Two tables read chunk by chunk into parts that hold whole persons: in memory while they are few, else on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from mutualplans.batch.ahead import ahead
from mutualplans.batch.columns import CLAIM, COVERAGE, PERSON
from mutualplans.batch.hashes import share_of
from mutualplans.batch.read import Reading
from mutualplans.batch.shared import Numbers, shared_numbers
from mutualplans.batch.sources import Source
from mutualplans.batch.spill import Spill

__all__ = ["MOST_ROWS", "Gathered", "Part"]

MOST_ROWS = 1_000_000
"""Rows of both tables together up to which everything is held in memory; a part on disk has about as many."""
_MOST_SHARES = 1_000
_AT_ONCE = 500_000
"""Rows that are put on disk together."""
_SHORTEST_ROW = 40
"""Bytes that a row of a text file has at least: a person, a plan, two days."""


@frozen(kw_only=True)
class Part:
    """All rows of some persons.

    Attributes:
        claims: Their claims.
        coverages: Their coverages.
        refused: Those of them of whom a coverage was refused when it was read.
    """

    claims: pa.Table
    coverages: pa.Table
    refused: pa.Array


@define(eq=False)
class _Kept:
    """What was read of one table."""

    empty: pa.Table
    held: list[pa.Table] = field(factory=list)
    rows: int = 0
    spill: Spill | None = None

    def table(self) -> pa.Table:
        """Return what is held, as one table."""
        return pa.concat_tables([self.empty, *self.held]).unify_dictionaries().combine_chunks()

    def put_away(self, shares: int) -> None:
        """Write what is held to disk."""
        if self.spill and self.held:
            table = self.table()
            self.held, self.rows = [], 0
            self.spill.add(table, share_of(table[PERSON], shares))

    def share(self, number: int) -> pa.Table:
        """Return the rows of a share."""
        return self.spill.read(number) if self.spill else self.table()


@define(eq=False)
class Gathered:
    """What was read of claims and coverages, to be used as a context.

    What the parts are, and in which order they come, changes nothing in what is decided: all rows of a person are in
    one part.

    Attributes:
        coverages: The table of coverages; it is to be read first.
        claims: The table of claims.
        folder: Where rows lie that are too many for memory.
        most_rows: Rows of both tables up to which they are not.
        shared_numbers: Claim numbers that several persons have, known once the claims are read.
    """

    coverages: Reading
    claims: Reading
    folder: Path
    most_rows: int = MOST_ROWS
    shared_numbers: pa.Array = field(init=False)
    _shares: int = field(default=1, init=False)
    _numbers: Numbers = field(factory=Numbers, init=False)
    _kept: dict[str, _Kept] = field(init=False)
    _stack: ExitStack = field(factory=ExitStack, init=False)

    def __attrs_post_init__(self) -> None:
        persons = pa.schema({PERSON: pa.string()}).empty_table()
        self._kept = {
            COVERAGE: _Kept(self.coverages.empty()),
            CLAIM: _Kept(self.claims.empty()),
            "refused": _Kept(persons),
        }

    def __enter__(self) -> Gathered:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __len__(self) -> int:
        """Return the number of parts."""
        return self._shares

    def read(self, reading: Reading) -> Iterator[pa.Table]:
        """Read one of the two tables, and yield each chunk of good rows once it is kept.

        Raises:
            MutualPlansError: the file turns out to be damaged, or the rows find no room on disk.
        """
        for chunk in reading.chunks():
            self._keep(reading.file, chunk)
            refused = reading.take_refused()
            if reading is self.coverages and len(refused):
                self._keep("refused", pa.table({PERSON: refused}))
            yield chunk
        if self._shares > 1:
            self._kept[reading.file].put_away(self._shares)
            self._kept["refused"].put_away(self._shares)
        if reading is self.claims:
            again = self._numbers.again()
            parts = (self._kept[CLAIM].share(number) for number in range(self._shares))
            self.shared_numbers = shared_numbers(parts, again)

    def _keep(self, name: str, table: pa.Table) -> None:
        kept = self._kept[name]
        if name == CLAIM:
            self._numbers.add(table)
        kept.held.append(table)
        kept.rows += len(table)
        if self._shares == 1 and sum(found.rows for found in self._kept.values()) > self.most_rows:
            self._begin_spilling()
        if self._shares > 1 and kept.rows >= min(_AT_ONCE, self.most_rows):
            kept.put_away(self._shares)

    def _begin_spilling(self) -> None:
        rows = sum(_most_rows_of(reading.source) for reading in (self.coverages, self.claims))
        self._shares = min(max(-(-rows // max(self.most_rows, 1)), 2), _MOST_SHARES)
        for kept in self._kept.values():
            kept.spill = self._stack.enter_context(Spill(self.folder, kept.empty.schema))
            kept.put_away(self._shares)

    def parts(self) -> Iterator[Part]:
        """Return every part, the next one being read while one is decided.

        Raises:
            MutualPlansError: the disk cannot be read.
        """
        return ahead(map(self._part, range(self._shares)))

    def of_claim(self, claim: str) -> Part:
        """Return the parts in which a claim of that number is, as one; the first part where none is.

        Raises:
            MutualPlansError: the disk cannot be read.
        """
        found = [part for part in self.parts() if pc.any(pc.equal(part.claims["claim"], claim)).as_py()]
        found = found or [self._part(0)]
        return Part(
            claims=pa.concat_tables([part.claims for part in found]).unify_dictionaries(),
            coverages=pa.concat_tables([part.coverages for part in found]).unify_dictionaries(),
            refused=pa.concat_arrays([part.refused for part in found]),
        )

    def _part(self, number: int) -> Part:
        tables = {name: kept.share(number) for name, kept in self._kept.items()}
        refused = tables["refused"][PERSON].unique()
        return Part(claims=tables[CLAIM], coverages=tables[COVERAGE], refused=refused)


def _most_rows_of(source: Source) -> int:
    """Return about how many rows a file has, rather too many than too few."""
    return source.size if source.size is not None else source.path.stat().st_size // _SHORTEST_ROW
