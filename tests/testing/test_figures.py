"""What the cases reach of a rule, and which small changes of it they notice: counted by hand for the tiny plan."""

import pytest

from mutualplans.testing.changes import declaration_changes
from mutualplans.testing.figures import figures_of
from mutualplans.testing.reach import goals_of, open_nodes, reached_by
from mutualplans.testing.subject import Subject
from tests.testing.test_laws import paying


def change(path, old, new):
    """Replace the first of a text that must be in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def counts(figures):
    """Return group → (reached, all)."""
    return {count.title.zh[:2]: (count.done, count.of) for count in (*figures.reached, *figures.noticed)}


def missing(figures, title):
    """Return what is missing in one group, in words."""
    [count] = [count for count in (*figures.reached, *figures.noticed) if count.title.zh.startswith(title)]
    return [text.zh for text in count.missing]


def test_what_two_cases_of_two_days_reach(twice):
    """2 days under the first band, level 3, cancer: the other band, row, condition and the edge at 3 stay open."""
    figures = figures_of(Subject("tiny"))

    assert (figures.cases, figures.published, figures.recorded) == (2, 0, 0)
    assert missing(figures, "条件") == ["诊断属于“病种”所列：不成立"]
    assert missing(figures, "分档") == ["分档（first）第 2 档"]
    assert missing(figures, "界限") == ["分档（first）的界限 3：正好在界上", "分档（first）的界限 3：多一"]
    assert missing(figures, "表行") == ["等级金额（first）：其他"]
    assert missing(figures, "所列病种") == ["病种（first）：搭桥"]


def test_the_edge_hit_and_one_off(twice):
    """3 days hit the edge of the band, 4 days lie one over it and reach the other band."""
    text = twice.cases.read_text(encoding="utf-8")
    last = text.rpartition("[[case]]")[2]
    for days, expect in ((3, "125.00"), (4, "215.00")):  # 3 × 40 + 5; 4 × 40 + 5 + 50
        again = last.replace("住院 2 天", f"住院 {days} 天").replace("days = 2", f"days = {days}")
        text += f"\n[[case]]{again.replace('85.00', expect)}"
    twice.cases.write_text(text, encoding="utf-8")

    figures = figures_of(Subject("tiny"))

    assert counts(figures)["界限"] == (2, 2)
    assert counts(figures)["分档"] == (2, 2)
    assert not [
        text for text in missing(figures, "改动版次数值") if "上界" in text and text.startswith("second")
    ]


def test_a_condition_that_fails_is_reached(twice):
    """A refused claim reaches the condition that refuses it, and no row behind it."""
    change(twice.cases, 'diagnosis = "C00.1"\nhospital_level = "3"\ndays = 2\nexpect = "85.00"',
           'diagnosis = "Z00"\nhospital_level = "3"\ndays = 2\nexpect = "0.00"\nreasons = ["not-listed"]')  # fmt: skip
    subject = Subject("tiny")
    goals = {goal: goal.text.zh for goal in goals_of(subject)}

    refused = reached_by([subject.runs[0][1]])

    assert [goals[goal] for goal in goals if goal in refused] == ["诊断属于“病种”所列：不成立"]


def test_values_that_the_cases_pin_down(twice):
    """1 fen more or less a day shows in 2 days; the fee shows in no claim, only where a case expects it."""
    unnoticed = missing(figures_of(Subject("tiny")), "改动版次数值")

    assert not [text for text in unnoticed if "每日津贴" in text]
    assert [text for text in unnoticed if "互助费" in text and text.startswith("first")] == [
        "first：互助费由 60.00 元 改为 60.01 元",
        "first：互助费由 60.00 元 改为 59.99 元",
    ]

    change(twice.cases, "last_day = 2011-12-31 }", 'last_day = 2011-12-31, premium = "60.00" }')
    unnoticed = missing(figures_of(Subject("tiny")), "改动版次数值")

    assert [text.partition("：")[0] for text in unnoticed if "互助费" in text] == ["second", "second"]


WAITING = "term_months=12,\n    waiting=mp.Waiting(30, waived=mp.cover.is_renewal),"


TERMS = "value.terms.of(mp.cover.tier)"


def test_a_table_of_terms_is_reached_by_a_quote(twice):
    """Who is quoted in a tier reaches that tier's row of the term; the other row stays open."""
    change(twice.plan, "term_months=12,", f"term_months={TERMS},")
    change(twice.plan, "    grades=", "    terms=mp.table(mp.Kind.COUNT, '期限'),\n    grades=")
    for edition in (twice.first, twice.second):
        change(edition, 'premium = "60"', 'premium = "60"\nterms = { value = { a = 12, b = 36 } }')
    change(twice.cases, "last_day = 2011-12-31 }", 'last_day = 2011-12-31, tier = "a", premium = "60.00" }')

    rows = [text for text in missing(figures_of(Subject("tiny")), "表行") if "期限（first）" in text]

    assert rows == ["期限（first）：b"]


