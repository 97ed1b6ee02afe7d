"""Worked cases: ``cases.toml`` beside a plan says what was claimed and what must come out.

Each ``[[case]]`` is a small case file with the amounts added::

    [[case]]
    name = "乳腺癌，2 份，首次住院 4 天"
    source = "北京劳动午报 2014"                     # where the amount was published, or
    arithmetic = "2 × (10000 + 2000 + 26 × 4)"     # how it was worked out by hand
    edition = "beijing-6"
    [case.member]
    sex = "female"
    [case.coverage]
    first_day = 2013-01-01
    last_day = 2014-12-31
    shares = 2
    [[case.claim]]
    event = "diagnosis"
    expect = "24208.00"

A claim expects ``expect`` (yuan) and may name ``benefits`` (id → yuan), ``reasons`` (codes that must be among
those given) and ``problems`` (codes). An incomplete claim expects ``expect = "incomplete"``. A cover may expect its
``premium``: yuan, ``"refused"`` where the person may not join, or ``"incomplete"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.coverage import Coverage
from mutualplans.model.decision import Decision
from mutualplans.model.money import format_yuan
from mutualplans.model.people import Insured
from mutualplans.model.problem import Problem, problem
from mutualplans.model.tomlfile import TomlFile, dotted
from mutualplans.plan.declaration import Plan

__all__ = ["WorkedCase", "case_problems", "differences", "read_cases"]

_EXPECTED = ("expect", "benefits", "reasons", "problems")
_CASE = {"name", "source", "arithmetic", "edition", "member", "unit", "insured", "coverage", "claim"}


@frozen(kw_only=True)
class WorkedCase:
    """One worked case.

    Attributes:
        name: A sentence.
        source: Where the amounts were published; empty if they were worked out.
        arithmetic: How they were worked out; empty if they were published.
        edition: Edition id.
        situation: The case.
        expected: For each claim, what must come out.
        premiums: For each cover, the premium that must come out; ``None`` where the case does not say.
    """

    name: str
    source: str
    arithmetic: str
    edition: str
    situation: Situation
    expected: tuple[Mapping[str, Any], ...]
    premiums: tuple[str | None, ...] = ()

    def run(self, plan: Plan) -> Simulation:
        """Run the case under its edition, whatever that edition's dates."""
        return simulate(office_of([plan], edition=self.edition), self.situation)

    def quotes(self, plan: Plan) -> list[Quote | None]:
        """Quote each cover of the case as if it began now; ``None`` where its person is not in the case."""
        item = office_of([plan], edition=self.edition).plans[0]
        covers = self.situation.coverages
        persons = [self.situation.person(cover.insured) for cover in covers]
        return [
            quote(item, _joining(self.situation, cover, person), edition=self.edition) if person else None
            for cover, person in zip(covers, persons, strict=True)
        ]


def _joining(situation: Situation, cover: Coverage, person: Insured) -> Joining:
    return Joining(
        member=situation.member,
        insured=person,
        unit=situation.unit,
        first_day=cover.first_day,
        shares=cover.shares,
        tier=cover.tier,
        extra=cover.extra,
    )


def read_cases(plan: Plan, file: TomlFile) -> tuple[list[WorkedCase], list[Problem]]:
    """Read a plan's worked cases; returns the sound ones and what is wrong with the others."""
    cases: list[WorkedCase] = []
    problems: list[Problem] = []
    for number, row in enumerate(file.data.get("case", [])):
        case, found = _read_case(plan, file, number, row)
        problems += found
        if case:
            cases.append(case)
    if not file.data.get("case"):
        problems.append(problem("cases.missing", "没有 [[case]]", "there is no [[case]]", where=file.name))
    return cases, problems


def _read_case(plan: Plan, file: TomlFile, number: int, row: Any) -> tuple[WorkedCase | None, list[Problem]]:
    problems: list[Problem] = []
    place = ("case", number)

    def wrong(code: str, zh: str, en: str, *path: str | int) -> None:
        problems.append(problem(code, zh, en, where=file.where(*place, *path)))

    for key in sorted(set(row) - _CASE):
        wrong("file.unknown-key", f'不认识的键 "{key}"', f'unknown key "{key}"', key)
    if not row.get("source") and not row.get("arithmetic"):
        wrong(
            "cases.source", "要写 source（公开出处）或 arithmetic（演算）", "give a source or the arithmetic"
        )
    for key in ("name", "edition"):
        if not row.get(key):
            wrong("file.missing-key", f'缺少 "{key}"', f'"{key}" is missing')
    data = {key: row[key] for key in ("member", "unit", "insured", "claim") if key in row}
    covers = row.get("coverage", {})
    covers = covers if isinstance(covers, list) else [covers]
    data["coverage"] = [{"plan": plan.id, **cover} for cover in covers]
    premiums = tuple(cover.pop("premium", None) for cover in data["coverage"])
    inner = TomlFile(f"{file.where(*place)} {dotted(place)}", data, {})
    read = read_situation(inner, [plan], also=_EXPECTED)
    problems += read.problems
    claims = row.get("claim", [])
    for index, claim in enumerate(claims):
        if "expect" not in claim:
            wrong("cases.expect", "缺少 expect", "expect is missing", "claim", index)
    if problems or read.situation is None:
        return None, problems
    expected = tuple({key: claim[key] for key in _EXPECTED if key in claim} for claim in claims)
    return WorkedCase(
        name=row["name"],
        source=row.get("source", ""),
        arithmetic=row.get("arithmetic", ""),
        edition=row["edition"],
        situation=read.situation,
        expected=expected,
        premiums=premiums,
    ), []


