"""Rosters of any kind: most rows good, others with an odd cell, too short, too long or blank."""

from __future__ import annotations

import csv
import io

from hypothesis import strategies as st

__all__ = ["ADULTS", "FAMILY", "PACKAGES", "UNITS", "number", "rosters"]


def number(birth: str, order: int) -> str:
    """Return a resident ID number with its check character, by the standard's own arithmetic."""
    digits = f"110105{birth}{order:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    return digits + "10X98765432"[total % 11]


ADULTS = [number("19750304", order) for order in range(3)]
GOOD = {
    "姓名": ["王芳", "欧阳娜娜", "李", ""],
    "证件号": [number("19750304", order) for order in range(12)],
    "性别": ["", "女", "female"],
    "出生日期": ["", "1975-03-04"],
    "在职状态": ["在职", "退休", "in-post", ""],
    "单位": ["示例机械厂", "慈溪示例设计院", ""],
    "系统": ["慈溪示例建设系统", ""],
    "与会员关系": ["", "", "本人", "子女", "配偶"],
    "会员证件号": ["", *(number("19750304", order) for order in range(3))],
    "工会会员卡": ["是", "否", "true", ""],
    "基本医疗保险": ["是", ""],
    "工种风险类别": ["一类", "ordinary", "", "九类"],
    "份数": ["1", "2", "", "0"],
    "档次": ["100", "50", "", "一档"],
    "accident": ["1", "", "0"],
    "在职女职工特殊疾病互助保障计划": ["1", "2", "", "0"],
    "three-in-one": ["", "1", "2"],
    "备注": ["", "说明"],
    "工号": ["", "007"],
    "": [""],
}
"""Cells that a row may have without any of them being wrong."""
ODD = {
    "姓名": [" 张三 ", "合 计", "=1+1", 'O\'Neil, "J"'],
    "证件号": ["", GOOD["证件号"][0], GOOD["证件号"][1][:17], f" {GOOD['证件号'][2]}", "1.1E+17", "合计"]
    + [number(day, 1) for day in ("20150601", "18991231", "22000101", "19000101", "21991231", "19990304")],
    "性别": ["男", "未知"],
    "出生日期": ["1975-03-05", "1981-02-29", "1975/3/4", "1899-12-31"],
    "在职状态": ["在岗"],
    "单位": ["示例学校", "示例机械", "110105197503040011"],
    "系统": ["工业"],
    "与会员关系": ["亲戚"],
    "会员证件号": ["12345"],
    "工会会员卡": ["有"],
    "基本医疗保险": ["1"],
    "份数": ["３", "101", "-1", "1.5"],
    "accident": ["x"],
    "": ["多"],
}


@st.composite
def rosters(draw: st.DrawFn) -> str:
    """Draw the text of a roster: any columns, most rows good, others with an odd cell, too short, too long or blank."""
    names = draw(st.lists(st.sampled_from([*GOOD][2:]), unique=True, max_size=9))
    names = draw(st.permutations(["姓名", "证件号", *names]))
    count = draw(st.integers(1, 9))
    numbers = draw(st.permutations(GOOD["证件号"]))
    above: list[list[str]] = draw(st.sampled_from([[], [["名册"]], [["名册", "", "一月"], []]]))
    lines = [*above, list(names)]
    for place in range(count):
        line = [numbers[place] if name == "证件号" else draw(st.sampled_from(GOOD[name])) for name in names]
        for at in draw(st.sets(st.integers(0, len(names) - 1), max_size=1)):
            line[at] = draw(st.sampled_from(ODD.get(names[at], GOOD[names[at]])))
        form = draw(st.sampled_from(["", "", "", "", "", "", "short", "long", "longer", "blank"]))
        forms = {"short": line[:-1], "long": [*line, "多", " "], "longer": [*line, "多", "余"]}
        forms["blank"] = [" "] * len(line)
        lines.append(forms.get(form, line))
    text = io.StringIO()
    csv.writer(text, delimiter=draw(st.sampled_from([",", ";", "\t"]))).writerows(lines)
    return text.getvalue()


FAMILY = f"""姓名,证件号,与会员关系,会员证件号,在职状态
王芳,{ADULTS[0]},,,在职
李,{number("20150601", 2)},子女,{ADULTS[0]},
"""
PACKAGES = "\n".join(
    [
        "证件号,在职状态,工种风险类别,档次,three-in-one,accident",
        *(
            f"{number('19750304', order)},在职,ordinary,50,{package},{plan}"
            for order, (package, plan) in enumerate((("1", "1"), ("1", ""), ("2", "1"), ("", "1"), ("", "")))
        ),
        "",
    ]
)
UNITS = """
[[unit]]
name = "示例机械厂"
headcount = 3
women = 1
[[unit]]
name = "示例学校"
system = "慈溪示例建设系统"
headcount = 2
women = 2
"""
