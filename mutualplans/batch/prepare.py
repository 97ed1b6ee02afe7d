"""The two tables made ready for deciding: what can be seen without a plan is seen here, for whole columns at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from mutualplans.batch.columns import (
    CLAIM,
    CODES,
    COVERAGE,
    PERSON,
    ROW,
    Column,
    claim_columns,
    coverage_columns,
)
from mutualplans.batch.outcome import Rows
from mutualplans.batch.shared import Numbers, say_shared, shared_numbers
from mutualplans.engine.accounts import sharing
from mutualplans.engine.covers import unit_problems
from mutualplans.engine.office import Office
from mutualplans.expr.nodes import Whose
from mutualplans.model.people import Unit
from mutualplans.model.problem import MutualPlansError, Problem, nearest, problem

__all__ = ["Prepared", "check_table", "held", "prepare"]

_SHARED = ("sex", "birth_date")
"""What is known of the member and of the person covered under one name each."""


@frozen(kw_only=True)
class Prepared:
    """The tables of a batch, ready to be decided.

    Attributes:
        claims: Claims whose number and person are stated, of persons none of whose coverages was refused.
        coverages: Coverages of plans that the office has, with ``insured.relation`` filled in and what a row says of
            one person under two names said under both.
        problems: What was left out and why, and what is doubtful.
        claim_columns: The columns of claims by name.
        coverage_columns: The columns of coverages by name.
    """

    claims: pa.Table
    coverages: pa.Table
    problems: Rows
    claim_columns: Mapping[str, Column]
    coverage_columns: Mapping[str, Column]


def prepare(
    office: Office,
    claims: pa.Table,
    coverages: pa.Table,
    *,
    refused: pa.Array | None = None,
    shared: pa.Array | None = None,
) -> Prepared:
    """Return the tables ready to be decided.

    Args:
        office: The office.
        claims: Claims, with columns as `claim_columns` says.
        coverages: Coverages, with columns as `coverage_columns` says.
        refused: Persons some of whose coverages were refused when they were read. Their claims are not decided:
            without an earlier term, or another plan's cover, they would come out wrong.
        shared: Claim numbers that several persons have, where `claims` is a part of all; else they are found.

    Raises:
        MutualPlansError: a needed column is not there, or a column is of another type.
    """
    plans = [item.plan for item in office.plans]
    for_claims, for_coverages = claim_columns(plans), coverage_columns(plans)
    check_table(claims, for_claims, CLAIM)
    check_table(coverages, for_coverages, COVERAGE)
    rows = Rows()
    covers = _Table(coverages, COVERAGE, rows)
    covers.refuse_incomplete(for_coverages)
    covers.table = _shared_facts(covers)
    covers.refuse_where(_ends_early(covers.table), _backwards)
    covers.refuse_where(_unknown_plans(covers.table, office), lambda row: _unknown_plan(row, office))
    by_family = [plan.id for plan in plans if Whose.FAMILY in sharing(plan)]
    if by_family:
        covers.refuse_where(_without_family(covers.table, by_family), _no_family, "family")
    _units(covers, office)
    decided = _Table(claims, CLAIM, rows)
    decided.refuse_incomplete(for_claims)
    persons = pa.chunked_array(
        [*covers.persons, *([] if refused is None else [refused.cast(pa.string())])], pa.string()
    )
    decided.refuse_where(pc.is_in(decided.table[PERSON], persons.unique()), lambda _row: held())
    numbers = _shared(claims) if shared is None else shared
    if len(numbers):
        say_shared(decided.table.filter(pc.is_in(decided.table["claim"], numbers)), rows)
    return Prepared(
        claims=decided.table,
        coverages=covers.table,
        problems=rows,
        claim_columns=for_claims,
        coverage_columns=for_coverages,
    )


def _shared(claims: pa.Table) -> pa.Array:
    seen = Numbers()
    seen.add(claims)
    return shared_numbers([claims], seen.again())


def check_table(table: pa.Table, columns: Mapping[str, Column], file: str) -> None:
    """Refuse a table that lacks a needed column, or has one of another type or name.

    Raises:
        MutualPlansError: every fault.
    """
    found = [
        _lacking(name, file)
        for name, column in columns.items()
        if column.needed and name not in table.column_names
    ]
    for item in table.schema:
        if item.name not in columns:
            close = nearest(item.name, columns)
            found.append(
                problem(
                    "batch.unknown-column",
                    f'不认识的列 "{item.name}"',
                    f'unknown column "{item.name}"',
                    where=f"{file}.{item.name}",
                    hint_zh=f'是不是 "{close}"？' if close else "改名或删去这一列",
                    hint_en=f'did you mean "{close}"?' if close else "rename or remove the column",
                )
            )
        elif item.type != columns[item.name].type:
            wanted = columns[item.name].type
            found.append(
                problem(
                    "batch.column-type",
                    f'列 "{item.name}" 的类型应为 {wanted}，实为 {item.type}',
                    f'column "{item.name}" should be {wanted}; found {item.type}',
                    where=f"{file}.{item.name}",
                    hint_zh="先用本软件的读取函数整理",
                    hint_en="read it with the functions that normalise tables",
                )
            )
    if found:
        raise MutualPlansError(*found)


def _lacking(name: str, file: str) -> Problem:
    return problem(
        "batch.missing-column",
        f'缺少列 "{name}"',
        f'there is no column "{name}"',
        where=file,
        hint_zh="补上这一列",
        hint_en="add the column",
    )


@define(eq=False)
class _Table:
    """A table from which rows are taken out, each with its problem."""

    table: pa.Table
    file: str
    problems: Rows
    persons: list[pa.Array] = field(factory=list, init=False)

    def refuse_where(self, mask: Any, say: Callable[[Mapping[str, Any]], Problem], column: str = "") -> None:
        """Take out the rows that `mask` marks; a null of the mask marks nothing."""
        mask = pc.fill_null(mask, False)
        if not pc.any(mask).as_py():
            return
        bad = self.table.filter(mask)
        self.persons.append(pc.drop_null(bad[PERSON]).combine_chunks())
        for row in bad.to_pylist():
            self.say(say(row), row, column)
        self.table = self.table.filter(pc.invert(mask))

    def refuse_incomplete(self, columns: Mapping[str, Column]) -> None:
        """Take out the rows that leave a needed column empty."""
        for column in columns.values():
            if column.needed:
                empty = pc.is_null(self.table[column.name])
                self.refuse_where(empty, partial(_empty, column), column.name)

    def say(self, found: Problem, row: Mapping[str, Any], column: str = "") -> None:
        self.problems.problem(
            found,
            file=self.file,
            row=row.get(ROW),
            column=column or None,
            claim=row.get("claim"),
            person=row.get(PERSON),
            plan=row.get("plan"),
        )


def _empty(column: Column, _row: Mapping[str, Any]) -> Problem:
    return problem(
        "batch.empty",
        f"“{column.label.zh}”({column.name}) 没有填写，此行没有采用",
        f"{column.label.in_('en')} ({column.name}) is not stated; the row is not used",
        hint_zh="补填后重新核定",
        hint_en="state it and assess again",
    )


# ---------------------------------------------------------------- coverages


def _shared_facts(covers: _Table) -> pa.Table:
    """Return the coverages with the relation filled in, and the member's facts those of the person where they are one."""
    table = covers.table
    always_own = "insured.relation" not in table.column_names
    covers.table = _with(table, "insured.relation", _relations(table))
    for name in _SHARED:
        paths = [f"{subject}.{name}" for subject in ("insured", "member")]
        stated = [path for path in paths if path in covers.table.column_names]
        if not stated:
            continue
        if always_own and len(stated) == 1:
            for path in paths:
                covers.table = _with(covers.table, path, covers.table[stated[0]])
            continue
        own = pc.equal(_texts(covers.table, "insured.relation"), "self")
        insured, member = (_plain(covers.table, path, name) for path in paths)
        differ = pc.and_(own, pc.not_equal(insured, member))
        covers.refuse_where(differ, partial(_two_facts, name), paths[0])
        own = pc.equal(_texts(covers.table, "insured.relation"), "self")
        insured, member = (_plain(covers.table, path, name) for path in paths)
        for path, values, other in ((paths[0], insured, member), (paths[1], member, insured)):
            filled = pc.if_else(own, pc.coalesce(values, other), values)
            made = filled.dictionary_encode() if pa.types.is_string(filled.type) else filled
            covers.table = _with(covers.table, path, made)
    return covers.table


