"""Exit statuses: what a script or a scheduler can tell from how a command ended."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitStatus"]


class ExitStatus(IntEnum):
    """How a command ended; `INTERRUPTED` is the shell's own number for Ctrl-C."""

    OK = 0
    """Everything that was asked for was done."""

    ERROR = 1
    """Something could not be done, or something unexpected happened."""

    USAGE = 2
    """The command line is wrong: an unknown command or option, or a value that does not fit (click's own)."""

    ROWS_REFUSED = 3
    """Done, but some rows or claims were refused or are incomplete; the problems say which."""

    PLUGIN = 4
    """A plugin that this command needs is broken or missing."""

    DATA = 5
    """An input file is wrong; nothing was done."""

    INTERRUPTED = 130
    """Stopped with Ctrl-C."""
