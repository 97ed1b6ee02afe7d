"""Several claims and plans together: order, state, what earlier plans paid, faulty claims."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans.engine.office import SharedLimit
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.model.identity import read_id
from tests.engine.plans import allowance, inpatient_medical, make, office, second_plan

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
MEMBER = mp.Member(sex="male", birth_date=date(1980, 5, 1), employment="in-post")


def cover(plan: str, **more: object) -> mp.Coverage:
    """Return a cover of the calendar year 2024."""
    given = {"first_day": FIRST, "last_day": LAST, "shares": 1, **more}
    return mp.Coverage(plan=plan, **given)  # type: ignore[arg-type]


def stay(number: int, days: int | None = 10, **more: object) -> mp.Claim:
    """Return a stay with its bill."""
    given: dict[str, object] = {
        "id": f"c{number}",
        "event": "inpatient",
        "cause": "illness",
        "admitted": date(2024, number, 1),
        "days": days,
        "self_paid_in_scope": mp.yuan("1000"),
        "self_paid_partly": mp.yuan("0"),
        "out_of_scope": mp.yuan("0"),
    }
    return mp.Claim(**{**given, **more})  # type: ignore[arg-type]


def decide(plans: list[tuple[mp.Plan, str]], claims: list[mp.Claim], *covers: mp.Coverage) -> Simulation:
    """Decide claims of a member covered in every plan."""
    held = covers or tuple(cover(plan.id) for plan, _ in plans)
    return simulate(office(*plans), Situation(member=MEMBER, coverages=held, claims=tuple(claims)))


def codes(result: Simulation) -> list[str]:
    """Return the codes of the problems."""
    return [item.code for item in result.problems]


def test_fixed_benefits_stack_and_a_second_plan_reads_the_first() -> None:
    """Of 1,000 self-paid the city pays 700, the company a quarter of the 300 left, the allowance 7 × 40."""
    result = decide([inpatient_medical(), second_plan(), allowance()], [stay(1)])

    assert [item.total for item in result.decisions] == [700_00, 75_00, 280_00]
    assert result.total == 1055_00


def test_two_indemnities_never_pay_more_than_the_expense() -> None:
    """A company fund of 200 % of what is left of 1,000 gets only the 300 that are left."""
    result = decide([inpatient_medical(), second_plan("200%")], [stay(1)])

    assert result.total == 1000_00


def test_state_goes_from_claim_to_claim() -> None:
    """With at most 180 days a year, the second stay of 150 days is paid for what is left."""
    result = decide([allowance(free_days=0)], [stay(1, 100), stay(6, 150)])

    assert [item.total for item in result.decisions] == [100 * 40_00, 80 * 40_00]


def test_a_new_term_starts_anew() -> None:
    """The limit of one term does not touch the next."""
    next_year = cover("allowance", first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))
    claims = [stay(1, 300), stay(2, 300, admitted=date(2025, 2, 1))]
    result = decide([allowance()], claims, cover("allowance"), next_year)

    assert [item.total for item in result.decisions] == [180 * 40_00, 180 * 40_00]


def test_an_earlier_cover_in_the_file_is_part_of_the_chain() -> None:
    """A claim of the second year counts two continuous terms when the first cover is in the file too."""
    value = mp.parameters(each=mp.money("每期"))
    plan = (
        mp.Plan(
            id="loyal",
            title=mp.Text("连续参保"),
            values=value,
            editions=mp.editions("none"),
            premium=mp.yuan("1"),
            term_months=12,
            benefits=[mp.Benefit("b", mp.Text("给付"), clause="测试", pays=value.each * mp.cover.terms)],
        ),
        'each = "10"',
    )
    next_year = cover("loyal", first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))
    result = decide([plan], [stay(1, admitted=date(2025, 3, 1))], cover("loyal"), next_year)

    assert result.total == 20_00


def test_two_overlapping_covers_of_one_plan_are_refused_and_the_other_plan_still_decides() -> None:
    """The day that two covers share cannot be assessed in that plan; the allowance is not concerned."""
    twice = [cover("inpatient-medical"), cover("inpatient-medical", first_day=date(2024, 1, 1))]
    result = decide([inpatient_medical(), allowance()], [stay(1)], *twice, cover("allowance"))

    assert codes(result) == ["cover.overlap"]
    assert [item.plan for item in result.decisions] == ["allowance"]
    assert not result.complete


def test_a_cover_of_a_plan_that_is_not_run_is_reported_with_the_nearest_name() -> None:
    """ "allowence" is not a plan of the office; the hint offers "allowance"."""
    result = decide([allowance()], [stay(1)], cover("allowance"), cover("allowence"))

    assert codes(result) == ["plan.unknown"]
    assert result.problems[0].hint is not None
    assert "allowance" in result.problems[0].hint.zh
    assert result.total == 280_00


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"admitted": date(2024, 5, 9), "discharged": date(2024, 5, 1)}, "claim.dates"),
        ({"diagnosis": "breast-cancr"}, "claim.diagnosis-unknown"),
        ({"diagnosis": "c50"}, "claim.diagnosis-unknown"),
        ({"circumstances": ("drunk",)}, "claim.circumstance-unknown"),
        ({"insured": "child"}, "claim.person"),
    ],
)
def test_a_faulty_claim_is_reported_and_the_others_are_decided(changes: dict[str, object], code: str) -> None:
    """What is wrong with one claim is a problem of that claim; the next one is paid."""
    result = decide([allowance()], [stay(1, **changes), stay(6)])  # type: ignore[arg-type]

    assert [code] == codes(result)
    assert [item.claim for item in result.decisions] == ["c6"]


def test_a_bill_that_does_not_add_up_is_not_assessed() -> None:
    """A total of 5,000 beside parts of 1,000 is an error, not a choice between the two."""
    parts = {name: mp.yuan("0") for name in ("pool_paid", "large_sum_paid", "other_paid")}
    result = decide([allowance()], [stay(1, total=mp.yuan("5000"), **parts)])  # type: ignore[arg-type]

    assert codes(result) == ["claim.bill"]
    assert result.decisions == ()


@pytest.mark.parametrize(
    ("days", "severity", "total"),
    [(5, None, 200_00), (4, "warning", 160_00), (6, "warning", 240_00), (7, "error", 0)],
)
def test_stated_days_may_not_exceed_the_dates(days: int, severity: str | None, total: int) -> None:
    """From 1 to 6 May are 5 days: 4 and 6 are used and doubted, 7 cannot be and are not assessed."""
    result = decide([allowance(free_days=0)], [stay(5, days, discharged=date(2024, 5, 6))])

    assert ([severity] if severity else []) == [item.severity for item in result.problems]
    assert total == result.total


def test_the_same_claim_is_never_paid_twice() -> None:
    """A number used twice is decided once; so is the same content, whatever its numbers and reporting days."""
    same_number = decide([allowance()], [stay(1), stay(2, id="c1")])
    same_content = decide([allowance()], [stay(1, id="#1"), stay(1, id="#2")])
    numbered_apart = decide([allowance()], [stay(1, id="A"), stay(1, id="B", reported=date(2024, 3, 1))])

    assert (codes(same_number), same_number.total) == (["claim.number-taken"], 280_00)
    assert (codes(same_content), same_content.total) == (["claim.repeated"], 280_00)
    assert (codes(numbered_apart), numbered_apart.total) == (["claim.repeated"], 280_00)


def test_the_order_of_independent_persons_does_not_matter() -> None:
    """A child's claim and the member's claim are decided the same in either order."""
    child = mp.Insured(id="child", relation="child", sex="male", birth_date=date(2000, 1, 1))
    plan, values = allowance()
    plans = [(evolve(plan, insures=("self", "child")), values)]
    covers = (cover("allowance"), cover("allowance", insured="child"))
    situation = Situation(member=MEMBER, insured=(child,), coverages=covers)
    own, other = stay(1, 150), stay(2, 150, insured="child")
    there = simulate(office(*plans), evolve(situation, claims=(own, other)))
    back = simulate(office(*plans), evolve(situation, claims=(other, own)))

    assert {item.claim: item.total for item in there.decisions} == {
        item.claim: item.total for item in back.decisions
    }


def test_a_kind_of_unit_that_the_office_does_not_know_is_reported() -> None:
    """ "enterprize" is not a kind of unit of the office; one without a list of kinds takes any."""
    situation = Situation(member=MEMBER, unit=mp.Unit(name="厂", unit_type="enterprize"))
    strict, free = office(allowance()), office(allowance())
    strict.unit_types = {"enterprise": mp.Text("企业", "enterprise")}

    assert codes(simulate(strict, situation)) == ["unit.type"]
    assert codes(simulate(free, situation)) == []


def test_a_claim_without_any_cover_is_reported() -> None:
    """A member without a cover gets no decision but a problem that says so."""
    result = simulate(office(allowance()), Situation(member=MEMBER, claims=(stay(1),)))

    assert codes(result) == ["claim.no-cover"]


# ---------------------------------------------------------------- never twice


@pytest.mark.parametrize(
    ("second", "twice"),
    [
        ({"admitted": date(2024, 5, 1), "discharged": date(2024, 5, 20), "days": 19}, True),
        ({"admitted": date(2024, 5, 10), "discharged": date(2024, 5, 25), "days": 15}, True),
        ({"admitted": date(2024, 5, 5), "discharged": date(2024, 5, 5), "days": 1}, True),
        ({"admitted": date(2024, 5, 21), "discharged": date(2024, 5, 30), "days": 9}, False),
        ({"admitted": date(2024, 5, 22), "discharged": date(2024, 5, 30), "days": 8}, False),
    ],
)
def test_the_same_days_in_hospital_are_counted_once(second: dict[str, object], twice: bool) -> None:
    """After a stay from 1 to 21 May any claim that shares its days is refused; the day of transfer may be shared."""
    first = stay(5, 20, discharged=date(2024, 5, 21))
    result = decide([allowance(free_days=0)], [first, stay(6, **second)])  # type: ignore[arg-type]

    assert (["claim.stay-twice"] if twice else []) == codes(result)
    assert (20 if twice else 20 + int(str(second["days"]))) * 40_00 == result.total


@pytest.mark.parametrize(("days", "twice"), [(9, False), (10, False), (11, True), (20, True)])
def test_interim_bills_name_their_stay(days: int, twice: bool) -> None:
    """Bills of one stay are paid as long as their days together fit between admission and discharge."""
    first = stay(5, 10, discharged=date(2024, 5, 21), stay="S1")
    again = stay(5, days, id="more", discharged=date(2024, 5, 21), stay="S1", total=mp.yuan("1500"))
    result = decide([allowance(free_days=0)], [first, again])

    assert twice is ("claim.stay-twice" in codes(result))
    assert result.total == (10 if twice else 10 + days) * 40_00


def test_bills_of_one_stay_may_say_the_same_amount_on_other_days() -> None:
    """Where only money counts, 1,000 twice in one stay is paid twice for other days and once for the same days."""
    drugs = mp.field("claim", "drugs", mp.Kind.MONEY, "药费", "drugs")
    value = mp.parameters(rate=mp.rate("比例"))
    benefit = mp.Benefit("drugs", mp.Text("药费补助"), clause="测试", pays=drugs * value.rate)
    plan = (make("drugs", value, benefits=[benefit]), 'rate = "50%"')
    first = stay(5, 10, discharged=date(2024, 5, 11), stay="S1", extra={"drugs": mp.yuan("1000")})
    later = stay(5, 10, id="b", stay="S1", extra=first.extra)
    apart = evolve(later, admitted=date(2024, 5, 11), discharged=date(2024, 5, 21))
    again = evolve(later, discharged=date(2024, 5, 11), hospital_level="3")
    unnamed = evolve(again, stay=None)
    undated = evolve(later, admitted=date(2024, 5, 12), days=None)
    other = evolve(again, extra={"drugs": mp.yuan("300")})

    assert decide([plan], [first, apart]).total == 1000_00
    assert codes(decide([plan], [first, again])) == ["claim.stay-twice"]
    assert codes(decide([plan], [first, unnamed])) == ["claim.stay-twice"]
    assert codes(decide([plan], [first, undated])) == ["claim.stay-twice"]
    assert decide([plan], [first, other]).total == 500_00 + 150_00


def simple(event_date: mp.Formula, pays: mp.Formula, value: object) -> tuple[mp.Plan, str]:
    """Return a plan with one benefit at a rate of 50 % or 40.00 a day."""
    benefit = mp.Benefit("b", mp.Text("给付"), clause="测试", pays=pays)
    return make("simple", value, event_date=event_date, benefits=[benefit]), 'rate = "50%"\neach = "40"'


def test_bills_of_one_stay_without_its_dates_are_not_added_up() -> None:
    """How many days a stay has is unknown without its dates, so the second bill of ten days is not paid."""
    value = mp.parameters(rate=mp.rate("比例"), each=mp.money("每日"))
    plan = simple(mp.claim.diagnosed, value.each * mp.claim.days, value)
    first = stay(5, 10, event="diagnosis", admitted=None, diagnosed=date(2024, 5, 1), stay="S1")
    result = decide([plan], [first, evolve(first, id="b", total=mp.yuan("1500"))])

    assert (codes(result), result.total) == (["claim.stay-twice"], 400_00)


def test_a_loss_of_property_is_not_part_of_a_stay() -> None:
    """Two losses of 1,000 and 300 during one stay are paid at 50 % each: they do not depend on the stay."""
    value = mp.parameters(rate=mp.rate("比例"), each=mp.money("每日"))
    plan = simple(mp.claim.admitted, mp.claim.property_loss * value.rate, value)
    first = stay(5, 10, property_loss=mp.yuan("1000"))
    result = decide([plan], [first, evolve(first, id="b", property_loss=mp.yuan("300"))])

    assert (codes(result), result.total) == ([], 650_00)


def test_one_plan_that_refused_a_stay_does_not_block_another() -> None:
    """A diagnosis that the allowance refused does not use up the days of its stay."""
    diagnosis = stay(5, 20, event="diagnosis", diagnosed=date(2024, 5, 1), discharged=date(2024, 5, 21))
    result = decide([allowance(free_days=0)], [diagnosis, stay(5, 20, id="b", discharged=date(2024, 5, 21))])

    assert codes(result) == []
    assert result.total == 20 * 40_00


def test_a_lump_sum_may_be_raised_with_the_same_papers() -> None:
    """What does not depend on the stay is not bound to its days: mild, then severe, with the same dates."""
    value = mp.parameters(mild=mp.money("轻症"), severe=mp.money("重症"))
    lump = mp.choose(mp.claim.is_mild, value.mild, value.severe)
    plan = make(
        "graded",
        value,
        benefits=[
            mp.Benefit(
                "lump",
                mp.Text("给付"),
                clause="测试",
                pays=lump.less(mp.paid.before("lump", per=mp.per.LIFETIME)),
            )
        ],
    )
    claims = [stay(5, 20, stage="mild"), stay(5, 20, id="again", stage="severe")]
    result = decide([(plan, 'mild = "3000"\nsevere = "10000"')], claims)

    assert codes(result) == []
    assert [item.total for item in result.decisions] == [3000_00, 7000_00]


def person(id_: str, **more: object) -> mp.Insured:
    """Return a child born in 2000."""
    given = {"relation": "child", "sex": "male", "birth_date": date(2000, 1, 1), **more}
    return mp.Insured(id=id_, **given)  # type: ignore[arg-type]


NUMBER = read_id("999999196809150018")


@pytest.mark.parametrize(
    ("persons", "decided"),
    [
        ([person("a"), person("b")], 2),
        ([person("a", id_number=NUMBER), person("b", id_number=NUMBER)], 1),
        ([person("a"), person("a")], 0),
        ([person("a"), person("b", relation="self")], 1),
    ],
)
def test_nobody_is_insured_under_two_names(persons: list[mp.Insured], decided: int) -> None:
    """The same ID number, the same id, or the member under another id: that person's claims are not decided."""
    plan, values = allowance()
    plans = [(evolve(plan, insures=("self", "child")), values)]
    ids = sorted({item.id for item in persons})
    covers = tuple(cover("allowance", insured=id_) for id_ in ids)
    claims = tuple(stay(3, id=f"c {id_}", insured=id_) for id_ in ids)
    situation = Situation(member=MEMBER, insured=tuple(persons), coverages=covers, claims=claims)
    result = simulate(office(*plans), situation)

    assert decided == len(result.decisions)
    assert (decided < 2) is ("case.person-twice" in codes(result))


