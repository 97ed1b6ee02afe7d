"""Stays, terms, waiting periods, dates: what is counted when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import claim, cover, member, paid, per
from mutualplans.engine.simulate import Situation, simulate
from tests.engine.plans import office
from tests.expressiveness.small import (
    MEMBER,
    Small,
    benefit,
    bill,
    codes,
    one,
    run,
    small,
    stay,
    stays,
    totals,
)
from tests.expressiveness.small import (
    claim as happened,
)
from tests.expressiveness.small import (
    cover as held,
)

# ---------------------------------------------------------------- deductibles


def above_1000(**counted: object) -> Small:
    """Return a plan that pays half of what exceeds 1,000."""
    value = mp.parameters(rate=mp.rate("比例"), start=mp.money("起付线"))
    return small(value, 'rate = "50%"\nstart = "1000"', bill.above(value.start, **counted) * value.rate)  # type: ignore[arg-type]


def test_a_deductible_for_each_stay() -> None:
    """800 + 600 of one stay are 400 above 1,000, so 200; the next stay has its own 1,000."""
    claims = [
        stay("01-05", "800", stay="S1"),
        stay("01-20", "600", stay="S1"),
        stay("03-05", "1400"),
    ]
    assert totals(above_1000(per=per.STAY), claims) == [0, 200_00, 200_00]


def test_a_deductible_once_a_term_is_carried_over_stays() -> None:
    """800 use 800 of the 1,000, the next 600 the other 200: 400 and then 1,400 are paid at 50 %."""
    assert totals(above_1000(per=per.TERM), stays("800", "600", "1400")) == [0, 200_00, 700_00]


def test_a_deductible_by_the_number_of_the_stay() -> None:
    """1,300 for the first stay, 650 for each later one; a second bill of a stay has no deductible of its own."""
    value = mp.parameters(rate=mp.rate("比例"), first=mp.money("首次起付"), later=mp.money("再次起付"))
    number = mp.choose(claim.is_inpatient, 1, 0).once(per=per.STAY).so_far(per=per.TERM)
    start = mp.choose(number.up_to(1), value.first, value.later)
    item = small(
        value,
        'rate = "50%"\nfirst = "1300"\nlater = "650"',
        bill.above(start, per=per.STAY) * value.rate,
    )
    claims = [
        stay("01-05", "2300"),  # (2,300 − 1,300) × 50 %
        stay("03-05", "1650", stay="S2"),  # (1,650 − 650) × 50 %
        stay("03-15", "1000", stay="S2"),  # 1,000 × 50 %
        stay("06-05", "1650"),  # (1,650 − 650) × 50 %
    ]
    assert totals(item, claims) == [500_00, 500_00, 500_00, 500_00]


def test_tiers_go_on_over_the_claims_of_the_term() -> None:
    """50 % to 1,000, 60 % above: the second 1,500 begin at 1,500, so all of them are paid at 60 %."""
    value = mp.parameters(scale=mp.tiers("分段比例"))
    item = small(
        value,
        'scale = [{ up_to = "1000", gives = "50%" }, { gives = "60%" }]',
        bill.tiered(value.scale, per=per.TERM),
    )
    assert totals(item, stays("1500", "1500")) == [800_00, 900_00]  # 500 + 300; 1,500 × 60 %


def test_fixed_amounts_go_on_over_the_claims_of_the_term() -> None:
    """From 1,000 on it is 300, from 5,000 on 800 for the year: 2,000 and then 4,000 pay 300 and 500 more."""
    value = mp.parameters(steps=mp.bands(mp.Kind.MONEY, "分档定额"))
    item = small(
        value,
        'steps = [{ from = "1000", below = "5000", gives = "300" }, { gives = "800" }]',
        bill.banded(value.steps, per=per.TERM),
    )
    assert totals(item, stays("2000", "4000", "500")) == [300_00, 500_00, 0]


def test_stays_that_the_clerk_merged_are_one() -> None:
    """A transfer and a return within the rule's days get one stay number and share 3 free days: 2 + 5 days of 40."""
    value = mp.parameters(free=mp.days("不计天数"), daily=mp.money("每日津贴"))
    item = small(value, 'free = 3\ndaily = "40"', value.daily * claim.days.above(value.free, per=per.STAY))
    claims = [stay("01-05", days=5, stay="S1"), stay("02-05", days=5, stay="S1")]

    assert totals(item, claims) == [80_00, 200_00]


