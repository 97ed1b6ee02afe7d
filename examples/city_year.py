"""A year of a made-up city: coverages and claims with the mistakes that real files have. Nothing in it is a person.

    python examples/city_year.py --claims 100000 --seed 1 --out DIR

writes ``DIR/coverages.csv`` (UTF-8) and ``DIR/claims.csv`` (GB18030, as hospital systems export) for the example
office. Each row depends on the seed and its own number only, so a larger city begins with the smaller one.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

YEAR = 2025
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
UNITS = 200

COVERAGE_HEADERS = (
    "证件号", "与会员关系", "计划", "保障起始日", "保障终止日", "份数", "档次", "出生日期", "性别",
    "在职状态", "工种风险类别", "单位", "单位类型",
)  # fmt: skip
CLAIM_HEADERS = (
    "申领编号", "证件号", "事件类型", "原因", "发生日期", "确诊日期", "入院日期", "出院日期", "报案日期", "住院天数",
    "医嘱休息天数", "诊断", "伤残等级或伤情项目", "医疗费总额", "个人负担合计", "住院编号", "事故编号",
)  # fmt: skip

ILLNESSES = (
    "J18.9",
    "K35.8",
    "I21.9",
    "I63.9",
    "E11.9",
    "N20.0",
    "M51.2",
    "K80.2",
    "C34.9",
    "C16.9",
    "I10",
    "H25.9",
)
OF_WOMEN = ("C50.9", "C53.9", "C56", "D05.1", "D25.9", "C54.1")
INJURIES = ("S82.1", "S52.5", "S06.0", "S72.0", "T14.1", "S93.4")


def id_number(birth: date, number: int, sex: str) -> str:
    """Return a resident ID number of a region that does not exist, with its check digit (GB 11643)."""
    serial = (number * 2 + (sex == "男")) % 1000
    text = f"9999{number % 100:02d}{birth:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        text
        + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True)) % 11]
    )


class Person:
    """A worker or a worker's child, made from the seed and a number."""

    def __init__(self, seed: int, number: int) -> None:
        chance = random.Random(f"{seed} person {number}")
        self.is_child = number % 10 == 9
        self.sex = chance.choice("男女")
        youngest, oldest = (2008, 2024) if self.is_child else (1966, 2006)
        self.birth = date(chance.randint(youngest, oldest), chance.randint(1, 12), chance.randint(1, 28))
        self.id = id_number(self.birth, number // 2, self.sex)
        self.unit = chance.randrange(UNITS)
        self.renews = chance.random() < 0.6
        self.tier = chance.choice(("26", "50", "74", "100"))
        self.retired = not self.is_child and chance.random() < 0.01
        self.twice = chance.random() < 0.001
        self.blank = chance.random() < 0.004

    def covers(self) -> Iterator[dict[str, Any]]:
        """Yield the coverages of this year and, of those who renew, of the year before."""
        own = ["inpatient-allowance", "accident", "major-disease"] + ["female-illness"] * (self.sex == "女")
        for plan in ["child-accident"] if self.is_child else own:
            for year in (YEAR - 1, YEAR) if self.renews else (YEAR,):
                yield self._cover(plan, date(year, 1, 1), date(year, 12, 31))
            if self.twice and plan == "accident":
                yield self._cover(plan, date(YEAR, 7, 1), date(YEAR + 1, 6, 30))

    def _cover(self, plan: str, first: date, last: date) -> dict[str, Any]:
        worker = {"在职状态": "退休" if self.retired else "在职", "工种风险类别": "ordinary"}
        return {
            "证件号": self.id,
            "与会员关系": "子女" if self.is_child else "本人",
            "计划": plan,
            "保障起始日": first,
            "保障终止日": last,
            "份数": {"major-disease": 2, "female-illness": 1}.get(plan, ""),
            "档次": self.tier if plan == "accident" else "",
            "出生日期": self.birth,
            "性别": "" if self.blank else self.sex,
            **({"在职状态": "在职"} if self.is_child else worker),
            "单位": f"示例单位{self.unit:03d}",
            "单位类型": "enterprise" if self.unit % 3 else "institution",
        }


def claim(seed: int, number: int, persons: int) -> Iterator[dict[str, Any]]:
    """Yield one claim, and now and then a second row for it; some of them are wrong in one way or another."""
    chance = random.Random(f"{seed} claim {number}")
    who = chance.randrange(persons)
    person = Person(seed, who)
    day = FIRST + timedelta(days=chance.randrange(330))
    kind = (
        "child"
        if person.is_child
        else chance.choices(("stay", "injury", "rest", "diagnosis", "disability"), (60, 14, 10, 12, 4))[0]
    )
    row: dict[str, Any] = {"申领编号": f"{YEAR}-{number:08d}", "证件号": person.id}
    row |= _event(kind, chance, person, day)
    late = chance.random() < 0.03
    row["报案日期"] = day + timedelta(days=chance.randint(150, 500) if late else chance.randint(1, 60))
    if "医疗费总额" in row:
        row["住院编号"] = f"ZY{number:08d}"
    yield _spoiled(row, chance)
    if chance.random() < 0.004:
        yield row  # entered twice
    if chance.random() < 0.001:
        yield row | {"住院天数": 9, "出院日期": ""}  # another claim under the same number


def _event(kind: str, chance: random.Random, person: Person, day: date) -> dict[str, Any]:
    if kind in ("child", "disability"):
        grade = str(chance.randint(5, 10))
        cause = chance.choice(("意外", "工伤事故")) if kind == "disability" else "意外"
        return {"事件类型": "伤残", "原因": cause, "发生日期": day, "伤残等级或伤情项目": grade}
    if kind == "diagnosis":
        listed = ILLNESSES + OF_WOMEN * 2 if person.sex == "女" else ILLNESSES
        return {
            "事件类型": "确诊",
            "原因": "疾病",
            "发生日期": day,
            "确诊日期": day,
            "诊断": chance.choice(listed),
        }
    injured = kind in ("injury", "rest")
    stays = min(1 + int(chance.expovariate(1 / 9)), 170)
    total = stays * chance.randint(40_000, 180_000) + chance.randint(0, 99_999)
    own = total * chance.randint(15, 45) // 100
    bill = {
        "医疗费总额": f"{total // 100}.{total % 100:02d}",
        "个人负担合计": f"{own // 100}.{own % 100:02d}",
    }
    event: dict[str, Any] = {
        "事件类型": "意外伤害" if kind == "rest" else "住院",
        "原因": "意外" if injured else "疾病",
        "发生日期": day,
        "诊断": chance.choice(INJURIES if injured else ILLNESSES),
        "医嘱休息天数": chance.choice((0, 7, 14, 30, 60)) if injured else "",
        "住院天数": 0 if kind == "rest" else stays,
    }
    if injured:
        event["事故编号"] = f"{day:%Y%m%d}"
    if kind == "rest":
        return event
    return (
        event
        | bill
        | {"入院日期": day, "出院日期": day + timedelta(days=stays)}
        | ({} if injured else {"确诊日期": day})
    )


def _spoiled(row: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return a row, one in twenty of them with a mistake that people make."""
    mistakes: tuple[dict[str, Any], ...] = (
        {"住院天数": ""},
        {"住院天数": "", "出院日期": ""},
        {"诊断": ""},
        {"原因": ""},
        {"报案日期": "2025/13/1"},
        {"发生日期": f"{row.get('发生日期') or FIRST}".replace("-", "/")},
        {"诊断": "阑尾炎"},
        {"诊断": "C5O.9"},
        {"事件类型": "住院了"},
        {"医疗费总额": "12,345.60"},
        {"医疗费总额": "99999999999.00"},
        {"入院日期": LAST, "出院日期": FIRST},
        {"证件号": id_number(date(1990, 1, 1), 7 + chance.randrange(50), "女")},
        {"证件号": f"{row['证件号'][:-1]}{'0' if row['证件号'][-1] != '0' else '1'}"},
        {"申领编号": ""},
    )
    return row | chance.choice(mistakes) if chance.random() < 0.05 else row


def main() -> None:
    """Write the two files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--claims", type=int, default=100_000, help="number of claims")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/city"))
    given = parser.parse_args()
    persons = max(given.claims // 2, 20)
    given.out.mkdir(parents=True, exist_ok=True)
    covers = (cover for number in range(persons) for cover in Person(given.seed, number).covers())
    _write(given.out / "coverages.csv", COVERAGE_HEADERS, covers, "utf-8-sig")
    rows = (row for number in range(given.claims) for row in claim(given.seed, number, persons))
    _write(given.out / "claims.csv", CLAIM_HEADERS, rows, "gb18030")


def _write(path: Path, headers: tuple[str, ...], rows: Iterator[dict[str, Any]], encoding: str) -> None:
    count = 0
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, headers, restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            count += 1
        writer.writerow({headers[0]: "合计", headers[1]: count})
    print(f"{path}: {count:,} rows")  # noqa: T201


if __name__ == "__main__":
    main()
