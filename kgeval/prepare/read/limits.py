"""How much a delivered file may hold, said in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is refused rather than read; the defaults are far above any survey of this field.

    The limits of archives (``part`` onwards) are those of spreadsheets, which are zip archives: a
    few kilobytes can claim to be gigabytes.
    """

    file_bytes: int = 1_000_000_000
    rows: int = 5_000_000
    columns: int = 5_000
    cells: int = 200_000_000  # of a sheet that stores equal cells once
    field_chars: int = 131_072
    parts: int = 2_000
    unpacked_bytes: int = 300_000_000
    ratio: int = 100  # unpacked to packed, judged for parts above ``ratio_from_bytes``
    ratio_from_bytes: int = 1_000_000
