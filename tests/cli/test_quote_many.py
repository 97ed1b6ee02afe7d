"""Large rosters are quoted all at once: nobody can tell by the result."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutualplans.cli import quote_all
from mutualplans.cli.main import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_a_roster_is_quoted_the_same_all_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """The example office's roster, with units, group rules and rows that are refused: every character is the same."""
    office = EXAMPLES / "office"
    command = ["quote", "--roster", str(office / "roster.csv"), "--office", str(office / "office.toml")]
    command += ["--unit", str(office / "unit.toml"), "--first-day", "2025-07-01", "--format", form]

    status = main(command)
    one_by_one = capsys.readouterr()
    monkeypatch.setattr(quote_all, "WORTH_A_BATCH", 1)
    many = []
    quoted_before = quote_all._quoted_before

    def noted(*given: object) -> object:
        made = quoted_before(*given)  # type: ignore[arg-type]
        many.append(made)
        return made

    monkeypatch.setattr(quote_all, "_quoted_before", noted)
    again = main(command)

    assert any(many)
    assert (again, capsys.readouterr()) == (status, one_by_one)


def test_a_long_list_of_persons_is_in_the_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of five men none can join the women's plan: all are shown, or the first two where a file holds all five."""
    monkeypatch.setattr("mutualplans.cli.quotes.MOST_SHOWN", 2)
    rows = [f"王强{number},男,198{number}-01-01,在职,厂" for number in range(5)]
    roster, written = tmp_path / "roster.csv", tmp_path / "quotes.csv"
    roster.write_text("\n".join(["姓名,性别,出生日期,在职状态,单位", *rows, ""]), encoding="utf-8")
    command = ["quote", "--plan", "female-illness", "--edition", "beijing-2018-12", "--roster", str(roster)]
    command += ["--first-day", "2024-05-01"]

    main(command)
    shown = capsys.readouterr().out
    main([*command, "-o", str(written)])
    less = capsys.readouterr().out

    assert shown.count("王*") == 5
    assert less.count("王*") == 2
    assert "还有 3 人次不能参保，见写出的明细" in less
    assert written.read_text(encoding="utf-8-sig").count("王*") == 5