@pytest.mark.parametrize(
    ("admitted", "expect", "noticed"),
    [
        ("2011-01-31", "85.00", {"多 1 天"}),  # day 31: paid; a longer period would refuse it
        (
            "2011-01-30",
            "0.00",
            {"少 1 天", "去掉免责期"},
        ),  # day 30: refused; a shorter one, or none, would pay it
    ],
)
def test_the_waiting_day_more_or_less(twice, admitted, expect, noticed):
    """A waiting period of 30 days is pinned down by day 30 and day 31, each for one side."""
    change(twice.plan, "term_months=12,", WAITING)
    change(twice.cases, "admitted = 2011-02-01", f"admitted = {admitted}")
    change(twice.cases, 'expect = "85.00"', f'expect = "{expect}"')
    change(twice.cases, "admitted = 2012-02-01", "admitted = 2012-06-01")

    unnoticed = missing(figures_of(Subject("tiny")), "改动声明")

    every = {"多 1 天", "少 1 天", "去掉免责期"}
    assert {name for name in every if not any(name in text for text in unnoticed)} == noticed
    assert any("续保等情形不再免除" in text for text in unnoticed)


WITHIN = "claim_within=value.workdays.after(claim.event_date, value.within), term_months=12,"
YEAR = """
within = 3
[[values.workdays]]
from = {year}-01-01
to = {year}-12-31
source = "测试虚构"
holidays = [{{ from = {year}-02-02, to = {year}-02-08 }}]
worked = [{worked}]
"""


def with_working_days(twice, reported):
    """Give the tiny plan 3 working days to claim; Wednesday 2 to 8 February 2011 are off, Saturday 12 is worked."""
    change(twice.plan, "term_months=12,", WITHIN)
    change(
        twice.plan,
        "    grades=",
        "    within=mp.count('时限'), workdays=mp.workdays('工作日历'),\n    grades=",
    )
    for edition, year, worked in ((twice.first, 2011, "2011-02-12"), (twice.second, 2012, "2012-02-11")):
        text = edition.read_text(encoding="utf-8") + YEAR.format(year=year, worked=worked)
        edition.write_text(text, encoding="utf-8")
    change(twice.cases, "admitted = 2011-02-01", f"admitted = 2011-02-01\nreported = {reported}")
    change(twice.cases, "admitted = 2012-02-01", "admitted = 2012-02-01\nreported = 2012-02-01")
    return Subject("tiny")


@pytest.mark.parametrize(
    ("reported", "expect", "unnoticed"),
    [
        # Wed 9, Thu 10, Fri 11 are the three days: the last day pays, one fewer or no days off would not.
        ("2011-02-11", "85.00", {"由 3 改为 4", "不计周末上班"}),
        # The worked Saturday is too late; one day more would reach it, were it worked.
        ("2011-02-12", "0.00", {"由 3 改为 2", "不计放假", "不计周末上班"}),
    ],
)
def test_a_working_day_more_or_less(twice, reported, expect, unnoticed):
    """A deadline of 3 working days is pinned down by its last day and the day after, the calendar by its days off."""
    change(twice.cases, 'expect = "85.00"', f'expect = "{expect}"')

    texts = missing(figures_of(with_working_days(twice, reported)), "改动版次数值")

    of_first = [text for text in texts if text.startswith(("first：时限", "first：工作日历"))]
    assert {name for name in unnoticed if any(name in text for text in of_first)} == unnoticed
    assert len(of_first) == len(unnoticed)


def test_what_follows_from_a_condition_is_not_asked_for(twice):
    """A choice by a test that the benefit's own condition asks for has one side, and a factor of 1 is no step."""
    listed = "mp.choose(listed, 1, 0)"
    settled = "mp.choose(value.daily.over(mp.yuan('9')), 1, claim.days)"  # 40 yuan is over 9
    subject = paying(twice, f"value.daily * {listed} * {settled}", "40.00")

    figures = figures_of(subject)

    assert "限额" not in counts(figures)
    assert not [text for text in missing(figures, "改动声明") if "则 1，否则 0" in text or "×" in text]


