"""Formulas in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mutualplans.backends.phrase import (
    ATOM,
    CLAUSE,
    PRODUCT,
    SUM,
    Phrase,
    Wording,
    band_taken,
    counts_once,
    paid_in_earlier_terms,
    scale_text,
    workday_number,
)
from mutualplans.expr import nodes as n
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Shape
from mutualplans.model.scales import Scale

__all__ = ["TABLE", "span"]

PERIODS = {
    n.Period.STAY: "每次住院",
    n.Period.INCIDENT: "每次事故",
    n.Period.TERM: "每保障期",
    n.Period.POLICY_YEAR: "每保障年度",
    n.Period.CALENDAR_YEAR: "每自然年度",
    n.Period.LIFETIME: "终身",
}

_EARLIER = {
    n.Period.STAY: "本次住院此前",
    n.Period.INCIDENT: "本次事故此前",
    n.Period.TERM: "本保障期此前",
    n.Period.POLICY_YEAR: "本保障年度此前",
    n.Period.CALENDAR_YEAR: "本自然年度此前",
    n.Period.LIFETIME: "以往",
}

Args = list[Phrase]


_WHOSE = {n.Whose.PERSON: "", n.Whose.FAMILY: "全家", n.Whose.FUND: "全体参保人"}
"""Whose account it is; a person's own goes without saying."""


def span(account: n.Before | n.PaidBefore) -> str:
    """Return over which period an account counts, and for whom: 每自然年度全家."""
    return _ever(PERIODS[account.per], account) + _WHOSE[account.whose]


def _ever(period: str, account: n.Before | n.PaidBefore) -> str:
    """Return the name of a period; what several persons share does not end with one person's life."""
    return "历年" if account.whose is not n.Whose.PERSON and period == PERIODS[n.Period.LIFETIME] else period


def _per(before: n.Node) -> str:
    return span(before) + _same(before.by) if isinstance(before, n.Before | n.PaidBefore) else ""


def _until(account: n.Before | n.PaidBefore) -> str:
    """Return the time before a claim that an account knows: 本自然年度此前全家."""
    return _EARLIER[account.per] + _WHOSE[account.whose] + _same(account.by)


def _same(by: n.Node | None) -> str:
    """Return by what an account is split."""
    if by is None:
        return ""
    return f"（同一{by.field.label.zh if isinstance(by, n.Read) else '病种'}）"


def _limited(node: Any, args: Args) -> str:
    """Return what a limit is on; a choice in brackets, or the limit reads as part of its last branch."""
    return args[0].within(SUM if isinstance(node.base, n.Choose) else CLAUSE, "zh")


def _spaced(first: str, second: str) -> str:
    """Return two pieces of a sentence, with a space where Chinese meets a figure."""
    return f"{first}{' ' if first[-1:].isascii() != second[:1].isascii() else ''}{second}"


def _earlier(node: Any, args: Args, env: Wording) -> str:
    """Return what was counted before, in an explanation where there was some."""
    value = (env.results or {}).get(node.before)
    return f"（此前已计 {args[1].text}）" if value else ""


def _infix(sign: str, level: int) -> Callable[[Any, Args, Wording], Phrase]:
    def run(_node: Any, args: Args, env: Wording) -> Phrase:
        left, right = args[0].within(level, env.lang), args[1].within(level - 1, env.lang)
        return Phrase(f"{left} {sign} {right}", level)

    return run


def _leaf(label: str, node: n.Node, env: Wording) -> Phrase:
    """Return a label, followed by the value once there is one."""
    if env.results is None or node not in env.results:
        return Phrase(label)
    return Phrase(f"{label} {env.show(env.results[node], node)}")


def _value(node: n.Value, _args: Args, env: Wording) -> Phrase:
    label = node.parameter.label.zh
    value = env.values.get(node.parameter.name)
    if value is None or node.parameter.shape in (Shape.TABLE, Shape.CONDITIONS, Shape.CALENDAR):
        return Phrase((f"“{label}”" if value is not None else label) + env.mark(node))
    if isinstance(value, Scale):
        bands = "见表" if env.apart else scale_text(value, node.parameter.measured, node.kind, "zh")
        return Phrase(f"{label}（{bands}）{env.mark(node)}")
    return Phrase(f"{label} {env.show(value, node)}{env.mark(node)}")


def _portion(node: n.Portion, args: Args, env: Wording) -> Phrase:
    text = f"{args[0].within(PRODUCT, 'zh')} × {args[1].within(ATOM, 'zh')}"
    return Phrase(text + _rounded(node, env), PRODUCT)


