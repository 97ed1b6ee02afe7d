"""The conformance kit: what it lets pass and what it reports."""

from types import SimpleNamespace

import pytest

from mutualplans.testing import cases, checks, conformance
from mutualplans.testing.conformance import CHECKS, PlanConformance, Subject
from mutualplans.testing.figures import figures_of
from mutualplans.testing.readme import main


class Tiny(PlanConformance):
    """What a plugin's test file holds; not collected here, since its name does not begin with Test."""

    plan_id = "tiny"


@pytest.fixture(autouse=True)
def forget_plans():
    """Let each test see its own tiny plugin."""
    conformance._subject.cache_clear()


def change(path, old, new):
    """Replace the first of a text that must be in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def check_named(name):
    """Return a check by its name."""
    return next(check for check in CHECKS if check.__name__ == name)


def codes(check_name):
    """Return the codes that one check reports for the tiny plugin."""
    return [item.code for item in check_named(check_name)(Subject("tiny"))]


def generated(cls=Tiny):
    """Return the names of the tests that the class would make."""
    made = {}
    metafunc = SimpleNamespace(
        fixturenames=("check", "case"), parametrize=lambda name, values, ids: made.update({name: ids})
    )
    cls().pytest_generate_tests(metafunc)
    return made


@pytest.mark.parametrize("check", CHECKS, ids=[check.__name__ for check in CHECKS])
def test_sound_plugin_passes(tiny, check):
    """A sound plugin with a current README passes every check."""
    main([str(tiny.folder)])

    Tiny().test_conforms(check)


def test_every_check_says_what_it_holds():
    """A failing check shows its own sentence, so each has one."""
    assert all(check.__doc__ for check in CHECKS)


def test_a_test_for_each_check_and_case(tiny):
    """Checks and worked cases are tests with names of their own."""
    assert generated() == {"check": [check.__name__ for check in CHECKS], "case": ["住院 2 天"]}


def test_broken_edition_is_reported(tiny):
    """What the registry finds wrong is reported, and is no crash of the collection."""
    change(tiny.first, 'premium = "60"\n', "")

    assert codes("registers_alone") == ["edition.value-missing"]
    assert generated()["case"] == []
    with pytest.raises(pytest.fail.Exception, match=r"edition\.value-missing"):
        Tiny().test_conforms(CHECKS[-1])


def test_foreign_plan_id_is_reported(tiny):
    """A plugin that has another plan than the one under test is reported."""
    assert [item.code for item in checks.registers_alone(Subject("tiny.family"))] == ["plan.unknown"]


def test_missing_plugin_says_how_to_install_it():
    """Without the plugin every check fails with what to do."""

    class Absent(PlanConformance):
        plan_id = "absent-plan"

    with pytest.raises(pytest.fail.Exception, match="pip install"):
        Absent().test_conforms(CHECKS[0])


def test_heavy_import_is_reported(tiny):
    """A plugin that loads a library of the command line slows every start."""
    change(tiny.init, "import mutualplans\n", "import mutualplans\nimport openpyxl\n")

    assert codes("imports_little") == ["plugin.heavy"]


def test_failing_import_is_reported(tiny):
    """A plugin that cannot be imported in a fresh interpreter is reported with the last line of what it said."""
    change(tiny.init, "import mutualplans\n", "import mutualplans\nimport no_such_module\n")

    found = list(checks.imports_little(Subject("tiny")))

    assert [item.code for item in found] == ["plugin.import"]
    assert "no_such_module" in found[0].message.zh


def test_wordless_formula_is_reported_with_its_place(tiny, monkeypatch):
    """A formula that cannot be put into words is named; the others are still looked at."""

    def fail(*_args, **_kwargs):
        message = "no words"
        raise RuntimeError(message)

    subject = Subject("tiny")
    assert subject.plan
    monkeypatch.setattr(checks, "in_words", fail)

    found = list(checks.speaks(subject))

    assert {item.code for item in found} == {"words.failed"}
    assert any("premium (zh)" in item.message.zh for item in found)


def test_unpaid_benefit_is_reported(tiny):
    """A benefit that no worked case pays was never worked out by hand."""
    text = tiny.cases.read_text(encoding="utf-8")
    tiny.cases.write_text(text.replace("C00.1", "Z00"), encoding="utf-8")

    assert codes("benefits_are_paid") == ["cases.missing"]


def test_case_without_grounds_is_reported(tiny):
    """A case that names neither source nor arithmetic recorded what the engine happened to say."""
    change(tiny.cases, 'arithmetic = "2 × 40 + 5 + 0 = 85"\n', "")

    assert codes("cases_are_sound") == ["cases.source"]


def test_empty_cases_file_is_reported(tiny):
    """A file without cases is no better than none."""
    tiny.cases.write_text("", encoding="utf-8")

    assert codes("cases_are_sound") == ["cases.missing"]


def test_missing_cases_file_is_reported(tiny):
    """A plugin without worked cases fails."""
    tiny.cases.unlink()

    assert codes("cases_are_sound") == ["file.open"]


def test_wrong_amount_fails_with_what_came_out(tiny):
    """A worked case that comes out differently says what was expected, what came out, and the arithmetic."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "85.01"')
    case = Subject("tiny").cases[0]

    with pytest.raises(pytest.fail.Exception, match=r"(?s)2 × 40.*应为 85\.01，实为 85\.00"):
        Tiny().test_worked_case(case)


