"""Reading edition files and office values: typed by the plan's declaration, every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs
from attrs import evolve, frozen

from mutualplans.backends.phrase import show
from mutualplans.model.fields import MOST_COUNT, MOST_FEN, plain_value, read_raw
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding, format_yuan
from mutualplans.model.parameter import Limits, Parameter, Shape
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.scales import Band, Condition, ConditionList, Edge, Scale, Table, is_icd10_group
from mutualplans.model.text import Text, said
from mutualplans.model.tomlfile import TomlFile, read_toml
from mutualplans.plan.calendars import read_calendar
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import ARTICLES, Confidence, Edition, Entry, InForce
from mutualplans.plan.strict import strict

__all__ = ["load_editions", "outside_limits", "read_edition", "read_value"]

Path = tuple[str | int, ...]


@frozen(kw_only=True)
class _EditionFile:
    """The fixed part of an edition file; `values` are typed by the plan."""

    plan: str
    id: str
    series: str
    title: Text
    in_force: InForce
    publisher: str
    source: str
    confidence: Confidence
    more_sources: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""
    rounding: Rounding = Rounding.HALF_UP_FEN
    titles: dict[str, Text] = attrs.field(factory=dict)
    clauses: dict[str, str] = attrs.field(factory=dict)
    values: dict[str, Any] = attrs.field(factory=dict)


@frozen(kw_only=True)
class _ConditionRow:
    id: str
    title: Text
    class_: str
    icd10: tuple[str, ...] = ()
    except_icd10: tuple[str, ...] = ()
    definition: Text | None = None


@cache
def load_editions(plan: Plan) -> tuple[tuple[Edition, ...], tuple[Problem, ...]]:
    """Read a plan's edition files once; returns the sound ones and every problem of the others."""
    sound: list[Edition] = []
    problems: list[Problem] = []
    for path in plan.editions.files():
        try:
            file = evolve(read_toml(path), name=path.name)
        except MutualPlansError as error:
            problems += error.problems
            continue
        edition, found = read_edition(plan, file)
        problems += found
        if edition:
            sound.append(edition)
    return tuple(sound), tuple(problems)


def read_edition(plan: Plan, file: TomlFile) -> tuple[Edition | None, list[Problem]]:
    """Read one edition file of `plan`; returns it, or ``None`` and every problem."""
    fixed, problems = strict(_EditionFile, file, file.data)
    raw_values = file.data.get("values", {})
    confidence = fixed.confidence if fixed else Confidence.ASSUMED
    values: dict[str, Entry] = {}
    faults: list[Problem] = []
    if isinstance(raw_values, dict):
        values, faults = _read_values(plan, file, raw_values, confidence)
        problems = problems + faults
    if fixed is None:
        return None, problems
    if fixed.plan != plan.id:
        wrong = f'plan = "{fixed.plan}"'
        problems.append(
            problem(
                "edition.plan", f"{wrong} 应为 {plan.id}", f"{wrong}, not {plan.id}", where=file.where("plan")
            )
        )
    problems += _reason_given(fixed.confidence, fixed.reason, file, ())
    # What a value that cannot be read would have named is not known.
    problems += [] if faults else _titles(fixed.titles, values, file)
    problems += _clauses(fixed.clauses, plan, file)
    known = {
        item.name: getattr(fixed, item.name) for item in attrs.fields(_EditionFile) if item.name != "values"
    }
    edition = Edition(**known, values=values, where=file.name)
    return (None if problems else edition), problems