def _rounded(node: Any, env: Wording) -> str:
    rounding = node.rounding or env.rounding
    if env.results is None:
        return f"（{rounding.label.zh}）" if node.rounding else ""
    base, part = env.results.get(node.base), env.results.get(getattr(node, "rate", node))
    exact = Fraction(base) * Fraction(part) if isinstance(base, int) and part is not None else Fraction(1, 2)
    inexact = (exact / rounding.step).denominator != 1
    return f"（{rounding.label.zh}）" if inexact else ""


def _above(node: n.Above, args: Args, env: Wording) -> Phrase:
    per = f"{_per(node.before)}的" if _per(node.before) else ""
    start = env.bare(node.start, args[2].text)
    return Phrase(f"{per}{args[0].within(SUM, 'zh')}超过 {start}的部分" + _earlier(node, args, env), CLAUSE)


def _capped(node: n.Capped, args: Args, env: Wording) -> Phrase:
    per = _per(node.before) or "每次"
    shared = isinstance(node.before, n.Before) and node.before.whose is not n.Whose.PERSON
    limit = _at_most(f"{per}合计" if shared else per, env.bare(node.limit, args[2].text))
    return Phrase(f"{_limited(node, args)}，{limit}" + _earlier(node, args, env), CLAUSE)


def _at_most(per: str, limit: str) -> str:
    """Return a limit in words; a label that says 每保障期最多… or 最多… itself is not told twice."""
    period = per.partition("（")[0]
    said = next((words for words in (f"{period}最多", "最多") if limit.startswith(words)), "")
    return f"{per}最多{limit.removeprefix(said)}" if said else f"{per}最多 {limit}"


def _tiered(node: n.Tiered, args: Args, env: Wording) -> Phrase:
    per = _per(node.before)
    whose = f"{per}累计的" if per else ""
    return Phrase(
        f"{whose}{args[0].within(SUM, 'zh')}分段计算：{args[2].text}" + _earlier(node, args, env), CLAUSE
    )


def _banded(node: n.Banded, args: Args, env: Wording) -> Phrase:
    per = _per(node.before)
    whose = f"{per}累计的" if per else ""
    measured = args[0].within(SUM, "zh")
    if (taken := band_taken(node, env)) is None:
        return Phrase(f"按{whose}{measured}所在档取{args[2].text}" + _earlier(node, args, env), CLAUSE)
    label = node.scale.parameter.label.zh + env.mark(node.scale)
    bounds, gives, together, earlier = taken
    if not earlier:
        return Phrase(f"按{whose}{measured}所在档（{bounds}）取{label} {gives}", CLAUSE)
    text = f"按{whose}{measured}连同此前共 {together}所在档（{bounds}）取{label} {gives}，扣除此前已取的 {earlier}"
    return Phrase(text, CLAUSE)


def _once(node: n.Once, args: Args, env: Wording) -> Phrase:
    per = _per(node.before) or "每次"
    text = f"{_limited(node, args)}，{per}一次" + _earlier(node, args, env)
    return Phrase(text, CLAUSE, f"{args[0].other}（{per}只计一次）" if counts_once(node.base) else "")


def _before(node: n.Before, args: Args, _env: Wording) -> Phrase:
    if counts_once(node.base) and args[0].other:
        return Phrase(f"{_until(node)}{args[0].other}")
    return Phrase(f"{_until(node)}累计的{args[0].within(SUM, 'zh')}")


def _so_far(node: n.SoFar, args: Args, env: Wording) -> Phrase:
    if counts_once(node.base) and args[0].other:
        times = args[0].other
        said = f"{times.removesuffix('）')}，含本次）" if times.endswith("）") else f"{times}（含本次）"
        return Phrase(f"{_per(node.before)}内{said}" + _earlier(node, args, env))
    counted = "次数" if node.base == _ONCE else _spaced("累计的", args[0].within(SUM, "zh"))
    return Phrase(f"{_per(node.before)}{counted}（含本次）" + _earlier(node, args, env))


def _paid_before(node: n.PaidBefore, _args: Args, env: Wording) -> Phrase:
    return _leaf(f"{_until(node)}{_account(node, env)}已付", node, env)


def _account(node: n.PaidBefore, env: Wording) -> str:
    return f"“{env.title(node.benefit)}”" if node.benefit else "本计划"


_NOTHING = n.Constant(0, Kind.MONEY)
_ONCE = n.Constant(1, Kind.COUNT)


