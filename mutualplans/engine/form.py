"""What a claim under a plan has to state: the inputs that its formulas read, found by walking them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import define, evolve, field, frozen

from mutualplans.engine.facts import EVENT_DATES
from mutualplans.engine.office import LocalEdition
from mutualplans.engine.settle import settle
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import children, order
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import Field, fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.people import RELATIONS, Insured, Member, Unit
from mutualplans.model.scales import ANY, ConditionList, Table
from mutualplans.model.text import Text
from mutualplans.plan.declaration import Plan
from mutualplans.plan.vocabulary import CIRCUMSTANCE, FOUND_OUT, HOLDS

__all__ = ["Form", "Input", "form"]


@frozen(kw_only=True)
class Input:
    """One thing that has to be stated.

    Attributes:
        table: Table of the case file: ``member``, ``insured``, ``unit``, ``coverage`` or ``claim``.
        name: Key in that table.
        label: What users call it.
        kind: Kind of its value; ``None`` for the list of circumstances.
        unit: Unit of a count.
        choices: Codes that may stand, with their labels; empty where any value may.
        needed_for: What reads it: ``joins``, ``premium``, ``every`` (every benefit), or ids of benefits.
        optional: It may be left out: it only tells claims that are counted together, or can be worked out.
    """

    table: str
    name: str
    label: Text
    kind: Kind | None
    unit: Text | None = None
    choices: Mapping[str, Text] = field(factory=dict)
    needed_for: tuple[str, ...] = ()
    optional: bool = False


@frozen(kw_only=True)
class Form:
    """The inputs of a plan.

    Attributes:
        plan: The plan.
        editions: Ids of the editions whose values were used.
        inputs: The inputs, table by table.
        beside: Ids of other plans whose covers matter, with what is asked about them (``mp.holds``).
    """

    plan: Plan
    editions: tuple[str, ...]
    inputs: tuple[Input, ...]
    beside: Mapping[str, Text] = field(factory=dict)

    def of(self, table: str) -> tuple[Input, ...]:
        """Return the inputs of one table."""
        return tuple(item for item in self.inputs if item.table == table)


def form(plan: Plan, editions: Iterable[LocalEdition]) -> Form:
    """Return what has to be stated under any of the editions (one of them, once it is chosen).

    What an edition's values rule out is not asked for: a key that its tables do not read, a benefit it does not pay.
    """
    used = tuple(editions)
    found = _Found(plan)
    for item in used:
        entries = {**item.edition.values, **item.values}
        found.walk({name: entry.value for name, entry in entries.items()}, item.edition.titles)
    inputs = sorted(found.inputs.values(), key=_place)
    ids = tuple(item.edition.id for item in used)
    return Form(plan=plan, editions=ids, inputs=tuple(inputs), beside=found.beside)


def _place(item: Input) -> tuple[int, int]:
    """Return where an input stands: in the order of the tables and of their fields, a plan's own ones last."""
    names = [*fields_of(_RECORDS[item.table])]
    return list(_RECORDS).index(item.table), names.index(item.name) if item.name in names else len(names)


_RECORDS = {"member": Member, "insured": Insured, "unit": Unit, "coverage": Coverage, "claim": Claim}
_TABLES = {"cover": "coverage"}
_DATES = Text("各项事件的日期", "date of the event")


