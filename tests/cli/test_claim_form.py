"""``mutualplans claim-form``: the inputs of a plan, and a file that can be filled in and read."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import set_lang
from mutualplans.cli.main import main
from mutualplans.engine.form import form
from mutualplans.engine.office import office_of
from mutualplans.engine.simulate import simulate
from mutualplans.files.situation import read_situation
from mutualplans.model.tomlfile import read_toml
from mutualplans.plan.reading import load_editions
from mutualplans.registry import PluginRegistry

Capture = pytest.CaptureFixture[str]

EDITIONS = [
    (plan.id, edition.id) for plan in PluginRegistry.discover().plans() for edition in load_editions(plan)[0]
]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs in Chinese, without our environment variables."""
    for name in [name for name in os.environ if name.startswith("MUTUALPLANS_")]:
        monkeypatch.delenv(name)
    yield
    set_lang("zh")


def printed(capsys: Capture, *arguments: str) -> str:
    """Return what the command prints."""
    assert main(["claim-form", *arguments]) == ExitStatus.OK
    return capsys.readouterr().out


def inputs(capsys: Capture, *arguments: str) -> dict[str, dict[str, Any]]:
    """Return the inputs by ``table.name``."""
    data = json.loads(printed(capsys, *arguments, "--format", "json"))
    return {f"{item['table']}.{item['name']}": item for item in data["inputs"]}


def filled(text: str) -> str:
    """Return the form with every example value taken as it stands."""
    return re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)


