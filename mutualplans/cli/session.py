"""The session: what the global options say, for every command to read."""

from __future__ import annotations

from typing import NamedTuple

import click

__all__ = ["Session", "current_session"]


class Session(NamedTuple):
    """The global options of one run. A plain tuple, so that ``--help`` does not import attrs.

    Attributes:
        no_plugin: Plugins not to use, by entry-point or package name.
        strict: Broken and invalid plugins are errors.
        debug: Unexpected errors show the full traceback.
    """

    no_plugin: tuple[str, ...] = ()
    strict: bool = False
    debug: bool = False


def current_session() -> Session:
    """Return the session of the running command; the defaults where a command runs alone, as in tests."""
    context = click.get_current_context(silent=True)
    return (context and context.find_object(Session)) or Session()
