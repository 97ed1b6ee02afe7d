"""Tables of covers: read whole or not at all, and no number in a message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mutualplans.files.covers import HEADERS, read_covers
from mutualplans.files.tables import read_table
from mutualplans.model.coverage import Coverage
from mutualplans.model.problem import MutualPlansError, Problem
from tests.engine.plans import allowance

PENG = "999999197503040021"  # check digit by hand, see tests/model/test_identity.py
WANG = "999999196809150018"
HEADER = "证件号,计划编号,起始日,终止日,能否参保,转会"


def covers(tmp_path: Path, *rows: str, header: str = HEADER) -> dict[str, tuple[Coverage, ...]]:
    """Read a table of covers."""
    path = tmp_path / "covers.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return read_covers(read_table(path, known_headers=HEADERS), [allowance()[0]])


def refused(tmp_path: Path, *rows: str, header: str = HEADER) -> tuple[Problem, ...]:
    """Return why a table is refused."""
    with pytest.raises(MutualPlansError) as caught:
        covers(tmp_path, *rows, header=header)
    return caught.value.problems


def test_covers_by_person(tmp_path: Path) -> None:
    """Each person has the covers of its number; a plan may be named by its title, and who did not join has none."""
    found = covers(
        tmp_path,
        f"{PENG},allowance,2023-01-01,2023-12-31,是,",
        f"{PENG},测试计划,2024-01-01,2024-06-30,是,",
        f"{PENG},allowance,2024-07-01,2024-12-31,是,是",
        f"{WANG},allowance,,,否,",
    )

    assert list(found) == [PENG]
    assert [(item.plan, item.first_day, item.transfer) for item in found[PENG]] == [
        ("allowance", date(2023, 1, 1), False),
        ("allowance", date(2024, 1, 1), False),
        ("allowance", date(2024, 7, 1), True),
    ]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("9999********0021,allowance,2023-01-01,2023-12-31,是,", "证件号"),
        ("999999197503040022,allowance,2023-01-01,2023-12-31,是,", "证件号"),
        (f"{PENG},,2023-01-01,2023-12-31,是,", "计划编号"),
        (f"{PENG},allowance,2023/1/1,2023-12-31,是,", "起始日"),
        (f"{PENG},allowance,2023-01-01,,是,", "终止日"),
        (f"{PENG},allowance,2023-12-31,2023-01-01,是,", "终止日"),
        (f"{PENG},allowance,2023-01-01,2023-12-31,是,也许", "转会"),
    ],
)
def test_one_bad_row_refuses_the_table(tmp_path: Path, row: str, column: str) -> None:
    """A row that cannot be read may be anybody's history: its place is told, its number is not."""
    (found,) = refused(tmp_path, f"{WANG},allowance,2023-01-01,2023-12-31,是,", row)

    assert found.code == "covers.value"
    assert found.where.endswith(f":3:{column}")
    assert "1975" not in found.line()


def test_every_fault_is_told(tmp_path: Path) -> None:
    """Two bad cells in two rows are two problems."""
    bad = f"{PENG},allowance,soon,2023-12-31,是,", f"{WANG},,2023-01-01,2023-12-31,是,"

    assert len(refused(tmp_path, *bad)) == 2


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    """Without the plan's column nothing can be read."""
    (found,) = refused(tmp_path, f"{PENG},2023-01-01,2023-12-31", header="证件号,起始日,终止日")

    assert found.code == "covers.column"
    assert "计划编号" in found.message.zh
