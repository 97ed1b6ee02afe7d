"""One stay on two bills: how a claim is split, and which benefits must then pay the same together."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import attrs
from attrs import evolve

from mutualplans.engine.explain import Work
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children
from mutualplans.model.claim import Claim
from mutualplans.model.money import Money

__all__ = ["split_stay", "splits"]

_PART = 10_000
"""Fen: what goes onto the second bill is a multiple of it, so that rates of whole parts per 10,000 leave no rest."""


def split_stay(claim: Claim, pick: int) -> tuple[Claim, Claim]:
    """Return two bills of the claim's stay; their days and amounts add up to the claim's."""
    days = claim.days or 0
    first = 1 + pick % (days - 1)
    amounts = {item.name: getattr(claim, item.name) for item in attrs.fields(Claim)}
    moved: dict[str, Any] = {
        name: Money(amount.fen // _PART * (pick % 3) // 2 * _PART)
        for name, amount in amounts.items()
        if isinstance(amount, Money)
    }
    kept: dict[str, Any] = {name: Money(amounts[name].fen - part.fen) for name, part in moved.items()}
    admitted: Any = claim.admitted
    stay: dict[str, Any] = {"stay": "split", "incident": claim.incident or "split"}
    ends = [admitted + timedelta(days=count) for count in (first, days)]
    none = {
        name: type(value)(0) if type(value) in (int, Money) else value for name, value in claim.extra.items()
    }
    one = evolve(claim, **stay, **kept, days=first, discharged=ends[0])
    two = evolve(claim, **stay, **moved, id=f"{claim.id}b", days=days - first, discharged=ends[1], extra=none)
    return one, two


def splits(work: Work) -> bool:
    """Return whether a benefit adds up over the bills of a stay: every scale over what is split goes on from bill to bill.

    A choice, a minimum or a once-only amount that looks at the days or the bill of one claim does not.
    """
    divided: set[n.Node] = set()
    for node in work.order.nodes:
        parts = [part for part in children(node) if part in divided]
        if isinstance(node, n.Read):
            own = node.field.subject == "claim" and node.field.name not in _WHOLE
            if own and node.field.kind.value in ("money", "count"):
                divided.add(node)
        elif parts and not isinstance(node, n.Before):
            if not _goes_on(node, parts, work):
                return False
            divided.add(node)
    # An amount that looks at neither days nor bill is not for a stay.
    return work.program.pays in divided and not any(node in divided for node in work.program.conditions)


_WHOLE = {"age", "remaining"}


def _goes_on(node: n.Node, parts: list[n.Node], work: Work) -> bool:
    if isinstance(node, n.Add | n.Subtract | n.Named):
        return True
    if isinstance(node, n.Times):
        return len(parts) == 1
    if isinstance(node, n.Above | n.Capped | n.Tiered | n.Banded):
        return parts == [node.base] and isinstance(node.before, n.Before)
    if isinstance(node, n.Portion):
        rate = work.results[node.rate]
        return (
            parts == [node.base]
            and isinstance(rate, Fraction | int)
            and (Fraction(rate) * _PART).denominator == 1
        )
    if isinstance(node, n.Choose):
        return node.test not in parts
    # An indemnity is held below what is left of this bill, which never cuts a part of it: see `Program.pays`.
    return isinstance(node, n.Least) and node == work.program.pays and work.program.benefit.indemnity
