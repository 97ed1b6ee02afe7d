"""Tables of other programs assessed: PyArrow, Polars, pandas, and whatever else hands out Arrow data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import evolve

import mutualplans as mp
from mutualplans.batch.arrow import source_of
from mutualplans.batch.assess import assess_tables
from mutualplans.batch.columns import claim_columns, coverage_columns
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.office import LocalEdition, Office, OfficePlan
from mutualplans.model.kinds import Kind
from mutualplans.model.problem import MutualPlansError
from mutualplans.model.text import Text
from mutualplans.plan.edition import InForce
from mutualplans.testing.batch import table_of
from tests.engine.plans import allowance, bound, inpatient_medical
from tests.engine.plans import office as office_of_plans

# 70 % of what was paid in scope: 1,234.50 × 0.7 = 864.15 yuan; 800.00 × 0.7 = 560.00 yuan; 0.05 × 0.7 = 0.035, half up
# 0.04 yuan.
PAID = {"A-1": 86_415, "A-2": 56_000, "A-3": 4}


class Capsule:
    """A table of a program that nobody knows: all it has is the interface."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


Frame = Callable[[dict[str, list[Any]]], Any]
FRAMES: dict[str, Frame] = {
    "pyarrow": pa.table,
    "record-batch": pa.RecordBatch.from_pydict,
    "polars": pl.DataFrame,
    "pandas": pd.DataFrame,
    "pandas-index": lambda data: pd.DataFrame(data, index=range(7, 7 + len(next(iter(data.values()))))),
    "stream": lambda data: Capsule(pa.table(data)),
}


def office() -> Office:
    """Return an office of one plan that pays a share of the bill."""
    return office_of_plans(inpatient_medical())


def claims(**more: list[Any]) -> dict[str, list[Any]]:
    """Return three claims of two persons as columns."""
    return {
        "claim": ["A-1", "A-2", "A-3"],
        "person": ["p1", "p2", "p1"],
        "event": ["inpatient", "住院", "inpatient"],
        "admitted": [date(2024, 3, 1), date(2024, 5, 1), date(2024, 6, 1)],
        "self_paid_in_scope": [Decimal("1234.50"), Decimal("800.00"), Decimal("0.05")],
        "self_paid_partly": [Decimal("0.00")] * 3,
        "out_of_scope": [Decimal("0.00")] * 3,
        **more,
    }


def covers(**more: list[Any]) -> dict[str, list[Any]]:
    """Return the covers of the two persons as columns."""
    return {
        "person": ["p1", "p2"],
        "plan": ["inpatient-medical", "inpatient-medical"],
        "first_day": [date(2024, 1, 1), date(2024, 1, 1)],
        "last_day": [date(2024, 12, 31), date(2024, 12, 31)],
        **more,
    }


def amounts(outcome: Any) -> dict[str, int]:
    """Return claim → fen."""
    return {row["claim"]: row["amount_fen"] for row in outcome.decisions.to_pylist()}


def faults(asked: Any, held: Any) -> list[tuple[str, str]]:
    """Return code and message of everything for which tables are refused."""
    with pytest.raises(MutualPlansError) as caught:
        mp.assess_frame(office(), asked, held)
    return [(item.code, item.message.in_("en")) for item in caught.value.problems]


# ---------------------------------------------------------------- what is taken


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_tables_of_every_program_come_to_the_same(frame: Frame) -> None:
    """Amounts, row numbers from 1, and nothing to complain of, whichever program the tables come from."""
    outcome = mp.assess_frame(office(), frame(claims()), frame(covers()))

    assert amounts(outcome) == PAID
    assert outcome.decisions["row"].to_pylist() == [1, 2, 3]
    assert outcome.problems.num_rows == 0
    assert outcome.benefits["amount_fen"].to_pylist() == [86_415, 56_000, 4]


def test_coded_columns_of_other_programs_are_codes() -> None:
    """Categories of Polars and pandas, whatever they number them with, are read as their texts."""
    events = ["inpatient", "住院", "inpatient"]
    of_polars = pl.DataFrame(claims()).with_columns(pl.Series("event", events, dtype=pl.Categorical))
    of_enum = of_polars.with_columns(pl.Series("event", events, dtype=pl.Enum(["住院", "inpatient"])))
    of_pandas = pd.DataFrame(claims()).assign(event=pd.Categorical(events))

    for asked in (of_polars, of_enum, of_pandas):
        assert amounts(mp.assess_frame(office(), asked, pl.DataFrame(covers()))) == PAID


@pytest.mark.parametrize("frame", [pa.table, pl.DataFrame, pd.DataFrame])
def test_lists_of_circumstances_are_taken(frame: Frame) -> None:
    """A list of texts, empty and missing ones among them, is what it is in every program."""
    for listed in ([["a", "b"], None, []], [[], ["c"], ["d", "e"]], [[], None, []]):
        asked = frame(claims(circumstances=listed))
        source, _faults = source_of(asked, "claims")
        (chunk,) = source.chunks()

        assert chunk.cells[source.headers.index("circumstances")].to_pylist() == listed

    assert amounts(mp.assess_frame(office(), asked, frame(covers()))) == PAID


