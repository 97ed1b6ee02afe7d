"""在职职工医疗互助保障计划（暖·互助）, a plan for mutualplans."""

from collections.abc import Iterable

import mutualplans


@mutualplans.hookimpl
def register_plans() -> Iterable[mutualplans.Plan]:
    """Return the plan."""
    from mutualplans_medical_mutual_aid.plan import plan

    return [plan]
