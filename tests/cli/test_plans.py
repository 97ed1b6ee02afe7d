"""``mutualplans plans``: the list, the editions, and one plan's rule in words."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import main
from mutualplans.cli.width import cells

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parents[1] / "broken_plugins"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs in Chinese, without our environment variables."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    yield
    set_lang("zh")


class TestList:
    def test_every_plan(self, capsys: Capture) -> None:
        """The list has one record for each plan, with its editions counted and the range of its fee."""
        assert main(["plans", "--format", "json"]) == ExitStatus.OK
        plans = {item["id"]: item for item in json.loads(capsys.readouterr().out)["plans"]}

        assert plans["female-illness"]["title"] == "在职女职工特殊疾病互助保障计划"
        assert plans["female-illness"]["editions"] > 1
        assert plans["female-illness"]["premium"] == "25.00 元 至 40.00 元"

    def test_no_plugin(self, capsys: Capture) -> None:
        """A blocked plugin is not listed; asking for its plan is an error that says why."""
        assert main(["--no-plugin", "accident", "plans", "--format", "csv"]) == ExitStatus.OK
        assert "accident" not in [row[0] for row in csv.reader(io.StringIO(capsys.readouterr().out))]
        assert main(["--no-plugin", "accident", "plans", "accident"]) == ExitStatus.PLUGIN
        assert "--no-plugin" in capsys.readouterr().err

    def test_broken_plugin(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        """A broken plugin is a warning and the others are listed; under --strict it is an error."""
        monkeypatch.syspath_prepend(str(SAMPLES / "raises_in_hook"))

        assert main(["plans", "--format", "json"]) == ExitStatus.OK
        captured = capsys.readouterr()
        assert "警告：" in captured.err
        assert json.loads(captured.out)["plans"]
        assert main(["--strict", "plans"]) == ExitStatus.PLUGIN

    def test_office(self, capsys: Capture) -> None:
        """With an office file the list is the office's, in its order."""
        file = ROOT / "examples" / "office" / "office.toml"

        assert main(["plans", "--office", str(file), "--format", "json"]) == ExitStatus.OK
        ids = [item["id"] for item in json.loads(capsys.readouterr().out)["plans"]]
        assert ids[:3] == ["female-illness", "major-disease", "accident"]


class TestEditions:
    def test_several(self, capsys: Capture) -> None:
        """Without a choice a plan with several editions lists them, oldest first, and says how to choose."""
        assert main(["plans", "female-illness"]) == ExitStatus.OK
        captured = capsys.readouterr()

        assert captured.out.index("beijing-6") < captured.out.index("beijing-2018-12")
        assert "提示：" in captured.err
        assert "--edition" in captured.err

    def test_by_date(self, capsys: Capture) -> None:
        """--on takes the edition in force on that day."""
        assert main(["plans", "female-illness", "--on", "2014-06-30", "--format", "json"]) == ExitStatus.OK
        assert json.loads(capsys.readouterr().out)["edition"] == "beijing-6"

    def test_confidence_and_assumed_values(self, capsys: Capture) -> None:
        """The head of a rule says how well it is known, and beside it how many values are assumed.

        An edition of which one value alone is published does not pass for published.
        """
        assert main(["plans", "female-illness", "--edition", "hubei-2025"]) == ExitStatus.OK
        head = capsys.readouterr().out.splitlines()[1]
        assert head.endswith("，推算，假定值 13 项")

    def test_several_in_force(self, capsys: Capture) -> None:
        """A day on which two editions are in force is an error that names both."""
        assert main(["plans", "female-illness", "--on", "2025-03-01"]) == ExitStatus.DATA
        error = capsys.readouterr().err
        assert "beijing-2018-12" in error
        assert "hubei-2025" in error

    @pytest.mark.parametrize(
        ("arguments", "status", "hint"),
        [
            (["femal-illness"], ExitStatus.PLUGIN, "female-illness"),
            (["female-illness", "--edition", "beijing-7"], ExitStatus.DATA, "beijing-6"),
            (["female-illness", "--on", "2014/6/30"], ExitStatus.USAGE, "2024-02-29"),
            (["--edition", "beijing-6"], ExitStatus.USAGE, "PLAN"),
        ],
    )
    def test_errors(self, capsys: Capture, arguments: list[str], status: int, hint: str) -> None:
        """A wrong plan, edition or date says what would be right."""
        assert main(["plans", *arguments]) == status
        assert hint in capsys.readouterr().err


