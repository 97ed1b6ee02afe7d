"""Reading ``office.toml``: strictly, with every problem at once and its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from attrs import evolve

from mutualplans.engine.office import (
    LocalEdition,
    Office,
    OfficePlan,
)
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import MutualPlansError, Problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.office import problems as wrong
from mutualplans.office.order import plans_read
from mutualplans.office.reading import Reading
from mutualplans.office.rows import (
    EditionRow,
    OfficeRow,
    Path,
    PlanRow,
    sound,
    table,
    tables,
)
from mutualplans.office.together import check_others, read_limits, read_packages, read_systems, with_others
from mutualplans.office.values import local_values
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence, Edition, InForce
from mutualplans.plan.reading import load_editions

__all__ = ["read_office"]


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
        The office, or ``None`` when anything in the file is an error; and every problem.
        Assumed values that the office has not confirmed are warnings. A plan that `find` cannot have (its plugin
        is not installed, broken or blocked) is an error of that plan alone: the office is returned without it,
        and says so in `Office.missing`.
    """
    reader = _Reader(file)
    office = reader.office(find, version)
    failed = any(item.severity == "error" for item in reader.problems if item not in reader.of_plugins)
    return (None if failed else office), reader.problems


class _Reader(Reading):
    """Turns the rows of an office file into what the engine uses, and gathers the problems."""

    def __init__(self, file: TomlFile) -> None:
        super().__init__(file)
        self.of_plugins: list[Problem] = []  # those of `problems` that are about plans that cannot be had
        self.missing: dict[str, MutualPlansError] = {}

    def _lose(self, plan_id: str, error: MutualPlansError) -> None:
        """Note that a plan of the file cannot be had, and why."""
        self.missing[plan_id] = error
        self.of_plugins += error.problems
        self.problems += error.problems

    def office(self, find: Callable[[str], Plan], version: Callable[[str], str]) -> Office | None:
        """Read the whole file; ``None`` without a name, which is a problem too."""
        raw = self.file.data
        row = self.kept(sound(OfficeRow, self.file, raw, ()))
        if "name" not in raw:
            self.wrong(wrong.missing, ("name",), "name", 'name = "示例市总工会职工互助保障办事处"')
        plans: dict[int, OfficePlan] = {}
        for number, item in self.kept(tables(row.plans, self.file, ("plans",), "plans")):
            read = self._plan(item, ("plans", number), find, version)
            if read is None:
                continue
            if any(read.plan.id == other.plan.id for other in plans.values()):
                self.wrong(wrong.plan_twice, ("plans", number, "id"), read.plan.id)
            else:
                plans[number] = read
        if raw.get("plans", []) == []:
            self.wrong(wrong.no_plans, ("plans",))
        systems = read_systems(self, row.systems)
        check_others(self, plans)
        limits, packages = read_limits(self, row.limits), read_packages(self, row.packages)
        titles = {item.plan.id: item.plan.title for item in plans.values()}
        for item in plans.values():
            with_others(item, titles, limits)
        self._order(plans)
        self._leave_out(plans)
        if row.name is None:
            return None
        return Office(
            name=row.name,
            plans=tuple(plans.values()),
            unit_types=row.unit_types,
            systems=systems,
            limits=limits,
            packages=packages,
            missing=self.missing,
        )

    def _plan(
        self, raw: Any, path: Path, find: Callable[[str], Plan], version: Callable[[str], str]
    ) -> OfficePlan | None:
        row = self.kept(sound(PlanRow, self.file, raw, path))
        split = self.split(row.split, (*path, "split"))
        group = self.group(row.group, (*path, "group"))
        if row.id is None:
            if isinstance(raw, dict) and "id" not in raw:
                self.wrong(wrong.missing, (*path, "id"), "id", 'id = "accident"')
            return None
        self.listed.append(row.id)
        try:
            plan = find(row.id)
            release = version(row.id)
        except MutualPlansError as error:
            found = wrong.plugin_problems(error, self.file.where(*path, "id"))
            self._lose(row.id, type(error)(*found))
            return None
        editions = self._editions(plan, row.editions, path)
        return OfficePlan(
            plan=plan,
            editions=editions,
            version=release,
            split=split,
            group=group,
            equal_shares=bool(row.equal_shares),
            only_with=tuple(row.only_with or ()),
            not_with=tuple(row.not_with or ()),
            replaced_by=tuple(row.replaced_by or ()),
        )

    # ------------------------------------------------------------ editions

    def _editions(self, plan: Plan, raw: Any, path: Path) -> tuple[LocalEdition, ...]:
        known = self.kept(load_editions(plan))
        if raw is None or raw == []:
            self.wrong(wrong.no_editions, path, plan.id, known)
        place = (*path, "editions")
        local: dict[int, LocalEdition] = {}
        for number, item in self.kept(tables(raw, self.file, place, "plans.editions")):
            found = self._edition(plan, known, item, (*place, number))
            if found is None:
                continue
            if any(found.edition.id == other.edition.id for other in local.values()):
                self.wrong(wrong.edition_twice, (*place, number, "id"), plan.id, found.edition.id)
            else:
                local[number] = found
        for (_, first), (number, second) in combinations(local.items(), 2):
            if first.edition.in_force.overlaps(second.edition.in_force):
                dated = {item.edition.id: item.edition.in_force for item in (first, second)}
                self.wrong(wrong.editions_overlap, (*place, number), plan.id, dated)
        self._assumed(plan, local, place)
        return tuple(local.values())

    def _edition(self, plan: Plan, known: tuple[Edition, ...], raw: Any, path: Path) -> LocalEdition | None:
        row = self.kept(sound(EditionRow, self.file, raw, path))
        edition = next((item for item in known if item.id == row.id), None)
        if row.id is None:
            if isinstance(raw, dict) and "id" not in raw:
                self.wrong(wrong.missing, (*path, "id"), "id", f'id = "{known[-1].id if known else "…"}"')
        elif edition is None:
            self.wrong(wrong.unknown_edition, (*path, "id"), plan.id, row.id, known)
        place = (*path, "values")
        written = self.kept(
            table(row.values, self.file, place, 'values = { max_shares = 2, reduced = "600" }')
        )
        values = local_values(self, plan, edition, written, place)
        if edition is None:
            return None
        for parameter in plan.values:
            if not (parameter.optional or parameter.name in edition.values or parameter.name in written):
                self.wrong(wrong.required, path, edition.id, parameter)
        from_, to = row.from_ or edition.in_force.from_, row.to or edition.in_force.to
        if from_ and to and to < from_:
            self.wrong(wrong.dates_reversed, (*path, "from" if row.from_ else "to"), from_, to)
            return None
        return LocalEdition(
            edition=evolve(edition, in_force=InForce(from_, to)), values=values, written=written
        )

    def _assumed(self, plan: Plan, local: Mapping[int, LocalEdition], path: Path) -> None:
        """Warn of assumed values: once for all editions in which the same values are assumed."""
        found: dict[tuple[Parameter, ...], list[int]] = {}
        for number, item in local.items():
            entries = {**item.edition.values, **item.values}
            unsure = [
                parameter
                for parameter in plan.values
                if parameter.name in entries
                and entries[parameter.name].confidence is Confidence.ASSUMED
                and (parameter.name in item.values or parameter.name not in item.written)
            ]
            for is_open in (True, False):
                names = tuple(item for item in unsure if (item.open_to_office is not None) == is_open)
                if names:
                    found.setdefault(names, []).append(number)
        for names, numbers in found.items():
            ids = [local[number].edition.id for number in numbers]
            self.wrong(wrong.assumed, (*path, numbers[0]), plan.id, ids, names)

    # ------------------------------------------------------------ order

    def _order(self, plans: Mapping[int, OfficePlan]) -> None:
        """Refuse an order in which a plan reads what a later one pays."""
        places = {item.plan.id: number for number, item in plans.items()}
        for number, item in plans.items():
            for plan_id in plans_read(item.plan):
                if places.get(plan_id, -1) > number:
                    self.wrong(wrong.order, ("plans", number), item.plan.id, plan_id)

    def _leave_out(self, plans: dict[int, OfficePlan]) -> None:
        """Leave out plans that read what a missing one would have paid: their amounts would be wrong."""
        for number, item in tuple(plans.items()):
            lost = next((plan_id for plan_id in plans_read(item.plan) if plan_id in self.missing), None)
            if lost is not None:
                found = wrong.reads_missing(self.file.where("plans", number), item.plan.id, lost)
                self._lose(item.plan.id, type(self.missing[lost])(found))
                del plans[number]
