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
    ]
    assert "table.not-data" in codes(found)


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

    assert ({"healthy": True}, {"season": "spring"}) == (entry.joining.member.extra, entry.joining.extra)
    assert [("roster.value", 3)] == [
        (item.code, 3) for item in found.problems if ":3:参保时健康" in item.where
    ]


def test_a_unit_file_takes_the_fields_that_plans_declare(tmp_path: Path) -> None:
    """A unit's own field is read for the plan that declares it, and unknown without that plan."""
    shares = mp.field("unit", "equal_shares", mp.Kind.COUNT, "统一份数", most=9)
    plan = make(
        "units", mp.parameters(), joins=[shares.over(0).because("shares", zh="须统一份数")], benefits=[]
    )
    file = read_toml("unit.toml", '[[unit]]\nname = "厂"\nequal_shares = 2\n')

    assert {"equal_shares": 2} == read_units(file, [plan])["厂"].extra
    with pytest.raises(mp.MutualPlansError) as caught:
        read_units(file)
    assert ["file.unknown-key"] == [item.code for item in caught.value.problems]
    with pytest.raises(mp.MutualPlansError) as caught:
        read_units(read_toml("unit.toml", '[[unit]]\nname = "厂"\nequal_shares = 10\n'), [plan])
    assert ["file.value"] == [item.code for item in caught.value.problems]
