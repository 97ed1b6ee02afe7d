"""``reference/batch.md``: the columns of the tables that `assess` reads and writes."""

from __future__ import annotations

from collections.abc import Mapping

from docs.pages.markdown import page, table
from mutualplans.batch import write
from mutualplans.batch.cells import expected
from mutualplans.batch.columns import (
    CLAIM,
    COVERAGE,
    ORDER_OF_DECISION,
    ORDER_OF_TERMS,
    Column,
    claim_columns,
    coverage_columns,
)
from mutualplans.batch.headers import Headers, headers_of, read_map

__all__ = ["batch"]


def batch() -> str:
    """Return the page."""
    intro = (
        "`mutualplans assess CLAIMS --coverage COVERAGES --office OFFICE -o OUT` reads two tables (csv, xlsx, parquet). "
        "A column may be named as below or by its Chinese or English label; upper and lower case, white space and "
        "underscores do not matter. A plan's own fields are columns as well, by name or label. What is empty is *not "
        'stated*, never 0 and never "no"; a column that no plan reads may be absent.\n\n'
        "表里的列可用下面的列名，也可用中文名称。空白表示没有填写，不是 0，也不是“否”。"
    )
    return page(
        "Tables of claims · 批量表的列", intro, *_tables(), _order(), _types(), _map(), *_outputs(), _python()
    )


def _tables() -> tuple[str, str]:
    claims, covers = claim_columns([]), coverage_columns([])
    return (
        "## Claims · 申领表\n\nOne row a claim.\n\n" + _columns(CLAIM, claims),
        "## Coverages · 保障表\n\nOne row a person, plan and term; earlier terms are further rows (they make a renewal). "
        "What is told about persons and units is what was so when the cover was taken. A row whose `insured.relation` "
        "is not stated is the member's own; for the member, sex and date of birth may stand under either name, and "
        "where the person is named by a resident ID number they are taken from it. When a coverage of a person is "
        "refused, the claims of that person wait. Where a family shares an account of a plan (`whose=mp.Whose.FAMILY`), each "
        "cover of that plan states its `family`: one number for the member and those insured through the member.\n\n"
        + _columns(COVERAGE, covers),
    )


def _columns(file: str, columns: Mapping[str, Column]) -> str:
    headers = headers_of(file, columns, [])
    rows = [
        (
            f"`{column.name}`",
            "、".join(_names(headers, column)),
            "needed" if column.needed and column.name != "row" else "",
            column.kind.value if column.kind else str(column.type),
            f"`{column.type}`",
            expected(column).zh if column.field else "",
        )
        for column in columns.values()
    ]
    return table(["column", "也可写作", "", "kind", "in memory", "holds"], rows)


def _names(headers: Headers, column: Column) -> list[str]:
    found = (name for name in headers.names if (headers.find(name) or column) and not name.isascii())
    return [name for name in found if (meaning := headers.find(name)) and meaning.column == column.name]


def _order() -> str:
    return (
        "## The order of decision · 核定的先后\n\nThe order of rows never matters. The claims of a person are decided by "
        + ", then ".join(f"`{name}`" for name in ORDER_OF_DECISION)
        + ", by the first that differs, what is not stated last; where all are equal, by every other column and the row "
        "number at the very last. Two rows that differ in nothing but their number are one claim, entered twice: the "
        "second is a problem. Claims of persons who share an account, as a family or as all insured of a plan, are put "
        "into one such order together, then by person; the table is taken to hold all claims of the account's periods, so "
        "an account of the fund begins at 0. A claim that is not decided counts nothing; the "
        "person's later claims are decided without it and say so (`claim.earlier-open`), and where others share the "
        "account one warning (`claim.shared-open`) does. The terms of a plan go by "
        + ", ".join(f"`{name}`" for name in ORDER_OF_TERMS)
        + "."
    )


def _types() -> str:
    return (
        "## Types · 写法\n\nText files: UTF-8 (with or without a mark), UTF-16 with a mark, GB18030; `--encoding` names "
        "one and is then kept to. Cells are read by the grammar of case files: `12.50`, `2024-02-29`, `70%`, 是 or "
        "`true`; codes by code or label. In Parquet, texts are read the same way; money is `decimal(…, 2)` in yuan, or "
        "whole fen in a column whose name ends in `_fen`; a whole number under a plain name is refused, because nobody "
        "can tell yuan from fen. Floats and times of day are refused. Several circumstances in one cell are "
        "separated by `;`."
    )


def _map() -> str:
    mapping = read_map("national")
    claims = headers_of(CLAIM, claim_columns([]), [], mapping)
    named = mapping.data[CLAIM]
    rows = [
        (f"`{header}`", f"`{column}`" if column else "not read")
        for header, column in named.items()
        if header != "sums"
    ]
    rows += [
        (" + ".join("/".join(f"`{name}`" for name in names) for names in parts), f"`{column}`")
        for column, parts in claims.sums.items()
    ]
    return (
        "## Import maps · 列名对照\n\n`--map FILE` reads further names from a TOML file: a table `[claims]` and a table "
        '`[coverages]` with `"header" = "column"` (an empty column: known, not read), and `[claims.sums]` for amounts '
        "that several columns add up to. `--map national` knows the settlement fields of the national medical "
        "insurance:\n\n" + table(["header", "column"], rows)
    )


