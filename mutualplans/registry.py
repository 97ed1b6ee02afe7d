"""Plugins: found from metadata, then each one loaded, called and checked alone.

Finding imports no plugin. A plugin that is broken becomes a record with problems; the others work.
"""

from __future__ import annotations

import inspect
import os
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import Distribution, EntryPoint, distributions
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import evolve, field, frozen

from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem

if TYPE_CHECKING:
    from mutualplans.plan.declaration import Plan

__all__ = ["PluginEntry", "PluginError", "PluginRecord", "PluginRegistry", "Status", "find_entries"]

Status = Literal["found", "ok", "blocked", "broken", "invalid", "incompatible"]

CONTRACT = "mutualplans.plans.v1"
"""The group we read: `hookspecs.GROUP`, repeated so that a listing does not import pluggy."""
ONLY = "MUTUALPLANS_LOAD_PLUGINS"

_GROUP = re.compile(r"mutualplans\.plans\.v\d+")
_NAME = re.compile(r"[a-z][a-z0-9-]{2,39}")


class PluginError(MutualPlansError):
    """A plan that is needed cannot be had: its plugin is unknown, blocked, broken or refused."""

    exit_status: ClassVar[int] = 4


@frozen(kw_only=True)
class PluginEntry:
    """One entry point of a plugin package, as its metadata states it.

    Attributes:
        point: The entry point; ``None`` where the metadata cannot be read.
        name: Entry-point name, which owns the plan ids that begin with it.
        package: Distribution name.
        version: Version of the distribution.
        summary: Its one-line summary.
        fault: What is wrong with the metadata; empty when nothing is.
    """

    point: EntryPoint | None
    name: str = field()
    package: str
    version: str = ""
    summary: str = ""
    fault: str = ""

    @name.default
    def _name(self) -> str:
        return self.point.name if self.point else ""

    @property
    def called(self) -> str:
        """Package and version, as messages name them."""
        return f"{self.package} {self.version}".strip()


@frozen(kw_only=True)
class PluginRecord:
    """What is known about a plugin.

    Attributes:
        name: Entry-point name.
        package: Distribution name.
        version: Version of the distribution.
        summary: Its one-line summary.
        status: ``found`` until it is loaded; then ``ok``, or why it cannot be used.
        plans: Its plans, once it is ``ok``; empty for every other status.
        problems: Everything found, warnings and notes included.
        seconds: Time spent on importing, calling and checking it.
        trace: Traceback of what it raised, for ``--debug`` only; it may hold personal data.
    """

    name: str
    package: str
    version: str
    summary: str
    status: Status = "found"
    plans: tuple[Plan, ...] = ()
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    trace: str = field(default="", repr=False)


