"""Packages: several plans for one fee, quoted, split and covered; and units whose shares must be equal."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans import cover, insured, member
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.main import main
from mutualplans.engine.groups import quote_group, quote_package_group
from mutualplans.engine.office import Office
from mutualplans.engine.packages import quote_package
from mutualplans.engine.quote import Joining, Quote
from tests.engine.plans import make
from tests.expressiveness.small import MEMBER
from tests.office.sample import Small, office, rows, written

PACKAGE = """
[[packages]]
id = "three"
title = "三合一"
fee = "100"
split = { member = "1/3", union = "2/3" }
[[packages.plans]]
id = "a"
tier = "1"
[[packages.plans]]
id = "b"
shares = 2
[[packages.group]]
share = "50%"
"""


def plan(id_: str, **more: object) -> Small:
    """Return a plan with a fee by risk class, which is not known of anybody here."""
    value = mp.parameters(fee=mp.table(mp.Kind.MONEY, "互助费"), lump=mp.money("互助金"))
    benefit = mp.Benefit("lump", mp.Text("互助金"), clause="测试", pays=value.lump * cover.shares)
    given = {"premium": value.fee.of(member.risk_class), "title": mp.Text(f"计划{id_}"), **more}
    return make(id_, value, benefits=[benefit], **given), 'lump = "10"\nfee = { value = { "1" = "5" } }'


def read(folder: Path, text: str = PACKAGE) -> Office:
    """Return an office with a plan of one share and a plan of up to four for those up to 50."""
    young = insured.age.up_to(50).because("age", zh="年龄不符")
    return office(folder, rows(["a", "b"]) + text, plan("a"), plan("b", max_shares=4, joins=[young]))


def joining(key: str = "", member: mp.Member = MEMBER, **more: object) -> Joining:
    """Return somebody of 43 who joins on 1 January 2024."""
    given = {"insured": mp.Insured.member(member), "unit": mp.Unit(name="厂"), "first_day": date(2024, 1, 1)}
    return Joining(member=member, key=key, **{**given, **more})  # type: ignore[arg-type]


def one(found: Office, **more: object) -> Quote:
    """Quote the package for one person."""
    return quote_package(found, found.packages[0], joining(**more))  # type: ignore[arg-type]


OLD = evolve(MEMBER, birth_date=date(1960, 1, 1))


def test_a_package_has_its_own_fee_and_the_covers_of_its_plans(tmp_path: Path) -> None:
    """100 for both, a third from the member; the plans' own fees, which could not be told, are not asked for."""
    found = one(read(tmp_path))

    assert (found.premium, found.split, found.problems) == (100_00, {"member": 33_33, "union": 66_67}, ())
    assert [(item.plan, item.shares, item.tier, item.last_day) for item in found.covers] == [
        ("a", None, "1", date(2024, 12, 31)),
        ("b", 2, None, date(2024, 12, 31)),
    ]


def test_two_packages_have_twice_the_shares(tmp_path: Path) -> None:
    """Twice the fee for four shares of the second plan; a third package would hold more than it allows."""
    found = read(tmp_path)

    assert [one(found, shares=times).premium for times in (2, 3)] == [200_00, None]
    assert one(found, shares=2).covers[1].shares == 4
    assert [reason.code for reason in one(found, shares=3).reasons] == ["package-shares"]


def test_who_cannot_join_one_plan_cannot_have_the_package(tmp_path: Path) -> None:
    """The reason names the plan that gives it."""
    found = one(read(tmp_path), member=OLD)

    assert found.premium is None
    assert [(reason.code, reason.text.zh) for reason in found.reasons] == [("age", "计划b：年龄不符")]


def test_a_package_has_its_own_group_rule(tmp_path: Path) -> None:
    """Of four staff two must have it: one is too few."""
    found, unit = read(tmp_path), mp.Unit(name="厂", headcount=4)
    people = [joining("1"), joining("2", OLD)]
    short = quote_package_group(found, found.packages[0], unit, people)
    enough = quote_package_group(found, found.packages[0], unit, [*people, joining("3")])

    assert [reason.code for reason in short.group] == ["group-minimum"]
    assert (short.premium, enough.premium) == (0, 200_00)


def test_plans_of_a_package_see_each_other(tmp_path: Path) -> None:
    """An addition that is had only with its main plan may be in a package with it."""
    text = rows(["a", "b"], b='only_with = ["a"]') + PACKAGE
    found = office(tmp_path, text, plan("a"), plan("b", max_shares=4))

    assert one(found).premium == 100_00


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('id = "three"', 'id = "a"', "office.package", 13),
        ('id = "three"', 'id = "Three"', "office.package", 13),
        ('id = "three"\n', "", "file.missing-key", 12),
        ('fee = "100"', "fee = 100", "file.value", 15),
        ('id = "b"\nshares', 'id = "a"\nshares', "office.other-plan", 21),
        ("shares = 2", "shares = 0", "office.package", 22),
        ('member = "1/3"', 'member = "1/2"', "office.split", 16),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, old: str, new: str, code: str, line: int) -> None:
    """Each mistake is an error at its line."""
    found, problems = written(tmp_path, rows(["a", "b"]) + PACKAGE.replace(old, new), plan("a"), plan("b"))

    assert found is None
    assert [item.code for item in problems if item.severity == "error"] == [code]
    assert [f":{line}:" in item.where for item in problems if item.severity == "error"] == [True]


