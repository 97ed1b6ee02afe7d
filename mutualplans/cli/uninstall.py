"""``mutualplans uninstall``: pip again; imports no plugin, so that a broken one can be removed."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING

import click

from mutualplans.cli.common import complete_plugins
from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.install import is_place, normal, package_of, run_pip
from mutualplans.cli.language import t
from mutualplans.cli.output import lang_option, say, say_problems

if TYPE_CHECKING:
    from mutualplans.model.problem import Problem

__all__ = ["command"]


@click.command(
    help=t(
        """卸载计划插件：在本程序所在的环境里运行 pip。损坏的插件也能卸载。

        NAME 是 mutualplans plugins 列出的名称，或软件包名。

        \b
        例：
          mutualplans uninstall accident
          mutualplans uninstall -y mutualplans-accident female-illness
        """,
        """Uninstall plan plugins: runs pip in the environment of this program. Works for broken ones too.

        NAME is a name that mutualplans plugins lists, or that of a package.

        \b
        Examples:
          mutualplans uninstall accident
          mutualplans uninstall -y mutualplans-accident female-illness
        """,
    )
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=complete_plugins)
@click.option("-y", "--yes", is_flag=True, help=t("不再询问，直接卸载。", "Do not ask for confirmation."))
@lang_option
def command(names: tuple[str, ...], yes: bool) -> ExitStatus:
    """Uninstall packages with pip and say whether they are gone."""
    packages, problems = _packages(names)
    if problems:
        say_problems(problems)
        return ExitStatus.ERROR
    status = run_pip("uninstall", *["-y"] * yes, *packages)
    importlib.invalidate_caches()
    kept = [package for package in packages if _is_installed(package)]
    gone = [package for package in packages if package not in kept]
    if gone:
        say(f"已卸载：{'、'.join(gone)}", f"uninstalled: {', '.join(gone)}")
    if kept:
        say(f"没有卸载：{'、'.join(kept)}", f"not uninstalled: {', '.join(kept)}")
    return ExitStatus.ERROR if status or kept else ExitStatus.OK


def _packages(names: Iterable[str]) -> tuple[list[str], list[Problem]]:
    """Return the package of each name, and a problem for every one that cannot be uninstalled."""
    from mutualplans.model.problem import nearest, problem
    from mutualplans.registry import find_entries

    entries = find_entries()
    packages: list[str] = []
    problems: list[Problem] = []
    for name in names:
        if is_place(name):
            raise click.BadParameter(
                t(f"{name!r}：卸载要写名称，不写文件", f"{name!r}: give a name, not a file"),
                param_hint="NAME",
            )
        package = package_of(name)
        named = sorted({entry.package for entry in entries if entry.name == name})
        if normal(package) == "mutualplans":
            problems.append(
                problem(
                    "uninstall.program",
                    "mutualplans 是本程序，不是插件，没有卸载",
                    "mutualplans is this program, not a plugin; it was not uninstalled",
                    hint_zh="确实要卸载：python -m pip uninstall mutualplans",
                    hint_en="if you mean it: python -m pip uninstall mutualplans",
                )
            )
        elif _is_installed(package):
            packages.append(package)
        elif len(named) == 1:
            packages.append(named[0])
        else:
            known = {entry.name for entry in entries} | {entry.package for entry in entries}
            close = nearest(name, known)
            several = t("、", ", ").join(named)
            problems.append(
                problem(
                    "uninstall.unknown",
                    f"“{name}”由几个软件包提供：{several}" if named else f"没有安装 {package}",
                    f'"{name}" is provided by several packages: {several}'
                    if named
                    else f"{package} is not installed",
                    hint_zh="写软件包的全名"
                    if named
                    else f"是不是 {close}？"
                    if close
                    else "mutualplans plugins 列出已安装的插件",
                    hint_en="give the name of the package"
                    if named
                    else f"did you mean {close}?"
                    if close
                    else "mutualplans plugins lists what is installed",
                )
            )
    return packages, problems


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True
