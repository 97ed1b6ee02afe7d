"""The fields that plans declare themselves: what files may hold beside the standard fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import Field, fields_of, read_raw
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import nearest
from mutualplans.model.text import FaultError, Text
from mutualplans.plan.declaration import Plan
from mutualplans.plan.vocabulary import COMPUTED, FOUND_OUT

__all__ = ["own_fields", "read_own"]


def own_fields(plans: Iterable[Plan]) -> dict[str, dict[str, Field]]:
    """Return the fields that plans declare themselves: subject → name → field."""
    records = {record.SUBJECT: record for record in (Member, Insured, Unit, Coverage, Claim)}
    found: dict[str, dict[str, Field]] = {subject: {} for subject in records}
    for plan in plans:
        for item in plan.all_fields:
            standard = {*fields_of(records[item.subject]), *COMPUTED.get(item.subject, {})}
            if item.name not in standard and not item.name.startswith(FOUND_OUT):
                found[item.subject][item.name] = item
    return found


def read_own(own: Mapping[str, Mapping[str, Field]], subject: str, name: str, written: Any) -> Any:
    """Return a value of a plan's own field.

    Raises:
        FaultError: there is no such field, or the value does not fit it.
    """
    if name not in own.get(subject, {}):
        known = [item.path for fields in own.values() for item in fields.values()]
        close = nearest(f"{subject}.{name}", known)
        raise FaultError(
            Text(
                f"没有计划自设字段 {subject}.{name}" + (f"；是不是 {close}？" if close else ""),
                f"no plan declares a field {subject}.{name}" + (f"; did you mean {close}?" if close else ""),
            )
        )
    found = own[subject][name]
    value = read_raw(found.kind, written)
    if fault := found.fault(value):
        raise FaultError(fault)
    return value
