"""What kernels do not know of: plans that say it are decided the exact way."""

from __future__ import annotations

from mutualplans.batch.kernel.joining import term_formulas
from mutualplans.engine.accounts import sharing
from mutualplans.engine.office import OfficePlan
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.plan.vocabulary import HOLDS

__all__ = ["beyond_kernels"]

_OF_CHAIN = ("cover.terms", "cover.is_renewal")


def beyond_kernels(item: OfficePlan) -> str:
    """Return why no kernel may decide a plan of an office; empty where one may."""
    plan = item.plan
    if sharing(plan):
        return "several persons share one of its accounts"
    # These are worked out for each cover alone, before the covers around it are known.
    formulas = [*term_formulas(plan), plan.renewal_window, plan.max_shares]
    for node in order([found.node for found in formulas]).nodes:
        if isinstance(node, n.Read) and (node.field.path in _OF_CHAIN or node.field.name.startswith(HOLDS)):
            return f"its term or its most shares depend on {node.field.path}"
    return ""
