"""Worlds for the laws: an edition, an office's values and a person's claims, tried where a rule can go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from attrs import define, evolve, field, frozen

from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.form import Form, form
from mutualplans.engine.limits import limits
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.dates import add_months
from mutualplans.model.fields import MOST_COUNT, MOST_FEN
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Money
from mutualplans.model.parameter import Limits, Parameter, Shape
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.scales import ConditionList, Scale, Table
from mutualplans.model.text import Text
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence, Edition, Entry

__all__ = ["Setting", "World", "open_office", "fitting", "settings_of"]

FIRST_DAY = date(2015, 1, 1)
"""First day of cover under an edition that does not say when it began."""


def open_office(plan: Plan, edition: Edition, values: Mapping[str, Entry] | None = None) -> Office:
    """Return an office that runs one plan under one edition, whatever the edition's dates."""
    local = LocalEdition(edition=evolve(edition, in_force=type(edition.in_force)()), values=values or {})
    return Office(name=Text("算例", "cases"), plans=(OfficePlan(plan=plan, editions=(local,)),))


@define(eq=False, slots=False, repr=False)
class Setting:
    """A plan under an edition, with an office's values.

    Attributes:
        plan: The plan.
        edition: The edition.
        values: What the office set; empty for the edition as it is.
        plain: The edition as it is, for a setting with values.
    """

    plan: Plan
    edition: Edition
    values: Mapping[str, Entry] = field(factory=dict)
    plain: Setting | None = None

    @cached_property
    def office(self) -> Office:
        """The office that runs it."""
        return open_office(self.plan, self.edition, self.values)

    @property
    def bound(self) -> BoundPlan:
        """The bound plan.

        Raises:
            MutualPlansError: a value that the edition leaves to the office is not set.
        """
        return self.office.plans[0].bind(day=FIRST_DAY, edition=self.edition.id)

    @cached_property
    def form(self) -> Form:
        """What a claim has to state under it."""
        return self.plain.form if self.plain else form(self.plan, self.office.plans[0].editions)

    @cached_property
    def most(self) -> dict[str, int | None]:
        """Benefit id → what it is proved to pay at most for one claim, in fen."""
        return {item.benefit: item.most_with_field_bounds for item in limits(self.bound)}

    @cached_property
    def first_day(self) -> date:
        """A first day of cover on which the edition is in force."""
        dates = self.edition.in_force
        return dates.from_ or (add_months(dates.to, -36) if dates.to else FIRST_DAY)

    @cached_property
    def money(self) -> list[int]:
        """Amounts in fen worth trying: round ones first, so that the smallest example is a plain one."""
        plain = [100_000, 0, 1, 1_000_000, 5_000_000]
        return _around(plain, self._amounts(Kind.MONEY), MOST_FEN)

    @cached_property
    def counts(self) -> list[int]:
        """Counts worth trying."""
        return _around([10, 0, 1, 2, 40, 400], self._amounts(Kind.COUNT), MOST_COUNT)

    def _amounts(self, kind: Kind) -> Iterator[int]:
        for parameter in self.plan.values:
            value = self.bound.values.get(parameter.name)
            if isinstance(value, Scale) and parameter.measured is kind:
                yield from (edge.at for band in value.bands for edge in (band.low, band.high) if edge)
            elif isinstance(value, Table) and parameter.kind is kind:
                yield from value.rows.values()
            elif parameter.shape is Shape.SINGLE and parameter.kind is kind and value is not None:
                yield value
        for _place, formula in self.plan.formulas():
            for node in order([formula.node]).nodes:
                if isinstance(node, n.Constant) and node.kind is kind:
                    yield node.value

    @cached_property
    def diagnoses(self) -> list[str]:
        """Codes and ids on the lists of conditions, and some that are on none."""
        listed = [
            item
            for value in self.bound.values.values()
            if isinstance(value, ConditionList)
            for item in value.conditions
        ]
        codes = [group.partition("-")[0] for item in listed for group in item.icd10]
        return list(dict.fromkeys([*codes, *(item.id for item in listed), "Z00.0", "C50.9", "D05.1"]))


