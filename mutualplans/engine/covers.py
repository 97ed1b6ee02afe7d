"""What can be wrong with the persons, the unit and the covers of a case, before any claim is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from attrs import evolve, frozen

from mutualplans.backends.exact import Missing
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import Office
from mutualplans.model.coverage import Coverage
from mutualplans.model.masks import mask_handle
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.text import Text

__all__ = [
    "CoverFault",
    "cover_faults",
    "person_problems",
    "term_problems",
    "unit_problems",
    "with_transfers",
]


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


def person_problems(member: Member, insured: Iterable[Insured]) -> dict[str, Problem]:
    """Return person id → problem for persons who are in the case twice; nobody is insured under two names.

    Two persons are the same when their ids or their ID numbers are, or when one is the member.
    """
    found: dict[str, Problem] = {}
    numbers = {member.id_number.reveal(): "self"} if member.id_number else {}
    ids = {"self"}
    for person in insured:
        number = person.id_number.reveal() if person.id_number else None
        twin = numbers.get(number) if number else None
        if person.id in ids or person.relation == "self":
            # A person who only calls itself "self" must not stop the member's own claims.
            key = f"[{person.id}]" if person.id == "self" else person.id
            found[key] = _twice(person.id, "self" if person.relation == "self" else person.id)
        elif twin is not None:
            found[person.id] = _twice(person.id, twin)
        ids.add(person.id)
        if number:
            numbers.setdefault(number, person.id)
    return found


def _twice(person: str, other: str) -> Problem:
    person, other = mask_handle(person), mask_handle(other)
    return problem(
        "case.person-twice",
        f'被保障人 "{person}" 与 "{other}" 是同一人或编号相同；其申领没有核定',
        f'insured person "{person}" and "{other}" are one person or share an id; their claims are not decided',
        where=f"insured {person}",
        hint_zh='一人只列一次；会员本人就是 "self"，不必列在 [[insured]] 里',
        hint_en='list a person once; the member is "self" and is not listed under [[insured]]',
    )


@frozen
class CoverFault:
    """A fault of one or two covers; no claim can be decided under them.

    Attributes:
        problem: What is wrong.
        covers: The covers it concerns.
    """

    problem: Problem
    covers: tuple[Coverage, ...]


def cover_faults(coverages: Iterable[Coverage], persons: Iterable[str]) -> list[CoverFault]:
    """Return what is wrong with covers: days shared in one plan, earlier terms that are not earlier, nobody's."""
    known, ids = list(coverages), set(persons)
    return [
        *_overlaps(known),
        *_chains(known),
        *(_nobody(cover, ids) for cover in known if cover.insured not in ids),
    ]


def with_transfers(coverages: Iterable[Coverage]) -> tuple[tuple[Coverage, ...], list[CoverFault]]:
    """Return the covers with the parts of each term put together, and the faults of those that do not fit.

    A part marked as a transfer goes on with the cover of the same person and plan that ends the day before it, or
    that is still recorded to the same last day: one cover, so that limits, waiting days and terms go on.
    """
    known = list(coverages)
    whole: dict[int, Coverage] = {}  # by the place of the first part
    faults: list[CoverFault] = []
    for place, part in sorted(enumerate(known), key=lambda item: item[1].first_day):
        at = next((at for at, cover in whole.items() if part.transfer and _goes_on(cover, part)), None)
        if at is None:
            whole[place] = part
            if part.transfer:
                faults.append(CoverFault(_no_transfer(part), (part,)))
        elif differs := _differs(whole[at], part):
            whole[place] = part
            faults.append(CoverFault(_other_terms(whole[at], part, differs), (whole[at], part)))
        else:
            earlier = (*(whole[at].earlier or ()), *(part.earlier or ()))
            whole[at] = evolve(whole[at], last_day=part.last_day, earlier=tuple(dict.fromkeys(earlier)))
    return tuple(whole[at] for at in sorted(whole)), faults


def _goes_on(cover: Coverage, part: Coverage) -> bool:
    same = (cover.plan, cover.insured) == (part.plan, part.insured)
    return same and cover.first_day < part.first_day <= cover.last_day + timedelta(days=1)


def _differs(cover: Coverage, part: Coverage) -> list[Text]:
    """Return what a transfer states otherwise than the term that it goes on with; what it leaves out is the same."""
    found = [
        Text(label_zh, label_en)
        for name, label_zh, label_en in (
            ("edition", "版次", "edition"),
            ("shares", "份数", "shares"),
            ("tier", "档次", "tier"),
        )
        if getattr(part, name) not in (None, getattr(cover, name))
    ]
    if any(cover.extra.get(name) != value for name, value in part.extra.items()):
        found.append(Text("计划自设的字段", "a field of the plan's own"))
    if cover.last_day >= part.first_day and cover.last_day != part.last_day:
        found.append(Text("终止日", "last day"))
    return found


def _no_transfer(part: Coverage) -> Problem:
    return problem(
        "cover.transfer",
        f"计划 {part.plan}：转会的保障自 {part.first_day} 起，但没有到前一天为止（或当天仍有效）的保障",
        f"plan {part.plan}: a transfer on {part.first_day}, but no cover lasts to the day before it or beyond",
        where=f"coverage {part.plan}",
        hint_zh="补上转出单位的保障记录；中断以后重新参保的不是转会，删去 transfer",
        hint_en="add the cover of the unit left; joining again after a gap is no transfer",
    )


