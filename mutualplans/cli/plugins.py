"""``mutualplans plugins``: what is installed, from metadata alone; with ``--check`` each plugin is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from mutualplans.cli.common import installed, output_formats
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import print_csv, print_json, print_table, say, say_problems
from mutualplans.cli.session import current_session

if TYPE_CHECKING:
    from mutualplans.registry import PluginRecord

__all__ = ["command", "show"]


@click.command(
    help=t(
        """已安装的计划插件：名称、软件包、版本、状态。只读软件包的信息，不载入插件。

        加 --check 时逐个载入并检查，列出各插件的计划和全部问题；有损坏或不合规的，退出状态为 4。

        \b
        例：
          mutualplans plugins
          mutualplans plugins --check
          mutualplans --no-plugin accident plugins --format json
        """,
        """Installed plan plugins: name, package, version, status. Reads package metadata, loads no plugin.

        With --check each one is loaded and checked; shows its plans and every problem. Exit status 4 when
        one is broken or invalid.

        \b
        Examples:
          mutualplans plugins
          mutualplans plugins --check
          mutualplans --no-plugin accident plugins --format json
        """,
    )
)
@click.option("--check", is_flag=True, help=t("载入并检查每个插件。", "Load and check every plugin."))
@output_formats("table", "json", "csv")
@click.pass_context
def command(ctx: click.Context, check: bool, output_format: str) -> ExitStatus:
    """List the plugins and say what is wrong with them."""
    known = installed(ctx)
    records = tuple(map(_with_limits, known.load_all())) if check else known.records
    show(records, output_format, checked=check)
    failed = bool(known.failed) and (check or current_session().strict)
    return ExitStatus.PLUGIN if failed else ExitStatus.OK


def _with_limits(record: PluginRecord) -> PluginRecord:
    """Return a loaded plugin with what can be proved about its amounts among its problems."""
    from attrs import evolve

    from mutualplans.engine.limits import plan_limit_problems

    found = [item for plan in record.plans for item in plan_limit_problems(plan)]
    return evolve(record, problems=(*record.problems, *found)) if found else record


def show(records: Iterable[PluginRecord], output_format: str, *, checked: bool) -> None:
    """Print plugins on stdout; their problems on stderr, or inside the JSON."""
    records = tuple(records)
    if output_format == "json":
        print_json([_as_data(record) for record in records])
        return
    headers, rows = _rows(records, checked=checked, raw=output_format == "csv")
    if output_format == "csv":
        print_csv(headers, rows)
    elif records:
        print_table("", headers, rows)
    else:
        say("没有安装计划插件。", "No plan plugin is installed.")
        say(
            "  提示：mutualplans install accident 安装一个；mutualplans new-plan 写一个",
            "  hint: mutualplans install accident installs one; mutualplans new-plan writes one",
        )
    for record in records:
        said = {item.severity for item in record.problems}
        if said - {"note"}:  # a blocked plugin has a note, which its status says already
            say_problems(record.problems)
        if record.trace and current_session().debug:
            click.echo(record.trace, err=True)


def _rows(records: Iterable[PluginRecord], *, checked: bool, raw: bool) -> tuple[list[str], list[list[str]]]:
    headers = ["name", "package", "version", "status", "plans" if checked else "summary"]
    if not raw:
        last = t("计划", "Plans") if checked else t("简介", "Summary")
        headers = [t("名称", "Name"), t("软件包", "Package"), t("版本", "Version"), t("状态", "Status"), last]
    rows = []
    for record in records:
        plans = [f"{plan.id} {plan.title.in_(lang())}" for plan in record.plans]
        status = record.status if raw else _status(record.status)
        last = t("；", "; ").join(plans) if checked else _summary(record.summary)
        rows.append([record.name, record.package, record.version, status, last])
    return headers, rows


def _status(status: str) -> str:
    words = {
        "found": t("已安装", "found"),
        "ok": t("可用", "ok"),
        "blocked": t("停用", "blocked"),
        "broken": t("损坏", "broken"),
        "invalid": t("不合规", "invalid"),
        "incompatible": t("不兼容", "incompatible"),
    }
    return words[status]


def _summary(text: str) -> str:
    """Return the half of a summary ``中文 | English`` that is in the language of this run."""
    halves = [half.strip() for half in text.split("|")]
    return halves[0 if lang() == "zh" else 1] if len(halves) == 2 else text


def _as_data(record: PluginRecord) -> dict[str, Any]:
    from mutualplans.engine.asdata import problem_data

    return {
        "name": record.name,
        "package": record.package,
        "version": record.version,
        "summary": record.summary,
        "status": record.status,
        "plans": [{"id": plan.id, "title": plan.title.in_(lang())} for plan in record.plans],
        "problems": [problem_data(item, lang()) for item in record.problems],
        "seconds": round(record.seconds, 3),
    }