def test_a_name_that_serves_as_an_id_is_masked() -> None:
    """Where a file calls the child by its name, messages show the surname; an id like child-1 stands whole."""
    plan, values = allowance()
    plans = [(evolve(plan, insures=("self", "child")), values)]
    people = (person("张小宝"), person("张小宝"), person("child-1"), person("child-1"))
    covers = (cover("allowance", insured="张小贝"),)
    situation = Situation(
        member=MEMBER, insured=people, coverages=covers, claims=(stay(3, id="c", insured="张小贝"),)
    )
    result = simulate(office(*plans), situation)

    told = "\n".join(f"{item.line()} {item.hint} {item.line('en')}" for item in result.problems)
    assert {"case.person-twice", "cover.person", "claim.person"} <= set(codes(result))
    assert "小" not in told
    assert "张**" in told
    assert 'insured person "child-1"' in told


def test_a_cover_of_nobody_is_reported() -> None:
    """A cover for "chlid" does not vanish: the hint offers "child"."""
    situation = Situation(
        member=MEMBER, insured=(person("child"),), coverages=(cover("allowance", insured="chlid"),)
    )
    (found,) = simulate(office(allowance()), situation).problems

    assert found.code == "cover.person"
    assert found.hint is not None
    assert "child" in found.hint.zh


