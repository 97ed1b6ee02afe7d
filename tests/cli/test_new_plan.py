"""``mutualplans new-plan``: every family is written, installed, tested and asked for a decision."""

from __future__ import annotations

import csv
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from docs.walk import Walk
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
            "可选：lump、per-diem、reimbursement、grades",
        ),
    ],
)
def test_what_does_not_fit_is_refused(arguments: list[str], said: str, capsys: Capture) -> None:
    """A bad name, title or family says how a good one looks, and nothing is written."""
    assert main(["new-plan", *arguments]) == ExitStatus.USAGE
    assert said in capsys.readouterr().err
    assert list(Path().iterdir()) == []
