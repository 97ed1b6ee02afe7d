"""What can be wrong with covers and claims themselves, before any plan looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from mutualplans.engine.facts import stay_days
from mutualplans.engine.office import Office
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import fields_of
from mutualplans.model.money import format_yuan
from mutualplans.model.people import Unit
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.scales import ConditionList, is_icd10
from mutualplans.plan.vocabulary import CIRCUMSTANCE

__all__ = ["claim_problems", "coverage_problems", "repeated", "unit_problems"]

LONGEST_STAY = fields_of(Claim)["days"].most
"""Most days of one claim, stated or by its dates."""


def unit_problems(unit: Unit, office: Office) -> list[Problem]:
    """Return the problem that an office does not know a unit's kind; an office without a list knows every kind."""
    kind = unit.unit_type
    if kind is None or not office.unit_types or kind in office.unit_types:
        return []
    close = nearest(kind, office.unit_types)
    listed = "、".join(f"{code}（{title.zh}）" for code, title in office.unit_types.items())
    return [
        problem(
            "unit.type",
            f'单位类型 "{kind}" 不在本办事处的单位类型之内：{listed}',
            f'kind of unit "{kind}" is not among the office\'s: {", ".join(office.unit_types)}',
            where=unit.name,
            hint_zh=f'是不是 "{close}"？'
            if close
            else "改正 unit_type，或在 office.toml 的 [unit_types] 里补上",
            hint_en=f'did you mean "{close}"?' if close else "correct unit_type, or add it to [unit_types]",
        )
    ]


def claim_problems(claim: Claim, office: Office) -> list[Problem]:
    """Return what is wrong with a claim; with an error among them it is not assessed."""
    return [*_dates(claim), *_bill(claim), *_diagnosis(claim, office), *_circumstances(claim, office)]


def _dates(claim: Claim) -> Iterator[Problem]:
    admitted, discharged = claim.admitted, claim.discharged
    if admitted and discharged and discharged < admitted:
        yield problem(
            "claim.dates",
            f"出院日期 {discharged} 早于入院日期 {admitted}",
            f"discharged on {discharged}, before admission on {admitted}",
            where=claim.id,
            hint_zh="核对病案首页的入院、出院日期",
            hint_en="check the dates on the front sheet",
        )
    elif admitted and discharged and stay_days(admitted, discharged) > LONGEST_STAY:
        yield problem(
            "claim.dates",
            f"住院 {stay_days(admitted, discharged)} 天，超过 {LONGEST_STAY} 天",
            f"a stay of {stay_days(admitted, discharged)} days is longer than {LONGEST_STAY} days",
            where=claim.id,
            hint_zh="核对入院、出院日期的年份",
            hint_en="check the years of the dates",
        )
    elif admitted and discharged and claim.days is not None and claim.days != stay_days(admitted, discharged):
        counted = stay_days(admitted, discharged)
        yield problem(
            "claim.days-differ",
            f"填写的住院天数为 {claim.days} 天，按入院、出院日期为 {counted} 天；按填写的天数计算",
            f"{claim.days} days stated, {counted} by the dates; the stated days are used",
            where=claim.id,
            hint_zh="入院日与出院日只计一天；不一致时请核对",
            hint_en="admission and discharge count as one day; check which is right",
            severity="warning",
        )


def _bill(claim: Claim) -> Iterator[Problem]:
    yield from _sum(claim, "total", BILL_PARTS)
    yield from _sum(claim, "self_paid", BILL_PARTS[3:])


def _sum(claim: Claim, whole: str, names: tuple[str, ...]) -> Iterator[Problem]:
    """Report a stated whole that is not the sum of its parts, where all of them are stated."""
    stated, parts = getattr(claim, whole), [getattr(claim, name) for name in names]
    if stated is None or any(part is None for part in parts):
        return
    added = sum(part.fen for part in parts)
    if added != stated.fen:
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
    diagnosis = claim.diagnosis
    if diagnosis is None or is_icd10(diagnosis):
        return
    known = sorted(_condition_ids(office))
    if diagnosis in known:
        return
    close = nearest(diagnosis, known)
    yield problem(
        "claim.diagnosis-unknown",
        f'诊断 "{diagnosis}" 既不是 ICD-10 编码，也不是所办计划的病种代码',
        f'diagnosis "{diagnosis}" is neither an ICD-10 code nor a condition id of the plans',
        where=claim.id,
        hint_zh=f'是不是 "{close}"？'
        if close
        else "编码写成 C50 或 C50.9（半角大写）；病种代码见 mutualplans plans",
        hint_en=f'did you mean "{close}"?'
        if close
        else "codes look like C50.9; ids are shown by mutualplans plans",
    )


