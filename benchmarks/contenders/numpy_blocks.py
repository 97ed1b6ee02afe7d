"""NumPy: blocks of whole persons that stay in the cache, running sums inside each policy year."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.contenders.base import Job, Outcome
from benchmarks.figures import Figures
from benchmarks.plan import BENEFITS
from benchmarks.workload.rows import COLUMNS, numbers, person_order

Array = np.ndarray[Any, Any]
Columns = dict[str, Array]

BLOCK = 16_384
"""Rows of a block, about: some twenty columns of it fit into the second-level cache."""


def years(since: Array, day: Array) -> Array:
    """Return the completed years between days, by their calendar dates."""
    return (_ymd(day) - _ymd(since)) // 10_000


def _ymd(day: Array) -> Array:
    days = day.view("datetime64[D]") if day.dtype == np.int64 else day.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64)
    return (month // 12) * 10_000 + (month % 12) * 100 + (days - months).astype(np.int64)


class Rules:
    """The rules over arrays; what depends on a code is looked up by its place in the dictionary."""

    def __init__(self, figures: Figures, dictionaries: dict[str, list[str]]) -> None:
        self.figures = figures
        conditions, lumps = figures.conditions(dictionaries["diagnosis"])
        self.condition, self.lump_of = np.array(conditions), np.array(lumps)
        self.inpatient = _is(dictionaries["event"], "inpatient")
        self.illness = _is(dictionaries["cause"], "illness")
        self.level_ok = _is(dictionaries["hospital_level"], "2", "3")

    def payable(self, c: Columns) -> Array:
        """Return where the conditions of every benefit hold."""
        f = self.figures
        age = years(c["birth_date"], c["first_day"])
        waits = (c["chain_first"] == c["first_day"]) & self.illness[c["cause"]]
        return (
            (c["first_day"] <= c["admitted"])
            & (c["admitted"] <= c["last_day"])
            & (c["reported"] - c["admitted"] <= f.claim_days)
            & (age >= f.age_from)
            & (age <= f.age_to)
            & ~(waits & (c["admitted"] - c["chain_first"] < f.waiting_days))
            & self.level_ok[c["hospital_level"]]
        )

    def counted_days(self, c: Columns) -> Array:
        """Return the days of each stay beyond those that are not paid."""
        stay = np.maximum((c["discharged"] - c["admitted"]).astype(np.int64), 1)
        return np.maximum(stay - self.figures.free_days, 0)

    def tiers(self, bill: Array) -> Array:
        """Return what the marginal tiers give for a bill, rounded half up."""
        total = np.zeros_like(bill)
        rate = 0
        for (
            start,
            part,
        ) in self.figures.tiers:  # each tier adds the step of its rate to all that is over its start
            total += np.maximum(bill - start, 0) * (part - rate)
            rate = part
        whole = self.figures.tier_whole
        return (2 * total + whole) // (2 * whole)

    def block(self, c: Columns) -> list[Array]:
        """Assess rows sorted by person and claim that hold every row of their persons."""
        f = self.figures
        ok = self.payable(c)
        count = len(ok)
        person = _ranks(c["person"])
        year = years(c["first_day"], c["admitted"]) & 7
        base = int(c["first_day"].min())
        key = (((person << 16) + (c["first_day"] - base)) << 3) + year
        order = _order(key, count)
        grouped = key[order]
        begins = np.flatnonzero(np.concatenate(([True], grouped[1:] != grouped[:-1])))
        sizes = np.diff(np.append(begins, count))

        def before(amount: Array) -> Array:
            """Return the sum of the earlier rows of the same year."""
            running = np.cumsum(amount) - amount
            return running - np.repeat(running[begins], sizes)

        def cut(amount: Array, so_far: Array, most: int) -> Array:
            return np.minimum(so_far + amount, most) - np.minimum(so_far, most)

        ok, scope = ok[order], c["self_paid_in_scope"][order]
        burden = scope + c["self_paid_partly"][order] + c["out_of_scope"][order]
        shares = c["shares"][order].astype(np.int64)
        bill = np.where(ok, scope, 0)
        so_far = before(bill)
        above = np.maximum(so_far + bill - f.start, 0) - np.maximum(so_far - f.start, 0)
        share = (2 * above * f.ratio[0] + f.ratio[1]) // (2 * f.ratio[1])
        basic = np.minimum(cut(share, before(share), f.basic_most), burden)

        ill = np.where(self.illness[c["cause"]][order], bill, 0)
        so_far = before(ill)
        tiered = np.minimum(self.tiers(so_far + ill), f.serious_most)
        tiered -= np.minimum(self.tiers(so_far), f.serious_most)
        serious = np.minimum(tiered, burden - basic)

        days = np.where(ok & self.inpatient[c["event"]][order], self.counted_days(c)[order], 0)
        allowance = cut(days, before(days), f.max_days) * f.daily * shares

        results = []
        for amount in (basic, serious, allowance):
            back = np.empty(count, dtype=np.int64)
            back[order] = amount
            results.append(back)
        ok_back = np.empty(count, dtype=bool)
        ok_back[order] = ok
        return [*results, self.lumps(c, ok_back, person)]

    def lumps(self, c: Columns, ok: Array, person: Array) -> Array:
        """Return the lump of each person's first accepted claim for a condition."""
        condition = self.condition[c["diagnosis"]]
        listed = np.flatnonzero(ok & (condition > 0))
        _, firsts = np.unique((person[listed] << 8) | condition[listed], return_index=True)
        paid = listed[firsts]
        lump = np.zeros(len(ok), dtype=np.int64)
        lump[paid] = self.lump_of[c["diagnosis"][paid]] * c["shares"][paid].astype(np.int64)
        return lump


