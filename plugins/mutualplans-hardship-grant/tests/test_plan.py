"""The hardship grant: the conformance kit; it never pays more than was approved, nor outside the limits."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from mutualplans_hardship_grant.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.testing.conformance import PlanConformance

OFFICE = office_of([plan], edition="huaihua-group")
MEMBER = mp.Member(employment="in-post")
COVER = mp.Coverage(plan=plan.id, first_day=date(2013, 1, 1), last_day=date(2013, 12, 31))


class TestHardshipGrant(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "hardship-grant"


def application(number: int, fen: int, matter: str) -> mp.Claim:
    """Return an application with all approvals."""
    day = date(2013, 2, 1)
    return mp.Claim(
        id=str(number),
        event="application",
        incident=matter,
        extra={
            "applied_on": day,
            "hardship": "other",
            "granted": mp.Money(fen),
            "applied_in_person": True,
            "examined": True,
            "examined_on": day,
            "approved": True,
            "approved_on": day,
        },
    )


@given(st.lists(st.tuples(st.integers(0, 150_000), st.sampled_from("甲乙丙")), min_size=1, max_size=6))
def test_one_matter_is_granted_once_within_the_limits(asked: list[tuple[int, str]]) -> None:
    """The first approved amount within 200 and 1,000 yuan of each matter is paid, and nothing else."""
    claims = [application(number, fen, matter) for number, (fen, matter) in enumerate(dict.fromkeys(asked))]
    granted: dict[str, int] = {}
    for fen, matter in dict.fromkeys(asked):
        if 200_00 <= fen <= 1000_00:
            granted.setdefault(matter, fen)

    found = simulate(OFFICE, Situation(member=MEMBER, coverages=(COVER,), claims=tuple(claims)))
    assert sum(granted.values()) == found.total
