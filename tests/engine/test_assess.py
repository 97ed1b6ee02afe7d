"""One claim under one plan: amounts, reasons, balances, what is missing."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans import claim, cover, per
from mutualplans.engine.assess import Balances, assess
from mutualplans.engine.explain import Step, trace
from mutualplans.engine.facts import Case, Paid, stay_days
from mutualplans.model.decision import Decision
from tests.engine.plans import allowance, bound, inpatient_medical, make

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
MEMBER = mp.Member(sex="female", birth_date=date(1980, 5, 1), employment="in-post")


def case(plan: str, **more: object) -> Case:
    """Return a member's case under a cover of the calendar year 2024."""
    coverage = mp.Coverage(plan=plan, first_day=FIRST, last_day=LAST, **{"shares": 1, **more})
    return Case(member=MEMBER, insured=mp.Insured.member(MEMBER), coverage=coverage)


def stay(number: int, days: int | None, **more: object) -> mp.Claim:
    """Return a stay of some days, beginning on its own day."""
    given = {"event": "inpatient", "cause": "illness", "admitted": date(2024, number, 1), "days": days}
    return mp.Claim(**{"id": f"c{number}", **given, **more})  # type: ignore[arg-type]


def codes(decision: Decision) -> set[str]:
    """Return the reason codes of a decision."""
    return {reason.code for item in decision.benefits for reason in item.reasons}


def run(plan: tuple[mp.Plan, str], claims: list[mp.Claim], **cover: object) -> list[Decision]:
    """Decide claims one after another."""
    ready, balances, found = bound(*plan), Balances(), []
    for item in claims:
        decision, balances = assess(ready, case(ready.plan.id, **cover), item, balances)
        found.append(decision)
    return found


def test_days_after_the_free_days_are_paid_up_to_the_term_limit() -> None:
    """Stays of 3, 4, 100 and 100 days pay 0, 40, 3,880 and 3,280: 1 + 97 + 82 = 180 days of 40 yuan."""
    claims = [stay(1, 3), stay(2, 4), stay(3, 100), stay(7, 100)]

    assert [item.total for item in run(allowance(), claims)] == [0, 40_00, 3880_00, 3280_00]


def test_a_limit_that_is_used_up_is_the_reason_for_a_zero() -> None:
    """After 180 paid days a further stay is accepted, comes to 0, and says that the limit is used up."""
    decisions = run(allowance(), [stay(1, 183), stay(7, 10)])

    assert tuple(item.status for item in decisions) == ("paid", "nothing-due")
    assert {"limit-used-up"} == codes(decisions[1])


def test_a_stay_within_the_free_days_says_so() -> None:
    """A stay of 3 days with 3 free days comes to 0 because it does not exceed them."""
    (decision,) = run(allowance(), [stay(1, 3)])

    assert decision.status == "nothing-due"
    assert {"below-start"} == codes(decision)


def test_a_table_that_gives_0_is_the_reason_for_a_zero() -> None:
    """The second stay of a plan that pays the first one says which table has 0 for it, and under which key."""
    value = mp.parameters(sums=mp.table(mp.Kind.MONEY, "按第几次住院的定额", "sum by number of the stay"))
    number = mp.choose(mp.claim.is_inpatient, 1, 0).so_far(per=mp.per.TERM)
    paying = mp.Benefit("sum", mp.Text("定额"), clause="测试", pays=value.sums.of(number))
    plan = make("sums", value, benefits=[paying])
    first, second = run((plan, 'sums = { value = { "1" = "100", "*" = "0" } }'), [stay(1, 5), stay(2, 5)])
    (reason,) = second.benefits[0].reasons

    assert (first.total, second.total) == (100_00, 0)
    assert (reason.code, reason.text.zh) == ("table-gives-0", "“按第几次住院的定额”查表为 0")
    assert reason.found == mp.Text("2", "2")


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_splitting_a_stay_never_changes_the_total(parts: list[int]) -> None:
    """Bills of one stay pay together what one bill for all its days pays."""
    bills = [stay(1, days, id=f"bill {number}", stay="S1") for number, days in enumerate(parts)]
    (whole,) = run(allowance(), [stay(1, sum(parts))])

    assert whole.total == sum(item.total or 0 for item in run(allowance(), bills))


