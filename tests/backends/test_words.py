"""Formulas in words: what a limit is on, and by what its account is split."""

from __future__ import annotations

import pytest

import mutualplans as mp
from mutualplans import claim, paid, per
from mutualplans.backends.phrase import band_range
from mutualplans.backends.words import in_words
from mutualplans.model.kinds import Kind
from mutualplans.model.scales import Band, Edge

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
            claim.total.capped(VALUE.most, per=per.CALENDAR_YEAR, whose=mp.Whose.FAMILY),
            "医疗费总额，每自然年度全家合计最多 最高额",
            "total of the bill, at most the most per calendar year for the whole family",
        ),
        (
            claim.total.capped(VALUE.each_most, per=per.LIFETIME, whose=mp.Whose.FUND),
            "医疗费总额，历年全体参保人合计最多给付",
            "total of the bill, most paid per lifetime for all insured together",
        ),
        (
            claim.total.above(VALUE.most, per=per.CALENDAR_YEAR, whose=mp.Whose.FAMILY),
            "每自然年度全家的医疗费总额超过 最高额的部分",
            "total of the bill above the most per calendar year for the whole family",
        ),
        (
            claim.total.before(per=per.POLICY_YEAR, by=PATIENT, whose=mp.Whose.FUND),
            "本保障年度此前全体参保人（同一患者）累计的医疗费总额",
            "total of the bill earlier in the policy year for all insured together for the same patient",
        ),
        (
            paid.before(per=per.CALENDAR_YEAR, whose=mp.Whose.FUND),
            "本自然年度此前全体参保人本计划已付",
            "already paid by this plan in the calendar year for all insured together",
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
            mp.choose(claim.is_inpatient, 1, 0).once(per=per.STAY).so_far(per=per.TERM),
            "每保障期内事件类型为住院的次数（每次住院只计一次，含本次）",
            "the number of times that kind of event is inpatient stay, once per stay, so far in the term",
        ),
        (
            mp.choose(claim.is_inpatient | claim.is_outpatient, 1, 0).before(per=per.TERM),
            "本保障期此前（事件类型为住院，或事件类型为门诊）的次数",
            (
                "the number of times that (kind of event is inpatient stay, or kind of event is outpatient), "
                "earlier in the term"
            ),
        ),
        (
            mp.choose(claim.is_inpatient, 2, 0).so_far(per=per.TERM),
            "每保障期累计的（若事件类型为住院，则 2，否则 0）（含本次）",
            "(2 if (kind of event is inpatient stay), otherwise 0) so far in the term",
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


@pytest.mark.parametrize(
    ("low", "high", "zh", "en"),
    [
        (Edge(0, inside=False), Edge(1, inside=True), "1 天", "1 days"),
        (Edge(10, inside=False), Edge(20, inside=True), "11 至 20 天", "11 to 20 days"),
        (Edge(35, inside=True), Edge(50, inside=False), "35 至 49 天", "35 to 49 days"),
        (Edge(20, inside=False), None, "超过 20 天", "over 20 days"),
        (None, Edge(3, inside=True), "不超过 3 天", "up to 3 days"),
    ],
)
def test_a_band_of_whole_numbers(low: Edge | None, high: Edge | None, zh: str, en: str) -> None:
    """Between two edges the first and the last number are told, which no side can change."""
    band, unit = Band(low, high, 1), mp.Text("天", "days")

    assert [band_range(band, Kind.COUNT, unit, lang) for lang in ("zh", "en")] == [zh, en]


def test_a_band_of_money_keeps_the_sides_of_its_edges() -> None:
    """Between 500 and 1,200 yuan lie fen: the sides are told."""
    band = Band(Edge(500_00, inside=False), Edge(1200_00, inside=True), 1)

    assert band_range(band, Kind.MONEY, None, "zh") == "超过 500.00 元、不超过 1,200.00 元"
