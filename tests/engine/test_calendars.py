"""Working days in quotes, rule texts and explanations; what a calendar does not reach is missing and named."""

from __future__ import annotations

from datetime import date

import pytest

import mutualplans as mp
from mutualplans import claim, cover
from mutualplans.backends.words import in_words
from mutualplans.engine.explain import trace
from mutualplans.engine.office import LocalEdition, OfficePlan
from mutualplans.engine.quote import Joining, quote
from mutualplans.engine.ruletext import rule_text
from mutualplans.engine.simulate import Situation, simulate
from mutualplans.model.text import Lang
from tests.engine.plans import edition, make, office
from tests.expressiveness.small import MEMBER, benefit
from tests.expressiveness.small import claim as happened
from tests.expressiveness.small import cover as held
from tests.expressiveness.test_time import YEAR_2025

value = mp.parameters(
    lump=mp.money("互助金"), within=mp.days("时限", "limit"), workdays=mp.workdays("工作日历", "working days")
)
VALUES = 'lump = "100"\nwithin = 15' + YEAR_2025
registered = mp.field("cover", "registered", mp.Kind.DATE, "登记日期", "day registered")


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (15, "第 15 个工作日", "working day 15"),
        (value.within, "第 时限 个工作日", "working day limit"),
    ],
)
def test_the_number_in_words(number: int | mp.Formula, zh: str, en: str) -> None:
    """A number as one says it, a value without its edition by its label; the day after the event is the first."""
    node = value.workdays.after(claim.event_date, number).node

    assert in_words(node) == f"出险日期的次日起{zh}"
    assert in_words(node, "en") == f"{en} after event date, not counting that day"


@pytest.mark.parametrize(
    ("lang", "claims", "reports"),
    [
        ("zh", "不晚于出险日期的次日起第 15 个工作日［假定］", "不晚于入院日期的次日起第 2 个工作日"),
        (
            "en",
            "by working day 15 [assumed] after event date, not counting that day",
            "by working day 2 after day of admission, not counting that day",
        ),
    ],
)
def test_time_limits_that_are_days_of_the_calendar(lang: Lang, claims: str, reports: str) -> None:
    """Both limits are said as the day itself, the marks of the number stand with it, and the calendar is a table."""
    plan = make(
        "small", value,
        benefits=[benefit("lump", value.lump)],
        claim_within=value.workdays.after(claim.event_date, value.within),
        report_within=value.workdays.after(claim.admitted, 2),
    )  # fmt: skip
    found = rule_text(plan, edition(plan, VALUES), lang=lang).section("deadlines")

    assert [line.text for line in found.lines] == [claims, reports]
    (grid,) = found.grids
    assert [row[-1] for row in grid.rows] == ["国办发明电〔2024〕12号"]
    assert "2025-01-28" in grid.rows[0][1]
    assert grid.rows[0][2].split("、" if lang == "zh" else ", ")[0] == "2025-01-26"


@pytest.mark.parametrize(("first_day", "premium"), [(date(2025, 12, 5), 1000), (date(2026, 1, 20), None)])
def test_a_quote_lacks_what_the_calendar_does_not_know(first_day: date, premium: int | None) -> None:
    """Who joins later than 5 working days after registering pays 20 instead of 10: in 2026 nobody knows yet."""
    by = value.workdays.after(registered, value.within)
    late = mp.choose(cover.first_day.over(by), mp.yuan("20"), mp.yuan("10"))
    plan = make("small", value, benefits=[benefit("lump", value.lump)], premium=late)
    item = OfficePlan(plan=plan, editions=(LocalEdition(edition=edition(plan, VALUES)),))
    joining = Joining(
        member=MEMBER,
        insured=mp.Insured.member(MEMBER),
        unit=mp.Unit(),
        first_day=first_day,
        shares=1,
        extra={"registered": date(2025, 12, 1) if premium else date(2025, 12, 31)},
    )
    found = quote(item, joining)

    assert found.premium == premium
    assert [problem.code for problem in found.problems] == ([] if premium else ["edition.calendar-ends"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_step_of_an_explanation_says_its_days(lang: Lang) -> None:
    """A day later than the 15th working day after 20 January 2025 pays half; the step names the 14th of February."""
    by = value.workdays.after(claim.admitted, value.within)
    pays = mp.choose(claim.discharged.up_to(by), value.lump, value.lump.share(1, 2))
    plan = make("small", value, benefits=[benefit("lump", pays)])
    cover_ = held(first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))
    given = happened("inpatient", "2025-01-20", discharged=date(2025, 2, 15))
    case = Situation(member=MEMBER, coverages=(cover_,), claims=(given,))
    (made,) = simulate(office((plan, VALUES)), case).decisions
    found = trace(made.benefits[0], lang)

    assert made.total == 50_00
    assert found is not None
    said = {"zh": "出院日期不晚于入院日期的次日起第 15 个工作日", "en": "is not after working day 15"}[lang]
    assert any(said in step.text for step in found.steps), found