@given(st.integers(0, 400), st.integers(0, 400))
def test_more_days_never_pay_less(fewer: int, more: int) -> None:
    """A longer stay never pays less than a shorter one."""
    fewer, more = sorted((fewer, more))
    (small,), (large,) = run(allowance(), [stay(1, fewer)]), run(allowance(), [stay(1, more)])

    assert (small.total or 0) <= (large.total or 0) <= 180 * 40_00


@pytest.mark.parametrize(
    ("admitted", "expected"),
    [
        (date(2023, 12, 31), "before-cover"),
        (FIRST, ""),
        (LAST, ""),
        (date(2025, 1, 1), "after-cover"),
    ],
)
def test_both_ends_of_the_cover_belong_to_it(admitted: date, expected: str) -> None:
    """A claim on the first and on the last day is paid; the day before and the day after are not."""
    (decision,) = run(allowance(), [stay(1, 10, admitted=admitted)])

    assert ({expected} if expected else set()) == codes(decision)


def test_a_missing_field_is_named_and_nothing_is_paid_or_counted() -> None:
    """Without its days a stay is incomplete: no total, no change of balances, the field and the plan named."""
    ready = bound(*allowance())
    decision, balances = assess(ready, case("allowance"), stay(1, None))

    assert (decision.status, decision.total) == ("incomplete", None)
    assert Balances() == balances
    assert [(item.code, "claim.days" in item.message.zh) for item in decision.problems] == [
        ("claim.missing-field", True)
    ]


def test_a_condition_that_fails_decides_beside_a_missing_field() -> None:
    """A diagnosis is refused as not a stay, although its days are missing as well."""
    (decision,) = run(allowance(), [mp.Claim(id="c", event="diagnosis", diagnosed=date(2024, 3, 1))])

    assert decision.status == "refused"
    assert {"not-inpatient"} == codes(decision)


def test_all_reasons_are_given_not_only_the_first() -> None:
    """A diagnosis before the cover of someone too old is refused for all three reasons."""
    old = evolve(MEMBER, birth_date=date(1950, 1, 1))
    ready = bound(*allowance())
    there = evolve(case("allowance"), member=old, insured=mp.Insured.member(old))
    decision, _ = assess(ready, there, mp.Claim(id="c", event="diagnosis", diagnosed=date(2023, 3, 1)))

    assert {"before-cover", "age", "not-inpatient"} == codes(decision)


def test_a_reason_says_what_was_found_and_what_the_rule_asks() -> None:
    """The age reason carries the age found, 73, and the ages allowed, 16 to 60."""
    old = evolve(MEMBER, birth_date=date(1950, 1, 2))
    ready = bound(*allowance())
    there = evolve(case("allowance"), member=old, insured=mp.Insured.member(old))
    decision, _ = assess(ready, there, stay(1, 10))
    (reason,) = decision.benefits[0].reasons

    assert (reason.found and reason.found.zh) == "73 周岁"
    assert reason.expected is not None
    assert "16" in reason.expected.zh
    assert "60" in reason.expected.zh


def test_shares_above_the_limit_are_void_and_said_so() -> None:
    """Five shares where four are allowed pay as four, with a warning."""
    (decision,) = run(allowance(), [stay(1, 4)], shares=5)

    assert decision.total == 4 * 40_00
    assert [item.code for item in decision.problems] == ["cover.shares-void"]


def test_shares_that_are_not_stated_are_missing_where_more_than_one_is_allowed() -> None:
    """A cover without its shares is incomplete in a plan of up to four shares."""
    (decision,) = run(allowance(), [stay(1, 4)], shares=None)

    assert decision.status == "incomplete"
    assert {"cover.shares"} == set(decision.benefits[0].missing)


def test_an_indemnity_never_exceeds_what_is_left_of_the_expense() -> None:
    """70 % of 1,000 is 700, but with 800 compensated elsewhere only 200 are left."""
    ready = bound(*inpatient_medical())
    bill = {
        "self_paid_in_scope": mp.yuan("1000"),
        "self_paid_partly": mp.yuan("0"),
        "out_of_scope": mp.yuan("0"),
    }
    decision, _ = assess(
        ready, case(ready.plan.id), stay(1, 5, **bill), paid=Paid(by_plan={"other": 800_00}, indemnity=800_00)
    )

    assert decision.total == 200_00


