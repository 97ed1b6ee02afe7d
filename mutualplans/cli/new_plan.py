"""``mutualplans new-plan``: a complete plugin package to start from, written from text templates."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import click

from mutualplans.cli.exit import ExitStatus
from mutualplans.cli.language import t
from mutualplans.cli.output import lang_option, say, say_problems
from mutualplans.version import VERSION

__all__ = ["FAMILIES", "command"]

FAMILIES = ("lump", "per-diem", "reimbursement", "grades", "group")
"""The declarations to start from: a folder of templates each."""

_FILES = (
    "pyproject.toml",
    "$package/__init__.py",
    "$package/plan.py",
    "$package/editions/example.toml",
    "$package/cases.toml",
    "tests/test_plan.py",
    "README.md",
    "CHANGELOG.md",
)
"""The files of a package; the template of each has its name, in the family's folder or else above it."""

_SLUG = re.compile(r"(?=.{3,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_REFUSED = set('"\\|')


class _Family(click.Choice[str]):
    """One of `FAMILIES`; the message about another one names the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the family, or fail with what there is."""
        if value not in FAMILIES:
            from mutualplans.model.problem import nearest

            close = nearest(str(value), FAMILIES)
            zh = f"没有 {value!r}；可选：{'、'.join(FAMILIES)}" + (f"。是不是 {close}？" if close else "")
            en = f"no family {value!r}; there are: {', '.join(FAMILIES)}"
            self.fail(t(zh, en + (f". Did you mean {close}?" if close else "")), param, ctx)
        return str(value)


@click.command(
    help=t(
        """写一个新的计划插件：软件包、计划声明、示例版次、手算的算例、测试和说明，装上就能用。

        SLUG 是插件名，也是计划编号：小写字母、数字和连字符，如 ningbo-illness。示例版次的数值都是假定的，照规则原文改。

        \b
        --family 选最接近的一种来改：
          lump           确诊给付：按病种一次性给付
          per-diem       津贴：按住院天数给付
          reimbursement  补助：自付费用按分段比例给付
          grades         伤残：按等级的比例给付，身故给付
          group          团体：互助费按单位职工的平均年龄，参保人数由办事处规定

        \b
        例：
          mutualplans new-plan ningbo-illness --title 宁波市职工重大疾病互助保障计划
          mutualplans new-plan ningbo-stay --title 宁波市职工住院津贴互助计划 --family per-diem --folder plugins
        """,
        """Write a new plan plugin: package, declaration, an example edition, worked cases, test and README, ready to
        install.

        SLUG is the name of the plugin and the id of its plan: lower-case letters, digits and hyphens, such as
        ningbo-illness. The values of the example edition are assumed; put those of the rule in their place.

        \b
        --family chooses what to start from, the nearest to the rule:
          lump           a sum on diagnosis of a listed disease
          per-diem       an amount for each day in hospital
          reimbursement  a part of the costs, by tiers
          grades         a part of a sum by grade of disability, and death
          group          a fee by the average age of the unit; offices say how many must join

        \b
        Examples:
          mutualplans new-plan ningbo-illness --title 宁波市职工重大疾病互助保障计划
          mutualplans new-plan ningbo-stay --title 宁波市职工住院津贴互助计划 --family per-diem --folder plugins
        """,
    )
)
@click.argument("slug", metavar="SLUG")
@click.option(
    "--title",
    metavar=t("名称", "TITLE"),
    required=True,
    help=t("计划的中文名称，照规则的写法。", "What the rule calls the plan, in Chinese."),
)
@click.option(
    "--family",
    type=_Family(FAMILIES),
    default=FAMILIES[0],
    show_default=True,
    help=t("以哪一种为起点。", "What to start from."),
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False),
    default=".",
    help=t(
        "在这个文件夹里写 mutualplans-SLUG；默认当前文件夹。",
        "Write mutualplans-SLUG in this folder; default: the current one.",
    ),
)
@lang_option
def command(slug: str, title: str, family: str, folder: str) -> ExitStatus:
    """Write the package and say what to run next."""
    _check_slug(slug)
    _check_title(title)
    target = Path(folder) / f"mutualplans-{slug}"
    if target.exists() or target.is_symlink():
        return _exists(target)
    texts = _texts(family, _words(slug, title))
    with TemporaryDirectory() as temporary:
        made = Path(temporary) / target.name  # not the temporary folder itself: nobody else may enter that
        _write(made, texts)
        _fill_table(made)
        _copy(made, target)
    say(f"已写成 {target}：{len(texts)} 个文件。接下来：", f"wrote {target}: {len(texts)} files. Next:")
    click.echo(f"python -m pip install -e {shlex.quote(str(target))}")
    click.echo(f"mutualplans check {slug}")
    click.echo(f"mutualplans plans {slug}")
    return ExitStatus.OK


# ---------------------------------------------------------------- what was asked for


