"""``mutualplans plans``: what is installed, and one plan's rule in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from mutualplans.cli.common import (
    PLAN,
    chosen_edition,
    columns,
    edition_option,
    fitted,
    local_editions,
    office_option,
    on_option,
    other_titles,
    output_formats,
    plans_in_use,
    status_without,
)
from mutualplans.cli.documents import file_option, print_document, save_document
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import print_csv, print_json, print_table, say
from mutualplans.documents.model import Document
from mutualplans.documents.rule import rule_document
from mutualplans.engine.bind import bind
from mutualplans.engine.office import LocalEdition, Office
from mutualplans.engine.ruletext import Grid, Part, RuleText, Section, premium_range, rule_text
from mutualplans.model.problem import MutualPlansError, problem
from mutualplans.plan.declaration import Plan

__all__ = ["command"]


@click.command(
    help=t(
        """列出已安装的计划；给出 PLAN 时，把这个计划的规则写成文字，可与规则原文逐条对照。

        ［假定］等标记表示没有来源、由推算得出或可由办事处另定的值。

        \b
        例：
          mutualplans plans
          mutualplans plans female-illness
          mutualplans plans female-illness --edition beijing-6
          mutualplans plans female-illness --on 2014-01-01 -o 规则.html
          mutualplans plans accident --office office.toml
        """,
        """List the installed plans; with PLAN, write its rule in words, to lay beside the paper.

        Marks such as [assumed] show values without a source, inferred ones, and those an office may set.

        \b
        Examples:
          mutualplans plans
          mutualplans plans female-illness
          mutualplans plans female-illness --edition beijing-6
          mutualplans plans female-illness --on 2014-01-01 -o rule.html
          mutualplans plans accident --office office.toml
        """,
    )
)
@click.argument("plan", type=PLAN, required=False, metavar="[PLAN]")
@edition_option
@on_option
@office_option
@file_option
@click.option(
    "--kernel",
    is_flag=True,
    help=t("打印批量核定所运行的程序", "Print the program that decides many claims at once."),
)
@output_formats("table", "json", "csv", "md", "html")
@click.pass_context
def command(
    ctx: click.Context,
    plan: str | None,
    edition: str | None,
    on: date | None,
    office: Office | None,
    file: Path | None,
    kernel: bool,
    output_format: str,
) -> ExitStatus:
    """List plans, or print one."""
    if plan is None:
        if edition or on or file or kernel:
            message = t(
                "--edition、--on、--kernel 和 -o 要和 PLAN 一起用",
                "--edition, --on, --kernel and -o need a PLAN",
            )
            raise click.UsageError(message)
        _list(plans_in_use(ctx, office=office), office, output_format)
        return status_without(office)
    (found,) = plans_in_use(ctx, [plan], office)
    editions = local_editions(found, office)
    chosen = chosen_edition(found, editions, edition, on)
    if chosen is None and (file or kernel):
        message = t(
            "有几个版次：用 --edition 或 --on 选一个",
            "several editions: choose with --edition or --on",
        )
        raise click.UsageError(message)
    if chosen is None:
        _list_editions(found, editions, output_format)
    elif kernel:
        _print_kernel(found, chosen, office)
    else:
        rule = rule_text(found, chosen.edition, chosen.values, lang=lang(), plans=other_titles(ctx, found))
        _print_rule(rule, output_format, file)
    return ExitStatus.OK


def _print_kernel(plan: Plan, chosen: LocalEdition, office: Office | None) -> None:
    """Print what decides many claims under an edition.

    Raises:
        MutualPlansError: only the exact backend can compute the plan.
    """
    from mutualplans.batch.kernel.rulecodes import printed
    from mutualplans.batch.kernel.source import Opaque

    try:
        click.echo(printed(bind(plan, chosen.edition, chosen.values, written=chosen.written), office))
    except Opaque as why:
        raise MutualPlansError(
            problem(
                "plan.no-kernel",
                f"计划 {plan.id} 不能写成批量程序：{why}",
                f"no kernel can be written of plan {plan.id}: {why}",
                hint_zh="结果不受影响：批量核定时逐件精确计算，只是慢些",
                hint_en="results are the same: its claims are decided one by one, which is slower",
            )
        ) from None


# ---------------------------------------------------------------- lists


def _list(plans: Iterable[Plan], office: Office | None, output_format: str) -> None:
    found = [_about(plan, local_editions(plan, office)) for plan in plans]
    headers = [
        t("计划", "plan"),
        t("名称", "title"),
        t("版次数", "editions"),
        t("保障费", "fee"),
        t("内容", "what it pays"),
    ]
    _print_records(found, headers, output_format, "plans")
    if not found:
        say(
            "没有可用的计划。提示：mutualplans install 安装计划插件，mutualplans plugins 查看状态",
            "No plan can be used. hint: mutualplans install adds one, mutualplans plugins shows the status",
        )


def _about(plan: Plan, editions: tuple[LocalEdition, ...]) -> dict[str, Any]:
    return {
        "id": plan.id,
        "title": plan.title.in_(lang()),
        "editions": len(editions),
        "premium": premium_range(plan, [(item.edition, item.values) for item in editions], lang()),
        "summary": plan.summary.in_(lang()) if plan.summary else "",
    }


def _list_editions(plan: Plan, editions: tuple[LocalEdition, ...], output_format: str) -> None:
    found = [
        {
            "id": item.edition.id,
            "title": item.edition.title.in_(lang()),
            "in_force": item.edition.in_force.in_words(lang()),
            "confidence": item.edition.confidence.label.in_(lang()),
        }
        for item in editions
    ]
    headers = [t("版次", "edition"), t("名称", "title"), t("有效期", "in force"), t("可信度", "confidence")]
    if output_format == "table":
        click.echo(f"{plan.title.in_(lang())} ({plan.id})\n")
    _print_records(found, headers, output_format, "editions", plan=plan.id)
    first = editions[-1].edition.id
    say(
        f"提示：有 {len(found)} 个版次，请选一个：mutualplans plans {plan.id} --edition {first}，"
        f"或按日期：mutualplans plans {plan.id} --on 2024-02-29",
        f"hint: {len(found)} editions; choose one: mutualplans plans {plan.id} --edition {first}, "
        f"or by date: mutualplans plans {plan.id} --on 2024-02-29",
    )


def _print_records(
    found: list[dict[str, Any]], headers: list[str], output_format: str, name: str, **more: str
) -> None:
    rows = [[str(value) for value in record.values()] for record in found]
    if output_format == "json":
        print_json({**more, name: found})
    elif output_format == "csv":
        print_csv(list(found[0]) if found else [], rows)
    elif output_format in ("md", "html"):
        print_document(_list_document(headers, rows), output_format)
    else:
        print_table("", headers, fitted([headers, *rows], columns())[1:])


def _list_document(headers: list[str], rows: list[list[str]]) -> Document:
    title = t("互助保障计划", "Mutual-aid plans")
    grid = Grid("", tuple(headers), tuple(map(tuple, rows)), "")
    return Document(title=title, blocks=(grid,), lang=lang())


# ---------------------------------------------------------------- the rule


def _print_rule(rule: RuleText, output_format: str, file: Path | None) -> None:
    if file:
        save_document(file, rule_document(rule), _COLUMNS, _as_rows(rule))
    elif output_format == "json":
        print_json(_as_data(rule))
    elif output_format == "csv":
        print_csv(_COLUMNS, _as_rows(rule))
    else:
        print_document(rule_document(rule), output_format)


_COLUMNS = ("section", "part", "label", "text")


def _as_data(rule: RuleText) -> dict[str, Any]:
    """Return the rule text as plain data, with the same names as `RuleText`."""
    from attrs import asdict

    return asdict(rule)


def _as_rows(rule: RuleText) -> Iterator[list[str]]:
    """Yield one row for each sentence and each row of a table."""
    for section in rule.sections:
        items: list[tuple[str, Section | Part]] = [("", section)]
        items += [(part.id, part) for part in section.parts]
        for part, item in items:
            for line in item.lines:
                yield [section.id, part, line.label, line.text]
            for grid in item.grids:
                for row in grid.rows:
                    yield [section.id, part, grid.title, " | ".join(row)]
