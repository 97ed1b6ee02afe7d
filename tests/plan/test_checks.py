"""The checks of a declared plan: each code is reached by a plan that has that one fault and no other."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import claim, cover, insured, paid, per
from mutualplans.expr import nodes as n
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Limits
from mutualplans.model.problem import Problem
from mutualplans.plan.checks import CHECKS, check_plan

EDITION = """
plan = "sample"
id = "sample-1"
series = "city"
title = "测试版"
in_force = { from = 2020-01-01 }
publisher = "测试办事处"
source = "tests"
confidence = "published"

[values]
"""
VALUES = {"fee": '"60"', "lump": '"1000"'}

value = mp.parameters(fee=mp.money("每份互助费", "fee"), lump=mp.money("互助金", "lump sum"))
accident = claim.is_accident.because("not-accident", zh="不是意外", en="not an accident")
dead = claim.is_death.because("no-death", zh="不是身故")


def edition(values: dict[str, str] | None = None, **changes: str) -> str:
    """Return an edition file with some lines of its head replaced and some values added."""
    lines = EDITION.strip().splitlines()
    for key, stated in changes.items():
        lines = [f"{key} = {stated}" if line.startswith(f"{key} =") else line for line in lines]
    return "\n".join([*lines, *(f"{name} = {stated}" for name, stated in (VALUES | (values or {})).items())])


def benefit(id_: str = "lump", **changes: Any) -> mp.Benefit:
    """Return a benefit with some attributes replaced."""
    given: dict[str, Any] = {"title": mp.Text("互助金", "Lump sum"), "clause": "第一条", "pays": value.lump}
    return mp.Benefit(id_, **(given | changes))


def check(
    folder: Path, *editions: str, values: mp.plan.parameters.Parameters = value, **changes: Any
) -> tuple[Problem, ...]:
    """Return the problems of a sound plan of which some attributes are replaced."""
    for number, text in enumerate(editions or (edition(),)):
        (folder / f"{number}.toml").write_text(text, encoding="utf-8")
    given: dict[str, Any] = {
        "id": "sample",
        "title": mp.Text("测试互助保障计划", "Test plan"),
        "values": values,
        "editions": mp.editions("mutualplans", str(folder)),
        "premium": value.fee * cover.shares,
        "term_months": 12,
        "when": [accident],
        "benefits": [benefit()],
    }
    return check_plan(mp.Plan(**(given | changes)))


def with_more(**more: Any) -> Any:
    """Return the parameters of the sample and some more."""
    return mp.parameters(fee=mp.money("每份互助费", "fee"), lump=mp.money("互助金", "lump sum"), **more)


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """Return code and place of each problem."""
    return [(found.code, found.where.removeprefix("sample: ")) for found in problems]


def only(problems: tuple[Problem, ...]) -> Problem:
    """Return the one problem there is."""
    assert len(problems) == 1, told(problems)
    return problems[0]


# ---------------------------------------------------------------- the whole


def test_sound(tmp_path: Path) -> None:
    """A sound plan has no problem of any severity."""
    assert check(tmp_path) == ()


def test_full_house(tmp_path: Path) -> None:
    """Every part that may hold a formula may hold a sound one."""
    more = with_more(
        days=mp.days("免责期", "waiting", open_to_office=mp.between(0, 90)),
        late=mp.days("申领时限", "days to claim", optional=True),
        band=mp.bands(Kind.MONEY, "分档", "bands"),
        grade=mp.table(Kind.MONEY, "等级表", "grades"),
        listed=mp.conditions("病种", "conditions"),
    )
    values = {
        "days": "30",
        "band": '[{ below = "100", gives = "1" }, { gives = "2" }]',
        "grade": '{ value = { "1" = "10" } }',
        "listed": '{ value = [{ id = "a", title = "甲", class = "x", icd10 = ["C50"] }] }',
    }
    found = check(
        tmp_path,
        edition(values),
        values=more,
        joins=[insured.age.within(16, 60).because("age", zh="年龄不符")],
        excludes=[mp.excluded("fraud", zh="欺诈")],
        waiting=mp.Waiting(more.days, reduced_to=90, waived=cover.is_renewal),
        renewal_window=15,
        max_shares=2,
        ends=claim.is_death,
        event_date=claim.diagnosed,
        claim_within=more.late,
        papers=[mp.Paper("proof", mp.Text("死亡证明"), when=claim.is_death)],
        when=[accident, more.listed.match(claim.diagnosis).is_listed.because("not-listed", zh="不在病种内")],
        benefits=[
            benefit(pays=more.lump.banded(more.band) + more.grade.of(claim.disability_grade)),
            benefit(
                "second",
                pays=mp.benefit("lump")
                .capped(more.lump, per=per.TERM)
                .less(paid.before("second", per=per.TERM)),
            ),
        ],
    )

    assert told(found) == []


def test_list_is_open() -> None:
    """The checks are one tuple of functions with docstrings, so that a new one is one line."""
    assert all(callable(item) and item.__doc__ for item in CHECKS)
    assert len(set(CHECKS)) == len(CHECKS)


# ---------------------------------------------------------------- structure


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"values": {"fee": "60"}}, "values"),
        ({"editions": "editions"}, "editions"),
        ({"editions": mp.editions(None)}, "editions.package"),  # type: ignore[arg-type]
        ({"waiting": 30}, "waiting"),
        ({"benefits": ["lump"]}, "benefits[0]"),
        ({"papers": ["proof"]}, "papers[0]"),
        ({"benefits": [benefit(5)]}, "benefits[0].id"),  # type: ignore[arg-type]
        ({"insures": [5]}, "insures[0]"),
    ],
)
def test_wrong_types(changes: dict[str, Any], place: str, tmp_path: Path) -> None:
    """What is not of the right type is reported alone, without a crash."""
    assert told(check(tmp_path, **changes)) == [("plan.type", place)]


@pytest.mark.parametrize(
    ("benefits", "places"),
    [
        ([], ["benefits"]),
        ([benefit(), benefit()], ["benefits[1]"]),
        ([benefit("Lump Sum")], ["benefits[0]"]),
    ],
)
def test_benefits(benefits: list[mp.Benefit], places: list[str], tmp_path: Path) -> None:
    """There is a benefit, and each has an id of its own."""
    found = [item for item in told(check(tmp_path, benefits=benefits)) if item[0] != "parameter.unused"]

    assert found == [("plan.benefits", place) for place in places]


@pytest.mark.parametrize(("insures", "count"), [("self", 4), ((), 1), (("self", "cousin"), 1)])
def test_insures(insures: Any, count: int, tmp_path: Path) -> None:
    """Who may be insured are known relations, written as several."""
    assert [item.code for item in check(tmp_path, insures=insures)] == ["plan.insures"] * count


# ---------------------------------------------------------------- labels and sources


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"title": mp.Text("Test plan")}, "title"),
        ({"title": "测试互助保障计划"}, "title"),
        ({"summary": mp.Text("Pays.")}, "summary"),
        ({"benefits": [benefit(title=mp.Text("Lump sum"))]}, "benefits.lump"),
        ({"papers": [mp.Paper("proof", mp.Text("ID card"))]}, "papers.proof"),
        ({"when": [claim.is_accident.because("no", zh="not an accident")]}, "when[0]"),
        ({"ends": mp.field("claim", "closed", Kind.FLAG, "closed")}, "ends"),
        ({"benefits": [benefit(pays=value.lump.named("lump"))]}, "benefits.lump.pays"),
    ],
)
def test_label(changes: dict[str, Any], place: str, tmp_path: Path) -> None:
    """Whatever a user reads has a Chinese text."""
    assert told(check(tmp_path, **changes)) == [("plan.label", place)]


def test_label_of_parameter(tmp_path: Path) -> None:
    """A parameter has a Chinese label."""
    more = with_more(days=mp.days("ICU days"))

    found = check(tmp_path, edition({"days": "3"}), values=more, renewal_window=more.days)

    assert told(found) == [("plan.label", "values.days")]


@pytest.mark.parametrize(
    ("text", "place"), [(edition(publisher='" "'), "0.toml"), (edition(source='""'), "0.toml")]
)
def test_source_of_edition(text: str, place: str, tmp_path: Path) -> None:
    """An edition says who published it and where."""
    assert told(check(tmp_path, text)) == [("plan.source", place)]


@pytest.mark.parametrize("clause", ["", " ", None])
def test_source_of_benefit(clause: Any, tmp_path: Path) -> None:
    """A benefit names its clause."""
    assert told(check(tmp_path, benefits=[benefit(clause=clause)])) == [("plan.source", "benefits.lump")]


def test_source_of_assumed_value(tmp_path: Path) -> None:
    """An assumed value says why it was assumed."""
    text = edition({"lump": '{ value = "1000", confidence = "inferred" }'})

    assert "plan.source" in {item.code for item in check(tmp_path, text)}


# ---------------------------------------------------------------- editions


def test_no_edition(tmp_path: Path) -> None:
    """A plan without an edition is told where they are looked for."""
    (tmp_path / "empty").mkdir()
    found = only(check(tmp_path, editions=mp.editions("mutualplans", str(tmp_path / "empty"))))

    assert found.code == "plan.editions"
    assert "empty/*.toml" in found.message.zh


@pytest.mark.parametrize("package", ["", "no_such_package"])
def test_no_package(package: str, tmp_path: Path) -> None:
    """A plan in a module without a package is told how to say where its editions lie."""
    found = only(check(tmp_path, editions=mp.editions(package)))

    assert found.code == "plan.editions"
    assert found.hint is not None
    assert "__package__" in found.hint.zh


def dated(*ranges: str, series: str = '"city"') -> list[str]:
    """Return editions with ids of their own and these dates."""
    return [edition(id=f'"e{number}"', in_force=found, series=series) for number, found in enumerate(ranges)]


FIRST = "{ from = 2020-01-01, to = 2020-12-31 }"


@pytest.mark.parametrize(
    ("ranges", "severities", "dates"),
    [
        ([FIRST, "{ from = 2021-01-01 }"], [], ()),
        (["{ from = 2021-01-01 }", FIRST], [], ()),
        (["{ to = 2020-12-31 }", "{ from = 2021-01-01 }"], [], ()),
        ([FIRST, "{ from = 2020-12-31 }"], ["error"], ("2020-12-31", "2020-01-01")),
        (["{ from = 2020-01-01 }", "{ from = 2021-01-01 }"], ["error"], ("2020-01-01", "2021-01-01")),
        (["{ to = 2020-12-31 }", "{ to = 2021-12-31 }"], ["error"], ("2020-12-31", "2021-12-31")),
        ([FIRST, "{ from = 2021-01-02 }"], ["warning"], ("2020-12-31", "2021-01-02")),
        (
            [
                "{ from = 2020-01-01, to = 2020-06-30 }",
                "{ from = 2020-02-01, to = 2020-03-31 }",
                "{ from = 2020-05-01 }",
            ],
            ["error", "error"],
            (),
        ),
    ],
)
def test_editions_follow(
    ranges: list[str], severities: list[str], dates: tuple[str, ...], tmp_path: Path
) -> None:
    """Editions of a series do not share a day; a day between two of them is a warning with both dates."""
    found = check(tmp_path, *dated(*ranges))

    assert [(item.code, item.severity) for item in found] == [
        ("plan.editions", severity) for severity in severities
    ]
    assert all(day in found[0].message.zh for day in dates)


def test_series_are_apart(tmp_path: Path) -> None:
    """Editions of different series may share their days."""
    texts = [*dated(FIRST), *dated("{ to = 2020-06-30 }", series='"province"')]

    found = check(tmp_path, texts[0], texts[1].replace('"e0"', '"p0"'))

    assert told(found) == []


def test_edition_id_twice(tmp_path: Path) -> None:
    """Two editions have not one id."""
    texts = [edition(in_force=FIRST), edition(in_force="{ from = 2021-01-01 }")]

    assert told(check(tmp_path, *texts)) == [("plan.editions", "1.toml")]


def test_edition_files_are_reported(tmp_path: Path) -> None:
    """The problems of the edition files are among those of the plan, and no second one is made of them."""
    found = told(check(tmp_path, edition({"lamp": '"1"'})))

    assert found == [("edition.value-unknown", "0.toml:13: values.lamp")]


# ---------------------------------------------------------------- parameters


def test_unused(tmp_path: Path) -> None:
    """A parameter that no formula reads is an error."""
    more = with_more(days=mp.days("天数"))

    assert told(check(tmp_path, edition({"days": "3"}), values=more)) == [("parameter.unused", "values.days")]


def test_offering_a_benefit_reads_its_parameter(tmp_path: Path) -> None:
    """A parameter that only says whether an edition has a benefit is read, and has to be a flag."""
    more = with_more(pays=mp.flag("给付此项"))
    offered = check(tmp_path, edition({"pays": "true"}), values=more, benefits=[benefit(offered=more.pays)])
    amount = only(check(tmp_path, benefits=[benefit(offered=value.lump)]))

    assert told(offered) == []
    assert told((amount,)) == [("formula.kind", "benefits.lump.offered")]


def test_undeclared(tmp_path: Path) -> None:
    """A parameter of another declaration is an error where it is read."""
    other = mp.parameters(most=mp.shares("最多份数"))

    assert told(check(tmp_path, max_shares=other.most)) == [("parameter.undeclared", "max_shares")]


def test_undeclared_with_the_same_name(tmp_path: Path) -> None:
    """A parameter of the right name and another kind is none of the plan's own."""
    other = mp.parameters(lump=mp.shares("份数"))

    assert told(check(tmp_path, max_shares=other.lump)) == [("parameter.undeclared", "max_shares")]


