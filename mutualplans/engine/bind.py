"""A bound plan: plan × edition × office values, with everything worked out that does not depend on a claim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from attrs import define, field, frozen

from mutualplans.backends.exact import TABLE, Env, Missing
from mutualplans.backends.words import in_words, units
from mutualplans.engine.accounts import accounts
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import Order, fold, order
from mutualplans.model.problem import MutualPlansError, nearest, problem
from mutualplans.model.text import Lang, Text
from mutualplans.plan.declaration import Benefit, Plan
from mutualplans.plan.edition import Confidence, Edition, Entry
from mutualplans.plan.formula import Formula, least
from mutualplans.plan.vocabulary import claim

__all__ = ["BoundPlan", "Program", "bind", "edition_by_date", "edition_named"]


@frozen(eq=False)
class Program:
    """A benefit ready to run.

    Attributes:
        benefit: The declaration.
        conditions: Its conditions, as nodes.
        pays: What it pays; for an indemnity, never above what is left of the expense.
        order: Evaluation order of all of them.
        accounts: Account name of each node with a memory.
        units: Unit of each counted node.
        assumed: Nodes that are, or contain, an assumed value.
    """

    benefit: Benefit
    conditions: tuple[n.Node, ...]
    pays: n.Node
    order: Order
    accounts: Mapping[n.Before | n.PaidBefore, str]
    units: Mapping[n.Node, Text | None]
    assumed: frozenset[n.Node]


@define(eq=False, slots=False)
class BoundPlan:
    """A plan with the values of one edition and one office.

    Attributes:
        plan: The declaration.
        edition: The edition.
        entries: Parameter name → value with its confidence.
        office_values: What the office set, as written in its file.
        version: Version of the plugin package.
    """

    plan: Plan
    edition: Edition
    entries: Mapping[str, Entry]
    office_values: Mapping[str, Any] = field(factory=dict)
    version: str = ""

    @cached_property
    def values(self) -> dict[str, Any]:
        """Parameter name → plain value; unset optional ones are absent."""
        return {name: entry.value for name, entry in self.entries.items()}

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """The benefits that the edition has, ready to run, in their order."""
        return tuple(
            _program(self.plan, self.edition.named(benefit), self.assumed_labels)
            for benefit in self.plan.benefits
            if self.offers(benefit)
        )

    def offers(self, benefit: Benefit) -> bool:
        """Return whether the edition has the benefit, as far as its values alone decide."""
        env = Env(
            read=lambda subject, name: Missing(frozenset({f"{subject}.{name}"})),
            values=self.values,
            rounding=self.edition.rounding,
            before=lambda _node, _by: 0,
            benefits={},
            paid_by={},
        )
        return fold(order([benefit.offered.node]), TABLE, env)[-1] is not False

    @cached_property
    def values_hash(self) -> str:
        """SHA-256 over the bound values and the rounding rule."""
        text = repr([(name, self.values[name]) for name in sorted(self.values)]) + self.edition.rounding.value
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def orders(self) -> dict[str, Order]:
        """Evaluation orders of the plan's own formulas (premium, term …), made when first asked for."""
        return {}

    def order_of(self, formulas: Iterable[Formula], name: str) -> Order:
        """Return the evaluation order of some of the plan's formulas, cached under `name`."""
        if name not in self.orders:
            self.orders[name] = order([item.node for item in formulas])
        return self.orders[name]

    @cached_property
    def _said(self) -> dict[tuple[n.Node, Lang], str]:
        return {}

    def words(self, node: n.Node, lang: Lang) -> str:
        """Return a formula in words with the values of this edition; each is put into words once."""
        if (node, lang) not in self._said:
            made = in_words(node, lang, values=self.values, codes=self.edition.titles)
            self._said[node, lang] = made
        return self._said[node, lang]

    @cached_property
    def assumed_labels(self) -> dict[str, str]:
        """Parameter name → label of each assumed value."""
        return {
            parameter.name: parameter.label.zh
            for parameter in self.plan.values
            if parameter.name in self.entries
            and self.entries[parameter.name].confidence is Confidence.ASSUMED
        }


