"""The source of a kernel: one readable Python function that decides many claims under one plan of an office.

Rows come sorted by person and order of decision; what was counted before lives in arrays by period, so that a late
claim counts in its own period. A plan that runs under several editions gets one branch an edition over one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from attrs import define, field, frozen

from mutualplans.backends.kernel import TABLE, Opaque, Value, masks
from mutualplans.engine.bind import BoundPlan, Program
from mutualplans.engine.limits import INT64, node_bounds
from mutualplans.engine.twice import counts_stay
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, order
from mutualplans.model.claim import BILL_PARTS
from mutualplans.model.fields import Field
from mutualplans.model.kinds import Kind
from mutualplans.model.money import Rounding
from mutualplans.model.text import Text
from mutualplans.plan.vocabulary import CIRCUMSTANCE

__all__ = ["GATES", "STATUS", "Argument", "Branch", "KernelSource", "Opaque", "kernel_source"]

STATUS = ("not-covered", "paid", "nothing-due", "refused", "incomplete", "undecided")
"""What the numbers in the status column mean; ``undecided`` is a cover with a fault."""

GATES = {
    "before-cover": Text("出险早于保障起始日", "before the first day of cover"),
    "after-cover": Text("出险晚于保障终止日", "after the last day of cover"),
    "cover-ended": Text("保障已因先前给付终止", "the cover was ended by an earlier payment"),
    "relation": Text("本计划不保障此人", "the plan does not cover this person"),
    "late": Text("申领已过时效", "claimed too late"),
}
"""Reasons that stand before every benefit, in the order of their bits."""

_MOST_BITS = 62
_TYPES = {Kind.MONEY: "i8", Kind.FLAG: "i1"}
_ZERO = {
    n.Capped: ("limit-used-up", Text("限额已用完", "the limit is used up")),
    n.Above: ("below-start", Text("未超过起付标准", "not above the start")),
    n.Once: ("already-used", Text("只给付一次，已给付过", "paid once, already used")),
}
_USED_UP = ("limit-used-up", Text("给付分段已用完", "the scale is used up"))
_NOT_REACHED = ("below-start", Text("未达到给付分段", "below the first band"))
_NOTHING_DUE = ("nothing-due", Text("按给付标准计算为 0", "the rule comes to 0"))


@frozen(kw_only=True)
class Argument:
    """One array that a kernel takes.

    Attributes:
        name: Name in the source.
        role: ``persons``, ``claim``, ``cover``, ``codes``, ``paid`` or ``out``.
        key: What it holds: a field's path, the id of a plan, the name of a result.
        type: ``i8``, ``i4`` or ``i1``: whole numbers of so many bytes.
    """

    name: str
    role: str
    key: str
    type: str


@frozen(kw_only=True)
class Branch:
    """What the numbers of one edition mean.

    Attributes:
        bound: The bound plan.
        reasons: For each benefit in its order, code and sentence of each bit.
        limits: Name of an output → the benefit and the node whose rest it holds.
    """

    bound: BoundPlan
    reasons: Mapping[str, tuple[tuple[str, Text], ...]]
    limits: Mapping[str, tuple[str, n.Capped]]


@frozen(kw_only=True)
class KernelSource:
    """A kernel as text, with what is needed to call it and to read its answers.

    Attributes:
        text: The source; it needs nothing but `compiled` and `room` in its namespace.
        arguments: The arrays of ``decide``, in order.
        branches: One for each edition.
        paths: What each bit of the missing mask stands for.
        tables: Name of an array over codes → what it holds for a code.
    """

    text: str
    arguments: tuple[Argument, ...]
    branches: tuple[Branch, ...]
    paths: tuple[str, ...]
    tables: Mapping[str, Callable[[str], int]]


def kernel_source(
    bounds: Sequence[BoundPlan],
    *,
    code: Callable[[str], int],
    nullable: Callable[[str], bool] = lambda _path: True,
    earlier: Sequence[str] = (),
    compensating: Sequence[str] = (),
    remaining: bool = False,
) -> KernelSource:
    """Write the kernel of a plan.

    Args:
        bounds: The plan bound to each edition that the covers are under.
        code: Number of a code; "" is 0, the others are above it.
        nullable: Whether a field may be missing in the data.
        earlier: Ids of the plans that the office decides before this one, in their order.
        compensating: Those of them that have an indemnity benefit.
        remaining: Also say what is left of each limit over a period.

    Raises:
        Opaque: the plan says something that a kernel cannot; it runs on the exact backend.
    """
    module = _Module(code=code, nullable=nullable, earlier=tuple(earlier), compensating=tuple(compensating))
    return _Line(module, tuple(bounds), remaining).write()


def support() -> str:
    """Return the text of the functions that every kernel calls."""
    return files("mutualplans.batch").joinpath("support.py").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the module around the function


@frozen
class _Group:
    """Accounts that are counted by one period and split by one code.

    Attributes:
        name: Name in the source.
        period: The period.
        by: The code that splits it.
    """

    name: str
    period: n.Period
    by: n.Node | None

    @property
    def single(self) -> bool:
        """Whether a person has one slot only."""
        return self.period is n.Period.LIFETIME and self.by is None


@define(eq=False, kw_only=True)
class _Module:
    """What all branches share: arguments, functions, constants, accounts, bits, names."""

    code: Callable[[str], int]
    nullable: Callable[[str], bool]
    earlier: tuple[str, ...]
    compensating: tuple[str, ...]
    arguments: dict[str, Argument] = field(factory=dict)
    functions: dict[tuple[str, ...], str] = field(factory=dict)
    constants: dict[tuple[int, ...], str] = field(factory=dict)
    tables: dict[str, Callable[[str], int]] = field(factory=dict)
    paths: list[str] = field(factory=list)
    groups: dict[tuple[n.Period, n.Node | None], _Group] = field(factory=dict)
    accounts: dict[tuple[str, str], str] = field(factory=dict)
    counters: dict[str, int] = field(factory=dict)

    def name(self, hint: str) -> str:
        """Return a new name that begins with `hint`."""
        plain = "".join(char if char.isalnum() and char.isascii() else "_" for char in hint).strip("_") or "x"
        self.counters[plain] = self.counters.get(plain, 0) + 1
        return f"{plain}_{self.counters[plain]}"

    def argument(self, role: str, key: str, type_: str) -> str:
        """Return the name of an array argument."""
        plain = "".join(char if char.isalnum() else "_" for char in key)
        if not plain.isascii():
            plain = f"own_{len(self.arguments)}"
        name = plain if "." in key else f"{role}_{plain}"
        found = self.arguments.setdefault(name, Argument(name=name, role=role, key=key, type=type_))
        if found.key != key:  # two keys that differ only in what a name may not hold
            name = f"{name}_{len(self.arguments)}"
            self.arguments[name] = Argument(name=name, role=role, key=key, type=type_)
        return name

    def compensated(self) -> str:
        """Return the array of what the plans have compensated so far; below 0 stands a plan that waits."""
        return self.argument("paid", "compensated.", "i8")

    def missing(self, path: str) -> str:
        """Return the bit of a path."""
        if path not in self.paths:
            self.paths.append(path)
            if len(self.paths) > _MOST_BITS:
                message = "it reads more fields than a mask has bits"
                raise Opaque(message)
        return str(1 << self.paths.index(path))

    def function(self, hint: str, parameters: str, lines: Sequence[str]) -> str:
        """Return the name of a function with the lines."""
        key = (hint, parameters, *lines)
        if key not in self.functions:
            self.functions[key] = self.name(hint)
        return self.functions[key]

    def numbers(self, hint: str, values: Sequence[int]) -> str:
        """Return the name of a constant array."""
        key = tuple(values)
        if key not in self.constants:
            self.constants[key] = self.name(hint).upper()
        return self.constants[key]

    def codes(self, hint: str, make: Callable[[str], int]) -> str:
        """Return the name of an array over the codes of the data."""
        name = f"codes_{self.name(hint)}"
        self.tables[name] = make
        self.arguments[name] = Argument(name=name, role="codes", key=name, type="i4")
        return name

    def group(self, period: n.Period, by: n.Node | None) -> _Group:
        """Return the group of accounts of a period."""
        key = (period, by)
        if key not in self.groups:
            hint = period.value.replace("-", "_")
            same = sum(1 for other, _by in self.groups if other is period)
            self.groups[key] = _Group(f"{hint}_{same + 1}" if same else hint, period, by)
        return self.groups[key]

    def account(self, name: str, group: _Group) -> str:
        """Return the name of what an account holds."""
        key = (name, group.name)
        if key not in self.accounts:
            if name.startswith("paid.") and any(known == name for known, _group in self.accounts):
                message = "it splits one account in two ways"
                raise Opaque(message)
            self.accounts[key] = f"counted_{len(self.accounts) + 1}"
        return self.accounts[key]

    def of(self, group: _Group) -> list[str]:
        """Return the accounts of a group."""
        return [held for (_name, name), held in self.accounts.items() if name == group.name]


# ---------------------------------------------------------------- one edition's part of the loop


@define(eq=False, kw_only=True)
class _Body:
    """Writes the lines of one edition; the `Writer` of the kernel table."""

    module: _Module
    bound: BoundPlan
    depth: int
    lines: list[str] = field(factory=list)
    known: list[dict[Any, Any]] = field(factory=lambda: [{}])
    program: Program | None = None
    benefits: dict[str, Value] = field(factory=dict)
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
            left = isinstance(node, n.Read) and node.field.path == "claim.remaining"
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
        amounts = [self.let(f"{self.module.argument('paid', item, 'i8')}[row]", "paid") for item in plans]
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

    def slot(self, group: _Group, by: str) -> str:
        """Write the search for the place in which a period is counted."""
        known = next((scope[group] for scope in self.known if group in scope), None)
        if known is not None:
            found: str = known
            return found
        name, slot = group.name, f"at_{group.name}"
        key = self.let(self._period(group.period), "period")
        test = f"{key} != last_{name}" + (f" or {by} != last_code_{name}" if group.by is not None else "")
        self.line(f"if {test}:")
        inside = [
            f"{slot} = place(keys_{name}, codes_of_{name}, count_{name}, {key}, {by})",
            f"if {slot} == count_{name}:",
            f"    keys_{name}[{slot}] = {key}",
            f"    codes_of_{name}[{slot}] = {by}",
            f"    ZERO {name} {slot}",
            f"    count_{name} += 1",
            f"last_{name} = {key}",
            f"last_code_{name} = {by}",
        ]
        for text in inside:
            self.line("    " + text)
        self.known[-1][group] = slot
        return slot

    def _period(self, period: n.Period) -> str:
        claim = lambda name, type_: f"{self.module.argument('claim', name, type_)}[row]"  # noqa: E731
        if period is n.Period.TERM:
            return "first_day"
        if period is n.Period.POLICY_YEAR:
            years = f"({self._event_calendar()} - {self._cover('cover.first_day#calendar')}) // 10000"
            return f"first_day * 1024 + {years} + 512"
        if period is n.Period.CALENDAR_YEAR:
            return f"{self._event_calendar()} // 10000"
        if period is n.Period.LIFETIME:
            return "0"
        own = f"{3 << 60} + row"
        if period is n.Period.INCIDENT:
            incident = self.let(claim("claim.incident", "i4"), "incident")
            return f"{1 << 60} + {incident} if {incident} > 0 else {own}"
        stay, admitted = (
            self.let(claim("claim.stay", "i4"), "stay"),
            self.let(claim("claim.admitted", "i4"), "admitted"),
        )
        by_day = f"{2 << 60} + {admitted} if {admitted} != MISSING else {own}"
        return f"{1 << 60} + {stay} * 4194304 + first_day if {stay} > 0 else ({by_day})"

    def calendar(self, node: n.Node, value: Value) -> str:
        """Return a date as the number 20240229, from a column of its own where it is a field."""
        if isinstance(node, n.Read):
            path = node.field.path
            if path == "claim.event_date":
                return self._event_calendar()
            if not path.startswith("claim."):
                return self._cover(f"{path}#calendar")
            return self.let(f"{self.module.argument('claim', path + '#calendar', 'i4')}[row]", "day")
        return self.let(f"calendar({value.code})", "day")

    def _event_calendar(self) -> str:
        if self.bound.plan.event_date is not None:
            return self.let("calendar(event)", "event_day")
        return self.let(
            f"{self.module.argument('claim', 'claim.event_date#calendar', 'i4')}[row]", "event_day"
        )

    def _cover(self, key: str, type_: str = "i4") -> str:
        return self.let(f"{self.module.argument('cover', key, type_)}[cover]", key.partition(".")[2])

    @property
    def event_mask(self) -> str:
        """The mask of the event date; empty where it is always stated."""
        return "missing_event" if self.module.nullable("claim.event_date") else ""

    # ------------------------------------------------------------ fields

    def read(self, found: Field) -> Value:
        """Return what a field holds."""
        special = _COMPUTED.get(found.path)
        if special:
            return special(self)
        return self.plain(found.path, found.kind, found.name.startswith(CIRCUMSTANCE), found.least)

    def plain(self, path: str, kind: Kind, always: bool = False, least: int = 0) -> Value:
        """Return what a column holds."""
        if kind is Kind.RATE or least <= -(2**31):
            message = f"{path} is a rate, or may be too small a number"
            raise Opaque(message)
        type_ = _TYPES.get(kind, "i4")
        subject, _, name = path.partition(".")
        if subject == "claim":
            raw = self.let(f"{self.module.argument('claim', path, type_)}[row]", name)
        else:
            raw = self._cover(path, type_)
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
        from mutualplans.engine.facts import is_in_situ_code

        names = ("claim.diagnosis", "claim.condition", "claim.stage")
        given, condition, stage = (
            self.let(f"max({self.module.argument('claim', name, 'i4')}[row], 0)", name[6:]) for name in names
        )
        which = self.let(f"{given} if {given} > 0 else {condition}", "illness")
        array = self.module.codes("in_situ", lambda code: int(is_in_situ_code(code)))
        mask = self.let(f"{self.missing('claim.diagnosis')} if {which} == 0 else 0", "missing")
        code = f"{stage} == {self.code('in-situ')} or {array}[{which}] == 1"
        return Value(self.let(code, "in_situ"), mask)

    def left(self) -> Value:
        """Return the burden that neither earlier plans nor this plan's earlier benefits compensate."""
        burden = self.let(f"{self.module.argument('claim', 'claim.burden', 'i8')}[row]", "burden")
        mask = self._burden_mask(burden)
        less = ""
        if self.module.compensating:
            paid = self.let(f"{self.module.compensated()}[row]", "compensated")
            waits = "0"
            for place, plan in reversed(list(enumerate(self.module.compensating))):
                waits = f"{self.missing(f'paid.{plan}')} if {paid} == {-1 - place} else ({waits})"
            mask = self.let(f"{mask} or ({waits})" if mask else waits, "missing")
            less = f" - {paid}"
        own = "".join(f" - {amount}" for amount in self.compensated if not self.ending)
        return Value(self.let(f"max({burden}{less}{own}, 0)", "left"), mask)

    def _burden_mask(self, burden: str) -> str:
        if not self.module.nullable("claim.burden"):
            return ""
        parts = BILL_PARTS[3:]
        raws = [
            self.let(f"{self.module.argument('claim', f'claim.{name}', 'i8')}[row]", name) for name in parts
        ]
        none = " and ".join(f"{raw} == MISSING" for raw in raws)
        some = " | ".join(
            f"({self.missing(f'claim.{name}')} if {raw} == MISSING else 0)"
            for name, raw in zip(parts, raws, strict=True)
        )
        lacking = f"{self.missing('claim.self_paid')} if {none} else ({some})"
        return self.let(f"0 if {burden} != MISSING else ({lacking})", "missing")


