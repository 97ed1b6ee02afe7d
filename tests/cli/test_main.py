"""The entry point: language, laziness, help that fits, errors and exit statuses."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import CLICK_ZH, choose, set_lang, translate_click
from mutualplans.cli.main import COMMANDS, LazyCommand, build, main, run
from mutualplans.cli.width import cells

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLE = {"try": LazyCommand("throwaway_command", "试一试", "Try")}
SECRET = "310101199001011234"
HEAVY = {"rich", "attr", "attrs", "cattrs", "openpyxl", "pluggy", "numpy", "tomllib"}

Capture = pytest.CaptureFixture[str]


def python(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the interpreter of the tests with our package on its path, in Chinese unless told otherwise."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MUTUALPLANS_")}
    environment = clean | {"PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}", "PYTHONIOENCODING": "utf-8"} | environ
    return subprocess.run(
        [sys.executable, *args], env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs in Chinese, without our environment variables, and finds the throwaway command."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    monkeypatch.syspath_prepend(str(HERE))
    set_lang("zh")
    translate_click()
    yield
    set_lang("zh")
    sys.modules.pop("throwaway_command", None)


@pytest.mark.parametrize(
    ("argv", "environ", "expected"),
    [
        ([], {}, "zh"),
        ([], {"MUTUALPLANS_LANG": "en"}, "en"),
        (["plans", "--lang", "zh"], {"MUTUALPLANS_LANG": "en"}, "zh"),
        (["--lang=en"], {}, "en"),
        (["--lang", "en", "plans", "--lang=zh"], {}, "zh"),
        (["--", "--lang", "en"], {}, "zh"),
        (["--lang"], {}, "zh"),
        (["--lang", "fr"], {"MUTUALPLANS_LANG": "en"}, "en"),
    ],
)
def test_language(argv: list[str], environ: dict[str, str], expected: str) -> None:
    """The last --lang wins, then the environment, then Chinese; what is no language is passed over."""
    assert expected == choose(argv, environ)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--lang", "en", "-h"]])
def test_help_imports_little(arguments: list[str]) -> None:
    """Help and version import no command, and none of the heavy packages."""
    code = (
        "import json, sys\n"
        "from mutualplans.cli.main import main\n"
        f"status = main({arguments!r})\n"
        "print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)"
    )
    status, modules = json.loads(python("-c", code).stderr)

    assert status == 0
    assert set() == {name.partition(".")[0] for name in modules} & HEAVY
    assert set() == {entry.module for entry in COMMANDS.values()} & set(modules)


def test_completion_imports_little() -> None:
    """Completing a command name answers from the table."""
    result = python(
        *["-X", "importtime", "-m", "mutualplans"],
        COMP_WORDS="mutualplans pl",
        COMP_CWORD="1",
        _MUTUALPLANS_COMPLETE="bash_complete",
    )

    assert result.stdout == "plain,plans\nplain,plugins\n"
    assert "mutualplans.cli.plans" not in result.stderr


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("columns", [40, 60, 80])
def test_help_fits(language: str, columns: int) -> None:
    """The help page names every command and no line is wider than the terminal."""
    result = python("-m", "mutualplans", "--lang", language, "--help", COLUMNS=str(columns))

    assert (result.returncode, result.stderr) == (0, "")
    assert not [line for line in result.stdout.splitlines() if cells(line) > columns]
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


def test_help_is_in_one_language() -> None:
    """The Chinese page has none of click's English words, the English one no Chinese."""
    chinese = python("-m", "mutualplans", "-h").stdout
    english = python("-m", "mutualplans", "-h", MUTUALPLANS_LANG="en").stdout

    assert not [word for word in ("Usage", "Options", "Commands", "OPTIONS", "exit") if word in chinese]
    assert english.isascii()
    assert "Show this message and exit." in english


def test_command_help_is_ours_too(capsys: Capture) -> None:
    """A command written with plain click gets Chinese headings and cell-aware wrapping."""
    assert run(build(TABLE), ["try", "--help"]) == 0
    out = capsys.readouterr().out

    assert out.startswith("用法：mutualplans try [选项]")
    assert "选项：\n  -h, --help  显示本说明并退出。" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["qoute"], "错误：没有命令“qoute”。是不是 quote？"),
        (["zzz"], "错误：没有命令“zzz”。\n"),
        (["--lang", "en", "qoute"], "Error: No such command 'qoute'. Did you mean quote?"),
        (["--debgu"], "错误：没有选项 '--debgu'。 是不是 '--debug'？"),
        (["--lang", "fr", "plans"], "错误：'--lang' 的值不对：'fr' 不在可选值之中：'zh', 'en'。"),
        ([], "用法："),
    ],
)
def test_usage_errors(arguments: list[str], expected: str, capsys: Capture) -> None:
    """A wrong command line is status 2, with the nearest name and in the language of the run."""
    assert main(arguments) == ExitStatus.USAGE
    out, err = capsys.readouterr()

    assert expected in err
    assert out == ""


