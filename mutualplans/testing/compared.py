"""What came out for the claims of a worked case, beside what the case expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mutualplans.engine.explain import trace
from mutualplans.engine.simulate import Simulation
from mutualplans.model.decision import BenefitDecision, Decision
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.text import Lang, Text

if TYPE_CHECKING:
    from mutualplans.testing.cases import WorkedCase

__all__ = ["claim_problems", "listed"]


def claim_problems(case: WorkedCase, result: Simulation) -> Iterator[Problem]:
    """Yield what came out otherwise; ``where`` is the claim, or the claim and its benefit."""
    by_claim = {decision.claim: decision for decision in result.decisions}
    for claim, expected in zip(case.situation.claims, case.expected, strict=True):
        told = {item.code: item.message for item in result.problems if item.where in ("", claim.id)}
        for code in sorted(set(expected.get("problems", ())) - set(told)):
            zh, en = _found(told)
            yield problem(
                "cases.problem",
                f"没有报告问题 {code}，{zh}",
                f"{code} was not reported; {en}",
                where=claim.id,
            )
        yield from _compared(claim.id, by_claim.get(claim.id), expected, told)


def _compared(
    where: str, decision: Decision | None, expected: Mapping[str, Any], told: Mapping[str, Text]
) -> Iterator[Problem]:
    """Yield how one decision differs; none at all is an outcome too."""
    if decision is None:
        if expected["expect"] != "undecided":
            zh, en = f"未核定{listed(told, 'zh')}", f"not decided{listed(told, 'en')}"
            yield problem("cases.undecided", zh, en, where=where)
        return
    total = "incomplete" if decision.total is None else format_yuan(decision.total)
    if total != expected["expect"]:
        zh, en = _outcome(decision, "zh"), _outcome(decision, "en")
        yield problem(
            "cases.amount",
            f"应为 {expected['expect']}，实为 {total}；{zh}",
            f"expected {expected['expect']}, came out as {total}; {en}",
            where=where,
            hint_zh=_steps(decision, "zh"),
            hint_en=_steps(decision, "en"),
        )
    amounts = {item.id: item for item in decision.benefits}
    for id_, amount in expected.get("benefits", {}).items():
        yield from _benefit(f"{where}/{id_}", amounts.get(id_), amount)
    given = {reason.code: reason.text for item in decision.benefits for reason in item.reasons}
    for code in sorted(set(expected.get("reasons", ())) - set(given)):
        (zh, en), close = _found(given), nearest(code, given)
        yield problem(
            "cases.reason",
            f"没有给出理由 {code}，{zh}",
            f"the reason {code} was not given; {en}",
            where=where,
            hint_zh=f'是不是 "{close}"？' if close else "",
            hint_en=f'did you mean "{close}"?' if close else "",
        )


def _steps(decision: Decision, lang: Lang) -> str:
    """Return how the amounts came about, benefit by benefit; empty where nothing is paid."""
    lines: list[str] = []
    for item in decision.benefits:
        found = trace(item, lang) if item.amount else None
        stack = [(found, 1)] if found else []
        lines += [f"{item.id}:"] if found else []
        while stack:
            step, depth = stack.pop()
            lines.append(f"{'  ' * depth}{step.text}")
            stack += [(below, depth + 1) for below in reversed(step.steps)]
    return "\n".join([{"zh": "算出的步骤：", "en": "how it came out:"}[lang], *lines]) if lines else ""


def _benefit(where: str, item: BenefitDecision | None, amount: str) -> Iterator[Problem]:
    """Yield how one benefit differs; the edition may not have it."""
    paid = None if item is None or item.amount is None else format_yuan(item.amount)
    if paid != amount:
        zh, en = ("本版不设", "not paid under this edition") if item is None else ("待补充", "incomplete")
        yield problem(
            "cases.amount",
            f"应为 {amount}，实为 {paid or zh}",
            f"expected {amount}, came out as {paid or en}",
            where=where,
        )


def _outcome(decision: Decision, lang: Lang) -> str:
    """Return what each benefit came to, and why it is not more: ``serious 0.00（在免责期内 waiting）``."""
    sign = "；" if lang == "zh" else "; "
    return sign.join(f"{item.id} {_came_to(item, lang)}" for item in decision.benefits)


def _came_to(item: BenefitDecision, lang: Lang) -> str:
    reasons = {reason.code: reason.text for reason in item.reasons}
    missing = {path: Text("缺", "missing") for path in item.missing if not reasons}
    amount = "—" if item.amount is None else format_yuan(item.amount)
    said = listed({**reasons, **missing}, lang)
    return f"{amount}{said}"


def _found(told: Mapping[str, Text]) -> tuple[str, str]:
    """Return which codes there are instead."""
    if not told:
        return "什么也没有给出", "nothing was"
    codes = sorted(told)
    return f"给出的是 {'、'.join(codes)}", f"these were: {', '.join(codes)}"


def listed(told: Mapping[str, Text], lang: Lang) -> str:
    """Return sentences with their codes in brackets, to follow what they explain; empty for none."""
    if lang == "zh":
        return f"（{'；'.join(f'{text.zh} {code}' for code, text in told.items())}）" if told else ""
    return f" ({'; '.join(f'{text.in_(lang)} {code}' for code, text in told.items())})" if told else ""
