"""``reference/exit-codes.md``: how a command may end."""

from __future__ import annotations

import ast
import inspect

from docs.pages.markdown import page, table
from mutualplans.cli import exit as exits

__all__ = ["exit_codes"]

_ZH = {
    "OK": "要做的都做了。",
    "ERROR": "有事没能做成，或出了意料之外的错。",
    "USAGE": "命令写错了：没有的命令、选项，或值不对。",
    "ROWS_REFUSED": "做完了，但有的行或申领被退回、材料不全；逐条列在标准错误输出。",
    "PLUGIN": "要用的插件损坏、不合规或没有安装。",
    "DATA": "输入文件有错，什么也没有做。",
    "INTERRUPTED": "按 Ctrl-C 中断。",
}


def exit_codes() -> str:
    """Return the page."""
    body = ast.parse(inspect.getsource(exits.ExitStatus)).body[0]
    assert isinstance(body, ast.ClassDef)
    said: dict[str, str] = {}
    name = ""
    for node in body.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and name:
            said[name] = str(node.value.value)
    rows = [
        (f"`{status.value}`", f"`{status.name}`", said[status.name], _ZH[status.name])
        for status in exits.ExitStatus
    ]
    intro = "Data goes to standard output, problems to standard error; the status says which it was."
    return page("Exit codes · 退出码", intro, table(["status", "name", "meaning", "含义"], rows))
