"""Parts of a term in several units of one office, and what is wrong with parts that do not fit."""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans.engine.covers import with_transfers
from tests.expressiveness.small import cover as held


def part(first: tuple[int, int], last: tuple[int, int], **more: object) -> mp.Coverage:
    """Return a part of a cover in 2024 that goes on from another unit."""
    given = {"first_day": date(2024, *first), "last_day": date(2024, *last), "transfer": True, "shares": None}
    return held(**{**given, **more})


A = held(last_day=date(2024, 6, 30), shares=2, unit="A")


def test_parts_become_one_cover() -> None:
    """Two moves inside a year make one cover of the year; a part that states no shares has those of the term."""
    covers, faults = with_transfers([part((10, 1), (12, 31)), A, part((7, 1), (9, 30))])

    assert faults == []
    assert [(cover.first_day, cover.last_day, cover.shares) for cover in covers] == [
        (date(2024, 1, 1), date(2024, 12, 31), 2)
    ]


def test_a_term_that_is_still_recorded_to_its_end_is_one_cover_too() -> None:
    """The unit left may keep its record to the last day of the term; nothing overlaps then."""
    covers, faults = with_transfers([held(), part((7, 1), (12, 31))])

    assert (covers, faults) == ((held(),), [])


def test_covers_of_other_plans_and_persons_stay_apart() -> None:
    """A transfer goes on with the same plan and person only."""
    covers, faults = with_transfers([held("other", last_day=date(2024, 6, 30)), part((7, 1), (12, 31))])

    assert len(covers) == 2
    assert [fault.problem.code for fault in faults] == ["cover.transfer"]


@pytest.mark.parametrize(
    "wrong",
    [
        part((7, 2), (12, 31)),
        part((7, 1), (12, 31), shares=3),
        part((7, 1), (12, 31), tier="high"),
        part((7, 1), (12, 31), edition="other"),
        part((7, 1), (12, 31), extra={"route": "unit"}),
        part((6, 1), (12, 31)),
    ],
    ids=["gap", "shares", "tier", "edition", "own field", "last day"],
)
def test_a_part_that_does_not_fit_is_a_fault(wrong: mp.Coverage) -> None:
    """A day between the parts, other shares, tier, edition or fields, or another end of the term: no transfer."""
    covers, faults = with_transfers([A, wrong])

    assert covers == (A, wrong)
    assert [fault.problem.code for fault in faults] == ["cover.transfer"]
    assert all(wrong in fault.covers for fault in faults)
