"""The rule text read back from a declaration: sections, cases, tables, marks, and what an edition rules out."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import mutualplans as mp
from mutualplans import claim, cover, insured, per
from mutualplans.backends import exact
from mutualplans.engine.compare import compare
from mutualplans.engine.ruletext import Part, RuleText, rule_text
from mutualplans.engine.settle import settle
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold, order
from mutualplans.model.money import Rounding
from mutualplans.model.tomlfile import read_toml
from mutualplans.plan.edition import Confidence, Entry
from mutualplans.plan.reading import read_edition
from tests.engine.plans import HEAD, allowance, bound, edition, inpatient_medical, make

SECTIONS = [
    "insured",
    "premium",
    "term",
    "shares",
    "waiting",
    "benefits",
    "ends",
    "excludes",
    "papers",
    "deadlines",
    "edition",
]


LUMP = mp.Benefit("lump", mp.Text("互助金"), clause="第五条", pays=mp.yuan("100"))
"""A benefit for plans that are about something else."""


def written(plan: mp.Plan, values: str, **more: object) -> RuleText:
    """Return the rule text of a plan under some values; every value of the test edition is assumed."""
    return rule_text(plan, edition(plan, values), **more)  # type: ignore[arg-type]


def said(rule: RuleText, section: str) -> list[str]:
    """Return the sentences of a section, those of its parts included."""
    found = rule.section(section)
    lines = [*found.lines, *(line for part in found.parts for line in part.lines)]
    return [line.in_words(rule.lang) for line in lines]


def part(rule: RuleText, id_: str) -> Part:
    """Return one benefit of a rule text."""
    return next(item for item in rule.section("benefits").parts if item.id == id_)


def graded() -> tuple[mp.Plan, str]:
    """A lump with a waiting period, a reduced period and a mild stage, and a benefit that may be off."""
    value = mp.parameters(
        premium=mp.money("每份互助费", "fee"),
        waiting=mp.days("免责期"),
        reduced_to=mp.days("减责期止于"),
        reduced=mp.money("减责期每份给付", open_to_office=mp.between("0", "10000")),
        mild=mp.money("轻症每份给付"),
        full=mp.money("重症每份给付"),
        care=mp.money("护理金"),
        most=mp.money("每期限额"),
        report=mp.days("报案时限", optional=True),
    )
    waiting = mp.Waiting(value.waiting, reduced_to=value.reduced_to, waived=cover.is_renewal)
    amount = mp.choose(waiting.reduced, value.reduced, mp.choose(claim.is_mild, value.mild, value.full))
    plan = make(
        "graded",
        value,
        premium=value.premium * cover.shares,
        max_shares=2,
        waiting=waiting,
        report_within=value.report,
        ends=True,
        joins=[insured.is_female.because("sex", zh="仅限女职工")],
        excludes=[mp.excluded("fraud", zh="欺诈", en="fraud")],
        benefits=[
            mp.Benefit(
                "lump",
                mp.Text("互助金", "Lump"),
                clause="第五条",
                pays=(amount * cover.shares).capped(value.most, per=per.TERM),
            ),
            mp.Benefit(
                "care",
                mp.Text("护理金", "Care"),
                clause="第六条",
                offered=value.care.over(0),
                pays=value.care.once(per=per.TERM),
            ),
        ],
    )
    values = (
        'premium = "40"\nwaiting = 30\nreduced_to = 90\nreduced = "500"\nmild = "3000"\nfull = "10000"\n'
        'care = "0"\nmost = "15000"'
    )
    return plan, values


class TestSections:
    def test_order(self) -> None:
        """The sections stand in the order of a paper rule, the same in both languages."""
        plan, values = graded()

        assert [item.id for item in written(plan, values).sections] == SECTIONS
        assert [item.id for item in written(plan, values, lang="en").sections] == SECTIONS

    def test_what_the_rule_does_not_say(self) -> None:
        """A plan without papers, exclusions or time limits says so, instead of an empty section."""
        plan, values = allowance()
        rule = written(plan, values)

        assert said(rule, "excludes") == ["规则未载明"]
        assert said(rule, "papers") == ["规则未载明"]
        assert said(rule, "deadlines") == ["申领时效：规则未载明", "报案时限：规则未载明"]

    def test_unset_optional_value(self) -> None:
        """An optional time limit that the edition leaves out is "not stated"; one that it sets is told."""
        plan, values = graded()

        assert "报案时限：规则未载明" in said(written(plan, values), "deadlines")
        assert "报案时限：出险后 10 天［假定］内" in said(
            written(plan, values + "\nreport = 10"), "deadlines"
        )

    def test_english(self) -> None:
        """In English no sentence of our own is left in Chinese."""
        plan, values = allowance()
        rule = written(plan, values, lang="en")

        assert said(rule, "ends") == ["the cover goes on after a payment"]
        assert said(rule, "waiting") == ["no waiting period"]


class TestAssumed:
    """An assumed value that decides a sentence stands beside it, though the sentence does not name it."""

    ASSUMED = '{{ value = {value}, confidence = "assumed", reason = "没有来源" }}'

    def plan(self) -> mp.Plan:
        """A plan that pays by shares where the edition says so, and ends after a payment where it says so."""
        value = mp.parameters(
            sum=mp.money("慰问金"),
            by_share=mp.flag("按份计", open_to_office=mp.at_will()),
            ends=mp.flag("给付后终止", open_to_office=mp.at_will()),
        )
        factor = mp.choose(value.by_share, mp.cover.shares, 1)
        later = evolve(LUMP, id="later", title=mp.Text("后一项"), offered=value.sum.over(mp.yuan("9")))
        return make(
            "assumed",
            value,
            benefits=[evolve(LUMP, pays=value.sum * factor), later],
            max_shares=3,
            ends=value.ends & (mp.benefit("lump").over(0) | mp.benefit("later").over(0)),
        )

    def rule(self, by_share: str) -> RuleText:
        """Return the rule text with the two flags assumed."""
        flags = (
            f"by_share = {self.ASSUMED.format(value=by_share)}\nends = {self.ASSUMED.format(value='true')}"
        )
        return written(self.plan(), f'sum = "5"\n{flags}')

    def test_beside_what_it_decides(self) -> None:
        """Without shares the amount is said as it is, and what was assumed about shares stands below it."""
        lines = said(self.rule("false"), "benefits")

        assert lines[lines.index("给付：5.00 元［假定］") + 1] == "按份计［假定、可设］：否"
        assert "给付：慰问金 5.00 元［假定］ × 份数" in said(self.rule("true"), "benefits")

    def test_what_ends_the_cover(self) -> None:
        """What ends the cover names the benefits that the edition has, and what was assumed."""
        assert said(self.rule("true"), "ends") == [
            "下列情形给付后保障终止：本次给付“互助金”",
            "给付后终止［假定、可设］：是",
        ]


def test_a_table_of_months_has_its_unit() -> None:
    """What a table counts stands behind each of its numbers."""
    months = mp.table(mp.Kind.COUNT, "期限", unit=mp.Text("个月", "months"))
    value = mp.parameters(months=months, sum=mp.money("定额"))
    plan = make(
        "terms", value, benefits=[evolve(LUMP, pays=value.sum)], term_months=value.months.of(mp.cover.tier)
    )
    values = 'sum = "5"\nmonths = { value = { "1y" = 12, "3y" = 36 } }'

    rows = written(plan, values).section("term").grids[0].rows

    assert rows == (("1y", "12 个月"), ("3y", "36 个月"))


def test_days_written_in_the_plan_have_their_unit() -> None:
    """A renewal window, a last day to claim and a merging of stays may be plain numbers: they are days."""
    value = mp.parameters(sum=mp.money("定额"))
    plan = make(
        "days", value, benefits=[evolve(LUMP, pays=value.sum)], renewal_window=30, claim_within=180,
        merges=[mp.Merge(7)],
    )  # fmt: skip
    rule = written(plan, 'sum = "5"')

    assert "续保：两期之间间隔不超过 30 天的，为按时续保" in said(rule, "term")
    assert "申领时效：出险后 180 天内" in said(rule, "deadlines")
    assert "合并计算的住院：后一次距前一次结束不超过 7 天" in said(rule, "benefits")


def test_nothing_comes_back_where_the_edition_says_so() -> None:
    """A refund of 0 is not told."""
    value = mp.parameters(back=mp.flag("还本"), sum=mp.money("返还"))
    returns = mp.choose(value.back, value.sum, mp.yuan("0"))
    plan = make("back", value, benefits=[LUMP], returns=returns)

    assert said(written(plan, 'back = false\nsum = "5"'), "premium") == ["10.00 元", "还本［假定］：否"]
    assert "满期返还" in said(written(plan, 'back = true\nsum = "5"'), "premium")[1]


class TestCodes:
    def test_titles_of_the_edition(self) -> None:
        """Codes of tables and classes of conditions are called as the edition calls them, in each language."""
        value = mp.parameters(
            fee=mp.table(mp.Kind.MONEY, "互助费", "fee"), listed=mp.conditions("病种", "conditions")
        )
        match = value.listed.match(claim.diagnosis)
        plan = make(
            "titled",
            value,
            benefits=[LUMP],
            premium=value.fee.of(mp.member.risk_class),
            when=[
                match.is_class("operation").because("not-operation", zh="不是手术"),
                mp.member.risk_class.is_one_of("high", "low").because("risk", zh="工种不符"),
            ],
        )
        values = (
            'fee = { value = { high = "32", low = "26" } }\n'
            'listed = { value = [{ id = "a", title = "甲", class = "operation" },'
            ' { id = "b", title = "乙", class = "disease" }] }\n'
        )
        titles = {
            "high": mp.Text("高危工种", "high-risk"),
            "operation": mp.Text("手术", "operation, as named"),
        }
        given = evolve(edition(plan, values), titles=titles)
        chinese, english = rule_text(plan, given), rule_text(plan, given, lang="en")

        assert chinese.section("premium").grids[0].rows[0][0] == "高危工种"
        assert chinese.section("premium").grids[0].rows[1][0] == "low"
        common = said(chinese, "benefits")
        assert "条件：病种类别为手术" in common
        assert "条件：工种风险类别为高危工种或low" in common
        assert [row[1] for row in part(chinese, "common").grids[0].rows] == ["手术", "disease"]
        assert any("operation, as named" in line for line in said(english, "benefits"))

    def test_title_of_no_code(self) -> None:
        """A title of a code that stands nowhere in the edition is a mistake, with the nearest that does."""
        plan, values = allowance()
        file = HEAD.format(plan=plan.id, values=values).replace("[values]", '[titles]\nhihg = "高"\n[values]')
        found, problems = read_edition(plan, read_toml("test.toml", file))

        assert found is None
        assert [item.code for item in problems] == ["edition.title-unknown"]


class TestClauses:
    VALUES = 'sum = "5"\n[clauses]\ninsured = "第二条"\nlump = "第六条第一款"'

    def plan(self) -> mp.Plan:
        """A plan whose benefit names an article of its own."""
        value = mp.parameters(sum=mp.money("定额"))
        return make("clauses", value, benefits=[evolve(LUMP, pays=value.sum)])

    def test_articles_of_the_edition(self) -> None:
        """An edition counts its articles as its paper does; what it does not name keeps the plan's."""
        rule = written(self.plan(), self.VALUES)

        assert said(rule, "insured")[0] == "条款：第二条"
        assert said(rule, "term")[0] == "12 个月"
        assert "条款：第六条第一款" in said(rule, "benefits")
        assert "条款：第五条" in said(written(self.plan(), 'sum = "5"'), "benefits")
        assert said(written(self.plan(), self.VALUES, lang="en"), "insured")[0] == "clause: 第二条"

    def test_a_decision_names_the_article_too(self) -> None:
        """What is decided under an edition names the article of that edition."""
        assert bound(self.plan(), self.VALUES).programs[0].benefit.clause == "第六条第一款"

    def test_a_comparison_compares_what_is_said(self) -> None:
        """Articles are no part of a comparison."""
        (row, *_) = compare([written(self.plan(), self.VALUES)]).rows

        assert row.cells == (("本人", "没有载明参保条件"),)

    def test_article_of_nothing(self) -> None:
        """A clause of no benefit and no section is a mistake, with the nearest that there is."""
        plan = self.plan()
        file = HEAD.format(plan=plan.id, values=self.VALUES.replace("insured", "insurde"))
        found, problems = read_edition(plan, read_toml("test.toml", file))

        assert found is None
        assert [item.code for item in problems] == ["edition.clause-unknown"]
        assert problems[0].hint is not None
        assert "insured" in problems[0].hint.zh


