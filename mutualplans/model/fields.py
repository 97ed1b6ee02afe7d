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
from mutualplans.model.text import Text

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

    def fault(self, value: Any) -> str:
        """Return what is wrong with `value` as a value of this field, or an empty string."""
        wanted = _TYPES[self.kind]
        given: Any = value
        if type(value) is not wanted:
            return f"应为{self.kind.label.zh}，实为{in_words(value)}"
        if self.choices and value not in self.choices:
            return f'应为 {"、".join(self.choices)} 之一，实为 "{value}"'
        if self.kind is Kind.DATE and not FIRST_DAY <= given <= LAST_DAY:
            return f"日期应在 {FIRST_DAY} 至 {LAST_DAY} 之间，实为 {value}"
        amount: Any = plain_value(given)
        if self.kind in (Kind.MONEY, Kind.COUNT) and not self.least <= amount <= self.most:
            least, most = (self._shown(bound) for bound in (self.least, self.most))
            return f"应在 {least} 至 {most} 之间，实为 {self._shown(amount)}"
        return ""

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
        message = f"{found.path}（{found.label.zh}）{fault}"
        raise ValueError(message)


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
        ValueError: `raw` is not written as a value of `kind`; the message says how it is written.
    """
    if kind in _WRITTEN:
        return _as_text(kind, raw)
    if kind is Kind.DATE:
        return raw if type(raw) is date else _as_date(raw)
    if kind is Kind.COUNT and type(raw) is not int:
        return _read(raw, _whole, "数量要写成整数，如 3")
    if kind is Kind.FLAG and type(raw) is not bool:
        return _read(raw, _flag, "写成 true 或 false（是、否）")
    if kind is Kind.CODE and type(raw) is not str:
        message = f"代码要写成带英文双引号的文字；现在写的是{in_words(raw)}"
        raise ValueError(message)
    return raw


def in_words(value: Any) -> str:
    """Return a value of a file for a message: what it is and, where it is a single value, the value itself."""
    if isinstance(value, bool):
        return f"是否值 {str(value).lower()}"
    if isinstance(value, dict | list | tuple):
        return "一张表" if isinstance(value, dict) else "一组值"
    if isinstance(value, str):
        return f'文字 "{value}"'
    label = next((zh for kind, zh in _WORDS.items() if isinstance(value, kind)), "另一种值")
    return f"{label} {value}" if label in _WORDS.values() else label


_WORDS: Mapping[type, str] = {
    int: "整数",
    float: "小数",
    datetime: "日期时间",
    date: "日期",
    time: "时间",
    Fraction: "比例",
    Money: "金额",
}

_WRITTEN: Mapping[Kind, tuple[Any, str, str]] = {
    Kind.MONEY: (yuan, "金额", "12.50"),
    Kind.RATE: (rate, "比例", "70%"),
}


def _as_text(kind: Kind, raw: Any) -> Any:
    """Return an amount or a rate; both are text, so that nothing is lost on the way."""
    read, label, example = _WRITTEN[kind]
    if type(raw) is not str:
        found = raw if type(raw) in (int, float) else in_words(raw)
        message = f'{label}要加英文双引号，如 "{example}"；现在写的是 {found}'
        raise ValueError(message)
    return _read(raw, read, f"{label}写成 {example} 的样子")


def _as_date(raw: Any) -> Any:
    expected = "日期要写成 2024-02-29 的样子"
    parts = _DAY.fullmatch(unicodedata.normalize("NFKC", raw).strip()) if type(raw) is str else None
    if parts:
        try:
            day = date(*map(int, parts.groups()))
        except ValueError:
            expected = f"日历上没有这一天；{expected}"
        else:
            expected = f"{expected}，这里应写 {day}"
    return _read(raw, read_date, expected)


_DAY = re.compile(r"(\d{4})\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})\s?日?", re.ASCII)


def _read(raw: Any, read: Any, expected: str) -> Any:
    if type(raw) is str:
        try:
            return read(raw)
        except ValueError as error:
            message = f'{expected}；现在写的是 "{raw}"'
            raise ValueError(message) from error
    message = f"{expected}；现在写的是{in_words(raw)}"
    raise ValueError(message)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false", "是", "否"):
        raise ValueError(text)
    return text in ("true", "是")
