"""``mutualplans office diff``: what differs between two settings of an office, and whom it costs or helps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mutualplans.cli.common import DATE, load_office, output_formats, registry, status_without
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import Align, print_csv, print_json, print_table, say_problems

if TYPE_CHECKING:
    from mutualplans.engine.office import Office
    from mutualplans.engine.simulate import Situation
    from mutualplans.model.problem import Problem
    from mutualplans.office.diff import Change, ClaimEffect

__all__ = ["command"]

_SHOWN = 20
"""How many changed claims or fees the table lists; all of them are in csv and json."""


@click.command(
    name="diff",
    help=t(
        """比较两份设置文件：改了哪些值；并算出对一份名册、一批案例的影响：谁多得、谁少得、总共多少。

        A 是原来的，B 是改后的。保障写明的版次在设置里有的，照所写；否则按起始日有效的版次；都没有的，按最后列出的一版，
        即“同样的申领，按这一版会怎样”。--claims 可以是案例文件，或放案例文件的文件夹。

        \b
        例：
          mutualplans office diff 2013.toml 2014.toml
          mutualplans office diff 现行.toml 草案.toml --roster 名册.xlsx --first-day 2025-01-01
          mutualplans office diff 现行.toml 草案.toml --claims 去年的案例 --format csv > 影响.csv
        """,
        """Compare two settings files: which values differ, and what that does to a roster and to a year of cases.

        A is the old one, B the new one. A cover is under the edition it names where the settings have it, else under
        the one in force on its first day, else under the last one listed: what would the same claim get by that rule?
        --claims takes case files, or folders of case files.

        \b
        Examples:
          mutualplans office diff 2013.toml 2014.toml
          mutualplans office diff now.toml draft.toml --roster roster.xlsx --first-day 2025-01-01
          mutualplans office diff now.toml draft.toml --claims last-year --format csv > effect.csv
        """,
    ),
    short_help=t("比较两份设置文件", "compare two settings files"),
)
@click.argument("before", metavar="A", type=click.Path(dir_okay=False))
@click.argument("after", metavar="B", type=click.Path(dir_okay=False))
@click.option(
    "--roster", type=click.Path(dir_okay=False), metavar="FILE", help=t("名册文件。", "Roster file.")
)
@click.option(
    "--first-day", type=DATE, metavar="DATE", help=t("名册的保障起始日。", "First day of the roster's cover.")
)
@click.option(
    "--unit", "unit_file", type=click.Path(dir_okay=False), metavar="FILE", help=t("单位文件。", "Unit file.")
)
@click.option(
    "--claims",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help=t("案例文件或文件夹（可重复）。", "Case file or folder (repeatable)."),
)
@output_formats("table", "json", "csv")
@click.pass_context
def command(
    ctx: click.Context,
    before: str,
    after: str,
    roster: str | None,
    first_day: date | None,
    unit_file: str | None,
    claims: tuple[str, ...],
    output_format: str,
) -> ExitStatus:
    """Run the command."""
    from mutualplans.office.diff import changed_values, claim_effects

    if (roster is None) != (first_day is None):
        raise click.UsageError(t("--roster 与 --first-day 一起用", "--roster and --first-day go together"))
    if unit_file and not roster:
        raise click.UsageError(t("--unit 与 --roster 一起用", "--unit needs --roster"))
    registry(ctx)
    offices = load_office(ctx, before), load_office(ctx, after)
    changes = [*changed_values(*offices, lang()), *_settings(*offices)]
    problems: list[Problem] = []
    fees = _fees(offices, roster, first_day, unit_file, problems) if roster and first_day else []
    cases = _cases(claims, offices, problems)
    paid, wrong = claim_effects(*offices, cases)
    problems += [_of(name, item) for name, item in wrong]
    _show(changes, fees if roster else None, paid if claims else None, problems, output_format)
    refused = any(item.severity == "error" for item in problems)
    lost = status_without(offices[0]) or status_without(offices[1])
    return lost or (ExitStatus.ROWS_REFUSED if refused else ExitStatus.OK)


def _settings(before: Office, after: Office) -> list[Change]:
    """Return what differs in the settings around the plans: who pays, group rules, packages, limits."""
    from mutualplans.cli.office import described
    from mutualplans.model.text import Text
    from mutualplans.office.diff import Change

    old, new = described(before), described(after)
    return [
        Change(
            plan=plan,
            editions="",
            what=Text(what, what),
            before=old.get((plan, what), ""),
            after=new.get((plan, what), ""),
        )
        for plan, what in dict.fromkeys((*old, *new))
        if old.get((plan, what)) != new.get((plan, what))
    ]


# ---------------------------------------------------------------- effects


def _fees(
    offices: tuple[Office, Office],
    roster: str,
    first_day: date,
    unit_file: str | None,
    problems: list[Problem],
) -> list[ClaimEffect]:
    """Return what each person of a roster pays under both; ``None`` for who cannot join."""
    from mutualplans.cli.quote_all import quote_all
    from mutualplans.files.roster import known_headers, read_roster
    from mutualplans.files.tables import read_table
    from mutualplans.files.units import read_units
    from mutualplans.model.tomlfile import read_toml
    from mutualplans.office.diff import ClaimEffect, for_day

    plans = list({item.plan.id: item.plan for office in offices for item in office.plans}.values())
    packages = list({item.id: item for office in offices for item in office.packages}.values())
    units = read_units(read_toml(unit_file), plans) if unit_file else {}
    table = read_table(roster, known_headers=known_headers(plans, packages))
    read = read_roster(table, plans, units, first_day, packages)
    problems += [item for item in read.problems if item.severity == "error"]
    found: list[dict[tuple[str, str], int]] = []
    for office in offices:
        running = for_day(office, first_day)
        groups = quote_all(running, running.plans, running.packages, read.entries, None, named=False)
        problems += [item for group in groups for item in group.problems if item.severity == "error"]
        found.append(
            {(group.plan, item.key): item.premium or 0 for group in groups for item in group.joining}
        )
    keys = dict.fromkeys((*found[0], *found[1]))
    return [
        ClaimEffect(
            case=key, claim="", plan=plan, before=found[0].get((plan, key)), after=found[1].get((plan, key))
        )
        for plan, key in keys
    ]


def _cases(
    paths: Iterable[str], offices: tuple[Office, Office], problems: list[Problem]
) -> dict[str, Situation]:
    """Return the cases of files and folders by the names of their files; what cannot be read is a problem."""
    from mutualplans.files.situation import read_situation
    from mutualplans.model.problem import MutualPlansError
    from mutualplans.model.tomlfile import read_toml

    plans = list({item.plan.id: item.plan for office in offices for item in office.plans}.values())
    files = [
        file
        for path in map(Path, paths)
        for file in (sorted(path.glob("**/*.toml")) if path.is_dir() else [path])
    ]
    found: dict[str, Situation] = {}
    for file in dict.fromkeys(files):
        try:
            read = read_situation(read_toml(str(file)), plans)
        except MutualPlansError as error:
            problems += error.problems
            continue
        problems += [item for item in read.problems if item.severity == "error"]
        if read.situation is not None:
            found[str(file)] = read.situation
    return found


def _of(name: str, found: Problem) -> Problem:
    from attrs import evolve

    return evolve(found, where=f"{name}: {found.where}" if found.where else name)


# ---------------------------------------------------------------- output


def _show(
    changes: Sequence[Change],
    fees: Sequence[ClaimEffect] | None,
    paid: Sequence[ClaimEffect] | None,
    problems: Sequence[Problem],
    output_format: str,
) -> None:
    if output_format == "json":
        print_json(_as_data(changes, fees, paid, problems))
        return
    if output_format == "csv":
        print_csv(
            _CSV, [*map(_change_cells, changes), *_effect_cells("fee", fees), *_effect_cells("claim", paid)]
        )
    else:
        _print_changes(changes)
        if fees is not None:
            _print_effects(_FEES, fees)
        if paid is not None:
            _print_effects(_CLAIMS, paid)
    say_problems(problems)


_CSV = ["section", "plan", "editions", "item", "before", "after", "difference"]


def _change_cells(item: Change) -> list[str]:
    return ["value", item.plan, item.editions, item.what.in_(lang()), item.before, item.after, ""]


def _effect_cells(section: str, effects: Sequence[ClaimEffect] | None) -> list[list[str]]:
    return [
        [
            section,
            item.plan,
            "",
            _place(item),
            *(_plain(fen) for fen in (item.before, item.after, item.difference)),
        ]
        for item in effects or ()
    ]


def _place(item: ClaimEffect) -> str:
    return f"{item.case} {item.claim}".strip()


def _plain(fen: int | None) -> str:
    from mutualplans.model.money import format_yuan

    return "" if fen is None else format_yuan(fen)


def _print_changes(changes: Sequence[Change]) -> None:
    if not changes:
        click.echo(t("两份设置的内容相同。", "The settings say the same."))
        return
    headers = [
        t("计划", "Plan"),
        t("版次", "Edition"),
        t("项目", "Item"),
        t("原来", "Before"),
        t("改后", "After"),
    ]
    print_table(t("改动", "Changes"), headers, [_change_cells(item)[1:6] for item in changes])


_FEES = (
    ("互助费", "Fees"),
    ("参保人次", "join"),
    ("多交", "pay more"),
    ("少交", "pay less"),
    ("新能参保", "can join now"),
    ("不能再参保", "can join no more"),
)
_CLAIMS = (
    ("给付", "Payments"),
    ("申领", "claims"),
    ("多得", "get more"),
    ("少得", "get less"),
    ("原来未核定", "undecided before"),
    ("改后未核定", "undecided after"),
)


def _print_effects(words: tuple[tuple[str, str], ...], effects: Sequence[ClaimEffect]) -> None:
    """Print one line a plan with sums and numbers of persons, then whose amounts change, the largest first."""
    title, *columns = (t(*pair) for pair in words)
    headers = [
        t("计划", "Plan"),
        *columns,
        t("原来（元）", "before"),
        t("改后（元）", "after"),
        t("相差（元）", "difference"),
    ]
    plans = dict.fromkeys(item.plan for item in effects)
    undecided = words is _CLAIMS
    lines = [
        _sums(plan, [item for item in effects if item.plan == plan], undecided=undecided) for plan in plans
    ]
    lines.append(_sums(t("合计", "total"), effects, undecided=undecided))
    align: list[Align] = ["left", *["right"] * (len(headers) - 1)]  # type: ignore[list-item]
    print_table(title, headers, lines, align=align)
    changed = [item for item in effects if item.before != item.after]
    changed.sort(key=lambda item: -abs(item.difference or 0))
    if changed:
        heads = [t("计划", "Plan"), t("何处", "where"), *headers[-3:]]
        rows = [
            [item.plan, _place(item), *(_money(fen) for fen in (item.before, item.after, item.difference))]
            for item in changed[:_SHOWN]
        ]
        print_table(t("有变化的", "Changed"), heads, rows, align=["left", "left", "right", "right", "right"])
    if len(changed) > _SHOWN:
        rest = len(changed) - _SHOWN
        click.echo(t(f"另有 {rest} 项，见 --format csv", f"{rest} more: see --format csv"))


def _sums(name: str, effects: Sequence[ClaimEffect], *, undecided: bool) -> list[str]:
    """Return the cells of one line.

    Args:
        name: What the line is about.
        effects: The claims or fees.
        undecided: Whether a missing amount is one that could not be decided, which no sum may take for 0; of a fee
            it means that the person does not join and pays nothing.
    """

    def count(test: Callable[[ClaimEffect], bool]) -> str:
        return str(sum(map(test, effects)))

    summed = [item for item in effects if not undecided or item.difference is not None]
    before, after = sum(item.before or 0 for item in summed), sum(item.after or 0 for item in summed)
    return [
        name,
        str(len(effects)),
        count(lambda item: (item.difference or 0) > 0),
        count(lambda item: (item.difference or 0) < 0),
        count(lambda item: item.before is None and (undecided or item.after is not None)),
        count(lambda item: item.after is None and (undecided or item.before is not None)),
        _money(before),
        _money(after),
        _money(after - before),
    ]


def _money(fen: int | None) -> str:
    from mutualplans.model.money import format_yuan

    return "—" if fen is None else format_yuan(fen, grouped=True)


def _as_data(
    changes: Sequence[Change],
    fees: Sequence[ClaimEffect] | None,
    paid: Sequence[ClaimEffect] | None,
    problems: Sequence[Problem],
) -> dict[str, Any]:
    from mutualplans.engine.asdata import problem_data

    return {
        "version": 1,
        "changes": [
            {
                "plan": item.plan,
                "editions": item.editions,
                "item": item.what.in_(lang()),
                "before": item.before,
                "after": item.after,
            }
            for item in changes
        ],
        "fees": None if fees is None else [_effect_data(item) for item in fees],
        "claims": None if paid is None else [_effect_data(item) for item in paid],
        "problems": [problem_data(item, lang()) for item in problems],
    }


def _effect_data(item: ClaimEffect) -> dict[str, Any]:
    return {
        "where": _place(item),
        "plan": item.plan,
        "before": _plain(item.before) or None,
        "after": _plain(item.after) or None,
        "difference": _plain(item.difference) or None,
    }
