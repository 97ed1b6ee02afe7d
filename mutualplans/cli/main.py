"""The command line: a group that imports a command only when it runs, and one place for errors.

``--help``, ``--version`` and completion import click and nothing else: no command, no plugin, no attrs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import choose, set_lang, t, translate_click
from mutualplans.cli.output import lang_option, say, say_problems
from mutualplans.cli.session import Session
from mutualplans.cli.width import CellFormatter

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS", "LazyCommand", "LazyGroup", "build", "main", "run"]

PROGRAM = "mutualplans"


class LazyCommand(NamedTuple):
    """A command that is not imported yet.

    Attributes:
        module: The module whose attribute ``command`` is the click command.
        zh: Short help in Chinese.
        en: Short help in English.
    """

    module: str
    zh: str
    en: str


COMMANDS: Mapping[str, LazyCommand] = {
    "plans": LazyCommand(
        "mutualplans.cli.plans",
        "已安装的计划；或用文字写出一个计划的规则",
        "Installed plans, or one plan's rules in words",
    ),
    "compare": LazyCommand(
        "mutualplans.cli.compare", "一览表：并排比较几个计划", "Plans side by side in one table"
    ),
    "quote": LazyCommand(
        "mutualplans.cli.quote", "一个人或一份名册的会费", "The contribution of one person or of a roster"
    ),
    "simulate": LazyCommand(
        "mutualplans.cli.simulate",
        "假设一次患病或事故，算出各计划的互助金并说明理由",
        "One what-if event through all plans, explained",
    ),
    "assess": LazyCommand(
        "mutualplans.cli.assess",
        "核定一整份申领，从文件到文件",
        "A file of claims decided, from file to file",
    ),
    "claim-form": LazyCommand(
        "mutualplans.cli.claim_form", "一个计划申请时要填的内容", "What a claim under a plan has to state"
    ),
    "office": LazyCommand(
        "mutualplans.cli.office", "本地办事处的设置文件", "The settings file of a local office"
    ),
    "new-plan": LazyCommand("mutualplans.cli.new_plan", "写一个新的计划插件", "Write a new plan plugin"),
    "check": LazyCommand(
        "mutualplans.cli.check",
        "检查一个计划插件：约定和算例",
        "Check a plan plugin: conformance and worked cases",
    ),
    "plugins": LazyCommand("mutualplans.cli.plugins", "计划插件及其状态", "Plan plugins and their status"),
    "install": LazyCommand("mutualplans.cli.install", "安装计划插件", "Install plan plugins"),
    "uninstall": LazyCommand("mutualplans.cli.uninstall", "卸载计划插件", "Uninstall plan plugins"),
}
"""The commands, in the order of the help page."""


class CellContext(click.Context):
    """A click context whose help pages are measured in terminal cells."""

    formatter_class = CellFormatter


class LazyGroup(click.Group):
    """A click group with commands from a table, each imported when it is called."""

    context_class = CellContext

    def __init__(self, *args: Any, table: Mapping[str, LazyCommand], **kwargs: Any) -> None:
        """Take the table of commands; everything else goes to `click.Group`."""
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, then those added in the usual way."""
        return [*self.table, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None where there is none of that name."""
        entry = self.table.get(cmd_name)
        if entry is None:
            return super().get_command(ctx, cmd_name)
        from importlib import import_module

        command: click.Command = import_module(entry.module).command
        _adopt(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with the short help of the table, importing none of them."""
        rows = [(name, t(entry.zh, entry.en)) for name, entry in self.table.items()]
        rows += [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section(t("命令", "Commands")):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is an error that names the nearest known ones."""
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = t("、", ", ").join(get_close_matches(name, known))
            suggestion = t(f"是不是 {near}？", f" Did you mean {near}?") if near else ""
            ctx.fail(t(f"没有命令“{name}”。", f"No such command '{name}'.") + suggestion)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names and options from the table, importing no command."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=t(entry.zh, entry.en))
            for name, entry in self.table.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def _adopt(command: click.Command) -> None:
    """Give a command, and those below it, our help pages and Chinese usage lines."""
    command.context_class = CellContext
    if command.options_metavar == "[OPTIONS]":
        command.options_metavar = t("[选项]", "[OPTIONS]")
    if isinstance(command, click.Group):
        command.subcommand_metavar = t("命令 [参数]...", "COMMAND [ARGS]...")
        for below in command.commands.values():
            _adopt(below)


def build(table: Mapping[str, LazyCommand] = COMMANDS) -> LazyGroup:
    """Return the group, with help in the language of this run."""

    @click.command(
        PROGRAM,
        cls=LazyGroup,
        table=table,
        context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MUTUALPLANS"},
        help=t(
            "职工互助保障计划：报价、核定、解释。计划由插件提供，运行 mutualplans plugins 查看。",
            "Trade-union mutual-aid plans: quotes, decisions, explanations. Plugins provide the plans; "
            "run mutualplans plugins to see them.",
        ),
        epilog=t(
            "\b\n例：\n  mutualplans plans\n  mutualplans quote --help",
            "\b\nExamples:\n  mutualplans plans\n  mutualplans quote --help",
        ),
    )
    @lang_option
    @click.option(
        "--no-plugin",
        metavar="NAME",
        multiple=True,
        shell_complete=_complete_plugins,
        help=t("不使用这个插件；可多次给出。", "Do not use this plugin; may be repeated."),
    )
    @click.option(
        "--strict",
        is_flag=True,
        help=t("插件有问题就报错，不跳过。", "Broken or invalid plugins are errors, not skipped."),
    )
    @click.option(
        "--debug",
        is_flag=True,
        help=t("出错时显示完整的追踪信息。", "Show the full traceback of an error."),
    )
    @click.option(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        allow_from_autoenv=False,
        callback=_show_version,
        help=t("显示版本并退出。", "Show the version and exit."),
    )
    @click.pass_context
    def group(ctx: click.Context, no_plugin: tuple[str, ...], strict: bool, debug: bool) -> None:
        ctx.obj = Session(no_plugin, strict, debug)

    _adopt(group)
    return group


def _complete_plugins(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from mutualplans.cli.common import complete_plugins

    return complete_plugins(ctx, param, incomplete)


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version(PROGRAM)
    except PackageNotFoundError:
        found = t("未安装，版本不明", "not installed, version unknown")
    click.echo(f"{PROGRAM} {found}")
    ctx.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; `argv` defaults to the process's own arguments."""
    args = list(sys.argv[1:] if argv is None else argv)
    set_lang(choose(args, os.environ))
    translate_click()
    _accept_any_text()
    return run(build(), args)


def run(group: click.Group, args: Sequence[str]) -> int:
    """Run a group, turn whatever goes wrong into a message on stderr, and return the exit status.

    A command ends with a status other than 0 by returning an `ExitStatus` or calling ``ctx.exit``.
    """
    debug = "--debug" in args or os.environ.get("MUTUALPLANS_DEBUG", "0") not in {"", "0"}
    try:
        result = group.main(list(args), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
            return ExitStatus.INTERRUPTED
        say("已取消。", "Aborted.")
        return ExitStatus.ERROR
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return ExitStatus.ERROR
    except Exception as error:
        return _report(error, debug=debug)
    return int(result) if isinstance(result, int) and not isinstance(result, bool) else ExitStatus.OK


def _report(error: Exception, *, debug: bool) -> int:
    """Show an error as problems with hints, or as one line where it was not foreseen."""
    from mutualplans.model.problem import MutualPlansError

    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, MutualPlansError):
        say_problems(error.problems)
        return int(getattr(error, "exit_status", ExitStatus.DATA))
    say(*_one_line(error))
    if not debug:
        say(
            f"  提示：运行 {PROGRAM} --debug … 可看到完整的追踪信息；其中可能有个人信息，转发前请检查",
            f"  hint: run {PROGRAM} --debug … for the full traceback; it may hold personal data",
        )
    return ExitStatus.ERROR


def _one_line(error: Exception) -> tuple[str, str]:
    """Return an unforeseen error in Chinese and English: its kind and place, without values met there."""
    if isinstance(error, OSError) and error.strerror:
        zh, en = (f"：{error.filename}", f": {error.filename}") if error.filename else ("", "")
        return f"错误：{error.strerror}{zh}", f"error: {error.strerror}{en}"
    if isinstance(error, ImportError) and error.name:
        return f"错误：不能导入模块 {error.name}", f"error: cannot import module {error.name}"
    kind, place = type(error).__name__, _place(error)
    return f"错误：程序内部出错（{kind}，{place}）", f"error: internal error ({kind}, {place})"


def _place(error: Exception) -> str:
    """Return file and line of the innermost frame: where it happened."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def _accept_any_text() -> None:
    """Escape what stdout cannot encode (old Windows consoles) instead of failing half-way."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None and (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        reconfigure(errors="backslashreplace")


def _close_stdout() -> None:
    """Send the rest of stdout nowhere: its reader has gone, and the interpreter flushes once more at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
