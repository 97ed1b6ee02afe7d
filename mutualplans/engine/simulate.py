"""Several claims through all plans of an office, in the order of decision; state goes from claim to claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from attrs import define, evolve, field, frozen

from mutualplans.backends.exact import Missing
from mutualplans.engine.accounts import FUND, sharing
from mutualplans.engine.assess import Balances, assess, undecided
from mutualplans.engine.covers import (
    CoverFault,
    cover_faults,
    person_problems,
    term_problems,
    unit_problems,
    with_transfers,
)
from mutualplans.engine.earlier import earlier_open, resting_on
from mutualplans.engine.facts import Case, Facts, Paid, period_key
from mutualplans.engine.office import Office, OfficePlan
from mutualplans.engine.soundness import claim_problems
from mutualplans.engine.stays import Stay, merged, merged_with
from mutualplans.engine.together import beside_another, counted, rooms
from mutualplans.engine.twice import Entered, counted_twice, counts_stay, paid_already
from mutualplans.expr.nodes import Period
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange
from mutualplans.model.decision import Decision
from mutualplans.model.masks import mask_handle
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem

__all__ = ["Judged", "Judging", "Simulation", "Situation", "case_problems", "judge", "no_cover", "simulate"]


@frozen(kw_only=True)
class Situation:
    """A member with everything that is known about the case.

    Attributes:
        member: The union member.
        unit: The member's unit.
        insured: Further persons covered (children, spouse), by their ids.
        coverages: Covers of any plans and persons.
        claims: Claims in the order of decision.
        fund: What the fund had counted before the first of them: (plan, period, account) → fen or count. What is not
            here is not known, and not 0 for that.
        at_joining: Who a cover was taken for, where that was described otherwise than above when it was taken:
            (plan, insured, first day) → the case.
    """

    member: Member
    unit: Unit = field(factory=Unit)
    insured: tuple[Insured, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    claims: tuple[Claim, ...] = ()
    fund: Mapping[tuple[str, str, str], int] = field(factory=dict)
    at_joining: Mapping[tuple[str, str, date], Case] = field(factory=dict)

    def person(self, id_: str) -> Insured | None:
        """Return the person with the id; ``self`` is the member."""
        if id_ == "self":
            return Insured.member(self.member)
        return next((item for item in self.insured if item.id == id_), None)

    def opened(self, balances: Balances | None) -> Balances:
        """Return the balances before the first claim, with what is stated of the fund where they do not know better."""
        known = balances or Balances()
        fund = {(FUND, plan, account, period): value for (plan, period, account), value in self.fund.items()}
        return evolve(known, amounts={**fund, **known.amounts})


@frozen(kw_only=True)
class Simulation:
    """What all plans of an office decided.

    Attributes:
        decisions: One for each claim and plan, in the order in which they were taken.
        problems: Everything that could not be assessed, or is doubtful, including the decisions' own problems.
        balances: What is counted after the last claim.
    """

    decisions: tuple[Decision, ...]
    problems: tuple[Problem, ...]
    balances: Balances

    @property
    def total(self) -> int:
        """Fen paid by all decisions that are complete."""
        return sum(decision.total or 0 for decision in self.decisions)

    @property
    def complete(self) -> bool:
        """Whether nothing was left undecided."""
        return not any(item.severity == "error" for item in self.problems)


@frozen(kw_only=True)
class Judged:
    """What became of one claim.

    Attributes:
        claim: The claim.
        decisions: One for each plan that decided, in the order in which they were taken.
        problems: Plan id (empty where no plan is concerned) and problem: why something could not be assessed, or is
            doubtful; the decisions' own included.
        balances: What is counted after the claim.
    """

    claim: Claim
    decisions: tuple[Decision, ...]
    problems: tuple[tuple[str, Problem], ...]
    balances: Balances


def simulate(
    office: Office, situation: Situation, *, balances: Balances | None = None, decided_on: date | None = None
) -> Simulation:
    """Decide the claims of a situation, each through the office's plans in their order.

    A claim that is faulty in itself, or a plan that cannot be bound, becomes a problem; everything else is decided.
    """
    state = situation.opened(balances)
    problems = [*case_problems(office, situation)]
    decisions: list[Decision] = []
    for judged in judge(office, situation, balances=state, decided_on=decided_on):
        state = judged.balances
        decisions += judged.decisions
        problems += [item for _plan, item in judged.problems]
    return Simulation(decisions=tuple(decisions), problems=tuple(dict.fromkeys(problems)), balances=state)


def case_problems(office: Office, situation: Situation) -> tuple[Problem, ...]:
    """Return what is wrong with the persons, the unit and the covers of a situation, whatever is claimed."""
    return tuple(Judging(office, situation, None).problems())


def judge(
    office: Office, situation: Situation, *, balances: Balances | None = None, decided_on: date | None = None
) -> Iterator[Judged]:
    """Decide the claims of a situation as `simulate` does, and yield what became of each, in their order."""
    judging = Judging(office, situation, decided_on)
    state = situation.opened(balances)
    for claim in situation.claims:
        judged = judging.judge(claim, state)
        state = judged.balances
        yield judged


@define(eq=False)
class Judging:
    """One pass over the claims of a situation, each given in its turn with the balances that it finds."""

    office: Office
    situation: Situation
    decided_on: date | None
    twice: dict[str, Problem] = field(init=False)
    covers: tuple[Coverage, ...] = field(init=False)
    faults: list[CoverFault] = field(init=False)
    entered: Entered = field(factory=Entered, init=False)
    accepted: dict[tuple[str, str, str], list[Claim]] = field(factory=dict, init=False)
    stays: dict[tuple[str, str, date], list[Stay]] = field(factory=dict, init=False)
    open_: list[tuple[str, Claim]] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        persons = self.situation.insured
        self.twice = person_problems(self.situation.member, persons)
        self.covers, transfers = with_transfers(self.situation.coverages)
        self.faults = cover_faults(self.covers, ["self", *(person.id for person in persons)]) + transfers

    def problems(self) -> list[Problem]:
        """Return what is wrong with persons, unit and covers."""
        found = [*self.twice.values(), *(fault.problem for fault in self.faults)]
        found += unit_problems(self.situation.unit, self.office)
        for plan_id in dict.fromkeys(coverage.plan for coverage in self.covers):
            try:
                self.office.plan(plan_id)
            except MutualPlansError as error:
                found += error.problems
        return found

    def judge(self, claim: Claim, state: Balances) -> Judged:
        """Decide one claim, unless it is faulty in itself or was entered before."""
        again = self.entered.again(claim)
        found = [again] if again else claim_problems(claim, self.office)
        problems = [("", item) for item in found]
        decisions: list[Decision] = []
        if not any(item.severity == "error" for item in found):
            self.entered.take(claim)
            decisions, state, more = self._decide(claim, state)
            problems += more
            problems += [(made.plan, item) for made in decisions for item in made.problems]
        return Judged(claim=claim, decisions=tuple(decisions), problems=tuple(problems), balances=state)

    def _decide(
        self, claim: Claim, state: Balances
    ) -> tuple[list[Decision], Balances, list[tuple[str, Problem]]]:
        """Decide one claim through every plan that the person is covered by; problems come with their plan."""
        person = self.situation.person(claim.insured)
        if person is None:
            return [], state, [("", _no_person(claim, self.situation))]
        if claim.insured in self.twice:
            return [], state, [("", self.twice[claim.insured])]
        decisions: list[Decision] = []
        problems: list[tuple[str, Problem]] = []
        paid = self._unavailable(person)
        for item in self.office.plans:
            covers = [
                coverage
                for coverage in self.covers
                if (coverage.plan, coverage.insured) == (item.plan.id, person.id)
            ]
            if not covers:
                continue
            try:
                decision, state, more = self._plan(item, person, covers, claim, state, paid)
            except MutualPlansError as error:
                problems += [(item.plan.id, found) for found in error.problems]
                paid = _waiting(paid, item)
                continue
            problems += [(item.plan.id, found) for found in (*more, *self._after_open(item, claim, decision))]
            decisions.append(decision)
            paid = _added(paid, item, decision)
        if not decisions and not problems:
            problems.append(("", no_cover(claim)))
        return decisions, state, problems

    def _unavailable(self, person: Insured) -> Paid:
        """Return what the person's plans pay that cannot be had in this run: not 0, but missing."""
        held = {cover.plan for cover in self.covers if cover.insured == person.id}
        missing = {plan: Missing(frozenset({f"paid.{plan}"})) for plan in self.office.missing if plan in held}
        return Paid(by_plan=missing, indemnity=next(iter(missing.values()), 0))

    def _plan(
        self,
        item: OfficePlan,
        person: Insured,
        covers: list[Coverage],
        claim: Claim,
        state: Balances,
        paid: Paid,
    ) -> tuple[Decision, Balances, list[Problem]]:
        """Decide a claim under one plan.

        Raises:
            MutualPlansError: it cannot be decided: a faulty cover, no edition, days that were counted before.
        """
        first = self._with(person, covers[0])
        event = _event(item, first, claim)
        if isinstance(event, Missing) and len(covers) > 1:
            bound = item.bind_cover(covers[0])
            return undecided(bound, first, claim, event.paths, decided_on=self.decided_on), state, []
        day = None if isinstance(event, Missing) else event
        chosen = covers[0] if day is None else min(covers, key=lambda cover: _distance(cover.days, day))
        faults = [fault.problem for fault in self.faults if chosen in fault.covers]
        if faults:
            raise MutualPlansError(*faults)
        held = [cover for cover in self.covers if cover.insured == person.id]
        if clash := beside_another(item, chosen, held):
            raise MutualPlansError(clash)
        bound = item.bind_cover(chosen, day)
        problems = term_problems(bound, self._with(person, chosen))
        if any(found.severity == "error" for found in problems):
            raise MutualPlansError(*problems)
        case = self._with(person, _in_chain(item, chosen, held))
        shared = [limit for limit in self.office.limits if item.plan.id in limit.plans]
        paid = evolve(paid, rooms=rooms(shared, case, claim, event, held, state, paid))
        decided = self.stays.setdefault((item.plan.id, person.id, chosen.first_day), [])
        with_ = merged_with(bound, case, claim, decided)
        if isinstance(with_, Missing):
            return undecided(bound, case, claim, with_.paths, decided_on=self.decided_on), state, problems
        stay = with_.name if with_ else ""
        decision, after = assess(bound, case, claim, state, paid=paid, stay=stay, decided_on=self.decided_on)
        if decision.status != "incomplete":
            self._not_twice(decision, claim)
        if decision.status != "incomplete" and day is not None:
            decided.append(Stay(claim, period_key(Period.STAY, case, claim, day, stay)))
            problems += [merged(item.plan.id, claim, with_)] if with_ else []
        if decision.total and day is not None:
            after = after.plus(counted(shared, case, claim, day, decision.total))
        return decision, after, problems

    def _after_open(self, item: OfficePlan, claim: Claim, decision: Decision) -> Iterator[Problem]:
        """Warn where the decision may rest on an earlier claim that is open: the person's, or of all who share."""
        if decision.total is None:
            self.open_.append((item.plan.id, claim))
        elif self.open_ and decision.status != "refused":
            plans, everybody = resting_on(item.plan, self.office.limits), bool(sharing(item.plan))
            earlier = [
                other
                for plan, other in self.open_
                if plan in plans and other is not claim and (everybody or other.insured == claim.insured)
            ]
            if earlier:
                yield earlier_open(item.plan.id, earlier[0].id, claim.id)

    def _not_twice(self, decision: Decision, claim: Claim) -> None:
        """Remember what was paid for the days or the bill of a stay; refuse a claim that would pay them again."""
        counted = [item for item in decision.benefits if item.amount and counts_stay(item.work.program)]
        accounts = [self.accepted.setdefault((decision.plan, item.id, claim.insured), []) for item in counted]
        for item, taken in zip(counted, accounts, strict=True):
            if earlier := paid_already(item.work.program, claim, taken):
                raise MutualPlansError(counted_twice(decision.plan, claim, earlier))
        for taken in accounts:
            taken.append(claim)

    def _with(self, person: Insured, coverage: Coverage) -> Case:
        others = tuple(
            other
            for other in self.covers
            if (other.insured, other.plan == coverage.plan) == (person.id, False)
        )
        known = self.situation.at_joining.get((coverage.plan, coverage.insured, coverage.first_day))
        case = known or Case(
            member=self.situation.member, insured=person, unit=self.situation.unit, coverage=coverage
        )
        return evolve(case, coverage=coverage, others=others, others_known=True)


