"""Several claims through all plans of an office, in the order of decision; state goes from claim to claim."""

from __future__ import annotations

from datetime import date

from attrs import evolve, field, frozen

from mutualplans.backends.exact import Missing
from mutualplans.engine.assess import Balances, assess
from mutualplans.engine.facts import Case, Facts, Paid
from mutualplans.engine.office import Office, OfficePlan
from mutualplans.engine.soundness import claim_problems, coverage_problems, repeated, unit_problems
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange
from mutualplans.model.decision import Decision
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import MutualPlansError, Problem, problem

__all__ = ["Simulation", "Situation", "simulate"]


@frozen(kw_only=True)
class Situation:
    """A member with everything that is known about the case.

    Attributes:
        member: The union member.
        unit: The member's unit.
        insured: Further persons covered (children, spouse), by their ids.
        coverages: Covers of any plans and persons.
        claims: Claims in the order of decision.
    """

    member: Member
    unit: Unit = field(factory=Unit)
    insured: tuple[Insured, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    claims: tuple[Claim, ...] = ()

    def person(self, id_: str) -> Insured | None:
        """Return the person with the id; ``self`` is the member."""
        if id_ == "self":
            return Insured.member(self.member)
        return next((item for item in self.insured if item.id == id_), None)


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


def simulate(
    office: Office, situation: Situation, *, balances: Balances | None = None, decided_on: date | None = None
) -> Simulation:
    """Decide the claims of a situation, each through the office's plans in their order.

    A claim that is faulty in itself, or a plan that cannot be bound, becomes a problem; everything else is decided.
    """
    run = _Run(office, situation, decided_on)
    problems = [*coverage_problems(situation.coverages), *unit_problems(situation.unit, office)]
    problems += run.unknown_plans()
    state = balances or Balances()
    decisions: list[Decision] = []
    for claim, again in zip(situation.claims, repeated(situation.claims), strict=True):
        found = [again] if again else claim_problems(claim, office)
        problems += found
        if any(item.severity == "error" for item in found):
            continue
        made, state, more = run.decide(claim, state)
        decisions += made
        problems += more
        problems += [item for decision in made for item in decision.problems]
    return Simulation(decisions=tuple(decisions), problems=_distinct(problems), balances=state)


def _distinct(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))


@frozen(eq=False)
class _Run:
    office: Office
    situation: Situation
    decided_on: date | None

    def unknown_plans(self) -> list[Problem]:
        """Return a problem for each cover of a plan that the office does not run."""
        found: list[Problem] = []
        for plan_id in dict.fromkeys(coverage.plan for coverage in self.situation.coverages):
            try:
                self.office.plan(plan_id)
            except MutualPlansError as error:
                found += error.problems
        return found

    def decide(self, claim: Claim, state: Balances) -> tuple[list[Decision], Balances, list[Problem]]:
        """Decide one claim through every plan that the person is covered by."""
        person = self.situation.person(claim.insured)
        if person is None:
            return [], state, [_no_person(claim)]
        decisions: list[Decision] = []
        problems: list[Problem] = []
        paid = Paid()
        for item in self.office.plans:
            try:
                case = self._case(item, person, claim)
                if case is None:
                    continue
                bound = item.bind_cover(case.coverage, _event(item, case, claim))
                decision, state = assess(bound, case, claim, state, paid=paid, decided_on=self.decided_on)
            except MutualPlansError as error:
                problems += error.problems
                continue
            decisions.append(decision)
            paid = _added(paid, item, decision)
        if not decisions and not problems:
            problems.append(_no_cover(claim))
        return decisions, state, problems

    def _case(self, item: OfficePlan, person: Insured, claim: Claim) -> Case | None:
        """Return the case under the cover that the event falls into, or else the nearest one in time."""
        covers = [
            coverage
            for coverage in self.situation.coverages
            if (coverage.plan, coverage.insured) == (item.plan.id, person.id)
        ]
        if not covers:
            return None
        chosen = covers[0]
        if len(covers) > 1:
            event = _event(item, self._with(person, chosen), claim)
            if event is not None:
                chosen = min(covers, key=lambda coverage: _distance(coverage.days, event))
                self._refuse_overlap(covers, event)
        return self._with(person, self._in_chain(chosen, covers))

    def _with(self, person: Insured, coverage: Coverage) -> Case:
        return Case(member=self.situation.member, insured=person, unit=self.situation.unit, coverage=coverage)

    @staticmethod
    def _in_chain(chosen: Coverage, covers: list[Coverage]) -> Coverage:
        """Return the cover with the person's earlier covers of the plan added to its chain."""
        earlier = [other.days for other in covers if other.last_day < chosen.first_day]
        return evolve(chosen, earlier=tuple(dict.fromkeys((*chosen.earlier, *earlier))))

    @staticmethod
    def _refuse_overlap(covers: list[Coverage], event: date) -> None:
        if sum(event in coverage.days for coverage in covers) > 1:
            raise MutualPlansError(*coverage_problems(covers))


def _event(item: OfficePlan, case: Case, claim: Claim) -> date | None:
    """Return the event date, which may decide the edition and so is found under any edition of the plan."""
    if not item.editions:
        return None
    bound = item.bind(
        day=case.coverage.first_day, edition=case.coverage.edition or item.editions[0].edition.id
    )
    event = Facts(bound, case, claim).event_date
    return None if isinstance(event, Missing) else event


def _distance(days: DateRange, event: date) -> int:
    if event in days:
        return 0
    return abs((event - (days.first if event < days.first else days.last)).days)


def _added(paid: Paid, item: OfficePlan, decision: Decision) -> Paid:
    """Return what has been paid for the claim once this decision is added."""
    kinds = {benefit.id: benefit.indemnity for benefit in item.plan.benefits}
    indemnity = sum(benefit.amount or 0 for benefit in decision.benefits if kinds[benefit.id])
    if decision.total is None:
        return paid
    by_plan = {**paid.by_plan, item.plan.id: paid.by_plan.get(item.plan.id, 0) + decision.total}
    return Paid(by_plan=by_plan, indemnity=paid.indemnity + indemnity)


def _no_person(claim: Claim) -> Problem:
    return problem(
        "claim.person",
        f'没有 id 为 "{claim.insured}" 的被保障人',
        f'there is no insured person with the id "{claim.insured}"',
        where=claim.id,
        hint_zh='在 [[insured]] 里写明此人，或改为 insured = "self"',
        hint_en='add the person under [[insured]], or write insured = "self"',
    )


def _no_cover(claim: Claim) -> Problem:
    return problem(
        "claim.no-cover",
        "此人在本办事处所办计划中没有任何保障记录",
        "the person has no cover in any plan of this office",
        where=claim.id,
        hint_zh="补上 [[coverage]]（plan、first_day、last_day、shares）",
        hint_en="add [[coverage]] with plan, first_day, last_day, shares",
    )