def test_a_formula_that_comes_out_negative_is_a_fault_of_the_plan() -> None:
    """A plan that subtracts without `less` is stopped, never paid as a negative amount."""
    value = mp.parameters(start=mp.money("起付"))
    plan = make(
        "negative",
        value,
        benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=claim.total - value.start)],
    )
    with pytest.raises(mp.MutualPlansError) as caught:
        assess(bound(plan, 'start = "100"'), case("negative"), stay(1, 1, total=mp.yuan("50")))

    assert [item.code for item in caught.value.problems] == ["formula.negative"]


def test_a_late_claim_for_an_earlier_year_counts_in_its_own_year() -> None:
    """With a limit per calendar year, a claim of 2024 decided after one of 2025 uses what is left of 2024."""
    value = mp.parameters(most=mp.money("每自然年度最多"))
    plan = make(
        "yearly",
        value,
        benefits=[
            mp.Benefit(
                "b",
                mp.Text("给付"),
                clause="测试",
                pays=claim.total.capped(value.most, per=per.CALENDAR_YEAR),
            )
        ],
    )
    ready, balances, paid = bound(plan, 'most = "100"'), Balances(), []
    there = evolve(
        case("yearly"), coverage=mp.Coverage(plan="yearly", first_day=FIRST, last_day=date(2025, 12, 31))
    )
    for number, day in enumerate([date(2024, 3, 1), date(2025, 2, 1), date(2024, 5, 1)]):
        bill = mp.Claim(id=f"c{number}", event="outpatient", occurred=day, total=mp.yuan("60"))
        decision, balances = assess(ready, there, bill, balances)
        paid.append(decision.total)

    assert paid == [60_00, 60_00, 40_00]


def test_an_account_grows_only_when_the_conditions_of_its_benefit_hold() -> None:
    """A refused claim does not use up the limit: 60 refused, then 60 and 40 of 100 are paid."""
    value = mp.parameters(most=mp.money("最多"))
    plan = make(
        "gated",
        value,
        benefits=[
            mp.Benefit(
                "b",
                mp.Text("给付"),
                clause="测试",
                when=[claim.is_illness.because("not-illness", zh="非疾病")],
                pays=claim.total.capped(value.most, per=per.TERM),
            )
        ],
    )
    claims = [
        stay(1, 1, cause="accident", total=mp.yuan("60")),
        stay(2, 1, total=mp.yuan("60")),
        stay(3, 1, total=mp.yuan("60")),
    ]

    assert [item.total for item in run((plan, 'most = "100"'), claims)] == [0, 60_00, 40_00]


def test_a_difference_is_paid_when_a_decision_is_raised() -> None:
    """Mild 3,000, again mild 0, then severe: only the 7,000 that were not paid before."""
    value = mp.parameters(mild=mp.money("轻症"), severe=mp.money("重症"))
    lump = mp.choose(claim.is_mild, value.mild, value.severe)
    plan = make(
        "graded",
        value,
        benefits=[
            mp.Benefit(
                "lump",
                mp.Text("给付"),
                clause="测试",
                pays=lump.less(mp.paid.before("lump", per=per.LIFETIME)),
            )
        ],
    )
    claims = [
        stay(1, 1, stage="mild"),
        stay(2, 1, stage="mild"),
        stay(3, 1, stage="severe"),
        stay(4, 1, stage="severe"),
    ]

    decisions = run((plan, 'mild = "3000"\nsevere = "10000"'), claims)

    assert [item.total for item in decisions] == [3000_00, 0, 7000_00, 0]