def _outputs() -> tuple[str, ...]:
    said = {
        "Decisions · 核定结果": (write.DECISIONS, "One row a claim and plan."),
        "Benefits · 各项目": (write.BENEFITS, "One row a claim, plan and benefit (`--benefits FILE`)."),
        "Problems · 问题清单": (
            write.PROBLEMS,
            "One row for everything that is wrong: `OUT-problems` beside OUT, or `--problems FILE`.",
        ),
        "Receipts · 回执": (
            write.RECEIPTS,
            "One row for each bound plan that decided: `OUT-receipts` beside OUT, enough to compute it again.",
        ),
    }
    parts = []
    for title, (sheet, text) in said.items():
        rows = [
            (f"`{column.name}`", column.label.zh, column.label.in_("en"), column.how)
            for column in sheet.columns
        ]
        parts.append(f"## {title}\n\n{text}\n\n" + table(["Parquet", "名称", "name", "shown as"], rows))
    after = (
        "Amounts are fen in Parquet (`amount_fen`) and yuan in CSV and Excel; empty while a decision is incomplete. "
        "Personal texts are masked where they hold an ID number. Rows are in the order of the claims, and within a claim "
        "in the office's order of plans. What `receipt` stands for is in the file of receipts; `--explain CLAIM_ID` "
        "shows how an amount came about."
    )
    memory = (
        "## Memory · 内存\n\nUp to a million rows of both tables together are decided in memory. More are put on disk by "
        "person while they are read, decided part after part (a part is about as many rows), and written in the order of "
        "the claims: what is decided, and every line that is written, is the same however many parts there are "
        "(`--rows-in-memory N`). The rows on disk are compressed, in a file without a name in the folder of OUT (with "
        "`--explain` in the system's folder for temporary files): the system removes it however the run ends. Leave about "
        "as much room there as the two tables and the decisions take. Where persons share accounts of a plan, nothing is "
        "decided in parts: everything is held in memory, and such a plan is decided claim by claim.\n\n"
        "两表合计不超过一百万行时在内存里核定；超过时按人分批，暂存在 OUT 所在的文件夹，无论怎样结束都自动清除。分几批不影响"
        "结果，行序仍与申领表一致。"
    )
    kernels = (
        "## Kernels and the exact way · 成批与逐笔\n\nPlans are decided by kernels, functions written from their "
        "declarations: with other plans held or excluded, limits over several plans, common terms, plans that continue "
        "another, stays that merge. What kernels cannot judge is decided claim by claim, as `simulate` does, and comes to "
        "the same, only slower (the [figures](../benchmarks.md)):\n\n"
        "- a plan with a Python function (`mp.computed`); whose event date rests on more than the claim; whose most shares, "
        "term or renewal window rest on other covers; whose numbers may not fit into 64 bits;\n"
        "- a person who moved to another unit inside a term; whose covers share a day though they must not, or begin on "
        "different days under a limit for a term; whose edition goes by the event; who has several bills for one stay; "
        "whose claims may merge while one of them is open; for whom a table lacks a row; with a value out of bounds, or "
        "more than 10,000 claims.\n\n"
        "计划按声明编译成内核成批核定，包括同时参加与不得同时参加、几个计划合计限额、统一期限、续接其他计划、合并住院。"
        "下列情形逐笔核定，结果相同，只是慢一些：含 Python 函数的计划；最多份数、期限、续保宽限取决于其他保障的计划；"
        "期内转会、保障重叠、同一次住院几张单据的人，等等。"
    )
    return (*parts[:1], after, *parts[1:], kernels, memory)


_EXAMPLE = """
from datetime import date

import polars as pl

import mutualplans as mp
from mutualplans.engine.office import office_of
from mutualplans.registry import PluginRegistry

office = office_of([PluginRegistry.discover().plan("female-illness")])
claims = pl.DataFrame(
    {
        "claim": ["2014-001"],
        "person": ["M-17"],
        "event": ["diagnosis"],
        "diagnosis": ["C50.9"],
        "diagnosed": [date(2014, 2, 10)],
        "days": [4],
    }
)
coverages = pl.DataFrame(
    {
        "person": ["M-17"],
        "plan": ["female-illness"],
        "edition": ["beijing-6"],
        "first_day": [date(2013, 1, 1)],
        "last_day": [date(2014, 12, 31)],
        "shares": [2],
        "member.sex": ["female"],
        "member.birth_date": [date(1975, 3, 4)],
        "member.employment": ["in-post"],
    }
)

found = mp.assess_frame(office, claims, coverages)
decisions = pl.DataFrame(found.decisions)
assert decisions["amount_fen"].to_list() == [24_208_00]
"""


def _python() -> str:
    return (
        "## In Python · 在 Python 里\n\n"
        "`mp.assess_frame(office, claims, coverages)` decides tables of PyArrow, Polars, pandas, DuckDB or of whatever "
        "else has `__arrow_c_stream__` (the Arrow PyCapsule interface), with the columns above. They are read as Parquet "
        "files are, and more strictly: every unknown column is refused, and all faults of both tables are told at once. "
        "Times that are all midnight and of no zone are dates. A whole-number column `row` numbers the rows; without it "
        "they count from 1; an index without a name is not read. What comes back are the Arrow tables `decisions`, "
        "`benefits`, `problems` and `receipts`, with money in fen. `office` is an office as `read_office` or `office_of` "
        "gives it, or one bound plan: all covers of that plan are then under its edition and values, whatever their "
        "dates.\n\n"
        "PyArrow、Polars、pandas 的表可以直接核定：列名同上，金额写成十进制的元（`total`）或整数的分（`total_fen`），"
        "不收浮点数，也不收分不清元和分的整数。\n\n"
        f"```python{_EXAMPLE}```"
    )
