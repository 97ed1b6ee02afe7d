"""The laws: plans with a fault each, the smallest case that shows it, and the engine that runs that case."""

import re
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from mutualplans.cli.main import main
from mutualplans.testing.batch import batch_problems
from mutualplans.testing.cases import case_problems
from mutualplans.testing.changes import declaration_changes
from mutualplans.testing.counterexample import broken_law
from mutualplans.testing.figures import figures_of
from mutualplans.testing.laws import LAWS, missing_inputs_are_reported, nothing_outside_the_cover
from mutualplans.testing.subject import Subject
from mutualplans.testing.worlds import Setting, World

PAYS = """claim.days * value.daily + value.grades.of(claim.hospital_level)
            + claim.days.banded(value.bands).less(value.limit)"""
CAPPED_DAYS = "claim.days.capped(100, per=mp.per.TERM) * value.daily"


def law(name):
    """Return a law by its name."""
    return next(law for law in LAWS if law.__name__ == name)


def paying(tiny, formula, expect="80.00", *, before="", **more):
    """Give the tiny plan another formula (and other parts), its cases the amount that it then pays."""
    text = tiny.plan.read_text(encoding="utf-8")
    assert PAYS in text
    text = text.replace(PAYS, formula)
    for old, new in more.values():
        assert old in text
        text = text.replace(old, new)
    unused = [name for name in ("daily", "limit", "grades", "bands") if f"value.{name}" not in formula]
    text = without(text.replace("plan = mp.Plan(", f"{before}\nplan = mp.Plan("), "    {}=mp.", unused)
    tiny.plan.write_text(text, encoding="utf-8")
    for edition in (tiny.first, tiny.second):
        values = edition.read_text(encoding="utf-8")
        edition.write_text(without(values, "{} = ", unused), encoding="utf-8")
    cases = tiny.cases.read_text(encoding="utf-8")
    tiny.cases.write_text(cases.replace('"85.00"', f'"{expect}"'), encoding="utf-8")
    return Subject("tiny")


def without(text, begins, names):
    """Return a text without the lines that declare, or give, some values."""
    gone = tuple(begins.format(name) for name in names)
    return "".join(line for line in text.splitlines(keepends=True) if not (gone and line.startswith(gone)))


@pytest.fixture
def simulated(capsys, monkeypatch):
    """Return what `mutualplans simulate` prints for the file, and the office, that a problem names."""

    def run(found, *options):
        command = found.hint.zh.splitlines()[0].split()
        assert command[:2] == ["mutualplans", "simulate"]
        capsys.readouterr()
        status = main([*command[1:], *options])
        return status, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize("found", LAWS, ids=[item.__name__ for item in LAWS])
def test_sound_plan_breaks_no_law(twice, found):
    """A plan that is as it should be breaks none, and every law has its sentence."""
    assert broken_law(Subject("tiny"), found) is None
    assert found.__doc__


def test_a_longer_stay_that_pays_less(twice, simulated):
    """A choice that pays nothing above some days is found, with the two amounts; the file pays the smaller one."""
    subject = paying(twice, "mp.choose(claim.days.up_to(3), claim.days, 0) * value.daily")

    found = broken_law(subject, law("more_loss_never_pays_less"))

    assert found.code == "law.broken"
    amounts = re.search(r"住院天数.*由 (\d+) 增为 (\d+)，给付反而由 ([\d.]+) 减为 ([\d.]+)", found.message.zh)
    # The plan pays days × 40 (or the office's end of the range), up to 3 days.
    days, more, before, after = amounts.groups()
    assert int(days) <= 3 < int(more)
    assert float(before) > float(after) == 0
    status, printed = simulated(found)
    assert status == 0
    assert "合计给付：0.00" in printed


def test_a_declared_notch_is_listed_and_no_fault(twice):
    """A band of a whole amount that gives less is a rule of its own: the laws allow it, the figures list it."""
    for edition in (twice.first, twice.second):
        text = edition.read_text(encoding="utf-8")
        edition.write_text(
            text.replace(
                '{ up_to = 3, gives = "0" }, { gives = "50" }',
                '{ up_to = 3, gives = "50" }, { gives = "20" }',
            ),
            encoding="utf-8",
        )
    subject = paying(twice, "claim.days.banded(value.bands)", "50.00")

    assert broken_law(subject, law("more_loss_never_pays_less")) is None
    assert [notch.zh for notch in figures_of(subject).notches] == [
        "first：分档在 3 处由 50.00 元 降为 20.00 元",
        "second：分档在 3 处由 50.00 元 降为 20.00 元",
    ]


