"""Assess one claim under one plan: (bound plan, case, claim, balances) → (decision, new balances).

A pure function: no clock, no files, no state but the balances that go in and come out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from attrs import evolve, field, fields, frozen, has

from mutualplans.backends import exact
from mutualplans.backends.exact import Missing
from mutualplans.engine.accounts import FUND, Account, family_of, fund_path, fund_unknown
from mutualplans.engine.bind import BoundPlan, Program
from mutualplans.engine.calendars import calendar_ends
from mutualplans.engine.explain import (
    Work,
    condition_reason,
    known_rows,
    path_field,
    path_label,
    remaining,
    row_label,
    zero_reasons,
)
from mutualplans.engine.facts import Case, Facts, Paid, period_key
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import fold, order
from mutualplans.model.claim import Claim
from mutualplans.model.decision import BenefitDecision, Decision, Paper, Reason, Receipt
from mutualplans.model.identity import IdNumber, Name
from mutualplans.model.kinds import Kind
from mutualplans.model.people import RELATIONS
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.text import Text
from mutualplans.version import VERSION

__all__ = ["Balances", "Key", "assess", "missing_problem", "undecided", "void_shares"]

Key = tuple[str, str, str, str]
"""(insured, plan, account, period); `accounts.family_of` or `accounts.FUND` stands first where several persons share it."""

ENDED = "cover-ended"


@frozen
class Balances:
    """What has been counted so far: a small dictionary by (insured, plan, account, period).

    Attributes:
        amounts: Key → fen or count; an absent key is 0, but one of the fund is not known.
        whole_fund: Whether all claims of the fund's accounts were decided into these balances, so that what is absent
            is 0 there too.
    """

    amounts: Mapping[Key, int] = field(factory=dict)
    whole_fund: bool = False

    def __getitem__(self, key: Key) -> int:
        return self.amounts.get(key, 0)

    def plus(self, changes: Mapping[Key, int]) -> Balances:
        """Return the balances after adding `changes`."""
        if not changes:
            return self
        return evolve(
            self, amounts={**self.amounts, **{key: self[key] + value for key, value in changes.items()}}
        )

    def knows(self, key: Key) -> bool:
        """Return whether what was counted under a key is known."""
        return key[0] != FUND or self.whole_fund or key in self.amounts


@frozen(eq=False)
class _Books:
    """The balances as one claim sees them."""

    facts: Facts
    event: date
    balances: Balances
    stay: str

    def key(self, node: Account, account: str, by: str) -> Key:
        """Return where an account is kept for this claim."""
        period, shown = self._period(node), f"{account} / {by}"
        plan = self.facts.bound.plan.id
        if node.whose is n.Whose.FUND:
            return (FUND, plan, shown if by else account, period)
        case, name = self.facts.case, f"{node.per.value} {period}"
        owner = family_of(case.coverage) if node.whose is n.Whose.FAMILY else case.insured.id
        return (owner, plan, account, f"{name} / {by}" if by else name)

    def _period(self, node: Account) -> str:
        if node.whose is n.Whose.PERSON or node.per is not n.Period.POLICY_YEAR:
            return period_key(node.per, self.facts.case, self.facts._claim, self.event, self.stay)
        begin = self.facts.common_begin(self.event)  # the year that is the same for all who share the account
        if isinstance(begin, Missing):
            path, claim = next(iter(begin.paths)), self.facts._claim
            raise MutualPlansError(missing_problem(path, self.facts.bound, claim))
        return str(begin)

    def ended_key(self) -> Key:
        return self.key(_COVER, ENDED, "")

    def reader(self, program: Program) -> Any:
        def before(node: Account, by: str) -> Any:
            key = self.key(node, program.accounts[node], by)
            if self.balances.knows(key):
                return self.balances[key]
            _fund, plan, name, period = key
            return Missing(frozenset({fund_path(plan, period, name)}))

        return before


_COVER = n.PaidBefore(None, n.Period.TERM)
"""An account of one person over a term."""


def assess(
    bound: BoundPlan,
    case: Case,
    claim: Claim,
    balances: Balances | None = None,
    *,
    paid: Paid | None = None,
    stay: str = "",
    decided_on: date | None = None,
) -> tuple[Decision, Balances]:
    """Assess a claim.

    Args:
        bound: Plan, edition and office values.
        case: Member, person insured, unit and cover.
        claim: The claim.
        balances: What earlier claims left behind; none at first.
        paid: What earlier plans of the office pay for this claim.
        stay: Name of the stay of an earlier claim that this one is merged with (`engine.stays`); empty for none.
        decided_on: Day of the decision, for the receipt only.

    Returns:
        The decision, and the balances after it. An incomplete or refused claim leaves them as they were.

    Raises:
        MutualPlansError: a formula gave a negative amount (a fault of the plan), or it is not known when the policy year
            of an account begins that several persons share.
    """
    if not claim.id:
        raise MutualPlansError(problem("claim.id", "申领没有编号", "the claim has no id"))
    balances = balances or Balances()
    facts = Facts(bound, case, claim, paid or Paid())
    event = facts.event_date
    made = _Making(facts, balances, decided_on, stay)
    if isinstance(event, Missing):
        return made.decision(tuple(_without_event(facts, item, event) for item in bound.programs)), balances
    books = _Books(facts, event, balances, stay)
    gate = tuple(_gate(facts, books))
    benefits, changes, nowhere = _run(facts, books, gate)
    ends = _ends(facts, benefits)
    decision = made.decision(benefits, event, gate, (*_unknown(facts, event), *nowhere, *_paths(ends)))
    if decision.status == "incomplete":
        return decision, balances
    if decision.total and ends is True:
        decision = evolve(decision, ends_cover=True, remaining=())
        changes[books.ended_key()] = 1
    return decision, balances.plus(changes)


def undecided(
    bound: BoundPlan, case: Case, claim: Claim, missing: Iterable[str], *, decided_on: date | None = None
) -> Decision:
    """Return an incomplete decision that tells what has to be stated before anything can be judged."""
    facts = Facts(bound, case, claim)
    lack = Missing(frozenset(missing))
    return _Making(facts, Balances(), decided_on).decision(
        tuple(_undecided(item, lack) for item in bound.programs)
    )


# ---------------------------------------------------------------- what stands before every benefit


def _gate(facts: Facts, books: _Books) -> list[Reason]:
    """Return the reasons why no benefit of the plan can be paid, whatever its own conditions say."""
    cover, event = facts.case.coverage, books.event
    reasons = []
    if event < cover.first_day:
        reasons.append(
            _date_reason(
                "before-cover", "出险早于保障起始日", "before the first day of cover", event, cover.first_day
            )
        )
    if event > cover.last_day:
        reasons.append(
            _date_reason(
                "after-cover", "出险晚于保障终止日", "after the last day of cover", event, cover.last_day
            )
        )
    if books.balances[books.ended_key()]:
        reasons.append(
            Reason(code=ENDED, text=Text("保障已因先前给付终止", "the cover was ended by an earlier payment"))
        )
    relation = facts.case.insured.relation
    if relation is not None and relation not in facts.bound.plan.insures:
        reasons.append(_relation_reason(relation, facts.bound.plan.insures))
    deadline, reported = _deadline(facts, event), facts._claim.reported
    if isinstance(deadline, date) and reported and reported > deadline:
        reasons.append(_date_reason("late", "申领已过时效", "claimed too late", reported, deadline))
    return reasons


def _date_reason(code: str, zh: str, en: str, found: date, expected: date) -> Reason:
    days = abs((found - expected).days)
    return Reason(
        code=code,
        text=Text(f"{zh}（相差 {days} 天）", f"{en} (by {days} days)"),
        found=Text(str(found), str(found)),
        expected=Text(str(expected), str(expected)),
    )


def _unknown(facts: Facts, event: date) -> tuple[str, ...]:
    """Return what is not stated although it would decide whether anything can be paid."""
    paths = [] if facts.case.insured.relation else ["insured.relation"]
    deadline = _deadline(facts, event)
    if deadline is not None and facts._claim.reported is None:
        paths.append("claim.reported")
    return (*paths, *_paths(deadline))


def _paths(value: Any) -> tuple[str, ...]:
    return tuple(sorted(value.paths)) if isinstance(value, Missing) else ()


def _relation_reason(relation: str, insures: tuple[str, ...]) -> Reason:
    expected = [RELATIONS[item] for item in insures if item in RELATIONS]
    return Reason(
        code="relation",
        text=Text("本计划不保障此人", "the plan does not cover this person"),
        found=RELATIONS[relation],
        expected=Text("、".join(item.zh for item in expected), ", ".join(item.en for item in expected)),
    )


def _deadline(facts: Facts, event: date) -> date | Missing | None:
    rule = facts.bound.plan.claim_within
    if rule is None or _unset(facts.bound, rule.node):
        return None
    found: Any = facts.value(rule, "claim_within")
    return event + timedelta(days=found) if type(found) is int else found  # else the day itself, or missing


def _unset(bound: BoundPlan, node: n.Node) -> bool:
    return isinstance(node, n.Value) and node.parameter.name not in bound.values


# ---------------------------------------------------------------- the benefits


def _run(
    facts: Facts, books: _Books, gate: tuple[Reason, ...]
) -> tuple[tuple[BenefitDecision, ...], dict[Key, int], tuple[str, ...]]:
    """Compute the benefits in their order.

    Returns them, what they add to the balances, and what must be known to say where a payment is to be added.
    """
    done: list[BenefitDecision] = []
    amounts: dict[str, Any] = dict.fromkeys((item.id for item in facts.bound.plan.benefits), 0)
    counted: dict[Key, int] = {}
    accounts: dict[Key, str | None] = {}
    nowhere: list[tuple[str | None, Missing]] = []
    balances = books.balances
    for program in facts.bound.programs:
        env = facts.env(books.reader(program), amounts)
        results = fold(program.order, exact.TABLE, env)
        work = Work(
            bound=facts.bound,
            order=program.order,
            results=dict(zip(program.order.nodes, results, strict=True)),
            program=program,
        )
        decided = _benefit(work, gate)
        done.append(decided)
        amounts[program.benefit.id] = (
            Missing(frozenset(decided.missing)) if decided.missing else decided.amount or 0
        )
        for node, account in program.accounts.items():
            by = work.results[node.by] if node.by is not None else ""
            if isinstance(by, Missing):
                if isinstance(node, n.PaidBefore):
                    nowhere.append((node.benefit, by))
                continue
            key = books.key(node, account, by)
            if not balances.knows(key):
                continue  # what was counted here of others is not known, whatever this claim adds
            if isinstance(node, n.PaidBefore):
                accounts[key] = node.benefit
            elif decided.accepted:
                counted[key] = work.results[node.base]
        facts = facts.after(decided.amount or 0, indemnity=program.benefit.indemnity)

    def paid(benefit: str | None) -> int:
        return sum(item.amount or 0 for item in done if benefit in (None, item.id))

    counted |= {key: paid(benefit) for key, benefit in accounts.items()}
    lacking = tuple(path for benefit, by in nowhere if paid(benefit) for path in _paths(by))
    return tuple(done), counted, lacking


def _benefit(work: Work, gate: tuple[Reason, ...]) -> BenefitDecision:
    benefit = work.program.benefit
    about: dict[str, Any] = {"id": benefit.id, "title": benefit.title, "clause": benefit.clause, "work": work}
    refusals = (*gate, *(condition_reason(node, work) for node in work.failed))
    if refusals:
        return BenefitDecision(accepted=False, amount=0, reasons=refusals, **about)
    amount = work.results[work.program.pays]
    known = (*work.condition_results, amount, *_counted(work))
    if missing := [item for item in known if isinstance(item, Missing)]:
        paths = sorted(frozenset().union(*(item.paths for item in missing)))
        return BenefitDecision(accepted=False, amount=None, missing=tuple(paths), **about)
    if amount < 0:
        raise MutualPlansError(
            problem(
                "formula.negative",
                f"计划 {work.bound.plan.id} 的“{benefit.title.zh}”算出负数 {amount} 分",
                f"benefit {benefit.id} of plan {work.bound.plan.id} came out negative: {amount} fen",
                hint_zh="这是计划声明的错误：相减处改用 .less(…)",
                hint_en="a fault of the plan: use .less(…) where it subtracts",
            )
        )
    return BenefitDecision(
        accepted=True, amount=amount, reasons=zero_reasons(work) if amount == 0 else (), **about
    )


def _counted(work: Work) -> Iterator[Any]:
    """Yield what the benefit's accounts add up, and under which code.

    It has to be known even where this claim's amount does not rest on it: a later claim will read it.
    """
    for node in work.program.accounts:
        if isinstance(node, n.Before):
            yield work.results[node.base]
            if node.by is not None:
                yield work.results[node.by]


def _without_event(facts: Facts, program: Program, event: Missing) -> BenefitDecision:
    """Decide a benefit whose event date is not stated: refused where a condition fails on any day, else open."""
    amounts = {benefit.id: event for benefit in facts.bound.plan.benefits}
    results = fold(program.order, exact.TABLE, facts.env(lambda _node, _by: event, amounts))
    work = Work(
        bound=facts.bound,
        order=program.order,
        results=dict(zip(program.order.nodes, results, strict=True)),
        program=program,
    )
    return _benefit(work, ()) if work.failed else _undecided(program, event)


def _ends(facts: Facts, benefits: tuple[BenefitDecision, ...]) -> Any:
    """Return whether the plan's rule lets these payments end the cover, or what it lacks to tell."""
    if not any(item.amount for item in benefits):
        return False
    bound = facts.bound
    amounts = dict.fromkeys((item.id for item in bound.plan.benefits), 0)
    amounts |= {item.id: item.amount or 0 for item in benefits}
    formula = bound.order_of([bound.plan.ends], "ends")
    return fold(formula, exact.TABLE, facts.env(benefits=amounts))[-1]


