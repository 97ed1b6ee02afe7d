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
        "青岛意外（2006）：每份按职业 10 / 20 / 35 / 50 元，最多 10 份",
        "https://m.huize.com/study/detail-109193.html",
        "plugins/mutualplans-accident/tests/test_plan.py::test_qingdao_premium",
    ),
    (
        "北京意外（2017）：26 / 50 / 74 / 100 元",
        "http://ldwb.workerbj.cn/content/2017-12/29/content_63575.htm",
        "plugins/mutualplans-accident/tests/test_plan.py::test_beijing_premium_needs_no_risk_class",
    ),
    (
        "子女意外：陕西每名子女 50 元，郑州免费",
        "http://td-pipeline.com/info/1197/26708.html",
        "plugins/mutualplans-child-accident/tests/test_plan.py::test_premium_of_one_child",
    ),
    (
        "郑州子女意外伤残最高 5,000 元",
        "http://www.senqingzn.com/dy/article/K2QC8A0O0550TYQ0.html",
        "child-accident 郑州：一期内多次伤残，每名子女最高 5,000 元；两名子女分别计算",
    ),
    (
        "女职工特病：每份 40 元（6 类版）、25 元（2018 年一年期）",
        "http://hahahuyu.com/view-434.html；http://yujianshui.com/jibing/fuke/57865.html",
        "plugins/mutualplans-female-illness/tests/test_plan.py::test_premium",
    ),
    (
        "北京女职工一年期：第 31 至 60 天 500 元，其后 15,000 元，原位癌 2,000 元",
        "http://yujianshui.com/jibing/fuke/57865.html",
        "female-illness 一年期版，第 61 天确诊：全额，不填住院天数也能核定",
    ),
    (
        "重大疾病：每份 198（北京 2005）、90（北京 15 类）、66（安徽三年）、30 元（长春、重庆）",
        "见各版次",
        "plugins/mutualplans-major-disease/tests/test_plan.py::test_premium",
    ),
    (
        "重大疾病：安徽第 31 至 90 天 500 元，长春第 31 至 60 天 1,000 元，其后 10,000 元",
        "https://shlongqingsi.com/info/1092/1300.html；http://gh.ccit.edu.cn/info/1013/1491.htm",
        "major-disease 长春：第 61 天确诊，全额",
    ),
    (
        "北京 2005：参保前已患疾病，参保后首次手术 5,000 元",
        "http://news.sina.com.cn/c/2005-08-17/16006715158s.shtml",
        "major-disease 参保前已患冠心病，参保后首次搭桥：5,000 元，不乘份数；保障终止",
    ),
    (
        "住院津贴：北京 60 元，西安、重庆、中山 80 元",
        "见各版次",
        "plugins/mutualplans-inpatient-allowance/tests/test_plan.py::test_premium",
    ),
    (
        "北京医疗互助：起付线 1,800 / 1,300 / 650 元，20%",
        "https://www.gov.cn/gzdt/2012-04/24/content_2121257.htm",
        "medical-mutual-aid 住院：首次起付线 1,300 元，第二次及以后 650 元",
    ),
    (
        "北京医疗互助：劳模、困难职工 25%",
        "https://www.gov.cn/gzdt/2012-04/24/content_2121257.htm",
        "medical-mutual-aid 门诊：困难职工 25%，两种身份不叠加",
    ),
    (
        "北京家财：伤残最高 5,000 元",
        "http://m.610041.com/ldxw/82884.html",
        "non-work-accident-household 2009：伤残按项目，一期累计最高 5,000 元",
    ),
    (
        "北京家财：水管爆裂最高 10,000 元，两年内申领",
        "http://www.beijingzb.com.cn/financial/2019/11/06/9367.html",
        "non-work-accident-household 2016：水管爆裂最高 10,000 元，两次合计",
    ),
    (
        "郑州家财：水管爆裂按发票 10%，最高 20,000 元",
        "http://www.senqingzn.com/dy/article/K2QC8A0O0550TYQ0.html",
        "non-work-accident-household 郑州：水管爆裂按维修发票 10%，最高 20,000 元",
    ),
    (
        "上海住院：首次参保 30 天免责期，10 天内续保没有；一年 40,000 元",
        "100md.com 2000 年的介绍",
        "inpatient-supplement 一年最高 40,000 元，最后一笔给付余额",
    ),
    (
        "上海退休住院：最高 40,000 元（2014 至 2016 年），后为 100,000 元",
        "http://www.abcbxw.com/special/53690.html 等",
        "retiree-inpatient-shanghai 2014 年版最高 40,000 元",
    ),
    (
        "宁波退休：50%（首次、中断 40%）至 3,000 元，以上 10%",
        "https://bbbaike.com/baike/techan/1677126.html",
        "retiree-inpatient 连续参保，推算 5,000 元",
    ),
    (
        "宁波特种重病：10,000 元；早期病种 3,000 + 4,000 元；慰问金 1,000 元",
        "http://m.nb.bendibao.com/live/80279.shtm",
        "critical-illness-group 宁波：乳腺原位癌分两次给付，先住院 3,000 元，手术后再给付 4,000 元",
    ),
    (
        "宁波女职工：10,000 元，原位癌 5,000 元，慰问金 1,000 元",
        "https://wybk.com/techan/30958.html",
        "female-health 宁波：宫颈原位癌",
    ),
    (
        "宁波两个 80%：本系统单位、参保单位职工",
        "浙江工人日报（宁波职工的“第二条健康保险带”）",
        f"{_OFFICES}::test_ningbo_asks_for_80_percent_of_units_and_of_staff",
    ),
    (
        "上海运输：可动用当年增加本金的 50%（来源写 50% 至 70%）",
        "上海工会年鉴 2003",
        "unit-fund 运输：正好等于可动用的金额",
    ),
    (
        "龙岩：每次最低 200 元，每期最高 25,000 元",
        "新罗区政府网站 2013 年",
        "plugins/mutualplans-worker-medical-aid/tests/test_plan.py::test_a_term_by_hand",
    ),
    (
        "淮化：困难补助 200 至 1,000 元，一次性",
        "《职工困难补助管理规定》",
        "plugins/mutualplans-hardship-grant/tests/test_plan.py::test_one_matter_is_granted_once_within_the_limits",
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
    (
        "上海 2016 年特种重病每年 45 元、女职工 18 元；2020 年各层合计最高 665,500 元",
        "金额怎样分项没有公开，没有做成版次",
    ),
    (
        "上海会员专享 24 元（1 月参保半年 12 元）；新就业形态 C、D 类最高 20,000、90,800 元",
        "赠送的保障和各类的给付表没有公开，没有做成计划；“登记次日生效”怎样写见[能写什么](expressiveness.md)",
    ),
    ("上海退休计划：2022 年 412 万人、251 万人次、13 亿元", "只有总数"),
    ("宁波 2017 年退休住院 45%", "同年其余的值没有公开，没有做成版次"),
    ("宁波 2012 年移植最高 30,000 元", "由办事处酌定，标准没有公开"),
    (
        "滨州、安徽女职工 36 元；青岛、某公司女职工 15,000 元；陕西女职工 25 元",
        "给付的构成没有公开，没有做成版次",
    ),
    (
        "长春 2013 年重大疾病 5,642 人 37 万多元；陕西 30 元、35 元",
        "每人 66 元与安徽三年期相同；给付没有公开",
    ),
    (
        "意外：安徽、淮北 50 元最高 20,000 元；长春 99 元、重庆 110 元组合里的 20,000、10,000 元；新就业形态 35,000 元",
        "档次、等级表没有公开，没有做成版次",
    ),
    ("江西 2012 年 20 元、失一目 10,500 元", "本省自办的计划，等级表没有公开"),
    (
        "庆阳三个计划合计最高 60,000 元",
        "没有分项；不是一个计划的值，办事处用 `[[limits]]` 写几个计划合计的限额",
    ),
    ("北京 2024 年各计划 25、40、50、60 元", "同年的给付没有公开；费用与所用版次相同的由版次核对"),
    ("北京互助会会费 10 元（一次）", "入会费，不是计划的保障费"),
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
        "## 公开的给付和费用，能重算的",
        table(["计划", "版次", "案例", "应得（元）", "出处"], _from_cases()),
        "## 公开的其他费用、限额和合计，能重算的",
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
                covers = case["coverage"] if isinstance(case["coverage"], list) else [case["coverage"]]
                amounts = [claim["expect"] for claim in case.get("claim", [])]
                amounts = amounts or [cover["premium"] for cover in covers if "premium" in cover]
                paid = "、".join(map(str, amounts))
                rows.append((f"`{plan}`", f"`{case['edition']}`", case["name"], paid, case["source"]))
    return rows
