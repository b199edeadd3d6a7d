"""Files of statistical programs and Parquet: typed columns, turned into text; their labels kept apart."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kgeval.errors import DataError
from kgeval.prepare.read.cells import cell_text
from kgeval.prepare.read.delimited import too_many_columns, too_many_rows
from kgeval.prepare.read.file import DeliveredFile
from kgeval.prepare.read.limits import Limits
from kgeval.prepare.read.note import Note
from kgeval.prepare.read.sheet import Body, Merge


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSheet:
    """The one table of a file that stores its columns with their types (a ``Sheet``).

    Its names stand outside of the table, so the first record is row 1, as those programs show it.
    ``labels`` are the value labels by column: stored value as text -> label.
    """

    frame: pd.DataFrame
    counted: int
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    name: str = ""
    hidden: bool = False
    merges: Sequence[Merge] = ()

    @property
    def head(self) -> Sequence[Sequence[str]]:
        """The column names, then the first records: only the names can be a header."""
        return [[str(name) for name in self.frame.columns]]

    def body(self, header_row: int) -> Body:
        """Return all records, numbered from 1."""
        del header_row
        index = pd.RangeIndex(1, len(self.frame) + 1, name="row")
        texts, native = {}, {}
        for place, name in enumerate(self.frame.columns):
            column = self.frame[name]
            texts[place] = _texts(column).set_axis(index)
            native[place] = pd.Series(not _is_text(column), index=index)
        return Body(
            cells=pd.DataFrame(texts, index=index),
            native=pd.DataFrame(native, index=index),
            ragged=pd.DataFrame({"fields": [], "text": []}),
            counted=self.counted,
        )

    def notes(self, header_row: int, names: Sequence[str]) -> list[Note]:
        """Return a note on the value labels that the file carries."""
        del header_row, names
        return [Note(code="VALUE_LABELS", count=len(self.labels))] if self.labels else []


def read_dataset(delivered: DeliveredFile, *, encoding: str | None, limits: Limits) -> DatasetSheet:
    """Return the table of a Stata, SPSS or Parquet file.

    Raises
    ------
    DataError
        ``DATASET_DAMAGED``, ``TOO_MANY_COLUMNS``, ``TOO_MANY_ROWS``.
    """
    read = _parquet if delivered.format == "parquet" else _statistical
    try:
        sheet = read(delivered, encoding)
    except (DataError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - the readers fail in many ways on damaged files
        hint = "the file is damaged, or in an encoding to declare; export it again"
        message = f"it cannot be understood ({type(error).__name__})"
        raise DataError("DATASET_DAMAGED", message, hint=hint, file=delivered.file) from None
    if sheet.frame.shape[1] > limits.columns:
        raise too_many_columns(sheet.frame.shape[1], limits, file=delivered.file)
    if len(sheet.frame) > limits.rows:
        raise too_many_rows(limits, file=delivered.file)
    return sheet


def _parquet(delivered: DeliveredFile, encoding: str | None) -> DatasetSheet:
    import pyarrow.parquet as pq

    del encoding
    file = pq.ParquetFile(io.BytesIO(delivered.data))
    frame = file.read().to_pandas(ignore_metadata=True)
    return DatasetSheet(frame=frame, counted=file.metadata.num_rows)


def _statistical(delivered: DeliveredFile, encoding: str | None) -> DatasetSheet:
    """Read with pyreadstat, which wants a path: a private copy of the bytes that were hashed."""
    import pyreadstat

    read, suffix = {
        "stata": (pyreadstat.read_dta, ".dta"),
        "spss": (pyreadstat.read_sav, ".sav"),
    }[delivered.format]
    handle, path = tempfile.mkstemp(suffix=suffix)
    try:
        with os.fdopen(handle, "wb") as copy:
            copy.write(delivered.data)
        # user_missing: the codes stay; what they mean is declared with the question
        frame, meta = read(path, apply_value_formats=False, user_missing=True, encoding=encoding)
    finally:
        os.unlink(path)  # noqa: PTH108
    labels = {
        column: {cell_text(value): str(label) for value, label in values.items()}
        for column, values in meta.variable_value_labels.items()
    }
    return DatasetSheet(frame=frame, counted=meta.number_rows or 0, labels=labels)


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype) or (
        column.dtype == object and all(isinstance(value, str) for value in column.dropna().unique()[:1000])
    )


def _texts(column: pd.Series) -> pd.Series:
    """Return a column as text, each distinct value turned once."""
    codes, uniques = pd.factorize(column)
    texts = np.array([*(_text(value) for value in uniques), ""], dtype=object)[codes]
    series = pd.Series(texts, dtype="str")
    return series.where(series != "")


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return cell_text(value.to_pydatetime())
    if isinstance(value, np.generic):
        value = value.item()
    return cell_text(value)
