"""A plan as its author declares it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.fields import Field
from mutualplans.model.text import Text
from mutualplans.plan.formula import Formula, Operand, all_of, formula
from mutualplans.plan.parameters import Parameters
from mutualplans.plan.vocabulary import cover

__all__ = ["Benefit", "EditionFolder", "Merge", "Paper", "Plan", "Waiting", "YearDay", "editions"]

_ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)?")


def _formula(value: Operand) -> Formula:
    return formula(value)


_NO: Any = False
_YES: Any = True
_NONE: Any = 0
_ONE: Any = 1


def _optional(value: Operand | None) -> Formula | None:
    return None if value is None else formula(value)


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


@frozen(eq=False)
class EditionFolder:
    """Where a plan's edition files lie.

    Attributes:
        package: Import name of the plugin package.
        folder: Folder inside it.
    """

    package: str
    folder: str

    def files(self) -> tuple[Path, ...]:
        """Return the edition files in the order of their names."""
        from importlib.resources import files

        folder = Path(str(files(self.package) / self.folder))
        return tuple(sorted(folder.glob("*.toml")))


def editions(package: str, folder: str = "editions") -> EditionFolder:
    """Say where the editions lie: ``editions=mp.editions(__package__)``; they are read when first needed."""
    return EditionFolder(package, folder)


@frozen(eq=False)
class Waiting:
    """Days from the start of cover with no benefit, and with a reduced one.

    Attributes:
        nothing_to: Last day of cover (day 1 = first day, inclusive) without benefit; 0 for no waiting period.
        reduced_to: Last day (inclusive) of the reduced period; without one, `reduced` never holds.
        waived: When neither applies.
    """

    nothing_to: Formula = field(converter=_formula)
    reduced_to: Formula | None = field(default=None, converter=_optional, kw_only=True)
    waived: Formula = field(default=_NO, converter=_formula, kw_only=True)

    @property
    def over(self) -> Formula:
        """The condition that the waiting period is over or waived."""
        passed = self.waived | cover.day.over(self.nothing_to)
        return passed.because("waiting", zh="在免责期内", en="within the waiting period")

    @property
    def reduced(self) -> Formula:
        """Whether the event falls into the reduced period."""
        if self.reduced_to is None:
            return formula(False)
        days = all_of(cover.day.over(self.nothing_to), cover.day.up_to(self.reduced_to), ~self.waived)
        return days.named("处于减责期", "in the reduced period")


@frozen(eq=False)
class YearDay:
    """A day of every year.

    Attributes:
        month: Its month, 1 to 12.
        day: Its day of the month.
    """

    month: Formula = field(converter=_formula)
    day: Formula = field(default=_ONE, converter=_formula)


@frozen(eq=False)
class Merge:
    """When two claims count as one stay, though no stay number says so: a transfer, a stay after observation.

    Attributes:
        within: Most days from the end of the earlier claim (discharge, else the day it occurred) to the beginning of
            the later one (admission, else the day it occurred); 0 for the same day.
        when: What the later claim must fulfil.
        after: What the earlier claim must fulfil.
        same: Codes of the claim, such as the hospital, that both must state alike.
    """

    within: Formula = field(converter=_formula)
    when: Formula = field(default=_YES, converter=_formula, kw_only=True)
    after: Formula = field(default=_YES, converter=_formula, kw_only=True)
    same: tuple[Formula, ...] = field(default=(), converter=_tuple, kw_only=True)


@frozen(eq=False)
class Paper:
    """A document to bring.

    Attributes:
        id: Stable id.
        title: What it is called.
        when: When it is needed; always, if not said.
    """

    id: str
    title: Text
    when: Formula | None = field(default=None, converter=_optional, kw_only=True)


@frozen(eq=False)
class Benefit:
    """One thing a plan pays.

    Attributes:
        id: Stable id inside the plan.
        title: What the rule calls it.
        clause: Where the rule says it.
        pays: The amount.
        when: Conditions, each with its reason (`Formula.because`); all must hold.
        offered: Whether an edition has the benefit at all, from its values alone; one that does not is left out
            of its rule text and its decisions.
        indemnity: Whether it compensates an expense and so never exceeds what is left of it; a fixed benefit
            (``False``) stacks on anything.
    """

    id: str
    title: Text
    clause: str = field(kw_only=True)
    pays: Formula = field(converter=_formula, kw_only=True)
    when: tuple[Formula, ...] = field(default=(), converter=_tuple, kw_only=True)
    offered: Formula = field(default=_YES, converter=_formula, kw_only=True)
    indemnity: bool = field(default=False, kw_only=True)


@frozen(eq=False, kw_only=True)
class Plan:
    """A mutual-aid plan, declared once.

    Attributes:
        id: Plan id: the plugin's entry-point name, or that name, a dot and a suffix.
        title: What the rule calls it.
        values: The declared parameters.
        editions: Where its dated values lie.
        premium: Fee of one cover.
        returns: What comes back at the end of a term in which nothing was paid, for quotes to show; a benefit pays it.
        term_months: Length of the term in months.
        term_begins: The day on which the terms of all members begin; who joins later is covered to the end of the
            term that runs (`cover.months` says how long). Without it each term begins when its member joins.
        max_shares: Most shares a person may hold; more are void.
        insures: Relations (to the member) that may be insured.
        joins: Conditions for joining, tested on the first day of cover.
        waiting: Waiting and reduced period.
        renewal_window: Most days without cover after which joining again still counts as a renewal.
        continues: Ids of plans whose covers are earlier terms of this one too (active staff retire into it).
        when: Conditions of every benefit.
        excludes: Exclusions (`mp.excluded`), conditions of every benefit.
        benefits: What it pays, computed in this order; a benefit reads only earlier ones.
        ends: Whether a payment ends the cover; tested after a payment above 0, and may read what each benefit
            pays: ``ends=mp.benefit("full").over(0)``.
        merges: When claims count as one stay (`per.STAY`) without a common stay number; one of them suffices.
        event_date: The date that counts; by default it follows from the kind of event.
        rules_in_force: Whether the edition is chosen by the first day of cover or by the event date.
        claim_within: Last day to claim: a number of days from the event, or a date formula that gives the day itself;
            unset where the rule does not say.
        report_within: The same for the day up to which the unit is asked to report it.
        papers: Documents to bring.
        summary: One sentence about it.
    """

    id: str = field()
    title: Text
    values: Parameters
    editions: EditionFolder
    premium: Formula = field(converter=_formula)
    returns: Formula | None = field(default=None, converter=_optional)
    term_months: Formula = field(converter=_formula)
    term_begins: YearDay | None = None
    max_shares: Formula = field(default=_ONE, converter=_formula)
    insures: tuple[str, ...] = field(default=("self",), converter=_tuple)
    joins: tuple[Formula, ...] = field(default=(), converter=_tuple)
    waiting: Waiting | None = None
    renewal_window: Formula = field(default=_NONE, converter=_formula)
    continues: tuple[str, ...] = field(default=(), converter=_tuple)
    when: tuple[Formula, ...] = field(default=(), converter=_tuple)
    excludes: tuple[Formula, ...] = field(default=(), converter=_tuple)
    benefits: tuple[Benefit, ...] = field(converter=_tuple)
    ends: Formula = field(default=_NO, converter=_formula)
    merges: tuple[Merge, ...] = field(default=(), converter=_tuple)
    event_date: Formula | None = field(default=None, converter=_optional)
    rules_in_force: Literal["first-day", "event-date"] = "first-day"
    claim_within: Formula | None = field(default=None, converter=_optional)
    report_within: Formula | None = field(default=None, converter=_optional)
    papers: tuple[Paper, ...] = field(default=(), converter=_tuple)
    summary: Text | None = None

    @id.validator
    def _check_id(self, _attribute: object, value: str) -> None:
        if not _ID.fullmatch(value):
            message = f'a plan id is written like "female-illness"; found {value!r}'
            raise ValueError(message)

    def conditions(self, benefit: Benefit) -> tuple[Formula, ...]:
        """Return every condition of a benefit: joining, waiting, exclusions, common and its own."""
        waiting = (self.waiting.over,) if self.waiting else ()
        return (*self.joins, *waiting, *self.excludes, *self.when, *benefit.when)

    def formulas(self) -> Iterator[tuple[str, Formula]]:
        """Yield every formula with the place where it stands, for checks and for finding what is read."""
        yield "premium", self.premium
        if self.returns is not None:
            yield "returns", self.returns
        yield "term_months", self.term_months
        yield "max_shares", self.max_shares
        yield "renewal_window", self.renewal_window
        if self.term_begins:
            yield "term_begins.month", self.term_begins.month
            yield "term_begins.day", self.term_begins.day
        yield "ends", self.ends
        for name in ("event_date", "claim_within", "report_within"):
            if (found := getattr(self, name)) is not None:
                yield name, found
        yield from _numbered("joins", self.joins)
        yield from _numbered("when", self.when)
        yield from _numbered("excludes", self.excludes)
        for number, merge in enumerate(self.merges):
            for name in ("within", "when", "after"):
                yield f"merges[{number}].{name}", getattr(merge, name)
            yield from _numbered(f"merges[{number}].same", merge.same)
        if self.waiting:
            yield "waiting", self.waiting.over
            yield "waiting.reduced", self.waiting.reduced
        for paper in self.papers:
            if paper.when is not None:
                yield f"papers.{paper.id}", paper.when
        for benefit in self.benefits:
            yield from _numbered(f"benefits.{benefit.id}.when", benefit.when)
            yield f"benefits.{benefit.id}.offered", benefit.offered
            yield f"benefits.{benefit.id}.pays", benefit.pays

    def fields(self, *, of: Callable[[str], bool] = lambda _place: True) -> tuple[Field, ...]:
        """Return the fields that the formulas read, in the order in which they are first met."""
        return _read(found for place, found in self.formulas() if of(place))

    @cached_property
    def all_fields(self) -> tuple[Field, ...]:
        """The fields that any formula reads; found once, for those who ask with every claim."""
        return _read(found for _place, found in self.formulas())


def _read(formulas: Iterable[Formula]) -> tuple[Field, ...]:
    nodes = order([found.node for found in formulas]).nodes
    return tuple(node.field for node in nodes if isinstance(node, n.Read))


def _numbered(place: str, formulas: tuple[Formula, ...]) -> Iterator[tuple[str, Formula]]:
    for number, item in enumerate(formulas):
        yield f"{place}[{number}]", item
