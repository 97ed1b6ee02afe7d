"""An office read from a file, of small plans whose editions are written beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import evolve

import mutualplans as mp
from mutualplans.engine.office import Office
from mutualplans.model.problem import MutualPlansError, Problem, problem
from mutualplans.model.tomlfile import read_toml
from mutualplans.office.read import read_office
from tests.engine.plans import HEAD

Small = tuple[mp.Plan, str]
"""A plan and the values of its edition."""


def written(folder: Path, text: str, *plans: Small) -> tuple[Office | None, list[Problem]]:
    """Return what is read from an office file that runs `plans`; each has one edition called ``test``."""
    known = {}
    for plan, values in plans:
        place = folder / plan.id
        place.mkdir(exist_ok=True)
        (place / "test.toml").write_text(HEAD.format(plan=plan.id, values=values), encoding="utf-8")
        known[plan.id] = evolve(plan, editions=mp.editions("mutualplans", str(place)))

    def find(id_: str) -> mp.Plan:
        if id_ not in known:
            raise MutualPlansError(problem("plan.unknown", "没有计划", "no plan", where=id_))
        return known[id_]

    (folder / "office.toml").write_text(text, encoding="utf-8")
    return read_office(read_toml(folder / "office.toml"), find)


def office(folder: Path, text: str, *plans: Small) -> Office:
    """Return an office that is read without an error."""
    found, problems = written(folder, text, *plans)

    assert [item.line() for item in problems if item.severity == "error"] == []
    assert found is not None
    return found


def rows(ids: Iterable[str], **more: str) -> str:
    """Return an office file with a ``[[plans]]`` for each id; `more` holds further lines by id, ``_`` for -."""
    parts = ['name = "测试办事处"']
    for id_ in ids:
        parts.append(f'[[plans]]\nid = "{id_}"\n{more.get(id_.replace("-", "_"), "")}')
        parts.append('[[plans.editions]]\nid = "test"')
    return "\n".join(parts)
