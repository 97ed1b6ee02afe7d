"""zen-engine (GoRules): the benefit without a memory, as a decision graph for one claim.

A decision sees one claim: nothing goes from one to the next, unless the caller keeps accounts and passes them in,
which would be an engine of one's own around it. Days are given as numbers, which is the cheapest it can compare.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import zen

from benchmarks.contenders.base import DAY_ZERO, Job, Outcome
from benchmarks.figures import Figures

DATES = ("admitted", "discharged", "reported", "first_day", "last_day", "chain_first")
PLAIN = ("event", "cause", "hospital_level", "shares")
AT_ONCE = 10_000


def graph(f: Figures) -> dict[str, Any]:
    """Return the decision graph: what is worked out, a table of refusals, the amount."""
    facts = {
        "age": "floor((first_ymd - birth_ymd) / 10000)",
        "delay": "reported - admitted",
        "day": "admitted - chain_first + 1",
        "renewed": "chain_first < first_day",
        "days": f"max([max([discharged - admitted, 1]) - {f.free_days}, 0])",
        "early": "admitted < first_day",
        "after": "admitted > last_day",
    }
    refusals = (
        ("before-cover", {"early": "true"}),
        ("after-cover", {"after": "true"}),
        ("late", {"delay": f"> {f.claim_days}"}),
        ("age", {"age": f"< {f.age_from} or > {f.age_to}"}),
        ("waiting", {"renewed": "false", "cause": "'illness'", "day": f"<= {f.waiting_days}"}),
        ("hospital-level", {"hospital_level": "not in ['2', '3']"}),
        ("not-inpatient", {"event": "!= 'inpatient'"}),
        ("", {}),
    )
    columns = ("early", "after", "delay", "age", "renewed", "cause", "day", "hospital_level", "event")
    table = {
        "hitPolicy": "first",
        "passThrough": True,
        "inputs": [{"id": name, "name": name, "field": name} for name in columns],
        "outputs": [{"id": "refusal", "name": "refusal", "field": "refusal"}],
        "rules": [
            {"_id": code or "none", **{name: tests.get(name, "") for name in columns}, "refusal": f"'{code}'"}
            for code, tests in refusals
        ],
    }
    pays = {"allowance": f"refusal == '' ? days * {f.daily} * shares : 0"}
    nodes = (
        ("in", "inputNode", {}),
        ("facts", "expressionNode", _expressions(facts, keep=True)),
        ("refusal", "decisionTableNode", table),
        ("pays", "expressionNode", _expressions(pays, keep=False)),
        ("out", "outputNode", {}),
    )
    names = [name for name, _, _ in nodes]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {
                "id": name,
                "type": kind,
                "name": name,
                "position": {"x": 200 * place, "y": 0},
                "content": content,
            }
            for place, (name, kind, content) in enumerate(nodes)
        ],
        "edges": [
            {"id": f"{start}-{end}", "type": "edge", "sourceId": start, "targetId": end}
            for start, end in pairwise(names)
        ],
    }


def _expressions(values: dict[str, str], *, keep: bool) -> dict[str, Any]:
    listed = [{"id": key, "key": key, "value": value} for key, value in values.items()]
    return {"expressions": listed, "passThrough": keep}


class Part:
    """The graph evaluated for each claim, many in one call."""

    def missing(self) -> str:
        return ""

    def prepare(self, job: Job) -> None:
        lists = job.lists()
        self.claims = lists["claim"]
        days = [[(day - DAY_ZERO).days for day in lists[name]] for name in DATES]
        ymd = [
            [day.year * 10_000 + day.month * 100 + day.day for day in lists[name]]
            for name in ("birth_date", "first_day")
        ]
        names = (*DATES, "birth_ymd", "first_ymd", *PLAIN)
        rows = zip(*days, *ymd, *(lists[name] for name in PLAIN), strict=True)
        self.contexts = [dict(zip(names, row, strict=True)) for row in rows]
        content = json.dumps(graph(job.figures))
        self.engine = zen.ZenEngine(
            {"loader": {"type": "static", "content": {"allowance": json.loads(content)}}}
        )

    def run(self) -> list[int]:
        amounts: list[int] = []
        for start in range(0, len(self.contexts), AT_ONCE):
            asked = [
                {"key": "allowance", "context": context} for context in self.contexts[start : start + AT_ONCE]
            ]
            amounts += [answer["data"]["result"]["allowance"] for answer in self.engine.evaluate_batch(asked)]
        return amounts

    def outcome(self, result: list[int]) -> Outcome:
        return Outcome(self.claims, {"allowance": result})
