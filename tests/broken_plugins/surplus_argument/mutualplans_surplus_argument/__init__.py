"""Its hook wants an argument that the host does not give."""

import mutualplans as mp


@mp.hookimpl
def register_plans(config: object) -> list[mp.Plan]:
    """Return nothing; it is never called."""
    return [config]
