"""``cookbook/``: a recipe for each feature of ``expressiveness.md``, made from the test that proves it.

Nothing is written twice: the feature and its formula stand in the table of that page, the declaration and the worked
case are the source of the test, and the rule in words is what the program says of the plan that the test declares.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from attrs import evolve, frozen

from docs.pages.features import CHINESE
from docs.pages.markdown import code, fixed, page
from mutualplans.documents.markdown import escaped
from mutualplans.engine.ruledata import RuleText
from mutualplans.engine.ruletext import rule_text
from mutualplans.model.text import Lang
from mutualplans.plan.edition import Confidence, Edition

__all__ = ["FILES", "Recipe", "cookbook_index", "cookbook_page", "recipes"]

ROOT = Path(__file__).parent.parent.parent

FILES = {
    "base": "test_base",
    "scales": "test_scales",
    "limits": "test_limits",
    "time": "test_time",
    "people": "test_people_and_fees",
}
"""How the page calls a file of tests → its module."""

TITLES = {
    "base": ("Base", "从什么算起 · Base: from what it is counted"),
    "scales": ("Scale", "怎样算 · Scale: from a base to an amount"),
    "limits": ("Limits", "限额 · Limits: caps, floors, counts"),
    "time": ("Time", "时间 · Time: terms, waits, stays, deadlines"),
    "people": ("Persons and fees", "人员与互助费 · Persons and fees"),
}
"""Page of the cookbook → heading of ``expressiveness.md``, title."""


@frozen
class Recipe:
    """One feature.

    Attributes:
        feature: What rules say.
        said: How it is declared, in short.
        tests: File and name of each test; empty for what cannot be said yet.
    """

    feature: str
    said: str
    tests: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """Its name in both languages."""
        return f"{CHINESE[self.feature]} · {self.feature}" if self.feature in CHINESE else self.feature


@cache
def recipes() -> dict[str, tuple[Recipe, ...]]:
    """Return the rows of ``expressiveness.md`` by the heading above them."""
    text = (ROOT / "docs" / "expressiveness.md").read_text("utf-8")
    found: dict[str, tuple[Recipe, ...]] = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        rows = [line for line in body.splitlines() if line.startswith("| ") and "| said |" not in line]
        found[heading] = tuple(_recipe(row) for row in rows)
    return found


def _recipe(row: str) -> Recipe:
    feature, said, tests = (cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1])
    file, _, names = tests.partition(": ")
    return Recipe(feature, said, tuple((file, name) for name in names.split(", ") if name))


# ---------------------------------------------------------------- pages


def cookbook_index() -> str:
    """Return the first page: what there is, and what stands in the recipes."""
    intro = (
        "规则里的每一种说法各有一则：规则怎么写、怎样声明、算例。每则都取自一个测试，随程序一起运行。\n\n"
        "One recipe for each feature of the rules that were read: what the rule says, how it is declared, a case worked "
        "by hand. Each is a test of this repository, shown as it runs. What cannot be said yet, and the way out, stands "
        "in [the function leaf](../function-leaf.md)."
    )
    lists = []
    for place, (heading, title) in TITLES.items():
        items = [
            f"- [{item.title}]({place}.md#{_anchor(item.title)})" for item in recipes()[heading] if item.tests
        ]
        lists.append(f"## [{title}]({place}.md)\n\n" + "\n".join(items))
    return page("手册 · Cookbook", intro, _helpers(), *lists)


def _helpers() -> str:
    from tests.expressiveness import small

    names = ("small", "benefit", "stay", "stays", "claim", "cover", "one", "totals", "run", "codes", "fee")
    lines = [f"- {code(f'{name}(…)')}: {_first(getattr(small, name))}" for name in names]
    return (
        "## 怎样读 · How to read a recipe\n\n"
        "The code is a test. `value = mp.parameters(…)` and the formulas are what you write in `plan.py`; the text in "
        "quotes is the `[values]` part of an edition; the rest declares a small plan around them, and claims, in a few "
        "words. `bill` is `claim.self_paid_in_scope`. Amounts that are expected are in fen, written `1000_00`.\n\n"
        + "\n".join(lines)
        + "\n\n`happened` and `held` are `claim` and `cover` of this list, where the names are those of the fields."
    )


def _first(function: object) -> str:
    return " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())


@cache
def cookbook_page(place: str) -> str:
    """Return the page of one part of the cookbook; its tests are run for it, so it is kept."""
    heading, title = TITLES[place]
    found = [_recipe_text(item) for item in recipes()[heading] if item.tests]
    return page(title, f"[手册 · Cookbook](index.md) · {len(found)} recipes", *found)


def _recipe_text(recipe: Recipe) -> str:
    parts = [f"## {recipe.title}", f"**怎样声明 · declared:** {recipe.said}".replace("\\|", "|")]
    for place, name in recipe.tests:
        module = importlib.import_module(f"tests.expressiveness.{FILES[place]}")
        function = getattr(module, f"test_{name}")
        rules = _read_back(function)
        if rules:
            parts.append("**规则 · the rule, read back:**\n\n" + "\n>\n".join(rules))
        parts.append(f"**算例 · worked:** {_first(function)}")
        parts.append(fixed(_source(module, f"test_{name}"), "python"))
    return "\n\n".join(parts)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


# ---------------------------------------------------------------- the source of a test


@cache
def _parsed(module: ModuleType) -> tuple[str, dict[str, ast.stmt]]:
    """Return the text of a module, and what it defines: name → statement."""
    text = inspect.getsource(module)
    found: dict[str, ast.stmt] = {}
    for item in ast.parse(text).body:
        if isinstance(item, ast.FunctionDef | ast.ClassDef):
            found[item.name] = item
        elif isinstance(item, ast.Assign):
            found |= {target.id: item for target in item.targets if isinstance(target, ast.Name)}
    return text, found


def _source(module: ModuleType, name: str) -> str:
    """Return a test with what it uses of its own file above it, in the order of the file."""
    text, defined = _parsed(module)
    used: list[ast.stmt] = []
    waiting = [defined[name]]
    while waiting:
        item = waiting.pop()
        if item in used:
            continue
        used.append(item)
        names = {node.id for node in ast.walk(item) if isinstance(node, ast.Name)}
        waiting += [defined[other] for other in names & defined.keys()]
    lines = text.splitlines()
    blocks = []
    for item in sorted(used, key=lambda found: found.lineno):
        decorators = getattr(item, "decorator_list", [])
        start = min([item.lineno, *(found.lineno for found in decorators)])
        blocks.append("\n".join(lines[start - 1 : item.end_lineno]))
    return "\n\n\n".join(blocks)


# ---------------------------------------------------------------- the rule in words


def _read_back(function: Any) -> list[str]:
    """Return what the plans of a test say in Chinese, then in English, each as a quotation."""
    found: dict[str, str] = {}
    for plan, edition in _declared(function):
        zh, en = (_words(rule_text(plan, edition, lang=lang, mark_open=False)) for lang in ("zh", "en"))
        if zh:
            found["\n".join(zh)] = "\n".join(
                f"> {escaped(line)}  " for line in (*zh, *(item for item in en if item not in zh))
            )
    return list(found.values())


def _declared(function: Any) -> Iterator[tuple[Any, Edition]]:
    """Yield the plans that a test declares, run with the first of its cases; their values pass for published."""
    from tests.engine.plans import edition
    from tests.expressiveness import small

    seen: list[tuple[Any, str]] = []
    usual = small.check
    small.check = lambda item, told=(): seen.append(item)
    try:
        function(**_arguments(function))
    finally:
        small.check = usual
    for plan, values in seen:
        made = edition(plan, values)
        entries = {name: evolve(item, confidence=Confidence.PUBLISHED) for name, item in made.values.items()}
        yield plan, evolve(made, values=entries)


def _arguments(function: Any) -> dict[str, object]:
    """Return the arguments of a test's first case."""
    found: dict[str, object] = {}
    for mark in getattr(function, "pytestmark", []):
        if mark.name != "parametrize":
            continue
        names, cases = mark.args[:2]
        split = names.split(",") if isinstance(names, str) else names
        first = cases[0]
        found |= dict(zip(map(str.strip, split), first if len(split) > 1 else (first,), strict=True))
    return found


