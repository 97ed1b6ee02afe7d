"""Claims a name that another package claims too."""

import mutualplans as mp
from mutualplans import claim

value = mp.parameters(fee=mp.money("每份互助费", "fee"), lump=mp.money("互助金", "lump sum"))

plan = mp.Plan(
    id="same-name",
    title=mp.Text(zh="测试互助保障计划", en="Test plan"),
    values=value,
    editions=mp.editions("mutualplans_same_name_two"),
    premium=value.fee,
    term_months=12,
    when=[claim.is_accident.because("not-accident", zh="不是意外", en="not an accident")],
    benefits=[mp.Benefit("lump", mp.Text("互助金", "Lump sum"), clause="第一条", pays=value.lump)],
)


@mp.hookimpl
def register_plans() -> list[mp.Plan]:
    """Return the plan."""
    return [plan]
