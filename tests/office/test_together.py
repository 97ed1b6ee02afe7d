"""What an office says of its plans together: additions, exclusions, replaced benefits, limits over several plans."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import claim, cover
from mutualplans.engine.explain import trace
from mutualplans.engine.office import Office
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.engine.ruletext import rule_text
from mutualplans.engine.simulate import Simulation, Situation, simulate
from tests.engine.plans import make
from tests.expressiveness.small import MEMBER
from tests.expressiveness.small import claim as happens
from tests.expressiveness.small import cover as held
from tests.office.sample import Small, office, rows, written


def lump(id_: str, amount: str = "1000", **more: object) -> Small:
    """Return a plan that pays a sum for a diagnosis, a share; its fee is 20."""
    value = mp.parameters(lump=mp.money("互助金"))
    diagnosis = claim.is_diagnosis.because("no-diagnosis", zh="不是确诊")
    benefit = mp.Benefit("lump", mp.Text("互助金"), clause="测试", pays=value.lump, when=[diagnosis])
    given = {"premium": mp.yuan("20"), "title": mp.Text(f"计划{id_}", f"Plan {id_}"), **more}
    return make(id_, value, benefits=[benefit], **given), f'lump = "{amount}"'


def allowance() -> Small:
    """Return a plan that pays 40 for each day in hospital, whatever the event."""
    value = mp.parameters(daily=mp.money("每日津贴"))
    pays = value.daily * claim.days * cover.shares
    benefit = mp.Benefit("daily", mp.Text("住院津贴"), clause="测试", pays=pays)
    return make("allowance", value, benefits=[benefit], title=mp.Text("住院津贴计划")), 'daily = "40"'


def diagnosed(day: str = "03-05", **more: object) -> mp.Claim:
    """Return a diagnosis with ten days in hospital."""
    return happens("diagnosis", day, diagnosis="C50", days=10, **more)


def decided(found: Office, claims: list[mp.Claim], *covers: mp.Coverage) -> Simulation:
    """Decide claims of the member under the covers."""
    return simulate(found, Situation(member=MEMBER, coverages=covers, claims=tuple(claims)))


def wants(found: Office, plan: str, *together: str, covers: tuple[mp.Coverage, ...] | None = None) -> Quote:
    """Quote a plan for the member from 1 January 2024."""
    joining = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(name="厂"),
        first_day=date(2024, 1, 1),
        together=together,
        covers=covers,
    )
    return quote(found.plan(plan), joining)


# ---------------------------------------------------------------- an addition only with the main plan


@pytest.fixture(name="addition")
def _addition(tmp_path: Path) -> Office:
    """An office whose plan "women" is had only with "main"."""
    text = rows(["main", "women"], women='only_with = ["main"]')
    return office(tmp_path, text, lump("main"), lump("women", "6000"))


def test_an_addition_is_quoted_with_its_main_plan(addition: Office) -> None:
    """Together, or beside a running cover of the main plan, it costs its fee; a known lack of it refuses."""
    running = held("main", first_day=date(2023, 7, 1), last_day=date(2024, 6, 30))

    assert wants(addition, "women", "main").premium == 20_00
    assert wants(addition, "women", covers=(running,)).premium == 20_00
    refused = wants(addition, "women", covers=())
    assert (refused.premium, [item.code for item in refused.reasons]) == (None, ["only-with"])


def test_whether_the_main_plan_is_held_is_never_guessed(addition: Office) -> None:
    """Without known covers and without joining both, nobody can tell, and the quote says what is missing."""
    found = wants(addition, "women")

    assert found.premium is None
    assert [item.code for item in found.problems] == ["join.other-plan"]


def test_an_addition_pays_only_beside_its_main_plan(addition: Office) -> None:
    """With a cover of the main plan on its first day it pays 6,000; without, or with a later one, nothing."""
    later = held("main", first_day=date(2024, 2, 1), last_day=date(2025, 1, 31))
    both = decided(addition, [diagnosed()], held("main"), held("women"))
    alone = decided(addition, [diagnosed()], held("women"))
    too_late = decided(addition, [diagnosed()], later, held("women"))

    assert [item.total for item in both.decisions] == [1000_00, 6000_00]
    assert [item.total for item in alone.decisions] == [0]
    assert {reason.code for reason in alone.decisions[0].benefits[0].reasons} == {"only-with"}
    assert [item.total for item in too_late.decisions] == [1000_00, 0]


def test_the_rule_text_of_the_office_says_so(addition: Office) -> None:
    """The condition is printed with the plan's own."""
    item = addition.plan("women")
    text = rule_text(item.plan, item.editions[0].edition).section("insured")

    assert any("同时参加计划main" in line.text for line in text.lines)


