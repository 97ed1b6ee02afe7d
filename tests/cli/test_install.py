"""``mutualplans install`` and ``uninstall``: pip in the same environment, offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.install import is_place, normal, package_of
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import main

ROOT = Path(__file__).parents[2]

Capture = pytest.CaptureFixture[str]

PLUGIN = """
import mutualplans as mp

value = mp.parameters(fee=mp.money("互助费", "fee"))
plan = mp.Plan(
    id="trial",
    title=mp.Text("试验计划"),
    values=value,
    editions=mp.editions("mutualplans_trial"),
    premium=value.fee,
    term_months=12,
    benefits=[
        mp.Benefit("sum", mp.Text("互助金"), clause="第一条", pays=value.fee.once(per=mp.per.TERM)),
    ],
)


@mp.hookimpl
def register_plans():
    return [plan]
"""

EDITION = """
plan = "trial"
id = "first"
series = "x"
title = "试验版次"
in_force = {}
publisher = "某会"
source = "http://example.org"
confidence = "published"
values = { fee = "1" }
"""


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs in Chinese and without our environment variables."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    yield
    set_lang("zh")


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


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("accident", "mutualplans-accident"),
        ("female-illness==0.2.0", "mutualplans-female-illness==0.2.0"),
        ("mutualplans-accident", "mutualplans-accident"),
        ("mutualplans_accident>=0.1", "mutualplans_accident>=0.1"),
        ("Mutualplans.Accident", "Mutualplans.Accident"),
        ("mutualplans", "mutualplans"),
        ("./accident", "./accident"),
        ("..", ".."),
        ("plugins/accident", "plugins/accident"),
        (r"D:\packages\accident", r"D:\packages\accident"),
        ("mutualplans_accident-0.2.0-py3-none-any.whl", "mutualplans_accident-0.2.0-py3-none-any.whl"),
        ("accident @ https://example.org/a.whl", "accident @ https://example.org/a.whl"),
    ],
)
def test_package_of(name: str, package: str) -> None:
    """Short names get the prefix; full names, files, folders and addresses stay as they are."""
    assert package == package_of(name)
    assert (name == package) or not is_place(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Mutualplans_Accident", "mutualplans-accident"), ("mutualplans.accident==0.2", "mutualplans-accident")],
)
def test_normal(name: str, expected: str) -> None:
    """Names are compared as pip does, without a version."""
    assert expected == normal(name)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["install"], "缺少参数"),
        (["install", "==0.2"], "'==0.2' 不是软件包名"),
        (["install", "--requirement=x"], "没有选项"),
        (["uninstall"], "缺少参数"),
        (["uninstall", "./accident"], "卸载要写名称，不写文件"),
    ],
)
def test_usage_errors(arguments: list[str], expected: str, capsys: Capture) -> None:
    """What is no name is refused before pip is started."""
    assert main(arguments) == ExitStatus.USAGE
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("name", ["mutualplans", "MutualPlans"])
def test_the_program_stays(name: str, capsys: Capture) -> None:
    """mutualplans itself is not uninstalled; the message says how, if that is meant."""
    assert main(["uninstall", "-y", name]) == ExitStatus.ERROR
    err = capsys.readouterr().err

    assert "[uninstall.program]\n  提示：确实要卸载：python -m pip uninstall mutualplans\n" in err
    assert "运行：" not in err


def test_uninstall_of_unknown_names(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Names that are not installed are all reported, with the nearest, and pip is not started."""
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "broken_plugins" / "good"))

    assert main(["uninstall", "-y", "goood", "qqqqqqqq"]) == ExitStatus.ERROR
    err = capsys.readouterr().err

    assert "没有安装 mutualplans-goood [uninstall.unknown]\n  提示：是不是 good？\n" in err
    assert "没有安装 mutualplans-qqqqqqqq [uninstall.unknown]\n  提示：mutualplans plugins" in err
    assert "运行：" not in err


@pytest.mark.parametrize("command", ["install", "uninstall"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_has_examples(command: str, language: str) -> None:
    """Help comes with examples, in both languages."""
    out = help_page("--lang", language, command)

    assert f"\n    mutualplans {command} accident" in out
    assert out.isascii() == (language == "en")


def wheel(folder: Path, name: str, code: str, files: dict[str, str]) -> Path:
    """Write a wheel of a plugin package."""
    package, about = f"mutualplans_{name}", f"mutualplans_{name}-0.1.0.dist-info"
    parts = {
        f"{package}/__init__.py": code,
        **{f"{package}/{path}": text for path, text in files.items()},
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: mutualplans-{name}\nVersion: 0.1.0\n"
        "Requires-Dist: mutualplans<1\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[mutualplans.plans.v1]\n{name} = {package}\n",
    }
    record = "".join(f"{path},,\n" for path in [*parts, f"{about}/RECORD"])
    made = folder / f"{package}-0.1.0-py3-none-any.whl"
    with ZipFile(made, "w") as file:
        for path, text in {**parts, f"{about}/RECORD": record}.items():
            file.writestr(path, text)
    return made


class Environment:
    """A fresh virtual environment that sees the packages of this one."""

    def __init__(self, home: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        self.python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        paths = [str(ROOT), sysconfig.get_path("purelib")]
        own = subprocess.run(
            [self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        (Path(own.stdout.strip()) / "outer.pth").write_text("\n".join(paths), encoding="utf-8")

    def run(self, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-m", "mutualplans", *arguments],
            env=os.environ | {"PYTHONIOENCODING": "utf-8", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            input=answer,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def statuses(self) -> dict[str, str]:
        found = json.loads(self.run("plugins", "--format", "json").stdout)
        return {item["name"]: item["status"] for item in found}


def test_offline(tmp_path: Path) -> None:
    """Plugins come and go offline; their status is shown, and a broken one can be removed."""
    folder = tmp_path / "packages"
    folder.mkdir()
    wheel(folder, "trial", PLUGIN, {"editions/first.toml": EDITION})
    broken = wheel(folder, "wrecked", "import no_such_module_at_all\n", {})
    environment = Environment(tmp_path / "venv")
    offline = ["--no-index", "--find-links", str(folder)]

    result = environment.run("install", "trial", *offline)
    assert result.returncode == ExitStatus.OK, result.stderr
    assert f"-m pip install --no-index --find-links={folder} mutualplans-trial" in result.stderr
    assert "Successfully installed" in result.stderr
    assert result.stdout.splitlines()[-1].split()[:4] == ["trial", "mutualplans-trial", "0.1.0", "可用"]
    assert environment.statuses()["trial"] == "found"

    result = environment.run("install", "--no-index", str(broken))
    assert result.returncode == ExitStatus.PLUGIN
    assert "损坏" in result.stdout
    assert "trial" not in result.stdout
    assert "[plugin.import]" in result.stderr

    result = environment.run("install", "nonesuch", *offline)
    assert result.returncode == ExitStatus.ERROR
    assert "pip 没有完成" in result.stderr

    result = environment.run("uninstall", "trial", answer="n\n")
    assert result.returncode == ExitStatus.ERROR
    assert "没有卸载：mutualplans-trial" in result.stderr

    result = environment.run("uninstall", "-y", "wrecked", "mutualplans_trial")
    assert result.returncode == ExitStatus.OK, result.stderr
    assert (result.stdout, environment.statuses().keys() & {"trial", "wrecked"}) == ("", set())
    assert "已卸载：mutualplans-wrecked、mutualplans_trial" in result.stderr
