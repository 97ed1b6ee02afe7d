"""Claims and coverages as DataFrames in, what was decided as DataFrames out."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Sequence
from datetime import date
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from attrs import field, frozen

from mutualplans.batch.cells import SPACE
from mutualplans.batch.columns import CLAIM, COVERAGE, PERSON, ROW
from mutualplans.batch.outcome import BENEFITS, DECISIONS, PROBLEMS, RECEIPTS, Outcome, together
from mutualplans.batch.read import Reading, read_source
from mutualplans.batch.sources import Source
from mutualplans.batch.spark.parcel import Parcel, parcel
from mutualplans.batch.spark.session import needs_spark
from mutualplans.batch.spark.worker import (
    READING,
    TABLE,
    TOTALS,
    UNIT,
    Counted,
    Form,
    Worker,
    columns_out,
    formed,
    sent_schema,
)
from mutualplans.engine.office import Office
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["Assessed", "Sent", "assess_frames", "sent"]

_ROWS_IN_A_PARTITION = 250_000
"""Claims and coverages that one worker holds at a time."""
_PARTITIONS_PER_CORE = 2
"""At least so many, so that one slow partition does not keep the others waiting."""


@frozen(kw_only=True)
class Assessed:
    """What a Spark job decided; each table is a DataFrame whose codes are texts, its rows in no order.

    Nothing is computed before a table is asked for; then all are, once, and kept on the executors' disks until
    `unpersist`. What is lost with an executor is computed again. (With ``keep=False`` they are computed for each table.)

    Attributes:
        office: The office.
        decisions: As `mutualplans.batch.outcome.DECISIONS`, or as a file that `mutualplans assess` writes.
        benefits: As `mutualplans.batch.outcome.BENEFITS`, or as such a file; empty unless asked for.
        reading: The problems of rows that could not be read.
        problems: All problems, these among them.
        receipts: As `mutualplans.batch.outcome.RECEIPTS`.
    """

    office: Office
    decisions: DataFrame
    benefits: DataFrame
    reading: DataFrame
    problems: DataFrame
    receipts: DataFrame
    _made: DataFrame = field(repr=False)

    def counted(self) -> Counted:
        """Return the totals, and how many rows were read and refused."""
        rows = self._made.where(self._made[TABLE] == TOTALS).select(TOTALS).collect()
        found: list[Counted] = [pickle.loads(row[TOTALS]) for row in rows]
        return reduce(Counted.plus, found, Counted())

    def collect(self) -> Outcome:
        """Bring everything here: row for row what `mutualplans.batch.assess.assess_tables` returns on one machine."""
        schemas = {"decisions": DECISIONS, "benefits": BENEFITS, "problems": PROBLEMS, "receipts": RECEIPTS}
        return together(
            self.office, [Outcome(**{n: _typed(getattr(self, n), s) for n, s in schemas.items()})]
        )

    def unpersist(self) -> None:
        """Let the executors forget what they keep."""
        self._made.unpersist()


def assess_frames(
    office: Office,
    claims: DataFrame,
    coverages: DataFrame,
    *,
    names: Sequence[str] = (CLAIM, COVERAGE),
    mapping: TomlFile | None = None,
    strict: bool = False,
    decided_on: date | None = None,
    benefits: bool = True,
    form: Form | None = None,
    partitions: int | None = None,
    runtime: str = "auto",
    keep: bool = True,
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
        benefits: Whether the table of benefits is wanted.
        form: How the tables look that people read; by default they are those of `assess_tables`.
        partitions: How many partitions there are; the result does not depend on it. By default the rows are counted
            and each partition gets about a quarter of a million.
        runtime: ``compiled``, ``interpreted``, or ``auto`` for what is faster.
        keep: Whether the outcome is kept until all its tables are read; not worth it where one of them is wanted.

    Raises:
        MutualPlansError: a needed column is not there or of another type; PySpark is missing; everything at once.
    """
    needs_spark()
    from pyspark import StorageLevel
    from pyspark.sql.pandas.types import from_arrow_schema

    going = sent(
        office, claims, coverages, names=names, mapping=mapping, strict=strict, partitions=partitions
    )
    packed = parcel(office)
    claims.sparkSession.addArtifacts(str(_written(packed)), pyfile=True)
    worker = Worker(
        office=packed.office,
        readings=going.readings,
        form=form,
        benefits=benefits,
        runtime=runtime,
        decided_on=decided_on,
    )
    made = going.frame.mapInArrow(worker, from_arrow_schema(sent_schema(form)))
    if keep:
        made = made.persist(StorageLevel.DISK_ONLY)
    return _assessed(office, made, going.headers, form)