@pytest.mark.parametrize(
    ("expected", "found"),
    [("60.00", []), ("60.01", ["应为 60.01，实为 60.00"]), ("refused", ["应为 refused，实为 60.00"])],
)
def test_a_cover_may_expect_its_premium(tiny, expected, found):
    """A case whose cover says what joining costs fails when a quote says otherwise."""
    change(tiny.cases, "2011-12-31 }", f'2011-12-31, premium = "{expected}" }}')
    subject = Subject("tiny")

    said = [item.message.zh for item in cases.case_problems(subject.plan, subject.cases[0])]
    assert [text.removeprefix("互助费").partition("；")[0] for text in said] == found


def test_a_cover_that_expects_its_premium_lasts_as_quoted(tiny):
    """A last day that is not that of the term is told: 12 months from 2011-01-01 end on 2011-12-31."""
    change(tiny.cases, "2011-12-31 }", '2011-12-30, premium = "60.00" }')
    subject = Subject("tiny")

    [found] = cases.case_problems(subject.plan, subject.cases[0])

    assert found.message.zh == "保障到 2011-12-30，报价却到 2011-12-31"


def test_right_amount_passes(tiny):
    """A worked case that comes out as expected passes."""
    Tiny().test_worked_case(Subject("tiny").cases[0])


def test_old_readme_is_reported(tiny):
    """An old parameter table is reported with the command that writes it."""
    assert codes("readme_is_current") == ["readme.stale"]


def test_missing_readme_is_reported(tiny):
    """A plugin without README fails."""
    tiny.readme.unlink()

    assert codes("readme_is_current") == ["readme.missing"]


def test_readme_without_markers_is_reported(tiny):
    """A README without a place for the table fails."""
    tiny.readme.write_text("# 小计划\n", encoding="utf-8")

    assert codes("readme_is_current") == ["readme.markers"]


def test_gap_between_editions_is_reported(tiny):
    """Days on which no edition of a series is in force are a gap, until an expected failure says why."""
    change(tiny.second, "from = 2012-01-01", "from = 2012-01-02")
    assert codes("editions_follow") == ["plan.editions"]

    change(
        tiny.cases,
        "[[case]]",
        '[expected_failures]\neditions_follow = "2012 年 1 月 1 日没有来源"\n\n[[case]]',
    )
    found = conformance.run_check(check_named("editions_follow"), Subject("tiny"))

    assert [(item.code, item.severity) for item in found] == [("check.expected", "note")]
    assert "2012 年 1 月 1 日没有来源" in found[0].message.zh


