"""The names a formula can read: `claim`, `cover`, `insured`, `member`, `unit`, and the periods `per`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mutualplans.expr import nodes as n
from mutualplans.expr.nodes import Period
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import SHARES, Coverage
from mutualplans.model.fields import FIRST_DAY, LAST_DAY, MOST_FEN, Field, fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.problem import nearest
from mutualplans.model.text import NameFaultError, Text
from mutualplans.plan.formula import Formula

__all__ = [
    "CIRCUMSTANCE",
    "FOUND_OUT",
    "HOLDS",
    "LIMIT",
    "claim",
    "cover",
    "excluded",
    "field",
    "holds",
    "insured",
    "member",
    "per",
    "unit",
]

per = Period

CIRCUMSTANCE = "circumstance:"
"""Prefix of the fields that stand for one exclusion circumstance."""
HOLDS = "with:"
"""Prefix of the fields of a cover that say whether the person is in another plan too."""
LIMIT = "limit:"
"""Prefix of the fields that say what is left under an office's limit over several plans."""
FOUND_OUT = (CIRCUMSTANCE, HOLDS, LIMIT)
"""Prefixes of fields that no file states under their own name."""

MOST_DAYS = (LAST_DAY - FIRST_DAY).days + 1

MOST_MONTHS = (LAST_DAY.year - FIRST_DAY.year + 1) * 12

_DAY = Text("天", "days")


def _computed(subject: str, name: str, kind: Kind, zh: str, en: str, **more: Any) -> Field:
    return Field(subject=subject, name=name, kind=kind, label=Text(zh, en), **more)


COMPUTED: Mapping[str, Mapping[str, Field]] = {
    "cover": {
        item.name: item
        for item in (
            _computed("cover", "shares", Kind.COUNT, "份数", "shares", unit=SHARES, least=1, most=100),
            _computed("cover", "first_day", Kind.DATE, "保障起始日", "first day of cover"),
            _computed("cover", "last_day", Kind.DATE, "保障终止日", "last day of cover"),
            _computed(
                "cover",
                "months",
                Kind.COUNT,
                "保障月数",
                "months of cover",
                unit=Text("个月", "months"),
                least=1,
                most=MOST_MONTHS,
            ),
            _computed(
                "cover",
                "day",
                Kind.COUNT,
                "保障第几天",
                "day of cover",
                unit=_DAY,
                least=-MOST_DAYS,
                most=MOST_DAYS,
            ),
            _computed("cover", "is_renewal", Kind.FLAG, "属按时续保", "is a renewal in time"),
            _computed(
                "cover",
                "terms",
                Kind.COUNT,
                "连续参保期数",
                "continuous terms",
                unit=Text("期", "terms"),
                least=1,
            ),
        )
    },
    "claim": {
        item.name: item
        for item in (
            _computed("claim", "event_date", Kind.DATE, "出险日期", "event date"),
            _computed("claim", "is_in_situ", Kind.FLAG, "属原位癌", "is a carcinoma in situ"),
            _computed(
                "claim",
                "remaining",
                Kind.MONEY,
                "尚未补偿的个人负担",
                "personal burden not yet compensated",
                most=3 * MOST_FEN,  # three parts of a bill, each inside its own bound
            ),
        )
    },
}
"""Fields that the engine works out from records, balances and the renewal window; see `engine.facts`."""


class Vocabulary:
    """The fields of one subject, as formulas: ``claim.days``."""

    def __init__(self, subject: str, fields: Mapping[str, Field]) -> None:
        self._subject = subject
        self._fields = dict(fields)

    def __getattr__(self, name: str) -> Formula:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._fields:
            close = nearest(name, self._fields)
            near = f"{self._subject}.{close}"
            hint = (f"；是不是 {near}？", f"; did you mean {near}?") if close else ("", "")
            raise NameFaultError(
                Text(
                    f"{self._subject} 没有字段 '{name}'{hint[0]}（自己的字段用 mp.field 声明）",
                    f"{self._subject} has no field {name!r}{hint[1]} (declare your own with mp.field)",
                )
            )
        return Formula(n.Read(self._fields[name]))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._fields})


