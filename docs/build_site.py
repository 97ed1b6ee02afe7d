"""Build the docs as a site: ``python docs/build_site.py`` → ``build/site/index.html``.

Pages are written for readers of the repository. For the site they are copied to one folder, the plugins' READMEs and
the changelog with them; links to sources that are no pages become plain text. Sphinx then builds without a network,
every warning an error: a dead link, or a page that no menu leads to.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MENU = {
    "办事处 · Offices": [
        "guide-office",
        "offices",
        "published",
        "reference/cli",
        "reference/problems",
        "reference/exit-codes",
        "spark",
        "glossary",
        "CHANGELOG",
    ],
    "写计划 · Plan authors": [
        "tutorial-plan",
        "cookbook/index",
        "phrasebook",
        "expressiveness",
        "function-leaf",
        "contract",
        "publish",
    ],
    "参考 · Reference": [
        "reference/formulas",
        "reference/fields",
        "reference/batch",
        "reference/files",
        "reference/checks",
        "reference/hooks",
        "reference/nodes",
    ],
    "手册 · Cookbook": [
        "cookbook/base",
        "cookbook/scales",
        "cookbook/limits",
        "cookbook/time",
        "cookbook/people",
    ],
    "计划插件 · Plugins": ["plugins/README", "plugins/*/README"],
    "背景 · Background": ["why", "benchmarks", "decisions/*"],
}
"""Heading → pages, in order; a star stands for any name."""

_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
_FENCES = re.compile(r"(^```.*?^```[^\S\n]*$)", re.MULTILINE | re.DOTALL)


def sources() -> dict[str, Path]:
    """Return the pages of the site: name → file of the repository."""
    found = {file.relative_to(ROOT / "docs").as_posix(): file for file in (ROOT / "docs").rglob("*.md")}
    elsewhere = [ROOT / "CHANGELOG.md", *(ROOT / "plugins").glob("**/README.md")]
    return found | {file.relative_to(ROOT).as_posix(): file for file in elsewhere}


def page(name: str, pages: dict[str, Path]) -> str:
    """Return a page as the site needs it."""
    parts = _FENCES.split(pages[name].read_text("utf-8"))
    lies_at = pages[name].relative_to(ROOT).as_posix()
    parts[::2] = [_LINK.sub(lambda link: _linked(link, lies_at, name, pages), part) for part in parts[::2]]
    return "".join(parts) + (_menu(pages) if name == "index.md" else "")


def _linked(link: re.Match[str], lies_at: str, name: str, pages: dict[str, Path]) -> str:
    """Return a link as it leads from a page of the site; to a source that is no page, the words alone."""
    words, target, anchor = link[1], link[2], link[3] or ""
    if ":" in target:
        return link[0]
    path = posixpath.normpath(posixpath.join(posixpath.dirname(lies_at), target))
    place = path.removeprefix("docs/")
    inside = sorted(item for item in pages if item.startswith(f"{place}/"))
    for candidate in (place, f"{place}/README.md", *inside[:1]):
        if candidate in pages:
            return f"[{words}]({posixpath.relpath(candidate, posixpath.dirname(name) or '.')}{anchor})"
    return words if (ROOT / path).exists() else link[0]


def _menu(pages: dict[str, Path]) -> str:
    """Return the tables of contents that make the menu."""
    trees = []
    for heading, names in MENU.items():
        options = f":caption: {heading}\n:hidden:\n:maxdepth: 1\n:glob:\n"
        trees.append(f"```{{toctree}}\n{options}\n" + "\n".join(names) + "\n```")
    return "\n\n" + "\n\n".join(trees) + "\n"


def build(folder: Path) -> int:
    """Build the site below `folder`: its pages in ``site-pages``, the site in ``site``. Returns the exit status."""
    staged, site = folder / "site-pages", folder / "site"
    shutil.rmtree(staged, ignore_errors=True)
    shutil.rmtree(site, ignore_errors=True)
    pages = sources()
    for name in pages:
        file = staged / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(name, pages), "utf-8")
    shutil.copytree(ROOT / "docs" / "static", staged / "static")
    options = [
        "-q",
        "-E",
        "-W",
        "--keep-going",
        "-j",
        "2",
        "-c",
        str(ROOT / "docs"),
        "-d",
        str(folder / "site-trees"),
    ]
    done = subprocess.run([sys.executable, "-m", "sphinx", *options, str(staged), str(site)], check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(build(ROOT / "build"))
