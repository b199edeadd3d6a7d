"""Folders for sockets and connection files, which a run takes away again however it ends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONG = 50  # letters; macOS gives 49, and takes 103 for a socket's address


@contextmanager
def scratch(within: str = "") -> Iterator[Path]:
    """Make a folder for as long as the block lasts.

    ``within`` is the folder of the whole run: what a worker that is killed leaves goes with that one.
    """
    with tempfile.TemporaryDirectory(
        prefix="kgeval-", dir=within or _base(), ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def _base() -> str:
    """Return where temporary files go; where that is too long for a socket's address, ``/tmp``."""
    usual = tempfile.gettempdir()
    long = os.name == "posix" and len(os.fsencode(usual)) > _LONG
    return "/tmp" if long and os.access("/tmp", os.W_OK) else usual  # noqa: S108
