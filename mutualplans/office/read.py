"""Reading ``office.toml``: strictly, with every problem at once and its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.engine.bind import bind
from mutualplans.engine.office import PAYERS, GroupRule, LocalEdition, Office, OfficePlan
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.money import rate
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.scales import ConditionList
from mutualplans.model.text import Text
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence, Edition, Entry, InForce
from mutualplans.plan.reading import load_editions, outside_limits, read_value
from mutualplans.plan.strict import strict

__all__ = ["read_office"]

Path = tuple[str | int, ...]


@frozen(kw_only=True)
class _GroupRow:
    staff_up_to: int | None = None
    share: str | None = None
    persons: int | None = None
    of: str = "staff"


@frozen(kw_only=True)
class _EditionRow:
    id: str
    from_: date | None = None
    to: date | None = None
    values: dict[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class _PlanRow:
    id: str
    editions: tuple[_EditionRow, ...]
    split: dict[str, str] = field(factory=dict)
    group: tuple[_GroupRow, ...] = ()


@frozen(kw_only=True)
class _OfficeFile:
    name: Text
    plans: tuple[_PlanRow, ...]
    unit_types: dict[str, Text] = field(factory=dict)


def read_office(
    file: TomlFile,
    find: Callable[[str], Plan],
    version: Callable[[str], str] = lambda _plan: "",
) -> tuple[Office | None, list[Problem]]:
    """Read an office file.

    Args:
        file: The parsed file.
        find: Plan id → plan; raises `MutualPlansError` when it is not installed.
        version: Plan id → version of its package.

    Returns:
        The office with every sound plan, or ``None`` when the file has not its fixed form; and every problem.
        Assumed values that the office has not confirmed are warnings.
    """
    fixed, problems = strict(_OfficeFile, file, file.data)
    if fixed is None:
        return None, problems
    reader = _Reader(file)
    plans: list[OfficePlan] = []
    for number, row in enumerate(fixed.plans):
        try:
            plan = find(row.id)
        except MutualPlansError as error:
            reader.problems += [
                evolve(item, where=file.where("plans", number, "id")) for item in error.problems
            ]
            continue
        if any(row.id == other.plan.id for other in plans):
            reader.wrong(
                ("plans", number),
                "office.plan-twice",
                f"计划 {row.id} 列了两次",
                f"plan {row.id} is listed twice",
            )
            continue
        plans.append(reader.plan(plan, row, ("plans", number), version(row.id)))
    reader.readable_order(plans)
    return Office(name=fixed.name, plans=tuple(plans), unit_types=fixed.unit_types), reader.problems


class _Reader:
    """Turns the rows of an office file into what the engine uses, and gathers the problems."""

    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(
        self,
        path: Path,
        code: str,
        zh: str,
        en: str,
        hint_zh: str = "",
        hint_en: str = "",
        severity: Any = "error",
    ) -> None:
        self.problems.append(
            problem(
                code,
                zh,
                en,
                where=self.file.where(*path),
                hint_zh=hint_zh,
                hint_en=hint_en,
                severity=severity,
            )
        )

    def plan(self, plan: Plan, row: _PlanRow, path: Path, version: str) -> OfficePlan:
        known, problems = load_editions(plan)
        self.problems += problems
        local = [
            found
            for number, item in enumerate(row.editions)
            if (found := self._edition(plan, known, item, (*path, "editions", number)))
        ]
        self._dates(plan, local, path)
        return OfficePlan(
            plan=plan,
            editions=tuple(local),
            version=version,
            split=self._split(row.split, (*path, "split")),
            group=self._group(row.group, (*path, "group")),
        )

    # ------------------------------------------------------------ editions and values

    def _edition(
        self, plan: Plan, known: tuple[Edition, ...], row: _EditionRow, path: Path
    ) -> LocalEdition | None:
        edition = next((item for item in known if item.id == row.id), None)
        if edition is None:
            names = [item.id for item in known]
            close = nearest(row.id, names)
            self.wrong(
                (*path, "id"),
                "edition.unknown",
                f'计划 {plan.id} 没有版次 "{row.id}"；有：{"、".join(names)}',
                f'plan {plan.id} has no edition "{row.id}"; it has: {", ".join(names)}',
                f'是不是 "{close}"？' if close else "",
                f'did you mean "{close}"?' if close else "",
            )
            return None
        try:
            in_force = InForce(row.from_ or edition.in_force.from_, row.to or edition.in_force.to)
        except ValueError as error:
            self.wrong(path, "file.value", f"有效期起止颠倒：{error}", str(error))
            return None
        before = len(self.problems)
        values = self._values(plan, edition, row.values, (*path, "values"))
        local = LocalEdition(edition=evolve(edition, in_force=in_force), values=values, written=row.values)
        if len(self.problems) == before:
            self._bindable(plan, local, path)
        return local

    def _values(self, plan: Plan, edition: Edition, raw: Mapping[str, Any], path: Path) -> dict[str, Entry]:
        declared = {parameter.name: parameter for parameter in plan.values.all()}
        found: dict[str, Entry] = {}
        for name, written in raw.items():
            parameter = declared.get(name)
            place = (*path, name)
            if parameter is None:
                close = nearest(name, declared)
                self.wrong(
                    place,
                    "office.value-unknown",
                    f'计划 {plan.id} 没有 "{name}" 这个值',
                    f'plan {plan.id} has no value "{name}"',
                    f'是不是 "{close}"？' if close else f"可设：{'、'.join(_open(declared))}",
                    f'did you mean "{close}"?' if close else f"open: {', '.join(_open(declared))}",
                )
            elif parameter.open_to_office is None:
                self.wrong(
                    place,
                    "office.value-closed",
                    f"“{parameter.label.zh}”({name}) 由版次规定，办事处不能改",
                    f"{name} is set by the edition and closed to the office",
                    f"可设：{'、'.join(_open(declared)) or '无'}",
                    f"open: {', '.join(_open(declared)) or 'none'}",
                )
            else:
                entry = self._value(parameter, written, edition, place)
                if entry:
                    found[name] = entry
        return found

    def _value(self, parameter: Parameter, written: Any, edition: Edition, place: Path) -> Entry | None:
        value, problems = read_value(parameter, written, self.file, place)
        self.problems += problems
        if problems:
            return None
        if limits := outside_limits(parameter, value):
            self.wrong(
                place,
                "office.value-outside",
                f"“{parameter.label.zh}”({parameter.name}) = {written!r} 超出允许范围 {limits}",
                f"{parameter.name} = {written!r} lies outside {limits}",
                f"改到 {limits} 之内",
                f"choose a value within {limits}",
            )
            return None
        if parameter.shape is Shape.CONDITIONS and parameter.name in edition.values:
            value = _with_more(edition.values[parameter.name].value, value)
        return Entry(value=value, confidence=Confidence.PUBLISHED, source=self.file.name)

    def _bindable(self, plan: Plan, local: LocalEdition, path: Path) -> None:
        """Report values that the office must set, and assumed ones that it has not confirmed."""
        try:
            bound = bind(plan, local.edition, local.values)
        except MutualPlansError as error:
            self.problems += [evolve(item, where=self.file.where(*path)) for item in error.problems]
            return
        declared = {parameter.name: parameter for parameter in plan.values.all()}
        for name, entry in bound.entries.items():
            if entry.confidence is Confidence.ASSUMED:
                label = declared[name].label.zh
                self.wrong(
                    path,
                    "office.value-assumed",
                    f"{plan.id}/{local.edition.id}：“{label}”({name}) 是假定值：{entry.reason}",
                    f"{plan.id}/{local.edition.id}: {name} is assumed",
                    f"核实后在 values 里写明 {name} = …",
                    f"confirm it by setting {name} = … under values",
                    "warning",
                )

    def _dates(self, plan: Plan, local: list[LocalEdition], path: Path) -> None:
        for number, first in enumerate(local):
            for second in local[number + 1 :]:
                if first.edition.in_force.overlaps(second.edition.in_force):
                    self.wrong(
                        (*path, "editions"),
                        "office.editions-overlap",
                        f"计划 {plan.id} 的版次 {first.edition.id}（{first.edition.in_force.in_words()}）与 "
                        f"{second.edition.id}（{second.edition.in_force.in_words()}）有效期重叠",
                        f"editions {first.edition.id} and {second.edition.id} of plan {plan.id} overlap",
                        "给其中一个写 from 或 to",
                        "give one of them from or to",
                    )

    # ------------------------------------------------------------ split and group

    def _split(self, raw: Mapping[str, str], path: Path) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for payer, text in raw.items():
            if payer not in PAYERS:
                close = nearest(payer, PAYERS)
                self.wrong(
                    (*path, payer),
                    "office.payer",
                    f'没有负担方 "{payer}"；可用：{"、".join(PAYERS)}',
                    f'no payer "{payer}"; known: {", ".join(PAYERS)}',
                    f'是不是 "{close}"？' if close else "",
                    f'did you mean "{close}"?' if close else "",
                )
                continue
            part = self._rate(text, (*path, payer))
            if part is not None:
                found[payer] = part
        if raw and len(found) == len(raw) and sum(found.values()) != 1:
            total = sum(found.values())
            self.wrong(
                path,
                "office.split",
                f"各方负担之和应为 1，实为 {total}",
                f"the parts must add up to 1; they add up to {total}",
                '三方均摊写成 { member = "1/3", unit = "1/3", union = "1/3" }',
                'write thirds as { member = "1/3", unit = "1/3", union = "1/3" }',
            )
            return {}
        return found

    def _group(self, rows: tuple[_GroupRow, ...], path: Path) -> tuple[GroupRule, ...]:
        found: list[GroupRule] = []
        for number, row in enumerate(rows):
            place = (*path, number)
            before = found[-1] if found else None
            if before and (before.staff_up_to is None or (row.staff_up_to or 10**9) <= before.staff_up_to):
                self.wrong(
                    place, "office.group", "单位规模应从小到大，最后一条不写 staff_up_to", "sizes must rise"
                )
            if row.of not in ("staff", "women") or (row.share is None and row.persons is None):
                self.wrong(
                    place,
                    "office.group",
                    'of 为 "staff" 或 "women"；share、persons 至少写一个',
                    "of, share, persons",
                )
            share = None if row.share is None else self._rate(row.share, (*place, "share"))
            found.append(GroupRule(staff_up_to=row.staff_up_to, share=share, persons=row.persons, of=row.of))
        return tuple(found)

    def _rate(self, text: str, path: Path) -> Fraction | None:
        try:
            return rate(text)
        except ValueError as error:
            self.wrong(path, "file.value", f'比例写成 "80%" 或 "1/3"；实为 "{text}"', str(error))
            return None

    # ------------------------------------------------------------ order

    def readable_order(self, plans: list[OfficePlan]) -> None:
        """Refuse an order in which a plan reads what a later one pays."""
        places = {item.plan.id: place for place, item in enumerate(plans)}
        for place, item in enumerate(plans):
            nodes = order(formula.node for _place, formula in item.plan.formulas()).nodes
            for node in nodes:
                if isinstance(node, n.PaidByPlan) and node.plan and places.get(node.plan, -1) >= place:
                    self.wrong(
                        ("plans",),
                        "office.order",
                        f"计划 {item.plan.id} 要用到 {node.plan} 的给付，须排在它之后",
                        f"plan {item.plan.id} reads what {node.plan} pays and must come after it",
                    )


def _open(declared: Mapping[str, Parameter]) -> list[str]:
    return [name for name, parameter in declared.items() if parameter.open_to_office is not None]


def _with_more(known: ConditionList, added: ConditionList) -> ConditionList:
    """Return the edition's list with the office's conditions; one with a known id takes its place."""
    ids = {item.id for item in added.conditions}
    return ConditionList((*(item for item in known.conditions if item.id not in ids), *added.conditions))