class TestPapers:
    def test_settled(self) -> None:
        """Papers that the edition's values rule out are not listed, those always needed without their condition."""
        value = mp.parameters(extra=mp.money("大额"))
        papers = [
            mp.Paper("form", mp.Text("申领书")),
            mp.Paper("bill", mp.Text("结算单"), when=value.extra.over(0)),
            mp.Paper("death", mp.Text("死亡证明"), when=claim.is_death),
        ]
        plan = make("papers", value, papers=papers, benefits=[LUMP])

        assert said(written(plan, 'extra = "0"'), "papers") == ["申领书", "死亡证明（事件类型为身故时提供）"]
        assert "结算单" in said(written(plan, 'extra = "5"'), "papers")

    def test_exclusions_of_absent_benefits(self) -> None:
        """The exclusion of a benefit that the edition does not have is not listed."""
        value = mp.parameters(extra=mp.money("大额"))
        benefit = mp.Benefit(
            "extra",
            mp.Text("大额给付"),
            clause="第七条",
            offered=value.extra.over(0),
            when=[mp.excluded("preexisting", zh="参保前已患", en="before")],
            pays=value.extra,
        )
        plan = make("exclusions", value, benefits=[benefit])

        assert said(written(plan, 'extra = "0"'), "excludes") == ["规则未载明"]
        assert said(written(plan, 'extra = "5"'), "excludes") == ["只对“大额给付”：参保前已患"]


