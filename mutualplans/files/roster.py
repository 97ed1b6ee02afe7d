"""Rosters: a table of people who want to join, from Excel or CSV. Good rows are read, bad rows are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.engine.office import Package
from mutualplans.engine.quote import Joining
from mutualplans.files.own import own_fields, read_own
from mutualplans.files.tables import Cell, Row, Table
from mutualplans.model.fields import Field, fields_of, read_raw
from mutualplans.model.identity import IdNumber, Name, diagnose_id, read_id
from mutualplans.model.kinds import Kind
from mutualplans.model.masks import mask_name
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.text import FaultError, Text, said
from mutualplans.plan.declaration import Plan

__all__ = ["COLUMNS", "READERS", "Entry", "Roster", "RosterReader", "known_headers", "read_roster"]

_MEMBER, _INSURED = fields_of(Member), fields_of(Insured)

COLUMNS: Mapping[str, str] = {
    "姓名": "name",
    "证件号": "id_number",
    "身份证号": "id_number",
    "身份证号码": "id_number",
    "证件号码": "id_number",
    "性别": "sex",
    "出生日期": "birth_date",
    "在职状态": "employment",
    "单位": "unit",
    "单位名称": "unit",
    "系统": "system",
    "所属系统": "system",
    "与会员关系": "relation",
    "会员证件号": "member_id",
    "工会会员卡": "union_card",
    "基本医疗保险": "basic_insurance",
    "困难职工": "hardship",
    "劳动模范": "model_worker",
    "工种风险类别": "risk_class",
    "份数": "shares",
    "档次": "tier",
    "备注": "note",
    "序号": "number",
}
"""Header → what it holds. The id or title of a plan or package as a header: the shares wanted in it."""


@frozen(kw_only=True)
class Entry:
    """One row of a roster that could be read.

    Attributes:
        row: Row number, as the person sees it.
        joining: Who wants to join.
        plans: Plan or package id → shares wanted; ``None`` when the row names none, which means all plans. Empty for
            somebody who joins none: blank or 0 under every plan, or 0 under 份数.
    """

    row: int
    joining: Joining
    plans: Mapping[str, int] | None


@frozen(kw_only=True)
class Roster:
    """A roster.

    Attributes:
        entries: The rows that could be read.
        problems: Everything else, with row, column, what was found and what to do.
        refusals: Row number → why the row could not be used.
        encoding: Encoding the file was read in; ``xlsx`` for a workbook.
        sheet: The sheet of a workbook that was read; empty for a text file.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    refusals: Mapping[int, tuple[Problem, ...]] = field(factory=dict)
    encoding: str = ""
    sheet: str = ""

    @property
    def refused(self) -> tuple[int, ...]:
        """Numbers of the rows that could not be used."""
        return tuple(sorted(self.refusals))


def own_columns(plans: Iterable[Plan]) -> dict[str, Field]:
    """Return header → field for the fields that plans declare of members, persons insured and covers."""
    own = own_fields(plans)
    items = [item for subject in ("member", "insured", "cover") for item in own[subject].values()]
    return {header: item for item in items for header in (item.label.zh, item.name)}


def known_headers(plans: Iterable[Plan], packages: Iterable[Package] = ()) -> tuple[str, ...]:
    """Return the headers that a roster for the plans and packages may have."""
    known = list(plans)
    own = list(_by_header(known, packages))
    return (*COLUMNS, *own, *own_columns(known))


def _by_header(plans: Iterable[Plan], packages: Iterable[Package]) -> dict[str, str]:
    """Return header → id of the plan or package that it names, by its id or its title."""
    named: list[Plan | Package] = [*plans, *packages]
    return {name: item.id for item in named for name in (item.id, item.title.zh)}


