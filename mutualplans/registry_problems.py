"""What can be wrong with a plugin, in words: one function per problem."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve

from mutualplans.model.problem import PLANS_ALIKE, MutualPlansError, Problem, nearest, problem
from mutualplans.model.text import Lang, NameFaultError

if TYPE_CHECKING:
    from mutualplans.registry import PluginEntry

CONTRACT = "mutualplans.plans.v1"
"""The group we read: `hookspecs.GROUP`, repeated so that a listing does not import pluggy."""
ONLY = "MUTUALPLANS_LOAD_PLUGINS"
"""Environment variable with the plugins to use."""
PLUGIN_NAME = re.compile(r"[a-z][a-z0-9-]{2,39}")
"""How the entry point of a plugin is named."""


def _about(entry: PluginEntry, code: str, zh: str, en: str, **more: str) -> Problem:
    zh, en = f"插件 {entry.name}（{entry.called}）{zh}", f"plugin {entry.name} ({entry.called}) {en}"
    return problem(
        code,
        zh,
        en,
        where=more.get("where", ""),
        hint_zh=more.get("hint_zh", ""),
        hint_en=more.get("hint_en", ""),
    )


# ---------------------------------------------------------------- metadata


def torn(entry: PluginEntry) -> Problem:
    """Say that the metadata of a package cannot be read."""
    hint = f"pip install --force-reinstall {entry.package}"
    zh, en = (
        f"的 entry_points.txt 读不出来：{entry.fault}",
        f"has an unreadable entry_points.txt: {entry.fault}",
    )
    return _about(entry, "plugin.name", zh, en, hint_zh=hint, hint_en=hint)


def other_contract(entry: PluginEntry, group: str) -> Problem:
    """Say that a plugin was written for another version of the contract."""
    return _about(
        entry,
        "plugin.contract",
        f"按 {group} 编写，本程序读 {CONTRACT}",
        f"is written for {group}; this program reads {CONTRACT}",
        hint_zh="升级 mutualplans，或安装这个插件的较早版本",
        hint_en="upgrade mutualplans, or install an older version of the plugin",
    )


def bad_name(entry: PluginEntry) -> Problem:
    """Say how an entry-point name is written."""
    return _about(
        entry,
        "plugin.name",
        "的入口名不合规定：应以小写字母开头，只含小写字母、数字和连字符，3 至 40 个字符",
        "has a bad entry-point name: a lower-case letter, then lower-case letters, digits, hyphens; 3 to 40 in all",
        hint_zh='例如在 pyproject.toml 里写 female-illness = "mutualplans_female_illness"',
        hint_en='for example female-illness = "mutualplans_female_illness" in pyproject.toml',
    )


def duplicate(entry: PluginEntry, twins: list[PluginEntry]) -> Problem:
    """Name the packages that claim one name, and say how to leave one out."""
    called = [twin.called for twin in twins]
    other = next((twin.package for twin in twins if twin is not entry), entry.package)
    return problem(
        "plugin.duplicate",
        f'插件名 "{entry.name}" 由不止一个软件包提供：{"、".join(called)}；都不使用',
        f'the plugin name "{entry.name}" is provided by more than one package: {", ".join(called)}; none is used',
        where=entry.called,
        hint_zh=f"卸载其中一个，或停用一个：--no-plugin {other}",
        hint_en=f"uninstall one of them, or block one: --no-plugin {other}",
    )


def blocked(entry: PluginEntry, *, by_option: bool) -> Problem:
    """Note what keeps a plugin from being used."""
    zh, en = f"不在 {ONLY} 或办事处所列之中", f"is not listed by {ONLY} or the office"
    if by_option:
        zh, en = "由 --no-plugin 停用", "is blocked by --no-plugin"
    return evolve(_about(entry, "plugin.blocked", zh, en), severity="note")


# ---------------------------------------------------------------- loading


def import_failed(entry: PluginEntry, error: Exception) -> Problem:
    """Say why a plugin cannot be imported, and for a missing module what to install."""
    hint_zh, hint_en = (
        f"升级或重装它；暂时不用它：--no-plugin {entry.name}",
        f"upgrade it, or use --no-plugin {entry.name}",
    )
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        command = (
            f"pip install {top}" if top != entry.top else f"pip install --force-reinstall {entry.package}"
        )
        hint_zh, hint_en = (
            f"{command}（包名可能与模块名不同）",
            f"{command} (its package may be named otherwise)",
        )
    zh, en = f"导入失败：{said(error)}", f"cannot be imported: {said(error)}"
    return _about(
        entry, "plugin.import", zh, en, where=place_of(entry, error), hint_zh=hint_zh, hint_en=hint_en
    )


def wrong_signature(entry: PluginEntry, plugin: Any, error: Exception) -> Problem:
    """Show the signature found and the one expected."""
    function = getattr(plugin, "register_plans", None)
    found = said(error)
    if inspect.isfunction(function):
        signature = inspect.signature(function)
        found = f"register_plans{signature.replace(return_annotation=signature.empty)}"
    return _about(
        entry,
        "plugin.signature",
        f"的钩子函数与约定不符：写的是 {found}，约定是 register_plans()",
        f"has a hook that does not fit: found {found}, expected register_plans()",
        where=start_of(function),
        hint_zh="去掉多出的参数",
        hint_en="remove the surplus arguments",
    )


def unknown_hook(entry: PluginEntry, unknown: list[str]) -> Problem:
    """Name the hooks that do not exist, and the one that does."""
    close = nearest(unknown[0], ["register_plans"])
    return _about(
        entry,
        "plugin.hook-unknown",
        f"标记了没有的钩子：{'、'.join(unknown)}；有：register_plans",
        f"marks a hook that does not exist: {', '.join(unknown)}; known: register_plans",
        hint_zh=f"是不是 {close}？" if close else "去掉它的 @mutualplans.hookimpl",
        hint_en=f"did you mean {close}?" if close else "remove its @mutualplans.hookimpl",
    )


def call_failed(entry: PluginEntry, error: Exception, function: Any) -> Problem:
    """Say where the hook raised, or that it returned no iterable."""
    place = place_of(entry, error)
    hint_zh, hint_en = _remedy(error) if place else _RETURNS
    return _about(
        entry,
        "plugin.call",
        f"的 register_plans() 出错：{said(error)}",
        f"failed in register_plans(): {said(error, 'en')}",
        where=place or start_of(function),
        hint_zh=hint_zh,
        hint_en=hint_en,
    )


_RETURNS = (
    "register_plans 应返回计划的列表，如 return [plan]；不读文件，不看时间",
    "register_plans returns a list of plans, as in return [plan]; it reads no file and no clock",
)
_REMEDIES: Mapping[type[Exception], tuple[str, str]] = {
    # What these say, they say themselves; one of ours brings its hint in a problem after this one.
    MutualPlansError: ("", ""),
    NameFaultError: ("", ""),
    SyntaxError: (
        "Python 语法不对：看这一行和上一行的括号、引号、逗号",
        "look at the brackets, quotes and commas of this line and the one before",
    ),
    TypeError: (
        "对照“公式与声明”里这个名字的参数；期间写成 per=per.TERM 的样子",
        "compare the arguments with the reference of formulas; a period is written per=per.TERM",
    ),
}


def _remedy(error: Exception) -> tuple[str, str]:
    """Return what to do about an error raised in the plugin's own code; nothing where its sentence says it."""
    return next((words for kind, words in _REMEDIES.items() if isinstance(error, kind)), ("", ""))


