"""``mutualplans assess``: a file of claims decided, from file to file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mutualplans.batch.extra import need_the_extra
from mutualplans.cli.common import OFFICE_FILE, office_option, status_without
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import output_options, say, say_problems
from mutualplans.model.problem import MutualPlansError, problem

if TYPE_CHECKING:
    from mutualplans.batch.outcome import Outcome
    from mutualplans.batch.read import Reading
    from mutualplans.engine.office import Office

__all__ = ["command"]

_SHOWN = 10
"""Problems said on the terminal; all of them are in the file."""


@click.command(
    help=t(
        """一次核定一整份申领：每笔申领、每个计划给付多少，为什么；读不懂的行逐一列出，其余照常核定。

        CLAIMS 是申领表，--coverage 是保障表（csv、xlsx、parquet），列名见“批量表的列”。结果写入 OUT（.parquet、
        .csv、.xlsx），问题写在旁边的“OUT 的名字-problems”里。行的先后不影响结果：按核定日期、报案日期、事件日期排列。

        \b
        例：
          mutualplans assess 申领.csv --coverage 保障.csv --office office.toml -o 核定.xlsx
          mutualplans assess 结算.csv --coverage 保障.xlsx --office office.toml --map national -o 核定.csv
          mutualplans assess 申领.csv --coverage 保障.csv --office office.toml --explain A-0001
        """,
        """Decide a file of claims: what each plan pays for each claim, and why; rows that cannot be read are listed.

        CLAIMS and --coverage are tables (csv, xlsx, parquet); the reference lists their columns. Decisions go to OUT
        (.parquet, .csv, .xlsx), problems to a file beside it. The order of rows does not matter: claims are decided by
        the day of decision, then of report, then of the event.

        \b
        Examples:
          mutualplans assess claims.csv --coverage cover.csv --office office.toml -o decisions.xlsx
          mutualplans assess settled.csv --coverage cover.xlsx --office office.toml --map national -o out.csv
          mutualplans assess claims.csv --coverage cover.csv --office office.toml --explain A-0001
        """,
    ),
    short_help=t("核定一整份申领", "decide a file of claims"),
)
@click.argument("claims", type=click.Path(dir_okay=False))
@click.option(
    "--coverage",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help=t("保障表。", "Table of coverages."),
)
@office_option
@click.option("-o", "--output", "out", metavar="FILE", help=t("核定结果。", "Decisions."))
@click.option(
    "--benefits", metavar="FILE", help=t("另存各项目的金额。", "Write the amount of each benefit, too.")
)
@click.option(
    "--problems", metavar="FILE", help=t("问题清单；默认在 OUT 旁边。", "Problems; beside OUT by default.")
)
@click.option(
    "--explain",
    "explained",
    metavar="CLAIM_ID",
    help=t("逐步说明这一笔申领，不写文件。", "Explain this claim step by step; nothing is written."),
)
@click.option(
    "--map",
    "mapping",
    metavar="NAME",
    help=t("列名对照：national（国家医保结算字段）或 TOML 文件。", "Import map: national, or a TOML file."),
)
@click.option("--encoding", help=t("申领表编码；默认自动识别。", "Encoding of CLAIMS; detected by default."))
@click.option(
    "--coverage-encoding",
    help=t("保障表编码；默认自动识别。", "Encoding of the coverages; detected by default."),
)
@click.option("--sheet", help=t("申领表的工作表名。", "Worksheet of CLAIMS."))
@click.option("--coverage-sheet", help=t("保障表的工作表名。", "Worksheet of the coverages."))
@click.option(
    "--strict",
    is_flag=True,
    help=t(
        "有一行读不了就不核定，只写问题清单。", "Decide nothing when a row is refused; list the problems."
    ),
)
@click.option(
    "--fail-fast", is_flag=True, help=t("遇到第一处问题就停止。", "Stop at the first row that is refused.")
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help=t(
        "同时核定的线程数，默认为处理器个数；不影响结果。",
        "Threads that decide at a time, by default as many as the machine has; the result is the same.",
    ),
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    claims: str,
    coverage: str,
    office: Office | None,
    out: str | None,
    benefits: str | None,
    problems: str | None,
    explained: str | None,
    mapping: str | None,
    encoding: str | None,
    coverage_encoding: str | None,
    sheet: str | None,
    coverage_sheet: str | None,
    strict: bool,
    fail_fast: bool,
    threads: int | None,
    output_format: str,
    reveal: bool,
) -> int:
    """Run the command."""
    if office is None:
        raise click.UsageError(t("用 --office 指定办事处设置文件", "name the office with --office"))
    if (out is None) == (explained is None):
        raise click.UsageError(t("用 -o 指定结果文件，或用 --explain 说明一笔申领", "give -o, or --explain"))
    need_the_extra()
    from mutualplans.batch.headers import read_map
    from mutualplans.batch.read import read_table

    outputs = _outputs(out, problems, benefits, (claims, coverage, ctx.meta.get(OFFICE_FILE), mapping))
    plans = [item.plan for item in office.plans]
    given: dict[str, Any] = {"mapping": read_map(mapping) if mapping else None, "strict": strict}
    tables = (
        read_table(claims, "claims", plans, encoding=encoding, sheet=sheet, **given),
        read_table(coverage, "coverages", plans, encoding=coverage_encoding, sheet=coverage_sheet, **given),
    )
    run = _Run(office, *tables, fail_fast=fail_fast, threads=threads, reveal=reveal)
    if explained is not None:
        return run.explain(explained)
    return run.decide(outputs, output_format, strict=strict)


def _outputs(
    out: str | None, problems: str | None, benefits: str | None, inputs: tuple[str | None, ...]
) -> dict[str, Path]:
    """Return the files to write: what is in them → where.

    Raises:
        MutualPlansError: a name has an unknown ending, stands twice, or is that of a file that is read.
    """
    if out is None:
        return {}
    from mutualplans.batch.write import check_kind

    beside = Path(out)
    found = {"decisions": beside, "problems": beside.with_name(f"{beside.stem}-problems{beside.suffix}")}
    found |= {"problems": Path(problems)} if problems else {}
    found |= {"benefits": Path(benefits)} if benefits else {}
    taken = {os.path.realpath(path) for path in filter(None, inputs)}
    for path in found.values():
        check_kind(path)
        if os.path.realpath(path) in taken:
            raise MutualPlansError(
                problem(
                    "file.same",
                    f"{path} 也是要读的文件，或已是另一个要写的文件，没有写入",
                    f"{path} is a file that is read, or another one that is written; nothing was written",
                    hint_zh="换一个文件名",
                    hint_en="choose another name",
                )
            )
        taken.add(os.path.realpath(path))
    return found


class _Run:
    """One run over two tables that were opened."""

    def __init__(
        self,
        office: Office,
        claims: Reading,
        coverages: Reading,
        *,
        fail_fast: bool,
        threads: int | None,
        reveal: bool,
    ) -> None:
        self.office = office
        self.claims = claims
        self.coverages = coverages
        self.fail_fast = fail_fast
        self.threads = threads
        self.reveal = reveal

    def decide(self, outputs: dict[str, Path], output_format: str, *, strict: bool) -> int:
        """Decide everything, write the files, show the totals."""
        from mutualplans.batch.totals import Totals
        from mutualplans.batch.write import BENEFITS, DECISIONS, PROBLEMS, writer

        covers, claims = self._read(self.coverages), self._read(self.claims)
        refused = self.coverages.refused + self.claims.refused
        sheets = {"problems": PROBLEMS}
        if not (strict and refused):
            sheets |= {"decisions": DECISIONS, "benefits": BENEFITS}
        totals = Totals.over(covers)
        found = [*self.coverages.problems, *self.claims.problems]
        with ExitStack() as stack:
            files = {
                name: stack.enter_context(writer(path, sheets[name], self.office, lang(), reveal=self.reveal))
                for name, path in outputs.items()
                if name in sheets
            }
            if "decisions" in files:
                outcome = self._decided(claims, covers)
                totals.add(outcome)
                files["decisions"].write(outcome.decisions)
                if "benefits" in files:
                    files["benefits"].write(outcome.benefits)
                found.append(outcome.problems)
            for table in found:
                files["problems"].write(table)
        from mutualplans.cli.assessed import show

        show(totals, found, self.office, self.claims.read, output_format, decided="decisions" in files)
        for name in files:
            say(f"已写入 {outputs[name]}", f"wrote {outputs[name]}")
        return self._status(found, refused=bool(refused), strict=strict)

    def _decided(self, claims: Any, covers: Any) -> Outcome:
        """Return what the claims come to."""
        from mutualplans.batch.assess import assess_tables

        with _progress(t("核定", "assessing"), len(claims)) as advance:
            return assess_tables(
                self.office,
                claims,
                covers,
                refused=self.coverages.refused_persons(),
                threads=self.threads,
                progress=advance,
            )

    def _read(self, reading: Reading) -> Any:
        """Return all good rows of a table; under ``--fail-fast`` the first bad one ends the run."""
        import pyarrow as pa

        with _progress(
            t(f"读取 {reading.source.path.name}", f"reading {reading.source.path.name}"), reading.source.size
        ) as advance:
            parts = []
            for part in reading.chunks():
                parts.append(part)
                advance(part.num_rows)
                if self.fail_fast and reading.refused:
                    raise MutualPlansError(*_first(reading.problems))
        return pa.concat_tables([reading.empty(), *parts]).unify_dictionaries().combine_chunks()

    def explain(self, claim_id: str) -> int:
        """Print the full explanation of one claim, decided with everything that its person has."""
        from mutualplans.batch.exactly import explain_claim
        from mutualplans.cli.decisions import print_simulation

        covers, claims = self._read(self.coverages), self._read(self.claims)
        found = explain_claim(self.office, claims, covers, claim_id, refused=self.coverages.refused_persons())
        if not found:
            raise MutualPlansError(*self._why_not(claim_id, claims))
        for one in found:
            print_simulation(one, lang(), explain=True)
            say_problems(one.problems)
        errors = any(not one.complete for one in found)
        return status_without(self.office) or (ExitStatus.ROWS_REFUSED if errors else ExitStatus.OK)

    def _why_not(self, claim_id: str, claims: Any) -> list[Any]:
        from mutualplans.batch.outcome import as_problems
        from mutualplans.model.problem import nearest

        refused = [item for table in self.claims.problems for item in as_problems(table, claim=claim_id)]
        if refused:
            return refused
        close = nearest(claim_id, claims["claim"].slice(0, 10_000).to_pylist())
        return [
            problem(
                "batch.no-claim",
                f'申领表里没有编号 "{claim_id}"',
                f'there is no claim "{claim_id}"',
                where=self.claims.source.name,
                hint_zh=f'是不是 "{close}"？' if close else "核对编号",
                hint_en=f'did you mean "{close}"?' if close else "check the number",
            )
        ]

    def _status(self, found: list[Any], *, refused: bool, strict: bool) -> int:
        import pyarrow.compute as pc

        errors = any(pc.any(pc.equal(table["severity"].cast("string"), "error")).as_py() for table in found)
        if strict and refused:
            return ExitStatus.DATA
        return status_without(self.office) or (ExitStatus.ROWS_REFUSED if errors else ExitStatus.OK)


def _first(problems: list[Any]) -> list[Any]:
    from mutualplans.batch.outcome import as_problems

    found = [item for table in problems for item in as_problems(table) if item.severity == "error"]
    return found[:1]


@contextmanager
def _progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show progress with rate and time left on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Any) -> Text:
            return Text(f"{task.speed or 0:,.0f}/s")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=total)
        yield lambda count: shown.advance(task, count)
