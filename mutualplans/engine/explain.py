"""Explaining a decision: reasons with what was found and expected, the trace, what is left.

The results of the fold that computed the amount are the explanation; nothing is computed a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import define, frozen

from mutualplans.backends.exact import Missing
from mutualplans.backends.phrase import Phrase, Wording, show
from mutualplans.backends.words import in_words, step, table
from mutualplans.backends.words_en import span as span_en
from mutualplans.backends.words_zh import span as span_zh
from mutualplans.engine.bind import BoundPlan, Program
from mutualplans.engine.workings import Workings
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.decision import BenefitDecision, Reason, Remaining
from mutualplans.model.fields import Field, fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Shape
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.scales import ANY, Table
from mutualplans.model.text import Lang, Text
from mutualplans.plan.declaration import Plan

__all__ = [
    "Step",
    "Work",
    "condition_reason",
    "known_rows",
    "path_field",
    "path_label",
    "row_label",
    "remaining",
    "rests_on",
    "trace",
    "zero_reasons",
]


@define(eq=False, slots=False, kw_only=True)
class Work(Workings):
    """How one benefit was computed.

    Attributes:
        program: The benefit.
    """

    program: Program

    @cached_property
    def units(self) -> Mapping[n.Node, Text | None]:
        """Unit of each counted node, worked out once for the bound plan."""
        return self.program.units

    @property
    def condition_results(self) -> list[Any]:
        """Results of the conditions, in their order."""
        return [self.results[node] for node in self.program.conditions]

    @property
    def failed(self) -> list[n.Node]:
        """The conditions that do not hold."""
        return [node for node in self.program.conditions if self.results[node] is False]

    def assumed(self) -> Iterator[str]:
        """Yield the names of the assumed values that the amount rests on, through the sides of choices taken."""
        doubtful = self.program.assumed
        stack = [node for node in (*self.program.conditions, self.program.pays) if node in doubtful]
        seen: set[n.Node] = set()
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if isinstance(node, n.Value):
                yield node.parameter.name
            stack.extend(part for part in _taken(node, self.results) if part in doubtful)

    def used(self) -> Iterator[n.Node]:
        """Yield the nodes that the amount rests on: conditions, and the sides of choices that were taken."""
        return rests_on((*self.program.conditions, self.program.pays), self.results)


def rests_on(roots: Iterable[n.Node], results: Mapping[n.Node, Any]) -> Iterator[n.Node]:
    """Yield the nodes that the values of `roots` rest on: themselves, and of choices only the sides taken."""
    stack = [*roots]
    seen: set[n.Node] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        stack.extend(_taken(node, results))


def _taken(node: n.Node, results: Mapping[n.Node, Any]) -> tuple[n.Node, ...]:
    """Return the children that decided a node's value: of a choice only the side taken, of a "no" what failed."""
    if isinstance(node, n.Choose) and not isinstance(results[node.test], Missing):
        return (node.test, node.then if results[node.test] else node.otherwise)
    if isinstance(node, n.Both) and results[node] is False:
        return tuple(part for part in node.parts if results[part] is False)
    if isinstance(node, n.AnyOf) and results[node] is True:
        return tuple(part for part in node.parts if results[part] is True)[:1]
    if isinstance(node, n.Before):
        return ()
    return children(node)


# ---------------------------------------------------------------- reasons


def condition_reason(node: n.Node, work: Workings) -> Reason:
    """Return why a condition does not hold: its sentence, what was found, what the rule asks for."""
    code, text = (node.code, node.text) if isinstance(node, n.Because) else ("condition", work.words(node))
    test = node.test if isinstance(node, n.Because) else node
    found, expected = _found_expected(_first_failed(test, work), work)
    return Reason(code=code, text=text, found=found, expected=expected)


def _first_failed(test: n.Node, work: Workings) -> n.Node:
    """Return the comparison that decides: inside "and" the first that fails, inside "or" the last one."""
    while isinstance(test, n.Both | n.AnyOf):
        failing = [part for part in test.parts if work.results[part] is False]
        test = failing[0] if isinstance(test, n.Both) else failing[-1]
    return test


def _found_expected(test: n.Node, work: Workings) -> tuple[Text | None, Text | None]:
    subject = _subject(test)
    if subject is None:
        return None, None
    value = work.results[subject]
    rule = Text(_rule_words(test, subject, work, "zh"), _rule_words(test, subject, work, "en"))
    return work.text(subject, value), rule


def _rule_words(test: n.Node, subject: n.Node, work: Workings, lang: Lang) -> str:
    """Return what a test asks of its subject, with everything else at the value it has in this case."""
    wording = work.wording(lang)
    phrases = []
    for part in children(test):
        if part == subject:
            phrases.append(Phrase(work.bound.words(part, lang)))
        elif isinstance(part, _INLINE):
            phrases.append(Phrase(_inline(part, wording)))
        else:
            phrases.append(Phrase(wording.show(work.results[part], part)))
    return str(table(lang)[type(test)](test, phrases, wording).text)


