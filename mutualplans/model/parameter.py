"""Parameters: the named values of a plan whose amounts live in editions."""

from __future__ import annotations

from enum import Enum
from typing import Any

from attrs import frozen

from mutualplans.model.kinds import Kind
from mutualplans.model.text import Text

__all__ = ["Limits", "Parameter", "Shape"]


class Shape(Enum):
    """How a parameter's value is built."""

    SINGLE = "single"
    """One value of the kind."""
    TABLE = "table"
    """Values of the kind by one or more codes; the row ``*`` stands for every other code."""
    SCALE = "scale"
    """Bands of an amount or a count, each edge with its side, each giving a value of the kind."""
    CONDITIONS = "conditions"
    """A list of covered conditions with classes and ICD-10 prefixes."""
    CALENDAR = "calendar"
    """The working days from a first to a last day."""


@frozen
class Limits:
    """What an office may set: from `least` to `most`, both allowed; ``None`` leaves that side free.

    Attributes:
        least: Smallest plain value (fen for money).
        most: Largest plain value (fen for money).
    """

    least: Any = None
    most: Any = None


@frozen(kw_only=True, cache_hash=True)
class Parameter:
    """One named value of a plan.

    Attributes:
        name: Name in the edition file and in ``value.<name>``.
        kind: Kind of the value, of a table's cells, or of what a scale gives; CODE for conditions,
            DATE for a calendar.
        label: What the rule text calls it.
        shape: How the value is built.
        unit: Unit of a count.
        measured: For a scale, the kind that its edges are compared with (money or count).
        keys: For a table, the number of codes that name a cell.
        open_to_office: Limits inside which an office may set it; ``None`` keeps it closed.
        optional: The value may stay unset, which means that the rule does not say.
    """

    name: str
    kind: Kind
    label: Text
    shape: Shape = Shape.SINGLE
    unit: Text | None = None
    measured: Kind = Kind.MONEY
    keys: int = 1
    open_to_office: Limits | None = None
    optional: bool = False