def test_whole_fen_are_taken_under_a_name_that_says_so() -> None:
    """``…_fen`` holds whole fen, of any width of number."""
    asked = claims(self_paid_in_scope_fen=[123_450, 80_000, 5])
    del asked["self_paid_in_scope"]
    narrow = pl.DataFrame(asked).with_columns(pl.col("self_paid_in_scope_fen").cast(pl.UInt32))

    assert amounts(mp.assess_frame(office(), pa.table(asked), pa.table(covers()))) == PAID
    assert amounts(mp.assess_frame(office(), narrow, pa.table(covers()))) == PAID


def test_times_that_are_all_midnight_are_dates() -> None:
    """pandas and Polars often hold dates as times; one hour of the day, or a zone, is refused."""
    days = [datetime(2024, 3, 1), datetime(2024, 5, 1), datetime(2024, 6, 1)]  # noqa: DTZ001
    for frame in (pl.DataFrame, pd.DataFrame):
        assert amounts(mp.assess_frame(office(), frame(claims(admitted=days)), frame(covers()))) == PAID

    late = [*days[:2], datetime(2024, 6, 1, 23, 30)]  # noqa: DTZ001
    zoned = pl.DataFrame(claims(admitted=days)).with_columns(
        pl.col("admitted").dt.replace_time_zone("Asia/Shanghai")
    )
    for asked in (pl.DataFrame(claims(admitted=late)), zoned):
        ((code, message),) = faults(asked, pl.DataFrame(covers()))

        assert code == "batch.column-type"
        assert '"admitted" is timestamp' in message


def test_a_column_of_row_numbers_is_kept() -> None:
    """Problems and decisions name the rows as the caller numbered them."""
    asked = pl.DataFrame(claims(row=[40, 10, 20], event=["inpatient", "什么", "inpatient"]))
    outcome = mp.assess_frame(office(), asked, pl.DataFrame(covers()))

    assert [(row["row"], row["claim"]) for row in outcome.decisions.to_pylist()] == [(20, "A-3"), (40, "A-1")]
    assert [(row["row"], row["column"]) for row in outcome.problems.to_pylist()] == [(10, "event")]


def test_a_frame_comes_to_what_the_tables_of_the_contract_come_to() -> None:
    """Decisions, benefits and receipts are those of `assess_tables` for the same rows."""
    run = office_of_plans(inpatient_medical(), allowance())
    plans = [item.plan for item in run.plans]
    held = [
        {
            "person": f"p{number}",
            "row": number,
            "plan": plan.id,
            "first_day": date(2024, 1, 1),
            "last_day": date(2024, 12, 31),
            "shares": 1 + number % 2,
            "member.birth_date": date(1950 + number, 5, 1),
        }
        for number in range(40)
        for plan in plans
    ]
    asked = [
        {
            "claim": f"c{number}",
            "person": f"p{number % 40}",
            "row": number,
            "event": "inpatient" if number % 7 else "outpatient",
            "admitted": date(2024, 1 + number % 12, 1),
            "discharged": date(2024, 1 + number % 12, 1 + number % 25),
            "self_paid_in_scope": number * 12_345,
            "self_paid_partly": 0,
            "out_of_scope": number,
        }
        for number in range(200)
    ]
    columns = claim_columns(plans), coverage_columns(plans)
    expected = assess_tables(run, table_of(asked, columns[0]), table_of(held, columns[1]))
    money = {name: f"{name}_fen" for name, column in columns[0].items() if column.kind is Kind.MONEY}
    frame = pl.DataFrame(asked).rename(money, strict=False)
    found = mp.assess_frame(run, frame, pl.DataFrame(held), threads=1)

    assert len(expected.decisions) > 300
    for name in ("decisions", "benefits", "receipts"):
        assert getattr(found, name).to_pylist() == getattr(expected, name).to_pylist()


# ---------------------------------------------------------------- what is refused


def test_money_is_never_guessed() -> None:
    """Floats are refused, and so are whole numbers under a plain name: they may be yuan or fen."""
    floats = pd.DataFrame(claims(self_paid_in_scope=[1234.5, 800.0, 0.05]))
    whole = pd.DataFrame(claims(self_paid_in_scope=[123_450, 80_000, 5]))

    for asked, kind in ((floats, "double"), (whole, "int64")):
        ((code, message),) = faults(asked, pd.DataFrame(covers()))

        assert code == "batch.column-type"
        assert f'"self_paid_in_scope" is {kind}' in message