def _around(plain: Iterable[int], values: Iterable[int], most: int) -> list[int]:
    near = (value + step for value in values for step in (0, -1, 1))
    return [value for value in dict.fromkeys([*plain, *near]) if 0 <= value <= most]


# ---------------------------------------------------------------- what an office may set


def settings_of(
    plan: Plan,
    editions: Iterable[Edition],
    *,
    alone: bool = True,
    given: Mapping[str, Mapping[str, Entry]] | None = None,
) -> list[Setting]:
    """Return every edition as it is, and with what is open to the office at its ends: all at once, and each `alone`.

    Args:
        plan: The plan.
        editions: Its editions.
        alone: Whether each value that is open is moved alone too.
        given: Edition id → values that an office is taken to have set.
    """
    return [
        found
        for edition in editions
        for found in _settings(plan, edition, alone, (given or {}).get(edition.id, {}))
    ]


def _settings(plan: Plan, edition: Edition, alone: bool, given: Mapping[str, Entry]) -> list[Setting]:
    low = dict(_ends(plan, edition, "least"))
    high = dict(_ends(plan, edition, "most"))
    each = [{name: entry} for ends in (low, high) for name, entry in ends.items() if alone]
    plain = Setting(plan, edition, given)
    moved = (Setting(plan, edition, {**given, **values}, plain) for values in (low, high, *each) if values)
    return [item for item in (plain, *moved) if _can_be_bound(item)]


def _can_be_bound(setting: Setting) -> bool:
    try:
        return bool(setting.bound)
    except MutualPlansError:  # the edition leaves another value to the office
        return False


def _ends(plan: Plan, edition: Edition, end: str) -> Iterator[tuple[str, Entry]]:
    for parameter in plan.values:
        limits = parameter.open_to_office
        bound = None if limits is None else _bound(parameter, limits, end)
        if bound is None:
            continue
        now = edition.values.get(parameter.name)
        value = _moved(now.value if now else None, parameter, bound)
        if value is not None and (now is None or value != now.value):
            yield parameter.name, Entry(value=value, confidence=Confidence.PUBLISHED)


def _bound(parameter: Parameter, limits: Limits, end: str) -> Any:
    if parameter.kind is Kind.FLAG:
        return end == "most"
    return getattr(limits, end)


def _moved(value: Any, parameter: Parameter, bound: Any) -> Any:
    """Return a value of the parameter's shape at the bound; ``None`` where the edition has no table to fill."""
    if parameter.shape is Shape.SINGLE:
        return bound
    if isinstance(value, Table):
        return Table(dict.fromkeys(value.rows, bound))
    if isinstance(value, Scale):
        return Scale(tuple(evolve(band, gives=bound) for band in value.bands))
    return None


# ---------------------------------------------------------------- a person and claims


@frozen(eq=False, repr=False)
class World:
    """A setting and what happened to a person under it.

    Attributes:
        setting: Plan, edition and the office's values.
        situation: The person, the cover and the claims.
        pick: A number by which a law chooses what to change.
    """

    setting: Setting
    situation: Situation
    pick: int = 0

    def run(self, situation: Situation | None = None) -> Simulation:
        """Decide the claims, or those of another situation under the same setting.

        Raises:
            MutualPlansError: the plan gave a negative amount.
        """
        return simulate(self.setting.office, situation or self.situation)


def fitting(claim: Claim) -> Claim:
    """Return the claim without what could not be written on one: parts beside another sum, a code of another stage."""
    changes: dict[str, Any] = {}
    if claim.stage == "in-situ" and (claim.diagnosis or "").startswith("C"):
        changes["stage"] = None
    for whole, names in (("self_paid", BILL_PARTS[3:]), ("total", BILL_PARTS)):
        stated = getattr(claim, whole)
        parts = [part.fen for name in names if (part := getattr(claim, name)) is not None]
        if stated is not None and parts:
            exact = len(parts) == len(names)
            changes[whole] = Money(sum(parts) if exact else max(stated.fen, sum(parts)))
    return evolve(claim, **changes)