def _undecided(program: Program, event: Missing) -> BenefitDecision:
    benefit = program.benefit
    paths = tuple(sorted(event.paths))
    return BenefitDecision(
        id=benefit.id, title=benefit.title, clause=benefit.clause, accepted=False, amount=None, missing=paths
    )


# ---------------------------------------------------------------- the decision around them


@frozen(eq=False)
class _Making:
    """What a decision is made from beside the benefits themselves."""

    facts: Facts
    balances: Balances
    decided_on: date | None
    stay: str = ""

    def decision(
        self,
        benefits: tuple[BenefitDecision, ...],
        event: date | None = None,
        gate: tuple[Reason, ...] = (),
        also: tuple[str, ...] = (),
    ) -> Decision:
        """Put the decision together; `also` is what is missing for the whole, unless everything is refused."""
        bound, claim = self.facts.bound, self.facts._claim
        missing = dict.fromkeys(path for item in benefits for path in item.missing)
        if missing or any(item.accepted for item in benefits):
            missing |= dict.fromkeys(also)
        total = None if missing else sum(item.amount or 0 for item in benefits)
        ended = any(item.code == ENDED for item in gate)
        deadline = _deadline(self.facts, event) if event else None
        return Decision(
            claim=claim.id,
            plan=bound.plan.id,
            title=bound.plan.title,
            edition=bound.edition.id,
            status=_status(total, benefits),
            total=total,
            benefits=benefits,
            remaining=() if ended or total is None else remaining(benefits),
            papers=_papers(self.facts),
            claim_by=deadline if isinstance(deadline, date) else None,
            problems=(*(missing_problem(path, bound, claim) for path in missing), *void_shares(self.facts)),
            assumed=_assumed(
                self.facts, [item.work for item in benefits if total and item.amount and item.work]
            ),
            receipt=_receipt(self.facts, self.balances, event, self.decided_on, self.stay),
        )


