"""Words that files of this field use for totals, signatures, units and missing answers.

They are data (``resources/words.csv``), so that a language or a habit is added without code.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files


@cache
def words(kind: str) -> dict[str, str]:
    """Return each word of ``kind`` in lower case, with its meaning (a factor, a code or nothing)."""
    return {row["word"]: row["meaning"] for row in resource("words.csv") if row["kind"] == kind}


def resource(name: str) -> list[dict[str, str]]:
    """Return the rows of a table that ships with this package."""
    text = files("kgeval.prepare").joinpath("resources", name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))