def test_day_one_is_the_first_day_of_the_chain() -> None:
    """Day 30 is waiting and day 31 is not; in a renewal in time the days run on from the first term."""
    value = mp.parameters(wait=mp.days("免责期"), lump=mp.money("给付"))
    waiting = mp.Waiting(value.wait, waived=cover.is_renewal)
    plan = make(
        "waiting",
        value,
        waiting=waiting,
        renewal_window=15,
        benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=value.lump)],
    )
    ready = bound(plan, 'wait = 30\nlump = "100"')

    def total(day: date, earlier: tuple[mp.DateRange, ...] = ()) -> int | None:
        there = case("waiting", earlier=earlier)
        return assess(ready, there, mp.Claim(id="c", event="diagnosis", diagnosed=day))[0].total

    assert (total(date(2024, 1, 30)), total(date(2024, 1, 31))) == (0, 100_00)
    last_year = mp.DateRange(date(2022, 12, 17), date(2023, 12, 16))
    too_late = mp.DateRange(date(2022, 12, 16), date(2023, 12, 15))
    assert total(date(2024, 1, 10), (last_year,)) == 100_00  # 15 days without cover: 17 to 31 December
    assert total(date(2024, 1, 10), (too_late,)) == 0  # 16 days


def test_admission_and_discharge_count_as_one_day() -> None:
    """The medical record's front sheet counts 12 to 15 June as 3 days, and a stay of one day as 1."""
    assert (stay_days(date(2018, 6, 12), date(2018, 6, 15)), stay_days(FIRST, FIRST)) == (3, 1)


def test_days_follow_from_the_dates_where_they_are_not_stated() -> None:
    """A stay from 1 to 8 January without stated days is 7 days: 4 after the 3 free ones."""
    (decision,) = run(allowance(), [stay(1, None, discharged=date(2024, 1, 8))])

    assert decision.total == 4 * 40_00


def amounts_in(step: Step) -> list[str]:
    """Return the results of a step and of all below it."""
    return [step.value, *(value for inner in step.steps for value in amounts_in(inner))]


def test_the_trace_ends_in_the_amount_and_names_each_step() -> None:
    """The explanation of 40 yuan × 1 day × 2 shares says so, in Chinese and in English."""
    (decision,) = run(allowance(), [stay(1, 4)], shares=2)
    step = trace(decision.benefits[0])
    english = trace(decision.benefits[0], "en")

    assert step is not None
    assert english is not None
    assert step.text == "40.00 元 × 份数 2 份 = 80.00 元"
    assert english.value == "80.00 yuan"
    assert "1 天" in amounts_in(step)


def test_the_receipt_tells_apart_what_was_decided() -> None:
    """Two decisions with other inputs or values have other hashes; the same ones have the same."""
    first, second, third = (run(allowance(), [stay(1, days)])[0].receipt for days in (4, 4, 5))
    other = run(allowance(free_days=2), [stay(1, 4)])[0].receipt

    assert first == second
    assert first.inputs_hash != third.inputs_hash
    assert first.values_hash != other.values_hash


@pytest.mark.parametrize(("stage", "ends"), [("mild", False), ("severe", True)])
def test_what_ends_the_cover_may_depend_on_which_benefit_paid(stage: str, ends: bool) -> None:
    """Only the full sum ends the cover; the small one leaves it standing."""
    value = mp.parameters(small=mp.money("小额"), full=mp.money("全额"))
    plan = make(
        "ending",
        value,
        ends=mp.benefit("full").over(0),
        benefits=[
            mp.Benefit(
                "small",
                mp.Text("小额"),
                clause="测试",
                when=[claim.is_mild.because("not-mild", zh="非轻症")],
                pays=value.small,
            ),
            mp.Benefit(
                "full",
                mp.Text("全额"),
                clause="测试",
                when=[(~claim.is_mild).because("mild", zh="轻症")],
                pays=value.full,
            ),
        ],
    )
    first, second = run(
        (plan, 'small = "10"\nfull = "100"'), [stay(1, 1, stage=stage), stay(2, 1, stage="severe")]
    )

    assert ends is first.ends_cover
    assert ends is ("cover-ended" in codes(second))


@pytest.mark.parametrize(
    ("bill", "left"),
    [
        ({"self_paid": "300"}, 300_00),
        ({"self_paid_in_scope": "100", "self_paid_partly": "50", "out_of_scope": "25"}, 175_00),
        ({"total": "1000", "pool_paid": "600", "large_sum_paid": "0", "other_paid": "100"}, 300_00),
    ],
)
def test_the_burden_is_what_the_bill_leaves(bill: dict[str, str], left: int) -> None:
    """A stated sum, its three parts, or the total minus what others paid: each gives the burden that is left."""
    value = mp.parameters(most=mp.money("最多"))
    plan = make(
        "burden",
        value,
        benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=value.most, indemnity=True)],
    )
    amounts = {name: mp.yuan(text) for name, text in bill.items()}
    (decision,) = run((plan, 'most = "9000"'), [stay(1, 1, **amounts)])

    assert left == decision.total


