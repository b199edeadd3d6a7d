"""The additive cell table: everything that is estimated is finished from these sums.

For each measure only a few numbers matter inside (sampling unit, domain): how many records answered,
Σw, Σw·y, Σw·x and their squares, and what unknown answers could add. Cells of chunks, files or
machines add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kgeval.estimate.measure import Answers, Measure
from kgeval.estimate.units import Bools, Codes, Floats, firsts, nest

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


def origins(measures: Sequence[Measure], found: Sequence[Answers]) -> Floats:
    """Return a value near each mean or ratio, about which sums lose no digits; 0 for other kinds."""
    near = np.zeros(len(measures))
    for place, (asked, one) in enumerate(zip(measures, found, strict=True)):
        if asked.kind in CENTRED:
            near[place] = _near(one)
    return near


def _near(one: Answers) -> float:
    """Return the plain mean, or for a ratio the slope of the answers on their denominators; 0: there is none.

    A slope by least squares never leads far from the answers, however the denominators' signs cancel.
    """
    answered = _answered(one)
    who = slice(None) if answered is None or not answered.any() else answered
    y, x = one.y[who], np.ones(1) if one.x is None else one.x[who]
    above, below = float((x * y).sum()), float((x * x).sum()) if one.x is not None else float(len(y))
    return above / below if below else 0.0


def sum_cells(
    measures: Sequence[Measure],
    found: Sequence[Answers],
    weight: Sequence[Floats | None],
    unit: Codes,
    levels: Codes,
    *,
    relevant: Bools | None = None,
    origin: Floats | None = None,
    whole: bool = False,
) -> Cells:
    """Sum the records into cells, all measures and all breakdowns at once.

    Parameters
    ----------
    measures, found, weight
        One item a measure: what is asked, what the records answer, what they weigh (``None``: 1).
    unit
        (records,) ultimate sampling unit of each record.
    levels
        (records, columns) level of each breakdown column, −1 = missing.
    relevant
        (records,) who is asked about; ``None``: everybody.
    origin
        As in :class:`Cells`; chunks that shall be added need the same.
    whole
        Whether every field is wanted, as chunks need that shall be added.
    """
    cell, first = _cells(unit, levels)
    adder = _Adder(cell, len(first))
    origin = origins(measures, found) if origin is None else origin
    follows = not whole and all(
        one.possible is None and (asked.logical is None or asked.kind == "ratio")
        for asked, one in zip(measures, found, strict=True)
    )
    lines = [
        _line(asked, one, w, float(about), adder, follows=follows)
        for asked, one, w, about in zip(measures, found, weight, origin, strict=True)
    ]
    sums = stacked(lines, KNOWN if follows else FIELDS, len(first))
    return Cells(
        unit=unit[first],
        levels=levels[first],
        sums=sums,
        counted=are_counted(measures),
        origin=origin,
        relevant=np.ones(len(first), dtype=bool) if relevant is None else adder(relevant) > 0,
        loose=_loose_records(measures, found, weight, cell),
    )


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


def _loose_records(
    measures: Sequence[Measure], found: Sequence[Answers], weight: Sequence[Floats | None], cell: Codes
) -> dict[int, Loose]:
    loose = {}
    for place, (asked, one, w) in enumerate(zip(measures, found, weight, strict=True)):
        if asked.kind != "mean" or asked.logical is None or one.possible is None or one.member is None:
            continue
        at = np.flatnonzero(one.possible & ~one.member & (True if one.known is None else one.known))
        loose[place] = Loose(cell=cell[at], w=np.ones(len(at)) if w is None else w[at], y=one.y[at])
    return loose


def _cells(unit: Codes, levels: Codes) -> tuple[Codes, Codes]:
    """Code the combinations that occur, and name one record of each."""
    code = unit
    for column in levels.T[::-1]:  # the unit last, so that the cells of one breakdown are in its order
        code = nest(column + 1, code)
    size = int(code.max()) + 1 if len(code) else 0
    return code, firsts(code, size)


def stacked(lines: Sequence[dict[str, Floats]], fields: Sequence[str], cells: int) -> dict[str, Floats]:
    """Stack the measures' lines; fields that hold the same sums share one array."""
    done: dict[tuple[int, ...], Floats] = {}
    sums = {}
    for name in fields:
        parts = [line[name] for line in lines]
        key = tuple(map(id, parts))
        if key not in done:
            same = len(set(key)) == 1
            done[key] = (
                same_line(parts[0], len(parts)) if same else np.concatenate(parts).reshape(len(parts), cells)
            )
        sums[name] = done[key]
    return sums


