"""What `assess` prints: totals by plan, benefit, unit and reason, and how many rows were refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from mutualplans.batch.totals import Found, Totals
from mutualplans.batch.words import reason_words
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import Align, print_csv, print_json, print_table, say, say_problems
from mutualplans.engine.office import Office
from mutualplans.model.decision import STATUSES
from mutualplans.model.masks import mask_digits
from mutualplans.model.money import format_yuan

__all__ = ["show"]

_UNITS = 20


def show(
    totals: Totals,
    found: Found,
    office: Office,
    read: int,
    output_format: str,
    *,
    decided: bool,
) -> None:
    """Print the totals on stdout, and the first problems on stderr."""
    if output_format == "json":
        print_json(_data(totals, office, read, found.codes))
    elif output_format == "csv":
        print_csv(("what", "plan", "name", "count", "yuan"), _flat(totals, office, read))
    elif decided:
        _print(totals, office)
        open_ = any(count for (_plan, status), count in totals.plans.items() if status == "incomplete")
        zh, en = ("（含材料不全、暂不核定的）", " (incomplete ones among them)") if open_ else ("", "")
        click.echo(
            t(
                f"申领 {read:,} 笔：核定 {totals.claims:,} 笔{zh}，没有核定 {read - totals.claims:,} 笔；"
                f"合计给付 {format_yuan(totals.fen, grouped=True)} 元",
                f"{read:,} claims: {totals.claims:,} assessed{en}, {read - totals.claims:,} refused; "
                f"{format_yuan(totals.fen, grouped=True)} yuan paid in all",
            )
        )
    _say_problems(found)


def _say_problems(found: Found) -> None:
    if not found.codes:
        return
    say_problems(found.first)
    rest = sum(found.codes.values()) - len(found.first)
    most = found.codes.most_common()
    listed = t("、", ", ").join(f"{code} ×{count:,}" for (_severity, code), count in most)
    if rest > 0:
        say(
            f"另有 {rest:,} 条，全部在问题清单里：{listed}",
            f"{rest:,} more in the file of problems: {listed}",
        )


def _print(totals: Totals, office: Office) -> None:
    titles = {item.plan.id: item.plan.title.in_(lang()) for item in office.plans}
    number: list[Align] = ["left", *["right"] * (len(STATUSES) + 1)]  # type: ignore[list-item]
    rows = [
        (
            titles[plan],
            *(f"{totals.plans[plan, status]:,}" for status in STATUSES),
            format_yuan(totals.paid[plan], grouped=True),
        )
        for plan in titles
        if any(totals.plans[plan, status] for status in STATUSES)
    ]
    headers = [t("计划", "plan"), *(text.in_(lang()) for text in STATUSES.values()), t("金额（元）", "yuan")]
    print_table(t("按计划", "By plan"), headers, rows, align=number)
    names = {
        (item.plan.id, benefit.id): benefit.title.in_(lang())
        for item in office.plans
        for benefit in item.plan.benefits
    }
    _print_sums(
        t("按项目", "By benefit"),
        [t("计划", "plan"), t("项目", "benefit")],
        [
            ((titles[plan], names[plan, item]), *sums)
            for (plan, item), sums in sorted(totals.benefits.items())
        ],
    )
    units = sorted(totals.units.items(), key=lambda item: (-item[1][1], item[0]))
    title = t("按单位", "By unit")
    if len(units) > _UNITS:
        title += t(f"（共 {len(units)} 个，列前 {_UNITS} 个）", f" (the first {_UNITS} of {len(units)})")
    _print_sums(
        title,
        [t("单位", "unit")],
        [((mask_digits(name) or t("未填", "not stated"),), *sums) for name, sums in units[:_UNITS]],
    )
    words = reason_words(office)
    reasons = [
        (titles[plan], words[plan, code].in_(lang()), code, f"{count:,}")
        for (plan, code), count in sorted(totals.reasons.items(), key=lambda item: (-item[1], item[0]))
    ]
    if reasons:
        print_table(
            t("按原因", "By reason"),
            [t("计划", "plan"), t("原因", "reason"), t("代码", "code"), t("次数", "times")],
            reasons,
            align=["left", "left", "left", "right"],
        )


_Sums = tuple[tuple[str, ...], int, int]
"""Names, times, fen."""


def _print_sums(title: str, names: list[str], rows: Sequence[_Sums]) -> None:
    shown = [(*name, f"{times:,}", format_yuan(fen, grouped=True)) for name, times, fen in rows]
    if shown:
        align: list[Align] = [*(["left"] * len(names)), "right", "right"]  # type: ignore[list-item]
        print_table(title, [*names, t("次数", "times"), t("金额（元）", "yuan")], shown, align=align)


def _data(totals: Totals, office: Office, read: int, codes: Counter[tuple[str, str]]) -> dict[str, Any]:
    words = reason_words(office)
    return {
        "version": 1,
        "claims": {"read": read, "assessed": totals.claims, "refused": read - totals.claims},
        "total": format_yuan(totals.fen),
        "plans": [
            {
                "plan": item.plan.id,
                "total": format_yuan(totals.paid[item.plan.id]),
                **{status: totals.plans[item.plan.id, status] for status in STATUSES},
            }
            for item in office.plans
        ],
        "benefits": [
            {"plan": plan, "benefit": item, "times": times, "total": format_yuan(fen)}
            for (plan, item), (times, fen) in sorted(totals.benefits.items())
        ],
        "units": [
            {"unit": mask_digits(name), "times": times, "total": format_yuan(fen)}
            for name, (times, fen) in sorted(totals.units.items())
        ],
        "reasons": [
            {"plan": plan, "code": code, "text": words[plan, code].in_(lang()), "times": count}
            for (plan, code), count in sorted(totals.reasons.items())
        ],
        "problems": [
            {"severity": severity, "code": code, "times": count}
            for (severity, code), count in sorted(codes.items())
        ],
    }


def _flat(totals: Totals, office: Office, read: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        ("claims", "", "read", read, None),
        ("claims", "", "assessed", totals.claims, format_yuan(totals.fen)),
        ("claims", "", "refused", read - totals.claims, None),
    ]
    for item in office.plans:
        plan = item.plan.id
        rows += [("status", plan, status, totals.plans[plan, status], None) for status in STATUSES]
        rows.append(("plan", plan, "", totals.plans[plan, "paid"], format_yuan(totals.paid[plan])))
    rows += [
        ("benefit", plan, item, times, format_yuan(fen))
        for (plan, item), (times, fen) in sorted(totals.benefits.items())
    ]
    rows += [
        ("unit", "", mask_digits(name), times, format_yuan(fen))
        for name, (times, fen) in sorted(totals.units.items())
    ]
    rows += [("reason", plan, code, count, None) for (plan, code), count in sorted(totals.reasons.items())]
    return rows
