"""Accounts that a family or all insured share, in single cases: who uses room, who does not, and what is not known."""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans import claim, cover, paid, per
from mutualplans.engine.accounts import FUND
from mutualplans.engine.assess import Balances
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.model.text import FaultError
from tests.engine.plans import office
from tests.expressiveness.small import MEMBER, Small, benefit, bill, small, stay
from tests.expressiveness.small import cover as held

CHILD = mp.Insured(id="child", relation="child", sex="male", birth_date=date(2015, 3, 1))
YEAR, FAMILY, OF_FUND = per.CALENDAR_YEAR, mp.Whose.FAMILY, mp.Whose.FUND
MOST = mp.parameters(most=mp.money("最多"))
VALUES = 'most = "1000"'


def shared(pays: mp.Formula, *when: mp.Formula, **more: object) -> Small:
    """Return a plan for members and children with one benefit; `most` is 1,000."""
    return small(MOST, VALUES, benefit("b0", pays, *when), insures=("self", "child"), **more)


def decided(item: Small, *claims: mp.Claim, **more: object) -> Simulation:
    """Decide claims of a member with a child, both covered in 2024."""
    given = {"coverages": (held(), held(insured="child")), **more}
    case = Situation(member=MEMBER, insured=(CHILD,), claims=claims, **given)  # type: ignore[arg-type]
    return simulate(office(item), case)


def totals(made: Simulation) -> list[int | None]:
    """Return what is paid for each claim, in fen."""
    return [item.total for item in made.decisions]


# ---------------------------------------------------------------- a family


def test_what_is_refused_or_open_uses_no_room_of_the_family() -> None:
    """A claim outside the cover and one without its bill leave all 1,000 to the next."""
    made = decided(
        shared(bill.capped(MOST.most, per=YEAR, whose=FAMILY)),
        stay("2025-01-05", "800", insured="child"),
        stay("02-05", insured="child"),
        stay("03-05", "1500"),
    )
    assert totals(made) == [0, None, 1000_00]


def test_the_same_claim_again_uses_no_room_twice() -> None:
    """The child's bill of 600 is entered twice: the second is told, and the member has 400 left."""
    made = decided(
        shared(bill.capped(MOST.most, per=YEAR, whose=FAMILY)),
        stay("02-05", "600", insured="child"),
        stay("02-05", "600", insured="child", id="again"),
        stay("03-05", "600"),
    )
    assert totals(made) == [600_00, 400_00]
    assert [item.code for item in made.problems] == ["claim.repeated"]


def test_a_late_claim_counts_in_its_own_year_of_the_family() -> None:
    """The child's claim for 2023 comes last, and finds what the member left of 2023."""
    terms = [held(insured=key, first_day=date(year, 1, 1), last_day=date(year, 12, 31))
             for key in ("self", "child") for year in (2023, 2024)]  # fmt: skip
    made = decided(
        shared(bill.capped(MOST.most, per=YEAR, whose=FAMILY)),
        stay("2023-02-05", "700"),
        stay("02-05", "900"),
        stay("2023-03-05", "700", insured="child"),
        coverages=tuple(terms),
    )
    assert totals(made) == [700_00, 900_00, 300_00]


def test_a_family_is_paid_a_lump_once() -> None:
    """Once a year for whoever of the family is first."""
    made = decided(
        shared(MOST.most.once(per=YEAR, whose=FAMILY)),
        stay("02-05", "1", insured="child"),
        stay("03-05", "1"),
    )
    assert totals(made) == [1000_00, 0]
    (reason,) = made.decisions[1].benefits[0].reasons
    assert reason.text.zh == "每自然年度全家只给付一次，已给付过"
    assert reason.text.en == "paid once per calendar year for the whole family, already used"


def test_what_was_paid_to_a_family_is_not_what_went_in() -> None:
    """`paid.before` of the family sums payments after all limits: 1,000 less 600 paid for the child are 400."""
    pays = mp.least(bill, MOST.most.less(paid.before(per=YEAR, whose=FAMILY)))
    made = decided(shared(pays), stay("02-05", "600", insured="child"), stay("03-05", "5000"))

    assert totals(made) == [600_00, 400_00]


def test_an_account_of_a_family_is_split_by_a_code() -> None:
    """One account of the family for each illness."""
    pays = bill.capped(MOST.most, per=YEAR, by=claim.diagnosis, whose=FAMILY)
    made = decided(
        shared(pays),
        stay("02-05", "600", insured="child", diagnosis="C50.9"),
        stay("03-05", "600", diagnosis="J18.9"),
        stay("04-05", "600", diagnosis="C50.9"),
    )
    assert totals(made) == [600_00, 600_00, 400_00]


def test_a_year_of_common_terms_is_the_same_for_all_of_a_family() -> None:
    """Terms begin on 1 July; the child joined in October, and shares the member's year, whatever its own first day."""
    pays = bill.capped(MOST.most, per=per.POLICY_YEAR, whose=FAMILY)
    item = shared(pays, term_begins=mp.YearDay(7))
    first, last = date(2024, 7, 1), date(2025, 6, 30)
    covers = (
        held(first_day=first, last_day=last),
        held(insured="child", first_day=date(2024, 10, 1), last_day=last),
    )
    made = decided(
        item,
        stay("12-05", "600"),
        stay("2025-02-05", "600", insured="child"),
        coverages=covers,
    )
    assert totals(made) == [600_00, 400_00]


