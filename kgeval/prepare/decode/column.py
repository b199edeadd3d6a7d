"""``decode``: one delivered column into typed answers to its question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kgeval.prepare.decode.choices import Choices
from kgeval.prepare.decode.clock import read_time
from kgeval.prepare.decode.dates import Days
from kgeval.prepare.decode.free import read_text
from kgeval.prepare.decode.identity import read_identity
from kgeval.prepare.decode.keys import ordinary_keys, read_key
from kgeval.prepare.decode.manner import Manner
from kgeval.prepare.decode.numbers import Amounts, Numbers, numbers_among, plain_numbers
from kgeval.prepare.decode.phones import read_phone
from kgeval.prepare.decode.places import Places
from kgeval.prepare.decode.reading import Decoded, Reading, assemble

if TYPE_CHECKING:
    from kgeval.plan.form import Question

_DTYPES = {
    "integer": "Int64",
    "int": "Int64",
    "decimal": "float64",
    "range": "float64",
    "date": "datetime64[us]",
    "today": "datetime64[us]",
}
_Read = Callable[[str], Reading]


def decode(
    values: pd.Series,
    question: Question,
    manner: Manner | None = None,
    *,
    native: pd.Series | None = None,
) -> Decoded:
    """Read delivered text as the answers that a question asks for.

    Parameters
    ----------
    values
        Text, missing where empty; its index are the records' ``rid``.
    question, manner
        What is asked, and how the column writes its answers.
    native
        Where a cell was stored as a number, date or truth value: its notation is in no doubt.

    Returns
    -------
    Decoded
        ``values`` are ``Int64``, ``float64``, ``datetime64[us]`` or ``str``. Nothing undecidable is
        guessed: the cell has no value then, and a row among the faults.
    """
    manner = manner or Manner()
    dtype = "str" if manner.content == "place" else _DTYPES.get(question.type, "str")
    stored = np.zeros(len(values), dtype=bool) if native is None else native.to_numpy(dtype=bool)
    missing = frozenset(question.missing_codes) - {choice.name for choice in question.choices}
    codes, distinct, were_stored = _distinct(values, stored)
    readers = {
        is_native: _reader(question, manner, missing, [] if is_native else distinct, native=is_native)
        for is_native in set(were_stored)
    }
    todo, plain = list(range(len(distinct))), None
    if dtype in {"Int64", "float64"} and manner.units is None:
        texts = pd.Index(distinct, dtype="str")
        mask, plain = plain_numbers(texts, whole=dtype == "Int64", decimal=manner.decimal)
        coded = np.isin(plain.to_numpy(dtype="float64", na_value=np.nan), list(numbers_among(missing)))
        todo = np.flatnonzero(~mask | coded).tolist()
    elif manner.key and not question.choices and manner.content != "place":
        mask, plain = ordinary_keys(pd.Index(distinct, dtype="str"))
        todo = np.flatnonzero(~mask).tolist()
    readings = {place: readers[were_stored[place]](distinct[place]) for place in todo}
    readings, labels = _labels_apart(distinct, readings)
    if question.type == "text" and question.personal == "direct":
        readings = _by_its_purpose(readings, codes, len(distinct))
    return assemble(values, codes, distinct, readings, dtype=dtype, plain=plain, labels=labels)


def _distinct(values: pd.Series, stored: np.ndarray) -> tuple[np.ndarray, list[str], list[bool]]:
    """Return each cell's place among the distinct texts, these, and whether they were stored as values.

    A text that occurs both ways counts twice, since ``1.234`` typed and ``1.234`` stored differ.
    """
    codes, uniques = pd.factorize(values)
    texts: list[str] = uniques.to_numpy(dtype=object).tolist()
    if not stored.any():
        return codes, texts, [False] * len(texts)
    if stored[codes >= 0].all():
        return codes, texts, [True] * len(texts)
    both = np.where(codes < 0, -1, codes + stored * len(texts))
    places, kept = pd.factorize(both, use_na_sentinel=False)
    order = [int(place) for place in kept]
    mapping = np.array([-1 if place < 0 else i for i, place in enumerate(order)])
    shift = np.cumsum([0 if place < 0 else 1 for place in order]) - 1
    codes = np.where(mapping[places] < 0, -1, shift[places])
    filled = [place for place in order if place >= 0]
    return codes, [texts[place % len(texts)] for place in filled], [place >= len(texts) for place in filled]


def _reader(
    question: Question, manner: Manner, missing: frozenset[str], typed: Sequence[str], *, native: bool
) -> _Read:
    """Return what reads one text of this column; ``typed`` are its texts whose notation may be in doubt."""
    if manner.content == "place":
        return Places.of(manner.places, missing).read
    kind = _DTYPES.get(question.type, "str")
    if kind == "datetime64[us]":
        return _days(manner, missing, native=native).knowing(typed)
    if kind != "str":
        numbers = Numbers(whole=kind == "Int64", decimal=manner.decimal, missing_codes=missing, native=native)
        units = manner.units
        return numbers if units is None else Amounts(numbers=numbers, unit=units[0], asked=units[1])
    if question.type in {"select_one", "select_multiple"} and question.choices:
        choices = Choices.of(question.choices, missing)
        return choices.one if question.type == "select_one" else choices.several
    if manner.key:
        return lambda text: read_key(text, missing)
    readers: dict[str, _Read] = {
        "phone": lambda text: read_phone(text, missing),
        "identity": lambda text: read_identity(text, missing),
        "time": lambda text: read_time(text, missing),
    }
    return readers.get(manner.content or question.type, lambda text: read_text(text, legacy=manner.legacy))


def _days(manner: Manner, missing: frozenset[str], *, native: bool) -> Days:
    return Days(
        order=manner.date_order,
        date_system=manner.date_system,
        window=manner.window,
        swap=manner.date_swap == "window",
        native=native,
        missing_codes=missing,
    )


def _labels_apart(
    distinct: Sequence[str], readings: Mapping[int, Reading]
) -> tuple[dict[int, Reading], dict[str, str]]:
    """Take labels that stood for their choice word for word out of the marks: nothing was corrected."""
    exact = {place for place, reading in readings.items() if reading.mark and reading.mark.rule == "LABEL"}
    labels = {distinct[place]: str(readings[place].value) for place in sorted(exact)}
    return {place: Reading(r.value) if place in exact else r for place, r in readings.items()}, labels


def _by_its_purpose(readings: dict[int, Reading], codes: np.ndarray, size: int) -> dict[int, Reading]:
    """Do not report personal data in a direct identifier that is made to hold it: phones, mails."""
    marked = np.zeros(size + 1, dtype=bool)
    marked[[place for place, r in readings.items() if r.mark and r.mark.fault == "PII_IN_TEXT"]] = True
    cells = codes[codes >= 0]
    if not len(cells) or marked[cells].mean() <= 0.5:
        return readings
    return {
        place: Reading(r.value, r.mark._replace(fault="", detail="") if r.mark.rule else None)
        if marked[place] and r.mark
        else r
        for place, r in readings.items()
    }
