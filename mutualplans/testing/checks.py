"""What is checked of every plan, beside its worked cases.

To add a check, write ``def name(subject: Subject) -> Iterator[Problem]`` and list it; its docstring is what a failure
shows first.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import distribution
from importlib.util import find_spec

from mutualplans.backends.words import in_words
from mutualplans.engine.explain import trace
from mutualplans.engine.limits import limit_problems, plan_limit_problems
from mutualplans.files.situation import read_situation
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem
from mutualplans.model.text import Lang
from mutualplans.model.tomlfile import read_toml
from mutualplans.plan.reading import load_editions, read_edition
from mutualplans.registry import PluginRegistry, find_entries
from mutualplans.testing.cases import case_problems
from mutualplans.testing.laws import LAWS, Law
from mutualplans.testing.readme import refresh
from mutualplans.testing.reviews import read_reviews
from mutualplans.testing.subject import Subject
from mutualplans.testing.worlds import settings_of
from mutualplans.testing.writing import edition_toml, situation_toml

__all__ = ["BATCH", "CASES", "DECLARATION", "README", "law_check"]

Check = Callable[[Subject], Iterable[Problem]]

HEAVY = ("rich", "click", "openpyxl")
"""What a plugin must not load: `mutualplans quote` imports the plugin before it knows what it will print."""

_LANGS: tuple[Lang, ...] = ("zh", "en")


def registers_alone(subject: Subject) -> Iterator[Problem]:
    """The plugin loads with no other one there, its declaration passes `check_plan`, its editions can be read."""
    errors = [item for item in subject.record.problems if item.severity == "error"]
    yield from errors
    if not errors and subject.plan_id not in [plan.id for plan in subject.record.plans]:
        yield _wrong(
            "plan.unknown", f"插件没有计划 {subject.plan_id}", f"the plugin has no plan {subject.plan_id}"
        )


def registers_beside_all(subject: Subject) -> Iterator[Problem]:
    """The plugin loads just so beside every other one that is installed here."""
    registry = PluginRegistry(find_entries())
    registry.load_all()
    found = registry.load(subject.entry.name).problems
    alone = subject.record.problems
    yield from (item for item in found if item.severity == "error" and item not in alone)


def editions_follow(subject: Subject) -> Iterator[Problem]:
    """The editions of a series follow each other without a gap; an overlap does not even register."""
    yield from (item for item in subject.record.problems if item.code == "plan.editions")


def stays_within_limits(subject: Subject) -> Iterator[Problem]:
    """Under every edition, and with an office's values at their ends, each benefit is proved to pay at least 0, and
    no integer on the way leaves 64 bits."""
    found = list(plan_limit_problems(subject.plan))
    for setting in settings_of(subject.plan, subject.editions, alone=False, given=subject.given):
        found += [item for item in limit_problems(setting.bound) if setting.values]
    yield from dict.fromkeys(item for item in found if item.severity == "error")


def survives_writing(subject: Subject) -> Iterator[Problem]:
    """Every edition and every case, written as TOML and read again, is what it was."""
    for edition in subject.editions:
        text = edition_toml(subject.plan, edition)
        again, problems = read_edition(subject.plan, read_toml(edition.where, text))
        yield from problems
        if again != edition:
            yield _wrong(
                "writing.differs", f"{edition.id} 写出再读入后不同", f"{edition.id} comes back changed"
            )
    for case in subject.cases:
        read = read_situation(
            read_toml(case.name, situation_toml(case.situation, [subject.plan])), [subject.plan]
        )
        yield from read.problems
        if read.situation != case.situation:
            yield _wrong(
                "writing.differs", f"算例“{case.name}”写出再读入后不同", f"{case.name} comes back changed"
            )


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
    known = [check.__name__ for check in (*DECLARATION, *CASES, *LAWS, *README)] + [
        item.name for item in subject.cases
    ]
    for name, reason in subject.expected_failures.items():
        if name not in known:
            close = nearest(name, known)
            yield problem(
                "cases.expected-failure",
                f'[expected_failures] 里的 "{name}" 既不是检查也不是算例',
                f'"{name}" under [expected_failures] is neither a check nor a case',
                hint_zh=f'是不是 "{close}"？' if close else f"检查有：{'、'.join(known)}",
                hint_en=f'did you mean "{close}"?' if close else f"the checks are: {', '.join(known)}",
            )
        elif not isinstance(reason, str) or not reason.strip():
            yield _wrong("cases.expected-failure", f'"{name}" 没有写明理由', f'"{name}" has no reason')


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
    known = {edition.id for edition in subject.editions}
    for review in reviews:
        if review.edition not in known:
            name = review.edition
            yield _wrong(
                "reviews.edition", f"reviews.toml：没有版次 {name}", f"reviews.toml: no edition {name}"
            )


def readme_is_current(subject: Subject) -> Iterator[Problem]:
    """The tables in README.md are what the editions and the cases say now."""
    path = subject.package.parent.joinpath("README.md")
    command = f"python -m mutualplans.testing.readme {path.parent}"
    # Where cases come out otherwise, the figures wait for them.
    passes = not any(case_problems(subject.plan, case) for case in subject.cases)
    try:
        text = "" if subject.source else _readme_in_metadata(subject)
        if not text and not subject.source and not path.is_file():
            yield _not_made(
                "插件不是从源文件夹安装的，也没有带 README.md；在源文件夹里 pip install -e . 之后再查",
                "the plugin was not installed from its source folder and carries no README; pip install -e it to check",
            )
            return
        text = text or path.read_text(encoding="utf-8")
        if refresh(text, subject.plan, figures=passes) != text:
            yield _wrong(
                "readme.stale", f"参数表或算例的数字不是最新的；运行 {command}", f"not current; run {command}"
            )
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
    """Return the README that a wheel carries in its metadata; empty where there is none."""
    return "\n".join(distribution(subject.entry.package).metadata.get_all("Description") or [])


# ---------------------------------------------------------------- the laws


def cases_hold_in_batch(subject: Subject) -> Iterator[Problem]:
    """Each worked case comes out the same when a year's claims are decided all at once, by the plan's kernel."""
    if find_spec("pyarrow") is None:
        yield _not_made(
            "没有安装 pyarrow，不能批量核定；pip install mutualplans[batch]",
            "pyarrow is not installed, so nothing can be decided in batches; pip install mutualplans[batch]",
        )
        return
    from mutualplans.testing.batch import batch_problems

    yield from batch_problems(subject.plan, subject.cases)


def law_check(law: Law) -> Check:
    """Return the check that looks for a world in which a law is broken."""

    def check(subject: Subject) -> Iterator[Problem]:
        if find_spec("hypothesis") is None:
            yield _not_made(
                "没有安装 hypothesis，不能试各种申领；pip install mutualplans[testing]",
                "hypothesis is not installed, so no claims can be tried; pip install mutualplans[testing]",
            )
            return
        from mutualplans.testing.counterexample import broken_law, nothing_to_try

        yield from nothing_to_try(subject)
        if found := broken_law(subject, law):
            yield found

    check.__name__, check.__doc__ = law.__name__, law.__doc__
    return check


def _wrong(code: str, zh: str, en: str) -> Problem:
    return problem(code, zh, en)


def _not_made(zh: str, en: str) -> Problem:
    return problem("check.not-made", f"未查：{zh}", f"not checked: {en}", severity="note")


DECLARATION: tuple[Check, ...] = (
    registers_alone,
    registers_beside_all,
    editions_follow,
    stays_within_limits,
    survives_writing,
    imports_little,
    speaks,
)
CASES: tuple[Check, ...] = (cases_are_sound, explains, benefits_are_paid, reviews_are_sound)
BATCH: tuple[Check, ...] = (cases_hold_in_batch,)
README: tuple[Check, ...] = (readme_is_current,)
