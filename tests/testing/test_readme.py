"""The parameter table of a plugin's README."""

import importlib

import pytest

from mutualplans.model.problem import MutualPlansError
from mutualplans.testing.readme import main, parameter_table, plans_of, refresh

MARKED = "前\n<!-- parameters: begin -->\n旧表\n<!-- parameters: end -->\n后\n"


@pytest.fixture
def plan(tiny):
    """The tiny plan."""
    return importlib.import_module("mutualplans_tiny.plan").plan


@pytest.mark.parametrize(
    "line",
    [
        "### 本地版（`first`）",
        "起始日未载明 至 2011-12-31。本市工会。公开：<https://example.org/a|b>。",
        "| 互助费 | 60.00 元 | 公开 |  |",
        "| 每日津贴 | 40.00 元 | 假定 | 没有来源；第 3 页 |",
        "| 报案时限 | 未载明 |  |  |",
        "| 等级金额 | 3：5.00 元；其他：1.00 元 | 公开 |  |",
        "| 病种 | 2 项，见下表 | 公开 |  |",
        "| 癌 | `cancer` | severe | C00-C02、C15（C01.1 除外） |  |",
        "| 搭桥 | `bypass` | operation | 填病种代码 | 开胸 |",
    ],
)
def test_table_says_every_value_with_its_grounds(plan, line):
    """Each value stands in words with how well it is known, why, and from where."""
    assert line in parameter_table(plan).splitlines()


def test_same_list_is_shown_once(plan):
    """A later edition with the same conditions refers to the edition that shows them."""
    table = parameter_table(plan)

    assert table.count("`bypass`") == 1
    assert "| 病种 | 2 项，与 `first` 相同 | 公开 |  |" in table


def test_value_left_to_the_office(tiny):
    """A value that an edition leaves open says who sets it."""
    tiny.first.write_text(
        tiny.first.read_text(encoding="utf-8").replace('limit = "0"\n', ""), encoding="utf-8"
    )
    plan = importlib.import_module("mutualplans_tiny.plan").plan

    assert "| 起点 | 由办事处设定 |  |  |" in parameter_table(plan)


def test_cells_keep_the_table_whole(tiny):
    """A bar inside a reason does not begin a new cell."""
    text = tiny.first.read_text(encoding="utf-8")
    tiny.first.write_text(text.replace("没有来源", "甲|乙"), encoding="utf-8")
    plan = importlib.import_module("mutualplans_tiny.plan").plan

    assert "甲\\|乙" in parameter_table(plan)


def test_unreadable_edition_gives_no_table(tiny):
    """Half a table would look like a whole one: an edition that cannot be read is an error."""
    tiny.second.write_text(
        tiny.second.read_text(encoding="utf-8").replace('premium = "60"\n', ""), encoding="utf-8"
    )
    plan = importlib.import_module("mutualplans_tiny.plan").plan

    with pytest.raises(MutualPlansError) as error:
        parameter_table(plan)
    assert [item.code for item in error.value.problems] == ["edition.value-missing"]


def test_refresh_leaves_the_rest_alone(plan):
    """Only what stands between the markers is written, and a second time changes nothing."""
    once = refresh(MARKED, plan)

    assert once.startswith("前\n<!-- parameters: begin -->\n\n### 本地版")
    assert "\n\n<!-- parameters: end -->\n\n## 算例\n\n<!-- figures: begin -->\n\n算例 1 例" in once
    assert once.endswith("\n\n<!-- figures: end -->\n后\n")
    assert "旧表" not in once
    assert refresh(once, plan) == once


def test_marker_may_name_its_plan(plan):
    """In a README of several plans each table has its own place."""
    other = MARKED.replace("begin", "begin tiny.family")

    fresh = refresh(other + MARKED.replace("begin", "begin tiny"), plan)

    assert fresh.startswith(other)
    assert "### 本地版" in fresh


def test_missing_markers_are_reported(plan):
    """A README without a place for the table is an error that says what to write."""
    with pytest.raises(MutualPlansError) as error:
        refresh("# 小计划\n", plan)
    assert [item.code for item in error.value.problems] == ["readme.markers"]


def test_command_checks_and_writes(tiny, capsys):
    """--check fails on an old table and writes nothing; without it the table is written."""
    before = tiny.readme.read_text(encoding="utf-8")

    assert main(["--check", str(tiny.folder)]) == 1
    assert "README.md" in capsys.readouterr().err
    assert tiny.readme.read_text(encoding="utf-8") == before
    assert main([str(tiny.folder)]) == 0
    assert main(["--check", str(tiny.folder)]) == 0


def test_folder_without_plans(tmp_path):
    """A folder that offers no plan is an error that names the file."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")

    with pytest.raises(MutualPlansError) as error:
        plans_of(tmp_path)
    assert "pyproject.toml" in str(error.value)


def test_figures_keep_their_place(plan):
    """Where the author has put the markers of the figures, they are written there, and nothing is added."""
    text = f"<!-- figures: begin -->\n旧\n<!-- figures: end -->\n{MARKED}"

    fresh = refresh(text, plan)

    assert fresh.startswith("<!-- figures: begin -->\n\n算例 1 例：公开 0 例，手算 1 例。")
    assert fresh.count("figures: begin") == 1
    assert "| 表行 | 1 | 2 |" in fresh
    assert "旧\n<!-- figures" not in fresh


def test_changed_case_makes_the_figures_old(tiny):
    """The figures are compared like the table: a case that goes away shows."""
    main([str(tiny.folder)])
    text = tiny.cases.read_text(encoding="utf-8")
    tiny.cases.write_text(
        text.replace("[[case]]", "[[case]]", 1).rpartition("[[case]]\n")[0], encoding="utf-8"
    )

    assert main(["--check", str(tiny.folder)]) == 1
