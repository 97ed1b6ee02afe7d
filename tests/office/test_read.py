"""Office files: what they may say, and every mistake with its code and line, all at once."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from importlib import import_module

import pytest

from mutualplans.engine.office import Office
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.tomlfile import TomlFile, read_toml
from mutualplans.office.order import in_order
from mutualplans.office.read import read_office
from mutualplans.office.write import latest_editions, left_to_office, office_text
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence
from mutualplans.registry import PluginRegistry

PLANS = """
import mutualplans as mp

value = mp.parameters(
    fee=mp.money("互助费", "fee"),
    daily=mp.money("每日津贴", "daily", open_to_office=mp.between("10", "200")),
    ratio=mp.rate("给付比例", "ratio", open_to_office=mp.between("0%", "50%")),
    most=mp.days("最多天数", "most days", open_to_office=mp.between(1, 90)),
    level=mp.flag("限二级医院", "level 2 only", open_to_office=mp.at_will()),
    by_grade=mp.table(mp.Kind.MONEY, "伤残金额", "by grade", open_to_office=mp.between("0", "100000")),
    bands=mp.tiers("分段比例", "bands", open_to_office=mp.between("0%", "90%")),
    listed=mp.conditions("病种", "conditions", open_to_office=mp.at_will()),
    local=mp.money("地方补贴", "local", open_to_office=mp.between("0", "50")),
    claim_days=mp.days("申领时效", "days to claim", open_to_office=mp.between(1, 365), optional=True),
)


def made(id_, pays):
    return mp.Plan(
        id=id_,
        title=mp.Text("测试计划"),
        values=value,
        editions=mp.editions("office_sample_plans", id_),
        premium=value.fee,
        term_months=12,
        benefits=[mp.Benefit("sum", mp.Text("互助金"), clause="第一条", pays=pays)],
    )


plans = [made("first", value.daily), made("second", mp.paid.by("first")), made("third", mp.paid.by("second"))]
"""

EDITION = """
plan = "{plan}"
id = "{id}"
series = "x"
title = "测试版次"
in_force = {{ {dates} }}
publisher = "某会"
source = "http://example.org"
confidence = "published"

[values]
fee = {{ value = "60", confidence = "assumed", reason = "没有来源" }}
daily = {{ value = "30", confidence = "assumed", reason = "没有来源" }}
ratio = {{ value = "1/3", confidence = "assumed", reason = "没有来源" }}
most = 30
level = true
by_grade = {{ value = {{ "1" = "500.50", "*" = "100" }} }}
{local}

[values.bands]
value = [{{ up_to = "1000", gives = "12.5%" }}, {{ up_to = "2000", gives = "50%" }}, {{ gives = "1/7" }}]