_COMPUTED: Mapping[str, Callable[[_Body], Value]] = {
    "claim.event_date": lambda body: Value("event", body.event_mask),
    "claim.is_in_situ": _Body.in_situ,
    "claim.remaining": _Body.left,
    "cover.shares": _Body.shares,
    "cover.first_day": lambda body: Value("first_day"),
    "cover.last_day": lambda body: Value("last_day"),
    "cover.day": _Body.cover_day,
    "cover.is_renewal": lambda body: Value(body.let(f"{body._cover('cover.terms')} > 1", "is_renewal")),
    "cover.terms": lambda body: Value(body._cover("cover.terms")),
}


def _is_plain(code: str) -> bool:
    return code.isidentifier() or code.removeprefix("-").isdecimal()


# ---------------------------------------------------------------- the function


@define(eq=False)
class _Line:
    """A plan under its editions: writes the whole function."""

    module: _Module
    bounds: tuple[BoundPlan, ...]
    remaining: bool

    def write(self) -> KernelSource:
        """Return the source."""
        written = [_Edition(self.module, bound, self.remaining, self._depth()) for bound in self.bounds]
        branches = tuple(item.write() for item in written)
        loop = [*self._row(), *self._editions(written)]
        head = self._head()
        lines = [*self._functions(), *head, *self._zeroed(loop)]
        return KernelSource(
            text=support() + "\n\n" + "\n".join(lines) + "\n",
            arguments=tuple(self.module.arguments.values()),
            branches=branches,
            paths=tuple(self.module.paths),
            tables=dict(self.module.tables),
        )

    def _depth(self) -> int:
        return 3 if len(self.bounds) == 1 else 4

    def _zeroed(self, lines: Iterable[str]) -> Iterator[str]:
        """Fill in which accounts begin at 0 in a new place; all are known only at the end."""
        by_name = {group.name: group for group in self.module.groups.values()}
        for line in lines:
            indent, found, rest = line.partition("ZERO ")
            if not found:
                yield line
                continue
            name, slot = rest.split()
            for held in self.module.of(by_name[name]):
                yield f"{indent}{held}[{slot}] = 0"

    # ------------------------------------------------------------ around the loop

    def _functions(self) -> Iterator[str]:
        for (_hint, parameters, *lines), name in self.module.functions.items():
            yield "@compiled"
            yield f"def {name}({parameters}):"
            yield from (f"    {line}" for line in lines)
            yield from ("", "")
        for values, name in self.module.constants.items():
            yield f"{name} = constant({list(values)})"
        yield from ("", "") if self.module.constants else ()

    def _head(self) -> list[str]:
        names = [item.name for item in self.module.arguments.values()]
        groups = list(self.module.groups.values())
        lines = [
            "@compiled",
            "def decide(first_person, last_person, most_rows, person_row, person_cover, bailed,",
            *(f"           {name}," for name in names),
            "           ):",
            "    # what was counted for a person, by period",
        ]
        for group in groups:
            held = self.module.of(group)
            if group.single:
                continue
            rooms = [f"keys_{group.name}", f"codes_of_{group.name}", *held]
            lines += [f"    {name} = room(most_rows)" for name in rooms]
        for (account, _group), held in self.module.accounts.items():
            lines.append(f"    # {held}: {account}")
        lines.append("    for person in range(first_person, last_person):")
        inner = ["first_cover, last_cover = person_cover[person], person_cover[person + 1]"]
        inner += ["if first_cover == last_cover:", "    continue"]
        for group in groups:
            if group.single:
                inner += [f"{held} = 0" for held in self.module.of(group)]
            else:
                name = group.name
                inner += [
                    f"count_{name} = 0",
                    f"at_{name} = 0",
                    f"last_{name} = -1",
                    f"last_code_{name} = -1",
                ]
        inner.append("for row in range(person_row[person], person_row[person + 1]):")
        return lines + ["        " + line for line in inner]

    def _row(self) -> list[str]:
        """Return the lines that find the event date and the cover."""
        body = _Body(module=self.module, bound=self.bounds[0], depth=3)
        body.bounds = {}
        self._event(body)
        body.line("cover = first_cover")
        several = "last_cover - first_cover > 1"
        if body.event_mask:
            with body.block(f"if {several} and missing_event != 0:"):
                body.line(f"{self._out('status', 'i1')}[row] = {STATUS.index('incomplete')}")
                body.line(f"{self._out('missing', 'i8')}[row] = missing_event")
                body.line(f"{self._out('cover', 'i4')}[row] = cover")
                _waits(body, self.module, self._compensates(), self._place())
                body.line("continue")
            head = f"if {several}:"
        else:
            head = f"if {several}:"
        first = self.module.argument("cover", "cover.first_day", "i4")
        last = self.module.argument("cover", "cover.last_day", "i4")
        with body.block(head):
            body.line(f"cover = nearest({first}, {last}, first_cover, last_cover, event)")
        body.line(f"{self._out('cover', 'i4')}[row] = cover")
        with body.block(f"if {self.module.argument('cover', 'fault', 'i1')}[cover] != 0:"):
            body.line(f"{self._out('status', 'i1')}[row] = {STATUS.index('undecided')}")
            _waits(body, self.module, self._compensates(), self._place())
            body.line("continue")
        body.line(f"first_day = {first}[cover]")
        body.line(f"last_day = {last}[cover]")
        return body.lines

    def _event(self, body: _Body) -> None:
        own = self.bounds[0].plan.event_date
        if own is not None:
            nodes = order([own.node]).nodes
            reads = [node for node in nodes if isinstance(node, n.Read)]
            if any(isinstance(node, n.Value) for node in nodes) or any(
                node.field.subject != "claim" or node.field.path in _COMPUTED for node in reads
            ):
                message = "its event date depends on more than the claim"
                raise Opaque(message)
            body.bounds = node_bounds(self.bounds[0], nodes)
            found = body.node(own.node)
            body.line(f"event = {found.code}")
            if body.event_mask:
                body.line(f"missing_event = {found.mask or 0}")
            return
        column = self.module.argument("claim", "claim.event_date", "i4")
        body.line(f"event = {column}[row]")
        if not body.event_mask:
            return
        from mutualplans.engine.facts import EVENT_DATES

        kinds = body.codes("event_lacks", self._lacking(EVENT_DATES))
        kind = self.module.argument("claim", "claim.event", "i4")
        bits = [self.module.missing(f"claim.{name}") for name in self._event_fields(EVENT_DATES)]
        body.line("missing_event = 0")
        with body.block("if event == MISSING:"):
            body.line(f"lacks = {kinds}[max({kind}[row], 0)]")
            body.line(f"missing_event = {self.module.missing('claim.event')}")
            for number, bit in enumerate(bits, 1):
                with body.block(f"if lacks == {number}:"):
                    body.line(f"missing_event = {bit}")

    @staticmethod
    def _event_fields(dates: Mapping[str, str]) -> list[str]:
        return list(dict.fromkeys(dates.values()))

    def _lacking(self, dates: Mapping[str, str]) -> Callable[[str], int]:
        fields = self._event_fields(dates)
        return lambda code: fields.index(dates[code]) + 1 if code in dates else 0

    def _editions(self, written: Sequence[_Edition]) -> list[str]:
        if len(written) == 1:
            return written[0].body.lines
        lines = []
        edition = self.module.argument("cover", "edition", "i1")
        for number, item in enumerate(written):
            word = "if" if number == 0 else "elif"
            lines.append(f"            {word} {edition}[cover] == {number}:  # {item.bound.edition.id}")
            lines += item.body.lines
        return lines

    def _out(self, key: str, type_: str) -> str:
        return self.module.argument("out", key, type_)

    def _compensates(self) -> bool:
        return any(item.indemnity for item in self.bounds[0].plan.benefits)

    def _place(self) -> int:
        return len(self.module.compensating)


