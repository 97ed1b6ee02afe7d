"""``mutualplans office``: a new settings file that is sound, and a check that says everything."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from mutualplans.cli.common import load_office, status_without, usable_plans
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import build, main
from mutualplans.cli.session import Session
from mutualplans.registry import PluginRegistry

SAMPLES = Path(__file__).parents[1] / "broken_plugins"

Capture = pytest.CaptureFixture[str]

GOOD = 'name = "某市总工会"\n[[plans]]\nid = "good"\n[[plans.editions]]\nid = "{edition}"\n'


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Every test runs in Chinese, in an empty folder, with the good sample plugin installed."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    monkeypatch.syspath_prepend(str(SAMPLES / "good"))
    monkeypatch.chdir(tmp_path)
    yield
    set_lang("zh")


@pytest.fixture(name="edition")
def _edition() -> str:
    """The id of the good plugin's edition."""
    plan = PluginRegistry.discover().plan("good")
    return plan.editions.files()[0].stem


def write(text: str) -> None:
    """Write the office file."""
    Path("office.toml").write_text(text, encoding="utf-8")


def help_page(*arguments: str) -> str:
    """Return a help page: from a new process, because a command takes its language when it is imported."""
    code = "import sys; from mutualplans.cli.main import main; sys.exit(main())"
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--help"],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return result.stdout


