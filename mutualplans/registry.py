"""Plugins: found from metadata, then each one loaded, called and checked alone.

Finding imports no plugin. A plugin that is broken becomes a record with problems; the others work.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import Distribution, EntryPoint, distributions
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import evolve, field, frozen

from mutualplans import registry_problems as wrong
from mutualplans.model.problem import MutualPlansError, Problem
from mutualplans.registry_problems import CONTRACT, ONLY, PLUGIN_NAME

if TYPE_CHECKING:
    from mutualplans.plan.declaration import Plan

__all__ = ["PluginEntry", "PluginError", "PluginRecord", "PluginRegistry", "Status", "find_entries"]

Status = Literal["found", "ok", "blocked", "broken", "invalid", "incompatible"]

_GROUP = re.compile(r"mutualplans\.plans\.v\d+")
_NEARNESS: tuple[Status, ...] = ("ok", "found", "invalid", "broken", "blocked", "incompatible")
"""Of several records with one name, the first of these statuses speaks for the name."""


class PluginError(MutualPlansError):
    """A plan that is needed cannot be had: its plugin is unknown, blocked, broken or refused."""

    exit_status: ClassVar[int] = 4


@frozen(kw_only=True, eq=False)
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

    @property
    def group(self) -> str:
        """The entry-point group, which names the contract version; empty where the metadata cannot be read."""
        return self.point.group if self.point else ""

    @property
    def top(self) -> str:
        """Top-level module that the entry point refers to."""
        return re.split(r"[.:\s]", self.point.value.strip())[0] if self.point else ""


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
            raise PluginError(wrong.unknown_plan(plan_id, known))
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
            raise PluginError(wrong.unknown_plan(plan_id, (*self.names(), *loaded)))
        return owner

    def _best(self, name: str) -> PluginRecord:
        known = [record for record in self._records if record.name == name]
        if not known:
            raise PluginError(wrong.unknown_plugin(name, (record.name for record in self._records)))
        return min(known, key=lambda record: _NEARNESS.index(record.status))


def _why_not(record: PluginRecord) -> tuple[Problem, ...]:
    """Return the problems that keep a plugin from being used, as errors."""
    if record.status == "blocked":
        return tuple(evolve(found, severity="error") for found in record.problems)
    return tuple(found for found in record.problems if found.severity == "error")


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
        return [PluginEntry(point=None, name=known["package"], fault=wrong.said(error), **known)]
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


# ---------------------------------------------------------------- choosing: what metadata alone can refuse


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_named(entry: PluginEntry, names: Iterable[str]) -> bool:
    return bool({_normal(entry.name), _normal(entry.package)} & {_normal(name) for name in names})


def _first_look(
    entries: tuple[PluginEntry, ...], blocked: tuple[str, ...], only: tuple[str, ...] | None
) -> list[PluginRecord]:
    """Return a record for each entry."""
    listed = [entry for entry in entries if only is None or _is_named(entry, only)]
    used = [entry for entry in listed if not _is_named(entry, blocked)]
    records = []
    for entry in entries:
        status: Status = "blocked"
        problems = [wrong.blocked(entry, by_option=_is_named(entry, blocked))]
        if entry in used:
            status, problems = _seen(entry, used)
        known = {name: getattr(entry, name) for name in ("name", "package", "version", "summary")}
        records.append(PluginRecord(**known, status=status, problems=tuple(problems)))
    return records


def _seen(entry: PluginEntry, used: list[PluginEntry]) -> tuple[Status, list[Problem]]:
    if entry.point is None:
        return "invalid", [wrong.torn(entry)]
    if entry.group != CONTRACT:
        return "incompatible", [wrong.other_contract(entry, entry.group)]
    if not PLUGIN_NAME.fullmatch(entry.name):
        return "invalid", [wrong.bad_name(entry)]
    twins = [other for other in used if other.name == entry.name and other.group == CONTRACT]
    return ("invalid", [wrong.duplicate(entry, twins)]) if len(twins) > 1 else ("found", [])


def _unmatched(entries: tuple[PluginEntry, ...], names: Iterable[str]) -> Iterator[Problem]:
    known = {name for entry in entries for name in (entry.name, entry.package)}
    for name in dict.fromkeys(names):
        if not any(_is_named(entry, [name]) for entry in entries):
            yield wrong.unknown_plugin(name, known, "warning")


# ---------------------------------------------------------------- loading: one plugin alone


class _FaultError(Exception):
    """A stage of loading failed; its cause, if any, is what the plugin raised."""

    status: ClassVar[Status]

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__()


class _BrokenError(_FaultError):
    status = "broken"


class _InvalidError(_FaultError):
    status = "invalid"


def _loaded(entry: PluginEntry, record: PluginRecord) -> PluginRecord:
    started = perf_counter()
    try:
        plans, problems = _checked(entry, _called(entry, _registered(entry, _imported(entry))))
    except _FaultError as fault:
        raised = fault.__cause__
        trace = "".join(traceback.format_exception(raised)) if raised else ""
        record = evolve(record, status=fault.status, problems=fault.problems, trace=trace)
    else:
        bad = any(found.severity == "error" for found in problems)
        status: Status = "invalid" if bad else "ok"
        record = evolve(record, status=status, plans=() if bad else plans, problems=problems)
    return evolve(record, seconds=perf_counter() - started)


def _imported(entry: PluginEntry) -> Any:
    assert entry.point  # an entry without one is refused at the first look
    try:
        return entry.point.load()
    except Exception as error:
        raise _BrokenError(wrong.import_failed(entry, error), *wrong.own_problems(entry, error)) from error


def _registered(entry: PluginEntry, plugin: Any) -> list[Callable[..., Any]]:
    """Return the plugin's own implementations of the hook."""
    import pluggy

    from mutualplans import hookspecs

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, entry.name)
    except Exception as error:
        raise _BrokenError(wrong.wrong_signature(entry, plugin, error)) from error
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        callers = manager.get_hookcallers(plugin) or []
        unknown = [caller.name for caller in callers if not caller.has_spec()]
        raise _BrokenError(wrong.unknown_hook(entry, unknown)) from error
    return [found.function for found in manager.hook.register_plans.get_hookimpls()]


def _called(entry: PluginEntry, implementations: list[Callable[..., Any]]) -> tuple[Any, ...]:
    try:
        returned = tuple(item for implementation in implementations for item in implementation())
    except Exception as error:
        first = wrong.call_failed(entry, error, implementations[0])
        raise _BrokenError(first, *wrong.own_problems(entry, error)) from error
    if not returned:
        raise _InvalidError(wrong.empty(entry, hooked=bool(implementations)))
    return returned


def _checked(entry: PluginEntry, returned: tuple[Any, ...]) -> tuple[tuple[Plan, ...], tuple[Problem, ...]]:
    """Return the plans among what was returned, and every problem; an exception here is a fault of ours."""
    from mutualplans.plan.checks import check_plan
    from mutualplans.plan.declaration import Plan

    plans = tuple(item for item in returned if isinstance(item, Plan))
    problems = [wrong.not_a_plan(entry, item) for item in returned if not isinstance(item, Plan)]
    ids = [plan.id for plan in plans]
    for place, plan in enumerate(plans):
        if plan.id.partition(".")[0] != entry.name:
            problems.append(wrong.foreign_id(entry, plan.id))
        if plan.id in ids[:place]:
            problems.append(wrong.id_twice(entry, plan.id))
        problems += check_plan(plan)
    return plans, tuple(problems)
