"""Pieces made one step ahead, and texts that may be among others."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualplans.batch.ahead import ahead
from mutualplans.batch.hashes import among, hashed


@given(st.lists(st.none() | st.integers()))
def test_every_piece_comes_once_and_in_order(items: list[int | None]) -> None:
    """What comes ahead is what came before, whatever it is."""
    assert list(ahead(iter(items))) == items


def test_what_goes_wrong_is_told_after_the_pieces_before_it() -> None:
    """A file that turns out to be damaged: the good pieces come first, then its error."""

    def pieces() -> Iterator[int]:
        yield 1
        msg = "damaged"
        raise ValueError(msg)

    found = ahead(pieces())

    assert next(found) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(found)


def test_no_more_than_one_piece_is_made_ahead() -> None:
    """While the first is used the second is made, the third is not: memory holds two."""
    made: list[int] = []

    def pieces() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number

    found = ahead(pieces())
    first = next(found)
    found.close()  # type: ignore[attr-defined]

    assert first == 0
    assert made == [0, 1]


@given(st.lists(st.text(max_size=20)), st.lists(st.text(max_size=20)))
def test_nothing_that_is_among_others_is_missed(texts: list[str], others: list[str]) -> None:
    """Texts that occur may be among them; where there are none nothing may."""
    test = among(hashed(pa.array(texts, pa.string())))
    found = test(hashed(pa.array([*texts, *others], pa.string()))).tolist()

    assert all(found[: len(texts)])
    assert texts or not any(found)
