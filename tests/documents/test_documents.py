"""Documents: what stands in them is never read as a sign of the format they are written in."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mutualplans.documents.markdown import escaped, markdown, markdown_table
from mutualplans.documents.model import Document, Heading, side_by_side
from mutualplans.documents.page import html
from mutualplans.engine.ruledata import Grid, Line

NASTY = "=cmd|' /C calc'!A0 <b>x</b> &amp; a_b_c *d* `e` [f](g) ~~h~~ \\ 2 < 3"
SIGNS = st.text(alphabet="ab_1 #*-+=.)(<>&;|`[]~\\!：元", min_size=1, max_size=24).map(
    lambda text: " ".join(text.split()) or "a"
)


def document(*blocks: object, lang: str = "zh") -> Document:
    """Return a document of these blocks."""
    return Document(title="题 <目>", under=("说明",), blocks=blocks, lang=lang)  # type: ignore[arg-type]


class Page(HTMLParser):
    """What a browser sees of a page: its text, its tags, and what it would load.

    Attributes:
        words: The text.
        tags: Every tag with its attributes.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.tags = "", []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))


def shown(source: str) -> str:
    """Return the text that a reader of Markdown sees, read by another program."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return Page(reader.render(source)).words.strip("\n")


@given(SIGNS)
def test_markdown_shows_what_was_said(text: str) -> None:
    """A sentence comes back from a Markdown reader as it was, whatever signs it holds."""
    assert text == shown(escaped(text))
    assert text == shown(f"- {escaped(text)}").strip()


@given(SIGNS, SIGNS)
def test_a_markdown_cell_shows_what_was_said(one: str, two: str) -> None:
    """So does a cell of a table; no cell becomes two."""
    words = shown(markdown_table(["a", "b"], [[one, two]])).split("\n")

    assert [one, two] == [word for word in words if word][2:]


def test_markdown_document() -> None:
    """Sentences that follow each other are one list, tables stand apart under their titles."""
    made = document(Heading("一、甲"), Line("x", "条件"), Line("y"), Grid("表", ("a",), (("1|2",),), ""))

    assert markdown(made) == (
        "# 题 \\<目\\>\n\n说明\n\n## 一、甲\n\n- 条件：x\n- y\n\n**表**\n\n| a |\n| --- |\n| 1\\|2 |\n"
    )


def test_a_web_address_stays_whole_in_markdown() -> None:
    """An address can be copied from the source as it is."""
    assert escaped("来源：http://a.b/c_d_e/f?g=h*i，见") == "来源：http://a.b/c_d_e/f?g=h*i，见"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_holds_what_was_said_and_loads_nothing(lang: str) -> None:
    """Text is text, in titles, sentences, tables and headers; no script, style sheet, font or picture is loaded."""
    side = side_by_side("项目", [f"计划\n{NASTY}"], [("行", [[NASTY, "二"]])])
    made = document(
        Heading(NASTY), Line(NASTY, NASTY), Grid(NASTY, (NASTY,), ((NASTY,),), ""), side, lang=lang
    )
    page = Page(html(made))

    assert page.words.count(NASTY) == 8
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "b", "iframe"} == set()
    assert [attrs for tag, attrs in page.tags if "src" in attrs] == []
    assert "url(" not in html(made)
    assert "@import" not in html(made)


def test_addresses_are_links_of_the_web_only() -> None:
    """A web address can be clicked; anything else that looks like one cannot."""
    page = Page(html(document(Line("见 http://a.b/c?d=1&e=2。 javascript:alert(1)"))))

    assert [attrs["href"] for tag, attrs in page.tags if tag == "a"] == ["http://a.b/c?d=1&e=2"]


def test_a_label_is_said_once_for_the_sentences_below_it() -> None:
    """Sentences with one label stand below each other under it."""
    page = html(document(Line("甲", "条件"), Line("乙", "条件"), Line("丙", "给付")))

    assert page.count("<dt>条件</dt>") == 1
    assert page.count("<dd>") == 3


def test_cells_say_their_column_on_a_phone() -> None:
    """Where a row becomes a card, each cell carries the name of its column."""
    side = side_by_side("项目", ["甲计划\n甲版"], [("保障费", [["10 元"]])])

    assert '<td data-head="甲计划"><p>10 元</p></td>' in html(document(side))
