"""One fold for every backend: children before parents, each distinct sub-formula once, all results kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import attrs
from attrs import frozen

from mutualplans.expr.nodes import Node

__all__ = ["Order", "children", "fold", "order"]

R = TypeVar("R")


@lru_cache(maxsize=100_000)
def children(node: Node) -> tuple[Node, ...]:
    """Return the direct sub-formulas in the order of the node's fields."""
    found: list[Node] = []
    for item in attrs.fields(type(node)):
        value = getattr(node, item.name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(part for part in value if isinstance(part, Node))
    return tuple(found)


@frozen(eq=False)
class Order:
    """The sub-formulas of some roots, children first, with the places of each one's children.

    Attributes:
        nodes: Distinct nodes; structurally equal ones appear once.
        inputs: For each node, the places of its children in `nodes`.
        place: Place of each node.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[tuple[int, ...], ...]
    place: Mapping[Node, int]


def order(roots: Iterable[Node]) -> Order:
    """Return the evaluation order of `roots`, found without recursion."""
    place: dict[Node, int] = {}
    inputs: list[tuple[int, ...]] = []
    stack = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, ready = stack.pop()
        if node in place:
            continue
        parts = children(node)
        if ready:
            place[node] = len(inputs)
            inputs.append(tuple(place[part] for part in parts))
        else:
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(parts))
    return Order(tuple(place), tuple(inputs), place)


Rule = Callable[[Any, list[Any], Any], Any]
"""What a backend's table holds: (node, results of its children, environment) → result."""


def fold(plan: Order, table: Mapping[type[Node], Rule], env: Any) -> list[Any]:
    """Run `table` over `plan`; returns the result of every node, by place."""
    results: list[Any] = []
    for node, places in zip(plan.nodes, plan.inputs, strict=True):
        results.append(table[type(node)](node, [results[place] for place in places], env))
    return results