# ---------------------------------------------------------------- the end of the term


def test_a_stay_that_crosses_the_end_is_paid_by_its_share_of_days() -> None:
    """20 December to 10 January is 21 days, 12 of them in the term: 2,100 × 50 % × 12 / 21 = 600."""
    value = mp.parameters(rate=mp.rate("比例"))
    inside = mp.least(claim.days, cover.last_day.days_since(claim.admitted) + 1)
    item = small(value, 'rate = "50%"', (bill * value.rate).share(inside, claim.days))
    crossing = stay("12-20", "2100", days=None, discharged=date(2025, 1, 10))

    assert one(item, crossing) == 600_00
    assert one(item, stay("12-01", "2100", days=21)) == 1050_00  # the whole of it is inside


def test_a_stay_that_crosses_the_end_is_split_into_one_claim_for_each_term() -> None:
    """12 days in December and 10 in January are two claims of one stay; each term pays its days."""
    value = mp.parameters(daily=mp.money("每日津贴"), most=mp.days("每期最多天数"))
    item = small(value, 'daily = "40"\nmost = 10', value.daily * claim.days.capped(value.most, per=per.TERM))
    terms = (held(), held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31)))
    claims = [
        stay("12-20", days=12, stay="S1", discharged=date(2025, 1, 1)),
        stay("2025-01-01", days=9, stay="S1", discharged=date(2025, 1, 10)),
    ]
    assert totals(item, claims, *terms) == [400_00, 360_00]  # 10 of 12 days; 9 days of the new 10


def test_the_day_of_discharge_may_decide() -> None:
    """With the discharge as event date a stay of December that ends in January belongs to the new term."""
    value = mp.parameters(rate=mp.rate("比例"))
    item = small(
        value,
        'rate = "50%"',
        bill * value.rate,
        event_date=claim.discharged,
        rules_in_force="event-date",
    )
    terms = (held(), held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31)))
    crossing = stay("12-20", "100", days=None, discharged=date(2025, 1, 10))
    (decision,) = run(item, [crossing], *terms).decisions

    assert (decision.total, decision.receipt.rules_date) == (50_00, date(2025, 1, 10))
    assert one(item, crossing, terms[1]) == 50_00
    assert one(item, crossing, terms[0]) == 0


# ---------------------------------------------------------------- waiting


WAIT = mp.parameters(
    nothing=mp.days("免责期"), reduced=mp.days("减责期止于"), full=mp.money("全额"), small=mp.money("慰问金")
)
WAITING = mp.Waiting(WAIT.nothing, reduced_to=WAIT.reduced, waived=cover.is_renewal | claim.is_accident)


def waits() -> Small:
    """Return a plan with nothing to day 30, a small sum to day 90, then the full sum; accidents do not wait."""
    return small(
        WAIT,
        'nothing = 30\nreduced = 90\nfull = "10000"\nsmall = "1000"',
        mp.choose(WAITING.reduced, WAIT.small, WAIT.full),
        waiting=WAITING,
        renewal_window=30,
    )


def on_day(number: int, **more: object) -> mp.Claim:
    """Return a diagnosis on a day of the cover; day 1 is its first."""
    day = date(2024, 1, 1) + timedelta(days=number - 1)
    return happened("diagnosis", day.isoformat(), **{"diagnosis": "C50", **more})


@pytest.mark.parametrize(
    ("day", "cause", "pays"),
    [
        (30, "illness", 0),
        (31, "illness", 1000_00),
        (90, "illness", 1000_00),
        (91, "illness", 10000_00),
        (2, "accident", 10000_00),
    ],
)
def test_nothing_then_less_then_all(day: int, cause: str, pays: int) -> None:
    """The last day of each period belongs to it; an accident is paid from the first day."""
    assert one(waits(), on_day(day, cause=cause)) == pays


