"""What is checked of a declared plan: pure functions over a `View`, and one list of them, `CHECKS`.

What is not even of the right type is reported first and alone, so that a check never meets it. To add a check,
write ``def name(view: View) -> Iterator[Problem]`` and list it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from reprlib import repr as short
from typing import Any

from mutualplans.backends.phrase import calendar_range
from mutualplans.expr import nodes as n
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Limits, Parameter
from mutualplans.model.people import RELATIONS
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Text
from mutualplans.model.workdays import WorkCalendar
from mutualplans.plan.declaration import Benefit, EditionFolder, Merge, Paper, Plan, Waiting, YearDay
from mutualplans.plan.edition import Confidence, Edition, InForce
from mutualplans.plan.formula import Formula
from mutualplans.plan.formula_checks import FORMULA_CHECKS
from mutualplans.plan.parameters import Parameters
from mutualplans.plan.reading import load_editions, outside_limits
from mutualplans.plan.view import Check, View, called, quoted, spots

__all__ = ["CHECKS", "check_plan"]


def check_plan(plan: Plan) -> tuple[Problem, ...]:
    """Return every problem of a plan: errors, warnings and notes. Reads its edition files, nothing else."""
    if faults := tuple(_structure(plan)) or tuple(_unreadable(plan)):
        return faults
    view = View(plan, tuple(spots(plan)), *_editions(plan))
    return tuple(item for check in CHECKS for item in check(view))


def _editions(plan: Plan) -> tuple[tuple[Edition, ...], tuple[Problem, ...]]:
    try:
        return load_editions(plan)
    except (ImportError, ValueError, TypeError, OSError) as error:
        where = f"{plan.editions.package!r}, {plan.editions.folder!r}"
        return (), (
            problem(
                "plan.editions",
                f"找不到版次文件夹（{where}）：{error}",
                f"the folder of editions ({where}) cannot be found: {error}",
                where=f"{plan.id}: editions",
                hint_zh="计划写在软件包里，并写 editions=mp.editions(__package__)",
                hint_en="put the plan into a package and write editions=mp.editions(__package__)",
            ),
        )


# ---------------------------------------------------------------- what the declaration is made of


def _structure(plan: Plan) -> Iterator[Problem]:
    """Find what is not of the type that everything else relies on."""
    wanted: list[tuple[str, Any, tuple[type, ...]]] = [
        ("values", plan.values, (Parameters,)),
        ("editions", plan.editions, (EditionFolder,)),
        ("waiting", plan.waiting, (Waiting, type(None))),
        *((f"merges[{place}]", item, (Merge,)) for place, item in enumerate(plan.merges)),
        ("term_begins", plan.term_begins, (YearDay, type(None))),
        *((f"continues[{place}]", item, (str,)) for place, item in enumerate(plan.continues)),
        *((f"papers[{place}]", item, (Paper,)) for place, item in enumerate(plan.papers)),
        *((f"benefits[{place}]", item, (Benefit,)) for place, item in enumerate(plan.benefits)),
        *((f"insures[{place}]", item, (str,)) for place, item in enumerate(plan.insures)),
    ]
    if isinstance(plan.editions, EditionFolder):
        wanted.append(("editions.package", plan.editions.package, (str,)))
    for part in ("papers", "benefits"):
        items = [
            (place, item)
            for place, item in enumerate(getattr(plan, part))
            if isinstance(item, Benefit | Paper)
        ]
        wanted += [(f"{part}[{place}].id", item.id, (str,)) for place, item in items]
    for place, found, types in wanted:
        if not isinstance(found, types):
            name, kind = types[0].__name__, type(found).__name__
            yield problem(
                "plan.type",
                f"应为 {name}，实为 {kind}",
                f"expected {name}, found {kind}",
                where=f"{plan.id}: {place}",
            )


def _unreadable(plan: Plan) -> Iterator[Problem]:
    """Find formulas with something inside that no formula can hold, such as a period given as text."""
    for spot in spots(plan):
        try:
            if isinstance(spot.found, Formula):
                quoted(spot.found.node)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            zh, en = f"公式里有不能用的内容（{said}）", f"the formula holds something unusable ({said})"
            yield problem("formula.kind", zh, en, where=f"{plan.id}: {spot.place}")


_ID = re.compile(r"[a-z][a-z0-9-]*")


def benefits(view: View) -> Iterator[Problem]:
    """Check that there are benefits, with ids of their own."""
    ids = [benefit.id for benefit in view.plan.benefits]
    if not ids:
        yield view.at("benefits", "plan.benefits", "没有任何互助金项目", "there is no benefit")
    for place, id_ in enumerate(ids):
        if id_ in ids[:place]:
            zh, en = f'项目编号 "{id_}" 出现不止一次', f'the benefit id "{id_}" is used more than once'
            yield view.at(f"benefits[{place}]", "plan.benefits", zh, en)
        if not _ID.fullmatch(id_):
            zh, en = (
                f'项目编号应如 "lump-sum"；实为 "{id_}"',
                f'a benefit id is written like "lump-sum"; found "{id_}"',
            )
            yield view.at(f"benefits[{place}]", "plan.benefits", zh, en)


def insures(view: View) -> Iterator[Problem]:
    """Check that the persons who may be insured are known relations."""
    known = ", ".join(RELATIONS)
    hint = {"hint_zh": '写成一组，如 insures=("self", "child")', "hint_en": 'write insures=("self", "child")'}
    if not view.plan.insures:
        yield view.at(
            "insures",
            "plan.insures",
            f"没有保障对象；可用：{known}",
            f"nobody is insured; known: {known}",
            **hint,
        )
    for found in dict.fromkeys(view.plan.insures):
        if found not in RELATIONS:
            zh, en = f'没有 "{found}" 这种关系；可用：{known}', f'no relation "{found}"; known: {known}'
            yield view.at("insures", "plan.insures", zh, en, **hint)


_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


def labels(view: View) -> Iterator[Problem]:
    """Check that everything shown to users has a Chinese name."""
    for place, text in _texts(view):
        if not isinstance(text, Text):
            zh, en = (
                f"应为 mp.Text(zh=…, en=…)，实为 {short(text)}",
                f"expected mp.Text(zh=…), found {short(text)}",
            )
            yield view.at(place, "plan.label", zh, en)
        elif not _CHINESE.search(text.zh):
            zh, en = f'没有中文："{text.zh}"', f'no Chinese in "{text.zh}"'
            hint = {"hint_zh": "zh= 写中文，en= 写英文", "hint_en": "write Chinese as zh= and English as en="}
            yield view.at(place, "plan.label", zh, en, **hint)


def _texts(view: View) -> Iterator[tuple[str, Any]]:
    plan = view.plan
    yield "title", plan.title
    if plan.summary is not None:
        yield "summary", plan.summary
    for parameter in plan.values:
        yield f"values.{parameter.name}", parameter.label
    for paper in plan.papers:
        yield f"papers.{paper.id}", paper.title
    for benefit in plan.benefits:
        yield f"benefits.{benefit.id}", benefit.title
    yield from _texts_of_formulas(view)


def _texts_of_formulas(view: View) -> Iterator[tuple[str, Any]]:
    """Yield the reasons, names and field labels, each at the first place where it stands."""
    first: dict[n.Node, str] = {}
    for spot, node in view.each(n.Because, n.Named, n.Computed, n.Read):
        first.setdefault(node, spot.place)
    for node, place in first.items():
        yield place, node.field.label if isinstance(node, n.Read) else getattr(node, "text", None)


# ---------------------------------------------------------------- editions and sources


def editions(view: View) -> Iterator[Problem]:
    """Check that there are editions, that each can be read, and that those of a series follow each other."""
    yield from view.unread
    if not view.editions and not view.unread:
        folder = f"{view.plan.editions.package}/{view.plan.editions.folder}"
        yield view.at(
            "editions",
            "plan.editions",
            f"一个版次也没有（{folder}/*.toml）",
            f"there is no edition ({folder}/*.toml)",
            hint_zh="写一个版次文件，并在 pyproject.toml 的 package-data 里列出 editions/*.toml",
            hint_en="write one, and list editions/*.toml as package-data in pyproject.toml",
        )
    names: dict[str, str] = {}
    for edition in view.editions:
        other = names.setdefault(edition.id, edition.where)
        if other != edition.where:
            zh, en = (
                f'版次编号 "{edition.id}" 与 {other} 相同',
                f'the edition id "{edition.id}" is that of {other} too',
            )
            yield problem("plan.editions", zh, en, where=edition.where)
    for series in dict.fromkeys(edition.series for edition in view.editions):
        yield from _follow([edition for edition in view.editions if edition.series == series])


def _follow(series: list[Edition]) -> Iterator[Problem]:
    """Find overlaps (errors) and gaps (warnings) between the dates of one series."""
    ordered = sorted(series, key=lambda edition: edition.in_force.from_ or date.min)
    latest = ordered[0]
    for edition in ordered[1:]:
        end, start = latest.in_force.to or date.max, edition.in_force.from_ or date.min
        if start <= end:
            yield problem(
                "plan.editions",
                f"与版次 {latest.id} 日期重叠：{latest.in_force.in_words()}；{edition.in_force.in_words()}",
                f"overlaps {latest.id}: {latest.in_force.in_words('en')}; {edition.in_force.in_words('en')}",
                hint_zh="to 是最后一天（含）；前一版的 to 应在后一版的 from 之前",
                hint_en="to is the last day, inclusive; it lies before the from of the next edition",
                where=edition.where,
            )
        elif start > end + timedelta(days=1):
            yield problem(
                "plan.editions",
                f"与版次 {latest.id} 之间有空档：前一版止于 {end}，本版始于 {start}",
                f"gap after {latest.id}: it ends on {end}, this one begins on {start}",
                severity="warning",
                where=edition.where,
            )
        latest = max(latest, edition, key=lambda item: item.in_force.to or date.max)


def sources(view: View) -> Iterator[Problem]:
    """Check that every edition and benefit says where its rule is written."""
    for edition in view.editions:
        for name in ("publisher", "source"):
            if not getattr(edition, name).strip():
                zh, en = f"{name} 是空的", f"{name} is empty"
                yield problem("plan.source", zh, en, where=edition.where)
    for benefit in view.plan.benefits:
        if not isinstance(benefit.clause, str) or not benefit.clause.strip():
            zh, en = "clause 没有写明出自哪一条", "clause does not name the clause of the rule"
            hint = {"hint_zh": '如 clause="第五条"', "hint_en": 'for example clause="第五条"'}
            yield view.at(f"benefits.{benefit.id}", "plan.source", zh, en, **hint)


# ---------------------------------------------------------------- parameters


def unused(view: View) -> Iterator[Problem]:
    """Check that every declared parameter is read."""
    read = {node.parameter.name for _spot, node in view.each(n.Value)}
    for parameter in view.plan.values:
        if parameter.name not in read:
            zh, en = called(parameter)
            yield view.at(
                f"values.{parameter.name}",
                "parameter.unused",
                f"{zh}没有任何公式读取",
                f"{en} is read by no formula",
                hint_zh="在公式里用它，或从计划和版次里删去",
                hint_en="read it, or remove it from the plan and its editions",
            )


def undeclared(view: View) -> Iterator[Problem]:
    """Check that every parameter read is one of the plan's own values."""
    declared = {parameter.name: parameter for parameter in view.plan.values}
    for spot, node in view.each(n.Value):
        if declared.get(node.parameter.name) != node.parameter:
            zh, en = called(node.parameter)
            yield view.at(
                spot.place,
                "parameter.undeclared",
                f"读取了{zh}，它不在本计划的 values 里",
                f"reads {en}, which is not among the plan's values",
                hint_zh="一个计划只用一个 mp.parameters(…)，并写 values=value",
                hint_en="use one mp.parameters(…) for a plan and pass it as values",
            )


