"""What is checked of a plan's formulas: kinds, names, reasons, and what is known where they are worked out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from reprlib import repr as short
from typing import Any

from mutualplans.backends.words import in_words
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, order
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Shape
from mutualplans.model.problem import Problem, nearest
from mutualplans.plan.formula import Formula
from mutualplans.plan.view import Check, Spot, View, called, quoted

__all__ = ["FORMULA_CHECKS"]


def kinds(view: View) -> Iterator[Problem]:
    """Check that a formula of the right kind stands at each place."""
    for spot in view.spots:
        wanted = spot.kind.label
        if not isinstance(spot.found, Formula):
            yield view.at(
                spot.place,
                "formula.kind",
                f"应为{wanted.zh}公式，实为 {short(spot.found)}",
                f"expected a formula ({wanted.en}), found {short(spot.found)}",
                **_how(spot.found),
            )
        elif spot.found.node.kind is not spot.kind:
            zh, en = quoted(spot.found.node)
            yield view.at(
                spot.place, "formula.kind", f"应为{wanted.zh}，实为{zh}", f"expected {wanted.en}, found {en}"
            )


def _how(found: Any) -> dict[str, str]:
    """Return the hint for what is no formula."""
    if isinstance(found, tuple):
        return {
            "hint_zh": "Python 把逗号后面的也算进来了：去掉末尾多出的逗号",
            "hint_en": "a comma makes a tuple of it: remove the comma at its end",
        }
    return {
        "hint_zh": "条件写成公式的方法，如 claim.stage.equals(…)；两个公式用 == 得到的是 Python 的真假",
        "hint_en": "write conditions with methods, claim.stage.equals(…); == between formulas is a Python bool",
    }


_SLOTS = {
    n.Lookup: "table",
    n.Tiered: "scale",
    n.Banded: "scale",
    n.Match: "conditions",
    n.WorkdayAfter: "calendar",
}


_SHAPES = {
    Shape.TABLE: "表",
    Shape.SCALE: "分档",
    Shape.CONDITIONS: "病种名单",
    Shape.CALENDAR: "工作日历",
    Shape.SINGLE: "单个值",
}


def shapes(view: View) -> Iterator[Problem]:
    """Check that a table, a scale or a list of conditions is looked up, not used as if it were one value."""
    for spot in view.spots:
        bare = [part for node in spot.nodes for part in children(node) if part != _slot(node)]
        for part in (*bare, *spot.nodes[-1:]):
            if isinstance(part, n.Value) and part.parameter.shape is not Shape.SINGLE:
                zh, en = called(part.parameter)
                yield view.at(
                    spot.place,
                    "formula.kind",
                    f"{zh}是{_SHAPES[part.parameter.shape]}，不是单个值",
                    f"{en} is a {part.parameter.shape.value}, not one value",
                    hint_zh="表用 .of(…)，分档作 .tiered(…) 或 .banded(…) 的参数，病种用 .match(…)，工作日历用 .after(…)",
                    hint_en="use .of(…) for a table, .tiered(…) or .banded(…) for a scale, .match(…) for conditions, .after(…) for a calendar",
                )


def _slot(node: n.Node) -> Any:
    """Return the child that may be a table, a scale or a list; ``None`` where there is no such place."""
    return getattr(node, _SLOTS.get(type(node), ""), None)


def names(view: View) -> Iterator[Problem]:
    """Check that a benefit named in a formula exists, and comes earlier where its amount for this claim is read."""
    known = [benefit.id for benefit in view.plan.benefits]
    for spot, node in view.each(n.BenefitAmount, n.PaidBefore):
        if node.benefit is None or (spot.part in _WITHOUT_BALANCES and spot.part != "ends"):
            continue
        if not isinstance(node.benefit, str) or node.benefit not in known:
            found, close = short(node.benefit), nearest(str(node.benefit), known)
            yield view.at(
                spot.place,
                "formula.name",
                f"没有互助金项目 {found}；有：{'、'.join(known)}",
                f"there is no benefit {found}; known: {', '.join(known)}",
                hint_zh=f'是不是 "{close}"？' if close else "",
                hint_en=f'did you mean "{close}"?' if close else "",
            )
        elif isinstance(node, n.BenefitAmount) and spot.part != "ends" and node.benefit not in spot.earlier:
            yield view.at(
                spot.place,
                "formula.name",
                f'读取了 "{node.benefit}" 的金额，它此时还没有算出',
                f'reads the amount of "{node.benefit}", which is not computed yet',
                hint_zh="项目按所写顺序计算，只能读取前面的项目；计划的 when、excludes 在所有项目之前",
                hint_en="benefits are computed in order and read earlier ones; the plan's when comes before all",
            )


def classes(view: View) -> Iterator[Problem]:
    """Warn of a class of conditions that no edition's list has: nothing ever falls under it."""
    first: dict[tuple[str, str], str] = {}
    for spot, node in view.each(n.Compare):
        if isinstance(node.left, n.ClassOf) and isinstance(node.right, n.Constant):
            name = node.left.match.conditions.parameter.name
            first.setdefault((name, str(node.right.value)), spot.place)
    for (name, code), place in first.items():
        known = _classes(view, name)
        if known and code not in known:
            close = nearest(code, known)
            yield view.at(
                place,
                "formula.class",
                f'没有一版的病种有类别 "{code}"；有：{"、".join(sorted(known))}',
                f'no edition has conditions of the class "{code}"; known: {", ".join(sorted(known))}',
                hint_zh=f'是不是 "{close}"？' if close else "类别是版次文件里每个病种的 class",
                hint_en=f'did you mean "{close}"?'
                if close
                else "the edition states the class of each condition",
                severity="warning",
            )


