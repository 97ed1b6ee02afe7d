"""``mutualplans check``: the conformance checks and worked cases of a plugin, outside pytest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

import click

from mutualplans.cli.common import complete_plugins, output_formats
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.install import is_place
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import print_json

if TYPE_CHECKING:
    from mutualplans.model.problem import Problem
    from mutualplans.registry import PluginEntry
    from mutualplans.testing.conformance import Subject
    from mutualplans.testing.levels import Standing

__all__ = ["command"]


class _Result(NamedTuple):
    """One check or worked case of a plan, and what it found."""

    plan: str
    kind: str
    name: str
    problems: list[Problem]


@click.command(
    help=t(
        """检查一个已安装的计划插件：与插件自己的测试相同的各项检查，和每个手算的算例。

        NAME 是插件名，或插件的文件夹（先用 pip install -e 安装）。每项一行，问题和提示写在下面；有不通过的，退出状态为 4。

        最后是各版次的等级，由事实算出：草稿、算例通过、来源齐备、已核对，以及到下一级还差什么。

        \b
        例：
          mutualplans check accident
          mutualplans check ./plugins/mutualplans-accident
          mutualplans check accident --format json
        """,
        """Check an installed plan plugin: what its own tests check, and every worked case.

        NAME is a plugin, or the folder of one (install it first, with pip install -e). A line for each check,
        its problems and hints below; exit status 4 when something fails.

        Last the level of each edition, worked out from facts: draft, usable, sourced, reviewed, and what is missing
        for the next.

        \b
        Examples:
          mutualplans check accident
          mutualplans check ./plugins/mutualplans-accident
          mutualplans check accident --format json
        """,
    )
)
@click.argument("name", metavar="NAME", shell_complete=complete_plugins)
@output_formats("table", "json")
def command(name: str, output_format: str) -> ExitStatus:
    """Run every check and say how each ends."""
    from mutualplans.testing.levels import standings

    results: list[_Result] = []
    levels: list[Standing] = []
    for subject in [subject for entry in _entries(name) for subject in _subjects(entry)]:
        own = list(_run(subject))
        results += own
        levels += standings(subject, [result.name for result in own if result.problems])
    if output_format == "json":
        print_json([*map(_as_data, results), *map(_level_data, levels)])
    else:
        _show(results, levels)
    return ExitStatus.PLUGIN if any(result.problems for result in results) else ExitStatus.OK


def _run(subject: Subject) -> Iterator[_Result]:
    from mutualplans.testing.cases import case_problems
    from mutualplans.testing.conformance import CHECKS, cases_of, run_check

    for check in CHECKS:
        yield _Result(subject.plan_id, "check", check.__name__, run_check(check, subject))
    for case in cases_of(subject):
        yield _Result(subject.plan_id, "case", case.name, case_problems(subject.plan, case))


def _subjects(entry: PluginEntry) -> list[Subject]:
    """Return each plan of a plugin; one of the plugin's name where it cannot be loaded, which the checks report."""
    from mutualplans.testing.conformance import Subject

    plans = Subject(entry.name).record.plans
    return [Subject(plan.id) for plan in plans] or [Subject(entry.name)]


# ---------------------------------------------------------------- which plugin


def _entries(name: str) -> list[PluginEntry]:
    """Return the plugin of a name, or those of a folder.

    Raises:
        PluginError: none is installed by the name, two are, or the folder's is installed from elsewhere.
    """
    if not is_place(name) and not Path(name, "pyproject.toml").is_file():
        return [_entry(name)]
    from mutualplans.testing.readme import entry_points_in

    folder = Path(name)
    return [_from_folder(_entry(point, folder), folder) for point in entry_points_in(folder)]