def _subject(test: n.Node) -> n.Node | None:
    if isinstance(test, n.Compare):
        return test.left
    if isinstance(test, n.Within | n.OneOf):
        return test.base
    if isinstance(test, n.Listed):
        return test.match.diagnosis
    return None


def zero_reasons(work: Work) -> tuple[Reason, ...]:
    """Return why a benefit whose conditions hold still pays nothing; what was computed last is said first."""
    used = set(work.used())
    nodes = [node for node in reversed(work.program.order.nodes) if node in used]
    reasons = [reason for node in nodes if (reason := _zero_reason(node, work))]
    if reasons:
        return tuple(reasons)
    return (Reason(code="nothing-due", text=Text("按给付标准计算为 0", "the rule comes to 0")),)


def _zero_reason(node: n.Node, work: Work) -> Reason | None:
    if isinstance(node, n.Lookup) and node.kind is not Kind.FLAG and work.results[node] == 0:
        label = node.table.parameter.label
        keys = [work.text(key, work.results[key]) for key in node.keys]
        return Reason(
            code="table-gives-0",
            text=Text(f"“{label.zh}”查表为 0", f'the table "{label.in_("en")}" gives 0'),
            found=Text("、".join(key.zh for key in keys), ", ".join(key.in_("en") for key in keys)),
        )
    base = getattr(node, "base", None)
    if base is None or work.results[node] != 0 or work.results.get(base) in (0, None):
        return None
    if isinstance(node, n.Capped):
        return _limited(node, work, "limit-used-up", "限额已用完", "the limit is used up", node.limit)
    if isinstance(node, n.Above):
        return _limited(node, work, "below-start", "未超过起付标准", "not above the start", node.start)
    if isinstance(node, n.Once):
        per = node.before
        zh, en = (span_zh(per), span_en(per)) if isinstance(per, n.Before) else ("每次", "claim")
        return Reason(
            code="already-used", text=Text(f"{zh}只给付一次，已给付过", f"paid once per {en}, already used")
        )
    if isinstance(node, n.Tiered | n.Banded):
        last = work.results[node.scale].bands[-1].high
        if last is not None and work.results[node.before] >= last.at:
            return Reason(
                code="limit-used-up",
                text=Text("给付分段已用完", "the scale is used up"),
                found=work.text(base, work.results[node.before]),
            )
        return Reason(
            code="below-start",
            text=Text("未达到给付分段", "below the first band"),
            found=work.text(base, work.results[base]),
        )
    return None


def _limited(node: n.Capped | n.Above, work: Work, code: str, zh: str, en: str, edge: n.Node) -> Reason:
    before = work.results[node.before]
    found = work.text(node.base, before + work.results[node.base])
    expected = work.text(node.base, work.results[edge])
    return Reason(code=code, text=Text(zh, en), found=found, expected=expected)


# ---------------------------------------------------------------- what is left


def remaining(benefits: tuple[BenefitDecision, ...]) -> tuple[Remaining, ...]:
    """Return what is left of each limit that runs over a period, after this decision."""
    found = []
    for item in benefits:
        if item.work is None or item.missing:
            continue
        for node in item.work.program.order.nodes:
            if isinstance(node, n.Capped) and isinstance(node.before, n.Before):
                left = _left(node, item.work, item.accepted)
                if left is not None:
                    found.append(_remaining(item, node, node.before, left))
    return tuple(found)


def _left(node: n.Capped, work: Work, counts: bool) -> int | None:
    values = [work.results[part] for part in (node.limit, node.before, node.base)]
    if any(isinstance(value, Missing) for value in values):
        return None
    limit, before, base = values
    return max(int(limit - before - (base if counts else 0)), 0)


def _remaining(item: BenefitDecision, node: n.Capped, before: n.Before, left: int) -> Remaining:
    kind, unit = node.kind, item.work.units.get(node)
    zh = f"{item.title.zh}：{span_zh(before)}尚可计"
    en = f"{item.title.in_('en')}: left in the {span_en(before)}"
    return Remaining(
        benefit=item.id,
        text=Text(zh, en),
        left=Text(show(left, kind, unit, "zh"), show(left, kind, unit, "en")),
        amount=left,
    )


# ---------------------------------------------------------------- the trace


@frozen
class Step:
    """One line of an explanation.

    Attributes:
        text: The step in words, with its result: ``40.00 元 × 97 天 = 3,880.00 元``.
        value: The result in words.
        steps: The steps that it rests on.
    """

    text: str
    value: str
    steps: tuple[Step, ...] = ()


def trace(item: BenefitDecision, lang: Lang = "zh") -> Step | None:
    """Return how a benefit's amount came about; ``None`` when it was not computed.

    Every amount in a line is either stated in the claim, a value of the edition, a balance, or the result of a
    line below it.
    """
    work = item.work
    if work is None or not item.accepted:
        return None
    return _step(work.program.pays, work, lang)


