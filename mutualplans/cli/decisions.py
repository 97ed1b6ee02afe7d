"""Decisions for people: a table, the reasons, the steps, what is left, what to bring."""

from __future__ import annotations

import click

from mutualplans.cli.language import t
from mutualplans.cli.output import TreeNode, print_table, print_tree
from mutualplans.engine.explain import Step, trace
from mutualplans.engine.simulate import Simulation
from mutualplans.model.decision import STATUSES, BenefitDecision, Decision, Reason
from mutualplans.model.masks import mask_digits
from mutualplans.model.money import format_yuan
from mutualplans.model.text import Lang

__all__ = ["csv_rows", "print_simulation"]


def print_simulation(result: Simulation, lang: Lang, *, explain: bool) -> None:
    """Print the decisions claim by claim, and the total."""
    for claim in dict.fromkeys(item.claim for item in result.decisions):
        decisions = [item for item in result.decisions if item.claim == claim]
        _print_claim(claim, decisions, lang)
        for decision in decisions:
            if explain and decision.status in ("paid", "nothing-due"):
                print_tree(_tree(decision, lang))
            _print_after(decision, lang)
    if result.decisions:
        whole = result.complete and all(item.total is not None for item in result.decisions)
        label = t("合计给付：", "Total paid: ")
        if not whole:
            label = t("合计给付（不含待补充的）：", "Total paid, without what is undecided: ")
        click.echo(label + _money(result.total))


def _print_claim(claim: str, decisions: list[Decision], lang: Lang) -> None:
    headers = [
        t("计划", "plan"),
        t("版次", "edition"),
        t("项目", "benefit"),
        t("金额（元）", "yuan"),
        t("说明", "why"),
    ]
    rows: list[tuple[str, ...]] = []
    for decision in decisions:
        lines = _refusal(decision, lang) if decision.status == "refused" else _benefits(decision, lang)
        lines.append((t("小计", "subtotal"), _total(decision), _status(decision)))
        for number, line in enumerate(lines):
            plan = ("", "") if number else (decision.title.in_(lang), decision.edition)
            rows.append((*plan, *line))
    name = mask_digits(claim)
    print_table(
        t(f"申领 {name}", f"Claim {name}"), headers, rows, align=["left", "left", "left", "right", "left"]
    )


def _benefits(decision: Decision, lang: Lang) -> list[tuple[str, ...]]:
    """Return a line for each benefit; beside one that pays, those whose conditions do not hold are left out."""
    return [
        (item.title.in_(lang), _amount(item), _why(item, lang))
        for item in decision.benefits
        if decision.status != "paid" or item.accepted
    ]


def _refusal(decision: Decision, lang: Lang) -> list[tuple[str, ...]]:
    """Return a line for each reason of a refusal, with the benefits that it stands against."""
    against: dict[Reason, list[str]] = {}
    for item in decision.benefits:
        for reason in item.reasons:
            against.setdefault(reason, []).append(item.title.in_(lang))
    lines: list[tuple[str, ...]] = []
    for reason, titles in against.items():
        whole = len(titles) == len(decision.benefits)
        what = t("全部项目", "all benefits") if whole else t("、", ", ").join(titles)
        lines.append((what, "", reason_text(reason, lang)))
    return lines


def _amount(item: BenefitDecision) -> str:
    return t("待补充", "undecided") if item.amount is None else _money(item.amount)


def _total(decision: Decision) -> str:
    return t("待补充", "undecided") if decision.total is None else _money(decision.total)


def _money(fen: int) -> str:
    return format_yuan(fen, grouped=True)


def _status(decision: Decision) -> str:
    return t(STATUSES[decision.status].zh, STATUSES[decision.status].in_("en"))


def _why(item: BenefitDecision, lang: Lang) -> str:
    return (t("；", "; ")).join(reason_text(reason, lang) for reason in item.reasons)


def reason_text(reason: Reason, lang: Lang) -> str:
    """Return a reason in one line, with what was found and what the rule asks for."""
    text = reason.text.in_(lang)
    details = []
    if reason.found:
        details.append(t("实际：", "found: ") + reason.found.in_(lang))
    if reason.expected:
        details.append(t("规定：", "rule: ") + reason.expected.in_(lang))
    if not details:
        return text
    return f"{text}（{'；'.join(details)}）" if lang == "zh" else f"{text} ({'; '.join(details)})"


def _tree(decision: Decision, lang: Lang) -> TreeNode:
    paying = [item for item in decision.benefits if item.accepted]
    branches: list[TreeNode] = []
    for item in paying:
        step = trace(item, lang)
        inner = [_branch(step)] if step else []
        branches.append((f"{item.title.in_(lang)}（{item.clause}）：{_amount(item)}", inner))
    amounts = [_money(item.amount) for item in paying if item.amount]
    added = f"{' + '.join(amounts)} = " if len(amounts) > 1 else ""
    label = t(f"{decision.title.zh}：", f"{decision.title.in_('en')}: ") + added + _total(decision)
    return (label, branches)


def _branch(step: Step) -> TreeNode:
    return (step.text, [_branch(inner) for inner in step.steps])


def _print_after(decision: Decision, lang: Lang) -> None:
    """Print what follows from a decision: limits left, papers, last day, the effect on the cover."""
    lines = [f"{item.text.in_(lang)} {item.left.in_(lang)}" for item in decision.remaining]
    if decision.ends_cover:
        lines.append(t("本次给付后保障终止", "this payment ends the cover"))
    if decision.status != "refused":
        names = t("、", ", ").join(paper.title.in_(lang) for paper in decision.papers)
        lines.append(t("申领材料：", "papers: ") + (names or t("规则未载明", "not stated by the rule")))
        lines.append(t("申领截止日：", "claim by: ") + _claim_by(decision))
    if decision.assumed:
        lines.append(
            t("含假定值，须核实：", "rests on assumed values: ") + t("、", ", ").join(decision.assumed)
        )
    if lines:
        click.echo(f"{decision.title.in_(lang)}：" if lang == "zh" else f"{decision.title.in_(lang)}:")
    for line in lines:
        click.echo(f"  · {line}")


def _claim_by(decision: Decision) -> str:
    if decision.claim_by:
        return str(decision.claim_by)
    if any(item.code == "edition.calendar-ends" for item in decision.problems):
        return t("工作日历没有载明到那一天", "the calendar of working days does not reach it")
    return t("规则未载明", "not stated by the rule")


def csv_rows(result: Simulation, lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Return header and rows, one for each benefit; no amount where the decision is not complete."""
    headers = ["claim", "plan", "edition", "status", "benefit", "amount", "reasons"]
    rows = [
        [
            mask_digits(decision.claim),
            decision.plan,
            decision.edition,
            decision.status,
            item.id,
            "" if decision.total is None or item.amount is None else format_yuan(item.amount),
            "; ".join(f"{reason.code}: {reason.text.in_(lang)}" for reason in item.reasons),
        ]
        for decision in result.decisions
        for item in decision.benefits
    ]
    return headers, rows
