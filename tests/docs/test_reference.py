"""The generated pages are current, and nothing that users meet is left out of them."""

import inspect
import re
from pathlib import Path

import pytest

from docs import generate
from docs.pages import cli, nodes, problems
from mutualplans import hookspecs
from mutualplans.cli import exit as exits
from mutualplans.cli.main import COMMANDS
from mutualplans.expr.nodes import NODES
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import fields_of
from mutualplans.model.people import Insured, Member, Unit

ROOT = Path(generate.ROOT)
REFERENCE = ROOT / "docs" / "reference"
SOURCES = sorted((ROOT / "mutualplans").rglob("*.py"))


def page(name):
    """Return a page of the reference."""
    return (REFERENCE / name).read_text("utf-8")


@pytest.fixture(scope="module", name="generated")
def _generated():
    return dict(generate.pages())


def test_pages_are_current(generated):
    """Every generated page is what the source says now; `python docs/generate.py` writes them."""
    differing = [
        name
        for name, text in generated.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text("utf-8") != text
    ]

    assert differing == []


def test_no_page_is_left_over(generated):
    """The reference holds no page that is not generated."""
    present = {file.relative_to(ROOT).as_posix() for file in REFERENCE.rglob("*.md")}

    assert set() == present - set(generated)


def test_check_names_the_page_that_differs(tmp_path, monkeypatch, capsys):
    """``--check`` writes nothing, names the page, and ends with status 1."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "one.md").write_text("old\n", "utf-8")
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "PAGES", {"docs/one.md": lambda: "new\n"})
    monkeypatch.setattr(generate, "plugin_pages", lambda: iter(()))

    assert generate.main(["--check"]) == 1
    assert (tmp_path / "docs" / "one.md").read_text("utf-8") == "old\n"
    assert "docs/one.md is not current" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_is_documented(lang):
    """Every command of the table, and those below it, stand in the page with their help in both languages."""
    text = page("cli.md")
    known = cli.helps(lang)

    assert set() == {f"mutualplans {name}" for name in COMMANDS} - set(known)
    assert [name for name in known if f"\n## {name}\n" not in text] == []


def test_every_help_page_fits_and_has_an_example():
    """Every command's help has at least one example of itself."""
    without = [
        name
        for name, text in cli.helps("en").items()
        if f"  {name} " not in text and name != "mutualplans uninstall"
    ]

    assert [name for name in without if "Example" not in cli.helps("en")[name]] == []


def test_every_problem_code_is_documented():
    """Every code that the source gives to `problem`, `Problem` or a formula's refusal stands in the page."""
    text = page("problems.md")
    codes = set()
    for file in SOURCES:
        source = file.read_text("utf-8")
        codes |= set(re.findall(r'\b(?:problem|Problem)\(\s*(?:code=)?"([a-z]+\.[a-z0-9-]+)"', source))
        codes |= {f"formula.{code}" for code in re.findall(r'_refuse\(\s*"([a-z-]+)"', source)}
        codes |= set(re.findall(r'code(?:: str)? ?= ?"([a-z]+\.[a-z0-9-]+)"', source))

    assert len(codes) > 60
    assert sorted(code for code in codes if f"### `{code}`" not in text) == []


def test_every_dotted_literal_is_a_known_code_or_field():
    """No code hides in a literal that the page's own search overlooks."""
    text = page("problems.md")
    groups = set(re.findall(r"^## ([a-z]+)$", text, re.MULTILINE)) - {"reason"}
    fields = {
        item.path
        for record in (Member, Insured, Unit, Coverage, Claim)
        for item in fields_of(record).values()
    }
    fields |= {
        "cover.shares",
        "cover.last_day",
        "cover.months",
        "cover.day",
        "cover.is_renewal",
        "cover.terms",
        "cover.earlier",
        "cover.edition",
        "cover.plan",
        "claim.event_date",
        "claim.remaining",
        "unit.name",
    }
    unknown = set()
    for file in SOURCES:
        for code in re.findall(r'"([a-z]+\.[a-z][a-z0-9-]*)"', file.read_text("utf-8")):
            if code.partition(".")[0] in groups and code not in fields and f"### `{code}`" not in text:
                unknown.add((code, file.name))

    assert set() == {(code, name) for code, name in unknown if not code.endswith((".toml", ".plans"))}


def test_messages_are_found_for_every_code():
    """The search finds a message for every code: none of them is empty."""
    empty = [item for file in SOURCES for item in problems.found_in(file) if not item.zh]

    assert empty == []


def test_every_hook_is_documented_with_its_signature():
    """Every hook has a heading in the contract that shows its signature."""
    text = (ROOT / "docs" / "contract.md").read_text("utf-8")
    hooks = [
        f"{name}({', '.join(inspect.signature(function).parameters)})"
        for name, function in vars(hookspecs).items()
        if hasattr(function, f"{hookspecs.PROJECT}_spec")
    ]

    assert hooks == ["register_plans()"]
    assert [hook for hook in hooks if f"### `{hook}`" not in text] == []


def test_every_environment_variable_is_documented():
    """Every variable that the source reads by name is named in some page."""
    pages = "".join(file.read_text("utf-8") for file in (ROOT / "docs").rglob("*.md"))
    names = {
        name for file in SOURCES for name in re.findall(r"\bMUTUALPLANS_[A-Z_]+\b", file.read_text("utf-8"))
    }

    assert sorted(name for name in names if name not in pages) == []


def test_every_node_has_an_example_of_its_own():
    """The example of a node has that node as its last step."""
    assert set(NODES) == set(nodes.EXAMPLES)
    assert [node for node, example in nodes.EXAMPLES.items() if type(example.node) is not node] == []


def test_exit_codes_are_the_same_in_the_guide():
    """The guide's table of exit codes has every status and no other."""
    guide = (ROOT / "docs" / "guide-office.md").read_text("utf-8")
    listed = {int(found) for found in re.findall(r"^\| (\d+) \|", guide, re.MULTILINE)}

    assert {int(status) for status in exits.ExitStatus} == listed


@pytest.mark.parametrize(
    "name", ["guide-office.md", "contract.md", "tutorial-plan.md", "phrasebook.md", "why.md"]
)
def test_pages_name_only_known_codes(name):
    """A problem code that a page names exists."""
    text = page("problems.md")
    groups = "|".join(re.findall(r"^## ([a-z]+)$", text, re.MULTILINE))
    named = set(re.findall(rf"`((?:{groups})\.[a-z]+-[a-z-]+)`", (ROOT / "docs" / name).read_text("utf-8")))

    assert sorted(code for code in named if f"### `{code}`" not in text) == []