@pytest.mark.parametrize(("gap", "pays"), [(30, 10000_00), (31, 0)])
def test_a_renewal_in_time_does_not_wait(gap: int, pays: int) -> None:
    """30 days without cover still are a renewal, 31 are not."""
    last = date(2023, 12, 31) - timedelta(days=gap)
    earlier = mp.DateRange(last - timedelta(days=364), last)

    assert one(waits(), on_day(10), held(earlier=(earlier,))) == pays


def test_a_sympathy_payment_ends_only_what_the_rule_says() -> None:
    """The small sum leaves the cover standing, the full one ends it."""
    item = small(
        WAIT,
        'nothing = 30\nreduced = 90\nfull = "10000"\nsmall = "1000"',
        benefit("small", WAIT.small, WAITING.reduced.because("not-reduced", zh="不在减责期内")),
        benefit("full", WAIT.full, (~WAITING.reduced).because("reduced", zh="在减责期内")),
        waiting=WAITING,
        ends=mp.benefit("full").over(0),
    )
    found = run(item, [on_day(40), on_day(100), on_day(200)])

    assert [made.total for made in found.decisions] == [1000_00, 10000_00, 0]
    assert codes(found)[2] >= {"cover-ended"}


def test_a_layer_dies_when_it_is_hit_in_the_wait() -> None:
    """A mild disease on day 40 of 90 is paid nothing and ends the mild layer; the severe one still pays 10,000."""
    value = mp.parameters(wait=mp.days("免责期"), mild=mp.money("轻症"), severe=mp.money("重症"))
    early = mp.choose(cover.day.up_to(value.wait), 1, 0)
    # Claims in the wait are accepted and counted here; as a condition they would be refused and forgotten.
    alive = early.so_far(per=per.TERM).equals(0)
    item = small(
        value,
        'wait = 90\nmild = "3000"\nsevere = "10000"',
        benefit(
            "mild",
            mp.choose(alive, value.mild, 0),
            claim.is_mild.because("not-mild", zh="不是轻症"),
        ),
        benefit(
            "severe",
            value.severe,
            (~claim.is_mild).because("mild", zh="是轻症"),
            cover.day.over(value.wait).because("waiting", zh="在免责期内"),
        ),
    )
    hit, later, severe = on_day(40, stage="mild"), on_day(200, stage="mild"), on_day(300, stage="severe")

    assert totals(item, [hit, later, severe]) == [0, 0, 10000_00]
    assert totals(item, [later, severe]) == [3000_00, 10000_00]


@pytest.mark.parametrize(
    ("code", "pays"),
    [
        ("C50", 0),  # diagnosed on 25 March, day 85 of 90
        ("I21", 8000_00),  # admitted on 5 April, day 96
    ],
)
def test_the_day_that_counts_may_depend_on_the_disease(code: str, pays: int) -> None:
    """Cancer waits by the day of diagnosis, an operation by the day of admission: 90 days each."""
    value = mp.parameters(wait=mp.days("免责期"), lump=mp.money("互助金"), diseases=mp.conditions("病种"))
    by_diagnosis = value.diseases.match(claim.diagnosis).is_class("by-diagnosis")
    values = """
    wait = 90
    lump = "8000"
    diseases = [
      { id = "cancer", title = "恶性肿瘤", class = "by-diagnosis", icd10 = ["C00-C97"] },
      { id = "infarction", title = "心肌梗死", class = "by-admission", icd10 = ["I21"] },
    ]
    """
    item = small(
        value,
        values,
        value.lump,
        waiting=mp.Waiting(value.wait),
        event_date=mp.choose(by_diagnosis, claim.diagnosed, claim.admitted),
    )
    assert one(item, stay("04-05", diagnosis=code, diagnosed=date(2024, 3, 25))) == pays


# ---------------------------------------------------------------- terms and editions


def test_who_was_covered_in_the_term_before_too() -> None:
    """The second term in a row pays; the first one says that it does not yet."""
    value = mp.parameters(lump=mp.money("疗养金"))
    again = cover.terms.from_(2).because("first-term", zh="上一期未参保")
    item = small(value, 'lump = "500"', value.lump, when=[again])
    last_year = mp.DateRange(date(2023, 1, 1), date(2023, 12, 31))
    given = happened("diagnosis", "02-05", diagnosis="C50")

    assert [one(item, given, held(earlier=terms)) for terms in ((), (last_year,))] == [0, 500_00]