class TestConditions:
    def test_opposites(self) -> None:
        """What must not be is said as an exception; "a woman, or at most 60" is said as a rule for men."""
        value = mp.parameters(oldest=mp.years("最大年龄"))
        in_situ = (claim.is_in_situ | claim.is_mild).named("确诊为原位癌", "in situ")
        plan = make(
            "opposites",
            value,
            benefits=[LUMP],
            joins=[(insured.is_female | insured.age.up_to(value.oldest)).because("age", zh="超龄")],
            when=[(~in_situ).because("in-situ", zh="原位癌除外")],
        )
        rule = written(plan, "oldest = 60")

        assert "参保条件：性别为男的，保障起始日的周岁年龄不超过 60 周岁［假定］" in said(rule, "insured")
        assert "条件：确诊为原位癌的除外" in said(rule, "benefits")

    def test_another_age_for_women(self) -> None:
        """Ages within a range whose end depends on the person are said for either kind of person."""
        value = mp.parameters(least=mp.years("最小年龄"), women=mp.years("女"), men=mp.years("男"))
        ages = insured.age.within(value.least, mp.choose(insured.is_female, value.women, value.men))
        plan = make("ages", value, benefits=[LUMP], joins=[ages.because("age", zh="超龄")])

        assert said(written(plan, "least = 16\nwomen = 54\nmen = 59"), "insured")[1] == (
            "参保条件：性别为女的，保障起始日的周岁年龄在 16 周岁［假定］ 至 54 周岁［假定］之间（含两端）；"
            "其他人，保障起始日的周岁年龄在 16 周岁［假定］ 至 59 周岁［假定］之间（含两端）"
        )

    def test_paid_in_earlier_terms(self) -> None:
        """What was paid in life without what was paid in this term is what earlier terms paid."""
        earlier = mp.paid.before("lump", per=per.LIFETIME) - mp.paid.before("lump", per=per.TERM)
        plan = make(
            "earlier",
            mp.parameters(),
            benefits=[evolve(LUMP, when=[earlier.equals(0).because("paid", zh="已给付")])],
        )

        assert "条件：以前各保障期未给付过“互助金”" in said(written(plan, ""), "benefits")
        english = said(written(plan, "", lang="en"), "benefits")
        assert "condition: nothing paid on “互助金” in earlier terms" in english

    def test_nothing(self) -> None:
        """A case that brings nothing is said so."""
        value = mp.parameters(sum=mp.money("定额"))
        due = mp.choose(claim.total.over(mp.yuan("1000")), value.sum, 0)
        plan = make("cases", value, benefits=[evolve(LUMP, pays=due)])
        found = part(written(plan, 'sum = "500"'), "lump")

        assert found.pays == ("医疗费总额超过 1,000.00 元：500.00 元［假定］", "其他情形：不给付")
        assert found.most == "一次申领最多 500.00 元"