def _lookup(node: n.Lookup, args: Args, env: Wording) -> Phrase:
    label, mark = node.table.parameter.label.zh, env.mark(node.table)
    if (everywhere := env.everywhere(node.table)) is not None:
        return Phrase(f"{label} {everywhere}{mark}")
    keys = "、".join(env.read_keys(node.table, [arg.text for arg in args[1:]]))
    return Phrase(f"{label}（按{_spaced(keys, '查表')}）{mark}")


def _workday_after(node: n.WorkdayAfter, args: Args, env: Wording) -> Phrase:
    number, mark = workday_number(node, args[2], env)
    return Phrase(f"{args[1].within(SUM, 'zh')}的次日起第 {number} 个工作日{mark}")


_SIDES = {
    n.Side.UP_TO: "不超过",
    n.Side.BELOW: "小于",
    n.Side.FROM: "不小于",
    n.Side.OVER: "超过",
    n.Side.EQUALS: "为",
    n.Side.DIFFERS: "不为",
}


_DATES = _SIDES | {
    n.Side.UP_TO: "不晚于",
    n.Side.BELOW: "早于",
    n.Side.FROM: "不早于",
    n.Side.OVER: "晚于",
}


def _compare(node: n.Compare, args: Args, env: Wording) -> Phrase:
    nothing = node.right == _NOTHING and node.side is n.Side.EQUALS
    if nothing and isinstance(node.left, n.PaidBefore):
        return Phrase(f"{_until(node.left)}未给付过{_account(node.left, env)}", CLAUSE)
    if nothing and (paid := paid_in_earlier_terms(node.left)):
        return Phrase(f"以前各保障期{_same(paid.by)}未给付过{_account(paid, env)}", CLAUSE)
    if node.right == _NOTHING and isinstance(node.left, n.BenefitAmount):
        title = env.title(node.left.benefit)
        texts = f"本次给付“{title}”", f"本次没有给付“{title}”"
        if node.side in (n.Side.OVER, n.Side.DIFFERS):
            return Phrase(texts[0], CLAUSE, texts[1])
        if node.side in (n.Side.EQUALS, n.Side.UP_TO):
            return Phrase(texts[1], CLAUSE, texts[0])
    sides = _DATES if node.left.kind is Kind.DATE else _SIDES
    left, right = args[0].within(SUM, "zh"), env.bare(node.right, args[1].within(SUM, "zh"))
    if isinstance(node.right, n.Constant) and isinstance(node.right.value, str):
        right = env.code(node.right.value, node.left)
    said, opposite = (left + _spaced(sides[side], right) for side in (node.side, _OPPOSITES[node.side]))
    return Phrase(said, CLAUSE, opposite)


def _one_of(node: n.OneOf, args: Args, env: Wording) -> Phrase:
    *first, last = (env.code(code, node.base) for code in node.codes)
    names = f"{'、'.join(first)}或{last}" if first else last
    return Phrase(f"{args[0].within(SUM, 'zh')}为{names}", CLAUSE)


_MANY = (n.Both, n.AnyOf, n.Because, n.Choose, n.Not)
"""What takes brackets inside "and" and "or"."""


def _joined(word: str) -> Callable[[Any, Args, Wording], Phrase]:
    def run(node: Any, args: Args, _env: Wording) -> Phrase:
        parts = zip(node.parts, args, strict=True)
        return Phrase(
            word.join(arg.within(SUM, "zh") if isinstance(part, _MANY) else arg.text for part, arg in parts),
            CLAUSE,
        )

    return run


def _within(node: n.Within, args: Args, env: Wording) -> Phrase:
    low, high = (
        env.bare(end, arg.within(SUM, "zh")) for end, arg in zip((node.low, node.high), args[1:], strict=True)
    )
    return Phrase(f"{args[0].within(SUM, 'zh')}在 {low} 至 {high}之间（含两端）", CLAUSE)


_OPPOSITES = {
    n.Side.UP_TO: n.Side.OVER,
    n.Side.BELOW: n.Side.FROM,
    n.Side.FROM: n.Side.BELOW,
    n.Side.OVER: n.Side.UP_TO,
    n.Side.EQUALS: n.Side.DIFFERS,
    n.Side.DIFFERS: n.Side.EQUALS,
}


_NEGATED = {"不": ("属", "处于", "在", "是"), "未": ("参加", "持有")}
"""How a fact is denied that is named by these words."""


def _not(node: n.Not, args: Args, _env: Wording) -> Phrase:
    """Return the opposite as one says it: 不属…, 未参加…, 不超过…."""
    text = args[0].text
    if args[0].other:
        return Phrase(args[0].other, CLAUSE, text)
    if isinstance(node.base, n.Read | n.Named):
        way = next((way for way, starts in _NEGATED.items() if text.startswith(starts)), "并非")
        return Phrase(f"{way}{text}", SUM)
    return Phrase(f"并非：{args[0].within(SUM, 'zh')}", CLAUSE)


