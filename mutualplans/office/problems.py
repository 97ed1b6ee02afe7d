"""What can be wrong with an office file, in words: one function per problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve

from mutualplans.backends.phrase import calendar_range
from mutualplans.engine.office import PAYERS
from mutualplans.model.parameter import Parameter
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.text import Lang
from mutualplans.model.workdays import WorkCalendar
from mutualplans.office.wording import limits_in_words
from mutualplans.plan.edition import Edition, InForce

__all__ = [
    "assumed",
    "bad_money",
    "bad_rate",
    "calendar_gap",
    "dates_reversed",
    "edition_twice",
    "editions_overlap",
    "group_needs",
    "group_of",
    "group_sizes",
    "limit_period",
    "missing",
    "no_editions",
    "no_plans",
    "not_a_table",
    "not_tables",
    "order",
    "order_with",
    "other_plan",
    "package_id",
    "package_shares",
    "payer",
    "plan_twice",
    "plugin_problems",
    "reads_missing",
    "required",
    "split_total",
    "table_keys",
    "unknown_edition",
    "value_closed",
    "value_outside",
    "value_unknown",
]

_SHOWN = 6
"""How many names a warning about closed values lists."""


def _unknown(
    code: str, where: str, texts: tuple[str, str], found: str, known: Iterable[str], hints: tuple[str, str]
) -> Problem:
    """Return a problem whose hint is the nearest known name, or `hints` (Chinese, English) without one."""
    close = nearest(found, known)
    zh, en = (f'是不是 "{close}"？', f'did you mean "{close}"?') if close else hints
    return problem(code, *texts, where=where, hint_zh=zh, hint_en=en)


def _labelled(parameter: Parameter) -> tuple[str, str]:
    return f"“{parameter.label.zh}”({parameter.name})", f"{parameter.label.in_('en')} ({parameter.name})"


# The form of the file


def not_tables(where: str, header: str) -> Problem:
    """A single table, or a value, where an array of tables stands."""
    return problem(
        "file.value",
        f"应为一组表：每一项以一行 [[{header}]] 开头",
        f"expected an array of tables: each item begins with a line [[{header}]]",
        where=where,
        hint_zh=f"方括号是两层的：[[{header}]]",
        hint_en=f"with double brackets: [[{header}]]",
    )


def not_a_table(where: str, found: Any, example: str) -> Problem:
    """A plain value where a table stands."""
    return problem(
        "file.value",
        f"应为表，如 {example}；实为 {found!r}",
        f"expected a table such as {example}; found {found!r}",
        where=where,
    )


def missing(where: str, key: str, example: str) -> Problem:
    """A key that must be there."""
    return problem(
        "file.missing-key",
        f'缺少 "{key}"',
        f'the key "{key}" is missing',
        where=where,
        hint_zh=f"写上：{example}",
        hint_en=f"write: {example}",
    )


def bad_rate(where: str, found: Any) -> Problem:
    """A part that is not written as a rate, or is above the whole."""
    return problem(
        "file.value",
        f'比例写成 "80%" 或 "1/3"，不超过 1；实为 {found!r}（{type(found).__name__}）',
        f'a part is written "80%" or "1/3", at most 1; found {found!r} ({type(found).__name__})',
        where=where,
        hint_zh="加英文双引号，不用小数",
        hint_en="in double quotes, not as a decimal",
    )


# Plans and editions


def no_plans(where: str) -> Problem:
    """A file without plans."""
    return problem(
        "office.no-plans",
        "没有列出任何计划",
        "no plan is listed",
        where=where,
        hint_zh="每个计划一段：[[plans]]，下写 id；mutualplans plugins 列出已安装的计划",
        hint_en="one [[plans]] with its id for each plan; mutualplans plugins lists the installed ones",
    )


def plan_twice(where: str, plan_id: str) -> Problem:
    """A plan that is listed a second time."""
    return problem(
        "office.plan-twice",
        f"计划 {plan_id} 列了两次",
        f"plan {plan_id} is listed twice",
        where=where,
        hint_zh="并成一段；一个计划可以有几个 [[plans.editions]]",
        hint_en="make it one; a plan may have several [[plans.editions]]",
    )


def order(where: str, plan_id: str, reads: str) -> Problem:
    """A plan that reads what a later one pays."""
    return problem(
        "office.order",
        f"计划 {plan_id} 要用到 {reads} 的给付，须排在它之后",
        f"plan {plan_id} reads what {reads} pays and must come after it",
        where=where,
        hint_zh=f"把 {plan_id} 这一段移到 {reads} 那一段后面",
        hint_en=f"move {plan_id} behind {reads}",
    )


def other_plan(where: str, found: str, known: Sequence[str]) -> Problem:
    """Another plan that the file does not list."""
    texts = (
        f'"{found}" 不是本设置文件里的另一个计划；有：{"、".join(known) or "无"}',
        f'"{found}" is no other plan of this file; there are: {", ".join(known) or "none"}',
    )
    hints = ("改成 [[plans]] 里列出的另一个计划的 id", "write the id of another [[plans]] of this file")
    return _unknown("office.other-plan", where, texts, found, known, hints)


def order_with(where: str, plan_id: str, main: str) -> Problem:
    """An additional plan that stands before its main plan."""
    return problem(
        "office.order",
        f"计划 {plan_id} 只能与 {main} 同时参加，须排在它之后",
        f"plan {plan_id} can be had only with {main} and must come after it",
        where=where,
        hint_zh=f"把 {plan_id} 这一段移到 {main} 那一段后面",
        hint_en=f"move {plan_id} behind {main}",
    )


def limit_period(where: str, found: str, known: Iterable[str]) -> Problem:
    """A period that a limit over several plans cannot run over."""
    names = list(known)
    texts = (
        f'per 应为 {"、".join(names)} 之一；实为 "{found}"',
        f'per is one of {", ".join(names)}; found "{found}"',
    )
    hints = ("按次写 incident，按自然年写 calendar-year", "incident for each event, calendar-year for a year")
    return _unknown("office.limit", where, texts, found, names, hints)


def package_id(where: str, found: str, taken: Sequence[str]) -> Problem:
    """A package whose id is not one, or is taken."""
    zh = "已用于另一个计划或组合" if found in taken else "写法不对"
    en = "is taken" if found in taken else "is no id"
    return problem(
        "office.package",
        f'组合的编号 "{found}" {zh}',
        f'the id "{found}" of the package {en}',
        where=where,
        hint_zh='小写字母开头，可有小写字母、数字、连字符，如 "three-in-one"；不能与计划编号相同',
        hint_en='lower-case letters, digits and hyphens, such as "three-in-one"; not the id of a plan',
    )


def package_shares(where: str, found: int) -> Problem:
    """A number of shares below one."""
    return problem(
        "office.package",
        f"一个组合里的份数至少为 1；实为 {found}",
        f"a package holds at least one share of a plan; found {found}",
        where=where,
    )


def bad_money(where: str, fault: str) -> Problem:
    """An amount that is not written as one."""
    return problem(
        "file.value",
        fault,
        'an amount of yuan is written as text, such as "12000"',
        where=where,
    )


def plugin_problems(error: MutualPlansError, where: str = "") -> tuple[Problem, ...]:
    """Return why a plan cannot be had; that its plugin is blocked was somebody's choice, and only a note."""
    return tuple(
        evolve(
            item,
            where=item.where or where,
            severity="note" if item.code == "plugin.blocked" else item.severity,
        )
        for item in error.problems
    )


