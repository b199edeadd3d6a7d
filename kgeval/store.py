"""Where artefacts lie: each written whole, with its provenance, and found again by its place.

A *place* is a path below the output folder without its suffix: ``<area key>/clean/<table>``,
``results/estimates``. A table lies there twice, ``.parquet`` for programs (types come back as they
were) and ``.csv`` for everything else, beside ``.provenance.json``, which names what the table was
made of and holds the checksums of both. The sidecar is written last: a table whose checksum
disagrees with it was torn and is refused.

A place with a part ``restricted`` lies in folders that only their owner may open.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from kgeval.errors import BusyError, DataError

STAGED_ROOT = "KGEVAL_STAGED_ROOT"  # a run in batches sets both: what is written below this root ...
JOURNAL = (
    ".kgeval/journal.json"  # below the root: which files of a finished job are being moved to their places
)
STAGING = "KGEVAL_STAGING"  # ... goes to this folder first, and appears at once when its job is done

_PART = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$")
_SIDECAR = ".provenance.json"
_ENGINE = ("kgeval", "numpy", "pandas", "pyarrow", "scipy", "statsmodels", "matplotlib")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What an artefact was made of. It knows no clock: same input, same bytes.

    Parameters
    ----------
    study, study_sha256
        The study's key and the fingerprint of its folder.
    inputs
        Path below the data folder (forward slashes) to sha256.
    parameters
        What the maker was asked for; no paths of this machine.
    versions
        Package to version, as ``versions()`` gives them.
    """

    study: str
    study_sha256: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        return {
            "study": self.study,
            "study_sha256": self.study_sha256,
            "inputs": dict(sorted(self.inputs.items())),
            "parameters": dict(sorted(self.parameters.items())),
            "versions": dict(sorted(self.versions.items())),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Provenance:
        """Return the provenance that ``as_dict`` wrote; unknown keys are left aside."""
        names = ("study", "study_sha256", "inputs", "parameters", "versions")
        return cls(**{name: data[name] for name in names if name in data})


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
        files = {".parquet": _parquet(frame, provenance), ".csv": _csv(frame)}
        outputs = {f"{_name(place)}{suffix}": sha256(data) for suffix, data in files.items()}
        for suffix, data in files.items():
            self._put(place + suffix, data)
        self._put(place + _SIDECAR, to_json(provenance.as_dict() | {"outputs": outputs}))
        return self.root / f"{place}.parquet"

    def write_bytes(self, place: str, data: bytes, provenance: Provenance | None = None) -> Path:
        """Write one file; its place carries the suffix (``"all/figures/T3.png"``)."""
        self._put(place, data)
        if provenance is not None:
            self._put(
                place + _SIDECAR, to_json(provenance.as_dict() | {"outputs": {_name(place): sha256(data)}})
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
            self._put(f"{folder}/{stem}{_SIDECAR}", to_json(provenance.as_dict() | {"outputs": outputs}))
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
        return self.path(place, ".parquet").is_file() or self.path(place).is_file()

    def read(self, place: str) -> pd.DataFrame:
        """Read a table; its types come back as they were written.

        Raises
        ------
        DataError
            Nothing is there, or it is not what its provenance says.
        """
        path = self.path(place, ".parquet")
        if not path.is_file():
            raise DataError(
                "TABLE_MISSING",
                "there is no such table yet",
                hint="run the notebook that writes it",
                file=place,
            )
        data = path.read_bytes()
        expected = self._sidecar(place).get("outputs", {}).get(path.name)
        if expected is not None and expected != sha256(data):
            raise DataError(
                "TABLE_TORN",
                "the table is not the one its provenance names: a run was cut short, or it was edited",
                hint="run again, and leave the files of the output folder as they are",
                file=f"{place}.parquet",
            )
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

    def _sidecar(self, place: str) -> dict[str, Any]:
        path = self.path(place, _SIDECAR)
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


# -- files ---------------------------------------------------------------------------------------


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
    """Return the sha256 of a file, or of a folder's paths and contents."""
    path = Path(path)
    if path.is_dir():
        return sha256(to_json(fingerprints(path)))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_json(data: Any) -> bytes:
    """Return JSON that is the same for the same data: sorted keys, UTF-8, one line a value."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of Python, kgeval and the packages that numbers and pictures depend on."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in _ENGINE:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # a checkout that was not installed
            found[package] = "not installed"
    return found


def _parquet(frame: pd.DataFrame, provenance: Provenance) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    about = json.dumps(provenance.as_dict(), ensure_ascii=False, sort_keys=True).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"kgeval": about})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    moments = [str(name) for name, kind in frame.dtypes.items() if pd.api.types.is_datetime64_any_dtype(kind)]
    dates = {name: _iso(frame[name]) for name in moments}
    return frame.assign(**dates).to_csv(index=False, lineterminator="\n").encode()


def _iso(moments: pd.Series) -> pd.Series:
    midnight = bool((moments.dropna() == moments.dropna().dt.normalize()).all())
    text: pd.Series = moments.dt.strftime("%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S")
    return text


def _name(place: str) -> str:
    return place.rsplit("/", 1)[-1]


def _below(root: Path, place: str) -> Path:
    parts = place.split("/")
    if not all(_PART.match(part) for part in parts):
        raise ValueError(f"no place below the output folder: {place!r}")
    return root.joinpath(*parts)


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