def _condition_ids(office: Office) -> Iterator[str]:
    for item in office.plans:
        for local in item.editions:
            for entry in (*local.edition.values.values(), *local.values.values()):
                if isinstance(entry.value, ConditionList):
                    yield from (condition.id for condition in entry.value.conditions)


def _circumstances(claim: Claim, office: Office) -> Iterator[Problem]:
    known = {
        field.name.removeprefix(CIRCUMSTANCE)
        for item in office.plans
        for field in item.plan.fields()
        if field.name.startswith(CIRCUMSTANCE)
    }
    for code in claim.circumstances:
        if code not in known:
            close = nearest(code, known)
            yield problem(
                "claim.circumstance-unknown",
                f'没有计划认得情形 "{code}"；可用：{"、".join(sorted(known))}',
                f'no plan knows the circumstance "{code}"; known: {", ".join(sorted(known))}',
                where=claim.id,
                hint_zh=f'是不是 "{close}"？' if close else "删去，或核对拼写",
                hint_en=f'did you mean "{close}"?' if close else "remove it, or check the spelling",
            )


def coverage_problems(coverages: Iterable[Coverage]) -> list[Problem]:
    """Return the pairs of covers of one person in one plan that share a day; neither can be assessed."""
    known = list(coverages)
    found = []
    for number, first in enumerate(known):
        for second in known[number + 1 :]:
            same = (first.plan, first.insured) == (second.plan, second.insured)
            if same and first.days.overlaps(second.days):
                found.append(
                    problem(
                        "cover.overlap",
                        f"计划 {first.plan} 的两段保障重叠："
                        f"{first.first_day} 至 {first.last_day}，{second.first_day} 至 {second.last_day}",
                        f"two covers of plan {first.plan} overlap: "
                        f"{first.first_day} to {first.last_day}, {second.first_day} to {second.last_day}",
                        where=f"coverage {first.plan}",
                        hint_zh="同一人同一计划同一天只能有一段保障；核对参保记录后再核定",
                        hint_en="one person has one cover a day in a plan; check the records",
                    )
                )
    return found


def repeated(claims: Iterable[Claim]) -> list[Problem | None]:
    """Return for each claim the problem that it was entered before, or ``None``.

    Entered before means the same number, or the same content while one of the two has no number of its own.
    """
    found: list[Problem | None] = []
    numbers: set[str] = set()
    contents: dict[Claim, str] = {}
    for claim in claims:
        content = _content(claim)
        twin = contents.get(content)
        if claim.id in numbers:
            found.append(_entered_twice(claim.id, claim.id))
        elif twin is not None and (is_positional(claim.id) or is_positional(twin)):
            found.append(_entered_twice(claim.id, twin))
        else:
            found.append(None)
        numbers.add(claim.id)
        contents.setdefault(content, claim.id)
    return found


def _content(claim: Claim) -> Claim:
    return evolve(claim, id="", extra=_Hashed(claim.extra))


class _Hashed(dict[str, object]):
    """Extra fields that can be compared as part of a claim."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted((key, str(value)) for key, value in self.items())))


def is_positional(claim_id: str) -> bool:
    """Return whether a claim's number is only its place in a file (``#2``), given by the reader."""
    return claim_id.startswith("#")


def _entered_twice(claim_id: str, first: str) -> Problem:
    return problem(
        "claim.repeated",
        f"申领 {claim_id} 与先前的申领 {first} 相同，只核定第一次",
        f"claim {claim_id} repeats claim {first}; only the first is assessed",
        where=claim_id,
        hint_zh="确属两次事件时，给每次申领写不同的 id；否则删去重复的",
        hint_en="give each claim an id of its own if these are two events; otherwise remove one",
    )