def test_expected_failure_that_passes_is_a_failure(tiny):
    """Whoever mends what was expected to fail has to take the expectation away."""
    change(
        tiny.cases,
        "[[case]]",
        '[expected_failures]\neditions_follow = "空档"\n"住院 2 天" = "待查"\n\n[[case]]',
    )
    subject = Subject("tiny")

    found = conformance.run_check(check_named("editions_follow"), subject)

    assert [item.code for item in found] == ["check.passes"]
    assert [item.code for item in conformance.run_case(subject.cases[0], subject)] == ["check.passes"]
    with pytest.raises(pytest.fail.Exception, match=r"check\.passes"):
        Tiny().test_worked_case(subject.cases[0])


def test_case_that_is_expected_to_fail(tiny):
    """A case may stand with its published amount although the plan does not pay it yet."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "86.00"')
    change(tiny.cases, "[[case]]", '[expected_failures]\n"住院 2 天" = "规则待查"\n\n[[case]]')

    with pytest.raises(pytest.xfail.Exception, match="规则待查"):
        Tiny().test_worked_case(Subject("tiny").cases[0])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('speeks = "x"', '是不是 "speaks"'),
        ('speaks = ""', "没有写明理由"),
        ("speaks = true", "没有写明理由"),
    ],
)
def test_expected_failure_of_nothing_is_reported(tiny, line, said):
    """A misspelt name and a missing reason are told; neither is taken for an expectation."""
    change(tiny.cases, "[[case]]", f"[expected_failures]\n{line}\n\n[[case]]")

    found = list(checks.cases_are_sound(Subject("tiny")))

    assert [item.code for item in found] == ["cases.expected-failure"]
    assert said in f"{found[0].message.zh} {found[0].hint and found[0].hint.zh}"


def test_wheel_without_readme_is_told_and_not_failed(tiny):
    """A plugin that was not installed from its source folder has no README to compare: said, and nothing else."""
    (tiny.folder / "pyproject.toml").unlink()
    tiny.readme.unlink()

    found = conformance.run_check(check_named("readme_is_current"), Subject("tiny"))

    assert [(item.code, item.severity) for item in found] == [("check.not-made", "note")]
    with pytest.raises(pytest.skip.Exception):
        Tiny().test_conforms(check_named("readme_is_current"))


def test_edition_that_does_not_come_back_is_reported(tiny, monkeypatch):
    """An edition that is written and read again must be what it was."""
    subject = Subject("tiny")
    monkeypatch.setattr(checks, "edition_toml", lambda plan, edition: tiny.second.read_text(encoding="utf-8"))

    assert [item.code for item in checks.survives_writing(subject)] == ["writing.differs"]


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('edition = "first"', 'edition = "frist"', "edition.unknown", '是不是 "first"'),
        ('edition = "first"', 'edition = "first"\nexpects = "1"', "file.unknown-key", "expects"),
        ('expect = "85.00"', "expect = 85", "cases.expect", "85.00"),
        ('expect = "85.00"', 'expect = "八十五"', "cases.expect", "八十五"),
        ('expect = "85.00"', 'expect = "85.00"\nbenefits = ["85.00"]', "cases.expect", "benefits"),
        ('expect = "85.00"', 'expect = "85.00"\nreasons = "late"', "cases.expect", "reasons"),
        ('name = "住院 2 天"\n', "", "file.missing-key", "name"),
        ('name = "住院 2 天"\n', 'name = "x"\nrecorded = "yes"\n', "file.value", "recorded"),
        ("2011-12-31 }", "2011-12-31, premium = 60 }", "cases.premium", "60.00"),
        ("days = 2", "day = 2", "file.unknown-key", "days"),
        (
            'expect = "85.00"',
            'expect = "85.00"\nbenefits = { alowance = "85.00" }',
            "cases.expect",
            '是不是 "allowance"',
        ),
    ],
)
def test_what_is_wrong_in_a_case_is_told_with_its_line(tiny, old, new, code, said):
    """Each slip in a case is reported with the line, what was found and what to write."""
    change(tiny.cases, old, new)

    found = [item for item in checks.cases_are_sound(Subject("tiny")) if item.code == code]

    assert found, list(checks.cases_are_sound(Subject("tiny")))
    assert "cases.toml:" in found[0].where
    assert said in f"{found[0].message.zh} {found[0].hint and found[0].hint.zh}"


def test_a_case_may_say_nothing_of_the_member(tiny):
    """A plan that asks nothing of the member needs none in its cases."""
    change(tiny.cases, 'member = { sex = "female" }\n', "")
    subject = Subject("tiny")

    assert list(checks.cases_are_sound(subject)) == []
    assert conformance.run_case(subject.cases[0], subject) == []


def test_a_case_may_set_what_an_office_sets(tiny):
    """With the office's 50 yuan a day, 2 days pay 2 × 50 + 5 = 105; the plain case still pays 85."""
    plain = tiny.cases.read_text(encoding="utf-8")
    own = plain.replace("住院 2 天", "办事处定为 50 元").replace('"85.00"', '"105.00"')
    own = own.replace('edition = "first"', 'edition = "first"\nvalues = { daily = "50" }')
    tiny.cases.write_text(plain + own, encoding="utf-8")
    subject = Subject("tiny")

    assert list(checks.cases_are_sound(subject)) == []
    assert [cases.case_problems(subject.plan, case) for case in subject.cases] == [[], []]
    assert list(checks.cases_hold_in_batch(subject)) == []


