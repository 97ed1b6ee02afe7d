"""Tables of people's making read into the tables of a batch: good rows go on, every other row is a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from mutualplans.batch.cells import Cells, Parsed, expected, id_facts, take_type, wrong_cell
from mutualplans.batch.columns import (
    CLAIM,
    CODES,
    PERSON,
    ROW,
    Column,
    claim_columns,
    coverage_columns,
    schema,
)
from mutualplans.batch.headers import Headers, Meaning, headers_of
from mutualplans.batch.outcome import PROBLEMS, Rows
from mutualplans.batch.sources import Chunk, Source, open_source
from mutualplans.files.table_problems import duplicate, letter, set_aside
from mutualplans.files.tables import NOT_DATA
from mutualplans.model.masks import mask_digits
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan

__all__ = ["Reading", "read_source", "read_table"]

_SUM_WORDS = "合计|总计|小计|共计|制表人|填表人|审核人"


@define(eq=False)
class Reading:
    """A table that is being read.

    Attributes:
        source: The file.
        file: Which of the two tables it is.
        columns: Every column that the table may have.
        read: Rows of data met so far.
        refused: Rows among them that were refused.
        problems: What is wrong, as tables of `mutualplans.batch.outcome.PROBLEMS`; complete after the last chunk,
            but for what was taken with `take_problems`.
        persons: Keys of persons of whom a row was refused, but for those taken with `take_refused`.
    """

    source: Source
    file: str
    columns: Mapping[str, Column]
    layout: _Layout
    read: int = 0
    refused: int = 0
    problems: list[pa.Table] = field(factory=list)
    persons: list[pa.Array] = field(factory=list)

    def chunks(self) -> Iterator[pa.Table]:
        """Yield the good rows, with the columns that the file has.

        Raises:
            MutualPlansError: the file turns out to be damaged on the way.
        """
        for chunk in self.source.chunks():
            yield self.sound(chunk)

    def empty(self) -> pa.Table:
        """Return a table without rows, with the columns that the file has."""
        return schema({name: self.columns[name] for name in self.layout.names}).empty_table()

    def table(self) -> pa.Table:
        """Return all good rows."""
        return pa.concat_tables([self.empty(), *self.chunks()]).unify_dictionaries().combine_chunks()

    def take_refused(self) -> pa.Array:
        """Return the persons of whom a row was refused since the last call, each once, and forget them."""
        found = pc.unique(pa.chunked_array(self.persons, pa.string())).drop_null()
        self.persons.clear()
        return found

    def take_problems(self) -> list[pa.Table]:
        """Return the problems found since the last call, and forget them."""
        found, self.problems = self.problems, []
        return found

    @property
    def places(self) -> tuple[int, ...]:
        """Places of the headers that are read, in the order of the file."""
        parts = (part for parts in self.layout.sums.values() for part in parts if part)
        return tuple(sorted({place for place, _cells in (*self.layout.readers, *parts)}))

    def sound(self, chunk: Chunk) -> pa.Table:
        """Return the good rows of one chunk, and note what is wrong with the others."""
        work = _Chunk(self, chunk)
        values = work.values()
        bad = work.bad
        self.read += len(chunk.rows) - work.blank
        self.refused += int((bad & ~work.set_aside).sum())
        self.problems += work.problems()
        if bad.any():
            self.persons.append(work.person_texts.filter(pa.array(bad & ~work.set_aside)))
        good = pa.array(~bad)
        made = pa.table({name: values[name] for name in self.layout.names})
        return made.filter(good) if bad.any() else made


@define(eq=False)
class _Layout:
    """Which header is which column.

    Attributes:
        readers: Place of the header and what reads its cells.
        sums: Column → for each part the place and what reads it; ``None`` for a part that the file does not have.
        derives: Whether sex and date of birth are taken from the ID numbers of the persons covered.
    """

    readers: list[tuple[int, Cells]]
    sums: dict[str, list[tuple[int, Cells] | None]]
    derives: bool = False

    @property
    def names(self) -> list[str]:
        """Names of the columns that come out."""
        derived = ["insured.sex", "insured.birth_date"] if self.derives else []
        own = [cells.column.name for _place, cells in self.readers]
        return list(dict.fromkeys([*own, *self.sums, *derived, ROW]))

    def place(self, name: str) -> int | None:
        """Return where a column stands."""
        return next((place for place, cells in self.readers if cells.column.name == name), None)


def read_table(
    path: str | Path,
    file: str,
    plans: Sequence[Plan],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    mapping: TomlFile | None = None,
    strict: bool = False,
) -> Reading:
    """Open a table of claims or coverages.

    Args:
        path: ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xlsm`` or ``.parquet``.
        file: ``claims`` or ``coverages``.
        plans: The office's plans.
        encoding: Of a text file; detected by default.
        sheet: Of a workbook.
        mapping: An import map, see `mutualplans.batch.headers.read_map`.
        strict: Whether a column that nobody knows is an error; by default it is a warning, and not read.

    Raises:
        MutualPlansError: the file cannot be read at all, a needed column is missing or of another type, a header
            stands twice, or two headers mean the same; everything that is wrong at once.
    """
    headers = headers_of(file, _columns(file, plans), plans, mapping)
    source = open_source(path, headers.knows, encoding=encoding, sheet=sheet)
    return read_source(source, file, plans, mapping=mapping, strict=strict)


def read_source(
    source: Source,
    file: str,
    plans: Sequence[Plan],
    *,
    mapping: TomlFile | None = None,
    strict: bool = False,
) -> Reading:
    """Begin to read a table whose header is known; see `read_table`.

    Raises:
        MutualPlansError: as for `read_table`.
    """
    columns = _columns(file, plans)
    headers = headers_of(file, columns, plans, mapping)
    layout, problems = _laid_out(source, file, columns, headers, plans, strict=strict)
    if any(item.severity == "error" for item in problems):
        raise MutualPlansError(*problems)
    rows = Rows()
    for item in problems:
        rows.problem(item, file=file)
    return Reading(source, file, columns, layout, problems=[rows.outcome().problems])


def _columns(file: str, plans: Sequence[Plan]) -> dict[str, Column]:
    return claim_columns(plans) if file == CLAIM else coverage_columns(plans)


# ---------------------------------------------------------------- headers


def _laid_out(
    source: Source,
    file: str,
    columns: Mapping[str, Column],
    headers: Headers,
    plans: Sequence[Plan],
    *,
    strict: bool,
) -> tuple[_Layout, list[Problem]]:
    problems = list(_doubled_names(source, headers))
    layout = _Layout([], {})
    meant: dict[str, list[str]] = {}
    parts: dict[tuple[str, int], int] = {}
    titles = {plan.title.zh: plan.id for plan in plans}
    for place, header in enumerate(source.headers):
        meaning, part = headers.find(header), headers.part_of(header)
        if part:
            parts[part] = place
            meant.setdefault(f"{part[0]}[{part[1]}]", []).append(header)
        elif meaning is None:
            if header:
                problems.append(_unknown_header(source, header, headers, strict=strict))
        elif meaning.column:
            column = columns[meaning.column]
            meant.setdefault(meaning.column, []).append(header)
            problems += _type_problem(source, place, column, meaning)
            codes = titles if meaning.column == "plan" else {}
            layout.readers.append((place, Cells(column, codes, meaning.is_id)))
            layout.derives |= meaning.is_id and "insured.sex" in columns
    for name, groups in headers.sums.items():
        if any((name, number) in parts for number in range(len(groups))):
            meant.setdefault(name, []).extend(["+"])
            layout.sums[name] = [
                (parts[name, number], Cells(columns[name])) if (name, number) in parts else None
                for number in range(len(groups))
            ]
            problems += _partial_sum(source, name, groups, layout.sums[name])
    problems += [_same_meaning(source, found) for found in meant.values() if len(set(found)) > 1]
    problems += [
        _no_column(source, column)
        for column in columns.values()
        if column.needed and column.name not in (*meant, ROW)
    ]
    return layout, problems


def _doubled_names(source: Source, headers: Headers) -> Iterator[Problem]:
    for name in dict.fromkeys(source.headers):
        places = [letter(number) for number, other in enumerate(source.headers, 1) if other == name]
        if name and len(places) > 1:
            yield duplicate(source.name, source.header_row, name, places, needed=headers.knows(name))


def _unknown_header(source: Source, header: str, headers: Headers, *, strict: bool) -> Problem:
    close = nearest(header, headers.names)
    return problem(
        "batch.unknown-header",
        f'不认识的列 "{header}"，没有读取',
        f'unknown column "{header}", not read',
        where=source.name,
        hint_zh=f'是不是 "{close}"？' if close else "改名，或用 --map 写明它是哪一列",
        hint_en=f'did you mean "{close}"?' if close else "rename it, or say with --map which column it is",
        severity="error" if strict else "warning",
    )


def _type_problem(source: Source, place: int, column: Column, meaning: Meaning) -> list[Problem]:
    if not source.types:
        return []
    found = source.types[place]
    wrong = take_type(column, found, in_fen=meaning.in_fen)
    if not wrong:
        return []
    wanted = expected(column)
    hints = {
        "fen": (
            f"整数分不清是元还是分：以分计的列名写成 {column.name}_fen，以元计的用 decimal(…, 2)",
            f"a whole number may be yuan or fen: name it {column.name}_fen if fen, use decimal(…, 2) if yuan",
        ),
        "money": (
            "金额用 decimal(…, 2)（元）、整数（分，列名以 _fen 结尾）或文字",
            "money is decimal, whole fen or text",
        ),
    }
    hint_zh, hint_en = hints.get(
        wrong, ("导出时改为相应的类型，或写成文字", "export it in that type, or as text")
    )
    return [
        problem(
            "batch.column-type",
            f'列 "{source.headers[place]}" 的类型是 {found}，应能读作：{wanted.zh}',
            f'column "{source.headers[place]}" is {found}; expected {wanted.in_("en")}',
            where=source.name,
            hint_zh=hint_zh,
            hint_en=hint_en,
        )
    ]


def _partial_sum(source: Source, name: str, groups: Any, parts: list[Any]) -> list[Problem]:
    lacking = [names[0] for names, part in zip(groups, parts, strict=True) if part is None]
    if not lacking:
        return []
    return [
        problem(
            "batch.partial-sum",
            f"{name} 由几列相加，缺少：{'、'.join(lacking)}；当作没有填写",
            f"{name} is the sum of several columns, of which there is no {', '.join(lacking)}; it is not stated",
            where=source.name,
            hint_zh="补上所缺的列，没有发生的填 0",
            hint_en="add the columns; what did not occur is 0",
            severity="warning",
        )
    ]


def _same_meaning(source: Source, found: list[str]) -> Problem:
    listed = "、".join(name for name in found if name != "+")
    return problem(
        "batch.duplicate-column",
        f"几列意思相同：{listed}",
        f"several columns mean the same: {listed}",
        where=source.name,
        hint_zh="只留一列，删去其余的",
        hint_en="keep one of them",
    )


def _no_column(source: Source, column: Column) -> Problem:
    return problem(
        "batch.missing-column",
        f"缺少列“{column.label.zh}”({column.name})",
        f'there is no column "{column.name}" ({column.label.in_("en")})',
        where=source.name,
        hint_zh="补上这一列；名称不同的，用 --map 写明是哪一列",
        hint_en="add the column, or say with --map which one it is",
    )


# ---------------------------------------------------------------- the rows of a chunk


@frozen
class _Wrong:
    """The faulty cells of one column."""

    name: str
    header: str
    parsed: Parsed


@define(eq=False)
class _Chunk:
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
            pc.utf8_trim_whitespace(column.take(pa.array(places)))
            for column in self.chunk.cells
            if pa.types.is_string(column.type)
        ]
        if len(cells) < len(self.chunk.cells):
            return  # a typed file has neither
        word = np.zeros(len(places), dtype=bool)
        filled = np.zeros(len(places), dtype=bool)
        for column in cells:
            word |= (
                pc.match_substring_regex(column, _SUM_WORDS).fill_null(False).to_numpy(zero_copy_only=False)
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
