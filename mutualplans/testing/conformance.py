"""What every plan must keep: one list of checks, and the pytest class that runs them for a plugin.

A plugin's test file needs no more than this::

    from mutualplans.testing.conformance import PlanConformance


    class TestFemaleIllness(PlanConformance):
        plan_id = "female-illness"

To add a check, write ``def name(subject: Subject) -> Iterator[Problem]`` and list it in `CHECKS`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, partial
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

from attrs import define

from mutualplans.backends.words import in_words
from mutualplans.engine.explain import trace
from mutualplans.engine.limits import plan_limit_problems
from mutualplans.engine.simulate import Simulation
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.text import Lang
from mutualplans.model.tomlfile import read_toml
from mutualplans.plan.declaration import Plan
from mutualplans.plan.reading import load_editions
from mutualplans.registry import PluginEntry, PluginRecord, PluginRegistry, find_entries
from mutualplans.testing.cases import WorkedCase, differences, read_cases
from mutualplans.testing.readme import refresh
from mutualplans.testing.reviews import read_reviews

__all__ = ["CHECKS", "Check", "PlanConformance", "Subject", "cases_of", "run_check"]

HEAVY = ("rich", "click", "openpyxl")
"""What a plugin must not load: `mutualplans quote` imports the plugin before it knows what it will print."""

_LANGS: tuple[Lang, ...] = ("zh", "en")


@define(eq=False, slots=False)
class Subject:
    """The plan under test, with the plugin that offers it.

    Attributes:
        plan_id: Id of the plan.
    """

    plan_id: str

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
    def package(self) -> Path:
        """Folder of the package that holds the plan's editions and worked cases."""
        return Path(str(files(self.plan.editions.package)))

    @cached_property
    def read(self) -> tuple[list[WorkedCase], list[Problem]]:
        """The worked cases that could be read, and the problems of the others."""
        try:
            return read_cases(self.plan, read_toml(self.package / "cases.toml"))
        except MutualPlansError as error:
            return [], list(error.problems)

    @property
    def cases(self) -> list[WorkedCase]:
        """The worked cases that could be read."""
        return self.read[0]

    @cached_property
    def runs(self) -> list[tuple[WorkedCase, Simulation]]:
        """Every worked case with what came out."""
        return [(case, case.run(self.plan)) for case in self.cases]


Check = Callable[[Subject], Iterable[Problem]]


@cache
def _subject(plan_id: str) -> Subject:
    return Subject(plan_id)


# ---------------------------------------------------------------- the checks


def registers_alone(subject: Subject) -> Iterator[Problem]:
    """The plugin loads with no other one there, its declaration passes `check_plan`, its editions can be read."""
    errors = [item for item in subject.record.problems if item.severity == "error"]
    yield from errors
    if not errors and subject.plan_id not in [plan.id for plan in subject.record.plans]:
        yield _wrong(
            "plan.unknown", f"插件没有计划 {subject.plan_id}", f"the plugin has no plan {subject.plan_id}"
        )


def stays_within_limits(subject: Subject) -> Iterator[Problem]:
    """Under every edition each benefit is proved to pay at least 0, and no integer on the way leaves 64 bits."""
    yield from (item for item in plan_limit_problems(subject.plan) if item.severity == "error")


def imports_little(subject: Subject) -> Iterator[Problem]:
    """Importing the plugin and asking it for its plans loads nothing that only the command line needs."""
    script = (
        "import sys; from importlib.metadata import EntryPoint\n"
        "list(EntryPoint('plugin', sys.argv[1], 'plans').load().register_plans())\n"
        "print(*(name for name in sys.argv[2:] if name in sys.modules))"
    )
    value = subject.entry.point.value if subject.entry.point else ""
    done = subprocess.run(
        [sys.executable, "-c", script, value, *HEAVY], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1]
        yield _wrong("plugin.import", f"导入失败：{last}", f"cannot be imported: {last}")
    for name in done.stdout.split():
        yield _wrong("plugin.heavy", f"导入插件时载入了 {name}", f"importing the plugin loads {name}")


def speaks(subject: Subject) -> Iterator[Problem]:
    """Every formula can be put into words in both languages, as the plan's rule and as that of each edition."""
    editions, _problems = load_editions(subject.plan)
    bound = [{name: entry.value for name, entry in edition.values.items()} for edition in editions]
    for place, formula in subject.plan.formulas():
        for lang in _LANGS:
            for values in ({}, *bound):
                yield from _words(f"{place} ({lang})", partial(in_words, formula.node, lang, values=values))


def explains(subject: Subject) -> Iterator[Problem]:
    """Every benefit that a worked case pays can be explained step by step in both languages."""
    for case, run in subject.runs:
        for item in (item for decision in run.decisions for item in decision.benefits if item.amount):
            for lang in _LANGS:
                yield from _words(f"{case.name} / {item.id} ({lang})", partial(trace, item, lang))