def test_a_negative_amount(twice, simulated):
    """Subtracting what may be more is found, and the file stops simulate with the same fault."""
    subject = paying(twice, "claim.days * value.daily - mp.yuan('50')", "30.00")

    found = broken_law(subject, law("never_negative"))

    status, printed = simulated(found)
    assert status != 0
    assert "formula.negative" in printed or "算出负数" in printed


def test_a_fault_at_the_end_of_what_an_office_may_set(twice, simulated):
    """The edition is sound, the office's lowest amount is not: an office file comes with the case."""
    subject = paying(twice, "claim.days * value.daily - claim.days * mp.yuan('10')", "60.00")

    found = broken_law(subject, law("never_negative"))

    assert "--office" in found.hint.zh
    assert "daily" in found.hint.zh
    _status, printed = simulated(found)
    assert "算出负数" in printed


def test_a_function_that_pays_more_than_it_promised(twice, simulated):
    """What a function leaf promises about its result is held against what it gives."""
    leaf = 'mp.computed(lambda days: days * 1000, claim.days, gives=mp.Kind.MONEY, zh="另算", most=3000)'
    subject = paying(twice, leaf, "20.00")

    found = broken_law(subject, law("never_above_the_cap"))

    assert "超过上限 30.00" in found.message.zh
    paid = re.search(r"给付 ([\d.]+)，", found.message.zh).group(1)
    _status, printed = simulated(found)
    assert paid in printed.replace(",", "")


def test_a_stay_that_pays_more_on_two_bills(twice, simulated):
    """An amount added to every claim of a stay is found by its two bills, which the file holds."""
    subject = paying(twice, f"{CAPPED_DAYS} + value.grades.of(claim.hospital_level)", "85.00")

    found = broken_law(subject, law("splitting_a_stay_changes_nothing"))

    parts = re.search(r"一张单据给付 ([\d.]+)，同一次住院分两张给付 ([\d.]+) \+ ([\d.]+)", found.message.zh)
    whole, one, two = (float(part) for part in parts.groups())
    assert one + two > whole
    assert found.hint.zh.count("[[claim]]") == 2
    _status, printed = simulated(found)
    assert f"{one + two:,.2f}" in printed


@pytest.mark.parametrize(
    "formula",
    [
        CAPPED_DAYS,
        "claim.days.above(1, per=mp.per.STAY).capped(3, per=mp.per.TERM) * value.daily",
        "claim.days.banded(value.bands, per=mp.per.STAY)",
    ],
)
def test_a_stay_that_goes_on_from_bill_to_bill(twice, formula):
    """Scales with a period give the same on two bills."""
    expect = {"above": "40.00", "bande": "0.00"}.get(formula[11:16], "80.00")
    subject = paying(twice, formula, expect)

    assert broken_law(subject, law("splitting_a_stay_changes_nothing")) is None


def test_a_negative_fee(twice):
    """A fee below 0 is found with its amount."""
    subject = paying(
        twice, CAPPED_DAYS, premium=("premium=value.premium", "premium=value.premium - mp.yuan('100')")
    )

    found = broken_law(subject, law("premium_is_whole"))

    assert "-4000" in found.message.zh  # 60.00 - 100.00 yuan, in fen


def test_a_function_that_remembers_somebody_else(twice):
    """A function leaf that depends on more than its inputs makes the order of persons matter."""
    before = "seen = []\ndef count(days):\n    seen.append(days)\n    return min(len(seen), 1000)\n"
    leaf = 'mp.computed(count, claim.days, gives=mp.Kind.MONEY, zh="另算", most=1000)'
    subject = paying(twice, leaf, "0.01", before=before)

    assert broken_law(subject, law("order_of_persons_changes_nothing")) is not None


def world(subject):
    """Return the first worked case as a world."""
    return World(Setting(subject.plan, subject.editions[0]), subject.cases[0].situation)


def test_paid_without_an_input_that_mattered(twice):
    """A decision that stays complete without an input and pays another amount is found."""
    unread = (
        "mp.choose(claim.days.up_to(9), claim.days * value.daily, claim.property_loss.capped(mp.yuan('9')))"
    )
    here = world(paying(twice, unread))
    [claim] = here.situation.claims
    longer = evolve(here.situation, claims=(evolve(claim, days=5),))
    picks = range(len(here.setting.form.inputs))

    broken = [missing_inputs_are_reported(evolve(here, pick=pick), here.run(longer)) for pick in picks]
    kept = [missing_inputs_are_reported(evolve(here, pick=pick), here.run()) for pick in picks]

    assert any(broken)
    assert not any(kept)


