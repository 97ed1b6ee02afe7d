"""Files that a batch writes: whole or not at all, nothing personal in them, nothing that Excel computes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from docs.pages.problems import found_in
from mutualplans.batch.outcome import Outcome
from mutualplans.batch.words import CORE_REASONS, reason_words
from mutualplans.batch.write import BENEFITS, DECISIONS, KINDS, PROBLEMS, masked, writer
from mutualplans.engine.office import Office
from mutualplans.model.masks import mask_digits, mask_handle
from mutualplans.model.problem import MutualPlansError
from tests.batch.test_exactly import batch, person, stay, two_plans

ENGINE = Path(__file__).resolve().parents[2] / "mutualplans" / "engine"


def outcome() -> tuple[Office, Outcome]:
    """Return an office and what a few rows come to: paid, refused and incomplete."""
    office = two_plans()
    claims = [
        stay(1, 3, claim="=1+1", person="110101199003070010"),
        stay(1, 4, claim="-12", self_paid_in_scope=None, person="110101199003070010"),
        stay(2, 5, event="accident"),
    ]
    covers = [person(1, person="110101199003070010"), person(2, row=5), person(2, row=6, plan="allowance")]
    return office, batch(office, claims, covers)


def rows_of(path: Path) -> list[list[Any]]:
    """Return a CSV or workbook as rows, the header first."""
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_holds_every_row(tmp_path: Path, kind: str) -> None:
    """Decisions, benefits and problems come out with all their rows in each kind of file."""
    office, made = outcome()
    tables = {
        "d": (DECISIONS, made.decisions),
        "b": (BENEFITS, made.benefits),
        "p": (PROBLEMS, made.problems),
    }
    for name, (sheet, table) in tables.items():
        path = tmp_path / f"{name}{kind}"
        with writer(path, sheet, office, "zh") as file:
            file.write(table.slice(0, 1))
            file.write(table.slice(1))
        found = pa.parquet.read_table(path).num_rows if kind == ".parquet" else len(rows_of(path)) - 1

        assert found == table.num_rows > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}{kind}" for name in "bdp"]


def test_money_is_yuan_for_people_and_fen_for_programs(tmp_path: Path) -> None:
    """1000 yuan at 70 % are 700.00 in CSV, the number 700 in Excel and 70000 in ``amount_fen``."""
    office, made = outcome()
    for kind in KINDS:
        with writer(tmp_path / f"d{kind}", DECISIONS, office, "zh") as file:
            file.write(made.decisions)

    assert rows_of(tmp_path / "d.csv")[1][6] == "700.00"
    assert rows_of(tmp_path / "d.csv")[2][6] == ""
    assert rows_of(tmp_path / "d.xlsx")[1][6] == 700
    assert pa.parquet.read_table(tmp_path / "d.parquet")["amount_fen"].to_pylist()[:2] == [70_000, None]


def test_no_cell_becomes_a_formula_and_no_number_is_shown(tmp_path: Path) -> None:
    """A claim called ``=1+1`` stays text, plain numbers stay, and ID numbers are masked unless revealed."""
    office, made = outcome()
    for kind in (".csv", ".xlsx"):
        with writer(tmp_path / f"d{kind}", DECISIONS, office, "zh") as file:
            file.write(made.decisions)
    book = openpyxl.load_workbook(tmp_path / "d.xlsx").worksheets[0]

    assert [row[0] for row in rows_of(tmp_path / "d.csv")[1:3]] == ["'=1+1", "-12"]
    assert book["A2"].data_type == "s"
    assert {row[1] for row in rows_of(tmp_path / "d.csv")[1:]} == {"11**************10", "p2"}
    with writer(tmp_path / "r.csv", DECISIONS, office, "zh", reveal=True) as file:
        file.write(made.decisions)
    assert rows_of(tmp_path / "r.csv")[1][1] == "110101199003070010"


def test_masks_of_columns_are_those_of_single_texts() -> None:
    """Whole columns are masked exactly as `mask_digits` masks one text."""
    texts = [
        "110101199003070010",
        "11010119900307001X",
        "p-110101199003070010-1",
        "123",
        "",
        None,
        "1.10101199003E+17",
    ]
    texts += ["１１０１０１１９９００３０７００１０", "9" * 15, "9" * 30, "20250101-00000001"]

    texts += ["110101 19900307 0010", "110101-19900307-0010", "张伟", "child-1"]

    assert masked(pa.array(texts)).to_pylist() == [text and mask_digits(text) for text in texts]
    assert masked(pa.array(texts), handles=True).to_pylist() == [text and mask_handle(text) for text in texts]


def test_reasons_are_told_in_words(tmp_path: Path) -> None:
    """A refusal has the sentence of its condition, in the language that is asked for."""
    office, made = outcome()
    for lang in ("zh", "en"):
        with writer(tmp_path / f"{lang}.csv", DECISIONS, office, lang) as file:  # type: ignore[arg-type]
            file.write(made.decisions)

    assert "不予给付" in [row[5] for row in rows_of(tmp_path / "zh.csv")]
    assert "非住院" in [row[8] for row in rows_of(tmp_path / "zh.csv")]
    assert "refused" in [row[5] for row in rows_of(tmp_path / "en.csv")]


def test_every_reason_of_the_core_has_words() -> None:
    """No reason code of the engine lacks its sentence for tables."""
    found = {
        item.code
        for name in ("assess", "explain")
        for item in found_in(ENGINE / f"{name}.py")
        if item.severity == "reason"
    }

    assert found <= CORE_REASONS.keys()
    assert len(found) > 5
    assert reason_words(two_plans())["allowance", "not-inpatient"].zh == "非住院"


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, kind: str) -> None:
    """Ctrl-C while writing leaves an older file as it was, and no temporary one."""
    office, made = outcome()
    path = tmp_path / f"d{kind}"
    path.write_bytes(b"older")

    def interrupted() -> None:
        with writer(path, DECISIONS, office, "zh") as file:
            file.write(made.decisions)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Writing into a folder that does not exist is a problem with its reason."""
    office, _made = outcome()
    with (
        pytest.raises(MutualPlansError) as caught,
        writer(tmp_path / "no" / "d.csv", DECISIONS, office, "zh"),
    ):
        pass

    assert caught.value.problems[0].code == "table.unwritable"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full nothing is left half written, and the message says what to do."""
    office, made = outcome()
    full = tmp_path / "full.csv"
    original = Path.open

    def opened(self: Path, *args: Any, **more: Any) -> Any:
        return original(Path("/dev/full") if args[:1] == ("wb",) else self, *args, **more)

    monkeypatch.setattr(Path, "open", opened)

    def write_much() -> None:
        with writer(full, DECISIONS, office, "zh") as file:
            for _time in range(400):
                file.write(made.decisions)

    with pytest.raises(MutualPlansError) as caught:
        write_much()

    assert caught.value.problems[0].code == "table.unwritable"
    assert "磁盘已满" in caught.value.problems[0].hint.zh  # type: ignore[union-attr]
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused(tmp_path: Path) -> None:
    """A file name whose ending is unknown is refused before anything is computed."""
    office, _made = outcome()
    with pytest.raises(MutualPlansError) as caught:
        writer(tmp_path / "d.ods", DECISIONS, office, "zh")

    assert caught.value.problems[0].code == "table.file-kind"
