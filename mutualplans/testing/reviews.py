"""Reviews: ``reviews.toml`` beside a plan names who compared which edition with an office's own decisions.

::

    [[review]]
    edition = "beijing-6"
    reviewer = "王芳"
    office = "北京办事处"
    on = 2026-03-01
    compared = "2025 年 40 件核定逐件重算，金额一致"
    text = "5d1f0c2a9b34"        # what was reviewed: `mutualplans check` prints it

A review is of one text: when the declaration or the edition changes, it counts no longer, and the edition is to be
compared again.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from attrs import fields, frozen

from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.tomlfile import TomlFile, read_toml
from mutualplans.plan.strict import strict

__all__ = ["Review", "fingerprint", "read_reviews"]

_DIGITS = 12


@frozen(kw_only=True)
class Review:
    """One comparison of an edition with an office's own decisions.

    Attributes:
        edition: Edition id.
        reviewer: Who compared.
        office: For which office.
        on: When.
        compared: What was compared, and how it came out.
        text: Fingerprint of what was reviewed.
    """

    edition: str
    reviewer: str
    office: str
    on: date
    compared: str
    text: str


def fingerprint(package: Path, edition: Path) -> str:
    """Return twelve digits that change when a package's Python files or the edition's file do.

    Raises:
        OSError: the edition has no file.
    """
    files = [*sorted(package.rglob("*.py")), edition]
    digest = hashlib.sha256()
    for file in files:
        text = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(package).as_posix()}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()[:_DIGITS]


def read_reviews(package: Path) -> tuple[list[Review], list[Problem]]:
    """Return the reviews in a package that could be read, and what is wrong with the others; no file is no review."""
    path = package / "reviews.toml"
    if not path.is_file():
        return [], []
    try:
        file = read_toml(path)
    except MutualPlansError as error:
        return [], list(error.problems)
    problems = [
        problem("file.unknown-key", f'不认识的键 "{key}"', f'unknown key "{key}"', where=file.where(key))
        for key in sorted(set(file.data) - {"review"})
    ]
    rows = file.data.get("review", [])
    if not isinstance(rows, list):
        zh, en = "[review] 应写成 [[review]]，可以有多个", "[review] is written [[review]]"
        return [], [*problems, problem("file.value", zh, en, where=file.where("review"))]
    found: list[Review] = []
    for number, row in enumerate(rows):
        review, wrong = strict(Review, file, row, "review", number)
        wrong += _empty(review, file, number) if review else []
        problems += wrong
        if review and not wrong:
            found.append(review)
    return found, problems


def _empty(review: Review, file: TomlFile, number: int) -> list[Problem]:
    """Report what is there but says nothing: a review without a name is no review."""
    return [
        problem("file.value", "不能空着", "must not be empty", where=file.where("review", number, item.name))
        for item in fields(Review)
        if not str(getattr(review, item.name)).strip()
    ]
