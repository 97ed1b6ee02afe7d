"""Persons, units, covers and claims by seed, as Arrow tables in no order.

What is drawn follows what offices see: most persons have one to three claims and a few have dozens (dialysis,
chemotherapy); covers are renewed in time, late, or not at all; some claims fall before, after or between covers,
into the waiting period, or come in late; most diagnoses are on no list. Nothing is missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from benchmarks.workload.codes import coded

Array = np.ndarray[Any, Any]

EVENTS = ("inpatient", "outpatient")
CAUSES = ("illness", "accident", "work-accident")
LEVELS = ("1", "2", "3", "community")
TIERS = ("one-year", "three-years")
MONTHS = np.array([12, 36])

OPENED = np.datetime64("2020-01-01", "D")
CLOSED = np.datetime64("2026-06-30", "D")
LEAP_DAY = np.datetime64("2020-02-29", "D")
EDGE_DAYS = np.array([-1, 0, 29, 30, 364, 365, 366, 730, 731])
"""Days from the first of a cover on which waiting periods, policy years and covers begin or end."""
MOST_TERMS = 6
MOST_CLAIMS = 90


@frozen
class Workload:
    """The tables of one seed and size."""

    persons: pa.Table
    units: pa.Table
    covers: pa.Table
    claims: pa.Table


def generate(claims: int, seed: int | list[int]) -> Workload:
    """Return a workload with exactly `claims` claims; the same seed and size give the same tables."""
    rng = np.random.Generator(np.random.PCG64(seed))
    counts = _claims_of_persons(rng, claims)
    covers, first, last = _covers(rng, len(counts))
    made = _claims(rng, _fitted(counts, first, last, claims), first, last)
    numbers = np.cumsum(rng.integers(1, 9, len(counts))) + 10_000_000
    persons = _persons(rng, numbers)
    holder = covers.pop("person")
    birth_date = persons["birth_date"].take(pa.array(holder))
    return Workload(
        persons=_shuffled(rng, persons),
        units=_units(rng, len(counts)),
        covers=_shuffled(rng, pa.table({"person": numbers[holder], "birth_date": birth_date, **covers})),
        claims=_shuffled(rng, pa.table({"person": numbers[made.pop("person")], **made})),
    )


# ---------------------------------------------------------------- who, and how often


def _claims_of_persons(rng: np.random.Generator, claims: int) -> Array:
    """Return how many claims each person has; as many again have none."""
    drawn = max(claims, 100)
    kind = rng.random(drawn)
    counts = np.select(
        [kind < 0.58, kind < 0.80, kind < 0.90, kind < 0.994],
        [1, 2, 3, 4 + rng.poisson(1.5, drawn)],
        20 + rng.geometric(1 / 15, drawn),
    ).clip(1, MOST_CLAIMS)
    enough = int(np.searchsorted(np.cumsum(counts), claims)) + 1
    with_claims = counts[:enough]
    everybody = np.zeros(2 * enough, dtype=np.int64)
    everybody[np.sort(rng.choice(2 * enough, enough, replace=False))] = with_claims
    return everybody


def _fitted(counts: Array, first: Array, last: Array, claims: int) -> Array:
    """Return counts that add up to `claims`: nobody has more stays than fit, the rest goes to the others."""
    room = ((last - first).astype(np.int64) // 5).clip(3, MOST_CLAIMS)
    counts = np.minimum(counts, room)
    short = claims - int(counts.sum())
    while short > 0:
        more = np.flatnonzero((counts > 0) & (counts < room))[:short]
        counts[more] += 1
        short -= len(more)
    while short < 0:
        fewer = np.flatnonzero(counts > 0)[short:]
        counts[fewer] -= 1
        short += len(fewer)
    return counts


def _persons(rng: np.random.Generator, numbers: Array) -> pa.Table:
    count = len(numbers)
    born = OPENED - rng.integers(15 * 365, 62 * 365, count).astype("timedelta64[D]")
    return pa.table(
        {
            "person": numbers,
            "sex": _coded(rng.integers(0, 2, count), ("female", "male")),
            "birth_date": born,
            "unit": rng.integers(0, max(count // 60, 1), count),
        }
    )


def _units(rng: np.random.Generator, persons: int) -> pa.Table:
    count = max(persons // 60, 1)
    return pa.table(
        {
            "unit": np.arange(count),
            "unit_type": _coded(rng.integers(0, 3, count), ("enterprise", "institution", "agency")),
            "headcount": rng.geometric(1 / 80, count) + 24,
        }
    )


# ---------------------------------------------------------------- covers


def _covers(rng: np.random.Generator, persons: int) -> tuple[dict[str, Any], Array, Array]:
    """Return the covers, and the first and last day that each person is in view."""
    start = OPENED + rng.integers(0, 731, persons).astype("timedelta64[D]")
    start[rng.random(persons) < 0.01] = LEAP_DAY
    tier = (rng.random(persons) < 0.25).astype(np.int8)
    shares = rng.integers(1, 4, persons)
    first, last = start.copy(), start.copy()
    held = np.arange(persons)
    parts: list[tuple[Array, ...]] = []
    for _ in range(MOST_TERMS):
        end = _last_day(start[held], MONTHS[tier[held]])
        parts.append((held, start[held], end, shares[held], tier[held]))
        last[held] = end
        kind = rng.random(len(held))
        gap = np.select(
            [kind < 0.80, kind < 0.90], [0, rng.integers(1, 22, len(held))], rng.integers(40, 300, len(held))
        )
        start[held] = end + (1 + gap).astype("timedelta64[D]")
        held = held[(rng.random(len(held)) > 0.06) & (start[held] < np.datetime64("2025-07-01"))]
    person, firsts, lasts, held_shares, tiers = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    table = {
        "person": person,
        "first_day": firsts,
        "last_day": lasts,
        "shares": held_shares.astype(np.int8),
        "tier": _coded(tiers, TIERS),
    }
    return table, first, np.minimum(last, CLOSED)


def _last_day(first: Array, months: Array) -> Array:
    """Return the last day of terms: the day before the corresponding day, or the month's end where there is none."""
    month = first.astype("datetime64[M]")
    day = (first - month).astype(np.int64)
    then = month + months.astype("timedelta64[M]")
    length = ((then + 1).astype("datetime64[D]") - then.astype("datetime64[D]")).astype(np.int64)
    return then.astype("datetime64[D]") + np.where(day < length, day - 1, length - 1).astype("timedelta64[D]")


