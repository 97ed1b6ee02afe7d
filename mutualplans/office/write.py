"""Writing a new ``office.toml`` from the commented template; an existing file is never rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from string import Template

from mutualplans.backends.phrase import calendar_range
from mutualplans.engine.office import PAYERS
from mutualplans.model.parameter import Parameter, Shape
from mutualplans.model.scales import Condition
from mutualplans.model.text import Text
from mutualplans.office.order import in_order
from mutualplans.office.wording import as_toml, calendar_keys, limits_in_words, quoted
from mutualplans.plan.declaration import Plan
from mutualplans.plan.edition import Confidence, Edition, Entry
from mutualplans.plan.reading import load_editions

__all__ = ["latest_editions", "left_to_office", "office_text"]


def office_text(name: str, plans: Iterable[Plan]) -> str:
    """Return the text of a new office file: each plan with its latest edition, and what the office may set.

    Where the dates of a plan's editions do not say which is the latest, the first stands and the others are
    choices beside it.
    """
    template = (files("mutualplans.office") / "templates" / "office.toml").read_text(encoding="utf-8")
    blocks = ("\n".join(_plan(plan)) for plan in in_order(plans))
    return Template(template).substitute(name=quoted(name), plans="\n\n".join(blocks))


def latest_editions(plan: Plan) -> tuple[Edition, ...]:
    """Return the edition that a new file names: one that leaves nothing unset, in force, and the latest.

    Several where their dates do not tell (usually because no source states when they began): an office must choose.
    """
    editions, _problems = load_editions(plan)

    def rank(edition: Edition) -> tuple[bool, bool, date, date]:
        dates = edition.in_force
        whole = not left_to_office(plan, edition)
        return whole, dates.to is None, dates.from_ or date.min, dates.to or date.max

    latest = max(map(rank, editions), default=None)
    return tuple(edition for edition in editions if rank(edition) == latest)


def left_to_office(plan: Plan, edition: Edition) -> tuple[Parameter, ...]:
    """Return the values that the edition leaves to the office, which has to set them."""
    return tuple(item for item in plan.values if item.name not in edition.values and not item.optional)


def _plan(plan: Plan) -> Iterator[str]:
    yield f"# ---- {_comment(plan.title.zh)} ----"
    yield "[[plans]]"
    yield f"id = {quoted(plan.id)}"
    payers = "、".join(f"{payer} {text.zh}" for payer, text in PAYERS.items())
    yield f"# 互助费由谁负担，合计为 1：{payers}。"
    yield '#split = { member = "1/2", unit = "1/2" }'
    yield ""
    if latest := latest_editions(plan):
        yield from _edition(plan, latest)
    yield ""
    yield "# 单位参保的最低要求，按单位职工人数由小到大，最后一条不写 staff_up_to。"
    yield '# share 为比例，persons 为人数，都写就都要满足；按女职工计的写 of = "women"，按本系统单位计的写 of = "units"。'
    yield "#[[plans.group]]"
    yield "#staff_up_to = 99"
    yield '#share = "100%"'
    yield "#[[plans.group]]"
    yield '#share = "80%"'


def _edition(plan: Plan, latest: tuple[Edition, ...]) -> Iterator[str]:
    edition, *choices = latest
    others = [item for item in load_editions(plan)[0] if item not in latest]
    if others:
        yield "# 可选的其他版次："
        yield from (f"#   {item.id}：{_about(item)}" for item in others)
    if choices:
        yield "# 请选定：以下版次的有效期分不出先后。先写了第一个；改用另一个，就给它加上 #，去掉另一个的 #。"
    yield "[[plans.editions]]"
    yield f"id = {quoted(edition.id)}  # {_about(edition)}"
    yield from (f"#id = {quoted(item.id)}  # {_about(item)}" for item in choices)
    yield "# 本办事处从哪天起、到哪天止使用；不写则按版次的有效期。用几个版次就写几段，日期不能重叠。"
    yield "#from = 2024-01-01"
    yield "#to = 2024-12-31"
    values = [item for item in plan.values if item.open_to_office]
    if not values:
        yield "# 这个计划没有可由办事处自定的值。"
        return
    yield ""
    yield "# 可由本办事处自定的值。下面是版次现有的值；要改、或要确认标为“假定”的值，去掉行首的 #。"
    yield "[plans.editions.values]"
    unset = {item.name for item in left_to_office(plan, edition)}
    for item in values:
        if item.shape not in _TABLES:
            yield from _value(item, edition.values.get(item.name), required=item.name in unset)
    for item in values:  # may be tables of their own: they end the list of plain keys
        if item.shape in _TABLES:
            yield from _TABLES[item.shape](item, edition.values.get(item.name))


def _about(edition: Edition) -> str:
    dates = edition.in_force.in_words()
    return _comment(f"{edition.title.zh}；有效期 {dates}；{edition.confidence.label.zh}")


def _value(parameter: Parameter, entry: Entry | None, *, required: bool) -> Iterator[str]:
    label, limits = _comment(parameter.label.zh), limits_in_words(parameter)
    if entry is None:
        known = "版次没有规定，必须填写" if required else "版次未载明"
        yield f"#{parameter.name} =  # {label}：{known}；可设：{limits}"
        return
    known = entry.confidence.label.zh + (f"（{_comment(entry.reason)}）" if entry.reason else "")
    yield f"# {label}：{known}；可设：{limits}"
    yield f"#{parameter.name} = {as_toml(parameter, entry.value)}"


def _conditions(parameter: Parameter, entry: Entry | None) -> Iterator[str]:
    listed = entry.value.conditions if entry else ()
    names = "、".join(f"{item.id} {item.title.zh}" for item in listed)
    label = _comment(parameter.label.zh)
    if entry and entry.confidence is Confidence.ASSUMED:
        yield f"# {label}：{entry.confidence.label.zh}，{len(listed)} 种。"
        yield f"# {_comment(entry.reason)}。去掉以下各行行首的 #，就是确认整个列表；缺的病种也加在里面。"
        yield f"#{parameter.name} = ["
        yield from (f"#  {_condition(item)}," for item in listed)
        yield "#]"
        return
    known = f"{entry.confidence.label.zh}，{len(listed)} 种：{_comment(names)}" if entry else "版次没有列出"
    yield f"# {label}：{known}。"
    yield "# 另加病种的写法（id 与已有的相同则取代它）："
    yield f"#[[plans.editions.values.{parameter.name}]]"
    yield '#id = "example"'
    yield '#title = "病种名称"'
    yield f"#class = {quoted(listed[0].class_ if listed else 'malignant')}"
    yield '#icd10 = ["C00"]'


def _calendar(parameter: Parameter, entry: Entry | None) -> Iterator[str]:
    """Yield how the next part is added, with the last one that is known as the model."""
    label = _comment(parameter.label.zh)
    if entry is None:
        yield f"# {label}：版次没有载明，必须填写。国务院办公厅每年公布下一年的放假安排，一个通知写一段，一段接一段："
        yield f"#[[plans.editions.values.{parameter.name}]]"
        yield "#from =    # 第一天"
        yield "#to =      # 最后一天（含）"
        yield "#source =  # 通知的文号"
        yield "#holidays = []  # 放假：一天写日期，几天写 { from = …, to = … }；周末也照写"
        yield "#worked = []    # 调休上班的周六、周日"
        return
    known = f"{entry.confidence.label.zh}，{calendar_range(entry.value, 'zh')}"
    yield f"# {label}：{known}；以外的日子不推算，要数到的一律待补充。"
    yield "# 下一年的放假安排公布以后，照下面（版次的最后一段）的样子写上新的一段，去掉行首的 #；"
    yield "# 从版次最后一天的次日写起，再下一年接着写。通知改动了已写的日子的，从改动的那天写起，以这里的为准。"
    yield f"#[[plans.editions.values.{parameter.name}]]"
    for key, text in calendar_keys(entry.value.parts[-1]):
        yield f"#{key} = {text}"


_TABLES = {Shape.CONDITIONS: _conditions, Shape.CALENDAR: _calendar}
"""What is written as tables."""


def _condition(item: Condition) -> str:
    """Return a condition as one line of a list, with all that the edition says of it."""
    parts = [f"id = {quoted(item.id)}", f"title = {_text(item.title)}", f"class = {quoted(item.class_)}"]
    if item.definition:
        parts.append(f"definition = {_text(item.definition)}")
    for name, codes in (("icd10", item.icd10), ("except_icd10", item.except_icd10)):
        parts += [f"{name} = [{', '.join(map(quoted, codes))}]"] if codes else []
    return f"{{ {', '.join(parts)} }}"


def _text(text: Text) -> str:
    return f"{{ zh = {quoted(text.zh)}, en = {quoted(text.en)} }}" if text.en else quoted(text.zh)


def _comment(text: str) -> str:
    """Return `text` on one line without control characters, which TOML allows in no comment."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