def _relations(table: pa.Table) -> Any:
    """Return whom each coverage is for: where nothing is said, for the member."""
    if "insured.relation" in table.column_names:
        return pc.fill_null(_texts(table, "insured.relation"), "self").dictionary_encode()
    nobody_else = pa.array(np.zeros(len(table), np.int32))
    return pa.DictionaryArray.from_arrays(nobody_else, pa.array(["self"]))


def _plain(table: pa.Table, path: str, name: str) -> Any:
    if name == "birth_date":
        return table[path] if path in table.column_names else pa.nulls(len(table), pa.date32())
    return _texts(table, path)


def _texts(table: pa.Table, path: str) -> Any:
    """Return a column of codes as plain texts; nulls where there is no such column."""
    if path not in table.column_names:
        return pa.chunked_array([pa.nulls(len(table), pa.string())])
    return table[path].cast(pa.string())


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    if isinstance(values, pa.Array):
        values = pa.chunked_array([values])
    if pa.types.is_dictionary(values.type):
        values = values.cast(CODES)
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, values)
    return table.append_column(name, values)


def _two_facts(name: str, _row: Mapping[str, Any]) -> Problem:
    return problem(
        "batch.two-facts",
        f"被保障人就是会员本人，insured.{name} 与 member.{name} 却不同，此行没有采用",
        f"the person covered is the member, but insured.{name} and member.{name} differ; the row is not used",
        hint_zh="核对后改正其中一处；被保障人不是会员本人的，填写 insured.relation",
        hint_en="correct one of them, or state insured.relation where the person is not the member",
    )


