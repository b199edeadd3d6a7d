"""A job's outputs appear together or not at all, whatever kills the run and whenever.

A job writes into a folder of its own below ``OUT/.kgeval``. When it is over, a journal says which
files are to be moved to their places and which of the former ones are to go; from then on the job
is done, even if the machine stops before the last move: whoever opens the folder next finishes what
the journal says. Without a journal nothing has happened. A manifest remembers each job's files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kgeval.errors import BusyError, DataError
from kgeval.store import JOURNAL, SHARED, fingerprint, make_folder, sync_folder, to_json, write_whole

WORK = ".kgeval"


@contextmanager
def sole_writer(out: Path) -> Iterator[None]:
    """Hold the output folder for one run; finish or sweep what an earlier one left behind.

    Raises
    ------
    BusyError
        Another run holds it, or the folder cannot be written to.
    """
    import filelock

    try:
        (out / WORK).mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(out / WORK / "lock", timeout=0)
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(
            f"another run writes to {out.name!r}; wait until it is over, or choose another --out"
        ) from error
    except OSError as error:
        raise BusyError(
            f"{out.name!r} cannot be written to ({error.strerror}); choose another --out"
        ) from error
    try:
        with _disk(out):
            recover(out)
        yield
    finally:
        shutil.rmtree(out / SHARED, ignore_errors=True)  # answers of persons; no use to anybody but this run
        lock.release()


def staging_folder(out: Path, job: str) -> Path:
    """Return an empty folder for a job's outputs, on the same file system as their places."""
    folder = out / WORK / "staging" / job
    with _disk(out):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    return folder


def commit(out: Path, job: str, staged: Path, *, about: Mapping[str, Any]) -> dict[str, str]:
    """Move a job's files to their places, take away those it made before and makes no more.

    Parameters
    ----------
    about
        What the manifest keeps beside the files: whatever decides later if the job is still good.

    Returns
    -------
    dict
        Path below ``out`` (forward slashes) to sha256.
    """
    with _disk(out):
        _finish(out)  # what a full disk may have stopped
        paths = sorted(path for path in staged.rglob("*") if path.is_file())
        outputs = {path.relative_to(staged).as_posix(): _made_durable(path) for path in paths}
        former = manifest(out, job).get("outputs", {})
        journal = {
            "job": job,
            "staged": staged.relative_to(out).as_posix(),
            "remove": sorted(set(former) - set(outputs)),
            "manifest": {"outputs": outputs, **about},
        }
        write_whole(out / JOURNAL, to_json(journal))
        _carry_out(out, journal)
    return outputs


def withdraw(out: Path, job: str) -> None:
    """Take away what a job made in an earlier run, because in this one it could not."""
    former = manifest(out, job)
    if former:
        empty = staging_folder(out, job)
        commit(out, job, empty, about={})
        (out / WORK / "jobs" / f"{job}.json").unlink(missing_ok=True)


def manifest(out: Path, job: str) -> dict[str, Any]:
    """Return what the last good run of a job left: ``outputs`` and what was said about them."""
    try:
        found: dict[str, Any] = json.loads((out / WORK / "jobs" / f"{job}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def intact(out: Path, outputs: Mapping[str, str]) -> bool:
    """Say whether every file is there as it was written."""
    try:
        return all(
            (out / name).is_file() and fingerprint(out / name) == digest for name, digest in outputs.items()
        )
    except DataError:  # another program has it open; whoever writes it anew will say so
        return False


def recover(out: Path) -> None:
    """Finish the moves of a run that was cut short; sweep what never came so far."""
    _finish(out)
    shutil.rmtree(out / WORK / "staging", ignore_errors=True)
    shutil.rmtree(out / SHARED, ignore_errors=True)
    for rest in out.glob("**/.*.part"):
        rest.unlink(missing_ok=True)


def _finish(out: Path) -> None:
    journal = out / JOURNAL
    if journal.is_file():
        _carry_out(out, json.loads(journal.read_text(encoding="utf-8")))


def _carry_out(out: Path, journal: Mapping[str, Any]) -> None:
    # every step may be done twice: a second try finds the file already moved, already gone
    staged = out / journal["staged"]
    outputs: Mapping[str, str] = journal["manifest"]["outputs"]
    for name in outputs:
        source, target = staged / name, out / name
        if source.is_file():
            make_folder(target.parent, private="restricted" in name.split("/"))
            source.replace(target)
    for name in journal["remove"]:
        (out / name).unlink(missing_ok=True)
    for folder in {(out / name).parent for name in outputs}:
        if folder.is_dir():  # taken away since? whoever reads the manifest sees what is absent
            sync_folder(folder)
    write_whole(out / WORK / "jobs" / f"{journal['job']}.json", to_json(journal["manifest"]))
    (out / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(staged, ignore_errors=True)


def _made_durable(path: Path) -> str:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return fingerprint(path)


@contextmanager
def _disk(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BusyError(
            f"{out.name!r} cannot be written to: {error.strerror or type(error).__name__}; "
            "free some space, close the programs that have its files open, and run again"
        ) from error
