"""Raises when its hook is called."""

import mutualplans as mp


@mp.hookimpl
def register_plans() -> list[mp.Plan]:
    """Fail."""
    rates: dict[str, str] = {}
    return [rates["beijing"]]