# ---------------------------------------------------------------- equal shares


@pytest.mark.parametrize(("shares", "premium"), [((2, 2), 200_00), ((2, 1), 0), ((1, None), 100_00)])
def test_all_of_a_unit_hold_the_same_shares(
    tmp_path: Path, shares: tuple[int, int | None], premium: int
) -> None:
    """Two and two shares are 200 yuan; two and one are refused for the whole unit; no number is one share."""
    value = mp.parameters(fee=mp.money("互助费"))
    benefit = mp.Benefit("lump", mp.Text("互助金"), clause="测试", pays=value.fee)
    made = make("a", value, benefits=[benefit], premium=value.fee * cover.shares, max_shares=3)
    found = office(tmp_path, rows(["a"], a="equal_shares = true"), (made, 'fee = "50"'))
    people = [joining(str(key), shares=wanted or 1) for key, wanted in enumerate(shares)]
    group = quote_group(found.plan("a"), mp.Unit(name="厂"), people)

    assert group.premium == premium
    assert [reason.code for reason in group.group] == ([] if premium else ["group-shares"])


# ---------------------------------------------------------------- on the command line

OFFICE = """
name = "示例矿区"
[[plans]]
id = "accident"
[[plans.editions]]
id = "national-2011"
[[plans]]
id = "inpatient-allowance"
[[plans.editions]]
id = "beijing-2010"
[[packages]]
id = "double"
title = "意外住院组合"
fee = "90"
[[packages.plans]]
id = "accident"
tier = "1"
[[packages.plans]]
id = "inpatient-allowance"
shares = 1
"""
PENG, WANG = (
    "999999197503040021",
    "999999196809150018",
)  # check digits by hand, see tests/model/test_identity.py


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an office and a roster in which one has the package and one has it beside one of its plans."""
    monkeypatch.delenv("MUTUALPLANS_OFFICE", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("office.toml").write_text(OFFICE, encoding="utf-8")
    lines = [
        "姓名,证件号,在职状态,意外住院组合,inpatient-allowance",
        f"彭丽华,{PENG},在职,1,",
        f"王建国,{WANG},在职,1,1",
    ]
    Path("roster.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return tmp_path


def test_a_roster_may_name_packages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each package is 90; a plan that is in it already is not quoted alone; the rows are the covers."""
    common = ["--roster", "roster.csv", "--office", "office.toml", "--first-day", "2025-07-01"]
    status = main(["quote", *common, "--format", "json", "-o", "out.csv", "--reveal"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    lines = list(csv.DictReader((folder / "out.csv").read_text("utf-8-sig").splitlines()))

    assert status == ExitStatus.ROWS_REFUSED
    assert found["total"] == "180.00"
    assert [item["code"] for item in found["problems"] if item["severity"] == "error"] == ["join.in-package"]
    paid = [(line["计划编号"], line["保费（元）"]) for line in lines if line["能否参保"] == "是"]
    assert paid == [("accident", "90.00"), ("inpatient-allowance", "")] * 2
    main(["quote", *common, "--covers", "out.csv", "--format", "json"])
    again = json.loads(capsys.readouterr().out)
    assert again["total"] == "0.00"
    assert again["plans"][0]["quotes"][0]["reasons"][0]["code"] == "already-covered"


def test_one_person_may_ask_for_a_package(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--plan` takes the id of a package too, and then only the package is quoted."""
    person = ["--sex", "female", "--birth-date", "1980-01-01", "--employment", "in-post"]
    common = ["--office", "office.toml", "--first-day", "2025-07-01", "--format", "json"]
    status = main(["quote", "--plan", "double", *common, *person])
    found = json.loads(capsys.readouterr().out)

    assert (status, found["total"]) == (ExitStatus.OK, "90.00")
    assert [item["plan"] for item in found["plans"]] == ["double"]


def test_checking_an_office_shows_how_its_plans_go_together(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Packages, shared limits and what plans say of each other are listed, and are in the data."""
    limit = '[[limits]]\ntitle = "合计"\nplans = ["accident"]\nmost = "12000"\nper = "calendar-year"\n'
    text = OFFICE.replace(
        'id = "inpatient-allowance"\n', 'id = "inpatient-allowance"\nnot_with = ["accident"]\n', 1
    )
    Path("office.toml").write_text(text + limit, encoding="utf-8")
    main(["office", "check", "office.toml"])
    shown = capsys.readouterr().out
    main(["office", "check", "office.toml", "--format", "json"])
    found = json.loads(capsys.readouterr().out)

    assert "组合：意外住院组合（double），90.00 元（accident 1 档、inpatient-allowance 1 份）" in shown
    assert "合计限额：合计，每自然年 12,000.00 元（accident）" in shown
    assert found["plans"][1]["not_with"] == ["accident"]
    assert found["packages"][0]["fee"] == "90.00"
    assert found["limits"][0]["most"] == "12000.00"
