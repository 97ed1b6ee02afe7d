"""How well the worked cases hold a plan: what of the rule they reach, and which small changes they notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from attrs import frozen

from mutualplans.backends.phrase import show
from mutualplans.engine.facts import Case, Facts
from mutualplans.engine.office import Office
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.coverage import Coverage
from mutualplans.model.parameter import Parameter
from mutualplans.model.people import Insured
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.scales import Band, Table
from mutualplans.model.text import Text
from mutualplans.plan.edition import Edition
from mutualplans.plan.formula import Formula
from mutualplans.testing.cases import WorkedCase
from mutualplans.testing.changes import Change, declaration_changes, edition_changes, plan_formulas
from mutualplans.testing.outcomes import problems_in
from mutualplans.testing.reach import (
    GROUPS,
    Goal,
    goals_of,
    open_nodes,
    reached_by,
    reached_by_joining,
    reached_in_formula,
    row_key,
    touched,
)
from mutualplans.testing.subject import Subject
from mutualplans.testing.worlds import open_office

__all__ = ["Count", "Figures", "figures_of"]


@frozen
class Count:
    """How many of how many, and which are missing.

    Attributes:
        title: What is counted.
        done: Reached, or noticed.
        of: All.
        missing: The others, in words.
    """

    title: Text
    done: int
    of: int
    missing: tuple[Text, ...]


@frozen
class Figures:
    """The figures of a plan.

    Attributes:
        cases: Number of worked cases.
        published: Those whose amounts were published.
        recorded: Those whose amounts nobody has worked out.
        reached: What of the rule the cases reach, group by group.
        noticed: Which small changes they notice: of the declaration, of the editions.
        notches: Where a scale gives less for more; the laws allow it there.
    """

    cases: int
    published: int
    recorded: int
    reached: tuple[Count, ...]
    noticed: tuple[Count, ...]
    notches: tuple[Text, ...]


@cache
def figures_of(subject: Subject) -> Figures:
    """Return the figures of a plan; worked out once, since every case runs many times for it.

    Raises:
        MutualPlansError: the plugin cannot be used.
    """
    cases = subject.cases
    goals, reached = goals_of(subject), _reached_in(subject)
    return Figures(
        cases=len(cases),
        published=sum(bool(case.source) for case in cases),
        recorded=sum(case.recorded for case in cases),
        reached=tuple(
            count for group, title in GROUPS.items() if (count := _reached(title, group, goals, reached)).of
        ),
        noticed=_noticed(subject),
        notches=tuple(dict.fromkeys(_notches(subject))),
    )


def _reached_in(subject: Subject, edition: str | None = None) -> set[Goal]:
    """Return what the cases (of one edition) reach, by claims and by joining."""
    runs = [(case, run) for case, run in subject.runs if edition in (None, case.edition)]
    found = reached_by(run for _case, run in runs)
    for case, _run in runs:
        for cover, premium in zip(case.situation.coverages, case.premiums, strict=True):
            if premium is not None:
                facts = _joining(subject, case, cover)
                found |= reached_by_joining(facts)
                if premium not in ("refused", "incomplete"):
                    found |= reached_in_formula(subject.plan.premium, facts)
    return found


def _joining(subject: Subject, case: WorkedCase, cover: Coverage) -> Facts:
    """Return the facts about a cover of a case."""
    situation = case.situation
    bound = case.office(subject.plan).plans[0].bind(day=cover.first_day, edition=case.edition)
    person = situation.person(cover.insured) or Insured.member(situation.member)
    return Facts(bound, Case(member=situation.member, insured=person, unit=situation.unit, coverage=cover))


def _reached(title: Text, group: str, goals: tuple[Goal, ...], reached: set[Goal]) -> Count:
    mine = [goal for goal in goals if goal.group == group]
    missing = tuple(goal.text for goal in mine if goal not in reached)
    return Count(title, len(mine) - len(missing), len(mine), missing)


def _notches(subject: Subject) -> Iterator[Text]:
    """Yield the edges at which the band of a whole amount gives less than the one below it."""
    nodes = order([item.node for _place, item in subject.plan.formulas()]).nodes
    for edition in subject.editions:
        for parameter in dict.fromkeys(node.scale.parameter for node in nodes if isinstance(node, n.Banded)):
            entry = edition.values.get(parameter.name)
            bands = entry.value.bands if entry else ()
            for band, after in zip(bands, [*(item.gives for item in bands[1:]), 0], strict=False):
                if band.high is not None and after < band.gives:
                    yield _notch(edition, parameter, band, after)


def _notch(edition: Edition, parameter: Parameter, band: Band, after: Any) -> Text:
    at, gives, less = (
        [show(value, kind, None, lang) for lang in ("zh", "en")]
        for value, kind in (
            (band.high.at if band.high else 0, parameter.measured),
            (band.gives, parameter.kind),
            (after, parameter.kind),
        )
    )
    return Text(
        f"{edition.id}：{parameter.label.zh}在 {at[0]} 处由 {gives[0]} 降为 {less[0]}",
        f"{edition.id}: {parameter.label.in_('en')} falls from {gives[1]} to {less[1]} at {at[1]}",
    )


# ---------------------------------------------------------------- changes


def _noticed(subject: Subject) -> tuple[Count, ...]:
    look = _Look(subject)
    declared = list(declaration_changes(subject.plan, open_nodes(subject.plan, subject.editions)))
    kinds = [(Text("改动声明", "changes of the declaration"), declared)]
    of_values = [
        change
        for edition in subject.editions
        for change in edition_changes(subject.plan, edition, _reached_part(subject, edition))
    ]
    kinds.append((Text("改动版次数值", "changes of editions' values"), of_values))
    return tuple(_counted(title, changes, look.notices) for title, changes in kinds if changes)


def _reached_part(subject: Subject, edition: Edition) -> Callable[[str, Any, Any], bool]:
    reached = _reached_in(subject, edition.id)
    known = {(goal.place, goal.side) for goal in reached if goal.group in ("row", "band")}

    def answer(name: str, value: Any, part: Any) -> bool:
        return ((row_key(name, value) if isinstance(value, Table) else (name, value)), part) in known

    return answer


def _counted(title: Text, changes: list[Change], notices: Callable[[Change], bool]) -> Count:
    missing = tuple(change.text for change in changes if not notices(change))
    return Count(title, len(changes) - len(missing), len(changes), missing)


class _Look:
    """Runs the cases against changed plans; only those that rest on what is changed, the surest first."""

    def __init__(self, subject: Subject) -> None:
        self.editions: Mapping[str, Edition] = {item.id: item for item in subject.editions}
        # A case that fails anyhow notices nothing.
        self.cases = [
            case for case in subject.cases if not problems_in(case, self._office_now(subject, case))
        ]
        self.touched = {case.name: _touched(run) for case, run in subject.runs}
        plan = subject.plan
        self.anywhere = _steps(plan_formulas(plan))
        self.quoted = _steps([*plan.joins, plan.premium, plan.term_months, plan.max_shares])

    def _office_now(self, subject: Subject, case: WorkedCase) -> Office:
        return open_office(subject.plan, self.editions[case.edition], case.values)

    def notices(self, change: Change) -> bool:
        """Return whether some case comes out otherwise than it expects."""
        offices: dict[str, Office] = {}
        for case in self.cases:
            if not self._may_notice(case, change):
                continue
            if case.edition not in offices:
                edition = change.edition or self.editions[case.edition]
                offices[case.edition] = open_office(change.plan, edition, case.values)
            try:
                if problems_in(case, offices[case.edition]):
                    return True
            except (MutualPlansError, ValueError, KeyError, TypeError):
                return True
        return False

    def _may_notice(self, case: WorkedCase, change: Change) -> bool:
        if change.edition is not None and change.edition.id != case.edition:
            return False
        if any(case.premiums) and _in(change, self.quoted):
            return True
        if not case.situation.claims:
            return False
        part = change.node is None and change.parameter is None
        return part or _in(change, self.anywhere) or _in(change, self.touched[case.name])


def _steps(formulas: Iterable[Formula]) -> set[n.Node]:
    return set(order([item.node for item in formulas]).nodes)


def _in(change: Change, nodes: set[n.Node]) -> bool:
    """Return whether what is changed, a step or a value, stands among these steps."""
    if change.parameter is None:
        return change.node in nodes
    return any(isinstance(node, n.Value) and node.parameter.name == change.parameter for node in nodes)


def _touched(run: Any) -> set[n.Node]:
    works = [item.work for decision in run.decisions for item in decision.benefits if item.work is not None]
    return set().union(*(touched(work) for work in works))