[values.listed]
confidence = "assumed"
reason = "没有来源"
value = [
  {{ id = "lung", title = "肺癌", class = "severe", icd10 = ["C34"] }},
  {{ id = "breast", title = "乳腺癌", class = "severe", icd10 = ["C50"] }},
]
"""

OLD = "to = 2014-06-30"
NEW = "from = 2014-07-01"


@pytest.fixture(scope="module", name="plans")
def _plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Plan]]:
    """Three plans, each reading what the one before it pays; their editions old, new and open."""
    home = tmp_path_factory.mktemp("plans")
    package = home / "office_sample_plans"
    package.mkdir()
    (package / "__init__.py").write_text(PLANS, encoding="utf-8")
    for plan in ("first", "second", "third"):
        (package / plan).mkdir()
        for id_, dates, local in [
            ("old", OLD, 'local = "5"'),
            ("new", NEW, 'local = "5"'),
            ("open", "", ""),
        ]:
            text = EDITION.format(plan=plan, id=id_, dates=dates, local=local)
            (package / plan / f"{id_}.toml").write_text(text, encoding="utf-8")
    sys.path.insert(0, str(home))
    yield {plan.id: plan for plan in import_module("office_sample_plans").plans}
    sys.path.remove(str(home))
    del sys.modules["office_sample_plans"]


class Reader:
    """Reads office files with the plans of this module installed."""

    def __init__(self, plans: dict[str, Plan]) -> None:
        self.plans = plans

    def find(self, plan_id: str) -> Plan:
        if plan_id not in self.plans:
            raise MutualPlansError(problem("plan.unknown", f"没有计划 {plan_id}", f"no plan {plan_id}"))
        return self.plans[plan_id]

    def read(self, text: str) -> tuple[Office | None, list[Problem]]:
        return read_office(read_toml("office.toml", text), self.find, lambda _plan: "0.1.0")

    def errors(self, text: str) -> list[tuple[str, int]]:
        """Return code and line of every error."""
        return [(item.code, line_of(item)) for item in self.read(text)[1] if item.severity == "error"]

    def sound(self, text: str) -> Office:
        office, problems = self.read(text)
        assert [item.line() for item in problems if item.severity == "error"] == []
        assert office is not None
        return office


def line_of(found: Problem) -> int:
    """Return the line number in a place such as ``office.toml:7: plans[1].id``."""
    return int(found.where.split(":")[1])


@pytest.fixture(name="reader")
def _reader(plans: dict[str, Plan]) -> Reader:
    return Reader(plans)


# Line 1 is the name; the plan begins in line 2, its edition in line 4, its values in line 6.
HEAD = 'name = "示例市总工会"\n[[plans]]\nid = "first"\n[[plans.editions]]\nid = "old"\n'
BARE = 'name = "示例市总工会"\n[[plans]]\nid = "first"\n'
SYSTEM = '[[systems]]\nname = "甲"\nunits = 3\n'
TAIL = '[[plans.editions]]\nid = "old"\n'


def with_value(written: str) -> str:
    """Return a file whose line 6 sets values."""
    return HEAD + f"values = {{ {written} }}\n"


class TestSound:
    def test_everything(self, reader: Reader) -> None:
        """A file may state names, dates, values, splits and group rules; the engine gets them all."""
        office = reader.sound(
            """
            name = { zh = "示例市总工会", en = "Sample union" }
            [unit_types]
            enterprise = "企业"
            [[plans]]
            id = "first"
            split = { member = "1/2", union = "50%" }
            [[plans.editions]]
            id = "old"
            to = 2012-12-31
            values = { daily = "25.50", most = 45, level = false, ratio = "50%" }
            [[plans.editions]]
            id = "new"
            [[plans.group]]
            staff_up_to = 99
            share = "100%"
            [[plans.group]]
            share = "80%"
            persons = 5
            of = "women"
            [[plans]]
            id = "second"
            [[plans.editions]]
            id = "old"
            """
        )
        first = office.plan("first")
        old = first.bind(day=date(2012, 12, 31))

        assert (office.name.en, office.unit_types["enterprise"].zh) == ("Sample union", "企业")
        assert [item.plan.id for item in office.plans] == ["first", "second"]
        assert first.split == {"member": Fraction(1, 2), "union": Fraction(1, 2)}
        assert (old.edition.id, first.version) == ("old", "0.1.0")
        assert [old.values[name] for name in ("daily", "most", "level", "ratio")] == [
            *[2550, 45, False, Fraction(1, 2)]
        ]
        assert old.office_values == {"daily": "25.50", "most": 45, "level": False, "ratio": "50%"}
        assert first.bind(day=date(2014, 7, 1)).values["daily"] == 3000
        assert [(rule.staff_up_to, rule.share, rule.persons, rule.of) for rule in first.group] == [
            (99, Fraction(1), None, "staff"),
            (None, Fraction(4, 5), 5, "women"),
        ]

    def test_added_condition(self, reader: Reader) -> None:
        """Conditions of the office come after the edition's; one with a known id takes its place."""
        office = reader.sound(
            HEAD
            + """
            [[plans.editions.values.listed]]
            id = "liver"
            title = "肝癌"
            class = "mild"
            icd10 = ["C22"]
            [[plans.editions.values.listed]]
            id = "lung"
            title = "肺癌（修订）"
            class = "mild"
            """
        )
        listed = office.plans[0].editions[0].values["listed"].value.conditions

        assert [(item.id, item.class_) for item in listed] == [
            ("lung", "mild"),
            ("breast", "severe"),
            ("liver", "mild"),
        ]

    def test_required_value(self, reader: Reader) -> None:
        """A value that the edition leaves open is the office's; an optional one may stay unset."""
        office = reader.sound(BARE + '[[plans.editions]]\nid = "open"\nvalues = { local = "8" }\n')
        bound = office.plans[0].bind(day=date(2020, 1, 1))

        assert bound.values["local"] == 800
        assert "claim_days" not in bound.values

    @pytest.mark.parametrize("listed", ["old", "new"])
    def test_confirmed_value(self, reader: Reader, listed: str) -> None:
        """A value that the office writes is no longer assumed, though it is the same."""
        office = reader.sound(with_value('daily = "30"').replace('"old"', f'"{listed}"'))

        assert office.plans[0].editions[0].values["daily"].confidence is Confidence.PUBLISHED


