"""Rewriting expected amounts in ``cases.toml`` to what the plan pays now, with everything else left as it is."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import tomlkit
from attrs import frozen

from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Simulation
from mutualplans.model.money import format_yuan
from mutualplans.testing.cases import WorkedCase
from mutualplans.testing.outcomes import case_problems, fee, quotes
from mutualplans.testing.subject import Subject

__all__ = ["Update", "update_of"]

_AMOUNTS = ("cases.amount", "cases.premium")


@frozen
class Update:
    """What rewriting would change.

    Attributes:
        path: The file.
        before: Its text.
        after: Its text with the new amounts, each case with one marked ``recorded``.
        changed: Names of the cases that change.
        published: Names of the cases whose amounts differ but were published: the plan is wrong there, not the case.
        others: Names of the cases that fail for another reason than an amount.
    """

    path: Path
    before: str
    after: str
    changed: tuple[str, ...]
    published: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def difference(self) -> str:
        """The lines that change, before and after."""
        name = self.path.name
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), name, name, n=1
        )
        return "".join(lines)


def update_of(subject: Subject) -> Update:
    """Return what the file of cases becomes when amounts that come out otherwise are written into it.

    Only the amounts of sound cases whose source is their own arithmetic change; reasons and problems never do.

    Raises:
        MutualPlansError: the plugin cannot be used, or the file cannot be read.
    """
    path = subject.package / "cases.toml"
    before = path.read_text(encoding="utf-8")
    document: Any = tomlkit.parse(before)
    changed: dict[int, str] = {}
    published: list[str] = []
    others: list[str] = []
    places = {row.get("name"): place for place, row in enumerate(subject.case_file.data.get("case", []))}
    for case in subject.cases:
        codes = {item.code for item in case_problems(subject.plan, case)}
        if not codes:
            continue
        if not codes & set(_AMOUNTS):
            others.append(case.name)
        elif case.source:
            published.append(case.name)
        else:
            place = places[case.name]
            _rewrite(
                document["case"][place],
                case,
                case.office(subject.plan),
                case.run(subject.plan),
            )
            changed[place] = case.name
    unmarked = [place for place in changed if "recorded" not in document["case"][place]]
    after = _marked(_only_changed(before, tomlkit.dumps(document)), subject, unmarked)
    return Update(path, before, after, tuple(changed.values()), tuple(published), tuple(others))


def _only_changed(before: str, written: str) -> str:
    """Return the text with the lines that were really changed, without what writing alone does to the others."""
    again = tomlkit.dumps(tomlkit.parse(before))
    lines = zip(*(text.splitlines(keepends=True) for text in (before, again, written)), strict=True)
    return "".join(old if same == new else new for old, same, new in lines)


def _rewrite(row: Any, case: WorkedCase, office: Office, run: Simulation) -> None:
    covers = row.get("coverage", [])
    covers = covers if isinstance(covers, list) else [covers]
    for cover, made, expected in zip(covers, quotes(case, office), case.premiums, strict=True):
        if expected is not None:
            cover["premium"] = fee(made)
    by_claim = {decision.claim: decision for decision in run.decisions}
    for claim, written in zip(case.situation.claims, row.get("claim", []), strict=True):
        decision = by_claim.get(claim.id)
        if decision is None:
            written["expect"] = "undecided"
            continue
        written["expect"] = "incomplete" if decision.total is None else format_yuan(decision.total)
        amounts = {item.id: item.amount for item in decision.benefits}
        for benefit in written.get("benefits", {}):
            if (amount := amounts.get(benefit)) is not None:
                written["benefits"][benefit] = format_yuan(amount)


def _marked(text: str, subject: Subject, places: list[int]) -> str:
    """Return the text with ``recorded = true`` below the name of each of these cases; no line was added before."""
    lines = text.splitlines(keepends=True)
    for place in sorted(places, reverse=True):
        at = subject.case_file.lines["case", place, "name"]
        ending = "\r\n" if lines[at - 1].endswith("\r\n") else "\n"
        lines.insert(at, f"recorded = true{ending}")
    return "".join(lines)