def _status(total: int | None, benefits: tuple[BenefitDecision, ...]) -> Any:
    if total is None:
        return "incomplete"
    if total:
        return "paid"
    return "nothing-due" if any(item.accepted for item in benefits) else "refused"


def missing_problem(path: str, bound: BoundPlan, claim: Claim) -> Problem:
    """Return what has to be stated before a claim can be decided under a plan."""
    plan = bound.plan.id
    if path == "claim.diagnosis" and claim.diagnosis is not None:
        return problem(
            "claim.diagnosis-code",
            f"计划 {plan} 的名单里没有病种代码 {claim.diagnosis}，不能据此判断",
            f"the list of plan {plan} does not know the condition id {claim.diagnosis}",
            where=claim.id,
            hint_zh="诊断改填 ICD-10 编码（如 C50.9）；手术、程度等另填在 condition（病种代码）里",
            hint_en="state the ICD-10 code as diagnosis; an operation or a degree goes into condition",
        )
    if path.startswith("paid."):
        other = path.removeprefix("paid.")
        return problem(
            "claim.waits",
            f"计划 {plan} 要等计划 {other} 核定以后才能计算",
            f"plan {plan} has to wait until plan {other} is decided",
            where=claim.id,
            hint_zh=f"先补齐计划 {other} 所缺的材料",
            hint_en=f"complete what plan {other} lacks",
        )
    if path.startswith("value."):
        if ends := calendar_ends(bound, path, claim.id):
            return ends
        row, known = row_label(bound, path), known_rows(bound, path)
        return problem(
            "claim.not-in-table",
            f"计划 {bound.plan.id} 的表里没有这一行：{row.zh}",
            f"plan {bound.plan.id} has no such row in its table: {row.in_('en')}",
            where=claim.id,
            hint_zh=known.zh,
            hint_en=known.in_("en"),
        )
    if path.startswith("fund."):
        return fund_unknown(path, bound.plan, claim.id)
    label, found = path_label(bound.plan, path), path_field(bound.plan, path)
    counted = found is not None and found.kind in (Kind.MONEY, Kind.COUNT)
    return problem(
        "claim.missing-field",
        f"计划 {bound.plan.id} 需要“{label.zh}”({path})，申领材料中没有",
        f"plan {bound.plan.id} needs {label.in_('en')} ({path}), which is not stated",
        where=claim.id,
        hint_zh="补填后再核定" + ("；确实为 0 的也要写 0" if counted else ""),
        hint_en="state it and assess again" + ("; a real 0 is written as 0" if counted else ""),
    )


