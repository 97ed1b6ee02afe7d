"""在职职工非工伤意外伤害及家财损失综合互助保障计划, a plan for mutualplans."""

from collections.abc import Iterable

import mutualplans


@mutualplans.hookimpl
def register_plans() -> Iterable[mutualplans.Plan]:
    """Return the plan."""
    from mutualplans_non_work_accident_household.plan import plan

    return [plan]
