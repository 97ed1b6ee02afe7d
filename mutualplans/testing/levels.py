"""How far a plan has come: draft, usable, sourced or reviewed, worked out from what is there and never claimed.

Every edition has its own level, since an office runs one edition; a plugin has the level that all of its editions
reach. The rules stand in `LEVELS`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from mutualplans.model.problem import MutualPlansError
from mutualplans.model.text import Text
from mutualplans.plan.edition import Confidence, Edition
from mutualplans.plan.reading import load_editions
from mutualplans.testing.cases import WorkedCase
from mutualplans.testing.conformance import (
    CHECKS,
    QUICK_CHECKS,
    Subject,
    cases_of,
    failed,
    run_case,
    run_check,
)
from mutualplans.testing.reviews import Review, fingerprint, read_reviews

__all__ = ["LEVELS", "Level", "Standing", "failing", "lowest", "standings"]

_SHOWN = 3


@frozen(kw_only=True)
class Standing:
    """What an edition of a plan can show for itself.

    Attributes:
        plan: Plan id.
        edition: The edition.
        failed: Checks of the plan, and worked cases of this edition, that fail.
        cases: The worked cases of the edition.
        text: Fingerprint of the declaration and the edition, which a review names.
        review: The newest review of just this text; ``None`` if there is none.
        outdated: The newest review of an earlier text; ``None`` if there is none.
    """

    plan: str
    edition: Edition
    failed: tuple[str, ...]
    cases: tuple[WorkedCase, ...]
    text: str
    review: Review | None
    outdated: Review | None

    @property
    def published(self) -> int:
        """How many cases have a source outside the program."""
        return sum(bool(case.source) for case in self.cases)

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the values that no source states."""
        values = self.edition.values.items()
        return tuple(name for name, entry in values if entry.confidence is Confidence.ASSUMED)

    @property
    def level(self) -> Level:
        """The highest level whose rules, and those of all levels below it, are kept."""
        reached = LEVELS[0]
        for level in LEVELS[1:]:
            if any(level.missing(self)):
                break
            reached = level
        return reached

    @property
    def next(self) -> Level | None:
        """The level after this one; ``None`` at the top."""
        place = LEVELS.index(self.level) + 1
        return LEVELS[place] if place < len(LEVELS) else None

    @property
    def missing(self) -> tuple[Text, ...]:
        """What is missing for the next level; empty at the top."""
        return tuple(self.next.missing(self)) if self.next else ()


@frozen
class Level:
    """One level.

    Attributes:
        id: Stable name.
        label: What it is called.
        rule: What it takes, in a sentence.
        missing: What a standing lacks for it.
    """

    id: str
    label: Text
    rule: Text
    missing: Callable[[Standing], Iterable[Text]]


def _nothing(_standing: Standing) -> Iterator[Text]:
    yield from ()


def _checked(standing: Standing) -> Iterator[Text]:
    if standing.failed:
        count, names = len(standing.failed), _few(standing.failed)
        yield Text(
            f"不通过的检查和算例 {count} 项（{names}）", f"{count} checks and cases that fail ({names})"
        )
    if not standing.cases:
        yield Text("这一版没有算例", "no worked case of this edition")


def _sourced(standing: Standing) -> Iterator[Text]:
    if standing.edition.confidence is Confidence.ASSUMED:
        yield Text("这一版本身是假定的，没有出处", "the edition itself is assumed, without a source")
    if standing.assumed:
        count, names = len(standing.assumed), _few(standing.assumed)
        yield Text(
            f"没有出处的假定值 {count} 项（{names}）", f"{count} assumed values without a source ({names})"
        )
    if not standing.published:
        yield Text("没有一个算例有外部出处", "no worked case from a source outside")


def _reviewed(standing: Standing) -> Iterator[Text]:
    if standing.review:
        return
    if standing.outdated:
        on = standing.outdated.on
        yield Text(
            f"{on} 的核对是对以前的文本做的；现在的文本是 {standing.text}",
            f"the review of {on} is of an earlier text; the text is now {standing.text}",
        )
    else:
        yield Text(
            f"没有办事处的核对记录（reviews.toml，text = {standing.text}）",
            f"no review by an office (reviews.toml, text = {standing.text})",
        )


LEVELS = (
    Level("draft", Text("草稿", "draft"), Text("装上能看到。", "It is there."), _nothing),
    Level(
        "usable",
        Text("算例通过", "usable"),
        Text(
            "各项检查和这一版的算例都通过，这一版至少有一个算例。",
            "Every check and every case of the edition passes, and the edition has a case.",
        ),
        _checked,
    ),
    Level(
        "sourced",
        Text("来源齐备", "sourced"),
        Text(
            "没有假定的数值，至少一个算例的金额出自外部来源。",
            "No value is assumed, and at least one case has its amount from a source outside.",
        ),
        _sourced,
    ),
    Level(
        "reviewed",
        Text("已核对", "reviewed"),
        Text(
            "办事处的人拿自己的核定对过现在的文本，记在 reviews.toml。",
            "Somebody of an office compared the present text with its own decisions, as reviews.toml says.",
        ),
        _reviewed,
    ),
)
"""Every level, lowest first; the rules of one are looked at only when those of all before it are kept."""


def standings(subject: Subject, failing: Iterable[str]) -> list[Standing]:
    """Return how far each edition of a plan has come; empty where the plan cannot be had.

    Args:
        subject: The plan.
        failing: Names of the checks and worked cases that fail: see `failing`.
    """
    try:
        editions, _problems = load_editions(subject.plan)
    except MutualPlansError:
        return []
    checks = {check.__name__ for check in CHECKS}
    names = list(failing)
    broken = [name for name in names if name in checks]
    return [_standing(subject, edition, broken, names) for edition in editions]


def _standing(subject: Subject, edition: Edition, broken: list[str], failed: list[str]) -> Standing:
    cases = tuple(case for case in cases_of(subject) if case.edition == edition.id)
    text = fingerprint(subject.package, subject.package / "editions" / edition.where)
    reviews = sorted(
        (item for item in read_reviews(subject.package)[0] if item.edition == edition.id),
        key=lambda item: item.on,
    )
    return Standing(
        plan=subject.plan_id,
        edition=edition,
        failed=(*broken, *(case.name for case in cases if case.name in failed)),
        cases=cases,
        text=text,
        review=next((item for item in reversed(reviews) if item.text == text), None),
        outdated=next((item for item in reversed(reviews) if item.text != text), None),
    )


def failing(subject: Subject) -> list[str]:
    """Return the names of the quick checks and worked cases that fail."""
    checks = [check.__name__ for check in QUICK_CHECKS if failed(run_check(check, subject))]
    return [*checks, *(case.name for case in cases_of(subject) if failed(run_case(case, subject)))]


def lowest(found: Iterable[Standing]) -> Level:
    """Return the level that all editions reach; the first level where there are none."""
    reached = [LEVELS.index(item.level) for item in found]
    return LEVELS[min(reached, default=0)]


def _few(names: tuple[str, ...]) -> str:
    more = " …" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
