"""Covers of many persons read by columns: the same covers, or the same problems, as a small table gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mutualplans.batch.coverfile import read_many_covers
from mutualplans.files.covers import HEADERS, read_covers
from mutualplans.files.tables import read_table
from mutualplans.model.problem import MutualPlansError
from tests.engine.plans import allowance, inpatient_medical

PLANS = [allowance()[0], inpatient_medical()[0]]
IDS = ["11010119620120016X", "110105194912310118", "440308199901101109", "110101198001010109"]
GOOD: dict[str, list[str]] = {
    "证件号": IDS,
    "计划编号": ["allowance", PLANS[0].title.zh, "accident"],
    "起始日": ["2024-01-01", "2025-03-01"],
    "终止日": ["2025-12-31", "2026-02-28"],
    "转会": ["", "否", "是"],
    "能否参保": ["是", "", "否"],
    "姓名": ["王芳", ""],
}
BAD: dict[str, list[str]] = {
    "证件号": ["", "11010119620120016x", "110101********0004", "123", "1.10101E+17", " 110105194912310118 "],
    "计划编号": ["", " allowance "],
    "起始日": ["", "2024-02-30", "2024/1/1", "明天", "2027-01-01"],
    "终止日": ["", "2023-12-31"],
    "转会": ["也许"],
    "能否参保": ["no", "false"],
    "姓名": ["合计", "制表人：李"],
}


@st.composite
def tables(draw: Any) -> list[list[str]]:
    """Draw a table of covers: mostly good, some with cells that cannot be read, blank rows, rows too short or too long."""
    optional = draw(st.lists(st.sampled_from(["转会", "能否参保", "姓名", ""]), unique=True))
    header = draw(st.permutations(["证件号", "计划编号", "起始日", "终止日", *optional]))
    bad = draw(st.sampled_from([0, 0, 0, 1, 1, 2]))
    count = draw(st.integers(0, 8))
    rows = [[draw(st.sampled_from(GOOD[name])) if name else "" for name in header] for _ in range(count)]
    for _ in range(bad if rows else 0):
        row, place = draw(st.sampled_from(rows)), draw(st.integers(0, len(header) - 1))
        row[place] = draw(st.sampled_from(BAD[header[place]])) if header[place] else "x"
    forms = [[""] * len(header), header[:1], [*[""] * len(header), "多"], []]
    if draw(st.booleans()):
        rows.insert(draw(st.integers(0, len(rows))), draw(st.sampled_from(forms)))
    above = draw(st.sampled_from([[], [], [["2025 年保障记录"]]]))
    return [*above, header[1:] if draw(st.integers(0, 19)) == 0 else header, *rows]


def small(path: Path) -> Any:
    """Return what the reader of small tables says."""
    try:
        return read_covers(read_table(path, known_headers=HEADERS), PLANS)
    except MutualPlansError as error:
        return error.problems


def many(path: Path) -> Any:
    """Return what the reader of large ones says."""
    try:
        return read_many_covers(path, PLANS)
    except MutualPlansError as error:
        return error.problems


@settings(max_examples=300)
@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), st.booleans())
def test_large_tables_are_read_as_small_ones(
    tmp_path_factory: Any, table: list[list[str]], encoding: str, quoted: bool
) -> None:
    """Every cover of everybody in its order, or every problem with its row."""
    path = tmp_path_factory.mktemp("covers") / "covers.csv"
    mark = '"' if quoted else ""
    lines = (",".join(f"{mark}{cell}{mark}" for cell in row) for row in table)
    path.write_text("\n".join(lines) + "\n", encoding=encoding)

    found, expected = many(path), small(path)

    event("covers" if isinstance(expected, dict) else "problems")
    assert found == expected
    assert not isinstance(found, dict) or list(found) == list(expected)


def test_persons_with_the_same_covers_share_the_records(tmp_path: Path) -> None:
    """A million persons of one unit have few different covers: they are not kept a million times."""
    path = tmp_path / "covers.csv"
    rows = [f"{number},allowance,2024-01-01,2024-12-31" for number in IDS[1:]]
    path.write_text("\n".join(["证件号,计划编号,起始日,终止日", *rows, ""]), encoding="utf-8")

    found = read_many_covers(path, PLANS)

    assert list(found) == IDS[1:]
    assert len({id(covers) for covers in found.values()}) == 1


def test_covers_may_be_parquet(tmp_path: Path) -> None:
    """Dates and truth values of their own type say what the texts of a CSV say; so does a row that is wrong."""
    rows = [
        f"{IDS[1]},allowance,2024-01-01,2024-12-31,false",
        f"{IDS[2]},accident,2025-01-01,2025-12-31,true",
    ]
    wrong = f"{IDS[3]},allowance,2025-01-01,2024-12-31,false"
    for number, lines in enumerate((rows, [*rows, wrong])):
        csv, parquet = (tmp_path / f"{number}.{kind}" for kind in ("csv", "parquet"))
        csv.write_text("\n".join(["证件号,计划编号,起始日,终止日,转会", *lines, ""]), encoding="utf-8")
        kinds = {"证件号": pa.string(), "计划编号": pa.string()}
        table = pa.csv.read_csv(csv, convert_options=pa.csv.ConvertOptions(column_types=kinds))
        assert [str(kind) for kind in table.schema.types[2:]] == ["date32[day]", "date32[day]", "bool"]
        pa.parquet.write_table(table, parquet)

        found, expected = many(parquet), small(csv)

        if isinstance(expected, dict):
            assert found == expected
        else:
            assert [item.message for item in found] == [item.message for item in expected]
