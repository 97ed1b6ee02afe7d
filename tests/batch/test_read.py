"""Reading tables of claims and coverages: every way in which a file can be wrong, and that nothing is lost."""

from __future__ import annotations

import codecs
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualplans.batch import sources
from mutualplans.batch.cells import Cells
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.batch.headers import read_map
from mutualplans.batch.read import Reading, read_table
from mutualplans.files.situation import read_situation
from mutualplans.model.fields import plain_value
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.tomlfile import TomlFile
from tests.engine.plans import allowance, inpatient_medical

PLANS = [allowance()[0], inpatient_medical()[0]]
CLAIMS = """申领编号,证件号,事件类型,入院日期,住院天数,自付一,诊断
A-1,110101199003070010,住院,2024-03-01,10,1234.5,J18.9
A-2,110101199003070010,住院,2024-05-01,7,800,I10
"""
GOOD_ID = "110101199003070010"


def valid_id() -> str:
    """Return an ID number with the right check digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(GOOD_ID[:17], weights, strict=True))
    return GOOD_ID[:17] + "10X98765432"[total % 11]


CLAIMS = CLAIMS.replace(GOOD_ID, valid_id())


def read(path: Path, file: str = "claims", **more: Any) -> tuple[pa.Table, list[dict[str, Any]], Reading]:
    """Return the good rows, the problems and the reading."""
    reading = read_table(path, file, PLANS, **more)
    table = reading.table()
    return table, pa.concat_tables(reading.problems).to_pylist(), reading


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "claims.csv") -> Path:
    """Write a text file and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def codes(path: Path, **more: Any) -> list[str]:
    """Return the codes of the problems for which a file is refused as a whole."""
    with pytest.raises(MutualPlansError) as caught:
        read(path, **more)
    return [item.code for item in caught.value.problems]


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_text_file_is_read_in_any_encoding(tmp_path: Path, encoding: str, quoted: bool) -> None:
    """Values come out in fen, days and dates, with the row number that a person sees, quoted or not."""
    text = (
        "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in CLAIMS.split())
        if quoted
        else CLAIMS
    )
    table, problems, reading = read(written(tmp_path, text, encoding))

    assert problems == []
    assert reading.source.encoding == encoding
    assert table.select(["claim", "row", "event", "admitted", "days", "self_paid_in_scope"]).to_pylist() == [
        {
            "claim": "A-1",
            "row": 2,
            "event": "inpatient",
            "admitted": date(2024, 3, 1),
            "days": 10,
            "self_paid_in_scope": 123450,
        },
        {
            "claim": "A-2",
            "row": 3,
            "event": "inpatient",
            "admitted": date(2024, 5, 1),
            "days": 7,
            "self_paid_in_scope": 80000,
        },
    ]


def test_a_declared_encoding_is_kept_to(tmp_path: Path) -> None:
    """A file that is not in the encoding that was named is refused, not read in another."""
    path = written(tmp_path, CLAIMS, "gb18030")

    assert read(path, encoding="gbk")[0].num_rows == 2
    assert codes(path, encoding="utf-8") == ["table.encoding"]
    assert codes(path, encoding="utf-9") == ["table.unknown-encoding"]


def test_damaged_utf8_is_not_taken_for_gb18030(tmp_path: Path) -> None:
    """A UTF-8 file with a broken byte is refused with the place, also behind the first block."""
    data = CLAIMS.encode() + b"A-3,\xe4\xbd,,,,\n"
    path = tmp_path / "claims.csv"
    path.write_bytes(data)
    with pytest.raises(MutualPlansError) as caught:
        read(path)

    assert caught.value.problems[0].code == "table.encoding"
    assert f"{len(CLAIMS.encode()) + 5}" in caught.value.problems[0].message.zh


