"""``published.md``: every published figure, the test that reproduces it, or why nothing can."""

from __future__ import annotations

import tomllib
from pathlib import Path

from docs.pages.markdown import page, table

__all__ = ["ASKED", "OTHER", "published"]

ROOT = Path(__file__).parent.parent.parent

_PUBLISHED = "tests/test_published.py"
_OFFICES = "tests/test_offices.py"
_HOUSEHOLD = "plugins/mutualplans-non-work-accident-household/tests/test_plan.py"

OTHER = [
    (
        "黄石：三个计划合计 56,312.10 元（住院的自付 1,874.43 元由 1,312.10 ÷ 70% 反推）",
        "http://www.hsdcw.com/rx/202507/t20250729_1244809.html",
        f"{_PUBLISHED}::test_huangshi_three_plans_pay_56312_10",
    ),
    (
        "北京家财及意外：到 2010 年底 28 例身故 × 20,000，连火灾、伤残共 656,423 元",
        "http://m.610041.com/ldxw/82884.html",
        f"{_HOUSEHOLD}::test_published_total_to_the_end_of_2010",
    ),
    (
        "上海特种重病：60 / 340 返 310 / 620 返 620，在 28/31 等值",
        "上海工会年鉴 2003",
        f"{_OFFICES}::test_three_forms_of_one_fee_are_worth_the_same",
    ),
    (
        "上海商业工会：住院 10.07 万人，保障费 352.49 万元（每人 35 元由此推得）",
        "上海工会年鉴 2003",
        "plugins/mutualplans-inpatient-supplement/tests/test_plan.py::test_the_fee_of_the_commercial_union",
    ),
    (
        "上海邮政：23 例重症、11 例在职死亡，各 1 万元，共 34 万元",
        "上海工会年鉴 2003",
        "plugins/mutualplans-unit-fund/tests/test_plan.py::test_the_payments_of_the_postal_fund",
    ),
    (
        "龙岩：夫妻二人六年互助金“不到 900 元”：6 ×（60 + 60 + 25）= 870 元",
        "新罗区政府网站 2013 年",
        f"{_PUBLISHED}::test_six_years_of_fees_of_a_couple_in_longyan",
    ),
    (
        "龙岩：60、36 元，女特病 25 元",
        "新罗区政府网站 2013 年",
        "plugins/mutualplans-worker-medical-aid/tests/test_plan.py::test_fee",
    ),
    (
        "北京：女职工病种 2014 年 7 月由 6 类增至 8 类",
        "北京工会 2014 年报道",
        f"{_PUBLISHED}::test_the_first_day_of_cover_chooses_the_list",
    ),
    (
        "北京医疗互助：封顶 100,653 元、后 200,653 元",
        "https://www.gov.cn/gzdt/2012-04/24/content_2121257.htm",
        "plugins/mutualplans-medical-mutual-aid/tests/test_plan.py::test_limit_of_the_year",
    ),
    (
        "北京怡和园谭女士：33,800 + 7,000 + 162,900 = 203,700 元，其中只有重大疾病 7,000 元由规则得出",
        "http://ldwb.workerbj.cn/content/2016-07/21/content_35049.htm",
        f"{_PUBLISHED}::test_a_year_of_claims_of_a_beijing_woman",
    ),
    (
        "上海退休住院：2014 年 207、222、444；2020 年 350、365、730、1,095；2023 年 415、800、1,200，半年 207.50 元",
        "https://m.sh.bendibao.com/zffw/219546.html 等",
        "plugins/mutualplans-retiree-inpatient-shanghai/tests/test_plan.py::test_fees",
    ),
    (
        "宁波女职工 15 / 50 元，东航 12 元，龙岩 25 元",
        "https://wybk.com/techan/30958.html；上海工会年鉴 2003",
        "plugins/mutualplans-female-health/tests/test_plan.py::test_fee_and_term",
    ),
    (
        "特种重病：上海 60 / 70 元（平均年龄 45），宁波 20 / 60 元",
        "szb.sxworker.com 2000-12-13；http://www.jingyanla.com/a/13/05312043Q12023.html",
        "plugins/mutualplans-critical-illness-group/tests/test_plan.py::test_fees",
    ),
    (
        "崇明：255 元；500 至 1,200 元 55%，至 2,000 元 60%",
        "上海工会年鉴 2003",
        "plugins/mutualplans-outpatient-inpatient-supplement/tests/test_plan.py::test_fee",
    ),
    (
        "意外伤害：一般工种 26 / 50 / 74 / 100 元，高风险 32 / 62 / 93 / 124 元",
        "https://download.csdn.net/download/weixin_42838205/23206184",
        "plugins/mutualplans-accident/tests/test_plan.py::test_national_premium",
    ),
    (
        "住院医疗各地的互助费",
        "见各版次",
        "plugins/mutualplans-inpatient-medical/tests/test_plan.py::test_published_fees",
    ),
    (
        "北京住院津贴：每天 40 元，一期最高 7,200 元",
        "https://mip.1168.tv/news/23946.html",
        "inpatient-allowance 北京：一期内住院 3、4、100、100 天，合计以 7,200 元为限",
    ),
    (
        "西安住院津贴：一期最高 4,500 元",
        "https://xamjc.com/single/1400979",
        "inpatient-allowance 西安：前 3 天不计，一期最多 90 天即 4,500 元",
    ),
    (
        "重庆住院津贴：一期最高 9,000 元",
        "新华社 2015 年（重庆办事处）",
        "inpatient-allowance 重庆：自第 1 天起给付，一期最多 180 天即 9,000 元",
    ),
    (
        "中山住院津贴：一期最高 5,400 元",
        "中山日报 2019-04-23",
        "inpatient-allowance 中山：疾病住院，一期最多 90 天即 5,400 元",
    ),
    (
        "西安住院：首次 300 元加 60%，第二次 120 元加 30%",
        "http://www.huxianwang.com/thread-73335-1-1.html",
        "inpatient-medical 西安：首次 300 元加 60%，第二次 120 元加 30%，第三次不给付",
    ),
    (
        "西安住院：全年最高 11,871.40 元",
        "http://www.huxianwang.com/thread-73335-1-1.html",
        "inpatient-medical 西安：全年最高 11,871.40 元，连起付线补助在内，最后一次只给余额",
    ),
    (
        "甘肃住院：300 / 220 / 160 元，第二次减半",
        "https://ibestideas.com/info/5EA02798425872A2466687.html",
        "inpatient-medical 甘肃：三级医院首次 300 元，二级医院第二次 110 元，第三次不给付",
    ),
    (
        "长春住院：统筹支付的 10.5% / 8.4% / 6.3%，最低 100 元",
        "https://kgxy.jlu.edu.cn/info/1056/1927.htm",
        "inpatient-medical 长春：统筹支付 10,000 元，省级 10.5%、市级 8.4%",
    ),
    (
        "广东住院：第一次 80%，第二次 70%",
        "https://gh.hzu.edu.cn/2017/1101/c1292a104029/page.htm",
        "inpatient-medical 广东：第一次 80%，第二次 70%，第三次不给付",
    ),
    (
        "庆阳住院：第一次 70%，第二次 40%",
        "http://hzhlzbsc.com/html/15/1058.html",
        "inpatient-medical 庆阳：第一次 70%，第二次 40%，第三次不给付",
    ),
    (
        "郑州家财：损失的 10%，最高 20,000 元",
        "http://www.senqingzn.com/dy/article/K2QC8A0O0550TYQ0.html",
        "non-work-accident-household 郑州：火灾 10%，最高 20,000 元",
    ),
]
"""Figure, where it was published, the test (or a plan and its worked case)."""

