"""One sheet as it lies, whatever its format: its first rows to recognise it by, its body on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from kgeval.prepare.read.note import Note

HEAD_ROWS = 60  # where a header is looked for; title blocks of official forms have fewer rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The rows below the header.

    ``cells`` is text (missing where empty), its index the rows' numbers, its columns 0, 1, …;
    ``native`` has its shape, True where a cell was stored as a number, date or truth value, or is
    None for text formats. ``ragged`` holds rows with another number of fields than the header, by
    row number: ``fields`` and ``text``. ``counted`` is the number of rows that the second counter
    found, ragged ones included.
    """

    cells: pd.DataFrame
    native: pd.DataFrame | None
    ragged: pd.DataFrame
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged range, rows from 1 and columns from 0, both ends inside."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class Sheet(Protocol):
    """What every format offers."""

    @property
    def name(self) -> str:
        """The sheet's name; "" for files that hold one table."""

    @property
    def hidden(self) -> bool:
        """Whether the user's program hides the sheet."""

    @property
    def head(self) -> Sequence[Sequence[str]]:
        """The first ``HEAD_ROWS`` rows as text, each as long as it is."""

    @property
    def merges(self) -> Sequence[Merge]:
        """The merged ranges."""

    def body(self, header_row: int) -> Body:
        """Return the rows below ``header_row`` (from 1), as wide as that row."""

    def notes(self, header_row: int, names: Sequence[str]) -> list[Note]:
        """Return what was noticed while reading; ``names`` are the columns' names."""
