"""Reasons in words for whole tables: one sentence for each code, without the figures of the single case.

The figures (what was found, what the rule asks for) are in the explanation of a single claim.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from mutualplans.batch.columns import CODES
from mutualplans.batch.outcome import SEPARATOR
from mutualplans.engine.office import Office
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.text import Lang, Text

__all__ = ["CORE_REASONS", "in_words", "reason_words"]

CORE_REASONS: Mapping[str, Text] = {
    "before-cover": Text("出险早于保障起始日", "before the first day of cover"),
    "after-cover": Text("出险晚于保障终止日", "after the last day of cover"),
    "cover-ended": Text("保障已因先前给付终止", "the cover was ended by an earlier payment"),
    "relation": Text("本计划不保障此人", "the plan does not cover this person"),
    "late": Text("申领已过时效", "claimed too late"),
    "condition": Text("不符合给付条件", "a condition does not hold"),
    "nothing-due": Text("按给付标准计算为 0", "the rule comes to 0"),
    "limit-used-up": Text("限额已用完", "the limit is used up"),
    "below-start": Text("未达到给付起点", "not above the start"),
    "already-used": Text("只给付一次，已给付过", "paid once, already used"),
    "table-gives-0": Text("查表为 0", "the table gives 0"),
}
"""The reasons that the core itself gives; every condition of a plan adds its own."""


def reason_words(office: Office) -> dict[tuple[str, str], Text]:
    """Return (plan, code) → sentence for every reason that a plan of the office can give."""
    found: dict[tuple[str, str], Text] = {}
    for item in office.plans:
        plan = item.plan
        found |= {(plan.id, code): text for code, text in CORE_REASONS.items()}
        conditions = [formula.node for benefit in plan.benefits for formula in plan.conditions(benefit)]
        for node in order(conditions).nodes:
            if isinstance(node, n.Because):
                found[plan.id, node.code] = node.text
    return found


def in_words(plans: pa.ChunkedArray, reasons: pa.ChunkedArray, office: Office, lang: Lang) -> pa.Array:
    """Return the sentences for a column of reason codes: made once for each plan and combination."""
    words = reason_words(office)
    by_plan, by_codes = (pa.table({"": values})[0].combine_chunks() for values in (plans, reasons))
    names, codes = by_plan.dictionary.to_pylist(), by_codes.dictionary.to_pylist()
    pairs = by_plan.indices.to_numpy().astype(np.int64) * max(len(codes), 1) + by_codes.indices.to_numpy()
    distinct, indices = np.unique(pairs, return_inverse=True)
    joined = "；" if lang == "zh" else "; "
    sentences = []
    for pair in distinct.tolist():
        plan, combination = names[pair // len(codes)], codes[pair % len(codes)]
        told = [words[plan, code].in_(lang) for code in combination.split(SEPARATOR) if code]
        sentences.append(joined.join(dict.fromkeys(told)))
    found = pa.array(sentences, pa.string()).take(pa.array(indices))
    return found.dictionary_encode().cast(CODES)
