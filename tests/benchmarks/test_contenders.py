"""The hand-written references of the benchmarks pay what the exact engine pays, row by row."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve, frozen

from benchmarks import plan as plans
from benchmarks.contenders.base import Job, Lists
from benchmarks.contenders.c_loop import SortedC, UnsortedC, compiler
from benchmarks.contenders.kernel import Amounts, Files, Kernel, Tables
from benchmarks.contenders.python_integers import Integers
from benchmarks.contenders.python_objects import Objects
from benchmarks.exact import decide
from benchmarks.figures import figures
from benchmarks.workload.dataset import dataset
from mutualplans.model.dates import add_months, term

CLAIMS = 2_000
DAY = timedelta(days=1)
CODES = (
    "C50.9",
    "C44.3",
    "C91.1",
    "C91.0",
    "D05.1",
    "I21",
    "I63.9",
    "N18.5",
    "S72.0",
    "T31.0",
    "J18.9",
    "E11",
)
FIGURES = figures()


@frozen
class Cases:
    """Claims and covers that lie on the edges of the rules."""

    claims: list[dict[str, Any]]
    covers: list[dict[str, Any]]


@pytest.fixture(name="cases", scope="module")
def _cases() -> Cases:
    random = Random(20260101)
    claims: list[dict[str, Any]] = []
    covers: list[dict[str, Any]] = []
    person = 0
    while len(claims) < CLAIMS:
        person += random.randint(1, 5)
        theirs = _covers(random, person)
        covers += theirs
        claims += _claims(random, person, theirs)[: CLAIMS - len(claims)]
    numbers = list(range(1, CLAIMS + 1))
    random.shuffle(numbers)  # the order of decision is not the order of the days
    for claim, number in zip(claims, numbers, strict=True):
        claim["claim"] = number
    return Cases(claims, covers)


def _covers(random: Random, person: int) -> list[dict[str, Any]]:
    first = random.choice(
        (date(2020, 2, 29), date(2021, 2, 28), date(2020, 1, 1) + DAY * random.randint(0, 700))
    )
    birth = date(
        first.year - random.choice((15, 16, 16, 40, 59, 60, 60, 61)), first.month, min(first.day, 28)
    )
    birth += DAY * random.choice((-1, 0, 1))
    shares, covers = random.randint(1, 3), []
    for _ in range(random.randint(1, 3)):
        tier = random.choice(("one-year", "three-years"))
        days = term(first, 12 if tier == "one-year" else 36)
        covers.append(
            {
                "person": person,
                "birth_date": birth,
                "first_day": days.first,
                "last_day": days.last,
                "shares": shares,
                "tier": tier,
            }
        )
        first = days.last + DAY * (1 + random.choice((0, 0, 1, 15, 16, 90)))
    return covers


def _claims(random: Random, person: int, covers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    edges = []
    for cover in covers:
        first, last = cover["first_day"], cover["last_day"]
        birthday = add_months(first, 12)
        edges += [
            first - DAY,
            first,
            first + DAY * 29,
            first + DAY * 30,
            birthday - DAY,
            birthday,
            last,
            last + DAY,
        ]
        edges += [first + DAY * random.randint(0, (last - first).days) for _ in range(6)]
    chosen = sorted(set(random.sample(edges, random.randint(1, min(len(edges), 10)))))
    return [
        _claim(random, person, day, following)
        for day, following in zip(chosen, [*chosen[1:], date(2032, 1, 1)], strict=True)
    ]


def _claim(random: Random, person: int, admitted: date, following: date) -> dict[str, Any]:
    discharged = min(admitted + DAY * random.choice((0, 1, 2, 3, 9, 30, 41)), following - DAY)
    return {
        "person": person,
        "event": random.choice(("inpatient", "inpatient", "inpatient", "outpatient")),
        "cause": random.choice(("illness", "illness", "illness", "accident", "work-accident")),
        "hospital_level": random.choice(("1", "2", "3", "3", "3", "community")),
        "diagnosis": random.choice(CODES),
        "admitted": admitted,
        "discharged": discharged,
        "reported": max(admitted + DAY * random.choice((0, 20, 20, 180, 181)), discharged),
        "self_paid_in_scope": random.choice((0, 129_999, 130_000, 130_001, random.randint(0, 20_000_000))),
        "self_paid_partly": random.choice((0, random.randint(0, 1_000_000))),
        "out_of_scope": random.choice((0, random.randint(0, 1_000_000))),
    }


def _joined(cases: Cases) -> list[dict[str, Any]]:
    """Return each claim with the nearest cover of its person and the first day of that cover's chain."""
    by_person: dict[int, list[dict[str, Any]]] = {}
    for cover in sorted(cases.covers, key=lambda item: item["first_day"]):
        earlier = by_person.setdefault(cover["person"], [])
        gap = (
            (cover["first_day"] - earlier[-1]["last_day"]).days - 1 if earlier else FIGURES.renewal_window + 1
        )
        chain = earlier[-1]["chain_first"] if gap <= FIGURES.renewal_window else cover["first_day"]
        earlier.append({**cover, "chain_first": chain})
    rows = []
    for claim in cases.claims:
        day = claim["admitted"]
        nearest = min(
            by_person[claim["person"]],
            key=lambda cover, day=day: max(cover["first_day"] - day, day - cover["last_day"], DAY * 0),
        )
        rows.append({**nearest, **claim})
    return rows


