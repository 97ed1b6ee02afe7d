"""mutualplans: trade-union mutual-aid plans, declared once, then quoted, explained and paid.

Plan authors write ``import mutualplans as mp`` and use the names below, nothing else. They are loaded when they
are first used, so that ``mutualplans --help`` starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mutualplans.batch.frame import assess_frame as assess_frame
    from mutualplans.expr.nodes import Whose as Whose
    from mutualplans.hookspecs import hookimpl as hookimpl
    from mutualplans.model.claim import Claim as Claim
    from mutualplans.model.coverage import Coverage as Coverage
    from mutualplans.model.dates import DateRange as DateRange
    from mutualplans.model.kinds import Kind as Kind
    from mutualplans.model.money import Money as Money
    from mutualplans.model.money import Rounding as Rounding
    from mutualplans.model.money import yuan as yuan
    from mutualplans.model.people import Insured as Insured
    from mutualplans.model.people import Member as Member
    from mutualplans.model.people import Unit as Unit
    from mutualplans.model.problem import MutualPlansError as MutualPlansError
    from mutualplans.model.problem import Problem as Problem
    from mutualplans.model.text import Text as Text
    from mutualplans.plan.declaration import Benefit as Benefit
    from mutualplans.plan.declaration import Merge as Merge
    from mutualplans.plan.declaration import Paper as Paper
    from mutualplans.plan.declaration import Plan as Plan
    from mutualplans.plan.declaration import Waiting as Waiting
    from mutualplans.plan.declaration import YearDay as YearDay
    from mutualplans.plan.declaration import editions as editions
    from mutualplans.plan.formula import Formula as Formula
    from mutualplans.plan.formula import FormulaError as FormulaError
    from mutualplans.plan.formula import all_of as all_of
    from mutualplans.plan.formula import any_of as any_of
    from mutualplans.plan.formula import benefit as benefit
    from mutualplans.plan.formula import choose as choose
    from mutualplans.plan.formula import computed as computed
    from mutualplans.plan.formula import greatest as greatest
    from mutualplans.plan.formula import least as least
    from mutualplans.plan.formula import paid as paid
    from mutualplans.plan.parameters import at_will as at_will
    from mutualplans.plan.parameters import bands as bands
    from mutualplans.plan.parameters import between as between
    from mutualplans.plan.parameters import code as code
    from mutualplans.plan.parameters import conditions as conditions
    from mutualplans.plan.parameters import count as count
    from mutualplans.plan.parameters import days as days
    from mutualplans.plan.parameters import flag as flag
    from mutualplans.plan.parameters import money as money
    from mutualplans.plan.parameters import months as months
    from mutualplans.plan.parameters import parameters as parameters
    from mutualplans.plan.parameters import rate as rate
    from mutualplans.plan.parameters import shares as shares
    from mutualplans.plan.parameters import table as table
    from mutualplans.plan.parameters import tiers as tiers
    from mutualplans.plan.parameters import workdays as workdays
    from mutualplans.plan.parameters import years as years
    from mutualplans.plan.vocabulary import claim as claim
    from mutualplans.plan.vocabulary import cover as cover
    from mutualplans.plan.vocabulary import excluded as excluded
    from mutualplans.plan.vocabulary import field as field
    from mutualplans.plan.vocabulary import holds as holds
    from mutualplans.plan.vocabulary import insured as insured
    from mutualplans.plan.vocabulary import member as member
    from mutualplans.plan.vocabulary import per as per
    from mutualplans.plan.vocabulary import unit as unit

_HOMES = {
    "mutualplans.batch.frame": ("assess_frame",),
    "mutualplans.expr.nodes": ("Whose",),
    "mutualplans.hookspecs": ("hookimpl",),
    "mutualplans.model.claim": ("Claim",),
    "mutualplans.model.coverage": ("Coverage",),
    "mutualplans.model.dates": ("DateRange",),
    "mutualplans.model.kinds": ("Kind",),
    "mutualplans.model.money": ("Money", "Rounding", "yuan"),
    "mutualplans.model.people": ("Insured", "Member", "Unit"),
    "mutualplans.model.problem": ("MutualPlansError", "Problem"),
    "mutualplans.model.text": ("Text",),
    "mutualplans.plan.declaration": ("Benefit", "Merge", "Paper", "Plan", "Waiting", "YearDay", "editions"),
    "mutualplans.plan.formula": (
        "Formula",
        "FormulaError",
        "all_of",
        "any_of",
        "benefit",
        "choose",
        "computed",
        "greatest",
        "least",
        "paid",
    ),
    "mutualplans.plan.parameters": (
        "at_will",
        "bands",
        "between",
        "code",
        "conditions",
        "count",
        "days",
        "flag",
        "money",
        "months",
        "parameters",
        "rate",
        "shares",
        "table",
        "tiers",
        "workdays",
        "years",
    ),
    "mutualplans.plan.vocabulary": (
        "claim",
        "cover",
        "excluded",
        "field",
        "holds",
        "insured",
        "member",
        "per",
        "unit",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'mutualplans' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
