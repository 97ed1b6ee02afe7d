"""Worked cases: ``cases.toml`` beside a plan says what was claimed and what must come out.

Each ``[[case]]`` is a small case file with the amounts added::

    [[case]]
    name = "乳腺癌，2 份，首次住院 4 天"
    source = "北京劳动午报 2014"                     # where the amount was published, or
    arithmetic = "2 × (10000 + 2000 + 26 × 4)"     # how it was worked out by hand
    edition = "beijing-6"
    [case.member]
    sex = "female"
    [case.coverage]
    first_day = 2013-01-01
    last_day = 2014-12-31
    shares = 2
    [[case.claim]]
    event = "diagnosis"
    expect = "24208.00"

A claim expects ``expect`` (yuan) and may name ``benefits`` (id → yuan), ``reasons`` (codes that must be among
those given) and ``problems`` (codes). An incomplete claim expects ``expect = "incomplete"``. A cover may expect its
``premium``: yuan, ``"refused"`` where the person may not join, or ``"incomplete"``.

``recorded = true`` marks amounts that ``mutualplans check --update-cases`` wrote: nobody has worked
them out. A table ``[expected_failures]`` names checks and cases that are known to fail, each with its reason. A
table ``[office.EDITION]`` states what an office is taken to have set: see `given`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.engine.bind import edition_named
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.money import format_yuan, yuan
from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Entry
from mutualplans.plan.reading import load_editions
from mutualplans.testing.given import Given, given_in, no_edition, without_value
from mutualplans.testing.worlds import open_office

__all__ = ["WorkedCase", "read_cases"]

_EXPECTED = ("expect", "benefits", "reasons", "problems")
_CASE = {
    "name", "source", "arithmetic", "recorded", "edition",
    "member", "unit", "insured", "coverage", "claim",
}  # fmt: skip
_FILE = {"case", "expected_failures", "office"}


@frozen(kw_only=True)
class WorkedCase:
    """One worked case.

    Attributes:
        name: A sentence.
        source: Where the amounts were published; empty if they were worked out.
        arithmetic: How they were worked out; empty if they were published.
        edition: Edition id.
        situation: The case.
        expected: For each claim, what must come out.
        premiums: For each cover, the premium that must come out; ``None`` where the case does not say.
        recorded: The amounts are what the plan once paid; nobody has worked them out.
        values: What an office is taken to have set.
    """

    name: str
    source: str
    arithmetic: str
    edition: str
    situation: Situation
    expected: tuple[Mapping[str, Any], ...]
    premiums: tuple[str | None, ...] = ()
    recorded: bool = False
    values: Mapping[str, Entry] = field(factory=dict)

    def office(self, plan: Plan) -> Office:
        """Return an office that runs the plan under the case's edition alone, whatever that edition's dates.

        Raises:
            MutualPlansError: the plan has no such edition.
        """
        return open_office(plan, edition_named(plan, load_editions(plan)[0], self.edition), self.values)

    def run(self, plan: Plan) -> Simulation:
        """Decide the claims of the case.

        Raises:
            MutualPlansError: the plan has no such edition.
        """
        return simulate(self.office(plan), self.situation)


def read_cases(plan: Plan, file: TomlFile) -> tuple[list[WorkedCase], list[Problem]]:
    """Read a plan's worked cases; returns the sound ones and what is wrong with the others."""
    cases: list[WorkedCase] = []
    problems: list[Problem] = [_unknown(file, key, _FILE, key) for key in sorted(set(file.data) - _FILE)]
    rows = file.data.get("case", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        zh, en = "算例写成 [[case]]，可以有多个", "cases are written [[case]]"
        return [], [*problems, problem("file.value", zh, en, where=file.where("case"))]
    given, found = given_in(plan, file)
    problems += found
    lacking = _without_values(plan, file, rows, given)
    problems += lacking.values()
    for number, row in enumerate(rows):
        case, found = _read_case(plan, file, number, row)
        problems += found
        if case and case.edition not in lacking:
            cases.append(evolve(case, values=given.get(case.edition, {})))
    if not file.data.get("case"):
        problems.append(problem("cases.missing", "没有 [[case]]", "there is no [[case]]", where=file.name))
    return cases, problems


def _without_values(
    plan: Plan, file: TomlFile, rows: Iterable[Mapping[str, Any]], given: Given
) -> dict[str, Problem]:
    """Return, for each edition of the cases that leaves values to the office and is given none, what is missing."""
    named = [str(row.get("edition")) for row in rows]
    found: dict[str, Problem] = {}
    for edition in load_editions(plan)[0]:
        if edition.id in named:
            where = file.where("case", named.index(edition.id), "edition")
            if missing := without_value(plan, edition, given, where):
                found[edition.id] = missing
    return found


def _read_case(plan: Plan, file: TomlFile, number: int, row: Any) -> tuple[WorkedCase | None, list[Problem]]:
    problems: list[Problem] = []
    place = ("case", number)

    def wrong(code: str, zh: str, en: str, *path: str | int) -> None:
        problems.append(problem(code, zh, en, where=file.where(*place, *path)))

    problems += [_unknown(file, key, _CASE, *place, key) for key in sorted(set(row) - _CASE)]
    if not row.get("source") and not row.get("arithmetic"):
        wrong(
            "cases.source", "要写 source（公开出处）或 arithmetic（演算）", "give a source or the arithmetic"
        )
    for key in ("name", "edition"):
        if not row.get(key):
            wrong("file.missing-key", f'缺少 "{key}"', f'"{key}" is missing')
    known = [edition.id for edition in load_editions(plan)[0]]
    if known and row.get("edition") and row["edition"] not in known:
        problems += no_edition(plan, str(row["edition"]), file.where(*place, "edition"))
    covers = row.get("coverage", {})
    covers = [dict(cover) if isinstance(cover, dict) else cover for cover in _listed(covers)]
    premiums = tuple(cover.pop("premium", None) if isinstance(cover, dict) else None for cover in covers)
    for index, premium in enumerate(premiums):
        if premium not in (None, "refused", "incomplete") and _amount(premium) is None:
            found = f'应写成 premium = "60.00"、"refused" 或 "incomplete"；实为 {premium!r}'
            wrong(
                "cases.premium", found, f'a premium is written "60.00"; found {premium!r}', "coverage", index
            )
    if not row.get("claim") and not any(premiums):
        wrong(
            "cases.expect", "没有 [[case.claim]]，也没有 premium：算例什么都没有预期", "nothing is expected"
        )
    for key, kinds in _TYPES.items():
        if key in row and not isinstance(row[key], kinds):
            wrong("file.value", f'"{key}" 写成 {_SHOWN[key]}', f'"{key}" is written {_SHOWN[key]}', key)
    data: dict[str, Any] = {key: row[key] for key in ("member", "unit", "insured", "claim") if key in row}
    data["coverage"] = [{"plan": plan.id, **cover} if isinstance(cover, dict) else cover for cover in covers]
    inner = TomlFile(file.name, data, _lines_of(file, place, row))
    read = read_situation(inner, [plan], also=_EXPECTED)
    problems += read.problems
    listed = row.get("claim", [])
    claims = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    expected = tuple(_expected(claim) for claim in claims)
    for index, (claim, wanted) in enumerate(zip(claims, expected, strict=True)):
        for key in sorted({"expect", *wanted} - {key for key, value in wanted.items() if value is not None}):
            found = f"：{claim[key]!r}" if key in claim else ""
            zh, en = _HOW[key]
            wrong(
                "cases.expect",
                f"{zh}{found}",
                f"{en}{found}",
                "claim",
                index,
                *([key] if key in claim else []),
            )
    if problems or read.situation is None:
        return None, problems
    return WorkedCase(
        name=row["name"],
        source=row.get("source", ""),
        arithmetic=row.get("arithmetic", ""),
        edition=row["edition"],
        situation=read.situation,
        expected=expected,
        premiums=premiums,
        recorded=row.get("recorded", False),
    ), []


def _lines_of(file: TomlFile, place: tuple[str, int], row: Mapping[str, Any]) -> dict[Any, int]:
    """Return the lines of one case as those of a case file, in which covers are always a list."""
    found: dict[Any, int] = {}
    for path, line in file.lines.items():
        if path[:2] == place and len(path) > 2:
            inner = path[2:]
            alone = inner[0] == "coverage" and isinstance(row.get("coverage"), dict)
            found[("coverage", 0, *inner[1:]) if alone else inner] = line
    return found


_HOW = {
    "expect": (
        '缺少 expect，或不是 "85.00"、"incomplete"、"undecided" 之一',
        "expect is missing or no amount",
    ),
    "benefits": ('benefits 写成 { 项目编号 = "85.00" }', 'benefits are written { id = "85.00" }'),
    "reasons": ('reasons 写成 ["late"]', 'reasons are written ["late"]'),
    "problems": ('problems 写成 ["claim.missing-field"]', 'problems are written ["claim.missing-field"]'),
}


def _expected(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a claim expects, amounts with two decimals; ``None`` where it is not written as it must be."""
    found: dict[str, Any] = {key: claim[key] for key in _EXPECTED if key in claim}
    if found.get("expect") not in ("incomplete", "undecided"):
        found["expect"] = _amount(found.get("expect"))
    if "benefits" in found:
        rows = found["benefits"] if isinstance(found["benefits"], dict) else {"": None}
        amounts = {key: _amount(value) for key, value in rows.items()}
        found["benefits"] = None if None in amounts.values() else amounts
    for key in ("reasons", "problems"):
        if key in found and not _texts(found[key]):
            found[key] = None
    return found


def _listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]


def _amount(raw: Any) -> str | None:
    try:
        return format_yuan(yuan(raw).fen) if isinstance(raw, str) else None
    except ValueError:
        return None


def _texts(raw: Any) -> bool:
    return isinstance(raw, list) and all(isinstance(item, str) for item in raw)


_TYPES: Mapping[str, type] = {"name": str, "recorded": bool, "source": str, "arithmetic": str}
_SHOWN = {"recorded": "true"} | dict.fromkeys(("name", "source", "arithmetic"), '"…"')


def _unknown(file: TomlFile, key: str, known: Iterable[str], *path: str | int) -> Problem:
    close = nearest(key, known)
    return problem(
        "file.unknown-key",
        f'不认识的键 "{key}"',
        f'unknown key "{key}"',
        where=file.where(*path),
        hint_zh=f'是不是 "{close}"？' if close else f"可用：{'、'.join(sorted(known))}",
        hint_en=f'did you mean "{close}"?' if close else f"known: {', '.join(sorted(known))}",
    )
