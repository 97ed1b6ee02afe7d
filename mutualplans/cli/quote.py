"""``mutualplans quote``: what joining costs, one person by options or a roster from Excel."""

from __future__ import annotations

import os
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from mutualplans.cli.common import (
    DATE,
    OFFICE_FILE,
    PLAN,
    RATE,
    office_option,
    plans_in_use,
    registry,
    status_without,
)
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import output_options
from mutualplans.model.fields import fields_of
from mutualplans.model.masks import mask_digits
from mutualplans.model.people import RELATIONS, Member
from mutualplans.model.problem import MutualPlansError, problem
from mutualplans.model.text import said

if TYPE_CHECKING:
    from mutualplans.cli.quote_asked import Asked
    from mutualplans.engine.office import Office
    from mutualplans.files.roster import Roster
    from mutualplans.model.people import Unit
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
        """报价：一个人用选项描述，一个单位用名册（csv、xlsx 或 parquet）。

        名册的列：姓名、证件号、性别、出生日期、在职状态、单位、份数、档次、工种风险类别等；
        以计划编号或名称为列名时，该列填份数。读得懂的行报价，读不懂的行逐一列出，一行不丢。

        \b
        例：
          mutualplans quote --plan female-illness --edition beijing-2018-12 --shares 2 \\
              --first-day 2024-05-01 --sex female --birth-date 1990-01-01 --employment in-post
          mutualplans quote --plan retiree-inpatient --first-day 2024-05-01 --employment retired \\
              --basic-insurance true --id-number 证件号 --covers 上期.csv
          mutualplans quote --roster 名册.xlsx --office office.toml \\
              --first-day 2024-05-01 --unit unit.toml -o 报价.xlsx
        """,
        """Quote premiums: one person by options, a unit by its roster (csv, xlsx or parquet).

        Columns of a roster: 姓名, 证件号, 性别, 出生日期, 在职状态, 单位, 份数, 档次, 工种风险类别 …; a column
        named by a plan holds the shares wanted. Good rows are quoted, every other row is listed.

        \b
        Examples:
          mutualplans quote --plan female-illness --edition beijing-2018-12 --shares 2 \\
              --first-day 2024-05-01 --sex female --birth-date 1990-01-01 --employment in-post
          mutualplans quote --plan retiree-inpatient --first-day 2024-05-01 --employment retired \\
              --basic-insurance true --id-number ID --covers last-year.csv
          mutualplans quote --roster roster.xlsx --office office.toml \\
              --first-day 2024-05-01 --unit unit.toml -o quotes.xlsx
        """,
    ),
    short_help=t("报价", "quote premiums"),
)
@click.option(
    "--roster", type=click.Path(dir_okay=False), metavar="FILE", help=t("名册文件。", "Roster file.")
)
@click.option(
    "--covers",
    "covers_file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help=t(
        "以往和现有的保障（csv、xlsx、parquet），如上期的报价明细：据此认定续保、已参保、同时参加。",
        "Earlier and present covers (csv, xlsx, parquet), such as the rows of the last quote: they tell renewals.",
    ),
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
    type=click.Choice([*RELATIONS]),
    default="self",
    show_default=True,
    help=t("与会员关系。", "Relation to the member."),
)
@click.option(
    "--id-number",
    metavar="ID",
    help=t(
        "证件号：性别、出生日期由此得出，--covers 据此查找。",
        "Resident ID number: sex and date of birth follow from it, --covers is searched by it.",
    ),
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
    "--discount",
    type=RATE,
    metavar="RATE",
    help=t(
        "折现率因子：期末 1 元在期初值多少，如 28/31；有满期返还的计划据此显示净额。",
        "What a yuan at the end of the term is worth at its start, such as 28/31: shows the net cost of plans with returns.",
    ),
)
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    help=t("另存明细为 csv、xlsx 或 parquet。", "Write the rows as csv, xlsx or parquet."),
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    roster: str | None,
    covers_file: str | None,
    office: Office | None,
    plan_ids: tuple[str, ...],
    edition: str | None,
    first_day: date,
    unit_file: str | None,
    headcount: int | None,
    women: int | None,
    encoding: str | None,
    sheet: str | None,
    discount: Fraction | None,
    out: str | None,
    more: tuple[str, ...],
    output_format: str,
    reveal: bool,
    **person: Any,
) -> int:
    """Run the command."""
    from mutualplans.cli.quote_asked import Asked
    from mutualplans.cli.quote_small import quote_small
    from mutualplans.engine.covers import unit_problems
    from mutualplans.engine.office import check_edition

    if roster:
        _refuse_person(ctx)
    if out:
        _refuse_input(out, (roster, covers_file, ctx.meta.get(OFFICE_FILE), unit_file))
    if covers_file and not (roster or person["id_number"]):
        message = t("--covers 与 --roster 或 --id-number 一起用", "--covers needs --roster or --id-number")
        raise click.UsageError(message)
    running = office or _without_office(ctx, plan_ids)
    packages = [package for package in running.packages if package.id in plan_ids or not plan_ids]
    inside = {package.id for package in packages}
    chosen = [running.plan(plan_id) for plan_id in plan_ids if plan_id not in inside]
    chosen = chosen or ([] if plan_ids else list(running.plans))
    check_edition(chosen, edition)
    plans = [item.plan for item in running.plans] if packages else [item.plan for item in chosen]
    units = _units(unit_file, headcount, women, plans)
    wrong = [found for unit in units.values() for found in unit_problems(unit, running)]
    if wrong:
        raise MutualPlansError(*wrong)
    asked = Asked(
        office=running,
        plans=chosen,
        packages=packages,
        declared=plans,
        units=units,
        first_day=first_day,
        edition=edition,
        named=bool(plan_ids),
        covers=covers_file,
        discount=discount,
        out=out,
        output_format=output_format,
        reveal=reveal,
    )
    if roster:
        refused = _quote_roster(asked, roster, encoding, sheet)
    else:
        refused = quote_small(asked, _one_person(person, more, plans, units, first_day), alone=True)
    return status_without(office) or (ExitStatus.ROWS_REFUSED if refused else ExitStatus.OK)