def _waits(body: _Body, module: _Module, compensates: bool, place: int) -> None:
    """Write that the plan is not decided: later plans must not take what it pays for 0."""
    body.line(f"{module.argument('out', 'total', 'i8')}[row] = MISSING")
    if compensates:
        body.line(f"{module.compensated()}[row] = {-1 - place}")


@define(eq=False)
class _Edition:
    """Writes what one edition decides about a row."""

    module: _Module
    bound: BoundPlan
    remaining: bool
    depth: int
    body: _Body = field(init=False)
    adds: list[tuple[str, str, _Group]] = field(factory=list)
    bits: dict[str, tuple[tuple[str, Text], ...]] = field(factory=dict)
    limits: dict[str, tuple[str, n.Capped]] = field(factory=dict)

    def write(self) -> Branch:
        """Write the lines; returns what their numbers mean."""
        body = self.body = _Body(module=self.module, bound=self.bound, depth=self.depth)
        body.bounds = self._bounds()
        self._gate()
        for program in self.bound.programs:
            self._conditions(program)
        for place, program in enumerate(self.bound.programs):
            self._benefit(place, program)
        self._decision()
        return Branch(bound=self.bound, reasons=self.bits, limits=self.limits)

    def _bounds(self) -> Mapping[n.Node, Any]:
        plan = self.bound.plan
        roots = [node for program in self.bound.programs for node in (*program.conditions, program.pays)]
        roots.append(plan.ends.node)
        if plan.claim_within is not None:
            roots.append(plan.claim_within.node)
        for node in order(roots).nodes:
            if isinstance(node, n.Computed):
                message = f"“{node.text.zh}” is a Python function"
                raise Opaque(message)
        found = node_bounds(self.bound, roots)
        if any(item.peak is None or item.peak >= INT64 for item in found.values()):
            message = "the numbers it meets may not fit into 64 bits"
            raise Opaque(message)
        return found

    # ------------------------------------------------------------ before the benefits

    def _gate(self) -> None:
        """Write the reasons that stand before every benefit, and what must be known beside them."""
        body, bound = self.body, self.bound
        body.line("gate = 0")
        known = "missing_event == 0" if body.event_mask else ""
        terms = self.module.group(n.Period.TERM, None)
        with _maybe(body, known):
            body.line("gate = (1 if event < first_day else 0) | (2 if event > last_day else 0)")
            if not self._never_ends():
                held = self.module.account("cover-ended", terms)
                body.line(f"gate |= 4 if {held}[{body.slot(terms, '0')}] != 0 else 0")
            relation = body._cover("insured.relation")
            insured = " and ".join(f"{relation} != {body.code(item)}" for item in bound.plan.insures)
            body.line(f"gate |= 8 if {relation} >= 0 and {insured} else 0")
            self._late()
        body.line("also = 0")
        with _maybe(body, known):
            if self.module.nullable("insured.relation"):
                relation = body._cover("insured.relation")
                body.line(f"also |= {body.missing('insured.relation')} if {relation} < 0 else 0")
            self._late_unknown()

    def _never_ends(self) -> bool:
        node = self.bound.plan.ends.node
        return isinstance(node, n.Constant) and not node.value

    def _deadline(self) -> Value | None:
        rule = self.bound.plan.claim_within
        if rule is None:
            return None
        if isinstance(rule.node, n.Value) and self.bound.values.get(rule.node.parameter.name) is None:
            return None
        return self.body.node(rule.node)

    def _late(self) -> None:
        days = self._deadline()
        if days is None:
            return
        reported = self.body.let(f"{self.module.argument('claim', 'claim.reported', 'i4')}[row]", "reported")
        known = f"{days.mask} == 0 and " if days.mask else ""
        self.body.line(
            f"gate |= 16 if {known}{reported} != MISSING and {reported} > event + {days.code} else 0"
        )

    def _late_unknown(self) -> None:
        days = self._deadline()
        if days is None:
            return
        if days.mask:
            self.body.line(f"also |= {days.mask}")
        if self.module.nullable("claim.reported"):
            reported = self.body.let(
                f"{self.module.argument('claim', 'claim.reported', 'i4')}[row]", "reported"
            )
            bit = self.body.missing("claim.reported")
            self.body.line(f"also |= {bit} if {reported} == MISSING else 0")

    def _conditions(self, program: Program) -> None:
        """Write a benefit's conditions; those that several benefits share are worked out once."""
        body = self.body
        body.program = program
        for node in program.order.nodes:
            if isinstance(node, n.PaidBefore):
                self._paid_account(node)

    def _paid_account(self, node: n.PaidBefore) -> None:
        """Write where a payment will be added: at every claim, also where the benefit that reads it is refused."""
        if node.by is not None and self.body.depends(node.by):
            message = "what splits an account depends on what was counted"
            raise Opaque(message)
        self.body.node(node)

    # ------------------------------------------------------------ one benefit

    def _benefit(self, place: int, program: Program) -> None:
        body, id_ = self.body, program.benefit.id
        body.program = program
        body.line(f"# {place + 1}. {id_}: {program.benefit.title.zh}")
        conditions = [body.node(node) for node in program.conditions]
        failed = self._failed(place, conditions)
        bits = [_reason(node, body) for node in program.conditions]
        amount, missing = f"amount_{place}", f"missing_{place}"
        body.line(f"{amount} = 0")
        body.line(f"{missing} = 0")
        body.line(f"accepted_{place} = False")
        adds = self._prepare(program)
        with body.block(f"if gate == 0 and {failed} == 0:"):
            pays, inside = self._pays(place, program, conditions, adds)
            zero = self._zero(place, program, pays, inside, len(bits))
        if body.event_mask:
            body.line(f"if missing_event != 0 and {failed} == 0:")
            body.line(f"    {missing} = missing_event")
        self.bits[id_] = (*bits, *zero)
        if len(self.bits[id_]) > _MOST_BITS:
            message = f"benefit {id_} has more reasons than a mask has bits"
            raise Opaque(message)
        out = self.module.argument("out", f"amount:{id_}", "i8")
        reasons = self.module.argument("out", f"reasons:{id_}", "i8")
        body.line(f"{out}[row] = MISSING if {missing} != 0 else {amount}")
        body.line(f"{reasons}[row] = {failed}")
        mask = missing
        if body.event_mask:
            mask = body.let(f"missing_event or {missing}", "missing")
        body.benefits[id_] = Value(amount, mask)
        if program.benefit.indemnity:
            body.compensated.append(amount)

    def _failed(self, place: int, conditions: Sequence[Value]) -> str:
        """Write the reasons of a benefit: a bit for each condition that is known not to hold."""
        body = self.body
        name = f"failed_{place}"
        body.line(f"{name} = 0")
        for number, found in enumerate(conditions):
            if found.code == "True" and not found.mask:
                continue
            known = f"{found.mask} == 0 and " if found.mask else ""
            body.line(f"if {known}not {found.code}:")
            body.line(f"    {name} |= {1 << number}")
        return name

    def _prepare(self, program: Program) -> list[tuple[str, n.Before, _Group]]:
        """Write that nothing is counted yet; returns the benefit's accounts."""
        found = []
        for node, account in program.accounts.items():
            if isinstance(node, n.Before):
                group = self.module.group(node.per, node.by)
                held = self.module.account(account, group)
                self.body.line(f"add_{held} = 0")
                self.adds.append((held, f"add_{held}", group))
                found.append((held, node, group))
        return found

    def _pays(
        self,
        place: int,
        program: Program,
        conditions: Sequence[Value],
        adds: Sequence[tuple[str, n.Before, _Group]],
    ) -> tuple[Value, None]:
        body = self.body
        pays = body.node(program.pays)
        parts = [*conditions, pays]
        for _held, node, _group in adds:
            parts.append(body.node(node.base))
            if node.by is not None:
                parts.append(body.node(node.by))
        lacking = masks(parts)
        if lacking:
            body.line(f"missing_{place} = {lacking}")
        with _maybe(body, f"missing_{place} == 0" if lacking else ""):
            body.line(f"accepted_{place} = True")
            body.line(f"amount_{place} = {pays.code}")
            for held, node, group in adds:
                body.line(f"add_{held} = {body.node(node.base).code}")
                if not group.single:
                    body.slot(group, body.node(node.by).code if node.by is not None else "0")
            if not body.at_least_0(program.pays):
                with body.block(f"if amount_{place} < 0:"):
                    body.line("bailed[person] = 1")
        return pays, None

    def _zero(
        self, place: int, program: Program, _pays: Value, _inside: None, first: int
    ) -> tuple[tuple[str, Text], ...]:
        """Write why a benefit whose conditions hold still pays nothing."""
        body = self.body
        found: list[tuple[str, Text]] = []
        name = f"failed_{place}"
        with body.block(f"if accepted_{place} and amount_{place} == 0:"):
            for node, used in _used(program, body):
                for reason, test in _zero_tests(node, body):
                    body.line(f"if {test}:" if used == "True" else f"if {used} and {test}:")
                    body.line(f"    {name} |= {1 << (first + len(found))}")
                    found.append(reason)
            body.line(f"if {name} == 0:")
            body.line(f"    {name} |= {1 << (first + len(found))}")
        return (*found, _NOTHING_DUE)

    # ------------------------------------------------------------ the decision

    def _decision(self) -> None:
        body, programs = self.body, self.bound.programs
        plan = self.bound.plan
        places = range(len(programs))
        total = " + ".join(f"amount_{place}" for place in places) or "0"
        body.line("# the decision")
        body.line(f"total = {total}")
        body.line(f"missing = {' | '.join(f'missing_{place}' for place in places) or '0'}")
        body.line(f"accepted = {' or '.join(f'accepted_{place}' for place in places) or 'False'}")
        ends = self._ends()
        with (
            _maybe(body, "missing_event == 0" if body.event_mask else ""),
            body.block("if missing != 0 or accepted:"),
        ):
            body.line("missing |= also")
        status, out = self.module.argument("out", "status", "i1"), self.module.argument
        body.line(f"{out('out', 'missing', 'i8')}[row] = missing")
        body.line(f"{out('out', 'gate', 'i1')}[row] = gate")
        with body.block("if missing != 0:"):
            body.line(f"{status}[row] = {STATUS.index('incomplete')}")
            compensates = any(item.indemnity for item in plan.benefits)
            _waits(body, self.module, compensates, len(self.module.compensating))
            body.line("continue")
        paid, nothing, refused = (STATUS.index(name) for name in ("paid", "nothing-due", "refused"))
        body.line(f"{status}[row] = {paid} if total > 0 else {nothing} if accepted else {refused}")
        body.line(f"{out('out', 'total', 'i8')}[row] = total")
        self._stay_once()
        self._count()
        if ends:
            terms = self.module.group(n.Period.TERM, None)
            held = self.module.account("cover-ended", terms)
            with body.block(f"if total > 0 and {ends}:"):
                body.line(f"{held}[at_{terms.name}] = 1")
                body.line(f"{out('out', 'ended', 'i1')}[row] = 1")
        self._left()

    def _ends(self) -> str:
        """Write whether these payments end the cover; what that lacks is missing for the whole."""
        if self._never_ends():
            return ""
        body = self.body
        body.ending = True
        kept, body.benefits = (
            body.benefits,
            {
                program.benefit.id: Value(f"amount_{place}")
                for place, program in enumerate(self.bound.programs)
            },
        )
        body.line("ends = False")
        amounts = " or ".join(f"amount_{place} != 0" for place in range(len(self.bound.programs))) or "False"
        with body.block(f"if {amounts}:"):
            found = body.node(self.bound.plan.ends.node)
            if found.mask:
                body.line(f"also |= {found.mask}")
                body.line(f"ends = {found.mask} == 0 and {found.code}")
            else:
                body.line(f"ends = {found.code}")
        body.ending, body.benefits = False, kept
        return "ends"

    def _stay_once(self) -> None:
        """Write that a person who may have been paid twice for one stay is left to the exact way."""
        body = self.body
        places = [place for place, item in enumerate(self.bound.programs) if counts_stay(item)]
        if not places:
            return
        first, last, stay = (
            self.module.argument("claim", name, "i4")
            for name in ("claim.span#first", "claim.span#last", "claim.stay")
        )
        taken = self.module.argument("out", "stay", "i1")
        with body.block(f"if {' or '.join(f'amount_{place} > 0' for place in places)}:"):
            with body.block(f"if same_stay({first}, {last}, {stay}, {taken}, person_row[person], row):"):
                body.line("bailed[person] = 1")
            body.line(f"{taken}[row] = 1")

    def _count(self) -> None:
        """Write what the claim adds to what is counted."""
        body = self.body
        for held, added, group in self.adds:
            where = held if group.single else f"{held}[at_{group.name}]"
            body.line(f"{where} += {added}")
        paid: dict[str, str] = {}
        for program in self.bound.programs:
            body.program = program
            for node, account in program.accounts.items():
                if isinstance(node, n.PaidBefore):
                    group = self.module.group(node.per, node.by)
                    held = self.module.account(account, group)
                    mask = body.node(node.by).mask if node.by is not None else ""
                    where = held if group.single else f"{held}[at_{group.name}]"
                    known = f"if {mask} == 0: " if mask else ""
                    paid[held] = f"{known}{where} += {self._paid_on(node.benefit)}"
        for line in paid.values():
            body.line(line)
        if any(item.indemnity for item in self.bound.plan.benefits):
            own = [place for place, item in enumerate(self.bound.programs) if item.benefit.indemnity]
            added = " + ".join(f"amount_{place}" for place in own)
            if added:
                name = self.module.compensated()
                with body.block(f"if {name}[row] >= 0:"):
                    body.line(f"{name}[row] += {added}")

    def _paid_on(self, benefit: str | None) -> str:
        places = [
            place for place, item in enumerate(self.bound.programs) if benefit in (None, item.benefit.id)
        ]
        return "(" + (" + ".join(f"amount_{place}" for place in places) or "0") + ")"

    def _left(self) -> None:
        """Write what is left of each limit that runs over a period."""
        if not self.remaining:
            return
        body = self.body
        for place, program in enumerate(self.bound.programs):
            body.program = program
            for node in program.order.nodes:
                if isinstance(node, n.Capped) and isinstance(node.before, n.Before):
                    parts = [body.node(part) for part in (node.limit, node.before, node.base)]
                    limit, before, base = (part.code for part in parts)
                    name = f"left:{program.benefit.id}:{len(self.limits) + 1}"
                    self.limits[name] = (program.benefit.id, node)
                    out = self.module.argument("out", name, "i8")
                    left = f"max({limit} - {before} - ({base} if accepted_{place} else 0), 0)"
                    lacking = masks(parts)
                    body.line(
                        f"{out}[row] = MISSING if {lacking} else {left}"
                        if lacking
                        else f"{out}[row] = {left}"
                    )


