"""在职女职工特殊疾病互助保障计划, a plan for mutualplans."""

from collections.abc import Iterable

import mutualplans


@mutualplans.hookimpl
def register_plans() -> Iterable[mutualplans.Plan]:
    """Return the plan."""
    from mutualplans_female_illness.plan import plan

    return [plan]
