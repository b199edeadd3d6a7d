"""Sums of records into cells: all measures and all breakdowns in one pass over records in memory."""

from __future__ import annotations

from collections.abc import Sequence
from math import frexp, ldexp

import numpy as np

from kgeval.estimate.answers import Answers
from kgeval.estimate.cells import CENTRED, SQUARED, UNKNOWN, Cells, Loose, are_counted, stacked
from kgeval.estimate.codes import Codes, firsts, nest
from kgeval.estimate.measure import Measure
from kgeval.estimate.units import Bools, Floats

_Found = Sequence[Answers]
_Weights = Sequence[Floats | None]
# a field that no measure has of its own is another: x = 1, and an answer of 0 or 1 is its own square
_LIKE = {"x": "w", "xx": "w", "d": "y", "xy": "y", "yy": "y"}


def origins(measures: Sequence[Measure], found: Sequence[Answers]) -> Floats:
    """Return a value near each mean or ratio, about which sums lose no digits; 0 for other kinds."""
    near = np.zeros(len(measures))
    for place, (asked, one) in enumerate(zip(measures, found, strict=True)):
        if asked.kind in CENTRED:
            near[place] = _near(one)
    return near


def _near(one: Answers) -> float:
    """Return the median of the answers, or for a ratio of the records' own ratios; 0: there is none.

    A mean would do for most answers, but one wild answer would carry it away from all others, which then
    lose the digits that an origin is to keep.
    """
    answered = _answered(one)
    who = slice(None) if answered is None else answered
    y = one.y[who]
    if one.x is not None:
        x = one.x[who]
        y = y[x != 0] / x[x != 0]
    return _coarse(float(np.median(y))) if len(y) else 0.0


def _coarse(value: float) -> float:
    """Keep 24 binary digits: whole answers less it are exact, and so are their sums in any order."""
    mantissa, exponent = frexp(value)
    return ldexp(round(mantissa * 2**24), exponent - 24)


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
    add = _Adder(cell, len(first))
    origin = origins(measures, found) if origin is None else origin
    sums = _known_sums(measures, found, weight, origin, add)
    if whole or not all(_follows(asked, one) for asked, one in zip(measures, found, strict=True)):
        sums |= _unknown_sums(measures, found, weight, sums, add)
    return Cells(
        unit=unit[first],
        levels=levels.take(first, axis=0),
        sums=sums,
        counted=are_counted(measures),
        origin=origin,
        relevant=np.ones(len(first), dtype=bool) if relevant is None else add(relevant) > 0,
        loose=_loose_records(measures, found, weight, cell),
    )


def _follows(asked: Measure, one: Answers) -> bool:
    """Whether what is unknown follows from the known sums (:func:`unknown_totals`)."""
    return one.possible is None and (asked.logical is None or asked.kind == "ratio")


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


class _Adder:
    """Sums record values by cell; equal inputs (the same array) are summed once."""

    def __init__(self, cell: Codes, cells: int) -> None:
        self.cell, self.cells = cell, cells
        self._known: dict[int, tuple[Floats | Bools | None, Floats]] = {}
        self._scratch: Floats = np.empty(len(cell))

    def __call__(self, values: Floats | Bools | None) -> Floats:
        """Return (cells,) sums; ``None`` counts records."""
        key = id(values)
        if key not in self._known:  # the array is kept with its sum, so that its id stays its own
            sums = np.bincount(self.cell, values, self.cells).astype(np.float64, copy=False)
            self._known[key] = values, sums
        return self._known[key][1]

    def product(self, values: Floats, held: Floats | None) -> Floats:
        """Return (cells,) sums of values · held, which are asked for once."""
        if held is None:
            return self(values)
        np.multiply(values, held, out=self._scratch)
        return np.bincount(self.cell, self._scratch, self.cells).astype(np.float64, copy=False)

    def squared(self, w: Floats | None) -> Floats:
        """Return (cells,) Σw², once for each weight."""
        key = -id(w)
        if key not in self._known:
            self._known[key] = w, self(None) if w is None else self(w * w)
        return self._known[key][1]