# ---------------------------------------------------------------- one or the other


@pytest.fixture(name="choice")
def _choice(tmp_path: Path) -> Office:
    """An office where nobody has "b" beside "a" (Chongqing's major disease A or B)."""
    return office(tmp_path, rows(["a", "b"], b='not_with = ["a"]'), lump("a"), lump("b", "3000"))


def test_of_two_plans_one_can_be_joined(choice: Office) -> None:
    """Alone each costs its fee; beside the other, or beside a running cover of it, the second is refused."""
    running = held("a", first_day=date(2023, 7, 1), last_day=date(2024, 6, 30))

    assert [wants(choice, plan).premium for plan in ("a", "b")] == [20_00, 20_00]
    refused = [wants(choice, "b", "a"), wants(choice, "b", covers=(running,))]
    assert [item.premium for item in refused] == [None, None]
    assert [reason.code for item in refused for reason in item.reasons] == ["not-with", "not-with"]


@pytest.mark.parametrize("first_day", [date(2024, 1, 1), date(2024, 12, 31)])
def test_a_cover_beside_an_excluded_one_is_not_paid(choice: Office, first_day: date) -> None:
    """Covers that share one day are a fault of the records that somebody has to clear; the other plan pays."""
    other = held("a", first_day=first_day, last_day=date(2024, 12, 31))
    found = decided(choice, [diagnosed("12-31")], other, held("b"))

    assert [(item.plan, item.total) for item in found.decisions] == [("a", 1000_00)]
    assert "cover.not-with" in [item.code for item in found.problems]


def test_one_after_the_other_is_no_fault(choice: Office) -> None:
    """A cover that begins the day after the other ends stands."""
    before = held("a", first_day=date(2023, 1, 1), last_day=date(2023, 12, 31))
    found = decided(choice, [diagnosed()], before, held("b"))

    assert [item.total for item in found.decisions] == [0, 3000_00]
    assert found.complete


# ---------------------------------------------------------------- the lump replaces the allowance


def test_a_lump_replaces_the_allowance_of_the_event(tmp_path: Path) -> None:
    """A diagnosis pays 1,000 and no allowance; a stay without a diagnosis pays 10 × 40."""
    text = rows(["lump", "allowance"], allowance='replaced_by = ["lump"]')
    found = office(tmp_path, text, lump("lump"), allowance())
    stay = happens("inpatient", "05-05", days=10)
    made = decided(found, [diagnosed(), stay], held("lump"), held("allowance"))

    assert [item.total for item in made.decisions] == [1000_00, 0, 0, 400_00]
    assert made.decisions[1].benefits[0].reasons[0].code == "replaced"


# ---------------------------------------------------------------- limits over several plans

LIMIT = """
[[limits]]
title = "两项合计最高给付"
plans = ["a", "b"]
most = "1500"
per = "{per}"
"""


@pytest.mark.parametrize(
    ("per", "paid"),
    [
        ("incident", [1000_00, 500_00, 1000_00, 500_00]),
        ("term", [1000_00, 500_00, 0, 0]),
        ("calendar-year", [1000_00, 500_00, 0, 0]),
        ("lifetime", [1000_00, 500_00, 0, 0]),
    ],
)
def test_plans_share_a_limit(tmp_path: Path, per: str, paid: list[int]) -> None:
    """Of 1,000 and 3,000 the two plans pay 1,500 together; over a period nothing is left for a second event."""
    text = rows(["a", "b"]) + LIMIT.format(per=per)
    found = office(tmp_path, text, lump("a"), lump("b", "3000"))
    made = decided(found, [diagnosed(), diagnosed("09-05")], held("a"), held("b"))

    assert [item.total for item in made.decisions] == paid
    assert found.plan("a").plan.benefits[0].pays != lump("a")[0].benefits[0].pays
    for item in made.decisions:
        assert all(trace(benefit, lang) for benefit in item.benefits for lang in ("zh", "en"))


