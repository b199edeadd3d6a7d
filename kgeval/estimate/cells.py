"""The additive cell table: everything that is estimated is finished from these sums.

For each measure only a few numbers matter inside (sampling unit, domain): how many records answered,
Σw, Σw·y, Σw·x and their squares, and what unknown answers could add. Cells of chunks, files or
machines add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kgeval.estimate.codes import Codes
from kgeval.estimate.measure import Measure
from kgeval.estimate.units import Bools, Floats

# all, all_w, all_ww: records that surely count, their Σw and Σw²
# n, w: those of them who answered · x, y: Σwx, Σwy
# d, xx, xy, yy: Σwd, Σwx², Σwxd, Σwd² with d = y − origin · x, the answer about a value near the estimate
# missing: records whose answer or membership is unknown
# least_*, most_*: what those could add to Σwy and Σwx where the result is lowest, highest
KNOWN = ("all", "all_w", "all_ww", "n", "w", "x", "y", "d", "xx", "xy", "yy")
UNKNOWN = ("missing", "least_y", "least_x", "most_y", "most_x")
FIELDS = (*KNOWN, *UNKNOWN)
CENTRED = ("mean", "ratio")  # kinds that are summed about an origin; it is 0 for the others
SQUARED = (*CENTRED, "total")  # kinds whose squares are summed; an answer of 0 or 1 is its own square


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """Records whose answer to a mean is known but not whether they count: bounds weigh them one by one.

    Parameters
    ----------
    cell
        (records,) where each lies.
    w, y
        (records,) weight and answer.
    """

    cell: Codes
    w: Floats
    y: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One row a cell, one line of each field a measure.

    Parameters
    ----------
    unit
        (cells,) the ultimate sampling unit.
    levels
        (cells, breakdown columns) the level of each column that breaks down; −1 where it is missing.
    sums
        Field → (measures, cells). Where it is known of everybody whether they count and no answer has a
        logical range, the fields of what is unknown are left out: they follow from the others
        (:func:`unknown_totals`).
    counted
        (measures,) whether the measure is a share or count.
    origin
        (measures,) the value about which a mean or ratio is summed as well, so that differences between
        large answers lose no digits.
    relevant
        (cells,) whether the cell holds a record that is asked about (not filtered out).
    loose
        Measure's place → records of uncertain membership, for means with a logical range.
    """

    unit: Codes
    levels: Codes
    sums: dict[str, Floats]
    counted: Bools
    origin: Floats
    relevant: Bools
    loose: dict[int, Loose] = field(default_factory=dict)


def are_counted(measures: Sequence[Measure]) -> Bools:
    """(measures,) whether the measure is a share or count."""
    return np.array([asked.kind in {"share", "count"} for asked in measures], dtype=bool)


def unknown_totals(total: dict[str, Floats], counted: Bools) -> dict[str, Floats]:
    """Return the sums of what is unknown where they follow: whoever counts and has not answered."""
    if "missing" in total:
        return total
    lost = np.where(counted[:, None], total["all_w"] - total["w"], 0.0)
    nothing = np.zeros_like(lost)
    return total | {
        "missing": total["all"] - total["n"], "least_y": nothing, "least_x": lost, "most_y": lost,
        "most_x": lost,
    }  # fmt: skip


def stacked(
    lines: Sequence[dict[str, Floats]], fields: Sequence[str], order: Codes | None = None
) -> dict[str, Floats]:
    """Stack the measures' lines, their cells in ``order``; fields that hold the same sums share one array."""
    done: dict[tuple[int, ...], Floats] = {}
    for name in fields:
        parts = [line[name] for line in lines]
        key = tuple(map(id, parts))
        if key not in done:
            done[key] = _stack(parts if len(set(key)) > 1 else parts[:1], order, len(parts))
    return {name: done[tuple(id(line[name]) for line in lines)] for name in fields}


def _stack(parts: Sequence[Floats], order: Codes | None, times: int) -> Floats:
    if order is None and len(parts) == 1:
        return same_line(parts[0], times)
    found = np.empty((len(parts), len(parts[0])))
    for row, part in zip(found, parts, strict=True):
        if order is None:
            row[:] = part
        else:
            part.take(order, out=row, mode="clip")  # without the copy that a check of the places would need
    return same_line(found[0], times) if len(parts) == 1 else found


def same_line(line: Floats, times: int) -> Floats:
    """Let one line stand for several measures, without copies."""
    return line[None] if times == 1 else np.broadcast_to(line, (times, len(line)))
