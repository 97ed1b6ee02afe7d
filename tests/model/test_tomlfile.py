"""A TOML file knows the line of each key, so that a problem can say where it is."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from mutualplans.model.problem import MutualPlansError, Problem
from mutualplans.model.tomlfile import dotted, read_toml

OFFICE = dedent(
    """\
    # an office
    id = "beijing"
    title = { zh = "北京", en = "Beijing" }

    [limits]
    "most shares" = 2
    group.least = 5

    [[plans]]
    id = "a"
    [plans.values]
    daily = "26"

    [[plans]]
    id = "b"
      [plans.values]
      daily = "30"
      [[plans.tiers]]
      gives = "50%"
      [[plans.tiers]]
      gives = "60%"
    """
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("id",), "office.toml:2: id"),
        (("title",), "office.toml:3: title"),
        # inside a one-line table: the line of the table
        (("title", "en"), "office.toml:3: title.en"),
        (("limits",), "office.toml:5: limits"),
        (("limits", "most shares"), "office.toml:6: limits.most shares"),
        (("limits", "group", "least"), "office.toml:7: limits.group.least"),
        # a key that is not there: the line of its table
        (("limits", "absent"), "office.toml:5: limits.absent"),
        (("plans",), "office.toml:9: plans"),
        (("plans", 0), "office.toml:9: plans[1]"),
        (("plans", 0, "id"), "office.toml:10: plans[1].id"),
        (("plans", 0, "values", "daily"), "office.toml:12: plans[1].values.daily"),
        (("plans", 1, "id"), "office.toml:15: plans[2].id"),
        (("plans", 1, "values", "daily"), "office.toml:17: plans[2].values.daily"),
        (("plans", 1, "tiers", 0, "gives"), "office.toml:19: plans[2].tiers[1].gives"),
        (("plans", 1, "tiers", 1, "gives"), "office.toml:21: plans[2].tiers[2].gives"),
        (("absent",), "office.toml: absent"),
        ((), "office.toml"),
    ],
)
def test_keys_have_their_lines(path: tuple[str | int, ...], expected: str) -> None:
    """Each key stands on its line, a key without one on that of the nearest table around it."""
    assert expected == read_toml("office.toml", OFFICE).where(*path)


def test_items_are_counted_from_one() -> None:
    """A path is printed as users count."""
    assert dotted(("plans", 2, "values", "daily")) == "plans[3].values.daily"
    assert dotted(()) == ""


def refused(path: Path | str, text: str | None = None) -> Problem:
    """Return the one problem with which a file is refused."""
    with pytest.raises(MutualPlansError) as caught:
        read_toml(path, text)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = 12.50 元\n", 2),
        ("a = 1\n\n[t\n", 3),
        ("a = “x”\n", 1),
        ("a = 1\na = 2\n", 2),
        ("a = 1\r\nb =\r\n", 2),
    ],
)
def test_broken_files_say_the_line(text: str, line: int) -> None:
    """What is not TOML is refused with the line at which reading stopped."""
    found = refused("edition.toml", text)

    assert ("file.toml", f"edition.toml:{line}") == (found.code, found.where)
    assert found.hint is not None


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is a problem with its name, not a traceback."""
    found = refused(tmp_path / "none.toml")

    assert ("file.open", str(tmp_path / "none.toml")) == (found.code, found.where)


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder in the place of a file is a problem of the same kind."""
    assert refused(tmp_path).code == "file.open"


def test_gbk_is_refused(tmp_path: Path) -> None:
    """A file saved as GBK is refused with what to do about it, not read as something else."""
    path = tmp_path / "gbk.toml"
    path.write_bytes('title = "北京"\n'.encode("gbk"))
    found = refused(path)

    assert found.code == "file.encoding"
    assert "UTF-8" in found.line("zh")


def test_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    """The mark that Notepad writes before UTF-8 is no part of the first key."""
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + 'title = "北京"\n'.encode())
    file = read_toml(path)

    assert file.data == {"title": "北京"}
    assert f"{path}:1: title" == file.where("title")


def test_text_takes_the_place_of_the_file(tmp_path: Path) -> None:
    """Given a text, the file itself is not opened."""
    assert read_toml(tmp_path / "none.toml", "a = 1").data == {"a": 1}
