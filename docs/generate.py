"""Write the pages that are made from the source: ``python docs/generate.py``; with ``--check`` only compare.

With ``--check`` nothing is written, and the exit status is 1 when a page differs from what the source says.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)] if str(ROOT) not in sys.path else []

from docs.pages.batch import batch  # noqa: E402 - the repository has to be importable first
from docs.pages.checks import checks  # noqa: E402
from docs.pages.cli import cli  # noqa: E402
from docs.pages.cookbook import TITLES, cookbook_index, cookbook_page  # noqa: E402
from docs.pages.exits import exit_codes  # noqa: E402
from docs.pages.fields import fields  # noqa: E402
from docs.pages.files import files  # noqa: E402
from docs.pages.formulas import formulas  # noqa: E402
from docs.pages.hooks import hooks  # noqa: E402
from docs.pages.leaf import function_leaf  # noqa: E402
from docs.pages.nodes import nodes  # noqa: E402
from docs.pages.offices import offices  # noqa: E402
from docs.pages.plugins import plugin_pages  # noqa: E402
from docs.pages.problems import problems  # noqa: E402
from docs.pages.published import published  # noqa: E402

__all__ = ["PAGES", "pages"]

PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/batch.md": batch,
    "docs/reference/checks.md": checks,
    "docs/reference/cli.md": cli,
    "docs/reference/exit-codes.md": exit_codes,
    "docs/reference/fields.md": fields,
    "docs/reference/files.md": files,
    "docs/reference/formulas.md": formulas,
    "docs/reference/nodes.md": nodes,
    "docs/reference/problems.md": problems,
    "docs/reference/hooks.md": hooks,
    "docs/offices.md": offices,
    "docs/published.md": published,
    "docs/function-leaf.md": function_leaf,
    "docs/cookbook/index.md": cookbook_index,
    **{f"docs/cookbook/{place}.md": partial(cookbook_page, place) for place in TITLES},
}
"""Page → what makes it."""


def pages() -> Iterator[tuple[str, str]]:
    """Yield every generated page with its text: the reference, then what the plugins' own pages hold."""
    for name, make in PAGES.items():
        yield name, make()
    yield from plugin_pages()


def main(arguments: list[str]) -> int:
    """Write the pages, or say which differ."""
    check = "--check" in arguments
    differing = 0
    for name, text in pages():
        file = ROOT / name
        present = file.read_text("utf-8") if file.exists() else ""
        if present == text:
            continue
        differing += 1
        if check:
            lines = difflib.unified_diff(
                present.splitlines(), text.splitlines(), "present", "source", "", "", 0, ""
            )
            first = "\n".join(f"    {line}" for line in list(lines)[2:8])
            sys.stderr.write(f"{name} is not current; run: python docs/generate.py\n{first}\n")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            sys.stdout.write(f"wrote {name}\n")
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
