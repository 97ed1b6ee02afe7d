"""Facts: what a formula reads, taken from the records of one claim or worked out from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from attrs import evolve, field, frozen

from mutualplans.backends import exact
from mutualplans.backends.exact import Env, Missing
from mutualplans.engine.bind import BoundPlan
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.dates import DateRange, begun_months, completed_years, latest_begin, term
from mutualplans.model.fields import plain_value
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.plan.formula import Formula
from mutualplans.plan.vocabulary import CIRCUMSTANCE, HOLDS, LIMIT

__all__ = ["EVENT_DATES", "Case", "Facts", "Paid", "period_key", "stay_days"]


@frozen(kw_only=True)
class Case:
    """Whose cover it is.

    Attributes:
        member: The union member.
        insured: The person covered.
        unit: The member's unit.
        coverage: The cover.
        others: The person's other covers, of any plans.
        others_known: Whether there are no others than these.
    """

    member: Member
    insured: Insured
    unit: Unit = field(factory=Unit)
    coverage: Coverage
    others: tuple[Coverage, ...] = ()
    others_known: bool = False


@frozen(kw_only=True)
class Paid:
    """What earlier plans of the office pay for this claim.

    Attributes:
        by_plan: Plan id → fen, or `Missing` while that plan is not decided.
        indemnity: The part of it that compensates expenses, in fen, or `Missing`.
        rooms: Id of an office's limit over several plans → fen that are left under it, or `Missing`.
    """

    by_plan: Mapping[str, Any] = field(factory=dict)
    indemnity: Any = 0
    rooms: Mapping[str, Any] = field(factory=dict)


def _no_term(plan: str, error: ValueError) -> Problem:
    return problem(
        "plan.term",
        f"计划 {plan} 的保障期算不出来：{error}",
        f"the term of plan {plan} cannot be worked out: {error}",
        hint_zh="核对版次里的月数和起始月日",
        hint_en="check the months and the first day in the edition",
    )


def _no_common_year(plan: str) -> Problem:
    return problem(
        "plan.term",
        f"计划 {plan} 有几个人共用的账户按保障年度计，各人的保障期却不从同一天开始",
        f"plan {plan} has an account over a policy year that several persons share, but their terms begin on any day",
        hint_zh="在计划里写 term_begins，或改用 per.CALENDAR_YEAR",
        hint_en="declare term_begins, or use per.CALENDAR_YEAR",
    )


def _missing(path: str) -> Missing:
    return Missing(frozenset({path}))


def stay_days(admitted: date, discharged: date) -> int:
    """Return the days of a stay: the day of admission and that of discharge count as one, at least 1.

    This is how the front sheet of the medical record counts them (住院病案首页：入院日与出院日只计算一天).
    """
    return max((discharged - admitted).days, 1)


def is_in_situ_code(diagnosis: str) -> bool:
    """Return whether an ICD-10 code means a carcinoma in situ (D00 to D09)."""
    return len(diagnosis) >= 3 and diagnosis[:2] == "D0" and diagnosis[2].isdigit()


@frozen(eq=False)
class Facts:
    """Answers what the formulas of a bound plan read about one case and, if there is one, its claim.

    Attributes:
        bound: The bound plan.
        case: Persons, unit and cover.
        claim: The claim; ``None`` for a quote.
        paid: What earlier plans pay.
        spent: What this plan's earlier benefits pay, in fen.
        indemnity: The part of it that compensates expenses, in fen.
    """

    bound: BoundPlan
    case: Case
    claim: Claim | None = None
    paid: Paid = field(factory=Paid)
    spent: int = 0
    indemnity: int = 0
    known: dict[tuple[str, str], Any] = field(factory=dict, init=False, repr=False)

    def read(self, subject: str, name: str) -> Any:
        """Return a plain value, or `Missing`; computed once."""
        key = (subject, name)
        if key not in self.known:
            self.known[key] = self._find(subject, name)
        return self.known[key]

    def after(self, amount: int, *, indemnity: bool) -> Facts:
        """Return the facts once this plan pays `amount` fen more, as an indemnity or as a fixed benefit."""
        if not amount or not (indemnity or self.paid.rooms):
            return self  # nothing that could be read has changed
        more = amount if indemnity else 0
        return evolve(self, spent=self.spent + amount, indemnity=self.indemnity + more)

    def env(
        self,
        before: Callable[[n.Before | n.PaidBefore, str], Any] = lambda _node, _by: 0,
        benefits: Mapping[str, Any] | None = None,
    ) -> Env:
        """Return the environment that formulas are evaluated in."""
        return Env(
            read=self.read,
            values=self.bound.values,
            rounding=self.bound.edition.rounding,
            before=before,
            benefits=benefits or {},
            paid_by=self.paid.by_plan,
        )

    def value(self, formula: Formula, name: str) -> Any:
        """Return the value of one of the plan's own formulas, or `Missing`."""
        order = self.bound.order_of([formula], name)
        return fold(order, exact.TABLE, self.env())[-1]

    @property
    def event_date(self) -> date | Missing:
        """The date that counts."""
        found: date | Missing = self.read("claim", "event_date")
        return found

    # ------------------------------------------------------------ finding values

    def _find(self, subject: str, name: str) -> Any:
        if worked_out := _COMPUTED.get((subject, name)):
            return worked_out(self)
        if name.startswith(CIRCUMSTANCE):
            return name.removeprefix(CIRCUMSTANCE) in self._claim.circumstances
        if name.startswith(HOLDS):
            return self._holds(name)
        if name.startswith(LIMIT):
            return self._room(name)
        record = {
            "member": self.case.member,
            "insured": self.case.insured,
            "unit": self.case.unit,
            "cover": self.case.coverage,
            "claim": self.claim,
        }[subject]
        value = getattr(record, name, None)
        if value is None:
            value = getattr(record, "extra", {}).get(name)
        return _missing(f"{subject}.{name}") if value is None else plain_value(value)

    @property
    def _claim(self) -> Claim:
        return self.claim or Claim()

    def _holds(self, name: str) -> Any:
        plan, first_day = name.removeprefix(HOLDS), self.case.coverage.first_day
        if any(other.plan == plan and first_day in other.days for other in self.case.others):
            return True
        return False if self.case.others_known else _missing(f"cover.{name}")

    def _room(self, name: str) -> Any:
        room = self.paid.rooms.get(name.removeprefix(LIMIT), _missing(f"claim.{name}"))
        return room if isinstance(room, Missing) else max(room - self.spent, 0)

    def _shares(self) -> Any:
        most = self.value(self.bound.plan.max_shares, "max_shares")
        stated = self.case.coverage.shares
        if isinstance(most, Missing):
            return most
        if stated is None:
            return 1 if most == 1 else _missing("cover.shares")
        return min(stated, most)

    @property
    def term(self) -> DateRange | Missing | None:
        """The days of a cover that begins on this one's first day; ``None`` if the common term is over by then.

        Raises:
            MutualPlansError: the term has no months, or begins on a day that the calendar has not.
        """
        plan, first_day = self.bound.plan, self.case.coverage.first_day
        months = self.value(plan.term_months, "term_months")
        if isinstance(months, Missing):
            return months
        begin = first_day if plan.term_begins is None else self.common_begin(first_day)
        if isinstance(begin, Missing):
            return begin
        try:
            last_day = term(begin, months).last
        except ValueError as error:
            raise MutualPlansError(_no_term(plan.id, error)) from error
        return DateRange(first_day, last_day) if last_day >= first_day else None

    def common_begin(self, day: date) -> date | Missing:
        """Return the last day up to `day` on which terms of the plan begin, as `Plan.term_begins` says.

        Raises:
            MutualPlansError: it says none, or the calendar has no such day.
        """
        begins = self.bound.plan.term_begins
        if begins is None:
            raise MutualPlansError(_no_common_year(self.bound.plan.id))
        month, of_month = (
            self.value(begins.month, "term_begins.month"),
            self.value(begins.day, "term_begins.day"),
        )
        if isinstance(month, Missing) or isinstance(of_month, Missing):
            return month if isinstance(month, Missing) else of_month
        try:
            return latest_begin(day, month, of_month)
        except ValueError as error:
            raise MutualPlansError(_no_term(self.bound.plan.id, error)) from error

    def _chain(self) -> tuple[DateRange, ...] | Missing:
        if self.case.coverage.earlier is None:
            return _missing("cover.earlier")
        window = self.value(self.bound.plan.renewal_window, "renewal_window")
        return window if isinstance(window, Missing) else self.case.coverage.chain(window)

    def _terms(self) -> Any:
        chain = self._chain()
        return chain if isinstance(chain, Missing) else len(chain)

    def _is_renewal(self) -> Any:
        chain = self._chain()
        return chain if isinstance(chain, Missing) else len(chain) > 1

    def _chain_days(self) -> Any:
        event, chain = self.event_date, self._chain()
        if isinstance(event, Missing):
            return event
        return chain if isinstance(chain, Missing) else (event - chain[0].first).days + 1

    def _event_date(self) -> Any:
        own = self.bound.plan.event_date
        if own is not None:
            return self.value(own, "event_date")
        if self._claim.event is None:
            return _missing("claim.event")
        name = EVENT_DATES[self._claim.event]
        return getattr(self._claim, name) or _missing(f"claim.{name}")

    def _is_in_situ(self) -> Any:
        diagnosis = self._claim.diagnosis or self._claim.condition
        if diagnosis is None:
            return _missing("claim.diagnosis")
        return self._claim.stage == "in-situ" or is_in_situ_code(diagnosis)

    def _days(self) -> Any:
        stated = self._claim.days
        if stated is not None:
            return stated
        admitted, discharged = self._claim.admitted, self._claim.discharged
        if admitted and discharged and discharged >= admitted:
            return stay_days(admitted, discharged)
        return _missing("claim.days")

    def _remaining(self) -> Any:
        burden, paid = self._burden(), self.paid.indemnity
        if isinstance(burden, Missing) or isinstance(paid, Missing):
            return burden if isinstance(burden, Missing) else paid
        return max(burden - self.paid.indemnity - self.indemnity, 0)

    def _burden(self) -> Any:
        """What the bill leaves to the person: as stated, or its parts, or the total minus what others paid."""
        if self._claim.self_paid is not None:
            return self._claim.self_paid.fen
        own = [getattr(self._claim, name) for name in BILL_PARTS[3:]]
        if all(part is not None for part in own):
            return sum(part.fen for part in own)
        others = [getattr(self._claim, name) for name in BILL_PARTS[:3]]
        if self._claim.total is not None and all(part is not None for part in others):
            return self._claim.total.fen - sum(part.fen for part in others)
        if all(part is None for part in own):
            return _missing("claim.self_paid")
        lacking = (name for name, part in zip(BILL_PARTS[3:], own, strict=True) if part is None)
        return Missing(frozenset(f"claim.{name}" for name in lacking))


