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
from mutualplans.cli.output import print_json, say

if TYPE_CHECKING:
    from mutualplans.model.problem import Problem
    from mutualplans.registry import PluginEntry
    from mutualplans.testing.figures import Figures
    from mutualplans.testing.levels import Standing
    from mutualplans.testing.subject import Subject

__all__ = ["command"]


class _Result(NamedTuple):
    """One check or worked case of a plan, and what it found."""

    plan: str
    kind: str
    name: str
    problems: list[Problem]

    @property
    def status(self) -> str:
        """How it ended: ``passed``, ``failed``, or ``noted`` (not made, or failed as expected)."""
        errors = [item for item in self.problems if item.severity != "note"]
        return "failed" if errors else "noted" if self.problems else "passed"


@click.command(
    help=t(
        """检查一个已安装的计划插件：与插件自己的测试相同的各项检查，和每个手算的算例。

        NAME 是插件名，或插件的文件夹（先用 pip install -e 安装）。每项一行，问题和提示写在下面；有不通过的，退出状态为 4。
        其后是算例到达了规则的多少，声明和数值稍有改动时算例能发现多少；--gaps 列出其余各项。
        最后是各版次的等级，由事实算出：草稿、算例通过、来源齐备、已核对，以及到下一级还差什么。

        \b
        例：
          mutualplans check accident
          mutualplans check accident --gaps
          mutualplans check ./plugins/mutualplans-accident --update-cases
          mutualplans check accident --format json
        """,
        """Check an installed plan plugin: what its own tests check, and every worked case.

        NAME is a plugin, or the folder of one (install it first, with pip install -e). A line for each check,
        its problems and hints below; exit status 4 when something fails. Then how much of the rule the cases reach,
        and how many small changes of declaration and values they notice; --gaps lists the others.
        Last the level of each edition, worked out from facts: draft, usable, sourced, reviewed, and what is missing
        for the next.

        \b
        Examples:
          mutualplans check accident
          mutualplans check accident --gaps
          mutualplans check ./plugins/mutualplans-accident --update-cases
          mutualplans check accident --format json
        """,
    )
)
@click.argument("name", metavar="NAME", shell_complete=complete_plugins)
@click.option(
    "--gaps",
    is_flag=True,
    help=t(
        "列出算例没有到达的，和没有算例能发现的改动。",
        "List what no case reaches, and the changes none notices.",
    ),
)
@click.option(
    "--update-cases",
    is_flag=True,
    help=t(
        "把不符的金额改为现在算出的：先列出改动，确认后才写，并标为 recorded。公开的金额不改。",
        "Write amounts as they come out now: shown first, written once confirmed, marked recorded. "
        "Published amounts stay.",
    ),
)
@output_formats("table", "json")
def command(name: str, gaps: bool, update_cases: bool, output_format: str) -> ExitStatus:
    """Run every check and say how each ends."""
    subjects = [subject for entry in _entries(name) for subject in _subjects(entry)]
    if update_cases:
        for subject in subjects:
            _update(subject)
        return ExitStatus.OK
    from mutualplans.testing.levels import standings

    results: list[_Result] = []
    levels: list[Standing] = []
    for subject in subjects:
        own = list(_run(subject))
        results += own
        levels += standings(subject, [result.name for result in own if result.status == "failed"])
    warned = [(subject.plan_id, item) for subject in subjects for item in _warnings(subject)]
    figures = {subject.plan_id: found for subject in subjects if (found := _figures(subject))}
    warned = [(subject.plan_id, item) for subject in subjects for item in _warnings(subject)]
    if output_format == "json":
        counted = [row for plan, found in figures.items() for row in _figures_data(plan, found)]
        told = [_as_data(_Result(plan, "warning", item.code, [item])) for plan, item in warned]
        print_json([*map(_as_data, results), *told, *counted, *map(_level_data, levels)])
    else:
        _show(results)
        for _plan, item in warned:
            click.echo(f"{t('警告  ', 'warns ')}  {item.line(lang())}")
            _show_hint(item, 8)
        for plan, found in figures.items():
            _show_figures(plan, found, gaps=gaps)
        for standing in levels:
            _show_level(standing)
        _show_sum(results)
    return ExitStatus.PLUGIN if any(result.status == "failed" for result in results) else ExitStatus.OK


def _run(subject: Subject) -> Iterator[_Result]:
    from mutualplans.testing.conformance import CHECKS, cases_of, run_case, run_check

    for check in CHECKS:
        yield _Result(subject.plan_id, "check", check.__name__, run_check(check, subject))
    for case in cases_of(subject):
        yield _Result(subject.plan_id, "case", case.name, run_case(case, subject))


def _warnings(subject: Subject) -> list[Problem]:
    """Return what is doubtful of a plan and fails no check."""
    from mutualplans.engine.limits import plan_limit_problems
    from mutualplans.model.problem import MutualPlansError

    try:
        proved = [*plan_limit_problems(subject.plan)]
    except MutualPlansError:
        return []
    # A gap between two editions fails a check of its own.
    own = [item for item in subject.record.problems if item.code != "plan.editions"]
    return [item for item in dict.fromkeys([*own, *proved]) if item.severity == "warning"]


def _figures(subject: Subject) -> Figures | None:
    """Return the figures; none where the plan cannot be used, which the checks report."""
    from mutualplans.model.problem import MutualPlansError
    from mutualplans.testing.figures import figures_of

    try:
        return figures_of(subject)
    except MutualPlansError:
        return None


def _subjects(entry: PluginEntry) -> list[Subject]:
    """Return each plan of a plugin; one of the plugin's name where it cannot be loaded, which the checks report."""
    from mutualplans.testing.subject import Subject

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


