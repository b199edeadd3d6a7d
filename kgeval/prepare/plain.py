"""Typed values as plain text and back: the notation in which the log and the clean data agree.

Plain text is what a program reads without any convention of country or form: ASCII digits, a dot
for decimals, ISO dates, codes joined by one space. ``typed(plain(values)) == values`` always.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

Kind = Literal["integer", "decimal", "date", "text"]
_KINDS: dict[str, Kind] = {
    "integer": "integer", "int": "integer", "range": "decimal", "decimal": "decimal", "date": "date",
    "today": "date",
}  # fmt: skip
DTYPES: dict[Kind, str] = {
    "integer": "Int64", "decimal": "float64", "date": "datetime64[us]", "text": "str",
}  # fmt: skip


def kind(question_type: str) -> Kind:
    """Return how the answers to a question of this XLSForm type are stored."""
    return _KINDS.get(question_type, "text")


def typed(text: pd.Series, of: Kind) -> pd.Series:
    """Read plain text.

    Parameters
    ----------
    text
        ``str`` with missing for unanswered.
    of
        The kind of the question.

    Returns
    -------
    Series
        ``Int64``, ``float64``, ``datetime64[us]`` or ``str``; same index.

    Raises
    ------
    ValueError
        A text is not plain.
    """
    text = text.astype("str")
    if of == "text":
        return text
    cast = _cast(text, of)
    if cast is not None:
        return cast
    codes, distinct = pd.factorize(text)
    words = [str(word) for word in distinct]
    values: pd.Series
    if of == "date":
        values = pd.Series(pd.to_datetime(words, format="%Y-%m-%d"), dtype="datetime64[us]")
    elif of == "integer":
        values = pd.Series([int(word) for word in words], dtype="Int64")
    else:
        values = pd.Series([float(word) for word in words], dtype="float64")
    taken = values.reindex(codes)  # -1, a missing text, stands in no index: missing
    return pd.Series(taken.array, index=text.index, name=text.name)


def _cast(text: pd.Series, of: Kind) -> pd.Series | None:
    """Read a whole column at once, or return None where one of its texts is no ordinary number or day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = {"integer": pa.int64(), "decimal": pa.float64(), "date": pa.date32()}
    try:
        cells = pc.cast(pa.array(text, type=pa.large_string(), from_pandas=True), types[of])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    empty = cells.is_null().to_numpy(zero_copy_only=False)
    if of == "integer":
        whole = cells.fill_null(0).to_numpy(zero_copy_only=False)
        return pd.Series(pd.arrays.IntegerArray(whole, empty), index=text.index, name=text.name)
    if of == "decimal":
        numbers = cells.to_numpy(zero_copy_only=False)
        return pd.Series(numbers, index=text.index, name=text.name, dtype="float64")
    days = cells.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    return pd.Series(days, index=text.index, name=text.name)


def plain(values: pd.Series) -> pd.Series:
    """Write typed values as plain text, missing where they are missing; same index."""
    codes, distinct = pd.factorize(values)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        words = [moment.strftime("%Y-%m-%d") for moment in pd.DatetimeIndex(distinct)]
    elif pd.api.types.is_float_dtype(values.dtype):
        words = [_decimal(float(number)) for number in distinct]
    else:
        words = [str(value) for value in distinct]
    table = np.array([*words, None], dtype=object)  # code -1 takes the last: missing
    return pd.Series(table[codes], index=values.index, name=values.name, dtype="str")


def _decimal(number: float) -> str:
    whole = int(number) if np.isfinite(number) else 0
    return str(whole) if whole == number and abs(number) < 2**53 else repr(number)


def equal(one: pd.Series, other: pd.Series) -> bool:
    """Return whether two columns of typed values are the same, missing where the other is."""
    if one.dtype != other.dtype:
        return False
    if isinstance(one.dtype, pd.StringDtype):
        import pyarrow as pa

        return bool(pa.chunked_array([pa.array(one)]).equals(pa.chunked_array([pa.array(other)])))
    here, there = pd.Series(one.array), pd.Series(other.array)  # columns as such: no index to compare
    empty = here.isna().to_numpy()
    if not np.array_equal(empty, there.isna().to_numpy()):
        return False
    return bool(((here == there).to_numpy(dtype=bool, na_value=True) | empty).all())


def same(text: pd.Series, values: pd.Series) -> pd.Series:
    """Return where delivered text, read as plain text, already is the value; missing equals missing."""
    written = plain(values)
    equal = (text.fillna("") == written.fillna("")).to_numpy(dtype=bool)
    if not equal.all() and pd.api.types.is_numeric_dtype(values.dtype):
        rest = ~equal
        number = pd.to_numeric(text[rest].where(text[rest].str.fullmatch(_PLAIN_NUMBER).fillna(False)))
        equal[rest] = (number == values[rest].astype("float64")).to_numpy(dtype=bool)
    return pd.Series(equal, index=text.index)


_PLAIN_NUMBER = r"-?[0-9]+(\.[0-9]+)?"  # 7, 07.50: other notations are changes to be logged
