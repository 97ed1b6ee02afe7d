"""Resident ID numbers (GB 11643-1999) and names of persons; masked unless plain text is asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from attrs import field, frozen

from mutualplans.model.masks import mask_id, mask_name
from mutualplans.model.problem import Problem, problem

__all__ = ["IdNumber", "Name", "Sex", "diagnose_id", "mask_id", "mask_name", "read_id"]

Sex = Literal["female", "male"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"  # by the weighted sum modulo 11
_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD_NUMBER = re.compile(r"\d{15}", re.ASCII)
_FULL_WIDTH = re.compile("[０-９Ｘｘ]")
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE]\+?\d+", re.ASCII)
_DECIMAL = re.compile(r"\d{15,}\.\d+", re.ASCII)
_TYPE_AGAIN_ZH = "对照证件重新录入"
_TYPE_AGAIN_EN = "type the number again from the card"
_EXCEL_ZH = "从原始系统重新导出，或把整列设为“文本”格式后对照证件重新录入；不要只改末几位"
_EXCEL_EN = (
    "export it again, or format the column as text and type it from the card; do not only mend its end"
)


def _only_text(_instance: object, _attribute: object, value: Any) -> None:
    # The value stays out of the message: it may be a person's number.
    if not isinstance(value, str):
        message = f"names and ID numbers are text; found {type(value).__name__}"
        raise TypeError(message)


@frozen(repr=False)
class IdNumber:
    """A valid resident ID number; printing or formatting it shows it masked.

    Attributes:
        text: The 18 characters in plain text.
    """

    text: str = field(validator=_only_text)

    def __attrs_post_init__(self) -> None:
        found = diagnose_id(self.text)
        if found:
            hint = f"; {found.hint.en}" if found.hint else ""
            message = f"{found.message.en}{hint}"
            raise ValueError(message)

    def __str__(self) -> str:
        return mask_id(self.text)

    def __repr__(self) -> str:
        return f"IdNumber('{self}')"

    @property
    def birth_date(self) -> date:
        """The day of birth that the number states."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    @property
    def sex(self) -> Sex:
        """The sex that the number states: the 17th digit is odd for a man."""
        return "male" if int(self.text[16]) % 2 else "female"

    def reveal(self) -> str:
        """Return the number in plain text."""
        return self.text


@frozen(repr=False)
class Name:
    """The name of a person; printing or formatting it shows it masked.

    Attributes:
        text: The name in plain text; not blank.
    """

    text: str = field(validator=_only_text)

    def __attrs_post_init__(self) -> None:
        if not self.text.strip():
            message = "a person has a name; found an empty text"
            raise ValueError(message)

    def __str__(self) -> str:
        return mask_name(self.text)

    def __repr__(self) -> str:
        return f"Name('{self}')"

    def reveal(self) -> str:
        """Return the name in plain text."""
        return self.text


def read_id(text: str) -> IdNumber:
    """Read an ID number of 18 characters; nothing is converted, trimmed or completed.

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is not a valid number; the message says why, with the number masked.
    """
    return IdNumber(text)


def diagnose_id(text: str, *, where: str = "") -> Problem | None:
    """Return what is wrong with an ID number, or None when nothing is.

    The codes are ``roster.id-damaged`` (a spreadsheet stored it as a number), ``roster.id-old-form`` (15
    digits), ``roster.id-form``, ``roster.id-birth-date`` and ``roster.id-check-digit``. No message contains
    the number. One wrong number in 16 to 128 is a double by chance, so "damaged" after a wrong check digit is
    worded as likely; a damaged one whose check digit is right by chance (1 in 11) cannot be told from text.
    The region is not checked, and a birth date only against the calendar, not against today.

    Raises:
        TypeError: `text` is not a string.
    """
    _only_text(None, None, text)
    for check in _CHECKS:
        found = check(text, where)
        if found:
            return found
    return None


def _damaged_form(text: str, where: str) -> Problem | None:
    if not _SCIENTIFIC.fullmatch(text) and not _DECIMAL.fullmatch(text):
        return None
    return problem(
        "roster.id-damaged",
        f"证件号成了科学计数法或小数（{mask_id(text)}）：Excel 把证件号当数字保存，后三位已丢失",
        f"the ID number is in scientific or decimal notation ({mask_id(text)}): "
        "a spreadsheet stored it as a number and lost its last three digits",
        where=where,
        hint_zh=_EXCEL_ZH,
        hint_en=_EXCEL_EN,
    )


def _old_form(text: str, where: str) -> Problem | None:
    if not _OLD_NUMBER.fullmatch(text):
        return None
    return problem(
        "roster.id-old-form",
        f"这是 15 位的旧证件号（{mask_id(text)}），应为 18 位",
        f"this is an old 15-digit number ({mask_id(text)}); expected 18 characters",
        where=where,
        hint_zh="请本人提供现行的 18 位证件号；旧号不自动换算",
        hint_en="ask the person for the present 18-character number; old numbers are not converted",
    )


