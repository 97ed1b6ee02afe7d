"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mutualplans.files import table_problems as wrong
from mutualplans.model.problem import MutualPlansError

__all__ = ["whole_file"]


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; what was written there becomes `path` when everything went well.

    An older file stays until then. When anything goes wrong, and on Ctrl-C, nothing is left.

    Raises:
        MutualPlansError: the file cannot be written; a full disk is said as such.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb"):
            pass
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise MutualPlansError(wrong.unwritable(path, error)) from error
    finally:
        temporary.unlink(missing_ok=True)
