"""What can be wrong with a claim itself, before any plan looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from mutualplans.engine.facts import stay_days
from mutualplans.engine.office import Office
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.fields import fields_of
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.scales import ConditionList, is_icd10
from mutualplans.plan.vocabulary import CIRCUMSTANCE

__all__ = ["LONGEST_STAY", "claim_problems", "condition_ids", "known_circumstances"]

LONGEST_STAY = fields_of(Claim)["days"].most
"""Most days of one claim, stated or by its dates."""


def claim_problems(claim: Claim, office: Office) -> list[Problem]:
    """Return what is wrong with a claim; with an error among them it is not assessed."""
    return [*_dates(claim), *_bill(claim), *_diagnosis(claim, office), *_circumstances(claim, office)]


def _dates(claim: Claim) -> Iterator[Problem]:
    admitted, discharged = claim.admitted, claim.discharged
    if admitted and discharged:
        yield from _stay(claim, admitted, discharged)
    first = min((day for day in (claim.occurred, claim.diagnosed, admitted) if day), default=None)
    if claim.reported and first and claim.reported < first:
        yield _wrong_dates(
            claim,
            f"报案日期 {claim.reported} 早于事件日期 {first}",
            f"reported on {claim.reported}, before the event on {first}",
            "核对报案日期和事件日期",
            "check both dates",
        )


def _stay(claim: Claim, admitted: date, discharged: date) -> Iterator[Problem]:
    if discharged < admitted:
        yield _wrong_dates(
            claim,
            f"出院日期 {discharged} 早于入院日期 {admitted}",
            f"discharged on {discharged}, before admission on {admitted}",
            "核对病案首页的入院、出院日期",
            "check the dates on the front sheet",
        )
        return
    counted = stay_days(admitted, discharged)
    if counted > LONGEST_STAY:
        yield _wrong_dates(
            claim,
            f"住院 {counted} 天，超过 {LONGEST_STAY} 天",
            f"a stay of {counted} days is longer than {LONGEST_STAY} days",
            "核对入院、出院日期的年份",
            "check the years of the dates",
        )
    elif claim.days is not None and claim.days != counted:
        # Both days counted gives one more, a bill for part of a stay gives fewer; more than that cannot be.
        impossible = claim.days > counted + 1
        yield problem(
            "claim.days-differ",
            f"填写的住院天数为 {claim.days} 天，按入院、出院日期为 {counted} 天"
            + ("" if impossible else "；按填写的天数计算"),
            f"{claim.days} days stated, {counted} by the dates"
            + ("" if impossible else "; the stated days are used"),
            where=claim.id,
            hint_zh="入院日与出院日只计一天；不一致时请核对",
            hint_en="admission and discharge count as one day; check which is right",
            severity="error" if impossible else "warning",
        )


def _wrong_dates(claim: Claim, zh: str, en: str, hint_zh: str, hint_en: str) -> Problem:
    return problem("claim.dates", zh, en, where=claim.id, hint_zh=hint_zh, hint_en=hint_en)


def _bill(claim: Claim) -> Iterator[Problem]:
    yield from _sum(claim, "total", BILL_PARTS)
    yield from _sum(claim, "self_paid", BILL_PARTS[3:])


def _sum(claim: Claim, whole: str, names: tuple[str, ...]) -> Iterator[Problem]:
    """Report a stated whole that is not the sum of its parts, or smaller than the parts that are stated."""
    stated = getattr(claim, whole)
    parts = [part for name in names if (part := getattr(claim, name)) is not None]
    added = sum(part.fen for part in parts)
    if stated is None or added == stated.fen or (len(parts) < len(names) and added < stated.fen):
        return
    fields = fields_of(Claim)
    label, listed = fields[whole].label, "、".join(fields[name].label.zh for name in names)
    yield problem(
        "claim.bill",
        f"{label.zh} {format_yuan(stated.fen)} 与各项之和 {format_yuan(added)} 不等",
        f"{label.en} {format_yuan(stated.fen)} is not the sum of its parts {format_yuan(added)}",
        where=claim.id,
        hint_zh=f"核对结算单：{listed}",
        hint_en=f"check the settlement form: {', '.join(fields[name].label.en for name in names)}",
    )


def _diagnosis(claim: Claim, office: Office) -> Iterator[Problem]:
    known = condition_ids(office)
    for name, given in (("diagnosis", claim.diagnosis), ("condition", claim.condition)):
        if given is None or given in known or (name == "diagnosis" and is_icd10(given)):
            continue
        close = nearest(given, known)
        yield problem(
            "claim.diagnosis-unknown",
            f"“{given}” 既不是 ICD-10 编码，也不是所办计划的病种代码",
            f'"{given}" is neither an ICD-10 code nor a condition id of the plans',
            where=claim.id,
            hint_zh=f'是不是 "{close}"？'
            if close
            else "编码写成 C50 或 C50.9（半角大写）；病种代码见 mutualplans plans",
            hint_en=f'did you mean "{close}"?'
            if close
            else "codes look like C50.9; ids are shown by mutualplans plans",
        )
    if (
        claim.stage == "in-situ"
        and claim.diagnosis
        and claim.diagnosis.startswith("C")
        and is_icd10(claim.diagnosis)
    ):
        yield problem(
            "claim.stage",
            f"{claim.diagnosis} 是浸润癌的编码，病情分级却填了原位癌",
            f"{claim.diagnosis} is the code of an invasive cancer, but the stage is in situ",
            where=claim.id,
            hint_zh="原位癌填 D00 至 D09 的编码（如乳腺 D05）；不是原位癌的改正分级",
            hint_en="code a carcinoma in situ as D00 to D09 (breast D05), or correct the stage",
        )


@lru_cache(maxsize=4)
def condition_ids(office: Office) -> Mapping[str, None]:
    """Return the ids of all conditions that the office's plans list, sorted; gathered once for an office."""
    return dict.fromkeys(
        sorted(
            condition.id
            for item in office.plans
            for local in item.editions
            for entry in (*local.edition.values.values(), *local.values.values())
            if isinstance(entry.value, ConditionList)
            for condition in entry.value.conditions
        )
    )


@lru_cache(maxsize=4)
def known_circumstances(office: Office) -> Mapping[str, None]:
    """Return the circumstances that the office's plans know, sorted; gathered once for an office."""
    return dict.fromkeys(
        sorted(
            field.name.removeprefix(CIRCUMSTANCE)
            for item in office.plans
            for field in item.plan.all_fields
            if field.name.startswith(CIRCUMSTANCE)
        )
    )


def _circumstances(claim: Claim, office: Office) -> Iterator[Problem]:
    if not claim.circumstances:
        return
    known = known_circumstances(office)
    for code in claim.circumstances:
        if code not in known:
            close = nearest(code, known)
            yield problem(
                "claim.circumstance-unknown",
                f'没有计划认得情形 "{code}"；可用：{"、".join(known)}',
                f'no plan knows the circumstance "{code}"; known: {", ".join(known)}',
                where=claim.id,
                hint_zh=f'是不是 "{close}"？' if close else "删去，或核对拼写",
                hint_en=f'did you mean "{close}"?' if close else "remove it, or check the spelling",
            )
