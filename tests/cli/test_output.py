"""Tables, trees, JSON and CSV on stdout; messages and problems on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualplans.cli import output
from mutualplans.cli.language import set_lang
from mutualplans.cli.output import (
    output_options,
    print_csv,
    print_json,
    print_table,
    print_tree,
    say,
    say_problems,
)
from mutualplans.cli.width import cells
from mutualplans.model.problem import problem

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Every test begins and ends in Chinese."""
    set_lang("zh")
    yield
    set_lang("zh")


def test_table_is_aligned_by_cells(capsys: Capture) -> None:
    """Amounts end in the same cell whether the text before them is Chinese or not."""
    print_table(
        "一览", ["计划", "金额"], [["互助保障", "20,000.00"], ["ab", "1.00"]], align=["left", "right"]
    )
    title, header, rule, first, second = capsys.readouterr().out.splitlines()

    assert (title, header[:2]) == ("一览", "计划")
    assert {"─"} == set(rule)
    assert cells(first) == cells(second) == cells(header)
    assert "20,000.00" in first


def test_table_is_not_cut_in_a_pipe(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stdout is no terminal, a row is one line with everything in it, whatever COLUMNS says."""
    monkeypatch.setenv("COLUMNS", "20")
    print_table("", ["甲", "乙"], [["互助" * 100, "x" * 300]])
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == 3
    assert "互助" * 100 in lines[-1]
    assert "x" * 300 in lines[-1]


@given(
    st.lists(
        st.lists(st.text("a 1单（，é🙂\t\x07", max_size=9), min_size=2, max_size=2), min_size=1, max_size=5
    ),
    st.sampled_from(["", "一览"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_in_a_pipe_is_what_rich_prints(capsys: Capture, lines: list[list[str]], title: str) -> None:
    """Long tables are put together by ourselves, because that is faster; every character is where rich puts it."""
    names, *rows = lines
    print_table(title, names, rows, align=["left", "right"])
    ours = capsys.readouterr().out
    plain = [[output._plain(cell) for cell in row] for row in (names, *rows)]
    output._print_folding(title, plain[0], plain[1:], ["left", "right"])

    assert ours == capsys.readouterr().out


@pytest.mark.parametrize("columns", [12, 40])
def test_table_folds_on_a_terminal(columns: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the text folds; amounts stay whole and nothing is left out, even where it cannot fit."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    print_table("", ["计划", "金额"], [["职工意外伤害" * 8, "1,234,567.00"]], align=["left", "right"])
    lines = click.unstyle(capsys.readouterr().out).splitlines()

    assert all(cells(line) <= max(columns, 8 + 3 + 12) for line in lines)
    assert "1,234,567.00" in lines[2]
    assert sum(line.count(char) for line in lines[2:] for char in "职工意外伤害") == 8 * 6


def test_text_is_not_markup(capsys: Capture) -> None:
    """Square brackets and emoji codes in our texts are printed as they are."""
    print_table("[red]t", ["[b]h"], [["[x] :smile: [/]"]])
    print_tree(("[x]", [("[/y]", [])]))
    out = capsys.readouterr().out

    assert all(text in out for text in ("[red]t", "[b]h", "[x] :smile: [/]", "[/y]"))


def test_control_characters_are_replaced(capsys: Capture) -> None:
    """A cell from a file cannot send commands to the terminal."""
    print_table("", ["h"], [["a\x1b[31mb"]])
    say("\x1b[2J好", "")
    out, err = capsys.readouterr()

    assert "\x1b" not in out + err


def test_no_colour_when_asked(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR and a pipe both give plain text."""
    monkeypatch.setenv("NO_COLOR", "1")
    print_table("标题", ["甲"], [[1], [None]])

    assert "\x1b" not in capsys.readouterr().out


def test_table_without_rows(capsys: Capture) -> None:
    """A table without rows still shows its headers."""
    print_table("", ["甲", "乙"], [])

    assert capsys.readouterr().out.startswith("甲")


@pytest.mark.parametrize(("rows", "align"), [([["a"]], None), ([], ["left"])])
def test_table_of_another_shape(rows: list[list[str]], align: None) -> None:
    """A row or an alignment with another number of columns is refused."""
    with pytest.raises(ValueError, match="2 headers"):
        print_table("", ["甲", "乙"], rows, align=align)


def test_tree(capsys: Capture) -> None:
    """A tree shows each label once, its parts below it."""
    print_tree(("合计", [("住院", [("5 天", [])]), ("手术", [])]))

    assert capsys.readouterr().out == "合计\n├── 住院\n│   └── 5 天\n└── 手术\n"


def test_json(capsys: Capture) -> None:
    """JSON keeps Chinese readable and reads back."""
    print_json({"名称": ["互助", 1]})
    out = capsys.readouterr().out

    assert '  "名称": [' in out
    assert json.loads(out) == {"名称": ["互助", 1]}


def test_csv(capsys: Capture) -> None:
    """CSV quotes what needs it and leaves None empty."""
    print_csv(["甲", "乙"], [["a,b", None]])

    assert capsys.readouterr().out == '甲,乙\n"a,b",\n'


def test_csv_holds_no_formula(capsys: Capture) -> None:
    """What Excel would run when a saved output is opened stays text, as in files; numbers stay numbers."""
    print_csv(["甲"], [["=HYPERLINK(1)"], ["+86"], ["-cmd"], ["@x"], ["-5.00"], [3]])

    assert capsys.readouterr().out == "甲\n'=HYPERLINK(1)\n+86\n'-cmd\n'@x\n-5.00\n3\n"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", "错误：a.csv: 缺 [x.y]\n  提示：补\n警告：慢 [x.z]\n"),
        ("en", "error: a.csv: missing [x.y]\n  hint: add\nwarning: slow [x.z]\n"),
    ],
)
def test_problems(language: str, expected: str, capsys: Capture) -> None:
    """Problems go to stderr, one line each, with the hint below, in the language of the run."""
    set_lang("en" if language == "en" else "zh")
    say_problems(
        [
            problem("x.y", "缺", "missing", where="a.csv", hint_zh="补", hint_en="add"),
            problem("x.z", "慢", "slow", severity="warning"),
        ]
    )

    assert ("", expected) == tuple(capsys.readouterr())


def test_output_options() -> None:
    """The shared options arrive as `output_format` and `reveal`; --lang is accepted and checked."""

    @click.command()
    @output_options
    def command(output_format: str, reveal: bool) -> None:
        click.echo(f"{output_format} {reveal}")

    runner = CliRunner()

    assert runner.invoke(command, []).output == "table False\n"
    assert runner.invoke(command, ["--format", "csv", "--reveal", "--lang", "en"]).output == "csv True\n"
    assert runner.invoke(command, ["--lang", "fr"]).exit_code == 2
    assert runner.invoke(command, ["--format", "xml"]).exit_code == 2


def test_csv_is_no_formula(capsys):
    """A text that Excel would take for a formula gets a mark in front; numbers and other texts stay."""
    print_csv(["a", "b", "c", "d"], [["=cmd|' /C calc'!A0", "-12.50", "a|b", None]])

    assert capsys.readouterr().out == "a,b,c,d\n'=cmd|' /C calc'!A0,-12.50,a|b,\n"