def test_assumed_closed(tmp_path: Path) -> None:
    """An assumed value that an office cannot set is a warning."""
    text = edition({"lump": '{ value = "1000", confidence = "assumed", reason = "没有来源" }'})
    found = only(check(tmp_path, text))

    assert told((found,))[0] == ("parameter.assumed-closed", "0.toml: values.lump")
    assert found.severity == "warning"


def test_assumed_open(tmp_path: Path) -> None:
    """An assumed value that an office can set is nothing to warn of."""
    more = with_more(days=mp.days("续保宽限", open_to_office=mp.at_will()))
    text = edition({"days": '{ value = 3, confidence = "assumed", reason = "没有来源" }'})

    assert told(check(tmp_path, text, values=more, renewal_window=more.days)) == []


late = with_more(days=mp.days("时限", optional=True))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"claim_within": late.days}, []),
        ({"report_within": late.days}, []),
        ({"claim_within": late.days + 5}, ["claim_within"]),
        ({"claim_within": late.days.named("时限")}, ["claim_within"]),
        ({"renewal_window": late.days}, ["renewal_window"]),
        ({"claim_within": late.days, "renewal_window": late.days}, ["renewal_window"]),
    ],
)
def test_optional(changes: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    """A parameter that may stay unset is read only as the whole of a time limit."""
    found = told(check(tmp_path, values=late, **changes))

    assert found == [("parameter.optional-read", place) for place in expected]


@pytest.mark.parametrize(
    ("parameter", "stated", "expected"),
    [
        (mp.days("天数", open_to_office=mp.between(0, 30)), "30", []),
        (mp.days("天数", open_to_office=mp.between(0, 30)), "31", [("warning", "0.toml: values.days")]),
        (mp.days("天数", open_to_office=mp.between(30, 0)), "3", [("error", "sample: values.days")]),
        (
            evolve(mp.days("天数"), open_to_office=Limits(Fraction(0), Fraction(1, 2))),
            "3",
            [("error", "sample: values.days")],
        ),
        (mp.days("天数", open_to_office=mp.between(0, 30)), None, []),
    ],
)
def test_limits(parameter: Any, stated: str | None, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    """What an office may set is a range of the parameter's kind that holds the editions' own values."""
    more = with_more(days=parameter)
    text = edition({} if stated is None else {"days": stated})
    found = check(tmp_path, text, values=more, renewal_window=more.days)

    assert [(item.code, item.severity, item.where) for item in found] == [
        ("parameter.limits", *item) for item in expected
    ]


def test_limits_of_conditions(tmp_path: Path) -> None:
    """A list of conditions has no least and no most."""
    more = with_more(listed=evolve(mp.conditions("病种"), open_to_office=Limits(1, 2)))
    listed = more.listed.match(claim.diagnosis).is_listed.because("not-listed", zh="不在病种内")

    assert told(check(tmp_path, values=more, when=[listed])) == [("parameter.limits", "values.listed")]


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"premium": 60}, "premium"),
        ({"term_months": mp.yuan("12")}, "term_months"),
        ({"max_shares": True}, "max_shares"),
        ({"renewal_window": "15"}, "renewal_window"),
        ({"ends": 1}, "ends"),
        ({"event_date": claim.days}, "event_date"),
        ({"claim_within": claim.is_death}, "claim_within"),
        ({"report_within": False}, "report_within"),
        ({"joins": [insured.age]}, "joins[0]"),
        ({"when": [accident, claim.days]}, "when[1]"),
        ({"excludes": [claim.cause]}, "excludes[0]"),
        ({"waiting": mp.Waiting(mp.yuan("30"))}, "waiting.nothing_to"),
        ({"waiting": mp.Waiting(30, reduced_to="90")}, "waiting.reduced_to"),
        ({"waiting": mp.Waiting(30, waived=1)}, "waiting.waived"),
        ({"papers": [mp.Paper("proof", mp.Text("证明"), when=claim.days)]}, "papers.proof"),
        ({"benefits": [benefit(), benefit("b", pays=claim.days)]}, "benefits.b.pays"),
        ({"benefits": [benefit(when=[dead, value.lump])]}, "benefits.lump.when[1]"),
    ],
)
def test_kind(changes: dict[str, Any], place: str, tmp_path: Path) -> None:
    """At each place stands a formula of its kind; the message says the formula in words."""
    found = [item for item in check(tmp_path, **changes) if item.code != "parameter.unused"]

    assert told(tuple(found)) == [("formula.kind", place)]
    assert "“" in found[0].message.zh