def assumed(view: View) -> Iterator[Problem]:
    """Warn of assumed values that no office can confirm, because they are closed to it."""
    declared = {parameter.name: parameter for parameter in view.plan.values}
    for edition in view.editions:
        for name, entry in edition.values.items():
            if entry.confidence is Confidence.ASSUMED and declared[name].open_to_office is None:
                zh, en = called(declared[name])
                yield problem(
                    "parameter.assumed-closed",
                    f"{zh}是假定的值，而办事处不能改它",
                    f"{en} is assumed, and closed to the office",
                    where=f"{edition.where}: values.{name}",
                    hint_zh="写 open_to_office=mp.between(…) 或 mp.at_will()，让办事处确认",
                    hint_en="open it with open_to_office=, so that an office can confirm it",
                    severity="warning",
                )


def optional(view: View) -> Iterator[Problem]:
    """Check that a parameter that may stay unset stands alone, where "the rule does not say" is understood."""
    for spot, node in view.each(n.Value):
        alone = spot.part in ("claim_within", "report_within") and spot.found.node is node
        if node.parameter.optional and not alone:
            zh, en = called(node.parameter)
            yield view.at(
                spot.place,
                "parameter.optional-read",
                f"{zh}可以没有值，不能用在这里",
                f"{en} may be unset and cannot be read here",
                hint_zh="optional 的值只能单独写作 claim_within 或 report_within；别处请去掉 optional",
                hint_en="an optional value stands alone as claim_within or report_within; elsewhere drop optional",
            )


