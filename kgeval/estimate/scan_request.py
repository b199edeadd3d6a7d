"""What is to be summed from files that are read in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kgeval.errors import DataError, DesignError
from kgeval.estimate.codes import Codes, nest, ordered_codes
from kgeval.estimate.measure import Measure, Operand
from kgeval.plan.expression import Expression, parse
from kgeval.plan.near_name import meant
from kgeval.plan.sample import SampleDesign, stages

RELEVANT = " relevant"  # no column of a file is called so by accident


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What is to be summed from the files.

    Parameters
    ----------
    paths
        Parquet files with the same columns.
    design, measures, wanted, where
        As in :func:`kgeval.estimate.estimates.tabulate`; operands are texts or expressions.
    """

    paths: tuple[Path, ...]
    design: SampleDesign
    measures: tuple[Measure, ...]
    wanted: tuple[tuple[str, ...], ...]
    where: Operand | None

    @property
    def keys(self) -> list[str]:
        """The columns that tell cells apart: the breakdowns' first, so that the cells lie in their order."""
        design = self.design
        columns = [*stages(design.stratum), *stages(design.cluster), *stages(design.population)]
        return list(dict.fromkeys([*(column for breakdown in self.wanted for column in breakdown), *columns]))

    @property
    def weights(self) -> list[str]:
        """The weight columns in use."""
        named = [self.design.weight, *(asked.weight for asked in self.measures)]
        return list(dict.fromkeys(name for name in named if name))

    @property
    def columns(self) -> list[str]:
        """Every column that is read."""
        operands = [
            self.where,
            *(part for one in self.measures for part in (one.answer, one.counts, one.per)),
        ]
        named = [
            name
            for operand in operands
            for name in sorted(as_expression(operand).names)
            if operand is not None
        ]
        return list(dict.fromkeys([*self.keys, *self.weights, *named]))


def cell_codes(keys: pd.DataFrame, names: Sequence[str]) -> Codes:
    """Code the combinations of key columns that occur, 0, 1, … in the order of the columns' values."""
    code: Codes = np.zeros(len(keys), dtype=np.intp)
    for name in names:
        code = nest(code, ordered_codes(keys[name])[0] + 1)
    return code


def as_expression(operand: Operand | None) -> Expression:
    """Return an operand as an expression; an array has no place in a file."""
    if isinstance(operand, Expression):
        return operand
    if operand is None or isinstance(operand, str):
        return parse(operand or "1")
    raise DesignError("answers of streamed files are expressions, not arrays")


def need_columns(columns: Sequence[str], present: Sequence[str], path: Path) -> None:
    """Refuse a file without one of the columns."""
    absent = [column for column in columns if column not in present]
    if absent:
        raise DataError(
            "COLUMN_ABSENT",
            f"there is no column {absent[0]!r}",
            hint=f"{meant(absent[0], present)}correct the name in the options, or give the file that has it",
            file=path.name,
        )
