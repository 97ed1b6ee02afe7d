"""Tables of other programs, assessed: whatever hands out Arrow data (PyArrow, Polars, pandas, DuckDB …)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mutualplans.batch.extra import need_the_extra
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.plan.edition import InForce

if TYPE_CHECKING:
    from mutualplans.batch.outcome import Outcome

__all__ = ["assess_frame"]


def assess_frame(
    office: Office | BoundPlan,
    claims: Any,
    coverages: Any,
    *,
    benefits: bool = True,
    threads: int | None = None,
) -> Outcome:
    """Decide tables of claims as single claims are decided, many at a time.

    The tables have the columns of ``docs/reference/batch.md`` and are read as Parquet files are: codes by code or label;
    dates as dates, or as times that are all midnight and of no zone; money as decimal yuan (``total``) or as whole fen
    (``total_fen``), never as float, and never as a whole number under a plain name, which may be either. A column
    ``row`` of whole numbers numbers the rows; without it they count from 1. Nothing is taken from an index.

    Args:
        office: An office; or one bound plan, under which all covers of that plan then are, whatever their dates.
        claims: One row a claim: an object with ``__arrow_c_stream__`` or ``__arrow_c_array__``.
        coverages: One row a person, plan and term; likewise.
        benefits: Whether the table of benefits is wanted too.
        threads: How many shares of the persons are decided at a time; as many as the machine allows, if not said. The result is the same.

    Returns:
        Arrow tables ``decisions``, ``benefits``, ``problems`` and ``receipts``. A row that cannot be read is not decided
        and stands in ``problems``; where it is a coverage, all claims of its person do.

    Raises:
        MutualPlansError: a needed column is missing, or one is unknown, named twice or of a wrong type: every such
            fault of both tables; or the extra ``mutualplans[batch]`` is not installed.
    """
    need_the_extra()
    from mutualplans.batch.arrow import decided

    run = _around(office) if isinstance(office, BoundPlan) else office
    return decided(run, claims, coverages, benefits=benefits, threads=threads)


def _around(bound: BoundPlan) -> Office:
    """Return an office that runs one plan, always under the edition and values that it is bound to."""
    local = LocalEdition(
        edition=evolve(bound.edition, in_force=InForce()),
        values=bound.entries,
        written=bound.office_values,
    )
    plan = OfficePlan(plan=bound.plan, editions=(local,), version=bound.version)
    return Office(name=bound.plan.title, plans=(plan,))
