"""What one edition decides about a row: gates, conditions, benefits, the decision, what is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from mutualplans.backends.kernel import Opaque, Value, masks
from mutualplans.batch.kernel.body import Body, maybe
from mutualplans.batch.kernel.module import MOST_BITS, Group, Module
from mutualplans.batch.kernel.zero import NOTHING_DUE, condition_reason, used_nodes, zero_tests
from mutualplans.engine.bind import BoundPlan, Program
from mutualplans.engine.limits import INT64, node_bounds
from mutualplans.engine.twice import counts_stay
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text

__all__ = ["STATUS", "Branch", "EditionPart", "waits"]

_LONG_TO_FIND = (n.Period.POLICY_YEAR, n.Period.CALENDAR_YEAR)
"""Periods whose keys take the calendar."""

STATUS = ("not-covered", "paid", "nothing-due", "refused", "incomplete", "undecided")
"""What the numbers in the status column mean; ``undecided`` is a cover with a fault."""


@frozen(kw_only=True)
class Branch:
    """What the numbers of one edition mean.

    Attributes:
        bound: The bound plan.
        reasons: For each benefit in its order, code and sentence of each bit.
        limits: Name of an output → the benefit and the node whose rest it holds.
    """

    bound: BoundPlan
    reasons: Mapping[str, tuple[tuple[str, Text], ...]]
    limits: Mapping[str, tuple[str, n.Capped]]


def waits(body: Body, module: Module, compensates: bool, place: int) -> None:
    """Write that the plan is not decided: later plans must not take what it pays for 0."""
    body.line(f"{module.argument('out', 'total', 'i8')}[here] = MISSING")
    if compensates:
        body.line(f"{module.compensated()}[here] = {-1 - place}")


@define(eq=False)
class EditionPart:
    """Writes what one edition decides about a row."""

    module: Module
    bound: BoundPlan
    detail: bool
    depth: int
    body: Body = field(init=False)
    adds: list[tuple[str, str, Group]] = field(factory=list)
    bits: dict[str, tuple[tuple[str, Text], ...]] = field(factory=dict)
    limits: dict[str, tuple[str, n.Capped]] = field(factory=dict)

    def write(self) -> Branch:
        """Write the lines; returns what their numbers mean."""
        body = self.body = Body(module=self.module, bound=self.bound, depth=self.depth)
        body.bounds = self._bounds()
        self._gate()
        for program in self.bound.programs:
            self._conditions(program)
        self._shared_periods()
        self._limits()
        for place, program in enumerate(self.bound.programs):
            self._benefit(place, program)
        self._decision()
        return Branch(bound=self.bound, reasons=self.bits, limits=self.limits)

    def _bounds(self) -> Mapping[n.Node, Any]:
        plan = self.bound.plan
        roots = [node for program in self.bound.programs for node in (*program.conditions, program.pays)]
        roots.append(plan.ends.node)
        if plan.claim_within is not None:
            roots.append(plan.claim_within.node)
        for node in order(roots).nodes:
            if isinstance(node, n.Computed):
                message = f"“{node.text.zh}” is a Python function"
                raise Opaque(message)
        found = node_bounds(self.bound, roots)
        if any(item.peak is None or item.peak >= INT64 for item in found.values()):
            message = "the numbers it meets may not fit into 64 bits"
            raise Opaque(message)
        return found

    # ------------------------------------------------------------ before the benefits

    def _gate(self) -> None:
        """Write the reasons that stand before every benefit, and what must be known beside them."""
        body, bound = self.body, self.bound
        body.line("gate = 0")
        known = "missing_event == 0" if body.event_mask else ""
        terms = self.module.group(n.Period.TERM, None)
        with maybe(body, known):
            body.line("gate = (1 if event < first_day else 0) | (2 if event > last_day else 0)")
            if not self._never_ends():
                held = self.module.account("cover-ended", terms)
                body.line(f"gate |= 4 if {held}[{body.slot(terms, '0')}] != 0 else 0")
            relation = body._cover("insured.relation")
            insured = " and ".join(f"{relation} != {body.code(item)}" for item in bound.plan.insures)
            body.line(f"gate |= 8 if {relation} >= 0 and {insured} else 0")
            self._late()
        body.line("also = 0")
        with maybe(body, known):
            if self.module.nullable("insured.relation"):
                relation = body._cover("insured.relation")
                body.line(f"also |= {body.missing('insured.relation')} if {relation} < 0 else 0")
            self._late_unknown()

    def _never_ends(self) -> bool:
        node = self.bound.plan.ends.node
        return isinstance(node, n.Constant) and not node.value

    def _deadline(self) -> Value | None:
        rule = self.bound.plan.claim_within
        if rule is None:
            return None
        if isinstance(rule.node, n.Value) and self.bound.values.get(rule.node.parameter.name) is None:
            return None
        return self.body.node(rule.node)

    def _late(self) -> None:
        found, rule = self._deadline(), self.bound.plan.claim_within
        if found is None or rule is None:
            return
        reported = self.body.let(f"{self.module.argument('claim', 'claim.reported', 'i4')}[here]", "reported")
        known = f"{found.mask} == 0 and " if found.mask else ""
        last = found.code if rule.node.kind is Kind.DATE else f"event + {found.code}"
        self.body.line(f"gate |= 16 if {known}{reported} != MISSING and {reported} > {last} else 0")

    def _late_unknown(self) -> None:
        days = self._deadline()
        if days is None:
            return
        if days.mask:
            self.body.line(f"also |= {days.mask}")
        if self.module.nullable("claim.reported"):
            reported = self.body.let(
                f"{self.module.argument('claim', 'claim.reported', 'i4')}[here]", "reported"
            )
            bit = self.body.missing("claim.reported")
            self.body.line(f"also |= {bit} if {reported} == MISSING else 0")

    def _conditions(self, program: Program) -> None:
        """Write a benefit's conditions; those that several benefits share are worked out once."""
        body = self.body
        body.program = program
        for node in program.order.nodes:
            if isinstance(node, n.PaidBefore):
                self._paid_account(node)

    def _paid_account(self, node: n.PaidBefore) -> None:
        """Write where a payment will be added: at every claim, also where the benefit that reads it is refused."""
        if node.by is not None and self.body.depends(node.by):
            message = "what splits an account depends on what was counted"
            raise Opaque(message)
        self.body.node(node)

    def _shared_periods(self) -> None:
        """Write the keys of periods by which several benefits count, so that each is worked out once."""
        periods = [{node.per for node in program.accounts} for program in self.bound.programs]
        for period in _LONG_TO_FIND:
            if sum(period in found for found in periods) > 1:
                self.body.period(period)

    def _limits(self) -> None:
        """Write under which period a payment counts towards each limit over several plans."""
        for limit in self.module.limits:
            out = self.module.argument("out", f"period:{limit.id}", "i8")
            self.body.line(f"{out}[here] = {self.body.period(limit.per)}")

    # ------------------------------------------------------------ one benefit

    def _benefit(self, place: int, program: Program) -> None:
        body, id_ = self.body, program.benefit.id
        body.program = program
        body.line(f"# {place + 1}. {id_}: {program.benefit.title.zh}")
        conditions = [body.node(node) for node in program.conditions]
        failed = self._failed(place, conditions)
        bits = [condition_reason(node, body) for node in program.conditions]
        amount, missing = f"b{place}_amount", f"b{place}_missing"
        body.line(f"{amount} = 0")
        body.line(f"{missing} = 0")
        body.line(f"b{place}_accepted = False")
        adds = self._prepare(program)
        known = "missing_event == 0 and " if body.event_mask else ""
        with body.block(f"if {known}gate == 0 and {failed} == 0:"):
            pays, inside = self._pays(place, program, conditions, adds)
            zero = self._zero(place, program, pays, inside, len(bits))
        if body.event_mask:
            body.line(f"if missing_event != 0 and {failed} == 0:")
            body.line(f"    {missing} = missing_event")
        self.bits[id_] = (*bits, *zero)
        if len(self.bits[id_]) > MOST_BITS:
            message = f"benefit {id_} has more reasons than a mask has bits"
            raise Opaque(message)
        out = self.module.argument("out", f"amount:{id_}", "i8")
        reasons = self.module.argument("out", f"reasons:{id_}", "i8")
        body.line(f"{out}[here] = MISSING if {missing} != 0 else {amount}")
        body.line(f"{reasons}[here] = {failed}")
        if self.detail:
            body.line(f"{self.module.argument('out', f'missing:{id_}', 'i8')}[here] = {missing}")
        mask = missing
        if body.event_mask:
            mask = body.let(f"missing_event or {missing}", "missing")
        body.benefits[id_] = Value(amount, mask)
        body.spent.append(amount)
        if program.benefit.indemnity:
            body.compensated.append(amount)

    def _failed(self, place: int, conditions: Sequence[Value]) -> str:
        """Write the reasons of a benefit: a bit for each condition that is known not to hold."""
        body = self.body
        name = f"b{place}_failed"
        body.line(f"{name} = 0")
        for number, found in enumerate(conditions):
            if found.code == "True" and not found.mask:
                continue
            known = f"{found.mask} == 0 and " if found.mask else ""
            body.line(f"if {known}not {found.code}:")
            body.line(f"    {name} |= {1 << number}")
        return name

    def _prepare(self, program: Program) -> list[tuple[str, n.Before, Group]]:
        """Write that nothing is counted yet; returns the benefit's accounts."""
        found = []
        for node, account in program.accounts.items():
            if isinstance(node, n.Before):
                group = self.module.group(node.per, node.by)
                held = self.module.account(account, group)
                self.body.line(f"add_{held} = 0")
                self.adds.append((held, f"add_{held}", group))
                found.append((held, node, group))
        return found

    def _pays(
        self,
        place: int,
        program: Program,
        conditions: Sequence[Value],
        adds: Sequence[tuple[str, n.Before, Group]],
    ) -> tuple[Value, None]:
        body = self.body
        pays = body.node(program.pays)
        parts = [*conditions, pays]
        for _held, node, _group in adds:
            parts.append(body.node(node.base))
            if node.by is not None:
                parts.append(body.node(node.by))
        lacking = masks(parts)
        if lacking:
            body.line(f"b{place}_missing = {lacking}")
        with maybe(body, f"b{place}_missing == 0" if lacking else ""):
            body.line(f"b{place}_accepted = True")
            body.line(f"b{place}_amount = {pays.code}")
            for held, node, group in adds:
                body.line(f"add_{held} = {body.node(node.base).code}")
                if not group.single:
                    body.slot(group, body.node(node.by).code if node.by is not None else "0")
            if not body.at_least_0(program.pays):
                with body.block(f"if b{place}_amount < 0:"):
                    body.line("bailed[person] = 1")
        return pays, None

    def _zero(
        self, place: int, program: Program, _pays: Value, _inside: None, first: int
    ) -> tuple[tuple[str, Text], ...]:
        """Write why a benefit whose conditions hold still pays nothing."""
        body = self.body
        found: list[tuple[str, Text]] = []
        name = f"b{place}_failed"
        with body.block(f"if b{place}_accepted and b{place}_amount == 0:"):
            for node, used in used_nodes(program, body):
                for reason, test in zero_tests(node, body):
                    body.line(f"if {test}:" if used == "True" else f"if {used} and {test}:")
                    body.line(f"    {name} |= {1 << (first + len(found))}")
                    found.append(reason)
            body.line(f"if {name} == 0:")
            body.line(f"    {name} |= {1 << (first + len(found))}")
        return (*found, NOTHING_DUE)

    # ------------------------------------------------------------ the decision

    def _decision(self) -> None:
        body, programs = self.body, self.bound.programs
        plan = self.bound.plan
        places = range(len(programs))
        total = " + ".join(f"b{place}_amount" for place in places) or "0"
        body.line("# the decision")
        body.line(f"total = {total}")
        body.line(f"missing = {' | '.join(f'b{place}_missing' for place in places) or '0'}")
        body.line(f"accepted = {' or '.join(f'b{place}_accepted' for place in places) or 'False'}")
        ends = self._ends()
        self._nowhere()
        with (
            maybe(body, "missing_event == 0" if body.event_mask else ""),
            body.block("if missing != 0 or accepted:"),
        ):
            body.line("missing |= also")
        status, out = self.module.argument("out", "status", "i1"), self.module.argument
        body.line(f"{out('out', 'missing', 'i8')}[here] = missing")
        body.line(f"{out('out', 'gate', 'i1')}[here] = gate")
        with body.block("if missing != 0:"):
            body.line(f"{status}[here] = {STATUS.index('incomplete')}")
            compensates = any(item.indemnity for item in plan.benefits)
            waits(body, self.module, compensates, len(self.module.compensating))
            body.line("continue")
        paid, nothing, refused = (STATUS.index(name) for name in ("paid", "nothing-due", "refused"))
        body.line(f"{status}[here] = {paid} if total > 0 else {nothing} if accepted else {refused}")
        body.line(f"{out('out', 'total', 'i8')}[here] = total")
        self._stay_once()
        self._left()
        self._count()
        if ends:
            terms = self.module.group(n.Period.TERM, None)
            held = self.module.account("cover-ended", terms)
            with body.block(f"if total > 0 and {ends}:"):
                body.line(f"{held}[at_{terms.name}] = 1")
                body.line(f"{out('out', 'ended', 'i1')}[here] = 1")

    def _ends(self) -> str:
        """Write whether these payments end the cover; what that lacks is missing for the whole."""
        if self._never_ends():
            return ""
        body = self.body
        body.ending = True
        kept, body.benefits = (
            body.benefits,
            {
                program.benefit.id: Value(f"b{place}_amount")
                for place, program in enumerate(self.bound.programs)
            },
        )
        body.line("ends = False")
        amounts = " or ".join(f"b{place}_amount != 0" for place in range(len(self.bound.programs))) or "False"
        with body.block(f"if {amounts}:"):
            found = body.node(self.bound.plan.ends.node)
            if found.mask:
                body.line(f"also |= {found.mask}")
                body.line(f"ends = {found.mask} == 0 and {found.code}")
            else:
                body.line(f"ends = {found.code}")
        body.ending, body.benefits = False, kept
        return "ends"

    def _nowhere(self) -> None:
        """Write that it has to be known under which code a payment is to be added: a later claim will read it."""
        for program in self.bound.programs:
            for node in program.accounts:
                if isinstance(node, n.PaidBefore) and node.by is not None:
                    lacking = self.body.node(node.by).mask
                    if lacking:
                        self.body.line(f"also |= {lacking} if {self._paid_on(node.benefit)} > 0 else 0")

    def _stay_once(self) -> None:
        """Write that a person who may have been paid twice for one stay is left to the exact way."""
        body = self.body
        places = [place for place, item in enumerate(self.bound.programs) if counts_stay(item)]
        if not places:
            return
        first, last, stay = (
            self.module.argument("claim", name, "i4")
            for name in ("claim.span#first", "claim.span#last", "claim.stay")
        )
        taken = self.module.argument("out", "stay", "i1")
        with body.block(f"if {' or '.join(f'b{place}_amount > 0' for place in places)}:"):
            same = f"same_stay({first}, {last}, {stay}, {taken}, person_row[person], row)"
            doubtful = (
                f"({stay}[here] != MISSING or {first}[here] <= latest)"  # mostly stays follow each other
            )
            with body.block(f"if stays > 0 and {doubtful} and {same}:"):
                body.line("bailed[person] = 1")
            body.line("stays += 1")
            body.line(f"latest = max(latest, {last}[here])")
            body.line(f"{taken}[here] = 1")

    def _count(self) -> None:
        """Write what the claim adds to what is counted."""
        body = self.body
        for held, added, group in self.adds:
            where = held if group.single else f"{held}[at_{group.name}]"
            body.line(f"{where} += {added}")
        paid: dict[str, str] = {}
        for program in self.bound.programs:
            body.program = program
            for node, account in program.accounts.items():
                if isinstance(node, n.PaidBefore):
                    group = self.module.group(node.per, node.by)
                    held = self.module.account(account, group)
                    where = held if group.single else f"{held}[at_{group.name}]"
                    paid[held] = f"{where} += {self._paid_on(node.benefit)}"
        for line in paid.values():
            body.line(line)
        if any(item.indemnity for item in self.bound.plan.benefits):
            own = [place for place, item in enumerate(self.bound.programs) if item.benefit.indemnity]
            added = " + ".join(f"b{place}_amount" for place in own)
            if added:
                name = self.module.compensated()
                with body.block(f"if {name}[here] >= 0:"):
                    body.line(f"{name}[here] += {added}")

    def _paid_on(self, benefit: str | None) -> str:
        places = [
            place for place, item in enumerate(self.bound.programs) if benefit in (None, item.benefit.id)
        ]
        return "(" + (" + ".join(f"b{place}_amount" for place in places) or "0") + ")"

    def _left(self) -> None:
        """Write what is left of each limit that runs over a period."""
        if not self.detail:
            return
        body = self.body
        for place, program in enumerate(self.bound.programs):
            body.program = program
            for node in program.order.nodes:
                if isinstance(node, n.Capped) and isinstance(node.before, n.Before):
                    parts = [body.node(part) for part in (node.limit, node.before, node.base)]
                    limit, before, base = (part.code for part in parts)
                    name = f"left:{program.benefit.id}:{len(self.limits) + 1}"
                    self.limits[name] = (program.benefit.id, node)
                    out = self.module.argument("out", name, "i8")
                    left = f"max({limit} - {before} - ({base} if b{place}_accepted else 0), 0)"
                    lacking = masks(parts)
                    body.line(
                        f"{out}[here] = MISSING if {lacking} else {left}"
                        if lacking
                        else f"{out}[here] = {left}"
                    )
