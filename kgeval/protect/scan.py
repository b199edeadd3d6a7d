"""Do the outputs of a run hold a name, a number, an address of somebody? Looks for the run's own identifiers.

What the forms call direct lies in ``restricted/``; whatever else a run or a pack leaves must not hold one of
those values. Texts are compared word by word, so the work is one pass over the outputs however many persons
there are. Single short words are not looked for: they would be found everywhere.
"""

from __future__ import annotations

import html
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

import pandas as pd

from kgeval.errors import PersonalDataError

PRIVATE = "restricted"
_TEXT = frozenset({".csv", ".html", ".ipynb", ".json", ".log", ".md", ".svg", ".txt", ".toml"})
_ZIPPED = frozenset({".docx", ".pptx", ".xlsx"})
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")
_LEAST_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A direct identifier outside its place: the file it is in, the table and question it belongs to."""

    file: str
    table: str
    column: str


def scan(out: Path, *, identifiers: Path | None = None) -> list[Trace]:
    """Return every file below ``out`` that holds a direct identifier of the run.

    Parameters
    ----------
    out
        Folder of a run or of a pack. Folders named ``restricted`` are not looked into.
    identifiers
        The folder of the run, where it is another one.

    Returns
    -------
    list of Trace
        One for each file, table and question; never a value.
    """
    files = ((path.relative_to(out).as_posix(), path.read_bytes()) for path in _files(out))
    return _traces(files, identifiers or out)


def refuse_traces(out: Path, *, identifiers: Path | None = None) -> None:
    """Stop where an output names a person.

    Raises
    ------
    PersonalDataError
        Names the files, never a value.
    """
    _refuse(scan(out, identifiers=identifiers))


def refuse_traces_in(files: Mapping[str, bytes], *, identifiers: Path) -> None:
    """Stop where a file that is not yet written names a person of the run in ``identifiers``.

    Raises
    ------
    PersonalDataError
        Names the files, never a value.
    """
    _refuse(_traces(((name, content) for name, content in files.items() if _is_read(name)), identifiers))


def _refuse(traces: list[Trace]) -> None:
    if traces:
        first = traces[0]
        raise PersonalDataError(
            f"{len(traces)} outputs hold answers that identify persons, the first {first.file} (question "
            f"{first.column!r} of {first.table!r}); hand nothing on, and look for the column "
            "that carries such answers without being of class direct in the form"
        )


def _traces(files: Iterable[tuple[str, bytes]], run: Path) -> list[Trace]:
    wanted = _identifiers(run)
    if not wanted:
        return []
    lengths = sorted({len(words) for words in wanted})
    found = {
        Trace(file=name, table=table, column=column)
        for name, content in files
        for table, column in _hits(_texts(name, content), wanted, lengths)
    }
    return sorted(found, key=lambda trace: (trace.file, trace.table, trace.column))


def _identifiers(run: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    """Return the words of each identifier, with the table and question it comes from."""
    wanted: dict[tuple[str, ...], tuple[str, str]] = {}
    for path in sorted(run.glob(f"*/{PRIVATE}/*.parquet")):
        if not (path.parent.parent / "clean" / path.name).is_file():
            continue  # no table of answers: records of the cleaning, columns set aside, alerts
        frame = pd.read_parquet(path)
        for column in frame.columns.drop("rid", errors="ignore"):
            for value in frame[column].dropna().unique():
                words = _words(str(value))
                if len(words) > 1 or (len(words) == 1 and sum(map(str.isdigit, words[0])) >= _LEAST_DIGITS):
                    wanted.setdefault(words, (path.stem, str(column)))
    return wanted


def _files(out: Path) -> Iterator[Path]:
    for path in sorted(out.rglob("*")):
        inside = path.relative_to(out).parts
        if _is_read(path.name) and not {PRIVATE, ".kgeval"} & set(inside[:-1]):
            yield path


def _is_read(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _TEXT | _ZIPPED


def _texts(name: str, content: bytes) -> Iterator[str]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in _ZIPPED:
        text = content.decode("utf-8", errors="replace")
        yield text
        if suffix == ".html":
            yield html.unescape(_TAG.sub("", text))
        return
    with zipfile.ZipFile(BytesIO(content)) as parts:
        for part in parts.namelist():
            if part.endswith((".xml", ".rels")):
                yield html.unescape(_TAG.sub(" ", parts.read(part).decode("utf-8", errors="replace")))
            elif part.endswith(".xlsx"):
                yield from _texts(part, parts.read(part))  # the data behind a chart


def _hits(
    texts: Iterable[str], wanted: Mapping[tuple[str, ...], tuple[str, str]], lengths: Iterable[int]
) -> Iterator[tuple[str, str]]:
    first = {words[0] for words in wanted}
    for text in texts:
        words = _words(text)
        starts = (place for place, word in enumerate(words) if word in first)
        said = (words[place : place + length] for place in starts for length in lengths)
        yield from (wanted[one] for one in said if one in wanted)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))
