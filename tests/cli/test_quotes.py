"""What the command ``quote`` shows of plans with returns at maturity."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

import mutualplans as mp
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main
from mutualplans.cli.quote_rows import as_data, rows
from mutualplans.cli.quotes import print_person
from mutualplans.engine.groups import GroupQuote, quote_group
from mutualplans.engine.quote import Joining
from mutualplans.files.roster import Entry, Roster
from tests.engine.plans import make, office
from tests.expressiveness.small import FIRST, MEMBER

PERSON = Joining(member=MEMBER, insured=mp.Insured.member(MEMBER), unit=mp.Unit(), first_day=FIRST)
READ = Roster(entries=(Entry(row=1, joining=PERSON, plans=None),), problems=())


def groups(back: str) -> list[GroupQuote]:
    """Return the quote of a plan for 340 yuan with `back` at the end."""
    value = mp.parameters(fee=mp.money("互助费"), back=mp.money("满期返还"))
    benefit = mp.Benefit("maturity", mp.Text("满期返还"), clause="测试", pays=value.back)
    plan = make("saving", value, premium=value.fee, returns=value.back, term_months=36, benefits=[benefit])
    found = office((plan, f'fee = "340"\nback = "{back}"')).plan("saving")
    return [quote_group(found, mp.Unit(), [PERSON])]


def test_returns_and_net_are_columns() -> None:
    """310 come back; at 28/31 that is 280 of the 340, so 60 are the net cost; without a factor there is no net."""
    headers, lines = rows(groups("310"), READ, "zh", reveal=False, discount=Fraction(28, 31))
    plain, _ = rows(groups("310"), READ, "zh", reveal=False)
    none, _ = rows(groups("0"), READ, "zh", reveal=False, discount=Fraction(28, 31))

    assert headers[-2:] == ["满期返还（元）", "净额（元，因子 28/31）"]
    assert lines[0][-2:] == [Decimal(310), Decimal(60)]
    assert plain[-1] == "满期返还（元）"
    assert none[-1] == "代码"


def test_a_net_that_is_no_whole_fen_is_exact() -> None:
    """At 9/31: 340 − 310 × 9/31 = 250; at 1/7: 340 − 310/7 = 2070/7 yuan, which no decimal says exactly."""
    shown = [
        as_data(groups("310"), READ, [], "zh", reveal=False, discount=factor)["plans"][0]["quotes"][0]["net"]
        for factor in (Fraction(9, 31), Fraction(1, 7), None)
    ]
    assert shown == ["250.00", "2070/7", None]


def test_one_person_sees_them_too(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of one person has both columns."""
    print_person(groups("310"), "zh", Fraction(28, 31))
    shown = capsys.readouterr().out

    assert "310.00" in shown
    assert "60.00" in shown


def test_a_factor_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """`--discount` takes a rate, and says how it is written."""
    status = main(["quote", "--plan", "accident", "--first-day", "2025-07-01", "--discount", "much"])

    assert status == ExitStatus.USAGE
    assert "28/31" in capsys.readouterr().err