class TestWarnings:
    def test_assumed_values_are_grouped(self, reader: Reader) -> None:
        """Assumed values are one warning for all editions alike, apart for open and closed ones."""
        _office, problems = reader.read(BARE + TAIL + TAIL.replace("old", "new"))

        assert [(item.code, item.severity, line_of(item)) for item in problems] == [
            ("office.value-assumed", "warning", 4),
            ("office.value-assumed", "warning", 4),
        ]
        assert "版次 old、new 有 3 个假定值尚未由办事处确认" in problems[0].message.zh
        assert "(daily)、“给付比例”(ratio)" in problems[0].message.zh
        assert "(fee)" in problems[1].message.zh

    def test_confirmed_values_are_left_out(self, reader: Reader) -> None:
        """What the office has written is no longer in the warning."""
        _office, problems = reader.read(with_value('daily = "30", ratio = "1/3"'))

        assert ["(listed)" in item.message.zh for item in problems] == [True, False]
        assert ["(daily)" in item.message.zh for item in problems] == [False, False]

    @pytest.mark.parametrize(
        ("ids", "confidence"),
        [
            (["liver"], Confidence.ASSUMED),
            (["lung"], Confidence.ASSUMED),
            (["lung", "liver", "breast"], Confidence.PUBLISHED),
        ],
    )
    def test_list_of_conditions(self, reader: Reader, ids: list[str], confidence: Confidence) -> None:
        """Adding a condition does not confirm an assumed list; stating each of its conditions does."""
        rows = ", ".join(f'{{ id = "{id_}", title = "病", class = "x" }}' for id_ in ids)
        office, problems = reader.read(with_value(f"listed = [{rows}]"))

        assert office is not None
        assert office.plans[0].editions[0].values["listed"].confidence is confidence
        assert ["(listed)" in item.message.zh for item in problems] == [
            confidence is Confidence.ASSUMED,
            False,
        ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        # the form of the file
        ('naem = "x"\n' + HEAD, "file.unknown-key", 1),
        (HEAD + 'too = "x"\n', "file.unknown-key", 6),
        (BARE + "slpit = {}\n" + TAIL, "file.unknown-key", 4),
        (BARE.replace('"示例市总工会"', "7") + TAIL, "file.value", 1),
        (HEAD + 'to = "2014-01-01"\n', "file.value", 6),
        (HEAD + "to = 2014-01-01T00:00:00\n", "file.value", 6),
        (HEAD + "values = 3\n", "file.value", 6),
        ('name = "x"\n[plans]\nid = "first"\n', "file.value", 2),
        (BARE + '[plans.editions]\nid = "old"\n', "file.value", 4),
        # names
        (HEAD.replace('"old"', '"odl"'), "edition.unknown", 5),
        (HEAD + BARE.partition("\n")[2] + TAIL.replace("old", "new"), "office.plan-twice", 7),
        (HEAD + TAIL, "office.edition-twice", 7),
        (HEAD + "from = 2015-01-01\n", "office.dates", 6),
        (HEAD + "from = 2012-01-01\nto = 2011-12-31\n", "office.dates", 6),
        (HEAD + 'to = 2015-01-01\n[[plans.editions]]\nid = "new"\n', "office.editions-overlap", 7),
        # values
        (with_value('dayly = "30"'), "office.value-unknown", 6),
        (with_value('fee = "30"'), "office.value-closed", 6),
        (with_value('daily = "9.99"'), "office.value-outside", 6),
        (with_value('daily = "200.01"'), "office.value-outside", 6),
        (with_value("most = 0"), "office.value-outside", 6),
        (with_value('ratio = "51%"'), "office.value-outside", 6),
        (with_value('by_grade = { "1" = "100000.01" }'), "office.value-outside", 6),
        (with_value('bands = [{ gives = "91%" }]'), "office.value-outside", 6),
        (with_value("daily = 30.0"), "file.value", 6),
        (with_value("daily = 30"), "file.value", 6),
        (with_value("daily = 1e2"), "file.value", 6),
        (with_value('daily = "1e2"'), "file.value", 6),
        (with_value('daily = "１２"'), "file.value", 6),
        (with_value('daily = "1,23"'), "file.value", 6),
        (with_value('daily = "-30"'), "file.value", 6),
        (with_value("ratio = 0.5"), "file.value", 6),
        (with_value("most = 30.0"), "file.value", 6),
        (with_value("most = true"), "file.value", 6),
        (with_value('level = "no"'), "file.value", 6),
        (with_value('by_grade = "30"'), "file.value", 6),
        (
            with_value('listed = [{ id = "a", title = "甲", class = "x", icd = ["C34"] }]'),
            "file.unknown-key",
            6,
        ),
        (with_value('listed = [{ id = "a", title = "甲", class = "x", icd10 = ["肺"] }]'), "file.value", 6),
        (HEAD.replace('"old"', '"open"'), "office.value-required", 4),
        # who pays, and how many must join
        (BARE + 'split = { member = "1/2", unit = "1/3" }\n' + TAIL, "office.split", 4),
        (BARE + 'split = { member = "33%", unit = "33%", union = "33%" }\n' + TAIL, "office.split", 4),
        (BARE + 'split = { member = "1/2", onion = "1/2" }\n' + TAIL, "office.payer", 4),
        (BARE + "split = { member = 0.5 }\n" + TAIL, "file.value", 4),
        (
            HEAD
            + "[[plans.group]]\npersons = 5\nstaff_up_to = 9\n[[plans.group]]\npersons = 6\nstaff_up_to = 9\n",
            "office.group",
            9,
        ),
        (
            HEAD + "[[plans.group]]\npersons = 5\n[[plans.group]]\nstaff_up_to = 9\npersons = 6\n",
            "office.group",
            8,
        ),
        (HEAD + "[[plans.group]]\nstaff_up_to = 0\npersons = 5\n", "office.group", 6),
        (HEAD + '[[plans.group]]\npersons = 5\nof = "man"\n', "office.group", 8),
        (HEAD + "[[plans.group]]\npersons = 0\n", "office.group", 7),
        (HEAD + "[[plans.group]]\nstaff_up_to = 9\n", "office.group", 6),
        (HEAD + '[[plans.group]]\nshare = "120%"\n', "file.value", 7),
        # systems of units
        (HEAD + '[[plans.group]]\nof = "units"\nshare = "80%"\n', "office.systems", 7),
        (
            HEAD + SYSTEM + '[[plans.group]]\nof = "units"\nstaff_up_to = 9\nshare = "80%"\n',
            "office.group",
            11,
        ),
        (HEAD + "[[systems]]\nunits = 3\n", "file.missing-key", 6),
        (HEAD + '[[systems]]\nname = "甲"\n', "office.systems", 6),
        (HEAD + '[[systems]]\nname = "甲"\nunits = 0\n', "office.systems", 8),
        (HEAD + '[[systems]]\nname = "甲"\nunits = 3\nnames = ["一", "二"]\n', "office.systems", 8),
        (HEAD + '[[systems]]\nname = "甲"\nnames = ["一", "一"]\n', "office.systems", 8),
        (HEAD + SYSTEM + SYSTEM, "office.systems", 10),
        # what is missing
        (HEAD.partition("\n")[2], "file.missing-key", 0),
        ('name = "x"\n[[plans]]\n[[plans.editions]]\nid = "old"\n', "file.missing-key", 2),
        (BARE + "[[plans.editions]]\nto = 2014-01-01\n", "file.missing-key", 4),
        (BARE, "office.no-editions", 2),
        ('name = "x"\n', "office.no-plans", 0),
        ('name = "x"\nplans = []\n', "office.no-plans", 2),
    ],
)
def test_mistake(reader: Reader, text: str, code: str, line: int) -> None:
    """Each mistake is one error with its code and line, and there is no office to work with."""
    office, problems = reader.read(text)
    errors = [item for item in problems if item.severity == "error"]

    assert [item.code for item in errors] == [code]
    assert errors[0].where.startswith(f"office.toml:{line}:" if line else "office.toml: ")
    assert office is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (BARE + "splt = {}\n" + TAIL, '是不是 "split"？'),
        (HEAD.replace('"old"', '"odl"'), '是不是 "old"？'),
        (with_value('dayly = "30"'), '是不是 "daily"？'),
        (
            with_value('fee = "30"'),
            "可设：daily、ratio、most、level、by_grade、bands、listed、local、claim_days",
        ),
        (with_value("most = 0"), "改到 1 至 90 天 之内"),
        (with_value('ratio = "51%"'), "改到 0% 至 50% 之内"),
        (BARE + 'split = { onion = "1/1" }\n' + TAIL, '是不是 "union"？'),
        (HEAD.replace('"old"', '"open"'), "local = …（0 至 50 元）"),
        ('name = "x"\n[plans]\nid = "first"\n', "[[plans]]"),
    ],
)
def test_hints(reader: Reader, text: str, hint: str) -> None:
    """The hint names the nearest key, or what may be written."""
    found = next(item for item in reader.read(text)[1] if item.severity == "error")

    assert found.hint is not None
    assert hint in found.hint.zh
    assert found.hint.en.isascii() or "…" in found.hint.en


