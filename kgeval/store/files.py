"""Files that appear whole or not at all, and folders that only their owner may open."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from kgeval.errors import BusyError


def write_whole(path: Path, data: bytes, *, private: bool = False, durable: bool = True) -> None:
    """Write a file so that a reader sees the old or the new one, never a part.

    Parameters
    ----------
    private
        Only the owner may read the file and open the folders that had to be made for it.
    durable
        Survives a power cut; left out for files that a later step makes durable all together.
    """
    try:
        make_folder(path.parent, private=private)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            Path(name).chmod(0o600 if private else 0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        raise BusyError(
            f"{path.name} cannot be written: {error.strerror or type(error).__name__}; "
            "free some space, close the program that has the file open, or choose another --out"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut (Windows has no such call and needs none)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, *, private: bool) -> None:
    """Make a folder and those above it; from ``restricted`` on only their owner may enter."""
    if not private:
        folder.mkdir(parents=True, exist_ok=True)
        return
    for level in (*reversed(folder.parents), folder):
        inside = "restricted" in level.parts
        if not level.exists():
            level.mkdir(mode=0o700 if inside else 0o777, exist_ok=True)
        if inside and level.name == "restricted":
            level.chmod(0o700)


@cache
def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
