"""The site builds without a warning, holds every page, and loads nothing from elsewhere."""

import re

from docs import build_site

LOADS = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["'](?:https?:)?//|<link\b[^>]*\bhref=["'](?:https?:)?//"""
)
STYLE_LOADS = re.compile(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""")


def test_the_site(tmp_path):
    """It has every page, loads nothing from elsewhere, and its search finds Chinese by pairs of characters.

    One test, because the site is built for it: that takes seconds.
    """
    assert build_site.build(tmp_path) == 0
    site = tmp_path / "site"
    missing = [name for name in build_site.sources() if not (site / name).with_suffix(".html").exists()]
    assert missing == []

    loading = [file.name for file in site.rglob("*.html") if LOADS.search(file.read_text("utf-8"))]
    loading += [file.name for file in site.rglob("*.css") if STYLE_LOADS.search(file.read_text("utf-8"))]
    assert loading == []

    index = (site / "searchindex.js").read_text("utf-8")
    assert '"\\u8d77\\u4ed8"' in index or '"起付"' in index
    assert "word.slice(place, place + 2)" in (site / "_static" / "language_data.js").read_text("utf-8")


def test_a_dead_link_is_an_error(tmp_path, monkeypatch, capfd):
    """A link to a heading that is not there ends the build, and the message names it."""
    text = "# One\n\n[there](#one) [not](#nowhere)\n"
    monkeypatch.setattr(build_site, "sources", lambda: {"index.md": build_site.ROOT / "docs" / "index.md"})
    monkeypatch.setattr(build_site, "page", lambda _name, _pages: text)

    assert build_site.build(tmp_path) != 0
    told = capfd.readouterr().err
    assert "nowhere" in told
    assert "'one'" not in told


def test_links_to_sources_are_words():
    """What is no page of the site stands there without a link, what is one keeps it."""
    pages = build_site.sources()
    text = build_site.page("index.md", pages)

    assert "[plugins](plugins/README.md)" in text
    assert "](../" not in build_site.page("expressiveness.md", pages)
    assert "tests/expressiveness" in build_site.page("expressiveness.md", pages)