def _classes(view: View, name: str) -> set[str]:
    """Return the classes of a list in all editions; none where an edition leaves the list to the office."""
    entries = [edition.values.get(name) for edition in view.editions]
    lists = [entry.value for entry in entries if entry is not None]
    whole = len(lists) == len(entries)
    return {item.class_ for listed in lists for item in listed.conditions} if whole else set()


_CODE = re.compile(r"[a-z0-9.-]+")


def reasons(view: View) -> Iterator[Problem]:
    """Check that every condition says why it refuses, under a code that scripts can rely on."""
    for spot in view.spots:
        node = spot.found.node if isinstance(spot.found, Formula) else None
        if spot.condition and node and node.kind is Kind.FLAG and not isinstance(node, n.Because):
            zh, en = quoted(node)
            yield view.at(
                spot.place,
                "formula.because",
                f"条件{zh}没有说明不符合时的理由",
                f"the condition {en} gives no reason",
                hint_zh='在末尾写 .because("code", zh="…", en="…")',
                hint_en='end it with .because("code", zh="…", en="…")',
            )
    for spot, node in view.each(n.Because):
        if not isinstance(node.code, str) or not _CODE.fullmatch(node.code):
            zh = f"理由代码只含小写字母、数字、点和连字符；实为 {short(node.code)}"
            en = f"a reason code has lower-case letters, digits, dots and hyphens; found {short(node.code)}"
            yield view.at(spot.place, "formula.because", zh, en)


def repeated(view: View) -> Iterator[Problem]:
    """Warn of a condition that a benefit has twice: mostly another one was meant."""
    for spot in view.spots:
        if spot.condition and (first := _same_before(view, spot)):
            zh, en = in_words(spot.found.node), in_words(spot.found.node, "en")
            yield view.at(
                spot.place,
                "formula.repeated",
                f"条件“{zh}”与 {first} 相同",
                f'the condition "{en}" is the same as {first}',
                hint_zh="多写的删去；想写的是另一个条件时改正",
                hint_en="remove it, or write the condition that was meant",
                severity="warning",
            )


def _same_before(view: View, spot: Spot) -> str:
    """Return the place of an earlier condition on the same test that counts beside this one; empty if there is none."""
    test = _test(spot)
    beside = {"joins", "when", "excludes", spot.place.partition(".when[")[0]}
    for other in view.spots:
        if other is spot:
            return ""
        owner = other.place.partition(".when[")[0].partition("[")[0]
        if test is not None and other.condition and owner in beside and _test(other) == test:
            return other.place
    return ""


def _test(spot: Spot) -> n.Node | None:
    node = spot.found.node if isinstance(spot.found, Formula) else None
    return node.test if isinstance(node, n.Because) else None


_WITHOUT_CLAIM = (
    "joins",
    "premium",
    "returns",
    "term_months",
    "term_begins",
    "max_shares",
    "renewal_window",
)
"""Parts that are worked out when a person joins: there is no claim yet."""
_WITHOUT_BALANCES = (
    *_WITHOUT_CLAIM,
    "merges",
    "event_date",
    "claim_within",
    "report_within",
    "ends",
    "papers",
)
"""Parts that are worked out without the balances; of them only `ends` knows the amounts of this claim."""
_CIRCULAR: Mapping[str, frozenset[str]] = {
    "max_shares": frozenset({"cover.shares"}),
    "term_months": frozenset({"cover.last_day", "cover.months"}),
    "term_begins": frozenset({"cover.last_day", "cover.months"}),
    "renewal_window": frozenset({"cover.day", "cover.is_renewal", "cover.terms"}),
    "event_date": frozenset({"claim.event_date", "cover.day"}),
}
"""Fields that are themselves worked out from the part."""


