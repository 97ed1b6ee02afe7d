"""Returns no plan."""

import mutualplans as mp


@mp.hookimpl
def register_plans() -> list[mp.Plan]:
    """Return nothing."""
    return []