@pytest.mark.parametrize(
    "nonsense", [True, False, None, "claim.stage == 'mild'", 3, claim.days == claim.days, object()]
)
@pytest.mark.parametrize("part", ["joins", "when", "excludes", "benefit"])
def test_nonsense(nonsense: Any, part: str, tmp_path: Path) -> None:
    """What is no formula at all, such as the outcome of ==, is reported beside everything else, without a crash."""
    changes: dict[str, Any] = {part: [nonsense]}
    place = f"{part}[0]"
    if part == "benefit":
        changes, place = {"benefits": [benefit(when=[nonsense])]}, "benefits.lump.when[0]"
    found = check(tmp_path, **changes, title=mp.Text("English"))

    assert told(found) == [("plan.label", "title"), ("formula.kind", place)]
    assert ".equals(…)" in str(found[1].hint)


def test_a_policy_year_that_is_shared_begins_on_one_day(tmp_path: Path) -> None:
    """Members' years begin on any day unless terms do; then nobody could say which year of a family is meant."""
    year = value.lump.once(per=mp.per.POLICY_YEAR, whose=mp.Whose.FAMILY)
    given: dict[str, Any] = {"benefits": [benefit(pays=year)]}

    assert told(check(tmp_path, **given)) == [("formula.shared-year", "benefits.lump.pays")]
    assert told(check(tmp_path, **given, term_begins=mp.YearDay(7))) == []