def _quote_roster(asked: Asked, path: str, encoding: str | None, sheet: str | None) -> bool:
    """Quote a roster, a large one as columns; returns whether anything was refused."""
    from mutualplans.cli.quote_small import quote_roster, worth_columns

    if worth_columns(asked, path):
        from mutualplans.cli.quote_large import quote_large

        return quote_large(asked, path, encoding, sheet)
    return quote_roster(asked, path, encoding, sheet)


def _refuse_person(ctx: click.Context) -> None:
    """Refuse options that describe one person beside a roster, where each row says it.

    Raises:
        click.UsageError: names each of them.
    """
    given = [
        item.opts[0]
        for item in ctx.command.params
        if item.name and (item.name in _OF_ONE or item.name.startswith("member__"))
        if ctx.get_parameter_source(item.name) in _STATED
    ]
    if given:
        names = t("、", ", ").join(given)
        message = t(
            f"{names} 说的是一个人，不能与 --roster 同时使用；写在名册的列里",
            f"{names} describes one person and excludes --roster; put it into a column of the roster",
        )
        raise click.UsageError(message)


_OF_ONE = ("shares", "tier", "relation", "id_number", "more")
_STATED = (click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.ENVIRONMENT)


def _refuse_input(out: str, inputs: tuple[str | None, ...]) -> None:
    """Refuse to write over a file that this run reads.

    Raises:
        MutualPlansError: `out` is one of `inputs`, by whatever name.
    """
    for path in filter(None, inputs):
        if _same_file(out, path):
            raise MutualPlansError(
                problem(
                    "file.same",
                    f"-o 与要读的文件 {path} 是同一个文件，没有写入",
                    f"-o names the file {path} that is read; nothing was written",
                    where=out,
                    hint_zh="换一个文件名，如 报价.xlsx",
                    hint_en="choose another name, such as quotes.xlsx",
                )
            )


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # the one to be written need not exist yet
        return os.path.realpath(one) == os.path.realpath(other)


def _without_office(ctx: click.Context, plan_ids: tuple[str, ...]) -> Office:
    from mutualplans.engine.office import office_of

    known = registry(ctx)
    plans = plans_in_use(ctx, plan_ids)
    return office_of(plans, versions={plan.id: known.version_of(plan.id) for plan in plans})


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
    fields["id_number"] = person["id_number"]
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
            id_number=member.id_number,
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
    return Roster(entries=(Entry(row=1, joining=joining, plans=None),), problems=())


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
            message = mask_digits(f"--set {item}: {said(error).in_(lang())}")
            raise click.UsageError(message) from error
        found[subject][name] = value
    return found
