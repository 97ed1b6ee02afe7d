"""Cells of a column turned into values: whole columns at once where that is exact, else by the strict grammar.

The grammar is that of case files and rosters (`mutualplans.model.fields.read_raw`, `Field.fault`). It is asked once for
each distinct text; what the fast forms do not recognise goes there too, so both accept the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, evolve, field, frozen

from mutualplans.batch.columns import CODES, Column
from mutualplans.model.fields import FIRST_DAY, LAST_DAY, Field, plain_value, read_raw
from mutualplans.model.identity import diagnose_id
from mutualplans.model.kinds import Kind
from mutualplans.model.money import format_yuan
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.text import Text, said

__all__ = ["SPACE", "Cells", "Parsed", "expected", "id_facts", "take_type", "valid_ids", "wrong_cell"]

_LISTED = re.compile(r"[;；、,，]")
SPACE = "".join(filter(str.isspace, map(chr, range(0x3001))))
"""What `str.strip` takes off."""
_PLAIN_MONEY = r"^\d{1,12}(\.\d{1,2})?$"
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK_VALUES = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])


@frozen
class Parsed:
    """A column after reading.

    Attributes:
        values: Values of the column's type; null where nothing is stated or the cell is faulty.
        found: What stood in the faulty cells, as text; null elsewhere.
        faults: Text of a faulty cell → what is wrong with it.
    """

    values: pa.Array
    found: pa.Array
    faults: Mapping[str, Problem]


@define(eq=False)
class Cells:
    """Reads the cells of one column, chunk after chunk.

    Attributes:
        column: The column.
        codes: Further texts that stand for a code: titles of plans, codes of another system.
        is_id: Whether the cells are resident ID numbers.
    """

    column: Column
    codes: Mapping[str, str] = field(factory=dict)
    is_id: bool = False
    _known: dict[str, Any] = field(factory=dict, init=False)
    _labels: dict[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        choices = self.column.field.choices if self.column.field else {}
        self._labels = {**{text.zh: code for code, text in choices.items()}, **self.codes}

    def read(self, values: pa.Array) -> Parsed:
        """Read texts, or values of a type that `take_type` allows for the column."""
        types = pa.types
        if types.is_dictionary(values.type):
            return self._coded(values)
        if any(test(values.type) for test in (types.is_large_string, types.is_string, types.is_null)):
            return self._texts(values.cast(pa.string()))
        return self._typed(values)

    def _coded(self, values: pa.DictionaryArray) -> Parsed:
        """Read texts that are numbered already: each of them once."""
        parsed = self._texts(values.dictionary.cast(pa.string()))
        found = parsed.found.take(values.indices) if parsed.faults else _nothing(values)
        return Parsed(parsed.values.take(values.indices), found, parsed.faults)

    # ------------------------------------------------------------ texts

    def _texts(self, values: pa.Array) -> Parsed:
        texts = pc.utf8_trim(values, characters=SPACE)
        blank = pc.equal(texts, "")
        if pc.any(blank).as_py():
            texts = pc.if_else(blank, pa.scalar(None, pa.string()), texts)
        kind = self.column.kind
        if kind is Kind.MONEY:
            return self._money(texts)
        if self.is_id:
            return self._ids(texts)
        if kind is None and not pa.types.is_list(self.column.type):
            return Parsed(texts, _nothing(texts), {})
        if kind is Kind.CODE and not self._labels and not self.column.field.choices:  # type: ignore[union-attr]
            return Parsed(texts.dictionary_encode().cast(CODES), _nothing(texts), {})
        return self._one_by_one(texts)

    def _one_by_one(self, texts: pa.Array) -> Parsed:
        """Read each distinct text by the strict grammar."""
        encoded = texts.dictionary_encode()
        distinct = encoded.dictionary.to_pylist()
        for text in distinct:
            if text not in self._known:
                self._known[text] = self._strict(text)
        results = [self._known[text] for text in distinct]
        faults = {
            text: found for text, found in zip(distinct, results, strict=True) if isinstance(found, Problem)
        }
        plain = pa.string() if self.column.type == CODES else self.column.type
        made = pa.array([None if isinstance(found, Problem) else found for found in results], plain)
        values = made.take(encoded.indices)
        if self.column.type == CODES:
            values = values.dictionary_encode()
        wrong = pa.array([text if text in faults else None for text in distinct], pa.string())
        return Parsed(values, wrong.take(encoded.indices), faults)

    def _strict(self, text: str) -> Any:
        """Return the value that a text stands for, or the fault."""
        if pa.types.is_list(self.column.type):
            return [part.strip() for part in _LISTED.split(text) if part.strip()]
        item = self.column.field
        if self.is_id or item is None:
            wrong = diagnose_id(text) if self.is_id else None
            return _other_number(wrong) if wrong else text
        try:
            value = read_raw(item.kind, self._labels.get(text, text))
            fault = item.fault(value)
        except ValueError as error:
            fault = said(error)
        if fault is None:
            return text if item.kind is Kind.RATE else plain_value(value)
        close = nearest(text, self._labels) if item.choices else ""
        more_zh, more_en = (f"；是不是“{close}”？", f'; did you mean "{close}"?') if close else ("", "")
        return wrong_cell(
            f"“{item.label.zh}”{fault.zh}{more_zh}", f"{item.label.in_('en')}: {fault.in_('en')}{more_en}"
        )

    def _money(self, texts: pa.Array) -> Parsed:
        item = _field(self.column)
        plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN_MONEY), False)
        amounts = pc.if_else(plain, texts, pa.scalar(None, pa.string())).cast(pa.decimal128(14, 2))
        fen = pc.multiply(amounts, pa.scalar(100, pa.decimal128(3, 0))).cast(pa.int64())
        return self._rest(texts, fen, _inside(fen, item))

    def _ids(self, texts: pa.Array) -> Parsed:
        return self._rest(texts, texts, pa.array(valid_ids(texts)))

    def _rest(self, texts: pa.Array, values: pa.Array, sound: pa.Array) -> Parsed:
        """Keep the values known to be sound, and read every other text by the strict grammar."""
        others = pc.and_(pc.is_valid(texts), pc.invert(pc.fill_null(sound, False)))
        if not pc.any(others).as_py():
            return Parsed(values, _nothing(texts), {})
        read = self._one_by_one(pc.if_else(others, texts, pa.scalar(None, pa.string())))
        return Parsed(pc.if_else(others, read.values, values), read.found, read.faults)

    # ------------------------------------------------------------ typed values

    def _typed(self, values: pa.Array) -> Parsed:
        kind = self.column.kind
        if pa.types.is_list(values.type) or kind is Kind.FLAG:
            return Parsed(values.cast(self.column.type), _nothing(values), {})
        if pa.types.is_decimal(values.type):
            texts = values.cast(pa.string())
            return self._texts(texts)
        item = _field(self.column)
        made = values.cast(pa.date32()) if kind is Kind.DATE else values
        least, most = (FIRST_DAY, LAST_DAY) if kind is Kind.DATE else (item.least, item.most)
        ends = pc.min_max(made).as_py()
        if ends["min"] is None or (least <= ends["min"] and ends["max"] <= most):
            return Parsed(made.cast(self.column.type), _nothing(values), {})
        sound = pc.and_(pc.greater_equal(made, pa.scalar(least)), pc.less_equal(made, pa.scalar(most)))
        outside = pc.and_(pc.is_valid(values), pc.invert(pc.fill_null(sound, False)))
        made = pc.if_else(outside, pa.scalar(None, made.type), made).cast(self.column.type)
        found = pc.if_else(outside, values.cast(pa.string()), pa.scalar(None, pa.string()))
        faults = {text: self._outside(text) for text in pc.unique(pc.drop_null(found)).to_pylist()}
        return Parsed(made, found, faults)

    def _outside(self, text: str) -> Problem:
        item, wanted = _field(self.column), expected(self.column)
        shown = f"{text} 分" if item.kind is Kind.MONEY else text
        zh = f"“{item.label.zh}”应为{wanted.zh}，实为 {shown}"
        return wrong_cell(zh, f"{item.label.in_('en')}: expected {wanted.in_('en')}; found {text}")


def _nothing(values: pa.Array) -> pa.Array:
    return pa.nulls(len(values), pa.string())


def _field(column: Column) -> Field:
    if column.field is None:
        raise TypeError(column.name)
    return column.field


def _inside(values: pa.Array, item: Field) -> pa.Array:
    return pc.and_(pc.greater_equal(values, item.least), pc.less_equal(values, item.most))


def wrong_cell(zh: str, en: str) -> Problem:
    """Return the problem of a cell that holds no value of its column."""
    return problem("batch.cell", zh, en, hint_zh="改正后重新核定", hint_en="correct it and assess again")


def expected(column: Column) -> Text:
    """Return in words what a cell of the column may hold."""
    item = column.field
    if item is None:
        return Text("文字", "text")
    if item.choices:
        return Text("、".join(text.zh for text in item.choices.values()), ", ".join(item.choices))
    if item.kind is Kind.MONEY:
        low, high = format_yuan(item.least), format_yuan(item.most)
        return Text(f"{low} 至 {high} 元，写成 12.50 的样子", f"yuan from {low} to {high}, such as 12.50")
    if item.kind is Kind.COUNT:
        return Text(f"{item.least} 至 {item.most} 的整数", f"a whole number from {item.least} to {item.most}")
    return {
        Kind.DATE: Text(
            f"{FIRST_DAY} 至 {LAST_DAY} 的日期，写成 2024-02-29 的样子",
            f"a date from {FIRST_DAY} to {LAST_DAY}, such as 2024-02-29",
        ),
        Kind.FLAG: Text("是 或 否", "true or false"),
        Kind.RATE: Text("比例，写成 70% 的样子", "a rate such as 70%"),
        Kind.CODE: Text("代码", "a code"),
    }[item.kind]


def take_type(column: Column, found: pa.DataType, *, in_fen: bool) -> str:
    """Return why a column of a typed file cannot be taken, in both languages' own words, or an empty string.

    Texts are always taken, and read as in a CSV. Whole numbers are money only where the name says that they are fen:
    nobody can tell yuan from fen otherwise.
    """
    types, kind = pa.types, column.kind
    inner = found.value_type if types.is_dictionary(found) else found
    if types.is_string(inner) or types.is_large_string(inner) or types.is_null(found):
        return ""
    if types.is_list(found) and types.is_list(column.type):
        return "" if types.is_string(found.value_type) or types.is_large_string(found.value_type) else "list"
    if kind is Kind.MONEY:
        if types.is_integer(found):
            return "" if in_fen else "fen"
        return "" if types.is_decimal(found) and found.scale <= 2 and not in_fen else "money"
    allowed = {
        Kind.COUNT: types.is_integer(found),
        Kind.FLAG: types.is_boolean(found),
        Kind.DATE: types.is_date32(found),
    }
    return "" if kind is not None and allowed.get(kind) else "type"


# ---------------------------------------------------------------- resident ID numbers


def valid_ids(texts: pa.Array) -> np.ndarray[Any, Any]:
    """Return which texts are resident ID numbers by form, date and check digit, all at once."""
    shaped = pc.fill_null(pc.match_substring_regex(texts, r"^\d{17}[\dX]$"), False).to_numpy(
        zero_copy_only=False
    )
    digits = _digits(texts, shaped)
    valid = np.zeros(len(texts), dtype=bool)
    if not shaped.any():
        return valid
    years, months, days = _birth(digits)
    real = (
        (months >= 1) & (months <= 12) & (days >= 1) & (days <= _month_length(years, months)) & (years >= 1)
    )
    check = _CHECK_VALUES[(digits[:, :17] * _WEIGHTS).sum(axis=1) % 11]
    valid[np.flatnonzero(shaped)] = real & (check == digits[:, 17])
    return valid


def _digits(texts: pa.Array, shaped: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    joined = "".join(texts.filter(pa.array(shaped)).to_pylist()).encode()
    found = np.frombuffer(joined, np.uint8).astype(np.int64).reshape(-1, 18)
    return np.where(found == ord("X"), 10, found - ord("0"))


def _birth(digits: np.ndarray[Any, Any]) -> tuple[Any, Any, Any]:
    ymd = digits[:, 6:14]
    years = ymd[:, 0] * 1000 + ymd[:, 1] * 100 + ymd[:, 2] * 10 + ymd[:, 3]
    return years, ymd[:, 4] * 10 + ymd[:, 5], ymd[:, 6] * 10 + ymd[:, 7]


def _month_length(years: Any, months: Any) -> Any:
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[np.clip(months, 1, 12) - 1]
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return lengths + ((months == 2) & leap)


def _other_number(wrong: Problem) -> Problem:
    """Return what is wrong with an ID number; of what does not look like one, what to do if it is another number."""
    if wrong.code != "roster.id-form" or wrong.hint is None:
        return wrong
    zh = f"{wrong.hint.zh}；这一列写的不是证件号时，列名改为“被保障人”"
    en = f"{wrong.hint.in_('en')}; where the column holds other numbers, call it person"
    return evolve(wrong, hint=Text(zh, en))


def id_facts(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return sex and date of birth as valid ID numbers state them; null where a text is none."""
    valid = valid_ids(texts)
    digits = _digits(texts, valid)
    sexes = np.zeros(len(texts), np.int8)
    births = np.zeros(len(texts), np.int32)
    if valid.any():
        sexes[valid] = digits[:, 16] % 2
        years, months, days = _birth(digits)
        first = ((years - 1970) * 12 + months - 1).astype("M8[M]").astype("M8[D]")
        births[valid] = first.astype(np.int64) + days - 1
    named = pa.DictionaryArray.from_arrays(pa.array(sexes, mask=~valid), pa.array(["female", "male"]))
    return named.cast(pa.string()), pa.array(births, pa.int32(), mask=~valid).cast(pa.date32())
