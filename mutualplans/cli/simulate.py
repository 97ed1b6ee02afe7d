"""``mutualplans simulate``: what every plan pays for an event, and why."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from mutualplans.cli.common import DATE, PLAN, office_option, registry, status_without, usable_plans
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import output_options, print_csv, print_json, say_problems
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import fields_of
from mutualplans.model.masks import mask_digits
from mutualplans.model.people import Member, Unit
from mutualplans.model.problem import MutualPlansError, problem

if TYPE_CHECKING:
    from mutualplans.engine.office import Office
    from mutualplans.engine.simulate import Simulation, Situation
    from mutualplans.model.problem import Problem
    from mutualplans.model.tomlfile import TomlFile
    from mutualplans.plan.declaration import Plan

__all__ = ["command"]

_TABLES: dict[str, Any] = {"member": Member, "unit": Unit, "coverage": Coverage, "claim": Claim}
_SUBJECTS = {
    "member": "member",
    "unit": "unit",
    "cover": "coverage",
    "coverage": "coverage",
    "claim": "claim",
}


def _field_options(function: Any) -> Any:
    """Add one option for each field of the records, so that the command line knows what the model knows."""
    for table, record in reversed(list(_TABLES.items())):
        for name, item in reversed(list(fields_of(record).items())):
            choices = f"（{'|'.join(item.choices)}）" if item.choices else ""
            function = click.option(
                f"--{name.replace('_', '-')}",
                f"{table}__{name}",
                metavar=item.kind.value.upper(),
                help=t(item.prompt.zh + choices, item.prompt.en + choices),
            )(function)
    return function


@click.command(
    help=t(
        """模拟一次事件：各计划给付多少、为什么、还要什么材料、何时之前申领。

        FILE 是案例文件（TOML），含 [member]、[unit]、[[coverage]]、[[claim]]，按核定先后排列；
        空白表格由 mutualplans claim-form 生成。不给 FILE 时用选项描述一次事件。

        \b
        例：
          mutualplans simulate case.toml --office office.toml --explain
          mutualplans simulate --plan female-illness --edition beijing-6 --shares 2 \\
              --first-day 2013-01-01 --last-day 2014-12-31 --sex female \\
              --birth-date 1975-03-04 --employment in-post --event diagnosis \\
              --diagnosis C50.9 --diagnosed 2014-02-10 --days 4
        """,
        """Simulate an event: what each plan pays, why, which papers, by when.

        FILE is a case file (TOML) with [member], [unit], [[coverage]] and [[claim]] in the order of
        decision; mutualplans claim-form prints an empty one. Without FILE, options describe one event.

        \b
        Examples:
          mutualplans simulate case.toml --office office.toml --explain
          mutualplans simulate --plan female-illness --edition beijing-6 --shares 2 \\
              --first-day 2013-01-01 --last-day 2014-12-31 --sex female \\
              --birth-date 1975-03-04 --employment in-post --event diagnosis \\
              --diagnosis C50.9 --diagnosed 2014-02-10 --days 4
        """,
    ),
    short_help=t("模拟一次事件的给付", "simulate an event"),
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@office_option
@click.option(
    "--plan", "plan_ids", type=PLAN, multiple=True, help=t("计划（可重复）。", "Plan (repeatable).")
)
@click.option("--edition", help=t("版次。", "Edition."))
@click.option("--first-day", metavar="DATE", help=t("保障起始日。", "First day of cover."))
@click.option("--last-day", metavar="DATE", help=t("保障终止日（含）。", "Last day of cover, inclusive."))
@click.option("--explain", is_flag=True, help=t("逐步说明每笔金额。", "Explain every amount step by step."))
@click.option(
    "--decided-on",
    type=DATE,
    metavar="DATE",
    help=t("核定日期，记入回执。", "Day of the decision, for the receipt."),
)
@click.option(
    "--set",
    "more",
    multiple=True,
    metavar="FIELD=VALUE",
    help=t("计划自设的字段，如 claim.rest_days=30。", "A plan's own field, such as claim.rest_days=30."),
)
@_field_options
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    file: str | None,
    office: Office | None,
    plan_ids: tuple[str, ...],
    edition: str | None,
    first_day: str | None,
    last_day: str | None,
    explain: bool,
    decided_on: date | None,
    more: tuple[str, ...],
    output_format: str,
    reveal: bool,
    **fields: str | None,
) -> int:
    """Run the command."""
    from mutualplans.engine.office import check_edition
    from mutualplans.engine.simulate import simulate
    from mutualplans.files.situation import read_situation

    given = {key: value for key, value in fields.items() if value is not None}
    cover = {"first_day": first_day, "last_day": last_day}
    if file and (given or more or plan_ids or first_day or last_day):
        message = t(
            "FILE 与描述事件的选项不能同时使用", "FILE and options that describe an event exclude each other"
        )
        raise click.UsageError(message)
    if file and edition and office:
        message = t(
            "FILE、--office 与 --edition 不能同时使用：办事处和案例已写明版次",
            "FILE, --office and --edition exclude each other: office and case say which edition counts",
        )
        raise click.UsageError(message)
    case = _read(file) if file else _from_options(plan_ids, cover, given, more)
    running = office or _office_of(ctx, case)
    check_edition(running.plans, edition)
    read = read_situation(case, [item.plan for item in running.plans])
    if read.situation is None:
        raise MutualPlansError(*read.problems)
    if not case.data.get("claim"):
        raise MutualPlansError(*read.problems, _no_claim(case))
    situation = _under(read.situation, running, edition) if edition else read.situation
    result = simulate(running, situation, decided_on=decided_on)
    _show(result, read.problems, output_format, explain=explain, reveal=reveal)
    errors = [item for item in (*read.problems, *result.problems) if item.severity == "error"]
    needed = [cover.plan for cover in situation.coverages]
    return status_without(running, ids=needed) or (ExitStatus.ROWS_REFUSED if errors else ExitStatus.OK)


def _under(situation: Situation, running: Office, edition: str) -> Situation:
    """Return the situation with the covers of every plan that has the edition under it, whatever they state."""
    having = {
        item.plan.id for item in running.plans if any(local.edition.id == edition for local in item.editions)
    }
    covers = [
        evolve(cover, edition=edition) if cover.plan in having else cover for cover in situation.coverages
    ]
    return evolve(situation, coverages=tuple(covers))


def _no_claim(case: TomlFile) -> Problem:
    return problem(
        "case.no-claim",
        "没有 [[claim]]：没有要核定的申领",
        "there is no [[claim]]: nothing to decide",
        where=case.name,
        hint_zh="补上 [[claim]]；mutualplans claim-form 计划编号 列出要填的内容",
        hint_en="add [[claim]]; mutualplans claim-form PLAN lists what to fill in",
    )


def _read(file: str) -> TomlFile:
    from mutualplans.model.tomlfile import read_toml

    if file == "-":
        return read_toml("-", sys.stdin.buffer.read())
    return read_toml(file)


def _from_options(
    plan_ids: tuple[str, ...], cover: dict[str, str | None], given: dict[str, str], more: tuple[str, ...]
) -> TomlFile:
    """Return the options as if they had been a case file with one claim."""
    from mutualplans.model.tomlfile import TomlFile

    if not plan_ids:
        message = t("给出案例文件 FILE，或用 --plan 指定计划", "give a case FILE, or name a plan with --plan")
        raise click.UsageError(message)
    tables: dict[str, dict[str, Any]] = {name: {} for name in _TABLES}
    for key, value in given.items():
        table, _, name = key.partition("__")
        tables[table][name] = value
    for item in more:
        key, equals, value = item.partition("=")
        subject, _, name = key.partition(".")
        if not (equals and name and subject in _SUBJECTS):
            found = mask_digits(item)
            message = t(
                f"--set 写成 claim.字段=值；现在写的是 {found}", f"--set is claim.field=value; found {found}"
            )
            raise click.UsageError(message)
        tables[_SUBJECTS[subject]][name] = value
    common = {key: value for key, value in cover.items() if value is not None} | tables["coverage"]
    data = {
        "member": tables["member"],
        "unit": tables["unit"],
        "coverage": [{"plan": plan_id, **common} for plan_id in plan_ids],
        "claim": [tables["claim"]],
    }
    return TomlFile(t("命令行", "command line"), data, {})


def _office_of(ctx: click.Context, case: TomlFile) -> Office:
    """Return the plans that the case's covers name, in their order, without an office's values."""
    from mutualplans.engine.office import office_of

    rows = case.data.get("coverage", [])
    named = [row.get("plan") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    ids = list(dict.fromkeys(plan_id for plan_id in named if isinstance(plan_id, str)))
    if not ids:
        raise MutualPlansError(
            problem(
                "case.no-cover",
                "没有保障记录：不知道按哪个计划核定",
                "there is no cover: no plan to decide by",
                where=case.name,
                hint_zh="补上 [[coverage]]（plan、first_day、last_day、shares），或用 --office 指定办事处",
                hint_en="add [[coverage]] with plan, first_day, last_day and shares, or name an --office",
            )
        )
    known = registry(ctx)
    plans: list[Plan] = []
    missing: dict[str, MutualPlansError] = {}
    for plan_id in ids:
        found, problems = usable_plans(ctx, [plan_id])
        plans += found
        if problems:
            missing[plan_id] = MutualPlansError(*problems)
    office = office_of(plans, versions={plan.id: known.version_of(plan.id) for plan in plans})
    office.missing = missing
    return office


def _show(result: Simulation, read: Any, output_format: str, *, explain: bool, reveal: bool) -> None:
    from mutualplans.engine.asdata import problem_data, simulation_data

    if output_format == "json":
        data = simulation_data(result, lang())
        data["problems"] = [problem_data(item, lang()) for item in read] + data["problems"]
        data["complete"] = not any(item["severity"] == "error" for item in data["problems"])
        print_json(data)
        return
    if output_format == "csv":
        from mutualplans.cli.decisions import csv_rows

        print_csv(*csv_rows(result, lang()))
    else:
        from mutualplans.cli.decisions import print_simulation

        print_simulation(result, lang(), explain=explain)
    say_problems((*read, *result.problems))