def _ends_early(table: pa.Table) -> Any:
    return pc.less(table["last_day"], table["first_day"])


def _backwards(row: Mapping[str, Any]) -> Problem:
    first, last = row["first_day"], row["last_day"]
    return problem(
        "batch.term",
        f"保障终止日 {last} 早于起始日 {first}，此行没有采用",
        f"the cover ends on {last}, before its first day {first}; the row is not used",
        hint_zh="核对参保记录",
        hint_en="check the record",
    )


def _unknown_plans(table: pa.Table, office: Office) -> Any:
    return pc.invert(_of_plans(table, [*(item.plan.id for item in office.plans), *office.missing]))


def _of_plans(table: pa.Table, plans: Sequence[str]) -> pa.ChunkedArray:
    """Return which covers are of some plans; there are few different plans, so each is looked up once."""
    known = pa.array(plans, pa.string())
    chunks = table["plan"].chunks
    return pa.chunked_array(
        [pc.is_in(chunk.dictionary, known).take(chunk.indices) for chunk in chunks], pa.bool_()
    )


def _unknown_plan(row: Mapping[str, Any], office: Office) -> Problem:
    try:
        office.plan(row["plan"])
    except MutualPlansError as error:
        return error.problems[0]
    raise AssertionError(row["plan"])


def _without_family(table: pa.Table, plans: Sequence[str]) -> Any:
    """Mark the covers of plans whose accounts a family shares that do not say of which."""
    stated = pc.fill_null(pc.utf8_trim_whitespace(_texts(table, "family")), "")
    return pc.and_(_of_plans(table, plans), pc.equal(stated, ""))


def _no_family(row: Mapping[str, Any]) -> Problem:
    plan = row["plan"]
    return problem(
        "batch.family",
        f"计划 {plan} 的限额由全家共用，此行没有填“家庭”(family)，没有采用",
        f"a family shares the limits of plan {plan}, and family is not stated; the row is not used",
        hint_zh="会员和由其带入的家人填同一个编号，如会员编号；单独一人的也要填",
        hint_en="give the member and those insured through the member one number, such as the member's; also where "
        "there is nobody else",
    )


def _units(covers: _Table, office: Office) -> None:
    """Say which units are of a kind that the office does not know, once for each unit."""
    table = covers.table
    if "unit.unit_type" not in table.column_names or not office.unit_types:
        return
    seen = pa.table(
        {
            "name": pc.fill_null(_texts(table, "unit.name"), ""),
            "kind": _texts(table, "unit.unit_type"),
            "row": table[ROW],
        }
    )
    known = pa.array([*office.unit_types], pa.string())
    seen = seen.filter(pc.and_(pc.is_valid(seen["kind"]), pc.invert(pc.is_in(seen["kind"], known))))
    first = seen.group_by(["name", "kind"]).aggregate([("row", "min")])
    for row in sorted(first.to_pylist(), key=lambda row: int(row["row_min"])):
        for found in unit_problems(Unit(name=row["name"], unit_type=row["kind"]), office):
            covers.say(found, {ROW: row["row_min"]}, "unit.unit_type")


def held() -> Problem:
    """Say that a claim is not decided because a coverage of its person was refused."""
    return problem(
        "claim.cover-refused",
        "此人有保障记录没有被采用，其申领没有核定",
        "a coverage of this person was refused, so the claim is not decided",
        hint_zh="先改正保障记录（见问题清单中此人的其他行），再重新核定",
        hint_en="mend the coverage first (see the person's other rows among the problems), then assess again",
    )