def _show(results: list[_Result]) -> None:
    """Print a line for each result; what stops several checks alike is told at the first, the others in one line."""
    from mutualplans.testing.conformance import TITLES

    words = {
        "passed": t("通过  ", "passed"),
        "failed": t("不通过", "failed"),
        "noted": t("说明  ", "note  "),
    }
    stopped = _stopped(results)
    last = max((place for place, result in enumerate(results) if result.kind == "check"), default=0)
    for place, result in enumerate(results):
        if place not in stopped:
            label = t("算例：", "case: ") if result.kind == "case" else ""
            # What a check is about matters where it found something.
            asked = TITLES.get(result.name, "") if lang() == "zh" and result.problems else ""
            named = f"{label}{result.name}" + (f"（{asked}）" if asked else "")
            click.echo(f"{words[result.status]}  {result.plan}  {named}")
            for item in result.problems:
                click.echo(f"        {item.line(lang())}")
                _show_hint(item, 10)
        if place == last and stopped:
            _show_stopped([results[other] for other in stopped])


def _show_hint(item: Problem, indent: int) -> None:
    if item.hint:
        left = " " * indent
        click.echo(f"{left}{t('提示：', 'hint: ')}" + item.hint.in_(lang()).replace("\n", f"\n{left}"))


def _stopped(results: list[_Result]) -> list[int]:
    """Return the places of the checks that found only what an earlier one had found: it kept them from their work."""
    said: list[Problem] = []
    found: list[int] = []
    for place, result in enumerate(results):
        if result.kind == "check" and result.problems and all(item in said for item in result.problems):
            found.append(place)
        said += result.problems
    return found


def _show_stopped(stopped: list[_Result]) -> None:
    """Print in one paragraph which checks could not be made, or fail for what was told already."""
    names = t("、", ", ").join(result.name for result in stopped)
    click.echo(t(f"未查    因为上面的问题：{names}", f"not run because of the above: {names}"))


def _show_sum(results: list[_Result]) -> None:
    stopped = _stopped(results)
    failed = sum(result.status == "failed" and place not in stopped for place, result in enumerate(results))
    zh = f"，{len(stopped)} 项未查" if stopped else ""
    en = f", {len(stopped)} not run" if stopped else ""
    click.echo(
        t(
            f"{len(results)} 项，{failed} 项不通过{zh}",
            f"{len(results)} checks and cases, {failed} failed{en}",
        )
    )


def _show_figures(plan: str, figures: Figures, *, gaps: bool) -> None:
    """Print what the cases reach and notice; with `gaps`, what they do not."""
    click.echo()
    click.echo(
        t(
            f"{plan}：算例 {figures.cases} 例，其中公开 {figures.published} 例，记录 {figures.recorded} 例",
            f"{plan}: {figures.cases} cases, {figures.published} published, {figures.recorded} only recorded",
        )
    )
    counts = [(count, t("到达", "reached")) for count in figures.reached]
    counts += [(count, t("发现", "noticed")) for count in figures.noticed]
    for count, done in counts:
        click.echo(f"  {count.title.in_(lang())}: {done} {count.done}/{count.of}")
        for text in count.missing if gaps else ():
            click.echo(f"      {text.in_(lang())}")
    for notch in figures.notches:
        click.echo(f"  {t('声明的断崖', 'declared notch')}: {notch.in_(lang())}")
    if not gaps and any(count.missing for count, _done in counts):
        click.echo(t("  --gaps 列出其余各项", "  --gaps lists the others"))
    click.echo()


def _figures_data(plan: str, figures: Figures) -> Iterator[dict[str, object]]:
    for kind, counts in (("reached", figures.reached), ("noticed", figures.noticed)):
        for count in counts:
            yield {
                "plan": plan,
                "kind": kind,
                "name": count.title.in_(lang()),
                "done": count.done,
                "of": count.of,
                "missing": [text.in_(lang()) for text in count.missing],
            }


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


# ---------------------------------------------------------------- new expected amounts


def _update(subject: Subject) -> None:
    """Show what would change in the file of cases, and write it once it is confirmed.

    Raises:
        MutualPlansError: the plugin cannot be used, or was not installed from its source folder.
    """
    from mutualplans.model.problem import MutualPlansError, problem
    from mutualplans.testing.update import update_of

    if subject.source is None:
        raise MutualPlansError(
            problem(
                "plugin.no-source",
                "插件不是从源文件夹安装的，改了也会被下次安装覆盖",
                "the plugin was not installed from its source folder; the next install would undo the change",
                hint_zh="在源文件夹里运行 python -m pip install -e .",
                hint_en="run python -m pip install -e . in its source folder",
            )
        )
    update = update_of(subject)
    for name in update.published:
        say(f"不改：“{name}”的金额是公开的；改声明或数值", f"kept: {name} was published; change the plan")
    for name in update.others:
        say(f"不改：“{name}”不符的不是金额", f"kept: {name} fails for another reason than its amounts")
    if not update.changed:
        say("没有要改的金额", "no amount to change")
        return
    click.echo(update.difference)
    say(
        "这些金额没有人算过，会标为 recorded；手算核对、写好演算之后再删去这个标记。",
        "Nobody has worked these amounts out: they are marked recorded. Remove the mark once you have.",
    )
    if click.confirm(t(f"写入 {update.path}？", f"Write {update.path}?"), err=True):
        update.path.write_text(update.after, encoding="utf-8", newline="")


def _as_data(result: _Result) -> dict[str, object]:
    from mutualplans.engine.asdata import problem_data

    return {
        "plan": result.plan,
        "kind": result.kind,
        "name": result.name,
        "passed": result.status != "failed",
        "problems": [problem_data(item, lang()) for item in result.problems],
    }