def test_paid_outside_the_cover(twice):
    """A payment for a day that the cover does not have is found, whatever the engine said."""
    here = world(Subject("tiny"))
    [cover] = here.situation.coverages
    later = evolve(cover, first_day=date(2011, 3, 1))
    moved = evolve(here, situation=evolve(here.situation, coverages=(later,)))

    assert nothing_outside_the_cover(here, here.run()) is None
    assert "不在保障期内" in nothing_outside_the_cover(moved, here.run()).zh


def test_the_same_world_every_time(twice):
    """The smallest case is the same in every run, so that a failure can be talked about."""
    first, second = (
        broken_law(paying_again, law("never_negative"))
        for paying_again in (
            paying(twice, "claim.days * value.daily - mp.yuan('50')", "30.00"),
            Subject("tiny"),
        )
    )
    texts = [
        Path(item.hint.zh.splitlines()[0].split()[2]).read_text(encoding="utf-8") for item in (first, second)
    ]

    assert texts[0] == texts[1]
    assert first.message == second.message


ENDS = "mp.choose(claim.is_accident, value.daily, value.daily * mp.cover.shares)"


def test_a_claim_that_waits_for_a_fact_is_no_silence(twice):
    """Shares that an earlier claim lacks are told there; that the later one is then decided without it breaks no law."""
    subject = paying(
        twice,
        ENDS,
        "40.00",
        max_shares=("term_months=12,", "term_months=12, max_shares=3, ends=~claim.is_accident,"),
    )
    setting = Setting(subject.plan, subject.editions[0])
    situation = subject.cases[0].situation
    first = situation.claims[0]
    later = evolve(first, id="2", admitted=date(2011, 3, 1), cause="accident")
    first = evolve(first, cause="illness")
    held = evolve(situation.coverages[0], shares=2)
    world = World(setting, evolve(situation, coverages=(held,), claims=(first, later)))
    without_shares = world.run(evolve(world.situation, coverages=(evolve(held, shares=None),)))

    # The first ends the cover, so the second gets nothing; without shares the first is open, and the second is paid.
    assert [item.total for item in world.run().decisions] == [80_00, 0]
    assert [item.total for item in without_shares.decisions] == [None, 40_00]
    broken = [missing_inputs_are_reported(evolve(world, pick=pick), world.run()) for pick in range(40)]
    assert broken == [None] * 40


SHARED = {
    "FAMILY": "(claim.days * value.daily).capped(mp.yuan('{}'), per=mp.per.CALENDAR_YEAR, whose=mp.Whose.FAMILY)",
    "FUND": "(claim.days * value.daily).capped(mp.yuan('{}'), per=mp.per.CALENDAR_YEAR, whose=mp.Whose.FUND)",
}


@pytest.mark.parametrize("whose", SHARED)
def test_a_plan_whose_accounts_are_shared_breaks_no_law(twice, whose):
    """Families do not depend on each other; what the fund had counted is stated in every world that is tried."""
    for place, year in ((twice.cases, 2011), (twice.cases, 2012)):
        text = place.read_text(encoding="utf-8")
        cover = f"coverage = {{ first_day = {year}-01-01"
        assert cover in text
        stated = f'fund = {{ tiny = {{ {year} = {{ allowance = "900" }} }} }}\n'
        place.write_text(text.replace(cover, (stated if whose == "FUND" else "") + cover), encoding="utf-8")
    subject = paying(twice, SHARED[whose].format(1000))

    assert [found.__name__ for found in LAWS if broken_law(subject, found)] == []
    assert [run.total for _case, run in subject.runs] == [80_00, 80_00]


def test_a_case_of_the_fund_shows_which_changes_matter(twice):
    """With 950 of 1,000 counted before, a fund that is taken for a family, or forgotten, pays more, and is noticed."""
    text = twice.cases.read_text(encoding="utf-8")
    for year in (2011, 2012):
        cover = f"coverage = {{ first_day = {year}-01-01"
        text = text.replace(cover, f'fund = {{ tiny = {{ {year} = {{ allowance = "950" }} }} }}\n{cover}')
    twice.cases.write_text(text, encoding="utf-8")
    subject = paying(twice, SHARED["FUND"].format(1000), "50.00")
    (root,) = {benefit.pays.node for benefit in subject.plan.benefits}
    changes = [
        change for change in declaration_changes(subject.plan, [root.before]) if change.node == root.before
    ]

    assert len(changes) == 3
    for change in changes:
        assert case_problems(change.plan, subject.cases[0])


def test_a_batch_is_compared_with_a_fund_that_begins_at_0(twice):
    """A case that says nothing of the fund is incomplete alone, and decided in a batch, where nothing came before."""
    subject = paying(twice, SHARED["FUND"].format(1000))

    assert [made.status for _case, run in subject.runs for made in run.decisions] == ["incomplete"] * 2
    assert list(batch_problems(subject.plan, subject.cases)) == []