def same_line(line: Floats, times: int) -> Floats:
    """Let one line stand for several measures, without copies."""
    return line[None] if times == 1 else np.broadcast_to(line, (times, len(line)))


class _Adder:
    """Sums record values by cell; equal inputs (the same array) are summed once."""

    def __init__(self, cell: Codes, cells: int) -> None:
        self._cell, self._cells = cell, cells
        self._known: dict[int, tuple[Floats | Bools | None, Floats]] = {}
        self._scratch: Floats = np.empty(len(cell))
        self.zero: Floats = np.zeros(cells)

    def __call__(self, values: Floats | Bools | None) -> Floats:
        """Return (cells,) sums; ``None`` counts records."""
        key = id(values)
        if key not in self._known:  # the array is kept with its sum, so that its id stays its own
            sums = np.bincount(self._cell, values, self._cells).astype(np.float64, copy=False)
            self._known[key] = values, sums
        return self._known[key][1]

    def product(self, values: Floats, held: Floats | None) -> Floats:
        """Return (cells,) sums of values · held, which are asked for once."""
        if held is None:
            return self(values)
        np.multiply(values, held, out=self._scratch)
        return np.bincount(self._cell, self._scratch, self._cells).astype(np.float64, copy=False)

    def without(self, sums: Floats, records: Codes, values: Floats | None) -> Floats:
        """Return (cells,) sums less those of a few records; ``None`` counts them."""
        held = None if values is None else values[records]
        return sums - np.bincount(self._cell[records], held, self._cells)

    def squared(self, w: Floats | None) -> Floats:
        """Return (cells,) Σw², once for each weight."""
        key = -id(w)
        if key not in self._known:
            self._known[key] = w, self(None) if w is None else self(w * w)
        return self._known[key][1]


def _line(
    asked: Measure, one: Answers, w: Floats | None, about: float, add: _Adder, *, follows: bool
) -> dict[str, Floats]:
    """Return every field of one measure, (cells,) each; what follows from the others is left out."""
    everybody = _members(one, w, add)
    if one.member is None and one.x is None:
        sums = _everybody_counts(asked, one, w, about=about, everybody=everybody, add=add)
    else:
        sums = _some_count(asked, one, w, about, add)
    if follows:
        return everybody | sums
    line = dict.fromkeys(FIELDS, add.zero) | everybody | sums
    if one.known is None and one.possible is None:
        return line
    if one.possible is None and asked.kind in {"share", "count"}:
        # Who counts is known: what is unknown is what the members' sums leave over.
        lost = line["all_w"] - line["w"]
        return line | {"missing": line["all"] - line["n"], "least_x": lost, "most_x": lost, "most_y": lost}
    return line | _unknown(asked, one, w, add)


