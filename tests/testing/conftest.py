"""A tiny plugin, written into a folder of its own and found there like an installed one."""

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

PLAN = """
import mutualplans as mp
from mutualplans import claim

value = mp.parameters(
    premium=mp.money("互助费"),
    daily=mp.money("每日津贴", open_to_office=mp.between("0", "100")),
    limit=mp.money("起点", open_to_office=mp.at_will()),
    report=mp.days("报案时限", optional=True),
    grades=mp.table(mp.Kind.MONEY, "等级金额"),
    bands=mp.bands(mp.Kind.MONEY, "分档", measured=mp.Kind.COUNT),
    diseases=mp.conditions("病种"),
)
listed = value.diseases.match(claim.diagnosis).is_listed
plan = mp.Plan(
    id="tiny", title=mp.Text(zh="小计划", en="Tiny"), values=value, editions=mp.editions(__package__),
    premium=value.premium, term_months=12, report_within=value.report,
    benefits=[
        mp.Benefit(
            "allowance", mp.Text(zh="津贴", en="Allowance"), clause="第一条",
            when=[listed.because("not-listed", zh="不在病种内", en="not listed")],
            pays=claim.days * value.daily + value.grades.of(claim.hospital_level)
            + claim.days.banded(value.bands).less(value.limit),
        ),
    ],
)
"""
INIT = """
import mutualplans

@mutualplans.hookimpl
def register_plans():
    from mutualplans_tiny.plan import plan
    return [plan]
"""
EDITION = """
plan = "tiny"
id = "{id}"
series = "here"
title = {{ zh = "本地版", en = "Here" }}
in_force = {{ {in_force} }}
publisher = "本市工会"
source = "https://example.org/a|b"
confidence = "published"
[values]
limit = "0"
premium = "60"
daily = {{ value = "40", confidence = "assumed", reason = "没有来源", source = "第 3 页" }}
grades = {{ value = {{ "3" = "5", "*" = "1" }} }}
bands = [{{ up_to = 3, gives = "0" }}, {{ gives = "50" }}]
diseases = [
  {{ id = "cancer", title = {{ zh = "癌" }}, class = "severe", icd10 = ["C00-C02", "C15"], except_icd10 = ["C01.1"] }},
  {{ id = "bypass", title = {{ zh = "搭桥" }}, class = "operation", definition = {{ zh = "开胸" }} }},
]
"""
CASES = """
[[case]]
name = "住院 2 天"
arithmetic = "2 × 40 + 5 + 0 = 85"
edition = "first"
member = { sex = "female" }
coverage = { first_day = 2011-01-01, last_day = 2011-12-31 }
[[case.claim]]
event = "inpatient"
admitted = 2011-02-01
diagnosis = "C00.1"
hospital_level = "3"
days = 2
expect = "85.00"
"""
SECOND = """
[[case]]
name = "后一版：住院 2 天"
arithmetic = "2 × 40 + 5 + 0 = 85"
edition = "second"
member = { sex = "female" }
coverage = { first_day = 2012-01-01, last_day = 2012-12-31 }
[[case.claim]]
event = "inpatient"
admitted = 2012-02-01
diagnosis = "C00.1"
hospital_level = "3"
days = 2
expect = "85.00"
"""
README = "# 小计划\n\n<!-- parameters: begin -->\n<!-- parameters: end -->\n\n结尾\n"


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Write the plugin and put it on the path; its parts are attributes, each a file to change."""
    package = tmp_path / "mutualplans_tiny"
    about = tmp_path / "mutualplans_tiny-0.1.dist-info"
    files = SimpleNamespace(
        folder=tmp_path,
        init=_write(package / "__init__.py", INIT),
        plan=_write(package / "plan.py", PLAN),
        cases=_write(package / "cases.toml", CASES),
        first=_write(package / "editions/first.toml", EDITION.format(id="first", in_force="to = 2011-12-31")),
        second=_write(
            package / "editions/second.toml", EDITION.format(id="second", in_force="from = 2012-01-01")
        ),
        readme=_write(tmp_path / "README.md", README),
    )
    _write(about / "METADATA", "Metadata-Version: 2.1\nName: mutualplans-tiny\nVersion: 0.1\n")
    _write(about / "entry_points.txt", "[mutualplans.plans.v1]\ntiny = mutualplans_tiny\n")
    _write(
        tmp_path / "pyproject.toml",
        '[project.entry-points."mutualplans.plans.v1"]\ntiny = "mutualplans_tiny"\n',
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    importlib.invalidate_caches()
    yield files
    for name in [name for name in sys.modules if name.partition(".")[0] == "mutualplans_tiny"]:
        del sys.modules[name]


@pytest.fixture
def twice(tiny):
    """The tiny plugin with a case of its second edition too."""
    tiny.cases.write_text(CASES + SECOND, encoding="utf-8")
    return tiny


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
