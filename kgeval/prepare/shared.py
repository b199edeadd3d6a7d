"""One cleaning for all areas of a run: the first job that needs it makes it, the others read their part.

Every area's records are judged beside all others (a key may occur twice in two districts' files), so
each area's job needs the whole delivery cleaned. Done in every job, the work would grow with the square of
the number of areas. What is shared lies in a folder of the run that only its owner may open, named by
everything it depends on, and is swept when the run is over. Nothing but tables is written there: a reader
never executes what it finds.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import kgeval
from kgeval.errors import BusyError
from kgeval.plan.area import Area
from kgeval.plan.study import Study
from kgeval.prepare.assemble import Cleaned
from kgeval.prepare.clean import clean, clean_areas
from kgeval.prepare.receive import receive
from kgeval.store import (
    SHARED,
    fingerprint,
    fingerprints,
    make_folder,
    sha256,
    to_json,
    versions,
    write_whole,
)

_BY_TABLE = ("tables", "before_corrections", "restricted", "set_aside", "apart")
_WHOLE = (
    "findings", "corrections", "restricted_corrections", "refused", "rejected", "restricted_rejected",
    "structural", "accounts",
)  # fmt: skip
_DONE = "done.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came in and what was made of it: ``files`` as in ``receive.Delivery``, and the cleaned tables."""

    files: pd.DataFrame
    cleaned: Cleaned


def clean_received(study: Study, data: Path, area: Area | None, *, out: Path) -> Received:
    """Receive and clean a delivery and keep one area (None: the whole), sharing the work with other areas.

    Parameters
    ----------
    out
        The output folder; what is shared lies below its ``.kgeval``. Where it cannot be written to, the
        work is done for this area alone.

    Returns
    -------
    Received
        The same as ``clean(receive(study, data).tables, study, area=area, …)`` gives.

    Raises
    ------
    DataError
        As ``receive`` and ``clean``.
    """
    if area is None or len(study.areas) < 2:
        return _alone(study, data, area)
    folder = out / SHARED
    try:
        make_folder(folder, private=True)
        with _turn(folder):
            own = folder / _name(study, data)
            if not (own / _DONE).is_file():
                _share(study, data, own)
            return _taken(own, area)
    except (OSError, BusyError):  # the second where the disk was full before all was written
        return _alone(study, data, area)


def _alone(study: Study, data: Path, area: Area | None) -> Received:
    delivery = receive(study, data)
    cleaned = clean(delivery.tables, study, area=area, corrections=delivery.corrections)
    return Received(files=delivery.files, cleaned=cleaned)


def _turn(folder: Path) -> Any:
    import filelock

    return filelock.FileLock(folder / "lock")


def _name(study: Study, data: Path) -> str:
    made_of = [fingerprint(study.folder), fingerprints(data), versions(), _code()]
    return sha256(to_json(made_of))[:16]


@cache
def _code() -> str:
    return fingerprint(Path(kgeval.__file__).parent)


def _share(study: Study, data: Path, folder: Path) -> None:
    for former in folder.parent.glob("*/"):  # of other data, or of a job that was cut short
        shutil.rmtree(former, ignore_errors=True)
    delivery = receive(study, data)
    parts = clean_areas(delivery.tables, study, study.areas, corrections=delivery.corrections)
    try:
        _write(folder, "files", delivery.files)
        for area, cleaned in zip(study.areas, parts, strict=True):
            _write_area(folder / area.key, cleaned)
        _put(folder / _DONE, {})
    except BusyError:
        shutil.rmtree(folder, ignore_errors=True)  # a part is of no use, and takes the room an area needs
        raise


def _write_area(folder: Path, cleaned: Cleaned) -> None:
    for name, frame in _frames(cleaned):
        _write(folder, name, frame)
    _put(folder / "log.json", {"log_hash": cleaned.log_hash, "tables": list(cleaned.tables)})


def _frames(cleaned: Cleaned) -> Iterator[tuple[str, pd.DataFrame]]:
    for part in _BY_TABLE:
        frames: Mapping[str, pd.DataFrame] = getattr(cleaned, part)
        yield from ((f"{part}.{key}", frame) for key, frame in frames.items())
    yield from ((part, getattr(cleaned, part)) for part in _WHOLE)


def _taken(folder: Path, area: Area) -> Received:
    own = folder / area.key
    about = json.loads((own / "log.json").read_text(encoding="utf-8"))
    by_table = {part: {key: _read(own, f"{part}.{key}") for key in about["tables"]} for part in _BY_TABLE}
    whole = {part: _read(own, part) for part in _WHOLE}
    cleaned = Cleaned(**by_table, **whole, log_hash=about["log_hash"])  # type: ignore[arg-type]
    return Received(files=_read(folder, "files"), cleaned=cleaned)


def _write(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """Write a table; its columns are numbered there, since a delivered file may repeat a name."""
    buffer = io.BytesIO()
    numbered = frame.set_axis([str(place) for place in range(frame.shape[1])], axis=1)
    numbered.to_parquet(buffer, compression="zstd")
    write_whole(folder / f"{name}.parquet", buffer.getvalue(), private=True, durable=False)
    _put(folder / f"{name}.json", list(map(str, frame.columns)))


def _read(folder: Path, name: str) -> pd.DataFrame:
    columns = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_parquet(folder / f"{name}.parquet")
    frame.columns = pd.Index(columns, dtype="str" if columns else object)
    return frame


def _put(path: Path, data: Any) -> None:
    write_whole(path, to_json(data), private=True, durable=False)
