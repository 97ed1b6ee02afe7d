"""A unit joins as a group: the quotes of its members, and whether the office's group rule is met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from mutualplans.engine.office import GroupRule, Office, OfficePlan, Package
from mutualplans.engine.packages import quote_package
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.model.decision import Reason
from mutualplans.model.people import Unit
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.text import Text

__all__ = ["GroupQuote", "group_faults", "named_edition", "not_quoted", "quote_group", "quote_package_group"]


@frozen(kw_only=True)
class GroupQuote:
    """What joining one plan costs a unit.

    Attributes:
        plan: Plan id.
        title: What the plan is called.
        unit: Name of the unit.
        quotes: One for each person who could be quoted.
        unquoted: Key of each other person, with why not even the edition or the cover could be found.
        group: Why the group cannot join (too few); empty if it can or no rule applies.
        problems: Why persons are not quoted, and what is missing for the group rule.
    """

    plan: str
    title: Text
    unit: str
    quotes: tuple[Quote, ...]
    unquoted: tuple[tuple[str, tuple[Problem, ...]], ...] = ()
    group: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def listed(self) -> int:
        """How many persons want to join."""
        return len(self.quotes) + len(self.unquoted)

    @property
    def joining(self) -> tuple[Quote, ...]:
        """The quotes of those who join; nobody does when the group rule is missed."""
        return () if self.group else tuple(item for item in self.quotes if item.joins)

    @property
    def takes_part(self) -> bool:
        """Whether anybody of the unit joins or is covered already."""
        return not self.group and any(item.joins or item.covered for item in self.quotes)

    @property
    def refused(self) -> tuple[Quote, ...]:
        """The quotes of those who cannot join for reasons or facts of their own."""
        return tuple(item for item in self.quotes if not item.joins)

    @property
    def premium(self) -> int:
        """Fen for all who join."""
        return sum(item.premium or 0 for item in self.joining)

    @property
    def split(self) -> dict[str, int]:
        """Payer → fen for all who join."""
        payers = dict.fromkeys(payer for item in self.joining for payer in item.split)
        return {payer: sum(item.split[payer] for item in self.joining) for payer in payers}


def quote_group(
    item: OfficePlan,
    unit: Unit,
    joinings: Sequence[Joining],
    *,
    edition: str | None = None,
    quote_one: Callable[[Joining], Quote] | None = None,
) -> GroupQuote:
    """Quote one plan for the members of one unit, and check the office's group rule.

    A person who cannot be quoted, because no edition fits or a record refuses the facts, gets the problem instead of
    a premium; the others are quoted.

    Args:
        item: The plan.
        unit: The unit.
        joinings: Its members.
        edition: Edition to use, whatever its dates; without effect for a plan that has no such edition.
        quote_one: Knows the quote of each member already; by default each is quoted by itself.
    """
    named = named_edition(item, edition)
    made = _each(
        item.plan.title, joinings, quote_one or (lambda joining: quote(item, joining, edition=named))
    )
    return _grouped(item.plan.id, item.plan.title, unit, made, item.group, equal_shares=item.equal_shares)


def quote_package_group(
    office: Office, package: Package, unit: Unit, joinings: Sequence[Joining]
) -> GroupQuote:
    """Quote one package for the members of one unit, and check the package's group rule."""
    made = _each(package.title, joinings, lambda joining: quote_package(office, package, joining))
    return _grouped(package.id, package.title, unit, made, package.group)


def named_edition(item: OfficePlan, edition: str | None) -> str | None:
    """Return the edition that was asked for, where the plan has it."""
    return edition if any(local.edition.id == edition for local in item.editions) else None


_Made = tuple[list[Quote], list[tuple[str, tuple[Problem, ...]]]]
"""The quotes, and the key of each person without one, with why."""


def _each(title: Text, joinings: Sequence[Joining], quote_one: Callable[[Joining], Quote]) -> _Made:
    quotes = []
    unquoted: list[tuple[str, tuple[Problem, ...]]] = []
    for joining in joinings:
        try:
            quotes.append(quote_one(joining))
        except MutualPlansError as error:
            unquoted.append((joining.key, error.problems))
        except ValueError as error:
            unquoted.append((joining.key, (not_quoted(title, joining.key, error),)))
    return quotes, unquoted


