"""Delimited text: one table, parsed by the csv module and counted by ``quotes``."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from kgeval.errors import DataError
from kgeval.prepare.read.columnar import read_columns
from kgeval.prepare.read.limits import Limits
from kgeval.prepare.read.lines import lines
from kgeval.prepare.read.note import Note
from kgeval.prepare.read.quotes import Quotes, audit_quotes
from kgeval.prepare.read.sheet import HEAD_ROWS, Body, Merge
from kgeval.prepare.read.table import stack, text_frame

DELIMITERS = ",;\t|"
_CHUNK = 20_000
_SEP_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What parsing needs: the text, where it is from, and what it may hold."""

    text: str
    delimiter: str
    file: str
    limits: Limits

    def records(self) -> Iterator[tuple[list[str], str]]:
        """Yield every record, blank lines as empty lists, and the lines that it was read from."""
        csv.field_size_limit(self.limits.field_chars)  # the module's own limit is anybody's to change
        taken: list[str] = []
        reader = csv.reader(map(_kept_in(taken), lines(self.text)), delimiter=self.delimiter)
        for row in range(1, self.limits.rows + 2):
            taken.clear()
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise self.field_too_large(row) from None
            if len(record) > self.limits.columns:
                raise too_many_columns(len(record), self.limits, file=self.file)
            yield record, "".join(taken)
        raise too_many_rows(self.limits, file=self.file)

    def field_too_large(self, row: int) -> DataError:
        """Return the error for the text's largest field, which stands in ``row``."""
        names = next(lines(self.text), "").rstrip("\r\n").split(self.delimiter)
        sizes = [len(field) for field in max(lines(self.text), key=len).split(self.delimiter)]
        place = sizes.index(max(sizes))
        return DataError(
            "FIELD_TOO_LARGE",
            f"a cell holds more than {self.limits.field_chars:,} characters",
            hint="look into that cell: a quote that is not closed, or a document pasted into a table",
            file=self.file,
            row=row,
            column=names[place] if place < len(names) else str(place + 1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSheet:
    """The one table of a delimited text file (a ``Sheet``)."""

    layout: _Layout
    quotes: Quotes
    found: tuple[Note, ...]
    head: Sequence[Sequence[str]]
    name: str = ""
    hidden: bool = False
    merges: Sequence[Merge] = ()

    def body(self, header_row: int) -> Body:
        """Return the rows below the header; rows of another width are ``ragged``."""
        width = len(self.head[header_row - 1])
        counted = max(self.quotes.records - header_row, 0)
        found = None
        if not self.quotes.stray:
            found = read_columns(
                self.layout.text, delimiter=self.layout.delimiter, header_row=header_row, width=width,
                counted=counted, limits=self.layout.limits,
            )  # fmt: skip
        cells, ragged = found if found is not None else self._record_by_record(header_row, width)
        return Body(
            cells=cells,
            native=None,
            ragged=pd.DataFrame(ragged, columns=["row", "fields", "text"]).set_index("row"),
            counted=counted,
        )

    def _record_by_record(
        self, header_row: int, width: int
    ) -> tuple[pd.DataFrame, list[tuple[int, int, str]]]:
        """Return the rows below the header, and those of another width."""
        records = enumerate(islice(self.layout.records(), header_row, None), start=header_row + 1)
        frames, ragged = [], []
        while chunk := list(islice(records, _CHUNK)):
            fits = [(row, record or [""] * width) for row, (record, _) in chunk if len(record) in {0, width}]
            ragged += [
                (row, len(record), raw.rstrip("\r\n"))
                for row, (record, raw) in chunk
                if len(record) not in {0, width}
            ]
            frames.append(text_frame([record for _, record in fits], [row for row, _ in fits], width))
        return stack(frames, width), ragged

    def notes(self, header_row: int, names: Sequence[str]) -> list[Note]:
        """Return what was noticed, stray quotes by their column."""
        stray = [s for s in self.quotes.stray if s.row >= header_row]
        places = Counter(s.place for s in stray)
        return [
            *self.found,
            *(
                Note(
                    code="STRAY_QUOTE",
                    row=next(s.row for s in stray if s.place == place),
                    column=names[place] if place < len(names) else str(place + 1),
                    count=count,
                )
                for place, count in places.items()
            ),
        ]

    def ends_inside_row(self) -> bool:
        """Return whether the text stops without a line end, as a transfer that was cut off does."""
        return not self.layout.text.endswith(("\n", "\r"))


def read_delimited(text: str, *, declared: str | None, file: str, limits: Limits) -> TextSheet:
    """Return the table in ``text``.

    Parameters
    ----------
    declared
        The delimiter, one character; None: a ``sep=`` line decides, else the one of ``DELIMITERS``
        that gives most rows the same number of fields.

    Raises
    ------
    DataError
        ``UNCLOSED_QUOTE``, ``FIELD_TOO_LARGE``, ``TOO_MANY_ROWS``, ``TOO_MANY_COLUMNS``.
    """
    notes: list[Note] = []
    if marked := _SEP_LINE.match(text):  # Excel's own declaration, which Excel does not show as a row
        declared = declared or marked.group(1)
        text = text[marked.end() :]
        notes.append(Note(code="SEP_LINE_SKIPPED"))
    delimiter = declared or _delimiter(text)
    if declared is None and delimiter != ",":
        notes.append(Note(code="DELIMITER_DETECTED", detail={"\t": "tab"}.get(delimiter, delimiter)))
    if _unusual_line_ends(text):
        notes.append(Note(code="EOL_NORMALISED"))
    layout = _Layout(text=text, delimiter=delimiter, file=file, limits=limits)
    head = [record for record, _ in islice(layout.records(), HEAD_ROWS)]
    quotes = audit_quotes(text, delimiter, file)
    return TextSheet(layout=layout, quotes=quotes, found=tuple(notes), head=head)


def too_many_columns(count: int, limits: Limits, *, file: str, sheet: str = "") -> DataError:
    """Return the error for a table that is too wide to be a survey."""
    return DataError(
        "TOO_MANY_COLUMNS",
        f"{count:,} columns, more than {limits.columns:,}",
        hint="delete what stands far right of the table, or export it again",
        file=file,
        sheet=sheet,
    )


def too_many_rows(limits: Limits, *, file: str, sheet: str = "") -> DataError:
    """Return the error for a table with more rows than are read."""
    hint = "deliver it in parts"
    return DataError("TOO_MANY_ROWS", f"more than {limits.rows:,} rows", hint=hint, file=file, sheet=sheet)


def _kept_in(taken: list[str]) -> Callable[[str], str]:
    """Return a function that hands a line on and keeps it in ``taken`` as well."""

    def keep(line: str) -> str:
        taken.append(line)
        return line

    return keep


def _delimiter(text: str) -> str:
    sample = text[:200_000]
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def _agreement(sample: str, delimiter: str) -> int:
    """Return how many delimiters stand in rows of one width; rows as wide as the first count thrice."""
    try:
        records = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), HEAD_ROWS)
        widths = [len(record) for record in records if record]
    except csv.Error:
        return 0
    rows = Counter(widths)
    return max(((w - 1) * rows[w] * (3 if w == widths[0] else 1) for w in rows), default=0)


def _unusual_line_ends(text: str) -> bool:
    """Return whether records end in a lone CR, or in different ways; inside quotes anything may stand."""
    if "\r" not in text:
        return False
    outside = "".join(text.split('"')[::2]) if '"' in text else text
    pairs, returns, feeds = outside.count("\r\n"), outside.count("\r"), outside.count("\n")
    return returns > 0 and not returns == feeds == pairs
