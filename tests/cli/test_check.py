"""``mutualplans check``: the conformance checks and worked cases of one plugin on the command line."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.walk import Walk
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import main
from mutualplans.testing.conformance import CHECKS, TITLES

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "broken_plugins"
PACKAGE = "mutualplans_trial_plan"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs in Chinese and without our environment variables."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    yield
    set_lang("zh")


@pytest.fixture(name="trial")
def _trial(tmp_path: Path, capsys: Capture) -> Walk:
    """A new plugin that passes, installed, to be damaged."""
    assert main(["new-plan", "trial-plan", "--title", "示例互助计划", "--folder", str(tmp_path)]) == 0
    capsys.readouterr()
    steps = Walk(tmp_path / "mutualplans-trial-plan", tmp_path / "site")
    steps.run("pip install -e .")
    return steps


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that must be in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_line_for_each_check_and_case(capsys: Capture) -> None:
    """A plugin of ours passes; every check of the kit has its line, and so has every case."""
    assert main(["check", "inpatient-allowance"]) == ExitStatus.OK

    listed, figures, rest = capsys.readouterr().out.split("\n\n")
    lines = listed.splitlines()
    names = [line.split()[2] for line in lines]
    assert [check.__name__ for check in CHECKS] == names[: len(CHECKS)]
    assert all(line.startswith("通过    inpatient-allowance  ") for line in lines)
    assert "  改动声明: 发现 " in figures
    assert rest.splitlines()[0].startswith("等级    inpatient-allowance/")
    assert rest.splitlines()[-1] == f"{len(lines)} 项，0 项不通过"


def test_warnings_of_the_declaration_are_told(capsys: Capture) -> None:
    """A benefit without a cap is no fault, but its author is told, once for each, and so is a script."""
    assert main(["check", "retiree-inpatient"]) == ExitStatus.OK
    printed = capsys.readouterr().out

    assert printed.count("警告    retiree-inpatient/ningbo-2023: ") == 2
    assert "没有自己的上限" in printed

    main(["check", "retiree-inpatient", "--format", "json"])
    rows = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in rows if row["kind"] == "warning"} == {"formula.uncapped"}


def test_gaps_are_listed_when_asked_for(capsys: Capture) -> None:
    """What no case reaches and no case notices is named, line by line, as many as the figures say."""
    main(["check", "child-accident", "--gaps"])

    figures = capsys.readouterr().out.split("\n\n")[1]
    counts = re.findall(r": (?:到达|发现) (\d+)/(\d+)$", figures, re.MULTILINE)
    assert len(re.findall(r"^ {6}\S", figures, re.MULTILINE)) == sum(
        int(of) - int(done) for done, of in counts
    )


def test_broken_law_prints_the_case_that_shows_it(trial: Walk) -> None:
    """The smallest case stands below the law, with the command that runs it."""
    change(trial.folder / PACKAGE / "plan.py", "=value.premium *", "=(value.premium - mp.yuan('100')) *")

    printed = trial.run("mutualplans check trial-plan")

    assert trial.status == ExitStatus.PLUGIN
    assert "不通过  trial-plan  premium_is_whole（互助费是整分" in printed
    command = re.search(r"mutualplans simulate \S+\.toml --explain", printed)
    assert command
    assert "[[claim]]" in printed
    assert "合计给付" in trial.run(command.group())


def test_folder_and_name_say_the_same(capsys: Capture) -> None:
    """The folder of an installed plugin stands for its name."""
    main(["check", "accident"])
    by_name = capsys.readouterr().out

    assert main(["check", str(ROOT / "plugins" / "mutualplans-accident")]) == ExitStatus.OK
    assert by_name == capsys.readouterr().out


def test_json(capsys: Capture) -> None:
    """The same as data, in English when asked for."""
    assert main(["--lang", "en", "check", "accident", "--format", "json"]) == ExitStatus.OK

    rows = json.loads(capsys.readouterr().out)
    assert rows[0] == {
        "plan": "accident",
        "kind": "check",
        "name": "registers_alone",
        "passed": True,
        "problems": [],
    }
    assert {row["kind"] for row in rows} == {"check", "case", "reached", "noticed", "level"}
    assert all(len(row["missing"]) == row["of"] - row["done"] for row in rows if "of" in row)


def test_levels_come_last_with_what_is_missing(trial: Walk) -> None:
    """A new plugin is usable, and told what a source would add; with a failing case its edition is a draft."""
    lacks = "没有出处的假定值 10 项（premium, term_months, max_shares …）；没有一个算例有外部出处"
    sound = trial.run("mutualplans check trial-plan").splitlines()
    change(trial.folder / PACKAGE / "cases.toml", 'expect = "20000.00"', 'expect = "20000.01"')
    failing = trial.run("mutualplans --lang en check trial-plan").splitlines()

    assert sound[-3:-1] == [
        "等级    trial-plan/example  算例通过（算例 6 个，0 个有外部出处；数值 11 项，假定 11 项）",
        "        到“来源齐备”还差：这一版本身是假定的，没有出处；" + lacks.replace("10 项", "11 项"),
    ]
    assert failing[-3:-1] == [
        "level   trial-plan/example  draft (cases 6, from outside 0; values 11, assumed 11)",
        "        missing for usable: 1 checks and cases that fail (恶性肿瘤，2 份)",
    ]


def test_a_case_that_comes_out_otherwise(trial: Walk) -> None:
    """A wrong amount fails its own line with what was expected and what came out, and the exit status is 4."""
    change(trial.folder / PACKAGE / "cases.toml", 'expect = "20000.00"', 'expect = "20000.01"')

    printed = trial.run("mutualplans check trial-plan")

    assert trial.status == ExitStatus.PLUGIN
    assert "不通过  trial-plan  算例：恶性肿瘤，2 份\n        #1: 应为 20000.01，实为 20000.00" in printed
    assert printed.splitlines()[-1].endswith("，1 项不通过")


def test_a_missing_reason_and_problem_in_english(trial: Walk) -> None:
    """What a case expects to be said, and was not, is told in the language of the run."""
    cases = trial.folder / PACKAGE / "cases.toml"
    change(cases, 'reasons = ["not-listed"]', 'reasons = ["late"]')
    change(cases, 'problems = ["claim.missing-field"]', 'problems = ["claim.other"]')

    printed = trial.run("mutualplans --lang en check trial-plan")

    assert "#1: the reason late was not given; these were: not-listed [cases.reason]" in printed
    assert "#1: claim.other was not reported; these were: claim.missing-field [cases.problem]" in printed


def test_every_check_has_its_sentence() -> None:
    """A check that does not pass says in Chinese what it is about."""
    assert list(TITLES) == [check.__name__ for check in CHECKS]


def test_warnings_stand_below_the_checks(trial: Walk) -> None:
    """A class that no disease has fails nothing, and is told with the nearest one that there is."""
    change(trial.folder / PACKAGE / "plan.py", 'is_class("mild")', 'is_class("mildd")')

    printed = trial.run("mutualplans check trial-plan")
    rows = json.loads(trial.run("mutualplans check trial-plan --format json"))

    said = '没有一版的病种有类别 "mildd"；有：mild、severe [formula.class]'
    assert f'警告    trial-plan: benefits.lump.pays: {said}\n        提示：是不是 "mild"？' in printed
    assert [row["name"] for row in rows if row["kind"] == "warning"] == ["formula.class"]


def test_problems_come_with_their_hints(trial: Walk) -> None:
    """A missing README says where it belongs."""
    (trial.folder / "README.md").unlink()

    printed = trial.run("mutualplans check .")

    assert trial.status == ExitStatus.PLUGIN
    assert "[readme.missing]\n          提示：README.md 和软件包放在一个文件夹里" in printed


def test_a_broken_plugin_is_told_once(trial: Walk) -> None:
    """Where the plan cannot be had the reason stands at the first check, and the others in one line."""
    change(
        trial.folder / PACKAGE / "editions" / "example.toml",
        'premium = { value = "50"',
        'premium = { value = "五"',
    )

    printed = trial.run("mutualplans check trial-plan")

    assert trial.status == ExitStatus.PLUGIN
    first = "不通过  trial-plan  registers_alone（单独安装时能载入，声明和版次没有错误）"
    assert printed.splitlines()[0] == first
    assert printed.count("example.toml:17: ") == 1
    assert printed.count("不通过  ") == 1
    assert "\n未查    因为上面的问题：stays_within_limits、" in printed
    assert printed.splitlines()[-1].startswith(f"{len(CHECKS)} 项，1 项不通过，")


def test_another_copy_is_not_checked_in_its_place(trial: Walk, tmp_path: Path) -> None:
    """A folder whose plugin is installed from elsewhere, or not at all, says how to install it."""
    trial.run("mutualplans new-plan other-plan --title 另一计划")
    (tmp_path / "copy").mkdir()
    (trial.folder / "pyproject.toml").replace(tmp_path / "copy" / "pyproject.toml")

    for folder in ("mutualplans-other-plan", str(tmp_path / "copy")):
        printed = trial.run(f"mutualplans check {folder}")

        assert trial.status == ExitStatus.PLUGIN
        assert "这个文件夹里的插件没有安装" in printed
        assert f"提示：python -m pip install -e {folder}\n" in printed


def test_unknown_names(tmp_path: Path, capsys: Capture) -> None:
    """A misspelt name gets the nearest; a folder without a plugin names the file it looked for."""
    assert main(["check", "accidents"]) == ExitStatus.PLUGIN
    assert '提示：是不是 "accident"？' in capsys.readouterr().err

    assert main(["check", str(tmp_path)]) == ExitStatus.DATA
    assert "pyproject.toml" in capsys.readouterr().err


def test_two_plugins_of_one_name(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Which of two would be checked is not left to chance."""
    for name in ("same_name_one", "same_name_two"):
        monkeypatch.syspath_prepend(str(SAMPLES / name))

    assert main(["check", "same-name"]) == ExitStatus.PLUGIN
    assert "[plugin.duplicate]" in capsys.readouterr().err
