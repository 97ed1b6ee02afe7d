"""``mutualplans plugins``: listing from metadata, checking by loading."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import main
from mutualplans.cli.plugins import show

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "broken_plugins"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs in Chinese and without our environment variables."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    yield
    set_lang("zh")


def install(monkeypatch: pytest.MonkeyPatch, *folders: str) -> None:
    """Put plugins on the path, and use only these of everything installed."""
    for folder in folders:
        monkeypatch.syspath_prepend(str(SAMPLES / folder))
    monkeypatch.setenv("MUTUALPLANS_LOAD_PLUGINS", ",".join(folders).replace("_", "-"))


def listed(capsys: Capture, *arguments: str) -> tuple[int, dict[str, dict[str, object]]]:
    """Run the command and return its status and its JSON by plugin name."""
    status = main([*arguments, "--format", "json"])
    return status, {item["name"]: item for item in json.loads(capsys.readouterr().out)}


def test_listing_imports_no_plugin() -> None:
    """The plain list comes from metadata: no plugin and no pluggy is imported."""
    code = (
        "import json, sys\n"
        "from mutualplans.cli.main import main\n"
        "status = main(['plugins', '--format', 'json'])\n"
        "print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(SAMPLES / "good")])}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8", check=True
    )
    status, modules = json.loads(result.stderr)
    names = {item["name"] for item in json.loads(result.stdout)}

    assert status == ExitStatus.OK
    assert "good" in names
    assert [name for name in modules if name.startswith(("mutualplans_", "pluggy"))] == []


def test_table(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """The table says name, package, version, status and summary, in words."""
    install(monkeypatch, "good")

    assert main(["plugins"]) == ExitStatus.OK
    out, err = capsys.readouterr()
    row = next(line for line in out.splitlines() if line.startswith("good "))

    assert out.splitlines()[0].split() == ["名称", "软件包", "版本", "状态", "简介"]
    assert row.split()[:4] == ["good", "mutualplans-good", "0.1.0", "已安装"]
    assert err == ""


def test_check_of_good_plugins(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """--check loads the plugins and lists their plans; status 0 when all are sound."""
    install(monkeypatch, "good")
    status, found = listed(capsys, "plugins", "--check")

    assert status == ExitStatus.OK
    assert found["good"]["status"] == "ok"
    assert found["good"]["plans"] == [{"id": "good", "title": "测试互助保障计划"}]
    assert set(found["good"]) == {
        *["name", "package", "version", "summary", "status", "plans", "problems", "seconds"]
    }


def test_check_of_broken_plugins(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A broken and an invalid plugin make status 4 and are explained; the good one still works."""
    install(monkeypatch, "good", "import_error", "not_a_plan")

    assert main(["plugins", "--check"]) == ExitStatus.PLUGIN
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line.split()[3] for line in out.splitlines()[2:] if line}

    assert (rows["good"], rows["import-error"], rows["not-a-plan"]) == ("可用", "损坏", "不合规")
    assert "[plugin.import]\n  提示：" in err
    assert "[plan.type]" in err
    assert "Traceback" not in err


def test_problems_as_data(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """JSON carries each problem with code, severity, place, message and hint; nothing is on stderr twice."""
    install(monkeypatch, "import_error")
    assert main(["plugins", "--check", "--format", "json"]) == ExitStatus.PLUGIN
    out, err = capsys.readouterr()
    record = next(item for item in json.loads(out) if item["name"] == "import-error")

    assert err == ""
    assert [item["code"] for item in record["problems"]] == ["plugin.import"]
    assert set(record["problems"][0]) == {"code", "severity", "where", "message", "hint"}


def test_debug_shows_what_the_plugin_raised(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """--debug adds the plugin's traceback."""
    install(monkeypatch, "import_error")
    main(["--debug", "plugins", "--check"])

    assert "Traceback" in capsys.readouterr().err


def test_blocked(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A blocked plugin is listed as such, by either of its names, and not loaded by --check."""
    install(monkeypatch, "good", "import_error")

    for name in ("import-error", "mutualplans-import-error"):
        status, found = listed(capsys, "--no-plugin", name, "plugins", "--check")
        assert status == ExitStatus.OK
        assert found["import-error"]["status"] == "blocked"
        assert found["good"]["status"] == "ok"


def test_incompatible(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A plugin for another contract version is seen from metadata, with what to do."""
    install(monkeypatch, "other_contract")

    assert main(["plugins"]) == ExitStatus.OK
    out, err = capsys.readouterr()

    assert "不兼容" in out
    assert "[plugin.contract]\n  提示：" in err


def test_two_packages_with_one_name(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Two packages that claim one name are both refused; under --strict already the list fails."""
    monkeypatch.syspath_prepend(str(SAMPLES / "same_name_one"))
    monkeypatch.syspath_prepend(str(SAMPLES / "same_name_two"))
    status, found = listed(capsys, "plugins")
    refused = [item for item in found.values() if item["status"] == "invalid"]

    assert status == ExitStatus.OK
    assert refused
    assert main(["--strict", "plugins"]) == ExitStatus.PLUGIN


def test_csv_has_raw_words(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """CSV has the same columns under stable names, with the status as in JSON."""
    install(monkeypatch, "good")
    main(["plugins", "--format", "csv"])
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}

    assert list(rows["good"]) == ["name", "package", "version", "status", "summary"]
    assert rows["good"]["status"] == "found"


def test_english(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """In English the table is English."""
    install(monkeypatch, "good")
    main(["plugins", "--check", "--lang", "en"])

    assert "good Test plan" in capsys.readouterr().out


@pytest.mark.parametrize(("language", "heading"), [("zh", "例："), ("en", "Examples:")])
def test_help_has_examples(language: str, heading: str) -> None:
    """Help comes with examples, in both languages."""
    code = "import sys; from mutualplans.cli.main import main; sys.exit(main())"
    result = subprocess.run(
        [sys.executable, "-c", code, "plugins", "--help", "--lang", language],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert f"{heading}\n    mutualplans plugins\n" in result.stdout


def test_nothing_installed(capsys: Capture) -> None:
    """Without any plugin the answer says how to get one."""
    show([], "table", checked=False)
    out, err = capsys.readouterr()

    assert out == ""
    assert (
        err
        == "没有安装计划插件。\n  提示：mutualplans install accident 安装一个；mutualplans new-plan 写一个\n"
    )