_INLINE = (n.Read, n.Value, n.Constant, n.Before, n.PaidBefore, n.BenefitAmount, n.PaidByPlan, n.Match)


def _step(root: n.Node, work: Work, lang: Lang) -> Step:
    """Build the tree bottom-up over the decisive sub-formulas; a shared one is told at each place."""
    wording = work.wording(lang)
    done: dict[n.Node, Step] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        parts = _taken(node, work.results)
        if ready or not parts or isinstance(node, _INLINE) or node.kind is Kind.FLAG:
            done[node] = _line(node, wording, done)
        else:
            stack.append((node, True))
            stack.extend((part, False) for part in parts)
    return done[root]


def _line(node: n.Node, wording: Wording, done: Mapping[n.Node, Step]) -> Step:
    results = wording.results or {}
    if isinstance(node, n.Value) and node.parameter.shape is not Shape.SINGLE:
        named = _inline(node, wording)  # a whole table or scale has no value of its own
        return Step(named, named)
    value = wording.show(results[node], node)
    if isinstance(node, n.Choose):
        taken = done[node.then if results[node.test] else node.otherwise]
        return Step(taken.text, value, (done[node.test], *taken.steps))
    if node.kind is Kind.FLAG:
        return Step(_answered(node, wording), value)
    if isinstance(node, _INLINE):
        return Step(_inline(node, wording), value)
    below = tuple(done[part] for part in children(node) if part in done and not isinstance(part, _INLINE))
    if isinstance(node, n.Named):
        return Step(f"{node.text.in_(wording.lang)} = {value}", value, below)
    return Step(f"{step(node, wording)} = {value}", value, below)


def _answered(node: n.Node, wording: Wording) -> str:
    """Return a test as a question with its answer: ``处于减责期？否``."""
    values = {} if isinstance(node, n.Value) else wording.values  # its value is the answer
    asked = in_words(node, wording.lang, values=values, codes=wording.codes)
    answer = show((wording.results or {})[node], Kind.FLAG, None, wording.lang)
    return f"{asked}？{answer}" if wording.lang == "zh" else f"{asked}? {answer}"


def _inline(node: n.Node, wording: Wording) -> str:
    return str(table(wording.lang)[type(node)](node, [Phrase("")] * len(children(node)), wording).text)


# ---------------------------------------------------------------- names of fields


def path_field(plan: Plan, path: str) -> Field | None:
    """Return the field at a path such as ``claim.days``, standard or the plan's own."""
    subject, _, name = path.partition(".")
    for item in plan.fields():
        if item.path == path:
            return item
    records = {"member": Member, "insured": Insured, "unit": Unit, "cover": Coverage, "claim": Claim}
    return fields_of(records[subject]).get(name) if subject in records else None


def row_label(bound: BoundPlan, path: str) -> Text:
    """Return what users call a row that a table does not have: ``互助费 51、高危工种``; `path` is ``value.fee[51,high]``."""
    name, _, keys = path.removeprefix("value.").removesuffix("]").partition("[")
    label = next((item.label for item in bound.plan.values if item.name == name), Text(name))
    titles = [bound.edition.titles.get(key, Text(key)) for key in keys.split(",") if key]
    return Text(
        f"{label.zh} {'、'.join(title.zh for title in titles)}".strip(),
        f"{label.in_('en')} {', '.join(title.in_('en') for title in titles)}".strip(),
    )


_FEW = 12


def known_rows(bound: BoundPlan, path: str) -> Text:
    """Return the rows of the table at such a path, as codes with what they are called; where to look for many."""
    table = bound.values.get(path.removeprefix("value.").partition("[")[0])
    rows = [key for key in table.rows if set(key) != {ANY}] if isinstance(table, Table) else []
    if not 0 < len(rows) <= _FEW:
        command = f"mutualplans plans {bound.plan.id} --edition {bound.edition.id}"
        return Text(f"可用的行见 {command}", f"{command} shows the rows")
    zh = "；".join("、".join(_code(bound, code, "zh") for code in key) for key in rows)
    en = "; ".join(", ".join(_code(bound, code, "en") for code in key) for key in rows)
    return Text(f"可用：{zh}", f"known: {en}")


def _code(bound: BoundPlan, code: str, lang: Lang) -> str:
    """Return a code with what the edition calls it: ``1y（一年期）``."""
    title = bound.edition.titles.get(code)
    if code == ANY:
        return "其他" if lang == "zh" else "any other"
    if title is None:
        return code
    return f"{code}（{title.zh}）" if lang == "zh" else f"{code} ({title.in_(lang)})"


def path_label(plan: Plan, path: str) -> Text:
    """Return what users call the field at a path."""
    found = path_field(plan, path)
    return found.label if found else Text(path)