def test_without_any_part_of_the_bill_the_burden_is_missing() -> None:
    """An indemnity without a bill asks for the sum that the person bears."""
    value = mp.parameters(most=mp.money("最多"))
    plan = make(
        "burden",
        value,
        benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=value.most, indemnity=True)],
    )
    (decision,) = run((plan, 'most = "9000"'), [stay(1, 1)])

    assert decision.benefits[0].missing == ("claim.self_paid",)


def test_what_is_counted_has_to_be_known_even_where_this_amount_does_not_rest_on_it() -> None:
    """A death paid as a lump sum waits for the days in hospital that the plan also counts: 0 is not assumed."""
    value = mp.parameters(daily=mp.money("每日津贴"), lump=mp.money("身故金"))
    days = claim.days.capped(10, per=per.TERM) * value.daily
    pays = mp.choose(claim.is_inpatient, days, value.lump)
    plan = make("mixed", value, benefits=[mp.Benefit("paid", mp.Text("互助金"), clause="测试", pays=pays)])
    set_up = bound(plan, 'daily = "10"\nlump = "500"')
    death = mp.Claim(id="c1", event="death", occurred=date(2024, 3, 1))

    open_, balances = assess(set_up, case("mixed"), death)
    closed, _ = assess(set_up, case("mixed"), evolve(death, days=0))

    assert (open_.status, open_.benefits[0].missing) == ("incomplete", ("claim.days",))
    assert balances == Balances()
    assert closed.total == 500_00


def by_illness() -> tuple[mp.Plan, str]:
    """A lump sum in hospital; after illness alone a second benefit brings what was paid for the illness to a most."""
    value = mp.parameters(
        lump=mp.money("住院金"), most=mp.money("每种疾病最多"), illnesses=mp.conditions("病种")
    )
    illness = value.illnesses.match(claim.diagnosis)
    rest = value.most.less(mp.paid.before("lump", per=per.LIFETIME, by=illness))
    lump = mp.Benefit("lump", mp.Text("住院金"), clause="测试", when=[claim.is_inpatient], pays=value.lump)
    more = mp.Benefit("more", mp.Text("补足"), clause="测试", when=[claim.is_illness], pays=rest)
    plan = make("by-illness", value, benefits=[lump, more])
    listed = '[{ id = "breast-cancer", title = "乳腺癌", class = "a", icd10 = ["C50"] }]'
    return plan, f'lump = "100"\nmost = "250"\nillnesses = {listed}'


def test_a_payment_waits_until_it_is_known_under_which_illness_it_is_counted() -> None:
    """An injury without a diagnosis: the lump sum would be counted under no illness, and a later claim paid too much."""
    injury = stay(1, 5, cause="accident")
    first, open_ = run(by_illness(), [evolve(injury, diagnosis="C50.9"), injury])
    second = stay(2, 5, diagnosis="C50.9")

    assert (first.status, first.total) == ("paid", 100_00)
    assert (open_.status, open_.total) == ("incomplete", None)
    assert [item.line("zh") for item in open_.problems if "诊断" in item.line("zh")]
    # the second benefit brings what was paid for the illness before, 100, to 250
    assert run(by_illness(), [evolve(injury, diagnosis="C50.9"), second])[1].benefits[1].amount == 150_00


def test_what_pays_nothing_need_not_be_counted() -> None:
    """A claim that is refused, or accepted and comes to 0, asks for no diagnosis, though a payment would be counted by it."""
    plan, values = by_illness()
    (zero,) = run((plan, values.replace('lump = "100"', 'lump = "0"')), [stay(1, 5, cause="accident")])
    (refused,) = run(
        by_illness(), [mp.Claim(id="c1", event="accident", cause="accident", occurred=date(2024, 3, 1))]
    )

    assert (refused.status, refused.total) == ("refused", 0)
    assert (zero.status, zero.total) == ("nothing-due", 0)