@pytest.mark.parametrize(
    ("last_day", "codes_"),
    [(date(2024, 12, 31), []), (date(2025, 1, 1), ["cover.term"]), (date(2024, 6, 30), ["cover.term"])],
)
def test_a_cover_is_as_long_as_its_term(last_day: date, codes_: list[str]) -> None:
    """A cover longer than the 12 months of the plan is not decided under; a shorter one is doubted."""
    result = decide([allowance()], [stay(1)], cover("allowance", last_day=last_day))

    assert codes_ == codes(result)
    assert (0 if last_day > LAST else 280_00) == result.total


def test_an_earlier_term_must_be_earlier() -> None:
    """An earlier term that ends on the first day of the cover is an error, not a silently broken chain."""
    earlier = (mp.DateRange(date(2023, 1, 1), FIRST),)
    result = decide([allowance()], [stay(1)], cover("allowance", earlier=earlier))

    assert codes(result) == ["cover.earlier"]
    assert result.decisions == ()


def test_a_claim_without_its_date_is_not_judged_under_the_first_of_two_covers() -> None:
    """With two covers and no day of admission the decision is incomplete and names the day."""
    next_year = cover("allowance", first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))
    result = decide([allowance()], [stay(1, admitted=None)], cover("allowance"), next_year)

    assert [item.status for item in result.decisions] == ["incomplete"]
    assert result.decisions[0].benefits[0].missing == ("claim.admitted",)


