"""The one hook of the plugin contract, version 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from mutualplans.plan.declaration import Plan

__all__ = ["GROUP", "PROJECT", "hookimpl", "hookspec", "register_plans"]

PROJECT = "mutualplans"
GROUP = "mutualplans.plans.v1"
"""Entry-point group; the number is the contract version."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_plans() -> Iterable[Plan]:  # type: ignore[empty-body]
    """Return the plans this package offers.

    Called once, without arguments. It does no input or output, reads no clock, and returns the same plans on
    each call, within 50 ms. A whole implementation::

        import mutualplans


        @mutualplans.hookimpl
        def register_plans():
            from mutualplans_accident.plan import plan

            return [plan]
    """
