"""Two settings of an office compared: values that changed, and what the change does to covers and claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from attrs import evolve, frozen

from mutualplans.backends.phrase import calendar_range, scale_text, show
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.model.coverage import Coverage
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import Problem
from mutualplans.model.scales import ConditionList, Scale, Table
from mutualplans.model.text import Lang, Text
from mutualplans.model.workdays import WorkCalendar
from mutualplans.plan.edition import InForce

__all__ = ["Change", "ClaimEffect", "changed_values", "claim_effects", "for_day"]


@frozen(kw_only=True)
class Change:
    """One thing that differs.

    Attributes:
        plan: Plan id.
        editions: The editions compared, as ``old → new``; one id where it is the same.
        what: What it is.
        before: How it was; empty where it was not there.
        after: How it is; empty where it is no more.
    """

    plan: str
    editions: str
    what: Text
    before: str
    after: str


@frozen(kw_only=True)
class ClaimEffect:
    """One claim under one plan, decided by both settings.

    Attributes:
        case: What the caller knows the case by.
        claim: Number of the claim.
        plan: Plan id.
        before: Fen; ``None`` where it could not be decided.
        after: The same under the other settings.
    """

    case: str
    claim: str
    plan: str
    before: int | None
    after: int | None

    @property
    def difference(self) -> int | None:
        """Fen that the person gets more; ``None`` where either could not be decided."""
        return None if self.before is None or self.after is None else self.after - self.before


# ---------------------------------------------------------------- values


def changed_values(before: Office, after: Office, lang: Lang = "zh") -> list[Change]:
    """Return what differs in the plans of two offices: plans, their editions, and every value of these."""
    old, new = ({item.plan.id: item for item in office.plans} for office in (before, after))
    changes: list[Change] = []
    for id_ in dict.fromkeys((*old, *new)):
        if id_ in old and id_ in new:
            for one, other in _pairs(old[id_], new[id_]):
                changes += _values(id_, old[id_].plan.values, one, other, lang)
        else:
            title = (old.get(id_) or new[id_]).plan.title.in_(lang)
            texts = (title, "") if id_ in old else ("", title)
            changes.append(_change(id_, "", Text("计划", "plan"), *texts))
    return changes


def _change(plan: str, editions: str, what: Text, before: str, after: str) -> Change:
    return Change(plan=plan, editions=editions, what=what, before=before, after=after)


def _pairs(old: OfficePlan, new: OfficePlan) -> Iterator[tuple[LocalEdition, LocalEdition]]:
    """Yield the editions to compare: those of both, and the last that is only old with the last that is only new."""
    by_id = {local.edition.id: local for local in new.editions}
    for local in old.editions:
        if local.edition.id in by_id:
            yield local, by_id[local.edition.id]
    only_old = [local for local in old.editions if local.edition.id not in by_id]
    known = {local.edition.id for local in old.editions}
    only_new = [local for local in new.editions if local.edition.id not in known]
    if only_new:
        yield (only_old or list(old.editions))[-1], only_new[-1]


def _values(
    plan: str, parameters: Iterable[Parameter], one: LocalEdition, other: LocalEdition, lang: Lang
) -> Iterator[Change]:
    ids = list(dict.fromkeys((one.edition.id, other.edition.id)))
    editions = " → ".join(ids)
    if one.edition.in_force != other.edition.in_force:
        dates = (local.edition.in_force.in_words(lang) for local in (one, other))
        yield _change(plan, editions, Text("有效期", "in force"), *dates)
    entries = [{**local.edition.values, **local.values} for local in (one, other)]
    for parameter in parameters:
        values = [found[parameter.name].value if parameter.name in found else None for found in entries]
        if values[0] != values[1]:
            texts = _difference(parameter, values[0], values[1], lang)
            yield _change(plan, editions, parameter.label, *texts)


def _difference(parameter: Parameter, before: Any, after: Any, lang: Lang) -> tuple[str, str]:
    """Return two values in words; of tables and lists only what differs."""
    if isinstance(before, Table) and isinstance(after, Table):
        keys = [key for key in {**before.rows, **after.rows} if before.rows.get(key) != after.rows.get(key)]
        return _rows(parameter, before, keys, lang), _rows(parameter, after, keys, lang)
    if isinstance(before, ConditionList) and isinstance(after, ConditionList):
        return _listed(before, after, lang), _listed(after, before, lang)
    if isinstance(before, WorkCalendar) and isinstance(after, WorkCalendar):
        return _calendar(before, after, lang), _calendar(after, before, lang)
    return _plain(parameter, before, lang), _plain(parameter, after, lang)


def _rows(parameter: Parameter, table: Table, keys: list[tuple[str, ...]], lang: Lang) -> str:
    shown = [
        f"{' '.join(key)} {show(table.rows[key], parameter.kind, parameter.unit, lang)}"
        for key in keys
        if key in table.rows
    ]
    return {"zh": "；", "en": "; "}[lang].join(shown)


def _listed(own: ConditionList, other: ConditionList, lang: Lang) -> str:
    """Return how many conditions a list has, and those that the other has not or says otherwise."""
    more = [item.title.in_(lang) for item in own.conditions if item not in other.conditions]
    count = len(own.conditions)
    if lang == "en":
        return f"{count} conditions" + (f", other or different: {', '.join(more)}" if more else "")
    return f"{count} 种" + (f"，不同的：{'、'.join(more)}" if more else "")


def _calendar(own: WorkCalendar, other: WorkCalendar, lang: Lang) -> str:
    """Return which days a calendar knows, and those of both that are worked by one of them only."""
    first, last = max(own.first, other.first), min(own.last, other.last)
    differing = sorted(day for day in {*own.working} ^ {*other.working} if first <= day <= last)
    words = {"zh": ("上班", "放假", "、", "；"), "en": (" worked", " off", ", ", "; ")}[lang]
    days = [f"{day}{words[0] if day in own.working else words[1]}" for day in differing]
    said = calendar_range(own, lang)
    return f"{said}{words[3]}{words[2].join(days)}" if days else said


def _plain(parameter: Parameter, value: Any, lang: Lang) -> str:
    if value is None:
        return ""
    if isinstance(value, ConditionList):
        return _listed(value, ConditionList(()), lang)
    if isinstance(value, Scale):
        return scale_text(value, parameter.measured, parameter.kind, lang)
    if isinstance(value, Table):
        return _rows(parameter, value, list(value.rows), lang)
    return show(value, parameter.kind, parameter.unit, lang)


# ---------------------------------------------------------------- effects


def for_day(office: Office, day: date) -> Office:
    """Return the office with one edition of each plan: the one in force on the day, else the last one."""
    plans = []
    for item in office.plans:
        in_force = (local for local in item.editions if day in local.edition.in_force)
        local = next(in_force, item.editions[-1])
        always = evolve(local, edition=evolve(local.edition, in_force=InForce()))
        plans.append(
            OfficePlan(
                plan=item.plan,
                editions=(always,),
                version=item.version,
                split=item.split,
                group=item.group,
                equal_shares=item.equal_shares,
                only_with=item.only_with,
                not_with=item.not_with,
                replaced_by=item.replaced_by,
            )
        )
    return Office(
        name=office.name,
        plans=tuple(plans),
        unit_types=office.unit_types,
        systems=office.systems,
        limits=office.limits,
        packages=office.packages,
        missing=office.missing,
    )


def claim_effects(
    before: Office, after: Office, cases: Mapping[str, Situation]
) -> tuple[list[ClaimEffect], list[tuple[str, Problem]]]:
    """Return what each claim of some cases gets under two settings, and what is wrong with the cases.

    A cover is under the edition it names, where the settings have it; else under the one in force on its first day;
    else under the last: then the question is what the same claim would get by the other rule.

    Args:
        before: One office.
        after: The other.
        cases: What the caller knows each case by → the case.
    """
    effects: list[ClaimEffect] = []
    problems: list[tuple[str, Problem]] = []
    for name, case in cases.items():
        results = [simulate(office, _under(office, case)) for office in (before, after)]
        paid = [_paid(result) for result in results]
        plans = dict.fromkeys(item.plan.id for office in (before, after) for item in office.plans)
        for claim in case.claims:
            held = {cover.plan for cover in case.coverages if cover.insured == claim.insured}
            for plan in (id_ for id_ in plans if id_ in held):
                amounts = [
                    found.get((claim.id, plan), None if _runs(office, plan) else 0)
                    for office, found in zip((before, after), paid, strict=True)
                ]
                effects.append(
                    ClaimEffect(case=name, claim=claim.id, plan=plan, before=amounts[0], after=amounts[1])
                )
        found = dict.fromkeys(item for result in results for item in result.problems)
        problems += [(name, item) for item in found if item.severity == "error"]
    return effects, problems


def _runs(office: Office, plan: str) -> bool:
    return any(item.plan.id == plan for item in office.plans) or plan in office.missing


def _paid(result: Simulation) -> dict[tuple[str, str], int | None]:
    return {(made.claim, made.plan): made.total for made in result.decisions}


def _under(office: Office, case: Situation) -> Situation:
    """Return the case without covers of plans that the office does not run, each other cover under an edition."""
    covers = [_with_edition(office, cover) for cover in case.coverages if _runs(office, cover.plan)]
    return evolve(case, coverages=tuple(covers))


def _with_edition(office: Office, cover: Coverage) -> Coverage:
    item = next((item for item in office.plans if item.plan.id == cover.plan), None)
    if item is None:
        return cover  # the plan cannot be had, which the office says
    ids = [local.edition.id for local in item.editions]
    if cover.edition in ids:
        return cover
    in_force = [local for local in item.editions if cover.first_day in local.edition.in_force]
    return evolve(cover, edition=None if in_force else ids[-1])