@contextmanager
def _maybe(body: _Body, test: str) -> Iterator[None]:
    """Write a block under a test, or in place where there is nothing to test."""
    if not test:
        yield
        return
    with body.block(f"if {test}:"):
        yield


def _reason(node: n.Node, body: _Body) -> tuple[str, Text]:
    """Return code and sentence of a condition that does not hold."""
    if isinstance(node, n.Because):
        return node.code, node.text
    from mutualplans.backends.words import in_words

    values = body.bound.values
    return "condition", Text(in_words(node, "zh", values=values), in_words(node, "en", values=values))


def _used(program: Program, body: _Body) -> Iterator[tuple[n.Node, str]]:
    """Yield the nodes that may say why an amount is 0, each with the test that the amount rests on it."""
    telling = (*_ZERO, n.Tiered, n.Banded)
    leads = {node for node in program.order.nodes if isinstance(node, telling)}
    for node in program.order.nodes:
        if not isinstance(node, n.Before) and any(part in leads for part in children(node)):
            leads.add(node)
    uses: dict[n.Node, list[str]] = {root: ["True"] for root in (*program.conditions, program.pays)}
    for node in reversed(program.order.nodes):
        if node not in leads or node not in uses:
            continue
        tests = list(dict.fromkeys(uses[node]))
        used = "True" if "True" in tests else body.let(" or ".join(tests), "used")
        if isinstance(node, telling):
            yield node, used
        for part, test in _edges_down(node, body):
            if part in leads:
                uses.setdefault(part, []).append(test if used == "True" else f"({used} and {test})")