@pytest.mark.parametrize(("reported", "pays"), [(date(2024, 9, 1), 100_00), (date(2024, 9, 2), 0)])
def test_a_deadline_in_days(reported: date, pays: int) -> None:
    """184 days after 1 March is 1 September 2024."""
    value = mp.parameters(lump=mp.money("互助金"), within=mp.days("申领时限"))
    item = small(value, 'lump = "100"\nwithin = 184', value.lump, claim_within=value.within)

    assert one(item, happened("outpatient", "03-01", reported=reported)) == pays


YEAR_2025 = """
[[values.workdays]]
from = 2025-01-01
to = 2025-12-31
source = "国办发明电〔2024〕12号"
holidays = [
    2025-01-01,
    { from = 2025-01-28, to = 2025-02-04 },
    { from = 2025-04-04, to = 2025-04-06 },
    { from = 2025-05-01, to = 2025-05-05 },
    { from = 2025-05-31, to = 2025-06-02 },
    { from = 2025-10-01, to = 2025-10-08 },
]
worked = [2025-01-26, 2025-02-08, 2025-04-27, 2025-09-28, 2025-10-11]
"""


def in_2025() -> mp.Coverage:
    """Return a cover of the year 2025."""
    return held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))


@pytest.mark.parametrize(
    ("event", "last"),
    [
        # Tue to Fri: 4, Sun 26 worked: 5, Mon 27: 6, off to 4 February, 5 to 7: 9, Sat 8 worked: 10, Fri 14: 15.
        ("2025-01-20", date(2025, 2, 14)),
        # Sun 27 worked: 1, Mon to Wed: 4, off to 5 May, 6 to 9: 8, 12 to 16: 13, Tue 20: 15.
        ("2025-04-25", date(2025, 5, 20)),
        # Sun 28 worked: 1, 29 and 30: 3, off to 8 October, 9 and 10: 5, Sat 11 worked: 6, 13 to 17: 11, Thu 23: 15.
        ("2025-09-27", date(2025, 10, 23)),
    ],
)
def test_a_deadline_in_working_days(event: str, last: date) -> None:
    """15 working days by the holidays of 2025, the day of the event not counted: on the last one, and a day late."""
    value = mp.parameters(
        lump=mp.money("互助金"), within=mp.count("申领时限"), workdays=mp.workdays("工作日历")
    )
    item = small(
        value,
        'lump = "100"\nwithin = 15' + YEAR_2025,
        value.lump,
        claim_within=value.workdays.after(claim.event_date, value.within),
    )
    in_time = happened("outpatient", event, reported=last)
    late = happened("outpatient", event, reported=last + timedelta(days=3))

    assert [one(item, given, in_2025()) for given in (in_time, late)] == [100_00, 0]
    (made,) = run(item, [late], in_2025()).decisions
    (reason,) = made.benefits[0].reasons
    assert made.claim_by == last
    assert (reason.code, reason.text.zh) == ("late", "申领已过时效（相差 3 天）")
    assert reason.expected == mp.Text(str(last), str(last))


def test_what_the_calendar_does_not_know_is_missing() -> None:
    """After 15 December 2025 there are 12 working days of the year; with 2026 the 15th is 6 January: 4 is worked, 1 to 3 are off."""
    value = mp.parameters(lump=mp.money("互助金"), workdays=mp.workdays("工作日历"))
    deadline = {"claim_within": value.workdays.after(claim.event_date, 15)}
    known = small(value, 'lump = "100"' + YEAR_2025, value.lump, **deadline)
    further = small(value, 'lump = "100"' + YEAR_2025 + YEAR_2026, value.lump, **deadline)
    given = happened("outpatient", "2025-12-15", reported=date(2026, 1, 6))
    (open_,) = simulate(
        office(known), Situation(member=MEMBER, coverages=(in_2025(),), claims=(given,))
    ).decisions

    assert (open_.status, open_.claim_by) == ("incomplete", None)
    assert [(item.code, "2025-01-01 至 2025-12-31" in item.message.zh) for item in open_.problems] == [
        ("edition.calendar-ends", True)
    ]
    assert run(further, [given], in_2025()).decisions[0].claim_by == date(2026, 1, 6)