ASKED = [
    (
        "崇明门诊自付 500 / 1,200 / 2,000 / 5,000 元",
        "0 / 385 / 865 / 865",
        (
            "outpatient-inpatient-supplement 门诊自负 500 元：不给付",
            "outpatient-inpatient-supplement 门诊自负 1,200 元：385 元",
            "outpatient-inpatient-supplement 门诊自负 2,000 元：865 元",
            "outpatient-inpatient-supplement 门诊自负 5,000 元：仍是 865 元",
        ),
    ),
    (
        "宁波住院，统筹 8,000，票据 3,000，首次",
        "1,600 + 200 = 1,800",
        ("inpatient-supplement-ningbo 市级医院，统筹支付 8,000 元，票据个人支付 3,000 元，本期首次住院",),
    ),
    (
        "宁波住院，统筹 20,000，票据 10,000，第二次",
        "2,400 + 200 = 2,600，没有一次性 200 元",
        ("inpatient-supplement-ningbo 第二次住院，统筹支付 20,000 元，票据个人支付 10,000 元",),
    ),
    (
        "北京住院医疗，三次自付各 1,000",
        "700、600、500",
        ("inpatient-medical 北京：三次住院自付各 1,000 元：700、600、500",),
    ),
    (
        "上海三种缴费办法，v = 28/31",
        "每种 60",
        (
            f"{_OFFICES}::test_three_forms_of_one_fee_are_worth_the_same",
            "plugins/mutualplans-critical-illness-group/tests/test_plan.py::test_the_three_forms_are_worth_the_same_at_28_31",
        ),
    ),
    ("静安：自付 1,000，市总给付 600", "基金 100", (f"{_OFFICES}::test_case_is_decided",)),
    (
        "火灾损失 25,000，2009 / 2011 版",
        "2,500 / 2,500",
        (
            "non-work-accident-household 2009：火灾损失 25,000 元给付 2,500 元",
            "non-work-accident-household 2011：火灾损失 25,000 元给付 2,500 元",
        ),
    ),
    (
        "火灾损失 120,000，2009 / 2011 版",
        "3,000 / 10,000",
        (
            "non-work-accident-household 2009：火灾损失 120,000 元，最高 3,000 元",
            "non-work-accident-household 2011：火灾损失 120,000 元，最高 10,000 元",
        ),
    ),
    (
        "2 月 29 日出生的子女满 18 周岁",
        "平年 3 月 1 日起没有保障，规则文字写明",
        (
            f"{_HOUSEHOLD}::test_first_day_on_which_a_child_is_not_covered",
            f"{_HOUSEHOLD}::test_rule_text_says_when_a_leap_day_child_is_a_year_older",
        ),
    ),
    (
        "北京一次事故四个计划",
        "5,840，四份核定各有理由",
        (f"{_OFFICES}::test_one_event_has_four_separate_decisions",),
    ),
    (
        "6 → 8 类病种；封顶 100,653 → 200,653；龙岩 40 → 50%",
        "见[规则改动的影响](../examples/changes/README.md)",
        (f"{_OFFICES}::test_what_a_change_does",),
    ),
]
"""What was asked to come out to the fen, what it is, and where it is tested: a test, or a plan and its worked case."""

