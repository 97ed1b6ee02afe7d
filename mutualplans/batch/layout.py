"""Which header of a table is which column, and what is wrong with the headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define

from mutualplans.batch.cells import Cells, expected, take_type
from mutualplans.batch.columns import ROW, Column
from mutualplans.batch.headers import Headers, Meaning
from mutualplans.batch.sources import Source
from mutualplans.files.table_problems import duplicate, letter
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.plan.declaration import Plan

__all__ = ["Layout", "laid_out"]


@define(eq=False)
class Layout:
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


def laid_out(
    source: Source,
    file: str,
    columns: Mapping[str, Column],
    headers: Headers,
    plans: Sequence[Plan],
    *,
    strict: bool,
) -> tuple[Layout, list[Problem]]:
    problems = list(_doubled_names(source, headers))
    layout = Layout([], {})
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