def own_problems(entry: PluginEntry, error: Exception) -> tuple[Problem, ...]:
    """Return what one of our own errors (a formula of wrong kinds) says, at the plugin's line."""
    if not isinstance(error, MutualPlansError):
        return ()
    return tuple(evolve(found, where=found.where or place_of(entry, error)) for found in error.problems)


# ---------------------------------------------------------------- what was returned


def empty(entry: PluginEntry, *, hooked: bool) -> Problem:
    """Say that there is no plan, or not even a hook."""
    if hooked:
        zh, en = "没有给出任何计划", "returned no plan"
        hint_zh, hint_en = "register_plans 至少返回一个计划", "return at least one plan from register_plans"
    else:
        zh, en = "的模块里没有标记钩子函数", "marks no hook in its module"
        hint_zh = "在 register_plans 上面写 @mutualplans.hookimpl"
        hint_en = "put @mutualplans.hookimpl above register_plans"
    return _about(entry, "plugin.empty", zh, en, hint_zh=hint_zh, hint_en=hint_en)


def not_a_plan(entry: PluginEntry, item: Any) -> Problem:
    """Say what was returned in the place of a plan."""
    kind = type(item).__name__
    return _about(
        entry, "plan.type", f"给出的不是 Plan，而是 {kind}", f"returned something that is not a Plan: {kind}"
    )