YEAR_2026 = """
[[values.workdays]]
from = 2026-01-01
to = 2026-12-31
source = "国办发明电〔2025〕7号"
holidays = [
    { from = 2026-01-01, to = 2026-01-03 },
    { from = 2026-02-15, to = 2026-02-23 },
    { from = 2026-04-04, to = 2026-04-06 },
    { from = 2026-05-01, to = 2026-05-05 },
    { from = 2026-06-19, to = 2026-06-21 },
    { from = 2026-09-25, to = 2026-09-27 },
    { from = 2026-10-01, to = 2026-10-07 },
]
worked = [2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10]
"""


@pytest.mark.parametrize(("reported", "pays"), [(date(2025, 2, 14), 100_00), (date(2025, 2, 15), 0)])
def test_a_condition_in_working_days(reported: date, pays: int) -> None:
    """Reported within 15 working days of the discharge on 20 January 2025: up to 14 February, as worked out above."""
    value = mp.parameters(
        lump=mp.money("互助金"), within=mp.count("报告时限"), workdays=mp.workdays("工作日历")
    )
    by = value.workdays.after(claim.discharged, value.within)
    in_time = claim.reported.up_to(by).because("reported-late", zh="出院后报告逾期")
    item = small(value, 'lump = "100"\nwithin = 15' + YEAR_2025, benefit("lump", value.lump, in_time))
    given = happened("inpatient", "2025-01-15", discharged=date(2025, 1, 20), reported=reported)

    assert one(item, given, in_2025()) == pays


@pytest.mark.parametrize(("event", "pays"), [("2025-01-15", 0), ("2025-01-16", 100_00)])
def test_a_wait_in_working_days(event: str, pays: int) -> None:
    """10 working days after the first day of cover, 1 January 2025: 2 and 3 are 2, 6 to 10 are 7, Wednesday 15 the 10th."""
    value = mp.parameters(
        lump=mp.money("互助金"), wait=mp.count("免责工作日"), workdays=mp.workdays("工作日历")
    )
    waited = claim.event_date.over(value.workdays.after(cover.first_day, value.wait))
    item = small(
        value,
        'lump = "100"\nwait = 10' + YEAR_2025,
        value.lump,
        when=[waited.because("waiting", zh="在免责期内")],
    )
    assert one(item, happened("diagnosis", event, diagnosis="C50"), in_2025()) == pays


def until_31_march(event: date) -> int:
    """Return the days from an event to 31 March of the next year."""
    return (date(event.year + 1, 3, 31) - event).days


@pytest.mark.parametrize(("reported", "pays"), [(date(2025, 3, 31), 100_00), (date(2025, 4, 1), 0)])
def test_a_deadline_on_a_day_of_the_calendar_uses_the_leaf(reported: date, pays: int) -> None:
    """31 March of the next year, as a Python function: dates cannot be put together in a formula."""
    value = mp.parameters(lump=mp.money("互助金"))
    days = mp.computed(
        until_31_march, claim.event_date, gives=mp.Kind.COUNT, zh="至次年三月三十一日的天数", most=455
    )
    item = small(value, 'lump = "100"', value.lump, claim_within=days)
    (made,) = run(
        item, [happened("outpatient", "11-05", reported=reported)], told={"formula.opaque"}
    ).decisions

    assert made.total == pays
    assert made.claim_by == date(2025, 3, 31)


def test_a_lump_for_life_may_have_been_paid_in_an_earlier_term() -> None:
    """1,000 once in a lifetime: the second term pays nothing more."""
    value = mp.parameters(lump=mp.money("互助金"))
    item = small(value, 'lump = "1000"', value.lump.less(paid.before(per=per.LIFETIME)))
    terms = (held(), held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31)))
    claims = [
        happened("diagnosis", "02-05", diagnosis="C50"),
        happened("diagnosis", "2025-02-05", diagnosis="C50"),
    ]
    assert totals(item, claims, *terms) == [1000_00, 0]


def test_retiring_inside_the_term_keeps_the_cover() -> None:
    """Being in post is asked on joining; the status then stays with the cover, whatever happens later."""
    value = mp.parameters(lump=mp.money("互助金"))
    in_post = member.employment.equals("in-post").because("not-in-post", zh="参保时不在职")
    item = small(value, 'lump = "1000"', value.lump, joins=[in_post])

    assert one(item, happened("diagnosis", "11-05", diagnosis="C50")) == 1000_00


