"""The registry: plugins found without importing them, each loaded alone, every way of being broken told apart."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from mutualplans import hookspecs
from mutualplans.cli.exit import ExitStatus
from mutualplans.model.problem import MutualPlansError
from mutualplans.registry import PluginEntry, PluginError, PluginRecord, PluginRegistry, find_entries
from mutualplans.registry_problems import CONTRACT

HERE = Path(__file__).parent
BROKEN = HERE / "broken_plugins"
FOLDERS = sorted(
    folder.name for folder in BROKEN.iterdir() if folder.is_dir() and any(folder.glob("*.dist-info"))
)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test can import the plugins of the folders, and leaves none of them imported."""
    monkeypatch.delenv("MUTUALPLANS_LOAD_PLUGINS", raising=False)
    for name in [name for name in sys.modules if name.startswith("mutualplans_") and name[12:] in FOLDERS]:
        del sys.modules[name]  # another test file of this run imported it
    before = set(sys.modules)
    for name in FOLDERS:
        monkeypatch.syspath_prepend(str(BROKEN / name))
    yield
    for name in set(sys.modules) - before:
        if name.startswith("mutualplans_"):
            del sys.modules[name]


def paths(*names: str) -> list[str]:
    """Return the folders of some plugins, to look in."""
    return [str(BROKEN / name) for name in names]


def found_in(
    *names: str, blocked: tuple[str, ...] = (), only: tuple[str, ...] | None = None
) -> PluginRegistry:
    """Return the registry of the plugins in some folders."""
    return PluginRegistry.discover(path=paths(*names), blocked=blocked, only=only)


def codes(record: PluginRecord) -> set[str]:
    """Return the codes of a record's problems."""
    return {found.code for found in record.problems}


def copies_of_good(folder: Path, *names: str) -> list[str]:
    """Write working plugins of other names and return their folders."""
    for name in names:
        for file in (BROKEN / "good").rglob("*"):
            if file.is_dir() or file.suffix == ".pyc":
                continue
            target = folder / name / str(file.relative_to(BROKEN / "good")).replace("good", name)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text(encoding="utf-8").replace("good", name)
            target.write_text(text, encoding="utf-8")
    return [str(folder / name) for name in names]


# ---------------------------------------------------------------- finding


def test_metadata() -> None:
    """A plugin is found with name, package, version and summary, and nothing else is known of it yet."""
    (record,) = found_in("good").records

    assert record == PluginRecord(
        name="good",
        package="mutualplans-good",
        version="0.1.0",
        summary="A plugin that works, to stand beside the broken ones.",
        status="found",
    )