class PluginRegistry:
    """The plugins of one run, over an explicit list of entries.

    Attributes:
        problems: Names in `blocked` and `only` that fit no plugin, as warnings.
    """

    def __init__(
        self,
        entries: Iterable[PluginEntry],
        *,
        blocked: Iterable[str] = (),
        only: Iterable[str] | None = None,
    ) -> None:
        self._entries = tuple(entries)
        blocked, only = tuple(blocked), None if only is None else tuple(only)
        self._records = _first_look(self._entries, blocked, only)
        self.problems = tuple(_unmatched(self._entries, (*blocked, *(only or ()))))

    @classmethod
    def discover(
        cls,
        *,
        blocked: Iterable[str] = (),
        only: Iterable[str] | None = None,
        path: Iterable[str] | None = None,
    ) -> PluginRegistry:
        """Return the installed plugins, from metadata alone.

        Args:
            blocked: Plugins not to use, by entry-point or distribution name; beats everything else.
            only: The plugins to use, by the same names (an office's list); every one when ``None``.
                MUTUALPLANS_LOAD_PLUGINS, when set, takes its place: empty for none, or a comma list.
            path: Folders to look in, as in ``sys.path``; ``sys.path`` itself when ``None``.
        """
        stated = os.environ.get(ONLY)
        if stated is not None:
            only = [name.strip() for name in stated.split(",") if name.strip()]
        return cls(find_entries(path), blocked=blocked, only=only)

    @property
    def records(self) -> tuple[PluginRecord, ...]:
        """Every plugin with what is known about it now, blocked and broken ones included."""
        return tuple(self._records)

    @property
    def failed(self) -> tuple[PluginRecord, ...]:
        """The broken and invalid plugins met so far: errors under ``--strict``."""
        return tuple(record for record in self._records if record.status in ("broken", "invalid"))

    def names(self) -> tuple[str, ...]:
        """Return the names of the plugins that may be used; imports none."""
        return tuple(record.name for record in self._records if record.status in ("found", "ok"))

    def load(self, name: str) -> PluginRecord:
        """Load one plugin by its entry-point name, once, and return its record whatever its status.

        Raises:
            PluginError: no plugin has the name.
        """
        self._best(name)
        for place, record in enumerate(self._records):
            if record.name == name and record.status == "found":
                self._records[place] = _loaded(self._entries[place], record)
        return self._best(name)

    def load_all(self) -> tuple[PluginRecord, ...]:
        """Load every plugin that is not blocked or refused already, and return all records."""
        for name in self.names():
            self.load(name)
        return self.records

    def plans(self) -> tuple[Plan, ...]:
        """Load everything and return the plans of the plugins that are ``ok``."""
        return tuple(plan for record in self.load_all() for plan in record.plans)

    def plan(self, plan_id: str) -> Plan:
        """Return a plan, loading only the plugin that owns its id.

        Raises:
            PluginError: no plugin has it (names the nearest), or its plugin is blocked, broken or refused.
        """
        record = self.load(self._owner(plan_id))
        if record.status != "ok":
            raise PluginError(*_why_not(record))
        known = {plan.id: plan for plan in record.plans}
        if plan_id not in known:
            raise PluginError(_unknown_plan(plan_id, known))
        return known[plan_id]

    def version_of(self, plan_id: str) -> str:
        """Return the version of the package that owns a plan id, from metadata alone.

        Raises:
            PluginError: no plugin owns it.
        """
        return self._best(self._owner(plan_id)).version

    def _owner(self, plan_id: str) -> str:
        owner = plan_id.partition(".")[0]
        if all(record.name != owner for record in self._records):
            loaded = (plan.id for record in self._records for plan in record.plans)
            raise PluginError(_unknown_plan(plan_id, dict.fromkeys((*self.names(), *loaded))))
        return owner

    def _best(self, name: str) -> PluginRecord:
        """Return the record of a name; of several, the one that comes nearest to being usable."""
        known = [record for record in self._records if record.name == name]
        if not known:
            raise PluginError(_unknown_plugin(name, self._entries, "error"))
        return min(known, key=lambda record: _NEARNESS.index(record.status))


_NEARNESS: tuple[Status, ...] = ("ok", "found", "invalid", "broken", "blocked", "incompatible")


# ---------------------------------------------------------------- finding: metadata only


def find_entries(path: Iterable[str] | None = None) -> tuple[PluginEntry, ...]:
    """Return the entry points of every contract version, in the order of their names; imports no plugin.

    A distribution that is found twice counts where it comes first on the path, as in an import.
    """
    where: dict[str, Any] = {} if path is None else {"path": [str(folder) for folder in path]}
    found: list[PluginEntry] = []
    seen: set[str] = set()
    for distribution in distributions(**where):
        if not _mentions_us(distribution):
            continue
        entries = _entries_of(distribution)
        package = _normal(entries[0].package) if entries else ""
        if package not in seen:
            found += entries
        seen |= {package} - {""}
    return tuple(sorted(found, key=lambda entry: (entry.name, entry.package)))


def _mentions_us(distribution: Distribution) -> bool:
    try:
        text = distribution.read_text("entry_points.txt")
    except (OSError, ValueError):  # somebody else's unreadable file is none of our business
        return False
    return bool(text and _GROUP.search(text))


def _entries_of(distribution: Distribution) -> list[PluginEntry]:
    known = _about(distribution)
    try:
        points = [point for point in distribution.entry_points if _GROUP.fullmatch(point.group)]
    except Exception as error:
        return [PluginEntry(point=None, name=known["package"], fault=_said(error), **known)]
    ours = {point.name for point in points if point.group == CONTRACT}
    return [
        PluginEntry(point=point, **known)
        for point in points
        if point.group == CONTRACT or point.name not in ours
    ]


def _about(distribution: Distribution) -> dict[str, str]:
    """Return package, version and summary; empty where the metadata is torn."""
    keys = {"package": "Name", "version": "Version", "summary": "Summary"}
    try:
        stated = distribution.metadata
        return {name: str(stated[key]) if key in stated else "" for name, key in keys.items()}
    except Exception:
        return dict.fromkeys(keys, "")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_named(entry: PluginEntry, names: Iterable[str]) -> bool:
    return bool({_normal(entry.name), _normal(entry.package)} & {_normal(name) for name in names})


