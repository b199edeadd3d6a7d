"""The second reader of delimited text: it counts records and audits quotes, and builds no table.

The csv module never fails on a quote that is not closed or that stands in the middle of a field:
it swallows rows. Here the same text is read by other means; the two counts must agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kgeval.errors import DataError
from kgeval.prepare.read.lines import count_lines, lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A quote that neither opens nor closes a field: its record's row and its field's place from 0."""

    row: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """How many records the text holds, and the stray quotes in it."""

    records: int
    stray: tuple[Stray, ...]


@dataclass(slots=True)
class _State:
    row: int = 1  # of the record that is being read
    place: int = 0  # of the field in it
    opened: int = 0  # the row where the field that is open began, 0 if none is
    spans: bool = False  # the open field began on a line before
    stray: list[Stray] = field(default_factory=list)


def audit_quotes(text: str, delimiter: str, file: str) -> Quotes:
    """Count records and stray quotes.

    Raises
    ------
    DataError
        ``UNCLOSED_QUOTE``: a field that is never closed, or whose closing quote stands on a later
        line in the middle of another field.
    """
    if '"' not in text:
        return Quotes(records=count_lines(text), stray=())
    sound = _sound_line(delimiter)
    state = _State()
    for line in lines(text):
        if not state.opened and ('"' not in line or sound.fullmatch(line)):
            state.row += 1
        else:
            _scan(line, delimiter, state, file)
    if state.opened:
        raise _unclosed(state.opened, file)
    return Quotes(records=state.row - 1, stray=tuple(state.stray))


def _sound_line(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a line whose quoted fields all open and close where they should."""
    d = re.escape(delimiter)
    quoted = '"(?>[^"\r\n]+|"")*+"'
    return re.compile(f'(?>(?>{quoted}|[^"{d}\r\n]*+)(?:{d}|(?=[\r\n])|$))*+[\r\n]*+')


def _scan(line: str, delimiter: str, state: _State, file: str) -> None:
    """Read one line character by character, as the csv module does."""
    body = line.rstrip("\r\n")
    at, at_start = 0, not state.opened
    while at < len(body):
        ch = body[at]
        if state.opened:
            doubled = body[at : at + 2] == '""'
            if ch == '"' and not doubled:
                _close(body, at, delimiter, state, file)
            at += 2 if doubled else 1
            continue
        if ch == delimiter:
            state.place += 1
        elif ch == '"' and at_start:
            state.opened, state.spans = state.row, False
        elif ch == '"':
            state.stray.append(Stray(row=state.row, place=state.place))
        at_start = ch == delimiter
        at += 1
    if state.opened:
        state.spans = True
    else:
        state.row, state.place = state.row + 1, 0


def _close(body: str, at: int, delimiter: str, state: _State, file: str) -> None:
    if body[at + 1 : at + 2] not in {"", delimiter}:
        if state.spans:
            raise _unclosed(state.opened, file)
        state.stray.append(Stray(row=state.row, place=state.place))
    state.opened = 0


def _unclosed(row: int, file: str) -> DataError:
    hint = "close that quote or take it away; every row below it would be swallowed into one cell"
    return DataError("UNCLOSED_QUOTE", "a quote is opened and not closed", hint=hint, file=file, row=row)