def context(view: View) -> Iterator[Problem]:
    """Check that a formula reads only what is known when it is worked out."""
    for spot, node in view.each(n.Read, n.Before, n.PaidBefore, n.BenefitAmount, n.PaidByPlan):
        said = None
        if isinstance(node, n.Read) and node.field.path in _CIRCULAR.get(spot.part, ()):
            said = "，而它自己由此算出", ", which is worked out from it"
        elif spot.part in _WITHOUT_CLAIM and _is_about_claim(node):
            said = "，而参保时还没有申领", ", but there is no claim when a person joins"
        elif spot.part == "ends" and isinstance(node, n.BenefitAmount):
            continue  # it is asked once the amounts are known
        elif spot.part in _WITHOUT_BALANCES and isinstance(node, n.Before | n.PaidBefore | n.BenefitAmount):
            said = "，而此处不知道累计数和各项金额", ", but balances and amounts are not known here"
        if said:
            zh, en = in_words(node), in_words(node, "en")
            yield view.at(spot.place, "formula.context", f"读取了“{zh}”{said[0]}", f'reads "{en}"{said[1]}')


def _is_about_claim(node: n.Node) -> bool:
    if isinstance(node, n.Read):
        return node.field.subject == "claim" or node.field.path == "cover.day"
    return True


def gated(view: View) -> Iterator[Problem]:
    """Warn of sums over earlier claims that do not grow as their place suggests."""
    for spot, node in view.each(n.Before):
        if spot.condition and spot.part not in _WITHOUT_BALANCES:
            yield _gated(
                view,
                spot,
                node,
                "只在条件成立、申领被受理时累计",
                "grows only by claims for which the conditions hold",
            )
    for spot in view.spots:
        if not spot.condition and spot.part not in _WITHOUT_BALANCES:
            for node in _in_branches(spot):
                zh, en = "无论 choose 选中哪一边都累计", "grows whichever side of the choose is taken"
                yield _gated(view, spot, node, zh, en)


def _in_branches(spot: Spot) -> Iterator[n.Before]:
    chosen = [node for node in spot.nodes if isinstance(node, n.Choose) and not _by_edition(node.test)]
    branches = order([side for node in chosen for side in (node.then, node.otherwise)])
    return (node for node in branches.nodes if isinstance(node, n.Before))


def _by_edition(test: n.Node) -> bool:
    """Return whether a choice is the same for every claim of an edition, so that only one side is ever counted."""
    leaves = (node for node in order([test]).nodes if not children(node))
    return all(isinstance(leaf, n.Value | n.Constant) for leaf in leaves)


def _gated(view: View, spot: Spot, node: n.Before, zh: str, en: str) -> Problem:
    return view.at(
        spot.place,
        "formula.gated-state",
        f"“{in_words(node)}”{zh}",
        f'"{in_words(node, "en")}" {en}',
        hint_zh="若不是这个意思：把 choose 移到被累计的量里面，或把累计写进 pays",
        hint_en="if that is not meant: choose inside what is summed, or sum inside pays",
        severity="warning",
    )


def shared(view: View) -> Iterator[Problem]:
    """Check that a policy year of an account that several persons share begins on one day for all of them."""
    if view.plan.term_begins is not None:
        return
    for spot, node in view.each(n.Before, n.PaidBefore):
        if node.whose is not n.Whose.PERSON and node.per is n.Period.POLICY_YEAR:
            yield view.at(
                spot.place,
                "formula.shared-year",
                f"“{in_words(node)}”由几个人共用，他们的保障年度却不从同一天开始",
                f'"{in_words(node, "en")}" is shared by several persons, whose policy years begin on any day',
                hint_zh="在计划里写 term_begins=mp.YearDay(…)，或改用 per.CALENDAR_YEAR",
                hint_en="declare term_begins=mp.YearDay(…), or use per.CALENDAR_YEAR",
            )


def opaque(view: View) -> Iterator[Problem]:
    """Note the Python functions that stand in for a formula."""
    for spot, node in view.each(n.Computed):
        zh, en = (
            f"“{node.text.zh}”由 Python 函数计算",
            f'"{node.text.in_("en")}" is worked out by a Python function',
        )
        yield view.at(spot.place, "formula.opaque", zh, en, severity="note")


FORMULA_CHECKS: tuple[Check, ...] = (
    kinds, shapes, names, classes, reasons, repeated, context, gated, shared, opaque,
)  # fmt: skip