def reads_missing(where: str, plan_id: str, reads: str) -> Problem:
    """A plan whose amounts depend on a plan that cannot be had."""
    return problem(
        "office.reads-missing",
        f"计划 {plan_id} 要用到 {reads} 的给付，而 {reads} 不能用，所以也不能核定",
        f"plan {plan_id} reads what {reads} pays, which cannot be had",
        where=where,
        hint_zh=f"先解决 {reads} 的问题",
        hint_en=f"solve the problem of {reads} first",
    )


def no_editions(where: str, plan_id: str, known: Sequence[Edition]) -> Problem:
    """A plan without an edition."""
    names = [edition.id for edition in known]
    return problem(
        "office.no-editions",
        f"计划 {plan_id} 没有写明用哪个版次；有：{'、'.join(names)}",
        f"plan {plan_id} names no edition; it has: {', '.join(names)}",
        where=where,
        hint_zh='在它下面写 [[plans.editions]]，再写 id = "…"',
        hint_en='write [[plans.editions]] below it, and id = "…"',
    )


def unknown_edition(where: str, plan_id: str, found: str, known: Sequence[Edition]) -> Problem:
    """An edition that the plan has not."""
    names = [edition.id for edition in known]
    texts = (
        f'计划 {plan_id} 没有版次 "{found}"；有：{"、".join(names)}',
        f'plan {plan_id} has no edition "{found}"; it has: {", ".join(names)}',
    )
    hints = (f"mutualplans plans {plan_id} 列出各版次", f"see mutualplans plans {plan_id}")
    return _unknown("edition.unknown", where, texts, found, names, hints)


