"""Fields: what is known about people, covers and claims, declared once for files, forms, formulas and messages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

import attrs
from attrs import Attribute, frozen

from mutualplans.model.dates import read_date
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Money, format_yuan, rate, yuan
from mutualplans.model.text import FaultError, Lang, Text

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "MOST_COUNT",
    "MOST_FEN",
    "Field",
    "fields_of",
    "in_words",
    "known",
    "plain_value",
    "read_raw",
    "sort_of",
]

MOST_FEN = 1_000_000_000
"""Largest amount a field may hold: 10 million yuan."""
MOST_COUNT = 100_000
"""Largest count a field may hold."""

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)

_TYPES: Mapping[Kind, type] = {
    Kind.MONEY: Money,
    Kind.COUNT: int,
    Kind.RATE: Fraction,
    Kind.FLAG: bool,
    Kind.DATE: date,
    Kind.CODE: str,
}


class _Frozen(dict[str, Text]):
    """A dict that a frozen record may hash: choices never change after they are declared."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


def _choices(given: Mapping[str, Text] | None) -> Mapping[str, Text]:
    return _Frozen(given or {})


@frozen(kw_only=True, cache_hash=True)
class Field:
    """One thing that may be known.

    Attributes:
        subject: Whose field it is: ``member``, ``insured``, ``unit``, ``cover`` or ``claim``.
        name: Name in files and formulas, for example ``days``.
        kind: Kind of its value.
        label: What users call it.
        unit: Unit of a count (天, 份, 岁).
        hint: How it is filled in, where the label alone does not say it.
        choices: Allowed codes with their labels; empty where any code may stand.
        least: Smallest allowed value of money (fen) and counts.
        most: Largest allowed value of money (fen) and counts.
    """

    subject: str
    name: str
    kind: Kind
    label: Text
    unit: Text | None = None
    hint: Text | None = None
    choices: Mapping[str, Text] = attrs.field(factory=_Frozen, converter=_choices)
    least: int = 0
    most: int = attrs.field()

    @most.default
    def _most(self) -> int:
        return MOST_FEN if self.kind is Kind.MONEY else MOST_COUNT

    @property
    def path(self) -> str:
        """Subject and name, as messages print it: ``claim.days``."""
        return f"{self.subject}.{self.name}"

    @property
    def prompt(self) -> Text:
        """The label with the hint, as forms and options show it."""
        if self.hint is None:
            return self.label
        en = f"{self.label.in_('en')} ({self.hint.in_('en')})"
        return Text(f"{self.label.zh}（{self.hint.zh}）", en)

    def fault(self, value: Any) -> Text | None:
        """Return what is wrong with `value` as a value of this field, or ``None``."""
        wanted = _TYPES[self.kind]
        given: Any = value
        if type(value) is not wanted:
            label = self.kind.label
            return Text(
                f"应为{label.zh}，实为{in_words(value)}",
                f"should be a {label.in_('en')}; found {in_words(value, 'en')}",
            )
        if self.choices and value not in self.choices:
            return Text(
                f'应为 {"、".join(self.choices)} 之一，实为 "{value}"',
                f'should be one of {", ".join(self.choices)}; found "{value}"',
            )
        if self.kind is Kind.DATE and not FIRST_DAY <= given <= LAST_DAY:
            return Text(
                f"日期应在 {FIRST_DAY} 至 {LAST_DAY} 之间，实为 {value}",
                f"a date is between {FIRST_DAY} and {LAST_DAY}; found {value}",
            )
        amount: Any = plain_value(given)
        if self.kind in (Kind.MONEY, Kind.COUNT) and not self.least <= amount <= self.most:
            least, most = (self._shown(bound) for bound in (self.least, self.most))
            shown = self._shown(amount)
            return Text(
                f"应在 {least} 至 {most} 之间，实为 {shown}",
                f"should be between {least} and {most}; found {shown}",
            )
        return None

    def _shown(self, amount: int) -> str:
        return format_yuan(amount) if self.kind is Kind.MONEY else str(amount)


def known(
    kind: Kind,
    zh: str,
    en: str,
    *,
    unit: Text | None = None,
    hint: Text | None = None,
    choices: Mapping[str, Text] | None = None,
    least: int = 0,
    most: int | None = None,
) -> Any:
    """Declare an optional attribute of a record that formulas may read; ``None`` means "not stated"."""
    given = {} if most is None else {"most": most}
    partial = {
        "kind": kind,
        "label": Text(zh, en),
        "unit": unit,
        "hint": hint,
        "choices": choices,
        "least": least,
    }
    partial |= given
    return attrs.field(default=None, validator=_check_known, metadata={"known": partial})


def _check_known(instance: object, attribute: Attribute[Any], value: Any) -> None:
    if value is None:
        return
    found = fields_of(type(instance))[attribute.name]
    if fault := found.fault(value):
        zh = f"{found.path}（{found.label.zh}）{fault.zh}"
        raise FaultError(Text(zh, f"{found.path} ({found.label.in_('en')}): {fault.in_('en')}"))


_FIELDS: dict[type, Mapping[str, Field]] = {}


