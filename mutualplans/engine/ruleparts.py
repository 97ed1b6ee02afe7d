"""Parts of a rule text: amounts by case, tables, scales, condition lists, and the marks of open values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.backends.phrase import Phrase, Wording, band_range, calendar_text, day_range, show
from mutualplans.backends.words import table, units
from mutualplans.engine.ruledata import Grid, Line
from mutualplans.engine.settle import settle
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, fold, order
from mutualplans.model.claim import STAGES
from mutualplans.model.dates import DateRange
from mutualplans.model.kinds import Kind
from mutualplans.model.parameter import Limits, Parameter
from mutualplans.model.scales import ANY, Condition, ConditionList, Scale, Table
from mutualplans.model.text import Lang, Text
from mutualplans.model.workdays import WorkCalendar
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence, Edition, Entry
from mutualplans.plan.formula import Formula
from mutualplans.plan.vocabulary import CIRCUMSTANCE

__all__ = ["RuleWords", "exclusion"]

_NOTHING = Text("不给付", "nothing")


@frozen(kw_only=True)
class RuleWords:
    """How the formulas of a plan read under the values of one edition and office.

    Attributes:
        plan: The plan.
        edition: The edition.
        local: Values that the office set.
        lang: Language.
        mark_open: Whether values open to the office are marked, and those with a source of their own.
        plans: What other plans are called, by id.
    """

    plan: Plan
    edition: Edition
    local: Mapping[str, Entry] = field(factory=dict)
    lang: Lang = "zh"
    mark_open: bool = True
    plans: Mapping[str, Text] = field(factory=dict)

    @property
    def entries(self) -> dict[str, Entry]:
        """Parameter name → value, the office's before the edition's."""
        return {**self.edition.values, **self.local}

    def t(self, zh: str, en: str) -> str:
        """Return the text in the language."""
        return zh if self.lang == "zh" else en

    def join(self, parts: Iterable[str]) -> str:
        """Return the parts as a list in one line."""
        return self.t("、", ", ").join(parts)

    # ------------------------------------------------------------ formulas

    @property
    def values(self) -> dict[str, Any]:
        """Parameter name → plain value."""
        return {name: entry.value for name, entry in self.entries.items()}

    def settled(self, formula: Formula, given: Mapping[n.Node, bool] | None = None) -> n.Node:
        """Return a formula without what the values alone, or the tests `given`, decide."""
        return settle(formula.node, self.values, given)

    def deciding(self, node: n.Node) -> set[str]:
        """Return the names of the values that decide a test of the formula, on the sides that are taken."""
        found: set[str] = set()
        stack = [(node, False)]
        while stack:
            part, asked = stack.pop()
            fixed = settle(part, self.values) if part.kind is Kind.FLAG else None
            asked = asked or isinstance(fixed, n.Constant)
            if isinstance(part, n.Value):
                found |= {part.parameter.name} if asked else set()
            elif isinstance(part, n.Choose) and isinstance(
                test := settle(part.test, self.values), n.Constant
            ):
                stack += [(part.test, True), (part.then if test.value else part.otherwise, asked)]
            elif isinstance(part, n.Both | n.AnyOf) and isinstance(fixed, n.Constant):
                # What alone settles it, such as a part of "and" that does not hold.
                same = [item for item in part.parts if settle(item, self.values) == fixed]
                stack += [(item, True) for item in (same or part.parts)]
            else:
                stack += [(item, asked) for item in children(part)]
        return found

    def words(self, node: n.Node) -> str:
        """Return a formula in words; a single value stands without its name."""
        return self._wording(node).bare(node, self._phrases(node)[node].text)

    def condition(self, node: n.Node) -> str:
        """Return a condition in words: "not A, or B" is said as "who is A: B"."""
        test = node.test if isinstance(node, n.Because) else node
        if established := exclusion(test):
            return self.t(f"除外：{established.zh}", f"not when: {established.in_('en')}")
        if isinstance(test, n.AnyOf) and len(test.parts) == 2:
            asked, second = _opposite(test.parts[0]), test.parts[1]
            if asked is not None:
                return self.t(
                    f"{self.words(asked)}的，{self.words(second)}",
                    f"if {self.words(asked)}: {self.words(second)}",
                )
        if isinstance(test, n.Within) and isinstance(test.high, n.Choose):
            who, then, rest = self.words(test.high.test), *self._halves(test)
            return self.t(f"{who}的，{then}；其他人，{rest}", f"if {who}: {then}; otherwise: {rest}")
        said = self.words(test)
        if isinstance(test, n.Not) and self.lang == "zh" and said.startswith("并非"):
            return f"{self.words(test.base)}的除外"
        return said

    def _halves(self, test: n.Within) -> tuple[str, str]:
        """Return "between two ends" for either side of a choice of its upper end."""
        sides = (test.high.then, test.high.otherwise) if isinstance(test.high, n.Choose) else ()
        first, second = (self.words(evolve(test, high=side)) for side in sides)
        return first, second

    def _wording(self, node: n.Node) -> Wording:
        parameters = {item.name: item for item in self.plan.values}
        return Wording(
            lang=self.lang,
            values=self.values,
            units=units(order([node])),
            rounding=self.edition.rounding,
            marks={name: self.mark(item) for name, item in parameters.items()},
            titles={item.id: item.title for item in self.plan.benefits},
            plans=self.plans,
            codes=self.edition.titles,
            apart=True,
        )

    def _phrases(self, node: n.Node) -> dict[n.Node, Phrase]:
        formula = order([node])
        found: list[Phrase] = fold(formula, table(self.lang), self._wording(node))
        return dict(zip(formula.nodes, found, strict=True))

    def title(self, code: Any) -> str:
        """Return what the edition calls a code; empty where it does not say."""
        known = self.edition.titles.get(code) if isinstance(code, str) else None
        return known.in_(self.lang) if known else ""

    def plan_title(self, id_: str) -> str:
        """Return what another plan is called; its id where that is not known."""
        return self._wording(n.Constant(0, Kind.MONEY)).plan(id_)

    def amounts(self, node: n.Node, nothing: Text = _NOTHING) -> tuple[str, ...]:
        """Return an amount in words; one that depends on the case takes a line for each, and one for each limit.

        Args:
            node: The amount.
            nothing: How a case without any amount is said.
        """
        limits: list[n.Node] = []
        while isinstance(node, _LIMITS) and _varies(children(node)[0]):
            limits.append(node)
            node = children(node)[0]
        cases = tuple(_cases(node))
        if len(cases) == 1:
            return (self.words(node),)
        lines = [
            self._case(
                tests, nothing.in_(self.lang) if _zero(amount) else self.words(amount), first=not place
            )
            for place, (tests, amount) in enumerate(cases)
        ]
        return (*lines, *(self._limit(item) for item in reversed(limits)))

    def _case(self, tests: tuple[n.Node, ...], said: str, *, first: bool) -> str:
        if not tests:
            return self.t(f"其他情形：{said}", f"otherwise: {said}")
        when = self.t("，且", ", and ").join(self.words(test) for test in tests)
        if first:
            return self.t(f"{when}：{said}", f"if {when}: {said}")
        return self.t(f"除上述外，{when}：{said}", f"else if {when}: {said}")

    def _limit(self, node: Any) -> str:
        """Return what limits the amounts of the cases above it."""
        if isinstance(node, n.Greatest) and [_zero(part) for part in node.parts] == [False, True]:
            return self.t("以上扣完为止，不低于 0", "the amount above is at least 0")
        phrases = self._phrases(node)
        parts = [phrases[part] for part in children(node)]
        if isinstance(node, n.Subtract):
            less = parts[1].text
            return self.t(f"从以上金额中扣除{less}", f"off the amount above: {less}")
        parts[0] = Phrase(self.t("以上金额", "the amount above"))
        return str(table(self.lang)[type(node)](node, parts, self._wording(node)).text)

    def definitions(self, nodes: Iterable[n.Node], known: set[n.Node]) -> Iterator[Line]:
        """Yield what the named steps mean that are not yet `known`; they are known afterwards."""
        roots = list(nodes)
        shown = self._shown(roots)
        for node in order(roots).nodes:
            if isinstance(node, n.Named) and node in shown and node not in known:
                known.add(node)
                said = self.t("；", "; ").join(self.amounts(node.base))
                yield Line(said, self.t(f"“{node.text.zh}”指", f"“{node.text.in_('en')}” means"))

    def _shown(self, roots: Iterable[n.Node]) -> set[n.Node]:
        """Return the steps that the words name: not the keys of a table that decide nothing under these values."""
        found: set[n.Node] = set()
        stack = list(roots)
        while stack:
            node = stack.pop()
            if node in found:
                continue
            found.add(node)
            cells = self.values.get(node.table.parameter.name) if isinstance(node, n.Lookup) else None
            if isinstance(node, n.Lookup) and isinstance(cells, Table):
                stack += [key for place, key in enumerate(node.keys) if cells.reads(place)]
            else:
                stack += children(node)
        return found

    # ------------------------------------------------------------ marks

    def mark(self, parameter: Parameter) -> str:
        """Return what a reader must know wherever the value appears: ``［假定、可设］``."""
        entry = self.entries.get(parameter.name)
        found = []
        if parameter.name in self.local:
            found.append(Text("本办事处设定", "set by this office"))
        elif entry and entry.confidence.needs_reason:
            found.append(entry.confidence.label)
        elif entry is None and not parameter.optional:
            found.append(Text("待办事处设定", "to be set by the office"))
        settable = parameter.open_to_office and parameter.name in self.edition.values
        if settable and self.mark_open and not self.local:
            found.append(Text("可设", "open"))
        if entry and entry.source and self.mark_open:
            number = self.sources.index(entry.source) + 1
            found.append(Text(f"来源{number}", f"source {number}"))
        if not found:
            return ""
        said = self.join(item.in_(self.lang) for item in found)
        return self.t(f"［{said}］", f" [{said}]")

    @property
    def sources(self) -> tuple[str, ...]:
        """Return every source once: the edition's, its further ones, then those of single values."""
        stated = (self.edition.source, *self.edition.more_sources)
        return tuple(
            dict.fromkeys((*stated, *(item.source for item in self.entries.values() if item.source)))
        )

    def assumed(self) -> tuple[Parameter, ...]:
        """Return the parameters whose value is assumed."""
        return self._known_as(Confidence.ASSUMED)

    def inferred(self) -> tuple[Parameter, ...]:
        """Return the parameters whose value is inferred."""
        return self._known_as(Confidence.INFERRED)

    def _known_as(self, confidence: Confidence) -> tuple[Parameter, ...]:
        found = self.entries
        return tuple(
            item
            for item in self.plan.values
            if item.name in found and found[item.name].confidence is confidence
        )

    # ------------------------------------------------------------ values

    def value(self, parameter: Parameter) -> str:
        """Return a value in one line; a table by its range."""
        entry = self.entries.get(parameter.name)
        if entry is None:
            return self.t("规则未载明", "not stated") if parameter.optional else self.t("未设定", "not set")
        if isinstance(entry.value, ConditionList):
            count = len(entry.value.conditions)
            return self.t(f"{count} 种", f"{count} conditions")
        if isinstance(entry.value, WorkCalendar):
            return calendar_text(entry.value, self.lang)
        return self._span(self.plain(parameter), parameter)

    def plain(self, parameter: Parameter) -> list[Any]:
        """Return every plain value that a parameter holds: one, or those of its table or scale."""
        entry = self.entries.get(parameter.name)
        value = entry.value if entry else None
        if isinstance(value, Table):
            return list(value.rows.values())
        if isinstance(value, Scale):
            return [band.gives for band in value.bands]
        return [] if value is None else [value]

    def show(self, value: Any, parameter: Parameter) -> str:
        """Return one plain value of a parameter."""
        return show(value, parameter.kind, parameter.unit, self.lang)

    def _span(self, values: Iterable[Any], parameter: Parameter) -> str:
        ordered = sorted(set(values))
        ends = [self.show(value, parameter) for value in (ordered[0], ordered[-1])]
        return ends[0] if len(ordered) == 1 else self.t(" 至 ", " to ").join(ends)

    def limits(self, limits: Limits, parameter: Parameter) -> str:
        """Return what an office may set."""
        least, most = (
            None if end is None else self.show(int(end) if isinstance(end, int) else end, parameter)
            for end in (limits.least, limits.most)
        )
        if least is None:
            return self.t("不限", "any") if most is None else self.t(f"不高于 {most}", f"up to {most}")
        return (
            self.t(f"不低于 {least}", f"from {least}")
            if most is None
            else f"{least}{self.t(' 至 ', ' to ')}{most}"
        )

    # ------------------------------------------------------------ tables

    def grids(self, nodes: Iterable[n.Node], known: set[str]) -> Iterator[Grid]:
        """Yield the tables, scales, lists and calendars read that are not yet `known`; they are known afterwards."""
        for node in order(nodes).nodes:
            value, of = _read_at(node)
            if value is None or value.parameter.name in known:
                continue
            known.add(value.parameter.name)
            entry = self.entries.get(value.parameter.name)
            grid = self._grid(entry.value, value.parameter, of) if entry else None
            if grid:
                yield grid

    def _grid(self, value: Any, parameter: Parameter, of: n.Node) -> Grid | None:
        make: Mapping[type, Callable[..., Grid | None]] = {
            Table: self._table,
            Scale: self._scale,
            ConditionList: self._conditions,
            WorkCalendar: self._calendar,
        }
        return make[type(value)](value, parameter, of)

    def _title(self, parameter: Parameter) -> str:
        return parameter.label.in_(self.lang) + self.mark(parameter)

    def _table(self, value: Table, parameter: Parameter, of: n.Lookup) -> Grid | None:
        places = [place for place in range(parameter.keys) if value.reads(place)]
        if not places:
            return None
        headers = (*(self.words(of.keys[place]) for place in places), parameter.label.in_(self.lang))
        rows = tuple(
            (*(self._code(key[place], of.keys[place]) for place in places), self.show(cell, parameter))
            for key, cell in value.rows.items()
        )
        brief = self._span(value.rows.values(), parameter)
        if len(rows) <= _FEW:
            brief = self.t("；", "; ").join(
                self.t("：", ": ").join((" ".join(row[:-1]), row[-1])) for row in rows
            )
        return Grid(self._title(parameter), headers, rows, brief)

    def _code(self, code: str, key: n.Node) -> str:
        """Return a table's code as it is called, with the code itself where it has to be written in files."""
        if code == ANY:
            return self.t("其他", "any other")
        if title := self.title(code):
            return title
        if isinstance(key, n.Read) and code in key.field.choices:
            return key.field.choices[code].in_(self.lang)
        if isinstance(key, n.Match):
            entry = self.entries.get(key.conditions.parameter.name)
            for condition in entry.value.conditions if entry else ():
                if condition.id == code:
                    return str(condition.title.in_(self.lang))
        return code

    def _scale(self, value: Scale, parameter: Parameter, of: Any) -> Grid:
        unit = units(order([of])).get(of.base)
        base = self.words(of.base)
        headers = (base if len(base) <= _SHORT else self.t("分段", "band"), parameter.label.in_(self.lang))
        rows = tuple(
            (band_range(band, parameter.measured, unit, self.lang), self.show(band.gives, parameter))
            for band in value.bands
        )
        brief = self.t("；", "; ").join(self.t("：", ": ").join(row) for row in rows)
        return Grid(self._title(parameter), headers, rows, brief)

    def _conditions(self, value: ConditionList, parameter: Parameter, _of: n.Node) -> Grid:
        columns: dict[str, list[str]] = {
            self.t("病种", "condition"): [item.title.in_(self.lang) for item in value.conditions],
            self.t("类别", "class"): [self._class(item) for item in value.conditions],
            "ICD-10": [self._icd10(item) for item in value.conditions],
            self.t("认定标准", "definition"): [
                item.definition.in_(self.lang) if item.definition else "" for item in value.conditions
            ],
        }
        classes = self.t("类别", "class")
        kept = {
            name: cells
            for name, cells in columns.items()
            if any(cells) and not (name == classes and len(set(cells)) == 1)
        }
        names = [item.title.in_(self.lang) for item in value.conditions]
        brief = self.join(names[:_FEW])
        if len(names) > _FEW:
            brief = self.t(f"{len(names)} 种，如 {brief} 等", f"{len(names)} conditions, such as {brief}")
        rows = tuple(zip(*kept.values(), strict=True))
        return Grid(self._title(parameter), tuple(kept), rows, brief)

    def _calendar(self, value: WorkCalendar, parameter: Parameter, _of: n.Node) -> Grid:
        headers = (
            self.t("已载明的日期", "known days"),
            self.t("放假", "days off"),
            self.t("周末上班", "weekend days worked"),
            self.t("依据", "notice"),
        )
        rows = tuple(
            (
                day_range(DateRange(part.from_, part.to), self.lang),
                self.join(day_range(off, self.lang) for off in part.holidays),
                self.join(map(str, part.worked)),
                part.source,
            )
            for part in value.parts
        )
        return Grid(self._title(parameter), headers, rows, calendar_text(value, self.lang))

    def _class(self, condition: Condition) -> str:
        known = self.edition.titles.get(condition.class_) or STAGES.get(condition.class_)
        return known.in_(self.lang) if known else condition.class_

    def _icd10(self, condition: Condition) -> str:
        codes = self.join(condition.icd10)
        if not condition.except_icd10:
            return codes
        without = self.join(condition.except_icd10)
        return self.t(f"{codes}（不含 {without}）", f"{codes} (without {without})")


