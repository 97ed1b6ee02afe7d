"""Large rosters are quoted as columns: nobody can tell by what is printed, written or returned."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mutualplans.cli.main import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OFFICE = EXAMPLES / "office"
NINGBO, COAL = (EXAMPLES / "offices" / name / "office.toml" for name in ("ningbo", "coal-city"))
Ended = tuple[int, str, str]


def ended(command: list[str], *, large: bool) -> Ended:
    """Return exit status, output and messages of a command, with rosters taken as large ones or as small ones."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch("mutualplans.cli.quote_small.WORTH_COLUMNS", 0 if large else 1 << 60),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        return main(command), out.getvalue(), err.getvalue()


def assert_same(command: list[str]) -> Ended:
    """Run a command both ways, as a table and as CSV; returns how it ended as a table."""
    found = []
    for form in ("table", "csv"):
        small, large = (ended([*command, "--format", form], large=which) for which in (False, True))
        assert large == small
        found.append(large)
    return found[0]


def number(birth: str, order: int) -> str:
    """Return a resident ID number with its check character, by the standard's own arithmetic."""
    digits = f"110105{birth}{order:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    return digits + "10X98765432"[total % 11]


ADULTS = [number("19750304", order) for order in range(3)]
GOOD = {
    "姓名": ["王芳", "欧阳娜娜", "李", ""],
    "证件号": [number("19750304", order) for order in range(12)],
    "性别": ["", "女", "female"],
    "出生日期": ["", "1975-03-04"],
    "在职状态": ["在职", "退休", "in-post", ""],
    "单位": ["示例机械厂", "慈溪示例设计院", ""],
    "系统": ["慈溪示例建设系统", ""],
    "与会员关系": ["", "", "本人", "子女", "配偶"],
    "会员证件号": ["", *(number("19750304", order) for order in range(3))],
    "工会会员卡": ["是", "否", "true", ""],
    "基本医疗保险": ["是", ""],
    "工种风险类别": ["一类", "ordinary", "", "九类"],
    "份数": ["1", "2", "", "0"],
    "档次": ["100", "50", "", "一档"],
    "accident": ["1", "", "0"],
    "在职女职工特殊疾病互助保障计划": ["1", "2", "", "0"],
    "three-in-one": ["", "1", "2"],
    "备注": ["", "说明"],
    "工号": ["", "007"],
    "": [""],
}
"""Cells that a row may have without any of them being wrong."""
ODD = {
    "姓名": [" 张三 ", "合 计", "=1+1", 'O\'Neil, "J"'],
    "证件号": ["", GOOD["证件号"][0], GOOD["证件号"][1][:17], f" {GOOD['证件号'][2]}", "1.1E+17", "合计"]
    + [number(day, 1) for day in ("20150601", "18991231", "22000101", "19000101", "21991231", "19990304")],
    "性别": ["男", "未知"],
    "出生日期": ["1975-03-05", "1981-02-29", "1975/3/4", "1899-12-31"],
    "在职状态": ["在岗"],
    "单位": ["示例学校", "示例机械", "110105197503040011"],
    "系统": ["工业"],
    "与会员关系": ["亲戚"],
    "会员证件号": ["12345"],
    "工会会员卡": ["有"],
    "基本医疗保险": ["1"],
    "份数": ["３", "101", "-1", "1.5"],
    "accident": ["x"],
    "": ["多"],
}


@st.composite
def rosters(draw: st.DrawFn) -> str:
    """Draw the text of a roster: any columns, most rows good, others with an odd cell, too short, too long or blank."""
    names = draw(st.lists(st.sampled_from([*GOOD][2:]), unique=True, max_size=9))
    names = draw(st.permutations(["姓名", "证件号", *names]))
    count = draw(st.integers(1, 9))
    numbers = draw(st.permutations(GOOD["证件号"]))
    above: list[list[str]] = draw(st.sampled_from([[], [["名册"]], [["名册", "", "一月"], []]]))
    lines = [*above, list(names)]
    for place in range(count):
        line = [numbers[place] if name == "证件号" else draw(st.sampled_from(GOOD[name])) for name in names]
        for at in draw(st.sets(st.integers(0, len(names) - 1), max_size=1)):
            line[at] = draw(st.sampled_from(ODD.get(names[at], GOOD[names[at]])))
        form = draw(st.sampled_from(["", "", "", "", "", "", "short", "long", "longer", "blank"]))
        forms = {"short": line[:-1], "long": [*line, "多", " "], "longer": [*line, "多", "余"]}
        forms["blank"] = [" "] * len(line)
        lines.append(forms.get(form, line))
    text = io.StringIO()
    csv.writer(text, delimiter=draw(st.sampled_from([",", ";", "\t"]))).writerows(lines)
    return text.getvalue()


