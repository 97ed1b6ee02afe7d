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
