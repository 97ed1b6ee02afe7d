"""Build the wheels of the core and of every plugin: ``python tools/build_wheels.py FOLDER [PROJECT …]``.

The same files give the same bytes, whenever and wherever they are built: each project is copied without what earlier
builds left in it, with one date and one set of permissions. Nothing is looked up on a network; setuptools has to be
installed, as ``make`` installs it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["PROJECTS", "build", "package_of"]

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = (ROOT, *sorted((ROOT / "plugins").glob("mutualplans-*")))
"""The core, then the plugins."""

_BESIDE = ("pyproject.toml", "README.md", "LICENSE")
_EPOCH = "315532800"
"""1980-01-01, the first day that a zip file can hold."""


def package_of(project: Path) -> Path:
    """Return the folder of a project's one package, named as its distribution is."""
    name = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    return project / str(name).replace("-", "_")


def build(projects: Iterable[Path], folder: Path) -> list[Path]:
    """Build a wheel of each project in `folder`, in the place of earlier ones; return them.

    Raises:
        subprocess.CalledProcessError: a project cannot be built; pip says why.
    """
    with tempfile.TemporaryDirectory() as temporary:
        copies = [_copy(project, Path(temporary) / f"{place}") for place, project in enumerate(projects)]
        made = Path(temporary) / "wheels"
        options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir"]
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", made, *copies],
            env={"SOURCE_DATE_EPOCH": _EPOCH} | os.environ,
            umask=0o022 if os.name == "posix" else -1,  # the metadata is written by setuptools, as it pleases
            check=True,
        )
        folder.mkdir(parents=True, exist_ok=True)
        return [_place(wheel, folder) for wheel in sorted(made.glob("*.whl"))]


def _copy(project: Path, place: Path) -> Path:
    """Copy what a wheel is made of, and nothing that a build or a run has left there."""
    package = package_of(project)
    shutil.copytree(
        package,
        place / package.name,
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
        copy_function=shutil.copyfile,
    )
    for name in _BESIDE:
        if (project / name).is_file():
            shutil.copyfile(project / name, place / name)
    for path in place.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return place


def _place(wheel: Path, folder: Path) -> Path:
    """Move a wheel into the folder; older versions of the same project go."""
    for older in folder.glob(f"{wheel.name.partition('-')[0]}-*.whl"):
        older.unlink()
    return Path(shutil.move(wheel, folder / wheel.name))


def main(arguments: Sequence[str]) -> int:
    """Build the projects named, or all of the repository, and print each wheel with its SHA-256."""
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    projects = [Path(name).resolve() for name in arguments[1:]] or PROJECTS
    for wheel in build(projects, Path(arguments[0])):
        sys.stdout.write(f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
