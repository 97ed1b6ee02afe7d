"""The columns of the two tables that a batch starts from, and the order in which claims are decided.

Claims: one row a claim. Coverages: one row a person, plan and term; earlier terms are simply further rows. Both are
Arrow tables. A null, and a column that is not there, mean "not stated", never 0 and never "no".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from attrs import frozen

from mutualplans.files.own import own_fields
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import Field, fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import MutualPlansError, problem
from mutualplans.model.text import Text
from mutualplans.plan.declaration import Plan

__all__ = [
    "CLAIM",
    "CODES",
    "COVERAGE",
    "ORDER_OF_DECISION",
    "ORDER_OF_TERMS",
    "PERSON",
    "ROW",
    "Column",
    "arrow_type",
    "claim_columns",
    "coverage_columns",
    "schema",
]

CLAIM, COVERAGE = "claims", "coverages"
"""The two tables, as problems name them."""
PERSON, ROW = "person", "row"

CODES = pa.dictionary(pa.int32(), pa.string())
"""Type of a code: its texts once, and a number in each row."""

ORDER_OF_DECISION = ("decided", "reported", "occurred", "diagnosed", "admitted", "discharged", "claim")
"""The columns by which the claims of a person are put into the order of decision.

By the first that differs, what is not stated last; texts by their code points. Where all of them are equal, by every
other column in the order of `claim_columns`, and by ``row`` at the very last. So the order in which rows come in
decides nothing: two rows that differ in nothing but their number are one claim, entered twice.
"""

ORDER_OF_TERMS = ("first_day", "last_day")
"""The columns by which the terms of a person in a plan are put into their order; then as for claims."""

_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.CODE: CODES,
    Kind.DATE: pa.date32(),
    Kind.MONEY: pa.int64(),
    Kind.COUNT: pa.int64(),
    Kind.FLAG: pa.bool_(),
    Kind.RATE: pa.string(),
}


def arrow_type(kind: Kind) -> pa.DataType:
    """Return how a kind is held: money as whole fen, a rate as it was written (``"70%"``)."""
    return _TYPES[kind]


@frozen(kw_only=True)
class Column:
    """One column of a table.

    Attributes:
        name: Its name: that of the field, with its subject in front (``member.employment``) where a row of
            coverages tells something about persons or units.
        type: Arrow type of its values.
        label: What users call it.
        field: The field it holds, with its choices and bounds; ``None`` for what only keeps rows apart.
        needed: Whether the column has to be there and every row has to fill it.
    """

    name: str
    type: pa.DataType
    label: Text
    field: Field | None = None
    needed: bool = False

    @property
    def kind(self) -> Kind | None:
        """Kind of the field."""
        return self.field.kind if self.field else None


def claim_columns(plans: Iterable[Plan]) -> dict[str, Column]:
    """Return the columns of claims by name: what the records know, and what the plans declare themselves.

    Raises:
        MutualPlansError: a plan declares a field that has the name of another column.
    """
    own = own_fields(plans)["claim"]
    return _named(
        Column(name="claim", type=pa.string(), label=Text("申领编号", "number of the claim"), needed=True),
        Column(name=PERSON, type=pa.string(), label=Text("被保障人", "key of the person"), needed=True),
        Column(name=ROW, type=pa.int64(), label=Text("行号", "row in the source"), needed=True),
        _column(_own("claim", "decided", Kind.DATE, "核定顺序日期", "day by which claims are put in order")),
        *(_column(item) for item in fields_of(Claim).values()),
        Column(
            name="circumstances",
            type=pa.list_(pa.string()),
            label=Text("责任免除情形", "exclusion circumstances"),
        ),
        *(_column(item) for item in own.values()),
    )


def coverage_columns(plans: Iterable[Plan]) -> dict[str, Column]:
    """Return the columns of coverages by name.

    What is told about persons and units is what was so when this cover was taken. Where the person covered is the
    member (``insured.relation`` is ``self`` or not stated), sex and date of birth may stand under either name.

    Raises:
        MutualPlansError: a plan declares a field that has the name of another column.
    """
    own = own_fields(plans)
    people = [
        _column(item, dotted=True)
        for record in (Insured, Member, Unit)
        for item in (*fields_of(record).values(), *own[record.SUBJECT].values())
    ]
    return _named(
        Column(name=PERSON, type=pa.string(), label=Text("被保障人", "key of the person"), needed=True),
        Column(name=ROW, type=pa.int64(), label=Text("行号", "row in the source"), needed=True),
        _column(_own("cover", "plan", Kind.CODE, "计划", "plan"), needed=True),
        _column(_own("cover", "first_day", Kind.DATE, "保障起始日", "first day of cover"), needed=True),
        _column(_own("cover", "last_day", Kind.DATE, "保障终止日", "last day of cover"), needed=True),
        _column(_own("cover", "edition", Kind.CODE, "版次", "edition")),
        _column(_own("cover", "transfer", Kind.FLAG, "转会", "goes on from another unit")),
        _column(_own("cover", "family", Kind.CODE, "家庭", "family (number of the member)")),
        *(_column(item) for item in fields_of(Coverage).values()),
        *(_column(item) for item in own["cover"].values()),
        _column(_own("unit", "name", Kind.CODE, "单位", "name of the unit"), dotted=True),
        *people,
    )


def schema(columns: Mapping[str, Column]) -> pa.Schema:
    """Return the Arrow schema of a table with these columns."""
    return pa.schema([(column.name, column.type) for column in columns.values()])


def _own(subject: str, name: str, kind: Kind, zh: str, en: str) -> Field:
    return Field(subject=subject, name=name, kind=kind, label=Text(zh, en))


def _column(item: Field, **more: Any) -> Column:
    dotted = more.pop("dotted", False)
    return Column(
        name=item.path if dotted else item.name,
        type=_TYPES[item.kind],
        label=item.label,
        field=item,
        **more,
    )


def _named(*columns: Column) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in columns:
        if column.name in found:
            raise MutualPlansError(
                problem(
                    "batch.column-taken",
                    f"计划自设的字段 {column.name} 与批量表中的同名列相冲突",
                    f"a plan declares a field {column.name}, which is the name of another column of the table",
                    hint_zh="在计划里改用别的字段名",
                    hint_en="give the field of the plan another name",
                )
            )
        found[column.name] = column
    return found
