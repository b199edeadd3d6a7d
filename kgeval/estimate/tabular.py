"""Read the columns that an estimate needs from CSV, Parquet, Stata and SPSS files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kgeval.errors import DataError

SUFFIXES = (".csv", ".parquet", ".pq", ".dta", ".sav", ".zsav")


def suffix(path: Path) -> str:
    """Return the kind of file by its name."""
    found = path.suffix.lower()
    if found not in SUFFIXES:
        raise DataError(
            "FORMAT_UNKNOWN",
            f"files of kind {found or 'without a suffix'!r} are not read",
            hint=f"give one of {', '.join(SUFFIXES)}",
            file=path.name,
        )
    if not path.is_file():
        raise DataError("FILE_ABSENT", "there is no such file", hint="correct its path", file=path.name)
    return found


def is_parquet(path: Path) -> bool:
    """Whether the file can be streamed."""
    return suffix(path) in {".parquet", ".pq"}


def read_files(paths: Sequence[Path], columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    """Read files one below the other.

    Parameters
    ----------
    columns
        The columns to read; a file without one of them is an error.
    texts
        Columns that are codes (clusters, strata, breakdowns): in CSV files they are kept as written, so
        that ``007`` stays ``007``.
    """
    frames = [_read(path, columns, texts) for path in paths]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _read(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    kind = suffix(path)
    try:
        if kind == ".csv":
            frame = _read_csv(path, columns, texts)
        elif is_parquet(path):
            frame = pd.read_parquet(path)
        elif kind == ".dta":
            frame = _read_labelled(path, "read_dta")
        else:
            frame = _read_labelled(path, "read_sav")
    except UnicodeDecodeError as failure:
        raise DataError(
            "ENCODING_UNDECLARED", "the file is not UTF-8", hint="save it as UTF-8", file=path.name
        ) from failure
    except (ValueError, OSError, pd.errors.ParserError) as failure:
        raise DataError(
            "FILE_UNREADABLE",
            f"the file cannot be read as {kind} ({type(failure).__name__})",
            hint="export it again",
            file=path.name,
        ) from failure
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DataError(
            "COLUMN_ABSENT",
            f"there is no column {absent[0]!r}",
            hint="columns are matched letter by letter: correct the name",
            file=path.name,
        )
    return frame[list(columns)]


def _read_csv(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    wanted = set(columns)
    return pd.read_csv(
        path,
        sep=_delimiter(path),
        encoding="utf-8-sig",
        dtype=dict.fromkeys(texts, "str"),
        usecols=lambda name: name in wanted,
        low_memory=False,
    )


def _delimiter(path: Path) -> str:
    """Take the delimiter that the header row holds most often."""
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline()
    return max(",;\t", key=header.count)


def _read_labelled(path: Path, reader: str) -> pd.DataFrame:
    """Read the codes, not the labels; what the file declares missing is missing."""
    import pyreadstat

    frame, _ = getattr(pyreadstat, reader)(str(path))
    return pd.DataFrame(frame)
