"""DuckDB: SQL with windows; money is BIGINT fen, and HUGEINT sums are brought back to it at once."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.contenders.base import Job, Outcome, read_outcome
from benchmarks.figures import Figures
from benchmarks.plan import BENEFITS
from benchmarks.workload.codes import coded


def payable(f: Figures) -> str:
    """Return the conditions of every benefit as SQL."""
    return f"""
        admitted BETWEEN first_day AND last_day
        AND reported - admitted <= {f.claim_days}
        AND (ymd(first_day) - ymd(birth_date)) // 10000 BETWEEN {f.age_from} AND {f.age_to}
        AND NOT (chain_first = first_day AND cause = 'illness' AND admitted - chain_first < {f.waiting_days})
        AND hospital_level IN ('2', '3')
    """


def tiered(bill: str, f: Figures) -> str:
    """Return what the marginal tiers give for a bill, at most the year's limit, as SQL."""
    steps = zip(f.tiers, (0, *(part for _, part in f.tiers)), strict=False)
    total = " + ".join(f"greatest({bill} - {start}, 0) * {part - less}" for (start, part), less in steps)
    return f"least((2 * ({total}) + {f.tier_whole}) // {2 * f.tier_whole}, {f.serious_most})"


MACRO = "CREATE OR REPLACE MACRO ymd(day) AS year(day) * 10000 + month(day) * 100 + day(day)"


def query(rows: str, f: Figures) -> str:
    """Return the query over joined rows: number of the claim and what each benefit pays."""
    parts, whole = f.ratio
    year = "PARTITION BY person, first_day, year ORDER BY claim ROWS UNBOUNDED PRECEDING"
    return f"""
    WITH facts AS (
        SELECT person, claim, first_day, coalesce(shares, 0) AS shares,
            (ymd(admitted) - ymd(first_day)) // 10000 AS year,
            self_paid_in_scope + self_paid_partly + out_of_scope AS burden,
            coalesce({payable(f)}, false) AS ok,
            CASE WHEN ok THEN self_paid_in_scope ELSE 0 END AS bill,
            CASE WHEN cause = 'illness' THEN bill ELSE 0 END AS ill,
            CASE WHEN ok AND event = 'inpatient'
                THEN greatest(greatest(discharged - admitted, 1) - {f.free_days}, 0) ELSE 0 END AS days,
            CASE WHEN ok THEN coalesce(condition, 0) ELSE 0 END AS condition,
            CASE WHEN ok THEN coalesce(lump_of, 0) ELSE 0 END AS lump_of
        FROM {rows} LEFT JOIN conditions USING (diagnosis)
    ), running AS (
        SELECT person, claim, first_day, year, condition, lump_of, shares, burden, bill, ill, days,
            (sum(bill) OVER ({year}))::BIGINT AS bill_now,
            (sum(ill) OVER ({year}))::BIGINT AS ill_now,
            (sum(days) OVER ({year}))::BIGINT AS days_now
        FROM facts
    ), amounts AS (
        SELECT person, claim, first_day, year, condition, burden, lump_of * shares AS lump,
            greatest(bill_now - {f.start}, 0) - greatest(bill_now - bill - {f.start}, 0) AS above,
            (2 * {parts} * above + {whole}) // {2 * whole} AS share,
            {tiered("ill_now", f)} - {tiered("(ill_now - ill)", f)} AS serious,
            (least(days_now, {f.max_days}) - least(days_now - days, {f.max_days}))
                * {f.daily} * shares AS allowance
        FROM running
    ), limited AS (
        SELECT claim, burden, serious, allowance, lump, share,
            (sum(share) OVER ({year}))::BIGINT AS share_now,
            row_number() OVER (PARTITION BY person, condition ORDER BY claim) = 1 AS is_first
        FROM amounts
    )
    SELECT claim,
        least(least(share_now, {f.basic_most}) - least(share_now - share, {f.basic_most}), burden)::BIGINT AS basic,
        least(serious, burden - basic)::BIGINT AS serious,
        allowance::BIGINT AS allowance,
        (CASE WHEN is_first THEN lump ELSE 0 END)::BIGINT AS lump
    FROM limited
    """


def connection(job: Job) -> duckdb.DuckDBPyConnection:
    """Return a database in memory with the conditions in it."""
    made = duckdb.connect(config={"threads": job.threads, "preserve_insertion_order": False})
    made.execute(MACRO)
    codes = [code for code, _ in coded() if job.figures.condition(code)]
    conditions, lumps = job.figures.conditions(codes)
    listed = pa.table({"diagnosis": codes, "condition": conditions, "lump_of": lumps})
    made.register("listed", listed)
    made.execute("CREATE TABLE conditions AS FROM listed")
    return made


class Windows:
    """Rows in a table of a database in memory."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.base = connection(job)
        self.base.register("arrow_rows", job.table())
        self.base.execute("CREATE TABLE rows AS FROM arrow_rows")
        self.base.unregister("arrow_rows")
        self.query = query("rows", job.figures)

    def run(self) -> pa.Table:
        return self.base.sql(self.query).to_arrow_table()

    def outcome(self, result: pa.Table) -> Outcome:
        return Outcome(result["claim"].to_numpy(), {name: result[name].to_numpy() for name in BENEFITS})


def joined(claims: str, covers: str, renewal_window: int) -> str:
    """Return the claims with the last cover that began by the day of admission; no other can hold that day."""
    return f"""(
        WITH linked AS (
            SELECT *, first_day - lag(last_day) OVER w - 1 <= {renewal_window} AS goes_on
            FROM {covers} WINDOW w AS (PARTITION BY person ORDER BY first_day)
        ), chained AS (
            SELECT person, birth_date, first_day, last_day, shares,
                max(CASE WHEN goes_on THEN NULL ELSE first_day END)
                    OVER (PARTITION BY person ORDER BY first_day ROWS UNBOUNDED PRECEDING) AS chain_first
            FROM linked
        )
        SELECT c.*, birth_date, first_day, last_day, shares, chain_first
        FROM {claims} c ASOF LEFT JOIN chained v ON c.person = v.person AND c.admitted >= v.first_day
    )"""


class Files:
    """From the parquet files of claims and covers to one of amounts."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.base = connection(job)
        self.out = job.scratch / "duckdb.parquet"
        claims, covers = (f"read_parquet('{file}')" for file in (job.data.claims_file, job.data.covers_file))
        rows = joined(claims, covers, job.figures.renewal_window)
        self.query = f"COPY ({query(rows, job.figures)}) TO '{self.out}' (FORMAT parquet)"

    def run(self) -> Path:
        self.base.execute(self.query)
        return self.out

    def outcome(self, result: Path) -> Outcome:
        return read_outcome(result)