def _first_look(
    entries: tuple[PluginEntry, ...], blocked: tuple[str, ...], only: tuple[str, ...] | None
) -> list[PluginRecord]:
    """Return a record for each entry, with what metadata alone can refuse."""
    used = [
        entry
        for entry in entries
        if not _is_named(entry, blocked) and (only is None or _is_named(entry, only))
    ]
    records = []
    for entry in entries:
        found = _seen(entry, used) if entry in used else _blocked(entry, _is_named(entry, blocked))
        status, problems = found
        records.append(
            PluginRecord(
                name=entry.name,
                package=entry.package,
                version=entry.version,
                summary=entry.summary,
                status=status,
                problems=problems,
            )
        )
    return records


def _seen(entry: PluginEntry, used: list[PluginEntry]) -> tuple[Status, tuple[Problem, ...]]:
    if entry.point is None:
        return "invalid", (_torn(entry),)
    if entry.point.group != CONTRACT:
        return "incompatible", (_other_contract(entry, entry.point.group),)
    if not _NAME.fullmatch(entry.name):
        return "invalid", (_bad_name(entry),)
    twins = [other for other in used if other.name == entry.name and _contract(other) == CONTRACT]
    return ("invalid", (_duplicate(entry, twins),)) if len(twins) > 1 else ("found", ())


def _contract(entry: PluginEntry) -> str:
    return entry.point.group if entry.point else ""


# ---------------------------------------------------------------- loading: one plugin alone


class _FaultError(Exception):
    """A stage of loading failed; its cause, if any, is what the plugin raised."""

    def __init__(self, status: Status, *problems: Problem) -> None:
        self.status = status
        self.problems = problems
        super().__init__()


def _loaded(entry: PluginEntry, record: PluginRecord) -> PluginRecord:
    started = perf_counter()
    try:
        implementations = _registered(entry, _imported(entry))
        plans, problems = _plans(entry, _called(entry, implementations))
    except _FaultError as fault:
        raised = fault.__cause__
        trace = "".join(traceback.format_exception(raised)) if raised else ""
        record = evolve(record, status=fault.status, problems=fault.problems, trace=trace)
    else:
        bad = any(found.severity == "error" for found in problems)
        record = evolve(
            record, status="invalid" if bad else "ok", plans=() if bad else plans, problems=problems
        )
    return evolve(record, seconds=perf_counter() - started)


def _imported(entry: PluginEntry) -> Any:
    assert entry.point  # an entry without one is refused at the first look
    try:
        return entry.point.load()
    except Exception as error:
        raise _FaultError("broken", _import_failed(entry, error), *_own_problems(entry, error)) from error


def _registered(entry: PluginEntry, plugin: Any) -> list[Callable[[], Iterable[Any]]]:
    """Return the plugin's own implementations of the hook."""
    import pluggy

    from mutualplans import hookspecs

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, entry.name)
    except Exception as error:
        raise _FaultError("broken", _wrong_signature(entry, plugin, error)) from error
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        callers = manager.get_hookcallers(plugin) or []
        unknown = [caller.name for caller in callers if not caller.has_spec()]
        raise _FaultError("broken", _unknown_hook(entry, unknown)) from error
    return [found.function for found in manager.hook.register_plans.get_hookimpls()]


def _called(entry: PluginEntry, implementations: list[Callable[[], Iterable[Any]]]) -> tuple[Any, ...]:
    try:
        returned = tuple(item for implementation in implementations for item in implementation())
    except Exception as error:
        code = getattr(implementations[0], "__code__", None)
        start = f"{code.co_filename}:{code.co_firstlineno}" if code else ""
        raise _FaultError(
            "broken", _call_failed(entry, error, start), *_own_problems(entry, error)
        ) from error
    if not returned:
        raise _FaultError("invalid", _empty(entry, hooked=bool(implementations)))
    return returned


def _plans(entry: PluginEntry, returned: tuple[Any, ...]) -> tuple[tuple[Plan, ...], tuple[Problem, ...]]:
    """Return the plans among what was returned, and every problem; an exception here is a fault of ours."""
    from mutualplans.plan.checks import check_plan
    from mutualplans.plan.declaration import Plan

    plans = tuple(item for item in returned if isinstance(item, Plan))
    problems = [_not_a_plan(entry, item) for item in returned if not isinstance(item, Plan)]
    ids = [plan.id for plan in plans]
    for place, plan in enumerate(plans):
        if plan.id.partition(".")[0] != entry.name:
            problems.append(_foreign_id(entry, plan.id))
        if plan.id in ids[:place]:
            problems.append(_id_twice(entry, plan.id))
        problems += check_plan(plan)
    return plans, tuple(problems)


# ---------------------------------------------------------------- what went wrong, in words