# ---------------------------------------------------------------- terms that go on


def moved(**more: object) -> tuple[mp.Coverage, mp.Coverage]:
    """Return the cover in county A to the end of June and its rest in county B."""
    there = held(last_day=date(2024, 6, 30), unit="A")
    return there, held(**{"first_day": date(2024, 7, 1), "unit": "B", "transfer": True, **more})


def test_a_transfer_goes_on_with_limits_and_waiting_days() -> None:
    """After 90 days each claim is paid up to 1,000 a term: 600 in county A leave 400 for the 800 in county B.

    Two terms of their own would each have had 1,000.
    """
    value = mp.parameters(most=mp.money("最多"), wait=mp.days("免责期"))
    item = small(
        value,
        'most = "1000"\nwait = 90',
        bill.capped(value.most, per=per.TERM),
        waiting=mp.Waiting(value.wait),
    )
    claims = [stay("03-01", "500"), stay("05-01", "600"), stay("08-01", "800")]

    assert totals(item, claims, *moved()) == [0, 600_00, 400_00]
    assert totals(item, claims, *moved(transfer=False)) == [0, 600_00, 800_00]


@pytest.mark.parametrize(("last", "pays"), [(date(2023, 12, 31), 500_00), (date(2023, 12, 30), 400_00)])
def test_from_active_to_retired_is_no_gap(last: date, pays: int) -> None:
    """Who was in the plan for active staff to the day before has 50 % of 1,000, after a gap 40 %."""
    value = mp.parameters(first=mp.rate("首次参保比例"), rate=mp.rate("续保比例"))
    ratio = mp.choose(cover.is_renewal, value.rate, value.first)
    retired = small(value, 'first = "40%"\nrate = "50%"', bill * ratio, continues=("active",))
    other = mp.parameters(lump=mp.money("补助"))
    active = small(other, 'lump = "1"', other.lump, id_="active")
    before = held("active", first_day=date(2023, 1, 1), last_day=last)

    assert totals([active, retired], [stay("03-01", "1000")], before, held()) == [0, pays]


# ---------------------------------------------------------------- stays that count as one

TRANSFER = mp.field(
    "claim", "by_transfer", mp.Kind.FLAG, "24小时内凭转院单转入", "transferred within 24 hours"
)
OBSERVED = mp.field("claim", "observed", mp.Kind.FLAG, "急诊留观", "emergency observation")
HOSPITAL = mp.field("claim", "hospital_name", mp.Kind.CODE, "医院名称", "hospital")


def merging() -> Small:
    """Return a plan (after Beijing's) that pays 20 % above 1,300 for the first stay of the term, 650 for later ones.

    A transfer to another hospital within a day, and a stay within 7 days of observation in the same hospital, go on
    with the same stay.
    """
    value = mp.parameters(
        rate=mp.rate("比例"),
        first=mp.money("首次起付"),
        later=mp.money("再次起付"),
        transfer=mp.days("转院间隔"),
        observation=mp.days("留观间隔"),
    )
    number = mp.choose(claim.is_inpatient | OBSERVED, 1, 0).once(per=per.STAY).so_far(per=per.TERM)
    start = mp.choose(number.up_to(1), value.first, value.later)
    return small(
        value,
        'rate = "20%"\nfirst = "1300"\nlater = "650"\ntransfer = 1\nobservation = 7',
        bill.above(start, per=per.STAY) * value.rate,
        merges=[
            mp.Merge(value.transfer, when=TRANSFER),
            mp.Merge(value.observation, after=OBSERVED, when=claim.is_inpatient, same=[HOSPITAL]),
        ],
    )


def in_hospital(first: str, last: str, paid: str, **extra: object) -> mp.Claim:
    """Return a stay from one day of 2024 to another."""
    own = {"by_transfer": False, "observed": False, "hospital_name": "A", **extra}
    more = {key: own.pop(key) for key in ("id", "stay") if key in own}
    return stay(first, paid, days=None, discharged=date.fromisoformat(f"2024-{last}"), extra=own, **more)


