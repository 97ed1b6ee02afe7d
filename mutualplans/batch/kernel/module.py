"""What all parts of a kernel share: arguments, functions, constants, accounts, bits, names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from attrs import define, field, frozen

from mutualplans.backends.kernel import Opaque
from mutualplans.engine.office import SharedLimit
from mutualplans.expr import nodes as n
from mutualplans.model.kinds import Kind

__all__ = ["MOST_BITS", "TYPES", "Argument", "Group", "Module"]

MOST_BITS = 62
"""Most bits that a mask has."""
TYPES = {Kind.MONEY: "i8", Kind.FLAG: "i1"}
"""How wide the columns of some kinds are; those of the others are ``i4``."""


@frozen(kw_only=True)
class Argument:
    """One array that a kernel takes.

    Attributes:
        name: Name in the source.
        role: ``persons``, ``claim``, ``cover``, ``codes``, ``paid``, ``room``, ``stays`` or ``out``.
        key: What it holds: a field's path, the id of a plan or of a limit, the name of a result.
        type: ``i8``, ``i4``, ``i2`` or ``i1``: whole numbers of so many bytes.
    """

    name: str
    role: str
    key: str
    type: str


@frozen
class Group:
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
class Module:
    """What all branches share: arguments, functions, constants, accounts, bits, names."""

    code: Callable[[str], int]
    nullable: Callable[[str], bool]
    earlier: tuple[str, ...]
    compensating: tuple[str, ...]
    limits: tuple[SharedLimit, ...] = ()
    arguments: dict[str, Argument] = field(factory=dict)
    functions: dict[tuple[str, ...], str] = field(factory=dict)
    constants: dict[tuple[int, ...], str] = field(factory=dict)
    tables: dict[str, Callable[[str], int]] = field(factory=dict)
    paths: list[str] = field(factory=list)
    groups: dict[tuple[n.Period, n.Node | None], Group] = field(factory=dict)
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
            if len(self.paths) > MOST_BITS:
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
        self.tables[name] = cache(make)  # a code is looked up once, whatever parts it comes in
        self.arguments[name] = Argument(name=name, role="codes", key=name, type="i4")
        return name

    def group(self, period: n.Period, by: n.Node | None) -> Group:
        """Return the group of accounts of a period."""
        key = (period, by)
        if key not in self.groups:
            hint = period.value.replace("-", "_")
            same = sum(1 for other, _by in self.groups if other is period)
            self.groups[key] = Group(f"{hint}_{same + 1}" if same else hint, period, by)
        return self.groups[key]

    def account(self, name: str, group: Group) -> str:
        """Return the name of what an account holds."""
        key = (name, group.name)
        if key not in self.accounts:
            alike = {other.name for other in self.groups.values() if other.period is group.period}
            if any(known == name and place in alike for known, place in self.accounts):
                message = "it splits one account in two ways"
                raise Opaque(message)
            self.accounts[key] = f"counted_{len(self.accounts) + 1}"
        return self.accounts[key]

    def of(self, group: Group) -> list[str]:
        """Return the accounts of a group."""
        return [held for (_name, name), held in self.accounts.items() if name == group.name]