_NOT = [
    (
        "北京医疗互助：刘某 405,000 元自付给付约 189,000 元；188,238 元；188,961 元；162,900 元",
        "封顶线以上的分段没有公开；四例都不能反推出分段",
    ),
    ("谭女士住院医疗 33,800 元", "自付没有公开"),
    ("延吉教师 12,400 元（约 2012 年）", "400 元不是 26 元的整倍数：延边的日额不同，没有公开"),
    ("北京一个铁路集团 5 名女职工 195,000 多元（2021 年）", "份数、所含计划没有公开；也只是约数"),
    ("佑安医院 2013 年“3 万多元”", "约数；与两份女职工加 7,000 元相符，不能逐分核对"),
    (
        "咸丰 10,400 元（“1.04 万”，2025 年）",
        "重大疾病 10,000 元可得；住院约 400 元的可报基数没有公开，不是 6,566 元的 70%",
    ),
    ("临泽货运司机身故 30,000 元", "档次没有公开"),
    ("西安交通协管员意外“最高 30,800 元”", "没有公开分项，没有做成版次"),
    ("安徽女职工“最高 16,800 元”", "怎样组成没有公开，没有做成版次"),
    (
        "上海住院 12.39 万人次 7,018.9 万元，及各区、各系统的合计",
        "给付比例没有公开（版次里 50% 是示例）；合计只能校准发生率，不能逐分重算",
    ),
    ("上海特种重病 3,132 人 2,621.1 万元（平均 8,368.77 元）", "8,000、10,000 元两档各多少人没有公开"),
    (
        "上海商业系统特种重病 105 人 85.5 万元；9.15 万人 503.28 万元",
        "各档人数、平均年龄没有公开；原文的 1.14% 应为 0.114%",
    ),
    ("龙岩毛广勇 7,694 元；新罗某职工 130,221 元、其妻 17,800 元", "自付金额没有公开"),
    ("龙岩 36,150 人次 3,969 万元；烟草公司、煤业公司的合计", "只有合计"),
    (
        "龙岩第十四期兰某、陈某（58,010.83、42,881.19 元余额）",
        "“总额 − 医保 − 补助 = 余额”成立，补助的算法没有公开",
    ),
    ("宁波吴女士“6 万余元”", "约数；示例案例 63,300 元与它相符"),
    ("上海李大姐 E 类 5,300 元", "意外给付表没有公开；900 元津贴 = 15 × 60，没有做成版次"),
    ("平谷 C 女士 2018 年楼上水管爆裂 8,000 元", "每平方米给付额没有公开"),
    ("2008 年北京各计划、2014 至 2022 年各地的人数与金额", "只有总数，用来校准基金预测"),
    ("北京大学第一医院 29 人 581,000 元；北京一公司 40 人 4.78 万元", "只有总数"),
    (
        "长春环卫工人 17,193 人 447,000 元",
        "每人 26 元，与意外伤害 26 元档的互助费相同；是赠送，没有单独的版次",
    ),
]
"""Figure, and why nothing can reproduce it."""


