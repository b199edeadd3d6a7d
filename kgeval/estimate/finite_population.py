"""Which share of its population a stratum's sample is: from counts of units or from sampling fractions.

Both are read, as R's ``svydesign(fpc = )`` reads them: numbers of 1 and more are counts, numbers up to 1 are
fractions. All stages of a design must speak the same language, since a 1 is either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kgeval.errors import DesignError

Codes = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
StratumName = Callable[[int], str]  # the stratum of a record in words, for an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """What one stage's column says of the population.

    Parameters
    ----------
    column
        Its name.
    values
        (records,) units in the stratum's population, or the sampled share of them.
    are_fractions
        Which of the two.
    """

    column: str
    values: Floats
    are_fractions: bool

    def sampled(self, drawn: Floats, stratum: Codes, record: Codes, name: StratumName) -> Floats:
        """Return (strata,) the sampled share, given the units drawn and a record of each stratum."""
        known = self._one_a_stratum(stratum, record, name)
        if self.are_fractions:
            return known
        fraction: Floats = drawn / known
        if (fraction > 1 + 1e-12).any():
            worst = int(np.argmax(fraction))
            raise DesignError(
                f"{name(int(record[worst]))} has {int(drawn[worst])} sampled units but "
                f"a population of {known[worst]:g}; correct the population column"
            )
        return fraction

    def _one_a_stratum(self, stratum: Codes, record: Codes, name: StratumName) -> Floats:
        per_stratum = self.values[record]
        differs = self.values != per_stratum[stratum]
        if differs.any():
            where = int(stratum[int(np.argmax(differs))])
            raise DesignError(
                f"the population of {name(int(record[where]))} is not the same in all its records; "
                "give one number a stratum"
            )
        return per_stratum


def read_populations(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[Population, ...]:
    """Read the population columns of all stages, the first stage first.

    Raises
    ------
    DesignError
        A value is missing, no number or not positive, or counts stand beside fractions.
    """
    values = [_positive(frame[column], column) for column in columns]
    fractions = [bool((one < 1).any()) for one in values]
    for column, one in zip(columns, values, strict=True):
        if any(fractions) and (one > 1).any():
            small = columns[fractions.index(True)]
            row = int(np.argmax(values[fractions.index(True)] < 1)) + 1
            raise DesignError(
                f"population column {small!r} holds a sampling fraction in row {row}, column {column!r} a "
                f"count of units in row {int(np.argmax(one > 1)) + 1}; give counts everywhere, or fractions"
            )
    return tuple(
        Population(column=column, values=one, are_fractions=any(fractions))
        for column, one in zip(columns, values, strict=True)
    )


def _positive(values: pd.Series, column: str) -> Floats:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(numbers > 0)
    if wrong.any():
        raise DesignError(
            f"population column {column!r} is no count of units in row {int(np.argmax(wrong)) + 1}; give the "
            "number of units in the stratum, or the sampled share of them"
        )
    return numbers
