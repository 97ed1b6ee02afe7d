"""Numba: the loop as one would write it by hand for this plan. What a generated function can reach."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from benchmarks.contenders.base import Job, Outcome
from benchmarks.plan import BENEFITS
from benchmarks.workload.rows import numbers, person_order

Array = np.ndarray[Any, Any]

COLUMNS = (
    "person",
    "self_paid_in_scope",
    "self_paid_partly",
    "out_of_scope",
    "admitted",
    "discharged",
    "reported",
    "birth_date",
    "first_day",
    "last_day",
    "chain_first",
    "diagnosis",
    "event",
    "cause",
    "hospital_level",
    "shares",
)
SLOTS = 256


@numba.njit(inline="always")
def _over(amount: int, start: int) -> int:
    return amount - start if amount > start else 0


@numba.njit
def _ymd(day: int) -> int:
    """Return a day as yyyymmdd (proleptic Gregorian, counted in 400 years from 1 March 0000)."""
    z = np.int64(day) + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return (yoe + era * 400 + (month <= 2)) * 10000 + month * 100 + doy - (153 * mp + 2) // 5 + 1


def _loop(figures: Any) -> Any:
    """Return the compiled loop; the figures are constants in it."""
    f = figures
    age_from, age_to, waiting_days, claim_days = f.age_from, f.age_to, f.waiting_days, f.claim_days
    start_of_year, (parts, whole), basic_most = f.start, f.ratio, f.basic_most
    serious_most, free_days, max_days, daily = f.serious_most, f.free_days, f.max_days, f.daily
    tier_starts = tuple(start for start, _ in f.tiers)
    tier_parts = tuple(part for _, part in f.tiers)
    tier_steps = tuple(part - before for part, before in zip(tier_parts, (0, *tier_parts[:-1]), strict=True))
    bands, tier_whole = len(tier_starts), f.tier_whole

    @numba.njit
    def tiers(bill: int) -> int:
        total = 0
        for band in range(bands):
            total += _over(bill, tier_starts[band]) * tier_steps[band]
        return (2 * total + tier_whole) // (2 * tier_whole)

    @numba.njit(nogil=True)
    def assess(
        order, person, in_scope, partly, out_of_scope, admitted, discharged, reported, birth, first, last, chain,
        diagnosis, event, cause, level, shares, inpatient, illness, level_ok, condition_of, lump_of,
        basic, serious, allowance, lump,
    ):  # fmt: skip
        slot_first, slot_year = np.empty(SLOTS, np.int64), np.empty(SLOTS, np.int64)
        slots = np.empty((SLOTS, 4), np.int64)
        now, used, paid = np.int64(-1), 0, np.uint64(0)
        cover, born, cover_ymd, age = np.int64(-(2**40)), np.int64(-(2**40)), 0, 0
        sorted_rows = len(order) == 0
        for place in range(len(person)):
            i = place if sorted_rows else order[place]
            basic[place] = serious[place] = allowance[place] = lump[place] = 0
            if person[i] != now:
                now, used, paid = person[i], 0, np.uint64(0)
            if first[i] != cover or birth[i] != born:
                cover, born = np.int64(first[i]), np.int64(birth[i])
                cover_ymd = _ymd(cover)
                age = (cover_ymd - _ymd(born)) // 10000
            day = np.int64(admitted[i])
            ill = illness[cause[i]]
            if (
                day < cover
                or day > last[i]
                or reported[i] - day > claim_days
                or age < age_from
                or age > age_to
                or (ill and chain[i] == cover and day - cover < waiting_days)
                or not level_ok[level[i]]
            ):
                continue
            year = (_ymd(day) - cover_ymd) // 10000
            slot = used - 1
            while slot >= 0 and (slot_first[slot] != cover or slot_year[slot] != year):
                slot -= 1
            if slot < 0:
                if used == SLOTS:
                    return 1
                slot = used
                used += 1
                slot_first[slot], slot_year[slot] = cover, year
                slots[slot, 0] = slots[slot, 1] = slots[slot, 2] = slots[slot, 3] = 0
            burden = in_scope[i] + partly[i] + out_of_scope[i]

            before = slots[slot, 0]
            slots[slot, 0] = before + in_scope[i]
            above = _over(before + in_scope[i], start_of_year) - _over(before, start_of_year)
            share = (2 * above * parts + whole) // (2 * whole)
            before = slots[slot, 1]
            slots[slot, 1] = before + share
            pays = min(min(before + share, basic_most) - min(before, basic_most), burden)
            basic[place] = pays

            if ill:
                before = slots[slot, 2]
                slots[slot, 2] = before + in_scope[i]
                high, low = tiers(before + in_scope[i]), tiers(before)
                serious[place] = min(min(high, serious_most) - min(low, serious_most), burden - pays)
            if inpatient[event[i]]:
                days = _over(max(np.int64(discharged[i]) - day, 1), free_days)
                before = slots[slot, 3]
                slots[slot, 3] = before + days
                allowance[place] = (min(before + days, max_days) - min(before, max_days)) * daily * shares[i]
            condition = condition_of[diagnosis[i]]
            if condition:
                bit = np.uint64(1) << np.uint64(condition)
                if not paid & bit:
                    paid |= bit
                    lump[place] = lump_of[condition] * shares[i]
        return 0

    return assess


class SortedNumba:
    """Rows come sorted. The first call compiles, before anything is measured."""

    sort = False

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        table, figures = job.table(), job.figures
        self.claims = numbers(table["claim"])
        self.columns = [numbers(table[name]) for name in COLUMNS]
        self.loop = _loop(figures)
        conditions, _ = figures.conditions(table["diagnosis"].chunk(0).dictionary.to_pylist())
        self.tables = [
            *(
                np.array([code in codes for code in table[name].chunk(0).dictionary.to_pylist()])
                for name, codes in (
                    ("event", ("inpatient",)),
                    ("cause", ("illness",)),
                    ("hospital_level", ("2", "3")),
                )
            ),
            np.array(conditions),
            np.array([figures.lump(number) for number in range(len(figures.groups) + 1)]),
        ]

    def run(self) -> tuple[Array, list[Array]]:
        claims = self.claims
        order = np.empty(0, dtype=np.int64)
        if self.sort:
            order = person_order(self.columns[0], claims)
            claims = claims[order]
        results = [np.empty(len(claims), dtype=np.int64) for _ in BENEFITS]
        if self.loop(order, *self.columns, *self.tables, *results):
            message = "a person has more policy years than the loop has slots"
            raise RuntimeError(message)
        return claims, results

    def outcome(self, result: tuple[Array, list[Array]]) -> Outcome:
        return Outcome(result[0], dict(zip(BENEFITS, result[1], strict=True)))


class UnsortedNumba(SortedNumba):
    """Rows come in any order."""

    sort = True