def read_roster(
    table: Table,
    plans: Sequence[Plan],
    units: Mapping[str, Unit],
    first_day: date,
    packages: Sequence[Package] = (),
) -> Roster:
    """Read a table as a roster.

    Args:
        table: The table.
        plans: The office's plans.
        units: Units by name; a row without a unit takes the only one.
        first_day: First day of cover.
        packages: The office's packages.
    """
    reader = RosterReader(table, plans, units, first_day, packages)
    entries = [entry for row in table.rows if (entry := reader.entry(row))]
    return Roster(
        entries=tuple(reader.in_system(reader.with_member(entry)) for entry in entries),
        problems=(*table.problems, *reader.problems),
        refusals={**table.refused, **reader.refusals},
        encoding=table.encoding,
        sheet=table.sheet,
    )


class RosterReader:
    """Reads rows and gathers the problems; a row with an error is refused as a whole.

    Attributes:
        columns: Header → what it holds, of the columns that every roster may have.
        own_columns: Header → field that a plan declares.
        plan_columns: Header → id of a plan or package, whose shares it holds.
        systems: Unit → the system that its rows state.
        members: ID number → member, of the rows that were read.
    """

    def __init__(
        self,
        table: Table,
        plans: Sequence[Plan],
        units: Mapping[str, Unit],
        first_day: date,
        packages: Sequence[Package],
    ) -> None:
        self.table = table
        self.units = units
        self.first_day = first_day
        self.problems: list[Problem] = []
        self.refusals: dict[int, tuple[Problem, ...]] = {}
        self.seen: dict[str, int] = {}
        self.returned: dict[str, int] = {}
        self.members: dict[str, Member] = {}
        self.systems: dict[str, str] = {}
        by_header = _by_header(plans, packages)
        self.own = own_fields(plans)
        own = own_columns(plans)
        self.columns = {header: COLUMNS[header] for header in table.headers if header in COLUMNS}
        self.own_columns = {header: own[header] for header in table.headers if header in own}
        self.plan_columns = {header: by_header[header] for header in table.headers if header in by_header}
        self._unknown_headers([*COLUMNS, *by_header, *own])
        self._two_columns_for_one()

    def _two_columns_for_one(self) -> None:
        """Refuse a roster in which two columns mean the same: nobody could tell which of them counts."""
        meant: dict[str, list[str]] = {}
        own = {header: item.path for header, item in self.own_columns.items()}
        for header, name in (*self.columns.items(), *self.plan_columns.items(), *own.items()):
            if name not in ("note", "number"):
                meant.setdefault(name, []).append(header)
        doubled = [headers for headers in meant.values() if len(headers) > 1]
        if doubled:
            raise MutualPlansError(*(_doubled(headers, self.table.source) for headers in doubled))

    def _unknown_headers(self, known: list[str]) -> None:
        for header in self.table.headers:
            if header not in (self.columns | self.plan_columns | self.own_columns):
                # Plans have long names that look alike; another plan's name is no help.
                close = nearest(header, COLUMNS if "计划" in header or "活动" in header else known)
                self.problems.append(
                    problem(
                        "roster.unknown-column",
                        f'不认识的列 "{header}"，没有读取',
                        f'unknown column "{header}", not read',
                        where=self.table.source,
                        hint_zh=f'是不是 "{close}"？'
                        if close
                        else f"可用的列：{'、'.join(COLUMNS)}，以及各计划的名称",
                        hint_en=f'did you mean "{close}"?' if close else "see the guide for the columns",
                        severity="warning",
                    )
                )

    def entry(self, row: Row) -> Entry | None:
        """Return the row as an entry, or ``None`` after reporting what is wrong with it."""
        before = len(self.problems)
        values = {name: self._cell(row, header, name) for header, name in self.columns.items()}
        values["own"] = self._own_values(row)
        plans = self._plans(row, values)
        number: IdNumber | None = values.get("id_number")
        self._consistent(row, values, number)
        unit = self._unit(row, values.get("unit"))
        self._note_system(row, unit, values.get("system"))
        joining = None if self._errors(before) else self._sound_joining(row, values, unit)
        self._not_twice(row, number, sound=joining is not None)
        if joining is None or self._errors(before):
            self.refusals[row.number] = self._errors(before)
            if number is not None:
                self.returned.setdefault(number.reveal(), row.number)
            return None
        if number is not None:
            self.seen[number.reveal()] = row.number
            if joining.insured.relation == "self":
                self.members[number.reveal()] = joining.member
        return Entry(row=row.number, joining=joining, plans=plans)

    def _errors(self, since: int) -> tuple[Problem, ...]:
        return tuple(item for item in self.problems[since:] if item.severity == "error")

    def _sound_joining(self, row: Row, values: Mapping[str, Any], unit: Unit) -> Joining | None:
        """Return who wants to join; what the records themselves refuse is a problem of this row, not of the run."""
        try:
            return self._joining(row, values, unit)
        except ValueError as error:
            self._wrong(row, "", said(error).zh, said(error).in_("en"))
        return None

    def _joining(self, row: Row, values: Mapping[str, Any], unit: Unit) -> Joining:
        relation = values.get("relation") or "self"
        number = values.get("id_number")
        person: dict[str, Any] = {
            "name": values.get("name"),
            "id_number": number,
            "sex": values.get("sex") or (number.sex if number else None),
            "birth_date": values.get("birth_date") or (number.birth_date if number else None),
        }
        own: dict[str, Any] = {
            name: values.get(name) for name in _MEMBER if name in values and name not in person
        }
        extra = values["own"]
        if relation == "self":
            member = Member(**person, **own, extra=extra["member"])
            insured = evolve(Insured.member(member), extra=extra["insured"])
        else:
            # The row is about the insured; what it says of employment and cards is about the member.
            member = Member(id_number=values.get("member_id"), **own, extra=extra["member"])
            insured = Insured(id=f"row {row.number}", relation=relation, **person, extra=extra["insured"])
        return Joining(
            member=member,
            insured=insured,
            unit=unit,
            first_day=self.first_day,
            shares=values.get("shares") or None,
            tier=values.get("tier"),
            extra=extra["cover"],
            key=str(row.number),
        )

    def with_member(self, entry: Entry) -> Entry:
        """Return the row of a child or spouse with the member it names, where the roster lists that member."""
        number = entry.joining.member.id_number
        if entry.joining.insured.relation == "self" or number is None:
            return entry
        member = self.members.get(number.reveal(), entry.joining.member)
        return evolve(entry, joining=evolve(entry.joining, member=member))

    def in_system(self, entry: Entry) -> Entry:
        """Return the row with the system that any row of its unit states."""
        unit = entry.joining.unit
        system = self.systems.get(unit.name, unit.system)
        return evolve(entry, joining=evolve(entry.joining, unit=evolve(unit, system=system)))

    # ------------------------------------------------------------ cells

    def _cell(self, row: Row, header: str, name: str) -> Any:
        cell = row.cells[header]
        if not cell.text or name in ("note", "number"):
            return None
        try:
            return READERS[name](cell)
        except _CellError as error:
            self.problems.append(evolve(error.found, where=self.table.where(row.number, header)))
        except ValueError as error:
            self._wrong(row, header, said(error).zh, said(error).in_("en"))
        return None

    def _own_values(self, row: Row) -> dict[str, dict[str, Any]]:
        """Return the plans' own fields that the row states: subject → name → value."""
        found: dict[str, dict[str, Any]] = {"member": {}, "insured": {}, "cover": {}}
        for header, item in self.own_columns.items():
            cell = row.cells[header]
            if not cell.text:
                continue
            try:
                found[item.subject][item.name] = self.own_value(item, cell.text)
            except ValueError as error:
                self._wrong(row, header, said(error).zh, said(error).in_("en"))
        return found

    def own_value(self, item: Field, written: str) -> Any:
        """Return a value of a field that a plan declares, written as a code or as its label.

        Raises:
            ValueError: it is none.
        """
        codes = {text.zh: code for code, text in item.choices.items()}
        return read_own(self.own, item.subject, item.name, codes.get(written, written))

    def _plans(self, row: Row, values: Mapping[str, Any]) -> dict[str, int] | None:
        """Return the plans that the row names with their shares; a blank or 0 means that the person does not join."""
        if not self.plan_columns:
            return {} if values.get("shares") == 0 else None
        wanted = {}
        for header, plan_id in self.plan_columns.items():
            shares = self._cell(row, header, "shares")
            if shares:
                wanted[plan_id] = shares
        return wanted

    def _consistent(self, row: Row, values: Mapping[str, Any], number: IdNumber | None) -> None:
        if number is None:
            return
        for name, derived in (("sex", number.sex), ("birth_date", number.birth_date)):
            stated = values.get(name)
            if stated is not None and stated != derived:
                header = self._header(name)
                self._wrong(
                    row,
                    header,
                    f"{_MEMBER[name].label.zh}与身份证号不符",
                    f"{_MEMBER[name].label.en} differs from the ID number",
                    code="roster.id-differs",
                    hint_zh="核对证件后改正其中一处",
                    hint_en="check the card and correct one of them",
                )

    def _not_twice(self, row: Row, number: IdNumber | None, *, sound: bool) -> None:
        """Report an ID number that stands in an earlier row.

        Beside a row that was read it is an error. Beside one that was returned, a sound row is taken for its
        correction and read with a warning; a row that is faulty itself repeats it all the same.
        """
        if number is None:
            return
        read, returned = (rows.get(number.reveal()) for rows in (self.seen, self.returned))
        first = read or returned
        if first is None:
            return
        if read is None and sound:
            self.problems.append(
                problem(
                    "roster.id-repeated",
                    f"证件号与退回的第 {first} 行相同，当作该行的更正读取",
                    f"the ID number is that of row {first}, which was refused: read as its correction",
                    where=self.table.where(row.number, self._header("id_number")),
                    hint_zh=f"删去第 {first} 行；不是同一人时核对证件号",
                    hint_en=f"delete row {first}; if they are two persons, check the number",
                    severity="warning",
                )
            )
            return
        self._wrong(
            row,
            self._header("id_number"),
            f"证件号与第 {first} 行重复",
            f"the ID number repeats row {first}",
            code="roster.id-duplicate",
            hint_zh="同一人只列一行；不是同一人时核对证件号",
            hint_en="list a person once; if they are two persons, check the number",
        )

    def _unit(self, row: Row, name: str | None) -> Unit:
        if name is None and len(self.units) == 1:
            return next(iter(self.units.values()))
        if name is None:
            return Unit()
        if name in self.units:
            return self.units[name]
        if self.units:
            close = nearest(name, self.units)
            header = self._header("unit")
            self._wrong(
                row,
                header,
                f'单位文件里没有 "{name}"',
                f'no unit "{name}" in the unit file',
                code="roster.unit",
                hint_zh=f'是不是 "{close}"？' if close else "在单位文件里补上 [[unit]]",
                hint_en=f'did you mean "{close}"?' if close else "add it to the unit file",
            )
        return Unit(name=name)

    def _note_system(self, row: Row, unit: Unit, system: str | None) -> None:
        """Note the system that a row states of its unit; all rows of a unit, and the unit file, must agree."""
        if system is None:
            return
        known = self.systems.setdefault(unit.name, unit.system or system)
        if system != known:
            self._wrong(
                row,
                self._header("system"),
                f'单位 "{unit.name}" 的系统前面写的是 "{known}"，这一行写的是 "{system}"',
                f'the system of unit "{unit.name}" was "{known}" before; this row says "{system}"',
                code="roster.system",
                hint_zh="一个单位只属于一个系统；改正其中一处",
                hint_en="a unit belongs to one system; correct one of them",
            )

    def _header(self, name: str) -> str:
        return next(header for header, known in self.columns.items() if known == name)

    def _wrong(
        self,
        row: Row,
        header: str,
        zh: str,
        en: str,
        code: str = "roster.value",
        hint_zh: str = "",
        hint_en: str = "",
    ) -> None:
        where = self.table.where(row.number, header)
        texts = (self._without_name(row, text) for text in (zh, en, hint_zh, hint_en))
        zh, en, hint_zh, hint_en = texts
        self.problems.append(problem(code, zh, en, where=where, hint_zh=hint_zh, hint_en=hint_en))

    def _without_name(self, row: Row, text: str) -> str:
        """Return a message with the name of the row's person masked: a cell that slipped aside may hold it."""
        for header, column in self.columns.items():
            if column == "name" and (name := row.cells[header].text):
                text = text.replace(f'"{name}"', f'"{mask_name(name)}"')
        return text