def void_shares(facts: Facts) -> list[Problem]:
    """Return the problem that a cover holds more shares than count."""
    stated, most = facts.case.coverage.shares, facts.value(facts.bound.plan.max_shares, "max_shares")
    if stated is None or isinstance(most, Missing) or stated <= most:
        return []
    return [
        problem(
            "cover.shares-void",
            f"{facts.bound.plan.id}：投了 {stated} 份，最多 {most} 份，超出的 {stated - most} 份无效",
            f"{facts.bound.plan.id}: {stated} shares held, at most {most} allowed; {stated - most} void",
            hint_zh="核对参保记录；多收的互助费按规定处理",
            hint_en="check the joining record and the fee",
            severity="warning",
        )
    ]


def _papers(facts: Facts) -> tuple[Paper, ...]:
    """Return the documents to bring; one whose need cannot be told yet is listed too."""
    return tuple(
        Paper(id=paper.id, title=paper.title)
        for paper in facts.bound.plan.papers
        if paper.when is None or facts.value(paper.when, f"paper {paper.id}") is not False
    )


def _assumed(facts: Facts, paying: list[Work]) -> tuple[str, ...]:
    """Return the labels of the assumed values that the paid amounts rest on.

    The limit of shares counts where it cut them, the renewal window where there is an earlier term to renew.
    """
    labels = facts.bound.assumed_labels
    if not labels or not paying:
        return ()
    names = dict.fromkeys(name for work in paying for name in work.assumed())
    plan = facts.bound.plan
    behind = [plan.max_shares] if void_shares(facts) else []
    behind += [plan.renewal_window] if facts.case.coverage.earlier else []
    for formula in behind:
        nodes = order([formula.node]).nodes
        names |= dict.fromkeys(node.parameter.name for node in nodes if isinstance(node, n.Value))
    return tuple(labels[name] for name in names if name in labels)