def _read_values(
    plan: Plan, file: TomlFile, raw_values: dict[str, Any], confidence: Confidence
) -> tuple[dict[str, Entry], list[Problem]]:
    declared = {parameter.name: parameter for parameter in plan.values}
    values: dict[str, Entry] = {}
    problems: list[Problem] = []
    for name, raw in raw_values.items():
        path: Path = ("values", name)
        if name not in declared:
            problems.append(_unknown_value(name, declared, file, path))
            continue
        entry, found = _entry(declared[name], raw, confidence, file, path)
        problems += found
        if entry:
            values[name] = entry
    for parameter in plan.values:
        if parameter.name not in raw_values and not (parameter.optional or parameter.open_to_office):
            problems.append(
                problem(
                    "edition.value-missing",
                    f"缺少“{parameter.label.zh}”({parameter.name})",
                    f"the value {parameter.name} is missing",
                    where=file.where("values"),
                    hint_zh='补上这个值；没有来源时标注 confidence = "assumed" 并写明 reason',
                    hint_en='add it; without a source say confidence = "assumed" and a reason',
                )
            )
    return values, problems


def _unknown_value(name: str, declared: Mapping[str, Parameter], file: TomlFile, path: Path) -> Problem:
    close = nearest(name, declared)
    return problem(
        "edition.value-unknown",
        f'计划没有声明 "{name}" 这个值；已声明：{"、".join(declared)}',
        f'the plan declares no value "{name}"; declared: {", ".join(declared)}',
        where=file.where(*path),
        hint_zh=f'是不是 "{close}"？' if close else "删去，或先在计划里声明",
        hint_en=f'did you mean "{close}"?' if close else "remove it, or declare it in the plan",
    )


def _entry(
    parameter: Parameter, raw: Any, confidence: Confidence, file: TomlFile, path: Path
) -> tuple[Entry | None, list[Problem]]:
    """Read a value, either plain or as a table ``{ value = …, confidence = …, reason = …, source = … }``."""
    problems: list[Problem] = []
    about: dict[str, Any] = {}
    if isinstance(raw, dict):
        about = raw
        if raw and not _ABOUT & set(raw):
            return None, [_flat(parameter, file, path)]
        for key in sorted(set(raw) - _ABOUT):
            close = nearest(key, ("value", "confidence", "reason", "source"))
            problems.append(
                problem(
                    "file.unknown-key",
                    f'不认识的键 "{key}"；一个值可写 value、confidence、reason、source',
                    f'unknown key "{key}"; a value has value, confidence, reason, source',
                    where=file.where(*path, key),
                    hint_zh=f'是不是 "{close}"？' if close else "表和分段要放在 value 之下",
                    hint_en=f'did you mean "{close}"?' if close else "tables and scales stand under value",
                )
            )
        if "value" not in raw:
            problems.append(
                problem("file.missing-key", "缺少 value", "value is missing", where=file.where(*path))
            )
            return None, problems
        raw, path = raw["value"], (*path, "value")
        if "confidence" in about:
            confidence, found = _confidence(about["confidence"], file, path[:-1])
            problems += found
    if confidence.needs_reason and "confidence" in about:
        problems += _reason_given(confidence, about.get("reason", ""), file, path[:-1])
    value, found = read_value(parameter, raw, file, path)
    problems += found
    if problems:
        return None, problems
    return Entry(
        value=value, confidence=confidence, reason=about.get("reason", ""), source=about.get("source", "")
    ), []


_ABOUT = {"value", "confidence", "reason", "source"}


def _flat(parameter: Parameter, file: TomlFile, path: Path) -> Problem:
    """Say that the rows of a table stand where what is said about the value belongs."""
    written = f"{parameter.name} = {{ value = {{ … }} }}"
    return problem(
        "file.missing-key",
        f"“{parameter.label.zh}”缺少 value：表的各行写在 value 之下",
        f"{parameter.name} has no value: the rows of a table stand under value",
        where=file.where(*path),
        hint_zh=f"写成 {written}",
        hint_en=f"write {written}",
    )