def _assessed(office: Office, made: DataFrame, headers: pa.Table, form: Form | None) -> Assessed:
    from pyspark.sql import functions as f

    columns = {name: schema.names for name, schema in columns_out(form).items()}
    found = {name: made.where(made[TABLE] == name).select(*of) for name, of in columns.items()}
    reading = found[READING]
    if len(headers):
        told = formed(READING, headers, office, form).cast(columns_out(form)[READING])
        reading = reading.unionByName(made.sparkSession.createDataFrame(told))
    problems = made.where(made[TABLE] == "problems").select(*columns["problems"], UNIT)
    # What each partition says once for each unit is said at the first of the unit's rows.
    rest = [name for name in columns["problems"] if name != ROW]
    once = problems.where(problems[UNIT].isNotNull()).groupBy(*rest, UNIT).agg(f.min(ROW).alias(ROW))
    others = problems.where(problems[UNIT].isNull())
    problems = reduce(
        lambda one, other: one.unionByName(other),
        [reading, *(frame.select(*columns["problems"]) for frame in (once, others))],
    )
    return Assessed(
        office=office,
        decisions=found["decisions"],
        benefits=found["benefits"],
        reading=reading,
        problems=problems,
        receipts=found["receipts"].distinct(),
        made=made,
    )


# ---------------------------------------------------------------- what travels


@frozen
class Sent:
    """Claims and coverages on their way to the workers.

    Attributes:
        frame: Rows of both, each of which says which table it is of, spread by person.
        readings: How the rows of each table are read.
        headers: What is wrong with the headers, as `mutualplans.batch.outcome.PROBLEMS`.
    """

    frame: DataFrame
    readings: dict[str, Reading]
    headers: pa.Table


def sent(
    office: Office,
    claims: DataFrame,
    coverages: DataFrame,
    *,
    names: Sequence[str] = (CLAIM, COVERAGE),
    mapping: TomlFile | None = None,
    strict: bool = False,
    partitions: int | None = None,
) -> Sent:
    """Return claims and coverages as one DataFrame; see `assess_frames`.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    from pyspark.sql import functions as f

    plans = [item.plan for item in office.plans]
    readings, tagged, headers, keys = {}, [], [], []
    for file, name, frame in zip((CLAIM, COVERAGE), names, (claims, coverages), strict=True):
        stated = [header for header in frame.columns if header != ROW]
        whole = _reading(frame, stated, file, name, plans, mapping, strict=strict)
        headers += whole.problems
        read = _reading(frame, _wanted(whole), file, name, plans, mapping, strict=False)
        readings[file] = read
        tagged.append(_tagged(frame, read))
        person = read.layout.place(PERSON)
        keys.append(f.btrim(f.col(_name(file, person or 0)).cast("string"), f.lit(SPACE)))
    both = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), tagged)
    number = partitions or _partitions(claims, coverages)
    # Rows that name no person have nothing to do with each other: they need not all go to one worker.
    key = f.coalesce(*(f.when(key != "", key) for key in keys), f.col(ROW).cast("string"))
    return Sent(both.repartition(number, key), readings, pa.concat_tables(headers))


def _reading(
    frame: DataFrame,
    headers: Sequence[str],
    file: str,
    name: str,
    plans: Sequence[Plan],
    mapping: TomlFile | None,
    *,
    strict: bool,
) -> Reading:
    types = [_arrow_type(frame.schema[frame.columns.index(header)].dataType) for header in headers]
    source = Source(Path(name), name, list(headers), 0, "parquet", _no_chunks, types=types)
    return read_source(source, file, plans, mapping=mapping, strict=strict)


def _no_chunks() -> Any:
    """Stand for the rows, which only workers see."""
    return iter(())


def _wanted(whole: Reading) -> list[str]:
    """Return the headers that have to travel: those that are read.

    Rows of sums and signatures are looked for in every column, but only where all columns are texts.
    """
    headers, types = whole.source.headers, whole.source.types
    if all(pa.types.is_string(item) for item in types):
        return headers
    places = set(whole.places)
    if all(pa.types.is_string(types[place]) for place in places):
        places.add(next(place for place, item in enumerate(types) if not pa.types.is_string(item)))
    return [headers[place] for place in sorted(places)]


def _arrow_type(type_: Any) -> pa.DataType:
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import to_arrow_type

    try:
        return to_arrow_type(type_)
    except PySparkException:
        return pa.binary()  # nothing that a column of ours could be: refused where it is needed


def _name(file: str, place: int) -> str:
    """Return what a column is called on the way; its own name may be anything, and both tables may have it."""
    return f"{file}:{place:03}"


def _tagged(frame: DataFrame, reading: Reading) -> DataFrame:
    from pyspark.sql import functions as f

    plain = frame.toDF(*(str(place) for place in range(len(frame.columns))))
    rows = frame.columns.index(ROW) if ROW in frame.columns else None
    number = f.monotonically_increasing_id() + 1 if rows is None else f.col(str(rows)).cast("bigint")
    places = [frame.columns.index(header) for header in reading.source.headers]
    columns = [f.col(str(place)).alias(_name(reading.file, at)) for at, place in enumerate(places)]
    return plain.select(f.lit(reading.file).alias(TABLE), number.alias(ROW), *columns)


def _partitions(*frames: DataFrame) -> int:
    """Return into how many partitions the rows go; counting them reads no more of Parquet files than their ends."""
    rows = sum(frame.count() for frame in frames)
    cores: int = frames[0].sparkSession.sparkContext.defaultParallelism
    return max(-(-rows // _ROWS_IN_A_PARTITION), _PARTITIONS_PER_CORE * cores)


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
