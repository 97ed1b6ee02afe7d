"""What commands share: the plugins of this run, the plans in use, and the options that name them.

Nothing here imports a plugin until a command asks for a plan; completion reads package metadata only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import t
from mutualplans.cli.output import lang_option, say, say_problems
from mutualplans.cli.session import Session
from mutualplans.cli.width import cells, wrap

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from click.shell_completion import CompletionItem

    from mutualplans.engine.office import LocalEdition, Office
    from mutualplans.model.problem import Problem
    from mutualplans.model.text import Text
    from mutualplans.plan.declaration import Plan
    from mutualplans.registry import PluginRegistry

__all__ = [
    "DATE",
    "OFFICE_FILE",
    "PLAN",
    "RATE",
    "chosen_edition",
    "columns",
    "complete_plugins",
    "edition_option",
    "fitted",
    "load_office",
    "local_editions",
    "installed",
    "office_option",
    "on_option",
    "other_titles",
    "output_formats",
    "plans_in_use",
    "registry",
    "status_without",
    "usable_plans",
]

_Function = TypeVar("_Function", bound=Callable[..., object])

_REGISTRY = "mutualplans.registry"

OFFICE_FILE = "mutualplans.office-file"
"""Key of ``ctx.meta`` under which `office_option` leaves the name of the file it read."""


# ---------------------------------------------------------------- plugins and plans


def registry(ctx: click.Context) -> PluginRegistry:
    """Return the plugins of this run for a command that uses them.

    Raises:
        PluginError: under ``--strict``, any of them is broken or invalid, whether it is needed or not.
    """
    known = installed(ctx)
    if (ctx.find_object(Session) or Session()).strict:
        from mutualplans.registry import PluginError

        known.load_all()
        if known.failed:
            raise PluginError(*(found for record in known.failed for found in record.problems))
    return known


def installed(ctx: click.Context) -> PluginRegistry:
    """Return the plugins of this run, ``--no-plugin`` left out; found once, loading none.

    A name given to ``--no-plugin`` that fits no plugin is a warning, and an error under ``--strict``.
    """
    kept = ctx.find_root().meta
    if _REGISTRY not in kept:
        from mutualplans.model.problem import MutualPlansError
        from mutualplans.registry import PluginRegistry

        session = ctx.find_object(Session) or Session()
        found = PluginRegistry.discover(blocked=session.no_plugin)
        if session.strict and found.problems:
            raise MutualPlansError(*found.problems)
        say_problems(found.problems)
        kept[_REGISTRY] = found
    known: PluginRegistry = kept[_REGISTRY]
    return known


def plans_in_use(
    ctx: click.Context, ids: Iterable[str] = (), office: Office | None = None
) -> tuple[Plan, ...]:
    """Return the plans that a command works on.

    Args:
        ctx: The command's context.
        ids: Plan ids; only their plugins are loaded, and each must be usable.
        office: Where no ids are given, the plans of this office in its order.

    Returns:
        The plans named, else the office's, else those of every installed plugin. In the last case a plugin that
        cannot be used is left out with a warning; under ``--strict`` it is an error.

    Raises:
        MutualPlansError: a plan named is unknown or its plugin cannot be used.
    """
    named = tuple(dict.fromkeys(ids))
    if named:
        if office:
            return tuple(office.plan(plan_id).plan for plan_id in named)
        return tuple(registry(ctx).plan(plan_id) for plan_id in named)
    if office:
        return tuple(item.plan for item in office.plans)
    return _installed(ctx)


def _installed(ctx: click.Context) -> tuple[Plan, ...]:
    from attrs import evolve

    known = registry(ctx)
    plans = known.plans()
    problems = [found for record in known.failed for found in record.problems]
    say_problems(evolve(item, severity="warning") for item in problems if item.severity == "error")
    return plans


def usable_plans(
    ctx: click.Context, ids: Iterable[str], office: Office | None = None
) -> tuple[tuple[Plan, ...], tuple[Problem, ...]]:
    """Return those of some plans that can be had, and why the others cannot.

    For commands that do the rest without them, say the problems, and end with `status_without`. That a plugin is
    blocked (``--no-plugin``) is only a note.
    """
    from mutualplans.model.problem import MutualPlansError
    from mutualplans.office.problems import plugin_problems

    plans: list[Plan] = []
    problems: list[Problem] = []
    for plan_id in dict.fromkeys(ids):
        try:
            plans.append(office.plan(plan_id).plan if office else registry(ctx).plan(plan_id))
        except MutualPlansError as error:
            problems += plugin_problems(error)
    return tuple(plans), tuple(problems)


def other_titles(ctx: click.Context, plan: Plan) -> dict[str, Text]:
    """Return what the plans are called that a rule names by their ids, as far as they are installed."""
    from mutualplans.model.problem import MutualPlansError
    from mutualplans.office.order import plans_read

    titles = {}
    for id_ in (*plans_read(plan), *plan.continues):
        with suppress(MutualPlansError):
            titles[id_] = registry(ctx).plan(id_).title
    return titles


def status_without(
    office: Office | None, problems: Iterable[Problem] = (), *, ids: Iterable[str] | None = None
) -> ExitStatus:
    """Return how a command ends that did all it could without the plans that cannot be had.

    Args:
        office: The office, whose missing plans count.
        problems: What `usable_plans` returned.
        ids: The plans that the command needed; every one of the office's when ``None``.
    """
    missing = office.missing if office else {}
    needed = missing if ids is None else missing.keys() & set(ids)
    lost = [item for plan_id in needed for item in missing[plan_id].problems]
    failed = any(item.severity == "error" for item in (*lost, *problems))
    return ExitStatus.PLUGIN if failed else ExitStatus.OK


def load_office(ctx: click.Context, file: str) -> Office:
    """Return the office of a file, its warnings told on stderr.

    A plan that cannot be had (its plugin is not installed, broken or blocked) is told as well; the office is
    returned without it.

    Raises:
        MutualPlansError: anything in the file itself is wrong; every error at once.
    """
    from mutualplans.model.problem import MutualPlansError
    from mutualplans.model.tomlfile import read_toml
    from mutualplans.office.read import read_office

    known = registry(ctx)
    office, problems = read_office(read_toml(file), find=known.plan, version=known.version_of)
    if office is None:
        raise MutualPlansError(*(item for item in problems if item.severity == "error"))
    assumed = [item for item in problems if item.code == "office.value-assumed"]
    say_problems(item for item in problems if item not in assumed)
    if assumed:
        # Each decision and quote names the assumed values it rests on; `office check` lists them all.
        say(
            f"{file} 采用了尚未确认的假定值；mutualplans office check {file} 逐项列出",
            f"{file} uses assumed values that nobody confirmed; mutualplans office check {file} lists them",
        )
    return office


# ---------------------------------------------------------------- parameter types


def complete_plugins(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names of installed plugins that complete the last of a list with commas; imports none of them."""
    from click.shell_completion import CompletionItem

    from mutualplans.registry import PluginRegistry

    before, comma, begun = incomplete.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{record.name}", help=record.summary)
        for record in PluginRegistry.discover().records
        if record.name.startswith(begun) and record.status == "found"
    ]


