"""在职职工住院医疗互助保障计划, a plan for mutualplans."""

from collections.abc import Iterable

import mutualplans


@mutualplans.hookimpl
def register_plans() -> Iterable[mutualplans.Plan]:
    """Return the plan."""
    from mutualplans_inpatient_medical.plan import plan

    return [plan]
