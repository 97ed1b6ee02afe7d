"""Walk through a page: write the files it shows, run the commands it shows, compare what they print.

Code fences of a page that is walked:

``toml title="a/b.toml"``
    The block is the whole file. With ``before="…"`` it is put in front of the line that begins so, and an empty
    line after it; with ``replaces="…"`` in the place of the statement that begins so; with ``appends`` at the end.
``console``
    Lines that begin with ``$`` are commands (a backslash at the end continues one), the others what they print.
    ``…`` stands for any text, on a line of its own for any lines. A command that ends with another exit status
    than 0 is followed by ``$ echo $?``.

``python docs/walk.py PAGE`` says where a page and the program differ; with ``--write`` it puts what was printed
into the page, and what the page builds into the folder of `RESULTS`. Commands run in a new folder, with what
`PAGES` names copied into it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

__all__ = ["PAGES", "RESULTS", "Command", "Differs", "Walk", "built", "fences", "prepare", "walk"]

ROOT = Path(__file__).parent.parent

PAGES = {
    "README.md": {"examples": "examples"},
    "docs/tutorial-plan.md": {},
    "docs/publish.md": {"examples/plugin": "."},
    "docs/guide-office.md": {"examples/office": ".", "examples/cases": "cases"},
}
"""Page → what is copied into the folder before its first step (folder of the repository → place)."""

RESULTS = {
    "docs/tutorial-plan.md": (
        "examples/plugin",
        ("CHANGELOG.md", "README.md", "pyproject.toml", "mutualplans_fuzhou_medical", "tests"),
    )
}
"""Page → the folder of the repository that holds what it builds, and which files and folders these are."""

_FENCE = re.compile(r"^```(\w*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)(?:="([^"]*)")?')
_MOST_SECONDS = 120


class Fence(NamedTuple):
    """A code block: its language, attributes, text, and where the text stands in the page."""

    language: str
    attributes: dict[str, str]
    text: str
    start: int


class Command(NamedTuple):
    """A command of a ``console`` block, what the page says it prints, and where that stands in the page."""

    line: str
    printed: str
    start: int


class Differs(NamedTuple):
    """A command that printed something else than the page says."""

    command: Command
    actual: str


def fences(page: str) -> list[Fence]:
    """Return the code blocks of a page, in order."""
    return [
        Fence(found[1], dict(_ATTRIBUTE.findall(found[2])), found[3], found.start(3))
        for found in _FENCE.finditer(page)
    ]


def commands(fence: Fence) -> list[Command]:
    """Return the commands of a ``console`` block."""
    found: list[Command] = []
    position, line, printed, begin = fence.start, "", "", 0
    unfinished = False
    for text in fence.text.splitlines(keepends=True):
        position += len(text)
        if unfinished or text.startswith("$ "):
            if not unfinished and line:
                found.append(Command(line, printed, begin))
            part = text.strip() if unfinished else text[2:].strip()
            line = f"{line} {part}" if unfinished else part
            unfinished = line.endswith("\\")
            line, printed, begin = line.removesuffix("\\").strip(), "", position
        else:
            printed += text
    return [*found, Command(line, printed, begin)] if line else found


def matches(expected: str, actual: str) -> bool:
    """Tell whether `actual` is what the page says, ``…`` standing for any text."""
    pattern = ""
    for line in expected.splitlines():
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += re.escape(line.rstrip()).replace("…", ".*") + r"\n"
    return re.fullmatch(pattern, actual) is not None


class Walk:
    """One walk through a page.

    Attributes:
        folder: Where files are written and commands run.
        site: Where plugins installed on the way lie, as metadata that points to their folders.
        status: Exit status of the last command.
    """

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder, self.site, self.status = folder, site, 0
        self.path = [str(site)]
        site.mkdir(parents=True, exist_ok=True)

    def write(self, fence: Fence) -> None:
        """Write, or change, the file that a block shows."""
        file = self.folder / fence.attributes["title"]
        file.parent.mkdir(parents=True, exist_ok=True)
        text = fence.text
        if "appends" in fence.attributes:
            text = file.read_text("utf-8") + text
        for how in ("before", "replaces"):
            if how in fence.attributes:
                text = _changed(file, fence.attributes[how], fence.text, keep=how == "before")
        file.write_text(text, "utf-8")

    def run(self, line: str) -> str:
        """Run a command and return what it printed, standard error included."""
        if line == "echo $?":
            return f"{self.status}\n"
        program, *arguments = shlex.split(line)
        if (program, *arguments[:1]) == ("pip", "install"):
            return self._install(arguments[1:])
        runs = {"mutualplans": ["-m", "mutualplans"], "python": []}
        runs["pytest"] = ["-m", "pytest", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [sys.executable, *runs[program], *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_MOST_SECONDS,
            check=False,
        )
        self.status = done.returncode
        text = done.stdout.decode("utf-8").replace("\r\n", "\n").replace(str(self.folder), ".")
        return "".join(f"{printed.rstrip()}\n" for printed in text.splitlines())

    def _environment(self) -> dict[str, str]:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("MUTUALPLANS", "PYTEST"))
        }
        own = {"PYTHONPATH": os.pathsep.join(self.path), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
        return kept | own | {"NO_COLOR": "1", "COLUMNS": "80"}

    def _install(self, arguments: list[str]) -> str:
        """Do what ``pip install -e .`` does, without pip: make the metadata visible and the folder importable."""
        if arguments != ["-e", "."]:
            message = f"only pip install -e . is walked, not pip install {' '.join(arguments)}"
            raise ValueError(message)
        project = tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8"))["project"]
        name = f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        metadata = self.site / name
        metadata.mkdir(exist_ok=True)
        points = [
            f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
            for group, entries in project["entry-points"].items()
        ]
        (metadata / "entry_points.txt").write_text("".join(points), "utf-8")
        stated = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (metadata / "METADATA").write_text(f"{stated}Summary: {project['description']}\n", "utf-8")
        self.path.append(str(self.folder))
        self.status = 0
        return ""


def _changed(file: Path, start: str, block: str, *, keep: bool) -> str:
    """Return the file's text with `block` before, or in the place of, the statement that begins with `start`."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if line.startswith(start)]
    if len(places) != 1:
        message = f"{file.name}: {len(places)} lines begin with {start!r}; one is wanted"
        raise ValueError(message)
    at = places[0]
    if keep:
        return "".join([*lines[:at], block, "\n", *lines[at:]])
    end = at
    if lines[at].rstrip().endswith(("(", "[", "{")):
        end = next(number for number in range(at, len(lines)) if lines[number].startswith((")", "]", "}")))
    return "".join([*lines[:at], block, *lines[end + 1 :]])


