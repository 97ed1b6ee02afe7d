"""``mutualplans compare``: plans, or editions of one plan, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from mutualplans.cli.common import (
    PLAN,
    chosen_edition,
    local_editions,
    office_option,
    other_titles,
    output_formats,
    plans_in_use,
    status_without,
)
from mutualplans.cli.documents import file_option, print_document, print_side, save_document
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.office_compare import with_office
from mutualplans.cli.output import print_csv, print_json, say
from mutualplans.documents.rule import comparison_document, comparison_table
from mutualplans.engine.compare import Comparison, compare
from mutualplans.engine.office import Office
from mutualplans.engine.ruletext import RuleText, rule_text
from mutualplans.plan.declaration import Plan

__all__ = ["command"]


@click.command(
    help=t(
        """一览表：并排比较几个计划，或一个计划的几个版次。

        写 PLAN 取这个计划最近起用的一版；写 PLAN:EDITION 指明版次；写 PLAN: 取它的各版。
        不写时比较办事处的各计划（有 --office），或已安装的各计划。

        \b
        例：
          mutualplans compare
          mutualplans compare accident child-accident
          mutualplans compare female-illness:beijing-6 female-illness:beijing-2018-12
          mutualplans compare female-illness: --format md
          mutualplans compare --office office.toml -o 一览表.xlsx
          mutualplans compare --office office.toml -o 一览表.html
        """,
        """Put plans, or editions of one plan, side by side.

        PLAN takes its edition that came into force last; PLAN:EDITION names one; PLAN: takes all of them.
        Without any: the office's plans (with --office), or every installed one.

        \b
        Examples:
          mutualplans compare
          mutualplans compare accident child-accident
          mutualplans compare female-illness:beijing-6 female-illness:beijing-2018-12
          mutualplans compare female-illness: --format md
          mutualplans compare --office office.toml -o plans.xlsx
          mutualplans compare --office office.toml -o plans.html
        """,
    )
)
@click.argument("plans", type=PLAN, nargs=-1, metavar="[PLAN|PLAN:EDITION]...")
@office_option
@file_option
@output_formats("table", "json", "csv", "md", "html")
@click.pass_context
def command(
    ctx: click.Context,
    plans: tuple[str, ...],
    office: Office | None,
    file: Path | None,
    output_format: str,
) -> ExitStatus:
    """Print the comparison."""
    asked = [name.partition(":") for name in plans]
    found = {plan.id: plan for plan in plans_in_use(ctx, [name for name, _, _ in asked], office)}
    wanted = asked or [(id_, "", "") for id_ in found]
    rules = [rule for id_, colon, edition in wanted for rule in _rules(found[id_], colon, edition, office)]
    if not rules:
        say("没有可比较的计划", "there is no plan to compare")
        return status_without(office)
    table = with_office(compare(rules), office)
    side = comparison_table(table, lang())
    document = comparison_document(table, lang())
    names = [side.headers[0], *map(_name, table.rules)]
    if file:
        save_document(file, document, side.headers, side.rows)
    elif output_format == "json":
        print_json(_as_data(table))
    elif output_format == "csv":
        print_csv(names, side.rows)
    elif output_format == "table":
        print_side(side)
    else:
        print_document(document, output_format)
    return ExitStatus.OK if asked else status_without(office)


def _rules(plan: Plan, colon: str, edition: str, office: Office | None) -> list[RuleText]:
    """Return the rules asked for: all editions, the one named, or the one that came into force last."""
    editions = local_editions(plan, office)
    taken = editions
    if edition:
        named = chosen_edition(plan, editions, edition, None)
        taken = (named,) if named else ()
    elif not colon:
        taken = editions[-1:]
        if len(editions) > 1:
            id_, count = taken[0].edition.id, len(editions)
            say(
                f"说明：{plan.id} 有 {count} 个版次，取 {id_}；另选：mutualplans compare {plan.id}:版次",
                f"note: {plan.id} has {count} editions, {id_} is taken; choose with {plan.id}:EDITION",
            )
    titles = other_titles(click.get_current_context(), plan)
    return [
        rule_text(plan, item.edition, item.values, lang=lang(), mark_open=False, plans=titles)
        for item in taken
    ]


def _name(rule: RuleText) -> str:
    return f"{rule.plan}:{rule.edition}"


def _as_data(table: Comparison) -> dict[str, object]:
    return {
        "columns": [
            {
                "plan": rule.plan,
                "edition": rule.edition,
                "title": rule.title,
                "edition_title": rule.edition_title,
                "in_force": rule.in_force,
                "confidence": rule.confidence,
                "assumed": rule.assumed,
                "source": rule.source,
            }
            for rule in table.rules
        ],
        "rows": [{"id": row.id, "title": row.title, "cells": row.cells} for row in table.rows],
    }
