"""The repository keeps its own promises: every plugin has its files, pins name no host, examples are current."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = sorted((ROOT / "plugins").glob("mutualplans-*"))
KEPT = ("pyproject.toml", "README.md", "CHANGELOG.md", "tests/test_plan.py")


def tracked() -> list[Path]:
    """Return the files that git keeps, or all files where there is no git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = done.stdout.split("\0") if done.returncode == 0 else []
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda path: path.name)
def test_a_plugin_folder_is_complete(folder: Path) -> None:
    """Each plugin has its files, the entry point that its name promises, and its data in the wheel."""
    package = folder.name.replace("-", "_")
    slug = folder.name.removeprefix("mutualplans-")
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))

    assert [name for name in KEPT if not (folder / name).is_file()] == []
    assert (folder / package / "cases.toml").is_file()
    assert {slug: package} == project["project"]["entry-points"]["mutualplans.plans.v1"]
    assert {"cases.toml", "editions/*.toml"} <= set(project["tool"]["setuptools"]["package-data"][package])
    assert any(item.startswith("mutualplans>=") for item in project["project"]["dependencies"])


def test_every_plugin_is_installed_for_development() -> None:
    """`requirements-dev.txt` names the core with its extras and every plugin folder."""
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()

    assert {"-e .[fast]"} | {f"-e plugins/{folder.name}" for folder in PLUGINS} <= set(lines)


def test_every_plugin_has_five_or_fewer_screens() -> None:
    """A declaration that is read in five minutes has at most 200 lines."""
    long = [
        path.name
        for folder in PLUGINS
        for path in [folder / folder.name.replace("-", "_") / "plan.py"]
        if len(path.read_text(encoding="utf-8").splitlines()) > 200
    ]

    assert long == []


def test_pins_name_versions_and_no_host() -> None:
    """Each line of the constraints is a name and a version; nothing in the repository names a package host."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    option = "-".join(("index", "url"))  # put together, so that this file does not name what it forbids
    host = re.compile(rf"({option}|py(pi)\.org|python(hosted))")
    named = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.suffix in (".toml", ".txt", ".cfg", ".ini", ".md") or path.name in ("Makefile", "run")
        if path != Path(__file__) and host.search(path.read_text(encoding="utf-8"))
    ]

    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9_.\-+]+", line)] == []
    assert named == []


def test_every_test_says_what_it_shows() -> None:
    """Each test function has a docstring of its own."""
    silent = []
    for path in tracked():
        if path.name.startswith("test_") and path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
            for found in re.finditer(r"^    def (test_\w+)|^def (test_\w+)", text, re.MULTILINE):
                body = text[found.end() :].split(":\n", 1)[1].lstrip()
                if not body.startswith(('"""', 'r"""')):
                    silent.append(f"{path.name}: {found.group(1) or found.group(2)}")

    assert silent == []


def test_the_readme_names_every_edition_that_is_shipped() -> None:
    """The table of plugins in the README lists the editions as they are."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    editions = [path.stem for folder in PLUGINS for path in folder.glob("*/editions/*.toml")]

    assert [name for name in editions if f"`{name}`" not in readme] == []