def test_a_shared_limit_begins_anew_in_the_next_year(tmp_path: Path) -> None:
    """What was paid in 2024 does not count in 2025."""
    found = office(tmp_path, rows(["a", "b"]) + LIMIT.format(per="calendar-year"), lump("a"), lump("b"))
    covers = [held(plan, first_day=date(2024, 7, 1), last_day=date(2025, 6, 30)) for plan in ("a", "b")]
    made = decided(found, [diagnosed("09-05"), diagnosed("2025-03-05")], *covers)

    assert [item.total for item in made.decisions] == [1000_00, 500_00, 1000_00, 500_00]


def test_two_benefits_of_one_plan_share_its_limit(tmp_path: Path) -> None:
    """The second benefit gets what the first one leaves of 1,500."""
    plan, values = lump("a")
    (first,) = plan.benefits
    plan = evolve(plan, benefits=(first, evolve(first, id="again")))
    made = decided(
        office(tmp_path, rows(["a", "b"]) + LIMIT.format(per="incident"), (plan, values), lump("b")),
        [diagnosed()],
        held("a"),
        held("b"),
    )
    assert [[item.amount for item in each.benefits] for each in made.decisions] == [[1000_00, 500_00], [0]]


def test_a_limit_waits_for_what_is_undecided(tmp_path: Path) -> None:
    """While the first plan lacks the days, nobody knows what is left for the second."""
    daily, lump_ = allowance(), lump("lump")
    text = rows(["allowance", "lump"]) + LIMIT.format(per="incident").replace(
        '"a", "b"', '"allowance", "lump"'
    )
    found = office(tmp_path, text, daily, lump_)
    made = decided(found, [evolve(diagnosed(), days=None)], held("allowance"), held("lump"))

    assert [item.total for item in made.decisions] == [None, None]
    assert "claim.waits" in [item.code for item in made.problems]


def test_a_limit_for_a_term_needs_one_term(tmp_path: Path) -> None:
    """Terms that begin on different days are no one term: what is left cannot be told."""
    found = office(tmp_path, rows(["a", "b"]) + LIMIT.format(per="term"), lump("a"), lump("b"))
    other = held("b", first_day=date(2024, 2, 1), last_day=date(2025, 1, 31))
    made = decided(found, [diagnosed()], held("a"), other)

    assert [item.total for item in made.decisions] == [None]
    assert {item.code for item in made.problems} >= {"cover.limit-terms"}


# ---------------------------------------------------------------- mistakes in the file


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (rows(["a", "b"], b='only_with = ["aa"]'), "office.other-plan", 9),
        (rows(["a", "b"], b='not_with = ["b"]'), "office.other-plan", 9),
        (rows(["a", "b"], a='only_with = ["b"]'), "office.order", 4),
        (rows(["a", "b"], a='replaced_by = ["b"]'), "office.order", 2),
        (rows(["a", "b"], b='only_with = "a"'), "file.value", 9),
        (rows(["a", "b"]) + LIMIT.format(per="year"), "office.limit", 16),
        (rows(["a", "b"]) + LIMIT.format(per="term").replace('"1500"', "1500"), "file.value", 15),
        (rows(["a", "b"]) + LIMIT.format(per="term").replace('"b"', '"c"'), "office.other-plan", 14),
        (rows(["a", "b"]) + '\n[[limits]]\nplans = ["a"]\nmost = "5"\nper = "term"', "file.missing-key", 12),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    """Each mistake is an error at its line, and no office comes of it."""
    found, problems = written(tmp_path, text, lump("a"), lump("b"))
    errors = [item for item in problems if item.severity == "error"]

    assert found is None
    assert [item.code for item in errors] == [code]
    assert f":{line}:" in errors[0].where
