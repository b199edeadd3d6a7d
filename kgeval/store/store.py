"""The output folder of a study: tables, pictures and pages, each found again by its place."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from kgeval.errors import DataError
from kgeval.store.files import write_whole
from kgeval.store.fingerprint import sha256, to_json
from kgeval.store.provenance import Provenance
from kgeval.store.tables import csv, parquet

STAGED_ROOT = "KGEVAL_STAGED_ROOT"  # a run in batches sets both: what is written below this root ...
STAGING = "KGEVAL_STAGING"  # ... goes to this folder first, and appears at once when its job is done
SHARED = ".kgeval/restricted"  # below the root: what the jobs of one run hand to each other, then swept
JOURNAL = ".kgeval/journal.json"  # below the root: which files of a finished job are being moved

_PART = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$")
SIDECAR = ".provenance.json"
_LOOKS = 3  # a run may move a table's files between the look for one and the look into it


@dataclass(frozen=True, slots=True)
class Store:
    """The output folder of one study.

    Parameters
    ----------
    root
        The folder; it is made when something is written.
    staging
        Where writes go until their job is done; reads look there first. By default what the
        environment says, which is nothing when a notebook is run by hand.
    seen
        What was read so far: each table's CSV file below the root, and its checksum. Written to the
        provenance of what is made of them; values alone count there, not what they were made of.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> store = Store(tempfile.mkdtemp())
    >>> path = store.write("results/estimates", pd.DataFrame({"n": [3]}), Provenance(study="demo"))
    >>> path.name, store.read("results/estimates")["n"].tolist(), store.provenance("results/estimates").study
    ('estimates.parquet', [3], 'demo')
    """

    root: Path
    staging: Path | None = field(default=None, kw_only=True)
    seen: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        root = Path(self.root)
        object.__setattr__(self, "root", root)
        staged_root = os.environ.get(STAGED_ROOT)
        if self.staging is None and staged_root and Path(staged_root).resolve() == root.resolve():
            object.__setattr__(self, "staging", Path(os.environ[STAGING]))

    # -- writing ---------------------------------------------------------------------------------

    def write(self, place: str, frame: pd.DataFrame, provenance: Provenance) -> Path:
        """Write a table as Parquet and CSV with its provenance; return the Parquet file's path.

        Parameters
        ----------
        place
            Where, without suffix, e.g. ``"results/estimates"``.
        frame
            One row is one of what the place is named after; its index is the plain 0, 1, 2, ….

        Raises
        ------
        BusyError
            The disk is full or the folder may not be written to.
        """
        if not (isinstance(frame.index, pd.RangeIndex) and frame.index.equals(pd.RangeIndex(len(frame)))):
            raise ValueError(f"{place}: the index would be lost; make it a column with reset_index() first")
        files = {".parquet": parquet(frame, provenance), ".csv": csv(frame)}
        outputs = {f"{_name(place)}{suffix}": sha256(data) for suffix, data in files.items()}
        for suffix, data in files.items():
            self._put(place + suffix, data)
        self._put(place + SIDECAR, to_json(provenance.as_dict() | {"outputs": outputs}))
        return self.root / f"{place}.parquet"

    def write_bytes(self, place: str, data: bytes, provenance: Provenance | None = None) -> Path:
        """Write one file; its place carries the suffix (``"all/figures/T3.png"``)."""
        self._put(place, data)
        if provenance is not None:
            self._put(
                place + SIDECAR, to_json(provenance.as_dict() | {"outputs": {_name(place): sha256(data)}})
            )
        return self.root / place

    def write_files(
        self, folder: str, files: Mapping[str, bytes], provenance: Provenance
    ) -> tuple[Path, ...]:
        """Write several files of one artefact (a chart's PNG, SVG and CSV), one sidecar for each stem."""
        for name, data in files.items():
            self._put(f"{folder}/{name}", data)
        for stem in sorted({name.split(".", 1)[0] for name in files}):
            outputs = {
                name: sha256(data) for name, data in sorted(files.items()) if name.split(".", 1)[0] == stem
            }
            self._put(f"{folder}/{stem}{SIDECAR}", to_json(provenance.as_dict() | {"outputs": outputs}))
        return tuple(self.root / folder / name for name in files)

    def _put(self, place: str, data: bytes) -> None:
        target = _below(self.staging or self.root, place)
        private = "restricted" in place.split("/")
        write_whole(target, data, private=private, durable=self.staging is None)

    # -- reading ---------------------------------------------------------------------------------

    def path(self, place: str, suffix: str = "") -> Path:
        """Return where the file of a place is now: in the staging folder if it was written there.

        Where a run was cut short while it moved a job's files, those that it had not moved yet are
        read from where they wait, so that a reader sees all of them or none.
        """
        target = _below(self.root, place + suffix)
        waiting = (self.staging, self._being_moved(place + suffix))
        staged = [_below(folder, place + suffix) for folder in waiting if folder is not None]
        return next((path for path in staged if path.exists()), target)

    def _being_moved(self, name: str) -> Path | None:
        journal = self.root / JOURNAL
        try:
            moves = json.loads(journal.read_text(encoding="utf-8")) if journal.is_file() else {}
        except FileNotFoundError:  # the run has just finished it
            return None
        return self.root / moves["staged"] if name in moves.get("manifest", {}).get("outputs", {}) else None

    def exists(self, place: str) -> bool:
        """Say whether a table, or a file if the place carries its suffix, is there."""
        return any(self.path(place, suffix).is_file() for _ in range(_LOOKS) for suffix in (".parquet", ""))

    def read(self, place: str) -> pd.DataFrame:
        """Read a table; its types come back as they were written.

        Raises
        ------
        DataError
            Nothing is there, or it is not what its provenance says.
        """
        for _ in range(_LOOKS):
            path = self.path(place, ".parquet")
            data = _content(path)
            outputs = self._sidecar(place).get("outputs", {})
            whole = data is not None and outputs.get(path.name) in (None, sha256(data))
            if whole:
                break
        if data is None:
            raise DataError(
                "TABLE_MISSING",
                "there is no such table yet",
                hint="run the notebook that writes it",
                file=place,
            )
        if not whole:
            raise DataError(
                "TABLE_TORN",
                "the table is not the one its provenance names: a run was cut short, or it was edited",
                hint="run again, and leave the files of the output folder as they are",
                file=f"{place}.parquet",
            )
        if path.with_suffix(".csv").name in outputs:
            self.seen[f"{place}.csv"] = outputs[path.with_suffix(".csv").name]
        return pd.read_parquet(io.BytesIO(data), engine="pyarrow")

    def provenance(self, place: str) -> Provenance:
        """Return what the artefact at ``place`` was made of."""
        return Provenance.from_dict({"study": ""} | self._sidecar(place))

    def gather(self, name: str, area_keys: Iterable[str]) -> pd.DataFrame:
        """Put the areas' parts of a table one below the other, in the order of ``area_keys``.

        An area without its part is left out; ``absent`` says which.

        Raises
        ------
        DataError
            No area has a part.
        """
        keys = tuple(area_keys)
        parts = [self.read(f"{key}/{name}") for key in keys if self.exists(f"{key}/{name}")]
        if not parts:
            raise DataError(
                "TABLE_MISSING",
                f"none of {len(keys)} areas has this table",
                hint="run the notebook that writes it for at least one area",
                file=name,
            )
        filled = [part for part in parts if len(part)] or parts[
            :1
        ]  # an empty part has nothing to say on types
        return pd.concat(filled, ignore_index=True)

    def absent(self, name: str, area_keys: Iterable[str]) -> tuple[str, ...]:
        """Return the areas that have no part of the table."""
        return tuple(key for key in area_keys if not self.exists(f"{key}/{name}"))

    def anywhere(self, name: str, area_keys: Iterable[str]) -> bool:
        """Say whether any area has a part of the table."""
        return any(self.exists(f"{key}/{name}") for key in area_keys)

    def _sidecar(self, place: str) -> dict[str, Any]:
        looks = (_content(self.path(place, SIDECAR)) for _ in range(_LOOKS))
        said: dict[str, Any] = json.loads(next((seen for seen in looks if seen is not None), b"{}"))
        return said


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _name(place: str) -> str:
    return place.rsplit("/", 1)[-1]


def _below(root: Path, place: str) -> Path:
    parts = place.split("/")
    if not all(_PART.match(part) for part in parts):
        raise ValueError(f"no place below the output folder: {place!r}")
    return root.joinpath(*parts)