def _other_terms(cover: Coverage, part: Coverage, differs: list[Text]) -> Problem:
    zh, en = "、".join(item.zh for item in differs), ", ".join(item.in_("en") for item in differs)
    return problem(
        "cover.transfer",
        f"计划 {part.plan}：{part.first_day} 转会前后的保障不一致：{zh}",
        f"plan {part.plan}: the cover before and after the transfer on {part.first_day} differs: {en}",
        where=f"coverage {part.plan}",
        hint_zh=f"转会只换单位，保障不变；核对后改成与 {cover.first_day} 起的保障一致",
        hint_en=f"a transfer changes the unit only; make it agree with the cover from {cover.first_day}",
    )


def _overlaps(covers: list[Coverage]) -> Iterator[CoverFault]:
    for number, first in enumerate(covers):
        for second in covers[number + 1 :]:
            same = (first.plan, first.insured) == (second.plan, second.insured)
            if same and first.days.overlaps(second.days):
                found = problem(
                    "cover.overlap",
                    f"计划 {first.plan} 的两段保障重叠："
                    f"{first.first_day} 至 {first.last_day}，{second.first_day} 至 {second.last_day}",
                    f"two covers of plan {first.plan} overlap: "
                    f"{first.first_day} to {first.last_day}, {second.first_day} to {second.last_day}",
                    where=f"coverage {first.plan}",
                    hint_zh="同一人同一计划同一天只能有一段保障；核对参保记录后再核定",
                    hint_en="one person has one cover a day in a plan; check the records",
                )
                yield CoverFault(found, (first, second))


def _chains(covers: list[Coverage]) -> Iterator[CoverFault]:
    for cover in covers:
        for before in cover.earlier or ():
            if before.last >= cover.first_day:
                found = problem(
                    "cover.earlier",
                    f"计划 {cover.plan}：先前一期 {before.first} 至 {before.last} 没有在本期起始日 {cover.first_day} 之前结束",
                    f"plan {cover.plan}: the earlier term {before.first} to {before.last} does not end before this one "
                    f"begins on {cover.first_day}",
                    where=f"coverage {cover.plan}",
                    hint_zh="核对先前一期的最后一天（含当日）；续保的起始日是其次日或以后",
                    hint_en="check the last day of the earlier term, inclusive; a renewal begins on a later day",
                )
                yield CoverFault(found, (cover,))


def _nobody(cover: Coverage, ids: set[str]) -> CoverFault:
    close = mask_handle(nearest(cover.insured, ids))
    found = problem(
        "cover.person",
        f"计划 {cover.plan} 的保障记录所指的被保障人不在案例中",
        f"the cover of plan {cover.plan} is for a person who is not in the case",
        where=f"coverage {cover.plan}",
        hint_zh=f'是不是 "{close}"？' if close else "在 [[insured]] 里写明此人，id 与保障记录一致",
        hint_en=f'did you mean "{close}"?' if close else "add the person under [[insured]] with the same id",
    )
    return CoverFault(found, (cover,))


def term_problems(bound: BoundPlan, case: Case) -> list[Problem]:
    """Return what does not fit between a cover and the edition it is under: its length, the edition's dates."""
    cover = case.coverage
    found = []
    days = Facts(bound, case).term
    if days is None:
        found.append(_term_over(bound, cover))
    elif not isinstance(days, Missing) and days.last != cover.last_day:
        found.append(_other_length(bound, cover, days.last))
    if cover.edition and cover.first_day not in bound.edition.in_force:
        found.append(
            problem(
                "cover.edition-dates",
                f"计划 {bound.plan.id}：保障自 {cover.first_day} 起，所写版次 {cover.edition} 的有效期是 "
                f"{bound.edition.in_force.in_words()}",
                f"plan {bound.plan.id}: the cover begins on {cover.first_day}, but edition {cover.edition} is in force "
                f"{bound.edition.in_force.in_words('en')}",
                where=f"coverage {bound.plan.id}",
                hint_zh="确按这一版参保的可以不理；否则改正 edition 或起始日",
                hint_en="leave it if the cover was really taken under this edition; otherwise correct one of them",
                severity="warning",
            )
        )
    return found


def _term_over(bound: BoundPlan, cover: Coverage) -> Problem:
    return problem(
        "cover.term-over",
        f"计划 {bound.plan.id}：{cover.first_day} 时当期已经结束，下一期尚未开始",
        f"plan {bound.plan.id}: on {cover.first_day} the common term is over and the next has not begun",
        where=f"coverage {bound.plan.id}",
        hint_zh="核对保障起始日；期限按档次不同的，核对档次",
        hint_en="check the first day, and the tier where the length depends on it",
    )


def _other_length(bound: BoundPlan, cover: Coverage, last_day: date) -> Problem:
    longer = cover.last_day > last_day
    return problem(
        "cover.term",
        f"计划 {bound.plan.id}：自 {cover.first_day} 起一期保障到 {last_day}，记录却写到 {cover.last_day}",
        f"plan {bound.plan.id}: a term from {cover.first_day} ends on {last_day}, but the cover is stated to "
        f"{cover.last_day}",
        where=f"coverage {bound.plan.id}",
        hint_zh="一期写一条保障；先前各期写在 earlier 里，或另写 [[coverage]]"
        if longer
        else "中途参保等确实较短的可以不理；否则改正终止日",
        hint_en="write one cover a term; earlier terms stand under earlier or in covers of their own"
        if longer
        else "leave it if the cover is really shorter; otherwise correct its last day",
        severity="error" if longer else "warning",
    )
