"""How far a plan has come: each level is reached by facts, and lost with them."""

from datetime import date

import pytest
from attrs import evolve

from mutualplans.plan.edition import Confidence
from mutualplans.testing import conformance
from mutualplans.testing.conformance import CHECKS, Subject
from mutualplans.testing.levels import LEVELS, failing, lowest, standings
from mutualplans.testing.readme import main
from mutualplans.testing.reviews import fingerprint, read_reviews

REVIEW = """
[[review]]
edition = "first"
reviewer = "王芳"
office = "示例办事处"
on = 2026-03-01
compared = "40 件核定逐件重算，金额一致"
text = "{text}"
"""
ASSUMED = ', confidence = "assumed", reason = "没有来源"'


@pytest.fixture(autouse=True)
def forget_plans():
    """Let each test see its own tiny plugin."""
    conformance._subject.cache_clear()


def change(path, old, new):
    """Replace a text that must be in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def levels():
    """Return the level of each edition of the tiny plugin, as it lies there now, and what each lacks."""
    subject = Subject("tiny")
    found = standings(subject, failing(subject))
    return {item.edition.id: (item.level.id, [text.en for text in item.missing]) for item in found}


@pytest.fixture
def sourced(tiny):
    """Make the first edition a sourced one."""
    change(tiny.first, ASSUMED, "")
    change(tiny.cases, 'arithmetic = "2 × 40 + 5 + 0 = 85"', 'source = "本市工会 2011 年报"')
    main([str(tiny.folder)])
    return tiny


def test_the_levels_are_these_four():
    """The names are stable: READMEs and lists show them."""
    assert [level.id for level in LEVELS] == ["draft", "usable", "sourced", "reviewed"]


def test_usable_needs_a_case_of_the_edition(tiny):
    """An edition with a case is usable; one without stays a draft, and so does the plugin."""
    main([str(tiny.folder)])

    assert levels() == {
        "first": (
            "usable",
            ["1 assumed values without a source (daily)", "no worked case from a source outside"],
        ),
        "second": ("draft", ["no worked case of this edition"]),
    }
    subject = Subject("tiny")
    assert lowest(standings(subject, failing(subject))).id == "draft"


def test_a_failing_case_or_check_makes_a_draft(tiny):
    """An amount that comes out otherwise is named; laws and the README's figures are left to ``check``."""
    change(tiny.cases, 'expect = "85.00"', 'expect = "85.01"')

    assert levels()["first"] == (
        "draft",
        ["1 checks and cases that fail (住院 2 天)"],
    )


def test_sourced_needs_every_value_and_a_case_from_outside(sourced):
    """Without assumed values and with a published case the edition is sourced, and lacks a review of this text."""
    text = fingerprint(sourced.first.parent.parent, sourced.first)

    assert levels()["first"] == ("sourced", [f"no review by an office (reviews.toml, text = {text})"])


def test_an_assumed_edition_is_not_sourced(sourced):
    """Values that are each published do not help an edition that is assumed itself."""
    subject = Subject("tiny")
    first = standings(subject, failing(subject))[0]
    assumed = evolve(first, edition=evolve(first.edition, confidence=Confidence.ASSUMED))

    assert (first.level.id, assumed.level.id) == ("sourced", "usable")
    assert [text.en for text in assumed.missing] == ["the edition itself is assumed, without a source"]


def test_reviewed_counts_for_the_text_that_was_reviewed(sourced):
    """A review of the present text makes the edition reviewed; after a change it counts no longer, and that is said."""
    text = fingerprint(sourced.first.parent.parent, sourced.first)
    (sourced.first.parent.parent / "reviews.toml").write_text(REVIEW.format(text=text), "utf-8")
    assert levels()["first"] == ("reviewed", [])

    change(sourced.plan, "term_months=12", "term_months=24")
    main([str(sourced.folder)])
    level, lacks = levels()["first"]
    assert level == "sourced"
    assert lacks[0].startswith(f"the review of {date(2026, 3, 1)} is of an earlier text; the text is now ")


@pytest.mark.parametrize("name", ["plan", "first", "init"])
def test_the_fingerprint_is_of_declaration_and_edition(tiny, name):
    """It changes with the edition's file and every Python file, and not with line ends or other files."""
    package = tiny.first.parent.parent
    before = fingerprint(package, tiny.first)
    tiny.cases.write_text("# other", "utf-8")
    file = getattr(tiny, name)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint(package, tiny.first) == before

    file.write_text(file.read_text("utf-8") + "\n# changed", "utf-8")
    assert fingerprint(package, tiny.first) != before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[review]", "file.toml"),
        ('[[reviews]]\nedition = "first"', "file.unknown-key"),
        ('[review]\nedition = "first"', "file.value"),
        (REVIEW.format(text="x").replace("王芳", " "), "file.value"),
        (REVIEW.format(text="x").replace("on = 2026-03-01\n", ""), "file.missing-key"),
        (REVIEW.format(text="x").replace('"first"', '"third"'), "reviews.edition"),
    ],
)
def test_a_faulty_review_is_reported_and_counts_for_nothing(sourced, text, said):
    """What is wrong with the file is a failing check, so the edition is a draft until it is put right."""
    (sourced.first.parent.parent / "reviews.toml").write_text(text, "utf-8")
    check = next(check for check in CHECKS if check.__name__ == "reviews_are_sound")

    assert [item.code for item in check(Subject("tiny"))] == [said]
    assert levels()["first"] == ("draft", ["1 checks and cases that fail (reviews_are_sound)"])


def test_no_file_is_no_review(tmp_path):
    """Most plugins have none."""
    assert read_reviews(tmp_path) == ([], [])


def test_a_plan_that_cannot_be_had_has_the_lowest_level(tiny):
    """A broken edition leaves nothing to be shown."""
    change(tiny.first, 'premium = "60"\n', "")
    subject = Subject("tiny")
    found = standings(subject, failing(subject))

    assert found == []
    assert lowest(found) is LEVELS[0]
