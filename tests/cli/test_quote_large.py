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
from tests.cli.roster_strategies import ADULTS, FAMILY, PACKAGES, UNITS, rosters
from tests.test_offices import QUOTES

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
@example(PACKAGES, "", ["--office", str(COAL)], "utf-8")
@example(FAMILY, "", ["--office", str(OFFICE / "office.toml")], "utf-8")
@example("姓名,出生日期\n王芳,1899-12-31\n李,1975-03-04\n", "", ["--plan", "accident"], "utf-8")
@example("姓名,单位,系统\n王芳,示例学校,工业\n", UNITS, ["--office", str(NINGBO)], "utf-8")
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


def test_long_lists_are_shortened_the_same(tmp_path: Path) -> None:
    """With a file, six of seven women lack two facts: of the first two it is said, and that there are four more."""
    rows = [
        "王芳,女,1990-01-01,在职,1",
        *(f"李{place},女,,,1" for place in range(6)),
        "张三,男,1980-01-01,在职,1",
    ]
    roster, out = tmp_path / "roster.csv", tmp_path / "out.csv"
    roster.write_text("\n".join(["姓名,性别,出生日期,在职状态,份数", *rows, ""]), encoding="utf-8")
    command = [
        "quote",
        "--plan",
        "female-illness",
        "--edition",
        "beijing-2018-12",
        "--first-day",
        "2024-05-01",
    ]
    command += ["--roster", str(roster), "-o", str(out)]

    with patch("mutualplans.cli.quotes.MOST_SHOWN", 2):
        small, large = (ended(command, large=which) for which in (False, True))

    assert large == small
    assert small[2].count("李*") == 4
    assert "还有 4 人次的说明，见写出的明细" in small[2]


@pytest.mark.parametrize("office", QUOTES)
def test_every_example_office_ends_the_same(office: str) -> None:
    """The rosters of the example offices, with their units and earlier covers: packages, systems, renewals, returns."""
    folder = EXAMPLES / "offices" / office
    command = ["quote", "--roster", str(folder / "roster.csv"), "--office", str(folder / "office.toml")]
    command += ["--unit", str(folder / "unit.toml"), "--first-day", QUOTES[office][0]]
    covers = folder / "covers.csv"

    assert_same([*command, *(["--covers", str(covers)] if covers.exists() else [])])


ADDITION = """
name = "示例县"
[[plans]]
id = "accident"
[[plans.editions]]
id = "national-2011"
[[plans.group]]
share = "80%"
[[plans]]
id = "inpatient-allowance"
only_with = ["accident"]
[[plans.editions]]
id = "beijing-2010"
"""


def test_what_a_unit_is_refused_counts_for_no_other_plan(tmp_path: Path) -> None:
    """The main plan has too few of one unit (1 of 9), enough of the other (1 of 1): only there the addition is joined."""
    roster, office, unit = (tmp_path / name for name in ("roster.csv", "office.toml", "unit.toml"))
    rows = [f"{one},{of},在职,ordinary,50" for one, of in zip(ADULTS, ("大厂", "小厂"), strict=False)]
    roster.write_text("\n".join(["证件号,单位,在职状态,工种风险类别,档次", *rows, ""]), encoding="utf-8")
    office.write_text(ADDITION, encoding="utf-8")
    units = [f'[[unit]]\nname = "{name}"\nheadcount = {staff}' for name, staff in (("大厂", 9), ("小厂", 1))]
    unit.write_text("\n".join(units), encoding="utf-8")
    command = ["quote", "--roster", str(roster), "--office", str(office), "--unit", str(unit)]
    command += ["--first-day", "2025-07-01"]

    assert_same(command)
    lines = csv.DictReader(ended([*command, "--format", "csv"], large=True)[1].splitlines())
    assert [(line["计划编号"], line["单位"], line["能否参保"]) for line in lines] == [
        ("accident", "大厂", "否"),
        ("accident", "小厂", "是"),
        ("inpatient-allowance", "大厂", "否"),
        ("inpatient-allowance", "小厂", "是"),
    ]


def test_a_renewal_is_found_out_the_same(tmp_path: Path) -> None:
    """Retirees with the covers of the year before: who renews, who is covered still, and whose covers are not known."""
    roster, covers = tmp_path / "roster.csv", tmp_path / "covers.csv"
    rows = [f"王芳,{one},退休,是,full,unit" for one in (*ADULTS, "")]
    roster.write_text(
        "\n".join(["姓名,证件号,在职状态,基本医疗保险,档次,route", *rows, ""]), encoding="utf-8"
    )
    lines = [
        f"{one},retiree-inpatient-shanghai,{term}"
        for one, term in zip(ADULTS, ("2023-01-01,2023-12-31", "2023-08-01,2024-07-31"), strict=False)
    ]
    covers.write_text("\n".join(["证件号,计划编号,起始日,终止日", *lines, ""]), encoding="utf-8")
    command = ["quote", "--plan", "retiree-inpatient-shanghai", "--edition", "shanghai-2023"]
    command += ["--roster", str(roster), "--first-day", "2024-01-01"]

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


@pytest.mark.parametrize("large", [False, True])
def test_what_a_quote_wrote_as_parquet_is_the_history_of_the_next(tmp_path: Path, large: bool) -> None:
    """The rows of the last quote, as Parquet or as CSV, tell the same renewals; those who could not join have none."""
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "姓名,证件号,在职状态,份数\n王芳,110105194912310118,退休,1\n李强,110101198001010109,在职,1\n",
        encoding="utf-8",
    )
    command = ["quote", "--plan", "female-illness", "--edition", "beijing-2018-12", "--roster", str(roster)]
    found = []
    for kind in ("csv", "parquet"):
        rows = str(tmp_path / f"last.{kind}")
        first = ended([*command, "--first-day", "2024-05-01", "-o", rows, "--reveal"], large=True)
        assert first[0] in (0, 3)
        found.append(
            ended([*command, "--first-day", "2024-08-01", "--covers", rows, "--format", "csv"], large=large)
        )

    assert found[0] == found[1]
    assert "已有本计划保障，至 2025-04-30" in found[0][1] + found[0][2]


def test_parquet_does_not_go_with_json(tmp_path: Path) -> None:
    """JSON is made of records, Parquet of columns: the error names both ways out, for the roster and for the rows."""
    command = [
        "quote",
        "--plan",
        "accident",
        "--edition",
        "beijing-2017",
        "--first-day",
        "2024-05-01",
        "--format",
        "json",
    ]
    roster = str(OFFICE / "roster.csv")

    for files in (
        ["--roster", str(tmp_path / "r.parquet")],
        ["--roster", roster, "-o", str(tmp_path / "q.parquet")],
    ):
        status, out, err = ended([*command, *files], large=False)

        assert (status, out) == (2, "")
        assert "Parquet 名册和明细不能与 --format json 同时使用" in err
        assert "-o 明细.parquet" in err


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