def test_wrong_language_in_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A language we do not have is refused, not silently replaced."""
    monkeypatch.setenv("MUTUALPLANS_LANG", "fr")

    assert main(["plans"]) == ExitStatus.USAGE
    assert "'fr'" in capsys.readouterr().err


def test_problems_become_lines(capsys: Capture) -> None:
    """Every problem of an error is shown with its severity and hint; the status is DATA."""
    assert run(build(TABLE), ["try", "problems"]) == ExitStatus.DATA
    expected = "错误：缺少一列 [x.one]\n  提示：加上这一列\n警告：多了一列 [x.two]\n说明：已跳过 [x.three]\n"

    assert expected == capsys.readouterr().err


@pytest.mark.parametrize(
    ("way", "status"),
    [
        ("fine", ExitStatus.OK),
        ("refused", ExitStatus.ROWS_REFUSED),
        ("plugin", ExitStatus.PLUGIN),
        ("file", ExitStatus.ERROR),
        ("interrupt", ExitStatus.INTERRUPTED),
    ],
)
def test_statuses(way: str, status: int) -> None:
    """A command's return value, an error's own status, and Ctrl-C all reach the shell."""
    assert status == run(build(TABLE), ["try", way])


def test_unforeseen_error_shows_no_values(capsys: Capture) -> None:
    """An internal error is one line with kind and place, and the hint; not the text of the exception."""
    assert run(build(TABLE), ["try", "bug"]) == ExitStatus.ERROR
    err = capsys.readouterr().err

    assert len(err.splitlines()) == 2
    assert err.startswith("错误：程序内部出错（ValueError，")
    assert "throwaway_command.py" in err
    assert SECRET not in err


def test_debug_shows_the_traceback(capsys: Capture) -> None:
    """--debug adds the full traceback."""
    assert run(build(TABLE), ["--debug", "try", "bug"]) == ExitStatus.ERROR
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_missing_module_is_named(capsys: Capture) -> None:
    """A command whose module cannot be imported says which module is missing."""
    assert (
        run(build({"gone": LazyCommand("no_such_module_at_all", "无", "none")}), ["gone"]) == ExitStatus.ERROR
    )
    assert "no_such_module_at_all" in capsys.readouterr().err


@pytest.mark.parametrize("way", ["--help", "csv", "pipe"])
def test_broken_pipe_is_quiet(way: str) -> None:
    """A reader that has gone is no traceback: neither from a command nor at the exit of the interpreter."""
    code = (
        "import sys\n"
        "from mutualplans.cli.main import LazyCommand, build, run\n"
        "group = build({'try': LazyCommand('throwaway_command', '', '')})\n"
        f"sys.exit(run(group, ['try', {way!r}]))"
    )
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}", "PYTHONUNBUFFERED": ""},
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    assert (result.returncode, result.stderr) == (ExitStatus.ERROR, b"")


def test_session_reaches_the_command(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """The global options arrive in the command; --strict may come from the environment."""
    monkeypatch.setenv("MUTUALPLANS_STRICT", "1")
    run(build(TABLE), ["--no-plugin", "a", "--no-plugin", "b", "try", "session"])

    assert capsys.readouterr().out == "Session(no_plugin=('a', 'b'), strict=True, debug=False)\n"


def test_old_console_gets_escapes_not_a_crash() -> None:
    """Where stdout cannot encode Chinese, the help page is escaped instead of failing."""
    result = python("-m", "mutualplans", "--help", PYTHONIOENCODING="cp1252")

    assert result.returncode == 0
    assert "\\u7528\\u6cd5" in result.stdout


def test_translations_are_of_words_that_click_uses() -> None:
    """Every message we translate is one that the installed click asks gettext for."""
    used = {"required"}
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            function = node.func if isinstance(node, ast.Call) else None
            if isinstance(function, ast.Name) and function.id in {"_", "ngettext"}:
                used |= {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}

    assert set() == set(CLICK_ZH) - used


def test_translations_keep_the_placeholders() -> None:
    """A Chinese message has the same placeholders as click's."""
    from string import Formatter

    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}

    assert [message for message, zh in CLICK_ZH.items() if names(message) != names(zh)] == []