def _is(dictionary: list[str], *codes: str) -> Array:
    return np.array([code in codes for code in dictionary])


def _ranks(person: Array) -> Array:
    return np.cumsum(np.concatenate(([0], (person[1:] != person[:-1]).astype(np.int64))))


def _order(key: Array, count: int) -> Array:
    """Return the stable order of keys: the place rides along in the low bits, and the numbers are sorted."""
    bits = max(count - 1, 1).bit_length()
    return np.sort((key << bits) | np.arange(count)) & ((1 << bits) - 1)


class Blocks:
    """All four benefits."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        table = job.table()
        dictionaries = {
            name: table[name].chunk(0).dictionary.to_pylist()
            for name in ("diagnosis", "event", "cause", "hospital_level")
        }
        self.rules = Rules(job.figures, dictionaries)
        self.columns = {name: numbers(table[name]) for name in COLUMNS}
        self.sort = not job.in_order

    def run(self) -> tuple[Array, list[Array]]:
        return assess(self.rules, self.columns, sort=self.sort)

    def outcome(self, result: tuple[Array, list[Array]]) -> Outcome:
        return Outcome(result[0], dict(zip(BENEFITS, result[1], strict=True)))


def assess(rules: Rules, columns: Columns, *, sort: bool) -> tuple[Array, list[Array]]:
    """Return the numbers of the claims and what each benefit pays for them, sorted by person and claim."""
    person, claim = columns["person"], columns["claim"]
    order = person_order(person, claim) if sort else None
    if order is not None:
        person, claim = person[order], claim[order]
    count = len(claim)
    begins = np.flatnonzero(np.concatenate(([True], person[1:] != person[:-1])))
    persons = np.searchsorted(begins, np.arange(BLOCK, count, BLOCK))
    edges = np.unique(np.concatenate(([0], begins[persons[persons < len(begins)]], [count])))
    results = [np.empty(count, dtype=np.int64) for _ in BENEFITS]
    for start, end in pairwise(edges.tolist()):
        rows: Any = slice(start, end) if order is None else order[start:end]
        block = {name: column[rows] for name, column in columns.items()}
        for result, amounts in zip(results, rules.block(block), strict=True):
            result[start:end] = amounts
    return claim, results


class Part(Blocks):
    """The one benefit without a memory: rows in any order, block by block."""

    def run(self) -> tuple[Array, list[Array]]:
        rules, columns = self.rules, self.columns
        count = len(columns["claim"])
        result = np.empty(count, dtype=np.int64)
        for start in range(0, count, BLOCK):
            block = {name: column[start : start + BLOCK] for name, column in columns.items()}
            paid = rules.payable(block) & rules.inpatient[block["event"]]
            amount = rules.counted_days(block) * rules.figures.daily * block["shares"]
            result[start : start + BLOCK] = np.where(paid, amount, 0)
        return columns["claim"], [result]

    def outcome(self, result: tuple[Array, list[Array]]) -> Outcome:
        return Outcome(result[0], {"allowance": result[1][0]})