def _doubled(headers: list[str], source: str) -> Problem:
    listed = "、".join(headers)
    return problem(
        "roster.duplicate-column",
        f"几列意思相同：{listed}",
        f"several columns mean the same: {listed}",
        where=source,
        hint_zh="只留一列，删去其余的",
        hint_en="keep one of them",
    )


class _CellError(ValueError):
    """A cell whose problem is already in words."""

    def __init__(self, found: Problem) -> None:
        self.found = found
        super().__init__(found.code)


def _id(cell: Cell) -> IdNumber:
    if cell.number:
        raise _CellError(
            problem(
                "roster.id-damaged",
                "Excel 把证件号当数字保存，后几位已丢失",
                "Excel kept the ID number as a number and lost its last digits",
                hint_zh="把这一列设为“文本”格式，按证件重新录入",
                hint_en="format the column as text and enter the number again",
            )
        )
    if found := diagnose_id(cell.text):
        raise _CellError(found)
    return read_id(cell.text)


def _by_label(item: Field) -> Any:
    """Return a reader of a code column: the label (女) or the code (female)."""
    labels = {text.zh: code for code, text in item.choices.items()}

    def read(cell: Cell) -> str:
        found = labels.get(cell.text, cell.text)
        if item.choices and found not in item.choices:
            close = nearest(cell.text, labels)
            zh = f'{item.label.zh}应为 {"、".join(labels)} 之一，现在写的是 "{cell.text}"'
            en = f'{item.label.in_("en")} should be one of {", ".join(labels)}; found "{cell.text}"'
            raise FaultError(
                Text(
                    zh + (f"；是不是“{close}”？" if close else ""),
                    en + (f"; did you mean “{close}”?" if close else ""),
                )
            )
        return found

    return read