class _PlanType(click.ParamType[str]):
    """A plan id. It is completed from package metadata and checked when the plan is asked for."""

    name = "plan"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names of the installed plugins that begin so; imports none of them."""
        return complete_plugins(ctx, param, incomplete)


class _DateType(click.ParamType["date"]):
    """A day written 2024-02-29."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or fail with how it is written."""
        from mutualplans.model.dates import read_date

        if not isinstance(value, str):
            given: date = value
            return given
        try:
            return read_date(value)
        except ValueError:
            self.fail(
                t(
                    f"日期要写成 2024-02-29 的样子；实为 {value!r}",
                    f"a date is written 2024-02-29; found {value!r}",
                ),
                param,
                ctx,
            )


class _RateType(click.ParamType["Fraction"]):
    """A rate written 90%, 0.9 or 28/31."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Return the rate, or fail with how it is written."""
        from mutualplans.model.money import rate

        if not isinstance(value, str):
            given: Fraction = value
            return given
        try:
            return rate(value)
        except ValueError:
            self.fail(
                t(
                    f"比例写成 90% 或 28/31；实为 {value!r}",
                    f"a rate is written 90% or 28/31; found {value!r}",
                ),
                param,
                ctx,
            )


PLAN = _PlanType()
RATE = _RateType()
"""Type of an argument or option that names a plan."""