class TestSources:
    def test_numbered(self) -> None:
        """A value with a source of its own names it by its number; a comparison, which lists none, does not."""
        value = mp.parameters(sum=mp.money("定额"), other=mp.money("其他"))
        plan = make("sources", value, benefits=[evolve(LUMP, pays=value.sum + value.other)])
        values = 'sum = { value = "5", source = "乙报" }\nother = "1"'
        rule = written(plan, values)

        assert part(rule, "lump").pays == ("定额 5.00 元［假定、来源2］ + 其他 1.00 元［假定］",)
        assert [line for line in said(rule, "edition") if line.startswith("来源")][1] == "来源2：乙报"
        assert "来源2" not in part(written(plan, values, mark_open=False), "lump").pays[0]


class TestDays:
    def test_both_periods(self) -> None:
        """Waiting and reduced period are given as days of cover, both ends counted, with when they are waived."""
        plan, values = graded()
        lines = said(written(plan, values), "waiting")

        assert lines[0] == "保障第 1 天至第 30 天不给付［假定］"
        assert lines[1] == "保障第 31 天至第 90 天为减责期［假定］"
        assert lines[2] == "按时续保的，没有免责期和减责期"

    def test_waived_otherwise(self) -> None:
        """What waives the waiting period, where it is more than a renewal, is listed; a missing period is not named."""
        value = mp.parameters(waiting=mp.days("免责期"))
        waiting = mp.Waiting(value.waiting, waived=cover.is_renewal | claim.is_accident)
        plan = make("waived", value, waiting=waiting, benefits=[LUMP])
        (line,) = [item for item in said(written(plan, "waiting = 30"), "waiting") if "下列" in item]

        assert line.startswith("下列情形没有免责期：")
        assert len(said(written(plan, "waiting = 0"), "waiting")) == 1

    def test_no_reduced_period(self) -> None:
        """A reduced period that ends with the waiting period does not exist, nor does its amount."""
        plan, values = graded()
        rule = written(plan, values.replace("reduced_to = 90", "reduced_to = 30"))

        assert "无减责期［假定］" in said(rule, "waiting")
        assert not any("减责期" in line for line in part(rule, "lump").pays)