def _said(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _place(entry: PluginEntry, error: BaseException) -> str:
    """Return file and line of the plugin's own code that is nearest to the error, or an empty string."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    own = entry.point.value.partition(":")[0].partition(".")[0].strip() if entry.point else ""
    found = ""
    for frame, line in _frames(error.__traceback__):
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == own:
            found = f"{frame.f_code.co_filename}:{line}"
    return found


def _frames(trace: TracebackType | None) -> Iterator[tuple[Any, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _own_problems(entry: PluginEntry, error: Exception) -> tuple[Problem, ...]:
    """Return what one of our own errors (a formula of wrong kinds) says, at the plugin's line."""
    if not isinstance(error, MutualPlansError):
        return ()
    place = _place(entry, error)
    return tuple(evolve(found, where=found.where or place) for found in error.problems)


def _plugin_problem(
    entry: PluginEntry, code: str, zh: str, en: str, *, where: str = "", hint_zh: str = "", hint_en: str = ""
) -> Problem:
    who_zh, who_en = f"插件 {entry.name}（{entry.called}）", f"plugin {entry.name} ({entry.called})"
    return problem(code, f"{who_zh}{zh}", f"{who_en} {en}", where=where, hint_zh=hint_zh, hint_en=hint_en)


def _torn(entry: PluginEntry) -> Problem:
    return _plugin_problem(
        entry,
        "plugin.name",
        f"的 entry_points.txt 读不出来：{entry.fault}",
        f"has an entry_points.txt that cannot be read: {entry.fault}",
        hint_zh=f"pip install --force-reinstall {entry.package}",
        hint_en=f"pip install --force-reinstall {entry.package}",
    )


def _other_contract(entry: PluginEntry, group: str) -> Problem:
    return _plugin_problem(
        entry,
        "plugin.contract",
        f"按 {group} 编写，本程序读 {CONTRACT}",
        f"is written for {group}; this program reads {CONTRACT}",
        hint_zh="升级 mutualplans，或安装这个插件的较早版本",
        hint_en="upgrade mutualplans, or install an older version of the plugin",
    )


def _bad_name(entry: PluginEntry) -> Problem:
    return _plugin_problem(
        entry,
        "plugin.name",
        "的入口名不合规定：应以小写字母开头，只含小写字母、数字和连字符，3 至 40 个字符",
        "has a bad entry-point name: a lower-case letter, then lower-case letters, digits and hyphens, 3 to 40 in all",
        hint_zh='例如 pyproject.toml 里写 female-illness = "mutualplans_female_illness"',
        hint_en='for example female-illness = "mutualplans_female_illness" in pyproject.toml',
    )


def _duplicate(entry: PluginEntry, twins: list[PluginEntry]) -> Problem:
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


def _blocked(entry: PluginEntry, by_option: bool) -> tuple[Status, tuple[Problem, ...]]:
    zh, en = (
        ("由 --no-plugin 停用", "--no-plugin")
        if by_option
        else (f"不在 {ONLY} 或办事处文件所列之中", f"{ONLY} or the office file")
    )
    said = _plugin_problem(entry, "plugin.blocked", zh, f"is blocked by {en}")
    return "blocked", (evolve(said, severity="note"),)


def _import_failed(entry: PluginEntry, error: Exception) -> Problem:
    hint_zh, hint_en = (
        "升级或重新安装它；暂时不用它：--no-plugin " + entry.name,
        "upgrade or reinstall it, or block it: --no-plugin " + entry.name,
    )
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    own = entry.point.value.partition(":")[0].partition(".")[0].strip() if entry.point else ""
    if missing:
        top = missing.partition(".")[0]
        command = f"pip install --force-reinstall {entry.package}" if top == own else f"pip install {top}"
        hint_zh, hint_en = (
            f"{command}（包名可能与模块名不同）",
            f"{command} (the package may be named otherwise)",
        )
    return _plugin_problem(
        entry,
        "plugin.import",
        f"导入失败：{_said(error)}",
        f"cannot be imported: {_said(error)}",
        where=_place(entry, error),
        hint_zh=hint_zh,
        hint_en=hint_en,
    )


def _wrong_signature(entry: PluginEntry, plugin: Any, error: Exception) -> Problem:
    function = getattr(plugin, "register_plans", None)
    found = f"register_plans{inspect.signature(function)}" if inspect.isfunction(function) else _said(error)
    return _plugin_problem(
        entry,
        "plugin.signature",
        f"的钩子函数与约定不符：写的是 {found}，约定是 register_plans()",
        f"has a hook that does not fit: found {found}, expected register_plans()",
        where=_start(function),
        hint_zh="去掉多出的参数",
        hint_en="remove the surplus arguments",
    )


def _start(function: Any) -> str:
    return (
        f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
        if inspect.isfunction(function)
        else ""
    )


def _unknown_hook(entry: PluginEntry, unknown: list[str]) -> Problem:
    names = "、".join(unknown)
    close = nearest(unknown[0], ["register_plans"]) if unknown else ""
    return _plugin_problem(
        entry,
        "plugin.hook-unknown",
        f"标记了没有的钩子：{names}；有：register_plans",
        f"marks a hook that does not exist: {', '.join(unknown)}; known: register_plans",
        hint_zh=f"是不是 {close}？" if close else "去掉它的 @mutualplans.hookimpl",
        hint_en=f"did you mean {close}?" if close else "remove its @mutualplans.hookimpl",
    )


def _call_failed(entry: PluginEntry, error: Exception, start: str) -> Problem:
    return _plugin_problem(
        entry,
        "plugin.call",
        f"的 register_plans() 出错：{_said(error)}",
        f"failed in register_plans(): {_said(error)}",
        where=_place(entry, error) or start,
        hint_zh="register_plans 应返回计划的列表，如 return [plan]；不读文件，不看时间",
        hint_en="register_plans returns a list of plans, such as return [plan], and reads no file and no clock",
    )


def _empty(entry: PluginEntry, *, hooked: bool) -> Problem:
    if hooked:
        zh, en = "没有给出任何计划", "returned no plan"
        hint_zh, hint_en = "register_plans 至少返回一个计划", "return at least one plan from register_plans"
    else:
        zh, en = "的模块里没有标记钩子函数", "marks no hook in its module"
        hint_zh = "在 register_plans 上面写 @mutualplans.hookimpl"
        hint_en = "put @mutualplans.hookimpl above register_plans"
    return _plugin_problem(entry, "plugin.empty", zh, en, hint_zh=hint_zh, hint_en=hint_en)


def _not_a_plan(entry: PluginEntry, item: Any) -> Problem:
    kind = type(item).__name__
    return _plugin_problem(
        entry, "plan.type", f"给出的不是 Plan，而是 {kind}", f"returned something that is not a Plan: {kind}"
    )


def _foreign_id(entry: PluginEntry, id_: str) -> Problem:
    return _plugin_problem(
        entry,
        "plan.id",
        f'的计划编号 "{id_}" 应为 {entry.name}，或以“{entry.name}.”开头',
        f'has the plan id "{id_}"; it must be {entry.name} or begin with "{entry.name}."',
        hint_zh=f'改为 id="{entry.name}"，或改入口名',
        hint_en=f'write id="{entry.name}", or change the entry-point name',
    )


def _id_twice(entry: PluginEntry, id_: str) -> Problem:
    return _plugin_problem(
        entry, "plan.id", f'有两个计划编号同为 "{id_}"', f'has two plans with the id "{id_}"'
    )


def _unmatched(entries: tuple[PluginEntry, ...], names: Iterable[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        if not any(_is_named(entry, [name]) for entry in entries):
            yield _unknown_plugin(name, entries, "warning")


def _unknown_plugin(
    name: str, entries: tuple[PluginEntry, ...], severity: Literal["error", "warning"]
) -> Problem:
    close = nearest(name, {known for entry in entries for known in (entry.name, entry.package)})
    return problem(
        "plugin.unknown",
        f'没有安装名为 "{name}" 的插件',
        f'no plugin named "{name}" is installed',
        hint_zh=f'是不是 "{close}"？' if close else "mutualplans plugins 列出已安装的插件",
        hint_en=f'did you mean "{close}"?' if close else "mutualplans plugins lists what is installed",
        severity=severity,
    )


def _unknown_plan(plan_id: str, known: Iterable[str]) -> Problem:
    names = tuple(known)
    close = nearest(plan_id, names)
    return problem(
        "plan.unknown",
        f'没有计划 "{plan_id}"；有：{"、".join(names) or "无"}',
        f'there is no plan "{plan_id}"; known: {", ".join(names) or "none"}',
        hint_zh=f'是不是 "{close}"？'
        if close
        else "mutualplans plugins 列出已安装的插件；安装：mutualplans install …",
        hint_en=f'did you mean "{close}"?'
        if close
        else "mutualplans plugins lists them; mutualplans install adds one",
    )


def _why_not(record: PluginRecord) -> tuple[Problem, ...]:
    """Return the problems that keep a plugin from being used, as errors."""
    if record.status == "blocked":
        return tuple(evolve(found, severity="error") for found in record.problems)
    return tuple(found for found in record.problems if found.severity == "error")