class TestInit:
    def test_all_plans(self, capsys: Capture) -> None:
        """Without --plans every usable plan is listed, with its comments, and the check finds no error."""
        usable = [record.name for record in PluginRegistry.discover().load_all() if record.status == "ok"]

        assert main(["office", "init"]) == ExitStatus.OK
        assert main(["office", "check", "--format", "json"]) == ExitStatus.OK
        found = json.loads(capsys.readouterr().out)

        assert found["sound"]
        assert {plan["id"].partition(".")[0] for plan in found["plans"]} == set(usable)
        assert {item["code"] for item in found["problems"]} <= {"office.value-assumed"}
        assert "# 互助费由谁负担" in Path("office.toml").read_text(encoding="utf-8")

    def test_chosen_plans(self, capsys: Capture) -> None:
        """--plans and --name go into the file; stdout stays empty, the next step is on stderr."""
        assert main(["office", "init", "city.toml", "--plans", "good", "--name", '"某市"']) == ExitStatus.OK
        out, err = capsys.readouterr()
        main(["office", "check", "city.toml", "--format", "json"])
        found = json.loads(capsys.readouterr().out)

        assert out == ""
        assert err == (
            "已写成 city.toml：1 个计划。\n  提示：按本地规则修改后运行 mutualplans office check city.toml\n"
        )
        assert (found["name"], [plan["id"] for plan in found["plans"]]) == ('"某市"', ["good"])

    def test_overwrites_nothing(self, capsys: Capture) -> None:
        """An existing file stays as it is, and the status says that nothing was done."""
        write("# mine\n")

        assert main(["office", "init", "--plans", "good"]) == ExitStatus.ERROR
        assert "office.toml: 文件已存在，没有改动 [office.exists]\n  提示：" in capsys.readouterr().err
        assert Path("office.toml").read_text(encoding="utf-8") == "# mine\n"

    def test_unknown_plan(self, capsys: Capture) -> None:
        """A plan that is not installed is named with the nearest one; no file is written."""
        assert main(["office", "init", "--plans", "god"]) == ExitStatus.PLUGIN
        assert '是不是 "good"？' in capsys.readouterr().err
        assert not Path("office.toml").exists()

    def test_nothing_installed(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        """Without any usable plan no file is written."""
        monkeypatch.setenv("MUTUALPLANS_LOAD_PLUGINS", "")

        assert main(["office", "init"]) == ExitStatus.ERROR
        assert "没有可用的计划" in capsys.readouterr().err
        assert not Path("office.toml").exists()

    def test_empty_name(self, capsys: Capture) -> None:
        """An office has a name."""
        assert main(["office", "init", "--plans", "good", "--name", " "]) == ExitStatus.USAGE
        assert "名称是空的" in capsys.readouterr().err


class TestCheck:
    def test_sound(self, edition: str, capsys: Capture) -> None:
        """A sound file is summed up on stdout: plan, edition, who pays, how many must join."""
        write(
            GOOD.format(edition=edition).replace(
                '"good"\n', '"good"\nsplit = { member = "1/3", union = "2/3" }\n', 1
            )
            + '[[plans.group]]\nstaff_up_to = 99\nshare = "1/1"\n[[plans.group]]\npersons = 5\nof = "women"\n'
        )

        assert main(["office", "check"]) == ExitStatus.OK
        out, err = capsys.readouterr()

        assert out.startswith("某市总工会\n")
        for text in ("good", edition, "职工个人 1/3 工会 2/3", "≤99: 100%；其余: 5 人（女职工）"):
            assert text in out
        assert err.endswith("office.toml：没有错误，0 处警告。\n")

    def test_mistakes(self, edition: str, capsys: Capture) -> None:
        """Every mistake is one line with its place, and a hint; nothing is on stdout, the status is 5."""
        write(GOOD.format(edition=edition) + 'form = 2014-01-01\nvalues = { fee = "1" }\ncolour = 1\n')

        assert main(["office", "check"]) == ExitStatus.DATA
        out, err = capsys.readouterr()

        assert out == ""
        assert 'office.toml:6: plans[1].editions[1].form: 不认识的键 "form"' in err
        assert '提示：是不是 "from"？' in err
        assert "office.toml:7: plans[1].editions[1].values.fee: " in err
        assert "office.toml:8: " in err
        assert err.endswith("office.toml：3 处错误，0 处警告。\n")

    def test_json(self, edition: str, capsys: Capture) -> None:
        """JSON holds plans and problems, also when the file is wrong; nothing is on stderr twice."""
        write(GOOD.format(edition="none-such"))
        wrong = main(["office", "check", "--format", "json"])
        out, err = capsys.readouterr()
        write(GOOD.format(edition=edition))
        right = main(["office", "check", "--format", "json"])
        found = json.loads(capsys.readouterr().out)

        assert (wrong, right, err) == (ExitStatus.DATA, ExitStatus.OK, "")
        assert [item["code"] for item in json.loads(out)["problems"]] == ["edition.unknown"]
        assert found["plans"][0]["editions"][0]["id"] == edition
        assert found["plans"][0]["version"] == "0.1.0"

    def test_csv(self, edition: str, capsys: Capture) -> None:
        """CSV has one row for each plan and edition, under stable names."""
        write(GOOD.format(edition=edition))
        main(["office", "check", "--format", "csv"])
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

        assert [(row["plan"], row["edition"]) for row in rows] == [("good", edition)]

    @pytest.mark.parametrize(
        ("content", "code"),
        [(None, "file.open"), (b"name = \n", "file.toml"), ("name = '某市'".encode("gbk"), "file.encoding")],
    )
    def test_unreadable(self, content: bytes | None, code: str, capsys: Capture) -> None:
        """A file that is missing, no TOML or not UTF-8 is an error with a hint, in JSON too."""
        if content is not None:
            Path("office.toml").write_bytes(content)

        assert main(["office", "check"]) == ExitStatus.DATA
        assert f"[{code}]\n  提示：" in capsys.readouterr().err
        assert main(["office", "check", "--format", "json"]) == ExitStatus.DATA
        assert [item["code"] for item in json.loads(capsys.readouterr().out)["problems"]] == [code]

    def test_blocked_plan(self, edition: str, capsys: Capture) -> None:
        """A plan whose plugin is blocked is noted and left out; the file is sound without it."""
        write(GOOD.format(edition=edition))

        assert main(["--no-plugin", "good", "office", "check"]) == ExitStatus.OK
        assert "[plugin.blocked]" in capsys.readouterr().err


class TestMissingPlan:
    """An office one of whose plans has a broken plugin works with the others."""

    @pytest.fixture(autouse=True)
    def _broken(self, monkeypatch: pytest.MonkeyPatch, edition: str) -> None:
        monkeypatch.syspath_prepend(str(SAMPLES / "import_error"))
        broken = '[[plans]]\nid = "import-error"\n[[plans.editions]]\nid = "x"\n'
        write(GOOD.format(edition=edition) + broken)

    @pytest.mark.parametrize("command", [["office", "check"], ["plans", "--office", "office.toml"]])
    def test_the_rest_is_done(self, command: list[str], capsys: Capture) -> None:
        """The others are shown, the problem is told, and the exit status is that of plugins."""
        assert main(command) == ExitStatus.PLUGIN
        printed = capsys.readouterr()
        assert "good" in printed.out
        assert "[plugin.import]" in printed.err

    def test_commands_that_need_it(self, capsys: Capture) -> None:
        """A command that names the plan itself fails; one that names another is not concerned."""
        assert main(["plans", "import-error", "--office", "office.toml"]) == ExitStatus.PLUGIN
        assert main(["plans", "good", "--office", "office.toml"]) == ExitStatus.OK
        assert main(["compare", "--office", "office.toml"]) == ExitStatus.PLUGIN
        assert main(["compare", "good", "--office", "office.toml"]) == ExitStatus.OK

    def test_only_plans_that_are_needed_count(self) -> None:
        """A command that needed no missing plan has done everything."""
        with click.Context(click.Command("test"), obj=Session()) as ctx:
            office = load_office(ctx, "office.toml")

        assert status_without(office) == ExitStatus.PLUGIN
        assert status_without(office, ids=["good"]) == ExitStatus.OK
        assert status_without(office, ids=["good", "import-error"]) == ExitStatus.PLUGIN

    def test_blocked(self, capsys: Capture) -> None:
        """Blocked with --no-plugin it is a note, and nothing has failed."""
        assert main(["--no-plugin", "import-error", "plans", "--office", "office.toml"]) == ExitStatus.OK
        assert "[plugin.blocked]" in capsys.readouterr().err

    def test_strict(self, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        """Under --strict no command begins while any installed plugin is broken, needed or not."""
        assert main(["--strict", "plans", "good"]) == ExitStatus.PLUGIN
        assert main(["--strict", "claim-form", "good"]) == ExitStatus.PLUGIN
        assert main(["--strict", "--no-plugin", "import-error", "plans", "good"]) == ExitStatus.OK
        monkeypatch.setenv("MUTUALPLANS_STRICT", "1")
        assert main(["plans", "good"]) == ExitStatus.PLUGIN
        assert capsys.readouterr().err.count("[plugin.import]") == 3

    def test_usable_plans(self, capsys: Capture) -> None:
        """Of the plans that a case names, those that can be had come back, and why the others cannot."""
        for blocked, status in (((), ExitStatus.PLUGIN), (("import-error",), ExitStatus.OK)):
            with click.Context(click.Command("test"), obj=Session(no_plugin=blocked)) as ctx:
                plans, problems = usable_plans(ctx, ["good", "import-error", "good"])

            assert [plan.id for plan in plans] == ["good"]
            assert [item.code for item in problems] == ["plugin.blocked" if blocked else "plugin.import"]
            assert status_without(None, problems) == status


@pytest.mark.parametrize(
    ("arguments", "begun", "completed"),
    [
        (["office", "init", "--plans"], "accident,female-i", "accident,female-illness"),
        (["uninstall"], "acc", "accident"),
        (["--no-plugin"], "acc", "accident"),
    ],
)
def test_completion(arguments: list[str], begun: str, completed: str) -> None:
    """Names of plugins are completed, in a list with commas the last one."""
    found = ShellComplete(build(), {}, "mutualplans", "_MUTUALPLANS_COMPLETE").get_completions(
        arguments, begun
    )

    assert [item.value for item in found] == [completed]


@pytest.mark.parametrize("arguments", [["office"], ["office", "init"], ["office", "check"]])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_has_examples(arguments: list[str], language: str) -> None:
    """Help comes with examples, in both languages."""
    out = help_page("--lang", language, *arguments)

    assert ("例：" if language == "zh" else "Examples:") + f"\n    mutualplans {' '.join(arguments)}" in out
