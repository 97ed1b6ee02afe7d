"""A command module for the tests of the lazy group: it fails, or ends, in the way it is told to."""

from __future__ import annotations

import click

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import t
from mutualplans.cli.output import print_csv
from mutualplans.cli.session import current_session
from mutualplans.model.problem import MutualPlansError, problem

SECRET = "310101199001011234"


@click.command(help=t("试验用的命令：按要求出错。", "A command for tests: it fails as it is told."))
@click.argument("way", default="fine")
def command(way: str) -> int | None:
    """Fail in the way that is named."""
    id_number = SECRET
    match way:
        case "problems":
            error = MutualPlansError(
                problem("x.one", "缺少一列", "a column is missing", hint_zh="加上这一列", hint_en="add it"),
                problem("x.two", "多了一列", "a column too many", severity="warning"),
                problem("x.three", "已跳过", "skipped", severity="note"),
            )
            raise error
        case "plugin":
            broken = MutualPlansError(problem("plugin.broken", "插件坏了", "the plugin is broken"))
            broken.exit_status = ExitStatus.PLUGIN  # type: ignore[attr-defined]
            raise broken
        case "bug":
            raise ValueError(id_number)
        case "pipe":
            raise BrokenPipeError(32, "Broken pipe")
        case "csv":
            print_csv(["甲"], [["1"]])
        case "file":
            raise FileNotFoundError(2, "No such file or directory", "roster.csv")
        case "interrupt":
            raise KeyboardInterrupt
        case "refused":
            return ExitStatus.ROWS_REFUSED
        case "session":
            click.echo(current_session())
    return None