def test_a_plan_that_is_not_decided_has_not_paid_nothing() -> None:
    """While the city's plan lacks the bill, the company fund waits for it instead of paying a share of everything."""
    result = decide([inpatient_medical(), second_plan()], [stay(1, self_paid_partly=None)])

    assert [item.status for item in result.decisions] == ["incomplete", "incomplete"]
    assert "claim.waits" in codes(result)
    assert result.total == 0


def test_a_number_is_free_again_after_a_faulty_claim() -> None:
    """A claim that was refused for its dates may be entered again under its number, corrected."""
    faulty = stay(1, id="A", admitted=date(2024, 5, 9), discharged=date(2024, 5, 1))
    result = decide([allowance()], [faulty, stay(1, id="A")])

    assert codes(result) == ["claim.dates"]
    assert result.total == 280_00


@pytest.mark.parametrize(("covered", "pays"), [("gone", None), ("other", 700_00)])
def test_an_indemnity_waits_for_a_plan_that_could_not_be_loaded(covered: str, pays: int | None) -> None:
    """What a missing plan pays for the same bill is unknown, not 0: 70 % of 1,000 is paid only where it does not cover."""
    found = evolve(office(inpatient_medical()), missing={"gone": mp.MutualPlansError()})
    held = (cover(covered), cover("inpatient-medical"))
    result = simulate(found, Situation(member=MEMBER, coverages=held, claims=(stay(5),)))

    (decision,) = (item for item in result.decisions if item.plan == "inpatient-medical")
    assert decision.total == pays


