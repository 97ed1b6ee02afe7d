"""An office as the engine sees it: its plans in order, their editions by date, local values, splits, group rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import define, evolve, field, frozen

from mutualplans.engine.bind import BoundPlan, bind, edition_by_date, edition_named
from mutualplans.expr.nodes import Period
from mutualplans.model.coverage import Coverage
from mutualplans.model.problem import PLANS_ALIKE, MutualPlansError, nearest, problem
from mutualplans.model.text import Text
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition, Entry
from mutualplans.plan.reading import load_editions

__all__ = [
    "PAYERS",
    "GroupRule",
    "LocalEdition",
    "Office",
    "OfficePlan",
    "Package",
    "PackagePart",
    "SharedLimit",
    "System",
    "check_edition",
    "office_of",
]

PAYERS = {
    "member": Text("职工个人", "member"),
    "unit": Text("单位行政", "unit"),
    "union": Text("工会", "union"),
}
"""Who may pay a part of the premium."""


@frozen(kw_only=True)
class GroupRule:
    """How many of a unit must join, for units of some sizes; or how many units of a system.

    Attributes:
        staff_up_to: Largest unit it is for, inclusive; ``None`` for every larger one.
        share: Smallest part that must join; ``None`` where only `persons` counts.
        persons: Smallest number that must join; ``None`` where only `share` counts.
        of: Whose part is meant: ``staff``, ``women``, or ``units``, those of a system, whatever their size.
    """

    staff_up_to: int | None = None
    share: Fraction | None = None
    persons: int | None = None
    of: str = "staff"

    def needed(self, base: int) -> int:
        """Return how many must join: the share of the base rounded up to whole ones, and the fixed number."""
        share = self.share or Fraction(0)
        by_share = -(-base * share.numerator // share.denominator)
        return max(by_share, self.persons or 0)


@frozen(kw_only=True)
class System:
    """The units under one higher union (系统): an industry, a bureau, a group.

    Attributes:
        name: What it is called, as units state it.
        units: How many units it has.
        names: Names of all of them, as rosters state them; empty where only their number is known.
    """

    name: str
    units: int
    names: tuple[str, ...] = ()


@frozen(kw_only=True)
class SharedLimit:
    """The most that several plans together pay one person.

    Attributes:
        id: Its number in the office's file, as text.
        title: What the office calls it.
        plans: Ids of the plans.
        most: Fen.
        per: The period; a term is that of the cover, and then the plans' terms must begin on one day.
    """

    id: str
    title: Text
    plans: tuple[str, ...]
    most: int
    per: Period


@frozen(kw_only=True)
class LocalEdition:
    """One edition as the office uses it.

    Attributes:
        edition: The edition; its dates are the office's where it states its own.
        values: Local values by parameter name.
        written: The same as written in the office's file.
    """

    edition: Edition
    values: Mapping[str, Entry] = field(factory=dict)
    written: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class PackagePart:
    """One plan of a package.

    Attributes:
        plan: Plan id.
        shares: Shares in one package; ``None`` where the plan has only one.
        tier: Tier; ``None`` for the one that the person states.
    """

    plan: str
    shares: int | None = None
    tier: str | None = None


@frozen(kw_only=True)
class Package:
    """Several plans that are joined at once for one fee.

    Attributes:
        id: Id in rosters and on the command line.
        title: What the office calls it.
        parts: The plans.
        fee: Fen for one package; the plans' own premiums are not due beside it.
        split: Who pays which part of the fee; empty where the office does not say.
        group: Group rules by unit size, smallest first; empty for none.
    """

    id: str
    title: Text
    parts: tuple[PackagePart, ...]
    fee: int
    split: Mapping[str, Fraction] = field(factory=dict)
    group: tuple[GroupRule, ...] = ()

    @property
    def plans(self) -> tuple[str, ...]:
        """Ids of its plans."""
        return tuple(part.plan for part in self.parts)


@define(eq=False)
class OfficePlan:
    """One plan as the office runs it.

    Attributes:
        plan: The declaration, with the conditions and limits that the office adds.
        editions: The editions it uses.
        version: Version of the plugin package.
        split: Who pays which part of the premium; empty where the office does not say.
        group: Group rules by unit size, smallest first; empty for none.
        equal_shares: Whether all of a unit must hold the same number of shares.
        only_with: Ids of the plans that a person must be in to join this one.
        not_with: Ids of the plans beside which nobody can have this one.
        replaced_by: Ids of the plans that, where they pay for an event, leave nothing for this one to pay.
    """

    plan: Plan
    editions: tuple[LocalEdition, ...]
    version: str = ""
    split: Mapping[str, Fraction] = field(factory=dict)
    group: tuple[GroupRule, ...] = ()
    equal_shares: bool = False
    only_with: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    _bound: dict[str, BoundPlan] = field(factory=dict, init=False, repr=False)

    def bind(self, *, day: date, edition: str | None = None) -> BoundPlan:
        """Return the plan bound to the edition named, or else to the one in force on `day`.

        Raises:
            MutualPlansError: no such edition, none or several in force, or a value that the office must set.
        """
        known = [local.edition for local in self.editions]
        chosen = (
            edition_named(self.plan, known, edition) if edition else edition_by_date(self.plan, known, day)
        )
        if chosen.id not in self._bound:
            local = next(local for local in self.editions if local.edition is chosen)
            self._bound[chosen.id] = bind(
                self.plan, chosen, local.values, written=local.written, version=self.version
            )
        return self._bound[chosen.id]

    def bind_cover(self, coverage: Coverage, event: date | None = None) -> BoundPlan:
        """Return the plan bound to the rules that a cover is under.

        An edition named in the cover counts; otherwise the one in force on its first day, or on the event date
        where the plan says so.
        """
        by_event = self.plan.rules_in_force == "event-date" and event is not None
        return self.bind(day=event if by_event and event else coverage.first_day, edition=coverage.edition)


@define(eq=False)
class Office:
    """A city union's office.

    Attributes:
        name: Name of the office.
        plans: Its plans, in the order in which they are decided.
        unit_types: Kinds of unit it knows.
        systems: Systems of units whose share of joining units is checked.
        limits: Limits over several plans.
        packages: Plans that are joined at once for one fee.
        missing: Ids of plans in its file that cannot be had (a plugin not installed, broken or blocked) → why.
    """

    name: Text
    plans: tuple[OfficePlan, ...]
    unit_types: Mapping[str, Text] = field(factory=dict)
    systems: tuple[System, ...] = ()
    limits: tuple[SharedLimit, ...] = ()
    packages: tuple[Package, ...] = ()
    missing: Mapping[str, MutualPlansError] = field(factory=dict)

    def plan(self, plan_id: str) -> OfficePlan:
        """Return one of the office's plans.

        Raises:
            MutualPlansError: the office does not run it (names the nearest), or it cannot be had.
        """
        if plan_id in self.missing:
            raise self.missing[plan_id]
        for item in self.plans:
            if item.plan.id == plan_id:
                return item
        known = [item.plan.id for item in self.plans]
        close = nearest(plan_id, known, PLANS_ALIKE)
        raise MutualPlansError(
            problem(
                "plan.unknown",
                f'没有计划 "{plan_id}"；{self.name.zh}办理：{"、".join(known)}',
                f'no plan "{plan_id}"; {self.name.in_("en")} runs: {", ".join(known)}',
                hint_zh=f'是不是 "{close}"？' if close else "mutualplans plugins 列出已安装的计划",
                hint_en=f'did you mean "{close}"?'
                if close
                else "mutualplans plugins lists what is installed",
            )
        )


def office_of(
    plans: Iterable[Plan], *, edition: str | None = None, versions: Mapping[str, str] | None = None
) -> Office:
    """Return an office that runs `plans` as they come, without local values.

    Args:
        plans: The plans, in order.
        edition: Use this edition of each plan that has it, whatever its dates.
        versions: Plan id → version of its package.

    Raises:
        MutualPlansError: none of the plans has the edition.
    """
    made = []
    for plan in plans:
        editions, _problems = load_editions(plan)
        local = tuple(LocalEdition(edition=item) for item in editions)
        if edition and any(item.id == edition for item in editions):
            chosen = next(item for item in editions if item.id == edition)
            local = (LocalEdition(edition=evolve(chosen, in_force=type(chosen.in_force)())),)
        made.append(OfficePlan(plan=plan, editions=local, version=(versions or {}).get(plan.id, "")))
    check_edition(made, edition)
    return Office(name=Text("未指定办事处", "no office"), plans=tuple(made))


def check_edition(plans: Iterable[OfficePlan], edition: str | None) -> None:
    """Refuse the name of an edition that none of the plans has; ``None`` names none.

    Raises:
        MutualPlansError: none has it; names the nearest.
    """
    known = {local.edition.id: item.plan.id for item in plans for local in item.editions}
    if edition is None or edition in known:
        return
    close = nearest(edition, known)
    raise MutualPlansError(
        problem(
            "edition.unknown",
            f'所选的计划都没有版次 "{edition}"；有：{"、".join(known)}',
            f'none of the plans has an edition "{edition}"; there are: {", ".join(known)}',
            hint_zh=f'是不是 "{close}"（{known[close]}）？' if close else "mutualplans plans PLAN 列出各版",
            hint_en=f'did you mean "{close}" ({known[close]})?' if close else "see mutualplans plans PLAN",
        )
    )