def limits(view: View) -> Iterator[Problem]:
    """Check that what is open to an office can be set, and that the editions' own values lie inside."""
    for parameter in view.plan.values:
        within = parameter.open_to_office
        if within is None:
            continue
        zh, en = called(parameter)
        if not _sound(parameter, within):
            zh, en = f"{zh}的界限不可用：{within.least} 至 {within.most}", f"{en} has unusable limits"
            yield view.at(f"values.{parameter.name}", "parameter.limits", zh, en)
            continue
        for edition in view.editions:
            entry = edition.values.get(parameter.name)
            outside = outside_limits(parameter, entry.value) if entry else ""
            if outside:
                yield problem(
                    "parameter.limits",
                    f"{zh}在本版的值超出办事处可设的 {outside}",
                    f"the value of {en} lies outside what an office may set: {outside}",
                    where=f"{edition.where}: values.{parameter.name}",
                    severity="warning",
                )


def _sound(parameter: Parameter, within: Limits) -> bool:
    bounds = [bound for bound in (within.least, within.most) if bound is not None]
    if not bounds:
        return True
    types: tuple[type, ...] = {Kind.MONEY: (int,), Kind.COUNT: (int,), Kind.RATE: (int, Fraction)}.get(
        parameter.kind, ()
    )
    return all(isinstance(bound, types) for bound in bounds) and bounds == sorted(bounds)