def _grouped(
    id_: str,
    title: Text,
    unit: Unit,
    made: _Made,
    rules: tuple[GroupRule, ...],
    *,
    equal_shares: bool = False,
) -> GroupQuote:
    quotes, unquoted = made
    joined = sum(item.joins or item.covered for item in quotes)
    wanted = Counter(item.coverage.shares or 1 for item in quotes if item.joins)
    reasons, missing = group_faults(rules if quotes else (), unit, joined, wanted if equal_shares else {})
    return GroupQuote(
        plan=id_,
        title=title,
        unit=unit.name,
        quotes=tuple(quotes),
        unquoted=tuple(unquoted),
        group=tuple(reasons),
        problems=tuple(dict.fromkeys((*(found for _key, why in unquoted for found in why), *missing))),
    )


def not_quoted(title: Text, key: str, error: ValueError) -> Problem:
    """Return the problem of a joining whose facts a record refuses."""
    return problem(
        "join.failed",
        f"{title.zh}：不能报价：{error}",
        f"{title.in_('en')}: cannot be quoted: {error}",
        where=key,
    )


def group_faults(
    rules: Sequence[GroupRule], unit: Unit, joined: int, wanted: Mapping[int, int]
) -> tuple[list[Reason], list[Problem]]:
    """Return why a unit cannot join, and what is missing to tell.

    Args:
        rules: The group rules; none for a unit of which nobody could be quoted.
        unit: The unit.
        joined: How many join, or are covered already.
        wanted: Shares → how many persons join with so many, where all must hold the same; else empty.
    """
    reasons, missing = _group(rules, unit, joined)
    return [*reasons, *_unequal(wanted)], missing


def _unequal(wanted: Mapping[int, int]) -> list[Reason]:
    """Return why a unit cannot join whose members want different numbers of shares."""
    if len(wanted) < 2:
        return []
    zh = "、".join(f"{shares} 份 {persons} 人" for shares, persons in sorted(wanted.items()))
    en = ", ".join(f"{shares} by {persons}" for shares, persons in sorted(wanted.items()))
    text = Text(f"全单位的份数须相同，现有 {zh}", f"all of a unit must hold the same shares; wanted: {en}")
    return [Reason(code="group-shares", text=text)]


def _group(rules: Sequence[GroupRule], unit: Unit, joined: int) -> tuple[list[Reason], list[Problem]]:
    rules = [rule for rule in rules if rule.of != "units"]
    if not rules:
        return [], []
    if unit.headcount is None:
        return [], [_no_headcount(unit, "headcount", "单位职工人数", "the number of staff is")]
    rule = next(
        (item for item in rules if item.staff_up_to is None or unit.headcount <= item.staff_up_to), None
    )
    if rule is None:
        return [], []
    base = unit.women if rule.of == "women" else unit.headcount
    if base is None:
        return [], [_no_headcount(unit, "women", "单位女职工人数", "the number of women is")]
    needed = rule.needed(base)
    if joined >= needed:
        return [], []
    return [_too_few(rule, base, joined, needed)], []


def _too_few(rule: GroupRule, base: int, joined: int, needed: int) -> Reason:
    whose_zh, whose_en = ("女职工", "women") if rule.of == "women" else ("职工", "staff")
    return Reason(
        code="group-minimum",
        text=Text(
            f"参保人数不足：{whose_zh} {base} 人，至少 {needed} 人参保，现 {joined} 人，差 {needed - joined} 人",
            f"too few join: of {base} {whose_en} at least {needed}, now {joined}, {needed - joined} short",
        ),
        found=Text(f"{joined} 人", f"{joined} persons"),
        expected=Text(f"{needed} 人", f"{needed} persons"),
    )


def _no_headcount(unit: Unit, name: str, zh: str, en: str) -> Problem:
    whose_zh, whose_en = (f"单位“{unit.name}”", f"unit “{unit.name}”: ") if unit.name else ("", "")
    hint_zh, hint_en = f"加 --{name} 人数", f"add --{name}"
    if unit.name:
        hint_zh, hint_en = f"在单位文件（--unit）里写明 {name}", f"state {name} in the unit file (--unit)"
    return problem(
        "unit.missing-field",
        f"{whose_zh}没有填写{zh}，未核对参保比例",
        f"{whose_en}{en} not stated, the group minimum is not checked",
        hint_zh=hint_zh,
        hint_en=hint_en,
        severity="warning",
    )
