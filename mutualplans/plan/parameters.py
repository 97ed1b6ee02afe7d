"""Declaring a plan's values: kind, label, unit, and what is open to the office."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from attrs import evolve

from mutualplans.model.coverage import SHARES
from mutualplans.model.kinds import Kind
from mutualplans.model.money import rate as read_rate
from mutualplans.model.money import yuan
from mutualplans.model.parameter import Limits, Parameter, Shape
from mutualplans.model.problem import nearest, problem
from mutualplans.model.text import NameFaultError, Text
from mutualplans.plan.formula import Formula, FormulaError, parameter_formula

__all__ = [
    "Parameters",
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
]


class Parameters:
    """The values of a plan: ``value.daily`` is the formula that reads one; iterating gives their declarations."""

    def __init__(self, declared: dict[str, Parameter]) -> None:
        self._declared = declared

    def __getattr__(self, name: str) -> Formula:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._declared:
            close = nearest(name, self._declared)
            hint = (f"；是不是 '{close}'？", f"; did you mean {close!r}?") if close else ("", "")
            raise NameFaultError(
                Text(
                    f"mp.parameters 没有声明 '{name}' 这个值{hint[0]}",
                    f"no parameter {name!r} is declared{hint[1]}",
                )
            )
        return parameter_formula(self._declared[name])

    def __dir__(self) -> list[str]:
        return sorted(self._declared)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._declared.values())


def parameters(**declared: Parameter) -> Parameters:
    """Declare the values of a plan by name; the amounts live in its editions."""
    return Parameters({name: evolve(item, name=name) for name, item in declared.items()})


def between(least: str | int, most: str | int) -> Limits:
    """What an office may set: from `least` to `most`, both allowed.

    Money is written in yuan as text (``between("10", "100")``), a rate as text (``between("50%", "80%")``), a count
    as a whole number (``between(0, 30)``).
    """
    return Limits(_plain(least), _plain(most))


def at_will() -> Limits:
    """An office may set any value of the kind."""
    return Limits()


def _plain(bound: str | int) -> Any:
    if isinstance(bound, int):
        return bound
    return read_rate(bound) if bound.endswith("%") or "/" in bound else _Fen(yuan(bound).fen)


class _Fen(int):
    """Whole fen that were written in yuan: a limit that is known to be money."""


def _declare(
    kind: Kind, label: str, en: str, *, open_to_office: Limits | None = None, **more: Any
) -> Parameter:
    limits = _limits(kind, label, open_to_office)
    return Parameter(name="", kind=kind, label=Text(label, en), open_to_office=limits, **more)


def _limits(kind: Kind, label: str, limits: Limits | None) -> Limits | None:
    """Return limits as plain values; refuse those of another kind: between(0, 100) on money would mean fen."""
    if limits is None:
        return None
    written = {Kind.MONEY: _Fen, Kind.RATE: Fraction, Kind.COUNT: int}.get(kind)
    for bound in (limits.least, limits.most):
        if bound is not None and type(bound) is not written:
            raise FormulaError(
                problem(
                    "parameter.limits",
                    f"“{label}”是{kind.label.zh}，允许范围不能写成 {bound!r}",
                    f"“{label}” is {kind.label.en}; limits cannot be {bound!r}",
                    hint_zh='金额 between("10", "100")，比例 between("50%", "80%")，数量 between(0, 30)；其余用 at_will()',
                    hint_en='money between("10", "100"), rates between("50%", "80%"), counts between(0, 30); else at_will()',
                )
            )
    return Limits(*(int(bound) if type(bound) is _Fen else bound for bound in (limits.least, limits.most)))


def money(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """An amount in yuan."""
    return _declare(Kind.MONEY, label, en, open_to_office=open_to_office)


def count(
    label: str,
    en: str = "",
    *,
    unit: Text | None = None,
    open_to_office: Limits | None = None,
    optional: bool = False,
) -> Parameter:
    """A whole number. An `optional` one may stay unset where a plan field takes "the rule does not say"."""
    return _declare(Kind.COUNT, label, en, unit=unit, open_to_office=open_to_office, optional=optional)


def days(
    label: str, en: str = "", *, open_to_office: Limits | None = None, optional: bool = False
) -> Parameter:
    """A number of days."""
    return count(label, en, unit=Text("天", "days"), open_to_office=open_to_office, optional=optional)


def months(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """A number of months."""
    return count(label, en, unit=Text("个月", "months"), open_to_office=open_to_office)


def years(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """An age in completed years."""
    return count(label, en, unit=Text("周岁", "years"), open_to_office=open_to_office)


def shares(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """A number of shares."""
    return count(label, en, unit=SHARES, open_to_office=open_to_office)


def rate(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """An exact rate."""
    return _declare(Kind.RATE, label, en, open_to_office=open_to_office)


def flag(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """Yes or no."""
    return _declare(Kind.FLAG, label, en, open_to_office=open_to_office)


def code(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """One code."""
    return _declare(Kind.CODE, label, en, open_to_office=open_to_office)


def table(
    kind: Kind,
    label: str,
    en: str = "",
    *,
    keys: int = 1,
    unit: Text | None = None,
    open_to_office: Limits | None = None,
) -> Parameter:
    """Values by one or more codes; read with ``value.<name>.of(code, …)``. Counts may have a `unit`."""
    return _declare(kind, label, en, shape=Shape.TABLE, keys=keys, unit=unit, open_to_office=open_to_office)


def tiers(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """Rates by bands of an amount, for `Formula.tiered`."""
    return bands(Kind.RATE, label, en, open_to_office=open_to_office)


def bands(
    gives: Kind,
    label: str,
    en: str = "",
    *,
    measured: Kind = Kind.MONEY,
    unit: Text | None = None,
    open_to_office: Limits | None = None,
) -> Parameter:
    """Values of kind `gives` by bands of an amount or a count, for `Formula.banded`. Counts may have a `unit`."""
    return _declare(
        gives, label, en, shape=Shape.SCALE, measured=measured, unit=unit, open_to_office=open_to_office
    )


def conditions(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """A list of covered conditions; read with ``value.<name>.match(claim.diagnosis)``."""
    return _declare(Kind.CODE, label, en, shape=Shape.CONDITIONS, open_to_office=open_to_office)


def workdays(label: str, en: str = "", *, open_to_office: Limits | None = None) -> Parameter:
    """A calendar of working days; read with ``value.<name>.after(claim.event_date, 15)``.

    Open it with ``at_will()``, so that an office can add the next year when its notice comes out.
    """
    return _declare(Kind.DATE, label, en, shape=Shape.CALENDAR, open_to_office=open_to_office)