def _empty(text: str, where: str) -> Problem | None:
    if text.strip():
        return None
    return problem(
        "roster.id-form",
        "没有证件号，应为 18 位",
        "there is no ID number; expected 18 characters",
        where=where,
        hint_zh="补上证件号",
        hint_en="add the number",
    )


def _full_width(text: str, where: str) -> Problem | None:
    if not _FULL_WIDTH.search(text):
        return None
    return problem(
        "roster.id-form",
        f"证件号含有全角字符（{mask_id(text)}），应为半角数字",
        f"the ID number has full-width characters ({mask_id(text)}); expected half-width digits",
        where=where,
        hint_zh="改成半角，Excel 中可用函数 ASC",
        hint_en="change them to half-width; in Excel the function ASC does it",
    )


def _is_unseen(character: str) -> bool:
    return character.isspace() or character in "'’`" or unicodedata.category(character) in ("Cc", "Cf")


def _unseen(text: str, where: str) -> Problem | None:
    place = next((index for index, character in enumerate(text, 1) if _is_unseen(character)), 0)
    if not place:
        return None
    return problem(
        "roster.id-form",
        f"证件号第 {place} 个字符是空格、撇号或看不见的字符（{mask_id(text)}）",
        f"character {place} of the ID number is a space, an apostrophe or an invisible one ({mask_id(text)})",
        where=where,
        hint_zh="删去这个字符；看不见时整格重新录入",
        hint_en="delete that character; when it cannot be seen, type the cell again",
    )


def _length(text: str, where: str) -> Problem | None:
    if len(text) == 18:
        return None
    return problem(
        "roster.id-form",
        f"证件号有 {len(text)} 个字符（{mask_id(text)}），应为 18 个",
        f"the ID number has {len(text)} characters ({mask_id(text)}); expected 18",
        where=where,
        hint_zh=_TYPE_AGAIN_ZH,
        hint_en=_TYPE_AGAIN_EN,
    )


def _fits(character: str, place: int) -> bool:
    return character in "0123456789" or (character == "X" and place == 18)


def _characters(text: str, where: str) -> Problem | None:
    if _NUMBER.fullmatch(text):
        return None
    if _NUMBER.fullmatch(text.upper()) and text.isascii():
        hint_zh, hint_en = "末位写大写 X，Excel 中可用函数 UPPER", "write a capital X; in Excel UPPER does it"
    else:
        hint_zh, hint_en = _TYPE_AGAIN_ZH, _TYPE_AGAIN_EN
    wrong = next(place for place, character in enumerate(text, 1) if not _fits(character, place))
    return problem(
        "roster.id-form",
        f"证件号第 {wrong} 位是“{text[wrong - 1]}”（{mask_id(text)}），应为 17 位数字加一位数字或大写 X",
        f'character {wrong} of the ID number is "{text[wrong - 1]}" ({mask_id(text)}); '
        "expected 17 digits and then a digit or a capital X",
        where=where,
        hint_zh=hint_zh,
        hint_en=hint_en,
    )


def _birth_date(text: str, where: str) -> Problem | None:
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return problem(
            "roster.id-birth-date",
            f"证件号第 7 至 14 位不是日历上有的出生日期（{mask_id(text)}）",
            f"characters 7 to 14 of the ID number are no day of the calendar ({mask_id(text)})",
            where=where,
            hint_zh=_TYPE_AGAIN_ZH,
            hint_en=_TYPE_AGAIN_EN,
        )
    return None


def _is_spreadsheet_number(text: str) -> bool:
    """Return whether 18 digits are what a double, or Excel with its 15 digits, makes of a number."""
    return text.isdigit() and (text.endswith("000") or int(float(text)) == int(text))


def _check_digit(text: str, where: str) -> Problem | None:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    expected = _CHECK_CHARACTERS[total % 11]
    if text[17] == expected:
        return None
    if _is_spreadsheet_number(text):
        return problem(
            "roster.id-damaged",
            f"校验码不对（{mask_id(text)}），而且像是 Excel 把证件号当数字保存，后三位已丢失",
            f"the check digit is wrong ({mask_id(text)}), and it looks as if a spreadsheet stored the ID "
            "as a number and lost its last three digits",
            where=where,
            hint_zh=_EXCEL_ZH,
            hint_en=_EXCEL_EN,
        )
    return problem(
        "roster.id-check-digit",
        f"证件号校验码是 {text[17]}，按前 17 位应为 {expected}（{mask_id(text)}）",
        f"the check digit is {text[17]}; by the first 17 digits it would be {expected} ({mask_id(text)})",
        where=where,
        hint_zh="某一位录错了，对照证件逐位核对；不要只改末位",
        hint_en="one of the digits is wrong: compare all of them with the card, do not only mend the last",
    )


_CHECKS: tuple[Callable[[str, str], Problem | None], ...] = (
    _empty,
    _full_width,
    _damaged_form,
    _old_form,
    _unseen,
    _length,
    _characters,
    _birth_date,
    _check_digit,
)