class TestAmounts:
    def test_one_line_per_case(self) -> None:
        """An amount that depends on the case takes one line each, and its limit comes last."""
        plan, values = graded()

        assert part(written(plan, values), "lump").pays == (
            "处于减责期：减责期每份给付 500.00 元［假定、可设］ × 份数",
            "除上述外，病情分级为轻症：轻症每份给付 3,000.00 元［假定］ × 份数",
            "其他情形：重症每份给付 10,000.00 元［假定］ × 份数",
            "以上金额，每保障期最多 15,000.00 元［假定］",
        )

    def test_one_sentence(self) -> None:
        """An amount without cases is one sentence; limits stand in it as bare values with their marks."""
        plan, values = allowance()
        (pays,) = part(written(plan, values), "allowance").pays

        assert "每日津贴 40.00 元［假定］" in pays
        assert "每次住院的住院天数超过 3 天［假定］的部分，每保障期最多 180 天［假定］" in pays

    def test_a_start_of_zero_is_not_said(self) -> None:
        """Where the edition deducts no days, the rule text does not speak of days deducted."""
        plan, values = allowance(free_days=0)

        assert "超过" not in part(written(plan, values), "allowance").pays[0]

    def test_indemnity(self) -> None:
        """A benefit that compensates an expense says that it never exceeds what is left of it."""
        plan, values = inpatient_medical()

        assert any("尚余的个人负担" in line.text for line in part(written(plan, values), "medical").lines)

    def test_left_out(self) -> None:
        """A benefit that the values bring to 0 is named in one line, and has no part of its own."""
        plan, values = graded()
        off, on = written(plan, values), written(plan, values.replace('care = "0"', 'care = "800"'))

        assert said(off, "benefits")[0] == "本版不设：护理金"
        assert "care" not in [item.id for item in off.section("benefits").parts]
        assert part(on, "care").pays == ("护理金 800.00 元［假定］，每保障期一次",)
        assert not any("超过 0" in line.text for line in part(on, "care").lines)

    def test_named_steps_are_defined_once(self) -> None:
        """A step with a name appears by it, and what it means is said once, before or where it is first used."""
        value = mp.parameters(daily=mp.money("日额"))
        counted = claim.days.above(3).named("计付天数", "days that count")
        benefits = [
            mp.Benefit(id_, mp.Text(id_), clause="测试", pays=counted * value.daily) for id_ in ("one", "two")
        ]
        rule = written(make("named", value, benefits=benefits), 'daily = "40"')
        lines = said(rule, "benefits")

        assert sum(line.startswith("“计付天数”指：") for line in lines) == 1
        assert "“计付天数”指：住院天数超过 3 天的部分" in lines
        assert sum("日额 40.00 元［假定］ × 计付天数" in line for line in lines) == 2

    @pytest.mark.parametrize(
        ("rows", "defined"), [('"*" = "70%"', False), ('"1" = "70%", "*" = "50%"', True)]
    )
    def test_a_key_that_decides_nothing_is_not_defined(self, rows: str, defined: bool) -> None:
        """A named key of a table is explained only where the edition's table reads it."""
        value = mp.parameters(rates=mp.table(mp.Kind.RATE, "给付比例"))
        number = mp.choose(claim.is_inpatient, 1, 0).so_far(per=per.TERM).named("第几次")
        pays = claim.self_paid_in_scope * value.rates.of(number)
        plan = make("keys", value, benefits=[mp.Benefit("one", mp.Text("一"), clause="测试", pays=pays)])
        lines = said(written(plan, f"rates = {{ value = {{ {rows} }} }}"), "benefits")

        assert any(line.startswith("“第几次”指：") for line in lines) is defined