def test_every_fault_of_both_tables_is_told_at_once() -> None:
    """Unknown, missing and wrong columns of claims and coverages come in one list."""
    asked = claims(days=[1.0, 2.0, 3.0], hospital=["a", "b", "c"], row=[1, None, 3])
    del asked["person"]
    held = covers(shares=[True, False])
    del held["plan"]
    found = faults(pa.table(asked), pa.table(held))

    assert sorted(code for code, _message in found) == [
        "batch.column-type",
        "batch.column-type",
        "batch.column-type",
        "batch.missing-column",
        "batch.missing-column",
        "batch.unknown-header",
    ]
    told = " ".join(message for _code, message in found)
    for name in ("person", "plan", "days", "shares", "hospital", "row"):
        assert name in told


def test_rows_that_cannot_be_read_are_problems_and_the_others_are_decided() -> None:
    """A claim out of bounds is left out; the claims of a person whose coverage is wrong wait."""
    asked = claims(self_paid_in_scope=[Decimal("-1.00"), Decimal("800.00"), Decimal("0.05")])
    first = mp.assess_frame(office(), pl.DataFrame(asked), pl.DataFrame(covers()))
    held = covers(shares=[1, 0])
    second = mp.assess_frame(office(), pl.DataFrame(claims()), pl.DataFrame(held))

    assert amounts(first) == {"A-2": 56_000, "A-3": 4}
    assert [(row["file"], row["row"], row["code"]) for row in first.problems.to_pylist()] == [
        ("claims", 1, "batch.cell")
    ]
    assert amounts(second) == {"A-1": 86_415, "A-3": 4}
    assert [(row["file"], row["row"], row["code"]) for row in second.problems.to_pylist()] == [
        ("claims", 2, "claim.cover-refused"),
        ("coverages", 2, "batch.cell"),
    ]


@pytest.mark.parametrize("data", [claims(), [claims()], pl.LazyFrame(claims()), "claims.csv", None])
def test_what_hands_out_no_arrow_data_is_refused(data: Any) -> None:
    """Lists, dicts, lazy frames and names of files are told what to give instead."""
    ((code, message),) = faults(data, pl.DataFrame(covers()))

    assert code == "batch.frame"
    assert type(data).__name__ in message


def test_a_frame_that_arrow_cannot_hold_is_refused() -> None:
    """pandas keeps anything in one column; what Arrow has no type for is a problem, not a traceback."""
    ((code, _message),) = faults(
        pd.DataFrame(claims(event=["inpatient", 3, object()])), pl.DataFrame(covers())
    )

    assert code == "batch.frame"


# ---------------------------------------------------------------- one bound plan, and what is imported


def test_a_bound_plan_decides_under_its_own_edition_and_values() -> None:
    """Covers outside the dates of the edition are under it all the same, and the receipt says which values."""
    plan, values = inpatient_medical()
    made = bound(plan, values)
    ended = evolve(made.edition, in_force=InForce(to=date(2020, 12, 31)))
    mine = BoundPlan(plan, ended, made.entries, {"rate": "70%"}, "1.2")
    by_date = Office(
        name=Text("测试"), plans=(OfficePlan(plan=plan, editions=(LocalEdition(edition=ended),)),)
    )
    outcome = mp.assess_frame(mine, pl.DataFrame(claims()), pl.DataFrame(covers()))
    (receipt,) = outcome.receipts.to_pylist()

    assert amounts(outcome) == PAID
    assert receipt["values_hash"] == mine.values_hash
    assert (receipt["plugin"], receipt["office_values"]) == ("1.2", '{"rate": "70%"}')
    assert amounts(mp.assess_frame(by_date, pl.DataFrame(claims()), pl.DataFrame(covers()))) == {}


def test_benefits_are_left_out_where_nobody_asks() -> None:
    """Without benefits the decisions are the same."""
    outcome = mp.assess_frame(office(), pl.DataFrame(claims()), pl.DataFrame(covers()), benefits=False)

    assert (amounts(outcome), outcome.benefits.num_rows) == (PAID, 0)


def test_empty_tables_come_to_empty_tables() -> None:
    """No claim, no decision; the columns are there."""
    nothing = pa.table(claims()).slice(0, 0)
    outcome = mp.assess_frame(office(), nothing, pa.table(covers()))

    assert (outcome.decisions.num_rows, outcome.problems.num_rows) == (0, 0)


def test_importing_mutualplans_imports_neither_arrow_nor_numpy() -> None:
    """The name is there for whoever has no NumPy; only the call needs it."""
    code = (
        "import sys, mutualplans as mp; mp.assess_frame; "
        "print([n for n in ('pyarrow', 'numpy', 'pandas') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_without_the_extra_the_call_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where NumPy is missing the problem names the extra."""
    monkeypatch.setattr("mutualplans.batch.extra.find_spec", lambda _name: None)
    ((code, message),) = faults(pa.table(claims()), pa.table(covers()))

    assert code == "batch.extra"
    assert "mutualplans[batch]" in message