def _words(rule: RuleText) -> list[str]:
    """Return the sentences of a rule that no plan without anything special says."""
    plain = _plain_words(rule.lang)
    return [line for line in _sentences(rule) if line not in plain]


def _sentences(rule: RuleText) -> Iterator[str]:
    for name in ("insured", "premium", "term", "shares", "waiting", "benefits", "ends", "deadlines"):
        section = rule.section(name)
        label = {"premium": section.title}.get(name, "")
        for item in itertools.chain([section], section.parts):
            for line in item.lines:
                if line.label not in ("条款", "clause"):
                    yield (f"{label}：" if label and rule.lang == "zh" else f"{label}: " if label else "") + (
                        line.in_words(rule.lang)
                    )
            for grid in item.grids:
                yield f"{grid.title}{'：' if rule.lang == 'zh' else ': '}{grid.brief}"


@cache
def _plain_words(lang: Lang) -> frozenset[str]:
    import mutualplans as mp
    from tests.engine.plans import edition
    from tests.expressiveness.small import small

    plan, values = small(mp.parameters(), "", mp.yuan("1"))
    return frozenset(_sentences(rule_text(plan, edition(plan, values), lang=lang)))


def all_tests() -> Iterable[tuple[str, str]]:
    """Return the tests that the cookbook shows: file and name."""
    return [test for rows in recipes().values() for item in rows for test in item.tests]
