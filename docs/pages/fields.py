"""``reference/fields.md``: everything a formula can read, with label, kind, unit and choices."""

from __future__ import annotations

from collections.abc import Iterable

from docs.pages.markdown import first_sentence, page, table
from mutualplans.engine import facts
from mutualplans.expr.nodes import Period
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import Field, fields_of
from mutualplans.model.kinds import Kind
from mutualplans.model.money import format_yuan
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.plan import vocabulary

__all__ = ["fields"]

_SUBJECTS = {
    "member": (Member, "会员：参保的职工", "the union member"),
    "insured": (Insured, "被保障人：会员本人，或子女、配偶、退休人员", "the person covered"),
    "unit": (Unit, "单位", "the employer's union"),
    "cover": (Coverage, "保障：一人、一个计划、一段时间", "one person in one plan for one term"),
    "claim": (Claim, "申领：发生了什么", "what happened"),
}


def fields() -> str:
    """Return the page."""
    intro = (
        "What a formula reads as `claim.days`, a case file states as `days = 4` under `[[claim]]`, and an option of "
        '`simulate` as `--days 4`. A field that is not stated is *missing*, never 0 and never "no". A plan declares '
        "further fields with `mp.field`.\n\n"
        f"Kinds: {', '.join(f'`{kind.value}` {kind.label.zh}' for kind in Kind)}."
    )
    sections = [_section(subject, *about) for subject, about in _SUBJECTS.items()]
    return page("Fields · 字段", intro, *sections, _periods(), _events())


def _section(subject: str, record: type, zh: str, en: str) -> str:
    parts = [f"## {subject}\n\n{zh} ({en})."]
    headers = ["field", "名称", "label", "kind", "unit", "choices or limits"]
    if subject in vocabulary.COMPUTED:
        known = [item for name, item in fields_of(record).items() if name not in vocabulary.COMPUTED[subject]]
        parts += [table(headers, map(_row, known)), "Worked out by the engine:"]
        computed = vocabulary.COMPUTED[subject].values()
        rows = ((*_row(item)[:-1], _HOW[item.path]) for item in computed)
        parts.append(table([*headers[:-1], "how"], rows))
    else:
        parts.append(table(headers, map(_row, fields_of(record).values())))
    derived = list(_derived(getattr(vocabulary, subject)))
    if derived:
        parts += ["Formulas made from them:", table(["formula", "meaning"], derived)]
    return "\n\n".join(parts)


def _row(item: Field) -> tuple[object, ...]:
    unit = f"{item.unit.zh} ({item.unit.en})" if item.unit else ""
    zh, en = item.prompt.zh, item.prompt.in_("en")
    return (f"`{item.path}`", zh, en, item.kind.value, unit, _limits(item))


def _limits(item: Field) -> str:
    if item.choices:
        return ", ".join(f"`{code}` {text.zh}" for code, text in item.choices.items())
    if item.kind is Kind.MONEY:
        return f"{format_yuan(item.least)} – {format_yuan(item.most)} 元"
    if item.kind is Kind.COUNT:
        return f"{item.least} – {item.most}"
    return ""


def _derived(subject: vocabulary.Vocabulary) -> Iterable[tuple[str, str]]:
    for name, found in vars(type(subject)).items():
        if isinstance(found, property):
            yield f"`{subject._subject}.{name}`", first_sentence(found)
        elif callable(found) and not name.startswith("_"):
            yield f"`{subject._subject}.{name}(…)`", first_sentence(found)


_HOW = {
    "cover.shares": "those of the cover, at most `max_shares`; the others are void",
    "cover.first_day": "of the cover",
    "cover.last_day": "of the cover, inclusive; in a quote from `term_months` and `term_begins`",
    "cover.months": "from the first to the last day; a begun month counts",
    "cover.day": "day of the event; 1 is the first day of the *first* term of the renewal chain, so that after a "
    "renewal in time the count runs on",
    "cover.is_renewal": "an earlier term ended at most `renewal_window` days before this one, and so on",
    "cover.terms": "terms of the renewal chain, this one included",
    "claim.event_date": "the plan's `event_date`, else by the kind of event: see below",
    "claim.is_in_situ": 'the `diagnosis` is D00 to D09, or the `stage` is "in-situ"; a C code with that stage is refused '
    "as a contradiction",
    "claim.remaining": "the personal burden of the bill less what indemnities, of earlier plans too, paid on it",
}
"""How the engine works its fields out."""

_PERIODS = {
    "STAY": "claims with one `stay` id; else with one day of admission; else the claim alone",
    "INCIDENT": "claims with one `incident` id; else the claim alone",
    "TERM": "from the first day of this cover",
    "POLICY_YEAR": "full years from the first day of this cover",
    "CALENDAR_YEAR": "the year of the event date",
    "LIFETIME": "all claims of the person in the plan",
}


def _periods() -> str:
    rows = [(f"`per.{item.name}`", _PERIODS[item.name]) for item in Period]
    return "## Periods\n\nWhat is counted together (`per=`):\n\n" + table(["period", "one account for"], rows)


def _events() -> str:
    rows = [
        (f"`{event}`", f"`{'cover' if name == 'last_day' else 'claim'}.{name}`") for event, name in _dates()
    ]
    text = "The date that counts follows from the kind of event, unless the plan says `event_date=`:"
    return f"## Event dates\n\n{text}\n\n" + table(["claim.event", "event date"], rows)


def _dates() -> Iterable[tuple[str, str]]:
    return facts.EVENT_DATES.items()
