"""``mutualplans assess``: a file of claims decided, from file to file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import click

from mutualplans.batch.extra import need_the_extra
from mutualplans.cli.common import OFFICE_FILE, office_option, status_without
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import lang, t
from mutualplans.cli.output import output_options, say, say_problems
from mutualplans.model.problem import MutualPlansError, problem

if TYPE_CHECKING:
    from mutualplans.batch.parts import Gathered
    from mutualplans.batch.read import Reading
    from mutualplans.batch.results import Results
    from mutualplans.engine.office import Office
    from mutualplans.model.problem import Problem

__all__ = ["command"]

_SHOWN = 10
"""Problems said on the terminal; all of them are in the file."""


@click.command(
    help=t(
        """一次核定一整份申领：每笔申领、每个计划给付多少，为什么；读不懂的行逐一列出，其余照常核定。

        CLAIMS 是申领表，--coverage 是保障表（csv、xlsx、parquet），列名见“批量表的列”。结果写入 OUT（.parquet、
        .csv、.xlsx），旁边的“OUT 的名字-problems”是问题，“-receipts”说明每个回执指哪一版规则和取值。行的先后不影响结果：按
        核定日期、报案日期、事件日期排列。放不进内存的行暂存在 OUT 所在的文件夹，用完即删；结果按申领表的行序。

        \b
        例：
          mutualplans assess 申领.csv --coverage 保障.csv --office office.toml -o 核定.xlsx
          mutualplans assess 结算.csv --coverage 保障.xlsx --office office.toml --map national -o 核定.csv
          mutualplans assess 申领.csv --coverage 保障.csv --office office.toml --explain A-0001
        """,
        """Decide a file of claims: what each plan pays for each claim, and why; rows that cannot be read are listed.

        CLAIMS and --coverage are tables (csv, xlsx, parquet); the reference lists their columns. Decisions go to OUT
        (.parquet, .csv, .xlsx), problems to OUT-problems beside it, and to OUT-receipts which rules and values a receipt
        stands for. The order of rows does not matter: claims are decided by the day of decision, then of report, then
        of the event. Rows too many for memory wait in the folder of OUT, and are gone afterwards.

        \b
        Examples:
          mutualplans assess claims.csv --coverage cover.csv --office office.toml -o decisions.xlsx
          mutualplans assess settled.csv --coverage cover.xlsx --office office.toml --map national -o out.csv
          mutualplans assess claims.csv --coverage cover.csv --office office.toml --explain A-0001
        """,
    ),
    short_help=t("核定一整份申领", "decide a file of claims"),
)
@click.argument("claims", type=click.Path())
@click.option(
    "--coverage",
    required=True,
    type=click.Path(),
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
@click.option(
    "--rows-in-memory",
    type=click.IntRange(1),
    default=1_000_000,
    show_default=True,
    help=t(
        "两表合计超过这么多行就分批核定，每批约这么多；内存不到 2 GiB 时调小，不影响结果。有几个人共用账户的计划时不分批。",
        "More rows of both tables are decided in parts of about so many; less for a machine with less than 2 GiB. "
        "The result is the same. Never in parts where several persons share an account of a plan.",
    ),
)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help=t(
        "在哪里核定：本机，或 Spark（读写 Parquet 文件夹，见 docs/spark.md）。",
        "Where to decide: here, or inside Spark (reads and writes folders of Parquet; docs/spark.md).",
    ),
)
@click.option(
    "--master",
    metavar="URL",
    help=t(
        "Spark 集群的地址；默认按 spark-submit，否则用本机。",
        "Address of the Spark cluster; by default that of spark-submit, else this machine.",
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
    rows_in_memory: int,
    engine: str,
    master: str | None,
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

    if engine == "spark":
        from mutualplans.cli.assess_spark import assess_with_spark, refuse_local_options

        refuse_local_options(ctx)
        return assess_with_spark(
            office,
            (claims, coverage),
            outputs={"decisions": out, "benefits": benefits, "problems": problems},
            master=master,
            mapping=read_map(mapping) if mapping else None,
            strict=strict,
            output_format=output_format,
            reveal=reveal,
        )
    if master:
        raise click.UsageError(t("--master 只用于 --engine spark", "--master goes with --engine spark"))
    outputs = _outputs(out, problems, benefits, (claims, coverage, ctx.meta.get(OFFICE_FILE), mapping))
    plans = [item.plan for item in office.plans]
    given: dict[str, Any] = {"mapping": read_map(mapping) if mapping else None, "strict": strict}
    tables = (
        read_table(claims, "claims", plans, encoding=encoding, sheet=sheet, **given),
        read_table(coverage, "coverages", plans, encoding=coverage_encoding, sheet=coverage_sheet, **given),
    )
    run = _Run(
        office,
        *tables,
        fail_fast=fail_fast,
        threads=threads,
        rows_in_memory=rows_in_memory,
        reveal=reveal,
    )
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
    found = {"decisions": beside}
    found |= {
        name: beside.with_name(f"{beside.stem}-{name}{beside.suffix}") for name in ("problems", "receipts")
    }
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
        rows_in_memory: int,
    ) -> None:
        from mutualplans.batch.groups import shares_accounts

        self.office = office
        self.claims = claims
        self.coverages = coverages
        self.fail_fast = fail_fast
        self.threads = threads
        self.reveal = reveal
        # Claims of one account are decided in one order: where persons share accounts, everything is held at once.
        self.rows_in_memory = sys.maxsize if shares_accounts(office) else rows_in_memory

    def decide(self, outputs: dict[str, Path], output_format: str, *, strict: bool) -> int:
        """Decide everything, write the files, show the totals."""
        from mutualplans.batch import write
        from mutualplans.batch.parts import Gathered
        from mutualplans.batch.totals import Found, Totals

        found, totals = Found(), Totals()
        sheets = {"decisions": write.DECISIONS, "benefits": write.BENEFITS, "receipts": write.RECEIPTS}
        with ExitStack() as stack:

            def opened(name: str, sheet: write.Sheet) -> write.Writer:
                made = write.writer(outputs[name], sheet, self.office, lang(), reveal=self.reveal)
                return stack.enter_context(made)

            files = {"problems": opened("problems", write.PROBLEMS)}

            def tell(problems: Iterable[Any]) -> None:
                for table in problems:
                    found.add(table)
                    files["problems"].write(table)

            with Gathered(
                self.coverages, self.claims, outputs["decisions"].parent, self.rows_in_memory
            ) as gathered:
                for reading in (self.coverages, self.claims):
                    for tables in self._read(gathered, reading):
                        tell(tables)
                refused = bool(self.coverages.refused + self.claims.refused)
                if not (strict and refused):
                    files |= {name: opened(name, sheet) for name, sheet in sheets.items() if name in outputs}
                    results = stack.enter_context(self._assessed(gathered, benefits="benefits" in files))
            if "decisions" in files:
                totals = results.totals
                tell(results.problems())
                for name in ("decisions", "benefits", "receipts"):
                    for table in getattr(results, name)() if name in files else ():
                        files[name].write(table)
        from mutualplans.cli.assessed import show

        show(totals, found, self.office, self.claims.read, output_format, decided="decisions" in files)
        for name in outputs:
            if name in files:
                say(f"已写入 {outputs[name]}", f"wrote {outputs[name]}")
        if strict and refused:
            return ExitStatus.DATA
        return status_without(self.office) or (ExitStatus.ROWS_REFUSED if found.errors else ExitStatus.OK)

    def _assessed(self, gathered: Gathered, *, benefits: bool) -> Results:
        from mutualplans.batch.results import assess_parts

        with _progress(t("核定", "assessing"), self.claims.read) as advance:
            return assess_parts(
                self.office, gathered, threads=self.threads, benefits=benefits, progress=advance
            )

    def _read(self, gathered: Gathered, reading: Reading) -> Iterator[list[Any]]:
        """Read a table, yield the problems of each chunk; under ``--fail-fast`` the first bad row ends the run."""
        name = reading.source.path.name
        with _progress(t(f"读取 {name}", f"reading {name}"), reading.source.size) as advance:
            for part in gathered.read(reading):
                advance(part.num_rows)
                problems = reading.take_problems()
                if self.fail_fast and reading.refused:
                    raise MutualPlansError(*_first(problems))
                yield problems
        yield reading.take_problems()

    def explain(self, claim_id: str) -> int:
        """Print the full explanation of one claim, decided with everything that its person has."""
        from mutualplans.batch.exactly import explain_claim
        from mutualplans.batch.outcome import as_problems
        from mutualplans.batch.parts import Gathered
        from mutualplans.cli.decisions import print_simulation

        refused: list[Any] = []
        with Gathered(self.coverages, self.claims, Path(gettempdir()), self.rows_in_memory) as gathered:
            for reading in (self.coverages, self.claims):
                for tables in self._read(gathered, reading):
                    if reading is self.claims:
                        refused += [item for table in tables for item in as_problems(table, claim=claim_id)]
            part = gathered.of_claim(claim_id)
        found = explain_claim(self.office, part.claims, part.coverages, claim_id, refused=part.refused)
        if not found:
            raise MutualPlansError(*(refused or [self._no_claim(claim_id, part.claims)]))
        for one in found:
            print_simulation(one, lang(), explain=True)
            say_problems(one.problems)
        errors = any(not one.complete for one in found)
        return status_without(self.office) or (ExitStatus.ROWS_REFUSED if errors else ExitStatus.OK)

    def _no_claim(self, claim_id: str, claims: Any) -> Problem:
        from mutualplans.model.problem import nearest

        close = nearest(claim_id, claims["claim"].slice(0, 10_000).to_pylist())
        return problem(
            "batch.no-claim",
            f'申领表里没有编号 "{claim_id}"',
            f'there is no claim "{claim_id}"',
            where=self.claims.source.name,
            hint_zh=f'是不是 "{close}"？' if close else "核对编号",
            hint_en=f'did you mean "{close}"?' if close else "check the number",
        )


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
