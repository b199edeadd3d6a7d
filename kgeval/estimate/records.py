"""What every record answers, kept record by record for estimates that sums by cluster cannot give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kgeval.estimate.answers import Answers, answers, condition
from kgeval.estimate.breakdown import Domains, Levels, code_levels, domains
from kgeval.estimate.measure import Measure, Operand
from kgeval.estimate.units import Bools, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The answers of every record to several measures.

    Parameters
    ----------
    measures, answers
        What is asked, and what the records answer; one item a measure.
    levels
        The levels of the breakdown columns; ``codes`` is (records, columns).
    relevant
        (records,) who may be asked about; ``None``: everybody.
    """

    measures: tuple[Measure, ...]
    answers: tuple[Answers, ...]
    levels: Levels
    relevant: Bools | None

    def __len__(self) -> int:
        return len(self.levels.codes)

    def domains(self, breakdown: tuple[str, ...]) -> Domains:
        """Return the domains of a breakdown, with the domain of each record."""
        relevant = np.ones(len(self), dtype=bool) if self.relevant is None else self.relevant
        return domains(self.levels, breakdown, self.levels.codes, relevant)

    def answered(self, place: int) -> Bools:
        """Return (records,) who counts for a measure and has answered."""
        return self.answers[place].answered()

    def possible(self, place: int) -> Bools:
        """Return (records,) who counts or may count for a measure."""
        return self.answers[place].may_count()

    def numerator(self, place: int) -> Floats:
        """Return (records,) what is averaged or added; 0 where nobody counts or answers."""
        return self.answers[place].y * self.answered(place)

    def denominator(self, place: int) -> Floats:
        """Return (records,) what it is divided by."""
        x = self.answers[place].x
        return self.answered(place).astype(np.float64) if x is None else x * self.answered(place)


def read_records(
    frame: pd.DataFrame,
    measures: Sequence[Measure],
    *,
    wanted: Sequence[tuple[str, ...]] = ((),),
    where: Operand | None = None,
) -> Records:
    """Evaluate measures on every record."""
    who = condition(where, frame)
    return Records(
        measures=tuple(measures),
        answers=tuple(answers(one, frame, who) for one in measures),
        levels=code_levels(frame, wanted),
        relevant=who.possible,
    )


def by_domain(values: Floats, found: Domains) -> Any:
    """Spread (records,) values over a sparse (records, domains) matrix."""
    from scipy import sparse

    inside = np.flatnonzero(found.code >= 0)
    shape = (len(values), len(found))
    return sparse.csr_array((values[inside], (inside, found.code[inside])), shape=shape)
