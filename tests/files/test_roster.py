"""Rosters: good rows are read, every other row is reported, none is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

import mutualplans as mp
from mutualplans.files.roster import Roster, known_headers, read_roster
from mutualplans.files.tables import read_table
from mutualplans.files.units import read_units
from mutualplans.model.tomlfile import read_toml
from tests.engine.plans import allowance, make

PENG = "999999197503040021"  # check digit by hand: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, see test_identity
WANG = "999999196809150018"
HEADER = "姓名,证件号,在职状态,份数"


def roster(path: Path, units: dict[str, mp.Unit] | None = None) -> Roster:
    """Read a roster for the allowance plan."""
    plans = [allowance()[0]]
    table = read_table(path, known_headers=known_headers(plans))
    return read_roster(table, plans, units or {}, date(2024, 1, 1))


def csv(tmp_path: Path, *rows: str, encoding: str = "utf-8", header: str = HEADER) -> Path:
    """Write a CSV roster."""
    path = tmp_path / "roster.csv"
    path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return path


def codes(found: Roster) -> list[str]:
    """Return the codes of the problems."""
    return [item.code for item in found.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_roster_is_read_in_the_encodings_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with and without a mark, GBK and UTF-16 all give the same person."""
    found = roster(csv(tmp_path, f"彭丽华,{PENG},在职,2", encoding=encoding))
    (entry,) = found.entries

    assert codes(found) == []
    assert ("female", date(1975, 3, 4)) == (entry.joining.member.sex, entry.joining.member.birth_date)
    assert (entry.joining.member.employment, entry.joining.shares) == ("in-post", 2)


def test_every_row_is_either_read_or_reported(tmp_path: Path) -> None:
    """Of seven rows two are read; the others are named by row and reason, the sum line as a note."""
    found = roster(
        csv(
            tmp_path,
            f"彭丽华,{PENG},在职,2",
            f"彭丽华,{PENG},在职,1",
            "孙悦,999999199003078528,在职,1",
            f"王建国,{WANG},在岗,1",
            f"王建国,{WANG},在职,１",
            f"王建国,{WANG},在职,1",
            "合计,,,5",
        )
    )

    assert [entry.row for entry in found.entries] == [2, 7]
    assert found.refused == (3, 4, 5, 6)
    errors = [
        (item.code, item.where.rpartition("roster.csv")[2])
        for item in found.problems
        if item.severity == "error"
    ]
    assert errors == [
        ("roster.id-duplicate", ":3:证件号"),
        ("roster.id-damaged", ":4:证件号"),
        ("roster.value", ":5:在职状态"),
        ("roster.value", ":6:份数"),
        ("roster.id-duplicate", ":6:证件号"),
    ]
    assert "table.not-data" in codes(found)


def test_a_repeated_number_beside_a_returned_row(tmp_path: Path) -> None:
    """A sound row is read as the correction of a returned one, with a warning; a faulty one repeats it.

    Row 2 is returned for 在岗. Row 3 has the same number and is faulty too: a duplicate besides. Row 4 is sound and
    read; row 5 repeats row 4, which was read.
    """
    rows = [f"王建国,{WANG},{state},1" for state in ("在岗", "在站", "在职", "在职")]
    found = roster(csv(tmp_path, *rows))

    assert [entry.row for entry in found.entries] == [4]
    assert [(row, [item.code for item in found.refusals[row]]) for row in found.refused] == [
        (2, ["roster.value"]),
        (3, ["roster.value", "roster.id-duplicate"]),
        (5, ["roster.id-duplicate"]),
    ]
    (warning,) = [item for item in found.problems if item.code == "roster.id-repeated"]
    assert (warning.severity, warning.where.rpartition("roster.csv")[2]) == ("warning", ":4:证件号")
    assert "第 2 行" in warning.message.zh


def test_no_shares_means_that_the_person_does_not_join(tmp_path: Path) -> None:
    """0 under 份数 is read like 0 under every plan: the person joins none; a blank joins all."""
    found = roster(csv(tmp_path, f"彭丽华,{PENG},在职,0", f"王建国,{WANG},在职,"))

    assert codes(found) == []
    assert [(entry.plans, entry.joining.shares) for entry in found.entries] == [({}, None), (None, None)]


