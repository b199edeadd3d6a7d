"""Breakdowns: which columns split the records into domains, and what each domain is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.codes import Codes, firsts, nest, ordered_codes, ranks
from kgeval.estimate.units import Bools
from kgeval.plan.near_name import meant

By = str | Sequence[str | Sequence[str]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The levels of every column that breaks down, coded once for all breakdowns.

    Parameters
    ----------
    columns
        The columns' names.
    codes
        (records, columns); −1 where the value is missing.
    names
        For each column its levels, in order.
    """

    columns: tuple[str, ...]
    codes: Codes
    names: tuple[list[object], ...]

    def positions(self, breakdown: tuple[str, ...]) -> list[int]:
        """Return where the breakdown's columns stand."""
        return [self.columns.index(column) for column in breakdown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domains:
    """The domains of one breakdown.

    Parameters
    ----------
    breakdown
        The columns crossed; empty for the whole.
    code
        (cells,) the domain of each cell; −1 where a value is missing.
    levels
        (domains, columns) level of each column in each domain.
    names
        For each domain the value of each column.
    notes
        Codes for the column ``reason``.
    """

    breakdown: tuple[str, ...]
    code: Codes
    levels: Codes
    names: tuple[tuple[object, ...], ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)


def breakdowns(by: By) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Read ``by``: one breakdown (a column, or columns to cross), or a list of breakdowns.

    Returns
    -------
    The breakdowns, and whether they were given as a list of breakdowns.
    """
    if by is None:
        return ((),), False
    if isinstance(by, str):
        return ((by,),), False
    if any(not isinstance(item, str) for item in by):
        return tuple((item,) if isinstance(item, str) else tuple(item) for item in by), True
    return (tuple(str(item) for item in by),), False


def code_levels(frame: pd.DataFrame, wanted: Sequence[tuple[str, ...]]) -> Levels:
    """Code the columns of all breakdowns; each column once."""
    columns = tuple(dict.fromkeys(column for breakdown in wanted for column in breakdown))
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DesignError(
            f"the breakdown column {absent[0]!r} is not in the data; "
            f"{meant(absent[0], map(str, frame.columns))}correct its name"
        )
    coded = [ordered_codes(frame[column]) for column in columns]
    codes = np.empty((len(frame), len(columns)), dtype=np.intp)
    for place, (code, _) in enumerate(coded):
        codes[:, place] = code
    return Levels(columns=columns, codes=codes, names=tuple(names for _, names in coded))


def domains(levels: Levels, breakdown: tuple[str, ...], codes: Codes, relevant: Bools) -> Domains:
    """Find the domains of a breakdown among cells.

    A domain is listed where one of its records may be asked about (``relevant``), even if nobody in
    it answered; where nobody at all may be asked, every domain is listed, empty.
    """
    places = levels.positions(breakdown)
    if not places:
        whole = np.zeros(len(codes), dtype=np.intp)
        return Domains(breakdown=(), code=whole, levels=np.empty((1, 0), dtype=np.intp), names=((),))
    if not relevant.any():
        relevant = np.ones(len(codes), dtype=bool)
    chosen = codes[:, places]
    complete = (chosen >= 0).all(axis=1)
    crossed = chosen[complete]
    combination = _code(crossed)
    size = int(combination.max(initial=-1)) + 1
    listed = np.bincount(combination[relevant[complete]], minlength=size) > 0
    table = crossed[firsts(combination, size)][listed]
    code = np.full(len(codes), -1, dtype=np.intp)
    code[complete] = np.where(listed, listed.cumsum() - 1, -1)[combination]
    columns = ([levels.names[place][level] for level in table[:, at]] for at, place in enumerate(places))
    names = tuple(zip(*columns, strict=True))
    lost = (relevant & ~complete).any()
    note = f"breakdown_missing: records without {' or '.join(breakdown)} belong to none of these rows"
    return Domains(breakdown=breakdown, code=code, levels=table, names=names, notes=(note,) if lost else ())


def _code(rows: Codes) -> Codes:
    """Code the combinations that occur, 0, 1, … in the order of the columns' levels."""
    first, *others = rows.T
    code = ranks(first)
    for column in others:
        code = nest(code, column)
    return code


def as_text(value: object) -> str:
    """Write a level as ``by_value`` holds it: whole numbers without a decimal point."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