def _job(rows: list[dict[str, Any]], scratch: Path, **more: Any) -> Job:
    columns = {name: [row[name] for row in rows] for name in rows[0] if name != "tier"}
    return Job(measure="test", figures=FIGURES, threads=1, scratch=scratch, data=Lists(columns), **more)


def test_every_contender_pays_what_the_exact_engine_pays(cases: Cases, tmp_path: Path) -> None:
    """Every benefit of every claim comes to the same fen, and the C loops tell the same reasons.

    One test for all of them: the exact engine takes far longer than they do.
    """
    decisions = decide(plans.plan, plans.office(), cases.claims, cases.covers)
    amounts, reasons = _amounts(decisions), _reasons(decisions)
    rows = _joined(cases)

    assert set(plans.REASONS) == {code for row in reasons.values() for codes in row for code in codes}

    for contender in (SortedC, UnsortedC, Integers, Objects):
        made = contender()
        if made.missing():
            continue
        in_order = sorted(rows, key=_order) if contender is SortedC else rows
        made.prepare(_job(in_order, tmp_path))
        outcome = made.outcome(made.run())

        assert amounts == outcome.by_claim(), contender

        if outcome.reasons:
            told = zip(*outcome.reasons.values(), strict=True)
            found = {
                int(claim): tuple(map(_codes, row)) for claim, row in zip(outcome.claims, told, strict=True)
            }

            assert reasons == found, contender


@pytest.mark.skipif(not compiler(), reason="no C compiler")
def test_the_benefit_without_a_memory_agrees_too(cases: Cases, tmp_path: Path) -> None:
    """What OpenFisca and zen-engine are compared on comes to the same fen in the C loop and in the exact engine."""
    some = evolve(cases, claims=cases.claims[:400])
    decisions = decide(plans.part, plans.office(plans.part), some.claims, some.covers)
    made = SortedC()
    made.prepare(evolve(_job(_joined(some), tmp_path), measure="part"))

    assert _amounts(decisions) == made.outcome(made.run()).by_claim()


def _order(row: dict[str, Any]) -> tuple[int, int]:
    return row["person"], row["claim"]


def _amounts(decisions: dict[int, Any]) -> dict[int, tuple[int, ...]]:
    return {claim: tuple(item.amount for item in decision.benefits) for claim, decision in decisions.items()}


def _reasons(decisions: dict[int, Any]) -> dict[int, tuple[frozenset[str], ...]]:
    return {
        claim: tuple(
            frozenset() if item.amount else frozenset(reason.code for reason in item.reasons)
            for item in decision.benefits
        )
        for claim, decision in decisions.items()
    }


def _codes(bits: int) -> frozenset[str]:
    return frozenset(code for place, code in enumerate(plans.REASONS) if int(bits) >> place & 1)


@pytest.mark.parametrize("measure", ["unsorted", "part"])
def test_mutualplans_pays_the_same_in_every_measure(measure: str, tmp_path: Path) -> None:
    """The kernel alone, amounts, tables and files come to what a plain loop, or the exact engine, comes to."""
    data = dataset(tmp_path, 600, 7)
    data.join()
    job = Job(measure=measure, figures=FIGURES, threads=1, scratch=tmp_path / "scratch", data=data)
    job.scratch.mkdir()
    if measure == "part":
        records = [data.table(name).to_pylist() for name in ("claims", "covers")]
        expected = _amounts(decide(plans.part, plans.office(plans.part), *records))
    else:
        expected = _outcome(Integers(), job).by_claim()

    for contender in (Kernel, Amounts, Tables, Files)[: 1 if measure == "part" else 4]:
        made = contender()
        made.runtime = "interpreted"

        assert _outcome(made, job).by_claim() == expected, contender


def _outcome(contender: Any, job: Job) -> Any:
    contender.prepare(job)
    return contender.outcome(contender.run())