def test_what_the_records_refuse_is_a_problem_of_its_row(tmp_path: Path) -> None:
    """A date of 1850, which no field takes, returns its row, and the next row is read."""
    rows = ("王建国,1850-01-01,在职", "彭丽华,1975-03-04,在职")
    found = roster(csv(tmp_path, *rows, header="姓名,出生日期,在职状态"))

    assert [entry.row for entry in found.entries] == [3]
    assert [item.code for item in found.refusals[2]] == ["roster.value"]


def test_rows_that_the_table_sets_aside_are_returned_rows(tmp_path: Path) -> None:
    """Merged cells and a formula without a value are two rows returned; a line of sums is none."""
    path = tmp_path / "roster.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        HEADER.split(","),
        ["彭丽华", PENG, "在职", 1],
        ["王建国", "", "", ""],
        ["李", "=1+1", "在职", 1],
    ):
        sheet.append(row)
    sheet.merge_cells("A3:B3")
    sheet.append(["合计", "", "", 2])
    book.save(path)
    found = roster(path)

    assert found.refused == (3, 4)
    assert [item.code for row in found.refused for item in found.refusals[row]] == [
        "table.merged-cells",
        "table.formula-without-value",
    ]
    assert [entry.row for entry in found.entries] == [2]
    assert found.sheet == "Sheet"


@pytest.mark.parametrize("slipped", ["彭丽华", PENG, "999999750304002"])
def test_a_name_or_number_that_slipped_aside_is_masked(tmp_path: Path, slipped: str) -> None:
    """A cell of another column that holds the row's name or an ID number of 18 or 15 digits is not echoed."""
    found = roster(csv(tmp_path, f"彭丽华,,{slipped},{slipped}"))
    said = " ".join(item.line() + (item.hint.zh if item.hint else "") for item in found.problems)

    assert codes(found) == ["roster.value", "roster.value"]
    assert slipped not in said
    assert "丽华" not in said


def test_another_date_is_no_birth_date(tmp_path: Path) -> None:
    """For 入会日期 no column is offered, though it ends like 出生日期."""
    (found,) = roster(csv(tmp_path, f"彭丽华,{PENG},2020-01-01", header="姓名,证件号,入会日期")).problems

    assert found.hint is not None
    assert "是不是" not in found.hint.zh


def test_an_id_number_that_excel_kept_as_a_number_is_damaged(tmp_path: Path) -> None:
    """A numeric cell in the ID column is refused even where its digits happen to fit."""
    path = tmp_path / "roster.xlsx"
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    book.active.append(["孙悦", 999999199003078528, "在职", 1])
    book.active.append(["彭丽华", PENG, "在职", 2])
    book.save(path)
    found = roster(path)

    assert codes(found) == ["roster.id-damaged"]
    assert [entry.row for entry in found.entries] == [3]


def test_columns_named_by_plans_hold_the_shares_wanted(tmp_path: Path) -> None:
    """A blank or 0 under a plan means that the person does not join it."""
    header = "姓名,证件号,allowance"
    found = roster(csv(tmp_path, f"彭丽华,{PENG},2", f"王建国,{WANG},", header=header))

    assert [entry.plans for entry in found.entries] == [{"allowance": 2}, {}]


def test_an_unknown_column_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    """A column "身份证" is not read; the warning offers "身份证号"."""
    found = roster(csv(tmp_path, f"彭丽华,{PENG},1", header="姓名,身份证,份数"))

    assert codes(found) == ["roster.unknown-column"]
    assert found.problems[0].hint is not None
    assert "身份证号" in found.problems[0].hint.zh


def test_a_unit_that_the_unit_file_lacks_refuses_the_row(tmp_path: Path) -> None:
    """A misspelt unit is reported with the nearest one."""
    path = csv(tmp_path, f"彭丽华,{PENG},示例机械长", header="姓名,证件号,单位")
    found = roster(path, {"示例机械厂": mp.Unit(name="示例机械厂", headcount=5)})

    assert codes(found) == ["roster.unit"]
    assert found.problems[0].hint is not None
    assert "示例机械厂" in found.problems[0].hint.zh