def _receipt(
    facts: Facts, balances: Balances, event: date | None, decided_on: date | None, stay: str
) -> Receipt:
    bound, case = facts.bound, facts.case
    by_event = bound.plan.rules_in_force == "event-date" and event is not None
    whose = (case.insured.id, family_of(case.coverage), FUND)
    own = {
        key: value for key, value in balances.amounts.items() if key[0] in whose and key[1] == bound.plan.id
    }
    return Receipt(
        core=VERSION,
        plugin=bound.version,
        plan=bound.plan.id,
        edition=bound.edition.id,
        office_values=dict(bound.office_values),
        values_hash=bound.values_hash,
        inputs_hash=_hash(
            [_plain(item) for item in (case.member, case.insured, case.unit, case.coverage, facts.claim)]
        ),
        balances_hash=_hash(
            [
                sorted(own.items()),
                sorted(facts.paid.by_plan.items()),
                facts.paid.indemnity,
                *sorted(facts.paid.rooms.items()),
                *([stay] if stay else []),
            ]
        ),
        event_date=event,
        rules_date=event if by_event and event else case.coverage.first_day,
        decision_date=decided_on,
    )


def _hash(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


def _plain(record: Any) -> Any:
    """Return what a hash over a record covers: every attribute in plain, though a name prints itself masked."""
    if isinstance(record, IdNumber | Name):
        return record.reveal()
    if has(type(record)):
        return [(item.name, _plain(getattr(record, item.name))) for item in fields(type(record))]
    if isinstance(record, Mapping):
        return sorted((key, _plain(value)) for key, value in record.items())
    return record
