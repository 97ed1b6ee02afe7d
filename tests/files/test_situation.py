"""Case files: everything wrong is reported with its line, and nothing else is lost."""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans.files.situation import SituationFile, read_situation
from mutualplans.model.tomlfile import read_toml
from tests.engine.plans import allowance, make

CASE = """
[member]
sex = "female"
birth_date = 1980-05-01
employment = "in-post"

[[coverage]]
plan = "allowance"
first_day = 2024-01-01
last_day = 2024-12-31
shares = 1

[[claim]]
event = "inpatient"
admitted = 2024-03-01
days = 5
total = "1200.50"
"""


def read(text: str) -> SituationFile:
    """Read a case file for the allowance plan."""
    return read_situation(read_toml("case.toml", text), [allowance()[0]])


def problems(text: str) -> list[tuple[str, str]]:
    """Return code and place of each problem."""
    return [(item.code, item.where) for item in read(text).problems]


def test_a_sound_file_becomes_records() -> None:
    """Money, dates and counts arrive as such, and an unnumbered claim is known by its place."""
    found = read(CASE).situation

    assert found is not None
    assert date(1980, 5, 1) == found.member.birth_date
    assert ("#1", 5, mp.yuan("1200.50")) == (found.claims[0].id, found.claims[0].days, found.claims[0].total)


@pytest.mark.parametrize(
    "written", ["1200.50", "1200", '"１２"', '"1,23"', '"1e5"', "1e5", '"12.345"', '" 12"', '""']
)
def test_money_is_text_in_yuan_and_nothing_else(written: str) -> None:
    """Floats, bare numbers, full-width digits, commas, exponents and fractions of a fen are all refused."""
    found = read(CASE.replace('"1200.50"', written))

    assert [item.code for item in found.problems] == ["file.value"]
    assert found.problems[0].where == "case.toml:17: claim[1].total"
    assert found.situation is not None
    assert found.situation.claims == ()


@pytest.mark.parametrize("written", ["5.0", '"５"', "true", "-1", "99999", '"five"'])
def test_counts_are_whole_numbers_within_their_bounds(written: str) -> None:
    """A float, full-width digits, a flag, a negative and an absurd number of days are refused."""
    assert problems(CASE.replace("days = 5", f"days = {written}")) == [
        ("file.value", "case.toml:16: claim[1].days")
    ]


def test_all_mistakes_of_a_file_come_at_once() -> None:
    """Four mistakes in four tables are four problems, each with its line."""
    wrong = (
        CASE.replace('sex = "female"', 'sex = "f"')
        .replace("shares = 1", "shars = 1")
        .replace("2024-03-01", '"2024-02-30"')
        .replace("days = 5", 'days = "5 天"')
    )

    assert problems(wrong) == [
        ("file.value", "case.toml:3: member.sex"),
        ("file.unknown-key", "case.toml:11: coverage[1].shars"),
        ("file.value", "case.toml:15: claim[1].admitted"),
        ("file.value", "case.toml:16: claim[1].days"),
    ]


def test_an_unknown_field_offers_the_nearest() -> None:
    """ "diagnosi" is probably "diagnosis"."""
    (found,) = read(CASE.replace("days = 5", 'diagnosi = "C50"')).problems

    assert found.hint is not None
    assert "diagnosis" in found.hint.zh


def test_a_missing_first_day_is_said() -> None:
    """A cover without its first day is reported and left out."""
    assert problems(CASE.replace("first_day = 2024-01-01", "")) == [
        ("file.missing-key", "case.toml:7: coverage[1]")
    ]


def test_a_cover_that_ends_before_it_begins_is_refused() -> None:
    """The last day must not lie before the first."""
    assert problems(CASE.replace("2024-12-31", "2023-12-31")) == [("file.value", "case.toml:7: coverage[1]")]


def test_the_member_is_needed() -> None:
    """Without [member] there is no situation at all."""
    found = read(CASE.replace("[member]", "[membr]"))

    assert found.situation is None
    assert {"file.unknown-key", "file.value"} == {item.code for item in found.problems}


def test_sex_and_birth_date_come_from_the_id_number() -> None:
    """The number 999999 19750304 002 1 is a woman's, born 1975-03-04."""
    found = read(
        CASE.replace('sex = "female"\nbirth_date = 1980-05-01', 'id_number = "999999197503040021"')
    ).situation

    assert found is not None
    assert ("female", date(1975, 3, 4)) == (found.member.sex, found.member.birth_date)


