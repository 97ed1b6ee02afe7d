"""职工门诊（住院）医疗补充保障计划, a plan for mutualplans."""

from collections.abc import Iterable

import mutualplans


@mutualplans.hookimpl
def register_plans() -> Iterable[mutualplans.Plan]:
    """Return the plan."""
    from mutualplans_outpatient_inpatient_supplement.plan import plan

    return [plan]
