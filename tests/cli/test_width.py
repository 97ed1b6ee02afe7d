"""Cells, padding, wrapping, and help pages that fit."""

from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualplans.cli.width import CLOSING, OPENING, CellFormatter, cells, pad, wrap

LONG = (
    "因意外伤害在二级（含）以上医院住院治疗的，按住院天数每天给付“补助金”；一年内累计不超过180天。"
    "详见 office.toml 的 [plans.accident] 一节（《办法》第八条），比例为80％。"
)


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("互助", 4), ("ａ，", 4), ("e\u0301", 1), ("—·", 2), ("\u200b", 0), ("互a助", 5)],
)
def test_cells(text: str, width: int) -> None:
    """Wide characters count two, combining and invisible ones nothing, ambiguous ones one."""
    assert width == cells(text)


def test_pad() -> None:
    """Padding fills up to the width in cells and never cuts."""
    assert [pad("互助", 6), pad("互助", 3), pad("ab", 3)] == ["互助  ", "互助", "ab "]


@pytest.mark.parametrize("width", [8, 10, 12, 17, 23, 40, 60, 80])
def test_wrap_keeps_the_rules_of_chinese(width: int) -> None:
    """No line is too wide, begins with closing or ends with opening punctuation, and nothing is lost."""
    lines = wrap(LONG, width, "  ")

    assert all(cells(line) <= width for line in lines)
    assert not [line for line in lines if line.strip()[0] in CLOSING or line.strip()[-1] in OPENING]
    assert LONG.replace(" ", "") == "".join(lines).replace(" ", "")


def test_wrap_keeps_words_whole() -> None:
    """An ASCII word moves to the next line as a whole, with the punctuation that follows it."""
    assert wrap("请见文件office.toml，再试", 14) == ["请见文件", "office.toml，", "再试"]
    assert wrap("a long word", 7) == ["a long", "word"]


def test_wrap_cuts_what_is_wider_than_a_line() -> None:
    """A word wider than a line is cut, so that the line still fits."""
    assert wrap("abcdefghi。", 4) == ["abcd", "efgh", "i。"]


def test_wrap_joins_source_lines() -> None:
    """A line break of the source becomes a space, but not between Chinese characters."""
    assert wrap("互助\n  保障\nplan\nof the union", 40) == ["互助保障 plan of the union"]


@given(
    st.text(st.sampled_from("互助，。（）《》“”ab-. 1%[]\n\u0301"), max_size=60),
    st.integers(min_value=4, max_value=30),
)
def test_wrap_never_overruns(text: str, width: int) -> None:
    """Whatever the text, no line is wider than asked and no character is lost."""
    lines = wrap(text, width)

    assert all(cells(line) <= width for line in lines)
    assert "".join(text.split()) == "".join("".join(lines).split())


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_help_page_fits(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A help page with long Chinese texts, long option names and long examples fits the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    command = click.Command(
        "报价",
        help=f"{LONG}\n\n\b\n例：\n  mutualplans quote accident --office office.toml --roster 名册.xlsx",
        params=[
            click.Option(["--format"], type=click.Choice(["table", "json", "csv"]), help=LONG),
            click.Option(["--a-very-long-option-name-that-needs-its-own-line"], help=LONG),
            click.Option(["--short"], help=""),
            click.Argument(["roster"], nargs=-1),
        ],
        epilog=LONG,
    )
    formatter = CellFormatter()
    with click.Context(command, info_name="mutualplans quote") as context:
        command.format_help(context, formatter)
    lines = formatter.getvalue().splitlines()

    assert not [line for line in lines if cells(line) > columns]
    assert not [line for line in lines if line.strip() and line.strip()[0] in CLOSING]


def test_examples_keep_their_lines() -> None:
    r"""A block marked with ``\b`` is not wrapped where it fits."""
    formatter = CellFormatter(width=40)
    formatter.write_text("说明\n\n\b\n例：\n  plans\n  quote")

    assert formatter.getvalue() == "说明\n\n例：\n  plans\n  quote\n"


def test_descriptions_stand_in_one_column() -> None:
    """Descriptions begin in the same cell, Chinese terms or not; a wide term has a line of its own."""
    formatter = CellFormatter(width=30)
    formatter.write_dl([("互助", "甲"), ("ab", "乙"), ("x" * 16, "丙")])

    assert f"互助           甲\nab             乙\n{'x' * 16}\n               丙\n" == formatter.getvalue()