# ---------------------------------------------------------------- claims


def _claims(rng: np.random.Generator, counts: Array, first: Array, last: Array) -> dict[str, Any]:
    person = np.repeat(np.arange(len(counts)), counts)
    count = len(person)
    often = counts[person] >= 20
    event = (rng.random(count) >= 0.85).astype(np.int8)
    admitted, discharged = _stays(rng, counts, person, event, often, first, last)
    delay = rng.exponential(25, count) + np.where(rng.random(count) < 0.02, rng.uniform(150, 400, count), 0)
    reported = discharged + delay.astype(np.int64).astype("timedelta64[D]")
    last_days = admitted + rng.integers(180, 182, count).astype("timedelta64[D]")
    reported = np.where(rng.random(count) < 0.01, np.maximum(last_days, discharged), reported)
    # Claims are numbered as they come in, so a late one is decided after claims for later days. Those of one day by
    # their admission: the numbers then give the order of decision that `mutualplans.batch.columns` declares.
    number = np.empty(count, dtype=np.int64)
    number[np.lexsort((person, admitted, reported))] = np.arange(1, count + 1)
    cause = np.searchsorted([0.90, 0.98], rng.random(count), side="right")
    level = np.searchsorted([0.10, 0.40, 0.95], rng.random(count), side="right")
    days = np.maximum((discharged - admitted).astype(np.int64), 1)
    return {
        "person": person,
        "claim": number,
        "event": _coded(event, EVENTS),
        "cause": _coded(cause, CAUSES),
        "hospital_level": _coded(level, LEVELS),
        "diagnosis": _diagnoses(rng, often),
        "admitted": admitted,
        "discharged": discharged,
        "reported": reported,
        **_bill(rng, days),
    }


