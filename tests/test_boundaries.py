"""What may import what, and what must not be there at all."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "mutualplans"
EXACT = ("model", "expr", "backends", "plan", "engine", "office", "files", "batch", "testing")
LAYERS = (
    "model",
    "expr",
    "backends",
    "plan",
    "engine",
    ("office", "files"),
    "batch",
    "registry",
    "testing",
    "cli",
)


def sources(folder: Path) -> list[Path]:
    """Return the Python files below a folder."""
    return sorted(folder.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def layer(module: str) -> int | None:
    """Return the height of a core module; ``None`` for what belongs to no layer."""
    parts = module.split(".")
    if len(parts) < 2 or parts[0] != "mutualplans":
        return None
    for height, names in enumerate(LAYERS):
        if parts[1] in (names if isinstance(names, tuple) else (names,)):
            return height
    return None


@pytest.mark.parametrize("path", sources(CORE), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_one_way(path: Path) -> None:
    """A module of the core imports only its own layer and lower ones, even inside functions."""
    own = layer(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if own is None:
        own = 0 if path.name == "version.py" else len(LAYERS)

    upward = [module for module in imported(path) if (found := layer(module)) is not None and found > own]

    assert upward == []


def test_nothing_in_the_core_imports_a_plugin() -> None:
    """The core knows no particular plan."""
    found = [
        (path.name, module) for path in sources(CORE) for module in imported(path) if "mutualplans_" in module
    ]

    assert found == []


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "plugins").glob("mutualplans-*")), ids=lambda path: path.name
)
def test_plugins_import_only_the_public_names(folder: Path) -> None:
    """A plugin's package imports the standard library, `mutualplans` itself and its own modules."""
    package = folder.name.replace("-", "_")
    found = {module for path in sources(folder / package) for module in imported(path)}
    foreign = {
        module
        for module in found
        if module != "mutualplans" and module.split(".")[0] not in {package, *sys.stdlib_module_names}
    }

    assert set() == foreign


def test_no_float_on_a_money_path() -> None:
    """Below the command line there is no float: no literal, no call, no true division."""
    found = []
    for folder in EXACT:
        for path in sources(CORE / folder):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
                call = (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
                )
                divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
                if (literal or call or divides) and not _allowed(path, node):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert found == []


def _allowed(path: Path, node: ast.AST) -> bool:
    """Paths are joined and exact fractions divided by ``/``; an ID number is tested for being a binary double."""
    if path.name in ("identity.py", "problem.py"):  # a test for binary doubles; how alike two names are
        return True
    return any(
        word in ast.unparse(node)
        for word in ("Path(", "folder", "files(", "package", "Fraction(", "exact / ", "steepest / ")
    )


def test_rules_read_no_clock() -> None:
    """Neither the core below the command line nor a plugin asks what day it is."""
    places = [CORE / folder for folder in EXACT] + [ROOT / "plugins"]
    names = {"today", "now", "monotonic", "utcnow", "localtime"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in places
        for path in sources(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]

    assert found == []


def loaded(code: str) -> set[str]:
    """Return the modules loaded after running `code` in a fresh interpreter."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_core_is_light() -> None:
    """`import mutualplans` loads neither click nor cattrs nor rich nor openpyxl, nor any plugin."""
    modules = loaded("import mutualplans")

    assert set() == modules & {"attrs", "click", "cattrs", "rich", "openpyxl", "tomllib", "pluggy"}
    assert [name for name in modules if name.startswith("mutualplans_")] == []


def test_declaring_a_plan_reads_no_file() -> None:
    """Loading a plugin's plan imports no TOML reader: editions are read when they are first needed."""
    modules = loaded("import mutualplans_female_illness.plan")

    assert set() == modules & {"click", "cattrs", "rich", "openpyxl", "tomllib"}
