"""`mutualplans assess`, run as a person runs it, on the example office."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
OFFICE = str(ROOT / "examples" / "office" / "office.toml")

COVERAGES = """被保障人,计划,保障起始日,保障终止日,性别,出生日期,在职状态,档次,单位
W1,inpatient-allowance,2025-01-01,2025-12-31,男,1980-05-01,在职,,甲厂
W1,accident,2025-01-01,2025-12-31,男,1980-05-01,在职,100,甲厂
W2,inpatient-allowance,2025-01-01,2025-12-31,女,1975-02-01,在职,,乙厂
"""
CLAIMS = """申领编号,被保障人,事件类型,原因,发生日期,入院日期,出院日期,报案日期,住院天数,诊断
A-1,W1,住院,疾病,2025-03-01,2025-03-01,2025-03-11,2025-04-01,10,J18.9
A-2,W2,住院,疾病,2025-05-01,2025-05-01,2025-05-08,2025-06-01,7,I10
"""
BAD = "A-3,W2,住院了,疾病,2025-05-01,2025-05-01,2025-05-08,2025-06-01,7,I10\n"


def files(folder: Path, claims: str = CLAIMS) -> list[str]:
    """Write both tables and return the arguments that name them."""
    (folder / "claims.csv").write_text(claims, "gb18030")
    (folder / "coverages.csv").write_text(COVERAGES, "utf-8-sig")
    return [
        "assess",
        str(folder / "claims.csv"),
        "--coverage",
        str(folder / "coverages.csv"),
        "--office",
        OFFICE,
    ]


def rows(path: Path) -> list[dict[str, str]]:
    """Return a CSV as rows."""
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def test_claims_are_decided_from_file_to_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Days beyond the third are paid at 40 yuan: 7 and 4 days; totals by plan, benefit and unit add up."""
    status = main(
        [
            *files(tmp_path),
            "-o",
            str(tmp_path / "out.csv"),
            "--benefits",
            str(tmp_path / "ben.csv"),
            "--format",
            "json",
        ]
    )
    totals = json.loads(capsys.readouterr().out)

    paid = {
        row["申领编号"]: row["金额（元）"]
        for row in rows(tmp_path / "out.csv")
        if row["计划"] == "inpatient-allowance"
    }
    assert paid == {"A-1": "280.00", "A-2": "160.00"}
    assert totals["claims"] == {"read": 2, "assessed": 2, "refused": 0}
    assert totals["total"] == "440.00"
    assert totals["units"] == [
        {"unit": "乙厂", "times": 1, "total": "160.00"},
        {"unit": "甲厂", "times": 1, "total": "280.00"},
    ]
    assert {(row["plan"], row["total"]) for row in totals["benefits"]} == {("inpatient-allowance", "440.00")}
    assert [row["times"] for row in totals["reasons"] if row["code"] == "not-accident"] == [1]
    assert rows(tmp_path / "out-problems.csv") == []
    assert len(rows(tmp_path / "ben.csv")) > 2
    assert status == ExitStatus.OK


def test_refused_rows_are_listed_and_the_status_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that cannot be read is in the file of problems; the others are decided, and both counts are told."""
    arguments = [*files(tmp_path, CLAIMS + BAD), "-o", str(tmp_path / "out.csv")]
    status = main(arguments)
    shown = capsys.readouterr()

    assert status == ExitStatus.ROWS_REFUSED
    assert "申领 3 笔：核定 2 笔，没有核定 1 笔" in shown.out
    assert "按单位" in shown.out
    found = rows(tmp_path / "out-problems.csv")
    assert [(row["行号"], row["列"], row["现在写的"]) for row in found] == [("4", "事件类型", "住院了")]
    assert len(rows(tmp_path / "out.csv")) == 3


def test_strict_decides_nothing_when_a_row_is_refused(tmp_path: Path) -> None:
    """Under ``--strict`` one bad row is enough: the problems are written, the decisions are not."""
    status = main([*files(tmp_path, CLAIMS + BAD), "-o", str(tmp_path / "out.csv"), "--strict"])

    assert status == ExitStatus.DATA
    assert not (tmp_path / "out.csv").exists()
    assert len(rows(tmp_path / "out-problems.csv")) == 1
    assert main([*files(tmp_path), "-o", str(tmp_path / "out.csv"), "--strict"]) == ExitStatus.OK


def test_fail_fast_stops_at_the_first_bad_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under ``--fail-fast`` the first refused row ends the run, with nothing written."""
    status = main([*files(tmp_path, CLAIMS + BAD), "-o", str(tmp_path / "out.csv"), "--fail-fast"])

    assert status == ExitStatus.DATA
    assert "住院了" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.csv", "coverages.csv"]


