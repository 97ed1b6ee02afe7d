"""The generated parts of a plugin's README: the parameter table of its editions, and how well its cases hold it.

Each stands between two markers; what an author writes around them is left alone::

    <!-- parameters: begin -->
    <!-- parameters: end -->

    <!-- figures: begin -->
    <!-- figures: end -->

A README without a place for the figures gets one below the table, with a heading of its own.

``python -m mutualplans.testing.readme plugins/mutualplans-accident`` writes it, ``--check`` only says whether it is
current. A package with several plans names each one in its marker: ``<!-- parameters: begin accident.family -->``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from mutualplans.backends.phrase import scale_text, show
from mutualplans.hookspecs import GROUP
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import MutualPlansError, problem
from mutualplans.model.scales import ANY, Condition, ConditionList, Scale, Table
from mutualplans.model.tomlfile import read_toml
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition, Entry
from mutualplans.plan.reading import load_editions
from mutualplans.testing.figures import figures_of
from mutualplans.testing.subject import Subject

__all__ = ["entry_points_in", "figures_table", "main", "parameter_table", "plans_of", "refresh"]

_MARKERS = {
    name: re.compile(
        rf"(?P<begin><!-- {name}: begin(?: (?P<plan>[a-z][a-z0-9.-]*))? -->\n).*?(?P<end><!-- {name}: end -->)",
        re.DOTALL,
    )
    for name in ("parameters", "figures")
}


def parameter_table(plan: Plan) -> str:
    """Return every edition's values in words as Markdown, each with how well it is known and from where.

    Raises:
        MutualPlansError: an edition cannot be read; half a table would look like a whole one.
    """
    editions, problems = load_editions(plan)
    if problems:
        raise MutualPlansError(*problems)
    lists: dict[ConditionList, str] = {}
    return "\n\n".join(part for edition in editions for part in _edition(plan, edition, lists)) + "\n"


def figures_table(subject: Subject) -> str:
    """Return what the worked cases reach and notice as Markdown.

    Raises:
        MutualPlansError: the plan cannot be used.
    """
    figures = figures_of(subject)
    worked = figures.cases - figures.published - figures.recorded
    kinds = [f"公开 {figures.published} 例", f"手算 {worked} 例"]
    kinds += [f"只是记录下来、没有人算过 {figures.recorded} 例"] if figures.recorded else []
    rows = [(count.title.zh, f"{count.done}", f"{count.of}") for count in figures.reached]
    rows += [(f"{count.title.zh}，算例能发现", f"{count.done}", f"{count.of}") for count in figures.noticed]
    parts = [
        f"算例 {figures.cases} 例：{'，'.join(kinds)}。其余各项由 `mutualplans check {subject.plan_id} --gaps` 列出。",
        _table(("查什么", "做到", "共"), rows),
    ]
    if figures.notches:
        parts += ["声明的断崖：", "\n".join(f"- {notch.zh}" for notch in figures.notches)]
    return "\n\n".join(parts) + "\n"


def refresh(readme_text: str, plan: Plan, *, figures: bool = True) -> str:
    """Return a README with what stands between its markers written anew; without `figures`, only the table.

    Raises:
        MutualPlansError: there are no markers for the plan's table, or an edition cannot be read.
    """
    table = parameter_table(plan)
    if not _places(readme_text, "parameters", plan):
        raise MutualPlansError(
            problem(
                "readme.markers",
                f"README.md 里没有计划 {plan.id} 的参数表标记",
                f"README.md has no markers for the parameter table of {plan.id}",
                hint_zh="写两行：<!-- parameters: begin --> 和 <!-- parameters: end -->",
                hint_en="write two lines: <!-- parameters: begin --> and <!-- parameters: end -->",
            )
        )
    readme_text = _filled(readme_text, "parameters", plan, table)
    if not figures:
        return readme_text
    if not _places(readme_text, "figures", plan):
        last = _places(readme_text, "parameters", plan)[-1]
        begin = last["begin"].replace("parameters", "figures")
        place = f"\n\n## 算例\n\n{begin}<!-- figures: end -->"
        readme_text = readme_text[: last.end()] + place + readme_text[last.end() :]
    return _filled(readme_text, "figures", plan, figures_table(Subject.of(plan)))


def _places(text: str, name: str, plan: Plan) -> list[re.Match[str]]:
    return [found for found in _MARKERS[name].finditer(text) if found["plan"] in (None, plan.id)]


def _filled(text: str, name: str, plan: Plan, part: str) -> str:
    for found in reversed(_places(text, name, plan)):
        text = text[: found.start()] + f"{found['begin']}\n{part}\n{found['end']}" + text[found.end() :]
    return text


# ---------------------------------------------------------------- one edition


def _edition(plan: Plan, edition: Edition, lists: dict[ConditionList, str]) -> Iterator[str]:
    """Yield the parts of an edition; `lists` remembers which edition has already shown a list of conditions."""
    yield f"### {edition.title.zh}（`{edition.id}`）"
    sources = "、".join(_link(source) for source in (edition.source, *edition.more_sources))
    about = f"{edition.in_force.in_words()}。{edition.publisher}。{edition.confidence.label.zh}"
    yield f"{about}{f'（{edition.reason}）' if edition.reason else ''}：{sources}。"
    if edition.note:
        yield edition.note
    rows, shown = [], []
    for parameter in plan.values:
        entry = edition.values.get(parameter.name)
        rows.append(_row(parameter, entry, edition, lists))
        if (
            entry
            and isinstance(entry.value, ConditionList)
            and lists.setdefault(entry.value, edition.id) == edition.id
        ):
            shown.append((parameter, entry.value))
    yield _table(("参数", "值", "可信度", "依据（空白：本版来源）"), rows)
    for parameter, conditions in shown:
        yield f"{parameter.label.zh}（`{edition.id}`）："
        heads = ("病种", "代码", "类别", "ICD-10（我们所加）", "标准")
        yield _table(heads, [_condition(item) for item in conditions.conditions])


def _row(
    parameter: Parameter, entry: Entry | None, edition: Edition, lists: dict[ConditionList, str]
) -> tuple[str, ...]:
    if entry is None:
        return (parameter.label.zh, "未载明" if parameter.optional else "由办事处设定", "", "")
    if isinstance(entry.value, ConditionList):
        first = lists.get(entry.value, edition.id)
        where = "见下表" if first == edition.id else f"与 `{first}` 相同"
        words = f"{len(entry.value.conditions)} 项，{where}"
    else:
        words = _in_words(parameter, entry.value)
    grounds = "；".join(part for part in (entry.reason, entry.source and _link(entry.source)) if part)
    return (parameter.label.zh, words, entry.confidence.label.zh, grounds)


def _in_words(parameter: Parameter, value: Any) -> str:
    if isinstance(value, Scale):
        return scale_text(value, parameter.measured, parameter.kind, "zh")
    if isinstance(value, Table):
        rows = (
            (
                "、".join("其他" if key == ANY else key for key in keys),
                show(cell, parameter.kind, parameter.unit, "zh"),
            )
            for keys, cell in value.rows.items()
        )
        return "；".join(f"{keys}：{cell}" for keys, cell in rows)
    return show(value, parameter.kind, parameter.unit, "zh")


def _condition(item: Condition) -> tuple[str, ...]:
    codes = "、".join(item.icd10) or "填病种代码"
    if item.except_icd10:
        codes += f"（{'、'.join(item.except_icd10)} 除外）"
    return (item.title.zh, f"`{item.id}`", item.class_, codes, item.definition.zh if item.definition else "")


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith(("http://", "https://")) else source


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# ---------------------------------------------------------------- from a plugin's folder


def entry_points_in(folder: Path) -> dict[str, str]:
    """Return the entry points that a plugin's ``pyproject.toml`` states: name → module.

    Raises:
        MutualPlansError: the file cannot be read, or states none.
    """
    project = read_toml(folder / "pyproject.toml").data.get("project", {})
    points: dict[str, str] = project.get("entry-points", {}).get(GROUP, {})
    if not points:
        raise MutualPlansError(
            problem(
                "plugin.empty",
                f"没有入口组 {GROUP}",
                f"no entry points in the group {GROUP}",
                where=str(folder / "pyproject.toml"),
            )
        )
    return points


def plans_of(folder: Path) -> list[Plan]:
    """Return the plans of the plugin in a folder, which must be installed."""
    return [
        plan
        for name, module in entry_points_in(folder).items()
        for plan in EntryPoint(name, module, GROUP).load().register_plans()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the tables of some plugin folders; returns 1 when a table is not current."""
    parser = argparse.ArgumentParser(prog="python -m mutualplans.testing.readme", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="PLUGIN_FOLDER")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a table is not current"
    )
    options = parser.parse_args(arguments)
    stale = [folder for folder in options.folders if _stale(folder, write=not options.check)]
    if not options.check:
        return 0
    for folder in stale:
        sys.stderr.write(
            f"{folder}/README.md: 参数表或算例的数字不是最新的；运行 python -m mutualplans.testing.readme {folder}\n"
        )
    return 1 if stale else 0


def _stale(folder: Path, *, write: bool) -> bool:
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    fresh = text
    for plan in plans_of(folder):
        fresh = refresh(fresh, plan)
    if write and fresh != text:
        path.write_text(fresh, encoding="utf-8")
    return fresh != text


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MutualPlansError as error:
        sys.exit(str(error))