@pytest.mark.parametrize(
    "pays",
    [
        mp.Formula(n.PaidBefore("lump", "term")),  # type: ignore[arg-type]
        mp.Formula(n.Round(value.lump.node, "down")),  # type: ignore[arg-type]
        mp.Formula(n.BenefitAmount([])),  # type: ignore[arg-type]
    ],
)
def test_unusable_formula(pays: mp.Formula, tmp_path: Path) -> None:
    """A formula with something inside that cannot even be put into words is reported, without a crash."""
    assert told(check(tmp_path, benefits=[benefit(pays=pays)])) == [("formula.kind", "benefits.lump.pays")]


shaped = with_more(
    grade=mp.table(Kind.MONEY, "等级表"),
    band=mp.bands(Kind.MONEY, "分档"),
    listed=mp.conditions("病种"),
)
SHAPED = edition(
    {
        "grade": '{ value = { "1" = "10" } }',
        "band": '[{ below = "100", gives = "1" }, { gives = "2" }]',
        "listed": '{ value = [{ id = "a", title = "甲", class = "x", icd10 = ["C50"] }] }',
    }
)


@pytest.mark.parametrize(
    "pays",
    [
        shaped.grade,
        mp.Formula(n.Times(shaped.band.node, cover.shares.node)),
        mp.Formula(n.Add(value.lump.node, shaped.grade.node)),
    ],
)
def test_shape(pays: mp.Formula, tmp_path: Path) -> None:
    """A table, a scale and a list of conditions are looked up; none is used as one value."""
    found = check(tmp_path, SHAPED, values=shaped, benefits=[benefit(), benefit("second", pays=pays)])
    kinds = [item for item in told(found) if item[0] != "parameter.unused"]

    assert kinds == [("formula.kind", "benefits.second.pays")]


