"""Settings of the site; `docs.build_site` prepares its pages and calls Sphinx."""

import re

from sphinx.search.en import SearchEnglish

project = "mutualplans 职工互助保障计划"
extensions = ["myst_parser"]
language = "zh_CN"
html_theme = "furo"
html_title = project
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_search_language = "zh-pairs"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#a02018", "color-brand-content": "#a02018"},
    "dark_css_variables": {"color-brand-primary": "#ff9d8f", "color-brand-content": "#ff9d8f"},
}
html_static_path = ["static"]
html_css_files = ["site.css"]
highlight_language = "none"
myst_heading_anchors = 4
myst_enable_extensions = []
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # console blocks show what a program prints, not a language

_WORDS = re.compile(r"[A-Za-z0-9_]+|[\u4e00-\u9fff]+")


class PairsOfCharacters(SearchEnglish):
    """Chinese has no spaces: every two characters that stand together are a word, in pages as in what is asked."""

    lang = "zh-pairs"
    language_name = "English"  # names the stemmer of its script
    js_splitter_code = """
var splitQuery = (query) => (query.match(/[A-Za-z0-9_]+|[\\u4e00-\\u9fff]+/g) || []).flatMap((word) =>
  /[\\u4e00-\\u9fff]/.test(word) && word.length > 1
    ? Array.from({ length: word.length - 1 }, (_, place) => word.slice(place, place + 2))
    : [word]);
"""

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name is Sphinx's
        """Return the words of a text."""
        found: list[str] = []
        for word in _WORDS.findall(input):
            pairs = [word[place : place + 2] for place in range(len(word) - 1)]
            found += [word] if word.isascii() else [*pairs, *word]
        return found

    def word_filter(self, word: str) -> bool:
        """Keep Chinese of any length."""
        return not word.isascii() or super().word_filter(word)


def setup(app):
    """Make the search language known."""
    app.add_search_language(PairsOfCharacters)
