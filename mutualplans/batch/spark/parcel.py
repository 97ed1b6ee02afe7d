"""What travels with a Spark job: the office with its plans and editions, and the packages that can read it."""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import zipfile
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import frozen

from mutualplans.engine.office import Office

__all__ = ["Parcel", "parcel"]

_CARRIED = ("mutualplans", "attr", "attrs", "cattrs", "typing_extensions")
"""Packages in pure Python that deciding needs, whatever the plans."""
_NOT_CARRIED = ("__pycache__",)
_EPOCH = (1980, 1, 1, 0, 0, 0)


@frozen
class Parcel:
    """A job's luggage.

    Attributes:
        office: The office, pickled.
        packages: Names of the packages that travel.
        archive: These packages as a zip that Python imports from.
    """

    office: bytes
    packages: tuple[str, ...]
    archive: bytes

    @property
    def name(self) -> str:
        """File name of the archive: another one for other contents."""
        return f"mutualplans-{hashlib.sha256(self.archive).hexdigest()[:16]}.zip"


def parcel(office: Office) -> Parcel:
    """Pack an office.

    Values and editions travel inside the pickle; of code it holds only names, and the packages that those lie in
    travel beside it: the core, and the plugins whose plans call functions of their own. A package with compiled
    parts does not travel; workers must have it.
    """
    from pyspark import cloudpickle

    pickled: bytes = cloudpickle.dumps(office)
    named = _Names(io.BytesIO(pickled))
    named.load()
    carried, archive = _archive((*_CARRIED, *sorted(named.found - {*_CARRIED})))
    return Parcel(pickled, carried, archive)


@cache
def _archive(packages: tuple[str, ...]) -> tuple[tuple[str, ...], bytes]:
    """Return which of the packages travel, and the archive of these."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        carried = [package for package in packages if _add(package, file)]
    return tuple(carried), archive.getvalue()


class _Names(pickle.Unpickler):
    """Notes the packages that a pickle names."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.found: set[str] = set()

    def find_class(self, module: str, name: str) -> Any:
        package = module.partition(".")[0]
        if package not in sys.stdlib_module_names and package not in ("__main__", "pyspark"):
            self.found.add(package)
        return super().find_class(module, name)


def _add(package: str, file: zipfile.ZipFile) -> bool:
    """Put a package into the archive; says whether it is in pure Python and therefore was."""
    spec = find_spec(package)
    if spec is None:
        return False
    if not spec.submodule_search_locations:
        if not (spec.origin or "").endswith(".py"):
            return False
        _write(file, Path(str(spec.origin)).name, Path(str(spec.origin)))
        return True
    homes = [Path(home) for home in spec.submodule_search_locations]
    paths = [(home, path) for home in homes for path in sorted(home.rglob("*")) if path.is_file()]
    if any(path.name.endswith(tuple(EXTENSION_SUFFIXES)) for _home, path in paths):
        return False
    for home, path in paths:
        inside = path.relative_to(home)
        if not any(part in _NOT_CARRIED or part.startswith(".") for part in inside.parts):
            _write(file, f"{package}/{inside.as_posix()}", path)
    return True


def _write(file: zipfile.ZipFile, name: str, path: Path) -> None:
    """Write one file; without its date, so that the same packages make the same archive."""
    file.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
