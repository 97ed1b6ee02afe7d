"""Decisions as plain data, in a form with a version, for JSON and for files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mutualplans.engine.explain import Step, trace
from mutualplans.engine.simulate import Simulation
from mutualplans.model.decision import DECISION_VERSION, BenefitDecision, Decision, Reason, Receipt
from mutualplans.model.masks import mask_digits
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem
from mutualplans.model.text import Lang, Text

__all__ = ["decision_data", "problem_data", "simulation_data"]


def simulation_data(simulation: Simulation, lang: Lang = "zh") -> dict[str, Any]:
    """Return a simulation as data: amounts as text in yuan with two decimals, dates as ISO text.

    ``total`` of a decision is ``None`` while something needed is missing; the overall total adds the others.
    """
    return {
        "version": DECISION_VERSION,
        "total": format_yuan(simulation.total),
        "complete": simulation.complete,
        "decisions": [decision_data(item, lang) for item in simulation.decisions],
        "problems": [problem_data(item, lang) for item in simulation.problems],
    }


def decision_data(decision: Decision, lang: Lang = "zh") -> dict[str, Any]:
    """Return one decision as data."""
    return {
        "claim": mask_digits(decision.claim),
        "plan": decision.plan,
        "title": decision.title.in_(lang),
        "edition": decision.edition,
        "status": decision.status,
        "total": _yuan(decision.total),
        "benefits": [_benefit(item, lang) for item in decision.benefits],
        "remaining": [
            {"benefit": item.benefit, "text": item.text.in_(lang), "left": item.left.in_(lang)}
            for item in decision.remaining
        ],
        "papers": [{"id": item.id, "title": item.title.in_(lang)} for item in decision.papers],
        "claim_by": _date(decision.claim_by),
        "ends_cover": decision.ends_cover,
        "assumed": list(decision.assumed),
        "receipt": _receipt(decision.receipt),
    }


def problem_data(problem: Problem, lang: Lang = "zh") -> dict[str, Any]:
    """Return one problem as data."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "where": problem.where,
        "message": problem.message.in_(lang),
        "hint": problem.hint.in_(lang) if problem.hint else None,
    }


def _benefit(item: BenefitDecision, lang: Lang) -> dict[str, Any]:
    step = trace(item, lang)
    return {
        "id": item.id,
        "title": item.title.in_(lang),
        "clause": item.clause,
        "amount": _yuan(item.amount),
        "reasons": [reason_data(reason, lang) for reason in item.reasons],
        "missing": [mask_digits(path) for path in item.missing],
        "trace": _step(step) if step else None,
    }


def reason_data(reason: Reason, lang: Lang) -> dict[str, Any]:
    """Return one reason as data."""
    return {
        "code": reason.code,
        "text": reason.text.in_(lang),
        "found": _text(reason.found, lang),
        "expected": _text(reason.expected, lang),
    }


def _step(step: Step) -> dict[str, Any]:
    return {"text": step.text, "value": step.value, "steps": [_step(inner) for inner in step.steps]}


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "core": receipt.core,
        "plugin": receipt.plugin,
        "plan": receipt.plan,
        "edition": receipt.edition,
        "office_values": _written(receipt.office_values),
        "values_hash": receipt.values_hash,
        "inputs_hash": receipt.inputs_hash,
        "balances_hash": receipt.balances_hash,
        "event_date": _date(receipt.event_date),
        "rules_date": _date(receipt.rules_date),
        "decision_date": _date(receipt.decision_date),
    }


def _written(value: Any) -> Any:
    """Return what stands in an office file as data: its dates, which JSON has not, as text."""
    if isinstance(value, Mapping):
        return {key: _written(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_written(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _yuan(amount: int | None) -> str | None:
    return None if amount is None else format_yuan(amount)


def _date(day: Any) -> str | None:
    return day.isoformat() if day else None


def _text(text: Text | None, lang: Lang) -> str | None:
    return text.in_(lang) if text else None
