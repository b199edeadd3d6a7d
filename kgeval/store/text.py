"""How columns of text lie in memory: as Python strings where tables are small, in Arrow where they are large.

Taking the rows of a short Arrow column costs some fifty times as much as of one of Python strings,
and a wide table of some hundred rows is copied column by column at every step: two fifths of the
time of a district's notebooks went there. A million rows of text, though, want Arrow's tenth of
the memory. What is computed is the same either way.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

SMALL = 32 * 2**20  # bytes of delivered files; as Python strings they take some ten times that


def text_storage(data: Path) -> Literal["python", "pyarrow"]:
    """Return the value for pandas' option ``mode.string_storage`` that suits a folder of delivered files."""
    size = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    return "python" if size <= SMALL else "pyarrow"
