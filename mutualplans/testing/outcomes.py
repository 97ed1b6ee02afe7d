"""What came out of a worked case, laid beside what it expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mutualplans.engine.explain import trace
from mutualplans.engine.office import Office
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.engine.simulate import Simulation, simulate
from mutualplans.model.decision import Decision
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Lang
from mutualplans.plan.declaration import Plan
from mutualplans.testing.cases import WorkedCase

__all__ = ["case_problems", "fee", "problems_in", "quotes"]


def case_problems(plan: Plan, case: WorkedCase) -> list[Problem]:
    """Return what came out differently from what a case expects; ``where`` is the claim, its benefit, or the cover."""
    return problems_in(case, case.office(plan))


def problems_in(case: WorkedCase, office: Office) -> list[Problem]:
    """Return the same for the case in an office that runs the plan under the case's edition alone."""
    return [*_premiums(case, office), *_claims(case, simulate(office, case.situation))]


def _premiums(case: WorkedCase, office: Office) -> Iterator[Problem]:
    """Compare what the covers of a case expect joining to cost, and their last day, with their quotes."""
    for number, (expected, made) in enumerate(zip(case.premiums, quotes(case, office), strict=True)):
        if expected is None:
            continue
        where, actual, cover = f"coverage #{number + 1}", fee(made), case.situation.coverages[number]
        if expected != actual:
            codes = (
                [*(item.code for item in made.reasons), *(item.code for item in made.problems)]
                if made
                else []
            )
            why = ", ".join(codes)
            zh = f"互助费应为 {expected}，实为 {actual}{why and f'（{why}）'}"
            en = f"expected a premium of {expected}, came out as {actual}{why and f' ({why})'}"
            yield problem("cases.premium", zh, en, where=where)
        elif made and made.premium is not None and made.coverage.last_day != cover.last_day:
            zh = f"保障到 {cover.last_day}，报价却到 {made.coverage.last_day}"
            en = f"the cover ends on {cover.last_day}, the one quoted on {made.coverage.last_day}"
            yield problem("cases.premium", zh, en, where=where)


def quotes(case: WorkedCase, office: Office) -> list[Quote | None]:
    """Quote each cover of a case that expects a premium; ``None`` for the others, and for nobody of the case."""
    situation, item = case.situation, office.plans[0]
    made: list[Quote | None] = []
    for cover, expected in zip(situation.coverages, case.premiums, strict=True):
        person = None if expected is None else situation.person(cover.insured)
        joining = person and Joining(
            member=situation.member, insured=person, unit=situation.unit, first_day=cover.first_day,
            shares=cover.shares, tier=cover.tier, extra=cover.extra,
        )  # fmt: skip
        made.append(quote(item, joining, edition=case.edition) if joining else None)
    return made


def fee(made: Quote | None) -> str:
    """Return the fee of a quote as a case writes it: yuan, ``"refused"`` or ``"incomplete"``."""
    if made is None or made.reasons:
        return "refused"
    return "incomplete" if made.premium is None else format_yuan(made.premium)


def _claims(case: WorkedCase, result: Simulation) -> list[Problem]:
    by_claim: dict[str, Decision] = {decision.claim: decision for decision in result.decisions}
    found: list[Problem] = []
    for claim, expected in zip(case.situation.claims, case.expected, strict=True):
        decision = by_claim.get(claim.id)
        told = [item for item in result.problems if item.where in ("", claim.id)]
        codes = {item.code for item in told}
        found.extend(
            problem(
                "cases.problem",
                f"没有报告问题 {code}，报告了：{_listed_codes(codes, 'zh')}",
                f"{code} was not reported; reported: {_listed_codes(codes, 'en')}",
                where=claim.id,
            )
            for code in sorted(set(expected.get("problems", ())) - codes)
        )
        found += _compare(claim.id, decision, expected, told)
    return found


def _compare(
    claim_id: str, decision: Decision | None, expected: Mapping[str, Any], told: list[Problem]
) -> list[Problem]:
    if decision is None:
        if expected["expect"] == "undecided":
            return []
        zh = "；".join(f"{item.message.zh} [{item.code}]" for item in told)
        en = "; ".join(f"{item.message.in_('en')} [{item.code}]" for item in told)
        return [problem("cases.undecided", f"未核定：{zh}", f"not decided: {en}", where=claim_id)]
    found = []
    total = "incomplete" if decision.total is None else format_yuan(decision.total)
    if total != expected["expect"]:
        found.append(
            problem(
                "cases.amount",
                f"应为 {expected['expect']}，实为 {total}；{_why(decision)}",
                f"expected {expected['expect']}, came out as {total}; {_why(decision)}",
                where=claim_id,
                hint_zh=_steps(decision, "zh"),
                hint_en=_steps(decision, "en"),
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
            f"没有给出理由 {code}，给出了：{_listed_codes(given, 'zh')}",
            f"the reason {code} was not given; given: {_listed_codes(given, 'en')}",
            where=claim_id,
        )
        for code in sorted(set(expected.get("reasons", ())) - given)
    )
    return found


def _why(decision: Decision) -> str:
    """Return what each benefit pays, with the codes of why it does not."""
    parts = []
    for item in decision.benefits:
        amount = "—" if item.amount is None else format_yuan(item.amount)
        codes = ", ".join([reason.code for reason in item.reasons] or item.missing)
        parts.append(f"{item.id} {amount}" + (f" ({codes})" if codes else ""))
    return "；".join(parts)


def _steps(decision: Decision, lang: Lang) -> str:
    """Return how the amounts came about, benefit by benefit, for a hint; empty where nothing is paid."""
    lines: list[str] = []
    for item in decision.benefits:
        found = trace(item, lang) if item.amount else None
        if found:
            lines.append(f"{item.id}:")
            stack = [(found, 1)]
            while stack:
                step, depth = stack.pop()
                lines.append(f"{'  ' * depth}{step.text}")
                stack += [(below, depth + 1) for below in reversed(step.steps)]
    return "\n".join([{"zh": "算出的步骤：", "en": "how it came out:"}[lang], *lines]) if lines else ""


def _listed_codes(codes: Iterable[str], lang: Lang) -> str:
    return ", ".join(sorted(codes)) or {"zh": "没有", "en": "none"}[lang]
