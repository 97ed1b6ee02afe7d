"""Every backend answers for every node of the formula language, and for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mutualplans.backends import bounds, exact, words_en, words_zh
from mutualplans.expr import nodes
from tests.expr.strategies import BRANCHES, LEAVES

TABLES = {"exact": exact.TABLE, "zh": words_zh.TABLE, "en": words_en.TABLE, "bounds": bounds.TABLE}


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_table_answers_for_every_node(table: Mapping[type[nodes.Node], Any]) -> None:
    """A node without an entry, or an entry without a node, would be found only by the claim that meets it."""
    assert set(nodes.NODES) == set(table)


def test_list_of_nodes_is_complete() -> None:
    """`NODES` names every node class of its module once."""
    defined = [
        item
        for item in vars(nodes).values()
        if isinstance(item, type) and issubclass(item, nodes.Node) and item is not nodes.Node
    ]

    assert len(nodes.NODES) == len(set(nodes.NODES))
    assert set(defined) == set(nodes.NODES)


def test_every_node_is_exported() -> None:
    """Every node class stands in `__all__`, so that no backend has to reach for a private name."""
    assert {node.__name__ for node in nodes.NODES} <= set(nodes.__all__)


def test_strategies_reach_every_node() -> None:
    """The formulas that the laws are tested with are built from every node class."""
    built = {node for table in (LEAVES, BRANCHES) for found in table.values() for node in found}

    assert set(nodes.NODES) == built
