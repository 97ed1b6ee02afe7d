"""Run the main job on the example office: what ``make demo`` shows.

Each step is a command that a reader can run alone; this file only prints it before running it.
"""

from __future__ import annotations

import sys

from steps import show

STEPS = (
    ("已安装的计划插件", ["plugins"]),
    (
        "一个单位的名册报价：读得懂的报价，读不懂的列出",
        [
            "quote",
            *("--roster", "examples/office/roster.csv", "--office", "examples/office/office.toml"),
            *("--unit", "examples/office/unit.toml", "--first-day", "2025-07-01"),
        ],
    ),
    ("公开案例：北京 2014，乳腺癌，24,208 元", ["simulate", "examples/cases/peng-2014.toml", "--explain"]),
    (
        "公开案例：湖北 2025，一次出险三个计划分别给付，56,312.10 元",
        ["simulate", "examples/cases/huangshi-2025.toml"],
    ),
    ("公开案例：青岛 2006，意外身故 15,000 元", ["simulate", "examples/cases/qingdao-2006.toml"]),
    ("公开案例：北京 2017，意外身故 60,000 元", ["simulate", "examples/cases/beijing-2017.toml"]),
    (
        "一名职工和子女一年中的四次事件，经本办事处各计划核定",
        ["simulate", "examples/office/case.toml", "--office", "examples/office/office.toml", "--explain"],
    ),
)


if __name__ == "__main__":
    sys.exit(show(STEPS))
