"""The parameter table in each plugin's README, and ``plugins/README.md``: what the repository's plugins are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from docs.pages.markdown import GENERATED, table
from mutualplans.plan.declaration import Plan
from mutualplans.registry import PluginRegistry
from mutualplans.testing.conformance import Subject
from mutualplans.testing.levels import LEVELS, Level, Standing, failing, lowest, standings
from mutualplans.testing.readme import refresh

__all__ = ["plugin_list", "plugin_pages"]

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
    yield "plugins/README.md", plugin_list(found)


def _readme(folder: Path, plans: tuple[Plan, ...]) -> Iterator[tuple[str, str]]:
    """Yield a plugin's README with its parameter table written anew."""
    file = folder / "README.md"
    text = file.read_text("utf-8")
    for plan in plans:
        text = refresh(text, plan)
    yield file.relative_to(ROOT).as_posix(), text


def plugin_list(plugins: Iterable[tuple[str, str, Plan]]) -> str:
    """Return the list of some plugins (package, version, plan), each with its level and that of its editions."""
    packages, editions = [], []
    for package, version, plan in plugins:
        subject = Subject(plan.id)
        found = standings(subject, failing(subject))
        link = f"[`{package}`]({package}/README.md)"
        packages.append((link, plan.title.zh, version, _level(lowest(found))))
        editions += [(f"`{package}`", *_edition(standing)) for standing in found]
    intro = (
        "每个文件夹是一个可以单独安装的计划插件：`mutualplans install ./plugins/<文件夹>`。版次是有日期的一组数值，永远保留；"
        "“假定”的数值没有来源载明，只作示例，由办事处核实后设定。\n\n"
        "Each folder is a plan plugin of its own. Editions are dated sets of values, kept for ever; *assumed* values are "
        "stated by no source and have to be confirmed by the office that uses them. To write one: "
        "[tutorial](../docs/tutorial-plan.md), [contract](../docs/contract.md); to publish one: "
        "[publishing](../docs/publish.md)."
    )
    rules = (
        "## 等级 · Levels\n\n等级由事实算出，不由作者自报；插件的等级是它各版次中最低的一级。"
        "`mutualplans check <计划>` 显示等级和到下一级还差什么。\n\n"
        "Worked out from facts, claimed by nobody; a plugin has the lowest level among its editions. "
        "`mutualplans check PLAN` shows the level, and what is missing for the next.\n\n"
    )
    return "\n".join(
        (
            f"# 计划插件 · Plan plugins\n\n{GENERATED}\n\n{intro}\n",
            table(["软件包 package", "计划 plan", "版本 version", "等级 level"], packages) + "\n",
            rules
            + table(["等级 level", "条件 rule"], [(_level(item), _rule(item)) for item in LEVELS])
            + "\n",
            "## 版次 · Editions\n\n" + table(_EDITION_HEADS, editions) + "\n",
        )
    )


_EDITION_HEADS = [
    "软件包 package",
    "版次 edition",
    "有效期 in force",
    "等级 level",
    "有外部出处的算例 / 全部 cases from outside / all",
    "假定值 / 全部值 assumed / all values",
    "到下一级还差 missing for the next level",
]


def _level(level: Level) -> str:
    return f"{level.label.zh} {level.id}"


def _rule(level: Level) -> str:
    return f"{level.rule.zh} {level.rule.in_('en')}"


def _edition(standing: Standing) -> tuple[str, ...]:
    edition = standing.edition
    return (
        f"`{edition.id}`",
        edition.in_force.in_words(),
        _level(standing.level),
        f"{standing.published} / {len(standing.cases)}",
        f"{len(standing.assumed)} / {len(edition.values)}",
        "；".join(item.zh for item in standing.missing),
    )
