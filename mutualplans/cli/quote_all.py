"""Quoting everybody of a roster for every plan and package that they want, unit by unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from itertools import groupby

from attrs import define, evolve, field

from mutualplans.engine.groups import GroupQuote, named_edition, quote_group, quote_package_group
from mutualplans.engine.office import Office, OfficePlan, Package
from mutualplans.engine.packages import in_package
from mutualplans.engine.quote import Joining, Quote
from mutualplans.engine.systems import SystemQuote, in_systems
from mutualplans.files.roster import Entry
from mutualplans.model.problem import MutualPlansError, Problem

__all__ = ["WORTH_A_BATCH", "quote_all", "systems_of"]

WORTH_A_BATCH = 2_000
"""From so many persons on, quoting them all at once is faster."""


def quote_all(
    office: Office,
    plans: Sequence[OfficePlan],
    packages: Sequence[Package],
    entries: Sequence[Entry],
    edition: str | None,
    *,
    named: bool,
) -> list[GroupQuote]:
    """Quote every package and plan for every unit, each person for what the roster names for them.

    Args:
        office: The office.
        plans: The plans that may be quoted, in the office's order.
        packages: The packages that may be.
        entries: The persons.
        edition: Edition to use, whatever its dates.
        named: Whether plans and packages were asked for by name; who names none is quoted for packages only then.
    """
    run = _Run(list(entries))
    for package in packages:
        for entry in entries:
            if package.id in (entry.plans or {}) or (named and entry.plans is None):
                run.want(entry, package.id)
    run.inside = {package.id: package.plans for package in packages}
    for item in plans:
        for entry in entries:
            if _wants(entry, item):
                run.want(entry, item.plan.id)
    groups = [
        run.taken(package.id, quote_package_group(office, package, unit.joining.unit, joinings))
        for package in packages
        for unit, joinings in run.units(package.id)
    ]
    for item in plans:
        units = run.units(item.plan.id)
        quote_one = _quoted_before(item, [joining for _unit, some in units for joining in some], edition)
        for unit, joinings in units:
            doubled, alone = run.doubled(item.plan.id, joinings)
            made = quote_group(item, unit.joining.unit, alone, edition=edition, quote_one=quote_one)
            problems = tuple(found for _key, why in doubled for found in why)
            made = evolve(made, unquoted=(*made.unquoted, *doubled), problems=(*made.problems, *problems))
            groups.append(run.taken(item.plan.id, made))
    return groups


def systems_of(
    office: Office, groups: Iterable[GroupQuote], entries: Iterable[Entry]
) -> tuple[list[SystemQuote], list[Problem]]:
    """Return how the systems of a roster's units stand in each plan and package that asks for a part of the units."""
    units = {entry.joining.unit.name: entry.joining.unit for entry in entries}
    rules = {item.plan.id: item.group for item in office.plans}
    rules |= {package.id: package.group for package in office.packages}
    found: list[SystemQuote] = []
    problems: list[Problem] = []
    for plan, some in groupby(groups, key=lambda group: group.plan):
        made = list(some)
        standing = ((units[group.unit], group.takes_part) for group in made)
        quotes, more = in_systems(office, plan, made[0].title, rules[plan], standing)
        found += quotes
        problems += more
    return found, list(dict.fromkeys(problems))


def _quoted_before(
    item: OfficePlan, joinings: Sequence[Joining], edition: str | None
) -> Callable[[Joining], Quote] | None:
    """Return what quotes each of many persons, who are quoted all at once; ``None`` where they are too few for that.

    It needs the extra ``mutualplans[batch]``; without it each person is quoted alone, with the same result.
    """
    if len(joinings) < WORTH_A_BATCH or any(find_spec(name) is None for name in ("pyarrow", "numpy")):
        return None
    from mutualplans.batch.manyquotes import quote_many

    made = quote_many(item, joinings, edition=named_edition(item, edition))
    found = {joining.key: result for joining, result in zip(joinings, made, strict=True)}

    def quote_one(joining: Joining) -> Quote:
        result = found[joining.key]
        if isinstance(result, tuple):
            raise MutualPlansError(*result)
        return result

    return quote_one


def _wants(entry: Entry, item: OfficePlan) -> bool:
    """Return whether a row is about this plan: named in it, or, where it names none, for such a person."""
    if entry.plans is not None:
        return item.plan.id in entry.plans
    return entry.joining.insured.relation in item.plan.insures


@define(eq=False)
class _Run:
    """What each person still wants: what was refused is wanted no more, so that no other plan counts on it."""

    entries: list[Entry]
    wanted: dict[str, dict[str, None]] = field(factory=dict, init=False)
    inside: dict[str, tuple[str, ...]] = field(factory=dict, init=False)

    def want(self, entry: Entry, id_: str) -> None:
        self.wanted.setdefault(entry.joining.key, {})[id_] = None

    def units(self, id_: str) -> list[tuple[Entry, list[Joining]]]:
        """Return somebody of each unit, with all of that unit who want a plan or package."""
        found: dict[str, tuple[Entry, list[Joining]]] = {}
        for entry in self.entries:
            joining = entry.joining
            if id_ in self.wanted.get(joining.key, {}):
                shares = (entry.plans or {}).get(id_, joining.shares)
                made = evolve(joining, shares=shares, together=self._together(joining.key, id_))
                found.setdefault(joining.unit.name, (entry, []))[1].append(made)
        return list(found.values())

    def _together(self, key: str, id_: str) -> tuple[str, ...]:
        """Return the plans that somebody wants beside one, those of packages included."""
        others = [other for other in self.wanted[key] if other != id_]
        return tuple(dict.fromkeys(plan for other in others for plan in self.inside.get(other, (other,))))

    def doubled(
        self, plan: str, joinings: list[Joining]
    ) -> tuple[list[tuple[str, tuple[Problem, ...]]], list[Joining]]:
        """Part those who have the plan inside a package from those who want it alone."""
        doubled: list[tuple[str, tuple[Problem, ...]]] = []
        alone: list[Joining] = []
        for joining in joinings:
            packages = [id_ for id_ in self.wanted[joining.key] if plan in self.inside.get(id_, ())]
            if packages:
                doubled.append((joining.key, (evolve(in_package(plan, packages[0]), where=joining.key),)))
            else:
                alone.append(joining)
        return doubled, alone

    def taken(self, id_: str, group: GroupQuote) -> GroupQuote:
        """Note who was refused."""
        joined = {item.key for item in group.joining}
        for key in (*(item.key for item in group.quotes), *(key for key, _why in group.unquoted)):
            if key not in joined:
                self.wanted[key].pop(id_, None)
        return group