def _titles(titles: Mapping[str, Text], values: Mapping[str, Entry], file: TomlFile) -> list[Problem]:
    """Return a problem for each title of a code that stands nowhere in the edition."""
    codes: set[str] = set()
    for entry in values.values():
        if isinstance(entry.value, Table):
            codes.update(code for key in entry.value.rows for code in key)
        elif isinstance(entry.value, ConditionList):
            codes.update(item.class_ for item in entry.value.conditions)
    problems = []
    for code in titles:
        if code in codes:
            continue
        close = nearest(code, codes)
        problems.append(
            problem(
                "edition.title-unknown",
                f'titles 里的代码 "{code}" 在本版的表和病种类别中都没有',
                f'the code "{code}" under titles stands in no table and in no class of this edition',
                where=file.where("titles", code),
                hint_zh=f'是不是 "{close}"？' if close else "删去这一行",
                hint_en=f'did you mean "{close}"?' if close else "remove this line",
            )
        )
    return problems


def _clauses(clauses: Mapping[str, str], plan: Plan, file: TomlFile) -> list[Problem]:
    """Return a problem for each clause of something that the rule text does not have."""
    known = (*(item.id for item in plan.benefits), *ARTICLES)
    return [
        problem(
            "edition.clause-unknown",
            f'clauses 里的 "{name}" 不是给付项目，也不是规则的一节；可用：{"、".join(known)}',
            f'"{name}" under clauses is neither a benefit nor a section; there are: {", ".join(known)}',
            where=file.where("clauses", name),
            hint_zh=f'是不是 "{close}"？' if (close := nearest(name, known)) else "删去这一行",
            hint_en=f'did you mean "{close}"?' if close else "remove this line",
        )
        for name in clauses
        if name not in known
    ]


def _confidence(raw: Any, file: TomlFile, path: Path) -> tuple[Confidence, list[Problem]]:
    try:
        return Confidence(raw), []
    except ValueError:
        names = "、".join(item.value for item in Confidence)
        where = file.where(*path, "confidence")
        return Confidence.ASSUMED, [
            problem("file.value", f"应为 {names} 之一，实为 {raw!r}", f"expected one of {names}", where=where)
        ]


def _reason_given(confidence: Confidence, reason: Any, file: TomlFile, path: Path) -> list[Problem]:
    if not confidence.needs_reason or (isinstance(reason, str) and reason.strip()):
        return []
    return [
        problem(
            "plan.source",
            f'confidence = "{confidence.value}" 需要 reason（根据什么推算或假定）',
            f'confidence = "{confidence.value}" needs a reason',
            where=file.where(*path),
        )
    ]


# ---------------------------------------------------------------- typed values


def read_value(parameter: Parameter, raw: Any, file: TomlFile, path: Path) -> tuple[Any, list[Problem]]:
    """Read a raw TOML value as the parameter's kind and shape; returns the plain value or the problems."""
    if parameter.shape is Shape.TABLE:
        return _read_table(parameter, raw, file, path)
    if parameter.shape is Shape.SCALE:
        return _read_scale(parameter, raw, file, path)
    if parameter.shape is Shape.CONDITIONS:
        return _read_conditions(raw, file, path)
    if parameter.shape is Shape.CALENDAR:
        return read_calendar(parameter, raw, file, path)
    return _single(parameter.kind, parameter.label, raw, file, path)


_UNQUOTED = {
    Kind.COUNT: ("整数，不加引号，如 3", "a whole number without quotes, such as 3"),
    Kind.FLAG: ("true 或 false，不加引号", "true or false without quotes"),
}
"""Kinds that TOML has itself: as text they are refused."""


def _single(kind: Kind, label: Text, raw: Any, file: TomlFile, path: Path) -> tuple[Any, list[Problem]]:
    if kind in _UNQUOTED and isinstance(raw, str):
        zh, en = _UNQUOTED[kind]
        quoted = (f"“{label.zh}”应为{zh}；实为 {raw!r}", f"{label.in_('en')}: expected {en}; found {raw!r}")
        return None, [_wrong(*quoted, file, path)]
    try:
        value = plain_value(read_raw(kind, raw))
    except ValueError as error:
        fault = said(error)
        return None, [_wrong(f"“{label.zh}”{fault.zh}", f"{label.in_('en')}: {fault.in_('en')}", file, path)]
    most = MOST_FEN if kind is Kind.MONEY else MOST_COUNT
    if kind in (Kind.MONEY, Kind.COUNT) and not 0 <= value <= most:
        return None, [_wrong(f"“{label.zh}”超出范围：{raw}", f"out of range: {raw}", file, path)]
    return value, []


