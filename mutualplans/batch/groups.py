"""Who is decided together: persons who share an account, directly or through somebody else."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from mutualplans.batch.columns import PERSON, ROW
from mutualplans.engine.accounts import sharing
from mutualplans.engine.office import Office
from mutualplans.expr.nodes import Whose
from mutualplans.model.problem import MutualPlansError, problem

__all__ = ["GROUP", "Groups", "refuse_parts", "shares_accounts"]

GROUP = "group"
"""Column that only travels inside this machine: the key of the first person of a group."""


def shares_accounts(office: Office) -> dict[str, frozenset[Whose]]:
    """Return the plans of an office some of whose accounts several persons share: plan id → with whom."""
    found = {item.plan.id: sharing(item.plan) for item in office.plans}
    return {plan: whose for plan, whose in found.items() if whose}


def refuse_parts(office: Office, where: str) -> None:
    """Refuse to decide an office's claims in parts, where one account may have claims in several of them.

    Args:
        office: The office.
        where: What decides in parts.

    Raises:
        MutualPlansError: several persons share an account of a plan.
    """
    if plans := list(shares_accounts(office)):
        raise MutualPlansError(
            problem(
                "batch.shared-parts",
                f"计划 {'、'.join(plans)} 有几个人共用的账户，要按先后一起核定，不能分开核定",
                f"several persons share accounts of {', '.join(plans)}, whose claims are decided in one order, not in parts",
                where=where,
                hint_zh="在一台机器上核定：mutualplans assess（不用 --engine spark），或 rows_in_memory 大于两表的行数",
                hint_en="decide on one machine: mutualplans assess without --engine spark, or all rows in memory",
            )
        )


@frozen
class Groups:
    """Which persons share accounts.

    Attributes:
        first: Person → first person, by the key's code points, of those decided together; who is not here is alone.
    """

    first: Mapping[str, str]

    @classmethod
    def of(cls, office: Office, coverages: pa.Table) -> Groups:
        """Return the groups that covers make: all in a plan with an account of the fund, else families."""
        shared = shares_accounts(office)
        if not shared or not {"plan", PERSON} <= {*coverages.column_names}:
            return cls({})
        asked = pc.is_in(coverages["plan"].cast(pa.string()), pa.array([*shared], pa.string()))
        covers = coverages.filter(pc.and_(asked, pc.is_valid(coverages[PERSON])))
        family = covers[PERSON]
        if "family" in covers.column_names:
            family = pc.utf8_trim_whitespace(covers["family"].cast(pa.string()))
        chains = _Chains()
        for person, plan, of in zip(
            covers[PERSON].to_pylist(), covers["plan"].to_pylist(), family.to_pylist(), strict=True
        ):
            whose = shared[plan]
            chains.join(("person", person), ("fund", plan) if Whose.FUND in whose else (f"family {plan}", of))
        return cls(chains.first())

    def sorted(self, table: pa.Table) -> pa.Table:
        """Return the rows with those of a group together, in it those of a person, and with the column `GROUP`."""
        group = table[PERSON]
        if self.first:
            persons = table[PERSON].combine_chunks().dictionary_encode()
            firsts = pa.array(
                [self.first.get(key, key) for key in persons.dictionary.to_pylist()], pa.string()
            )
            group = firsts.take(persons.indices)
        with_group = table.append_column(GROUP, group)
        return with_group.sort_by([(GROUP, "ascending"), (PERSON, "ascending"), (ROW, "ascending")])

    def with_everybody(self, persons: pa.Array) -> pa.Array:
        """Return the keys of persons with those of all who are decided together with them."""
        wanted = {self.first.get(key, key) for key in persons.to_pylist()}
        others = [key for key, first in self.first.items() if first in wanted]
        return pa.array(sorted({*persons.to_pylist(), *others}), pa.string())


@define(eq=False)
class _Chains:
    """Names that belong together, joined two at a time."""

    up: dict[tuple[str, str], tuple[str, str]] = field(factory=dict)

    def join(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        self.up[self._root(one)] = self._root(other)

    def _root(self, name: tuple[str, str]) -> tuple[str, str]:
        self.up.setdefault(name, name)
        while self.up[name] != name:
            self.up[name] = self.up[self.up[name]]
            name = self.up[name]
        return name

    def first(self) -> dict[str, str]:
        """Return for each person the first of those that belong together."""
        persons = [name for name in self.up if name[0] == "person"]
        roots = {name[1]: self._root(name) for name in persons}
        least: dict[tuple[str, str], str] = {}
        for key in sorted(roots):
            least.setdefault(roots[key], key)
        return {key: least[root] for key, root in roots.items()}
