"""Tables that people made are read without loss, and what cannot be read is reported with its place."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from mutualplans.files.tables import Cell, Table, read_table
from mutualplans.files.write_tables import write_table
from mutualplans.model.identity import diagnose_id
from mutualplans.model.problem import MutualPlansError

HEADERS = ("姓名", "证件号", "份数")
# check digit by hand in tests/model/test_identity.py
WOMAN = "999999199003078524"
DATA = f"姓名,证件号,份数\r\n彭某,{WOMAN},2\r\n"


def texts(table: Table) -> list[dict[str, str]]:
    """Return only the texts of the rows."""
    return [{name: cell.text for name, cell in row.cells.items()} for row in table.rows]


def codes(table: Table) -> list[tuple[str, str]]:
    """Return code and place of each problem, the place without the folder."""
    return [(found.code, found.where.rpartition("/")[2]) for found in table.problems]


def saved(path: Path, rows: list[list[object]], merges: tuple[str, ...] = (), title: str = "名单") -> Path:
    """Save a workbook as Excel users have it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """Save a text file in an encoding."""
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


class TestEncodings:
    @pytest.mark.parametrize(
        ("written", "found"),
        [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
    )
    def test_encoding_is_recognised(self, tmp_path: Path, written: str, found: str) -> None:
        """The four encodings that offices use give the same table, and the table names the one found."""
        table = read_table(csv_file(tmp_path, DATA, written), known_headers=HEADERS)

        assert table.encoding == found
        assert table.headers == HEADERS
        assert texts(table) == [{"姓名": "彭某", "证件号": WOMAN, "份数": "2"}]
        assert table.problems == ()

    def test_rare_characters_of_gb18030_are_read(self, tmp_path: Path) -> None:
        """A name with a four-byte character of GB18030 is read whole."""
        path = csv_file(tmp_path, "姓名,份数\n彭𬭎,2\n", "gb18030")

        assert texts(read_table(path, known_headers=HEADERS)) == [{"姓名": "彭𬭎", "份数": "2"}]

    def test_undecodable_file_names_the_byte(self, tmp_path: Path) -> None:
        """A file that is neither UTF-8 nor GB18030 is refused with the file, the byte and the way out."""
        path = tmp_path / "roster.csv"
        path.write_bytes(b"name,shares\n" + b"\xff\xff,2\n")

        with pytest.raises(MutualPlansError) as caught:
            read_table(path, known_headers=["name", "shares"])
        (found,) = caught.value.problems
        assert (found.code, found.where) == ("table.encoding", str(path))
        # 12 bytes stand before the first wrong one
        assert found.message.zh == "从第 13 个字节起不是 utf-8 文字；从第 13 个字节起不是 gb18030 文字"
        assert found.hint is not None

    def test_damaged_utf8_is_not_read_as_gb18030(self, tmp_path: Path) -> None:
        """One wrong byte after Chinese UTF-8 text is an error, although GB18030 would read it as nonsense."""
        path = tmp_path / "roster.csv"
        path.write_bytes("姓名,份数\n彭".encode() + b"\xb0\xa1,2\n")

        with pytest.raises(MutualPlansError, match=r"从第 18 个字节起不是 utf-8 文字 \[table\.encoding\]"):
            read_table(path, known_headers=HEADERS)

    def test_given_encoding_that_fails_is_an_error(self, tmp_path: Path) -> None:
        """A given encoding is taken at its word: no other is tried and no character replaced."""
        with pytest.raises(MutualPlansError, match=r"从第 1 个字节起不是 utf-8 文字"):
            read_table(csv_file(tmp_path, DATA, "gbk"), known_headers=HEADERS, encoding="utf-8")

    def test_mark_is_no_part_of_the_first_header(self, tmp_path: Path) -> None:
        """Who gives utf-8 for a file with a mark gets the first header without the mark."""
        path = csv_file(tmp_path, DATA, "utf-8-sig")

        assert read_table(path, known_headers=HEADERS, encoding="utf-8").headers == HEADERS

    def test_unknown_encoding_is_an_error(self, tmp_path: Path) -> None:
        """A misspelt encoding is reported as such."""
        with pytest.raises(MutualPlansError, match=r"没有名为“gkb”的文字编码"):
            read_table(csv_file(tmp_path, DATA), known_headers=HEADERS, encoding="gkb")

    def test_utf16_without_mark_is_refused(self, tmp_path: Path) -> None:
        """ASCII text in UTF-16 without a mark decodes as UTF-8 with NULs, which is refused."""
        with pytest.raises(MutualPlansError, match=r"从第 2 个字节起不是 utf-8"):
            read_table(csv_file(tmp_path, "name,shares\n", "utf-16-le"), known_headers=["name", "shares"])


class TestTextFiles:
    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_delimiter_comes_from_the_header_line(self, tmp_path: Path, delimiter: str) -> None:
        """The header's delimiter is used, whatever other delimiters title and data contain."""
        header, row = delimiter.join(["姓名", "备注"]), delimiter.join(["彭某", '"a,b;c\td"'])
        path = csv_file(tmp_path, f'"名单,2024;上半年\t"\n{header}\n{row}\n')

        table = read_table(path, known_headers=["姓名", "备注"])

        assert texts(table) == [{"姓名": "彭某", "备注": "a,b;c\td"}]

    def test_row_numbers_are_those_of_excel(self, tmp_path: Path) -> None:
        """Blank lines count, and a row with a line break inside quotes counts once."""
        path = csv_file(tmp_path, '姓名,备注\n\n彭某,"一\n二"\n,\n李某,\n')

        table = read_table(path, known_headers=["姓名", "备注"])

        assert [(row.number, row.cells["姓名"].text) for row in table.rows] == [(3, "彭某"), (5, "李某")]
        assert table.problems == ()

    def test_open_quote_is_an_error(self, tmp_path: Path) -> None:
        """A quote left open is an error, where a lenient reader would swallow the rest of the file."""
        path = csv_file(tmp_path, '姓名,份数\n彭某,1\n"李某,2\n王某,3\n')

        with pytest.raises(MutualPlansError, match=r"roster\.csv:3: 从第 3 行起引号不成对"):
            read_table(path, known_headers=HEADERS)

    def test_space_around_cells_is_not_kept(self, tmp_path: Path) -> None:
        """The tab that exports put before ID numbers against Excel, and full-width space, are removed."""
        path = csv_file(tmp_path, f"姓名,证件号\n　彭某 ,\t{WOMAN}\n")

        assert texts(read_table(path, known_headers=HEADERS)) == [{"姓名": "彭某", "证件号": WOMAN}]

    def test_short_rows_have_empty_cells(self, tmp_path: Path) -> None:
        """Excel leaves out empty cells at the end of a row; they are read as empty."""
        path = csv_file(tmp_path, "姓名,证件号,份数\n彭某\n")

        assert texts(read_table(path, known_headers=HEADERS)) == [{"姓名": "彭某", "证件号": "", "份数": ""}]


class TestHeader:
    def test_title_above_the_header_is_noted(self, tmp_path: Path) -> None:
        """Lines above the header are taken for a title, and a note says so."""
        path = csv_file(tmp_path, "某某公司参保名单,,\n填报说明：姓名必填,,\n姓名,证件号,份数\n彭某,,1\n")

        table = read_table(path, known_headers=HEADERS)

        assert codes(table) == [
            ("table.above-header", "roster.csv:1"),
            ("table.above-header", "roster.csv:2"),
        ]
        assert {found.severity for found in table.problems} == {"note"}
        assert [row.number for row in table.rows] == [4]

    def test_space_inside_a_header_does_not_matter(self, tmp_path: Path) -> None:
        """Headers spaced out for looks are recognised and get the known spelling."""
        table = read_table(csv_file(tmp_path, "姓　名, 证件号 ,手 机\n彭某,1,2\n"), known_headers=HEADERS)

        assert table.headers == ("姓名", "证件号", "手 机")

    @pytest.mark.parametrize("text", ["彭某,1,2\n", "姓名,身份证\n", "", "\n\n"])
    def test_missing_header_gives_no_rows(self, tmp_path: Path, text: str) -> None:
        """Without two known names no row is a header, nothing is read and no content is repeated."""
        table = read_table(csv_file(tmp_path, text), known_headers=HEADERS)

        assert (table.rows, codes(table)) == ((), [("table.no-header", "roster.csv")])
        assert "彭某" not in str(table.problems)

    def test_one_known_name_is_enough_when_only_one_is_known(self, tmp_path: Path) -> None:
        """A list with a single column can be read."""
        path = csv_file(tmp_path, "名单\n证件号\n1\n")

        assert texts(read_table(path, known_headers=["证件号"])) == [{"证件号": "1"}]

    def test_without_known_names_the_first_row_is_the_header(self, tmp_path: Path) -> None:
        """With nothing to look for, the first row that is not blank is the header."""
        table = read_table(csv_file(tmp_path, "\na;b,c;d\n1;2;3\n"), known_headers=())

        assert table.headers == ("a", "b,c", "d")

    def test_duplicate_headers_are_not_read(self, tmp_path: Path) -> None:
        """Of two columns with the same name neither is read; it is an error where the name is known."""
        path = csv_file(tmp_path, "姓名,证件号,备注,姓名,备注,份数\n彭某,1,x,李某,y,2\n")

        table = read_table(path, known_headers=HEADERS)

        assert table.headers == ("证件号", "份数")
        assert texts(table) == [{"证件号": "1", "份数": "2"}]
        assert [(found.severity, found.message.zh) for found in table.problems] == [
            ("error", "列名“姓名”出现在 A, D 列，这几列都不读取"),
            ("warning", "列名“备注”出现在 C, E 列，这几列都不读取"),
        ]


class TestRows:
    @pytest.mark.parametrize(
        "line",
        [
            "合计,,3",
            ",合 计,3",
            "总计：3人,,",
            "小计(元),,",
            "本页小计,,",
            "合计人数,3,",
            "制表人：彭某,,",
            ",,制表人 彭某",
        ],
    )
    def test_total_lines_are_set_aside_with_a_note(self, tmp_path: Path, line: str) -> None:
        """Lines of totals and signatures are no data; a note names row and word but no person."""
        path = csv_file(tmp_path, f"姓名,证件号,份数\n李某,,1\n{line}\n")

        table = read_table(path, known_headers=HEADERS)

        assert [row.number for row in table.rows] == [2]
        assert codes(table) == [("table.not-data", "roster.csv:3")]
        assert table.problems[0].severity == "note"
        assert "彭某" not in str(table.problems)

    @pytest.mark.parametrize("text", ["总计划处", "合计量器厂", "小某"])
    def test_names_that_begin_like_totals_are_data(self, tmp_path: Path, text: str) -> None:
        """A unit called 总计划处 is data."""
        table = read_table(csv_file(tmp_path, f"姓名,份数\n{text},1\n"), known_headers=HEADERS)

        assert texts(table) == [{"姓名": text, "份数": "1"}]

    def test_more_cells_than_headers_sets_the_row_aside(self, tmp_path: Path) -> None:
        """A cell without a header may mean a shifted row: it is reported, and the good rows are kept."""
        path = csv_file(tmp_path, "姓名,份数,\n彭某,1,2\n李某,1,,\n王某,1,,x\n")

        table = read_table(path, known_headers=HEADERS)

        assert [row.number for row in table.rows] == [3]
        assert codes(table) == [
            ("table.cell-without-header", "roster.csv:2:C"),
            ("table.cell-without-header", "roster.csv:4:D"),
        ]

    def test_places_look_alike_for_callers(self, tmp_path: Path) -> None:
        """The caller's problems get the same form of place as the reader's."""
        path = csv_file(tmp_path, DATA)
        table = read_table(path, known_headers=HEADERS)

        assert table.where(2, "证件号") == f"{path}:2:证件号"
        assert table.where(2) == f"{path}:2"

    def test_printing_a_table_shows_no_person(self, tmp_path: Path) -> None:
        """A table, row or cell that ends up in a log shows neither names nor numbers."""
        table = read_table(csv_file(tmp_path, DATA), known_headers=HEADERS)
        shown = f"{table} {table.rows[0]} {table.rows[0].cells['证件号']}"

        assert WOMAN not in shown
        assert "彭某" not in shown

    @given(
        st.lists(st.sampled_from(["彭某,1,1", ",,", "合计,,2", "彭某,1,1,9", "李某"]), max_size=12),
    )
    def test_every_row_is_read_reported_or_blank(
        self, tmp_path_factory: pytest.TempPathFactory, lines: list[str]
    ) -> None:
        """No row that has content is missing from both the rows and the problems, and none is in both."""
        path = csv_file(tmp_path_factory.mktemp("rows"), "\n".join(["姓名,证件号,份数", *lines]))

        table = read_table(path, known_headers=HEADERS)

        read = {row.number for row in table.rows}
        reported = {int(found.where.split(":")[1]) for found in table.problems}
        assert read.isdisjoint(reported)
        assert read | reported == {number for number, line in enumerate(lines, 2) if line.strip(",")}


class TestWorkbooks:
    def test_numbers_keep_their_flag_and_value(self, tmp_path: Path) -> None:
        """A number that Excel stored is told from text, so that a damaged ID number can be reported."""
        # 999999199003078528 = 7812493742211551 · 128 is the double nearest to WOMAN
        path = saved(
            tmp_path / "roster.xlsx",
            [
                ["姓名", "证件号", "份数", "金额", "备注"],
                ["彭某", float(WOMAN), 2, 12.5, 3.0],
                ["李某", WOMAN, "2", "12.50", True],
            ],
        )

        first, second = read_table(path, known_headers=HEADERS).rows

        number = first.cells["证件号"]
        assert (number.text, number.number, number.value) == ("999999199003078528", True, float(WOMAN))
        damage = diagnose_id(number.text)
        assert damage is not None
        assert damage.code == "roster.id-damaged"
        assert [(c.text, c.number) for c in list(first.cells.values())[2:]] == [
            ("2", True),
            ("12.5", True),
            ("3", True),
        ]
        assert [(c.text, c.number) for c in list(second.cells.values())[1:]] == [
            (WOMAN, False),
            ("2", False),
            ("12.50", False),
            ("TRUE", False),
        ]

    def test_dates_become_iso_text(self, tmp_path: Path) -> None:
        """Excel's dates are ISO text, with the time only where there is one, and are no numbers."""
        path = saved(
            tmp_path / "roster.xlsx",
            [
                ["姓名", "份数", "参保日"],
                ["彭某", 1, datetime(2024, 2, 29)],  # noqa: DTZ001 - Excel has no time zones
                ["李某", 1, datetime(2024, 2, 29, 8, 30)],  # noqa: DTZ001 - the same
            ],
        )

        days = [row.cells["参保日"] for row in read_table(path, known_headers=HEADERS).rows]

        assert [(day.text, day.number) for day in days] == [
            ("2024-02-29", False),
            ("2024-02-29T08:30:00", False),
        ]

    def test_merged_cells_are_reported_row_by_row(self, tmp_path: Path) -> None:
        """A merge among the data sets its rows aside, one in the title or of empty cells does not."""
        path = saved(
            tmp_path / "roster.xlsx",
            [
                ["某某公司名单", None, None],
                ["姓名", "证件号", "份数"],
                ["彭某", "1", 1],
                ["李某", "2", None],
                ["王某", "3", 1],
                ["赵某", None, None],
                ["合计", None, 3],
            ],
            merges=("A1:C1", "C3:C4", "B6:C6", "A7:B7"),
        )

        table = read_table(path, known_headers=HEADERS)

        assert [row.number for row in table.rows] == [5, 6]
        assert codes(table) == [
            ("table.above-header", "roster.xlsx!名单:1"),
            ("table.merged-cells", "roster.xlsx!名单:3"),
            ("table.merged-cells", "roster.xlsx!名单:4"),
            ("table.not-data", "roster.xlsx!名单:7"),
        ]
        assert "C3:C4" in table.problems[1].message.zh

    def test_header_over_two_rows_is_reported(self, tmp_path: Path) -> None:
        """A merged header is reported for both its rows, and cells under no name are not read."""
        path = saved(
            tmp_path / "claims.xlsx",
            [["姓名", "证件号", "费用", None], [None, None, "自付一", "自付二"], ["彭某", "1", 10, 20]],
            merges=("A1:A2", "C1:D1"),
        )

        table = read_table(path, known_headers=HEADERS)

        assert table.rows == ()
        assert codes(table) == [
            ("table.merged-cells", "claims.xlsx!名单:1"),
            ("table.merged-cells", "claims.xlsx!名单:2"),
            ("table.cell-without-header", "claims.xlsx!名单:3:D"),
        ]

    def test_formula_without_value_is_reported(self, tmp_path: Path) -> None:
        """A program wrote the formula and Excel never computed it: the row is reported, not read as empty."""
        path = saved(tmp_path / "roster.xlsx", [["姓名", "份数"], ["彭某", "=1+1"], ["李某", 1]])

        table = read_table(path, known_headers=HEADERS)

        assert [row.number for row in table.rows] == [3]
        assert codes(table) == [("table.formula-without-value", "roster.xlsx!名单:2:份数")]

    def test_formula_with_value_is_read(self, tmp_path: Path) -> None:
        """A computed formula counts as its value, also when the value is an empty text."""
        plain = saved(tmp_path / "plain.xlsx", [["姓名", "份数", "备注"], ["彭某", "=1+1", '=""']])
        path = tmp_path / "roster.xlsx"
        with ZipFile(plain) as old, ZipFile(path, "w") as new:
            for name in old.namelist():
                sheet = old.read(name).decode()
                sheet = sheet.replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
                new.writestr(name, sheet.replace('<c r="C2"><f>', '<c r="C2" t="str"><f>'))

        table = read_table(path, known_headers=HEADERS)

        assert table.problems == ()
        assert texts(table) == [{"姓名": "彭某", "份数": "2", "备注": ""}]

    def test_error_values_are_reported(self, tmp_path: Path) -> None:
        """#N/A from a failed look-up is reported with its column."""
        path = saved(tmp_path / "roster.xlsx", [["姓名", "份数"], ["彭某", "#N/A"]])

        assert codes(read_table(path, known_headers=HEADERS)) == [
            ("table.error-value", "roster.xlsx!名单:2:份数")
        ]

    def test_the_sheet_with_a_header_is_read(self, tmp_path: Path) -> None:
        """Sheets of instructions and empty sheets do not matter while one sheet has a header."""
        path = saved(tmp_path / "roster.xlsx", [["填写说明"]], title="说明")
        book = load_workbook(path)
        book.create_sheet("名单").append(["姓名", "份数"])
        book.create_sheet("Sheet3")
        book.save(path)

        table = read_table(path, known_headers=HEADERS)

        assert (table.source, table.encoding) == (f"{path}!名单", "xlsx")

    def test_two_sheets_with_headers_need_a_choice(self, tmp_path: Path) -> None:
        """Which of two rosters is meant is not guessed; naming it settles it, a wrong name is an error."""
        path = saved(tmp_path / "roster.xlsx", [["姓名", "份数"], ["彭某", 1]], title="一月")
        book = load_workbook(path)
        book.create_sheet("二月").append(["姓名", "份数"])
        book.save(path)

        with pytest.raises(MutualPlansError, match=r"2 个工作表带表头（一月、二月）"):
            read_table(path, known_headers=HEADERS)
        assert len(read_table(path, known_headers=HEADERS, sheet="一月").rows) == 1
        with pytest.raises(MutualPlansError, match=r"没有工作表“三月”；有：一月、二月"):
            read_table(path, known_headers=HEADERS, sheet="三月")

    def test_empty_workbook_has_no_header(self, tmp_path: Path) -> None:
        """A workbook with nothing in it is reported like any table without a header."""
        table = read_table(saved(tmp_path / "roster.xlsx", []), known_headers=HEADERS)

        assert codes(table) == [("table.no-header", "roster.xlsx!名单")]


class TestFiles:
    @pytest.mark.parametrize("name", ["roster.xls", "roster.pdf", "roster"])
    def test_other_files_are_refused(self, tmp_path: Path, name: str) -> None:
        """Files of another kind are refused by name, with what to do."""
        with pytest.raises(MutualPlansError, match=r"(?s)table\.file-kind.*另存为 \.xlsx"):
            read_table(tmp_path / name, known_headers=HEADERS)

    def test_missing_file_is_refused(self, tmp_path: Path) -> None:
        """A file that is not there is a problem, not a traceback."""
        with pytest.raises(MutualPlansError, match=r"table\.unreadable"):
            read_table(tmp_path / "roster.csv", known_headers=HEADERS)

    @pytest.mark.parametrize(
        ("data", "words"), [(b"a,b\n", "不是可读的"), (b"\xd0\xcf\x11\xe0rest", "加密的或旧式 .xls")]
    )
    def test_false_workbooks_are_refused(self, tmp_path: Path, data: bytes, words: str) -> None:
        """A CSV, an old or an encrypted workbook renamed to .xlsx is refused with what it seems to be."""
        path = tmp_path / "roster.xlsx"
        path.write_bytes(data)

        with pytest.raises(MutualPlansError, match=words):
            read_table(path, known_headers=HEADERS)

    def test_reading_csv_does_not_import_openpyxl(self, tmp_path: Path) -> None:
        """Who reads a CSV does not wait for openpyxl to be imported."""
        path = csv_file(tmp_path, DATA)
        code = (
            "import sys; from mutualplans.files.tables import read_table; "
            f"read_table({str(path)!r}, known_headers=['姓名', '份数']); sys.exit('openpyxl' in sys.modules)"
        )

        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


FORMULAS = ["=1+1", "+A1", "-A1", "@SUM(A1)", "=HYPERLINK()", "-1+2", "\t=1", "+86 10"]


class TestWriting:
    def test_csv_opens_right_in_excel(self, tmp_path: Path) -> None:
        """CSV begins with the UTF-8 mark, ends lines with CR LF and quotes where needed."""
        path = tmp_path / "out.csv"

        write_table(path, ["姓名", "备注"], [["彭*", 'a,"b"']])

        assert path.read_bytes() == b"\xef\xbb\xbf" + '姓名,备注\r\n彭*,"a,""b"""\r\n'.encode()

    @pytest.mark.parametrize("text", FORMULAS)
    def test_csv_cells_never_become_formulas(self, tmp_path: Path, text: str) -> None:
        """What Excel would compute gets an apostrophe in front."""
        path = tmp_path / "out.csv"

        write_table(path, ["备注"], [[text]])

        assert path.read_text("utf-8-sig").splitlines()[1] == f"'{text}"

    @pytest.mark.parametrize("text", ["-12.50", "+3", "-1", "0", "12.50", "a=b", "2024-02-29", ""])
    def test_csv_keeps_plain_numbers(self, tmp_path: Path, text: str) -> None:
        """Negative amounts and harmless texts are written as they are."""
        path = tmp_path / "out.csv"

        write_table(path, ["金额", "x"], [[text, "x"]])

        assert path.read_text("utf-8-sig").splitlines()[1] == f"{text},x"

    @pytest.mark.parametrize("text", [*FORMULAS, WOMAN, "-12.50", "#N/A", "2024-02-29", "007"])
    def test_workbook_cells_are_all_text(self, tmp_path: Path, text: str) -> None:
        """Every cell of a workbook is stored and formatted as text, unchanged."""
        path = tmp_path / "out.xlsx"

        write_table(path, ["备注"], [[text]])

        cell = load_workbook(path).worksheets[0]["A2"]
        assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")

    def test_amounts_are_numbers_that_excel_adds_up(self, tmp_path: Path) -> None:
        """An amount is a number with two decimals in a workbook, and plain digits in CSV."""
        rows = [["彭*", Decimal("112.50")], ["王*", Decimal("1000.05")]]

        for kind in ("xlsx", "csv"):
            write_table(tmp_path / f"out.{kind}", ["姓名", "保费"], rows)

        cells = [load_workbook(tmp_path / "out.xlsx").worksheets[0][place] for place in ("B2", "B3")]
        assert [(cell.data_type, str(cell.value), cell.number_format) for cell in cells] == [
            ("n", "112.5", "0.00"),
            ("n", "1000.05", "0.00"),
        ]
        assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()[1:] == ["彭*,112.50", "王*,1000.05"]

    def test_column_widths_count_terminal_cells(self, tmp_path: Path) -> None:
        """A Chinese character is two cells wide; every column has two more and at most 60."""
        path = tmp_path / "out.xlsx"

        write_table(path, ["姓名", "证件号", "备注"], [["欧阳某某", WOMAN, "长" * 99]])

        sheet = load_workbook(path).worksheets[0]
        # 4 · 2 + 2, 18 + 2, at most 60
        assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [10, 20, 60]

    def test_control_characters_show_as_symbols(self, tmp_path: Path) -> None:
        """A control character, which a workbook cannot hold, is shown and not lost."""
        path = tmp_path / "out.xlsx"

        write_table(path, ["备注"], [["a\x00b\x1fc\nd"]])

        assert load_workbook(path).worksheets[0]["A2"].value == "a␀b␟c\nd"

    @given(
        st.lists(
            st.tuples(*[st.text("彭某0123456789=+-@'\" ,;X.", max_size=8).map(str.strip)] * 2).filter(any),
            max_size=5,
        ),
        st.sampled_from(["csv", "xlsx"]),
    )
    def test_what_is_written_is_read_back(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], kind: str
    ) -> None:
        """Any table written is read back the same, except for the apostrophes of CSV, without problems."""
        path = tmp_path_factory.mktemp("law") / f"out.{kind}"

        write_table(path, ["姓名", "备注"], rows)
        table = read_table(path, known_headers=["姓名", "备注"])

        back = [tuple(cell.text for cell in row.cells.values()) for row in table.rows]
        assert not table.problems
        for written, found in zip(rows, back, strict=True):
            for before, after in zip(written, found, strict=True):
                assert after == before or (kind, after) == ("csv", f"'{before}")

    def test_failure_leaves_the_old_file(self, tmp_path: Path) -> None:
        """A table that cannot be written leaves the older file whole and no temporary one behind."""
        path = tmp_path / "out.xlsx"
        write_table(path, ["备注"], [["old"]])
        before = path.read_bytes()

        with pytest.raises(ValueError, match=r"a cell holds 32767 characters; found 40000"):
            write_table(path, ["备注"], [["x" * 40_000]])
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_missing_folder_is_a_problem(self, tmp_path: Path) -> None:
        """A folder that is not there is reported with what to do."""
        with pytest.raises(MutualPlansError, match=r"(?s)table\.unwritable.*检查文件夹"):
            write_table(tmp_path / "none" / "out.csv", ["a"], [])

    def test_other_kinds_are_refused(self, tmp_path: Path) -> None:
        """Only .csv and .xlsx are written."""
        with pytest.raises(MutualPlansError, match=r"应为 “\.csv”, “\.xlsx”"):
            write_table(tmp_path / "out.txt", ["a"], [])

    def test_rows_must_fit_the_header(self, tmp_path: Path) -> None:
        """A row with another number of cells is the caller's mistake, and so is a cell that is no text."""
        with pytest.raises(ValueError, match=r"^row 2 has 1 cells; the header has 2$"):
            write_table(tmp_path / "out.csv", ["a", "b"], [["1"]])
        said = r"^row 2, column 1: cells are text, amounts Decimal, numbers whole; found float$"
        with pytest.raises(TypeError, match=said):
            write_table(tmp_path / "out.csv", ["a"], [[1.5]])  # type: ignore[list-item]


def test_an_empty_cell_is_the_default() -> None:
    """A cell made without content is empty, no number, and came from no Excel value."""
    cell = Cell()

    assert (cell.text, cell.number, cell.value) == ("", False, None)