def test_order(reader: Reader) -> None:
    """A plan that reads what a later one pays is refused, at its own line."""
    plans = [f'[[plans]]\nid = "{id_}"\n{TAIL}' for id_ in ("third", "second", "first")]

    assert reader.errors('name = "x"\n' + "".join(plans)) == [("office.order", 2), ("office.order", 6)]


def test_order_of_plans_that_run(reader: Reader) -> None:
    """A plan may read one that the office does not run."""
    assert reader.errors(HEAD.replace('"first"', '"second"')) == []


def test_all_at_once(reader: Reader) -> None:
    """Every mistake of a file comes in one go, each with its own line; no mistake hides another."""
    text = """naem = "某市"
[unit_types]
enterprise = 5
[[plans]]
id = "second"
split = { member = "1/2", onion = "1/2" }
colour = "red"
[[plans.editions]]
id = "odl"
to = "2014"
[plans.editions.values]
daily = 30.5
fee = "1"
[[plans.editions]]
id = "open"
values = { most = 999, ratio = "１%" }
[[plans.group]]
share = "2/1"
[[plans]]
id = "unheard-of"
split = { unit = "90%" }
[[plans]]
id = "first"
[[plans.editions]]
id = "old"
[[plans.editions]]
id = "new"
from = 2014-06-30
[plans.editions.values]
level = "no"
[[plans.editions.values.listed]]
id = "a"
title = "甲"
class = "x"
[[plans.editions.values.listed]]
id = "a"
title = "乙"
class = "x"
"""
    assert sorted(reader.errors(text.replace("naem", "name").replace('"某市"', "1"))) == sorted(
        [
            ("file.value", 1),
            ("file.value", 3),
            ("office.payer", 6),
            ("file.unknown-key", 7),
            ("edition.unknown", 9),
            ("file.value", 10),
            ("file.value", 12),
            ("office.value-closed", 13),
            ("office.value-required", 14),
            ("office.value-outside", 16),
            ("file.value", 16),
            ("file.value", 18),
            ("plan.unknown", 20),
            ("office.split", 21),
            ("office.editions-overlap", 26),
            ("file.value", 30),
            ("file.value", 35),
            ("office.order", 4),
        ]
    )


