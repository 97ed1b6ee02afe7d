"""What a rule text consists of: sections of sentences and tables, in one language."""

from __future__ import annotations

from attrs import frozen

from mutualplans.model.text import Lang, Text

__all__ = ["CLAUSE", "Grid", "Line", "Part", "RuleText", "Section"]

CLAUSE = Text("条款", "clause")
"""Label of the sentence that names the article of the paper rule."""


@frozen
class Line:
    """One sentence of a rule text.

    Attributes:
        text: The sentence.
        label: What stands before its colon; empty for none.
    """

    text: str
    label: str = ""

    def in_words(self, lang: Lang) -> str:
        """Return the label and the sentence."""
        if not self.label:
            return self.text
        return f"{self.label}：{self.text}" if lang == "zh" else f"{self.label}: {self.text}"


@frozen
class Grid:
    """A table of a rule text.

    Attributes:
        title: What it is called, with its marks.
        headers: One text per column.
        rows: The cells, one for each header.
        brief: What it says in one line, for a comparison.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    brief: str


@frozen(kw_only=True)
class Part:
    """A part of a section: one benefit, or what holds for all of them.

    Attributes:
        id: Benefit id; ``common`` for what holds for all.
        title: What it is called.
        lines: Its sentences.
        grids: Its tables.
        pays: What it pays, the part of `lines` that a comparison shows.
        most: What one claim brings at most, proved under the edition's values; empty where that is not known.
    """

    id: str
    title: str
    lines: tuple[Line, ...] = ()
    grids: tuple[Grid, ...] = ()
    pays: tuple[str, ...] = ()
    most: str = ""


@frozen(kw_only=True)
class Section:
    """A section of a rule text.

    Attributes:
        id: Stable id, the same in every language.
        title: Its heading.
        lines: Its sentences.
        grids: Its tables.
        parts: Its parts, after the sentences and tables of its own.
    """

    id: str
    title: str
    lines: tuple[Line, ...] = ()
    grids: tuple[Grid, ...] = ()
    parts: tuple[Part, ...] = ()


@frozen(kw_only=True)
class RuleText:
    """The rule of one plan under one edition, in one language.

    Attributes:
        plan: Plan id.
        title: What the plan is called.
        edition: Edition id.
        edition_title: What the edition is called.
        in_force: When it is in force, in words.
        confidence: How well it is known, in words.
        assumed: Number of assumed values.
        source: Where the rule can be read.
        sections: The sections, in the order of a paper rule.
        lang: Language.
    """

    plan: str
    title: str
    edition: str
    edition_title: str
    in_force: str
    confidence: str
    assumed: int
    source: str
    sections: tuple[Section, ...]
    lang: Lang

    def section(self, id_: str) -> Section:
        """Return the section with an id."""
        return next(item for item in self.sections if item.id == id_)