EVENT_DATES = {
    "diagnosis": "diagnosed",
    "inpatient": "admitted",
    "outpatient": "occurred",
    "accident": "occurred",
    "disability": "occurred",
    "death": "occurred",
    "property-loss": "occurred",
    "maturity": "occurred",
    "application": "occurred",
    "surrender": "occurred",
}

_COMPUTED: Mapping[tuple[str, str], Callable[[Facts], Any]] = {
    ("cover", "shares"): Facts._shares,
    ("cover", "first_day"): lambda facts: facts.case.coverage.first_day,
    ("cover", "last_day"): lambda facts: facts.case.coverage.last_day,
    ("cover", "months"): lambda facts: begun_months(facts.case.coverage.days),
    ("cover", "day"): Facts._chain_days,
    ("cover", "is_renewal"): Facts._is_renewal,
    ("cover", "terms"): Facts._terms,
    ("claim", "event_date"): Facts._event_date,
    ("claim", "is_in_situ"): Facts._is_in_situ,
    ("claim", "remaining"): Facts._remaining,
    ("claim", "days"): Facts._days,
}


def period_key(period: n.Period, case: Case, claim: Claim, event: date, stay: str = "") -> str:
    """Return the name of the period that a claim falls into: claims with the same name are counted together.

    A claim without a stay or incident id stands for itself; a stay is also known by its day of admission, or by the
    name `stay` of an earlier one that it is merged with.
    """
    first = case.coverage.first_day
    if period is n.Period.STAY:
        if stay:
            return stay
        if claim.stay:
            return f"{claim.stay} from {first}"  # numbers are given anew in a later term
        return f"admitted {claim.admitted}" if claim.admitted else f"claim {claim.id}"
    if period is n.Period.INCIDENT:
        return claim.incident or f"claim {claim.id}"
    if period is n.Period.TERM:
        return f"from {first}"
    if period is n.Period.POLICY_YEAR:
        return f"from {first} year {completed_years(first, event) + 1}"
    if period is n.Period.CALENDAR_YEAR:
        return str(event.year)
    return "life"