@pytest.mark.parametrize("ending", ["", "\n"])
def test_lines_inside_the_second_plan(reader: Reader, ending: str) -> None:
    """Lines of editions, values and groups are found in the second plan too, comments and gaps aside."""
    text = HEAD + (
        '\n# 第二个计划\n[[ plans ]]  # 说明 [x]\nid = "second"\nsplit = { member = "1/2" }\n'
        '[[plans.editions]]\n\nid = "old"\n[plans.editions.values]\n"daily" = "1"\n'
        '[[plans.editions]]\nid = "new"\nvalues.most = 91\n[[plans.group]]\npersons = 0' + ending
    )

    assert sorted(reader.errors(text), key=lambda item: item[1]) == [
        ("office.split", 10),
        ("office.value-outside", 15),
        ("office.value-outside", 18),
        ("office.group", 20),
    ]


def test_problem_of_a_plugin_keeps_its_place(reader: Reader) -> None:
    """A plugin's own problem says where in the plugin; one without a place gets that of the office file."""

    def broken(_plan: str) -> Plan:
        raise MutualPlansError(
            problem("plugin.import", "坏了", "broken", where="plan.py:3"),
            problem("plugin.blocked", "停用", "blocked"),
        )

    _office, problems = read_office(read_toml("office.toml", HEAD), broken)

    assert [item.where for item in problems] == ["plan.py:3", "office.toml:3: plans[1].id"]


