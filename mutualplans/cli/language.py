"""The language of this run: Chinese, unless ``--lang en`` or ``MUTUALPLANS_LANG=en`` says otherwise.

`main` sets it before it imports a command, so help texts are written where they belong: ``help=t("…", "…")``.
click's own words go through gettext; `translate_click` answers for them from a table, because a compiled
catalogue can only be chosen by the environment variables of the whole process.
"""

from __future__ import annotations

import gettext
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mutualplans.model.text import Lang

__all__ = ["CLICK_ZH", "VARIABLE", "choose", "lang", "set_lang", "t", "translate_click"]

VARIABLE = "MUTUALPLANS_LANG"
"""The environment variable that sets the language."""

_current: Lang = "zh"


def choose(argv: Sequence[str], environ: Mapping[str, str]) -> Lang:
    """Return the language that the arguments ask for, else the environment, else Chinese.

    A value that is no language is passed over here; click reports it later, in a language that is known.
    """
    found = environ.get(VARIABLE, "")
    options = argv[: argv.index("--")] if "--" in argv else argv
    for option, after in pairwise([*options, ""]):
        asked = after if option == "--lang" else option.removeprefix("--lang=")
        if option.startswith("--lang") and asked in {"zh", "en"}:
            found = asked
    return "en" if found == "en" else "zh"


def set_lang(language: Lang) -> None:
    """Set the language of this run; `main` does it once, first of all."""
    global _current
    _current = language


def lang() -> Lang:
    """Return the language of this run."""
    return _current


def t(zh: str, en: str) -> str:
    """Return the text in the language of this run."""
    return en if _current == "en" else zh


def translate_click() -> None:
    """Let click's own words follow the language of this run.

    click's modules hold gettext's functions by the names ``_`` and ``ngettext``. They are replaced there, not
    in gettext itself, so nothing else in the process changes; a word without a Chinese text stays as it was.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("click."):
            held = vars(module)
            if held.get("_") is gettext.gettext:
                held["_"] = _one
            if held.get("ngettext") is gettext.ngettext:
                held["ngettext"] = _plural


def _one(message: str) -> str:
    found = CLICK_ZH.get(message) if _current == "zh" else None
    return gettext.gettext(message) if found is None else found


def _plural(one: str, many: str, count: int) -> str:
    found = CLICK_ZH.get(one if count == 1 else many) if _current == "zh" else None
    return gettext.ngettext(one, many, count) if found is None else found


CLICK_ZH = {
    # help pages
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示本说明并退出。",
    "Show the version and exit.": "显示版本并退出。",
    "Confirm the action without prompting.": "不再询问，直接确认。",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "required": "必填",
    "(dynamic)": "（运行时确定）",
    "deprecated": "已弃用",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
    # errors
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "提示：运行 {command} {option} 查看用法。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是 {possibilities} 之一？",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Got unexpected extra argument ({args})": "多出的参数：{args}",
    "Got unexpected extra arguments ({args})": "多出的参数：{args}",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 后面要有一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 后面要有 {nargs} 个值。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 要有 {nargs} 个值。",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选值之中：{choices}。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的数（{number_type}）。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 之内。",
    "{value!r} does not match the format {format}.": "{value!r} 不符合格式 {format}。",
    "{value!r} does not match the formats {formats}.": "{value!r} 不符合任何一种格式：{formats}。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是目录。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不可读。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不可写。",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename!r}：{message}",
    "unknown error": "原因不明",
    # questions
    "Do you want to continue?": "要继续吗？",
    "Repeat for confirmation": "请再输入一次",
    "Error: The two entered values do not match.": "错误：两次输入不一致。",
    "Error: invalid input": "错误：输入无效",
}
"""click's messages in Chinese, by click's own text; whatever is not here stays English."""