FAMILY = f"""姓名,证件号,与会员关系,会员证件号,在职状态
王芳,{ADULTS[0]},,,在职
李,{number("20150601", 2)},子女,{ADULTS[0]},
"""
UNITS = """
[[unit]]
name = "示例机械厂"
headcount = 3
women = 1
[[unit]]
name = "示例学校"
system = "慈溪示例建设系统"
headcount = 2
women = 2
"""


@settings(max_examples=60)
@given(
    rosters(),
    st.sampled_from(["", UNITS, UNITS.split('[[unit]]\nname = "示例学校"')[0]]),
    st.sampled_from(
        [
            ["--office", str(OFFICE / "office.toml")],
            ["--office", str(NINGBO)],
            ["--office", str(COAL)],
            ["--office", str(COAL), "--plan", "three-in-one"],
            ["--plan", "accident", "--edition", "beijing-2017"],
        ]
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
@example(FAMILY, "", ["--office", str(OFFICE / "office.toml")], "utf-8")
@example("姓名,出生日期\n王芳,1899-12-31\n李,1975-03-04\n", "", ["--plan", "accident"], "utf-8")
@example("姓名,单位,系统\n王芳,慈溪示例设计院,工业\n", UNITS, ["--office", str(NINGBO)], "utf-8")
@example("姓名,证件号\n", "", ["--office", str(OFFICE / "office.toml")], "utf-8")
@example("王芳,110105197503040011\n", "", ["--plan", "accident"], "utf-8")
@example("姓名,证件号,证件号\n王芳,1,2\n", "", ["--plan", "accident"], "utf-8")
@example("姓名,证件号,身份证号\n王芳,1,2\n", "", ["--plan", "accident"], "utf-8")
@example('姓名,备注\n王芳,备注,"多\n行"\n', "", ["--plan", "accident"], "utf-8")
def test_any_roster_ends_the_same(
    tmp_path_factory: pytest.TempPathFactory, text: str, units: str, what: list[str], encoding: str
) -> None:
    """Any roster, good or bad: status, tables, messages and rows are the same to the last character."""
    folder = tmp_path_factory.mktemp("rosters")
    roster, unit = folder / "roster.csv", folder / "unit.toml"
    roster.write_bytes(text.encode(encoding))
    unit.write_text(units, encoding="utf-8")
    command = ["quote", "--roster", str(roster), "--first-day", "2025-07-01", *what]

    assert_same([*command, *(["--unit", str(unit)] if units else [])])


def test_the_example_office_ends_the_same(tmp_path: Path) -> None:
    """The example office's roster (title above the header, GB 18030, five plans), and the file that it writes."""
    command = ["quote", "--roster", str(OFFICE / "roster.csv"), "--office", str(OFFICE / "office.toml")]
    command += ["--unit", str(OFFICE / "unit.toml"), "--first-day", "2025-07-01", "--reveal"]
    files = [tmp_path / f"{name}.csv" for name in ("small", "large")]

    assert "Traceback" not in assert_same(command)[2]
    for path, large in zip(files, (False, True), strict=True):
        ended([*command, "-o", str(path)], large=large)
    small, large_rows = (
        list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))) for path in files
    )
    assert len(small) > 10
    assert large_rows == small


def test_a_renewal_is_found_out_the_same(tmp_path: Path) -> None:
    """Retirees with the covers of the year before: who renews, who is covered still, and whose covers are not known."""
    roster, covers = tmp_path / "roster.csv", tmp_path / "covers.csv"
    rows = [f"王芳,{one},退休,是" for one in ADULTS] + ["李,,退休,是"]
    roster.write_text("\n".join(["姓名,证件号,在职状态,基本医疗保险", *rows, ""]), encoding="utf-8")
    lines = [
        f"{ADULTS[0]},retiree-inpatient,2024-07-01,2025-06-30",
        f"{ADULTS[1]},retiree-inpatient,2024-08-01,2025-07-31",
    ]
    covers.write_text("\n".join(["证件号,计划编号,起始日,终止日", *lines, ""]), encoding="utf-8")
    command = ["quote", "--plan", "retiree-inpatient", "--roster", str(roster), "--first-day", "2025-07-01"]

    alone = assert_same(command)
    known = assert_same([*command, "--covers", str(covers)])

    assert known != alone
    assert "已有本计划保障" in known[1]


