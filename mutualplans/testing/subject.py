"""The plan under test, with everything that the checks ask of it, each worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from attrs import define

from mutualplans.engine.simulate import Simulation
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.tomlfile import TomlFile, read_toml
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Edition, Entry
from mutualplans.plan.reading import load_editions
from mutualplans.registry import PluginEntry, PluginRecord, PluginRegistry, find_entries
from mutualplans.testing.cases import WorkedCase, read_cases

__all__ = ["Subject"]


@define(eq=False, slots=False)
class Subject:
    """The plan under test, with the plugin that offers it.

    Attributes:
        plan_id: Id of the plan.
    """

    plan_id: str

    @classmethod
    def of(cls, plan: Plan) -> Subject:
        """Return the subject of a plan that is at hand, installed or not."""
        subject = cls(plan.id)
        subject.__dict__["plan"] = plan
        return subject

    @cached_property
    def entry(self) -> PluginEntry:
        """The entry point of the plugin that owns the plan id.

        Raises:
            MutualPlansError: it is not installed.
        """
        name = self.plan_id.partition(".")[0]
        found = next((entry for entry in find_entries() if entry.name == name), None)
        if found is None:
            raise MutualPlansError(
                problem(
                    "plugin.unknown",
                    f'没有安装名为 "{name}" 的插件',
                    f'no plugin named "{name}" is installed',
                    hint_zh="pip install -e 插件文件夹",
                    hint_en="pip install -e FOLDER",
                )
            )
        return found

    @cached_property
    def record(self) -> PluginRecord:
        """What the registry says of the plugin when no other is installed."""
        return PluginRegistry([self.entry]).load(self.entry.name)

    @cached_property
    def plan(self) -> Plan:
        """The plan.

        Raises:
            MutualPlansError: the plugin cannot be used, or has no such plan.
        """
        return PluginRegistry([self.entry]).plan(self.plan_id)

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        """The plan's sound editions."""
        return load_editions(self.plan)[0]

    @cached_property
    def package(self) -> Path:
        """Folder of the package that holds the plan's editions and worked cases."""
        return Path(str(files(self.plan.editions.package)))

    @property
    def source(self) -> Path | None:
        """Folder of the plugin's source; ``None`` for an installed wheel, which has none."""
        folder = self.package.parent
        return folder if (folder / "pyproject.toml").is_file() else None

    @cached_property
    def case_file(self) -> TomlFile:
        """The file of worked cases.

        Raises:
            MutualPlansError: it cannot be opened, or is not TOML.
        """
        return read_toml(self.package / "cases.toml")

    @cached_property
    def read(self) -> tuple[list[WorkedCase], list[Problem]]:
        """The worked cases that could be read, and the problems of the others."""
        try:
            return read_cases(self.plan, self.case_file)
        except MutualPlansError as error:
            return [], list(error.problems)

    @cached_property
    def given(self) -> Mapping[str, Mapping[str, Entry]]:
        """Edition id → what an edition leaves to the office, as the first case that says it takes it to be."""
        stated = {edition.id: edition.values for edition in self.editions}
        found: dict[str, dict[str, Entry]] = {}
        for case in self.cases:
            for name, entry in case.values.items():
                if name not in stated.get(case.edition, {}):
                    found.setdefault(case.edition, {}).setdefault(name, entry)
        return found

    @property
    def cases(self) -> list[WorkedCase]:
        """The worked cases that could be read."""
        return self.read[0]

    @cached_property
    def expected_failures(self) -> Mapping[str, str]:
        """Check or case that is known to fail → why, as ``[expected_failures]`` of the file of cases says."""
        try:
            stated = self.case_file.data.get("expected_failures", {})
        except MutualPlansError:
            return {}
        return stated if isinstance(stated, dict) else {}

    @cached_property
    def runs(self) -> list[tuple[WorkedCase, Simulation]]:
        """Every worked case with what came out."""
        return [(case, case.run(self.plan)) for case in self.cases]