_FEW = 6
_SHORT = 16


def _opposite(node: n.Node) -> n.Node | None:
    """Return what holds when a condition does not, where it is said in as few words; else ``None``."""
    if isinstance(node, n.Not):
        return node.base
    if (
        isinstance(node, n.Compare)
        and node.side is n.Side.EQUALS
        and isinstance(node.left, n.Read)
        and isinstance(node.right, n.Constant)
        and len(others := [code for code in node.left.field.choices if code != node.right.value]) == 1
    ):
        return evolve(node, right=n.Constant(others[0], Kind.CODE))
    return None


def _zero(node: n.Node) -> bool:
    return isinstance(node, n.Constant) and node.value == 0


def exclusion(node: n.Node) -> Text | None:
    """Return the circumstance that a condition excludes; ``None`` for any other condition."""
    test = node.test if isinstance(node, n.Because) else node
    if isinstance(test, n.Not) and isinstance(test.base, n.Read):
        field_ = test.base.field
        return field_.label if field_.name.startswith(CIRCUMSTANCE) else None
    return None


def _varies(node: n.Node) -> bool:
    """Return whether an amount is said case by case."""
    return sum(1 for _ in _cases(node)) > 1 or (isinstance(node, _LIMITS) and _varies(children(node)[0]))


_LIMITS = (n.Capped, n.Once, n.Raised, n.Round, n.Greatest, n.Least, n.Subtract, n.Add)
"""What is said after the cases of an amount: ``以上金额，每保障期最多 …``; their first part is the amount."""


