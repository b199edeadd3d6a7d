"""Faults of pages and drawings: an outside address, a missing watermark, letters apart from their marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from kgeval.present.labels import labels
from kgeval.present.results import Results

_ADDRESS = re.compile(
    r"""(?:\b(?:src|href|action|data)\s*=\s*["']?|url\(\s*["']?|@import\s+["']?)\s*(?:https?:|ftp:|//)""",
    re.IGNORECASE,
)


def page_faults(files: Mapping[str, bytes], results: Results) -> list[str]:
    """Return what is wrong with the pages and SVG drawings of a pack."""
    mark, found = labels(results.lang)["caveat.synthetic"], []
    for name, content in files.items():
        if not name.endswith((".html", ".svg")):
            continue
        text = content.decode("utf-8")
        if _ADDRESS.search(text):
            found.append(f"{name}: asks for an outside address")
        if not unicodedata.is_normalized("NFC", text):
            found.append(f"{name}: letters and their marks are apart (not NFC)")
        if results.synthetic and name.endswith(".html") and mark not in text:
            found.append(f"{name}: the watermark of simulated data is missing")
    return found