# ---------------------------------------------------------------- names, reasons, context


@pytest.mark.parametrize(
    ("first", "second", "plan_when", "expected"),
    [
        (value.lump, mp.benefit("first"), accident, []),
        (value.lump, mp.benefit("fist"), accident, ["benefits.second.pays"]),
        (value.lump, mp.benefit("second"), accident, ["benefits.second.pays"]),
        (mp.benefit("second"), value.lump, accident, ["benefits.first.pays"]),
        (paid.before("second", per=per.TERM), value.lump, accident, []),
        (paid.before(per=per.TERM), value.lump, accident, []),
        (paid.before("sekond", per=per.TERM), value.lump, accident, ["benefits.first.pays"]),
        (value.lump, value.lump, mp.benefit("first").over(0).because("none", zh="未给付"), ["when[0]"]),
    ],
)
def test_name(first: Any, second: Any, plan_when: Any, expected: list[str], tmp_path: Path) -> None:
    """A benefit that is named exists, and comes earlier where its amount for this claim is read."""
    benefits = [benefit("first", pays=first), benefit("second", pays=second)]

    found = told(check(tmp_path, benefits=benefits, when=[plan_when]))

    assert found == [("formula.name", place) for place in expected]


@pytest.mark.parametrize(("named", "expected"), [("first", []), ("frist", ["ends"])])
def test_name_in_ends(named: str, expected: list[str], tmp_path: Path) -> None:
    """What ends the cover may name any benefit, and none that does not exist."""
    benefits = [benefit("first"), benefit("second")]

    found = told(check(tmp_path, benefits=benefits, ends=mp.benefit(named).over(0)))

    assert found == [("formula.name", place) for place in expected]


