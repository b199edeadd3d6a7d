"""Where the header stands and what its columns are called: declared, or recognised, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kgeval.errors import DataError
from kgeval.prepare.decode.text import squeeze
from kgeval.prepare.read.names import QuestionNames, header_key, is_metadata
from kgeval.prepare.read.sheet import Merge

NUMBER_LIKE = re.compile(r"[-+]?\d[\d.,:/\- ]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Rows ``first`` to ``last`` (from 1) and one name a column; "" where a column has none."""

    first: int
    last: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The sheet that is read, for messages."""

    file: str
    sheet: str

    def fault(
        self,
        code: str,
        message: str,
        *,
        hint: str,
        row: int | None = None,
        column: str = "",
        declarable: bool = False,
    ) -> DataError:
        """Return the error that names this sheet."""
        return DataError(
            code,
            message,
            hint=hint,
            file=self.file,
            sheet=self.sheet,
            row=row,
            column=column,
            declarable=declarable,
        )


def find_header(
    head: Sequence[Sequence[str]],
    *,
    questions: QuestionNames | None,
    merges: Sequence[Merge],
    header_row: int | None,
    header_rows: int,
    where: Where,
) -> Header:
    """Return the header of a sheet whose first rows are ``head``.

    Without a declaration the header is the first row that is not blank, and it must look like one:
    with a form, it names questions of the form; a better row further down is named in the error,
    for the user to declare.

    Raises
    ------
    DataError
        ``EMPTY_TABLE``, ``HEADER_MISSING``, ``HEADER_NOT_FIRST``, ``MERGED_CELLS``,
        ``SECOND_HEADER_ROW``.
    """
    filled = [row for row, cells in enumerate(head, start=1) if any(c.strip() for c in cells)]
    if not filled:
        raise where.fault("EMPTY_TABLE", "there is nothing in it", hint="export it again")
    first = header_row if header_row is not None else _recognised(head, filled, questions, merges, where)
    last = first + header_rows - 1
    if last > len(head):
        message = f"the declared header row {last} is below the last row of the sheet"
        raise where.fault(
            "HEADER_MISSING", message, hint="declare the row that holds the column names", row=last
        )
    names = _names(head[first - 1 : last], merges, first, questions)
    if header_row is not None and questions is not None and not questions.score(names):
        hint = "declare the row that holds the column names"
        raise where.fault("HEADER_MISSING", "no column there is a question of the form", hint=hint, row=first)
    if header_rows == 1:
        _refuse_second_header(head, last, where)
    return Header(first=first, last=last, names=names)


def _recognised(
    head: Sequence[Sequence[str]],
    filled: Sequence[int],
    questions: QuestionNames | None,
    merges: Sequence[Merge],
    where: Where,
) -> int:
    first = filled[0]
    best = _best_row(head, filled, questions)
    if best is None:
        raise where.fault(
            "HEADER_MISSING",
            "no row holds column names" if questions is None else "no row names questions of the form",
            hint="put the names of the questions into the first row, or declare header_row",
            row=first,
        )
    if best == first:
        return first
    merged = next((m for m in merges if m.first_row < best), None)
    hint = f"if row {best} holds the column names, declare header_row = {best}"
    if merged is not None:
        message = "cells are merged above the table"
        raise where.fault("MERGED_CELLS", message, hint=hint, row=merged.first_row, declarable=True)
    message = "other rows stand above the column names"
    raise where.fault("HEADER_NOT_FIRST", message, hint=hint, row=best, declarable=True)


def _best_row(
    head: Sequence[Sequence[str]], filled: Sequence[int], questions: QuestionNames | None
) -> int | None:
    """Return the row that looks most like a header, the earliest of equals; None if none does."""
    if questions is None:
        widest = max(sum(bool(c.strip()) for c in head[row - 1]) for row in filled)
        wide = [row for row in filled if 2 * sum(bool(c.strip()) for c in head[row - 1]) > widest]
        texts = [c for c in head[wide[0] - 1] if c.strip()]
        return None if any(NUMBER_LIKE.fullmatch(c.strip()) for c in texts) else wide[0]
    scores = {row: questions.score(head[row - 1]) for row in filled[:30]}
    best = max(scores, key=lambda row: (scores[row], -row))
    if scores[best] >= min(2, questions.count):
        return best
    # one question beside nothing but the columns of a tool: a repeat that asks one thing only
    others = [cell.strip() for cell in head[best - 1] if cell.strip() and questions.find(cell) is None]
    return best if scores[best] == 1 and others and all(map(is_metadata, others)) else None


def _names(
    rows: Sequence[Sequence[str]], merges: Sequence[Merge], first: int, questions: QuestionNames | None
) -> tuple[str, ...]:
    """Return one name a column; of several rows, the cell that is a question, else all joined."""
    width = len(rows[-1]) if len(rows) == 1 else max(map(len, rows))
    spread = [_spread(row, width, merges, first + place) for place, row in enumerate(rows)]
    return tuple(_name([row[column] for row in spread], questions) for column in range(width))


def _spread(row: Sequence[str], width: int, merges: Sequence[Merge], number: int) -> list[str]:
    """Return the row's cells with the text of each merged range in all of its columns."""
    cells = [*row, *[""] * (width - len(row))]
    for merge in merges:
        if merge.first_row == number:
            for column in range(merge.first_column, min(merge.last_column, width - 1) + 1):
                cells[column] = cells[merge.first_column]
    return cells