def test_explain_prints_the_steps_of_one_claim(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--explain`` shows how the amount came about and writes nothing; an unknown number names the nearest."""
    status = main([*files(tmp_path), "--explain", "A-1"])
    shown = capsys.readouterr()

    assert status == ExitStatus.OK
    assert "40.00 元 × 7 天" in shown.out
    assert main([*files(tmp_path), "--explain", "A-12"]) == ExitStatus.DATA
    assert "A-1" in capsys.readouterr().err
    assert main([*files(tmp_path, CLAIMS + BAD), "--explain", "A-3"]) == ExitStatus.DATA
    assert "住院了" in capsys.readouterr().err


def test_files_that_are_read_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An output that is an input, or another output, is refused before anything is read."""
    arguments = files(tmp_path)
    for more in (
        ["-o", str(tmp_path / "claims.csv")],
        ["-o", str(tmp_path / "o.csv"), "--problems", str(tmp_path / "o.csv")],
    ):
        assert main([*arguments, *more]) == ExitStatus.DATA
        assert "file.same" in capsys.readouterr().err
    assert main([*arguments, "-o", str(tmp_path / "o.ods")]) == ExitStatus.DATA
    assert main(arguments) == ExitStatus.USAGE


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    """Where pyarrow is not installed, the command says so; help works, and imports neither it nor numpy."""
    code = (
        "import sys, importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'pyarrow' else find(name, *more)\n"
        "from mutualplans.cli.main import main\n"
        "status = main(sys.argv[1:])\n"
        "print(status, sorted({'pyarrow', 'numpy', 'numba'} & set(sys.modules)))\n"
    )
    missing = subprocess.run(
        [sys.executable, "-c", code, *files(tmp_path), "-o", str(tmp_path / "out.csv")],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    helped = subprocess.run(
        [sys.executable, "-c", code, "assess", "--help"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )

    assert 'pip install "mutualplans[batch]"' in missing.stderr
    assert missing.stdout.split("\n")[0] == "5 []"
    assert helped.stdout.rstrip().endswith("0 []")
    assert "--coverage" in helped.stdout


def test_a_small_city_runs_from_the_generator(tmp_path: Path) -> None:
    """The generated year is read with its mistakes, and its totals are those of its own decisions file."""
    make = [
        sys.executable,
        str(ROOT / "examples" / "city_year.py"),
        "--claims",
        "150",
        "--seed",
        "3",
        "--out",
        str(tmp_path),
    ]
    subprocess.run(make, check=True, capture_output=True)
    arguments = [
        "assess",
        str(tmp_path / "claims.csv"),
        "--coverage",
        str(tmp_path / "coverages.csv"),
        "--office",
        OFFICE,
    ]
    status = main([*arguments, "-o", str(tmp_path / "out.csv")])
    first = (tmp_path / "out.csv").read_bytes()
    subprocess.run(make, check=True, capture_output=True)
    main([*arguments, "-o", str(tmp_path / "again.csv"), "--threads", "2"])

    assert status == ExitStatus.ROWS_REFUSED
    assert (tmp_path / "again.csv").read_bytes() == first
    assert len(rows(tmp_path / "out-problems.csv")) > 5
    decided = {row["行号"] for row in rows(tmp_path / "out.csv")}
    assert 120 < len(decided) <= 151


def test_parts_and_threads_change_no_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A made-up year in which rows are bad in every way: files and totals are the same in one part and in many."""
    folder = tmp_path / "year"
    made = [sys.executable, str(ROOT / "examples" / "city_year.py"), "--claims", "150", "--seed", "3"]
    subprocess.run([*made, "--out", str(folder)], check=True, capture_output=True)
    given = [
        "assess",
        str(folder / "claims.csv"),
        "--coverage",
        str(folder / "coverages.csv"),
        "--office",
        OFFICE,
    ]
    found = []
    for name, more in {
        "whole": [],
        "parts": ["--rows-in-memory", "400", "--threads", "1"],
        "many": ["--rows-in-memory", "200", "--threads", "3"],
    }.items():
        out = tmp_path / name
        out.mkdir()
        files = ["-o", str(out / "d.csv"), "--benefits", str(out / "b.csv"), "--format", "json"]
        status = main([*given, *files, *more])
        totals = json.loads(capsys.readouterr().out)
        found.append((status, totals, {path.name: path.read_bytes() for path in sorted(out.iterdir())}))

    assert sorted(found[0][2]) == ["b.csv", "d-problems.csv", "d-receipts.csv", "d.csv"]
    assert found[0][1]["claims"]["assessed"] > 100
    assert found[0][1]["claims"]["refused"] > 0
    assert found[0] == found[1] == found[2]


def test_every_receipt_can_be_looked_up(tmp_path: Path) -> None:
    """The file of receipts says for each reference which plan, edition and values decided."""
    main([*files(tmp_path), "-o", str(tmp_path / "out.csv")])
    known = {row["回执"]: row for row in rows(tmp_path / "out-receipts.csv")}
    decided = rows(tmp_path / "out.csv")

    assert decided
    for row in decided:
        found = known[row["回执"]]
        assert (found["计划"], found["版次"]) == (row["计划"], row["版次"])
        assert found["取值摘要"]


def test_a_claim_is_explained_from_its_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--explain`` says the same of a claim when the rows do not fit into memory."""
    told = []
    for more in ([], ["--rows-in-memory", "1"]):
        assert main([*files(tmp_path), "--explain", "A-2", *more]) == ExitStatus.OK
        told.append(capsys.readouterr().out)

    assert "160" in told[0]
    assert told[0] == told[1]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    """A real run over many claims, stopped once it has begun to write: its number says so, and no file is there."""
    out = tmp_path / "out"
    out.mkdir()
    head, claim = CLAIMS.splitlines()[:2]
    many = [
        claim.replace("A-1", f"B-{number}").replace("2025-04-01", "2025-04-02") for number in range(40_000)
    ]
    command = [sys.executable, "-m", "mutualplans", *files(tmp_path, "\n".join([head, *many]) + "\n")]
    run = subprocess.Popen(
        [*command, "-o", str(out / "d.csv")], stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        until = time.monotonic() + 60
        while not list(out.iterdir()) and run.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        begun = [path.name for path in out.iterdir()]
        run.send_signal(signal.SIGINT)
        _said, told = run.communicate(timeout=60)
    finally:
        run.kill()

    assert begun
    assert all(name.startswith(".") for name in begun), "a file had its name already"
    assert run.returncode == ExitStatus.INTERRUPTED, told.decode()
    assert list(out.iterdir()) == []
