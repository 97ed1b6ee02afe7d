"""The conformance kit: what it lets pass and what it reports."""

from types import SimpleNamespace

import pytest

from mutualplans.testing import cases, conformance
from mutualplans.testing.conformance import CHECKS, PlanConformance, Subject
from mutualplans.testing.readme import main


class Tiny(PlanConformance):
    """What a plugin's test file holds; not collected here, since its name does not begin with Test."""

    plan_id = "tiny"


@pytest.fixture(autouse=True)
def forget_plans():
    """Let each test see its own tiny plugin."""
    conformance._subject.cache_clear()


def change(path, old, new):
    """Replace a text that must be in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def codes(check_name):
    """Return the codes that one check reports for the tiny plugin."""
    check = next(check for check in CHECKS if check.__name__ == check_name)
    return [item.code for item in check(Subject("tiny"))]


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
    with pytest.raises(AssertionError, match=r"edition\.value-missing"):
        Tiny().test_conforms(CHECKS[-1])


def test_foreign_plan_id_is_reported(tiny):
    """A plugin that has another plan than the one under test is reported."""
    assert [item.code for item in conformance.registers_alone(Subject("tiny.family"))] == ["plan.unknown"]


def test_missing_plugin_says_how_to_install_it():
    """Without the plugin every check fails with what to do."""

    class Absent(PlanConformance):
        plan_id = "absent-plan"

    with pytest.raises(AssertionError, match="pip install"):
        Absent().test_conforms(CHECKS[0])


def test_heavy_import_is_reported(tiny):
    """A plugin that loads a library of the command line slows every start."""
    change(tiny.init, "import mutualplans\n", "import mutualplans\nimport openpyxl\n")

    assert codes("imports_little") == ["plugin.heavy"]


def test_failing_import_is_reported(tiny):
    """A plugin that cannot be imported in a fresh interpreter is reported with the last line of what it said."""
    change(tiny.init, "import mutualplans\n", "import mutualplans\nimport no_such_module\n")

    found = list(conformance.imports_little(Subject("tiny")))

    assert [item.code for item in found] == ["plugin.import"]
    assert "no_such_module" in found[0].message.zh


def test_wordless_formula_is_reported_with_its_place(tiny, monkeypatch):
    """A formula that cannot be put into words is named; the others are still looked at."""

    def fail(*_args, **_kwargs):
        message = "no words"
        raise RuntimeError(message)

    subject = Subject("tiny")
    assert subject.plan
    monkeypatch.setattr(conformance, "in_words", fail)

    found = list(conformance.speaks(subject))

    assert {item.code for item in found} == {"words.failed"}
    assert any("premium (zh)" in item.message.zh for item in found)


def test_unpaid_benefit_is_reported(tiny):
    """A benefit that no worked case pays was never worked out by hand."""
    change(tiny.cases, 'diagnosis = "C00.1"', 'diagnosis = "Z00"')

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

    with pytest.raises(AssertionError, match=r"(?s)2 × 40.*应为 85\.01，实为 85\.00"):
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