SOME = """term_months=12,
    waiting=WAITING,"""


def test_the_days_of_the_reduced_period_are_changed_as_a_part(twice):
    """Of the reduced period only its last day is an edge of the author's; the rest is the waiting period."""
    subject = paying(
        twice,
        "mp.choose(WAITING.reduced, value.daily, value.daily * claim.days)",
        "80.00",
        before="WAITING = mp.Waiting(30, reduced_to=90, waived=mp.cover.is_renewal)",
        waiting=("term_months=12,", SOME),
    )
    texts = [
        item.text.zh for item in declaration_changes(subject.plan, open_nodes(subject.plan, subject.editions))
    ]
    of_days = [text for text in texts if "保障第几天" in text]

    assert [text for text in of_days if "改为“保障第几天小于" in text]
    assert not [text for text in of_days if "且" in text]
    assert [text for text in texts if "续保才看得出" in text]


LIMITS = "(claim.days * value.daily).raised_to(mp.yuan('100')).capped(mp.yuan('90'), per=mp.per.TERM)"


def test_order_of_cap_and_floor(twice):
    """2 × 40 = 80 raised to 100 and cut to 90: the other way round 100 is paid, and the case notices."""
    subject = paying(twice, LIMITS, "90.00")
    swaps = [
        item
        for item in declaration_changes(subject.plan, open_nodes(subject.plan, subject.editions))
        if item.text.en.count("raised") == 2 and item.text.en.count("at most") == 2
    ]
    unnoticed = missing(figures_of(subject), "改动声明")

    assert len(swaps) == 1
    assert swaps[0].text.zh not in unnoticed
    # The first claim of a term cannot tell a term from a lifetime.
    assert any("以往" in text for text in unnoticed)


def test_the_same_figures_every_time(twice):
    """Nothing is left to chance: a README can hold the figures."""
    assert figures_of(Subject("tiny")) == figures_of(Subject("tiny"))


def test_a_recorded_case_is_counted_as_such(twice):
    """Amounts that nobody worked out do not pass for worked ones."""
    change(twice.cases, 'arithmetic = "2', 'recorded = true\narithmetic = "2')

    assert figures_of(Subject("tiny")).recorded == 1


MERGING = """term_months=12,
    merges=[mp.Merge(7, when=claim.is_inpatient, same=[claim.diagnosis])],"""


def test_a_rule_of_merging_that_no_case_shows(twice):
    """Without two stays near each other nobody would notice that the rule is gone; with them it is pinned down."""
    change(twice.plan, "term_months=12,", MERGING)
    change(twice.plan, "claim.days * value.daily", "claim.days.capped(3, per=mp.per.STAY) * value.daily")
    unnoticed = missing(figures_of(Subject("tiny")), "改动声明")

    assert {text for text in unnoticed if "合并" in text or text.startswith("“7")} == {
        "去掉住院合并（7）",
        "住院合并（7）不再要求诊断相同",
        "“7”改为“8”",
        "“7”改为“6”",
    }

    text = twice.cases.read_text(encoding="utf-8")
    first = text.partition('[[case]]\nname = "后一版')[0]
    claim = first.rpartition("[[case.claim]]")[2].replace("days = 2", "days = 2\ndischarged = 2011-02-03")
    for day, diagnosis, expect in (
        ("10", "C00.1", "45.00"),
        ("11", "C00.1", "85.00"),
        ("10", "C00.2", "85.00"),
    ):
        # 7 days after the discharge it is one stay, of which 1 of 3 days is left: 40 + 5
        again = claim.replace("2011-02-01", f"2011-02-{day}").replace("2011-02-03", f"2011-02-{int(day) + 2}")
        again = again.replace("C00.1", diagnosis).replace("85.00", expect)
        head = first.rpartition("[[case.claim]]")[0].replace("住院 2 天", f"再次住院 {day} {diagnosis}")
        text += f"\n{head}[[case.claim]]{claim}[[case.claim]]{again}"
    twice.cases.write_text(text, encoding="utf-8")
    unnoticed = missing(figures_of(Subject("tiny")), "改动声明")

    assert not [text for text in unnoticed if "合并" in text or text.startswith("“7")]