@define(eq=False)
class _Found:
    """Gathers the inputs of a plan over its editions."""

    plan: Plan
    inputs: dict[tuple[str, str], Input] = field(factory=dict)
    beside: dict[str, Text] = field(factory=dict)

    def walk(self, values: Mapping[str, object], titles: Mapping[str, Text]) -> None:
        for purpose, roots in (*self._purposes(), *self._deadline(values)):
            settled = [settle(root, values, keep_reads=True) for root in roots]
            if any(isinstance(root, n.Constant) and root.value is False for root in settled):
                continue  # a condition that no claim fulfils under these values
            nodes = _needed(settled, values)
            for node in nodes:
                if isinstance(node, n.Read):
                    self._read(node.field, purpose, nodes, values)
                elif isinstance(node, n.Before | n.PaidBefore):
                    self._period(node.per, purpose)
        self._merges(values)
        self._choices(values, titles)

    def _deadline(self, values: Mapping[str, object]) -> Iterator[tuple[str, list[n.Node]]]:
        """Yield the time limit with the day of the report that it asks for, where the edition has one."""
        rule = self.plan.claim_within
        if rule is None or (isinstance(rule.node, n.Value) and rule.node.parameter.name not in values):
            return
        self._add_path("claim.reported", "every")
        yield "every", [rule.node]

    def _merges(self, values: Mapping[str, object]) -> None:
        """Add what tells stays that count as one; it matters only where there is an earlier one."""
        for merge in self.plan.merges:
            roots = [settle(item.node, values) for item in (merge.when, merge.after, *merge.same)]
            for node in _needed(roots, values):
                if isinstance(node, n.Read) and not _is_found_out(node.field):
                    self._add(node.field, "every", optional=True)
            self._add_path("claim.discharged", "every", optional=True)

    def _purposes(self) -> Iterator[tuple[str, list[n.Node]]]:
        """Yield what each group of formulas is for; the event date is needed for every benefit."""
        plan = self.plan
        yield "joins", [item.node for item in plan.joins]
        returns = [] if plan.returns is None else [plan.returns.node]
        yield "premium", [plan.premium.node, *returns, plan.max_shares.node]
        common = [item.node for item in (*plan.excludes, *plan.when)]
        if plan.event_date is not None:
            common.append(plan.event_date.node)
        else:
            common.append(_event_date)
        if plan.waiting:
            common.append(plan.waiting.over.node)
        yield "every", common
        for benefit in plan.benefits:
            roots = [item.node for item in (benefit.offered, *benefit.when, benefit.pays)]
            yield benefit.id, [*roots, *([_remaining] if benefit.indemnity else [])]

    # ------------------------------------------------------------ fields

    def _read(
        self, item: Field, purpose: str, nodes: tuple[n.Node, ...], values: Mapping[str, object]
    ) -> None:
        """Add a field, or what a computed one is worked out from."""
        if item.name.startswith(CIRCUMSTANCE):
            self._circumstance(item, purpose)
        elif item.name.startswith(HOLDS):
            self.beside[item.name.removeprefix(HOLDS)] = item.label
        elif item.name.startswith(FOUND_OUT):
            return  # from the covers and payments of the case
        elif item.path in _WORKED_OUT:
            for path in _WORKED_OUT[item.path]:
                self._add_path(path, purpose, optional=path in _HELPFUL)
        elif item.path == "claim.event_date":
            self._event_dates(purpose, nodes)
        elif item.path == "cover.shares":
            if self._several_shares(values):
                self._add(item, purpose)
        elif item.subject == "insured" and "self" in self.plan.insures:
            if item.name != "relation":
                self._add(evolve(item, subject="member"), purpose)
            if self.plan.insures != ("self",):
                self._add(item, purpose, optional=True)  # for another person than the member
        else:
            self._add(item, purpose, optional=item.path == "claim.condition")

    def _several_shares(self, values: Mapping[str, object]) -> bool:
        most = self.plan.max_shares.node
        known = most.value if isinstance(most, n.Constant) else None
        if isinstance(most, n.Value):
            known = values.get(most.parameter.name)
        return known != 1

    def _event_dates(self, purpose: str, nodes: tuple[n.Node, ...]) -> None:
        """Add the date that counts: the plan's own, or the one that belongs to each kind of event it pays for."""
        if self.plan.event_date is not None:
            return
        self._add_path("claim.event", purpose)
        known = self._events() or tuple(EVENT_DATES)
        for name in dict.fromkeys(EVENT_DATES[event] for event in known):
            if name != "last_day":
                self._add_path(f"claim.{name}", purpose, optional=len(known) > 1)

    def _events(self) -> tuple[str, ...]:
        """Return the kinds of event that the plan's formulas ask for; empty when they ask for none."""
        found: dict[str, None] = {}
        for _, formula in self.plan.formulas():
            for node in order([formula.node]).nodes:
                if isinstance(node, n.OneOf) and _is_event(node.base):
                    found |= dict.fromkeys(node.codes)
                elif (
                    isinstance(node, n.Compare)
                    and _is_event(node.left)
                    and isinstance(node.right, n.Constant)
                ):
                    found[node.right.value] = None
        return tuple(found)

    def _period(self, per: n.Period, purpose: str) -> None:
        names = {n.Period.STAY: "stay", n.Period.INCIDENT: "incident"}
        if per in names:
            self._add_path(f"claim.{names[per]}", purpose, optional=True)

    def _circumstance(self, item: Field, purpose: str) -> None:
        key = ("claim", "circumstances")
        before = self.inputs.get(key)
        choices = {**(before.choices if before else {}), item.name.removeprefix(CIRCUMSTANCE): item.label}
        label = Text("已查明的除外或特殊情形（没有则不填）", "circumstances established (none: leave out)")
        needed = _joined(before.needed_for if before else (), purpose)
        self.inputs[key] = Input(
            table="claim",
            name=key[1],
            label=label,
            kind=None,
            choices=choices,
            needed_for=needed,
            optional=True,
        )

    def _add_path(self, path: str, purpose: str, *, optional: bool = False) -> None:
        subject, _, name = path.partition(".")
        if name == "earlier":
            label = Text("以前各期的起止日（续保时填）", "earlier terms (for a renewal)")
            self._put(Input(table="coverage", name=name, label=label, kind=Kind.DATE, optional=True), purpose)
        else:
            self._add(
                {"claim": fields_of(Claim), "cover": fields_of(Coverage)}[subject][name], purpose, optional
            )

    def _add(self, item: Field, purpose: str, optional: bool = False) -> None:
        choices: Mapping[str, Text] = item.choices
        if item.path == "claim.event" and (events := self._events()):
            choices = {code: item.choices[code] for code in events}
        if item.path == "insured.relation":
            choices = {name: RELATIONS[name] for name in self.plan.insures if name != "self"}
        self._put(
            Input(
                table=_TABLES.get(item.subject, item.subject),
                name=item.name,
                label=item.prompt,
                kind=item.kind,
                unit=item.unit,
                choices=choices,
                optional=optional,
            ),
            purpose,
        )

    def _put(self, item: Input, purpose: str) -> None:
        key = (item.table, item.name)
        before = self.inputs.get(key)
        if before is None:
            self.inputs[key] = evolve(item, needed_for=(purpose,))
            return
        needed = _joined(before.needed_for, purpose)
        self.inputs[key] = evolve(before, needed_for=needed, optional=before.optional and item.optional)

    # ------------------------------------------------------------ choices from the edition

    def _choices(self, values: Mapping[str, object], titles: Mapping[str, Text]) -> None:
        """Add the codes of tables and the ids of condition lists to the fields that are looked up in them."""
        for _, formula in self.plan.formulas():
            for node in order([formula.node]).nodes:
                if isinstance(node, n.Lookup):
                    table = values.get(node.table.parameter.name)
                    for place, key in enumerate(node.keys):
                        if isinstance(table, Table) and isinstance(key, n.Read):
                            codes = {
                                code: titles.get(code, Text(code))
                                for code in table.names(place)
                                if code != ANY
                            }
                            self._more(key.field, codes)
                elif isinstance(node, n.Match):
                    listed = values.get(node.conditions.parameter.name)
                    for part in children(node):
                        if isinstance(listed, ConditionList) and isinstance(part, n.Read):
                            self._more(part.field, {item.id: item.title for item in listed.conditions})

    def _more(self, item: Field, codes: Mapping[str, Text]) -> None:
        key = (_TABLES.get(item.subject, item.subject), item.name)
        before = self.inputs.get(key)
        if before is not None and not item.choices:
            self.inputs[key] = evolve(before, choices={**before.choices, **codes})


