"""Returns something that is not a Plan."""

import mutualplans as mp


@mp.hookimpl
def register_plans() -> list[dict[str, str]]:
    """Return a dictionary where a plan is due."""
    return [{"id": "not-a-plan"}]