def calendars(view: View) -> Iterator[Problem]:
    """Warn of a calendar of working days that does not know all days on which its edition is in force."""
    declared = {parameter.name: parameter for parameter in view.plan.values}
    for edition in view.editions:
        for name, entry in edition.values.items():
            if not isinstance(entry.value, WorkCalendar) or _reaches(entry.value, edition.in_force):
                continue
            zh, en = called(declared[name])
            known, known_en = calendar_range(entry.value, "zh"), calendar_range(entry.value, "en")
            yield problem(
                "parameter.calendar",
                f"{zh}载明 {known}，没有包括版次的有效期 {edition.in_force.in_words()}",
                f"{en} is known from {known_en}, the edition is in force from {edition.in_force.in_words('en')}",
                where=f"{edition.where}: values.{name}",
                hint_zh="补上各年的通知；要数到没有载明的日子的申领都待补充",
                hint_en="add the notices of those years; claims that count over other days stay incomplete",
                severity="warning",
            )


def _reaches(calendar: WorkCalendar, in_force: InForce) -> bool:
    """Return whether a calendar knows the days after every stated day of an edition."""
    begins = in_force.from_ is None or calendar.first <= in_force.from_ + timedelta(days=1)
    return begins and (in_force.to is None or in_force.to <= calendar.last)


CHECKS: tuple[Check, ...] = (
    benefits,
    insures,
    labels,
    editions,
    sources,
    unused,
    undeclared,
    assumed,
    optional,
    limits,
    calendars,
    *FORMULA_CHECKS,
)
"""Every check, in the order in which its problems are shown."""
