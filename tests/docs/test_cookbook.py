"""The cookbook shows every tested feature, with the rule that its plan reads back as."""

import re

import pytest

from docs.pages.cookbook import FILES, TITLES, all_tests, cookbook_page, recipes
from docs.walk import ROOT


@pytest.fixture(scope="module", name="pages")
def _pages():
    return {place: cookbook_page(place) for place in TITLES}


def test_every_feature_is_on_a_page(pages):
    """Every part of the table of features has a page, and every row with a test a recipe there."""
    assert set(recipes()) == {heading for heading, _title in TITLES.values()}
    for place, (heading, _title) in TITLES.items():
        wanted = [item.title for item in recipes()[heading] if item.tests]

        assert wanted == re.findall(r"^## (.*)$", pages[place], re.MULTILINE)


def test_every_test_is_shown(pages):
    """The source of every test of the folder stands in the cookbook."""
    text = "".join(pages.values())
    written = {
        name
        for module in FILES.values()
        for name in re.findall(
            r"^def test_(\w+)", (ROOT / "tests/expressiveness" / f"{module}.py").read_text("utf-8"), re.M
        )
    }

    assert {name for _place, name in all_tests()} == written
    assert [name for name in written if f"\ndef test_{name}(" not in text] == []


def test_every_recipe_reads_back(pages):
    """Each recipe says its rule in Chinese and in English."""
    parts = [part for page in pages.values() for part in page.split("\n## ")[1:]]
    silent = [
        part.partition("\n")[0]
        for part in parts
        if not re.search(r"^> .*[\u4e00-\u9fff]", part, re.MULTILINE)
        or not re.search(r"^> [a-zA-Z]", part, re.MULTILINE)
    ]

    assert silent == []


def test_what_a_recipe_uses_stands_with_it(pages):
    """A helper of the test's own file is shown above the test that uses it."""
    part = re.split("## .*cap per calendar year", pages["limits"])[1].split("\n## ")[0]

    assert part.index("HALF =") < part.index("def half_up_to_1000") < part.index("def test_a_cap_for_each")