def _name(levels: Sequence[str], questions: QuestionNames | None) -> str:
    if len(levels) == 1:
        return unicodedata.normalize("NFC", levels[0])
    parts = list(dict.fromkeys(squeeze(unicodedata.normalize("NFC", level)) for level in levels))
    parts = [part for part in parts if part]
    joined = " / ".join(parts)
    if questions is not None:
        known = [part for part in (joined, *reversed(parts)) if questions.find(part)]
        return known[0] if known else joined
    return joined


def _refuse_second_header(head: Sequence[Sequence[str]], last: int, where: Where) -> None:
    """Raise if the row below the header is no record: text where every other row has numbers.

    Only whole columns decide (at least two of them, numeric in nine of ten rows), so that a first
    record with a slip of the pen is never taken for a header.
    """
    below = [cells for cells in head[last:] if any(c.strip() for c in cells)]
    if len(below) < 4 or is_mark_row(below[0]):
        return
    candidate, records = below[0], below[1:]
    measured = [
        cell
        for column, cell in enumerate(candidate)
        if cell.strip() and _mostly_numbers([r[column] for r in records if column < len(r)])
    ]
    texts = [cell for cell in measured if not any(ch.isdigit() for ch in cell) or _reads_like_text(cell)]
    if len(measured) >= 2 and len(texts) == len(measured):
        raise where.fault(
            "SECOND_HEADER_ROW",
            "the row below the column names holds texts where the others hold numbers",
            hint="if it belongs to the header, declare header_rows = 2; else delete it",
            row=last + 1,
            declarable=True,
        )


def is_mark_row(cells: Collection[str]) -> bool:
    """Return whether a row holds only column numbers or units: (1) (2) (3), or (person) (%)."""
    texts = [squeeze(cell) for cell in cells if cell.strip()]
    numbers = [text.strip("()") for text in texts]
    counted = [str(n) for n in range(1, len(numbers) + 1)]
    bracketed = all(text.startswith("(") and text.endswith(")") for text in texts)
    return len(texts) > 1 and (numbers == counted or bracketed)


def _mostly_numbers(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells if cell.strip()]
    return len(texts) >= 3 and sum(bool(NUMBER_LIKE.fullmatch(t)) for t in texts) >= 0.9 * len(texts)


def _reads_like_text(cell: str) -> bool:
    return sum(ch.isalpha() for ch in cell) > sum(ch.isdigit() for ch in cell)


def unique_names(names: Sequence[str], empty: Collection[int], where: Where) -> None:
    """Raise if a column has no name but holds something, or if two names are the same when folded.

    Raises
    ------
    DataError
        ``EMPTY_HEADER``, ``DUPLICATE_HEADER``.
    """
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        if not name.strip():
            if place not in empty:
                hint = "give the column a name, or empty it"
                raise where.fault(
                    "EMPTY_HEADER", "a column with answers has no name", hint=hint, column=str(place + 1)
                )
            continue
        key = header_key(name)
        if key in seen:
            raise where.fault(
                "DUPLICATE_HEADER",
                f"columns {seen[key] + 1} and {place + 1} have the same name",
                hint="rename or delete one of them; which one holds the answers cannot be told",
                column=squeeze(name),
            )
        seen[key] = place