def published() -> str:
    """Return the page."""
    intro = (
        "公开资料里的每一个给付、费用数字：能从规则重算的，写明由哪个测试逐分核对；不能的，写明为什么。"
        "算例在各插件的 `cases.toml` 里，由合规检查运行；其余是测试函数。\n\n"
        "*Published figures: which test reproduces each to the fen, or why nothing can.*"
    )
    return page(
        "公开的数字 · Published figures",
        intro,
        "## 公开的给付，能重算的",
        table(["计划", "版次", "案例", "给付（元）", "出处"], _from_cases()),
        "## 公开的费用、限额和合计，能重算的",
        table(["数字", "出处", "测试"], [(figure, source, f"`{test}`") for figure, source, test in OTHER]),
        "## 要求逐分得出的案例",
        table(
            ["案例", "应得（元）", "测试"],
            [(what, due, "；".join(f"`{test}`" for test in tests)) for what, due, tests in ASKED],
        ),
        "## 不能重算的，以及为什么",
        table(["数字", "为什么"], _NOT),
    )


def _from_cases() -> list[tuple[str, str, str, str, str]]:
    """Return the worked cases of the plugins that name where their amount was published."""
    rows = []
    for file in sorted((ROOT / "plugins").glob("*/*/cases.toml")):
        plan = file.parent.parent.name.removeprefix("mutualplans-")
        for case in tomllib.loads(file.read_text("utf-8")).get("case", []):
            if case.get("source"):
                paid = "、".join(str(claim["expect"]) for claim in case.get("claim", []))
                rows.append((f"`{plan}`", f"`{case['edition']}`", case["name"], paid, case["source"]))
    return rows
