"""Accounts as text: printed for programs to read, or written beside the data they are of."""

from __future__ import annotations

import json
from pathlib import Path


def json_text(content: object) -> str:
    """Return an account as JSON, its letters as they are."""
    return json.dumps(content, ensure_ascii=False, indent=1)


def write_text(path: Path, text: str) -> None:
    """Write a text whole, as UTF-8; what UTF-8 has no bytes for is escaped."""
    from kgeval.store import write_whole

    write_whole(path, text.encode("utf-8", "backslashreplace"))
