"""The command ``quote``: no row is lost, no number is shown, no input is overwritten."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mutualplans.cli import quote_small
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main

PENG = "999999197503040021"  # check digit by hand, see tests/model/test_identity.py
WANG = "999999196809150018"
OFFICE = """
name = "示例县"
[[plans]]
id = "female-illness"
split = { member = "1/2", unit = "1/2" }
[[plans.editions]]
id = "beijing-2018-12"
[[plans.group]]
share = "80%"
of = "women"
"""
HEADER = "姓名,证件号,单位,在职状态,份数"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True, params=["small", "large"])
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Every test runs in a folder of its own, with an office of one plan: 25 yuan a share, at most two.

    Every roster is quoted person by person, and once more as a large one is.
    """
    monkeypatch.setattr(quote_small, "WORTH_COLUMNS", 0 if request.param == "large" else 1 << 60)
    monkeypatch.delenv("MUTUALPLANS_OFFICE", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("office.toml").write_text(OFFICE, encoding="utf-8")
    Path("unit.toml").write_text('[[unit]]\nname = "厂"\nheadcount = 5\nwomen = 1\n', encoding="utf-8")


def roster(*rows: str, header: str = HEADER) -> None:
    """Write the roster."""
    Path("roster.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def quote(*more: str) -> int:
    """Quote the roster for the office from 2025-07-01."""
    return main(
        ["quote", "--roster", "roster.csv", "--office", "office.toml", "--first-day", "2025-07-01", *more]
    )


def data(capsys: Capture, *more: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    quote(*more, "--format", "json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], ["自 2025-07-01", "待补充"]),
        (["--set", "cover.illness_form=5y"], ["自 2025-07-01", "待补充"]),
        (["--set", "cover.illness_form=3y"], ["2025-07-01 至 2028-06-30", "60.00"]),
        (
            ["--set", "cover.illness_form=3y", "--employment", "retired"],
            ["2025-07-01 至 2028-06-30", "不能参保"],
        ),
    ],
)
def test_a_fact_that_is_missing_is_no_refusal(options: list[str], said: list[str], capsys: Capture) -> None:
    """Who did not state the form of payment is not refused, and without it the last day is not known: 3 years cost 60."""
    person = ["--sex", "female", "--birth-date", "1990-01-01", "--employment", "in-post", "--shares", "1"]
    plan = ["--plan", "critical-illness-group", "--edition", "ningbo-2023", "--first-day", "2025-07-01"]

    main(["quote", *plan, *person, *options])
    [row] = [line for line in capsys.readouterr().out.splitlines() if "ningbo-2023" in line]

    assert [cell for cell in said if cell in row] == said


def test_options_for_one_person_are_refused_beside_a_roster(capsys: Capture) -> None:
    """What each row says is not said for all: such options are named and refused, and nothing is quoted."""
    roster(f"彭丽华,{PENG},厂,在职,2")

    assert (
        quote("--shares", "1", "--sex", "female", "--relation", "self", "--id-number", PENG)
        == ExitStatus.USAGE
    )
    out, err = capsys.readouterr()
    assert out == ""
    assert (
        "--shares、--relation、--id-number、--sex 说的是一个人，不能与 --roster 同时使用；写在名册的列里"
        in err
    )


@pytest.mark.parametrize("name", ["roster.csv", "./office.toml", "unit.toml", "link.csv"])
def test_no_input_is_overwritten(capsys: Capture, name: str) -> None:
    """Roster, office and unit file are refused as output, by any name, and nothing is quoted or written."""
    roster(f"彭丽华,{PENG},厂,在职,2")
    Path("link.csv").symlink_to("roster.csv")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}

    status = quote("--unit", "unit.toml", "-o", name)

    said = capsys.readouterr()
    assert status == ExitStatus.DATA
    assert "[file.same]" in said.err
    assert said.out == ""
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


def test_every_row_is_in_the_file(capsys: Capture) -> None:
    """One row is quoted (2 · 25 = 50), one joins nothing, one is refused by its content and one by its form."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    for row in (
        HEADER.split(","),
        ["彭丽华", PENG, "厂", "在职", "2"],
        ["王建国", WANG, "厂", "在职", "0"],
        ["孙悦", "999999199003078528", "厂", "在职", "1"],
        ["李秀英", "=1+1", "厂", "在职", "1"],
    ):
        sheet.append(row)
    book.save("名册.xlsx")
    common = ["--office", "office.toml", "--unit", "unit.toml", "--first-day", "2025-07-01"]
    status = main(["quote", "--roster", "名册.xlsx", *common, "-o", "out.xlsx"])
    said = capsys.readouterr()
    main(["quote", "--roster", "名册.xlsx", *common, "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    main(["quote", "--roster", "名册.xlsx", *common, "--format", "csv"])
    printed = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    lines = [dict(zip(*pair, strict=True)) for pair in _lines("out.xlsx")]

    assert status == ExitStatus.ROWS_REFUSED
    assert "工作表“名单”" in said.err
    assert "读取 2 行，退回 2 行，其中 1 行没有可报价的计划" in said.out
    assert (found["rows_read"], found["rows_refused"], found["rows_without_plan"]) == (2, [4, 5], [3])
    assert [(row["行"], row["能否参保"], row["保费（元）"], row["代码"]) for row in lines] == [
        (2, "是", 50, None),
        (3, "否", None, "join.none-wanted"),
        (4, "否", None, "roster.id-damaged"),
        (5, "否", None, "table.formula-without-value"),
    ]
    assert (lines[0]["计划"], lines[0]["计划编号"]) == ("在职女职工特殊疾病互助保障计划", "female-illness")
    assert lines[3]["原因"].startswith("退回：第 5 行“证件号”是公式")
    assert [row["代码"] or None for row in printed] == [row["代码"] for row in lines]
    assert printed[0]["保费（元）"] == "50.00"


def _lines(path: str) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    header, *rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [(header, row) for row in rows]


def test_where_too_few_join_nothing_is_due(capsys: Capture) -> None:
    """Of 3 women 3 must join (80 % are 2.4); one does: no premium, and 50.00 if the minimum were met."""
    Path("unit.toml").write_text('[[unit]]\nname = "厂"\nheadcount = 5\nwomen = 3\n', encoding="utf-8")
    roster(f"彭丽华,{PENG},厂,在职,2")

    (plan,) = data(capsys, "--unit", "unit.toml")["plans"]
    (one,) = plan["quotes"]
    quote("--unit", "unit.toml")
    shown = capsys.readouterr().out

    assert (one["premium"], one["premium_if_met"], one["split"]) == (None, "50.00", {})
    assert (plan["premium"], plan["joining"], plan["listed"]) == ("0.00", 0, 1)
    assert "差 2 人" in shown
    assert "规定：" not in shown
    assert "未规定" not in shown


def test_reasons_are_counted_in_words(capsys: Capture) -> None:
    """Two men cannot join a plan for women: the sentence is counted, not its code."""
    header = "姓名,证件号,性别,出生日期,在职状态"
    roster(f"王建国,{WANG},,,在职", "张伟,,男,1985-11-30,在职", header=header)

    quote("--headcount", "5", "--women", "1")
    (counted,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("原因统计")]

    assert counted.endswith(" 2 人次")
    assert "女" in counted


def test_void_shares_name_plan_and_masked_person(capsys: Capture) -> None:
    """Five shares of two: the warning has the row, the masked name and the title of the plan."""
    roster(f"彭丽华,{PENG},厂,在职,5")

    quote("--unit", "unit.toml")

    assert "警告：第 2 行 彭**: 在职女职工特殊疾病互助保障计划：要 5 份，最多 2 份" in capsys.readouterr().err


def test_the_name_of_a_unit_may_hold_a_number(capsys: Capture) -> None:
    """A unit called by an ID number is masked in table, JSON, CSV and file."""
    roster(f"彭丽华,{PENG},个体 {WANG},在职,2")
    shown = []
    for form in ("table", "json", "csv"):
        quote("--format", form, "-o", "out.csv")
        shown.append("".join(capsys.readouterr()))
    shown.append(Path("out.csv").read_text("utf-8-sig"))

    assert all("个体 99**************18" in text for text in shown)
    assert not [text for text in shown if WANG in text or PENG in text or "丽华" in text]


@pytest.mark.parametrize("text", ["", "彭丽华,在职\n", HEADER + "\n", HEADER + "\n合计,,,,\n"])
def test_an_empty_roster_is_an_error(capsys: Capture, text: str) -> None:
    """Without a header or without a person nothing is quoted, not even 0.00."""
    Path("roster.csv").write_text(text, encoding="utf-8")

    assert quote() == ExitStatus.DATA
    assert capsys.readouterr().out == ""


def test_plans_that_cannot_be_quoted_are_listed(capsys: Capture) -> None:
    """With two editions in force on the day and none named, the plan is not quoted, and says which there are."""
    roster(f"彭丽华,{PENG},,在职,2")
    arguments = ["quote", "--roster", "roster.csv", "--plan", "female-illness", "--first-day", "2025-07-01"]
    status = main(arguments)
    shown = capsys.readouterr().out
    main([*arguments, "--format", "json"])
    (plan,) = json.loads(capsys.readouterr().out)["plans"]

    assert status == ExitStatus.ROWS_REFUSED
    assert "未报价" in shown
    assert "不止一个有效版次" in shown
    assert "0.00" not in shown
    assert [(one["row"], one["problems"][0]["code"]) for one in plan["not_quoted"]] == [
        ("2", "edition.ambiguous")
    ]


def test_an_edition_that_no_plan_has_is_an_error(capsys: Capture) -> None:
    """The nearest edition is offered; an edition outside its dates is quoted with a warning."""
    roster(f"彭丽华,{PENG},,在职,2")

    assert quote("--edition", "beijing-2018-13") == ExitStatus.DATA
    assert "beijing-2018-12" in capsys.readouterr().err
    arguments = ["quote", "--roster", "roster.csv", "--plan", "female-illness", "--first-day", "2025-07-01"]
    main([*arguments, "--edition", "beijing-6"])
    said = capsys.readouterr()
    assert "[cover.edition-dates]" in said.err
    assert "80.00" in said.out  # 2 shares of 40


def test_one_person_whom_no_plan_covers_is_told(capsys: Capture) -> None:
    """A child is quoted for no plan of women workers; a relation that there is not is a usage error."""
    arguments = ["quote", "--plan", "female-illness", "--edition", "beijing-6", "--first-day", "2013-01-01"]

    assert main([*arguments, "--relation", "child"]) == ExitStatus.OK
    assert "[join.no-plan]" in capsys.readouterr().err
    assert main([*arguments, "--relation", "kid"]) == ExitStatus.USAGE


@pytest.mark.parametrize(
    ("first_day", "premium", "why"),
    [("2026-06-30", "0.00", ["already-covered"]), ("2026-07-01", "50.00", [])],
)
def test_the_rows_of_the_last_quote_say_who_is_covered(
    capsys: Capture, first_day: str, premium: str, why: list[str]
) -> None:
    """On the last day of a cover nobody joins again, though the unit's only woman still counts; a day later she does."""
    roster(f"彭丽华,{PENG},厂,在职,2")
    quote("--unit", "unit.toml", "-o", "last.csv", "--reveal")
    capsys.readouterr()
    common = ["--office", "office.toml", "--unit", "unit.toml", "--covers", "last.csv", "--format", "json"]
    main(["quote", "--roster", "roster.csv", "--first-day", first_day, *common])
    found = json.loads(capsys.readouterr().out)

    assert found["total"] == premium
    assert found["plans"][0]["group"] == []
    assert [reason["code"] for reason in found["plans"][0]["quotes"][0]["reasons"]] == why


def test_masked_rows_are_no_covers(capsys: Capture) -> None:
    """Rows written without --reveal do not say whose cover it is: nothing is quoted by them."""
    roster(f"彭丽华,{PENG},厂,在职,2")
    quote("--unit", "unit.toml", "-o", "last.csv")
    capsys.readouterr()

    assert quote("--unit", "unit.toml", "--covers", "last.csv") == ExitStatus.DATA
    said = capsys.readouterr()
    assert "遮盖" in said.err
    assert "--reveal" in said.err
    assert said.out == ""


def test_covers_are_found_by_the_number_of_a_roster(capsys: Capture) -> None:
    """One person by options has no number to be found by."""
    status = main(["quote", "--plan", "female-illness", "--first-day", "2025-07-01", "--covers", "last.csv"])

    assert status == ExitStatus.USAGE
    assert "--roster" in capsys.readouterr().err


SYSTEMS = """
[[plans.group]]
of = "units"
share = "80%"
[[systems]]
name = "机械系统"
units = 2
"""
COLUMNS_OF_TWO_UNITS = ("姓名,证件号,单位,在职状态,份数,系统", f"彭丽华,{PENG},厂,在职,2,")


def test_a_system_that_misses_its_share_is_told_and_nobody_is_refused(capsys: Capture) -> None:
    """Of two units 80 % are 1.6, so both must take part: one does, one is short, and the fee of 2 · 25 stands."""
    Path("office.toml").write_text(OFFICE + SYSTEMS, encoding="utf-8")
    header, row = COLUMNS_OF_TWO_UNITS
    roster(f"{row}机械系统", header=header)

    status = quote("--unit", "unit.toml")
    shown = capsys.readouterr().out

    assert status == ExitStatus.OK
    assert "保费合计：50.00 元" in shown
    assert "本系统单位参保面" in shown
    assert "名册以外 1 个" in shown
    assert data(capsys, "--unit", "unit.toml")["systems"] == [
        {
            "system": "机械系统",
            "plan": "female-illness",
            "units": 2,
            "needed": 2,
            "taking_part": ["厂"],
            "short": 1,
            "missing": [],
        }
    ]


def test_a_unit_that_misses_its_own_minimum_takes_no_part(capsys: Capture) -> None:
    """A second unit of which 1 of 2 women joins is refused by the 80 % of its women, and named as missing."""
    Path("office.toml").write_text(OFFICE + SYSTEMS, encoding="utf-8")
    Path("unit.toml").write_text(
        '[[unit]]\nname = "厂"\nheadcount = 5\nwomen = 1\nsystem = "机械系统"\n'
        '[[unit]]\nname = "二厂"\nheadcount = 5\nwomen = 2\nsystem = "机械系统"\n',
        encoding="utf-8",
    )
    roster(f"彭丽华,{PENG},厂,在职,2", "张敏,999999198801020023,二厂,在职,1")

    found = data(capsys, "--unit", "unit.toml")

    assert [(item["unit"], item["joining"]) for item in found["plans"]] == [("厂", 1), ("二厂", 0)]
    assert [(item["taking_part"], item["missing"]) for item in found["systems"]] == [(["厂"], ["二厂"])]


def test_rows_of_one_unit_agree_about_its_system(capsys: Capture) -> None:
    """A row that puts its unit into another system is refused; a row that leaves it open is not."""
    header, row = COLUMNS_OF_TWO_UNITS
    roster(
        row,
        "张敏,999999198801020023,厂,在职,1,机械系统",
        "李霞,999999199001010040,厂,在职,1,纺织系统",
        header=header,
    )

    quote("--unit", "unit.toml")

    assert (
        '单位 "厂" 的系统前面写的是 "机械系统"，这一行写的是 "纺织系统" [roster.system]'
        in capsys.readouterr().err
    )


SHANGHAI = """
name = "示例区"
[[plans]]
id = "retiree-inpatient-shanghai"
[[plans.editions]]
id = "shanghai-2023"
"""


def one_retiree(*more: str) -> list[str]:
    """Return the arguments that quote one retired woman from 2024-01-01, by the unit's route for a whole year."""
    Path("上海.toml").write_text(SHANGHAI, encoding="utf-8")
    person = (
        "--employment",
        "retired",
        "--basic-insurance",
        "true",
        "--tier",
        "full",
        "--set",
        "cover.route=unit",
    )
    plan = ("--office", "上海.toml", "--plan", "retiree-inpatient-shanghai", "--first-day", "2024-01-01")
    return ["quote", *plan, *person, *more]


def test_covers_of_one_person_are_found_by_the_id_number(capsys: Capture) -> None:
    """Whether years were missed is found out for one person as for a roster: she was covered to the day before, 415 yuan.

    Somebody who is not in the file has no cover, and the years missed must be stated.
    """
    Path("上期.csv").write_text(
        f"证件号,计划编号,起始日,终止日\n{PENG},retiree-inpatient-shanghai,2023-01-01,2023-12-31\n",
        encoding="utf-8",
    )
    fees = []
    for more in (
        ["--id-number", PENG, "--covers", "上期.csv"],
        ["--id-number", WANG, "--covers", "上期.csv"],
    ):
        status = main([*one_retiree(*more), "--format", "json"])
        shown = capsys.readouterr()
        fees.append((status, json.loads(shown.out)["total"]))
        assert PENG not in shown.out + shown.err

    assert fees == [(ExitStatus.OK, "415.00"), (ExitStatus.ROWS_REFUSED, "0.00")]


def test_covers_need_somebody_to_look_for(capsys: Capture) -> None:
    """Without a roster and without an ID number nobody can be found in the file of covers."""
    assert main(one_retiree("--covers", "上期.csv")) == ExitStatus.USAGE
    assert "--covers 与 --roster 或 --id-number 一起用" in capsys.readouterr().err


def test_an_id_number_tells_sex_and_birth(capsys: Capture) -> None:
    """A woman born on 1975-03-04 is 50 on 2025-07-01: 2 shares cost 50 yuan, and nothing more need be said of her."""
    common = ["quote", "--office", "office.toml", "--first-day", "2025-07-01", "--employment", "in-post"]

    assert main([*common, "--shares", "2", "--id-number", PENG, "--format", "json"]) == ExitStatus.OK
    assert json.loads(capsys.readouterr().out)["total"] == "50.00"


def test_what_is_missing_of_one_person_is_not_a_refusal(capsys: Capture) -> None:
    """Without the date of birth there is no quote yet: the table says how much is missing, the lines below what."""
    who = ["--sex", "female", "--employment", "in-post", "--shares", "1", "--first-day", "2025-07-01"]
    status = main(["quote", "--plan", "female-illness", "--office", "office.toml", *who])

    told = capsys.readouterr()
    assert status == ExitStatus.ROWS_REFUSED
    assert "待补充" in told.out
    assert "缺 1 项，暂不报价" in told.out
    assert "不能参保" not in told.out
    assert "“出生日期”" in told.err