def test_a_workbook_is_read_like_a_text_file(tmp_path: Path) -> None:
    """Numbers, dates and texts of Excel give the same table as the CSV."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["住院理赔申领表"])
    for number, line in enumerate(CLAIMS.split()):
        cells: list[Any] = line.split(",")
        if number:
            cells[3], cells[4], cells[5] = date.fromisoformat(cells[3]), int(cells[4]), float(cells[5])
        sheet.append(cells)
    book.save(tmp_path / "claims.xlsx")
    table, problems, reading = read(tmp_path / "claims.xlsx")
    plain, *_rest = read(written(tmp_path, CLAIMS))

    assert problems == []
    assert reading.source.header_row == 2
    assert table["row"].to_pylist() == [3, 4]
    assert table.drop_columns(["row"]).to_pylist() == plain.drop_columns(["row"]).to_pylist()


def test_parquet_keeps_types_and_dictionaries(tmp_path: Path) -> None:
    """Typed columns are taken as they are: decimals are yuan, whole numbers fen where the name says so."""
    made = pa.table(
        {
            "claim": ["a", "b"],
            "person": pa.array(["p", "p"]).dictionary_encode(),
            "event": pa.array(["inpatient", "住院"]).dictionary_encode(),
            "admitted": pa.array([date(2024, 3, 1), None]),
            "days": pa.array([10, 3], pa.int16()),
            "total_fen": pa.array([1, 10**9]),
            "self_paid": pa.array([Decimal("12.50"), Decimal("0.01")], pa.decimal128(10, 2)),
            "circumstances": pa.array([["drunk"], None]),
        }
    )
    pa.parquet.write_table(made, tmp_path / "claims.parquet")
    table, problems, _reading = read(tmp_path / "claims.parquet")

    assert problems == []
    assert table["event"].to_pylist() == ["inpatient", "inpatient"]
    assert table["total"].to_pylist() == [1, 10**9]
    assert table["self_paid"].to_pylist() == [1250, 1]
    assert table["row"].to_pylist() == [1, 2]
    assert table["circumstances"].to_pylist() == [["drunk"], None]


def test_texts_that_a_parquet_file_numbers_are_read_once_each(tmp_path: Path) -> None:
    """Few different texts in many rows: blanks are cut off, faults are found at each row, lists stay lists."""
    made = pa.table(
        {
            "claim": [f"c{number}" for number in range(3000)],
            "person": ["p"] * 3000,
            "event": ["inpatient", " 住院 ", "bogus"] * 1000,
            "diagnosis": pa.array([" I10", "", None] * 1000),
            "circumstances": pa.array([["drunk"], None, ["drunk", "war"]] * 1000),
        }
    )
    pa.parquet.write_table(made, tmp_path / "claims.parquet")
    table, problems, reading = read(tmp_path / "claims.parquet")

    cells = next(reading.source.chunks()).cells
    assert [pa.types.is_dictionary(column.type) for column in cells] == [False, True, True, True, False]
    assert cells[4].type.value_type == pa.string()
    assert table["event"].to_pylist() == ["inpatient"] * 2000
    assert table["diagnosis"].to_pylist() == ["I10", None] * 1000
    assert table["circumstances"].to_pylist() == [["drunk"], None] * 1000
    assert [item["row"] for item in problems] == list(range(3, 3001, 3))
    assert {item["found"] for item in problems} == {"bogus"}


def test_a_row_of_sums_is_found_among_numbered_texts(tmp_path: Path) -> None:
    """A Parquet file of texts alone may hold a sheet with its last row of sums, as a CSV does."""
    made = pa.table(
        {
            "claim": [*(f"c{number}" for number in range(500)), "合计"],
            "person": [*(["p"] * 500), ""],
            "event": [*(["住院"] * 500), ""],
        }
    )
    pa.parquet.write_table(made, tmp_path / "claims.parquet")
    table, problems, reading = read(tmp_path / "claims.parquet")

    assert len(table) == 500
    assert reading.refused == 0
    assert [(item["row"], item["code"]) for item in problems] == [(501, "table.not-data")]


def test_an_id_number_tells_sex_and_birth(tmp_path: Path) -> None:
    """Coverages that name persons by ID number need no further columns; a contradiction is a problem."""
    head = "证件号,计划,保障起始日,保障终止日,性别\n"
    rows = f"{valid_id()},测试,2024-01-01,2024-12-31,\n{valid_id()},allowance,2024-01-01,2024-12-31,女\n"
    table, problems, _reading = read(written(tmp_path, head + rows), "coverages")

    assert table["insured.sex"].to_pylist() == ["male"]
    assert table["insured.birth_date"].to_pylist() == [date(1990, 3, 7)]
    assert [(item["row"], item["code"]) for item in problems] == [(3, "roster.id-differs")]
    assert valid_id() not in str([item["message_zh"] for item in problems])


def test_a_national_export_is_read_by_its_map(tmp_path: Path) -> None:
    """Names of the national settlement fields are understood; parts are added up, and a missing part is no 0."""
    head = "申领编号,person,medfee_sumamt,hifpPay,全自费,超限价自费,实际起付线,别的\n"
    rows = "a,p,1000.00,600,100.10,20.02,650,x\nb,p,1000,600,100,,650,x\n"
    table, problems, _reading = read(written(tmp_path, head + rows), mapping=read_map("national"))

    assert table["total"].to_pylist() == [100_000, 100_000]
    assert table["pool_paid"].to_pylist() == [60_000, 60_000]
    assert table["out_of_scope"].to_pylist() == [12_012, None]
    assert [item["code"] for item in problems] == ["batch.unknown-header"]


def test_an_import_map_of_ones_own(tmp_path: Path) -> None:
    """A TOML file gives further names; one that names no column of ours is refused with the nearest."""
    path = written(tmp_path, "no,who,天数\na,p,7\n")
    written(tmp_path, '[claims]\nno = "claim"\nwho = "person"\n"天数" = "days"\n', name="map.toml")
    written(tmp_path, '[claims]\nno = "clam"\n[clams]\n', name="wrong.toml")

    assert read(path, mapping=read_map(str(tmp_path / "map.toml")))[0]["days"].to_pylist() == [7]
    assert codes(path, mapping=read_map(str(tmp_path / "wrong.toml"))) == ["batch.map", "batch.map"]


# ---------------------------------------------------------------- what is wrong with a whole file


def test_a_missing_column_is_said(tmp_path: Path) -> None:
    """Without the number of the claim, or the person, nothing can be read."""
    assert codes(written(tmp_path, "住院天数,入院日期\n1,2024-01-01\n")) == ["batch.missing-column"] * 2


def test_an_empty_file_has_no_header(tmp_path: Path) -> None:
    """A file without text, and one without known names, are refused as such."""
    assert codes(written(tmp_path, "")) == ["batch.no-header"]
    assert codes(written(tmp_path, "a,b\n1,2\n")) == ["batch.no-header"]


def test_a_header_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Twice the same name, and two names for one column: nobody could tell which counts."""
    assert codes(written(tmp_path, "申领编号,person,days,days\na,p,1,2\n")) == ["table.duplicate-header"]
    assert codes(written(tmp_path, "申领编号,person,days,住院天数\na,p,1,2\n")) == ["batch.duplicate-column"]