def test_a_value_left_to_the_office_is_worked_out_in_a_case(tiny):
    """An edition without the daily sum pays nothing by itself; a case states what the office sets."""
    for edition in (tiny.first, tiny.second):
        change(edition, 'daily = { value = "40"', '# { value = "40"')
    change(tiny.cases, 'edition = "first"', 'edition = "first"\nvalues = { daily = "40" }')
    subject = Subject("tiny")

    assert cases.case_problems(subject.plan, subject.cases[0]) == []
    assert figures_of(subject).cases == 1


@pytest.mark.parametrize(
    ("values", "code", "said"),
    [
        ('{ daily = "101" }', "office.value-outside", "0 至 100 元"),
        ('{ premium = "50" }', "office.value-closed", "互助费"),
        ('{ dayly = "50" }', "office.value-unknown", '"daily"'),
        ("50", "file.value", "values"),
    ],
)
def test_what_an_office_cannot_set_no_case_sets(tiny, values, code, said):
    """The values of a case are held to the limits of the plan, with the line."""
    change(tiny.cases, 'edition = "first"', f'edition = "first"\nvalues = {values}')

    [found] = checks.cases_are_sound(Subject("tiny"))

    assert found.code == code
    assert said in found.line() + (found.hint.zh if found.hint else "")
    assert "cases.toml:" in found.where


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("days = 2", 'days = 2\nstage = "in-situ"', "未核定（C00.1 是浸润癌的编码，病情分级却填了原位癌 claim.stage）"),
        ('"C00.1"', '"J18"', "应为 85.00，实为 0.00；allowance 0.00（不在病种内 not-listed）"),
        ("days = 2\n", "", "应为 85.00，实为 incomplete；allowance —（缺 claim.days）"),
    ],
)  # fmt: skip
def test_what_came_out_of_a_case_is_told_in_words(tiny, old, new, said):
    """What a claim lacks, or why it is not decided or paid, is a sentence with its code."""
    change(tiny.cases, old, new)
    subject = Subject("tiny")

    assert [item.message.zh for item in conformance.run_case(subject.cases[0], subject)] == [said]


def test_a_problem_inside_a_case_has_its_own_line(tiny):
    """A slip in a claim is told with the line of the claim's key, not of the whole case."""
    change(tiny.cases, "days = 2", "day = 2")
    line = tiny.cases.read_text(encoding="utf-8").splitlines().index("day = 2") + 1

    [found] = checks.cases_are_sound(Subject("tiny"))

    assert found.where.endswith(f"cases.toml:{line}: case[1].claim[1].day")


def test_case_that_expects_nothing_is_reported(tiny):
    """A case without claims and without a premium checks nothing."""
    text = tiny.cases.read_text(encoding="utf-8")
    tiny.cases.write_text(text.partition("[[case.claim]]")[0], encoding="utf-8")

    assert "cases.expect" in codes("cases_are_sound")
