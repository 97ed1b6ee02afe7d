"""What assessing many claims at once needs, and says when it is not there; imports none of it."""

from __future__ import annotations

from importlib.util import find_spec

from mutualplans.model.problem import MutualPlansError, problem

__all__ = ["need_the_extra"]


def need_the_extra() -> None:
    """Refuse to go on without NumPy and PyArrow.

    Raises:
        MutualPlansError: the extra ``mutualplans[batch]`` is not installed.
    """
    if any(find_spec(name) is None for name in ("pyarrow", "numpy")):
        raise MutualPlansError(
            problem(
                "batch.extra",
                '批量核定、Parquet 名册需要另装：pip install "mutualplans[batch]"',
                'to assess many claims, or to read Parquet, install: pip install "mutualplans[batch]"',
            )
        )