@pytest.mark.parametrize(("limited", "warned"), [(False, ["allowance"]), (True, ["lump", "allowance"])])
def test_an_open_claim_is_told_at_later_ones_that_may_rest_on_it(limited: bool, warned: list[str]) -> None:
    """A lump sum counts nothing, so a claim that lacks its days concerns it only where one limit is over both plans."""
    value = mp.parameters(sum=mp.money("住院金"))
    lump = make(
        "lump", value, benefits=[mp.Benefit("lump", mp.Text("住院金"), clause="测试", pays=value.sum)]
    )
    limit = SharedLimit(
        id="1", title=mp.Text("合计"), plans=("lump", "allowance"), most=9000_00, per=mp.per.CALENDAR_YEAR
    )
    running = evolve(office((lump, 'sum = "100"'), allowance()), limits=(limit,) if limited else ())
    covers, claims = (cover("lump"), cover("allowance")), (stay(1, days=None), stay(2))
    result = simulate(running, Situation(member=MEMBER, coverages=covers, claims=claims))
    told = [item for item in result.problems if item.code == "claim.earlier-open"]

    assert {item.where for item in told} == {"c2"}  # the lump sum of the open claim itself is not after it
    assert [item.message.zh for item in told] == [
        f"计划 {plan}：前面的申领 c1 还没有核定，本次按没有那一次计算" for plan in warned
    ]


