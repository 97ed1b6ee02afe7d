"""The workload decided by the exact engine, claim by claim: what every contender is checked against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import mutualplans as mp
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.model.decision import Decision

Record = Mapping[str, Any]


def decide(
    plan: mp.Plan, runs: Office, claims: Iterable[Record], covers: Iterable[Record]
) -> dict[int, Decision]:
    """Return the decision of every claim by its number.

    Args:
        plan: The plan.
        runs: The office that runs it.
        claims: Claims as plain records, in any order.
        covers: Covers as plain records, in any order.

    Raises:
        AssertionError: a claim was not decided, which would leave nothing to compare with.
    """
    held, asked = _by_person(covers, "first_day"), _by_person(claims, "claim")
    found: dict[int, Decision] = {}
    for person, theirs in asked.items():
        terms = [_cover(plan, item) for item in held[person]]
        member = mp.Member(birth_date=held[person][0]["birth_date"])
        run = simulate(
            runs,
            Situation(
                member=member,
                coverages=tuple(terms),
                claims=tuple(_claim(item) for item in theirs),
            ),
        )
        assert run.complete, run.problems
        found |= {int(decision.claim): decision for decision in run.decisions}
        assert all(item["claim"] in found for item in theirs)
    return found


def _by_person(records: Iterable[Record], then: str) -> dict[int, list[Record]]:
    groups: dict[int, list[Record]] = {}
    for record in sorted(records, key=lambda item: item[then]):
        groups.setdefault(record["person"], []).append(record)
    return groups


def _cover(plan: mp.Plan, record: Record) -> mp.Coverage:
    return mp.Coverage(
        plan=plan.id,
        first_day=record["first_day"],
        last_day=record["last_day"],
        shares=record["shares"],
        tier=record["tier"],
    )


_MONEY = ("self_paid_in_scope", "self_paid_partly", "out_of_scope")
_PLAIN = ("event", "cause", "hospital_level", "diagnosis", "admitted", "discharged", "reported")


def _claim(record: Record) -> mp.Claim:
    return mp.Claim(
        id=str(record["claim"]),
        **{name: record[name] for name in _PLAIN},
        **{name: mp.Money(record[name]) for name in _MONEY},
    )
