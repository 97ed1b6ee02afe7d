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
those given) and ``problems`` (codes). ``values`` of a case are those that an office sets. An incomplete claim
expects ``expect = "incomplete"``. A cover may expect its
``premium``: yuan, ``"refused"`` where the person may not join, or ``"incomplete"``.

Where all insured share an account, ``[case.fund.PLAN.2024]`` says what it had counted before the case
(`mutualplans.files.fund`).

``recorded = true`` marks amounts that ``mutualplans check --update-cases`` wrote: nobody has worked
them out. A table ``[expected_failures]`` names checks and cases that are known to fail, each with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.engine.bind import edition_named
from mutualplans.engine.office import Office
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.coverage import Coverage
from mutualplans.model.money import format_yuan, yuan
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.text import Lang
from mutualplans.model.tomlfile import TomlFile
from mutualplans.office.reading import Reading
from mutualplans.office.rows import table
from mutualplans.office.values import local_values
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition, Entry
from mutualplans.plan.reading import load_editions
from mutualplans.testing.compared import claim_problems, listed
from mutualplans.testing.worlds import open_office

__all__ = [
    "WorkedCase",
    "case_problems",
    "fee",
    "problems_in",
    "quotes",
    "read_cases",
]

_EXPECTED = ("expect", "benefits", "reasons", "problems")
_CASE = {
    "name", "source", "arithmetic", "recorded", "edition", "values",
    "member", "unit", "insured", "coverage", "claim", "fund",
}  # fmt: skip
_FILE = {"case", "expected_failures"}
_GIVEN = ("member", "unit", "insured", "claim", "fund")


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
        values: What an office sets in this case.
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

    def run(self, plan: Plan) -> Simulation:
        """Run the case under its edition, whatever that edition's dates.

        Raises:
            MutualPlansError: the plan has no such edition.
        """
        return simulate(self.office(plan), self.situation)

    def office(self, plan: Plan, edition: Edition | None = None) -> Office:
        """Return an office that runs the plan alone under the case's edition, or a changed one, with its values.

        Raises:
            MutualPlansError: the plan has no such edition.
        """
        return open_office(
            plan, edition or edition_named(plan, load_editions(plan)[0], self.edition), self.values
        )


def read_cases(plan: Plan, file: TomlFile) -> tuple[list[WorkedCase], list[Problem]]:
    """Read a plan's worked cases; returns the sound ones and what is wrong with the others."""
    cases: list[WorkedCase] = []
    problems: list[Problem] = [_unknown(file, key, _FILE, key) for key in sorted(set(file.data) - _FILE)]
    rows = file.data.get("case", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        zh, en = "算例写成 [[case]]，可以有多个", "cases are written [[case]]"
        return [], [*problems, problem("file.value", zh, en, where=file.where("case"))]
    for number, row in enumerate(rows):
        case, found = _read_case(plan, file, number, row)
        problems += found
        if case:
            cases.append(case)
    if not file.data.get("case"):
        problems.append(problem("cases.missing", "没有 [[case]]", "there is no [[case]]", where=file.name))
    return cases, problems


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
        problems += _no_edition(plan, str(row["edition"]), known, file.where(*place, "edition"))
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
    # A case of a plan that asks nothing of the member says nothing of one; what another plan needs comes out missing.
    data: dict[str, Any] = {"member": {}} | {key: row[key] for key in _GIVEN if key in row}
    data["coverage"] = [{"plan": plan.id, **cover} if isinstance(cover, dict) else cover for cover in covers]
    inner = file.within(*place, data=data)
    read = read_situation(inner, [plan], also=_EXPECTED)
    problems += read.problems
    listed = row.get("claim", [])
    claims = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    expected = tuple(_expected(claim) for claim in claims)
    ids = [benefit.id for benefit in plan.benefits]
    for index, (claim, wanted) in enumerate(zip(claims, expected, strict=True)):
        problems += _no_benefits(
            file, wanted.get("benefits") or {}, ids, (*place, "claim", index, "benefits")
        )
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
    values, faults = _values(plan, file, row, place)
    problems += faults
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
        values=values,
    ), []


