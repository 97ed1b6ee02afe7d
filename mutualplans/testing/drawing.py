"""Drawing worlds with Hypothesis: a worked case in which something is different.

Amounts, counts and days are drawn at the values of the edition and one to either side of them, codes from what the
plan names and from outside it, and an office's values from the two ends of what it may set.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import attrs
from attrs import evolve, frozen
from hypothesis import strategies as st

from mutualplans.engine.form import Input
from mutualplans.engine.openings import with_empty_fund
from mutualplans.engine.simulate import Situation
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange, add_months
from mutualplans.model.fields import fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Money
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.scales import is_icd10
from mutualplans.plan.declaration import Plan
from mutualplans.testing.cases import WorkedCase
from mutualplans.testing.worlds import Setting, World, fitting

__all__ = ["Material", "worlds"]


@frozen(eq=False, repr=False)
class Material:
    """What worlds are made of; printed short, because Hypothesis quotes what it was given.

    Attributes:
        settings: The settings to choose from.
        cases: The worked cases to begin from.
    """

    settings: Sequence[Setting]
    cases: Sequence[WorkedCase]

    def of(self, edition: str) -> list[list[Setting]]:
        """Return the settings of an edition (all, where it has none): those as they are, and every one."""
        same = [item for item in self.settings if item.edition.id == edition] or list(self.settings)
        return [[item for item in same if not item.values] or same, same]


@st.composite
def worlds(draw: st.DrawFn, material: Material) -> World:
    """A worked case of the plan in which something is different: some inputs, the day, another claim of the kind.

    The editions as they are come about as often as those with an office's values.
    """
    case = material.cases[draw(st.integers(0, len(material.cases) - 1))]
    choices = material.of(case.edition)[draw(st.integers(0, 1))]
    setting = choices[draw(st.integers(0, len(choices) - 1))]
    situation = with_empty_fund(setting.office, _Drawing(draw, setting, case.situation).situation())
    return World(setting, situation, draw(st.integers(0, 999)))


@frozen(eq=False)
class _Drawing:
    """Draws a situation that differs in some things from one that is known."""

    draw: st.DrawFn
    setting: Setting
    known: Situation

    def situation(self) -> Situation:
        known = self.known
        covers = tuple(self.coverage(cover) for cover in known.coverages)
        changed = evolve(
            known,
            member=self.changed(known.member, "member"),
            unit=self.changed(known.unit, "unit"),
            insured=tuple(self.changed(person, "insured") for person in known.insured),
            coverages=covers,
        )
        first = self.draw(st.integers(1, len(known.claims)))
        claims = list(known.claims[:first])
        for _ in range(self.draw(st.sampled_from([0, 0, 1, 2]))):
            last = claims[-1]
            days = (last.days or 1) + self.draw(st.sampled_from([30, 0, 1, 200]))
            claims.append(_moved_by(last, days))
        return evolve(
            changed, claims=tuple(self.claim(claim, number, covers) for number, claim in enumerate(claims))
        )

    def coverage(self, known: Coverage) -> Coverage:
        found: Coverage = self.changed(known, "coverage")
        if known.earlier or self.draw(st.integers(0, 9)) < 8:
            earlier = known.earlier
        else:
            gap = self.draw(st.sampled_from([0, *(count for count in self.setting.counts if count < 400)]))
            last = known.first_day - timedelta(days=1 + gap)
            earlier = (DateRange(add_months(last, -12) + timedelta(days=1), last),)
        return evolve(found, edition=self.setting.edition.id, earlier=earlier)

    def claim(self, known: Claim, number: int, covers: Sequence[Coverage]) -> Claim:
        if covers and self.draw(st.integers(0, 2)) == 2:
            known = self.on_another_day(known, covers[0])
        found: Claim = self.changed(known, "claim", _day_of(known))
        if found.days is not None and found.days != known.days:
            found = evolve(found, discharged=None)
        numbered: Claim = fitting(evolve(found, id=f"{number + 1}"))
        return numbered

    def on_another_day(self, known: Claim, cover: Coverage) -> Claim:
        """Return the claim on a day at an edge of the cover, at an edge of days that the plan has, or on any."""
        length = cover.days.days
        edges = [count for count in self.setting.counts if count <= length]
        offset = self.draw(
            st.one_of(st.sampled_from([0, -1, length - 1, length, *edges]), st.integers(0, length - 1))
        )
        now = _day_of(known)
        return known if now is None else _moved_by(known, (cover.first_day - now).days + offset)

    def changed(self, record: Any, table: str, event: date | None = None) -> Any:
        """Return a record with other values for up to three of the inputs that the plan reads."""
        inputs = [item for item in self.setting.form.of(table) if item.name != "earlier"]
        if not inputs:
            return record
        chosen = self.draw(st.lists(st.sampled_from(inputs), max_size=3, unique_by=lambda item: item.name))
        drawn = {item.name: self.value(item, event) for item in chosen}
        own = {item.name for item in attrs.fields(type(record))}
        extra = {name: value for name, value in drawn.items() if name not in own and value is not None}
        changes = {name: value for name, value in drawn.items() if name in own}
        return evolve(record, **changes, **({"extra": {**record.extra, **extra}} if extra else {}))

    def value(self, item: Input, event: date | None) -> Any:
        draw, setting = self.draw, self.setting
        if item.name == "diagnosis":
            return draw(st.sampled_from(setting.diagnoses))
        if item.name == "condition":
            return draw(st.sampled_from([None, *(code for code in setting.diagnoses if not is_icd10(code))]))
        if item.name == "birth_date":
            age = draw(st.sampled_from([35, *(count for count in setting.counts if count <= 100)]))
            return add_months(setting.first_day, -12 * age) + timedelta(
                days=draw(st.sampled_from([0, 1, -1]))
            )
        if item.kind is None:  # circumstances
            return tuple(draw(st.lists(st.sampled_from(list(item.choices)), max_size=1)))
        if item.kind is Kind.DATE:
            return event
        if item.kind is Kind.FLAG:
            return draw(st.booleans())
        if item.kind is Kind.CODE:
            return draw(st.sampled_from([*item.choices] or ["A", "B"]))
        return self.amount(item)

    def amount(self, item: Input) -> Any:
        least, most = _range(self.setting.plan, item.table, item.name)
        pool = self.setting.money if item.kind is Kind.MONEY else self.setting.counts
        fitting = [value for value in pool if least <= value <= most] or [least]
        any_ = st.integers(least, min(most, 2 * max(fitting) + 1))
        found = self.draw(st.one_of(st.sampled_from(fitting), any_))
        return Money(found) if item.kind is Kind.MONEY else found


_LONGEST = 3660
"""Most days of one claim."""


@cache
def _range(plan: Plan, table: str, name: str) -> tuple[int, int]:
    """Return the smallest and largest amount of an input."""
    record = {"member": Member, "insured": Insured, "unit": Unit, "coverage": Coverage, "claim": Claim}[table]
    known = {found.path: found for found in (*fields_of(record).values(), *plan.fields())}
    found = known[f"{record.SUBJECT}.{name}"]  # type: ignore[attr-defined]
    return found.least, min(found.most, _LONGEST) if found.kind is Kind.COUNT else found.most


_DATES = ("occurred", "diagnosed", "admitted", "discharged", "reported")


def _day_of(claim: Claim) -> date | None:
    return next((day for name in _DATES if (day := getattr(claim, name))), None)


def _moved_by(claim: Claim, days: int) -> Claim:
    """Return a claim with all its dates some days later, as another event of the kind."""
    dates = {name: day + timedelta(days=days) for name in _DATES if (day := getattr(claim, name))}
    return evolve(claim, **dates)
