"""``reference/cli.md``: the help of every command, in Chinese and English, at a fixed width."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from docs.pages.markdown import fixed, page

__all__ = ["cli", "helps"]

_WIDTH = "82"  # columns of the terminal; help uses two less

_ASK = """
import json, sys
import click
from mutualplans.cli import language, main
language.set_lang(sys.argv[1]); language.translate_click()
found = {}
def note(command, context):
    found[context.command_path] = command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            try:
                below = command.get_command(context, name)
            except ModuleNotFoundError as error:
                if not str(error.name).startswith("mutualplans.cli."):
                    raise
                print(f"mutualplans {name}: the command is in the table, its module is not there", file=sys.stderr)
                continue
            note(below, below.context_class(below, info_name=name, parent=context))
group = main.build()
note(group, group.context_class(group, info_name=main.PROGRAM, **group.context_settings))
sys.stdout.buffer.write(json.dumps(found).encode())
"""


def helps(lang: str) -> dict[str, str]:
    """Return the help page of every command by its name; commands choose their language as they are imported."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MUTUALPLANS")}
    done = subprocess.run(
        [sys.executable, "-c", _ASK, lang],
        env=environment | {"COLUMNS": _WIDTH, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def cli() -> str:
    """Return the page."""
    chinese, english = helps("zh"), helps("en")
    sections = [
        f"## {name}\n\n{fixed(chinese[name])}\n\n{fixed(english[name])}"
        for name in chinese
        if name in english
    ]
    intro = (
        "Every command with its help, as `-h` prints it (`--lang en` for English). Options may also be set by "
        "environment variables that begin with `MUTUALPLANS_`, for example `MUTUALPLANS_OFFICE`; `MUTUALPLANS_CACHE` names the folder for compiled kernels. How a command ends "
        "is told by its [exit status](exit-codes.md)."
    )
    return page("Commands · 命令", intro, *sections)
