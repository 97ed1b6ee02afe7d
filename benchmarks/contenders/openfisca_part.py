"""OpenFisca-core: the benefit without a memory.

Its variables are vectors over an entity for a period. What one claim leaves for the next of the same person, in the
order of decision, cannot be said with them; what depends on one claim alone can. Amounts are `int` (32 bits, enough
for this benefit): its `float` has 24 bits and would lose fen.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import ETERNITY, DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.contenders.base import Job, Outcome
from benchmarks.figures import Figures
from benchmarks.workload.rows import numbers

Array = np.ndarray[Any, Any]

Claim = build_entity(key="claim", plural="claims", label="A claim", is_person=True)
PERIOD = "2021-01"

FIGURES = ("age_from", "age_to", "waiting_days", "claim_days", "free_days", "daily")


class Event(Enum):
    """Kind of event."""

    inpatient = "inpatient"
    outpatient = "outpatient"


class Cause(Enum):
    """Cause."""

    illness = "illness"
    accident = "accident"
    work_accident = "work-accident"


class Level(Enum):
    """Level of the hospital."""

    level_1 = "1"
    level_2 = "2"
    level_3 = "3"
    community = "community"


def _input(name: str, kind: Any, **more: Any) -> type[Variable]:
    body = {"value_type": kind, "entity": Claim, "definition_period": ETERNITY, "label": name, **more}
    return type(name, (Variable,), body)


DATES = ("admitted", "discharged", "reported", "birth_date", "first_day", "last_day", "chain_first")
CODES = {
    "event": (Event, Event.inpatient),
    "cause": (Cause, Cause.illness),
    "hospital_level": (Level, Level.level_1),
}
INPUTS = [
    *(_input(name, date) for name in DATES),
    *(_input(name, Enum, possible_values=kind, default_value=first) for name, (kind, first) in CODES.items()),
    _input("shares", int),
]


class age(Variable):  # noqa: N801  OpenFisca names variables by their class
    """Completed years on the first day of cover."""

    value_type = int
    entity = Claim
    definition_period = DateUnit.MONTH
    label = "Age at joining"

    def formula(claim: Any, period: Any) -> Array:  # noqa: N805
        """Compare month and day, as OpenFisca's country template does for birthdays."""
        born, first = claim("birth_date", period), claim("first_day", period)
        years = first.astype("datetime64[Y]").astype(int) - born.astype("datetime64[Y]").astype(int)
        return years - (_month_and_day(first) < _month_and_day(born))


def _month_and_day(day: Array) -> Array:
    month = day.astype("datetime64[M]")
    return (month.astype(int) % 12) * 32 + (day - month).astype(int)


class payable(Variable):  # noqa: N801
    """Whether every condition holds."""

    value_type = bool
    entity = Claim
    definition_period = DateUnit.MONTH
    label = "Conditions hold"

    def formula(claim: Any, period: Any, parameters: Any) -> Array:  # noqa: N805
        """All conditions of the plan and of the benefit."""
        figures = parameters(period)
        day, first, chain = (
            claim("admitted", period),
            claim("first_day", period),
            claim("chain_first", period),
        )
        years, level = claim("age", period), claim("hospital_level", period)
        waits = (chain == first) * (claim("cause", period) == Cause.illness)
        return (
            (first <= day)
            * (day <= claim("last_day", period))
            * ((claim("reported", period) - day).astype(int) <= figures.claim_days)
            * (years >= figures.age_from)
            * (years <= figures.age_to)
            * np.logical_not(waits * ((day - chain).astype(int) < figures.waiting_days))
            * ((level == Level.level_2) + (level == Level.level_3))
            * (claim("event", period) == Event.inpatient)
        )


class allowance(Variable):  # noqa: N801
    """The allowance in fen."""

    value_type = int
    entity = Claim
    definition_period = DateUnit.MONTH
    label = "Allowance"

    def formula(claim: Any, period: Any, parameters: Any) -> Array:  # noqa: N805
        """Days beyond those not paid, times the daily allowance and the shares."""
        figures = parameters(period)
        stay = np.maximum((claim("discharged", period) - claim("admitted", period)).astype(int), 1)
        days = np.maximum(stay - figures.free_days, 0)
        return claim("payable", period) * days * figures.daily * claim("shares", period)


def system(figures: Figures) -> TaxBenefitSystem:
    """Return the rules as a tax and benefit system."""
    made = TaxBenefitSystem([Claim])
    values = {name: {"values": {"2020-01-01": {"value": getattr(figures, name)}}} for name in FIGURES}
    made.parameters = ParameterNode("", data=values)
    made.add_variables(*INPUTS, age, payable, allowance)
    return made


class Part:
    """A simulation over all claims: inputs in, one variable out."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        table = job.table()
        self.system = system(job.figures)
        self.claims = numbers(table["claim"])
        self.inputs: dict[str, Array] = {
            name: numbers(table[name]).view("int32").astype("datetime64[D]") for name in DATES
        }
        self.inputs["shares"] = numbers(table["shares"]).astype(np.int32)
        for name, (kind, _first) in CODES.items():
            place = {item.value: number for number, item in enumerate(kind)}
            codes = table[name].chunk(0).dictionary.to_pylist()
            self.inputs[name] = np.array([place[code] for code in codes], dtype=np.uint8)[
                numbers(table[name])
            ]

    def run(self) -> Array:
        simulation = SimulationBuilder().build_default_simulation(self.system, len(self.claims))
        for name, values in self.inputs.items():
            simulation.set_input(name, ETERNITY, values)
        return simulation.calculate("allowance", PERIOD)

    def outcome(self, result: Array) -> Outcome:
        return Outcome(self.claims, {"allowance": result.astype(np.int64)})
