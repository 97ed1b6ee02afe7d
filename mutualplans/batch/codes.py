"""Codes as numbers: what the rules name first, then what the data bring; "" is 0, "not stated" is `MISSING`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from attrs import define, field

from mutualplans.batch.kernel.rulecodes import rule_codes
from mutualplans.batch.kernel.support import MISSING
from mutualplans.engine.office import Office

__all__ = ["Codes"]


@define(eq=False)
class Codes:
    """The numbers of codes in one run.

    Attributes:
        texts: The code of each number.
    """

    texts: list[str]
    _numbers: dict[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._numbers = {text: number for number, text in enumerate(self.texts)}

    @classmethod
    def of(cls, office: Office) -> Codes:
        """Return the codes of an office's rules."""
        return cls(["", *rule_codes(office)])

    def __call__(self, text: str) -> int:
        """Return the number of a code that the rules name.

        Raises:
            KeyError: they do not.
        """
        return self._numbers[text]

    def number(self, text: str) -> int:
        """Return the number of a code that the rules or the data name, or one that no row has."""
        return self._numbers.get(text, MISSING - 1)

    def column(self, values: pa.ChunkedArray) -> np.ndarray:
        """Return a column of codes as numbers; new codes get numbers of their own."""
        made = (
            values.unify_dictionaries().combine_chunks()
            if pa.types.is_dictionary(values.type)
            else values.combine_chunks().dictionary_encode()
        )
        if isinstance(made, pa.ChunkedArray):  # a table without rows may have no chunk at all
            made = made.chunk(0) if made.num_chunks else pa.array([], made.type)
        numbers = np.array([self._add(text) for text in made.dictionary.to_pylist()] + [MISSING], np.int32)
        places = made.indices.fill_null(len(numbers) - 1).to_numpy(zero_copy_only=False)
        return numbers[places]

    def table(self, make: Callable[[str], int]) -> np.ndarray:
        """Return `make` of every code so far, by number."""
        return np.array([make(text) for text in self.texts], np.int32)

    def _add(self, text: str) -> int:
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found
