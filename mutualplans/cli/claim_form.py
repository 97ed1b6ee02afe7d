"""``mutualplans claim-form``: what a claim under a plan has to state, as a file to fill in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from mutualplans.cli.common import (
    PLAN,
    chosen_edition,
    columns,
    edition_option,
    fitted,
    local_editions,
    office_option,
    on_option,
    output_formats,
    plans_in_use,
)
from mutualplans.cli.example import Example, example
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import print_csv, print_json, print_table, say
from mutualplans.engine.accounts import fund_accounts, fund_path
from mutualplans.engine.form import Form, Input, form
from mutualplans.model.kinds import Kind

if TYPE_CHECKING:
    from mutualplans.engine.office import Office

__all__ = ["command"]


@click.command(
    help=t(
        """列出一个计划申请时要填的内容，由计划的公式得出；默认输出可填写的 TOML 案例文件。

        去掉要填的行前面的“# ”，填上内容，再交给 mutualplans simulate。

        \b
        例：
          mutualplans claim-form female-illness --edition beijing-6 > 案例.toml
          mutualplans simulate 案例.toml
          mutualplans claim-form accident --edition qingdao-2006 --format table
          mutualplans claim-form accident --office office.toml --on 2025-07-01
        """,
        """Print what a claim under a plan has to state, found from its formulas; a TOML case file by default.

        Remove the "# " before the lines to fill in, fill them in, and give the file to mutualplans simulate.

        \b
        Examples:
          mutualplans claim-form female-illness --edition beijing-6 > case.toml
          mutualplans simulate case.toml
          mutualplans claim-form accident --edition qingdao-2006 --format table
          mutualplans claim-form accident --office office.toml --on 2025-07-01
        """,
    )
)
@click.argument("plan", type=PLAN, metavar="PLAN")
@edition_option
@on_option
@office_option
@output_formats("toml", "table", "json", "csv", default="toml")
@click.pass_context
def command(
    ctx: click.Context,
    plan: str,
    edition: str | None,
    on: date | None,
    office: Office | None,
    output_format: str,
) -> None:
    """Print the inputs of a plan."""
    (found,) = plans_in_use(ctx, [plan], office)
    editions = local_editions(found, office)
    chosen = chosen_edition(found, editions, edition, on)
    if chosen is None:
        known = t("、", ", ").join(item.edition.id for item in editions)
        say(
            f"提示：{found.id} 有 {len(editions)} 个版次（{known}），列出各版所需；选定一版：--edition {editions[-1].edition.id}",
            f"hint: {found.id} has {len(editions)} editions ({known}); this is what any of them needs; "
            f"choose one with --edition {editions[-1].edition.id}",
        )
    made = form(found, editions if chosen is None else (chosen,))
    if output_format == "json":
        print_json(
            {
                "plan": found.id,
                "editions": made.editions,
                "inputs": [_as_data(made, item) for item in made.inputs],
                "other_covers": {plan: label.in_(lang()) for plan, label in made.beside.items()},
            }
        )
    elif output_format == "csv":
        rows = [_as_data(made, item) for item in made.inputs]
        names = ["table", "name", "label", "kind", "unit", "choices", "needed_for", "optional"]
        print_csv(names, ([_cell(row[name]) for name in names] for row in rows))
    elif output_format == "table":
        _print_table(made)
    else:
        for line in _toml(made, example(made, chosen or editions[-1])):
            click.echo(line)


# ---------------------------------------------------------------- as data


def _as_data(made: Form, item: Input) -> dict[str, Any]:
    return {
        "table": item.table,
        "name": item.name,
        "label": item.label.in_(lang()),
        "kind": item.kind.value if item.kind else "codes",
        "unit": item.unit.in_(lang()) if item.unit else "",
        "choices": {code: text.in_(lang()) for code, text in item.choices.items()},
        "needed_for": list(item.needed_for),
        "optional": item.optional,
    }


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    if isinstance(value, dict):
        return "; ".join(f"{code}={label}" for code, label in value.items())
    return "; ".join(value) if isinstance(value, list) else str(value)


def _print_table(made: Form) -> None:
    headers = [
        t("字段", "field"),
        t("内容", "what it is"),
        t("填法", "written as"),
        t("用于", "needed for"),
    ]
    rows = [
        [f"{item.table}.{item.name}", item.label.in_(lang()), _how(item), _needed(made, item)]
        for item in made.inputs
    ]
    title = made.plan.title.in_(lang())
    print_table(
        t(f"{title}（{made.plan.id}）", f"{title} ({made.plan.id})"),
        headers,
        fitted([headers, *rows], columns())[1:],
    )


# ---------------------------------------------------------------- in words


def _how(item: Input) -> str:
    """Return how a value is written: its kind, its unit, its codes."""
    return _kind(item) + _choices(item) + _optional(item)


def _optional(item: Input) -> str:
    if item.table == "claim" and item.name == "days":
        return t("；写明入院和出院日期的可不填", "; not needed with admitted and discharged")
    return t("；可不填", "; optional") if item.optional else ""


def _kind(item: Input) -> str:
    unit = item.unit.in_(lang()) if item.unit else ""
    words = {
        Kind.MONEY: t('金额，元，写成 "1234.50"', 'yuan, written "1234.50"'),
        Kind.COUNT: t(
            f"整数，{unit}" if unit else "整数", f"whole number, {unit}" if unit else "whole number"
        ),
        Kind.RATE: t('比例，写成 "70%"', 'rate, written "70%"'),
        Kind.FLAG: t("true（是）或 false（否）", "true or false"),
        Kind.DATE: t("日期，如 2024-02-29", "date, such as 2024-02-29"),
        Kind.CODE: t("代码，加引号", "code, in quotes"),
    }
    if item.name == "earlier":
        return t("各期的起止日", "first and last days")
    return words[item.kind] if item.kind else t("一组代码", "list of codes")


def _choices(item: Input) -> str:
    """Return the codes with what they mean; a code that is its own label stands alone."""
    shown = list(_codes(item))
    return t("：", ": ") + t("，", ", ").join(shown) if shown else ""


def _codes(item: Input) -> Iterator[str]:
    for code, text in item.choices.items():
        yield f'"{code}"' if text.zh == code else f'"{code}" {text.in_(lang())}'


def _needed(made: Form, item: Input) -> str:
    titles = {
        "joins": t("参保条件", "joining"),
        "premium": t("保障费", "the fee"),
        "every": t("各项给付", "every benefit"),
    } | {benefit.id: benefit.title.in_(lang()) for benefit in made.plan.benefits}
    names = [item for item in item.needed_for if item != "every" or len(made.plan.benefits)]
    if "every" in names:
        names = [name for name in names if name in ("joins", "premium", "every")]
    return t("、", ", ").join(titles[name] for name in names)


# ---------------------------------------------------------------- as a TOML file


def _toml(made: Form, case: Example) -> Iterator[str]:
    title = made.plan.title.in_(lang())
    yield t(f"# {title}（{made.plan.id}）申领内容", f"# {title} ({made.plan.id}): what a claim states")
    yield t(
        "# 去掉要填的行前面的“# ”并填好；然后运行：mutualplans simulate 本文件",
        '# Remove the "# " before what you fill in; then: mutualplans simulate THIS-FILE',
    )
    yield t(
        "# 所填的是一个前后一致的例子。“#”后面没有空格的，有这种情形才填",
        '# The values are one example that agrees with itself. What has "#" without a space is for other cases only',
    )
    yield from _member(made, case)
    if made.of("unit"):
        yield from ("", "[unit]", *_fields(made, made.of("unit"), case))
    if made.plan.insures != ("self",):
        yield from _insured(made, case)
    yield from _coverage(made, case)
    yield from (
        "",
        t("# 每次事件一个 [[claim]]，按发生先后排列", "# one [[claim]] for each event, in order"),
        "[[claim]]",
    )
    yield from _whose(made)
    yield from _fields(made, made.of("claim"), case)
    yield from _fund(made, case)


def _fund(made: Form, case: Example) -> Iterator[str]:
    """Yield what has to be stated of accounts that all insured share, period by period."""
    known, said = fund_accounts(made.plan), ""
    for plan, period, account in case.fund:
        table = fund_path(plan, period)
        if table != said:
            yield from (
                "",
                t(
                    "# 全体参保人共用的账户，本案以前已计多少（期间按出险日改；确实没有的写 0）",
                    "# accounts that all insured share: what they counted before this case (change the period to that of "
                    "the event; a real 0 is written 0)",
                ),
                f"[{table}]",
            )
            said = table
        value: Any = "0" if known[account.partition(" / ")[0]].kind is Kind.MONEY else 0
        yield f"# {fund_path(plan, period, account).removeprefix(table + '.')} = {_written(value)}"


def _member(made: Form, case: Example) -> Iterator[str]:
    yield from ("", t("# 会员", "# the member"), "[member]")
    yield t("# 姓名和身份证号可不填；填了身份证号，性别和出生日期可不填", "# name and id_number are optional")
    yield from _fields(made, made.of("member"), case)


def _insured(made: Form, case: Example) -> Iterator[str]:
    """Yield the person insured; where the member may be, only for other cases than the example."""
    others = [name for name in made.plan.insures if name != "self"]
    other = "#" if "self" in made.plan.insures else ""
    yield from (
        "",
        t("# 被保障人；本人不用写", "# the person insured; not for the member"),
        f"{other}[[insured]]",
        t("# 编号，与下面 [[coverage]] 和 [[claim]] 中的 insured 一致", "# id, the same as insured below"),
        f'{other}id = "insured-1"',
    )
    given = made.of("insured")
    if all(item.name != "relation" for item in given):
        codes = " ".join(f'"{name}"' for name in others)
        yield t(f"# 与会员关系，代码，加引号：{codes}", f"# relation to the member, code in quotes: {codes}")
        yield f'{other or "# "}relation = "{others[0]}"'
    yield from _fields(made, given, case)


def _whose(made: Form) -> Iterator[str]:
    """Yield whose a cover or a claim is, unless it can only be the member's."""
    if made.plan.insures != ("self",):
        yield f'{"#" if "self" in made.plan.insures else ""}insured = "insured-1"'


