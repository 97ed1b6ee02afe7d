"""The codes that the rules name, and the kernel of one bound plan as `mutualplans plans PLAN --kernel` prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mutualplans.batch.kernel.source import kernel_source, support
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.office import Office, office_of
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.scales import ANY, ConditionList, Scale, Table

__all__ = ["printed", "rule_codes"]


def printed(bound: BoundPlan, office: Office | None = None) -> str:
    """Return the kernel of a bound plan as text, without the functions that all kernels share.

    Raises:
        Opaque: no kernel can be written of the plan.
    """
    codes = rule_codes(office or office_of([bound.plan]))
    numbers = {"": 0} | {code: number for number, code in enumerate(codes, 1)}
    limits = [limit for limit in office.limits if bound.plan.id in limit.plans] if office else []
    source = kernel_source([bound], code=numbers.__getitem__, limits=limits)
    own = source.text[len(support()) :].strip()
    legend = "\n".join(
        f"# {number}: {code}" for number, code in enumerate(codes, 1) if _is_named(number, own)
    )
    paths = "\n".join(f"# {1 << number}: {path}" for number, path in enumerate(source.paths))
    return f"# Codes:\n{legend}\n# Bits of what is missing:\n{paths}\n\n\n{own}\n"


def _is_named(number: int, text: str) -> bool:
    return re.search(rf"[=!]= {number}\b", text) is not None


def rule_codes(office: Office) -> tuple[str, ...]:
    """Return every code that the office's plans and editions name, in a fixed order that no data change."""
    found = {"in-situ"}
    for record in (Claim, Coverage, Insured, Member, Unit):
        for known in fields_of(record).values():
            found.update(known.choices)
    for item in office.plans:
        found.update(item.plan.insures)
        for node in order([formula.node for _place, formula in item.plan.formulas()]).nodes:
            found.update(_named(node))
        for local in item.editions:
            for entry in (*local.edition.values.values(), *local.values.values()):
                found.update(_held(entry.value))
    return tuple(sorted(found - {"", ANY}))


def _named(node: n.Node) -> Iterator[str]:
    if isinstance(node, n.Constant) and node.of_kind is Kind.CODE:
        yield str(node.value)
    elif isinstance(node, n.OneOf):
        yield from node.codes
    elif isinstance(node, n.Read):
        yield from node.field.choices


def _held(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, ConditionList):
        for condition in value.conditions:
            yield from (condition.id, condition.class_)
    elif isinstance(value, Table):
        for key, cell in value.rows.items():
            yield from key
            if isinstance(cell, str):
                yield cell
    elif isinstance(value, Scale):
        yield from (band.gives for band in value.bands if isinstance(band.gives, str))
