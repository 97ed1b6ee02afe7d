"""What the tests of the batch have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mutualplans.batch import run


@pytest.fixture(scope="session", autouse=True)
def _small_shares() -> Iterator[None]:
    """Let few rows be enough for shares of their own, so that several threads decide in these tests too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_WORTH_A_SHARE", 1)
        yield
