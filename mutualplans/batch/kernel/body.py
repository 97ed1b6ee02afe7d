"""The writer of a kernel: turns one edition's formulas into lines, and fields into columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import define, field

from mutualplans.backends.kernel import TABLE, Opaque, Value
from mutualplans.batch.kernel.module import TYPES, Group, Module
from mutualplans.engine.bind import BoundPlan, Program
from mutualplans.engine.facts import is_in_situ_code
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, order
from mutualplans.model.claim import BILL_PARTS
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.plan.vocabulary import CIRCUMSTANCE, LIMIT

__all__ = ["COMPUTED", "Body", "maybe"]


@define(eq=False, kw_only=True)
class Body:
    """Writes the lines of one edition; the `Writer` of the kernel table."""

    module: Module
    bound: BoundPlan
    depth: int
    lines: list[str] = field(factory=list)
    known: list[dict[Any, Any]] = field(factory=lambda: [{}])
    program: Program | None = None
    benefits: dict[str, Value] = field(factory=dict)
    spent: list[str] = field(factory=list)
    compensated: list[str] = field(factory=list)
    ending: bool = False
    bounds: Mapping[n.Node, Any] = field(factory=dict)
    own: dict[n.Node, bool] = field(factory=dict)

    # ------------------------------------------------------------ writing

    def line(self, text: str) -> None:
        """Write a line at the present depth."""
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write a block; what is worked out inside is not known after it."""
        self.line(head)
        self.depth += 1
        self.known.append({})
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self.known.pop()
        self.depth -= 1

    def let(self, code: str, hint: str) -> str:
        """Write an assignment and return its name; the same expression is written once."""
        if _is_plain(code):
            return code
        for scope in self.known:
            if code in scope:
                found: str = scope[code]
                return found
        name = self.module.name(hint)
        self.line(f"{name} = {code}")
        self.known[-1][code] = name
        return name

    def node(self, root: n.Node) -> Value:
        """Write a formula and return its result."""
        for part in order([root]).nodes:
            if self._find(part) is None:
                args = [self._found(child) for child in children(part)]
                made = TABLE[type(part)](part, args, self)
                place = self.known[-1]
                place[self._key(part)] = made
        return self._found(root)

    def _found(self, node: n.Node) -> Value:
        found = self._find(node)
        assert found is not None
        return found

    def _find(self, node: n.Node) -> Value | None:
        key = self._key(node)
        return next((scope[key] for scope in reversed(self.known) if key in scope), None)

    def _key(self, node: n.Node) -> Any:
        """Return under what a result is remembered: what a benefit's own memory decides is its own."""
        if self.depends(node):
            return (node, self.program.benefit.id if self.program else "", self.ending)
        return node

    def depends(self, node: n.Node) -> bool:
        """Return whether a result belongs to one benefit: it rests on its memory or on what was paid before it."""
        if node not in self.own:
            direct = isinstance(node, n.Before | n.PaidBefore | n.BenefitAmount)
            left = isinstance(node, n.Read) and (
                node.field.path == "claim.remaining" or node.field.name.startswith(LIMIT)
            )
            self.own[node] = direct or left or any(self.depends(part) for part in children(node))
        return self.own[node]

    # ------------------------------------------------------------ what the table asks

    @property
    def rounding(self) -> Rounding:
        """The edition's rounding rule."""
        return self.bound.edition.rounding

    def missing(self, path: str) -> str:
        """Return the bit of a path."""
        return self.module.missing(path)

    def code(self, text: str) -> int:
        """Return the number of a code."""
        return self.module.code(text)

    def value(self, name: str) -> Any:
        """Return a value of the edition, or ``None``."""
        return self.bound.values.get(name)

    def denominator(self, node: n.Node) -> int:
        """Return a common denominator of what a rate may be."""
        return int(self.bounds[node].denominator) if node.kind is Kind.RATE else 1

    def at_least_0(self, node: n.Node) -> bool:
        """Return whether a number is never negative."""
        low = self.bounds[node].low
        return low is not None and low >= 0

    def function(self, hint: str, parameters: str, lines: Sequence[str]) -> str:
        """Write a function beside the kernel."""
        return self.module.function(hint, parameters, lines)

    def numbers(self, hint: str, values: Sequence[int]) -> str:
        """Write a constant array."""
        return self.module.numbers(hint, values)

    def codes(self, hint: str, make: Callable[[str], int]) -> str:
        """Return an array over the codes of the data."""
        return self.module.codes(hint, make)

    def benefit(self, name: str) -> Value:
        """Return what an earlier benefit pays."""
        found = self.benefits.get(name, Value("0"))
        return Value(found.code) if self.ending else found

    def paid(self, plan: str | None) -> Value:
        """Return what earlier plans pay; -2147483648 (`MISSING`) there is a plan that waits."""
        plans = [item for item in self.module.earlier if plan in (None, item)]
        if not plans:
            return Value("0")
        amounts = [self.let(f"{self.module.argument('paid', item, 'i8')}[here]", "paid") for item in plans]
        waits = [
            f"({self.missing(f'paid.{item}')} if {amount} == MISSING else 0)"
            for item, amount in zip(plans, amounts, strict=True)
        ]
        return Value(self.let(" + ".join(amounts), "paid"), self.let(" | ".join(waits), "missing"))

    def account(self, node: n.Before | n.PaidBefore, by: str) -> Value:
        """Return what was counted before."""
        if self.ending:
            return Value("0")
        assert self.program is not None
        group = self.module.group(node.per, node.by)
        held = self.module.account(self.program.accounts[node], group)
        event = self.event_mask
        if group.single:
            return Value(held, event)
        slot = self.slot(group, by)
        return Value(self.let(f"{held}[{slot}]", "before"), event)

    def slot(self, group: Group, by: str) -> str:
        """Write the search for the place in which a period is counted."""
        known = next((scope[group] for scope in self.known if group in scope), None)
        if known is not None:
            found: str = known
            return found
        name, slot = group.name, f"at_{group.name}"
        key = self.period(group.period)
        test = f"{key} != last_{name}" + (f" or {by} != last_code_{name}" if group.by is not None else "")
        self.line(f"if {test}:")
        split = group.by is not None
        find = f"place_of_two(keys_{name}, codes_{name}, count_{name}, {key}, {by})"
        inside = [
            f"{slot} = {find if split else f'place(keys_{name}, count_{name}, {key})'}",
            f"if {slot} == count_{name}:",
            f"    keys_{name}[{slot}] = {key}",
            *([f"    codes_{name}[{slot}] = {by}"] if split else []),
            f"    ZERO {name} {slot}",
            f"    count_{name} += 1",
            f"last_{name} = {key}",
            *([f"last_code_{name} = {by}"] if split else []),
        ]
        for text in inside:
            self.line("    " + text)
        self.known[-1][group] = slot
        return slot

    def period(self, period: n.Period) -> str:
        """Write the key of a period, once for all that count by it."""
        return self.let(self._period(period), "period")

    def _period(self, period: n.Period) -> str:
        if period is n.Period.TERM:
            return "first_day"
        if period is n.Period.POLICY_YEAR:
            first = self._cover("cover.first_day#calendar")
            if self.bound.plan.event_date is None:
                years = f"({self._event_calendar()} - {first}) // 10000"
            else:
                years = f"years_after(first_day, {first}, event)"
            return f"first_day * 1024 + {years} + 512"
        if period is n.Period.CALENDAR_YEAR:
            return f"{self._event_calendar()} // 10000"
        if period is n.Period.LIFETIME:
            return "0"
        if period is n.Period.INCIDENT:
            incident = self.let(self._claim("claim.incident"), "incident")
            return f"{1 << 60} + {incident} if {incident} > 0 else {3 << 60} + row"
        row, here = "row", "here"
        if self.bound.plan.merges:
            row = here = self.let(f"{self.module.argument('stays', 'row', 'i8')}[here]", "of_stay")
        stay, admitted = (
            self.let(f"{self.module.argument('claim', f'claim.{name}', 'i4')}[{here}]", name)
            for name in ("stay", "admitted")
        )
        by_day = f"{2 << 60} + {admitted} if {admitted} != MISSING else {3 << 60} + {row}"
        return f"{1 << 60} + {stay} * 4194304 + first_day if {stay} > 0 else ({by_day})"

    def calendar(self, node: n.Node, value: Value) -> str:
        """Return a date as the number 20240229, from a column of its own where it is a field."""
        if isinstance(node, n.Read):
            path = node.field.path
            if path == "claim.event_date":
                return self._event_calendar()
            if not path.startswith("claim."):
                return self._cover(f"{path}#calendar")
            return self.let(f"{self.module.argument('claim', path + '#calendar', 'i4')}[here]", "day")
        return self.let(f"calendar({value.code})", "day")

    def _event_calendar(self) -> str:
        if self.bound.plan.event_date is not None:
            return self.let("calendar(event)", "event_day")
        return self.let(
            f"{self.module.argument('claim', 'claim.event_date#calendar', 'i4')}[here]", "event_day"
        )

    def _claim(self, key: str, type_: str = "i4") -> str:
        return f"{self.module.argument('claim', key, type_)}[here]"

    def _cover(self, key: str, type_: str = "i4") -> str:
        return self.let(f"{self.module.argument('cover', key, type_)}[held]", key.partition(".")[2])

    @property
    def event_mask(self) -> str:
        """The mask of the event date; empty where it is always stated."""
        own = self.bound.plan.event_date
        paths = ["claim.event_date"]
        if own is not None:
            paths = [node.field.path for node in order([own.node]).nodes if isinstance(node, n.Read)]
        return "missing_event" if any(map(self.module.nullable, paths)) else ""

    # ------------------------------------------------------------ fields

    def read(self, found: Field) -> Value:
        """Return what a field holds."""
        special = COMPUTED.get(found.path)
        if special:
            return special(self)
        if found.name.startswith(LIMIT):
            return self.room(found.name.removeprefix(LIMIT))
        return self.plain(found.path, found.kind, found.name.startswith(CIRCUMSTANCE), found.least)

    def plain(self, path: str, kind: Kind, always: bool = False, least: int = 0) -> Value:
        """Return what a column holds."""
        if kind is Kind.RATE or least <= -(2**31):
            message = f"{path} is a rate, or may be too small a number"
            raise Opaque(message)
        type_ = TYPES.get(kind, "i4")
        subject, _, name = path.partition(".")
        raw = (
            self.let(f"{self.module.argument('claim', path, type_)}[here]", name)
            if subject == "claim"
            else self._cover(path, type_)
        )
        mask = ""
        if not always and self.module.nullable(path):
            nothing = f"{raw} < 0" if kind in (Kind.CODE, Kind.FLAG) else f"{raw} == MISSING"
            mask = self.let(f"{self.missing(path)} if {nothing} else 0", "missing")
        if kind is Kind.FLAG:
            return Value(self.let(f"{raw} == 1", name), mask)
        return Value(self.let(f"max({raw}, 0)", name) if kind is Kind.CODE and mask else raw, mask)

    def shares(self) -> Value:
        """Return the shares that count: those held, at most those allowed."""
        return self.plain("cover.shares", Kind.COUNT)

    def cover_day(self) -> Value:
        """Return the day of cover, counted from the first day of the chain."""
        return Value(
            self.let(f"event - {self._cover('cover.chain_first')} + 1", "cover_day"), self.event_mask
        )

    def in_situ(self) -> Value:
        """Return whether the illness is a carcinoma in situ, by its code or its stage."""
        names = ("claim.diagnosis", "claim.condition", "claim.stage")
        given, condition, stage = (
            self.let(f"max({self.module.argument('claim', name, 'i4')}[here], 0)", name[6:]) for name in names
        )
        which = self.let(f"{given} if {given} > 0 else {condition}", "illness")
        array = self.module.codes("in_situ", lambda code: int(is_in_situ_code(code)))
        mask = self.let(f"{self.missing('claim.diagnosis')} if {which} == 0 else 0", "missing")
        code = f"{stage} == {self.code('in-situ')} or {array}[{which}] == 1"
        return Value(self.let(code, "in_situ"), mask)

    def left(self) -> Value:
        """Return the burden that neither earlier plans nor this plan's earlier benefits compensate."""
        burden = self.let(f"{self.module.argument('claim', 'claim.self_paid#burden', 'i8')}[here]", "burden")
        mask = self._burden_mask(burden)
        less = ""
        if self.module.compensating:
            paid = self.let(f"{self.module.compensated()}[here]", "compensated")
            waits = "0"
            for place, plan in reversed(list(enumerate(self.module.compensating))):
                waits = f"{self.missing(f'paid.{plan}')} if {paid} == {-1 - place} else ({waits})"
            mask = self.let(f"{mask} or ({waits})" if mask else waits, "missing")
            less = f" - {paid}"
        own = "".join(f" - {amount}" for amount in self.compensated if not self.ending)
        return Value(self.let(f"max({burden}{less}{own}, 0)", "left"), mask)

    def room(self, id_: str) -> Value:
        """Return what is left under a limit over several plans once this plan's earlier benefits are paid.

        It is missing while a plan under the limit that the office decides before this one waits.
        """
        limit = next((item for item in self.module.limits if item.id == id_), None)
        if limit is None:
            message = f"the office has no limit {id_}"
            raise Opaque(message)
        waits = ""
        for plan in reversed([item for item in limit.plans if item in self.module.earlier]):
            paid = self.let(f"{self.module.argument('paid', plan, 'i8')}[here]", "paid")
            waits = f"{self.missing(f'paid.{plan}')} if {paid} == MISSING else ({waits or 0})"
        left = self.let(f"{self.module.argument('room', id_, 'i8')}[here]", "unspent")
        own = "" if self.ending else "".join(f" - {amount}" for amount in self.spent)
        return Value(self.let(f"max({left}{own}, 0)", "unspent"), self.let(waits, "missing") if waits else "")

    def _burden_mask(self, burden: str) -> str:
        if not self.module.nullable("claim.self_paid#burden"):
            return ""
        parts = BILL_PARTS[3:]
        raws = [
            self.let(f"{self.module.argument('claim', f'claim.{name}', 'i8')}[here]", name) for name in parts
        ]
        none = " and ".join(f"{raw} == MISSING" for raw in raws)
        some = " | ".join(
            f"({self.missing(f'claim.{name}')} if {raw} == MISSING else 0)"
            for name, raw in zip(parts, raws, strict=True)
        )
        lacking = f"{self.missing('claim.self_paid')} if {none} else ({some})"
        return self.let(f"0 if {burden} != MISSING else ({lacking})", "missing")


COMPUTED: Mapping[str, Callable[[Body], Value]] = {
    "claim.event_date": lambda body: Value("event", body.event_mask),
    "claim.is_in_situ": Body.in_situ,
    "claim.remaining": Body.left,
    "cover.shares": Body.shares,
    "cover.first_day": lambda body: Value("first_day"),
    "cover.last_day": lambda body: Value("last_day"),
    "cover.day": Body.cover_day,
    "cover.is_renewal": lambda body: Value(body.let(f"{body._cover('cover.terms')} > 1", "is_renewal")),
    "cover.terms": lambda body: Value(body._cover("cover.terms")),
}


def _is_plain(code: str) -> bool:
    return code.isidentifier() or code.removeprefix("-").isdecimal()


@contextmanager
def maybe(body: Body, test: str) -> Iterator[None]:
    """Write a block under a test, or in place where there is nothing to test."""
    if not test:
        yield
        return
    with body.block(f"if {test}:"):
        yield