def _subtract(_node: n.Subtract, args: Args, _env: Wording) -> Phrase:
    left, right = args[0].within(SUM, "zh"), args[1].within(PRODUCT, "zh")
    return Phrase(f"{left} - {right}", SUM, f"{left}，扣除{right}（扣完为止）")


def _greatest(node: n.Greatest, args: Args, _env: Wording) -> Phrase:
    if len(args) == 2 and isinstance(node.parts[1], n.Constant) and node.parts[1].value == 0:
        if args[0].other and isinstance(node.parts[0], n.Subtract):
            return Phrase(args[0].other, CLAUSE)
        return Phrase(f"{args[0].within(SUM, 'zh')}，低于 0 的按 0 计", CLAUSE)
    return Phrase("、".join(arg.within(SUM, "zh") for arg in args) + " 中的较大者", CLAUSE)


def _raised(node: n.Raised, args: Args, env: Wording) -> Phrase:
    floor = env.bare(node.floor, args[1].text)
    return Phrase(f"{args[0].within(CLAUSE, 'zh')}，不足 {floor} 的按 {floor}", CLAUSE)


def _constant(node: n.Constant, _args: Args, env: Wording) -> Phrase:
    return Phrase(env.show(node.value, node))


TABLE: Mapping[type[n.Node], Callable[[Any, Args, Wording], Phrase]] = {
    n.Constant: _constant,
    n.Read: lambda node, args, env: _leaf(node.field.label.zh, node, env),
    n.Value: _value,
    n.BenefitAmount: lambda node, args, env: _leaf(f"本次“{env.title(node.benefit)}”的金额", node, env),
    n.PaidByPlan: lambda node, args, env: Phrase(f"{env.plan(node.plan)}本次已付"),
    n.PaidBefore: _paid_before,
    n.Before: _before,
    n.Add: _infix("+", SUM),
    n.Subtract: _subtract,
    n.Times: _infix("×", PRODUCT),
    n.Portion: _portion,
    n.ShareOf: lambda node, args, env: Phrase(
        f"{args[0].within(PRODUCT, 'zh')} × {args[1].within(ATOM, 'zh')} ÷ {args[2].within(ATOM, 'zh')}"
        f"（{(node.rounding or env.rounding).label.zh}）",
        PRODUCT,
    ),
    n.Round: lambda node, args, env: Phrase(f"{args[0].text}（{node.rounding.label.zh}）", CLAUSE),
    n.Least: lambda node, args, env: Phrase(
        "、".join(a.within(SUM, "zh") for a in args) + " 中的较小者", CLAUSE
    ),
    n.Greatest: _greatest,
    n.Raised: _raised,
    n.SoFar: _so_far,
    n.Above: _above,
    n.Capped: _capped,
    n.Tiered: _tiered,
    n.Banded: _banded,
    n.Once: _once,
    n.Lookup: _lookup,
    n.Compare: _compare,
    n.Within: _within,
    n.OneOf: _one_of,
    n.Both: _joined("，且"),
    n.AnyOf: _joined("，或"),
    n.Not: _not,
    n.Because: lambda node, args, env: args[0],
    n.Choose: lambda node, args, env: Phrase(
        f"若{args[0].text}，则 {args[1].within(SUM, 'zh')}，否则 {args[2].within(SUM, 'zh')}",
        CLAUSE,
        f"{args[0].within(SUM, 'zh') if isinstance(node.test, _MANY) else args[0].text}的次数"
        if counts_once(node)
        else "",
    ),
    n.CompletedYears: lambda node, args, env: Phrase(f"{args[1].text}的周岁年龄"),
    n.DaysFrom: lambda node, args, env: Phrase(f"{args[0].text}至{args[1].text}的天数"),
    n.WorkdayAfter: _workday_after,
    n.Match: lambda node, args, env: Phrase("病种"),
    n.ClassOf: lambda node, args, env: Phrase("病种类别"),
    n.Listed: lambda node, args, env: Phrase(
        f"诊断属于“{node.match.conditions.parameter.label.zh}”{env.mark(node.match.conditions)}所列"
    ),
    n.Named: lambda node, args, env: _leaf(node.text.zh, node, env),
    n.Computed: lambda node, args, env: Phrase(f"{node.text.zh}（{'、'.join(arg.text for arg in args)}）"),
}
