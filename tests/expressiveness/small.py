"""What the tests here share: a plan in a few lines, a person, claims in a line, and what is paid for them.

Every plan that is run is also checked as an installed one would be, printed as a rule, and its decisions explained.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve

import mutualplans as mp
from mutualplans.engine.explain import trace
from mutualplans.engine.office import LocalEdition, OfficePlan
from mutualplans.engine.quote import Joining, Quote, quote
from mutualplans.engine.ruletext import rule_text
from mutualplans.engine.simulate import Simulation, Situation, simulate
from mutualplans.model.fields import fields_of
from mutualplans.plan.checks import check_plan
from mutualplans.plan.parameters import Parameters
from tests.engine.plans import HEAD, edition, make, office

Small = tuple[mp.Plan, str]
"""A plan and the values of its edition."""

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
MEMBER = mp.Member(sex="female", birth_date=date(1980, 5, 1), employment="in-post")
bill = mp.claim.self_paid_in_scope

GATED, OPAQUE = "formula.gated-state", "formula.opaque"
"""What checking may say of a sound plan: a count under a condition, a Python function."""


def benefit(
    id_: str, pays: mp.Formula, *when: mp.Formula, title: str = "互助金", indemnity: bool = False
) -> mp.Benefit:
    """Return a benefit."""
    return mp.Benefit(id_, mp.Text(title), clause="测试", pays=pays, when=when, indemnity=indemnity)


def small(value: Parameters, values: str, *pays: mp.Formula | mp.Benefit, **more: object) -> Small:
    """Return a plan that pays each of `pays`; a formula becomes a benefit without conditions."""
    id_ = str(more.pop("id_", "small"))
    items = [
        item if isinstance(item, mp.Benefit) else benefit(f"b{place}", item)
        for place, item in enumerate(pays)
    ]
    return make(id_, value, benefits=items, **more), values


def check(item: Small, told: Iterable[str] = ()) -> None:
    """Check a plan as an installed one, and print its rule in both languages; nothing else may be told of it."""
    plan, values = item
    with TemporaryDirectory() as folder:
        (Path(folder) / "test.toml").write_text(HEAD.format(plan=plan.id, values=values), encoding="utf-8")
        problems = check_plan(evolve(plan, editions=mp.editions("mutualplans", folder)))
    codes = {problem.code for problem in problems} - {"parameter.assumed-closed"}

    assert set(told) == codes, [problem.line() for problem in problems]
    for lang in ("zh", "en"):
        assert rule_text(plan, edition(plan, values), lang=lang).sections


def cover(plan: mp.Plan | str = "small", **more: object) -> mp.Coverage:
    """Return a cover of one share for the calendar year 2024."""
    id_ = plan if isinstance(plan, str) else plan.id
    given = {"first_day": FIRST, "last_day": LAST, "shares": 1, **more}
    return mp.Coverage(plan=id_, **given)  # type: ignore[arg-type]


def claim(event: str, day: str, **more: object) -> mp.Claim:
    """Return a claim; `day` is ``month-day`` in 2024 or a whole date, amounts are yuan as text."""
    when = date.fromisoformat(day if len(day) > 5 else f"2024-{day}")
    names = {"inpatient": "admitted", "diagnosis": "diagnosed"}
    known = fields_of(mp.Claim)
    given = {
        key: mp.yuan(text) if key in known and known[key].kind is mp.Kind.MONEY else text
        for key, text in more.items()
    }
    start: dict[str, object] = {"id": f"{event} {when}", "event": event, "cause": "illness"}
    start[names.get(event, "occurred")] = when
    return mp.Claim(**{**start, **given})  # type: ignore[arg-type]


def stay(day: str, paid: str | None = None, **more: object) -> mp.Claim:
    """Return a stay of which the person paid `paid` within scope."""
    amount = {} if paid is None else {"self_paid_in_scope": paid}
    return claim("inpatient", day, **{"days": 5, **amount, **more})


def stays(*paid: str) -> list[mp.Claim]:
    """Return a stay for each bill, on the first of January, of February …"""
    return [stay(f"{month:02d}-01", amount) for month, amount in enumerate(paid, start=1)]


def run(
    items: Small | list[Small],
    claims: Iterable[mp.Claim],
    *covers: mp.Coverage,
    told: Iterable[str] = (),
    **person: object,
) -> Simulation:
    """Decide claims of a member who is covered by every plan; nothing may be missing or wrong."""
    plans = items if isinstance(items, list) else [items]
    for item in plans:
        check(item, told)
    held = covers or tuple(cover(plan) for plan, _values in plans)
    situation = Situation(**{"member": MEMBER, **person, "coverages": held, "claims": tuple(claims)})  # type: ignore[arg-type]
    found = simulate(office(*plans), situation)

    assert [item.line() for item in found.problems if item.severity == "error"] == []
    for decision in found.decisions:
        for item in decision.benefits:
            assert not item.accepted or (trace(item, "zh") and trace(item, "en"))
    return found


def totals(
    items: Small | list[Small],
    claims: Iterable[mp.Claim],
    *covers: mp.Coverage,
    told: Iterable[str] = (),
    **person: object,
) -> list[int | None]:
    """Return what is paid in fen, for each claim and plan."""
    return [item.total for item in run(items, claims, *covers, told=told, **person).decisions]


def one(item: Small, given: mp.Claim, *covers: mp.Coverage, **person: object) -> int | None:
    """Return what is paid in fen for one claim."""
    (found,) = totals(item, [given], *covers, **person)
    return found


def codes(found: Simulation) -> list[set[str]]:
    """Return the reason codes of each decision."""
    return [{reason.code for item in made.benefits for reason in item.reasons} for made in found.decisions]


def fee(item: Small, **more: object) -> int | None:
    """Return the premium in fen of somebody of 43 who joins on 1 January 2024; nothing may be missing."""
    found = quoted(item, **more)

    assert found.problems == ()
    return found.premium


def quoted(item: Small, **more: object) -> Quote:
    """Return the quote of somebody of 43 who joins on 1 January 2024."""
    check(item)
    plan, values = item
    runs = OfficePlan(plan=plan, editions=(LocalEdition(edition=edition(plan, values)),))
    member = more.pop("member", MEMBER)
    given = {
        "member": member,
        "insured": mp.Insured.member(member),  # type: ignore[arg-type]
        "unit": mp.Unit(name="厂"),
        "first_day": FIRST,
        "shares": 1,
        **more,
    }
    return quote(runs, Joining(**given))  # type: ignore[arg-type]
