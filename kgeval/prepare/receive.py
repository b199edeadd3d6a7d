"""What a data folder delivers to a study: which file is which table, and which files it does not name."""

from __future__ import annotations

import fnmatch
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kgeval.errors import DataError
from kgeval.plan.study import Study
from kgeval.plan.table import Table
from kgeval.prepare.read import read
from kgeval.prepare.record import Delivered
from kgeval.store import made_by_simulation

CORRECTIONS = "corrections.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came in.

    ``tables`` holds the delivered sheets of each table (none of an optional table that nobody sent);
    ``files`` has one row a file of the folder: file, table ("" where the study does not name it: listed,
    not read), sheets, records. ``corrections`` are the study's decided corrections, as text.
    """

    tables: Mapping[str, tuple[Delivered, ...]]
    files: pd.DataFrame
    corrections: pd.DataFrame | None


def receive(study: Study, data: Path, *, in_part: bool = False) -> Delivery:
    """Read every file of ``data`` that the study names.

    Parameters
    ----------
    in_part
        Whether tables may still be to come, as long as there is one.

    Raises
    ------
    DataError
        A table has no file, or a file cannot be taken as it is.
    """
    named = find(study, data, in_part=in_part)
    tables = {
        key: tuple(part for path in paths for part in _read(path, data, study.tables[key]))
        for key, paths in named.items()
    }
    return Delivery(tables=tables, files=_files(named, tables, data), corrections=read_corrections(study))


def find(study: Study, data: Path, *, in_part: bool = False) -> dict[str, tuple[Path, ...]]:
    """Return the delivered files of each table, by name only; patterns do not see case or letter form.

    Raises
    ------
    DataError
        A table has no file, or two tables claim the same one.
    """
    files = _visible(data)
    named = {
        key: tuple(path for path in files if _matches(path, data, table.files))
        for key, table in study.tables.items()
    }
    absent = [key for key, paths in named.items() if not paths and not study.tables[key].optional]
    if absent and not (in_part and any(named.values())):
        patterns = ", ".join(study.tables[absent[0]].files)
        raise DataError(
            "FILE_MISSING",
            f"the folder holds no file of table {', '.join(map(repr, absent))} of study {study.key!r} "
            f"({len(files)} files are there)",
            hint=f"put the files there, named like {patterns}, or name another --data",
            file=data.name,
        )
    owner: dict[Path, str] = {}
    for key, paths in named.items():
        for path in paths:
            if owner.setdefault(path, key) != key:
                raise DataError(
                    "FILE_CLAIMED_TWICE",
                    f"the patterns of tables {owner[path]!r} and {key!r} both match it",
                    hint="make the patterns in study.toml narrower",
                    file=_below(path, data),
                )
    return named


def matching(data: Path, patterns: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the delivered files that match one of the patterns, by name only."""
    return tuple(path for path in _visible(data) if _matches(path, data, patterns))


def _visible(data: Path) -> list[Path]:
    """Return the files that somebody sent; what a simulation knows of its own data is none of them."""
    not_sent = {data / name for name in made_by_simulation(data, answers_only=True)}
    return sorted(
        path
        for path in data.rglob("*")
        if path.is_file()
        and path not in not_sent
        and not any(part.startswith((".", "~$")) for part in path.relative_to(data).parts)
    )


def _below(path: Path, data: Path) -> str:
    return unicodedata.normalize("NFC", path.relative_to(data).as_posix())


def _matches(path: Path, data: Path, patterns: tuple[str, ...]) -> bool:
    name = _below(path, data).casefold()
    return any(
        fnmatch.fnmatchcase(name, form) or fnmatch.fnmatchcase(name, f"*/{form}")
        for form in (unicodedata.normalize("NFC", pattern).casefold() for pattern in patterns)
    )


def _read(path: Path, data: Path, table: Table) -> list[Delivered]:
    declared = table.reading
    return read(
        path,
        root=data,
        form=table.form,
        sheet=declared.sheet,
        header_row=declared.header_row,
        header_rows=declared.header_rows or 1,
        encoding=declared.encoding,
        delimiter=declared.delimiter,
    )


def _files(
    named: Mapping[str, tuple[Path, ...]], tables: Mapping[str, tuple[Delivered, ...]], data: Path
) -> pd.DataFrame:
    owner = {_below(path, data): key for key, paths in named.items() for path in paths}
    counted: dict[str, list[int]] = {}
    for parts in tables.values():
        for part in parts:
            counted.setdefault(part.source.file, []).append(part.counted)
    rows = [
        {
            "file": name,
            "table": owner.get(name, ""),
            "sheets": len(counted.get(name, ())),
            "records": sum(counted.get(name, ())),
        }
        for name in (_below(path, data) for path in _visible(data))
    ]
    return pd.DataFrame(rows, columns=["file", "table", "sheets", "records"])


def read_corrections(study: Study) -> pd.DataFrame | None:
    """Return the study's decided corrections as text; None where none was decided.

    Raises
    ------
    DataError
        The file is no table in UTF-8, or has no column ``action``.
    """
    path = study.folder / CORRECTIONS
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
        by = ";" if ";" in text.partition("\n")[0] else ","  # as spreadsheets of many countries save it
        lines = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=by)
    except (UnicodeDecodeError, ValueError) as error:
        raise _unreadable("it is no table of texts in UTF-8") from error
    if "action" not in lines:
        raise _unreadable("it has no column 'action'")
    return lines


def _unreadable(seen: str) -> DataError:
    return DataError(
        "CORRECTIONS_UNREADABLE",
        seen,
        hint="write it with `kgeval decide`, or save it as CSV UTF-8 with the columns of the correction log",
        file=CORRECTIONS,
    )
