"""Read the columns that an estimate needs from CSV, Parquet, Stata and SPSS files."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from kgeval.errors import DataError
from kgeval.estimate.breakdown import as_text
from kgeval.estimate.weights import weights
from kgeval.plan.near_name import meant

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


def read_files(
    paths: Sequence[Path],
    columns: Sequence[str],
    texts: Sequence[str],
    *,
    weight: str | None = None,
    asked: Callable[[pd.DataFrame], pd.Series] | None = None,
) -> pd.DataFrame:
    """Read files one below the other.

    Parameters
    ----------
    columns
        The columns to read; a file without one of them is an error.
    texts
        Columns that are codes (clusters, strata, breakdowns): in CSV files they are kept as written, so
        that ``007`` stays ``007``, unless all are plain whole numbers.
    weight
        A column of sampling weights to look at file by file, so that a wrong one is named with its file and
        the row that a program shows there.
    asked
        Which records of a file are estimated with (all, where it is not given): the weights of the others
        do not matter.
    """
    frames = [_read(path, columns, texts) for path in paths]
    for path, frame in zip(paths, frames if weight in columns else (), strict=False):
        looked_at = frame[[weight]] if asked is None else frame[[weight]].where(asked(frame), 1)
        weights(looked_at, weight, file=path.name, first=2 if suffix(path) == ".csv" else 1)
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    if not any(suffix(path) == ".csv" for path in paths):
        return frame
    return frame.assign(**{name: _codes(frame[name]) for name in texts if name in frame.columns})


def _codes(values: pd.Series) -> pd.Series:
    """Turn codes that are all written as plain whole numbers into numbers, so that they can be counted with.

    ``007`` and ``1.50`` are no plain numbers: a column that holds one stays as it is written.
    """
    written = values.dropna().map(as_text)
    if not len(written) or not written.str.fullmatch(r"-?(?:0|[1-9]\d{0,15})").all():
        return values if len(written) == 0 else values.map(as_text, na_action="ignore")
    return pd.to_numeric(values).astype("Int64")


def plain_name(written: str) -> str:
    """Return a column's name as expressions have it: its letters composed (NFC), no blank around it."""
    return unicodedata.normalize("NFC", written).strip()


def column_names(path: Path) -> list[str]:
    """Return the plain names of the columns of a file, without its rows."""
    return [plain_name(name) for name in written_names(path)]


def written_names(path: Path) -> list[str]:
    """Return the names of the columns of a file as it writes them."""
    kind = suffix(path)
    if kind in {".dta", ".sav", ".zsav"}:
        import pyreadstat

        reader = pyreadstat.read_dta if kind == ".dta" else pyreadstat.read_sav
        return list(_whole(path, kind, lambda: reader(str(path), metadataonly=True)[1].column_names))
    if is_parquet(path):
        import pyarrow.parquet as pq

        return list(_whole(path, kind, lambda: pq.read_schema(path).names))
    head = _whole(
        path,
        kind,
        lambda: pd.read_csv(
            path,
            sep=_delimiter(path),
            encoding="utf-8-sig",
            nrows=1,
            dtype="str",
            header=None,
            na_filter=False,
        ),
    )
    return [str(name) for name in head.iloc[0]]


def _whole(path: Path, kind: str, read: Callable[[], Any]) -> Any:
    """Read, and say in one line what is wrong with a file that cannot be read."""
    try:
        return read()
    except UnicodeDecodeError as failure:
        raise DataError(
            "ENCODING_UNDECLARED", "the file is not UTF-8", hint="save it as UTF-8", file=path.name
        ) from failure
    except pd.errors.EmptyDataError as failure:
        raise DataError(
            "EMPTY", "the file is empty", hint="give a file with records", file=path.name
        ) from failure
    except _unreadable() as failure:
        raise DataError(
            "FILE_UNREADABLE",
            f"the file cannot be read as {kind} ({type(failure).__name__})",
            hint="export it again",
            file=path.name,
        ) from failure


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what the readers raise; those of a library that is not loaded cannot be raised."""
    found: list[type[Exception]] = [ValueError, OSError, pd.errors.ParserError]
    if "pyreadstat" in sys.modules:
        from pyreadstat import PyreadstatError, ReadstatError

        found += [PyreadstatError, ReadstatError]
    return tuple(found)


def _read(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    kind = suffix(path)
    written = written_names(path)
    present = [plain_name(name) for name in written]
    _need_columns(columns, present, path)
    columns = list(columns) or present[:1]  # an answer may name no column: the records are still counted
    in_file = dict(zip(present, written, strict=True))
    codes = [in_file[name] for name in texts if name in in_file]
    frame = _read_written(path, kind, [in_file[name] for name in columns], codes)
    if frame.empty:
        raise DataError("EMPTY", "the file holds no rows", hint="give a file with records", file=path.name)
    return pd.DataFrame(frame[[in_file[name] for name in columns]]).set_axis(list(columns), axis="columns")


def _read_written(path: Path, kind: str, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    """Read columns by the names that the file writes."""
    readers: dict[str, Callable[[], pd.DataFrame]] = {
        ".csv": lambda: _read_csv(path, columns, texts),
        ".parquet": lambda: whole_codes(plain_numbers(pd.read_parquet(path, columns=list(columns))), texts),
        ".dta": lambda: _read_labelled(path, "read_dta", columns, texts),
    }
    readers[".pq"] = readers[".parquet"]
    labelled = readers.get(kind, lambda: _read_labelled(path, "read_sav", columns, texts))
    return pd.DataFrame(_whole(path, kind, labelled))


def _need_columns(columns: Sequence[str], present: Sequence[str], path: Path) -> None:
    twice = [column for column in columns if present.count(column) > 1]
    if twice:
        raise DataError(
            "COLUMN_TWICE",
            f"two columns are called {twice[0]!r}",
            hint="rename or remove one of them",
            file=path.name,
        )
    absent = [column for column in columns if column not in present]
    if absent:
        raise DataError(
            "COLUMN_ABSENT",
            f"there is no column {absent[0]!r}",
            hint=f"{meant(absent[0], present)}columns are matched letter by letter: correct the name",
            file=path.name,
        )


def plain_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn columns of exact decimals into plain numbers."""
    decimals = [name for name in frame if isinstance(_first_known(frame[name]), Decimal)]
    return frame.astype(dict.fromkeys(decimals, "float64")) if decimals else frame


def _first_known(values: pd.Series) -> object:
    place = values.first_valid_index()
    return None if place is None else values.loc[place]


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


def _read_labelled(path: Path, reader: str, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    """Read the codes, not the labels; what the file declares missing is missing, whole codes are whole."""
    import pyreadstat

    found, _ = getattr(pyreadstat, reader)(str(path), usecols=list(columns))
    return whole_codes(pd.DataFrame(found), texts)


def whole_codes(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Write whole codes as whole numbers, where a file or a missing value made them 1.0."""
    whole = {name: frame[name].astype("Int64") for name in columns if _are_whole(frame[name])}
    return frame.assign(**whole) if whole else frame


def _are_whole(values: pd.Series) -> bool:
    known = values.dropna()
    return bool(values.dtype.kind == "f" and (known % 1 == 0).all() and (known.abs() < 2**53).all())
