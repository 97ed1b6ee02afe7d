"""Its hook is not marked with hookimpl."""

import mutualplans as mp


def register_plans() -> list[mp.Plan]:
    """Return nothing; without @mp.hookimpl it is never called."""
    return []
