"""``mutualplans install``: pip, in the environment that runs mutualplans."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec

import click

from mutualplans.cli.common import registry
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import t
from mutualplans.cli.output import lang_option, say

__all__ = ["command", "is_place", "normal", "package_of", "run_pip"]

_PREFIX = "mutualplans-"
_PLACE = re.compile(r"[/\\@]|^\.|\.(whl|zip|tar\.gz)$")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_STDERR = 2
"""File descriptor: what pip says is a message, not data."""


@click.command(
    help=t(
        """安装计划插件：在本程序所在的环境里运行 pip。

        NAME 是插件名（accident 即 mutualplans-accident，可带版本 accident==0.2.0），或文件、文件夹
        （./mutualplans_accident-0.2.0-py3-none-any.whl）。没有网络时，先把软件包放进一个文件夹。

        \b
        例：
          mutualplans install accident female-illness
          mutualplans install accident --no-index --find-links D:\\packages
          mutualplans install ./plugins/mutualplans-accident
        """,
        """Install plan plugins: runs pip in the environment of this program.

        NAME is a plugin (accident means mutualplans-accident, with a version accident==0.2.0), or a file or
        folder (./mutualplans_accident-0.2.0-py3-none-any.whl). Without internet, put the packages into a
        folder first.

        \b
        Examples:
          mutualplans install accident female-illness
          mutualplans install accident --no-index --find-links ./packages
          mutualplans install ./plugins/mutualplans-accident
        """,
    )
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option(
    "--find-links",
    "folders",
    metavar="DIR",
    multiple=True,
    help=t(
        "也在这个文件夹（或网页）里找软件包；可重复。",
        "Look for packages in this folder (or page) too; repeatable.",
    ),
)
@click.option("--no-index", is_flag=True, help=t("不上网查找。", "Do not look on the internet."))
@lang_option
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], folders: tuple[str, ...], no_index: bool
) -> ExitStatus:
    """Install packages with pip and show what became of them."""
    wanted = [package_of(name) for name in names]
    before = _installed()
    options = ["--no-index"] * no_index + [f"--find-links={folder}" for folder in folders]
    if run_pip("install", *options, *wanted):
        return ExitStatus.ERROR
    importlib.invalidate_caches()
    asked = {normal(name) for name in wanted if not is_place(name)}
    changed = {package for package, _version in _installed() - before}
    return _show(ctx, asked | changed)


def _installed() -> set[tuple[str, str]]:
    """Return package and version of every plugin, from metadata alone."""
    from mutualplans.registry import find_entries

    return {(normal(entry.package), entry.version) for entry in find_entries()}


def _show(ctx: click.Context, packages: set[str]) -> ExitStatus:
    from mutualplans.cli.plugins import show

    known = registry(ctx)
    names = [record.name for record in known.records if normal(record.package) in packages]
    for name in names:
        known.load(name)
    records = [record for record in known.records if normal(record.package) in packages]
    if not records:
        say("pip 已完成，没有新的计划插件。", "pip is done; there is no new plan plugin.")
        say(
            "  提示：mutualplans plugins 列出已安装的插件",
            "  hint: mutualplans plugins lists what is installed",
        )
        return ExitStatus.OK
    show(records, "table", checked=True)
    usable = all(record.status in ("ok", "blocked") for record in records)
    return ExitStatus.OK if usable else ExitStatus.PLUGIN


def is_place(name: str) -> bool:
    """Return whether `name` is a file, a folder or an address, and not the name of a package."""
    return _PLACE.search(name) is not None


def package_of(name: str) -> str:
    """Return what pip is given for a name: short names get our prefix, places stay as they are."""
    if is_place(name):
        return name
    if not _NAME.match(name):
        raise click.BadParameter(
            t(f"{name!r} 不是软件包名", f"{name!r} is no package name"), param_hint="NAME"
        )
    ours = normal(name) == "mutualplans" or normal(name).startswith(_PREFIX)
    return name if ours else f"{_PREFIX}{name}"


def normal(name: str) -> str:
    """Return a package name as pip compares it, without a version: lower case, hyphens only."""
    found = _NAME.match(name)
    return re.sub(r"[-_.]+", "-", found[0] if found else name).lower()


def run_pip(action: str, *arguments: str) -> int:
    """Run pip in the environment of this program, all it says on stderr, and return its status."""
    if find_spec("pip") is None:
        say("错误：这个 Python 环境里没有 pip", "error: there is no pip in this Python environment")
        say(f"  提示：{sys.executable} -m ensurepip", f"  hint: {sys.executable} -m ensurepip")
        return 1
    command = [sys.executable, "-m", "pip", action, *arguments]
    shown = shlex.join(command)
    say(f"运行：{shown}", f"running: {shown}")
    sys.stderr.flush()
    status = subprocess.run(command, stdout=_STDERR, check=False).returncode
    if status:
        say(
            f"错误：pip 没有完成（状态 {status}），原因见上",
            f"error: pip failed (status {status}); see above",
        )
    return status
