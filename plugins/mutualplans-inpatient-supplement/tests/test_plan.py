"""The inpatient supplement of Shanghai: the conformance kit, the fees, and one published average."""

from datetime import date

import pytest
from mutualplans_inpatient_supplement.plan import plan

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.testing.conformance import PlanConformance

MEMBER = mp.Member(employment="in-post", basic_insurance=True)


class TestInpatientSupplement(PlanConformance):
    """The plan keeps the contract."""

    plan_id = "inpatient-supplement"


def joining(edition: str, tier: str) -> Quote:
    """Quote one member."""
    given = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(),
        first_day=date(2002, 9, 1),
        tier=tier,
    )
    return quote(office_of([plan], edition=edition).plan(plan.id), given, edition=edition)


@pytest.mark.parametrize(
    ("edition", "tier", "fen", "last"),
    [
        ("shanghai-2002", "1y", 35_00, date(2003, 8, 31)),
        ("shanghai-2002", "3y", 105_00, date(2005, 8, 31)),
        ("shanghai-2016", "1y", 65_00, date(2003, 8, 31)),
    ],
)
def test_fee_and_term(edition: str, tier: str, fen: int, last: date) -> None:
    """The fee buys one year or three."""
    found = joining(edition, tier)

    assert (fen, last) == (found.premium, found.coverage.last_day)


def test_the_fee_of_the_commercial_union() -> None:
    """100,700 members at the fee of one year are the 352.49 ten thousands that were published, within their rounding."""
    fee = joining("shanghai-2002", "1y").premium or 0

    # "10.07 万人" is 100,650 to 100,750 persons; "352.49 万元" is 3,524,850 to 3,524,950 yuan
    assert fee * 100_650 <= 3_524_950_00
    assert fee * 100_750 >= 3_524_850_00