def test_what_comes_back_and_the_net_cost_are_the_same(tmp_path: Path) -> None:
    """A plan that gives its fee back has two more columns, of which one is a fraction where it is no whole fen."""
    roster, unit = tmp_path / "roster.csv", tmp_path / "unit.toml"
    unit.write_text('[[unit]]\nname = "厂"\nheadcount = 9\naverage_age = 40\n', encoding="utf-8")
    people = [("王芳", "女"), ("张三", "男"), ("李", "")]
    forms = ("standard", "return-310", "")
    lines = [f"{name},{sex},1970-01-01,在职,1,{form}" for name, sex in people for form in forms]
    roster.write_text(
        "\n".join(["姓名,性别,出生日期,在职状态,份数,特种重病缴费方式", *lines, ""]), encoding="utf-8"
    )
    command = ["quote", "--plan", "critical-illness-group", "--first-day", "2003-09-01"]
    command += ["--roster", str(roster), "--unit", str(unit)]

    for discount in ("28/31", "1/7"):
        assert_same([*command, "--discount", discount])
    shown = ended([*command, "--discount", "1/7", "--format", "csv"], large=True)[1]
    assert "满期返还（元）,净额（元，因子 1/7）" in shown
    assert "2070/7" in shown


def test_parquet_is_read_and_written(tmp_path: Path) -> None:
    """A Parquet roster with dates, whole numbers and truth values ends as the same roster in CSV does; amounts are fen."""
    header = ["姓名", "性别", "出生日期", "在职状态", "份数", "基本医疗保险"]
    rows = [["王芳", "女", "1990-01-01", "在职", "2", "true"], ["李强", "男", "1980-02-29", "", "1", "false"]]
    roster, other, out = (tmp_path / name for name in ("r.csv", "r.parquet", "q.parquet"))
    roster.write_text("\n".join(map(",".join, [header, *rows, [""] * 6])) + "\n", encoding="utf-8")
    table = pa.csv.read_csv(roster)
    assert [str(kind) for kind in table.schema.types[2:]] == ["date32[day]", "string", "int64", "bool"]
    pa.parquet.write_table(table, other)
    command = [
        "quote",
        "--plan",
        "female-illness",
        "--edition",
        "beijing-2018-12",
        "--first-day",
        "2024-05-01",
    ]

    small = ended([*command, "--roster", str(roster)], large=False)
    large = ended([*command, "--roster", str(other), "-o", str(out)], large=False)
    written = pa.parquet.read_table(out).to_pylist()

    assert large[0] == small[0] == 0
    assert "50.00" in small[1]
    assert [(row["row"], row["joins"], row["premium_fen"]) for row in written] == [
        (1, True, 5_000),
        (2, False, None),
    ]


def test_a_workbook_holds_the_same_rows(tmp_path: Path) -> None:
    """A large roster in a workbook, written to one: cells are those of a small one, ID numbers whole."""
    book = openpyxl.Workbook()
    for line in (
        ["姓名", "证件号", "在职状态"],
        ["王芳", ADULTS[1], "在职"],
        ["张三", 123, "在职"],
        ["合计", 2, ""],
    ):
        book.active.append(line)
    roster = tmp_path / "roster.xlsx"
    book.save(roster)
    command = [
        "quote",
        "--plan",
        "accident",
        "--roster",
        str(roster),
        "--first-day",
        "2025-07-01",
        "--reveal",
    ]
    found = []
    for large in (False, True):
        out = tmp_path / f"{large}.xlsx"
        status = ended([*command, "-o", str(out)], large=large)[0]
        lines = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
        found.append((status, [[str(cell) for cell in line] for line in lines]))

    assert_same(command)
    assert found[0] == found[1]
    assert found[0][1][1][2] == ADULTS[1]


def test_a_list_column_is_refused(tmp_path: Path) -> None:
    """A Parquet column of lists cannot be read as a roster's column, and that is said."""
    roster = tmp_path / "r.parquet"
    pa.parquet.write_table(pa.table({"姓名": ["王芳"], "性别": [["女"]]}), roster)

    status, _out, err = ended(
        ["quote", "--plan", "accident", "--roster", str(roster), "--first-day", "2025-07-01"], large=True
    )

    assert status != 0
    assert "roster.column-type" in err
    assert "性别" in err
