"""``mutualplans compare``: plans and editions side by side."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import main
from mutualplans.cli.width import cells

OFFICE = Path(__file__).parents[2] / "examples" / "office" / "office.toml"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs in Chinese, without our environment variables."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    yield
    set_lang("zh")


def compared(capsys: Capture, *arguments: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return the columns, as plan:edition, and the cells of each row, sentences joined."""
    assert main(["compare", *arguments, "--format", "json"]) == ExitStatus.OK
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    columns = [f"{item['plan']}:{item['edition']}" for item in data["columns"]]
    return columns, {row["id"]: ["；".join(cell) for cell in row["cells"]] for row in data["rows"]}


def test_two_editions(capsys: Capture) -> None:
    """Two editions of one plan stand side by side, with the fee, term, periods and sums of each."""
    names = ["female-illness:beijing-6", "female-illness:beijing-2018-12"]
    columns, rows = compared(capsys, *names)

    assert names == columns
    assert rows["premium"] == ["每份互助费 40.00 元 × 份数", "每份互助费 25.00 元 × 份数"]
    assert ["24 个月" in rows["term"][0], "12 个月" in rows["term"][1]] == [True, True]
    assert "第 31 天至第 90 天为减责期" in rows["waiting"][0]
    assert "第 31 天至第 60 天为减责期" in rows["waiting"][1]
    assert "每份互助金 10,000.00 元" in rows["benefits"][0]
    assert "本版不设：住院疗养金、首次住院生活补贴" in rows["benefits"][1]
    assert rows["confidence"] == ["转载；假定值 1 项", "公开；假定值 2 项"]


def test_all_editions(capsys: Capture) -> None:
    """PLAN: takes every edition of the plan, oldest first."""
    columns, _ = compared(capsys, "female-illness:")

    assert len(columns) > 2
    assert columns[0] == "female-illness:beijing-6"


def test_without_arguments(capsys: Capture) -> None:
    """Without arguments every installed plan has one column; a choice among editions is told on stderr."""
    assert main(["compare", "--format", "json"]) == ExitStatus.OK
    captured = capsys.readouterr()
    plans = [item["plan"] for item in json.loads(captured.out)["columns"]]

    assert len(plans) == len(set(plans)) >= 4
    assert "accident 有 3 个版次" in captured.err


def test_office(capsys: Capture) -> None:
    """With an office file the columns are the office's plans in its order, in its editions."""
    columns, _ = compared(capsys, "--office", str(OFFICE))

    assert columns[:2] == ["female-illness:beijing-2018-12", "major-disease:changchun-2020-30"]


def test_small_tables_are_told(capsys: Capture) -> None:
    """A fee by class is told in the cell, class by class; a long table by its range."""
    _, rows = compared(capsys, "accident:qingdao-2006")

    assert "1：10.00 元；2：20.00 元；3：35.00 元；4：50.00 元" in rows["premium"][0]
    assert "伤残给付比例［假定］：10% 至 100%" in rows["benefits"][0]


def test_table_fits(capsys: Capture) -> None:
    """However many plans there are, no line is wider than 100 cells."""
    assert main(["compare"]) == ExitStatus.OK
    lines = capsys.readouterr().out.splitlines()

    assert [line for line in lines if cells(line) > 100] == []
    assert sum(line.startswith("项目") for line in lines) >= 2


def test_csv_has_a_column_each(capsys: Capture) -> None:
    """CSV has one column for each plan and one row for each thing compared."""
    assert main(["compare", "accident:", "--format", "csv"]) == ExitStatus.OK
    header, *rows = csv.reader(io.StringIO(capsys.readouterr().out))

    assert "accident:national-2011" in header
    assert {len(header)} == {len(row) for row in rows}


@pytest.mark.parametrize(
    ("name", "status", "hint"),
    [
        ("accidents", ExitStatus.PLUGIN, "accident"),
        ("accident:qingdao", ExitStatus.DATA, "qingdao-2006"),
    ],
)
def test_unknown(capsys: Capture, name: str, status: int, hint: str) -> None:
    """An unknown plan or edition names the nearest."""
    assert main(["compare", name]) == status
    assert f'是不是 "{hint}"' in capsys.readouterr().err


def test_rows_of_the_table(capsys: Capture) -> None:
    """The 一览表 says who, fee, term, wait, what it pays, its limits, and the papers to bring.

    The allowance of Chongqing is at most 50 yuan for 180 days: 9,000 yuan.
    """
    _, rows = compared(capsys, "inpatient-allowance:chongqing-2015")
    order = [
        "insured",
        "premium",
        "term",
        "shares",
        "waiting",
        "benefits",
        "limits",
        "ends",
        "excludes",
        "papers",
    ]

    assert list(rows)[:10] == order
    assert rows["limits"] == ["住院津贴：一次申领最多 9,000.00 元"]
    assert "医院的病案首页、出入院记录和诊断证明" in rows["papers"][0]


@pytest.mark.parametrize("ending", ["html", "md", "xlsx", "csv"])
def test_files(capsys: Capture, tmp_path: Path, ending: str) -> None:
    """-o writes a file of the kind that its name ends in, with every row and the names of the columns."""
    file = tmp_path / f"一览表.{ending}"

    assert main(["compare", "child-accident:", "-o", str(file)]) == ExitStatus.OK
    assert capsys.readouterr().out == ""
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(file).active
        assert sheet is not None
        cells_ = [str(cell.value) for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    else:
        cells_ = [file.read_text("utf-8-sig")]
    found = "\n".join(cells_)
    assert "郑州普惠（2025）" in found
    assert "陕西（2024）" in found
    assert "申领材料" in found


def test_a_file_of_another_kind(capsys: Capture, tmp_path: Path) -> None:
    """Any other ending is refused with those that there are; nothing is written."""
    file = tmp_path / "x.docx"

    assert main(["compare", "child-accident:", "-o", str(file)]) != ExitStatus.OK
    assert ".html" in capsys.readouterr().err
    assert not file.exists()


def test_what_an_office_says_of_its_plans(capsys: Capture, tmp_path: Path) -> None:
    """Who pays, group rules, other plans, packages and limits are rows; a row that says nothing is left out."""
    text = """
name = "示例"
[[plans]]
id = "accident"
split = { member = "1/2", union = "1/2" }
[[plans.editions]]
id = "national-2011"
[[plans]]
id = "inpatient-allowance"
not_with = ["accident"]
[[plans.editions]]
id = "beijing-2010"
[[packages]]
id = "one"
title = "意外组合"
fee = "10"
[[packages.plans]]
id = "accident"
[[limits]]
title = "合计"
plans = ["inpatient-allowance"]
most = "12000"
per = "lifetime"
"""
    (tmp_path / "office.toml").write_text(text, encoding="utf-8")
    _, rows = compared(capsys, "--office", str(tmp_path / "office.toml"))
    _, plain = compared(capsys, "accident:national-2011")

    assert rows["split"] == ["职工个人 1/2 工会 1/2", ""]
    assert rows["others"] == ["", "不能同时参加 accident"]
    assert rows["together"] == [
        "组合：意外组合（one），10.00 元（accident）",
        "合计限额：合计，终身 12,000.00 元（inpatient-allowance）",
    ]
    assert "group" not in rows
    assert "split" not in plain