class TestTables:
    def test_table_and_scale(self) -> None:
        """Tables and scales read by a benefit are printed with it, each edge of a band on its side."""
        value = mp.parameters(
            grades=mp.table(mp.Kind.RATE, "给付比例"), sums=mp.bands(mp.Kind.MONEY, "分段给付")
        )
        amount = claim.self_paid_in_scope
        pays = amount * value.grades.of(claim.disability_grade) + amount.banded(value.sums)
        plan = make("tables", value, benefits=[mp.Benefit("x", mp.Text("甲"), clause="一", pays=pays)])
        values = (
            'grades.value = { "1" = "100%", "*" = "10%" }\n'
            'sums.value = [{ up_to = "100", gives = "5" }, { over = "100", gives = "9" }]'
        )
        grids = {grid.title: grid for grid in part(written(plan, values), "x").grids}

        assert grids["给付比例［假定］"].rows == (("1", "100%"), ("其他", "10%"))
        assert grids["分段给付［假定］"].rows == (
            ("不超过 100.00 元", "5.00 元"),
            ("超过 100.00 元", "9.00 元"),
        )

    def test_a_table_with_one_value_is_a_value(self) -> None:
        """A table that gives the same whatever the code is said as that value, without a table."""
        value = mp.parameters(sums=mp.table(mp.Kind.MONEY, "保额"))
        benefit = mp.Benefit("x", mp.Text("甲"), clause="一", pays=value.sums.of(cover.tier))
        rule = written(make("flat", value, benefits=[benefit]), 'sums.value = { "*" = "5000" }')

        assert part(rule, "x").pays == ("保额 5,000.00 元［假定］",)
        assert part(rule, "x").grids == ()

    def test_conditions(self) -> None:
        """A list of conditions has names, codes with what is taken out of them, and classes only where they differ."""
        value = mp.parameters(
            listed=mp.conditions("病种", open_to_office=mp.at_will()), lump=mp.money("金额")
        )
        disease = value.listed.match(claim.diagnosis)
        plan = make(
            "listed",
            value,
            when=[disease.is_listed.because("not-listed", zh="不在病种范围内")],
            benefits=[mp.Benefit("x", mp.Text("甲"), clause="一", pays=value.lump)],
        )
        values = (
            'lump = "100"\n[[values.listed.value]]\nid = "a"\ntitle = "甲癌"\nclass = "severe"\n'
            'icd10 = ["C00-C02", "C05"]\nexcept_icd10 = ["C01.9"]'
        )
        (grid,) = part(written(plan, values), "common").grids

        assert grid.title == "病种［假定、可设］"
        assert grid.headers == ("病种", "ICD-10")
        assert grid.rows == (("甲癌", "C00-C02、C05（不含 C01.9）"),)


