"""What a case file says of accounts that all insured share: read strictly, every fault with its line."""

from __future__ import annotations

import pytest

import mutualplans as mp
from mutualplans import claim, per
from mutualplans.files.fund import read_fund
from mutualplans.files.situation import read_situation
from mutualplans.model.tomlfile import read_toml
from tests.expressiveness.small import benefit, bill, small

VALUE = mp.parameters(most=mp.money("最多"), times=mp.count("次数", unit="次"))
FUND = mp.Whose.FUND
PLAN, _values = small(
    VALUE,
    "",
    benefit("aid", bill.capped(VALUE.most, per=per.CALENDAR_YEAR, whose=FUND)),
    benefit("ever", bill.capped(VALUE.most, per=per.LIFETIME, by=claim.diagnosis, whose=FUND)),
    benefit(
        "few",
        VALUE.most * mp.choose(bill.over(0), 1, 0).capped(VALUE.times, per=per.POLICY_YEAR, whose=FUND),
    ),
    term_begins=mp.YearDay(7),
    id_="pool",
)


def test_amounts_counts_and_codes_are_read() -> None:
    """Money is yuan as text, a count a whole number; an account that is split names its code."""
    text = """
[fund.pool.2024]
aid = "1,234.50"
[fund.pool.life]
"ever / C50.9" = "0"
[fund.pool.2024-07-01]
few = 12
"""
    found, problems = read_fund(read_toml("case.toml", text.replace("1,234", "1234")), [PLAN])

    assert problems == []
    assert found == {
        ("pool", "2024", "aid"): 1234_50,
        ("pool", "life", "ever / C50.9"): 0,
        ("pool", "2024-07-01", "few"): 12,
    }


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("fund = 3", "file.value", "应写成 [fund.计划.2024]"),
        ("[fund]\npool = 3", "file.value", "应写成 [fund.计划.2024]"),
        ("[fund.pool]\naid = '3'", "file.value", "应写成 [fund.计划.2024]"),
        ("[fund.pol.2024]\naid = '3'", "file.unknown-key", "没有这样的计划"),
        ("[fund.pool.2024]\naids = '3'", "file.unknown-key", "有：aid、ever / …、few"),
        ("[fund.pool.2024]\n'aid / 3' = '3'", "file.unknown-key", "有：aid、ever / …、few"),
        ("[fund.pool.life]\never = '3'", "file.unknown-key", "有：aid、ever / …、few"),
        ("[fund.pool.24]\naid = '3'", "file.value", "应为自然年度，如 2024"),
        ("[fund.pool.life]\naid = '3'", "file.value", "应为自然年度，如 2024"),
        ("[fund.pool.2024]\n'ever / C50' = '3'", "file.value", "历年累计的写 life"),
        ("[fund.pool.2024]\nfew = 3", "file.value", "保障年度的第一天"),
        ("[fund.pool.2024]\naid = 3", "file.value", "金额"),
        ("[fund.pool.2024]\naid = '-3'", "file.value", ""),
        ("[fund.pool.2024-07-01]\nfew = -3", "file.value", "不能小于 0"),
        ("[fund.pool.2024-07-01]\nfew = '三'", "file.value", "整数"),
    ],
)
def test_each_fault_says_what_is_expected_and_where(text: str, code: str, says: str) -> None:
    """A number that belongs to nothing would be lost; it is a problem with its line."""
    read = read_situation(
        read_toml("case.toml", f"[member]\n{text}" if text[0] == "[" else f"{text}\n[member]"), [PLAN]
    )

    assert [problem.code for problem in read.problems] == [code], read.problems
    assert says in read.problems[0].message.zh
    assert read.problems[0].where.startswith("case.toml:")
    assert read.situation is not None
    assert read.situation.fund == {}