def _coverage(made: Form, case: Example) -> Iterator[str]:
    yield from ("", t("# 保障：每期一个 [[coverage]]", "# one [[coverage]] for each term"), "[[coverage]]")
    yield f'plan = "{made.plan.id}"'
    if len(made.editions) == 1:
        yield f'edition = "{made.editions[0]}"'
    elif made.editions:
        codes = t("，", ", ").join(f'"{name}"' for name in made.editions)
        yield t(
            f"# 版次，按保障起始日能确定时可不填：{codes}", f"# edition, if the dates leave it open: {codes}"
        )
        yield f'# edition = "{made.editions[-1]}"'
    yield from _whose(made)
    yield t("# 保障起始日、终止日（含当天）", "# first and last day of cover, both inclusive")
    yield f"# first_day = {case.first_day}"
    yield f"# last_day = {case.last_day}"
    yield from _fields(made, made.of("coverage"), case)
    for plan, label in made.beside.items():
        stated = "#" if plan not in case.beside else ""
        yield from ("", f"# {label.in_(lang())}{t('：另一计划的保障', ': a cover of another plan')}")
        yield from (f"{stated}[[coverage]]", f'{stated}plan = "{plan}"')
        yield from _whose(made)
        yield f"{stated or '# '}first_day = {case.first_day}"
        yield f"{stated or '# '}last_day = {case.last_day}"


def _fields(made: Form, items: Iterable[Input], case: Example) -> Iterator[str]:
    for found in items:
        key = (found.table, found.name)
        item = evolve(found, optional=False) if key in case.given else found
        needed = _needed(made, item)
        for_ = t(f"（用于{needed}）", f" (for {needed})") if needed else ""
        what = f"# {item.label.in_(lang())}{for_}{t('：', ': ')}"
        if len(item.choices) > _FEW:
            yield what + _kind(item) + _optional(item)
            yield from (f"#   {code}" for code in _codes(item))
        else:
            yield what + _how(item)
        yield f"#{' ' * (key in case.given)}{item.name} = {_written(case.values[key])}"


_FEW = 6


def _written(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {_written(inner)}' for name, inner in value.items())} }}"
    return str(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