def _everybody_counts(
    asked: Measure, one: Answers, w: Floats | None, *, about: float, everybody: dict[str, Floats], add: _Adder
) -> dict[str, Floats]:
    """Sum the answers of all records: only the few silent ones are looked at twice (y is 0 there)."""
    n, weighted = everybody["all"], everybody["all_w"]
    if one.known is not None:
        silent = np.flatnonzero(~one.known)
        n = add.without(n, silent, None)
        weighted = n if w is None else add.without(weighted, silent, w)
    y = centred = squares = add.product(one.y, w)
    if asked.kind in SQUARED:
        away = one.y - about if one.known is None else (one.y - about) * one.known
        centred = add.product(away, w) if about else y
        squares = add.product(away**2, w)
    return {
        "n": n,
        "w": weighted,
        "x": weighted,
        "xx": weighted,
        "y": y,
        "d": centred,
        "xy": centred,
        "yy": squares,
    }


def _some_count(
    asked: Measure, one: Answers, w: Floats | None, about: float, add: _Adder
) -> dict[str, Floats]:
    """Sum the answers of those who count, and of ratios."""
    answered = _answered(one)
    held = w if answered is None else (answered.astype(np.float64) if w is None else answered * w)
    n, weighted = add(answered), add(held)
    y = centred = squares = add.product(one.y, held)
    if asked.kind in SQUARED:
        away = one.y - about if one.x is None else one.y - about * one.x
        centred = add.product(away, held) if about else y
        squares = add.product(away**2, held)
    sums = {
        "n": n,
        "w": weighted,
        "x": weighted,
        "xx": weighted,
        "y": y,
        "d": centred,
        "xy": centred,
        "yy": squares,
    }
    if one.x is None:
        return sums
    return sums | {
        "x": add.product(one.x, held),
        "xx": add.product(one.x**2, held),
        "xy": add.product(one.x * away, held),
    }


def _members(one: Answers, w: Floats | None, add: _Adder) -> dict[str, Floats]:
    """Count who surely belongs to the denominator, with Σw and Σw²."""
    if one.member is None:
        return {"all": add(None), "all_w": add(w), "all_ww": add.squared(w)}
    members = one.member.astype(np.float64)
    everybody = add(members)
    if w is None:
        return dict.fromkeys(("all", "all_w", "all_ww"), everybody)
    return {"all": everybody, "all_w": add(members * w), "all_ww": add(members * w * w)}


def _answered(one: Answers) -> Bools | None:
    if one.known is None:
        return one.member
    return one.known if one.member is None else one.known & one.member


def _unknown(asked: Measure, one: Answers, w: Floats | None, add: _Adder) -> dict[str, Floats]:
    """Return what unknown answers and unknown membership could add at the least and at the most."""
    everybody = np.ones(len(one.y), dtype=bool)
    known = everybody if one.known is None else one.known
    member = everybody if one.member is None else one.member
    perhaps = (member if one.possible is None else one.possible) & ~member
    silent = member & ~known  # counts, answer unknown
    lost = perhaps & ~known  # neither is known
    missing = silent | perhaps
    held = missing.astype(np.float64) if w is None else missing * w
    fields = {"missing": add(missing)}
    if asked.kind in {"share", "count"}:
        failing = missing & ~(perhaps & known & (one.y > 0))
        succeeding = missing & ~(perhaps & known & (one.y <= 0))
        fields |= {"least_x": add(held * failing), "most_x": add(held * succeeding)}
        return fields | {"most_y": fields["most_x"]}
    if asked.logical is None or asked.kind == "ratio":
        return fields
    low, high = asked.logical
    certain = perhaps & known  # the answer is known, whether it counts is not
    if asked.kind == "total":
        least = low * silent + np.minimum(low, 0) * lost + np.minimum(one.y, 0) * certain
        most = high * silent + np.maximum(high, 0) * lost + np.maximum(one.y, 0) * certain
        return fields | {"least_y": add(held * least), "most_y": add(held * most)}
    # A mean is lowest when every unknown answer is the lowest possible; known answers of uncertain
    # membership are weighed one by one (Loose).
    extremes = add((silent | lost) if w is None else (silent | lost) * w)
    return fields | {
        "least_y": low * extremes, "least_x": extremes, "most_y": high * extremes, "most_x": extremes,
    }  # fmt: skip
