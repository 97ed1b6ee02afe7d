"""``mutualplans office``: write a new settings file, and check one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mutualplans.cli.common import complete_plugins, output_formats, plans_in_use, registry, status_without
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.office_diff import command as diff
from mutualplans.cli.output import lang_option, print_csv, print_json, print_table, say, say_problems

if TYPE_CHECKING:
    from mutualplans.engine.office import GroupRule, LocalEdition, Office, OfficePlan, Package, SharedLimit
    from mutualplans.model.problem import Problem
    from mutualplans.plan.declaration import Plan

__all__ = ["command", "described"]

_FILE = "office.toml"

_PERIODS = {
    "incident": ("每次事件", "for each event"),
    "term": ("每保障期", "for each term"),
    "calendar-year": ("每自然年", "for each calendar year"),
    "lifetime": ("终身", "for life"),
}


@click.group(
    help=t(
        """本地办事处的设置文件（office.toml）：办理哪些计划、各用哪个版次、自定的值、互助费由谁负担。

        \b
        例：
          mutualplans office init --plans accident,female-illness
          mutualplans office check
        """,
        """The settings file of a local office (office.toml): its plans, editions, values, and who pays.

        \b
        Examples:
          mutualplans office init --plans accident,female-illness
          mutualplans office check
        """,
    )
)
@lang_option
def command() -> None:
    """Write or check the settings of an office."""


@command.command(
    help=t(
        """写一个新的设置文件，带说明和可设的值；已有的文件不改动。

        每个计划列最近起用的一版，其他版次写在说明里；起始日没有来源、分不出先后的，要由办事处选定。可自定的值都以 # 开头，去掉 # 就生效。

        \b
        例：
          mutualplans office init
          mutualplans office init city.toml --plans accident,female-illness --name 某市总工会
        """,
        """Write a new settings file, with comments (in Chinese) and what may be set. Overwrites nothing.

        Each plan has its latest edition, the others stand in comments; where the dates of several do not say
        which is the latest, choose one. Values that the office may set begin with
        #; remove it to set one.

        \b
        Examples:
          mutualplans office init
          mutualplans office init city.toml --plans accident,female-illness --name "City union"
        """,
    ),
    short_help=t("写一个新的设置文件", "write a new settings file"),
)
@click.argument("file", default=_FILE, type=click.Path(dir_okay=False))
@click.option(
    "--plans",
    "plan_ids",
    metavar="PLAN,…",
    default="",
    shell_complete=complete_plugins,
    help=t("要办理的计划，用逗号分开；默认全部已安装的。", "Plans, separated by commas; default: all."),
)
@click.option(
    "--name",
    default="示例市总工会职工互助保障办事处",
    show_default=True,
    help=t("办事处名称。", "Name of the office."),
)
@lang_option
@click.pass_context
def init(ctx: click.Context, file: str, plan_ids: str, name: str) -> ExitStatus:
    """Write the file and say what is left to fill in."""
    from mutualplans.office.write import office_text

    if not name.strip():
        raise click.BadParameter(t("名称是空的", "the name is empty"), param_hint="--name")
    path = Path(file)
    if path.exists():  # before the plugins are loaded; writing makes sure of it
        return _failed(_exists(file))
    ids = [part.strip() for part in plan_ids.replace("，", ",").split(",") if part.strip()]
    plans = plans_in_use(ctx, ids)
    if not plans:
        return _failed(_nothing_installed())
    text = office_text(name.strip(), plans)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as output:
            output.write(text)
    except FileExistsError:
        return _failed(_exists(file))
    say(f"已写成 {file}：{len(plans)} 个计划。", f"wrote {file}: {len(plans)} plans.")
    _say_what_is_left(file, plans)
    return ExitStatus.OK


def _say_what_is_left(file: str, plans: Iterable[Plan]) -> None:
    from mutualplans.office.write import latest_editions, left_to_office

    for plan in plans:
        latest = latest_editions(plan)
        if len(latest) > 1:
            known = [item.id for item in latest]
            say(
                f"  {plan.id} 请选定版次：先写了 {known[0]}；另有 {'、'.join(known[1:])}",
                f"  {plan.id}: choose the edition: {known[0]} was written; there are also {', '.join(known[1:])}",
            )
        unset = left_to_office(plan, latest[0]) if latest else ()
        if unset:
            names = "、".join(f"“{item.label.zh}”({item.name})" for item in unset)
            say(
                f"  {plan.id} 还须填写：{names}",
                f"  {plan.id}: still to be set: {', '.join(item.name for item in unset)}",
            )
    say(
        f"  提示：按本地规则修改后运行 mutualplans office check {file}",
        f"  hint: edit it to the local rules, then run mutualplans office check {file}",
    )


def _failed(found: Problem) -> ExitStatus:
    say_problems([found])
    return ExitStatus.ERROR


def _exists(file: str) -> Problem:
    from mutualplans.model.problem import problem

    return problem(
        "office.exists",
        "文件已存在，没有改动",
        "the file exists; it was not changed",
        where=file,
        hint_zh="换一个文件名，或先改名、移走原有的文件",
        hint_en="give another name, or move the file away first",
    )


def _nothing_installed() -> Problem:
    from mutualplans.model.problem import problem

    return problem(
        "office.no-plans",
        "没有可用的计划",
        "there is no usable plan",
        hint_zh="mutualplans install … 安装插件；mutualplans plugins --check 查看原因",
        hint_en="mutualplans install … adds plugins; mutualplans plugins --check says what is wrong",
    )


@command.command(
    help=t(
        """检查设置文件：一次列出全部问题，写明行号、现状、应有的写法和最接近的名称。

        没有错误时列出计划、版次、自定的值和负担方式；尚未确认的假定值是警告。有错误时退出状态为 5。
        某个计划的插件没有安装或损坏时，其余计划照常列出，退出状态为 4。

        \b
        例：
          mutualplans office check
          mutualplans office check city.toml --format json
        """,
        """Check a settings file: every problem at once, with its line, what is expected and the nearest name.

        Without errors, lists plans, editions, values and who pays; assumed values that nobody confirmed are
        warnings. Exit status 5 when there are errors; 4 when only a plan's plugin is missing or broken.

        \b
        Examples:
          mutualplans office check
          mutualplans office check city.toml --format json
        """,
    ),
    short_help=t("检查设置文件", "check a settings file"),
)
@click.argument("file", default=_FILE, type=click.Path(dir_okay=False))
@output_formats("table", "json", "csv")
@click.pass_context
def check(ctx: click.Context, file: str, output_format: str) -> ExitStatus:
    """Read the file and show what it says, or what is wrong with it."""
    from mutualplans.model.problem import MutualPlansError
    from mutualplans.model.tomlfile import read_toml
    from mutualplans.office.read import read_office

    known = registry(ctx)
    office: Office | None = None
    try:
        office, problems = read_office(read_toml(file), find=known.plan, version=known.version_of)
    except MutualPlansError as error:  # no TOML, or no file at all
        problems = list(error.problems)
    if output_format == "json":
        print_json(_as_data(file, office, problems))
    else:
        _show(office, output_format)
        say_problems(sorted(problems, key=lambda item: item.severity != "error"))
        _count(file, problems)
    return ExitStatus.DATA if office is None else status_without(office)


def _count(file: str, problems: Iterable[Problem]) -> None:
    found = [item.severity for item in problems]
    errors, warnings = found.count("error"), found.count("warning")
    say(
        f"{file}：{errors or '没有'}{' 处' if errors else ''}错误，{warnings} 处警告。",
        f"{file}: {errors or 'no'} errors, {warnings} warnings.",
    )


def _show(office: Office | None, output_format: str) -> None:
    if office is None:
        return
    is_csv = output_format == "csv"
    rows = [
        _row(item, local, whole=is_csv or local is item.editions[0])
        for item in office.plans
        for local in item.editions
    ]
    if is_csv:
        print_csv(["plan", "title", "edition", "from", "to", "values", "split", "group", "others"], rows)
        return
    headers = [
        t("计划", "Plan"),
        t("名称", "Title"),
        t("版次", "Edition"),
        t("起", "From"),
        t("止", "To"),
        t("自定的值", "Local values"),
        t("互助费负担", "Who pays"),
        t("团体要求", "Group rule"),
        t("与其他计划", "Other plans"),
    ]
    width = len(headers) if any(row[-1] for row in rows) else len(headers) - 1
    print_table(office.name.in_(lang()), headers[:width], [row[:width] for row in rows])
    for package in office.packages:
        click.echo(_package(package))
    for limit in office.limits:
        click.echo(_limit(limit))


def _row(item: OfficePlan, local: LocalEdition, *, whole: bool) -> list[str]:
    """Return the row of one edition; what concerns the plan as a whole is left out unless asked for."""
    dates = local.edition.in_force
    return [
        item.plan.id,
        item.plan.title.in_(lang()) if whole else "",
        local.edition.id,
        str(dates.from_ or ""),
        str(dates.to or ""),
        t("、", ", ").join(local.written),
        _split(item) if whole else "",
        t("；", "; ").join([*map(_group, item.group), *_equal(item)]) if whole else "",
        _others(item) if whole else "",
    ]


def _equal(item: OfficePlan) -> list[str]:
    return [t("全单位份数相同", "equal shares for all of a unit")] if item.equal_shares else []


def _others(item: OfficePlan) -> str:
    said = [
        (item.only_with, t("须同时参加 ", "only with ")),
        (item.not_with, t("不能同时参加 ", "not with ")),
        (item.replaced_by, t("让位于 ", "replaced by ")),
    ]
    return t("；", "; ").join(words + t("、", ", ").join(plans) for plans, words in said if plans)


def _split(item: OfficePlan) -> str:
    from mutualplans.engine.office import PAYERS

    return " ".join(f"{PAYERS[payer].in_(lang())} {part}" for payer, part in item.split.items())


def _group(rule: GroupRule) -> str:
    from mutualplans.backends.phrase import show
    from mutualplans.model.kinds import Kind

    size = t("其余", "others") if rule.staff_up_to is None else f"≤{rule.staff_up_to}"
    share = [] if rule.share is None else [show(rule.share, Kind.RATE, None, lang())]
    persons = [] if rule.persons is None else [t(f"{rule.persons} 人", f"{rule.persons} persons")]
    of = t("（女职工）", " of women") if rule.of == "women" else ""
    return f"{size}: {' '.join(share + persons)}{of}"


def _as_data(file: str, office: Office | None, problems: Iterable[Problem]) -> dict[str, Any]:
    from mutualplans.engine.asdata import problem_data

    return {
        "file": file,
        "sound": office is not None,
        "name": office.name.in_(lang()) if office else None,
        "unit_types": {code: text.in_(lang()) for code, text in office.unit_types.items()} if office else {},
        "plans": [_plan_data(item) for item in office.plans] if office else [],
        "limits": [_limit_data(limit) for limit in office.limits] if office else [],
        "packages": [_package_data(package) for package in office.packages] if office else [],
        "problems": [problem_data(item, lang()) for item in problems],
    }


def _limit(limit: SharedLimit) -> str:
    from mutualplans.model.money import format_yuan

    plans = t("、", ", ").join(limit.plans)
    amount, per = format_yuan(limit.most, grouped=True), t(*_PERIODS[limit.per.value])
    return t(
        f"合计限额：{limit.title.zh}，{per} {amount} 元（{plans}）",
        f"Limit over several plans: {limit.title.in_('en')}, {per} {amount} yuan ({plans})",
    )


def _package(package: Package) -> str:
    from mutualplans.model.money import format_yuan

    parts = []
    for part in package.parts:
        shares = [] if part.shares is None else [t(f"{part.shares} 份", f"{part.shares} shares")]
        tier = [] if part.tier is None else [t(f"{part.tier} 档", f"tier {part.tier}")]
        parts.append(" ".join([part.plan, *shares, *tier]))
    plans, fee = t("、", ", ").join(parts), format_yuan(package.fee, grouped=True)
    return t(
        f"组合：{package.title.zh}（{package.id}），{fee} 元（{plans}）",
        f"Package: {package.title.in_('en')} ({package.id}), {fee} yuan ({plans})",
    )


def _package_data(package: Package) -> dict[str, Any]:
    from mutualplans.model.money import format_yuan

    return {
        "id": package.id,
        "title": package.title.in_(lang()),
        "fee": format_yuan(package.fee),
        "plans": [{"id": part.plan, "shares": part.shares, "tier": part.tier} for part in package.parts],
        "split": {payer: str(part) for payer, part in package.split.items()},
        "group": [_group_data(rule) for rule in package.group],
    }


def _group_data(rule: GroupRule) -> dict[str, Any]:
    return {
        "staff_up_to": rule.staff_up_to,
        "share": None if rule.share is None else str(rule.share),
        "persons": rule.persons,
        "of": rule.of,
    }


def described(office: Office) -> dict[tuple[str, str], str]:
    """Return (plan, what) → what an office says around its plans, in words: who pays, groups, packages, limits."""
    said: dict[tuple[str, str], str] = {}
    for item in office.plans:
        said[item.plan.id, t("互助费负担", "who pays")] = _split(item)
        rules = t("；", "; ").join([*map(_group, item.group), *_equal(item)])
        said[item.plan.id, t("团体要求", "group rule")] = rules
        said[item.plan.id, t("与其他计划", "other plans")] = _others(item)
    for package in office.packages:
        said[package.id, t("组合", "package")] = _package(package)
    for limit in office.limits:
        said["", limit.title.in_(lang())] = _limit(limit)
    return said


def _limit_data(limit: SharedLimit) -> dict[str, Any]:
    from mutualplans.model.money import format_yuan

    return {
        "title": limit.title.in_(lang()),
        "plans": list(limit.plans),
        "most": format_yuan(limit.most),
        "per": limit.per.value,
    }


def _plan_data(item: OfficePlan) -> dict[str, Any]:
    return {
        "id": item.plan.id,
        "title": item.plan.title.in_(lang()),
        "version": item.version,
        "editions": [
            {
                "id": local.edition.id,
                "title": local.edition.title.in_(lang()),
                "from": _day(local.edition.in_force.from_),
                "to": _day(local.edition.in_force.to),
                "values": dict(local.written),
            }
            for local in item.editions
        ],
        "split": {payer: str(part) for payer, part in item.split.items()},
        "group": [_group_data(rule) for rule in item.group],
        "equal_shares": item.equal_shares,
        "only_with": list(item.only_with),
        "not_with": list(item.not_with),
        "replaced_by": list(item.replaced_by),
    }


def _day(day: Any) -> str | None:
    return None if day is None else str(day)


command.add_command(diff)
