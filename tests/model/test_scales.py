"""Every edge of a scale belongs to one side; tables answer for the most specific row; lists match codes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualplans.model.kinds import Kind
from mutualplans.model.scales import (
    ANY,
    Band,
    Condition,
    ConditionList,
    Edge,
    Scale,
    Table,
    is_icd10,
    is_icd10_group,
)
from mutualplans.model.text import Text
from tests.expr.strategies import scales as any_scale

QUICK = settings(database=None)

HALF, SIXTY, SEVENTY = Fraction(1, 2), Fraction(3, 5), Fraction(7, 10)


def band(gives: Any, *, from_: int | None = None, over: int | None = None, **upper: int) -> Band:
    """Return a band written as in an edition file: from or over, up_to or below."""
    low = Edge(from_, True) if from_ is not None else Edge(over, False) if over is not None else None
    high = next((Edge(at, name == "up_to") for name, at in upper.items()), None)
    return Band(low, high, gives)


@pytest.mark.parametrize(
    ("found", "amount", "holds"),
    [
        (band(1, from_=100), 99, False),
        (band(1, from_=100), 100, True),
        (band(1, from_=100), 101, True),
        (band(1, over=100), 99, False),
        (band(1, over=100), 100, False),
        (band(1, over=100), 101, True),
        (band(1, up_to=100), 99, True),
        (band(1, up_to=100), 100, True),
        (band(1, up_to=100), 101, False),
        (band(1, below=100), 99, True),
        (band(1, below=100), 100, False),
        (band(1, below=100), 101, False),
        (band(1, from_=0), -1, False),
        (band(1, from_=0), 0, True),
        (band(1, over=0), 0, False),
        (band(1), -5, True),
        (band(1), 10**9, True),
    ],
)
def test_edges_have_their_side(found: Band, amount: int, *, holds: bool) -> None:
    """Just below, on and just above each kind of edge."""
    assert holds is found.holds(amount)


STAYS = Scale(
    (band(0, below=3), band(200, from_=3, up_to=7), band(500, over=7, below=30), band(900, from_=30))
)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, 0),
        (2, 0),
        (3, 200),
        (4, 200),
        (6, 200),
        (7, 200),
        (8, 500),
        (29, 500),
        (30, 900),
        (31, 900),
        (999, 900),
    ],
)
def test_whole_gives_the_band(days: int, expected: int) -> None:
    """Below 3 days nothing, 3 to 7 both included 200, over 7 and below 30 500, from 30 on 900."""
    assert expected == STAYS.whole(days)


@pytest.mark.parametrize(("amount", "expected"), [(99, 0), (100, 7), (101, 7), (199, 7), (200, 7), (201, 0)])
def test_outside_every_band_is_nothing(amount: int, expected: int) -> None:
    """Below the first band and above the last a scale gives 0."""
    assert expected == Scale((band(7, from_=100, up_to=200),)).whole(amount)


RISING = Scale(
    (band(HALF, over=1000, up_to=5000), band(SIXTY, over=5000, up_to=10000), band(SEVENTY, over=10000))
)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (-1, 0),
        (0, 0),
        (999, 0),
        (1000, 0),
        (1001, HALF),
        # 3999 × 50%, 4000 × 50%, and one more at 60%
        (4999, Fraction(3999, 2)),
        (5000, 2000),
        (5001, 2000 + SIXTY),
        # 2000 + 5000 × 60% = 5000
        (9999, 5000 - SIXTY),
        (10000, 5000),
        (10001, 5000 + SEVENTY),
        # 5000 + 10000 × 70%
        (20000, 12000),
    ],
)
def test_marginal_adds_slices(amount: int, expected: Fraction | int) -> None:
    """Each slice at its own rate, exactly; the side of an edge has no width, so it makes no difference."""
    assert expected == RISING.marginal(amount)


def test_marginal_stops_at_the_top() -> None:
    """Above the last edge nothing is added: 1000 × 1/2 + 1000 × 1/3."""
    scale = Scale((band(HALF, up_to=1000), band(Fraction(1, 3), over=1000, up_to=2000)))

    assert 500 + Fraction(1000, 3) == scale.marginal(2000) == scale.marginal(2001) == scale.marginal(10**9)


@QUICK
@given(any_scale(Kind.RATE), st.integers(0, 2500), st.integers(0, 2500))
def test_marginal_never_falls(scale: Scale, amount: int, more: int) -> None:
    """With rates of at least 0 a larger amount never gives less, and never more than the highest rate of the rest."""
    rise = scale.marginal(amount + more) - scale.marginal(amount)

    assert 0 <= rise <= more * max(found.gives for found in scale.bands)


@QUICK
@given(any_scale(Kind.MONEY), st.integers(-10, 2100))
def test_bands_neither_overlap_nor_leave_gaps(scale: Scale, amount: int) -> None:
    """Of the bands that the tests generate, at most one holds an amount, and exactly one between the outer edges."""
    holding = [found for found in scale.bands if found.holds(amount)]
    first, last = scale.bands[0].low, scale.bands[-1].high
    inside = (first is None or amount > first.at) and (last is None or amount < last.at)

    assert len(holding) <= 1
    assert not inside or len(holding) == 1


# ---------------------------------------------------------------- tables

LEVELS = Table({("1", "a"): 11, ("1", ANY): 12, (ANY, "a"): 21, (ANY, ANY): 22})


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("1", "a"), (11,)),
        (("1", "b"), (12,)),
        (("2", "a"), (21,)),
        (("2", "b"), (22,)),
        (("1", None), (12,)),
        ((None, "a"), (21,)),
        ((None, None), (22,)),
    ],
)
def test_most_specific_row_answers(keys: tuple[str | None, ...], expected: tuple[int, ...]) -> None:
    """A row that names a code comes before one for every other code, the first place first."""
    assert expected == LEVELS.find(keys)


def test_no_row_is_no_answer() -> None:
    """A code without a row and without a row for all others has no cell, which is not 0."""
    table = Table({("1",): 0, ("2",): 5})

    assert table.find(("1",)) == (0,)
    assert table.find(("3",)) == ()
    assert table.find((None,)) == ()
    assert table.find(("",)) == ()


def test_table_says_what_it_reads() -> None:
    """A place in which no row names a code decides nothing."""
    table = Table({("1", ANY): 5, ("2", ANY): 6})

    assert [table.reads(place) for place in (0, 1)] == [True, False]
    assert table.names(0) == ("1", "2")


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize("code", ["C50", "C50.9", "C509", "C50.900x001", "D39.2", "A01", "M80.0+"])
def test_icd10_codes_are_recognised(code: str) -> None:
    """A letter and two digits, with or without a subdivision."""
    assert is_icd10(code)


@pytest.mark.parametrize(
    "code", ["", "C5", "c50", "C50.", "50.9", "Ｃ50", "C５0", "breast-cancer", "C50.9 ", "C50..9", "C50\n"]
)
def test_other_codes_are_not_icd10(code: str) -> None:
    """Lower case, full width, blanks and names are not codes."""
    assert not is_icd10(code)


BREAST = Condition(
    id="breast", title=Text("乳腺癌"), class_="a", icd10=("C50", "D05"), except_icd10=("D05.1",)
)
DUCT = Condition(id="duct", title=Text("导管原位癌"), class_="b", icd10=("D05.1", "C50.9"))
OPERATION = Condition(id="operation", title=Text("手术"), class_="operation")
LIST = ConditionList((BREAST, DUCT, OPERATION))


@pytest.mark.parametrize(
    ("diagnosis", "expected"),
    [
        ("C50", "breast"),
        ("C50.1", "breast"),
        ("C501", "breast"),
        # both lists have it: the first in the order of the rule
        ("C50.9", "breast"),
        ("D05.0", "breast"),
        # taken out of the first again, whether or not it is written with a dot
        ("D05.1", "duct"),
        ("D051", "duct"),
        ("D05.10", "duct"),
        ("duct", "duct"),
        ("operation", "operation"),
        ("C5", None),
        ("C51", None),
        ("Operation", None),
        ("", None),
    ],
)
def test_diagnosis_matches_the_first_condition(diagnosis: str, expected: str | None) -> None:
    """An id means its condition; an ICD-10 code means the first whose prefixes it has and whose exceptions it has not."""
    found = LIST.match(diagnosis)

    assert expected == (found.id if found else None)


def test_list_knows_its_ids() -> None:
    """Ids are known, codes are not ids."""
    assert [LIST.knows(item) for item in ("breast", "C50", "")] == [True, False, False]


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("B99", False),
        ("C00", True),
        ("C00.9", True),
        ("C44.1", False),
        ("C45", True),
        ("C97.9", True),
        ("D00", False),
    ],
)
def test_a_range_of_categories_has_both_its_ends(code: str, means: bool) -> None:
    """C00-C97 without C44 holds everything from C00 to C97 with any decimals, but no C44."""
    condition = Condition(
        id="x", title=Text("恶性肿瘤"), class_="", icd10=("C00-C97",), except_icd10=("C44",)
    )

    assert means is condition.means(code)


@pytest.mark.parametrize("text", ["C00-C97", "C50", "C50.9", "D05.1"])
def test_groups_of_codes_are_prefixes_and_ranges(text: str) -> None:
    """A prefix and a rising range of categories name a group of codes."""
    assert is_icd10_group(text)


@pytest.mark.parametrize("text", ["C97-C00", "C00-", "C00-C9", "C00.1-C00.9", "c00-c97", "C00–C97", ""])
def test_other_writings_name_no_group(text: str) -> None:
    """A falling range, a range of subcodes, a dash of another kind and small letters are refused."""
    assert not is_icd10_group(text)
