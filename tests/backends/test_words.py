"""Formulas in words: what a limit is on, and by what its account is split."""

from __future__ import annotations

import pytest

import mutualplans as mp
from mutualplans import claim, paid, per
from mutualplans.backends.words import in_words

PATIENT = mp.field("claim", "patient", mp.Kind.CODE, "患者", "patient")
VALUE = mp.parameters(
    most=mp.money("最高额", "the most"),
    ill=mp.conditions("病种", "diseases"),
    term_most=mp.money("每保障期最多给付", "most paid in a term"),
    each_most=mp.money("最多给付", "most paid"),
)
DISEASE = VALUE.ill.match(claim.diagnosis)


@pytest.mark.parametrize(
    ("formula", "zh", "en"),
    [
        (
            claim.total.capped(VALUE.most, per=per.TERM),
            "医疗费总额，每保障期最多 最高额",
            "total of the bill, at most the most per term",
        ),
        (
            claim.total.capped(VALUE.most, per=per.TERM, by=PATIENT),
            "医疗费总额，每保障期（同一患者）最多 最高额",
            "total of the bill, at most the most per term for the same patient",
        ),
        (
            claim.total.capped(VALUE.term_most, per=per.TERM),
            "医疗费总额，每保障期最多给付",
            "total of the bill, most paid in a term per term",
        ),
        (
            claim.total.capped(VALUE.term_most, per=per.TERM, by=PATIENT),
            "医疗费总额，每保障期（同一患者）最多给付",
            "total of the bill, most paid in a term per term for the same patient",
        ),
        (
            claim.total.capped(VALUE.each_most),
            "医疗费总额，每次最多给付",
            "total of the bill, most paid per claim",
        ),
        (
            claim.total.capped(VALUE.term_most, per=per.POLICY_YEAR),
            "医疗费总额，每保障年度最多 每保障期最多给付",
            "total of the bill, most paid in a term per policy year",
        ),
        (
            claim.total.so_far(per=per.LIFETIME, by=DISEASE),
            "终身（同一病种）累计的医疗费总额（含本次）",
            "total of the bill so far in the lifetime for the same condition",
        ),
        (
            claim.total.before(per=per.TERM, by=PATIENT),
            "本保障期此前（同一患者）累计的医疗费总额",
            "total of the bill earlier in the term for the same patient",
        ),
        (
            paid.before(per=per.TERM, by=PATIENT),
            "本保障期此前（同一患者）本计划已付",
            "already paid by this plan for the same patient in the term",
        ),
        (
            mp.choose(claim.is_death, VALUE.most, mp.yuan("5")).capped(mp.yuan("9"), per=per.TERM),
            "（若事件类型为身故，则 最高额，否则 5.00 元），每保障期最多 9.00 元",
            "(the most if (kind of event is death), otherwise 5.00 yuan), at most 9.00 yuan per term",
        ),
    ],
)
def test_a_limit_says_what_it_is_on_and_by_what_it_is_split(formula: mp.Formula, zh: str, en: str) -> None:
    """Two limits that differ in their account differ in words; a limit on a choice is not read as its last branch."""
    assert [in_words(formula.node), in_words(formula.node, "en")] == [zh, en]
