"""Output: data on stdout as a table, JSON, CSV or tree; messages and problems on stderr.

Our texts are never read as markup, and colour follows ``NO_COLOR`` and whether stdout is a terminal. On a
terminal a wide table folds its text columns; elsewhere every line is as long as its contents, so nothing is
lost in a file or a pipe.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

import click

from mutualplans.cli.language import VARIABLE, lang, t

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mutualplans.model.problem import Problem

__all__ = [
    "Align",
    "TreeNode",
    "lang_option",
    "output_options",
    "print_csv",
    "print_json",
    "print_table",
    "print_tree",
    "say",
    "say_problems",
]

Align = Literal["left", "right"]

TreeNode: TypeAlias = "tuple[str, Sequence[TreeNode]]"
"""A label and what stands below it."""

_Function = TypeVar("_Function", bound=Callable[..., object])

_WIDEST = 100_000
_LEAST_COLUMN = 8
_CONTROL = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}")


def output_options(function: _Function) -> _Function:
    """Add ``--format``, ``--lang`` and ``--reveal`` to a command.

    The command receives `output_format` (``table``, ``json`` or ``csv``) and `reveal` (show names and ID
    numbers in full). The language is set before the command is imported, so ``--lang`` passes nothing on.
    """
    options = [
        click.option(
            "--format",
            "output_format",
            type=click.Choice(["table", "json", "csv"]),
            default="table",
            show_default=True,
            help=t("输出格式。", "Output format."),
        ),
        lang_option,
        click.option(
            "--reveal",
            is_flag=True,
            allow_from_autoenv=False,
            help=t("完整显示姓名和证件号码。", "Show names and ID numbers in full."),
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def lang_option(function: _Function) -> _Function:
    """Add ``--lang`` to a command or group: checked and shown in help by click, acted on by `main`."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        is_eager=True,
        expose_value=False,
        envvar=VARIABLE,
        allow_from_autoenv=False,
        help=t(
            "语言：中文或英文；默认取环境变量 MUTUALPLANS_LANG，再默认中文。",
            "Language; default: MUTUALPLANS_LANG, else Chinese.",
        ),
    )(function)


def print_table(
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    align: Sequence[Align] | None = None,
) -> None:
    """Print a table to stdout.

    On a terminal, columns aligned left fold when the table is too wide; the others hold numbers, and stay
    whole.

    Args:
        title: What stands above; empty for none.
        headers: One text per column.
        rows: The cells; ``None`` is shown as an empty cell.
        align: How each column is aligned; everything left by default.

    Raises:
        ValueError: A row, or `align`, has another number of columns than `headers`.
    """
    sides: list[Align] = ["left"] * len(headers) if align is None else list(align)
    names = [_plain(header) for header in headers]
    shown = [[_plain(cell) for cell in row] for row in rows]
    for count in (len(sides), *map(len, shown)):
        if count != len(names):
            message = f"{len(names)} headers, but a row of {count}: every row needs one cell per header"
            raise ValueError(message)

    if sys.stdout.isatty() or any(len(cell.splitlines()) > 1 for row in [names, *shown] for cell in row):
        _print_folding(title, names, shown, sides)
        return
    widths = [max(map(_widest_line, column)) for column in zip(names, *shown, strict=True)]
    lines = [_line(row, widths, sides) for row in [names, *shown]]
    lines.insert(1, "─" * (sum(widths) + len(_BETWEEN) * (len(widths) - 1)))
    click.echo("\n".join([*([title] if title else ()), *lines]))


_BETWEEN = " " * 3


def _line(row: Sequence[str], widths: Sequence[int], sides: Sequence[Align]) -> str:
    """Return a row as one line, as rich would print it: several times as fast where a roster has thousands of units."""
    from rich.cells import cell_len

    cells = []
    for text, width, side in zip(row, widths, sides, strict=True):
        text = text.rstrip()
        room = " " * (width - cell_len(text))
        cells.append(text + room if side == "left" else room + text)
    return _BETWEEN.join(cells).rstrip()


def _print_folding(
    title: str, names: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[Align]
) -> None:
    """Print a table through rich, which folds what is too wide for a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title, "bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD)
    table.show_edge = False
    table.pad_edge = False
    widths = [max(map(_widest_line, column)) for column in zip(names, *rows, strict=True)]
    for name, side in zip(names, sides, strict=True):
        table.add_column(Text(name), justify=side, overflow="fold", no_wrap=side != "left")
    for row in rows:
        table.add_row(*map(Text, row))
    folded = [
        min(width, _LEAST_COLUMN) if side == "left" else width
        for width, side in zip(widths, sides, strict=True)
    ]
    _print(table, spared=sum(widths) - sum(folded))


def print_tree(root: TreeNode) -> None:
    """Print an explanation tree to stdout: a label, and below it what it was made from."""
    from rich.text import Text
    from rich.tree import Tree

    def grow(node: TreeNode) -> Tree:
        label, below = node
        tree = Tree(Text(_plain(label)))
        tree.children = [grow(child) for child in below]
        return tree

    _print(grow(root))


def print_json(data: object) -> None:
    """Print `data` to stdout as JSON, readable: Chinese as it is, indented by two."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def print_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows to stdout as CSV with a header line; ``None`` is an empty field.

    What is printed is often saved and opened: cells that Excel would take for formulas get a ``'`` in front, as in
    the files that we write.
    """
    from mutualplans.files.write_tables import no_formula

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(["" if cell is None else no_formula(str(cell)) for cell in row] for row in rows)


def say(zh: str, en: str) -> None:
    """Print a message for the person at the terminal, to stderr."""
    click.echo(t(zh, en).translate(_CONTROL), err=True)


def say_problems(problems: Iterable[Problem]) -> None:
    """Print problems to stderr, each on one line, with its hint on a second one."""
    words = {
        "error": t("错误：", "error: "),
        "warning": t("警告：", "warning: "),
        "note": t("说明：", "note: "),
    }
    for problem in problems:
        say(*[words[problem.severity] + _one_line(problem.line(lang()))] * 2)
        if problem.hint is not None:
            say(*["  " + t("提示：", "hint: ") + _one_line(problem.hint.in_(lang()))] * 2)


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _plain(value: object) -> str:
    """Return a value as text without control characters, which could move the cursor or change colours."""
    return "" if value is None else str(value).expandtabs(4).translate(_CONTROL)


def _widest_line(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, text.splitlines()), default=0)


def _print(what: RenderableType, *, spared: int = _WIDEST) -> None:
    """Print through rich: as wide as the terminal, or as the contents where stdout is none.

    Where even folding does not make it fit, the terminal breaks the lines: nothing is left out.

    Args:
        what: The table or tree.
        spared: By how many cells folding can make it narrower.
    """
    from rich.console import Console

    console = Console(markup=False, highlight=False, emoji=False)
    natural = console.measure(what, options=console.options.update(width=_WIDEST)).maximum
    if sys.stdout.isatty():
        console.width = max(console.width, natural - spared)
        console.print(what, crop=False)
        return
    console.width = natural
    with console.capture() as captured:
        console.print(what, crop=False)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
