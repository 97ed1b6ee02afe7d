"""What is wrong with claims before any plan looks at them, found for whole columns and said by the engine itself.

The tests on columns only decide which rows are looked at one by one: they may suspect too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define

from mutualplans.batch.arrange import EPOCH, Arranged
from mutualplans.batch.columns import CLAIM, PERSON, ROW
from mutualplans.batch.hashes import hashed, mixed
from mutualplans.batch.kernel.support import MISSING
from mutualplans.batch.outcome import Rows
from mutualplans.batch.records import claim_record
from mutualplans.engine.office import Office
from mutualplans.engine.soundness import LONGEST_STAY, claim_problems, condition_ids, known_circumstances
from mutualplans.engine.twice import Entered
from mutualplans.model.claim import BILL_PARTS, Claim
from mutualplans.model.fields import FIRST_DAY, LAST_DAY
from mutualplans.model.kinds import Kind
from mutualplans.model.money import rate
from mutualplans.model.problem import Problem
from mutualplans.model.scales import is_icd10

__all__ = ["Screened", "out_of_bounds", "screen"]


@define(eq=False)
class Screened:
    """What is to be decided.

    Attributes:
        keep: Which rows are decided; every other one has its problem.
        left_out: Numbers of the persons who are left to the exact way.
        problems: What was found.
    """

    keep: np.ndarray
    left_out: set[int]
    problems: Rows


def screen(office: Office, claims: Arranged) -> Screened:
    """Return which claims are decided, and what is wrong with the others.

    A claim with a value outside its field's bounds leaves its person to the exact way, which says so.
    """
    left_out = set(claims.person[out_of_bounds(claims)].tolist())
    found: dict[int, list[Problem]] = {}
    for row, claim in _records(claims, np.flatnonzero(_doubtful(office, claims)), left_out):
        found[row] = claim_problems(claim, office)
    _enter(claims, found, left_out)
    keep = np.ones(len(claims), bool)
    problems = Rows()
    rows = sorted(found)
    about = claims.table.select(["claim", PERSON, ROW]).take(pa.array(rows, pa.int64())).to_pylist()
    for row, said in zip(rows, about, strict=True):
        keep[row] = not any(item.severity == "error" for item in found[row])
        for item in found[row]:
            problems.problem(item, file=CLAIM, row=said[ROW], claim=said["claim"], person=said[PERSON])
    return Screened(keep, left_out, problems)


def _records(claims: Arranged, rows: np.ndarray, left_out: set[int]) -> Iterator[tuple[int, Claim]]:
    """Yield the records of some rows, but for persons who are left to the exact way."""
    for start in range(0, len(rows), 10_000):
        part = rows[start : start + 10_000]
        for row, said in zip(part.tolist(), claims.table.take(pa.array(part)).to_pylist(), strict=True):
            if int(claims.person[row]) not in left_out:
                yield row, claim_record(said, claims.columns)


# ---------------------------------------------------------------- bounds


def out_of_bounds(claims: Arranged) -> np.ndarray:
    """Return the rows (of claims, or of covers) of which the exact way may not be able to make a record."""
    bad = np.zeros(len(claims), bool)
    for name, column in claims.columns.items():
        item = column.field
        if item is None or name not in claims.table.column_names:
            continue
        if item.kind is Kind.RATE:
            bad |= _unreadable(claims.table[name])
        elif item.kind is Kind.CODE and item.choices:
            values = claims.stated(name)
            known = np.array([text in item.choices for text in claims.codes.texts], bool)
            bad |= (values != MISSING) & ~known[np.maximum(values, 0)]
        elif item.kind in (Kind.MONEY, Kind.COUNT, Kind.DATE):
            first, last = item.least, item.most
            if item.kind is Kind.DATE:
                first, last = FIRST_DAY.toordinal(), LAST_DAY.toordinal()
            bad |= _outside(claims, name, first, last, item.kind)
    return bad


def _outside(claims: Arranged, name: str, first: int, last: int, kind: Kind) -> np.ndarray:
    """Return where a value lies outside, looked up before it is narrowed to fewer bytes."""
    values = claims.table[name]
    if kind is Kind.DATE:
        values, first, last = values.cast(pa.int32()), first - EPOCH, last - EPOCH
    ends = pc.min_max(values).as_py()
    if ends["min"] is None or (ends["min"] >= first and ends["max"] <= last):
        return np.zeros(len(claims), bool)
    outside = pc.or_(pc.less(values, first), pc.greater(values, last))
    found: np.ndarray = pc.fill_null(outside, False).to_numpy()
    return found


def _unreadable(values: pa.ChunkedArray) -> np.ndarray:
    texts = [text for text in pc.unique(values).to_pylist() if text is not None and not _is_rate(text)]
    found: np.ndarray = pc.is_in(values, pa.array(texts, pa.string())).to_numpy()
    return found


def _is_rate(text: str) -> bool:
    try:
        rate(text)
    except ValueError:
        return False
    return True


# ---------------------------------------------------------------- claims that may not fit together


def _doubtful(office: Office, claims: Arranged) -> np.ndarray:
    """Return the rows about which `claim_problems` may have something to say."""
    return _dates(claims) | _bill(claims) | _illness(office, claims) | _circumstances(office, claims)


def _stated(claims: Arranged, name: str) -> tuple[np.ndarray, np.ndarray]:
    values = claims.stated(name)
    return values, values != MISSING


def _dates(claims: Arranged) -> np.ndarray:
    (first, has_first), (last, has_last) = _stated(claims, "admitted"), _stated(claims, "discharged")
    days, has_days = _stated(claims, "days")
    counted = np.maximum(last - first, 1)
    stay = has_first & has_last & ((last < first) | (counted > LONGEST_STAY) | (has_days & (days != counted)))
    reported, has_reported = _stated(claims, "reported")
    early = np.zeros(len(claims), bool)
    for name in ("occurred", "diagnosed", "admitted"):
        day, known = _stated(claims, name)
        early |= known & has_reported & (reported < day)
    return stay | early


def _bill(claims: Arranged) -> np.ndarray:
    return _sum(claims, "total", BILL_PARTS) | _sum(claims, "self_paid", BILL_PARTS[3:])


def _sum(claims: Arranged, whole: str, names: tuple[str, ...]) -> np.ndarray:
    stated, known = _stated(claims, whole)
    added, parts = np.zeros(len(claims), np.int64), np.zeros(len(claims), np.int64)
    for name in names:
        values, has = _stated(claims, name)
        added += np.where(has, values, 0)
        parts += has
    return known & (added != stated) & ((parts == len(names)) | (added >= stated))


def _illness(office: Office, claims: Arranged) -> np.ndarray:
    ids = condition_ids(office)
    found = np.zeros(len(claims), bool)
    for name in ("diagnosis", "condition"):
        values, known = _stated(claims, name)
        coded = name == "diagnosis"
        strange = claims.codes.table(partial(_is_strange, ids, coded))
        found |= known & (strange[np.maximum(values, 0)] != 0)
    invasive = claims.codes.table(lambda code: code.startswith("C"))
    given = np.maximum(claims.stated("diagnosis"), 0)
    return found | ((claims.stated("stage") == claims.codes("in-situ")) & (invasive[given] != 0))


def _is_strange(ids: Mapping[str, None], coded: bool, code: str) -> bool:
    return code not in ids and not (coded and is_icd10(code))


def _circumstances(office: Office, claims: Arranged) -> np.ndarray:
    found = np.zeros(len(claims), bool)
    if "circumstances" in claims.table.column_names:
        values = claims.table["circumstances"].combine_chunks()
        known = pa.array(sorted(known_circumstances(office)), pa.string())
        strange = pc.invert(pc.is_in(pc.list_flatten(values), known))
        found[pc.list_parent_indices(values).filter(strange).to_numpy(zero_copy_only=False)] = True
    return found


# ---------------------------------------------------------------- the same claim again


def _enter(claims: Arranged, found: dict[int, list[Problem]], left_out: set[int]) -> None:
    """Say which claims were entered before: under the same number, or saying the same. Nothing else is said of them."""
    rows = np.flatnonzero(np.isin(claims.person, _suspected(claims)))
    person, entered = -1, Entered()
    for row, claim in _records(claims, rows, left_out):
        if int(claims.person[row]) != person:
            person, entered = int(claims.person[row]), Entered()
        again = entered.again(claim)
        if again is not None:
            found[row] = [again]
        elif not any(item.severity == "error" for item in found.get(row, ())):
            entered.take(claim)


_EVENT = ("occurred", "diagnosed", "admitted", "discharged")
_REST = ("event", "diagnosis", "total", "stay", "incident")


def _suspected(claims: Arranged) -> np.ndarray:
    """Return the persons two of whose claims share their number, or dates, kind and bill."""
    several = _with_several(claims)
    persons = claims.person[several]
    if not len(persons):
        return persons
    rows, content = several, persons.astype(np.uint64)
    for names in (_EVENT, _REST):  # few claims of one person share their days
        for name in names:
            content = mixed(content, claims.stated(name)[rows].astype(np.int64).view(np.uint64))
        again = _repeats(content)
        rows, content = rows[again], content[again]
    found = [claims.person[rows]]
    numbers = hashed(claims.table["claim"])
    found.append(persons[_repeats(mixed(persons.astype(np.uint64), numbers[several]))])
    return np.unique(np.concatenate(found))


def _with_several(claims: Arranged) -> np.ndarray:
    """Return the rows of persons with more than one claim."""
    same = claims.person[1:] == claims.person[:-1]
    several = np.zeros(len(claims), bool)
    several[1:] |= same
    several[:-1] |= same
    return np.flatnonzero(several)


def _repeats(values: np.ndarray) -> np.ndarray:
    """Return where a value stands that occurs more than once."""
    ordered = np.sort(values)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return np.isin(values, again) if len(again) else np.zeros(len(values), bool)
