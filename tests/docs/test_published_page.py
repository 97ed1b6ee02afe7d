"""The page of published figures names tests and worked cases that exist."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from docs.pages.published import ASKED, OTHER

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED = dict.fromkeys(
    [*(test for _figure, _source, test in OTHER), *(test for _what, _due, tests in ASKED for test in tests)]
)


@pytest.mark.parametrize("named", NAMED)
def test_every_named_test_exists(named: str) -> None:
    """``path::function`` is a test function, ``plan name`` a worked case of that plan."""
    if "::" in named:
        path, _, function = named.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    else:
        plan, _, name = named.partition(" ")
        file = f"plugins/mutualplans-{plan}/mutualplans_{plan.replace('-', '_')}/cases.toml"
        cases = tomllib.loads((ROOT / file).read_text("utf-8"))["case"]
        assert name in {case["name"] for case in cases}