DATE = _DateType()
"""Type of an argument or option that names a day."""


# ---------------------------------------------------------------- options


def edition_option(function: _Function) -> _Function:
    """Add ``--edition``: the command receives `edition`, an edition id or ``None``."""
    return click.option(
        "--edition",
        metavar="EDITION",
        help=t(
            "使用这一版；mutualplans plans PLAN 列出各版。", "Edition to use; see mutualplans plans PLAN."
        ),
    )(function)


def on_option(function: _Function) -> _Function:
    """Add ``--on``: the command receives `on`, a day or ``None``; nothing takes today's date instead."""
    return click.option(
        "--on",
        type=DATE,
        metavar="DATE",
        help=t("使用这一天有效的版次，如 2024-02-29。", "Use the edition in force on this day (2024-02-29)."),
    )(function)


def office_option(function: _Function) -> _Function:
    """Add ``--office``: the command receives `office`, an `Office` read from the file, or ``None``.

    Warnings about the file go to stderr; an error in it ends the command.
    """

    def load(ctx: click.Context, _param: click.Parameter, value: str | None) -> Office | None:
        if value is None or ctx.resilient_parsing:
            return None
        ctx.meta[OFFICE_FILE] = value
        return load_office(ctx, value)

    return click.option(
        "--office",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        envvar="MUTUALPLANS_OFFICE",
        show_envvar=True,
        callback=load,
        help=t("办事处设置文件（office.toml）。", "Settings file of the office (office.toml)."),
    )(function)


def output_formats(*formats: str, default: str = "table") -> Callable[[_Function], _Function]:
    """Return a decorator that adds ``--format`` with these choices, and ``--lang``.

    For commands that print no personal data; those that do take `mutualplans.cli.output.output_options`.
    """

    def decorate(function: _Function) -> _Function:
        option = click.option(
            "--format",
            "output_format",
            type=click.Choice(formats),
            default=default,
            show_default=True,
            help=t("输出格式。", "Output format."),
        )
        return option(lang_option(function))

    return decorate


# ---------------------------------------------------------------- editions


def local_editions(plan: Plan, office: Office | None = None) -> tuple[LocalEdition, ...]:
    """Return a plan's editions as an office uses them, oldest first; without an office, all of the plugin's.

    Raises:
        MutualPlansError: the office does not run the plan.
    """
    from datetime import date

    from mutualplans.engine.office import office_of

    found = (office or office_of([plan])).plan(plan.id).editions
    return tuple(sorted(found, key=lambda item: (item.edition.in_force.from_ or date.min, item.edition.id)))


def chosen_edition(
    plan: Plan, editions: tuple[LocalEdition, ...], edition: str | None, on: date | None
) -> LocalEdition | None:
    """Return the edition named, the one in force on a day, or the only one; ``None`` where that leaves several.

    Raises:
        MutualPlansError: there is no such edition, or none or several are in force on the day.
    """
    from mutualplans.engine.bind import edition_by_date, edition_named

    known = [item.edition for item in editions]
    if edition:
        found = edition_named(plan, known, edition)
    elif on:
        found = edition_by_date(plan, known, on)
    else:
        return editions[0] if len(editions) == 1 else None
    return next(item for item in editions if item.edition is found)


# ---------------------------------------------------------------- printing


def columns() -> int:
    """Return how wide text may be: the terminal's width, at most 100 cells; 100 where there is no terminal."""
    return min(get_terminal_size((WIDEST, 24)).columns, WIDEST)


WIDEST = 100


def fitted(rows: Iterable[Sequence[str]], width: int) -> list[list[str]]:
    """Return the rows with long cells broken into lines, so that all columns together fit into `width` cells.

    Chinese punctuation stays where it may stand. The widest columns are broken, the others stay whole.
    """
    table = [list(row) for row in rows]
    if not table:
        return []
    widths = [
        max(cells(line) for cell in column for line in cell.split("\n"))
        for column in zip(*table, strict=True)
    ]
    room = width - _GAP * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return [
        [
            "\n".join(part for line in cell.split("\n") for part in wrap(line, most))
            for cell, most in zip(row, widths, strict=True)
        ]
        for row in table
    ]


_LEAST = 10
_GAP = 3
