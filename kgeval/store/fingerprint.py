"""Checksums of files, folders and data: the same contents, the same sixty-four digits."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

from kgeval.errors import DataError


def sha256(data: bytes) -> str:
    """Return the checksum as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def fingerprints(folder: Path | str) -> dict[str, str]:
    """Return path below ``folder`` (forward slashes, composed letters) to sha256, sorted by path.

    Hidden files and the lock files of office programs (``~$…``) are no data.
    """
    folder = Path(folder)
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(
            part.startswith((".", "~$")) or part == "__pycache__" for part in parts
        ):
            found[unicodedata.normalize("NFC", "/".join(parts))] = fingerprint(path)
    return found


def fingerprint(path: Path | str) -> str:
    """Return the sha256 of a file, or of a folder's paths and contents.

    Raises
    ------
    DataError
        A file cannot be read: Windows lets nobody near one that Excel has open.
    """
    path = Path(path)
    if path.is_dir():
        return sha256(to_json(fingerprints(path)))
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            "FILE_UNREADABLE",
            f"it cannot be read ({error.strerror or type(error).__name__})",
            hint="close the program that has it open, or see to the right to read it",
            file=path.name,
        ) from error


def to_json(data: Any) -> bytes:
    """Return JSON that is the same for the same data: sorted keys, UTF-8, one line a value."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()