class TestMarks:
    def test_lists_at_the_end(self) -> None:
        """Assumed values stand in a list with reasons, open ones with their limits and name in the office file."""
        plan, values = graded()
        rule = written(plan, values)
        grids = {grid.title: grid for grid in rule.section("edition").grids}

        assert 8 == rule.assumed == len(grids["本版假定值"].rows)
        assert grids["本版假定值"].rows[0] == ("每份互助费", "40.00 元", "只用于测试")
        assert grids["办事处可设定的值"].rows == (
            ("减责期每份给付", "500.00 元", "0.00 元 至 10,000.00 元", "reduced"),
        )

    def test_office_values(self) -> None:
        """A value that the office set counts, and is marked as the office's instead of assumed."""
        plan, values = graded()
        local = {"reduced": Entry(value=80_000, confidence=Confidence.PUBLISHED)}
        pays = part(rule_text(plan, edition(plan, values), local), "lump").pays

        assert pays[0] == "处于减责期：减责期每份给付 800.00 元［本办事处设定］ × 份数"

    def test_value_left_to_the_office(self) -> None:
        """A value that the edition leaves to the office is marked as still to be set; nothing fails."""
        plan, values = graded()
        rule = written(plan, values.replace('reduced = "500"\n', ""))

        assert part(rule, "lump").pays[0] == "处于减责期：减责期每份给付［待办事处设定］ × 份数"

    def test_without_open_marks(self) -> None:
        """For a comparison the marks of open values can be left out; assumed ones stay."""
        plan, values = graded()
        pays = part(written(plan, values, mark_open=False), "lump").pays

        assert pays[0] == "处于减责期：减责期每份给付 500.00 元［假定］ × 份数"


class TestSettle:
    VALUES = {"on": True, "off": False, "none": 0, "some": 500}  # noqa: RUF012
    VALUE = mp.parameters(on=mp.flag("开"), off=mp.flag("关"), none=mp.money("无"), some=mp.money("有"))

    @pytest.mark.parametrize(
        ("formula", "expected"),
        [
            (VALUE.some.over(0), n.Constant(True, mp.Kind.FLAG)),
            (~VALUE.on, n.Constant(False, mp.Kind.FLAG)),
            (VALUE.on & claim.is_mild, claim.is_mild.node),
            (VALUE.off & claim.is_mild, n.Constant(False, mp.Kind.FLAG)),
            (~VALUE.off | claim.is_mild, n.Constant(True, mp.Kind.FLAG)),
            (mp.choose(VALUE.none.over(0), claim.total, VALUE.some), VALUE.some.node),
            (cover.day.over(30) & cover.day.up_to(30), n.Constant(False, mp.Kind.FLAG)),
            (cover.day.over(30) & cover.day.up_to(31), (cover.day.over(30) & cover.day.up_to(31)).node),
        ],
    )
    def test_settles(self, formula: mp.Formula, expected: n.Node) -> None:
        """What the values decide is gone, what depends on the claim stays."""
        assert expected == settle(formula.node, self.VALUES)

    @given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 90), st.booleans())
    def test_same_result(self, first: int, last: int, day: int, mild: bool) -> None:
        """A settled formula gives the same as the whole one, for every claim and every value."""
        value = mp.parameters(a=mp.days("甲"), b=mp.days("乙"), x=mp.money("金额"), y=mp.money("另"))
        values = {"a": first, "b": last, "x": first * 100, "y": last * 100}
        reduced = mp.all_of(cover.day.over(value.a), cover.day.up_to(value.b), ~claim.is_mild)
        offered = value.x.over(0)
        formula = mp.choose(reduced & offered, value.x, mp.choose(offered, value.y, claim.total))
        facts = {"day": day, "stage": "mild" if mild else "severe", "total": 123}

        def amount(node: n.Node) -> object:
            env = exact.Env(
                read=lambda _subject, name: facts[name],
                values=values,
                rounding=Rounding.HALF_UP_FEN,
                before=lambda _node, _by: 0,
                benefits={},
                paid_by={},
            )
            return fold(order([node]), exact.TABLE, env)[-1]

        assert amount(formula.node) == amount(settle(formula.node, values))


