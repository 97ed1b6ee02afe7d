"""PySpark on this machine: mutualplans, an identity `mapInArrow` as the least that such a job costs, SQL with windows."""

from __future__ import annotations

import os
import shutil
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.contenders.base import Job, Outcome, read_outcome
from benchmarks.figures import Figures
from benchmarks.plan import BENEFITS, office, plan
from benchmarks.workload import contract
from benchmarks.workload.codes import coded
from benchmarks.workload.rows import FROM_CLAIMS, FROM_COVERS

RENAMED = {
    name: f"{name}_fen" for name in ("pool_paid", "self_paid_in_scope", "self_paid_partly", "out_of_scope")
}
AS_WIDE = (
    *("claim", "person", "self_paid_in_scope_fen"),
    *("event", "cause", "hospital_level", "diagnosis", "hospital_level"),
)
"""Columns of claims as wide as those of decisions: texts that name claim and person, an amount, short codes."""
OURS = tuple(name for name in FROM_CLAIMS if name not in ("claim", "person"))


def session(job: Job) -> Any:
    """Return a Spark session of this machine's cores."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the first python3 of the path runs the workers
    made = (
        SparkSession.builder.master(f"local[{job.threads}]")
        .appName("mutualplans-benchmark")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.shuffle.partitions", 4 * job.threads)
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 50_000)
        .config("spark.sql.warehouse.dir", str(job.scratch / "warehouse"))
        .config("spark.local.dir", str(job.scratch / "spark"))
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("ERROR")
    return made


class _Spark(ABC):
    """What all jobs have in common."""

    name = ""

    def missing(self) -> str:
        home = os.environ.get("JAVA_HOME")
        found = shutil.which("java") or (home and shutil.which("java", path=f"{home}/bin"))
        return "" if found else "no Java on this machine (Spark needs 17 or later)"

    def prepare(self, job: Job) -> None:
        self.job = job
        self.out = job.scratch / f"spark-{self.name}.parquet"
        self.spark = session(job)
        self.read()

    def read(self) -> None:
        """Open the tables."""
        self.claims = self.spark.read.parquet(str(self.job.data.claims_file)).select(*FROM_CLAIMS)
        self.covers = self.spark.read.parquet(str(self.job.data.covers_file)).select("person", *FROM_COVERS)

    @abstractmethod
    def frame(self) -> Any:
        """Return what the job writes."""

    def run(self) -> Path:
        self.frame().write.mode("overwrite").parquet(str(self.out))
        return self.out


class _Carried(_Spark):
    """Claims and covers in the columns that mutualplans takes, as it sends them to Python workers, by person."""

    def read(self) -> None:
        claims, covers = contract.as_contract(self.job.data)
        self.claims = self._stored("claims", claims.select([*OURS, "claim", "person", "row"]))
        self.covers = self._stored("coverages", covers)

    def _stored(self, name: str, table: Any) -> Any:
        """Return a table from a Parquet file, where amounts say that they are fen."""
        path = self.job.scratch / f"spark-{self.name}-{name}.parquet"
        pq.write_table(table.rename_columns([RENAMED.get(item, item) for item in table.column_names]), path)
        return self.spark.read.parquet(str(path))


class Identity(_Carried):
    """Every row goes by person to a Python worker and comes back as it was; of claims, columns as Assess writes are written.

    Nobody who assesses persons in Python workers can do with less, except that fewer rows may come back.
    """

    name = "identity"

    def read(self) -> None:
        from mutualplans.batch.spark.spread import spread
        from mutualplans.batch.spark.worker import slots

        super().read()
        found = spread([plan], self.claims, self.covers)
        source = found.readings["claims"].source
        self.rows = found.frame
        self.columns = dict(zip(source.headers, slots(source.types), strict=True))

    def frame(self) -> Any:
        back = self.rows.mapInArrow(lambda batches: batches, self.rows.schema)
        written = [back[self.columns[name]].alias(f"{name}{place}") for place, name in enumerate(AS_WIDE)]
        return back.where(back["table"] == "claims").select("row", *written)

    def outcome(self, result: Path) -> Outcome:
        return Outcome([], {})


class Assess(_Carried):
    """mutualplans: the table of decisions, from Parquet to Parquet."""

    name = "assess"

    def assessed(self) -> Any:
        from mutualplans.batch.spark import assess_frames

        return assess_frames(office(), self.claims, self.covers, keep=())

    def frame(self) -> Any:
        return self.assessed().decisions

    def outcome(self, result: Path) -> Outcome:
        """Return the amounts by benefit, from a run that tells them and decides the same."""
        rows = self.assessed().benefits.toArrow().select(["claim", "benefit", "amount_fen"])
        found = {}
        for name in BENEFITS:
            own = rows.filter(pc.equal(rows["benefit"], name)).sort_by("claim")
            found[name] = own["amount_fen"].to_numpy()
        decided = pq.read_table(result).sort_by("claim")
        if decided["amount_fen"].to_pylist() != sum(found.values()).tolist():
            message = "the benefits do not add up to the decisions"
            raise AssertionError(message)
        return Outcome(decided["claim"].cast(pa.int64()).to_numpy(), found)


class Windows(_Spark):
    """The four benefits in Spark SQL."""

    name = "windows"

    def prepare(self, job: Job) -> None:
        super().prepare(job)
        codes = [code for code, _ in coded() if job.figures.condition(code)]
        rows = list(zip(codes, *job.figures.conditions(codes), strict=True))
        schema = "diagnosis string, condition int, lump_of bigint"
        self.spark.createDataFrame(rows, schema).createOrReplaceTempView("conditions")
        self.claims.createOrReplaceTempView("claims")
        self.covers.createOrReplaceTempView("covers")
        self.sql = query(job.figures)

    def frame(self) -> Any:
        return self.spark.sql(self.sql)

    def outcome(self, result: Path) -> Outcome:
        return read_outcome(result)


def _ymd(day: str) -> str:
    return f"(year({day}) * 10000 + month({day}) * 100 + day({day}))"


def _tiered(bill: str, f: Figures) -> str:
    steps = zip(f.tiers, (0, *(part for _, part in f.tiers)), strict=False)
    total = " + ".join(f"greatest({bill} - {start}, 0L) * {part - less}" for (start, part), less in steps)
    return f"least((2 * ({total}) + {f.tier_whole}) div {2 * f.tier_whole}, {f.serious_most}L)"


def query(f: Figures) -> str:
    """Return the query over the views ``claims``, ``covers`` and ``conditions``.

    A claim is joined with the cover that holds its day of admission: outside every cover nothing is paid.
    """
    parts, whole = f.ratio
    year = "PARTITION BY person, first_day, policy_year ORDER BY claim ROWS UNBOUNDED PRECEDING"
    return f"""
    WITH linked AS (
        SELECT *, datediff(first_day, lag(last_day) OVER (PARTITION BY person ORDER BY first_day)) - 1
            <= {f.renewal_window} AS goes_on
        FROM covers
    ), chained AS (
        SELECT person, birth_date, first_day, last_day, shares,
            max(CASE WHEN goes_on THEN NULL ELSE first_day END)
                OVER (PARTITION BY person ORDER BY first_day ROWS UNBOUNDED PRECEDING) AS chain_first
        FROM linked
    ), facts AS (
        SELECT c.person, claim, first_day, coalesce(cast(shares AS bigint), 0L) AS shares,
            ({_ymd("admitted")} - {_ymd("first_day")}) div 10000 AS policy_year,
            self_paid_in_scope + self_paid_partly + out_of_scope AS burden,
            coalesce(
                datediff(reported, admitted) <= {f.claim_days}
                AND ({_ymd("first_day")} - {_ymd("birth_date")}) div 10000 BETWEEN {f.age_from} AND {f.age_to}
                AND NOT (chain_first = first_day AND cause = 'illness'
                    AND datediff(admitted, chain_first) < {f.waiting_days})
                AND hospital_level IN ('2', '3'), false) AS ok,
            CASE WHEN ok THEN self_paid_in_scope ELSE 0L END AS bill,
            CASE WHEN cause = 'illness' THEN bill ELSE 0L END AS ill,
            CASE WHEN ok AND event = 'inpatient'
                THEN greatest(greatest(datediff(discharged, admitted), 1) - {f.free_days}, 0) ELSE 0 END AS days,
            CASE WHEN ok THEN coalesce(condition, 0) ELSE 0 END AS condition,
            CASE WHEN ok THEN coalesce(lump_of, 0L) ELSE 0L END AS lump_of
        FROM claims c
        LEFT JOIN chained v ON c.person = v.person AND c.admitted BETWEEN v.first_day AND v.last_day
        LEFT JOIN conditions USING (diagnosis)
    ), running AS (
        SELECT person, claim, first_day, policy_year, condition, lump_of, shares, burden, bill, ill, days,
            sum(bill) OVER ({year}) AS bill_now,
            sum(ill) OVER ({year}) AS ill_now,
            sum(days) OVER ({year}) AS days_now
        FROM facts
    ), amounts AS (
        SELECT person, claim, first_day, policy_year, condition, burden, lump_of * shares AS lump,
            greatest(bill_now - {f.start}, 0L) - greatest(bill_now - bill - {f.start}, 0L) AS above,
            (2 * {parts} * above + {whole}) div {2 * whole} AS share,
            {_tiered("ill_now", f)} - {_tiered("(ill_now - ill)", f)} AS serious,
            (least(days_now, {f.max_days}L) - least(days_now - days, {f.max_days}L))
                * {f.daily} * shares AS allowance
        FROM running
    ), limited AS (
        SELECT claim, burden, serious, allowance, lump, share,
            sum(share) OVER ({year}) AS share_now,
            row_number() OVER (PARTITION BY person, condition ORDER BY claim) = 1 AS is_first
        FROM amounts
    )
    SELECT claim,
        least(least(share_now, {f.basic_most}L) - least(share_now - share, {f.basic_most}L), burden) AS basic,
        least(serious, burden - basic) AS serious,
        allowance,
        CASE WHEN is_first THEN lump ELSE 0L END AS lump
    FROM limited
    """
