"""The sections of a rule text, each written from the declaration, in the order of a paper rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from attrs import define, evolve, field

from mutualplans.backends.phrase import show
from mutualplans.engine.bind import bind
from mutualplans.engine.limits import BenefitLimits, limits
from mutualplans.engine.ruledata import CLAUSE, Grid, Line, Part, Section
from mutualplans.engine.ruleparts import RuleWords, exclusion
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.people import RELATIONS
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.text import Text
from mutualplans.plan.declaration import Benefit, Merge, Plan, Waiting
from mutualplans.plan.formula import Formula

__all__ = ["SECTIONS", "Writer"]


Content = dict[str, Any]

_NOTHING = n.Constant(0, Kind.MONEY)


@define(eq=False)
class Writer:
    """Writes the sections in order and remembers which tables and definitions have been printed.

    Attributes:
        said: The words.
        tables: Names of the tables printed.
        defined: Named steps explained.
    """

    said: RuleWords
    tables: set[str] = field(factory=set)
    defined: set[n.Node] = field(factory=set)

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.said.plan

    def t(self, zh: str, en: str) -> str:
        """Return the text in the language of the rule text."""
        return self.said.t(zh, en)

    def words(self, formula: Formula) -> str:
        """Return a formula in words."""
        return self.said.words(self.said.settled(formula))

    def days(self, formula: Formula) -> str:
        """Return a number of days in words; a bare number lacks its unit."""
        unit = self.t(" 天", " days") if isinstance(formula.node, n.Constant) else ""
        return self.words(formula) + unit

    def given(self, formulas: Iterable[Formula]) -> dict[n.Node, bool]:
        """Return what is known of a claim that fulfils the conditions."""
        found: dict[n.Node, bool] = {}
        for formula in formulas:
            node = self.said.settled(formula)
            node = node.test if isinstance(node, n.Because) else node
            found |= {node.base: False} if isinstance(node, n.Not) else {node: True}
        return found

    def conditions(self, formulas: Iterable[Formula], label: str) -> list[Line]:
        """Return the conditions that a claim or a person can fail under this edition."""
        found = [self.said.settled(item) for item in formulas]
        lines = [Line(self.said.condition(node), label) for node in found if not isinstance(node, n.Constant)]
        if any(isinstance(node, n.Constant) and not node.value for node in found):
            lines.append(Line(self.t("本版不给付此项", "not paid under this edition"), label))
        return lines

    def assumed(self, formulas: Iterable[Formula]) -> list[Line]:
        """Return the assumed values that decide what stands there, and are not in its words: ``按份计［假定］：否``."""
        waiting = self.plan.waiting
        days = () if waiting is None else (waiting.nothing_to, waiting.reduced_to)
        told = _single(item.node for item in days if item is not None)  # in a section of their own
        known = {item.name for item in self.said.assumed()} - told
        formulas = list(formulas)
        decided = {name for formula in formulas for name in self.said.deciding(formula.node)}
        left = _single(self.said.settled(formula) for formula in formulas)
        return [
            Line(self.said.value(item), self._label(item) + self.said.mark(item))
            for item in self.plan.values
            if item.name in known and item.name in decided - left
        ]

    def content(self, lines: Iterable[Line], *formulas: Formula | n.Node | None) -> Content:
        """Return lines with the definitions and tables that they need."""
        nodes = [
            self.said.settled(item) if isinstance(item, Formula) else item
            for item in formulas
            if item is not None
        ]
        defined = tuple(self.said.definitions(nodes, self.defined))
        return {"lines": (*lines, *defined), "grids": tuple(self.said.grids(nodes, self.tables))}

    def with_clause(self, section: Section) -> Section:
        """Return a section with its article of the paper rule in front, where the edition states it."""
        clause = self.said.edition.clauses.get(section.id)
        return evolve(section, lines=(self._clause(clause), *section.lines)) if clause else section

    def _clause(self, clause: str) -> Line:
        return Line(clause, CLAUSE.in_(self.said.lang))

    # ------------------------------------------------------------ joining

    def insured(self) -> Content:
        relations = self.said.join(RELATIONS[name].in_(self.said.lang) for name in self.plan.insures)
        lines = [Line(relations, self.t("可参保的人", "who may be insured"))]
        lines += self.conditions(self.plan.joins, self.t("参保条件", "condition")) or [
            Line(self.t("没有载明参保条件", "no condition for joining is stated"))
        ]
        return self.content([*lines, *self.assumed(self.plan.joins)], *self.plan.joins)

    def premium(self) -> Content:
        free = Text("不收费", "free")
        lines = [Line(amount) for amount in self.said.amounts(self.said.settled(self.plan.premium), free)]
        back = None if self.plan.returns is None else self.said.settled(self.plan.returns)
        if back is not None and back != _NOTHING:
            label = self.t("本期没有给付的，满期返还", "back at the end of a term without payments")
            lines += [Line(amount, label) for amount in self.said.amounts(back, Text("不返还", "nothing"))]
        fees = [item for item in (self.plan.premium, self.plan.returns) if item is not None]
        return self.content([*lines, *self.assumed(fees)], *fees)

    def term(self) -> Content:
        lines = [Line(self.words(self.plan.term_months) + _months(self.plan.term_months, self.t))]
        begins, window = self.plan.term_begins, self.plan.renewal_window
        if begins is not None:
            month, day = self.words(begins.month), self.words(begins.day)
            zh = f"每期自 {month} 月 {day} 日起；期中参保的，自参保之日起至当期终止日止"
            en = f"each term begins on day {day} of month {month}; who joins later is covered to the end of that term"
            lines.append(Line(self.t(zh, en), self.t("统一起期", "common term")))
        if _constant(window) != 0 or self._reads("is_renewal", "terms", "day"):
            lines.append(Line(self._renewal(window), self.t("续保", "renewal")))
        for id_ in self.plan.continues:
            title = self.said.plan_title(id_).rstrip()
            zh = f"先前参加{title}的各期，按本计划的先前各期计"
            en = f"earlier terms in {title} count as earlier terms of this plan"
            lines.append(Line(self.t(zh, en), self.t("续保", "renewal")))
        common = (begins.month, begins.day) if begins else ()
        return self.content(lines, self.plan.term_months, *common, window)

    def _renewal(self, window: Formula) -> str:
        if _number(window, self.said) == 0:
            zh, en = "两期首尾相接的，为按时续保", "in time when no day lies between two terms"
            return self.t(zh, en) + self._mark_of(window)
        days = self.days(window)
        zh = f"两期之间间隔不超过 {days}的，为按时续保"
        return self.t(zh, f"in time when at most {days} lie between two terms")

    def _reads(self, *names: str) -> bool:
        return any(item.subject == "cover" and item.name in names for item in self.plan.fields())

    def shares(self) -> Content:
        most = self.plan.max_shares
        if _number(most, self.said) == 1:
            only = self.t("每人 1 份", "one share per person") + self._mark_of(most)
            return self.content([Line(only)], most)
        number = self.words(most) + ("" if isinstance(most.node, n.Value) else self.t(" 份", " shares"))
        zh = f"每人最多 {number}；超过的份数无效"
        return self.content([Line(self.t(zh, f"at most {number} per person; more are void"))], most)

    # ------------------------------------------------------------ waiting

    def waiting(self) -> Content:
        waiting = self.plan.waiting
        if waiting is None:
            return self.content([Line(self.t("无免责期", "no waiting period"))])
        lines = [self._nothing(waiting.nothing_to)]
        if waiting.reduced_to is not None:
            lines.append(self._reduced(waiting.nothing_to, waiting.reduced_to))
        if _constant(waiting.waived) is not False and (periods := self._periods(waiting)):
            lines.append(self._waived(waiting.waived, periods))
        self.defined.add(self.said.settled(waiting.reduced))
        return self.content(lines, waiting.waived)

    def _periods(self, waiting: Waiting) -> tuple[Text, ...]:
        """Return the periods that there are; one whose length is not set yet counts."""
        nothing = _number(waiting.nothing_to, self.said)
        found = [Text("免责期", "waiting")] if nothing != 0 else []
        if waiting.reduced_to is not None:
            reduced = _number(waiting.reduced_to, self.said)
            if reduced is None or reduced > (nothing or 0):
                found.append(Text("减责期", "reduced"))
        return tuple(found)

    def _waived(self, waived: Formula, periods: tuple[Text, ...]) -> Line:
        zh = "和".join(item.zh for item in periods)
        en = " or ".join(item.in_("en") for item in periods)
        node = self.said.settled(waived)
        if isinstance(node, n.Read) and node.field.path == "cover.is_renewal":
            return Line(self.t(f"按时续保的，没有{zh}", f"a renewal in time has no {en} period"))
        return Line(self.words(waived), self.t(f"下列情形没有{zh}", f"no {en} period when"))

    def _nothing(self, to: Formula) -> Line:
        last = _number(to, self.said)
        if last == 0:
            return Line(self.t("无免责期", "no waiting period") + self._mark_of(to))
        if last is None:
            days = self.words(to)
            return Line(
                self.t(f"自保障第 1 天起 {days}内不给付", f"no benefit within {days} of the first day")
            )
        mark = self._mark_of(to)
        zh, en = (
            f"保障第 1 天至第 {last} 天不给付{mark}",
            f"no benefit from day 1 to day {last} of cover{mark}",
        )
        return Line(self.t(zh, en))

    def _reduced(self, nothing_to: Formula, reduced_to: Formula) -> Line:
        first, last = _number(nothing_to, self.said), _number(reduced_to, self.said)
        mark = self._mark_of(reduced_to)
        if first is None or last is None:
            days = self.words(reduced_to)
            zh = f"免责期满后至保障第 {days}（含当天）为减责期"
            return Line(self.t(zh, f"after that a reduced period up to {days} of cover, inclusive"))
        if last <= first:
            return Line(self.t("无减责期", "no reduced period") + mark)
        zh = f"保障第 {first + 1} 天至第 {last} 天为减责期{mark}"
        return Line(self.t(zh, f"reduced period from day {first + 1} to day {last} of cover{mark}"))

    def _mark_of(self, formula: Formula) -> str:
        return self.said.mark(formula.node.parameter) if isinstance(formula.node, n.Value) else ""

    # ------------------------------------------------------------ benefits

    def benefits(self) -> Content:
        left_out = self._left_out
        lines = []
        if left_out:
            titles = self.said.join(item.title.in_(self.said.lang) for item in left_out)
            lines.append(Line(titles, self.t("本版不设", "not paid under this edition")))
        kept = [item for item in self.plan.benefits if item not in left_out]
        return {"lines": tuple(lines), "parts": (self._common(), *map(self._benefit, kept))}

    @cached_property
    def _proved(self) -> dict[str, BenefitLimits]:
        """Return the proved limits of each benefit by its id; none while a value is not set."""
        try:
            found = limits(bind(self.plan, self.said.edition, self.said.local))
        except MutualPlansError:
            return {}
        return {item.benefit: item for item in found}

    @cached_property
    def _left_out(self) -> list[Benefit]:
        """Return the benefits that the edition does not have, or that can only come to 0 under its values."""
        nothing = {id_ for id_, item in self._proved.items() if item.most_with_field_bounds == 0}
        return [item for item in self.plan.benefits if item.id in nothing or not self._offered(item)]

    def _most(self, benefit: Benefit) -> str:
        """Return what one claim brings at most, proved from the formula under the values of the edition."""
        found = self._proved.get(benefit.id)
        if found is None:
            return ""
        if found.most is None:
            return self.t("规则没有上限", "no cap in the rule")
        most = show(found.most, Kind.MONEY, None, self.said.lang)
        return self.t(f"一次申领最多 {most}", f"at most {most} a claim")

    def _offered(self, benefit: Benefit) -> bool:
        node = self.said.settled(benefit.offered)
        return not (isinstance(node, n.Constant) and node.value is False)

    def _common(self) -> Part:
        date = self.plan.event_date
        zh, en = (
            "确诊、入院或事故发生之日（按事件类型）",
            "day of diagnosis, admission or accident, by kind of event",
        )
        lines = [Line(self.t(zh, en) if date is None else self.words(date), self.t("出险日期", "event date"))]
        lines += self.conditions(self.plan.when, self.t("条件", "condition"))
        lines += [
            Line(self._merge(item), self.t("合并计算的住院", "stays that count as one"))
            for item in self.plan.merges
        ]
        title = self.t("各项共同条件", "Conditions of every benefit")
        merges = [formula for item in self.plan.merges for formula in (item.within, item.when, item.after)]
        return Part(id="common", title=title, **self.content(lines, date, *self.plan.when, *merges))

    def _merge(self, merge: Merge) -> str:
        """Return when two stays count as one."""
        days = self.days(merge.within)
        zh = [f"后一次距前一次结束不超过 {days}"]
        en = [f"the later begins at most {days} after the end of the earlier"]
        for formula, whose_zh, whose_en in (
            (merge.after, "前一次", "earlier"),
            (merge.when, "后一次", "later"),
        ):
            if _constant(formula) is not True:
                zh.append(f"{whose_zh}：{self.words(formula)}")
                en.append(f"of the {whose_en}: {self.words(formula)}")
        zh += [f"两次的{self.words(item)}相同" for item in merge.same]
        en += [f"both have the same {self.words(item)}" for item in merge.same]
        return self.t("；".join(zh), "; ".join(en))

    def _benefit(self, benefit: Benefit) -> Part:
        amount = self.said.settled(benefit.pays, self.given((*self.plan.when, *benefit.when)))
        pays = self.said.amounts(amount)
        lines = [self._clause(self.said.edition.named(benefit).clause)]
        lines += self.conditions(benefit.when, self.t("条件", "condition"))
        lines += [Line(item, self.t("给付", "pays")) for item in pays]
        lines += self.assumed([*benefit.when, benefit.pays])
        if benefit.indemnity:
            zh = "费用补偿：不超过减去其他各项补偿后尚余的个人负担"
            en = "compensates an expense: never above the burden that other compensation leaves"
            lines.append(Line(self.t(zh, en), self.t("限制", "limit")))
        content = self.content(lines, *benefit.when, amount)
        return Part(
            id=benefit.id,
            title=benefit.title.in_(self.said.lang),
            pays=pays,
            most=self._most(benefit),
            **content,
        )

    def excludes(self) -> Content:
        lines = [Line(self._exclusion(item)) for item in self.plan.excludes]
        for benefit in (item for item in self.plan.benefits if item not in self._left_out):
            title = benefit.title.in_(self.said.lang)
            found = [exclusion(item.node) for item in benefit.when]
            label = self.t(f"只对“{title}”", f"only for “{title}”")
            lines += [Line(text.in_(self.said.lang), label) for text in found if text]
        if not lines:
            lines.append(Line(self.t("规则未载明", "the rule states none")))
        return self.content(lines, *self.plan.excludes)

    def _exclusion(self, formula: Formula) -> str:
        established = exclusion(formula.node)
        if established:
            return established.in_(self.said.lang)
        return self.t(f"不符合此条件的：{self.words(formula)}", f"unless {self.words(formula)}")

    def ends(self) -> Content:
        node = self.said.settled(self.plan.ends, self._unpaid())
        fixed = node.value if isinstance(node, n.Constant) else None
        if fixed is False:
            return self.content([Line(self.t("给付后保障继续有效", "the cover goes on after a payment"))])
        if fixed is True:
            zh = "任何一项给付后，本期保障终止"
            return self.content([Line(self.t(zh, "any payment ends the cover"))])
        return self.content(
            [
                Line(
                    self.said.words(node),
                    self.t("下列情形给付后保障终止", "a payment ends the cover when"),
                ),
                *self.assumed([self.plan.ends]),
            ],
            node,
        )

    def _unpaid(self) -> dict[n.Node, bool]:
        """Return the tests for a payment of the benefits that the edition does not have."""
        gone = {item.id for item in self._left_out}
        return {
            node: False
            for node in order([self.plan.ends.node]).nodes
            if isinstance(node, n.Compare)
            and node.side is n.Side.OVER
            and isinstance(node.left, n.BenefitAmount)
            and node.left.benefit in gone
        }

    # ------------------------------------------------------------ claiming

    def papers(self) -> Content:
        lines = []
        for paper in self.plan.papers:
            when = ""
            if paper.when is not None:
                node = self.said.settled(paper.when)
                if isinstance(node, n.Constant) and not node.value:
                    continue
                when = "" if isinstance(node, n.Constant) else self.said.words(node)
            zh = f"{paper.title.zh}（{when}时提供）" if when else paper.title.zh
            en = f"{paper.title.in_('en')} (when {when})" if when else paper.title.in_("en")
            lines.append(Line(self.t(zh, en)))
        return self.content(lines or [Line(self.t("规则未载明", "not stated"))])

    def deadlines(self) -> Content:
        lines, stated = [], []
        for formula, zh, en in (
            (self.plan.claim_within, "申领时效", "to claim"),
            (self.plan.report_within, "报案时限", "to report"),
        ):
            text = self.t("规则未载明", "not stated")
            if formula is not None and not self._unset(formula):
                text = self._by(formula)
                stated.append(formula)
            lines.append(Line(text, self.t(zh, en)))
        return self.content(lines, *stated)

    def _by(self, formula: Formula) -> str:
        """Return a time limit: a number of days from the event, or the last day itself."""
        if formula.node.kind is Kind.DATE:
            return self.t(f"不晚于{self.words(formula)}", f"by {self.words(formula)}")
        return self.t(f"出险后 {self.days(formula)}内", f"within {self.days(formula)} of the event")

    def _unset(self, formula: Formula) -> bool:
        node = formula.node
        return isinstance(node, n.Value) and node.parameter.name not in self.said.entries

    # ------------------------------------------------------------ the edition

    def edition(self) -> Content:
        item = self.said.edition
        dated = self.plan.rules_in_force == "event-date"
        lines = [
            Line(
                f"{item.title.in_(self.said.lang)}（{item.id}）"
                if self.said.lang == "zh"
                else f"{item.title.in_('en')} ({item.id})",
                self.t("版次", "edition"),
            ),
            Line(item.in_force.in_words(self.said.lang), self.t("有效期", "in force")),
            Line(
                self.t("按出险日期", "by the event date")
                if dated
                else self.t("按保障起始日", "by the first day of cover"),
                self.t("适用哪一版", "which edition applies"),
            ),
            Line(item.publisher, self.t("发布", "publisher")),
            *self._sources(),
            Line(self._confidence(), self.t("可信度", "confidence")),
            Line(item.rounding.label.in_(self.said.lang), self.t("尾数", "rounding")),
        ]
        if item.note:
            lines.append(Line(item.note, self.t("说明", "note")))
        lines += self._legend()
        return {"lines": tuple(lines), "grids": tuple(self._value_grids())}

    def _sources(self) -> Iterator[Line]:
        """Yield the sources; several are numbered, as the marks of values name them."""
        found = self.said.sources
        for number, source in enumerate(found, start=1):
            count = str(number) if len(found) > 1 else ""
            yield Line(source, self.t(f"来源{count}", f"source {count}".strip()))

    def _confidence(self) -> str:
        item = self.said.edition
        label = item.confidence.label.in_(self.said.lang)
        return self.t("：", ": ").join(filter(None, (label, item.reason)))

    def _legend(self) -> Iterator[Line]:
        marks = " ".join(self.said.mark(item) for item in self.plan.values)
        for mark, zh, en in _LEGEND:
            if (mark.zh if self.said.lang == "zh" else mark.en) in marks:
                yield Line(self.t(zh, en), self.t(f"［{mark.zh}］", f"[{mark.en}]"))

    def _value_grids(self) -> Iterator[Grid]:
        for title, parameters in (
            (self.t("本版假定值", "assumed values"), self.said.assumed()),
            (self.t("本版推算值", "inferred values"), self.said.inferred()),
        ):
            rows = tuple(
                (self._label(item), self.said.value(item), self._reason(item)) for item in parameters
            )
            if rows:
                headers = (self.t("项目", "value"), self.t("取值", "is"), self.t("根据", "because"))
                yield Grid(title, headers, rows, "")
        if open_ := [item for item in self.plan.values if item.open_to_office]:
            yield self._open(open_)

    def _open(self, parameters: Iterable[Parameter]) -> Grid:
        headers = (
            self.t("项目", "value"),
            self.t("取值", "is"),
            self.t("允许范围", "allowed"),
            self.t("设置文件中的名称", "name in the office file"),
        )
        rows = tuple(
            (self._label(item), self.said.value(item), self._limits(item), item.name) for item in parameters
        )
        return Grid(self.t("办事处可设定的值", "open to the office"), headers, rows, "")

    def _label(self, parameter: Parameter) -> str:
        return parameter.label.in_(self.said.lang)

    def _reason(self, parameter: Parameter) -> str:
        return self.said.entries[parameter.name].reason or self.said.edition.reason

    def _limits(self, parameter: Parameter) -> str:
        found = parameter.open_to_office
        return self.said.limits(found, parameter) if found else ""


def _single(nodes: Iterable[n.Node]) -> set[str]:
    """Return the names of the single values that some formulas read."""
    found = order(list(nodes)).nodes
    return {
        node.parameter.name
        for node in found
        if isinstance(node, n.Value) and node.parameter.shape is Shape.SINGLE
    }


def _constant(formula: Formula) -> Any:
    """Return the value of a formula that is a constant, else ``None``."""
    return formula.node.value if isinstance(formula.node, n.Constant) else None


def _number(formula: Formula, said: RuleWords) -> int | None:
    """Return a count that is known; ``None`` where it depends on more, or is not set."""
    if isinstance(formula.node, n.Value):
        entry = said.entries.get(formula.node.parameter.name)
        return entry.value if entry else None
    found = _constant(formula)
    return found if isinstance(found, int) else None


def _months(formula: Formula, t: Callable[[str, str], str]) -> str:
    """Return the unit that a bare number of months lacks."""
    plain = formula.node.kind is Kind.COUNT and isinstance(formula.node, n.Constant)
    return t(" 个月", " months") if plain else ""


_LEGEND = (
    (
        Text("假定", "assumed"),
        "没有来源的值，须由办事处核实",
        "no source states it; an office must confirm it",
    ),
    (Text("推算", "inferred"), "由公开事实推算的值", "worked out from published facts"),
    (Text("可设", "open"), "办事处可在允许范围内另行设定", "an office may set it within its limits"),
    (
        Text("待办事处设定", "to be set by the office"),
        "须由办事处设定，未设定不能使用",
        "an office has to set it",
    ),
    (Text("本办事处设定", "set by this office"), "由本办事处设定", "set by this office"),
)
"""What the marks mean."""

SECTIONS: tuple[tuple[str, Text, Callable[[Writer], Content]], ...] = (
    ("insured", Text("保障对象", "Who is covered"), Writer.insured),
    ("premium", Text("保障费", "Fee"), Writer.premium),
    ("term", Text("保障期限", "Term"), Writer.term),
    ("shares", Text("份数", "Shares"), Writer.shares),
    ("waiting", Text("免责期与减责期", "Waiting and reduced period"), Writer.waiting),
    ("benefits", Text("保障责任与给付标准", "Benefits"), Writer.benefits),
    ("ends", Text("给付后保障是否终止", "Cover after a payment"), Writer.ends),
    ("excludes", Text("责任免除", "Exclusions"), Writer.excludes),
    ("papers", Text("申领材料", "Documents to bring"), Writer.papers),
    ("deadlines", Text("申领时效与报案时限", "Time limits"), Writer.deadlines),
    ("edition", Text("版次", "Edition"), Writer.edition),
)
"""The sections in the order of a paper rule."""
