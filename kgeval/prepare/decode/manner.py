"""How one delivered column writes its answers, beyond what its question says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kgeval.plan.area import Area

Content = Literal["", "phone", "identity", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What is known of a column before it is read.

    Parameters
    ----------
    decimal, date_order
        How the source writes numbers and days. Undeclared, a cell with two readings is set aside.
    date_system
        "1900" or "1904": from when the workbook counts its days.
    window, date_swap
        The possible days of this question; with "window", a day outside of it whose day and month,
        exchanged, fall into it is exchanged, and logged.
    key
        Whether the question names the record.
    content
        What a text holds: a phone number, an identity number, the name of a place of ``places``.
    legacy
        The encoding of years before Unicode that this column's text is declared to have.
    units
        What the file counts money in and what the question asks for, where the two differ.
    """

    decimal: Literal[",", "."] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    date_system: str = ""
    window: tuple[date, date] | None = None
    date_swap: Literal["window"] | None = None
    key: bool = False
    content: Content = ""
    places: Sequence[Area] = ()
    legacy: str = ""
    units: tuple[int, int] | None = None
