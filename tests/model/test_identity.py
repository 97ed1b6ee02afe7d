"""Resident ID numbers are read strictly, diagnosed helpfully and never shown by accident."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualplans.model.identity import IdNumber, Name, diagnose_id, mask_id, mask_name, read_id

# 7·9+9·9+10·9+5·9+8·9+4·9 + 2·1+1·9+6·9+3·0 + 7·0+9·3 + 10·0+5·7 + 8·8+4·5+2·2 = 602 = 54·11 + 8 → "4"
WOMAN = "999999199003078524"
# the same with 17th digit 1: 602 - 2·2 + 2·1 = 600 = 54·11 + 6 → "6"
MAN = "999999199003078516"
# 17 digits ending 841: 602 - 4·5 - 2·2 + 4·4 + 2·1 = 596 = 54·11 + 2 → "X"
ENDS_IN_X = "99999919900307841X"
# the nearest double to WOMAN: 7812493742211551 · 128
AS_DOUBLE = "999999199003078528"


def second_check_digit(first: str) -> str:
    """Compute the check digit by the recursion of ISO 7064 MOD 11-2, not by the weights of GB 11643."""
    product = 0
    for digit in first:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(1 - product) % 11]


numbers = st.builds(
    lambda day, last: f"999999{day.year:04}{day.month:02}{day.day:02}{last:03}",
    st.dates(date(1850, 1, 1), date(2100, 12, 31)),
    st.integers(0, 999),
).map(lambda first: first + second_check_digit(first))


@pytest.mark.parametrize("text", [WOMAN, MAN, ENDS_IN_X, "11010519491231002X"])
def test_valid_numbers_are_read(text: str) -> None:
    """Numbers with a hand-computed check digit, and the sample of GB 11643 itself, are accepted."""
    assert text == read_id(text).reveal()


def test_number_states_birth_date_and_sex() -> None:
    """The birth date is characters 7 to 14, and an odd 17th digit is a man's."""
    woman, man = read_id(WOMAN), read_id(MAN)

    assert (date(1990, 3, 7), "female", "male") == (woman.birth_date, woman.sex, man.sex)


@given(numbers)
def test_valid_date_and_right_check_digit_are_accepted(text: str) -> None:
    """Any number with a day of the calendar and the check digit of ISO 7064 is accepted."""
    assert diagnose_id(text) is None


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(text: str, place: int, step: int) -> None:
    """Changing one of the 17 digits always makes the number invalid."""
    changed = str((int(text[place]) + step) % 10)

    assert diagnose_id(text[:place] + changed + text[place + 1 :]) is not None


@given(numbers, st.sampled_from("0123456789X"))
def test_only_one_check_digit_is_right(text: str, last: str) -> None:
    """Of the eleven possible last characters exactly one is accepted."""
    assert (last == text[17]) == (diagnose_id(text[:17] + last) is None)


@given(numbers, st.integers(0, 16))
def test_swapped_neighbours_are_found(text: str, place: int) -> None:
    """Exchanging two different neighbouring characters always makes the number invalid."""
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]

    assert (swapped == text) == (diagnose_id(swapped) is None)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "roster.id-form", "没有证件号"),
        ("　", "roster.id-form", "没有证件号"),
        (WOMAN[:17], "roster.id-form", "有 17 个字符"),
        (WOMAN + "1", "roster.id-form", "有 19 个字符"),
        ("９９９９９９" + WOMAN[6:], "roster.id-form", "全角"),
        (ENDS_IN_X[:17] + "Ｘ", "roster.id-form", "全角"),
        (" " + WOMAN, "roster.id-form", "第 1 个字符是空格"),
        ("'" + WOMAN, "roster.id-form", "第 1 个字符是空格、撇号"),
        (WOMAN + "\u202c", "roster.id-form", "看不见的字符"),
        (ENDS_IN_X[:17] + "x", "roster.id-form", "第 18 位是“x”"),
        ("99999919900X078524", "roster.id-form", "第 12 位是“X”"),
        ("9999991990O3078524", "roster.id-form", "第 11 位是“O”"),
        ("٩" + WOMAN[1:], "roster.id-form", "第 1 位"),
        ("999999900307852", "roster.id-old-form", "15 位的旧证件号"),
        ("9.99999E+17", "roster.id-damaged", "后三位已丢失"),
        ("9.99999199003078e+17", "roster.id-damaged", "后三位已丢失"),
        (AS_DOUBLE + ".0", "roster.id-damaged", "后三位已丢失"),
        (AS_DOUBLE, "roster.id-damaged", "Excel 把证件号当数字保存，后三位已丢失"),
        ("999999199003078000", "roster.id-damaged", "Excel 把证件号当数字保存，后三位已丢失"),
        ("999999199002308524", "roster.id-birth-date", "出生日期"),
        ("999999199013078524", "roster.id-birth-date", "出生日期"),
        ("999999199003078525", "roster.id-check-digit", "校验码是 5，按前 17 位应为 4"),
        (ENDS_IN_X[:17] + "7", "roster.id-check-digit", "校验码是 7，按前 17 位应为 X"),
        (WOMAN[:17] + "X", "roster.id-check-digit", "校验码是 X，按前 17 位应为 4"),
    ],
)
def test_each_kind_of_damage_is_told_apart(text: str, code: str, words: str) -> None:
    """Each way in which numbers go wrong has its own code and words, and says what to do."""
    found = diagnose_id(text, where="roster.csv:5")

    assert found is not None
    assert (code, "roster.csv:5") == (found.code, found.where)
    assert words in found.message.zh
    assert found.message.en
    assert found.hint is not None
    assert found.hint.en