def test_a_common_year_whose_first_day_is_not_set_is_told() -> None:
    """The edition leaves the month open: no year is guessed, and the problem names the value."""
    value = mp.parameters(most=mp.money("最多"), month=mp.count("起期月份", unit="月", optional=True))
    pays = bill.capped(value.most, per=per.POLICY_YEAR, whose=FAMILY)
    item = small(value, VALUES, pays, term_begins=mp.YearDay(value.month))
    made = decided(item, stay("02-05", "600"), coverages=(held(),))

    assert made.decisions == ()
    assert ["起期月份" in problem.message.zh for problem in made.problems] == [True]


def test_nobody_is_called_like_an_account_that_is_shared() -> None:
    """An id of a person with a star in front is refused: it could read a shared account as its own."""
    with pytest.raises(FaultError, match=r"\*"):
        mp.Insured(id=FUND)


# ---------------------------------------------------------------- the fund


def of_fund(**more: object) -> Small:
    """Return a plan that pays bills up to 1,000 a year for all insured."""
    return shared(bill.capped(MOST.most, per=YEAR, whose=OF_FUND), **more)


def stated(value: int, year: str = "2024") -> dict[tuple[str, str, str], int]:
    """Return what the fund had counted of a year."""
    return {("small", year, "b0"): value}


def test_a_stated_0_is_0() -> None:
    """Nothing was counted before, and the case says so."""
    assert totals(decided(of_fund(), stay("02-05", "600"), stay("03-05", "600"), fund=stated(0))) == [
        600_00,
        400_00,
    ]


def test_what_is_stated_of_one_year_says_nothing_of_another() -> None:
    """2023 is stated, 2024 is not: the claim of 2024 lacks it."""
    made = decided(of_fund(), stay("02-05", "600"), fund=stated(0, "2023"))

    assert totals(made) == [None]
    assert made.decisions[0].benefits[0].missing == ("fund.small.2024.b0",)


def test_a_benefit_that_is_refused_asks_nothing_of_the_fund() -> None:
    """The condition fails, whatever the fund has counted."""
    item = shared(
        bill.capped(MOST.most, per=YEAR, whose=OF_FUND),
        claim.is_accident.because("no-accident", zh="不是意外"),
    )
    made = decided(item, stay("02-05", "600"))

    assert [item.status for item in made.decisions] == ["refused"]
    assert made.problems == ()


def test_a_payment_does_not_make_an_unknown_account_known() -> None:
    """Where what the fund paid does not matter, it is paid, and a later claim that reads it still does not know it."""
    room = MOST.most.less(paid.before(per=YEAR, whose=OF_FUND))
    pays = mp.choose(claim.is_accident, bill, mp.least(bill, room))
    accident = stay("02-05", "600", cause="accident")
    item = shared(pays)
    made = decided(item, accident, stay("03-05", "600"))

    assert totals(made) == [600_00, None]
    assert made.decisions[1].benefits[0].missing == ('fund.small.2024."paid.*"',)
    known = decided(item, accident, stay("03-05", "600"), fund={("small", "2024", "paid.*"): 100_00})
    assert totals(known) == [600_00, 300_00]


def test_the_fund_may_split_its_account_by_a_code() -> None:
    """What is stated of one hospital level says nothing of another; each is stated under its code."""
    pays = bill.capped(MOST.most, per=per.LIFETIME, by=claim.hospital_level, whose=OF_FUND)
    given = stay("02-05", "600", hospital_level="3")
    lacking = decided(shared(pays), given)

    assert lacking.decisions[0].benefits[0].missing == ('fund.small.life."b0 / 3"',)
    fund = {("small", "life", "b0 / 3"): 900_00}
    assert totals(decided(shared(pays), given, fund=fund)) == [100_00]


def test_balances_that_hold_the_whole_fund_begin_at_0() -> None:
    """Where all claims of the fund are decided into the balances, as in a batch, what is not there is 0."""
    case = Situation(member=MEMBER, coverages=(held(),), claims=(stay("02-05", "600"),))
    made = simulate(office(of_fund()), case, balances=Balances(whole_fund=True))

    assert totals(made) == [600_00]
    assert made.balances[FUND, "small", "b0", "2024"] == 600_00


def test_the_receipt_knows_what_was_shared() -> None:
    """Another amount counted by the family or the fund gives another hash of the balances; nothing else changes."""
    item = small(
        MOST,
        VALUES,
        bill.capped(MOST.most, per=YEAR, whose=OF_FUND),
        cover.shares * MOST.most.once(per=YEAR, whose=FAMILY),
        insures=("self", "child"),
    )
    alone = decided(item, stay("03-05", "600"), fund=stated(0)).decisions[-1]
    fund = decided(item, stay("03-05", "600"), fund=stated(100)).decisions[-1]
    family = decided(item, stay("02-05", "0", insured="child"), stay("03-05", "600"), fund=stated(0))
    receipts = [made.receipt for made in (alone, fund, family.decisions[-1])]

    assert len({receipt.balances_hash for receipt in receipts}) == 3
    assert len({receipt.inputs_hash for receipt in receipts}) == 1