def _check_slug(slug: str) -> None:
    """Refuse a name that cannot be a plan id and part of a package name, or that an installed plugin has."""
    from mutualplans.registry import find_entries

    if not _SLUG.fullmatch(slug):
        close = re.sub(r"[^a-z0-9]+", "-", slug.lower().removeprefix("mutualplans-")).strip("-")
        close = close if _SLUG.fullmatch(close) else "ningbo-illness"
        message = t(
            f"{slug!r} 不能作插件名：以小写字母开头，只用小写字母、数字和单个连字符，3 至 40 个字符，如 {close}",
            f"{slug!r} is no plugin name: a lower-case letter, then lower-case letters, digits and single hyphens, "
            f"3 to 40 in all, such as {close}",
        )
        raise click.BadParameter(message, param_hint="SLUG")
    twin = next((entry.called for entry in find_entries() if entry.name == slug), None)
    if twin:
        message = t(
            f"已安装的插件 {twin} 就叫 {slug}；换一个名称，或先运行 mutualplans uninstall {slug}",
            f"the installed plugin {twin} has the name {slug}; choose another, or first run "
            f"mutualplans uninstall {slug}",
        )
        raise click.BadParameter(message, param_hint="SLUG")


def _check_title(title: str) -> None:
    """Refuse a title that is not Chinese, or that the files could not hold as it is."""
    if not _CHINESE.search(title):
        message = t(f"{title!r} 里没有中文", f"there is no Chinese in {title!r}")
        raise click.BadParameter(message, param_hint="--title")
    if not title.isprintable() or _REFUSED & set(title):
        refused = " ".join(sorted(_REFUSED))
        message = t(f"名称里不能有 {refused} 和换行", f"a title has none of {refused} and no line break")
        raise click.BadParameter(message, param_hint="--title")


def _exists(target: Path) -> ExitStatus:
    from mutualplans.model.problem import problem

    found = problem(
        "plugin.exists",
        "文件夹已存在，没有改动",
        "the folder exists; it was not changed",
        where=str(target),
        hint_zh="换一个名称，用 --folder 写到别处，或先移走原有的文件夹",
        hint_en="choose another name, write elsewhere with --folder, or move the folder away first",
    )
    say_problems([found])
    return ExitStatus.ERROR


# ---------------------------------------------------------------- the files


def _words(slug: str, title: str) -> Mapping[str, str]:
    """Return what the templates name."""
    major, minor = (int(part) for part in VERSION.split(".")[:2])
    below = f"{major}.{minor + 1}" if major == 0 else str(major + 1)
    parts = slug.split("-")
    return {
        "slug": slug,
        "package": f"mutualplans_{'_'.join(parts)}",
        "title": title,
        "english": " ".join(parts).capitalize(),
        "test": f"Test{''.join(part.capitalize() for part in parts)}",
        "core": f">={major}.{minor},<{below}",
    }


def _texts(family: str, words: Mapping[str, str]) -> dict[str, str]:
    """Return every file of the package: its path inside the folder → its text."""
    common = files("mutualplans") / "templates" / "plan"
    own = common / family

    def text(name: str, **more: str) -> str:
        file = own / f"{name}.txt"
        file = file if file.is_file() else common / f"{name}.txt"
        return Template(file.read_text(encoding="utf-8")).substitute(words, **more)

    about = text("about.md")
    return {Template(path).substitute(words): text(path.rpartition("/")[2], about=about) for path in _FILES}


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _fill_table(folder: Path) -> None:
    """Write the parameter table of the README: in a process of its own, which imports the new plan and forgets it.

    Raises:
        MutualPlansError: it could not be written.
    """
    path = os.pathsep.join(filter(None, [str(folder.resolve()), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-B", "-m", "mutualplans.testing.readme", str(folder)],
        env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        from mutualplans.model.problem import MutualPlansError, problem

        last = done.stderr.strip().rpartition("\n")[2]
        raise MutualPlansError(
            problem(
                "plugin.unwritten",
                f"没有写成，什么也没有留下：README 的参数表写不出来（{last}）",
                f"nothing was written: the table of the README cannot be made ({last})",
                hint_zh="多半是本程序没有装完整：重新安装 mutualplans",
                hint_en="mutualplans itself is probably not whole: install it again",
            )
        )


def _copy(made: Path, target: Path) -> None:
    """Copy the finished package to its place; where that fails, nothing of it stays there.

    Raises:
        MutualPlansError: the place cannot be written.
    """
    try:
        target.mkdir(parents=True)
        shutil.copytree(made, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except OSError as error:
        from mutualplans.model.problem import MutualPlansError, problem

        shutil.rmtree(target, ignore_errors=True)
        why = error.strerror or str(error)
        found = problem(
            "plugin.unwritten",
            f"没有写成，什么也没有留下：{why}",
            f"nothing was written: {why}",
            where=str(target),
            hint_zh="用 --folder 换一个可以写的文件夹",
            hint_en="choose a folder that can be written with --folder",
        )
        raise MutualPlansError(found) from error