def test_lower_case_x_says_how_to_mend_it() -> None:
    """A lower-case x is refused with the advice to write a capital one."""
    found = diagnose_id(ENDS_IN_X[:17] + "x")

    assert found is not None
    assert found.hint is not None
    assert "UPPER" in found.hint.zh


@given(st.text(max_size=25) | st.text("0123456789X９ .'eE", min_size=8, max_size=20))
def test_messages_never_show_the_number(text: str) -> None:
    """Whatever is wrong, neither message nor hint nor exception shows the middle of the text."""
    found = diagnose_id(text)
    middle = text[2:-2]
    if found is None or len(middle) < 7:
        return

    shown = f"{found}"
    assert middle not in shown or set(middle) == {"*"}
    with pytest.raises(ValueError) as caught:
        read_id(text)
    assert middle not in str(caught.value) or set(middle) == {"*"}


def test_read_id_says_why_and_what_to_do() -> None:
    """The exception carries the finding and the advice, with the number masked."""
    with pytest.raises(ValueError, match=r"check digit is 5.*99\*{14}25.*compare all of them"):
        read_id("999999199003078525")


def test_a_number_that_is_not_text_is_refused_without_showing_it() -> None:
    """An int is refused by its type only, since its value may be somebody's number."""
    with pytest.raises(TypeError, match=r"^names and ID numbers are text; found int$"):
        read_id(int(WOMAN))  # type: ignore[arg-type]


def test_numbers_and_names_are_masked_wherever_they_are_printed() -> None:
    """str, repr and formatting show the mask; only reveal gives the plain text."""
    number, name = IdNumber(WOMAN), Name("彭某")

    assert (str(number), f"{name}") == ("99**************24", "彭*")
    assert repr([number, name]) == "[IdNumber('99**************24'), Name('彭*')]"
    assert (number.reveal(), name.reveal()) == (WOMAN, "彭某")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("", ""),
        ("12345678901", "***********"),
        ("999999900307852", "99***********52"),
        (WOMAN, "99**************24"),
    ],
)
def test_mask_of_an_id_keeps_its_length_and_four_characters(text: str, masked: str) -> None:
    """First 2 and last 2 characters stay; a text too short to be a number is masked as a whole."""
    assert masked == mask_id(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("", ""),
        ("彭", "*"),
        ("彭某", "彭*"),
        ("彭某某", "彭**"),
        ("欧阳", "欧*"),
        ("欧阳娜娜", "欧阳**"),
        ("阿依古丽·买买提", "阿*******"),
    ],
)
def test_mask_of_a_name_keeps_the_surname(text: str, masked: str) -> None:
    """The surname stays, also a compound one; two characters are a surname and a given name."""
    assert masked == mask_name(text)


def test_reveal_passes_the_plain_text() -> None:
    """Callers that may show plain text pass reveal=True."""
    assert (mask_id(WOMAN, reveal=True), mask_name("彭某", reveal=True)) == (WOMAN, "彭某")


@pytest.mark.parametrize("text", ["", " ", "　"])
def test_a_blank_name_is_refused(text: str) -> None:
    """A name of nothing but space is no name."""
    with pytest.raises(ValueError, match="a person has a name"):
        Name(text)
