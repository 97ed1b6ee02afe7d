"""What is wrong with a file is said in English too: Chinese stands there only where it was found, or is a label."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from mutualplans.files.roster import known_headers, read_roster
from mutualplans.files.situation import read_situation
from mutualplans.files.tables import read_table
from mutualplans.files.units import read_units
from mutualplans.model.problem import MutualPlansError, Problem
from mutualplans.model.tomlfile import read_toml
from mutualplans.plan.reading import read_edition
from tests.engine.plans import HEAD, allowance

CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
CASE = """
[member]
id_number = 5
sex = "man"
birth_date = "2024-02-30"
hardship = "perhaps"
[[insured]]
id = ""
[[coverage]]
plan = "allowance"
first_day = 2024-12-31
last_day = "2024-1-1"
shares = 200
earlier = [{ first = 2024-01-01 }]
[[coverage]]
plan = "allowance"
first_day = 2024-12-31
last_day = 2024-01-01
earlier = 5
[[claim]]
event = "inpatien"
admitted = 1800-01-01
total = 12.5
pool_paid = "12.345"
days = 2.5
circumstances = "drunk"
"""


def english(problems: list[Problem] | tuple[Problem, ...]) -> list[str]:
    """Return the English messages and hints of problems."""
    return [text.en for item in problems for text in (item.message, item.hint) if text]


def test_a_case_file() -> None:
    """Values of every kind that do not fit are told in English."""
    told = english(read_situation(read_toml("case.toml", CASE), [allowance()[0]]).problems)

    assert [text for text in told if not text or CHINESE.search(text)] == []
    for words in (
        "no such day; a date is written like 2024-02-29",
        "shares: should be between 1 and 100; found 200",
        "inpatient, outpatient, ",
        'found "inpatien"; did you mean inpatient?',
        'total of the bill: an amount stands in double quotes, such as "12.50"; found 12.5',
        "found the decimal number 2.5",
    ):
        assert any(words in text for text in told), (words, told)


def test_a_unit_file(tmp_path: Path) -> None:
    """So are those of a unit file."""
    file = tmp_path / "unit.toml"
    file.write_text('[[unit]]\nname = "one"\nheadcount = "ten"\nwomen = -1\n', "utf-8")

    with pytest.raises(MutualPlansError) as caught:
        read_units(read_toml(file), [])
    assert english(caught.value.problems) == [
        'staff of the unit: a number is written as a whole number, such as 3; found "ten"',
        "women of the unit: should be between 0 and 1000000; found -1",
    ]


def test_a_roster(tmp_path: Path) -> None:
    """So are the cells of a roster, whose labels and contents are Chinese."""
    plans = [allowance()[0]]
    file = tmp_path / "roster.csv"
    file.write_text("姓名,出生日期,在职状态,份数\nA,yesterday,working,x\nB,1980-01-01,在职,101\n", "utf-8")
    found = read_roster(read_table(file, known_headers=known_headers(plans)), plans, {}, date(2024, 1, 1))

    told = [item.message.en for item in found.problems]
    assert told[0] == 'a date is written like 2024-02-29; found "yesterday"'
    assert told[1].endswith('should be one of 在职, 退休, 离职, 灵活就业; found "working"')
    assert told[2:] == [
        'a number is written as a whole number, such as 3; found "x"',
        "shares are between 0 and 100; found 101",
    ]


def test_an_edition() -> None:
    """So are the values of an edition."""
    plan = allowance()[0]
    file = read_toml("test.toml", HEAD.format(plan=plan.id, values="daily = 40\n"))

    told = english(read_edition(plan, file)[1])
    assert '每日津贴: an amount stands in double quotes, such as "12.50"; found 40' in told
    assert [text for text in told if CHINESE.search(text.removeprefix("每日津贴"))] == []