def _in_chain(item: OfficePlan, chosen: Coverage, held: list[Coverage]) -> Coverage:
    """Return the cover with the person's earlier covers of the plan, and of those it continues, in its chain."""
    plans = (item.plan.id, *item.plan.continues)
    earlier = [other.days for other in held if other.plan in plans and other.last_day < chosen.first_day]
    return evolve(chosen, earlier=tuple(dict.fromkeys((*(chosen.earlier or ()), *earlier))))


def _event(item: OfficePlan, case: Case, claim: Claim) -> date | Missing:
    """Return the event date, which may decide the edition and so is found under any edition of the plan.

    Raises:
        MutualPlansError: the plan has no edition that could be bound.
    """
    known = [local.edition.id for local in item.editions]
    bound = item.bind(
        day=case.coverage.first_day, edition=case.coverage.edition or (known[0] if known else None)
    )
    return Facts(bound, case, claim).event_date


def _distance(days: DateRange, event: date) -> int:
    if event in days:
        return 0
    return abs((event - (days.first if event < days.first else days.last)).days)


def _added(paid: Paid, item: OfficePlan, decision: Decision) -> Paid:
    """Return what has been paid for the claim once this decision is added."""
    if decision.total is None:
        return _waiting(paid, item)
    kinds = {benefit.id: benefit.indemnity for benefit in item.plan.benefits}
    indemnity = sum(benefit.amount or 0 for benefit in decision.benefits if kinds[benefit.id])
    before = paid.indemnity
    return Paid(
        by_plan={**paid.by_plan, item.plan.id: decision.total},
        indemnity=before if isinstance(before, Missing) else before + indemnity,
    )