class _Insured(Vocabulary):
    @property
    def age(self) -> Formula:
        """Completed years on the first day of cover (the age at joining)."""
        return Formula(n.CompletedYears(self.birth_date.node, cover.first_day.node))

    @property
    def age_at_event(self) -> Formula:
        """Completed years on the event date."""
        return Formula(n.CompletedYears(self.birth_date.node, claim.event_date.node))

    @property
    def is_female(self) -> Formula:
        """The person insured is a woman."""
        return self.sex.equals("female")


class _Claim(Vocabulary):
    @property
    def is_diagnosis(self) -> Formula:
        """The event is a diagnosis."""
        return self.event.equals("diagnosis")

    @property
    def is_inpatient(self) -> Formula:
        """The event is a stay in hospital."""
        return self.event.equals("inpatient")

    @property
    def is_outpatient(self) -> Formula:
        """The event is outpatient treatment."""
        return self.event.equals("outpatient")

    @property
    def is_disability(self) -> Formula:
        """The event is a disability."""
        return self.event.equals("disability")

    @property
    def is_death(self) -> Formula:
        """The event is a death."""
        return self.event.equals("death")

    @property
    def is_accident(self) -> Formula:
        """The cause is an accident, at work or elsewhere."""
        return self.cause.is_one_of("accident", "work-accident")

    @property
    def is_illness(self) -> Formula:
        """The cause is an illness."""
        return self.cause.equals("illness")

    @property
    def is_mild(self) -> Formula:
        """The stage was decided as mild."""
        return self.stage.equals("mild")

    def circumstance(self, code: str, zh: str, en: str = "") -> Formula:
        """Whether a circumstance of the plan was established (listed in the claim's `circumstances`)."""
        name = CIRCUMSTANCE + code
        return Formula(n.Read(Field(subject="claim", name=name, kind=Kind.FLAG, label=Text(zh, en))))


def excluded(code: str, zh: str, en: str = "") -> Formula:
    """An exclusion: no benefit when the circumstance was established. Reason code ``excluded.<code>``."""
    established = claim.circumstance(code, zh, en)
    return (~established).because(
        f"excluded.{code}", zh=f"责任免除：{zh}", en=f"excluded: {en}" if en else ""
    )


def holds(plan: str, zh: str, en: str = "") -> Formula:
    """Whether the person insured is covered by another plan, `zh`, on the first day of this cover.

    It is found out: from the covers of the case, or when joining from the plans joined together and the person's
    known covers. Where those are not known and the plan is not joined together, it is missing.
    """
    label = Text(f"同时参加{zh}", f"also in {en or plan}")
    return Formula(n.Read(Field(subject="cover", name=HOLDS + plan, kind=Kind.FLAG, label=label)))


def field(
    subject: str,
    name: str,
    kind: Kind,
    zh: str,
    en: str = "",
    *,
    unit: Text | None = None,
    hint: Text | None = None,
    choices: Mapping[str, Text] | None = None,
    most: int | None = None,
) -> Formula:
    """Declare a field of a plan's own; files, forms and messages learn it from here.

    Raises:
        ValueError: the subject is unknown or already has a field of that name.
    """
    own: dict[str, Mapping[str, Field]] = {"claim": fields_of(Claim), "insured": fields_of(Insured)}
    own |= {"member": fields_of(Member), "unit": fields_of(Unit), "cover": fields_of(Coverage)}
    if subject not in own or name in own[subject] or name in COMPUTED.get(subject, {}):
        message = (
            f"mp.field: {subject}.{name} cannot be declared; subjects are {', '.join(own)}, names must be new"
        )
        raise ValueError(message)
    given: dict[str, Any] = {} if most is None else {"most": most}
    return Formula(
        n.Read(
            Field(
                subject=subject,
                name=name,
                kind=kind,
                label=Text(zh, en),
                unit=unit,
                hint=hint,
                choices=choices or {},
                **given,
            )
        )
    )


cover = Vocabulary("cover", {**fields_of(Coverage), **COMPUTED["cover"]})
claim = _Claim("claim", {**fields_of(Claim), **COMPUTED["claim"]})
insured = _Insured("insured", fields_of(Insured))
member = Vocabulary("member", fields_of(Member))
unit = Vocabulary("unit", fields_of(Unit))