def edition_twice(where: str, plan_id: str, found: str) -> Problem:
    """An edition that is listed a second time; the engine tells editions apart by their id."""
    return problem(
        "office.edition-twice",
        f"计划 {plan_id} 的版次 {found} 列了两次",
        f"edition {found} of plan {plan_id} is listed twice",
        where=where,
        hint_zh="只留一个；本地值中途改变时，旧案用旧的设置文件",
        hint_en="keep one; where local values change, keep the older file for the older cases",
    )


def dates_reversed(where: str, from_: date | None, to: date | None) -> Problem:
    """An edition that ends before it begins, by the office's dates and its own."""
    return problem(
        "office.dates",
        f"有效期起止颠倒：从 {from_} 至 {to}",
        f"ends before it begins: from {from_} to {to}",
        where=where,
        hint_zh="核对 from 和 to；没有写的一端取自版次",
        hint_en="check from and to; an end that is not written is the edition's",
    )


def editions_overlap(where: str, plan_id: str, dated: Mapping[str, InForce]) -> Problem:
    """Two editions that share a day."""
    zh = "、".join(f"{name}（{in_force.in_words()}）" for name, in_force in dated.items())
    en = ", ".join(f"{name} ({in_force.in_words('en')})" for name, in_force in dated.items())
    return problem(
        "office.editions-overlap",
        f"计划 {plan_id} 有效期重叠的版次：{zh}",
        f"editions of plan {plan_id} in force at the same time: {en}",
        where=where,
        hint_zh="给其中一个写 from 或 to，如 to = 2014-06-30",
        hint_en="give one of them from or to, such as to = 2014-06-30",
    )


# Values


def value_unknown(where: str, plan_id: str, name: str, declared: Mapping[str, Parameter]) -> Problem:
    """A value that the plan does not declare."""
    texts = (f'计划 {plan_id} 没有 "{name}" 这个值', f'plan {plan_id} has no value "{name}"')
    hints = (_open(declared, "可设：", "、", "无"), _open(declared, "open: ", ", ", "none"))
    return _unknown("office.value-unknown", where, texts, name, declared, hints)


def value_closed(where: str, parameter: Parameter, declared: Mapping[str, Parameter]) -> Problem:
    """A value that an office may not set."""
    zh, en = _labelled(parameter)
    return problem(
        "office.value-closed",
        f"{zh}由版次规定，办事处不能改",
        f"{en} is set by the edition and closed to the office",
        where=where,
        hint_zh=_open(declared, "删去这一行；可设：", "、", "无"),
        hint_en=_open(declared, "remove it; open: ", ", ", "none"),
    )


def value_outside(where: str, parameter: Parameter, found: Any) -> Problem:
    """A value outside the limits that the plan allows."""
    zh, en = _labelled(parameter)
    limits_zh, limits_en = limits_in_words(parameter), limits_in_words(parameter, "en")
    return problem(
        "office.value-outside",
        f"{zh} = {found!r} 超出允许范围 {limits_zh}",
        f"{en} = {found!r} lies outside {limits_en}",
        where=where,
        hint_zh=f"改到 {limits_zh} 之内",
        hint_en=f"choose a value within {limits_en}",
    )