def _wrong(zh: str, en: str, file: TomlFile, path: Path) -> Problem:
    return problem("file.value", zh, en, where=file.where(*path))


def _read_table(parameter: Parameter, raw: Any, file: TomlFile, path: Path) -> tuple[Any, list[Problem]]:
    rows: dict[tuple[str, ...], Any] = {}
    problems: list[Problem] = []
    pending: list[tuple[tuple[str, ...], Any]] = [((), raw)]
    while pending:
        keys, cell = pending.pop(0)
        if len(keys) < parameter.keys:
            if not isinstance(cell, dict) or not cell:
                zh = f'“{parameter.label.zh}”是按 {parameter.keys} 个代码查的表，如 {{ "1" = … }}；实为 {cell!r}'
                problems.append(
                    _wrong(zh, f"a table with {parameter.keys} keys; found {cell!r}", file, (*path, *keys))
                )
                continue
            pending += [((*keys, key), inner) for key, inner in cell.items()]
            continue
        value, found = _single(parameter.kind, parameter.label, cell, file, (*path, *keys))
        problems += found
        rows[keys] = value
    return (None if problems else Table(rows)), problems


_EDGES = {"from": ("low", True), "over": ("low", False), "up_to": ("high", True), "below": ("high", False)}


def _read_scale(parameter: Parameter, raw: Any, file: TomlFile, path: Path) -> tuple[Any, list[Problem]]:
    if not isinstance(raw, list) or not raw:
        zh = f"“{parameter.label.zh}”是一组分段，每段写明界限（from/over、up_to/below）和 gives；实为 {raw!r}"
        return None, [_wrong(zh, f"a list of bands; found {raw!r}", file, path)]
    bands: list[Band] = []
    problems: list[Problem] = []
    for index, row in enumerate(raw):
        band, found = _read_band(parameter, row, file, (*path, index))
        problems += found
        if band:
            bands.append(band)
    if not problems:
        problems = _join_bands(bands, parameter, file, path)
    return (None if problems else Scale(tuple(bands))), problems


def _read_band(
    parameter: Parameter, row: Any, file: TomlFile, path: Path
) -> tuple[Band | None, list[Problem]]:
    if not isinstance(row, dict) or "gives" not in row:
        zh = f"每段应写 gives 和 from/over、up_to/below 中的界限；实为 {row!r}"
        return None, [_wrong(zh, f"a band has gives and its edges; found {row!r}", file, path)]
    if unknown := sorted(set(row) - {*_EDGES, "gives"}):
        said = "、".join(f'"{key}"' for key in unknown)
        zh = f"每段的界限写 from（含）或 over、up_to（含）或 below；不认识 {said}"
        en = (
            f"a band's edges are from (included) or over, up_to (included) or below; not {', '.join(unknown)}"
        )
        return None, [_wrong(zh, en, file, path)]
    problems: list[Problem] = []
    edges: dict[str, Edge] = {}
    for key, (end, inside) in _EDGES.items():
        if key not in row:
            continue
        at, found = _single(parameter.measured, parameter.label, row[key], file, (*path, key))
        problems += found
        if end in edges:
            problems.append(_wrong(f"同一端写了两个界限：{row!r}", "one end has two edges", file, path))
        elif not found:
            edges[end] = Edge(at, inside)
    gives, found = _single(parameter.kind, parameter.label, row["gives"], file, (*path, "gives"))
    problems += found
    return (None if problems else Band(edges.get("low"), edges.get("high"), gives)), problems


