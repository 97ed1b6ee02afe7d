"""Many claims through all plans of an office: kernels for whatever they can say, the exact way for the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import evolve

from mutualplans.batch.beyond import beyond_kernels
from mutualplans.batch.codes import Codes
from mutualplans.batch.columns import PERSON
from mutualplans.batch.hashes import among, hashed, pieces, share_of_hash
from mutualplans.batch.kernel.source import KernelSource, Opaque, kernel_source
from mutualplans.batch.prepare import Prepared
from mutualplans.batch.share import Decided, Options, Share
from mutualplans.batch.terms import Terms
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.office import Office, OfficePlan

__all__ = ["decide", "decide_plan", "threads_by_default"]

_WORTH_A_SHARE = 50_000
"""Rows of claims and coverages together that a thread of its own is worth."""


def threads_by_default() -> int:
    """Return how many threads this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def decide(office: Office, ready: Prepared, options: Options) -> list[Decided]:
    """Decide claims by kernels, in shares of whole persons that are decided at the same time.

    Persons of whom a kernel cannot judge everything exactly are left out whole, and named in the result.
    """
    options.seen.claims = max(options.seen.claims, len(ready.claims))
    rows = len(ready.claims) + len(ready.coverages)
    count = max(min(options.threads, rows // _WORTH_A_SHARE), 1)
    with ThreadPoolExecutor(count) as pool:
        shares = list(pool.map(partial(Share.of, office, options), shares_of(ready, count, pool)))
        for item in office.plans:
            decide_plan(office, item, shares, pool)
        for _done in pool.map(Share.settle, shares):
            pass
        return [share.decided() for share in shares]


def shares_of(ready: Prepared, count: int, pool: ThreadPoolExecutor) -> Iterator[Callable[[], Prepared]]:
    """Return what makes each share: all claims of some persons and their covers, without most covers of others."""
    claims = hashed(ready.claims[PERSON])
    has_claims = among(claims)

    def places(persons: pa.Array) -> np.ndarray:
        hashes = hashed(persons)
        return np.where(has_claims(hashes), share_of_hash(hashes, count), -1)

    of_claims = share_of_hash(claims, count)
    of_covers = np.concatenate([of_claims[:0], *pool.map(places, pieces(ready.coverages[PERSON]))])

    def share(number: int) -> Prepared:
        mine = ((ready.claims, of_claims == number), (ready.coverages, of_covers == number))
        tables = (table.filter(pa.array(held)).combine_chunks() for table, held in mine)
        return evolve(ready, **dict(zip(("claims", "coverages"), tables, strict=True)))

    return (partial(share, number) for number in range(count))


def decide_plan(office: Office, item: OfficePlan, shares: Sequence[Share], pool: ThreadPoolExecutor) -> None:
    """Decide one plan in all shares, by one kernel."""
    found = list(pool.map(lambda share: share.terms(item), shares))
    held = [(share, covers) for share, covers in zip(shares, found, strict=True) if covers]
    if not held:
        return
    seen = shares[0].options.seen
    _number_bounds(item, [covers for _share, covers in held], seen.bounds.setdefault(item.plan.id, []))
    try:
        source = _source(office, item, held, _before(office, shares), pool)
    except Opaque as why:
        for share, covers in held:
            share.leave(item, covers, str(why))
        return
    for _done in pool.map(lambda one: one[0].run(item, one[1], source), held):
        pass


def _number_bounds(item: OfficePlan, found: Sequence[Terms], known: list[BoundPlan]) -> None:
    """Let all shares and parts number the editions alike, in the order of the office's file."""
    met = {bound.edition.id: bound for covers in found for bound in covers.bounds}
    ids = [bound.edition.id for bound in known]
    ids += [local.edition.id for local in item.editions if local.edition.id in met.keys() - ids]
    known += [met[id_] for id_ in ids[len(known) :]]
    for covers in found:
        places = np.array([ids.index(bound.edition.id) for bound in covers.bounds], np.int8)
        covers.edition, covers.bounds = places[covers.edition], known


def _before(office: Office, shares: Sequence[Share]) -> list[OfficePlan]:
    """Return the plans that were decided; of all shares, for kernels name a plan that waits by its place among them."""
    return [item for item in office.plans if any(item.plan.id in share.totals for share in shares)]


def _source(
    office: Office,
    item: OfficePlan,
    held: Sequence[tuple[Share, Terms]],
    before: Sequence[OfficePlan],
    pool: ThreadPoolExecutor,
) -> KernelSource:
    """Return the kernel of a plan; one that was written for another part serves again.

    Raises:
        Opaque: no kernel can decide it.
    """
    if why := beyond_kernels(item):
        raise Opaque(why)
    plan, options = item.plan.id, held[0][0].options
    bounds = held[0][1].bounds
    seen, earlier = options.seen, [other.plan.id for other in before]
    compensating = [
        other.plan.id for other in before if any(benefit.indemnity for benefit in other.plan.benefits)
    ]
    asked = seen.asked.setdefault(plan, {})

    def nullable(path: str) -> bool:
        asked[path] = None
        if (plan, path) not in seen.nullable and any(pool.map(lambda one: one[0].open(path, one[1]), held)):
            seen.nullable.add((plan, path))
        return (plan, path) in seen.nullable

    def key() -> Any:
        left_open = frozenset(path for of, path in seen.nullable if of == plan)
        return plan, len(bounds), tuple(earlier), options.detail, left_open

    for path in list(asked):
        nullable(path)
    found = seen.sources.get(key())
    if found is None:
        found = kernel_source(
            bounds,
            code=Codes.of(office),
            nullable=nullable,
            earlier=earlier,
            compensating=compensating,
            limits=[limit for limit in office.limits if plan in limit.plans],
            detail=options.detail,
        )
        seen.sources[key()] = found  # writing it may have found more fields left open
    return found