def differences(plan: Plan, case: WorkedCase) -> list[str]:
    """Return what came out differently from what a case expects, in sentences; empty when it passes."""
    return [f"{item.where}: {item.message.zh}" for item in case_problems(plan, case)]


def case_problems(plan: Plan, case: WorkedCase) -> list[Problem]:
    """Return what came out differently from what a case expects; ``where`` is the claim, its benefit, or the cover."""
    result = case.run(plan)
    by_claim: dict[str, Decision] = {decision.claim: decision for decision in result.decisions}
    found = _premiums(plan, case)
    for claim, expected in zip(case.situation.claims, case.expected, strict=True):
        decision = by_claim.get(claim.id)
        codes = {item.code for item in result.problems if item.where in ("", claim.id)}
        found.extend(
            problem(
                "cases.problem",
                f"没有报告问题 {code}，报告了 {sorted(codes)}",
                f"{code} was not reported; {sorted(codes)} were",
                where=claim.id,
            )
            for code in sorted(set(expected.get("problems", ())) - codes)
        )
        found += _compare(claim.id, decision, expected, codes)
    return found


def _premiums(plan: Plan, case: WorkedCase) -> list[Problem]:
    """Return where a premium came out differently from what the case's covers expect."""
    if not any(case.premiums):
        return []
    found = []
    for number, (expected, made) in enumerate(zip(case.premiums, case.quotes(plan), strict=True), 1):
        actual = "refused" if made is None or made.reasons else "incomplete"
        if made and made.premium is not None:
            actual = format_yuan(made.premium)
        if expected not in (None, actual):
            codes = (
                [*(item.code for item in made.reasons), *(item.code for item in made.problems)]
                if made
                else []
            )
            found.append(
                problem(
                    "cases.premium",
                    f"互助费应为 {expected}，实为 {actual}；{codes}",
                    f"expected a premium of {expected}, came out as {actual}; {codes}",
                    where=f"coverage #{number}",
                )
            )
    return found


def _compare(
    claim_id: str, decision: Decision | None, expected: Mapping[str, Any], codes: set[str]
) -> list[Problem]:
    if decision is None:
        if expected["expect"] == "undecided":
            return []
        shown = sorted(codes)
        return [
            problem(
                "cases.undecided",
                f"未核定；问题：{shown}",
                f"not decided; problems: {shown}",
                where=claim_id,
            )
        ]
    found = []
    total = "incomplete" if decision.total is None else format_yuan(decision.total)
    if total != expected["expect"]:
        found.append(
            problem(
                "cases.amount",
                f"应为 {expected['expect']}，实为 {total}；{_why(decision)}",
                f"expected {expected['expect']}, came out as {total}; {_why(decision)}",
                where=claim_id,
            )
        )
    amounts = {item.id: item.amount for item in decision.benefits}
    for benefit, amount in expected.get("benefits", {}).items():
        actual = amounts.get(benefit)
        paid = None if actual is None else format_yuan(actual)
        if paid != amount:
            found.append(
                problem(
                    "cases.amount",
                    f"应为 {amount}，实为 {paid or '没有'}",
                    f"expected {amount}, came out as {paid or 'nothing'}",
                    where=f"{claim_id}/{benefit}",
                )
            )
    given = {reason.code for item in decision.benefits for reason in item.reasons}
    found.extend(
        problem(
            "cases.reason",
            f"没有给出理由 {code}，给出了 {sorted(given)}",
            f"the reason {code} was not given; {sorted(given)} were",
            where=claim_id,
        )
        for code in sorted(set(expected.get("reasons", ())) - given)
    )
    return found


def _why(decision: Decision) -> str:
    return "；".join(
        f"{item.id} {'—' if item.amount is None else format_yuan(item.amount)}"
        f" {[reason.code for reason in item.reasons] or list(item.missing)}"
        for item in decision.benefits
    )