def table_keys(where: str, parameter: Parameter, lacking: Sequence[str], unknown: Sequence[str]) -> Problem:
    """A table without codes that the edition's has, or with codes that it has not."""
    zh, en = _labelled(parameter)
    faults_zh, faults_en = [], []
    if lacking:
        faults_zh.append(f"缺少 {'、'.join(lacking)}")
        faults_en.append(f"lacks {', '.join(lacking)}")
    if unknown:
        faults_zh.append(f"版次没有 {'、'.join(unknown)}")
        faults_en.append(f"the edition has no {', '.join(unknown)}")
    return problem(
        "office.table-keys",
        f"{zh}的代码与版次不同：{'；'.join(faults_zh)}",
        f"{en} has other codes than the edition: {'; '.join(faults_en)}",
        where=where,
        hint_zh='整张表都要写出，代码与版次一致；其余代码同一个值的写 "*" = …',
        hint_en='write the whole table with the codes of the edition; "*" = … stands for all others',
    )


_LANGS: tuple[Lang, Lang] = ("zh", "en")


def calendar_gap(where: str, known: WorkCalendar, own: WorkCalendar) -> Problem:
    """A calendar that neither meets nor overlaps the edition's."""
    zh, en = ([calendar_range(item, lang) for item in (known, own)] for lang in _LANGS)
    return problem(
        "office.calendar-gap",
        f"版次的日历是 {zh[0]}，本办事处的是 {zh[1]}，中间有空档",
        f"the edition's calendar is known {en[0]}, the office's {en[1]}: days between are not known",
        where=where,
        hint_zh="从版次日历最后一天的次日写起，一段接一段；与版次重叠的日子以办事处的为准",
        hint_en="begin on the day after the edition's last day; days of both are those of the office",
    )


def required(where: str, edition_id: str, parameter: Parameter) -> Problem:
    """A value that the edition leaves to the office and that is not set."""
    zh, en = _labelled(parameter)
    limits_zh, limits_en = limits_in_words(parameter), limits_in_words(parameter, "en")
    return problem(
        "office.value-required",
        f"版次 {edition_id} 没有{zh}的值，须由办事处设定",
        f"edition {edition_id} leaves {en} to the office",
        where=where,
        hint_zh=f"在这个版次的 values 里写 {parameter.name} = …（{limits_zh}）",
        hint_en=f"write {parameter.name} = … ({limits_en}) in the values of this edition",
    )


def assumed(where: str, plan_id: str, editions: Sequence[str], names: Sequence[Parameter]) -> Problem:
    """Values of some editions that no source states, all open to the office or all closed."""
    is_open = names[0].open_to_office is not None
    shown = names if is_open else names[:_SHOWN]
    zh = "、".join(_labelled(parameter)[0] for parameter in shown) + ("" if shown == names else " 等")
    en = ", ".join(_labelled(parameter)[1] for parameter in shown) + ("" if shown == names else " …")
    example = " ".join(f"{parameter.name} = …" for parameter in names[:1])
    return problem(
        "office.value-assumed",
        f"计划 {plan_id} 版次 {'、'.join(editions)} 有 {len(names)} 个假定值"
        f"{'尚未由办事处确认' if is_open else '由版次规定'}：{zh}",
        f"plan {plan_id}, edition {', '.join(editions)}: {len(names)} assumed values"
        f"{' that the office has not confirmed' if is_open else ' set by the edition'}: {en}",
        where=where,
        hint_zh=f"核实后在 values 里写明，如 {example}"
        if is_open
        else f"向发布单位核实条款原文；mutualplans plans {plan_id} 写有假定的依据",
        hint_en=f"confirm them under values, such as {example}"
        if is_open
        else f"check them against the rule; mutualplans plans {plan_id} says what they rest on",
        severity="warning",
    )


def _open(declared: Mapping[str, Parameter], before: str, between: str, none: str) -> str:
    names = [name for name, parameter in declared.items() if parameter.open_to_office is not None]
    return before + (between.join(names) or none)


# Who pays, and how many must join


def payer(where: str, found: str) -> Problem:
    """A payer that we do not know."""
    known = "、".join(f"{name}（{text.zh}）" for name, text in PAYERS.items())
    texts = (f'没有负担方 "{found}"；可用：{known}', f'no payer "{found}"; known: {", ".join(PAYERS)}')
    hints = (f"改成 {'、'.join(PAYERS)} 之一", f"write one of {', '.join(PAYERS)}")
    return _unknown("office.payer", where, texts, found, PAYERS, hints)


