"""The tutorial and the guide are run: their files written, their commands run, what is printed compared."""

import re

import pytest

from docs.walk import PAGES, RESULTS, ROOT, Command, Fence, built, commands, fences, matches, prepare, walk


@pytest.fixture(scope="module", params=sorted(PAGES), name="walked")
def _walked(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("walk") / "work"
    folder.mkdir()
    prepare(request.param, folder)
    page = (ROOT / request.param).read_text("utf-8")
    return request.param, folder, walk(page, folder, folder.parent / "site")


def test_commands_print_what_the_page_says(walked):
    """Every command of the page prints what stands below it; `python docs/walk.py --write` writes it anew."""
    _page, _folder, differences = walked

    assert [(item.command.line, item.command.printed, item.actual) for item in differences] == []


def test_the_example_is_what_the_page_builds(walked):
    """The files kept in the repository are those that the page builds, no more and no fewer."""
    page, folder, _differences = walked
    if page not in RESULTS:
        return
    kept = ROOT / RESULTS[page][0]
    files = [file for file in kept.rglob("*") if file.is_file()]
    present = {
        file.relative_to(kept).as_posix(): file for file in files if file.suffix in (".py", ".md", ".toml")
    }

    assert built(page, folder) == {path: file.read_text("utf-8") for path, file in present.items()}


def test_every_shown_command_is_run():
    """No ``console`` block of a page is outside the pages that are walked, except in the plugins' own READMEs."""
    others = [
        file for file in (ROOT / "docs").rglob("*.md") if file.relative_to(ROOT).as_posix() not in PAGES
    ]
    shown = [
        file.name
        for file in others
        if any(fence.language == "console" for fence in fences(file.read_text("utf-8")))
    ]

    assert shown == []


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_reader_sees_where_a_block_belongs(page):
    """The line above a file's block names the file: the attributes of a fence are not shown on a page."""
    text = (ROOT / page).read_text("utf-8")
    titled = re.findall(r'([^\n]*)\n\n```\w+ title="([^"]+)"', text)

    assert len(titled) == text.count('title="')
    assert [title for above, title in titled if f"`{title}`" not in above] == []


def test_commands_are_read_from_a_block():
    """A backslash continues a command; what follows up to the next one is what it prints."""
    fence = Fence("console", {}, "$ one \\\n    two\nout\n$ three\n", 0)

    assert [Command("one two", "out\n", 14), Command("three", "", 26)] == [
        command._replace(start=start) for command, start in zip(commands(fence), (14, 26), strict=True)
    ]


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("", "", True),
        ("", "a\n", False),
        ("a … c\n", "a b c\n", True),
        ("…\nc\n", "a\nb\nc\n", True),
        ("…\nc\n", "c\n", True),
        ("…\nc\n", "c\nd\n", False),
        ("a (b)\n", "a (b)\n", True),
    ],
)
def test_an_ellipsis_stands_for_anything(expected, actual, same):
    """``…`` stands for any text of a line, on its own for any lines; everything else is compared as it is."""
    assert same is matches(expected, actual)
