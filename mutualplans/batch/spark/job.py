"""Claims and coverages as DataFrames in, what was decided as DataFrames out."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache, cached_property, partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from attrs import define, evolve, field, frozen

from mutualplans.batch.columns import CLAIM, COVERAGE, ROW
from mutualplans.batch.groups import refuse_parts
from mutualplans.batch.outcome import BENEFITS, DECISIONS, PROBLEMS, RECEIPTS, Outcome, together
from mutualplans.batch.spark.parcel import Parcel, parcel
from mutualplans.batch.spark.session import needs_spark
from mutualplans.batch.spark.spread import spread
from mutualplans.batch.spark.worker import (
    DECIDED,
    NUMBER,
    NUMBERS,
    OF_PERSON,
    OF_READING,
    OUTCOME,
    TABLE,
    TOTALS,
    UNIT,
    Counted,
    Form,
    Worker,
)
from mutualplans.engine.office import Office
from mutualplans.model.tomlfile import TomlFile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["Assessed", "assess_frames"]


@frozen(kw_only=True)
class Assessed:
    """What a Spark job decided; each table is a DataFrame whose codes are texts, its rows in no order.

    Nothing is computed before a table is asked for; then all are, once, and kept on the executors' disks until
    `unpersist`. What is lost with an executor is computed again. Tables that were not to be kept are computed alone,
    each time that they are asked for. To name `problems` is to ask for the counts, which are fetched once: who shares a
    claim's number is known when every partition was seen.

    Attributes:
        office: The office.
        decisions: As `mutualplans.batch.outcome.DECISIONS`, or as a file that `mutualplans assess` writes.
        benefits: As `mutualplans.batch.outcome.BENEFITS`, or as such a file.
        reading: The problems of rows that could not be read.
        receipts: As `mutualplans.batch.outcome.RECEIPTS`.
    """

    office: Office
    decisions: DataFrame
    benefits: DataFrame
    reading: DataFrame
    receipts: DataFrame
    _in_parts: DataFrame = field(repr=False)
    _totals: DataFrame = field(repr=False)
    _kept: DataFrame | None = field(repr=False)
    _worker: Worker = field(repr=False)

    def counted(self) -> Counted:
        """Return the totals, and how many rows were read and refused."""
        return self._counted

    @cached_property
    def _counted(self) -> Counted:
        # As Arrow, for what is collected as rows is held several times in the memory of the driver's JVM.
        found = self._totals.select(TOTALS).toArrow()[TOTALS]
        return reduce(Counted.plus, (pickle.loads(cell.as_buffer()) for cell in found), Counted())

    @cached_property
    def _again(self) -> np.ndarray:
        return self._counted.numbers.again()

    @cached_property
    def problems(self) -> DataFrame:
        """All problems: those of reading, those that partitions found, and claim numbers that several persons have."""
        from pyspark.sql import Window
        from pyspark.sql import functions as f
        from pyspark.sql.pandas.types import from_arrow_schema

        if not len(self._again):
            return self._in_parts
        schema = from_arrow_schema(self._worker.shared_schema())
        told = self._totals.select(NUMBERS).mapInArrow(partial(self._worker.shared, self._again), schema)
        alike = Window.partitionBy(NUMBER)
        several = f.min(OF_PERSON).over(alike) != f.max(OF_PERSON).over(alike)
        shared = told.withColumn("several", several).where(f.col("several") & f.col(DECIDED))
        return self._in_parts.unionByName(shared.select(*self._in_parts.columns))

    def collect(self) -> Outcome:
        """Bring everything here: row for row what `mutualplans.batch.assess.assess_tables` returns on one machine."""
        schemas = {"decisions": DECISIONS, "benefits": BENEFITS, "problems": PROBLEMS, "receipts": RECEIPTS}
        return together(
            self.office, [Outcome(**{n: _typed(getattr(self, n), s) for n, s in schemas.items()})]
        )

    def unpersist(self) -> None:
        """Let the executors forget what they keep."""
        if self._kept is not None:
            self._kept.unpersist()


def assess_frames(
    office: Office,
    claims: DataFrame,
    coverages: DataFrame,
    *,
    names: Sequence[str] = (CLAIM, COVERAGE),
    mapping: TomlFile | None = None,
    strict: bool = False,
    decided_on: date | None = None,
    keep: Collection[str] = OUTCOME,
    form: Form | None = None,
    partitions: int | None = None,
    runtime: str = "auto",
) -> Assessed:
    """Decide claims inside Spark, to the fen, the reason and the problem as on one machine.

    The columns are named and typed as in a Parquet file for ``mutualplans assess``: amounts are decimals of yuan, or
    whole numbers under names that end in ``_fen``. A column ``row`` of whole numbers numbers the rows; without it Spark
    does. Persons are spread over partitions with everything they have; a partition whose worker is lost is decided
    again, with the same result. The job brings the office, its editions and the packages in pure Python; workers must
    have the driver's version of Python, NumPy, PyArrow and, for compiled kernels, Numba.

    Args:
        office: The office.
        claims: Claims.
        coverages: Coverages.
        names: What problems call the two tables.
        mapping: An import map, see `mutualplans.batch.headers.read_map`.
        strict: Whether a column that nobody knows is an error.
        decided_on: Day of the decision.
        keep: Tables that are decided together, with the totals, and kept. Any other is decided alone whenever it is
            asked for, which is quicker where it is the only one: ``keep=()`` where one table is wanted.
        form: How the tables look that people read; by default they are those of `assess_tables`.
        partitions: How many partitions there are; the result does not depend on it. By default the rows are counted
            and each partition gets about a quarter of a million.
        runtime: ``compiled``, ``interpreted``, or ``auto`` for what is faster.

    Raises:
        MutualPlansError: a needed column is not there or of another type; PySpark is missing; everything at once.
            Or several persons share an account of a plan: their claims are decided in one order, on one machine.
    """
    refuse_parts(office, "Spark")
    needs_spark()
    plans = [item.plan for item in office.plans]
    rows = spread(
        plans, claims, coverages, names=names, mapping=mapping, strict=strict, partitions=partitions
    )
    packed = parcel(office)
    claims.sparkSession.addArtifacts(str(_written(packed)), pyfile=True)
    worker = Worker(
        office=packed.office, readings=rows.readings, form=form, runtime=runtime, decided_on=decided_on
    )
    deciding = _Deciding(rows.frame, worker)
    if keep:
        deciding.keep([*keep, TOTALS])
    problems = deciding.table("problems")
    if len(rows.headers):
        told = worker.problems(office, rows.headers).cast(worker.columns("problems"))
        problems = problems.unionByName(claims.sparkSession.createDataFrame(told))
    return Assessed(
        office=office,
        decisions=deciding.table("decisions"),
        benefits=deciding.table("benefits"),
        reading=problems.where(problems[OF_READING]).drop(OF_READING, UNIT),
        receipts=deciding.table("receipts").distinct(),
        in_parts=_once_a_unit(problems).drop(OF_READING, UNIT),
        totals=deciding.table(TOTALS),
        kept=deciding.kept,
        worker=worker,
    )


@define(eq=False)
class _Deciding:
    """Decisions that workers will make.

    Attributes:
        rows: Claims and coverages, spread by person.
        worker: Decides them.
        kept: Rows of the tables that are decided together and kept.
    """

    rows: DataFrame
    worker: Worker
    kept: DataFrame | None = field(default=None, init=False)
    _names: Sequence[str] = field(default=(), init=False)

    def keep(self, names: Sequence[str]) -> None:
        """Decide several tables together, and keep them."""
        from pyspark import StorageLevel

        self._names = names
        self.kept = self._made(names).persist(StorageLevel.DISK_ONLY)

    def table(self, name: str) -> DataFrame:
        """Return one table."""
        if self.kept is None or name not in self._names:
            return self._made([name])
        return self.kept.where(self.kept[TABLE] == name).select(*self.worker.columns(name).names)

    def _made(self, names: Sequence[str]) -> DataFrame:
        from pyspark.sql.pandas.types import from_arrow_schema

        worker = evolve(self.worker, tables=names)
        return self.rows.mapInArrow(worker, from_arrow_schema(worker.schema()))


def _once_a_unit(problems: DataFrame) -> DataFrame:
    """Keep of what each partition says once for each unit the one at the first row."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    alike = Window.partitionBy(*(name for name in problems.columns if name != ROW)).orderBy(ROW)
    numbered = problems.withColumn("number", f.row_number().over(alike))
    return numbered.where(numbered[UNIT].isNull() | (numbered["number"] == 1)).drop("number")


# ---------------------------------------------------------------- files and tables


def _written(packed: Parcel) -> Path:
    """Return the file of a parcel's archive, from which executors take it as long as the session lives."""
    path = Path(_folder().name).joinpath(packed.name)
    if not path.exists():
        path.write_bytes(packed.archive)
    return path


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that is there until this process ends."""
    return tempfile.TemporaryDirectory(prefix="mutualplans-")


def _typed(frame: DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a frame as a table of these columns."""
    found = frame.toArrow()
    columns = [
        found[item.name].dictionary_encode().cast(item.type)
        if pa.types.is_dictionary(item.type)
        else found[item.name].cast(item.type)
        for item in schema
    ]
    return pa.table(columns, schema=schema)
