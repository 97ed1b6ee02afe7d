"""``mutualplans new-plan``: every family is written, installed, tested and asked for a decision."""

from __future__ import annotations

import csv
import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from docs.walk import Walk, fences
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import main
from mutualplans.cli.new_plan import FAMILIES

TITLE = "示例市职工互助保障计划"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Every test runs in Chinese, in an empty folder and without our environment variables."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield
    set_lang("zh")


@pytest.fixture(scope="module", params=FAMILIES, name="installed")
def _installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """A new plugin of each family, with metadata beside it as an installer would lay it down."""
    folder = tmp_path_factory.mktemp("new plan")
    slug = f"trial-{request.param}"
    assert main(["new-plan", slug, "--title", TITLE, "--family", request.param, "--folder", str(folder)]) == 0
    steps = Walk(folder / f"mutualplans-{slug}", folder / "site")
    steps.run("pip install -e .")
    return steps


def test_its_own_tests_pass(installed: Walk) -> None:
    """The conformance checks and the worked cases pass as they were written."""
    printed = installed.run("pytest -q")

    assert installed.status == 0, printed
    assert "passed" in printed


def test_it_is_usable_without_a_warning(installed: Walk) -> None:
    """The plugin loads, and nothing about it has to be said."""
    slug = installed.folder.name.removeprefix("mutualplans-")

    printed = installed.run("mutualplans plugins --check")

    assert [line.split()[3] for line in printed.splitlines() if line.startswith(slug)] == ["可用"]
    assert f"{slug}/" not in printed


def test_simulate_pays_what_its_cases_say(installed: Walk) -> None:
    """The first worked case, written as a case file, pays on the command line what was worked out by hand."""
    package = installed.folder.name.replace("-", "_")
    slug = installed.folder.name.removeprefix("mutualplans-")
    case = tomllib.loads((installed.folder / package / "cases.toml").read_text("utf-8"))["case"][0]
    wanted = ("event", "expect", "benefits", "reasons", "problems")
    claims = [
        {key: value for key, value in claim.items() if key not in wanted[1:]} for claim in case["claim"]
    ]
    cover = case["coverage"] | {"plan": slug, "edition": case["edition"]}
    cover.pop("premium", None)
    data = {"member": case["member"], "coverage": [cover], "claim": claims}
    (installed.folder / "case.toml").write_text(tomli_w.dumps(data), "utf-8")

    rows = list(csv.reader(installed.run("mutualplans simulate case.toml --format csv").splitlines()))

    paid = [row[5] for row in rows if row[:2] == ["#1", slug] and row[5] != "0.00"]
    assert paid == [case["claim"][0]["expect"]]


def test_every_value_is_assumed_and_open(installed: Walk) -> None:
    """No value of the example looks like a rule's: each is assumed, gives a reason, and may be set by an office."""
    package = installed.folder.name.replace("-", "_")
    edition = (installed.folder / package / "editions" / "example.toml").read_text("utf-8")
    plan = (installed.folder / package / "plan.py").read_text("utf-8")
    values = tomllib.loads(edition)["values"]

    assert [name for name, value in values.items() if value["confidence"] != "assumed"] == []
    assert [name for name, value in values.items() if not value["reason"]] == []
    assert plan.count("open_to_office=") == len(values)


def test_check_says_so_too(installed: Walk) -> None:
    """`mutualplans check` on the folder ends with nothing failed."""
    printed = installed.run("mutualplans check .")

    assert installed.status == 0, printed
    assert printed.splitlines()[-1].endswith("，0 项不通过")


