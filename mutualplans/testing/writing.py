"""Objects as TOML: an edition, a case and an office's values, written so that reading them gives the same objects."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import tomli_w

from mutualplans.engine.accounts import fund_accounts
from mutualplans.engine.simulate import Situation
from mutualplans.model.identity import IdNumber, Name
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Money, format_yuan
from mutualplans.model.parameter import Parameter
from mutualplans.model.scales import Condition, ConditionList
from mutualplans.model.text import Text
from mutualplans.office.wording import as_toml
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition, Entry

__all__ = ["edition_toml", "office_toml", "situation_toml"]

Data = dict[str, Any]


def edition_toml(plan: Plan, edition: Edition) -> str:
    """Return an edition as the text of an edition file."""
    about: Data = {name: getattr(edition, name) for name in ("plan", "id", "series", "publisher", "source")}
    about |= {
        "title": _text(edition.title),
        "in_force": _stated({"from": edition.in_force.from_, "to": edition.in_force.to}),
        "more_sources": list(edition.more_sources),
        "confidence": edition.confidence.value,
        "rounding": edition.rounding.value,
        "titles": {code: _text(title) for code, title in edition.titles.items()},
    }
    about |= _stated({"reason": edition.reason or None, "note": edition.note or None})
    return tomli_w.dumps({**about, "values": _values(plan, edition)}, indent=2)


def _values(plan: Plan, edition: Edition) -> Data:
    """Return the values with what is known about each; how well, only where the edition as a whole does not say it."""
    found: Data = {}
    for item in plan.values:
        if (entry := edition.values.get(item.name)) is not None:
            own = entry.confidence is not edition.confidence or entry.reason
            found[item.name] = {
                "value": value_data(item, entry.value),
                **({"confidence": entry.confidence.value} if own else {}),
                **_stated({"reason": entry.reason or None, "source": entry.source or None}),
            }
    return found


def value_data(parameter: Parameter, value: Any) -> Any:
    """Return one value as an edition or office file writes it."""
    if isinstance(value, ConditionList):
        return [_condition(item) for item in value.conditions]
    return tomllib.loads(f"value = {as_toml(parameter, value)}")["value"]


def _condition(item: Condition) -> Data:
    codes = {"icd10": list(item.icd10), "except_icd10": list(item.except_icd10)}
    definition = {"definition": _text(item.definition)} if item.definition else {}
    lists = {name: found for name, found in codes.items() if found}
    return {"id": item.id, "title": _text(item.title), "class": item.class_, **lists, **definition}


def _text(text: Text) -> Data:
    return {"zh": text.zh, **({"en": text.en} if text.en else {})}


def situation_toml(situation: Situation, plans: Iterable[Plan]) -> str:
    """Return a case of some plans as the text of a case file that ``mutualplans simulate`` runs."""
    tables: Data = {"member": _record(situation.member)}
    if unit := _record(situation.unit):
        tables["unit"] = unit
    rows = {"insured": situation.insured, "coverage": situation.coverages, "claim": situation.claims}
    tables |= {name: [_record(item) for item in items] for name, items in rows.items() if items}
    return tomli_w.dumps(tables | _fund(situation, plans))


def _fund(situation: Situation, plans: Iterable[Plan]) -> Data:
    """Return what is stated of the fund, as the table ``[fund]``."""
    kinds = {(plan.id, name): node.kind for plan in plans for name, node in fund_accounts(plan).items()}
    found: Data = {}
    for (plan, period, account), value in situation.fund.items():
        money = kinds[plan, account.partition(" / ")[0]] is Kind.MONEY
        table = found.setdefault("fund", {}).setdefault(plan, {}).setdefault(period, {})
        table[account] = format_yuan(value) if money else value
    return found


def _record(record: Any) -> Data:
    """Return what is stated in a record: fields of its own and those that plans declare, the member unnamed."""
    names = [item.name for item in attrs.fields(type(record)) if item.name != "extra"]
    given = {**{name: getattr(record, name) for name in names}, **record.extra}
    if given.get("insured") == "self":
        del given["insured"]
    return {name: _plain(value) for name, value in given.items() if value not in (None, (), "")}


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return format_yuan(value.fen)
    if isinstance(value, Name | IdNumber):
        return value.reveal()
    if isinstance(value, tuple):  # circumstances, or earlier terms
        return [item if isinstance(item, str) else {"first": item.first, "last": item.last} for item in value]
    return value


def office_toml(plan: Plan, edition: Edition, values: Mapping[str, Entry]) -> str:
    """Return an office file that runs one plan under one edition with these local values."""
    raw = {
        item.name: value_data(item, values[item.name].value) for item in plan.values if item.name in values
    }
    return tomli_w.dumps(
        {"name": "反例", "plans": [{"id": plan.id, "editions": [{"id": edition.id, "values": raw}]}]}
    )


def _stated(given: Data) -> Data:
    return {key: value for key, value in given.items() if value is not None}