def _entry(name: str, folder: Path | None = None) -> PluginEntry:
    from mutualplans import registry_problems as wrong
    from mutualplans.registry import PluginError, find_entries

    entries = find_entries()
    found = [entry for entry in entries if entry.name == name]
    if len(found) > 1:
        raise PluginError(wrong.duplicate(found[0], found))
    if not found:
        raise PluginError(
            _not_from(folder) if folder else wrong.unknown_plugin(name, (entry.name for entry in entries))
        )
    return found[0]


def _from_folder(entry: PluginEntry, folder: Path) -> PluginEntry:
    """Return the entry if its module lies in the folder; another copy would be checked in its place."""
    from importlib.util import find_spec

    from mutualplans.registry import PluginError

    spec = find_spec(entry.top)
    if spec and spec.origin and not Path(spec.origin).resolve().is_relative_to(folder.resolve()):
        raise PluginError(_not_from(folder, spec.origin))
    return entry


def _not_from(folder: Path, origin: str = "") -> Problem:
    from mutualplans.model.problem import problem

    return problem(
        "plugin.elsewhere",
        "这个文件夹里的插件没有安装" + (f"；装的是 {origin}" if origin else ""),
        "the plugin in this folder is not installed" + (f"; {origin} is" if origin else ""),
        where=str(folder),
        hint_zh=f"python -m pip install -e {quote(str(folder))}",
        hint_en=f"python -m pip install -e {quote(str(folder))}",
    )


# ---------------------------------------------------------------- what is shown


def _show(results: list[_Result], levels: list[Standing]) -> None:
    """Print a line for each result and level; what stops several checks alike is told at the first."""
    said: list[Problem] = []
    for result in results:
        word = t("不通过", "failed") if result.problems else t("通过  ", "passed")
        label = t("算例：", "case: ") if result.kind == "case" else ""
        click.echo(f"{word}  {result.plan}  {label}{result.name}")
        for item in result.problems:
            if item in said and result.kind == "check":
                continue
            said.append(item)
            click.echo(f"        {item.line(lang())}")
            if item.hint:
                click.echo(f"          {t('提示：', 'hint: ')}{item.hint.in_(lang())}")
    for standing in levels:
        _show_level(standing)
    failed = sum(bool(result.problems) for result in results)
    click.echo(
        t(f"{len(results)} 项，{failed} 项不通过", f"{len(results)} checks and cases, {failed} failed")
    )


def _show_level(standing: Standing) -> None:
    cases, values = len(standing.cases), len(standing.edition.values)
    facts = t(
        f"算例 {cases} 个，{standing.published} 个有外部出处；数值 {values} 项，假定 {len(standing.assumed)} 项",
        f"cases {cases}, from outside {standing.published}; values {values}, assumed {len(standing.assumed)}",
    )
    word, label = t("等级  ", "level "), standing.level.label.in_(lang())
    click.echo(f"{word}  {standing.plan}/{standing.edition.id}  {label}{t(f'（{facts}）', f' ({facts})')}")
    if standing.review:
        by = standing.review
        click.echo(f"        {by.on} {by.office} {by.reviewer}{t('：', ': ')}{by.compared}")
    if standing.next:
        upper = standing.next.label.in_(lang())
        lacks = t("；", "; ").join(item.in_(lang()) for item in standing.missing)
        click.echo(f"        {t(f'到“{upper}”还差：', f'missing for {upper}: ')}{lacks}")


def _level_data(standing: Standing) -> dict[str, object]:
    return {
        "plan": standing.plan,
        "kind": "level",
        "name": standing.edition.id,
        "level": standing.level.id,
        "missing": [item.in_(lang()) for item in standing.missing],
        "cases": len(standing.cases),
        "published_cases": standing.published,
        "values": len(standing.edition.values),
        "assumed_values": list(standing.assumed),
        "text": standing.text,
    }


def _as_data(result: _Result) -> dict[str, object]:
    from mutualplans.engine.asdata import problem_data

    return {
        "plan": result.plan,
        "kind": result.kind,
        "name": result.name,
        "passed": not result.problems,
        "problems": [problem_data(item, lang()) for item in result.problems],
    }