def foreign_id(entry: PluginEntry, id_: str) -> Problem:
    """Say which ids a plugin may use."""
    return _about(
        entry,
        "plan.id",
        f'的计划编号 "{id_}" 应为 {entry.name}，或以“{entry.name}.”开头',
        f'has the plan id "{id_}"; it must be {entry.name} or begin with "{entry.name}."',
        hint_zh=f'改为 id="{entry.name}"，或改入口名',
        hint_en=f'write id="{entry.name}", or change the entry-point name',
    )


def id_twice(entry: PluginEntry, id_: str) -> Problem:
    """Say that two plans have one id."""
    return _about(entry, "plan.id", f'有两个计划编号同为 "{id_}"', f'has two plans with the id "{id_}"')


# ---------------------------------------------------------------- what was asked for


def unknown_plugin(
    name: str, known: Iterable[str], severity: Literal["error", "warning"] = "error"
) -> Problem:
    """Say that no plugin has the name, with the nearest that there is."""
    close = nearest(name, known, PLANS_ALIKE)
    return problem(
        "plugin.unknown",
        f'没有安装名为 "{name}" 的插件',
        f'no plugin named "{name}" is installed',
        hint_zh=f'是不是 "{close}"？' if close else "mutualplans plugins 列出已安装的插件",
        hint_en=f'did you mean "{close}"?' if close else "mutualplans plugins lists what is installed",
        severity=severity,
    )


def unknown_plan(plan_id: str, known: Iterable[str]) -> Problem:
    """Say that no plugin has the plan, with the nearest that there is, or how to install it."""
    names = tuple(dict.fromkeys(known))
    owner = plan_id.partition(".")[0]
    close = owner if owner in names else nearest(plan_id, names, PLANS_ALIKE)
    command = f"mutualplans install {owner if PLUGIN_NAME.fullmatch(owner) else '…'}"
    return problem(
        "plan.unknown",
        f'没有计划 "{plan_id}"；有：{"、".join(names) or "无"}',
        f'there is no plan "{plan_id}"; known: {", ".join(names) or "none"}',
        hint_zh=f'是不是 "{close}"？' if close else f"{command} 安装它；mutualplans plugins 列出已安装的",
        hint_en=f'did you mean "{close}"?'
        if close
        else f"{command} installs it; mutualplans plugins lists what is there",
    )


# ---------------------------------------------------------------- errors and places


def said(error: BaseException, lang: Lang = "zh") -> str:
    """Return the kind of an error and the first line of what it says; `own_problems` says the rest of ours."""
    if isinstance(error, NameFaultError):
        return error.text.in_(lang)
    lines = [] if isinstance(error, MutualPlansError) else str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def place_of(entry: PluginEntry, error: BaseException) -> str:
    """Return file and line of the plugin's own code that is nearest to the error, or an empty string."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    found = ""
    for frame, line in _frames(error.__traceback__):
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == entry.top:
            found = f"{frame.f_code.co_filename}:{line}"
    return found


def start_of(function: Any) -> str:
    """Return file and line where a function begins, or an empty string."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""


def _frames(trace: TracebackType | None) -> Iterator[tuple[Any, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