def test_listing_imports_no_plugin() -> None:
    """Listing every plugin imports none of them, nor what loading needs, and loading one imports that one only."""
    code = """
import json, sys
from mutualplans.registry import PluginRegistry
registry = PluginRegistry.discover(path=sys.argv[1:])
listed = [len(registry.records), len(registry.names()), registry.version_of("good")]
heavy = ["pluggy", "cattrs", "tomllib", "mutualplans.plan.declaration"]
ours = lambda: sorted(name for name in sys.modules if name.startswith("mutualplans_") or name in heavy)
before = ours()
registry.plan("good")
print(json.dumps([listed, before, ours()]))
"""
    folders = [str(BROKEN / name) for name in FOLDERS]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), *folders])}
    done = subprocess.run(
        [sys.executable, "-c", code, *folders],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    listed, before, after = json.loads(done.stdout or done.stderr)

    assert [len(FOLDERS), len(FOLDERS) - 5, "0.1.0"] == listed
    assert before == []
    assert after == ["cattrs", "mutualplans.plan.declaration", "mutualplans_good", "pluggy", "tomllib"]


def test_group() -> None:
    """The group that is looked for is the one of the hook contract."""
    assert hookspecs.GROUP == CONTRACT


def test_first_on_the_path_counts(tmp_path: Path) -> None:
    """A distribution that lies on the path two times is one plugin, the first."""
    shutil.copytree(BROKEN / "good", tmp_path / "again")
    info = next((tmp_path / "again").glob("*.dist-info/METADATA"))
    info.write_text(info.read_text(encoding="utf-8").replace("0.1.0", "0.0.9"), encoding="utf-8")

    (record,) = PluginRegistry.discover(path=[*paths("good"), str(tmp_path / "again")]).records

    assert (
        PluginRegistry(find_entries(paths("good"))).load("good").status,
        record.version,
    ) == ("ok", "0.1.0")


def test_both_contracts(tmp_path: Path) -> None:
    """A package that serves our contract and a later one under one name is used, and not called incompatible."""
    shutil.copytree(BROKEN / "good", tmp_path / "good")
    points = next((tmp_path / "good").glob("*.dist-info/entry_points.txt"))
    both = points.read_text(encoding="utf-8") + "\n[mutualplans.plans.v2]\ngood = mutualplans_good\n"
    points.write_text(both, encoding="utf-8")

    (record,) = PluginRegistry.discover(path=[str(tmp_path / "good")]).load_all()

    assert record.status == "ok"


@pytest.mark.parametrize("content", [b"[mutualplans.plans.v1]\n\xff\xfe = x\n", b"\xff\xff\n"])
def test_unreadable_metadata_of_others(tmp_path: Path, content: bytes) -> None:
    """A package whose entry points are no text at all stops nobody."""
    (tmp_path / "odd-1.dist-info").mkdir()
    (tmp_path / "odd-1.dist-info" / "entry_points.txt").write_bytes(content)

    registry = PluginRegistry.discover(path=[str(tmp_path), *paths("good")])

    assert registry.names() == ("good",)


# ---------------------------------------------------------------- every way of being broken


WAYS = {
    "good": ("ok", set()),
    "import_error": ("broken", {"plugin.import"}),
    "missing_dependency": ("broken", {"plugin.import"}),
    "bad_syntax": ("broken", {"plugin.import"}),
    "wrong_kinds": ("broken", {"plugin.import", "formula.kind"}),
    "misspelt_hook": ("broken", {"plugin.hook-unknown"}),
    "surplus_argument": ("broken", {"plugin.signature"}),
    "forgotten_marker": ("invalid", {"plugin.empty"}),
    "raises_in_hook": ("broken", {"plugin.call"}),
    "late_generator": ("broken", {"plugin.call"}),
    "bare_plan": ("broken", {"plugin.call"}),
    "not_a_plan": ("invalid", {"plan.type"}),
    "empty_list": ("invalid", {"plugin.empty"}),
    "foreign_id": ("invalid", {"plan.id"}),
    "id_twice": ("invalid", {"plan.id"}),
    "other_contract": ("incompatible", {"plugin.contract"}),
    "bad_name": ("invalid", {"plugin.name"}),
    "torn_metadata": ("invalid", {"plugin.name"}),
    "english_title": ("invalid", {"plan.label"}),
    "edition_broken": ("invalid", {"file.value", "edition.value-unknown", "edition.value-missing"}),
    "same_name_one": ("ok", set()),
    "same_name_two": ("ok", set()),
}


def test_every_folder_is_tried() -> None:
    """Each folder of a broken plugin has its line in the table of expectations."""
    assert sorted(WAYS) == FOLDERS


@pytest.mark.parametrize("way", WAYS)
def test_broken_beside_good(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way of being broken has its status and codes, and four good plugins beside it give their plans."""
    good = copies_of_good(tmp_path, "fine", "sound", "proper", "solid")
    for folder in good:
        monkeypatch.syspath_prepend(folder)
    registry = PluginRegistry.discover(path=[*paths(way), *good])
    registry.load_all()
    (record,) = (
        record for record in registry.records if not {record.name} & {"fine", "sound", "proper", "solid"}
    )

    assert WAYS[way] == (record.status, codes(record))
    assert {"fine", "sound", "proper", "solid"} == {plan.id for plan in registry.plans()} - {record.name}
    assert (record.status == "ok") == bool(record.plans)
    assert ((record,) if record.status in ("broken", "invalid") else ()) == registry.failed


@pytest.mark.parametrize(
    ("way", "line", "said"),
    [
        ("import_error", 4, "RuntimeError: the licence server is away"),
        ("missing_dependency", 3, "No module named 'a_package_nobody_has'"),
        ("bad_syntax", 3, "SyntaxError"),
        ("wrong_kinds", 7, "FormulaError"),
        ("surplus_argument", 6, "register_plans(config: object)，约定是 register_plans()"),
        ("raises_in_hook", 10, "KeyError: 'beijing'"),
        ("late_generator", 26, "no_such_plan"),
        ("bare_plan", 20, "'Plan' object is not iterable"),
    ],
)
def test_where_and_why(way: str, line: int, said: str) -> None:
    """What a plugin raised is told with the line of its own file and the cause."""
    (record,) = found_in(way).load_all()
    problem = record.problems[0]

    assert str(BROKEN / way / f"mutualplans_{way}" / "__init__.py") + f":{line}" == problem.where
    assert said in problem.message.zh


@pytest.mark.parametrize(
    ("way", "hint"),
    [
        ("missing_dependency", "pip install a_package_nobody_has"),
        ("misspelt_hook", "是不是 register_plans？"),
        ("forgotten_marker", "@mutualplans.hookimpl"),
        ("bare_plan", "return [plan]"),
        ("foreign_id", 'id="foreign-id"'),
        ("bad_name", "female-illness"),
        ("import_error", "--no-plugin import-error"),
        ("torn_metadata", "pip install --force-reinstall mutualplans-torn-metadata"),
    ],
)
def test_hints(way: str, hint: str) -> None:
    """A problem says what to do about it."""
    (record,) = found_in(way).load_all()
    given = record.problems[0].hint

    assert given is not None
    assert hint in given.zh


def test_own_modules_missing(tmp_path: Path) -> None:
    """A plugin whose own module is gone is to be reinstalled, not completed from somewhere."""
    shutil.copytree(next((BROKEN / "good").glob("*.dist-info")), tmp_path / "gone-1.dist-info")
    points = tmp_path / "gone-1.dist-info" / "entry_points.txt"
    points.write_text(f"[{CONTRACT}]\ngone = mutualplans_gone\n", encoding="utf-8")

    (record,) = PluginRegistry.discover(path=[str(tmp_path)]).load_all()
    hint = record.problems[0].hint

    assert hint is not None
    assert "pip install --force-reinstall mutualplans-good" in hint.zh


def test_own_error_keeps_its_words() -> None:
    """A formula refused where it is written says in the record what does not fit, at the plugin's line."""
    (record,) = found_in("wrong_kinds").load_all()
    problem = record.problems[1]

    assert "不能相加" in problem.message.zh
    assert problem.where.endswith("__init__.py:7")


def test_trace_is_kept_apart() -> None:
    """The traceback is on the record for --debug, and neither in its problems nor in its printed form."""
    (record,) = found_in("raises_in_hook").load_all()

    assert 'rates["beijing"]' in record.trace
    assert "Traceback" not in repr(record)
    assert record.seconds > 0


def test_exit_is_not_swallowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a plugin is imported stops the run: it is no fault of the plugin."""
    (tmp_path / "mutualplans_interrupted.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("interrupted", "mutualplans_interrupted", CONTRACT)
    registry = PluginRegistry([PluginEntry(point=point, package="mutualplans-interrupted")])

    with pytest.raises(KeyboardInterrupt):
        registry.load("interrupted")


# ---------------------------------------------------------------- two packages with one name


def test_duplicate() -> None:
    """Two packages with one name are both refused, with both named and a way to leave one out."""
    registry = found_in("same_name_one", "same_name_two", "good")
    first, second = (record for record in registry.load_all() if record.name == "same-name")

    assert (first.status, second.status) == ("invalid", "invalid")
    assert {"plugin.duplicate"} == codes(first) == codes(second)
    for name in ("mutualplans-same-name-one 0.1.0", "mutualplans-same-name-two 0.2.0"):
        assert name in first.problems[0].message.zh
    assert "--no-plugin mutualplans-same-name-two" in str(first.problems[0].hint)
    assert [plan.id for plan in registry.plans()] == ["good"]
    with pytest.raises(PluginError, match=r"plugin\.duplicate"):
        registry.plan("same-name")


def test_duplicate_resolved() -> None:
    """Blocking one of two packages by its distribution name lets the other one be used."""
    registry = found_in("same_name_one", "same_name_two", blocked=("mutualplans_same.name_one",))

    assert registry.plan("same-name").id == "same-name"
    assert registry.version_of("same-name") == "0.2.0"
    assert [record.status for record in registry.records] == ["blocked", "ok"]


def test_other_contract_is_no_duplicate(tmp_path: Path) -> None:
    """A package of another contract version takes no name from a package of ours."""
    shutil.copytree(BROKEN / "same_name_two", tmp_path / "later")
    points = next((tmp_path / "later").glob("*.dist-info/entry_points.txt"))
    points.write_text(points.read_text(encoding="utf-8").replace(".v1", ".v2"), encoding="utf-8")
    registry = PluginRegistry.discover(path=[*paths("same_name_one"), str(tmp_path / "later")])

    assert registry.plan("same-name").id == "same-name"
    assert [record.status for record in registry.records] == ["ok", "incompatible"]


# ---------------------------------------------------------------- choosing


@pytest.mark.parametrize("name", ["good", "mutualplans-good", "Mutualplans_Good"])
def test_blocked(name: str) -> None:
    """A plugin is blocked by either of its names; it stays listed, is not imported, and a plan of it is refused."""
    registry = found_in("good", "id_twice", blocked=(name,))
    (record,) = (record for record in registry.load_all() if record.name == "good")

    assert ("blocked", {"plugin.blocked"}) == (record.status, codes(record))
    assert (record.problems[0].severity, _raised(registry, "good").problems[0].severity) == ("note", "error")
    assert "mutualplans_good" not in sys.modules
    assert registry.problems == ()


def test_blocked_however_it_is_spelt() -> None:
    """Case, hyphens, underscores and dots make no difference between names of packages, as for pip."""
    point = EntryPoint("odd", "mutualplans_odd", CONTRACT)
    registry = PluginRegistry(
        [PluginEntry(point=point, package="MutualPlans_Odd")], blocked=["mutualplans.odd"]
    )

    assert registry.records[0].status == "blocked"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [(None, ("edition-broken", "good")), ("", ()), ("good", ("good",)), (" mutualplans-good , ", ("good",))],
)
def test_environment(stated: str | None, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """MUTUALPLANS_LOAD_PLUGINS lists the plugins to use: empty for none, unset for all."""
    if stated is not None:
        monkeypatch.setenv("MUTUALPLANS_LOAD_PLUGINS", stated)

    assert expected == found_in("good", "edition_broken").names()


def test_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    """--no-plugin beats the environment, which beats an office's list."""
    monkeypatch.setenv("MUTUALPLANS_LOAD_PLUGINS", "good,id-twice")
    registry = found_in("good", "id_twice", "edition_broken", blocked=("id-twice",), only=("edition-broken",))

    assert registry.names() == ("good",)


def test_only_without_environment() -> None:
    """An office's list chooses among the installed plugins."""
    assert found_in("good", "edition_broken", only=("good",)).names() == ("good",)


def test_names_that_fit_nothing() -> None:
    """A name to block or to use that no plugin has is a warning with the nearest name."""
    (warning,) = found_in("good", "id_twice", blocked=("goood",)).problems

    assert (
        warning.code,
        warning.severity,
        warning.hint and warning.hint.zh,
    ) == ("plugin.unknown", "warning", '是不是 "good"？')


# ---------------------------------------------------------------- asking for a plan


def _raised(registry: PluginRegistry, plan_id: str) -> PluginError:
    with pytest.raises(PluginError) as caught:
        registry.plan(plan_id)
    return caught.value


def test_plan() -> None:
    """A plan is had by its id, the same object each time, and only its own plugin is imported."""
    registry = found_in(*FOLDERS)
    plan = registry.plan("good")

    assert (plan.id, plan is registry.plan("good")) == ("good", True)
    assert [name for name in sys.modules if name.startswith("mutualplans_") and name[12:] in FOLDERS] == [
        "mutualplans_good"
    ]
    assert registry.version_of("good") == "0.1.0"


def test_plan_of_broken_plugin() -> None:
    """Asking for a plan of a broken plugin fails with that plugin's errors and the exit status for plugins."""
    error = _raised(found_in("edition_broken", "good"), "edition-broken")

    assert WAYS["edition_broken"][1] == {found.code for found in error.problems}
    assert error.exit_status == ExitStatus.PLUGIN
    assert isinstance(error, MutualPlansError)


@pytest.mark.parametrize(
    ("plan_id", "hint"),
    [
        ("godo", '是不是 "good"？'),
        ("good.extra", '是不是 "good"？'),
        ("zzz", "mutualplans plugins"),
        ("child-good", "mutualplans install child-good "),
    ],
)
def test_unknown_plan(plan_id: str, hint: str) -> None:
    """An unknown plan is refused with the nearest known id, whether or not a plugin owns its name."""
    (problem,) = _raised(found_in("good", "id_twice"), plan_id).problems

    assert problem.code == "plan.unknown"
    assert problem.hint is not None
    assert hint in problem.hint.zh


def test_several_plans_in_one_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin may offer plans whose ids begin with its name and a dot, and a near miss is told."""
    (folder,) = copies_of_good(tmp_path, "double")
    module = Path(folder) / "mutualplans_double" / "__init__.py"
    text = module.read_text(encoding="utf-8").replace('id="double"', 'id="double.one"')
    module.write_text(text, encoding="utf-8")
    edition = next(module.parent.glob("editions/*.toml"))
    edition.write_text(
        edition.read_text(encoding="utf-8").replace('plan = "double"', 'plan = "double.one"'),
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(folder)
    registry = PluginRegistry.discover(path=[folder])

    assert registry.plan("double.one").id == "double.one"
    assert registry.version_of("double.one") == "0.1.0"
    assert str(_raised(registry, "double.onne").problems[0].hint.zh) == '是不是 "double.one"？'  # type: ignore[union-attr]


def test_unknown_names() -> None:
    """Loading a plugin, or asking for a version, under an unknown name is refused."""
    registry = found_in("good")

    with pytest.raises(PluginError, match=r"plugin\.unknown"):
        registry.load("godo")
    with pytest.raises(PluginError, match=r"plan\.unknown"):
        registry.version_of("godo")


def test_empty_registry() -> None:
    """Without plugins there is nothing to list, and a plan that is asked for is unknown."""
    registry = PluginRegistry([])

    assert (registry.records, registry.names(), registry.load_all()) == ((), (), ())
    assert _raised(registry, "good").problems[0].code == "plan.unknown"