def test_who_pays_no_fee_is_said_so() -> None:
    """A case without a fee is free; only a benefit is "not paid"."""
    no_union = mp.field("unit", "no_union", mp.Kind.FLAG, "单位没有工会", "unit without a union")
    value = mp.parameters(fee=mp.money("互助费"))
    plan = make("free", value, benefits=[LUMP], premium=mp.choose(no_union, value.fee, mp.yuan("0")))

    assert said(written(plan, 'fee = "60"'), "premium") == [
        "单位没有工会：60.00 元［假定］",
        "其他情形：不收费",
    ]
    assert "otherwise: free" in said(written(plan, 'fee = "60"', lang="en"), "premium")


@pytest.mark.parametrize(("refunds", "lines"), [("false", 1), ("true", 2)])
def test_what_does_not_come_back_is_not_mentioned(refunds: str, lines: int) -> None:
    """An edition without forms that are given back at the end of the term has no such sentence."""
    value = mp.parameters(back=mp.money("满期返还"), refunds=mp.flag("有还本型"))
    returns = mp.choose(value.refunds, value.back, mp.yuan("0"))
    rule = written(
        make("back", value, benefits=[LUMP], returns=returns), f'back = "310"\nrefunds = {refunds}'
    )

    assert sum("满期返还" in line for line in said(rule, "premium")) == lines - 1


def test_days_are_early_and_late_not_small() -> None:
    """Of two days one is not before the other; of the fact that a benefit is paid no amount is compared with 0."""
    first = mp.Benefit(
        "first",
        mp.Text("甲项", "first"),
        clause="测试",
        when=[(~claim.admitted.from_(claim.occurred)).because("early", zh="早", en="early")],
        pays=mp.yuan("100"),
    )
    second = mp.Benefit(
        "second",
        mp.Text("乙项", "second"),
        clause="测试",
        when=[mp.benefit("first").equals(0).because("both", zh="两项", en="both")],
        pays=mp.yuan("100"),
    )
    plan = make("days", mp.parameters(), benefits=[first, second], ends=mp.benefit("first").over(0))
    zh, en = (written(plan, "", lang=lang) for lang in ("zh", "en"))

    assert "条件：入院日期早于发生日期" in said(zh, "benefits")
    assert "条件：本次没有给付“甲项”" in said(zh, "benefits")
    assert said(zh, "ends") == ["下列情形给付后保障终止：本次给付“甲项”"]
    assert "condition: day of admission is before day it occurred" in said(en, "benefits")
    assert said(en, "ends") == ["a payment ends the cover when: this claim is paid “first”"]


def test_another_plan_is_called_by_its_title_where_that_is_known() -> None:
    """A rule that reads another plan's payment, or goes on from it, names it; by its id where nothing is known of it."""
    fund = mp.Benefit("fund", mp.Text("救助"), clause="测试", pays=claim.self_paid.less(mp.paid.by("city")))
    plan = make("fund", mp.parameters(), benefits=[fund], continues=["city"])

    named = written(plan, "", plans={"city": mp.Text("市总计划", "the city's plan")})
    bare = written(plan, "")

    assert "给付：个人负担合计，扣除“市总计划”本次已付（扣完为止）" in said(named, "benefits")
    assert "续保：先前参加“市总计划”的各期，按本计划的先前各期计" in said(named, "term")
    assert "给付：个人负担合计，扣除计划 city 本次已付（扣完为止）" in said(bare, "benefits")
    assert "续保：先前参加计划 city的各期，按本计划的先前各期计" in said(bare, "term")
