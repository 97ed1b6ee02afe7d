"""What is said where a calendar of working days does not reach far enough."""

from __future__ import annotations

from mutualplans.backends.phrase import calendar_range
from mutualplans.engine.bind import BoundPlan
from mutualplans.model.problem import Problem, problem
from mutualplans.model.workdays import WorkCalendar

__all__ = ["calendar_ends"]


def calendar_ends(bound: BoundPlan, path: str, where: str = "") -> Problem | None:
    """Return the problem that not all days to count are known; ``None`` for a path that names no calendar.

    Args:
        bound: The bound plan.
        path: What is missing, as ``value.workdays[2025-01-01..2026-12-31]``.
        where: What it is about, such as the id of a claim.
    """
    name = path.removeprefix("value.").partition("[")[0]
    calendar = bound.values.get(name)
    if not isinstance(calendar, WorkCalendar):
        return None
    plan, label = bound.plan.id, next(item.label for item in bound.plan.values if item.name == name)
    zh, en = calendar_range(calendar, "zh"), calendar_range(calendar, "en")
    return problem(
        "edition.calendar-ends",
        f"计划 {plan} 的“{label.zh}”({name}) 只载明 {zh}，要数的日子不都在其中，不按星期推算",
        f"plan {plan} knows {name} ({label.in_('en')}) from {en} only: not all days to count, and none is guessed",
        where=where,
        hint_zh=f"按放假安排的通知，在办事处设置的 values 或版次里给 {name} 加上所缺的一段",
        hint_en=f"add the part that lacks to {name}, from its notice: in the office file under values, or in the edition",
    )