def walk(page: str, folder: Path, site: Path) -> list[Differs]:
    """Do every step of a page in `folder`; returns the commands that printed something else.

    A command that fails without ``$ echo $?`` behind it differs too.
    """
    steps = Walk(folder, site)
    found: list[Differs] = []
    for fence in fences(page):
        if fence.language == "console":
            todo = commands(fence)
            for number, command in enumerate(todo):
                actual = steps.run(command.line)
                shown = number + 1 < len(todo) and todo[number + 1].line == "echo $?"
                failed = steps.status and not shown and command.line != "echo $?"
                if failed:
                    actual += f"[exit status {steps.status}, not shown by: $ echo $?]\n"
                if failed or not matches(command.printed, actual):
                    found.append(Differs(command, actual))
        elif "title" in fence.attributes:
            steps.write(fence)
    return found


def prepare(name: str, folder: Path) -> None:
    """Copy into `folder` what a page starts from."""
    for source, place in PAGES[name].items():
        shutil.copytree(ROOT / source, folder / place, dirs_exist_ok=True)


def built(name: str, folder: Path) -> dict[str, str]:
    """Return the files that a page has built in `folder` and that the repository keeps: path → text."""
    _kept, parts = RESULTS.get(name, ("", ()))
    files = [
        file for part in parts for file in [folder / part, *(folder / part).rglob("*")] if file.is_file()
    ]
    return {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in files}


def rewritten(page: str, differences: list[Differs]) -> str:
    """Return the page with what was printed in the place of what it said."""
    for command, actual in sorted(differences, key=lambda item: item.command.start, reverse=True):
        page = page[: command.start] + actual + page[command.start + len(command.printed) :]
    return page


def main(arguments: list[str]) -> int:
    """Walk the pages named, or all of them."""
    write = "--write" in arguments
    names = [name for name in arguments if name != "--write"] or list(PAGES)
    total = 0
    for name in names:
        file = ROOT / name
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary).resolve() / "work"
            folder.mkdir()
            prepare(name, folder)
            differences = walk(file.read_text("utf-8"), folder, folder.parent / "site")
            result = built(name, folder)
        for command, actual in differences:
            sys.stdout.write(
                f"{name}: $ {command.line}\n--- the page\n{command.printed}--- printed\n{actual}\n"
            )
        if write:
            file.write_text(rewritten(file.read_text("utf-8"), differences), "utf-8")
            for path, text in result.items():
                kept = ROOT / RESULTS[name][0] / path
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(text, "utf-8")
        total += len(differences)
    return 1 if total and not write else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
