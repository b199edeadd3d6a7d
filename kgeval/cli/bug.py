"""The report on a bug: enough to find it, and nothing of anybody's data."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from kgeval.store import sha256, to_json, versions


def write_report(error: BaseException) -> Path:
    """Write the report beside the user's work, or among the temporary files; return its path."""
    data = to_json(report(error))
    name = f"kgeval-bug-{sha256(data)[:8]}.json"
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        try:
            (folder / name).write_bytes(data)
        except OSError:
            continue
        return folder / name
    return Path(name)


def report(error: BaseException) -> dict[str, Any]:
    """Return types, places in the code and versions. A message may quote a cell, so none is kept."""
    return {
        "errors": [_described(link) for link in _chain(error)],
        "command": [word for word in sys.argv[1:2] if word.isidentifier()],
        "options": [word.split("=")[0] for word in sys.argv[1:] if word.startswith("--")],
        "versions": dict(versions()),
        "platform": platform.platform(),
    }


def _described(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _short(path: str) -> str:
    parts = Path(path).parts
    for name in ("site-packages", "kgeval"):
        if name in parts:
            return "/".join(parts[parts.index(name) + (name == "site-packages") :])
    return parts[-1] if parts else path