def _known_sums(
    measures: Sequence[Measure], found: _Found, weight: _Weights, origin: Floats, add: _Adder
) -> dict[str, Floats]:
    """Return the fields of :data:`KNOWN`, (measures, cells) each."""
    members = [_members(one, w, add) for one, w in zip(found, weight, strict=True)]
    sums = stacked(members, ("all", "all_w", "all_ww"))
    sums["n"], sums["w"] = _answered_sums(found, weight, sums["all"], sums["all_w"], add)
    sums["y"] = np.empty((len(found), add.cells))
    own: dict[str, dict[int, Floats]] = {name: {} for name in _LIKE}
    for place, (asked, one, w) in enumerate(zip(measures, found, weight, strict=True)):
        line = _own_sums(asked, one, w, float(origin[place]), add)
        sums["y"][place] = line.pop("y")
        for name, values in line.items():
            own[name][place] = values
    for name, like in _LIKE.items():
        sums[name] = _with_lines(sums[like], own[name])
    return sums


def _with_lines(values: Floats, own: dict[int, Floats]) -> Floats:
    """Put the lines that some measures have of their own in the place of others."""
    if not own:
        return values
    changed = values.copy()
    for place, line in own.items():
        changed[place] = line
    return changed


def _answered_sums(
    found: _Found, weight: _Weights, everybody: Floats, all_w: Floats, add: _Adder
) -> tuple[Floats, Floats]:
    """Return n and Σw of those who answered, (measures, cells) each.

    Where everybody counts, the few silent records are taken from all.
    """
    # one block: once a large one was freed, the allocator keeps smaller ones at hand for the next estimate
    # instead of having the system zero them anew, a fifth of the time of many domains
    n, held = np.empty((2, len(found), add.cells))
    for place, (one, w) in enumerate(zip(found, weight, strict=True)):
        if one.member is not None or one.x is not None:
            n[place], held[place] = add(_answered(one)), add(_held(one, w))
        elif one.known is None:
            n[place], held[place] = everybody[place], all_w[place]
        else:
            silent = np.flatnonzero(~one.known)
            at = add.cell[silent]
            np.subtract(everybody[place], np.bincount(at, None, add.cells), out=n[place])
            lost = None if w is None else w[silent]
            np.subtract(all_w[place], np.bincount(at, lost, add.cells), out=held[place])
    return n, held


def _own_sums(asked: Measure, one: Answers, w: Floats | None, about: float, add: _Adder) -> dict[str, Floats]:
    """Return Σwy of one measure, and the fields that are not like others, (cells,) each."""
    if asked.kind not in SQUARED:
        # y is 0 where it is unknown
        return {"y": add.product(one.y, w if one.member is None else _held(one, w))}
    held = _held(one, w)
    away = one.y - about if one.x is None else one.y - about * one.x
    sums = {"y": add.product(one.y, held), "yy": add.product(away**2, held)}
    if about:
        sums["d"] = sums["xy"] = add.product(away, held)
    if one.x is not None:
        sums |= {
            "x": add.product(one.x, held),
            "xx": add.product(one.x**2, held),
            "xy": add.product(one.x * away, held),
        }
    return sums


def _held(one: Answers, w: Floats | None) -> Floats | None:
    """Return (records,) the weight of those who answered, 0 for others; ``None``: all weigh 1."""
    answered = _answered(one)
    if answered is None:
        return w
    return answered.astype(np.float64) if w is None else answered * w


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


def _unknown_sums(
    measures: Sequence[Measure], found: _Found, weight: _Weights, known: dict[str, Floats], add: _Adder
) -> dict[str, Floats]:
    """Return the fields of :data:`UNKNOWN`, (measures, cells) each."""
    nothing = np.zeros(add.cells)
    lines = []
    for place, (asked, one, w) in enumerate(zip(measures, found, weight, strict=True)):
        line = dict.fromkeys(UNKNOWN, nothing)
        if one.possible is None and asked.kind in {"share", "count"}:
            # Who counts is known: what is unknown is what the members' sums leave over.
            lost = known["all_w"][place] - known["w"][place]
            line |= {"missing": known["all"][place] - known["n"][place]}
            line |= {"least_x": lost, "most_x": lost, "most_y": lost}
        elif one.known is not None or one.possible is not None:
            line |= _unknown(asked, one, w, add)
        lines.append(line)
    return stacked(lines, UNKNOWN)


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
