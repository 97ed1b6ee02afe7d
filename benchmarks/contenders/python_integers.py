"""Plain CPython: whole numbers in local variables and small dictionaries, no library at all."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from benchmarks.contenders.base import Job, Outcome
from benchmarks.figures import Figures
from benchmarks.plan import BENEFITS

COLUMNS = (
    "person",
    "event",
    "cause",
    "hospital_level",
    "diagnosis",
    "admitted",
    "discharged",
    "reported",
    "self_paid_in_scope",
    "self_paid_partly",
    "out_of_scope",
    "birth_date",
    "first_day",
    "last_day",
    "shares",
    "chain_first",
)


class Integers:
    """A loop over lists, sorted first where they are not."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.figures = job.figures
        self.sort = not job.in_order
        self.lists = job.lists()

    def run(self) -> tuple[list[int], list[list[int]]]:
        claims = self.lists["claim"]
        rows = zip(*(self.lists[name] for name in COLUMNS), strict=True)
        if not self.sort:
            return claims, _assess(self.figures, rows)
        order = sorted(
            range(len(claims)), key=list(zip(self.lists["person"], claims, strict=True)).__getitem__
        )
        listed = list(rows)
        return [claims[place] for place in order], _assess(self.figures, (listed[place] for place in order))

    def outcome(self, result: tuple[list[int], list[list[int]]]) -> Outcome:
        return Outcome(result[0], dict(zip(BENEFITS, result[1], strict=True)))


def years(since: date, day: date) -> int:
    """Return the completed years from one day to another."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def tiers(figures: Figures, bill: int) -> int:
    """Return what the marginal tiers give for a bill, rounded half up."""
    total, starts = 0, figures.tiers
    for number, (start, part) in enumerate(starts):
        if bill <= start:
            break
        top = min(bill, starts[number + 1][0]) if number + 1 < len(starts) else bill
        total += (top - start) * part
    return (2 * total + figures.tier_whole) // (2 * figures.tier_whole)


def _assess(f: Figures, rows: Any) -> list[list[int]]:
    parts, whole = f.ratio
    conditions: dict[str, int] = {}
    of_year: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    lumps: set[int] = set()
    now = None
    results: list[list[int]] = [[], [], [], []]
    add_basic, add_serious, add_allowance, add_lump = (column.append for column in results)
    for row in rows:
        person, event, cause, level, code, admitted, discharged, reported = row[:8]
        in_scope, partly, out_of_scope, born, first, last, shares, chain = row[8:]
        if person != now:
            now = person
            of_year.clear()
            lumps.clear()
        if (
            not first <= admitted <= last
            or (reported - admitted).days > f.claim_days
            or not f.age_from <= years(born, first) <= f.age_to
            or (cause == "illness" and chain == first and (admitted - chain).days < f.waiting_days)
            or level not in ("2", "3")
        ):
            for column in results:
                column.append(0)
            continue
        year = of_year[first, years(first, admitted)]
        bill, share_paid, tiered, days_paid = year
        burden = in_scope + partly + out_of_scope
        above = max(bill + in_scope - f.start, 0) - max(bill - f.start, 0)
        share = (2 * above * parts + whole) // (2 * whole)
        year[0] = bill + in_scope
        year[1] = share_paid + share
        basic = min(min(share_paid + share, f.basic_most) - min(share_paid, f.basic_most), burden)
        add_basic(basic)
        if cause == "illness":
            year[2] = tiered + in_scope
            high, low = tiers(f, tiered + in_scope), tiers(f, tiered)
            add_serious(min(min(high, f.serious_most) - min(low, f.serious_most), burden - basic))
        else:
            add_serious(0)
        if event == "inpatient":
            days = max(max((discharged - admitted).days, 1) - f.free_days, 0)
            year[3] = days_paid + days
            add_allowance((min(days_paid + days, f.max_days) - min(days_paid, f.max_days)) * f.daily * shares)
        else:
            add_allowance(0)
        condition = conditions.get(code, -1)
        if condition < 0:
            condition = conditions[code] = f.condition(code)
        if condition and condition not in lumps:
            lumps.add(condition)
            add_lump(f.lump(condition) * shares)
        else:
            add_lump(0)
    return results
