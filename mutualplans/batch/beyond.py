"""What kernels do not know of yet: plans that say it are decided the exact way."""

from __future__ import annotations

from mutualplans.engine.accounts import sharing
from mutualplans.engine.office import OfficePlan
from mutualplans.plan.vocabulary import HOLDS, LIMIT

__all__ = ["beyond_kernels"]


def beyond_kernels(item: OfficePlan) -> str:
    """Return why no kernel may decide a plan of an office; empty where one may."""
    plan = item.plan
    if sharing(plan):
        return "several persons share one of its accounts"
    if plan.merges:
        return "claims count as one stay by a rule of the plan"
    if plan.continues:
        return "covers of other plans are earlier terms of this one"
    if plan.term_begins is not None:
        return "its terms begin on one day of the year"
    if item.not_with:
        return "the office does not allow it beside another plan"
    for field in plan.fields():
        if field.name.startswith((HOLDS, LIMIT)) or field.path == "cover.months":
            return f"it reads {field.path}"
    return ""
