"""Masking of personal data: ID numbers and names as everybody may see them."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["mask_digits", "mask_handle", "mask_id", "mask_name"]

_SHORTEST_SHOWN = 15
_LONG_NUMBER = re.compile(
    r"\d{15,}[XxＸｘ]?|\d\.\d{10,}[Ee]\+?\d+"
)  # \d: full-width digits too; Excel's 9.99…E+17
_RUN = re.compile(r"\d(?:[ \t\u00a0\u3000_.·\-－–—]?[\dXxＸｘ])+")
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_LIKE_AN_ID = re.compile(rf"[1-9]\d{{5}}(?:(?:18|19|20)\d\d{_DAY}\d{{3}}[0-9X]|\d\d{_DAY}\d{{3}})")
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_COMPOUND_SURNAMES = re.compile(
    "欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|司空|长孙|宇文|东方|南宫|西门|独孤|端木|轩辕|"
    "澹台|申屠|太史|钟离|闻人|呼延|东郭|宗政|濮阳|淳于|公冶|太叔|仲孙|鲜于|闾丘|亓官|司寇|拓跋|赫连|万俟|纳兰"
)


def mask_id(text: str, *, reveal: bool = False) -> str:
    """Return an ID number with only its first 2 and last 2 characters; `text` itself where `reveal` is true.

    The length is kept. A text shorter than 15 characters is no ID number and is masked as a whole.
    """
    if reveal:
        return text
    if len(text) < _SHORTEST_SHOWN:
        return "*" * len(text)
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}"


def mask_name(text: str, *, reveal: bool = False) -> str:
    """Return a name with only its surname, ``彭某`` → ``彭*``; `text` itself where `reveal` is true.

    The surname is the first character, or the first two of a name of at least three that begins with a
    compound surname (欧阳娜娜 → 欧阳**). A single character is masked.
    """
    if reveal:
        return text
    if len(text) < 2:
        return "*" * len(text)
    kept = 2 if len(text) > 2 and _COMPOUND_SURNAMES.match(text) else 1
    return text[:kept] + "*" * (len(text) - kept)


def mask_handle(text: str) -> str:
    """Return what a file calls a person, as messages may show it: ``child-1``, but ``张**``.

    Whoever writes Chinese there mostly writes the name.
    """
    return mask_name(text) if _CHINESE.search(text) else mask_digits(text)


def mask_digits(text: str, *, reveal: bool = False) -> str:
    """Return a text in which every number as long as an ID number, or longer, is masked like one.

    For texts that hold an ID number by mistake: the name of a unit, the id of a claim, a message. A number written
    with spaces or dashes is masked when it is made as an ID number is, with a date of birth in its place; others,
    such as 110105-2024-0000123, are numbers that people need to read.
    """
    if reveal:
        return text
    return _RUN.sub(_mask_spaced, _LONG_NUMBER.sub(lambda found: mask_id(found[0]), text))


def _mask_spaced(run: re.Match[str]) -> str:
    """Mask what is an ID number once its spaces and dashes are gone; it begins and ends where a group does."""
    text = run[0]
    places = [place for place, sign in enumerate(text) if sign.isalnum()]
    plain = unicodedata.normalize("NFKC", "".join(text[place] for place in places)).upper()
    starts = {0, *(number for number in range(1, len(places)) if places[number] - places[number - 1] > 1)}
    ends = {*starts, len(places)} - {0}
    for start in sorted(starts, reverse=True):
        for length in (18, 15):
            if start + length in ends and _LIKE_AN_ID.fullmatch(plain, start, start + length):
                first, last = places[start], places[start + length - 1] + 1
                text = text[:first] + mask_id(text[first:last]) + text[last:]
    return text