def test_completion_reads_metadata_only() -> None:
    """Plan ids are completed without importing a plugin."""
    code = (
        "import sys\n"
        "from mutualplans.cli.main import main\n"
        "try:\n    main([])\nexcept SystemExit:\n    pass\n"
        "print(sorted(name for name in sys.modules if name.startswith('mutualplans_')), file=sys.stderr)"
    )
    words = {"COMP_WORDS": "mutualplans plans fem", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | words | {"_MUTUALPLANS_COMPLETE": "bash_complete"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert "plain,female-illness" in done.stdout
    assert done.stderr.strip() == "[]"


RULE = ["plans", "female-illness", "--edition", "beijing-6"]


class TestRule:
    def test_reads_like_the_paper(self, capsys: Capture) -> None:
        """The published rule of Beijing can be found in it, value by value, with the assumed one marked."""
        assert main(RULE) == ExitStatus.OK
        text = "".join(capsys.readouterr().out.split())

        for expected in (
            "一、保障对象",
            "性别为女",
            "在16周岁至60周岁之间",
            "每份互助费40.00元",
            "24个月",
            "保障第1天至第30天不给付",
            "保障第31天至第90天为减责期",
            "减责期每份给付500.00元［假定、可设］",
            "每份互助金10,000.00元",
            "每份每日生活补贴26.00元",
            "每保障期最多180天",
            "子宫颈癌C53",
            "误诊",
            "任何一项给付后，本期保障终止",
            "出险后10天［可设］内",
            "申领时效：规则未载明",
        ):
            assert expected in text

    @pytest.mark.parametrize("plan", ["female-illness", "accident", "inpatient-allowance", "major-disease"])
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_every_edition_fits(self, capsys: Capture, plan: str, language: str) -> None:
        """Every edition of every plan can be written in both languages, in lines of at most 100 cells."""
        main(["plans", plan, "--format", "json"])
        for edition in json.loads(capsys.readouterr().out)["editions"]:
            assert main(["--lang", language, "plans", plan, "--edition", edition["id"]]) == ExitStatus.OK
            lines = capsys.readouterr().out.splitlines()
            assert len(lines) > 40
            assert [line for line in lines if cells(line) > 100] == []

    def test_same_in_every_format(self, capsys: Capture) -> None:
        """JSON, CSV and Markdown carry the same sentences."""
        main([*RULE, "--format", "json"])
        data = json.loads(capsys.readouterr().out)
        sentences = [
            line["text"]
            for section in data["sections"]
            for item in (section, *section["parts"])
            for line in item["lines"]
        ]
        main([*RULE, "--format", "csv"])
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        main([*RULE, "--format", "md"])
        page = capsys.readouterr().out

        assert len(sentences) > 30
        assert set(sentences) <= {row["text"] for row in rows}
        assert [text for text in sentences if text not in page] == []
        assert "| 病种 | ICD-10 |" in page


class TestLeaflet:
    def test_page(self, capsys: Capture, tmp_path: Path) -> None:
        """-o writes one HTML page with every section; it loads nothing."""
        file = tmp_path / "规则.html"

        assert main(["plans", "female-illness", "--edition", "beijing-6", "-o", str(file)]) == ExitStatus.OK
        assert capsys.readouterr().out == ""
        page = file.read_text("utf-8")
        assert "<h2>六、保障责任与给付标准</h2>" in page
        assert '<span class="mark">［推算、可设］</span>' in page
        assert "src=" not in page

    def test_formats_say_the_same(self, capsys: Capture) -> None:
        """Text, Markdown and HTML have the same headings in the same order."""
        found = {}
        for form in ("table", "md", "html"):
            assert main(["plans", "accident", "--edition", "beijing-2017", "--format", form]) == ExitStatus.OK
            found[form] = re.findall(r"[一二三四五六七八九十]+、[^<\n]+", capsys.readouterr().out)

        assert found["table"] == found["md"] == found["html"]
        assert len(found["md"]) >= 11

    def test_one_edition_for_a_file(self, capsys: Capture, tmp_path: Path) -> None:
        """A file holds one edition: with several to choose from, nothing is written and the options are named."""
        file = tmp_path / "x.html"

        assert main(["plans", "female-illness", "-o", str(file)]) == ExitStatus.USAGE
        assert "--edition" in capsys.readouterr().err
        assert not file.exists()
