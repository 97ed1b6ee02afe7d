"""职工医疗互助活动, a plan for mutualplans."""

from collections.abc import Iterable

import mutualplans


@mutualplans.hookimpl
def register_plans() -> Iterable[mutualplans.Plan]:
    """Return the plan."""
    from mutualplans_worker_medical_aid.plan import plan

    return [plan]
