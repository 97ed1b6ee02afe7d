"""A claim: what happened, when, and how the bill was split."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from attrs import field, frozen

from mutualplans.model.fields import known
from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text

__all__ = ["BILL_PARTS", "Claim"]

DAYS = Text("天", "days")

EVENTS = {
    "diagnosis": Text("确诊", "diagnosis"),
    "inpatient": Text("住院", "inpatient stay"),
    "outpatient": Text("门诊", "outpatient"),
    "accident": Text("意外伤害", "accident"),
    "disability": Text("伤残", "disability"),
    "death": Text("身故", "death"),
    "property-loss": Text("家财损失", "property loss"),
    "maturity": Text("满期", "maturity"),
    "application": Text("申请补助", "application for a grant"),
    "surrender": Text("退保", "surrender"),
}
CAUSES = {
    "illness": Text("疾病", "illness"),
    "accident": Text("意外", "accident"),
    "work-accident": Text("工伤事故", "work accident"),
    "disaster": Text("灾害", "disaster"),
}
STAGES = {
    "in-situ": Text("原位癌", "in situ"),
    "mild": Text("轻症", "mild"),
    "severe": Text("重症", "severe"),
}
LEVELS = {
    "1": Text("一级", "level 1"),
    "2": Text("二级", "level 2"),
    "3": Text("三级", "level 3"),
    "community": Text("社区", "community"),
}

BILL_PARTS = (
    "pool_paid",
    "large_sum_paid",
    "other_paid",
    "self_paid_in_scope",
    "self_paid_partly",
    "out_of_scope",
)
"""The parts that add up to `Claim.total` on the national settlement form."""


@frozen(kw_only=True)
class Claim:
    """One claim of one person. Everything not stated is ``None`` and is reported when a plan needs it.

    Attributes:
        id: Number of the claim.
        insured: Id of the person it is about; ``self`` is the member.
        circumstances: Codes of exclusion circumstances that were established; empty when none was.
        extra: Fields that plans declare themselves, by name.
    """

    SUBJECT: ClassVar[str] = "claim"

    id: str = ""
    insured: str = "self"
    event: str | None = known(Kind.CODE, "事件类型", "kind of event", choices=EVENTS)
    cause: str | None = known(Kind.CODE, "原因", "cause", choices=CAUSES)
    occurred: date | None = known(Kind.DATE, "发生日期", "day it occurred")
    diagnosed: date | None = known(Kind.DATE, "确诊日期", "day of diagnosis")
    admitted: date | None = known(Kind.DATE, "入院日期", "day of admission")
    discharged: date | None = known(Kind.DATE, "出院日期", "day of discharge")
    reported: date | None = known(Kind.DATE, "报案日期", "day reported")
    diagnosis: str | None = known(
        Kind.CODE, "诊断", "diagnosis", hint=Text("ICD-10 编码或病种代码", "ICD-10 code or condition id")
    )
    condition: str | None = known(
        Kind.CODE,
        "病种代码",
        "condition id",
        hint=Text("没有 ICD-10 编码的手术、程度等", "operations, degrees: what has no code"),
    )
    stage: str | None = known(Kind.CODE, "病情分级", "stage", choices=STAGES)
    days: int | None = known(
        Kind.COUNT, "住院天数", "days in hospital", hint=Text("未住院填 0", "0 if none"), unit=DAYS, most=3660
    )
    hospital_level: str | None = known(Kind.CODE, "医院级别", "hospital level", choices=LEVELS)
    total: Any = known(Kind.MONEY, "医疗费总额", "total of the bill")
    pool_paid: Any = known(Kind.MONEY, "统筹基金支付", "paid by the pool fund")
    large_sum_paid: Any = known(Kind.MONEY, "大额互助支付", "paid by the large-sum fund")
    other_paid: Any = known(Kind.MONEY, "其他支付", "other payments")
    self_paid: Any = known(
        Kind.MONEY,
        "个人负担合计",
        "self-paid in all",
        hint=Text("自付一、自付二、自费之和", "the three parts together"),
    )
    self_paid_in_scope: Any = known(Kind.MONEY, "自付一", "self-paid within scope")
    self_paid_partly: Any = known(Kind.MONEY, "自付二", "self-paid partly")
    out_of_scope: Any = known(Kind.MONEY, "自费", "out of scope")
    disability_grade: str | None = known(Kind.CODE, "伤残等级或伤情项目", "disability grade or injury item")
    property_loss: Any = known(Kind.MONEY, "财产损失", "property loss")
    incident: str | None = known(
        Kind.CODE, "事故编号", "incident id", hint=Text("同一事故填同一编号", "the same for one event")
    )
    stay: str | None = known(
        Kind.CODE, "住院编号", "stay id", hint=Text("合并计算的住院填同一编号", "the same for merged stays")
    )
    circumstances: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(factory=dict)
