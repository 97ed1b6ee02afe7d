"""Amounts are whole fen written as text, rates are exact, and sharing loses no fen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualplans.model.money import Money, Rounding, allocate, format_yuan, rate, yuan

QUICK = settings(database=None)

fen_amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("12", 1200),
        ("12.5", 1250),
        ("12.50", 1250),
        ("12.05", 1205),
        ("0.01", 1),
        ("-0.01", -1),
        ("-3.20", -320),
        ("007", 700),
        ("24208.00", 2_420_800),
        ("90071992547409.93", 9_007_199_254_740_993),
    ],
)
def test_amounts_are_read(text: str, fen: int) -> None:
    """Yuan with at most two decimals become whole fen, beyond what a double could hold too."""
    assert fen == yuan(text).fen


@pytest.mark.parametrize(
    "text",
    [
        "１２",
        "1,23",
        "1，234",
        "1,234.00",
        "1e5",
        " 12",
        "12 ",
        "12\n",
        "",
        ".5",
        "5.",
        "1.234",
        "+1",
        "--1",
        "- 1",
        "1_000",
        "0x10",
        "¥12",
        "12元",
        "nan",
        "inf",
        "١٢",
    ],
)
def test_other_writings_are_refused(text: str) -> None:
    """Full-width digits, separators, exponents, blanks, signs and units are refused, not guessed at."""
    with pytest.raises(ValueError, match="at most two decimals"):
        yuan(text)


@pytest.mark.parametrize("value", [1e5, 12.5, 12, None, b"12", Money(12), True])
def test_only_text_is_an_amount(value: Any) -> None:
    """A number that is not text was perhaps already rounded by someone, so it is refused."""
    with pytest.raises(TypeError, match="written as text"):
        yuan(value)


@pytest.mark.parametrize("value", [12.0, "12", True, Fraction(1), None])
def test_money_holds_whole_fen_only(value: Any) -> None:
    """Money is made from an int and nothing that merely looks like one."""
    with pytest.raises(TypeError, match="whole fen"):
        Money(value)


@pytest.mark.parametrize("times", [1.5, True, Fraction(1, 2), "2"])
def test_money_is_multiplied_by_whole_numbers_only(times: Any) -> None:
    """A fraction of an amount needs a rounding rule, which ``*`` does not have."""
    with pytest.raises(TypeError, match="whole fen"):
        Money(100) * times


def test_money_adds_subtracts_multiplies_and_sorts() -> None:
    """1.20 + 0.85 = 2.05; 1.20 - 2.05 = -0.85; 1.20 × 3 = 3.60."""
    small, large = yuan("1.20"), yuan("2.05")

    assert large == small + yuan("0.85")
    assert yuan("-0.85") == small - large
    assert yuan("3.60") == small * 3
    assert [small, large] == sorted([large, small])


@pytest.mark.parametrize(
    ("fen", "plain", "grouped"),
    [
        (0, "0.00", "0.00"),
        (5, "0.05", "0.05"),
        (-5, "-0.05", "-0.05"),
        (-120, "-1.20", "-1.20"),
        (2_420_800, "24208.00", "24,208.00"),
        (-100_000_001, "-1000000.01", "-1,000,000.01"),
    ],
)
def test_amounts_are_printed(fen: int, plain: str, grouped: str) -> None:
    """Fen are printed as yuan with two decimals; the sign stands before the yuan."""
    assert (plain, grouped) == (format_yuan(fen), format_yuan(fen, grouped=True))


@QUICK
@given(fen_amounts)
def test_printed_amounts_are_read_back(fen: int) -> None:
    """What is printed without grouping is the same amount when it is read."""
    assert fen == yuan(format_yuan(fen)).fen
    assert f"yuan('{format_yuan(fen)}')" == repr(Money(fen))


# ---------------------------------------------------------------- rates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("70%", Fraction(7, 10)),
        ("12.5%", Fraction(1, 8)),
        ("0%", Fraction(0)),
        ("100%", Fraction(1)),
        ("150%", Fraction(3, 2)),
        ("1/3", Fraction(1, 3)),
        ("0/7", Fraction(0)),
        ("33.333%", Fraction(33333, 100000)),
    ],
)
def test_rates_are_exact(text: str, expected: Fraction) -> None:
    """A percentage or a fraction is read as exactly what it says."""
    assert expected == rate(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.7",
        "70",
        "７０%",
        "70％",
        "-5%",
        "1/0",
        "1/-3",
        " 70%",
        "70 %",
        "1/3%",
        "7e1%",
        ".5%",
        "%",
        "1:3",
        "",
    ],
)
def test_other_rates_are_refused(text: str) -> None:
    """A bare decimal could be a percentage or a share, so it is refused like everything else."""
    with pytest.raises(ValueError, match="percentage"):
        rate(text)


@pytest.mark.parametrize("value", [0.7, 1, Fraction(7, 10), None])
def test_only_text_is_a_rate(value: Any) -> None:
    """A rate that is not text is refused."""
    with pytest.raises(TypeError, match="written as text"):
        rate(value)


# ---------------------------------------------------------------- rounding by hand


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # 1.5 fen, 1.4 fen, 50 fen, 149 fen, 150 fen, -1.5 fen
        (Rounding.HALF_UP_FEN, (2, 1, 50, 149, 150, -2)),
        (Rounding.DOWN_FEN, (1, 1, 50, 149, 150, -1)),
        (Rounding.UP_FEN, (2, 2, 50, 149, 150, -2)),
        (Rounding.HALF_UP_YUAN, (0, 0, 100, 100, 200, 0)),
        (Rounding.DOWN_YUAN, (0, 0, 0, 100, 100, 0)),
        (Rounding.UP_YUAN, (100, 100, 100, 200, 200, -100)),
    ],
)
def test_rounding_by_hand(rule: Rounding, expected: tuple[int, ...]) -> None:
    """Halves go away from zero, and each rule works in its own step."""
    exact = [(15, 10), (14, 10), (50, 1), (149, 1), (150, 1), (-15, 10)]

    assert expected == tuple(rule.apply(*amount) for amount in exact)


@pytest.mark.parametrize("rule", Rounding)
def test_rounding_has_words(rule: Rounding) -> None:
    """Every rule is named in both languages, since it is a visible step."""
    assert rule.label.zh
    assert rule.label.en


# ---------------------------------------------------------------- sharing


def parts_of(weights: list[int]) -> list[Fraction]:
    """Return weights as parts of their sum."""
    return [Fraction(weight, sum(weights)) for weight in weights]


@pytest.mark.parametrize(
    ("fen", "weights", "expected"),
    [
        # 33.3 each, one fen left: the first of the equal remainders
        (100, [1, 1, 1], (34, 33, 33)),
        # 66.6…, 66.6…, 66.6…: two left
        (200, [1, 1, 1], (67, 67, 66)),
        # 16.6…, 33.3…, 50: the remainder of the first is largest
        (100, [1, 2, 3], (17, 33, 50)),
        # 0.7 and 0.3: the fen goes to the larger remainder, not to the first part
        (1, [3, 7], (0, 1)),
        # a part of nothing gets nothing
        (5, [0, 1], (0, 5)),
        (0, [1, 1], (0, 0)),
        # 60% and 40% of 0.05: exactly 3 and 2
        (5, [3, 2], (3, 2)),
    ],
)
def test_sharing_by_hand(fen: int, weights: list[int], expected: tuple[int, ...]) -> None:
    """Each share is rounded down, and the fen left over go to the largest remainders, earlier parts first."""
    assert expected == tuple(share.fen for share in allocate(Money(fen), parts_of(weights)))


@QUICK
@given(st.integers(0, 10**10), st.lists(st.integers(0, 100), min_size=1, max_size=8).filter(any))
def test_shares_add_up(fen: int, weights: list[int]) -> None:
    """The shares add up to the amount, and none is a whole fen or more away from its exact part."""
    parts = parts_of(weights)
    shares = [share.fen for share in allocate(Money(fen), parts)]

    assert fen == sum(shares)
    assert all(abs(share - fen * part) < 1 for share, part in zip(shares, parts, strict=True))


@pytest.mark.parametrize(
    ("fen", "parts"),
    [
        (100, [Fraction(1, 2)]),
        (100, [Fraction(2, 3), Fraction(2, 3)]),
        (100, [Fraction(3, 2), Fraction(-1, 2)]),
        (100, []),
        (-1, [Fraction(1)]),
    ],
)
def test_wrong_parts_are_refused(fen: int, parts: list[Fraction]) -> None:
    """Parts that do not add up to 1, a negative part and a negative amount are refused."""
    with pytest.raises(ValueError, match="found"):
        allocate(Money(fen), parts)
