"""Plain Python as business code is mostly written: objects, and Decimal yuan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.contenders.base import Job, Outcome
from benchmarks.figures import Figures
from benchmarks.plan import BENEFITS

FEN = Decimal("0.01")
ZERO = Decimal(0)


def yuan(fen: int) -> Decimal:
    """Return fen as yuan."""
    return Decimal(fen).scaleb(-2)


@dataclass(slots=True)
class Cover:
    """A cover as its claim sees it."""

    first_day: date
    last_day: date
    chain_first: date
    birth_date: date
    shares: int


@dataclass(slots=True)
class Claim:
    """A claim."""

    person: int
    number: int
    event: str
    cause: str
    hospital_level: str
    diagnosis: str
    admitted: date
    discharged: date
    reported: date
    in_scope: Decimal
    partly: Decimal
    out_of_scope: Decimal
    cover: Cover


@dataclass(slots=True)
class Year:
    """What was counted in one policy year."""

    bill: Decimal = ZERO
    share: Decimal = ZERO
    tiered: Decimal = ZERO
    days: int = 0


@dataclass(slots=True)
class Account:
    """What was counted for one person."""

    years: defaultdict[tuple[date, int], Year] = field(default_factory=lambda: defaultdict(Year))
    lumps: set[int] = field(default_factory=set)


class Rules:
    """The rules, in yuan."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.ratio = Decimal(figures.ratio[0]) / Decimal(figures.ratio[1])
        starts = [yuan(start) for start, _ in figures.tiers]
        rates = [Decimal(part) / Decimal(figures.tier_whole) for _, part in figures.tiers]
        self.tiers = list(zip(starts, [*starts[1:], None], rates, strict=True))
        self.start, self.basic_most = yuan(figures.start), yuan(figures.basic_most)
        self.serious_most, self.daily = yuan(figures.serious_most), yuan(figures.daily)
        self.conditions: dict[str, int] = {}

    def decide(self, claim: Claim, account: Account) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Return what each benefit pays, in yuan."""
        if not self.payable(claim):
            return ZERO, ZERO, ZERO, ZERO
        cover = claim.cover
        year = account.years[cover.first_day, completed_years(cover.first_day, claim.admitted)]
        burden = claim.in_scope + claim.partly + claim.out_of_scope
        basic = min(self.basic(claim, year), burden)
        serious = min(self.serious(claim, year), burden - basic) if claim.cause == "illness" else ZERO
        allowance = self.allowance(claim, year) if claim.event == "inpatient" else ZERO
        return basic, serious, allowance, self.lump(claim, account)

    def payable(self, claim: Claim) -> bool:
        """Return whether the conditions of every benefit hold."""
        figures, cover = self.figures, claim.cover
        waits = cover.chain_first == cover.first_day and claim.cause == "illness"
        return (
            cover.first_day <= claim.admitted <= cover.last_day
            and (claim.reported - claim.admitted).days <= figures.claim_days
            and figures.age_from <= completed_years(cover.birth_date, cover.first_day) <= figures.age_to
            and not (waits and (claim.admitted - cover.chain_first).days + 1 <= figures.waiting_days)
            and claim.hospital_level in ("2", "3")
        )

    def basic(self, claim: Claim, year: Year) -> Decimal:
        """Return the supplement above the year's deductible."""
        above = max(year.bill + claim.in_scope - self.start, ZERO) - max(year.bill - self.start, ZERO)
        share = (above * self.ratio).quantize(FEN, ROUND_HALF_UP)
        paid = min(year.share + share, self.basic_most) - min(year.share, self.basic_most)
        year.bill += claim.in_scope
        year.share += share
        return paid

    def serious(self, claim: Claim, year: Year) -> Decimal:
        """Return the marginal tiers over the year's bill."""
        before = min(self.tiered(year.tiered), self.serious_most)
        year.tiered += claim.in_scope
        return min(self.tiered(year.tiered), self.serious_most) - before

    def tiered(self, bill: Decimal) -> Decimal:
        """Return what the tiers give for a bill."""
        total = ZERO
        for start, end, rate in self.tiers:
            if bill > start:
                total += ((bill if end is None else min(bill, end)) - start) * rate
        return total.quantize(FEN, ROUND_HALF_UP)

    def allowance(self, claim: Claim, year: Year) -> Decimal:
        """Return the allowance for the days that the year has left."""
        figures = self.figures
        days = max(max((claim.discharged - claim.admitted).days, 1) - figures.free_days, 0)
        counted = min(year.days + days, figures.max_days) - min(year.days, figures.max_days)
        year.days += days
        return counted * self.daily * claim.cover.shares

    def lump(self, claim: Claim, account: Account) -> Decimal:
        """Return the lump of a listed condition, once."""
        code = claim.diagnosis
        if code not in self.conditions:
            self.conditions[code] = self.figures.condition(code)
        condition = self.conditions[code]
        if not condition or condition in account.lumps:
            return ZERO
        account.lumps.add(condition)
        return yuan(self.figures.lump(condition)) * claim.cover.shares


def completed_years(since: date, day: date) -> int:
    """Return the completed years from one day to another."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


class Objects:
    """Claims as objects, decided in order of person and number."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        self.rules = Rules(job.figures)
        self.claims = list(_claims(job.lists()))

    def run(self) -> tuple[list[Claim], list[tuple[Decimal, ...]]]:
        in_order = sorted(self.claims, key=lambda claim: (claim.person, claim.number))
        accounts: defaultdict[int, Account] = defaultdict(Account)
        return in_order, [self.rules.decide(claim, accounts[claim.person]) for claim in in_order]

    def outcome(self, result: tuple[list[Claim], list[tuple[Decimal, ...]]]) -> Outcome:
        claims, paid = result
        columns = zip(*paid, strict=True)
        return Outcome(
            [claim.number for claim in claims],
            {
                name: [int(amount * 100) for amount in column]
                for name, column in zip(BENEFITS, columns, strict=True)
            },
        )


def _claims(lists: dict[str, list[object]]) -> Iterable[Claim]:
    names = ("first_day", "last_day", "chain_first", "birth_date", "shares")
    covers = (Cover(*row) for row in zip(*(lists[name] for name in names), strict=True))  # type: ignore[arg-type]
    money = (
        [yuan(fen) for fen in lists[name]]
        for name in ("self_paid_in_scope", "self_paid_partly", "out_of_scope")
    )  # type: ignore[arg-type]
    names = (
        "person",
        "claim",
        "event",
        "cause",
        "hospital_level",
        "diagnosis",
        "admitted",
        "discharged",
        "reported",
    )
    plain = (lists[name] for name in names)
    return (Claim(*row) for row in zip(*plain, *money, covers, strict=True))  # type: ignore[arg-type]
