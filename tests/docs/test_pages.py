"""Pages written by hand: their snippets run, their links lead somewhere, their decisions are numbered."""

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from docs.walk import ROOT, fences

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [
    ROOT / "README.md",
    *DOCS,
    ROOT / "plugins" / "README.md",
    *sorted((ROOT / "plugins").glob("*/README.md")),
]
PAGES.append(ROOT / "examples" / "plugin" / "README.md")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def name_of(file):
    """Return a page's path as a test's name."""
    return file.relative_to(ROOT).as_posix()


def anchors(file):
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", file.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", heading).strip().lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


def python_pages():
    """Return the pages with Python that is not a file of a walked page; the cookbook's are tests already."""
    return [
        file
        for file in PAGES
        if file.parent.name != "cookbook"
        and any(
            fence.language == "python" and "title" not in fence.attributes
            for fence in fences(file.read_text("utf-8"))
        )
    ]


@pytest.mark.parametrize("file", python_pages(), ids=name_of)
def test_python_runs(file):
    """Every Python block of a page runs, each after the ones above it."""
    names = {"__name__": file.stem}
    for fence in fences(file.read_text("utf-8")):
        if fence.language == "python" and "title" not in fence.attributes:
            exec(compile(fence.text, f"{file.name}: {fence.text.splitlines()[0]}", "exec"), names)


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_toml_is_toml(file):
    """Every TOML block is well formed; a part that is appended to a file is too."""
    for fence in fences(file.read_text("utf-8")):
        if fence.language == "toml":
            tomllib.loads(fence.text)


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_links_lead_somewhere(file):
    """Every link inside the repository names a file that is there, and a heading that it has."""
    text = re.sub(r"^```.*?^```$", "", file.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if "://" in link:
            continue
        path, _, anchor = unquote(link).partition("#")
        target = file.parent / path if path else file
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)

    assert dead == []


@pytest.mark.parametrize("file", DOCS, ids=name_of)
def test_nothing_of_a_machine(file):
    """Pages hold no path of somebody's machine and no address of a package index."""
    homes = "|".join(rf"/{name}/" for name in ("home", "root", "tmp", "work", "Users"))
    option = "-".join(("index", "url"))  # put together, so that this file does not name what it forbids
    found = re.findall(rf"(?:{homes}|C:\\|{option})\S*", file.read_text("utf-8"))

    assert found == []


@pytest.mark.parametrize("file", DOCS, ids=name_of)
def test_every_page_is_reached(file):
    """Every page is linked from another one, or lies in a folder that is."""
    if file.name == "index.md":
        return
    pages = [other for other in PAGES if other != file]
    texts = "".join(other.read_text("utf-8") for other in pages)

    assert f"{file.name}" in texts or f"({file.parent.name}/)" in texts


def test_decisions_are_numbered():
    """Decisions are numbered without gaps, and begin with their number."""
    numbers = [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]

    assert numbers == [file.name[:4] for file in DECISIONS]
    assert numbers == [file.read_text("utf-8")[2:6] for file in DECISIONS]


@pytest.mark.parametrize("file", DECISIONS, ids=name_of)
def test_decisions_have_their_parts(file):
    """A decision has context, decision and consequences, on one page."""
    text = file.read_text("utf-8")

    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 40


def test_docs_are_a_namespace():
    """The helpers of the pages are found in the repository, not in some installed package."""
    assert Path(__file__).parent.parent.parent / "docs" == ROOT / "docs"
