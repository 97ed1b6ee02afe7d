"""``offices.md``: the systems of the source documents, the office that runs each, what works, what is assumed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from docs.pages.markdown import page, table
from mutualplans.engine.office import Office
from mutualplans.model.tomlfile import read_toml
from mutualplans.office.read import read_office
from mutualplans.plan.edition import Confidence
from mutualplans.registry import PluginRegistry

__all__ = ["SYSTEMS", "offices"]

OFFICES = Path(__file__).parent.parent.parent / "examples" / "offices"

SYSTEMS: dict[str, tuple[str, str, str]] = {
    "beijing": (
        "北京：两项免费、六项保费型计划（培训材料、2014 年综述）",
        "一次事故经四个计划分别核定；合并住院（转院、留观）；封顶线以下按季、以上按年；6 → 8 类病种、最高给付提高的影响",
        "医疗互助封顶线以上的分段；伤残项目表；水管每平方米给付额；意外各档金额；子女意外借用陕西版次",
    ),
    "shanghai": (
        "上海：职工保障互助会的三项计划（工会年鉴 2003）",
        "一年期、三年期；三种缴费办法和满期返还，`--discount 28/31` 显示等值；10 天内续保免免责期；在职转退休不算中断",
        "两项住院计划的给付比例；特种重病的病种名单和分档、免责期；退休计划各渠道的归属",
    ),
    "jingan": (
        "上海静安：企业医疗救助基金（工会年鉴 2003）",
        "基金按市总计划给付后的余额计；是否参加市总计划由保障记录查得（`covers.csv`）；已签协保的可参加",
        "职工个人出资；市总计划的给付比例",
    ),
    "chongming": (
        "上海崇明：门诊（住院）医疗补充保障计划（工会年鉴 2003）",
        "全年门诊分段；住院起付线以下 70%；市、县两级合计不超过个人负担",
        "市总计划的给付比例；费用分担",
    ),
    "ningbo": (
        "宁波：“4+1”职工医疗互助保障",
        "由统筹支付推算个人承担；退休人员连续与中断两种比例，在职转退休由保障记录查得；5 月 1 日统一起期；同一单位份数统一；两个 80%",
        "“+1”没有公开的规则；女职工法定退休年龄",
    ),
    "longyan": (
        "龙岩：职工医疗互助活动和女特病",
        "按单位类别收费；200 元保底、25,000 元封顶；女特病只能与医疗互助同时参加；40 → 50% 的影响",
        "比例在哪一期提高；保底、封顶怎样计；女特病的病种名单；免责期",
    ),
    "huaihua": (
        "淮化集团公司工会：代办意外、重疾，自办困难补助",
        "三天内报案；困难补助 200 至 1,000 元，由人逐级核定，计划核对限额、条件和只补助一次",
        "意外各档金额和等级表；困难情形与金额的对应由审批人定",
    ),
    "coal-city": (
        "煤炭城市：意外、重疾、住院三位一体组合；会员转会（调研报告）",
        "组合一笔费用、三个计划分别核定；期内由甲县转到乙县，限额、住院次数接着算",
        "采用哪一版、组合收多少费都没有来源，取各地公开的一年期；组合的互助费和分担是示例",
    ),
}
"""Folder → the system of the source documents, what the office shows of it, what no source says."""


def offices() -> str:
    """Return the page.

    Raises:
        ValueError: an office has no entry here, or cannot be read.
    """
    folders = sorted(file.parent for file in OFFICES.glob("*/office.toml"))
    if {folder.name for folder in folders} != set(SYSTEMS):
        message = f"docs/pages/offices.py describes {sorted(SYSTEMS)}, not {[item.name for item in folders]}"
        raise ValueError(message)
    known = PluginRegistry.discover()
    read = {}
    for name in SYSTEMS:
        office, problems = read_office(
            read_toml(OFFICES / name / "office.toml"), find=known.plan, version=known.version_of
        )
        if office is None:
            message = f"{name}: {[item.line() for item in problems]}"
            raise ValueError(message)
        read[name] = office
    intro = (
        "来源文件里的每一个体系，都有一个能运行的示例办事处：`python examples/run_office.py <名称>` 依次检查设置、给名册报价、"
        "核定案例。姓名、证件号都是编的；没有来源的数值标为“假定”，`office check` 逐项列出，办事处核实后写进设置。"
        "公开的数字哪些能重算，见[公开的数字](published.md)。\n\n"
        "*Each system of the source documents runs as an example office; what no source states is marked as assumed.*"
    )
    return page(
        "示例办事处 · Example offices",
        intro,
        table(
            ["来源的体系", "办事处", "能办的", "没有来源、取作假定的"],
            [(system, _link(name), works, open_) for name, (system, works, open_) in SYSTEMS.items()],
        ),
        "## 各办事处的计划和版次",
        "公开、转载、推算、假定：设置所用各版次的数值按可信程度各有多少（办事处自定的不计）。",
        table(
            ["办事处", "计划", "版次", "公开", "转载", "推算", "假定", "案例"],
            [row for name, office in read.items() for row in _plans(name, office)],
        ),
    )


def _link(name: str) -> str:
    return f"[`{name}`](../examples/offices/{name}/README.md)"


def _plans(name: str, office: Office) -> list[tuple[str, ...]]:
    """Return a line for each plan of an office; the number of its cases stands on the first."""
    cases = len(list((OFFICES / name / "cases").glob("*.toml")))
    rows = []
    for number, item in enumerate(office.plans):
        count = Counter(
            entry.confidence
            for local in item.editions
            for key, entry in local.edition.values.items()
            if key not in local.values
        )
        editions = "、".join(f"`{local.edition.id}`" for local in item.editions)
        numbers = (str(count[level]) for level in _LEVELS)
        rows.append(
            (
                "" if number else _link(name),
                item.plan.title.zh,
                editions,
                *numbers,
                "" if number else str(cases),
            )
        )
    return rows


_LEVELS = (Confidence.PUBLISHED, Confidence.COPY, Confidence.INFERRED, Confidence.ASSUMED)
