"""The parameter table in each plugin's README, and ``plugins/README.md``: what the repository's plugins are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docs.pages.markdown import GENERATED, table
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence
from mutualplans.plan.reading import load_editions
from mutualplans.registry import PluginRegistry
from mutualplans.testing.readme import refresh

__all__ = ["plugin_pages"]

ROOT = Path(__file__).parent.parent.parent


def plugin_pages() -> Iterator[tuple[str, str]]:
    """Yield the pages of the plugins in the repository."""
    known = PluginRegistry.discover()
    found: list[tuple[str, str, Plan]] = []
    for folder in sorted((ROOT / "plugins").glob("mutualplans-*")):
        name = folder.name.removeprefix("mutualplans-")
        record = known.load(name)
        found += [(folder.name, record.version, plan) for plan in record.plans]
        yield from _readme(folder, record.plans)
    yield "plugins/README.md", _list(found)


def _readme(folder: Path, plans: tuple[Plan, ...]) -> Iterator[tuple[str, str]]:
    """Yield a plugin's README with its parameter table written anew."""
    file = folder / "README.md"
    text = file.read_text("utf-8")
    for plan in plans:
        text = refresh(text, plan)
    yield file.relative_to(ROOT).as_posix(), text


def _list(plugins: list[tuple[str, str, Plan]]) -> str:
    rows = []
    for package, version, plan in plugins:
        editions, _problems = load_editions(plan)
        assumed = sum(
            entry.confidence is Confidence.ASSUMED
            for edition in editions
            for entry in edition.values.values()
        )
        values = sum(len(edition.values) for edition in editions)
        names = "<br>".join(f"`{edition.id}`（{edition.in_force.in_words()}）" for edition in editions)
        rows.append(
            (f"[`{package}`]({package}/README.md)", plan.title.zh, version, names, f"{assumed} / {values}")
        )
    headers = [
        "软件包 package",
        "计划 plan",
        "版本 version",
        "版次 editions",
        "假定值 / 全部值 assumed / all",
    ]
    intro = (
        "每个文件夹是一个可以单独安装的计划插件：`mutualplans install ./plugins/<文件夹>`。版次是有日期的一组数值，永远保留；"
        "“假定”的数值没有来源载明，只作示例，由办事处核实后设定。\n\n"
        "Each folder is a plan plugin of its own. Editions are dated sets of values, kept for ever; *assumed* values are "
        "stated by no source and have to be confirmed by the office that uses them. To write one: "
        "[tutorial](../docs/tutorial-plan.md), [contract](../docs/contract.md)."
    )
    return f"# 计划插件 · Plan plugins\n\n{GENERATED}\n\n{intro}\n\n{table(headers, rows)}\n"