def fields_of(record: type) -> Mapping[str, Field]:
    """Return the formula-readable fields of an attrs class by name; the class names its subject."""
    if record not in _FIELDS:
        subject: str = record.SUBJECT  # type: ignore[attr-defined]
        _FIELDS[record] = {
            item.name: Field(subject=subject, name=item.name, **item.metadata["known"])
            for item in attrs.fields(record)
            if "known" in item.metadata
        }
    return _FIELDS[record]


def plain_value(value: Any) -> Any:
    """Return the value the engine computes with: money as whole fen, everything else as it is."""
    return value.fen if isinstance(value, Money) else value


def read_raw(kind: Kind, raw: Any) -> Any:
    """Turn a value read from a TOML file or a command-line option into a value of `kind`.

    Money and rates are written as text. Dates may be text or TOML dates, counts text or TOML integers.

    Raises:
        FaultError: `raw` is not written as a value of `kind`; says how it is written.
    """
    if kind in _WRITTEN:
        return _as_text(kind, raw)
    if kind is Kind.DATE:
        return raw if type(raw) is date else _as_date(raw)
    if kind is Kind.COUNT and type(raw) is not int:
        return _read(
            raw, _whole, Text("数量要写成整数，如 3", "a number is written as a whole number, such as 3")
        )
    if kind is Kind.FLAG and type(raw) is not bool:
        return _read(raw, _flag, Text("写成 true 或 false（是、否）", "written as true or false"))
    if kind is Kind.CODE and type(raw) is not str:
        zh = f"代码要写成带英文双引号的文字；现在写的是{in_words(raw)}"
        raise FaultError(Text(zh, f"a code is text in double quotes; found {in_words(raw, 'en')}"))
    return raw


def in_words(value: Any, lang: Lang = "zh") -> str:
    """Return a value of a file for a message: what it is and, where it is a single value, the value itself."""
    what = sort_of(value).in_(lang)
    if isinstance(value, dict | list | tuple) or not isinstance(value, tuple(_WORDS)):
        return what
    shown = str(value).lower() if isinstance(value, bool) else value
    return f'{what} "{shown}"' if isinstance(value, str) else f"{what} {shown}"


def sort_of(value: Any) -> Text:
    """Return what sort of value of a file this is, without the value."""
    return next((text for kind, text in _WORDS.items() if isinstance(value, kind)), _OTHER)


_OTHER = Text("另一种值", "some other value")
_WORDS: Mapping[type, Text] = {
    bool: Text("是否值", "the truth value"),
    dict: Text("一张表", "a table"),
    list: Text("一组值", "a list"),
    tuple: Text("一组值", "a list"),
    str: Text("文字", "the text"),
    int: Text("整数", "the whole number"),
    float: Text("小数", "the decimal number"),
    datetime: Text("日期时间", "the date and time"),
    date: Text("日期", "the date"),
    time: Text("时间", "the time"),
    Fraction: Text("比例", "the rate"),
    Money: Text("金额", "the amount"),
}

_WRITTEN: Mapping[Kind, tuple[Any, Text, str]] = {
    Kind.MONEY: (yuan, Text("金额", "an amount"), "12.50"),
    Kind.RATE: (rate, Text("比例", "a rate"), "70%"),
}


def _as_text(kind: Kind, raw: Any) -> Any:
    """Return an amount or a rate; both are text, so that nothing is lost on the way."""
    read, label, example = _WRITTEN[kind]
    if type(raw) is not str:
        zh, en = (raw, raw) if type(raw) in (int, float) else (in_words(raw), in_words(raw, "en"))
        raise FaultError(
            Text(
                f'{label.zh}要加英文双引号，如 "{example}"；现在写的是 {zh}',
                f'{label.in_("en")} stands in double quotes, such as "{example}"; found {en}',
            )
        )
    return _read(
        raw, read, Text(f"{label.zh}写成 {example} 的样子", f"{label.in_('en')} is written like {example}")
    )


def _as_date(raw: Any) -> Any:
    zh, en = "日期要写成 2024-02-29 的样子", "a date is written like 2024-02-29"
    parts = _DAY.fullmatch(unicodedata.normalize("NFKC", raw).strip()) if type(raw) is str else None
    if parts:
        try:
            day = date(*map(int, parts.groups()))
        except ValueError:
            zh, en = f"日历上没有这一天；{zh}", f"there is no such day; {en}"
        else:
            zh, en = f"{zh}，这里应写 {day}", f"{en}, here {day}"
    return _read(raw, read_date, Text(zh, en))


_DAY = re.compile(r"(\d{4})\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})\s?日?", re.ASCII)


def _read(raw: Any, read: Any, expected: Text) -> Any:
    zh, en = expected.zh, expected.in_("en")
    if type(raw) is str:
        try:
            return read(raw)
        except ValueError as error:
            raise FaultError(Text(f'{zh}；现在写的是 "{raw}"', f'{en}; found "{raw}"')) from error
    raise FaultError(Text(f"{zh}；现在写的是{in_words(raw)}", f"{en}; found {in_words(raw, 'en')}"))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false", "是", "否"):
        raise ValueError(text)
    return text in ("true", "是")