def _program(plan: Plan, benefit: Benefit, assumed: Mapping[str, str]) -> Program:
    conditions = tuple(item.node for item in plan.conditions(benefit))
    pays = benefit.pays.node
    if benefit.indemnity:
        pays = least(benefit.pays, claim.remaining.named("尚余的个人负担", "the burden still left")).node
    formula = order([*conditions, pays])
    return Program(
        benefit,
        conditions,
        pays,
        formula,
        accounts(benefit.id, formula.nodes),
        units(formula),
        _containing(formula, assumed),
    )


def _containing(formula: Order, assumed: Mapping[str, str]) -> frozenset[n.Node]:
    """Return the nodes that are, or rest on, a value with one of the names."""
    found: set[n.Node] = set()
    for node, inputs in zip(formula.nodes, formula.inputs, strict=True):
        own = isinstance(node, n.Value) and node.parameter.name in assumed
        if own or any(formula.nodes[place] in found for place in inputs):
            found.add(node)
    return frozenset(found)


def bind(
    plan: Plan,
    edition: Edition,
    office_values: Mapping[str, Entry] | None = None,
    *,
    written: Mapping[str, Any] | None = None,
    version: str = "",
) -> BoundPlan:
    """Bind a plan to an edition and an office's values (already checked against their limits).

    Raises:
        MutualPlansError: a value that the edition leaves to the office is not set.
    """
    entries = {**edition.values, **(office_values or {})}
    unset = [
        parameter for parameter in plan.values if parameter.name not in entries and not parameter.optional
    ]
    if unset:
        raise MutualPlansError(
            *(
                problem(
                    "office.value-required",
                    f"版次 {edition.id} 没有“{parameter.label.zh}”({parameter.name}) 的值，须由办事处设定",
                    f"edition {edition.id} leaves {parameter.name} to the office",
                    where=f"{plan.id}/{edition.id}",
                    hint_zh=f"在 office.toml 该版次的 values 里写 {parameter.name} = …",
                    hint_en=f"set {parameter.name} under values of the edition in office.toml",
                )
                for parameter in unset
            )
        )
    return BoundPlan(plan, edition, entries, dict(written or {}), version)


def edition_named(plan: Plan, editions: Iterable[Edition], id_: str) -> Edition:
    """Return the edition with the id.

    Raises:
        MutualPlansError: there is none; names the nearest.
    """
    known = {edition.id: edition for edition in editions}
    if id_ in known:
        return known[id_]
    close = nearest(id_, known)
    raise MutualPlansError(
        problem(
            "edition.unknown",
            f'计划 {plan.id} 没有版次 "{id_}"；有：{"、".join(known)}',
            f'plan {plan.id} has no edition "{id_}"; it has: {", ".join(known)}',
            hint_zh=f'是不是 "{close}"？' if close else f"mutualplans plans {plan.id} 列出各版次",
            hint_en=f'did you mean "{close}"?' if close else f"mutualplans plans {plan.id} lists them",
        )
    )


def edition_by_date(plan: Plan, editions: Iterable[Edition], day: date) -> Edition:
    """Return the one edition in force on `day`.

    Raises:
        MutualPlansError: none is, or several are; says which there are and when.
    """
    candidates = tuple(editions)
    found = [edition for edition in candidates if day in edition.in_force]
    if len(found) == 1:
        return found[0]
    listed = "；".join(f"{edition.id}（{edition.in_force.in_words()}）" for edition in found or candidates)
    if found:
        raise MutualPlansError(
            problem(
                "edition.ambiguous",
                f"计划 {plan.id} 在 {day} 有不止一个有效版次：{listed}",
                f"plan {plan.id} has more than one edition in force on {day}: {listed}",
                hint_zh="在保障记录里写 edition = …，用 --edition 选择，或在 office.toml 里列出本办事处的版次",
                hint_en="name the edition in the cover, with --edition, or in office.toml",
            )
        )
    raise MutualPlansError(
        problem(
            "edition.none-in-force",
            f"计划 {plan.id} 在 {day} 没有有效版次；有：{listed}",
            f"plan {plan.id} has no edition in force on {day}; it has: {listed}",
            hint_zh="核对保障起始日；需要旧版次时写明 edition = …",
            hint_en="check the first day of cover, or name the edition",
        )
    )