def missing_find(reader: Reader, plan_id: str, *codes: str) -> Callable[[str], Plan]:
    """Return how plans are found when one of them cannot be had."""

    def find(asked: str) -> Plan:
        if asked == plan_id:
            raise MutualPlansError(*(problem(code, "不能用", "unusable") for code in codes))
        return reader.find(asked)

    return find


def with_plans(*ids: str) -> TomlFile:
    """Return an office file with some plans, each in its old edition."""
    blocks = "".join(f'[[plans]]\nid = "{id_}"\n{TAIL}' for id_ in ids)
    return read_toml("office.toml", f'name = "某市"\n{blocks}')


class TestMissingPlan:
    def test_the_others_are_read(self, reader: Reader) -> None:
        """A plan whose plugin is broken is an error of that plan; the office has the others and says which is missing."""
        find = missing_find(reader, "third", "plugin.import")
        office, problems = read_office(with_plans("first", "second", "third"), find)

        assert office is not None
        assert [item.plan.id for item in office.plans] == ["first", "second"]
        assert list(office.missing) == ["third"]
        assert [item.code for item in problems if item.severity == "error"] == ["plugin.import"]
        with pytest.raises(MutualPlansError, match="不能用"):
            office.plan("third")

    def test_plans_that_read_it_go_too(self, reader: Reader) -> None:
        """A plan that counts what the missing one pays would be wrong without it, and so would the one after."""
        find = missing_find(reader, "first", "plugin.import")
        office, problems = read_office(with_plans("first", "second", "third"), find)

        assert office is not None
        assert (office.plans, list(office.missing)) == ((), ["first", "second", "third"])
        errors = [item.code for item in problems if item.severity == "error"]
        assert errors == ["plugin.import", "office.reads-missing", "office.reads-missing"]

    def test_blocked_is_a_note(self, reader: Reader) -> None:
        """A plan that somebody blocked is left out with a note."""
        office, problems = read_office(
            with_plans("first", "third"), missing_find(reader, "third", "plugin.blocked")
        )

        assert office is not None
        assert [item.severity for item in problems if item.code == "plugin.blocked"] == ["note"]

    def test_a_wrong_file_stays_wrong(self, reader: Reader) -> None:
        """What is wrong in the file itself stops it as before, beside a missing plan."""
        file = read_toml("office.toml", HEAD + 'colour = "red"\n[[plans]]\nid = "frist"\n')
        office, problems = read_office(file, reader.find)

        assert office is None
        assert {"file.unknown-key", "plan.unknown"} <= {item.code for item in problems}


class TestTableKeys:
    @pytest.mark.parametrize(
        ("written", "found"),
        [
            ('{ "1" = "300" }', ["缺少 *"]),
            ('{ "2" = "300", "*" = "1" }', []),  # the edition has a row for any other code
            ('{ "*" = "300" }', []),
            ('{ "1" = "300", "*" = "1" }', []),
        ],
    )
    def test_rows(self, reader: Reader, written: str, found: list[str]) -> None:
        """An office's table answers for every code that the edition's does."""
        problems = reader.read(with_value(f"by_grade = {written}"))[1]
        errors = [item for item in problems if item.severity == "error"]

        assert [item.code for item in errors] == ["office.table-keys"] * len(found)
        for item, words in zip(errors, found, strict=True):
            assert words in item.message.zh

    def test_unknown_code(self) -> None:
        """A code that the edition's table has not is named, and so are those left out, as the edition calls them."""
        accident = PluginRegistry.discover().plan("accident")
        text = (
            'name = "某市"\n[[plans]]\nid = "accident"\n[[plans.editions]]\nid = "qingdao-2006"\n'
            'values = { grades = { "1" = "90%", "11" = "5%" } }\n'
        )
        office, problems = read_office(read_toml("office.toml", text), lambda _plan: accident)
        (error,) = [item for item in problems if item.severity == "error"]

        assert office is None
        assert error.code == "office.table-keys"
        assert "skull-base-fracture（颅底骨折）" in error.message.zh
        assert "版次没有 11" in error.message.zh


@pytest.mark.parametrize("written", ['most = "7"', 'level = "true"', 'level = "是"'])
def test_counts_and_flags_are_not_text(reader: Reader, written: str) -> None:
    """A count or a flag in quotes is refused, with what was found and what is expected."""
    (error,) = [item for item in reader.read(with_value(written))[1] if item.severity == "error"]

    assert error.code == "file.value"
    assert "不加引号" in error.message.zh
    assert written.partition('"')[2].rstrip('"') in error.message.zh