def test_an_unknown_column_is_told_and_refused_when_strict(tmp_path: Path) -> None:
    """A column nobody knows is a warning with the nearest name; under strict reading an error."""
    path = written(tmp_path, "申领编号,person,住院天敷\na,p,1\n")
    _table, problems, _reading = read(path)

    assert [(item["severity"], item["code"]) for item in problems] == [("warning", "batch.unknown-header")]
    assert "住院天数" in problems[0]["hint_zh"]
    assert codes(path, strict=True) == ["batch.unknown-header"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("total", pa.array([12_000])),
        ("total", pa.array([12.5])),
        ("total", pa.array([Decimal("1.005")])),
        ("total_fen", pa.array([Decimal("1.00")])),
        ("days", pa.array([1.0])),
        ("admitted", pa.array([1_700_000_000], pa.timestamp("s"))),
        ("event", pa.array([1])),
        ("claim", pa.array([17])),
    ],
)
def test_a_parquet_column_of_another_type_is_refused(tmp_path: Path, name: str, values: pa.Array) -> None:
    """Nothing is coerced silently: not floats, not numbers that may be yuan or fen, not times of day."""
    made = {"claim": pa.array(["a"]), "person": pa.array(["p"]), name: values}
    pa.parquet.write_table(pa.table(made), tmp_path / "claims.parquet")

    assert codes(tmp_path / "claims.parquet") == ["batch.column-type"]


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_parquet_file_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    """A file whose end is missing is no table, wherever it was cut."""
    path = tmp_path / "claims.parquet"
    pa.parquet.write_table(pa.table({"claim": ["a"] * 1000, "person": ["p"] * 1000}), path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    assert codes(path) == ["batch.parquet"]


def test_parquet_damaged_inside_is_refused_while_reading(tmp_path: Path) -> None:
    """A file whose pages are damaged though its end is whole is refused when they are met."""
    path = tmp_path / "claims.parquet"
    pa.parquet.write_table(pa.table({"claim": [f"{n}" for n in range(5000)], "person": ["p"] * 5000}), path)
    data = bytearray(path.read_bytes())
    data[100:2000] = b"\xff" * 1900
    path.write_bytes(data)

    assert codes(path) == ["batch.parquet"]


@pytest.mark.parametrize("name", ["claims.xlsx", "claims.parquet", "claims.csv"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    """A path that leads nowhere is said with the system's reason."""
    assert codes(tmp_path / name) == ["table.unreadable"]


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A file of another kind, and one that only calls itself a workbook."""
    assert codes(written(tmp_path, CLAIMS, name="claims.xls")) == ["table.file-kind"]
    assert codes(written(tmp_path, CLAIMS, name="claims.xlsx")) == ["table.workbook"]


def test_an_open_quote_is_refused(tmp_path: Path) -> None:
    """A quote left open would swallow the rest of the file: refused with its row."""
    assert codes(written(tmp_path, CLAIMS + 'A-3,"x,,,,\nA-4,y,,,,,\n')) == ["table.quotes"]


# ---------------------------------------------------------------- what is wrong with single rows


def test_every_bad_row_is_listed_and_the_others_go_on(tmp_path: Path) -> None:
    """Unknown codes, dates outside the calendar, amounts beyond bounds, rows too long: each with row and column."""
    rows = [
        f"B-1,{valid_id()},住院了,2024-03-01,10,1,J18.9",
        f"B-2,{valid_id()},住院,2024-02-30,10,1,J18.9",
        f"B-3,{valid_id()},住院,1850-02-28,10,1,J18.9",
        f"B-4,{valid_id()},住院,2024-02-28,10,99999999999999999999,J18.9",
        f"B-5,{valid_id()},住院,2024-02-28,10,10000000.01,J18.9",
        f"B-6,{valid_id()},住院,2024-02-28,-1,1e3,J18.9",
        f"B-7,{valid_id()},住院,2024-02-28,10,1,J18.9,too much",
        f"B-8,{valid_id()[:-1]}Y,住院,2024-02-28,10,1,J18.9",
        ",,,,,,",
        "",
        f",{valid_id()},住院,2024-02-28,10,1,J18.9",
        f"B-9,{valid_id()},住院,2024-02-28",
        "合计,,,,,12345.00,",
    ]
    table, problems, reading = read(written(tmp_path, CLAIMS + "\n".join(rows)))

    assert table["claim"].to_pylist() == ["A-1", "A-2", "B-9"]
    assert table["days"].to_pylist() == [10, 7, None]
    assert sorted((item["row"], item["column"], item["code"]) for item in problems if item["column"]) == [
        (4, "事件类型", "batch.cell"),
        (5, "入院日期", "batch.cell"),
        (6, "入院日期", "batch.cell"),
        (7, "自付一", "batch.cell"),
        (8, "自付一", "batch.cell"),
        (9, "住院天数", "batch.cell"),
        (9, "自付一", "batch.cell"),
        (11, "证件号", "roster.id-form"),
        (14, "申领编号", "batch.empty"),
    ]
    assert sorted(
        (item["row"], item["code"], item["severity"]) for item in problems if not item["column"]
    ) == [
        (10, "table.cell-without-header", "error"),
        (16, "table.not-data", "note"),
    ]
    assert (reading.read, reading.refused) == (12, 9)
    assert [item["found"] for item in problems if item["row"] == 4] == ["住院了"]
    assert [item for item in problems if item["row"] == 11 and "被保障人" in item["hint_zh"]]
    assert all("住院" in item["expected"] for item in problems if item["row"] == 4)


def test_a_refused_coverage_names_its_person(tmp_path: Path) -> None:
    """Whose coverage was refused is known, so that the claims can wait."""
    text = "person,plan,first_day,last_day\np1,allowance,2024-01-01,2024-12-31\np2,allowance,2024-1-1,2024-12-31\n"
    table, _problems, reading = read(written(tmp_path, text), "coverages")

    assert table["person"].to_pylist() == ["p1"]
    assert reading.take_refused().to_pylist() == ["p2"]


def test_a_number_that_excel_damaged_is_refused(tmp_path: Path) -> None:
    """A long key that a workbook keeps as a number lost its digits: the row is a problem."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["申领编号", "person"])
    sheet.append(["a", 110101199003070000])
    sheet.append(["b", 1234])
    book.save(tmp_path / "claims.xlsx")
    table, problems, _reading = read(tmp_path / "claims.xlsx")

    assert table["person"].to_pylist() == ["1234"]
    assert [(item["row"], item["code"]) for item in problems] == [(2, "roster.id-damaged")]


def test_formulas_errors_and_merged_cells_are_refused(tmp_path: Path) -> None:
    """Cells whose value is not in the file, error values, and merged cells: each row is a problem."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (
        ["申领编号", "person", "住院天数"],
        ["a", "p", "=1+1"],
        ["b", "p", "#N/A"],
        ["c", "p", 3],
        ["d", "p", 4],
    ):
        sheet.append(row)
    sheet.append(["e", "p", 5])
    sheet["C3"].data_type = "e"
    sheet.merge_cells("B4:B5")
    book.save(tmp_path / "claims.xlsx")
    table, problems, _reading = read(tmp_path / "claims.xlsx")

    assert table["claim"].to_pylist() == ["e"]
    assert sorted((item["row"], item["code"]) for item in problems) == [
        (2, "table.formula-without-value"),
        (3, "table.error-value"),
        (4, "table.merged-cells"),
        (5, "table.merged-cells"),
    ]


def test_typed_values_beyond_bounds_are_refused(tmp_path: Path) -> None:
    """A Parquet column may hold any int64: what is outside its field's bounds is a problem, never wrapped."""
    made = pa.table(
        {
            "claim": ["a", "b", "c", "d"],
            "person": ["p"] * 4,
            "total_fen": [2**62, -1, 5, 6],
            "days": pa.array([1, 2, 2**40, 3]),
            "admitted": pa.array([None, None, None, date(2300, 1, 1)]),
        }
    )
    pa.parquet.write_table(made, tmp_path / "claims.parquet")
    table, problems, _reading = read(tmp_path / "claims.parquet")

    assert table.num_rows == 0
    assert sorted((item["row"], item["column"]) for item in problems) == [
        (1, "total_fen"),
        (2, "total_fen"),
        (3, "days"),
        (4, "admitted"),
    ]


# ---------------------------------------------------------------- laws


def test_the_size_of_chunks_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file read in pieces of a few rows gives the same rows and problems as in one piece, by either path."""
    rows = [
        f"C-{number},p{number % 7},住院,2024-0{number % 9 + 1}-3{number % 3},{number},1.5,x"
        for number in range(300)
    ]
    rows[50] += ",more"
    rows[60] = "short,p"
    text = CLAIMS.replace("证件号", "person") + "\n".join(rows) + "\n"
    plain, quoted = written(tmp_path, text), written(tmp_path, text.replace("C-7,", '"C-7",'), name="q.csv")
    whole = [read(path) for path in (plain, quoted)]
    monkeypatch.setattr(sources, "_BLOCK", 900)
    monkeypatch.setattr(sources, "_ROWS", 7)

    for (table, problems, _), path in zip(whole, (plain, quoted), strict=True):
        pieces, found, _ = read(path)
        key = "row"
        assert pieces.sort_by(key).to_pylist() == table.sort_by(key).to_pylist()
        order = [(item["row"], item["column"] or "", item["code"], item["message_zh"]) for item in found]
        assert sorted(order) == sorted(
            (item["row"], item["column"] or "", item["code"], item["message_zh"]) for item in problems
        )
        assert len(problems) > 50
    assert whole[0][0].sort_by("row").to_pylist() == whole[1][0].sort_by("row").to_pylist()


TEXTS = st.one_of(
    st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{0,3})?", fullmatch=True),
    st.from_regex(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?", fullmatch=True),
    st.dates(date(1890, 1, 1), date(2210, 1, 1)).map(str),
    st.sampled_from(
        ["是", "否", "true", "false", "TRUE", "住院", "inpatient", "１２", "1e5", "1,000", "+5", "007"]
    ),
    st.text(max_size=6),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=TEXTS, name=st.sampled_from(["total", "days", "admitted", "event", "hospital_level", "diagnosis"])
)
def test_cells_accept_what_case_files_accept(text: str, name: str) -> None:
    """A text is taken, and means the same, exactly where a case file takes it for the same field."""
    column = claim_columns(PLANS)[name]
    labels = {item.zh for item in column.field.choices.values()} if column.field else set()
    stripped = text.strip()
    parsed = Cells(column).read(pa.array([text], pa.string()))
    case = TomlFile("case", {"member": {"sex": "male"}, "claim": [{"id": "a", name: stripped}]}, {})
    situation = read_situation(case, PLANS).situation
    assert situation is not None
    expected = plain_value(getattr(situation.claims[0], name)) if situation.claims and stripped else None

    if stripped in labels:
        assert parsed.values[0].as_py() in column.field.choices  # type: ignore[union-attr]
    else:
        assert parsed.values[0].as_py() == expected
        assert bool(parsed.faults) == (expected is None and bool(stripped))


@given(
    st.lists(
        st.from_regex(r"\A[0-9]{6}(19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9X]\Z"),
        min_size=1,
        max_size=30,
    )
)
def test_id_numbers_are_checked_as_one_by_one(texts: list[str]) -> None:
    """The check of whole columns of ID numbers accepts what the check of single ones accepts."""
    from mutualplans.batch.cells import valid_ids
    from mutualplans.model.identity import diagnose_id

    assert valid_ids(pa.array(texts)).tolist() == [diagnose_id(text) is None for text in texts]


def test_the_columns_of_a_plan_are_known_by_name_and_label(tmp_path: Path) -> None:
    """What a plan declares itself is a column of the table, read by its kind."""
    from mutualplans.registry import PluginRegistry

    plan = PluginRegistry.discover().plan("accident")
    path = written(tmp_path, "申领编号,person,医嘱休息天数\na,p,30\n")
    reading = read_table(path, "claims", [plan])

    assert reading.table()["rest_days"].to_pylist() == [30]
    assert "rest_days" in claim_columns([plan])
    assert "tier" in coverage_columns([plan])


def test_a_byte_order_mark_decides(tmp_path: Path) -> None:
    """UTF-16 and UTF-8 with their marks are read as such, whatever else the bytes could be."""
    path = tmp_path / "claims.csv"
    path.write_bytes(codecs.BOM_UTF16_LE + CLAIMS.encode("utf-16-le"))

    assert read(path)[2].source.encoding == "utf-16"
