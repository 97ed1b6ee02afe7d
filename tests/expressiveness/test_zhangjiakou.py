"""A whole rule, as one page tells it: mutual aid for stays in hospital, union federation of Zhangjiakou, sixth period.

The page (a copy without address or year) breaks off where the grades of disability begin. Stated are: 20 yuan a share and
year, at most 3 shares; 80 yuan a share and paid day; of 1 to 10 days those spent, at most 5; 10 to 20 days (20 included) 7;
over 20 days 10; two payments a year; two stays of one cause within three months are one; designated hospitals only; an
accidental death 5,000 a share. That the three months are 90 days from discharge to admission is our reading.
"""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans import claim, cover, per
from mutualplans.engine.explain import trace
from tests.expressiveness.small import GATED, Small, benefit, codes, run, small, stay, totals
from tests.expressiveness.small import claim as happened
from tests.expressiveness.small import cover as held

CAUSE = mp.field("claim", "illness_cause", mp.Kind.CODE, "病因", "cause of the stay")
DESIGNATED = mp.field("claim", "designated", mp.Kind.FLAG, "在定点医院住院", "in a designated hospital")
VALUES = """
daily = "80"
most_shares = 3
most_stays = 2
same_cause = 90
death = "5000"
paid_days = [
  { from = 1, up_to = 1, gives = 1 },
  { from = 2, up_to = 2, gives = 2 },
  { from = 3, up_to = 3, gives = 3 },
  { from = 4, up_to = 4, gives = 4 },
  { from = 5, up_to = 10, gives = 5 },
  { from = 11, up_to = 20, gives = 7 },
  { over = 20, gives = 10 },
]
"""


def zhangjiakou() -> Small:
    """Return the plan without its benefit for disability, whose grades are not known."""
    value = mp.parameters(
        daily=mp.money("每份每日补助", "aid a share and day"),
        most_shares=mp.shares("最多份数", "most shares"),
        most_stays=mp.count("每年最多补助次数", "most stays paid in a year"),
        same_cause=mp.days("同一病因合并的间隔", "days between stays of one cause"),
        death=mp.money("每份意外死亡互助救助金", "accidental death, a share"),
        paid_days=mp.bands(mp.Kind.COUNT, "补助天数", "paid days", measured=mp.Kind.COUNT),
    )
    number = mp.choose(claim.is_inpatient, 1, 0).once(per=per.STAY).so_far(per=per.TERM)
    return small(
        value,
        VALUES,
        benefit(
            "stay",
            value.daily * claim.days.banded(value.paid_days, per=per.STAY) * cover.shares,
            claim.is_inpatient.because("not-inpatient", zh="不是住院申领"),
            DESIGNATED.because("not-designated", zh="不是定点医院"),
            number.up_to(value.most_stays).because("stays-used-up", zh="已达每年补助次数"),
        ),
        benefit(
            "death",
            value.death * cover.shares,
            claim.is_death.because("not-death", zh="不是身故申领"),
            claim.is_accident.because("not-accident", zh="不是意外"),
        ),
        max_shares=value.most_shares,
        merges=[mp.Merge(value.same_cause, when=claim.is_inpatient, after=claim.is_inpatient, same=[CAUSE])],
    )


def in_hospital(first: str, last: str, cause: str = "J18", **more: object) -> mp.Claim:
    """Return a stay of 2024; admission and discharge count as one day."""
    extra = {"illness_cause": cause, "designated": True, **more}
    return stay(first, days=None, discharged=date.fromisoformat(f"2024-{last}"), extra=extra)


def paid(*claims: mp.Claim, shares: int = 1) -> list[int | None]:
    """Return what is paid for claims under one cover."""
    return totals(zhangjiakou(), claims, held(shares=shares), told={GATED})


@pytest.mark.parametrize(
    ("last", "shares", "pays"),
    [
        ("03-02", 1, 80_00),  # 1 day × 80
        ("03-05", 1, 320_00),  # 4 × 80
        ("03-11", 1, 400_00),  # 10 days are paid as 5
        ("03-12", 1, 560_00),  # 11 days as 7
        ("03-21", 2, 1120_00),  # 20 days as 7, 2 shares
        ("03-22", 3, 2400_00),  # 21 days as 10, 3 shares
        ("03-22", 5, 2400_00),  # more than 3 shares are void
    ],
)
def test_days_paid_by_the_length_of_the_stay(last: str, shares: int, pays: int) -> None:
    """Paid days × 80 × shares."""
    assert paid(in_hospital("03-01", last), shares=shares) == [pays]


def test_stays_of_one_cause_go_on_and_take_one_of_the_two_payments() -> None:
    """4 days, then 8: 12 days pay 7, less the 4 that were paid; another cause 5 × 80; a third stay is refused."""
    claims = [
        in_hospital("02-01", "02-05"),
        in_hospital("03-01", "03-09"),
        in_hospital("04-01", "04-07", "K35"),
        in_hospital("06-01", "06-07", "S72"),
    ]
    found = run(zhangjiakou(), claims, held(), told={GATED})

    assert [made.total for made in found.decisions] == [320_00, 240_00, 400_00, 0]
    assert "stays-used-up" in codes(found)[3]


@pytest.mark.parametrize(("again", "pays"), [("05-05", 240_00), ("05-06", 400_00)])
def test_three_months_from_the_discharge(again: str, pays: int) -> None:
    """5 February and 90 days are 5 May: one stay; a day later 8 days of their own, paid as 5."""
    second = in_hospital(again, f"05-{int(again[3:]) + 8:02d}")

    assert paid(in_hospital("02-01", "02-05"), second) == [320_00, pays]


def test_what_is_not_paid() -> None:
    """Another hospital, a death by illness; an accidental death is 5,000 a share."""
    elsewhere = in_hospital("03-01", "03-05", designated=False)
    ill, accident = (happened("death", "04-01", cause=cause) for cause in ("illness", "accident"))

    assert paid(elsewhere) == [0]
    assert paid(ill) == [0]
    assert paid(accident, shares=3) == [15000_00]


def test_the_explanation_names_the_band_and_what_was_taken_before() -> None:
    """Of 4 + 8 days the band 11 to 20 gives 7, of which 4 were paid."""
    found = run(zhangjiakou(), [in_hospital("02-01", "02-05"), in_hospital("03-01", "03-09")], told={GATED})
    said = []
    for made in found.decisions:
        step = trace(made.benefits[0])
        while step and step.steps:
            step = step.steps[-1]
        said.append(step.text if step else "")

    assert said == [
        "按每次住院累计的住院天数 4 天所在档（4 天）取补助天数 4 天 = 4 天",
        "按每次住院累计的住院天数 8 天连同此前共 12 天所在档（11 至 20 天）取补助天数 7 天，扣除此前已取的 4 天 = 3 天",
    ]