def split_total(where: str, total: Fraction) -> Problem:
    """Parts that do not add up to the whole."""
    thirds = '{ member = "1/3", unit = "1/3", union = "1/3" }'
    return problem(
        "office.split",
        f"各方负担之和应为 1，实为 {total}",
        f"the parts must add up to 1; they add up to {total}",
        where=where,
        hint_zh=f"三方均摊写成 {thirds}",
        hint_en=f"write thirds as {thirds}",
    )


def group_sizes(where: str, found: int | None, before: int | None) -> Problem:
    """Group rules whose unit sizes do not rise."""
    zh = "上一条没有 staff_up_to，已包括所有更大的单位" if before is None else f"上一条到 {before} 人"
    en = "the rule before has no staff_up_to and is for every larger unit"
    return problem(
        "office.group",
        f"单位规模应从 1 人起由小到大；这一条到 {found or '不限'} 人，{zh}",
        "unit sizes begin at 1 and must rise; "
        + (en if before is None else f"this rule is for up to {found} staff, the one before for {before}"),
        where=where,
        hint_zh="由小到大排列，最后一条不写 staff_up_to",
        hint_en="put them in rising order, the last one without staff_up_to",
    )


def group_of(where: str, found: str) -> Problem:
    """A group rule for persons that we do not know."""
    texts = (
        f'of 应为 "staff"（职工）、"women"（女职工）或 "units"（本系统单位）；实为 "{found}"',
        f'of is "staff", "women" or "units"; found "{found}"',
    )
    hints = ('不写 of 就是 "staff"', 'without of it is "staff"')
    return _unknown("office.group", where, texts, found, ("staff", "women", "units"), hints)


def group_units(where: str) -> Problem:
    """A rule for the units of a system that names a size of unit."""
    return problem(
        "office.group",
        'of = "units" 数的是本系统的单位，不分单位大小，不写 staff_up_to',
        'of = "units" counts the units of a system, whatever their size: staff_up_to has no place here',
        where=where,
        hint_zh="删去 staff_up_to",
        hint_en="remove staff_up_to",
    )


def no_systems(where: str) -> Problem:
    """A rule for the units of a system in an office that lists no system."""
    return problem(
        "office.systems",
        'of = "units" 要核对本系统单位的参保面，但没有列出 [[systems]]',
        'of = "units" counts the units of a system, but no [[systems]] are listed',
        where=where,
        hint_zh='补上 [[systems]]，下写 name = "某某系统"、units = 12',
        hint_en='add [[systems]] with name = "…" and units = 12',
    )


def system_units(where: str, found: int | None, names: int) -> Problem:
    """A system whose number of units is not stated, below 1, or not that of the names."""
    given = "没有写" if found is None else f"写的是 {found}"
    return problem(
        "office.systems",
        f"系统的单位数应为 1 以上的整数，列了 names 的应与名称个数（{names}）一致；units {given}"
        if names
        else f"系统的单位数 units 应为 1 以上的整数；{given}",
        f"a system has at least 1 unit, and as many as names ({names}) where they are listed; found {found}",
        where=where,
        hint_zh="写 units = 12，或只写 names = […]",
        hint_en="write units = 12, or only names = […]",
    )


def system_twice(where: str, name: str) -> Problem:
    """A system, or a unit of systems, that is listed twice."""
    return problem(
        "office.systems",
        f'"{name}" 列了两次；一个系统只列一次，一个单位只属于一个系统',
        f'"{name}" is listed twice; a system is listed once, and a unit belongs to one system',
        where=where,
        hint_zh="删去多余的",
        hint_en="remove one of them",
    )


def group_needs(where: str) -> Problem:
    """A group rule that asks for nothing, or for less than one person."""
    return problem(
        "office.group",
        "share（比例）、persons（人数）至少写一个；persons 至少为 1",
        "share or persons must be given, persons at least 1",
        where=where,
        hint_zh='如 share = "80%"，或 persons = 5',
        hint_en='such as share = "80%" or persons = 5',
    )
