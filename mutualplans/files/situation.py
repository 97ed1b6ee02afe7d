"""Case files: TOML with ``[member]``, ``[unit]``, ``[[insured]]``, ``[[coverage]]``, ``[[claim]]`` and ``[fund]``.

The tables take the fields of the records and those that the office's plans declare themselves. Every problem is
reported with its line; a table that is wrong is left out, the others are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs
from attrs import frozen

from mutualplans.engine.simulate import Situation
from mutualplans.files.fund import read_fund
from mutualplans.files.own import own_fields
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange
from mutualplans.model.fields import Field, fields_of, read_raw, sort_of
from mutualplans.model.identity import IdNumber, Name, diagnose_id, read_id
from mutualplans.model.kinds import Kind
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.text import FaultError, Lang, Text, said
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan

__all__ = ["SituationFile", "read_situation"]

R = TypeVar("R")
Where = tuple[str | int, ...]


@frozen
class SituationFile:
    """What was read from a case file.

    Attributes:
        situation: Everything that is sound; ``None`` when there is no sound ``[member]``.
        problems: Everything that is not.
    """

    situation: Situation | None
    problems: tuple[Problem, ...]


def read_situation(file: TomlFile, plans: Iterable[Plan], *, also: Iterable[str] = ()) -> SituationFile:
    """Read a case file for the given plans.

    Args:
        file: The parsed file.
        plans: Plans whose own fields may appear.
        also: Further keys allowed in claims, which the caller reads (expected amounts of worked cases).
    """
    plans = tuple(plans)
    reader = _Reader(file, own_fields(plans), frozenset(also))
    data = file.data
    reader.unknown_keys(data, {"member", "unit", "insured", "coverage", "claim", "fund"}, ())
    member = reader.person(Member, data.get("member"), ("member",))
    unit = reader.record(Unit, data.get("unit", {}), ("unit",), {"name": _text})
    insured = reader.each("insured", lambda row, where: reader.person(Insured, row, where))
    coverages = reader.each("coverage", reader.coverage)
    claims = reader.each("claim", reader.claim)
    fund, wrong = read_fund(file, plans)
    problems = (*reader.problems, *wrong)
    if member is None:
        return SituationFile(None, problems)
    situation = Situation(
        member=member,
        unit=unit or Unit(),
        insured=tuple(insured),
        coverages=tuple(coverages),
        claims=tuple(claims),
        fund=fund,
    )
    return SituationFile(situation, problems)


class _Reader:
    """Reads tables into records and gathers the problems."""

    def __init__(self, file: TomlFile, own: Mapping[str, Mapping[str, Field]], also: frozenset[str]) -> None:
        self.file = file
        self.own = own
        self.also = also
        self.problems: list[Problem] = []

    # ------------------------------------------------------------ tables

    def each(self, name: str, read: Any) -> list[Any]:
        rows = self.file.data.get(name, [])
        if not isinstance(rows, list):
            self._wrong((name,), f"[{name}] 应写成 [[{name}]]，可以有多个", f"[{name}] is written [[{name}]]")
            return []
        found = [read(row, (name, number)) for number, row in enumerate(rows)]
        return [item for item in found if item is not None]

    def person(self, cls: type[R], row: Any, where: Where) -> R | None:
        if row is None:
            self.problems.append(
                problem(
                    "file.value",
                    "缺少 [member]",
                    "[member] is missing",
                    where=self.file.where(*where),
                    hint_zh="会员要填什么，见 mutualplans claim-form 计划；什么都不用填的，写一行 [member]",
                    hint_en="mutualplans claim-form PLAN lists what is needed; where nothing is, write a line [member]",
                )
            )
            return None
        special: dict[str, Any] = {"name": _name, "id_number": self._id_number}
        if cls is Insured:
            special["id"] = _text
        record = self.record(cls, row, where, special, needed=("id",) if cls is Insured else ())
        return record and self._from_id(record, where)

    def coverage(self, row: Any, where: Where) -> Coverage | None:
        special = {
            "plan": _text,
            "edition": _text,
            "insured": _text,
            "first_day": _date,
            "last_day": _date,
            "earlier": _ranges,
            "unit": _text,
            "transfer": _flag,
        }
        return self.record(Coverage, row, where, special, needed=("plan", "first_day", "last_day"))

    def claim(self, row: Any, where: Where) -> Claim | None:
        special = {"id": _text, "insured": _text, "circumstances": _texts}
        record = self.record(Claim, row, where, special)
        if record is None or record.id:
            return record
        return attrs.evolve(record, id=f"#{int(where[-1]) + 1}")

    def record(
        self, cls: type[R], row: Any, where: Where, special: Mapping[str, Any], needed: tuple[str, ...] = ()
    ) -> R | None:
        """Read one table; returns ``None`` when anything in it is wrong."""
        before = len(self.problems)
        if not isinstance(row, dict):
            self._wrong(
                where, f"应为一张表，现在写的是{_kind(row)}", f"expected a table; found {_kind(row, 'en')}"
            )
            return None
        fields, own = fields_of(cls), self.own[cls.SUBJECT]  # type: ignore[attr-defined]
        self.unknown_keys(row, {*fields, *own, *special, *self.also}, where)
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for key, raw in row.items():
            if key in special:
                values[key] = self._read(special[key], raw, (*where, key))
            elif key in fields:
                values[key] = self._field(fields[key], raw, (*where, key))
            elif key in own:
                extra[key] = self._field(own[key], raw, (*where, key))
        for key in needed:
            if key not in row:
                self._wrong(where, f'缺少 "{key}"', f'"{key}" is missing', code="file.missing-key")
        if len(self.problems) > before:
            return None
        try:
            return cls(**values, **({"extra": extra} if extra else {}))
        except (ValueError, TypeError) as error:
            self._wrong(where, said(error).zh, said(error).in_("en"))
            return None

    def unknown_keys(self, row: Mapping[str, Any], known: set[str], where: Where) -> None:
        for key in row:
            if key not in known:
                close = nearest(key, known)
                self.problems.append(
                    problem(
                        "file.unknown-key",
                        f'不认识的字段 "{key}"',
                        f'unknown field "{key}"',
                        where=self.file.where(*where, key),
                        hint_zh=f'是不是 "{close}"？' if close else f"可用：{'、'.join(sorted(known))}",
                        hint_en=f'did you mean "{close}"?' if close else f"known: {', '.join(sorted(known))}",
                    )
                )

    # ------------------------------------------------------------ values

    def _field(self, field: Field, raw: Any, where: Where) -> Any:
        def read(value: Any) -> Any:
            found = read_raw(field.kind, value)
            if fault := field.fault(found):
                zh, en = fault.zh, fault.in_("en")
                if field.kind is Kind.CODE and (close := nearest(str(found), field.choices)):
                    zh, en = f"{zh}；是不是 {close}？", f"{en}; did you mean {close}?"
                raise FaultError(Text(zh, en))
            return found

        return self._read(read, raw, where, field.label)

    def _read(self, read: Any, raw: Any, where: Where, label: Text | None = None) -> Any:
        try:
            return read(raw)
        except ValueError as error:
            zh, en = (f"“{label.zh}”", f"{label.in_('en')}: ") if label else ("", "")
            self._wrong(where, f"{zh}{said(error).zh}", f"{en}{said(error).in_('en')}")
            return None

    def _id_number(self, raw: Any) -> IdNumber | None:
        text = _text(raw)
        if fault := diagnose_id(text):
            raise FaultError(fault.message)
        return read_id(text)

    def _from_id(self, record: Any, where: Where) -> Any:
        """Return the person with sex and birth date taken from the ID number; a contradiction is a problem."""
        number = record.id_number
        if number is None:
            return record
        changes: dict[str, Any] = {}
        for name, derived in (("sex", number.sex), ("birth_date", number.birth_date)):
            stated = getattr(record, name)
            if stated is None:
                changes[name] = derived
            elif stated != derived:
                label = fields_of(type(record))[name].label
                self._wrong(
                    (*where, name),
                    f"{label.zh} {stated} 与身份证号所载 {derived} 不符",
                    f"{label.en} {stated} differs from the ID number's {derived}",
                    code="person.id-differs",
                )
                return None
        return attrs.evolve(record, **changes)

    def _wrong(self, where: Where, zh: str, en: str, code: str = "file.value") -> None:
        self.problems.append(problem(code, zh, en, where=self.file.where(*where)))


def _text(raw: Any) -> str:
    # Names and numbers of persons are read here: what was found stays out of the message.
    if not isinstance(raw, str):
        zh = f"应为带英文双引号的文字，现在写的是{_kind(raw)}"
        raise FaultError(Text(zh, f"text in double quotes is expected; found {_kind(raw, 'en')}"))
    if not raw.strip():
        raise FaultError(Text("应为文字，现在是空的", "text is expected; it is empty"))
    return raw


def _kind(raw: Any, lang: Lang = "zh") -> str:
    """Return what sort of value was found, in words and without the value."""
    return sort_of(raw).in_(lang)


def _name(raw: Any) -> Name:
    return Name(_text(raw))


def _date(raw: Any) -> Any:
    return read_raw(Kind.DATE, raw)


def _flag(raw: Any) -> Any:
    return read_raw(Kind.FLAG, raw)


def _texts(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        zh, en = "应为一组代码", "expected a list of codes"
        example = '["drunk-driving"]'
        raise FaultError(
            Text(
                f"{zh}，如 {example}；现在写的是{_kind(raw)}",
                f"{en}, such as {example}; found {_kind(raw, 'en')}",
            )
        )
    return tuple(raw)


def _ranges(raw: Any) -> tuple[DateRange, ...]:
    example = "[{ first = 2011-01-01, last = 2012-12-31 }]"
    zh, en = f"应为先前各期，如 {example}", f"expected earlier terms, such as {example}"
    if not isinstance(raw, list):
        raise FaultError(Text(f"{zh}；现在写的是{_kind(raw)}", f"{en}; found {_kind(raw, 'en')}"))
    found = []
    for item in raw:
        if not isinstance(item, dict) or set(item) != {"first", "last"}:
            raise FaultError(Text(f"{zh}；每期写明 first 和 last", f"{en}; each with first and last"))
        found.append(DateRange(_date(item["first"]), _date(item["last"])))
    return tuple(found)
