"""Which column a header means: our names, their labels, and the names of an import map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from attrs import field, frozen

from mutualplans.batch.columns import CLAIM, PERSON, ROW, Column
from mutualplans.files.roster import COLUMNS as ROSTER
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.tomlfile import TomlFile, read_toml
from mutualplans.plan.declaration import Plan

__all__ = ["MAPS", "Headers", "Meaning", "headers_of", "read_map"]

MAPS = ("national",)
"""Import maps that come with the core, by name."""

_IDS = tuple(header for header, name in ROSTER.items() if name == "id_number")
_OF_ROSTER = {
    "sex": "insured.sex",
    "birth_date": "insured.birth_date",
    "relation": "insured.relation",
    "unit": "unit.name",
    "shares": "shares",
    "tier": "tier",
    **{name: f"member.{name}" for name in ("employment", "union_card", "basic_insurance")},
    **{name: f"member.{name}" for name in ("hardship", "model_worker", "risk_class")},
}
_NOT_READ = {"name": "", "note": "", "number": "", "member_id": ""}


@frozen(kw_only=True)
class Meaning:
    """What a header means.

    Attributes:
        column: The column; empty for one that is known and not read.
        is_id: Whether its cells are resident ID numbers.
        in_fen: Whether the name says that amounts are whole fen.
    """

    column: str
    is_id: bool = False
    in_fen: bool = False


@frozen(kw_only=True)
class Headers:
    """The headers of one table and what they mean.

    Attributes:
        meanings: Header, without white space, in lower case and without underscores → what it means.
        sums: Column → the headers, each with its other names, that are added up to it.
        names: The headers as a person writes them, for suggestions.
    """

    meanings: Mapping[str, Meaning]
    sums: Mapping[str, Sequence[Sequence[str]]] = field(factory=dict)
    names: tuple[str, ...] = ()

    def find(self, header: str) -> Meaning | None:
        """Return what a header means, or ``None`` for one that nobody knows."""
        return self.meanings.get(squeezed(header))

    def part_of(self, header: str) -> tuple[str, int] | None:
        """Return the column that a header is added to, and as which part of it."""
        found = squeezed(header)
        for column, parts in self.sums.items():
            for place, names in enumerate(parts):
                if found in map(squeezed, names):
                    return column, place
        return None

    def knows(self, header: str) -> bool:
        """Return whether a header is known at all."""
        return self.find(header) is not None or self.part_of(header) is not None


def squeezed(header: str) -> str:
    """Return a header as it is compared."""
    return "".join(header.split()).replace("_", "").lower()


def headers_of(
    file: str, columns: Mapping[str, Column], plans: Iterable[Plan], mapping: TomlFile | None = None
) -> Headers:
    """Return the headers that a table may have.

    Args:
        file: ``claims`` or ``coverages``.
        columns: The table's columns.
        plans: The office's plans.
        mapping: An import map, see `read_map`; its names go before ours.

    Raises:
        MutualPlansError: the map names a column that there is not.
    """
    named: dict[str, Meaning] = {}
    for header in _IDS:
        named[header] = Meaning(column=PERSON, is_id=True)
    for header, name in ROSTER.items():
        meant = _NOT_READ.get(name, _OF_ROSTER.get(name))
        if meant == "" or meant in columns:
            named.setdefault(header, Meaning(column=meant or ""))
    for column in columns.values():
        named[column.name] = Meaning(column=column.name)
        if column.kind is Kind.MONEY:
            named[f"{column.name}_fen"] = Meaning(column=column.name, in_fen=True)
        named.setdefault(column.label.zh, Meaning(column=column.name))
        if column.label.en:
            named.setdefault(column.label.en, Meaning(column=column.name))
    named[ROW] = Meaning(column="")  # rows are counted where they are read
    sums: Mapping[str, Sequence[Sequence[str]]] = {}
    if mapping is not None:
        mapped, sums = _mapped(mapping, file, columns)
        named |= mapped
        parts = {squeezed(name) for groups in sums.values() for names in groups for name in names}
        named = {header: meaning for header, meaning in named.items() if squeezed(header) not in parts}
    return Headers(
        meanings={squeezed(header): meaning for header, meaning in named.items()},
        sums=sums,
        names=tuple(named),
    )


def read_map(name: str) -> TomlFile:
    """Read an import map: the name of one that comes with the core (`MAPS`), or a TOML file.

    It has a table ``[claims]`` and a table ``[coverages]`` with ``header = "column"``; an empty column means that the
    header is known and not read. ``[claims.sums]`` lists the headers that are added up to a money column.

    Raises:
        MutualPlansError: there is no such file, or it is not TOML.
    """
    if name in MAPS:
        return read_toml(Path(str(files("mutualplans.batch") / f"{name}.toml")))
    return read_toml(name)


def _mapped(
    mapping: TomlFile, file: str, columns: Mapping[str, Column]
) -> tuple[dict[str, Meaning], dict[str, list[list[str]]]]:
    problems = [
        _wrong(mapping, (key,), f'不认识的表 "{key}"', f'unknown table "{key}"')
        for key in mapping.data
        if key not in (CLAIM, "coverages")
    ]
    table = mapping.data.get(file, {})
    found: dict[str, Meaning] = {}
    sums: dict[str, list[list[str]]] = {}
    for header, column in table.items() if isinstance(table, dict) else ():
        if header == "sums":
            sums, more = _sums(mapping, file, column, columns)
            problems += more
        elif not isinstance(column, str) or (column and column not in columns):
            problems.append(_no_column(mapping, (file, header), column, columns))
        else:
            found[header] = Meaning(column=column, is_id=column == PERSON and header in _IDS)
    if problems:
        raise MutualPlansError(*problems)
    return found, sums


def _sums(
    mapping: TomlFile, file: str, table: object, columns: Mapping[str, Column]
) -> tuple[dict[str, list[list[str]]], list[Problem]]:
    found: dict[str, list[list[str]]] = {}
    problems = []
    for column, parts in table.items() if isinstance(table, dict) else ():
        known = columns.get(column)
        if known is None or known.kind is not Kind.MONEY:
            problems.append(_no_column(mapping, (file, "sums", column), column, columns))
        elif not isinstance(parts, list) or not all(
            isinstance(names, list) and names and all(isinstance(name, str) for name in names)
            for names in parts
        ):
            expected = '[["a", "另一写法"], ["b"]]'
            where = (file, "sums", column)
            problems.append(_wrong(mapping, where, f"应写成 {expected}", f"is written {expected}"))
        else:
            found[column] = parts
    return found, problems


def _no_column(
    mapping: TomlFile, where: tuple[str, ...], column: object, columns: Mapping[str, Column]
) -> Problem:
    close = nearest(str(column), columns)
    hint = (
        (f'是不是 "{close}"？', f'did you mean "{close}"?')
        if close
        else ("列名见批量表说明", "see the columns")
    )
    return _wrong(mapping, where, f'没有列 "{column}"', f'there is no column "{column}"', hint)


def _wrong(
    mapping: TomlFile, where: tuple[str, ...], zh: str, en: str, hint: tuple[str, str] = ("", "")
) -> Problem:
    place = mapping.where(*where)
    return problem(
        "batch.map", f"导入对照表：{zh}", f"import map: {en}", where=place, hint_zh=hint[0], hint_en=hint[1]
    )
