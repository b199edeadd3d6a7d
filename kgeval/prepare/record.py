"""What came in: the records of one sheet of one delivered file, as text, each with its identity.

A record's ``rid`` is ``<first 12 hex digits of the file's sha256>:<sheet>:<row>``, where ``row`` is
the row's number as the user's own program shows it. Reading loses nothing: each physical record
after the header stands in exactly one of ``records``, ``structural`` and ``rejected``, and
``counted`` was found by a second, independent counter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

NOTE_COLUMNS = ("code", "row", "column", "count", "detail")


def no_notes() -> pd.DataFrame:
    """Return a notes frame without rows."""
    return _no_notes().copy()


@cache
def _no_notes() -> pd.DataFrame:
    notes = pd.DataFrame({column: pd.Series(dtype="str") for column in NOTE_COLUMNS})
    return notes.astype({"row": "Int64", "count": "int64"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where records came from and how the file was understood."""

    file: str  # path below the data folder, with forward slashes
    sha256: str  # of the raw bytes
    sheet: str  # "" for text files
    header_row: int  # the row (from 1) that holds the column names; the last one of several
    encoding: str  # "" for binary formats
    delimiter: str  # "" where there is none
    date_system: str = ""  # "1900" or "1904": the day that a workbook counts its dates from

    def rid(self, row: int) -> str:
        """Return the identity of the record that stands in ``row``."""
        return f"{self.sha256[:12]}:{self.sheet}:{row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The records of one sheet.

    ``records`` has one row a record: column names as delivered, values ``str`` (missing where the
    cell is empty), its index the records' ``rid`` (index name ``rid``); ``rows`` gives the row
    number of each, same index. ``structural`` (blank rows, repeated headers, subtotals, signature
    blocks) and ``rejected`` (rows that are no record of this table, e.g. with too many fields)
    have the index ``rid`` and the columns ``row``, ``kind`` or ``reason``, and ``text``: the whole
    raw row.

    ``notes`` (``NOTE_COLUMNS``) has one row for each thing that was noticed or mended about the
    file, the sheet or a header: a stable code, the first row it concerns (missing: the whole
    sheet), the column, how many cells or rows. ``native`` has the shape of ``records``: True where
    the cell was stored as a number, a date or a truth value and not as text, so that its notation
    is in no doubt; None for text files. ``letters`` gives each column its spreadsheet letter.
    ``repeat`` names the form's repeat whose rows these are; "" for main records. ``labels`` are the
    value labels that a file of a statistical program carries, by column: value as text -> label.
    ``units`` are the units of money that the file names, in đồng, by column; "" for the whole sheet.
    """

    source: Source
    records: pd.DataFrame
    rows: pd.Series
    structural: pd.DataFrame
    rejected: pd.DataFrame
    counted: int
    notes: pd.DataFrame = field(default_factory=no_notes)
    native: pd.DataFrame | None = None
    letters: Mapping[str, str] = field(default_factory=dict)
    repeat: str = ""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
