"""退休职工住院补充医疗互助保障计划（上海）, a plan for mutualplans."""

from collections.abc import Iterable

import mutualplans


@mutualplans.hookimpl
def register_plans() -> Iterable[mutualplans.Plan]:
    """Return the plan."""
    from mutualplans_retiree_inpatient_shanghai.plan import plan

    return [plan]