LISTED = with_more(listed=mp.conditions("病种"))
CANCER = {"listed": '{ value = [{ id = "a", title = "甲", class = "early", icd10 = ["D05"] }] }'}


@pytest.mark.parametrize(("class_", "place"), [("early", None), ("earlyish", "benefits.lump.when[0]")])
def test_class(class_: str, place: str | None, tmp_path: Path) -> None:
    """A class that no edition's list has is told once, with the nearest that there is."""
    early = LISTED.listed.match(claim.diagnosis).is_class(class_)
    when = [early.because("early", zh="不是早期病种"), (~early).because("late", zh="是早期病种")]

    found = check(tmp_path, edition(CANCER), values=LISTED, benefits=[benefit(when=when)])

    assert told(found) == ([("formula.class", place)] if place else [])
    assert [item.severity for item in found] == ["warning"] * len(found)
    assert not place or str(found[0].hint and found[0].hint.zh) == '是不是 "early"？'


def test_class_of_a_list_left_to_the_office(tmp_path: Path) -> None:
    """Where an edition leaves the list to the office, nobody knows its classes."""
    open_ = with_more(listed=mp.conditions("病种", open_to_office=mp.at_will()))
    condition = open_.listed.match(claim.diagnosis).is_class("any").because("early", zh="不是早期病种")

    assert check(tmp_path, values=open_, benefits=[benefit(when=[condition])]) == ()


