"""A member who moves to another unit inside the term: in tables as in a case file, the cover goes on."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.exactly import decide_exactly
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main
from mutualplans.engine.simulate import simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.tomlfile import read_toml
from mutualplans.office.read import read_office
from mutualplans.registry import PluginRegistry
from mutualplans.testing.batch import as_tables, table_of
from tests.batch.test_exactly import of, person, stay, two_plans

COAL_CITY = Path(__file__).resolve().parents[2] / "examples" / "offices" / "coal-city"

COVERAGES = """被保障人,计划,保障起始日,保障终止日,单位,性别,出生日期,在职状态,工种风险类别,份数,档次,转会
M,accident,2016-01-01,2016-06-30,甲县第一煤矿,男,1979-04-18,在职,high,,50,
M,accident,2016-07-01,2016-12-31,乙县洗煤厂,男,1979-04-18,在职,high,,,是
M,major-disease,2016-01-01,2016-06-30,甲县第一煤矿,男,1979-04-18,在职,high,1,,
M,major-disease,2016-07-01,2016-12-31,乙县洗煤厂,男,1979-04-18,在职,high,,,是
M,inpatient-medical,2016-01-01,2016-06-30,甲县第一煤矿,男,1979-04-18,在职,high,,,
M,inpatient-medical,2016-07-01,2016-12-31,乙县洗煤厂,男,1979-04-18,在职,high,,,是
"""
CLAIMS = """申领编号,被保障人,事件类型,原因,诊断,发生日期,确诊日期,入院日期,出院日期,rest_days,自付一,自付二,自费
K-1,M,住院,工伤事故,S82.1,2016-03-01,,2016-03-01,2016-03-21,100,3000,0,0
K-2,M,住院,意外,S52.5,2016-09-05,,2016-09-05,2016-09-30,100,4000,0,0
K-3,M,确诊,疾病,C34.1,,2016-11-10,,,,0,,
"""


def test_the_miner_of_the_coal_city_is_paid_in_county_b_as_simulate_says() -> None:
    """Every decision and benefit of the member who moved is the same in tables, by kernels and the exact way."""
    known = PluginRegistry.discover()
    office, _problems = read_office(read_toml(COAL_CITY / "office.toml"), find=known.plan)
    assert office is not None
    case = COAL_CITY / "cases" / "1-moved-to-another-county.toml"
    situation = read_situation(read_toml(case), [item.plan for item in office.plans]).situation
    assert situation is not None
    single = simulate(office, situation)
    claims, coverages = as_tables(office, {"M": situation})

    exact = decide_exactly(office, claims, coverages)
    fast = assess_tables(office, claims, coverages, threads=1)

    assert of(exact.decisions, "claim", "plan", "status", "amount_fen") == [
        (item.claim, item.plan, item.status, item.total) for item in single.decisions
    ]
    assert sum(item.total or 0 for item in single.decisions) == 17_200_00
    assert fast.decisions.to_pylist() == exact.decisions.to_pylist()
    assert fast.benefits.to_pylist() == exact.benefits.to_pylist()
    assert exact.problems.num_rows == fast.problems.num_rows == 0


def test_transfers_are_read_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A column 转会 of the coverages: 1,400 + 2,100, then 80 days and the second stay of the term, 1,300 + 2,400; 10,000."""
    claims, coverages, out = (tmp_path / name for name in ("申领.csv", "保障.csv", "核定.csv"))
    claims.write_text(CLAIMS, "utf-8-sig")
    coverages.write_text(COVERAGES, "gb18030")

    status = main(
        [
            *(
                "assess",
                str(claims),
                "--coverage",
                str(coverages),
                "--office",
                str(COAL_CITY / "office.toml"),
            ),
            *("-o", str(out), "--format", "json"),
        ]
    )

    assert status == ExitStatus.OK
    assert json.loads(capsys.readouterr().out)["total"] == "17200.00"
    rows = csv.DictReader(out.read_text("utf-8-sig").splitlines())
    assert [
        (row["申领编号"], row["计划"], row["金额（元）"]) for row in rows if row["金额（元）"] != "0.00"
    ] == [
        ("K-1", "accident", "1400.00"),
        ("K-1", "inpatient-medical", "2100.00"),
        ("K-2", "accident", "1300.00"),
        ("K-2", "inpatient-medical", "2400.00"),
        ("K-3", "major-disease", "10000.00"),
    ]


def test_a_term_still_recorded_to_its_end_overlaps_nothing() -> None:
    """The unit left may keep its record: of 20,000 a term 70 % of 20,000 leave 6,000 for the stay after the move."""
    moved = person(1, row=9, first_day=date(2024, 7, 1), transfer=True)

    assert [row["amount_fen"] for row in _decided([person(1), moved])] == [1_400_000, 600_000]


@pytest.mark.parametrize(
    ("parts", "rows"),
    [
        ([{"last_day": date(2024, 6, 29)}, {"first_day": date(2024, 7, 1), "transfer": True}], [3]),
        (
            [{"last_day": date(2024, 6, 30)}, {"first_day": date(2024, 7, 1), "transfer": True, "shares": 2}],
            [2, 3],
        ),
        (
            [
                {"last_day": date(2024, 4, 30)},
                {"first_day": date(2024, 5, 1), "last_day": date(2024, 6, 30), "transfer": True},
                {"first_day": date(2024, 7, 1), "transfer": True, "shares": 2},
            ],
            [2, 3, 4],
        ),
    ],
    ids=["a day between", "other shares", "other shares after two parts"],
)
def test_a_part_that_does_not_fit_is_a_problem_of_its_rows(
    parts: list[dict[str, Any]], rows: list[int]
) -> None:
    """Every row of the parts is named, and a claim under them is not decided."""
    office = two_plans()
    plans = [item.plan for item in office.plans]
    covers = [person(1, row=number, **part) for number, part in enumerate(parts, 2)]
    tables = (table_of([stay(1, 9)], claim_columns(plans)), table_of(covers, coverage_columns(plans)))

    for made in (decide_exactly(office, *tables), assess_tables(office, *tables, threads=1)):
        found = of(made.problems, "file", "row", "code")
        assert made.decisions.num_rows == 0
        assert [row for file, row, code in found if (file, code) == ("coverages", "cover.transfer")] == rows
        assert ("claims", 109, "cover.transfer") in found


def _decided(covers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is decided of two stays of 20,000 yuan each, in March and September."""
    office = two_plans()
    plans = [item.plan for item in office.plans]
    claims = table_of(
        [stay(1, month, self_paid_in_scope=2_000_000) for month in (3, 9)], claim_columns(plans)
    )
    made = assess_tables(office, claims, table_of(covers, coverage_columns(plans)), threads=1)
    assert made.problems.num_rows == 0
    found: list[dict[str, Any]] = made.decisions.to_pylist()
    return found