def test_a_transfer_within_a_day_goes_on_with_the_stay() -> None:
    """1,000 and then 2,000 are 1,700 above 1,300: 340; a second stay of 1,000 has 650 of its own: 70."""
    claims = [
        in_hospital("03-01", "03-05", "1000"),
        in_hospital("03-06", "03-12", "2000", by_transfer=True),
        in_hospital("06-01", "06-05", "1000"),
    ]
    found = run(merging(), claims)

    assert [made.total for made in found.decisions] == [0, 340_00, 70_00]
    assert [item.code for item in found.problems] == ["claim.merged"]


@pytest.mark.parametrize(
    ("first", "transfer", "stay_", "pays"),
    [
        ("03-06", True, None, 340_00),
        ("03-07", True, None, 270_00),
        ("03-06", False, None, 270_00),
        ("03-06", True, "S2", 270_00),
    ],
)
def test_other_stays_begin_anew(first: str, transfer: bool, stay_: str | None, pays: int) -> None:
    """A day too late, no transfer, or a stay number of its own: 2,000 above 650 are 1,350, so 270."""
    second = in_hospital(first, "03-12", "2000", by_transfer=transfer, stay=stay_)

    assert totals(merging(), [in_hospital("03-01", "03-05", "1000"), second]) == [0, pays]


@pytest.mark.parametrize(
    ("first", "hospital", "pays"), [("03-08", "A", 340_00), ("03-09", "A", 270_00), ("03-08", "B", 270_00)]
)
def test_a_stay_after_observation_goes_on_in_the_same_hospital(first: str, hospital: str, pays: int) -> None:
    """Observed for 1,000 on 1 March, admitted 7 days later: one stay; after 8 days, or elsewhere, another."""
    own = {"by_transfer": False, "observed": True, "hospital_name": "A"}
    watched = happened("outpatient", "03-01", self_paid_in_scope="1000", extra=own)
    admitted = in_hospital(first, "03-12", "2000", hospital_name=hospital)

    assert totals(merging(), [watched, admitted]) == [0, pays]


def test_what_would_tell_is_asked_only_where_it_matters() -> None:
    """A stay the day after another needs to say whether it is a transfer; three months later it does not."""
    unsaid = {"by_transfer": None}
    near = [in_hospital("03-01", "03-05", "1000"), in_hospital("03-06", "03-12", "2000", **unsaid)]
    far = [in_hospital("03-01", "03-05", "1000"), in_hospital("06-06", "06-12", "2000", **unsaid)]
    plan, values = merging()
    open_ = simulate(
        office((plan, values)), Situation(member=MEMBER, coverages=(held(),), claims=tuple(near))
    )

    assert [made.total for made in open_.decisions] == [0, None]
    assert "claim.by_transfer" in open_.problems[-1].message.zh
    assert totals(merging(), far) == [0, 270_00]


def test_papers_that_arrive_later_decide_nothing_again() -> None:
    """The stay between two others goes on with the first: 3,000 above 1,000, half of it; the third keeps its own."""
    value = mp.parameters(rate=mp.rate("比例"), start=mp.money("起付线"), transfer=mp.days("转院间隔"))
    item = small(
        value,
        'rate = "50%"\nstart = "1000"\ntransfer = 1',
        bill.above(value.start, per=per.STAY) * value.rate,
        merges=[mp.Merge(value.transfer, when=TRANSFER)],
    )
    claims = [
        in_hospital("03-01", "03-05", "1000"),
        in_hospital("03-09", "03-12", "1650", by_transfer=True),
        in_hospital("03-05", "03-09", "2000", by_transfer=True),
    ]
    assert totals(item, claims) == [0, 325_00, 1000_00]


def test_stays_of_two_terms_are_two() -> None:
    """A transfer on the first day of the next term has its own deductible: 2,000 above 1,300 are 700, so 140."""
    covers = held(), held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))
    claims = [
        in_hospital("12-20", "12-31", "1000"),
        evolve(
            in_hospital("03-01", "03-02", "2000", by_transfer=True),
            admitted=date(2025, 1, 1),
            discharged=None,
            days=4,
        ),
    ]
    assert totals(merging(), claims, *covers) == [0, 140_00]
