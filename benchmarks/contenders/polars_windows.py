"""Polars: lazy expressions.

Its own ``cum_sum().over(…)`` was tried first: on these rows the running sums below are some ten times faster.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.contenders.base import Job, Outcome, read_outcome
from benchmarks.figures import Figures
from benchmarks.plan import BENEFITS
from benchmarks.workload.codes import coded

YEAR = ("person", "first_day", "year")
"""What is counted together."""


def lookup(figures: Figures) -> pl.LazyFrame:
    """Return the condition and the lump of each listed code."""
    codes = [code for code, _ in coded() if figures.condition(code)]
    conditions, lumps = figures.conditions(codes)
    return pl.LazyFrame(
        {"diagnosis": codes, "condition": conditions, "lump_of": lumps},
        schema={"diagnosis": pl.Categorical, "condition": pl.Int16, "lump_of": pl.Int64},
    )


def _ymd(name: str) -> pl.Expr:
    date = pl.col(name).dt
    return date.year() * 10_000 + date.month().cast(pl.Int32) * 100 + date.day().cast(pl.Int32)


def _cut(amount: str, most: int) -> pl.Expr:
    """Return what is left for each row of a limit over the policy year."""
    now = _so_far(amount)
    return now.clip(upper_bound=most) - (now - pl.col(amount)).clip(upper_bound=most)


def _so_far(amount: str) -> pl.Expr:
    """Return the running sum inside each policy year, of rows that are sorted by it."""
    running = pl.col(amount).cum_sum()
    before = pl.when("begins").then(running - pl.col(amount)).forward_fill()
    return running - before


def payable(f: Figures) -> pl.Expr:
    """Return where the conditions of every benefit hold."""
    day, first, chain = pl.col("admitted"), pl.col("first_day"), pl.col("chain_first")
    waits = (chain == first) & (pl.col("cause") == "illness")
    return pl.all_horizontal(
        day.is_between(first, pl.col("last_day")),
        (pl.col("reported") - day).dt.total_days() <= f.claim_days,
        ((_ymd("first_day") - _ymd("birth_date")) // 10_000).is_between(f.age_from, f.age_to),
        ~(waits & ((day - chain).dt.total_days() < f.waiting_days)),
        pl.col("hospital_level").is_in(["2", "3"]),
    )


def assessed(rows: pl.LazyFrame, f: Figures) -> pl.LazyFrame:
    """Return the number of each claim and what each benefit pays for it."""
    parts, whole = f.ratio
    scope = pl.col("self_paid_in_scope")
    stay = (pl.col("discharged") - pl.col("admitted")).dt.total_days().clip(lower_bound=1)
    first_of_condition = pl.col("claim") == pl.col("claim").min().over("person", "condition")
    return (
        rows.join(lookup(f), on="diagnosis", how="left")
        .select(
            "person",
            "claim",
            "first_day",
            pl.col("shares").fill_null(0),
            "lump_of",
            ((_ymd("admitted") - _ymd("first_day")) // 10_000).alias("year"),
            payable(f).fill_null(False).alias("ok"),
            (pl.col("cause") == "illness").alias("ill"),
            (scope + pl.col("self_paid_partly") + pl.col("out_of_scope")).alias("burden"),
            scope.alias("bill"),
            pl.when(pl.col("event") == "inpatient")
            .then((stay - f.free_days).clip(lower_bound=0))
            .otherwise(0)
            .alias("days"),
            pl.col("condition").fill_null(0),
        )
        .sort(*YEAR, "claim")
        .with_columns(
            begins=pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in YEAR),
            bill=pl.when("ok").then("bill").otherwise(0),
            serious=pl.when(pl.col("ok") & pl.col("ill")).then("bill").otherwise(0),
            days=pl.when("ok").then("days").otherwise(0),
            condition=pl.when("ok").then("condition").otherwise(0),
        )
        .with_columns(bill_now=_so_far("bill"), serious_now=_so_far("serious"))
        .with_columns(
            above=(pl.col("bill_now") - f.start).clip(lower_bound=0)
            - (pl.col("bill_now") - pl.col("bill") - f.start).clip(lower_bound=0),
        )
        .with_columns(share=(2 * parts * pl.col("above") + whole) // (2 * whole))
        .with_columns(basic=pl.min_horizontal(_cut("share", f.basic_most), "burden"))
        .select(
            "claim",
            "basic",
            pl.min_horizontal(
                _tiered(pl.col("serious_now"), f) - _tiered(pl.col("serious_now") - pl.col("serious"), f),
                pl.col("burden") - pl.col("basic"),
            ).alias("serious"),
            (_cut("days", f.max_days) * f.daily * pl.col("shares")).alias("allowance"),
            pl.when((pl.col("condition") > 0) & first_of_condition)
            .then(pl.col("lump_of") * pl.col("shares"))
            .otherwise(0)
            .alias("lump"),
        )
    )


def _tiered(bill: pl.Expr, f: Figures) -> pl.Expr:
    """Return what the marginal tiers give, rounded half up, at most the year's limit."""
    steps = zip(f.tiers, (0, *(part for _, part in f.tiers)), strict=False)
    total = pl.sum_horizontal(
        (bill - start).clip(lower_bound=0) * (part - less) for (start, part), less in steps
    )
    return ((2 * total + f.tier_whole) // (2 * f.tier_whole)).clip(upper_bound=f.serious_most)


class Windows:
    """Rows in memory."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.figures = job.figures
        self.rows = pl.DataFrame(job.table()).rechunk()

    def run(self) -> pl.DataFrame:
        return assessed(self.rows.lazy(), self.figures).collect()

    def outcome(self, result: pl.DataFrame) -> Outcome:
        return Outcome(result["claim"].to_numpy(), {name: result[name].to_numpy() for name in BENEFITS})


def joined(claims: pl.LazyFrame, covers: pl.LazyFrame, renewal_window: int) -> pl.LazyFrame:
    """Return the claims with their covers: the last that began by the day of admission.

    Where that one is over, or none began, the claim is outside every cover; then it matters to nobody which it is.
    """
    gap = (pl.col("first_day") - pl.col("last_day").shift(1)).dt.total_days().over("person") - 1
    chain = (
        covers.select("person", "birth_date", "first_day", "last_day", "shares")
        .sort("person", "first_day")
        .with_columns(chain_first=pl.when(gap <= renewal_window).then(None).otherwise(pl.col("first_day")))
        .with_columns(pl.col("chain_first").forward_fill().over("person"))
    )
    return claims.sort("admitted").join_asof(
        chain.with_columns(admitted=pl.col("first_day")).sort("admitted"),
        on="admitted",
        by="person",
        check_sortedness=False,
    )


class Files:
    """From the parquet files of claims and covers to one of amounts."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.job = job
        self.out = job.scratch / "polars.parquet"

    def run(self) -> Path:
        claims, covers = (
            pl.scan_parquet(self.job.data.claims_file),
            pl.scan_parquet(self.job.data.covers_file),
        )
        rows = joined(claims, covers, self.job.figures.renewal_window)
        assessed(rows, self.job.figures).sink_parquet(self.out)
        return self.out

    def outcome(self, result: Path) -> Outcome:
        return read_outcome(result)