@pytest.mark.parametrize("first", ["lump", "allowance"])
def test_a_claim_is_not_after_itself(first: str) -> None:
    """One plan of a limit decides a claim that the other leaves open, in either order: nothing earlier is open."""
    value = mp.parameters(sum=mp.money("住院金"))
    lump = make(
        "lump", value, benefits=[mp.Benefit("lump", mp.Text("住院金"), clause="测试", pays=value.sum)]
    )
    limit = SharedLimit(
        id="1", title=mp.Text("合计"), plans=("lump", "allowance"), most=9000_00, per=mp.per.CALENDAR_YEAR
    )
    plans = [(lump, 'sum = "100"'), allowance()]
    running = evolve(office(*(plans if first == "lump" else reversed(plans))), limits=(limit,))
    covers = (cover("lump"), cover("allowance"))
    result = simulate(running, Situation(member=MEMBER, coverages=covers, claims=(stay(1, days=None),)))

    assert "claim.earlier-open" not in codes(result)
    assert sorted(item.status for item in result.decisions) == ["incomplete", "paid"]


def test_an_open_claim_of_another_person_is_not_an_earlier_one() -> None:
    """The child's stay lacks its days: the member's, in an account of its own, does not rest on it."""
    plan, values = allowance()
    running = office((evolve(plan, insures=("self", "child")), values))
    situation = Situation(
        member=MEMBER,
        insured=(mp.Insured(id="child", relation="child"),),
        coverages=(cover("allowance"), cover("allowance", insured="child")),
        claims=(stay(1, days=None, insured="child"), stay(2)),
    )

    assert "claim.earlier-open" not in codes(simulate(running, situation))
