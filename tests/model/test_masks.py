"""Nothing that looks like an ID number, and no name in plain text, gets into what people read by accident."""

from __future__ import annotations

import pytest

import mutualplans as mp
from mutualplans.model.masks import mask_digits
from mutualplans.model.problem import Problem, problem
from mutualplans.model.text import Text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("厂 999999197503040021 号", "厂 99**************21 号"),
        ("99999919750304002X", "99**************2X"),
        ("999999750304002", "99***********02"),
        ("９９９９９９１９７５０３０４００２Ｘ", "９９**************２Ｘ"),
        ("6222021234567890123", "62***************23"),
        ("9.99999199003078E+17", "9.****************17"),
        ("2024-03-01，12345678901234", "2024-03-01，12345678901234"),
        ("厂 999999 19750304 0021 号", "厂 99****************21 号"),
        ("3 999999-19750304-002X", "3 99****************2X"),
        ("9999 9919 7503 0400 21", "99******************21"),
        ("９９９９９９－１９７５０３０４－００２ｘ", "９９****************２ｘ"),
        ("999999 750304 002", "99*************02"),
        ("999999 19750304 0021 999999 19760304 0021", "99****************21 99****************21"),
        ("2024-01-01 2024-12-31", "2024-01-01 2024-12-31"),
        ("110105-2024-0000123", "110105-2024-0000123"),
        ("999999 19751304 0021", "999999 19751304 0021"),
    ],
)
def test_long_numbers_are_masked(text: str, masked: str) -> None:
    """15 digits, and ID numbers with spaces or dashes, keep the first and the last two characters; the rest stays."""
    assert mask_digits(text) == masked
    assert mask_digits(text, reveal=True) == text


def test_a_problem_shows_no_id_number() -> None:
    """Message, place and hint are masked in both languages, however the problem is made."""
    number = "999999197503040021"
    short = problem(
        "a.b", f"见 {number}", f"see {number}", where=f"{number}.csv", hint_zh=number, hint_en=number
    )
    long = Problem(code="a.b", message=Text(f"见 {number}"), where=number, hint=Text(number))

    for found in (short, long):
        assert found.hint is not None
        said = found.line() + found.line("en") + found.hint.zh + found.hint.en
        assert number not in said
        assert "99**************21" in said


@pytest.mark.parametrize("record", [mp.Member, mp.Insured])
@pytest.mark.parametrize(
    ("given", "how"), [({"name": "彭丽华"}, "Name"), ({"id_number": "1" * 18}, "read_id")]
)
def test_a_person_takes_no_plain_text(record: type, given: dict[str, str], how: str) -> None:
    """A name or number as plain text would be printed in full: refused, saying what to write, without the value."""
    with pytest.raises(TypeError) as caught:
        record(**given)

    assert how in str(caught.value)
    assert next(iter(given.values())) not in str(caught.value)