def _join_bands(bands: list[Band], parameter: Parameter, file: TomlFile, path: Path) -> list[Problem]:
    """Fill in the lower edges that follow from the band before, and refuse gaps, overlaps and missing edges."""
    problems: list[Problem] = []
    for index, band in enumerate(bands):
        place = (*path, index)
        if index:
            before = bands[index - 1].high
            if before is None:
                problems.append(
                    _wrong(
                        "上一段没有上限，其后不能再有分段", "the band before has no upper edge", file, place
                    )
                )
                continue
            follows = Edge(before.at, not before.inside)
            if band.low is None or _same_whole_number(band.low, follows, parameter.measured):
                bands[index] = band = evolve(band, low=follows)
            elif band.low != follows:
                zh = "与上一段之间有缺口或重叠：界限的值要相同，且只归其中一段"
                problems.append(_wrong(zh, "gap or overlap with the band before", file, place))
        if band.low and band.high and _empty(band.low, band.high, parameter.measured):
            low, high = (show(edge.at, parameter.measured, None, "zh") for edge in (band.low, band.high))
            zh = f"这一段里什么也没有：下限 {low}，上限 {high}"
            en = f"nothing lies in the band: lower edge {low}, upper edge {high}"
            problems.append(_wrong(zh, en, file, place))
    if parameter.kind is not Kind.RATE and bands[-1].high is not None:
        zh = "最后一段有上限：按档给付时请写明再往上给多少（可以是 0）"
        problems.append(_wrong(zh, "say what is given above the last edge (it may be 0)", file, path))
    return problems


def _same_whole_number(low: Edge, follows: Edge, measured: Kind) -> bool:
    """Return whether two lower edges of counts begin with one whole number: over 10, and from 11."""
    return measured is Kind.COUNT and _first(low) == _first(follows)


def _first(low: Edge) -> int:
    return low.at if low.inside else low.at + 1


def _empty(low: Edge, high: Edge, measured: Kind) -> bool:
    """Return whether no amount, or no whole number, lies between two edges."""
    if measured is Kind.COUNT:
        return _first(low) > (high.at if high.inside else high.at - 1)
    return high.at <= low.at


def _read_conditions(raw: Any, file: TomlFile, path: Path) -> tuple[Any, list[Problem]]:
    if not isinstance(raw, list) or not raw:
        return None, [
            _wrong(f"应为一组病种；实为 {raw!r}", f"expected a list of conditions; found {raw!r}", file, path)
        ]
    found: list[Condition] = []
    problems: list[Problem] = []
    for index, item in enumerate(raw):
        row, wrong = strict(_ConditionRow, file, item, *path, index)
        problems += wrong
        if row is None:
            continue
        for code in (*row.icd10, *row.except_icd10):
            if not is_icd10_group(code):
                problems.append(
                    _wrong(
                        f'"{code}" 不是 ICD-10 编码（如 C50）',
                        f'"{code}" is not ICD-10',
                        file,
                        (*path, index),
                    )
                )
        if any(row.id == other.id for other in found):
            problems.append(
                _wrong(f'病种 "{row.id}" 出现两次', f'condition "{row.id}" twice', file, (*path, index))
            )
        found.append(
            Condition(**{item.name: getattr(row, item.name) for item in attrs.fields(_ConditionRow)})
        )
    return (None if problems else ConditionList(tuple(found))), problems


def outside_limits(parameter: Parameter, value: Any) -> str:
    """Return the limits in words if an office's `value` lies outside them, else an empty string."""
    limits = parameter.open_to_office or Limits()
    if limits.least is None and limits.most is None:
        return ""
    amounts = _amounts(value)
    low_ok = limits.least is None or all(amount >= limits.least for amount in amounts)
    high_ok = limits.most is None or all(amount <= limits.most for amount in amounts)
    if low_ok and high_ok:
        return ""
    return f"{_bound(parameter.kind, limits.least)} 至 {_bound(parameter.kind, limits.most)}"


def _amounts(value: Any) -> list[Any]:
    if isinstance(value, Table):
        return list(value.rows.values())
    if isinstance(value, Scale):
        return [band.gives for band in value.bands]
    return [value]


def _bound(kind: Kind, bound: Any) -> str:
    if bound is None:
        return "不限"
    return format_yuan(bound) if kind is Kind.MONEY else str(bound)
