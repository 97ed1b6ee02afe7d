"""The rows of one chunk of a table: good rows go on, every other row is a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from mutualplans.batch.cells import Cells, Parsed, expected, id_facts, wrong_cell
from mutualplans.batch.columns import CODES, PERSON, ROW, Column
from mutualplans.batch.outcome import PROBLEMS, Rows
from mutualplans.batch.sources import Chunk
from mutualplans.files.table_problems import set_aside
from mutualplans.files.tables import MAYBE_NOT_DATA, NOT_DATA
from mutualplans.model.masks import mask_digits
from mutualplans.model.problem import Problem, problem

if TYPE_CHECKING:
    from mutualplans.batch.read import Reading

__all__ = ["ChunkRows"]


@frozen
class _Wrong:
    """The faulty cells of one column."""

    name: str
    header: str
    parsed: Parsed


@define(eq=False)
class ChunkRows:
    """Reads the cells of one chunk, and gathers which rows cannot be used."""

    reading: Reading
    chunk: Chunk
    bad: Any = field(init=False)
    set_aside: Any = field(init=False)
    blank: int = 0
    faulty: list[_Wrong] = field(factory=list, init=False)
    empty: list[tuple[Column, Any]] = field(factory=list, init=False)
    aside: dict[int, Problem] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.bad = np.zeros(len(self.chunk.rows), dtype=bool)
        self.set_aside = np.zeros(len(self.chunk.rows), dtype=bool)

    def values(self) -> dict[str, pa.Array]:
        """Return the columns; which of their rows cannot be used stands in `bad` afterwards."""
        layout, chunk = self.reading.layout, self.chunk
        values: dict[str, pa.Array] = {ROW: chunk.rows}
        for place, cells in layout.readers:
            values[cells.column.name] = self._cells(place, cells)
        for name, parts in layout.sums.items():
            values[name] = self._sum(name, parts)
        if layout.derives:
            self._derive(values)
        numbers = chunk.rows.to_numpy()
        self.bad |= np.isin(numbers, list(chunk.odd))
        for column in self.reading.columns.values():
            if column.needed and column.name in values:
                lacking = pc.is_null(values[column.name]).to_numpy(zero_copy_only=False)
                self.empty.append((column, lacking))
                self.bad |= lacking
        self._damaged(numbers)
        if self.bad.any():
            self._not_data()
        return values

    def _cells(self, place: int, cells: Cells) -> pa.Array:
        parsed = cells.read(self.chunk.cells[place])
        self._note(cells.column.name, place, parsed)
        return parsed.values

    def _note(self, name: str, place: int, parsed: Parsed) -> None:
        if parsed.faults:
            self.bad |= pc.is_valid(parsed.found).to_numpy(zero_copy_only=False)
            self.faulty.append(_Wrong(name, self.reading.source.headers[place], parsed))

    def _sum(self, name: str, parts: Sequence[tuple[int, Cells] | None]) -> pa.Array:
        """Return the sum of several columns of money; not stated where one of them is not."""
        total: Any = pa.array(np.zeros(len(self.chunk.rows), dtype=np.int64))
        for part in parts:
            amounts = pa.nulls(len(self.chunk.rows), pa.int64()) if part is None else self._cells(*part)
            total = pc.add(total, amounts)
        most = self.reading.columns[name].field
        found = pc.if_else(
            pc.greater(total, pa.scalar(most.most if most else 0)),
            total.cast(pa.string()),
            pa.scalar(None, pa.string()),
        )
        texts = pc.unique(found.drop_null()).to_pylist()
        wanted = expected(self.reading.columns[name])
        faults = {
            text: wrong_cell(
                f"{name} 应为{wanted.zh}，各列之和为 {text} 分", f"{name}: the sum is {text} fen"
            )
            for text in texts
        }
        place = next(part[0] for part in parts if part is not None)
        self._note(name, place, Parsed(total, found, faults))
        return total

    def _derive(self, values: dict[str, pa.Array]) -> None:
        """Take sex and date of birth of the person covered from the ID number; a contradiction is a problem."""
        for name, derived in zip(
            ("insured.sex", "insured.birth_date"), id_facts(values[PERSON]), strict=True
        ):
            if name not in values:
                values[name] = derived.dictionary_encode().cast(CODES) if name == "insured.sex" else derived
                continue
            stated = values[name].cast(derived.type)
            differ = pc.fill_null(pc.not_equal(stated, derived), False)
            place = self.reading.layout.place(name)
            if pc.any(differ).as_py() and place is not None:
                found = pc.if_else(differ, stated.cast(pa.string()), pa.scalar(None, pa.string()))
                fault = problem(
                    "roster.id-differs",
                    "与身份证号不符",
                    "differs from the ID number",
                    hint_zh="核对证件后改正其中一处",
                    hint_en="check the card and correct one of them",
                )
                faults = dict.fromkeys(pc.unique(found.drop_null()).to_pylist(), fault)
                self._note(name, place, Parsed(stated, found, faults))
            filled = pc.coalesce(stated, derived)
            values[name] = filled.dictionary_encode().cast(CODES) if name == "insured.sex" else filled

    def _damaged(self, numbers: Any) -> None:
        """Refuse long numbers that a workbook keeps as numbers: their last digits are lost."""
        place = self.reading.layout.place(PERSON), self.reading.layout.place("claim")
        rows = {row for column, row in self.chunk.damaged if column in place}
        for row in rows:
            self.chunk.odd.setdefault(
                row,
                problem(
                    "roster.id-damaged",
                    "Excel 把编号当数字保存，后几位已丢失",
                    "Excel kept the number as a number and lost its last digits",
                    hint_zh="把这一列设为“文本”格式，按原件重新录入",
                    hint_en="format the column as text and enter the number again",
                ),
            )
        self.bad |= np.isin(numbers, list(rows))

    def _not_data(self) -> None:
        """Tell rows of sums and signatures, and blank ones, from rows of data that are wrong."""
        places = np.flatnonzero(self.bad)
        cells = [
            pc.utf8_trim_whitespace(column.take(pa.array(places)).cast(pa.string()))
            for column in self.chunk.cells
            if _is_text(column.type)
        ]
        if len(cells) < len(self.chunk.cells):
            return  # a typed file has neither
        word = np.zeros(len(places), dtype=bool)
        filled = np.zeros(len(places), dtype=bool)
        for column in cells:
            word |= (
                pc.match_substring_regex(column, MAYBE_NOT_DATA)
                .fill_null(False)
                .to_numpy(zero_copy_only=False)
            )
            filled |= pc.not_equal(column, "").fill_null(False).to_numpy(zero_copy_only=False)
        for index in np.flatnonzero(word):
            texts = ("".join((column[int(index)].as_py() or "").split()) for column in cells)
            if found := next(filter(None, map(NOT_DATA.fullmatch, texts)), None):
                place = int(places[index])
                number = self.chunk.rows[place].as_py()
                self.aside[number] = set_aside(self.reading.source.name, number, found[1])
                self.set_aside[place] = True
        self.set_aside[places[~filled]] = True
        self.blank = int((~filled).sum()) + len(self.aside)

    # ------------------------------------------------------------ what is wrong

    @property
    def person_texts(self) -> pa.Array:
        """What stands in the column of persons."""
        return self._texts(PERSON)

    def _texts(self, name: str) -> pa.Array:
        place = self.reading.layout.place(name)
        if place is None:
            return pa.nulls(len(self.chunk.rows), pa.string())
        column = self.chunk.cells[place]
        return pc.utf8_trim_whitespace(column.cast(pa.string()))

    def problems(self) -> list[pa.Table]:
        """Return the problems of the chunk as tables."""
        if not self.bad.any():
            return []
        counting = ~self.set_aside
        formed = counting & ~np.isin(self.chunk.rows.to_numpy(), list(self.chunk.odd))
        found = [self._of_cells(wrong, formed) for wrong in self.faulty]
        found += [self._of_empty(column, lacking & formed) for column, lacking in self.empty]
        rows = Rows()
        numbers = {int(number): place for place, number in enumerate(self.chunk.rows.to_numpy())}
        claims, persons = self._texts("claim"), self.person_texts
        for number, item in (*self.chunk.odd.items(), *self.aside.items()):
            place = numbers[number]
            if item is self.aside.get(number) or counting[place]:
                about = {"claim": claims[place].as_py(), "person": persons[place].as_py()}
                about = {} if item is self.aside.get(number) else about
                rows.problem(item, file=self.reading.file, row=number, **about)
        return [*found, rows.outcome().problems]

    def _of_cells(self, wrong: _Wrong, counting: Any) -> pa.Table:
        """Return the faulty cells of one column as problems: one sentence for each distinct text."""
        places = np.flatnonzero(pc.is_valid(wrong.parsed.found).to_numpy(zero_copy_only=False) & counting)
        texts = wrong.parsed.found.take(pa.array(places)).dictionary_encode()
        distinct = texts.dictionary.to_pylist()
        faults = [wrong.parsed.faults[text] for text in distinct]
        wanted = expected(self.reading.columns[wrong.name])
        is_id = any(fault.code.startswith("roster.") for fault in faults)

        def each(values: list[str]) -> pa.Array:
            return pa.array(map(mask_digits, values), pa.string()).take(texts.indices)

        return self._table(
            places,
            column=wrong.header,
            code=each([fault.code for fault in faults]),
            found=pa.nulls(len(places), pa.string()) if is_id else each(distinct),
            expected=wanted.zh,
            message_zh=each([fault.message.zh for fault in faults]),
            message_en=each([fault.message.in_("en") for fault in faults]),
            hint_zh=each([fault.hint.zh if fault.hint else "" for fault in faults]),
            hint_en=each([fault.hint.in_("en") if fault.hint else "" for fault in faults]),
        )

    def _of_empty(self, column: Column, lacking: Any) -> pa.Table:
        # A cell that is faulty is empty as well, and was said already.
        for wrong in self.faulty:
            if wrong.name == column.name:
                lacking = lacking & pc.is_null(wrong.parsed.found).to_numpy(zero_copy_only=False)
        place = self.reading.layout.place(column.name)
        return self._table(
            np.flatnonzero(lacking),
            column=column.name if place is None else self.reading.source.headers[place],
            code="batch.empty",
            expected=expected(column).zh,
            message_zh=f"“{column.label.zh}”没有填写，此行没有采用",
            message_en=f"{column.label.in_('en')} is not stated; the row is not used",
            hint_zh="补填后重新核定",
            hint_en="state it and assess again",
        )

    def _table(self, places: Any, **about: Any) -> pa.Table:
        at = pa.array(places)
        given = {
            "file": self.reading.file,
            "row": self.chunk.rows.take(at),
            "claim": self._texts("claim").take(at),
            "person": self.person_texts.take(at),
            "severity": "error",
            **about,
        }
        columns = []
        for item in PROBLEMS:
            value = given.get(item.name)
            plain = pa.string() if item.type == CODES else item.type
            if value is None or isinstance(value, str):
                value = pa.repeat(pa.scalar(value, plain), len(places))
            columns.append(value.dictionary_encode().cast(CODES) if item.type == CODES else value)
        return pa.table(columns, schema=PROBLEMS)


def _is_text(type_: pa.DataType) -> bool:
    """Return whether cells are texts, or texts that a file has numbered."""
    return bool(pa.types.is_string(type_.value_type if pa.types.is_dictionary(type_) else type_))