def test_a_contradiction_with_the_id_number_is_not_resolved_silently() -> None:
    """A stated birth date other than the number's is reported; neither is chosen."""
    text = CASE.replace('sex = "female"', 'sex = "female"\nid_number = "999999197503040021"')

    assert problems(text) == [("person.id-differs", "case.toml:5: member.birth_date")]


def test_a_damaged_id_number_is_reported_without_printing_it() -> None:
    """The message about a wrong number never contains the number."""
    (found,) = read(CASE.replace('sex = "female"', 'id_number = "999999199003078528"')).problems

    assert "999999199003078528" not in found.message.zh + found.where


def test_a_plan_can_declare_fields_of_its_own() -> None:
    """A field that a plan reads may stand in the file; without the plan it is unknown."""
    rest = mp.field("claim", "rest_days", mp.Kind.COUNT, "休息天数", most=365)
    plan = make(
        "resting",
        mp.parameters(daily=mp.money("每日")),
        benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=rest * mp.yuan("10"))],
    )
    file = read_toml("case.toml", CASE.replace("days = 5", "rest_days = 30"))

    with_plan = read_situation(file, [plan])
    too_many = read_situation(read_toml("case.toml", CASE.replace("days = 5", "rest_days = 366")), [plan])

    assert with_plan.situation is not None
    assert with_plan.situation.claims[0].extra == {"rest_days": 30}
    assert [item.code for item in read_situation(file, [allowance()[0]]).problems] == ["file.unknown-key"]
    assert [item.code for item in too_many.problems] == ["file.value"]


def test_names_and_numbers_are_masked_in_what_python_prints() -> None:
    """The repr of a member shows neither the name nor the number in full."""
    text = CASE.replace(
        'sex = "female"\nbirth_date = 1980-05-01', 'name = "彭丽华"\nid_number = "999999197503040021"'
    )
    found = read(text).situation

    assert found is not None
    assert "丽华" not in repr(found)
    assert "197503040021" not in repr(found)


@pytest.mark.parametrize(
    "written",
    [
        "id_number = 999999197503040021",
        'id_number = "99999919750304002"',
        'name = ["彭丽华"]',
        'name = { text = "彭丽华", number = "999999197503040021" }',
    ],
)
def test_a_wrong_name_or_number_stays_out_of_the_message(written: str) -> None:
    """A number without quotes, one of 17 digits, a list and a table are described by what they are."""
    found = read(CASE.replace('sex = "female"', written)).problems
    said = " ".join(item.line() for item in found)

    assert [item.code for item in found] == ["file.value"]
    assert "彭丽华" not in said
    assert "19750304" not in said


@pytest.mark.parametrize(
    ("place", "written", "words"),
    [
        ('total = "1200.50"', "total = 12.5", '金额要加英文双引号，如 "12.50"；现在写的是 12.5'),
        ('total = "1200.50"', 'total = "12.5元"', '金额写成 12.50 的样子；现在写的是 "12.5元"'),
        ("days = 5", "days = 5.5", "现在写的是小数 5.5"),
        ("days = 5", "days = [5]", "现在写的是一组值"),
        ("days = 5", "days = true", "现在写的是是否值 true"),
        ("admitted = 2024-03-01", 'admitted = "2024.3.1"', "这里应写 2024-03-01"),
        ("admitted = 2024-03-01", 'admitted = "２０２４/3/1"', "这里应写 2024-03-01"),
        ("admitted = 2024-03-01", 'admitted = "2024年3月1日"', "这里应写 2024-03-01"),
        ("admitted = 2024-03-01", 'admitted = "2024-02-30"', "日历上没有这一天"),
    ],
)
def test_a_value_is_refused_in_words(place: str, written: str, words: str) -> None:
    """The message says how the value is written, and what was found, without a name of a Python type."""
    (found,) = read(CASE.replace(place, written)).problems

    assert words in found.message.zh
    assert not any(name in found.message.zh for name in ("float", "str", "int", "list", "bool"))


def test_who_is_insured_with_the_member_has_an_id() -> None:
    """Without an id no cover could name the child, and two children could not be told apart."""
    assert problems(CASE + '[[insured]]\nrelation = "child"\n')[:1] == [
        ("file.missing-key", "case.toml:18: insured[1]")
    ]