def _words(place: str, say: Callable[[], object]) -> Iterator[Problem]:
    """Report words that cannot be had, with their place, instead of stopping at the first."""
    try:
        fault = "" if say() else "没有文字"
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
    if fault:
        yield _wrong(
            "words.failed", f"{place} 不能用文字表达：{fault}", f"{place} cannot be put into words: {fault}"
        )


def cases_are_sound(subject: Subject) -> Iterator[Problem]:
    """``cases.toml`` can be read, and every case names its source or its arithmetic."""
    yield from subject.read[1]


def benefits_are_paid(subject: Subject) -> Iterator[Problem]:
    """Every benefit has a worked case that pays it: a benefit nobody ever worked out is a guess."""
    decisions = [decision for _case, run in subject.runs for decision in run.decisions]
    paid = {item.id for decision in decisions for item in decision.benefits if item.amount}
    for benefit in subject.plan.benefits:
        if benefit.id not in paid:
            what = f"“{benefit.title.zh}”({benefit.id})"
            yield _wrong("cases.missing", f"没有给付{what}的算例", f"no worked case pays {benefit.id}")


def reviews_are_sound(subject: Subject) -> Iterator[Problem]:
    """``reviews.toml``, where there is one, can be read, and every review names an edition of the plan."""
    reviews, problems = read_reviews(subject.package)
    yield from problems
    known = {edition.id for edition in load_editions(subject.plan)[0]}
    for review in reviews:
        if review.edition not in known:
            name = review.edition
            yield _wrong(
                "reviews.edition", f"reviews.toml：没有版次 {name}", f"reviews.toml: no edition {name}"
            )


def readme_is_current(subject: Subject) -> Iterator[Problem]:
    """The parameter table in README.md is what the editions say now."""
    path = subject.package.parent / "README.md"
    command = f"python -m mutualplans.testing.readme {path.parent}"
    try:
        text = _readme_in_metadata(subject) or path.read_text(encoding="utf-8")
        if refresh(text, subject.plan) != text:
            yield _wrong("readme.stale", f"参数表不是最新的；运行 {command}", f"not current; run {command}")
    except OSError as error:
        yield problem(
            "readme.missing",
            f"{path}：{error.strerror}",
            f"{path}: {error.strerror}",
            hint_zh="README.md 和软件包放在一个文件夹里；从那里安装：pip install -e 文件夹",
            hint_en="README.md lies beside the package; install from there: pip install -e FOLDER",
        )
    except MutualPlansError as error:
        yield from error.problems


def _readme_in_metadata(subject: Subject) -> str:
    """Return the README that a wheel carries in its metadata; empty where the plugin lies in its own folder."""
    if (subject.package.parent / "pyproject.toml").is_file():
        return ""
    return "\n".join(distribution(subject.entry.package).metadata.get_all("Description") or [])


def _wrong(code: str, zh: str, en: str) -> Problem:
    return problem(code, zh, en)


CHECKS: tuple[Check, ...] = (
    registers_alone,
    stays_within_limits,
    imports_little,
    speaks,
    cases_are_sound,
    explains,
    benefits_are_paid,
    reviews_are_sound,
    readme_is_current,
)
"""Every check, in the order in which they run; the worked cases themselves are a test each."""


def run_check(check: Check, subject: Subject) -> list[Problem]:
    """Return what a check finds; where there is no usable plugin, why it cannot be used."""
    try:
        return list(check(subject))
    except MutualPlansError as error:
        return list(error.problems)


def cases_of(subject: Subject) -> list[WorkedCase]:
    """Return the worked cases; none where there is no plan, which `registers_alone` reports."""
    try:
        return subject.cases
    except MutualPlansError:
        return []


class PlanConformance:
    """The tests of a plan: a subclass named ``Test…`` sets `plan_id` and may add its own.

    Attributes:
        plan_id: Id of the plan, whose plugin must be installed.
    """

    plan_id: ClassVar[str]

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Make one test of each check and of each worked case."""
        if "check" in metafunc.fixturenames:
            metafunc.parametrize("check", CHECKS, ids=[check.__name__ for check in CHECKS])
        if "case" in metafunc.fixturenames:
            cases = cases_of(_subject(self.plan_id))
            metafunc.parametrize("case", cases, ids=[case.name for case in cases])

    def test_conforms(self, check: Check) -> None:
        """The plan keeps what the check's own sentence says."""
        found = run_check(check, _subject(self.plan_id))

        assert not found, f"{check.__doc__}\n" + "\n".join(_lines(found))

    def test_worked_case(self, case: WorkedCase) -> None:
        """The amounts, reasons and problems come out as the case expects, to the fen."""
        found = differences(_subject(self.plan_id).plan, case)

        assert not found, f"{case.name}\n{case.arithmetic}\n" + "\n".join(found)


def _lines(problems: Iterable[Problem]) -> Iterator[str]:
    for item in problems:
        yield item.line()
        if item.hint:
            yield f"  提示：{item.hint.zh}"