def _edges_down(node: n.Node, body: _Body) -> Iterator[tuple[n.Node, str]]:
    """Yield the parts that an accepted amount may rest on, with the test under which it does."""
    if isinstance(node, n.Before):
        return
    if isinstance(node, n.Choose):
        test = body.node(node.test)
        open_ = f"{test.mask} != 0 or " if test.mask else ""
        yield node.test, "True"
        yield node.then, f"({open_}{test.code})"
        yield node.otherwise, f"({open_}not {test.code})"
    elif isinstance(node, n.Both):
        whole = body.node(node).code
        for part in node.parts:
            yield part, f"({whole} or {_surely(body.node(part), False)})"
    elif isinstance(node, n.AnyOf):
        whole = _surely(body.node(node), True)
        before = ""
        for part in node.parts:
            holds = _surely(body.node(part), True)
            yield part, f"(not {whole} or ({holds}{before}))"
            before += f" and not {holds}"
    else:
        for part in children(node):
            yield part, "True"


def _surely(found: Value, value: bool) -> str:
    """Return the test that a flag is known and has a value."""
    test = found.code if value else f"not {found.code}"
    return f"({found.mask} == 0 and {test})" if found.mask else f"({test})"


def _zero_tests(node: n.Node, body: _Body) -> Iterator[tuple[tuple[str, Text], str]]:
    """Yield a node's reasons for a zero, each with its test."""
    result, base = body.node(node), body.node(node.base)  # type: ignore[attr-defined]
    test = f"{_surely_is(result, '==')} and {_surely_is(base, '!=')}"
    if type(node) in _ZERO:
        yield _ZERO[type(node)], test
        return
    assert isinstance(node, n.Tiered | n.Banded)
    scale = body.value(node.scale.parameter.name)
    if scale is None:
        return
    last, before = scale.bands[-1].high, body.node(node.before)
    if last is None:
        yield _NOT_REACHED, test
        return
    yield _USED_UP, f"{test} and {before.code} >= {last.at}"
    yield _NOT_REACHED, f"{test} and {before.code} < {last.at}"


def _surely_is(found: Value, sign: str) -> str:
    test = f"{found.code} {sign} 0"
    return f"{found.mask} == 0 and {test}" if found.mask else test