def test_name_nearest(tmp_path: Path) -> None:
    """The nearest name is proposed for one that does not exist."""
    found = only(check(tmp_path, benefits=[benefit(), benefit("b", pays=mp.benefit("lumb"))]))

    assert str(found.hint and found.hint.zh) == '是不是 "lump"？'


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"joins": [insured.is_female]}, "joins[0]"),
        ({"when": [claim.is_accident & claim.is_inpatient]}, "when[0]"),
        ({"excludes": [~claim.circumstance("fraud", zh="欺诈")]}, "excludes[0]"),
        ({"benefits": [benefit(when=[dead, accident.named("意外")])]}, "benefits.lump.when[1]"),
        ({"when": [claim.is_accident.because("Not_Accident", zh="不是意外")]}, "when[0]"),
        ({"when": [claim.is_accident.because("", zh="不是意外")]}, "when[0]"),
        ({"when": [claim.is_accident.because(5, zh="不是意外")]}, "when[0]"),  # type: ignore[arg-type]
        (
            {
                "when": [
                    (claim.is_death | claim.is_accident.because("不是", zh="不是意外")).because(
                        "no", zh="不是"
                    )
                ]
            },
            "when[0]",
        ),
    ],
)
def test_because(changes: dict[str, Any], place: str, tmp_path: Path) -> None:
    """A condition ends with its reason, under a code of lower-case letters, digits, dots and hyphens."""
    assert told(check(tmp_path, **changes)) == [("formula.because", place)]


before = claim.days.before(per=per.TERM)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"joins": [dead]}, "joins[0]"),
        ({"joins": [insured.age_at_event.up_to(60).because("age", zh="年龄不符")]}, "joins[0]"),
        ({"joins": [cover.day.over(30).because("day", zh="天数不足")]}, "joins[0]"),
        (
            {"joins": [cover.shares.before(per=per.LIFETIME).below(9).because("many", zh="份数过多")]},
            "joins[0]",
        ),
        ({"premium": value.fee * claim.days}, "premium"),
        ({"premium": value.fee.less(mp.benefit("lump"))}, "premium"),
        ({"premium": value.fee.less(paid.before(per=per.LIFETIME))}, "premium"),
        ({"premium": value.fee.less(paid.by("other"))}, "premium"),
        ({"term_months": cover.months}, "term_months"),
        ({"term_begins": mp.YearDay(cover.months)}, "term_begins.month"),
        ({"term_begins": mp.YearDay(5, mp.choose(claim.is_death, 1, 2))}, "term_begins.day"),
        ({"term_months": mp.choose(claim.is_death, 1, 12)}, "term_months"),
        ({"max_shares": mp.choose(claim.is_death, 1, 2)}, "max_shares"),
        ({"renewal_window": mp.choose(claim.is_death, 1, 2)}, "renewal_window"),
        ({"ends": paid.before("lump", per=per.TERM).over(0)}, "ends"),
        ({"claim_within": mp.choose(before.over(0), 1, 2)}, "claim_within"),
        ({"papers": [mp.Paper("p", mp.Text("证明"), when=before.over(0))]}, "papers.p"),
        ({"max_shares": cover.shares}, "max_shares"),
        ({"renewal_window": mp.choose(cover.is_renewal, 1, 2)}, "renewal_window"),
        ({"event_date": claim.event_date}, "event_date"),
    ],
)
def test_context(changes: dict[str, Any], place: str, tmp_path: Path) -> None:
    """A formula reads only what is known when it is worked out, and nothing that is worked out from it."""
    assert told(check(tmp_path, **changes)) == [("formula.context", place)]


