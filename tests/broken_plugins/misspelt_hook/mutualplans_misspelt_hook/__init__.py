"""Marks a hook that does not exist."""

import mutualplans as mp


@mp.hookimpl
def register_plan() -> list[mp.Plan]:
    """Misspelt: the hook is register_plans."""
    return []
