"""What every part of reading an office file needs: the file, the problems, and values that occur in several places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, TypeVar

from mutualplans.engine.office import PAYERS, GroupRule
from mutualplans.model.fields import read_raw
from mutualplans.model.kinds import Kind
from mutualplans.model.money import rate as read_rate
from mutualplans.model.problem import Problem
from mutualplans.model.tomlfile import TomlFile
from mutualplans.office import problems as wrong
from mutualplans.office.rows import GroupRow, Path, sound, table, tables

__all__ = ["Reading"]

T = TypeVar("T")


class Reading:
    """Reads values of a file and gathers the problems.

    Attributes:
        file: The file.
        problems: What is wrong so far.
        listed: Ids of the plans that the file lists, in its order.
    """

    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.listed: list[str] = []

    def kept(self, found: tuple[T, Iterable[Problem]]) -> T:
        """Note the problems of a step and return its result."""
        result, problems = found
        self.problems += problems
        return result

    def wrong(self, make: Callable[..., Problem], path: Path, *facts: Any) -> None:
        self.problems.append(make(self.file.where(*path), *facts))

    def split(self, raw: Any, path: Path) -> dict[str, Fraction]:
        written = self.kept(table(raw, self.file, path, '{ member = "1/2", unit = "1/2" }'))
        before = len(self.problems)
        parts: dict[str, Fraction] = {}
        for payer, text in written.items():
            if payer not in PAYERS:
                self.wrong(wrong.payer, (*path, payer), payer)
            elif (part := self.rate(text, (*path, payer))) is not None:
                parts[payer] = part
        if parts and len(self.problems) == before and sum(parts.values()) != 1:
            self.wrong(wrong.split_total, path, sum(parts.values()))
        return parts

    def group(self, raw: Any, path: Path) -> tuple[GroupRule, ...]:
        rules: list[GroupRule] = []
        for number, item in self.kept(tables(raw, self.file, path, "plans.group")):
            place = (*path, number)
            row = self.kept(sound(GroupRow, self.file, item, place))
            size = row.staff_up_to
            sizes = [0, *(rule.staff_up_to for rule in rules if rule.of != "units")]
            if row.of == "units" and size is not None:
                self.wrong(wrong.group_units, (*place, "staff_up_to"))
            elif row.of != "units" and (sizes[-1] is None or (size is not None and size <= sizes[-1])):
                self.wrong(wrong.group_sizes, place, size, sizes[-1])
            if row.of == "units" and not self.file.data.get("systems"):
                self.wrong(wrong.no_systems, (*place, "of"))
            if row.of not in (None, "staff", "women", "units"):
                self.wrong(wrong.group_of, (*place, "of"), row.of)
            if isinstance(item, dict) and not item.keys() & {"share", "persons"}:
                self.wrong(wrong.group_needs, place)
            if row.persons is not None and row.persons < 1:
                self.wrong(wrong.group_needs, (*place, "persons"))
            share = None if row.share is None else self.rate(row.share, (*place, "share"))
            rules.append(GroupRule(staff_up_to=size, share=share, persons=row.persons, of=row.of or "staff"))
        return tuple(rules)

    def rate(self, raw: Any, path: Path) -> Fraction | None:
        try:
            part = read_rate(raw)
        except (TypeError, ValueError):
            part = None
        if part is None or part > 1:
            self.wrong(wrong.bad_rate, path, raw)
            return None
        return part

    def money(self, raw: Any, path: Path) -> int | None:
        try:
            amount: int = read_raw(Kind.MONEY, raw).fen
        except ValueError as error:
            self.wrong(wrong.bad_money, path, str(error))
            return None
        return amount