def _needed(roots: list[n.Node], values: Mapping[str, object]) -> tuple[n.Node, ...]:
    """Return the sub-formulas that may be read; keys that a table does not look at are left out."""
    found: dict[n.Node, None] = {}
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node in found:
            continue
        found[node] = None
        stack.extend(reversed(_read_by(node, values)))
    return tuple(found)


def _read_by(node: n.Node, values: Mapping[str, object]) -> tuple[n.Node, ...]:
    table = values.get(node.table.parameter.name) if isinstance(node, n.Lookup) else None
    if isinstance(node, n.Lookup) and isinstance(table, Table):
        return tuple(key for place, key in enumerate(node.keys) if table.reads(place))
    return children(node)


def _is_found_out(item: Field) -> bool:
    return item.path in _WORKED_OUT or item.name.startswith(FOUND_OUT)


def _is_event(node: n.Node) -> bool:
    return isinstance(node, n.Read) and node.field.path == "claim.event"


def _joined(before: tuple[str, ...], purpose: str) -> tuple[str, ...]:
    return before if purpose in before else (*before, purpose)


def _computed(name: str, kind: Kind) -> n.Node:
    return n.Read(Field(subject="claim", name=name, kind=kind, label=_DATES))


_event_date = _computed("event_date", Kind.DATE)
_remaining = _computed("remaining", Kind.MONEY)

_WORKED_OUT: Mapping[str, tuple[str, ...]] = {
    "cover.first_day": (),
    "cover.last_day": (),
    "cover.months": (),
    "cover.day": ("cover.earlier",),
    "cover.is_renewal": ("cover.earlier",),
    "cover.terms": ("cover.earlier",),
    "claim.days": ("claim.days", "claim.admitted", "claim.discharged"),
    "claim.is_in_situ": ("claim.diagnosis", "claim.stage"),
    "claim.remaining": tuple(f"claim.{name}" for name in BILL_PARTS[3:]),
}
"""What computed fields are worked out from (`mutualplans.engine.facts`); the days of a cover are always stated."""

_HELPFUL = {"claim.stage", "cover.earlier", "claim.admitted", "claim.discharged"}
"""What such a field uses when it is stated, and does without when it is not."""