def test_context_allows(tmp_path: Path) -> None:
    """Joining may depend on the person and the unit; a time limit on the claim."""
    found = check(
        tmp_path,
        joins=[
            mp.unit.headcount.over(9).because("few", zh="人数不足"),
            cover.terms.below(3).because("terms", zh="期数过多"),
        ],
        claim_within=mp.choose(claim.is_death, 60, 30),
        ends=claim.is_death,
    )

    assert told(found) == []


# ---------------------------------------------------------------- warnings and notes


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"benefits": [benefit(when=[dead, claim.is_death.because("again", zh="未身故")])]}, "benefits.lump.when[1]"),
        ({"when": [dead], "benefits": [benefit(when=[dead])]}, "benefits.lump.when[0]"),
        ({"when": [dead, dead]}, "when[1]"),
    ],
)  # fmt: skip
def test_a_condition_twice(changes: dict[str, Any], place: str, tmp_path: Path) -> None:
    """The same test twice among the conditions of a benefit is a warning, whatever its reason is called."""
    found = only(check(tmp_path, **changes))

    assert ("formula.repeated", place, "warning") == (*told((found,))[0], found.severity)


def test_two_benefits_may_have_one_condition(tmp_path: Path) -> None:
    """What two benefits ask alike is written at each."""
    both = [benefit(when=[dead]), benefit("other", when=[dead])]

    assert told(check(tmp_path, benefits=both)) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"when": [claim.days.so_far(per=per.TERM).up_to(90).because("used", zh="已用完")]}, "when[0]"),
        (
            {"benefits": [benefit(when=[before.below(90).because("used", zh="已用完")])]},
            "benefits.lump.when[0]",
        ),
        (
            {
                "benefits": [
                    benefit(pays=mp.choose(claim.is_death, value.lump.once(per=per.TERM), value.lump))
                ]
            },
            "benefits.lump.pays",
        ),
    ],
)
def test_gated_state(changes: dict[str, Any], place: str, tmp_path: Path) -> None:
    """A sum over earlier claims inside a condition, or on one side of a choice, is a warning."""
    found = only(check(tmp_path, **changes))

    assert ("formula.gated-state", place, "warning") == (*told((found,))[0], found.severity)


@pytest.mark.parametrize(
    "pays",
    [
        mp.choose(claim.is_death, value.lump, 0).once(per=per.TERM),
        mp.choose(before.over(0), value.lump, 0),
        value.lump.capped(mp.choose(claim.is_death, value.lump, 0), per=per.TERM),
    ],
)
def test_ungated_state(pays: mp.Formula, tmp_path: Path) -> None:
    """A choice inside what is summed, inside its limit, or that reads a sum in its test, is as it looks."""
    assert told(check(tmp_path, benefits=[benefit(pays=pays)])) == []


def test_a_choice_by_the_edition_alone_gates_nothing(tmp_path: Path) -> None:
    """Where the values decide a choice, every claim of an edition takes the same side, and its sum is as it looks."""
    more = with_more(limited=mp.flag("有最高给付"))
    pays = mp.choose(more.limited, value.lump.once(per=per.TERM), value.lump)
    found = check(tmp_path, edition({"limited": "true"}), values=more, benefits=[benefit(pays=pays)])

    assert told(found) == []


def test_payments_in_a_condition(tmp_path: Path) -> None:
    """What was paid before grows by payments only, so a condition may read it."""
    condition = paid.before(per=per.TERM).below(value.lump).because("used", zh="已付满")

    assert told(check(tmp_path, when=[condition])) == []


def test_opaque(tmp_path: Path) -> None:
    """A Python function in a formula is listed as a note."""
    pays = mp.computed(lambda fen: fen // 2, value.lump, gives=Kind.MONEY, zh="减半", most=100_000)
    found = only(check(tmp_path, benefits=[benefit(pays=pays)]))

    assert (*told((found,))[0], found.severity) == ("formula.opaque", "benefits.lump.pays", "note")
    assert "减半" in found.message.zh