def _of_kind(kind: Kind) -> Any:
    return lambda cell: read_raw(kind, cell.text)


def _shares(cell: Cell) -> int:
    found: int = read_raw(Kind.COUNT, cell.text)
    if found > 100:
        zh, en = f"份数应在 0 至 100 之间，现在写的是 {found}", f"shares are between 0 and 100; found {found}"
        raise FaultError(Text(zh, en))
    return found


READERS: Mapping[str, Callable[[Cell], Any]] = {
    "name": lambda cell: Name(cell.text),
    "id_number": _id,
    "member_id": _id,
    "sex": _by_label(_MEMBER["sex"]),
    "birth_date": _of_kind(Kind.DATE),
    "employment": _by_label(_MEMBER["employment"]),
    "relation": _by_label(_INSURED["relation"]),
    "unit": lambda cell: cell.text,
    "system": lambda cell: cell.text,
    "union_card": _of_kind(Kind.FLAG),
    "basic_insurance": _of_kind(Kind.FLAG),
    "hardship": _of_kind(Kind.FLAG),
    "model_worker": _of_kind(Kind.FLAG),
    "risk_class": lambda cell: cell.text,
    "shares": _shares,
    "tier": lambda cell: cell.text,
}
"""What a column holds → how a cell of it is read."""