@pytest.mark.parametrize(("plan", "edition"), EDITIONS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_filled_form_is_read(capsys: Capture, plan: str, edition: str, language: str) -> None:
    """The form is TOML as it is; filled in with its own example, it is a case file that the plan pays."""
    text = printed(capsys, plan, "--edition", edition, "--lang", language)
    tomllib.loads(text)
    plans = PluginRegistry.discover()
    file = read_situation(read_toml("form.toml", filled(text)), [plans.plan(plan)])

    assert [item.line() for item in file.problems] == []
    assert file.situation is not None
    result = simulate(office_of(plans.plan(item.plan) for item in file.situation.coverages), file.situation)
    (own,) = (decision for decision in result.decisions if decision.plan == plan)
    assert own.status == "paid"
    assert own.problems == ()


def test_a_cover_of_another_plan_stands_in_the_form(capsys: Capture) -> None:
    """An addition to a main plan pays nothing without it: the form has a cover of the main plan, too."""
    asked = ["female-health", "--edition", "longyan-2013"]
    covers = tomllib.loads(filled(printed(capsys, *asked)))["coverage"]

    assert [cover["plan"] for cover in covers] == ["female-health", "worker-medical-aid"]
    data = json.loads(printed(capsys, *asked, "--format", "json"))
    assert data["other_covers"] == {"worker-medical-aid": "同时参加主项目（职工医疗互助活动）"}


def test_a_plan_for_the_member_and_others(capsys: Capture) -> None:
    """The example is the member's; the record of a child stands beside it, to be used instead."""
    text = printed(capsys, "non-work-accident-household", "--edition", "zhengzhou-2025")
    asked = inputs(capsys, "non-work-accident-household", "--edition", "zhengzhou-2025")

    assert "insured" not in tomllib.loads(filled(text))
    assert "\n#[[insured]]\n" in text
    assert text.count('\n#insured = "insured-1"\n') == 2
    assert '"child" 子女' in text
    assert '"self"' not in text
    assert "member.birth_date" in asked


@pytest.mark.parametrize(("edition", "asked"), [("beijing-2016", True), ("beijing-2011", False)])
def test_a_time_limit_asks_for_the_day_of_the_report(capsys: Capture, edition: str, asked: bool) -> None:
    """Where an edition has a time limit, no claim can be decided without the day it was reported."""
    found = inputs(capsys, "non-work-accident-household", "--edition", edition)

    assert ("claim.reported" in found) is asked


def test_choices_come_from_the_edition(capsys: Capture) -> None:
    """Grades, tiers and diseases are listed as the edition's tables and lists have them."""
    accident = inputs(capsys, "accident", "--edition", "national-2011")
    illness = inputs(capsys, "female-illness", "--edition", "beijing-6")

    assert list(accident["coverage.tier"]["choices"]) == ["26", "50", "74", "100"]
    assert list(accident["member.risk_class"]["choices"]) == ["ordinary", "high"]
    assert "10" in accident["claim.disability_grade"]["choices"]
    assert illness["claim.diagnosis"]["choices"]["breast-cancer"] == "乳腺癌"
    assert list(illness["claim.event"]["choices"]) == ["diagnosis", "inpatient"]


def test_what_it_is_needed_for(capsys: Capture) -> None:
    """Each input names the benefits that read it, or that joining or the fee does."""
    found = inputs(capsys, "accident", "--edition", "national-2011")

    assert found["claim.rest_days"]["needed_for"] == ["rest"]
    assert found["claim.disability_grade"]["needed_for"] == ["disability"]
    assert found["member.risk_class"]["needed_for"] == ["premium"]
    assert "joins" in found["member.employment"]["needed_for"]
    assert "every" in found["claim.occurred"]["needed_for"]


def test_what_the_edition_rules_out(capsys: Capture) -> None:
    """A key that no table of the edition reads, and the inputs of a benefit it does not pay, are not asked for."""
    qingdao = inputs(capsys, "accident", "--edition", "qingdao-2006")

    assert "coverage.tier" not in qingdao
    assert "claim.rest_days" not in qingdao
    assert "coverage.shares" in qingdao
    assert "coverage.shares" not in inputs(capsys, "accident", "--edition", "national-2011")


def test_circumstances(capsys: Capture) -> None:
    """Exclusions are choices of one list, with what they mean."""
    found = inputs(capsys, "accident", "--edition", "national-2011")["claim.circumstances"]

    assert found["choices"]["drunk-driving"] == "酒后驾驶"
    assert found["optional"]


def test_several_editions(capsys: Capture) -> None:
    """Without a choice of edition the form holds what any of them needs, and says so."""
    assert main(["claim-form", "accident"]) == ExitStatus.OK
    captured = capsys.readouterr()

    assert "3 个版次" in captured.err
    assert "# tier = " in captured.out
    assert '# edition = "' in captured.out


def test_child(capsys: Capture) -> None:
    """For a plan that insures children the form has an insured person, named in the cover and the claim."""
    data = tomllib.loads(printed(capsys, "child-accident"))

    assert data["insured"][0]["id"] == "insured-1"
    assert "insured-1" == data["coverage"][0]["insured"] == data["claim"][0]["insured"]


def test_table_and_csv(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table and the CSV list the same inputs, in the order of the case file."""
    monkeypatch.setenv("COLUMNS", "100")
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "accident", "--format", "csv"))))
    table = printed(capsys, "accident", "--format", "table")

    assert [row for row in rows if f"{row['table']}.{row['name']}" not in table] == []
    tables = list(dict.fromkeys(row["table"] for row in rows))
    assert tables == ["member", "coverage", "claim"]


def test_every_field_of_the_plan_is_asked_for() -> None:
    """Whatever a formula reads and nobody works out is an input of the form, over all editions."""
    plan = PluginRegistry.discover().plan("accident")
    (item,) = office_of([plan]).plans
    asked = {f"{found.table}.{found.name}" for found in form(plan, item.editions).inputs}

    assert {"member.birth_date", "member.employment", "member.risk_class", "coverage.tier"} <= asked
    assert {"claim.event", "claim.cause", "claim.occurred", "claim.days", "claim.rest_days"} <= asked


def test_unknown_plan(capsys: Capture) -> None:
    """An unknown plan is an error with the nearest name."""
    assert main(["claim-form", "accidents"]) == ExitStatus.PLUGIN
    assert "accident" in capsys.readouterr().err


def test_published_case_from_the_form(capsys: Capture, tmp_path: Path) -> None:
    """The form, filled in with the published case of Peng, gives the published 24,208.00 yuan."""
    answers = {
        "sex": '"female"',
        "birth_date": "1975-03-04",
        "employment": '"in-post"',
        "first_day": "2013-01-01",
        "last_day": "2014-12-31",
        "shares": "2",
        "event": '"diagnosis"',
        "diagnosis": '"C50.9"',
        "diagnosed": "2014-02-10",
        "days": "4",
    }
    text = printed(capsys, "female-illness", "--edition", "beijing-6")
    for name, answer in answers.items():
        text = re.sub(rf"^# {name} = .*$", f"{name} = {answer}", text, flags=re.MULTILINE)
    file = tmp_path / "case.toml"
    file.write_text(text, encoding="utf-8")

    assert main(["simulate", str(file), "--format", "json"]) == ExitStatus.OK
    assert "24208.00" in capsys.readouterr().out
