"""Records of many persons quoted at once: what `mutualplans.engine.quote` gives for each of them, by kernels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import evolve

from mutualplans.batch.joinings import joinings_of
from mutualplans.batch.kernel.joining import joining_formulas
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.quoted import Quoted, Said
from mutualplans.batch.quoting import quote_joinings
from mutualplans.batch.units import split_of
from mutualplans.engine.office import OfficePlan
from mutualplans.engine.quote import Joining, Quote, earlier_terms
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.coverage import Coverage

__all__ = ["quote_many"]


def quote_many(item: OfficePlan, joinings: Sequence[Joining], *, edition: str | None = None) -> list[Said]:
    """Return the quote of each person, or the problems for which there is none.

    Args:
        item: The plan.
        joinings: The persons.
        edition: Edition to use, whatever its dates.
    """
    nodes = order([formula.node for formula in joining_formulas(item.plan)]).nodes
    paths = [node.field.path for node in nodes if isinstance(node, n.Read)]
    made = quote_joinings(item, joinings_of(item, joinings, paths), edition=edition)
    return _Results(item, made).all()


class _Results:
    """Turns the numbers of a batch into quotes."""

    def __init__(self, item: OfficePlan, made: Quoted) -> None:
        self.item = item
        self.made = made
        self.doubtful = [bool(bound.assumed_labels) for bound in made.bounds]
        self.split = {payer: fen.tolist() for payer, fen in split_of(made).items()}

    def all(self) -> list[Said]:
        made = self.made
        numbers = (made.edition, made.premium, made.returns, made.last_day, made.covered, made.said)
        columns = [values.tolist() for values in numbers]
        rows = zip(made.joinings.records, *columns, strict=True)
        return [self._one(row, *values) for row, values in enumerate(rows)]

    def _one(
        self,
        row: int,
        joining: Joining,
        edition: int,
        premium: int,
        returns: int,
        last_day: int,
        covered: bool,
        said: int,
    ) -> Said:
        note = self.made.note(said) if said >= 0 else None
        if isinstance(note, tuple):
            return tuple(evolve(one, where=joining.key) if one.code == "join.failed" else one for one in note)
        joins = premium != MISSING
        return Quote(
            plan=self.made.wanted.id,
            title=self.made.wanted.title,
            edition=self.made.editions[edition],
            key=joining.key,
            coverage=Coverage(
                plan=self.made.wanted.id,
                first_day=joining.first_day,
                last_day=date.fromordinal(last_day),
                edition=self.made.editions[edition],
                insured=joining.insured.id,
                shares=joining.shares,
                tier=joining.tier,
                earlier=earlier_terms(self.item, joining),
                extra=joining.extra,
            ),
            premium=premium if joins else None,
            split={payer: fen[row] for payer, fen in self.split.items()} if joins else {},
            reasons=note.reasons if note else (),
            problems=note.problems if note else (),
            assumed=self._assumed(joining) if joins and self.doubtful[edition] else (),
            returns=returns,
            covered=covered,
        )

    def _assumed(self, joining: Joining) -> tuple[str, ...]:
        """Return the assumed values that a person's fee rests on; only where an edition has any is it asked for."""
        return self.made.quote_one(joining).assumed
