"""What is published: wheels that hold everything, are the same each time, and run where nothing else is installed."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from mutualplans.cli.main import main
from tools.build_wheels import PROJECTS, ROOT, build, package_of

OFFLINE = "--no-index --find-links {folder}"


@pytest.fixture(scope="module", name="wheels")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of the core and of every plugin."""
    folder = tmp_path_factory.mktemp("wheels")
    build(PROJECTS, folder)
    return folder


def test_a_wheel_holds_the_whole_package(wheels: Path) -> None:
    """Every module, template, edition, case file and marker of a package is in its wheel, and nothing else."""
    for project in PROJECTS:
        package = package_of(project)
        [wheel] = wheels.glob(f"{package.name}-*.whl")
        kept = {
            path.relative_to(package.parent).as_posix()
            for path in package.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        with ZipFile(wheel) as file:
            held = {name for name in file.namelist() if ".dist-info/" not in name}

        assert held == kept
    assert {path.name.partition("-")[0] for path in wheels.iterdir()} == {
        package_of(project).name for project in PROJECTS
    }


def test_the_same_files_give_the_same_bytes(wheels: Path, tmp_path: Path) -> None:
    """A copy made later, elsewhere, with what a build leaves behind, gives the same wheel, in the place of the old."""
    plugin = ROOT / "plugins" / "mutualplans-accident"
    package = package_of(plugin).name
    copy = shutil.copytree(plugin, tmp_path / "elsewhere")
    for path in copy.rglob("*.toml"):
        os.utime(path, (2_000_000_000, 2_000_000_000))
        path.chmod(0o600)
    left = copy / "build" / "lib" / package / "left_behind.py"
    left.parent.mkdir(parents=True)
    left.write_text("raise SystemExit\n")
    out = tmp_path / "out"
    out.mkdir()
    (out / f"{package}-0.0.1-py3-none-any.whl").touch()

    [again] = build([copy], out)

    assert again.read_bytes() == (wheels / again.name).read_bytes()
    assert list(out.iterdir()) == [again]


# ---------------------------------------------------------------- where nothing else is installed


class Empty:
    """A virtual environment with nothing in it but pip, without our sources, settings or package hosts."""

    def __init__(self, home: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        self.home, self.programs = home, home / ("Scripts" if os.name == "nt" else "bin")
        dropped = ("PYTHON", "PIP_", "MUTUALPLANS", "VIRTUAL_ENV", "COV_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        self.environment = kept | {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_CACHE_DIR": "1",
            "PYTHONUTF8": "1",
            "COLUMNS": "120",
        }

    def run(self, line: str, status: int = 0) -> str:
        """Run a program of the environment and return what it printed on stdout."""
        program, *arguments = shlex.split(line)
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout


def requirements(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return a distribution and everything that it requires here, by name."""
    if name not in found:
        found[name] = distribution(name)
        for line in found[name].requires or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                requirements(needed.name.lower(), found)
    return found


def packed(installed: Distribution, folder: Path) -> None:
    """Pack an installed library into a wheel again, from the list of its files: no package host is asked."""
    name = str(installed.metadata["Name"]).replace("-", "_")
    with ZipFile(folder / f"{name}-{installed.version}-py3-none-any.whl", "w") as wheel:
        for path in installed.files or ():
            place = Path(str(installed.locate_file(path)))
            if ".." not in path.parts and path.suffix != ".pyc" and place.is_file():
                wheel.write(place, path.as_posix())


def libraries() -> Iterator[Distribution]:
    """Yield the libraries that the core needs, as they are installed here."""
    for name, installed in requirements("mutualplans", {}).items():
        if name != "mutualplans":
            yield installed


def test_an_empty_environment_quotes_and_decides(
    wheels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a folder of wheels, without a network: install, list, quote, decide, check, and write a new plan."""
    folder = shutil.copytree(wheels, tmp_path / "packages of ours")
    for installed in libraries():
        packed(installed, folder)
    main(
        [
            "new-plan",
            "trial-unit",
            "--title",
            "示例团体互助计划",
            "--family",
            "group",
            "--folder",
            str(tmp_path),
        ]
    )
    build([tmp_path / "mutualplans-trial-unit"], folder)
    empty = Empty(tmp_path / "empty")
    offline = OFFLINE.format(folder=shlex.quote(str(folder)))

    empty.run(f"python -m pip install -q {offline} mutualplans")
    assert empty.run("mutualplans plugins") == ""
    origin = empty.run('python -c "import mutualplans; print(mutualplans.__file__)"')
    assert Path(origin).is_relative_to(empty.home)

    printed = empty.run(f"mutualplans install female-illness accident trial-unit {offline}")
    assert [line.split()[3] for line in printed.splitlines() if " mutualplans-" in line] == ["可用"] * 3
    quoted = json.loads(
        empty.run(
            "mutualplans quote --plan accident --edition national-2011 --tier 50 --risk-class high --format json "
            "--first-day 2012-01-01 --birth-date 1980-01-01 --employment in-post"
        )
    )
    assert quoted["total"] == "62.00"
    case = shlex.quote(str(ROOT / "examples" / "cases" / "peng-2014.toml"))
    assert "合计给付：24,208.00" in empty.run(f"mutualplans simulate {case} --explain")
    for name in ("female-illness", "accident", "trial-unit"):
        assert "，0 项不通过" in empty.run(f"mutualplans check {name}").splitlines()[-1]

    empty.run("mutualplans new-plan another --title 另一互助计划 --family grades")
    assert "<!-- parameters: end -->" in (empty.home / "mutualplans-another" / "README.md").read_text("utf-8")
    empty.run("mutualplans office init --plans accident")
    empty.run("mutualplans uninstall -y accident")
    empty.run(f"mutualplans install no-such-plan {offline}", status=1)
    assert "accident" not in empty.run("mutualplans plugins")