def test_a_group_joins_by_its_average_age_and_its_number(tmp_path: Path) -> None:
    """The office and unit files of the README run: all of ten join at 41 years for 60 each, nine of ten do not."""
    assert main(["new-plan", "trial-unit", "--title", TITLE, "--family", "group"]) == 0
    steps = Walk(tmp_path / "mutualplans-trial-unit", tmp_path / "site")
    steps.run("pip install -e .")
    shown = fences((steps.folder / "README.md").read_text("utf-8"))
    for fence in shown:
        steps.write(fence)
    rows = [f"某{number},1980-05-0{number % 9 + 1},在职,示例厂,1" for number in range(10)]
    command = "mutualplans quote --office office.toml --unit unit.toml --first-day 2024-01-01 --format json"
    found = []
    for count in (10, 9):
        roster = "\n".join(["姓名,出生日期,在职状态,单位,份数", *rows[:count]])
        (steps.folder / "roster.csv").write_text(f"{roster}\n", "utf-8")
        printed = steps.run(f"{command} --roster roster.csv")
        found.append(json.loads(printed[printed.index("{") :]))

    assert [fence.attributes["title"] for fence in shown] == ["office.toml", "unit.toml"]
    groups = [item["plans"][0] for item in found]
    assert [item["premium"] for item in groups] == ["600.00", "0.00"]
    assert [[reason["code"] for reason in item["group"]] for item in groups] == [[], ["group-minimum"]]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("_fill_table", "参数表写不出来（no such table）"),
        ("folder", "没有写成，什么也没有留下"),
    ],
)
def test_what_fails_leaves_nothing(
    broken: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path
) -> None:
    """Where the README table or the folder cannot be written, the message says so and nothing is left behind."""
    folder = tmp_path / "here"
    if broken == "folder":
        folder.write_text("a file")
        folder = folder / "below"
    else:
        hidden = tmp_path / "hidden" / "mutualplans"
        hidden.mkdir(parents=True)
        (hidden / "__init__.py").write_text("raise SystemExit('no such table')", "utf-8")
        monkeypatch.setenv("PYTHONPATH", str(hidden.parent))
        folder.mkdir()
    before = sorted(tmp_path.rglob("*"))

    assert main(["new-plan", "trial-plan", "--title", TITLE, "--folder", str(folder)]) != 0
    error = capsys.readouterr().err
    assert said in error
    assert "[plugin.unwritten]\n  提示：" in error
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_printed_can_be_run_next(capsys: Capture) -> None:
    """Three commands follow on stdout; the package is where they say."""
    assert main(["new-plan", "trial-plan", "--title", TITLE]) == ExitStatus.OK

    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "python -m pip install -e mutualplans-trial-plan",
        "mutualplans check trial-plan",
        "mutualplans plans trial-plan",
    ]
    assert err == "已写成 mutualplans-trial-plan：8 个文件。接下来：\n"
    Path("beside").mkdir()
    assert Path("mutualplans-trial-plan").stat().st_mode == Path("beside").stat().st_mode
    project = tomllib.loads(Path("mutualplans-trial-plan/pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == ["mutualplans>=0.1,<0.2"]
    assert project["entry-points"]["mutualplans.plans.v1"] == {"trial-plan": "mutualplans_trial_plan"}


def test_an_existing_folder_is_left_alone(capsys: Capture) -> None:
    """What lies there already is not changed, and the message says what to do."""
    Path("mutualplans-trial-plan").mkdir()

    assert main(["new-plan", "trial-plan", "--title", TITLE]) == ExitStatus.ERROR
    assert (
        "mutualplans-trial-plan: 文件夹已存在，没有改动 [plugin.exists]\n  提示：" in capsys.readouterr().err
    )
    assert list(Path("mutualplans-trial-plan").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Ningbo_Illness", "--title", TITLE], "3 至 40 个字符，如 ningbo-illness"),
        (["mutualplans-stay", "--title", TITLE, "--family", "lmp"], "是不是 lump？"),
        (
            ["宁波职工互助", "--title", TITLE],
            "只用小写字母、数字和单个连字符，3 至 40 个字符，如 ningbo-illness",
        ),
        (["a", "--title", TITLE], "3 至 40 个字符，如 ningbo-illness"),
        (["city-", "--title", TITLE], "3 至 40 个字符，如 city"),
        (["9-lives", "--title", TITLE], "3 至 40 个字符，如 ningbo-illness"),
        (["accident", "--title", TITLE], "mutualplans uninstall accident"),
        (["trial-plan"], "--title"),
        (["trial-plan", "--title", "Trial"], "'Trial' 里没有中文"),
        (["trial-plan", "--title", '计划"甲"'], '不能有 " \\ |'),
        (["trial-plan", "--title", "计划\n甲"], "和换行"),
        (
            ["trial-plan", "--title", TITLE, "--family", "xxxxx"],
            "可选：lump、per-diem、reimbursement、grades、group",
        ),
    ],
)
def test_what_does_not_fit_is_refused(arguments: list[str], said: str, capsys: Capture) -> None:
    """A bad name, title or family says how a good one looks, and nothing is written."""
    assert main(["new-plan", *arguments]) == ExitStatus.USAGE
    assert said in capsys.readouterr().err
    assert list(Path().iterdir()) == []