def _stays(
    rng: np.random.Generator,
    counts: Array,
    person: Array,
    event: Array,
    often: Array,
    first: Array,
    last: Array,
) -> tuple[Array, Array]:
    """Return the first and last day of each stay; the stays of one person never touch."""
    length = np.exp(rng.normal(np.log(7), 0.7, len(person))).astype(np.int64).clip(1, 90)
    length = np.where(often, rng.integers(1, 7, len(person)), length)
    length[event == 1] = 0
    opened = first - np.timedelta64(25, "D")
    span = (last - opened).astype(np.int64) + 30
    total = np.bincount(person, length, len(counts)).astype(np.int64)
    length[(total + 2 * counts > span)[person]] = 1
    total = np.bincount(person, length, len(counts)).astype(np.int64)
    slack = span - total - counts
    weight = rng.exponential(1, len(person))
    whole = np.bincount(person, weight, len(counts)) + rng.exponential(1, len(counts))
    gap = 1 + (slack[person] * weight / whole[person]).astype(np.int64)
    end = np.cumsum(gap + length)
    starts = np.cumsum(counts) - counts
    before = np.concatenate(([0], end))[starts]
    offset = end - length - before[person]
    admitted = opened[person] + offset.astype("timedelta64[D]")
    on_edge = (counts[person] == 1) & (rng.random(len(person)) < 0.1)
    edge = EDGE_DAYS[rng.integers(0, len(EDGE_DAYS), len(person))].astype("timedelta64[D]")
    admitted = np.where(on_edge, first[person] + edge, admitted)
    return admitted, admitted + length.astype("timedelta64[D]")


def _diagnoses(rng: np.random.Generator, often: Array) -> pa.DictionaryArray:
    codes, weights = zip(*coded(), strict=True)
    edges = np.cumsum(weights)
    drawn = np.searchsorted(edges, rng.random(len(often)) * edges[-1], side="right")
    usual = np.array([codes.index(code) for code in ("N18.5", "Z51.1", "C34.9")])
    drawn[often] = usual[rng.integers(0, len(usual), int(often.sum()))]
    return _coded(drawn.clip(0, len(codes) - 1), codes, np.int16)


def _bill(rng: np.random.Generator, days: Array) -> dict[str, Array]:
    """Return the parts of the bill in whole fen; the normal numbers behind them never meet money again."""
    count = len(days)
    in_scope = np.exp(rng.normal(np.log(60_000), 1.2, count)) * days**0.8
    partly = in_scope * rng.uniform(0.02, 0.4, count)
    out_of_scope = in_scope * np.exp(rng.normal(np.log(0.2), 0.9, count))
    in_scope[rng.random(count) < 0.01] = 0
    in_scope = np.where(rng.random(count) < 0.01, rng.integers(129_999, 130_002, count), in_scope)
    partly[rng.random(count) < 0.3] = 0
    parts = {
        "pool_paid": in_scope * rng.uniform(1, 5, count),
        "self_paid_in_scope": in_scope,
        "self_paid_partly": partly,
        "out_of_scope": out_of_scope,
    }
    return {name: np.rint(part).astype(np.int64).clip(0, 200_000_000) for name, part in parts.items()}


# ---------------------------------------------------------------- tables


def _coded(
    index: Array, codes: tuple[str, ...], kind: type[np.signedinteger[Any]] = np.int8
) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(kind)), pa.array(codes, pa.string()))


def _shuffled(rng: np.random.Generator, table: pa.Table) -> pa.Table:
    return table.take(pa.array(rng.permutation(table.num_rows))).combine_chunks()