def _cases(node: n.Node, tests: tuple[n.Node, ...] = ()) -> Iterator[tuple[tuple[n.Node, ...], n.Node]]:
    """Yield the cases of an amount in order; the last one, without tests of its own, is "otherwise".

    A product is taken into the cases: (a or b) × shares is a × shares or b × shares.
    """
    if isinstance(node, n.Choose):
        yield from _cases(node.then, (*tests, node.test))
        yield from _cases(node.otherwise, tests)
        return
    if isinstance(node, n.Times) and isinstance(node.left, n.Choose | n.Times | n.Portion):
        for found, part in _cases(node.left):
            yield (*tests, *found), n.Times(part, node.right)
        return
    if isinstance(node, n.Portion) and isinstance(node.base, n.Choose | n.Times | n.Portion):
        for found, part in _cases(node.base):
            yield (*tests, *found), n.Portion(part, node.rate, node.rounding)
        return
    yield tests, node


def _read_at(node: n.Node) -> tuple[n.Value | None, n.Node]:
    """Return the table, scale, list or calendar that a node reads."""
    if isinstance(node, n.Lookup):
        return node.table, node
    if isinstance(node, n.Tiered | n.Banded):
        return node.scale, node
    if isinstance(node, n.Match):
        return node.conditions, node
    if isinstance(node, n.WorkdayAfter):
        return node.calendar, node
    return None, node