def _waiting(paid: Paid, item: OfficePlan) -> Paid:
    """Return the same with a plan that could not be decided: what it pays is missing, not 0."""
    missing = Missing(frozenset({f"paid.{item.plan.id}"}))
    compensates = any(benefit.indemnity for benefit in item.plan.benefits)
    return Paid(
        by_plan={**paid.by_plan, item.plan.id: missing},
        indemnity=missing if compensates else paid.indemnity,
    )


def _no_person(claim: Claim, situation: Situation) -> Problem:
    known = ["self", *(person.id for person in situation.insured)]
    close = mask_handle(nearest(claim.insured, known))
    return problem(
        "claim.person",
        "申领所指的被保障人不在案例中",
        "the insured person of the claim is not in the case",
        where=claim.id,
        hint_zh=f'是不是 "{close}"？' if close else '在 [[insured]] 里写明此人，或改为 insured = "self"',
        hint_en=f'did you mean "{close}"?' if close else 'add the person, or write insured = "self"',
    )


def no_cover(claim: Claim) -> Problem:
    """Say that no plan of the office covers the person of a claim."""
    return problem(
        "claim.no-cover",
        "此人在本办事处所办计划中没有任何保障记录",
        "the person has no cover in any plan of this office",
        where=claim.id,
        hint_zh="补上保障：案例文件里写 [[coverage]]（plan、first_day、last_day、shares），保障表里加一行",
        hint_en="add the cover: [[coverage]] with plan, first_day, last_day, shares in a case file, a row in a table",
    )