def test_a_sex_that_contradicts_the_id_number_refuses_the_row(tmp_path: Path) -> None:
    """The number says a woman, the column a man: neither is chosen."""
    assert codes(roster(csv(tmp_path, f"彭丽华,{PENG},男", header="姓名,证件号,性别"))) == [
        "roster.id-differs"
    ]


def test_a_childs_row_is_about_the_child(tmp_path: Path) -> None:
    """With the relation 子女 the person of the row is insured, and the member is not described."""
    found = roster(csv(tmp_path, f"小宝,{WANG},子女", header="姓名,证件号,与会员关系"))
    (entry,) = found.entries

    assert ("child", date(1968, 9, 15)) == (entry.joining.insured.relation, entry.joining.insured.birth_date)
    assert entry.joining.member.birth_date is None


def test_a_childs_row_finds_its_member_in_the_same_roster(tmp_path: Path) -> None:
    """The member that a child's row names by ID number brings what the roster says of that member."""
    header = "姓名,证件号,与会员关系,会员证件号,在职状态"
    found = roster(csv(tmp_path, f"小宝,{WANG},子女,{PENG},", f"彭丽华,{PENG},本人,,在职", header=header))
    child, _member = found.entries

    assert (child.joining.insured.relation, child.joining.member.employment) == ("child", "in-post")


def test_a_new_plan_needs_no_change_here() -> None:
    """The headers that a roster may have follow from the plans."""
    plan = make("new-plan", mp.parameters(), benefits=[], title=mp.Text("新计划"))

    assert {"new-plan", "新计划"} <= set(known_headers([plan]))


HEALTHY = mp.field("member", "healthy", mp.Kind.FLAG, "参保时健康", "healthy when joining")
SEASON = mp.field("cover", "season", mp.Kind.CODE, "季度", choices={"spring": mp.Text("春", "spring")})


def test_a_plans_own_fields_are_columns(tmp_path: Path) -> None:
    """A field that a plan declares may stand in a roster under its label or its name, checked like any other."""
    plan = make(
        "own",
        mp.parameters(),
        joins=[
            HEALTHY.because("healthy", zh="须健康"),
            SEASON.equals("spring").because("season", zh="须春季参保"),
        ],
        benefits=[],
    )
    path = csv(
        tmp_path,
        f"彭丽华,{PENG},true,春",
        f"王建国,{WANG},也许,spring",
        header="姓名,证件号,参保时健康,season",
    )
    table = read_table(path, known_headers=known_headers([plan]))
    found = read_roster(table, [plan], {}, date(2024, 1, 1))
    (entry,) = found.entries

    assert (entry.joining.member.extra, entry.joining.extra) == ({"healthy": True}, {"season": "spring"})
    assert [(item.code, 3) for item in found.problems if ":3:参保时健康" in item.where] == [
        ("roster.value", 3)
    ]


def test_a_unit_file_takes_the_fields_that_plans_declare(tmp_path: Path) -> None:
    """A unit's own field is read for the plan that declares it, and unknown without that plan."""
    shares = mp.field("unit", "equal_shares", mp.Kind.COUNT, "统一份数", most=9)
    plan = make(
        "units", mp.parameters(), joins=[shares.over(0).because("shares", zh="须统一份数")], benefits=[]
    )
    file = read_toml("unit.toml", '[[unit]]\nname = "厂"\nequal_shares = 2\n')

    assert read_units(file, [plan])["厂"].extra == {"equal_shares": 2}
    with pytest.raises(mp.MutualPlansError) as caught:
        read_units(file)
    assert [item.code for item in caught.value.problems] == ["file.unknown-key"]
    with pytest.raises(mp.MutualPlansError) as caught:
        read_units(read_toml("unit.toml", '[[unit]]\nname = "厂"\nequal_shares = 10\n'), [plan])
    assert [item.code for item in caught.value.problems] == ["file.value"]


def test_two_columns_that_mean_the_same_are_refused(tmp_path: Path) -> None:
    """Which of two columns of ID numbers counts is not guessed."""
    path = csv(tmp_path, f"彭丽华,{PENG},在职,2,{WANG}", header=HEADER + ",身份证号码")

    with pytest.raises(mp.MutualPlansError, match=r"roster\.duplicate-column"):
        roster(path)
