"""``mutualplans quote``: what joining costs, one person by options or a roster from Excel."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from mutualplans.cli.common import DATE, PLAN, office_option, plans_in_use, registry
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import output_options, print_csv, print_json, say_problems
from mutualplans.model.fields import fields_of
from mutualplans.model.people import Member
from mutualplans.model.problem import MutualPlansError

if TYPE_CHECKING:
    from mutualplans.engine.office import Office
    from mutualplans.engine.quote import GroupQuote
    from mutualplans.files.roster import Roster
    from mutualplans.model.people import Unit
    from mutualplans.model.problem import Problem
    from mutualplans.plan.declaration import Plan

__all__ = ["command"]


def _member_options(function: Any) -> Any:
    for name, item in reversed(list(fields_of(Member).items())):
        choices = f"（{'|'.join(item.choices)}）" if item.choices else ""
        option = f"--{name.replace('_', '-')}"
        function = click.option(
            option,
            f"member__{name}",
            metavar=item.kind.value.upper(),
            help=t(item.prompt.zh + choices, item.prompt.en + choices),
        )(function)
    return function


@click.command(
    help=t(
        """报价：一个人用选项描述，一个单位用名册（csv 或 xlsx）。

        名册的列：姓名、证件号、性别、出生日期、在职状态、单位、份数、档次、工种风险类别等；
        以计划编号或名称为列名时，该列填份数。读得懂的行报价，读不懂的行逐一列出，一行不丢。

        \b
        例：
          mutualplans quote --plan female-illness --edition beijing-2018-12 --shares 2 \\
              --first-day 2024-05-01 --sex female --birth-date 1990-01-01 --employment in-post
          mutualplans quote --roster 名册.xlsx --office office.toml \\
              --first-day 2024-05-01 --unit unit.toml -o 报价.xlsx
        """,
        """Quote premiums: one person by options, a unit by its roster (csv or xlsx).

        Columns of a roster: 姓名, 证件号, 性别, 出生日期, 在职状态, 单位, 份数, 档次, 工种风险类别 …; a column
        named by a plan holds the shares wanted. Good rows are quoted, every other row is listed.

        \b
        Examples:
          mutualplans quote --plan female-illness --edition beijing-2018-12 --shares 2 \\
              --first-day 2024-05-01 --sex female --birth-date 1990-01-01 --employment in-post
          mutualplans quote --roster roster.xlsx --office office.toml \\
              --first-day 2024-05-01 --unit unit.toml -o quotes.xlsx
        """,
    ),
    short_help=t("报价", "quote premiums"),
)
@click.option(
    "--roster", type=click.Path(dir_okay=False), metavar="FILE", help=t("名册文件。", "Roster file.")
)
@office_option
@click.option(
    "--plan", "plan_ids", type=PLAN, multiple=True, help=t("计划（可重复）；默认全部。", "Plan (repeatable).")
)
@click.option("--edition", help=t("版次；默认按保障起始日。", "Edition; by default the one in force."))
@click.option(
    "--first-day", type=DATE, required=True, metavar="DATE", help=t("保障起始日。", "First day of cover.")
)
@click.option("--shares", type=click.IntRange(1, 100), help=t("份数。", "Shares."))
@click.option("--tier", help=t("档次。", "Tier."))
@click.option(
    "--relation",
    default="self",
    show_default=True,
    help=t("与会员关系（self|child|spouse|retiree）。", "Relation."),
)
@_member_options
@click.option(
    "--set",
    "more",
    multiple=True,
    metavar="FIELD=VALUE",
    help=t("计划自设的字段，如 member.healthy=true。", "A plan's own field, such as member.healthy=true."),
)
@click.option(
    "--unit", "unit_file", type=click.Path(dir_okay=False), metavar="FILE", help=t("单位文件。", "Unit file.")
)
@click.option("--headcount", type=click.IntRange(1), help=t("单位职工人数。", "Staff of the unit."))
@click.option("--women", type=click.IntRange(0), help=t("单位女职工人数。", "Women of the unit."))
@click.option(
    "--encoding", help=t("名册编码，如 gbk；默认自动识别。", "Encoding of the roster; detected by default.")
)
@click.option("--sheet", help=t("工作表名。", "Worksheet."))
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    help=t("另存明细为 csv 或 xlsx。", "Write the rows as csv or xlsx."),
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    roster: str | None,
    office: Office | None,
    plan_ids: tuple[str, ...],
    edition: str | None,
    first_day: date,
    unit_file: str | None,
    headcount: int | None,
    women: int | None,
    encoding: str | None,
    sheet: str | None,
    out: str | None,
    more: tuple[str, ...],
    output_format: str,
    reveal: bool,
    **person: Any,
) -> int:
    """Run the command."""
    from mutualplans.cli import quotes
    from mutualplans.engine.soundness import unit_problems

    running = office or _without_office(ctx, plan_ids, edition)
    chosen = [running.plan(plan_id) for plan_id in plan_ids] or list(running.plans)
    plans = [item.plan for item in chosen]
    units = _units(unit_file, headcount, women, plans)
    wrong = [found for unit in units.values() for found in unit_problems(unit, running)]
    if wrong:
        raise MutualPlansError(*wrong)
    if roster:
        read = _read_roster(roster, plans, units, first_day, encoding, sheet)
        say = t(f"名册 {roster}：编码 {read.encoding}", f"roster {roster}: encoding {read.encoding}")
        click.echo(say, err=True)
    else:
        read = _one_person(person, more, plans, units, first_day)
    groups = quotes.quote_all(chosen, read.entries, edition)
    problems = (*read.problems, *quotes.problems_of(groups))
    _show(groups, read, problems, output_format, reveal=reveal, alone=not roster)
    if out:
        quotes.write(out, groups, read, reveal=reveal)
        click.echo(t(f"明细已写入 {out}", f"rows written to {out}"), err=True)
    refused = any(item.severity == "error" for item in problems)
    return ExitStatus.ROWS_REFUSED if refused else ExitStatus.OK


def _without_office(ctx: click.Context, plan_ids: tuple[str, ...], edition: str | None) -> Office:
    from mutualplans.engine.office import office_of

    known = registry(ctx)
    plans = plans_in_use(ctx, plan_ids)
    return office_of(plans, edition=edition, versions={plan.id: known.version_of(plan.id) for plan in plans})


def _units(
    unit_file: str | None, headcount: int | None, women: int | None, plans: list[Plan]
) -> dict[str, Unit]:
    from mutualplans.files.units import read_units
    from mutualplans.model.people import Unit
    from mutualplans.model.tomlfile import read_toml

    if unit_file and (headcount or women):
        message = t("--unit 与 --headcount、--women 不能同时使用", "--unit excludes --headcount and --women")
        raise click.UsageError(message)
    if unit_file:
        return read_units(read_toml(unit_file), plans)
    if headcount or women:
        name = t("本单位", "the unit")
        return {name: Unit(name=name, headcount=headcount, women=women)}
    return {}


def _read_roster(
    path: str, plans: Any, units: dict[str, Unit], first_day: date, encoding: str | None, sheet: str | None
) -> Roster:
    from mutualplans.files.roster import known_headers, read_roster
    from mutualplans.files.tables import read_table

    table = read_table(path, known_headers=known_headers(plans), encoding=encoding, sheet=sheet)
    return read_roster(table, plans, units, first_day)


def _one_person(
    person: dict[str, Any],
    more: tuple[str, ...],
    plans: list[Plan],
    units: dict[str, Unit],
    first_day: date,
) -> Roster:
    """Return the person that the options describe, as a roster of one."""
    from mutualplans.engine.quote import Joining
    from mutualplans.files.roster import Entry, Roster
    from mutualplans.files.situation import read_situation
    from mutualplans.model.people import Insured, Unit
    from mutualplans.model.tomlfile import TomlFile

    fields = {
        key.removeprefix("member__"): value for key, value in person.items() if key.startswith("member__")
    }
    given = {key: value for key, value in fields.items() if value is not None}
    read = read_situation(TomlFile(t("命令行", "command line"), {"member": given}, {}), [])
    if read.situation is None:
        raise MutualPlansError(*read.problems)
    own = _own(more, plans)
    member = evolve(read.situation.member, extra=own["member"])
    insured = evolve(Insured.member(member), extra=own["insured"])
    if person["relation"] != "self":
        insured = Insured(
            id="insured",
            relation=person["relation"],
            sex=member.sex,
            birth_date=member.birth_date,
            extra=own["insured"],
        )
        member = Member(employment=member.employment, extra=own["member"])
    joining = Joining(
        member=member,
        insured=insured,
        unit=evolve(next(iter(units.values()), Unit()), extra=own["unit"]),
        first_day=first_day,
        shares=person["shares"],
        tier=person["tier"],
        extra=own["cover"],
    )
    return Roster(entries=(Entry(row=1, joining=joining, plans=None),), problems=(), refused=(), encoding="")


def _own(more: tuple[str, ...], plans: list[Plan]) -> dict[str, dict[str, Any]]:
    """Return the plans' own fields given by ``--set``: subject → name → value."""
    from mutualplans.files.own import own_fields, read_own

    own = own_fields(plans)
    found: dict[str, dict[str, Any]] = {subject: {} for subject in own}
    for item in more:
        key, _, written = item.partition("=")
        subject, _, name = key.partition(".")
        try:
            value = read_own(own, subject, name, written)
        except ValueError as error:
            message = f"--set {item}: {error}"
            raise click.UsageError(message) from error
        found[subject][name] = value
    return found


def _show(
    groups: list[GroupQuote],
    read: Roster,
    problems: tuple[Problem, ...],
    output_format: str,
    *,
    reveal: bool,
    alone: bool,
) -> None:
    from mutualplans.cli import quotes

    if output_format == "json":
        print_json(quotes.as_data(groups, read, problems, lang(), reveal=reveal))
        return
    if output_format == "csv":
        print_csv(*quotes.rows(groups, read, reveal=reveal))
    elif alone:
        quotes.print_person(groups, lang())
    else:
        quotes.print_groups(groups, read, lang(), reveal=reveal)
    say_problems(problems)
