"""``reference/files.md``: the keys of every file that people write, from the classes that read them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from docs.pages.markdown import attributes, page, table
from mutualplans.engine.office import PAYERS, GroupRule
from mutualplans.files.roster import COLUMNS
from mutualplans.model.claim import Claim
from mutualplans.model.coverage import Coverage
from mutualplans.model.fields import fields_of
from mutualplans.model.money import Rounding
from mutualplans.model.people import Insured, Member, Unit
from mutualplans.model.scales import Condition
from mutualplans.model.workdays import CalendarPart
from mutualplans.office import rows as office
from mutualplans.office.together import PERIODS
from mutualplans.plan import reading
from mutualplans.plan.calendars import CalendarRow
from mutualplans.plan.edition import Confidence, Edition, Entry

__all__ = ["files"]


def files() -> str:
    """Return the page."""
    intro = (
        "All are TOML (rosters are tables). They are read strictly: an unknown key is an error with its line and the "
        'nearest known one; money and rates are text (`"12.50"`, `"70%"`), days and shares are numbers, dates are '
        "TOML dates. Files are UTF-8. No program of ours rewrites a file that you wrote."
    )
    return page("Files · 文件格式", intro, _edition(), _office(), _case(), _unit(), _roster(), _cases())


def _keys(record: type, said: Mapping[str, str], skip: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    rows = []
    for item in attrs.fields(record):
        if item.name in skip:
            continue
        needed = "required" if item.default is attrs.NOTHING else ""
        rows.append((f"`{item.name.rstrip('_')}`", needed, said.get(item.name, "")))
    return rows


DEFAULT = Rounding.HALF_UP_FEN.value

_BANDS = (
    'a list of bands `{ over = "500", up_to = "1200", gives = "55%" }`; lower edge `from` (included) or `over`, upper '
    "edge `up_to` (included) or `below`; a band without a lower edge begins where the one before ends; the last band "
    "of amounts or counts has no upper edge"
)
_TABLE = (
    'a table by code, `{ value = { "1" = "10%", "*" = "5%" } }`; `*` is every other code; with `keys=2` tables inside '
    "the table"
)
_CALENDAR = (
    "A part of a calendar of working days (`mp.workdays`). Monday to Friday is worked; beyond the last part nothing is "
    "known, and nothing is guessed. An office that may set it writes only the parts to add; of days that the edition "
    "states too, the office's count:"
)
_VALUES = (
    'Under `[values]` each declared value stands either plainly (`premium = "60"`) or as a table when something is to '
    "be said about it (what is itself a table always, under `value`):"
)
_CASE = (
    "## Case file\n\nFor `simulate`: one person with covers and claims, in the order of decision. "
    "`mutualplans claim-form PLAN` prints an empty one. Beside the keys below every [field](fields.md) of the "
    "subject may stand, and those that the plans declare themselves."
)


def _edition() -> str:
    said = attributes(Edition)
    said["values"] = "The plan's values by name: see below."
    said["title"] = 'What it is called: text, or `{ zh = "…", en = "…" }`.'
    levels = ", ".join(f"`{item.value}` {item.label.zh}" for item in Confidence)
    said["confidence"] += f" One of {levels}; *inferred* and *assumed* need a `reason`."
    said["rounding"] += (
        " One of " + ", ".join(f"`{item.value}`" for item in Rounding) + f"; `{DEFAULT}` if not said."
    )
    said["in_force"] = (
        "When it is in force: `{ from = 2011-01-01, to = 2014-06-30 }`, both inclusive. Without `from` no "
    )
    said["in_force"] += "source says it; without `to` it is in force as far as known; `{}` says neither."
    entry = attributes(Entry)
    entry["value"] = "The value, written as below."
    condition = attributes(Condition)
    part = attributes(CalendarPart)
    part["holidays"] = (
        "Days off: `2025-01-01`, or `{ from = 2025-01-28, to = 2025-02-04 }`; weekend days among them change "
    )
    part["holidays"] += "nothing and may be left in."
    shapes = [
        ("single value", 'money `"60"`, rate `"70%"` or `"1/3"`, count `30`, flag `true`, code `"text"`'),
        ("`mp.tiers`, `mp.bands`", _BANDS),
        ("`mp.table`", _TABLE),
        ("`mp.conditions`", "a list of conditions with the keys below"),
        (
            "`mp.workdays`",
            "a list of parts with the keys below, one a notice; each begins the day after the one before ends",
        ),
    ]
    return "\n\n".join(
        [
            "## Edition file\n\n`editions/<id>.toml` inside a plugin: one dated set of values.",
            table(["key", "", "meaning"], _keys(reading._EditionFile, said)),
            _VALUES,
            table(["key", "meaning"], [(f"`{name}`", text) for name, text in entry.items()]),
            table(["declared as", "written"], shapes),
            "A condition of `mp.conditions`:",
            table(["key", "", "meaning"], _keys(reading._ConditionRow, condition)),
            _CALENDAR,
            table(["key", "", "meaning"], _keys(CalendarRow, part)),
        ]
    )


def _office() -> str:
    top = {
        "name": "Name of the office: text, or `{ zh = …, en = … }`. Required.",
        "unit_types": "Kinds of unit that unit files may state: code → name.",
        "systems": "`[[systems]]`: the units under one higher union, for group rules of the units of a system.",
        "plans": "`[[plans]]`, one for each plan, **in the order in which they are decided**.",
        "limits": "`[[limits]]`: the most that several plans together pay one person.",
        "packages": "`[[packages]]`: plans that are joined at once for one fee.",
    }
    plan = {
        "id": "Plan id. Required.",
        "split": "Who pays which part: "
        + ", ".join(f"`{key}` {text.zh}" for key, text in PAYERS.items())
        + "; "
        'parts such as `"1/3"` that add up to 1.',
        "editions": "`[[plans.editions]]`, at least one; their dates must not overlap.",
        "group": "`[[plans.group]]`: how many of a unit must join, by size of the unit, smallest first. With "
        '`of = "units"`: how many units of a system; what is short is told, nobody is refused for it.',
        "equal_shares": "`true` where all of a unit must hold the same number of shares.",
        "only_with": "Ids of plans listed before: who joins this one must be in them, and it pays only for those who were "
        "on the first day of its cover.",
        "not_with": "Ids of plans beside which nobody can have this one. Written at the plan that gives way: a quote "
        "refuses it, and a cover of it that shares a day with one of those is not decided.",
        "replaced_by": "Ids of plans listed before: this one pays nothing for a claim for which one of them pays.",
    }
    edition = {
        "id": "Edition id. Required.",
        "from_": "First day here, where it differs from the edition's.",
        "to": "Last day here, inclusive.",
        "values": "Local values: only those open to offices, within their limits.",
    }
    limit = {
        "title": "What the limit is called in explanations. Required.",
        "plans": "Ids of the plans. Required.",
        "most": "Yuan as text. Required. In the plans' order each gets what the ones before it left.",
        "per": "The period, one of "
        + ", ".join(f"`{name}`" for name in PERIODS)
        + ". Required. For `term` the plans' "
        "covers must begin on one day.",
    }
    package = {
        "id": "Id in rosters and for `quote --plan`; no plan may have it. Required.",
        "title": "What it is called. Required.",
        "fee": "Yuan as text, for one package; the plans' own premiums are not due beside it. Required.",
        "plans": "`[[packages.plans]]`, one for each plan of the package. Required.",
        "split": plan["split"],
        "group": "`[[packages.group]]`, as `[[plans.group]]`.",
    }
    part = {
        "id": "Id of a plan of this file. Required.",
        "shares": "Shares of the plan in one package.",
        "tier": "Tier of the plan; the one stated in the roster if left out.",
    }
    group = {name: text.replace("`None`", "left out") for name, text in attributes(GroupRule).items()}
    system = {
        "name": "Name, as the roster (系统) or the unit file (`system`) states it. Required.",
        "units": "How many units it has; may be left out where `names` lists them.",
        "names": "Names of all its units, as the roster states them: then units need not state their system, and "
        "those that do not take part are named.",
    }
    parts = ["## Office file\n\n`office.toml`: which plans a city office runs, and how."]
    for header, record, said in (
        ("Top", office.OfficeRow, top),
        ("`[[systems]]`", office.SystemRow, system),
        ("`[[plans]]`", office.PlanRow, plan),
        ("`[[plans.editions]]`", office.EditionRow, edition),
        ("`[[plans.group]]`", office.GroupRow, group),
        ("`[[limits]]`", office.LimitRow, limit),
        ("`[[packages]]`", office.PackageRow, package),
        ("`[[packages.plans]]`", office.PackagePlanRow, part),
    ):
        rows = [(key, text) for key, _needed, text in _keys(record, said)]
        assert all(text for _key, text in rows), f"describe the keys of {header}"
        parts.append(f"{header}:\n\n" + table(["key", "meaning"], rows))
    return "\n\n".join(parts)


_OWN = {
    "name": "Name; masked whenever it is printed.",
    "id_number": "Resident ID number; sex and date of birth follow from it.",
    "id": "Name of this record inside the file.",
    "plan": "Plan id. Required.",
    "first_day": "First day of cover. Required.",
    "last_day": "Last day of cover, inclusive. Required.",
    "edition": "Edition the cover is under; else by date.",
    "insured": "Id of the person; `self`, the member, if not said.",
    "earlier": "Earlier terms: `[{ first = 2011-01-01, last = 2012-12-31 }]`.",
    "unit": "Name of the unit or county through which the person is covered, for the record.",
    "transfer": "`true` where this is the rest of a term that began in another unit or county of the office (转会): the "
    "cover of the same plan that ends the day before, or is recorded to the same last day, goes on. Shares, tier and "
    "edition may be left out; limits, waiting days and terms go on.",
    "circumstances": "Codes of established exclusion circumstances.",
}


_OTHERS = {
    (Claim, "id"): "Number of the claim; its place in the file if not said.",
    (Claim, "insured"): "Id of the person it is about; `self`, the member, if not said.",
    (Unit, "name"): "Name of the unit.",
}


def _case() -> str:
    parts = [_CASE]
    for header, record in (
        ("[member]", Member),
        ("[unit]", Unit),
        ("[[insured]]", Insured),
        ("[[coverage]]", Coverage),
        ("[[claim]]", Claim),
    ):
        skipped = (*fields_of(record), "extra", "family")  # all of a case are one family
        own = [item.name for item in attrs.fields(record) if item.name not in skipped]
        rows = [(f"`{name}`", _OTHERS.get((record, name), _OWN[name])) for name in own]
        subject = record.SUBJECT
        parts.append(
            f"`{header}`, and the fields of [{subject}](fields.md#{subject}):\n\n"
            + table(["key", "meaning"], rows)
        )
    return "\n\n".join([*parts, _FUND])


_FUND = (
    "`[fund.PLAN.PERIOD]`: what an account that all insured share (`whose=mp.Whose.FUND`) had counted before this case, "
    "as `ACCOUNT = value`: yuan as text, counts as numbers. A decision that lacks one is incomplete and says the lines to "
    "write. PERIOD is a year (`2024`), the first day of a policy year (`2024-07-01`) or `life`; ACCOUNT is the id of the "
    'benefit (its second such account `"ID.2"`, what was paid `"paid.ID"` or `"paid.*"`), with ` / CODE` behind it where '
    "it is split by a code. Members of a family share theirs inside one case: there is nothing to state."
)


def _unit() -> str:
    rows = [("`name`", "Name of the unit, as in the roster. Required.")]
    rows += [(f"`{name}`", item.label.zh) for name, item in fields_of(Unit).items()]
    return "## Unit file\n\nFor `quote --unit`: one `[[unit]]` for each unit of a roster.\n\n" + table(
        ["key", "meaning"], rows
    )


def _roster() -> str:
    known: dict[str, list[str]] = {}
    for header, name in COLUMNS.items():
        known.setdefault(name, []).append(header)
    labels = {**fields_of(Member), **fields_of(Insured)}
    rows = []
    for name, headers in known.items():
        choices = labels[name].choices if name in labels else {}
        rows.append(("、".join(headers), f"`{name}`", "、".join(text.zh for text in choices.values())))
    text = (
        "## Roster\n\n`.csv`, `.tsv`, `.txt`, `.xlsx` or `.xlsm`; UTF-8 or GBK. The header row is found by its names. A "
        "column named by a plan's id or title holds the shares wanted in that plan."
    )
    return text + "\n\n" + table(["列名", "what it holds", "可填"], rows)


def _cases() -> str:
    rows = [
        ("`name`", "A sentence."),
        (
            "`source` or `arithmetic`",
            "Where the amounts were published, or how they were worked out by hand.",
        ),
        ("`edition`", "Edition id; the case runs under it whatever its dates."),
        (
            "`values`",
            "What an office sets in this case, as in an office file: open values, within their limits.",
        ),
        (
            "`member`, `unit`, `insured`, `coverage`",
            "As in a case file; a cover's `plan` need not be said, nor a member of whom the plan asks nothing.",
        ),
        ("`[case.fund.PLAN.PERIOD]`", "As in a case file, where all insured share an account."),
        (
            "`premium` of a cover",
            'What joining costs: yuan as text, `"refused"`, or `"incomplete"`. A quote of the same edition.',
        ),
        (
            "`recorded`",
            "`true` where `check --update-cases` wrote the amounts: nobody has worked them out.",
        ),
        ("`[[case.claim]]`", "As in a case file, and:"),
        ("`expect`", 'Yuan as text, `"incomplete"`, or `"undecided"`. Required.'),
        ("`benefits`", "Benefit id → yuan."),
        ("`reasons`", "Reason codes that must be among those given."),
        ("`problems`", "Problem codes that must be among those reported."),
    ]
    about = (
        "`cases.toml` beside a plan: `[[case]]` tables, and where a check or a case is known to fail a table\n"
        '`[expected_failures]`: its name = "the reason". Where an edition leaves values to the office, a table\n'
        "`[office.EDITION]` says what the cases are worked out with, as `values` of an office file would; checks and laws\n"
        "use it too. These are no numbers of the rule: an office still has to set its own."
    )
    return f"## Worked cases\n\n{about}\n\n" + table(["key", "meaning"], rows)