def _values(
    plan: Plan, file: TomlFile, row: Any, place: tuple[str | int, ...]
) -> tuple[dict[str, Entry], list[Problem]]:
    """Read what an office sets in a case, as it would in its own file."""
    reading, path = Reading(file), (*place, "values")
    edition = next((item for item in load_editions(plan)[0] if item.id == row.get("edition")), None)
    written = reading.kept(table(row.get("values"), file, path, "values = { max_shares = 2 }"))
    return local_values(reading, plan, edition, written, path), reading.problems


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


def _no_benefits(
    file: TomlFile, found: Iterable[str], known: list[str], path: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Report the benefits that the plan has not."""
    for id_ in found:
        if id_ not in known:
            close = nearest(id_, known)
            yield problem(
                "cases.expect",
                f'没有互助金项目 "{id_}"；有：{"、".join(known)}',
                f'there is no benefit "{id_}"; known: {", ".join(known)}',
                where=file.where(*path),
                hint_zh=f'是不是 "{close}"？' if close else "",
                hint_en=f'did you mean "{close}"?' if close else "",
            )


def _no_edition(plan: Plan, found: str, known: list[str], where: str) -> list[Problem]:
    try:
        edition_named(plan, load_editions(plan)[0], found)
    except MutualPlansError as error:
        return [evolve(item, where=where) for item in error.problems]
    return []


def case_problems(plan: Plan, case: WorkedCase) -> list[Problem]:
    """Return what came out differently from what a case expects; ``where`` is the claim, its benefit, or the cover."""
    return problems_in(case, case.office(plan))


def problems_in(case: WorkedCase, office: Office) -> list[Problem]:
    """Return the same for the case in an office that runs the plan under the case's edition alone."""
    return [*_premiums(case, office), *claim_problems(case, simulate(office, case.situation))]


def _premiums(case: WorkedCase, office: Office) -> Iterator[Problem]:
    """Compare what the covers of a case expect joining to cost, and their last day, with their quotes."""
    for number, (expected, made) in enumerate(zip(case.premiums, quotes(case, office), strict=True)):
        if expected is None:
            continue
        where, actual, cover = f"coverage #{number + 1}", fee(made), case.situation.coverages[number]
        if expected != actual:
            zh = f"互助费应为 {expected}，实为 {actual}{_why(made, 'zh')}"
            en = f"expected a premium of {expected}, came out as {actual}{_why(made, 'en')}"
            yield problem("cases.premium", zh, en, where=where)
        elif made and made.premium is not None and made.coverage.last_day != cover.last_day:
            zh = f"保障到 {cover.last_day}，报价却到 {made.coverage.last_day}"
            en = f"the cover ends on {cover.last_day}, the one quoted on {made.coverage.last_day}"
            yield problem("cases.premium", zh, en, where=where)


def _why(made: Quote | None, lang: Lang) -> str:
    """Return why a quote gives no fee, in words with the codes; empty where nothing was said."""
    told = {item.code: item.text for item in made.reasons} if made else {}
    told |= {item.code: item.message for item in made.problems} if made else {}
    return listed(told, lang)


def quotes(case: WorkedCase, office: Office) -> list[Quote | None]:
    """Quote each cover of a case that expects a premium; ``None`` for the others, and for nobody of the case."""
    situation, item = case.situation, office.plans[0]
    made: list[Quote | None] = []
    for cover, expected in zip(situation.coverages, case.premiums, strict=True):
        person = None if expected is None else situation.person(cover.insured)
        joining = person and Joining(
            member=situation.member, insured=person, unit=situation.unit, first_day=cover.first_day,
            shares=cover.shares, tier=cover.tier, extra=cover.extra, covers=_history(cover, situation.coverages),
        )  # fmt: skip
        made.append(quote(item, joining, edition=case.edition) if joining else None)
    return made


def _history(cover: Coverage, covers: Iterable[Coverage]) -> tuple[Coverage, ...] | None:
    """Return what else the case says that the person was covered by, when the cover is taken; ``None`` if it is open."""
    if cover.earlier is None:
        return None
    others = [
        other
        for other in covers
        if other.insured == cover.insured and (other.plan != cover.plan or other.last_day < cover.first_day)
    ]
    terms = [evolve(cover, first_day=term.first, last_day=term.last, earlier=()) for term in cover.earlier]
    return (*others, *terms)


def fee(made: Quote | None) -> str:
    """Return the fee of a quote as a case writes it: yuan, ``"refused"`` or ``"incomplete"``."""
    if made is None or made.reasons:
        return "refused"
    return "incomplete" if made.premium is None else format_yuan(made.premium)
