"""What every plan must keep: one list of checks, and the pytest class that runs them for a plugin.

A plugin's test file needs no more than this::

    from mutualplans.testing.conformance import PlanConformance


    class TestFemaleIllness(PlanConformance):
        plan_id = "female-illness"

A failure shows what is wrong in a sentence and, where a law is broken, the smallest case that breaks it, written as
a file that ``mutualplans simulate`` runs. The checks themselves are in `checks`, the laws in `laws`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.testing import checks
from mutualplans.testing.cases import WorkedCase, case_problems
from mutualplans.testing.laws import LAWS
from mutualplans.testing.subject import Subject

__all__ = [
    "CHECKS",
    "QUICK_CHECKS",
    "TITLES",
    "Check",
    "PlanConformance",
    "Subject",
    "cases_of",
    "failed",
    "run_case",
    "run_check",
]

Check = Callable[[Subject], Iterable[Problem]]


@cache
def _subject(plan_id: str) -> Subject:
    return Subject(plan_id)


QUICK_CHECKS: tuple[Check, ...] = (*checks.DECLARATION, *checks.CASES)
"""The checks that take no time; laws and figures, which try many claims, are left to ``check`` and the plugin's tests."""

CHECKS: tuple[Check, ...] = (*QUICK_CHECKS, *checks.BATCH, *map(checks.law_check, LAWS), *checks.README)
"""Every check, in the order in which they run; the worked cases themselves are a test each."""


TITLES: Mapping[str, str] = {
    "registers_alone": "单独安装时能载入，声明和版次没有错误",
    "registers_beside_all": "与其他插件一起安装时也一样",
    "editions_follow": "同一系列的版次首尾相接，没有空当",
    "stays_within_limits": "各项给付不低于 0，办事处的设定取到两端也一样",
    "survives_writing": "版次和算例写出再读入，与原来相同",
    "imports_little": "载入插件不带上只有命令行才用的东西",
    "speaks": "每个公式都能用中文、英文写出",
    "cases_are_sound": "算例读得懂，都写明出处或演算",
    "explains": "算例给付的每一项都能逐步解释",
    "benefits_are_paid": "每个给付项目都有给付它的算例",
    "reviews_are_sound": "核对记录读得懂，版次都有",
    "cases_hold_in_batch": "批量核定与逐笔核定结果相同",
    "never_negative": "给付不会低于 0",
    "never_above_the_cap": "给付不会超过证明得出的上限",
    "nothing_outside_the_cover": "保障期外、免责期内、不能参保的人都不给付",
    "premium_is_whole": "互助费是整分，不低于 0，或报缺",
    "more_loss_never_pays_less": "费用、天数更多，给付不会更少（声明的断崖除外）",
    "splitting_a_stay_changes_nothing": "一次住院分两张单据，累计的项目合计不变",
    "order_of_persons_changes_nothing": "先核定谁、后核定谁，各人的给付不变",
    "missing_inputs_are_reported": "没有填的，或者报缺，或者不影响给付",
    "readme_is_current": "README 的表与版次、算例一致",
}
"""What each check finds out, in Chinese; its docstring says it in English."""


def run_check(check: Check, subject: Subject) -> list[Problem]:
    """Return what a check finds: errors; notes where it could not be made, or fails as `expected_failures` says.

    Where there is no usable plugin, every check returns why it cannot be used.
    """
    try:
        return _as_expected(check.__name__, list(check(subject)), subject)
    except MutualPlansError as error:
        return list(error.problems)


def run_case(case: WorkedCase, subject: Subject) -> list[Problem]:
    """Return what came out differently from what a case expects, by the same rules."""
    return _as_expected(case.name, case_problems(subject.plan, case), subject)


def failed(found: Iterable[Problem]) -> bool:
    """Return whether what was found is more than notes."""
    return any(item.severity != "note" for item in found)


def _as_expected(name: str, found: list[Problem], subject: Subject) -> list[Problem]:
    """Turn an expected failure into a note, and an expected failure that does not come into an error."""
    reason = subject.expected_failures.get(name)
    if reason is None:
        return found
    if failed(found):
        said = "；".join(item.message.zh for item in found)
        said_en = "; ".join(item.message.in_("en") for item in found)
        return [
            problem(
                "check.expected", f"预期不通过（{reason}）：{said}", f"fails as expected ({reason}): {said_en}",
                severity="note",
            )
        ]  # fmt: skip
    return [
        problem(
            "check.passes",
            f"[expected_failures] 说它不通过（{reason}），却通过了",
            f"expected to fail ({reason}), but it passes",
            hint_zh="从 cases.toml 的 [expected_failures] 里删去这一行",
            hint_en="remove the line from [expected_failures] in cases.toml",
        )
    ]


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
        _report(f"{check.__doc__}", run_check(check, _subject(self.plan_id)))

    def test_worked_case(self, case: WorkedCase) -> None:
        """The amounts, reasons and problems come out as the case expects, to the fen."""
        _report(f"{case.name}\n{case.arithmetic}", run_case(case, _subject(self.plan_id)))


def _report(about: str, found: list[Problem]) -> None:
    """Fail with what was found; what could not be checked is a skipped test, what fails as expected an xfail."""
    import pytest

    lines = "\n".join(_lines(found))
    if failed(found):
        pytest.fail(
            f"{about}\n{lines}", pytrace=False
        )  # the sentence says it; the kit's own code does not help
    if any(item.code == "check.expected" for item in found):
        pytest.xfail(lines)
    if any(item.code == "check.not-made" for item in found):
        pytest.skip(lines)


def _lines(problems: Iterable[Problem]) -> Iterator[str]:
    for item in problems:
        yield item.line()
        if item.hint:
            hint = item.hint.zh.replace("\n", "\n    ")
            yield f"  提示：{hint}"
