"""The nodes of a formula: fields and a kind, no behaviour.

Every backend is a table from these classes to functions, and every node is total: a missing input travels
through as "missing", nothing raises, nothing divides. `NODES` lists the classes; a test holds each backend
against it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from attrs import field, frozen

from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.parameter import Parameter
from mutualplans.model.text import Text

__all__ = [
    "NODES",
    "Above",
    "Add",
    "AnyOf",
    "Banded",
    "Because",
    "Before",
    "BenefitAmount",
    "Both",
    "Capped",
    "Choose",
    "ClassOf",
    "Compare",
    "CompletedYears",
    "Computed",
    "Constant",
    "DaysFrom",
    "Greatest",
    "Least",
    "Listed",
    "Lookup",
    "Match",
    "Named",
    "Node",
    "Not",
    "Once",
    "OneOf",
    "PaidBefore",
    "PaidByPlan",
    "Period",
    "Portion",
    "Raised",
    "Read",
    "Round",
    "ShareOf",
    "Side",
    "SoFar",
    "Subtract",
    "Tiered",
    "Times",
    "Value",
    "Whose",
    "Within",
    "WorkdayAfter",
]


class Period(Enum):
    """The span over which something is counted. There is no unqualified "year"."""

    STAY = "stay"
    INCIDENT = "incident"
    TERM = "term"
    POLICY_YEAR = "policy-year"
    CALENDAR_YEAR = "calendar-year"
    LIFETIME = "lifetime"


class Whose(Enum):
    """Whose account it is: PERSON, FAMILY (the member and all insured through the member) or FUND (all in the plan)."""

    PERSON = "person"
    FAMILY = "family"
    FUND = "fund"


class Side(Enum):
    """A comparison, named so that the side of the edge is always said."""

    UP_TO = "up-to"
    BELOW = "below"
    FROM = "from"
    OVER = "over"
    EQUALS = "equals"
    DIFFERS = "differs"


@frozen
class Node:
    """One step of a formula. Subclasses are compared and hashed by what they say."""

    @property
    def kind(self) -> Kind:
        """Kind of the value."""
        raise TypeError(type(self))


# ---------------------------------------------------------------- leaves


@frozen(cache_hash=True)
class Constant(Node):
    """A value written in the rule itself: a count, a flag, a code, a date, or money as plain fen."""

    value: Any
    of_kind: Kind

    @property
    def kind(self) -> Kind:
        return self.of_kind


@frozen(cache_hash=True)
class Read(Node):
    """A field of the claim, the cover, the person or the unit."""

    field: Field

    @property
    def kind(self) -> Kind:
        return self.field.kind


@frozen(cache_hash=True)
class Value(Node):
    """A value of the edition, possibly set by the office."""

    parameter: Parameter

    @property
    def kind(self) -> Kind:
        return self.parameter.kind


@frozen(cache_hash=True)
class BenefitAmount(Node):
    """What an earlier benefit of the same plan pays for this claim."""

    benefit: str

    @property
    def kind(self) -> Kind:
        return Kind.MONEY


@frozen(cache_hash=True)
class PaidByPlan(Node):
    """What one earlier plan of the office (``None``: all of them) pays for this claim."""

    plan: str | None

    @property
    def kind(self) -> Kind:
        return Kind.MONEY


@frozen(cache_hash=True)
class PaidBefore(Node):
    """What this plan has paid on a benefit (``None``: on all) for earlier claims of the period.

    `by` splits the account by a code, for example one account per disease; `whose` says who shares it.
    """

    benefit: str | None
    per: Period
    by: Node | None = None
    whose: Whose = Whose.PERSON

    @property
    def kind(self) -> Kind:
        return Kind.MONEY


@frozen(cache_hash=True)
class Before(Node):
    """The sum of `base` over earlier claims of the period, of this person or of all who share the account.

    The one node with a memory.
    """

    base: Node
    per: Period
    by: Node | None = None
    whose: Whose = Whose.PERSON

    @property
    def kind(self) -> Kind:
        return self.base.kind


# ---------------------------------------------------------------- arithmetic


@frozen(cache_hash=True)
class Add(Node):
    """Left plus right, both of one kind."""

    left: Node
    right: Node

    @property
    def kind(self) -> Kind:
        return self.left.kind


@frozen(cache_hash=True)
class Subtract(Node):
    """Left minus right, both of one kind; may fall below 0."""

    left: Node
    right: Node

    @property
    def kind(self) -> Kind:
        return self.left.kind


@frozen(cache_hash=True)
class Times(Node):
    """Exact product: money × count, count × count, or rate × rate."""

    left: Node
    right: Node

    @property
    def kind(self) -> Kind:
        return self.left.kind


@frozen(cache_hash=True)
class Portion(Node):
    """Money × rate, rounded to whole fen: the place where rounding happens.

    `rounding` None takes the edition's rule.
    """

    base: Node
    rate: Node
    rounding: Rounding | None = None

    @property
    def kind(self) -> Kind:
        return Kind.MONEY


@frozen(cache_hash=True)
class ShareOf(Node):
    """Money × numerator / denominator (counts or money), rounded; 0 where the denominator is not positive."""

    base: Node
    numerator: Node
    denominator: Node
    rounding: Rounding | None = None

    @property
    def kind(self) -> Kind:
        return Kind.MONEY


@frozen(cache_hash=True)
class Round(Node):
    """Money rounded once more, for example to whole yuan."""

    base: Node
    rounding: Rounding

    @property
    def kind(self) -> Kind:
        return Kind.MONEY


@frozen(cache_hash=True)
class Least(Node):
    """The smallest of the parts."""

    parts: tuple[Node, ...]

    @property
    def kind(self) -> Kind:
        return self.parts[0].kind


@frozen(cache_hash=True)
class Greatest(Node):
    """The largest of the parts."""

    parts: tuple[Node, ...]

    @property
    def kind(self) -> Kind:
        return self.parts[0].kind


@frozen(cache_hash=True)
class Raised(Node):
    """`base` raised to `floor` when it is above 0 and below it; 0 stays 0."""

    base: Node
    floor: Node

    @property
    def kind(self) -> Kind:
        return self.base.kind


# ---------------------------------------------------------------- scales: G(so far) - G(before)


@frozen(cache_hash=True)
class SoFar(Node):
    """`base` of this claim plus `before`: everything of the period up to and with this claim."""

    base: Node
    before: Node

    @property
    def kind(self) -> Kind:
        return self.base.kind


@frozen(cache_hash=True)
class Above(Node):
    """The part of `base` over `start`, given that `before` was there already."""

    base: Node
    before: Node
    start: Node

    @property
    def kind(self) -> Kind:
        return self.base.kind


@frozen(cache_hash=True)
class Capped(Node):
    """The part of `base` that still fits under `limit`, given that `before` was there already."""

    base: Node
    before: Node
    limit: Node

    @property
    def kind(self) -> Kind:
        return self.base.kind


@frozen(cache_hash=True)
class Tiered(Node):
    """Marginal tiers: each slice of `base` at its own rate, continuing after `before`; rounded once."""

    base: Node
    before: Node
    scale: Value
    rounding: Rounding | None = None

    @property
    def kind(self) -> Kind:
        return Kind.MONEY


@frozen(cache_hash=True)
class Banded(Node):
    """What the band of `base` gives as a whole (a rate, a fixed amount, a number of days).

    With a `before` other than 0 the result is G(before + base) - G(before); rates stand only for one claim alone.
    """

    base: Node
    before: Node
    scale: Value

    @property
    def kind(self) -> Kind:
        return self.scale.kind


@frozen(cache_hash=True)
class Once(Node):
    """`base` while nothing of it came before, then 0."""

    base: Node
    before: Node

    @property
    def kind(self) -> Kind:
        return self.base.kind


@frozen(cache_hash=True)
class Lookup(Node):
    """A cell of a table; a key without a row is a reported problem, never 0."""

    table: Value
    keys: tuple[Node, ...]

    @property
    def kind(self) -> Kind:
        return self.table.kind


# ---------------------------------------------------------------- tests


@frozen(cache_hash=True)
class Compare(Node):
    """Left against right, on a stated side."""

    side: Side
    left: Node
    right: Node

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


@frozen(cache_hash=True)
class Within(Node):
    """`base` from `low` to `high`, both included."""

    base: Node
    low: Node
    high: Node

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


@frozen(cache_hash=True)
class OneOf(Node):
    """`base` is one of the codes."""

    base: Node
    codes: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


@frozen(cache_hash=True)
class Both(Node):
    """All parts hold; one that does not decides, whatever is missing elsewhere."""

    parts: tuple[Node, ...]

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


@frozen(cache_hash=True)
class AnyOf(Node):
    """At least one part holds; one that does decides, whatever is missing elsewhere."""

    parts: tuple[Node, ...]

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


@frozen(cache_hash=True)
class Not(Node):
    """The base does not hold."""

    base: Node

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


@frozen(cache_hash=True)
class Because(Node):
    """A condition with the reason that is given when it does not hold."""

    test: Node
    code: str
    text: Text

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


@frozen(cache_hash=True)
class Choose(Node):
    """`then` where the test holds, else `otherwise`; what is missing on the other side does not matter."""

    test: Node
    then: Node
    otherwise: Node

    @property
    def kind(self) -> Kind:
        return self.then.kind


# ---------------------------------------------------------------- dates and conditions


@frozen(cache_hash=True)
class CompletedYears(Node):
    """Full years from one day to another (age)."""

    since: Node
    on: Node

    @property
    def kind(self) -> Kind:
        return Kind.COUNT


@frozen(cache_hash=True)
class DaysFrom(Node):
    """Days from one day to another: 0 on the same day, negative before it."""

    since: Node
    on: Node

    @property
    def kind(self) -> Kind:
        return Kind.COUNT


@frozen(cache_hash=True)
class WorkdayAfter(Node):
    """The `number`-th working day after a day, which itself does not count; missing where the calendar does not reach."""

    calendar: Value
    day: Node
    number: Node

    @property
    def kind(self) -> Kind:
        return Kind.DATE


@frozen(cache_hash=True)
class Match(Node):
    """The id of the listed condition that a diagnosis falls under; empty when it falls under none.

    A `condition` (a condition id) on the list comes first. A diagnosis given as an id that this list does not know
    cannot be judged here and counts as missing: another plan's name for an illness says nothing about this list.
    """

    conditions: Value
    diagnosis: Node
    condition: Node | None = None

    @property
    def kind(self) -> Kind:
        return Kind.CODE


@frozen(cache_hash=True)
class ClassOf(Node):
    """The class of the matched condition; empty when none matched."""

    match: Match

    @property
    def kind(self) -> Kind:
        return Kind.CODE


@frozen(cache_hash=True)
class Listed(Node):
    """A listed condition was matched."""

    match: Match

    @property
    def kind(self) -> Kind:
        return Kind.FLAG


# ---------------------------------------------------------------- naming and the escape hatch


@frozen(cache_hash=True)
class Named(Node):
    """`base`, called something in the explanation."""

    base: Node
    text: Text

    @property
    def kind(self) -> Kind:
        return self.base.kind


@frozen(cache_hash=True)
class Computed(Node):
    """A Python function of plain values: the escape hatch, listed as opaque.

    `least` and `most` are what its author promises about the result.
    """

    function: Callable[..., Any] = field(repr=False)
    inputs: tuple[Node, ...]
    of_kind: Kind
    text: Text
    least: int
    most: int

    @property
    def kind(self) -> Kind:
        return self.of_kind


NODES: tuple[type[Node], ...] = (
    Above,
    Add,
    AnyOf,
    Banded,
    Because,
    Before,
    BenefitAmount,
    Both,
    Capped,
    Choose,
    ClassOf,
    Compare,
    CompletedYears,
    Computed,
    Constant,
    DaysFrom,
    Greatest,
    Least,
    Listed,
    Lookup,
    Match,
    Named,
    Not,
    Once,
    OneOf,
    PaidBefore,
    PaidByPlan,
    Portion,
    Raised,
    Read,
    Round,
    ShareOf,
    SoFar,
    Subtract,
    Tiered,
    Times,
    Value,
    Within,
    WorkdayAfter,
)
"""Every node class; kept by hand, because slotted attrs classes are seen twice by ``__subclasses__``."""
