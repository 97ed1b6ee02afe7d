"""The page that lists what can be said names the tests that are here, and counts its own rows."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = (FOLDER.parent.parent / "docs" / "expressiveness.md").read_text("utf-8")
FILES = {
    "base": "test_base.py",
    "scales": "test_scales.py",
    "limits": "test_limits.py",
    "time": "test_time.py",
    "people": "test_people_and_fees.py",
}


def rows() -> list[list[str]]:
    """Return the cells of each row of the page's tables."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and "| said |" not in line]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_page_names_every_test_and_no_other() -> None:
    """Each test of a feature is named on the page under its file, and each name is a test."""
    named = set()
    for row in rows():
        place, _, tests = row[2].partition(": ")
        named |= {(place, name) for name in tests.split(", ") if name}
    there = {
        (place, name)
        for place, file in FILES.items()
        for name in re.findall(r"^def test_(\w+)", (FOLDER / file).read_text("utf-8"), re.MULTILINE)
    }

    assert named == there


def test_the_page_counts_its_rows() -> None:
    """The sums above the tables are those of the rows; what is not yet said has no test, everything else has."""
    open_ = [row for row in rows() if row[1].startswith("**not yet**")]
    leaf = [row for row in rows() if row[1].startswith("**uses the leaf**")]
    said = len(rows()) - len(open_) - len(leaf)

    assert f"**Said: {said}. Uses the leaf: {len(leaf)}. Not yet: {len(open_)}.**" in PAGE
    assert open_ == [row for row in rows() if row[2] == "–"]
