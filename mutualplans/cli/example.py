"""A case to start from: values for the inputs of a plan that agree with each other and lead to a payment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice, product
from typing import Any

from attrs import evolve, frozen

from mutualplans.engine.bind import bind
from mutualplans.engine.facts import EVENT_DATES, Case, Facts
from mutualplans.engine.form import Form, Input, form
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.engine.openings import with_empty_fund
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.dates import DateRange, term
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.text import Text
from mutualplans.model.tomlfile import TomlFile

__all__ = ["Example", "example"]

Key = tuple[str, str]


@frozen
class Example:
    """Values of a case, as a case file writes them.

    Attributes:
        values: Table and name → value, for every input.
        given: The inputs that the case states; the others are for cases of another kind.
        first_day: First day of cover.
        last_day: Last day of cover.
        beside: Ids of other plans under which the person is covered on these days.
        fund: Plan, period and account of what has to be stated of accounts that all insured share.
    """

    values: Mapping[Key, Any]
    given: frozenset[Key]
    first_day: date
    last_day: date
    beside: tuple[str, ...] = ()
    fund: tuple[tuple[str, str, str], ...] = ()


def example(made: Form, local: LocalEdition) -> Example:
    """Return values for the inputs of a form that the plan pays under one of its editions, if any are found."""
    first = next(found for found in _days(local) if found in local.edition.in_force)
    inputs = {
        **{(item.table, item.name): item for item in made.inputs},
        **{(item.table, item.name): item for item in form(made.plan, (local,)).inputs},
    }
    last = _last_day(made, local, _filled(inputs, {}, first, term(first, 12).last))
    alone = [_filled(inputs, codes, first, last) for codes in islice(_codes(inputs), _MOST)]
    beside = tuple(made.beside)
    tried = [evolve(item, beside=beside) for item in alone] + alone if beside else alone
    chosen = next((item for item in tried if _is_paid(made, local, item)), tried[0])
    case = _case(made, local, chosen)
    return evolve(chosen, fund=tuple(case.fund) if case else ())


_MOST = 400
"""How many combinations of codes are tried."""

_FIRST = date(2024, 7, 1)


def _days(local: LocalEdition) -> Iterator[date]:
    """Yield days on which a cover may begin, until one is in force."""
    dates = local.edition.in_force
    yield _FIRST
    if dates.to:
        yield date(dates.to.year, 1, 1)
    yield dates.from_ or dates.to or _FIRST


# ---------------------------------------------------------------- values


def _codes(inputs: Mapping[Key, Input]) -> Iterator[dict[Key, Any]]:
    """Yield the combinations of codes and flags that the case may need; cause and event change first."""
    open_ = {
        key: _options(item)
        for key, item in inputs.items()
        if not item.optional and 1 < len(_options(item)) <= _FEW
    }
    keys = sorted(open_, key=lambda key: _CHANGES_FIRST.index(key[1]) if key[1] in _CHANGES_FIRST else -1)
    for values in product(*(open_[key] for key in keys)):
        yield dict(zip(keys, values, strict=True))


_FEW = 8
_CHANGES_FIRST = ("sex", "employment", "event", "cause")
_USUAL = {"sex": "female", "stage": "severe", "hospital_level": "3"}


def _options(item: Input) -> tuple[Any, ...]:
    """Return what may stand in a field of codes or a flag, the usual one first."""
    if item.kind is Kind.FLAG:
        return (True, False)
    if item.kind is not Kind.CODE:
        return ()
    usual = _USUAL.get(item.name)
    return tuple(sorted(item.choices, key=lambda code: code != usual))


def _filled(inputs: Mapping[Key, Input], codes: Mapping[Key, Any], first: date, last: date) -> Example:
    """Return the case with these codes; its event lies late in the term, after any waiting period."""
    happened = first + timedelta(days=min(210, (last - first).days))
    values = {key: codes.get(key, _value(item, first, happened)) for key, item in inputs.items()}
    event = values.get(("claim", "event"), "")
    given = {key for key, item in inputs.items() if not item.optional}
    given |= {("claim", EVENT_DATES.get(event, ""))} & inputs.keys()
    return Example(values, frozenset(given), first, last)


def _value(item: Input, first: date, happened: date) -> Any:
    if item.name == "earlier":
        return [{"first": date(first.year - 1, first.month, 1), "last": first - timedelta(days=1)}]
    if item.kind is None:
        return list(item.choices)[:1]
    if item.kind is Kind.CODE:
        return next(iter(_options(item)), _PLAIN_CODES.get(item.name, "A-1"))
    if item.kind is Kind.DATE:
        return _date(item, first, happened)
    if item.kind is Kind.MONEY:
        return _BILL.get(item.name, "1000.00")
    if item.kind is Kind.COUNT:
        return _COUNTS.get(item.name, _SOME)
    return True if item.kind is Kind.FLAG else "70%"


_SOME = 10
_COUNTS = {"shares": 1, "headcount": 50, "women": 20}
_PLAIN_CODES = {"tier": "1", "risk_class": "1", "disability_grade": "1", "diagnosis": "C50.9"}
_BILL = {
    "total": "8000.00",
    "pool_paid": "5000.00",
    "large_sum_paid": "0",
    "other_paid": "0",
    "self_paid": "3000.00",
    "self_paid_in_scope": "2000.00",
    "self_paid_partly": "600.00",
    "out_of_scope": "400.00",
}
"""A bill whose parts add up."""


def _date(item: Input, first: date, happened: date) -> date:
    if item.name == "birth_date":
        return date(first.year - 10, 3, 4) if item.table == "insured" else date(1980, 3, 4)
    if item.name == "discharged":
        return happened + timedelta(days=_SOME)
    return happened + timedelta(days=3) if item.name == "reported" else happened


# ---------------------------------------------------------------- trying


def _case(made: Form, local: LocalEdition, item: Example) -> Situation | None:
    """Return the case as its file would be read."""
    tables: dict[str, dict[str, Any]] = {
        name: {} for name in ("member", "insured", "unit", "coverage", "claim")
    }
    for table, name in item.given:
        tables[table][name] = item.values[table, name]
    plan = made.plan
    tables["coverage"] |= {"plan": plan.id, "edition": local.edition.id}
    tables["coverage"] |= {"first_day": item.first_day, "last_day": item.last_day}
    data: dict[str, Any] = {"member": tables["member"], "unit": tables["unit"]}
    if "self" not in plan.insures:
        person = {"id": "insured-1"}
        data["insured"] = [{**person, "relation": plan.insures[0], **tables["insured"]}]
        for table in ("coverage", "claim"):
            tables[table]["insured"] = person["id"]
    others = [{**_others_cover(tables["coverage"]), "plan": name} for name in item.beside]
    data |= {"coverage": [tables["coverage"], *others], "claim": [tables["claim"]]}
    case = read_situation(TomlFile("example", data, {}), [plan]).situation
    try:
        return case and with_empty_fund(_alone(made, local), case)
    except MutualPlansError:  # a value that the office has to set
        return case


def _alone(made: Form, local: LocalEdition) -> Office:
    return Office(name=Text("例"), plans=(OfficePlan(plan=made.plan, editions=(local,)),))


def _others_cover(own: Mapping[str, Any]) -> dict[str, Any]:
    """Return whose cover it is and its days, as another plan's cover has them."""
    return {name: own[name] for name in ("insured", "first_day", "last_day") if name in own}


def _last_day(made: Form, local: LocalEdition, item: Example) -> date:
    """Return the last day of a full term; as it stands where the term cannot be worked out."""
    case = _case(made, local, item)
    if case is None:
        return item.last_day
    cover = case.coverages[0]
    person = case.person(cover.insured)
    try:
        bound = bind(made.plan, local.edition, local.values)
    except MutualPlansError:  # a value that the office has to set
        return item.last_day
    assert person  # the case names it
    facts = Facts(bound, Case(member=case.member, insured=person, unit=case.unit, coverage=cover))
    try:
        days = facts.term
    except MutualPlansError:  # no such term; assessing says so
        return item.last_day
    return days.last if isinstance(days, DateRange) else item.last_day


def _is_paid(made: Form, local: LocalEdition, item: Example) -> bool:
    case = _case(made, local, item)
    if case is None:
        return False
    try:
        result = simulate(_alone(made, local), case)
    except MutualPlansError:  # a value that the office has to set
        return False
    return [decision.status for decision in result.decisions] == ["paid"] and not any(
        problem.severity == "error" for problem in result.problems
    )