class TestNewFile:
    def test_written_file_is_sound(self, reader: Reader) -> None:
        """A new file names each plan's latest edition that leaves nothing unset, in an order that works."""
        plans = [reader.plans[id_] for id_ in ("third", "second", "first")]
        office = reader.sound(office_text('某市"总工会"', plans))

        assert office.name.zh == '某市"总工会"'
        assert [(item.plan.id, item.editions[0].edition.id) for item in office.plans] == [
            ("first", "new"),
            ("second", "new"),
            ("third", "new"),
        ]

    def test_assumed_list_is_confirmed_as_it_stands(self, reader: Reader) -> None:
        """The lines of an assumed list, without their #, confirm it: nothing about it is a doubt any more."""
        lines = [
            re.sub(r"^#(?=listed = \[|  \{|\]$)", "", line)
            for line in office_text("某市", [reader.plans["first"]]).splitlines()
        ]
        text = "\n".join(lines)
        office, problems = reader.read(text)

        assert office is not None
        local = office.plans[0].editions[0]
        assert local.values["listed"].value == local.edition.values["listed"].value
        assert local.values["listed"].confidence is Confidence.PUBLISHED
        assert not any("(listed)" in item.message.zh for item in problems)

    def test_editions_without_an_order(self, reader: Reader, plans: dict[str, Plan]) -> None:
        """Where no dates tell which edition is the latest, the first is written and the others are choices."""
        accident = PluginRegistry.discover().plan("accident")
        text = office_text("某市", [accident])

        assert [item.id for item in latest_editions(accident)] == [
            "beijing-2017",
            "national-2011",
            "qingdao-2006",
        ]
        assert "# 请选定：" in text
        assert '\nid = "beijing-2017"  # ' in text
        assert '\n#id = "qingdao-2006"  # ' in text
        assert "请选定" not in office_text("某市", [plans["first"]])
        assert [item.id for item in latest_editions(plans["first"])] == ["new"]

    def test_every_setting_can_be_switched_on(self, reader: Reader) -> None:
        """Without its #, each value is the edition's own, read back exactly."""
        text = office_text("某市", [reader.plans["first"]])
        text = re.sub(r"^#(?=  \{|\]$)", "", text, flags=re.MULTILINE)
        lines = [
            line.removeprefix("#") if is_setting(line) else line
            for line in text.partition("# 单位参保")[0].splitlines()
        ]
        local = reader.sound("\n".join(lines)).plans[0].editions[0]
        open_names = {item.name for item in reader.plans["first"].values if item.open_to_office}

        assert set(local.values) == open_names - {"claim_days"}
        for name in set(local.values) - {"listed"}:
            assert local.values[name].value == local.edition.values[name].value
        assert [item.id for item in local.values["listed"].value.conditions] == ["lung", "breast"]

    def test_says_what_is_known(self, reader: Reader) -> None:
        """Each value stands under its label, confidence, reason and limits; unset ones have no example."""
        text = office_text("某市", [reader.plans["first"]])

        assert '# 每日津贴：假定（没有来源）；可设：10 至 200 元\n#daily = "30"\n' in text
        assert "#claim_days =  # 申领时效：版次未载明；可设：1 至 365 天\n" in text
        assert "#   old：测试版次；有效期 起始日未载明 至 2014-06-30；公开\n" in text

    def test_left_to_office(self, reader: Reader) -> None:
        """Values that an edition leaves unset are named, optional ones aside."""
        plan = reader.plans["first"]
        office = reader.sound(BARE + '[[plans.editions]]\nid = "open"\nvalues = { local = "8" }\n')

        assert [item.name for item in left_to_office(plan, office.plans[0].editions[0].edition)] == ["local"]

    def test_order_keeps_what_it_can(self, reader: Reader) -> None:
        """Plans stay as given, except that one follows those that it reads."""
        plans = reader.plans

        assert [plan.id for plan in in_order([plans["third"], plans["first"]])] == ["third", "first"]
        assert [plan.id for plan in in_order(plans[id_] for id_ in ("second", "third", "first"))] == [
            *["first", "second", "third"]
        ]


def is_setting(line: str) -> bool:
    """Return whether a line of a new file is a value, or its table, that removing the # switches on."""
    return re.match(r"#(\[\[|(?!split|from|to|enterprise|institution|government)\w+ = \S)", line) is not None
