"""The member who joins, the person insured, the unit that joins them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from attrs import Attribute, Factory, field, frozen

from mutualplans.model.fields import known
from mutualplans.model.identity import IdNumber, Name
from mutualplans.model.kinds import Kind
from mutualplans.model.text import FaultError, Text

__all__ = ["RELATIONS", "Insured", "Member", "Unit"]

SEXES = {"female": Text("女", "female"), "male": Text("男", "male")}
RELATIONS = {
    "self": Text("本人", "the member"),
    "child": Text("子女", "child"),
    "spouse": Text("配偶", "spouse"),
    "retiree": Text("退休人员", "retiree"),
}
EMPLOYMENT = {
    "in-post": Text("在职", "in post"),
    "retired": Text("退休", "retired"),
    "left": Text("离职", "left"),
    "flexible": Text("灵活就业", "flexible employment"),
}
PERSONS = Text("人", "persons")


def _personal(kind: type, how: str) -> Any:
    """Declare an attribute that is masked when printed: plain text, which would not be, is refused."""

    def check(instance: object, attribute: Attribute[Any], value: Any) -> None:
        # The value stays out of the message: it is a person's.
        if value is not None and type(value) is not kind:
            message = (
                f"{type(instance).__name__}.{attribute.name} takes {how}, which is masked when printed; "
                f"found {type(value).__name__}"
            )
            raise TypeError(message)

    return field(default=None, validator=check)


@frozen(kw_only=True)
class Member:
    """A union member. Every attribute may be unknown (``None``); unknown is never taken as "no".

    Attributes:
        name: Masked whenever it is printed.
        id_number: Resident ID number (GB 11643), masked whenever it is printed.
        extra: Fields that plans declare themselves, by name.
    """

    SUBJECT: ClassVar[str] = "member"

    name: Name | None = _personal(Name, 'Name("…")')
    id_number: IdNumber | None = _personal(IdNumber, 'read_id("…")')
    sex: str | None = known(Kind.CODE, "性别", "sex", choices=SEXES)
    birth_date: date | None = known(Kind.DATE, "出生日期", "date of birth")
    employment: str | None = known(Kind.CODE, "参保时在职状态", "employment when joining", choices=EMPLOYMENT)
    union_card: bool | None = known(Kind.FLAG, "持有工会会员卡", "holds a union card")
    basic_insurance: bool | None = known(Kind.FLAG, "参加基本医疗保险", "in basic medical insurance")
    hardship: bool | None = known(Kind.FLAG, "困难职工", "recognised hardship")
    model_worker: bool | None = known(Kind.FLAG, "劳动模范", "model worker")
    risk_class: str | None = known(Kind.CODE, "工种风险类别", "occupational risk class")
    extra: Mapping[str, Any] = field(factory=dict)


def _no_star(_instance: object, _attribute: Attribute[str], value: str) -> None:
    """Refuse an id that begins like the names of accounts that several persons share."""
    if value.startswith("*"):
        zh = '被保障人的 id 不能以 "*" 开头'
        raise FaultError(Text(zh, 'the id of a person insured must not begin with "*"'))


@frozen(kw_only=True)
class Insured:
    """The person a cover is for: the member, or a child, spouse or retiree.

    Attributes:
        id: Name of this person inside a file; ``self`` is the member. It does not begin with ``*``.
        relation: Relation to the member.
        extra: Fields that plans declare themselves, by name.
    """

    SUBJECT: ClassVar[str] = "insured"

    id: str = field(default="self", validator=_no_star)
    name: Name | None = _personal(Name, 'Name("…")')
    id_number: IdNumber | None = _personal(IdNumber, 'read_id("…")')
    relation: str | None = known(Kind.CODE, "与会员关系", "relation to the member", choices=RELATIONS)
    sex: str | None = known(Kind.CODE, "性别", "sex", choices=SEXES)
    birth_date: date | None = known(Kind.DATE, "出生日期", "date of birth")
    extra: Mapping[str, Any] = field(factory=dict)

    @classmethod
    def member(cls, member: Member) -> Insured:
        """Return the member as the person insured."""
        return cls(
            name=member.name,
            id_number=member.id_number,
            relation="self",
            sex=member.sex,
            birth_date=member.birth_date,
        )


@frozen(kw_only=True)
class Unit:
    """An employer's union.

    Attributes:
        name: Name of the unit.
        extra: Fields that plans declare themselves, by name.
    """

    SUBJECT: ClassVar[str] = "unit"

    name: str = ""
    unit_type: str | None = known(Kind.CODE, "单位类型", "kind of unit")
    system: str | None = known(Kind.CODE, "所属系统", "system that the unit belongs to")
    headcount: int | None = known(
        Kind.COUNT, "单位职工人数", "staff of the unit", unit=PERSONS, most=1_000_000
    )
    women: int | None = known(Kind.COUNT, "单位女职工人数", "women of the unit", unit=PERSONS, most=1_000_000)
    extra: Mapping[str, Any] = Factory(dict)
